"""
The frame of a vacant block: its main axis, and where lines may be drawn along and across it.

Rows run along an axis and are parted at levels; a row is cut across at stations. Levels and stations lie
at whole steps from a side of the block, so that a surveyor can stake them out from its corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely
from shapely import affinity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Polygon

#: Most stations between the ends of a block, and the steps in m from which one is chosen.
STATIONS = 34
STEPS_M = (10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500)
#: Depths of rows in m that are tried from both sides, beside halves and thirds.
DEPTHS_M = (80, 100, 120, 150, 200, 250, 300)
#: A block turned by less than this, in degrees, against the axes of the map counts as in line with them.
STRAIGHT_DEG = 0.01


@dataclass(frozen=True, slots=True)
class Frame:
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


def frame_of(block: Polygon) -> Frame:
    """The frame along the longest straight side of a block."""
    corners = shapely.get_coordinates(block.simplify(0.01))
    sides = np.diff(corners, axis=0)
    du, dv = sides[np.argmax(np.round(np.hypot(sides[:, 0], sides[:, 1]), 3))]
    angle = float(np.arctan2(dv, du)) % np.pi
    if abs(np.degrees(angle) - 180 * round(np.degrees(angle) / 180)) < STRAIGHT_DEG:
        angle = 0.0
    turned = affinity.rotate(block, -angle, origin=(0, 0), use_radians=True)
    return Frame(angle, turned.bounds[0], turned.bounds[1])


def levels(depth: float, least: float) -> NDArray[np.float64]:
    """
    Where rows may be parted, ends included; no row is less deep than `least`.

    Examples
    --------
    >>> levels(85.0, 80.0)
    array([ 0., 85.])
    >>> levels(200.0, 80.0)
    array([  0.,  80., 100., 120., 200.])
    """
    given = [float(d) for d in DEPTHS_M] + [depth / 2, round(depth / 3), round(2 * depth / 3)]
    inner = sorted({x for d in given for x in (d, depth - d) if least <= x <= depth - least})
    apart: list[float] = []
    for x in inner:
        if not apart or x - apart[-1] >= 4:
            apart.append(x)
    return np.array([0.0, *apart, depth])


def step_of(length: float) -> float:
    """The step of stations along a length, in m."""
    return float(next((step for step in STEPS_M if length / step <= STATIONS), length / STATIONS))


def stations(row: Polygon, step: float) -> NDArray[np.float64]:
    """
    Where a row may be cut across, ends included: at whole steps where the cut is one line.

    A row is a simple polygon in the frame of its block, so a cut along one line makes two of it.
    """
    first, last = row.bounds[0], row.bounds[2]
    inner = np.arange(np.ceil(first / step) * step, last, step)
    inner = inner[(inner - first >= step / 2) & (last - inner >= step / 2)]
    if inner.size and not _convex(row):
        lines = shapely.linestrings([[(x, row.bounds[1] - 1), (x, row.bounds[3] + 1)] for x in inner])
        inner = inner[shapely.get_type_id(shapely.intersection(lines, row)) == 1]
    return np.array([first, *inner, last])


def row_polygon(block: Polygon, low: float, high: float) -> Polygon | None:
    """Part of a block, in its frame, between two levels; None where it is not one polygon without holes."""
    _, bottom, _, top = block.bounds
    if low <= bottom and high >= top:
        return block
    left, _, right, _ = block.bounds
    part = shapely.clip_by_rect(block, left - 1, low, right + 1, high)
    whole = isinstance(part, shapely.Polygon) and not part.is_empty and part.is_valid and not part.interiors
    return cast("Polygon", part) if whole else None


def without_holes(block: Polygon) -> Sequence[Polygon]:
    """A block cut through its holes, so that no part has one."""
    if not block.interiors:
        return [block]
    hole = block.interiors[0].centroid
    left, bottom, right, top = block.bounds
    halves = (
        shapely.clip_by_rect(block, left - 1, bottom - 1, hole.x, top + 1),
        shapely.clip_by_rect(block, hole.x, bottom - 1, right + 1, top + 1),
    )
    return [part for half in halves for one in shapely.get_parts(half) for part in without_holes(one)]


def _convex(polygon: Polygon) -> bool:
    return bool(polygon.convex_hull.area - polygon.area < 1e-6)
