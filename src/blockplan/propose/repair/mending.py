"""
The smallest set of changes after which every ``must`` rule passes, in one model over all that fail.

The method: judge; find what each permitted move does for each demand by trying it out; first let the
demands stay short by as little as can be (what is left is named), then find the least changes, then, among
those, the ones that suit best; put them in place and judge again. Where the check finds what the model did
not know, that choice is cut off and the model is solved again, so nothing is claimed that the check denies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from blockplan.check import check
from blockplan.propose.changes import apply
from blockplan.propose.proposal import Answer, Unmet
from blockplan.propose.repair import costs as repair_costs
from blockplan.propose.repair.demands import demands_of
from blockplan.propose.repair.draft import Draft
from blockplan.propose.repair.effects import Bench
from blockplan.propose.repair.mip import Effort
from blockplan.propose.repair.moves import Assumed, Yard, defaults
from blockplan.propose.repair.search import useful, write_rows
from blockplan.propose.repair.suiting import suited
from blockplan.propose.stop import Clock, Stop

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
    from blockplan.propose.repair.mip import Solved
    from blockplan.propose.repair.search import Useful

Objective = Literal["count", "area", "cost"]
UNITS: dict[Objective, str] = {"count": "change", "area": "m2", "cost": "cost"}
#: So often a choice that the check denies is cut off before the search gives up.
MOST_ROUNDS = 40
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
    """One repair under way: what was asked, what is known, what was learned from checks of solutions."""

    plan: Plan
    params: RepairParams
    packs: list[str | Path] | None
    on: dt.date | str | None
    clock: Clock
    seed: int
    before: CheckResult
    bench: Bench
    found: Useful
    margins: dict[str, float] = field(default_factory=dict)
    cuts: list[tuple[frozenset[Key], frozenset[Key]]] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A solution: the moves with their amounts, how good it is, what stays short, what the check denies."""

    moves: dict[Key, float]
    changes: tuple[Change, ...]
    solved: Solved
    short: dict[str, tuple[float, str]]
    parts: dict[str, float]
    denied: tuple[Verdict, ...] = ()
    whole: bool = True


def repair(  # noqa: PLR0913 (what a repair is asked; all but the first two have defaults)
    plan: Plan,
    locks: Locks,
    packs: Iterable[str | Path] | None = None,
    on: dt.date | str | None = None,
    *,
    params: RepairParams | None = None,
    stop: Stop | None = None,
    seed: int = 0,
) -> tuple[Answer, CheckResult]:
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

    Returns
    -------
    tuple
        The answer, and the check of the plan before. ``unmet`` names each failing ``must`` rule that no
        permitted change repairs, with what stays missing, and those whose verdict is unknown.
    """
    params, clock = params or RepairParams(), Clock(stop or Stop())
    named = None if packs is None else list(packs)
    before = check(plan, named, on)
    demands = [one for one in demands_of(plan, before, named) if one.verdict.outcome != "unknown"]
    bench = Bench(plan, demands)
    failing = [demand for demand in demands if demand.fails]
    yard = Yard(plan, locks, params.assumed)
    found = useful(bench, yard, failing)
    search = _Search(plan, params, named, on, clock, seed, before, bench, found)
    search.given_up |= {demand.name for demand in failing} - found.modelled
    return _answer(search, locks), before


def _answer(search: _Search, locks: Locks) -> Answer:
    choice: _Choice | None = None
    rounds, failing = 0, any(demand.fails for demand in search.bench.demands)
    while failing and rounds < MOST_ROUNDS:
        rounds += 1
        choice = _chosen(search)
        if choice is None or not choice.denied or search.clock.over():
            break
        _learn(search, choice)
    interrupted, out_of_time = search.clock.interrupted, search.clock.over()
    done = choice is not None and not choice.denied
    ended: Ended = "interrupted" if interrupted else "finished" if done and not out_of_time else "limit"
    if not failing:
        ended = "finished"
    objective, bound = _how_good(choice, failing=failing)
    return Answer(
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
    )


def _how_good(choice: _Choice | None, *, failing: bool) -> tuple[float | None, float | None]:
    """Objective and bound; no bound where the check denies the choice, or where options were left out."""
    if not failing:
        return 0.0, 0.0
    if choice is None:
        return None, None
    proves = choice.whole and not choice.denied
    return choice.solved.objective, max(0.0, choice.solved.bound) if proves else None


def _chosen(search: _Search) -> _Choice | None:
    """Solve the model as it is known now, and check the plan with the solution in place."""
    draft = Draft()
    draft.add(search.found.moves[key] for key in sorted(search.found.moves))
    write_rows(draft, search.bench, search.found, search.margins)
    for chosen, touching in search.cuts:
        draft.without(chosen, touching)
    found = _smallest(search, draft)
    if found is None:
        return None
    values, solved = found
    moves = draft.read(values)
    changes = tuple(
        change for key, amount in sorted(moves.items()) for change in draft.moves[key].with_amount(amount)
    )
    short = draft.shortfalls(values)
    after = check(apply(search.plan, changes), search.packs, search.on)
    parts = repair_costs.parts(search.params.objective, search.params.assumed, draft.moves, moves)
    denied = _denied(search, after, set(short))
    return _Choice(moves, changes, solved, short, parts, denied, draft.whole)


def _smallest(search: _Search, draft: Draft) -> tuple[NDArray[np.float64], Solved] | None:
    """The least shortfall, then the least changes, then the best suited of these: values, and how good."""
    clock, seed, assumed = search.clock, search.seed, search.params.assumed
    start = None
    if draft.slack:
        nearest = {at: 1.0 / scale for at, scale, _ in draft.slack.values()}
        first = draft.model.solve(nearest, clock, Effort(seed=seed, said="least shortfall"))
        if first.values is None:
            return None
        start = first.values
        draft.hold_shortfalls(first.values)
    cost = draft.weights(*repair_costs.of(search.params.objective, assumed, draft.moves))
    fine = 0.0 if search.params.objective == "count" else FINE_GAP
    effort = Effort(gap=max(clock.stop.gap, fine), seed=seed, said="least changes")
    least = draft.model.solve(cost, clock, effort, start)
    if least.values is None:
        return None
    if search.params.objective != "count" or clock.over():
        # Land and money tell nearly all choices apart; and who wants to end now is not made to wait.
        return least.values, least
    draft.model.row(cost, upper=least.objective * (1 + 1e-9) + 1e-6)
    suits = draft.weights(*repair_costs.suiting(search.plan, assumed, draft.moves))
    return suited(draft, suits, least.values), least


def _denied(search: _Search, after: CheckResult, short: set[str]) -> tuple[Verdict, ...]:
    """``must`` verdicts that do not come out as the model says: some go on failing, some begin to."""
    before = {(one.rule, one.scope_kind, one.scope_id): one for one in search.before.verdicts}
    accepted = short | search.given_up
    wrong = []
    for verdict in after.verdicts:
        was = before.get((verdict.rule, verdict.scope_kind, verdict.scope_id))
        if verdict.force != "must" or verdict.outcome in {"pass", "not_applicable"}:
            continue
        if (
            was is not None
            and was.outcome == "fail"
            and verdict.outcome == "fail"
            and _name(verdict) in accepted
        ):
            continue
        if was is None or was.outcome != "unknown":
            wrong.append(verdict)
    return tuple(wrong)


def _name(verdict: Verdict) -> str:
    whole = verdict.scope_kind in {"plan", "city"}
    return verdict.rule if whole else f"{verdict.rule} {verdict.scope_kind}:{verdict.scope_id}"


def _learn(search: _Search, choice: _Choice) -> None:
    """Stay a little farther from a limit that sums in another order missed; else cut the choice off."""
    by_name = {demand.name: demand for demand in search.bench.demands}
    for verdict in choice.denied:
        demand = by_name.get(_name(verdict))
        hair = _hair(search, demand, verdict)
        if demand is not None and hair:
            search.margins[demand.name] = 2 * search.margins.get(demand.name, 0.0) + hair
            continue
        touching = _touching(search, demand)
        if not touching:
            search.given_up.add(_name(verdict))
        search.cuts.append((frozenset(choice.moves), frozenset(touching)))


def _hair(search: _Search, demand: Demand | None, verdict: Verdict) -> float:
    """How much a supply fell short by, where that is no more than rounding; else 0."""
    if demand is None or verdict.margin is None or demand.name not in search.bench.bases:
        return 0.0
    short = -verdict.margin * search.bench.bases[demand.name]
    return 2 * short if 0 < short < 1e-6 * max(1.0, search.bench.bases[demand.name]) else 0.0


def _touching(search: _Search, demand: Demand | None) -> set[Key]:
    """The moves that may change how a demand comes out; all of them where that is not known."""
    moves = search.found.moves
    if demand is None or demand.scoped:
        return set(moves)
    before, does = search.bench.figure(demand), dict[tuple[str, ...], bool]()
    for move in moves.values():
        if move.group not in does:
            tried = search.bench.tried(move.with_amount(max(move.least, 1.0)))
            does[move.group] = search.bench.figures(tried, [demand])[0] != before
    return {key for key, move in moves.items() if does[move.group]}


def _unmet(search: _Search, choice: _Choice | None) -> list[Unmet]:
    """Every ``must`` rule that is not repaired, with what stays missing; and those that are unknown."""
    short = choice.short if choice else {}
    denied = {_name(one): one for one in choice.denied} if choice else {}
    found = []
    for verdict in search.before.verdicts:
        name = _name(verdict)
        if verdict.force != "must":
            continue
        if verdict.outcome == "unknown":
            found.append(Unmet(f"{name}: {'; '.join(verdict.missing) or 'unknown'}", None, verdict.unit))
        elif name in denied:
            found.append(_left(name, denied[name]))
        elif name in short:
            found.append(Unmet(name, *short[name]))
        elif verdict.outcome == "fail" and (choice is None or name in search.given_up):
            found.append(_left(name, verdict))
    return found


def _left(name: str, verdict: Verdict) -> Unmet:
    """What a verdict stays short by: its remedy, else its margin."""
    if verdict.remedy is not None and verdict.remedy.amount is not None:
        return Unmet(name, verdict.remedy.amount, verdict.remedy.unit)
    return Unmet(name, None if verdict.margin is None else abs(verdict.margin), verdict.unit)


def _parameters(search: _Search, locks: Locks) -> dict[str, Any]:
    assumed = search.params.assumed
    shown: dict[str, Any] = {"objective": search.params.objective, "locks": locks.to_list(), **assumed.limits}
    if search.params.objective == "cost":
        shown |= {f"costs.{name} (assumed, no source)": dict(table) for name, table in assumed.costs.items()}
    return shown
