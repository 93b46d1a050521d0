"""
Living circles (GB 50180): who lives in each, how large it is, how far they walk, what land it has.

Circles are drawn in the layer ``circles``, each with its tier (15, 10 or 5 minutes). What lies in a
circle: people at the points they live at, parcels cut at its edge. Where no circle of the tier is drawn
nothing of it is known: the whole plan is no circle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.columns import absent, areas_m2, ids, of_codes, shapes, total, unknown, values
from blockplan.measure.floors import parcel_points
from blockplan.measure.homes import homes as homes_of
from blockplan.measure.homes import residents
from blockplan.measure.land import NO_CODES, drawn_land
from blockplan.measure.living import dwellings_of_parcels
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.parts import Pieces, both, each, known, pieces, ratios, sums_at, unplaced
from blockplan.measure.reach import street_network
from blockplan.measure.supply import per_person
from blockplan.measure.tiers import of_tier
from blockplan.network import at_joins, join, walk
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model import Plan

NO_TIER = ("parameter tier: 15, 10 or 5",)


@dataclass(frozen=True, slots=True, eq=False)
class Circles:
    """
    The circles of one tier.

    Rows of the layer, scopes, outlines, ids, and what is missing to say which they are; `unsaid` are
    circles without a tier, of which each could be one.
    """

    rows: NDArray[np.intp]
    scopes: tuple[str, ...]
    outline: NDArray[Any]
    names: tuple[str, ...]
    missing: tuple[str, ...]
    unsaid: tuple[str, ...]

    @property
    def drawn(self) -> bool:
        """Whether the plan has a circle of the tier."""
        return len(self.rows) > 0

    @property
    def counted(self) -> dict[str, tuple[str, ...]]:
        """The circles as features that were read."""
        return {"circles": self.names} if self.names else {}

    def holding(self, points: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pairs of circle and point that lies in it (numbers in this tier, and in `points`)."""
        circle, point = shapely.STRtree(points).query(self.outline, predicate="intersects")
        return circle, point


def circles_of(plan: Plan, tier: str) -> Circles:
    """The circles of a tier; a circle of no stated tier could be one of them, and is missing."""
    return plan.cached(f"circles:{tier}", lambda: _circles_of(plan, tier))


def _circles_of(plan: Plan, tier: str) -> Circles:
    names, tiers = ids(plan, "circles"), values(plan, "circles", "tier")
    rows = np.flatnonzero(tiers == tier)
    outline = shapes(plan, "circles")[rows]
    blank = names[np.array([one is None for one in tiers], dtype=bool)]
    unsaid = unknown("circles.tier", blank, len(names))
    missing = absent(plan, "circles") or unsaid
    missing += unknown("circles.geometry", names[rows][shapely.is_missing(outline)])
    if not tier:
        missing = NO_TIER
    elif not missing and not len(rows):
        missing = (f"circles: none of {tier} minutes",)
    chosen = tuple(names[rows])
    return Circles(rows, tuple(f"circle:{name}" for name in chosen), outline, chosen, missing, unsaid)


def circle_residents(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Mean number of residents of the circles of a tier; the number of each by circle."""
    circles = circles_of(plan, parameters["tier"])
    people, lacking = people_in(plan, circles)
    missing = circles.missing + lacking
    if missing:
        return _unknown("circle_residents", "person", circles, missing)
    by = each(circles.scopes, people, people=people)
    value = total(people) / len(people)
    return _found("circle_residents", value, "person", circles, by, homes_of(plan).counted)


def circle_dwellings(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Mean number of dwellings of the circles of a tier; the number of each by circle."""
    circles, homes = circles_of(plan, parameters["tier"]), dwellings_of_parcels(plan)
    missing = circles.missing + homes.missing + unplaced(plan, homes.by_parcel)
    if missing:
        return _unknown("circle_dwellings", "dwelling", circles, missing)
    circle, parcel = circles.holding(parcel_points(plan))
    found = sums_at(circle, homes.by_parcel[parcel], len(circles.rows))
    by, value = each(circles.scopes, found), total(found) / len(found)
    return _found("circle_dwellings", value, "dwelling", circles, by, {"parcels": homes.counted})


def circle_size(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Mean drawn area of the circles of a tier, ha; the size of each by circle."""
    circles = circles_of(plan, parameters["tier"])
    if circles.missing:
        return _unknown("circle_size", "ha", circles, circles.missing)
    sizes = areas_m2(plan, "circles", circles.rows) / M2_PER_HA
    by = each(circles.scopes, sizes)
    return _found("circle_size", total(sizes) / len(sizes), "ha", circles, by, {})


def circle_walk(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """
    Farthest walk of the circles' residents to the middle of their circle, m; the farthest of each by circle.

    Along walkable streets, from the point on the street nearest to the home (the way to it
    counts) to the point on the street nearest to the circle's centroid (the way from it does not).
    """
    circles, homes = circles_of(plan, parameters["tier"]), homes_of(plan)
    missing = circles.missing + homes.missing + absent(plan, "streets")
    if not missing and not len(homes):
        missing = ("residents: nobody lives in the plan, so nobody walks",)
    if missing:
        return _unknown("circle_walk", "m", circles, missing)
    by = _farthest_by(plan, circles)
    known_ways = [part.value for part in by if part.value is not None]
    lacking = tuple(dict.fromkeys(line for part in by for line in part.missing))
    value = None if lacking or not known_ways else max(known_ways)
    missing = lacking or (() if known_ways else ("residents: nobody lives in a circle of the tier",))
    found = _found("circle_walk", value, "m", circles, by, homes.counted)
    return replace(found, missing=() if value is not None else missing)


def _farthest_by(plan: Plan, circles: Circles) -> tuple[Part, ...]:
    network, homes = street_network(plan), homes_of(plan)
    origins = plan.cached("joins:homes:edge", lambda: join(network, homes.point, None))
    middle = shapely.centroid(circles.outline)
    outside = ~shapely.contains(circles.outline, middle)
    middle[outside] = shapely.point_on_surface(circles.outline[outside])
    joins = join(network, middle, None).free()
    circle, home = circles.holding(homes.point)
    parts = []
    for number, scope in enumerate(circles.scopes):
        here = home[circle == number]
        targets = at_joins(joins)
        targets = _only(targets, number)
        metres = walk(network, origins, targets)[here]
        people = float(homes.weight[here].sum())
        lost = [str(name) for name in homes.id[here][np.isnan(metres)]]
        if not len(here):
            parts.append(Part(scope, None, residents=0.0, missing=("residents: nobody lives in the circle",)))
        elif lost:
            missing = unknown("streets: no way on foot to the middle", lost, None)
            parts.append(Part(scope, None, residents=people, missing=missing))
        else:
            parts.append(Part(scope, round(float(metres.max()), 2), residents=people))
    return tuple(parts)


def _only(targets: Any, area: int) -> Any:
    kept = targets.area == area
    return type(targets)(
        targets.edge[kept],
        targets.from_cm[kept],
        targets.to_cm[kept],
        targets.cost_cm[kept],
        targets.area[kept],
    )


def circle_land_share(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Share of the circles' land that the parcels of some classes take; the share of each by circle."""
    circles = circles_of(plan, parameters["tier"])
    chosen, lacking = _chosen(plan, parameters["land_codes"])
    land, lacking = drawn_land(plan, chosen, lacking)
    missing = circles.missing + lacking
    if missing:
        return _unknown("circle_land_share", "1", circles, missing)
    sums = pieces(plan, "circles").sums(land)[circles.rows]
    sizes = areas_m2(plan, "circles", circles.rows)
    by = each(circles.scopes, ratios(sums, sizes), sums)
    value = total(sums) / total(sizes)
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen])}
    return _found("circle_land_share", value, "1", circles, by, counted)


def circle_facility_land_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """
    Land of some classes for every 1,000 residents of the circles of a tier.

    Where ``tier_facilities`` are named, parcels that hold one of them and none of a higher tier count.
    """
    chosen, missing = _of_tier(plan, parameters)
    land, missing = drawn_land(plan, chosen, missing)
    return _over_people(plan, "circle_facility_land_per_1000", parameters, chosen, land, missing)


def circle_facility_floor_per_1000(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Floor area on land of some classes for every 1,000 residents of the circles of a tier."""
    chosen, missing = _of_tier(plan, parameters)
    floor, names = values(plan, "parcels", "floor_area_m2"), ids(plan, "parcels")
    missing += absent(plan, "parcels")
    missing += unknown("parcels.floor_area_m2", names[chosen & np.isnan(floor)], int(chosen.sum()))
    floor = np.where(chosen, floor, 0.0)
    return _over_people(plan, "circle_facility_floor_per_1000", parameters, chosen, floor, missing)


def people_in(plan: Plan, circles: Circles) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Residents of each circle, and what is missing to say so."""
    homes, found = homes_of(plan), residents(plan)
    nobody = np.zeros(len(circles.rows))
    if found.missing_places:
        return nobody, found.missing_places
    if homes.weighs != "residents":
        return nobody, ()
    circle, home = circles.holding(homes.point)
    nowhere = homes.id[shapely.is_missing(homes.point)]
    people = sums_at(circle, homes.weight[home], len(circles.rows))
    return people, unknown("parcels.geometry or buildings.geometry", nowhere)


def over_circles(
    plan: Plan, whole: Measurement, circles: Circles, supply: NDArray[np.float64] | None
) -> Measurement:
    """
    A supply per person in each circle of a tier, from what the whole plan has.

    Where no circle of the tier is drawn this is unknown; the whole plan's figure stands in the definition.
    """
    if not circles.drawn:
        return undrawn(whole, circles)
    definition = dict(whole.definition)
    people, lacking = people_in(plan, circles)
    missing = circles.missing + lacking
    if supply is None or missing:
        missing = tuple(dict.fromkeys(whole.missing + missing))
        none = tuple(Part(scope, None, missing=missing) for scope in circles.scopes)
        return replace(whole, value=None, supply=None, definition=definition, by=none, missing=missing)
    by = each(circles.scopes, ratios(supply, people, whole.per), supply, people)
    nobody = ("residents: nobody lives in the circle",)
    by = tuple(part if part.value is not None else replace(part, missing=nobody) for part in by)
    lived = total(people)
    value = total(supply) * whole.per / lived if lived else None
    counted = both(whole.counted, circles.counted, homes_of(plan).counted)
    more = () if value is not None else ("residents: nobody lives in a circle of the tier",)
    return replace(
        whole, value=value, supply=total(supply), definition=definition, by=by, counted=counted, missing=more
    )


def undrawn(whole: Measurement, circles: Circles) -> Measurement:
    """A measurement of a tier without drawn circles: unknown, with the whole plan's figure beside it."""
    missing = tuple(dict.fromkeys(circles.missing + whole.missing))
    definition = {**whole.definition, "whole_plan": whole.value}
    return replace(whole, value=None, supply=None, definition=definition, by=(), missing=missing)


def _over_people(
    plan: Plan,
    name: str,
    parameters: Mapping[str, Any],
    chosen: NDArray[np.bool_],
    amount: NDArray[np.float64],
    missing: tuple[str, ...],
) -> Measurement:
    circles = circles_of(plan, parameters["tier"])
    if not parameters["tier"]:
        missing = NO_TIER + missing
    if circles.drawn:
        missing += unplaced(plan, amount)
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen])}
    supply = None if missing else total(amount)
    whole = per_person(plan, name, "m2", supply, 1000, missing=missing, counted=counted)
    inside: Pieces = pieces(plan, "circles")
    return over_circles(plan, whole, circles, None if missing else inside.sums(amount)[circles.rows])


def _of_tier(plan: Plan, parameters: Mapping[str, Any]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Parcels of the classes asked for whose facilities make them land of the tier."""
    chosen, missing = _chosen(plan, parameters["land_codes"])
    chosen, lacking = of_tier(plan, chosen, parameters)
    return chosen, missing + lacking


def _chosen(plan: Plan, codes: tuple[str, ...]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    if not codes:
        return np.zeros(len(ids(plan, "parcels")), dtype=bool), NO_CODES
    return of_codes(plan, codes)


def _found(
    name: str,
    value: float | None,
    unit: str,
    circles: Circles,
    by: tuple[Part, ...],
    counted: Mapping[str, tuple[str, ...]],
) -> Measurement:
    definition = {"circles": len(circles.rows)}
    read = both(counted, circles.counted)
    return Measurement(name, known(value), unit, definition, by=by, counted=read)


def _unknown(name: str, unit: str, circles: Circles, missing: tuple[str, ...]) -> Measurement:
    missing = tuple(dict.fromkeys(missing))
    by = tuple(Part(scope, None, missing=missing) for scope in circles.scopes)
    return Measurement(name, None, unit, by=by, missing=missing, counted=circles.counted)
