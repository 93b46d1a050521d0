"""Carving polygons into parcels of given area: cuts moved until the area is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.optimize import brentq
from shapely import affinity

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR_M = 5000.0
#: Spikes thinner than twice this are taken off after a cut, in metres.
FINE_M = 1e-4
#: A strip narrower than this share of its length is cut as a corner instead.
SLENDER = 0.36
FRONT_FROM_RANK = 5


@dataclass(frozen=True)
class Lot:
    """What one parcel shall be: its land-use code, its area, and a mark that tells it apart."""

    code: str
    area_m2: float
    mark: str = ""
    #: Lots of a higher rank lie nearer to the front of the block.
    rank: int = 0


def slice_off(
    polygon: shapely.Polygon, area_m2: float, angle: float
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """The part of given area on the low side along `angle` (radians from east), and the rest."""
    centre = polygon.centroid
    turned = affinity.rotate(polygon, -angle, origin=centre, use_radians=True)
    west, south, east, north = turned.bounds

    def excess(at: float) -> float:
        return turned.intersection(shapely.box(west - 1, south - 1, at, north + 1)).area - area_m2

    at = brentq(excess, west, east, xtol=1e-7)
    half = shapely.box(at - FAR_M, centre.y - FAR_M, at, centre.y + FAR_M)
    half = affinity.rotate(half, angle, origin=centre, use_radians=True)
    return _whole(polygon.intersection(half)), _whole(polygon.difference(half))


def _whole(geometry: shapely.Geometry) -> shapely.Geometry:
    """The largest part without spikes: what else a cut leaves is thinner than the grid."""
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    return largest.buffer(-FINE_M, join_style="mitre").buffer(FINE_M, join_style="mitre")


def direction(polygon: shapely.Polygon) -> tuple[float, float, float]:
    """Angle of the long side (within 90 degrees of east or north), length and width of a polygon."""
    ring = np.asarray(shapely.minimum_rotated_rectangle(polygon).exterior.coords)
    sides = np.diff(ring, axis=0)[:2]
    lengths = np.hypot(*sides.T)
    long = int(lengths[1] > lengths[0])
    angle = float(np.arctan2(sides[long, 1], sides[long, 0]))
    angle = (angle + np.pi / 4) % np.pi - np.pi / 4
    return angle, float(lengths[long]), float(lengths[1 - long])


def carve(
    polygon: shapely.Polygon, lots: Sequence[Lot], front: tuple[float, float]
) -> list[tuple[Lot, shapely.Polygon]]:
    """
    Parcels of a block: halves of halves, cut across the long side.

    `front` points from the block to its main street; lots of higher rank are
    laid there. A lot too small for a strip across the block takes a corner.
    """
    lots = sorted(lots, key=lambda lot: -lot.rank)
    if len(lots) == 1:
        return [(lots[0], polygon)]
    angle, length, width = direction(polygon)
    small = min(lots, key=lambda lot: lot.area_m2)
    group = _first_group(lots)
    strip = sum(lot.area_m2 for lot in group) / width
    other = length - strip
    if min(strip, other) < SLENDER * width or (len(lots) == 2 and small.area_m2 < SLENDER * width * width):
        # What is public stands at the main street; the rest takes the corner behind.
        side = front if small.rank >= FRONT_FROM_RANK else (-front[0], -front[1])
        corner, rest = _corner(polygon, small.area_m2, angle, side)
        return [(small, corner), *carve(rest, [lot for lot in lots if lot is not small], front)]
    if np.cos(angle) * front[0] + np.sin(angle) * front[1] > 0:
        angle += np.pi
    first, second = slice_off(polygon, sum(lot.area_m2 for lot in group), angle)
    return carve(first, group, front) + carve(second, lots[len(group) :], front)


def _first_group(lots: Sequence[Lot]) -> list[Lot]:
    """The first lots, as many as come nearest to half of the whole."""
    sums = np.cumsum([lot.area_m2 for lot in lots])
    count = int(np.argmin(np.abs(sums[:-1] - sums[-1] / 2))) + 1
    return list(lots[:count])


def _corner(
    polygon: shapely.Polygon, area_m2: float, angle: float, front: tuple[float, float]
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """A nearly square corner of given area, at the front, and the rest."""
    if np.cos(angle) * front[0] + np.sin(angle) * front[1] > 0:
        angle += np.pi
    across = angle + np.pi / 2
    if np.cos(across) * front[0] + np.sin(across) * front[1] > 0:
        across += np.pi
    _, length, width = direction(polygon)
    deep = min(1.12 * np.sqrt(area_m2), 0.9 * length)
    strip, _ = slice_off(polygon, min(max(deep * width, 1.3 * area_m2), 0.97 * polygon.area), angle)
    corner, _ = slice_off(strip, area_m2, across)
    return corner, _whole(polygon.difference(corner))
