"""A layout of a plan from question to answer: land and programme, and what the search drew as changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blockplan.propose.layout.output.answer import answer_of
from blockplan.propose.layout.problem.blocks import netted, with_blocks
from blockplan.propose.layout.problem.plan import plan_case
from blockplan.propose.layout.problem.programme import programme_of
from blockplan.propose.layout.problem.standards import standards_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.propose.changes import Change
    from blockplan.propose.layout.problem.plan import PlanCase
    from blockplan.propose.layout.problem.programme import Options, Programme
    from blockplan.propose.layout.search.drawing import DrawnLayout
    from blockplan.propose.locks import Locks
    from blockplan.propose.proposal import SearchAnswer


@dataclass(frozen=True, slots=True, eq=False)
class PlanLayout:
    """
    What is to be laid out in a plan.

    Attributes
    ----------
    problem
        Land that is drawn anew, and what homes count.
    programme
        What is placed there.
    blocks
        Changes that make parcels of the blocks of a map; none of a plan that has parcels.
    weigh_by
        What homes count by.
    """

    problem: PlanCase
    programme: Programme
    blocks: tuple[Change, ...]
    weigh_by: str

    def answer(self, found: DrawnLayout, parameters: dict[str, Any]) -> SearchAnswer:
        """A drawing of the search as changes of the plan; `parameters` are what was asked for besides."""
        told = {"weigh_by": self.weigh_by, **parameters}
        answer = answer_of(self.problem, self.programme, found, told)
        if not self.blocks:
            return answer
        standing = sum(one.column == "status" for one in self.blocks)
        figures = {**answer.figures, "standing_blocks_after": float(standing)}
        return replace(answer, changes=netted(self.blocks, answer.changes), figures=figures)


def plan_layout(
    plan: Plan,
    result: CheckResult,
    options: Options,
    packs: Iterable[str | Path] | None = None,
    locks: Locks | None = None,
) -> PlanLayout:
    """
    What is to be laid out in a plan, by options, and by its rules where there are none.

    Parameters
    ----------
    result, packs
        Verdicts on the plan, and the packs they are of (those of ``plan.toml`` where None).

    Raises
    ------
    UsageError, PlanDataError
        As `programme_of` and `plan_case`.
    """
    programme = programme_of(standards_of(plan, result, packs), options)
    weigh_by = options.weigh_by or ("buildings" if options.blocks else "residents")
    drawn, made = with_blocks(plan) if options.blocks else (plan, ())
    problem = plan_case(drawn, programme, vacant=options.vacant, locks=locks, weigh_by=weigh_by)
    return PlanLayout(problem, programme, made, weigh_by)
