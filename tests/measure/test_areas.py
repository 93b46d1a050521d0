"""Sizes of areas, and zones over them."""

from __future__ import annotations

from tests.measure.conftest import one, plan_of, square

AREAS = [
    {"area_id": "rd", "geometry": square(0, 0, 2000)},
    {"area_id": "life", "geometry": square(2000, 0, 1000)},
]


def test_an_area_is_found_by_its_id() -> None:
    found = one(plan_of(areas=AREAS), "area_size", area_id="rd")
    assert (found.value, found.unit, found.counted) == (4.0, "km2", {"areas": ("rd",)})
    assert {part.scope: part.value for part in found.by} == {"area:rd": 4.0, "area:life": 1.0}


def test_an_area_that_is_not_there_is_unknown() -> None:
    assert one(plan_of(areas=AREAS), "area_size", area_id="mfg").missing == (
        "areas: no area with area_id mfg",
    )
    assert one(plan_of(), "area_size", area_id="mfg").missing == ("areas: layer absent",)
    assert one(plan_of(areas=AREAS), "area_size").missing == ("parameter area_id: the area to measure",)


def test_the_sum_of_areas_stands_beside_the_planned_land() -> None:
    found = one(plan_of(areas=AREAS, boundary=[{"geometry": square(0, 0, 3000)}]), "areas_sum")
    assert (found.value, found.definition["boundary_km2"]) == (5.0, 9.0)


def test_an_area_without_geometry_makes_the_sum_unknown() -> None:
    rows = [*AREAS, {"area_id": "mfg", "geometry": None}]
    assert one(plan_of(areas=rows), "areas_sum").missing == ("areas.geometry of mfg",)


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
