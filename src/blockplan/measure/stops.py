"""Public transport: residents near stops and stations, modes at stations, commerce near stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.columns import absent, ids, of_codes, points, shapes, total, unknown, values
from blockplan.measure.coverage import Distances, by_area, lacking, places, readings, share, straight
from blockplan.measure.homes import homes as homes_of
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.reach import street_network
from blockplan.network import at_joins, join, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model import Plan


def stops_within_500m(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Share of residents within a distance of a stop of any mode."""
    everything = np.ones(len(ids(plan, "stops")), dtype=bool)
    return _near(plan, "stops_within_500m", everything, parameters["stop_limit_m"], parameters)


def stations_within_800m(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Share of residents within a distance of a station."""
    chosen = _stations(plan, parameters)
    return _near(plan, "stations_within_800m", chosen, parameters["station_limit_m"], parameters)


def modes_per_station(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Smallest number of modes that a station offers, its own and those of stops close by."""
    name, unit = "modes_per_station", "mode"
    lacking_layer = absent(plan, "stops")
    stations = np.flatnonzero(_stations(plan, parameters))
    if lacking_layer or not len(stations):
        return Measurement(name, None, unit, missing=lacking_layer or ("stops: no station among them",))
    modes = _modes(plan)
    shape = shapes(plan, "stops")
    station, near = shapely.STRtree(shape).query(
        shape[stations], predicate="dwithin", distance=parameters["interchange_m"]
    )
    found: list[set[str]] = [set(modes[row]) for row in stations]
    for at, other in zip(station, near, strict=True):
        found[at] |= modes[other]
    names = ids(plan, "stops")[stations]
    by = tuple(Part(str(one), float(len(there))) for one, there in zip(names, found, strict=True))
    definition = {"modes": {str(one): sorted(there) for one, there in zip(names, found, strict=True)}}
    counted = {"stops": tuple(ids(plan, "stops"))}
    return Measurement(name, float(min(map(len, found))), unit, definition, by=by, counted=counted)


def commerce_near_stations(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Share of commercial floor area within a distance of a station, from the parcel's point."""
    name, limit_m = "commerce_near_stations", parameters["station_limit_m"]
    missing = absent(plan, "parcels", "stops")
    chosen, undetailed = of_codes(plan, parameters["commerce_codes"])
    names, floor = ids(plan, "parcels")[chosen], values(plan, "parcels", "floor_area_m2")[chosen]
    missing += undetailed + unknown("parcels.floor_area_m2", names[np.isnan(floor)], len(names))
    missing += unknown(
        "parcels.geometry", names[shapely.is_missing(shapes(plan, "parcels")[chosen])], len(names)
    )
    stations = _stations(plan, parameters)
    counted = {"parcels": tuple(names), "stops": tuple(ids(plan, "stops")[stations])}
    definition = {"limit_m": limit_m, "along": "line", "from": "parcel", "to": "station"}
    if missing or not total(floor):
        missing = missing or ("nothing to measure: the plan has no commercial floor area",)
        return Measurement(name, None, "1", definition, missing=missing, counted=counted)
    metres = straight(points(plan, "parcels", chosen), shapes(plan, "stops")[stations])
    near = Distances("line_station", metres)
    by = tuple(
        Part(f"within_{limit:g}m", share(floor, near.within(limit)))
        for limit in (parameters["station_near_m"], limit_m)
    )
    definition |= {"floor_area_m2": total(floor), "stations": int(stations.sum())}
    return Measurement(name, share(floor, near.within(limit_m)), "1", definition, by=by, counted=counted)


def _stations(plan: Plan, parameters: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Stops that a station mode serves."""
    wanted = set(parameters["station_modes"])
    return np.array([not wanted.isdisjoint(modes) for modes in _modes(plan)], dtype=bool)


def _modes(plan: Plan) -> list[set[str]]:
    """Modes of each stop."""
    return [
        {mode.strip() for mode in (text or "").split(",") if mode.strip()}
        for text in values(plan, "stops", "modes")
    ]


def _near(
    plan: Plan, name: str, chosen: NDArray[np.bool_], limit_m: float, parameters: Mapping[str, Any]
) -> Measurement:
    homes = homes_of(plan)
    stops = shapes(plan, "stops")[chosen]
    no_layer = absent(plan, "stops")
    missing = no_layer + lacking(homes)
    definition = {
        "limit_m": limit_m,
        "along": "line",
        "from": sorted({str(layer) for layer in homes.layer}),
        "to": "stop",
        "stops": len(stops),
        "weight": homes.weighs,
    }
    counted = {**homes.counted, "stops": tuple(ids(plan, "stops")[chosen])}
    if no_layer or not len(homes):
        return Measurement(name, None, "1", definition, missing=missing, counted=counted)
    line = Distances("line_stop", straight(homes.point, stops), {"along": "line", "to": "stop"})
    inside = line.within(limit_m)
    known = homes.weighs == "residents" and not missing
    return Measurement(
        name,
        share(homes.weight, inside) if known else None,
        "1",
        definition,
        by=by_area(plan, homes, inside) if known else (),
        readings=readings(homes, limit_m, line, [_walked(plan, stops, limit_m, parameters["join_limit_m"])]),
        missing=missing,
        counted=counted,
        places=places(homes, line, limit_m),
        affected_residents=total(homes.weight[~inside]) if known else None,
    )


def _walked(plan: Plan, stops: NDArray[Any], limit_m: float, join_limit_m: float) -> Distances:
    homes = homes_of(plan)
    definition: dict[str, Any] = {
        "along": "network",
        "join": "edge",
        "to": "stop",
        "join_limit_m": join_limit_m,
    }
    missing = absent(plan, "streets")
    if missing:
        return Distances("net_edge_stop", np.full(len(homes), np.nan), definition, missing)
    network = street_network(plan)
    origins = plan.cached("joins:homes:edge", lambda: join(network, homes.point, None))
    if origins.refused.any():
        definition["homes_not_joined"] = homes.id[origins.refused].tolist()
    # A stop drawn as several points (platforms) is reached at any of them.
    platforms = shapely.get_parts(stops)
    targets = at_joins(join(network, platforms, join_limit_m))
    return Distances("net_edge_stop", walk(network, origins, targets, limit_m), definition)
