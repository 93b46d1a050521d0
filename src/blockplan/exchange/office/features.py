"""
Layers beside the parcels: streets, buildings, stops, control lines, setbacks, accesses, water, rails,
outlines.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from blockplan.exchange.office.joining import key
from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.network_lines import enclosed
from blockplan.exchange.office.rows import PLACE, about_row, read_rows
from blockplan.exchange.office.source import Findings, SourceFinding
from blockplan.exchange.office.values import NUMBER, Amount, text_of
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from blockplan.exchange.office.mapping import LayerChoice
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.rows import Row
    from blockplan.exchange.office.source import SourceLayer

Chosen = tuple["SourceLayer", "LayerChoice"]
MODES = (
    (r"地铁|轨道|轻轨|subway|metro|DTZ|GDZD", "subway"),
    (r"有轨|tram", "tram"),
    (r"火车|铁路|高铁|rail", "rail"),
    (r"公交|(?<!水上)巴士|bus|BRT|GJZ", "bus"),
    (r"轮渡|渡口|渡轮|客运码头|水上巴士|ferry", "ferry"),
    (r"缆车|索道|cable.?car", "cable_car"),
)
COLOURS = (
    (r"基本农田|永农|YJJBNT|JBNTBH|farmland", "farmland"),
    (r"生态保护红线|生态红线|生态控制线|STBHHX|STKZX|ecolog", "ecological"),
    (r"开发边界|CZKFBJ|KFBJ|growth.?boundary", "growth_boundary"),
    (r"机场|净空|airport|clearance", "airport"),
    (r"建设控制地带|历史文化街区|历史保护|LSWHBHX|heritage", "heritage"),
    (r"洪涝|洪水|蓄滞洪|行洪|HLFXKZX|flood", "flood"),
    (r"高压走廊|电力走廊|管廊|管线|燃气管|utilit|pipeline|(?:power|utility|cable|gas).?corridor", "utility"),
    (r"(铁路|轨道|地铁).*(保护|控制)|rail.*(protect|zone)", "rail"),
    (r"绿|LHX|LVX|LHLX|green", "green"), (r"蓝|河道|水系|HDZX|HDBX|SXLX|LAX|blue", "blue"),
    (r"黄|基础设施|SSHX|CSHX|yellow", "yellow"), (r"紫|文保|文物|历史|WBZX|CSZX|purple", "purple"),
    (r"橙|安全防护|orange", "orange"), (r"道路红线|红线|DLBX|DLHX|red", "red"),
)  # fmt: skip
NAMES = ("name_zh", "name")
#: Fields of programs, not of an office.
#: Columns of the plan's layers.
OURS = frozenset(column for layer in LAYERS.values() for column in layer.columns)
UNKEPT = frozenset({"fid", "ogc_fid", "objectid", "geom", "geometry", "shape", "shape_leng", "shape_area"})


def beside(name: str) -> str:
    """
    The name under which a row keeps an office's own field (``=name``); "" for one that is not kept.

    Files tell no capital from a small letter, so what differs by that alone from a column of the plan is
    called otherwise.

    Examples
    --------
    >>> beside("=实施意向"), beside("=Land_Use"), beside("=OBJECTID")
    ('实施意向', 'Land_Use_given', '')
    """
    own = name[1:]
    if own.lower() in UNKEPT:
        return ""
    return f"{own}_given" if own.lower() in OURS and own not in OURS else own


def as_given(values: list[Any]) -> list[Any]:
    """An office's own field: numbers where all its values are numbers, else text."""
    said = [value for value in values if value is not None]
    if all(isinstance(one, NUMBER) and not isinstance(one, bool) for one in said):
        return values
    return [None if value is None else text_of(value) for value in values]


def word(table: tuple[tuple[str, str], ...], *texts: Any) -> str | None:
    """The value of the first pattern that a text fits, texts in their order."""
    for text in texts:
        found = next(
            (value for words, value in table if text and re.search(words, text_of(text), re.IGNORECASE)), None
        )
        if found:
            return found
    return None


def unique(rows: list[Row], column: str, prefix: str) -> list[str]:
    """Ids of features: those given, the second of a name with a number, and made ones where there is none."""
    seen: dict[str, int] = {}
    ids = []
    for at, row in enumerate(rows, start=1):
        given = str(row.get(column) or "") or f"{prefix}{at:04d}"
        seen[given] = seen.get(given, 0) + 1
        ids.append(given if seen[given] == 1 else f"{given}#{seen[given]}")
    return ids


def collect(layers: list[Chosen], profile: Profile, findings: Findings) -> tuple[list[Row], list[Any]]:
    """Rows and shapes of layers of one role, together."""
    rows: list[Row] = []
    shapes: list[Any] = []
    for layer, choice in layers:
        rows += read_rows(layer, choice, profile, findings)
        frame: Any = layer.frame
        shapes += list(frame.geometry)
    return rows, shapes


def framed(rows: list[Row], shapes: list[Any], made: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """A layer of the plan: the columns made, and the office's other fields beside them."""
    records = [
        dict(one)
        | {
            own: text_of(value) if own in OURS else value
            for name, value in row.items()
            if name.startswith("=") and (own := beside(name)) and own not in one
        }
        for row, one in zip(rows, made, strict=True)
    ]
    columns = list(dict.fromkeys(column for one in records for column in one))
    ours = OURS.union(*made)
    table = {column: [one.get(column) for one in records] for column in columns}
    return gpd.GeoDataFrame(
        {column: values if column in ours else as_given(values) for column, values in table.items()},
        geometry=np.array(shapes, dtype=object),
    )


def value(row: Row, column: str) -> float | None:
    """A number of a row, or None."""
    found = row.get(column)
    return found.value if isinstance(found, Amount) else None


def name_of(row: Row) -> str | None:
    """The name of a feature, or None."""
    return next((str(row[column]) for column in NAMES if row.get(column)), None)


def buildings(layers: list[Chosen], profile: Profile, findings: Findings) -> gpd.GeoDataFrame:
    """Buildings; the floor area of one that says only its storeys is footprint times storeys."""
    rows, shapes = collect(layers, profile, findings)
    ids = unique(rows, "building_id", "B")
    made = []
    counted = 0
    for row, shape, id_ in zip(rows, shapes, ids, strict=True):
        area, storeys = value(row, "floor_area_m2"), value(row, "storeys")
        if area is None and storeys:
            area = round(shape.area * storeys, 1)
            counted += 1
        record = {
            "building_id": id_,
            "parcel_id": row.get("parcel_id"),
            "floor_area_m2": area,
            "storeys": storeys,
        }
        made.append(
            record | {column: value(row, column) for column in ("height_m", "dwellings", "residents")}
        )
    if counted:
        file, layer, _ = rows[0][PLACE]
        message = worded("floor_area_of_buildings_from_storeys", n=counted, total=len(rows))
        findings.add("office-floor-area", "note", message, file=file, layer=layer, measured=float(counted))
    return framed(rows, shapes, made)


def stops(layers: list[Chosen], profile: Profile, findings: Findings) -> gpd.GeoDataFrame:
    """Stops; their modes from their kind or, where it says none, from the layer, the name or the line."""
    rows, shapes = collect(layers, profile, findings)
    ids = unique(rows, "stop_id", "ST")
    made = [
        {"stop_id": id_, "name_zh": name_of(row), "line": row.get("line"), "modes": _modes(row, findings)}
        for row, id_ in zip(rows, ids, strict=True)
    ]
    return framed(rows, shapes, made)


def _modes(row: Row, findings: Findings) -> str | None:
    """All modes of a stop, joined by commas; a layer or file of several says nothing of one stop."""
    said = text_of(row.get("modes"))
    if said:
        found = _modes_in(said)
        if not found:
            message = worded("mode_of_stop_unknown", value=said[:60], name=row[PLACE][2])
            findings.append(about_row(row, "office-stop-mode", "note", message, value=said[:200]))
        return ", ".join(found) or None
    file, layer, _ = row[PLACE]
    alone = (found for text in (layer, file) if len(found := _modes_in(text)) == 1)
    own = (found for text in (name_of(row), row.get("line")) if (found := _modes_in(text)))
    return ", ".join(next(chain(alone, own), [])) or None


def _modes_in(text: Any) -> list[str]:
    return [mode for words, mode in MODES if re.search(words, text_of(text), re.IGNORECASE)]


def control_lines(layers: list[Chosen], profile: Profile, findings: Findings) -> gpd.GeoDataFrame:
    """
    Control lines by colour and overlays by what they protect, from their kind, the layer's name or the
    file's; edges of roads are red lines.
    """
    rows, shapes = collect(layers, profile, findings)
    red = {(layer.file, layer.name) for layer, choice in layers if choice.role == "road_edges"}
    ids = unique(rows, "line_id", "L")
    made = []
    for row, id_ in zip(rows, ids, strict=True):
        rigid = text_of(row.get("fixed"))
        fixed = (
            True if "刚" in rigid or "固定" in rigid else False if "弹" in rigid or "虚" in rigid else None
        )
        kind = (
            "red" if row[PLACE][:2] in red else word(COLOURS, row.get("kind"), row[PLACE][1], row[PLACE][0])
        )
        record = {
            "line_id": id_,
            "kind": kind,
            "name_zh": name_of(row),
            "width_m": value(row, "width_m"),
            "height_m_max": value(row, "height_m_max"),
            "fixed": fixed,
        }
        made.append(record | {column: row.get(column) for column in ("authority", "instrument")})
    return framed(rows, shapes, made)


def setbacks(layers: list[Chosen], profile: Profile, findings: Findings) -> gpd.GeoDataFrame:
    """Setback lines, high or low."""
    rows, shapes = collect(layers, profile, findings)
    kinds = ((r"高层|-GC|high", "high"), (r"低层|多层|-DC|low", "low"))
    made = [
        {
            "setback_id": id_,
            "parcel_id": row.get("parcel_id"),
            "kind": word(kinds, row.get("kind"), row[PLACE][1]),
            "distance_m": value(row, "distance_m"),
        }
        for row, id_ in zip(rows, unique(rows, "setback_id", "SB"), strict=True)
    ]
    return framed(rows, shapes, made)


def accesses(layers: list[Chosen], profile: Profile, findings: Findings) -> gpd.GeoDataFrame:
    """Entrances of vehicles, and stretches where none may be."""
    rows, shapes = collect(layers, profile, findings)
    kinds = ((r"禁|JKKD|closed", "closed"), (r"出入口|开口|JDCCRK|vehicle", "vehicle"))
    made = [
        {
            "access_id": id_,
            "parcel_id": row.get("parcel_id"),
            "kind": word(kinds, row.get("kind"), row[PLACE][1], row[PLACE][0]),
        }
        for row, id_ in zip(rows, unique(rows, "access_id", "AC"), strict=True)
    ]
    return framed(rows, shapes, made)


def simple(layers: list[Chosen], profile: Profile, findings: Findings, prefix: str) -> gpd.GeoDataFrame:
    """Water or rails: id and name."""
    rows, shapes = collect(layers, profile, findings)
    made = [
        {"id": id_, "name_zh": name_of(row)}
        for row, id_ in zip(rows, unique(rows, "id", prefix), strict=True)
    ]
    return framed(rows, shapes, made)


def outlines(
    layers: list[Chosen], profile: Profile, findings: Findings, what: str = ""
) -> list[tuple[Row, Any]]:
    """
    Areas of outlines; of lines the land that they enclose, each with the row of its own line.

    `what` is what the areas are; a line that encloses none is said, unless lines alone are right as well.
    """
    rows, shapes = collect(layers, profile, findings)
    found: list[tuple[Row, Any]] = []
    lines = []
    for row, shape in zip(rows, shapes, strict=True):
        if shape.geom_type in {"Polygon", "MultiPolygon"}:
            found.append((row, shape if shape.is_valid else shapely.make_valid(shape)))
        else:
            lines.append((row, shape))
    inside = enclosed([shape for _, shape in lines])
    if what:
        findings += _unclosed([lines[at] for at in inside.unused], what)
    if what and inside.joined:
        findings.append(_joined(lines[inside.areas[-1][0]][0], inside.joined, what))
    return found + [(lines[at][0], area) for at, area in inside.areas]


def _unclosed(lines: list[tuple[Row, Any]], what: str) -> Findings:
    """A finding for each layer of lines that enclose nothing."""
    by_layer: dict[tuple[str, str], list[tuple[Row, Any]]] = {}
    for row, line in lines:
        by_layer.setdefault(row[PLACE][:2], []).append((row, line))
    found = Findings()
    for (file, layer), there in by_layer.items():
        row, line = there[0]
        ends = shapely.get_coordinates(line)[[0, -1]]
        gap = float(shapely.length(shapely.linestrings(ends)))
        message = worded(
            "lines_whose_ends_lie_apart" if gap else "lines_enclose_no_land",
            n=len(there),
            what=what,
            name=row[PLACE][2],
            **({"m": gap} if gap else {}),
        )
        found.add(
            "office-outline",
            "warning",
            message,
            file=file,
            layer=layer,
            id=row[PLACE][2],
            measured=gap or None,
            x=float(ends[0][0]),
            y=float(ends[0][1]),
        )
    return found


def _joined(row: Row, count: int, what: str) -> SourceFinding:
    file, layer, _ = row[PLACE]
    message = worded("areas_joined_from_open_lines", n=count, what=what)
    return SourceFinding("office-outline", "note", message, file=file, layer=layer, measured=float(count))


def areas(
    layers: list[Chosen], table: list[Row], role: str, profile: Profile, findings: Findings
) -> gpd.GeoDataFrame:
    """Blocks or subblocks, with what a table says of them."""
    column = "block_id" if role == "blocks" else "subblock_id"
    drawn = _of_one_number(outlines(layers, profile, findings, worded(role)), column, worded(role), findings)
    rows, shapes = [row for row, _ in drawn], [shape for _, shape in drawn]
    by_id = {key(str(row.get("block_id"))): row for row in table if row.get("block_id")}
    ids = unique(rows, column, role[0].upper())
    made = [
        block_record(id_, row, by_id.get(key(id_), {}), column) for row, id_ in zip(rows, ids, strict=True)
    ]
    return framed(rows, shapes, made)


def _of_one_number(
    drawn: list[tuple[Row, Any]], column: str, what: Any, findings: Findings
) -> list[tuple[Row, Any]]:
    """
    Outlines with one number that say the same are parts of one block, and a finding says of which.

    Subblocks are often numbered anew in each block: without its number those that lie apart stay apart.
    """
    alike: dict[Any, tuple[Row, list[Any]]] = {}
    for at, (row, shape) in enumerate(drawn):
        said = tuple(sorted((name, text_of(one)) for name, one in row.items() if not name.startswith("_")))
        alike.setdefault(said if row.get(column) else at, (row, []))[1].append(shape)
    found: list[tuple[Row, Any]] = []
    for row, parts in alike.values():
        whole = parts[0] if len(parts) == 1 else shapely.union_all(parts)
        may_lie_apart = len(parts) == 1 or column == "block_id" or bool(row.get("block_id"))
        one = [whole] if may_lie_apart else shapely.get_parts(whole).tolist()
        found += [(row, shape) for shape in one]
        if len(one) < len(parts):
            _joined_number(row, column, what, len(parts), findings)
    return found


def _joined_number(row: Row, column: str, what: Any, n: int, findings: Findings) -> None:
    file, layer, _ = row[PLACE]
    things = [name for name in (*BLOCK_AMOUNTS, "residents", "dwellings") if value(row, name)]
    said = {"n": n, "what": what, "number": text_of(row[column])}
    if things:
        message = worded("amounts_of_one_number", things=joined(things, ", "), **said)
    else:
        message = worded("outlines_of_one_number", **said)
    findings.add(
        "office-outline", "warning" if things else "note", message, file=file, layer=layer, measured=float(n)
    )


#: Amounts of a block that the plan has columns for.
BLOCK_AMOUNTS = ("floor_area_m2_max", "floor_area_transfer_m2", "far_base", "height_m_base")


def block_record(id_: str, row: Row, other: Row, column: str = "block_id") -> dict[str, Any]:
    """The columns of a block from its outline and its row in a table."""
    record: dict[str, Any] = {column: id_}
    if column == "subblock_id":
        return record | {"block_id": row.get("block_id")}
    for name in ("name_zh", "dominant_function", "facility_list"):
        record[name] = row.get(name) or other.get(name)
    for name in (*BLOCK_AMOUNTS, "residents", "dwellings"):
        own = value(row, name)
        record[name] = own if own is not None else value(other, name)
    return record


def parcels_at(shapes: list[Any], parcels: gpd.GeoDataFrame) -> list[str | None]:
    """The parcel in which each shape's point lies; None for those in none."""
    if not len(parcels) or not shapes:
        return [None] * len(shapes)
    points = np.array(
        [shape if shape.geom_type == "Point" else shape.representative_point() for shape in shapes],
        dtype=object,
    )
    tree = shapely.STRtree(parcels.geometry.to_numpy())
    found: list[str | None] = [None] * len(shapes)
    ids = parcels["parcel_id"].tolist()
    for at, parcel in zip(*tree.query(points, predicate="intersects"), strict=True):
        found[int(at)] = found[int(at)] or ids[int(parcel)]
    return found
