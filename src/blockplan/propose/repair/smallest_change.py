"""
The smallest set of changes after which every ``must`` rule passes, in one model over all that fail.

The method: judge; find what each permitted move does for each demand by trying it out; first let the
demands stay short by as little as can be (what is left is named), then find the least changes, then, among
those, the ones that suit best; put them in place and judge again. No row of the model forbids what the check
would let pass, so its optimum bounds what is permitted; where the check finds what the model did not know,
that choice is cut off and the model is solved again. `Proof` says what is claimed, and what is against it.

The best suited among equals: moves of a solution exchanged for others, as long as that is better.

The smallest repair is seldom the only one of its size. Which of them suits best is looked for by exchanging
one move for another, or the uses of two parcels, under all rows of the model. No proof is claimed for this
part; it always ends in the same place, however fast the machine is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blockplan.check import check
from blockplan.propose.changes import apply
from blockplan.propose.conversion import converted
from blockplan.propose.proposal import rule_name
from blockplan.propose.repair.demands import demands_of
from blockplan.propose.repair.draft import CHOSEN, RepairDraft
from blockplan.propose.repair.effects import Bench
from blockplan.propose.repair.mip import Effort
from blockplan.propose.repair.moves import Yard, cost_of, cost_parts, suiting
from blockplan.propose.repair.rows import Supply
from blockplan.propose.repair.search import useful
from blockplan.propose.repair.state import SAME_SHORT, Choice, RepairParams, RepairSolution, Search, answer_of
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.plan import Plan
    from blockplan.propose.locks import Locks
    from blockplan.propose.proposal import SearchAnswer
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.mip import RepairModel, RepairSolved
    from blockplan.propose.repair.moves import Key
    from blockplan.propose.repair.search import Family

#: So often a choice that the check denies is cut off before the search gives up; so often rows that a
#: solution breaks are added in one round, and while the best suited is looked for.
MOST_ROUNDS = 40
MOST_CUTS = 400
MOST_SUITED = 12
#: What is told while how little must stay short is looked for, and while how few changes do it.
LEAST_SHORTFALL, LEAST_CHANGES = "least shortfall", "least changes"
#: Land and cost are sums of many sizes: the last ten-thousandth of them takes longer than it is worth.
FINE_GAP = 1e-4


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
    bench, yard = Bench(plan, demands, clock), Yard(plan, locks, params.assumed)
    tally = yard.tally
    found, offered = useful(bench, yard), None
    if params.parts and found.moves:
        # Siting and layout cut parts too: their rooms are read where parts are asked for.
        from blockplan.propose.repair.part_sizes import offered_parts  # noqa: PLC0415

        offered = offered_parts(plan, before, named, found, clock)
    if offered is not None:
        bench, yard = Bench(offered.plan, demands, clock), Yard(offered.plan, locks, params.assumed)
        found = useful(bench, yard)
    search = Search(plan, params, named, on, clock, seed, before, bench, yard, found, offered, tally)
    choice, rounds = _searched(search)
    return answer_of(search, choice, rounds, locks), before


def _searched(search: Search) -> tuple[Choice | None, int]:
    """Solve, check and learn until the check agrees; the last choice, and how often it was tried."""
    failing = [demand for demand in search.bench.demands if demand.fails]
    everything = list(search.everything())
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
    if not everything:
        search.against.clear()  # of no move it is unsure what it does
    choice: Choice | None = None
    rounds = 0
    while failing and rounds < MOST_ROUNDS:
        rounds += 1
        choice = _chosen(search)
        if choice is None or not choice.denied or search.clock.over():
            break
        _learn(search, choice)
    return choice, rounds


def _chosen(search: Search) -> Choice | None:
    """Solve the model as it is known now, and check the plan with the solution in place."""
    draft = RepairDraft()
    draft.add(search.found.moves[key] for key in sorted(search.found.moves))
    for pieces in search.pieces.values():
        draft.join(pieces)
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
    if search.offered is not None:
        changes = search.offered.settled(changes, lambda name, code: converted(search.plan, name, code))
    plan = apply(search.plan, changes)
    after = check(plan, search.packs, search.on)
    parts = cost_parts(search.params.objective, search.params.assumed, draft.moves, moves)
    if search.params.objective == "count":
        # All pieces of a parcel that get one use are one change.
        parts |= {"convert": parts["convert"] - more} if (more := draft.joined(found.values)) else {}
    denied = _denied(search, plan, after, draft.short(found.values))
    return Choice(moves, changes, found, parts, plan, after, denied)


def _settled(search: Search, draft: RepairDraft) -> RepairSolution | None:
    """A solution that breaks no row which families write only where one is broken."""
    found: RepairSolution | None = None
    for _ in range(MOST_CUTS):
        found = _smallest(search, draft)
        if found is None or not _cut(search, draft, found.values) or search.clock.over():
            break
    else:
        search.against.add("cuts")
    if found is None or search.params.objective != "count" or search.clock.over():
        # Land and money tell nearly all choices apart; and who wants to end now is not made to wait.
        return found
    cost = _cost(search, draft)
    suits = draft.weights(*suiting(search.plan, search.params.assumed, draft.moves))
    mark = len(draft.model.rows)
    _hold(draft, found.short)
    draft.model.row(cost, upper=found.least.objective * (1 + 1e-9) + 1e-6)
    for _ in range(MOST_SUITED):
        if search.clock.over():
            break
        values = suited(draft, suits, found.values)
        if not _cut(search, draft, values):
            found = RepairSolution(values, found.short, found.least)
            break
    del draft.model.rows[mark:]
    return found


def _cut(search: Search, draft: RepairDraft, values: NDArray[np.float64]) -> bool:
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


def _smallest(search: Search, draft: RepairDraft) -> RepairSolution | None:
    """The least shortfall, then the least changes: values, and how good."""
    clock, seed = search.clock, search.seed
    first, start, mark = None, None, len(draft.model.rows)
    if draft.slack:
        first = draft.model.solve(draft.shortfall(), clock, Effort(seed=seed, said=LEAST_SHORTFALL))
        if first.values is None:
            return None
        start = first.values
    _hold(draft, first)
    cost = _cost(search, draft)
    fine = 0.0 if search.params.objective == "count" else FINE_GAP
    effort = Effort(gap=max(clock.stop.gap, fine), seed=seed, said=LEAST_CHANGES)
    least = draft.model.solve(cost, clock, effort, start)
    del draft.model.rows[mark:]
    return None if least.values is None else RepairSolution(least.values, first, least)


def _cost(search: Search, draft: RepairDraft) -> dict[int, float]:
    """What is made small; a parcel that gets a use in all its pieces is one change, however many they are."""
    cost = draft.weights(*cost_of(search.params.objective, search.params.assumed, draft.moves))
    if search.params.objective == "count":
        cost |= {at: 1.0 - len(pieces) for at, pieces in draft.whole.items()}
    return cost


def _hold(draft: RepairDraft, first: RepairSolved | None) -> None:
    """Let the demands stay no shorter, all added up, than they have to; none where they need not."""
    if first is None:
        return
    short = 0.0 if first.objective <= SAME_SHORT * len(draft.slack) else first.objective
    draft.model.row(draft.shortfall(), upper=short + (SAME_SHORT / 10 if short else 1e-9))


def _denied(
    search: Search, plan: Plan, after: CheckResult, short: Mapping[str, float]
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


def _learn(search: Search, choice: Choice) -> None:
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


def _touching(search: Search, demand: Demand | None) -> set[Key]:
    """The moves that may change how a demand comes out, from now on all in the model."""
    name = "" if demand is None else demand.name
    if name not in search.opened:
        search.opened.add(name)
        search.found.keep(
            move
            for move in search.everything()
            if demand is None or demand.reads(move.with_amount(max(move.least, 1.0)))
        )
    return {
        key
        for key, move in search.found.moves.items()
        if demand is None or demand.reads(move.with_amount(max(move.least, 1.0)))
    }


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
