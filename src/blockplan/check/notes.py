"""Remarks beside a verdict: what would flip it, what differs from the document, why it does not apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.check.accuracy import accuracy
from blockplan.check.limits import compare, slack
from blockplan.check.words import amount, difference, fill, say
from blockplan.measure.measurement import figure_unit
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from blockplan.check.rules import Rule
    from blockplan.check.verdict import Outcome, Required, Text
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Fault


def about_value(
    rule: Rule, required: Required, measurement: Measurement, parameters: Mapping[str, Any]
) -> Iterator[Text]:
    """Remarks that the rule itself asks for: a value above the one stated, a second figure from elsewhere."""
    value = measurement.value
    if value is None:
        return
    stated = required.value[1] if isinstance(required.value, tuple) else required.value
    if rule.note_above is not None and value > stated:
        values = _bare(measurement, measured=value, required=stated)
        yield fill(rule.note_above, **{**parameters, **values})
    elif isinstance(required.value, tuple) and value > stated and rule.force == "target":
        yield say("note.above", gap=difference(measurement, value - stated), high=amount(measurement, stated))
    if rule.beside is not None:
        other = rule.beside.value
        values = _bare(measurement, measured=value, value=other, difference=abs(value - other))
        yield fill(rule.beside.note, **{**parameters, **values})


def _bare(measurement: Measurement, **values: float) -> dict[str, Any]:
    """Values for a rule's own words, which name the unit: shares in percent, numbers as they are."""
    share = figure_unit(measurement) == "1"
    return {name: amount(measurement, value) if share else value for name, value in values.items()}


def about_whole_plan(measurement: Measurement) -> Iterator[Text]:
    """What the whole plan has, where the rule judges living circles and none of the tier is drawn."""
    whole = measurement.definition.get("whole_plan")
    if measurement.value is None and whole is not None:
        yield say("note.whole_plan", value=amount(measurement, whole))


def about_land(measurement: Measurement) -> Iterator[Text]:
    """That the figure rests on planned land which an import derived, where it does."""
    land = measurement.definition.get("planned_land")
    if measurement.value is not None and land is not None:
        yield say("note.planned_land", land=str(land))


def about_limit(rule: Rule, required: Required, measurement: Measurement) -> Iterator[Text]:
    """Where a value lies beside the limit by less than the drawing can tell, say so."""
    value, tolerance = measurement.value, accuracy(measurement)
    if value is None:
        return
    limits = required.value if isinstance(required.value, tuple) else (required.value,)
    for limit in limits:
        if slack(limit) < abs(value - limit) <= tolerance:
            gap, off = difference(measurement, value - limit), difference(measurement, tolerance)
            yield say("note.at_limit", gap=gap, tolerance=off)


def for_comparison(measurement: Measurement) -> Text | None:
    """What the plan has beside a figure of a whole city; None where that is not known."""
    value = measurement.value
    return None if value is None else say("note.compared", value=amount(measurement, value))


def about_range(
    rule: Rule, outcome: Outcome, required: Required, ends: Iterable[tuple[float, Measurement]]
) -> Iterator[Text]:
    """
    Where the verdict turns at an end of the residents' range, or between both, say so.

    `ends` are the numbers of residents at the ends, each with what is then measured.
    """
    if outcome not in {"pass", "fail"}:
        return
    known = [(people, one) for people, one in ends if one.value is not None]
    found = [(people, one.value or 0.0, accuracy(one)) for people, one in known]
    turns = False
    limit = None if isinstance(required.value, tuple) else required.value
    for (people, value, tolerance), (_, one) in zip(found, known, strict=True):
        other = compare(value, required, tolerance)
        if other != outcome:
            turns = True
            yield say(f"note.range.{other}", residents=people, value=amount(one, value, limit))
    if outcome == "fail" and not turns and len(found) == 2 and _straddles(required, found[0][1], found[1][1]):
        first, last = (amount(one, value) for (_, value, _), (_, one) in zip(found, known, strict=True))
        yield say("note.range.between", low=found[0][0], high=found[1][0], first=first, last=last)


def _straddles(required: Required, first: float, last: float) -> bool:
    """Whether a range, or a figure to be met exactly, lies between two values."""
    low, high = required.value if isinstance(required.value, tuple) else (required.value,) * 2
    one, other = sorted((first, last))
    return required.op in {"between", "="} and one < low and high < other


def about_data_end(rule: Rule, measurement: Measurement) -> Iterator[Text]:
    """Where places that fall short lie nearer to the end of the drawing than the limit, say so."""
    found = measurement.definition
    near = found.get("homes_short_near_end")
    if near and measurement.value is not None and rule.scope.kind == "plan":
        yield say("note.data_end", near=near, short=found["homes_short"], limit=found["limit_m"])


def about_doubts(rule: Rule, measurement: Measurement, doubts: Iterable[Fault]) -> Iterator[Text]:
    """The faults that make a verdict unknown, and the value that stands under that reserve."""
    doubts = tuple(doubts)
    for fault in doubts:
        yield say("note.doubt", message={lang: fault.message(lang) for lang in LANGUAGES})
    if doubts and measurement.value is not None:
        yield say("note.would_be", value=amount(measurement, measurement.value))


def about_standing(rule: Rule, day: dt.date) -> Iterator[Text]:
    """How far the rule itself can be relied on: its confidence, and when its source was last read."""
    if rule.confidence == "C":
        yield say("note.confidence")
    if day > rule.still_in_force_on:
        yield say("note.last_read", read=str(rule.still_in_force_on), on=str(day))
