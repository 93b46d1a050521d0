"""The p-median as a mixed-integer model of the sites and assignments that a bound leaves open."""

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


def solve_open(
    cost: NDArray[np.floating],
    pairs: NDArray[np.bool_],
    p: int,
    kept: NDArray[np.intp],
    step: float,
    clock: Clock,
) -> tuple[NDArray[np.intp] | None, float]:
    """
    Solve what is left open.

    Parameters
    ----------
    cost, pairs
        Sites x demand, and which assignments may be used.
    p, kept
        How many sites are open, and rows that have to be.
    step
        Objectives of two solutions differ by at least so much, or by any amount (0).

    Returns
    -------
    tuple
        The chosen rows (None where none was found) and a lower bound, which is infinite where what
        is left open cannot serve everybody.
    """
    model = _model(cost, pairs, p, kept)
    solver = quiet_highs(mip_rel_gap=0.0, mip_abs_gap=max(1e-6, 0.999 * step))
    under(solver, clock)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None, np.inf
    info = solver.getInfo()
    bound = float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, bound
    return np.flatnonzero(np.array(solver.getSolution().col_value[: cost.shape[0]]) > 0.5), bound


def _model(cost: NDArray[np.floating], pairs: NDArray[np.bool_], p: int, kept: NDArray[np.intp]) -> Any:
    """Columns: sites, then assignments. Rows: all are served once, by open sites only, and p are open."""
    m, n = cost.shape
    site, demand = np.nonzero(pairs)
    count, number = site.size, np.arange(site.size)
    ones = np.ones(count)
    serve = sp.coo_matrix((ones, (demand, m + number)), shape=(n, m + count))
    link = sp.coo_matrix(
        (np.concatenate([ones, -ones]), (np.tile(number, 2), np.concatenate([m + number, site]))),
        shape=(count, m + count),
    )
    many = sp.coo_matrix((np.ones(m), (np.zeros(m, int), np.arange(m))), shape=(1, m + count))
    rows = sp.vstack([serve, link, many]).tocsr()
    lower = np.zeros(m + count)
    lower[kept] = 1
    return linear_program(
        rows,
        cost=np.concatenate([np.zeros(m), cost[site, demand].astype(float)]),
        lower=lower,
        low=np.concatenate([np.ones(n), np.full(count, -np.inf), [p]]),
        high=np.concatenate([np.ones(n), np.zeros(count), [p]]),
        whole=np.arange(m + count) < m,
    )
