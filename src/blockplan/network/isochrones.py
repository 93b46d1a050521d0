"""
Where one can be within a limit on foot: polygons that follow the streets.

The reached part of the network, to the centimetre where a street is reached only in
part, is widened by some metres to each side. Blocks that reached streets enclose belong to the area up to
a size: one may stand in them, but not reach the middle of a large estate. Areas are valid, and a
larger limit contains the smaller ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.ops import substring

from blockplan.errors import UsageError
from blockplan.network.graph import at_nodes
from blockplan.units import CM_PER_M, M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.network.graph import Network
    from blockplan.network.join import Joins

#: How far (m) to either side of a reached street the area goes.
WIDTH_M = 25.0
#: Blocks up to this size (ha) that reached streets enclose belong to the area.
BLOCK_HA = 1.0
#: Segments of a quarter circle at the ends and corners.
QUARTER = 4


def isochrones(
    network: Network,
    origins: Joins,
    limits_m: Sequence[float],
    *,
    width_m: float = WIDTH_M,
    block_ha: float = BLOCK_HA,
) -> NDArray[Any]:
    """
    Areas within limits of each origin.

    Parameters
    ----------
    origins
        Where the origins join the network; their own way to it counts.
    limits_m
        Any number of limits.
    width_m, block_ha
        See the module.

    Returns
    -------
    array
        Polygons or multipolygons, shape (origins, limits). None for an origin that does not join;
        empty where its way to the network is longer than the limit.

    Raises
    ------
    UsageError
        If a limit or the block size is negative or not known, or the width is not above 0.
    """
    limits = np.asarray(limits_m, dtype=np.float64)
    if not ((limits >= 0) & np.isfinite(limits)).all():
        raise UsageError("Limits are lengths of 0 m or more.")
    if not width_m > 0 or not block_ha >= 0:
        raise UsageError("The width is more than 0 m, and the size of blocks 0 ha or more.")
    areas = np.full((len(origins.edge), len(limits)), None, dtype=object)
    rising = np.argsort(limits)
    for origin in np.flatnonzero(~origins.refused).tolist():
        inside: Any = shapely.Polygon()
        for column, streets in zip(rising, _reached(network, origins, origin, limits[rising]), strict=True):
            area = shapely.buffer(shapely.union_all(streets), width_m, quad_segs=QUARTER)
            # The round end of a smaller area may stick out of a larger one by a hair.
            inside = _filled(shapely.union(inside, area), block_ha * M2_PER_HA)
            areas[origin, column] = inside
    return areas


def _reached(
    network: Network, origins: Joins, origin: int, limits_m: NDArray[np.float64]
) -> list[NDArray[Any]]:
    """The parts of streets within each limit of an origin."""
    edge, at, way = (int(column[origin]) for column in (origins.edge, origins.at_cm, origins.way_cm))
    limits = np.rint(limits_m * CM_PER_M)
    seeds = np.array([network.start[edge], network.end[edge]], dtype=np.int32)
    costs = np.array([at, network.length_cm[edge] - at], dtype=np.int32) + way
    cm = at_nodes(network, seeds, costs.astype(np.int32), int(limits.max(initial=0)))
    by_start, by_end = cm[network.start], cm[network.end]
    touched = np.flatnonzero(~(np.isnan(by_start) & np.isnan(by_end)))
    parts = []
    for limit in limits:
        streets = _cut(network, touched, limit - by_start[touched], limit - by_end[touched])
        if way <= limit:
            streets.append(_part(network, edge, at - (limit - way), at + (limit - way)))
        parts.append(np.array(streets, dtype=object))
    return parts


def _cut(
    network: Network, edges: NDArray[np.intp], ahead: NDArray[np.float64], back: NDArray[np.float64]
) -> list[Any]:
    """Edges as far as one comes along them from their start and from their end; NaN is not at all."""
    length = network.length_cm[edges]
    ahead, back = np.nan_to_num(ahead, nan=-1), np.nan_to_num(back, nan=-1)
    whole = np.maximum(ahead, 0) + np.maximum(back, 0) >= length
    whole &= (ahead >= 0) | (back >= 0)
    streets = list(network.line[edges[whole]])
    for number in np.flatnonzero(~whole & (ahead >= 0)).tolist():
        streets.append(_part(network, edges[number], 0, ahead[number]))
    for number in np.flatnonzero(~whole & (back >= 0)).tolist():
        streets.append(_part(network, edges[number], length[number] - back[number], length[number]))
    return streets


def _part(network: Network, edge: int, begin_cm: float, end_cm: float) -> Any:
    """The part of an edge between two places along it (a point where they are one)."""
    length = float(network.length_cm[edge])
    begin, end = max(begin_cm, 0.0) / length, min(end_cm, length) / length
    return substring(network.line[edge], begin, end, normalized=True)


def _filled(area: Any, largest_m2: float) -> Any:
    """An area without its holes up to a size."""
    if area.is_empty:
        return area
    polygons = []
    for polygon in shapely.get_parts(area):
        rings = shapely.get_rings(polygon)
        holes = [ring for ring in rings[1:] if shapely.area(shapely.polygons(ring)) > largest_m2]
        polygons.append(shapely.polygons(rings[0], holes or None))
    return shapely.union_all(polygons)
