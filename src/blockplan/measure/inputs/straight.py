"""Straight-line distances, of points or of shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray


def straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """Straight-line distance of points (or shapes) to the nearest of some shapes; NaN without any."""
    metres = np.full(len(points), np.nan)
    to = to[~shapely.is_missing(to)]
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
