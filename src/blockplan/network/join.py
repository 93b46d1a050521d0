"""
How a point joins the network: at the nearest point of an edge, or at the nearest node.

A point at the edge can leave in both directions. Where the straight way to
the nearest edge crosses a barrier on the ground, the nearest edge that can be reached
without crossing it is taken. A point with no edge within the limit does not
join; it is listed, not moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.recall import by_row
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.graph import Network

    #: Edge, place along it and way to it, one row a point.
    _Columns = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]

#: Last part of a way (m) that may touch a barrier: streets end on barriers.
TOUCH_M = 0.01
#: Edges whose distances differ by less (m) are as near: rounding alone tells them apart.
EQUAL_M = 1e-6


@dataclass(frozen=True, eq=False)
class Joins:
    """
    Where points join a network, one row a point.

    Attributes
    ----------
    edge
        Number of the edge; -1 where the point does not join.
    at_cm
        Place along the edge from its start.
    way_cm
        Straight way from the point to that place.
    """

    edge: NDArray[np.int32]
    at_cm: NDArray[np.int32]
    way_cm: NDArray[np.int32]

    @property
    def refused(self) -> NDArray[np.bool_]:
        """Which points do not join."""
        return self.edge < 0

    @property
    def columns(self) -> _Columns:
        """The joins as plain arrays."""
        return self.edge, self.at_cm, self.way_cm

    def some(self, rows: NDArray[np.intp]) -> Joins:
        """Those of some points."""
        return Joins(self.edge[rows], self.at_cm[rows], self.way_cm[rows])

    @cached_property
    def free(self) -> Joins:
        """The same joins with the way to the network not counted."""
        return Joins(self.edge, self.at_cm, np.zeros_like(self.way_cm))


def join(network: Network, points: NDArray[Any], limit_m: float | None = None) -> Joins:
    """
    Join points at the nearest point of an edge.

    Parameters
    ----------
    limit_m
        A point joins only if the way to the edge is at most this long; None is no limit.

    Returns
    -------
    Joins
        One row a point, in their order. Equally near edges are decided by the place of
        the join, so the order of the streets does not matter.
    """
    return Joins(*by_row("join", partial(_join, network, limit_m), points, fixed=(network, limit_m)))


def _join(network: Network, limit_m: float | None, points: NDArray[Any]) -> _Columns:
    joins = _refused(len(points))
    if not network.edges or not len(points):
        return joins.columns
    point, edge, way = _nearest(network.edge_tree, points, limit_m)
    at = shapely.line_locate_point(network.line[edge], points[point])
    foot = shapely.get_coordinates(shapely.line_interpolate_point(network.line[edge], at))
    place = np.round(foot, 3)  # a foot is worked out from the ends of its edge, and has their rounding
    order = np.lexsort((place[:, 1], place[:, 0], point))
    point, edge, way, at, foot = point[order], edge[order], way[order], at[order], foot[order]
    one = np.ones(len(point), dtype=bool)
    one[1:] = point[1:] != point[:-1]
    _put(network, joins, point[one], edge[one], at[one], way[one])
    if len(network.barriers):
        _around_barriers(network, points, joins, foot[one], point[one], limit_m)
    return joins.columns


def join_nodes(network: Network, points: NDArray[Any], limit_m: float | None = None) -> Joins:
    """Join points at the nearest node; the rest as in `join`, but barriers do not count."""
    at_nodes = partial(_join_nodes, network, limit_m)
    return Joins(*by_row("join nodes", at_nodes, points, fixed=(network, limit_m)))


def _join_nodes(network: Network, limit_m: float | None, points: NDArray[Any]) -> _Columns:
    joins = _refused(len(points))
    if not network.edges or not len(points):
        return joins.columns
    point, node, way = _nearest(network.node_tree, points, limit_m)
    order = np.lexsort((network.xy[node, 1], network.xy[node, 0], point))
    point, node, way = point[order], node[order], way[order]
    one = np.ones(len(point), dtype=bool)
    one[1:] = point[1:] != point[:-1]
    point, node, way = point[one], node[one], way[one]
    edge = network.edge_of_node[node]
    at = np.where(network.start[edge] == node, 0, network.length_cm[edge]) / CM_PER_M
    _put(network, joins, point, edge, at, way)
    return joins.columns


def _refused(count: int) -> Joins:
    zeros = np.zeros(count, dtype=np.int32)
    return Joins(np.full(count, -1, dtype=np.int32), zeros, zeros.copy())


def _nearest(
    tree: shapely.STRtree, points: NDArray[Any], limit_m: float | None
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """All that is as near to a point as the nearest, but for what rounding makes of equal distances."""
    there = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    (at, _), way = tree.query_nearest(
        points[there], max_distance=limit_m, return_distance=True, all_matches=False
    )
    there = there[at]
    row, found = tree.query(points[there], predicate="dwithin", distance=way + EQUAL_M)
    return there[row], found, way[row]


def _put(
    network: Network,
    joins: Joins,
    point: NDArray[np.intp],
    edge: NDArray[Any],
    at: NDArray[np.float64],
    way: NDArray[np.float64],
) -> None:
    joins.edge[point] = edge
    joins.at_cm[point] = np.clip(np.rint(at * CM_PER_M), 0, network.length_cm[edge])
    joins.way_cm[point] = np.rint(way * CM_PER_M)


def _around_barriers(
    network: Network,
    points: NDArray[Any],
    joins: Joins,
    foot: NDArray[np.float64],
    point: NDArray[np.intp],
    limit_m: float | None,
) -> None:
    """Put right the joins whose way crosses a barrier."""
    ways = _ways(shapely.get_coordinates(points[point]), foot)
    crossing = np.unique(network.barrier_tree.query(ways, predicate="intersects")[0])
    for number in point[crossing].tolist():
        joins.edge[number], joins.at_cm[number], joins.way_cm[number] = -1, 0, 0
        if limit_m is None:
            near = np.arange(network.edges)
        else:
            near = network.edge_tree.query(points[number], predicate="dwithin", distance=limit_m)
        away = shapely.distance(network.line[near], points[number])
        order = np.argsort(away, kind="stable")
        near, away = near[order], away[order]
        at = shapely.line_locate_point(network.line[near], points[number])
        feet = shapely.get_coordinates(shapely.line_interpolate_point(network.line[near], at))
        here = np.broadcast_to(shapely.get_coordinates(points[number]), feet.shape)
        barred = np.zeros(len(near), dtype=bool)
        barred[network.barrier_tree.query(_ways(here, feet), predicate="intersects")[0]] = True
        free = np.flatnonzero(~barred)[:1]
        _put(network, joins, np.full(len(free), number), near[free], at[free], away[free])


def _ways(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[Any]:
    """Straight ways, without their last centimetre."""
    step = end - start
    length = np.hypot(step[:, 0], step[:, 1])
    short = np.maximum(length - TOUCH_M, 0) / np.where(length > 0, length, 1)
    return np.asarray(
        shapely.linestrings(np.stack([start, start + step * short[:, None]], axis=1)), dtype=object
    )
