"""
The capacitated p-median: open sites so that ways are short, and none serves more than it can.

Demand may be shared between sites. A Lagrangian relaxation (each site a knapsack) bounds what anybody
could find and says which sites a good choice has; demand is shared out to chosen sites exactly, and sites
move to a neighbour as long as that shortens ways.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blockplan.errors import InfeasibleError, UsageError
from blockplan.propose.sites import EXACT, Sites, gap, rows_kept
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

METHOD = (
    "Lagrangian relaxation with knapsacks (volume algorithm); exact sharing out; moves of sites to neighbours"
)
#: Rounds of the bound, and how often sites that it opens are tried.
ROUNDS, TRIED = 1_500, 50
#: Neighbours of a site that are tried in its place.
NEIGHBOURS = 8
FIRST_STEP, MOST_NEW, LEAST_NEW = 0.5, 0.2, 1e-3


@dataclass(slots=True, eq=False)
class _CapacityCase:
    distance: NDArray[np.float64]
    weight: NDArray[np.float64]
    capacity: NDArray[np.float64]
    kept: NDArray[np.int64]
    p: int
    clock: Clock
    stop: Stop
    chosen: NDArray[np.int64] | None = None
    objective: float = np.inf
    bound: float = 0.0
    tried: dict[tuple[int, ...], float] = field(default_factory=dict)

    @property
    def content(self) -> bool:
        """Whether the gap is small enough."""
        if self.chosen is None:
            return False
        return gap(self.objective, min(self.bound, self.objective)) <= max(self.stop.gap, EXACT)


def capacitated_pmedian(
    distances: ArrayLike,
    weights: ArrayLike,
    p: int,
    capacity: ArrayLike,
    *,
    kept: Sequence[int] = (),
    stop: Stop | None = None,
) -> Sites:
    """
    Open at most `p` sites for the least weighted distance, each serving at most its capacity.

    Parameters
    ----------
    distances
        Sites x demand, in any unit, finite.
    weights
        Of each demand point, not negative; may be shared between sites.
    p, kept
        How many sites are open in all, and rows of those that exist and stay.
    capacity
        Weight that each site can serve.

    Returns
    -------
    Sites
        Objective and bound in weight times distance. A point that is shared is assigned to the site that
        serves most of it.

    Raises
    ------
    UsageError
        If a distance, weight or capacity is negative or no number, or `p` does not fit.
    InfeasibleError
        If no `p` sites can serve all demand; the message says how much is missing.

    References
    ----------
    Barahona and Anbil (2000), The volume algorithm.
    """
    stop = stop or Stop()
    distance, weight = np.asarray(distances, dtype=float), np.asarray(weights, dtype=float)
    room = np.asarray(capacity, dtype=float)
    held = _checked(distance, weight, room, p, kept)
    some = np.flatnonzero(weight > 0)
    case = _CapacityCase(
        np.ascontiguousarray(distance[:, some]), weight[some], room, held, p, Clock(stop), stop
    )
    _try(case, _first(case))
    _bound(case)
    _improve(case)
    return _done(case, distance, some)


def _checked(
    distance: NDArray[np.float64],
    weight: NDArray[np.float64],
    capacity: NDArray[np.float64],
    p: int,
    kept: Sequence[int],
) -> NDArray[np.int64]:
    if distance.ndim != 2 or weight.shape != (distance.shape[1],) or capacity.shape != (distance.shape[0],):
        raise UsageError(
            f"The distances have the shape {distance.shape}, with {weight.size} weights and {capacity.size} "
            "capacities; a row and a capacity a site, and a column and a weight a demand point are wanted."
        )
    for name, values in (("distance", distance), ("weight", weight), ("capacity", capacity)):
        if not np.isfinite(values).all() or (values < 0).any():
            raise UsageError(f"A {name} is negative or no number. Correct it.")
    held = rows_kept(kept, len(distance), p)
    rest = np.sort(np.delete(capacity, held))[::-1][: p - held.size]
    short = weight.sum() - capacity[held].sum() - rest.sum()
    if short > 1e-6:
        raise InfeasibleError(
            f"{p} sites serve {weight.sum() - short:,.0f} at most, and {weight.sum():,.0f} are wanted: "
            f"{short:,.0f} more than fit. Open more sites, or larger ones."
        )
    return held


def _first(case: _CapacityCase) -> NDArray[np.int64]:
    """The largest sites, so that all demand fits, whatever else."""
    order = np.argsort(-case.capacity, kind="stable")
    rest = order[~np.isin(order, case.kept)][: case.p - case.kept.size]
    return np.concatenate([case.kept, rest])


def _try(case: _CapacityCase, sites: NDArray[np.int64]) -> float:
    """What it costs to serve all demand from some sites; the best is kept."""
    from blockplan.propose.siting import capacity_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    key = tuple(sorted(int(one) for one in sites))
    if key in case.tried:
        return case.tried[key]
    rows = np.array(key, dtype=np.int64)
    if case.capacity[rows].sum() < case.weight.sum() - 1e-6:
        total = np.inf
    else:
        flow = np.empty((len(rows), len(case.weight)))
        total = float(kernels.share_out(case.distance[rows], case.weight, case.capacity[rows], flow))
    case.tried[key] = total
    if total < case.objective - EXACT * abs(total):
        case.objective, case.chosen = total, rows
        case.clock.tell(total, case.bound or None)
    return total


def _bound(case: _CapacityCase) -> None:
    """Raise the bound by steps on the prices of demand, as in `pmedian`, each site being a knapsack."""
    from blockplan.propose.siting import capacity_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    distance, weight = case.distance, case.weight
    near = np.sort(distance, axis=0)
    price = best = near[min(len(near) - 1, max(1, len(near) // (2 * case.p)))]
    rho, times = np.empty(len(distance)), np.empty(len(weight))
    often, mean = np.zeros(len(distance)), np.zeros(len(weight))
    theta, most, stale, before = FIRST_STEP, MOST_NEW, 0, -np.inf
    for number in range(ROUNDS):
        kernels.knapsacks(distance, weight, case.capacity, price, rho)
        opened = _cheapest(case, rho)
        value = float(weight @ price + rho[opened].sum())
        kernels.taken(distance, weight, case.capacity, price, opened, times)
        slope = 1.0 - times
        turn = slope - mean
        length = float(turn @ turn)
        part = min(max(-float(mean @ turn) / length, most / 10), most) if number and length else 1.0
        if value > case.bound + 1e-7 * abs(value):
            theta *= 1.1 if slope @ mean >= 0 else 1.0
            case.bound, best, stale = value, price, 0
        else:
            stale += 1
        if stale >= 15:
            theta, stale = theta * 0.66, 0
        mean = part * slope + (1 - part) * mean
        often *= 1 - part
        often[opened] += part
        if number % TRIED == TRIED - 1:
            _try(case, _cheapest(case, -often))
        if number % 100 == 99:
            most = max(most / 2, LEAST_NEW) if case.bound - before < 5e-4 * abs(case.bound) else most
            if case.bound - before < 2e-5 * abs(case.bound):
                break
            before = case.bound
        size = float(weight @ (mean * mean))
        if case.content or case.clock.over(0.5) or size == 0:
            break
        ahead = case.objective if np.isfinite(case.objective) else case.bound * 1.1
        step = theta * max(ahead * 1.0005 - case.bound, 1e-9) / size
        price = np.maximum(best + step * mean, 0.0)
    _try(case, _cheapest(case, -often))


def _cheapest(case: _CapacityCase, rho: NDArray[np.float64]) -> NDArray[np.int64]:
    """The kept sites, and those that yield most up to p."""
    order = rho.copy()
    order[case.kept] = -np.inf
    return np.argpartition(order, case.p - 1)[: case.p].astype(np.int64)


def _improve(case: _CapacityCase) -> None:
    """Put a neighbour in the place of a site, as long as that shortens ways."""
    apart = _apart(case)
    better = True
    while better and case.chosen is not None:
        better, before = False, case.objective
        for site in case.chosen.tolist():
            if case.content or case.clock.over():
                return
            if site in case.kept or case.chosen is None or site not in case.chosen:
                continue
            rest = case.chosen[case.chosen != site]
            outside = np.setdiff1d(np.argsort(apart[site], kind="stable")[: 4 * NEIGHBOURS], case.chosen)
            for other in outside[np.argsort(apart[site][outside], kind="stable")][:NEIGHBOURS]:
                if _try(case, np.append(rest, other)) < before - EXACT * before:
                    better, before = True, case.objective
                    break


def _apart(case: _CapacityCase) -> NDArray[np.float64]:
    """How differently two sites lie to demand: mean difference of their distances to a sample of it."""
    sample = case.distance[:, :: max(1, case.distance.shape[1] // 200)]
    return np.stack([np.abs(sample - row).mean(axis=1) for row in sample])


def _done(case: _CapacityCase, distance: NDArray[np.float64], some: NDArray[np.intp]) -> Sites:
    from blockplan.propose.siting import capacity_kernels as kernels  # noqa: PLC0415 (numba is heavy)

    if case.chosen is None:
        raise InfeasibleError(
            f"No {case.p} sites were found that serve all demand. Open more, or larger ones."
        )
    chosen = case.chosen.astype(np.intp)
    flow = np.empty((len(chosen), len(some)))
    kernels.share_out(case.distance[chosen], case.weight, case.capacity[chosen], flow)
    assigned = chosen[np.argmin(distance[chosen], axis=0)]
    assigned[some] = chosen[np.argmax(flow, axis=0)]
    bound = min(case.bound, case.objective)
    return Sites(chosen, assigned, case.objective, bound, "min", case.clock.spent, METHOD)
