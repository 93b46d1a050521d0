"""
What a measurement comes to under a limit where part of what it reads is not known.

A measure says between which numbers an unknown value lies. Where all of them are on one side of the limit
the verdict is certain, whatever the unknown turns out to be; it is unknown only where that could turn it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blockplan.check.carriers import amount
from blockplan.check.limits import compare
from blockplan.check.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.verdict import Outcome, Required, Text
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Fault


def settle(measurement: Measurement, required: Required, tolerance: float = 0.0) -> Outcome:
    """
    The outcome of a measurement; ``not_applicable`` where there is nothing that it could measure.

    Examples
    --------
    >>> from blockplan.check.verdict import Required
    >>> from blockplan.measure.measurement import Measurement
    >>> from blockplan.measure.missing import Missing
    >>> lacking = (Missing("parcels", "land_use", ("P-1",)),)
    >>> share = Measurement("green_access", None, "1", missing=lacking, ends=(0.4, 0.8))
    >>> [settle(share, Required(">=", limit)) for limit in (0.3, 0.5, 0.9)]
    ['pass', 'unknown', 'fail']
    """
    if measurement.nothing:
        return "not_applicable"
    if measurement.ends is None:
        return compare(measurement.value, required, tolerance)
    if asks_for_all(required) and somebody_short(measurement):
        return "fail"
    low, high = measurement.ends
    first, last = compare(low, required, tolerance), compare(high, required, tolerance)
    if first != last or (first == "fail" and _beyond(low, required) != _beyond(high, required)):
        return "unknown"
    return first


def asks_for_all(required: Required) -> bool:
    """Whether a share of everybody is asked for."""
    return required.op == ">=" and required.value == 1


def somebody_short(measurement: Measurement) -> bool:
    """Whether residents fall short of a share whatever is not known, so that it is below 1."""
    return measurement.unit == "1" and bool(measurement.affected_residents)


def accounted(faults: tuple[Fault, ...], measurement: Measurement) -> tuple[Fault, ...]:
    """
    Faults but for those that say only what the measurement itself counts as unknown: a number not given.

    Where it is known between which numbers an unknown value lies, such a gap cannot turn the verdict. Where
    the value is known, a parcel without a land use lies outside what is judged. Where no circle is drawn,
    only a fault of circles could have hidden one.
    """
    if any(one.why == "no_circle" for one in measurement.missing):
        return tuple(fault for fault in faults if fault.layer == "circles")
    if measurement.value is not None:
        return tuple(fault for fault in faults if not is_no_use(fault))
    if measurement.ends is None:
        return faults
    return tuple(fault for fault in faults if fault.rule != "pq-missing" and not is_no_use(fault))


def about_ends(outcome: Outcome, measurement: Measurement) -> Iterator[Text]:
    """Why a verdict is certain though its value is not known, or that there is nothing to measure."""
    if measurement.nothing:
        if not any(one.why == "no_circle" for one in measurement.missing):  # that has words of its own
            yield say("note.nothing")
    elif measurement.value is None and measurement.ends is not None and outcome in {"pass", "fail"}:
        low, high = measurement.ends
        if outcome == "fail" and high == 1 and somebody_short(measurement):
            yield say("note.short", n=measurement.affected_residents)
            return
        key = "note.ends" if math.isfinite(high) else "note.at_least"
        if math.isfinite(low):
            yield say(f"{key}.{outcome}", low=amount(measurement, low), high=amount(measurement, high))


def is_no_use(fault: Fault) -> bool:
    """Whether a fault says that a parcel has no land use."""
    return fault.rule == "pq-code" and fault.case.startswith("missing")


def _beyond(value: float, required: Required) -> bool:
    """Whether a failing value lies above what is required."""
    top = required.value[1] if isinstance(required.value, tuple) else required.value
    return value > top
