"""
Compiled loops of set covering by reweighing: points that stay uncovered grow heavier, so sites come to them.

A choice with one site too few is mended by exchanges: the site goes that would leave least weight uncovered,
and one comes that covers an uncovered point and most weight besides. Once all is covered, the choice is kept
and loses one more site. The method is the row weighting local search of Gao, Weise and Li (2015).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled


@compiled
def begin_search(start: Any, demand: Any, begin: Any, site: Any, opened: Any) -> Any:
    """
    The state of a search from a choice (flags) that covers everything.

    Gives how often each point is covered, its weight, the score of each site (weight that it would add, or
    minus the weight that would go with it), when it last moved, and whether it may come.
    """
    m, n = opened.shape[0], begin.shape[0] - 1
    times, weight = np.zeros(n, np.int64), np.ones(n, np.int64)
    score, moved, may = np.zeros(m, np.int64), np.zeros(m, np.int64), np.ones(m, np.bool_)
    for i in range(n):
        for e in range(begin[i], begin[i + 1]):
            if opened[site[e]]:
                times[i] += 1
    for i in range(n):
        if times[i] == 1:
            for e in range(begin[i], begin[i + 1]):
                if opened[site[e]]:
                    score[site[e]] -= 1
    return times, weight, score, moved, may


@compiled
def search(web: Any, fixed: Any, opened: Any, state: Any, run: Any, best: Any) -> Any:
    """
    Search for `run[1]` steps from step `run[0]`; `best` (flags) becomes the smallest choice that covers all.

    `web` is who covers whom: start, demand, begin, site. `opened` and `state` go on from where the last call
    left them; `run[2]` is the state of the random numbers. Gives how many sites `best` has.
    """
    times, weight, score, moved = state[:4]
    begin, site = web[2], web[3]
    bare, spot = _waiting(times)
    place = np.cumsum(opened) - 1
    inside = np.append(np.flatnonzero(opened), np.flatnonzero(~opened))
    # How many are open, how many points are uncovered.
    count = np.array([opened.sum(), (times == 0).sum()], np.int64)
    lists = (inside, place, bare, spot, count)
    fewest, tabu = best.sum(), -1
    for step in range(run[0], run[0] + run[1]):
        while count[1] == 0:
            if count[0] < fewest:
                fewest = count[0]
                best[:] = opened
            if not _leave(web, opened, state, lists, fixed, -1, step):
                return fewest
        _leave(web, opened, state, lists, fixed, tabu, step)
        # A linear congruence: the same numbers on every machine.
        run[2] = (run[2] * 6364136223846793005 + 1442695040888963407) & 0x7FFFFFFFFFFFFFFF
        j = _comer(begin, site, state, bare[(run[2] >> 20) % count[1]])
        if j >= 0:
            inside[count[0]], place[j] = j, count[0]
            count[0] += 1
            _open(web, opened, state, lists, j)
            moved[j], tabu = step, j
        for k in range(count[1]):
            weight[bare[k]] += 1
            for e in range(begin[bare[k]], begin[bare[k] + 1]):
                score[site[e]] += 1
    return fewest


@compiled
def _waiting(times: Any) -> Any:
    """The uncovered points as a list with room for all, and the place of each in it."""
    bare, spot, count = np.empty(times.shape[0], np.int64), np.full(times.shape[0], -1), 0
    for i in range(times.shape[0]):
        if times[i] == 0:
            bare[count], spot[i] = i, count
            count += 1
    return bare, spot


@compiled
def _comer(begin: Any, site: Any, state: Any, point: int) -> int:
    """The site of a point that would cover most weight; of equals the one that moved longest ago."""
    _, _, score, moved, may = state
    j, most = -1, -1
    for e in range(begin[point], begin[point + 1]):
        c = site[e]
        if may[c] and (score[c] > most or (score[c] == most and moved[c] < moved[j])):
            j, most = c, score[c]
    return j


@compiled
def _leave(web: Any, opened: Any, state: Any, lists: Any, fixed: Any, tabu: int, step: int) -> bool:
    """Close the site that leaves least weight uncovered, of equals the one that moved longest ago; if any."""
    score, moved = state[2], state[3]
    inside, place, count = lists[0], lists[1], lists[4]
    at = -1
    for k in range(count[0]):
        j = inside[k]
        if fixed[j] or j == tabu:
            continue
        if at < 0 or score[j] > score[at] or (score[j] == score[at] and moved[j] < moved[at]):
            at = j
    if at < 0:
        return False
    last = inside[count[0] - 1]
    inside[place[at]], place[last] = last, place[at]
    count[0] -= 1
    _close(web, opened, state, lists, at)
    moved[at] = step
    return True


@compiled
def _close(web: Any, opened: Any, state: Any, lists: Any, j: int) -> None:
    start, demand, begin, site = web
    times, weight, score, _, may = state
    bare, spot, count = lists[2], lists[3], lists[4]
    opened[j], may[j] = False, False
    score[j] = -score[j]
    for e in range(start[j], start[j + 1]):
        i = demand[e]
        times[i] -= 1
        for f in range(begin[i], begin[i + 1]):
            c = site[f]
            if c == j:
                continue
            may[c] = True
            if times[i] == 0:
                score[c] += weight[i]
            elif times[i] == 1 and opened[c]:
                score[c] -= weight[i]
        if times[i] == 0:
            bare[count[1]], spot[i] = i, count[1]
            count[1] += 1


@compiled
def _open(web: Any, opened: Any, state: Any, lists: Any, j: int) -> None:
    start, demand, begin, site = web
    times, weight, score, _, may = state
    bare, spot, count = lists[2], lists[3], lists[4]
    opened[j] = True
    score[j] = -score[j]
    for e in range(start[j], start[j + 1]):
        i = demand[e]
        times[i] += 1
        for f in range(begin[i], begin[i + 1]):
            c = site[f]
            if c == j:
                continue
            may[c] = True
            if times[i] == 1:
                score[c] -= weight[i]
            elif times[i] == 2 and opened[c]:
                score[c] += weight[i]
        if times[i] == 1:
            last = bare[count[1] - 1]
            bare[spot[i]], spot[last] = last, spot[i]
            spot[i] = -1
            count[1] -= 1
