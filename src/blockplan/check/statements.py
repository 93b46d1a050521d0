"""
The sentences of the plan's text: which are kept, missed, represented, or not evidenced.

A sentence is bound to what carries it: ``rule:ID``, ``layer:NAME``,
``object:ID`` (of any layer) or ``programme:KIND``, several parted by commas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from blockplan.check.touch import text_faults
from blockplan.check.verdict import StatementState
from blockplan.check.words import say
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.check.verdict import State, Text, Verdict
    from blockplan.plan import Fault, Plan

#: Kinds of binding that a statement may have.
BINDINGS = ("rule", "layer", "object", "programme")


@dataclass(frozen=True, slots=True)
class Statement:
    """A row of the layer ``statements``: id, kind, text by language, and what it is bound to."""

    id: str
    kind: str
    text: Text
    bound_to: tuple[str, ...]

    def bound(self, kind: str) -> tuple[str, ...]:
        """Names that the statement is bound to under one kind of binding."""
        pairs = [binding.partition(":") for binding in self.bound_to]
        return tuple(name.strip() for found, _, name in pairs if found.strip() == kind)

    @property
    def odd(self) -> tuple[str, ...]:
        """Bindings that are none of the four kinds."""
        return tuple(
            binding for binding in self.bound_to if binding.partition(":")[0].strip() not in BINDINGS
        )


def read_statements(plan: Plan) -> tuple[Statement, ...]:
    """The statements of a plan, in the order of the layer."""
    frame = plan.layer("statements")
    return tuple(
        Statement(
            str(id_),
            _word(row["kind"]),
            {lang: _word(row[f"text_{lang}"]) for lang in LANGUAGES if _word(row[f"text_{lang}"])},
            tuple(part.strip() for part in _word(row["bound_to"]).split(",") if part.strip()),
        )
        for id_, row in zip(frame.index, frame.to_dict("records"), strict=True)
    )


def bound_statements(statements: Iterable[Statement], rule: str) -> tuple[str, ...]:
    """Ids of the statements that a rule carries."""
    return tuple(statement.id for statement in statements if rule in statement.bound("rule"))


def judge_statements(
    plan: Plan, statements: Sequence[Statement], verdicts: Iterable[Verdict], faults: Sequence[Fault]
) -> tuple[StatementState, ...]:
    """The state of every statement, and why."""
    by_rule: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_rule.setdefault(verdict.rule, []).append(verdict)
    held = _Held(plan)
    states = []
    for statement in statements:
        state, why = _state(statement, by_rule, held, faults)
        states.append(
            StatementState(statement.id, state, statement.text, statement.kind, statement.bound_to, why)
        )
    return tuple(states)


class _Held:
    """What a plan holds: layers with rows, ids of features, kinds of programmes."""

    def __init__(self, plan: Plan) -> None:
        self.layers = {name for name, frame in plan.layers.items() if len(frame)}
        self.objects = {
            str(id_) for name, frame in plan.layers.items() if name != "statements" for id_ in frame.index
        }
        self.programmes = {_word(kind) for kind in plan.layer("programmes")["kind"]} - {""}

    def lacks(self, statement: Statement) -> tuple[str, ...]:
        """Bindings of a statement, rules aside, that the plan does not hold."""
        held = {"layer": self.layers, "object": self.objects, "programme": self.programmes}
        return tuple(
            f"{kind}:{name}"
            for kind, names in held.items()
            for name in statement.bound(kind)
            if name not in names
        )


def _state(
    statement: Statement, by_rule: Mapping[str, list[Verdict]], held: _Held, faults: Sequence[Fault]
) -> tuple[State, Text]:
    if statement.kind == "N":
        return "context", say("why.context")
    if differing := text_faults(faults, {statement.id}):
        return "missed", say("why.text", message=_message(differing[0]))
    if (why := _not_carried(statement, held)) is not None:
        return "not_evidenced", why
    rules = statement.bound("rule")
    if not rules or statement.kind == "R":
        return _represented(statement, rules, by_rule)
    return _by_rules(rules, by_rule)


def _not_carried(statement: Statement, held: _Held) -> Text | None:
    """Why nothing in the plan carries a statement; None where all that it is bound to is there."""
    if not statement.bound_to:
        return say("why.unbound")
    if statement.odd:
        return say("why.odd", bindings=", ".join(statement.odd))
    if lacking := held.lacks(statement):
        return say("why.absent", bindings=", ".join(lacking))
    return None


def _represented(
    statement: Statement, rules: Sequence[str], by_rule: Mapping[str, list[Verdict]]
) -> tuple[State, Text]:
    """Everything bound is there; where only rules are bound, they carry the sentence by being judged."""
    absent = [rule for rule in rules if not _outcomes(rule, by_rule) - {"not_applicable"}]
    if absent and len(rules) == len(statement.bound_to):
        return "not_evidenced", say("why.not_judged", rules=", ".join(absent))
    return "represented", say("why.represented", bindings=", ".join(statement.bound_to))


def _by_rules(rules: Sequence[str], by_rule: Mapping[str, list[Verdict]]) -> tuple[State, Text]:
    outcomes = {rule: _outcomes(rule, by_rule) for rule in rules}
    if failed := [rule for rule in rules if "fail" in outcomes[rule]]:
        return "missed", say("why.missed", rules=_titles(failed, by_rule))
    if unknown := [rule for rule in rules if "unknown" in outcomes[rule]]:
        return "not_evidenced", say("why.unknown", rules=_titles(unknown, by_rule))
    absent = [rule for rule in rules if "pass" not in outcomes[rule]]
    if absent:
        return "not_evidenced", say("why.not_judged", rules=", ".join(absent))
    return "kept", say("why.kept", rules=_titles(rules, by_rule))


def _titles(rules: Iterable[str], by_rule: Mapping[str, list[Verdict]]) -> Text:
    """Rules by title and id, in every language."""
    found = [(rule, by_rule[rule][0].title) for rule in rules]
    return {lang: ", ".join(f"{pick(title, lang)} ({rule})" for rule, title in found) for lang in LANGUAGES}


def _outcomes(rule: str, by_rule: Mapping[str, list[Verdict]]) -> set[str]:
    return {verdict.outcome for verdict in by_rule.get(rule, ())}


def _message(fault: Fault) -> Text:
    return {lang: fault.message(lang) for lang in LANGUAGES}


def _word(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()  # type: ignore[call-overload]
