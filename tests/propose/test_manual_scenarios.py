"""Scenarios without code: the name of a class follows its code, unless somebody writes one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import blockplan as bp
from blockplan.plan import validate
from blockplan.propose.manual_scenarios import Edits, new_scenario

DEMO = Path(__file__).parents[2] / "examples" / "demonstration-zone"
PARK = "parcels:LS-01-02-002"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "plan"))


def named(package: Path) -> str:
    return str(bp.read(package, "x").layer("parcels").loc["LS-01-02-002", "land_use_name"])


@pytest.mark.long
def test_a_code_that_is_set_brings_the_name_of_its_class(package: Path) -> None:
    new_scenario(package, "x", Edits(sets=[f"{PARK}.land_use=0902"]))
    assert named(package) == "商务金融用地"
    assert not validate(bp.read(package, "x"))


@pytest.mark.long
def test_a_name_that_is_set_beside_the_code_stays(package: Path) -> None:
    new_scenario(package, "x", Edits(sets=[f"{PARK}.land_use=090201", f"{PARK}.land_use_name=商务金融用地"]))
    assert named(package) == "商务金融用地"


@pytest.mark.long
def test_a_table_that_lists_codes_brings_the_names_too(package: Path, tmp_path: Path) -> None:
    table = tmp_path / "changed.csv"
    table.write_text("parcel_id,land_use\nLS-01-02-002,0902\n", encoding="utf-8")
    new_scenario(package, "x", Edits(sources=[table]))
    assert named(package) == "商务金融用地"


@pytest.mark.long
def test_bound_and_floor_area_follow_a_ratio_that_they_repeat(package: Path) -> None:
    before = bp.read(package).layer("parcels")
    id_ = next(name for name, row in before.iterrows() if row.far == 2.27)
    new_scenario(package, "start", Edits(sets=[f"parcels:{id_}.far_max=2.27"]))
    new_scenario(package, "x", Edits(sets=[f"parcels:{id_}.far=3"]), "start")
    after = bp.read(package, "x").layer("parcels").loc[id_]
    assert after.far_max == 3
    assert after.floor_area_m2 == round(3 * before.geometry[id_].area)


@pytest.mark.long
def test_a_bound_that_says_something_of_its_own_stays(package: Path) -> None:
    new_scenario(package, "start", Edits(sets=["parcels:RD-01-02-014.far_max=4"]))
    new_scenario(package, "x", Edits(sets=["parcels:RD-01-02-014.far=3"]), "start")
    assert bp.read(package, "x").layer("parcels").loc["RD-01-02-014"].far_max == 4
