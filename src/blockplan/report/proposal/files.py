"""
What ``--out`` of every proposal holds: ``proposal.json``, ``changes.csv`` and ``proposal.html``.

The three appear together or not at all; other files of the folder stay as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blockplan import jsontext
from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files.archive import writing_folder
from blockplan.report.exports import DataTable, csv_bytes, csv_value
from blockplan.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from blockplan.propose import Proposal
    from blockplan.propose.changes import Change

DOCUMENT, CHANGES, PAGE = "proposal.json", "changes.csv", "proposal.html"
COLUMNS = ("layer", "id", "column", "old", "new")


def write_proposal(proposal: Proposal, folder: Path | str, lang: str = DEFAULT_LANGUAGE) -> list[Path]:
    """
    Write a proposal into a folder: JSON, a table of the changes, a page with maps.

    Raises
    ------
    UsageError
        If there is no such language, or the folder cannot be written.
    """
    from blockplan.report.proposal.page import page  # noqa: PLC0415 (templates are loaded when a page is made)

    files = {
        DOCUMENT: (jsontext.document(proposal.to_dict(lang)) + "\n").encode("utf-8"),
        CHANGES: csv_bytes(DataTable("changes", COLUMNS, tuple(map(_row, proposal.answer.changes)))),
        PAGE: page(proposal, lang).encode("utf-8"),
    }
    try:
        with writing_folder(folder) as place:
            for name, data in files.items():
                (place / name).write_bytes(data)
    except PlanDataError as error:
        raise UsageError(str(error)) from error
    return [Path(folder) / name for name in files]


def _row(change: Change) -> tuple[str | float | int | None, ...]:
    return change.layer, change.id, change.column, csv_value(change.old), csv_value(change.new)
