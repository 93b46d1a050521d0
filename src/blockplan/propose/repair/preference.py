"""
The best suited among equals: moves of a solution exchanged for others, as long as that is better.

The smallest repair is seldom the only one of its size. Which of them suits best is looked for by exchanging
one move for another, or the uses of two parcels, under all rows of the model. No proof is claimed for this
part; it always ends in the same place, however fast the machine is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blockplan.propose.repair.draft import CHOSEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from blockplan.propose.repair.draft import RepairDraft
    from blockplan.propose.repair.mip import RepairModel
    from blockplan.propose.repair.moves import Key

Delta = dict[int, float]
#: Rows may be missed by as much as the solver lets pass.
DUST = 1e-7
MOST_STEPS = 200


def suited(draft: RepairDraft, cost: Mapping[int, float], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Values of a solution that costs no more and satisfies the same rows.

    Parameters
    ----------
    draft
        The model, the bound on its objective among its rows.
    cost
        Column -> how badly one of it suits.
    """
    rows = _Rows(draft.model)
    each = np.zeros(len(draft.model.lower))
    for column, price in cost.items():
        each[column] = price
    found = np.where(draft.model.whole, np.round(values), values)
    for _ in range(MOST_STEPS):
        step = _best_step(draft, each, found, rows)
        if step is None:
            break
        for column, change in step.items():
            found[column] += change
    return found


class _Rows:
    """The rows of a model, looked at by the columns that stand in them."""

    def __init__(self, model: RepairModel) -> None:
        self.low = [row[1] - DUST for row in model.rows]
        self.high = [row[2] + DUST for row in model.rows]
        self.terms = [row[0] for row in model.rows]
        self.of: dict[int, list[tuple[int, float]]] = {}
        for number, terms in enumerate(self.terms):
            for at, by in terms.items():
                self.of.setdefault(at, []).append((number, by))

    def sums(self, values: NDArray[np.float64]) -> list[float]:
        """The sum of each row."""
        return [float(sum(by * values[at] for at, by in terms.items())) for terms in self.terms]

    def allow(self, sums: list[float], step: Delta) -> bool:
        """Whether every row that a step touches still holds after it."""
        moved: dict[int, float] = {}
        for at, change in step.items():
            for number, by in self.of.get(at, ()):
                moved[number] = moved.get(number, sums[number]) + by * change
        return all(self.low[number] <= total <= self.high[number] for number, total in moved.items())


def _best_step(
    draft: RepairDraft, each: NDArray[np.float64], values: NDArray[np.float64], rows: _Rows
) -> Delta | None:
    """The exchange that saves most; None where none saves anything."""
    steps = [
        (saved, step)
        for step in _exchanges(draft, values)
        if (saved := -sum(each[at] * by for at, by in step.items())) > 1e-9
    ]
    sums = rows.sums(values)
    # Cheapest first: the first one that the rows allow is the best.
    for _, step in sorted(steps, key=lambda one: (-one[0], sorted(one[1]))):
        if rows.allow(sums, step):
            return step
    return None


def _exchanges(draft: RepairDraft, values: NDArray[np.float64]) -> Iterator[Delta]:
    """One move for another; the uses of two parcels; of a parcel that may be cut only one piece."""
    for at, pieces in draft.whole.items():
        if values[at] > CHOSEN:
            for kept in pieces:
                yield {at: -1.0} | {one: -1.0 for one in pieces if one != kept}
    chosen = {key: draft.read(values)[key] for key in sorted(draft.read(values))}
    for gone, amount in chosen.items():
        for come in draft.moves:
            step = None if come in chosen else _exchange(draft, gone, amount, come)
            if step is not None:
                yield step
    pairs = [(one, other) for one in chosen for other in chosen if one < other]
    for one, other in pairs:
        crossed = _crossed(draft, one, other), _crossed(draft, other, one)
        if all(key is not None and key not in chosen for key in crossed):
            first, second = crossed
            steps = (
                _exchange(draft, one, chosen[one], second),
                _exchange(draft, other, chosen[other], first),
            )
            if steps[0] is not None and steps[1] is not None:
                yield steps[0] | steps[1]


def _crossed(draft: RepairDraft, one: Key, other: Key) -> Key | None:
    """The move that does on the parcel of `one` what `other` does on its own."""
    kind, _, now, size = other
    key = (kind, draft.moves[one].parcel, now, size)
    return key if draft.moves[one].parcel and key in draft.moves else None


def _exchange(draft: RepairDraft, gone: Key, amount: float, come: Key | None) -> Delta | None:
    """One move in the place of another, with the same amount where both have one; None if that cannot be."""
    if come is None:
        return None
    step = {draft.done[gone]: -1.0, draft.done[come]: 1.0}
    if (gone in draft.amount) != (come in draft.amount):
        return None
    if gone in draft.amount:
        move = draft.moves[come]
        if move.service != draft.moves[gone].service or not move.least <= amount <= move.most:
            return None
        step |= {draft.amount[gone]: -amount, draft.amount[come]: amount}
    return step
