"""
The compiled graph that all fast measures search.

Three things make it fast. Numbers are small: int32 throughout, lengths in whole
centimetres. Nodes that are near each other on the ground are near each other
in memory (Hilbert order). And bends are not searched: of a street's nodes most have
two neighbours, so only *anchors* (crossings, and one node of every part without any) are searched, and
the nodes of the *chains* between them are filled in afterwards, each by its way from either end.

Inside, anchors have the numbers ``0 .. anchors - 1`` in Hilbert order; the inner nodes of a chain follow
one another, chains in the order of the anchor they start from. Callers
never see these numbers: `Graph.rank` and `Graph.order` translate.

A graph with one-way edges has no chains; every node is an anchor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blockplan.errors import UsageError
from blockplan.network.contraction import FAR, contract, hilbert_order, rows
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Longest edge, and longest limit, in centimetres.
LONGEST_CM = int(FAR) - 1


class Arcs(NamedTuple):
    """Arcs of a graph, those of node `i` at ``row[i]:row[i + 1]``; all int32, lengths in centimetres."""

    row: NDArray[np.int32]
    head: NDArray[np.int32]
    length: NDArray[np.int32]


class Chains(NamedTuple):
    """
    Chains of nodes with two neighbours, between anchors; all int32, lengths in centimetres.

    Attributes
    ----------
    start, end
        Anchors at either end of each chain; `end` is -1 where the chain is a dead end.
    first
        Chain `c` holds the inner nodes ``first[c]:first[c + 1]``.
    length
        Whole length; of a dead end the way to its last node.
    row, at
        The chains that touch anchor `i` are ``at[row[i]:row[i + 1]]``; a loop stands once.
    of
        Chain of each inner node (counted from the first inner node).
    along
        Way of each inner node from the chain's start.
    """

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    first: NDArray[np.int32]
    length: NDArray[np.int32]
    row: NDArray[np.int32]
    at: NDArray[np.int32]
    of: NDArray[np.int32]
    along: NDArray[np.int32]


class Edges(NamedTuple):
    """What a graph was made of, in the caller's numbers; `one_way` is None where all edges go both ways."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length: NDArray[np.int32]
    one_way: NDArray[np.bool_] | None


@dataclass(frozen=True, eq=False)
class Graph:
    """
    A compiled graph; made by `compile_edges`, or of a plan by `graph.Network.compiled`.

    Attributes
    ----------
    rank
        Inner number of each node.
    order
        Node of each inner number.
    out, into
        Arcs between anchors, by tail and by head (the same where walking is symmetric).
    chains
        What lies between anchors.
    """

    rank: NDArray[np.int32]
    order: NDArray[np.int32]
    out: Arcs
    into: Arcs
    chains: Chains
    edges: Edges

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.rank)

    @property
    def anchors(self) -> int:
        """Number of nodes that are searched."""
        return len(self.out.row) - 1

    @property
    def one_way(self) -> bool:
        """Whether the way there may differ from the way back."""
        return self.edges.one_way is not None

    @cached_property
    def every_out(self) -> Arcs:
        """Arcs between all nodes by their tail, in inner numbers, chains not left out."""
        return self.out if self.one_way else _both_ways(self.nodes, self.edges, self.rank)

    @property
    def every_into(self) -> Arcs:
        """Arcs between all nodes by their head, in inner numbers."""
        return self.into if self.one_way else self.every_out

    @cached_property
    def mean_cm(self) -> float:
        """Mean length of the arcs between anchors; 0 where there are none."""
        return float(self.out.length.mean()) if len(self.out.length) else 0.0

    @cached_property
    def longest_cm(self) -> int:
        """Length of the longest arc or chain."""
        return max(int(self.out.length.max(initial=0)), int(self.chains.length.max(initial=0)))

    def inner(self, nodes: ArrayLike, what: str) -> NDArray[np.int32]:
        """
        Inner numbers of nodes.

        Raises
        ------
        UsageError
            If a number is no node of the graph; `what` names the numbers in the message.
        """
        given = np.atleast_1d(np.asarray(nodes))
        if not len(given):
            return np.empty(0, dtype=np.int32)
        if given.dtype.kind not in "iu":
            raise UsageError(f"{what} must be node numbers (whole numbers), not {given.dtype}.")
        off = (given < 0) | (given >= self.nodes)
        if off.any():
            first = int(np.flatnonzero(off)[0])
            raise UsageError(
                f"{off.sum()} of {len(given)} {what} are not on the network (first: number {first} names "
                f"node {given[first]}; the nodes are 0 to {self.nodes - 1}). "
                "Join them to the network, or leave them out."
            )
        inner: NDArray[np.int32] = self.rank[given]
        return inner


def sources_of(
    graph: Graph, nodes: ArrayLike, costs_cm: ArrayLike | None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Inner numbers and whole costs of sources, looked through."""
    inner = graph.inner(nodes, "sources")
    if costs_cm is None:
        return inner, np.zeros(len(inner), dtype=np.int32)
    costs = known(costs_cm, len(inner), "costs of sources")
    return inner, np.rint(np.minimum(costs, LONGEST_CM)).astype(np.int32)


def known(values: ArrayLike, count: int, what: str) -> NDArray[np.float64]:
    """
    Numbers that must be there, and not be negative.

    Raises
    ------
    UsageError
        If one is negative or not known, or there are not `count` of them.
    """
    given = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if len(given) != count:
        raise UsageError(f"There are {len(given)} {what} for {count}.")
    bad = ~((given >= 0) & (given < np.inf))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise UsageError(
            f"{bad.sum()} of {count} {what} are negative or not known "
            f"(first: number {first}, {given[first]}). Correct them, or leave them out."
        )
    return given


def kinds_of(kinds: ArrayLike, count: int) -> NDArray[np.int32]:
    """Kinds of sources, looked through."""
    given = np.atleast_1d(np.asarray(kinds))
    if len(given) != count or (count and (given.dtype.kind not in "iu" or given.min() < 0)):
        raise UsageError(f"Kinds are whole numbers from 0, one for each of the {count} sources.")
    return given.astype(np.int32)


def limit_of(limit_cm: float | None) -> int:
    """A limit as a whole number of centimetres; None is the longest that is looked for."""
    if limit_cm is None:
        return LONGEST_CM
    if not limit_cm >= 0:
        raise UsageError(f"A limit is a length of 0 or more; {limit_cm} cm is none.")
    return min(round(limit_cm), LONGEST_CM) if limit_cm < LONGEST_CM else LONGEST_CM


def compile_edges(
    start: ArrayLike,
    end: ArrayLike,
    length_m: ArrayLike,
    *,
    nodes: int | None = None,
    xy: ArrayLike | None = None,
    one_way: ArrayLike | None = None,
) -> Graph:
    """
    Compile a graph from a table of edges.

    Parameters
    ----------
    start, end
        Node numbers from 0 at either end of each edge. An edge from a node to itself leads nowhere and
        is left out; of parallel edges the shortest counts.
    length_m
        Metres, not negative; zero is allowed. Rounded to the centimetre.
    nodes
        Number of nodes; by default as many as `xy` has rows, or as the edges name.
    xy
        Coordinates of the nodes, shape (nodes, 2). They only order the nodes in memory: without them
        the order is as given, and searches on large graphs are slower.
    one_way
        Which edges lead from start to end only; None is none.

    Raises
    ------
    UsageError
        If columns differ in length, a node number is off, or a length is negative, not known or
        over 10,737 km.
    """
    tails, heads = _numbers(start, "start"), _numbers(end, "end")
    lengths = np.asarray(length_m, dtype=np.float64)
    if not len(tails) == len(heads) == len(lengths):
        raise UsageError(
            f"An edge has a start, an end and a length, but there are {len(tails)} starts, {len(heads)} ends "
            f"and {len(lengths)} lengths."
        )
    bad = ~((lengths >= 0) & (lengths * CM_PER_M <= LONGEST_CM))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise UsageError(
            f"{bad.sum()} of {len(lengths)} edges have no length to walk "
            f"(first: edge {first}, {lengths[first]} m). "
            "A length is known and not negative; correct it, or leave the edge out."
        )
    places = None if xy is None else np.asarray(xy, dtype=np.float64)
    count = _count(nodes, places, tails, heads)
    directed = None if one_way is None else np.asarray(one_way, dtype=bool)
    if directed is not None and len(directed) != len(tails):
        raise UsageError(f"{len(directed)} values say one way or not for {len(tails)} edges.")
    edges = Edges(tails, heads, np.rint(lengths * CM_PER_M).astype(np.int32), directed)
    return _compile(count, edges, places)


def compile_checked(
    start: NDArray[np.int32], end: NDArray[np.int32], length_cm: NDArray[np.int32], xy: NDArray[np.float64]
) -> Graph:
    """Compile edges that are known to be sound, as those of a plan's walking network are."""
    return _compile(len(xy), Edges(start, end, length_cm, None), xy)


def _numbers(values: ArrayLike, what: str) -> NDArray[np.int32]:
    given = np.asarray(values)
    if len(given) and given.dtype.kind not in "iu":
        raise UsageError(f"The column {what} must hold node numbers (whole numbers), not {given.dtype}.")
    return given.astype(np.int32, copy=False)


def _count(
    nodes: int | None, xy: NDArray[Any] | None, start: NDArray[np.int32], end: NDArray[np.int32]
) -> int:
    """Number of nodes, after a look at whether the edges keep to it."""
    named = max(int(start.max(initial=-1)), int(end.max(initial=-1))) + 1
    count = nodes if nodes is not None else named if xy is None else len(xy)
    if xy is not None and len(xy) != count:
        raise UsageError(f"There are {count} nodes, but coordinates for {len(xy)}.")
    lowest = min(int(start.min(initial=0)), int(end.min(initial=0)))
    if lowest < 0 or named > count:
        raise UsageError(
            f"An edge names node {lowest if lowest < 0 else named - 1}, but the nodes are 0 to {count - 1}."
        )
    return count


def _compile(count: int, edges: Edges, xy: NDArray[Any] | None) -> Graph:
    near = np.arange(count, dtype=np.int32)
    if xy is not None and count:
        near = hilbert_order(*np.ascontiguousarray(xy.T, dtype=np.float64))
    rank = _inverse(near)
    if edges.one_way is not None:
        back = ~edges.one_way
        tails = np.concatenate([edges.start, edges.end[back]])
        heads = np.concatenate([edges.end, edges.start[back]])
        lengths = np.concatenate([edges.length, edges.length[back]])
        out = Arcs(*rows(count, rank, tails, heads, lengths, both=False))
        into = Arcs(*rows(count, rank, heads, tails, lengths, both=False))
        return Graph(rank, near, out, into, _no_chains(count), edges)
    arcs = _both_ways(count, edges, rank)
    number, between, chains = contract(arcs.row, arcs.head, arcs.length)
    rank = number[rank]
    arcs = Arcs(*between)
    return Graph(rank, _inverse(rank), arcs, arcs, Chains(*chains), edges)


def _both_ways(count: int, edges: Edges, rank: NDArray[np.int32]) -> Arcs:
    return Arcs(*rows(count, rank, edges.start, edges.end, edges.length, both=True))


def _no_chains(anchors: int) -> Chains:
    none, zeros = np.empty(0, dtype=np.int32), np.zeros(anchors + 1, dtype=np.int32)
    return Chains(none, none, np.array([anchors], dtype=np.int32), none, zeros, none, none, none)


def _inverse(order: NDArray[np.int32]) -> NDArray[np.int32]:
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank
