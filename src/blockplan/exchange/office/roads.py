"""
Roads as remainder: planned land that no parcel covers, along the streets' centre lines.

A corridor is as wide as the street's red lines. What of it no parcel covers becomes a road parcel, what
two corridors share a square at their crossing; small pieces beside (cut corners) join them. The rest is
a gap. Where no boundary is given, one is drawn about parcels and corridors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.exchange.office.road_remarks import CROSSING
from blockplan.plan.model.frames import only_areas, sound_areas
from blockplan.plan.validity.open_ground import open_ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

#: Strips between parcels up to this width are taken for streets where no street is drawn, m.
WIDEST_M = 70.0
NARROWEST_M = 4.0
#: A piece of road smaller than this is joined to its neighbour, m2.
SMALLEST_M2 = 1.0
#: So is one that is nowhere wider than this, m.
THINNEST_M = 0.1
#: Two lines that meet at less than this are one street that goes on, degrees.
STRAIGHT_DEG = 20.0
TOUCH_M = 0.01
GRID_M = 1e-7
#: Two shapes that share no more than this share nothing, m2.
SHARED_M2 = 1e-9
POLYGON = 3


@dataclass(frozen=True, slots=True, eq=False)
class RoadLines:
    """
    Centre lines with names (equal ones are one street) and widths between the red lines in m (NaN: not
    known).
    """

    lines: Shapes
    names: Sequence[str]
    widths: NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Roads:
    """
    What was made.

    Attributes
    ----------
    pieces
        Shape and name of each road parcel; the name of a square is `CROSSING`.
    land
        The planned land: the boundary given, or the one derived.
    gaps
        Planned land that is neither parcel nor road.
    joined_m2
        Area of the small pieces that joined a road.
    widths
        Width taken for each street, m; measured between the parcels where none was given.
    measured
        Which of the widths were measured.
    """

    pieces: list[tuple[Any, str]]
    land: Any
    gaps: list[Any] = field(default_factory=list)
    joined_m2: float = 0.0
    widths: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    measured: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))

    @property
    def area_m2(self) -> float:
        """Area of the road parcels."""
        return float(sum(shape.area for shape, _ in self.pieces))


def remainder(parcels: Shapes, streets: RoadLines, boundary: Any | None, small_m2: float) -> Roads:
    """
    Road parcels, gaps and boundary of a plan whose parcels leave the roads open.

    Parameters
    ----------
    parcels
        Polygons of the parcels.
    boundary
        The planned land; None draws it about parcels and roads.
    small_m2
        Leftover pieces beside a road up to this area join it.
    """
    ground = shapely.disjoint_subset_union_all(parcels)
    widths, measured = _widths(streets, ground)
    corridors = _corridors(streets, widths)
    land = boundary if boundary is not None else _about(ground, corridors, widths)
    open_land = shapely.difference(land, ground)
    pieces = _pieces(parcels, streets, corridors, land) if len(streets.lines) else _strips(open_land, parcels)
    roads = np.array([shape for shape, _ in pieces], dtype=object)
    rest = [one for one in shapely.get_parts(open_ground(open_land, roads)) if one.area > 1e-6]
    found = Roads(pieces, land, widths=widths, measured=measured)
    _settle(found, rest, boundary is not None, small_m2)
    return found


def _widths(streets: RoadLines, ground: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Widths, with those that are not known measured between the parcels on both sides."""
    widths = streets.widths.copy()
    missing = ~(widths > 0)
    rows = np.flatnonzero(missing)
    if len(rows):
        lines = np.asarray(streets.lines, dtype=object)[rows, np.newaxis]
        points = shapely.line_interpolate_point(lines, np.linspace(0.1, 0.9, 9), normalized=True)
        away: NDArray[np.float64] = np.full(points.size, np.nan)
        parts = shapely.STRtree(shapely.get_parts(ground))
        (at, _), near = parts.query_nearest(
            points.ravel(), max_distance=WIDEST_M / 2, return_distance=True, all_matches=False
        )
        away[at] = 2 * near
        away[~((away > NARROWEST_M) & (away < WIDEST_M))] = np.nan
        free = away.reshape(points.shape)
        enough = np.isfinite(free).sum(axis=1) >= 3
        widths[rows] = 0.0
        widths[rows[enough]] = [round(float(one), 1) for one in np.nanmedian(free[enough], axis=1)]
    return widths, missing & (widths > 0)


def _corridors(streets: RoadLines, widths: NDArray[np.float64]) -> Shapes:
    """The land between the red lines of each street; where it ends at another, to the far side of that."""
    if not len(streets.lines):
        return np.array([], dtype=object)
    lines = np.asarray(streets.lines, dtype=object)
    tree = shapely.STRtree(lines)
    beyond = np.zeros((len(lines), 2))
    for side, end in enumerate((0, -1)):
        at, other = tree.query(shapely.get_point(lines, end), predicate="dwithin", distance=TOUCH_M)
        wide = (at != other) & (widths[other] > 0)
        np.maximum.at(beyond[:, side], at[wide], widths[other[wide]] / 2)
    longer = lines.copy()
    moved = np.flatnonzero((beyond > 0).any(axis=1))
    longer[moved] = _lengthened(lines[moved], beyond[moved])
    found = np.full(len(lines), shapely.Polygon(), dtype=object)
    known = widths > 0
    found[known] = shapely.buffer(
        longer[known], widths[known] / 2, cap_style="flat", join_style="mitre", mitre_limit=2.0
    )
    return found


def _lengthened(lines: Shapes, beyond: NDArray[np.float64]) -> Shapes:
    """Lines that go on straight beyond their first and last points, by so many m each."""
    points, of = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(of, np.arange(len(lines)))
    last = np.searchsorted(of, np.arange(len(lines)), side="right") - 1
    for end, before, by in ((first, first + 1, beyond[:, 0]), (last, last - 1, beyond[:, 1])):
        step = points[end] - points[before]
        there = (by > 0) & step.any(axis=1)
        length = np.hypot(*step[there].T)[:, np.newaxis]
        points[end[there]] += step[there] / length * by[there, np.newaxis]
    return np.asarray(shapely.linestrings(points, indices=of))


def _about(ground: Any, corridors: Shapes, widths: NDArray[np.float64]) -> Any:
    """
    A boundary about parcels and the roads between them: gaps up to the widest road
    are closed, holes filled.
    """
    widest = float(np.nanmax(widths)) if len(widths) and np.nanmax(widths) > 0 else WIDEST_M / 2
    reach = widest / 2 + 1
    hull = shapely.convex_hull(ground)
    roads = []
    for width in np.unique(widths[widths > 0]):
        # A street along the outer parcels belongs to the plan as wide as it is.
        around = shapely.buffer(hull, width + 1, join_style="mitre")
        roads += list(shapely.intersection(corridors[widths == width], around))
    drawn = shapely.union_all([ground, *roads])
    closed = shapely.buffer(shapely.buffer(drawn, reach, join_style="mitre"), -reach, join_style="mitre")
    whole = only_areas(shapely.union_all([drawn, *sound_areas(closed)]))
    return shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(whole)])


def _pieces(parcels: Shapes, streets: RoadLines, corridors: Shapes, land: Any) -> list[tuple[Any, str]]:
    """Squares at crossings, then what is left of each corridor; none over a parcel or another piece."""
    free = _free(corridors, parcels, land)
    crossings = _crossings(streets, free)
    pieces = [(part, CROSSING) for part in crossings]
    # (the largest keeps what it shares with others)
    order = np.argsort(-shapely.area(free), kind="stable")
    left = _without_squares(free, crossings)
    finished = np.zeros(len(left), dtype=bool)
    sharing = _sharing(left)
    for at in order.tolist():
        finished[at] = True
        over = [
            left[n]
            for n in sharing.get(at, ())
            if finished[n] and shapely.intersection(left[at], left[n]).area > SHARED_M2
        ]
        left[at] = _less(left[at], shapely.union_all(over)) if over else left[at]
    parts, of = shapely.get_parts(left[order], return_index=True)
    large = (shapely.get_type_id(parts) == POLYGON) & (shapely.area(parts) >= SMALLEST_M2)
    named = [streets.names[at] for at in order[of[large]].tolist()]
    return pieces + list(zip(parts[large], named, strict=True))


def _without_squares(free: Shapes, crossings: list[Any]) -> Shapes:
    """What is left of each corridor beside the squares that touch it."""
    left = free.copy()
    if crossings:
        squares = np.array(crossings, dtype=object)
        at, square = shapely.STRtree(squares).query(free, predicate="intersects")
        rows, first = np.unique(at, return_index=True)
        # Squares lie apart from each other, so that together they are one shape already.
        together = [shapely.multipolygons(squares[there]) for there in np.split(square, first[1:])]
        left[rows] = _less(left[rows], np.array(together[: len(rows)], dtype=object))
    return left


def _sharing(shapes: Shapes) -> dict[int, list[int]]:
    """For each shape the others that lie over it, not merely beside it."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = (one < other) & _boxes_share(shapes[one], shapes[other])
    one, other = one[pairs], other[pairs]
    over = shapely.area(shapely.intersection(shapes[one], shapes[other])) > SHARED_M2
    found: dict[int, list[int]] = {}
    for a, b in zip(one[over].tolist(), other[over].tolist(), strict=True):
        found.setdefault(a, []).append(b)
        found.setdefault(b, []).append(a)
    return found


def _boxes_share(one: Shapes, other: Shapes) -> NDArray[np.bool_]:
    """Pair by pair, whether the boxes about two shapes share ground; where they do not, the shapes do not."""
    a, b = shapely.bounds(one), shapely.bounds(other)
    size = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    return np.asarray((size > 0).all(axis=1) & (size.prod(axis=1) > SHARED_M2))


def _free(corridors: Shapes, parcels: Shapes, land: Any) -> Shapes:
    """What of each corridor lies on planned land and on no parcel."""
    shapely.prepare(land)
    inside = corridors.copy()
    out = ~shapely.contains_properly(land, corridors) & ~shapely.is_empty(corridors)
    inside[out] = only_areas(shapely.intersection(land, corridors[out]))
    at, beside = shapely.STRtree(parcels).query(inside, predicate="intersects")
    # Most parcels only touch the red line.
    shares = _boxes_share(inside[at], parcels[beside])
    at, beside = at[shares], beside[shares]
    over = shapely.area(shapely.intersection(inside[at], parcels[beside])) > SHARED_M2
    # (the pairs come corridor by corridor)
    rows, first = np.unique(at[over], return_index=True)
    for corridor, there in zip(rows, np.split(beside[over], first[1:]), strict=False):
        inside[corridor] = _less(inside[corridor], shapely.union_all(parcels[there]))
    return inside


def _less(shape: Any, other: Any) -> Any:
    """
    A shape (or each of many) without another, on a grid of a tenth of a micrometre.

    Without the grid, where their sides lie on each other but for rounding, a spike stays along them, and what
    is taken from a shape with a spike is wrong.
    """
    return only_areas(shapely.difference(shape, other, grid_size=GRID_M))


def _crossings(streets: RoadLines, land: Shapes) -> list[Any]:
    """
    Where two streets cross or meet: what their corridors share, one piece for all
    streets of a crossing, from north to south and from west to east.
    """
    if len(streets.lines) < 2:
        return []
    lines = np.array(streets.lines, dtype=object)
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=TOUCH_M)
    there = ~shapely.is_empty(land)
    pairs = (one < other) & there[one] & there[other]
    one, other = one[pairs], other[pairs]
    meeting = shapely.get_point(shapely.shortest_line(lines[one], lines[other]), 0)
    named = np.array(streets.names, dtype=object)
    # (streets of two names are two)
    turns = (named[one] != named[other]) & (named[one] != "") & (named[other] != "")
    for pair in np.flatnonzero(~turns).tolist():
        turns[pair] = not _goes_on(streets, int(one[pair]), int(other[pair]), meeting[pair])
    square = shapely.intersection(land[one[turns]], land[other[turns]])
    parts, at = shapely.get_parts(square, return_index=True)
    near = shapely.dwithin(parts, meeting[turns][at], 2 * WIDEST_M)
    shared = parts[(shapely.get_type_id(parts) == POLYGON) & (shapely.area(parts) >= SMALLEST_M2) & near]
    if not len(shared):
        return []
    # Of four arms of a crossing each two share the same square.
    _, first = np.unique(shapely.to_wkb(shapely.normalize(shared)), return_index=True)
    joint = shapely.get_parts(shapely.disjoint_subset_union_all(shared[np.sort(first)]))
    west, _, _, north = shapely.bounds(joint).T
    return [part for part in joint[np.lexsort((west, -north))] if part.area >= SMALLEST_M2]


def _goes_on(streets: RoadLines, a: int, b: int, place: Any) -> bool:
    """Whether two lines are one street that goes on: of one name, or end to end and straight."""
    if streets.names[a] and streets.names[a] == streets.names[b]:
        return True
    if streets.names[a] and streets.names[b]:
        return False
    ends = [
        min(
            place.distance(shapely.get_point(streets.lines[at], 0)),
            place.distance(shapely.get_point(streets.lines[at], -1)),
        )
        for at in (a, b)
    ]
    if max(ends) > TOUCH_M:
        return False
    angles = [_angle(streets.lines[at], place) for at in (a, b)]
    turn = abs((angles[0] - angles[1] + 180) % 360 - 180)
    return turn > 180 - STRAIGHT_DEG


def _angle(line: Any, place: Any) -> float:
    """Direction of a line away from its end at a place, degrees."""
    points = shapely.get_coordinates(line)
    if place.distance(shapely.Point(points[0])) > place.distance(shapely.Point(points[-1])):
        points = points[::-1]
    step = points[min(1, len(points) - 1)] - points[0]
    return float(np.degrees(np.arctan2(step[1], step[0])))


def _strips(open_land: Any, parcels: Shapes) -> list[tuple[Any, str]]:
    """
    Without centre lines: parts of the remainder as long and narrow as streets are, between at least two
    parcels.
    """
    tree = shapely.STRtree(parcels)
    found = []
    for part in shapely.get_parts(open_land):
        if part.area < SMALLEST_M2 or not part.length:
            continue
        width = 2 * part.area / part.length
        beside = tree.query(part, predicate="dwithin", distance=TOUCH_M)
        if NARROWEST_M / 2 <= width <= WIDEST_M and len(beside) >= 2 and part.length / 2 > 3 * width:
            found.append((part, ""))
    return found


def without_slivers(pieces: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """
    Road pieces of one partition; those too small or too thin to be parcels go to the one beside, the smallest
    first, where they share a side with any.

    Examples
    --------
    >>> road, thread = shapely.box(0, 0, 30, 10), shapely.box(0, 10, 30, 10.01)
    >>> [(shape.bounds, name) for shape, name in without_slivers([(road, "北街"), (thread, "crossing")])]
    [((0.0, 0.0, 30.0, 10.01), '北街')]
    """
    shapes = np.array([shape for shape, _ in pieces], dtype=object)
    thin = shapely.is_empty(shapely.buffer(shapes, -THINNEST_M / 2))
    slivers = np.flatnonzero(thin | (shapely.area(shapes) < SMALLEST_M2))
    tree = shapely.STRtree(shapes)
    gone: dict[int, int] = {}
    for at in slivers[np.argsort(shapely.area(shapes[slivers]))].tolist():
        beside = {_kept(one, gone) for one in tree.query(shapes[at], predicate="intersects").tolist()} - {at}
        sides = {one: shapely.intersection(shapes[at], shapes[one]).length for one in sorted(beside)}
        nearest = max(sides, key=lambda one: sides[one], default=at)
        if sides.get(nearest, 0.0) > 0:
            shapes[nearest] = shapely.union(shapes[at], shapes[nearest])
            gone[at] = nearest
    return [(shapes[at], name) for at, (_, name) in enumerate(pieces) if at not in gone]


def _kept(at: int, gone: dict[int, int]) -> int:
    """The piece that another went to in the end."""
    while at in gone:
        at = gone[at]
    return at


def _settle(found: Roads, rest: list[Any], given: bool, small_m2: float) -> None:
    """
    What is left: small pieces beside a road join it; outer ones leave a derived boundary; the others are
    gaps.
    """
    tree = shapely.STRtree([shape for shape, _ in found.pieces]) if found.pieces else None
    joining: dict[int, list[Any]] = {}
    outer: list[Any] = []
    rim = None if given else shapely.boundary(found.land)
    for part in rest:
        beside: Any = tree.query(part, predicate="dwithin", distance=TOUCH_M) if tree is not None else ()
        if len(beside) and (part.area <= small_m2 or part.buffer(-0.5).is_empty):
            # To the piece that it shares the longest line with.
            lengths = [
                shapely.intersection(part, shapely.buffer(found.pieces[at][0], TOUCH_M)).area for at in beside
            ]
            joining.setdefault(int(beside[int(np.argmax(lengths))]), []).append(part)
            found.joined_m2 += part.area
        elif rim is not None and part.distance(rim) < TOUCH_M:
            outer.append(part)
        else:
            found.gaps.append(part)
    for at, parts in joining.items():
        shape, name = found.pieces[at]
        found.pieces[at] = (shapely.union_all([shape, *parts]), name)
    # The largest first, then from west to east.
    found.gaps.sort(key=lambda gap: (-round(gap.area, 1), *gap.bounds))
    if outer:
        found.land = only_areas(shapely.difference(found.land, shapely.union_all(outer)))
