"""The compiled scan against plain search from trip to trip, and ways on foot against Floyd and Warshall."""

from __future__ import annotations

import itertools
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blockplan.network.onfoot import Ways, ways_of
from blockplan.network.scan import NEVER, around, scan

STOPS, PLACES = 5, 3
TRIPS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.lists(
            st.tuples(
                st.integers(0, STOPS - 1), st.integers(0, 6), st.integers(0, 3), st.booleans(), st.booleans()
            ),
            min_size=2, max_size=5,
        ),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
WALKS = st.dictionaries(
    st.tuples(st.integers(0, STOPS - 1), st.integers(0, STOPS - 1)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(0, 8), max_size=6,
)  # fmt: skip
DOORS = st.dictionaries(
    st.tuples(st.integers(0, PLACES - 1), st.integers(0, STOPS - 1)),
    st.integers(0, 9),
    min_size=1,
    max_size=6,
)
DIRECT = st.dictionaries(
    st.tuples(st.integers(0, PLACES - 1), st.integers(0, PLACES - 1)), st.integers(0, 30)
)
CHANGES = st.lists(st.sampled_from([0, 0, 1, 4]), min_size=STOPS, max_size=STOPS)


def rides_of(trips: list) -> list[tuple[int, int, int, int, int, bool, bool]]:
    """From stop, to stop, departure, arrival, trip, boards, alights, trip by trip."""
    rides = []
    for number, (start, stops) in enumerate(trips):
        time = start
        for (a, _, waits, boards, _), (b, runs, _, _, alights) in itertools.pairwise(stops):
            rides.append((a, b, time + waits, time + waits + runs, number, boards, alights))
            time += waits + runs
    return rides


def plain(rides, change, walks, doors, direct, origin: int, start: int, limit: int) -> list[float]:
    """Earliest arrivals by going through the trips until nothing gets earlier; in no order of time."""
    ready = [min([math.inf, *(start + way for (o, s), way in doors.items() if (o, s) == (origin, stop))])
             for stop in range(STOPS)]  # fmt: skip
    off = [math.inf] * STOPS
    changed = True
    while changed:
        changed = False
        aboard = set()
        for a, b, leaves, arrives, trip, boards, alights in rides:
            if boards and ready[a] <= leaves:
                aboard.add(trip)
            if trip in aboard and alights and arrives < off[b] and arrives <= start + limit:
                off[b], changed = arrives, True
                ready[b] = min(ready[b], arrives + change[b])
                for (c, d), way in walks.items():
                    if c == b:
                        ready[d] = min(ready[d], arrives + way)
    best = [direct.get((origin, place), math.inf) for place in range(PLACES)]
    for (place, stop), way in doors.items():
        best[place] = min(best[place], off[stop] + way - start)
    return [one if one <= limit else math.inf for one in best]


def ways(pairs: dict, starts: int) -> Ways:
    listed = np.array([(*pair, cost) for pair, cost in pairs.items()], dtype=np.int64).reshape(-1, 3)
    return ways_of(listed[:, 0], listed[:, 1], listed[:, 2].astype(np.int32), starts)


def compiled(rides, change, walks, doors, direct, departures: list[int], limit: int) -> np.ndarray:
    ordered = sorted(rides, key=lambda ride: ride[2])
    columns = list(zip(*ordered, strict=True))
    connections = tuple(np.array(column, dtype=np.int32) for column in columns[:5]) + tuple(
        np.array(column, dtype=bool) for column in columns[5:]
    )
    access = ways(doors, PLACES)
    parts = access, ways(walks, STOPS), access.turned(STOPS), ways(direct, PLACES)
    trips = max(columns[4]) + 1
    found = scan(
        connections, np.array(change, dtype=np.int64), tuple((w.indptr, w.to, w.cost) for w in parts),
        np.arange(PLACES), (np.array(departures, dtype=np.int64), limit), (trips, PLACES),
    )  # fmt: skip
    return np.where(found == NEVER, math.inf, found)


@given(TRIPS, CHANGES, WALKS, DOORS, DIRECT, st.integers(0, 20), st.integers(0, 60))
def test_travel_times_are_those_of_a_plain_search(trips, change, walks, doors, direct, start, limit) -> None:
    rides = rides_of(trips)
    departures = [start, start + 1, start + 5, start + 17]
    found = compiled(rides, change, walks, doors, direct, departures, limit)
    for origin, (number, departure) in itertools.product(range(PLACES), enumerate(departures)):
        expected = plain(rides, change, walks, doors, direct, origin, departure, limit)
        assert found[origin, number].tolist() == expected


@given(TRIPS, CHANGES, WALKS, DOORS, st.integers(0, 20))
def test_one_more_trip_never_makes_anybody_later(trips, change, walks, doors, start) -> None:
    fewer = compiled(rides_of(trips[:1]), change, walks, doors, {}, [start], 60)
    assert (compiled(rides_of(trips), change, walks, doors, {}, [start], 60) <= fewer).all()


def test_a_change_without_any_time_between_is_made_whatever_the_order_of_the_file() -> None:
    # The second trip stands first; the first takes no time at all to where it can be boarded.
    rides = [(1, 2, 10, 15, 0, True, True), (0, 1, 10, 10, 1, True, True)]
    found = compiled(rides, [0] * STOPS, {}, {(0, 0): 0, (1, 2): 0}, {}, [10], 60)
    assert found[0, 0].tolist() == [math.inf, 5, math.inf]


def test_two_ways_on_foot_do_not_follow_one_another() -> None:
    rides = [(0, 1, 0, 5, 0, True, True)]
    found = compiled(
        rides, [0] * STOPS, {(1, 2): 1, (2, 3): 1}, {(0, 0): 0, (1, 2): 4, (2, 3): 4}, {}, [0], 60
    )
    assert np.isinf(found[0, 0, 1:]).all()


GRAPHS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 90)), min_size=1, max_size=14
)
ENDS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 20)), min_size=1, max_size=4)


@given(GRAPHS, ENDS, ENDS, st.integers(0, 200))
def test_ways_around_are_those_of_floyd_and_warshall(edges, starts, ends, limit) -> None:
    size = 7
    away = np.full((size, size), np.inf)
    np.fill_diagonal(away, 0)
    for i, j, length in edges:
        away[i, j] = away[j, i] = min(away[i, j], length)
    for k in range(size):
        away = np.minimum(away, away[:, k : k + 1] + away[k])
    ends = list({node: (node, way) for node, way in ends}.values())
    arcs = sorted([(i, j, n) for i, j, n in edges] + [(j, i, n) for i, j, n in edges])
    indptr = np.concatenate([[0], np.cumsum(np.bincount([arc[0] for arc in arcs], minlength=size))])
    number, way = np.full(size, -1, dtype=np.int32), np.zeros(size, dtype=np.int64)
    for at, (node, more) in enumerate(ends):
        number[node], way[node] = at, more
    graph = (
        indptr,
        np.array([a[1] for a in arcs], dtype=np.int32),
        np.array([a[2] for a in arcs], dtype=np.int32),
    )
    nodes = np.array([*(node for node, _ in starts), -1])
    found, to, cost = around(graph, nodes, np.array([*(more for _, more in starts), 0]), (number, way), limit)
    got = {
        (row, int(to[at])): int(cost[at])
        for row in range(len(starts))
        for at in range(found[row], found[row + 1])
    }
    expected = {
        (row, at): away[a, b] + more + extra
        for row, (a, more) in enumerate(starts)
        for at, (b, extra) in enumerate(ends)
        if away[a, b] + more + extra <= limit
    }
    assert got == expected
    assert found[-1] == found[-2]


def test_a_square_where_hundreds_of_ways_meet_is_searched_as_any_other() -> None:
    size = 300
    indptr = np.array([0, *range(size - 1, 2 * size - 1)], dtype=np.int64)
    heads = np.array([*range(1, size), *[0] * (size - 1)], dtype=np.int32)
    lengths = np.array([*range(1, size), *range(1, size)], dtype=np.int32)
    number, way = np.arange(size, dtype=np.int32), np.zeros(size, dtype=np.int64)
    starts = np.array([5, 0])
    found, to, cost = around(
        (indptr, heads, lengths), starts, np.zeros(2, dtype=np.int64), (number, way), 150
    )
    from_five = dict(zip(to[: found[1]].tolist(), cost[: found[1]].tolist(), strict=True))
    assert from_five == {0: 5, 5: 0} | {node: 5 + node for node in range(1, 146) if node != 5}
    assert found[2] - found[1] == 151
