"""
Whether streets join: ends that stop just short of another street.

An end that meets another line, or lies on the edge of the drawing, is sound,
and so is a dead end with nothing near it. Lines that cross at different
levels do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.validity.checked_layers import Drawn, Tolerances, named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.validity.checked_layers import Geometries, Mask, Rows
    from blockplan.plan.validity.placement import Placed

#: An end this close to the edge of the drawing goes on outside of it, m.
EDGE_M = 1.0
#: A street that already meets the other one this close to its end does not stop short of it, m.
MEETS_M = 10.0


@dataclass(frozen=True)
class _Ends:
    """Loose ends beside another line: the point, its own line, the other line, and how far it is."""

    points: Geometries
    own: Rows
    other: Rows
    gap_m: NDArray[np.float64]

    def only(self, mask: Mask | Rows) -> _Ends:
        return _Ends(self.points[mask], self.own[mask], self.other[mask], self.gap_m[mask])


def check_streets(placed: Placed, tolerances: Tolerances) -> list[Fault]:
    """Ends of streets that stop short of another street."""
    streets = placed.layers.get("streets")
    if streets is None or not streets.usable.any():
        return []
    lines, owner = shapely.get_parts(streets.geometry[streets.rows], return_index=True)
    owner = streets.rows[owner]
    level = np.nan_to_num(streets.numbers("level"))[owner]
    ends = _loose_ends(lines, level, tolerances)
    ends = ends.only(~_at_the_edge(ends.points, placed))
    ends = ends.only(~_meets(ends, lines))
    ends = _nearest(ends, owner)
    close = ends.gap_m <= tolerances.street_snap_m
    faults = [_short_fault(streets, ends.only(np.array([at])), owner) for at in np.flatnonzero(close)]
    return faults + _doubt_fault(streets, ends.only(~close), owner)


def _loose_ends(lines: Geometries, level: NDArray[np.float64], tolerances: Tolerances) -> _Ends:
    first, last = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    open_ = np.flatnonzero(~shapely.equals(first, last))
    points = np.concatenate((first[open_], last[open_]))
    own = np.concatenate((open_, open_))
    reach = max(tolerances.street_touch_m, tolerances.street_snap_m, tolerances.street_doubt_m)
    end, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach)
    apart = other != own[end]
    end, other = end[apart], other[apart]
    gap = shapely.distance(points[end], lines[other])
    # A bridge meets the street that leads to it end to end, whatever their levels.
    end_to_end = np.minimum(
        shapely.distance(points[end], first[other]), shapely.distance(points[end], last[other])
    )
    meets = (level[own[end]] == level[other]) | (
        end_to_end <= np.maximum(gap * 1.001, tolerances.street_touch_m)
    )
    touches = gap <= tolerances.street_touch_m
    joined = np.zeros(len(points), dtype=bool)
    joined[end[touches & meets]] = True
    loose = meets & ~touches & ~joined[end]
    return _Ends(points[end[loose]], own[end[loose]], other[loose], gap[loose])


def _at_the_edge(points: Geometries, placed: Placed) -> Mask:
    outline = placed.extent if placed.extent is not None else placed.boundary
    if outline is None or not len(points):
        return np.zeros(len(points), dtype=bool)
    edge = shapely.boundary(outline)
    shapely.prepare(edge)
    return shapely.dwithin(edge, points, EDGE_M) | ~shapely.intersects(outline, points)


def _meets(ends: _Ends, lines: Geometries) -> Mask:
    """Whether the end's own line meets the other near its end: it runs past it, or branches off from it."""
    near = shapely.buffer(ends.points, MEETS_M, quad_segs=2)
    own = shapely.intersection(lines[ends.own], near)
    return shapely.intersects(own, lines[ends.other])


def _nearest(ends: _Ends, owner: Rows) -> _Ends:
    """One entry for an end, the nearest line; and one for two ends that face each other."""
    seen_ends: set[tuple[float, float]] = set()
    seen_pairs: dict[frozenset[int], list[Any]] = {}
    kept: list[int] = []
    for at in np.lexsort((ends.own, np.round(ends.gap_m, 6))):
        point = ends.points[at]
        here = (point.x, point.y)
        pair = frozenset((int(owner[ends.own[at]]), int(owner[ends.other[at]])))
        facing = any(point.distance(earlier) <= 2 * ends.gap_m[at] for earlier in seen_pairs.get(pair, ()))
        if here in seen_ends or facing:
            continue
        seen_ends.add(here)
        seen_pairs.setdefault(pair, []).append(point)
        kept.append(int(at))
    return ends.only(np.array(sorted(kept), dtype=np.intp))


def _short_fault(streets: Drawn, end: _Ends, owner: Rows) -> Fault:
    own, other = int(owner[end.own[0]]), int(owner[end.other[0]])
    return fault(
        "pq-streets",
        "streets",
        streets.ids[own],
        x=float(end.points[0].x),
        y=float(end.points[0].y),
        measured=float(end.gap_m[0]),
        unit="m",
        values={"other": streets.ids[other]},
        features=streets.features(dict.fromkeys((own, other))),
    )


def _doubt_fault(streets: Drawn, ends: _Ends, owner: Rows) -> list[Fault]:
    if not len(ends.points):
        return []
    rows = sorted(set(owner[ends.own].tolist()))
    return [
        fault(
            "pq-streets",
            "streets",
            None,
            case="doubt",
            x=float(ends.points[0].x),
            y=float(ends.points[0].y),
            measured=float(ends.gap_m.min()),
            unit="m",
            values={
                "n": len(ends.points),
                "streets": named(streets.ids[rows]),
                "most": float(ends.gap_m.max()),
            },
            features=streets.features(rows),
        )
    ]
