"""
Land within a distance of greens, measured as land and not by a point on each parcel.

A parcel that lies partly within the distance counts for that part: what standards call the land that
the service radius of parks covers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.coverage import Distances
from blockplan.measure.inputs.columns import CIRCLE_SEGMENTS, ids, sound_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.inputs.homes import Homes
    from blockplan.plan.model.plan import Plan

#: The reading by the land itself.
OVERLAY = "line_overlay"
#: Distances are told apart to the centimetre, as in the readings by points.
HALF_CM_M = 0.005


def land_within(
    plan: Plan, homes: Homes, tiers: Sequence[tuple[NDArray[Any], float]], by_point: Distances
) -> Distances:
    """
    The part of each parcel's land that is within a distance of greens, in a straight line.

    Parameters
    ----------
    homes
        Parcels weighed by their land.
    tiers
        Shapes of greens, and the distance that they reach, m.
    by_point
        The reading by the parcels' points; its metres stand beside the parcels that fall short.
    """
    row_of = {name: row for row, name in enumerate(ids(plan, "parcels"))}
    rows = np.array([row_of[name] for name in homes.id], dtype=np.intp)
    land = sound_shapes(plan, "parcels")[rows]
    zones: list[NDArray[Any]] = []
    at: list[NDArray[np.intp]] = []
    tree = shapely.STRtree(land)
    for greens, limit_m in tiers:
        zone = shapely.buffer(greens, limit_m + HALF_CM_M, quad_segs=CIRCLE_SEGMENTS)
        near, parcel = tree.query(zone, predicate="intersects")
        zones.append(zone[near])
        at.append(parcel)
    part = _covered(land, np.concatenate(at), np.concatenate(zones))
    definition = {"along": "line", "from": "land", "to": "edge"}
    return Distances(OVERLAY, by_point.metres, definition, by_point.missing, by_point.limits_m, part)


def _covered(land: NDArray[Any], parcel: NDArray[np.intp], zone: NDArray[Any]) -> NDArray[np.float64]:
    """Share of each piece of land that zones cover; pairs say which zone meets which piece."""
    part = np.zeros(len(land))
    shapely.prepare(zone)
    part[parcel[shapely.covers(zone, land[parcel])]] = 1.0
    rest = part[parcel] < 1
    parcel, zone = parcel[rest], zone[rest]
    order = np.argsort(parcel, kind="stable")
    pieces, first, count = np.unique(parcel[order], return_index=True, return_counts=True)
    for piece, start, number in zip(pieces, first, count, strict=True):
        zones = zone[order[start : start + number]]
        shared = shapely.intersection(land[piece], shapely.union_all(zones))
        share = shared.area / land[piece].area
        # What rounding leaves over of a parcel that several zones cover together is none of its land.
        part[piece] = 1.0 if share > 1 - 1e-9 else share
    return part
