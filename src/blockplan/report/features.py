"""Features of a plan as maps look them up: geometry by layer and id, residents, places, spots for labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from blockplan.figures import is_known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.check.verdict import Verdict
    from blockplan.measure.measurement import Place
    from blockplan.plan import Plan

#: The ground below the map of a verdict.
FADED = (
    ("woodland", 0.3), ("landuse", 0.22), ("water", 0.6), ("buildings", 0.35), ("streets", 0.5),
    ("rail", 0.4), ("outline", 0.9),
)  # fmt: skip


def features(plan: Plan, layer: str, ids: Iterable[str]) -> NDArray[np.object_]:
    """The geometries of features, in their order; None for one that the plan does not have or draw."""
    ids, frame = list(ids), plan.layers.get(layer)
    found = np.full(len(ids) + 1, None, dtype=object)[:-1]
    if frame is None or not hasattr(frame, "geometry") or not ids:
        return found
    once = ~frame.index.duplicated()
    at = frame.index[once].get_indexer(pd.Index(ids))
    found[at >= 0] = frame.geometry.to_numpy()[once][at[at >= 0]]
    found[shapely.is_empty(found)] = None
    return found


def placed(places: Iterable[Place]) -> list[Place]:
    """The places that lie somewhere: a feature without geometry has no point."""
    return [place for place in places if is_known(place.x) and is_known(place.y)]


#: Column of a facility's size -> its unit.
SIZES = {"floor_area_m2": "m2", "site_area_m2": "m2", "beds": "bed", "places": "place"}


def unit_of(verdict: Verdict) -> str:
    """The unit of the values of its places: metres of a reach, beds of a home, else that of the verdict."""
    if verdict.reach is not None:
        return "m"
    return SIZES.get(verdict.size or "", verdict.unit)


def residents_at(plan: Plan, place: Place) -> float | None:
    """Residents of the feature that a verdict points at; None where the plan does not say."""
    if place.layer not in plan.layers or "residents" not in plan.layers[place.layer].columns:
        return None
    column = plan.layers[place.layer]["residents"]
    if place.id not in column.index:
        return None
    value = float(np.nan_to_num(np.ravel(column.loc[place.id])[0], nan=-1.0))
    return value if value >= 0 else None


def residents_by_id(plan: Plan, layer: str) -> dict[str, float | None]:
    """Residents of every feature of a layer by id; None where the plan does not say."""
    if layer not in plan.layers or "residents" not in plan.layers[layer].columns:
        return {}
    column = plan.layers[layer]["residents"]
    values = column.to_numpy(dtype=float, na_value=np.nan)
    return {
        str(id_): float(value) if np.isfinite(value) and value >= 0 else None
        for id_, value in zip(column.index, values, strict=True)
    }
