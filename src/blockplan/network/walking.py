"""
From the street lines of a plan to a walking network.

Streets with ``walk`` false are left out (unknown counts as walkable); streets with a
``barrier`` are not walked on and may not be crossed on their level. An unknown
``level`` is the ground, 0. Streets that carry node ids in the columns ``u`` and ``v`` on
every walkable row (as splits of OpenStreetMap ways do) are taken as noded: they meet where ids are
equal and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.network import barriers as sides
from blockplan.network import noding
from blockplan.network.graph import Network
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

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
    cuts = sides.barrier_cuts(lines.line, lines.level, fences.line, fences.level)
    lands = np.zeros(2 * len(lines.line), dtype=bool)
    if given is None:
        touching, lands = noding.landings(lines.line, lines.level, tolerance_m)
        cuts = cuts + noding.crossings(lines.line, lines.level) + touching
    pieces = noding.cut(lines.line, cuts, tolerance_m)
    pieces = _those(pieces, shapely.length(pieces.line) > noding.HAIR)
    along = sides.on_barrier(pieces, lines.level[pieces.parent], fences.line, fences.level, tolerance_m)
    pieces = _those(pieces, ~along)
    if not len(pieces.line):
        return _nothing(fences)
    if given is None:
        labels = _met(pieces, lines, lands, tolerance_m)
    else:
        labels = _named(pieces, given[0][lines.row], given[1][lines.row])
    labels = sides.divide(labels, pieces, lines.level[pieces.parent], fences.line, fences.level, tolerance_m)
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
