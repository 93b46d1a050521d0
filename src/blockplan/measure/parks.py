"""Parks by size: how many large ones, how many community parks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.measure.greens import on_planned_land, parks, public_greens
from blockplan.measure.measurement import Measurement, Part
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.plan.model import Plan


def parks_large(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Number of parks of at least ``large_park_min_ha``."""
    return _count(plan, "parks_large", parameters, parameters["large_park_min_ha"], None)


def parks_community(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Number of parks of at least ``community_park_min_ha`` and below ``large_park_min_ha``."""
    smallest, large = parameters["community_park_min_ha"], parameters["large_park_min_ha"]
    return _count(plan, "parks_community", parameters, smallest, large)


def _count(
    plan: Plan, name: str, parameters: Mapping[str, Any], smallest_ha: float, below_ha: float | None
) -> Measurement:
    """
    Count parks of a size on planned land; the size of each stands in the definition, largest first.

    Every green is counted as read, the small ones too: an error in one of
    them may be the reason why it is too small.
    """
    greens = public_greens(plan, parameters)
    if greens.missing:
        return Measurement(name, None, "park", missing=greens.missing, counted=greens.counted)
    found = parks(on_planned_land(plan, greens)).of_size(smallest_ha, below_ha)
    sizes = sorted(
        zip((found.area_m2 / M2_PER_HA).tolist(), ("+".join(ids) for ids in found.members), strict=True),
        key=lambda park: (-park[0], park[1]),
    )
    definition = {"sizes_ha": {park: round(size, 4) for size, park in sizes}}
    by = tuple(Part(park, 1.0) for _, park in sizes)
    return Measurement(name, float(len(found)), "park", definition, by=by, counted=greens.counted)
