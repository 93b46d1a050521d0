"""
Whether the parcels tile the boundary: no gap, no overlap, one fault for one cause.

Sums come first: parcels that fit edge to edge, lie inside and add up to the
boundary have no gap, and nothing has to be cut. Only where they do not fit
are pieces localised. A parcel that is somewhere else than it should be (out
of the boundary, over its neighbours, or not to be judged at all) leaves a hole
behind; the hole is put down to that parcel and not reported as a gap as well.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.recall import by_row, once
from blockplan.plan.model.recall_beside import by_neighbours
from blockplan.plan.validity.checked_layers import INTRICATE_FROM, Drawn, Tolerances, named, place_of
from blockplan.plan.validity.open_ground import open_ground

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.plan.validity.checked_layers import Geometries, Mask, Rows
    from blockplan.plan.validity.placement import Placed

#: Two areas are the same ground seen twice if they differ by no more than this share.
SAME_AREA = 0.01
#: Parcels this close to a gap are its neighbours, m.
BESIDE_M = 0.02
SHARED_LINE_M = 0.1
POLYGON = 3

Pair = tuple[int, int, float, Any]


@dataclass
class Tiling:
    """
    What came out of laying the parcels against the boundary.

    Attributes
    ----------
    drawn_over
        Row of a parcel outside the boundary -> rows of the parcels it lies over as well.
    explained
        Row -> areas (m2) by which a reported fault makes the parcel too large or too small.
    gaps
        The gaps found, the ones put down to another fault included.
    """

    faults: list[Fault] = field(default_factory=list)
    drawn_over: dict[int, list[int]] = field(default_factory=dict)
    explained: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    gaps: list[Any] = field(default_factory=list)


def tile(placed: Placed, tolerances: Tolerances) -> Tiling:
    """Lay the parcels against the boundary."""
    result = Tiling()
    parcels = placed.layers.get("parcels")
    if parcels is None:
        return result
    rows = _once(parcels)
    outside = placed.outside.get("parcels", {})
    for row, area in outside.items():
        result.explained[row].append(area)
    geometries = parcels.geometry[rows]
    suspects = _suspects(geometries)
    pairs, slivers, shared = _overlaps(geometries, rows, suspects, tolerances)
    twice = float(shapely.area(shared).sum())
    twice += sum(piece.area for name, _, piece in placed.slivers if name == "parcels")
    slivers += [
        (piece, (row,))
        for name, row, piece in placed.slivers
        if name == "parcels" and piece.area > tolerances.gap_tolerance_m2
    ]
    stars = _stars(pairs, outside, parcels)
    for centre, star in stars:
        result.faults += _overlap_fault(parcels, centre, star, result, outside)
    if placed.boundary is not None:
        twice += sum(outside.values())
        doubtful = np.concatenate([shared, parcels.geometry[list(outside)]])
        fits = not suspects.any()
        ground = _Ground(placed.boundary, parcels, rows, fits, twice, doubtful, outside, stars)
        _gaps(ground, tolerances, result, slivers)
    result.faults += _sliver_fault(parcels, slivers)
    return result


@dataclass(frozen=True)
class _Ground:
    """
    What the search for gaps needs to know.

    `fits` says that all edges match, `twice_m2` how much of the parcels' area
    does not count because it lies outside or over another parcel, and `doubtful` where that is.
    """

    boundary: Any
    parcels: Drawn
    rows: Rows
    fits: bool
    twice_m2: float
    doubtful: Geometries
    outside: dict[int, float]
    stars: list[tuple[int, list[Pair]]]


def _once(parcels: Drawn) -> Rows:
    """Parcels that can be judged; of rows that repeat id and geometry, the first (``pq-id`` reports them)."""
    rows = parcels.rows
    ids = parcels.ids[rows]
    _, first, count = once("each id", partial(np.unique, ids, return_index=True, return_counts=True), ids)
    if (count == 1).all():
        return rows
    kept = np.zeros(len(rows), dtype=bool)
    kept[first] = True
    again = np.isin(ids, ids[first[count > 1]]) & ~kept
    seen = {(ids[at], shapely.to_wkb(parcels.geometry[rows[at]])) for at in first[count > 1]}
    kept[again] = [
        (ids[at], shapely.to_wkb(parcels.geometry[rows[at]])) not in seen for at in np.flatnonzero(again)
    ]
    return rows[kept]


def _suspects(geometries: Geometries) -> Any:
    """Parcels with an edge that does not match their neighbours' edges, vertex by vertex."""
    if len(geometries) < 2:
        return np.zeros(len(geometries), dtype=bool)
    return by_neighbours("suspects", _unmatched, geometries)


def _unmatched(geometries: Geometries) -> Any:
    return ~shapely.is_empty(shapely.coverage_invalid_edges(geometries))


def _overlaps(
    geometries: Geometries, rows: Rows, suspects: Any, tolerances: Tolerances
) -> tuple[list[Pair], list[tuple[Any, tuple[int, ...]]], Geometries]:
    """Pairs of parcels that share ground, with the piece; pieces that are mere slivers; all shared pieces."""
    at = np.flatnonzero(suspects)
    if not len(at):
        return [], [], geometries[:0]
    one, other = shapely.STRtree(geometries).query(geometries[at], predicate="intersects")
    one = at[one]
    # Two suspects meet twice, from either side.
    apart = (one < other) | ~suspects[other]
    pairs = np.sort(np.column_stack((one[apart], other[apart])), axis=1)
    # Those whose boxes share no ground share none.
    one_box, other_box = shapely.bounds(geometries[pairs[:, 0]]), shapely.bounds(geometries[pairs[:, 1]])
    share = np.minimum(one_box, other_box)[:, 2:] > np.maximum(one_box, other_box)[:, :2]
    pairs = pairs[share.all(axis=1)]
    left, right = geometries[pairs[:, 0]], geometries[pairs[:, 1]]
    # Neighbours that merely touch make up nearly all of the pairs; testing is cheaper than cutting.
    touch = shapely.touches(left, right)
    pairs = pairs[~touch]
    pairs = pairs[np.lexsort(pairs.T[::-1])]
    pieces = shapely.intersection(geometries[pairs[:, 0]], geometries[pairs[:, 1]])
    areas = shapely.area(pieces)
    large = areas > tolerances.overlap_tolerance_m2
    found: list[Pair] = []
    slivers: list[tuple[Any, tuple[int, ...]]] = []
    for (i, j), piece in zip(pairs[large], pieces[large], strict=True):
        ends = int(rows[i]), int(rows[j])
        solid, thin = _without_slivers(shapely.get_parts(piece), tolerances.sliver_width_m, 0.0)
        if solid:
            ground = shapely.union_all(solid)
            found.append((*ends, float(ground.area), ground))
        if thin and sum(part.area for part in thin) > tolerances.overlap_tolerance_m2:
            slivers.append((shapely.union_all(thin), ends))
    return found, slivers, pieces[areas > 0]


def _without_slivers(pieces: Iterable[Any], width: float, smallest: float) -> tuple[list[Any], list[Any]]:
    """Pieces in two heaps: ground of some width, and slivers; pieces up to `smallest` m2 are left out."""
    solid: list[Any] = []
    thin: list[Any] = []
    for piece in pieces:
        if shapely.get_type_id(piece) != POLYGON or piece.area <= smallest:
            continue
        mean_width = 2 * piece.area / piece.length
        if shapely.get_num_coordinates(piece) > INTRICATE_FROM or mean_width >= 10 * width:
            (solid if mean_width >= width else thin).append(piece)
            continue
        # A web of slivers may hold a real hole: what is left after taking half a width off all round.
        core = shapely.buffer(piece, -width / 2, quad_segs=2)
        if core.is_empty:
            thin.append(piece)
            continue
        opened = shapely.intersection(shapely.buffer(core, 0.55 * width, join_style="mitre"), piece)
        real = [part for part in shapely.get_parts(opened) if part.area > smallest]
        (solid.extend if real else thin.append)(real or piece)
    return solid, thin


def _stars(pairs: list[Pair], outside: dict[int, float], parcels: Drawn) -> list[tuple[int, list[Pair]]]:
    """
    Overlaps gathered around the parcel that causes them: the one with the most partners, again and again.

    Of a single pair it is the one outside the boundary, else the one whose
    drawn area is farther from its declared area, else the first by id.
    """
    partners: dict[int, dict[int, Pair]] = defaultdict(dict)
    for pair in pairs:
        partners[pair[0]][pair[1]] = pair
        partners[pair[1]][pair[0]] = pair

    def rank(row: int) -> tuple[Any, ...]:
        return (row not in outside, -len(partners[row]), -_misfit(parcels, row), parcels.ids[row], row)

    queue = [rank(row) for row in partners]
    heapq.heapify(queue)
    stars = []
    while queue:
        top = heapq.heappop(queue)
        row = top[-1]
        if not partners[row]:
            continue
        if top != rank(row):
            heapq.heappush(queue, rank(row))
            continue
        star = [pair for _, pair in sorted(partners.pop(row).items())]
        for pair in star:
            partners[pair[1] if pair[0] == row else pair[0]].pop(row, None)
        stars.append((row, star))
    return stars


def _misfit(parcels: Drawn, row: int) -> float:
    declared = float(parcels.numbers("declared_area_m2")[row])
    return 0.0 if np.isnan(declared) else round(abs(float(parcels.geometry[row].area) - declared), 3)


def _overlap_fault(
    parcels: Drawn, centre: int, star: list[Pair], result: Tiling, outside: dict[int, float]
) -> list[Fault]:
    others = [pair[1] if pair[0] == centre else pair[0] for pair in star]
    total = sum(pair[2] for pair in star)
    result.explained[centre] += [total, total + outside.get(centre, 0.0)]
    for other, pair in zip(others, star, strict=True):
        result.explained[other].append(pair[2])
    if centre in outside:
        result.drawn_over[centre] = others
        return []
    largest = max(star, key=lambda pair: pair[2])
    return [
        fault(
            "pq-double",
            "parcels",
            parcels.ids[centre],
            measured=total,
            unit="m2",
            values={"others": named(parcels.ids[others])},
            features=parcels.features([centre, *others]),
            **place_of(largest[3]),
        )
    ]


def _gaps(
    ground: _Ground, tolerances: Tolerances, result: Tiling, slivers: list[tuple[Any, tuple[int, ...]]]
) -> None:
    geometries = ground.parcels.geometry[ground.rows]
    short = float(shapely.area(ground.boundary) - by_row("area", shapely.area, geometries).sum())
    if short + ground.twice_m2 <= tolerances.gap_tolerance_m2:
        return
    open_ = (
        shapely.difference(ground.boundary, shapely.coverage_union_all(geometries))
        if ground.fits
        else open_ground(ground.boundary, geometries, ground.doubtful)
    )
    unjudged = _unjudged(ground.parcels)[0]
    if len(unjudged):
        open_ = shapely.difference(open_, shapely.union_all(unjudged))
    solid, thin = _without_slivers(
        shapely.get_parts(open_), tolerances.sliver_width_m, tolerances.gap_tolerance_m2
    )
    if not solid and not thin:
        return
    tree = shapely.STRtree(geometries)
    beside = [ground.rows[_neighbours(tree, piece)] for piece in (*solid, *thin)]
    slivers += [(piece, tuple(near)) for piece, near in zip(thin, beside[len(solid) :], strict=True)]
    explained = _explained(ground, solid, beside)
    for piece, near, known in zip(solid, beside, explained, strict=False):
        result.gaps.append(piece)
        for row in near:
            result.explained[int(row)].append(piece.area)
        if not known:
            result.faults.append(_gap_fault(ground.parcels, piece, near))


def _neighbours(tree: shapely.STRtree, piece: Any) -> Rows:
    """
    Parcels that have a line in common with a gap, not just a corner; sorted.

    Corners of one that lie on the other tell: along a common line there are
    two or more of them, some way apart.
    """
    near = np.sort(tree.query(piece, "dwithin", BESIDE_M))
    parcels = tree.geometries[near]
    shapely.prepare(piece)
    theirs, of_theirs = shapely.get_coordinates(parcels, return_index=True)
    touches = shapely.dwithin(piece, shapely.points(theirs), BESIDE_M)
    own = shapely.get_coordinates(piece)
    corners = np.asarray(shapely.points(own), dtype=object)
    of_own, which = shapely.STRtree(corners).query(parcels, "dwithin", BESIDE_M)
    at = np.concatenate((theirs[touches], own[which]))
    of = np.concatenate((of_theirs[touches], of_own))
    low, high = np.full((len(near), 2), np.inf), np.full((len(near), 2), -np.inf)
    np.minimum.at(low, of, at)
    np.maximum.at(high, of, at)
    return np.asarray(near[(high - low).max(axis=1, initial=0) > SHARED_LINE_M], dtype=np.intp)


def _gap_fault(parcels: Drawn, piece: Any, near: Rows) -> Fault:
    return fault(
        "pq-cover",
        "parcels",
        None,
        measured=float(piece.area),
        unit="m2",
        case="" if len(near) else "alone",
        values={"neighbours": named(parcels.ids[near])},
        features=parcels.features(near),
        **place_of(piece),
    )


def _explained(ground: _Ground, gaps: list[Any], beside: list[Rows]) -> list[bool]:
    """Which gaps are the hole that a parcel with another fault left behind."""
    areas = np.array([gap.area for gap in gaps])
    known = _lost(ground.parcels, _unjudged(ground.parcels)[1], areas)
    gaps_beside: dict[int, list[int]] = defaultdict(list)
    for at, near in enumerate(beside[: len(gaps)]):
        for row in near:
            gaps_beside[int(row)].append(at)
    moved = defaultdict(float, ground.outside)
    for _, star in ground.stars:
        for first, second, shared, _ in star:
            moved[first] += shared
            moved[second] += shared
    for row, excess in moved.items():
        whole = float(ground.parcels.geometry[row].area)
        touching = np.zeros(len(gaps), dtype=bool)
        touching[gaps_beside[row]] = True
        # Moved a little: the strip it left is beside it, and as large as the strip it covers wrongly.
        if touching.any() and abs(areas[touching].sum() - excess) <= SAME_AREA * excess:
            known |= touching
        elif abs(whole - excess) <= SAME_AREA * whole:
            # Moved away: no part of it lies where it should, and the hole is as large as the parcel.
            same = ~known & (np.abs(areas - whole) <= SAME_AREA * whole)
            known[np.flatnonzero(same)[:1]] = True
    return list(known)


def _unjudged(parcels: Drawn) -> tuple[Geometries, Rows]:
    """Roughly where the parcels lie that cannot be judged, and the rows of those that lie nowhere."""
    rows = np.flatnonzero(~parcels.usable)
    somewhere = np.isfinite(shapely.bounds(parcels.geometry[rows])).all(axis=1)
    hulls = shapely.convex_hull(parcels.geometry[rows[somewhere]])
    return hulls[shapely.area(hulls) > 0], rows[~somewhere]


def _lost(parcels: Drawn, lost: Rows, areas: NDArray[np.float64]) -> Mask:
    """Gaps that belong to a parcel without a place: of its declared area, or else the largest."""
    known = np.zeros(len(areas), dtype=bool)
    declared = parcels.numbers("declared_area_m2")
    for row in lost:
        open_ = np.flatnonzero(~known)
        if not len(open_):
            break
        want = declared[row]
        # Without a declared area nobody can say which hole is its own.
        best = open_[np.argmax(areas[open_]) if np.isnan(want) else np.argmin(np.abs(areas[open_] - want))]
        if np.isnan(want) or abs(areas[best] - want) <= SAME_AREA * want:
            known[best] = True
    return known


def _sliver_fault(parcels: Drawn, slivers: list[tuple[Any, tuple[int, ...]]]) -> list[Fault]:
    if not slivers:
        return []
    total = sum(piece.area for piece, _ in slivers)
    largest = max(slivers, key=lambda sliver: sliver[0].area)[0]
    rows = sorted({int(row) for _, near in slivers for row in near})
    return [
        fault(
            "pq-sliver",
            "parcels",
            None,
            measured=float(total),
            unit="m2",
            values={"n": len(slivers), "parcels": named(parcels.ids[rows])},
            features=parcels.features(rows),
            **place_of(largest),
        )
    ]
