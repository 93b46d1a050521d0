"""Coordinates of maps in half the bytes: whole numbers, each point of a line a step from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What GeoJSON calls the kinds of geometries that shapely writes in rows.
IN_ROWS = {
    0: "Point",
    1: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
}


def in_steps(coordinates: Sequence[Any]) -> list[Any]:
    """
    Coordinates of a GeoJSON geometry in whole numbers; a point by itself stays where it is.

    Parameters
    ----------
    coordinates
        From the origin, in the unit that is to be whole (decimetres, millimetres).

    Examples
    --------
    >>> in_steps([[10, 20], [11, 25.2], [9, 20]])
    [[10, 20], [1, 5], [-2, -5]]
    """
    if not isinstance(coordinates[0], Sequence):
        return [round(value) for value in coordinates]
    if isinstance(coordinates[0][0], Sequence):
        return [in_steps(one) for one in coordinates]
    points = [(round(one[0]), round(one[1])) for one in coordinates]
    return [[x - x0, y - y0] for (x, y), (x0, y0) in zip(points, [(0, 0), *points], strict=False)]


def shapes_in_steps(
    shapes: NDArray[np.object_], origin: NDArray[np.float64], units: float = 1000
) -> list[dict[str, Any] | None]:
    """
    GeoJSON geometries as `in_steps` writes them, those of a kind all at once; None for one that is empty.

    Parameters
    ----------
    shapes
        In metres.
    origin
        Where coordinates are counted from, m.
    units
        Whole numbers that a metre has.
    """
    found: list[dict[str, Any] | None] = [None] * len(shapes)
    kinds = np.where(shapely.is_empty(shapes), -1, shapely.get_type_id(shapes))
    for kind, called in IN_ROWS.items():
        at = np.flatnonzero(kinds == kind)
        if not len(at):
            continue
        _, places, ends = shapely.to_ragged_array(shapes[at], include_z=False)
        steps = np.rint((places - origin) * units).astype(np.int64)
        if ends:
            first = ends[0][:-1]
            whole = steps[first]
            steps[1:] -= steps[:-1].copy()
            steps[first] = whole
        rows: list[Any] = steps.tolist()
        for end in ends:
            rows = [rows[start:stop] for start, stop in pairwise(end.tolist())]
        for row, coordinates in zip(at.tolist(), rows, strict=True):
            found[row] = {"type": called, "coordinates": coordinates}
    for row in np.flatnonzero((kinds >= 0) & ~np.isin(kinds, list(IN_ROWS))).tolist():
        found[row] = shapely.geometry.mapping(shapely.force_2d(shapes[row]))
    return found
