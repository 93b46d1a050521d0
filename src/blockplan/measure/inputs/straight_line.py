"""Straight-line distances, of points or of shapes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.recall import by_row

if TYPE_CHECKING:
    from numpy.typing import NDArray


#: Where a point is likely to have more shapes than this round it, the tree looks for the nearest by itself.
FEW = 8
#: What lies this much farther (m) is looked at too, so that nothing is lost in rounding.
SLACK_M = 1e-6


def straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """Straight-line distance of points (or shapes) to the nearest of some shapes; NaN without any."""
    to = to[shapely.get_num_coordinates(to) > 0]
    metres: NDArray[np.float64] = by_row("straight", partial(_straight, to=to), points, fixed=(to,))
    return metres


def _straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    metres = np.full(len(points), np.nan)
    there = np.flatnonzero(shapely.get_num_coordinates(points))
    if not (len(to) and len(there)):
        return metres
    start = points[there]
    if (shapely.get_type_id(start) != 0).any():
        (at, _), found = shapely.STRtree(to).query_nearest(start, return_distance=True, all_matches=False)
        metres[there[at]] = found
    elif (shapely.get_type_id(to) == 0).all():
        metres[there] = _nearest(start, shapely.get_coordinates(to))[0]
    else:
        metres[there] = _to_shapes(start, to)
    return metres


def _to_shapes(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """
    The same of points to shapes.

    No shape is nearer than the one whose middle is, but for those whose boxes lie as near.
    """
    low, high = np.split(shapely.bounds(to), 2, axis=1)
    first = _nearest(points, (low + high) / 2)[1]
    metres = shapely.distance(points, to[first])
    reach, spot = (metres + SLACK_M)[:, None], shapely.get_coordinates(points)
    share = (2 * reach + (high - low).mean(axis=0)).prod(axis=1)
    few = len(to) * share <= FEW * (high.max(axis=0) - low.min(axis=0)).prod()
    tree, some = shapely.STRtree(to), np.flatnonzero(few)
    boxes = shapely.box(*(spot - reach)[some].T, *(spot + reach)[some].T)
    at, shape = tree.query(boxes)
    other = shape != first[some[at]]
    at, shape = some[at[other]], shape[other]
    np.minimum.at(metres, at, shapely.distance(points[at], to[shape]))
    rest = np.flatnonzero(~few)
    (at, _), found = tree.query_nearest(points[rest], return_distance=True, all_matches=False)
    metres[rest[at]] = found
    return metres


def _nearest(points: NDArray[Any], spots: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Distance of points to the nearest of some spots, and its number."""
    from scipy.spatial import KDTree  # noqa: PLC0415 (many plans have no use for it)

    metres, number = KDTree(spots).query(shapely.get_coordinates(points))
    return metres, number
