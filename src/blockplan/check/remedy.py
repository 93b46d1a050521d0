"""What would put a failed rule right, and how many residents fall short."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blockplan.check.capacity import carried
from blockplan.check.verdict import Remedy
from blockplan.check.words import CATALOG, fill, say, unit_word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from blockplan.check.rules import Rule
    from blockplan.check.verdict import Outcome, Required, Text
    from blockplan.measure.measurement import Measurement

#: Steps in which an amount is asked for, by unit: whole beds, metres of a length, 100 m2 of an area in km2.
_STEPS = {"km": 1000, "km2": 10_000, "1": 10_000}
#: Amounts are rounded up to whole steps, but not because of the last binary digits.
_DUST = 1e-6


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
    if measurement.unit == "1" and required.op in {">=", ">"}:
        return _coverage(limit, value, measurement, residents, subject)
    amount = _up(abs(limit - value), rule.unit)
    size = {"km": "length", "km2": "area", "m2": "area", "m": "length", "day": "days"}.get(rule.unit, "count")
    key = f"remedy.{size}.{'more' if short else 'less'}"
    return Remedy(amount, rule.unit, _sentence(key, amount, rule.unit, subject))


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


def _coverage(
    limit: float, value: float, measurement: Measurement, residents: float | None, subject: Text
) -> Remedy:
    affected, limit_m = measurement.affected_residents, measurement.definition.get("limit_m")
    if affected is None or residents is None or limit_m is None:
        amount = _up(limit - value, "1")
        return Remedy(amount, "1", say("remedy.share", amount=amount * 100, subject=subject))
    needed = affected if limit >= 1 else min(affected, (limit - value) * residents)
    amount = float(math.ceil(needed - _DUST))
    layers = {place.layer for place in measurement.places}
    layer = layers.pop() if len(layers) == 1 else "places"
    word = CATALOG.text(f"place.{layer}" if f"place.{layer}" in CATALOG else "place.places")
    places = len(measurement.places)
    values = {"amount": amount, "places": places, "limit_m": limit_m, "affected": affected}
    key = "remedy.coverage.some" if amount < affected - _DUST else "remedy.coverage.within"
    return Remedy(amount, "resident", say(key, layer=_counted(word, places), **values))


def _counted(noun: Text, amount: float) -> dict[str, str]:
    """A noun beside a number: the English singular beside 1."""
    one = noun.get("en_one")
    return {**noun, "en": one} if amount == 1 and one else dict(noun)


def _sentence(key: str, amount: float, unit: str, subject: Text, **more: Any) -> Text:
    return say(key, amount=amount, unit=unit_word(unit), subject=_counted(subject, amount), **more)


def _subject(rule: Rule, parameters: Mapping[str, Any]) -> Text:
    return fill(dict(rule.subject or rule.title), **parameters)


def _up(amount: float, unit: str) -> float:
    step = _STEPS.get(unit, 1)
    return math.ceil(amount * step - _DUST) / step
