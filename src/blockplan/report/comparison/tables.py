"""
A comparison as CSV tables, long form: one row a verdict and column, a measure and column, a change and field.

Column names are English and the same in every language, as those of the tables of a result
(`blockplan.report.exports`); what is not known is an empty cell, never 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.report.exports import DataTable
from blockplan.report.files import write_whole
from blockplan.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blockplan.compare import Comparison

    Document = Mapping[str, Any]

COLUMNS = (
    "column", "plan", "scenario", "title", "on", "residents_low", "residents", "residents_high", "capacity",
    "binding_rule", "drawn_ha", "pass", "fail", "unknown", "not_applicable", "exit_code", "content_hash",
)  # fmt: skip
VERDICTS = (
    "rule", "title", "scope_kind", "scope_id", "confidence", "column", "outcome", "measured", "unit",
    "required_op", "required", "required_high", "margin", "force", "affected_residents", "places", "differs",
)  # fmt: skip
MEASURES = (
    "measure",
    "scope_kind",
    "scope_id",
    "rules",
    "column",
    "value",
    "unit",
    "per_residents",
    "in_doubt",
)
TRANSITION = ("column", "from_list", "from", "from_drawn", "to_list", "to", "to_drawn", "ha")
CHANGED = ("column", "layer", "id", "change", "field", "old", "new")
RESIDENTS = ("column", "layer", "id", "old", "new", "old_drawn", "new_drawn")
GAINS = ("column", "to", "layer", "id", "residents", "old_m", "new_m")
PLACES = ("column", "rule", "scope_kind", "scope_id", "layer", "id", "change", "x", "y")


def write_comparison_tables(
    found: Comparison, folder: Path | str, lang: str = DEFAULT_LANGUAGE
) -> list[Path]:
    """
    Write a comparison as CSV files into a folder (made if need be); `lang` is that of the titles.

    Raises
    ------
    UsageError
        If a file cannot be written.
    """
    made = comparison_tables(found.to_dict(lang))
    return [write_whole(Path(folder) / f"{table.name}.csv", table.csv()) for table in made]


def comparison_tables(document: Document) -> list[DataTable]:
    """The tables of a comparison, from its document."""
    return [
        DataTable("columns", COLUMNS, tuple(map(_column, document["columns"]))),
        DataTable("verdicts", VERDICTS, tuple(_verdicts(document["verdicts"]))),
        DataTable("measures", MEASURES, tuple(_measures(document["measures"]))),
        DataTable("transition_ha", TRANSITION, _plain(document["transition_ha"], TRANSITION)),
        DataTable("changed", CHANGED, tuple(_changes(document["changed"]))),
        DataTable("residents_changed", RESIDENTS, _plain(document["residents_changed"], RESIDENTS)),
        DataTable("places_changed", PLACES, tuple(_places(document["places_changed"]))),
        DataTable("gains", GAINS, tuple(_gains(document["gains"]))),
    ]


def _column(one: Document) -> tuple[Any, ...]:
    people, outcomes = one["residents"], one["outcomes"]
    given = {
        **one,
        **outcomes,
        "column": one["id"],
        "residents_low": people["low"],
        "residents": people["central"],
        "residents_high": people["high"],
    }
    return tuple(given[name] for name in COLUMNS)


def _verdicts(rows: list[Document]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        for by in row["by"]:
            required = by["required"] or {"op": None, "value": None}
            low, high = (
                required["value"] if isinstance(required["value"], list) else (required["value"], None)
            )
            given = {
                **row,
                **by,
                **_scope(row),
                "required_op": required["op"],
                "required": low,
                "required_high": high,
                "outcome": by["outcome"] if by["judged"] else "not_judged",
            }
            yield tuple(given[name] for name in VERDICTS)


def _measures(rows: list[Document]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        for by in row["by"]:
            named = {
                "measure": row["id"],
                "rules": ", ".join(row["rules"]),
                "per_residents": row["per"] or None,
            }
            given = {**row, **by, **_scope(row), **named}
            yield tuple(given[name] for name in MEASURES)


def _changes(rows: list[Document]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        for field in row["fields"] or [{"column": None, "old": None, "new": None}]:
            given = {**row, "field": field["column"], "old": field["old"], "new": field["new"]}
            yield tuple(given[name] for name in CHANGED)


def _places(rows: list[Document]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        given = {**row, **_scope(row)}
        yield tuple(given[name] for name in PLACES)


def _gains(rows: list[Document]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        for home in row["homes"]:
            given = {**row, **home}
            yield tuple(given[name] for name in GAINS)


def _scope(row: Document) -> dict[str, str]:
    return {"scope_kind": row["scope"]["kind"], "scope_id": row["scope"]["id"]}


def _plain(rows: list[Document], names: tuple[str, ...]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row[name] for name in names) for row in rows)
