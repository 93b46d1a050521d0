"""
Who gains and who loses between two plans: residents who have something nearer, or farther, than before.

Distances are straight lines from where people live in the first plan (dwelling buildings where mapped,
else the parcel's point) to the nearest green, school land, facility of a service, or stop. Only what
stands elsewhere in the other plan is told of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from blockplan.jsontext import JsonRecord
from blockplan.measure import MEASURES
from blockplan.measure.distance.reach import places_of
from blockplan.measure.inputs.columns import of_codes, shapes, values
from blockplan.measure.inputs.feature_points import straight
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.homes import homes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.measure.inputs.homes import Homes
    from blockplan.plan import Plan

#: A way that is longer or shorter by less than this (m) is the same.
SAME_M = 1.0
SCHOOL_CODES = ("0804",)


class HomeGain(NamedTuple):
    """A home whose distance changes, and how many live there; None where nothing is reached."""

    layer: str
    id: str
    residents: float
    old_m: float | None
    new_m: float | None


@dataclass(frozen=True, slots=True)
class Gain(JsonRecord):
    """
    One thing to be near to, for those who live in both plans.

    Attributes
    ----------
    column, to
        The column that is compared with the first, and what is near: ``green``, ``school_land``, ``stop``,
        or a service.
    nearer, farther, same
        Residents who have it nearer, farther, or as near as before; who have it at all in one plan only
        count as nearer or farther.
    old_m, new_m
        Mean distance over the residents before and after; None where somebody has none.
    homes
        Each home whose distance changes.
    """

    column: str
    to: str
    nearer: float
    farther: float
    same: float
    old_m: float | None
    new_m: float | None
    homes: tuple[HomeGain, ...]


def gains(column: str, before: Plan, after: Plan) -> list[Gain]:
    """
    What is nearer or farther in `after` than in `before`, for the residents of `before`.

    Nothing where residents, or where they live, are not known.
    """
    told = (_gain(column, to, people, old, new) for to, people, old, new in _distances(before, after))
    return [gain for gain in told if gain.homes]


def _distances(before: Plan, after: Plan) -> Iterator[tuple[str, Homes, NDArray[Any], NDArray[Any]]]:
    """What stands elsewhere in `after`, the homes of `before`, and how far they have it in each, m."""
    people = homes(before)
    if people.weighs != "residents":
        return
    old, new = _places(before), _places(after)
    for to in sorted({*old, *new}):
        one, other = (places.get(to, np.array([], dtype=object)) for places in (old, new))
        if not _alike(one, other):
            yield to, people, straight(people.point, one), straight(people.point, other)


@dataclass(frozen=True, slots=True)
class PlaceGain(JsonRecord):
    """
    One thing to be near to, for those who live in one area or block.

    Attributes
    ----------
    column, to, nearer, farther, old_m, new_m
        As in `Gain`.
    layer, id
        The area or block; None for homes that lie in none of the layer.
    residents
        All who live there in the first plan.
    """

    column: str
    to: str
    layer: str
    id: str | None
    residents: float
    nearer: float
    farther: float
    old_m: float | None
    new_m: float | None


#: Layers by whose features gains are told, where the plan has them.
PLACES = ("areas", "blocks")


def gains_by_place(column: str, before: Plan, after: Plan) -> list[PlaceGain]:
    """`gains` for the residents of each area and each block of `before`; their sum is that of the plan."""
    found = []
    for to, people, old, new in _distances(before, after):
        for layer in PLACES:
            if not before.has_layer(layer):
                continue
            where = _places_of_homes(before, layer, people)
            for id_ in dict.fromkeys([*before.layer(layer).index.astype(str), None]):
                rows = where == id_
                if not people.weight[rows].sum() > 0:
                    continue
                one = _gain(column, to, people.some(rows), old[rows], new[rows])
                all_there = float(people.weight[rows].sum())
                found.append(
                    PlaceGain(
                        column, to, layer, id_, all_there, one.nearer, one.farther, one.old_m, one.new_m
                    )
                )
    return found


def _places_of_homes(plan: Plan, layer: str, people: Homes) -> NDArray[Any]:
    """The feature of a layer that each home lies in, the first where there are several; None in none."""
    frame = plan.layer(layer)
    homes_in, rows = shapely.STRtree(frame.geometry.to_numpy()).query(people.point, predicate="intersects")
    found = np.full(len(people.point), None, dtype=object)
    names = frame.index.astype(str).to_numpy(dtype=object)
    for home, row in sorted(zip(homes_in.tolist(), rows.tolist(), strict=True), reverse=True):
        found[home] = names[row]
    return found


def _gain(column: str, to: str, people: Homes, old: NDArray[np.float64], new: NDArray[np.float64]) -> Gain:
    was, now = np.where(np.isnan(old), np.inf, old), np.where(np.isnan(new), np.inf, new)
    with np.errstate(invalid="ignore"):
        change = np.where(np.isinf(was) & np.isinf(now), 0.0, now - was)
    nearer, farther = change <= -SAME_M, change >= SAME_M
    moved = np.flatnonzero(nearer | farther)
    order = moved[np.argsort(-np.abs(change[moved]) * people.weight[moved], kind="stable")]
    return Gain(
        column,
        to,
        float(people.weight[nearer].sum()),
        float(people.weight[farther].sum()),
        float(people.weight[~nearer & ~farther].sum()),
        _mean(old, people.weight),
        _mean(new, people.weight),
        tuple(
            HomeGain(
                str(people.layer[row]),
                str(people.id[row]),
                float(people.weight[row]),
                _known(old[row]),
                _known(new[row]),
            )
            for row in order
        ),
    )


def _mean(metres: NDArray[np.float64], weight: NDArray[np.float64]) -> float | None:
    return None if np.isnan(metres).any() else float((metres * weight).sum() / weight.sum())


def _known(metres: float) -> float | None:
    return None if math.isnan(metres) else round(float(metres), 2)


def _places(plan: Plan) -> dict[str, NDArray[Any]]:
    """What -> where it is, for everything that people may want to be near to."""
    choices = MEASURES["green_within_500m"].choose(plan.manifest.parameters, {})
    schools, _ = of_codes(plan, SCHOOL_CODES)
    found = {
        "green": public_greens(plan, choices).shape,
        "school_land": shapes(plan, "parcels")[schools],
        "stop": shapes(plan, "stops"),
    }
    services, spots = values(plan, "facilities", "service"), places_of(plan, "facilities")
    for service in sorted({one for one in services.tolist() if one is not None}):
        found[str(service)] = spots[services == service]
    drawn = {to: places[~shapely.is_missing(places)] for to, places in found.items()}
    return {to: places for to, places in drawn.items() if len(places)}


def _alike(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether the same places stand in both plans."""
    return sorted(shapely.to_wkb(one).tolist()) == sorted(shapely.to_wkb(other).tolist())
