"""
The other readings of "per person": daytime users, education without kindergartens, beds with day places.

The notice leaves open who counts as a person (A09), whether kindergartens are basic education (A07)
and whether community day places are nursing beds (A08). The judging readings stand in `supply`;
these stand beside them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.coverage import lacking
from blockplan.measure.indicators import supply
from blockplan.measure.inputs.columns import absent, ids, shapes, total, values
from blockplan.measure.inputs.floors import parcel_points, parcels_within, unplaced
from blockplan.measure.inputs.homes import NOBODY, residents
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.inputs.kinds import served_by, unsaid
from blockplan.measure.inputs.straight_line import straight
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, only_nothing, unknown
from blockplan.measure.parameters import Parameters
from blockplan.plan.model.recall import by_row, pairs_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan


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
    found = supply.green_per_resident(plan, parameters)
    return _by_day(plan, "green_per_daytime_user", found, parameters)


def culture_floor_per_daytime_user(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of cultural facilities for each resident or job."""
    found = supply.culture_floor_per_resident(plan, parameters)
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
    beds = supply.nursing_beds_per_1000(plan, parameters)
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
    found = supply.per_person(
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
    spot, station = pairs_between(spots, stations, limit_m + 0.01)
    away = by_row("apart", shapely.distance, stations[station], spots[spot])
    near = np.round(away, 2) <= limit_m
    station, spot = station[near], spot[near]
    order = np.argsort(station, kind="stable")
    ends = np.searchsorted(station[order], np.arange(1, len(stations)))
    return [total(amounts[rows]) for rows in np.split(spot[order], ends)]


def _land(plan: Plan, name: str, codes: tuple[str, ...]) -> Measurement:
    found = supply.education_land_per_1000(plan, Parameters(basic_education_codes=codes))
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
