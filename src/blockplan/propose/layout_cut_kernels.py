"""Compiled geometry of the parcel layout: all pieces of a row between two stations, with area and sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled

#: Most vertices of a piece.
VERTICES = 64


@compiled
def clip(points: Any, n: int, axis: int, at: float, sign: float, out: Any) -> int:
    """Part of a polygon on one side of a line across `axis`; number of its vertices in `out`."""
    m = 0
    for k in range(n):
        a, b = points[k], points[(k + 1) % n]
        da, db = sign * (a[axis] - at), sign * (b[axis] - at)
        if da >= 0:
            out[m, 0], out[m, 1] = a[0], a[1]
            m += 1
        if (da > 0 and db < 0) or (da < 0 and db > 0):
            t = da / (da - db)
            out[m, 0], out[m, 1] = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
            out[m, axis] = at
            m += 1
    return m


@compiled
def area_centre(points: Any, n: int) -> Any:
    """Area, u and v of the centroid."""
    a = u = v = 0.0
    u0, v0 = points[0, 0], points[0, 1]
    for k in range(n):
        j = (k + 1) % n
        pu, pv, qu, qv = points[k, 0] - u0, points[k, 1] - v0, points[j, 0] - u0, points[j, 1] - v0
        cross = pu * qv - qu * pv
        a += cross
        u += (pu + qu) * cross
        v += (pv + qv) * cross
    if abs(a) < 1e-9:
        return 0.0, u0, v0
    return abs(a) / 2, u0 + u / (3 * a), v0 + v / (3 * a)


@compiled
def sides(points: Any, n: int) -> Any:
    """Short and long side of the smallest rotated rectangle; a side of it lies along an edge of the hull."""
    best, short, long = np.inf, 0.0, 0.0
    for k in range(n):
        j = (k + 1) % n
        du, dv = points[j, 0] - points[k, 0], points[j, 1] - points[k, 1]
        length = np.hypot(du, dv)
        if length < 1e-6:
            continue
        du, dv = du / length, dv / length
        a0 = b0 = np.inf
        a1 = b1 = -np.inf
        for i in range(n):
            a = du * points[i, 0] + dv * points[i, 1]
            b = du * points[i, 1] - dv * points[i, 0]
            a0, a1, b0, b1 = min(a0, a), max(a1, a), min(b0, b), max(b1, b)
        size = (a1 - a0) * (b1 - b0)
        if size < best:
            best = size
            short, long = min(a1 - a0, b1 - b0), max(a1 - a0, b1 - b0)
    return short, long


@compiled
def pieces(row: Any, stations: Any, numbers: Any, shapes: Any) -> int:
    """
    All pieces of a row between two of its stations.

    `numbers` gets area, u, v, short side, long side, first vertex and number of vertices of piece (i, j) in
    row i * stations + j; `shapes` the vertices. Returns how many vertices there are.
    """
    k = stations.shape[0]
    left, right, both = np.empty((VERTICES, 2)), np.empty((VERTICES, 2)), 0
    for i in range(k):
        n = clip(row, row.shape[0], 0, stations[i], 1.0, left) if i else row.shape[0]
        for j in range(i + 1, k):
            m = clip(left if i else row, n, 0, stations[j], -1.0, right)
            if m < 3:
                continue
            area, u, v = area_centre(right, m)
            short, long = sides(right, m)
            at = i * k + j
            numbers[at, 0], numbers[at, 1], numbers[at, 2] = area, u, v
            numbers[at, 3], numbers[at, 4], numbers[at, 5], numbers[at, 6] = short, long, both, m
            for c in range(m):
                shapes[both, 0], shapes[both, 1] = right[c, 0], right[c, 1]
                both += 1
    return both
