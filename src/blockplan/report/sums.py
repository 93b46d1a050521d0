"""
The sum behind a number, written out, so that a reader can do it again.

A measurement says what it divided (``definition``, ``supply``, ``affected_residents``). A sum is shown only
where it gives the number that stands beside it: that of the whole plan is not shown beside a part.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from blockplan.check.verdict import Residents, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.report.words import Words

#: What is divided and by what, as a definition names them: key, unit, key, unit, factor between the units.
QUOTIENTS = (
    ("land_ha", "ha", "of_ha", "ha", 1.0),
    ("area_ha", "ha", "planned_land_ha", "ha", 1.0),
    ("length_km", "km", "land_km2", "km2", 1.0),
    ("floor_area_m2", "m2", "land_ha", "ha", 1 / M2_PER_HA),
    ("amount_within", "", "amount", "", 1.0),
)
#: A number read from a definition gives the measured one again to this part of it.
CLOSE = 1e-6
M_PER_KM = 1000.0


def division(verdict: Verdict, residents: Residents, words: Words) -> str:
    """The sum behind a figure: ``208,000 m2 x 1,000 / 50,000 residents = 4,160 m2``; "" without one."""
    measurement = verdict.measurement
    if measurement is None:
        return ""
    if not measurement.per:
        return quotient(measurement, words) or within(measurement, residents, words)
    if measurement.supply is None:
        return ""
    if verdict.scope_kind != "plan" or not is_known(residents.central) or not is_known(measurement.value):
        return words.amount(measurement.supply, verdict.unit)
    times = f" × {words.number(measurement.per)}" if measurement.per != 1 else ""
    supply, value = (words.amount(one, verdict.unit) for one in (measurement.supply, measurement.value))
    return f"{supply}{times} ÷ {words.count('count.residents', residents.central)} = {value}"


def quotient(measurement: Measurement, words: Words) -> str:
    """One amount over another, where the definition names both and they give the value."""
    value = measurement.value
    numbers = {key: float(one) for key, one in measurement.definition.items() if _numbers(one)}
    if not is_known(value):
        return ""
    for over, of, under, by, factor in QUOTIENTS:
        top, bottom = numbers.get(over), numbers.get(under)
        if top is None or not bottom:
            continue
        said = f"{_amount(top, of, words)} ÷ {_amount(bottom, by, words)}"
        if math.isclose(top / bottom * factor, value, rel_tol=CLOSE):
            return f"{said} = {words.figure(value, measurement)}"
        if top and math.isclose(
            2 * bottom / top * M_PER_KM, value, rel_tol=CLOSE
        ):  # spacing of a square grid
            said = f"2 × {_amount(bottom, by, words)} ÷ {_amount(top, of, words)}"
            return f"{said} = {words.figure(value, measurement)}"
    return ""


def within(measurement: Measurement, residents: Residents, words: Words) -> str:
    """The residents within reach over all, where a share of them was measured: ``17,859 / 50,000``."""
    value, beyond, everybody = measurement.value, measurement.affected_residents, residents.central
    if measurement.unit != "1" or not _numbers(value, beyond, everybody) or not everybody:
        return ""
    reached = everybody - (beyond or 0.0)
    if not math.isclose(reached / everybody, value or 0.0, rel_tol=CLOSE, abs_tol=CLOSE):
        return ""
    everyone = words.count("count.residents", everybody)
    return f"{words.number(reached)} ÷ {everyone} = {words.figure(value, measurement)}"


def _amount(number: float, unit: str, words: Words) -> str:
    return words.amount(number, unit) if unit else words.number(number)


def _numbers(*found: object) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) and is_known(one) for one in found)
