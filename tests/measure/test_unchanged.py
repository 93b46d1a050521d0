"""
What must not change a measure: where a plan lies, how it is turned, the order of rows, cuts of parcels.

Every measure of the registry is held to it on random plans, with its parts and readings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate
from tests.measure.conftest import one, plan_of, square
from tests.random_plans import ASKED, moved, random_plan, reordered, rotated, split, translated

from blockplan.measure import MEASURES, measure
from blockplan.measure.middles import middles

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan

#: What the points of a compass have a part in: the belt's order from north to south.
COMPASS = {"belt_southward"}
#: What is told from where a parcel stands, or from what its buildings say of it: a cut moves that.
STANDING = {
    name for name, spec in MEASURES.items() if any(what.startswith("buildings.") for what in spec.inputs)
} | {
    "axis_venues",
    "belt_floor_area",
    "belt_jobs",
    "block_green_per_resident",
    "circle_dwellings",
    "circle_facility_floor_per_1000",
    "circle_facility_land_per_1000",
    "circle_green_per_resident",
    "circle_residents",
    "commerce_near_stations",
    "core_concentration",
    "food_within_500m",
    "green_access",
    "industry_location_quotient",
    "industry_near_cores",
    "parking_per_floor",
    "programmes_within_800m",
    "research_programme_share",
    "station_floor_share",
    "station_jobs_share",
    "subblock_residents",
}
#: These readings end at the point of a green that published studies took, which does not turn with it.
FIXED = "middle"


def measured(plan: Plan) -> dict[str, Measurement]:
    return {name: measure(plan, name, parameters=ASKED.get(name))[0] for name in MEASURES}


def numbers(found: Measurement) -> dict[str, Any]:
    """Every number of a measurement that must stay."""
    shares = {f"reading {one_.id}": one_.share for one_ in found.readings if FIXED not in one_.id}
    ends = dict(zip(("low", "high"), found.ends or (None, None), strict=True))
    return {"value": found.value, **ends, **shares, **{part.scope: part.value for part in found.by}}


def same(one_: float | None, other: float | None) -> bool:
    """Whether two numbers are the same but for rounding; unknown is the same as unknown only."""
    if one_ is None or other is None:
        return one_ is other
    return math.isclose(one_, other, rel_tol=1e-6, abs_tol=1e-7)


CHANGES: dict[str, Callable[[Plan], Plan]] = {
    "moved": lambda plan: translated(plan, 4_211.37, -977.13),
    "turned": lambda plan: rotated(plan, 37.3),
    "reordered": lambda plan: reordered(plan, 7),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_measure_changes_where_a_plan_is_moved_turned_or_reordered(seed: int) -> None:
    plan = random_plan(seed, empty=0.0 if seed % 2 else 0.02)
    before = measured(plan)
    for what, change in CHANGES.items():
        for name, found in measured(change(plan)).items():
            if what == "turned" and name in COMPASS:
                continue
            old, new = numbers(before[name]), numbers(found)
            assert old.keys() == new.keys(), (name, what)
            differ = {key: (old[key], new[key]) for key in old if not same(old[key], new[key])}
            assert not differ, (name, what)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_measure_of_land_or_amounts_changes_where_parcels_are_cut_in_two(seed: int) -> None:
    plan = random_plan(seed, empty=0.0)
    before, after = measured(plan), measured(split(plan, seed))
    for name in MEASURES.keys() - STANDING:
        assert same(before[name].value, after[name].value), name


@pytest.mark.parametrize("by_m", [0.0, 1e-6, -1e-6])
def test_a_street_along_the_edge_of_the_plan_counts_on_whichever_side_of_it(by_m: float) -> None:
    streets = [
        {"class": "local", "geometry": shapely.LineString(line)}
        for line in (
            [(0, -50), (0, 550)],
            [(500, 0), (500, 500)],
            [(0, 250), (500, 250)],
            [(250, 0), (250, 500)],
        )
    ]
    halves = [
        {"area_id": "west", "geometry": square(0, 0, 250, 500)},
        {"area_id": "east", "geometry": square(250, 0, 250, 500)},
    ]
    plan = plan_of(boundary=[{"geometry": square(0, 0, 500)}], areas=halves, streets=streets)
    drawn = moved(plan, lambda shape: shapely.transform(shape, lambda xy: xy + by_m) if shape.area else shape)
    found = one(drawn, "street_density")
    assert found.value == pytest.approx(2.0 / 0.25, rel=1e-5)
    parts = {part.scope: part.value for part in found.by}
    # West: its own edge whole, half of the line between, its half of the street across.
    assert parts["area:west"] == pytest.approx((0.5 + 0.25 + 0.25) / 0.125, rel=1e-4)
    assert parts["area:east"] == pytest.approx((0.5 + 0.25 + 0.25) / 0.125, rel=1e-4)


@pytest.mark.parametrize("degrees", [33, 90, 180, 271.3])
def test_where_a_feature_stands_turns_with_it(degrees: float) -> None:
    shapes = [
        square(0, 0, 90, 60) - square(10, 15, 80, 35),  # a horseshoe
        square(0, 0, 90) - square(30, 30, 20),  # a ring, which is as near on every side
        shapely.LineString([(0, 0), (50, 0), (50, 50)]),
        shapely.MultiPoint([(0, 0), (10, 0), (3, 0)]),
        square(0, 0, 20),
    ]
    there = middles(np.array(shapes, dtype=object))
    turned = np.array([rotate(shape, degrees, origin=(7, 7)) for shape in shapes], dtype=object)
    for shape, spot, after in zip(shapes, there, middles(turned), strict=True):
        assert rotate(spot, degrees, origin=(7, 7)).distance(after) < 1e-6
        assert shapely.distance(shape, spot) < 1e-9


def test_a_feature_without_a_place_stands_nowhere() -> None:
    assert middles(np.array([None, shapely.Polygon()], dtype=object)).tolist() == [None, None]
