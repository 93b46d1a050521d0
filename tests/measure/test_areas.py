"""Sizes of areas, and zones over them."""

from __future__ import annotations

import pytest
from tests.support.squares import home, one, plan_of, square

from blockplan.measure import MEASURES
from blockplan.measure.missing import lines
from blockplan.plan import Plan, validate

AREAS = [
    {"area_id": "rd", "geometry": square(0, 0, 2000)},
    {"area_id": "life", "geometry": square(2000, 0, 1000)},
]


def test_an_area_is_found_by_its_id() -> None:
    found = one(plan_of(areas=AREAS), "area_size", area_id="rd")
    assert (found.value, found.unit, found.counted) == (4.0, "km2", {"areas": ("rd",)})
    assert {part.scope: part.value for part in found.by} == {"area:rd": 4.0, "area:life": 1.0}


def test_an_area_that_is_not_there_is_unknown() -> None:
    assert lines(one(plan_of(areas=AREAS), "area_size", area_id="mfg").missing) == (
        "areas: no area with area_id mfg",
    )
    assert lines(one(plan_of(), "area_size", area_id="mfg").missing) == ("areas: layer absent",)
    assert lines(one(plan_of(areas=AREAS), "area_size").missing) == (
        "parameter area_id: the area to measure",
    )


def test_the_sum_of_areas_stands_beside_the_planned_land() -> None:
    found = one(plan_of(areas=AREAS, boundary=[{"geometry": square(0, 0, 3000)}]), "areas_sum")
    assert (found.value, found.definition["boundary_km2"]) == (5.0, 9.0)


def test_an_area_without_geometry_makes_the_sum_unknown() -> None:
    rows = [*AREAS, {"area_id": "mfg", "geometry": None}]
    assert lines(one(plan_of(areas=rows), "areas_sum").missing) == ("areas.geometry of mfg",)


def test_zones_lie_over_areas_by_pair() -> None:
    zones = [
        {"zone_id": "commerce", "geometry": square(1900, 0, 200, 100)},
        {"zone_id": "making", "geometry": square(0, 0)},
    ]
    found = one(plan_of(areas=AREAS, zones=zones), "zone_area_overlay")
    assert {part.scope: part.value for part in found.by} == {
        "commerce/rd": 1.0,
        "commerce/life": 1.0,
        "making/rd": 1.0,
        "making/life": 0.0,
    }
    assert found.value == 3.0


def in_two_rows() -> Plan:
    """An area of two squares, each a row of its own, and one of a single square; each with a home."""
    areas = [
        {"area_id": "life", "geometry": square(0, 0)},
        {"area_id": "life", "geometry": square(300, 0)},
        {"area_id": "rd", "geometry": square(600, 0)},
    ]
    homes = [home(0, 100), home(300, 300), home(600, 50)]
    return plan_of(boundary=[{"name": "all", "geometry": square(0, 0, 700)}], parcels=homes, areas=areas)


@pytest.mark.parametrize(
    ("name", "parts"),
    [("area_size", [0.02, 0.01]), ("floor_area_ratio", [None, None]), ("land_per_resident", [50.0, 200.0])],
)
def test_an_area_in_two_rows_is_one_part_of_every_measure(name: str, parts: list[float | None]) -> None:
    parameters = {"area_id": "life", "land_codes": ["07"]}
    taken = {key: value for key, value in parameters.items() if key in MEASURES[name].parameters}
    found = one(in_two_rows(), name, **taken)
    by = [part for part in found.by if part.scope.startswith("area:")]
    assert [part.scope for part in by] == ["area:life", "area:rd"]
    assert [part.value for part in by] == pytest.approx(parts)


def test_an_area_in_two_rows_is_a_note_and_two_areas_over_one_another_a_warning() -> None:
    assert [(f.case, f.grade) for f in validate(in_two_rows()) if f.rule == "pq-id"] == [("rows", "note")]
    areas = [{"area_id": "a", "geometry": square(0, 0)}, {"area_id": "b", "geometry": square(50, 0)}]
    (fault,) = [f for f in validate(plan_of(parcels=[home(0, 1)], areas=areas)) if f.rule == "pq-over"]
    assert (fault.grade, fault.layer, fault.id, fault.measured) == ("warning", "areas", "a", 5_000)
    assert "counts for a alone" in fault.message("en")
