"""Tables of sheets: their rows, their figures, and where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import shapely
import shapely.affinity
from tests.support.sheet_plans import a_row, drawn, facts_of, legend, written
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.plan import read
from blockplan.report.maps.canvas import Canvas
from blockplan.report.maps.svg import Frame
from blockplan.report.office import TABLES
from blockplan.report.office.columns import heading
from blockplan.report.office.phases import in_time
from blockplan.report.sheets import PAPERS, atlas
from blockplan.report.sheets.control import _fit, parcel_tables
from blockplan.report.sheets.extents import blocks, subblocks
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.panels import (
    facility_table,
    figures_of,
)
from blockplan.report.sheets.paper import MapWindow
from blockplan.report.sheets.parcellabels import PARCEL_BLOCKS, ParcelLabels
from blockplan.report.sheets.parcelmap import ground_of
from blockplan.report.sheets.plan_sheets import control_table
from blockplan.report.sheets.printed_tables import em, least, printed
from blockplan.report.sheets.scene import Scene
from blockplan.report.sheets.table_layout import LEAST_LETTERS, height_mm
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.plan import Plan


@pytest.mark.long
def test_phases_stand_in_the_order_of_time_on_map_and_table() -> None:
    assert sorted(["远期", "近期", "中期"], key=in_time) == ["近期", "中期", "远期"]
    assert sorted(["10", "9", "1"], key=in_time) == ["1", "9", "10"]
    dated = ["近期(至2025)", "中期", "远期(至2035)"]
    assert sorted([dated[2], dated[1], dated[0]], key=in_time) == dated
    assert sorted(["Phase 10", "近期2", "近期1", "Phase 9"], key=in_time) == [
        "Phase 9", "Phase 10", "近期1", "近期2"
    ]  # fmt: skip
    plan = a_row()
    plan = plan.replace(parcels=plan.layer("parcels").assign(phase=["远期", "近期", "中期", "2"]))
    (sheet,) = drawn(plan, "phases").sheets
    assert legend(sheet)[:4] == ["第 2 期", "近期", "中期", "远期"]
    table = TABLES["phases"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    assert [line.cells[0] for line in table.lines][:4] == ["2", "近期", "中期", "远期"]
    (sheet,) = drawn(plan, "phases", lang="en").sheets
    assert legend(sheet)[:4] == ["Phase 2", "near term", "medium term", "long term"]


def cells(table: dict[str, Any]) -> list[list[str]]:
    return [row["cells"] for row in table["rows"]]


def test_the_table_of_control_lines_says_what_each_covers_and_what_it_rests_on() -> None:
    derived = control_table(facts_of(a_row()))
    assert derived is not None
    assert cells(derived) == [["绿线", "1", "1.0000", "按用地推得"]]
    lines = [
        {"line_id": "L-1", "kind": "blue", "name_zh": "南河", "geometry": shapely.box(0, 0, 100, 50)},
        {"line_id": "L-2", "kind": "heritage", "geometry": shapely.LineString([(0, 0), (400, 0)])},
    ]
    drawn_ = control_table(facts_of(a_row(control_lines=lines)))
    assert drawn_ is not None
    assert [row[:2] for row in cells(drawn_)] == [
        ["蓝线", "1"],
        [Words("zh")("control_line.heritage"), "1"],
    ]
    assert [
        cells(drawn_)[0][drawn_["heads"].index("面积（公顷）")],
        cells(drawn_)[1][drawn_["heads"].index("长度（km）")],
    ] == ["0.5000", "0.40"]


def test_streets_that_cross_meet_whether_or_not_they_share_an_end() -> None:
    def met(*lines: list[tuple[float, float]]) -> list[tuple[float, float]]:
        streets = [{"class": "local", "geometry": shapely.LineString(line)} for line in lines]
        return sorted((x, y) for x, y, _ in facts_of(a_row(streets=streets)).junctions)

    assert met([(0, 50), (400, 50)], [(200, 0), (200, 100)]) == [(200, 50)]
    assert met([(0, 50), (400, 50)], [(200, 50), (200, 100)]) == [(200, 50)]
    assert met([(0, 50), (200, 50)], [(200, 50), (400, 50)], [(200, 50), (200, 100)]) == [(200, 50)]
    assert met([(0, 50), (200, 50)], [(200, 50), (400, 50)]) == []


def test_coordinates_belong_to_planned_streets_and_a_sheet_counts_the_junctions_of_its_lanes() -> None:
    def street(name: str | None, *line: tuple[float, float]) -> dict[str, Any]:
        return {"class": "local", "name_en": name, "geometry": shapely.LineString(line)}

    streets = [
        street("High Street", (0, 50), (400, 50)), street("Low Street", (200, 0), (200, 100)),
        *(street(None, (x, 0), (x, 100)) for x in (50, 100, 300)),
    ]  # fmt: skip
    lots = [{"subblock_id": "S-1", "geometry": shapely.box(0, 0, 400, 100)}]
    found = drawn(a_row(streets=streets, subblocks=lots), "subblock", lang="en")
    (text,) = written(found)
    assert [one in text for one in ("E=200.000", "E=100.000", "E=300.000")] == [True, False, False]
    assert "(innerlanes,ornoroomonthemap):3" in text


def test_a_street_without_a_class_is_said_to_have_none() -> None:
    streets = [{"geometry": shapely.LineString([(0, 50), (400, 50)])}]
    (sheet,) = drawn(a_row(streets=streets), "streets").sheets
    assert "道路（等级未载）" in legend(sheet)
    assert "支路" not in legend(sheet)


def test_long_remarks_on_parcels_below_a_map_begin_no_page_of_their_own() -> None:
    homes = {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "geometry": square(0, 0)}
    roads = [
        {
            "parcel_id": f"R-{at}",
            "land_use": "1207",
            "remarks": f"{at}：互通立交匝道用地，不设道路中心线，" + "按批准的交通组织方案实施，" * 4,
            "geometry": shapely.box(100, 20 * at, 120, 20 * at + 20),
        }
        for at in range(5)
    ]
    whole = {"subblock_id": "B-1", "geometry": shapely.box(0, 0, 120, 100)}
    found = drawn(plan_of(parcels=[homes, *roads], subblocks=[whole]), "subblock")
    # A page after the map's has tables, and not the end of their remarks alone.
    assert all("用地代码" in page for page in written(found)[1:])


def test_a_table_stands_whole_below_its_map_or_on_pages_of_its_own() -> None:
    def placed(count: int) -> tuple[float, float]:
        parcels = [
            {
                "parcel_id": f"P-{at:02}",
                "land_use": "0701",
                "far_max": 1.5,
                "geometry": square(30.0 * at, 0, 30, 90),
            }
            for at in range(count)
        ]
        facts = facts_of(plan_of(parcels=parcels))
        (extent,) = subblocks(facts)
        (table,) = tables = parcel_tables(facts, [str(name) for name in facts.names])
        found = _fit(facts, PAPERS["A3"], extent, tables)
        return found.layout.table_mm, height_mm(table, found.layout.body[0]) * LEAST_LETTERS

    below, needed = placed(8)
    assert 0 < needed <= below
    assert all(below == 0 or needed <= below for below, needed in map(placed, (12, 14, 15)))


def test_numbers_of_a_narrow_table_have_the_width_that_they_take() -> None:
    heads, rows = (
        ["项目", "千人指标", "Required per thousand"],
        [["公园绿地与开敞空间", "21,300.01", "20,000.00"]],
    )
    widths = least(heads, rows, ["left", "right", "right"])
    assert widths[0] == 0.0
    assert widths[1:] == [
        pytest.approx(em("21,300.01"), abs=0.01),
        pytest.approx(1.08 * em("Required"), abs=0.6),
    ]
    # A unit that is no ASCII sign does not make a heading one that breaks anywhere.
    assert least(["Per resident\n(m²)"], [["20.00"]], ["right"]) == [pytest.approx(em("resident"), abs=0.01)]


def test_rows_of_a_table_of_subtotals_alone_are_not_all_bold() -> None:
    plan = plan_of(
        parcels=[
            {"parcel_id": f"P-{at}", "block_id": "B-1", "subblock_id": f"B-1-{at}", "land_use": "0902",
             "floor_area_m2": 1000.0, "geometry": square(100.0 * at, 0)}
            for at in range(2)
        ]
    )  # fmt: skip
    view = View(plan, check(plan, packs=["zone"]), Words("zh"))
    made = printed(view, TABLES["loads"](view), keep=lambda line: line.kind != "row")
    assert made is not None
    kinds = {row["cells"][0]: row["kind"] for row in made["rows"]}
    assert (kinds["B-1"], kinds["B-1-0"], made["rows"][-1]["kind"]) == ("subtotal", "row", "total")


@pytest.mark.long
def test_parcels_without_conditions_stand_in_columns_without_rows_of_dashes_and_count_in_the_sum() -> None:
    homes = {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "geometry": square(0, 0)}
    green = [
        {"parcel_id": f"G-{at}", "land_use": "1401", "remarks": "保留", "geometry": square(100.0 * at, 100)}
        for at in range(8)
    ]
    road = {"parcel_id": "R-1", "land_use": "1207", "geometry": shapely.box(0, 200, 800, 220)}
    whole = {"subblock_id": "B-1", "geometry": shapely.box(0, 0, 800, 200)}
    found = drawn(plan_of(parcels=[homes, *green, road], subblocks=[whole]), "subblock", "tables")
    bound, unbound = [one for shelf in found.sheets[0].data["shelves"] for one in shelf]
    assert [(row["kind"], row["cells"][0]) for row in bound["rows"]] == [
        ("row", "P-1"), ("subtotal", "其他（8 块）"), ("total", "合计（9 块）"),
    ]  # fmt: skip
    assert [row["cells"][3] for row in bound["rows"]] == ["10,000", "80,000", "90,000"]
    assert bound["ems"][0] >= em("其他（8 块）")
    assert [row["cells"][0] for row in unbound["rows"]] == [f"G-{at}" for at in range(8)]
    assert not any("—" in row["cells"] for row in unbound["rows"])
    assert len(unbound["columns"]) == 2
    assert unbound["notes"] == ["G-0、G-1、G-2、G-3、G-4、G-5、G-6、G-7：保留"]
    (rest,) = [
        one for shelf in found.sheets[-1].data["shelves"] for one in shelf if "图则以外" in one["title"]
    ]
    assert [head.split("\n")[0] for head in rest["heads"]] == ["地块编号", "用地代码", "用地名称", "用地面积"]
    assert any(head.startswith("容积率") for head in bound["heads"])


@pytest.mark.long
def test_the_facilities_of_a_block_are_numbered_from_one() -> None:
    plan = read("examples/demonstration-zone")
    facts = Facts(View(plan, check(plan), Words("en")))
    for block in blocks(facts):
        table = facility_table(facts, block)
        assert table is not None
        assert [row["cells"][0] for row in table["rows"]] == [str(at + 1) for at in range(len(table["rows"]))]


@pytest.mark.long
def test_the_figures_of_a_part_have_their_units() -> None:
    plan = read("examples/demonstration-zone")
    facts = Facts(View(plan, check(plan), Words("en")))
    told = dict(figures_of(facts, blocks(facts)[0])["rows"])
    assert told["Dwellings"].endswith("dwellings")
    assert told["Residents"].endswith("people")
    assert told["Parking"].endswith("spaces")


def test_parcels_in_no_subblock_are_on_a_sheet_and_not_in_one_of_its_name() -> None:
    facts = facts_of(a_row(), "en")
    (piece,) = subblocks(facts)
    assert figures_of(facts, piece)["rows"][0] == ["Sheet", "F-1"]


@pytest.mark.long
def test_chinese_tables_say_hectares_in_one_way() -> None:
    for made in (TABLES[name](facts_of(a_row(), "zh").view) for name in ("land_balance", "phases")):
        assert not [one.key for one in made.columns if "ha" in heading(facts_of(a_row(), "zh").view, one)]


def test_figures_per_thousand_of_which_none_is_known_are_not_printed() -> None:
    def table(plan: Plan) -> dict[str, Any] | None:
        view = View(plan, check(plan, packs=["sdg11"]), Words("en"))
        return printed(view, TABLES["per_thousand"](view))

    school = {"facility_id": "F-1", "geometry": shapely.Point(5, 5)}
    assert table(plan_of(facilities=[school])) is None
    assert table(plan_of(facilities=[school | {"service": "library", "floor_area_m2": 90.0}])) is not None


def test_loads_of_which_none_is_known_are_not_printed_nor_what_they_would_rest_on() -> None:
    works = {"parcel_id": "N1", "land_use": "1001", "geometry": square(565_000, 5_940_000)}
    plan = plan_of(manifest={"crs": "EPSG:25832"}, parcels=[works])
    made = atlas(plan, check(plan, packs=["sdg11"]), "en", kinds=["tables"])
    said = " ".join(sheet.title for sheet in made.sheets)
    assert "Land-use balance" in said
    assert "Capacity" not in said
    assert "sources" not in said
    # The floor area that a plan allows is no load.
    bounded = plan_of(manifest={"crs": "EPSG:25832"}, parcels=[works | {"far": 0.4, "far_kind": "upper"}])
    made = atlas(bounded, check(bounded, packs=["sdg11"]), "en", kinds=["tables"])
    assert "Capacity" not in " ".join(sheet.title for sheet in made.sheets)


def test_loads_have_one_decimal_throughout_and_their_blocks_and_parcels_stand_on_the_left() -> None:
    homes = [
        {"parcel_id": f"P-{at}", "block_id": "K", "land_use": "0902", "floor_area_m2": floor,
         "geometry": square(100.0 * at, 0)}
        for at, floor in enumerate((10_000.0, 1_234.0))
    ]  # fmt: skip
    plan = plan_of(manifest={"crs": "EPSG:4548"}, parcels=homes)
    view = View(plan, check(plan, packs=["zone"]), Words("en"))
    table = printed(view, TABLES["loads"](view))
    assert table is not None
    at = table["heads"].index("Water\n(m³/d)")
    assert {len(row["cells"][at].partition(".")[2]) for row in table["rows"]} == {1}
    assert (table["align"][0], table["indented"]) == ("left", 0)
    balance = printed(view, TABLES["land_balance"](view))
    assert balance is not None
    assert (balance["align"][0], balance["indented"]) == ("center", 1)


def test_the_use_of_a_parcel_that_is_not_known_is_a_dash_in_its_index_block() -> None:
    land = shapely.box(0, 0, 100, 100)
    facts = facts_of(plan_of(parcels=[{"parcel_id": "N1", "land_use": None, "far": 0.4, "geometry": land}]))
    scene = Scene(Canvas(MapWindow(Frame(-20, -20, 120, 120), 0, 0, 140, 140)), facts, 1_000)
    ParcelLabels(scene, ground_of(scene, range(1)), PARCEL_BLOCKS, []).all()
    head, *_ = re.findall(
        r"<text [^>]*#ffffff[^>]*>[^<]+</text>.*?>([^<>]+)</text>", "".join(scene.canvas.layers["labels"])
    )
    assert head == "—"
