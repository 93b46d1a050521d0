"""
Whether residents reach a public green space: one distance, many readings.

The sentence "within 500 m of green" has no single meaning. The straight line
to the green's edge judges; every line of `READINGS` is one more way to read
it, and stands beside the verdict with the homes whose answer changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.measure.columns import absent, ids, shapes, total, values
from blockplan.measure.coverage import Distances, by_area, lacking, places, readings, share, straight
from blockplan.measure.greens import public_greens
from blockplan.measure.homes import homes as homes_of
from blockplan.measure.homes import residents
from blockplan.measure.measurement import Measurement, Reading
from blockplan.network import Joins, Network, Targets, at_joins, join, join_nodes, meets, walk, walking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.greens import Greens
    from blockplan.plan.model import Plan

#: How near (m) a street has to run to a green to count as beside it.
BESIDE_M = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way to read "within a distance of green" on foot.

    Attributes
    ----------
    id
        Its name.
    join
        A home joins the network at the nearest point of an ``edge`` or at the nearest ``node``.
    own_way
        Whether the straight way from the home to the network counts.
    to
        ``entrance``: mapped entrances (the way from the street to them counts), or where a
        walkable street crosses the green's edge if it has none; ``middle``: a point
        inside the green, joined like the home, the way from the street to it not counted;
        ``crossing``: where a walkable street crosses the green's edge; ``within_5m``: any
        point of a walkable street within 5 m of the green.
    """

    id: str
    join: Literal["node", "edge"]
    own_way: bool
    to: Literal["entrance", "middle", "crossing", "within_5m"]


#: Readings beside the judging one (`line_edge`), in the order in which they are shown.
READINGS: tuple[Way, ...] = (
    Way("net_edge_entrance", "edge", own_way=True, to="entrance"),
    Way("net_node_middle_free", "node", own_way=False, to="middle"),
    Way("net_node_middle", "node", own_way=True, to="middle"),
    Way("net_edge_middle", "edge", own_way=True, to="middle"),
    Way("net_edge_crossing", "edge", own_way=True, to="crossing"),
    Way("net_edge_within_5m", "edge", own_way=True, to="within_5m"),
)


def green_within_500m(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """
    Share of residents within a distance of a public green space.

    Without residents the value is unknown and the readings weigh buildings, or
    housing parcels where no building is mapped. A plan without green has share 0.
    """
    homes = homes_of(plan)
    everything = public_greens(plan, parameters)
    greens = everything.of_size(parameters["smallest_green_ha"])
    limit_m = parameters["green_limit_m"]
    definition = {
        "limit_m": limit_m,
        "along": "line",
        "from": sorted({str(layer) for layer in homes.layer}),
        "to": "edge",
        "smallest_green_ha": parameters["smallest_green_ha"],
        "greens": len(greens),
        "weight": homes.weighs,
    }
    counted = {
        layer: tuple(dict.fromkeys((*homes.counted.get(layer, ()), *everything.counted.get(layer, ()))))
        for layer in dict.fromkeys((*homes.counted, *everything.counted))
    }
    missing = everything.missing + lacking(homes)
    if everything.missing or not len(homes):
        return Measurement("green_within_500m", None, "1", definition, missing=missing, counted=counted)
    judging = Distances(
        "line_edge", straight(homes.point, greens.shape), {"along": "line", "from": "home", "to": "edge"}
    )
    inside = judging.within(limit_m)
    known = homes.weighs == "residents" and not missing
    return Measurement(
        "green_within_500m",
        share(homes.weight, inside) if known else None,
        "1",
        definition,
        by=by_area(plan, homes, inside) if known else (),
        readings=_readings(plan, parameters, greens, judging),
        missing=missing,
        counted=counted,
        places=places(homes, judging, limit_m),
        affected_residents=total(homes.weight[~inside]) if known else None,
        summed=residents(plan).summed,
    )


def street_network(plan: Plan) -> Network:
    """The plan's walking network, made once."""
    return plan.cached("network:walk", lambda: walking(plan.layer("streets")))


def _readings(
    plan: Plan, parameters: Mapping[str, Any], greens: Greens, judging: Distances
) -> tuple[Reading, ...]:
    homes = homes_of(plan)
    ways = {way.id: way for way in READINGS}
    for name in parameters["green_readings"]:
        if name not in ways:
            raise UsageError(
                f"There is no reading {name!r} of green_within_500m. "
                f"green_readings may name: {', '.join(ways)}."
            )
    beside = [_on_foot(plan, ways[name], parameters, greens) for name in parameters["green_readings"]]
    return readings(homes, parameters["green_limit_m"], judging, beside)


def _on_foot(plan: Plan, way: Way, parameters: Mapping[str, Any], greens: Greens) -> Distances:
    homes = homes_of(plan)
    join_limit_m = parameters["join_limit_m"]
    definition: dict[str, Any] = {
        "along": "network",
        "from": "home",
        "join": way.join,
        "own_way": "counted" if way.own_way else "free",
        "to": way.to,
        "join_limit_m": join_limit_m,
    }
    nowhere = np.full(len(homes), np.nan)
    missing = absent(plan, "streets")
    if missing:
        return Distances(way.id, nowhere, definition, missing)
    network = street_network(plan)
    origins = plan.cached(f"joins:homes:{way.join}", lambda: _join(network, way, homes.point, None))
    if origins.refused.any():
        definition["homes_not_joined"] = homes.id[origins.refused].tolist()
    origins = origins if way.own_way else origins.free()
    targets, refused = _targets(plan, network, way, greens, join_limit_m)
    if refused is not None:
        definition["not_joined"] = refused
    return Distances(way.id, walk(network, origins, targets, parameters["green_limit_m"]), definition)


def _join(network: Network, way: Way, points: NDArray[Any], limit_m: float | None) -> Joins:
    return (join if way.join == "edge" else join_nodes)(network, points, limit_m)


def _targets(
    plan: Plan, network: Network, way: Way, greens: Greens, limit_m: float
) -> tuple[Targets, list[str] | None]:
    """Where greens are reached, and those that are too far from any street to join (where they have to)."""
    names = ["+".join(members) for members in greens.members]
    if way.to == "entrance":
        return _entrances(plan, network, greens, limit_m)
    if way.to == "crossing":
        return meets(network, shapely.boundary(greens.shape)), None
    if way.to == "within_5m":
        return meets(network, shapely.buffer(greens.shape, BESIDE_M)), None
    middles = np.asarray(shapely.point_on_surface(greens.shape), dtype=object)
    joins = _join(network, way, middles, limit_m)
    return at_joins(joins.free()), [name for name, no in zip(names, joins.refused, strict=True) if no]


def _entrances(plan: Plan, network: Network, greens: Greens, limit_m: float) -> tuple[Targets, list[str]]:
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
    gates, entrance = shapely.get_parts(shapes(plan, "green_entrances")[mapped], return_index=True)
    joins = join(network, gates, limit_m)
    closed = np.setdiff1d(np.arange(len(greens)), green[mapped])
    crossed = meets(network, shapely.boundary(greens.shape[closed]))
    crossed = Targets(crossed.edge, crossed.from_cm, crossed.to_cm, crossed.cost_cm, closed[crossed.area])
    refused = ids(plan, "green_entrances")[mapped][entrance[joins.refused]]
    return at_joins(joins, green[mapped][entrance]) + crossed, list(dict.fromkeys(refused.tolist()))
