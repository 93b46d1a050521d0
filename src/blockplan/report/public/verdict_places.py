"""The places that a verdict points at, as rows: the feature, its own value and unit, who lives there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.report.features import residents_at

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.plan import Plan
    from blockplan.report.words import Words

#: Column of a facility's size -> its unit.
SIZES = {"floor_area_m2": "m2", "site_area_m2": "m2", "beds": "bed", "places": "place"}


def unit_of(verdict: Verdict) -> str:
    """The unit of the values: metres of a reach, beds of a nursing home, else that of the verdict."""
    if is_known(verdict.definition.get("limit_m")):
        return "m"
    size = verdict.definition.get("size")
    return SIZES.get(size, verdict.unit) if isinstance(size, str) else verdict.unit


def head(verdict: Verdict) -> str:
    """What the column of the values is called."""
    return "distance" if unit_of(verdict) == "m" and verdict.unit == "1" else "value"


def rows(verdict: Verdict, plan: Plan, words: Words, most: int) -> list[dict[str, str]]:
    """The first places, worst first."""
    unit = unit_of(verdict)
    far = words("detail.unreachable") if unit == "m" else words.unknown
    return [
        {
            "id": place.id,
            "layer": words.or_else(f"layer.{place.layer}", place.layer),
            "value": words.figure(place.value, verdict.measurement, unit) if is_known(place.value) else far,
            "residents": words.number(residents_at(plan, place)),
        }
        for place in verdict.where[:most]
    ]
