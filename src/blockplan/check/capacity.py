"""The inverse of a per-person rule: the largest population that a supply carries."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from blockplan.check.accuracy import accuracy, supply_accuracy
from blockplan.check.limits import DUST, compare
from blockplan.check.verdict import Capacity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import Required, Verdict
    from blockplan.measure.measurement import Measurement


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
