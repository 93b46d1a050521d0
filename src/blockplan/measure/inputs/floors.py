"""
Floor area of parcels as an array, with what is missing to say it.

A parcel stands at its representative point. Land of a built class has to state its floor area;
other land (a road, a park) that states none has none.

An amount of every parcel, with what is unknown of it and between which numbers it lies.

This is how a measure reads a column: the value of each row, what is unknown of it and why. What is unknown
of a parcel matters where the parcel lies, and not elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.inputs.columns import (
    Gaps,
    absent,
    belongs,
    ids,
    land_uses,
    points,
    shapes,
    total,
    undrawn,
    values,
)
from blockplan.measure.inputs.feature_points import EDGE_M, straight
from blockplan.measure.missing import Missing, unknown
from blockplan.plan.model.recall import addresses
from blockplan.plan.model.recall_beside import pairs_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan


def floor_areas(plan: Plan, built_codes: tuple[str, ...]) -> Amounts:
    """Floor area of every parcel; unknown where land of a built class (or of none said) states none."""
    return plan.cached(f"floors:{','.join(built_codes)}", lambda: _floor_areas(plan, built_codes))


def _floor_areas(plan: Plan, built_codes: tuple[str, ...]) -> Amounts:
    floor, names = values(plan, "parcels", "floor_area_m2"), ids(plan, "parcels")
    kinds, kind = land_uses(plan)
    # A class of the list that holds built ones (08 over 0802) may be built.
    may_be = np.array([use is None or belongs(use, of, built_codes) is not False for use, of in kinds])
    lacking = np.isnan(floor) & may_be.astype(bool)[kind]
    gaps = Gaps(names, ((Missing("parcels", "floor_area_m2"), lacking, len(names)),), absent(plan, "parcels"))
    by_parcel = np.where(np.isnan(floor) & ~lacking, 0.0, floor)
    return Amounts(by_parcel, gaps.lines(), tuple(names[by_parcel != 0]), gaps)


def parcel_points(plan: Plan) -> NDArray[Any]:
    """A point on every parcel; None where one has no geometry."""
    return points(plan, "parcels")


def parcels_within(plan: Plan, to: NDArray[Any], limit_m: float) -> NDArray[np.bool_]:
    """Parcels whose point lies within a straight-line distance of some shapes (to the centimetre)."""
    key = f"parcels to:{hash(addresses(to).tobytes())}"
    # The shapes are kept with it: as long as they live no others lie at their addresses.
    metres, _ = plan.cached(key, lambda: (straight(parcel_points(plan), to), to))
    return np.asarray(np.round(metres, 2) <= limit_m)


def unplaced(plan: Plan, amounts: Amounts) -> tuple[Missing, ...]:
    """What is missing where parcels that have an amount have no place."""
    nowhere = undrawn(plan, "parcels") & (amounts.by_parcel != 0)
    return unknown(Missing("parcels", "geometry"), ids(plan, "parcels")[nowhere])


def area_of_parcels(plan: Plan) -> NDArray[Any]:
    """Id of the area that each parcel's point lies in; None where it lies in none."""
    return plan.cached("area_of_parcels", lambda: _area_of_parcels(plan))


def _area_of_parcels(plan: Plan) -> NDArray[Any]:
    found = np.full(len(ids(plan, "parcels")), None, dtype=object)
    names = ids(plan, "areas")
    if len(names) and len(found):
        parcel, area = pairs_between("parcels in areas", parcel_points(plan), shapes(plan, "areas"), EDGE_M)
        # A point on a common edge belongs to the area that is named first.
        order = np.lexsort((names[area].astype(str), parcel))
        found[parcel[order][::-1]] = names[area[order]][::-1]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """
    An amount of every parcel.

    Attributes
    ----------
    by_parcel
        Floor area (m2) or jobs; 0 where there are none, NaN where the number is unknown.
    counted
        Ids of the parcels that have or may have some.
    gaps
        The same as `missing`, parcel by parcel; None where it is not told apart.
    most
        The most that each may have; None: without end where it is unknown.
    left_out
        What is missing of parcels that may have some and are counted with none: a sum with such parcels is
        the least that there is, and unknown where the others have nothing.
    """

    by_parcel: NDArray[np.float64]
    missing: tuple[Missing, ...]
    counted: tuple[str, ...]
    gaps: Gaps | None = None
    most: NDArray[np.float64] | None = None
    left_out: Gaps | None = None

    @property
    def low(self) -> NDArray[np.float64]:
        """The least that each parcel has: nothing where it is unknown."""
        return np.nan_to_num(self.by_parcel, nan=0.0)

    @property
    def high(self) -> NDArray[np.float64]:
        """The most that each parcel may have."""
        return np.nan_to_num(self.by_parcel, nan=np.inf) if self.most is None else self.most

    @property
    def ends(self) -> tuple[float, float]:
        """Between which numbers the sum over all parcels lies."""
        return total(self.low), total(self.high)

    def lacking(self, rows: NDArray[np.bool_]) -> tuple[Missing, ...]:
        """What is missing for the sum over some parcels."""
        lines = self.missing if self.gaps is None else self.gaps.lines(rows)
        return lines if self.left_out is None or self.low[rows].any() else lines + self.left_out.lines(rows)

    @property
    def is_left_out(self) -> NDArray[np.bool_]:
        """Which parcels are left out of the sum."""
        where = np.zeros(len(self.by_parcel), dtype=bool)
        return where if self.left_out is None else self.left_out.said[0][1]

    @property
    def not_counted(self) -> int:
        """How many parcels are left out of the sum."""
        return int(self.is_left_out.sum())

    @property
    def definition(self) -> dict[str, int]:
        """The same for a measure's definition; nothing where none is left out."""
        return {"not_counted_parcels": self.not_counted} if self.not_counted else {}

    def times(self, factor: float) -> Amounts:
        """The amounts in another unit."""
        most = None if self.most is None else self.most * factor
        return replace(self, by_parcel=self.by_parcel * factor, most=most)

    def within(self, inside: NDArray[np.bool_]) -> float:
        """The sum over some parcels."""
        return total(self.by_parcel[inside])

    @property
    def whole(self) -> float:
        """The sum over all parcels; NaN where one is unknown."""
        return total(self.by_parcel)
