"""
Blue and green: shares of the planned land, how far they hang together, and who lives near water.

Beside them what the character sought (green, pleasant, innovative, trendy) is read from: culture and
food within a walk. All of it is our reading, reported and never judged as law.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.coverage import Distances, by_area, lacking, places
from blockplan.measure.indicators.programmes import find_venues
from blockplan.measure.inputs.columns import absent, coded, ids, shapes, sound, total, union, values
from blockplan.measure.inputs.feature_points import straight
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.inputs.homes import residents
from blockplan.measure.inputs.neighbours import apart, covered_m2, within
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, unknown
from blockplan.plan.model.recall import by_row, once, parts_of
from blockplan.plan.model.recall_beside import pairs_within
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class _KeptShapes:
    """
    Shapes of one kind, what is missing to know all of them, and the features read.

    `maybe` are shapes that could be of the kind; None where what is missing may be anywhere.
    """

    shape: NDArray[Any]
    missing: tuple[Missing, ...]
    counted: Mapping[str, tuple[str, ...]]
    maybe: NDArray[Any] | None = None


def water_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the planned land that is water."""
    return _share(plan, "water_share", {"water": _kept(plan, "water", parameters.water_codes)})


def woodland_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the planned land that is woodland."""
    return _share(plan, "woodland_share", {"woodland": _kept(plan, "woodland", parameters.woodland_codes)})


def green_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the planned land that is public green."""
    return _share(plan, "green_share", {"green": _greens(plan, parameters)})


def blue_green_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the planned land that is water, woodland or public green, land of two kinds counted once."""
    return _share(plan, "blue_green_share", _all_kinds(plan, parameters))


def blue_green_largest(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Largest part of the blue and green that hangs together, ha, gaps up to a width joined.

    Land beyond the boundary counts: a river goes on outside. The gaps themselves are not counted.
    """
    kinds, gap_m = _all_kinds(plan, parameters), parameters.blue_green_gap_m
    missing, counted = _of_kinds(kinds)
    if missing:
        return Measurement("blue_green_largest", None, "ha", missing=missing, counted=counted)
    drawn = sound(np.concatenate([kept.shape for kept in kinds.values()]))
    drawn, _ = parts_of(drawn[shapely.get_dimensions(drawn) == 2])
    of = _joined(drawn, gap_m)
    order = np.argsort(of, kind="stable")
    groups = np.split(drawn[order], np.flatnonzero(np.diff(of[order])) + 1) if len(of) else []
    alone = np.array([*(group[0] for group in groups if len(group) == 1), None], dtype=object)[:-1]
    areas = iter(by_row("area alone", _areas_alone, alone).tolist())
    sizes = [
        (next(areas) if len(group) == 1 else once("area together", partial(_area_together, group), group))
        / M2_PER_HA
        for group in groups
    ]
    whole, largest = total(sizes), max(sizes, default=0.0)
    definition = {
        "gap_m": gap_m,
        "components": len(sizes),
        "sizes_ha": sorted((round(size, 4) for size in sizes), reverse=True)[:10],
        "share_of_blue_green": largest / whole if whole else None,
    }
    return Measurement("blue_green_largest", largest, "ha", definition, counted=counted)


def _areas_alone(drawn: NDArray[Any]) -> NDArray[np.float64]:
    return np.array([*map(_area_together, drawn[:, None])], dtype=float)


def _area_together(drawn: NDArray[Any]) -> float:
    return float(shapely.union_all(drawn).area)


def water_within_500m(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of residents within a straight-line distance of water (lines of water count too)."""
    kept = _kept(plan, "water", parameters.water_codes)
    return _reached(plan, "water_within_500m", kept, parameters.water_limit_m, "water")


def culture_within_500m(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of residents within a straight-line distance of a cultural facility."""
    found = find_venues(plan, parameters.culture_services, ())
    kept = _KeptShapes(found.shape, found.missing, found.counted, found.maybe)
    return _reached(plan, "culture_within_500m", kept, parameters.culture_limit_m, "culture")


def food_within_500m(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of residents within a straight-line distance of a market or of land for eating places.

    A plan says where markets are and which land is for eating places alone; what else the ground
    floors hold it does not say.
    """
    found = find_venues(plan, parameters.food_services, ())
    eats = coded(plan, parameters.food_codes)
    rows = np.flatnonzero(eats.chosen)
    counted = {**found.counted, "parcels": tuple(ids(plan, "parcels")[rows])}
    place = np.concatenate([found.shape, shapes(plan, "parcels")[rows]])
    # A shop that may be an eating place is none: only land of no stated use may be one.
    unsaid = eats.maybe & np.array([use is None for use in values(plan, "parcels", "land_use")], dtype=bool)
    perhaps = (found.maybe, _drawn(plan, unsaid))
    told = [shapes_ for shapes_ in perhaps if shapes_ is not None]
    maybe = np.concatenate(told) if len(told) == len(perhaps) else None
    lost = unknown(Missing("parcels", "land_use"), ids(plan, "parcels")[unsaid], len(unsaid))
    kept = _KeptShapes(place, found.missing + lost, counted, maybe)
    return _reached(plan, "food_within_500m", kept, parameters.food_limit_m, "food")


def _all_kinds(plan: Plan, parameters: Parameters) -> dict[str, _KeptShapes]:
    return {
        "water": _kept(plan, "water", parameters.water_codes),
        "woodland": _kept(plan, "woodland", parameters.woodland_codes),
        "green": _greens(plan, parameters),
    }


def _kept(plan: Plan, layer: str, codes: tuple[str, ...]) -> _KeptShapes:
    """A layer and the parcels of some codes; both absent is unknown, one of them is enough."""
    absent_both = absent(plan, layer, "parcels")
    named = coded(plan, codes)
    chosen = named.chosen
    lost: tuple[Missing, ...] = absent_both if len(absent_both) == 2 else ()
    parts = {layer: (ids(plan, layer), shapes(plan, layer))}
    parts["parcels"] = (ids(plan, "parcels")[chosen], shapes(plan, "parcels")[chosen])
    for where, (names, found) in parts.items():
        lost += unknown(Missing(where, "geometry"), names[shapely.is_missing(found)])
    counted = {where: tuple(names) for where, (names, _) in parts.items()}
    shape = np.concatenate([found for _, found in parts.values()])
    return _KeptShapes(shape, lost + named.gaps.lines(), counted, None if lost else _drawn(plan, named.maybe))


def _drawn(plan: Plan, maybe: NDArray[np.bool_]) -> NDArray[Any] | None:
    """The shapes of parcels that could be of a kind; None where one of them has no place."""
    land = shapes(plan, "parcels")[maybe]
    return None if shapely.is_missing(land).any() else land


def _greens(plan: Plan, parameters: Parameters) -> _KeptShapes:
    found = public_greens(plan, parameters)
    maybe = coded(plan, parameters.green_codes).maybe
    return _KeptShapes(found.shape, found.missing, found.counted, None if found.lost else _drawn(plan, maybe))


def _of_kinds(kinds: Mapping[str, _KeptShapes]) -> tuple[tuple[Missing, ...], dict[str, tuple[str, ...]]]:
    """What is missing in any kind, and the features of all."""
    missing = tuple(dict.fromkeys(line for kept in kinds.values() for line in kept.missing))
    counted: dict[str, tuple[str, ...]] = {}
    for kept in kinds.values():
        for layer, names in kept.counted.items():
            counted[layer] = tuple(dict.fromkeys((*counted.get(layer, ()), *names)))
    return missing, counted


def _share(plan: Plan, name: str, kinds: Mapping[str, _KeptShapes]) -> Measurement:
    """Share of the planned land that some kinds cover together; where there are several, each beside it."""
    missing, counted = _of_kinds(kinds)
    land = union(shapes(plan, "boundary"))
    missing += absent(plan, "boundary")
    if not missing and land.is_empty:
        missing = (Missing("boundary", "geometry"),)
    if missing:
        ends = _least_and_most(kinds, land)
        return Measurement(name, None, "1", missing=missing, counted=counted, ends=ends)
    each = {kind: covered_m2(within(apart(kept.shape), land)) for kind, kept in kinds.items()}
    drawn = np.concatenate([kept.shape for kept in kinds.values()])
    whole = covered_m2(within(apart(drawn), land))
    by = tuple(Part(kind, area / land.area) for kind, area in each.items()) if len(each) > 1 else ()
    definition = {"area_ha": whole / M2_PER_HA, "planned_land_ha": land.area / M2_PER_HA}
    return Measurement(name, whole / land.area, "1", definition, by=by, counted=counted)


def _least_and_most(kinds: Mapping[str, _KeptShapes], land: Any) -> tuple[float, float] | None:
    """Between which shares of the land some kinds lie; None where that cannot be said."""
    perhaps = [kept.maybe for kept in kinds.values() if kept.maybe is not None]
    if len(perhaps) < len(kinds) or land.is_empty:
        return None
    sure = union(np.concatenate([kept.shape for kept in kinds.values()]))
    most = shapely.union(sure, union(np.concatenate(perhaps)))
    low, high = (shapely.intersection(shape, land).area / land.area for shape in (sure, most))
    return float(low), float(high)


def _joined(drawn: NDArray[Any], gap_m: float) -> NDArray[np.intp]:
    """Number of the component that each shape belongs to: shapes hang together over gaps up to a width."""
    from scipy.sparse import coo_array  # noqa: PLC0415 (only this measure needs it)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    one, other = pairs_within(drawn, gap_m)
    pairs = coo_array((np.ones(len(one)), (one, other)), shape=(len(drawn), len(drawn)))
    return np.asarray(connected_components(pairs, directed=False)[1], dtype=np.intp)


def _reached(plan: Plan, name: str, kept: _KeptShapes, limit_m: float, to: str) -> Measurement:
    """Share of residents within a straight-line distance of some shapes."""
    homes = homes_of(plan)
    lost = lacking(homes)
    missing = kept.missing + lost
    definition = {"limit_m": limit_m, "along": "line", "to": to, "weight": homes.weighs}
    counted = {
        layer: tuple(dict.fromkeys((*homes.counted.get(layer, ()), *kept.counted.get(layer, ()))))
        for layer in dict.fromkeys((*homes.counted, *kept.counted))
    }
    if lost or homes.weighs != "residents" or (missing and kept.maybe is None):
        return Measurement(name, None, "1", definition, missing=missing, counted=counted)
    line = Distances(f"line_{to}", straight(homes.point, kept.shape), {"along": "line", "to": to})
    inside = line.within(limit_m)
    if missing and kept.maybe is not None:
        possible = inside | (np.round(straight(homes.point, kept.maybe), 2) <= limit_m)
        if (possible != inside).any():
            return Measurement(
                name,
                None,
                "1",
                definition,
                by=by_area(plan, homes, inside, possible, missing),
                missing=missing,
                counted=counted,
                ends=(homes.share(inside) or 0.0, homes.share(possible) or 0.0),
            )
    return Measurement(
        name,
        homes.share(inside),
        "1",
        definition,
        by=by_area(plan, homes, inside),
        counted=counted,
        places=places(homes, line, limit_m),
        affected_residents=homes.people(~inside),
        summed=residents(plan).summed,
    )
