"""
Separate lines as a network in whole millimetres: double lines, free ends, faces.

And the land that lines enclose, each area with the line whose attributes are its own.

One partition of the planned land on whole millimetres, in which neighbours share their corners.

Where the corner of one parcel lies within the side of another, it lies off that side by rounding; rounded
again in a city's package, the two overlap or part. Here a side is cut where a corner of another lies on it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

#: One step of the grid, m.
GRID_M = 0.001
#: Two lines nearer than this over most of the shorter one are one line, drawn twice.
DOUBLE_M, DOUBLE_SHARE, DOUBLE_LEAST_M = 0.05, 0.8, 0.5
#: A free end within this of another line was meant to reach it; a shorter one beyond a crossing overshoots.
NEAR_M = 1.0

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Double:
    """A line that is drawn twice: which, how long, how far apart, where, whether the second goes."""

    line: int
    length_m: float
    apart_m: float
    place: Place
    healed: bool


def doubled(lines: list[Any], outlines: Any, heal_m: float) -> list[Double]:
    """Lines that lie along an earlier one, or along a closed outline."""
    both = np.array([*outlines, *lines], dtype=object)
    first = len(outlines)
    ones, others = shapely.STRtree(both).query(both[first:], predicate="dwithin", distance=DOUBLE_M)
    found: dict[int, Double] = {}
    for at, other in zip((ones + first).tolist(), others.tolist(), strict=True):
        if other >= at or at in found or (other - first) in found:
            continue
        along = shapely.intersection(both[at], shapely.buffer(both[other], DOUBLE_M, cap_style="flat"))
        exact = shapely.intersection(both[at], both[other])
        same = float(exact.length)
        if same <= GRID_M and not (
            along.length > DOUBLE_LEAST_M and along.length > DOUBLE_SHARE * both[at].length
        ):
            continue
        if same <= GRID_M:
            apart = float(
                shapely.hausdorff_distance(
                    along, shapely.intersection(both[other], shapely.buffer(both[at], 2 * DOUBLE_M))
                )
            )
            length = float(along.length)
        else:
            apart, length = 0.0, same
        whole = length >= both[at].length - 2 * GRID_M or same <= GRID_M
        middle = (along if same <= GRID_M else exact).centroid
        healed = apart <= max(heal_m, GRID_M) and whole
        place = (round(middle.x, 3), round(middle.y, 3))
        found[at - first] = Double(at - first, round(length, 3), apart, place, healed)
    return list(found.values())


@dataclass(slots=True)
class LineNetwork:
    """Faces; gaps (from, to, area were it closed); dangles (free end, length, whether left out)."""

    lines: Any
    faces: list[Any] = field(default_factory=list)
    gaps: list[tuple[Place, Place, Any]] = field(default_factory=list)
    dangles: list[tuple[Place, float, bool]] = field(default_factory=list)

    def drawn_m(self, face: Any) -> float:
        """How much of a face's outline the separate lines draw, m."""
        points = shapely.get_coordinates(face.exterior)
        middles = shapely.points((points[:-1] + points[1:]) / 2)
        lengths = np.hypot(*np.diff(points, axis=0).T)
        on = np.zeros(len(lengths), dtype=bool)
        at, _ = shapely.STRtree(self.lines).query(middles, predicate="dwithin", distance=2 * GRID_M)
        on[at] = True
        return float(lengths[on].sum())


def noded(lines: list[Any], outlines: Any, heal_m: float) -> LineNetwork:
    """The network of lines and of the outlines that they touch, its free ends, and its faces."""
    found = LineNetwork(np.array(lines, dtype=object))
    near: Any = []
    if len(outlines):
        near = outlines[
            np.unique(shapely.STRtree(outlines).query(found.lines, predicate="dwithin", distance=NEAR_M)[1])
        ]
    edges = _edges([*lines, *near])
    ends = _free_ends(edges)
    added = _judged(found, edges, ends, heal_m)
    if added:
        edges = _edges([*edges, *added])
    found.faces = list(shapely.get_parts(shapely.polygonize(edges)))
    return found


def _edges(lines: Any) -> Any:
    """Lines between crossings, merged where only two meet."""
    whole = shapely.union_all(np.array(lines, dtype=object), grid_size=GRID_M)
    return shapely.get_parts(shapely.line_merge(shapely.node(whole)))


def _key(point: Any) -> tuple[int, int]:
    return round(float(point[0]) / GRID_M), round(float(point[1]) / GRID_M)


def _free_ends(edges: Any) -> dict[int, list[int]]:
    """Edge -> which of its ends (0, -1) no other edge shares."""
    ends = [(at, end, _key(edge.coords[end])) for at, edge in enumerate(edges) for end in (0, -1)]
    degree = Counter(key for _, _, key in ends)
    found: dict[int, list[int]] = {}
    for at, end, key in ends:
        if degree[key] == 1:
            found.setdefault(at, []).append(end)
    return found


def _judged(found: LineNetwork, edges: Any, ends: dict[int, list[int]], heal_m: float) -> list[Any]:
    """Free ends as gaps or dangles; gives the lines that close gaps within the tolerance."""
    tree = shapely.STRtree(edges)
    edges_and_ends = (edges, tree, ends)
    met: set[tuple[int, int]] = set()
    added = []
    for at, free in ends.items():
        edge = edges[at]
        first, last = edge.coords[0], edge.coords[-1]
        gap = math.dist(first, last)
        if (
            len(free) == 2
            and len(edge.coords) > 3
            and gap <= edge.length / 2
            and not _reaches(edge, at, edges, tree)
        ):
            area = shapely.make_valid(shapely.Polygon(edge.coords))
            found.gaps.append((last, first, area))
            if gap <= heal_m:
                added.append(shapely.LineString([last, first]))
            continue
        for end in free:
            place = edge.coords[end]
            if _key(place) in met:
                continue
            target = _target(place, at, edges_and_ends, len(free) == 2)
            if target is None:
                found.dangles.append((place, float(edge.length), edge.length <= heal_m))
                if len(free) == 2:
                    break
                continue
            met |= {_key(place), _key(target)}
            found.gaps.append((place, target, None))
            if math.dist(place, target) <= heal_m:
                added.append(shapely.LineString([place, target]))
    return added


def _reaches(edge: Any, at: int, edges: Any, tree: Any) -> bool:
    """Whether both ends of a line lie near others, so that it divides rather than encloses."""
    ends = [shapely.Point(edge.coords[end]) for end in (0, -1)]
    return all(
        any(int(one) != at for one in tree.query(end, predicate="dwithin", distance=NEAR_M)) for end in ends
    )


def _target(place: Place, at: int, among: tuple[Any, Any, dict[int, list[int]]], alone: bool) -> Place | None:
    """What a free end was meant to reach: another free end, else the nearest line; None for a dangle."""
    edges, tree, ends = among
    edge = edges[at]
    if not alone and edge.length <= NEAR_M:
        return None
    point = shapely.Point(place)
    around = [int(one) for one in tree.query(point, predicate="dwithin", distance=NEAR_M) if int(one) != at]
    free = [edges[one].coords[end] for one in around for end in ends.get(one, ())]
    free = [other for other in free if math.dist(other, place) <= NEAR_M]
    if free:
        return min(free, key=lambda other: math.dist(other, place))  # type: ignore[no-any-return]
    if not around:
        return None
    nearest = min(around, key=lambda one: edges[one].distance(point))
    meeting = edges[nearest].interpolate(edges[nearest].project(point))
    return round(meeting.x, 3), round(meeting.y, 3)


#: Ends of lines that lie this close are one, m.
SAME_M = 0.001


@dataclass(slots=True)
class Enclosed:
    """
    What lines enclose.

    Attributes
    ----------
    areas
        Number of a line, and the area that is its own.
    joined
        How many of the areas several open lines enclose together.
    unused
        Numbers of the lines (and points) that enclose nothing.
    """

    areas: list[tuple[int, Any]] = field(default_factory=list)
    joined: int = 0
    unused: list[int] = field(default_factory=list)


def enclosed(lines: Sequence[Any]) -> Enclosed:
    """
    The land that lines enclose, coordinates in m.

    A line that closes by itself has what it encloses. Open lines are joined with all others; a ring that
    they close has the number of the open line that bounds the most of it. Of an area, the smaller ones
    inside it are left out.

    Examples
    --------
    >>> west, east = shapely.box(0, 0, 9, 9).exterior, shapely.box(9, 0, 12, 9).exterior
    >>> [(at, area.area) for at, area in enclosed([west, east]).areas]
    [(0, 81.0), (1, 27.0)]
    >>> north = shapely.LineString([(0, 9), (0, 12), (9, 12), (9, 9)])
    >>> [(at, area.area) for at, area in enclosed([north, west]).areas]
    [(1, 81.0), (0, 27.0)]
    >>> enclosed([north]).unused
    [0]
    """
    found = Enclosed()
    for at, line in enumerate(lines):
        own = shapely.build_area(shapely.node(line))
        if own.is_empty:
            found.unused.append(at)
        else:
            found.areas.append((at, own))
    if any(shapely.length(lines[at]) for at in found.unused):
        _join(found, lines)
    return Enclosed(_without_inner(found.areas), found.joined, found.unused)


def _join(found: Enclosed, lines: Sequence[Any]) -> None:
    """Enter the rings that open lines close, with each other and with the lines that are closed."""
    near = shapely.set_precision(np.array(lines, dtype=object), SAME_M, mode="pointwise")
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts([shapely.union_all(near)])))
    taken = shapely.union_all([area for _, area in found.areas])
    shapely.prepare(taken)
    faces = faces[~shapely.contains(taken, shapely.point_on_surface(faces))]
    open_lines = np.array(found.unused)
    edges = shapely.buffer(shapely.boundary(faces), SAME_M)
    face, line = shapely.STRtree(near[open_lines]).query(edges, predicate="intersects")
    shared = shapely.length(shapely.intersection(edges[face], near[open_lines[line]]))
    used: set[int] = set()
    for at in range(len(faces)):
        mine = (face == at) & (shared > 2 * SAME_M)
        if mine.any():
            used |= set(open_lines[line[mine]].tolist())
            found.areas.append((int(open_lines[line[mine][np.argmax(shared[mine])]]), faces[at]))
            found.joined += int(mine.sum() > 1)
    found.unused = [at for at in found.unused if at not in used]


def _without_inner(areas: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """The areas without the smaller ones that lie inside them."""
    shapes = np.array([area for _, area in areas], dtype=object)
    if len(shapes) < 2:
        return areas
    outer, inner = shapely.STRtree(shapes).query(shapes, predicate="contains")
    smaller = shapely.area(shapes[inner]) < shapely.area(shapes[outer])
    made = []
    for at, (line, area) in enumerate(areas):
        within = inner[(outer == at) & smaller]
        made.append((line, shapely.difference(area, shapely.union_all(shapes[within]))))
    return made


#: A corner so near to a side lies on it, in cells of the grid.
HALF_CELL = 0.7072
#: A face that is no wider than this comes from rounding, and belongs to one neighbour, m.
THIN_M = 0.002


def partition(parcels: Any, land: Any) -> tuple[Any, Any]:
    """
    Parcels and the planned land on the grid, with a corner wherever one of another lies on a side.

    Land that two parcels share stays with both, land of none with none; only faces as narrow as rounding go
    to one neighbour. A parcel that the grid would leave nothing of stays as it is.

    Examples
    --------
    >>> road, house = shapely.box(0, 0, 30, 10), shapely.box(10.0004, 10, 20, 20)
    >>> (road, house), land = partition([road, house], shapely.box(0, 0, 30, 20))
    >>> house.bounds, int(shapely.get_num_coordinates(road))
    ((10.0, 10.0, 20.0, 20.0), 7)
    """
    shapes: Any = np.array([*parcels, land], dtype=object)
    try:
        found = _cornered(shapes)
        sound = shapely.is_valid(found).all() and shapely.coverage_is_valid(found[:-1])
    except shapely.errors.GEOSException:
        # A ring that is nothing but rounding.
        sound = False
    if not sound:
        found = _snapped(shapes)
    return found[:-1], found[-1]


def _cornered(shapes: Any) -> Any:
    """Shapes on the grid, with the corners of all that lie on their sides; no sides that cross are cut."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    kind, corners, (rings, polygons, *_) = shapely.to_ragged_array(parts)
    corners = np.rint(corners[:, :2] / GRID_M)
    closing = np.zeros(len(corners), dtype=bool)
    closing[rings[1:] - 1] = True
    sides = np.flatnonzero(~closing)
    places = np.unique(corners, axis=0)
    lines: Any = shapely.linestrings(np.stack([corners[sides], corners[sides + 1]], axis=1))
    place, on = shapely.STRtree(lines).query(shapely.points(places), predicate="dwithin", distance=HALF_CELL)
    point, side = places[place], sides[on]
    new = (point != corners[side]).any(axis=1) & (point != corners[side + 1]).any(axis=1)
    point, side = point[new], side[new]
    order = np.lexsort((np.hypot(*(point - corners[side]).T), side))
    at = side[order] + 1
    whole = np.insert(corners, at, point[order], axis=0) * GRID_M
    offsets = (rings + np.searchsorted(at, rings), polygons)
    drawn = shapely.remove_repeated_points(shapely.from_ragged_array(kind, whole, offsets))
    found = drawn[np.searchsorted(of, np.arange(len(shapes)))]
    for one in np.flatnonzero(np.bincount(of, minlength=len(shapes)) > 1).tolist():
        found[one] = shapely.multipolygons(drawn[of == one])
    return found


def _snapped(shapes: Any) -> Any:
    """Shapes of the faces that all sides together enclose on the grid, however they cross."""
    lines = shapely.union_all(shapely.boundary(shapes), grid_size=GRID_M)
    faces: Any = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    face, owner = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), predicate="intersects")
    face, owner = _one_each(faces, face, owner, len(shapes) - 1)
    order = np.argsort(owner, kind="stable")
    owners, first = np.unique(owner[order], return_index=True)
    found = shapes.copy()
    for one, there in zip(owners.tolist(), np.split(face[order], first[1:]), strict=True):
        found[one] = faces[there[0]] if len(there) == 1 else shapely.coverage_union_all(faces[there])
    return found


def _one_each(faces: Any, face: Any, owner: Any, land: int) -> tuple[Any, Any]:
    """Faces with their owners; a thin face has one parcel: of several the first, of none a neighbour."""
    thin = 2 * shapely.area(faces) <= THIN_M * shapely.length(faces)
    if not thin.any():
        return face, owner
    of_parcel = owner != land
    one_of = dict(zip(face[of_parcel][::-1].tolist(), owner[of_parcel][::-1].tolist(), strict=True))
    kept = ~(thin[face] & of_parcel)
    rows = np.flatnonzero(thin)
    one, beside = shapely.STRtree(faces).query(faces[rows], predicate="touches")
    shared = shapely.length(shapely.intersection(faces[rows[one]], faces[beside]))
    best: dict[int, tuple[float, int]] = {}
    for at, other, length in zip(rows[one].tolist(), beside.tolist(), shared.tolist(), strict=True):
        if other in one_of and not thin[other]:
            best[at] = max(best.get(at, (0.0, -1)), (length, one_of[other]))
    inside = set(face[owner == land].tolist())
    given = {at: one_of.get(at, best[at][1] if at in best and at in inside else -1) for at in rows.tolist()}
    more = [(at, to) for at, to in given.items() if to >= 0]
    return (
        np.concatenate([face[kept], np.array([at for at, _ in more], dtype=np.intp)]),
        np.concatenate([owner[kept], np.array([to for _, to in more], dtype=np.intp)]),
    )
