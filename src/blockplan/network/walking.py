"""
From the street lines of a plan to a walking network.

Streets with ``walk`` false are left out (unknown counts as walkable); streets with a
``barrier`` are not walked on and may not be crossed on their level. An unknown
``level`` is the ground, 0. Streets that carry node ids in the columns ``u`` and ``v`` on
every walkable row (as splits of OpenStreetMap ways do) are taken as noded: they meet where ids are
equal and nowhere else.

Lines that walking may not cross: an expressway, a railway fence, a wall.

A barrier acts on its own level only, so a bridge or an underpass (another
``level``) leads across. On its level:

- a street that crosses the barrier is cut there, and its two halves end at
  the barrier as dead ends;
- streets that meet on the barrier's line are joined only with those on the
  same side of it. A node on a barrier is divided into the sectors between the
  barrier's rays there; where a barrier ends there is one ray, hence one
  sector, and one can walk round its end;
- a piece that runs along the barrier's own line is not walked on.

Where street lines meet, they are cut, and the ends of the pieces become nodes:

1. Lines of the same level that cross or touch meet there (a crossing in the
   middle of both, a side street that ends on another street, two ends).
2. An end that misses a line of its level by no more than the tolerance meets
   it all the same: drawings have gaps of centimetres.
3. Lines of different levels pass each other: a bridge does not meet the street below.
4. An end that nothing of its own level continues must land somewhere: it
   meets whatever line of another level it touches. So a bridge joins the
   street it comes down to, but not the one it passes over, even where bridge
   and street were cut at the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.network.graph import Network
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

#: How far along a line (m) its direction at a node is read.
LOOK_M = 1.0


def barrier_cuts(
    lines: NDArray[Any],
    levels: NDArray[np.float64],
    barriers: NDArray[Any],
    barrier_levels: NDArray[np.float64],
) -> Cuts:
    """Where lines meet a barrier of their level."""
    if not len(barriers):
        return Cuts.none()
    barrier, line = shapely.STRtree(lines).query(barriers, predicate="intersects")
    kept = levels[line] == barrier_levels[barrier]
    barrier, line = barrier[kept], line[kept]
    points, pair = shapely.get_coordinates(
        shapely.intersection(lines[line], barriers[barrier]), return_index=True
    )
    return Cuts(line[pair], shapely.line_locate_point(lines[line[pair]], shapely.points(points)))


def on_barrier(
    pieces: LinePieces,
    levels: NDArray[np.float64],
    barriers: NDArray[Any],
    barrier_levels: NDArray[np.float64],
    tolerance_m: float,
) -> NDArray[np.bool_]:
    """Which pieces run along a barrier of their level."""
    found = np.zeros(len(pieces.line), dtype=bool)
    if not len(barriers):
        return found
    middles = shapely.line_interpolate_point(pieces.line, 0.5, normalized=True)
    piece, barrier = shapely.STRtree(barriers).query(middles, predicate="dwithin", distance=HAIR)
    along = shapely.dwithin(
        shapely.line_interpolate_point(pieces.line[piece], 0.25, normalized=True), barriers[barrier], HAIR
    )
    long = shapely.length(pieces.line[piece]) > tolerance_m
    found[piece[along & long & (levels[piece] == barrier_levels[barrier])]] = True
    return found


def divide(
    labels: NDArray[np.intp],
    pieces: LinePieces,
    levels: NDArray[np.float64],
    barriers: NDArray[Any],
    barrier_levels: NDArray[np.float64],
    tolerance_m: float,
) -> NDArray[np.intp]:
    """
    Node numbers after nodes on a barrier are divided by its sides.

    `labels` stand for all starts of the pieces, then for all their ends; so do the numbers given back.
    """
    if not len(barriers):
        return labels
    count = len(pieces.line)
    ends = np.concatenate([shapely.get_point(pieces.line, 0), shapely.get_point(pieces.line, -1)])
    end, barrier = shapely.STRtree(barriers).query(ends, predicate="dwithin", distance=tolerance_m)
    same = levels[end % count] == barrier_levels[barrier]
    rays: dict[int, set[int]] = {}
    for label, number in zip(labels[end[same]].tolist(), barrier[same].tolist(), strict=True):
        rays.setdefault(label, set()).add(number)
    if not rays:
        return labels
    members = _members(labels, rays)
    away = _away(pieces)
    xy = pieces.ends()
    divided = labels.copy()
    following = int(labels.max()) + 1
    for label, numbers in rays.items():
        at = members[label]
        directions = _ray_angles(xy[at[0]], [barriers[number] for number in sorted(numbers)], tolerance_m)
        if len(directions) < 2:
            continue
        angles = np.arctan2(away[at, 1] - xy[at, 1], away[at, 0] - xy[at, 0])
        sector = np.searchsorted(directions, angles) % len(directions)
        divided[at] = following + sector
        following += len(directions)
    return divided


def _members(labels: NDArray[np.intp], wanted: dict[int, set[int]]) -> dict[int, NDArray[np.intp]]:
    order = np.argsort(labels, kind="stable")
    ordered = labels[order]
    keys = np.fromiter(wanted, dtype=np.intp)
    low, high = np.searchsorted(ordered, keys, "left"), np.searchsorted(ordered, keys, "right")
    return {int(key): order[a:b] for key, a, b in zip(keys, low, high, strict=True)}


def _away(pieces: LinePieces) -> NDArray[np.float64]:
    """A point a step into the piece, seen from each start, then from each end."""
    step = np.minimum(shapely.length(pieces.line) / 2, LOOK_M)
    points = [
        shapely.line_interpolate_point(pieces.line, step),
        shapely.line_interpolate_point(pieces.line, -step),
    ]
    return shapely.get_coordinates(np.concatenate(points))


def _ray_angles(xy: NDArray[np.float64], barriers: list[Any], tolerance_m: float) -> NDArray[np.float64]:
    """Directions in which barriers leave a point, sorted; a barrier that ends there leaves in one."""
    point = shapely.Point(xy)
    angles = []
    for barrier in barriers:
        at, length = barrier.project(point), barrier.length
        foot = barrier.interpolate(at)
        closed = barrier.is_closed
        for step in (-LOOK_M, LOOK_M):
            to = at + step
            if closed:
                to %= length
            elif (step < 0 and at <= tolerance_m) or (step > 0 and at >= length - tolerance_m):
                continue
            seen = barrier.interpolate(min(max(to, 0.0), length))
            angles.append(np.arctan2(seen.y - foot.y, seen.x - foot.x))
    return np.unique(np.round(angles, 6))


#: Ends of lines this near to one another (m) are the same place.
TOLERANCE_M = 0.1
#: Word for stairs.
STAIRS = "steps"
#: Words in ``streets.barrier`` that say there is none.
NO_BARRIER = frozenset({"no", "none", "false", "0"})


@dataclass(frozen=True, slots=True, eq=False)
class _WalkLines:
    line: NDArray[Any]
    level: NDArray[np.float64]
    row: NDArray[np.intp]


def walking(streets: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M, *, stairs: bool = True) -> Network:
    """
    The walking network of street lines.

    Parameters
    ----------
    streets
        Layer ``streets`` of a plan: lines in metres; ``walk``, ``barrier``, ``level``, and
        perhaps ``u`` and ``v``. Rows without geometry are left out.
    tolerance_m
        Ends this near to a line or to each other meet.
    stairs
        Whether one walks on stairs: streets whose ``class`` or ``highway`` is ``steps``.

    Returns
    -------
    Network
        Without nodes where nothing is walkable.
    """
    barred = is_barrier(streets)
    walks = streets["walk"].to_numpy(dtype=object, na_value=True).astype(bool) & ~barred
    if not stairs:
        walks &= ~is_stairs(streets)
    given = _given_nodes(streets, walks)
    lines = _lines(streets, walks, split_loops=given is None)
    fences = _lines(streets, barred, split_loops=False)
    if not len(lines.line):
        return _nothing(fences)
    # What follows names lines by their place in `lines`, pieces by their place in `pieces`.
    cuts = barrier_cuts(lines.line, lines.level, fences.line, fences.level)
    lands = np.zeros(2 * len(lines.line), dtype=bool)
    if given is None:
        touching, lands = landings(lines.line, lines.level, tolerance_m)
        cuts = cuts + crossings(lines.line, lines.level) + touching
    pieces = cut(lines.line, cuts, tolerance_m)
    pieces = _those(pieces, shapely.length(pieces.line) > HAIR)
    along = on_barrier(pieces, lines.level[pieces.parent], fences.line, fences.level, tolerance_m)
    pieces = _those(pieces, ~along)
    if not len(pieces.line):
        return _nothing(fences)
    if given is None:
        labels = _met(pieces, lines, lands, tolerance_m)
    else:
        labels = _named(pieces, given[0][lines.row], given[1][lines.row])
    labels = divide(labels, pieces, lines.level[pieces.parent], fences.line, fences.level, tolerance_m)
    streets_of = streets.index.to_numpy(dtype=object)[lines.row[pieces.parent]]
    return _network(pieces, labels, streets_of, fences, tolerance_m)


def is_barrier(streets: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which streets may not be crossed on their level: those whose ``barrier`` says anything but no."""
    words = streets["barrier"].to_numpy(dtype=object)
    return np.array([isinstance(word, str) and word.lower() not in NO_BARRIER for word in words], dtype=bool)


def is_stairs(streets: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which streets are stairs, by the plan's ``class`` or OpenStreetMap's ``highway``."""
    found = np.zeros(len(streets), dtype=bool)
    for column in {"class", "highway"} & set(streets.columns):
        found |= (streets[column] == STAIRS).to_numpy(dtype=bool, na_value=False)
    return found


def _lines(streets: gpd.GeoDataFrame, rows: NDArray[np.bool_], *, split_loops: bool) -> _WalkLines:
    """The single lines of some rows; a line that crosses itself is cut at the crossing."""
    shapes = np.asarray(streets.geometry.to_numpy(), dtype=object)
    kept = np.flatnonzero(rows & (shapely.get_dimensions(shapes) == 1) & ~shapely.is_empty(shapes))
    shapes = shapely.force_2d(shapes[kept])
    if split_loops:
        loops = ~shapely.is_simple(shapes)
        shapes[loops] = [shapely.node(shape) for shape in shapes[loops]]
    parts, at = shapely.get_parts(shapes, return_index=True)
    row = kept[at]
    level = np.nan_to_num(streets["level"].to_numpy(dtype="float64"), nan=0.0)[row]
    length = shapely.length(parts)
    real = (length > HAIR) & (length <= LONGEST_M)
    return _WalkLines(parts[real], level[real], row[real])


def _given_nodes(
    streets: gpd.GeoDataFrame, rows: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Node numbers at start and end of each row, where the data say so for every row that counts."""
    if not {"u", "v"} <= set(streets.columns) or not rows.any():
        return None
    both = pd.concat([streets["u"], streets["v"]], ignore_index=True)
    numbers = pd.factorize(both.astype("object"), use_na_sentinel=True)[0]
    u, v = numbers[: len(streets)], numbers[len(streets) :]
    single = shapely.get_num_geometries(np.asarray(streets.geometry.to_numpy(), dtype=object)) == 1
    if (((u < 0) | (v < 0) | ~single) & rows).any():
        return None
    return u.astype(np.intp), v.astype(np.intp)


def _those(pieces: LinePieces, kept: NDArray[np.bool_]) -> LinePieces:
    return LinePieces(pieces.line[kept], pieces.parent[kept], pieces.start_cut[kept], pieces.end_cut[kept])


def _met(
    pieces: LinePieces, lines: _WalkLines, lands: NDArray[np.bool_], tolerance_m: float
) -> NDArray[np.intp]:
    """Node numbers from where the ends lie."""
    count = len(lines.line)
    level = np.tile(lines.level[pieces.parent], 2)
    at_line_end = np.concatenate([pieces.start_cut < 0, pieces.end_cut < 0])
    of_line_end = np.concatenate([pieces.parent, pieces.parent + count])
    return meet(pieces.ends(), level, at_line_end & lands[of_line_end], tolerance_m)


def _named(pieces: LinePieces, u: NDArray[np.intp], v: NDArray[np.intp]) -> NDArray[np.intp]:
    """Node numbers from the ids in the data; a cut (by a barrier) is a node of its own."""
    following = int(max(u.max(), v.max())) + 1
    starts = np.where(pieces.start_cut < 0, u[pieces.parent], following + pieces.start_cut)
    ends = np.where(pieces.end_cut < 0, v[pieces.parent], following + pieces.end_cut)
    return np.concatenate([starts, ends]).astype(np.intp)


def _network(
    pieces: LinePieces,
    labels: NDArray[np.intp],
    streets_of: NDArray[Any],
    fences: _WalkLines,
    tolerance_m: float,
) -> Network:
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    count = len(pieces.line)
    start, end = number[:count].astype(np.int32), number[count:].astype(np.int32)
    length = shapely.length(pieces.line)
    # A stub between two cuts that are one place is no edge.
    real = (start != end) | (length > 2 * tolerance_m)
    length_cm = np.maximum(np.rint(length * CM_PER_M), 1).astype(np.int32)
    return Network(
        pieces.ends()[first],
        start[real],
        end[real],
        length_cm[real],
        pieces.line[real],
        streets_of[real],
        fences.line[fences.level == 0],
    )


def _nothing(fences: _WalkLines) -> Network:
    none = np.empty(0, dtype=np.int32)
    nothing = np.empty(0, dtype=object)
    return Network(np.empty((0, 2)), none, none, none, nothing, nothing, fences.line[fences.level == 0])


#: A cut this near to an end of its line (m) is that end.
HAIR = 1e-6
#: A longer line was mistyped, and is none: fields of distances along it would fill the memory of the machine.
LONGEST_M = 1_000_000.0


@dataclass(frozen=True, slots=True, eq=False)
class LinePieces:
    """Lines cut in pieces: geometry, number of the line each is from, the cuts at its ends (-1 for none)."""

    line: NDArray[Any]
    parent: NDArray[np.intp]
    start_cut: NDArray[np.intp]
    end_cut: NDArray[np.intp]

    def ends(self) -> NDArray[np.float64]:
        """Coordinates of all starts, then of all ends."""
        points = np.concatenate([shapely.get_point(self.line, 0), shapely.get_point(self.line, -1)])
        return shapely.get_coordinates(points)


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Places to cut at: number of the line, metres along it."""

    line: NDArray[np.intp]
    at: NDArray[np.float64]

    @staticmethod
    def none() -> Cuts:
        """No place at all."""
        return Cuts(np.empty(0, dtype=np.intp), np.empty(0))

    def __add__(self, other: Cuts) -> Cuts:
        return Cuts(np.concatenate([self.line, other.line]), np.concatenate([self.at, other.at]))


def crossings(lines: NDArray[Any], levels: NDArray[np.float64]) -> Cuts:
    """Where lines of the same level cross, touch or run together (rule 1)."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    kept = (one < other) & (levels[one] == levels[other])
    one, other = one[kept], other[kept]
    shared = shapely.intersection(lines[one], lines[other])
    points, pair = shapely.get_coordinates(shared, return_index=True)
    spots = shapely.points(points)
    return Cuts(one[pair], shapely.line_locate_point(lines[one[pair]], spots)) + Cuts(
        other[pair], shapely.line_locate_point(lines[other[pair]], spots)
    )


def landings(
    lines: NDArray[Any], levels: NDArray[np.float64], tolerance_m: float
) -> tuple[Cuts, NDArray[np.bool_]]:
    """
    Where ends meet the middle of other lines (rules 2 and 4), and which ends land on another level.

    The second result stands for all starts, then for all ends.
    """
    numbers = np.arange(len(lines))
    owner = np.concatenate([numbers, numbers])
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    end, line = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=tolerance_m)
    foreign = line != owner[end]
    end, line = end[foreign], line[foreign]
    level_with = levels[owner[end]] == levels[line]
    continued = np.zeros(len(ends), dtype=bool)
    continued[end[level_with]] = True
    # A ring continues in itself.
    continued |= np.tile(shapely.is_closed(lines), 2)
    kept = level_with | ~continued[end]
    end, line = end[kept], line[kept]
    return Cuts(line, shapely.line_locate_point(lines[line], ends[end])), ~continued


def cut(lines: NDArray[Any], cuts: Cuts, tolerance_m: float) -> LinePieces:
    """
    Cut lines at the given places.

    A place within the tolerance of an end of its line, or of the place
    before it, is left out: the ends there are merged anyway.
    """
    cuts = _apart(cuts, shapely.length(lines), tolerance_m)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    first = np.ones(len(line), dtype=bool)
    first[1:] = line[1:] != line[:-1]
    steps[first] = 0.0
    along = np.cumsum(steps)
    along -= along[np.flatnonzero(first)][np.cumsum(first) - 1]
    cut_xy = shapely.get_coordinates(shapely.line_interpolate_point(lines[cuts.line], cuts.at))
    number = np.arange(len(cuts.at))
    # Each cut stands twice: as the last point of one piece and as the first point of the next.
    every_line = np.concatenate([line, cuts.line, cuts.line])
    every_along = np.concatenate([along, cuts.at, cuts.at])
    every_xy = np.concatenate([xy, cut_xy, cut_xy])
    every_cut = np.concatenate([np.full(len(line), -1), number, number])
    begins = np.concatenate([first, np.zeros(len(number), dtype=bool), np.ones(len(number), dtype=bool)])
    second = np.concatenate([np.zeros(len(line) + len(number)), np.ones(len(number))])
    order = np.lexsort((second, every_along, every_line))
    piece = np.cumsum(begins[order]) - 1
    starts = np.flatnonzero(begins[order])
    ends = np.append(starts[1:], len(order)) - 1
    ordered_cut = every_cut[order]
    return LinePieces(
        np.asarray(shapely.linestrings(every_xy[order], indices=piece), dtype=object),
        every_line[order][starts].astype(np.intp),
        ordered_cut[starts],
        ordered_cut[ends],
    )


def meet(
    xy: NDArray[np.float64], levels: NDArray[np.float64], lands: NDArray[np.bool_], tolerance_m: float
) -> NDArray[np.intp]:
    """
    Number of the node that each end belongs to.

    Ends within the tolerance are one node if they are on the same level or
    if one of them lands there.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 (heavy, and not every use needs it)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from scipy.spatial import cKDTree  # noqa: PLC0415

    pairs = cKDTree(xy).query_pairs(tolerance_m + HAIR, output_type="ndarray")
    one, other = pairs[:, 0], pairs[:, 1]
    kept = (levels[one] == levels[other]) | lands[one] | lands[other]
    graph = coo_array((np.ones(kept.sum()), (one[kept], other[kept])), shape=(len(xy), len(xy)))
    labels: NDArray[np.intp] = connected_components(graph, directed=False)[1].astype(np.intp)
    return labels


def _apart(cuts: Cuts, lengths: NDArray[np.float64], tolerance_m: float) -> Cuts:
    inside = (cuts.at > tolerance_m) & (cuts.at < lengths[cuts.line] - tolerance_m)
    line, at = cuts.line[inside], cuts.at[inside]
    order = np.lexsort((at, line))
    line, at = line[order], at[order]
    fresh = np.ones(len(at), dtype=bool)
    fresh[1:] = (line[1:] != line[:-1]) | (at[1:] - at[:-1] > tolerance_m)
    return Cuts(line[fresh], at[fresh])
