"""
Compiled loops of the p-median: fast interchange, and the Lagrangian bound.

A cost is demand weight times distance, one row a site: ``cost[site, demand]``. Interchange follows
Whitaker (1983) as Resende and Werneck (2007) organise it: for one site to open, the best site to close
is found in a single pass over the demand. The bound relaxes that each demand is served once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled


@compiled
def nearest_two(cost: Any, chosen: Any, first: Any, second: Any, best: Any, runner: Any) -> None:
    """Fill, for every demand, its cheapest and second cheapest chosen site (as position) and their cost."""
    for i in range(cost.shape[1]):
        _scan(cost, chosen, i, first, second, best, runner)


@compiled
def _scan(cost: Any, chosen: Any, i: int, first: Any, second: Any, best: Any, runner: Any) -> None:
    a = b = np.inf
    at = other = -1
    for k in range(chosen.shape[0]):
        c = cost[chosen[k], i]
        if c < a:
            b, other = a, at
            a, at = c, k
        elif c < b:
            b, other = c, k
    first[i], second[i], best[i], runner[i] = at, other, a, b


@compiled
def greedy(cost: Any, kept: Any, p: int) -> Any:
    """Sites opened one after the other, each where it saves most; `kept` come first."""
    m, n = cost.shape
    chosen = np.empty(p, np.int64)
    taken = np.zeros(m, np.bool_)
    best = np.full(n, np.inf)
    for k in range(p):
        at, least = -1, np.inf
        if k < kept.shape[0]:
            at = kept[k]
        else:
            for j in range(m):
                if taken[j]:
                    continue
                total = 0.0
                for i in range(n):
                    total += min(best[i], cost[j, i])
                if total < least:
                    at, least = j, total
        chosen[k] = at
        taken[at] = True
        for i in range(n):
            best[i] = min(best[i], cost[at, i])
    return chosen


@compiled
def interchange(
    cost: Any,
    chosen: Any,
    fixed: int,
    order: Any,
    first: Any,
    second: Any,
    best: Any,
    runner: Any,
    limit: int,
) -> float:
    """
    Swap a chosen site for another while that saves; returns what was saved.

    `chosen` and the arrays of `nearest_two` are changed in place, the first `fixed` chosen sites
    stay. Sites are tried in `order`, each with its best counterpart, until a whole round saves
    nothing or `limit` sites have been tried.
    """
    m, n = cost.shape
    p = chosen.shape[0]
    inside = np.zeros(m, np.bool_)
    for k in range(p):
        inside[chosen[k]] = True
    loss = np.empty(p)
    saved, idle, tried = 0.0, 0, 0
    at = 0
    while idle < m and tried < limit:
        j = order[at]
        at = at + 1 if at + 1 < m else 0
        idle += 1
        if inside[j]:
            continue
        tried += 1
        loss[:] = 0.0
        gain = 0.0
        for i in range(n):
            c = cost[j, i]
            if c < best[i]:
                gain += best[i] - c
            elif c < runner[i]:
                loss[first[i]] += c - best[i]
            else:
                loss[first[i]] += runner[i] - best[i]
        out, least = -1, np.inf
        for k in range(fixed, p):
            if loss[k] < least:
                out, least = k, loss[k]
        if out >= 0 and gain - least > 1e-9 * (1.0 + gain):
            saved += gain - least
            inside[chosen[out]] = False
            inside[j] = True
            _swap(cost, chosen, out, j, first, second, best, runner)
            idle = 0
    return saved


@compiled
def _swap(cost: Any, chosen: Any, out: int, j: int, first: Any, second: Any, best: Any, runner: Any) -> None:
    chosen[out] = j
    for i in range(cost.shape[1]):
        if first[i] == out or second[i] == out:
            _scan(cost, chosen, i, first, second, best, runner)
            continue
        c = cost[j, i]
        if c < best[i]:
            second[i], runner[i] = first[i], best[i]
            first[i], best[i] = out, c
        elif c < runner[i]:
            second[i], runner[i] = out, c


@compiled
def reduced_costs(cost: Any, price: Any, rho: Any) -> None:
    """For each site what opening it yields under the prices: the sum of negative ``cost - price``."""
    m, n = cost.shape
    for j in range(m):
        total = 0.0
        for i in range(n):
            v = cost[j, i] - price[i]
            if v < 0.0:
                total += v
        rho[j] = total


@compiled
def cheaper_than(cost: Any, cap: Any) -> Any:
    """The assignments below a cost each, site by site: where each site's begin, their demand, their cost."""
    m, n = cost.shape
    start = np.zeros(m + 1, np.int64)
    for j in range(m):
        count = 0
        for i in range(n):
            if cost[j, i] < cap[i]:
                count += 1
        start[j + 1] = start[j] + count
    demand, value = np.empty(start[m], np.int32), np.empty(start[m], cost.dtype)
    for j in range(m):
        at = start[j]
        for i in range(n):
            if cost[j, i] < cap[i]:
                demand[at], value[at] = i, cost[j, i]
                at += 1
    return start, demand, value


@compiled
def yields(start: Any, demand: Any, value: Any, price: Any, rho: Any) -> None:
    """`reduced_costs` from the assignments of `cheaper_than`, for prices below its cap."""
    for j in range(rho.shape[0]):
        total = 0.0
        for at in range(start[j], start[j + 1]):
            v = value[at] - price[demand[at]]
            if v < 0.0:
                total += v
        rho[j] = total


@compiled
def served(start: Any, demand: Any, value: Any, price: Any, opened: Any, times: Any) -> None:
    """How often each demand is served by the sites that the prices open."""
    times[:] = 0
    for k in range(opened.shape[0]):
        for at in range(start[opened[k]], start[opened[k] + 1]):
            if value[at] < price[demand[at]]:
                times[demand[at]] += 1


@compiled
def total_of(cost: Any, chosen: Any) -> float:
    """Sum over demand of its cheapest chosen site."""
    total = 0.0
    for i in range(cost.shape[1]):
        least = np.inf
        for k in range(chosen.shape[0]):
            least = min(least, cost[chosen[k], i])
        total += least
    return total


@compiled
def ascend(cost: Any, status: Any, p: int, price: Any, rounds: int, target: float, objective: float) -> Any:
    """
    Raise the bound of one node of the tree by subgradient steps on the prices of demand.

    `status` of a site is 0 (free), 1 (open) or -1 (closed). Gives the best bound, the prices and the
    yields of the sites that belong to it, and which sites those open. Stops once the bound is above `target`.
    """
    m, n = cost.shape
    rho, opened = np.empty(m), np.zeros(m, np.bool_)
    best, best_price, best_rho, best_open = -np.inf, price.copy(), rho.copy(), opened.copy()
    times = np.empty(n, np.int64)
    theta, stale = 1.0, 0
    price = price.copy()
    for _ in range(rounds):
        reduced_costs(cost, price, rho)
        value = price.sum() + _open_cheapest(rho, status, p, opened)
        if value > best + 1e-7 * abs(value):
            best, stale = value, 0
            best_price[:], best_rho[:], best_open[:] = price, rho, opened
            if best > target:
                break
        else:
            stale += 1
        if stale >= 8:
            theta, stale = theta / 2, 0
            if theta < 1e-3:
                break
            price[:] = best_price
            continue
        times[:] = 0
        for j in range(m):
            if opened[j]:
                for i in range(n):
                    if cost[j, i] < price[i]:
                        times[i] += 1
        length = 0.0
        for i in range(n):
            length += (1.0 - times[i]) ** 2
        if length == 0.0:
            break
        step = theta * max(objective * 1.001 - value, 1e-9) / length
        for i in range(n):
            price[i] += step * (1.0 - times[i])
    return best, best_price, best_rho, best_open


@compiled
def _open_cheapest(rho: Any, status: Any, p: int, opened: Any) -> float:
    """Open the sites that must be, and those that yield most up to p; the sum of their yields."""
    total, left = 0.0, p
    free = np.empty(rho.shape[0])
    count = 0
    for j in range(rho.shape[0]):
        opened[j] = status[j] == 1
        if opened[j]:
            total += rho[j]
            left -= 1
        elif status[j] == 0:
            free[count] = rho[j]
            count += 1
    if left <= 0:
        return total
    order = np.argsort(free[:count])
    edge = free[order[min(left, count) - 1]]
    for j in range(rho.shape[0]):
        if left > 0 and status[j] == 0 and rho[j] < edge:
            opened[j] = True
            total += rho[j]
            left -= 1
    for j in range(rho.shape[0]):
        if left > 0 and status[j] == 0 and rho[j] == edge and not opened[j]:
            opened[j] = True
            total += rho[j]
            left -= 1
    return total
