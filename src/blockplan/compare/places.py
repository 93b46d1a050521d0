"""Places that fall short in one plan and not in the other."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from blockplan.compare.columns import keyed
from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.check.verdict import Verdict
    from blockplan.compare.columns import ComparedColumn
    from blockplan.measure.measurement import Place
    from blockplan.plan import Plan

Kind = Literal["appears", "vanishes"]
Places = dict[tuple[str, str], "Place"]
#: Outcomes that say of every place whether it falls short.
TOLD = frozenset({"pass", "fail"})


class JudgedScope(NamedTuple):
    """The object that was judged."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class PlaceChange(JsonRecord):
    """A place that a rule points at in one plan only; x, y in the CRS of the first (None: nowhere)."""

    column: str
    rule: str
    scope: JudgedScope
    layer: str
    id: str
    kind: Kind = field(metadata={"json": "change"})
    x: float | None
    y: float | None


def place_changes(first: ComparedColumn, other: ComparedColumn) -> list[PlaceChange]:
    """
    Places that appear or vanish from the verdicts of `first` to those of `other`, rule by rule.

    A verdict that is unknown in one of them says nothing about its places, so none of them is called
    new or gone.
    """
    before, after = keyed(first), keyed(other)
    found: list[PlaceChange] = []
    moves = {"appears": _mover(other.plan, first.plan), "vanishes": _mover(first.plan, first.plan)}
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or not {was.outcome, now.outcome} <= TOLD:
            continue
        old, new = _by_place(was), _by_place(now)
        scope = JudgedScope(was.scope_kind, was.scope_id)
        sides: tuple[tuple[Kind, Places, Places], ...] = (("appears", new, old), ("vanishes", old, new))
        for kind, places, lacking in sides:
            for name in sorted(places.keys() - lacking.keys()):
                spot = moves[kind](places[name].x, places[name].y)
                found.append(PlaceChange(other.id, key.rule, scope, *name, kind, *spot))
    return found


def _by_place(verdict: Verdict) -> Places:
    return {(place.layer, place.id): place for place in verdict.where}


def _mover(own: Plan, plan: Plan) -> Callable[[float, float], tuple[float | None, float | None]]:
    """What brings a point of a plan into the CRS of another; (None, None) for a point that lies nowhere."""
    transform = None
    if own.crs != plan.crs and own.crs is not None and plan.crs is not None:
        from pyproj import Transformer  # noqa: PLC0415 (only plans in two CRS need it)

        transform = Transformer.from_crs(own.crs, plan.crs, always_xy=True).transform

    def move(x: float, y: float) -> tuple[float | None, float | None]:
        if not (math.isfinite(x) and math.isfinite(y)):
            return None, None
        east, north = transform(x, y) if transform else (x, y)
        return float(east), float(north)

    return move
