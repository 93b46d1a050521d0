"""When two shapes are the same one, however a program wrote them."""

from __future__ import annotations

from typing import Any

import shapely


def same_shape(one: Any, other: Any, tolerance: float) -> bool:
    """
    Whether two shapes are the same, to a distance in m.

    An area may begin at another corner, and a shape of one part may be one of several. A line has a
    direction (a street of one way), so one that was turned round is another.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (9, 0)])
    >>> same_shape(line, shapely.MultiLineString([line]), 1e-6), same_shape(line, line.reverse(), 1e-6)
    (True, False)
    >>> same_shape(shapely.box(0, 0, 9, 9), shapely.box(0, 0, 9, 9).reverse(), 1e-6)
    True
    """
    if one is None or other is None:
        return one is other
    mine, theirs = (_parts(shape) for shape in (one, other))
    return len(mine) == len(theirs) and bool(shapely.equals_exact(mine, theirs, tolerance).all())


def _parts(shape: Any) -> Any:
    """The parts of a shape in an order of their own; areas begin where all areas begin."""
    parts = shapely.get_parts(shape)
    if "Polygon" in shape.geom_type:
        return shapely.get_parts(shapely.normalize(shapely.multipolygons(parts)))
    return parts if "Line" in shape.geom_type else shapely.get_parts(shapely.normalize(shape))
