"""Which parcels lie in which part of a plan."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.inputs.homes import Homes
from blockplan.measure.inputs.parts import pieces, sums_at


def areas(*edges: float) -> list[dict]:
    """Areas side by side between edges, 100 m high."""
    return [
        {"area_id": f"a{number}", "geometry": square(west, 0, east - west, 100)}
        for number, (west, east) in enumerate(pairwise(edges))
    ]


def test_a_parcel_belongs_where_its_point_lies_and_nowhere_twice() -> None:
    found = pieces(plan_of(parcels=[home(0, 1), home(100, 1)], areas=areas(0, 50, 200)), "areas")
    assert found.scopes == ("area:a0", "area:a1")
    # The middle of the first parcel lies on the common edge: it goes to the area that is named first.
    assert (found.parcel.tolist(), found.part.tolist()) == ([0, 1], [0, 1])


def test_circles_cut_parcels_and_may_lie_over_one_another() -> None:
    circles = [{"tier": "5", "geometry": square(50, 0, 100)}, {"tier": "15", "geometry": square(0, 0, 200)}]
    found = pieces(plan_of(parcels=[home(0, 1), home(100, 1)], circles=circles), "circles")
    assert found.sums(np.array([10.0, 20.0])).tolist() == [15.0, 30.0]


def test_one_unknown_parcel_leaves_its_part_unknown_and_no_other() -> None:
    found = pieces(plan_of(parcels=[home(0, 1), home(100, 1)], areas=areas(0, 100, 200)), "areas")
    sums = found.sums(np.array([np.nan, 2.0]))
    assert np.isnan(sums[0])
    assert sums[1] == 2


@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(0, 99), min_size=9, max_size=9),
)
def test_residents_of_the_areas_add_up_to_those_of_the_plan(cuts: list[int], people: list[int]) -> None:
    plan = plan_of(
        boundary=[{"geometry": square(0, 0, 900, 100)}],
        parcels=[*(home(100 * at, number) for at, number in enumerate(people)), park(5000)],
        areas=areas(0, *sorted(cuts), 901),
    )
    by = one(plan, "land_per_resident", land_codes=["14"]).by
    assert sum(part.residents for part in by if part.scope.startswith("area:")) == pytest.approx(sum(people))


def test_a_parcel_without_a_place_leaves_every_part_unknown_where_it_has_some() -> None:
    plan = plan_of(parcels=[home(0, 1), {"land_use": "0701", "geometry": None}], areas=areas(0, 100, 200))
    found = pieces(plan, "areas")
    assert np.isnan(found.sums(np.array([1.0, 5.0]))).all()
    assert found.sums(np.array([1.0, 0.0])).tolist() == [1.0, 0.0]


@given(st.integers(0, 2**32 - 1))
def test_what_lies_in_a_part_adds_up_to_the_same_in_any_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    at, amounts = random.integers(0, 5, 60), random.uniform(0, 1000, 60) / 3
    order = random.permutation(60)
    found = sums_at(at, amounts, 6)
    assert found.tolist() == [math.fsum(amounts[at == number]) for number in range(6)]
    assert found.tobytes() == sums_at(at[order], amounts[order], 6).tobytes()


@given(st.integers(0, 2**32 - 1))
def test_people_of_some_homes_add_up_exactly_whole_or_in_part(seed: int) -> None:
    random = np.random.default_rng(seed)
    weight, names = random.uniform(0, 400, 100) / 3, np.arange(100).astype(str).astype(object)
    homes = Homes(names, names, shapely.points(random.random((100, 2))), weight, "residents")
    some, part = random.random(100) < 0.4, random.random(100)
    assert homes.people(some) == homes.people(some.astype(float)) == math.fsum(weight[some])
    assert homes.people(part) == math.fsum(weight * part)
    assert homes.share(some) == math.fsum(weight[some]) / math.fsum(weight)
