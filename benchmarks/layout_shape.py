"""The shape of new parcels in figures that anybody can check from the features of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.exchange.community import VACANT
from blockplan.jsontext import JsonRecord
from blockplan.propose.layout.score.legal import fronts_m, new_blocks
from blockplan.propose.layout.search.land import RECTANGLE
from blockplan.propose.parts.cutting import FRONT_M, SLIVER_M, SLIVER_M2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.exchange.community import Community

#: A parcel that fills less than so much of its convex hull has a dog-leg (1).
STRAIGHT = 0.98
#: Corners nearer than this, in m, are the same; sides that turn by less than so many degrees are one.
SAME_M, ONE_SIDE_DEG = 0.01, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes(JsonRecord):
    """
    Shape of the new parcels of a plan; None where there are none.

    Attributes
    ----------
    rectangles
        Share of parcels that fill at least `RECTANGLE` of their smallest rotated rectangle (1).
    straight
        Share of parcels that have no dog-leg: they fill at least `STRAIGHT` of their convex hull (1).
    least_angle_deg
        Smallest inner angle of any parcel.
    least_cut_angle_deg
        The same over corners that no vacant block had before; None where there are none.
    fronted
        Share of parcels that lie at a road, old or new, for at least `FRONT_M` (1).
    slivers
        Number of parcels that no circle of `SLIVER_M` fits into, or of less than `SLIVER_M2`.
    lines_m
        Length of the edges between parcels.
    """

    rectangles: float | None
    straight: float | None
    least_angle_deg: float | None
    least_cut_angle_deg: float | None
    fronted: float | None
    slivers: int
    lines_m: float


def shapes_of(plan: Community, initial: Community) -> Shapes:
    """The shape of what a plan draws into the vacant blocks of a community."""
    new = new_blocks(plan, initial) & (plan.types != VACANT)
    parcels = plan.shapes[new]
    if not parcels.size:
        return Shapes(
            rectangles=None,
            straight=None,
            least_angle_deg=None,
            least_cut_angle_deg=None,
            fronted=None,
            slivers=0,
            lines_m=0.0,
        )
    area = shapely.area(parcels)
    boxes = np.array([one.minimum_rotated_rectangle for one in parcels], dtype=object)
    thin = shapely.is_empty(shapely.buffer(parcels, -SLIVER_M / 2))
    corners, angles = _angles(parcels)
    own = shapely.get_coordinates(initial.blocks(VACANT))
    cut = shapely.distance(shapely.points(corners), shapely.multipoints(own)) > SAME_M
    vacant = shapely.union_all(initial.blocks(VACANT))
    inner = shapely.difference(shapely.union_all(shapely.boundary(parcels)), vacant.boundary.buffer(SAME_M))
    return Shapes(
        rectangles=float((area / shapely.area(boxes) >= RECTANGLE).mean()),
        straight=float((area / shapely.area(shapely.convex_hull(parcels)) >= STRAIGHT).mean()),
        least_angle_deg=float(angles.min()),
        least_cut_angle_deg=float(angles[cut].min()) if cut.any() else None,
        fronted=float((fronts_m(plan, new) >= FRONT_M).mean()),
        slivers=int((thin | (area < SLIVER_M2)).sum()),
        lines_m=float(shapely.length(inner)),
    )


def _angles(parcels: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners at which an outline turns, and the inner angle there in degrees."""
    places, angles = [], []
    for one in shapely.remove_repeated_points(shapely.orient_polygons(parcels), SAME_M):
        points = shapely.get_coordinates(one.exterior)[:-1]
        before, after = np.roll(points, 1, axis=0) - points, np.roll(points, -1, axis=0) - points
        cross = after[:, 0] * before[:, 1] - after[:, 1] * before[:, 0]
        angle = np.degrees(np.arctan2(cross, (before * after).sum(axis=1))) % 360
        turns = np.abs(angle - 180) >= ONE_SIDE_DEG
        places.append(points[turns])
        angles.append(angle[turns])
    return np.vstack(places), np.concatenate(angles)
