"""
The point that a feature stands at: one that turns with the plan.

A feature stands at its centroid. Land whose centroid lies outside it (a ring, a horseshoe) stands in the
middle of the stretch that the straight line from the centroid through the nearest point of its edge has in
it; where several points of the edge are equally near, the first in the order in which it is drawn; where
that line only touches the land at a corner, that corner. A line or points whose centroid lies beside them
stand at their nearest point to it. So nothing depends on how the plan is turned.

Straight-line distances, of points or of shapes; and where on the globe a plan lies, for what holds in one
region and not in another.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from blockplan.plan.model.recall import by_row
from blockplan.plan.model.recall_beside import by_nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from blockplan.plan.model.plan import Plan

#: Where a point is likely to have more shapes than this round it, the tree looks for the nearest by itself.
FEW = 8
#: So many pairs of a point and a shape are as soon measured as sought for.
PAIRS = 512
#: So many pairs of points are measured sooner than a tree is loaded.
PAIRS_OF_POINTS = 20_000
#: What lies this much farther (m) is looked at too, so that nothing is lost in rounding.
SLACK_M = 1e-6


def straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """Straight-line distance of points (or shapes) to the nearest of some shapes; NaN without any."""
    to = to[shapely.get_num_coordinates(to) > 0]
    metres: NDArray[np.float64] = by_row("straight", partial(_straight, to=to), points, fixed=(to,))
    return metres


def straight_to_land(points: NDArray[Any], land: NDArray[Any]) -> NDArray[np.float64]:
    """The same of points to land; where a piece of it changed, only points as near to it are asked about."""
    land = land[shapely.get_num_coordinates(land) > 0]
    if (shapely.get_type_id(land) == 0).all():  # these are measured in another way, to other last digits
        return straight(points, land)
    return by_nearest("straight to land", _straight, points, land)


def _straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    metres = np.full(len(points), np.nan)
    there = np.flatnonzero(shapely.get_num_coordinates(points))
    if not (len(to) and len(there)):
        return metres
    start = points[there]
    if (shapely.get_type_id(start) != 0).any():
        (at, _), found = shapely.STRtree(to).query_nearest(start, return_distance=True, all_matches=False)
        metres[there[at]] = found
    elif (shapely.get_type_id(to) == 0).all():
        metres[there] = _nearest_spots(start, shapely.get_coordinates(to), 1)[0][0]
    else:
        metres[there] = _to_shapes(start, to)
    return metres


def _to_shapes(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """
    The same of points to shapes.

    No shape is nearer than the one whose middle is, but for those whose boxes lie as near; and none of these
    is where the middle next to that lies farther off than any shape reaches round its own.
    """
    if len(points) * len(to) <= PAIRS:
        pairwise: NDArray[np.float64] = shapely.distance(points[:, None], to).min(axis=1)
        return pairwise
    low, high = np.split(shapely.bounds(to), 2, axis=1)
    (_, second_m), (first, _) = _nearest_spots(points, (low + high) / 2, 2)
    metres = shapely.distance(points, to[first])
    reach, spot = (metres + SLACK_M)[:, None], shapely.get_coordinates(points)
    sole = second_m - np.hypot(*(high - low).T).max() / 2 > metres + SLACK_M
    wide, tall = (high - low).mean(axis=0)
    share = (2 * metres + wide) * (2 * metres + tall)
    few = len(to) * share <= FEW * (high.max(axis=0) - low.min(axis=0)).prod()
    tree, some = shapely.STRtree(to), np.flatnonzero(few & ~sole)
    # A line from corner to corner stands for a box: the tree asks for no more, and a line is made sooner.
    at, shape = tree.query(shapely.linestrings(np.stack([spot - reach, spot + reach], axis=1)[some]))
    other = shape != first[some[at]]
    at, shape = some[at[other]], shape[other]
    np.minimum.at(metres, at, shapely.distance(points[at], to[shape]))
    rest = np.flatnonzero(~few & ~sole)
    if len(rest):
        (at, _), found = tree.query_nearest(points[rest], return_distance=True, all_matches=False)
        metres[rest[at]] = found
    return metres


def _nearest_spots(
    points: NDArray[Any], spots: NDArray[np.float64], count: int
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Distances of points to the nearest one or two of some spots, a row each, and the numbers of these."""
    start = shapely.get_coordinates(points)
    if count <= len(spots) and len(start) * len(spots) <= PAIRS_OF_POINTS:
        apart = start[:, None] - spots
        square = (apart * apart).sum(axis=2)
        number = np.argpartition(square, range(count), axis=1)[:, :count]
        return np.sqrt(np.take_along_axis(square, number, axis=1)).T, number.T
    from scipy.spatial import KDTree  # noqa: PLC0415 (slow to load, and small plans have no use for it)

    metres, number = KDTree(spots, balanced_tree=False).query(start, k=[*range(1, count + 1)])
    return metres.T, number.T


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
    [<POINT (1 1)>, <POINT (12.885 2.5)>]
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
    if len(found) < _FEW:
        return np.zeros(len(found), dtype=bool)
    convex: NDArray[np.bool_] = by_row("four-cornered", _four_cornered, found)
    return convex


def _four_cornered(found: NDArray[Any]) -> NDArray[np.bool_]:
    convex = np.zeros(len(found), dtype=bool)
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


def place_of(plan: Plan) -> tuple[float, float] | None:
    """Longitude and latitude of a plan's middle; None where its CRS is on no globe, or nothing is drawn."""
    return plan.cached("place on the globe", lambda: _place_of(plan))


def _place_of(plan: Plan) -> tuple[float, float] | None:
    drawn = (plan.layer(name).geometry for name in ("boundary", "parcels", "areas") if plan.has_layer(name))
    bounds = next((one.total_bounds for one in drawn if len(one) and not one.is_empty.all()), None)
    if plan.crs is None or bounds is None or not all(map(math.isfinite, bounds)):
        return None
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    found = _to_degrees(plan.crs).transform(*middle)
    return found if all(map(math.isfinite, found)) else None


@lru_cache(maxsize=16)
def _to_degrees(crs: CRS) -> Transformer:
    """The way from a CRS to longitude and latitude; finding it takes 50 ms."""
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
