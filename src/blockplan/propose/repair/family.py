"""
What the families of demands have in common: which moves help or harm one, and its rows in the model.

Rows never forbid what the check would let pass: they may be too generous, and the check has the last word.
So what the model cannot better, nothing that is permitted can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft, SumRow
    from blockplan.propose.repair.moves import RepairMove


class Family(Protocol):
    """
    A demand as the model knows it.

    Attributes
    ----------
    kind
        How moves act together here, as `blockplan.propose.proposal.Proof` names it.
    leeway
        By so much the model may take the lack for less than it is: the check knows land only as drawn.
    """

    demand: Demand
    kind: str
    leeway: float

    @property
    def unsure(self) -> str:
        """Why its rows prove nothing; "" where they do."""

    def offers(self) -> Sequence[RepairMove]:
        """Every move that may touch the demand."""

    def helps(self, move: RepairMove) -> bool:
        """Whether a move may bring the demand nearer, whatever else is done."""

    def harms(self, move: RepairMove) -> bool:
        """Whether a move may do the demand harm, whatever else is done."""

    def add(self, draft: RepairDraft) -> None:
        """Write the rows."""

    def cuts(self, draft: RepairDraft, values: NDArray[np.float64]) -> list[SumRow]:
        """Rows that a solution breaks and no plan that keeps the rule does."""

    def lack(self, plan: Plan) -> float:
        """What a plan is short of it, as the model counts; 0 where it keeps the rule."""

    def missing(self, plan: Plan) -> tuple[float, str]:
        """The lack as it is told, with its unit."""
