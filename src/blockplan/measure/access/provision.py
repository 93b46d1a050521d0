"""
Places against demand: the assignment that serves the most, and who is left without a place, and why.

Everybody asks for one place within a limit, a facility gives as many as it has.
The assignment is a flow over the pairs within the limit, solved exactly (HiGHS); the table of
all places times all facilities is never made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from blockplan.errors import UsageError
from blockplan.measure.access.solver import linear_program, quiet_highs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.matrix import Pairs

#: Flows of whole numbers come out of the solver as near to whole as this.
WHOLE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class ServiceAssignment:
    """
    Who is served where.

    For each place that asks: ``served + no_place + too_far == demand``. The counts nest:
    served <= within reach <= demand.

    Attributes
    ----------
    flow
        Served over each pair, in the order of the pairs; whole where demand and capacity are whole.
    demand, capacity
        As given.
    reachable
        Which places have a facility within the limit, with places or without.
    served, no_place, too_far
        For each place that asks: served; not served though a facility is near (for want of
        places); not served because none is (for want of nearness).
    used
        Places taken at each facility.
    short
        Places that compete for facilities which are all full, none of which anybody could leave for another.
    bottleneck
        Those facilities. Only more places at one of them (or a new one near) can serve more of `short`.
    bound
        No assignment serves more: it is the demand within reach outside `short`, and the capacity of
        `bottleneck` (a cut).
    """

    flow: NDArray[np.float64]
    demand: NDArray[np.float64]
    capacity: NDArray[np.float64]
    reachable: NDArray[np.bool_]
    served: NDArray[np.float64]
    no_place: NDArray[np.float64]
    too_far: NDArray[np.float64]
    used: NDArray[np.float64]
    short: NDArray[np.bool_]
    bottleneck: NDArray[np.bool_]
    bound: float


def assign(
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    pairs: Pairs,
    ids: tuple[Sequence[str], Sequence[str]] | None = None,
) -> ServiceAssignment:
    """
    The assignment that serves the most; among those, one of the fewest minutes in sum.

    Parameters
    ----------
    demand, capacity
        Who asks at each place, places at each facility; finite, at least 0.
    pairs
        Pairs within the limit.
    ids
        Names of the places and of the facilities. With them, equally good assignments are decided by the
        names, so that the order of the rows changes nothing.

    Returns
    -------
    Assignment

    Raises
    ------
    UsageError
        If numbers and pairs do not fit each other, or a number is negative or missing.

    Notes
    -----
    A transport problem has whole optimal vertices where its right sides are whole; the simplex
    method ends in one. That nothing better exists is then shown apart from the solver, by a cut of the
    same size.
    """
    demand, capacity = (
        _checked(demand, pairs.size[0], "demand"),
        _checked(capacity, pairs.size[1], "capacity"),
    )
    rank = _ranks(ids, pairs.size)
    order = np.lexsort((rank[1][pairs.supply], rank[0][pairs.demand]))
    used = order[(demand[pairs.demand[order]] > 0) & (capacity[pairs.supply[order]] > 0)]
    flow = np.zeros(len(pairs))
    if len(used):
        flow[used] = _solve(demand, capacity, pairs.demand[used], pairs.supply[used], pairs.minutes[used])
    whole = bool((demand == np.rint(demand)).all() and (capacity == np.rint(capacity)).all())
    if whole:
        flow = _rounded(flow)
    return _described(flow, demand, capacity, pairs, 0.0 if whole else WHOLE * max(1.0, float(demand.sum())))


def _checked(numbers: NDArray[np.float64], size: int, what: str) -> NDArray[np.float64]:
    numbers = np.asarray(numbers, dtype=np.float64)
    if numbers.shape != (size,):
        raise UsageError(
            f"The pairs speak of {size} places, but there are {numbers.shape} numbers of {what}."
        )
    if not (np.isfinite(numbers).all() and (numbers >= 0).all()):
        raise UsageError(
            f"A number of {what} is missing, negative or not finite.\nCorrect it or leave it out."
        )
    return numbers


def _ranks(ids: tuple[Sequence[str], Sequence[str]] | None, size: tuple[int, int]) -> list[NDArray[np.intp]]:
    if ids is None:
        return [np.arange(count) for count in size]
    ranks = []
    for names in ids:
        rank = np.empty(len(names), dtype=np.intp)
        rank[np.argsort(np.asarray(names, dtype=str), kind="stable")] = np.arange(len(names))
        ranks.append(rank)
    return ranks


def _solve(
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    origin: NDArray[np.int64],
    facility: NDArray[np.int64],
    minutes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Flow over the pairs: the largest, and among those one of the fewest minutes."""
    import highspy  # noqa: PLC0415 (a large library, and not every use needs it)

    asking, row_of = _numbered(origin)
    offering, column_of = _numbered(facility)
    count = len(minutes)
    # To serve one more may move others along a row of facilities, each once; it is worth more than all that.
    worth = 1 + 2 * min(len(asking), len(offering)) * float(minutes.max())
    solver = quiet_highs(solver="simplex", presolve="off")
    pair = np.arange(count)
    rows = sp.coo_array(
        (np.ones(2 * count), (np.concatenate([row_of, len(asking) + column_of]), np.tile(pair, 2))),
        shape=(len(asking) + len(offering), count),
    )
    model = linear_program(
        rows,
        cost=minutes - worth,
        upper=np.minimum(demand[origin], capacity[facility]),
        low=0.0,
        high=np.concatenate([demand[asking], capacity[offering]]),
    )
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        msg = f"HiGHS ended an assignment with {status}, which always has an optimum"
        raise RuntimeError(msg)
    return np.asarray(solver.getSolution().col_value, dtype=np.float64)


def _numbered(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The different values in the order in which they come up, and the place of each among them."""
    found, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(found), dtype=np.intp)
    place[order] = np.arange(len(found))
    return found[order], place[inverse]


def _rounded(flow: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = np.rint(flow)
    if len(flow) and float(np.abs(flow - whole).max()) > 1e-4:
        msg = "HiGHS gave parts of persons for an assignment of whole persons"
        raise RuntimeError(msg)
    return np.asarray(whole + 0.0, dtype=np.float64)


def _described(
    flow: NDArray[np.float64],
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    pairs: Pairs,
    slack: float,
) -> ServiceAssignment:
    asking, offering = pairs.size
    served = np.bincount(pairs.demand, flow, asking).astype(np.float64)
    used = np.bincount(pairs.supply, flow, offering).astype(np.float64)
    reachable = np.zeros(asking, dtype=bool)
    reachable[pairs.demand] = True
    if (served > demand + slack).any() or (used > capacity + slack).any():
        raise RuntimeError("HiGHS gave away more places than there are")
    served, used = np.minimum(served, demand), np.minimum(used, capacity)
    short, bottleneck = _cut(flow, reachable & (demand - served > slack), pairs, slack)
    bound = float(demand[reachable & ~short].sum() + capacity[bottleneck].sum())
    if abs(bound - served.sum()) > slack:
        msg = f"HiGHS served {served.sum()}, but the cut allows {bound}"
        raise RuntimeError(msg)
    rest = demand - served
    return ServiceAssignment(
        flow, demand, capacity, reachable, served,
        np.where(reachable, rest, 0.0), np.where(reachable, 0.0, rest), used, short, bottleneck, bound,
    )  # fmt: skip


def _cut(
    flow: NDArray[np.float64], unserved: NDArray[np.bool_], pairs: Pairs, slack: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """What is reached from the unserved by going to facilities near and back along those served there."""
    short, full = unserved.copy(), np.zeros(pairs.size[1], dtype=bool)
    while True:
        full[pairs.supply[short[pairs.demand]]] = True
        more = np.zeros_like(short)
        more[pairs.demand[full[pairs.supply] & (flow > slack)]] = True
        if not (more & ~short).any():
            return short, full
        short |= more
