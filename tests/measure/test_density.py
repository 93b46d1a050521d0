"""Floor area, ratios to land, coverage, heights, people and jobs."""

from __future__ import annotations

import pytest
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.missing import lines

#: 4 ha: two built parcels, a park, a road.
BOUNDARY = [{"geometry": square(0, 0, 400, 100)}]


def works(east: float, **more: object) -> dict:
    return {"land_use": "1001", "geometry": square(east, 0), **more}


def a_plan(**layers: object) -> object:
    homes = home(0, 300, floor_area_m2=20_000, height_m=54, coverage_ratio=0.2, dwellings=100)
    works_ = works(100, floor_area_m2=10_000, height_m=24, coverage_ratio=0.5, jobs=200)
    road = {"land_use": "1207", "geometry": square(300, 0)}
    return plan_of(**{"boundary": BOUNDARY, "parcels": [homes, works_, park(200), road], **layers})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("floor_area_total", 0.03),
        ("gross_floor_area_ratio", 0.75),
        ("floor_area_ratio", 1.5),
        ("coverage", 0.35),
        ("residential_height", 54),
        ("heights", 44),
        ("population_density", 75),
        ("job_density", 50),
    ],
)
def test_a_town_of_four_parcels_is_as_dense_as_reckoned_by_hand(name: str, value: float) -> None:
    found = one(a_plan(), name)
    assert found.value == pytest.approx(value)
    assert not lines(found.missing)


def test_floor_area_adds_up_by_class_and_by_area() -> None:
    areas = [
        {"area_id": "w", "geometry": square(0, 0)},
        {"area_id": "e", "geometry": square(100, 0, 300, 100)},
    ]
    by = {part.scope: part.value for part in one(a_plan(areas=areas), "floor_area_total").by}
    assert (by["area:w"], by["area:e"]) == (pytest.approx(0.02), pytest.approx(0.01))
    assert (by["class:07"], by["class:10"], by["class:14"]) == (pytest.approx(0.02), pytest.approx(0.01), 0)


def test_built_land_without_floor_area_is_unknown_and_a_park_has_none() -> None:
    plan = plan_of(boundary=BOUNDARY, parcels=[home(0, 1), park(100)])
    for name in ("floor_area_total", "gross_floor_area_ratio", "floor_area_ratio"):
        assert lines(one(plan, name).missing) == ("parcels.floor_area_m2 of P-1",), name
    assert one(plan_of(boundary=BOUNDARY, parcels=[park(100)]), "floor_area_total").value == 0


@pytest.mark.parametrize(("height", "places"), [(79.9, []), (80, []), (80.1, ["P-1"])])
def test_housing_above_the_height_asked_for_is_listed(height: float, places: list[str]) -> None:
    found = one(plan_of(parcels=[home(0, 1, height_m=height)]), "residential_height", height_above_m=80)
    assert (found.value, [place.id for place in found.places]) == (height, places)


def test_the_height_of_buildings_goes_before_that_of_their_parcel() -> None:
    tower = {"parcel_id": "P-1", "height_m": 33.0, "geometry": square(0, 0, 10)}
    plan = plan_of(parcels=[home(0, 1, height_m=60)], buildings=[tower])
    assert one(plan, "residential_height").value == 33
    unsaid = {**tower, "height_m": None}
    assert (
        one(plan_of(parcels=[home(0, 1, height_m=60)], buildings=[tower, unsaid]), "residential_height").value
        == 60
    )


def test_offices_may_be_taller_and_a_home_without_height_is_unknown() -> None:
    plan = plan_of(parcels=[home(0, 1, height_m=54), works(100, height_m=100)])
    assert one(plan, "residential_height").value == 54
    plan = plan_of(parcels=[home(0, 1, height_m=54), home(100, 1)])
    assert lines(one(plan, "residential_height").missing) == ("parcels.height_m of P-2",)


def test_footprints_stand_in_for_a_coverage_that_no_one_states() -> None:
    house = {"parcel_id": "P-1", "geometry": square(0, 0, 50)}
    assert one(plan_of(parcels=[home(0, 1)], buildings=[house]), "coverage").value == pytest.approx(0.25)
    assert lines(one(plan_of(parcels=[home(0, 1)]), "coverage").missing) == ("parcels.coverage_ratio of P-1",)


def test_without_a_boundary_there_is_no_land_to_divide_by() -> None:
    plan = plan_of(parcels=[home(0, 10, floor_area_m2=1)])
    for name in ("gross_floor_area_ratio", "population_density", "job_density"):
        assert lines(one(plan, name).missing) == ("boundary: layer absent",)
