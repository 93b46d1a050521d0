"""
A part cut from a parcel: of a size, at a street, of a shape that can be built on, and so is what is left.

Lines run along the axes of the parcel, as those of `propose layout` do: a strip from one side, or a corner.
Where none of these lies at a street, a rectangle along a stretch of the street does, at its ends or in its
middle. Of all that may be cut, the one is taken that leaves both pieces the most like rectangles.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.search.frame import frames_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

#: A parcel that no circle of this diameter fits into, or that is smaller than so many m2, is a sliver.
SLIVER_M, SLIVER_M2 = 20.0, 500.0
#: A parcel has a front where it lies at a road for so many m.
FRONT_M = 10.0
#: Depths of corners that are tried, beside the whole parcel: times the side of a square of the size.
DEPTHS = (0.7, 0.85, 1.0, 1.2, 1.45)
#: A part is larger than what was asked for by no more, m2.
MORE_M2 = 0.01
#: Steps of the search for the width of a part.
MOST_STEPS = 60
#: What is left is broad where a circle of `SLIVER_M` can go nearly everywhere in it (1).
BROAD = 0.9
#: Of two cuts alike the one with the longer front, and the squarer one: so much of the score.
FRONT_WORTH, SQUARE_WORTH = 0.05, 0.1
#: The cut reaches so far beyond the outline, m.
BEYOND_M = 10.0
#: And so far beyond the street's own line, where nothing but rounding lies, m.
ALONG_M = 0.001


@dataclass(frozen=True, slots=True)
class Cut:
    """A parcel in two: the part that was asked for, and what is left."""

    part: Any
    rest: Any


def cut(shape: Any, front: Any, size_m2: float) -> Cut | None:
    """
    A part of a parcel.

    Parameters
    ----------
    shape
        The parcel, one polygon.
    front
        Where it lies at streets: the part of its outline, as `blockplan.propose.fronts.fronts` gives it.
    size_m2
        At least so large, and no more than `MORE_M2` larger.

    Returns
    -------
    Cut or None
        None where no cut leaves two pieces that lie at a street for `FRONT_M` each, are broad
        enough and, the part, as straight as a new parcel of `propose layout`.
    """
    if shape.geom_type != "Polygon" or shape.interiors or not 0 < size_m2 < shape.area - SLIVER_M2:
        return None
    return _best(_cuts(shape, size_m2), front, size_m2) or _best(
        _along(shape, front, size_m2), front, size_m2
    )


def _best(cuts: Iterator[Cut], front: Any, size_m2: float) -> Cut | None:
    found = [(_worth(one, front, size_m2), -number, one) for number, one in enumerate(cuts)]
    fit = [one for one in found if one[0] is not None]
    return max(fit)[2] if fit else None


def _cuts(shape: Any, size_m2: float) -> Iterator[Cut]:
    """Strips and corners of a size, from every side of the parcel."""
    root = float(np.sqrt(size_m2))
    for frame in frames_of(shape):
        for turn in range(8):
            way = _turn(frame.local, frame.world, turn)
            local = shapely.transform(shape, way[0])
            left, bottom, right, top = local.bounds
            depths = [root * one for one in DEPTHS if root * one < top - bottom - SLIVER_M]
            # A strip is the same from either end of its side.
            for depth in [*depths, top - bottom + BEYOND_M] if turn < 4 else depths:
                band = shapely.box(left - BEYOND_M, bottom - BEYOND_M, right + BEYOND_M, bottom + depth)
                width = _width(shapely.intersection(local, band), size_m2)
                if width is not None:
                    corner = shapely.box(left - BEYOND_M, bottom - BEYOND_M, width, bottom + depth)
                    tool = shapely.transform(corner, way[1])
                    yield Cut(shapely.intersection(shape, tool), shapely.difference(shape, tool))


def _along(shape: Any, front: Any, size_m2: float) -> Iterator[Cut]:
    """Rectangles of a size along each straight stretch of the front, from its ends and from its middle."""
    root = float(np.sqrt(size_m2))
    for line in shapely.get_parts(shapely.line_merge(front) if front.geom_type != "LineString" else front):
        points = shapely.get_coordinates(shapely.simplify(line, 1e-6))
        for start, end in pairwise(points):
            length = float(np.hypot(*(end - start)))
            if length < 2 * FRONT_M:
                continue
            there, back = _from_street(shape, start, (end - start) / length)
            local = shapely.transform(shape, there)
            deepest = local.bounds[2]
            # What is left keeps a front of its own.
            for width in sorted({min(root * one, length - FRONT_M) for one in DEPTHS}):
                for begin in (0.0, (length - width) / 2, length - width):
                    band = shapely.intersection(local, shapely.box(-ALONG_M, begin, deepest, begin + width))
                    depth = _width(band, size_m2) if not band.is_empty else None
                    if depth is not None:
                        tool = shapely.transform(shapely.box(-ALONG_M, begin, depth, begin + width), back)
                        yield Cut(shapely.intersection(shape, tool), shapely.difference(shape, tool))


def _from_street(shape: Any, start: NDArray[np.float64], along: NDArray[np.float64]) -> _Ways:
    """Into a frame whose first axis runs from a straight stretch of the front into the parcel, and back."""
    inward = np.array([-along[1], along[0]])
    # (a point of the stretch, a centimetre further in)
    if not shapely.contains_xy(shape, *(start + FRONT_M * along + 0.01 * inward)):
        inward = -inward
    axes = np.array([inward, along])

    def there(points: NDArray[np.float64]) -> NDArray[np.float64]:
        turned: NDArray[np.float64] = (points - start) @ axes.T
        return turned

    def back(points: NDArray[np.float64]) -> NDArray[np.float64]:
        turned: NDArray[np.float64] = points @ axes + start
        return turned

    return there, back


_Ways = tuple["Callable[[Any], Any]", "Callable[[Any], Any]"]


def _turn(local: Callable[[Any], Any], world: Callable[[Any], Any], turn: int) -> _Ways:
    """Into a frame that is turned by quarters, the last four mirrored, and back."""
    quarter = np.array([[0, 1], [-1, 0]])
    matrix = np.linalg.matrix_power(quarter, turn % 4) @ np.diag([1 if turn < 4 else -1, 1])

    def there(points: NDArray[np.float64]) -> NDArray[np.float64]:
        turned: NDArray[np.float64] = local(points) @ matrix.T
        return turned

    def back(points: NDArray[np.float64]) -> NDArray[np.float64]:
        turned: NDArray[np.float64] = world(points @ matrix)
        return turned

    return there, back


def _width(band: Any, size_m2: float) -> float | None:
    """Up to where a band has a size, and no more than `MORE_M2` beyond it; None where it is smaller."""
    if band.area < size_m2:
        return None
    left, bottom, right, top = band.bounds
    low, high, less, more = left, right, -size_m2, band.area - size_m2
    for step in range(MOST_STEPS):
        # Where the sides are straight the area grows evenly; halving sees that it ends elsewhere too.
        share = 0.5 if step % 2 else -less / (more - less)
        at = (
            low
            + min(max(share, 1e-6), 1 - 1e-6) * (high - low)
            + (0 if step % 2 else MORE_M2 / 2 / (top - bottom))
        )
        over = shapely.intersection(band, shapely.box(left - 1, bottom - 1, at, top + 1)).area - size_m2
        if 0 <= over <= MORE_M2:
            return float(at)
        low, less, high, more = (at, over, high, more) if over < 0 else (low, less, at, over)
    return None


def _worth(one: Cut, front: Any, size_m2: float) -> float | None:
    """How well a cut suits; None where a piece of it is none that could be a parcel."""
    limits = LayoutParams()
    if one.part.geom_type != "Polygon" or one.rest.geom_type != "Polygon" or one.rest.interiors:
        return None
    if not size_m2 <= one.part.area <= size_m2 + 2 * MORE_M2:
        return None
    box = shapely.minimum_rotated_rectangle(one.part)
    sides = np.hypot(*np.diff(shapely.get_coordinates(box)[:3], axis=0).T)
    short, long = float(sides.min()), float(sides.max())
    fill = one.part.area / box.area
    if long > limits.slim * short or fill < limits.fill or not _broad(one.part) or not _broad(one.rest):
        return None
    faces = [shapely.length(shapely.intersection(_near(piece), front)) for piece in (one.part, one.rest)]
    if min(faces) < FRONT_M:
        return None
    straight = one.rest.area / shapely.convex_hull(one.rest).area
    return float(
        fill + straight + SQUARE_WORTH * short / long + FRONT_WORTH * min(faces[0] / np.sqrt(size_m2), 1.0)
    )


def _near(piece: Any) -> Any:
    """The ground along the outline of a piece, in which its front lies: corners of a cut are rounded."""
    return shapely.buffer(piece.exterior, 1e-6, cap_style="flat")


def _broad(piece: Any) -> bool:
    """Whether a circle of `SLIVER_M` can go nearly everywhere in a piece, without leaving it."""
    inner = shapely.buffer(piece, -SLIVER_M / 2)
    if piece.area < SLIVER_M2 or inner.geom_type != "Polygon" or inner.is_empty:
        return False
    opened = shapely.intersection(shapely.buffer(inner, SLIVER_M / 2, join_style="mitre"), piece)
    return bool(opened.area >= BROAD * piece.area)
