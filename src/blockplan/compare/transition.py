"""How many hectares go from which land use to which, between two plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    import geopandas as gpd

    from blockplan.plan import Plan

#: Overlaps below this are rounding of shared borders, not land.
SMALLEST_PIECE_M2 = 0.5


@dataclass(frozen=True, slots=True)
class Transition:
    """Land that goes from one use to another (``None``: not in the plan, or use unknown), in hectares."""

    column: str
    was: str | None
    now: str | None
    ha: float

    def to_dict(self) -> dict[str, Any]:
        """The transition as JSON writes it."""
        return {"column": self.column, "from": self.was, "to": self.now, "ha": self.ha}


def transitions(column: str, before: Plan, after: Plan) -> list[Transition]:
    """
    Land whose use changes, by pair of codes, largest first.

    Parcels that are the same in both plans are left out before the overlay,
    so the cost follows the change, not the plan.
    """
    old, new = before.layer("parcels"), after.layer("parcels")
    old, new = _sound(old), _sound(new)
    same = _unchanged(old, new)
    old, new = old[~old.index.isin(same)], new[~new.index.isin(same)]
    if not len(old) or not len(new):
        return []
    tree = shapely.STRtree(new.geometry.to_numpy())
    rows, hits = tree.query(old.geometry.to_numpy(), predicate="intersects")
    pieces = shapely.area(shapely.intersection(old.geometry.to_numpy()[rows], new.geometry.to_numpy()[hits]))
    sums: dict[tuple[str | None, str | None], float] = {}
    old_uses, new_uses = old["land_use"].tolist(), new["land_use"].tolist()
    for row, hit, area in zip(rows, hits, pieces, strict=True):
        if area >= SMALLEST_PIECE_M2 and old_uses[row] != new_uses[hit]:
            key = (old_uses[row], new_uses[hit])
            sums[key] = sums.get(key, 0.0) + float(area)
    found = [Transition(column, was, now, area / M2_PER_HA) for (was, now), area in sums.items()]
    return sorted(found, key=lambda row: (-row.ha, row.was or "", row.now or ""))


def _sound(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Parcels that an overlay can use: valid, with an id of their own (validate reports the others)."""
    if not len(parcels):
        return parcels
    shapes = parcels.geometry.to_numpy()
    return parcels[shapely.is_valid(shapes) & ~shapely.is_missing(shapes) & ~parcels.index.duplicated()]


def _unchanged(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> set[str]:
    both = old.index.intersection(new.index)
    if not len(both):
        return set()
    was, now = old.loc[both], new.loc[both]
    same = shapely.equals_exact(
        was.geometry.to_numpy(), now.geometry.to_numpy(), tolerance=0.0, normalize=True
    )
    same &= np.asarray(was["land_use"].to_numpy() == now["land_use"].to_numpy())
    return set(both[same])
