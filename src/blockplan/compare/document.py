"""A comparison as JSON writes it; see ``docs/compare.md`` and ``docs/contracts.md``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from blockplan.measure.missing import lines
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.check.verdict import Outcome, Verdict
    from blockplan.compare.columns import ComparedColumn, ComparedVerdict, MeasureRow

OUTCOMES: tuple[Outcome, ...] = ("pass", "fail", "unknown", "not_applicable")


def column_document(column: ComparedColumn, drawn_ha: float, lang: str) -> dict[str, Any]:
    """A column: what was judged, residents, what the supplies carry, how the verdicts came out."""
    result = column.result
    counted = Counter(verdict.outcome for verdict in result.verdicts)
    return {
        "id": column.id,
        "plan": column.plan.manifest.id,
        "scenario": column.plan.scenario,
        "title": pick(column.plan.manifest.title, lang),
        "on": result.on,
        "packs": list(result.packs),
        "content_hash": column.plan.content_hash,
        "synthetic": column.plan.manifest.synthetic,
        "residents": {
            "low": result.residents.low,
            "central": result.residents.central,
            "high": result.residents.high,
        },
        "capacity": result.capacity.residents,
        "binding_rule": result.capacity.binding_rule,
        "capacity_by_rule": dict(result.capacity.by_rule),
        "drawn_ha": drawn_ha,
        "outcomes": {outcome: counted[outcome] for outcome in OUTCOMES},
        "exit_code": result.exit_code,
    }


def verdict_document(row: ComparedVerdict, columns: Sequence[ComparedColumn], lang: str) -> dict[str, Any]:
    """A rule on one object: what the first column that judges it asks, and what each column gives."""
    first = row.first
    return {
        "rule": first.rule,
        "title": pick(first.title, lang),
        "scope": {"kind": first.scope_kind, "id": first.scope_id},
        "unit": first.unit,
        "required": first.required.to_dict(),
        "force": first.force,
        "confidence": first.confidence,
        "differs": row.differs,
        "by": [_by(column.id, verdict) for column, verdict in zip(columns, row.verdicts, strict=True)],
    }


def _by(column: str, verdict: Verdict | None) -> dict[str, Any]:
    return {
        "column": column,
        "judged": verdict is not None,
        "outcome": verdict.outcome if verdict else None,
        "measured": verdict.measured if verdict else None,
        "margin": verdict.margin if verdict else None,
        "required": verdict.required.to_dict() if verdict else None,
        "force": verdict.force if verdict else None,
        "affected_residents": verdict.affected_residents if verdict else None,
        "places": len(verdict.where) if verdict else None,
        "missing": list(lines(verdict.missing)) if verdict else [],
    }


def measure_document(row: MeasureRow, columns: Sequence[ComparedColumn]) -> dict[str, Any]:
    """A measure: its value in each column, and the rules that are judged by it."""
    kind, id_ = row.scope or ("plan", "")
    return {
        "id": row.first.id,
        "unit": row.first.unit,
        "per": row.first.per,
        "rules": list(row.rules),
        "scope": {"kind": kind, "id": id_ or columns[0].plan.manifest.id},
        "differs": row.differs,
        "by": [
            {"column": column.id, "value": found.value if found else None, "in_doubt": at in row.doubted}
            for at, (column, found) in enumerate(zip(columns, row.measurements, strict=True))
        ],
    }
