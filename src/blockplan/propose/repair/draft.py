"""
The model of a repair: a column a move, one an amount, one for what each demand stays short by.

Rows come from the families of demands (`rows`, `reach`, `parks`, `caps`) and
from cuts, where the check of a solution found what the model did not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.propose.repair.mip import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from blockplan.propose.repair.moves import Move

Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Draft:
    """A model in the making; `slack` are the columns of what demands stay short by, with scale and unit."""

    model: Model = field(default_factory=Model)
    moves: dict[Key, Move] = field(default_factory=dict)
    done: dict[Key, int] = field(default_factory=dict)
    amount: dict[Key, int] = field(default_factory=dict)
    slack: dict[str, tuple[int, float, str]] = field(default_factory=dict)
    whole: bool = True

    def add(self, moves: Iterable[Move]) -> None:
        """Add moves; a parcel is given one use at most."""
        on_parcel: dict[str, list[int]] = {}
        for move in moves:
            if move.key in self.done:
                continue
            self.moves[move.key] = move
            at = self.model.column(move.key, 1.0, whole=True)
            self.done[move.key] = at
            if move.parcel:
                on_parcel.setdefault(move.parcel, []).append(at)
            if move.column:
                much = self.model.column((move.key, "amount"), move.most, whole=True)
                self.amount[move.key] = much
                self.model.row({much: 1.0, at: -move.most}, upper=0.0)
                self.model.row({much: 1.0, at: -move.least}, lower=0.0)
        for columns in on_parcel.values():
            if len(columns) > 1:
                self.model.row(dict.fromkeys(columns, 1.0), upper=1.0)

    def short_by(self, name: str, most: float, unit: str) -> int:
        """The column of what a demand stays short by, at most so much; its number."""
        at = self.model.column((name, "short"), max(most, 0.0))
        self.slack[name] = (at, max(most, 1e-9), unit)
        return at

    def without(self, chosen: Iterable[Key], touching: Iterable[Key]) -> None:
        """Cut off a solution: of the moves that touch a demand, not exactly those of `chosen`."""
        on, all_of = set(chosen), set(touching)
        terms = {self.done[key]: 1.0 for key in all_of - on} | {self.done[key]: -1.0 for key in on & all_of}
        self.model.row(terms, lower=1.0 - len(on & all_of))

    def read(self, values: NDArray[np.float64]) -> dict[Key, float]:
        """The moves of a solution, each with its amount (0 where it has none)."""
        return {
            key: float(round(values[self.amount[key]])) if key in self.amount else 0.0
            for key, at in self.done.items()
            if values[at] > 0.5
        }

    def shortfalls(self, values: NDArray[np.float64]) -> dict[str, tuple[float, str]]:
        """What each demand stays short by, with its unit; those that are met are left out."""
        found = {name: (float(values[at]), unit) for name, (at, scale, unit) in self.slack.items()}
        return {
            name: (amount, unit)
            for name, (amount, unit) in found.items()
            if amount > 1e-6 * max(1.0, self.slack[name][1])
        }

    def hold_shortfalls(self, values: NDArray[np.float64]) -> None:
        """Let no demand stay shorter than it has to."""
        for at, scale, _ in self.slack.values():
            least = float(values[at])
            dust = 1e-6 * max(1.0, scale)
            self.model.upper[at] = 0.0 if least <= dust else least + dust

    def weights(self, each: Mapping[Key, float], per_unit: Mapping[Key, float]) -> dict[int, float]:
        """A cost of the columns from a cost of each move and of each unit of its amount."""
        cost = {self.done[key]: by for key, by in each.items()}
        return cost | {self.amount[key]: by for key, by in per_unit.items() if key in self.amount}
