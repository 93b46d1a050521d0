"""
The result as one workbook for people: headings, outcomes, units and kinds in the reader's language.

Numbers of rules, parcels and measures stay as they are; a number keeps all of its digits. Text that a
spreadsheet would take for a formula stays text. The same tables in codes are the CSV files.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from math import inf
from sys import float_info
from typing import TYPE_CHECKING, Any

import blockplan
from blockplan.figures import fixed, is_known
from blockplan.report.definitions import reading_name
from blockplan.report.exports import MOST_ROWS, DataTable, tables
from blockplan.report.maps.svg import text_width
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blockplan.report.exports import Cell
    from blockplan.report.view import View
    from blockplan.report.words import Words

RESULT_WORDS = Catalog("blockplan.report", "result.toml")
MOST_CHARACTERS, A3 = 32_000, 8
#: A3 across between its margins, a digit, the rim of a cell, mm; letters of 11 pt are no smaller than this.
PAGE_MM, DIGIT_MM, RIM_MM, LEAST_SCALE = 384.0, 1.85, 1.3, 0.6
#: Columns by which a row is known, on each page across.
KNOWN_BY = 3
#: Width of columns of sentences, in digits.
WIDE_DIGITS = 32.0
#: Columns of sentences, which wrap.
WIDE = frozenset(
    {
        "title",
        "text",
        "why",
        "message",
        "remedy",
        "notes",
        "definition",
        "subject",
        "missing",
        "document",
        "name",
    }
)
#: Up to which size numbers look how; whole ones, and none larger, as the last.
NUMBERS = ((0.001, "General"), (1, "0.000"), (100, "#,##0.00"), (float_info.max, "#,##0.0"), (inf, "#,##0"))
SHARES = frozenset({"share", "required_share"})
PERCENT = "0.0%"
#: Column of a unit -> the columns with figures in that unit of their row.
IN_UNIT = {
    "unit": frozenset(
        {"measured", "required", "required_high", "margin", "value", "said", "tabled", "drawn", "tolerance"}
    ),
    "remedy_unit": frozenset({"remedy_amount"}),
}
#: Columns of codes, and the words that they are said by.
CODED = {
    "scope_kind": "scope", "outcome": "outcome", "force": "force", "weight": "weight", "state": "state",
    "grade": "grade", "agreement": "agreement", "required_op": "operator", "use": "use",
    "layer": "layer",
}  # fmt: skip


def workbook(view: View) -> bytes:
    """All tables as one workbook, with a first sheet that says what was judged; same result, same bytes."""
    import xlsxwriter  # noqa: PLC0415 (only who writes tables needs it)

    words = view.words.on(RESULT_WORDS)
    made = in_words(view, words)
    out = io.BytesIO()
    day = view.plan.manifest.drawn_on
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties(
        {
            "title": view.title,
            "author": "Blockplan",
            "created": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
        }
    )
    head = book.add_format(
        {"bold": True, "bg_color": "#E3EDEF", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
    )
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    formats = {
        # Clear of a text in the next column.
        look: book.add_format({"num_format": look, "valign": "top", "align": "right", "indent": 1})
        for look in (*(one for _, one in NUMBERS), PERCENT)
    }
    count = book.add_format({"num_format": "#,##0", "align": "left"})
    _about(book.add_worksheet(words("sheet_name.about")), view, made, head, wrapped, count)
    for table in made:
        sheet = book.add_worksheet(words(f"sheet_name.{table.name}"))
        widths = [_width(table, at, words) for at in range(len(table.columns))]
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, words(f"heading.{column}"), head)
            sheet.set_column(at, at, widths[at], wrapped)
        for number, row in enumerate(table.rows[:MOST_ROWS], 1):
            shares = set(SHARES)
            for column, cell in zip(table.columns, row, strict=True):
                if column in IN_UNIT and cell == words("unit.share"):
                    shares |= IN_UNIT[column]
            for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                look = PERCENT if column in shares else _look(cell)
                _write_cell(sheet, number, at, cell, formats[look] if look else wrapped)
        sheet.freeze_panes(1, 1)
        # On paper: A3 across, its columns named on each page; several pages wide if need be.
        sheet.set_landscape()
        sheet.set_paper(A3)
        across = _pages_across(widths)
        sheet.fit_to_pages(across, 0)
        sheet.repeat_rows(0)
        if across > 1:
            sheet.repeat_columns(0, KNOWN_BY - 1)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    book.close()
    return out.getvalue()


def in_words(view: View, words: Words) -> list[DataTable]:
    """The tables with their codes said in words."""
    reading_names = {
        one.id: reading_name(one, words) for verdict in view.result.verdicts for one in verdict.readings
    }

    def kind(code: str, table: str) -> str:
        return words.or_else(f"choice.statements.{code}" if table == "statements" else f"kind.{code}", code)

    def unit(code: str) -> str:
        return words("unit.share") if code == "1" else " ".join(words.with_unit("", code).split())

    def said(table: str, column: str, cell: Cell) -> Cell:
        if not isinstance(cell, str) or not cell:
            return cell
        if column in CODED:
            return words.or_else(f"{CODED[column]}.{cell}", cell)
        by_column: dict[str, Callable[[], str]] = {
            "unit": lambda: unit(cell),
            "remedy_unit": lambda: unit(cell),
            "judges": lambda: words("flag.true" if cell == "yes" else "flag.false"),
            "kind": lambda: kind(cell, table),
            "reading": lambda: reading_names.get(cell, cell),
        }
        if (table, column) == ("readings", "reading"):
            return cell  # its name stands beside it
        if (table, column) == ("places", "why"):
            return words(f"place.{cell}")
        return by_column[column]() if column in by_column else cell

    return [
        DataTable(
            one.name,
            one.columns,
            tuple(
                tuple(said(one.name, column, cell) for column, cell in zip(one.columns, row, strict=True))
                for row in one.rows
            ),
        )
        for one in tables(view, said=True)
    ]


def _about(sheet: Any, view: View, made: Sequence[DataTable], head: Any, wrapped: Any, count: Any) -> None:
    """The first sheet: plan, day, hash, packs, whether it is synthetic, and what the other sheets hold."""
    words, result, manifest = view.words.on(RESULT_WORDS), view.result, view.plan.manifest
    facts = {**dict(view.facts), words("head.packs"): words.join(view.result.packs)}  # ids, to ask for them
    lines: list[tuple[str, Cell]] = [
        (words("head.report"), view.title),
        (words("heading.id"), manifest.id),
        *facts.items(),
    ]
    lines += [
        (words("head.hash"), result.content_hash or view.plan.content_hash),
        (
            words("head.synthetic_title"),
            words("head.synthetic") if manifest.synthetic else words("value.none"),
        ),
        (words("section.residents"), result.residents.central),
        (words("residents.low"), result.residents.low),
        (words("residents.high"), result.residents.high),
        *([(words("sheet.capacity"), result.capacity.residents)] if result.capacity.by_rule else []),
        ("", words("note.unknown")),
        ("", words("head.made_with", version=blockplan.__version__)),
    ]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90, wrapped)
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.fit_to_pages(1, 0)
    for number, (name, value) in enumerate(lines):
        sheet.write_string(number, 0, name, head)
        cell = value if value is not None else words.unknown
        _write_cell(sheet, number, 1, cell, None if isinstance(cell, str) else count)
    first = len(lines) + 1
    for number, table in enumerate(made, first):
        sheet.write_string(number, 0, words(f"sheet_name.{table.name}"), head)
        said = f"{words(f'tables.{table.name}')} ({len(table.rows)}); {table.name}.csv"
        if len(table.rows) > MOST_ROWS:
            said += " " + words("tables.cut", n=words.number(MOST_ROWS))
        sheet.write_string(number, 1, said)


def _look(cell: Cell) -> str:
    """How a number looks: fewer decimals the larger it is; "" for a text. The cell keeps its digits."""
    if isinstance(cell, str) or not is_known(cell):
        return ""
    size = inf if float(cell).is_integer() else abs(cell)
    return next(look for below, look in NUMBERS if size <= below)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, look: Any = None) -> None:
    if cell == "":
        return
    if isinstance(cell, str):
        short = cell if len(cell) <= MOST_CHARACTERS else f"{cell[:MOST_CHARACTERS]} ..."
        sheet.write_string(row, column, short, look)
    elif is_known(cell):
        sheet.write_number(row, column, cell, look)


def _pages_across(widths: Sequence[float]) -> int:
    """Over how many pages a table lies on paper, so that its letters can be read there."""
    each = [width * DIGIT_MM + RIM_MM for width in widths]
    again = sum(each[:KNOWN_BY])
    if sum(each) <= PAGE_MM / LEAST_SCALE:
        return 1
    return math.ceil((sum(each) - again) / (PAGE_MM / LEAST_SCALE - again))


def _width(table: DataTable, at: int, words: Words) -> float:
    """How wide a column is, in digits: a word of its heading and its cells stand whole, sentences wrap."""
    if table.columns[at] in WIDE:
        return WIDE_DIGITS
    head = words(f"heading.{table.columns[at]}")
    parts = head.split() if head.isascii() else [head[: -(-len(head) // 2)]]
    cells = (row[at] for row in table.rows[:200])
    shown = [one if isinstance(one, str) else fixed(one, 2) for one in cells if one is not None]
    return min(
        34,
        max(
            8.0,
            *(1.1 * text_width(one, 1 / 0.58) + 3.5 for one in parts),
            *(text_width(one, 1 / 0.58) + 2 for one in shown),
            0,
        ),
    )
