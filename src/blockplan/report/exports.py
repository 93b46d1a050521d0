"""
The result as tables: in codes for other programs (CSV), and in words (`blockplan.report.result_workbook`).

Column names are English and the same in every language, and so are codes (``pass``, ``m2``); sentences follow
the report's language. A number stands as a number in the unit of its ``unit`` column or its column name;
what is not known is an empty cell, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.measure.measurement import figure_unit
from blockplan.measure.missing import lines
from blockplan.report import ledger, readings
from blockplan.report.definitions import reading_name
from blockplan.report.features import residents_at, unit_of
from blockplan.report.tables import missing_words
from blockplan.report.trace import clause_said, document_said, stands
from blockplan.texts import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from blockplan.check.verdict import Required, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.measure.missing import Missing
    from blockplan.report.view import View
    from blockplan.report.words import Words

    Cell = str | float | int | None
    Row = tuple[Cell, ...]

MOST_ROWS = 1_048_575


@dataclass(frozen=True, slots=True)
class DataTable:
    """One table: its name, its columns, its rows in the order of the columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def csv(self) -> bytes:
        """The table as `blockplan.texts.csv_bytes` writes it."""
        return csv_bytes(self.columns, self.rows)


def tables(view: View, *, said: bool = False) -> list[DataTable]:
    """
    Every table of a result, in the order in which they are written.

    With `said`, documents, parts of measures and what is missing stand in the words of a reader, and units as
    figures are written in (a ``ratio`` is no share), else as they stand in JSON.
    """
    return [DataTable(name, columns, tuple(make(view, said))) for name, (columns, make) in TABLES.items()]


# The tables

VERDICTS = (
    "pack", "rule", "title", "scope_kind", "scope_id", "outcome", "measured", "unit", "per_residents",
    "required_op", "required", "required_high", "margin", "affected_residents", "places", "remedy_amount",
    "remedy_unit", "remedy", "force", "confidence", "measure", "supply", "document", "clause", "published",
    "address", "missing", "notes",
)  # fmt: skip


def _verdicts(view: View, said: bool) -> Iterator[Row]:
    words = view.words
    for one in view.result.verdicts:
        low, high = _limits(one.required)
        measurement, remedy = one.measurement, one.remedy
        to_do = remedy.unit if remedy else ""
        if to_do == "1":
            to_do = _unit(to_do, measurement, said)

        def source(key: str, of: Verdict = one) -> str:
            return str(of.source.get(key, ""))

        yield (
            one.pack, one.rule, words.pick(one.title), one.scope_kind, one.scope_id, one.outcome,
            one.measured, _unit(one.unit, measurement, said),
            measurement.per or None if measurement else None, one.required.op, low, high,
            one.margin, one.affected_residents, len(one.where), remedy.amount if remedy else None, to_do,
            words.pick(remedy.text) if remedy else "", one.force,
            one.confidence, measurement.id if measurement else "",
            measurement.supply if measurement else None,
            *(_stands(one, words) if said else (source("document"), source("clause"))),
            source("published"), source("address"), _missing(one.missing, view, said),
            " ".join(map(words.pick, one.notes)),
        )  # fmt: skip


READINGS = (
    "pack", "rule", "title", "scope_kind", "scope_id", "reading", "name", "judges", "share", "weight",
    "outcome", "required_share", "gained_places", "gained_residents", "lost_places", "lost_residents",
)  # fmt: skip


def _readings(view: View, _said: bool) -> Iterator[Row]:
    pick = view.words.pick
    for verdict in view.result.verdicts:
        for number, reading in enumerate(verdict.readings):
            gained, lost = readings.sides(verdict, reading, view.people_at)
            known = is_known(reading.share) and number > 0
            yield (
                verdict.pack, verdict.rule, pick(verdict.title), verdict.scope_kind, verdict.scope_id,
                reading.id, reading_name(reading, view.words),
                "yes" if number == 0 else "no", reading.share, reading.weight, reading.outcome,
                readings.required_share(verdict),
                len(gained.ids) if known else None, gained.residents if known else None,
                len(lost.ids) if known else None, lost.residents if known else None,
            )  # fmt: skip


PLACES = (
    "pack", "rule", "title", "scope_kind", "scope_id", "why", "reading", "layer", "id", "x_m", "y_m", "value",
    "unit", "residents",
)  # fmt: skip


def _places(view: View, said: bool) -> Iterator[Row]:
    for verdict in view.result.verdicts:
        head = (
            verdict.pack, verdict.rule, view.words.pick(verdict.title), verdict.scope_kind, verdict.scope_id,
        )  # fmt: skip
        unit = unit_of(verdict)
        if unit == verdict.unit:
            unit = _unit(unit, verdict.measurement, said)
        for place in verdict.where:
            yield (
                *head, "falls_short", "", place.layer, place.id, place.x, place.y, place.value,
                unit if is_known(place.value) else "", residents_at(view.plan, place),
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


def _measures(view: View, said: bool) -> Iterator[Row]:
    reported = {one.id for one in view.result.reported}
    for one in view.result.reported:
        yield from _measure(view, one, "reported", said)
    seen = set()
    for verdict in view.result.verdicts:
        found = verdict.measurement
        if found is None or found.id in reported or (found.id, found.value) in seen:
            continue
        seen.add((found.id, found.value))
        yield from _measure(view, found, "judged", said)


def _measure(view: View, found: Measurement, use: str, said: bool) -> Iterator[Row]:
    row, source = view.reported_row(found), found.document
    lang, tail = view.words.lang, (str(source.get("document", "")), str(source.get("clause", "")))
    tail = (document_said(tail[0], lang), clause_said(tail[1], lang)) if said else tail
    missing, unit = _missing(found.missing, view, said), _unit(found.unit, found, said)
    yield (
        found.id, row.title, "", found.value, unit, found.supply, None, found.per or None, use, missing,
        row.confidence, *tail, row.definition,
    )  # fmt: skip
    for part, (name, _) in zip(found.by, row.parts, strict=True):
        yield (
            found.id, row.title, name if said else part.scope, part.value, unit, part.supply,
            part.residents, found.per or None, use, _missing(part.missing, view, said),
            row.confidence, *tail, "",
        )  # fmt: skip


STATEMENTS = ("statement_id", "kind", "state", "text", "why", "bound_to")


def _statements(view: View, _said: bool) -> Iterator[Row]:
    pick = view.words.pick
    for one in view.result.statements:
        yield (one.statement_id, one.kind, one.state, pick(one.text), pick(one.why), ", ".join(one.bound_to))


DIFFERENCES = (
    "statement_id", "subject", "said", "tabled", "drawn", "unit", "tolerance", "agreement", "notes",
)  # fmt: skip


def _differences(view: View, _said: bool) -> Iterator[Row]:
    pick = view.words.pick
    for one in ledger.differences(view.result):
        yield (
            one.statement_id, pick(one.subject), one.said, one.tabled, one.drawn, one.unit,
            one.tolerance, ledger.agreement_of(one), pick(one.note),
        )  # fmt: skip


FAULTS = ("grade", "rule", "layer", "id", "x_m", "y_m", "measured", "unit", "message", "remedy")


def _faults(view: View, _said: bool) -> Iterator[Row]:
    lang = view.words.lang
    for one in view.result.faults:
        yield (
            one.grade, one.rule, one.layer, one.id or "", one.x, one.y, one.measured, one.unit or "",
            one.message(lang), one.remedy(lang),
        )  # fmt: skip


def _stands(verdict: Verdict, words: Words) -> tuple[str, str]:
    """Document and clause in words; where a pack says both in one, it stands as the document."""
    document, clause = stands(verdict, words)
    return (document, clause) if document else (clause, "")


def _missing(missing: Sequence[Missing], view: View, said: bool) -> str:
    """What is missing, in one line."""
    return "; ".join(missing_words(missing, view.words) if said else lines(missing))


def _unit(unit: str, measurement: Measurement | None, said: bool) -> str:
    """A unit as figures are written in, where it is `said`."""
    return figure_unit(measurement, unit) if said and measurement else unit


def _limits(required: Required) -> tuple[float, float | None]:
    value = required.value
    return value if isinstance(value, tuple) else (value, None)


#: File name -> columns, and what makes the rows.
TABLES: dict[str, tuple[tuple[str, ...], Callable[[View, bool], Iterator[Row]]]] = {
    "verdicts": (VERDICTS, _verdicts),
    "readings": (READINGS, _readings),
    "places": (PLACES, _places),
    "measures": (MEASURES, _measures),
    "statements": (STATEMENTS, _statements),
    "differences": (DIFFERENCES, _differences),
    "faults": (FAULTS, _faults),
}
