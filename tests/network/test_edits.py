"""After any edits, what is kept up to date is what a full run finds, and only what changed is named."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.network.graphs import ANY_CASES, LIMITS, Case

from blockplan.errors import UsageError
from blockplan.network.core import compile_edges
from blockplan.network.edits import Changes, LiveNearest, LiveSums
from blockplan.network.nearest import nearest
from blockplan.network.sums import GraphSources, linear, sum_sources


@dataclasses.dataclass
class Town:
    """A graph and its sources as plain lists, edited the slow way."""

    size: int
    #: Length by (start, end), and by (end, start) too where a street goes both ways.
    streets: dict[tuple[int, int], int]
    sources: list[tuple[int, int]]
    one_way: bool

    @classmethod
    def of(cls, case: Case) -> Town:
        town = cls(case.size, {}, list(case.sources), any(edge[3] for edge in case.edges))
        for start, end, length, one_way in case.edges:
            for pair in [(start, end)] if one_way else [(start, end), (end, start)]:
                town.streets[pair] = min(length, town.streets.get(pair, length))
        return town

    def graph(self) -> Any:
        start, end = np.array(list(self.streets), dtype=np.int32).reshape(-1, 2).T
        return compile_edges(
            start,
            end,
            np.array(list(self.streets.values()), dtype=float) / 100,
            nodes=self.size,
            one_way=np.ones(len(start), dtype=bool) if self.one_way else None,
        )

    def edit(self, data: st.DataObject) -> tuple[str, tuple[Any, ...]] | None:
        """Draw an edit, carry it out here, and say what it was: a method of live measures and arguments."""
        kind = data.draw(st.sampled_from(["add", "remove", "set", "close", "change"]))
        node = st.integers(0, self.size - 1)
        if kind == "add":
            source = data.draw(st.tuples(node, st.integers(0, 300)))
            self.sources.append(source)
            return "add_source", source
        if kind == "remove" and self.sources:
            source = self.sources.pop(data.draw(st.integers(0, len(self.sources) - 1)))
            return "remove_source", source
        if kind == "set":
            pair, length = data.draw(st.tuples(node, node)), data.draw(st.integers(0, 900))
        elif kind in ("close", "change") and self.streets:
            pair = data.draw(st.sampled_from(sorted(self.streets)))
            length = None if kind == "close" else data.draw(st.integers(0, 900))
        else:
            return None
        if pair[0] == pair[1]:
            return None
        for one in [pair] if self.one_way else [pair, pair[::-1]]:
            self.streets.pop(one, None)
            if length is not None:
                self.streets[one] = length
        return "set_edge", (*pair, None if length is None else length / 100)


def check(changes: Changes, before: np.ndarray, after: np.ndarray) -> None:
    """The changes are exactly what differs."""
    differs = ~((before == after) | (np.isnan(before) & np.isnan(after)))
    order = np.argsort(changes.node)
    np.testing.assert_array_equal(changes.node[order], np.flatnonzero(differs))
    np.testing.assert_array_equal(changes.before[order], before[differs])
    np.testing.assert_array_equal(changes.after[order], after[differs])


@pytest.mark.long
@given(ANY_CASES, st.one_of(st.none(), LIMITS), st.data())
def test_distances_after_edits_are_those_of_a_full_run(case, limit, data) -> None:
    town = Town.of(case)
    live = LiveNearest(town.graph(), case.nodes, limit, costs_cm=case.costs)
    for _ in range(data.draw(st.integers(1, 6))):
        edit = town.edit(data)
        if edit is None:
            continue
        before = live.cm
        changes = getattr(live, edit[0])(*edit[1])
        nodes, costs = np.array(town.sources, dtype=np.int32).reshape(-1, 2).T
        after = nearest(town.graph(), nodes, limit, costs_cm=costs)
        np.testing.assert_array_equal(live.cm, after)
        check(changes, before, after)


@pytest.mark.long
@given(ANY_CASES, LIMITS, st.data(), st.sampled_from([None, linear(20.0)]))
def test_sums_after_edits_are_those_of_a_full_run(case, limit: int, data, decay) -> None:
    town = Town.of(case)
    weights = {source: 1.0 + number for number, source in enumerate(case.sources)}
    town.sources = list(weights)
    nodes, costs = np.array(town.sources, dtype=np.int32).reshape(-1, 2).T
    given_weights = np.array(list(weights.values()))
    live = LiveSums(town.graph(), GraphSources(nodes, given_weights, costs_cm=costs), limit, decay)
    for _ in range(data.draw(st.integers(1, 6))):
        edit = town.edit(data)
        if edit is None:
            continue
        call, arguments = edit
        if call != "set_edge":
            weight = weights.setdefault(arguments, 1.0)
            arguments = (arguments[0], weight, arguments[1])
        before = live.sums
        changes = getattr(live, call)(*arguments)
        nodes, costs = np.array(town.sources, dtype=np.int32).reshape(-1, 2).T
        full = GraphSources(nodes, [weights[source] for source in town.sources], costs_cm=costs)
        after = sum_sources(town.graph(), full, limit, decay)
        np.testing.assert_allclose(live.sums, after, atol=1e-9)
        check(changes, before, live.sums)


def line() -> Any:
    """Five nodes in a row, 100 m apart."""
    return compile_edges([0, 1, 2, 3], [1, 2, 3, 4], [100.0] * 4)


@pytest.mark.long
def test_a_new_entrance_changes_the_nodes_nearer_to_it_than_to_the_others() -> None:
    live = LiveNearest(line(), [0])
    changes = live.add_source(4)
    assert dict(zip(changes.node.tolist(), changes.after.tolist(), strict=True)) == {4: 0, 3: 10_000}
    assert sorted(changes.before.tolist()) == [30_000, 40_000]
    assert live.remove_source(4).node.tolist() == [4, 3]
    assert live.cm.tolist() == [0, 10_000, 20_000, 30_000, 40_000]


def test_a_closed_street_leaves_nodes_unreached_and_says_so_with_nan() -> None:
    live = LiveNearest(line(), [0])
    changes = live.set_edge(2, 3, None)
    assert sorted(changes.node.tolist()) == [3, 4]
    assert np.isnan(changes.after).all()
    assert np.isnan(live.cm[3:]).all()
    assert sorted(live.set_edge(1, 4, 50.0).after.tolist()) == [15_000, 25_000]


def test_an_edit_that_changes_no_way_changes_no_node() -> None:
    live = LiveNearest(line(), [0, 4])
    assert len(live.add_source(2, 20_000).node) == 0
    assert len(live.set_edge(0, 4, 500.0).node) == 0


def test_the_graph_that_was_given_stays_as_it_was() -> None:
    graph = line()
    LiveNearest(graph, [0]).set_edge(0, 1, None)
    assert nearest(graph, [0])[1] == 10_000


@pytest.mark.parametrize(
    "make", [lambda: LiveNearest(line(), [0]), lambda: LiveSums(line(), GraphSources([0]), 50_000)]
)
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda live: live.add_source(5), "Node 5 is not on the network; the nodes are 0 to 4"),
        (lambda live: live.add_source(1, cost_cm=-1), "0 or more; -1 cm is not"),
        (lambda live: live.add_source(1, cost_cm=math.nan), "0 or more; nan cm is not"),
        (lambda live: live.remove_source(3), "There is no source of .* at node 3 to remove"),
        (lambda live: live.set_edge(0, 2, None), "There is no street from node 0 to node 2 to close"),
        (lambda live: live.set_edge(0, 1, -1.0), "known and not negative; -1.0 m is not"),
        (lambda live: live.set_edge(0, 1, math.nan), "known and not negative; nan m is not"),
        (lambda live: live.set_edge(1, 1, 5.0), "from node 1 to itself leads nowhere"),
        (lambda live: live.set_edge(0, 9, 5.0), "ends of the street are not on the network"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(make, call, message: str) -> None:
    live = make()
    with pytest.raises(UsageError, match=message):
        call(live)


def test_sums_that_follow_edits_are_of_one_kind() -> None:
    with pytest.raises(UsageError, match="keep one LiveSums a kind"):
        LiveSums(line(), GraphSources([0, 1], kinds=[0, 1]), 100)
    with pytest.raises(UsageError, match="weights of sources are negative or not known"):
        LiveSums(line(), GraphSources([0]), 100).add_source(0, math.nan)
