"""The office's tables as a workbook: its sheets, headings and widths."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from openpyxl import load_workbook
from tests.support.handmade import cell, frame, hand_made, manifest, result
from tests.support.office_tables import EMPTY, land

from blockplan.measure.indicators.loads import read_factors
from blockplan.plan import Plan
from blockplan.report.office import TABLES, OfficeTable, as_data, as_json, office_tables, workbook
from blockplan.report.office.columns import (
    DECIMALS,
    NOT_APPLICABLE,
    TEXTS,
    Column,
    Line,
    heading,
    on_paper,
    paper_table,
    shown,
)
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from openpyxl import Workbook


SHEETS = [*TABLES, "sources"]


def test_paper_leaves_out_a_column_that_says_nothing_but_that_it_does_not_apply() -> None:
    columns = (Column("width_min_m", "one", ""), Column("length_m", "whole", ""))
    assert on_paper(columns, [Line((None, 40)), Line((NOT_APPLICABLE, 40), "total")]) == [1]


def test_japanese_tables_write_a_floor_area_ratio_in_percent_and_json_keeps_the_ratio() -> None:
    plan = land((None, "0701", 1.0), far_max=2.0)
    cells = {}
    for lang in LANGUAGES:
        view = View(plan, result(**EMPTY), Words(lang))
        table = TABLES["parcels"](view)
        at = [column.key for column in table.columns].index("far_max")
        sheet = load_workbook(io.BytesIO(workbook(view, [table])))["parcels"]
        (written,) = paper_table(view, table, table.lines, ["far_max"]).rows
        cells[lang] = (str(written[0]), sheet.cell(2, at + 1).value, sheet.cell(2, at + 1).number_format)
        assert json.loads(as_json(view, [table]))["tables"][0]["lines"][0]["cells"][at] == 2.0
    assert cells == {
        "zh": ("2.00", 2, "#,##0.00"), "en": ("2.00", 2, "#,##0.00"), "ja": ("200%", 2, "0%"),
    }  # fmt: skip


def test_a_block_stands_in_line_with_what_lies_in_it_and_a_code_in_the_middle_of_its_column() -> None:
    columns = tuple(Column(key, form, "parcels") for key, form in (("place", "code"), ("code", "code")))
    lines = (Line(("K", ""), "subtotal"), Line(("K-1", "07"), depth=1))
    view = View(hand_made(), result(**EMPTY), Words("en"))
    sheet = load_workbook(io.BytesIO(workbook(view, [OfficeTable("loads", columns, lines)])))["loads"]
    aligned = [[sheet.cell(row, at).alignment for at in (1, 2)] for row in (2, 3)]
    assert [[one.horizontal for one in row] for row in aligned] == [["left", "center"]] * 2
    assert [int(row[0].indent) for row in aligned] == [0, 1]


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


@pytest.mark.long
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
            named = "parcels.", "facilities.", "streets."
            assert all(
                re.search(r"：.+（[a-z0-9_., *]+）$", row[3])
                for row in found
                if any(one in row[3] for one in named)
            )
    office = [row for row in lines if row[3].startswith("[仅一家编制单位的表]")]
    factors = read_factors()
    assert len(office) == sum(one.source == "office" for own in factors.by_load.values() for one in own)
    jobs = [row[2] for row in lines if row[:2] == (TEXTS("title.loads", "zh"), TEXTS("heading.jobs", "zh"))]
    assert "0901：每岗 50 平方米建筑面积" in " ".join(jobs)


@pytest.mark.long
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
    assert rows[1].startswith("total,,Residents that all supplies carry,2610,residents,,")
    homes = {"parcel_id": "A", "land_use": "0701", "geometry": cell(0, 0)}
    silent = View(Plan(manifest(), {"parcels": frame([homes])}), result(**EMPTY), Words("en"))
    loads = next(one for one in office_tables(silent) if one.name == "loads")
    assert as_data(loads).csv().decode("utf-8-sig").splitlines()[1].startswith("row,A,parcel,0701,,,")


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


def test_a_heading_breaks_before_its_unit_and_a_table_of_a_page_stays_on_it(
    zone: tuple[View, list[OfficeTable]],
) -> None:
    view = View(zone[0].plan, zone[0].result, Words("zh"))
    book = load_workbook(io.BytesIO(workbook(view, office_tables(view))))
    assert "现状面积\n（公顷）" in [cell.value for cell in book["land_balance"][1]]
    assert book["phases"].page_setup.fitToHeight != 0
    assert book["parcels"].page_setup.fitToHeight == 0, "several pages, as tall as they are"
