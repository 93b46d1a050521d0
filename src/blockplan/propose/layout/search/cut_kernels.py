"""Compiled geometry of the parcel layout: all pieces of a row between two stations, with area and sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from blockplan.network.compiled import compiled

#: An outline of a piece with more vertices than this is kept without those that lie close to one another.
VERTICES = 24


@compiled
def clip(points: Any, n: int, axis: int, at: float, sign: float, out: Any) -> int:
    """
    Part of a polygon on one side of a line across `axis`; number of its vertices in `out`.

    Where a side of the polygon lies on the line, the way along it there and back is left out.
    """
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
    kept = 0
    first, last = out[0].copy(), out[m - 1].copy()
    before = last[axis] == at
    for k in range(m):
        here = out[k, axis] == at
        after = (out[k + 1, axis] if k + 1 < m else first[axis]) == at
        if not (before and here and after):
            out[kept, 0], out[kept, 1] = out[k, 0], out[k, 1]
            kept += 1
        before = here
    return kept


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
    """
    Least width of a polygon, and the long side of its smallest rotated rectangle.

    A side of both lies along an edge of the hull. Where several rectangles are as small, as around a
    triangle, libraries choose between them in different ways: none has a side below the least width.
    """
    best, short, long = np.inf, np.inf, 0.0
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
        short = min(short, a1 - a0, b1 - b0)
        if size < best:
            best, long = size, max(a1 - a0, b1 - b0)
    return short, long


@compiled
def outline(points: Any, n: int) -> Any:
    """Length of the outline of a polygon, and its smallest inner angle in degrees."""
    length, least = 0.0, 360.0
    for k in range(n):
        i, j = (k + n - 1) % n, (k + 1) % n
        au, av = points[i, 0] - points[k, 0], points[i, 1] - points[k, 1]
        bu, bv = points[j, 0] - points[k, 0], points[j, 1] - points[k, 1]
        length += np.hypot(bu, bv)
        # Counted against the clock: from the side after a corner round to the side before it.
        angle = np.degrees(np.arctan2(bu * av - bv * au, au * bu + av * bv))
        if np.hypot(au, av) > 1e-6 and np.hypot(bu, bv) > 1e-6 and 0 < angle < least:
            least = angle
    return length, least


@compiled
def pieces(row: Any, stations: Any, numbers: Any, shapes: Any) -> int:
    """
    All pieces of a row between two of its stations.

    `numbers` gets area, u, v, short side, long side, first vertex, number of vertices, length of the outline
    and smallest angle of piece (i, j) in row i * stations + j; `shapes` the vertices. Returns how many
    vertices there are.
    """
    k, most = stations.shape[0], row.shape[0]
    left, right, both = np.empty((2 * most + 4, 2)), np.empty((4 * most + 8, 2)), 0
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
            numbers[at, 3], numbers[at, 4], numbers[at, 5] = short, long, both
            numbers[at, 7], numbers[at, 8] = outline(right, m)
            both = keep(right, m, numbers[at, 7] / VERTICES if m > VERTICES else 0.0, shapes, both)
            numbers[at, 6] = both - numbers[at, 5]
    return both


@compiled
def keep(points: Any, n: int, apart: float, shapes: Any, first: int) -> int:
    """Add the vertices of a piece to `shapes`, one at least so far from the last; the place after them."""
    at = first
    for c in range(n):
        if c == 0 or np.hypot(points[c, 0] - shapes[at - 1, 0], points[c, 1] - shapes[at - 1, 1]) >= apart:
            shapes[at, 0], shapes[at, 1] = points[c, 0], points[c, 1]
            at += 1
    return at
