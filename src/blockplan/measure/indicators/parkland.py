"""
How much public green of some size there is for the residents: each size is a class of park of its own.

The supply stands in the measurement whether or not the residents are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure.indicators.access import open_spaces
from blockplan.measure.indicators.supply import per_person
from blockplan.measure.inputs.greens import green_area_m2
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from blockplan.measure.measurement import Measurement
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


def sized_green_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green of one size and below another for each resident, m2."""
    return _amount(plan, "sized_green_per_resident", "m2", 1, parameters)


def green_ha_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green of one size and below another for every 1,000 residents, ha."""
    return _amount(plan, "green_ha_per_1000", "ha", 1_000, parameters)


def green_ha_per_100000(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green of one size and below another for every 100,000 residents, ha."""
    return _amount(plan, "green_ha_per_100000", "ha", 100_000, parameters)


def _amount(plan: Plan, name: str, unit: str, per: float, parameters: Parameters) -> Measurement:
    greens = open_spaces(plan, parameters)
    chosen = greens.of_size(parameters.smallest_green_ha, parameters.largest_green_ha or None)
    area = green_area_m2(plan, chosen) / (M2_PER_HA if unit == "ha" else 1.0)
    supply = None if greens.missing else area
    return per_person(plan, name, unit, supply, per, missing=greens.missing, counted=greens.counted)
