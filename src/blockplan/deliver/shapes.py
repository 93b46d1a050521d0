"""Shapes of a plan or a package that may be drawn wrong, as areas that can be joined and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.plan import Plan


def mended(shapes: Iterable[Any]) -> np.ndarray[Any, Any]:
    """Shapes made valid, with only their polygons."""
    return np.array([_polygons(shape) for shape in shapes], dtype=object)


def _polygons(shape: Any) -> Any:
    if shape is None:
        return shapely.Polygon()
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    parts = [one for one in shapely.get_parts(shape, return_index=False) if one.geom_type == "Polygon"]
    more = [
        one for part in shapely.get_parts(shape) if part.geom_type == "MultiPolygon" for one in part.geoms
    ]
    whole = [*parts, *more]
    return shapely.Polygon() if not whole else whole[0] if len(whole) == 1 else shapely.MultiPolygon(whole)


def sound(plan: Plan) -> Plan:
    """The plan with its invalid areas mended; the same plan where all are valid."""
    anew = {}
    for name, frame in plan.layers.items():
        if not isinstance(frame, gpd.GeoDataFrame):
            continue
        shapes = frame.geometry.to_numpy()
        wrong = (
            ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes) & (shapely.get_dimensions(shapes) == 2)
        )
        if wrong.any():
            shapes = shapes.copy()
            shapes[wrong] = mended(shapes[wrong])
            anew[name] = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return plan.replace(**anew) if anew else plan
