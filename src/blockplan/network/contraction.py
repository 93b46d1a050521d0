"""
How a graph is put in order: nodes along a Hilbert curve, edges as rows of arcs, bends left out.

Kernels only; `core` says what the arrays mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled

#: Centimetres that stand for "not reached" inside kernels; twice this still fits int32.
FAR = np.int32(1 << 30)
#: Bits of a Hilbert key for each axis.
HILBERT_BITS = 16
#: Bits that one pass of the radix sort looks at.
RADIX_BITS = 11


@compiled
def hilbert_order(x: Any, y: Any) -> Any:
    """Numbers of points in their order along a Hilbert curve through the square that holds all of them."""
    keys = np.empty(len(x), dtype=np.int64)
    left, low = x.min(), y.min()
    span = max(x.max() - left, y.max() - low)
    scale = ((1 << HILBERT_BITS) - 1) / span if span > 0 else 0.0
    for i in range(len(x)):
        a, b = np.int64((x[i] - left) * scale), np.int64((y[i] - low) * scale)
        key = np.int64(0)
        side = np.int64(1 << (HILBERT_BITS - 1))
        while side > 0:
            right, upper = (a & side) != 0, (b & side) != 0
            key += side * side * ((3 * np.int64(right)) ^ np.int64(upper))
            a, b = a & (side - 1), b & (side - 1)
            if not upper:
                if right:
                    a, b = side - 1 - a, side - 1 - b
                a, b = b, a
            side >>= 1
        keys[i] = key
    return _sorted_by(keys, 2 * HILBERT_BITS)


@compiled
def _sorted_by(keys: Any, bits: Any) -> Any:
    """Numbers of the keys in their order (stable radix sort)."""
    order = np.arange(len(keys)).astype(np.int32)
    other = np.empty_like(order)
    size = 1 << RADIX_BITS
    for shift in range(0, bits, RADIX_BITS):
        place = np.zeros(size + 1, dtype=np.int64)
        for key in keys:
            place[((key >> shift) & (size - 1)) + 1] += 1
        for digit in range(size):
            place[digit + 1] += place[digit]
        for i in order:
            digit = (keys[i] >> shift) & (size - 1)
            other[place[digit]] = i
            place[digit] += 1
        order, other = other, order
    return order


@compiled
def rows(count: Any, rank: Any, start: Any, end: Any, length: Any, both: Any) -> Any:
    """Arcs by tail; loops left out, of parallel arcs the shortest kept."""
    row = np.zeros(count + 1, dtype=np.int32)
    for e in range(len(start)):
        if start[e] != end[e]:
            row[rank[start[e]] + 1] += 1
            if both:
                row[rank[end[e]] + 1] += 1
    for i in range(count):
        row[i + 1] += row[i]
    at = row[:-1].copy()
    head, far = np.empty(row[count], dtype=np.int32), np.empty(row[count], dtype=np.int32)
    for e in range(len(start)):
        one, other = rank[start[e]], rank[end[e]]
        if one != other:
            head[at[one]], far[at[one]] = other, length[e]
            at[one] += 1
            if both:
                head[at[other]], far[at[other]] = one, length[e]
                at[other] += 1
    kept = _shortest_of_parallel(row, head, far)
    return row, head[:kept].copy(), far[:kept].copy()


@compiled
def _shortest_of_parallel(row: Any, head: Any, far: Any) -> Any:
    """Close up the rows over parallel arcs, in place; the number of arcs that stay."""
    slot = np.full(len(row) - 1, -1, dtype=np.int32)
    put = np.int32(0)
    begin = row[0]
    for i in range(len(row) - 1):
        end, first = row[i + 1], put
        for k in range(begin, end):
            to = head[k]
            if slot[to] >= first:
                far[slot[to]] = min(far[slot[to]], far[k])
            else:
                slot[to] = put
                head[put], far[put] = to, far[k]
                put += 1
        begin, row[i + 1] = end, put
    return put


@compiled
def _onward(row: Any, head: Any, before: Any, at: Any) -> Any:
    """The arc that leads out of a node with two neighbours, away from the one before."""
    return row[at] if head[row[at]] != before else row[at] + 1


@compiled
def _anchors(row: Any, head: Any) -> Any:
    """Which nodes are anchors: crossings, lone nodes, and one node of each part that has no crossing."""
    count = len(row) - 1
    anchor, seen = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    for i in range(count):
        degree = row[i + 1] - row[i]
        anchor[i] = degree == 0 or degree > 2
    for alone in (False, True):
        for i in range(count):
            if anchor[i] if not alone else not (anchor[i] or seen[i]):
                anchor[i] = True
                _see_chains(row, head, anchor, seen, i)
    return anchor


@compiled
def _see_chains(row: Any, head: Any, anchor: Any, seen: Any, start: Any) -> Any:
    for k in range(row[start], row[start + 1]):
        before, at = np.int32(start), head[k]
        while not anchor[at] and not seen[at]:
            seen[at] = True
            if row[at + 1] - row[at] == 1:
                break
            before, at = at, head[_onward(row, head, before, at)]


@compiled
def contract(row: Any, head: Any, length: Any) -> Any:
    """
    Leave out nodes between anchors.

    Returns the inner number of each node, the fields of `Arcs` between anchors, and those of `Chains`.
    """
    anchor = _anchors(row, head)
    count, anchors = len(anchor), anchor.sum()
    number = np.full(count, -1, dtype=np.int32)
    number[anchor] = np.arange(anchors).astype(np.int32)
    inner = count - anchors
    ends = np.empty((3, inner), dtype=np.int32)  # start, end and length of chains
    first = np.empty(inner + 1, dtype=np.int32)
    of, along = np.empty(inner, dtype=np.int32), np.empty(inner, dtype=np.int32)
    arc_row = np.zeros(anchors + 1, dtype=np.int32)
    arc_head, arc_length = np.empty(len(head), dtype=np.int32), np.empty(len(head), dtype=np.int32)
    put, arcs, chains = anchors, np.int32(0), np.int32(0)
    for i in range(count):
        if not anchor[i]:
            continue
        for k in range(row[i], row[i + 1]):
            before, at, far = np.int32(i), head[k], min(length[k], FAR)
            fresh, begin, dead_end = number[at] < 0, put, False
            while not anchor[at]:
                if fresh:
                    number[at], of[put - anchors], along[put - anchors] = put, chains, far
                    put += 1
                dead_end = row[at + 1] - row[at] == 1
                if dead_end:
                    break
                onward = _onward(row, head, before, at)
                before, at, far = at, head[onward], min(far + length[onward], FAR)
            if not dead_end and at != i:
                arc_head[arcs], arc_length[arcs] = number[at], far
                arcs += 1
            if put > begin:
                first[chains] = begin
                ends[0, chains], ends[1, chains], ends[2, chains] = (
                    number[i],
                    -1 if dead_end else number[at],
                    far,
                )
                chains += 1
        arc_row[number[i] + 1] = arcs
    first[chains] = put
    start, end, whole = ends[0, :chains].copy(), ends[1, :chains].copy(), ends[2, :chains].copy()
    touch_row, touching = _touching(anchors, start, end)
    between = (arc_row, arc_head[:arcs].copy(), arc_length[:arcs].copy())
    return number, between, (start, end, first[: chains + 1].copy(), whole, touch_row, touching, of, along)


@compiled
def _touching(anchors: Any, start: Any, end: Any) -> Any:
    """The chains at each anchor, as rows; a loop once."""
    row = np.zeros(anchors + 1, dtype=np.int32)
    for c in range(len(start)):
        row[start[c] + 1] += 1
        if end[c] >= 0 and end[c] != start[c]:
            row[end[c] + 1] += 1
    for i in range(anchors):
        row[i + 1] += row[i]
    place = row[:-1].copy()
    at = np.empty(row[anchors], dtype=np.int32)
    for c in range(len(start)):
        at[place[start[c]]] = c
        place[start[c]] += 1
        if end[c] >= 0 and end[c] != start[c]:
            at[place[end[c]]] = c
            place[end[c]] += 1
    return row, at
