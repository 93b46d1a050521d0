"""
Public transport: who is near stops and stations, modes at stations, what is built near stations.

Stops of several kinds may have a distance of their own (500 m to a bus, 1,000 m to a train): one of
them within its own distance is enough.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.coverage import Distances, Found, covered, either, share
from blockplan.measure.distance.methods import asked, weighed
from blockplan.measure.distance.reach import distances_to
from blockplan.measure.inputs.columns import absent, ids, of_codes, points, shapes, total, values
from blockplan.measure.inputs.feature_points import straight
from blockplan.measure.inputs.floors import (
    area_of_parcels,
    floor_areas,
    parcels_within,
    unplaced,
)
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.inputs.kinds import modes_of, served_by, unsaid
from blockplan.measure.measurement import Measurement, Part, both
from blockplan.measure.missing import Missing, nothing, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.inputs.floors import Amounts
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: What stands between two lines of a stop.
BETWEEN_LINES = re.compile("[,;/\uff0c\uff1b\u3001\uff0f]")


def stops_within_500m(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of residents within a distance of a stop of any mode."""
    everything = served_by(plan, ())
    return _near(plan, "stops_within_500m", [(everything, parameters.stop_limit_m)], parameters)


def stations_within_800m(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of residents within a distance of a station."""
    chosen = served_by(plan, parameters.station_modes)
    return _near(plan, "stations_within_800m", [(chosen, parameters.station_limit_m)], parameters)


def stop_access(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of residents (with jobs, or of dwellings) within a distance of a stop of some modes."""
    chosen = served_by(plan, parameters.stop_modes)
    judged_by = parameters.stop_judged_by
    return _near(plan, "stop_access", [(chosen, parameters.access_limit_m)], parameters, judged_by)


def transit_access_sdg(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of residents within 500 m of low-capacity or 1,000 m of high-capacity transport, on foot."""
    kinds = [
        (served_by(plan, parameters.low_capacity_modes), parameters.low_capacity_limit_m),
        (served_by(plan, parameters.high_capacity_modes), parameters.high_capacity_limit_m),
    ]
    return _near(plan, "transit_access_sdg", kinds, parameters, parameters.transit_judged_by)


def modes_per_station(plan: Plan, parameters: Parameters) -> Measurement:
    """Smallest number of modes that a station offers, its own and those of stops close by."""
    name, unit = "modes_per_station", "mode"
    lacking_layer = absent(plan, "stops")
    serves, perhaps = served_by(plan, parameters.station_modes)
    stations = np.flatnonzero(serves)
    lacking_layer += unsaid(plan, perhaps)
    if lacking_layer or not len(stations):
        return Measurement(name, None, unit, missing=lacking_layer or (nothing("no_station"),))
    modes = modes_of(plan)
    shape = shapes(plan, "stops")
    station, near = shapely.STRtree(shape).query(
        shape[stations], predicate="dwithin", distance=parameters.interchange_m
    )
    found: list[set[str]] = [set(modes[row]) for row in stations]
    for at, other in zip(station, near, strict=True):
        found[at] |= modes[other]
    names = ids(plan, "stops")[stations]
    by = tuple(Part(str(one), float(len(there))) for one, there in zip(names, found, strict=True))
    definition = {"modes": {str(one): sorted(there) for one, there in zip(names, found, strict=True)}}
    counted = {"stops": tuple(ids(plan, "stops"))}
    return Measurement(name, float(min(map(len, found))), unit, definition, by=by, counted=counted)


def commerce_near_stations(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of commercial floor area within a distance of a station, from the parcel's point."""
    name, limit_m = "commerce_near_stations", parameters.station_limit_m
    missing = absent(plan, "parcels", "stops")
    chosen, undetailed = of_codes(plan, parameters.commerce_codes)
    names, floor = ids(plan, "parcels")[chosen], values(plan, "parcels", "floor_area_m2")[chosen]
    missing += undetailed + unknown(Missing("parcels", "floor_area_m2"), names[np.isnan(floor)], len(names))
    missing += unknown(
        Missing("parcels", "geometry"), names[shapely.is_missing(shapes(plan, "parcels")[chosen])], len(names)
    )
    stations, perhaps = served_by(plan, parameters.station_modes)
    counted = {"parcels": tuple(names), "stops": tuple(ids(plan, "stops")[stations])}
    definition = {"limit_m": limit_m, "along": "line", "from": "parcel", "to": "station"}
    if missing or not total(floor):
        missing = missing or (nothing("no_commerce"),)
        return Measurement(name, None, "1", definition, missing=missing, counted=counted)
    metres = straight(points(plan, "parcels", chosen), shapes(plan, "stops")[stations])
    near = Distances("line_station", metres)
    more = Distances("perhaps", straight(points(plan, "parcels", chosen), shapes(plan, "stops")[perhaps]))
    if (more.within(limit_m) & ~near.within(limit_m) & (floor > 0)).any():
        return Measurement(name, None, "1", definition, missing=unsaid(plan, perhaps), counted=counted)
    by = tuple(
        Part(f"within_{limit:g}m", share(floor, near.within(limit)))
        for limit in (parameters.station_near_m, limit_m)
    )
    definition |= {"floor_area_m2": total(floor), "stations": int(stations.sum())}
    return Measurement(name, share(floor, near.within(limit_m)), "1", definition, by=by, counted=counted)


def station_floor_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of all floor area within the radius of a station, from the parcel's point."""
    found = floor_areas(plan, parameters.built_codes)
    return _round_stations(plan, "station_floor_share", found, parameters)


def station_jobs_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of all jobs within the radius of a station, from the parcel's point."""
    found = jobs_of_parcels(plan, parameters.floor_area_per_job_m2)
    return _round_stations(plan, "station_jobs_share", found, parameters)


def _round_stations(plan: Plan, name: str, amounts: Amounts, parameters: Parameters) -> Measurement:
    """
    Share of an amount of the parcels within the radius of a station.

    A station where at least ``interchange_lines`` lines meet (``stops.line``) has the
    radius of interchanges. One that names no line may be such: the share is unknown where that matters.
    """
    stations, perhaps = served_by(plan, parameters.station_modes)
    lines = _lines_at(plan)
    changes, nameless = stations & (lines >= parameters.interchange_lines), stations & (lines == 0)
    limits = (
        (stations, float(parameters.station_radius_m)),
        (changes, float(parameters.interchange_radius_m)),
    )
    missing = absent(plan, "stops") + amounts.missing + unplaced(plan, amounts)
    counted = {"parcels": amounts.counted, "stops": tuple(ids(plan, "stops")[stations])}
    definition = {
        "limit_m": limits[0][1],
        "interchange_limit_m": limits[1][1],
        "along": "line",
        "from": "parcel",
        "to": "station",
        "stations": int(stations.sum()),
        "interchanges": int(changes.sum()),
        **{f"share_{key}": count for key, count in amounts.definition.items()},
    }
    if missing or not amounts.whole:
        missing = missing or (nothing("no_amount"),)
        return Measurement(name, None, "1", definition, missing=missing, counted=counted)
    inside = np.zeros(len(amounts.by_parcel), dtype=bool)
    for chosen, limit_m in limits:
        inside |= parcels_within(plan, shapes(plan, "stops")[chosen], limit_m)
    possible = inside.copy()
    for open_, limit_m, lost in (
        (perhaps, max(limit for _, limit in limits), unsaid(plan, perhaps)),
        (nameless, limits[1][1], unknown(Missing("stops", "line"), ids(plan, "stops")[nameless])),
    ):
        more = parcels_within(plan, shapes(plan, "stops")[open_], limit_m)
        missing += lost if (more & ~inside & (amounts.by_parcel > 0)).any() else ()
        possible |= more
    if missing:
        ends = share(amounts.by_parcel, inside) or 0.0, share(amounts.by_parcel, possible) or 0.0
        return Measurement(name, None, "1", definition, missing=missing, counted=counted, ends=ends)
    areas = area_of_parcels(plan)
    definition |= {"amount": amounts.whole, "amount_within": amounts.within(inside)}
    by = []
    for area in dict.fromkeys(ids(plan, "areas")):
        there = areas == area
        whole = amounts.within(there)
        by.append(Part(f"area:{area}", amounts.within(there & inside) / whole if whole else None, whole))
    return Measurement(name, share(amounts.by_parcel, inside), "1", definition, by=tuple(by), counted=counted)


def _lines_at(plan: Plan) -> NDArray[np.intp]:
    """How many lines meet at each stop: words between commas, semicolons, slashes or their Chinese signs."""
    said = values(plan, "stops", "line")
    words = [{one.strip() for one in BETWEEN_LINES.split(text or "")} - {""} for text in said]
    return np.array(list(map(len, words)), dtype=np.intp)


def _near(
    plan: Plan,
    name: str,
    kinds: list[tuple[tuple[NDArray[np.bool_], NDArray[np.bool_]], float]],
    parameters: Parameters,
    judged_by: str = "line_stop",
) -> Measurement:
    """
    The share near stops of one of some kinds, each kind within its own distance.

    A kind is the stops that are of it, and those that may be for all that is known: where one of these
    would bring a home within the distance, the share is unknown.
    """
    homes, lacking = weighed(plan, parameters)
    limit_m = max(limit for _, limit in kinds)
    counting = np.logical_or.reduce([stops for (stops, _), _ in kinds])
    no_layer = absent(plan, "stops")
    definition: dict[str, Any] = {
        "from": homes.layers,
        "stops": int(counting.sum()),
    }
    found = Found(
        definition,
        no_layer + lacking,
        both(homes.counted, {"stops": tuple(ids(plan, "stops")[counting])}),
    )
    if no_layer or not len(homes):
        definition |= {"limit_m": limit_m, "along": "line", "to": "stop", "weight": homes.weighs}
        return Measurement(name, None, "1", definition, missing=found.missing, counted=found.counted)
    ways = asked("stop", judged_by, parameters.stop_readings)
    each = [
        distances_to(plan, homes, np.flatnonzero(stops), ways, (limit, parameters.join_limit_m))
        for (stops, _), limit in kinds
    ]
    limits = [limit for _, limit in kinds]
    distances = [either(list(zip(way, limits, strict=True))) for way in zip(*each, strict=True)]
    open_ = np.logical_or.reduce([perhaps for (_, perhaps), _ in kinds])
    if open_.any():
        join_m = parameters.join_limit_m
        more = [
            distances_to(plan, homes, np.flatnonzero(perhaps), ways[:1], (limit, join_m))[0]
            for (_, perhaps), limit in kinds
        ]
        nearer = either(list(zip(more, limits, strict=True))).within(limit_m)
        found = replace(found, unsaid=unsaid(plan, open_), perhaps=nearer)
    return covered(plan, name, homes, limit_m, distances, found, weigh_by=parameters.weigh_by)
