"""Where on the globe a plan lies, for what holds in one region and not in another."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

    from blockplan.plan.model.plan import Plan


def place_of(plan: Plan) -> tuple[float, float] | None:
    """Longitude and latitude of a plan's middle; None where its CRS is on no globe, or nothing is drawn."""
    return plan.cached("place on the globe", lambda: _place_of(plan))


def _place_of(plan: Plan) -> tuple[float, float] | None:
    drawn = (plan.layer(name).geometry for name in ("boundary", "parcels", "areas") if plan.has_layer(name))
    bounds = next((one.total_bounds for one in drawn if len(one) and not one.is_empty.all()), None)
    if plan.crs is None or bounds is None or not all(map(math.isfinite, bounds)):
        return None
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    found = _to_degrees(plan.crs).transform(*middle)
    return found if all(map(math.isfinite, found)) else None


@lru_cache(maxsize=16)
def _to_degrees(crs: CRS) -> Transformer:
    """The way from a CRS to longitude and latitude; finding it takes 50 ms."""
    from pyproj import Transformer  # noqa: PLC0415 (it takes long to load)

    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
