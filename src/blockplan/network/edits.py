"""
What if: one entrance, facility or street more or less, and which nodes that changes.

A measured graph stays in memory with its result. An edit that shortens ways spreads from where it
happens for as long as it gains something. An edit that lengthens ways first finds the nodes whose way
may have led through there (each is reached from the one before without slack), forgets their
distances, and measures them again from their neighbours. Everything else is left alone, and the
answer is the same as that of measuring all again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blockplan.errors import UsageError
from blockplan.network.compiled import compiled
from blockplan.network.contraction import FAR
from blockplan.network.core import known, limit_of, sources_of
from blockplan.network.nearest import nearest
from blockplan.network.rows import OpenStreets
from blockplan.network.sums import decay_table, sum_sources

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.core import Graph
    from blockplan.network.sums import Decay, GraphSources


class Changes(NamedTuple):
    """Nodes whose figure changed, what it was and what it is; NaN is "not reached"."""

    node: NDArray[np.int32]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


class LiveNearest:
    """
    Distance of each node to the nearest source, kept up to date through edits.

    Parameters
    ----------
    graph
        Stays as it is: edits belong to this object.
    nodes, limit_cm, costs_cm
        As in `nearest.nearest`.

    Raises
    ------
    UsageError
        As `nearest.nearest` does.
    """

    def __init__(
        self,
        graph: Graph,
        nodes: ArrayLike,
        limit_cm: float | None = None,
        *,
        costs_cm: ArrayLike | None = None,
    ) -> None:
        self._graph = graph
        self._limit = np.int32(limit_of(limit_cm))
        places, costs = sources_of(graph, nodes, costs_cm)
        self._costs: dict[int, list[int]] = {}
        for place, cost in zip(places.tolist(), costs.tolist(), strict=True):
            self._costs.setdefault(place, []).append(cost)
        self._cheapest = np.full(graph.nodes, FAR, dtype=np.int32)
        np.minimum.at(self._cheapest, places, costs)
        self._streets = OpenStreets(graph)
        cm = nearest(graph, nodes, limit_cm, costs_cm=costs_cm)[graph.order]
        self._work = _work(np.where(np.isnan(cm), FAR, cm).astype(np.int32))

    @property
    def cm(self) -> NDArray[np.float64]:
        """Centimetres from each node to the nearest source; NaN where none is within the limit."""
        cm = self._work[0][self._graph.rank]
        return np.where(cm > self._limit, np.nan, cm)

    def add_source(self, node: int, cost_cm: int = 0) -> Changes:
        """Add a source at a node."""
        place, cost = _place(self._graph, node), _cost(cost_cm)
        self._costs.setdefault(place, []).append(cost)
        self._cheapest[place] = min(self._cheapest[place], cost)
        found = _lower_one(
            self._streets.towards.arrays, self._work, (place, cost, self._limit), self._graph.order
        )
        return Changes(*found)

    def remove_source(self, node: int, cost_cm: int = 0) -> Changes:
        """
        Remove a source from a node.

        Raises
        ------
        UsageError
            If no source with that cost is there.
        """
        place, cost = _place(self._graph, node), _cost(cost_cm)
        costs = self._costs.get(place, [])
        if cost not in costs:
            raise UsageError(f"There is no source of cost {cost} cm at node {node} to remove.")
        costs.remove(cost)
        self._cheapest[place] = min(costs, default=FAR)
        lost = np.array([place], dtype=np.int32) if self._work[0][place] == cost else _NONE
        return self._measure_again(self._forget(lost), _NONE)

    def set_edge(self, start: int, end: int, length_m: float | None) -> Changes:
        """
        Give the street between two nodes another length; open one, or close it (None).

        Where the graph has one-way edges, only the way from start to end changes.

        Raises
        ------
        UsageError
            If the length is negative or not known, or there is no street to close.
        """
        steps = self._streets.steps(start, end, length_m)
        cm = self._work[0]
        lost = [
            step.tail
            for step in steps
            if step.after_cm > step.before_cm and cm[step.tail] == cm[step.head] + step.before_cm
        ]
        forgotten = self._forget(np.array(lost, dtype=np.int32))
        self._streets.set(steps)
        return self._measure_again(forgotten, np.array([step.tail for step in steps], dtype=np.int32))

    def _forget(self, lost: NDArray[np.int32]) -> NDArray[np.int32]:
        """All nodes whose way may lead through the lost ones."""
        found: NDArray[np.int32] = _lean_on(self._streets.towards.arrays, self._work, self._cheapest, lost)
        return found

    def _measure_again(self, forgotten: NDArray[np.int32], gained: NDArray[np.int32]) -> Changes:
        again = (forgotten, gained, self._cheapest, self._limit)
        towards, away = self._streets.towards.arrays, self._streets.away.arrays
        return Changes(*_measure_again((towards, away), self._work, again, self._graph.order))


class LiveSums:
    """
    Weighted sum of the sources within a limit of each node, kept up to date through edits.

    Parameters
    ----------
    sources
        Of one kind; weights as in `sums.sum_sources`.
    limit_cm, decay
        As in `sums.sum_sources`.

    Notes
    -----
    A source is taken out by subtracting what it added, so sums of weights that are not whole numbers are
    those of a full run to within rounding.
    """

    def __init__(
        self, graph: Graph, sources: GraphSources, limit_cm: float, decay: Decay | None = None
    ) -> None:
        self._graph = graph
        self._limit = np.int32(limit_of(limit_cm))
        self._decay = decay_table(decay, int(self._limit))
        self._streets = OpenStreets(graph)
        self._work = _work(np.full(graph.nodes, FAR, dtype=np.int32))
        self._sums = _one_kind(graph, sources, limit_cm, decay)[graph.order]
        self._before = np.full(graph.nodes, np.nan)
        self._at: dict[int, list[tuple[int, float]]] = {}
        places, costs = sources_of(graph, sources.nodes, sources.costs_cm)
        count = len(places)
        weights = (
            np.ones(count) if sources.weights is None else known(sources.weights, count, "weights of sources")
        )
        for place, cost, weight in zip(places.tolist(), costs.tolist(), weights.tolist(), strict=True):
            self._at.setdefault(place, []).append((cost, weight))

    @property
    def sums(self) -> NDArray[np.float64]:
        """Sum at each node."""
        return self._sums[self._graph.rank]

    def add_source(self, node: int, weight: float = 1.0, cost_cm: int = 0) -> Changes:
        """Add a source at a node."""
        place, cost = _place(self._graph, node), _cost(cost_cm)
        (weight,) = known([weight], 1, "weights of sources").tolist()
        self._at.setdefault(place, []).append((cost, weight))
        return self._changes([self._add(place, cost, weight)])

    def remove_source(self, node: int, weight: float = 1.0, cost_cm: int = 0) -> Changes:
        """
        Remove a source from a node.

        Raises
        ------
        UsageError
            If no source with that weight and cost is there.
        """
        place, cost = _place(self._graph, node), _cost(cost_cm)
        there = self._at.get(place, [])
        if (cost, weight) not in there:
            raise UsageError(
                f"There is no source of weight {weight} and cost {cost} cm at node {node} to remove."
            )
        there.remove((cost, weight))
        return self._changes([self._add(place, cost, -weight)])

    def set_edge(self, start: int, end: int, length_m: float | None) -> Changes:
        """Change a street, as `LiveNearest.set_edge`; sources that lie beyond it are summed again."""
        steps = self._streets.steps(start, end, length_m)
        beyond: set[int] = set()
        for step in steps:
            reached, _ = _within(self._streets.away.arrays, self._work, (step.head, 0, self._limit))
            beyond.update(reached.tolist())
        sources = [(place, *one) for place in sorted(beyond) for one in self._at.get(place, [])]
        touched = [self._add(place, cost, -weight) for place, cost, weight in sources]
        self._streets.set(steps)
        touched += [self._add(*source) for source in sources]
        return self._changes(touched)

    def _add(self, place: int, cost: int, weight: float) -> NDArray[np.int32]:
        """Add a source to the nodes within the limit, and remember what they had."""
        if cost > self._limit:
            return _NONE
        node, far = _within(self._streets.towards.arrays, self._work, (place, cost, self._limit))
        fresh: NDArray[np.int32] = node[np.isnan(self._before[node])]
        self._before[fresh] = self._sums[fresh]
        self._sums[node] += weight * self._decay[far] if len(self._decay) else weight
        return fresh

    def _changes(self, touched: list[NDArray[np.int32]]) -> Changes:
        node = np.concatenate([_NONE, *touched])
        before, after = self._before[node], self._sums[node]
        self._before[node] = np.nan
        changed = before != after
        return Changes(self._graph.order[node[changed]], before[changed], after[changed])


_NONE = np.empty(0, dtype=np.int32)


def _place(graph: Graph, node: int) -> int:
    if not 0 <= node < graph.nodes:
        raise UsageError(f"Node {node} is not on the network; the nodes are 0 to {graph.nodes - 1}.")
    return int(graph.rank[node])


def _cost(cost_cm: float) -> int:
    if not 0 <= cost_cm < FAR:
        raise UsageError(f"What a source costs before the first step is 0 or more; {cost_cm} cm is not.")
    return round(cost_cm)


def _one_kind(
    graph: Graph, sources: GraphSources, limit_cm: float, decay: Decay | None
) -> NDArray[np.float64]:
    if sources.kinds is not None:
        raise UsageError("Sums that follow edits are of one kind of source; keep one LiveSums a kind.")
    return sum_sources(graph, sources, limit_cm, decay)


def _work(cm: NDArray[np.int32]) -> tuple[NDArray[Any], ...]:
    """Distances, and memory to change them: marked, waits, ring, touched, before, tally (touched, put)."""
    nodes = len(cm)
    marked, waits = np.zeros(nodes, dtype=np.bool_), np.zeros(nodes, dtype=np.bool_)
    ring = np.empty(1 << nodes.bit_length(), dtype=np.int32)
    touched, before = np.empty(nodes, dtype=np.int32), np.empty(nodes, dtype=np.int32)
    return cm, marked, waits, ring, touched, before, np.zeros(2, dtype=np.int64)


@compiled
def _mark(work: Any, node: Any) -> Any:
    """Remember the distance of a node before its first change."""
    cm, marked, _, _, touched, before, tally = work
    if not marked[node]:
        marked[node] = True
        touched[tally[0]], before[tally[0]] = node, cm[node]
        tally[0] += 1


@compiled
def _put(work: Any, node: Any, far: Any) -> Any:
    """Give a node a shorter distance; its neighbours are to be looked at."""
    _mark(work, node)
    cm, _, waits, ring, _, _, tally = work
    cm[node] = far
    if not waits[node]:
        waits[node] = True
        ring[tally[1] & (len(ring) - 1)] = node
        tally[1] += 1


@compiled
def _spread(rows: Any, work: Any, limit: Any) -> Any:
    """Walk on from all nodes that were put."""
    first, count, head, length = rows
    cm, _, waits, ring, _, _, tally = work
    taken = 0
    while taken < tally[1]:
        at = ring[taken & (len(ring) - 1)]
        taken, waits[at] = taken + 1, False
        for k in range(first[at], first[at] + count[at]):
            far = cm[at] + length[k]
            if far < cm[head[k]] and far <= limit:
                _put(work, head[k], far)
    tally[1] = 0


@compiled
def _changed(work: Any, order: Any) -> Any:
    """The nodes that have another distance now, in the caller's numbers; nothing is marked after that."""
    cm, marked, _, _, touched, before, tally = work
    size = 0
    for j in range(tally[0]):
        size += cm[touched[j]] != before[j]
    node = np.empty(size, dtype=np.int32)
    old, new = np.empty(size, dtype=np.float64), np.empty(size, dtype=np.float64)
    put = 0
    for j in range(tally[0]):
        at = touched[j]
        marked[at] = False
        if cm[at] != before[j]:
            node[put] = order[at]
            old[put] = before[j] if before[j] < FAR else np.nan
            new[put] = cm[at] if cm[at] < FAR else np.nan
            put += 1
    tally[0] = 0
    return node, old, new


@compiled
def _lower_one(rows: Any, work: Any, source: Any, order: Any) -> Any:
    """One source more."""
    place, cost, limit = source
    if cost < work[0][place] and cost <= limit:
        _put(work, place, cost)
        _spread(rows, work, limit)
    return _changed(work, order)


@compiled
def _lean_on(rows: Any, work: Any, cheapest: Any, lost: Any) -> Any:
    """Forget the distances of some nodes and of all that may come through them; which nodes they are."""
    first, count, head, length = rows
    cm, marked, _, _, touched, _, tally = work
    for at in lost:
        if cm[at] < cheapest[at] and cm[at] < FAR:
            _mark(work, at)
    taken = 0
    while taken < tally[0]:
        at = touched[taken]
        taken += 1
        for k in range(first[at], first[at] + count[at]):
            to = head[k]
            if not marked[to] and cm[to] == cm[at] + length[k] and cm[to] < cheapest[to]:
                _mark(work, to)
    forgotten = touched[: tally[0]].copy()
    for at in forgotten:
        cm[at] = FAR
    return forgotten


@compiled
def _measure_again(rows: Any, work: Any, again: Any, order: Any) -> Any:
    """Distances of some nodes from their sources and neighbours, and what follows from them."""
    towards, away = rows
    first, count, head, length = away
    forgotten, gained, cheapest, limit = again
    cm = work[0]
    for nodes in (forgotten, gained):
        for at in nodes:
            far = cheapest[at]
            for k in range(first[at], first[at] + count[at]):
                far = min(far, cm[head[k]] + length[k])
            if far < cm[at] and far <= limit:
                _put(work, at, far)
    _spread(towards, work, limit)
    return _changed(work, order)


@compiled
def _within(rows: Any, work: Any, source: Any) -> Any:
    """Nodes within a limit of a place, and how far they are; distances are forgotten after that."""
    place, cost, limit = source
    cm, marked, _, _, touched, _, tally = work
    _put(work, place, cost)
    _spread(rows, work, limit)
    node = touched[: tally[0]].copy()
    far = cm[node]
    for at in node:
        cm[at], marked[at] = FAR, False
    tally[0] = 0
    return node, far
