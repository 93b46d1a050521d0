"""
The frame of the synthetic plan: four straight pieces, and the warp that bends them.

Everything is laid out in a straight frame (u to the east, v to the north, in
metres, v = 0 at the southern edge) and bent afterwards. The warp is made of
shears, which keep every area; each shear is linear between knots and every
edge is split at the knots, so the areas of the polygons are kept as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

#: Grid of the published coordinates, in metres.
GRID_M = 0.001

#: Distance between two knots of a shear, in metres.
KNOT_M = 60.0
#: Where the origin of the straight frame lies in EPSG:4548 (x = east, y = north). Invented.
ORIGIN = (446_000.0, 4_394_800.0)
TURN = np.radians(-2.5)
V_KNOTS = np.arange(-1200.0, 10_201.0, KNOT_M)
U_KNOTS = np.arange(-2400.0, 2401.0, KNOT_M)


@dataclass(frozen=True)
class Rectangle:
    """One piece of the planned land in the straight frame."""

    name: str
    area_id: str
    west: float
    east: float
    south: float
    north: float

    @property
    def polygon(self) -> shapely.Polygon:
        """The piece as a rectangle."""
        return shapely.box(self.west, self.south, self.east, self.north)


RD_WIDTH = 3_500_000 / 2300  # 3.50 km2 over 2.30 km
MFG_WIDTH = 2_400_000 / 1900  # 2.40 km2 over 1.90 km
PIECES = {
    "rd": Rectangle("rd", "rd", 760.0 - RD_WIDTH, 760.0, 6700.0, 9000.0),
    "life_n": Rectangle("life_n", "life", -560.0, 640.0, 4600.0, 6100.0),
    "life_s": Rectangle("life_s", "life", -680.0, 520.0, 2500.0, 4000.0),
    "mfg": Rectangle("mfg", "mfg", 520.0 - MFG_WIDTH, 520.0, 0.0, 1900.0),
}


def _bend_east(v: np.ndarray) -> np.ndarray:
    return 190.0 * np.sin(2 * np.pi * (v - 900.0) / 7600.0) + 22.0 * np.sin(2 * np.pi * v / 2100.0)


def _bend_north(x: np.ndarray) -> np.ndarray:
    return 0.055 * x + 24.0 * np.sin(2 * np.pi * (x + 250.0) / 1900.0)


EAST_AT_KNOTS = _bend_east(V_KNOTS)
NORTH_AT_KNOTS = _bend_north(U_KNOTS)


def warp_points(points: np.ndarray) -> np.ndarray:
    """Plan coordinates of points of the straight frame, one row each."""
    u, v = np.asarray(points, dtype=float).T
    x = u + np.interp(v, V_KNOTS, EAST_AT_KNOTS)
    return _turn(np.column_stack([x, v + np.interp(x, U_KNOTS, NORTH_AT_KNOTS)]))


def warp(geometry: shapely.Geometry) -> shapely.Geometry:
    """The geometry in plan coordinates, on the grid; neighbours keep equal vertices."""
    if geometry.geom_type == "Point":
        return shapely.Point(warp_points(shapely.get_coordinates(geometry))[0])
    if geometry.geom_type.startswith("Multi"):
        parts = [warp(part) for part in geometry.geoms]
        return type(geometry)(parts)
    if geometry.geom_type == "LineString":
        return shapely.LineString(_warp_path(np.asarray(geometry.coords)))
    rings = [_warp_path(np.asarray(ring.coords)) for ring in (geometry.exterior, *geometry.interiors)]
    return shapely.Polygon(rings[0], rings[1:])


def _warp_path(path: np.ndarray) -> np.ndarray:
    path = _split_at(path[:, :2], 1, V_KNOTS)
    path = np.column_stack([path[:, 0] + np.interp(path[:, 1], V_KNOTS, EAST_AT_KNOTS), path[:, 1]])
    path = _split_at(path, 0, U_KNOTS)
    path = np.column_stack([path[:, 0], path[:, 1] + np.interp(path[:, 0], U_KNOTS, NORTH_AT_KNOTS)])
    path = _turn(path)
    keep = np.r_[True, np.any(np.diff(path, axis=0) != 0, axis=1)]
    return path[keep]


def _split_at(path: np.ndarray, axis: int, knots: np.ndarray) -> np.ndarray:
    """
    Path with a vertex wherever an edge crosses a knot.

    Each edge is handled from its lower to its upper end, so that it gets the
    same vertices whichever way a polygon runs along it.
    """
    pieces = [path[:1]]
    for start, end in pairwise(path):
        forward = start[axis] <= end[axis]
        low, high = (start, end) if forward else (end, start)
        inner = knots[(knots > low[axis] + 0.5) & (knots < high[axis] - 0.5)]
        if len(inner):
            share = ((inner - low[axis]) / (high[axis] - low[axis]))[:, None]
            between = low + share * (high - low)
            between[:, axis] = inner
            pieces.append(between if forward else between[::-1])
        pieces.append(end[None, :])
    return np.vstack(pieces)


def _turn(points: np.ndarray) -> np.ndarray:
    cos, sin = np.cos(TURN), np.sin(TURN)
    x, y = points.T
    turned = np.column_stack([cos * x - sin * y + ORIGIN[0], sin * x + cos * y + ORIGIN[1]])
    return np.round(turned, 3)


def noise(*numbers: float) -> float:
    """A fixed value from -1 to 1 for given numbers: irregular, and the same in every run."""
    total = sum(
        factor * number for factor, number in zip((12.9898, 78.233, 37.719, 4.581), numbers, strict=False)
    )
    return float(2.0 * ((np.sin(total) * 43758.5453) % 1.0) - 1.0)
