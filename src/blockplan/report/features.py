"""Features of a plan as maps look them up: geometry by layer and id, residents, places, spots for labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry.base import BaseGeometry

from blockplan.report.words import is_known

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from blockplan.measure.measurement import Place
    from blockplan.plan import Plan

#: The ground below the map of a verdict.
FADED = (
    ("woodland", 0.3), ("landuse", 0.22), ("water", 0.6), ("buildings", 0.35), ("streets", 0.5),
    ("rail", 0.4), ("outline", 0.9),
)  # fmt: skip


def feature(plan: Plan, layer: str, id_: str) -> BaseGeometry | None:
    """The geometry of a feature; None where the plan does not have or draw it."""
    frame: gpd.GeoDataFrame | None = plan.layers.get(layer)
    if frame is None or not hasattr(frame, "geometry") or id_ not in frame.index:
        return None
    found = frame.geometry.loc[id_]
    shape = found if found is None or isinstance(found, BaseGeometry) else found.iloc[0]
    return None if shape is None or shape.is_empty else shape


def placed(places: Iterable[Place]) -> list[Place]:
    """The places that lie somewhere: a feature without geometry has no point."""
    return [place for place in places if is_known(place.x) and is_known(place.y)]


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


def beside(away: float, width: float, size: float) -> tuple[tuple[float, float], ...]:
    """Where a label may stand beside a point, the best place first."""
    right, below = away + width / 2, away + size * 0.7
    return (
        (right, 0),
        (-right, 0),
        (0, -below),
        (0, below),
        (right, below),
        (-right, below),
        (right, -below),
        (-right, -below),
    )
