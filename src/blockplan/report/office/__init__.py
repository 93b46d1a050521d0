"""
The tables that an office hands in, from the land balance to the changes against the plan in force.

`TABLES` names them in their order; `office_tables` makes them all, `workbook` and `as_json` write them with
their definitions, `as_data` gives one for a CSV file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan import jsontext
from blockplan.report.exports import DataTable
from blockplan.report.office.changes import changes, transition
from blockplan.report.office.columns import NOT_APPLICABLE, OfficeTable, heading, meaning, said
from blockplan.report.office.facilities import facilities
from blockplan.report.office.land_balance import land_balance
from blockplan.report.office.loads import loads
from blockplan.report.office.parcels import parcels
from blockplan.report.office.parking import parking
from blockplan.report.office.per_thousand import per_thousand
from blockplan.report.office.phases import phases
from blockplan.report.office.streets import streets
from blockplan.report.office.utilities import utilities
from blockplan.report.office.workbook import explained, workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blockplan.report.view import View

__all__ = ["TABLES", "OfficeTable", "as_data", "as_json", "explained", "office_tables", "workbook"]

#: Name of a table -> what makes it; in the order of the workbook.
TABLES: dict[str, Callable[[View], OfficeTable]] = {
    "land_balance": land_balance,
    "per_thousand": per_thousand,
    "parcels": parcels,
    "facilities": facilities,
    "streets": streets,
    "loads": loads,
    "utilities": utilities,
    "parking": parking,
    "phases": phases,
    "transition": transition,
    "changes": changes,
}


def office_tables(view: View) -> list[OfficeTable]:
    """All tables of a plan and its result."""
    return [make(view) for make in TABLES.values()]


def as_data(table: OfficeTable) -> DataTable:
    """A table for other programs: English column names, ``line`` says row, subtotal or total."""
    rows = tuple(
        (line.kind, *(None if cell == NOT_APPLICABLE else cell for cell in line.cells))
        for line in table.lines
    )
    return DataTable(table.name, ("line", *(column.key for column in table.columns)), rows)


def as_json(view: View, made: Sequence[OfficeTable]) -> str:
    """
    All tables with the heading, meaning and source of each column, in the reader's language.

    A cell that is not known is null; ``／`` says that a column does not apply.
    """
    tables: list[dict[str, Any]] = [
        {
            "name": table.name,
            "title": said(view, f"title.{table.name}"),
            "columns": [
                {
                    "key": column.key,
                    "heading": heading(view, column),
                    "meaning": meaning(view, column),
                    "source": column.source,
                }
                for column in table.columns
            ],
            "lines": [{"kind": one.kind, "depth": one.depth, "cells": one.cells} for one in table.lines],
            "notes": [*filter(None, [table.lead]), *table.notes],
        }
        for table in made
    ]
    plan = {"id": view.plan.manifest.id, "title": view.title, "synthetic": view.plan.manifest.synthetic}
    hashed = view.result.content_hash or view.plan.content_hash
    return jsontext.document({"plan": plan, "content_hash": hashed, "tables": tables}) + "\n"
