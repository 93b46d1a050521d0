"""What would put a failed rule right, and how many residents fall short."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blockplan.check.capacity import carried
from blockplan.check.verdict import Remedy
from blockplan.check.words import CATALOG, fill, say, unit_word
from blockplan.measure.measurement import RATIOS
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from blockplan.check.rules import Rule
    from blockplan.check.verdict import Outcome, Required, Text
    from blockplan.measure.measurement import Measurement

#: Steps in which an amount is asked for, by unit: metres of a length, 100 m2 of an area in km2. All else is
#: asked for in whole ones: a bed, a park, a parking space, a square metre.
_STEPS = {"km": 1000, "km2": 10_000, "ha": 100, "km/km2": 100, "million m2": 10_000, "1": 10_000}
#: Amounts are rounded up to whole steps, but not because of the last binary digits.
_DUST = 1e-6
_SIZES = {"km": "length", "m": "length", "km2": "area", "ha": "area", "m2": "area", "day": "days"}
#: Measures that are an amount over something else -> the unit of the amount, which is what can be added, what
#: it is divided by in the definition of the whole plan, and how much of that is one.
_AMOUNTS = {
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
    whole = measurement.definition.get(over) if rule.scope.kind == "plan" else None
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
        kind, factor = ("ratio", 1) if measurement.id in RATIOS else ("share", 100)
        return Remedy(amount, "1", say(f"remedy.{kind}.{way}", amount=amount * factor, subject=subject))
    affected, residents = float(affected or 0), float(residents or 0)
    needed = affected if limit >= 1 else min(affected, (limit - value) * residents)
    amount = max(1.0, float(math.ceil(needed - _DUST)))
    layers = {place.layer for place in measurement.places}
    layer = layers.pop() if len(layers) == 1 else "places"
    word = CATALOG.text(f"place.{layer}" if f"place.{layer}" in CATALOG else "place.places")
    places = len(measurement.places)
    values = {"amount": amount, "places": places, "limit_m": reach.limit_m, "affected": affected}
    key = "remedy.coverage.some" if amount < affected - _DUST else "remedy.coverage.within"
    return Remedy(amount, "resident", say(key, layer=_counted(word, places), **values))


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
