"""Where residents are gained and lost between two plans, parcel by parcel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.jsontext import JsonRecord
from blockplan.measure.inputs.homes import residents

if TYPE_CHECKING:
    from blockplan.plan import Plan

#: People that rounding may cost when a total is spread over parcels.
SAME_PEOPLE = 1e-6


@dataclass(frozen=True, slots=True)
class ResidentsChange(JsonRecord):
    """
    Residents of one parcel before and after.

    None where the number is unknown; a parcel that a plan does not draw has nobody, and ``drawn``
    (before, after) says so.
    """

    column: str
    id: str
    old: float | None
    new: float | None
    drawn: tuple[bool, bool] = (True, True)

    @property
    def gain(self) -> float | None:
        """Residents gained, negative where they are lost; None where one of the numbers is unknown."""
        return None if self.old is None or self.new is None else self.new - self.old

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The change as JSON writes it."""
        return {
            "column": self.column,
            "layer": "parcels",
            "id": self.id,
            "old": self.old,
            "new": self.new,
            "old_drawn": self.drawn[0],
            "new_drawn": self.drawn[1],
        }


def residents_changes(column: str, before: Plan, after: Plan) -> list[ResidentsChange]:
    """Parcels whose number of residents differs, in the order of the layer; new parcels come last."""
    old, new = _by_parcel(before), _by_parcel(after)
    found = []
    for id_ in dict.fromkeys([*old, *new]):
        drawn = (id_ in old, id_ in new)
        was, now = old.get(id_, 0.0), new.get(id_, 0.0)
        if not _same(was, now):
            found.append(ResidentsChange(column, id_, was, now, drawn))
    return found


def _same(was: float | None, now: float | None) -> bool:
    if was is None or now is None:
        return was is now
    return abs(was - now) <= SAME_PEOPLE


def _by_parcel(plan: Plan) -> dict[str, float | None]:
    """Residents by parcel id; parcels that share an id are summed."""
    found: dict[str, float | None] = {}
    people = residents(plan).by_parcel.tolist()
    for id_, number in zip(plan.layer("parcels").index.astype(str), people, strict=True):
        known = None if math.isnan(number) else number
        before = found.get(id_, 0.0)
        found[id_] = None if known is None or before is None else before + known
    return found
