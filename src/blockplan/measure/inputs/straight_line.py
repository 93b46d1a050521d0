"""Straight-line distances, of points or of shapes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.recall import by_row

if TYPE_CHECKING:
    from numpy.typing import NDArray


def straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """Straight-line distance of points (or shapes) to the nearest of some shapes; NaN without any."""
    to = to[~shapely.is_missing(to)]
    metres: NDArray[np.float64] = by_row("straight", partial(_straight, to=to), points, fixed=(to,))
    return metres


def _straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    metres = np.full(len(points), np.nan)
    there = np.flatnonzero(~shapely.is_missing(points))
    if not (len(to) and len(there)):
        return metres
    start = points[there]
    if (shapely.get_type_id(start) == 0).all() and (shapely.get_type_id(to) == 0).all():
        from scipy.spatial import KDTree  # noqa: PLC0415 (many plans have no use for it)

        metres[there] = KDTree(shapely.get_coordinates(to)).query(shapely.get_coordinates(start))[0]
    else:
        (at, _), found = shapely.STRtree(to).query_nearest(start, return_distance=True, all_matches=False)
        metres[there[at]] = found
    return metres
