"""
Distances to facilities and stops under every way of `blockplan.measure.distance.methods`.

What a plan has of a goal is joined to the streets once; a measure then asks for some of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure.distance.coverage import Distances
from blockplan.measure.distance.reach import home_joins, some_of, street_network
from blockplan.measure.inputs.columns import absent, ids, points, shapes, sound, values
from blockplan.measure.inputs.feature_points import middles, straight
from blockplan.measure.inputs.homes import hosts_of_buildings
from blockplan.network import Joins, at_joins, join, join_nodes, walk
from blockplan.plan.model.recall import by_row, by_rows_of, pairs_between, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.distance.methods import Way
    from blockplan.measure.inputs.homes import Homes
    from blockplan.network import Targets
    from blockplan.plan.model.plan import Plan

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
    parcels = dict(zip(ids(plan, "parcels"), shapes(plan, "parcels"), strict=True))
    hosts = values(plan, layer, "parcel_id")
    open_ = shapely.is_missing(found) if drawn else shapely.get_dimensions(found) < 2
    for row in np.flatnonzero(open_):
        host = parcels.get(hosts[row])
        found[row] = found[row] if host is None else host
    return found


def hosts_of(plan: Plan, layer: Literal["facilities", "programmes"]) -> NDArray[np.intp]:
    """
    Row of the parcel that each feature stands on; -1 where it is not known.

    The one that it names; where it names none, the one that the point it stands at lies on.
    """
    return plan.cached(f"hosts:{layer}", lambda: _hosts_of(plan, layer))


def _hosts_of(plan: Plan, layer: str) -> NDArray[np.intp]:
    row_of = {name: row for row, name in enumerate(ids(plan, "parcels"))}
    named = values(plan, layer, "parcel_id")
    found = np.array([row_of.get(host, -1) for host in named], dtype=np.intp)
    unsaid = np.flatnonzero([host is None for host in named])
    spots = points(plan, layer, unsaid)
    parcel, at = pairs_between(shapes(plan, "parcels"), spots, 0.0)
    # On a common edge the parcel that comes first by its id is meant.
    order = np.lexsort((ids(plan, "parcels")[parcel].astype(str), at))[::-1]
    found[unsaid[at[order]]] = parcel[order]
    return found


def _ends(plan: Plan, way: Way) -> NDArray[Any]:
    return sites_of(plan) if way.to == "site" else places_of(plan, LAYER[way.goal])


def _in_line(plan: Plan, homes: Homes, rows: NDArray[np.intp], way: Way) -> Distances:
    ends = _ends(plan, way)[rows]
    if way.start == "home":
        metres = straight(homes.point, ends)
    else:
        starts, start = plan.cached(f"parcels:{homes.key}", lambda: _parcels_of(plan, homes))
        metres = straight(starts, ends)[start]
    return Distances(way.id, metres, way.definition(None))


def _parcels_of(plan: Plan, homes: Homes) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Points to start from, and which of them is that of each home; a home without a parcel keeps its own."""
    rows = _rows_of_names(plan)
    named = partial(_rows_of_homes, *rows)
    parcel: NDArray[np.intp] = by_row("homes' parcels", named, homes.layer, homes.id, fixed=rows).copy()
    there = np.flatnonzero(parcel >= 0)
    parcel[there[shapely.is_missing(points(plan, "parcels", parcel[there]))]] = -1
    own = np.flatnonzero(parcel < 0)
    lived, start = np.unique(parcel, return_inverse=True)
    start = start + len(own) - (1 if len(own) else 0)
    start[own] = np.arange(len(own))
    return np.concatenate([homes.point[own], points(plan, "parcels", lived[lived >= 0])]), start


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
    row_of = {name: row for row, name in enumerate(ids(plan, "parcels"))}
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
    origins = origins if way.own_way else origins.free()
    targets, refused = plan.cached(
        f"goals:{way.id}:{join_limit_m}", lambda: _all_targets(plan, way, join_limit_m)
    )
    lost = rows[np.isin(rows, refused)] if len(refused) else refused
    definition["not_joined"] = ids(plan, LAYER[way.goal])[lost].tolist()
    metres = walk(street_network(plan), origins, some_of(targets, rows), limit_m)
    return Distances(way.id, metres, definition)


def _all_targets(plan: Plan, way: Way, join_limit_m: float) -> tuple[Targets, NDArray[np.intp]]:
    """Where everything of a goal is reached, and the rows of what is too far from any street."""
    doors = plan.cached(f"doors:{way.goal}:{way.to}", lambda: _doors(plan, way))
    key = f"door_joins:{way.goal}:{way.to}:{join_limit_m}"
    joins = plan.cached(key, lambda: join(street_network(plan), doors.point, join_limit_m))
    near = ~joins.refused
    if way.join == "node":
        # What has a street near it joins the nearest node, however far along that street it is.
        nodes = join_nodes(street_network(plan), doors.point, None)
        joins = Joins(np.where(near, nodes.edge, -1).astype(np.int32), nodes.at_cm, nodes.way_cm)
    joins = joins if way.own_way else joins.free()
    return at_joins(joins, doors.owner), np.setdiff1d(doors.owner, doors.owner[near])


def _doors(plan: Plan, way: Way) -> Doors:
    """Where one goes in: at a point on what is drawn, at each platform of a stop, anywhere along a site."""
    ends = _ends(plan, way)
    rows = np.flatnonzero(~shapely.is_missing(ends))
    if way.to == "facility":
        return Doors(middles(sound(ends[rows])), rows)
    if way.to == "stop":
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
