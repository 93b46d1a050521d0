"""How the features that a rule judges one by one came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from blockplan.measure.measurement import Place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.measurement import Each

#: How a feature comes out, in the order in which they are counted.
PASS, FAIL, UNKNOWN = 0, 1, 2
NAMES = ("pass", "fail", "unknown")


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """
    How each feature came out, a row a feature that the rule judges.

    Attributes
    ----------
    rows
        Which rows of `each` are judged.
    outcome
        `PASS`, `FAIL` or `UNKNOWN` of each.
    margin
        How far the value lies inside what is asked, negative outside; NaN where the value is not known.
    least, most
        What is asked of each; NaN: no such end.
    """

    each: Each
    rows: NDArray[np.intp]
    outcome: NDArray[np.int8]
    margin: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]

    @property
    def counts(self) -> dict[str, int]:
        """How many features pass, fail and are unknown."""
        found = np.bincount(self.outcome, minlength=len(NAMES)).tolist()
        return dict(zip(NAMES, found, strict=True))

    @property
    def ids(self) -> NDArray[Any]:
        """Ids of the features that are judged."""
        return np.asarray(self.each.ids[self.rows])

    @property
    def value(self) -> NDArray[np.float64]:
        """Their values; NaN where one is not known."""
        return np.asarray(self.each.value[self.rows])

    @property
    def settled(self) -> Literal["pass", "fail", "unknown", "not_applicable"]:
        """The outcome of all: that one fails, else that one is unknown."""
        if not len(self.rows):
            return "not_applicable"
        if (self.outcome == FAIL).any():
            return "fail"
        return "unknown" if (self.outcome == UNKNOWN).any() else "pass"

    def worst_first(self, outcome: int) -> NDArray[np.intp]:
        """Numbers of the features of an outcome, what misses its limit by most first, then by id."""
        found = np.flatnonzero(self.outcome == outcome)
        margin = np.nan_to_num(self.margin[found], nan=np.inf)
        return np.asarray(found[np.lexsort((self.ids[found].astype(str), margin))])

    @property
    def worst(self) -> int | None:
        """Number of the feature that lies farthest outside what is asked of it, else nearest to it."""
        known = np.flatnonzero(~np.isnan(self.margin) & (self.outcome != UNKNOWN))
        chosen = known[self.outcome[known] == FAIL] if (self.outcome[known] == FAIL).any() else known
        return int(chosen[np.argmin(self.margin[chosen])]) if len(chosen) else None

    def places(self, outcome: int) -> tuple[Place, ...]:
        """The features of an outcome as places, worst first."""
        numbers = self.worst_first(outcome)
        rows = self.rows[numbers]
        columns = (self.each.ids[rows], *self.each.spots[rows].T, self.each.value[rows], self.margin[numbers])
        return tuple(
            Place(self.each.layer, str(id_), x, y, _known(value), _known(margin))
            for id_, x, y, value, margin in zip(*(column.tolist() for column in columns), strict=True)
        )


def _known(number: float) -> float | None:
    return None if np.isnan(number) else number
