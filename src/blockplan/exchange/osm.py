"""
An OpenStreetMap extract becomes a plan package: what stands, not what is planned.

There are no parcels, no land uses and no residents in it, and none are invented. Streets, buildings,
greens, facilities, stops, water, wood, rails and trees come in by rules that are data
(``walkability.toml``, ``osm.toml``); what no rule takes is counted.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange import clipping
from blockplan.exchange.layers import spare_drawn_plan, written
from blockplan.exchange.osmfeatures import feature_frames
from blockplan.exchange.osmfile import read_extract
from blockplan.exchange.osmrules import features, walkability
from blockplan.exchange.osmstreets import street_frame
from blockplan.exchange.planned_land import planned_land
from blockplan.exchange.summary import ImportSummary, Tally
from blockplan.plan import Plan
from blockplan.plan.model.crs import plan_crs
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import manifest_from

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
            "Name it: --drawn-on 2024-06-30."
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
        "authority": "none (an extract of OpenStreetMap, no plan)",
        "attribution": ATTRIBUTION,
        "packs": ["zone"],
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
            "Name a CRS in metres, such as --crs EPSG:4548, or none for the UTM zone."
        )
    return found


def _utm(extract: Extract, source: Path) -> pyproj.CRS:
    """The UTM zone in which the middle of the data lies."""
    west, south, east, north = _degrees(extract, source)
    if east - west > WIDEST_DEGREES:
        raise PlanDataError(
            f"{source} is {east - west:.0f} degrees wide, too wide for one UTM zone.\n"
            "Name a CRS in metres that fits it: --crs EPSG:..., or cut the file."
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
