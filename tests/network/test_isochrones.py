"""Areas on foot: along streets, to the metre, valid, and one inside the other."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.grids import LINES, POINTS, grid_lines
from tests.support.streets import streets_of

from blockplan.errors import UsageError
from blockplan.network import at_joins, join, walk, walking
from blockplan.network.isochrones import isochrones


def points(*xy: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.Point(at) for at in xy], dtype=object)


def test_on_one_street_the_area_is_a_strip_with_round_ends() -> None:
    network = walking(streets_of([(0, 0), (1000, 0)]))
    (row,) = isochrones(network, join(network, points((500, 0))), [100, 200], width_m=25)
    assert row[0].bounds == (375, -25, 625, 25)
    assert row[0].area == pytest.approx(200 * 50 + math.pi * 25**2, rel=0.01)
    assert row[1].bounds == (275, -25, 725, 25)


def test_the_way_from_the_door_to_the_street_counts() -> None:
    network = walking(streets_of([(0, 0), (1000, 0)]))
    (row,) = isochrones(network, join(network, points((500, 60))), [100, 50], width_m=10)
    assert row[0].bounds == (450, -10, 550, 10)
    assert row[1].is_empty


def test_an_origin_that_does_not_join_has_no_area() -> None:
    network = walking(streets_of([(0, 0), (1000, 0)]))
    areas = isochrones(network, join(network, points((500, 0), (500, 90)), 50.0), [100])
    assert areas[0, 0] is not None
    assert areas[1, 0] is None


def test_small_blocks_that_streets_enclose_belong_to_the_area_and_large_ones_do_not() -> None:
    network = walking(streets_of([(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]))
    origin = join(network, points((0, 100)))
    (((small,), (large,))) = (
        isochrones(network, origin, [500], width_m=10, block_ha=size)[0] for size in (4.0, 1.0)
    )
    middle = shapely.Point(100, 100)
    assert small.contains(middle)
    assert not large.contains(middle)


def test_a_limit_of_nothing_is_the_place_itself() -> None:
    network = walking(streets_of([(0, 0), (1000, 0)]))
    ((area,),) = isochrones(network, join(network, points((500, 0))), [0], width_m=10)
    assert area.bounds == (490, -10, 510, 10)


@given(LINES, POINTS, st.lists(st.integers(0, 800), min_size=1, max_size=3))
def test_areas_are_valid_nested_and_hold_just_what_is_reached(rows, at, limits) -> None:
    network = walking(streets_of(*grid_lines(rows)))
    origins = join(network, points(at[0]))
    (areas,) = isochrones(network, origins, limits, width_m=20, block_ha=0)
    assert all(area.is_valid and area.geom_type in ("Polygon", "MultiPolygon") for area in areas)
    order = np.argsort(limits)
    for inner, outer in itertools.pairwise(order):
        assert areas[inner].difference(areas[outer]).area < 1e-6
    # Places every 25 m along the streets: inside if reached, and outside if no reached place is near.
    places = np.array(
        [line.interpolate(step) for line in network.line for step in np.arange(0, line.length, 25)],
        dtype=object,
    )
    metres = walk(network, join(network, places), at_joins(origins))
    for area, limit in zip(areas, limits, strict=True):
        assert shapely.contains_properly(area, places[metres <= limit - 0.1]).all()
        apart = shapely.distance(places, shapely.union_all(shapely.buffer(places[metres <= limit], 25)))
        beyond = ~(metres <= limit) & (apart > 20 + 1) if (metres <= limit).any() else ~(metres <= limit)
        if area.is_empty or (metres <= limit).any():
            assert not shapely.intersects(area, places[beyond]).any()


@pytest.mark.parametrize(
    ("limits", "options", "message"),
    [
        ([-1], {}, "Limits are lengths of 0 m or more"),
        ([math.nan], {}, "Limits are lengths of 0 m or more"),
        ([100], {"width_m": 0}, "The width is more than 0 m"),
        ([100], {"block_ha": -1}, "the size of blocks 0 ha or more"),
    ],
)
def test_what_makes_no_area_is_refused(cross, limits, options, message: str) -> None:
    network = walking(cross)
    with pytest.raises(UsageError, match=message):
        isochrones(network, join(network, points((0, 0))), limits, **options)
