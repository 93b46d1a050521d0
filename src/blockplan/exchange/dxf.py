"""
A plan as a DXF drawing: outlines of parcels, their numbers and indicator blocks, centre lines, control lines.

Layers, blocks and attributes have the names that Chinese offices give them, so that `import office` reads the
drawing back: areas to within 0.1 m2, numbers, uses and bounds as they stand in the plan.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ezdxf.enums
import pandas as pd
import shapely
from ezdxf import units
from ezdxf.filemanagement import new

from blockplan.errors import PlanDataError
from blockplan.plan.model.faults import NAMES

if TYPE_CHECKING:
    from ezdxf.document import Drawing

    from blockplan.plan import Plan

#: Column of a parcel -> attribute of its indicator block.
INDICATORS = {
    "parcel_id": "地块编号", "land_use": "用地代码", "land_use_list": "用地分类标准",
    "land_use_name": "用地性质", "area": "用地面积", "far": "容积率", "coverage_ratio": "建筑密度",
    "green_ratio": "绿地率", "height_m": "建筑限高", "floor_area_m2": "总建筑面积", "residents": "居住人口",
    "dwellings": "居住户数", "parking_spaces": "停车位", "block_id": "街区编号", "subblock_id": "街坊编号",
    "floor_area_m2_max": "建筑规模上限", "underground_floor_area_m2": "地下建筑面积", "jobs": "就业岗位",
    "compatible_uses": "兼容用途", "compatible_split": "兼容比例", "permitted": "允许用途",
    "existing_land_use": "现状用地", "status": "规划状态", "phase": "建设时序", "owner": "权属",
    "school_classes": "班数", "elevation_max_m": "绝对标高", "setback_north_m": "北退线",
    "setback_east_m": "东退线", "setback_south_m": "南退线", "setback_west_m": "西退线",
    "entrances": "出入口方位", "closed_stretches": "禁止开口", "remarks": "备注",
}  # fmt: skip
#: Columns of a parcel that its indicator block says by another's attribute.
SAID_BESIDE = frozenset(
    {"declared_area_m2", *(f"{base}_kind" for base in ("far", "height", "coverage", "green"))}
)
#: State of development -> word of the drawing.
STATES = {"existing": "现状", "kept": "保留", "rebuilt": "改建", "planned": "规划新建"}
#: Attributes in m2.
AREAS = frozenset({"area", "floor_area_m2", "floor_area_m2_max", "underground_floor_area_m2"})
#: Figures that an office bounds; those of the second set are written in percent.
BOUNDED = ("far", "coverage_ratio", "green_ratio", "height_m")
SHARES = ("coverage_ratio", "green_ratio")
#: Attributes that are seen on the sheet, from the number down; the others are there to be read.
SEEN = ("用地代码", "容积率", "建筑限高")
#: Kind of control line -> (layer, colour of AutoCAD's index).
CONTROL_LINES = {
    "red": ("道路红线", 1), "yellow": ("城市黄线", 2), "green": ("城市绿线", 3), "blue": ("城市蓝线", 5),
    "purple": ("城市紫线", 6), "orange": ("城市橙线", 30),
}  # fmt: skip
CONTROL_LINE_COLUMNS = {"line_id": "编号", "name_zh": "名称", "width_m": "宽度", "instrument": "批文号"}
PARCELS, SCOPE, NUMBERS, BLOCKS, STREETS = "规划地块", "规划范围", "地块编号", "指标块", "道路中心线"
#: Layer of the plan -> (layer of the drawing, colour, columns as attributes), drawn as it stands.
OTHERS: dict[str, tuple[str, int, dict[str, str]]] = {
    "boundary": (SCOPE, 1, {}),
    "blocks": ("街区", 4, {"block_id": "街区编号", "name_zh": "街区名称"}),
    "subblocks": ("街坊", 8, {"subblock_id": "街坊编号"}),
    "streets": (
        STREETS,
        1,
        {"street_id": "道路编号", "name_zh": "道路名称", "class": "道路等级", "red_line_width_m": "红线宽度"},
    ),
    "buildings": (
        "建筑",
        9,
        {"building_id": "建筑编号", "floor_area_m2": "建筑面积", "storeys": "层数", "height_m": "建筑高度"},
    ),
    "facilities": (
        "配套设施",
        6,
        {
            "facility_id": "设施编号",
            "name_zh": "设施名称",
            "service": "设施类型",
            "level": "设施级别",
            "parcel_id": "所在地块",
            "beds": "床位数",
            "places": "学位数",
            "classes": "班数",
            "floor_area_m2": "建筑面积",
            "site_area_m2": "用地面积",
            "status": "规划状态",
        },
    ),
    "stops": ("公交站点", 5, {"stop_id": "站点编号", "name_zh": "站名", "modes": "站点类型"}),
    "setbacks": ("建筑后退线", 30, {"setback_id": "编号", "kind": "类型", "distance_m": "退线距离"}),
}
#: Layers whose areas of one number are taken together again; of others each part would count anew.
IN_PARTS = frozenset({"blocks", "subblocks", "facilities"})
#: Shares of a line's length at which its block may stand, and how far other lines are then, m.
ALONG, CLEAR_M = (0.5, 0.4, 0.6, 0.45, 0.55, 0.3, 0.7, 0.2, 0.8), 0.5
#: Heights of letters: a share of the parcel's width, within these bounds, m.
LETTER_SHARE, LETTERS_M = 0.04, (0.5, 6.0)


@dataclass(slots=True)
class DrawnPlan:
    """
    What stands in the drawing: entities by layer of the plan, and layers that it does not hold.

    Of layers that it holds, the columns that it does not, each with how many values.
    """

    drawn: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_columns: dict[str, dict[str, int]] = field(default_factory=dict)


def write_dxf(plan: Plan, out: str | Path) -> DrawnPlan:
    """
    Write a plan as DXF (2010, UTF-8, metres, in the plan's own coordinates).

    Parameters
    ----------
    out
        The file to write; a file that is there is replaced once the new one is whole.

    Raises
    ------
    PlanDataError
        If the plan has no parcels, or the file cannot be written.
    """
    parcels = plan.layers.get("parcels")
    if parcels is None or not len(parcels):
        raise PlanDataError("The plan has no parcels to draw.\nName a plan of parcels.")
    document = new("R2010", units=units.M)
    document.header["$INSUNITS"] = units.M
    found = DrawnPlan()
    _parcels(document, parcels)
    found.drawn["parcels"] = len(parcels)
    for name, layer in plan.layers.items():
        if name in OTHERS:
            found.drawn[name] = _others(document, layer, *OTHERS[name], in_parts=name in IN_PARTS)
        elif name == "control_lines":
            found.drawn[name] = _control_lines(document, layer)
            if len(layer) > found.drawn[name]:  # overlays
                found.left_out[name] = len(layer) - found.drawn[name]
        elif name != "parcels" and len(layer):
            found.left_out[name] = len(layer)
    found.left_out_columns = {
        name: lost for name in found.drawn if (lost := _not_said(name, plan.layers[name]))
    }
    _note(document, plan, parcels)
    _save(document, Path(out))
    return found


def _not_said(name: str, layer: Any) -> dict[str, int]:
    """Columns of a layer that the drawing says nothing of, with how many values they hold."""
    if name == "parcels":
        said = {*INDICATORS, *SAID_BESIDE, *(f"{one}_{end}" for one in BOUNDED for end in ("min", "max"))}
    elif name == "control_lines":
        said = {*CONTROL_LINE_COLUMNS, "kind"}
    else:
        said = set(OTHERS[name][2])
    lost = {one: int(layer[one].notna().sum()) for one in layer.columns if one not in {*said, "geometry"}}
    return {one: n for one, n in lost.items() if n}


def _save(document: Drawing, out: Path) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=out.resolve().parent, prefix=".blockplan-") as folder:
            whole = Path(folder) / "drawing.dxf"
            document.saveas(whole)
            whole.replace(out)
    except OSError as error:
        raise PlanDataError(
            f"{out} cannot be written: {error.strerror or error}.\nName a file in a folder that is there."
        ) from None


def _layer(document: Drawing, name: str, colour: int) -> dict[str, str]:
    if name not in document.layers:
        document.layers.add(name, color=colour)
    return {"layer": name}


# Parcels


def _parcels(document: Drawing, parcels: Any) -> None:
    for name, colour in ((PARCELS, 7), (NUMBERS, 7), (BLOCKS, 8)):
        _layer(document, name, colour)
    _block(document, BLOCKS, list(INDICATORS.values()))
    space = document.modelspace()
    shapes: Any = parcels.geometry
    filled = shapely.STRtree(shapes.to_numpy())
    for (id_, row), shape in zip(parcels.iterrows(), shapes, strict=True):
        attributes = indicators(str(id_), row.to_dict(), shape)
        for part in shapely.get_parts(shape):
            _area(document, part, {"layer": PARCELS}, _open_holes(part, filled))
            place = part.representative_point()
            letter = min(max(LETTER_SHARE * math.sqrt(part.area), LETTERS_M[0]), LETTERS_M[1])
            text = space.add_text(str(id_), height=letter, dxfattribs={"layer": NUMBERS})
            text.set_placement((place.x, place.y), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)
            mark = space.add_blockref(
                BLOCKS,
                (place.x, place.y),
                dxfattribs={"layer": BLOCKS, "xscale": letter, "yscale": letter},
            )
            mark.add_auto_attribs(attributes)


def _block(document: Drawing, name: str, tags: list[str]) -> None:
    block = document.blocks.new(name)
    for tag in tags:
        seen = SEEN.index(tag) + 1 if tag in SEEN else 0
        block.add_attdef(
            tag, (-1.0, -1.6 * seen), height=1.0, dxfattribs={"layer": name, "invisible": int(not seen)}
        )


def indicators(id_: str, row: dict[str, Any], shape: Any) -> dict[str, str]:
    """
    Attribute -> text of a parcel's indicator block; an unknown figure has none.

    Examples
    --------
    >>> row = {"land_use": "070102", "far": 2.0, "far_kind": "range", "far_min": 1.5, "far_max": 2.0,
    ...        "green_ratio": 0.35, "green_ratio_min": 0.35, "residents": float("nan")}
    >>> made = indicators("A-01", row, shapely.box(0, 0, 100, 100))
    >>> made["容积率"], made["绿地率"], made["用地面积"], "居住人口" in made
    ('1.5-2', '≥35%', '10000㎡', False)
    """
    stated = row.get("declared_area_m2")
    area = shape.area if pd.isna(stated) else stated
    table = _in_words(row) | {"parcel_id": id_, "area": area}
    found = {}
    for column, tag in INDICATORS.items():
        text = _bounds(table, column) if column in BOUNDED else _text(table.get(column))
        unit = "㎡" if column in AREAS else ""
        if text:
            found[tag] = text + unit
    return found


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose state and service are said as a Chinese drawing says them."""
    found = dict(row)
    if row.get("status") in STATES:
        found["status"] = STATES[row["status"]]
    if isinstance(row.get("service"), str) and f"service.{row['service']}" in NAMES:
        found["service"] = NAMES(f"service.{row['service']}", "zh")
    return found


def _bounds(row: dict[str, Any], column: str) -> str:
    factor, unit = (100.0, "%") if column in SHARES else (1.0, "")
    low, high, alone = (_figure(row.get(name), factor) for name in (f"{column}_min", f"{column}_max", column))
    if low and high:
        return f"{low}-{high}{unit}"
    if low or high:
        return f"{'≤' if high else '≥'}{high or low}{unit}"
    return f"{alone}{unit}" if alone else ""


def _figure(value: Any, factor: float = 1.0) -> str:
    if value is None or value != value:  # noqa: PLR0124 (a number that is none)
        return ""
    return f"{round(float(value) * factor, 6):.10g}"


def _text(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 (a number that is none)
        return ""
    return _figure(value) if isinstance(value, float | int) and not isinstance(value, bool) else str(value)


def _open_holes(part: Any, filled: shapely.STRtree) -> bool:
    """Whether a hole of an area is not one other area: as a ring alone it would be read as a parcel."""
    for ring in part.interiors:
        hole = shapely.Polygon(ring)
        inside = filled.query(hole.representative_point(), predicate="within")
        if not any(filled.geometries[at].equals_exact(hole, 1e-6, normalize=True) for at in inside):
            return True
    return False


def _area(document: Drawing, part: Any, attributes: dict[str, str], open_holes: bool) -> None:
    """An outline, or where it has holes that nothing fills, a fill with holes."""
    space = document.modelspace()
    if not open_holes:
        space.add_lwpolyline(list(part.exterior.coords)[:-1], close=True, dxfattribs=attributes)
        return
    hatch = space.add_hatch(color=254, dxfattribs=attributes)
    for ring, flag in [(part.exterior, 1), *((one, 16) for one in part.interiors)]:
        hatch.paths.add_polyline_path(list(ring.coords)[:-1], is_closed=True, flags=flag)


# Other layers


def _others(
    document: Drawing,
    layer: Any,
    name: str,
    colour: int,
    columns: dict[str, str],
    *,
    in_parts: bool = False,
) -> int:
    if not len(layer):
        return 0
    attributes = _layer(document, name, colour)
    if columns:
        _block(document, f"{name}属性", list(columns.values()))
    space = document.modelspace()
    among = shapely.STRtree(layer.geometry.to_numpy())
    for (id_, row), shape in zip(layer.iterrows(), layer.geometry, strict=True):
        _shape(document, shape, attributes)
        if columns and shape is not None and not shape.is_empty:
            said = _in_words(row.to_dict())
            table = {tag: _text(said.get(column)) for column, tag in columns.items()}
            first = next(iter(columns.values()))
            table[first] = table[first] or str(id_)
            for place in _mark_places(shape) if in_parts else (_mark_place(shape, among),):
                mark = space.add_blockref(f"{name}属性", (place.x, place.y), dxfattribs=attributes)
                mark.add_auto_attribs({tag: text for tag, text in table.items() if text})
    return len(layer)


def _mark_places(shape: Any) -> list[Any]:
    """Where the blocks of an area of several parts stand: one in each."""
    return [one.representative_point() for one in shapely.get_parts(shape)]


def _mark_place(shape: Any, among: shapely.STRtree) -> Any:
    """Where a block stands for its shape alone: on a line away from crossings."""
    lines = [one for one in shapely.get_parts(shape) if one.geom_type == "LineString"]
    if not lines:
        return shape.representative_point()
    places = [lines[0].interpolate(share, normalized=True) for share in ALONG]
    alone = (one for one in places if len(among.query(one, predicate="dwithin", distance=CLEAR_M)) < 2)
    return next(alone, places[0])


def _shape(document: Drawing, shape: Any, attributes: dict[str, str]) -> None:
    """Lines and outlines as polylines; a point is drawn by its block."""
    for part in shapely.get_parts(shape) if shape is not None else ():
        if part.geom_type == "Polygon":
            _area(document, part, attributes, bool(len(part.interiors)))
        elif part.geom_type == "LineString":
            document.modelspace().add_lwpolyline(shapely.get_coordinates(part), dxfattribs=attributes)


def _control_lines(document: Drawing, layer: Any) -> int:
    drawn = 0
    for kind, (name, colour) in CONTROL_LINES.items():
        ours = layer[layer["kind"] == kind] if "kind" in layer else layer[:0]
        drawn += _others(document, ours, name, colour, CONTROL_LINE_COLUMNS)
    return drawn


def _note(document: Drawing, plan: Plan, parcels: Any) -> None:
    """Title, day and reference system, above the plan."""
    west, _, _, north = parcels.total_bounds
    code = plan.crs.to_epsg() if plan.crs is not None else None
    system = f"EPSG:{code}" if code else "地方坐标"
    title = plan.manifest.title.get("zh") or next(iter(plan.manifest.title.values()), plan.manifest.id)
    day = plan.manifest.drawn_on
    dated = "日期未注明" if plan.manifest.day_is_assumed else f"{day.year}年{day.month}月{day.day}日"
    for line, text in enumerate((title, dated, f"坐标系 {system}")):
        document.modelspace().add_text(text, height=6, dxfattribs=_layer(document, "图注", 7)).set_placement(
            (west, north + 40 - 10 * line)
        )
