"""
What is near a parcel today, and what will be near it under the plan: greens, services, stops, in metres.

Distances run from the parcel's representative point, in a straight line and along the streets of the plan.
"Today" counts only what the plan says to exist (status existing or kept; a parcel whose use today
is already the one that is planned); what has no status leaves "today" unknown. The streets are those of the
plan in both cases, since it does not part them into existing and planned ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure import MEASURES
from blockplan.measure.distance.reach import places_of, street_network
from blockplan.measure.inputs.columns import absent, belongs, ids, shapes, values
from blockplan.measure.inputs.feature_points import middles
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.inputs.greens import public_greens
from blockplan.network import Joins, Targets, at_joins, join, meets
from blockplan.network.reach import walk_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

Along = Literal["line", "network"]
Today = Literal["measured", "none", "unknown"]

#: Ways longer than this (m) are not looked for.
FARTHEST_M = 10_000.0
#: Greens, facilities and stops join a street within this distance (m).
JOIN_M = 100.0
#: What stands today.
STANDS = frozenset({"existing", "kept"})


@dataclass(frozen=True, slots=True, eq=False)
class NearestOfKind:
    """
    The nearest of one kind of thing, for every parcel.

    Attributes
    ----------
    to
        ``green``, ``stop``, ``station``, or a service of the facilities.
    layer
        Layer of the things.
    along
        ``line`` or ``network``.
    metres, id
        Under the plan: distance from each parcel (NaN where none is reached), and the id of the nearest
        thing (a green of several parcels by the first of them; "" where none is reached).
    today_m, today_id
        The same among what stands today.
    today
        ``measured``; ``none`` where the plan names none that stands today; ``unknown`` where it does not say
        of some of them whether they stand.
    count, count_today
        How many there are, and how many of them stand today.
    """

    to: str
    layer: str
    along: Along
    metres: NDArray[np.float64]
    id: NDArray[Any]
    today_m: NDArray[np.float64]
    today_id: NDArray[Any]
    today: Today
    count: int
    count_today: int


@dataclass(frozen=True, slots=True, eq=False)
class _Things:
    """Things of one kind: where they are, what they are called, whether they stand today (None: not said)."""

    to: str
    layer: str
    shape: NDArray[Any]
    id: NDArray[Any]
    stands: NDArray[Any]

    def some(self, rows: NDArray[np.bool_]) -> _Things:
        return _Things(self.to, self.layer, self.shape[rows], self.id[rows], self.stands[rows])


def nearby(plan: Plan) -> dict[tuple[str, Along], NearestOfKind]:
    """
    The nearest of every kind of thing that the plan has, in a line and along streets; found once.

    Without walkable streets there are no distances along streets.
    """
    return plan.cached("nearby", lambda: {(one.to, one.along): one for one in _nearby(plan)})


def _nearby(plan: Plan) -> Iterator[NearestOfKind]:
    points = parcel_points(plan)
    finders: list[tuple[Along, _Finder]] = [("line", lambda things: _in_line(points, things))]
    network = None if absent(plan, "streets") else street_network(plan)
    if network is not None and network.edges:
        origins = join(network, points, None)
        finders.append(("network", lambda things: _on_foot(plan, origins, things)))
    for things in (_greens(plan), *_stops(plan), *_services(plan)):
        if not len(things.id):
            continue
        stands = np.array([one is True for one in things.stands], dtype=bool)
        said = np.array([one is not None for one in things.stands], dtype=bool)
        today: Today = "unknown" if not said.all() else "measured" if stands.any() else "none"
        for along, find in finders:
            metres, name = find(things)
            if today == "measured":
                today_m, today_name = find(things.some(stands))
            else:
                today_m, today_name = np.full(len(points), np.nan), np.full(len(points), "", dtype=object)
            yield NearestOfKind(
                things.to, things.layer, along, metres, name, today_m, today_name, today,
                len(things.id), int(stands.sum()),
            )  # fmt: skip


if TYPE_CHECKING:
    _Finder = Callable[[_Things], tuple[NDArray[np.float64], NDArray[Any]]]


def _in_line(points: NDArray[Any], things: _Things) -> tuple[NDArray[np.float64], NDArray[Any]]:
    metres, name = np.full(len(points), np.nan), np.full(len(points), "", dtype=object)
    there = np.flatnonzero(~shapely.is_missing(points))
    if len(there):
        (at, which), found = shapely.STRtree(things.shape).query_nearest(
            points[there], return_distance=True, all_matches=False
        )
        metres[there[at]] = np.round(found, 2)
        name[there[at]] = things.id[which]
    return metres, name


def _on_foot(plan: Plan, origins: Joins, things: _Things) -> tuple[NDArray[np.float64], NDArray[Any]]:
    found = walk_to(street_network(plan), origins, _targets(plan, things), FARTHEST_M)
    name = np.full(len(found.area), "", dtype=object)
    reached = found.area >= 0
    name[reached] = things.id[found.area[reached]]
    return found.metres, name


def _targets(plan: Plan, things: _Things) -> Targets:
    """Where things are reached: greens at their entrances or where a street meets them, others at a point."""
    network = street_network(plan)
    if things.to == "green":
        return _into_greens(plan, things)
    point, owner = shapely.get_parts(things.shape, return_index=True)
    spots = middles(point)
    return at_joins(join(network, spots, JOIN_M), owner.astype(np.intp))


def _into_greens(plan: Plan, things: _Things) -> Targets:
    """Mapped entrances of greens, and for greens without one where a street crosses their edge."""
    network, gates = street_network(plan), shapes(plan, "green_entrances")
    gates = gates[~shapely.is_missing(gates)]
    gate, green = (
        shapely.STRtree(things.shape).query(gates, predicate="dwithin", distance=1.0)
        if len(gates)
        else (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp))
    )
    points = middles(gates[gate])
    entered = at_joins(join(network, points, JOIN_M), green) if len(points) else None
    closed = np.setdiff1d(np.arange(len(things.id)), green)
    crossed = meets(network, shapely.boundary(things.shape[closed]))
    crossed = Targets(crossed.edge, crossed.from_cm, crossed.to_cm, crossed.cost_cm, closed[crossed.area])
    return crossed if entered is None else entered + crossed


def _greens(plan: Plan) -> _Things:
    choices = MEASURES["green_within_500m"].choose(plan.manifest.parameters, {})
    greens = public_greens(plan, choices)
    stands = _green_stands(plan, choices.green_codes)
    said = [
        _together([stands[layer].get(member) for member in members])
        for layer, members in zip(greens.layer, greens.members, strict=True)
    ]
    names = np.array([members[0] for members in greens.members], dtype=object)
    return _Things("green", "parcels", greens.shape, names, np.array(said, dtype=object))


def _together(said: list[bool | None]) -> bool | None:
    """Whether a green of several parcels stands: where one of them does."""
    return True if True in said else None if None in said else False


def _green_stands(plan: Plan, codes: tuple[str, ...]) -> dict[str, dict[str, bool | None]]:
    """Layer -> id -> whether the green stands today."""
    status, today = values(plan, "parcels", "status"), values(plan, "parcels", "existing_land_use")
    lists = values(plan, "parcels", "land_use_list")
    parcels: dict[str, bool | None] = {
        name: True if one in STANDS else None if use is None else belongs(use, of, codes)
        for name, one, use, of in zip(ids(plan, "parcels"), status, today, lists, strict=True)
    }
    return {"parcels": parcels, "greens": dict(zip(ids(plan, "greens"), _said(plan, "greens"), strict=True))}


def _stops(plan: Plan) -> Iterator[_Things]:
    shape, names = shapes(plan, "stops"), ids(plan, "stops")
    there, stands = ~shapely.is_missing(shape), np.array(_said(plan, "stops"), dtype=object)
    modes = [set(map(str.strip, (one or "").split(","))) for one in values(plan, "stops", "modes")]
    rail = np.array([not one.isdisjoint({"subway", "rail"}) for one in modes], dtype=bool)
    for to, chosen in (("stop", there), ("station", there & rail)):
        yield _Things(to, "stops", shape[chosen], names[chosen], stands[chosen])


def _services(plan: Plan) -> Iterator[_Things]:
    shape, names = places_of(plan, "facilities"), ids(plan, "facilities")
    service, there = values(plan, "facilities", "service"), ~shapely.is_missing(shape)
    stands = np.array(_said(plan, "facilities"), dtype=object)
    for one in sorted({word for word in service.tolist() if word is not None}):
        chosen = there & (service == one)
        yield _Things(str(one), "facilities", shape[chosen], names[chosen], stands[chosen])


def _said(plan: Plan, layer: str) -> list[bool | None]:
    """Whether each feature stands today, by the column ``status``; None where it does not say."""
    frame = plan.layer(layer)
    if "status" not in frame.columns:
        return [None] * len(frame)
    return [one in STANDS if isinstance(one, str) else None for one in frame["status"]]
