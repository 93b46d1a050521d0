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

from blockplan.measure.access.solver import quiet_highs

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fewest_prices(
    covers: sp.csr_array, held: NDArray[np.int64], seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Prices of the fewest sites that cover every point (points x sites), and how far open each site is.

    Sites of `held` are open whatever happens.
    """
    points, sites = covers.shape
    lower = np.zeros(sites)
    lower[held] = 1
    # Without an upper limit, which nobody wants to pass, no site can be paid more than it costs.
    model = _model(covers, np.ones(sites), lower, np.full(sites, highspy.kHighsInf))
    model.row_lower_, model.row_upper_ = np.ones(points), np.full(points, highspy.kHighsInf)
    solved = _solved(model, seconds)
    return np.maximum(solved.row_dual, 0), np.clip(solved.col_value, 0, 1)


def most_prices(
    covers: sp.csr_array, weight: NDArray[np.float64], p: int, held: NDArray[np.int64], seconds: float
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
    model = _model(rows, np.concatenate([np.zeros(sites), -weight]), lower, np.ones(sites + points))
    model.row_lower_ = np.concatenate([np.zeros(points), [-highspy.kHighsInf]])
    model.row_upper_ = np.concatenate([np.full(points, highspy.kHighsInf), [p]])
    solved = _solved(model, seconds)
    return np.clip(solved.row_dual[:points], 0, weight), np.clip(solved.col_value[:sites], 0, 1)


def fewest_of(covers: sp.csr_array, seconds: float) -> NDArray[np.intp] | None:
    """The fewest sites that cover every point (points x sites), as far as HiGHS gets; None if it has none."""
    points, sites = covers.shape
    model = _model(covers, np.ones(sites), np.zeros(sites), np.ones(sites))
    model.row_lower_, model.row_upper_ = np.ones(points), np.full(points, highspy.kHighsInf)
    model.integrality_ = [highspy.HighsVarType.kInteger] * sites
    solver = quiet_highs(time_limit=max(seconds, 0.1), mip_abs_gap=0.999)
    solver.passModel(model)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5)


def _model(
    rows: sp.csr_array, cost: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, lower, upper
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = rows.indptr, rows.indices, rows.data.astype(float)
    return model


class _Solution:
    """Values of the columns and duals of the rows; zeros where the solver gave none."""

    def __init__(self, solver: Any, model: highspy.HighsLp) -> None:
        found = solver.getSolution()
        whole = bool(found.value_valid and found.dual_valid)
        self.col_value = np.array(found.col_value) if whole else np.zeros(model.num_col_)
        self.row_dual = np.array(found.row_dual) if whole else np.zeros(model.num_row_)


def _solved(model: highspy.HighsLp, seconds: float) -> _Solution:
    solver = quiet_highs(solver="ipm", run_crossover="off", time_limit=max(seconds, 0.1))
    solver.passModel(model)
    solver.run()
    return _Solution(solver, model)
