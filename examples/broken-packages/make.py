"""
Makes the public set of broken packages: for each rule of quality one that is broken for its reason alone.

``python examples/broken-packages/make.py --out DIR`` writes a folder for each case, two master plans, and
the clean packages they are made of. ``expected.toml`` says by hand what a checker must find in which. With
``--profile ID`` all cases are made under that profile, as far as it has what they break.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import shapely
from shapely.affinity import translate

from blockplan.check import check
from blockplan.deliver.filing import fill, form_workbook
from blockplan.deliver.geodatabase import write_geodatabase
from blockplan.deliver.handover import deliver, write_digests
from blockplan.deliver.package import file_name
from blockplan.deliver.profile import DeliveryProfile, load_delivery_profile
from blockplan.deliver.shapes import sizes
from blockplan.deliver.to_profile import CarriedTable, carry
from blockplan.plan import Plan
from blockplan.plan.model.manifest import manifest_from

if TYPE_CHECKING:
    from collections.abc import Callable

#: South-west corner of the nine squares of 100 m; no whole metres, as drawn coordinates are.
X, Y, SIDE = 500_000.1234, 4_400_000.4321, 100.0
CRS = pyproj.CRS("EPSG:4548")
USES = ("0701", "0802", "0803", "0701", "0902", "1401", "080403", "0701", "0701")
ANSWERS = {
    "bah": "330100-2026-001", "xzqdm": "330102", "xzqmc": "示例区", "bzjsdw": "示例规划院", "sqdw": "示例局",
    "jbr": "示例经办人", "gcjz": "1985国家高程基准", "pfsj": "2026-01-15", "pwh": "示政函〔2026〕1号",
}  # fmt: skip
#: A step so small that sums and balances, which are rounded, do not notice it (m).
HAIR = 0.02
PROFILES = ("deqing", "hangzhou-xg", "wenzhou", "zhongshan")


class NotInProfileError(Exception):
    """A profile has nothing of what a case breaks."""


@dataclass
class Case:
    """A package in the making: its folder, profile, layers, filing form, and the digests that come last."""

    folder: Path
    profile: DeliveryProfile
    tables: dict[str, CarriedTable]
    form: dict[str, Any]
    crs: pyproj.CRS = CRS
    digests: bool = True

    @property
    def parcels(self) -> CarriedTable:
        """The layer of parcels."""
        return self.tables[self.profile.numbering.parcel_layer]

    def table(self, layer: str) -> CarriedTable:
        """The layer that holds rows of a layer of the plan."""
        found = [self.tables[one.name] for one in self.profile.of(layer) if self.tables[one.name].rows]
        if not found:
            raise NotInProfileError(layer)
        return found[0]

    def field(self, *bindings: str, layer: str = "parcels") -> str:
        """The field that carries the first of some values that the profile has."""
        spec = self.table(layer).spec
        for binding in bindings:
            if (one := spec.carrying(layer, binding)) is not None:
                return one.name
        raise NotInProfileError(bindings)

    def free(self, *, code: bool = False) -> str:
        """A text field of the parcels that carries nothing of the plan's rows; of codes alone if wanted."""
        fields = self.parcels.spec.fields
        found = [
            one.name
            for source in ("", "form:xzqdm")
            for one in fields
            if one.type == "text" and one.source == source and one.code >= code and not one.domain
        ]
        return self.profile.numbering.land_code if code and self.profile.numbering.land_code else found[0]

    @property
    def number(self) -> str:
        """The field of the parcels' numbers."""
        return self.profile.numbering.parcel

    @property
    def database(self) -> Path:
        """Where the database lies."""
        return self.folder / file_name(self.profile, "geodatabase", self.form)

    @property
    def workbook(self) -> Path:
        """Where the tables lie."""
        return self.folder / self.profile.files.tables


def square(number: int) -> Any:
    """One of the nine squares, from west to east and south to north."""
    column, row = number % 3, number // 3
    west, south = X + column * SIDE, Y + row * SIDE
    return shapely.box(west, south, west + SIDE, south + SIDE)


def at(east: float, north: float) -> tuple[float, float]:
    return X + east, Y + north


def the_plan() -> Plan:
    """A town of nine squares in which nothing is wrong."""
    homes = [use == "0701" for use in USES]
    whole = shapely.box(X, Y, X + 3 * SIDE, Y + 3 * SIDE)
    parcels = {
        "parcel_id": [f"K-{number:02d}" for number in range(1, 10)],
        "land_use": list(USES), "far": 1.8, "far_kind": "upper", "height_m": 36.0, "height_kind": "upper",
        "coverage_ratio": 0.3, "coverage_kind": "upper", "green_ratio": 0.35, "green_kind": "lower",
        "floor_area_m2": 18_000.0, "parking_spaces": 60.0, "status": "planned", "compatible_split": "7:3",
        "residents": [100.0 if home else np.nan for home in homes],
        "dwellings": [40.0 if home else np.nan for home in homes], "remarks": "保留现状乔木",
    }  # fmt: skip
    rows = {
        "boundary": ({"name": ["示例单元"]}, [whole]),
        "blocks": ({"block_id": ["JQ-1"], "name_zh": ["示例街区"]}, [whole]),
        "subblocks": (
            {"subblock_id": ["JF-1", "JF-2", "JF-3"], "block_id": ["JQ-1"] * 3},
            [shapely.box(X, Y + row * SIDE, X + 3 * SIDE, Y + (row + 1) * SIDE) for row in range(3)],
        ),
        "parcels": (parcels, [square(number) for number in range(9)]),
        "facilities": (
            {
                "facility_id": ["F-1", "F-2"], "parcel_id": ["K-07", "K-03"], "level": ["district", "street"],
                "service": ["primary_school", "culture"], "name_zh": ["示例小学", "示例文化馆"],
                "floor_area_m2": [9_000.0, 3_000.0], "site_area_m2": [10_000.0, 5_000.0],
            },
            [shapely.Point(at(50.5, 250.5)), shapely.Point(at(250.5, 50.5))],
        ),
        "streets": (
            {
                "street_id": ["S-1", "S-2"], "class": ["secondary", "local"], "name_zh": ["示例路", "示例街"],
                "red_line_width_m": [24.0, 18.0],
            },
            [
                shapely.LineString([at(-40, 100), at(150, 100), at(340, 100)]),
                shapely.LineString([at(100, -40), at(100, 150), at(100, 340)]),
            ],
        ),
        "control_lines": (
            {"line_id": ["L-1"], "kind": ["green"], "name_zh": ["示例绿线"]},
            [shapely.LineString([at(200, 100), at(300, 100), at(300, 200), at(200, 200), at(200, 100)])],
        ),
        "setbacks": (
            {"setback_id": ["T-1"], "parcel_id": ["K-01"], "kind": ["high"], "distance_m": [10.0]},
            [shapely.LineString([at(10, 10), at(40, 10), at(80, 10)])],
        ),
    }  # fmt: skip
    manifest = {
        "id": "K", "level": "parcel", "drawn_on": "2026-01-01", "crs": "EPSG:4548", "horizon": 2035,
        "title": {"zh": "示例单元控制性详细规划"}, "authority": "示例市自然资源和规划局", "synthetic": True,
        "residents": {"source": "parcels", "household_size": 2.5}, "packs": ["gb50137"],
    }  # fmt: skip
    layers = {
        name: gpd.GeoDataFrame(table, geometry=shapes, crs=CRS) for name, (table, shapes) in rows.items()
    }
    return Plan(manifest_from(manifest, "plan.toml"), layers)


def filled(tables: dict[str, CarriedTable]) -> dict[str, CarriedTable]:
    """What a plan does not say and an office fills in: residents of units, land codes, sponge-city ratios."""
    for table in tables.values():
        for one in table.spec.fields:
            if one.mandatory:
                unsaid: Any = "无" if one.type == "text" else 10.0
                table.cells[one.name] = [
                    unsaid if value is None else value for value in table.cells[one.name]
                ]
    for layer, field, values in (
        ("XG_GHFW", "RK", [400.0]), ("XG_JQJF", "RK", [400.0, 100.0, 100.0, 200.0]),
        ("XG_GHDK", "TDM", [f"TD{number:04d}" for number in range(1, 10)]),
        ("AC_RK_控规单元", "ZJRK", [400.0]),
    ):  # fmt: skip
        if layer in tables:
            tables[layer].cells[field] = values
    if "KG_DK" in tables:
        for lower, value in (("JZMDX", 10.0), ("RJLXX", 1.0), ("LDLSX", 60.0)):
            tables["KG_DK"].cells[lower] = [value] * 9
    return tables


def measured(case: Case) -> None:
    """Areas as the shapes have them."""
    floor = case.parcels.spec.carrying("parcels", "floor_area_m2")
    if floor is not None:
        case.parcels.cells[floor.name] = [round(1.8 * shape.area, 2) for shape in case.parcels.shapes]
    for table in case.tables.values():
        shapes = [shapely.Point() if isinstance(shape, bytes) else shape for shape in table.shapes]
        for one in table.spec.fields:
            if one.source == "area":
                table.cells[one.name] = list(sizes(shapes, case.profile, CRS))


def other_domain(case: Case) -> None:
    """A word that no domain has, in the first field with one."""
    for table in (case.parcels, *case.tables.values()):
        for one in table.spec.fields:
            if one.domain and table.rows:
                cell(table, one.name, "拟建")
                return
    raise NotInProfileError("domain")


def other_form(case: Case) -> None:
    """A value of another form: the split of uses where there is one, else the number of a parcel."""
    try:
        cell(case.parcels, case.field("compatible_split"), "7比3")
    except NotInProfileError:
        numbered(case, "_K-09")


def numbering_of(case: Case, key: str) -> str:
    """The field that numbers something."""
    field: str = getattr(case.profile.numbering, key)
    if not field:
        raise NotInProfileError(key)
    return field


def same_bsm(case: Case) -> None:
    """Two parcels with one identifier."""
    field = numbering_of(case, "bsm")
    cell(case.parcels, field, case.parcels.cells[field][1])


def other_parcel(case: Case, number: str) -> None:
    """The school stands on another parcel."""
    cell(case.table("facilities"), case.field("parcel_id", layer="facilities"), number)


def no_layer(case: Case) -> None:
    """Leave out the layer of the planned land."""
    del case.tables[case.table("boundary").spec.name]


def larger(case: Case) -> None:
    """The written area of the first parcel is too large."""
    field, step = case.field("area"), {"ha": 0.0002, "m2": 0.03}[case.profile.area.unit]
    cell(case.parcels, field, case.parcels.cells[field][0] + step)


def fewer_people(case: Case) -> None:
    """A unit with fewer residents than its parcels or blocks."""
    table = case.table("boundary")
    for one in case.profile.sums:
        field = table.spec.field(one.whole_field)
        if one.whole == table.spec.name and field is not None and field.source != "area":
            cell(table, one.whole_field, 350.0)
            return
    raise NotInProfileError("sums")


def no_line(case: Case) -> None:
    """Leave out the green line."""
    table = case.table("control_lines")
    dropped(table, table.rows.index(("control_lines", "L-1")))


def moved_setback(case: Case) -> None:
    table = case.table("setbacks")
    table.shapes[0] = translate(table.shapes[0], 200)


def cell(table: CarriedTable, field: str, value: Any, row: int = 0) -> None:
    table.cells[field][row] = value


def declared(case: Case, field: str, **changes: Any) -> None:
    """Declare a field of the parcels otherwise; without changes leave it out."""
    table = case.parcels
    fields = [
        one.model_copy(update=changes) if one.name == field else one
        for one in table.spec.fields
        if changes or one.name != field
    ]
    case.tables[table.spec.name] = CarriedTable(
        table.spec.model_copy(update={"fields": fields}), table.cells, table.shapes, table.rows
    )


def reshaped(case: Case, row: int, shape: Any) -> None:
    case.parcels.shapes[row] = shape
    measured(case)


def stretched(case: Case, row: int, west: float = 0.0, east: float = 0.0) -> None:
    """Move the west or east side of a square."""
    left, bottom, right, top = square(row).bounds
    reshaped(case, row, shapely.box(left + west, bottom, right + east, top))


def added(case: Case, shape: Any, like: int) -> None:
    """One more parcel, with the words of another, and its line in the tables."""
    table = case.parcels
    book = openpyxl.load_workbook(case.workbook)
    sheet = book["地块控制指标表"]
    lines = [
        row for row in sheet.iter_rows(min_row=2, max_col=sheet.max_column) if row[1].value or row[3].value
    ]
    copied = next(row for row in lines if row[0].value == table.cells[case.number][like])
    below = lines[-1][0].row + 1  # notes follow the lines
    sheet.insert_rows(below)
    for here in copied:
        sheet.cell(below, here.column, "K-10" if here is copied[0] else here.value)
    book.save(case.workbook)
    people = [table.spec.carrying("parcels", column) for column in ("residents", "dwellings")]
    for name, values in table.cells.items():
        values.append(None if name in {one.name for one in people if one} else values[like])
        if name == case.number:
            values[-1] = "K-10"
        if name == case.profile.numbering.land_code:
            values[-1] = "TD0010"
        if name == case.profile.numbering.bsm:
            values[-1] = max(values) + 1 if isinstance(values[0], float) else str(int(max(values)) + 1)
    table.shapes.append(shape)


def dropped(table: CarriedTable, row: int) -> None:
    for values in (*table.cells.values(), table.shapes):
        del values[row]


def printed(case: Case, sheet: str, key: str, column: int, value: Any) -> None:
    """Change a cell of the tables: in the line that begins with `key`; None takes the line out."""
    book = openpyxl.load_workbook(case.workbook)
    for row in book[sheet].iter_rows(min_row=2):
        if row[0].value == key:
            if value is None:
                book[sheet].delete_rows(row[0].row)
            else:
                row[column].value = value
            break
    book.save(case.workbook)
    book.close()


def renamed_sheet(case: Case) -> None:
    book = openpyxl.load_workbook(case.workbook)
    book["地块控制指标表"].title = "地块"
    book.save(case.workbook)


def turned(case: Case, change: Callable[[Any], Any]) -> None:
    for table in case.tables.values():
        table.shapes[:] = [shapely.transform(shape, change) for shape in table.shapes]


def formed(case: Case, **answers: Any) -> None:
    """Fill the form otherwise."""
    case.form |= answers
    day = the_plan().manifest.drawn_on
    (case.folder / case.profile.files.form).write_bytes(form_workbook(case.profile, case.form, day))


def spike(case: Case) -> None:
    ring = [at(0, 0), at(100, 0), at(100, 100), at(50, 100), at(50, 60), at(50, 100), at(0, 100)]
    reshaped(case, 0, shapely.Polygon(ring))


def arc(case: Case) -> None:
    """A street of a straight line and an arc; without streets a metre of a parcel's outer edge."""
    if case.profile.of("streets"):
        line, bend = (
            _curve(2, at(-40, 100), at(150, 100)),
            _curve(8, at(150, 100), at(250, 110), at(340, 100)),
        )
        case.table("streets").shapes[0] = struct.pack("<BII", 1, 9, 2) + line + bend
        return
    # It rises by 2 mm, less than an area with two decimals tells.
    west, east = at(50, 0), at(51, 0)
    bend = _curve(8, west, at(50.5, -0.002), east)
    rest = _curve(2, east, at(100, 0), at(100, 100), at(0, 100), at(0, 0), west)
    case.parcels.shapes[0] = struct.pack("<BIIBII", 1, 10, 1, 1, 9, 2) + bend + rest


def _curve(kind: int, *points: tuple[float, float]) -> bytes:
    """A line (2) or an arc (8) as well-known binary."""
    return struct.pack(f"<BII{2 * len(points)}d", 1, kind, len(points), *(one for xy in points for one in xy))


def two_parts(case: Case) -> None:
    dropped(case.parcels, 8)
    reshaped(case, 0, shapely.MultiPolygon([square(0), square(8)]))
    printed(case, "地块控制指标表", "K-09", 0, None)


def strip(case: Case) -> None:
    stretched(case, 0, east=-0.4)
    added(case, shapely.box(*at(99.6, 0), *at(100, 100)), 0)
    measured(case)


def needle(case: Case) -> None:
    tip = [at(100, 40), at(140, 42), at(100, 44)]
    reshaped(case, 0, shapely.Polygon([at(0, 0), at(100, 0), *tip, at(100, 100), at(0, 100)]))
    reshaped(case, 1, shapely.Polygon([at(200, 0), at(200, 100), at(100, 100), *tip[::-1], at(100, 0)]))


def island(case: Case) -> None:
    hole = shapely.box(*at(140, 140), *at(160, 160))
    reshaped(case, 4, shapely.difference(square(4), hole))
    added(case, hole, 4)
    measured(case)


def twice(case: Case) -> None:
    reshaped(case, 0, shapely.Polygon([at(0, 0), at(50, 0), at(50, 0), at(100, 0), at(100, 100), at(0, 100)]))


def other_zone(case: Case) -> None:
    layer = "streets" if case.profile.of("streets") else "parcels"
    moved = case.tables.pop(case.table(layer).spec.name)
    if case.tables:
        write_geodatabase(case.database, case.tables.values(), CRS, case.profile.files.dataset)
    write_geodatabase(case.database, [moved], pyproj.CRS("EPSG:4549"))


def numbered(case: Case, number: str) -> None:
    cell(case.parcels, case.number, number, 8)
    printed(case, "地块控制指标表", "K-09", 0, number)


def more_people(case: Case) -> None:
    cell(case.parcels, case.field("residents"), 200.0)
    case.field("dwellings")
    for one in case.profile.sums:
        if one.parts_field == case.field("residents"):
            cell(case.tables[one.whole], one.whole_field, 500.0)


def changed_digest(case: Case) -> None:
    write_digests(case.folder, case.profile)
    place = case.folder / case.profile.files.digests
    lines = place.read_text("utf-8").splitlines()
    place.write_text("\n".join(["0" * 64 + lines[0][64:], *lines[1:]]) + "\n", "utf-8")
    case.digests = False


def second_plan(case: Case) -> None:
    write_geodatabase(case.folder / "另一方案.gdb", case.tables.values(), CRS)


def in_other_system(case: Case) -> None:
    case.crs = pyproj.CRS("EPSG:32650")


def not_signed(case: Case) -> None:
    (case.folder / case.profile.files.form_document).unlink()


def no_report(case: Case) -> None:
    (case.folder / case.profile.files.report).unlink()


def renamed(case: Case) -> None:
    write_geodatabase(case.folder / "成果.gdb", case.tables.values(), CRS, case.profile.files.dataset)


#: Rule -> profile of the package, and what breaks it.
CASES: dict[str, tuple[str, Callable[[Case], Any]]] = {
    "qc-layer": ("hangzhou-xg", no_layer),
    "qc-field": ("hangzhou-xg", lambda case: declared(case, case.free())),
    "qc-type": ("hangzhou-xg", lambda case: declared(case, case.free(), type="double", length=None)),
    "qc-length": ("hangzhou-xg", lambda case: declared(case, case.free(), length=30)),
    "qc-mandatory": ("hangzhou-xg", lambda case: cell(case.parcels, case.field("plan:title.zh"), None)),
    "qc-domain": ("hangzhou-xg", other_domain),
    "qc-pattern": ("hangzhou-xg", other_form),
    "qc-blank": ("hangzhou-xg", lambda case: cell(case.parcels, case.field("remarks"), " 保留现状乔木")),
    "qc-code-chinese": ("hangzhou-xg", lambda case: cell(case.parcels, case.free(code=True), "土0001")),
    "qc-label": ("hangzhou-xg", lambda case: cell(case.parcels, case.field("use_name"), "公园绿地")),
    "qc-alias": ("hangzhou-xg", lambda case: declared(case, case.free(), title="限高")),
    "qc-bsm": ("wenzhou", same_bsm),
    "qc-ysdm": ("wenzhou", lambda case: cell(case.parcels, numbering_of(case, "ysdm"), "9999999999")),
    "qc-number-unique": ("hangzhou-xg", lambda case: numbered(case, "K-08")),
    "qc-number-gap": ("hangzhou-xg", lambda case: numbered(case, "K-10")),
    "qc-land-code": (
        "hangzhou-xg",
        lambda case: cell(case.parcels, numbering_of(case, "land_code"), "TD0002"),
    ),
    "qc-name": ("hangzhou-xg", renamed),
    "qc-valid": ("hangzhou-xg", spike),
    "qc-curve": ("hangzhou-xg", arc),
    "qc-multipart": ("hangzhou-xg", two_parts),
    "qc-overlap": ("hangzhou-xg", lambda case: stretched(case, 0, east=HAIR)),
    "qc-gap": ("hangzhou-xg", lambda case: stretched(case, 4, west=HAIR)),
    "qc-sliver": ("hangzhou-xg", strip),
    "qc-acute": ("hangzhou-xg", needle),
    "qc-vertex": ("hangzhou-xg", twice),
    "qc-hole": ("hangzhou-xg", island),
    "qc-outside": ("hangzhou-xg", lambda case: stretched(case, 0, west=-HAIR)),
    "qc-cover": ("hangzhou-xg", lambda case: stretched(case, 0, west=HAIR)),
    "qc-crs": ("hangzhou-xg", in_other_system),
    "qc-zone": ("hangzhou-xg", other_zone),
    "qc-axis": ("hangzhou-xg", lambda case: turned(case, lambda xy: xy[:, ::-1])),
    "qc-precision": ("hangzhou-xg", lambda case: turned(case, np.round)),
    "qc-vertical": ("hangzhou-xg", lambda case: formed(case, gcjz="1956黄海高程系")),
    "qc-area": ("hangzhou-xg", larger),
    "qc-range": ("hangzhou-xg", lambda case: cell(case.parcels, case.field("upper:coverage_ratio"), 120.0)),
    "qc-bounds": ("deqing", lambda case: cell(case.parcels, case.field("lower:coverage_ratio"), 40.0)),
    "qc-floor-area": ("deqing", lambda case: cell(case.parcels, case.field("floor_area_m2"), 30_000.0)),
    "qc-sum": ("hangzhou-xg", fewer_people),
    "qc-population": ("deqing", more_people),
    "qc-balance": ("hangzhou-xg", lambda case: printed(case, "规划用地平衡表", "0701", 4, 5.0)),
    "qc-town-limit": ("hangzhou-xg", lambda case: None),
    "qc-facility-parcel": ("hangzhou-xg", lambda case: other_parcel(case, "K-99")),
    "qc-facility-use": ("hangzhou-xg", lambda case: other_parcel(case, "K-01")),
    "qc-control-line": ("hangzhou-xg", no_line),
    "qc-text": ("hangzhou-xg", lambda case: printed(case, "地块控制指标表", "K-01", 6, 2.2)),
    "qc-sheet-line": ("hangzhou-xg", moved_setback),
    "qc-file": ("hangzhou-xg", not_signed),
    "qc-tables": ("hangzhou-xg", renamed_sheet),
    "qc-digest": ("hangzhou-xg", changed_digest),
    "qc-report": ("hangzhou-xg", no_report),
    "qc-form": ("hangzhou-xg", lambda case: formed(case, jbr=None)),
    "qc-one-plan": ("hangzhou-xg", second_plan),
}


def make_clean(profile: DeliveryProfile, folder: Path) -> Case:
    """A package in which nothing is wrong."""
    plan = the_plan()
    deliver(plan, check(plan), profile, folder, answers=ANSWERS)
    case = fresh(profile, folder)
    shutil.rmtree(case.database)
    write_geodatabase(case.database, case.tables.values(), CRS, profile.files.dataset)
    write_digests(folder, profile)
    return case


def fresh(profile: DeliveryProfile, folder: Path) -> Case:
    """What a clean package holds, to be changed."""
    plan = the_plan()
    form = fill(plan, profile, ANSWERS, 1, "入库")
    return Case(folder, profile, filled(carry(plan, profile, form)), form)


def make_broken(rule: str, clean: Path, folder: Path, profile: str = "") -> Case:
    """
    A package that is broken for one rule, made of a clean one of its profile, or of another profile.

    Raises
    ------
    NotInProfileError
        If the profile has nothing of what the rule is about; no package is left then.
    """
    name, breaks = CASES[rule]
    wanted = load_delivery_profile(profile or name)
    if rule in {"qc-outside", "qc-cover"} and not wanted.of("boundary"):
        raise NotInProfileError("boundary")
    shutil.copytree(clean, folder)
    case = fresh(wanted, folder)
    shutil.rmtree(case.database)
    try:
        breaks(case)
    except NotInProfileError:
        shutil.rmtree(folder)
        raise
    if not any(folder.glob("*.gdb")) or rule == "qc-one-plan":
        write_geodatabase(case.database, case.tables.values(), case.crs, case.profile.files.dataset)
    if case.digests:
        write_digests(folder, case.profile)
    if rule == "qc-digest":
        changed_digest(case)
    return case


def make_upper(folder: Path) -> None:
    """Two master plans: one that the town fits in, and one whose farmland it builds on."""
    limit = shapely.box(*at(-50, -50), *at(350, 350))
    park = shapely.LineString([at(200, 100), at(300, 100), at(300, 200), at(200, 200), at(200, 100)])
    for name, farmland in (
        ("upper.gpkg", shapely.box(*at(-40, -40), *at(-10, -10))),
        ("farmland.gpkg", square(0)),
    ):
        for layer, shape in (("CZKFBJ", limit), ("YJJBNT", farmland), ("ZXCQCSLVX", park)):
            frame = gpd.GeoDataFrame(pd.DataFrame({"BZ": [layer]}), geometry=[shape], crs=CRS)
            frame.to_file(folder / name, layer=layer, driver="GPKG")


def upper_of(rule: str) -> str:
    """The master plan that a case is judged by."""
    return "farmland.gpkg" if rule == "qc-town-limit" else "upper.gpkg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--profile", choices=PROFILES, help="all cases under this profile")
    asked = parser.parse_args()
    out = asked.out
    out.mkdir(parents=True)
    make_upper(out)
    for name in PROFILES:
        make_clean(load_delivery_profile(name), out / "clean" / name)
    for rule, (own, _) in CASES.items():
        name = asked.profile or own
        with contextlib.suppress(NotInProfileError):
            make_broken(rule, out / "clean" / name, out / rule, name)
    shutil.copy(Path(__file__).with_name("expected.toml"), out)


if __name__ == "__main__":
    main()
