"""
Where a new stop could stand: along the streets within reach of homes that have none.

A stop is a place on a street that is driven on (or on a railway, for what runs there), so many metres
from the next one that is thought of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.columns import shapes, values
from blockplan.propose.changes import new_feature
from blockplan.propose.repair.moves import RepairMove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from blockplan.plan import Plan

#: Mode -> layer whose lines it runs along, the easiest to bring first.
MODES = {"bus": "streets", "tram": "streets", "subway": "streets", "rail": "rail"}
#: Streets on which nobody gets on or off.
CLOSED = frozenset({"expressway", "path"})


def stops(
    plan: Plan, spots: Iterable[shapely.Point], within_m: float, spacing_m: float
) -> Iterator[RepairMove]:
    """Moves that put a stop of each mode along the lines it runs on, near to one of some spots."""
    near = shapely.STRtree(list(spots))
    for mode, layer in MODES.items():
        for number, place in enumerate(_places(plan, layer, spacing_m)):
            if not len(near.query(place, predicate="dwithin", distance=within_m)):
                continue
            id_ = f"stop-{mode}-{number + 1}"
            if id_ in plan.layer("stops").index:
                continue
            known = {"modes": mode, "status": "planned", "geometry": place.wkt}
            yield RepairMove("stop", "stops", id_, new_feature("stops", id_, known), now=mode, place=place)


def _places(plan: Plan, layer: str, spacing_m: float) -> list[shapely.Point]:
    """Points along the lines of a layer, none nearer to another than half the spacing."""
    drawn = shapes(plan, layer)
    open_ = ~shapely.is_missing(drawn)
    if layer == "streets":
        open_ &= ~np.isin(values(plan, layer, "class").astype(str), list(CLOSED))
    found: list[shapely.Point] = []
    for line in drawn[open_]:
        for along in np.arange(spacing_m / 2, max(line.length, spacing_m), spacing_m):
            point = shapely.line_interpolate_point(line, min(float(along), line.length))
            place = shapely.Point(round(point.x, 2), round(point.y, 2))
            if not found or float(shapely.distance(place, np.array(found)).min()) >= spacing_m / 2:
                found.append(place)
    return found
