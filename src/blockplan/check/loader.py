"""
Reads rule files, and says with file and line what is wrong in them.

All faults of a document are reported at once, a line each, so that a rule is
put right in one go.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from blockplan.check.limits import decide_case, is_repealed, limit_on, required_of
from blockplan.check.rules import (
    AppliesTo,
    Beside,
    Figures,
    Gauge,
    Limit,
    PackHead,
    Region,
    Repealed,
    Reported,
    Rule,
    RuleCase,
    RuleParameter,
    Scope,
    Source,
    StrictModel,
)
from blockplan.errors import RulePackError
from blockplan.yamlfile import Location, YamlDocument, read_documents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from blockplan.check.verdict import Outcome

T = TypeVar("T", bound=StrictModel)
#: Which model stands under which key, for messages that list the keys known there.
_MODELS: dict[str, type[BaseModel]] = {
    "source": Source,
    "limits": Limit,
    "parameters": RuleParameter,
    "cases": RuleCase,
    "scope": Scope,
    "applies_to": AppliesTo,
    "beside": Beside,
    "repealed": Repealed,
    "reported": Reported,
    "region": Region,
    "by_class": Figures,
    "bound": Figures,
}
Fault = tuple[Location, str]


def read_rules(path: Path, measures: Mapping[str, Gauge]) -> list[Rule]:
    """
    The rules of a file, one a document.

    Parameters
    ----------
    path
        A YAML file; several rules on one subject are documents parted by ``---``.
    measures
        The measures that a rule may use, by name.

    Raises
    ------
    RulePackError
        If the file or a rule in it is refused; each line of the message begins with file and line.
    """
    documents = read_documents(path)
    if not documents:
        raise RulePackError(f"{path}, line 1: the file holds no rule. Write one, or remove the file.")
    return [_rule(document, measures) for document in documents]


def read_head(path: Path, measures: Mapping[str, Gauge]) -> PackHead:
    """The ``pack.yaml`` of a pack; RulePackError as in `read_rules`."""
    documents = read_documents(path)
    if len(documents) != 1:
        raise RulePackError(f"{path}, line 1: one document is wanted here, not {len(documents)}.")
    document = documents[0]
    head = _parse(document, PackHead, document.value)
    unknown: list[Fault] = [
        (("parameters", name, "use"), f"{name} of a whole pack is for reading only: use: reading")
        for name, parameter in head.parameters.items()
        if parameter.use != "reading"
    ]
    unknown += [
        fault for i, entry in enumerate(head.reported) for fault in _reported_faults(i, entry, measures)
    ]
    _refuse(document, unknown)
    return head


def _reported_faults(i: int, entry: str | Reported, measures: Mapping[str, Gauge]) -> Iterator[Fault]:
    name = entry if isinstance(entry, str) else entry.measure
    if name not in measures:
        yield ("reported", i), _unknown("measure", name, measures)
    elif not isinstance(entry, str):
        for choice in entry.with_:
            if choice not in measures[name].parameters:
                at = ("reported", i, "with", choice)
                yield at, _unknown(f"choice of {name}", choice, sorted(measures[name].parameters) or ["none"])


def _rule(document: YamlDocument, measures: Mapping[str, Gauge]) -> Rule:
    value, faults = _with_measured(document.value)
    _refuse(document, faults)
    rule = _parse(document, Rule, value)
    if rule.measure not in measures:
        faults.append((("measure",), _unknown("measure", rule.measure, measures)))
    else:
        faults += _measure_faults(rule, measures[rule.measure])
    faults += [
        *_limit_faults(rule),
        *_parameter_faults(rule),
        *_word_faults(rule),
        *_standing_faults(rule),
    ]
    _refuse(document, faults)
    if wanted := missing_cases(rule):
        faults.append((("cases",), f"cases are missing: {'; '.join(wanted)}"))
    _refuse(document, faults)
    return rule


def _with_measured(value: Any) -> tuple[Any, list[Fault]]:
    """The document with each case's value under ``measured``, not under the name of the measure."""
    if not isinstance(value, dict) or not isinstance(value.get("cases"), list):
        return value, []
    measure, cases = value.get("measure"), []
    faults: list[Fault] = []
    for i, case in enumerate(value["cases"]):
        if not isinstance(case, dict) or not isinstance(measure, str):
            cases.append(case)
            continue
        if measure not in case:
            faults.append(
                (("cases", i), f"the case has no value: give {measure}, the measure (null: not measured)")
            )
        rest = {key: item for key, item in case.items() if key != measure}
        if "measured" in rest:
            faults.append(
                (("cases", i, "measured"), f"unknown key 'measured'; the value stands under {measure}")
            )
        cases.append({**rest, "measured": case.get(measure)})
    return {**value, "cases": cases}, faults


def _measure_faults(rule: Rule, gauge: Gauge) -> Iterator[Fault]:
    if rule.unit != gauge.unit:
        yield ("unit",), f"the measure {rule.measure} is in {gauge.unit!r}, not in {rule.unit!r}"
    choices = sorted(gauge.parameters) or ["none"]
    for name, parameter in rule.parameters.items():
        if parameter.use == "measure" and name not in gauge.parameters:
            yield ("parameters", name), _unknown(f"choice of {rule.measure}", name, choices)
    for name in rule.with_:
        if name not in gauge.parameters:
            yield ("with", name), _unknown(f"choice of {rule.measure}", name, choices)
        elif name in rule.parameters:
            yield ("with", name), f"{name} stands under parameters too; a plan may set it, or it may not"


def _limit_faults(rule: Rule) -> Iterator[Fault]:
    for i, limit in enumerate(rule.limits):
        at = ("limits", i)
        if not limit.numbers and not limit.own and not limit.by_class:
            yield at, "the limit has no figure: give min, max, both, above, below or exactly"
        yield from _table_faults(rule, limit, at)
        if limit.rounded_to is not None and limit.exactly is None:
            yield (*at, "rounded_to"), "rounded_to says how a figure exactly is rounded, so give exactly"
        if limit.binding is not None and (limit.min is None or limit.max is None):
            yield (*at, "binding"), "binding names an end of a range, so give min and max"
        for alone in ("exactly", "above", "below"):
            if getattr(limit, alone) is not None and len(limit.numbers) > 1:
                yield (*at, alone), f"{alone} stands alone, without another figure"
        if limit.min is not None and limit.max is not None and limit.min > limit.max:
            yield (*at, "min"), f"min {limit.min:g} is above max {limit.max:g}"
        if i and limit.begins <= rule.limits[i - 1].begins:
            before = rule.limits[i - 1].begins
            yield (*at, "from"), f"limits are out of order: {limit.begins} does not come after {before}"


def _table_faults(rule: Rule, limit: Limit, at: Location) -> Iterator[Fault]:
    """What is wrong with a limit that is another for each parcel."""
    if not limit.own and limit.by_class is None:
        return
    what = "own" if limit.own else "by_class"
    if rule.scope.kind != "parcel":
        yield (*at, what), f"{what} is for rules that judge each parcel: scope: parcel"
    if limit.numbers or (limit.own and limit.by_class is not None):
        yield (*at, what), f"{what} stands alone, without another figure"
    for name, row in (limit.by_class or {}).items():
        if row.min is None and row.max is None:
            yield (*at, what, name), f"the class {name} has no figure: give min, max or both"


def _parameter_faults(rule: Rule) -> Iterator[Fault]:
    latest = rule.limits[-1]
    for name, parameter in rule.parameters.items():
        at = ("parameters", name, "value")
        value = parameter.value
        items = value if isinstance(value, list) else [value]
        if not items or not all(isinstance(item, bool | int | float | str) for item in items):
            yield at, f"{name} must be a number, a text, true, false, or a list of them"
        elif parameter.use in {"min", "max", "exactly"} and value != getattr(latest, parameter.use):
            stated = getattr(latest, parameter.use)
            yield at, f"{name} is {value}, but {parameter.use} of the newest limit is {stated}"


def _word_faults(rule: Rule) -> Iterator[Fault]:
    """Words that hold a {place} which nothing fills."""
    known = set(rule.parameters)
    for key, words, own in (
        ("subject", rule.subject, set()),
        ("note_above", rule.note_above, {"measured", "required"}),
        ("beside", rule.beside and rule.beside.note, {"measured", "value", "difference"}),
    ):
        for language, text in (words or {}).items():
            at = (key, "note", language) if key == "beside" else (key, language)
            try:
                named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            except ValueError as error:
                yield at, f"{text!r} cannot be filled: {error}"
                continue
            if strange := sorted(named - known - own):
                places = ", ".join(f"{{{name}}}" for name in sorted(known | own)) or "none"
                yield at, f"nothing fills {{{strange[0]}}}; what can be filled: {places}"


def _standing_faults(rule: Rule) -> Iterator[Fault]:
    if rule.force == "must" and rule.confidence == "C":
        yield (
            ("force",),
            "a rule of confidence C (from memory) is never a must; use target, or trace its source",
        )
    if rule.scope.id is not None and rule.scope.kind in {"plan", "city"}:
        yield ("scope",), f"scope {rule.scope.kind} has no id; there is only one"
    if rule.repealed is not None and rule.repealed.on <= rule.limits[-1].begins:
        began = rule.limits[-1].begins
        yield ("repealed",), f"repealed on {rule.repealed.on}, before its newest limit began ({began})"
    read = [limit for limit in rule.limits if limit.begins <= rule.still_in_force_on]
    stated = {limit.source.document for limit in read}  # what was read may state a limit of a later day
    latest = max(
        limit.begins for limit in rule.limits if limit in read or limit.source.document not in stated
    )
    if rule.still_in_force_on < latest:
        yield (
            ("still_in_force_on",),
            f"the source was last read on {rule.still_in_force_on}, before its newest limit began ({latest})",
        )


def _parse(document: YamlDocument, model: type[T], value: Any) -> T:
    if not isinstance(value, dict):
        what = "a list" if isinstance(value, list) else repr(value)[:60]
        raise RulePackError(f"{document.at(())}: a map of keys is wanted here, not {what}.")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        _refuse(document, [(tuple(fault["loc"]), _said(fault, model)) for fault in found])
        raise  # unreachable: every ValidationError has faults


def _said(fault: ErrorDetails, top: type[StrictModel]) -> str:
    """A fault of the model in the words of a rule file."""
    location = fault["loc"]
    key, value = str(location[-1]) if location else "", fault["input"]
    kind = fault["type"]
    if kind == "extra_forbidden":
        return _unknown("key", key, _keys(_model(location[:-1], top)))
    if kind == "missing":
        return _missing(location, value)
    if kind == "value_error":
        return f"{key}: {fault['ctx']['error']}"
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'{key} {value} is a number; put it in quotes ({key}: "{value}")'
    shown = repr(value) if len(repr(value)) <= 80 else repr(value)[:77] + "..."
    said = {
        "too_short": "{key} is empty; give at least {min_length}",
        "literal_error": "{key} {shown} is unknown (known: {expected})",
        "date_type": "{key} {shown} is no day; write it bare, as 2021-01-01",
        "string_pattern_mismatch": "{key} {shown} does not have the form {pattern}",
    }.get(kind, "{key}: {message}, not {shown}")
    message = fault["msg"][:1].lower() + fault["msg"][1:]
    return said.format(key=key, shown=shown, message=message, **fault.get("ctx", {}))


def _missing(location: tuple[int | str, ...], value: Any) -> str:
    key = str(location[-1])
    if key == "source" and isinstance(value, dict):
        figures = ", ".join(
            f"{name} {value[name]}" for name in ("min", "max", "exactly", "value") if name in value
        )
        return f"the number {figures} has no source; give document and clause"
    if "source" in location:
        return f"the source has no {key}; a number needs document and clause"
    return f"key {key!r} is missing"


def _model(location: tuple[int | str, ...], top: type[StrictModel]) -> type[BaseModel]:
    for part in reversed(location):
        if part in _MODELS:
            return _MODELS[str(part)]
    return top


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    meant = f"; {near[0]!r} is near" if near else ""
    return f"unknown {what} {name!r}{meant} (known: {', '.join(known)})"


def _refuse(document: YamlDocument, faults: list[Fault]) -> None:
    if faults:
        ordered = sorted(faults, key=lambda fault: document.line(fault[0]))
        raise RulePackError("\n".join(f"{document.at(location)}: {said}." for location, said in ordered))


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case says should come out, and what came out."""

    rule: str
    name: str
    expected: Outcome
    found: Outcome

    @property
    def holds(self) -> bool:
        """Whether the case came out as written."""
        return self.expected == self.found


def run_cases(rule: Rule) -> tuple[CaseResult, ...]:
    """Every case of a rule, decided by the comparison that judges plans."""
    return tuple(CaseResult(rule.id, case.name, case.expect, decide_case(rule, case)) for case in rule.cases)


def missing_cases(rule: Rule) -> list[str]:
    """
    Which cases a rule still needs, in words.

    Each limit needs, on a day when it holds and for each of its figures, a
    case at the figure and one on either side (a share has no side above 1);
    the rule needs one with an unknown value and one on a day before its first
    limit, and one on the last day and on the first day without it where it is repealed.
    """
    wanted = [what for limit in rule.limits for what in _missing_around(rule, limit)]
    holding = [case for case in rule.cases if limit_on(rule, case.day) is not None]
    if all(case.measured is not None for case in holding):
        wanted.append("one that is not measured (null, unknown)")
    if len(holding) == len(rule.cases):
        wanted.append(f"one before the first limit (a day before {rule.first_day}, not_applicable)")
    if rule.repealed is not None:
        last, after = rule.repealed.on - dt.timedelta(days=1), rule.repealed.on
        days = {case.day for case in rule.cases}
        wanted += [f"one on {day}, around the repeal" for day in (last, after) if day not in days]
    return wanted


def _missing_around(rule: Rule, limit: Limit) -> Iterator[str]:
    if limit.own:
        yield from _missing_own(_cases_under(rule, limit))
        return
    if limit.by_class is not None:
        yield from _missing_in_table(limit, _cases_under(rule, limit))
        return
    values = [case.measured for case in _cases_under(rule, limit) if case.measured is not None]
    for number in limit.numbers:
        if number not in values:
            yield f"one at the limit {number:g} from {limit.begins}"
        if not any(value < number for value in values):
            yield f"one below {number:g} from {limit.begins}"
        if not any(value > number for value in values) and not (rule.unit == "1" and number >= 1):
            yield f"one above {number:g} from {limit.begins}"


def _missing_own(cases: list[RuleCase]) -> Iterator[str]:
    bounded = [(case, required_of(case.bound)) for case in cases]
    if not any(asked is None for _, asked in bounded):
        yield "one that the plan does not bound (bound: {}, not_applicable)"
    for wanted in ("pass", "fail"):
        if not any(asked is not None and case.expect == wanted for case, asked in bounded):
            yield f"one with a bound that comes out as {wanted}"


def _missing_in_table(limit: Limit, cases: list[RuleCase]) -> Iterator[str]:
    for name, row in (limit.by_class or {}).items():
        values = [case.measured for case in cases if case.of_class == name and case.measured is not None]
        for number, beyond in ((row.min, -1), (row.max, 1)):
            if number is None:
                continue
            if number not in values:
                yield f"one at {number:g} of the class {name}"
            if not any((value - number) * beyond > 0 for value in values):
                yield f"one beyond {number:g} of the class {name}"
    if not any(case.of_class is None for case in cases):
        yield "one of no class (unknown)"


def _cases_under(rule: Rule, limit: Limit) -> list[RuleCase]:
    return [
        case for case in rule.cases if limit_on(rule, case.day) == limit and not is_repealed(rule, case.day)
    ]
