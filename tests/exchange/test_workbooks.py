"""Workbooks are read as they say themselves: XLSX by one library, the other kinds by another."""

from __future__ import annotations

import zipfile
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from tests.support import other_workbooks

from blockplan.exchange import workbooks
from blockplan.exchange.workbooks import ENDINGS, ShownInPercent, Workbook
from blockplan.respond.importing import BOOKS

if TYPE_CHECKING:
    from pathlib import Path

VALUES: list[Any] = [
    "地块", None, " y ", "", 1, 10**20, -7, 1.5, 1e-9, 3.0, True, False, "#REF!", "a\nb", "_x0041_", "=1+1",
    datetime(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5), datetime(1900, 1, 5),  # noqa: DTZ001
    time(3, 4), timedelta(hours=30),
]  # fmt: skip
FORMATS = [
    "0%",
    "0.00%",
    "yyyy-mm-dd",
    '0"m"',
    "[Red]0",
    "h:mm",
    "[h]:mm",
    "[$-804]yyyy年m月",
    "General",
    "0.0E+00",
]


def saved(book: Any, path: Path) -> Path:
    book.save(path)
    return path


def read(path: Path, name: str = "Sheet") -> Any:
    with Workbook(path) as book:
        return book.sheet(name)


@pytest.fixture
def varied(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(VALUES)
    sheet.append([])
    for at, shown in enumerate(FORMATS, 1):
        for row, value in enumerate((0.35, 45_000.5, 1), 3):
            sheet.cell(row, at, value).number_format = shown
    sheet.cell(9, 3, CellRichText("近期", TextBlock(InlineFont(b=True), "实施")))
    sheet.cell(40, 30).number_format = "0%"
    return saved(book, tmp_path / "varied.xlsx")


@pytest.mark.parametrize("epoch", [datetime(1899, 12, 30), datetime(1904, 1, 1)])  # noqa: DTZ001
def test_cells_are_what_openpyxl_says_they_are(varied: Path, tmp_path: Path, epoch: datetime) -> None:
    book = openpyxl.load_workbook(varied, rich_text=True)
    book.epoch = epoch
    path = saved(book, tmp_path / "dated.xlsx")
    told = openpyxl.load_workbook(path, data_only=True).active
    ours = read(path).cells
    assert len(ours) == 9
    for row in told.iter_rows():
        for cell in row:
            values = ours[cell.row - 1] if cell.row <= len(ours) else []
            value = values[cell.column - 1] if cell.column <= len(values) else None
            theirs = None if cell.value == "" else cell.value
            assert (value, type(value) is bool) == (theirs, type(theirs) is bool)
            assert isinstance(value, ShownInPercent) == ("%" in cell.number_format and value is not None)


def test_formulas_merged_ranges_and_hidden_sheets_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "=1+1"])
    book.active.merge_cells("A3:C4")
    book.create_sheet("旧").sheet_state = "veryHidden"
    book.create_chartsheet("图").add_chart(BarChart())
    path = saved(book, tmp_path / "book.xlsx")
    sheet = read(path)
    assert sheet.cells == [["a"]]
    assert sheet.formulas == {(0, 1): "=1+1"}
    assert sheet.merged == [(2, 0, 3, 2)]
    with Workbook(path) as opened:
        assert opened.visible == {"Sheet": True, "旧": False}


def test_a_sheet_of_another_program_may_leave_places_out_and_name_its_elements_otherwise(
    tmp_path: Path,
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", 2])
    path = saved(book, tmp_path / "book.xlsx")
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(tmp_path / "other.xlsx", "w") as changed:
        for name in given.namelist():
            part = given.read(name)
            if "sheet1" in name:
                part = part.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"xmlns=", b"xmlns:x=")
                part = part.replace(b' r="1"', b"").replace(b' r="A1"', b"").replace(b' r="B1"', b"")
            changed.writestr(name, part)
    assert read(tmp_path / "other.xlsx").cells == [["a", 2]]


@pytest.mark.long
def test_a_cell_that_stands_far_out_costs_no_more_than_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    cells = read(saved(book, tmp_path / "far.xlsx")).cells
    assert (len(cells), len(cells[-1]), sum(map(len, cells))) == (1_048_576, 16_384, 16_385)


@pytest.mark.parametrize(
    ("given", "instead"),
    [(b'r="1"', b'r="1048577"'), (b'r="A1"', b'r="XFE1"'), (b'r="A1"', b'r="1A"'), (b"<v>1<", b"<v>one<")],
)
def test_a_sheet_that_says_what_no_sheet_can_is_refused(tmp_path: Path, given: bytes, instead: bytes) -> None:
    book = openpyxl.Workbook()
    book.active.append([1])
    path = saved(book, tmp_path / "book.xlsx")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as changed:
        for name in whole.namelist():
            part = whole.read(name)
            changed.writestr(name, part.replace(given, instead) if "sheet1" in name else part)
    with pytest.raises(ValueError, match=r"sheet|could not convert|invalid literal"):
        read(tmp_path / "bad.xlsx")


GROWING = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 40 if n else "ha"}">' for n in range(8))


@pytest.mark.parametrize("declared", [GROWING, '<!ENTITY e7 SYSTEM "file:///etc/hostname">'])
def test_entities_of_a_sheet_neither_grow_nor_are_fetched(tmp_path: Path, declared: str) -> None:
    book = openpyxl.Workbook()
    book.active.append([1])
    path = saved(book, tmp_path / "book.xlsx")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as changed:
        for name in whole.namelist():
            part = whole.read(name)
            if "sheet1" in name:
                part = f"<!DOCTYPE a [{declared}]>".encode() + part.replace(b"<v>1<", b"<v>&e7;<")
                assert b"&e7;" in part
            changed.writestr(name, part)
    with pytest.raises(ValueError, match=r"amplification|undefined entity"):
        read(tmp_path / "bomb.xlsx")


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "no.xlsx").write_bytes(data)
    with pytest.raises(ValueError, match=r"."):
        Workbook(tmp_path / "no.xlsx")


ROWS = [["地块编号", "容积率", None], [None, None, None], ["A-01", 1.5, 35]]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_workbook_of_an_older_or_open_kind_is_read_with_its_hidden_sheets(
    tmp_path: Path, kind: str
) -> None:
    path = getattr(other_workbooks, kind)(tmp_path / f"a.{kind}", hidden=["旧"], 表=ROWS, 旧=[["x"]])
    with Workbook(path) as book:
        assert (book.visible, book.tells_all) == ({"表": True, "旧": False}, kind == "ods")
        assert book.sheet("表").cells == [["地块编号", "容积率"], [], ["A-01", 1.5, 35]]


def test_an_xls_tells_its_merged_ranges(tmp_path: Path) -> None:
    path = other_workbooks.xls(tmp_path / "a.xls", merged=[(1, 0, 2, 0)], 表=ROWS)
    assert read(path, "表").merged == [(1, 0, 2, 0)]


SPANNED = """<table:table-row><table:table-cell table:number-rows-spanned="2" office:value-type="string"
><text:p>A</text:p></table:table-cell><table:table-cell office:value-type="percentage" office:value="0.35"
table:number-columns-repeated="2"/></table:table-row>"""
COMPUTED = """<table:table-row><table:covered-table-cell/><table:table-cell table:formula="of:=[.B1]*1"
office:value-type="percentage" office:value="0.35"/></table:table-row>"""


def test_an_open_document_tells_its_shares_formulas_and_merged_ranges(tmp_path: Path) -> None:
    sheet = read(other_workbooks.ods(tmp_path / "a.ods", 表=[SPANNED, COMPUTED]), "表")
    assert sheet.cells == [["A", 0.35, 0.35], [None, 0.35]]
    assert all(isinstance(value, ShownInPercent) for row in sheet.cells for value in row[1:])
    assert (sheet.merged, sheet.formulas) == ([(0, 0, 1, 0)], {(1, 1): "=[.B1]*1"})


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    assert read(other_workbooks.xlsb(tmp_path / "a.xlsb", {(0, 0): "地块", (1, 1): 1.5}), "表").cells == [
        ["地块"],
        [None, 1.5],
    ]


def test_what_a_workbook_is_counts_and_not_its_ending(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    assert read(saved(book, tmp_path / "a.xls")).cells == [["a"]]
    assert read(other_workbooks.xls(tmp_path / "b.xlsx", 表=ROWS), "表").cells[2] == ["A-01", 1.5, 35]


def test_a_workbook_whose_styles_openpyxl_refuses_is_read_all_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", 2])
    path = saved(book, tmp_path / "book.xlsx")
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(tmp_path / "other.xlsx", "w") as changed:
        for name in given.namelist():
            changed.writestr(name, given.read(name).replace(b'family val="2"', b'family val="99"'))
    with Workbook(tmp_path / "other.xlsx") as opened:
        assert (opened.sheet("Sheet").cells, opened.tells_all) == ([["a", 2]], False)


def test_two_cells_far_apart_end_no_process_but_that_of_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST_MEMORY", 512 * 1024**2)
    far = other_workbooks.xlsb(tmp_path / "far.xlsb", {(0, 0): 1, (1_048_575, 16_383): 2})
    with pytest.raises(ValueError, match="more memory or time"):
        Workbook(far)


def test_opinions_are_read_from_every_kind_of_workbook() -> None:
    assert BOOKS == ENDINGS
