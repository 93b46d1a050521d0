"""
Parts of a plan: which parcels lie in which area, block, subblock or living circle.

A parcel belongs to the area, block and subblock that its representative point lies in, so that none
counts twice. Living circles are drawn over parcels as they please, so parcels are cut at them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import areas_m2, ids, shapes, slices, sound, sound_shapes, undrawn
from blockplan.measure.inputs.feature_points import EDGE_M
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.measurement import Part
from blockplan.measure.missing import Missing, unknown
from blockplan.plan.model.recall import by_row, by_rows_of, once_for
from blockplan.plan.model.recall_beside import pairs_between
from blockplan.units import M2_PER_HA, drawn_area_accuracy_m2

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from blockplan.measure.inputs.floors import Amounts
    from blockplan.plan.model.plan import Plan

#: Layer -> what its features are called in the scope of a part.
KINDS = {"areas": "area", "blocks": "block", "subblocks": "subblock", "circles": "circle"}
#: The parts that most measures give beside the value of the whole plan.
USUAL = ("areas", "blocks")


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """
    Pieces of parcels in the features of a layer, a row a piece.

    Attributes
    ----------
    scopes
        ``area:rd``, one a feature of the layer.
    parcel, part
        Rows of the parcel and of the feature.
    share
        Share of the parcel's land that lies in the feature, 0..1; None where each is wholly in its own.
    area_m2
        Drawn area of each feature; NaN where it has no geometry.
    nowhere
        Rows of the parcels without geometry: each could lie in any part.
    """

    scopes: tuple[str, ...]
    parcel: NDArray[np.intp]
    part: NDArray[np.intp]
    share: NDArray[np.float64] | None
    area_m2: NDArray[np.float64]
    nowhere: NDArray[np.intp]

    def sums(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        An amount of every parcel summed over each part.

        NaN where a parcel of the part is unknown, and everywhere where one that has some has no place.
        """
        if (amounts[self.nowhere] != 0).any():
            return np.full(len(self.scopes), np.nan)
        found = np.bincount(self.part, self._cut(amounts), len(self.scopes))
        return np.where(np.isnan(self.area_m2), np.nan, found)

    def _cut(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """What of an amount of every parcel each piece takes."""
        of_each = amounts[self.parcel]
        return of_each if self.share is None else of_each * self.share

    def of_size(self, smallest_ha: float, largest_ha: float) -> NDArray[np.bool_]:
        """Which features are from one size to another, as exactly as they are drawn; 0: no upper end."""
        off = drawn_area_accuracy_m2(self.area_m2)
        small = self.area_m2 < smallest_ha * M2_PER_HA - off
        large = self.area_m2 > (largest_ha or np.inf) * M2_PER_HA + off
        return np.asarray(~small & ~large & ~np.isnan(self.area_m2))

    def ends(self, amounts: Amounts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Between which numbers the sum over each part lies."""
        low, high = amounts.low, amounts.high
        size = len(self.scopes)
        least = sums_at(self.part, self._cut(low), size)
        # A parcel without a place may lie in any part.
        most = np.bincount(self.part, self._cut(high), size) + high[self.nowhere].sum()
        return least, np.where(np.isnan(self.area_m2), np.inf, most)

    def rows(self, number: int, parcels: int) -> NDArray[np.bool_]:
        """Which parcels lie in a part, or may for all that is known."""
        found = np.zeros(parcels, dtype=bool)
        found[self.parcel[self.part == number]] = True
        found[self.nowhere] = True
        return found


def features(plan: Plan, layer: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
    """
    Ids, outlines and areas (m2) of the features that parts are made of; an area drawn in several rows is one.

    Circles are given row by row. Where a row of a feature has no geometry the feature has none.
    """
    names, outlines = ids(plan, layer), shapes(plan, layer)
    if layer == "circles" or len(set(names)) == len(names):
        return names, outlines, areas_m2(plan, layer)
    rows = {name: np.flatnonzero(names == name) for name in dict.fromkeys(names)}
    whole = np.array([_as_one(outlines[found]) for found in rows.values()] + [None], dtype=object)[:-1]
    return np.array([*rows, None], dtype=object)[:-1], whole, np.asarray(shapely.area(whole))


def _as_one(rows: NDArray[Any]) -> Any:
    return None if shapely.is_missing(rows).any() else shapely.union_all(sound(rows))


def pieces(plan: Plan, layer: str) -> Pieces:
    """Parcels in the features of ``areas``, ``blocks``, ``subblocks`` (whole) or ``circles`` (cut)."""
    return plan.cached(f"pieces:{layer}", lambda: _pieces(plan, layer))


def _pieces(plan: Plan, layer: str) -> Pieces:
    names, outlines, sizes = features(plan, layer)
    scopes = tuple(f"{KINDS[layer]}:{name}" for name in names)
    nowhere = np.flatnonzero(undrawn(plan, "parcels"))
    if not len(names) or not len(ids(plan, "parcels")):
        none = np.empty(0, dtype=np.intp)
        return Pieces(scopes, none, none, None, sizes, nowhere)
    if layer == "circles":
        return Pieces(scopes, *_cut(plan, outlines), sizes, nowhere)
    parcel, part = pairs_between("parcels in parts", parcel_points(plan), outlines, EDGE_M)
    if (np.diff(parcel) == 0).any():
        # A point on a common edge belongs to the part that is named first.
        rank = np.unique(names.astype(str), return_inverse=True)[1]
        order = np.lexsort((rank[part], parcel))
        first = np.unique(parcel[order], return_index=True)[1]
        parcel, part = parcel[order][first], part[order][first]
    return Pieces(scopes, parcel, part, None, sizes, nowhere)


def _cut(plan: Plan, outlines: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    land, outlines = sound_shapes(plan, "parcels"), sound(outlines)
    part, parcel = by_rows_of("boxes beside", partial(_boxes_beside, outlines), land, fixed=(outlines,))
    share = by_row("share in a circle", _share_in, land[parcel], outlines[part])
    kept = share > 0
    return parcel[kept], part[kept], share[kept]


def _boxes_beside(outlines: NDArray[Any], land: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Outlines and land whose boxes touch, in order of the land."""
    part, parcel = shapely.STRtree(land).query(outlines)
    order = np.lexsort((part, parcel))
    return part[order], parcel[order]


def _share_in(land: NDArray[Any], outlines: NDArray[Any]) -> NDArray[np.float64]:
    """Share of the land of each parcel, 0..1, that lies in an outline beside it."""
    shapely.prepare(outlines)
    share = shapely.intersects(outlines, land).astype(float)
    crossing = np.flatnonzero((share > 0) & ~shapely.covers(outlines, land))
    cut = shapely.area(shapely.intersection(land[crossing], outlines[crossing]))
    share[crossing] = cut / shapely.area(land[crossing])
    return share


def unplaced(plan: Plan, amounts: NDArray[np.float64]) -> tuple[Missing, ...]:
    """What is missing to say in which part an amount lies: the place of parcels that have some."""
    nowhere = undrawn(plan, "parcels") & (amounts != 0)
    return unknown(Missing("parcels", "geometry"), ids(plan, "parcels")[nowhere])


def each(
    scopes: Iterable[str],
    found: NDArray[np.float64],
    supply: NDArray[np.float64] | None = None,
    people: NDArray[np.float64] | None = None,
) -> tuple[Part, ...]:
    """Parts with their values, supplies and residents; None where a number is unknown."""
    supplies = [None] * len(found) if supply is None else knowns(supply)
    residents = [None] * len(found) if people is None else knowns(people)
    return tuple(starmap(Part, zip(scopes, knowns(found), supplies, residents, strict=True)))


def ratios(over: NDArray[Any], under: NDArray[Any], per: float = 1.0) -> NDArray[np.float64]:
    """One over the other, part by part; NaN where there is nothing to divide by."""
    found = np.full(len(over), np.nan)
    np.divide(over * per, under, out=found, where=under > 0)
    return found


def amounts_by(
    plan: Plan, over: Amounts, under: Amounts | None = None, layers: Iterable[str] = USUAL, per: float = 1.0
) -> tuple[Part, ...]:
    """
    An amount of the parcels, or one over another, in each feature of some layers.

    A part is unknown where a parcel in it leaves unsaid what it takes, and then says between which numbers
    its value lies; parcels elsewhere do not matter.
    """
    return tuple(chain.from_iterable(_amounts_in(plan, layer, over, under, per) for layer in layers))


def _amounts_in(plan: Plan, layer: str, over: Amounts, under: Amounts | None, per: float) -> tuple[Part, ...]:
    inside = pieces(plan, layer)
    amount = inside.sums(over.by_parcel)
    if over.left_out is not None:
        amount[(amount == 0) & (inside.sums(over.is_left_out.astype(float)) > 0)] = np.nan
    if under is None:
        found, open_ = each(inside.scopes, amount), np.isnan(amount)
    else:
        # Many amounts are held against one.
        whole = once_for("in parts", partial(inside.sums, under.by_parcel), inside, under.by_parcel)
        value = ratios(amount, whole, per)
        found, open_ = each(inside.scopes, value, amount), np.isnan(value) & (whole != 0)
    if not open_.any():
        return found
    low, high = inside.ends(over)
    if under is not None:
        low, high = quotients((low, high), inside.ends(under), per)
    parts = list(found)
    for number in np.flatnonzero(open_).tolist():
        rows = inside.rows(number, len(over.by_parcel))
        missing = over.lacking(rows) + (() if under is None else under.lacking(rows))
        ends = (float(low[number]), float(high[number]))
        parts[number] = Part(inside.scopes[number], None, missing=tuple(dict.fromkeys(missing)), ends=ends)
    return tuple(parts)


def quotients(
    over: tuple[NDArray[np.float64], NDArray[np.float64]],
    under: tuple[NDArray[np.float64], NDArray[np.float64]],
    per: float = 1.0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Between which numbers quotients of numbers between some lie; infinity where there is no end."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(under[1] > 0, over[0] * per / under[1], 0.0)
        high = np.where(under[0] > 0, over[1] * per / under[0], np.inf)
    return np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=np.inf, posinf=np.inf)


def quotient(over: tuple[float, float], under: tuple[float, float], per: float = 1.0) -> tuple[float, float]:
    """
    Between which numbers a quotient lies.

    Examples
    --------
    >>> quotient((10, 20), (5, 10)), quotient((10, 20), (0, 10))
    ((1.0, 4.0), (1.0, inf))
    """
    low, high = quotients(
        (np.array(over[0]), np.array(over[1])), (np.array(under[0]), np.array(under[1])), per
    )
    return float(low), float(high)


def ratios_by(plan: Plan, over: NDArray[np.float64], under: NDArray[np.float64]) -> tuple[Part, ...]:
    """An amount of the parcels over another, in each area and block."""
    parts: tuple[Part, ...] = ()
    for layer in USUAL:
        found = pieces(plan, layer)
        parts += each(found.scopes, ratios(found.sums(over), found.sums(under)))
    return parts


def sums_at(at: NDArray[Any], amounts: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Amounts summed at the numbers 0..size-1 that they stand at, in any order the same."""
    return added([np.bincount(at, one, size) for one in slices(amounts)], size)


def added(sums: list[NDArray[Any]], size: int) -> NDArray[np.float64]:
    """Some sums of each of so many parts, added exactly."""
    rows = zip(*(one.tolist() for one in sums), strict=True)
    return np.array(list(map(math.fsum, rows)) if sums else np.zeros(size))


def objects(some: Collection[Any]) -> NDArray[Any]:
    """Things as a column of them, tuples too."""
    return np.fromiter(some, dtype=object, count=len(some))


def knowns(numbers: NDArray[np.float64]) -> list[float | None]:
    """Numbers as plain ones; None where one is not known."""
    found: list[float | None] = numbers.tolist()
    for row in np.flatnonzero(np.isnan(numbers)).tolist():
        found[row] = None
    return found
