"""
Supplies per person: land for schools, beds, cultural floor, public green.

The supply stands in the measurement whether or not the residents are known,
so that the largest population it carries can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.columns import absent, areas_m2, ids, of_codes, total, unknown, values
from blockplan.measure.greens import green_area_m2, public_greens
from blockplan.measure.homes import NOBODY, residents
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.parts import USUAL, each, pieces, ratios

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model import Plan

NO_SERVICES = ("parameter services: the services to count",)


def education_land_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of basic-education parcels for every 1,000 residents."""
    lacking = absent(plan, "parcels")
    if lacking:
        return per_person(plan, "education_land_per_1000", "m2", None, 1000, missing=lacking)
    chosen, missing = of_codes(plan, parameters["basic_education_codes"])
    area, names = areas_m2(plan, "parcels", chosen), ids(plan, "parcels")[chosen]
    missing += unknown("parcels.geometry", names[np.isnan(area)], len(names))
    supply = None if missing else total(area)
    counted = {"parcels": tuple(names)}
    return per_person(plan, "education_land_per_1000", "m2", supply, 1000, missing=missing, counted=counted)


def nursing_beds_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Beds of nursing facilities for every 1,000 residents."""
    supply, missing, counted = _in_facilities(plan, parameters["nursing_services"], "beds")
    return per_person(plan, "nursing_beds_per_1000", "bed", supply, 1000, missing=missing, counted=counted)


def culture_floor_per_resident(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Floor area of cultural facilities for each resident."""
    supply, missing, counted = _in_facilities(plan, parameters["culture_services"], "floor_area_m2")
    return per_person(plan, "culture_floor_per_resident", "m2", supply, 1, missing=missing, counted=counted)


def green_per_resident(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Public green space for each resident."""
    greens = public_greens(plan, parameters)
    supply = None if greens.missing else green_area_m2(plan, greens)
    return per_person(
        plan, "green_per_resident", "m2", supply, 1, missing=greens.missing, counted=greens.counted
    )


def service_floor_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Floor area of the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_floor_per_1000", "m2", "floor_area_m2", parameters)


def service_site_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Site area of the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_site_per_1000", "m2", "site_area_m2", parameters)


def service_places_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Places in the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_places_per_1000", "place", "places", parameters)


def service_beds_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Beds in the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_beds_per_1000", "bed", "beds", parameters)


def people_by(
    plan: Plan, supply: NDArray[np.float64], per: float, layers: tuple[str, ...] = USUAL
) -> tuple[Part, ...]:
    """A supply of the parcels over the residents of each area and block; unknown where nobody lives."""
    parts: tuple[Part, ...] = ()
    lived_in = residents(plan).by_parcel
    if not len(lived_in):
        return parts
    for layer in layers:
        found = pieces(plan, layer)
        amount, people = found.sums(supply), found.sums(lived_in)
        parts += each(found.scopes, ratios(amount, people, per), amount, people)
    return parts


def per_person(  # noqa: PLR0913 (the parts of one measurement)
    plan: Plan,
    name: str,
    unit: str,
    supply: float | None,
    per: float,
    *,
    missing: tuple[str, ...] = (),
    counted: Mapping[str, tuple[str, ...]] | None = None,
) -> Measurement:
    """A supply over the residents; unknown where either is, or where nobody lives."""
    found = residents(plan)
    missing = tuple(dict.fromkeys(missing + found.missing))
    if found.total == 0:
        missing += NOBODY
    value = supply * per / found.total if supply is not None and found.total else None
    definition = {"residents": found.total, "residents_source": found.source}
    return Measurement(
        name,
        value,
        unit,
        definition,
        missing=missing,
        counted=counted or {},
        supply=supply,
        per=per,
        summed=found.summed,
    )


def _of_services(plan: Plan, name: str, unit: str, column: str, parameters: Mapping[str, Any]) -> Measurement:
    services, levels = parameters["services"], parameters["service_levels"]
    if not services:
        return per_person(plan, name, unit, None, 1000, missing=NO_SERVICES)
    supply, missing, counted = _in_facilities(plan, services, column, levels)
    return per_person(plan, name, unit, supply, 1000, missing=missing, counted=counted)


def _in_facilities(
    plan: Plan, services: tuple[str, ...], column: str, levels: tuple[str, ...] = ()
) -> tuple[float | None, tuple[str, ...], dict[str, tuple[str, ...]]]:
    """
    Sum of a column over the facilities of some services, of some levels where any are named.

    A facility of no stated service could be one of them: it is missing, and so is one of no
    stated level where levels are asked for. A layer without such a facility is a measured zero; an
    absent layer, or a facility without the number, is unknown.
    """
    missing = absent(plan, "facilities")
    if missing:
        return None, missing, {}
    services_of, everything = values(plan, "facilities", "service"), ids(plan, "facilities")
    chosen = np.isin(services_of, services)
    unsaid = np.array([service is None for service in services_of], dtype=bool)
    missing = unknown("facilities.service", everything[unsaid], len(everything))
    if levels:
        level_of = values(plan, "facilities", "level")
        blank = chosen & np.array([level is None for level in level_of], dtype=bool)
        missing += unknown("facilities.level", everything[blank], int(chosen.sum()))
        chosen &= np.isin(level_of, levels) | blank
    names, numbers = everything[chosen], values(plan, "facilities", column)[chosen]
    missing += unknown(f"facilities.{column}", names[np.isnan(numbers)])
    return None if missing else total(numbers), missing, {"facilities": tuple(names)}
