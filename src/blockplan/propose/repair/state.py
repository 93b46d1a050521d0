"""
A repair under way: what was asked, what is known, and what a solution comes to; and what is told of it: its
answer, what is proved of it and what is not, and what stays unmet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from blockplan.propose.proposal import CUTS_OFFERED, Proof, SearchAnswer, rule_name, unmet_rules
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
    from blockplan.propose.locks import Locks
    from blockplan.propose.parts.trial_plan import Offered
    from blockplan.propose.proposal import Ended, Unmet
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
        The plan of `bench` and `yard`, with parts of parcels cut off on trial; None where none are.
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
    offered: Offered | None
    tally: Mapping[str, int]
    cuts: list[tuple[frozenset[Key], frozenset[Key]]] = field(default_factory=list)
    lacks: list[tuple[str, float, frozenset[Key], frozenset[Key]]] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    against: set[str] = field(default_factory=set)

    @property
    def pieces(self) -> Mapping[str, tuple[str, ...]]:
        """Parcel -> the parcels it was cut into on trial, itself first."""
        return {} if self.offered is None else self.offered.pieces

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


UNITS: dict[Objective, str] = {"count": "change", "area": "m2", "cost": "cost"}
METHOD = (
    "one mixed-integer model over all failing must rules (HiGHS): first the least shortfall, then the least "
    "changes (objective and bound); among equals, exchanges for what suits better; checked, {rounds} round(s)"
)


def answer_of(search: Search, choice: Choice | None, rounds: int, locks: Locks) -> SearchAnswer:
    """The answer of a search: the last choice, what is proved of it, and what stays unmet."""
    failing = any(demand.fails for demand in search.bench.demands)
    interrupted, out_of_time = search.clock.interrupted, search.clock.over()
    done = choice is not None and not choice.denied
    proof = _proof(search, choice, failing=failing)
    # Its last check may come after the end of its time, and what is proved stays so.
    done = done and (proof.stands or not out_of_time)
    ended: Ended = "interrupted" if interrupted else "finished" if done else "limit"
    if not failing:
        ended = "finished"
    objective = choice.found.least.objective if choice else None if failing else 0.0
    bound = None
    if proof.stands:
        bound = max(0.0, choice.found.least.bound) if choice else objective
    return SearchAnswer(
        kind="repair",
        changes=choice.changes if choice else (),
        objective=objective,
        unit=UNITS[search.params.objective],
        sense="min",
        bound=bound,
        parts=choice.parts if choice else {},
        parameters=_parameters(search, locks),
        unmet=tuple(_unmet(search, choice)),
        method=METHOD.format(rounds=max(rounds, 1)),
        seconds=round(search.clock.spent, 2),
        seed=search.seed,
        ended=ended,
        proof=proof,
        reasons=_reasons(search, choice),
        judged=(choice.plan, choice.after) if choice else None,
    )


def _proof(search: Search, choice: Choice | None, *, failing: bool) -> Proof:
    """What is proved of a choice, and what stands against it."""
    against = set(search.against)
    families = {
        name: family for name, family in search.found.families.items() if name not in search.found.waiting
    }
    against |= {family.unsure for family in families.values() if family.unsure} if failing else set()
    phases = {}
    if failing and choice is None:
        against.add("nothing_found")
    elif choice is not None:
        short, least = choice.found.short, choice.found.least
        if short is not None:
            phases["least_shortfall"] = "proved" if short.status == "optimal" else "cut"
        phases["least_changes"] = "proved" if least.status == "optimal" else "cut"
        phases["best_suited"] = "not_proved" if search.params.objective == "count" else "none"
        against |= {f"denied: {rule_name(one)}" for one in choice.denied}
        if short is not None and short.status != "optimal" and short.objective > SAME_SHORT:
            against.add("shortfall_not_proved")
        if not against and short is not None and _short_by(families, choice) > short.objective + SAME_SHORT:
            against.add("shortfall_not_proved")
    kinds: dict[str, int] = {}
    for move in search.everything():
        kinds[move.kind] = kinds.get(move.kind, 0) + 1
    interactions = sorted({family.kind for family in families.values()})
    if failing and search.bench.cut:
        against.add("moves_not_all_tried")
    if failing and search.params.parts and not _one_change(search, choice):
        against.add(f"{CUTS_OFFERED}: {sum(len(names) - 1 for names in search.pieces.values())}")
    if failing and search.yard.nobody_knows and not _all_count_residents(search):
        against.add("residents_not_known")
    return Proof(moves=kinds, interactions=tuple(interactions), phases=phases, against=tuple(sorted(against)))


def _one_change(search: Search, choice: Choice | None) -> bool:
    """Whether one change keeps every rule: where some rule fails, none can do with less."""
    if choice is None or search.given_up or search.params.objective != "count":
        return False
    short, least = choice.found.short, choice.found.least
    return (short is None or short.objective <= SAME_SHORT) and least.objective <= 1


def _all_count_residents(search: Search) -> bool:
    """Whether some demand would be unknown with homes of which nobody knows who lives there."""
    source = search.plan.manifest.residents.source
    return source != "given" and any(demand.counts_residents for demand in search.bench.demands)


def _short_by(families: Mapping[str, Any], choice: Choice) -> float:
    """What the proposal leaves missing as it is measured, each as a part of what is missing before."""
    found = 0.0
    for family in families.values():
        before = family.lack(family.bench.plan) if family.demand.fails else 0.0
        if before > 0:
            found += max(0.0, family.lack(choice.plan) - family.leeway) / before
    return found


def _unmet(search: Search, choice: Choice | None) -> list[Unmet]:
    """Every ``must`` rule that the check of the proposal finds failing or unknown, with what is missing."""
    plan, after = (search.plan, search.before) if choice is None else (choice.plan, choice.after)

    def missing(name: str) -> tuple[float, str] | None:
        family = search.found.families.get(name)
        if family is None:
            return None
        amount, unit = family.missing(plan)
        return (amount, unit) if amount > 0 else None

    return unmet_rules(after, missing)


def _reasons(search: Search, choice: Choice | None) -> dict[str, int]:
    """Why so little may be done, where a rule stays unmet."""
    after = search.before if choice is None else choice.after
    if all(one.force != "must" or one.outcome != "fail" for one in after.verdicts):
        return {}
    return {name: count for name, count in search.tally.items() if count}


def _parameters(search: Search, locks: Locks) -> dict[str, Any]:
    assumed = search.params.assumed
    shown: dict[str, Any] = {"objective": search.params.objective, "locks": locks.to_list(), **assumed.limits}
    if search.params.parts:
        shown["parts"] = {name: list(pieces[1:]) for name, pieces in search.pieces.items()}
    if search.params.objective == "cost":
        shown |= {f"costs.{name} (assumed, no source)": dict(table) for name, table in assumed.costs.items()}
    return shown
