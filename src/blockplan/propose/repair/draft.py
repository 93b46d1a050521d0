"""
The model of a repair: a column a move, one an amount, one for what each demand stays short by.

Rows come from the families of demands, and from cuts, where a solution broke what could not all be
written down, or where its check found what the model did not know.

Sums of the columns of a model, and the rows that hold them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blockplan.propose.repair.mip import RepairModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from blockplan.propose.repair.moves import Key, RepairMove


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


#: A shortfall of so small a part of what was short before is none.
DUST = 1e-6


@dataclass(slots=True)
class RepairDraft:
    """A model in the making; `slack` are the columns of what demands stay short by, with scale and unit."""

    model: RepairModel = field(default_factory=RepairModel)
    moves: dict[Key, RepairMove] = field(default_factory=dict)
    done: dict[Key, int] = field(default_factory=dict)
    amount: dict[Key, int] = field(default_factory=dict)
    slack: dict[str, tuple[int, float]] = field(default_factory=dict)
    on_parcel: dict[str, list[RepairMove]] = field(default_factory=dict)
    whole: dict[int, list[int]] = field(default_factory=dict)

    def add(self, moves: Iterable[RepairMove]) -> None:
        """Add moves; a parcel is given one use at most."""
        for move in moves:
            self.moves[move.key] = move
            at = self.model.column(move.key, 1.0, whole=True)
            self.done[move.key] = at
            if move.parcel:
                self.on_parcel.setdefault(move.parcel, []).append(move)
            if move.column:
                much = self.model.column((move.key, "amount"), move.most, whole=True)
                self.amount[move.key] = much
                self.model.row({much: 1.0, at: -move.most}, upper=0.0)
                self.model.row({much: 1.0, at: -move.least}, lower=0.0)
        for listed in self.on_parcel.values():
            if len(listed) > 1:
                self.model.row(dict.fromkeys((self.done[move.key] for move in listed), 1.0), upper=1.0)

    def join(self, pieces: Iterable[str]) -> None:
        """Count a use that all pieces of a parcel are given as one change: `whole` holds their columns."""
        names = list(pieces)
        given = [
            {move.now: move for move in self.on_parcel.get(name, ()) if move.kind == "convert"}
            for name in names
        ]
        for code in sorted(set.intersection(*map(set, given))):
            at = self.model.column((names[0], code, "whole"), 1.0, whole=True)
            self.whole[at] = [self.done[moves[code].key] for moves in given]
            for column in self.whole[at]:
                self.model.row({at: 1.0, column: -1.0}, upper=0.0)

    def joined(self, values: NDArray[np.float64]) -> int:
        """How many moves of a solution are no change of their own: all pieces of a parcel get one use."""
        return sum(len(pieces) - 1 for at, pieces in self.whole.items() if values[at] > CHOSEN)

    def uses(self, parcel: str, codes: Iterable[str]) -> Sum:
        """Whether a parcel is given one of some uses."""
        wanted, found = set(codes), Sum()
        for move in self.on_parcel.get(parcel, ()):
            if move.now in wanted and move.kind != "cap":
                found.add(self.done[move.key], 1.0)
        return found

    def row(self, row: SumRow) -> None:
        """Write a row."""
        self.model.row(row.terms, row.lower, row.upper)

    def short_by(self, name: str, most: float) -> int:
        """The column of what a demand stays short by, at most so much; its number."""
        at = self.model.column((name, "short"), max(most, 0.0))
        self.slack[name] = (at, max(most, 1e-9))
        return at

    def without(self, chosen: Iterable[Key], touching: Iterable[Key]) -> None:
        """Cut off a solution: of the moves that touch a demand, not exactly those of `chosen`."""
        on, all_of = set(chosen), set(touching)
        terms = {self.done[key]: 1.0 for key in all_of - on} | {self.done[key]: -1.0 for key in on & all_of}
        self.model.row(terms, lower=1.0 - len(on & all_of))

    def short_with(self, name: str, lack: float, chosen: Iterable[Key], touching: Iterable[Key]) -> None:
        """With exactly these of the moves that touch a demand, it stays short by so much at least."""
        on, all_of = set(chosen), set(touching)
        terms = {self.done[key]: lack for key in all_of - on} | {self.done[key]: -lack for key in on & all_of}
        terms[self.slack[name][0]] = 1.0
        self.model.row(terms, lower=lack * (1.0 - len(on & all_of)))

    def read(self, values: NDArray[np.float64]) -> dict[Key, float]:
        """The moves of a solution, each with its amount (0 where it has none)."""
        return {
            key: float(round(values[self.amount[key]])) if key in self.amount else 0.0
            for key, at in self.done.items()
            if values[at] > CHOSEN
        }

    def shortfall(self) -> dict[int, float]:
        """The cost that is the sum of all shortfalls, each as a part of what it was short by before."""
        return {at: 1.0 / scale for at, scale in self.slack.values()}

    def short(self, values: NDArray[np.float64]) -> dict[str, float]:
        """Demands that a solution leaves short, and by how much."""
        return {
            name: float(values[at]) for name, (at, scale) in self.slack.items() if values[at] > DUST * scale
        }

    def weights(self, each: Mapping[Key, float], per_unit: Mapping[Key, float]) -> dict[int, float]:
        """A cost of the columns from a cost of each move and of each unit of its amount."""
        cost = {self.done[key]: by for key, by in each.items()}
        return cost | {self.amount[key]: by for key, by in per_unit.items() if key in self.amount}
