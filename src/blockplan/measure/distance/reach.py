"""
Whether residents reach a public green space: one distance, many readings.

The sentence "within 500 m of green" has no single meaning. The straight line
to the green's edge (`LINE`) is one; `blockplan.measure.distance.methods` has the others. One of them
judges, and the others stand beside it with the homes whose answer changes.

Distances to facilities and stops go by the same ways. What a plan has of a goal is joined to the streets
once; a measure then asks for some of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure.distance.coverage import Distances, Found, covered, lacking
from blockplan.measure.distance.methods import asked
from blockplan.measure.inputs.columns import (
    absent,
    coded,
    ids,
    points,
    rows_of_parcels,
    shapes,
    sound,
    values,
)
from blockplan.measure.inputs.feature_points import EDGE_M, middles, straight, straight_to_land
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.inputs.homes import hosts_of_buildings, spots_of
from blockplan.measure.measurement import Measurement, both
from blockplan.measure.missing import Missing, unknown
from blockplan.network import Joins, Network, Targets, at_joins, join, join_nodes, meets, walk, walking
from blockplan.plan.model.recall import by_row, by_rows_of, once, parts_of
from blockplan.plan.model.recall_beside import pairs_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.distance.methods import Way
    from blockplan.measure.inputs.greens import Greens
    from blockplan.measure.inputs.homes import Homes, HomeSpots
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: How near (m) a street has to run to a green to count as beside it.
BESIDE_M = 5.0


#: The reading by straight line to the edge of the green.
LINE = "line_edge"


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """
    Who is to reach what.

    Attributes
    ----------
    greens
        All greens of one definition; the same object for every call, since what was found for it is kept.
    rows
        Those of them that count.
    limit_m
        How far ways on foot are followed.
    join_limit_m
        Greens and entrances join a street within this distance.
    """

    homes: Homes
    greens: Greens
    rows: NDArray[np.intp]
    limit_m: float
    join_limit_m: float


def green_within_500m(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of residents within a distance of a public green space.

    Without residents the value is unknown and the readings weigh buildings, or
    housing parcels where no building is mapped. A plan without green has share 0.
    """
    homes = homes_of(plan)
    greens = public_greens(plan, parameters)
    rows = greens.rows_of_size(parameters.smallest_green_ha)
    limit_m = parameters.green_limit_m
    found = Found(
        {
            "limit_m": limit_m,
            "along": "line",
            "from": homes.layers,
            "to": "edge",
            "smallest_green_ha": parameters.smallest_green_ha,
            "greens": len(rows),
            "weight": homes.weighs,
        },
        lacking(homes),
        both(homes.counted, greens.counted),
        greens.missing,
        perhaps_green(plan, homes, greens, [parameters.green_codes], limit_m),
    )
    if greens.lost or not len(homes):
        missing = greens.missing + found.missing
        return Measurement(
            "green_within_500m", None, "1", found.definition, missing=missing, counted=found.counted
        )
    reach = Reach(homes, greens, rows, limit_m, parameters.join_limit_m)
    distances = readings_of(plan, reach, asked("green", LINE, parameters.green_readings))
    return covered(plan, "green_within_500m", homes, limit_m, distances, found)


def perhaps_green(
    plan: Plan, homes: Homes, greens: Greens, codes: Sequence[tuple[str, ...]], limit_m: float
) -> NDArray[np.bool_]:
    """
    Homes within a distance, in a straight line, of parcels that could be green for all that is known.

    A green beside such a parcel may be larger than it is drawn: homes near it count too.
    """
    maybe = np.logical_or.reduce([coded(plan, listed).maybe for listed in codes])
    land = shapes(plan, "parcels", maybe)
    land = land[~shapely.is_missing(land)]
    if not len(land):
        return np.zeros(len(homes), dtype=bool)
    beside = shapely.STRtree(land).query(greens.shape, predicate="dwithin", distance=EDGE_M)[0]
    near = np.concatenate([land, greens.shape[np.unique(beside)]])
    return np.asarray(np.round(straight(homes.point, near), 2) <= limit_m)


def street_network(plan: Plan) -> Network:
    """The plan's walking network, made once."""
    return plan.cached("network:walk", lambda: walking(plan.layer("streets")))


def home_joins(plan: Plan, homes: Homes, how: Literal["node", "edge"] = "edge") -> Joins:
    """Where homes join the network, however long their way to it."""
    return _joins(plan, spots_of(plan, homes), how)


def _joins(plan: Plan, spots: HomeSpots, how: Literal["node", "edge"]) -> Joins:
    joiner = join if how == "edge" else join_nodes
    return plan.cached(
        f"joins:{how}", lambda: joiner(street_network(plan), spots.point, None), given=(spots,)
    )


def some_of(targets: Targets, rows: NDArray[np.intp]) -> Targets:
    """Those targets that belong to some areas; one object while a session judges."""
    return once("some targets", lambda: _some_of(targets, rows), targets, rows)


def _some_of(targets: Targets, rows: NDArray[np.intp]) -> Targets:
    wanted = np.zeros(max(targets.area.max(initial=-1), rows.max(initial=-1)) + 1, dtype=bool)
    wanted[rows] = True
    return targets.some(wanted[targets.area])


def readings_of(plan: Plan, reach: Reach, ways: Sequence[Way]) -> list[Distances]:
    """Distances to greens under some ways, in their order."""
    return [_to_greens(plan, way, reach) if way.join else _line(plan, way, reach) for way in ways]


def _line(plan: Plan, way: Way, reach: Reach) -> Distances:
    spots, greens, bits = spots_of(plan, reach.homes), reach.greens, reach.rows.tobytes()
    metres = plan.cached(
        f"line:{hash(bits)}",
        lambda: straight_to_land(spots.point, greens.shape[np.frombuffer(bits, dtype=np.intp)]),
        given=(spots, greens),
    )
    return Distances(way.id, metres, way.definition(None))


def _to_greens(plan: Plan, way: Way, reach: Reach) -> Distances:
    definition = way.definition(reach.join_limit_m)
    missing = absent(plan, "streets")
    if missing:
        return Distances(way.id, np.full(len(reach.homes), np.nan), definition, missing)
    spots, greens, bits = spots_of(plan, reach.homes), reach.greens, reach.rows.tobytes()
    origins = _joins(plan, spots, way.join or "edge")
    if origins.refused.any():
        definition["homes_not_joined"] = reach.homes.id[origins.refused].tolist()
    limit_m, join_limit_m = reach.limit_m, reach.join_limit_m
    _, refused = _targets(plan, way, greens, join_limit_m)
    if refused is not None:
        counts = np.isin(refused.area, reach.rows)
        definition["not_joined"] = list(dict.fromkeys(refused.name[counts].tolist()))

    def walked() -> NDArray[np.float64]:
        joins = _joins(plan, spots, way.join or "edge")
        targets, _ = _targets(plan, way, greens, join_limit_m)
        some = some_of(targets, np.frombuffer(bits, dtype=np.intp))
        return walk(street_network(plan), joins if way.own_way else joins.free, some, limit_m)

    key = f"walk:{limit_m}:{join_limit_m}:{hash(bits)}"
    return Distances(way.id, plan.cached(key, walked, given=(spots, greens, way)), definition)


@dataclass(frozen=True, slots=True, eq=False)
class _Refused:
    """Greens or entrances that are too far from any street to join, and the greens (by row) they are of."""

    name: NDArray[Any]
    area: NDArray[np.intp]


def _targets(plan: Plan, way: Way, greens: Greens, join_limit_m: float) -> tuple[Targets, _Refused | None]:
    """Where greens are reached, and what is too far from any street to join (where it has to)."""
    to, how = way.to, way.join
    key = f"targets:{to}:{how}:{join_limit_m}"
    return plan.cached(key, lambda: _all_greens(plan, to, how, greens, join_limit_m), given=(greens,))


def _all_greens(
    plan: Plan, to: str, how: str | None, greens: Greens, limit_m: float
) -> tuple[Targets, _Refused | None]:
    network = street_network(plan)
    if to == "entrance":
        return _entrances(plan, network, greens, limit_m)
    if to == "crossing":
        return meets(network, by_row("boundary", shapely.boundary, greens.shape)), None
    if to == "within_5m":
        return meets(network, by_row("beside", _around, greens.shape)), None
    spots = middles(greens.shape)
    joins = (join if how == "edge" else join_nodes)(network, spots, limit_m)
    names = np.array(["+".join(members) for members in greens.members], dtype=object)
    refused = np.flatnonzero(joins.refused)
    return at_joins(joins.free), _Refused(names[refused], refused)


def _around(shapes: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(shapely.buffer(shapes, BESIDE_M), dtype=object)


def _entrances(plan: Plan, network: Network, greens: Greens, limit_m: float) -> tuple[Targets, _Refused]:
    """Mapped entrances of the greens, and street crossings for the greens that have none."""
    green_of = {
        (layer, member): row
        for row, (layer, members) in enumerate(zip(greens.layer, greens.members, strict=True))
        for member in members
    }
    parcels = values(plan, "green_entrances", "parcel_id")
    others = values(plan, "green_entrances", "green_id")
    green = np.array(
        [
            green_of.get(("parcels", parcel), green_of.get(("greens", other), -1))
            for parcel, other in zip(parcels, others, strict=True)
        ],
        dtype=np.intp,
    )
    mapped = np.flatnonzero(green >= 0)
    # An entrance drawn as several points is open at each of them.
    gates, entrance = parts_of(shapes(plan, "green_entrances")[mapped])
    joins = join(network, gates, limit_m)
    closed = np.setdiff1d(np.arange(len(greens)), green[mapped])
    crossed = meets(network, by_row("boundary", shapely.boundary, greens.shape[closed]))
    crossed = Targets(crossed.edge, crossed.from_cm, crossed.to_cm, crossed.cost_cm, closed[crossed.area])
    of_gate = green[mapped][entrance]
    names = ids(plan, "green_entrances")[mapped][entrance]
    return at_joins(joins, of_gate) + crossed, _Refused(names[joins.refused], of_gate[joins.refused])


def not_entered(plan: Plan, reach: Reach, way: Way) -> tuple[tuple[Missing, ...], NDArray[np.bool_]]:
    """
    What is missing where nobody knows how greens are entered, and the homes that could reach them for it.

    Such greens have no mapped entrance, and no walkable street crosses their edge; a home could reach
    one that is within the limit in a straight line.
    """
    homes, greens = reach.homes, reach.greens
    nobody = np.zeros(len(homes), dtype=bool)
    if way.to != "entrance" or absent(plan, "streets"):
        return (), nobody
    targets, refused = _targets(plan, way, greens, reach.join_limit_m)
    known = np.concatenate([targets.area, refused.area if refused is not None else targets.area])
    closed = np.setdiff1d(reach.rows, known)
    if not len(closed):
        return (), nobody
    metres = _line(plan, way, replace(reach, rows=closed)).metres
    near = np.round(metres, 2) <= reach.limit_m
    names = ["+".join(greens.members[row]) for row in closed.tolist()]
    return unknown(Missing("green_entrances", "geometry", why="entrance_of"), names), np.asarray(near)


LAYER: dict[str, Literal["facilities", "stops"]] = {"facility": "facilities", "stop": "stops"}
#: Along the edge of a site it is entered at its corners, and at points this far apart (m) between them.
STEP_M = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """Points that one walks to, and the features (by row of their layer) that they belong to."""

    point: NDArray[Any]
    owner: NDArray[np.intp]


def distances_to(
    plan: Plan, homes: Homes, rows: NDArray[np.intp], ways: Sequence[Way], limits_m: tuple[float, float]
) -> list[Distances]:
    """
    Distances of homes to the nearest of some facilities or stops, one for each way.

    `rows` are those of the layer that count; `limits_m`: how far ways along streets are followed, and
    how far what is gone to may be from its street.
    """
    return [
        _in_line(plan, homes, rows, way) if way.join is None else _on_foot(plan, homes, rows, way, limits_m)
        for way in ways
    ]


def places_of(plan: Plan, layer: Literal["facilities", "programmes", "stops"]) -> NDArray[Any]:
    """Shapes as drawn; that of the parcel it names where a facility or a programme is not drawn itself."""
    if layer == "stops":
        return shapes(plan, layer)
    return plan.cached(f"places:{layer}", lambda: _on_parcels(plan, layer, drawn=True))


def sites_of(plan: Plan) -> NDArray[Any]:
    """The site of each facility: what is drawn where that is land, else the parcel it names, else a point."""
    return plan.cached("facility_sites", lambda: _on_parcels(plan, "facilities", drawn=False))


def _on_parcels(plan: Plan, layer: str, *, drawn: bool) -> NDArray[Any]:
    """Shapes of a layer, with the parcel's in place of those not drawn (or, unless `drawn`, not land)."""
    found = shapes(plan, layer).copy()
    row_of, parcels = rows_of_parcels(plan), shapes(plan, "parcels")
    hosts = values(plan, layer, "parcel_id")
    open_ = shapely.is_missing(found) if drawn else shapely.get_dimensions(found) < 2
    for row in np.flatnonzero(open_):
        at = row_of.get(hosts[row])
        host = None if at is None else parcels[at]
        found[row] = found[row] if host is None else host
    return found


def hosts_of(plan: Plan, layer: Literal["facilities", "programmes"]) -> NDArray[np.intp]:
    """
    Row of the parcel that each feature stands on; -1 where it is not known.

    The one that it names; where it names none, the one that the point it stands at lies on.
    """
    return plan.cached(f"hosts:{layer}", lambda: _hosts_of(plan, layer))


def _hosts_of(plan: Plan, layer: str) -> NDArray[np.intp]:
    row_of = rows_of_parcels(plan)
    named = values(plan, layer, "parcel_id")
    found = np.array([row_of.get(host, -1) for host in named], dtype=np.intp)
    unsaid = np.flatnonzero([host is None for host in named])
    spots = points(plan, layer, unsaid)
    parcel, at = pairs_between("spots on parcels", shapes(plan, "parcels"), spots, 0.0)
    # On a common edge the parcel that comes first by its id is meant.
    order = np.lexsort((ids(plan, "parcels")[parcel].astype(str), at))[::-1]
    found[unsaid[at[order]]] = parcel[order]
    return found


def _ends(plan: Plan, goal: str, to: str) -> NDArray[Any]:
    return sites_of(plan) if to == "site" else places_of(plan, LAYER[goal])


def _in_line(plan: Plan, homes: Homes, rows: NDArray[np.intp], way: Way) -> Distances:
    ends = _ends(plan, way.goal, way.to)[rows]
    if way.start == "home":
        metres = straight(homes.point, ends)
    else:
        spots = spots_of(plan, homes)
        starts, start = plan.cached("parcels of homes", lambda: _parcels_of(plan, spots), given=(spots,))
        metres = straight(starts, ends)[start]
    return Distances(way.id, metres, way.definition(None))


def _parcels_of(plan: Plan, spots: HomeSpots) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Points to start from, and which of them is that of each home; a home without a parcel keeps its own."""
    rows = _rows_of_names(plan)
    named = partial(_rows_of_homes, *rows)
    parcel: NDArray[np.intp] = by_row("homes' parcels", named, spots.layer, spots.id, fixed=rows).copy()
    there = np.flatnonzero(parcel >= 0)
    parcel[there[shapely.is_missing(points(plan, "parcels", parcel[there]))]] = -1
    own = np.flatnonzero(parcel < 0)
    lived_in = np.bincount(parcel + 1) > 0
    lived, start = np.flatnonzero(lived_in) - 1, (np.cumsum(lived_in) - 1)[parcel + 1]
    start = start + len(own) - (1 if len(own) else 0)
    start[own] = np.arange(len(own))
    return np.concatenate([spots.point[own], points(plan, "parcels", lived[lived >= 0])]), start


def _rows_of_homes(
    row_of: dict[Any, int], host_of: dict[Any, int], layer: NDArray[Any], names: NDArray[Any]
) -> NDArray[np.intp]:
    pairs = zip(layer.tolist(), names.tolist(), strict=True)
    found = [(host_of if kind == "buildings" else row_of).get(name, -1) for kind, name in pairs]
    return np.array(found, dtype=np.intp)


def _rows_of_names(plan: Plan) -> tuple[dict[Any, int], dict[Any, int]]:
    """Row of each parcel by its id, and that of the parcel of each building by the building's."""
    reads = (("parcels", "ids"), ("buildings", "ids"), ("buildings", "parcel_id"))
    return plan.cached("rows of names", lambda: _make_rows_of_names(plan), reads)


def _make_rows_of_names(plan: Plan) -> tuple[dict[Any, int], dict[Any, int]]:
    row_of = rows_of_parcels(plan)
    return row_of, dict(zip(ids(plan, "buildings"), hosts_of_buildings(plan).tolist(), strict=True))


def _on_foot(
    plan: Plan, homes: Homes, rows: NDArray[np.intp], way: Way, limits_m: tuple[float, float]
) -> Distances:
    limit_m, join_limit_m = limits_m
    definition = way.definition(join_limit_m)
    missing = absent(plan, "streets")
    if missing or way.join is None:
        return Distances(way.id, np.full(len(homes), np.nan), definition, missing)
    origins = home_joins(plan, homes, way.join)
    if origins.refused.any():
        definition["homes_not_joined"] = homes.id[origins.refused].tolist()
    origins = origins if way.own_way else origins.free
    targets, refused = plan.cached(
        f"goals:{join_limit_m}", lambda: _all_targets(plan, way, join_limit_m), given=(way,)
    )
    lost = rows[np.isin(rows, refused)] if len(refused) else refused
    definition["not_joined"] = ids(plan, LAYER[way.goal])[lost].tolist()
    metres = walk(street_network(plan), origins, some_of(targets, rows), limit_m)
    return Distances(way.id, metres, definition)


def _all_targets(plan: Plan, way: Way, join_limit_m: float) -> tuple[Targets, NDArray[np.intp]]:
    """Where everything of a goal is reached, and the rows of what is too far from any street."""
    goal, to = way.goal, way.to
    doors = _doors_of(plan, goal, to)
    joins = plan.cached(
        f"door_joins:{goal}:{to}:{join_limit_m}",
        lambda: join(street_network(plan), _doors_of(plan, goal, to).point, join_limit_m),
    )
    near = ~joins.refused
    if way.join == "node":
        # What has a street near it joins the nearest node, however far along that street it is.
        nodes = join_nodes(street_network(plan), doors.point, None)
        joins = Joins(np.where(near, nodes.edge, -1).astype(np.int32), nodes.at_cm, nodes.way_cm)
    joins = joins if way.own_way else joins.free
    return at_joins(joins, doors.owner), np.setdiff1d(doors.owner, doors.owner[near])


def _doors_of(plan: Plan, goal: str, to: str) -> Doors:
    return plan.cached(f"doors:{goal}:{to}", lambda: _doors(plan, goal, to))


def _doors(plan: Plan, goal: str, to: str) -> Doors:
    """Where one goes in: at a point on what is drawn, at each platform of a stop, anywhere along a site."""
    ends = _ends(plan, goal, to)
    rows = np.flatnonzero(~shapely.is_missing(ends))
    if to == "facility":
        return Doors(middles(sound(ends[rows])), rows)
    if to == "stop":
        # A stop drawn as several points (platforms) is reached at any of them.
        point, owner = parts_of(ends[rows])
        return Doors(point, rows[owner])
    point, owner = by_rows_of("edge doors", _along_edges, ends[rows])
    return Doors(point, rows[owner])


def _along_edges(ends: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Points along the edge of each site, and which site each is of."""
    land, edge = shapely.get_dimensions(ends) == 2, ends.copy()
    edge[land] = shapely.segmentize(shapely.boundary(edge[land]), STEP_M)
    spots, owner = shapely.get_coordinates(edge, return_index=True)
    return np.asarray(shapely.points(spots), dtype=object), owner
