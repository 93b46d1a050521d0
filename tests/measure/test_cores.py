"""Cores and what areas say of themselves, on two areas of 1,000 m x 1,000 m."""

from __future__ import annotations

import math
from typing import Any

import pytest
import shapely
from tests.support.squares import one, plan_of, square

from blockplan.measure.missing import lines

WEST = {
    "area_id": "west",
    "function_codes": "0902",
    "townships": "A; B",
    "function": "offices",
    "geometry": square(0, 0, 1000),
}
EAST = {
    "area_id": "east",
    "function_codes": "0802, 0803",
    "townships": "B",
    "geometry": square(1000, 0, 1000),
}


def core(name: str, area: str | None, east: float, **more: Any) -> dict[str, Any]:
    return {"element_id": name, "role": "core", "area_id": area, "geometry": shapely.Point(east, 500), **more}


CORES = [core("cw", "west", 500, name_en="West core"), core("ce", "east", 1500)]


def by(found: Any) -> dict[str, float | None]:
    return {part.scope: part.value for part in found.by}


def test_cores_are_counted_named_and_told_to_their_areas() -> None:
    plan = plan_of(areas=[WEST, EAST], structure=CORES)
    assert one(plan, "cores_drawn").value == 2
    assert one(plan, "cores_named").value == 1
    assert by(one(plan, "cores_named")) == {"cw": 1, "ce": 0}
    assert one(plan, "areas_drawn").value == 2


@pytest.mark.parametrize(
    ("more", "west", "east"),
    [
        ([], 1, 1),
        ([core("second", "west", 400)], 0, 1),
        ([core("of nothing", None, 400)], 1, 1),
        ([core("astray", "west", 1400)], 0, 1),
    ],
)
def test_an_area_has_one_core_if_exactly_one_names_it_and_lies_inside(
    more: list[dict[str, Any]], west: int, east: int
) -> None:
    found = one(plan_of(areas=[WEST, EAST], structure=[*CORES, *more]), "areas_with_one_core")
    assert by(found) == {"area:west": west, "area:east": east}
    assert found.value == west + east


def test_land_in_two_areas_is_their_overlap_and_two_parts_of_one_area_overlap_nothing() -> None:
    wide = {"area_id": "east", "geometry": square(900, 0, 1000)}
    assert one(plan_of(areas=[WEST, wide]), "areas_overlap").value == pytest.approx(10)
    assert one(plan_of(areas=[WEST, WEST | {"geometry": square(500, 0, 1000)}]), "areas_overlap").value == 0
    assert one(plan_of(areas=[WEST, EAST]), "areas_overlap").value == 0


def test_townships_and_functions_are_those_that_the_areas_state() -> None:
    plan = plan_of(areas=[WEST, EAST])
    assert by(one(plan, "area_townships")) == {"area:west": 2, "area:east": 1}
    assert one(plan, "area_townships").value == 2  # B is named twice
    found = one(plan, "area_functions")
    assert (found.value, lines(found.missing)) == (None, ("areas.function of east",))
    assert by(found) == {"area:west": 1, "area:east": None}


def floor(use: str, east: float, north: float, area: float) -> dict[str, Any]:
    return {"land_use": use, "floor_area_m2": area, "geometry": square(east, north)}


def test_a_core_gathers_the_function_of_its_area_more_than_the_land_around_it() -> None:
    plan = plan_of(
        areas=[WEST, EAST],
        structure=CORES,
        parcels=[
            floor("0902", 450, 450, 3000),  # at the core
            floor("0902", 0, 0, 1000),  # in the corner, 636 m away
            floor("0701", 0, 900, 9000),  # no function of the area
            floor("0802", 1000, 0, 1000),  # in the corner of the east
            floor("0803", 1450, 450, 1000),
        ],
    )
    # Within 500 m of a middle lies a disc of pi/4 of the area (drawn as a polygon of 32 sides by shapely).
    land = math.pi / 4
    found = one(plan, "core_concentration")
    assert by(found) == pytest.approx({"area:west": 0.75 / land, "area:east": 0.5 / land}, rel=0.01)
    assert found.value == pytest.approx(0.5 / land, rel=0.01)
    assert found.definition["areas"]["east"]["function_codes"] == ["0802", "0803"]


@pytest.mark.parametrize(
    ("area", "cores", "missing"),
    [
        (EAST | {"function_codes": None}, CORES, "areas.function_codes of east"),
        (EAST, CORES[:1], "structure.area_id: no core of east"),
        (EAST, CORES, "nothing to measure: east has no floor area of 0802, 0803"),
    ],
)
def test_an_area_without_function_core_or_floor_area_leaves_it_unknown(
    area: dict[str, Any], cores: list[dict[str, Any]], missing: str
) -> None:
    plan = plan_of(areas=[WEST, area], structure=cores, parcels=[floor("0902", 450, 450, 3000)])
    found = one(plan, "core_concentration")
    assert found.value is None
    assert missing in lines(found.missing)
