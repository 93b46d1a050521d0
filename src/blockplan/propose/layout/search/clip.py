"""Parts of a block within a rectangle."""

from __future__ import annotations

from typing import Any

import shapely


def clip(shape: Any, left: float, bottom: float, right: float, top: float) -> Any:
    """
    The part of a polygon within a rectangle.

    ``clip_by_rect`` is fast, but fails on some valid polygons, and gives an invalid part of others, where a
    side of a notched block runs along the cut; the intersection is taken then.

    Examples
    --------
    >>> notched = shapely.Polygon([(0, 0), (4, 0), (4, 2), (3, 2), (3, 1), (1, 1), (1, 2), (0, 2)])
    >>> clip(notched, -1, 1, 5, 3).geom_type, clip(notched, -1, 0, 2, 3).area
    ('MultiPolygon', 3.0)
    """
    try:
        part = shapely.clip_by_rect(shape, left, bottom, right, top)
        if part.is_valid:
            return part
    except shapely.errors.GEOSException:
        pass
    part = shapely.intersection(shape, shapely.box(left, bottom, right, top))
    # Where a side touches the cut, the intersection has lines and points beside what has an area.
    flat = [one for one in shapely.get_parts(part).tolist() if one.geom_type == "Polygon"]
    return flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat)
