"""
Who reaches a public green of some size, and who reaches a facility of some kind.

The same two measures serve every standard that speaks of a distance: what the standard says (sizes,
kinds, distance, along what, share of whom) are their parameters. `blockplan.measure.distance.reach` and
`blockplan.measure.distance.coverage` do the work.

Land within a distance of greens, measured as land and not by a point on each parcel.

A parcel that lies partly within the distance counts for that part: what standards call the land that
the service radius of parks covers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.measure.distance.coverage import Distances, Found, covered, either
from blockplan.measure.distance.methods import asked, ways_to, weighed
from blockplan.measure.distance.reach import (
    LINE,
    Reach,
    distances_to,
    home_joins,
    not_entered,
    perhaps_green,
    places_of,
    readings_of,
    street_network,
)
from blockplan.measure.indicators.supply import NO_SERVICES
from blockplan.measure.inputs.columns import (
    CIRCLE_SEGMENTS,
    absent,
    ids,
    of_codes,
    rows_of_parcels,
    shapes,
    sound,
    sound_shapes,
)
from blockplan.measure.inputs.feature_points import middles
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.kinds import kinds_of, not_held, of_kind
from blockplan.measure.measurement import Measurement, both
from blockplan.measure.missing import Missing, unknown
from blockplan.network import at_joins, join, walk
from blockplan.plan.model.recall import by_row
from blockplan.plan.model.recall_beside import by_others

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.distance.methods import Way
    from blockplan.measure.inputs.greens import Greens
    from blockplan.measure.inputs.homes import Homes
    from blockplan.measure.parameters import FacilityParameters, GreenParameters, Parameters
    from blockplan.plan.model.plan import Plan

#: What has no area (a brook drawn as a line) is taken this wide to either side, m, for streets to meet it.
LINE_HALF_WIDTH_M = 0.5


def green_access(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of residents (or of dwellings, or of residential land) within a distance of a public green.

    ``radius_by_size_ha`` gives each size of green a radius of its own, which goes before the limit:
    greens from each size up to the next have the radius beside it. A plan without such greens has share 0.
    """
    homes, lacking = weighed(plan, parameters)
    greens = open_spaces(plan, parameters)
    by_size = tiers(greens, parameters)
    limit_m = max(limit for _, limit in by_size)
    counting = np.unique(np.concatenate([rows for rows, _ in by_size]))
    definition = {
        "from": homes.layers,
        "smallest_green_ha": parameters.smallest_green_ha,
        "greens": len(counting),
        "largest_counted_ha": round(float(greens.area_m2[counting].max()) / 1e4, 4)
        if len(counting)
        else None,
    }
    codes = (parameters.green_codes, *also_layers(parameters).values())
    reach = Reach(homes, greens, counting, limit_m, parameters.join_limit_m)
    gates, behind = not_entered(plan, reach, asked("green", _first(parameters), ())[0])
    found = Found(
        definition,
        lacking,
        both(homes.counted, greens.counted),
        greens.missing + gates,
        perhaps_green(plan, homes, greens, codes, limit_m) | behind,
    )
    # A park that takes up a parcel may grow out of a size, or into another radius: then nothing is certain.
    certain = not parameters.largest_green_ha and not parameters.radius_by_size_ha
    certain &= parameters.judged_by != OVERLAY
    if (greens.missing and not certain) or greens.lost or not len(homes):
        definition |= {"limit_m": limit_m, "weight": homes.weighs}
        return Measurement(
            "green_access", None, "1", definition, missing=greens.missing + lacking, counted=found.counted
        )
    return covered(
        plan,
        "green_access",
        homes,
        limit_m,
        _distances(plan, reach, by_size, parameters),
        found,
        weigh_by=parameters.weigh_by,
        drawn_round_m=parameters.drawn_round_m,
    )


def _first(parameters: Parameters) -> str:
    """The reading that judges, where what is judged is no land but homes."""
    return LINE if parameters.judged_by == OVERLAY else parameters.judged_by


def _distances(
    plan: Plan,
    reach: Reach,
    tiers: list[tuple[NDArray[np.intp], float]],
    parameters: Parameters,
) -> list[Distances]:
    """Distances under every reading asked for, the judging one first."""
    judged_by = parameters.judged_by
    overlay = judged_by == OVERLAY
    if overlay and parameters.weigh_by != "residential_land":
        raise UsageError(
            f"judged_by {OVERLAY} measures land, but the share is of {parameters.weigh_by}. "
            'Ask for weigh_by "residential_land", or for another reading.'
        )
    ways = asked("green", _first(parameters), (LINE, *parameters.green_readings))
    per_tier = [readings_of(plan, replace(reach, rows=rows, limit_m=limit), ways) for rows, limit in tiers]
    distances = [
        either([(one, limit) for one, (_, limit) in zip(reading, tiers, strict=True)])
        for reading in zip(*per_tier, strict=True)
    ]
    if overlay and reach.homes.weighs == "residential_land":
        shapes_of = [(reach.greens.shape[rows], limit) for rows, limit in tiers]
        distances.insert(0, land_within(plan, reach.homes, shapes_of, distances[0]))
    return distances


def open_spaces(plan: Plan, parameters: GreenParameters) -> Greens:
    """
    Public greens, and the water and woodland that ``also_layers`` counts beside them.

    Raises
    ------
    UsageError
        If ``also_layers`` names another layer.
    """
    greens = public_greens(plan, parameters)
    for layer, codes in also_layers(parameters).items():
        greens = _with_layer(plan, greens, layer, codes)
    return greens


def also_layers(parameters: GreenParameters) -> dict[str, tuple[str, ...]]:
    """The layers that count beside greens, and the land uses of each."""
    codes = {"water": parameters.water_codes, "woodland": parameters.woodland_codes}
    for layer in parameters.also_layers:
        if layer not in codes:
            raise UsageError(f"also_layers cannot hold {layer!r}; it may hold: {', '.join(codes)}.")
    return {layer: codes[layer] for layer in parameters.also_layers}


def _with_layer(plan: Plan, greens: Greens, layer: str, codes: tuple[str, ...]) -> Greens:
    key = f"open:{layer}:{','.join(codes)}:{id(greens)}"
    return plan.cached(key, lambda: _add_layer(plan, greens, layer, codes))


def _add_layer(plan: Plan, greens: Greens, layer: str, codes: tuple[str, ...]) -> Greens:
    chosen, undetailed = of_codes(plan, codes)
    parcels = np.flatnonzero(chosen & ~shapely.is_missing(shapes(plan, "parcels")))
    rest = np.flatnonzero(~shapely.is_missing(shapes(plan, layer)))
    shape = np.concatenate([shapes(plan, "parcels")[parcels], shapes(plan, layer)[rest]])
    thin = shapely.get_dimensions(shape) < 2
    shape[thin] = shapely.buffer(shape[thin], LINE_HALF_WIDTH_M)
    shape = sound(shape)
    names = np.concatenate([ids(plan, "parcels")[parcels], ids(plan, layer)[rest]])
    layers = ["parcels"] * len(parcels) + [layer] * len(rest)
    drawn = np.flatnonzero(shapely.area(shape) > 0)
    counted = {"parcels": tuple(ids(plan, "parcels")[parcels]), layer: tuple(ids(plan, layer)[rest])}
    return replace(
        greens,
        layer=np.concatenate([greens.layer, np.array(layers, dtype=object)[drawn]]),
        members=(*greens.members, *((name,) for name in names[drawn])),
        shape=np.concatenate([greens.shape, shape[drawn]]),
        area_m2=np.concatenate([greens.area_m2, shapely.area(shape[drawn])]),
        missing=greens.missing + undetailed,
        counted=both(greens.counted, counted),
    )


def tiers(greens: Greens, parameters: Parameters) -> list[tuple[NDArray[np.intp], float]]:
    """Rows of the greens that count, and the distance within which they have to be, by tier of size."""
    radii = parameters.radius_by_size_ha
    if not radii:
        largest = parameters.largest_green_ha or None
        rows = greens.rows_of_size(parameters.smallest_green_ha, largest)
        return [(rows, float(parameters.access_limit_m))]
    try:
        steps = sorted((float(size), radius) for size, radius in radii.items())
    except ValueError:
        raise UsageError(
            f"radius_by_size_ha is {dict(radii)}: it has to give sizes in ha their radius in m, "
            'such as { "0.4" = 300, "1" = 500 }.'
        ) from None
    ends = [size for size, _ in steps[1:]] + [None]
    return [
        (greens.rows_of_size(size, end), float(radius))
        for (size, radius), end in zip(steps, ends, strict=True)
    ]


def service_access(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of residents (or dwellings) within a distance of a facility of some services.

    No such facility in the layer is a measured 0; an absent layer is unknown, and so is a share
    below 1 while a facility of no stated service, level or size could be one of them.
    """
    homes, lacking = weighed(plan, parameters)
    rows, unsaid = facilities_of(plan, parameters)
    limit_m = float(parameters.access_limit_m)
    counted = both(homes.counted, {"facilities": tuple(ids(plan, "facilities")[rows])})
    definition = {
        "from": homes.layers,
        "services": list(parameters.services),
        "facilities": len(rows),
    }
    missing = absent(plan, "facilities") + lacking
    if not parameters.services:
        missing += NO_SERVICES
    if missing and (not parameters.services or not plan.has_layer("facilities") or not len(homes)):
        definition |= {"to": "facility", "limit_m": limit_m, "weight": homes.weighs}
        return Measurement("service_access", None, "1", definition, missing=missing, counted=counted)
    ways = asked("facility", parameters.facility_judged_by, parameters.facility_readings)
    distances = distances_to(plan, homes, rows, ways, (limit_m, parameters.join_limit_m))
    perhaps = perhaps_served(plan, homes, parameters, ways[0], (limit_m, parameters.join_limit_m))
    lost = not_held(plan, parameters.services)
    if lost:
        unsaid, perhaps = unsaid + lost, np.ones(len(homes), dtype=bool)
    return covered(
        plan,
        "service_access",
        homes,
        limit_m,
        distances,
        Found(definition, missing, counted, unsaid, perhaps),
        weigh_by=parameters.weigh_by,
        drawn_round_m=parameters.drawn_round_m,
    )


def facilities_of(plan: Plan, parameters: FacilityParameters) -> tuple[NDArray[np.intp], tuple[Missing, ...]]:
    """Facilities (by row) of a kind (`of_kind`), and what is missing to tell them."""
    chosen, missing = of_kind(plan, parameters)
    nowhere = chosen & shapely.is_missing(places_of(plan, "facilities"))
    missing += unknown(Missing("facilities", "geometry"), ids(plan, "facilities")[nowhere])
    return np.flatnonzero(chosen), missing


def perhaps_served(
    plan: Plan, homes: Homes, parameters: FacilityParameters, way: Way, limits_m: tuple[float, float]
) -> NDArray[np.bool_]:
    """Homes that are within the limit of a facility that could be of the kind, for all that it says."""
    sure, maybe, _ = kinds_of(plan, parameters)
    nowhere = (sure | maybe) & shapely.is_missing(places_of(plan, "facilities"))
    if nowhere.any():
        return np.ones(len(homes), dtype=bool)
    if not maybe.any():
        return np.zeros(len(homes), dtype=bool)
    (distances,) = distances_to(plan, homes, np.flatnonzero(maybe), [way], limits_m)
    return distances.within(limits_m[0])


def on_foot_to(
    plan: Plan, homes: Homes, places: NDArray[Any], limits_m: tuple[float, float | None], names: NDArray[Any]
) -> Distances:
    """
    Distances of homes along streets to the nearest of some places, each reached at a point on it.

    The way from the street to that point counts. Places farther from a street than the second of
    `limits_m` are not reached; their `names` stand in the definition.
    """
    limit_m, join_limit_m = limits_m
    way = ways_to("facility")["net_edge_facility"]
    definition = way.definition(join_limit_m)
    missing = absent(plan, "streets")
    if missing:
        return Distances(way.id, np.full(len(homes), np.nan), definition, missing)
    network, origins = street_network(plan), home_joins(plan, homes)
    if origins.refused.any():
        definition["homes_not_joined"] = homes.id[origins.refused].tolist()
    drawn = ~shapely.is_missing(places)
    doors = middles(sound(places[drawn]))
    joins = join(network, doors, join_limit_m)
    definition["not_joined"] = names[drawn][joins.refused].tolist()
    metres = walk(network, origins, at_joins(joins), limit_m)
    return Distances(way.id, metres, definition)


#: The reading by the land itself.
OVERLAY = "line_overlay"
#: Distances are told apart to the centimetre, as in the readings by points.
HALF_CM_M = 0.005


def land_within(
    plan: Plan, homes: Homes, tiers: Sequence[tuple[NDArray[Any], float]], by_point: Distances
) -> Distances:
    """
    The part of each parcel's land that is within a distance of greens, in a straight line.

    Parameters
    ----------
    homes
        Parcels weighed by their land.
    tiers
        Shapes of greens, and the distance that they reach, m.
    by_point
        The reading by the parcels' points; its metres stand beside the parcels that fall short.
    """
    row_of = rows_of_parcels(plan)
    rows = np.array([row_of[name] for name in homes.id], dtype=np.intp)
    land = sound_shapes(plan, "parcels")[rows]
    zones: list[NDArray[Any]] = []
    for greens, limit_m in tiers:
        around = partial(shapely.buffer, distance=limit_m + HALF_CM_M, quad_segs=CIRCLE_SEGMENTS)
        zones.append(by_row("zone", around, greens, fixed=(limit_m,)))
    part = by_others("land in zones", _covered, land, np.concatenate(zones))
    definition = {"along": "line", "from": "land", "to": "edge"}
    return Distances(OVERLAY, by_point.metres, definition, by_point.missing, by_point.limits_m, part)


def _covered(land: NDArray[Any], zones: NDArray[Any]) -> NDArray[np.float64]:
    """Share of each piece of land that zones cover."""
    part = np.zeros(len(land))
    near, parcel = shapely.STRtree(land).query(zones, predicate="intersects")
    zone = zones[near]
    shapely.prepare(zone)
    part[parcel[shapely.covers(zone, land[parcel])]] = 1.0
    rest = part[parcel] < 1
    parcel, zone = parcel[rest], zone[rest]
    order = np.argsort(parcel, kind="stable")
    pieces, first, count = np.unique(parcel[order], return_index=True, return_counts=True)
    for piece, start, number in zip(pieces, first, count, strict=True):
        zones = zone[order[start : start + number]]
        shared = shapely.intersection(land[piece], shapely.union_all(zones))
        share = shared.area / land[piece].area
        # What rounding leaves over of a parcel that several zones cover together is none of its land.
        part[piece] = 1.0 if share > 1 - 1e-9 else share
    return part
