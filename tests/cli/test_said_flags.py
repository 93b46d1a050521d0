"""What a command says names flags, which a shell knows, and no parameter of Python in backticks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.builders import a_plan, parcels_of
from tests.support.call import run

from blockplan.plan import Difference, Plan, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_compare_names_the_flags_under_which_the_measures_that_differ_stand(
    tmp_path: Path, lang: str
) -> None:
    parcels = parcels_of("1401", "0701", "16", residents=[None, 12, None])
    drawn = a_plan(parcels, {"scenarios": {"b": "homes"}, "packs": ["zone"]})
    homes = Difference({"parcels": parcels.iloc[[2]].assign(land_use="0701", residents=3000)})
    write(Plan(drawn.manifest, drawn.layers, differences={"b": homes}), tmp_path / "plan")
    shown = run("compare", tmp_path / "plan", "b", "--lang", lang).stdout
    assert "--json" in shown
    assert "--out" in shown
    assert "`" not in shown


@pytest.mark.long
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_batch_check_names_the_flag_of_the_packs_that_a_plan_lacks(
    tmp_path: Path, as_json: tuple[str, ...]
) -> None:
    write(a_plan(parcels_of("0701")), tmp_path / "plan")
    done = run("batch", "check", tmp_path / "plan", "--workers", 1, *as_json)
    said = json.loads(done.stdout)["error"] if as_json else done.stdout
    assert done.returncode == 2
    assert "--pack ID" in said
    assert "`" not in said


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_report_names_the_flag_of_the_plan_in_force_that_its_table_of_changes_lacks(
    tmp_path: Path, lang: str
) -> None:
    write(a_plan(parcels_of("0701"), {"packs": ["zone"]}), tmp_path / "plan")
    made = ("report", tmp_path / "plan", "--out", tmp_path / "made", "--format", "xlsx", "--lang", lang)
    said = run(*made).stderr
    assert "--in-force PLAN" in said
    assert "`" not in said
    assert "--in-force" not in run(*made, "--in-force", tmp_path / "plan").stderr
