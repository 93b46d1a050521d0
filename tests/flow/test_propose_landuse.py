"""Land use through the real command line: proposed, written, taken over, judged again."""

import json
import shutil
from pathlib import Path

import pytest
from tests.support.call import code_of

from blockplan.cli import main

REFERENCE = Path("examples/demonstration-zone")


@pytest.fixture
def run(capfd):
    """Call the command line in this process; gives exit code, stdout and stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        shown = capfd.readouterr()
        return left.value.code, shown.out, shown.err

    return call


@pytest.mark.long
def test_a_proposal_is_written_taken_over_and_judged(run, tmp_path) -> None:
    plan, out = tmp_path / "plan", tmp_path / "out"
    shutil.copytree(REFERENCE, plan)
    code, shown, _ = run("propose", "landuse", plan, "--scenario", "b", "--out", out, "--json")
    document = json.loads(shown)
    # It leaves beds and cultural floor to repair: as long as these rules fail, it leaves with 1.
    assert code == code_of(document) == 1
    assert document["kind"] == "landuse"
    assert document["proved"] is True
    assert {one["demand"] for one in document["unmet"]} == {"zone-beds", "zone-culture"}
    assert (out / "proposal.html").is_file()
    code, _, _ = run("propose", "apply", plan, out, "--as", "b-land")
    assert code == 0
    code, shown, _ = run("check", plan, "--scenario", "b-land", "--json")
    assert code == 1
    failed = {one["rule"] for one in json.loads(shown)["verdicts"] if one["outcome"] == "fail"}
    assert failed == {"zone-beds", "zone-culture"}


@pytest.mark.long
def test_strict_ends_with_exit_code_2_and_the_demands_that_cannot_be_met(run) -> None:
    code, shown, told = run("propose", "landuse", REFERENCE, "--scenario", "b", "--strict", "--json")
    assert (code, shown) == (2, "")
    assert "zone-beds: missed by 70 bed; even alone" in told


def test_terms_are_shown_and_a_bad_file_of_them_is_refused(run, tmp_path) -> None:
    code, shown, _ = run("propose", "landuse", "--show-terms")
    assert code == 0
    assert "[weights]" in shown
    file = tmp_path / "terms.toml"
    file.write_text("[weights]\nbeauty_per_ha = 1\n", encoding="utf-8")
    code, _, told = run("propose", "landuse", REFERENCE, "--terms", file)
    assert code == 2
    assert "weights.beauty_per_ha" in told
