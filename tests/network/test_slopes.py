"""Uphill is farther than downhill, and level ground is what it was."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.streets import streets_of

from blockplan.errors import UsageError
from blockplan.network import join, walking
from blockplan.network.core import compile_edges
from blockplan.network.nearest import nearest
from blockplan.network.onfoot import ways_within, with_places
from blockplan.network.slopes import both_ways, level_metres, with_slopes


def test_the_lengths_are_those_of_the_hiking_function() -> None:
    # 6 km/h at a slope of -5 %, 5.04 km/h on the level, 3.55 km/h at +10 %.
    speed = {slope: 6 * math.exp(-3.5 * abs(slope + 0.05)) for slope in (0.0, 0.1, -0.05, -0.3)}
    for slope, kmh in speed.items():
        assert level_metres(200.0, 200 * slope) == pytest.approx(200 * speed[0.0] / kmh)


@given(st.floats(1, 1000), st.floats(0, 100))
def test_uphill_is_never_shorter_than_downhill_nor_than_the_level(length: float, rise: float) -> None:
    up, down = level_metres(length, rise), level_metres(length, -rise)
    assert up >= max(down, length - 1e-9)


def test_a_place_on_a_hill_is_nearer_from_above_than_from_below() -> None:
    start, end, length, height = [0, 1], [1, 2], [100.0, 100.0], [0.0, 10.0, 20.0]
    edges = with_slopes(start, end, length, height)
    graph = compile_edges(edges.start, edges.end, edges.length_m, one_way=edges.one_way)
    up, _, down = nearest(graph, [1]).tolist()
    assert up == round(100 * float(level_metres(100, 10)))
    assert down == round(100 * float(level_metres(100, -10)))
    flat = with_slopes(start, end, length, [5.0] * 3)
    same = compile_edges(flat.start, flat.end, flat.length_m, one_way=flat.one_way)
    np.testing.assert_array_equal(nearest(same, [0]), nearest(compile_edges(start, end, length), [0]))


def test_an_edge_without_length_does_not_rise() -> None:
    assert level_metres([0.0], [5.0]).tolist() == [0.0]


def test_an_unknown_height_is_refused_with_the_edge() -> None:
    with pytest.raises(UsageError, match=r"^1 of 2 edges .*first: edge 1, nodes 1 and 2"):
        with_slopes([0, 1], [1, 2], [1.0, 1.0], [0.0, 0.0, math.nan])


def test_edges_of_a_plan_have_a_length_each_way_and_an_unknown_height_is_level() -> None:
    network = walking(streets_of([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)]))
    height = np.select([network.xy[:, 0] == 100, network.xy[:, 0] == 300], [10.0, np.nan])
    found = both_ways(network, height)
    order = np.argsort([line.centroid.x for line in network.line])
    rising = np.where(
        network.xy[network.start, 0] < network.xy[network.end, 0], found.ahead_cm, found.back_cm
    )
    falling = found.ahead_cm + found.back_cm - rising
    # 10 m up in 100 m takes as long as 141.91 m on the level; down, 100 exp(3.5 (0.05 - 0.05)) = 100 m.
    assert rising[order].tolist() == [14_191, 10_000, 10_000]
    assert falling[order].tolist() == [10_000, 14_191, 10_000]
    assert found.unknown[order].tolist() == [False, False, True]


def test_heights_of_which_none_is_known_are_refused() -> None:
    network = walking(streets_of([(0, 0), (100, 0)]))
    with pytest.raises(UsageError, match="None of 1 edges has two ends of known height"):
        both_ways(network, [np.nan, 5.0])


def test_the_way_up_to_a_place_is_longer_than_the_way_down_from_it() -> None:
    network = walking(streets_of([(0, 0), (200, 0)]))
    height = np.where(network.xy[:, 0] == 0, 0.0, 20.0)
    places = with_places(
        network, join(network, shapely.points([[50, 0], [150, 0]])), both_ways(network, height)
    )
    low, high = np.array([0]), np.array([1])
    up, down = ways_within(places, low, high, 500), ways_within(places, high, low, 500)
    assert (up.cost.tolist(), down.cost.tolist()) == ([14_190], [10_000])  # half of 28,381


def test_one_keeps_off_stairs_where_that_is_asked() -> None:
    lines = streets_of([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)])
    lines["class"] = ["path", "steps", None]
    lines["highway"] = [None, None, "steps"]
    assert walking(lines).edges == 3
    assert walking(lines, stairs=False).length_km == pytest.approx(0.1)
