"""
Demands on a supply over a base: land or beds for each resident, a share of land; as rows of the model.

``(N + sum dN) / (B + sum dB) >= r`` is linear once it is multiplied by its base, which is a number of
residents or an area and therefore positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.check.accuracy import AREAS, is_drawn, of_amount
from blockplan.check.limits import DUST
from blockplan.propose.repair.effects import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft, SumRow
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import Key, RepairMove

#: Measures whose supply is a sum over parcels or facilities, each counted by itself, whatever the others are.
SUMS = frozenset(
    {
        "construction_land_per_resident", "culture_floor_per_resident", "education_land_per_1000",
        "green_per_resident", "land_per_1000", "land_per_resident", "land_share", "nursing_beds_per_1000",
        "service_beds_per_1000", "service_floor_per_1000", "service_places_per_1000", "service_site_per_1000",
    }
)  # fmt: skip


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on a supply over a base."""
    known = bench.figure(demand).supply is not None and (not demand.per or demand.name in bench.bases)
    return known and demand.verdict.required.op in {">=", "<=", "between", ">", "<"}


@dataclass(slots=True)
class Supply:
    """A demand on a supply over a base; `margin` is how far beyond the limit to stay, by its own unit."""

    demand: Demand
    bench: Bench
    found: Callable[[], Sequence[RepairMove]]
    margin: float = 0.0
    effects: dict[Key, Effect] = field(default_factory=dict)
    kind: str = "sums"
    leeway: float = 0.0

    @property
    def unsure(self) -> str:
        """Sums of effects prove nothing where what one move does may hang on another."""
        if self.margin:
            return f"at_the_limit: {self.demand.name}"
        sums = self.demand.measure in SUMS and not self.demand.scoped
        return "" if sums else f"effects_added_up: {self.demand.name}"

    def offers(self) -> Sequence[RepairMove]:
        """Conversions, and facilities of the services that count."""
        moves = self.found()
        self._learn(moves)
        return moves

    def helps(self, move: RepairMove) -> bool:
        """Whether it brings supply or takes base, against one of the limits."""
        return any(one > 0 for one in self._pulls(move))

    def harms(self, move: RepairMove) -> bool:
        """Whether it takes supply or brings base, against one of the limits."""
        return any(one < 0 for one in self._pulls(move))

    def _pulls(self, move: RepairMove) -> list[float]:
        effect = self._effect(move)
        found = []
        for limit, sign in self._limits():
            found += [sign * (effect.supply - limit * effect.base), sign * effect.per_amount]
        return found

    def pull(self, move: RepairMove) -> float:
        """How far a move brings the demand, all of it and as much of it as there can be."""
        effect = self._effect(move)
        return max(
            sign * (effect.supply - limit * effect.base + effect.per_amount * move.most)
            for limit, sign in self._limits()
        )

    def _effect(self, move: RepairMove) -> Effect:
        self._learn([move])
        return self.effects[move.key]

    def _learn(self, moves: Iterable[RepairMove]) -> None:
        new = [move for move in moves if move.key not in self.effects]
        if new:
            known = self.bench.effects(self.demand, new)
            self.effects |= {move.key: known.get(move.key, Effect()) for move in new}

    def _limits(self) -> list[tuple[float, float]]:
        return [(limit, sign) for limit, sign in zip(limits(self.demand), (1.0, -1.0), strict=True)
                if math.isfinite(limit)]  # fmt: skip

    def add(self, draft: RepairDraft) -> None:
        """A row for each limit."""
        self._learn(draft.moves.values())
        figure, base = self.bench.figure(self.demand), self.base
        for limit, sign in self._limits():
            terms: dict[int, float] = {}
            for key in draft.moves:
                effect = self.effects[key]
                terms[draft.done[key]] = sign * (effect.supply - limit * effect.base)
                if effect.per_amount:
                    terms[draft.amount[key]] = sign * effect.per_amount
            gap = sign * (limit * base - (figure.supply or 0.0)) + self.margin
            if gap > 0 and self.demand.fails:
                terms[draft.short_by(self.demand.name, gap)] = 1.0
            # In thousands, so that what the solver lets pass is a matter of square centimetres; and of
            # whatever the check lets pass at the limit nothing is forbidden.
            self.leeway = max(self.leeway, self._leeway(draft, limit))
            low = (min(gap, 0.0) if not self.demand.fails else gap) - (
                0.0 if self.margin else self._leeway(draft, limit)
            )
            draft.model.row({at: by / 1e3 for at, by in terms.items()}, lower=low / 1e3)

    @property
    def base(self) -> float:
        """What the supply is divided by today; where there is none, it shows once a move brings some."""
        return self.bench.bases.get(self.demand.name, 0.0)

    def _leeway(self, draft: RepairDraft, limit: float) -> float:
        """With so much less the check may find the rule kept: it knows land only as exactly as drawn."""
        most = self.base + sum(max(0.0, self.effects[key].base) for key in draft.moves)
        amount, unit = abs(limit) * most, self.demand.verdict.unit
        if not is_drawn(self.demand.measure):
            return 2 * DUST * amount
        if unit in AREAS:
            return 2 * max(of_amount(amount, unit), DUST * amount)
        # A share: of the land that is counted, and of the land that it is counted over.
        return 2 * (of_amount(amount, "m2") + abs(limit) * of_amount(most, "m2"))

    def cuts(self, draft: RepairDraft, values: NDArray[np.float64]) -> list[SumRow]:
        """None: every row is written."""
        return []

    def lack(self, plan: Plan) -> float:
        """How much more supply would keep the rule, or how much less."""
        figure = self.bench.measured(plan, self.demand)
        if self.demand.holds(figure):
            return 0.0
        base = figure.base if figure.base is not None else self.base
        return max(0.0, *(sign * (limit * base - (figure.supply or 0.0)) for limit, sign in self._limits()))

    def missing(self, plan: Plan) -> tuple[float, str]:
        """The lack in the unit of the rule."""
        if self.demand.per:
            return self.lack(plan), self.demand.verdict.unit
        base = self.bench.measured(plan, self.demand).base
        return self.lack(plan) / (base or self.base or 1.0), "1"


def limits(demand: Demand) -> tuple[float, float]:
    """What a demand asks as a lower and an upper limit; infinite where it has none."""
    required = demand.verdict.required
    if isinstance(required.value, tuple):
        return required.value
    if required.op in {">=", ">"}:
        return required.value, math.inf
    if required.op in {"<=", "<"}:
        return -math.inf, required.value
    return required.value, required.value
