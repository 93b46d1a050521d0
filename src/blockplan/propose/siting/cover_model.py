"""
Linear relaxations of the covering problems, by interior points.

What comes back are the prices of covering each demand point (the duals). A bound is reckoned from any prices,
so it holds however exact the solver was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from blockplan.measure.access.solver import linear_program, quiet_highs
from blockplan.propose.mip import under

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.propose.stopping import Clock


def fewest_prices(
    covers: sp.csr_array, held: NDArray[np.int64], clock: Clock
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Prices of the fewest sites that cover every point (points x sites), and how far open each site is.

    Sites of `held` are open whatever happens.
    """
    lower = np.zeros(covers.shape[1])
    lower[held] = 1
    # Without an upper limit, which nobody wants to pass, no site can be paid more than it costs.
    model = linear_program(covers, cost=1.0, lower=lower, upper=np.inf, low=1.0)
    solved = _solved(model, clock)
    return np.maximum(solved.row_dual, 0), np.clip(solved.col_value, 0, 1)


def most_prices(
    covers: sp.csr_array, weight: NDArray[np.float64], p: int, held: NDArray[np.int64], clock: Clock
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Prices of the most weight that p sites cover (points x sites), and how far open each site is."""
    points, sites = covers.shape
    rows = sp.vstack(
        [
            sp.hstack([covers, -sp.eye_array(points)]),
            sp.csr_array(np.concatenate([np.ones(sites), np.zeros(points)])[None]),
        ]
    ).tocsr()
    lower = np.zeros(sites + points)
    lower[held] = 1
    model = linear_program(
        rows,
        cost=np.concatenate([np.zeros(sites), -weight]),
        lower=lower,
        low=np.concatenate([np.zeros(points), [-np.inf]]),
        high=np.concatenate([np.full(points, np.inf), [p]]),
    )
    solved = _solved(model, clock)
    return np.clip(solved.row_dual[:points], 0, weight), np.clip(solved.col_value[:sites], 0, 1)


def fewest_of(covers: sp.csr_array, clock: Clock) -> NDArray[np.intp] | None:
    """The fewest sites that cover every point (points x sites), as far as HiGHS gets; None if it has none."""
    model = linear_program(covers, cost=1.0, low=1.0, whole=True)
    solver = quiet_highs(mip_abs_gap=0.999)
    under(solver, clock)
    solver.passModel(model)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5)


class _Solution:
    """Values of the columns and duals of the rows; zeros where the solver gave none."""

    def __init__(self, solver: Any, model: highspy.HighsLp) -> None:
        found = solver.getSolution()
        whole = bool(found.value_valid and found.dual_valid)
        self.col_value = np.array(found.col_value) if whole else np.zeros(model.num_col_)
        self.row_dual = np.array(found.row_dual) if whole else np.zeros(model.num_row_)


def _solved(model: highspy.HighsLp, clock: Clock) -> _Solution:
    solver = quiet_highs(solver="ipm", run_crossover="off")
    under(solver, clock)
    solver.passModel(model)
    solver.run()
    return _Solution(solver, model)
