"""Which measures hang on how many residents there are, and the plan with more or fewer of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockplan.check.doubts import Reads
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan

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
    return measurement.definition.get("weight") in {None, "residents_and_jobs"}


def with_residents(plan: Plan, factor: float) -> Plan:
    """A plan where every parcel has so many times its residents; its homes stand where they stood."""
    from blockplan.measure.inputs.homes import residents  # noqa: PLC0415 (measuring brings in geopandas and scipy)

    found = residents(plan)
    whole = None if found.total is None else found.total * factor
    # Whatever rests on them has read what they were read from: it goes, and all else stands.
    read = plan.reads_of("residents")
    marks = [("parcels", column) for column in COUNTED if ("parcels", column) in read]
    scaled = plan.edited({}, marks[:1]) if marks else plan.retouched({})
    scaled.cached("residents", lambda: replace(found, total=whole, by_parcel=found.by_parcel * factor))
    return scaled
