"""
An OpenStreetMap extract becomes a plan package: what stands, not what is planned.

There are no parcels, no land uses and no residents in it, and none are invented. Streets, buildings,
greens, facilities, stops, water, wood, rails and trees come in by rules that are data
(``walkability.toml``, ``osm.toml``); what no rule takes is counted.

The planned land of an imported map: given, declared by the map's own file, or derived from what it draws.

How large the land is decides every area, density and share of land. So an outline that nobody gave says so
in its name, which `blockplan.plan.model.plan` finds again.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange import clipping
from blockplan.exchange.layers import spare_drawn_plan, written
from blockplan.exchange.office.law import ANYWHERE
from blockplan.exchange.osmfeatures import feature_frames
from blockplan.exchange.osmfile import read_extract
from blockplan.exchange.osmrules import features, walkability
from blockplan.exchange.osmstreets import street_frame
from blockplan.exchange.summary import ImportSummary, Tally
from blockplan.plan import Plan
from blockplan.plan.files.formats import read_layer
from blockplan.plan.model.crs import plan_crs
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import manifest_from
from blockplan.plan.model.plan import DERIVED

if TYPE_CHECKING:
    import datetime as dt

    import pyproj

    from blockplan.exchange.osmfile import Extract

ATTRIBUTION = "(c) OpenStreetMap contributors, ODbL 1.0"
#: A park of a map may be a flower bed; from here on it is one to walk to (our reading, a parameter).
SMALLEST_GREEN_HA = 0.2
#: A UTM zone is 6 degrees wide; beyond twice that, lengths are off by more than a half percent.
WIDEST_DEGREES = 12.0
#: Layers that run on for kilometres are cut at the frame that these give.
FRAME = ("boundary", "streets", "buildings", "greens")
CUT = ("water", "woodland", "rail")
DROPPED = ("facilities", "stops", "trees", "green_entrances")


def import_osm(
    source: str | Path,
    out: str | Path,
    *,
    crs: str | None = None,
    drawn_on: dt.date | None = None,
    rules: str | Path | None = None,
    boundary: str | Path | None = None,
) -> ImportSummary:
    """
    Turn an OpenStreetMap extract into a plan package.

    Parameters
    ----------
    source
        ``.osm.pbf``, ``.osm`` or what else pyosmium reads.
    out
        Folder (or ``.zip``) of the plan package to write.
    crs
        CRS of the plan, in metres; the UTM zone of the middle of the data where None.
    drawn_on
        Day whose rules judge; the day of the data where None.
    rules
        Rules of walking and driving, a file like ``walkability.toml``; the house's own where None.
    boundary
        The planned land: a file of polygons, ``W,S,E,N`` in degrees, ``bbox`` (the box that the extract
        declares) or ``derived`` (the box around its streets, which run on past what was cut out). Where None:
        the declared box, or else derived; ``summary.made`` and the boundary's name say which.

    Raises
    ------
    UsageError
        If pyosmium (extra ``osm``) is not installed, or `boundary` is no box or one that the file lacks.
    MappingError
        If the rules are off.
    PlanDataError
        If the source or the boundary cannot be read, the source holds nothing for a plan or lies elsewhere,
        or the plan cannot be written.
    """
    source = Path(source)
    streets, others = walkability(rules), features()
    spare_drawn_plan(Path(out))
    given = _given(crs)
    tally = Tally()
    extract = read_extract(source, streets, others, tally)
    target = given or _utm(extract, source)
    frames: dict[str, gpd.GeoDataFrame] = {
        "streets": street_frame(extract.streets, streets, extract.closed, target, tally),
        **feature_frames(extract, others, target, tally),
    }
    frames = {name: frame for name, frame in frames.items() if len(frame)}
    if not frames:
        raise _nothing(source)
    land = planned_land(boundary, extract.box, frames, target, source)
    frames["boundary"] = land.frame
    _frame_it(frames, target, tally)
    ordered = {name: frames[name] for name in LAYERS if name in frames}
    plan = Plan(manifest_from(_table(source, target, extract, drawn_on, land.said), str(source)), ordered)
    return written(plan, out, tally, {"boundary": land.made, "boundary_from": land.said})


def _nothing(source: Path) -> PlanDataError:
    return PlanDataError(
        f"{source} holds nothing that a plan has: no street, building, green, facility or stop.\n"
        "Name an extract that holds the map itself (not only changes or boundaries)."
    )


def _table(
    source: Path, crs: pyproj.CRS, extract: Extract, drawn_on: dt.date | None, said: str
) -> dict[str, Any]:
    day = drawn_on or extract.day
    if day is None:
        raise PlanDataError(
            f"{source} does not say of which day its data are, and a plan is judged by the rules of a day.\n"
            "Name it: `drawn_on=2024-06-30`."
        )
    stem = re.sub(r"\.(osm|pbf|bz2|gz|o5m|opl|xml)(?=\.|$)", "", source.name)
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-_.") or "osm"
    return {
        "id": plain,
        "level": "block",
        "status": "draft",
        "drawn_on": day,
        "crs": crs.to_string(),
        "basemap_crs": "wgs84",
        "authority": {
            "zh": "无（开放街道图摘录，非规划）",
            "en": "none (an extract of OpenStreetMap, no plan)",
            "ja": "なし（OpenStreetMap の抜粋。計画ではない）",
        },
        "attribution": ATTRIBUTION,
        "packs": list(ANYWHERE),
        "title": {
            "zh": f"{stem}（开放街道图现状，非规划）",
            "en": f"{stem}: the place as OpenStreetMap draws it, no plan",
            "ja": f"{stem}（OpenStreetMap による現況。計画ではない）",
        },
        "parameters": {"smallest_green_ha": SMALLEST_GREEN_HA},
        "imported": {
            "source": source.name,
            "format": "osm",
            "boundary": said,
            **({"data_of": extract.day} if extract.day else {}),
        },
    }


def _given(crs: str | None) -> pyproj.CRS | None:
    if crs is None:
        return None
    found = plan_crs(crs)
    if found is None:
        raise UsageError(
            "OpenStreetMap stands in degrees, and nobody can tell where a local grid lies.\n"
            "Name a CRS in metres, such as `crs=EPSG:4548`, or none for the UTM zone."
        )
    return found


def _utm(extract: Extract, source: Path) -> pyproj.CRS:
    """The UTM zone in which the middle of the data lies."""
    west, south, east, north = _degrees(extract, source)
    if east - west > WIDEST_DEGREES:
        raise PlanDataError(
            f"{source} is {east - west:.0f} degrees wide, too wide for one UTM zone.\n"
            "Name a CRS in metres that fits it: `crs=EPSG:...`, or cut the file."
        )
    zone = min(60, int(((west + east) / 2 + 180) // 6) + 1)
    found = plan_crs(f"EPSG:{32600 + zone if north + south >= 0 else 32700 + zone}")
    assert found is not None  # noqa: S101 (only "local" gives None)
    return found


def _degrees(extract: Extract, source: Path) -> tuple[float, float, float, float]:
    """West, south, east and north of the box that the file declares, or else of what it holds."""
    if extract.box is not None:
        west, south, east, north = extract.box.bounds
        return west, south, east, north
    ways = [*extract.streets, *(way for lines in extract.lines.values() for way in lines)]
    corners: list[Any] = [(*way.lonlat.min(axis=0), *way.lonlat.max(axis=0)) for way in ways]
    corners += [shapely.bounds(one.shape) for many in extract.features.values() for one in many]
    if not corners:
        raise _nothing(source)
    all_of = np.array(corners)
    west, south = all_of[:, :2].min(axis=0)
    east, north = all_of[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _frame_it(frames: dict[str, gpd.GeoDataFrame], crs: pyproj.CRS, tally: Tally) -> None:
    """Draw the extent; cut what runs on for kilometres there, leave out points beyond it."""
    bounds = np.array([frames[name].total_bounds for name in FRAME if name in frames])
    extent = shapely.box(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    frames["extent"] = gpd.GeoDataFrame(geometry=[extent], crs=crs)
    for name in CUT:
        if name in frames:
            frames[name] = clipping.cut(frames[name], extent, name, name, tally)
    for name in DROPPED:
        if name in frames:
            frames[name] = clipping.drop(frames[name], extent, name, tally)


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
            f"{source} declares no box (`boundary={FROM_FILE}`).\n"
            "Give the planned land: `boundary=FILE` of polygons, or W,S,E,N in degrees."
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
        "Cut a larger extract, or give the planned land: `boundary=FILE`."
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
            f"`boundary={text}` is no box in degrees.\n"
            "Write west, south, east, north, such as 116.30,39.99,116.35,40.03."
        )
    return shapely.box(west, south, east, north)


def _box_frame(box: shapely.Geometry, said: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    outline = gpd.GeoSeries([shapely.segmentize(box, BOX_STEP_DEGREES)], crs=WGS84).to_crs(crs)
    return gpd.GeoDataFrame({"name": [said]}, geometry=outline, crs=crs)


def _of_file(path: Path, crs: pyproj.CRS) -> PlannedLand:
    if not path.exists():
        raise PlanDataError(
            f"There is no file {path} (`boundary=`).\nName a file of polygons, or write W,S,E,N in degrees, "
            f"{FROM_FILE} (the box that the extract declares) or {FROM_STREETS} (the box around its streets)."
        )
    drawn = read_layer(path)
    if not isinstance(drawn, gpd.GeoDataFrame) or drawn.crs is None:
        raise PlanDataError(
            f"{path} (`boundary=`) holds no shapes in a declared CRS.\n"
            "Give a file of polygons that declares its coordinate reference system."
        )
    shapes = drawn.geometry[~drawn.geometry.isna() & ~drawn.geometry.is_empty]
    wrong = ~shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    if not len(shapes) or wrong.any():
        what = f"{shapes.geom_type[wrong].iloc[0]} features" if len(shapes) else "no feature"
        raise PlanDataError(f"{path} (`boundary=`) holds {what}, but planned land is polygons.\nGive those.")
    broken = shapes[~shapes.is_valid]
    if len(broken):
        why = shapely.is_valid_reason(broken.iloc[0])
        raise PlanDataError(
            f"{path} (`boundary=`): {len(broken)} of {len(shapes)} outlines cross themselves or are broken "
            f"({why}).\nMend them first."
        )
    whole = gpd.GeoSeries([shapely.union_all(shapes.to_numpy())], crs=drawn.crs).to_crs(crs)
    if not all(map(math.isfinite, whole.total_bounds)):
        raise PlanDataError(
            f"{path} (`boundary=`) does not lie where {crs.to_string()} is made for.\nCheck its CRS."
        )
    said = f"outline in {path.name}"
    return PlannedLand(gpd.GeoDataFrame({"name": [said]}, geometry=whole, crs=crs), "given", said)


def _meets(found: PlannedLand, frames: dict[str, gpd.GeoDataFrame], source: Path) -> None:
    drawn = _bounds(list(frames.values()))
    outline = found.frame.geometry.iloc[0]
    if drawn is not None and not outline.intersects(drawn):
        raise PlanDataError(
            f"The planned land ({found.said}) lies {outline.distance(drawn) / 1000:,.1f} km away from all "
            f"that {source} holds.\nCheck `boundary=`: its CRS, and the order of x and y."
        )
