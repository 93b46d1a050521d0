"""
The sentences of the plan's text: which are kept, missed, represented, or not evidenced.

A sentence is bound to what carries it: ``rule:ID``, ``layer:NAME``, ``object:ID`` (of any layer),
``programme:KIND``, ``manifest:KEY`` or ``measure:ID``, several parted by commas. A measure with a
condition (``measure:modes_per_station>=2``) is how a sentence without a figure can be contradicted:
then nothing bears it out, and it is not evidenced. No law is read into it, so it is never missed for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from blockplan.check.doubts import TEXT_AGAINST_DRAWING, doubted, text_faults
from blockplan.check.verdict import StatementState
from blockplan.check.words import amount, carriers, joined, measure_title, say, wanted
from blockplan.measure.missing import lines
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.validity.statements import BINDINGS, bindings, condition
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.check.verdict import State, Text, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Fault, Plan
    from blockplan.plan.validity.statements import Condition

#: A measure by its id, with the faults of the data that put it in doubt; None where there is no such measure.
Gauging = Callable[[str], "tuple[Measurement, tuple[Fault, ...]] | None"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A row of the layer ``statements``: id, kind, text by language, and what it is bound to."""

    id: str
    kind: str
    text: Text
    bound_to: tuple[str, ...]

    def bound(self, kind: str) -> tuple[str, ...]:
        """Names that the statement is bound to under one kind of binding."""
        pairs = [binding.partition(":") for binding in self.bound_to if kind in binding]
        return tuple(name.strip() for found, _, name in pairs if found.strip() == kind)

    @property
    def odd(self) -> tuple[str, ...]:
        """Bindings that are of no kind there is, or whose condition cannot be understood."""
        kinds = ((binding, *binding.partition(":")[::2]) for binding in self.bound_to)
        return tuple(
            binding
            for binding, kind, name in kinds
            if kind.strip() not in BINDINGS or (kind.strip() == "measure" and condition(name) is None)
        )


def read_statements(plan: Plan) -> tuple[Statement, ...]:
    """The statements of a plan, in the order of the layer."""
    return plan.cached("statements", lambda: _read_statements(plan))


def _read_statements(plan: Plan) -> tuple[Statement, ...]:
    frame = plan.layer("statements")
    return tuple(
        Statement(
            str(id_),
            _word(row["kind"]),
            {lang: _word(row[f"text_{lang}"]) for lang in LANGUAGES if _word(row[f"text_{lang}"])},
            tuple(bindings(_word(row["bound_to"]))),
        )
        for id_, row in zip(frame.index, frame.to_dict("records"), strict=True)
    )


def carried_by_rules(statements: Iterable[Statement]) -> dict[str, tuple[str, ...]]:
    """Rule -> ids of the statements that it carries."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in statements:
        for rule in dict.fromkeys(statement.bound("rule")):
            found[rule] = (*found.get(rule, ()), statement.id)
    return found


def state_of(
    statement: Statement,
    plan: Plan,
    by_rule: Mapping[str, Sequence[Verdict]],
    faults: Sequence[Fault],
    gauging: Gauging,
) -> StatementState:
    """
    The state of a statement, and why.

    Parameters
    ----------
    by_rule
        The verdicts of the rules that it is bound to, as far as these judge.
    """
    state, why = _state(statement, by_rule, _PlanContent(plan, gauging), faults)
    return StatementState(statement.id, state, statement.kind, statement.text, statement.bound_to, why)


@dataclass(frozen=True, slots=True)
class _PlanContent:
    """What a plan holds: layers with rows, features, kinds of programmes, words of its manifest, measures."""

    plan: Plan
    gauging: Gauging

    def lacks(self, statement: Statement) -> tuple[str, ...]:
        """Bindings of a statement, rules aside, that the plan does not hold."""
        plan = self.plan
        reads = [("programmes", "kind"), *((name, "ids") for name in (*LAYERS, *plan.layers))]
        held = plan.cached("names held", lambda: _names(plan), reads)
        absent = [
            f"{kind}:{name}"
            for kind, names in held.items()
            for name in statement.bound(kind)
            if name not in names
        ]
        unsaid = [f"manifest:{said}" for said in statement.bound("manifest") if not self._says(said)]
        return (*absent, *unsaid)

    def _says(self, said: str) -> bool:
        """Whether ``plan.toml`` has a key, with a value where one is asked for (``level=block``)."""
        key, _, wanted = (part.strip() for part in said.partition("="))
        found: Any = self.plan.manifest
        for part in key.split("."):
            found = getattr(found, part, None)
        return str(found) == wanted if wanted else bool(found)


def _names(plan: Plan) -> dict[str, frozenset[str]]:
    """Names that a binding may bear, by its kind: layers with rows, features, kinds of programmes."""
    frames = (frame for name, frame in plan.layers.items() if name != "statements")
    kinds = map(_word, plan.layer("programmes")["kind"])
    return {
        "layer": frozenset(name for name, frame in plan.layers.items() if len(frame)),
        "object": frozenset(str(id_) for frame in frames for id_ in frame.index),
        "programme": frozenset(kinds) - {""},
    }


def _state(
    statement: Statement,
    by_rule: Mapping[str, Sequence[Verdict]],
    held: _PlanContent,
    faults: Sequence[Fault],
) -> tuple[State, Text]:
    if statement.kind == "N":
        return "context", say("why.context")
    if differing := text_faults(faults, {statement.id}):
        return "missed", say("why.text", message=_message(differing[0]))
    if (why := _not_carried(statement, held)) is not None:
        return "not_evidenced", why
    rules = statement.bound("rule")
    by_figure = bool(rules) and statement.kind != "R"
    judged = _by_rules(rules, by_rule) if by_figure else _represented(statement, rules, by_rule, held.plan)
    if judged[0] == "missed":
        return judged
    # What the figures do not say is said by measures: they may contradict, not keep, a sentence.
    borne, against = _borne_out(statement, held)
    if against is not None:
        return "not_evidenced", against
    return judged[0], {
        lang: (judged[1][lang] + borne[lang]).strip() for lang in LANGUAGES
    } if borne else judged[1]


def _borne_out(statement: Statement, held: _PlanContent) -> tuple[Text | None, Text | None]:
    """What the measures of a statement say for it, and what they say against it (the first that does)."""
    said: list[Text] = []
    for asked in map(condition, statement.bound("measure")):
        if asked is None:
            continue  # `odd` has told of it
        gauged = held.gauging(asked.name)
        if gauged is None:
            return None, say("why.no_measure", measure=asked.name)
        measurement, faults = gauged
        title, value = measure_title(held.plan, asked), _value(measurement, asked)
        doubts = [fault for fault in faults if fault.rule != TEXT_AGAINST_DRAWING]
        if doubts:
            return None, say("why.doubted", measure=title, faults=", ".join(lines(map(doubted, doubts))))
        if value is None:
            missing = ", ".join(lines(measurement.missing)) or asked.scope or asked.name
            return None, say("why.not_measured", measure=title, missing=missing)
        shown = amount(measurement, value, asked.value)
        if not asked.holds(value):
            asks = wanted(measurement, asked)
            return None, say("why.contradicted", measure=title, amount=shown, wanted=asks)
        said.append(say("why.measured", measure=title, amount=shown))
    if not said:
        return None, None
    return say("why.measures", measures=joined(said)), None


def _value(measurement: Measurement, asked: Condition) -> float | None:
    if not asked.scope:
        return measurement.value
    parts = [part.value for part in measurement.by if part.scope == asked.scope]
    return parts[0] if parts else None


def _not_carried(statement: Statement, held: _PlanContent) -> Text | None:
    """Why nothing in the plan carries a statement; None where all that it is bound to is there."""
    if not statement.bound_to:
        return say("why.unbound")
    if statement.odd:
        return say("why.odd", bindings=", ".join(statement.odd))
    if lacking := held.lacks(statement):
        return say("why.absent", bindings=carriers(held.plan, lacking))
    return None


def _represented(
    statement: Statement, rules: Sequence[str], by_rule: Mapping[str, Sequence[Verdict]], plan: Plan
) -> tuple[State, Text]:
    """Everything bound is there; where only rules are bound, they carry the sentence by being judged."""
    absent = [rule for rule in rules if not _outcomes(rule, by_rule) - {"not_applicable"}]
    if absent and len(rules) == len(statement.bound_to):
        return "not_evidenced", say("why.not_judged", rules=", ".join(absent))
    bound = [binding for binding in statement.bound_to if not binding.startswith("measure:")]
    titles = _titles([rule for rule in rules if rule in by_rule], by_rule)
    things = carriers(plan, (binding for binding in bound if not binding.startswith("rule:")))
    held = joined([things, titles])
    return "represented", say("why.represented", bindings=held) if held["en"] else held


def _by_rules(rules: Sequence[str], by_rule: Mapping[str, Sequence[Verdict]]) -> tuple[State, Text]:
    outcomes = {rule: _outcomes(rule, by_rule) for rule in rules}
    if failed := [rule for rule in rules if "fail" in outcomes[rule]]:
        return "missed", say("why.missed", rules=_titles(failed, by_rule))
    if unknown := [rule for rule in rules if "unknown" in outcomes[rule]]:
        return "not_evidenced", say("why.unknown", rules=_titles(unknown, by_rule))
    absent = [rule for rule in rules if "pass" not in outcomes[rule]]
    if absent:
        return "not_evidenced", say("why.not_judged", rules=", ".join(absent))
    return "kept", say("why.kept", rules=_titles(rules, by_rule))


def _titles(rules: Iterable[str], by_rule: Mapping[str, Sequence[Verdict]]) -> Text:
    """Rules by title and id, in every language."""
    found = [(rule, by_rule[rule][0].title) for rule in rules]
    return {lang: ", ".join(f"{pick(title, lang)} ({rule})" for rule, title in found) for lang in LANGUAGES}


def _outcomes(rule: str, by_rule: Mapping[str, Sequence[Verdict]]) -> set[str]:
    return {verdict.outcome for verdict in by_rule.get(rule, ())}


def _message(fault: Fault) -> Text:
    return {lang: fault.message(lang) for lang in LANGUAGES}


def _word(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()  # type: ignore[call-overload]
