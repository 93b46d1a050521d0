"""
A walking network: nodes, edges between them, and the edges as a sparse graph.

Walking is the same in both directions, so an edge stands once in the edge
arrays and twice in the sparse graph. Two edges between the same nodes both
stay (points can join either), but the sparse graph holds the shorter one.

How far each node is from the nearest source: scipy's search, and the choice between it and the compiled one.

A search knows nothing of streets or places: nodes in, centimetres out. Both engines find the same.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely

from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.core import Graph


@dataclass(frozen=True, slots=True, eq=False)
class Csr:
    """
    A graph as compressed sparse rows: the neighbours of node `i` stand at ``indptr[i]:indptr[i + 1]``.

    `indptr`, `indices` and `length_cm` are int32; lengths are centimetres.
    """

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    length_cm: NDArray[np.int32]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1


@dataclass(frozen=True, eq=False)
class Network:
    """
    Nodes and edges one can walk on.

    Attributes
    ----------
    xy
        Node coordinates in metres, shape (nodes, 2).
    length_cm
        Length of each edge, rounded to the centimetre; at least 1.
    line
        Geometry of each edge, drawn from `start` to `end`.
    street
        Id of the street that the edge is a piece of.
    barriers
        Lines on the ground that a way from a door to the street may not cross either.
    """

    xy: NDArray[np.float64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length_cm: NDArray[np.int32]
    line: NDArray[Any]
    street: NDArray[Any]
    barriers: NDArray[Any]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.xy)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.start)

    @property
    def length_km(self) -> float:
        """Length of all edges together."""
        return float(self.length_cm.sum(dtype=np.int64)) / (CM_PER_M * 1000)

    @cached_property
    def csr(self) -> Csr:
        """The edges as a sparse graph, both directions, the shortest of parallel edges."""
        return sparse(len(self.xy), self.start, self.end, self.length_cm)

    @cached_property
    def compiled(self) -> Graph:
        """The edges as a compiled graph, for the fast measures; nodes keep their numbers."""
        from blockplan.network.core import compile_checked  # noqa: PLC0415 (numba is heavy to load)

        return compile_checked(self.start, self.end, self.length_cm, self.xy)

    @cached_property
    def edge_tree(self) -> shapely.STRtree:
        """Spatial index of the edges."""
        return shapely.STRtree(self.line)

    @cached_property
    def node_tree(self) -> shapely.STRtree:
        """Spatial index of the nodes."""
        return shapely.STRtree(np.asarray(shapely.points(self.xy), dtype=object))

    @cached_property
    def barrier_tree(self) -> shapely.STRtree:
        """Spatial index of the barriers on the ground."""
        return shapely.STRtree(self.barriers)

    @cached_property
    def edge_of_node(self) -> NDArray[np.int32]:
        """One edge at each node (the first of them)."""
        found = np.full(len(self.xy), -1, dtype=np.int32)
        numbers = np.arange(self.edges, dtype=np.int32)[::-1]
        found[self.end[::-1]] = numbers
        found[self.start[::-1]] = numbers
        return found

    def components(self) -> NDArray[np.int32]:
        """Number of the connected part that each node belongs to."""
        from scipy.sparse import csr_array  # noqa: PLC0415 (heavy, and not every use needs it)
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

        graph = csr_array((self.csr.length_cm, self.csr.indices, self.csr.indptr), shape=(len(self.xy),) * 2)
        labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
        return labels


def sparse(nodes: int, start: NDArray[np.int32], end: NDArray[np.int32], length_cm: NDArray[np.int32]) -> Csr:
    """The undirected edges ``start[i] - end[i]`` as a sparse graph; loops are left out."""
    real = start != end
    start, end, length_cm = start[real], end[real], length_cm[real]
    tails, heads = np.concatenate([start, end]), np.concatenate([end, start])
    key = tails.astype(np.int64) * nodes + heads
    order = np.argsort(key)
    key, lengths = key[order], np.concatenate([length_cm, length_cm])[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    if not first.all():
        # Of parallel edges the shortest counts.
        lengths = np.minimum.reduceat(lengths, np.flatnonzero(first))
        order = order[first]
    indptr = np.zeros(nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(tails[order], minlength=nodes), out=indptr[1:])
    return Csr(indptr, heads[order].astype(np.int32), lengths.astype(np.int32))


#: Nodes that scipy searches in the time that it takes to load the compiled search; see decision 4.
WORTH_LOADING = 8_000_000


class Streets(Protocol):
    """What can be searched: a plan's network, or a table of edges."""

    @property
    def nodes(self) -> int:
        """Number of nodes."""

    @property
    def csr(self) -> Csr:
        """The graph for scipy."""

    @property
    def compiled(self) -> Graph:
        """The graph for the compiled search."""


class _Searched:
    """How many nodes scipy has searched in this process."""

    nodes = 0


def at_nodes(
    streets: Streets, nodes: NDArray[np.int32], costs_cm: NDArray[np.int32], limit_cm: int | None = None
) -> NDArray[np.float64]:
    """
    Length of the shortest way from each node to the nearest source, by the engine that is cheaper.

    To load the compiled search takes longer than scipy needs for all searches on most plans; once it is
    loaded it is the faster one on any network. So scipy searches until as much time has gone
    into that as loading takes. Parameters and result are those of `nearest`.
    """
    if "blockplan.network.nearest" not in sys.modules and _Searched.nodes < WORTH_LOADING:
        _Searched.nodes += streets.nodes
        return nearest(streets.csr, nodes, costs_cm, limit_cm)
    from blockplan.network.nearest import nearest as compiled_nearest  # noqa: PLC0415 (numba is heavy to load)

    return compiled_nearest(streets.compiled, nodes, limit_cm, costs_cm=costs_cm)


def nearest(
    graph: Csr, nodes: NDArray[np.int32], costs_cm: NDArray[np.int32], limit_cm: int | None = None
) -> NDArray[np.float64]:
    """
    Length of the shortest way from each node to the nearest of some sources.

    Parameters
    ----------
    graph
        Undirected, lengths in centimetres, not negative.
    nodes, costs_cm
        The sources: a node and what it costs before the first step (0 at the source
        itself, the rest of an edge where the source lies on one). A node may stand more than once.
    limit_cm
        Ways longer than this are not looked for; None searches everything.

    Returns
    -------
    array
        Centimetres (whole numbers) for each node; NaN where no source is within the limit.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 (heavy, and not every use needs it)
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    if not len(nodes):
        return np.full(graph.nodes, np.nan)
    # One more node, the start, leads to each source at its cost: scipy has no costs of sources.
    order = np.lexsort((costs_cm, nodes))
    sources, first = np.unique(nodes[order], return_index=True)
    costs = costs_cm[order][first]
    size = graph.nodes + 1
    indptr = np.append(graph.indptr, graph.indptr[-1] + len(sources)).astype(np.int32)
    indices = np.concatenate([graph.indices, sources]).astype(np.int32)
    lengths = np.concatenate([graph.length_cm, costs]).astype(np.float64)
    whole = csr_array((lengths, indices, indptr), shape=(size, size))
    limit = np.inf if limit_cm is None else float(limit_cm)
    found: NDArray[np.float64] = dijkstra(whole, directed=True, indices=graph.nodes, limit=limit)[:-1]
    return np.where(np.isfinite(found), found, np.nan)
