"""Which lines meet, which pass each other, and what a barrier does."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from tests.support.streets import streets_of

from blockplan.network import at_joins, join, walk, walking

if TYPE_CHECKING:
    from blockplan.network import Network


def parts_of(network: Network) -> int:
    return len(set(network.components().tolist()))


def metres(network: Network, start: tuple[float, float], end: tuple[float, float]) -> float:
    origin, target = (join(network, np.array([shapely.Point(at)], dtype=object)) for at in (start, end))
    return float(walk(network, origin, at_joins(target))[0])


def test_a_crossing_on_one_level_is_a_node(cross) -> None:
    network = walking(cross)
    assert (len(network.xy), network.edges, parts_of(network)) == (5, 4, 1)
    assert metres(network, (-50, 0), (0, 70)) == 120.0


def test_a_street_of_mistyped_coordinates_is_none() -> None:
    network = walking(streets_of([(-100, 0), (100, 0)], [(0, 0), (1e8, 1e8)]))
    assert (network.edges, network.xy.max()) == (1, 100.0)


def test_a_bridge_does_not_meet_the_street_below() -> None:
    network = walking(streets_of([(-100, 0), (100, 0)], [(0, -100), (0, 100)], level=[0, 1]))
    assert (len(network.xy), network.edges, parts_of(network)) == (4, 2, 2)


def test_a_bridge_meets_the_streets_that_it_comes_down_to() -> None:
    network = walking(
        streets_of(
            [(-100, 0), (100, 0)], [(0, -100), (0, -50)], [(0, -50), (0, 50)], [(0, 50), (0, 100)],
            level=[0, 0, 1, 0],
        )
    )  # fmt: skip
    assert parts_of(network) == 2
    assert metres(network, (0, -100), (0, 100)) == 200.0


def test_a_bridge_that_ends_in_the_middle_of_a_street_lands_there() -> None:
    network = walking(streets_of([(-100, 0), (100, 0)], [(0, 0), (0, 100)], level=[0, 1]))
    assert metres(network, (-100, 0), (0, 100)) == 200.0


def test_a_bridge_cut_above_a_street_that_is_cut_too_does_not_land() -> None:
    network = walking(
        streets_of(
            [(-100, 0), (0, 0)],
            [(0, 0), (100, 0)],
            [(0, -100), (0, 0)],
            [(0, 0), (0, 100)],
            level=[0, 0, 1, 1],
        )
    )
    assert parts_of(network) == 2


@pytest.mark.parametrize(("gap_m", "parts"), [(0.0, 1), (0.05, 1), (0.5, 2)])
def test_ends_meet_within_the_tolerance(gap_m: float, parts: int) -> None:
    end_to_end = walking(streets_of([(-100, 0), (0, 0)], [(gap_m, 0), (100, 0)]))
    end_to_middle = walking(streets_of([(-100, 0), (100, 0)], [(0, gap_m), (0, 100)]))
    assert parts_of(end_to_end) == parts
    assert parts_of(end_to_middle) == parts


def test_streets_one_may_not_walk_on_are_left_out_and_unknown_is_walkable() -> None:
    network = walking(
        streets_of([(0, 0), (1, 0)], [(0, 1), (1, 1)], [(0, 2), (1, 2)], walk=[True, False, None])
    )
    assert network.street.tolist() == ["S-1", "S-3"]


def test_a_street_drawn_across_a_barrier_is_cut_there() -> None:
    network = walking(
        streets_of(
            [(-100, 0), (100, 0)], [(0, -50), (0, 50)], walk=[False, True], barrier=["expressway", None]
        )
    )
    assert parts_of(network) == 2
    assert network.length_cm.tolist() == [5000, 5000]
    assert np.isnan(metres(network, (0, -20), (0, 20)))


def test_a_bridge_leads_across_a_barrier() -> None:
    network = walking(
        streets_of(
            [(-100, 0), (100, 0)],
            [(0, -50), (0, 50)],
            walk=[False, True],
            barrier=["yes", None],
            level=[0, 1],
        )
    )
    assert metres(network, (0, -50), (0, 50)) == 100.0


def test_streets_that_meet_on_a_barrier_join_only_with_those_of_their_side() -> None:
    network = walking(
        streets_of(
            [(-100, 0), (100, 0)],
            [(-10, 50), (0, 0)], [(10, 50), (0, 0)], [(0, -50), (0, 0)],
            walk=[False, True, True, True], barrier=["wall", None, None, None],
        )
    )  # fmt: skip
    assert metres(network, (-10, 50), (10, 50)) == pytest.approx(101.98, abs=0.01)
    assert np.isnan(metres(network, (10, 50), (0, -50)))


def test_one_walks_round_the_end_of_a_barrier() -> None:
    network = walking(
        streets_of([(-100, 0), (0, 0)], [(0, -50), (0, 50)], walk=[False, True], barrier=["wall", None])
    )
    assert metres(network, (0, -50), (0, 50)) == 100.0


def test_a_barrier_is_not_walked_along() -> None:
    network = walking(
        streets_of([(0, 0), (100, 0)], [(20, 0), (50, 0)], [(0, 5), (100, 5)], barrier=["wall", None, None])
    )
    assert network.street.tolist() == ["S-3"]


@pytest.mark.parametrize("word", ["no", "none", "False", None])
def test_a_barrier_column_that_says_no_is_no_barrier(word: str | None) -> None:
    network = walking(streets_of([(-100, 0), (100, 0)], [(0, -50), (0, 50)], barrier=[word, None]))
    assert parts_of(network) == 1


def test_a_point_does_not_join_across_a_barrier() -> None:
    network = walking(
        streets_of(
            [(-100, 0), (100, 0)],
            [(-100, -10), (100, -10)],
            [(-100, 60), (100, 60)],
            barrier=["wall", None, None],
        )
    )
    joins = join(network, np.array([shapely.Point(0, 5), shapely.Point(0, -3)], dtype=object), 100.0)
    assert network.street[joins.edge].tolist() == ["S-3", "S-2"]
    assert joins.way_cm.tolist() == [5500, 700]
    assert join(network, np.array([shapely.Point(0, 5)], dtype=object), 50.0).refused.tolist() == [True]


def test_node_ids_in_the_data_say_what_meets() -> None:
    rows = [[(-100, 0), (0, 0)], [(0, 0), (100, 0)], [(0, -100), (0, 100)]]
    network = walking(streets_of(*rows, u=[1, 2, 8], v=[2, 3, 9]))
    assert parts_of(network) == 2
    assert metres(network, (-100, 0), (100, 0)) == 200.0
    incomplete = walking(streets_of(*rows, u=[1, 2, None], v=[2, 3, None]))
    assert parts_of(incomplete) == 1


def test_a_barrier_cuts_streets_with_node_ids_too() -> None:
    network = walking(
        streets_of([(-9, 0), (9, 0)], [(0, -50), (0, 50)], barrier=["wall", None], u=[1, 3], v=[2, 4])
    )
    assert parts_of(network) == 2


def test_a_line_that_crosses_itself_meets_itself() -> None:
    network = walking(streets_of([(0, 0), (100, 0), (100, 50), (50, 50), (50, -50)]))
    assert metres(network, (0, 0), (50, -50)) == 100.0


def test_a_ring_and_parts_of_many_lines_are_walked() -> None:
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    both = shapely.MultiLineString([[(-100, 0), (0, 0)], [(100, 100), (200, 100)]])
    network = walking(streets_of(ring, both))
    assert metres(network, (-100, 0), (200, 100)) == 400.0


def test_nothing_walkable_gives_an_empty_network() -> None:
    for streets in (streets_of(), streets_of([(0, 0), (1, 0)], walk=[False])):
        network = walking(streets)
        assert (network.edges, len(network.xy)) == (0, 0)
        assert join(network, np.array([shapely.Point(0, 0)], dtype=object)).refused.all()


def test_lines_without_geometry_or_length_are_left_out() -> None:
    network = walking(
        streets_of(shapely.LineString(), shapely.Point(0, 0), [(0, 0), (0, 0)], [(0, 0), (1, 0)])
    )
    assert network.street.tolist() == ["S-4"]


def test_lines_that_run_together_are_one_way() -> None:
    network = walking(streets_of([(0, 0), (100, 0)], [(40, 0), (60, 0), (60, 50)]))
    assert metres(network, (0, 0), (60, 50)) == 110.0


def test_the_order_of_streets_does_not_matter() -> None:
    rows = [[(-100, 0), (100, 0)], [(0, -100), (0, 100)], [(-50, -50), (50, 50)], [(0, 100), (60, 100)]]
    found = {
        metres(walking(streets_of(*order)), (-40, -40), (60, 100)) for order in itertools.permutations(rows)
    }
    assert len(found) == 1
