"""
What a measure is called, what it reads, and which choices it leaves open.

The files of ``registry/``, one a subject, hold each measure with its words, and under ``parameters`` what its
choices mean (those that many take: ``parameters.toml``); their kinds and defaults stand in `Parameters`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.measure.parameters import DEFAULTS, Parameters
from blockplan.texts import LANGUAGES, listed, pick, toml_table
from blockplan.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.measure.functions import Function

#: Files of the registry, in the order in which their measures are listed.
SUBJECTS = (
    "people", "supply", "green", "access", "trees", "transit", "circles", "land", "density", "parcels",
    "industry", "programmes", "structure", "bluegreen", "streets", "notice",
)  # fmt: skip
#: Table of a registry file that holds choices; those that several files take stand in a file so named.
CHOICES = "parameters"
#: Units that the name of a parameter does not end in.
UNITS = {
    "radius_by_size_ha": "m", "walk_speed_kmh": "km/h", "earlier_residents": "person",
    "light_distance_per_height": "1", "least_main_share": "1",
}  # fmt: skip
#: What parts of a source are parted by.
_BETWEEN = {"zh": "；", "en": "; ", "ja": "。"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    A choice that a measure makes visible.

    Attributes
    ----------
    default
        Its value where neither the call nor ``plan.toml [parameters]`` sets it. A list is a tuple here.
    unit
        Unit of a number; "" for words.
    """

    default: Any
    unit: str = ""

    def accept(self, name: str, value: Any) -> Any:
        """
        The value in the parameter's kind.

        Raises
        ------
        UsageError
            If the value is of another kind, or a number that is negative or not finite.
        """
        if isinstance(self.default, tuple):
            if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
                return tuple(value)
            raise _refused(name, value, f"a list of words, such as {list(self.default)}")
        if isinstance(self.default, Mapping):
            if isinstance(value, Mapping) and all(_is_number(item) for item in value.values()):
                return {str(key): float(item) for key, item in value.items()}
            raise _refused(name, value, "a table of positive numbers")
        if isinstance(self.default, str):
            if isinstance(value, str):
                return value
            raise _refused(name, value, "a text")
        if _is_number(value):
            return value
        raise _refused(name, value, f"a number that is not negative, such as {self.default}")


@dataclass(frozen=True)
class MeasureSpec:
    """
    One measure of the registry.

    Attributes
    ----------
    inputs
        What it reads: ``layer.column`` (``layer.geometry`` for shapes) or ``plan.toml: key``.
    title, definition, source
        Its name for people, what is measured and how, and where that comes from, in every language.
    """

    id: str
    unit: str
    inputs: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    source: Mapping[str, str]
    title: Mapping[str, str]
    definition: Mapping[str, str]

    @property
    def measure(self) -> Function:
        """The function that measures."""
        from blockplan.measure.functions import FUNCTIONS  # noqa: PLC0415 (words of measures need no scipy)

        return FUNCTIONS[self.id]

    def choose(self, plan_sets: Mapping[str, Any], call_sets: Mapping[str, Any]) -> Parameters:
        """Parameters of one measurement: the call's, else the plan's, else the default."""
        sets = {**plan_sets, **call_sets}
        said = {name: one.accept(name, sets[name]) for name, one in self.parameters.items() if name in sets}
        if not said:
            return DEFAULTS
        chosen = object.__new__(Parameters)
        vars(chosen).update(vars(DEFAULTS) | said)  # sooner done than 129 fields filled one by one
        return chosen

    def shown(self, chosen: Parameters) -> dict[str, Any]:
        """Those that the measure takes, as JSON writes them."""
        found = map(vars(chosen).__getitem__, self.parameters)
        return dict(
            zip(self.parameters, [list(one) if one.__class__ is tuple else one for one in found], strict=True)
        )


def read_registry() -> dict[str, MeasureSpec]:
    """Every measure of the registry by its id, in the order in which they are listed."""
    groups = _file("groups")
    choices = {name: Parameter(getattr(DEFAULTS, name), _unit(name)) for name in _choices()}
    found: dict[str, MeasureSpec] = {}
    for subject in SUBJECTS:
        for name, said in _file(subject).items():
            if name == CHOICES:
                continue
            found[name] = MeasureSpec(
                name,
                said["unit"],
                tuple(_whole(said["inputs"], groups["inputs"])),
                {taken: choices[taken] for taken in _whole(said.get("takes", ()), groups["takes"])},
                _source(said["source"]),
                said["title"],
                said["definition"],
            )
    return found


def parameter_text(name: str) -> dict[str, str]:
    """What a parameter means, in every language."""
    said = _choices()[name]
    return {lang: said[lang] for lang in LANGUAGES}


def _source(parts: Iterable[str | dict[str, Any]]) -> dict[str, str]:
    """Parts as ``registry/sources.toml`` words them, each with the clauses or sentences that it is `at`."""
    words, said = _file("sources"), {lang: list[str]() for lang in LANGUAGES}
    for part in parts:
        given = {"text": part} if isinstance(part, str) else part
        at, text = listed(given.get("at", ())), words.get(given["text"], given["text"])
        for lang in LANGUAGES:
            said[lang].append(pick(text, lang).format(**{**given, "at": at[lang]}))
    return {lang: _BETWEEN[lang].join(found) for lang, found in said.items()}


@cache
def _choices() -> dict[str, dict[str, Any]]:
    """Every choice by name: those that many measures take, and those of each subject."""
    return {
        name: said
        for table in (_file(CHOICES), *(_file(subject).get(CHOICES, {}) for subject in SUBJECTS))
        for name, said in table.items()
    }


def _file(name: str) -> dict[str, Any]:
    return toml_table("blockplan.measure", f"registry/{name}.toml")


def _unit(name: str) -> str:
    """Unit of a parameter: what its name ends in, but for a few."""
    found = unit_of(name)
    return UNITS.get(name, "" if found == "1" else found)


def _whole(names: Iterable[str], groups: Mapping[str, list[str]]) -> list[str]:
    """Names with each group (``@homes``) written out, each name once."""
    found: list[str] = []
    for name in names:
        found += _whole(groups[name[1:]], groups) if name.startswith("@") else [name]
    return list(dict.fromkeys(found))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _refused(name: str, value: Any, wanted: str) -> UsageError:
    text = repr(value)
    short = text if len(text) < 80 else text[:77] + "..."
    return UsageError(
        f"The parameter {name} is {short}, but it has to be {wanted}.\n"
        "Correct it in plan.toml [parameters], in the rule or in the call."
    )
