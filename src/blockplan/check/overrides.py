"""What ``plan.toml [parameters]`` sets to another value than it has by itself, and who judges under it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from blockplan.check.parameters import choices, measure_defaults, same
from blockplan.check.verdict import Override
from blockplan.check.words import say
from blockplan.figures import MOST_DECIMALS, number
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from blockplan.check.packs import Pack
    from blockplan.check.parameters import RuleChoices
    from blockplan.check.verdict import Text
    from blockplan.plan.model.manifest import Manifest

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
    from blockplan.plan.validity.checked_layers import Tolerances  # noqa: PLC0415 (the room plan brings in geopandas)

    return {each.name: each.default for each in fields(Tolerances)}
