"""
A mixed-integer model that is written row by row under names, and solved for one objective after another.

Columns and rows are added one by one, under names of the caller's own; several objectives may be solved
one after the other on the same model. HiGHS runs in one thread with a fixed seed, ends at Ctrl-C with its
best, and says on its way what it has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import scipy.sparse as sp

from blockplan.measure.access.solver import linear_program, quiet_highs

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from numpy.typing import NDArray

    from blockplan.propose.stopping import Clock

Status = Literal["optimal", "feasible", "infeasible", "nothing"]


@dataclass(frozen=True, slots=True, eq=False)
class RepairSolved:
    """
    What HiGHS found: values of the columns (None: none found), objective, and a bound on the objective.

    ``infeasible`` is proved; ``nothing`` means that time ran out before a solution was there.
    """

    status: Status
    values: NDArray[np.float64] | None
    objective: float
    bound: float


@dataclass(frozen=True, slots=True)
class Effort:
    """
    When to be content with a solution.

    Attributes
    ----------
    gap
        Relative gap that is good enough.
    most_nodes
        So many nodes of the tree are looked at: a limit under which an answer repeats, as it does not under
        a limit of time.
    said
        What is being solved, for who listens.
    """

    gap: float = 0.0
    seed: int = 0
    most_nodes: int | None = None
    said: str = ""


@dataclass(slots=True)
class RepairModel:
    """Columns and rows of a model that is minimised."""

    names: dict[Hashable, int] = field(default_factory=dict)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def column(self, name: Hashable, upper: float, *, whole: bool = False, lower: float = 0.0) -> int:
        """Add a column under a new name; its number."""
        self.names[name] = len(self.lower)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(whole)
        return self.names[name]

    def row(self, terms: Mapping[int, float], lower: float = -math.inf, upper: float = math.inf) -> int:
        """Add a row: ``lower <= sum(factor * column) <= upper``; its number."""
        self.rows.append(({at: by for at, by in terms.items() if by}, lower, upper))
        return len(self.rows) - 1

    def solve(
        self,
        cost: Mapping[int, float],
        clock: Clock,
        effort: Effort | None = None,
        start: NDArray[np.float64] | None = None,
    ) -> RepairSolved:
        """Minimise a cost of the columns."""
        effort = effort or Effort()
        found = self._solve(cost, clock, effort, start)
        if (
            start is not None
            and found.status == "optimal"
            and found.objective > found.bound + 1e-6 * max(1.0, abs(found.objective))
        ):
            # HiGHS 1.16 may give the start back beside the objective of a better solution.
            return self._solve(cost, clock, effort, None)
        return found

    def _solve(
        self, cost: Mapping[int, float], clock: Clock, effort: Effort, start: NDArray[np.float64] | None
    ) -> RepairSolved:
        import highspy  # noqa: PLC0415 (a large library)

        if not self.lower:  # HiGHS calls a model without columns empty, and neither solved nor infeasible
            kept = all(low <= 0 <= high for _, low, high in self.rows)
            nothing = np.empty(0)
            return (
                RepairSolved("optimal", nothing, 0.0, 0.0)
                if kept
                else RepairSolved("infeasible", None, math.inf, math.inf)
            )
        whole = all(self.whole[at] and float(by).is_integer() for at, by in cost.items() if by)
        solver = quiet_highs(
            time_limit=max(clock.left, 0.1),
            random_seed=effort.seed % 2**31,
            mip_rel_gap=effort.gap,
            # Objectives in whole numbers need no proof of the last fraction.
            mip_abs_gap=0.999 if whole else 1e-6,
            mip_feasibility_tolerance=1e-7,
        )
        if effort.most_nodes is not None:
            solver.setOptionValue("mip_max_nodes", effort.most_nodes)
        solver.passModel(self._highs(cost))
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = list(start)
            solver.setSolution(solution)
        _listen(solver, clock, effort.said)
        solver.run()
        return _found(solver, cost, whole=whole)

    def _highs(self, cost: Mapping[int, float]) -> Any:
        costs = np.zeros(len(self.lower))
        for at, by in cost.items():
            costs[at] = by
        starts = np.cumsum([0, *(len(row[0]) for row in self.rows)])
        columns = np.array([at for row in self.rows for at in row[0]], dtype=np.int32)
        values = np.array([by for row in self.rows for by in row[0].values()], dtype=float)
        return linear_program(
            sp.csr_array((values, columns, starts), shape=(len(self.rows), len(self.lower))),
            cost=costs,
            lower=self.lower,
            upper=self.upper,
            low=[row[1] for row in self.rows],
            high=[row[2] for row in self.rows],
            whole=self.whole,
        )


def _listen(solver: Any, clock: Clock, said: str) -> None:
    """Let Ctrl-C end the solver with its best, and tell of each better solution or bound."""
    last: list[tuple[float | None, float | None]] = [(None, None)]

    def look(event: Any) -> None:
        if clock.interrupted:
            event.interrupt()
        if clock.stop.tell is None:
            return
        best, bound = (_finite(event.data_out.mip_primal_bound), _finite(event.data_out.mip_dual_bound))
        if (best, bound) != last[0]:
            last[0] = (best, bound)
            clock.tell(best, bound, said)

    solver.cbMipInterrupt.subscribe(look)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) and abs(value) < 1e29 else None


def _found(solver: Any, cost: Mapping[int, float], *, whole: bool) -> RepairSolved:
    import highspy  # noqa: PLC0415

    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return RepairSolved("infeasible", None, math.inf, math.inf)
    bound = float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return RepairSolved("nothing", None, math.inf, bound)
    values = np.array(solver.getSolution().col_value)
    # Of the values themselves: after a start HiGHS 1.16 may give the start back beside a better objective.
    objective = float(sum(by * values[at] for at, by in cost.items()))
    if whole:
        objective = float(round(objective))
        bound = float(math.ceil(bound - 1e-6)) if math.isfinite(bound) else bound  # no bound yet
    if status == highspy.HighsModelStatus.kOptimal and objective - bound <= 1e-6 * max(1.0, abs(objective)):
        # Left over from the solver's own tolerances.
        bound = objective
    done: Status = "optimal" if status == highspy.HighsModelStatus.kOptimal else "feasible"
    return RepairSolved(done, values, objective, min(bound, objective))
