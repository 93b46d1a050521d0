"""From doors to entrances: joins, stretches, limits."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.streets import streets_of

from blockplan.network import at_joins, join, join_nodes, meets, walk, walking
from blockplan.network.reach import walk_to


def points(*xy: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.Point(at) for at in xy], dtype=object)


def test_a_point_joins_at_the_nearest_point_of_a_street(cross) -> None:
    joins = join(walking(cross), points((40, 7)))
    network = walking(cross)
    along = network.line[joins.edge[0]].interpolate(joins.at_cm[0] / 100)
    assert (along.x, along.y, joins.way_cm[0]) == (40, 0, 700)


def test_a_point_beyond_the_limit_does_not_join_and_has_no_distance(cross) -> None:
    network = walking(cross)
    joins = join(network, points((50, 30), (50, 31), (150, 150)), limit_m=30.0)
    assert joins.refused.tolist() == [False, True, True]
    metres = walk(network, joins, at_joins(join(network, points((0, 0)))))
    assert metres[0] == 80.0
    assert np.isnan(metres[1:]).all()


def test_the_way_to_the_street_counts_on_both_sides_unless_it_is_free(cross) -> None:
    network = walking(cross)
    origin, target = join(network, points((40, 7))), join(network, points((3, 60)))
    assert walk(network, origin, at_joins(target)).tolist() == [40 + 7 + 60 + 3]
    assert walk(network, origin.free, at_joins(target.free)).tolist() == [100]


def test_two_points_on_one_street_need_no_node() -> None:
    network = walking(streets_of([(0, 0), (1000, 0)]))
    assert walk(
        network, join(network, points((600, 0))), at_joins(join(network, points((700, 0))))
    ).tolist() == [100]


def test_the_shorter_way_round_counts_even_on_one_street() -> None:
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    network = walking(streets_of(ring))
    metres = walk(network, join(network, points((10, 0))), at_joins(join(network, points((0, 20)))))
    assert metres.tolist() == [30]


def test_the_limit_includes_the_way_from_the_door(cross) -> None:
    network = walking(cross)
    targets = at_joins(join(network, points((0, 0))))
    origins = join(network, points((50, 10), (51, 10)))
    metres = walk(network, origins, targets, limit_m=60.0)
    assert metres[0] == 60.0
    assert np.isnan(metres[1])


def test_joining_at_a_node_counts_the_way_to_the_node(cross) -> None:
    network = walking(cross)
    joins = join_nodes(network, points((40, 30)))
    assert joins.way_cm.tolist() == [5000]
    assert walk(network, joins, at_joins(join_nodes(network, points((100, 0))))).tolist() == [150]


def test_a_street_meets_the_edge_of_a_park_where_it_crosses_it(cross) -> None:
    network = walking(cross)
    park = shapely.box(50, -20, 80, 20)
    targets = meets(network, np.array([park.boundary], dtype=object))
    places = [
        network.line[e].interpolate(a / 100).x for e, a in zip(targets.edge, targets.from_cm, strict=True)
    ]
    assert sorted(places) == [50, 80]
    assert walk(network, join(network, points((0, 40))), targets).tolist() == [90]


def test_a_stretch_inside_a_park_is_reached_anywhere_along_it(cross) -> None:
    network = walking(cross)
    targets = meets(network, np.array([shapely.box(50, -20, 80, 20)], dtype=object))
    origins = join(network, points((60, 0), (45, 0), (90, 0), (100, 0)))
    assert walk(network, origins, targets).tolist() == [0, 5, 10, 20]


def test_a_shape_that_no_street_meets_gives_no_target(cross) -> None:
    network = walking(cross)
    targets = meets(network, np.array([shapely.box(300, 300, 310, 310)], dtype=object))
    assert len(targets.edge) == 0
    assert np.isnan(walk(network, join(network, points((0, 0))), targets)).all()


def test_targets_of_two_kinds_add_up(cross) -> None:
    network = walking(cross)
    both = at_joins(join(network, points((100, 0)))) + at_joins(join(network, points((0, 100))))
    assert walk(network, join(network, points((0, 70))), both).tolist() == [30]


def test_missing_points_do_not_join(cross) -> None:
    given = np.array([None, shapely.Point(), shapely.Point(0, 0)], dtype=object)
    assert join(walking(cross), given).refused.tolist() == [True, True, False]


@pytest.mark.parametrize("limit_m", [None, 5.0])
def test_no_points_give_no_joins(cross, limit_m: float | None) -> None:
    assert len(join(walking(cross), points(), limit_m).edge) == 0


GRID = [[(0, 100 * row), (300, 100 * row)] for row in range(4)]
GRID += [[(100 * column, 0), (100 * column, 300)] for column in range(4)]
SPOTS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=6)


@given(SPOTS, SPOTS, st.sampled_from([50.0, 150.0, 1000.0]))
def test_distances_are_those_of_walk_and_the_area_named_lies_that_far(origins, targets, limit_m) -> None:
    network = walking(streets_of(*GRID))
    starts, ends = join(network, points(*origins)), at_joins(join(network, points(*targets)))
    found = walk_to(network, starts, ends, limit_m)
    np.testing.assert_array_equal(found.metres, walk(network, starts, ends, limit_m))
    for row, area in enumerate(found.area):
        assert (area < 0) == np.isnan(found.metres[row])
        if area >= 0:
            alone = at_joins(join(network, points(targets[area])))
            assert walk(network, starts, alone, limit_m)[row] == found.metres[row]


def test_without_targets_nothing_is_reached() -> None:
    network = walking(streets_of(*GRID))
    found = walk_to(
        network, join(network, points((0, 0))), at_joins(join(network, points((0, 0))[:0])), 100.0
    )
    assert np.isnan(found.metres).all()
    assert found.area.tolist() == [-1]
