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
#: Farther than anything; no limit on foot is as long.
FAR = np.int32(2**31 - 1)
#: Buckets of distances in use at a time (a power of two).
RING = 256
#: Entries that a search of the streets starts with; it doubles them when they run out.
FEWEST_ENTRIES = 64
#: Stands for the number of an entry: there is none.
NONE = np.int32(-1)


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
    """
    Search from a node as far as the limit; distances stay in ``best``, nodes in ``touched``; how many.

    What is to be looked at waits in buckets by distance, each a linked list of entries. A shorter way to a
    node is one more entry; the one before it is passed over when its turn comes. -1 where entries run out.
    """
    indptr, indices, length = graph
    best, touched, first, at, far, following, bits = work
    best[start], touched[0] = way, start
    at[0], far[0], following[0] = start, way, NONE
    bucket, free, used = way >> bits, np.int64(NONE), np.int64(1)
    first[bucket & (RING - 1)] = 0
    reached, waiting = 1, 1
    while waiting > 0:
        slot = bucket & (RING - 1)
        while first[slot] != NONE:
            entry = np.int64(first[slot])
            node, here = at[entry], np.int64(far[entry])
            first[slot], following[entry] = following[entry], free
            free = entry
            waiting -= 1
            if here > best[node]:
                continue
            for arc in range(indptr[node], indptr[node + 1]):
                head = indices[arc]
                there = here + length[arc]
                if there > limit or there >= best[head]:
                    continue
                if best[head] == FAR:
                    touched[reached] = head
                    reached += 1
                best[head] = there
                if free != NONE:
                    entry = free
                    free = np.int64(following[entry])
                elif used < len(at):
                    entry = used
                    used += 1
                else:
                    return -1
                at[entry], far[entry] = head, there
                into = (there >> bits) & (RING - 1)
                following[entry], first[into] = first[into], entry
                waiting += 1
        bucket += 1
    return reached


@compiled
def _desk(nodes: int, longest: int, entries: int) -> Any:
    """What a search needs, ready for the first; buckets so wide that no arc leads once round the ring."""
    bits = 0
    while (longest >> bits) + 2 > RING:
        bits += 1
    return (
        np.full(nodes, FAR),
        np.empty(nodes, dtype=np.int32),
        np.full(RING, NONE),
        np.empty(entries, dtype=np.int32),
        np.empty(entries, dtype=np.int32),
        np.empty(entries, dtype=np.int32),
        bits,
    )


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
    longest = 0
    for arc_length in graph[2]:
        longest = max(longest, arc_length)
    entries = FEWEST_ENTRIES
    work = _desk(nodes, longest, entries)
    found = np.zeros(len(starts) + 1, dtype=np.int64)
    to = np.empty(1024, dtype=np.int32)
    cost = np.empty(1024, dtype=np.int32)
    count = 0
    for start in range(len(starts)):
        reached = 0
        if starts[start] >= 0 and start_way[start] <= limit:
            reached = _spread(graph, starts[start], start_way[start], limit, work)
            while reached < 0:
                entries *= 2
                work = _desk(nodes, longest, entries)
                reached = _spread(graph, starts[start], start_way[start], limit, work)
        best, touched = work[:2]
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
    c, again = np.searchsorted(leaves, start), False
    while c < len(leaves) and leaves[c] <= end:
        now = leaves[c]
        if c >= aboard[trip[c]] or (ready[from_stop[c]] <= now and boards[c]):
            aboard[trip[c]] = min(aboard[trip[c]], c)
            if arrives[c] < off[to_stop[c]] and alights[c] and arrives[c] <= end:
                _get_off(to_stop[c], arrives[c], change, foot, state)
                again = again or arrives[c] == now
        c += 1
        if again and (c == len(leaves) or leaves[c] != now):
            # What takes no time may lead to a connection that stands before it: look once more.
            again = False
            while c > 0 and leaves[c - 1] == now:
                c -= 1


@compiled
def _turned(ways: Any, ends: int) -> Any:
    """The same ways by where they end."""
    indptr, to, cost = ways
    first = np.zeros(ends + 1, dtype=np.int64)
    for end in to:
        first[end + 1] += 1
    first = np.cumsum(first)
    put = first.copy()
    start, way = np.empty_like(to), np.empty_like(cost)
    for row in range(len(indptr) - 1):
        for at in range(indptr[row], indptr[row + 1]):
            start[put[to[at]]], way[put[to[at]]] = row, cost[at]
            put[to[at]] += 1
    return first, start, way


@compiled
def _arrive(departure: Any, off: Any, arrivals: Any, direct: Any, best: Any) -> None:
    """Put the travel times of a departure into `best`: on foot all the way, or from where one gets off."""
    row, start, limit = departure
    first, stop, cost = arrivals
    for at in range(direct[0][row], direct[0][row + 1]):
        if direct[2][at] <= limit:
            best[direct[1][at]] = direct[2][at]
    for place in range(len(best)):
        earliest = np.int64(NEVER)
        for at in range(first[place], first[place + 1]):
            earliest = min(earliest, np.int64(off[stop[at]]) + cost[at])
        if earliest - start <= limit and earliest - start < best[place]:
            best[place] = earliest - start


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
    arrivals = _turned(egress, places)
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
            _arrive((row, start, limit), off, arrivals, direct, found[row, number])
    return found
