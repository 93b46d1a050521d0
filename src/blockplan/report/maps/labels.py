"""
Where labels stand: greedily, in the order in which they are asked for, none over an earlier one.

All lengths are in units of the picture, x to the right, y downwards; a box is left, top, right, bottom. The
same calls give the same places.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Box = tuple[float, float, float, float]

#: Boxes are looked up by squares of this side.
SQUARE_MM = 8.0
#: A label inside a parcel keeps this far from its edge.
INSET_MM = 0.3
#: Points per side of the raster of places that are tried inside a parcel.
RASTER = 9
#: The centre of gravity is the middle of a polygon that is at least so deep there, of its greatest depth.
DEEP = 0.75
#: Owner of the box of a sign, which is no label.
SIGN = -1
#: Directions in which a label outside a parcel is tried, and the rings around it, mm.
DIRECTIONS, RINGS_MM = 16, (5.0, 8.0, 12.0, 17.0, 24.0, 32.0, 44.0)


class Labels:
    """The boxes that are taken inside a window; `mm` is a millimetre on paper in units of the picture."""

    def __init__(self, window: Box, mm: float = 1.0) -> None:
        self.window, self.mm = window, mm
        self.boxes: list[Box] = []
        #: Which label each box is of: the boxes of a name along a street are one label.
        self.owners: list[int] = []
        self._squares: dict[tuple[int, int], list[int]] = {}

    def free(self, *boxes: Box) -> bool:
        """Whether boxes lie inside the window and cover nothing that is taken."""
        left, top, right, bottom = self.window
        for box in boxes:
            if box[0] < left or box[1] < top or box[2] > right or box[3] > bottom:
                return False
            for square in self._near(box):
                for at in self._squares.get(square, ()):
                    if _overlap(box, self.boxes[at]):
                        return False
        return True

    def take(self, *boxes: Box) -> None:
        """Keep the boxes of one label free of later ones."""
        owner = len(self.boxes)
        for box in boxes:
            self.owners.append(owner)
            for square in self._near(box):
                self._squares.setdefault(square, []).append(len(self.boxes))
            self.boxes.append(box)

    def keep(self, box: Box) -> None:
        """Keep the place of a sign free of labels; signs may lie on each other."""
        for square in self._near(box):
            self._squares.setdefault(square, []).append(len(self.boxes))
        self.owners.append(SIGN)
        self.boxes.append(box)

    def place(
        self, centres: Iterable[tuple[float, float]], width: float, height: float
    ) -> tuple[float, float] | None:
        """Take the first free box of a size among centres; its centre, or None."""
        for x, y in centres:
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if self.free(box):
                self.take(box)
                return x, y
        return None

    def _near(self, box: Box) -> Iterator[tuple[int, int]]:
        """The squares that a box lies in."""
        side = SQUARE_MM * self.mm
        for column in range(math.floor(box[0] / side), math.floor(box[2] / side) + 1):
            for row in range(math.floor(box[1] / side), math.floor(box[3] / side) + 1):
                yield column, row

    def clear_of_line(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Whether a thin line crosses no box that is taken."""
        steps = max(2, int(math.dist(start, end) / self.mm))
        for at in range(steps + 1):
            x = start[0] + (end[0] - start[0]) * at / steps
            y = start[1] + (end[1] - start[1]) * at / steps
            if not self.free((x - 0.05, y - 0.05, x + 0.05, y + 0.05)):
                return False
        return True


class Spots:
    """Places for the centre of a label inside a polygon, its middle first."""

    def __init__(self, shape: BaseGeometry) -> None:
        self.shape = largest(shape)
        shapely.prepare(self.shape)

    @cached_property
    def centre(self) -> tuple[float, float]:
        """The centre of gravity where that lies well inside, else the deepest point."""
        return middle(self.shape)

    @cached_property
    def _middles(self) -> NDArray[np.float64]:
        """The centre and the centre of gravity."""
        gravity = self.shape.centroid
        return np.array([self.centre, (gravity.x, gravity.y)])

    @cached_property
    def _raster(self) -> NDArray[np.float64]:
        """Points over the polygon, from the centre outwards."""
        west, south, east, north = self.shape.bounds
        steps = (np.arange(RASTER) + 0.5) / RASTER
        x, y = np.meshgrid(west + steps * (east - west), south + steps * (north - south))
        raster = np.column_stack((x.ravel(), y.ravel()))
        order = np.argsort(((raster - np.array(self.centre)) ** 2).sum(axis=1), kind="stable")
        return raster[order]

    @property
    def points(self) -> NDArray[np.float64]:
        """The centre, the centre of gravity, then a raster over the polygon from the centre outwards."""
        return np.vstack((self._middles, self._raster))

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the polygon."""
        return bool(shapely.contains_xy(self.shape, x, y))

    def fitting(self, width: float, height: float) -> Iterator[tuple[float, float]]:
        """The places at which a box of a size lies inside the polygon."""
        west, south, east, north = self.shape.bounds
        if width > east - west or height > north - south or width * height > self.shape.area:
            return
        w, h = width / 2 + INSET_MM, height / 2 + INSET_MM
        for part in ("_middles", "_raster"):  # most labels stand in the middle
            points = getattr(self, part)
            boxes = shapely.box(points[:, 0] - w, points[:, 1] - h, points[:, 0] + w, points[:, 1] + h)
            yield from map(tuple, points[shapely.contains(self.shape, boxes)].tolist())


@lru_cache(maxsize=8192)  # the maps of the next language, and other maps of a scale, show the same shapes
def middle(shape: BaseGeometry) -> tuple[float, float]:
    """
    The middle of a polygon as a reader sees it; a point on it where it has no inside.

    The largest circle inside has many places in a rectangle, and its centre may be any of them: the centre of
    gravity goes first where it lies almost as deep.
    """
    if shape.is_empty or shape.area <= 0 or not shape.is_valid:
        point = shapely.point_on_surface(shape)
        return point.x, point.y
    radius = shapely.maximum_inscribed_circle(shape, tolerance=max(0.02, shape.area**0.5 * 0.02))
    gravity, deepest = shape.centroid, shapely.Point(shapely.get_coordinates(radius)[0])
    deep = DEEP * float(shapely.length(radius))
    point = gravity if shape.contains(gravity) and shape.boundary.distance(gravity) >= deep else deepest
    return point.x, point.y


def around(
    x: float, y: float, width: float, height: float, rings: Sequence[float] = RINGS_MM
) -> Iterator[tuple[float, float]]:
    """Centres of boxes around a point, ring by ring."""
    for ring in rings:
        for step in range(DIRECTIONS):
            angle = 2 * math.pi * step / DIRECTIONS
            yield (
                x + math.cos(angle) * (ring + width / 2),
                y + math.sin(angle) * (ring + height / 2),
            )


def foot(box: Box, point: tuple[float, float]) -> tuple[float, float]:
    """Where a line from a point ends at a label: the point of its box that is nearest."""
    return min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])


def beside(x: float, y: float, away: float, width: float, height: float) -> list[tuple[float, float]]:
    """Centres of boxes right, left, below and above a sign, then at its corners."""
    right, below = away + width / 2, away + height / 2
    return [
        (x + dx * right, y + dy * below)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
    ]


def along(
    line: BaseGeometry, widths: Sequence[float], size: float, at: float
) -> tuple[float, float, float, list[Box]]:
    """Middle and angle (degrees) of a text on a line at a distance along it, and the boxes that it covers."""
    length = sum(widths)
    start, end = (line.interpolate(max(0.0, min(line.length, at + half * length / 2))) for half in (-1, 1))
    if start.x > end.x + 1e-6:
        start, end = end, start
    angle = math.atan2(end.y - start.y, end.x - start.x)
    x, y = (start.x + end.x) / 2, (start.y + end.y) / 2
    boxes, run = [], -length / 2
    half = size * 0.62
    steps = max(1, math.ceil(length / size))
    for step in range(steps):
        run = -length / 2 + (step + 0.5) * length / steps
        cx, cy = x + math.cos(angle) * run, y + math.sin(angle) * run
        reach = max(half, length / steps / 2 * abs(math.cos(angle)) + size / 2 * abs(math.sin(angle)))
        rise = max(size / 2, length / steps / 2 * abs(math.sin(angle)) + size / 2 * abs(math.cos(angle)))
        boxes.append((cx - reach, cy - rise, cx + reach, cy + rise))
    return x, y, math.degrees(angle), boxes


def largest(shape: BaseGeometry) -> BaseGeometry:
    """The largest part of a shape, and no collection of one."""
    parts = shapely.get_parts(shape)
    return parts[int(np.argmax(shapely.area(parts)))] if len(parts) else shape


def overlaps(labels: Labels) -> int:
    """How many pairs of boxes of different labels cover each other."""
    made = shapely.box(*np.array(labels.boxes, dtype=float).reshape(-1, 4).T)
    tree = shapely.STRtree(made)
    one, other = tree.query(made, predicate="intersects")
    owners = np.array(labels.owners)
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a < b and owners[a] != owners[b]]
    return sum(1 for a, b in pairs if shapely.area(shapely.intersection(made[a], made[b])) > 1e-6)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
