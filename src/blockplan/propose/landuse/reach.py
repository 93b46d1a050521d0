"""Which parcels are within reach of which: in a straight line to the edge, or on foot to a gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
import shapely

from blockplan.measure.distance.reach import street_network
from blockplan.measure.inputs.columns import ids, shapes, values
from blockplan.measure.inputs.homes import homes
from blockplan.network import Joins, join
from blockplan.network.onfoot import ways_within, with_places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.propose.landuse.parcels import Parcels

#: Gates are looked for at the corners of a parcel, and this far apart between them, m.
STEP_M = 50.0
#: A mapped entrance joins a street within this, m.
ENTRANCE_JOIN_M = 60.0


def homes_by_parcel(parcels: Parcels) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Where people of each parcel live, as rules measure it: at its buildings, else at its point; its row."""
    found, row_of = homes(parcels.plan), {name: row for row, name in enumerate(parcels.ids)}
    built = np.flatnonzero(found.layer == "buildings")
    host = dict(
        zip(ids(parcels.plan, "buildings"), values(parcels.plan, "buildings", "parcel_id"), strict=True)
    )
    owner = np.array([row_of.get(host[id_], -1) for id_ in found.id[built]], dtype=np.intp)
    built, owner = built[owner >= 0], owner[owner >= 0]
    rest = np.setdiff1d(np.arange(len(parcels.ids)), owner)
    point = np.concatenate([found.point[built], parcels.point[rest]])
    return np.asarray(point, dtype=object), np.concatenate([owner, rest]).astype(np.intp)


def near_in_line(
    parcels: Parcels, ends: NDArray[np.intp], limit_m: float, starts: tuple[NDArray[Any], NDArray[np.intp]]
) -> sp.csr_array:
    """Parcels x parcels: from all points of the first to the edge of the second, straight."""
    many, (point, owner) = len(parcels.ids), starts
    start, end = shapely.STRtree(parcels.shape[ends]).query(point, predicate="dwithin", distance=limit_m)
    found = sp.csr_array((np.ones(len(start)), (owner[start], ends[end])), shape=(many, many))
    found.sum_duplicates()
    points = np.bincount(owner, minlength=many)
    kept = found.data >= points[np.repeat(np.arange(many), np.diff(found.indptr))]
    whole = found.tocoo()
    row, col = whole.coords[0][kept], whole.coords[1][kept]
    return sp.csr_array((np.ones(len(row)), (row, col)), shape=(many, many))


def near_on_foot(
    parcels: Parcels, between: tuple[NDArray[np.intp], NDArray[np.intp]], limit_m: float, gate_m: float
) -> sp.csr_array:
    """
    Parcels x parcels: on foot along the streets from a point on the first to a gate of the second.

    The way from the point to its street counts. Gates are the mapped entrances of a parcel; where none is
    mapped, every place where its outline comes within `gate_m` of a street.
    """
    starts, ends = between
    many = len(parcels.ids)
    network = street_network(parcels.plan)
    point, owner, reach = _gates(parcels, ends, gate_m)
    at_home = join(network, parcels.point[starts], None)
    at_gate = join(network, point, ENTRANCE_JOIN_M)
    # A gate in the outline joins a street that runs beside it; that step is no way to walk.
    far = at_gate.way_cm > np.round(reach * 100)
    edge = np.where(far, -1, at_gate.edge).astype(np.int32)
    joins = Joins(
        np.concatenate([at_home.edge, edge]),
        np.concatenate([at_home.at_cm, at_gate.at_cm]),
        np.concatenate([at_home.way_cm, np.zeros(len(edge), dtype=np.int32)]),
    )
    places = with_places(network, joins)
    first = len(starts)
    ways = ways_within(places, np.arange(first), np.arange(first, first + len(edge)), limit_m)
    row, col = starts[ways.start], owner[ways.to]
    found = sp.csr_array((np.ones(len(row)), (row, col)), shape=(many, many))
    found.data[:] = 1.0
    return found


def _gates(
    parcels: Parcels, ends: NDArray[np.intp], gate_m: float
) -> tuple[NDArray[Any], NDArray[np.intp], NDArray[np.float64]]:
    """Points to enter parcels at, the parcel of each, and how near to a street it has to be."""
    plan = parcels.plan
    mapped = shapes(plan, "green_entrances")
    host = {name: row for row, name in enumerate(parcels.ids)}
    row = np.array(
        [host.get(name, -1) for name in values(plan, "green_entrances", "parcel_id")], dtype=np.intp
    )
    kept = np.isin(row, ends) & ~shapely.is_missing(mapped)
    mapped, row = mapped[kept], row[kept]
    rest = ends[~np.isin(ends, row) & ~shapely.is_missing(parcels.shape[ends])]
    outline = shapely.segmentize(shapely.boundary(parcels.shape[rest]), STEP_M)
    spots, owner = shapely.get_coordinates(outline, return_index=True)
    point = np.concatenate([mapped, np.asarray(shapely.points(spots), dtype=object)])
    reach = np.concatenate([np.full(len(row), ENTRANCE_JOIN_M), np.full(len(owner), gate_m)])
    return point, np.concatenate([row, rest[owner]]).astype(np.intp), reach
