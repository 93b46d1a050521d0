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
#: So many pairs of a point and a shape are as soon measured as sought for.
PAIRS = 512
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
        metres[there] = _nearest(start, shapely.get_coordinates(to), 1)[0]
    else:
        metres[there] = _to_shapes(start, to)
    return metres


def _to_shapes(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """
    The same of points to shapes.

    No shape is nearer than the one whose middle is, but for those whose boxes lie as near; and none of these
    is where the middle next to that lies farther off than any shape reaches round its own.
    """
    if len(points) * len(to) <= PAIRS:
        pairwise: NDArray[np.float64] = shapely.distance(points[:, None], to).min(axis=1)
        return pairwise
    low, high = np.split(shapely.bounds(to), 2, axis=1)
    (_, second_m), (first, _) = _nearest(points, (low + high) / 2, 2)
    metres = shapely.distance(points, to[first])
    reach, spot = (metres + SLACK_M)[:, None], shapely.get_coordinates(points)
    sole = second_m - np.hypot(*(high - low).T).max() / 2 > metres + SLACK_M
    wide, tall = (high - low).mean(axis=0)
    share = (2 * metres + wide) * (2 * metres + tall)
    few = len(to) * share <= FEW * (high.max(axis=0) - low.min(axis=0)).prod()
    tree, some = shapely.STRtree(to), np.flatnonzero(few & ~sole)
    # A line from corner to corner stands for a box: the tree asks for no more, and a line is made sooner.
    at, shape = tree.query(shapely.linestrings(np.stack([spot - reach, spot + reach], axis=1)[some]))
    other = shape != first[some[at]]
    at, shape = some[at[other]], shape[other]
    np.minimum.at(metres, at, shapely.distance(points[at], to[shape]))
    rest = np.flatnonzero(~few & ~sole)
    if len(rest):
        (at, _), found = tree.query_nearest(points[rest], return_distance=True, all_matches=False)
        metres[rest[at]] = found
    return metres


def _nearest(
    points: NDArray[Any], spots: NDArray[np.float64], count: int
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Distances of points to the nearest one or two of some spots, a row each, and their numbers."""
    from scipy.spatial import KDTree  # noqa: PLC0415 (many plans have no use for it)

    metres, number = KDTree(spots, balanced_tree=False).query(shapely.get_coordinates(points), k=count)
    return metres.T, number.T
