"""Why demands on land cannot be met together: alone out of reach, or at odds with which others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from blockplan.propose.landuse.model import model_of, solve_program
from blockplan.propose.landuse.problem import shortfalls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.propose.landuse.problem import Problem
    from blockplan.propose.stopping import Clock

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
        return f"even alone, {alone:,.6g} short of it is the best there is"
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
