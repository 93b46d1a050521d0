"""
Columns of a comparison, and its rows: one a rule and object that it is judged on, one a measure.

As JSON writes them: ``docs/compare.md`` and ``docs/contracts.md``.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from blockplan.check.verdict import OUTCOMES
from blockplan.measure.missing import lines
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan

#: Measured values that are closer than this part of themselves are the same.
SAME_VALUE = 1e-6


@dataclass(frozen=True, slots=True)
class ComparedColumn:
    """One thing compared: its name, the plan it shows and what the check found."""

    id: str
    plan: Plan
    result: CheckResult


class Key(NamedTuple):
    """
    What makes two verdicts the same row: rule, and the object it was judged on.

    A rule on the whole plan has no object (the plans of two columns may have different ids). `nth`
    tells verdicts apart that share everything else.
    """

    rule: str
    kind: str
    id: str
    nth: int = 0


class ComparedVerdict(NamedTuple):
    """One rule on one object: the first verdict found, then one a column (None: not judged there)."""

    first: Verdict
    verdicts: list[Verdict | None]

    @property
    def differs(self) -> bool:
        """Whether the columns do not all come out alike."""
        return len({verdict.outcome if verdict else None for verdict in self.verdicts}) > 1


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """
    One measure: a measurement a column (None: not taken there).

    Attributes
    ----------
    rules
        The rules that are judged by it; none for a measure that is only reported.
    scope
        Kind and id of the object, where it is not the plan.
    doubted
        Columns in which a fault of the data puts the value in doubt.
    """

    measurements: tuple[Measurement | None, ...]
    rules: tuple[str, ...]
    scope: tuple[str, str] | None
    doubted: frozenset[int]

    @property
    def first(self) -> Measurement:
        """The first measurement found: its name, unit and definition."""
        return next(found for found in self.measurements if found is not None)

    @property
    def differs(self) -> bool:
        """Whether the columns do not all have one value (to a millionth: drawing rounds to millimetres)."""
        values = [found.value if found else None for found in self.measurements]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return bool(known)
        return not math.isclose(min(known), max(known), rel_tol=SAME_VALUE)


def keyed(column: ComparedColumn) -> dict[Key, Verdict]:
    """The verdicts of a column by what they are matched by."""
    found: dict[Key, Verdict] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for verdict in column.result.verdicts:
        whole = verdict.scope_kind == "plan" or verdict.scope_id == column.plan.manifest.id
        name = (verdict.rule, verdict.scope_kind, "" if whole else verdict.scope_id)
        found[Key(*name, seen[name])] = verdict
        seen[name] += 1
    return found


def verdict_rows(columns: Sequence[ComparedColumn]) -> list[ComparedVerdict]:
    """One row a rule and object, rules in the order of the first column, objects of one rule together."""
    found = [keyed(column) for column in columns]
    rows = []
    for key in _in_order(found):
        verdicts = [verdicts.get(key) for verdicts in found]
        rows.append(ComparedVerdict(next(verdict for verdict in verdicts if verdict is not None), verdicts))
    return rows


def measure_rows(columns: Sequence[ComparedColumn]) -> list[MeasureRow]:
    """
    One row a measure, judged ones first.

    A measure that rules use with different parameters, or on different objects, has several rows.
    """
    found = [_measurements(column) for column in columns]
    shared = Counter(id(one) for measured in found for one in measured.values())
    rows: dict[tuple[str | None, ...], list[Key]] = {}
    for key in _in_order(found):
        taken = [measured.get(key) for measured in found]
        alone = key.rule and key.id and not any(one is not None and shared[id(one)] > 1 for one in taken)
        said = tuple(_content(one, key.id if alone else "") for one in taken)
        rows.setdefault(said, []).append(key)
    doubts = [{key for key, verdict in keyed(column).items() if verdict.doubts} for column in columns]
    return [_measure_row(keys, found, doubts) for keys in rows.values()]


def _measure_row(
    keys: list[Key], found: Sequence[dict[Key, Measurement]], doubts: Sequence[set[Key]]
) -> MeasureRow:
    scopes = {(key.kind, key.id) for key in keys}
    scope = scopes.pop() if len(scopes) == 1 else ("", "")
    return MeasureRow(
        tuple(measured.get(keys[0]) for measured in found),
        tuple(dict.fromkeys(key.rule for key in keys if key.rule)),
        scope if scope[1] and keys[0].rule else None,
        frozenset(at for at, doubted in enumerate(doubts) if doubted.intersection(keys)),
    )


def _measurements(column: ComparedColumn) -> dict[Key, Measurement]:
    judged = {
        key: verdict.measurement for key, verdict in keyed(column).items() if verdict.measurement is not None
    }
    return {**judged, **{Key("", "reported", one.id): one for one in column.result.reported}}


def _content(one: Measurement | None, scope: str) -> str | None:
    if one is None:
        return None
    said = [one.id, one.unit, one.value, one.per, one.chosen, scope]
    return json.dumps(said, sort_keys=True, default=str)


def _in_order(found: Iterable[Mapping[Key, object]]) -> list[Key]:
    keys = dict.fromkeys(key for one in found for key in one)
    rules = {rule: at for at, rule in enumerate(dict.fromkeys(key.rule or "~reported" for key in keys))}
    # What is only reported stands after what is judged.
    rules["~reported"] = len(rules)
    return sorted(keys, key=lambda key: rules[key.rule or "~reported"])


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
