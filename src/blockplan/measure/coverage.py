"""
Shares of residents within a distance of something, and who is beyond it.

One reading judges; the others stand beside it with the places whose answer changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.columns import ids, shapes, total, unknown
from blockplan.measure.measurement import Part, Place, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.homes import Homes
    from blockplan.plan.model import Plan

NOTHING = ("nothing to measure: the plan has neither residents nor buildings",)


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """
    Metres from each home under one definition; NaN where nothing is reached.

    `missing` says why the definition cannot be applied at all.
    """

    id: str
    metres: NDArray[np.float64]
    definition: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def within(self, limit_m: float) -> NDArray[np.bool_]:
        """Which homes are within the limit; to the centimetre, the limit itself included."""
        return np.asarray(np.round(self.metres, 2) <= limit_m)


def straight(points: NDArray[Any], to: NDArray[Any]) -> NDArray[np.float64]:
    """Straight-line distance of points to the nearest of some shapes, 0 inside; NaN where there are none."""
    metres = np.full(len(points), np.nan)
    to = to[~shapely.is_missing(to)]
    there = np.flatnonzero(~shapely.is_missing(points))
    if len(to) and len(there):
        (at, _), found = shapely.STRtree(to).query_nearest(
            points[there], return_distance=True, all_matches=False
        )
        metres[there[at]] = found
    return metres


def share(weight: NDArray[np.float64], inside: NDArray[np.bool_]) -> float | None:
    """Share of the weight that is inside; None where there is no weight."""
    whole = total(weight)
    if not whole:
        return None
    return 1.0 if inside.all() else total(weight[inside]) / whole


def readings(
    homes: Homes, limit_m: float, judging: Distances, beside: list[Distances]
) -> tuple[Reading, ...]:
    """The judging reading and those beside it, each with the homes whose answer changes."""
    judged = judging.within(limit_m)
    made = []
    for distances in (judging, *beside):
        inside = distances.within(limit_m)
        definition = {**distances.definition, "limit_m": limit_m}
        if distances.missing:
            made.append(
                Reading(
                    distances.id, None, homes.weighs, (), {**definition, "missing": list(distances.missing)}
                )
            )
            continue
        changed = tuple(homes.id[inside != judged].tolist())
        made.append(Reading(distances.id, share(homes.weight, inside), homes.weighs, changed, definition))
    return tuple(made)


def places(homes: Homes, distances: Distances, limit_m: float) -> tuple[Place, ...]:
    """Homes beyond the limit, the farthest first; those that reach nothing at all come before them."""
    beyond = np.flatnonzero(~distances.within(limit_m))
    away = distances.metres[beyond]
    order = np.lexsort((homes.id[beyond].astype(str), -np.where(np.isnan(away), np.inf, away)))
    rows = beyond[order]
    xy = [(point.x, point.y) if point is not None else (np.nan, np.nan) for point in homes.point[rows]]
    return tuple(
        Place(
            homes.layer[row], homes.id[row], x, y, None if np.isnan(away[at]) else round(float(away[at]), 2)
        )
        for row, at, (x, y) in zip(rows, order, xy, strict=True)
    )


def by_area(plan: Plan, homes: Homes, inside: NDArray[np.bool_]) -> tuple[Part, ...]:
    """The share in each area of the plan that has homes."""
    outlines, names = shapes(plan, "areas"), ids(plan, "areas")
    if not len(names):
        return ()
    area, home = shapely.STRtree(homes.point).query(outlines, predicate="intersects")
    found = []
    for name in dict.fromkeys(names):
        rows = home[names[area] == name]
        if len(rows):
            found.append(Part(f"area:{name}", share(homes.weight[rows], inside[rows])))
    return tuple(found)


def lacking(homes: Homes) -> tuple[str, ...]:
    """What is missing to weigh homes by residents."""
    if not len(homes):
        return (*homes.missing, *NOTHING) if homes.missing else NOTHING
    unplaced = shapely.is_missing(homes.point)
    return homes.missing + tuple(
        line
        for layer in ("buildings", "parcels")
        for line in unknown(f"{layer}.geometry", homes.id[unplaced & (homes.layer == layer)])
    )
