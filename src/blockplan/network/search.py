"""
How far each node is from the nearest source: scipy's search, and the choice between it and the compiled one.

A search knows nothing of streets or places: nodes in, centimetres out. Both engines find the same.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.core import Graph
    from blockplan.network.graph import Csr

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
