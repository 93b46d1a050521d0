"""The other layers: outlines, structure, zones, streets, stops, water, woodland, rail, park entrances."""

from __future__ import annotations

import geopandas as gpd
import names
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from attributes import BLOCK_OF
from blocks import COURSE
from frame import PIECES, warp, warp_points
from grids import GRIDS, X
from streets import links, node, segments

CRS = "EPSG:4548"
BELT_M = 9000.0
FRAME_MARGIN_M = 280.0
STATION_NODES = {"ST-1": ("rd", 4, 6), "ST-2": ("rd", 4, 2), "ST-3": ("life_n", 3, 4)}
CORE_NODES = {"core-rd": ("rd", 4, 4), "core-life": ("life_n", 3, 4), "core-mfg": ("mfg", 4, 5)}
#: Lines along which buses run, and the distance between two stops.
BUS_LINES = (
    "avenue",
    "riverside",
    "yanfa",
    "anju",
    "jingong",
    "xihe",
    "rd_2",
    "rd_4",
    "rd_7",
    "ln_1",
    "ln_4",
    "ls_2",
)
BUS_LINES += ("ls_5", "mf_2", "mf_5", "mf_7")
BUS_SPACING_M = 390.0


def frame(rows: list[dict]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)


def union(geometries: gpd.GeoSeries) -> shapely.Geometry:
    """Union of neighbours that keeps every vertex, so that outlines fit the parcels exactly."""
    return shapely.coverage_union_all(geometries.to_numpy())


def outlines(parcels: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Boundary, extent, areas, zones, blocks and sub-blocks, all made of parcels."""
    area_ids = parcels["piece"].map(lambda piece: PIECES[piece].area_id)
    boundary = union(parcels.geometry)
    west, south, east, north = boundary.bounds
    extent = shapely.box(
        *(np.floor(edge / 10) * 10 for edge in (west - FRAME_MARGIN_M, south - FRAME_MARGIN_M)),
        *(np.ceil(edge / 10) * 10 for edge in (east + FRAME_MARGIN_M, north + FRAME_MARGIN_M)),
    )
    areas = [
        {
            "area_id": area_id,
            **names.columns(name),
            "townships": names.TOWNSHIPS[area_id],
            **names.columns(names.TOWNSHIP_NAMES[area_id], "townships"),
            "function": names.FUNCTIONS[area_id][1],
            **names.columns(names.FUNCTIONS[area_id], "function"),
            "function_codes": names.FUNCTION_CODES[area_id],
            "geometry": union(parcels.geometry[area_ids == area_id]),
        }
        for area_id, name in names.AREAS.items()
    ]
    piece_of = {block: piece for piece, block in BLOCK_OF.items()}
    blocks = [
        {
            "block_id": block,
            "area_id": PIECES[piece_of[block]].area_id,
            **names.columns(name),
            "geometry": union(parcels.geometry[parcels["block_id"] == block]),
        }
        for block, name in names.BLOCKS.items()
    ]
    subblocks = [
        {"subblock_id": key, "block_id": key[:5], "geometry": union(group.geometry)}
        for key, group in parcels.groupby("subblock_id", sort=True)
    ]
    return {
        "boundary": frame([{"name": "planned land", "geometry": boundary}]),
        "extent": frame([{"geometry": extent}]),
        "areas": frame(areas),
        "zones": _zones(parcels),
        "blocks": frame(blocks),
        "subblocks": frame(subblocks),
    }


#: zone -> sub-blocks, dominant and permitted codes
ZONES = {
    "commercial": ("RD-01-04 RD-01-05 RD-01-07 RD-01-08 LS-01-03 LS-01-05", "0901,0902", "0802"),
    "rd-manufacturing": (
        "RD-01-02 RD-01-03 RD-01-06 IM-01-01 IM-01-02 IM-01-03 IM-01-04 IM-01-05 IM-01-06 IM-01-07",
        "0802,1001",
        "0902,1101",
    ),
}


def _zones(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = []
    for zone_id, (members, dominant, permitted) in ZONES.items():
        land = union(parcels.geometry[parcels["subblock_id"].isin(members.split())])
        codes = {"dominant_codes": dominant, "permitted_codes": permitted}
        rows.append({"zone_id": zone_id, **names.columns(names.ZONES[zone_id]), **codes, "geometry": land})
    return frame(rows)


def street_frame(extent: shapely.Polygon) -> gpd.GeoDataFrame:
    """The layer ``streets``: one row a segment between two crossings."""
    found = [(segment, warp(segment.line)) for name in PIECES for segment in segments(GRIDS[name])]
    found += [(segment, _within(warp(segment.line), extent)) for segment in links()]
    rows = []
    for number, (segment, line) in enumerate(found, start=1):
        barrier = "expressway" if segment.cls == X else None
        rows.append(
            {
                "street_id": f"S{number:04d}",
                "class": segment.cls,
                "red_line_width_m": segment.width,
                "walk": segment.walk,
                "drive": segment.drive,
                "oneway": False,
                "barrier": barrier,
                "level": float(segment.level),
                **names.columns(names.STREETS[segment.name]),
                "geometry": line,
            }
        )
    streets = frame(rows)
    for column in ("walk", "drive", "oneway"):
        streets[column] = streets[column].astype("boolean")
    return streets


def _within(line: shapely.LineString, extent: shapely.Polygon) -> shapely.LineString:
    """The line up to the frame; where it is cut, it ends on the frame exactly."""
    cut = line.intersection(extent)
    if cut.equals_exact(line, 0.0) or extent.covers(line):
        return line
    points = np.round(np.asarray(cut.coords), 3)
    return shapely.LineString(points)


def structure(extent: shapely.Polygon) -> gpd.GeoDataFrame:
    """Axis, belt and cores."""
    middle = shapely.Point(warp_points(np.array([[120.0, 7500.0]]))[0])
    south, north = extent.bounds[1] + 60, extent.bounds[3] - 60
    axis = shapely.LineString([(round(middle.x - 60, 3), south), (round(middle.x - 60, 3), north)])
    rows = [
        {"element_id": "axis", "role": "axis", "area_id": None, "geometry": axis},
        {"element_id": "belt", "role": "belt", "area_id": None, "geometry": _belt()},
    ]
    for key, (name, a, b) in CORE_NODES.items():
        at = shapely.Point(node(GRIDS[name], a, b))
        rows.append(
            {"element_id": key, "role": "core", "area_id": PIECES[name].area_id, "geometry": warp(at)}
        )
    return frame([{**row, **names.columns(names.STRUCTURE[row["element_id"]])} for row in rows])


def _belt() -> shapely.LineString:
    """The avenue's centre line from north to south, cut at both ends to exactly nine kilometres."""
    parts = [segment.line for name in PIECES for segment in segments(GRIDS[name]) if segment.name == "avenue"]
    parts += [segment.line for segment in links() if segment.name == "avenue" and segment.line.length > 450]
    line = warp(shapely.line_merge(shapely.MultiLineString(parts)))
    if line.coords[0][1] < line.coords[-1][1]:
        line = line.reverse()
    spare = line.length - BELT_M
    if spare < 0:
        raise SystemExit(f"the avenue is {-spare:.1f} m too short for the belt")
    cut = shapely.ops.substring(line, spare / 2, line.length - spare / 2)
    return shapely.set_precision(cut, 0.0)


def stops(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Planned subway stations, and bus stops along the main streets."""
    rows = []
    for stop_id, (name, a, b) in STATION_NODES.items():
        at = warp(shapely.Point(node(GRIDS[name], a, b)))
        line = names.METRO["one" if name == "rd" else "both"]
        rows.append({"stop_id": stop_id, "modes": "subway,bus", "line": line[1], "status": "planned"})
        rows[-1] |= {**names.columns(names.STATIONS[stop_id]), **names.columns(line, "line"), "geometry": at}
    taken = [row["geometry"] for row in rows]
    number = 0
    for key in BUS_LINES:
        zh, en, ja = names.STREETS[key]
        mine = streets[(streets["name_en"] == en) & (streets["class"] != "path")]
        count = 0
        for line in shapely.get_parts(shapely.line_merge(shapely.union_all(mine.geometry.to_numpy()))):
            for at in np.arange(BUS_SPACING_M / 2, line.length, BUS_SPACING_M):
                point = line.interpolate(at)
                if min(point.distance(other) for other in taken) < 0.7 * BUS_SPACING_M:
                    continue
                number, count = number + 1, count + 1
                taken.append(point)
                rows.append(
                    {"stop_id": f"B-{number:03d}", "modes": "bus", "line": f"Bus {key}", "status": "planned"}
                )
                rows[-1] |= names.columns((f"{zh}公交线", f"{en} bus line", f"{ja}バス路線"), "line")
                rows[-1] |= names.columns((f"{zh}{count}站", f"{en} stop {count}", f"{ja}{count}"))
                rows[-1]["geometry"] = shapely.Point(round(point.x, 3), round(point.y, 3))
    return frame(rows)


def nature(
    parcels: gpd.GeoDataFrame, river: shapely.Polygon, extent: shapely.Polygon
) -> dict[str, gpd.GeoDataFrame]:
    """Water, woodland and the railway, beyond the planned land as well."""
    water = shapely.set_precision(warp(river).intersection(extent), 0.001)
    rows = [{"id": "river", "kind": "river", **names.columns(names.RIVER), "geometry": water}]
    woods = []
    for piece in PIECES:
        mine = parcels[(parcels["piece"] == piece) & (parcels["land_use"] == "0301")]
        woods.append({"id": f"woods-{piece}", "kind": "planned", "geometry": union(mine.geometry)})
    for k, (south, north) in enumerate(((1910.0, 2490.0), (4010.0, 4590.0), (6110.0, 6690.0)), start=1):
        v = np.arange(south, north + 1, 20.0)
        belt = shapely.LineString(np.column_stack([COURSE(v), v])).buffer(62.0, cap_style="flat")
        bank = shapely.set_precision(warp(belt).difference(warp(river)), 0.001)
        woods.append({"id": f"woods-gap-{k}", "kind": "existing", "geometry": bank})
    woods = [{**row, **names.columns(names.WOODS)} for row in woods]
    v = np.arange(-1000.0, 10_001.0, 50.0)
    rail = _within(warp(shapely.LineString(np.column_stack([-905 + 0.008 * (v - 4500), v]))), extent)
    track = {"id": "rail", "kind": "freight", **names.columns(names.RAIL), "geometry": rail}
    return {"water": frame(rows), "woodland": frame(woods), "rail": frame([track])}


ENTRANCE_REACH_M = 45.0


def entrances(parcels: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Park entrances: where a park's edge runs along a walkable street, or a path enters."""
    walkable = streets[streets["walk"].astype(bool)]
    tree = shapely.STRtree(walkable.geometry.to_numpy())
    rows = []
    for park in parcels[parcels["land_use"] == "1401"].itertuples():
        spacing = 55.0 if park.geometry.area < 6000 else 130.0 if park.geometry.area < 60_000 else 210.0
        chosen: list[shapely.Point] = []
        edge = park.geometry.exterior
        for line in walkable.geometry.to_numpy()[tree.query(edge, predicate="intersects")]:
            chosen += list(shapely.get_parts(line.intersection(edge)))
        chosen = [point for point in chosen if point.geom_type == "Point"]
        candidates = [edge.interpolate(at) for at in np.arange(6.0, edge.length, 12.0)]
        near = tree.query_nearest(candidates, return_distance=True, all_matches=False)[1]
        for _, point in sorted(zip(near, candidates, strict=True), key=lambda pair: round(pair[0], 1)):
            close = tree.query_nearest(point, return_distance=True, all_matches=False)[1][0]
            if close < ENTRANCE_REACH_M and all(point.distance(other) >= spacing for other in chosen):
                chosen.append(point)
        for number, point in enumerate(chosen, start=1):
            at = shapely.Point(round(point.x, 3), round(point.y, 3))
            rows.append(
                {"entrance_id": f"E-{park.parcel_id}-{number}", "parcel_id": park.parcel_id, "geometry": at}
            )
    return frame(rows)
