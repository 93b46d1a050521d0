"""
What land is worth under a use: how well it suits it, whether it serves the structure, what it faces.

Distances become numbers from 0 to 1 (`Criterion`); a use adds up the criteria that matter to it. A
criterion that the plan does not allow to be known (no station is drawn) is left out, its weight spread
over the others, and named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.reach import street_network
from blockplan.measure.inputs.columns import ids, shapes, values
from blockplan.measure.inputs.feature_points import straight
from blockplan.measure.inputs.floors import area_of_parcels
from blockplan.measure.inputs.homes import HOUSING_CODES
from blockplan.network import at_joins, join, walk
from blockplan.plan.model.codes import landuse, listed_codes
from blockplan.propose.landuse.problem import Facing, UseClash
from blockplan.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan
    from blockplan.propose.landuse.parcels import Parcels
    from blockplan.propose.landuse.terms import Criterion, Terms

STATION_MODES = frozenset({"subway", "rail"})
#: Criteria that are a distance to land of some codes, where the code is not their name.
NEAR = {"green": ("1401",), "homes": HOUSING_CODES}
MAIN_STREETS = ("arterial", "secondary")
#: A stop joins a street within this, m.
STOP_JOIN_M = 200.0
#: What serves a core or the belt counts this much beside what serves its zone.
HALF = 0.5
#: A column of this name and a code's gives a suitability from 0 to 1 that somebody else has worked out.
OWN = "suitability_"


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """Parts of the objective, ha, shape (parcels, uses); and criteria of which the plan says nothing."""

    parts: Mapping[str, NDArray[np.float64]]
    not_known: tuple[str, ...]


def worth_of(parcels: Parcels, terms: Terms) -> Worth:
    """Suitability, structure and the cost of change of each parcel under each use."""
    criteria, not_known = _criteria(parcels, terms)
    weights, area = terms.weights, parcels.area_ha[:, None]
    suits = np.stack([_suits(parcels, terms, criteria, use) for use in parcels.uses], axis=1)
    anew = np.arange(len(parcels.uses))[None, :] != parcels.today[:, None]
    dear = np.ones(len(parcels.uses))
    for name, factor in terms.giving_up.items():
        dear[parcels.within(terms.codes((name,)))] = factor
    dear_to_leave = dear[parcels.today][:, None]
    return Worth(
        {
            "suitability": weights.suitability_per_ha * area * suits,
            "structure": weights.structure_per_ha * area * _structure(parcels, terms),
            "change": -weights.change_per_ha * area * anew * dear_to_leave,
        },
        not_known,
    )


def _criteria(parcels: Parcels, terms: Terms) -> tuple[dict[str, NDArray[np.float64]], tuple[str, ...]]:
    """Criterion -> a number from 0 to 1 for each parcel; and those of which the plan says nothing."""
    found, not_known = {"always": np.ones(len(parcels.ids))}, []
    for name, criterion in terms.criteria.items():
        if name == "residents":
            found[name] = _residents_around(parcels, criterion)
            continue
        metres = _metres(parcels, terms, name, max(criterion.full_m, criterion.none_m))
        if metres is None:
            not_known.append(name)
        else:
            found[name] = between(metres, criterion)
    return found, tuple(not_known)


def _residents_around(parcels: Parcels, criterion: Criterion) -> NDArray[np.float64]:
    """How many residents of homes that stay live around each parcel, in parts of the most that do."""
    rows = np.arange(len(parcels.ids))
    people = np.nan_to_num(parcels.people[rows, parcels.today]) * parcels.stays
    lived_in = np.flatnonzero(people > 0)
    reach = max(criterion.full_m, criterion.none_m)
    tree = shapely.STRtree(parcels.point[lived_in])
    parcel, home = tree.query(parcels.point, predicate="dwithin", distance=reach)
    metres = shapely.distance(parcels.point[parcel], parcels.point[lived_in][home])
    counted = between(metres, criterion) * people[lived_in][home]
    found = np.bincount(parcel, counted, len(rows))
    return np.asarray(found / max(float(found.max(initial=0.0)), 1.0))


def between(metres: NDArray[np.float64], criterion: Criterion) -> NDArray[np.float64]:
    """
    From 1 at `full_m` to 0 at `none_m`; what is not reached counts as far away.

    Examples
    --------
    >>> from blockplan.propose.landuse.terms import Criterion
    >>> between(np.array([400.0, 1000.0, np.nan]), Criterion(full_m=500, none_m=1500)).tolist()
    [1.0, 0.5, 0.0]
    """
    far = np.where(np.isnan(metres), np.inf, metres)
    span = criterion.none_m - criterion.full_m
    return np.asarray(np.clip((criterion.none_m - far) / span, 0.0, 1.0))


def _metres(parcels: Parcels, terms: Terms, name: str, limit_m: float) -> NDArray[np.float64] | None:
    """Distance of each parcel to what a criterion speaks of; None where the plan has nothing of the kind."""
    plan = parcels.plan
    if name == "station":
        return _to_stations(parcels, limit_m)
    if name == "core":
        ends = shapes(plan, "structure")[values(plan, "structure", "role") == "core"]
    elif name == "main_street":
        ends = shapes(plan, "streets")[np.isin(values(plan, "streets", "class"), MAIN_STREETS)]
    elif name == "quiet":
        ends = _loud(parcels, terms)
    else:
        # Any other criterion is the distance to land of a group or a code that stays.
        ends = _staying(parcels, terms.codes(NEAR.get(name, (name,))))
    ends = ends[~shapely.is_missing(ends)]
    if not len(ends):
        # Where nothing is loud everything is quiet; of anything else there is nothing to be near to.
        return np.full(len(parcels.ids), np.inf) if name == "quiet" else None
    return straight(parcels.point, ends)


def _staying(parcels: Parcels, codes: tuple[str, ...]) -> NDArray[Any]:
    """Parcels of some codes that keep their use: others may be gone afterwards."""
    there = parcels.within(codes)[parcels.today] & parcels.stays
    return parcels.shape[there]


def _loud(parcels: Parcels, terms: Terms) -> NDArray[Any]:
    plan = parcels.plan
    fast = shapes(plan, "streets")[values(plan, "streets", "class") == "expressway"]
    return np.concatenate([fast, shapes(plan, "rail"), _staying(parcels, terms.codes(("industry",)))])


def _to_stations(parcels: Parcels, limit_m: float) -> NDArray[np.float64] | None:
    """On foot to the nearest stop of subway or railway; in a straight line where no street is drawn."""
    plan = parcels.plan
    modes = [{mode.strip() for mode in (text or "").split(",")} for text in values(plan, "stops", "modes")]
    chosen = np.array([bool(STATION_MODES & found) for found in modes], dtype=bool)
    if not chosen.any():
        return None
    stops = np.asarray(shapely.centroid(shapes(plan, "stops")[chosen]), dtype=object)
    if not len(ids(plan, "streets")):
        return straight(parcels.point, stops)
    network = street_network(plan)
    return walk(network, join(network, parcels.point), at_joins(join(network, stops, STOP_JOIN_M)), limit_m)


def _suits(
    parcels: Parcels, terms: Terms, criteria: Mapping[str, NDArray[np.float64]], use: str
) -> NDArray[np.float64]:
    """How well each parcel suits a use, from 0; the plan's own column goes first."""
    frame = parcels.plan.layer("parcels")
    if OWN + use in frame:
        own = np.asarray(frame[OWN + use].to_numpy(dtype=float))
        return np.asarray(np.clip(np.nan_to_num(own), 0.0, 1.0))
    weights = _longest(terms.suitability, use)
    if not weights:
        return np.zeros(len(parcels.ids))
    known = {name: weight for name, weight in weights.items() if name in criteria or name == "size"}
    whole = sum(known.values())
    scale = sum(weights.values()) / whole if whole else 0.0
    found: NDArray[np.float64] = np.zeros(len(parcels.ids))
    for name, weight in known.items():
        found += scale * weight * (_size(parcels, use) if name == "size" else criteria[name])
    return found


def _longest(table: Mapping[str, Any], use: str) -> Any:
    """What a table says of the longest code that holds a use; None where it says nothing."""
    classes = landuse()
    held = [code for code in table if classes.within(use, code)]
    return table[max(held, key=len)] if held else None


def _size(parcels: Parcels, use: str) -> NDArray[np.float64]:
    """1 from half to twice the median size of the plan's parcels of a use, less beyond; else 1."""
    median = parcels.figures[use].median_ha
    if not median:
        return np.ones(len(parcels.ids))
    ratio = np.maximum(parcels.area_ha, 1e-9) / median
    return np.asarray(np.minimum(1.0, np.minimum(2.0 * ratio, 2.0 / ratio)))


def _structure(parcels: Parcels, terms: Terms) -> NDArray[np.float64]:
    """1 where a use is dominant in its zone, half where permitted, at its core, along the belt; up to 1."""
    plan, found = parcels.plan, np.zeros(parcels.allowed.shape)
    for dominant, permitted, inside in zones_of(parcels):
        found[np.ix_(inside, dominant)] = 1.0
        part = permitted & ~dominant
        found[np.ix_(inside, part)] = np.maximum(found[np.ix_(inside, part)], HALF)
    roles, drawn = values(plan, "structure", "role"), shapes(plan, "structure")
    at_belt = straight(parcels.point, drawn[roles == "belt"]) <= terms.distances.belt_m
    serving = parcels.within(terms.codes(terms.structure.belt))
    found[np.ix_(at_belt, serving)] += HALF
    functions = dict(zip(ids(plan, "areas"), values(plan, "areas", "function_codes"), strict=True))
    for core, area in zip(drawn, values(plan, "structure", "area_id"), strict=True):
        codes = functions.get(area)
        if core is None or codes is None:
            continue
        near = straight(parcels.point, np.array([core], dtype=object)) <= terms.distances.core_m
        found[np.ix_(near, parcels.within(listed_codes(codes)))] += HALF
    return np.minimum(found, 1.0)


def zones_of(parcels: Parcels) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each zone the uses that are dominant, those permitted, and the parcels in it (by point)."""
    plan, found = parcels.plan, []
    columns = [values(plan, "zones", name) for name in ("dominant_codes", "permitted_codes")]
    for shape, dominant, permitted in zip(shapes(plan, "zones"), *columns, strict=True):
        if shape is None or dominant is None:
            continue
        inside = shapely.intersects(shape, parcels.point)
        codes = [parcels.within(listed_codes(text)) for text in (dominant, permitted)]
        found.append((codes[0], codes[1], np.asarray(inside)))
    return found


def areas_with_functions(parcels: Parcels) -> list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each area that states the codes of its function: id, those uses, and its parcels."""
    plan = parcels.plan
    held = area_of_parcels(plan)
    return [
        (str(area), parcels.within(listed_codes(codes)), held == area)
        for area, codes in zip(ids(plan, "areas"), values(plan, "areas", "function_codes"), strict=True)
        if codes
    ]


def facing_of(parcels: Parcels, terms: Terms) -> Facing:
    """Which parcels face one another and along how many km, and what that is worth or costs."""
    names, weights = tuple(terms.groups), terms.weights
    one, other, km = frontages(parcels.shape, terms.distances.facing_m)
    together = np.array([terms.together.get(name, 0.0) for name in names])

    def of(chosen: tuple[str, ...]) -> NDArray[np.bool_]:
        return np.array([name in chosen for name in names], dtype=bool)

    clashes = tuple(
        UseClash(clash.name, of(clash.one), of(clash.other), weights.clash_per_km * clash.weight)
        for clash in terms.clashes
    )
    return Facing(
        one,
        other,
        km,
        weights.neighbours_per_km * together,
        clashes,
        weights.standing_alone_per_ha * together,
    )


def frontages(
    drawn: NDArray[Any], facing_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """
    Pairs of shapes that face one another, and their common frontage, km.

    A frontage counts in full side by side and the less the wider the street between, to nothing at
    `facing_m`: the land of one within that distance of the other, over that distance, both ways.
    """
    there = np.flatnonzero(~shapely.is_missing(drawn))
    simple = shapely.make_valid(drawn[there])
    one, other = shapely.STRtree(simple).query(simple, predicate="dwithin", distance=facing_m)
    kept = one < other
    one, other = one[kept], other[kept]
    wide = shapely.buffer(simple, facing_m, quad_segs=4)
    shared = shapely.area(shapely.intersection(wide[one], simple[other]))
    shared += shapely.area(shapely.intersection(wide[other], simple[one]))
    km = shared / 2 / facing_m / M_PER_KM
    # Corners across a crossing are no frontage.
    real = km > 0.25 * facing_m / M_PER_KM
    return there[one[real]], there[other[real]], km[real]


def groups_of(parcels: Parcels, terms: Terms) -> NDArray[np.bool_]:
    """Groups x uses: which use belongs to which group."""
    return np.stack([parcels.within(codes) for codes in terms.groups.values()])


def bound_by_zones(parcels: Parcels, terms: Terms) -> NDArray[np.bool_]:
    """Which uses the zones leave to each parcel: bound groups only where the parcel's zone names them."""
    open_ = np.ones(parcels.allowed.shape, dtype=bool)
    if terms.structure.zones_bind:
        bound = parcels.within(terms.codes(terms.structure.bound))
        for dominant, permitted, inside in zones_of(parcels):
            open_[np.ix_(inside, bound & ~dominant & ~permitted)] = False
    open_[np.arange(len(parcels.ids)), parcels.today] = True
    return open_


def plan_has_streets(plan: Plan) -> bool:
    """Whether ways on foot can be measured."""
    return bool(len(ids(plan, "streets")))
