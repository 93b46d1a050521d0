"""Places that fall short in one plan and not in the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from blockplan.compare.columns import keyed

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.compare.columns import Column
    from blockplan.measure.measurement import Place
    from blockplan.plan import Plan

#: Outcomes that say of every place whether it falls short.
TOLD = frozenset({"pass", "fail"})


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """A place that a rule points at in one plan only; x, y in the CRS of the first (None: nowhere)."""

    column: str
    rule: str
    scope: tuple[str, str]
    layer: str
    id: str
    kind: Literal["appears", "vanishes"]
    x: float | None
    y: float | None

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON writes it."""
        return {
            "column": self.column,
            "rule": self.rule,
            "scope": {"kind": self.scope[0], "id": self.scope[1]},
            "layer": self.layer,
            "id": self.id,
            "change": self.kind,
            "x": self.x,
            "y": self.y,
        }


def place_changes(first: Column, other: Column, laid: Plan) -> list[PlaceChange]:
    """
    Places that appear or vanish from the verdicts of `first` to those of `other`, rule by rule.

    `laid` is the plan of `other` in the CRS of `first`. A verdict that is unknown in one of them says
    nothing about its places, so none of them is called new or gone.
    """
    before, after = keyed(first), keyed(other)
    found = []
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or not {was.outcome, now.outcome} <= TOLD:
            continue
        old, new = _by_place(was), _by_place(now)
        scope = (was.scope_kind, was.scope_id)
        for kind, places, lacking, plan in (("appears", new, old, laid), ("vanishes", old, new, first.plan)):
            for name in sorted(places.keys() - lacking.keys()):
                x, y = _spot(places[name], plan, other.plan if kind == "appears" else first.plan)
                found.append(PlaceChange(other.id, key.rule, scope, *name, kind, x, y))  # type: ignore[arg-type]
    return found


def _by_place(verdict: Verdict) -> dict[tuple[str, str], Place]:
    return {(place.layer, place.id): place for place in verdict.where}


def _spot(place: Place, plan: Plan, own: Plan) -> tuple[float | None, float | None]:
    """Where a place lies in the CRS of `plan`; `own` is the plan that it was found in."""
    if not np.isfinite([place.x, place.y]).all():
        return None, None
    if own.crs == plan.crs or own.crs is None or plan.crs is None:
        return float(place.x), float(place.y)
    from pyproj import Transformer  # noqa: PLC0415 (only plans in two CRS need it)

    x, y = Transformer.from_crs(own.crs, plan.crs, always_xy=True).transform(place.x, place.y)
    return float(x), float(y)
