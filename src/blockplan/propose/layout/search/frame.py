"""
The frame of a vacant block: its main axis, and where lines may be drawn along and across it.

Rows run along an axis and are parted at levels; a row is cut across at stations. Levels and stations lie
at whole steps from a side of the block, so that a surveyor can stake them out from its corners.

Parts of a block within a rectangle.

Which pieces of a vacant block lie at a street, where new lines between parcels are no streets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely
from shapely import affinity

from blockplan.propose.fronts import BESIDE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Polygon


#: A parcel is entered from a street along which it lies for at least so many m.
ENTRANCE_M = 6.0


def entered(
    corners: NDArray[np.float64], ends: NDArray[np.int64], line: Any, least_m: float = ENTRANCE_M
) -> NDArray[np.bool_]:
    """
    Whether pieces lie along a line for long enough.

    Parameters
    ----------
    corners
        u and v of the corners of all pieces, one after the other, in m.
    ends
        First corner of each piece, and the one after its last.
    line
        Where streets run, in the same frame.

    Examples
    --------
    Of two squares side by side, the left one touches the line x = 0:

    >>> square = [[0, 0], [10, 0], [10, 10], [0, 10]]
    >>> both = np.array(square + [[x + 10, y] for x, y in square], dtype=float)
    >>> entered(both, np.array([[0, 4], [4, 8]]), shapely.LineString([(0, 0), (0, 10)])).tolist()
    [True, False]
    """
    if not len(ends):
        return np.zeros(0, bool)
    size = ends[:, 1] - ends[:, 0]
    which = np.repeat(np.arange(len(ends)), size)
    at = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(ends[:, 0], size)
    good = size >= 3
    kept = good[which]
    found = np.zeros(len(ends), bool)
    number = np.cumsum(good) - 1
    rings = shapely.linearrings(corners[at[kept]], indices=number[which[kept]])
    strip = shapely.buffer(line, BESIDE_M, cap_style="flat")
    shapely.prepare(strip)
    near = shapely.intersects(strip, rings)
    length = np.zeros(len(rings))
    length[near] = shapely.length(shapely.intersection(rings[near], strip))
    found[good] = length >= least_m
    return found


def clip(shape: Any, left: float, bottom: float, right: float, top: float) -> Any:
    """
    The part of a polygon within a rectangle.

    ``clip_by_rect`` is fast, but fails on some valid polygons, and gives an invalid part of others, where a
    side of a notched block runs along the cut; the intersection is taken then.

    Examples
    --------
    >>> notched = shapely.Polygon([(0, 0), (4, 0), (4, 2), (3, 2), (3, 1), (1, 1), (1, 2), (0, 2)])
    >>> clip(notched, -1, 1, 5, 3).geom_type, clip(notched, -1, 0, 2, 3).area
    ('MultiPolygon', 3.0)
    """
    try:
        part = shapely.clip_by_rect(shape, left, bottom, right, top)
        if part.is_valid:
            return part
    except shapely.errors.GEOSException:
        pass
    part = shapely.intersection(shape, shapely.box(left, bottom, right, top))
    # Where a side touches the cut, the intersection has lines and points beside what has an area.
    flat = [one for one in shapely.get_parts(part).tolist() if one.geom_type == "Polygon"]
    return flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat)


#: Most stations between the ends of a block, and the steps in m from which one is chosen.
STATIONS = 34
STEPS_M = (10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500)
#: Depths of rows in m that are tried from both sides, beside halves and thirds.
DEPTHS_M = (80, 100, 120, 150, 200, 250, 300)
#: Levels lie at least so far apart, in m.
APART_M = 4.0
#: A block turned by less than this, in degrees, against the axes of the map counts as in line with them.
STRAIGHT_DEG = 0.01
#: Sides that differ by less are in line; a second frame needs so much of the outline (1).
SAME_DEG, SECOND, MOST_FRAMES = 1.5, 0.12, 2
#: A corner of a block that turns by less than this, in degrees, is no place for a line.
CORNER_DEG = 15.0


@dataclass(frozen=True, slots=True)
class BlockFrame:
    """
    A turn and a shift that lay a block along its main axis.

    Attributes
    ----------
    angle
        Direction of the main axis, in radians against east.
    u, v
        The corner of the turned block's box that becomes the origin, in m.
    """

    angle: float
    u: float
    v: float

    def local(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the map in the frame; main axis first."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        return np.column_stack(
            [c * points[:, 0] + s * points[:, 1] - self.u, c * points[:, 1] - s * points[:, 0] - self.v]
        )

    def world(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the frame on the map."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        u, v = points[:, 0] + self.u, points[:, 1] + self.v
        return np.column_stack([c * u - s * v, s * u + c * v])


def frames_of(block: Polygon) -> list[BlockFrame]:
    """
    One frame or two: those in line with most of the outline of a block, along and across together.

    Sides within `SAME_DEG` of each other, or of a right angle to each other, count together; the longest of
    them is the direction. A second frame stands for at least `SECOND` of the outline.

    Examples
    --------
    A triangle with a right angle is cut along its legs, or along its long side:

    >>> [round(np.degrees(one.angle)) for one in frames_of(shapely.Polygon([(0, 0), (300, 0), (0, 200)]))]
    [0, 146]
    """
    corners = shapely.get_coordinates(shapely.simplify(block, 0.01))
    sides = np.diff(corners, axis=0)
    length = np.round(np.hypot(sides[:, 0], sides[:, 1]), 3)
    direction = np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) % 180
    left = np.ones(length.size, dtype=bool)
    found: list[BlockFrame] = []
    while left.any() and len(found) < MOST_FRAMES:
        alike = left & (_turned_by(direction[:, None], direction[None, :]) <= SAME_DEG)
        # Of directions that stand for as much the one of the longest side.
        along = (alike * length).sum(axis=1).round(3)
        main = max(np.flatnonzero(left), key=lambda at: (along[at], length[at]))
        if found and along[main] < SECOND * length.sum():
            break
        longest = max(np.flatnonzero(alike[main]), key=lambda at: length[at])
        found.append(_frame(block, float(direction[longest])))
        left &= ~(_turned_by(direction, direction[longest]) <= 2 * SAME_DEG)
    return found


def _turned_by(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees between two directions, those at a right angle taken as one."""
    apart = np.abs(one - other) % 90
    return np.asarray(np.minimum(apart, 90 - apart))


def _frame(block: Polygon, degrees: float) -> BlockFrame:
    angle = 0.0 if min(degrees, 180 - degrees) < STRAIGHT_DEG else float(np.radians(degrees))
    turned = affinity.rotate(block, -angle, origin=(0, 0), use_radians=True)
    return BlockFrame(angle, turned.bounds[0], turned.bounds[1])


def corners_of(block: Polygon) -> NDArray[np.float64]:
    """
    Corners of a block at which its outline turns: lines that begin there leave no odd piece.

    Examples
    --------
    >>> corners_of(shapely.box(0, 0, 2, 1).segmentize(1)).tolist()
    [[2.0, 0.0], [2.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    """
    points = shapely.get_coordinates(shapely.simplify(block, 0.5))[:-1]
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turn = np.abs(np.degrees(np.arctan2(cross, (before * after).sum(axis=1))))
    return np.asarray(points[turn >= CORNER_DEG])


def levels(
    depth: float, least: float, corners: Sequence[float] = (), thin: float = np.inf
) -> NDArray[np.float64]:
    """
    Where rows may be parted, ends included; no row is less deep than `least`.

    Parameters
    ----------
    corners
        Where corners of the block lie; a row may end there if it is at least `thin`.

    Examples
    --------
    >>> levels(85.0, 80.0)
    array([ 0., 85.])
    >>> levels(200.0, 80.0)
    array([  0.,  80., 100., 120., 200.])
    """
    given = [float(d) for d in DEPTHS_M] + [depth / 2, round(depth / 3), round(2 * depth / 3)]
    inner = sorted({x for d in given for x in (d, depth - d) if least <= x <= depth - least})
    thin = min(thin, least)
    apart: list[float] = []
    # Those of corners first: a line elsewhere comes no closer to them than to each other.
    for x in [*sorted(x for x in corners if thin <= x <= depth - thin), *inner]:
        if all(abs(x - other) >= APART_M for other in apart):
            apart.append(x)
    return np.array([0.0, *sorted(apart), depth])


def thinned(levels: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """
    At most so many levels, evenly taken, ends included.

    Examples
    --------
    >>> thinned(np.arange(7.0), 3)
    array([0., 3., 6.])
    """
    if levels.size <= most:
        return levels
    return np.asarray(levels[np.round(np.linspace(0, levels.size - 1, max(2, most))).astype(int)])


def step_of(length: float, most: int = STATIONS) -> float:
    """The step of stations along a length, in m, so that there are not too many."""
    return float(next((step for step in STEPS_M if length / step <= most), length / most))


def stations(row: Polygon, step: float, corners: Sequence[float] = ()) -> NDArray[np.float64]:
    """
    Where a row may be cut across, ends included: at whole steps, or at corners, where the cut is one line.

    A row is a simple polygon in the frame of its block, so a cut along one line makes two of it.
    """
    first, last = row.bounds[0], row.bounds[2]
    inner = np.arange(np.ceil(first / step) * step, last, step)
    at = np.array(sorted(corners), dtype=float)
    at = at[np.diff(at, prepend=-np.inf) >= step / 2]
    # A corner takes the place of the steps beside it.
    inner = inner[np.abs(inner[:, None] - at).min(axis=1, initial=np.inf) >= step / 2]
    inner = np.sort(np.concatenate([inner, at]))
    inner = inner[(inner - first >= step / 2) & (last - inner >= step / 2)]
    if not _convex(row):
        inner = inner[[_makes_two(row, x) for x in inner]]
    return np.array([first, *inner, last])


def _makes_two(row: Polygon, x: float) -> bool:
    """Whether a line across leaves one polygon on either side."""
    left, bottom, right, top = row.bounds
    sides = ((left - 1, x), (x, right + 1))
    parts = [clip(row, a, bottom - 1, b, top + 1) for a, b in sides]
    return all(isinstance(part, shapely.Polygon) for part in parts)


def row_polygon(block: Polygon, low: float, high: float) -> Polygon | None:
    """Part of a block, in its frame, between two levels; None where it is not one polygon without holes."""
    _, bottom, _, top = block.bounds
    if low <= bottom and high >= top:
        return block
    left, _, right, _ = block.bounds
    part = clip(block, left - 1, low, right + 1, high)
    whole = isinstance(part, shapely.Polygon) and not part.is_empty and part.is_valid and not part.interiors
    return cast("Polygon", part) if whole else None


def without_holes(block: Polygon) -> Sequence[Polygon]:
    """A block cut through its holes, so that no part has one."""
    if not block.interiors:
        return [block]
    hole = block.interiors[0].centroid
    left, bottom, right, top = block.bounds
    halves = (
        clip(block, left - 1, bottom - 1, hole.x, top + 1),
        clip(block, hole.x, bottom - 1, right + 1, top + 1),
    )
    return [part for half in halves for one in shapely.get_parts(half) for part in without_holes(one)]


def _convex(polygon: Polygon) -> bool:
    return bool(polygon.convex_hull.area - polygon.area < 1e-6)
