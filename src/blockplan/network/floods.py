"""
What lies within a limit of one place after another: the kernels behind `sums` and `balls`.

A *flood* is the search from one place. It is small (some dozen anchors), so it needs no sorted queue:
an anchor that is reached again by a shorter way is looked at again. Only what was touched is put back
for the next flood. Around the flooded anchors lie their chains, whose inner nodes are read in a row.
All nodes within the limit, with their distances, are a *ball*.

Kernels take the arcs and chains of a graph, inner numbers as places, and a pool to work in.

Which nodes are within a limit of which, kept for sums that are asked again and again.

The nodes around a node are a *ball*. In the order in which a graph keeps its nodes a ball
is a handful of runs, so only the bounds of the runs are kept; and the sum of a value over a run is the
difference of two running totals, however long the run. So new values cost a few reads a node.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blockplan.network.compiled import compiled, in_parts
from blockplan.network.contraction import FAR
from blockplan.network.core import known, limit_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.core import Graph


class Pool(NamedTuple):
    """
    Memory for one flood after another.

    Attributes
    ----------
    cm, waits
        Distance of each anchor (not reached between floods), and whether it waits in the ring.
    ring
        Anchors to look at; a power of two long.
    node, far
        The ball: nodes, the anchors first, and their distances.
    """

    cm: NDArray[np.int32]
    waits: NDArray[np.bool_]
    ring: NDArray[np.int32]
    node: NDArray[np.int32]
    far: NDArray[np.int32]


def pool(anchors: int, nodes: int) -> Pool:
    """Make memory for floods on a graph of that size."""
    return Pool(
        np.full(anchors, FAR, dtype=np.int32),
        np.zeros(anchors, dtype=np.bool_),
        np.empty(1 << anchors.bit_length(), dtype=np.int32),
        np.empty(nodes, dtype=np.int32),
        np.empty(nodes, dtype=np.int32),
    )


@compiled
def _flood(arcs: Any, chains: Any, pool: Any, place: Any, cost: Any, limit: Any) -> Any:
    """Distances of all anchors within the limit of a place, and their list in the pool; how many they are."""
    cm, waits, ring, touched = pool.cm, pool.waits, pool.ring, pool.node
    anchors, room = len(arcs.row) - 1, len(ring) - 1
    count, taken, put = 0, 0, 0
    for side in range(2):
        to, far = place, cost
        if place >= anchors:
            chain, along = chains.of[place - anchors], chains.along[place - anchors]
            to = chains.start[chain] if side == 0 else chains.end[chain]
            far = cost + (along if side == 0 else chains.length[chain] - along)
        if to < 0 or far > limit or far >= cm[to]:
            continue
        if cm[to] == FAR:
            touched[count], ring[put] = to, to
            count, put, waits[to] = count + 1, put + 1, True
        cm[to] = far
    while taken < put:
        at = ring[taken & room]
        taken, waits[at] = taken + 1, False
        for k in range(arcs.row[at], arcs.row[at + 1]):
            to, far = arcs.head[k], cm[at] + arcs.length[k]
            if far < cm[to] and far <= limit:
                if cm[to] == FAR:
                    touched[count] = to
                    count += 1
                cm[to] = far
                if not waits[to]:
                    ring[put & room] = to
                    put, waits[to] = put + 1, True
    return count


@compiled
def _ball(arcs: Any, chains: Any, pool: Any, place: Any, cost: Any, limit: Any) -> Any:
    """List all nodes within the limit of a place in the pool; how many they are."""
    anchors = len(arcs.row) - 1
    own = chains.of[place - anchors] if place >= anchors else -1
    count = _flood(arcs, chains, pool, place, cost, limit)
    size = count
    for j in range(count):
        at = pool.node[j]
        pool.far[j] = pool.cm[at]
        for k in range(chains.row[at], chains.row[at + 1]):
            chain = chains.at[k]
            start = chains.start[chain]
            # A chain with both ends in the flood is listed from its start.
            if chain != own and (start == at or pool.cm[start] == FAR):
                size = _inside(chains, pool, chain, (2 * FAR, cost, limit), size)
    if own >= 0:
        size = _inside(chains, pool, own, (chains.along[place - anchors], cost, limit), size)
    for j in range(count):
        pool.cm[pool.node[j]] = FAR
    return size


@compiled
def _inside(chains: Any, pool: Any, chain: Any, origin: Any, size: Any) -> Any:
    """
    Add the inner nodes of a chain that are within the limit; the size of the ball after that.

    They are reached from the chain's ends, and directly from a place ``x`` along it.
    """
    x, cost, limit = origin
    anchors = len(chains.row) - 1
    end = chains.end[chain]
    there = pool.cm[chains.start[chain]]
    back = pool.cm[end] + chains.length[chain] if end >= 0 else 2 * FAR
    for i in range(chains.first[chain], chains.first[chain + 1]):
        along = chains.along[i - anchors]
        far = min(there + along, back - along, cost + abs(along - x))
        if far <= limit:
            pool.node[size], pool.far[size] = i, far
            size += 1
    return size


@compiled
def gather(arcs: Any, chains: Any, pool: Any, places: Any, measured: Any) -> Any:
    """Sum of ``value * decay[far]`` over the ball of each place; an empty decay is 1 everywhere."""
    value, decay, limit, sums = measured
    flat = len(decay) == 0
    for p in range(len(places)):
        size = _ball(arcs, chains, pool, places[p], np.int32(0), limit)
        total = 0.0
        for j in range(size):
            total += value[pool.node[j]] if flat else value[pool.node[j]] * decay[pool.far[j]]
        sums[p] = total


@compiled
def scatter(arcs: Any, chains: Any, pool: Any, sources: Any, measured: Any) -> Any:
    """Add ``weight * decay[far]`` of each source to all nodes of its ball, in the column of its kind."""
    places, costs, weights, kinds = sources
    decay, limit, sums = measured
    flat = len(decay) == 0
    for p in range(len(places)):
        if costs[p] > limit:
            continue
        size = _ball(arcs, chains, pool, places[p], costs[p], limit)
        weight, kind = weights[p], kinds[p]
        for j in range(size):
            sums[pool.node[j], kind] += weight if flat else weight * decay[pool.far[j]]


@compiled
def runs(arcs: Any, chains: Any, pool: Any, places: Any, bounds_of: Any) -> Any:
    """
    The ball of each place as runs of consecutive positions.

    Returns where the bounds of each place begin in the list, and the list: first and last + 1 position
    of each run, in turn.
    """
    position, limit = bounds_of
    begin = np.zeros(len(places) + 1, dtype=np.int64)
    bounds = np.empty(64 * (len(places) + 1), dtype=np.int32)
    count = 0
    for p in range(len(places)):
        size = _ball(arcs, chains, pool, places[p], np.int32(0), limit)
        for j in range(size):
            pool.node[j] = position[pool.node[j]]
        ball = pool.node[:size]
        ball.sort()
        if count + 2 * size > len(bounds):
            wider = np.empty(2 * len(bounds) + 2 * size, dtype=np.int32)
            wider[:count] = bounds[:count]
            bounds = wider
        for j in range(size):
            if j == 0 or ball[j] != ball[j - 1] + 1:
                bounds[count] = ball[j]
                count += 2
            bounds[count - 1] = ball[j] + 1
        begin[p + 1] = count
    return begin, bounds[:count].copy()


@compiled
def sum_runs(begin: Any, bounds: Any, before: Any) -> Any:
    """Sum of values over the runs of each place; ``before`` is the sum of all values before a position."""
    sums = np.empty(len(begin) - 1, dtype=np.float64)
    for p in range(len(sums)):
        total = 0.0
        for k in range(begin[p], begin[p + 1], 2):
            total += before[bounds[k + 1]] - before[bounds[k]]
        sums[p] = total
    return sums


@compiled
def positions(chains: Any, anchors: Any, nodes: Any) -> Any:
    """
    Position of each inner number when every anchor is followed by the chains that start from it.

    Neighbours on the ground are closer in this order than in that of the inner numbers: balls have fewer
    runs.
    """
    place = np.empty(nodes, dtype=np.int32)
    chain = 0
    for i in range(anchors):
        while chain < len(chains.start) and chains.start[chain] < i:
            chain += 1
        # Chains are in the order of the anchors they start from.
        place[i] = i + chains.first[chain] - anchors
    for i in range(anchors, nodes):
        place[i] = i - anchors + chains.start[chains.of[i - anchors]] + 1
    return place


#: Nodes whose balls are kept in one piece of memory.
PIECE = 50_000


class BallPiece(NamedTuple):
    """
    The balls of some nodes that follow one another in the graph's inner order.

    Attributes
    ----------
    begin
        Where the bounds of each node's runs begin, and where the last end.
    bounds
        First and last + 1 position of each run, in turn.
    """

    begin: NDArray[np.int64]
    bounds: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Balls:
    """
    The balls of all nodes of a graph; made by `keep_balls`.

    Attributes
    ----------
    position
        Place of each node in the order in which balls are runs.
    pieces
        The balls, in the graph's inner order.
    """

    graph: Graph
    limit_cm: int
    position: NDArray[np.int32]
    pieces: list[BallPiece]

    @property
    def megabytes(self) -> float:
        """Memory that the balls take."""
        size = self.position.nbytes + sum(begin.nbytes + bounds.nbytes for begin, bounds in self.pieces)
        return float(size) / 1e6

    def sums(self, values: ArrayLike, *, threads: int = 1) -> NDArray[np.float64]:
        """
        Sum of the values of all nodes within the limit of each node, as `sums.sum_nodes` without decay.

        Values that are not whole numbers are summed to within rounding of their total.
        """
        held = known(values, self.graph.nodes, "values of nodes")
        before = np.zeros(self.graph.nodes + 1)
        before[1 + self.position] = held
        np.cumsum(before, out=before)

        def measure(part: slice) -> list[NDArray[np.float64]]:
            return [sum_runs(*piece, before) for piece in self.pieces[part]]

        parts = in_parts(measure, len(self.pieces), threads)
        return np.concatenate([np.empty(0), *itertools.chain(*parts)])[self.graph.rank]

    def counts(self) -> NDArray[np.int64]:
        """Number of nodes within the limit of each node, itself included."""
        return self.sums(np.ones(self.graph.nodes)).astype(np.int64)


def keep_balls(graph: Graph, limit_cm: float, *, threads: int = 1) -> Balls:
    """
    Find the balls of all nodes once.

    Raises
    ------
    UsageError
        If the limit is negative or not known.
    """
    limit = limit_of(limit_cm)
    position = positions(graph.chains, graph.anchors, graph.nodes)
    places = np.arange(graph.nodes, dtype=np.int32)

    def find(part: slice) -> BallPiece:
        work = pool(graph.anchors, graph.nodes)
        return BallPiece(*runs(graph.out, graph.chains, work, places[part], (position, limit)))

    return Balls(graph, limit, position[graph.rank], in_parts(find, graph.nodes, threads, PIECE))
