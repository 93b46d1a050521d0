"""
The house's own measures, residents and faults, as judging asks for them.

Which measures hang on how many residents there are, and the plan with more or fewer of them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from blockplan.check.rules import Gauge
from blockplan.check.verdict import Residents
from blockplan.measure import MEASURES, measure
from blockplan.plan import validate
from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.check.doubts import Reads
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Fault, Plan

#: The measure whose parts are the residents' range.
RESIDENTS = "residents"


class Instruments(Protocol):
    """What judging needs from the rooms before it: names of measures, measuring, residents, faults."""

    def measures(self) -> Mapping[str, Gauge]:
        """Every measure that there is, by name."""

    def measure(self, plan: Plan, name: str, parameters: dict[str, Any]) -> Measurement:
        """One measure of a plan."""

    def reads(self, name: str) -> Reads | None:
        """What a measure reads of which layer; None where it does not say."""

    def residents(self, plan: Plan) -> Residents:
        """Residents of the plan with their range."""

    def faults(self, plan: Plan) -> tuple[Fault, ...]:
        """Faults of the plan's data."""


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
        return Residents(by.get("low"), found.value, by.get("high"), found.origin, found.missing)

    def faults(self, plan: Plan) -> tuple[Fault, ...]:
        """Every fault of the plan's data."""
        return validate(plan)


HOUSE = House()


@cache
def _reads(name: str) -> Reads:
    pairs = [what.partition(".") for what in MEASURES[name].inputs if ":" not in what]
    return frozenset((layer, column) for layer, _, column in pairs)


@cache
def _gauges() -> Mapping[str, Gauge]:
    return {name: Gauge(spec.unit, frozenset(spec.parameters)) for name, spec in MEASURES.items()}


PEOPLE = ("parcels", "residents")
#: Columns of the parcels that residents are counted by.
COUNTED = ("residents", "dwellings", "floor_area_m2")
#: Hang on where people live and not on how many: the same with more of them everywhere.
UNMOVED = frozenset({"circle_walk", "fewest_trees_in_view", "trees_in_view"})


def hangs_on_residents(measurement: Measurement, reads: Reads | None) -> bool:
    """
    Whether a value changes where everywhere more people live, in proportion.

    A share of residents does not: those within reach and all of them are more by the same factor. A share
    of residents and jobs together does.
    """
    if reads is None or PEOPLE not in reads or measurement.id in UNMOVED:
        return False
    return measurement.weight in {None, "residents_and_jobs"}


def with_residents(plan: Plan, factor: float) -> Plan:
    """A plan where every parcel has so many times its residents; its homes stand where they stood."""
    # What is asked of that plan nobody notes of this one, so all of it counts as read.
    every = [(layer, EVERYTHING) for layer in (*LAYERS, *plan.layers)]
    return plan.cached(f"with residents times {factor!r}", lambda: _with_residents(plan, factor), every)


def _with_residents(plan: Plan, factor: float) -> Plan:
    from blockplan.measure.inputs.homes import residents  # noqa: PLC0415 (measuring brings in geopandas and scipy)

    found = residents(plan)
    whole = None if found.total is None else found.total * factor
    # Whatever rests on them has read what they were read from: it goes, and all else stands.
    read = plan.reads_of("residents")
    marks = [("parcels", column) for column in COUNTED if ("parcels", column) in read]
    scaled = plan.edited({}, marks[:1]) if marks else plan.retouched({})
    scaled.cached("residents", lambda: replace(found, total=whole, by_parcel=found.by_parcel * factor))
    return scaled
