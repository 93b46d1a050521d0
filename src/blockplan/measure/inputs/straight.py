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
    if len(to) and len(there):
        (at, _), found = shapely.STRtree(to).query_nearest(
            points[there], return_distance=True, all_matches=False
        )
        metres[there[at]] = found
    return metres
