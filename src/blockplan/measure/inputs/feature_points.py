"""
The point that a feature stands at: one that turns with the plan.

A feature stands at its centroid. Land whose centroid lies outside it (a ring, a horseshoe) stands in the
middle of the stretch that the straight line from the centroid through the nearest point of its edge has in
it; where several points of the edge are equally near, the first in the order in which it is drawn; where
that line only touches the land at a corner, that corner. A line or points whose centroid lies beside them
stand at their nearest point to it. So nothing depends on how the plan is turned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.recall import by_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Points and edges this near (m) to one another are not told apart: coordinates are drawn to the centimetre.
EDGE_M = 0.01
#: Points of an edge whose distances differ by less than this (m) are equally near.
_SAME_M = 0.001
#: Below so many polygons, and of so flat a corner (m2 between its sides), GEOS says what they are.
_FEW, _TURN_M2 = 64, 0.01


def middles(found: NDArray[Any], convex: NDArray[np.bool_] | None = None) -> NDArray[Any]:
    """
    The point that each feature stands at; None where one has no geometry.

    Those that are known to be `convex` (`four_cornered`) hold their centroid.

    Examples
    --------
    >>> horseshoe = shapely.box(0, 0, 30, 20) - shapely.box(5, 5, 30, 16)
    >>> middles(np.array([shapely.box(0, 0, 2, 2), horseshoe])).tolist()
    [<POINT (1 1)>, <POINT (12.5 18)>]
    """
    known = four_cornered(found) if convex is None else convex
    spots: NDArray[Any] = by_row("middles", _middles, found, known)
    return spots


def _middles(found: NDArray[Any], convex: NDArray[np.bool_]) -> NDArray[Any]:
    spots = np.asarray(shapely.centroid(found), dtype=object)
    spots[shapely.is_empty(spots)] = None
    doubtful = np.flatnonzero(~shapely.is_missing(spots) & ~convex)
    for row in doubtful[~shapely.intersects(found[doubtful], spots[doubtful])]:
        spots[row] = _beside(found[row], spots[row])
    return spots


def four_cornered(found: NDArray[Any]) -> NDArray[np.bool_]:
    """
    Polygons known to be convex, as most plots are: their rings cross nowhere, and they hold their centroid.

    Four turns that all go one way make one round. Of few polygons none is looked at: GEOS is as soon asked.
    """
    convex = np.zeros(len(found), dtype=bool)
    if len(found) < _FEW:
        return convex
    rows = np.flatnonzero((shapely.get_type_id(found) == 3) & (shapely.get_num_coordinates(found) == 5))
    corners = np.ascontiguousarray(shapely.get_coordinates(found[rows]).reshape(-1, 5, 2).T)
    east, north = np.diff(corners, axis=1)
    turns = east * north[[1, 2, 3, 0]] - north * east[[1, 2, 3, 0]]
    convex[rows] = (turns > _TURN_M2).all(axis=0) | (turns < -_TURN_M2).all(axis=0)
    return convex


def _beside(shape: Any, centroid: Any) -> Any:
    """Where a feature stands whose centroid lies outside it."""
    edge = shape.boundary if shapely.get_dimensions(shape) == 2 else shape
    near = _nearest(edge, centroid)
    if shapely.get_dimensions(shape) < 2:
        return shapely.points(near)
    start = shapely.get_coordinates(centroid)[0]
    away = near - start
    west, south, east, north = shapely.bounds(shape)
    length = float(np.hypot(east - west, north - south)) + float(np.hypot(*away))
    line = shapely.LineString([near, near + away / np.hypot(*away) * length])
    stretches = np.asarray(shapely.get_parts(shapely.intersection(shape, line)), dtype=object)
    stretches = stretches[shapely.length(stretches) > EDGE_M]
    if not len(stretches):
        return shapely.points(near)  # the line only touches the land at a corner
    first = stretches[np.argmin(shapely.distance(stretches, shapely.points(near)))]
    return shapely.line_interpolate_point(first, 0.5, normalized=True)


def _nearest(edge: Any, point: Any) -> NDArray[np.float64]:
    """The point of an edge that is nearest to another, the first drawn of those equally near."""
    lines = np.asarray(shapely.get_parts(edge), dtype=object)
    metres = shapely.distance(lines, point)
    line = lines[np.flatnonzero(metres <= metres.min() + _SAME_M)[0]]
    if shapely.get_dimensions(line) == 1:
        ends = shapely.get_coordinates(line)
        steps = np.asarray(shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1)), dtype=object)
        metres = shapely.distance(steps, point)
        line = steps[np.flatnonzero(metres <= metres.min() + _SAME_M)[0]]
    return np.asarray(shapely.get_coordinates(shapely.shortest_line(line, point))[0])
