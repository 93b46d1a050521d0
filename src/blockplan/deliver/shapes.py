"""
Shapes of a plan or a package that may be drawn wrong, as areas that can be joined and compared.

Areas as a profile wants them: planar or on the ellipsoid, in its unit, to its decimals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.deliver.profile import DeliveryProfile
    from blockplan.plan import Plan


def valid_areas(shapes: Iterable[Any]) -> np.ndarray[Any, Any]:
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
    """The plan with its invalid areas made valid; the same plan where all are valid."""
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
            shapes[wrong] = valid_areas(shapes[wrong])
            anew[name] = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return plan.replace(**anew) if anew else plan


#: Geographic coordinates on CGCS2000.
CGCS2000 = "EPSG:4490"
#: Its ellipsoid.
SEMI_AXIS_M, INVERSE_FLATTENING = 6_378_137.0, 298.257222101
M2 = {"m2": 1.0, "ha": 1e4}


def sizes(shapes: Sequence[Any], profile: DeliveryProfile, crs: pyproj.CRS | None) -> list[float | None]:
    """
    Area of each shape by the profile's rule, in its unit and decimals; None for what is no area.

    On the ellipsoid edges are geodesics between the vertices. A plan in a local system has no ellipsoid: its
    areas are planar.
    """
    rule = profile.area
    flat = np.array(list(shapes), dtype=object)
    if rule.rule == "ellipsoidal" and crs is not None:
        found = ellipsoidal_m2(flat, crs)
    else:
        found = shapely.area(flat)
    polygon = shapely.get_dimensions(flat) == 2
    return [
        round(float(size) / M2[rule.unit], rule.decimals) if is_area else None
        for size, is_area in zip(found, polygon, strict=True)
    ]


def ellipsoidal_m2(shapes: Any, crs: pyproj.CRS) -> Any:
    """Area of polygons on the ellipsoid of CGCS2000, m2; edges are geodesics between the vertices."""
    geod = pyproj.Geod(a=SEMI_AXIS_M, rf=INVERSE_FLATTENING)
    turn = pyproj.Transformer.from_crs(crs, CGCS2000, always_xy=True)

    def degrees(at: Any) -> Any:
        return np.column_stack(turn.transform(at[:, 0], at[:, 1]))

    moved = [shapely.transform(shape, degrees) for shape in shapes]
    return np.array([abs(geod.geometry_area_perimeter(shape)[0]) for shape in moved], dtype="float64")
