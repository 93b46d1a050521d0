from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.support.grouped import of_many
from tests.support.handmade import hand_made, manifest, reach, result, text, verdict
from tests.support.ledgers import reconciled

from blockplan.check import available_packs, check
from blockplan.plan import Plan, read
from blockplan.plan.model.faults import fault
from blockplan.report import result_workbook, write_tables
from blockplan.report.exports import TABLES, DataTable, tables
from blockplan.report.office import TABLES as OFFICE_TABLES
from blockplan.report.result_workbook import RESULT_WORDS, in_words, workbook
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import FORMULA_SIGNS, LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult


def made(found: Any, lang: str = "en", plan: Plan | None = None) -> dict[str, DataTable]:
    return {table.name: table for table in tables(View(plan or hand_made(), found, Words(lang)))}


def records(table: DataTable) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def read_csv(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_numbers_of_the_workbook_look_rounded_and_keep_their_digits(
    found: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = (1.8732617463, 41.21962734, 2823.666666666667, 10800.0, 0.65362654, 0.00012, 0, None)
    table = DataTable("verdicts", ("measured", "share"), tuple((one, 0.41219627) for one in numbers))
    monkeypatch.setattr(result_workbook, "tables", lambda *_, **__: [table])
    sheet = load_workbook(io.BytesIO(workbook(View(hand_made(), found, Words("en")))))["Verdicts"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [one.value for one in cells] == list(numbers)
    assert [one.number_format for one in cells[:-1]] == [
        "#,##0.00", "#,##0.00", "#,##0.0", "#,##0", "0.000", "General", "#,##0",
    ]  # fmt: skip
    assert {row[1].number_format for row in sheet.iter_rows(min_row=2)} == {"0.0%"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_holds_every_table_with_real_numbers(found: CheckResult, lang: str) -> None:
    view = View(hand_made(), found, Words(lang))
    every, words = in_words(view, view.words.on(RESULT_WORDS)), view.words.on(RESULT_WORDS)
    book = load_workbook(io.BytesIO(workbook(view)))
    assert book.sheetnames == [words(f"sheet_name.{name}") for name in ("about", *TABLES)]
    for table in every:
        sheet = book[words(f"sheet_name.{table.name}")]
        assert sheet.freeze_panes == "B2"
        assert (sheet.print_title_rows, sheet.page_setup.fitToHeight) == ("$1:$1", 0)
        assert [cell.value for cell in sheet[1]] == [words(f"heading.{name}") for name in table.columns]
        assert sheet.max_row == max(1, len(table.rows) + 1)
        for shown, meant in zip(sheet.iter_rows(min_row=2, values_only=True), table.rows, strict=True):
            for cell, value in zip(shown, meant, strict=True):
                wanted = None if value == "" else value
                assert cell == (
                    wanted if isinstance(wanted, str | None) else pytest.approx(wanted, rel=1e-14)
                )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_says_in_words_what_the_csv_files_say_in_codes(found: CheckResult, lang: str) -> None:
    view = View(hand_made(), found, Words(lang))
    words = view.words.on(RESULT_WORDS)
    codes = {one.name: records(one) for one in tables(view)}
    said = {one.name: records(one) for one in in_words(view, words)}
    assert {name: len(rows) for name, rows in said.items()} == {
        name: len(rows) for name, rows in codes.items()
    }
    for code, word in zip(codes["verdicts"], said["verdicts"], strict=True):
        assert (word["pack"], word["rule"], word["scope_id"]) == (
            code["pack"], code["rule"], code["scope_id"],
        )  # fmt: skip
        assert word["outcome"] == words(f"outcome.{code['outcome']}")
        assert word["force"] == words(f"force.{code['force']}")
        assert word["measured"] == code["measured"]
        shown = "%" if code["unit"] == "1" else words.with_unit("", code["unit"]).strip()
        assert word["unit"] == shown
    edu = next(one for one in said["verdicts"] if one["rule"] == "zone-edu")
    told = {"zh": ("不低于", "平方米"), "en": ("at least", "m²"), "ja": ("以上", "m²")}
    assert (edu["required_op"], edu["unit"]) == told[lang]


@pytest.fixture(scope="module")
def by_all_packs(reference: Path) -> tuple[Plan, CheckResult]:
    plan = read(reference, scenario="b")
    return plan, check(plan, packs=sorted(available_packs()))


@pytest.mark.long
def test_a_cell_in_percent_is_a_share(by_all_packs: tuple[Plan, CheckResult]) -> None:
    shown = 0
    for sheet in load_workbook(io.BytesIO(workbook(View(*by_all_packs, Words("zh"))))):
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if cell.number_format == "0.0%" and cell.value is not None:
                    shown += 1
                    assert abs(cell.value) <= 1, (sheet.title, cell.coordinate, cell.value)
    assert shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_stand_in_their_own_unit_and_parts_in_words(
    by_all_packs: tuple[Plan, CheckResult], lang: str
) -> None:
    view = View(*by_all_packs, Words(lang))
    words = view.words.on(RESULT_WORDS)
    said = {one.name: records(one) for one in in_words(view, words)}
    units = {one["rule"]: (one["value"], one["unit"]) for one in said["places"] if one["value"] is not None}
    m2 = words.with_unit("", "m2").strip()
    assert units["gb50180-f-nursing-home"] == (6500, m2)
    assert units["gb50180-f-nursing-home-beds"] == (100, words.with_unit("", "bed").strip())
    assert {one["unit"] for one in said["places"] if one["value"] is None} == {""}
    assert {one["unit"] for one in said["verdicts"] if one["measure"] == "street_block_far"} == {""}
    parts = {one["part"] for one in said["measures"]}
    codes = {"beds", "day_places", "jobs", "on_foot", "line", "programmes_elsewhere", "open_space", "within"}
    assert not parts & (codes if lang != "en" else {one for one in codes if "_" in one})


def test_a_place_has_the_unit_of_its_value_in_csv_too(by_all_packs: tuple[Plan, CheckResult]) -> None:
    rows = records({one.name: one for one in tables(View(*by_all_packs, Words("en")))}["places"])
    sizes = {(one["value"], one["unit"]) for one in rows if one["rule"].startswith("gb50180-f-nursing-home")}
    assert sizes == {(6500.0, "m2"), (100.0, "bed")}
    assert {one["unit"] for one in rows if one["value"] is None} == {""}


def test_the_amount_of_a_remedy_is_written_in_its_own_unit(
    found: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = ("measured", "unit", "remedy_amount", "remedy_unit")
    table = DataTable("verdicts", columns, ((0.64, "%", 12.0, "m²"), (1.8, "", 0.3566, "%")))
    monkeypatch.setattr(result_workbook, "in_words", lambda *_: [table])
    sheet = load_workbook(io.BytesIO(workbook(View(hand_made(), found, Words("en")))))["Verdicts"]
    looks = [(row[0].number_format, row[2].number_format) for row in sheet.iter_rows(min_row=2)]
    assert looks == [("0.0%", "#,##0"), ("#,##0.00", "0.0%")]


def test_a_share_of_the_workbook_is_shown_in_percent() -> None:
    view = View(hand_made(), result(verdicts=(reach(),)), Words("zh"))
    sheet = load_workbook(io.BytesIO(workbook(view)))["判定"]
    heads = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, heads.index("规划值") + 1)
    assert (sheet.cell(2, heads.index("单位") + 1).value, cell.number_format) == ("%", "0.0%")


def test_a_table_too_wide_to_be_read_on_one_page_is_printed_over_several(
    found: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = ("pack", "rule", *sorted(result_workbook.WIDE))
    given = [
        DataTable("verdicts", wide, (("p" * 12, "r" * 30, *["words " * 20] * 11),)),
        DataTable("faults", wide[:4], (("p", "r", "t", "x"),)),
    ]
    monkeypatch.setattr(result_workbook, "in_words", lambda *_: given)
    book = load_workbook(io.BytesIO(workbook(View(hand_made(), found, Words("en")))))
    broad, narrow = book["Verdicts"], book["Faults"]
    assert (broad.page_setup.fitToWidth, broad.print_title_cols) == (2, "$A:$C")
    # 1 is what a file says nothing of
    assert (narrow.page_setup.fitToWidth in {1, None}, narrow.print_title_cols) == (True, None)


def test_residents_on_the_first_sheet_have_the_thousands_mark(found: CheckResult) -> None:
    sheet = load_workbook(io.BytesIO(workbook(View(hand_made(), found, Words("en")))))["About"]
    cell = next(row[1] for row in sheet.iter_rows() if row[0].value == "Carries at most")
    assert (cell.value, cell.number_format, cell.alignment.horizontal) == (2610, "#,##0", "left")


def test_a_number_of_the_workbook_stands_clear_of_the_text_beside_it(found: CheckResult) -> None:
    book = load_workbook(io.BytesIO(workbook(View(hand_made(), found, Words("en")))))
    cells = [cell for row in book["Verdicts"].iter_rows(min_row=2) for cell in row]
    numbers = [cell for cell in cells if isinstance(cell.value, int | float)]
    assert numbers
    assert {(cell.alignment.horizontal, cell.alignment.indent) for cell in numbers} == {("right", 1.0)}


def test_the_first_sheet_says_plan_day_hash_packs_and_synthetic(found: CheckResult) -> None:
    view = View(hand_made(), found, Words("en"))
    sheet = load_workbook(io.BytesIO(workbook(view)))["About"]
    said = {str(row[0]): row[1] for row in sheet.iter_rows(values_only=True) if row[0]}
    assert said["Id"] == "handmade"
    assert said["Judged by the rules of"] == "30 September 2021"
    assert said["Content hash"] == found.content_hash
    assert said["Rule packs"] == "zone"
    assert "invented" in str(said["Synthetic geometry"])
    assert said["Carries at most"] == 2610
    assert str(said["Verdicts"]) == f"Verdicts ({len(found.verdicts)}); verdicts.csv"


def test_a_csv_file_reads_back_and_what_is_unknown_is_empty(found: CheckResult) -> None:
    rows = read_csv(made(found)["verdicts"].csv())
    by_rule = {row["rule"]: row for row in rows}
    assert len(rows) == len(found.verdicts)
    assert float(by_rule["zone-edu"]["measured"]) == 3466.67
    assert by_rule["zone-beds"]["measured"] == ""
    assert by_rule["zone-beds"]["outcome"] == "unknown"
    assert (by_rule["zone-belt"]["required"], by_rule["zone-belt"]["required_high"]) == ("8.5", "9.5")
    assert by_rule["zone-culture"]["confidence"] == "C"
    assert by_rule["zone-edu"]["clause"] == "4.2"


def test_readings_say_who_is_gained_and_who_is_lost() -> None:
    rows = records(made(result(verdicts=(reach(),)))["readings"])
    assert [(row["reading"], row["judges"], row["share"]) for row in rows] == [
        ("line_edge", "yes", 0.93), ("net_edge_entrance", "no", 0.61),
    ]  # fmt: skip
    walk = rows[1]
    assert (walk["gained_places"], walk["gained_residents"]) == (1, 150.0)  # P-000: beyond by straight line
    assert (walk["lost_places"], walk["lost_residents"]) == (
        1,
        None,
    )  # P-011: within, and its residents are not known
    places = records(made(result(verdicts=(reach(),)))["places"])
    assert [(row["why"], row["id"]) for row in places] == [
        ("falls_short", "P-000"), ("falls_short", "P-001"), ("falls_short", "P-010"),
        ("gained", "P-000"), ("lost", "P-011"),
    ]  # fmt: skip
    assert places[0]["value"] is None
    assert (places[1]["value"], places[1]["unit"], places[1]["layer"]) == (1210.0, "m", "parcels")


def test_differences_and_faults_have_a_table() -> None:
    gap = fault(
        "pq-cover", "boundary", x=1.0, y=2.0, measured=125.0, unit="m2", values={"neighbours": "P-000"}
    )
    found = made(reconciled())
    assert [row["agreement"] for row in records(found["differences"])] == ["differs", "open", "agrees"]
    faulty = records(made(result(faults=(gap,)))["faults"])[0]
    assert (faulty["grade"], faulty["rule"], faulty["measured"], faulty["unit"]) == (
        "error", "pq-cover", 125.0, "m2",
    )  # fmt: skip


def test_text_that_looks_like_a_formula_stays_text() -> None:
    bad = '=HYPERLINK("http://example.org","x")'
    one = verdict("r", "fail", title=text(bad, bad, bad), source={"document": "@SUM(A1)", "clause": "-1+1"})
    plan = Plan(manifest(title={"en": bad}), {})
    view = View(plan, result(verdicts=(one,)), Words("en"))
    every = tables(view)
    row = read_csv(every[0].csv())[0]
    assert (row["title"], row["document"], row["clause"]) == (f"'{bad}", "'@SUM(A1)", "'-1+1")
    assert float(row["margin"]) == 0.5
    book = load_workbook(io.BytesIO(workbook(view)))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert bad in {cell.value for cell in cells}
    assert all(cell.data_type != "f" for cell in cells)
    assert all(cell.hyperlink is None for cell in cells)


@given(st.text(max_size=12), st.sampled_from(FORMULA_SIGNS))
def test_no_text_cell_of_a_csv_file_begins_like_a_formula(said: str, sign: str) -> None:
    said = said.replace("\0", "")
    table = DataTable("x", ("a", "b"), ((f"{sign}{said}", -1.5), (said, None)))
    rows = list(csv.reader(io.StringIO(table.csv().decode("utf-8-sig"), newline="")))
    assert all(not row[0].startswith(FORMULA_SIGNS) for row in rows)
    assert rows[1][1] == "-1.5"
    assert rows[2][1] == ""


def test_tables_as_json_hold_the_cells_of_the_csv_with_the_meaning_of_each_column(
    found: CheckResult, tmp_path: Path
) -> None:
    written = {path.name: path for path in write_tables(hand_made(), found, tmp_path, "ja")}
    told = json.loads(written["tables.json"].read_bytes())
    assert [one["name"] for one in told["tables"]] == list(OFFICE_TABLES)
    for table in told["tables"]:
        assert all(one["heading"] and one["meaning"] and one["source"] for one in table["columns"])
        rows = list(
            csv.reader(io.StringIO(written[f"{table['name']}.csv"].read_text("utf-8-sig"), newline=""))
        )
        assert rows[0] == ["line", *(one["key"] for one in table["columns"])]
        assert len(rows) - 1 == len(table["lines"])
        for row, line in zip(rows[1:], table["lines"], strict=True):
            for cell, own in zip(row[1:], line["cells"], strict=True):
                assert (cell == "") if own is None else (own == "／" or cell.lstrip("'") == str(own))


def test_the_same_result_gives_the_same_bytes(found: CheckResult, tmp_path: Path) -> None:
    one = write_tables(hand_made(), found, tmp_path / "one", "zh")
    two = write_tables(hand_made(), found, tmp_path / "two", "zh")
    names = [
        "tables.xlsx",
        "tables.json",
        "result.xlsx",
        *(f"{name}.csv" for name in (*OFFICE_TABLES, *TABLES)),
    ]
    assert [path.name for path in one] == names
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_result_of_many_packs_has_a_row_for_every_verdict() -> None:
    assert len(made(of_many())["verdicts"].rows) == 150


def test_an_empty_plan_has_tables_without_rows() -> None:
    empty = result(verdicts=(), reported=(), statements=(), faults=())
    found = made(empty, plan=Plan(manifest(), {}))
    assert {name: len(table.rows) for name, table in found.items()} == dict.fromkeys(TABLES, 0)
