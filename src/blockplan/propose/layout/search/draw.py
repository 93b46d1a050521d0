"""
A layout as a plan: parcels with the ids of their blocks, lines between them, and corners.

Every corner that parcels share has the same coordinates in all of them. A block that stays whole keeps its
id; a line that a corner splits is replaced by its parts, as in the benchmark.

Join small green that lies side by side, so that no line is drawn that nobody needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

from blockplan.exchange.community import Community
from blockplan.propose.layout.problem.case import HOME
from blockplan.propose.layout.search.frame import clip
from blockplan.propose.layout.search.state import (
    AXIS,
    COUNT,
    CUT,
    GREEN,
    KIND,
    LEVEL,
    MANY_ROWS,
    ROW_CUTS,
    ROW_KINDS,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Polygon

    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.search.land import Field
    from blockplan.propose.layout.search.state import Layout, LayoutLand


def tidied(land: LayoutLand, layout: Layout) -> Layout:
    """
    The layout with green joined along rows, and across rows that are green from end to end.

    Green has no largest size, and joining loses none of it: the score cannot fall.
    """
    from blockplan.propose.layout.search.anneal_kernels import join, settle  # noqa: PLC0415 (numba is heavy)

    done = layout._replace(blocks=layout.blocks.copy())
    for number, block in enumerate(done.blocks[:-2]):
        for q in range(block[MANY_ROWS]):
            kinds = KIND + q * ROW_KINDS
            for c in range(int(block[COUNT + q]) - 2, -1, -1):
                if block[kinds + c] == block[kinds + c + 1] == GREEN:
                    join(done, number, q, c)
        for q in range(int(block[MANY_ROWS]) - 2, -1, -1):
            _join_rows(land, block, number, q)
        settle(land, done, number, number)
    return done


def _join_rows(land: LayoutLand, block: NDArray[np.int64], number: int, q: int) -> None:
    """Make row q of a block and the next one, where both are one green."""
    for row in (q, q + 1):
        if block[COUNT + row] != 1 or block[KIND + row * ROW_KINDS] != GREEN:
            return
    both = land.row_of[number, block[AXIS], block[LEVEL + q], block[LEVEL + q + 2]]
    if both < 0:
        return
    last = int(block[MANY_ROWS]) - 1
    block[CUT + q * ROW_CUTS + 1] = land.rows[both, 1]
    for row in range(q + 1, last):
        block[COUNT + row] = block[COUNT + row + 1]
        for first, wide in ((CUT, ROW_CUTS), (KIND, ROW_KINDS)):
            here, there = first + row * wide, first + (row + 1) * wide
            block[here : here + wide] = block[there : there + wide]
    for row in range(q + 1, last + 1):
        block[LEVEL + row] = block[LEVEL + row + 1]
    block[MANY_ROWS] = last


#: Points nearer than this, in m, are the same corner.
SAME_M = 1e-3
#: Lines are noded on a grid of this, in m.
GRID_M = 1e-4
#: Kind of line that roads and built lines are.
LINES = ("road", "boundary")


class Parcel(NamedTuple):
    """A parcel: number of its vacant part, type, and polygon in m."""

    part: int
    kind: str
    polygon: Polygon


class LayoutLines(NamedTuple):
    """
    All lines of a finished plan.

    Attributes
    ----------
    shapes
        LineStrings between corners.
    ids
        Id of the line that stays as it is; -1 for a new one.
    kinds
        ``road`` or ``boundary``.
    inner
        Whether a line was no line before: an edge between parcels.
    """

    shapes: NDArray[np.object_]
    ids: NDArray[np.int64]
    kinds: NDArray[np.object_]
    inner: NDArray[np.bool_]


def parcels_of(field: Field, layout: Layout) -> list[Parcel]:
    """The parcels of a layout, block by block."""
    found = []
    for part, frames in enumerate(field.frames):
        row = layout.blocks[part]
        axis = int(row[AXIS])
        frame, order = frames[axis // 2], slice(None, None, -1 if axis % 2 else 1)
        ends = np.asarray(field.polygons[part].exterior.coords)[:-1]
        own = cKDTree(frame.local(ends)[:, order])
        for q in range(row[MANY_ROWS]):
            key = (part, axis, int(row[LEVEL + q]), int(row[LEVEL + q + 1]))
            heights = field.levels[part, axis][[key[2], key[3]]]
            cuts = field.stations[key][row[CUT + q * ROW_CUTS :][: row[COUNT + q] + 1]]
            for c in range(row[COUNT + q]):
                piece = _clipped(field.local[part][axis], cuts[c : c + 2], heights)
                # What lies on a corner of the block gets the very coordinates that were given.
                near, which = own.query(piece)
                world = frame.world(piece[:, order])
                world[near < SAME_M] = ends[which[near < SAME_M]]
                kind = field.drawn[row[KIND + q * ROW_KINDS + c]]
                found.append(Parcel(part, kind, shapely.Polygon(_once(world))))
    return found


def _once(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners of an outline without those that were drawn to the one before them."""
    return np.asarray(corners[np.abs(corners - np.roll(corners, 1, axis=0)).max(axis=1) > 0])


def _clipped(block: Polygon, u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners of the part of a block between two stations and two levels."""
    left, bottom, right, top = block.bounds
    part = clip(
        block,
        u[0] if u[0] > left else left - 1,
        v[0] if v[0] > bottom else bottom - 1,
        u[1] if u[1] < right else right + 1,
        v[1] if v[1] < top else top + 1,
    )
    whole = max(shapely.get_parts(part), key=lambda one: one.area)
    return np.asarray(whole.exterior.coords)[:-1]


def finished(case: Case, field: Field, parcels: list[Parcel], edges: LayoutLines | None = None) -> Community:
    """
    The finished plan: what stays, the parcels, all lines and corners.

    Parameters
    ----------
    edges
        Lines of the plan; where None, every edge between parcels is a road.
    """
    initial = case.initial
    edges = edges_of(case, parcels) if edges is None else edges
    stays = (initial.kinds == "block") & ~np.isin(initial.ids, case.vacant_ids)
    stays |= initial.kinds == "junction"
    corners = _new_corners(initial, edges)
    number = int(initial.ids.max()) + 1
    ids, origins = _parcel_ids(case, field, parcels, number)
    number += len(parcels)
    line_ids = np.where(edges.ids < 0, number + np.arange(edges.ids.size), edges.ids)
    number += edges.ids.size
    return Community(
        np.concatenate([initial.ids[stays], ids, line_ids, number + np.arange(corners.size)]),
        _joined(
            initial.kinds[stays],
            ["block"] * len(parcels),
            ["line"] * line_ids.size,
            ["junction"] * corners.size,
        ),
        _joined(
            initial.types[stays], [one.kind for one in parcels], edges.kinds, ["junction"] * corners.size
        ),
        _joined(
            initial.origins[stays],
            origins,
            np.where(edges.ids < 0, "planned", "initial"),
            ["planned"] * corners.size,
        ),
        _joined(initial.shapes[stays], [one.polygon for one in parcels], edges.shapes, corners),
        initial.about,
        None if initial.weights is None else _weighed(case, stays, parcels, line_ids.size + corners.size),
    )


def _weighed(case: Case, stays: NDArray[np.bool_], parcels: list[Parcel], others: int) -> NDArray[np.float64]:
    """What the features of a finished plan count as homes."""
    given = np.zeros(0) if case.initial.weights is None else case.initial.weights[stays]
    new = [(case.weight_m2 or 0.0) * one.polygon.area * (one.kind == HOME) for one in parcels]
    return np.concatenate([given, new, np.zeros(others)])


def _joined(*parts: object) -> NDArray[np.object_]:
    out: list[object] = []
    for part in parts:
        out.extend(part)  # type: ignore[arg-type]  # lists and arrays of words or shapes
    made = np.empty(len(out), dtype=object)
    made[:] = out
    return made


def _parcel_ids(
    case: Case, field: Field, parcels: list[Parcel], number: int
) -> tuple[NDArray[np.int64], list[str]]:
    """A block that stays whole keeps its id; other parcels get new ones."""
    whole = {
        shapely.normalize(block): int(one) for block, one in zip(case.vacant, case.vacant_ids, strict=True)
    }
    ids, origins = np.arange(number, number + len(parcels)), []
    for at, parcel in enumerate(parcels):
        block = field.polygons[parcel.part]
        same = abs(parcel.polygon.area - block.area) < 1e-6 * block.area
        kept = whole.get(shapely.normalize(block)) if same else None
        origins.append("planned" if kept is None else "initial")
        ids[at] = ids[at] if kept is None else kept
    return ids, origins


def lines_of(case: Case) -> LayoutLines:
    """The lines that are there, and no new ones."""
    chosen = case.initial.kinds == "line"
    return LayoutLines(
        case.initial.shapes[chosen],
        case.initial.ids[chosen],
        case.initial.types[chosen],
        np.zeros(int(chosen.sum()), dtype=bool),
    )


def edges_of(case: Case, parcels: list[Parcel]) -> LayoutLines:
    """All lines of a finished plan; every edge between parcels is a road."""
    initial = case.initial
    is_line = initial.kinds == "line"
    old = initial.shapes[is_line]
    outlines = [one.polygon.exterior for one in parcels]
    noded = shapely.union_all(np.array([*old, *outlines], dtype=object), grid_size=GRID_M)
    parts = shapely.get_parts(noded)
    tree = shapely.STRtree(old)
    middle = shapely.line_interpolate_point(parts, 0.5, normalized=True)
    near, under = tree.query(middle, predicate="dwithin", distance=2 * GRID_M)
    line_of = np.full(parts.size, -1)
    line_of[near] = under
    return _labelled(case, parts, line_of, np.flatnonzero(is_line))


def _labelled(
    case: Case, parts: NDArray[np.object_], line_of: NDArray[np.intp], lines: NDArray[np.intp]
) -> LayoutLines:
    initial = case.initial
    shapes: list[object] = []
    ids, kinds, inner = [], [], []
    for at, row in enumerate(lines):
        own = np.flatnonzero(line_of == at)
        if own.size <= 1:
            shapes.append(initial.shapes[row])
            ids.append(int(initial.ids[row]))
        else:
            shapes.extend(parts[own])
            ids.extend([-1] * own.size)
        kinds.extend([initial.types[row]] * max(own.size, 1))
        inner.extend([False] * max(own.size, 1))
    new = parts[line_of < 0]
    shapes.extend(new)
    ids.extend([-1] * new.size)
    kinds.extend(["road"] * new.size)
    inner.extend([True] * new.size)
    snapped = _snapped(case, np.array(shapes, dtype=object))
    return LayoutLines(snapped, np.array(ids), np.array(kinds, dtype=object), np.array(inner))


def _snapped(case: Case, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Ends on the grid get the exact place of the corner that was given, so that lines meet."""
    given = shapely.get_coordinates(case.initial.shapes)
    tree = cKDTree(given)
    places = shapely.get_coordinates(shapes)
    near, which = tree.query(places)
    places[near < SAME_M] = given[which[near < SAME_M]]
    return shapely.set_coordinates(shapes, places)


def _new_corners(initial: Community, edges: LayoutLines) -> NDArray[np.object_]:
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(edges.shapes, at)) for at in (0, -1)])
    ends = np.unique(np.round(ends, 6), axis=0)
    there = shapely.get_coordinates(initial.shapes[initial.kinds == "junction"])
    if there.size:
        near, _ = cKDTree(there).query(ends)
        ends = ends[near > SAME_M]
    return np.asarray(shapely.points(ends), dtype=object).reshape(-1)
