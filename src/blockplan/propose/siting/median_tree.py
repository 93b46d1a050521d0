"""
Branch and bound over sites, for what the Lagrangian bound of a p-median leaves open.

At every node the bound is raised from the prices of its parent; sites whose yield puts them out of any better
solution are closed, sites without which there is none are opened, and the most wanted of the rest is
tried open first, then closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from blockplan.measure.access.solver import linear_program, quiet_highs
from blockplan.propose.mip import under
from blockplan.propose.siting import median_kernels as kernels

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


ROUNDS = 60


@dataclass(slots=True, eq=False)
class TreeSearch:
    """
    What a search of the tree found.

    `chosen` are rows of `cost` (None where nothing better than the given objective is there), `bound`
    holds for everything, `nodes` were looked at.
    """

    objective: float
    bound: float
    chosen: NDArray[np.int64] | None = None
    nodes: int = 0


@dataclass(slots=True, eq=False)
class _Node:
    bound: float
    status: NDArray[np.int8]
    price: NDArray[np.float64]


def branch(  # noqa: PLR0913, PLR0917 (what one search of a tree starts from)
    cost: NDArray[np.floating],
    p: int,
    kept: NDArray[np.intp],
    price: NDArray[np.float64],
    objective: float,
    step: float,
    clock: Clock,
) -> TreeSearch:
    """
    Search the open sites for anything better than `objective`.

    Objectives of two solutions differ by at least `step` (1 for whole numbers), or by any amount (0).
    Where time runs out, the bound is the least of the nodes that were not looked into.
    """
    found = TreeSearch(objective, objective)
    status = np.zeros(cost.shape[0], np.int8)
    status[kept] = 1
    stack = [_Node(-np.inf, status, price)]
    while stack:
        if clock.over():
            found.bound = min(
                objective if found.chosen is None else found.objective, *(node.bound for node in stack)
            )
            return found
        node = stack.pop()
        stack += _split(cost, p, node, found, step)
    found.bound = found.objective
    return found


def _split(cost: NDArray[np.floating], p: int, node: _Node, found: TreeSearch, step: float) -> list[_Node]:
    """Bound a node; the children to look into, the more promising last."""
    target = found.objective - step + 1e-6 if step else found.objective * (1 - 1e-12)
    if node.bound > target:
        return []
    found.nodes += 1
    bound, price, rho, opened = kernels.ascend(
        cost, node.status, p, node.price, ROUNDS, target, found.objective
    )
    bound = max(bound, node.bound)
    total = float(kernels.total_of(cost, np.flatnonzero(opened)))
    if total < found.objective - 1e-9 * abs(total):
        found.objective, found.chosen = total, np.flatnonzero(opened)
        target = found.objective - step + 1e-6 if step else found.objective * (1 - 1e-12)
    if bound > target:
        return []
    status = _fixed(node.status, rho, opened, target - bound)
    free = np.flatnonzero(status == 0)
    if (status == 1).sum() >= p or not free.size:
        return _leaf(cost, status, p, found)
    at = free[np.argmin(rho[free])]
    shut, wide = status.copy(), status.copy()
    shut[at], wide[at] = -1, 1
    children = [_Node(bound, wide, price)]
    if (shut >= 0).sum() >= p:
        children.insert(0, _Node(bound, shut, price))
    return children


def _fixed(
    status: NDArray[np.int8], rho: NDArray[np.float64], opened: NDArray[np.bool_], room: float
) -> NDArray[np.int8]:
    """Sites closed or opened because the other way there is nothing better within `room` above the bound."""
    status = status.copy()
    free = status == 0
    taken, left = free & opened, free & ~opened
    if not taken.any() or not left.any():
        return status
    dearest, cheapest = rho[taken].max(), rho[left].min()
    status[left & (rho - dearest > room)] = -1
    status[taken & (cheapest - rho > room)] = 1
    return status


def _leaf(cost: NDArray[np.floating], status: NDArray[np.int8], p: int, found: TreeSearch) -> list[_Node]:
    chosen = np.flatnonzero(status == 1)
    if chosen.size == p:
        total = float(kernels.total_of(cost, chosen))
        if total < found.objective - 1e-9 * abs(total):
            found.objective, found.chosen = total, chosen
    return []
