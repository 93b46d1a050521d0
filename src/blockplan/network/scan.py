"""
Compiled searches of the timetable: a connection scan, and bounded searches of the streets around places.

Loaded only where they are called: loading numba takes longer than many a search.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled

#: Later than anything.
NEVER = np.int32(2**30)
#: A longer arc (cm) does not fit and leads nowhere within any limit.
LONGEST = np.int64(2**31 - 1)
#: Farther than anything.
FAR = np.int64(2**62)


@compiled
def _push(heap: Any, size: int, key: int) -> None:
    """Put a key into a heap of `size` keys."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key


@compiled
def _pop(heap: Any, size: int) -> Any:
    """Take the least key out of a heap of `size` keys; the heap has one less then."""
    least = heap[0]
    key = heap[size - 1]
    size -= 1
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key
    return least


@compiled
def _without_dead_ends(indptr: Any, indices: Any, kept: Any) -> Any:
    """Live neighbours of each node once all ways that lead to nothing kept are taken away; 0 there."""
    nodes = len(indptr) - 1
    degree = np.zeros(nodes, dtype=np.int64)
    queue = np.empty(nodes, dtype=np.int64)
    size = 0
    for node in range(nodes):
        for arc in range(indptr[node], indptr[node + 1]):
            degree[node] += indices[arc] != node
        if degree[node] == 1 and not kept[node]:
            queue[size] = node
            size += 1
    at = 0
    while at < size:
        node = queue[at]
        at += 1
        if degree[node] != 1:
            continue
        degree[node] = 0
        for arc in range(indptr[node], indptr[node + 1]):
            head = indices[arc]
            if head != node and degree[head] > 0:
                degree[head] -= 1
                if degree[head] == 1 and not kept[head]:
                    queue[size] = head
                    size += 1
    return degree


@compiled
def _along(graph: Any, arc: int, start: int, degree: Any, kept: Any) -> Any:
    """Follow bends from a node along an arc: where they end (the start if nowhere), and the length."""
    indptr, indices, length = graph
    before, node, way = start, indices[arc], np.int64(length[arc])
    while degree[node] == 2 and not kept[node]:
        following = -1
        for other in range(indptr[node], indptr[node + 1]):
            head = indices[other]
            if head != before and head != node and degree[head] > 0:  # noqa: PLR1714 (compiled)
                following = other
        if following < 0:
            return start, way
        before, node, way = node, indices[following], way + length[following]
    return node, way


@compiled
def thinned(indptr: Any, indices: Any, length: Any, kept: Any) -> Any:
    """
    The same graph for ways between kept nodes: dead ends gone, and one arc for each row of bends.

    Returns
    -------
    tuple
        ``indptr, indices, length`` with the same numbers of nodes; nodes inside a row of bends have no arcs.
    """
    degree = _without_dead_ends(indptr, indices, kept)
    nodes = len(indptr) - 1
    starts = np.zeros(nodes + 1, dtype=np.int64)
    heads = np.empty(len(indices), dtype=np.int32)
    ways = np.empty(len(indices), dtype=np.int32)
    count = 0
    for node in range(nodes):
        if kept[node] or degree[node] > 2:
            for arc in range(indptr[node], indptr[node + 1]):
                if indices[arc] != node and degree[indices[arc]] > 0:
                    head, way = _along((indptr, indices, length), arc, node, degree, kept)
                    if head != node and way <= LONGEST:
                        heads[count] = head
                        ways[count] = way
                        count += 1
        starts[node + 1] = count
    return starts, heads[:count].copy(), ways[:count].copy()


@compiled
def _spread(graph: Any, start: int, way: int, limit: int, work: Any) -> int:
    """Search from a node as far as the limit; distances stay in ``best``, nodes in ``touched``; how many."""
    indptr, indices, length = graph
    best, touched, heap = work
    best[start] = way
    touched[0] = start
    reached = 1
    heap[0] = (np.int64(way) << 32) | start
    size = 1
    while size > 0:
        key = _pop(heap, size)
        size -= 1
        node = key & 0xFFFFFFFF
        here = key >> 32
        if here > best[node]:
            continue
        for arc in range(indptr[node], indptr[node + 1]):
            head = indices[arc]
            there = here + length[arc]
            if there <= limit and there < best[head]:
                if best[head] == FAR:
                    touched[reached] = head
                    reached += 1
                best[head] = there
                _push(heap, size, (there << 32) | head)
                size += 1
    return reached


@compiled
def around(graph: Any, starts: Any, start_way: Any, ends: Any, limit: int) -> Any:
    """
    From each start the numbered nodes within a limit.

    Parameters
    ----------
    graph
        ``indptr, indices, length``; lengths are at least 0.
    starts, start_way
        Node of each start (-1: none), and what lies between the start and it.
    ends
        ``number, way``: for each node the number of the place there (-1: none), and what lies between.
    limit
        Longest way, both ends counted.

    Returns
    -------
    tuple
        ``indptr, to, cost`` of the ways found, ``to`` in no order.
    """
    number, way = ends
    nodes = len(graph[0]) - 1
    best = np.full(nodes, FAR)
    touched = np.empty(nodes, dtype=np.int64)
    # A node is put into the heap once for each arc that leads to it, at most.
    work = best, touched, np.empty(len(graph[1]) + 2, dtype=np.int64)
    found = np.zeros(len(starts) + 1, dtype=np.int64)
    to = np.empty(1024, dtype=np.int32)
    cost = np.empty(1024, dtype=np.int32)
    count = 0
    for start in range(len(starts)):
        reached = 0
        if starts[start] >= 0 and start_way[start] <= limit:
            reached = _spread(graph, starts[start], start_way[start], limit, work)
        if count + reached > len(to):
            to = np.concatenate((to, np.empty(count + reached, dtype=np.int32)))
            cost = np.concatenate((cost, np.empty(count + reached, dtype=np.int32)))
        for node in touched[:reached]:
            if number[node] >= 0 and best[node] + way[node] <= limit:
                to[count] = number[node]
                cost[count] = best[node] + way[node]
                count += 1
            best[node] = FAR
        found[start + 1] = count
    return found, to[:count].copy(), cost[:count].copy()


@compiled
def _get_off(stop: int, time: int, change: Any, foot: Any, state: Any) -> None:
    """Get off at a stop, earlier than before: ready there after the change, and around it on foot."""
    ready, off, _ = state
    foot_at, foot_to, foot_cost = foot
    off[stop] = time
    ready[stop] = min(ready[stop], time + change[stop])
    for at in range(foot_at[stop], foot_at[stop + 1]):
        ready[foot_to[at]] = min(ready[foot_to[at]], time + foot_cost[at])


@compiled
def _ride(connections: Any, change: Any, foot: Any, state: Any, clock: Any) -> None:
    """Scan the connections between two times once, from where `state` says one is ready or aboard."""
    from_stop, to_stop, leaves, arrives, trip, boards, alights = connections
    ready, off, aboard = state
    start, end = clock
    group = np.searchsorted(leaves, start)
    while group < len(leaves) and leaves[group] <= end:
        now = leaves[group]
        again = False
        c = group
        while c < len(leaves) and leaves[c] == now:
            if c >= aboard[trip[c]] or (boards[c] and ready[from_stop[c]] <= now):
                aboard[trip[c]] = min(aboard[trip[c]], c)
                if alights[c] and arrives[c] < off[to_stop[c]] and arrives[c] <= end:
                    _get_off(to_stop[c], arrives[c], change, foot, state)
                    # What takes no time may lead to a connection that stands before it: look once more.
                    again = again or arrives[c] == now
            c += 1
        if not again:
            group = c


@compiled
def _arrive(departure: Any, off: Any, egress: Any, direct: Any, best: Any) -> None:
    """Put the travel times of a departure into `best`: on foot all the way, or from where one gets off."""
    row, start, limit = departure
    for at in range(direct[0][row], direct[0][row + 1]):
        if direct[2][at] <= limit:
            best[direct[1][at]] = direct[2][at]
    for stop in range(len(off)):
        spent = off[stop] - start
        if spent <= limit:
            for at in range(egress[0][stop], egress[0][stop + 1]):
                total = spent + egress[2][at]
                if total <= limit and total < best[egress[1][at]]:
                    best[egress[1][at]] = total


@compiled
def scan(connections: Any, change: Any, ways: Any, origins: Any, clock: Any, sizes: Any) -> Any:
    """
    Travel times from some origins to all places, for each departure.

    Parameters
    ----------
    connections
        ``from_stop, to_stop, departure, arrival, trip, boards, alights``, sorted by departure and,
        within a trip, in the order of travel.
    change
        Seconds between getting off at a stop and being ready to get on there.
    ways
        ``access, foot, egress, direct``: from origin to stop, stop to stop, stop to place, origin to place,
        each as ``indptr, to, seconds``. Rows of `direct` are those of `origins`, in their order.
    origins
        Numbers of the origins.
    clock
        ``departures, limit``: seconds of the day, rising; longest travel time.
    sizes
        Number of trips, number of places.

    Returns
    -------
    array
        Seconds, shape (origins, departures, places); `NEVER` where a place is not reached within the limit.
    """
    access, foot, egress, direct = ways
    departures, limit = clock
    trips, places = sizes
    found = np.full((len(origins), len(departures), places), NEVER, dtype=np.int32)
    ready = np.empty(len(change), dtype=np.int32)
    off = np.empty(len(change), dtype=np.int32)
    aboard = np.empty(trips, dtype=np.int32)
    state = ready, off, aboard
    for row in range(len(origins)):
        origin = origins[row]
        ready[:] = NEVER
        off[:] = NEVER
        aboard[:] = NEVER
        # The last departure first: who leaves earlier may wait, so what was found stays good, and only what
        # is earlier has to be followed up.
        for number in range(len(departures) - 1, -1, -1):
            start = np.int64(departures[number])
            first = start + limit + 1
            for at in range(access[0][origin], access[0][origin + 1]):
                stop = access[1][at]
                ready[stop] = min(ready[stop], start + access[2][at])
                first = min(first, start + access[2][at])
            _ride(connections, change, foot, state, (first, start + limit))
            _arrive((row, start, limit), off, egress, direct, found[row, number])
    return found
