"""
Compiled loops of the capacitated p-median: the bound by knapsacks, and sharing demand out to open sites.

Distances stand in one row a site; demand is a weight that sites share up to their capacity.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled


@compiled
def knapsacks(distance: Any, weight: Any, capacity: Any, price: Any, rho: Any) -> None:
    """
    What each site yields under prices for a unit of each demand: the best it can serve within its capacity.

    A site takes first what lies deepest below its price, until it is full; the last one in part.
    """
    m, n = distance.shape
    below, items = np.empty(n), np.empty(n, np.int64)
    for j in range(m):
        count, load, total = 0, 0.0, 0.0
        for i in range(n):
            r = distance[j, i] - price[i]
            if r < 0.0:
                below[count], items[count] = r, i
                count += 1
                load += weight[i]
                total += weight[i] * r
        if load > capacity[j]:
            total = 0.0
            left = capacity[j]
            order = np.argsort(below[:count])
            for k in range(count):
                i = items[order[k]]
                part = min(weight[i], left)
                total += part * below[order[k]]
                left -= part
                if left <= 0.0:
                    break
        rho[j] = total


@compiled
def taken(distance: Any, weight: Any, capacity: Any, price: Any, opened: Any, times: Any) -> None:
    """How often each demand is served by the sites that the prices open, in parts."""
    n = distance.shape[1]
    below, items = np.empty(n), np.empty(n, np.int64)
    times[:] = 0.0
    for s in range(opened.shape[0]):
        j = opened[s]
        count, load = 0, 0.0
        for i in range(n):
            r = distance[j, i] - price[i]
            if r < 0.0:
                below[count], items[count] = r, i
                count += 1
                load += weight[i]
        if load <= capacity[j]:
            for k in range(count):
                times[items[k]] += 1.0
            continue
        left = capacity[j]
        order = np.argsort(below[:count])
        for k in range(count):
            i = items[order[k]]
            part = min(weight[i], left)
            times[i] += part / weight[i]
            left -= part
            if left <= 0.0:
                break


@compiled
def share_out(distance: Any, weight: Any, capacity: Any, flow: Any) -> float:
    """
    Share all demand out to sites so that the weighted distance is least; infinite where it does not fit.

    `flow` (sites x demand) is filled. Demand comes one after the other and goes to the site that costs least,
    where need be by moving what others have there to the next one: the cheapest chain of moves.
    """
    p, n = distance.shape
    flow[:] = 0.0
    spare = capacity.copy()
    move, by = np.full((p, p), np.inf), np.full((p, p), -1)
    cost, last = np.empty(p), np.empty(p, np.int64)
    total = 0.0
    for i in range(n):
        left = weight[i]
        while left > 1e-9:
            for j in range(p):
                cost[j], last[j] = distance[j, i], -1
            _cheapest_chains(move, cost, last)
            end, least = -1, np.inf
            for j in range(p):
                if spare[j] > 1e-9 and cost[j] < least:
                    end, least = j, cost[j]
            if end < 0:
                return np.inf
            amount = min(left, spare[end])
            j = end
            while last[j] >= 0:
                amount = min(amount, flow[last[j], by[last[j], j]])
                j = last[j]
            left -= amount
            spare[end] -= amount
            total += amount * least
            _send(distance, flow, move, by, last, end, i, amount)
    return total


@compiled
def _cheapest_chains(move: Any, cost: Any, last: Any) -> None:
    """Shorten the ways to each site by moves from site to site, until none gets shorter."""
    p = cost.shape[0]
    for _ in range(p):
        shorter = False
        for j in range(p):
            for k in range(p):
                if cost[j] + move[j, k] < cost[k] - 1e-9:
                    cost[k], last[k] = cost[j] + move[j, k], j
                    shorter = True
        if not shorter:
            return


@compiled
def _send(
    distance: Any, flow: Any, move: Any, by: Any, last: Any, end: int, item: int, amount: float
) -> None:
    """Send an amount along a chain of moves, and renew what moving on from its sites costs."""
    j = end
    while True:
        before = last[j]
        moved = item if before < 0 else by[before, j]
        flow[j, moved] += amount
        _offer(distance, move, by, j, moved)
        if before < 0:
            return
        flow[before, moved] -= amount
        if flow[before, moved] <= 1e-9:
            flow[before, moved] = 0.0
            _renew(distance, flow, move, by, before, moved)
        j = before


@compiled
def _offer(distance: Any, move: Any, by: Any, j: int, item: int) -> None:
    for k in range(distance.shape[0]):
        more = distance[k, item] - distance[j, item]
        if k != j and more < move[j, k]:
            move[j, k], by[j, k] = more, item


@compiled
def _renew(distance: Any, flow: Any, move: Any, by: Any, j: int, gone: int) -> None:
    """What a site can move on once it has an item no more."""
    stale = False
    for k in range(distance.shape[0]):
        stale = stale or by[j, k] == gone
    if not stale:
        return
    move[j, :] = np.inf
    by[j, :] = -1
    for i in range(distance.shape[1]):
        if flow[j, i] > 0.0:
            _offer(distance, move, by, j, i)
