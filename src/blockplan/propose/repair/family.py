"""
What the families of demands have in common: which moves help or harm one, and its rows in the model.

Rows never forbid what the check would let pass: they may be too generous, and the check has the last word.
So what the model cannot better, nothing that is permitted can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import Draft
    from blockplan.propose.repair.moves import Move

#: What the solver takes for chosen.
CHOSEN = 0.5


class Row(NamedTuple):
    """``lower <= sum(factor * column) <= upper``."""

    terms: dict[int, float]
    lower: float
    upper: float


class Family(Protocol):
    """
    A demand as the model knows it.

    Attributes
    ----------
    demand
        What is demanded.
    kind
        How moves act together here, as `blockplan.propose.proof.Proof` names it.
    leeway
        By so much the model may take the lack for less than it is: the check knows land only as drawn.
    """

    demand: Demand
    kind: str
    leeway: float

    @property
    def unsure(self) -> str:
        """Why its rows prove nothing; "" where they do."""

    def offers(self) -> Sequence[Move]:
        """Every move that may touch the demand."""

    def helps(self, move: Move) -> bool:
        """Whether a move may bring the demand nearer, whatever else is done."""

    def harms(self, move: Move) -> bool:
        """Whether a move may do the demand harm, whatever else is done."""

    def add(self, draft: Draft) -> None:
        """Write the rows."""

    def cuts(self, draft: Draft, values: NDArray[np.float64]) -> list[Row]:
        """Rows that a solution breaks and no plan that keeps the rule does."""

    def lack(self, plan: Plan) -> float:
        """What a plan is short of it, as the model counts; 0 where it keeps the rule."""

    def missing(self, plan: Plan) -> tuple[float, str]:
        """The lack as it is told, with its unit."""


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

    def at_least(self, lower: float) -> Row:
        """The row that keeps it at or above a limit."""
        return Row(self.terms, lower - self.constant, np.inf)

    def at_most(self, upper: float) -> Row:
        """The row that keeps it at or below a limit."""
        return Row(self.terms, -np.inf, upper - self.constant)


def total(sums: Iterable[Sum]) -> Sum:
    """The sum of sums."""
    found = Sum()
    for one in sums:
        found.plus(one)
    return found
