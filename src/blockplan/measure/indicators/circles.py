"""
Living circles (GB 50180): who lives in each, how large it is, how far they walk, what land it has.

Circles are drawn in the layer ``circles``, each with its tier (15, 10 or 5 minutes). What lies in a
circle: people at the points they live at, parcels cut at its edge. Where no circle of the tier is drawn
nothing of it is known: the whole plan is no circle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import known
from blockplan.measure.distance.reach import home_joins, street_network
from blockplan.measure.indicators.land import drawn_land, named_land
from blockplan.measure.indicators.living import dwellings_of_parcels
from blockplan.measure.indicators.supply import per_person
from blockplan.measure.indicators.tiers import of_tier
from blockplan.measure.inputs.columns import Coded, Gaps, absent, areas_m2, ids, shapes, sound, total, values
from blockplan.measure.inputs.feature_points import EDGE_M, middles
from blockplan.measure.inputs.floors import Amounts, parcel_points
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.inputs.homes import housed, perhaps_housed, residents
from blockplan.measure.inputs.parts import (
    each,
    knowns,
    objects,
    pieces,
    quotient,
    quotients,
    ratios,
    sums_at,
    unplaced,
)
from blockplan.measure.measurement import Measurement, Part, Place, both
from blockplan.measure.missing import Missing, nothing, reason, unknown
from blockplan.network import Joins, at_joins, join, walk
from blockplan.plan.model.recall import by_row
from blockplan.plan.model.recall_beside import pairs_between
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.network import Network
    from blockplan.plan.model.plan import Plan

NOBODY_THERE = (nothing("nobody_circle"),)
NOBODY_IN_TIER = (nothing("nobody_tier"),)
NO_TIER = (reason("choose_tier"),)


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
    missing: tuple[Missing, ...]
    unsaid: tuple[Missing, ...]

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
        point, circle = pairs_between("points in circles", points, self.outline, EDGE_M)
        return circle, point

    def each_holding(self, points: NDArray[Any]) -> list[NDArray[np.intp]]:
        """Numbers of the points that lie in each circle, in their order."""
        circle, point = self.holding(points)
        order = np.argsort(circle, kind="stable")
        ends = np.searchsorted(circle[order], np.arange(len(self.rows)), side="right").tolist()
        return [point[order[start:end]] for start, end in pairwise([0, *ends])]


def circles_of(plan: Plan, tier: str) -> Circles:
    """The circles of a tier; a circle of no stated tier could be one of them, and is missing."""
    return plan.cached(f"circles:{tier}", lambda: _circles_of(plan, tier))


def _circles_of(plan: Plan, tier: str) -> Circles:
    names, tiers = ids(plan, "circles"), values(plan, "circles", "tier")
    rows = np.flatnonzero(tiers == tier)
    outline = shapes(plan, "circles")[rows]
    blank = names[np.array([one is None for one in tiers], dtype=bool)]
    unsaid = unknown(Missing("circles", "tier"), blank, len(names))
    missing = absent(plan, "circles") or unsaid
    missing += unknown(Missing("circles", "geometry"), names[rows][shapely.is_missing(outline)])
    if not tier:
        missing = NO_TIER
    elif not missing and not len(rows):
        missing = (reason("circles_tier", tier=tier),)
    chosen = tuple(names[rows])
    return Circles(rows, tuple(f"circle:{name}" for name in chosen), outline, chosen, missing, unsaid)


def circle_residents(plan: Plan, parameters: Parameters) -> Measurement:
    """Mean number of residents of the circles of a tier; the number of each by circle."""
    circles = circles_of(plan, parameters.tier)
    if circles.missing:
        return _unknown(
            "circle_residents", "person", circles, circles.missing + residents(plan).missing_places
        )
    people = people_in(plan, circles)
    by = tuple(
        Part(
            scope, known(here), residents=known(here), missing=missing, ends=(low, high) if missing else None
        )
        for scope, here, low, high, missing in zip(
            circles.scopes,
            people.amount.tolist(),
            people.low.tolist(),
            people.high.tolist(),
            people.missing,
            strict=True,
        )
    )
    return _mean("circle_residents", "person", circles, by, homes_of(plan).counted)


def circle_dwellings(plan: Plan, parameters: Parameters) -> Measurement:
    """Mean number of dwellings of the circles of a tier; the number of each by circle."""
    circles, homes = circles_of(plan, parameters.tier), dwellings_of_parcels(plan)
    if circles.missing or absent(plan, "parcels"):
        missing = circles.missing + homes.missing + unplaced(plan, homes.by_parcel)
        return _unknown("circle_dwellings", "dwelling", circles, missing)
    nowhere = shapely.is_missing(shapes(plan, "parcels")) & (homes.by_parcel != 0)
    lying_nowhere = unplaced(plan, homes.by_parcel)
    low, high, lost_nowhere = homes.low, homes.high, homes.lacking(nowhere) + lying_nowhere
    circle, parcel = circles.holding(parcel_points(plan))
    least = sums_at(circle, low[parcel], len(circles.rows)).tolist()
    by = list(map(Part, circles.scopes, least))
    unsaid = np.bincount(circle, np.isnan(homes.by_parcel)[parcel], len(by)) > 0
    for number in range(len(by)) if lost_nowhere else np.flatnonzero(unsaid).tolist():
        here, lost = parcel[circle == number], lost_nowhere
        if unsaid[number]:
            rows = nowhere.copy()
            rows[here] = True
            lost = homes.lacking(rows) + lying_nowhere
        ends = least[number], total(np.concatenate([high[here], high[nowhere]]))
        by[number] = Part(circles.scopes[number], None, missing=lost, ends=ends)
    return _mean("circle_dwellings", "dwelling", circles, tuple(by), {"parcels": homes.counted})


def _mean(
    name: str, unit: str, circles: Circles, by: tuple[Part, ...], counted: Mapping[str, tuple[str, ...]]
) -> Measurement:
    """The mean over the circles; unknown where one is."""
    missing = tuple(dict.fromkeys(line for part in by for line in part.missing))
    if missing:
        ends = [part.ends or (part.value or 0.0, part.value or 0.0) for part in by]
        between = total(low for low, _ in ends) / len(by), sum(high for _, high in ends) / len(by)
        read = both(counted, circles.counted)
        return Measurement(name, None, unit, by=by, missing=missing, counted=read, ends=between)
    return _found(name, total(part.value or 0.0 for part in by) / len(by), unit, circles, by, counted)


def circle_size(plan: Plan, parameters: Parameters) -> Measurement:
    """Mean drawn area of the circles of a tier, ha; the size of each by circle."""
    circles = circles_of(plan, parameters.tier)
    if circles.missing:
        return _unknown("circle_size", "ha", circles, circles.missing)
    sizes = areas_m2(plan, "circles", circles.rows) / M2_PER_HA
    by = each(circles.scopes, sizes)
    return _found("circle_size", total(sizes) / len(sizes), "ha", circles, by, {})


def circle_walk(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Farthest walk of the circles' residents to the middle of their circle, m; the farthest of each by circle.

    Along walkable streets, from the point on the street nearest to the home (the way to it
    counts) to the point on the street nearest to the circle's centroid (the way from it does not).
    """
    circles, homes = circles_of(plan, parameters.tier), housed(plan)
    missing = circles.missing + absent(plan, "streets")
    if missing:
        return _unknown("circle_walk", "m", circles, missing + residents(plan).missing_places)
    by = _farthest_by(plan, circles)
    walked = [part for part in by if not part.nothing]
    lacking = tuple(dict.fromkeys(line for part in walked for line in part.missing))
    if lacking or not walked:
        ends = [part.ends or (part.value or 0.0, part.value or 0.0) for part in walked]
        between = (max(low for low, _ in ends), max(high for _, high in ends)) if ends else None
        found = _found("circle_walk", None, "m", circles, by, homes.counted)
        return replace(found, missing=lacking or NOBODY_IN_TIER, ends=between)
    value = max(part.value for part in walked if part.value is not None)
    return _found("circle_walk", value, "m", circles, by, homes.counted)


def _farthest_by(plan: Plan, circles: Circles) -> tuple[Part, ...]:
    network, homes, people = street_network(plan), housed(plan), people_in(plan, circles)
    circle, home = circles.holding(homes.point)
    origins = home_joins(plan, homes).some(home)
    middle = join(network, middles(sound(circles.outline)), None).free.some(circle)
    walked = partial(_walked, network)
    metres = by_row("walk to the middle", walked, *middle.columns, *origins.columns, fixed=(network,))
    size, weight, lost = len(circles.rows), homes.weight[home], np.isnan(metres)
    lived, cut_off = sums_at(circle, weight, size).tolist(), sums_at(circle, weight * lost, size).tolist()
    count, gone = (np.bincount(at, minlength=size).tolist() for at in (circle, circle[lost]))
    farthest = np.zeros(size)
    np.fmax.at(farthest, circle, metres)
    parts = []
    for number, (scope, away) in enumerate(zip(circles.scopes, farthest.tolist(), strict=True)):
        far, unsaid, here = round(away, 2), people.missing[number], lived[number]
        if gone[number]:
            # Where no way leads, the home lies beyond any limit.
            rows = home[lost & (circle == number)]
            missing = unknown(Missing("streets", why="no_way"), homes.id[rows].astype(str))
            beyond = tuple(
                Place(str(homes.layer[row]), str(homes.id[row]), homes.point[row].x, homes.point[row].y, None)
                for row in rows
            )
            parts.append(
                Part(
                    scope, None, residents=here, affected_residents=cut_off[number], missing=missing + unsaid,
                    places=beyond, ends=(math.inf, math.inf),
                )
            )  # fmt: skip
        elif unsaid:
            parts.append(Part(scope, None, missing=unsaid, ends=(far, math.inf)))
        elif not count[number]:
            parts.append(Part(scope, None, residents=0.0, missing=NOBODY_THERE))
        else:
            parts.append(Part(scope, far, residents=here))
    return tuple(parts)


def _walked(network: Network, *columns: NDArray[np.int32]) -> NDArray[np.float64]:
    """Metres on foot to a place on the network (the first three columns) from another; NaN: no way."""
    metres, to, origins = np.full(len(columns[0]), np.nan), np.stack(columns[:3]), Joins(*columns[3:])
    ends, end = np.unique(to, axis=1, return_inverse=True)
    for number in range(ends.shape[1]):
        rows = np.flatnonzero(end == number)
        metres[rows] = walk(network, origins.some(rows), at_joins(Joins(*ends[:, [number]])))
    return metres


def circle_land_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the circles' land that the parcels of some classes take; the share of each by circle."""
    circles = circles_of(plan, parameters.tier)
    land = drawn_land(plan, named_land(plan, parameters.land_codes))
    if circles.missing or not parameters.land_codes or absent(plan, "parcels"):
        return _unknown("circle_land_share", "1", circles, circles.missing + land.missing)
    inside, sizes = pieces(plan, "circles"), areas_m2(plan, "circles", circles.rows)
    sums = inside.sums(land.by_parcel)[circles.rows]
    low, high = (end[circles.rows] for end in inside.ends(land))
    by = tuple(
        Part(scope, sums[number] / size, sums[number])
        if not np.isnan(sums[number])
        else Part(
            scope,
            None,
            missing=land.lacking(inside.rows(int(circles.rows[number]), len(land.by_parcel))),
            ends=(low[number] / size, min(high[number] / size, 1.0)),
        )
        for number, (scope, size) in enumerate(zip(circles.scopes, sizes.tolist(), strict=True))
    )
    counted = {"parcels": land.counted}
    missing = tuple(dict.fromkeys(line for part in by for line in part.missing))
    if missing:
        ends = total(low) / total(sizes), min(total(high) / total(sizes), 1.0)
        read = both(counted, circles.counted)
        return Measurement("circle_land_share", None, "1", by=by, missing=missing, counted=read, ends=ends)
    return _found("circle_land_share", total(sums) / total(sizes), "1", circles, by, counted)


def circle_facility_land_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Land of some classes for every 1,000 residents of the circles of a tier.

    Where ``tier_facilities`` are named, parcels that hold one of them and none of a higher tier count.
    """
    land = drawn_land(plan, _of_tier(plan, parameters))
    return _over_people(plan, "circle_facility_land_per_1000", parameters, land)


def circle_facility_floor_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area on land of some classes for every 1,000 residents of the circles of a tier."""
    tier = _of_tier(plan, parameters)
    floor, names = values(plan, "parcels", "floor_area_m2"), ids(plan, "parcels")
    blank = (Missing("parcels", "floor_area_m2"), tier.chosen & np.isnan(floor), int(tier.chosen.sum()))
    gaps = tier.gaps + Gaps(names, (blank,), absent(plan, "parcels"))
    amount = np.where(tier.maybe, np.nan, np.where(tier.chosen, floor, 0.0))
    most = np.where(tier.chosen | tier.maybe, np.nan_to_num(floor, nan=np.inf), 0.0)
    found = Amounts(amount, gaps.lines(), tier.names, gaps, most)
    return _over_people(plan, "circle_facility_floor_per_1000", parameters, found)


@dataclass(frozen=True, slots=True, eq=False)
class InCircles:
    """
    An amount in each circle of a tier: NaN where unknown, between which numbers it lies, what is missing.

    What is unknown outside a circle leaves the circle known.
    """

    amount: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    missing: tuple[tuple[Missing, ...], ...]


def amounts_in(plan: Plan, circles: Circles, amounts: Amounts) -> InCircles:
    """An amount of the parcels in each circle, parcels cut at its edge."""
    inside = pieces(plan, "circles")
    amount = inside.sums(amounts.by_parcel)[circles.rows]
    low, high = (end[circles.rows] for end in inside.ends(amounts))
    missing = tuple(
        amounts.lacking(inside.rows(int(row), len(amounts.by_parcel))) if np.isnan(amount[number]) else ()
        for number, row in enumerate(circles.rows)
    )
    return InCircles(amount, low, high, missing)


def people_in(plan: Plan, circles: Circles) -> InCircles:
    """Residents of each circle, found once for the circles of a tier."""
    return plan.cached(f"people_in:{','.join(circles.scopes)}", lambda: _people_in(plan, circles))


def _people_in(plan: Plan, circles: Circles) -> InCircles:
    homes, found = housed(plan), residents(plan)
    circle, home = circles.holding(homes.point)
    people = sums_at(circle, homes.weight[home], len(circles.rows))
    lost = unknown(
        Missing("parcels", "geometry", why="either_geometry"), homes.id[shapely.is_missing(homes.point)]
    )
    here = found.amounts(plan)
    unsaid = np.isnan(here.by_parcel)
    spots, owner = perhaps_housed(plan)
    nowhere = unsaid & shapely.is_missing(shapes(plan, "parcels"))
    missing = [lost] * len(circles.rows)
    for number, spot in enumerate(circles.each_holding(spots)):
        if found.occupants is not None:
            # Whom nobody counted may live in any building of the parcel.
            rows = pieces(plan, "circles").rows(int(circles.rows[number]), len(unsaid)) & unsaid
            rows |= nowhere
        else:
            rows = nowhere.copy()
            rows[owner[spot]] = True
        if rows.any() or not len(unsaid):
            missing[number] = lost + here.lacking(rows)
    bare = np.array([bool(lines) for lines in missing], dtype=bool)
    high = np.where(bare, np.inf, people)
    return InCircles(np.where(bare, np.nan, people), people, high, tuple(missing))


def over_circles(plan: Plan, whole: Measurement, circles: Circles, supply: InCircles | None) -> Measurement:
    """
    A supply per person in each circle of a tier, from what the whole plan has.

    Where no circle of the tier is drawn this is unknown; the whole plan's figure stands in the definition.
    """
    if not circles.drawn:
        return undrawn(whole, circles)
    if supply is None or circles.missing:
        missing = tuple(dict.fromkeys(whole.missing + circles.missing))
        none = tuple(Part(scope, None, missing=missing) for scope in circles.scopes)
        return replace(whole, value=None, supply=None, by=none, missing=missing, ends=None)
    people = people_in(plan, circles)
    found = ratios(supply.amount, people.amount, whole.per)
    low, high = quotients((supply.low, supply.high), (people.low, people.high), whole.per)
    columns = (circles.scopes, supply.missing, people.missing)
    by = by_row(
        "part over people", _over_each, found, supply.amount, people.amount, low, high,
        *map(objects, columns),
        fixed=(whole.id, circles.rows),
    )  # fmt: skip
    lived, given = total(people.amount), total(supply.amount)
    # What is unknown of a circle where nobody lives is missing in the sum over all circles.
    unsaid = dict.fromkeys(line for lines in (*supply.missing, *people.missing) for line in lines)
    lacking = tuple(unsaid) if lived else ()
    value = given * whole.per / lived if lived and not lacking else None
    more = lacking or (() if value is not None else NOBODY_IN_TIER)
    counted = both(whole.counted, circles.counted, homes_of(plan).counted)
    ends = quotient((total(supply.low), sum(supply.high)), (total(people.low), sum(people.high)), whole.per)
    return replace(
        whole, value=value, supply=known(given), by=tuple(by.tolist()), counted=counted, missing=more,
        ends=ends if lacking else None,
    )  # fmt: skip


def _over_each(*columns: NDArray[Any]) -> NDArray[Any]:
    """Parts by value, supply, people, ends, scope, and what is missing of supply and people."""
    numbers = (*map(knowns, columns[:3]), *(one.tolist() for one in columns[3:]))
    parts = []
    for value, amount, lived, low, high, scope, of_supply, of_people in zip(*numbers, strict=True):
        missing = tuple(dict.fromkeys(of_supply + of_people)) if lived != 0 else NOBODY_THERE
        ends = (low, high) if missing and missing != NOBODY_THERE else None
        parts.append(Part(scope, value, amount, lived, missing=missing, ends=ends))
    return objects(parts)


def undrawn(whole: Measurement, circles: Circles) -> Measurement:
    """A measurement of a tier without drawn circles: unknown, with the whole plan's figure beside it."""
    missing = tuple(dict.fromkeys(circles.missing + whole.missing))
    definition = {**whole.definition, "whole_plan": whole.value}
    return replace(whole, value=None, supply=None, definition=definition, by=(), missing=missing)


def _over_people(plan: Plan, name: str, parameters: Parameters, amount: Amounts) -> Measurement:
    circles = circles_of(plan, parameters.tier)
    missing = amount.missing
    if not parameters.tier:
        missing = NO_TIER + missing
    if circles.drawn:
        missing += unplaced(plan, amount.by_parcel)
    supply = None if missing else amount.whole
    whole = per_person(
        plan, name, "m2", supply, 1000, missing=missing, counted={"parcels": amount.counted}, ends=amount.ends
    )
    untold = amount.gaps is None or amount.gaps.always or unplaced(plan, amount.by_parcel)
    return over_circles(plan, whole, circles, None if untold else amounts_in(plan, circles, amount))


def _of_tier(plan: Plan, parameters: Parameters) -> Coded:
    """Parcels of the classes asked for whose facilities make them land of the tier."""
    land = named_land(plan, parameters.land_codes)
    chosen, lacking = of_tier(plan, land.chosen, parameters)
    maybe, _ = of_tier(plan, land.maybe, parameters)
    return Coded(chosen, maybe, land.gaps + Gaps(ids(plan, "parcels"), (), lacking))


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


def _unknown(name: str, unit: str, circles: Circles, missing: tuple[Missing, ...]) -> Measurement:
    missing = tuple(dict.fromkeys(missing))
    by = tuple(Part(scope, None, missing=missing) for scope in circles.scopes)
    return Measurement(name, None, unit, by=by, missing=missing, counted=circles.counted)
