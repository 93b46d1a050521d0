"""
Makes the public set of broken packages: for each rule of quality one that is broken for its reason alone.

``python examples/broken-packages/make.py --out DIR`` writes a folder for each case, two master plans, and
the clean packages they are made of. ``expected.toml`` says by hand what a checker must find in which.
"""

from __future__ import annotations

import argparse
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
    for table in case.tables.values():
        shapes = [shapely.Point() if isinstance(shape, bytes) else shape for shape in table.shapes]
        for one in table.spec.fields:
            if one.source == "area":
                table.cells[one.name] = list(sizes(shapes, case.profile, CRS))


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
    for row in list(book["地块控制指标表"].iter_rows(min_row=2, values_only=True)):
        if row[0] == table.cells["DKBH"][like]:
            book["地块控制指标表"].append(["K-10", *row[1:]])
    book.save(case.workbook)
    for name, values in table.cells.items():
        values.append(values[like])
        if name == "DKBH":
            values[-1] = "K-10"
        if name == "TDM":
            values[-1] = "TD0010"
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
    """A street of a straight line and an arc."""
    line = struct.pack("<BII4d", 1, 2, 2, *at(-40, 100), *at(150, 100))
    bend = struct.pack("<BII6d", 1, 8, 3, *at(150, 100), *at(250, 110), *at(340, 100))
    case.tables["XG_KZX"].shapes[0] = struct.pack("<BII", 1, 9, 2) + line + bend


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
    moved = case.tables.pop("XG_KZX")
    write_geodatabase(case.database, case.tables.values(), CRS, case.profile.files.dataset)
    write_geodatabase(case.database, [moved], pyproj.CRS("EPSG:4549"))


def numbered(case: Case, number: str) -> None:
    cell(case.parcels, "DKBH", number, 8)
    printed(case, "地块控制指标表", "K-09", 0, number)


def more_people(case: Case) -> None:
    cell(case.parcels, "RK", 200.0)
    cell(case.tables["AC_RK_控规单元"], "ZJRK", 500.0)


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
    "qc-layer": ("hangzhou-xg", lambda case: case.tables.pop("XG_GHFW")),
    "qc-field": ("hangzhou-xg", lambda case: declared(case, "XGLX")),
    "qc-type": ("hangzhou-xg", lambda case: declared(case, "XGLX", type="double", length=None)),
    "qc-length": ("hangzhou-xg", lambda case: declared(case, "XGLX", length=30)),
    "qc-mandatory": ("hangzhou-xg", lambda case: cell(case.parcels, "DYMC", None)),
    "qc-domain": ("hangzhou-xg", lambda case: cell(case.parcels, "GHDT", "拟建")),
    "qc-pattern": ("hangzhou-xg", lambda case: cell(case.parcels, "JRBL", "7比3")),
    "qc-blank": ("hangzhou-xg", lambda case: cell(case.parcels, "TXYQ", " 保留现状乔木")),
    "qc-code-chinese": ("hangzhou-xg", lambda case: cell(case.parcels, "TDM", "土0001")),
    "qc-label": ("hangzhou-xg", lambda case: cell(case.parcels, "DLMC", "公园绿地")),
    "qc-alias": ("hangzhou-xg", lambda case: declared(case, "XGLX", title="限高")),
    "qc-bsm": ("wenzhou", lambda case: cell(case.parcels, "bsm", case.parcels.cells["bsm"][1])),
    "qc-ysdm": ("wenzhou", lambda case: cell(case.parcels, "ysbm", "9999999999")),
    "qc-number-unique": ("hangzhou-xg", lambda case: numbered(case, "K-08")),
    "qc-number-gap": ("hangzhou-xg", lambda case: numbered(case, "K-10")),
    "qc-land-code": ("hangzhou-xg", lambda case: cell(case.parcels, "TDM", "TD0002")),
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
    "qc-area": ("hangzhou-xg", lambda case: cell(case.parcels, "MJ", 1.0002)),
    "qc-range": ("hangzhou-xg", lambda case: cell(case.parcels, "LDL", 120.0)),
    "qc-bounds": ("deqing", lambda case: cell(case.parcels, "JZMDXX", 40.0)),
    "qc-floor-area": ("deqing", lambda case: cell(case.parcels, "JZMJ", 30_000.0)),
    "qc-sum": ("hangzhou-xg", lambda case: cell(case.tables["XG_GHFW"], "RK", 450.0)),
    "qc-population": ("deqing", more_people),
    "qc-balance": ("hangzhou-xg", lambda case: printed(case, "规划用地平衡表", "0701", 4, 5.0)),
    "qc-town-limit": ("hangzhou-xg", lambda case: None),
    "qc-facility-parcel": ("hangzhou-xg", lambda case: cell(case.tables["XG_PTSS"], "DKBH", "K-99")),
    "qc-facility-use": ("hangzhou-xg", lambda case: cell(case.tables["XG_PTSS"], "DKBH", "K-01")),
    "qc-control-line": ("hangzhou-xg", lambda case: dropped(case.tables["XG_KZX"], 2)),
    "qc-text": ("hangzhou-xg", lambda case: printed(case, "地块控制指标表", "K-01", 6, 2.2)),
    "qc-sheet-line": (
        "hangzhou-xg",
        lambda case: case.tables["XG_TZX"].shapes.__setitem__(
            0, translate(case.tables["XG_TZX"].shapes[0], 200)
        ),
    ),
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


def make_broken(rule: str, clean: Path, folder: Path) -> Case:
    """A package that is broken for one rule, made of a clean one of its profile."""
    name, breaks = CASES[rule]
    shutil.copytree(clean, folder)
    case = fresh(load_delivery_profile(name), folder)
    shutil.rmtree(case.database)
    breaks(case)
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
    out = parser.parse_args().out
    out.mkdir(parents=True)
    make_upper(out)
    for name in PROFILES:
        make_clean(load_delivery_profile(name), out / "clean" / name)
    for rule, (name, _) in CASES.items():
        make_broken(rule, out / "clean" / name, out / rule)
    shutil.copy(Path(__file__).with_name("expected.toml"), out)


if __name__ == "__main__":
    main()
