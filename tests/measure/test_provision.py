"""The assignment against two other ways to the optimum, and the laws it keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow
from tests.support.provision import TOWNS, pairs_of

from blockplan.errors import UsageError
from blockplan.measure.access.provision import ServiceAssignment, assign


def served(
    demand: list[float], capacity: list[float], minutes: list[list[float | None]]
) -> ServiceAssignment:
    return assign(np.array(demand, dtype=float), np.array(capacity, dtype=float), pairs_of(minutes))


def test_the_nearest_school_is_not_taken_where_that_would_leave_another_without() -> None:
    # Taking the nearest first, A fills the only school that B can reach.
    found = served([10, 10], [10, 10], [[1, 5], [2, None]])
    assert found.flow.tolist() == [0, 10, 10]
    assert found.served.tolist() == [10, 10]


def test_who_is_not_served_lacks_a_place_or_nearness() -> None:
    found = served([10, 7, 4], [12], [[1], [1], [None]])
    assert found.served.sum() == 12
    assert found.no_place.sum() == 5
    assert found.too_far.tolist() == [0, 0, 4]
    assert found.bound == 12


def test_a_facility_without_places_is_near_but_has_no_place() -> None:
    found = served([3], [0], [[1]])
    assert (found.no_place.tolist(), found.too_far.tolist()) == ([3], [0])


def test_among_assignments_that_serve_as_many_the_fewest_minutes_are_taken() -> None:
    found = served([5, 5], [5, 5], [[1, 2], [1, 9]])
    assert found.flow.tolist() == [0, 5, 5, 0]


def test_the_bottleneck_is_where_one_more_place_serves_one_more() -> None:
    demand, minutes = [10, 10, 2], [[1, None], [1, None], [None, 1]]
    found = served(demand, [12, 5], minutes)
    assert (found.short.tolist(), found.bottleneck.tolist()) == ([True, True, False], [True, False])
    assert served(demand, [13, 5], minutes).served.sum() == found.served.sum() + 1
    assert served(demand, [12, 6], minutes).served.sum() == found.served.sum()


def test_nothing_near_serves_nobody() -> None:
    found = served([3, 4], [5], [[None], [None]])
    assert (found.served.sum(), found.too_far.sum(), found.bound) == (0, 7, 0)


def test_parts_of_persons_may_be_asked_for_and_are_served() -> None:
    found = served([2.5, 1.25], [3], [[1], [2]])
    assert found.served.sum() == pytest.approx(3)
    assert found.no_place.sum() == pytest.approx(0.75)


@pytest.mark.parametrize("wrong", [[-1.0], [float("nan")], [float("inf")], [1.0, 2.0]])
def test_numbers_that_are_none_are_refused(wrong: list[float]) -> None:
    with pytest.raises(UsageError):
        assign(np.array(wrong), np.array([1.0]), pairs_of([[1]]))


@given(TOWNS)
def test_as_many_are_served_as_a_maximum_flow_serves(town) -> None:
    demand, capacity, minutes = town
    asking, offering = len(demand), len(capacity)
    size = asking + offering + 2
    edges = np.zeros((size, size), dtype=np.int32)
    edges[0, 1 : asking + 1] = demand
    edges[asking + 1 : -1, -1] = capacity
    for i, row in enumerate(minutes):
        for j, time in enumerate(row):
            edges[1 + i, 1 + asking + j] = 0 if time is None else 1000
    most = maximum_flow(csr_array(edges), 0, size - 1).flow_value
    found = served(demand, capacity, minutes)
    assert found.served.sum() == most == found.bound


@given(TOWNS)
def test_no_assignment_that_serves_as_many_takes_fewer_minutes(town) -> None:
    demand, capacity, minutes = town
    pairs = pairs_of(minutes)
    found = served(demand, capacity, minutes)
    if not len(pairs):
        return
    rows = np.concatenate([pairs.demand, len(demand) + pairs.supply])
    columns = np.tile(np.arange(len(pairs)), 2)
    limits = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(demand) + len(capacity), len(pairs)))
    best = linprog(
        pairs.minutes, A_ub=limits, b_ub=[*demand, *capacity], A_eq=np.ones((1, len(pairs))),
        b_eq=[found.served.sum()],
    )  # fmt: skip
    assert found.flow @ pairs.minutes == pytest.approx(best.fun, abs=1e-6)


@given(TOWNS)
def test_counts_nest_and_flows_are_whole_and_within_what_there_is(town) -> None:
    demand, capacity, minutes = town
    found = served(demand, capacity, minutes)
    assert (found.flow == np.rint(found.flow)).all()
    assert (found.flow >= 0).all()
    np.testing.assert_array_equal(found.served + found.no_place + found.too_far, demand)
    assert found.served.sum() == found.used.sum()
    assert (found.used <= capacity).all()
    assert found.served.sum() <= found.demand[found.reachable].sum() <= sum(demand)
    assert (found.used[found.bottleneck] == found.capacity[found.bottleneck]).all()


@given(TOWNS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_no_flow(town, random) -> None:
    demand, capacity, minutes = town
    homes = [f"h{at}" for at in range(len(demand))]
    schools = [f"s{at}" for at in range(len(capacity))]

    def flows(rows: list[int], columns: list[int]) -> dict[tuple[str, str], float]:
        pairs = pairs_of([[minutes[i][j] for j in columns] for i in rows])
        ids = [homes[i] for i in rows], [schools[j] for j in columns]
        found = assign(
            np.array([demand[i] for i in rows], dtype=float),
            np.array([capacity[j] for j in columns], dtype=float), pairs, ids,
        )  # fmt: skip
        return {
            (ids[0][pairs.demand[at]], ids[1][pairs.supply[at]]): found.flow[at]
            for at in np.flatnonzero(found.flow)
        }

    rows, columns = list(range(len(demand))), list(range(len(capacity)))
    expected = flows(rows, columns)
    random.shuffle(rows)
    random.shuffle(columns)
    assert flows(rows, columns) == expected


@given(TOWNS, st.data())
def test_one_more_place_serves_one_more_exactly_at_a_bottleneck_that_somebody_lacks(town, data) -> None:
    demand, capacity, minutes = town
    before = served(demand, capacity, minutes)
    at = data.draw(st.integers(0, len(capacity) - 1))
    more = [places + (number == at) for number, places in enumerate(capacity)]
    gain = served(demand, more, minutes).served.sum() - before.served.sum()
    assert gain == (1 if before.bottleneck[at] else 0)


def test_the_solver_says_nothing_on_stdout(capfd) -> None:
    served([3], [2], [[1]])
    assert capfd.readouterr().out == ""
