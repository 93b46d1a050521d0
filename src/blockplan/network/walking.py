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
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.network import noding
from blockplan.network.graph import Network
from blockplan.network.noding import HAIR, Cuts
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from blockplan.network.noding import LinePieces


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
        touching, lands = noding.landings(lines.line, lines.level, tolerance_m)
        cuts = cuts + noding.crossings(lines.line, lines.level) + touching
    pieces = noding.cut(lines.line, cuts, tolerance_m)
    pieces = _those(pieces, shapely.length(pieces.line) > noding.HAIR)
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
    long = shapely.length(parts) > noding.HAIR
    return _WalkLines(parts[long], level[long], row[long])


def _given_nodes(
    streets: gpd.GeoDataFrame, rows: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Node numbers at start and end of each row, where the data say so for every row that counts."""
    if not {"u", "v"} <= set(streets.columns) or not rows.any():
        return None
    import pandas as pd  # noqa: PLC0415 (heavy, and a graph from a table of edges needs none)

    both = pd.concat([streets["u"], streets["v"]], ignore_index=True)
    numbers = pd.factorize(both.astype("object"), use_na_sentinel=True)[0]
    u, v = numbers[: len(streets)], numbers[len(streets) :]
    single = shapely.get_num_geometries(np.asarray(streets.geometry.to_numpy(), dtype=object)) == 1
    if (((u < 0) | (v < 0) | ~single) & rows).any():
        return None
    return u.astype(np.intp), v.astype(np.intp)


def _those(pieces: noding.LinePieces, kept: NDArray[np.bool_]) -> noding.LinePieces:
    return noding.LinePieces(
        pieces.line[kept], pieces.parent[kept], pieces.start_cut[kept], pieces.end_cut[kept]
    )


def _met(
    pieces: noding.LinePieces, lines: _WalkLines, lands: NDArray[np.bool_], tolerance_m: float
) -> NDArray[np.intp]:
    """Node numbers from where the ends lie."""
    count = len(lines.line)
    level = np.tile(lines.level[pieces.parent], 2)
    at_line_end = np.concatenate([pieces.start_cut < 0, pieces.end_cut < 0])
    of_line_end = np.concatenate([pieces.parent, pieces.parent + count])
    return noding.meet(pieces.ends(), level, at_line_end & lands[of_line_end], tolerance_m)


def _named(pieces: noding.LinePieces, u: NDArray[np.intp], v: NDArray[np.intp]) -> NDArray[np.intp]:
    """Node numbers from the ids in the data; a cut (by a barrier) is a node of its own."""
    following = int(max(u.max(), v.max())) + 1
    starts = np.where(pieces.start_cut < 0, u[pieces.parent], following + pieces.start_cut)
    ends = np.where(pieces.end_cut < 0, v[pieces.parent], following + pieces.end_cut)
    return np.concatenate([starts, ends]).astype(np.intp)


def _network(
    pieces: noding.LinePieces,
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
