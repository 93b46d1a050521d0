"""
Demands that no parcel may exceed: each one that does is brought down to the limit, or given another use.

The column is the one in which every place that falls short has the value that the measure gives for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.measure import MEASURES
from blockplan.plan.model.layers import LAYERS
from blockplan.propose.changes import Change, follow, value_of
from blockplan.propose.repair.draft import Sum, SumRow
from blockplan.propose.repair.moves import RepairMove

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.locks import Locks
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft
    from blockplan.propose.repair.effects import Bench


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on the largest of a column of parcels, and some exceed it."""
    return demand.verdict.required.op == "<=" and not demand.scoped and bool(column_of(bench, demand))


def column_of(bench: Bench, demand: Demand) -> str:
    """The column that exceeds; "" where there is none."""
    where = demand.verdict.where
    if not where or any(place.layer != "parcels" or place.value is None for place in where):
        return ""
    read = [name.partition(".")[2] for name in MEASURES[demand.measure].inputs if name.startswith("parcels.")]
    for column in read:
        if LAYERS["parcels"].columns.get(column) == "number" and all(
            value_of(bench.plan, "parcels", place.id, column) == place.value for place in where
        ):
            return column
    return ""


@dataclass(slots=True)
class Caps:
    """A demand on the largest of a column of parcels."""

    demand: Demand
    bench: Bench
    locks: Locks
    found: Callable[[], Sequence[RepairMove]]
    above: frozenset[str] = field(init=False)
    after: dict[str, frozenset[str]] = field(default_factory=dict)
    kind: str = "limits"
    leeway: float = 0.0
    unsure: str = ""

    def __post_init__(self) -> None:
        self.above = self._above(self.bench.plan)

    def _above(self, plan: Plan) -> frozenset[str]:
        limit = float(self.demand.verdict.required.value)  # type: ignore[arg-type]
        return frozenset(id_ for id_, value in self.bench.measured(plan, self.demand).values if value > limit)

    def _stays_above(self, move: RepairMove) -> bool:
        """Whether a parcel is above the limit under another use."""
        if move.now not in self.after:
            self.after[move.now] = self._above(self.bench.with_code(move.now))
        return move.parcel in self.after[move.now]

    def offers(self) -> Sequence[RepairMove]:
        """A move for each parcel above the limit that is not locked, and other uses for it."""
        return [*self._caps(), *(move for move in self.found() if move.parcel in self.above)]

    def _caps(self) -> list[RepairMove]:
        column = column_of(self.bench, self.demand)
        limit = float(self.demand.verdict.required.value)  # type: ignore[arg-type]
        found = []
        for id_ in sorted(self.above):
            if self.locks.hold("parcels", id_):
                continue
            was = value_of(self.bench.plan, "parcels", id_, column)
            change = Change("parcels", id_, column, was, limit)
            changes = (change, *follow(self.bench.plan, [change]))
            found.append(RepairMove("cap", "parcels", id_, changes, now=column, parcel=id_))
        return found

    def helps(self, move: RepairMove) -> bool:
        """Whether it brings a parcel down that is above the limit."""
        if move.parcel not in self.above:
            return False
        if move.kind == "cap":
            return move.now == column_of(self.bench, self.demand)
        return not self._stays_above(move)

    def harms(self, move: RepairMove) -> bool:
        """Whether it brings a parcel above the limit."""
        lifts = move.kind in {"convert", "host"} and move.parcel not in self.above
        return lifts and self._stays_above(move)

    def add(self, draft: RepairDraft) -> None:
        """Each parcel above the limit is brought down, or counts as short."""
        left = Sum()
        if self.demand.fails:
            left.add(draft.short_by(self.demand.name, len(self.above)), -1.0)
        for id_ in sorted(self.above):
            out = draft.model.column((self.demand.name, id_), 1.0)
            row = Sum().add(out, 1.0)
            for move in draft.on_parcel.get(id_, ()):
                if self.helps(move):
                    row.add(draft.done[move.key], 1.0)
            draft.row(row.at_least(1.0))
            left.add(out, 1.0)
        for move in draft.moves.values():
            if self.harms(move):
                left.add(draft.done[move.key], 1.0)
        draft.row(left.at_most(0.0))

    def cuts(self, draft: RepairDraft, values: NDArray[np.float64]) -> list[SumRow]:
        """None: every row is written."""
        return []

    def lack(self, plan: Plan) -> float:
        """Parcels above the limit."""
        return float(len(self._above(plan)))

    def missing(self, plan: Plan) -> tuple[float, str]:
        """Parcels above the limit."""
        return self.lack(plan), "place"
