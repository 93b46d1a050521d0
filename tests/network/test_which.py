"""Which target is the nearest on foot: distances are those of `walk`, and what is named lies that far."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.network.conftest import streets_of

from blockplan.network import at_joins, join, walk, walking
from blockplan.network.reach import walk_to

GRID = [[(0, 100 * row), (300, 100 * row)] for row in range(4)]
GRID += [[(100 * column, 0), (100 * column, 300)] for column in range(4)]
SPOTS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=6)


def points(xy: list[tuple[float, float]]) -> np.ndarray:
    return np.array([shapely.Point(at) for at in xy], dtype=object)


@given(SPOTS, SPOTS, st.sampled_from([50.0, 150.0, 1000.0]))
def test_distances_are_those_of_walk_and_the_area_named_lies_that_far(origins, targets, limit_m) -> None:
    network = walking(streets_of(*GRID))
    starts, ends = join(network, points(origins)), at_joins(join(network, points(targets)))
    found = walk_to(network, starts, ends, limit_m)
    np.testing.assert_array_equal(found.metres, walk(network, starts, ends, limit_m))
    for row, area in enumerate(found.area):
        assert (area < 0) == np.isnan(found.metres[row])
        if area >= 0:
            alone = at_joins(join(network, points([targets[area]])))
            assert walk(network, starts, alone, limit_m)[row] == found.metres[row]


def test_without_targets_nothing_is_reached() -> None:
    network = walking(streets_of(*GRID))
    found = walk_to(network, join(network, points([(0, 0)])), at_joins(join(network, points([])[:0])), 100.0)
    assert np.isnan(found.metres).all()
    assert found.area.tolist() == [-1]
