"""
How far each node is from the nearest of some sources.

The search runs from all sources at once. Anchors wait in *buckets*, a range of
distances each, and a bucket is emptied before the next is begun: that is as good as a sorted queue
and needs no sorting. Then each chain is filled in from its two ends.

`nearest_sources` also says which sources they are, and gives the second, third ... nearest.

The way itself: through which nodes the shortest one leads.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blockplan.network.compiled import compiled
from blockplan.network.contraction import FAR
from blockplan.network.core import LONGEST_CM, kinds_of, limit_of, sources_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.core import Graph


class Path(NamedTuple):
    """
    A shortest way.

    Attributes
    ----------
    nodes
        From the start to the end, both included; empty where there is no way.
    cm
        Its length; NaN where there is no way.
    """

    nodes: NDArray[np.int32]
    cm: float


def path(graph: Graph, start: int, ends: ArrayLike) -> Path:
    """
    The shortest way from a node to the nearest of some nodes.

    Raises
    ------
    UsageError
        If the start or an end is not on the network.
    """
    goal = np.zeros(graph.nodes, dtype=np.bool_)
    goal[graph.inner(ends, "ends")] = True
    (place,) = graph.inner([start], "starts")
    back, far = _path(graph.every_out, place, goal, LONGEST_CM)
    return Path(graph.order[back[::-1]], float(far) if len(back) else float("nan"))


@compiled
def _path(arcs: Any, start: Any, goal: Any, limit: Any) -> Any:
    """The nodes of the way, last first, and its length."""
    cm, before = np.full(len(goal), FAR, dtype=np.int32), np.full(len(goal), -1, dtype=np.int32)
    way = np.empty(len(goal), dtype=np.int32)
    cm[start] = 0
    queue = [(np.int64(0), start)]
    while len(queue) > 0:
        far, at = heappop(queue)
        if far > cm[at]:
            continue
        if goal[at]:
            size = 0
            while at >= 0:
                way[size] = at
                size, at = size + 1, before[at]
            return way[:size].copy(), far
        for k in range(arcs.row[at], arcs.row[at + 1]):
            to, farther = arcs.head[k], far + arcs.length[k]
            if farther < cm[to] and farther <= limit:
                cm[to], before[to] = farther, at
                heappush(queue, (farther, to))
    return way[:0].copy(), np.int64(0)


#: Buckets in use at a time (a power of two).
BUCKETS = 16
#: So many anchors that are near each other, with their arcs, fit the cache of a core.
BLOCK = 1 << 13
#: Blocks have to be so many times as wide as the limit; else too much would be put right twice.
FAR_BEYOND = 8


class NearestSources(NamedTuple):
    """
    The nearest sources of each node, nearest first, shape (nodes, k).

    Attributes
    ----------
    cm
        Centimetres to each; NaN where there are fewer within the limit.
    source
        Place of each in the list of sources; -1 where there is none. Of equally near ones the first in the
        list comes first.
    """

    cm: NDArray[np.float64]
    source: NDArray[np.int32]


def nearest(
    graph: Graph, nodes: ArrayLike, limit_cm: float | None = None, *, costs_cm: ArrayLike | None = None
) -> NDArray[np.float64]:
    """
    Length of the shortest way from each node to the nearest of some sources.

    Parameters
    ----------
    nodes
        Nodes of the sources; one may stand more than once.
    limit_cm
        Ways longer than this are not looked for; None looks for all up to 10,737 km.
    costs_cm
        What each source costs before the first step (the way from an entrance to its node); None is 0.

    Returns
    -------
    array
        Centimetres (whole numbers) for each node; NaN where no source is within the limit. On a graph with
        one-way edges the way leads from the node to the source.

    Raises
    ------
    UsageError
        If a source is not on the network, or a cost or the limit is negative or not known.
    """
    sources, costs = sources_of(graph, nodes, costs_cm)
    limit = limit_of(limit_cm)
    cm = np.full(graph.nodes, FAR, dtype=np.int32)
    seeded = np.zeros(len(graph.chains.start), dtype=np.bool_)
    _seed(graph.chains, cm, seeded, (sources, costs, limit))
    width = _bucket_bits(min(limit, graph.longest_cm + int(costs.max(initial=0))))
    _settle(graph.into, cm, limit, width, _block(graph, limit))
    _fill(graph.chains, cm, seeded)
    found: NDArray[np.float64] = _in_order(cm, graph.rank, limit)
    return found


def nearest_kinds(
    graph: Graph,
    nodes: ArrayLike,
    kinds: ArrayLike,
    limit_cm: float | None = None,
    *,
    costs_cm: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """
    `nearest` for several kinds of sources (whole numbers from 0), one column a kind.

    Parameters and errors are those of `nearest`; a kind without sources is reached from nowhere.
    """
    given = np.atleast_1d(np.asarray(nodes))
    kind = kinds_of(kinds, len(given))
    costs = None if costs_cm is None else np.atleast_1d(np.asarray(costs_cm))
    columns = [
        nearest(graph, given[one], limit_cm, costs_cm=None if costs is None else costs[one])
        for one in (kind == number for number in range(int(kind.max(initial=0)) + 1))
    ]
    return np.stack(columns, axis=1)


def nearest_sources(
    graph: Graph,
    nodes: ArrayLike,
    k: int = 1,
    limit_cm: float | None = None,
    *,
    costs_cm: ArrayLike | None = None,
) -> NearestSources:
    """
    The `k` nearest sources of each node, and how far they are.

    Parameters and errors are those of `nearest`. Two sources at one node are two.
    """
    sources, costs = sources_of(graph, nodes, costs_cm)
    cm, source = _nearest_sources(graph.every_into, sources, costs, limit_of(limit_cm), max(k, 1))
    reached = source[graph.rank]
    return NearestSources(np.where(reached < 0, np.nan, cm[graph.rank]), reached)


def _bucket_bits(span: int) -> int:
    """Bits of a distance that tell apart places in one bucket: all that wait fit the buckets in use."""
    return max((span // (BUCKETS - 2)).bit_length(), 1)


def _block(graph: Graph, limit: int) -> int:
    """How many anchors to search from at a time: all, where the limit reaches far beyond a block."""
    across_cm = graph.mean_cm * BLOCK**0.5
    return BLOCK if limit * FAR_BEYOND <= across_cm else max(graph.anchors, 1)


@compiled
def _seed(chains: Any, cm: Any, seeded: Any, sources: Any) -> Any:
    """Put sources on their nodes; those inside a chain also at the chain's ends."""
    nodes, costs, limit = sources
    anchors = len(chains.row) - 1
    for s in range(len(nodes)):
        node, cost = nodes[s], costs[s]
        if cost > limit:
            continue
        cm[node] = min(cm[node], cost)
        if node >= anchors:
            chain, along = chains.of[node - anchors], chains.along[node - anchors]
            seeded[chain] = True
            start, end = chains.start[chain], chains.end[chain]
            cm[start] = min(cm[start], cost + along)
            if end >= 0:
                cm[end] = min(cm[end], cost + chains.length[chain] - along)


@compiled
def _settle(arcs: Any, cm: Any, limit: Any, width: Any, block: Any) -> Any:
    """
    Walk from the anchors that have a distance to all others within the limit.

    The sources of so many anchors as a `block` has are followed to their end before those of the next: what
    lies near them stays in the cache. Where a later block has a shorter way, it is put right then.
    """
    anchors = len(arcs.row) - 1
    bits = 1
    while (1 << bits) < anchors:
        bits += 1
    # One ring a bucket: an anchor waits in it at most once.
    ring = np.empty(BUCKETS << bits, dtype=np.int32)
    put, waits = np.zeros(BUCKETS, dtype=np.int64), np.zeros(anchors, dtype=np.bool_)
    count = 0
    for i in range(anchors):
        count += cm[i] <= limit
    sources = np.empty(count, dtype=np.int32)
    count = 0
    for i in range(anchors):
        if cm[i] <= limit:
            sources[count] = i
            count += 1
    at = 0
    for end in range(block, anchors + block, block):
        left = 0
        put[:] = 0
        while at < count and sources[at] < end:
            i = sources[at]
            b = (cm[i] >> width) & (BUCKETS - 1)
            ring[(b << bits) + put[b]] = i
            put[b] += 1
            waits[i] = True
            left, at = left + 1, at + 1
        _empty(arcs, cm, (limit, width, bits), (ring, put, waits), left)


@compiled
def _empty(arcs: Any, cm: Any, bounds: Any, queue: Any, left: Any) -> Any:
    """Look at the neighbours of all that wait, bucket by bucket, until nobody does."""
    _, width, bits = bounds
    ring, put, waits = queue
    taken = np.zeros(BUCKETS, dtype=np.int64)
    room = (1 << bits) - 1
    bucket = 0
    while left > 0:
        b = bucket & (BUCKETS - 1)
        while taken[b] < put[b]:
            at = ring[(b << bits) + (taken[b] & room)]
            taken[b] += 1
            left -= 1
            if waits[at] and (cm[at] >> width) == bucket:
                waits[at] = False
                left += _step(arcs, cm, bounds, queue, at)
        bucket += 1


@compiled
def _step(arcs: Any, cm: Any, bounds: Any, queue: Any, at: Any) -> Any:
    """Look at the neighbours of an anchor; how many joined the queue."""
    limit, width, bits = bounds
    ring, put, waits = queue
    joined = 0
    for k in range(arcs.row[at], arcs.row[at + 1]):
        to = arcs.head[k]
        far, before = cm[at] + arcs.length[k], cm[to]
        if far < before and far <= limit:
            cm[to] = far
            bucket = far >> width
            if not waits[to] or (before >> width) != bucket:
                waits[to] = True
                b = bucket & (BUCKETS - 1)
                ring[(b << bits) + (put[b] & ((1 << bits) - 1))] = to
                put[b] += 1
                joined += 1
    return joined


@compiled
def _fill(chains: Any, cm: Any, seeded: Any) -> Any:
    """Distances inside chains, from those at their ends (and from sources inside)."""
    anchors, count = len(chains.row) - 1, len(chains.start)
    there, back = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int64)
    for c in range(count):
        end = chains.end[c]
        there[c] = cm[chains.start[c]]
        back[c] = cm[end] + chains.length[c] if end >= 0 else 2 * FAR
        if seeded[c]:
            _spread(chains, cm, c)
    # Chains are short: one loop over all inner nodes is faster than one for each chain.
    for i in range(len(chains.of)):
        c, along = chains.of[i], chains.along[i]
        cm[anchors + i] = min(cm[anchors + i], there[c] + along, back[c] - along)


@compiled
def _spread(chains: Any, cm: Any, chain: Any) -> Any:
    """Walk along a chain, there and back, from the sources inside it."""
    anchors = len(chains.row) - 1
    first, last = chains.first[chain], chains.first[chain + 1]
    for i in range(first + 1, last):
        cm[i] = min(cm[i], cm[i - 1] + chains.along[i - anchors] - chains.along[i - 1 - anchors])
    for i in range(last - 2, first - 1, -1):
        cm[i] = min(cm[i], cm[i + 1] + chains.along[i + 1 - anchors] - chains.along[i - anchors])


@compiled
def _in_order(cm: Any, rank: Any, limit: Any) -> Any:
    found = np.empty(len(rank), dtype=np.float64)
    for node in range(len(rank)):
        far = cm[rank[node]]
        found[node] = far if far <= limit else np.nan
    return found


@compiled
def _nearest_sources(arcs: Any, nodes: Any, costs: Any, limit: Any, k: Any) -> Any:
    """A search in which each node is settled up to `k` times, each time by another source."""
    count = len(arcs.row) - 1
    cm, source = np.zeros((count, k), dtype=np.int32), np.full((count, k), -1, dtype=np.int32)
    settled = np.zeros(count, dtype=np.int32)
    queue = [(np.int64(0), np.int32(-1), np.int32(-1))]
    for s in range(len(nodes)):
        if costs[s] <= limit:
            heappush(queue, (np.int64(costs[s]), np.int32(s), nodes[s]))
    heappop(queue)
    while len(queue) > 0:
        far, by, at = heappop(queue)
        if settled[at] == k or (source[at] == by).any():
            continue
        cm[at, settled[at]], source[at, settled[at]] = far, by
        settled[at] += 1
        for j in range(arcs.row[at], arcs.row[at + 1]):
            to, farther = arcs.head[j], far + arcs.length[j]
            if farther <= limit and settled[to] < k:
                heappush(queue, (farther, by, to))
    return cm, source
