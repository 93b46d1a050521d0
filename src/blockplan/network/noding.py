"""
Where street lines meet: lines are cut there, and the ends of the pieces become nodes.

Four rules, in this order:

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
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A cut this near to an end of its line (m) is that end.
HAIR = 1e-6


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
