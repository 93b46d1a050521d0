"""
Searches over a sparse graph: the seam behind which a faster kernel can take the place of scipy.

A search knows nothing of streets or places: nodes in, centimetres out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.graph import Csr


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
