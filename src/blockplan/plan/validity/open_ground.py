"""
Ground that nothing covers, found by sums first.

One union of ten thousands of outlines is dear, and nearly all of it says that there is no gap. So the
ground is laid out in squares: where the areas within a square add up to the square, nothing is open in it;
outlines are cut only in the others.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Fewer outlines than this are cut at once.
FEW = 2_000
#: So many outlines are in a square, as a mean.
A_SQUARE = 64
#: Open ground below this in a square is rounding, m2.
NOTHING_M2 = 1e-4


def open_ground(ground: Any, shapes: NDArray[Any], doubtful: NDArray[Any] | None = None) -> Any:
    """
    What of the ground no shape covers.

    Parameters
    ----------
    ground
        A polygon, or several.
    shapes
        Polygons. Where they share ground with each other or lie beyond the ground, areas say too much of what
        they cover: `doubtful` is to lie there.
    doubtful
        Shapes about which outlines are cut in any case.
    """
    if len(shapes) < FEW or shapely.is_empty(ground):
        return shapely.difference(ground, shapely.union_all(shapes))
    squares, open_m2 = _sums(ground, shapes)
    asked = np.abs(open_m2) > NOTHING_M2
    if doubtful is not None and len(doubtful):
        asked[np.unique(shapely.STRtree(squares).query(doubtful, predicate="intersects")[1])] = True
    if not asked.any():
        return shapely.MultiPolygon()
    near = np.unique(shapely.STRtree(shapes).query(squares[asked], predicate="intersects")[1])
    where = shapely.intersection(ground, shapely.union_all(squares[asked]))
    return shapely.difference(where, shapely.union_all(shapes[near]))


def _sums(ground: Any, shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Squares over the ground, and how much ground the areas of the shapes leave open in each, m2."""
    n = math.ceil(math.sqrt(len(shapes) / A_SQUARE))
    west, south, east, north = shapely.bounds(ground)
    xs, ys = np.linspace(west, east, n + 1), np.linspace(south, north, n + 1)
    squares = shapely.box(*np.meshgrid(xs[:-1], ys[:-1]), *np.meshgrid(xs[1:], ys[1:])).ravel()
    open_m2 = np.concatenate(
        [_areas(_cut(ground, (west, low, east, high)), xs, (low, high)) for low, high in pairwise(ys)]
    )
    first_x, first_y, last_x, last_y = shapely.bounds(shapes).T
    column, row = np.searchsorted(xs, first_x) - 1, np.searchsorted(ys, first_y) - 1
    inside = (first_x > west) & (last_x < east) & (first_y > south) & (last_y < north)
    inside &= (np.searchsorted(xs, last_x) - 1 == column) & (np.searchsorted(ys, last_y) - 1 == row)
    np.subtract.at(open_m2, row[inside] * n + column[inside], shapely.area(shapes[inside]))
    across = shapes[~inside]
    at, square = shapely.STRtree(squares).query(across)
    order = np.argsort(square, kind="stable")
    which, begins = np.unique(square[order], return_index=True)
    for one, there in zip(which, np.split(at[order], begins[1:]), strict=False):
        open_m2[one] -= shapely.area(_cut(across[there], shapely.bounds(squares[one]))).sum()
    return squares, open_m2


def _areas(strip: Any, xs: NDArray[np.float64], ends: tuple[float, float]) -> NDArray[np.float64]:
    return np.array([shapely.area(_cut(strip, (low, ends[0], high, ends[1]))) for low, high in pairwise(xs)])


def _cut(shapes: Any, box: Any) -> Any:
    return shapely.clip_by_rect(shapes, *map(float, box))
