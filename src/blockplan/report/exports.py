"""
The result as tables for other programs: CSV files, and one workbook.

Column names are English and the same in every language; words in cells follow the report's. A number
stands as a number in the unit of its ``unit`` column or its column name; what is not known is an empty
cell, never 0. Text that a spreadsheet would take for a formula stays text.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from math import inf
from sys import float_info
from typing import TYPE_CHECKING, Any

import blockplan
from blockplan.figures import is_known
from blockplan.measure.missing import lines
from blockplan.report import ledger, readings
from blockplan.report.definitions import reading_name
from blockplan.report.features import residents_at
from blockplan.texts import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from blockplan.check.verdict import Required
    from blockplan.measure.measurement import Measurement
    from blockplan.report.view import View

    Cell = str | float | int | None
    Row = tuple[Cell, ...]

MOST_ROWS, MOST_CHARACTERS = 1_048_575, 32_000
WIDE = frozenset({"title", "text", "why", "message", "remedy", "notes", "definition", "subject", "missing"})
#: Up to which size numbers look how; whole ones, and none larger, as the last.
NUMBERS = ((0.001, "General"), (1, "0.000"), (100, "#,##0.00"), (float_info.max, "#,##0.0"), (inf, "#,##0"))
SHARES = frozenset({"share", "required_share"})


@dataclass(frozen=True, slots=True)
class DataTable:
    """One table: its name, its columns, its rows in the order of the columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def csv(self) -> bytes:
        """The table as `blockplan.texts.csv_bytes` writes it."""
        return csv_bytes(self.columns, self.rows)


def tables(view: View) -> list[DataTable]:
    """Every table of a result, in the order in which they are written."""
    return [DataTable(name, columns, tuple(make(view))) for name, (columns, make) in TABLES.items()]


def workbook(view: View, made: Sequence[DataTable]) -> bytes:
    """All tables as one workbook, with a first sheet that says what was judged; same result, same bytes."""
    import xlsxwriter  # noqa: PLC0415 (only who writes tables needs it)

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
        {"bold": True, "bg_color": "#E3EDEF", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    percent = book.add_format({"num_format": "0.0%"})
    formats = [(below, book.add_format({"num_format": one})) for below, one in NUMBERS]
    _about(book.add_worksheet("about"), view, made, head, wrapped)
    for table in made:
        sheet = book.add_worksheet(table.name)
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column, head)
            sheet.set_column(at, at, _width(table, at), percent if column in SHARES else None)
        for number, row in enumerate(table.rows[:MOST_ROWS], 1):
            for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                _write_cell(sheet, number, at, cell, percent if column in SHARES else _look(cell, formats))
        sheet.freeze_panes(1, 1)
        # On paper: A3 across, as wide as the table, its columns named on each page.
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    book.close()
    return out.getvalue()


def _about(sheet: Any, view: View, made: Sequence[DataTable], head: Any, wrapped: Any) -> None:
    """The first sheet: plan, day, hash, packs, whether it is synthetic, and what the other sheets hold."""
    words, result, manifest = view.words, view.result, view.plan.manifest
    facts = {**dict(view.facts), words("head.packs"): words.join(view.result.packs)}  # ids, to ask for them
    lines: list[tuple[str, Cell]] = [(words("head.report"), view.title), ("id", manifest.id), *facts.items()]
    lines += [
        (words("head.hash"), result.content_hash or view.plan.content_hash),
        (
            words("head.synthetic_title"),
            words("head.synthetic") if manifest.synthetic else words("value.none"),
        ),
        (words("section.residents"), result.residents.central),
        (words("residents.low"), result.residents.low),
        (words("residents.high"), result.residents.high),
        (words("sheet.capacity"), result.capacity.residents),
        ("", words("tables.note")),
        ("", words("head.made_with", version=blockplan.__version__)),
    ]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90, wrapped)
    for number, (name, value) in enumerate(lines):
        sheet.write_string(number, 0, name, head)
        _write_cell(sheet, number, 1, value if value is not None else words.unknown)
    first = len(lines) + 1
    for number, table in enumerate(made, first):
        sheet.write_string(number, 0, table.name, head)
        said = f"{words(f'tables.{table.name}')} ({len(table.rows)})"
        if len(table.rows) > MOST_ROWS:
            said += " " + words("tables.cut", n=words.number(MOST_ROWS))
        sheet.write_string(number, 1, said)


def _look(cell: Cell, formats: Sequence[tuple[float, Any]]) -> Any:
    """How a number looks: fewer decimals the larger it is. The cell keeps all of its digits."""
    if isinstance(cell, str) or not is_known(cell):
        return None
    size = inf if float(cell).is_integer() else abs(cell)
    return next(look for below, look in formats if size <= below)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, look: Any = None) -> None:
    if cell == "":
        return
    if isinstance(cell, str):
        short = cell if len(cell) <= MOST_CHARACTERS else f"{cell[:MOST_CHARACTERS]} ..."
        sheet.write_string(row, column, short)
    elif is_known(cell):
        sheet.write_number(row, column, cell, look)


def _width(table: DataTable, at: int) -> float:
    if table.columns[at] in WIDE:
        return 48
    longest = max((len(str(row[at])) for row in table.rows[:200] if row[at] is not None), default=0)
    return min(34, max(len(table.columns[at]) + 4, longest + 2))


# The tables

VERDICTS = (
    "pack", "rule", "title", "scope_kind", "scope_id", "outcome", "measured", "unit", "per_residents",
    "required_op", "required", "required_high", "margin", "affected_residents", "places", "remedy_amount",
    "remedy_unit", "remedy", "force", "confidence", "measure", "supply", "document", "clause", "published",
    "address", "missing", "notes",
)  # fmt: skip


def _verdicts(view: View) -> Iterator[Row]:
    words = view.words
    for one in view.result.verdicts:
        low, high = _limits(one.required)
        measurement, remedy = one.measurement, one.remedy
        yield (
            one.pack, one.rule, words.pick(one.title), one.scope_kind, one.scope_id, one.outcome,
            one.measured, one.unit, measurement.per or None if measurement else None, one.required.op, low,
            high, one.margin, one.affected_residents, len(one.where), remedy.amount if remedy else None,
            remedy.unit if remedy else "", words.pick(remedy.text) if remedy else "", one.force,
            one.confidence, measurement.id if measurement else "",
            measurement.supply if measurement else None,
            *(str(one.source.get(key, "")) for key in ("document", "clause", "published", "address")),
            "; ".join(lines(one.missing)), " ".join(map(words.pick, one.notes)),
        )  # fmt: skip


READINGS = (
    "pack", "rule", "scope_kind", "scope_id", "reading", "name", "judges", "share", "weight", "outcome",
    "required_share", "gained_places", "gained_residents", "lost_places", "lost_residents",
)  # fmt: skip


def _readings(view: View) -> Iterator[Row]:
    for verdict in view.result.verdicts:
        for number, reading in enumerate(verdict.readings):
            gained, lost = readings.sides(verdict, reading, view.people_at)
            known = is_known(reading.share) and number > 0
            yield (
                verdict.pack, verdict.rule, verdict.scope_kind, verdict.scope_id, reading.id,
                reading_name(reading, view.words),
                "yes" if number == 0 else "no", reading.share, reading.weight, reading.outcome,
                readings.required_share(verdict),
                len(gained.ids) if known else None, gained.residents if known else None,
                len(lost.ids) if known else None, lost.residents if known else None,
            )  # fmt: skip


PLACES = (
    "pack", "rule", "scope_kind", "scope_id", "why", "reading", "layer", "id", "x_m", "y_m", "value", "unit",
    "residents",
)  # fmt: skip


def _places(view: View) -> Iterator[Row]:
    for verdict in view.result.verdicts:
        head = (verdict.pack, verdict.rule, verdict.scope_kind, verdict.scope_id)
        unit = verdict.unit if verdict.reach is None else "m"
        for place in verdict.where:
            yield (
                *head, "falls_short", "", place.layer, place.id, place.x, place.y, place.value, unit,
                residents_at(view.plan, place),
            )  # fmt: skip
        for reading in verdict.readings[1:]:
            gained, lost = readings.sides(verdict, reading, view.people_at)
            for why, side in (("gained", gained), ("lost", lost)):
                for id_ in side.ids:
                    people = view.people_at(verdict, id_)
                    yield (
                        *head,
                        why,
                        reading.id,
                        view.layer_of(verdict, id_),
                        id_,
                        None,
                        None,
                        None,
                        "",
                        people,
                    )


MEASURES = (
    "id", "title", "part", "value", "unit", "supply", "residents", "per_residents", "use", "missing",
    "confidence", "document", "clause", "definition",
)  # fmt: skip


def _measures(view: View) -> Iterator[Row]:
    reported = {one.id for one in view.result.reported}
    for one in view.result.reported:
        yield from _measure(view, one, "reported")
    seen = set()
    for verdict in view.result.verdicts:
        found = verdict.measurement
        if found is None or found.id in reported or (found.id, found.value) in seen:
            continue
        seen.add((found.id, found.value))
        yield from _measure(view, found, "judged")


def _measure(view: View, found: Measurement, use: str) -> Iterator[Row]:
    row, source = view.reported_row(found), found.document
    tail = (str(source.get("document", "")), str(source.get("clause", "")))
    missing = "; ".join(lines(found.missing))
    yield (
        found.id, row.title, "", found.value, found.unit, found.supply, None, found.per or None, use, missing,
        row.confidence, *tail, row.definition,
    )  # fmt: skip
    for part in found.by:
        yield (
            found.id, row.title, part.scope, part.value, found.unit, part.supply, part.residents,
            found.per or None, use, "; ".join(lines(part.missing)), row.confidence, *tail, "",
        )  # fmt: skip


STATEMENTS = ("statement_id", "kind", "state", "text", "why", "bound_to")


def _statements(view: View) -> Iterator[Row]:
    pick = view.words.pick
    for one in view.result.statements:
        yield (one.statement_id, one.kind, one.state, pick(one.text), pick(one.why), ", ".join(one.bound_to))


DIFFERENCES = (
    "statement_id", "subject", "said", "tabled", "drawn", "unit", "tolerance", "agreement", "notes",
)  # fmt: skip


def _differences(view: View) -> Iterator[Row]:
    pick = view.words.pick
    for one in ledger.differences(view.result):
        yield (
            one.statement_id, pick(one.subject), one.said, one.tabled, one.drawn, one.unit,
            one.tolerance, ledger.agreement_of(one), pick(one.note),
        )  # fmt: skip


FAULTS = ("grade", "rule", "layer", "id", "x_m", "y_m", "measured", "unit", "message", "remedy")


def _faults(view: View) -> Iterator[Row]:
    lang = view.words.lang
    for one in view.result.faults:
        yield (
            one.grade, one.rule, one.layer, one.id or "", one.x, one.y, one.measured, one.unit or "",
            one.message(lang), one.remedy(lang),
        )  # fmt: skip


def _limits(required: Required) -> tuple[float, float | None]:
    value = required.value
    return value if isinstance(value, tuple) else (value, None)


#: File name -> columns, and what makes the rows.
TABLES: dict[str, tuple[tuple[str, ...], Callable[[View], Iterator[Row]]]] = {
    "verdicts": (VERDICTS, _verdicts),
    "readings": (READINGS, _readings),
    "places": (PLACES, _places),
    "measures": (MEASURES, _measures),
    "statements": (STATEMENTS, _statements),
    "differences": (DIFFERENCES, _differences),
    "faults": (FAULTS, _faults),
}
