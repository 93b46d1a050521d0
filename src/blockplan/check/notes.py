"""
What is said beside a verdict: what would flip it, what differs from the document, why it does not apply.

What would put a failed rule right, how many residents fall short, and the inverse of a per-person rule: the
largest population that a supply carries.
"""

from __future__ import annotations

import math
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING

from blockplan.check.accuracy import accuracy, supply_accuracy
from blockplan.check.limits import DUST, compare, slack
from blockplan.check.verdict import Capacity, Remedy
from blockplan.check.words import CATALOG, amount, difference, fill, say, unit_word
from blockplan.measure.measurement import RATIOS, figure_unit
from blockplan.measure.places import WorstFirst
from blockplan.texts import LANGUAGES
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from blockplan.check.rules import Rule
    from blockplan.check.verdict import Outcome, Required, Text, Verdict
    from blockplan.measure.definition import NumberKey
    from blockplan.measure.measurement import Measurement, Place
    from blockplan.plan import Fault

#: Steps in which an amount is asked for, by unit: metres of a length, 100 m2 of an area in km2. All else is
#: asked for in whole ones: a bed, a park, a parking space, a square metre.
_STEPS = {"km": 1000, "km2": 10_000, "ha": 100, "km/km2": 100, "million m2": 10_000, "1": 10_000}
#: Amounts are rounded up to whole steps, but not because of the last binary digits.
_DUST = 1e-6
_SIZES = {"km": "length", "m": "length", "km2": "area", "ha": "area", "m2": "area", "day": "days"}
#: Measures that are an amount over something else -> the unit of the amount, which is what can be added, what
#: it is divided by in the definition of the whole plan, and how much of that is one.
_AMOUNTS: Mapping[str, tuple[str, NumberKey, float]] = {
    "land_share": ("m2", "of_ha", 1 / M2_PER_HA),
    "circle_land_share": ("m2", "of_ha", 1 / M2_PER_HA),
    "park_sport_share": ("m2", "of_ha", 1 / M2_PER_HA),
    "parking_per_floor": ("space", "floor_area_m2", 100.0),
    "block_green_per_resident": ("m2", "residents", 1.0),
}


def remedy_for(
    rule: Rule,
    required: Required,
    measurement: Measurement,
    residents: float | None,
    parameters: Mapping[str, Any],
) -> Remedy | None:
    """What would put a failed rule right; None where the value is unknown or above the range of a target."""
    value = measurement.value
    if value is None:
        return None
    subject = _subject(rule, parameters)
    limit, short = _nearest(value, required)
    if rule.force == "target" and isinstance(required.value, tuple) and not short:
        return None  # nothing has to be taken away for a target; a note says that the value lies above it
    if measurement.per and measurement.supply is not None and residents is not None:
        needed = limit * residents / measurement.per
        return _supply(rule.unit, needed - measurement.supply, subject, residents)
    way = "more" if short else "less"
    if (amount := _amount(rule, measurement, limit - value, residents)) is not None:
        unit, key = _AMOUNTS[measurement.id][0], f"remedy.count.{way}"
    elif measurement.unit == "1":
        return _share(limit, value, required, measurement, residents, subject)
    else:
        amount, unit = _up(abs(limit - value), rule.unit), rule.unit
        key = f"remedy.{_SIZES.get(unit, 'count')}.{way}"
    return Remedy(amount, unit, _sentence(key, amount, unit, subject))


def affected_by(
    outcome: Outcome, required: Required, measurement: Measurement, residents: float | None
) -> float | None:
    """
    Residents who fall short: beyond what the supply carries, or beyond the distance.

    0 where the rule passes; None where it cannot be said who is affected.
    """
    if outcome == "pass":
        return 0.0
    if outcome != "fail":
        return None
    if measurement.per:
        served = carried(measurement, required)
        return None if served is None or residents is None else max(0.0, residents - served)
    return measurement.affected_residents


def _nearest(value: float, required: Required) -> tuple[float, bool]:
    """The limit that a failing value is nearest to, and whether the value falls short of it."""
    if isinstance(required.value, tuple):
        low, high = required.value
        return (low, True) if value < low else (high, False)
    return required.value, value < required.value


def _supply(unit: str, gap: float, subject: Text, residents: float) -> Remedy:
    amount = _up(abs(gap), unit)
    key = "remedy.supply.more" if gap > 0 else "remedy.supply.less"
    return Remedy(amount, unit, _sentence(key, amount, unit, subject, residents=residents))


def _amount(rule: Rule, measurement: Measurement, gap: float, residents: float | None) -> float | None:
    """What has to be added to or taken from an amount over something else; None where that is not known."""
    if measurement.id not in _AMOUNTS:
        return None
    unit, over, one = _AMOUNTS[measurement.id]
    if measurement.supply and measurement.value:
        return _up(abs(gap) * measurement.supply / measurement.value, unit)
    # The definition is that of the whole plan.
    whole = measurement.number(over) if rule.scope.kind == "plan" else None
    base = residents if over == "residents" and rule.scope.kind != "plan" else whole
    return None if base is None else _up(abs(gap) * base / one, unit)


def _share(
    limit: float,
    value: float,
    required: Required,
    measurement: Measurement,
    residents: float | None,
    subject: Text,
) -> Remedy:
    if measurement.id == "facilities_in_range" and measurement.places:
        number = float(len(measurement.places))
        word = _counted(CATALOG.text("place.facilities"), number)
        return Remedy(number, "facility", say("remedy.range", amount=number, layer=word))
    affected, reach = measurement.affected_residents, measurement.reach
    if required.op not in {">=", ">"} or affected is None or residents is None or reach is None:
        amount = _up(abs(limit - value), "1")
        way = "more" if value < limit else "less"
        if measurement.id in RATIOS:
            said = difference(measurement, amount)
            return Remedy(amount, "1", say(f"remedy.ratio.{way}", amount=said, subject=subject))
        return Remedy(amount, "1", say(f"remedy.share.{way}", amount=amount * 100, subject=subject))
    affected, residents = float(affected or 0), float(residents or 0)
    needed = affected if limit >= 1 else min(affected, (limit - value) * residents)
    amount = max(1.0, float(math.ceil(needed - _DUST)))
    layers = _layers(measurement.places)
    layer = next(iter(layers)) if len(layers) == 1 else "places"
    word = CATALOG.text(f"place.{layer}" if f"place.{layer}" in CATALOG else "place.places")
    places = len(measurement.places)
    values = {"amount": amount, "places": places, "limit_m": reach.limit_m, "affected": affected}
    key = "remedy.coverage.some" if amount < affected - _DUST else "remedy.coverage.within"
    return Remedy(amount, "resident", say(key, layer=_counted(word, places), **values))


def _layers(places: Iterable[Place]) -> frozenset[str]:
    return places.layers if isinstance(places, WorstFirst) else frozenset(map(attrgetter("layer"), places))


def _counted(noun: Text, amount: float) -> dict[str, str]:
    """A noun beside a number: the English singular beside 1."""
    one = noun.get("en_one")
    return {**noun, "en": one} if amount == 1 and one else dict(noun)


def _sentence(key: str, amount: float, unit: str, subject: Text, **more: Any) -> Text:
    word = unit_word("resident" if unit == "person" else unit)  # "5 more residents", not "5 people more"
    return say(key, amount=amount, unit=word, subject=_counted(subject, amount), **more)


def _subject(rule: Rule, parameters: Mapping[str, Any]) -> Text:
    return fill(dict(rule.subject or rule.title), **parameters)


def _up(amount: float, unit: str) -> float:
    """An amount in whole steps of its unit, one at least: what falls short asks for something."""
    step = _STEPS.get(unit, 1)
    return max(1, math.ceil(amount * step - _DUST)) / step


def carried(measurement: Measurement, required: Required) -> int | None:
    """
    Residents that a supply carries under a lower limit, rounded down.

    None where the measure is not per person, the supply is not known, or the
    limit is not a lower one above zero. Under a strict limit the supply carries fewer than it divides among.
    The supply counts as it is drawn: what the drawing cannot tell carries nobody more, but where the
    residents that there are pass by `limits.compare`, all of them are carried.

    Examples
    --------
    >>> from blockplan.check.verdict import Required
    >>> from blockplan.measure.measurement import Measurement
    >>> beds = Measurement("nursing_beds_per_1000", 10.0, "bed", supply=500.0, per=1000)
    >>> carried(beds, Required(">=", 9.5))
    52631
    """
    if not measurement.per or measurement.supply is None or isinstance(required.value, tuple):
        return None
    if required.op not in {">=", ">"} or required.value <= 0:
        return None
    # Fractions: 22,500 m2 at 0.45 m2 a person carry 50,000 people, whatever binary numbers make of 0.45.
    limit, supply = Fraction(str(required.value)), Fraction(measurement.supply)
    per, dust = Fraction(measurement.per), Fraction(DUST)
    if required.op == ">":
        off = Fraction(supply_accuracy(measurement))
        return max(0, math.ceil(min(supply - off, supply / (1 + dust)) * per / limit) - 1)
    found = math.floor(supply / (1 - dust) * per / limit)
    there = measurement.value and supply * per / Fraction(measurement.value)
    if there and compare(measurement.value, required, accuracy(measurement)) == "pass":
        return max(found, round(there))
    return found


def capacity(verdicts: Iterable[Verdict]) -> Capacity:
    """
    The largest population that the plan's supplies carry, and the rule that binds.

    Comparators, rules on parts of the plan and rules that do not apply are left out. The rules of force
    ``must`` decide the plan's number; the others do where no per-person rule is one. Where the supply of one
    rule is unknown its number is None, and so is the plan's if that rule decides: the smallest of
    several numbers is not known before all of them are.
    """
    by_rule: dict[str, int | None] = {}
    must = set()
    for verdict in verdicts:
        measurement = verdict.measurement
        if measurement is None or not measurement.per or verdict.scope_kind != "plan":
            continue
        if verdict.required.op not in {">=", ">"}:
            continue
        if verdict.force != "comparator" and verdict.outcome != "not_applicable":
            doubted = verdict.outcome == "unknown" and bool(verdict.doubts)
            by_rule[verdict.rule] = None if doubted else carried(measurement, verdict.required)
            must |= {verdict.rule} if verdict.force == "must" else set()
    deciding = {rule: number for rule, number in by_rule.items() if rule in must or not must}
    known = {rule: residents for rule, residents in deciding.items() if residents is not None}
    if not known or len(known) < len(deciding):
        return Capacity(None, None, by_rule)
    binding = min(known, key=lambda rule: known[rule])
    return Capacity(known[binding], binding, by_rule)


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
    whole = measurement.number("whole_plan")
    if measurement.value is None and whole is not None:
        yield say("note.whole_plan", value=amount(measurement, whole))


def about_land(measurement: Measurement) -> Iterator[Text]:
    """That the figure rests on planned land which an import derived, where it does."""
    land = measurement.planned_land
    if measurement.value is not None and land is not None:
        yield say("note.planned_land", land=land)


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
    near, short = measurement.number("homes_short_near_end"), measurement.number("homes_short")
    if near and measurement.value is not None and rule.scope.kind == "plan":
        yield say("note.data_end", near=near, short=short, limit=measurement.number("limit_m"))


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
