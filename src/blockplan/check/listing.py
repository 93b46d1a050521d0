"""Rules and packs as lists: what there is, what one rule says in full, whether the cases hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from blockplan.check.instruments import HOUSE
from blockplan.check.limits import required_by
from blockplan.check.loader import CaseResult, run_cases
from blockplan.check.packs import available, load
from blockplan.errors import UsageError
from blockplan.texts import DEFAULT_LANGUAGE, pick

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from blockplan.check.packs import Pack
    from blockplan.check.rules import Limit, Rule, RuleParameter


def list_rules(
    packs: Iterable[str | Path] | None = None,
    lang: str = DEFAULT_LANGUAGE,
) -> list[dict[str, Any]]:
    """
    One entry per rule, with its newest limit, as JSON writes it.

    `packs` are ids or folders, every installed pack where None.
    """
    return [_summary(rule, pack, lang) for pack in _loaded(packs) for rule in pack.rules]


def show_rule(
    rule_id: str,
    lang: str = DEFAULT_LANGUAGE,
    packs: Iterable[str | Path] | None = None,
) -> dict[str, Any]:
    """
    Everything a rule says: every limit with its source, every parameter with its note, every case.

    Raises
    ------
    UsageError
        If no pack holds such a rule; the message names those that are near.
    """
    loaded = _loaded(packs)
    for pack in loaded:
        for rule in pack.rules:
            if rule.id == rule_id:
                return _full(rule, pack, lang)
    known = ", ".join(rule.id for pack in loaded for rule in pack.rules)
    raise UsageError(f"There is no rule {rule_id!r}. Rules there are: {known}.")


def test_packs(
    packs: Iterable[str | Path] | None = None,  # noqa: PT028 (the name is the command's: rules test)
) -> tuple[CaseResult, ...]:
    """Every case of every rule of the packs, decided by the comparison that judges plans."""
    return tuple(result for pack in _loaded(packs) for rule in pack.rules for result in run_cases(rule))


def _loaded(packs: Iterable[str | Path] | None) -> tuple[Pack, ...]:
    return load(sorted(available()) if packs is None else packs, HOUSE.measures())


def _summary(rule: Rule, pack: Pack, lang: str) -> dict[str, Any]:
    limit = rule.limits[-1]
    required = required_by(limit)
    return {
        "rule": rule.id,
        "pack": pack.id,
        "title": pick(rule.title, lang),
        "measure": rule.measure,
        "unit": rule.unit,
        "required": {"op": required.op, "value": _plain(required.value)},
        "from": str(limit.begins),
        "force": rule.force,
        "confidence": rule.confidence,
        "scope": {"kind": rule.scope.kind, "id": rule.scope.id},
        "repealed": rule.repealed.model_dump(mode="json") if rule.repealed else None,
        "source": limit.source.plain,
    }


def _full(rule: Rule, pack: Pack, lang: str) -> dict[str, Any]:
    return {
        **_summary(rule, pack, lang),
        "pack_title": pick(pack.head.title, lang),
        "publisher": pick(pack.head.publisher, lang),
        "note": pick(rule.note, lang),
        "definition": dict(rule.definition),
        "with": dict(rule.with_),
        "parameters": {
            name: _parameter(parameter, lang)
            for name, parameter in {**pack.head.parameters, **rule.parameters}.items()
        },
        "limits": [
            {
                "from": str(limit.begins),
                "required": {"op": (asked := required_by(limit)).op, "value": _plain(asked.value)},
                **({"own": True} if limit.own else {}),
                **({"by_class": _table(limit)} if limit.by_class is not None else {}),
                "source": limit.source.plain,
            }
            for limit in rule.limits
        ],
        "still_in_force_on": str(rule.still_in_force_on),
        "cases": [
            {
                "name": case.name,
                "day": str(case.day),
                "measured": case.measured,
                "expect": case.expect,
                "holds": result.holds,
            }
            for case, result in zip(rule.cases, run_cases(rule), strict=True)
        ],
    }


def _table(limit: Limit) -> dict[str, Any]:
    rows = (limit.by_class or {}).items()
    return {name: row.model_dump(mode="json", exclude_none=True) for name, row in rows}


def _parameter(parameter: RuleParameter, lang: str) -> dict[str, Any]:
    return {
        "value": parameter.value,
        "use": parameter.use,
        "fixed": parameter.fixed,
        "set_by": parameter.manifest or ("" if parameter.fixed else "parameters"),
        "open_point": parameter.open_point,
        "note": pick(parameter.note, lang),
    }


def _plain(value: float | tuple[float, float]) -> float | list[float] | None:
    if isinstance(value, tuple):
        return list(value)
    return None if math.isnan(value) else value
