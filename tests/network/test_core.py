"""Graphs from tables of edges: what is left out, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from tests.network.graphs import ANY_CASES
from tests.support.streets import streets_of

from blockplan.errors import UsageError
from blockplan.network import walking
from blockplan.network.core import compile_edges


@given(ANY_CASES)
def test_rank_and_order_are_each_others_inverse(case) -> None:
    graph = case.graph()
    assert graph.nodes == case.size
    assert graph.order[graph.rank].tolist() == list(range(case.size))


@given(ANY_CASES)
def test_every_node_is_an_anchor_or_inside_one_chain(case) -> None:
    graph = case.graph()
    chains = graph.chains
    assert chains.first[0] == graph.anchors
    assert chains.first[-1] == graph.nodes
    assert (np.diff(chains.first) > 0).all()
    assert (np.repeat(np.arange(len(chains.start)), np.diff(chains.first)) == chains.of).all()


def test_bends_are_not_anchors_and_a_ring_has_one() -> None:
    # 0 - 1 - 2 - 3 with a crossing at 3, and a ring 6, 7, 8 by itself.
    graph = compile_edges([0, 1, 2, 3, 3, 6, 7, 8], [1, 2, 3, 4, 5, 7, 8, 6], np.ones(8))
    assert (graph.nodes, graph.anchors) == (9, 2)
    # The street from 3 to 0, the two to 4 and 5, and the ring.
    assert sorted(graph.chains.length.tolist()) == [100, 100, 300, 300]


def test_a_plan_s_network_is_compiled_with_the_numbers_of_its_nodes(cross) -> None:
    network = walking(cross)
    graph = network.compiled
    assert (graph.nodes, graph.anchors) == (5, 1)
    assert graph.order[0] == int(np.argmin(np.hypot(*network.xy.T)))


def test_a_network_without_streets_is_a_graph_without_nodes() -> None:
    graph = walking(streets_of([(0, 0), (1, 0)], walk=[False])).compiled
    assert (graph.nodes, graph.anchors) == (0, 0)


def test_a_node_with_very_many_streets_is_compiled_as_fast_as_any() -> None:
    count = 200_000
    ends = np.arange(1, count + 1)
    graph = compile_edges(np.zeros(count, dtype=int), ends, np.ones(count))
    assert (graph.nodes, graph.anchors) == (count + 1, 1)


@pytest.mark.parametrize("length", [-1.0, np.nan, np.inf])
def test_an_edge_without_a_length_is_refused_with_its_number(length: float) -> None:
    with pytest.raises(UsageError, match=r"^1 of 3 edges have no length to walk \(first: edge 1, .*\)"):
        compile_edges([0, 1, 2], [1, 2, 3], [1.0, length, 2.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0], [5], [1.0], 3), "An edge names node 5, but the nodes are 0 to 2"),
        (([-1], [0], [1.0], 3), "An edge names node -1"),
        (([0.5], [1], [1.0], 3), "must hold node numbers"),
        (([0, 1], [1], [1.0], 3), "there are 2 starts, 1 ends and 1 lengths"),
    ],
)
def test_a_table_that_is_no_graph_is_refused(arguments, message: str) -> None:
    start, end, length, nodes = arguments
    with pytest.raises(UsageError, match=message):
        compile_edges(start, end, length, nodes=nodes)


def test_flags_and_coordinates_must_match_the_table() -> None:
    with pytest.raises(UsageError, match="2 values say one way or not for 1 edges"):
        compile_edges([0], [1], [1.0], one_way=[True, False])
    with pytest.raises(UsageError, match="There are 2 nodes, but coordinates for 3"):
        compile_edges([0], [1], [1.0], nodes=2, xy=np.zeros((3, 2)))


@pytest.mark.parametrize("node", [-1, 2])
def test_a_source_off_the_network_is_refused_with_its_place_in_the_list(node: int) -> None:
    graph = compile_edges([0], [1], [1.0])
    with pytest.raises(
        UsageError, match=rf"^1 of 2 sources .*number 1 names node {node}; the nodes are 0 to 1"
    ):
        graph.inner([0, node], "sources")


def test_nodes_that_are_no_whole_numbers_are_refused() -> None:
    with pytest.raises(UsageError, match="sources must be node numbers"):
        compile_edges([0], [1], [1.0]).inner([np.nan], "sources")
