"""
Ways on foot between many places: from doors to stops, from stop to stop, from stops to doors.

Places become nodes of their own where they join their edge, so a way from one to
another on the same edge is as right as any other. What comes out is sparse: for each
place only those that it reaches within a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.graph import Network
    from blockplan.network.join import Joins
    from blockplan.network.slopes import BothWays


@dataclass(frozen=True, slots=True, eq=False)
class NetworkPlaces:
    """
    A street graph with places as nodes.

    Attributes
    ----------
    indptr, indices, length_cm
        The graph as sparse rows, both directions; places follow the nodes of the streets.
    node
        Node of each place; -1 where it does not join.
    way_cm
        Way from each place to its node.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    length_cm: NDArray[np.int32]
    node: NDArray[np.int64]
    way_cm: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """
    For each start the places it reaches: those of start `i` are ``to[indptr[i]:indptr[i + 1]]``.

    Attributes
    ----------
    indptr
        int64.
    to
        Number of the place reached, rising within a start; int32.
    cost
        What it takes to get there, int32, in the unit of the caller.
    """

    indptr: NDArray[np.int64]
    to: NDArray[np.int32]
    cost: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.to)

    @property
    def start(self) -> NDArray[np.int64]:
        """Start of each way."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def turned(self, size: int) -> Ways:
        """The same ways from the other end; `size` places are reached at most."""
        return ways_of(self.to.astype(np.int64), self.start, self.cost, size)

    def seconds(self, metres_per_second: float) -> Ways:
        """Ways in centimetres as ways in seconds, rounded up."""
        return Ways(self.indptr, self.to, np.ceil(self.cost / (metres_per_second * 100)).astype(np.int32))


def ways_of(start: NDArray[np.int64], to: NDArray[np.int64], cost: NDArray[np.int32], starts: int) -> Ways:
    """Ways from a list of pairs; of a pair that stands twice the least counts."""
    key = start.astype(np.int64) * (int(to.max(initial=0)) + 1) + to
    order = np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():
        order = np.lexsort((cost, key))
    start, to, cost = start[order], to[order], cost[order]
    kept = np.ones(len(start), dtype=bool)
    kept[1:] = (np.diff(start) != 0) | (np.diff(to) != 0)
    indptr = np.zeros(starts + 1, dtype=np.int64)
    np.cumsum(np.bincount(start[kept], minlength=starts), out=indptr[1:])
    return Ways(indptr, to[kept].astype(np.int32), cost[kept].astype(np.int32))


def with_places(network: Network, joins: Joins, slopes: BothWays | None = None) -> NetworkPlaces:
    """
    The network with each joined place as a node on its edge.

    With `slopes` the pieces of an edge are as much longer than on the map as the edge, there and back.
    """
    nodes = len(network.xy)
    joined = np.flatnonzero(~joins.refused)
    order = joined[np.lexsort((joins.at_cm[joined], joins.edge[joined]))]
    edge, at = joins.edge[order], joins.at_cm[order].astype(np.int64)
    node = np.full(len(joins.edge), -1, dtype=np.int64)
    node[order] = nodes + np.arange(len(order))
    first = np.ones(len(order), dtype=bool)
    first[1:] = edge[1:] != edge[:-1]
    last = np.roll(first, -1) if len(order) else first
    here = nodes + np.arange(len(order))
    # Pieces of an edge: to each place from the one before it (or the start), and from the last to the end.
    tail = np.where(first, network.start[edge], here - 1)
    length = np.where(first, at, np.diff(at, prepend=0))
    whole = np.ones(network.edges, dtype=bool)
    whole[edge] = False
    tails = np.concatenate([network.start[whole], tail, here[last]])
    heads = np.concatenate([network.end[whole], here, network.end[edge[last]]])
    lengths = np.concatenate([network.length_cm[whole], length, network.length_cm[edge[last]] - at[last]])
    ahead = back = lengths
    if slopes is not None:
        of = np.concatenate([np.flatnonzero(whole), edge, edge[last]])
        ahead, back = (
            np.rint(lengths * (sloped[of] / network.length_cm[of])).astype(np.int64)
            for sloped in (slopes.ahead_cm, slopes.back_cm)
        )
    rows = _rows(nodes + len(order), (tails, heads), ahead, back)
    return NetworkPlaces(*rows, node, joins.way_cm.astype(np.int64))


def _rows(
    nodes: int,
    ends: tuple[NDArray[np.int64], NDArray[np.int64]],
    ahead: NDArray[np.int64],
    back: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    both, other = np.concatenate(ends), np.concatenate(ends[::-1])
    order = np.argsort(both, kind="stable")
    indptr = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(both, minlength=nodes), out=indptr[1:])
    lengths = np.concatenate([ahead, back])
    return indptr, other[order].astype(np.int32), lengths[order].astype(np.int32)


def ways_within(
    places: NetworkPlaces, starts: NDArray[np.int64], ends: NDArray[np.int64], limit_m: float
) -> Ways:
    """
    Ways from some places to some others, at most `limit_m` long, the ways to the streets counted.

    Parameters
    ----------
    starts, ends
        Numbers of places. Those that do not join have no ways.

    Returns
    -------
    Ways
        Row `i` belongs to ``starts[i]``, ``to`` is a number among `ends`; centimetres.
        The way from a place to itself is 0.
    """
    from blockplan.network.scan import around, thinned  # noqa: PLC0415 (compiled code is heavy to load)

    number = np.full(len(places.indptr) - 1, -1, dtype=np.int32)
    way = np.zeros(len(number), dtype=np.int64)
    there = places.node[ends] >= 0
    number[places.node[ends[there]]] = np.flatnonzero(there)
    way[places.node[ends[there]]] = places.way_cm[ends[there]]
    # Only ways between these places are asked for: dead ends and bends need no search.
    kept = number >= 0
    kept[places.node[starts[places.node[starts] >= 0]]] = True
    graph = thinned(places.indptr, places.indices, places.length_cm, kept)
    indptr, to, cost = around(
        graph, places.node[starts], places.way_cm[starts], (number, way), round(limit_m * 100)
    )
    found = ways_of(
        np.repeat(np.arange(len(starts)), np.diff(indptr)), to.astype(np.int64), cost, len(starts)
    )
    found.cost[starts[found.start] == ends[found.to]] = 0
    return found
