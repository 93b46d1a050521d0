"""Sums of the columns of a model, and the rows that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What the solver takes for chosen.
CHOSEN = 0.5


class SumRow(NamedTuple):
    """``lower <= sum(factor * column) <= upper``."""

    terms: dict[int, float]
    lower: float
    upper: float


class Sum:
    """A sum of columns and a constant."""

    def __init__(self, constant: float = 0.0) -> None:
        self.constant = constant
        self.terms: dict[int, float] = {}

    def add(self, column: int, factor: float) -> Sum:
        """Add so many of a column."""
        self.terms[column] = self.terms.get(column, 0.0) + factor
        return self

    def plus(self, other: Sum, factor: float = 1.0) -> Sum:
        """Add so many of another sum."""
        self.constant += factor * other.constant
        for column, by in other.terms.items():
            self.add(column, factor * by)
        return self

    def at(self, values: NDArray[np.float64]) -> float:
        """What it comes to."""
        return self.constant + float(sum(by * values[column] for column, by in self.terms.items()))

    def at_least(self, lower: float) -> SumRow:
        """The row that keeps it at or above a limit."""
        return SumRow(self.terms, lower - self.constant, np.inf)

    def at_most(self, upper: float) -> SumRow:
        """The row that keeps it at or below a limit."""
        return SumRow(self.terms, -np.inf, upper - self.constant)
