"""
Where the centroid of a legal parcel can lie, and which homes are near then: the candidates of the bound.

Of all parts of a block with at least the area A, the one whose centroid lies furthest in a direction is the
cap of area A on that side. So the centroid of a parcel lies in the intersection of half planes through the
centroids of such caps: the body of the block for A. Fewer directions make it larger, never smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from blockplan.exchange.community import NEAR_M
from blockplan.propose.layout.problem.case import HOME
from blockplan.propose.layout.score.score import centres
from blockplan.propose.layout.search.frame import clip

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Polygon

    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.stopping import Clock

DIRECTIONS = 24
#: Halvings until a cap has its area to a billionth of the block.
HALVINGS = 40
#: Polygons stand for circles here, so they are drawn so much larger, in m, that they hold them.
SLACK_M = 0.7
SEGMENTS = 16


@dataclass(frozen=True, slots=True, eq=False)
class ServiceSpots:
    """
    Candidate places of one service, and who is near.

    Attributes
    ----------
    block
        Candidate -> vacant block.
    homes, blocks
        Candidate x home that stays, and candidate x vacant block: whether a home (there) can be near.
    covered, block_covered
        Homes, and homes in vacant blocks, that services which stay can be near to.
    room, fits
        Vacant block -> new homes, and parcels of the service, that its area holds.
    place, points
        Parcels of the service that have to be placed, and of all in the end.
    far_m2
        Vacant block -> squared distance of its farthest corner from the middle of the vacant land.
    there_m2
        Sum of the squared distances of the parcels that stay.
    """

    block: NDArray[np.intp]
    homes: NDArray[np.bool_]
    blocks: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    block_covered: NDArray[np.bool_]
    room: NDArray[np.float64]
    fits: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    place: int
    points: int
    far_m2: NDArray[np.float64]
    there_m2: float


def body(block: Polygon, area_m2: float) -> Polygon | None:
    """
    Where the centroid of a part of at least this area can lie; None where the block is smaller.

    Examples
    --------
    The whole block leaves one point, half a square the inner half of it:

    >>> round(body(shapely.box(0, 0, 2, 2), 2.0).bounds[0], 3)
    0.5
    """
    if block.area < area_m2 * (1 - 1e-9) or block.area <= 0:
        return None
    found = block.convex_hull
    for turn in 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS:
        turned = shapely.affinity.rotate(block, -turn, origin=(0, 0), use_radians=True)
        left, bottom, right, top = turned.bounds
        low, high = left, right
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            cap = clip(turned, left - 1, bottom - 1, middle, top + 1)
            low, high = (middle, high) if cap.area < area_m2 else (low, middle)
        cap = clip(turned, left - 1, bottom - 1, high, top + 1)
        # A hair to the outside, so that rounding never cuts a place off.
        least = cap.centroid.x - 1e-6
        kept = shapely.box(least, bottom - 1, max(right, least) + 1, top + 1)
        found = found.intersection(shapely.affinity.rotate(kept, turn, origin=(0, 0), use_radians=True))
    return cast("Polygon", found)


def spots_of(
    case: Case,
    types: tuple[str, ...],
    *,
    near_m: float = NEAR_M,
    wide: bool = False,
    clock: Clock | None = None,
) -> ServiceSpots:
    """
    The candidates of a service: in each block, every set of homes that one place can be near to.

    Parameters
    ----------
    near_m
        When a home is near, in m.
    wide
        Leave out blocks that are narrower than the least edge of what would stand there.
    clock
        When time is over, a place in a block may be near to everything that the block's hull may be near to.
    """
    homes = centres(case.stays[case.stays_types == HOME])
    placed = [name for name in types if case.missing.get(name)]
    reach = near_m + SLACK_M
    discs = [shapely.Point(one).buffer(reach, quad_segs=SEGMENTS) for one in homes]
    grounds = _bodies(case, (HOME,), wide=wide, clock=clock)
    rings = [None if one is None else one.buffer(reach, quad_segs=SEGMENTS) for one in grounds]
    stays = centres(case.stays[np.isin(case.stays_types, types)])
    there = np.array([shapely.Point(one) for one in stays], dtype=object)
    rows = [
        (number, signature)
        for number, here in enumerate(_bodies(case, tuple(placed), wide=wide, clock=clock))
        if here is not None
        for signature in _faces(here, [*discs, *rings], clock)
    ]
    signs = np.array([sign for _, sign in rows], dtype=bool).reshape(len(rows), len(discs) + len(rings))
    area = shapely.area(case.vacant)
    least = min((case.objectives.min_area_m2.get(name, 1.0) for name in placed), default=np.inf)
    middle = shapely.centroid(shapely.union_all(case.vacant))
    place = sum(case.missing[name] for name in placed)
    return ServiceSpots(
        np.array([number for number, _ in rows], dtype=np.intp),
        signs[:, : len(discs)],
        signs[:, len(discs) :],
        np.array([_any_in(one, there) for one in discs], dtype=np.bool_),
        np.array([_any_in(one, there) for one in rings], dtype=np.bool_),
        np.floor(area / case.objectives.min_area_m2.get(HOME, np.inf) + 1e-9),
        np.floor(area / least + 1e-9),
        area,
        place,
        place + len(stays),
        shapely.hausdorff_distance(shapely.convex_hull(case.vacant), middle) ** 2,
        float(((stays - middle.coords[0]) ** 2).sum()),
    )


def _any_in(region: Polygon | None, points: NDArray[np.object_]) -> bool:
    return region is not None and bool(shapely.intersects(region, points).any())


def _bodies(
    case: Case, types: tuple[str, ...], *, wide: bool, clock: Clock | None = None
) -> list[Polygon | None]:
    """The body of each vacant block for the smallest of these types; None where none fits."""
    limits = case.objectives
    known = [name for name in types if name in limits.min_area_m2]
    if not known:
        return [None] * case.vacant.size
    least = min(limits.min_area_m2[name] for name in known)
    edge = min(limits.min_edge_m.get(name, 0.0) for name in known) if wide else 0.0
    found: list[Polygon | None] = []
    for block in case.vacant:
        late = clock is not None and clock.over()
        here = _hull(block, least) if late else body(block, least)
        found.append(here if width(block) >= edge - 1e-6 else None)
    return found


def _hull(block: Polygon, area_m2: float) -> Polygon | None:
    """A body that is looser: all of the block's hull."""
    return (
        None if block.area < area_m2 * (1 - 1e-9) or block.area <= 0 else cast("Polygon", block.convex_hull)
    )


def width(block: Polygon) -> float:
    """Least distance in m of two parallel lines that hold a block; one lies along a side of its hull."""
    corners = shapely.get_coordinates(block.convex_hull)
    sides = np.diff(corners, axis=0)
    normals = np.column_stack([-sides[:, 1], sides[:, 0]]) / np.hypot(sides[:, 0], sides[:, 1])[:, None]
    return float(np.ptp(corners @ normals.T, axis=0).min())


def _faces(
    here: Polygon, regions: list[Polygon | None], clock: Clock | None = None
) -> list[NDArray[np.bool_]]:
    """The sets of regions that a place in a body can lie in; those that another set holds are left out."""
    if here.is_empty:
        return []
    if clock is not None and clock.over():
        # One place that lies in all of them together is better than any.
        return [np.array([one is not None and bool(one.intersects(here)) for one in regions], dtype=np.bool_)]
    crossing = [one.boundary.intersection(here) for one in regions if one is not None]
    lines = [one for one in crossing if not one.is_empty]
    outline = here.boundary if here.geom_type == "Polygon" else here
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([outline, *lines], grid_size=1e-6)]))
    inside = shapely.point_on_surface(faces) if faces.size else np.array([here.representative_point()])
    signs = np.zeros((inside.size, len(regions)), bool)
    for at, one in enumerate(regions):
        if one is not None:
            signs[:, at] = shapely.intersects(one, inside)
    signs = np.unique(signs, axis=0)
    order = np.argsort(-signs.sum(axis=1), kind="stable")
    kept: list[NDArray[np.bool_]] = []
    for sign in signs[order]:
        if not any((sign <= other).all() for other in kept):
            kept.append(sign)
    return kept
