"""
The p-center: open sites so that whoever is farthest from the nearest is as near as can be.

The answer is one of the distances. For any of them it can be asked whether so many sites cover everybody
within it; a binary search over the distances needs a dozen such questions, each a set covering problem that
HiGHS answers yes or no. So the last no and the first yes are the proof.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from blockplan.errors import InfeasibleError
from blockplan.propose.limits import Limits, site_columns
from blockplan.propose.mip import Model, solve
from blockplan.propose.sites import Sites, checked_distances
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

METHOD = "binary search over the distances; each answered by set covering (greedy, then HiGHS)"
#: Up to so many rows or columns are compared in pairs, so that those which say nothing new are left out.
PAIRWISE = 4_000


@dataclass(slots=True, eq=False)
class _Question:
    """Who is how far from which site, and what a choice has to keep to."""

    distance: NDArray[np.floating]
    limits: Limits
    most: int
    clock: Clock
    seed: int


def pcenter(  # noqa: PLR0913 (the parts of one problem)
    distances: ArrayLike,
    weights: ArrayLike | None = None,
    p: int | None = 1,
    *,
    kept: Sequence[int] = (),
    limits: Limits | None = None,
    stop: Stop | None = None,
    seed: int = 0,
) -> Sites:
    """
    Open `p` sites so that the largest distance to the nearest is least.

    Parameters
    ----------
    distances
        Sites x demand, in any unit; infinite where a site cannot serve a point.
    weights
        Points that weigh nothing do not count; the others count alike. All of them where None.
    p, kept
        How many sites are open in all, and rows of those that exist and stay.
    limits
        What else to keep to; goes before `p` and `kept`. Capacities and shares of groups are not looked at.

    Returns
    -------
    Sites
        Objective and bound in the unit of the distances.

    Raises
    ------
    UsageError
        If a distance is negative or no number, or `p` does not fit.
    InfeasibleError
        If somebody is out of reach of every site, or no choice within the limits reaches everybody.

    References
    ----------
    Minieka (1970), The m-center problem.
    """
    stop = stop or Stop()
    clock = Clock(stop)
    limits = limits or Limits(p=p, kept=tuple(kept))
    distance = _counted(distances, weights)
    limits.check(distance.shape[0])
    most = distance.shape[0] if limits.p is None else limits.p
    question = _Question(distance, limits, most, clock, seed)
    steps = np.unique(distance[np.isfinite(distance)])
    steps = steps[steps >= distance.min(axis=0).max(initial=0.0)]
    chosen, low = _begin(question, steps), 0
    high = int(np.searchsorted(steps, _farthest(distance, chosen)))
    ruled_out = True
    while low < high and ruled_out:
        middle = (low + high) // 2
        found, ruled_out = _within(question, float(steps[middle]))
        if found is not None:
            chosen, ruled_out = found, True
            high = int(np.searchsorted(steps, _farthest(distance, chosen)))
        elif ruled_out:
            low = middle + 1
        clock.tell(float(steps[high]), float(steps[min(low, high)]), f"{high - low} distances left")
    objective = float(steps[high])
    return _sites(np.asarray(distances), chosen, objective, float(steps[min(low, high)]), clock)


def _counted(distances: ArrayLike, weights: ArrayLike | None) -> NDArray[np.floating]:
    """The distances of those that count."""
    matrix = np.asarray(checked_distances(distances), dtype=float)
    counts = np.ones(matrix.shape[1], dtype=bool) if weights is None else np.asarray(weights) > 0
    lost = np.flatnonzero(counts & ~np.isfinite(matrix.min(axis=0)))
    if lost.size:
        raise InfeasibleError(
            f"{lost.size} of {counts.sum()} demand points are out of reach of every site "
            f"(first: number {lost[0]}). Add sites near them, or leave them out."
        )
    return matrix[:, counts] if counts.any() else np.zeros((matrix.shape[0], 1))


def _begin(question: _Question, steps: NDArray[np.float64]) -> NDArray[np.intp]:
    """A choice to begin with: the farthest point gets its nearest site, again and again."""
    distance, limits = question.distance, question.limits
    if limits.bare:
        chosen = list(dict.fromkeys(int(one) for one in limits.kept))
        away = distance[chosen].min(axis=0) if chosen else np.full(distance.shape[1], np.inf)
        while len(chosen) < question.most and away.max() > 0:
            chosen.append(int(np.argmin(distance[:, int(np.argmax(away))])))
            away = np.minimum(away, distance[chosen[-1]])
        if np.isfinite(away).all():
            return np.unique(np.array(chosen, dtype=np.intp))
    # Without a step nobody is reached from anywhere: no distance is left to ask about.
    found, ruled_out = _within(question, float(steps[-1])) if len(steps) else (None, True)
    if found is None:
        why = (
            "no choice within the limits reaches everybody"
            if ruled_out
            else "none was found in time that reaches everybody"
        )
        raise InfeasibleError(
            f"Of {question.most} sites, {why}. Ask how many are needed (LSCP), or loosen a limit."
        )
    return found


def _within(question: _Question, limit: float) -> tuple[NDArray[np.intp] | None, bool]:
    """A choice that reaches everybody within a distance, if there is one; and whether the answer is sure."""
    covers = question.distance <= limit
    limits = question.limits
    if limits.bare:
        chosen = _greedy(covers, limits.kept, question.most)
        if chosen is not None:
            return chosen, True
    sites, points = np.arange(covers.shape[0]), np.arange(covers.shape[1])
    if max(covers.shape) <= PAIRWISE:
        sites, points = _needed(covers, limits)
    model = Model("min")
    inside = {int(site): at for at, site in enumerate(sites)}
    kept = tuple(inside[int(one)] for one in limits.kept)
    # The number of sites is the objective, so that the bound can rule it out.
    asked = (
        Limits(kept=kept) if limits.bare else replace(limits, p=None, kept=kept, at_least=0.0, capacity=None)
    )
    opens = site_columns(model, len(sites), asked, 1.0)
    point, site = np.nonzero(covers[np.ix_(sites, points)].T)
    model.rows((point, opens[site], 1.0), low=1.0, count=len(points))
    found = solve(model, question.clock, step=1.0, enough=float(question.most), seed=question.seed)
    if found.state == "infeasible":
        return None, True
    if found.value is not None and found.value[opens].sum() <= question.most + 0.5:
        return sites[found.value[opens] > 0.5], True
    return None, found.bound is not None and found.bound > question.most + 1e-5


def _greedy(covers: NDArray[np.bool_], kept: Sequence[int], most: int) -> NDArray[np.intp] | None:
    """Sites that cover everybody, each where most is left to cover; None if it takes too many."""
    chosen = list(dict.fromkeys(int(one) for one in kept))
    bare = ~covers[chosen].any(axis=0)
    count = covers[:, bare].sum(axis=1)
    while bare.any():
        if len(chosen) >= most:
            return None
        chosen.append(int(np.argmax(count)))
        anew = bare & covers[chosen[-1]]
        bare &= ~anew
        count = count - covers[:, anew].sum(axis=1)
    return np.unique(np.array(chosen, dtype=np.intp))


def _needed(covers: NDArray[np.bool_], limits: Limits) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """
    Sites and points that say something.

    A point is covered whenever one is whose sites are all among its own. Where nothing but the number of
    sites counts, a site that covers nothing which another does not is never needed.
    """
    points = _minimal(covers.T)
    if not limits.bare:
        return np.arange(covers.shape[0]), points
    sites = _maximal(covers[:, points])
    sites = np.union1d(sites, np.array(list(limits.kept), dtype=np.intp))
    return sites, points[_minimal(covers[np.ix_(sites, points)].T)]


def _minimal(sets: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows none of whose subsets is another row; of equal rows the first."""
    return _undominated(sets, smaller=True)


def _maximal(sets: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows that are no subset of another row; of equal rows the first."""
    return _undominated(sets, smaller=False)


def _undominated(sets: NDArray[np.bool_], *, smaller: bool) -> NDArray[np.intp]:
    shared = sets.astype(np.float32)
    shared = shared @ shared.T
    size = np.diag(shared)
    within = shared == size[:, None]
    equal = within & within.T
    later = equal & (np.arange(len(sets))[:, None] > np.arange(len(sets)))
    # within[a, b]: a is a subset of b.
    beaten = (within.T if smaller else within) & ~equal
    return np.flatnonzero(~(beaten | later).any(axis=1))


def _farthest(distance: NDArray[np.floating], chosen: NDArray[np.intp]) -> float:
    return float(distance[chosen].min(axis=0).max())


def _sites(
    distances: NDArray[np.floating], chosen: NDArray[np.intp], objective: float, bound: float, clock: Clock
) -> Sites:
    assigned = chosen[np.argmin(distances[chosen], axis=0)]
    assigned = np.where(np.isfinite(distances[chosen].min(axis=0)), assigned, -1)
    return Sites(chosen, assigned, objective, bound, "min", clock.spent, METHOD)
