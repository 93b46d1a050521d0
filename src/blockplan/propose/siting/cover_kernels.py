"""
Compiled loops of the covering problems: greedy choice, swaps, repair, and the Lagrangian bounds.

Who covers whom stands twice, as compressed rows: ``start, demand`` list the demand of each site,
``begin, site`` the sites of each demand point.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled


@compiled
def greedy_most(start: Any, demand: Any, weight: Any, kept: Any, p: int) -> Any:
    """Sites opened one after the other, each where it adds most weight; `kept` come first."""
    m, n = start.shape[0] - 1, weight.shape[0]
    chosen, taken, times = np.empty(p, np.int64), np.zeros(m, np.bool_), np.zeros(n, np.int64)
    for k in range(p):
        at, most = -1, -1.0
        if k < kept.shape[0]:
            at = kept[k]
        else:
            for j in range(m):
                if taken[j]:
                    continue
                gain = 0.0
                for e in range(start[j], start[j + 1]):
                    if times[demand[e]] == 0:
                        gain += weight[demand[e]]
                if gain > most:
                    at, most = j, gain
        chosen[k] = at
        taken[at] = True
        for e in range(start[at], start[at + 1]):
            times[demand[e]] += 1
    return chosen


@compiled
def swap_most(start: Any, demand: Any, weight: Any, chosen: Any, fixed: int, order: Any) -> float:
    """
    Swap a chosen site for another while that covers more weight; returns what was gained.

    `chosen` is changed in place, its first `fixed` sites stay; sites are tried in `order`.
    """
    m, n, p = start.shape[0] - 1, weight.shape[0], chosen.shape[0]
    inside, times, only = np.zeros(m, np.bool_), np.zeros(n, np.int64), np.full(n, -1)
    loss, spared = np.zeros(p), np.zeros(p)
    for k in range(p):
        inside[chosen[k]] = True
        for e in range(start[chosen[k]], start[chosen[k] + 1]):
            times[demand[e]] += 1
    _only(start, demand, weight, chosen, times, only, loss)
    won, idle, at = 0.0, 0, 0
    while idle < m:
        j = order[at]
        at = at + 1 if at + 1 < m else 0
        idle += 1
        if inside[j]:
            continue
        spared[:] = 0.0
        gain = 0.0
        for e in range(start[j], start[j + 1]):
            i = demand[e]
            if times[i] == 0:
                gain += weight[i]
            elif times[i] == 1:
                spared[only[i]] += weight[i]
        out, least = -1, np.inf
        for k in range(fixed, p):
            if loss[k] - spared[k] < least:
                out, least = k, loss[k] - spared[k]
        if out >= 0 and gain - least > 1e-9 * (1.0 + gain):
            won += gain - least
            inside[chosen[out]] = False
            inside[j] = True
            for e in range(start[chosen[out]], start[chosen[out] + 1]):
                times[demand[e]] -= 1
            for e in range(start[j], start[j + 1]):
                times[demand[e]] += 1
            chosen[out] = j
            _only(start, demand, weight, chosen, times, only, loss)
            idle = 0
    return won


@compiled
def _only(start: Any, demand: Any, weight: Any, chosen: Any, times: Any, only: Any, loss: Any) -> None:
    """Which chosen site alone covers each demand point, and the weight that hangs on each site."""
    loss[:] = 0.0
    for k in range(chosen.shape[0]):
        for e in range(start[chosen[k]], start[chosen[k] + 1]):
            if times[demand[e]] == 1:
                only[demand[e]] = k
                loss[k] += weight[demand[e]]


@compiled
def weight_covered(start: Any, demand: Any, weight: Any, chosen: Any) -> float:
    """Weight of the demand that some chosen site covers."""
    seen = np.zeros(weight.shape[0], np.bool_)
    total = 0.0
    for k in range(chosen.shape[0]):
        for e in range(start[chosen[k]], start[chosen[k] + 1]):
            if not seen[demand[e]]:
                seen[demand[e]] = True
                total += weight[demand[e]]
    return total


@compiled
def count_covers(start: Any, demand: Any, opened: Any, times: Any) -> None:
    """How many of the opened sites (flags) cover each demand point."""
    times[:] = 0
    for j in range(opened.shape[0]):
        if opened[j]:
            for e in range(start[j], start[j + 1]):
                times[demand[e]] += 1


@compiled
def repair(start: Any, demand: Any, begin: Any, site: Any, opened: Any, times: Any, score: Any) -> None:
    """
    Open sites until every demand point is covered, then close those that are not needed.

    Each opened site covers most of what is not covered yet, `score` times that; flags and counts are
    changed in place. Sites with a score of infinity stay open.
    """
    m, n = opened.shape[0], times.shape[0]
    left = np.zeros(m, np.int64)
    open_points = 0
    for i in range(n):
        if times[i] == 0:
            open_points += 1
            for e in range(begin[i], begin[i + 1]):
                left[site[e]] += 1
    while open_points > 0:
        at, most = -1, 0.0
        for j in range(m):
            if left[j] > 0 and left[j] * score[j] > most:
                at, most = j, left[j] * score[j]
        opened[at] = True
        for e in range(start[at], start[at + 1]):
            i = demand[e]
            if times[i] == 0:
                open_points -= 1
                for f in range(begin[i], begin[i + 1]):
                    left[site[f]] -= 1
            times[i] += 1
    for j in np.argsort(score):
        if opened[j] and score[j] != np.inf and not _needed(start, demand, times, j):
            opened[j] = False
            for e in range(start[j], start[j + 1]):
                times[demand[e]] -= 1


@compiled
def _needed(start: Any, demand: Any, times: Any, j: int) -> bool:
    needed = False
    for e in range(start[j], start[j + 1]):
        needed = needed or times[demand[e]] == 1
    return needed


@compiled
def telling(start: Any, demand: Any, begin: Any, site: Any) -> Any:
    """
    Which demand points say something: covering one whose sites are all among another's covers that, too.

    No two points may have the same sites.
    """
    n = begin.shape[0] - 1
    says = np.ones(n, np.bool_)
    inside = np.zeros(start.shape[0] - 1, np.bool_)
    for k in range(n):
        size = begin[k + 1] - begin[k]
        rarest = site[begin[k]]
        for e in range(begin[k], begin[k + 1]):
            inside[site[e]] = True
            if start[site[e] + 1] - start[site[e]] < start[rarest + 1] - start[rarest]:
                rarest = site[e]
        for f in range(start[rarest], start[rarest + 1]):
            i = demand[f]
            if says[i] and begin[i + 1] - begin[i] > size:
                shared = 0
                for e in range(begin[i], begin[i + 1]):
                    if inside[site[e]]:
                        shared += 1
                says[i] = shared < size
        for e in range(begin[k], begin[k + 1]):
            inside[site[e]] = False
    return says


@compiled
def tear(start: Any, demand: Any, begin: Any, site: Any, opened: Any, around: int, many: int) -> None:
    """Close the open sites nearest to a demand point in the web of who covers whom, about `many` of them."""
    seen = np.zeros(begin.shape[0] - 1, np.bool_)
    queue = np.empty(seen.shape[0], np.int64)
    queue[0] = around
    seen[around] = True
    head, tail, closed = 0, 1, 0
    while head < tail and closed < many:
        i = queue[head]
        head += 1
        for f in range(begin[i], begin[i + 1]):
            j = site[f]
            if not opened[j] or closed >= many:
                continue
            opened[j] = False
            closed += 1
            for e in range(start[j], start[j + 1]):
                if not seen[demand[e]]:
                    seen[demand[e]] = True
                    queue[tail] = demand[e]
                    tail += 1
