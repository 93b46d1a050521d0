"""
Better bounds of the covering problems: their linear relaxations by interior points, and set covering region
by region, each solved as whole numbers.

The price of opening a site is split over the regions whose points it covers, in proportion to what these pay
for it in the linear relaxation. Whatever covers everything covers each region, so the regions' least costs
add up to a bound. Together they lose at their common edges only, where the relaxation loses everywhere.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from blockplan.measure.access.solver import linear_program, quiet_highs
from blockplan.propose.mip import Model, solve, under
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


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


#: Points of a region, and how exactly it is solved.
REGION, REGION_GAP = 300, 0.004
#: A region ends after so many seconds, with the bound that it has.
REGION_S = 20.0


def raised_bound(
    covers: sp.csr_array,
    price: NDArray[np.float64],
    clock: Clock,
    enough: Callable[[float], bool],
) -> float:
    """
    A bound of the fewest sites that cover all points (points x sites), not rounded.

    Parameters
    ----------
    price
        What each point pays in the linear relaxation, not negative.
    enough
        Whether a bound is good enough; asked after each region.
    """
    by_site = covers.T.tocsr()
    # An interior point may pay a little more for a site than it costs: those points pay less.
    over = 1.0 / np.maximum(by_site @ price, 1.0)
    price = price * np.minimum.reduceat(over[covers.indices], covers.indptr[:-1])
    whole = by_site @ price
    bound = float(price.sum())
    label = regions(covers)
    for number in range(int(label.max(initial=-1)) + 1):
        if clock.over() or enough(bound):
            break
        points = np.flatnonzero(label == number)
        paid = by_site[:, points] @ price[points]
        sites = np.flatnonzero(np.diff(by_site[:, points].tocsr().indptr) > 0)
        cost = np.where(whole[sites] > 0, paid[sites] / np.maximum(whole[sites], 1e-12), 0.0)
        model = Model("min")
        opens = model.columns(cost, whole=True)
        row, column = covers[points][:, sites].nonzero()
        model.rows((row, opens[column], 1.0), low=1.0, count=len(points))
        seconds = min(REGION_S, clock.left)
        found = solve(model, Clock(Stop(seconds=seconds)), gap=REGION_GAP)
        if found.bound is not None:
            bound += max(found.bound - float(price[points].sum()), 0.0)
            clock.tell(None, bound, "region by region")
    return bound


def regions(covers: sp.csr_array, size: int = REGION) -> NDArray[np.intp]:
    """Which region each point is in: neighbours in the web of who covers whom, about `size` together."""
    near = (covers @ covers.T).tocsr()
    label = np.full(covers.shape[0], -1, dtype=np.intp)
    ahead: deque[int] = deque()
    number = 0
    for first in range(len(label)):
        ahead.append(first)
        while ahead:
            seed = ahead.popleft()
            if label[seed] >= 0:
                continue
            edge = _grow(near, label, seed, number, size)
            # The next region begins beside this one, so that no scraps are left between.
            ahead.extendleft(reversed(edge))
            number += 1
    return _joined(near, label, size)


def _grow(near: sp.csr_array, label: NDArray[np.intp], seed: int, number: int, size: int) -> list[int]:
    """Give a region its points, breadth first from a seed; the points at its edge that have none yet."""
    queue, seen, count = deque([seed]), {seed}, 0
    while queue and count < size:
        point = queue.popleft()
        label[point] = number
        count += 1
        for other in near.indices[near.indptr[point] : near.indptr[point + 1]].tolist():
            if label[other] < 0 and other not in seen:
                seen.add(other)
                queue.append(other)
    return [point for point in queue if label[point] < 0]


def _joined(near: sp.csr_array, label: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Small regions joined to the neighbour that they touch most."""
    for number in range(int(label.max(initial=-1)) + 1):
        points = np.flatnonzero(label == number)
        if not 0 < len(points) < size / 2:
            continue
        touched = label[near[points].indices]
        touched = touched[touched != number]
        if len(touched):
            label[points] = np.bincount(touched).argmax()
    return np.unique(label, return_inverse=True)[1].astype(np.intp)
