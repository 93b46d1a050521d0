"""What is told of a repair: its answer, what is proved of it and what is not, and what stays unmet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.propose.proposal import CUTS_OFFERED, Proof, SearchAnswer
from blockplan.propose.repair.state import SAME_SHORT
from blockplan.propose.unmet import rule_name, unmet_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.propose.locks import Locks
    from blockplan.propose.proposal import Ended
    from blockplan.propose.repair.state import Choice, Objective, Search
    from blockplan.propose.unmet import Unmet

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
        against.add(f"{CUTS_OFFERED}: {len(search.offered.parts())}")
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


def _reasons(search: Search, choice: Choice | None) -> tuple[tuple[str, int], ...]:
    """Why so little may be done, where a rule stays unmet."""
    after = search.before if choice is None else choice.after
    if all(one.force != "must" or one.outcome != "fail" for one in after.verdicts):
        return ()
    return tuple((name, count) for name, count in search.tally.items() if count)


def _parameters(search: Search, locks: Locks) -> dict[str, Any]:
    assumed = search.params.assumed
    shown: dict[str, Any] = {"objective": search.params.objective, "locks": locks.to_list(), **assumed.limits}
    if search.params.parts:
        shown["parts"] = {name: list(pieces[1:]) for name, pieces in search.offered.pieces.items()}
    if search.params.objective == "cost":
        shown |= {f"costs.{name} (assumed, no source)": dict(table) for name, table in assumed.costs.items()}
    return shown
