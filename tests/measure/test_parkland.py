"""Green of a size for the residents."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.indicators.parkland import surely_as_wide, width_m
from blockplan.measure.missing import lines


def test_each_size_of_green_is_an_amount_of_its_own() -> None:
    # Parks of 9 ha, 1 ha and 0.25 ha; 1,000 residents.
    plan = plan_of(parcels=[park(0, 300), park(400), park(600, 50), home(800, 1000)])
    assert one(plan, "sized_green_per_resident").value == 102.5
    assert one(plan, "sized_green_per_resident", smallest_green_ha=1).value == 100
    assert one(plan, "sized_green_per_resident", smallest_green_ha=1, largest_green_ha=9).value == 10
    assert one(plan, "green_ha_per_1000").value == 10.25
    found = one(plan, "green_ha_per_100000", smallest_green_ha=9)
    assert (found.value, found.supply, found.per) == (900, 9, 100_000)


def test_kinds_narrow_the_greens_and_no_code_leaves_parcels_out() -> None:
    reserve = {"kind": "nature_reserve", "geometry": square(0, 200, 200)}
    plan = plan_of(parcels=[park(0), home(200, 1000)], greens=[reserve])
    found = one(plan, "green_ha_per_1000", green_codes=[], green_kinds=["nature_reserve"])
    assert (found.value, found.counted["greens"]) == (4, ("G-1",))
    unsaid = one(plan_of(parcels=[park(0), home(200, 1000)]), "green_ha_per_1000", green_codes=[])
    assert (unsaid.value, lines(unsaid.missing)) == (None, ("greens: layer absent",))


def test_nobody_to_divide_by_is_unknown_with_the_supply_beside() -> None:
    found = one(plan_of(parcels=[park(0)]), "green_ha_per_1000")
    assert (found.value, found.supply) == (None, 1)


def width(shape: shapely.Geometry) -> float:
    return float(width_m(np.array([shape], dtype=object))[0])


@given(st.integers(5, 300), st.integers(5, 300), st.integers(0, 179))
def test_a_rectangle_is_as_wide_as_its_short_side_however_it_lies(a: int, b: int, turn: int) -> None:
    lying = affinity.rotate(shapely.box(0, 0, a, b), turn)
    assert width(lying) == pytest.approx(min(a, b), abs=0.11)


def test_a_round_park_is_as_wide_as_its_diameter() -> None:
    assert width(shapely.Point(0, 0).buffer(40, quad_segs=64)) == pytest.approx(80, abs=0.11)


def test_a_tail_does_not_make_a_wide_park_narrow_and_a_long_strip_is_narrow() -> None:
    tailed = shapely.union(shapely.box(0, 0, 100, 100), shapely.box(100, 45, 600, 55))
    assert width(tailed) == pytest.approx(100, abs=1)
    assert width(shapely.box(0, 0, 1000, 8)) == 8.0


def test_a_pond_in_the_middle_narrows_the_park() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(30, 30, 70, 70))
    assert width(ring) < 45


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=3, max_size=8),
    st.floats(0, 60, allow_nan=False),
)
def test_land_that_is_surely_as_wide_is_found_as_wide_when_it_is_measured(
    corners: list[tuple[int, int]], least_m: float
) -> None:
    land = np.array([shapely.Polygon(corners)], dtype=object)
    if surely_as_wide(land, least_m)[0]:
        assert width_m(land)[0] >= least_m


def test_land_with_a_pond_or_without_a_sound_outline_is_never_sure() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(30, 30, 70, 70))
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    assert not surely_as_wide(np.array([ring, bow, None], dtype=object), 1.0).any()


def test_what_is_not_there_has_no_width() -> None:
    assert np.isnan(width(None))
    assert width_m(np.array([], dtype=object)).tolist() == []
