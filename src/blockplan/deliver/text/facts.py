"""What a plan says in figures: of objects, tables and measures, by the words that name them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from blockplan.deliver.pairs import bounds_of
from blockplan.measure import MEASURES, measure
from blockplan.measure.inputs.homes import residents
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.land_balance import land_balance
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.plan import Plan
    from blockplan.report.view import View

#: Words for a quantity; the longest that stands in a text counts.
AREA = ("用地面积", "地块面积", "用地规模", "占地面积", "规划面积", "总面积", "面积", "占地", "用地")
FLOOR = ("总建筑面积", "地上建筑面积", "计容建筑面积", "建筑面积", "建筑规模", "建筑总量", "总建筑规模")
PLANNED = (
    "规划范围面积",
    "规划总面积",
    "规划用地总面积",
    "总用地面积",
    "规划范围总面积",
    "规划范围",
    "总面积",
    "规划面积",
)
PEOPLE = (
    "规划居住人口",
    "规划常住人口",
    "规划人口",
    "常住人口",
    "居住人口",
    "总人口",
    "人口规模",
    "人口",
    "居民",
)
HOMES = ("住宅套数", "居住户数", "总户数", "户数", "住户")
SHARE = ("占规划范围", "占总用地", "所占比例", "占比", "比例", "比重", "占")
EXISTING = ("现状用地面积", "现状面积", "现状")
COUNT = ("数量", "共", "设置", "规划", "布局", "配置", "配建", "设", "新建", "划分")
PARKING = ("机动车停车位", "停车位", "停车泊位", "车位", "泊位", "停车")
#: Column of a parcel -> words, dimension.
PARCEL = (
    ("far", ("容积率上限", "规划容积率", "容积率"), ""),
    (
        "height_m",
        ("建筑高度上限", "建筑限高", "限制高度", "限高", "建筑高度", "控制高度", "控高", "高度"),
        "length",
    ),
    ("coverage_ratio", ("建筑密度上限", "建筑密度", "建筑覆盖率"), "share"),
    ("green_ratio", ("绿地率下限", "绿地率", "绿化率"), "share"),
)
SERVICES: dict[str, tuple[str, ...]] = {
    "kindergarten": ("幼儿园",), "primary_school": ("小学",), "secondary_school": ("中学", "初中", "高中"),
    "nine_year_school": ("九年一贯制学校",), "nursing_home": ("养老院", "养老机构", "机构养老设施"),
    "day_care": ("日间照料中心", "日间照料站", "社区养老设施"),
    "culture": ("文化设施", "文化活动室", "文化活动中心"),
    "library": ("图书馆",), "clinic": ("社区卫生服务中心", "社区卫生服务站", "卫生服务中心", "卫生站"),
    "hospital": ("医院", "综合医院"), "sport": ("体育设施", "体育场馆"), "market": ("菜市场", "农贸市场"),
    "police": ("派出所",), "fire": ("消防站",), "welfare": ("福利设施",),
}  # fmt: skip
#: Unit of a measure -> dimension, and base units of one.
OF_UNIT = {
    "m2": ("area/person", 1.0), "ha": ("area", 1e4), "km2": ("area", 1e6), "million m2": ("area", 1e6),
    "m": ("length", 1.0), "1": ("share", 1.0), "person": ("person", 1.0), "job": ("job", 1.0),
    "person/ha": ("person/ha", 1.0), "park": ("count", 1.0), "dwelling": ("dwelling", 1.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """
    One figure that a text may state.

    Attributes
    ----------
    bound_to
        ``object:ID/column``, ``table:NAME/line/column``, ``measure:ID`` or ``manifest:KEY``.
    subjects
        Words that name what it is of; none for the plan as a whole.
    words
        Words that name the quantity.
    amounts
        In base units; where a table prints another rounding, that stands beside.
    asked
        Whether only its own words name it, never the unit alone: existing land beside planned land.
    """

    bound_to: str
    subjects: tuple[str, ...]
    words: tuple[str, ...]
    dimension: str
    amounts: tuple[float, ...]
    asked: bool = False


@dataclass(frozen=True)
class Knowledge:
    """Facts and names of a plan."""

    facts: tuple[Fact, ...]
    #: Name -> ``object:ID``; several objects of one name (a street in pieces) as the first.
    names: dict[str, str]
    parcel_ids: frozenset[str]
    horizon: int | None


def knowledge(view: View) -> Knowledge:
    """All that a text of a plan may state in figures, and the names of its objects."""
    plan = view.plan
    facts = [
        *_parcels(plan), *_facilities(plan), *_streets(plan), *_areas(plan), *_land(view), *_whole(plan),
        *_measures(plan),
    ]  # fmt: skip
    known = tuple(
        fact for fact in facts if all(math.isfinite(value) for value in fact.amounts) and fact.amounts
    )
    ids = frozenset(map(str, plan.layer("parcels").index))
    return Knowledge(known, _names(plan), ids, plan.manifest.horizon)


def _names(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer in (
        "areas",
        "blocks",
        "subblocks",
        "parcels",
        "facilities",
        "streets",
        "stops",
        "control_lines",
    ):
        frame = plan.layer(layer)
        for column in ("name_zh", "name_ja", "name_en"):
            for id_, name in zip(frame.index, frame[column], strict=True) if column in frame else ():
                if name and len(name) > 1:
                    found.setdefault(name, f"object:{id_}")
        if layer in {"areas", "blocks", "subblocks", "parcels", "facilities"}:
            for id_ in map(str, frame.index):
                if len(id_) > 2 and not id_.startswith("("):
                    found.setdefault(id_, f"object:{id_}")
    return found


def _fact(
    bound_to: str, subjects: tuple[str, ...], words: tuple[str, ...], dimension: str, *values: Any
) -> Fact:
    return Fact(
        bound_to,
        subjects,
        words,
        dimension,
        tuple(float(v) for v in values if v is not None and not pd.isna(v)),
    )


def _parcels(plan: Plan) -> Iterator[Fact]:
    frame = plan.layer("parcels")
    areas = shapely.area(frame.geometry.to_numpy())
    bounds = {column: bounds_of(frame, column) for column, _, _ in PARCEL}
    for at, id_ in enumerate(map(str, frame.index)):
        row, of = frame.iloc[at], (id_,)
        yield _fact(f"object:{id_}/area", of, AREA, "area", areas[at], row["declared_area_m2"])
        for column, words, dimension in PARCEL:
            low, high = bounds[column][0][at], bounds[column][1][at]
            yield _fact(f"object:{id_}/{column}", of, words, dimension, high, low)
        yield _fact(
            f"object:{id_}/floor_area_m2", of, FLOOR, "area", row["floor_area_m2"], row["floor_area_m2_max"]
        )
        yield _fact(f"object:{id_}/residents", of, PEOPLE, "person", row["residents"])
        yield _fact(f"object:{id_}/dwellings", of, HOMES, "dwelling", row["dwellings"])
        yield _fact(f"object:{id_}/parking_spaces", of, PARKING, "parking", row["parking_spaces"])


def _facilities(plan: Plan) -> Iterator[Fact]:
    frame = plan.layer("facilities")
    sums: dict[tuple[str, str], list[float]] = defaultdict(list)
    for id_, row in zip(map(str, frame.index), frame.to_dict("records"), strict=True):
        of = tuple(name for name in (row["name_zh"], row["name_ja"], id_) if name)
        for column, words, dimension in (
            ("floor_area_m2", FLOOR, "area"), ("site_area_m2", AREA, "area"), ("beds", ("床位",), "bed"),
            ("places", ("学位", "托位", "规模"), "place"), ("classes", ("班额", "规模"), "class"),
        ):  # fmt: skip
            yield _fact(f"object:{id_}/{column}", of, words, dimension, row[column])
            sums[str(row["service"]), column].append(row[column])
    for service, of in SERVICES.items():
        numbers = sums.get((service, "beds"), [])
        yield _fact(f"table:facilities/{service}/count", of, COUNT, "count", len(numbers))
        for column, said, dimension in (
            ("beds", ("床位",), "bed"),
            ("places", ("学位",), "place"),
            ("floor_area_m2", FLOOR, "area"),
        ):
            known = sums.get((service, column), [])
            if known and not any(pd.isna(value) for value in known):
                yield _fact(f"table:facilities/{service}/{column}", of, said, dimension, sum(known))


def _streets(plan: Plan) -> Iterator[Fact]:
    widths: dict[str, set[float]] = defaultdict(set)
    frame = plan.layer("streets")
    for name, width in zip(frame["name_zh"], frame["red_line_width_m"], strict=True):
        if name and not pd.isna(width):
            widths[name].add(float(width))
    for name, found in widths.items():
        said: tuple[str, ...] = ("道路红线宽度", "红线宽度", "红线", "道路宽度", "宽度", "宽")
        yield _fact(f"table:streets/{name}/red_line_width_m", (name,), said, "length", *sorted(found))


def _areas(plan: Plan) -> Iterator[Fact]:
    for layer in ("areas", "blocks", "subblocks"):
        frame = plan.layer(layer)
        for id_, shape, name in zip(
            map(str, frame.index), frame.geometry, frame.get("name_zh", [None] * len(frame)), strict=True
        ):
            if shape is not None:
                yield _fact(f"object:{id_}/area", tuple(filter(None, (name, id_))), AREA, "area", shape.area)


def _land(view: View) -> Iterator[Fact]:
    """The balance of land: hectares and shares of each class, as measured and as printed."""
    plan = view.plan
    frame = plan.layer("parcels")
    areas = shapely.area(frame.geometry.to_numpy())
    whole = float(areas.sum())
    printed: dict[str, tuple[Any, Any, Any, Any]] = {}
    for line in land_balance(view).lines:
        code = str(line.cells[0] or "")
        if code and code not in printed:
            printed[code] = line.cells[2:6]  # type: ignore[assignment]
    for code, (old, old_share, ha, share) in printed.items():
        own = areas[[bool(use and use.startswith(code)) for use in frame["land_use"]]].sum()
        names = tuple(dict.fromkeys(filter(None, (_name(code), code if len(code) > 2 else None))))
        place = f"table:land_balance/{code}"
        yield _fact(f"{place}/planned_ha", names, AREA, "area", own, ha * 1e4)
        yield _fact(f"{place}/planned_share", names, SHARE, "share", own / whole, share / 100)
        if old is not None:
            yield replace(_fact(f"{place}/existing_ha", names, EXISTING, "area", old * 1e4), asked=True)
            said = ("现状占比", "现状比例")
            yield _fact(f"{place}/existing_share", names, said, "share", old_share / 100)


def _name(code: str) -> str | None:
    of = next((name for name in (DEFAULT_LIST, *LISTS) if landuse(name).known(code)), None)
    return None if of is None else landuse(of).label(code, "zh").removeprefix(f"{code} ")


def _whole(plan: Plan) -> Iterator[Fact]:
    parcels = plan.layer("parcels")
    drawn = float(shapely.area(parcels.geometry.to_numpy()).sum())
    outline = [shape.area for shape in plan.layer("boundary").geometry if shape is not None]
    yield _fact("measure:land_balance", (), PLANNED, "area", drawn, sum(outline) or None)
    yield _fact("measure:residents", (), PEOPLE, "person", residents(plan).total)
    for column, words, dimension in (
        ("dwellings", HOMES, "dwelling"), ("floor_area_m2", FLOOR, "area"),
        ("parking_spaces", PARKING, "parking"), ("jobs", ("就业岗位", "岗位", "就业"), "job"),
    ):  # fmt: skip
        known = parcels[column].dropna()
        if len(known):
            yield _fact(f"layer:parcels/{column}", (), words, dimension, known.sum())
    for layer, word in (("parcels", "地块"), ("blocks", "街区"), ("subblocks", "街坊"), ("areas", "片区")):
        if len(plan.layer(layer)):
            yield _fact(f"layer:{layer}/count", (word,), COUNT, "count", len(plan.layer(layer)))


def _measures(plan: Plan) -> Iterator[Fact]:
    """Measures of one value, by their Chinese title; those that tell no single number are left out."""
    for found in measure(plan, *[name for name in MEASURES if MEASURES[name].unit in OF_UNIT]):
        title = pick(MEASURES[found.id].title, "zh").partition("（")[0]
        if found.value is not None and len(title) > 3:
            dimension, factor = OF_UNIT[found.unit]
            yield _fact(f"measure:{found.id}", (), (title,), dimension, found.value * factor)
