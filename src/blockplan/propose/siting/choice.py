"""
Siting with limits, as one model for HiGHS: covering, even covering, nearness, and the farthest one.

The searches of `covering` and `pmedian` know a number of sites and nothing else. Budgets, spacing,
capacities and shares of groups go here, and so do small cases whose gap the searches leave open.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy.sparse as sp

from blockplan.errors import InfeasibleError
from blockplan.propose.limits import LimitDemand, Limits, Slack, clash, group_rows, site_columns
from blockplan.propose.mip import FEASIBLE, Model, Solved, solve
from blockplan.propose.sites import Sites
from blockplan.propose.siting.wording import TEXTS
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

METHOD = "branch and cut (HiGHS) on one model with all limits"


def most_within(
    covers: sp.csr_array,
    weights: NDArray[np.float64],
    limits: Limits,
    *,
    stop: Stop | None = None,
    seed: int = 0,
    start: NDArray[np.intp] | None = None,
) -> Sites:
    """
    The most weight that sites cover within limits (MCLP; with capacities, the capacitated one).

    Parameters
    ----------
    covers
        Sites x demand; not zero where a site reaches a point.
    weights
        Of each demand point, not negative.
    start
        Sites to begin with, as rows.

    Returns
    -------
    Sites
        Objective and bound in weight. Demand that capacity splits is assigned to the site that serves
        most of it.

    Raises
    ------
    UsageError
        If there is no site, or the number asked for does not fit.
    InfeasibleError
        If the limits clash; the message says by how much.
    """
    stop = stop or Stop()
    clock = Clock(stop)
    limits.check(covers.shape[0])
    cover = sp.csr_array(covers).astype(bool)
    model, opens, reached, pairs = _covering(cover, weights, limits, weights)
    begin = _begin(cover, weights, start, (model, opens, reached, pairs), limits)
    found = solve(model, clock, start=begin, gap=stop.gap, seed=seed)
    value = _solution(found, lambda slack: _covering(cover, weights, limits, weights, slack)[0], clock)
    total = float(weights @ value[reached])
    bound = float(weights.sum()) if found.bound is None else found.bound
    return _sites(cover, value, (opens, pairs), (total, max(bound, total)), clock, "max")


def fewest_within(
    covers: sp.csr_array,
    weights: NDArray[np.float64],
    limits: Limits,
    *,
    share: float = 1.0,
    stop: Stop | None = None,
    seed: int = 0,
) -> Sites:
    """
    The fewest sites that cover a share of the weight within limits (LSCP, where the share is 1).

    Sites that stay count. Raises as `most_within`.
    """
    stop = stop or Stop()
    clock = Clock(stop)
    limits.check(covers.shape[0])
    cover = sp.csr_array(covers).astype(bool)

    def build(slack: Slack | None = None) -> tuple[Model, NDArray[np.intp], NDArray[np.intp], _Pairs]:
        made = _covering(cover, weights, limits, np.zeros(len(weights)), slack, sense="min", cost=1.0)
        model, reached = made[0], made[2]
        column, value = reached, weights
        if slack is not None:
            demand = LimitDemand("reach", {"of": float(weights.sum())})
            column = np.concatenate([reached, slack.give(model, demand, weights.sum())])
            value = np.append(weights, 1.0)
        # What is asked of everybody is asked to within the rounding of sums.
        model.row(column, value, low=share * float(weights.sum()) * (1 - 1e-12))
        return made

    model, opens, reached, pairs = build()
    begin = _begin(cover, weights, None, (model, opens, reached, pairs), limits, share=share)
    found = solve(model, clock, start=begin, gap=stop.gap, step=1.0, seed=seed)
    value = _solution(found, lambda slack: build(slack)[0], clock)
    count = float(np.round(value[opens].sum()))
    bound = float(len(set(limits.kept))) if found.bound is None else float(np.ceil(found.bound - 1e-6))
    return _sites(cover, value, (opens, pairs), (count, min(bound, count)), clock, "min")


def evenly_within(
    covers: sp.csr_array,
    weights: NDArray[np.float64],
    limits: Limits,
    *,
    stop: Stop | None = None,
    seed: int = 0,
) -> Sites:
    """
    The sites under which the worst-served group has the largest share within reach.

    ``limits.group`` says who belongs where. Of choices that serve the worst group as well, one that
    covers most in all is taken. Objective and bound are that share, 0..1. Raises as `most_within`.
    """
    stop = stop or Stop()
    clock = Clock(stop)
    limits.check(covers.shape[0])
    cover = sp.csr_array(covers).astype(bool)
    if limits.group is None or not (limits.group >= 0).any():
        raise TEXTS.refused(InfeasibleError, "no_group")
    model, opens, reached, pairs = _covering(cover, weights, limits, np.zeros(len(weights)))
    least = model.columns(1.0)
    for number in np.unique(limits.group[limits.group >= 0]):
        inside = np.flatnonzero((limits.group == number) & (weights > 0))
        if len(inside):
            part = weights[inside] / weights[inside].sum()
            model.row(np.concatenate([reached[inside], least]), np.append(part, -1.0), low=0.0)
    found = solve(model, clock, gap=stop.gap, seed=seed)
    value = _solution(found, lambda slack: _covering(cover, weights, limits, weights, slack)[0], clock)
    worst = _worst(weights, limits.group, value[reached])
    bound = 1.0 if found.bound is None else found.bound
    if pairs is None:  # each is served whole or not at all
        bound = _largest_share(weights, limits.group, bound)
    if clock.over(0.5) or pairs is not None:
        return _sites(cover, value, (opens, pairs), (worst, max(bound, worst)), clock, "max")
    begin, rest = _opened(value, opens), replace(stop, seconds=clock.left)
    more = most_within(cover, weights, _with_share(limits, worst), stop=rest, seed=seed, start=begin)
    even = _worst(weights, limits.group, (more.assigned >= 0).astype(float))
    worst = max(worst, even) if even >= worst * (1 - 1e-9) else worst
    return Sites(more.chosen, more.assigned, worst, max(bound, worst), "max", clock.spent, METHOD)


def nearest_within(
    distances: NDArray[np.floating],
    weights: NDArray[np.float64],
    limits: Limits,
    *,
    stop: Stop | None = None,
    seed: int = 0,
) -> Sites:
    """
    The least weighted distance within limits (p-median; with capacities demand may be split).

    Distances are infinite where a site does not serve a point. Raises as `most_within`.
    """
    stop = stop or Stop()
    clock = Clock(stop)
    limits.check(distances.shape[0])

    def build(slack: Slack | None = None) -> tuple[Model, NDArray[np.intp], _Some]:
        model = Model("min")
        opens = site_columns(model, distances.shape[0], limits, 0.0, slack)
        site, point = np.nonzero(np.isfinite(distances) & (weights > 0))
        cost = distances[site, point] * weights[point]
        served = model.columns(np.zeros(len(site)) if slack else cost)
        wanted = np.flatnonzero(weights > 0)
        row, column = np.searchsorted(wanted, point), served
        if slack is not None:
            gives = [int(slack.give(model, LimitDemand("point", {"number": one}), 1.0)[0]) for one in wanted]
            row = np.concatenate([row, np.arange(len(wanted))])
            column = np.concatenate([column, np.array(gives, dtype=np.intp)])
        model.rows((row, column, 1.0), low=1.0, high=1.0, count=len(wanted))
        _only_open(model, served, opens[site])
        _capacities(model, opens, (served, site, weights[point]), limits)
        return model, opens, (served, site, point)

    model, opens, pairs = build()
    found = solve(model, clock, gap=stop.gap, seed=seed)
    value = _solution(found, lambda slack: build(slack)[0], clock)
    served, site, point = pairs
    total = float((value[served] * distances[site, point] * weights[point]).sum())
    bound = 0.0 if found.bound is None else found.bound
    reach = sp.csr_array(np.isfinite(distances))
    return _sites(reach, value, (opens, pairs), (total, min(bound, total)), clock, "min")


#: Columns that say how much of a point a site serves, with site and point of each.
_Some = tuple["NDArray[np.intp]", "NDArray[np.intp]", "NDArray[np.intp]"]
_Pairs = _Some | None


def _covering(  # noqa: PLR0913 (the parts of one model)
    cover: sp.csr_array,
    weights: NDArray[np.float64],
    limits: Limits,
    worth: NDArray[np.float64],
    slack: Slack | None = None,
    *,
    sense: Literal["min", "max"] = "max",
    cost: float = 0.0,
) -> tuple[Model, NDArray[np.intp], NDArray[np.intp], _Pairs]:
    """Columns for sites and for how far each point is reached; with capacities also for who serves whom."""
    sites, points = cover.shape
    model = Model("min" if slack is not None or sense == "min" else "max")
    opens = site_columns(model, sites, limits, cost, slack)
    reached = model.columns(np.zeros(points) if slack is not None else worth)
    site, point = cover.nonzero()
    served = opens[site] if limits.capacity is None else model.columns(np.zeros(len(site)))
    model.rows(
        (np.concatenate([point, np.arange(points)]), np.concatenate([served, reached]),
         np.concatenate([np.ones(len(site)), -np.ones(points)])),
        low=0.0, count=points,
    )  # fmt: skip
    pairs = None
    if limits.capacity is not None:
        _only_open(model, served, opens[site])
        _capacities(model, opens, (served, site, weights[point]), limits)
        pairs = (served, site, point)
    group_rows(model, reached, weights, limits, slack)
    return model, opens, reached, pairs


def _only_open(model: Model, served: NDArray[np.intp], opens: NDArray[np.intp]) -> None:
    """Only what is open serves."""
    row = np.arange(len(served))
    model.rows(
        (np.concatenate([row, row]), np.concatenate([served, opens]), np.repeat([1.0, -1.0], len(served))),
        high=0.0,
        count=len(served),
    )


def _capacities(
    model: Model,
    opens: NDArray[np.intp],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]],
    limits: Limits,
) -> None:
    """No site serves more weight than it can."""
    if limits.capacity is None:
        return
    served, site, weight = pairs
    model.rows(
        (np.concatenate([site, np.arange(len(opens))]), np.concatenate([served, opens]),
         np.concatenate([weight, -np.asarray(limits.capacity, dtype=float)])),
        high=0.0, count=len(opens),
    )  # fmt: skip


def _solution(found: Solved, again: Callable[[Slack], Model], clock: Clock) -> NDArray[np.float64]:
    """
    The values of the columns.

    Raises
    ------
    InfeasibleError
        If there is no solution: then the demands that clash are named, by how much, from the model that
        lets them give way; or if the time was over before one was found.
    """
    if found.value is not None:
        return found.value
    if found.state != "infeasible":
        raise TEXTS.refused(InfeasibleError, "not_in_time", seconds=f"{clock.spent:.0f}")
    slack = Slack()
    explained = solve(again(slack), Clock(Stop(seconds=max(5.0, clock.left))))
    raise clash(slack, explained.value)


def _begin(
    cover: sp.csr_array,
    weights: NDArray[np.float64],
    start: NDArray[np.intp] | None,
    made: tuple[Model, NDArray[np.intp], NDArray[np.intp], _Pairs],
    limits: Limits,
    share: float | None = None,
) -> NDArray[np.float64] | None:
    """
    Sites as a solution to begin with, so that a search cut short has one.

    None where capacities would have to be shared out, or groups and gaps be kept to; and where a `share`
    is wanted and none was found.
    """
    model, opens, reached, _ = made
    if limits.capacity is not None or limits.windows or (limits.at_least and start is None):
        return None
    wanted = None if share is None else share * float(weights.sum())
    chosen = start if start is not None else _greedy(cover, weights, limits, wanted)
    inside = cover[chosen].sum(axis=0) > 0
    if wanted is not None and weights[inside].sum() < wanted * (1 - 1e-12):
        return None
    value = np.zeros(model.width)
    value[opens[chosen]] = 1.0
    value[reached] = inside
    return value


def _greedy(
    cover: sp.csr_array, weights: NDArray[np.float64], limits: Limits, wanted: float | None
) -> NDArray[np.intp]:
    """Sites one after the other, each where it adds most, as long as number, budgets and spacing allow."""
    sites = cover.shape[0]
    chosen = list(dict.fromkeys(int(one) for one in limits.kept))
    left = np.where(cover[chosen].sum(axis=0) > 0, 0.0, weights) if chosen else weights.copy()
    room = {budget.name: budget.at_most for budget in limits.budgets}
    free = np.ones(sites, dtype=bool)
    free[chosen] = False
    free[_neighbours(limits, chosen)] = False
    while limits.p is None or len(chosen) < limits.p:
        for budget in limits.budgets:
            free &= budget.of_site <= room[budget.name] + 1e-9
        gain = np.where(free, cover @ left, 0.0)
        best = int(np.argmax(gain))
        if gain[best] <= 0 or (wanted is not None and weights.sum() - left.sum() >= wanted):
            break
        chosen.append(best)
        free[best] = False
        free[_neighbours(limits, [best])] = False
        for budget in limits.budgets:
            room[budget.name] -= float(budget.of_site[best])
        left[cover[[best]].indices] = 0.0
    return np.array(sorted(chosen), dtype=np.intp)


def _neighbours(limits: Limits, chosen: list[int]) -> NDArray[np.intp]:
    """Sites that may not stand together with some."""
    near = np.isin(limits.apart, chosen)
    return np.unique(np.concatenate([limits.apart[near[:, 0], 1], limits.apart[near[:, 1], 0]]))


def _opened(value: NDArray[np.float64], opens: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.flatnonzero(value[opens] > 0.5)


def _worst(weights: NDArray[np.float64], group: NDArray[np.intp], reached: NDArray[np.float64]) -> float:
    """The smallest share of a group's weight that is reached."""
    inside = (group >= 0) & (weights > 0)
    whole = np.bincount(group[inside], weights[inside])
    part = np.bincount(group[inside], weights[inside] * reached[inside], len(whole))
    return float((part[whole > 0] / whole[whole > 0]).min(initial=1.0))


def _largest_share(weights: NDArray[np.float64], group: NDArray[np.intp], bound: float) -> float:
    """
    The largest share up to a bound that any group can have: of whole weights only some are possible.

    A solver keeps rows to within its tolerance, so its bound may lie that much beside the best share.
    """
    inside = (group >= 0) & (weights > 0)
    whole = np.bincount(group[inside], weights[inside])
    if not np.array_equal(weights, weights.round()) or not whole.any():
        return bound
    whole = whole[whole > 0]
    return min(bound, float((np.floor((bound + 10 * FEASIBLE) * whole) / whole).max()))


def _with_share(limits: Limits, share: float) -> Limits:
    """The same limits, and every group is due a share (but for the rounding of sums)."""
    return replace(limits, at_least=max(limits.at_least, share * (1 - 1e-9)))


def _sites(
    reach: sp.csr_array,
    value: NDArray[np.float64],
    columns: tuple[NDArray[np.intp], _Pairs],
    figures: tuple[float, float],
    clock: Clock,
    sense: Literal["min", "max"],
) -> Sites:
    opens, pairs = columns
    chosen = _opened(value, opens)
    assigned = np.full(reach.shape[1], -1, dtype=np.intp)
    if pairs is None:
        inside = reach[chosen].tocsc()
        some = np.flatnonzero(np.diff(inside.indptr) > 0)
        assigned[some] = chosen[inside.indices[inside.indptr[some]]]
    else:
        served, site, point = pairs
        order = np.argsort(value[served], kind="stable")
        order = order[value[served][order] > 0.5 * 1e-6]
        assigned[point[order]] = site[order]
    return Sites(chosen, assigned, figures[0], figures[1], sense, clock.spent, METHOD)
