"""Land: the balance by land use, water and woodland."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.columns import absent, areas_m2, ids, of_codes, shapes, total, union, unknown, values
from blockplan.measure.measurement import Measurement, Part
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.plan.model import Plan


def land_balance(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Drawn area of all parcels, ha, by land-use code as the plan writes it."""
    uses, sizes = values(plan, "parcels", "land_use"), areas_m2(plan, "parcels") / M2_PER_HA
    names = ids(plan, "parcels")
    missing = absent(plan, "parcels") + unknown("parcels.geometry", names[np.isnan(sizes)], len(names))
    by_use: dict[str, list[float]] = {}
    for use, size in zip(uses, sizes, strict=True):
        if not np.isnan(size):
            by_use.setdefault(use or "not stated", []).append(float(size))
    by = tuple(Part(use, total(found)) for use, found in sorted(by_use.items()))
    value = None if missing else total(sizes)
    counted = {"parcels": tuple(names)}
    return Measurement("land_balance", value, "ha", by=by, missing=missing, counted=counted)


def water_ha(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Water: the layer ``water`` and water parcels, land in both counted once."""
    return _kept_free(plan, "water_ha", "water", parameters["water_codes"])


def woodland_ha(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Woodland: the layer ``woodland`` and woodland parcels, land in both counted once."""
    return _kept_free(plan, "woodland_ha", "woodland", parameters["woodland_codes"])


def _kept_free(plan: Plan, name: str, layer: str, codes: tuple[str, ...]) -> Measurement:
    """
    Area of a layer and of the parcels of some codes together.

    Lines and points of the layer have no area. The layer may reach beyond the
    planned land; ``by`` tells the parts apart. Both absent is unknown; one of them is enough.
    """
    lacking = absent(plan, layer, "parcels")
    missing: tuple[str, ...] = lacking if len(lacking) == 2 else ()
    chosen, undetailed = of_codes(plan, codes)
    missing += undetailed
    parcels, rest = shapes(plan, "parcels")[chosen], shapes(plan, layer)
    for where, names, found in (
        ("parcels", ids(plan, "parcels")[chosen], parcels),
        (layer, ids(plan, layer), rest),
    ):
        missing += unknown(f"{where}.geometry", names[shapely.is_missing(found)])
    counted = {"parcels": tuple(ids(plan, "parcels")[chosen]), layer: tuple(ids(plan, layer))}
    if missing:
        return Measurement(name, None, "ha", missing=missing, counted=counted)
    drawn, planned, land = union(rest), union(parcels), union(shapes(plan, "boundary"))
    parts = (
        Part(f"layer:{layer}", drawn.area / M2_PER_HA),
        Part("parcels", planned.area / M2_PER_HA),
        Part("on_planned_land", shapely.union(drawn.intersection(land), planned).area / M2_PER_HA),
    )
    return Measurement(name, shapely.union(drawn, planned).area / M2_PER_HA, "ha", by=parts, counted=counted)
