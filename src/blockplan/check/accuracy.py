"""
How exactly a value is known from the drawing: what lies nearer to a limit than that lies at the limit.

Coordinates are written to the millimetre (`DRAWN_TO_M`). A length is then known to about a millimetre, and an
area of A m2 to a millimetre times its root: so much at most for 98 of 100 compact outlines whose corners are
rounded one by one, and for a sum of sites. What a plan states as a number, such as beds, is exact.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from blockplan.units import DRAWN_TO_M, M2_PER_HA, M2_PER_KM2, M_PER_KM, drawn_area_accuracy_m2

if TYPE_CHECKING:
    from blockplan.measure.measurement import Measurement

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
QUOTIENTS = (
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
    from blockplan.measure import MEASURES  # noqa: PLC0415 (the registry is read when a plan is judged)

    spec = MEASURES.get(id_)
    return spec is not None and id_ not in STATED and any(one.endswith(".geometry") for one in spec.inputs)


def _of_quotient(measurement: Measurement) -> float:
    """Relative accuracy of an amount over land, where the definition names both."""
    found = measurement.definition
    for over, unit, under, land in QUOTIENTS:
        top, bottom = found.get(over), found.get(under)
        if isinstance(top, int | float) and isinstance(bottom, int | float) and top > 0 and bottom > 0:
            return of_amount(top, unit) / top + of_amount(bottom, land) / bottom
    return 0.0
