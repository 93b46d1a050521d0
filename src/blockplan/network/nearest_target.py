"""
How far it is on foot to the nearest of some targets, and which of them that is.

`blockplan.network.reach` answers how far; a page that speaks to one resident also names the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from blockplan.network.graph import Csr, Network
    from blockplan.network.join import Joins
    from blockplan.network.reach import Targets


class Nearest(NamedTuple):
    """Metres from each origin (NaN where nothing is reached), and the area that is reached (-1: none)."""

    metres: NDArray[np.float64]
    area: NDArray[np.intp]


def walk_to(network: Network, origins: Joins, targets: Targets, limit_m: float) -> Nearest:
    """
    Metres on foot from each origin to the nearest target, and the area that this target belongs to.

    Distances are those of `blockplan.network.walk`; of areas equally near, either is named.
    """
    metres = np.full(len(origins.edge), np.nan)
    area = np.full(len(origins.edge), -1, dtype=np.intp)
    joined = np.flatnonzero(~origins.refused)
    if not len(joined) or not len(targets.edge):
        return Nearest(metres, area)
    edge, at = origins.edge[joined], origins.at_cm[joined]
    at_node, of_node = _from_areas(network.csr, network, targets, limit_m * CM_PER_M)
    start, end = network.start[edge], network.end[edge]
    own, own_area = _on_same_edge(edge, at, targets)
    ways = np.stack([at_node[start] + at, at_node[end] + (network.length_cm[edge] - at), own])
    named = np.stack([of_node[start], of_node[end], own_area])
    best = np.argmin(ways, axis=0)
    columns = np.arange(len(edge))
    whole = ways[best, columns] + origins.way_cm[joined]
    reached = whole <= limit_m * CM_PER_M
    metres[joined[reached]] = whole[reached] / CM_PER_M
    area[joined[reached]] = named[best, columns][reached]
    return Nearest(metres, area)


def _from_areas(
    graph: Csr, network: Network, targets: Targets, limit_cm: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Centimetres of each node to the nearest area (infinite where none is near enough), and that area."""
    from scipy.sparse import coo_array  # noqa: PLC0415 (heavy, and not every use needs it)
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    areas, number = np.unique(targets.area, return_inverse=True)
    # Each area is a node of its own, from which one gets to where its targets lie at what is still to walk.
    heads = np.concatenate([network.start[targets.edge], network.end[targets.edge]])
    rest = network.length_cm[targets.edge] - targets.to_cm
    costs = np.concatenate([targets.from_cm, rest]) + np.tile(targets.cost_cm, 2)
    tails = graph.nodes + np.tile(number, 2)
    order = np.lexsort((costs, heads, tails))
    tails, heads, costs = tails[order], heads[order], costs[order]
    first = np.ones(len(tails), dtype=bool)
    first[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    rows = np.concatenate([np.repeat(np.arange(graph.nodes), np.diff(graph.indptr)), tails[first]])
    columns = np.concatenate([graph.indices, heads[first]])
    # A length of nothing would be no arc at all: half a centimetre is rounded away below.
    lengths = np.concatenate([graph.length_cm, np.where(costs[first] > 0, costs[first], 0.25)])
    size = graph.nodes + len(areas)
    whole = coo_array((lengths.astype(np.float64), (rows, columns)), shape=(size, size)).tocsr()
    sources = graph.nodes + np.arange(len(areas))
    found = dijkstra(whole, indices=sources, min_only=True, return_predecessors=True, limit=limit_cm + 1)
    cm: NDArray[np.float64] = np.rint(found[0][: graph.nodes])
    origin = found[2][: graph.nodes] - graph.nodes
    reached = np.isfinite(cm) & (origin >= 0)
    return np.where(reached, cm, np.inf), np.where(reached, areas[np.where(reached, origin, 0)], -1)


def _on_same_edge(
    edge: NDArray[np.int32], at: NDArray[np.int32], targets: Targets
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Centimetres to the nearest target along the origin's own edge (infinite: none), and its area."""
    order = np.argsort(targets.edge, kind="stable")
    ordered = targets.edge[order]
    low, high = np.searchsorted(ordered, edge, "left"), np.searchsorted(ordered, edge, "right")
    best, area = np.full(len(edge), np.inf), np.full(len(edge), -1, dtype=np.intp)
    for origin in np.flatnonzero(high > low):
        found = order[low[origin] : high[origin]]
        away = (
            np.maximum(np.maximum(targets.from_cm[found] - at[origin], at[origin] - targets.to_cm[found]), 0)
            + targets.cost_cm[found]
        )
        nearest = int(np.argmin(away))
        best[origin], area[origin] = away[nearest], targets.area[found[nearest]]
    return best, area
