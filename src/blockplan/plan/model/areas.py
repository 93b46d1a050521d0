"""The land of shapes, without the lines and points that cutting and mending leave beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely


def only_areas(shapes: Any) -> Any:
    """
    Shapes (or one) without the lines and points that they hold beside areas.

    Parameters
    ----------
    shapes
        (n,) shapes, or one. Only collections change: of one without an area nothing is left.

    Examples
    --------
    >>> land = "POLYGON ((0 0, 0 2, 2 0, 0 0))"
    >>> touching = shapely.from_wkt(f"GEOMETRYCOLLECTION (LINESTRING (0 0, 1 0), {land})")
    >>> only_areas(touching).wkt
    'POLYGON ((0 0, 0 2, 2 0, 0 0))'
    """
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    if not mixed.any():
        return shapes
    found = np.array(shapes, dtype=object, ndmin=1)
    for at in np.flatnonzero(mixed):
        parts = shapely.get_parts(found[at])
        areas = parts[shapely.get_dimensions(parts) == 2]
        found[at] = shapely.union_all(areas) if len(areas) else shapely.Polygon()
    return found if np.ndim(mixed) else found[0]


def sound_areas(shapes: Any) -> Any:
    """The land of each of (n,) outlines; one that crosses itself is mended, sound ones stay as they are."""
    found = np.array(shapes, dtype=object, ndmin=1)
    crossed = ~shapely.is_valid(found)
    found[crossed] = shapely.make_valid(found[crossed], method="structure", keep_collapsed=False)
    return only_areas(found)
