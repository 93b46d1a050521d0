"""
How a figure was measured, in words.

The words come from the registry of measures; what a definition holds beside
them (distances, joins, sizes) is said piece by piece, and what this room
has no words for is shown as it stands, so that nothing is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from blockplan.report.tables import measure_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import ReadingOutcome, Verdict
    from blockplan.report.words import Words

#: Rule -> parameter -> what it means, by language.
Notes = Mapping[str, Mapping[str, Mapping[str, str]]]


def definition_sentences(verdict: Verdict, words: Words) -> list[str]:
    """What is measured and how, one sentence a piece."""
    found = []
    if verdict.measurement is not None:
        found.append(measure_words(verdict.measurement.id, words)[1])
    definition = verdict.definition
    if definition.get("along"):
        found.append(way(definition, words))
    return [sentence for sentence in found if sentence]


def way(definition: Mapping[str, Any], words: Words) -> str:
    """From where to where, along what: the words for one way of measuring a distance."""
    start = definition.get("from") or "home"
    starts = start if isinstance(start, list | tuple) else [start]
    values = {
        "from_": words.join(words.or_else(f"reading.from.{one}", str(one)) for one in starts),
        "to": words.or_else(f"reading.to.{definition.get('to')}", str(definition.get("to", ""))),
    }
    if definition.get("along") != "network":
        return words("reading.line", **values)
    join = words.or_else(f"reading.join.{definition.get('join')}", str(definition.get("join", "")))
    said = words("reading.network", join=join, **values)
    return said + (words("reading.free") if definition.get("own_way") == "free" else "")


def reading_name(reading: ReadingOutcome, words: Words) -> str:
    """What a reading is called: its way in words, or its id."""
    return way(reading.definition, words) if reading.definition.get("along") else reading.id


def parameters(verdict: Verdict, words: Words, notes: Notes) -> list[tuple[str, str, str]]:
    """Name, value and meaning of each parameter that the verdict used."""
    chosen = verdict.definition.get("parameters")
    if not isinstance(chosen, Mapping):
        return []
    own = notes.get(verdict.rule, {})
    return [
        (name, plain(value, words), words.pick(own.get(name)) or _measure_note(name, words))
        for name, value in chosen.items()
    ]


def rule_notes(packs: Iterable[str]) -> Notes:
    """What rule files say about their parameters; nothing for a pack that is not installed under its id."""
    from blockplan.check.instruments import House  # noqa: PLC0415 (rule files are read when a report is made)
    from blockplan.check.packs import available, load  # noqa: PLC0415

    known = available()
    loaded = load([pack for pack in packs if pack in known], House().measures())
    return {
        rule.id: {name: dict(parameter.note) for name, parameter in rule.parameters.items()}
        for pack in loaded
        for rule in pack.rules
    }


def plain(value: Any, words: Words) -> str:
    """A value of a definition as a person reads it."""
    if isinstance(value, float | int | None) and not isinstance(value, bool):
        return words.number(value)
    if isinstance(value, dt.date):
        return words.day(value)
    if isinstance(value, Mapping):
        return words.join(f"{key} {plain(item, words)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return words.join(plain(item, words) for item in value)
    return str(value)


def _measure_note(name: str, words: Words) -> str:
    from blockplan.measure.spec import parameter_text  # noqa: PLC0415

    try:
        return words.pick(parameter_text(name))
    except KeyError:
        return ""
