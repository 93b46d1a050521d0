"""
How exactly a value is known from the drawing: what lies nearer to a limit than that lies at the limit.

Coordinates are written to the millimetre (`DRAWN_TO_M`). A length is then known to about a millimetre, and an
area of A m2 to a millimetre times its root: so much at most for 98 of 100 compact outlines whose corners are
rounded one by one, and for a sum of sites. What a plan states as a number, such as beds, is exact.

What a measurement comes to under a limit where part of what it reads is not known.

A measure says between which numbers an unknown value lies. Where all of them are on one side of the limit
the verdict is certain, whatever the unknown turns out to be; it is unknown only where that could turn it.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from blockplan.check.limits import compare
from blockplan.check.words import amount, say
from blockplan.measure import MEASURES
from blockplan.units import DRAWN_TO_M, M2_PER_HA, M2_PER_KM2, M_PER_KM, drawn_area_accuracy_m2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.verdict import Outcome, Required, Text
    from blockplan.measure.definition import NumberKey
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Fault

#: Unit of area -> m2 of one of it; unit of length -> m.
AREAS = {"m2": 1.0, "ha": M2_PER_HA, "km2": M2_PER_KM2}
LENGTHS = {"m": 1.0, "km": M_PER_KM}
#: Measures whose areas and lengths are columns of the plan, though they read shapes to part them.
STATED = frozenset(
    {
        "belt_floor_area",
        "circle_facility_floor_per_1000",
        "dwelling_size",
        "heights",
        "residential_height",
    }
)
#: What is divided and by what, as a definition names them: an amount, its unit ("": stated), drawn land.
QUOTIENTS: tuple[tuple[NumberKey, str, NumberKey, str], ...] = (
    ("land_ha", "ha", "of_ha", "ha"),
    ("area_ha", "ha", "planned_land_ha", "ha"),
    ("length_km", "km", "land_km2", "km2"),
    ("floor_area_m2", "", "land_ha", "ha"),
)


def accuracy(measurement: Measurement) -> float:
    """
    So much may a value be off by the rounding of coordinates, in its own unit; 0 where nothing is drawn.

    Examples
    --------
    >>> from blockplan.measure.measurement import Measurement
    >>> accuracy(Measurement("area_size", 3.5, "km2")) * 1e6  # m2
    1.8708286933869707
    >>> accuracy(Measurement("nursing_beds_per_1000", 9.5, "bed", supply=475.0, per=1000))
    0.0
    """
    value, supply = measurement.value, measurement.supply
    if value is None or not is_drawn(measurement.id):
        return 0.0
    if measurement.per and supply is not None:
        return value * of_amount(supply, measurement.unit) / supply if supply > 0 else 0.0
    if measurement.unit in AREAS or measurement.unit in LENGTHS:
        return of_amount(value, measurement.unit)
    return abs(value) * _of_quotient(measurement)


def supply_accuracy(measurement: Measurement) -> float:
    """The same for the amount before division."""
    if measurement.supply is None or not is_drawn(measurement.id):
        return 0.0
    return of_amount(measurement.supply, measurement.unit)


def of_amount(amount: float, unit: str) -> float:
    """How exactly a drawn amount is known, in its own unit; 0 for what is no area and no length."""
    if unit in AREAS:
        return drawn_area_accuracy_m2(abs(amount) * AREAS[unit]) / AREAS[unit]
    return DRAWN_TO_M / LENGTHS[unit] if unit in LENGTHS else 0.0


@cache
def is_drawn(id_: str) -> bool:
    """Whether a measure of the registry reads its amounts from shapes."""
    spec = MEASURES.get(id_)
    return spec is not None and id_ not in STATED and any(one.endswith(".geometry") for one in spec.inputs)


def _of_quotient(measurement: Measurement) -> float:
    """Relative accuracy of an amount over land, where the definition names both."""
    for over, unit, under, land in QUOTIENTS:
        top, bottom = measurement.number(over), measurement.number(under)
        if top and bottom and top > 0 and bottom > 0:
            return of_amount(top, unit) / top + of_amount(bottom, land) / bottom
    return 0.0


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
