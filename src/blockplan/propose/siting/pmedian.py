"""
The p-median: open p sites so that the weighted distance of everybody to the nearest is least.

A local search (fast interchange with perturbation) finds sites, a Lagrangian relaxation bounds
what anybody could find, and where a gap stays, what the bound leaves open is handed to HiGHS: a
site or an assignment whose reduced cost lifts the bound above the best known cannot be in a better
solution, and only the rest has to be tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blockplan.errors import InfeasibleError
from blockplan.propose.sites import EXACT, Sites, checked_distances, checked_weights, gap, rows_kept
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


#: Rounds of the search before the bound.
FIRST_ROUNDS = 8
#: The search goes on from a choice that is dearer by so much at most, and returns to the best every so often.
NEARLY, RETURN = 1e-3, 12
#: With at most so many assignments left open HiGHS is faster than the tree.
FEW = 8_000
#: Prices of the bound stay below so many times the cost of the second nearest site.
REACH = 1.5
#: Steps of the bound: the first, how much of a new direction counts at most in the beginning and in the end,
#: and by how much the bound has to rise in 100 rounds.
FIRST_STEP, MOST_NEW, LEAST_NEW, STALLED = 0.5, 0.2, 1e-3, 2e-5


@dataclass(slots=True, eq=False)
class _State:
    """The search: costs, what must stay open, the best sites, and the best bound with its prices."""

    cost: NDArray[np.floating]
    kept: NDArray[np.int64]
    p: int
    chosen: NDArray[np.int64]
    objective: float
    integral: bool
    bound: float = -np.inf
    price: NDArray[np.float64] | None = None

    @property
    def closed(self) -> bool:
        """Whether the bound meets the objective."""
        return gap(self.objective, self.lifted) <= EXACT

    @property
    def lifted(self) -> float:
        """The bound; rounded up where every objective is a whole number."""
        return (
            min(self.objective, np.ceil(self.bound - 1e-6))
            if self.integral
            else min(self.objective, self.bound)
        )


def pmedian(
    distances: ArrayLike,
    weights: ArrayLike | None = None,
    p: int = 1,
    *,
    kept: Sequence[int] = (),
    stop: Stop | None = None,
    seed: int = 0,
) -> Sites:
    """
    Open `p` sites for the least weighted distance.

    Parameters
    ----------
    distances
        Sites x demand, in any unit; infinite where a site cannot serve a point.
    weights
        Of each demand point, not negative; 1 each where None.
    p
        How many sites are open in all, `kept` ones included.
    kept
        Rows of sites that exist and stay.

    Returns
    -------
    Sites
        Objective and bound in weight times distance.

    Raises
    ------
    UsageError
        If the matrix is empty, a distance or weight is negative or no number, or `p` does not fit.
    InfeasibleError
        If some demand is out of reach of every site.

    References
    ----------
    Resende and Werneck (2007), A fast swap-based local search procedure for location problems;
    Beasley (1985), A note on solving large p-median problems.
    """
    stop = stop or Stop()
    clock = Clock(stop)
    cost = _cost(distances, weights)
    held = rows_kept(kept, cost.shape[0], p)
    random = np.random.default_rng(seed)
    state = _begin(cost, held, p)
    if held.size < p < cost.shape[0]:
        _search(state, stop, clock, random, rounds=min(FIRST_ROUNDS, stop.rounds), share=0.25)
        _bound(state, clock, rounds=3_000, share=0.5, enough=stop.gap)
        if not state.closed and gap(state.objective, state.lifted) > stop.gap:
            _search(state, stop, clock, random, rounds=stop.rounds, share=0.7)
        if not state.closed and gap(state.objective, state.lifted) > stop.gap:
            _prove(state, stop, clock)
    else:
        state.bound = state.objective
    return _done(state, clock)


def _cost(distances: ArrayLike, weights: ArrayLike | None) -> NDArray[np.floating]:
    matrix = checked_distances(distances)
    weight = checked_weights(weights, matrix.shape[1])
    lost = np.flatnonzero(~np.isfinite(matrix.min(axis=0)) & (weight > 0))
    if lost.size:
        raise InfeasibleError(
            f"{lost.size} of {weight.size} demand points are out of reach of every site "
            f"(first: number {lost[0]}). Add sites near them, or leave them out."
        )
    kind = np.float32 if matrix.dtype == np.float32 else np.float64
    with np.errstate(invalid="ignore"):
        cost = np.where(weight > 0, matrix * weight, 0).astype(kind, copy=False)
    return np.ascontiguousarray(cost)


def _begin(cost: NDArray[np.floating], held: NDArray[np.int64], p: int) -> _State:
    from blockplan.propose.siting import median_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    chosen = kernels.greedy(cost, held, p)
    finite = cost[np.isfinite(cost)]
    integral = bool((finite == np.floor(finite)).all())
    return _State(cost, held, p, chosen, kernels.total_of(cost, chosen), integral)


def _search(
    state: _State, stop: Stop, clock: Clock, random: np.random.Generator, *, rounds: int, share: float
) -> None:
    """Interchange from the best known sites, again and again from sites near to them."""
    from blockplan.propose.siting import median_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    m, n = state.cost.shape
    fixed = state.kept.size
    chosen = state.chosen.copy()
    arrays = (np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n), np.empty(n))
    objective = state.objective
    for number in range(rounds + 1):
        if number:
            # From the last choice where it is nearly as good, so that the search gets out of a hollow.
            near = number % RETURN and objective < state.objective * (1 + NEARLY)
            chosen = (chosen if near else state.chosen).copy()
            _perturb(chosen, fixed, m, random, 2 + number % max(1, min(6, state.p // 3)))
        kernels.nearest_two(state.cost, chosen, *arrays)
        kernels.interchange(state.cost, chosen, fixed, random.permutation(m), *arrays, 50 * m)
        objective = float(arrays[2].sum())
        if objective < state.objective - EXACT * abs(state.objective):
            state.objective, state.chosen = objective, chosen.copy()
        bounded = np.isfinite(state.bound)
        clock.tell(state.objective, state.lifted if bounded else None)
        done = bounded and gap(state.objective, state.lifted) <= stop.gap
        if clock.over(share) or state.closed or done:
            return


def _perturb(chosen: NDArray[np.int64], fixed: int, m: int, random: np.random.Generator, many: int) -> None:
    """Exchange some chosen sites for others, in place."""
    free = np.arange(fixed, chosen.size)
    out = random.choice(free, min(many, free.size), replace=False)
    outside = np.setdiff1d(np.arange(m), chosen)
    new = random.choice(outside, min(out.size, outside.size), replace=False)
    chosen[out[: new.size]] = new


def _bound(state: _State, clock: Clock, *, rounds: int, share: float, enough: float) -> None:
    """
    Raise the bound by steps on the prices of demand (the volume algorithm), and try what the prices open.

    Each round opens the sites that yield most. The step goes along the running mean of what those leave
    unserved or serve twice, and so does not zigzag; the running mean of what opens says which sites a good
    choice has, and a search begins from these.
    """
    from blockplan.propose.siting import median_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    m, n = state.cost.shape
    arrays = (np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n), np.empty(n))
    kernels.nearest_two(state.cost, state.chosen, *arrays)
    runner = np.where(np.isfinite(arrays[3]), arrays[3], arrays[2])
    price = best = (arrays[2] + runner) / 2
    # Prices above this are not tried, so that dearer assignments can be left out of every round.
    cap = REACH * np.maximum(runner, np.median(runner))
    start, demand, value_of = kernels.cheaper_than(state.cost, cap)
    rho, times = np.empty(m), np.empty(n, np.int64)
    often, mean = np.zeros(m), np.zeros(n)
    theta, most, stale, before = FIRST_STEP, MOST_NEW, 0, -np.inf
    for number in range(rounds):
        kernels.yields(start, demand, value_of, price, rho)
        opened = _cheapest(rho, state)
        value = float(price.sum() + rho[opened].sum())
        kernels.served(start, demand, value_of, price, opened, times)
        slope = 1.0 - times
        part = _part(slope, mean, most) if number else 1.0
        if value > state.bound + 1e-7 * abs(value):
            theta *= 1.1 if slope @ mean >= 0 else 1.0
            state.bound, state.price, best, stale = value, price.copy(), price, 0
        else:
            stale += 1
        if stale >= 15:
            theta, stale = theta * 0.66, 0
        mean = part * slope + (1 - part) * mean
        often *= 1 - part
        often[opened] += part
        if number % 10 == 0:
            _take(state, opened)
            clock.tell(state.objective, state.lifted)
        if number % 100 == 99:
            most = max(most / 2, LEAST_NEW) if state.bound - before < 5e-4 * abs(state.bound) else most
            _polish(state, often)
            if state.bound - before < STALLED * abs(state.bound):
                return
            before = state.bound
        length = float(mean @ mean)
        if state.closed or clock.over(share) or length == 0 or gap(state.objective, state.lifted) <= enough:
            return
        step = theta * max(state.objective * 1.0005 - state.bound, 1e-9) / length
        price = np.clip(best + step * mean, 0.0, cap)


def _part(slope: NDArray[np.floating], mean: NDArray[np.floating], most: float) -> float:
    """How much of the new direction goes into the mean: what makes it shortest, within bounds."""
    turn = slope - mean
    length = float(turn @ turn)
    shortest = -float(mean @ turn) / length if length > 0 else most
    return min(max(shortest, most / 10), most)


def _polish(state: _State, often: NDArray[np.float64]) -> None:
    """Search from the sites that opened most often."""
    from blockplan.propose.siting import median_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    m, n = state.cost.shape
    chosen = np.concatenate([state.kept, np.setdiff1d(_cheapest(-often, state), state.kept)])
    arrays = (np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n), np.empty(n))
    kernels.nearest_two(state.cost, chosen, *arrays)
    kernels.interchange(state.cost, chosen, state.kept.size, np.arange(m), *arrays, 50 * m)
    _take(state, chosen)


def _cheapest(rho: NDArray[np.float64], state: _State) -> NDArray[np.int64]:
    """The kept sites, and those that yield most up to p."""
    order = rho.copy()
    order[state.kept] = -np.inf
    return np.argpartition(order, state.p - 1)[: state.p].astype(np.int64)


def _prove(state: _State, stop: Stop, clock: Clock) -> None:
    """What the bound leaves open goes to HiGHS."""
    from blockplan.propose.siting import median_kernels as kernels  # noqa: PLC0415 (numba is heavy)
    from blockplan.propose.siting.median_tree import branch, solve_open  # noqa: PLC0415 (highspy is heavy)

    if state.price is None or state.closed:
        return
    rho = np.empty(state.cost.shape[0])
    kernels.reduced_costs(state.cost, state.price, rho)
    opened = _cheapest(rho, state)
    value = float(state.price.sum() + rho[opened].sum())
    room = state.objective - (1.0 if state.integral else 0.0) - value + 1e-6 * abs(state.objective)
    if room < 0:
        state.bound = state.objective
        return
    margin = np.partition(rho, state.p - 1)[state.p - 1]
    inside = np.zeros(rho.size, bool)
    inside[opened] = True
    sites = np.flatnonzero(inside | (rho - margin <= room))
    inner = np.flatnonzero(np.isin(sites, state.kept))
    step = float(state.integral)
    pairs = state.cost[sites] - state.price <= room
    if pairs.sum() <= FEW:
        chosen, bound = solve_open(state.cost[sites], pairs, state.p, inner, step, clock)
    else:
        tree = branch(state.cost[sites], state.p, inner, state.price, state.objective, step, clock)
        chosen, bound = tree.chosen, tree.bound
    if chosen is not None:
        _take(state, sites[chosen])
    # Outside of what was left open nothing is better than the best known.
    state.bound = max(state.bound, min(bound, state.objective))


def _take(state: _State, opened: NDArray[np.integer]) -> None:
    """Make sites the best known, if they are."""
    from blockplan.propose.siting import median_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    total = float(kernels.total_of(state.cost, opened.astype(np.int64)))
    if total < state.objective - EXACT * abs(total):
        state.objective, state.chosen = total, np.concatenate([state.kept, np.setdiff1d(opened, state.kept)])


def _done(state: _State, clock: Clock) -> Sites:
    chosen = np.sort(state.chosen).astype(np.intp)
    assigned = chosen[np.argmin(state.cost[chosen], axis=0)]
    return Sites(
        chosen,
        assigned,
        state.objective,
        state.lifted,
        "min",
        clock.spent,
        "fast interchange with perturbation; Lagrangian bound; HiGHS on what the bound leaves open",
    )
