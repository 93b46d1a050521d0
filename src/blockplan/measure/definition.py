"""
What of a definition others compute with.

A definition is plain JSON, shown as it stands. A room outside `measure/` that goes by what it says reads it
here, by name and with a type.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from blockplan.measure.parameters import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Numbers that a definition may state: amounts, what they are divided by, and counts of features.
NumberKey = Literal[
    "amount",
    "amount_within",
    "area_ha",
    "floor_area_m2",
    "homes_short",
    "homes_short_near_end",
    "land_ha",
    "land_km2",
    "length_km",
    "limit_m",
    "not_counted_parcels",
    "of_ha",
    "reckoned_parcels",
    "planned_land_ha",
    "residents",
    "share_not_counted_parcels",
    "users_not_counted_parcels",
    "whole_plan",
]


@dataclass(frozen=True, slots=True)
class WithinReach:
    """
    The distance of a share within reach.

    Attributes
    ----------
    limit_m
        The distance within which something is reached, m.
    judged_by
        The reading that judges, as in `Reading.id`; None where the measure has but one.
    """

    limit_m: float
    judged_by: str | None


class WayTaken(NamedTuple):
    """
    How a distance was measured.

    Attributes
    ----------
    along
        A straight ``line``, or the ``network`` of streets.
    starts
        ``home`` or ``parcel``, or layers of homes; empty where the definition does not say.
    to, join
        As in `Way`; "" where the definition does not say.
    free
        Whether the straight ways to and from the street are left out.
    """

    along: str
    starts: tuple[str, ...]
    to: str
    join: str
    free: bool

    @staticmethod
    def starts_of(definition: Mapping[str, Any]) -> tuple[str, ...]:
        """Where a definition starts from; empty where it does not say."""
        start = definition.get("from") or ()
        return (start,) if isinstance(start, str) else tuple(start)

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> WayTaken:
        """As the definition of a distance says it."""
        return cls(
            definition["along"],
            cls.starts_of(definition),
            definition.get("to") or "",
            definition.get("join") or "",
            definition.get("own_way") == "free",
        )


class Defined:
    """Something that was measured, and says how: a measurement, a reading, a verdict."""

    __slots__ = ()
    definition: Mapping[str, Any]

    @property
    def reach(self) -> WithinReach | None:
        """The distance of a share within reach; None of anything else, or where it is not known."""
        limit_m = self.number("limit_m")
        return None if limit_m is None else WithinReach(limit_m, self.definition.get("judged_by"))

    @property
    def way(self) -> WayTaken | None:
        """How the distance was measured; None of what is no distance."""
        return WayTaken.of(self.definition) if self.definition.get("along") else None

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The parameters that were used, by name, as JSON writes them."""
        return self.definition.get("parameters") or {}

    @property
    def size(self) -> str | None:
        """The column that says how large a facility is; None of what is not judged by size."""
        found = self.definition.get("size")
        return found if isinstance(found, str) else None

    @property
    def layers_of_homes(self) -> tuple[str, ...]:
        """The layers that hold the homes it starts from."""
        return WayTaken.starts_of(self.definition) or ("buildings", "parcels")

    @property
    def not_joined(self) -> tuple[str, ...]:
        """What lies too far from any street to be reached along one."""
        return tuple(self.definition.get("not_joined", ()))

    @property
    def parks(self) -> tuple[str, ...]:
        """The parks that were sized, those of several parcels joined by ``+``; empty of other measures."""
        found = self.definition.get("sizes_ha")
        return tuple(found) if isinstance(found, dict) else ()

    @property
    def planned_land(self) -> str | None:
        """From what an import derived the planned land that it rests on; None where that was given."""
        return self.definition.get("planned_land")

    @property
    def assumes(self) -> bool:
        """Whether it takes the floor area of one job that this program assumes where a plan names none."""
        return bool(self.definition.get("floor_area_per_job_m2") == DEFAULTS.floor_area_per_job_m2)

    def number(self, name: NumberKey) -> float | None:
        """A number that the definition states; None where it states none, or it is not known."""
        found = self.definition.get(name)
        stated = isinstance(found, int | float) and not isinstance(found, bool) and not math.isnan(found)
        return found if stated else None

    def among(self, residents: float | None) -> Mapping[str, Any]:
        """The definition with other residents than those it names, if it names any: those of a part."""
        found = self.definition
        return {**found, "residents": residents} if "residents" in found else found
