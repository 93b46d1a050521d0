"""Ways on foot between many places, by hand and against the walk to the nearest."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.streets import streets_of

from blockplan.network import at_joins, join, walk, walking
from blockplan.network.onfoot import ways_of, ways_within, with_places


def points(*places: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.Point(place) for place in places], dtype=object)


def between(network, places: np.ndarray, limit_m: float, join_m: float | None = None) -> dict:
    everybody = np.arange(len(places))
    found = ways_within(with_places(network, join(network, places, join_m)), everybody, everybody, limit_m)
    return dict(
        zip(zip(found.start.tolist(), found.to.tolist(), strict=True), found.cost.tolist(), strict=True)
    )


def test_places_on_one_street_walk_along_it_and_count_their_ways_to_it(cross) -> None:
    network = walking(cross)
    found = between(network, points((-50, 3), (-20, -4), (0, 80)), 1000)
    assert found[0, 1] == 3000 + 300 + 400
    assert found[1, 2] == 2000 + 8000 + 400
    assert found[0, 0] == 0
    assert found == {(b, a): cost for (a, b), cost in found.items()}


def test_the_limit_counts_the_ways_to_the_street(cross) -> None:
    network = walking(cross)
    assert (0, 1) in between(network, points((-50, 3), (-20, -4)), 37)
    assert (0, 1) not in between(network, points((-50, 3), (-20, -4)), 36.99)


def test_two_places_that_join_at_one_point_are_both_reached(cross) -> None:
    found = between(walking(cross), points((-50, 3), (-50, -4), (-50, 0)), 100)
    assert (found[0, 1], found[0, 2], found[1, 2]) == (700, 300, 400)


def test_a_place_too_far_from_the_streets_has_no_ways(cross) -> None:
    found = between(walking(cross), points((-50, 3), (70, 60)), 1000, join_m=50)
    assert found == {(0, 0): 0}


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), min_size=2, max_size=6))
def test_ways_are_as_long_as_the_walk_to_the_nearest(places) -> None:
    network = walking(streets_of([(0, 0), (600, 0)], [(0, 300), (600, 300)], [(300, 0), (300, 600)]))
    where = points(*places)
    found = between(network, where, 5000)
    for number in range(len(places)):
        target = at_joins(join(network, where[number : number + 1]))
        metres = walk(network, join(network, where), target)
        for other in range(len(places)):
            if other != number:
                assert abs(found[other, number] - metres[other] * 100) <= 1


def test_of_a_pair_that_stands_twice_the_least_counts_and_ways_can_be_turned() -> None:
    one = ways_of(np.array([0, 0, 1]), np.array([2, 2, 0]), np.array([7, 5, 9], dtype=np.int32), 2)
    assert (one.start.tolist(), one.to.tolist(), one.cost.tolist()) == ([0, 1], [2, 0], [5, 9])
    back = one.turned(3)
    assert (back.start.tolist(), back.to.tolist(), back.cost.tolist()) == ([0, 2], [1, 0], [9, 5])
    assert one.seconds(2.0).cost.tolist() == [1, 1]
