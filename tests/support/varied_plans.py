"""Plans that differ in a known way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.support.builders import X, a_plan, parcels_of
from tests.support.made_columns import a_column, a_comparison, a_measurement, a_place, a_verdict

from blockplan.check.verdict import Required, Residents

if TYPE_CHECKING:
    from blockplan.compare import Comparison
    from blockplan.plan import Plan


def a_drawn_plan(*uses: str | None, **columns: Any) -> Plan:
    return a_plan(parcels_of(*uses, **columns), {"synthetic": True, "scenarios": {"b": "other"}})


def varied() -> Comparison:
    """Land, residents and places that differ; a rule in one column only; another limit; an unknown."""
    before = a_drawn_plan("0701", "1401", "16", None, residents=[10, None, None, None])
    after = a_drawn_plan("0701", "0701", "16", "1401", "1401", residents=[4, 20, None, None, None])
    after = after.replace(parcels=after.layer("parcels").drop(index="C"))
    one = a_column(
        "base",
        a_verdict("reach", "pass", measurement=a_measurement("m-reach", 4.0)),
        a_verdict("far", "fail", margin=-1.0, where=(a_place("A"),)),
        a_verdict("limit"),
        a_verdict("gone", scope=("block", "B1")),
        plan=before,
        residents=Residents(9.0, 10.0, 11.0),
    )
    other = a_column(
        "b",
        a_verdict("reach", "fail", where=(a_place("B", X + 150),), measurement=a_measurement("m-reach", 3.0)),
        a_verdict("far", "pass"),
        a_verdict("limit", "unknown", measured=None, margin=None, required=Required("<=", 9.0)),
        plan=after,
        residents=Residents(None, 24.0, None),
    )
    found = a_comparison(one, other)
    (pair,) = found.pairs
    from blockplan.compare.changes import changes

    return replace(found, changes=tuple(changes("b", pair.before, pair.after)))
