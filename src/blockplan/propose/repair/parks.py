"""
Demands on a number of parks of a size: green parcels that share an edge are one park.

Each park is counted at the first of its pieces. A flow from piece to piece over shared edges sees that what
is counted hangs together and is large enough; that it is not too large, nor counted twice, is written as a
solution gets it wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blockplan.propose.repair.draft import CHOSEN, Sum, SumRow
from blockplan.propose.repair.greens import GreenGround, choices_of, green_now, ground_of
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import RepairMove

#: Measure -> parameters with the smallest size of such a park, and that from which it is another kind, ha.
SIZES = {
    "parks_large": ("large_park_min_ha", None),
    "parks_community": ("community_park_min_ha", "large_park_min_ha"),
}


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on a number of parks of a size."""
    known = bench.figure(demand).value is not None
    return demand.measure in SIZES and known and demand.verdict.required.op == ">=" and not demand.scoped


@dataclass(slots=True)
class Parks:
    """A demand on a number of parks of at least one size and below another."""

    demand: Demand
    bench: Bench
    found: Callable[[], Sequence[RepairMove]]
    ground: GreenGround = field(init=False)
    low_m2: float = field(init=False)
    high_m2: float = field(init=False)
    first: dict[int, int] = field(default_factory=dict)
    kind: str = "parks"
    leeway: float = 0.0

    def __post_init__(self) -> None:
        choices, (low, high) = choices_of(self.bench, self.demand), SIZES[self.demand.measure]
        self.ground = ground_of(self.bench, choices)
        self.low_m2 = float(getattr(choices, low)) * M2_PER_HA
        self.high_m2 = math.inf if high is None else float(getattr(choices, high)) * M2_PER_HA

    @property
    def unsure(self) -> str:
        """A park that is drawn twice, as parcel and as green, is one: that is left to the check."""
        return f"drawn_twice: {self.demand.name}" if self.ground.overlaid else ""

    def offers(self) -> Sequence[RepairMove]:
        """Conversions."""
        return self.found()

    def helps(self, move: RepairMove) -> bool:
        """Whether it makes a green or takes one: a park that is too large may be parted."""
        return any(self.ground.turns(move))

    def harms(self, move: RepairMove) -> bool:
        """Whether it makes a green or takes one: parks that grow together are one."""
        return any(self.ground.turns(move))

    def add(self, draft: RepairDraft) -> None:
        """So many parks have to be there."""
        ground, greens = self.ground, self.ground.is_green(draft)
        able = np.array([bool(one.terms) or one.constant > 0 for one in greens], dtype=bool)
        self.first = {}
        there = Sum()
        for piece in np.flatnonzero(able).tolist():
            room = ground.joined(piece, able)
            if not ground.reaches(room, self.low_m2):
                continue
            if not ground.parcel[piece]:
                there.constant += self._of_size([piece])
                continue
            at = self.first[piece] = draft.model.column((self.demand.name, "first", piece), 1.0, whole=True)
            there.add(at, 1.0)
            draft.row(Sum().add(at, 1.0).plus(greens[piece], -1.0).at_most(0.0))
            for other in ground.beside[piece]:
                if other < piece and able[other]:
                    draft.row(Sum().add(at, 1.0).plus(greens[other]).at_most(1.0))
        self._add_flow(draft, greens, able)
        needed = float(self.demand.verdict.required.value)  # type: ignore[arg-type]
        gap = self.lack(self.bench.plan)
        if self.demand.fails and gap > 0:
            there.add(draft.short_by(self.demand.name, gap), 1.0)
        draft.row(there.at_least(needed))

    def _of_size(self, pieces: list[int]) -> bool:
        return self.ground.reaches(pieces, self.low_m2) and self._may_be_below(pieces)

    def _may_be_below(self, pieces: list[int]) -> bool:
        """Whether pieces are together below the upper size: what only rounding keeps below it reaches it."""
        return bool(self.ground.area_m2[pieces].sum() < self.high_m2 - 1e-6)

    def _add_flow(self, draft: RepairDraft, greens: list[Sum], able: NDArray[np.bool_]) -> None:
        """Land that flows over shared edges of greens to where it is counted, in thousands of m2."""
        ground = self.ground
        reach = [piece for piece in np.flatnonzero(able).tolist() if self._flows(piece, able)]
        balance = {piece: Sum() for piece in reach}
        for piece in reach:
            # What a piece has to give, and what is taken where it is the first of its park.
            have = float(ground.area_m2[piece] + ground.leeway_m2[piece]) / 1e3
            balance[piece].plus(greens[piece], have)
            if piece in self.first:
                balance[piece].add(self.first[piece], -self.low_m2 / 1e3)
            for other in ground.beside[piece]:
                if other not in balance:
                    continue
                most = self.low_m2 / 1e3
                flow = draft.model.column((self.demand.name, "flow", piece, other), most)
                balance[piece].add(flow, -1.0)
                balance[other].add(flow, 1.0)
                for end in (piece, other):
                    draft.row(Sum().add(flow, 1.0).plus(greens[end], -most).at_most(0.0))
        for one in balance.values():
            draft.row(one.at_least(0.0))

    def _flows(self, piece: int, able: NDArray[np.bool_]) -> bool:
        return bool(self.ground.parcel[piece]) and self.ground.reaches(
            self.ground.joined(piece, able), self.low_m2
        )

    def cuts(self, draft: RepairDraft, values: NDArray[np.float64]) -> list[SumRow]:
        """Parks that are too large, and parks that are counted twice."""
        greens = self.ground.is_green(draft)
        now, found = green_now(greens, values), []
        for piece, column in self.first.items():
            if values[column] <= CHOSEN:
                continue
            pieces = self.ground.joined(piece, now)
            if not self._may_be_below(pieces):
                found.append(self._too_large(column, pieces, greens))
            before = [other for other in pieces if other < piece]
            if before:
                found.append(self._not_first(column, piece, before[0], now, greens))
        return found

    def _too_large(self, column: int, pieces: list[int], greens: list[Sum]) -> SumRow:
        """Of pieces that are together too large one is no green, or no park is counted there."""
        enough = next((n for n in range(1, len(pieces)) if not self._may_be_below(pieces[:n])), len(pieces))
        row = Sum(-float(enough)).add(column, 1.0)
        for other in pieces[:enough]:
            row.plus(greens[other])
        return row.at_most(0.0)

    def _not_first(
        self, column: int, piece: int, other: int, now: NDArray[np.bool_], greens: list[Sum]
    ) -> SumRow:
        """A piece before it is not green, or something on the way there is not, or none is counted."""
        way = self.ground.way(piece, other, now)
        row = Sum(-float(len(way)) - 1.0).add(column, 1.0).plus(greens[other])
        for between in way:
            row.plus(greens[between])
        return row.at_most(0.0)

    def lack(self, plan: Plan) -> float:
        """Parks that are missing."""
        return self.bench.below(plan, self.demand)

    def missing(self, plan: Plan) -> tuple[float, str]:
        """Parks that are missing."""
        return self.lack(plan), self.demand.verdict.unit
