"""Parks: how many of a size, how large and wide those of a living circle are, green per resident there."""

from __future__ import annotations

from dataclasses import replace
from itertools import repeat, starmap
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.reach import places_of
from blockplan.measure.indicators.circles import (
    NO_TIER,
    Circles,
    InCircles,
    circles_of,
    over_circles,
    undrawn,
)
from blockplan.measure.indicators.parkland import surely_as_wide, width_m
from blockplan.measure.indicators.supply import per_person
from blockplan.measure.inputs.columns import (
    absent,
    areas_m2,
    coded,
    ids,
    of_codes,
    points,
    shapes,
    sound,
    total,
    values,
)
from blockplan.measure.inputs.feature_points import middles
from blockplan.measure.inputs.greens import on_planned_land, parks, public_greens
from blockplan.measure.inputs.homes import HOUSING_CODES, residents
from blockplan.measure.inputs.parts import each, objects, pieces, ratios, sums_at
from blockplan.measure.measurement import Measurement, Part, Place, both
from blockplan.measure.missing import Missing, nothing, reason, unknown
from blockplan.plan.model.recall import by_row, by_run
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from blockplan.measure.inputs.greens import Greens
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


#: Parks whose figures differ by less than this part of them are as good as each other.
SAME = 1e-9
NO_PARK = (nothing("no_parks"),)


def parks_large(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of parks of at least ``large_park_min_ha``."""
    return _count(plan, "parks_large", parameters, parameters.large_park_min_ha, None)


def parks_community(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of parks of at least ``community_park_min_ha`` and below ``large_park_min_ha``."""
    smallest, large = parameters.community_park_min_ha, parameters.large_park_min_ha
    return _count(plan, "parks_community", parameters, smallest, large)


def _count(
    plan: Plan, name: str, parameters: Parameters, smallest_ha: float, below_ha: float | None
) -> Measurement:
    """
    Count parks of a size on planned land; the size of each stands in the definition, largest first.

    Every green is counted as read, the small ones too: an error in one of
    them may be the reason why it is too small.
    """
    greens = public_greens(plan, parameters)
    if greens.missing:
        return Measurement(name, None, "park", missing=greens.missing, counted=greens.counted)
    found = _parks(plan, parameters)
    rows = found.rows_of_size(smallest_ha, below_ha)
    names, sizes = (
        [*map("+".join, map(found.members.__getitem__, rows.tolist()))],
        found.area_m2[rows] / M2_PER_HA,
    )
    # The largest first, and those that are as large by their names.
    order = np.lexsort((np.array(names, dtype=str), -sizes)).tolist()
    definition = {
        "sizes_ha": {
            names[row]: round(size, 4) for row, size in zip(order, sizes[order].tolist(), strict=True)
        }
    }
    by = tuple(map(Part, map(names.__getitem__, order), repeat(1.0)))
    return Measurement(name, float(len(rows)), "park", definition, by=by, counted=greens.counted)


def circle_park_size(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Size of the largest park of the circles of a tier (the smallest of these), ha.

    Parks that reach the size and the width of the next higher tier belong to it and do not count; a
    circle without any other park has a largest one of 0 ha.
    """

    def counting(some: Greens) -> Greens:
        return _below_higher(plan, some, parameters)

    return _best(plan, "circle_park_size", "ha", parameters, counting, lambda some: some.area_m2 / M2_PER_HA)


def park_width(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Width of the widest park of the circles of a tier (the smallest of these), m.

    Parks of at least ``park_smallest_ha`` count, those of the next higher tier do not. The width
    of a park is the diameter of the largest circle that fits into it; a circle without a park has a widest
    one of 0 m.
    """

    def counting(some: Greens) -> Greens:
        return _below_higher(plan, some, parameters).of_size(parameters.park_smallest_ha)

    return _best(plan, "park_width", "m", parameters, counting, lambda some: widths(plan, some))


def circle_green_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Public green of one tier for each resident of the circles of that tier.

    A park counts for one tier only: for the highest whose smallest size and narrowest width it
    reaches; and whole for the circle that a point on it lies in.
    """
    greens = public_greens(plan, parameters)
    circles = circles_of(plan, parameters.tier)
    missing = greens.missing if parameters.tier else NO_TIER + greens.missing
    supply, inside = None, None
    names: list[str] = []
    if parameters.tier and not greens.lost:
        found = _of_tier(plan, _parks(plan, parameters), parameters)
        supply = None if missing else total(found.area_m2)
        circle, park = circles.holding(_points(found))
        amount = sums_at(circle, found.area_m2[park], len(circles.rows))
        lines = _unsaid_in(plan, circles, found, parameters, lambda some: _of_tier(plan, some, parameters))
        bare = np.array([bool(one) for one in lines], dtype=bool)
        # A parcel that could be green may make a park larger, and so of another tier.
        low, high = np.where(bare, 0.0, amount), np.where(bare, np.inf, amount)
        inside = InCircles(np.where(bare, np.nan, amount), low, high, lines)
        names = _names(found)
    whole = per_person(
        plan, "circle_green_per_resident", "m2", supply, 1, missing=missing, counted=greens.counted
    )
    measured = over_circles(plan, whole, circles, inside)
    by = measured.by
    if by and inside is not None:
        lists = plan.cached(
            f"parks by circle:{_sizes_of_tier(parameters)}", lambda: _names_by(plan, parameters)
        )
        by = tuple(by_row("with parks", _with_parks, objects(by), objects(lists)).tolist())
    return replace(measured, definition={**measured.definition, "parks": names}, by=by)


def _sizes_of_tier(asked: Parameters) -> tuple[object, ...]:
    """All that the parks of a tier hang on but the plan."""
    own, higher = (
        (asked.park_smallest_ha, asked.park_narrowest_m),
        (asked.higher_smallest_ha, asked.higher_narrowest_m),
    )
    return asked.tier, asked.public, *own, *higher


def _names_by(plan: Plan, parameters: Parameters) -> list[list[str]]:
    """The parks of a tier in each circle of it."""
    found = _of_tier(plan, _parks(plan, parameters), parameters)
    names = _names(found)
    each = circles_of(plan, parameters.tier).each_holding(_points(found))
    return [[names[row] for row in rows.tolist()] for rows in each]


def _with_parks(parts: NDArray[Any], names: NDArray[Any]) -> NDArray[Any]:
    """Parts that name the parks of their own circle, and not those of all."""
    return objects([part._replace(about={"parks": own}) for part, own in zip(parts, names, strict=True)])


def _names(found: Greens) -> list[str]:
    """What each park is called: its members, joined."""
    return ["+".join(members) for members in found.members]


def park_sport_share(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the parks' land that sports grounds take, in parks of at least ``park_smallest_ha``.

    A sports ground is a facility of the chosen services that stands in the park: its site area, else its
    drawn area.
    """
    greens = public_greens(plan, parameters)
    missing = greens.missing + absent(plan, "facilities")
    if not parameters.services:
        missing += (reason("choose_sport"),)
    if missing:
        return Measurement("park_sport_share", None, "1", missing=missing, counted=greens.counted)
    found = _parks(plan, parameters).of_size(parameters.park_smallest_ha)
    offered = values(plan, "facilities", "service")
    maybe = np.array([one is None for one in offered], dtype=bool)
    rows = np.flatnonzero(np.isin(offered, parameters.services) | maybe)
    names, maybe = ids(plan, "facilities")[rows], maybe[rows]
    site, drawn = values(plan, "facilities", "site_area_m2")[rows], areas_m2(plan, "facilities", rows)
    site = np.where(np.isnan(site) & (drawn > 0), drawn, site)
    spots = middles(sound(places_of(plan, "facilities")[rows]))
    park, ground = shapely.STRtree(spots).query(found.shape, predicate="intersects")
    inside = np.zeros(len(rows), dtype=bool)  # once each, in however many parks that overlap it stands
    inside[ground] = True
    missing = unknown(Missing("facilities", "geometry"), names[shapely.is_missing(spots)])
    missing += unknown(Missing("facilities", "service"), names[inside & maybe])
    missing += unknown(Missing("facilities", "site_area_m2"), names[inside & ~maybe & np.isnan(site)])
    counted = both(greens.counted, {"facilities": tuple(names[~maybe])})
    whole, given = total(found.area_m2), total(site[inside & ~maybe & ~np.isnan(site)])
    if not whole:
        missing = NO_PARK
    if missing:
        ends = (given / whole, np.inf) if whole else None
        return Measurement("park_sport_share", None, "1", missing=missing, counted=counted, ends=ends)
    held = sums_at(park, site[ground], len(found))
    scopes = [f"park:{'+'.join(members)}" for members in found.members]
    by = each(scopes, held / found.area_m2, held)
    definition = {"land_ha": given / M2_PER_HA, "of_ha": whole / M2_PER_HA}
    return Measurement(
        "park_sport_share", given / whole, "1", definition, by=by, counted=counted, supply=given
    )


def block_green_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Green inside the housing of a street block for each of its residents, m2; by subblock.

    Rows of the layer ``greens`` on housing parcels (of the chosen status) that are at least
    ``block_green_narrowest_m`` wide, whoever may enter, in subblocks of the chosen size.
    """
    found = residents(plan)
    housing, missing = of_codes(plan, HOUSING_CODES)
    chosen, lacking = _of_status(plan, housing, parameters.parcel_statuses)
    missing += absent(plan, "subblocks", "greens") + found.missing_places + lacking
    blocks = pieces(plan, "subblocks")
    low, high = parameters.subblock_smallest_ha, parameters.subblock_largest_ha
    kept = blocks.of_size(low, high)
    if not missing and not kept.any():
        missing = (
            nothing("no_subblocks", low=f"{low:g}", high=f"{high:g}")
            if high
            else nothing("no_subblocks_size"),
        )
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen]), "greens": tuple(ids(plan, "greens"))}
    if missing:
        return Measurement("block_green_per_resident", None, "m2", missing=missing, counted=counted)
    green = _green_on(plan, chosen, parameters.block_green_narrowest_m)
    people, amount = blocks.sums(np.where(chosen, found.by_parcel, 0.0)), blocks.sums(green)
    kept &= people > 0
    scopes = np.array(blocks.scopes, dtype=object)[kept]
    by = each(scopes, ratios(amount, people)[kept], amount[kept], people[kept])
    if not len(by):
        missing = (nothing("nobody_subblocks"),)
        return Measurement("block_green_per_resident", None, "m2", missing=missing, counted=counted)
    supply, lived = total(amount[kept]), total(people[kept])
    definition = {"subblocks": len(by), "residents": lived}
    return Measurement(
        "block_green_per_resident", supply / lived, "m2", definition, by=by, counted=counted, supply=supply
    )


def widths(plan: Plan, greens: Greens) -> NDArray[np.float64]:
    """Width of each green, m; each is measured once for a plan."""
    done: dict[tuple[str, ...], float] = plan.cached("widths", dict)
    new = [row for row, members in enumerate(greens.members) if members not in done]
    for row, found in zip(new, width_m(greens.shape[new]), strict=True):
        done[greens.members[row]] = float(found)
    return np.array([done[members] for members in greens.members], dtype=float)


def _reaching(plan: Plan, greens: Greens, narrowest_m: float) -> Greens:
    """Greens that are so wide; of those that are beyond doubt by area and edge no width is measured."""
    wide = surely_as_wide(greens.shape, narrowest_m)
    wide[~wide] = widths(plan, _rows(greens, ~wide)) >= narrowest_m
    return _rows(greens, wide)


def _parks(plan: Plan, parameters: Parameters, *, perhaps: bool = False) -> Greens:
    return plan.cached(
        f"parks {perhaps}:{parameters.public}",
        lambda: parks(on_planned_land(plan, public_greens(plan, parameters, perhaps=perhaps))),
    )


def _of_tier(plan: Plan, found: Greens, parameters: Parameters) -> Greens:
    """Parks that reach the tier's size and width, but for those that reach the next higher tier's too."""
    found = _below_higher(plan, found.of_size(parameters.park_smallest_ha), parameters)
    return _reaching(plan, found, parameters.park_narrowest_m)


def _below_higher(plan: Plan, found: Greens, parameters: Parameters) -> Greens:
    """Parks but for those that reach the size and the width of the next higher tier: they belong to it."""
    higher_ha = parameters.higher_smallest_ha
    if not higher_ha:
        return found
    large = found.of_size(higher_ha)
    higher = set(_reaching(plan, large, parameters.higher_narrowest_m).members)
    return _rows(found, np.array([members not in higher for members in found.members], dtype=bool))


def _rows(found: Greens, kept: NDArray[np.bool_]) -> Greens:
    rows = np.flatnonzero(kept)
    return replace(
        found,
        layer=found.layer[rows],
        members=tuple(map(found.members.__getitem__, rows.tolist())),
        shape=found.shape[rows],
        area_m2=found.area_m2[rows],
    )


def _points(greens: Greens) -> NDArray[Any]:
    return middles(greens.shape)


def _best(
    plan: Plan,
    name: str,
    unit: str,
    parameters: Parameters,
    counting: Callable[[Greens], Greens],
    worth: Callable[[Greens], NDArray[np.float64]],
) -> Measurement:
    """The largest figure of the parks in each circle of a tier; unknown where none is drawn."""
    circles, greens = circles_of(plan, parameters.tier), public_greens(plan, parameters)
    found = greens if greens.lost else counting(_parks(plan, parameters))
    figures = worth(found)
    missing = found.lost or circles.unsaid or (() if parameters.tier else NO_TIER)
    if missing or (found.missing and not circles.drawn):
        return Measurement(name, None, unit, missing=missing or found.missing, counted=found.counted)
    names, sizes = _names(found), [round(size, 4) for size in figures.tolist()]
    counted = {**found.counted, **circles.counted}
    blank = Measurement(name, None, unit, {"parks": dict(zip(names, sizes, strict=True))}, counted=counted)
    if not circles.drawn:
        return undrawn(replace(blank, value=float(figures.max()) if len(figures) else None), circles)
    if circles.missing:
        by = tuple(Part(scope, None, missing=circles.missing) for scope in circles.scopes)
        return replace(blank, by=by, missing=circles.missing)
    lines = _unsaid_in(plan, circles, found, parameters, counting, worth)
    by = tuple(
        part._replace(value=None, missing=unsaid) if unsaid else part
        for part, unsaid in zip(_best_by(circles, found, figures), lines, strict=True)
    )
    lacking = tuple(dict.fromkeys(line for unsaid in lines for line in unsaid))
    value = None if lacking else min(part.value for part in by if part.value is not None)
    return replace(blank, value=value, by=by, missing=lacking)


def _unsaid_in(
    plan: Plan,
    circles: Circles,
    found: Greens,
    parameters: Parameters,
    counting: Callable[[Greens], Greens],
    worth: Callable[[Greens], NDArray[np.float64]] | None = None,
) -> tuple[tuple[Missing, ...], ...]:
    """
    What is missing for the parks of each circle: parcels that could be green, where they could matter.

    If every such parcel were green, some parks would be new and some of those `found` gone into larger
    ones. A new park matters in a circle where it may stand (one with a single such parcel stands at its point
    and counts as `counting` says; of others any part may), and where the best one is asked for only if
    it is `worth` more than that; a park that is gone matters in its own circle, unless one as good is left.
    """
    green, names = coded(plan, parameters.green_codes), ids(plan, "parcels")
    if not green.maybe.any():
        return ((),) * len(circles.rows)
    now, more = _parks(plan, parameters), _parks(plan, parameters, perhaps=True)
    new = _rows(more, ~np.isin(_keys(more), _keys(now)))
    open_ = set(names[green.maybe])
    single = np.array([len(open_ & set(members)) == 1 for members in new.members], dtype=bool)
    alone, others = counting(_rows(new, single)), _rows(new, ~single)
    left = np.isin(_keys(found), _keys(more))
    circle, park = circles.holding(_points(found))
    at, one = circles.holding(_points(alone))
    several, other = shapely.STRtree(others.shape).query(circles.outline, predicate="intersects")
    lines = []
    for number in range(len(circles.rows)):
        here = park[circle == number]
        candidates = (
            _rows(alone, _among(alone, one[at == number])),
            _rows(others, _among(others, other[several == number])),
        )
        gone, best = found.shape[here[~left[here]]], -np.inf
        if worth is not None:
            best = float(worth(_rows(found, _among(found, here))).max(initial=0.0))
            kept = worth(_rows(found, _among(found, here[left[here]]))), worth(candidates[0])
            if max(float(some.max(initial=0.0)) for some in kept) >= best * (1 - SAME):
                gone = gone[:0]
        members = {name for row in np.flatnonzero(_touching(new.shape, gone)) for name in new.members[row]}
        for some in candidates:
            larger = np.ones(len(some), dtype=bool) if worth is None else worth(some) > best * (1 + SAME)
            members |= {name for row in np.flatnonzero(larger) for name in some.members[row]}
        rows = green.maybe & np.isin(names, list(members))
        lines.append(green.gaps.lines(rows) if rows.any() else ())
    return tuple(lines)


def _among(found: Greens, rows: NDArray[Any]) -> NDArray[np.bool_]:
    return np.isin(np.arange(len(found)), rows)


def _keys(found: Greens) -> NDArray[Any]:
    return np.array(["+".join(map(str, sorted(members, key=str))) for members in found.members], dtype=str)


def _touching(shapes_: NDArray[Any], land: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(shapely.intersects(shapes_, shapely.union_all(land)), dtype=bool)


def _best_by(circles: Circles, found: Greens, figures: NDArray[np.float64]) -> tuple[Part, ...]:
    """The parks of each circle, the best first; a circle without any has a best one of 0 ha and 0 m."""
    spots, names, first = _points(found), _names(found), [members[0] for members in found.members]
    held = circles.each_holding(spots)
    sizes = np.array([len(rows) for rows in held], dtype=np.intp)
    rows = np.concatenate([np.empty(0, dtype=np.intp), *held])
    rows = rows[np.lexsort((-figures[rows], np.repeat(np.arange(len(held)), sizes)))]
    columns = objects(names), found.layer, objects(first), shapely.get_x(spots), shapely.get_y(spots), figures
    made = by_run("best parks", _best_in, objects(circles.scopes), sizes, *(one[rows] for one in columns))
    return tuple(made)


def _best_in(
    scopes: NDArray[Any], sizes: NDArray[np.intp], names: NDArray[Any], *columns: NDArray[Any]
) -> list[Part]:
    """What some circles have: parks of each, by layer, first member, place and figure, the best first."""
    places = list(starmap(Place, zip(*(column.tolist() for column in columns), strict=True)))
    sized = list(zip(names.tolist(), [round(place.value or 0.0, 4) for place in places], strict=True))
    ends = np.cumsum(sizes)
    return [
        Part(
            scope,
            places[start].value if start < end else 0.0,
            places=tuple(places[start:end]),
            about={"parks": dict(sized[start:end])},
        )
        for scope, start, end in zip(scopes.tolist(), (ends - sizes).tolist(), ends.tolist(), strict=True)
    ]


def _of_status(
    plan: Plan, housing: NDArray[np.bool_], statuses: tuple[str, ...]
) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    if not statuses:
        return housing, ()
    status = values(plan, "parcels", "status")
    unsaid = housing & np.array([one is None for one in status], dtype=bool)
    missing = unknown(Missing("parcels", "status"), ids(plan, "parcels")[unsaid], int(housing.sum()))
    return housing & np.isin(status, statuses), missing


def _green_on(plan: Plan, chosen: NDArray[np.bool_], narrowest_m: float) -> NDArray[np.float64]:
    """Green area on each of some parcels, m2, from greens wide enough."""
    rows = np.flatnonzero(areas_m2(plan, "greens") > 0)
    rows = rows[width_m(shapes(plan, "greens")[rows]) >= narrowest_m]
    parcels = np.flatnonzero(chosen)
    spots = points(plan, "greens", rows)
    parcel, green = shapely.STRtree(spots).query(shapes(plan, "parcels")[parcels], predicate="intersects")
    found = np.zeros(len(chosen))
    np.add.at(found, parcels[parcel], areas_m2(plan, "greens", rows)[green])
    return found
