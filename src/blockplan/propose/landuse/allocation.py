"""
Land-use allocation: which parcel should have which use, under rules, quotas, reach and structure.

`propose_landuse` reads the plan, asks for what the terms and the packs demand, and searches. What is worth
how much stands in `terms`; every part of the objective comes back by name, with that of the plan as
it is beside it.

Why demands on land cannot be met together: alone out of reach, or at odds with which others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import InfeasibleError, UsageError
from blockplan.propose.landuse.case import Landuse, landuse_problem, say, unmet_of
from blockplan.propose.landuse.model import model_of, solve_program
from blockplan.propose.landuse.parcels import changes_for
from blockplan.propose.landuse.pareto import set_document, with_worth
from blockplan.propose.landuse.problem import parts, shortfalls
from blockplan.propose.landuse.search import FoundUses, solve
from blockplan.propose.proposal import Proof, SearchAnswer
from blockplan.propose.stopping import Clock, Stop
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.propose.landuse.pareto import Objective, Point
    from blockplan.propose.landuse.problem import Problem


#: Nodes of the tree that one question is worth.
NODES = 500


def explain(problem: Problem, name: str, clock: Clock) -> str:
    """
    Why a demand cannot be met, in a clause: out of reach by itself, or the demands it clashes with.

    Demands are let go one by one; those without which the rest could be met are the clash.
    """
    alone = _short(problem, {name}, name, clock)
    if alone is None:
        return "why could not be found out in time"
    if alone > 0:
        return f"even alone it is missed by {alone:,.6g} at best"
    others = [other for other, _ in problem.asked if other != name]
    kept = set(others)
    for other in others:
        short = _short(problem, {*kept - {other}, name}, name, clock)
        if short is None:
            return "it can be met alone; what it clashes with could not be found out in time"
        if short > 0:
            kept.discard(other)
    return f"it can be met alone, and clashes with {', '.join(sorted(kept)) or 'the others together'}"


def _short(problem: Problem, asked: Iterable[str], name: str, clock: Clock) -> float | None:
    """By how much a demand is missed at best while others hold as they can; None where time ran out."""
    names = set(asked)
    part = replace(
        problem,
        demands=tuple(demand for demand in problem.demands if demand.name in names),
        covers=tuple(cover for cover in problem.covers if cover.name in names),
    )
    if clock.over():
        return None
    made = model_of(part, elastic=True)
    solved = solve_program(made, clock=clock, gap=1e-6, start=problem.today, nodes=NODES)
    if solved.chosen is None:
        return None
    missed = shortfalls(part, solved.chosen)
    return sum(amount for amount, _ in missed.values()) if missed else 0.0


__all__ = ["Landuse", "landuse_problem", "propose_landuse", "propose_point"]

#: Unit of the objective.
UNIT = "ha"
#: So many demands that clash are written out in the error.
TOLD = 8


def propose_landuse(
    land: Landuse, stop: Stop | None = None, seed: int = 0, *, strict: bool = False
) -> SearchAnswer:
    """
    Uses for the parcels that may change theirs.

    Parameters
    ----------
    strict
        Raise where demands cannot all be met, instead of missing them by as little as is possible.

    Raises
    ------
    UsageError
        If no parcel may become anything else.
    InfeasibleError
        With `strict`, if demands cannot all be met; names them, by how much, and which clash.
    """
    _has_choice(land)
    clock = Clock(stop or Stop())
    found = solve(land.problem, clock.stop, seed)
    if strict and found.missed:
        raise InfeasibleError(_clash_text(land, found, clock))
    return answer_of(land, found, seed)


def _has_choice(land: Landuse) -> None:
    if land.problem.free.any():
        return
    uncounted = land.parcels.homes_not_offered
    reasons = land.parcels.why_kept | ({"residents_not_counted": uncounted} if uncounted else {})
    reasons = reasons or {"no_size": 0}
    kept = [say.text(f"kept.{reason}", n=many) for reason, many in reasons.items()]
    raise say.refused(UsageError, "no_choice", kept=listed(kept))


def answer_of(land: Landuse, found: FoundUses, seed: int) -> SearchAnswer:
    """A choice of uses as an answer: changes, parts, what stays unmet."""
    units, uncounted = dict(land.problem.asked), land.parcels.homes_not_offered
    missed = {name: (amount, units[name]) for name, amount in found.missed.items()}
    bound = found.bound if np.isfinite(found.bound) else None
    return SearchAnswer(
        kind="landuse",
        changes=changes_for(land.parcels, found.chosen),
        objective=found.objective,
        unit=UNIT,
        sense="max",
        bound=bound,
        parts=parts(land.problem, found.chosen),
        parameters=_parameters(land, found),
        reasons={"homes_not_offered": uncounted} if uncounted else {},
        unmet=(*unmet_of(land, missed, found.chosen), *land.asked.unknown),
        method=found.method,
        proof=Proof(
            moves={"use": int(land.problem.allowed.sum() - len(land.problem.ids))},
            interactions=("sums", "reach", "neighbours"),
            phases={
                "least_unmet": "proved" if found.least_missed else "cut",
                "most_worth": "proved" if found.ended == "finished" else "cut",
            },
            against=land.left_out,
        ),
        keeps=tuple(name for name, _ in land.problem.asked if name not in found.missed),
        seconds=found.seconds,
        seed=seed,
        ended=found.ended,
    )


def propose_point(
    land: Landuse, objectives: Sequence[Objective], points: Sequence[Point], picked: int, seed: int = 0
) -> SearchAnswer:
    """
    One point of a set (`picked` counts from 1) as a proposal, with the whole set among its parameters.

    The objective is the worth of all parts, as without a set; that of the set stands with its bound there.
    """
    found = with_worth(land, points[picked - 1])
    answer = answer_of(land, found, seed)
    drawn = {"pareto": set_document(land, objectives, points, picked)}
    return replace(answer, parameters={**answer.parameters, **drawn})


def _parameters(land: Landuse, found: FoundUses) -> dict[str, Any]:
    problem, chosen = land.problem, found.chosen
    return {
        "terms": land.terms.model_dump(mode="json", exclude_none=True),
        "today": land.today,
        "parcels": len(land.parcels.ids),
        "parcels_with_choice": int(problem.free.sum()),
        "parcels_changed": int((chosen != land.parcels.today).sum()),
        "changed_ha": float(land.parcels.area_ha[chosen != land.parcels.today].sum()),
        "kept_because": land.parcels.why_kept,
        "criteria_not_known": list(land.worth.not_known),
        "demands": [name for name, _ in problem.asked],
        "judged_afterwards": list(land.asked.judged_afterwards),
        "least_unmet_proved": found.least_missed,
    }


def _clash_text(land: Landuse, found: FoundUses, clock: Clock) -> str:
    units, lines = dict(land.problem.asked), []
    for name, amount in list(found.missed.items())[:TOLD]:
        lines.append(f"  {name}: missed by {amount:,.6g} {units[name]}; {explain(land.problem, name, clock)}")
    asked = len(units)
    return (
        f"{len(found.missed)} of {asked} demands cannot be met together with what the parcels may become:\n"
        + "\n".join(lines)
        + "\nPermit more uses, unlock parcels or lower a demand in the terms; without `strict=` the "
        "demands are missed by as little as is possible."
    )
