"""A layout by the command line: from a plan to a scenario with new parcels, and back."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.support.call import code_of, program, run

from blockplan.plan import read

if TYPE_CHECKING:
    from pathlib import Path


def kindergartens(plan: Path, scenario: str) -> int:
    return int((read(plan, scenario).layer("facilities")["service"] == "kindergarten").sum())


ASKED = ("--scenario", "b", "--pack", "zone", "--pack", "gb50180")


@pytest.mark.long
def test_parcels_are_drawn_taken_over_judged_and_undone(reference: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    shutil.copytree(reference, plan, ignore=shutil.ignore_patterns("faulty"))
    before = (plan / "plan.toml").read_bytes()
    done = program(
        "propose", "layout", plan, *ASKED, "--need", "kindergarten=2", "--need", "primary_school=1",
        "--size", "primary_school=10000-22000", "--seconds", 15, "--out", tmp_path / "out", "--json",
    )  # fmt: skip
    assert "vacant: 34 parcels (undecided land, code 16 or no use)" in done.stderr
    said = json.loads(done.stdout)
    assert done.returncode == code_of(said), done.stderr
    assert (said["kind"], said["sense"], said["unmet"], said["proved"]) == ("layout", "max", [], False)
    assert said["parameters"]["uses"]["kindergarten"]["near_m"] == {
        "value": 300.0, "source": "rule gb50180-f-kindergarten",
    }  # fmt: skip
    assert {one["rule"]: one["outcome"] for one in said["verdicts_after"]}["zone-edu"] == "pass"
    assert (tmp_path / "out" / "proposal.html").is_file()

    assert run("propose", "apply", plan, tmp_path / "out", "--as", "laid-out").returncode == 0
    assert run("validate", plan).returncode == 0
    judged = run("check", plan, "--scenario", "laid-out", "--pack", "zone", "--json")
    assert {one["rule"]: one["outcome"] for one in json.loads(judged.stdout)["verdicts"]}[
        "zone-edu"
    ] == "pass"
    assert kindergartens(plan, "laid-out") == kindergartens(plan, "b") + 2
    assert program("propose", "undo", plan, "laid-out").returncode == 0
    assert (plan / "plan.toml").read_bytes() == before


@pytest.mark.long
def test_what_cannot_be_done_is_said_and_leaves_with_2(reference: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (["--need", "castle=1"], "'castle' cannot be laid out. What can: clinic, commerce"),
        (["--need", "clinic=none"], "--need ...=none: give a whole number above 0"),
        (["--need", "clinic=1", "--size", "clinic=9-1"], "--size clinic=9-1: give m2, least and largest"),
        (["--need", "hospital=1"], "how large a site of hospital is, in m² (--size hospital=LEAST-MOST)"),
        (
            ["--vacant", "nowhere", "--need", "kindergarten=1"],
            "'nowhere' is neither a parcel of the plan nor a code of land use",
        ),
    ):
        done = run("propose", "layout", reference, *ASKED, *arguments, "--out", tmp_path / "out")
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
        assert not (tmp_path / "out").exists()
