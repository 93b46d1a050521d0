"""
Supplies per person: land for schools, beds, cultural floor, public green.

The supply stands in the measurement whether or not the residents are known,
so that the largest population it carries can be told.

The notice leaves open who counts as a person (A09), whether kindergartens are basic education (A07) and
whether community day places are nursing beds (A08). The other readings (daytime users, education without
kindergartens, beds with day places) stand beside those that judge.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import known
from blockplan.measure.distance.coverage import lacking
from blockplan.measure.inputs.columns import absent, areas_m2, coded, ids, shapes, total, values
from blockplan.measure.inputs.feature_points import straight
from blockplan.measure.inputs.floors import parcel_points, parcels_within, unplaced
from blockplan.measure.inputs.greens import green_area_m2, public_greens
from blockplan.measure.inputs.homes import NOBODY, residents
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.inputs.kinds import not_held, served_by, unsaid
from blockplan.measure.inputs.parts import USUAL, amounts_by, pieces, quotient
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, only_nothing, reason, unknown
from blockplan.measure.parameters import Parameters
from blockplan.plan.model.recall import by_row
from blockplan.plan.model.recall_beside import pairs_between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.inputs.floors import Amounts
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
    found = in_facilities(plan, parameters.nursing_services, "beds")
    return per_person(plan, "nursing_beds_per_1000", "bed", per=1000, **found)


def culture_floor_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of cultural facilities for each resident."""
    found = in_facilities(plan, parameters.culture_services, "floor_area_m2")
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
    return per_person(plan, name, unit, per=1000, **in_facilities(plan, services, column, levels))


def in_facilities(
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


def daytime_users(plan: Plan, parameters: Parameters) -> Measurement:
    """Residents and jobs together; each beside it."""
    people, jobs = residents(plan), jobs_of_parcels(plan, parameters.floor_area_per_job_m2)
    missing = tuple(dict.fromkeys(people.missing + jobs.missing))
    by = (
        Part("residents", people.total),
        Part("jobs", None if jobs.missing else jobs.whole),
    )
    value = None if missing or people.total is None else people.total + jobs.whole
    return Measurement(
        "daytime_users",
        value,
        "person",
        jobs.definition,
        by=by,
        missing=missing,
        counted={"parcels": jobs.counted},
        summed=people.summed,
    )


def green_per_daytime_user(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green space for each resident or job."""
    found = green_per_resident(plan, parameters)
    return _by_day(plan, "green_per_daytime_user", found, parameters)


def culture_floor_per_daytime_user(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of cultural facilities for each resident or job."""
    found = culture_floor_per_resident(plan, parameters)
    return _by_day(plan, "culture_floor_per_daytime_user", found, parameters)


def school_land_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Land for primary and secondary schools per 1,000 residents: basic education without kindergartens."""
    return _land(plan, "school_land_per_1000", parameters.school_codes)


def kindergarten_land_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Land for kindergartens for every 1,000 residents."""
    return _land(plan, "kindergarten_land_per_1000", parameters.kindergarten_codes)


def beds_and_day_places_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Beds of nursing institutions and places of community day care for every 1,000 residents."""
    name = "beds_and_day_places_per_1000"
    beds = nursing_beds_per_1000(plan, parameters)
    services, everything = values(plan, "facilities", "service"), ids(plan, "facilities")
    day = np.isin(services, parameters.day_services)
    # A day place may be written as a place or as a bed.
    number = np.where(
        np.isnan(values(plan, "facilities", "places")),
        values(plan, "facilities", "beds"),
        values(plan, "facilities", "places"),
    )[day]
    missing = beds.missing + unknown(
        Missing("facilities", "places"), everything[day][np.isnan(number)], int(day.sum())
    )
    mine = (*beds.counted.get("facilities", ()), *everything[day])
    amount = None if beds.supply is None or np.isnan(number).any() else beds.supply + total(number)
    found = per_person(
        plan, name, "bed", amount, 1000, missing=missing, counted={"facilities": tuple(dict.fromkeys(mine))}
    )
    parts = (Part("beds", beds.supply), Part("day_places", None if np.isnan(number).any() else total(number)))
    return replace(found, by=parts)


def users_near_stations(plan: Plan, parameters: Parameters) -> Measurement:
    """Residents and jobs within a distance of a station; those of each station beside it."""
    name, limit_m = "users_near_stations", parameters.station_limit_m
    homes, jobs = homes_of(plan), jobs_of_parcels(plan, parameters.floor_area_per_job_m2)
    serves, perhaps = served_by(plan, parameters.station_modes)
    rows = np.flatnonzero(serves)
    names, stations = ids(plan, "stops")[rows], shapes(plan, "stops")[rows]
    nobody = only_nothing(homes.missing)
    missing = absent(plan, "stops") + (() if nobody else lacking(homes)) + jobs.missing + unplaced(plan, jobs)
    missing += unsaid(plan, perhaps)
    missing += unknown(Missing("stops", "geometry"), names[shapely.is_missing(stations)], len(names))
    missing = tuple(dict.fromkeys(missing))
    parcels = tuple(dict.fromkeys((*homes.counted.get("parcels", ()), *jobs.counted)))
    counted = {**homes.counted, "parcels": parcels, "stops": tuple(names)}
    if missing or (homes.weighs != "residents" and not nobody):
        return Measurement(name, None, "person", missing=missing, counted=counted)

    lived = np.round(straight(homes.point, stations), 2) <= limit_m
    living = 0.0 if nobody else total(homes.weight[lived])
    working = jobs.within(parcels_within(plan, stations, limit_m))
    at_homes = [0.0] * len(names) if nobody else _by_station(stations, limit_m, homes.point, homes.weight)
    at_work = _by_station(stations, limit_m, parcel_points(plan), jobs.by_parcel)
    each = {str(one): both for one, *both in zip(names, at_homes, at_work, strict=True)}
    definition = {
        "limit_m": limit_m,
        "along": "line",
        "residents": living,
        "jobs": working,
        "stations": {one: {"residents": home, "jobs": work} for one, (home, work) in each.items()},
        **jobs.definition,
    }
    by = tuple(Part(f"station:{one}", home + work) for one, (home, work) in each.items())
    return Measurement(name, living + working, "person", definition, by=by, counted=counted)


def _by_station(
    stations: NDArray[Any], limit_m: float, spots: NDArray[Any], amounts: NDArray[np.float64]
) -> list[float]:
    """The sum of amounts at points within a straight-line distance (to the centimetre) of each station."""
    if not len(stations):
        return []
    spot, station = pairs_between("stations near", spots, stations, limit_m + 0.01)
    away = by_row("apart", shapely.distance, stations[station], spots[spot])
    near = np.round(away, 2) <= limit_m
    station, spot = station[near], spot[near]
    order = np.argsort(station, kind="stable")
    ends = np.searchsorted(station[order], np.arange(1, len(stations)))
    return [total(amounts[rows]) for rows in np.split(spot[order], ends)]


def _land(plan: Plan, name: str, codes: tuple[str, ...]) -> Measurement:
    found = education_land_per_1000(plan, Parameters(basic_education_codes=codes))
    return replace(found, id=name)


def _by_day(plan: Plan, name: str, found: Measurement, parameters: Parameters) -> Measurement:
    """A supply of `supply`, over residents and jobs instead of residents."""
    users = daytime_users(plan, parameters)
    missing = tuple(dict.fromkeys((*found.missing, *users.missing)))
    if users.value == 0:
        missing = (*(line for line in missing if line not in NOBODY), *NOBODY)
    elif users.value is not None:
        # A plan where people only work has daytime users.
        missing = tuple(line for line in missing if line not in NOBODY)
    value = found.supply / users.value if found.supply is not None and users.value and not missing else None
    parcels = (*found.counted.get("parcels", ()), *users.counted["parcels"])
    return replace(
        found,
        id=name,
        value=value,
        definition={
            "daytime_users": users.value,
            "residents": users.by[0].value,
            "jobs": users.by[1].value,
            **{f"users_{key}": count for key, count in users.definition.items()},
        },
        missing=missing,
        counted={**found.counted, "parcels": tuple(dict.fromkeys(parcels))},
        per=0.0,
    )
