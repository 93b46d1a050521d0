"""
What lies outside a plan's extent: left out, or cut there; both are counted.

A shape that only touches the extent, as a neighbour does, lies outside: nothing of its own kind (area, line)
is inside. A point on the edge is inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from blockplan.plan.model.layers import LAYERS
from blockplan.units import DRAWN_TO_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.exchange.summary import Tally

#: Amounts of a whole feature: what a part of it has of them is not known.
OF_THE_WHOLE = frozenset(
    {
        "floor_area_m2", "floor_area_m2_max", "underground_floor_area_m2", "residents", "dwellings", "jobs",
        "parking_spaces", "declared_area_m2", "site_area_m2", "beds", "places", "classes", "school_classes",
    }
)  # fmt: skip


def drop(frame: gpd.GeoDataFrame, area: shapely.Geometry, source: str, tally: Tally) -> gpd.GeoDataFrame:
    """
    The features that lie at least partly inside, whole.

    Parameters
    ----------
    area
        The plan's extent, in the CRS of the frame.
    """
    shapes = frame.geometry.to_numpy()
    gone = shapely.is_missing(_inside(shapes, area)) & ~shapely.is_missing(shapes)
    return _without(frame, gone, source, tally)


def cut(
    frame: gpd.GeoDataFrame, area: shapely.Geometry, name: str, source: str, tally: Tally
) -> gpd.GeoDataFrame:
    """The parts inside; amounts of a feature that lost a part become unknown, and are counted."""
    shapes = frame.geometry.to_numpy()
    inside = _inside(shapes, area)
    shorter = np.array([one is not before for one, before in zip(inside, shapes, strict=True)], dtype=bool)
    gone = shapely.is_missing(inside) & ~shapely.is_missing(shapes)
    shorter &= ~gone
    parts = frame.set_geometry(gpd.GeoSeries(inside, index=frame.index, crs=frame.crs))
    listed = LAYERS[name].columns if name in LAYERS else {}
    for column in sorted(OF_THE_WHOLE & set(listed) & set(map(str, frame.columns))):
        lost = shorter & frame[column].notna().to_numpy()
        tally.add(source, f"{column}: of a whole that the extent cuts, left unknown", int(lost.sum()))
        parts[column] = parts[column].mask(lost)
    return _without(parts, gone, source, tally)


def _without(frame: gpd.GeoDataFrame, gone: NDArray[np.bool_], source: str, tally: Tally) -> gpd.GeoDataFrame:
    tally.add(source, "lies outside the plan's extent, left out", int(gone.sum()))
    return frame[~gone].reset_index(drop=True)


def _inside(shapes: NDArray[Any], area: shapely.Geometry) -> NDArray[Any]:
    """The part of each shape inside: the shape itself where that is all of it, None where it is nothing."""
    found = shapes.copy()
    shapely.prepare(area)
    # A broken outline cannot be cut; it stays, so that its fault is named.
    across = shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & ~shapely.covered_by(shapes, area)
    for at in np.flatnonzero(across):
        found[at] = _part(shapes[at], area)
    return found


def _part(shape: shapely.Geometry, area: shapely.Geometry) -> shapely.Geometry | None:
    pieces = _sound(shapely.intersection(shape, area), shape)
    if not len(pieces):
        return None
    if not len(_sound(shapely.difference(shape, area), shape)):
        return shape
    part: shapely.Geometry = pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)
    return part


def _sound(found: shapely.Geometry, shape: shapely.Geometry) -> NDArray[Any]:
    """The pieces of a shape's own dimension that are larger than coordinates can tell."""
    pieces = shapely.get_parts(found)
    pieces = pieces[~shapely.is_empty(pieces)]
    pieces = pieces[shapely.get_dimensions(pieces) == shapely.get_dimensions(shape)]
    if shapely.get_dimensions(shape) == 2:
        # Area over half the outline is the mean width of a strip.
        large = shapely.area(pieces) > DRAWN_TO_M * shapely.length(pieces) / 2
    else:
        large = (shapely.length(pieces) > DRAWN_TO_M) | (shapely.get_dimensions(pieces) == 0)
    kept: NDArray[Any] = pieces[large]
    return kept
