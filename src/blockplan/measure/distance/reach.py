"""
Whether residents reach a public green space: one distance, many readings.

The sentence "within 500 m of green" has no single meaning. The straight line
to the green's edge (`LINE`) is one; `blockplan.measure.distance.methods` has the others. One of them
judges, and the others stand beside it with the homes whose answer changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure.distance.coverage import Distances, Found, covered, lacking
from blockplan.measure.distance.methods import asked
from blockplan.measure.inputs.columns import absent, coded, ids, shapes, values
from blockplan.measure.inputs.feature_points import EDGE_M, middles, straight
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.measurement import Measurement, both
from blockplan.network import Joins, Network, Targets, at_joins, join, join_nodes, meets, walk, walking
from blockplan.plan.model.recall import by_row, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.distance.methods import Way
    from blockplan.measure.inputs.greens import Greens
    from blockplan.measure.inputs.homes import Homes
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

    @property
    def key(self) -> str:
        """Names homes and greens among the things that a plan keeps."""
        return f"{self.homes.key}:{id(self.greens)}:{hash(self.rows.tobytes())}"


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
            "from": sorted(set(homes.layer.tolist())),
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
    joiner = join if how == "edge" else join_nodes
    return plan.cached(f"joins:{how}:{homes.key}", lambda: joiner(street_network(plan), homes.point, None))


def some_of(targets: Targets, rows: NDArray[np.intp]) -> Targets:
    """Those targets that belong to some areas."""
    wanted = np.zeros(max(targets.area.max(initial=-1), rows.max(initial=-1)) + 1, dtype=bool)
    wanted[rows] = True
    return targets.some(wanted[targets.area])


def readings_of(plan: Plan, reach: Reach, ways: Sequence[Way]) -> list[Distances]:
    """Distances to greens under some ways, in their order."""
    return [_on_foot(plan, way, reach) if way.join else _line(plan, way, reach) for way in ways]


def _line(plan: Plan, way: Way, reach: Reach) -> Distances:
    metres = plan.cached(
        f"line:{reach.key}", lambda: straight(reach.homes.point, reach.greens.shape[reach.rows])
    )
    return Distances(way.id, metres, way.definition(None))


def _on_foot(plan: Plan, way: Way, reach: Reach) -> Distances:
    definition = way.definition(reach.join_limit_m)
    missing = absent(plan, "streets")
    if missing:
        return Distances(way.id, np.full(len(reach.homes), np.nan), definition, missing)
    origins = home_joins(plan, reach.homes, way.join or "edge")
    if origins.refused.any():
        definition["homes_not_joined"] = reach.homes.id[origins.refused].tolist()
    origins = origins if way.own_way else origins.free()
    targets, refused = _targets(plan, way, reach)
    if refused is not None:
        counts = np.isin(refused.area, reach.rows)
        definition["not_joined"] = list(dict.fromkeys(refused.name[counts].tolist()))
    targets = some_of(targets, reach.rows)
    metres = plan.cached(
        f"walk:{way.id}:{reach.limit_m}:{reach.join_limit_m}:{reach.key}",
        lambda: walk(street_network(plan), origins, targets, reach.limit_m),
    )
    return Distances(way.id, metres, definition)


@dataclass(frozen=True, slots=True, eq=False)
class _Refused:
    """Greens or entrances that are too far from any street to join, and the greens (by row) they are of."""

    name: NDArray[Any]
    area: NDArray[np.intp]


def _targets(plan: Plan, way: Way, reach: Reach) -> tuple[Targets, _Refused | None]:
    """Where greens are reached, and what is too far from any street to join (where it has to)."""
    key = f"targets:{way.to}:{way.join}:{reach.join_limit_m}:{id(reach.greens)}"
    return plan.cached(key, lambda: _all_targets(plan, way, reach.greens, reach.join_limit_m))


def _all_targets(plan: Plan, way: Way, greens: Greens, limit_m: float) -> tuple[Targets, _Refused | None]:
    network = street_network(plan)
    if way.to == "entrance":
        return _entrances(plan, network, greens, limit_m)
    if way.to == "crossing":
        return meets(network, by_row("boundary", shapely.boundary, greens.shape)), None
    if way.to == "within_5m":
        return meets(network, by_row("beside", _around, greens.shape)), None
    spots = middles(greens.shape)
    joins = (join if way.join == "edge" else join_nodes)(network, spots, limit_m)
    names = np.array(["+".join(members) for members in greens.members], dtype=object)
    refused = np.flatnonzero(joins.refused)
    return at_joins(joins.free()), _Refused(names[refused], refused)


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
