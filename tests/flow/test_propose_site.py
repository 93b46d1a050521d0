"""Siting by the command line, from a plan to a scenario that has what was proposed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.support.call import program, run

from blockplan.measure import measure
from blockplan.plan import read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
def test_kindergartens_are_proposed_taken_over_and_judged(reference: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    shutil.copytree(reference, plan, ignore=shutil.ignore_patterns("faulty"))
    done = program(
        "propose", "site", plan, "--service", "kindergarten", "--new", 2, "--within", 500,
        "--out", tmp_path / "out", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["kind"], said["proved"], said["ended"], said["unit"]) == ("site", True, "finished", "person")
    assert said["objective"] == said["bound"]
    assert json.loads((tmp_path / "out" / "proposal.json").read_text())["changes"] == said["changes"]
    assert program("propose", "apply", plan, tmp_path / "out", "--as", "more").returncode == 0
    asked = {"services": ["kindergarten"], "facility_judged_by": "net_edge_facility"}
    for said_of, scenario in (("before", None), ("after", "more")):
        found = measure(read(plan, scenario), "service_access", parameters=asked)[0].value
        assert said["figures"][f"share_within_500m_{said_of}"] == pytest.approx(found)


@pytest.mark.long
def test_stations_along_the_belt_are_told_on_a_terminal(reference: Path) -> None:
    done = run(
        "propose", "site", reference, "--service", "station", "--new", 5, "--existing", "replace",
        "--along", "structure:belt", "--spacing", 1000, "--widest", 2500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Proved: of the sites and limits that were asked for, no choice is better." in done.stdout
    assert "ST-N" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--service", "hospital"], "No parcel may take a hospital"),
        (["--service", "station", "--along", "nowhere"], "nowhere is neither a file nor layer:id"),
        (["--service", "park", "--lock", "parcels:none"], "the layer parcels has no 'none'"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_with_2(
    reference: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = run("propose", "site", reference, *arguments, "--out", tmp_path / "out")
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "out").exists()
