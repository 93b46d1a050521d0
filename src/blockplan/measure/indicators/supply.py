"""
Supplies per person: land for schools, beds, cultural floor, public green.

The supply stands in the measurement whether or not the residents are known,
so that the largest population it carries can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.inputs.columns import absent, areas_m2, coded, ids, total, values
from blockplan.measure.inputs.greens import green_area_m2, public_greens
from blockplan.measure.inputs.homes import NOBODY, residents
from blockplan.measure.inputs.kinds import not_held
from blockplan.measure.inputs.parts import USUAL, amounts_by, known, pieces, quotient
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, reason, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.measure.inputs.floors import Amounts
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

NO_SERVICES = (reason("choose_services"),)


def education_land_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Drawn area of basic-education parcels for every 1,000 residents."""
    lacking = absent(plan, "parcels")
    if lacking:
        return per_person(plan, "education_land_per_1000", "m2", None, 1000, missing=lacking)
    found = coded(plan, parameters.basic_education_codes)
    chosen, missing = found.chosen, found.gaps.lines()
    area, names = areas_m2(plan, "parcels", chosen), ids(plan, "parcels")[chosen]
    missing += unknown(Missing("parcels", "geometry"), names[np.isnan(area)], len(names))
    supply = ends = None
    if missing:
        most = areas_m2(plan, "parcels", chosen | found.maybe)
        ends = total(np.nan_to_num(area)), total(np.nan_to_num(most, nan=np.inf))
    else:
        supply = total(area)
    counted = {"parcels": tuple(names.tolist())}
    return per_person(
        plan, "education_land_per_1000", "m2", supply, 1000, missing=missing, counted=counted, ends=ends
    )


def nursing_beds_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Beds of nursing facilities for every 1,000 residents."""
    found = _in_facilities(plan, parameters.nursing_services, "beds")
    return per_person(plan, "nursing_beds_per_1000", "bed", per=1000, **found)


def culture_floor_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of cultural facilities for each resident."""
    found = _in_facilities(plan, parameters.culture_services, "floor_area_m2")
    return per_person(plan, "culture_floor_per_resident", "m2", per=1, **found)


def green_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green space for each resident."""
    greens = public_greens(plan, parameters)
    area = green_area_m2(plan, greens)
    supply, ends = (None if greens.missing else area), None
    if greens.missing and not greens.lost:
        could_be = areas_m2(plan, "parcels", coded(plan, parameters.green_codes).maybe)
        ends = area, area + total(np.nan_to_num(could_be, nan=np.inf))
    return per_person(
        plan, "green_per_resident", "m2", supply, 1, missing=greens.missing, counted=greens.counted, ends=ends
    )


def service_floor_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_floor_per_1000", "m2", "floor_area_m2", parameters)


def service_site_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Site area of the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_site_per_1000", "m2", "site_area_m2", parameters)


def service_places_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Places in the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_places_per_1000", "place", "places", parameters)


def service_beds_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Beds in the facilities of some services for every 1,000 residents."""
    return _of_services(plan, "service_beds_per_1000", "bed", "beds", parameters)


def people_by(plan: Plan, supply: Amounts, per: float) -> tuple[Part, ...]:
    """A supply of the parcels over the residents of each area and block; none where nobody lives."""
    found = residents(plan)
    if not len(found.by_parcel):
        return ()
    here = found.amounts(plan)
    people = {
        scope: known(number)
        for layer in USUAL
        for scope, number in zip(
            pieces(plan, layer).scopes, pieces(plan, layer).sums(here.by_parcel), strict=True
        )
    }
    return tuple(
        part._replace(residents=people[part.scope]) for part in amounts_by(plan, supply, here, USUAL, per)
    )


def per_person(  # noqa: PLR0913 (the parts of one measurement)
    plan: Plan,
    name: str,
    unit: str,
    supply: float | None,
    per: float,
    *,
    missing: tuple[Missing, ...] = (),
    counted: Mapping[str, tuple[str, ...]] | None = None,
    ends: tuple[float, float] | None = None,
) -> Measurement:
    """
    A supply over the residents; unknown where either is, nothing to measure where nobody lives.

    `ends` are the numbers between which a supply lies that is not known.
    """
    found = residents(plan)
    missing = tuple(dict.fromkeys(missing + found.missing))
    if found.total == 0:
        missing += NOBODY
    value = supply * per / found.total if supply is not None and found.total else None
    definition = {"residents": found.total, "residents_source": found.source}
    between = (supply, supply) if supply is not None else ends
    if value is None and between is not None and found.total != 0:
        between = quotient(between, found.ends, per)
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
        ends=between if value is None and found.total != 0 else None,
    )


def _of_services(plan: Plan, name: str, unit: str, column: str, parameters: Parameters) -> Measurement:
    services, levels = parameters.services, parameters.service_levels
    if not services:
        return per_person(plan, name, unit, None, 1000, missing=NO_SERVICES)
    return per_person(plan, name, unit, per=1000, **_in_facilities(plan, services, column, levels))


def _in_facilities(
    plan: Plan, services: tuple[str, ...], column: str, levels: tuple[str, ...] = ()
) -> dict[str, Any]:
    """
    Sum of a column over the facilities of some services, of some levels where any are named.

    A facility of no stated service could be one of them: it is missing, and so is one of no
    stated level where levels are asked for. A layer without such a facility is a measured zero, unless the
    data may not hold the service (`not_held`); an absent layer, or a facility without the number, is
    unknown. Given are ``supply``, ``missing``, ``counted`` and, where something is missing, ``ends``, as
    `per_person` takes them.
    """
    missing = absent(plan, "facilities")
    if missing:
        return {"supply": None, "missing": missing, "counted": {}}
    services_of, everything = values(plan, "facilities", "service"), ids(plan, "facilities")
    chosen = np.isin(services_of, services)
    unsaid = np.array([service is None for service in services_of], dtype=bool)
    missing = unknown(Missing("facilities", "service"), everything[unsaid], len(everything))
    maybe = unsaid
    if levels:
        level_of = values(plan, "facilities", "level")
        blank = chosen & np.array([level is None for level in level_of], dtype=bool)
        missing += unknown(Missing("facilities", "level"), everything[blank], int(chosen.sum()))
        of_level = np.isin(level_of, levels)
        maybe = (unsaid & (of_level | np.array([level is None for level in level_of], dtype=bool))) | blank
        chosen &= of_level | blank
    amounts = values(plan, "facilities", column)
    names, numbers = everything[chosen], amounts[chosen]
    missing += unknown(Missing("facilities", column), names[np.isnan(numbers)])
    lost = not_held(plan, services)
    missing += lost
    found: dict[str, Any] = {"missing": missing, "counted": {"facilities": tuple(names.tolist())}}
    if not missing:
        return {**found, "supply": total(numbers)}
    least = total(np.nan_to_num(amounts[chosen & ~maybe]))
    most = np.inf if lost else total(np.nan_to_num(amounts[chosen | maybe], nan=np.inf))
    return {**found, "supply": None, "ends": (least, most)}
