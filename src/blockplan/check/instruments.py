"""The house's own measures, residents and faults, as judging asks for them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from blockplan.check.rules import Gauge
from blockplan.check.verdict import Residents
from blockplan.measure import MEASURES, measure
from blockplan.plan import validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.check.doubts import Reads
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Fault, Plan

#: The measure whose parts are the residents' range.
RESIDENTS = "residents"


class House:
    """Measures from the room `measure`, faults from the room `plan`."""

    def measures(self) -> Mapping[str, Gauge]:
        """Every measure of the registry."""
        return _gauges()

    def measure(self, plan: Plan, name: str, parameters: dict[str, Any]) -> Measurement:
        """One measure of a plan, under these parameters."""
        return measure(plan, name, parameters=parameters)[0]

    def reads(self, name: str) -> Reads | None:
        """What a measure reads: pairs of layer and ``geometry`` or a column."""
        return _reads(name)

    def residents(self, plan: Plan) -> Residents:
        """Residents of the plan with the range that ``plan.toml`` states."""
        found = measure(plan, RESIDENTS)[0]
        by = {part.scope: part.value for part in found.by}
        return Residents(
            by.get("low"), found.value, by.get("high"), str(found.definition.get("source", "")), found.missing
        )

    def faults(self, plan: Plan) -> tuple[Fault, ...]:
        """Every fault of the plan's data."""
        return validate(plan)


@cache
def _reads(name: str) -> Reads:
    pairs = [what.partition(".") for what in MEASURES[name].inputs if ":" not in what]
    return frozenset((layer, column) for layer, _, column in pairs)


@cache
def _gauges() -> Mapping[str, Gauge]:
    return {name: Gauge(spec.unit, frozenset(spec.parameters)) for name, spec in MEASURES.items()}
