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

from blockplan.measure.spec import parameter_text
from blockplan.report.document import TextRun
from blockplan.report.tables import DASH, measure_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.rules import RuleParameter
    from blockplan.check.verdict import Override, ReadingOutcome, Verdict
    from blockplan.measure.definition import WayTaken
    from blockplan.report.document import Cell
    from blockplan.report.words import Words

#: So many rules are named beside a parameter; the verdicts and the tables hold them all.
MOST_NAMES = 6


def definition_sentences(verdict: Verdict, words: Words) -> list[str]:
    """What is measured and how, one sentence a piece."""
    found = []
    if verdict.measurement is not None:
        found.append(measure_words(verdict.measurement.id, words)[1])
    if verdict.way is not None:
        found.append(way(verdict.way, words))
    return [sentence for sentence in found if sentence]


def way(taken: WayTaken, words: Words) -> str:
    """From where to where, along what: the words for one way of measuring a distance."""
    to = taken.to or "target"
    values = {
        "from_": words.join(words.or_else(f"reading.from.{one}", one) for one in taken.starts or ("home",)),
        "to": words.or_else(f"reading.to.{to}", to),
    }
    if taken.along != "network":
        return words("reading.line", **values)
    said = words("reading.network", join=words.or_else(f"reading.join.{taken.join}", taken.join), **values)
    return said + (words("reading.free") if taken.free else "")


def way_in_short(taken: WayTaken, words: Words) -> str:
    """The same in few words, as a mark on a scale bears them."""
    parts = [
        taken.join if taken.along == "network" else "line",
        *(["free"] if taken.free else []),
        *(["parcel"] if taken.starts == ("parcel",) else []),
    ]
    return words(f"reading.short.{'_'.join(parts)}", to=words(f"reading.short.to.{taken.to}"))


def reading_name(reading: ReadingOutcome, words: Words) -> str:
    """What a reading is called: its way in words, or its id."""
    return reading.id if reading.way is None else way(reading.way, words)


def parameters(
    verdict: Verdict, words: Words, own: Mapping[str, RuleParameter]
) -> tuple[tuple[Cell, ...], ...]:
    """
    The parameters that a verdict used: name, value, the point that the document leaves open, what it means.

    `own` is what the rule itself says of its choices.
    """
    rows: list[tuple[Cell, ...]] = []
    for name, value in verdict.chosen.items():
        note, open_point = (own[name].note, own[name].open_point) if name in own else (None, None)
        meaning = words.pick(note) or _measure_note(name, words)
        rows.append(((TextRun(name, "code"),), plain(value, words), open_point or DASH, meaning))
    return tuple(rows)


def override_lines(found: Iterable[Override], words: Words) -> list[str]:
    """What the plan sets to another value than it has by itself, a line each, and who is judged under it."""
    lines = []
    for one in found:
        said = [
            words(
                "head.override", name=one.name, value=plain(one.value, words), own=plain(one.default, words)
            )
        ]
        for key in ("rules", "closed", "measures"):
            names = getattr(one, key)
            shown = [*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])]
            said += [words(f"head.override_{key}", rules=words.join(shown))] if names else []
        lines.append(words("list.clauses").join(said))
    return lines


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
    try:
        return words.pick(parameter_text(name))
    except KeyError:
        return ""
