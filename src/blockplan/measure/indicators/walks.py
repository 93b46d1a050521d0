"""
What is within a walk: kinds of use near a home, and the services of a living circle.

Minutes become metres by a stated walking speed. The way along streets judges; the straight line
stands beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.coverage import (
    Distances,
    Found,
    by_area,
    covered,
    together,
    worst_first,
)
from blockplan.measure.distance.data_end import data_end
from blockplan.measure.distance.methods import asked, ways_to, weighed
from blockplan.measure.distance.reach import distances_to
from blockplan.measure.indicators.access import facilities_of, on_foot_to, perhaps_served
from blockplan.measure.inputs.columns import absent, coded, ids, points
from blockplan.measure.measurement import Measurement, Part, both
from blockplan.measure.missing import Missing, reason, unknown
from blockplan.measure.parameters import FacilityParameters
from blockplan.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.distance.methods import Way
    from blockplan.measure.inputs.homes import Homes
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

MINUTES_PER_HOUR = 60.0
#: Parts the services of a list of which any one is enough.
OR = "|"


def walk_m(minutes: float, speed_kmh: float) -> float:
    """
    How far one walks in some minutes, m.

    Examples
    --------
    >>> walk_m(15, 4)
    1000.0
    """
    return minutes * speed_kmh * M_PER_KM / MINUTES_PER_HOUR


def circle_services(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of residents who reach every service of a list within a walk; each service as a part."""
    name, limit_m = "circle_services", walk_m(parameters.walk_min, parameters.walk_speed_kmh)
    homes, lacking = weighed(plan, parameters)
    wanted = parameters.circle_services
    missing = absent(plan, "facilities") + lacking
    if not wanted:
        missing += (reason("choose_circle_services"),)
    definition: dict[str, Any] = {
        "from": homes.layers,
        "minutes": parameters.walk_min,
        "walk_speed_kmh": parameters.walk_speed_kmh,
    }
    if missing and (not wanted or not plan.has_layer("facilities") or not len(homes)):
        return Measurement(name, None, "1", definition, missing=missing, counted=homes.counted)
    rows, unsaid = _of_services(plan, wanted)
    definition["facilities"] = {service: len(found) for service, found in rows.items()}
    limits = (limit_m, parameters.join_limit_m)
    ways = asked("facility", parameters.circle_judged_by, parameters.facility_readings)
    single = [distances_to(plan, homes, found, ways, limits) for found in rows.values()]
    distances = [_all_of(kind) for kind in zip(*single, strict=True)]
    counted = both(
        homes.counted,
        {"facilities": tuple(ids(plan, "facilities")[np.unique(np.concatenate(list(rows.values())))])},
    )
    found = covered(
        plan,
        name,
        homes,
        limit_m,
        distances,
        Found(definition, missing, counted, unsaid, _perhaps(plan, homes, wanted, ways[0], limits, single)),
        drawn_round_m=parameters.drawn_round_m,
    )
    if found.value is None:
        return found
    parts = [
        Part(f"service:{service}", homes.share(one[0].within(limit_m)))
        for service, one in zip(rows, single, strict=True)
    ]
    return replace(found, by=(*found.by, *parts))


def _perhaps(
    plan: Plan,
    homes: Homes,
    wanted: Sequence[str],
    way: Way,
    limits_m: tuple[float, float],
    single: Sequence[Sequence[Distances]],
) -> NDArray[np.bool_]:
    """Homes that reach every service of a list, if facilities that could be of one of them are."""
    found = np.ones(len(homes), dtype=bool)
    for entry, distances in zip(wanted, single, strict=True):
        found &= distances[0].within(limits_m[0]) | perhaps_served(plan, homes, _kind(entry), way, limits_m)
    return found


def _kind(entry: str) -> FacilityParameters:
    """What makes a facility of an entry of a list of services."""
    return FacilityParameters(services=tuple(entry.split(OR)))


def uses_access(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of dwellings (or residents) with at least some number of kinds of use within a walk.

    A kind of use is a service of the facilities, or a class of land. Parts ``at_least:N`` say how the
    share falls with the number.
    """
    name, limit_m = "uses_access", float(parameters.access_limit_m)
    homes, lacking = weighed(plan, parameters)
    services, codes = parameters.use_services, parameters.use_codes
    missing = absent(plan, "facilities") + lacking + absent(plan, "streets")
    definition: dict[str, Any] = {
        "limit_m": limit_m,
        "along": "network",
        "from": homes.layers,
        "weight": homes.weighs,
        "uses_wanted": parameters.uses_wanted,
    }
    if missing:
        return Measurement(name, None, "1", definition, missing=missing, counted=homes.counted)
    rows, unsaid = _of_services(plan, services)
    on_foot = [ways_to("facility")["net_edge_facility"]]
    uses = {
        service: distances_to(plan, homes, found, on_foot, (limit_m, parameters.join_limit_m))[0]
        for service, found in rows.items()
    }
    limits = (limit_m, parameters.join_limit_m)
    perhaps = {service: perhaps_served(plan, homes, _kind(service), on_foot[0], limits) for service in rows}
    for code in codes:
        land = coded(plan, (code,))
        undrawn = land.chosen | land.maybe
        undrawn[undrawn] = shapely.is_missing(points(plan, "parcels", undrawn))
        unsaid += land.gaps.lines() + unknown(Missing("parcels", "geometry"), ids(plan, "parcels")[undrawn])
        sure, open_ = (
            on_foot_to(plan, homes, points(plan, "parcels", of), (limit_m, None), ids(plan, "parcels")[of])
            for of in (land.chosen, land.maybe)
        )
        uses[f"land:{code}"], perhaps[f"land:{code}"] = sure, open_.within(limit_m) | bool(undrawn.any())
    near = {use: distances.within(limit_m) for use, distances in uses.items()}
    more = {use: near[use] | found for use, found in perhaps.items()}
    number, most = (np.sum(list(one.values()), axis=0) + np.zeros(len(homes)) for one in (near, more))
    enough, possible = (one >= parameters.uses_wanted for one in (number, most))
    definition |= data_end(plan, homes, enough, limit_m)
    facilities = np.unique(np.concatenate([np.empty(0, dtype=np.intp), *rows.values()]))
    counted = both(homes.counted, {"facilities": tuple(ids(plan, "facilities")[facilities])})
    unsaid = tuple(dict.fromkeys(unsaid))
    missing = unsaid if (possible & ~enough & (homes.weight > 0)).any() else ()
    if missing or homes.weighs != parameters.weigh_by:
        between = homes.share(enough) or 0.0, homes.share(possible) or 0.0
        ends = between if homes.weighs == parameters.weigh_by else None
        return Measurement(name, None, "1", definition, missing=missing, counted=counted, ends=ends)
    by = [
        *by_area(plan, homes, enough),
        *(_between(f"use:{use}", homes, inside, more[use], unsaid) for use, inside in near.items()),
        *(
            _between(f"at_least:{least}", homes, number >= least, most >= least, unsaid)
            for least in range(1, len(near) + 1)
        ),
    ]
    people = homes.weighs == "residents"
    return Measurement(
        name,
        homes.share(enough),
        "1",
        definition,
        by=tuple(by),
        counted=counted,
        places=worst_first(homes, ~enough, number[~enough]),
        affected_residents=homes.people(~enough) if people else None,
    )


def _between(
    scope: str,
    homes: Homes,
    sure: NDArray[np.bool_],
    possible: NDArray[np.bool_],
    unsaid: tuple[Missing, ...],
) -> Part:
    """The share of some homes; unknown where others may be among them."""
    least, most = homes.share(sure), homes.share(possible)
    if least == most:
        return Part(scope, least)
    return Part(scope, None, missing=unsaid, ends=(least or 0.0, most or 0.0))


def _of_services(
    plan: Plan, wanted: Sequence[str]
) -> tuple[dict[str, NDArray[np.intp]], tuple[Missing, ...]]:
    """Facilities (by row) of each entry of a list of services, and what is missing to tell them."""
    rows: dict[str, NDArray[np.intp]] = {}
    missing: tuple[Missing, ...] = ()
    for entry in wanted:
        rows[entry], unsaid = facilities_of(plan, _kind(entry))
        missing += unsaid
    return rows, tuple(dict.fromkeys(missing))


def _all_of(kinds: Sequence[Distances]) -> Distances:
    """The way to the farthest of several things: NaN where one of them is not reached."""
    metres = np.max(np.stack([one.metres for one in kinds]), axis=0)
    return Distances(kinds[0].id, metres, together(kinds), kinds[0].missing)
