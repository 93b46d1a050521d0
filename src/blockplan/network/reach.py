"""
How far it is on foot from points to the nearest of some targets.

A target is a stretch of an edge (a point where the stretch has no length):
where an entrance joins, where a street meets a park's edge, where it runs within
some metres of it. The search starts from the targets, since walking is the
same both ways and there are fewer of them to start from.

`walk` answers how far; `walk_to` also names the nearest, for a page that speaks to one resident.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from blockplan.network.graph import at_nodes
from blockplan.plan.model.recall import by_row, by_rows_of, largest, once
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from blockplan.network.graph import Csr, Network
    from blockplan.network.join import Joins


#: Ways of fewer origins are as soon added up as compared with those before.
FEW = 256


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """
    Stretches of edges to walk to.

    Attributes
    ----------
    from_cm, to_cm
        The stretch, measured along the edge from its start.
    cost_cm
        What is still to walk from there.
    area
        Number of the area (point, ...) that the target belongs to.
    """

    edge: NDArray[np.int32]
    from_cm: NDArray[np.int32]
    to_cm: NDArray[np.int32]
    cost_cm: NDArray[np.int32]
    area: NDArray[np.intp]

    def __add__(self, other: Targets) -> Targets:
        return Targets(
            np.concatenate([self.edge, other.edge]),
            np.concatenate([self.from_cm, other.from_cm]),
            np.concatenate([self.to_cm, other.to_cm]),
            np.concatenate([self.cost_cm, other.cost_cm]),
            np.concatenate([self.area, other.area]),
        )

    def some(self, rows: NDArray[Any]) -> Targets:
        """Those in some rows, or in another order."""
        return Targets(
            *(each[rows] for each in (self.edge, self.from_cm, self.to_cm, self.cost_cm, self.area))
        )

    def by_edge(self) -> Targets:
        """The same in the order of their edges."""
        return self.some(np.argsort(self.edge, kind="stable"))


def at_joins(joins: Joins, area: NDArray[np.intp] | None = None) -> Targets:
    """Targets where points join the network, their way to it counted; points that do not join give none."""
    kept = np.flatnonzero(~joins.refused)
    return Targets(
        joins.edge[kept],
        joins.at_cm[kept],
        joins.at_cm[kept],
        joins.way_cm[kept],
        kept if area is None else area[kept],
    )


def meets(network: Network, shapes: NDArray[Any]) -> Targets:
    """
    Targets where edges meet shapes: points of lines (a park's edge), stretches inside polygons.

    ``area`` is the number of the shape.
    """
    if not network.edges or not len(shapes):
        empty = np.empty(0, dtype=np.int32)
        return Targets(empty, empty, empty, empty, np.empty(0, dtype=np.intp))
    return Targets(*by_rows_of("meets", partial(_meets, network), shapes, fixed=(network,)))


def _meets(network: Network, shapes: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    shape, edge = network.edge_tree.query(shapes, predicate="intersects")
    parts, pair = shapely.get_parts(
        shapely.intersection(network.line[edge], shapes[shape]), return_index=True
    )
    there = ~shapely.is_empty(parts)
    parts, pair = parts[there], pair[there]
    dots = shapely.get_dimensions(parts) == 0
    first, last = parts.copy(), parts.copy()
    first[~dots] = shapely.get_point(parts[~dots], 0)
    last[~dots] = shapely.get_point(parts[~dots], -1)
    edge, shape = edge[pair], shape[pair]
    ends = [
        np.clip(
            np.rint(shapely.line_locate_point(network.line[edge], end) * CM_PER_M), 0, network.length_cm[edge]
        ).astype(np.int32)
        for end in (first, last)
    ]
    low, high = np.minimum(*ends), np.maximum(*ends)
    free = np.zeros(len(edge), dtype=np.int32)
    return edge.astype(np.int32), low, high, free, shape.astype(np.intp)


def walk(
    network: Network, origins: Joins, targets: Targets, limit_m: float | None = None
) -> NDArray[np.float64]:
    """
    Metres on foot from each origin to the nearest target.

    Parameters
    ----------
    limit_m
        Ways longer than this are not looked for; None looks for all.

    Returns
    -------
    array
        One value an origin, its own way to the network included; NaN where no target is reached
        within the limit, or where the origin does not join.
    """
    # Several limits ask for ways to the same targets: they are followed once, as far as the farthest.
    farthest_m = largest("limits", np.inf if limit_m is None else limit_m, network)
    given = network, targets.edge, targets.from_cm, targets.to_cm, targets.cost_cm, farthest_m
    field: _Field = once("field", partial(_field, network, targets, farthest_m), *given)
    limit_cm = np.inf if limit_m is None else round(limit_m * CM_PER_M)

    def within(*joins: NDArray[Any]) -> NDArray[np.float64]:
        whole: NDArray[np.float64] = by_row("ways", field.centimetres, *joins, fixed=(field,), few=FEW)
        return np.where(whole > limit_cm, np.nan, whole) / CM_PER_M

    columns = origins.edge, origins.at_cm, origins.way_cm
    metres: NDArray[np.float64] = by_row("walk", within, *columns, fixed=(field, limit_cm), few=FEW)
    return metres


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """Targets in the order of their edges, and centimetres of each node to the nearest of them."""

    network: Network
    targets: Targets
    at_node: NDArray[np.float64]
    ends: NDArray[np.intp]

    def centimetres(
        self, edge: NDArray[np.int32], at: NDArray[np.int32], way: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Centimetres from points that join edges, their way there included; NaN where nothing is reached."""
        found, network = np.full(len(edge), np.nan), self.network
        joined = np.flatnonzero(edge >= 0)
        if not len(joined) or not len(self.targets.edge):
            return found
        edge, at = edge[joined], at[joined]
        by_start = self.at_node[network.start[edge]] + at
        by_end = self.at_node[network.end[edge]] + (network.length_cm[edge] - at)
        whole = np.fmin(by_start, by_end)
        origin, _, along = _on_same_edge(edge, at, self.targets, self.ends)
        np.fmin.at(whole, origin, along)
        found[joined] = whole + way[joined]
        return found


def _field(network: Network, targets: Targets, limit_m: float) -> _Field:
    limit_cm = round(limit_m * CM_PER_M) if np.isfinite(limit_m) else None
    seeds = np.concatenate([network.start[targets.edge], network.end[targets.edge]])
    rest = network.length_cm[targets.edge] - targets.to_cm
    costs = np.concatenate([targets.from_cm, rest]) + np.tile(targets.cost_cm, 2)
    at_node = at_nodes(network, seeds, costs.astype(np.int32), limit_cm)
    return _Field(network, targets.by_edge(), at_node, _ends(targets, network))


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
    own, own_area = np.full(len(edge), np.inf), np.full(len(edge), -1, dtype=np.intp)
    origin, areas, along = _on_same_edge(edge, at, targets.by_edge(), _ends(targets, network))
    np.minimum.at(own, origin, along)
    nearest = np.flatnonzero(along == own[origin])[::-1]  # of several as near, the first
    own_area[origin[nearest]] = areas[nearest]
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


def _ends(targets: Targets, network: Network) -> NDArray[np.intp]:
    """Behind which of the targets, in the order of their edges, those on each edge end."""
    return np.cumsum(np.bincount(targets.edge, minlength=network.edges))


def _on_same_edge(
    edge: NDArray[np.int32], at: NDArray[np.int32], targets: Targets, ends: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """
    Each origin with each target along its own edge: number of the origin, area of the target, centimetres.

    Targets are in the order of their edges, and end on each edge where `ends` says.
    """
    low = np.where(edge > 0, ends[edge - 1], 0)
    counts = ends[edge] - low
    origin = np.repeat(np.arange(len(edge)), counts)
    target = np.repeat(low - np.cumsum(counts) + counts, counts) + np.arange(len(origin))
    before = targets.from_cm[target] - at[origin]
    behind = at[origin] - targets.to_cm[target]
    away = np.maximum(np.maximum(before, behind), 0) + targets.cost_cm[target]
    return origin, targets.area[target], away.astype(float)
