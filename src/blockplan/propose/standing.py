"""What stands on parcels: drawn buildings, facilities, programmes. No proposal throws them out unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.columns import ids, shapes, values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.plan import Plan

#: Layers whose features keep a parcel as it is.
LAYERS = ("buildings", "facilities", "programmes")
#: A building that covers no more of a parcel, m2, only touches it.
TOUCHES_M2 = 1.0


def standing_on(plan: Plan, layers: Iterable[str] = LAYERS) -> frozenset[str]:
    """Ids of the parcels that something stands on: by the id that it names, else by where it is drawn."""
    found: set[str] = set()
    for layer in layers:
        named = values(plan, layer, "parcel_id").tolist()
        found |= {str(parcel) for parcel in named if parcel is not None}
        rows = np.array([row for row, parcel in enumerate(named) if parcel is None], dtype=np.intp)
        if len(rows) and layer != "programmes":
            found |= _below(plan, layer, rows)
    return frozenset(found)


def _below(plan: Plan, layer: str, rows: np.ndarray) -> set[str]:
    drawn, parcels = shapes(plan, layer)[rows], shapes(plan, "parcels")
    drawn = drawn[~shapely.is_missing(drawn)]
    known = np.flatnonzero(~shapely.is_missing(parcels))
    one, other = shapely.STRtree(parcels[known]).query(drawn, predicate="intersects")
    point = shapely.get_dimensions(drawn[one]) < 2
    shared = shapely.area(shapely.intersection(drawn[one], parcels[known][other]))
    return set(ids(plan, "parcels")[known[other[point | (shared > TOUCHES_M2)]]].tolist())
