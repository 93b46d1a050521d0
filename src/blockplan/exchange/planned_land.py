"""
The planned land of an imported map: given, declared by the map's own file, or derived from what it draws.

How large the land is decides every area, density and share of land. So an outline that nobody gave says so
in its name, which `blockplan.plan.model.derived_land` finds again.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files.formats import read_layer
from blockplan.plan.model.derived_land import DERIVED

if TYPE_CHECKING:
    import pyproj

WGS84 = "EPSG:4326"
#: Words in place of a file: the box around the streets, and the box that the map's file declares.
FROM_STREETS, FROM_FILE = "derived", "bbox"
#: Box sides are curves in a projected CRS; a point at least every so many degrees keeps them where they are.
BOX_STEP_DEGREES = 0.01
#: West, south, east, north in degrees.
_NUMBER = r"\s*[-+]?\d+(?:\.\d*)?\s*"
_BOX = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{3}}")


@dataclass(frozen=True, slots=True)
class PlannedLand:
    """
    An outline of the planned land, and where it comes from.

    Attributes
    ----------
    frame
        Layer ``boundary`` of the plan.
    made
        ``given`` (by the user, or the map's file), or ``derived`` from what is drawn.
    """

    frame: gpd.GeoDataFrame
    made: Literal["given", "derived"]
    said: str


def planned_land(
    wanted: str | Path | None,
    declared: shapely.Geometry | None,
    frames: dict[str, gpd.GeoDataFrame],
    crs: pyproj.CRS,
    source: Path,
) -> PlannedLand:
    """
    The planned land that is wanted.

    Parameters
    ----------
    wanted
        A file of polygons; ``W,S,E,N`` in degrees; ``bbox``, the box that the map's file declares;
        ``derived``, the box around its streets. None takes the declared box, or derives one.
    declared
        The box that the map's file declares, in degrees; None where it declares none.

    Raises
    ------
    UsageError
        If a box is none, or the file declares none.
    PlanDataError
        If the file cannot be read or holds no polygon, if the outline misses what the map draws, or nothing
        that is drawn gives one.
    """
    text = None if wanted is None else str(wanted).strip()
    if text == FROM_FILE and declared is None:
        raise UsageError(
            f"{source} declares no box (--boundary {FROM_FILE}).\n"
            "Give the planned land: --boundary FILE of polygons, or W,S,E,N in degrees."
        )
    if text == FROM_STREETS or (text is None and declared is None):
        return _derived(frames, crs, source)
    if declared is not None and text in (None, FROM_FILE):
        found = PlannedLand(_box_frame(declared, "box of the extract", crs), "given", "box of the extract")
    elif text is not None and _BOX.fullmatch(text):
        said = f"box {text.replace(' ', '')} (west, south, east, north)"
        found = PlannedLand(_box_frame(_box(text), said, crs), "given", said)
    else:
        found = _of_file(Path(str(wanted)), crs)
    _meets(found, frames, source)
    return found


def _derived(frames: dict[str, gpd.GeoDataFrame], crs: pyproj.CRS, source: Path) -> PlannedLand:
    for of in (("streets",), tuple(frames)):
        bounds = _bounds([frames[name] for name in of if name in frames])
        if bounds is not None and bounds.area > 0:
            said = f"bounding box of {', '.join(of)} {DERIVED}"
            frame = gpd.GeoDataFrame({"name": [said]}, geometry=[bounds], crs=crs)
            return PlannedLand(frame, "derived", said)
    raise PlanDataError(
        f"What {source} holds lies on one line or point, and it declares no box: a plan needs an area.\n"
        "Cut a larger extract, or give the planned land: --boundary FILE."
    )


def _bounds(frames: list[gpd.GeoDataFrame]) -> shapely.Polygon | None:
    if not frames:
        return None
    bounds = np.array([frame.total_bounds for frame in frames])
    box: shapely.Polygon = shapely.box(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    return box


def _box(text: str) -> shapely.Polygon:
    west, south, east, north = map(float, text.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise UsageError(
            f"--boundary {text} is no box in degrees.\n"
            "Write west, south, east, north, such as 116.30,39.99,116.35,40.03."
        )
    return shapely.box(west, south, east, north)


def _box_frame(box: shapely.Geometry, said: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    outline = gpd.GeoSeries([shapely.segmentize(box, BOX_STEP_DEGREES)], crs=WGS84).to_crs(crs)
    return gpd.GeoDataFrame({"name": [said]}, geometry=outline, crs=crs)


def _of_file(path: Path, crs: pyproj.CRS) -> PlannedLand:
    if not path.exists():
        raise PlanDataError(
            f"There is no file {path} (--boundary).\nName a file of polygons, or write W,S,E,N in degrees, "
            f"{FROM_FILE} (the box that the extract declares) or {FROM_STREETS} (the box around its streets)."
        )
    drawn = read_layer(path)
    if not isinstance(drawn, gpd.GeoDataFrame) or drawn.crs is None:
        raise PlanDataError(
            f"{path} (--boundary) holds no shapes in a declared CRS.\n"
            "Give a file of polygons that declares its coordinate reference system."
        )
    shapes = drawn.geometry[~drawn.geometry.isna() & ~drawn.geometry.is_empty]
    wrong = ~shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    if not len(shapes) or wrong.any():
        what = f"{shapes.geom_type[wrong].iloc[0]} features" if len(shapes) else "no feature"
        raise PlanDataError(f"{path} (--boundary) holds {what}, but planned land is polygons.\nGive those.")
    broken = shapes[~shapes.is_valid]
    if len(broken):
        why = shapely.is_valid_reason(broken.iloc[0])
        raise PlanDataError(
            f"{path} (--boundary): {len(broken)} of {len(shapes)} outlines cross themselves or are broken "
            f"({why}).\nMend them first."
        )
    whole = gpd.GeoSeries([shapely.union_all(shapes.to_numpy())], crs=drawn.crs).to_crs(crs)
    if not all(map(math.isfinite, whole.total_bounds)):
        raise PlanDataError(
            f"{path} (--boundary) does not lie where {crs.to_string()} is made for.\nCheck its CRS."
        )
    said = f"outline in {path.name}"
    return PlannedLand(gpd.GeoDataFrame({"name": [said]}, geometry=whole, crs=crs), "given", said)


def _meets(found: PlannedLand, frames: dict[str, gpd.GeoDataFrame], source: Path) -> None:
    drawn = _bounds(list(frames.values()))
    outline = found.frame.geometry.iloc[0]
    if drawn is not None and not outline.intersects(drawn):
        raise PlanDataError(
            f"The planned land ({found.said}) lies {outline.distance(drawn) / 1000:,.1f} km away from all "
            f"that {source} holds.\nCheck --boundary: its CRS, and the order of x and y."
        )
