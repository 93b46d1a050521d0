"""The tables as one workbook, ready to print, with definitions and sources on its last sheet."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import TYPE_CHECKING, Any

from blockplan.measure.indicators.loads import job_ratios_of, read_factors
from blockplan.report.exports import MOST_ROWS
from blockplan.report.maps.svg import text_width
from blockplan.report.office.columns import (
    NOT_APPLICABLE,
    UNKNOWN_SIGN,
    heading,
    indented,
    meaning,
    said,
    shown,
    source_found,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.report.office.columns import Cell, OfficeTable
    from blockplan.report.view import View

FORMATS = {
    "text": "@", "code": "@", "whole": "#,##0", "one": "#,##0.0",
    "tenths": "#,##0.0", "two": "#,##0.00", "three": "#,##0.000",
    "four": "#,##0.0000", "signed": "+#,##0.00;-#,##0.00;0.00",
    "signed_four": "+#,##0.0000;-#,##0.0000;0.0000", "percent": "0%", "percent_one": "0.0%",
}  # fmt: skip
TEXT_FORMS = frozenset({"text", "code"})
SOURCES = "sources"
#: What `explained` tells of each column.
EXPLAINED = ("table", "column", "definition", "source")
#: How wide a column is at least and at most, and what a cell leaves free, in digits; a line of a heading,
#: points; how much wider bold letters are.
LEAST_WIDTH, MOST_WIDTH, FREE, HEAD_PT, BOLD = 6.0, 42.0, 2.5, 15.0, 1.1
#: How high the line is that has to be read before the numbers.
LEAD_PT = 48.0
A3, MOST_HEADER = 8, 120
#: Lines that stand on one page.
ONE_PAGE = 52
#: Excel's own limit of a sheet's name.
MOST_NAME = 31


def workbook(view: View, made: Sequence[OfficeTable], *, titled: bool = False) -> bytes:
    """
    The workbook, headings in the reader's language; same plan, same bytes.

    Sheets are named in English; where they are ``titled``, as the tables are in the reader's language.
    """
    import xlsxwriter  # noqa: PLC0415 (only who writes tables needs it)

    out = io.BytesIO()
    day = view.plan.manifest.drawn_on
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({
        "title": view.title, "author": "Blockplan",
        "created": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
    })  # fmt: skip
    styles = _Styles(book, slanted=view.words.lang == "en")

    def added(name: str) -> Any:
        return book.add_worksheet(said(view, f"title.{name}")[:MOST_NAME] if titled else name)

    for table in made:
        _sheet(added(table.name), view, table, styles)
    _sources(added(SOURCES), view, made, styles)
    book.close()
    return out.getvalue()


class _Styles:
    """Formats of cells, each made once."""

    def __init__(self, book: Any, *, slanted: bool) -> None:
        self.book = book
        self.made: dict[tuple[Any, ...], Any] = {}
        self.head = book.add_format({
            "bold": True, "bg_color": "#E3EDEF", "border": 1, "border_color": "#B9C4C7", "text_wrap": True,
            "align": "center", "valign": "vcenter",
        })  # fmt: skip
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.note = book.add_format({"italic": slanted})

    def of(self, form: str, kind: str, depth: int | None, *, sign: bool) -> Any:
        """
        The format of a cell; signs for what is not known stand on the right like numbers.

        A column whose lines lie below each other has a `depth`, and stands on the left throughout.
        """
        key = (form, kind, depth, sign)
        if key not in self.made:
            look: dict[str, Any] = {
                "num_format": FORMATS[form], "border": 1, "border_color": "#D5DBDC", "valign": "vcenter",
            }  # fmt: skip
            if form not in TEXT_FORMS or sign:
                look |= {"align": "right", "indent": 1}  # clear of a text in the next column
            elif form == "text":
                look["text_wrap"] = True
            elif form == "code":
                look["align"] = "center"
            if depth is not None and form in TEXT_FORMS:
                look |= {"align": "left", "indent": depth}
            if kind != "row":
                look |= {"bold": True, "bg_color": "#F3F6F6" if kind == "subtotal" else "#E3EDEF"}
            self.made[key] = self.book.add_format(look)
        return self.made[key]


def _sheet(sheet: Any, view: View, table: OfficeTable, styles: _Styles) -> None:
    most = 1
    for at, column in enumerate(table.columns):
        head = heading(view, column)
        width = _width(head, [shown(line.cells[at], column.form) for line in table.lines])
        head = _parted(head, width)
        sheet.write_string(0, at, head, styles.head)
        sheet.set_column(at, at, width)
        most = max(most, _lines(head, width))
    sheet.set_row(0, most * HEAD_PT + 2)
    if table.lead:
        sheet.merge_range(1, 0, 1, len(table.columns) - 1, table.lead, styles.wrapped)
        sheet.set_row(1, LEAD_PT)
    stepped = indented(table) if any(line.depth for line in table.lines) else None
    for number, line in enumerate(table.lines[:MOST_ROWS], 1 + bool(table.lead)):
        for at, (column, cell) in enumerate(zip(table.columns, line.cells, strict=True)):
            depth = line.depth if at == stepped else None
            _write(sheet, (number, at), cell, styles, (column.form, line.kind, depth))
    notes = table.notes if table.lines else (said(view, "note.nothing"), *table.notes)
    for number, note in enumerate(notes, min(len(table.lines), MOST_ROWS) + bool(table.lead) + 2):
        sheet.write_string(number, 0, note, styles.note)
    sheet.freeze_panes(1, 1)
    if table.lines and all(line.kind == "row" for line in table.lines):
        sheet.autofilter(0, 0, len(table.lines), len(table.columns) - 1)
    # A sheet that is a little longer than a page is set a little smaller: no total stands alone on the next.
    _printed(sheet, view, said(view, f"title.{table.name}"), whole=_on_paper(table) <= ONE_PAGE)


def _on_paper(table: OfficeTable) -> int:
    """Lines of a table on paper, with its heading and its notes."""
    return len(table.lines) + len(table.notes) + 2


def _width(head: str, cells: Sequence[str]) -> float:
    """How wide a column is: no cell is cut, and no word of its heading; a long text has several lines."""
    word = max(map(_digits, head.split()), default=0.0) if head.isascii() else _digits(head) / 2
    word = max(word, *(_digits(part) for part in head.partition("（")[1:] if len(part) > 1), 0.0)
    return min(
        max([LEAST_WIDTH, BOLD * word + FREE, *(BOLD * _digits(one) + FREE for one in cells)]), MOST_WIDTH
    )


def _parted(head: str, width: float) -> str:
    """
    A heading whose unit stands in a line of its own where both have no room in one (用地面积, （公顷）).

    A line would else break within the unit.
    """
    name, bracket, unit = head.partition("（")
    return f"{name}\n{bracket}{unit}" if bracket and BOLD * _digits(head) + FREE / 2 > width else head


def _lines(head: str, width: float) -> int:
    """Lines that a heading takes in a column; words stay whole."""
    if "\n" in head:
        return sum(_lines(part, width) for part in head.split("\n"))
    lines, left = 1, width - FREE / 2
    for word in head.split():
        need = BOLD * _digits(word)
        if need > left and left < width - FREE / 2:
            lines, left = lines + 1, width - FREE / 2
        more = max(math.ceil(need / (width - FREE / 2)) - 1, 0)
        lines, left = lines + more, left - need + more * (width - FREE / 2) - 1
    return lines


def _digits(said: str) -> float:
    """About how long a text is, in digits."""
    return text_width(said, 1 / 0.58)


def _write(
    sheet: Any, place: tuple[int, int], cell: Cell, styles: _Styles, look: tuple[str, str, int | None]
) -> None:
    if cell is None or cell == NOT_APPLICABLE:
        style = styles.of(*look, sign=True)
        sheet.write_string(*place, UNKNOWN_SIGN if cell is None else NOT_APPLICABLE, style)
        return
    form, kind, depth = look
    if form == "percent" and "." in shown(cell, "percent"):
        form = "percent_one"  # as paper writes it
    style = styles.of(form, kind, depth, sign=False)
    if cell == "":
        sheet.write_blank(*place, None, style)
    elif isinstance(cell, str):
        sheet.write_string(*place, cell, style)
    else:
        sheet.write_number(*place, cell, style)


def _printed(sheet: Any, view: View, title: str, *, whole: bool = False) -> None:
    """A3 across, one page wide, headings on each page, the plan's name and the synthetic mark around it."""
    mark = f"&C{_plain(view.words('head.synthetic_title'))}" if view.plan.manifest.synthetic else ""
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.fit_to_pages(1, 1 if whole else 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L&B{_plain(title)}&R{_plain(view.title)}")
    sheet.set_footer(f"&L{_plain(view.drawn_on)}{mark}&R&P / &N")


def _plain(text: str) -> str:
    return text[:MOST_HEADER].replace("&", "&&")


def _sources(sheet: Any, view: View, made: Sequence[OfficeTable], styles: _Styles) -> None:
    for at, (key, width) in enumerate(zip(EXPLAINED, (24, 28, 80, 60), strict=True)):
        sheet.write_string(0, at, said(view, f"sources.{key}"), styles.head)
        sheet.set_column(at, at, width)
    for number, row in enumerate(explained(view, made), 1):
        for at, cell in enumerate(row):
            sheet.write_string(number, at, cell, styles.wrapped)
    sheet.freeze_panes(1, 0)
    _printed(sheet, view, said(view, "title.sources"))


def explained(view: View, made: Sequence[OfficeTable]) -> Iterator[tuple[str, str, str, str]]:
    """Table, column, definition and source: of the plan, of each column, of each factor; then the notes."""
    plan = said(view, "sources.plan")
    yield plan, view.title, view.plan.manifest.id, view.result.content_hash or view.plan.content_hash
    for name, value in view.facts:
        yield plan, name, value, "plan.toml"
    if view.plan.manifest.synthetic:
        yield plan, view.words("head.synthetic_title"), view.words("head.synthetic"), "plan.toml"
    yield plan, said(view, "sources.note"), said(view, "sources.signs"), ""
    for table in made:
        title = said(view, f"title.{table.name}")
        for column in table.columns:
            yield title, heading(view, column), meaning(view, column), source_found(view, column)
        for note in filter(None, (table.lead, *table.notes)):
            yield title, said(view, "sources.note"), note, ""
    yield from factors_told(view)


def factors_told(view: View) -> Iterator[tuple[str, str, str, str]]:
    """Each factor of the loads: table, load, what is asked of which land, source."""
    factors, words = read_factors(), view.words
    for load, own in factors.by_load.items() if factors.count_in(view.plan) else ():
        for one in own:
            source = factors.sources[one.source]
            amount = words.number(one.amount)
            told = said(
                view,
                "sources.factor",
                codes=words.join(one.codes),
                amount=amount,
                unit=said(view, f"factor_unit.{one.unit}"),
            )
            if one.simultaneity != 1:
                share = words.number(one.simultaneity)
                told = said(view, "sources.simultaneity", said=told, share=share)
            basis = said(view, f"basis.{source['basis']}")
            mark = f"[{basis}] {words.pick(source)}"
            yield said(view, "title.loads"), said(view, f"heading.{load}"), told, mark
    assumed = f"[{said(view, 'basis.assumption')}] {words.pick(factors.sources['assumed'])}"
    for code, area in job_ratios_of(view.plan).items():
        told = said(view, "sources.per_job", code=code, amount=words.amount(area, "m2"))
        yield said(view, "title.loads"), said(view, "heading.jobs"), told, assumed
