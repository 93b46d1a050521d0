"""
Mixed-integer models, put together block by block and solved by HiGHS under a clock.

HiGHS proves what the searches of this room only find. It tells its incumbent and bound on its way, and
ends at the limit, at the gap, or at Ctrl-C with the best it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np
import scipy.sparse as sp

from blockplan.measure.access.solver import linear_program, quiet_highs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.propose.stopping import Clock

#: What HiGHS takes for whole is whole, and what it takes for kept is kept, to within this.
FEASIBLE = 1e-7
#: A model that may not take this many seconds is not begun at all.
LEAST_S = 0.05
State = Literal["proved", "infeasible", "cut"]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """
    What HiGHS found.

    Attributes
    ----------
    value
        Of each column; None where it has no solution.
    objective, bound
        Null where there is none.
    state
        ``proved`` (to within the gap that was asked for), ``infeasible``, or ``cut`` short.
    """

    value: NDArray[np.float64] | None
    objective: float | None
    bound: float | None
    state: State


class Model:
    """A model that grows by blocks of columns and rows."""

    def __init__(self, sense: Literal["min", "max"]) -> None:
        self.sense = sense
        self._cost: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []
        self._lower: list[NDArray[np.float64]] = []
        self._whole: list[NDArray[np.bool_]] = []
        self._entries: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        self._low: list[NDArray[np.float64]] = []
        self._high: list[NDArray[np.float64]] = []
        self.width = 0
        self.height = 0

    def columns(
        self, cost: ArrayLike, *, lower: ArrayLike = 0.0, upper: ArrayLike = 1.0, whole: bool = False
    ) -> NDArray[np.intp]:
        """New columns, one for each cost; their numbers."""
        costs = np.atleast_1d(np.asarray(cost, dtype=float))
        count = costs.size
        self._cost.append(costs)
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=float), count))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=float), count))
        self._whole.append(np.full(count, whole))
        self.width += count
        return np.arange(self.width - count, self.width)

    def rows(
        self,
        entries: tuple[ArrayLike, ArrayLike, ArrayLike],
        *,
        low: ArrayLike = -np.inf,
        high: ArrayLike = np.inf,
        count: int | None = None,
    ) -> None:
        """New rows from (row from 0, column, value); sums lie between `low` and `high`."""
        row, column = (np.asarray(part, dtype=np.intp) for part in entries[:2])
        value = np.broadcast_to(np.asarray(entries[2], dtype=float), row.shape)
        many = count if count is not None else int(row.max(initial=-1)) + 1
        self._entries.append((row + self.height, column, value))
        self._low.append(np.broadcast_to(np.asarray(low, dtype=float), many))
        self._high.append(np.broadcast_to(np.asarray(high, dtype=float), many))
        self.height += many

    def row(self, column: ArrayLike, value: ArrayLike, *, low: float = -np.inf, high: float = np.inf) -> None:
        """One new row."""
        columns = np.asarray(column, dtype=np.intp)
        self.rows((np.zeros(columns.size, dtype=np.intp), columns, value), low=low, high=high, count=1)

    @property
    def is_mixed(self) -> bool:
        """Whether some column takes whole numbers alone."""
        return any(bool(whole.any()) for whole in self._whole)

    def highs(self) -> highspy.HighsLp:
        """The model as HiGHS takes it."""
        nothing = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp), np.zeros(0))
        row, column, value = map(np.concatenate, zip(nothing, *self._entries, strict=True))
        model: highspy.HighsLp = linear_program(
            sp.csr_array((value, (row, column)), shape=(self.height, self.width)),
            cost=np.concatenate(self._cost),
            lower=np.concatenate(self._lower),
            upper=np.concatenate(self._upper),
            low=np.concatenate([np.zeros(0), *self._low]),
            high=np.concatenate([np.zeros(0), *self._high]),
            whole=np.concatenate(self._whole),
        )
        model.sense_ = highspy.ObjSense.kMaximize if self.sense == "max" else highspy.ObjSense.kMinimize
        return model


def solve(  # noqa: PLR0913 (what ends a search)
    model: Model,
    clock: Clock,
    *,
    start: NDArray[np.float64] | None = None,
    gap: float = 0.0,
    step: float = 0.0,
    enough: float | None = None,
    seed: int = 0,
) -> Solved:
    """
    Solve a model until it is proved, the time is over, or somebody asks to end.

    Parameters
    ----------
    start
        A solution that is given back where the search is cut before it has found one.
    gap
        Relative gap that is good enough.
    step
        Objectives of two solutions differ by at least this much, or not at all; 0 where nothing is known.
    enough
        Of a model to minimise: any solution down here will do, and a bound above says that there is none.
    """
    if clock.left < LEAST_S or clock.interrupted:
        return Solved(start, None, None, "cut")
    solver = quiet_highs(
        time_limit=clock.left,
        mip_rel_gap=gap,
        mip_abs_gap=step * 0.999 if step else 1e-9,
        mip_feasibility_tolerance=FEASIBLE,
        primal_feasibility_tolerance=FEASIBLE,
        random_seed=seed % 2**31,
    )
    solver.passModel(model.highs())
    # The start is kept here and not handed over: with presolve, HiGHS 1.16 gives a solution that it was given
    # back as its own, beside the objective of a better one.
    _listen(solver, clock, enough)
    solver.run()
    found = _read(solver, model)
    if found.value is None and found.state != "infeasible":
        return Solved(start, None, found.bound, found.state)
    return found


def under(solver: Any, clock: Clock) -> None:
    """Let a solver end when the time is over or somebody asks to end."""
    if np.isfinite(clock.left):
        solver.setOptionValue("time_limit", max(clock.left, LEAST_S))

    def ask(event: Any) -> None:
        if clock.over():
            event.interrupt()

    for interrupt in (solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt):
        interrupt.subscribe(ask)


def _listen(solver: Any, clock: Clock, enough: float | None) -> None:
    """Let the clock hear of incumbents and bounds, and end the search once it may."""

    def hear(event: Any) -> None:
        objective, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        known = [float(one) if abs(one) < highspy.kHighsInf else None for one in (objective, bound)]
        clock.tell(known[0], known[1])

    def ask(event: Any) -> None:
        decided = enough is not None and (
            event.data_out.mip_primal_bound <= enough + FEASIBLE
            or event.data_out.mip_dual_bound > enough + 1e-5
        )
        if decided or clock.interrupted:
            event.interrupt()

    solver.cbMipLogging.subscribe(hear)
    solver.cbMipImprovingSolution.subscribe(hear)
    for interrupt in (solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt):
        interrupt.subscribe(ask)


def _read(solver: Any, model: Model) -> Solved:
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, None, None, "infeasible")
    has = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    value = np.array(solver.getSolution().col_value) if has else None
    whole = model.is_mixed
    bound = float(info.mip_dual_bound) if whole else float(info.objective_function_value)
    proved = status == highspy.HighsModelStatus.kOptimal
    if not whole and not proved:
        return Solved(value, None, None, "cut")
    return Solved(
        value,
        float(info.objective_function_value) if has else None,
        bound if abs(bound) < highspy.kHighsInf else None,
        "proved" if proved else "cut",
    )
