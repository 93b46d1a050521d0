"""
Programmes (incubators, laboratories and the like): how many, how large, and who reaches one on foot; venues:
facilities and programmes that people go to, and those along the axis.

What the notice says of them has no figure: all of it is our reading, reported and never judged as law.
No firm is invented: ``programmes.firm_category`` is the kind of firm that floor area is kept for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure.distance.reach import hosts_of, places_of, street_network
from blockplan.measure.indicators.structure import elements
from blockplan.measure.inputs.columns import absent, ids, of_codes, shapes, sound, total, values
from blockplan.measure.inputs.feature_points import middles, straight
from blockplan.measure.inputs.floors import floor_areas, parcel_points
from blockplan.measure.measurement import Measurement, Part, Place
from blockplan.measure.missing import Missing, nothing, unknown
from blockplan.network import at_joins, join, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


def programmes_count(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of programmes; of each kind beside it, kinds without one included."""
    kinds, missing = _kinds(plan)
    by = tuple(Part(kind, float((kinds == kind).sum())) for kind in _listed(kinds, parameters))
    value = None if missing else float(len(kinds))
    counted = {"programmes": tuple(ids(plan, "programmes"))}
    return Measurement("programmes_count", value, "programme", by=by, missing=missing, counted=counted)


def programme_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of all programmes; of each kind beside it."""
    kinds, missing = _kinds(plan)
    everything = np.ones(len(kinds), dtype=bool)
    return _floor(plan, "programme_floor_area", everything, kinds, _listed(kinds, parameters), missing)


def joint_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of the programmes in which universities and firms work together."""
    kinds, missing = _kinds(plan)
    wanted = parameters.joint_kinds
    return _floor(plan, "joint_floor_area", np.isin(kinds, wanted), kinds, wanted, missing)


def firm_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area that programmes keep for some kinds of firm; one that names no kind keeps none."""
    missing = absent(plan, "programmes")
    firms, wanted = values(plan, "programmes", "firm_category"), parameters.firm_categories
    return _floor(plan, "firm_floor_area", np.isin(firms, wanted), firms, wanted, missing)


def programmes_within_800m(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the floor area for research and industry within a walk of a programme.

    From the parcel's point along walkable streets; the straight line stands beside it.
    """
    name, limit_m = "programmes_within_800m", parameters.programme_limit_m
    kinds, missing = _kinds(plan)
    missing += absent(plan, "parcels", "streets")
    chosen, undetailed = of_codes(plan, parameters.research_industry_codes)
    rows = np.flatnonzero(chosen)
    names, floor = ids(plan, "parcels")[rows], values(plan, "parcels", "floor_area_m2")[rows]
    place = parcel_points(plan)[rows]
    missing += undetailed + unknown(Missing("parcels", "floor_area_m2"), names[np.isnan(floor)], len(names))
    missing += unknown(Missing("parcels", "geometry"), names[shapely.is_missing(place)], len(names))
    mine = np.flatnonzero(np.isin(kinds, parameters.ecosystem_kinds))
    target, untold = _places(plan, mine)
    missing += untold
    counted = {"parcels": tuple(names), "programmes": tuple(ids(plan, "programmes")[mine])}
    if not missing and not total(floor):
        missing = (nothing("no_research"),)
    if missing:
        return Measurement(name, None, "1", missing=missing, counted=counted)
    network = street_network(plan)
    # Parcels and programmes join without a limit and their way counts, as homes do.
    joined = join(network, target, None)
    walked = walk(network, join(network, place, None), at_joins(joined), limit_m)
    near = np.round(walked, 2) <= limit_m
    line = np.round(straight(place, target), 2) <= limit_m
    definition = {
        "limit_m": limit_m,
        "along": "network",
        "floor_area_m2": total(floor),
        "programmes": len(mine),
        "not_joined": ids(plan, "programmes")[mine][joined.refused].tolist(),
    }
    by = tuple(Part(way, total(floor[ok]) / total(floor)) for way, ok in (("on_foot", near), ("line", line)))
    beyond = tuple(
        Place("parcels", str(names[row]), place[row].x, place[row].y, None) for row in np.flatnonzero(~near)
    )
    return Measurement(name, by[0].value, "1", definition, by=by, counted=counted, places=beyond)


def research_programme_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of all floor area that is research land's, or a programme's on other land."""
    name = "research_programme_share"
    everything = floor_areas(plan, parameters.built_codes)
    chosen, undetailed = of_codes(plan, parameters.research_codes)
    kinds, missing = _kinds(plan)
    mine = np.isin(kinds, parameters.ecosystem_kinds)
    size = values(plan, "programmes", "floor_area_m2")
    host = hosts_of(plan, "programmes")
    missing += everything.missing + undetailed
    names = ids(plan, "programmes")
    missing += unknown(Missing("programmes", "floor_area_m2"), names[mine & np.isnan(size)], len(names))
    counted = {"parcels": everything.counted, "programmes": tuple(names[mine])}
    if not missing and not everything.whole:
        missing = (nothing("no_floor_area"),)
    if missing:
        return Measurement(name, None, "1", missing=missing, counted=counted)
    # A programme on research land is part of that land's floor area already.
    elsewhere = mine & ~np.isin(host, np.flatnonzero(chosen))
    amounts = {"research": everything.within(chosen), "programmes_elsewhere": total(size[elsewhere])}
    by = tuple(Part(kind, amount / everything.whole) for kind, amount in amounts.items())
    definition = {"floor_area_m2": everything.whole}
    value = total(amounts.values()) / everything.whole
    return Measurement(name, value, "1", definition, by=by, counted=counted)


def _kinds(plan: Plan) -> tuple[NDArray[Any], tuple[Missing, ...]]:
    """Kind of each programme, and what is missing: one of no kind could be of any."""
    kinds, names = values(plan, "programmes", "kind"), ids(plan, "programmes")
    unsaid = np.array([kind is None for kind in kinds], dtype=bool)
    return kinds, absent(plan, "programmes") + unknown(
        Missing("programmes", "kind"), names[unsaid], len(names)
    )


def _listed(kinds: NDArray[Any], parameters: Parameters) -> tuple[str, ...]:
    """The kinds that are asked for, then others that the plan has."""
    return tuple(dict.fromkeys((*parameters.programme_kinds, *sorted(kind for kind in kinds if kind))))


def _floor(
    plan: Plan,
    name: str,
    chosen: NDArray[np.bool_],
    column: NDArray[Any],
    wanted: tuple[str, ...],
    missing: tuple[Missing, ...],
) -> Measurement:
    names, size = ids(plan, "programmes"), values(plan, "programmes", "floor_area_m2")
    missing += unknown(Missing("programmes", "floor_area_m2"), names[chosen & np.isnan(size)], len(names))
    counted = {"programmes": tuple(names[chosen])}
    if missing:
        return Measurement(name, None, "m2", missing=missing, counted=counted)
    by = tuple(Part(one, total(size[chosen & (column == one)])) for one in wanted)
    definition = {"programmes": int(chosen.sum())}
    return Measurement(name, total(size[chosen]), "m2", definition, by=by, counted=counted)


def _places(plan: Plan, rows: NDArray[np.intp]) -> tuple[NDArray[Any], tuple[Missing, ...]]:
    """The point that each programme stands at: its own, else that of its parcel."""
    place = middles(sound(places_of(plan, "programmes")[rows]))
    nowhere = shapely.is_missing(place)
    return place, unknown(
        Missing("programmes", "geometry"), ids(plan, "programmes")[rows][nowhere], len(rows)
    )


NONE = np.empty(0, dtype=object)


def axis_venues(plan: Plan, parameters: Parameters) -> Measurement:
    """Venues within a distance of the axis: facilities of some services, programmes of some kinds."""
    rows, missing = elements(plan, "axis")
    axes = shapes(plan, "structure")[rows]
    limit_m = parameters.axis_near_m
    venues = find_venues(plan, parameters.venue_services, parameters.venue_kinds)
    counted = {"structure": tuple(ids(plan, "structure")[rows]), **venues.counted}
    if missing:
        missing += venues.missing
        return Measurement("axis_venues", None, "venue", missing=missing, counted=counted)
    along = venues.along("axis_venues", axes, limit_m)
    definition = {"limit_m": limit_m, "along": "line", "venues": len(venues.id)}
    if along.value is None:
        return Measurement(
            "axis_venues", None, "venue", definition, missing=along.missing, counted=counted, ends=along.ends
        )
    away = np.round(straight(venues.shape, axes), 2)
    near = away <= limit_m
    definition["within"] = dict(zip(venues.id[near].tolist(), away[near].tolist(), strict=True))
    by = tuple(Part(kind, float((venues.kind[near] == kind).sum())) for kind in sorted(set(venues.kind)))
    return Measurement("axis_venues", along.value, "venue", definition, by=by, counted=counted)


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """What some of `of` places do not say, so that they may be venues, or venues may lie anywhere."""

    what: Missing
    id: NDArray[Any]
    shape: NDArray[Any]
    of: int


@dataclass(frozen=True, slots=True, eq=False)
class Venues:
    """
    Places that people go to: id, kind (service or kind of programme) and shape.

    `absent` are layers that the plan does not hold, `open` what single places do not say.
    """

    id: NDArray[Any]
    kind: NDArray[Any]
    shape: NDArray[Any]
    absent: tuple[Missing, ...]
    open: tuple[Open, ...]
    counted: Mapping[str, tuple[str, ...]]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """All that is not known of the venues, wherever it lies."""
        return self.absent + tuple(line for one in self.open for line in unknown(one.what, one.id, one.of))

    @property
    def maybe(self) -> NDArray[Any] | None:
        """The shapes of what may be a venue; None where that may be anywhere."""
        found = np.concatenate([NONE, *(one.shape for one in self.open)])
        return None if self.absent or shapely.is_missing(found).any() else found

    def along(self, scope: str, lines: NDArray[Any], limit_m: float) -> Part:
        """How many venues lie near some lines; unknown where what may be one lies, or may lie, there."""
        sure = float((np.round(straight(self.shape, lines), 2) <= limit_m).sum())
        missing, most = self.absent, np.inf if self.absent else sure
        for one in self.open if len(lines) else ():
            near = np.round(straight(one.shape, lines), 2) <= limit_m
            near |= shapely.is_missing(one.shape)
            missing += unknown(one.what, one.id[near], one.of)
            most += float(near.sum())
        return Part(scope, None if missing else sure, missing=missing, ends=(sure, most) if missing else None)


def find_venues(plan: Plan, services: tuple[str, ...], kinds: tuple[str, ...]) -> Venues:
    """Facilities of some services and programmes of some kinds; one of no stated kind could be meant."""
    found: dict[str, tuple[Any, Any, Any]] = {}
    open_: list[Open] = []
    gone: tuple[Missing, ...] = ()
    sources: tuple[tuple[Literal["facilities", "programmes"], str, tuple[str, ...]], ...] = (
        ("facilities", "service", services),
        ("programmes", "kind", kinds),
    )
    for layer, column, wanted in sources:
        if not wanted:
            continue
        gone += absent(plan, layer)
        names, kind, place = ids(plan, layer), values(plan, layer, column), places_of(plan, layer)
        unsaid = np.array([one is None for one in kind], dtype=bool)
        meant = np.isin(kind, wanted)
        nowhere = meant & shapely.is_missing(place)
        open_ += [
            Open(Missing(layer, column), names[unsaid], place[unsaid], len(names)),
            Open(Missing(layer, "geometry"), names[nowhere], place[nowhere], int(meant.sum())),
        ]
        found[layer] = names[meant], kind[meant], place[meant]
    columns = [np.concatenate(column) for column in zip(*found.values(), strict=True)] or [NONE] * 3
    counted = {layer: tuple(names) for layer, (names, _, _) in found.items()}
    return Venues(columns[0], columns[1], columns[2], gone, tuple(open_), counted)
