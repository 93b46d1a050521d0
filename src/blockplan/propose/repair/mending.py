"""
The smallest set of changes after which every ``must`` rule passes, in one model over all that fail.

The method: judge; find what each permitted move does for each demand by trying it out; first let the
demands stay short by as little as can be (what is left is named), then find the least changes, then, among
those, the ones that suit best; put them in place and judge again. No row of the model forbids what the check
would let pass, so its optimum bounds what is permitted; where the check finds what the model did not know,
that choice is cut off and the model is solved again. `Proof` says what is claimed, and what is against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from blockplan.check import check
from blockplan.propose.proof import Proof
from blockplan.propose.proposal import SearchAnswer
from blockplan.propose.repair import costs as repair_costs
from blockplan.propose.repair.demands import demands_of
from blockplan.propose.repair.draft import RepairDraft
from blockplan.propose.repair.effects import Bench
from blockplan.propose.repair.mip import Effort
from blockplan.propose.repair.moves import Assumed, Yard, defaults
from blockplan.propose.repair.rows import Supply
from blockplan.propose.repair.search import useful
from blockplan.propose.repair.suiting import suited
from blockplan.propose.stop import Clock, Stop
from blockplan.propose.unmet import rule_name, unmet_rules

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
    from blockplan.propose.proposal import Ended
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import Key
    from blockplan.propose.repair.family import Family
    from blockplan.propose.repair.mip import RepairSolved
    from blockplan.propose.repair.moves import RepairMove
    from blockplan.propose.repair.search import Useful
    from blockplan.propose.unmet import Unmet

Objective = Literal["count", "area", "cost"]
UNITS: dict[Objective, str] = {"count": "change", "area": "m2", "cost": "cost"}
#: So often a choice that the check denies is cut off before the search gives up; so often rows that a
#: solution breaks are added in one round, and while the best suited is looked for.
MOST_ROUNDS = 40
MOST_CUTS = 400
MOST_SUITED = 12
#: Shortfalls that differ by no more are the same.
SAME_SHORT = 1e-5
#: Land and cost are sums of many sizes: the last ten-thousandth of them takes longer than it is worth.
FINE_GAP = 1e-4
METHOD = (
    "one mixed-integer model over all failing must rules (HiGHS): first the least shortfall, then the least "
    "changes (objective and bound); among equals, exchanges for what suits better; checked, {rounds} round(s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairParams:
    """
    What "smallest" means, and what is assumed.

    Attributes
    ----------
    objective
        ``count``: changes (a parcel given another use, with what is built on it, is one; so is an enlarged
        facility). ``area``: land given another use, m2. ``cost``: units of cost by the tables.
    tables
        Tables that take the place of those of ``repair.toml``: costs, hosts, floor_per_unit, limits.
    """

    objective: Objective = "count"
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
class _Search:
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
    cuts: list[tuple[frozenset[Key], frozenset[Key]]] = field(default_factory=list)
    lacks: list[tuple[str, float, frozenset[Key], frozenset[Key]]] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    against: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _RepairSolution:
    """Values of the model: how much stays short at least, how good, and how the phases ended."""

    values: NDArray[np.float64]
    short: RepairSolved | None
    least: RepairSolved


@dataclass(frozen=True, slots=True)
class _Choice:
    """A solution in place: the moves with their amounts, the plan and its verdicts, what the check denies."""

    moves: dict[Key, float]
    changes: tuple[Change, ...]
    found: _RepairSolution
    parts: dict[str, float]
    plan: Plan
    after: CheckResult
    denied: tuple[Verdict, ...] = ()


def repair(  # noqa: PLR0913 (what a repair is asked; all but the first two have defaults)
    plan: Plan,
    locks: Locks,
    packs: Iterable[str | Path] | None = None,
    on: dt.date | str | None = None,
    *,
    params: RepairParams | None = None,
    stop: Stop | None = None,
    seed: int = 0,
    before: CheckResult | None = None,
) -> tuple[SearchAnswer, CheckResult]:
    """
    Propose the smallest repair of a plan.

    Parameters
    ----------
    plan
        The plan, in the scenario that is to be repaired.
    locks
        What stays as it is, as `read_locks` gives it.
    packs, on
        By which rules of which day it is judged, as for `check`.
    params, stop, seed
        What smallest means; when to be content; the same seed gives the same answer.
    before
        The check of the plan, where the caller has it.

    Returns
    -------
    tuple
        The answer, and the check of the plan before. ``unmet`` names each ``must`` rule that the check of
        the proposal finds failing, with what stays missing, and those whose verdict is unknown; ``proof``
        says what is proved. Where everything can be kept, that is: no fewer changes keep all ``must`` rules.
        Where it cannot: none do, and none leave less missing (each as a part of what is missing before, all
        added up); of those that leave as little, none are fewer.
    """
    params, clock = params or RepairParams(), Clock(stop or Stop())
    named = None if packs is None else list(packs)
    before = before or check(plan, named, on)
    demands = [one for one in demands_of(plan, before, named) if one.verdict.outcome != "unknown"]
    bench = Bench(plan, demands, clock)
    yard = Yard(plan, locks, params.assumed)
    search = _Search(plan, params, named, on, clock, seed, before, bench, yard, useful(bench, yard))
    choice, rounds = _searched(search)
    return _answer(search, choice, rounds, locks), before


def _searched(search: _Search) -> tuple[_Choice | None, int]:
    """Solve, check and learn until the check agrees; the last choice, and how often it was tried."""
    failing = [demand for demand in search.bench.demands if demand.fails]
    everything = list(_everything(search))
    for demand in failing:
        family = search.found.families.get(demand.name)
        if isinstance(family, Supply) and not family.base:
            # No move brings any supply, so nobody can say what it is divided by.
            del search.found.families[demand.name]
            search.given_up.add(demand.name)
            search.against |= {family.unsure} - {""}
        elif family is None:
            search.given_up.add(demand.name)
            if any(demand.reads(move.with_amount(max(move.least, 1.0))) for move in everything):
                search.against.add(f"not_modelled: {demand.name}")
    choice: _Choice | None = None
    rounds = 0
    while failing and rounds < MOST_ROUNDS:
        rounds += 1
        choice = _chosen(search)
        if choice is None or not choice.denied or search.clock.over():
            break
        _learn(search, choice)
    return choice, rounds


def _everything(search: _Search) -> Iterable[RepairMove]:
    """Every move that any demand has to do with, and every conversion."""
    found = {move.key: move for moves in search.bench.conversions.values() for move in moves.values()}
    return (found | search.found.moves).values()


def _chosen(search: _Search) -> _Choice | None:
    """Solve the model as it is known now, and check the plan with the solution in place."""
    draft = RepairDraft()
    draft.add(search.found.moves[key] for key in sorted(search.found.moves))
    for name, family in search.found.families.items():
        if name not in search.found.waiting:
            family.add(draft)
    for chosen, touching in search.cuts:
        draft.without(chosen, touching)
    for name, lack, chosen, touching in search.lacks:
        draft.short_with(name, lack, chosen, touching)
    found = _settled(search, draft)
    if found is None:
        return None
    moves = draft.read(found.values)
    changes = tuple(
        change for key, amount in sorted(moves.items()) for change in draft.moves[key].with_amount(amount)
    )
    plan = search.bench.tried(changes)
    after = check(plan, search.packs, search.on)
    parts = repair_costs.parts(search.params.objective, search.params.assumed, draft.moves, moves)
    denied = _denied(search, plan, after, draft.short(found.values))
    return _Choice(moves, changes, found, parts, plan, after, denied)


def _settled(search: _Search, draft: RepairDraft) -> _RepairSolution | None:
    """A solution that breaks no row which families write only where one is broken."""
    found: _RepairSolution | None = None
    for _ in range(MOST_CUTS):
        found = _smallest(search, draft)
        if found is None or not _cut(search, draft, found.values) or search.clock.over():
            break
    else:
        search.against.add("cuts")
    if found is None or search.params.objective != "count" or search.clock.over():
        # Land and money tell nearly all choices apart; and who wants to end now is not made to wait.
        return found
    cost = draft.weights(*repair_costs.of(search.params.objective, search.params.assumed, draft.moves))
    suits = draft.weights(*repair_costs.suiting(search.plan, search.params.assumed, draft.moves))
    mark = len(draft.model.rows)
    _hold(draft, found.short)
    draft.model.row(cost, upper=found.least.objective * (1 + 1e-9) + 1e-6)
    for _ in range(MOST_SUITED):
        if search.clock.over():
            break
        values = suited(draft, suits, found.values)
        if not _cut(search, draft, values):
            found = _RepairSolution(values, found.short, found.least)
            break
    del draft.model.rows[mark:]
    return found


def _cut(search: _Search, draft: RepairDraft, values: NDArray[np.float64]) -> bool:
    """Add the rows that a solution breaks; whether there are any."""
    new = [
        row
        for name, family in search.found.families.items()
        if name not in search.found.waiting
        for row in family.cuts(draft, values)
    ]
    for row in new:
        draft.row(row)
    return bool(new)


def _smallest(search: _Search, draft: RepairDraft) -> _RepairSolution | None:
    """The least shortfall, then the least changes: values, and how good."""
    clock, seed, assumed = search.clock, search.seed, search.params.assumed
    first, start, mark = None, None, len(draft.model.rows)
    if draft.slack:
        first = draft.model.solve(draft.shortfall(), clock, Effort(seed=seed, said="least shortfall"))
        if first.values is None:
            return None
        start = first.values
    _hold(draft, first)
    cost = draft.weights(*repair_costs.of(search.params.objective, assumed, draft.moves))
    fine = 0.0 if search.params.objective == "count" else FINE_GAP
    effort = Effort(gap=max(clock.stop.gap, fine), seed=seed, said="least changes")
    least = draft.model.solve(cost, clock, effort, start)
    del draft.model.rows[mark:]
    return None if least.values is None else _RepairSolution(least.values, first, least)


def _hold(draft: RepairDraft, first: RepairSolved | None) -> None:
    """Let the demands stay no shorter, all added up, than they have to; none where they need not."""
    if first is None:
        return
    short = 0.0 if first.objective <= SAME_SHORT * len(draft.slack) else first.objective
    draft.model.row(draft.shortfall(), upper=short + (SAME_SHORT / 10 if short else 1e-9))


def _denied(
    search: _Search, plan: Plan, after: CheckResult, short: Mapping[str, float]
) -> tuple[Verdict, ...]:
    """``must`` verdicts that do not come out as the model says: some go on failing, some begin to."""
    before = {(one.rule, one.scope_kind, one.scope_id): one for one in search.before.verdicts}
    accepted = search.given_up | {
        name for name, amount in short.items() if _as_short(search.found.families[name], plan, amount)
    }
    wrong = []
    for verdict in after.verdicts:
        was = before.get((verdict.rule, verdict.scope_kind, verdict.scope_id))
        outcome = None if was is None else was.outcome
        # A rule that no longer applies, since all homes are gone, is not kept.
        idle = verdict.outcome == "not_applicable" and outcome not in {"pass", "fail"}
        if verdict.force != "must" or verdict.outcome == "pass" or idle:
            continue
        failed_before = outcome == "fail" and verdict.outcome == "fail"
        if outcome != "unknown" and not (failed_before and rule_name(verdict) in accepted):
            wrong.append(verdict)
    return tuple(wrong)


def _as_short(family: Family, plan: Plan, amount: float) -> bool:
    """Whether a plan is short of a demand by no more than the model says."""
    return family.lack(plan) <= amount + family.leeway + SAME_SHORT * max(1.0, amount)


def _learn(search: _Search, choice: _Choice) -> None:
    """Stay a little farther from a limit that sums in another order missed; else cut the choice off."""
    by_name = {demand.name: demand for demand in search.bench.demands}
    for verdict in choice.denied:
        demand = by_name.get(rule_name(verdict))
        family = None if demand is None else search.found.families.get(demand.name)
        if isinstance(family, Supply) and (hair := _hair(family, choice.plan)):
            family.margin = 2 * family.margin + hair
            continue
        touching = _touching(search, demand)
        lack = 0.0 if family is None or verdict.outcome != "fail" else family.lack(choice.plan)
        if demand is not None and demand.fails and lack > 0:
            search.lacks.append((demand.name, lack, frozenset(choice.moves), frozenset(touching)))
            continue
        if any(search.found.moves[key].column for key in touching):
            search.against.add(f"amounts: {rule_name(verdict)}")
        if not touching:
            search.given_up.add(rule_name(verdict))
            search.against.add(f"not_modelled: {rule_name(verdict)}")
        search.cuts.append((frozenset(choice.moves), frozenset(touching)))


def _hair(family: Supply, plan: Plan) -> float:
    """How much a supply fell short by, where that is no more than rounding; else 0."""
    short = family.lack(plan)
    return 2 * short if 0 < short < 1e-6 * max(1.0, family.base) else 0.0


def _touching(search: _Search, demand: Demand | None) -> set[Key]:
    """The moves that may change how a demand comes out, from now on all in the model."""
    name = "" if demand is None else demand.name
    if name not in search.opened:
        search.opened.add(name)
        search.found.keep(
            move
            for move in _everything(search)
            if demand is None or demand.reads(move.with_amount(max(move.least, 1.0)))
        )
    return {
        key
        for key, move in search.found.moves.items()
        if demand is None or demand.reads(move.with_amount(max(move.least, 1.0)))
    }


def _answer(search: _Search, choice: _Choice | None, rounds: int, locks: Locks) -> SearchAnswer:
    failing = any(demand.fails for demand in search.bench.demands)
    interrupted, out_of_time = search.clock.interrupted, search.clock.over()
    done = choice is not None and not choice.denied
    ended: Ended = "interrupted" if interrupted else "finished" if done and not out_of_time else "limit"
    if not failing:
        ended = "finished"
    proof = _proof(search, choice, failing=failing)
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
    )


def _proof(search: _Search, choice: _Choice | None, *, failing: bool) -> Proof:
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
    for move in _everything(search):
        kinds[move.kind] = kinds.get(move.kind, 0) + 1
    interactions = sorted({family.kind for family in families.values()})
    if failing and search.bench.cut:
        against.add("moves_not_all_tried")
    if failing and search.yard.nobody_knows and not _all_count_residents(search):
        against.add("residents_not_known")
    return Proof(moves=kinds, interactions=tuple(interactions), phases=phases, against=tuple(sorted(against)))


def _all_count_residents(search: _Search) -> bool:
    """Whether some demand would be unknown with homes of which nobody knows who lives there."""
    source = search.plan.manifest.residents.source
    return source != "given" and any(demand.counts_residents for demand in search.bench.demands)


def _short_by(families: Mapping[str, Any], choice: _Choice) -> float:
    """What the proposal leaves missing as it is measured, each as a part of what is missing before."""
    found = 0.0
    for family in families.values():
        before = family.lack(family.bench.plan) if family.demand.fails else 0.0
        if before > 0:
            found += max(0.0, family.lack(choice.plan) - family.leeway) / before
    return found


def _unmet(search: _Search, choice: _Choice | None) -> list[Unmet]:
    """Every ``must`` rule that the check of the proposal finds failing or unknown, with what is missing."""
    plan, after = (search.plan, search.before) if choice is None else (choice.plan, choice.after)

    def missing(name: str) -> tuple[float, str] | None:
        family = search.found.families.get(name)
        if family is None:
            return None
        amount, unit = family.missing(plan)
        return (amount, unit) if amount > 0 else None

    return unmet_rules(after, missing)


def _reasons(search: _Search, choice: _Choice | None) -> tuple[tuple[str, int], ...]:
    """Why so little may be done, where a rule stays unmet."""
    after = search.before if choice is None else choice.after
    if all(one.force != "must" or one.outcome != "fail" for one in after.verdicts):
        return ()
    return tuple((name, count) for name, count in search.yard.tally.items() if count)


def _parameters(search: _Search, locks: Locks) -> dict[str, Any]:
    assumed = search.params.assumed
    shown: dict[str, Any] = {"objective": search.params.objective, "locks": locks.to_list(), **assumed.limits}
    if search.params.objective == "cost":
        shown |= {f"costs.{name} (assumed, no source)": dict(table) for name, table in assumed.costs.items()}
    return shown
