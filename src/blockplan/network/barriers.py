"""
Lines that walking may not cross: an expressway, a railway fence, a wall.

A barrier acts on its own level only, so a bridge or an underpass (another
``level``) leads across. On its level:

- a street that crosses the barrier is cut there, and its two halves end at
  the barrier as dead ends;
- streets that meet on the barrier's line are joined only with those on the
  same side of it. A node on a barrier is divided into the sectors between the
  barrier's rays there; where a barrier ends there is one ray, hence one
  sector, and one can walk round its end;
- a piece that runs along the barrier's own line is not walked on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.network.noding import HAIR, Cuts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.noding import LinePieces

#: How far along a line (m) its direction at a node is read.
LOOK_M = 1.0


def barrier_cuts(
    lines: NDArray[Any],
    levels: NDArray[np.float64],
    barriers: NDArray[Any],
    barrier_levels: NDArray[np.float64],
) -> Cuts:
    """Where lines meet a barrier of their level."""
    if not len(barriers):
        return Cuts.none()
    barrier, line = shapely.STRtree(lines).query(barriers, predicate="intersects")
    kept = levels[line] == barrier_levels[barrier]
    barrier, line = barrier[kept], line[kept]
    points, pair = shapely.get_coordinates(
        shapely.intersection(lines[line], barriers[barrier]), return_index=True
    )
    return Cuts(line[pair], shapely.line_locate_point(lines[line[pair]], shapely.points(points)))


def on_barrier(
    pieces: LinePieces,
    levels: NDArray[np.float64],
    barriers: NDArray[Any],
    barrier_levels: NDArray[np.float64],
    tolerance_m: float,
) -> NDArray[np.bool_]:
    """Which pieces run along a barrier of their level."""
    found = np.zeros(len(pieces.line), dtype=bool)
    if not len(barriers):
        return found
    middles = shapely.line_interpolate_point(pieces.line, 0.5, normalized=True)
    piece, barrier = shapely.STRtree(barriers).query(middles, predicate="dwithin", distance=HAIR)
    along = shapely.dwithin(
        shapely.line_interpolate_point(pieces.line[piece], 0.25, normalized=True), barriers[barrier], HAIR
    )
    long = shapely.length(pieces.line[piece]) > tolerance_m
    found[piece[along & long & (levels[piece] == barrier_levels[barrier])]] = True
    return found


def divide(
    labels: NDArray[np.intp],
    pieces: LinePieces,
    levels: NDArray[np.float64],
    barriers: NDArray[Any],
    barrier_levels: NDArray[np.float64],
    tolerance_m: float,
) -> NDArray[np.intp]:
    """
    Node numbers after nodes on a barrier are divided by its sides.

    `labels` stand for all starts of the pieces, then for all their ends; so do the numbers given back.
    """
    if not len(barriers):
        return labels
    count = len(pieces.line)
    ends = np.concatenate([shapely.get_point(pieces.line, 0), shapely.get_point(pieces.line, -1)])
    end, barrier = shapely.STRtree(barriers).query(ends, predicate="dwithin", distance=tolerance_m)
    same = levels[end % count] == barrier_levels[barrier]
    rays: dict[int, set[int]] = {}
    for label, number in zip(labels[end[same]].tolist(), barrier[same].tolist(), strict=True):
        rays.setdefault(label, set()).add(number)
    if not rays:
        return labels
    members = _members(labels, rays)
    away = _away(pieces)
    xy = pieces.ends()
    divided = labels.copy()
    following = int(labels.max()) + 1
    for label, numbers in rays.items():
        at = members[label]
        directions = _ray_angles(xy[at[0]], [barriers[number] for number in sorted(numbers)], tolerance_m)
        if len(directions) < 2:
            continue
        angles = np.arctan2(away[at, 1] - xy[at, 1], away[at, 0] - xy[at, 0])
        sector = np.searchsorted(directions, angles) % len(directions)
        divided[at] = following + sector
        following += len(directions)
    return divided


def _members(labels: NDArray[np.intp], wanted: dict[int, set[int]]) -> dict[int, NDArray[np.intp]]:
    order = np.argsort(labels, kind="stable")
    ordered = labels[order]
    keys = np.fromiter(wanted, dtype=np.intp)
    low, high = np.searchsorted(ordered, keys, "left"), np.searchsorted(ordered, keys, "right")
    return {int(key): order[a:b] for key, a, b in zip(keys, low, high, strict=True)}


def _away(pieces: LinePieces) -> NDArray[np.float64]:
    """A point a step into the piece, seen from each start, then from each end."""
    step = np.minimum(shapely.length(pieces.line) / 2, LOOK_M)
    points = [
        shapely.line_interpolate_point(pieces.line, step),
        shapely.line_interpolate_point(pieces.line, -step),
    ]
    return shapely.get_coordinates(np.concatenate(points))


def _ray_angles(xy: NDArray[np.float64], barriers: list[Any], tolerance_m: float) -> NDArray[np.float64]:
    """Directions in which barriers leave a point, sorted; a barrier that ends there leaves in one."""
    point = shapely.Point(xy)
    angles = []
    for barrier in barriers:
        at, length = barrier.project(point), barrier.length
        foot = barrier.interpolate(at)
        closed = barrier.is_closed
        for step in (-LOOK_M, LOOK_M):
            to = at + step
            if closed:
                to %= length
            elif (step < 0 and at <= tolerance_m) or (step > 0 and at >= length - tolerance_m):
                continue
            seen = barrier.interpolate(min(max(to, 0.0), length))
            angles.append(np.arctan2(seen.y - foot.y, seen.x - foot.x))
    return np.unique(np.round(angles, 6))
