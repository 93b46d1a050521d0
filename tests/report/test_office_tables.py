from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.support.handmade import cell, frame, hand_made, manifest, result, verdict

from blockplan.check import check
from blockplan.exchange.office.road_remarks import road_remark
from blockplan.figures import shared_out
from blockplan.measure import measure
from blockplan.measure.indicators.loads import read_factors
from blockplan.measure.measurement import Measurement
from blockplan.plan import Plan, read
from blockplan.report.office import TABLES, OfficeTable, as_data, office_tables, workbook
from blockplan.report.office.columns import (
    DECIMALS,
    NOT_APPLICABLE,
    TEXTS,
    Column,
    Line,
    heading,
    on_paper,
    shown,
)
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.panels import part_table
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from openpyxl import Workbook

SHEETS = [*TABLES, "sources"]
ZONE = Path(__file__).parents[2] / "examples" / "demonstration-zone"
EMPTY = {"verdicts": (), "reported": (), "statements": (), "faults": ()}


def of(plan: Plan, name: str, lang: str = "en", **found: Any) -> OfficeTable:
    return TABLES[name](View(plan, result(**(found or EMPTY)), Words(lang)))


def records(table: OfficeTable) -> list[dict[str, Any]]:
    return [
        {"kind": line.kind, "depth": line.depth}
        | dict(zip((one.key for one in table.columns), line.cells, strict=True))
        for line in table.lines
    ]


def amount(cell: str | float | None) -> float:
    """A cell in a sum: what does not apply, or is not known of land in reserve, adds nothing."""
    return cell if isinstance(cell, int | float) else 0


def land(*rows: tuple[str | None, str | None, float], **columns: Any) -> Plan:
    """Parcels of (existing use, planned use, ha), side by side."""
    shaped = [
        {
            "parcel_id": f"P{at}", "existing_land_use": now, "land_use": then,
            "geometry": shapely.box(1000 * at, 0, 1000 * at + 100, 100 * ha), **columns,
        }
        for at, (now, then, ha) in enumerate(rows)
    ]  # fmt: skip
    return Plan(manifest(), {"parcels": frame(shaped)})


@pytest.fixture(scope="module")
def zone() -> tuple[View, list[OfficeTable]]:
    plan = read(ZONE)
    view = View(plan, check(plan), Words("zh"))
    return view, office_tables(view)


@pytest.fixture(scope="module")
def book(zone: tuple[View, list[OfficeTable]]) -> Workbook:
    return load_workbook(io.BytesIO(workbook(*zone)))


@given(
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=40),
    st.integers(min_value=0, max_value=10**6),
)
def test_shares_add_up_to_the_whole_and_none_is_off_by_one(parts: list[float], whole: int) -> None:
    found = shared_out(parts, whole)
    total = sum(parts)
    assert sum(found) == (whole if total > 0 else 0)
    if total > 0:
        assert all(
            abs(share - part / total * whole) < 1 + 1e-6 for share, part in zip(found, parts, strict=True)
        )


def test_the_balance_of_a_small_plan_checked_by_hand() -> None:
    plan = land(("0103", "0701", 1.0), ("0103", "080403", 1.0), ("0703", "1701", 1.0))
    rows = records(of(plan, "land_balance"))
    said = [(row["kind"], row["depth"], row["code"], row["existing_ha"], row["planned_ha"]) for row in rows]
    assert said == [
        ("row", 0, "07", 0, 1.0), ("row", 1, "0701", 0, 1.0),
        ("row", 0, "08", 0, 1.0), ("row", 1, "0804", 0, 1.0), ("row", 2, "080403", 0, 1.0),
        ("subtotal", 0, "", 0, 2.0),
        ("row", 0, "07", 1.0, 0), ("row", 1, "0703", 1.0, 0), ("subtotal", 0, "", 1.0, 0),
        ("row", 0, "01", 2.0, 0), ("row", 1, "0103", 2.0, 0),
        ("row", 0, "17", 0, 1.0), ("row", 1, "1701", 0, 1.0), ("subtotal", 0, "", 2.0, 1.0),
        ("total", 0, "", 3.0, 3.0),
    ]  # fmt: skip
    # Two groups of 66.67 and 33.33 %, and 66.67 cannot be halved: the first class takes the rest.
    top = [row["planned_share"] for row in rows if row["depth"] == 0 and row["kind"] == "row"]
    assert top == [33.34, 33.33, 0, 0, 33.33]
    assert [row["construction_share"] for row in rows[:3]] == [50, 50, 50]
    assert rows[-1]["construction_share"] == NOT_APPLICABLE
    assert [row["change_ha"] for row in rows if row["kind"] != "row"] == [2.0, -1.0, -1.0, 0.0]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "0103", "1001", "0703", "0804", "080403", "999", "1701"]),
            st.sampled_from([None, "0701", "0804", "080403", "080404", "1401", "16", "0301", "1202", "X1"]),
            st.floats(0.01, 40),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_level_of_any_balance_adds_up_as_printed(
    rows: list[tuple[str | None, str | None, float]],
) -> None:
    table = records(of(land(*rows), "land_balance"))
    total = table[-1]
    assert total["planned_share"] == 100
    for column in ("planned_ha", "planned_share", "existing_ha", "existing_share"):
        if total[column] is None:
            continue
        hundredths = [(row, round(row[column] * 100)) for row in table]
        assert sum(n for row, n in hundredths if row["kind"] == "subtotal") == round(total[column] * 100)
        tops = sum(n for row, n in hundredths if row["kind"] == "row" and row["depth"] == 0)
        assert tops == round(total[column] * 100)
        for at, (row, number) in enumerate(hundredths):
            below = []
            for other, n in hundredths[at + 1 :]:
                if other["kind"] != "row" or other["depth"] <= row["depth"]:
                    break
                below += [n] if other["depth"] == row["depth"] + 1 else []
            assert row["kind"] != "row" or not below or sum(below) == number


def test_where_existing_use_is_not_known_nothing_is_said_of_change() -> None:
    none = of(land((None, "0701", 1.0)), "land_balance")
    assert [row["existing_ha"] for row in records(none)] == [None] * len(none.lines)
    assert any("do not say how land is used now" in note for note in none.notes)
    partly = of(land((None, "0701", 1.0), ("0103", "0701", 2.0)), "land_balance")
    rows = records(partly)
    assert rows[-1]["existing_ha"] == 3.0
    assert [row["change_ha"] for row in rows] == [None] * len(rows)
    assert any("not known: 1, of 1" in note for note in partly.notes)


def test_land_per_person_is_unknown_without_residents_and_planned_land_over_them_with() -> None:
    assert records(of(land(("0103", "0701", 1.0)), "land_balance"))[-1]["per_person_m2"] is None
    peopled = land(("0103", "0701", 1.0), residents=400.0)
    assert records(of(peopled, "land_balance"))[-1]["per_person_m2"] == 25


def test_an_item_that_a_rule_judges_says_what_is_asked_for_and_whom_it_carries() -> None:
    measured = Measurement("nursing_beds_per_1000", 10.0, "bed", per=1000, supply=500.0)
    one = verdict("beds", "pass", measured=10.0, unit="bed", measurement=measured)
    one = replace(one, required=replace(one.required, op=">=", value=9.5))
    plan = land(("0103", "0701", 1.0), residents=50_000.0)
    rows = records(of(plan, "per_thousand", verdicts=(one,)))
    beds = next(row for row in rows if row["item"] == "Nursing beds")
    assert (beds["supply"], beds["per_1000"], beds["required_op"], beds["required_per_1000"]) == (
        500, 10.0, "≥", 9.5,
    )  # fmt: skip
    assert beds["carries"] == 52_631
    assert beds["outcome"] == "✓ pass"
    park = next(row for row in rows if row["item"] == "Park green space")
    assert (park["supply"], park["per_1000"], park["required_per_1000"]) == (0, 0, "")
    hospital = next(row for row in rows if row["item"] == "Hospital beds")
    assert hospital["supply"] is None  # the plan has no layer of facilities


def test_a_parcel_has_its_bounds_on_the_side_that_its_kind_says() -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "B", "land_use": "0701", "far": 1.5, "far_kind": "lower", "geometry": cell(0, 0)},
        {"parcel_id": "A", "land_use": "1001", "far": 2.0, "green_ratio": 0.2, "far_min": 1.2,
         "declared_area_m2": 39_000.0, "coverage_ratio": 0.45, "height_m": 24.5, "geometry": cell(1, 0)},
    ])})  # fmt: skip
    a, b = records(of(plan, "parcels"))
    assert (a["parcel_id"], a["far_min"], a["far_max"], a["site_area_m2"]) == ("A", 1.2, 2.0, 39_000)
    assert (a["coverage_max"], a["coverage_min"], a["green_min"], a["height_max_m"]) == (45, None, 20, 24.5)
    assert (b["far_min"], b["far_max"], b["site_area_m2"]) == (1.5, None, 40_000)


@pytest.mark.long
def test_loads_add_up_and_what_is_unknown_leaves_the_known_part(zone: tuple[View, list[OfficeTable]]) -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "A", "block_id": "K", "land_use": "0902", "floor_area_m2": 1000.0,
         "geometry": cell(0, 0)},
        {"parcel_id": "B", "block_id": "K", "land_use": "0902", "geometry": cell(1, 0)},
    ])})  # fmt: skip
    rows = records(of(plan, "loads"))
    assert [(row["place"], row["place_kind"], row["power_kw"]) for row in rows] == [
        ("K", "block", None), ("A", "parcel", 42.0), ("B", "parcel", None),
        ("", "plan", None), ("", "plan (known part)", 42.0),
    ]  # fmt: skip
    whole = records(zone[1][5])
    blocks = [row for row in whole if row["place_kind"] == "街区"]
    assert whole[-1]["residents"] == sum(row["residents"] for row in blocks) == 50_000
    assert whole[-1]["water_m3_d"] == round(sum(row["water_m3_d"] for row in blocks), 1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0701", "0902", "1207", "1401"]),
            st.sampled_from(["", "K1-S1", "K1-S2", "K2-S1"]),
            st.floats(1, 9_999).map(lambda one: round(one, 3)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_printed_loads_of_each_level_add_up_to_what_stands_above_them(
    parcels: list[tuple[str, str, float]],
) -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": f"P{at:02}", "land_use": use, "subblock_id": sub or None,
         "block_id": sub.partition("-")[0] or None, "floor_area_m2": floor, "geometry": cell(at, 0)}
        for at, (use, sub, floor) in enumerate(parcels)
    ])})  # fmt: skip
    table = of(plan, "loads")
    numbers = [at for at, column in enumerate(table.columns) if column.form not in {"text", "code"}]
    (whole, *_), lines = [line for line in table.lines if line.kind == "total"], table.lines
    top = [line for line in lines if line.kind == "subtotal" and line.depth == 0]
    for at in numbers:
        if top and whole.cells[at] is not None and table.columns[at].key != "residents":
            assert round(sum(amount(line.cells[at]) for line in top), 3) == amount(whole.cells[at])
    for start, block in enumerate(lines):
        if block.cells[1] != "block":
            continue
        after = lines[start + 1 :]
        end = next((at for at, line in enumerate(after) if line.depth == 0), len(after))
        below = [line for line in after[:end] if line.kind == "subtotal"]
        for at in numbers:
            if below and block.cells[at] is not None:
                assert round(sum(amount(line.cells[at]) for line in below), 3) == amount(block.cells[at])


def test_no_home_on_offices_does_not_apply_and_on_land_in_reserve_is_not_known() -> None:
    uses = {"S-1": "0902", "S-2": "16", "S-3": "1401", "S-4": "0701"}
    floors = {"S-1": 1000.0, "S-4": 0.0}
    plan = Plan(manifest(), {
        "parcels": frame([
            {"parcel_id": f"{sub}-1", "land_use": use, "subblock_id": sub, "phase": sub,
             "floor_area_m2": floors.get(sub), "dwellings": 0.0 if sub == "S-4" else None,
             "geometry": cell(at, 0)}
            for at, (sub, use) in enumerate(uses.items())
        ]),
        "subblocks": frame([
            {"subblock_id": sub, "geometry": cell(at, 0)} for at, sub in enumerate(uses)
        ]),
    })  # fmt: skip
    homes = {"S-1": NOT_APPLICABLE, "S-2": None, "S-3": NOT_APPLICABLE, "S-4": 0}
    table = of(plan, "phases")
    phases = {row["phase"]: row for row in records(table)}
    assert {sub: phases[sub]["dwellings"] for sub in uses} == homes
    assert [phases[sub]["phase_floor_m2"] for sub in uses] == [1000, None, NOT_APPLICABLE, 0]
    assert table.notes == (TEXTS("phases.note.reserve", "en"),)
    rows = {row["place"]: row for row in records(of(plan, "loads")) if row["kind"] == "subtotal"}
    assert {sub: rows[sub]["dwellings"] for sub in uses} == homes
    assert [rows[sub]["floor_area_m2"] for sub in uses] == [1000, None, NOT_APPLICABLE, 0]
    parts = part_table(Facts(View(plan, result(**EMPTY), Words("en"))))
    assert parts is not None
    at = parts["heads"].index("Dwellings")
    assert [row["cells"][at] for row in parts["rows"][:4]] == ["／", "—", "／", "0"]


def test_land_in_no_subblock_has_a_line_of_its_own_so_that_loads_add_up() -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "A", "subblock_id": "S", "land_use": "0902", "floor_area_m2": 1000.0,
         "geometry": cell(0, 0)},
        {"parcel_id": "R", "land_use": "1207", "geometry": cell(1, 0)},
    ])})  # fmt: skip
    rows = [row for row in records(of(plan, "loads")) if row["kind"] != "row"]
    assert [row["place_kind"] for row in rows] == ["subblock", "land in no subblock", "plan"]
    assert rows[1]["water_m3_d"] > 0
    assert round(rows[0]["water_m3_d"] + rows[1]["water_m3_d"], 1) == rows[2]["water_m3_d"]


def test_a_facility_without_a_name_is_called_by_its_kind_and_not_by_its_id() -> None:
    plan = Plan(manifest(), {"facilities": frame([
        {"facility_id": "w80319114", "service": "library", "geometry": shapely.Point(1, 1)},
        {"facility_id": "w80319115", "service": "clinic", "name_en": "East", "geometry": shapely.Point(2, 2)},
    ])})  # fmt: skip
    rows = records(of(plan, "facilities"))
    assert sorted(row["facility_name"] for row in rows) == ["East", "Library"]


def test_whether_a_facility_shares_a_building_is_said_only_where_land_tells_it() -> None:
    plan = Plan(manifest(), {
        "parcels": frame([
            {"parcel_id": "A", "land_use": "0701", "geometry": cell(0, 0)},
            {"parcel_id": "B", "land_use": "0806", "geometry": cell(1, 0)},
        ]),
        "facilities": frame([
            {"facility_id": f"F{at}", "service": "clinic", "parcel_id": host, "site_area_m2": site,
             "geometry": cell(at, 0).centroid}
            for at, (host, site) in enumerate([("A", None), ("B", 900.0), ("B", None), (None, None)])
        ]),
    })  # fmt: skip
    told = {
        (row["parcel_id"], row["facility_site_m2"]): row["setting"] for row in records(of(plan, "facilities"))
    }
    assert told == {
        ("A", None): "within another building", ("B", 900): "on land of its own",
        ("B", None): None, ("", None): None,
    }  # fmt: skip


def test_tables_of_a_plan_without_parcels_say_that_there_is_nothing_and_no_zero() -> None:
    view = View(Plan(manifest(), {}), result(**EMPTY), Words("en"))
    book = load_workbook(io.BytesIO(workbook(view, office_tables(view))))
    for name in ("land_balance", "parcels", "loads", "parking"):
        said = [row[0].value for row in book[name].iter_rows(min_row=3)]
        assert said[0] == "The plan's data have nothing that stands in this table."
        assert not any("0 ha" in one for one in said)


def test_parking_tells_what_is_known_of_it_and_asks_nothing_of_a_car_park_without_spaces() -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "A", "land_use": "0902", "floor_area_m2": 1000.0, "parking_spaces": 12.0,
         "geometry": cell(0, 0)},
        {"parcel_id": "B", "land_use": "1303", "floor_area_m2": 800.0, "geometry": cell(1, 0)},
        {"parcel_id": "C", "land_use": "120803", "geometry": cell(2, 0)},
    ])})  # fmt: skip
    rows = records(of(plan, "parking"))
    none = NOT_APPLICABLE
    columns = ("parking_floor_m2", "parking_stated", "parking_factor", "parking")
    assert [tuple(row[key] for key in columns) for row in rows] == [
        (1000, 12, none, 12), (800, none, None, None), (none, none, none, none),
        (1800, 12, None, None), (1800, 12, 0, 12),
    ]  # fmt: skip


def test_the_total_of_parking_says_no_zero_of_what_no_parcel_states_or_no_factor_counts() -> None:
    home = {"parcel_id": "A", "land_use": "0902", "floor_area_m2": 1000.0, "geometry": cell(0, 0)}
    garage = {"parcel_id": "C", "land_use": "120803", "geometry": cell(2, 0)}
    sums = []
    for more in ({}, {"parking_spaces": 12.0}):
        total = records(of(Plan(manifest(), {"parcels": frame([home | more, garage])}), "parking"))[-1]
        sums.append((total["parking_stated"], total["parking_factor"], total["parking"]))
    (stated, by_factor, every), second = sums
    assert stated == NOT_APPLICABLE
    assert by_factor == every > 0
    assert second == (12, NOT_APPLICABLE, 12)


def test_streets_have_the_length_that_the_density_of_the_plan_is_measured_by(
    zone: tuple[View, list[OfficeTable]],
) -> None:
    rows = records(zone[1][4])
    (density,) = measure(zone[0].plan, "street_density")
    assert rows[-1]["density"] == round(density.value or np.nan, 2)
    streets, classes = ([row for row in rows if row["kind"] == kind] for kind in ("row", "subtotal"))
    driven = [row for row in classes if not row["street_name"].startswith("步行道")]
    assert sum(row["length_m"] for row in streets) == sum(row["length_m"] for row in classes)
    for column in ("length_m", "sections"):
        assert sum(row[column] for row in driven) == rows[-1][column]
    assert round(sum(row["density"] for row in driven), 2) == rows[-1]["density"]


def test_a_cell_of_the_streets_that_applies_to_no_line_says_so(zone: tuple[View, list[OfficeTable]]) -> None:
    rows = records(zone[1][4])
    of_one = ("street_class", "width_min_m", "width_max_m", "direction")
    assert {row["density"] for row in rows if row["kind"] == "row"} == {NOT_APPLICABLE}
    assert {row[key] for row in rows if row["kind"] != "row" for key in of_one} == {NOT_APPLICABLE}


def test_paper_leaves_out_a_column_that_says_nothing_but_that_it_does_not_apply() -> None:
    columns = (Column("width_min_m", "one", ""), Column("length_m", "whole", ""))
    assert on_paper(columns, [Line((None, 40)), Line((NOT_APPLICABLE, 40), "total")]) == [1]


@pytest.mark.long
def test_the_workbook_has_its_sheets_with_headings_in_the_language_of_the_reader(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    heads = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book}
    assert heads["land_balance"][:3] == ["用地代码", "用地名称", "现状面积\n（公顷）"]
    assert heads["loads"][10] == "用水\n（m³/d）"
    lines = {
        sheet.title: next(
            (row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 2).value is None),
            sheet.max_row + 1,
        )
        for sheet in book
    }
    assert lines["parcels"] == 2 + 647
    assert lines["facilities"] == 2 + 44
    balance = book["land_balance"]
    assert balance.cell(lines["land_balance"] - 1, 6).value == 100
    assert balance.cell(lines["land_balance"] - 1, 5).number_format == "#,##0.00"
    assert balance["B3"].alignment.indent == 1
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_last_sheet_explains_every_column_and_names_the_source_of_every_factor(
    zone: tuple[View, list[OfficeTable]], book: Workbook
) -> None:
    lines = [tuple(str(value or "") for value in row) for row in book["sources"].iter_rows(values_only=True)]
    for table in zone[1]:
        title = TEXTS(f"title.{table.name}", "zh")
        for column in table.columns:
            found = [row for row in lines if row[:2] == (title, heading(zone[0], column))]
            assert found, column.key
            assert all(row[2] and row[3] for row in found)
    office = [row for row in lines if row[3].startswith("[仅一家编制单位的表]")]
    factors = read_factors()
    assert len(office) == sum(one.source == "office" for own in factors.by_load.values() for one in own)
    jobs = [row[2] for row in lines if row[:2] == (TEXTS("title.loads", "zh"), TEXTS("heading.jobs", "zh"))]
    assert "0901：每岗 50 平方米建筑面积" in " ".join(jobs)


def test_no_number_or_word_of_a_heading_is_cut_in_the_workbook(
    zone: tuple[View, list[OfficeTable]],
) -> None:
    plan, found = zone[0].plan, zone[0].result
    view = View(plan, found, Words("en"))
    made = office_tables(view)
    book = load_workbook(io.BytesIO(workbook(view, made)))
    for table in made:
        sheet = book[table.name]
        given = {
            at: one.width for one in sheet.column_dimensions.values() for at in range(one.min, one.max + 1)
        }
        for at, column in enumerate(table.columns):
            said = [shown(line.cells[at], column.form) for line in table.lines if column.form in DECIMALS]
            assert given[at + 1] > max(map(len, [*heading(view, column).split(), *said]), default=0)
            lines = len(heading(view, column)) / given[at + 1]
            assert sheet.row_dimensions[1].height >= 15 * lines


def test_a_table_without_a_line_says_why_on_its_own_sheet(zone: tuple[View, list[OfficeTable]]) -> None:
    changes = next(one for one in zone[1] if one.name == "changes")
    assert not changes.lines
    sheet = load_workbook(io.BytesIO(workbook(*zone)))["changes"]
    assert [row[0].value for row in sheet.iter_rows(min_row=4)] == [*changes.notes]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_has_a_heading_and_a_meaning_of_its_own_language(lang: str) -> None:
    view = View(hand_made(), result(), Words(lang))
    for table in office_tables(view):
        assert lang in TEXTS.text(f"title.{table.name}")
        for column in table.columns:
            if not column.named:
                assert lang in TEXTS.text(f"heading.{column.key}")
                assert lang in TEXTS.text(f"meaning.{column.key}")


def test_an_empty_plan_has_a_workbook_and_unknown_is_an_empty_cell_of_a_csv_file() -> None:
    view = View(Plan(manifest(), {}), result(**EMPTY), Words("en"))
    made = office_tables(view)
    book = load_workbook(io.BytesIO(workbook(view, made)))
    assert book.sheetnames == SHEETS
    rows = as_data(made[1]).csv().decode("utf-8-sig").splitlines()
    assert rows[0].startswith("line,category,item,supply")
    assert rows[1].startswith("row,Education,Land for basic education,,m²,,")


@pytest.mark.long
def test_twenty_thousand_parcels_have_a_line_each() -> None:
    side = 142
    xs, ys = (grid.ravel() for grid in np.meshgrid(np.arange(side), np.arange(side)))
    boxes = shapely.box(xs * 50.0, ys * 50.0, xs * 50.0 + 50, ys * 50.0 + 50)
    uses = np.array(["0701", "0902", "1401", "1207"])[(xs + ys) % 4]
    rows = [
        {"parcel_id": f"P{at}", "land_use": use, "floor_area_m2": 2000.0, "geometry": box}
        for at, (use, box) in enumerate(zip(uses, boxes, strict=True))
    ]
    view = View(Plan(manifest(), {"parcels": frame(rows)}), result(**EMPTY), Words("en"))
    made = {table.name: table for table in office_tables(view)}
    assert len(made["parcels"].lines) == side * side
    assert made["land_balance"].lines[-1].cells[4] == pytest.approx(side * side * 0.25)
    assert sum(line.cells[1] == "parcel" for line in made["loads"].lines) == side * side


def test_existing_to_planned_land_adds_up_across_and_down_to_the_drawn_land() -> None:
    table = of(
        land(("0103", "0701", 1.234), ("0103", "1401", 2.005), ("0301", "1401", 0.333), (None, "0902", 0.5)),
        "transition",
    )
    assert [column.named or column.key for column in table.columns][:2] == ["from_code", "from_name"]
    numbers = [[cell or 0 for cell in line.cells[2:]] for line in table.lines]
    for row in numbers:
        assert sum(row[:-1]) == pytest.approx(row[-1])
    for column in zip(*numbers, strict=True):
        assert sum(column[:-1]) == pytest.approx(column[-1])
    assert numbers[-1][-1] == pytest.approx(4.07)
    assert table.lines[-2].cells[1] == "not stated"
    assert not of(land((None, "0701", 1.0)), "transition").lines


def test_phases_and_parking_of_the_reference_plan_add_up_to_the_plan(
    zone: tuple[View, list[OfficeTable]],
) -> None:
    made = {table.name: records(table) for table in zone[1]}
    assert made["phases"][-1]["parcel_count"] == 647
    assert sum(row["phase_ha"] for row in made["phases"][:-1]) == pytest.approx(
        made["phases"][-1]["phase_ha"]
    )
    assert made["phases"][-1]["phase_ha"] == made["land_balance"][-1]["planned_ha"]
    for column in ("parking_floor_m2", "parking_stated", "parking_factor", "parking"):
        told = [row[column] for row in made["parking"] if row[column] != NOT_APPLICABLE]
        assert sum(told[:-1]) == told[-1]
    assert sum(row["kind"] == "row" for row in made["utilities"]) == sum(
        str(row["code"]).startswith("13") for row in made["parcels"]
    )


def test_changes_name_what_is_new_gone_and_changed_and_nothing_else() -> None:
    before = land(("0103", "0701", 1.0), ("0103", "1401", 2.0), ("0103", "0902", 1.0))
    parcels = before.layer("parcels")
    after = parcels.iloc[:2].copy()
    after.loc[after.index[0], "land_use"] = "0902"
    plan = before.replace(parcels=after)
    table = TABLES["changes"](View(plan, result(**EMPTY), Words("en"), before))
    kinds = {str(line.cells[0]): line.cells[1] for line in table.lines if line.kind == "row"}
    assert kinds == {str(parcels.index[0]): "changed", str(parcels.index[2]): "gone"}
    assert not TABLES["changes"](View(plan, result(**EMPTY), Words("en"))).lines
    assert not TABLES["changes"](View(before, result(**EMPTY), Words("en"), before)).lines


@pytest.mark.parametrize("written", LANGUAGES)
def test_what_the_importer_remarks_of_street_land_is_said_in_the_readers_language(written: str) -> None:
    plan = land((None, "1207", 1.0), remarks=road_remark("North Street", written))
    said = {lang: records(of(plan, "parcels", lang))[0]["remarks"] for lang in LANGUAGES}
    assert said == {
        "zh": "补绘道路用地：North Street",
        "en": "road made as remainder: North Street",
        "ja": "道路用地（補完）：North Street",
    }


def test_a_remark_that_its_reader_cannot_read_stands_as_a_quotation_of_the_plan() -> None:
    def remark(words: str, lang: str) -> object:
        return records(of(land((None, "1207", 1.0), remarks=words), "parcels", lang))[0]["remarks"]

    assert remark("不设道路中心线", "zh") == "不设道路中心线"
    assert remark("不设道路中心线", "en") == "“不设道路中心线” (as the plan says)"
    assert remark("不设道路中心线", "ja") == "「不设道路中心线」（計画の原文）"
    assert remark("既存建築存置", "ja") == "既存建築存置"
    assert remark("みどり通りに面する", "zh") == "“みどり通りに面する”（规划原文）"
    assert remark("trees stay", "ja") == "trees stay"


def test_demand_has_the_units_of_the_loads_in_each_language() -> None:
    plan = land((None, "1301", 1.0), (None, "1309", 1.0), (None, "0701", 1.0))
    units = {
        lang: [row["unit"] for row in records(of(plan, "utilities", lang)) if row["unit"]]
        for lang in LANGUAGES
    }
    assert units == {"zh": ["m³/d", "t/d"], "en": ["m³/d", "t/d"], "ja": ["m³/日", "t/日"]}


def test_land_that_a_plan_has_none_of_says_whose_facilities_stand_on_other_land() -> None:
    parcels = land((None, "0701", 1.0), (None, "0701", 1.0), (None, "0806", 1.0)).layer("parcels")
    facilities = frame([
        {"facility_id": f"F{at}", "service": service, "parcel_id": host, "site_area_m2": site,
         "geometry": shapely.Point(50, 50)}
        for at, (service, host, site) in enumerate([
            ("kindergarten", "P0", 0.0), ("kindergarten", "P1", 0.0), ("sport", None, None),
            ("sport", "P1", 900.0), ("sport", "P0", None), ("clinic", "P1", None),
        ])
    ])  # fmt: skip
    plan = Plan(manifest(), {"parcels": parcels, "facilities": facilities})
    said = [one for one in of(plan, "per_thousand").notes if "another use" in one]
    # Land for health there is; a playground on land for homes is told with its land, or that it is unsaid.
    assert said == [
        "Kindergarten: 2 in buildings on parcels of another use (P0, P1), without land of their own.",
        "Sport: 1 on parcels of another use (P1), whose 900 m² of land are not counted here.",
        "Sport: 1 on parcels of another use (P0), whose land the plan does not state: not counted here.",
    ]


def test_places_and_beds_are_unknown_where_a_facility_may_be_of_any_kind() -> None:
    def beds(**said: object) -> object:
        plan = land((None, "0701", 1.0))
        there = {"geometry": shapely.Point(5, 5)}
        named = [
            {"facility_id": "F-1", "beds": 3.0, "service": "hospital", **there},
            {"facility_id": "F-2", **said, **there},
        ]
        rows = records(of(plan.replace(facilities=frame(named)), "per_thousand"))
        return next(row["supply"] for row in rows if row["item"] == "Hospital beds")

    assert beds(service="library") == 3
    assert beds(service=None) is None


def test_a_heading_breaks_before_its_unit_and_a_table_of_a_page_stays_on_it(
    zone: tuple[View, list[OfficeTable]],
) -> None:
    view = View(zone[0].plan, zone[0].result, Words("zh"))
    book = load_workbook(io.BytesIO(workbook(view, office_tables(view))))
    assert "现状面积\n（公顷）" in [cell.value for cell in book["land_balance"][1]]
    assert book["phases"].page_setup.fitToHeight != 0
    assert book["parcels"].page_setup.fitToHeight == 0, "several pages, as tall as they are"
