"""What an answer to an opinion says of a scenario: the values that it changes, and the verdicts that turn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blockplan.check import check
from blockplan.compare import ComparedColumn, beside
from blockplan.portal.workspace.documents import shown_as
from blockplan.report import tables
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.compare import Comparison
    from blockplan.live.snapshot import Snapshot


def for_answer(at: Snapshot, name: str) -> dict[str, Any]:
    """
    The plan as it is now against another scenario, as the answering desk of a notice takes it.

    Returns
    -------
    dict
        ``changes``: lines ``layer:id:column:old:new:version``, of values alone (outlines are in the plan);
        ``reason``: by language the verdicts that turn, a line each, and those that fail still.
    """
    other = shown_as(at, name)
    columns = [
        ComparedColumn(name, other, check(other, at.named_packs, at.on)),
        ComparedColumn("now", at.plan, at.result),
    ]
    found = beside(columns)
    return {
        "changes": list(_changes(found, at.plan.content_hash)),
        "reason": {lang: "\n".join(_turned(found, Words(lang))) for lang in LANGUAGES},
    }


def _changes(found: Comparison, version: str) -> list[str]:
    """Rows that came or went have no value that stood before, and are told by their outlines' columns."""
    return [
        ":".join(
            (row.layer, row.id, column, *(json.dumps(one, ensure_ascii=False) for one in (old, new)), version)
        )
        for row in found.changes
        for column, old, new in row.fields
        if column != "geometry"
    ]


def _turned(found: Comparison, words: Words) -> list[str]:
    lines = []
    for row in found.verdict_rows():
        before, after = row.verdicts
        if (
            before is None
            or after is None
            or (before.outcome, before.measured) == (after.outcome, after.measured)
        ):
            continue
        title = words.pick(after.title)
        required = tables.required(after, words)
        lines.append(f"{title}: {_said(before, words)} → {_said(after, words)} ({required})")
    return [words.count("answer.verdicts", len(lines)), *lines] if lines else [words("answer.none")]


def _said(verdict: Verdict, words: Words) -> str:
    outcome = words(f"outcome.{verdict.outcome}")
    if verdict.measured is None:
        return outcome
    return f"{outcome}, {tables.measured(verdict, words)}"
