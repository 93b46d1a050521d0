"""
Every way to read "within a distance", in one table.

The sentence has no single meaning. One way judges; the others stand beside it with the places whose
answer changes. Ids say how one goes (`line`, `net`), where one starts or joins the streets
(`parcel`, `node`, `edge`), where one ends, and `free` where ways to and from the street are not counted.

What a share of reach can be a share of: residents, dwellings, residential land, residents with jobs.

Each is a list of points with weights, as `blockplan.measure.inputs.homes` gives them for residents. Where
dwellings or land are not known, the homes of residents stand in for the readings, and the share is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from blockplan.errors import UsageError
from blockplan.measure.definition import WayTaken
from blockplan.measure.distance.coverage import lacking
from blockplan.measure.inputs.columns import absent, areas_m2, ids, of_codes, points, values
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.inputs.homes import Homes, can_house, hosts_of_buildings
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.missing import Missing, nothing, only_nothing, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.measure.parameters import WeightParameters
    from blockplan.plan.model.plan import Plan

#: What is gone to: public greens, facilities of some services, stops of some modes.
Goal = Literal["green", "facility", "stop"]


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way to read "within a distance".

    Attributes
    ----------
    goal
        What is gone to.
    to
        Where it ends. Of a green: its ``edge``; a mapped ``entrance`` (the way from the street to it
        counts), or where a walkable street crosses the green's edge if it has none; ``middle``, its
        representative point, joined like the home, the way from the street to it not counted; ``crossing``,
        where a walkable street crosses its edge; ``within_5m``, any point of a walkable street within 5 m
        of it. A ``facility`` or a ``stop`` as it is drawn (a point on it, for ways along streets);
        a facility's ``site``, the edge of what is drawn or of the parcel that it names.
    join
        Along streets: the nearest point of an ``edge`` or the nearest ``node``; in a line: None.
    start
        The ``home`` (its building where mapped), or the representative point of its ``parcel``.
    own_way
        Whether the straight ways from the home to the street, and from it to a point, count.
    """

    goal: Goal
    id: str
    to: str
    join: Literal["node", "edge"] | None = None
    start: Literal["home", "parcel"] = "home"
    own_way: bool = True

    @property
    def taken(self) -> WayTaken:
        """The way as a reader is told of it."""
        return WayTaken.of(self.definition(None))

    def definition(self, join_limit_m: float | None) -> dict[str, Any]:
        """What a reading says of itself."""
        if self.join is None:
            return {"along": "line", "from": self.start, "to": self.to}
        return {
            "along": "network",
            "from": self.start,
            "join": self.join,
            "own_way": "counted" if self.own_way else "free",
            "to": self.to,
            "join_limit_m": join_limit_m,
        }


#: All of them; of each goal in the order in which they are shown, its straight line first.
WAYS = (
    Way("green", "line_edge", "edge"),
    Way("green", "net_edge_entrance", "entrance", "edge"),
    Way("green", "net_node_middle_free", "middle", "node", own_way=False),
    Way("green", "net_node_middle", "middle", "node"),
    Way("green", "net_edge_middle", "middle", "edge"),
    Way("green", "net_edge_crossing", "crossing", "edge"),
    Way("green", "net_edge_within_5m", "within_5m", "edge"),
    Way("facility", "line_facility", "facility"),
    Way("facility", "line_parcel_facility", "facility", start="parcel"),
    Way("facility", "line_site", "site"),
    Way("facility", "net_node_facility_free", "facility", "node", own_way=False),
    Way("facility", "net_node_facility", "facility", "node"),
    Way("facility", "net_edge_facility", "facility", "edge"),
    Way("facility", "net_edge_site", "site", "edge"),
    Way("stop", "line_stop", "stop"),
    Way("stop", "line_parcel_stop", "stop", start="parcel"),
    Way("stop", "net_node_stop_free", "stop", "node", own_way=False),
    Way("stop", "net_node_stop", "stop", "node"),
    Way("stop", "net_edge_stop_free", "stop", "edge", own_way=False),
    Way("stop", "net_edge_stop", "stop", "edge"),
)
#: What a choice of readings is called in messages.
_SAID = {"green": "greens", "facility": "facilities", "stop": "stops"}


def ways_to(goal: Goal) -> dict[str, Way]:
    """The ways to one goal by id, in their order."""
    return {way.id: way for way in WAYS if way.goal == goal}


def asked(goal: Goal, judged_by: str, beside: Sequence[str]) -> list[Way]:
    """
    The ways asked for, the judging one first, each once.

    Raises
    ------
    UsageError
        If there is no such way to the goal.
    """
    known = ways_to(goal)
    for name in (judged_by, *beside):
        if name not in known:
            raise UsageError(
                f"There is no reading {name!r} of the reach of {_SAID[goal]}. "
                f"{goal}_readings and what judges may name: {', '.join(known)}."
            )
    return [known[name] for name in dict.fromkeys((judged_by, *beside))]


#: What shares can be of (parameter ``weigh_by``).
WEIGHTS = ("residents", "dwellings", "residential_land", "residents_and_jobs")


def weighed(plan: Plan, parameters: WeightParameters) -> tuple[Homes, tuple[Missing, ...]]:
    """
    The points whose share is asked for, with their weights, and what is missing to weigh them.

    They are residents where a measure does not take ``weigh_by``.

    Raises
    ------
    UsageError
        If ``weigh_by`` is none of `WEIGHTS`.
    """
    weigh_by = parameters.weigh_by
    if weigh_by == "residents":
        homes = homes_of(plan)
        return homes, lacking(homes)
    if weigh_by == "dwellings":
        return plan.cached("weights:dwellings", lambda: _dwellings(plan))
    if weigh_by == "residential_land":
        codes = parameters.residential_codes
        return plan.cached(f"weights:land:{','.join(codes)}", lambda: _land(plan, codes))
    if weigh_by == "residents_and_jobs":
        ratios = parameters.floor_area_per_job_m2
        key = f"weights:jobs:{sorted(ratios.items())}"
        return plan.cached(key, lambda: _with_jobs(plan, ratios))
    raise UsageError(f"Shares cannot be of {weigh_by!r}. weigh_by may be: {', '.join(WEIGHTS)}.")


def _dwellings(plan: Plan) -> tuple[Homes, tuple[Missing, ...]]:
    """
    Dwellings: at the buildings that state them, else at their parcel.

    A parcel's own number goes before the sum of its buildings, which then only place it. A parcel
    that can house people and states no dwellings anywhere is missing.
    """
    missing = absent(plan, "parcels")
    if missing:
        return homes_of(plan), missing
    names, stated = ids(plan, "parcels"), values(plan, "parcels", "dwellings")
    building, row = _in_parcels(plan)
    inside = values(plan, "buildings", "dwellings")[building]
    in_parcel = np.bincount(row, inside, len(names))
    empty = np.isnan(stated) & (in_parcel == 0)
    missing = unknown(Missing("parcels", "dwellings"), names[empty & can_house(plan)], len(names))
    factor = np.where(np.isnan(stated) | (in_parcel == 0), 1.0, stated / np.where(in_parcel, in_parcel, 1.0))
    kept = factor[row] > 0
    building, weight = building[kept], (inside * factor[row])[kept]
    on_parcel = np.flatnonzero((stated > 0) & (in_parcel == 0))
    homes = Homes(
        np.array(["buildings"] * len(building) + ["parcels"] * len(on_parcel), dtype=object),
        np.concatenate([ids(plan, "buildings")[building], names[on_parcel]]),
        np.concatenate([points(plan, "buildings", building), points(plan, "parcels", on_parcel)]),
        np.concatenate([weight, stated[on_parcel]]),
        "dwellings",
        missing,
        {
            "parcels": tuple(names[(stated > 0) | (in_parcel > 0)]),
            "buildings": tuple(ids(plan, "buildings")[building]),
        },
    )
    return _or_residents(plan, homes, nothing("no_dwellings_there"))


def _in_parcels(plan: Plan) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Buildings with dwellings, by row, and the row of the parcel that each names."""
    row = hosts_of_buildings(plan)
    building = np.flatnonzero((row >= 0) & (values(plan, "buildings", "dwellings") > 0))
    return building, row[building]


def _land(plan: Plan, codes: tuple[str, ...]) -> tuple[Homes, tuple[Missing, ...]]:
    """Residential land: each parcel with its drawn area, at its representative point."""
    missing = absent(plan, "parcels")
    if missing:
        return homes_of(plan), missing
    chosen, undetailed = of_codes(plan, codes)
    rows = np.flatnonzero(chosen)
    names, area = ids(plan, "parcels")[rows], areas_m2(plan, "parcels", rows)
    missing = undetailed + unknown(Missing("parcels", "geometry"), names[np.isnan(area)], len(names))
    drawn = area > 0
    homes = Homes(
        np.array(["parcels"] * int(drawn.sum()), dtype=object),
        names[drawn],
        parcel_points(plan)[rows][drawn],
        area[drawn],
        "residential_land",
        missing,
        {"parcels": tuple(names)},
    )
    return _or_residents(plan, homes, nothing("no_residential_land", codes=", ".join(codes)))


def _with_jobs(plan: Plan, ratios: Mapping[str, float]) -> tuple[Homes, tuple[Missing, ...]]:
    """Residents at their homes and jobs at their parcels, one weight each."""
    homes = homes_of(plan)
    if only_nothing(homes.missing):  # nobody lives in the plan: the jobs alone
        homes = replace(homes.some(np.empty(0, dtype=np.intp)), weighs="residents", missing=())
    missing = lacking(homes) if len(homes) else ()
    if homes.weighs != "residents":
        return homes, missing
    jobs = jobs_of_parcels(plan, ratios)
    rows = np.flatnonzero(jobs.by_parcel > 0)
    names = ids(plan, "parcels")
    both = Homes(
        np.concatenate([homes.layer, np.array(["parcels"] * len(rows), dtype=object)]),
        np.concatenate([homes.id, names[rows]]),
        np.concatenate([homes.point, parcel_points(plan)[rows]]),
        np.concatenate([homes.weight, jobs.by_parcel[rows]]),
        "residents_and_jobs",
        missing + jobs.missing,
        {
            **homes.counted,
            "parcels": tuple(dict.fromkeys((*homes.counted.get("parcels", ()), *jobs.counted))),
        },
        jobs.not_counted,
    )
    return both, lacking(both)


def _or_residents(plan: Plan, homes: Homes, none: Missing) -> tuple[Homes, tuple[Missing, ...]]:
    if len(homes):
        return homes, lacking(homes)
    return homes_of(plan), homes.missing or (none,)
