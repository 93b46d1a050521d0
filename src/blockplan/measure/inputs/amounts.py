"""
An amount of every parcel, with what is unknown of it and between which numbers it lies.

This is how a measure reads a column: the value of each row, what is unknown of it and why. What is unknown
of a parcel matters where the parcel lies, and not elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.inputs.columns import total

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.inputs.columns import Gaps
    from blockplan.measure.missing import Missing


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
    """

    by_parcel: NDArray[np.float64]
    missing: tuple[Missing, ...]
    counted: tuple[str, ...]
    gaps: Gaps | None = None
    most: NDArray[np.float64] | None = None

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
        return self.missing if self.gaps is None else self.gaps.lines(rows)

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
