"""Uphill is farther than downhill, and level ground is what it was."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.errors import UsageError
from blockplan.network.core import compile_edges
from blockplan.network.nearest import nearest
from blockplan.network.slopes import level_metres, with_slopes


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
