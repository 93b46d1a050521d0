"""Verdicts as the workbench shows them: those of ``check --json``, their figures as everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.report import tables
from blockplan.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.compare import Comparison


def result_document(result: CheckResult, lang: str) -> dict[str, Any]:
    """``check --json``; each verdict with ``said``, what is measured and required in words."""
    return {**result.to_dict(lang), "verdicts": verdict_documents(result.verdicts, lang)}


def verdict_documents(verdicts: Iterable[Verdict], lang: str) -> list[dict[str, Any]]:
    """Verdicts as JSON writes them, each with ``said``: ``{measured, required}`` in words."""
    words = Words(lang)
    return [
        {
            **one.to_dict(lang),
            "said": {"measured": tables.measured(one, words), "required": tables.required(one, words)},
        }
        for one in verdicts
    ]


def comparison_document(found: Comparison, lang: str) -> dict[str, Any]:
    """``compare --json``; the value of each verdict with ``said``, in words."""
    document, words = found.to_dict(lang), Words(lang)
    for row, told in zip(found.verdict_rows(), document["verdicts"], strict=True):
        for verdict, by in zip(row.verdicts, told["by"], strict=True):
            by["said"] = tables.measured(verdict, words) if verdict else tables.DASH
    return document
