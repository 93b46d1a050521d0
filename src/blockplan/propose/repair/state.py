"""A repair under way: what was asked, what is known, and what a solution comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from blockplan.propose.repair.moves import Assumed, defaults

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.plan import Plan
    from blockplan.propose.changes import Change
    from blockplan.propose.parts.trial_plan import Offered
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.mip import RepairSolved
    from blockplan.propose.repair.moves import Key, RepairMove, Yard
    from blockplan.propose.repair.search import Useful
    from blockplan.propose.stopping import Clock

Objective = Literal["count", "area", "cost"]
#: Shortfalls that differ by no more are the same.
SAME_SHORT = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairParams:
    """
    What "smallest" means, and what is assumed.

    Attributes
    ----------
    objective
        ``count``: changes (a parcel given another use, with what is built on it, is one; so is an enlarged
        facility). ``area``: land given another use, m2. ``cost``: units of cost by the tables.
    parts
        Whether a part may be cut from a parcel, where a part would do.
    tables
        Tables that take the place of those of ``repair.toml``: costs, hosts, floor_per_unit, limits.
    """

    objective: Objective = "count"
    parts: bool = False
    tables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def assumed(self) -> Assumed:
        """The figures that are assumed."""
        own, given = defaults(), self.tables
        costs = {
            name: {**table, **given.get("costs", {}).get(name, {})} for name, table in own["costs"].items()
        }
        rest = {name: {**own[name], **given.get(name, {})} for name in ("hosts", "floor_per_unit", "limits")}
        return Assumed(costs, **rest)


@dataclass(slots=True)
class Search:
    """
    One repair under way: what was asked, what is known, what was learned from checks of solutions.

    Attributes
    ----------
    cuts
        Choices that the check denied: moves chosen, and moves that touch what it found.
    lacks
        What a demand is short of under a choice: its name, how much, moves chosen, moves that touch it.
    given_up
        Names of demands that fail and that the model does not know.
    against
        Why nothing can be proved.
    offered
        The plan of `bench` and `yard`, with parts of parcels cut off on trial.
    tally
        Why parcels of the plan as it is drawn may change their use, or may not: reason -> how many.
    """

    plan: Plan
    params: RepairParams
    packs: list[str | Path] | None
    on: dt.date | str | None
    clock: Clock
    seed: int
    before: CheckResult
    bench: Bench
    yard: Yard
    found: Useful
    offered: Offered
    tally: Mapping[str, int]
    cuts: list[tuple[frozenset[Key], frozenset[Key]]] = field(default_factory=list)
    lacks: list[tuple[str, float, frozenset[Key], frozenset[Key]]] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    against: set[str] = field(default_factory=set)

    def everything(self) -> Iterable[RepairMove]:
        """Every move that any demand has to do with, and every conversion."""
        found = {move.key: move for moves in self.bench.conversions.values() for move in moves.values()}
        return (found | self.found.moves).values()


@dataclass(frozen=True, slots=True)
class RepairSolution:
    """Values of the model: how much stays short at least, how good, and how the phases ended."""

    values: NDArray[np.float64]
    short: RepairSolved | None
    least: RepairSolved


@dataclass(frozen=True, slots=True)
class Choice:
    """A solution in place: the moves with their amounts, the plan and its verdicts, what the check denies."""

    moves: dict[Key, float]
    changes: tuple[Change, ...]
    found: RepairSolution
    parts: dict[str, float]
    plan: Plan
    after: CheckResult
    denied: tuple[Verdict, ...] = ()
