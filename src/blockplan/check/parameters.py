"""
The choices a rule is judged under: its own defaults, overridden by the plan's.

What ``plan.toml [parameters]`` sets to another value than it has by itself, and who judges under it.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from blockplan.check.verdict import Override
from blockplan.check.words import say
from blockplan.errors import UsageError
from blockplan.figures import MOST_DECIMALS, number
from blockplan.measure import MEASURES
from blockplan.plan.model.faults import fault
from blockplan.plan.validity.checked_layers import Tolerances
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from blockplan.check.packs import Pack
    from blockplan.check.rules import Gauge, Rule, RuleParameter
    from blockplan.check.verdict import Text
    from blockplan.plan import Fault
    from blockplan.plan.model.manifest import Manifest

#: Ending of parameters that name the readings beside a verdict: they judge nothing.
READINGS = "_readings"


@dataclass(frozen=True, slots=True)
class RuleChoices:
    """
    Parameters of a rule as they hold for one plan.

    Attributes
    ----------
    all
        Every parameter and its value, for people to see.
    measure
        Those that the measure is called with.
    limit
        Numbers that take the place of a limit's: ``min``, ``max``, ``exactly``.
    set_by_plan
        Name -> the rule's own value of what the rule opens and the plan sets to another one.
    closed
        Name -> the measure's own value of what the plan sets to another one and the rule does not open.
    """

    all: Mapping[str, Any] = field(default_factory=dict)
    measure: Mapping[str, Any] = field(default_factory=dict)
    limit: Mapping[str, float] = field(default_factory=dict)
    set_by_plan: Mapping[str, Any] = field(default_factory=dict)
    closed: Mapping[str, Any] = field(default_factory=dict)


def choices(rule: Rule, manifest: Manifest) -> RuleChoices:
    """
    Parameters of a rule for a plan.

    What the rule does not open the plan cannot set: the measure then takes its own value. Readings that
    stand beside a verdict and judge nothing are the plan's to choose.

    Raises
    ------
    UsageError
        If ``plan.toml [parameters]`` gives a value of another kind, or sets one that is fixed.
    """
    values = chosen(rule.parameters, manifest, rule.id)
    set_by_plan = {name for name in rule.parameters if name in manifest.parameters}
    closed = _closed(rule, manifest)
    return RuleChoices(
        {**rule.with_, **values},
        {
            **closed,
            **rule.with_,
            **{
                name: values[name]
                for name, parameter in rule.parameters.items()
                if parameter.use == "measure"
            },
        },
        # A default must not displace an older limit of another day, so only the plan's own numbers count.
        {
            parameter.use: float(values[name])
            for name, parameter in rule.parameters.items()
            if parameter.use in {"min", "max", "exactly"} and name in set_by_plan
        },
        {
            name: rule.parameters[name].value
            for name in rule.parameters
            if name in set_by_plan and not same(values[name], rule.parameters[name].value)
        },
        closed,
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values of a parameter are alike; a list is what it lists, in whatever order."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return sorted(map(str, one)) == sorted(map(str, other))
    return bool(one == other)


def _closed(rule: Rule, manifest: Manifest) -> dict[str, Any]:
    """The measure's own values of what the plan sets to another one and the rule neither opens nor says."""
    if not manifest.parameters:
        return {}
    own = measure_defaults(rule.measure)
    return {
        name: own[name]
        for name, value in manifest.parameters.items()
        if name in own
        and name not in rule.with_
        and name not in rule.parameters
        and not name.endswith(READINGS)
        and not same(value, own[name])
    }


@cache
def measure_defaults(name: str) -> dict[str, Any]:
    """What the parameters of a measure are by themselves; nothing for a measure of somebody else's."""
    taken = MEASURES[name].parameters if name in MEASURES else {}
    found = {one: parameter.default for one, parameter in taken.items()}
    return {one: list(value) if isinstance(value, tuple) else value for one, value in found.items()}


def chosen(parameters: Mapping[str, RuleParameter], manifest: Manifest, whose: str) -> dict[str, Any]:
    """Name -> value of parameters for a plan; UsageError as in `choices`, `whose` names the rule or pack."""
    return {name: _value(name, parameter, manifest, whose) for name, parameter in parameters.items()}


def unread(manifest: Manifest, packs: Iterable[Pack], gauges: Iterable[Gauge]) -> tuple[Fault, ...]:
    """
    Names in ``plan.toml [parameters]`` that nothing reads: a misspelt one would leave its default to judge.

    Read are the parameters of the packs' rules, of every measure, and the tolerances of validation.
    """
    if not manifest.parameters:
        return ()
    listed = [
        table for pack in packs for table in (pack.head.parameters, *(r.parameters for r in pack.rules))
    ]
    said = {name: parameter.manifest for table in listed for name, parameter in table.items()}
    known = {name for name, key in said.items() if key is None}
    known |= {name for gauge in gauges for name in gauge.parameters} | {
        each.name for each in fields(Tolerances)
    }
    return tuple(
        _unread(name, known, said.get(name)) for name in sorted(manifest.parameters) if name not in known
    )


def _unread(name: str, known: Iterable[str], key: str | None) -> Fault:
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.75)
    case = "elsewhere" if key else "like" if near else ""
    values = {"key": key, "like": near[0] if near else ""}
    return fault(
        "pq-parameter", "plan.toml", name, case=case, aspect="parameters", values=values, features=()
    )


def _value(name: str, parameter: RuleParameter, manifest: Manifest, whose: str) -> Any:
    if parameter.manifest is not None:
        found: Any = manifest
        for part in parameter.manifest.split("."):
            found = getattr(found, part, None)
        return parameter.value if found is None else found
    value = manifest.parameters.get(name, parameter.value)
    if value == parameter.value and _kind(value) == _kind(parameter.value):
        return value
    if parameter.fixed:
        raise UsageError(
            f"plan.toml [parameters] sets {name} = {value!r}, but {whose} fixes it at {parameter.value!r}. "
            "Take it out; another reading needs a rule pack of its own."
        )
    if _kind(value) != _kind(parameter.value) or _no_amount(value):
        raise UsageError(
            f"plan.toml [parameters] sets {name} = {value!r}, but {whose} wants {_kind(parameter.value)} "
            f"(such as {parameter.value!r}). Correct it, or take it out."
        )
    return value


def _no_amount(value: Any) -> bool:
    """Whether a number is negative or none at all: a limit like that would let every plan pass, or none."""
    return isinstance(value, int | float) and not 0 <= value < math.inf


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number that is not negative"
    if isinstance(value, list | tuple):
        kinds = sorted({_kind(item) for item in value})
        return f"a list of {' and '.join(kinds)}" if kinds else "a list"
    return "a text" if isinstance(value, str) else type(value).__name__


#: Stands for the tests of the data among the measures that read a parameter.
VALIDATION = "validate"


@dataclass
class _Found:
    """One name: its own value, and who reads it."""

    default: Any
    rules: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)


def overrides(manifest: Manifest, packs: Iterable[Pack], shown: Collection[str]) -> tuple[Override, ...]:
    """
    Every parameter that the plan sets to another value than a rule, a measure or a test has by itself.

    Parameters
    ----------
    shown
        Measures that are shown beside the verdicts, under the plan's parameters.
    """
    if not manifest.parameters:
        return ()
    found: dict[str, _Found] = {}
    for rule in (rule for pack in packs for rule in pack.rules):
        choice = choices(rule, manifest)
        for name, value in choice.set_by_plan.items():
            found.setdefault(name, _Found(value)).rules.append(rule.id)
        for name, value in choice.closed.items():
            found.setdefault(name, _Found(value)).closed.append(rule.id)
    for reader, table in ((VALIDATION, _tolerances()), *((one, measure_defaults(one)) for one in shown)):
        for name, value in table.items():
            if name in manifest.parameters and not same(manifest.parameters[name], value):
                found.setdefault(name, _Found(value)).measures.append(reader)
    return tuple(
        Override(
            name, manifest.parameters[name], one.default, *map(_once, (one.rules, one.closed, one.measures))
        )
        for name, one in found.items()
    )


def of_verdict(choice: RuleChoices) -> tuple[Override, ...]:
    """The parameters that a rule opens and the plan sets."""
    return tuple(Override(name, choice.all[name], value) for name, value in choice.set_by_plan.items())


def about_overrides(choice: RuleChoices, manifest: Manifest) -> Iterator[Text]:
    """What the plan sets of a rule's choices, and what it sets in vain because the rule does not open it."""
    for name, value in choice.set_by_plan.items():
        yield say("note.override", name=name, value=plain(choice.all[name]), own=plain(value))
    for name, value in choice.closed.items():
        yield say("note.closed", name=name, value=plain(manifest.parameters[name]), own=plain(value))


def plain(value: Any) -> Text | str:
    """A value as it is read: a list by its items, a number with its thousands parted."""
    if isinstance(value, list | tuple):
        return listed([_one(item) for item in value]) if value else "–"
    if isinstance(value, dict):
        return listed([f"{key}: {_one(item)}" for key, item in value.items()])
    return _one(value)


def _one(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, MOST_DECIMALS)
    return str(value)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _tolerances() -> dict[str, Any]:
    return {each.name: each.default for each in fields(Tolerances)}
