"""Instruments whose readings a test sets by hand, in the place of the house's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blockplan.check.rules import Gauge
from blockplan.check.verdict import Residents
from blockplan.measure import MEASURES as REGISTRY
from blockplan.measure.measurement import Measurement
from blockplan.measure.missing import Missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.check.doubts import Reads
    from blockplan.plan import Fault, Plan

#: Measures there are, and their units.
UNITS = {name: spec.unit for name, spec in REGISTRY.items()}
CHOICES = frozenset(
    {
        "basic_education_codes", "nursing_services", "culture_services", "green_codes", "green_limit_m",
        "smallest_green_ha", "large_park_min_ha", "community_park_min_ha", "area_id",
    }
)  # fmt: skip
MEASURES = {name: Gauge(spec.unit, CHOICES | frozenset(spec.parameters)) for name, spec in REGISTRY.items()}


@dataclass
class Fake:
    """Measurements by measure (or ``area_size:rd``), residents and faults, as set; calls are kept."""

    readings: dict[str, Measurement] = field(default_factory=dict)
    people: Residents = field(default_factory=lambda: Residents(45_000, 50_000, 55_000, "parcels"))
    found: tuple[Fault, ...] = ()
    what_is_read: Reads | None = None
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def measures(self) -> Mapping[str, Gauge]:
        return MEASURES

    def measure(self, plan: Plan, name: str, parameters: dict[str, Any]) -> Measurement:
        self.calls.append((name, parameters))
        key = f"{name}:{parameters['area_id']}" if name == "area_size" else name
        return self.readings.get(key, Measurement(name, None, UNITS[name], missing=(Missing(name, "value"),)))

    def reads(self, name: str) -> Reads | None:
        return self.what_is_read

    def residents(self, plan: Plan) -> Residents:
        return self.people

    def faults(self, plan: Plan) -> tuple[Fault, ...]:
        return self.found


def supply(name: str, amount: float, residents: float = 50_000, **rest: Any) -> Measurement:
    """A per-person measurement of an amount among residents."""
    per = 1000 if name.endswith("per_1000") else 1
    return Measurement(name, amount * per / residents, UNITS[name], supply=amount, per=per, **rest)


def reading(name: str, value: float | None, **rest: Any) -> Measurement:
    """A measurement of a value."""
    return Measurement(name, value, UNITS[name], **rest)


def all_supplies(residents: float = 50_000) -> dict[str, Measurement]:
    """The supplies of the reference plan among so many residents, and all else as it should be."""
    return {
        "education_land_per_1000": supply("education_land_per_1000", 208_000, residents),
        "nursing_beds_per_1000": supply("nursing_beds_per_1000", 500, residents),
        "culture_floor_per_resident": supply("culture_floor_per_resident", 24_200, residents),
        "green_per_resident": supply("green_per_resident", 1_065_000, residents),
        "green_within_500m": reading("green_within_500m", 1.0, affected_residents=0.0),
        "parks_large": reading("parks_large", 3),
        "parks_community": reading("parks_community", 10),
        "belt_length": reading("belt_length", 9.0),
        "area_size:rd": reading("area_size", 3.5),
        "area_size:life": reading("area_size", 3.6),
        "area_size:mfg": reading("area_size", 2.4),
        "areas_sum": reading("areas_sum", 9.5),
        "notice_days": reading("notice_days", 30),
    }
