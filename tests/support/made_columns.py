"""Verdicts, results and columns made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.builders import a_plan

from blockplan.check.verdict import Capacity, CheckResult, Required, Residents, Verdict
from blockplan.compare import ComparedColumn, Comparison
from blockplan.compare.side_by_side import _pair
from blockplan.measure.measurement import Measurement, Place

if TYPE_CHECKING:
    from blockplan.plan import Plan


def a_verdict(rule: str = "far", outcome: str = "pass", **changes: Any) -> Verdict:
    """A verdict of a rule; `scope` is (kind, id)."""
    kind, id_ = changes.pop("scope", ("plan", "small"))
    table: dict[str, Any] = {
        "rule": rule,
        "title": {"en": f"Title of {rule}", "zh": "规则", "ja": "基準"},
        "scope_kind": kind,
        "scope_id": id_,
        "outcome": outcome,
        "measured": 2.0,
        "unit": "m2",
        "required": Required(">=", 1.0),
        "margin": 1.0,
        "remedy": None,
        "affected_residents": None,
        "where": (),
        "definition": {},
        "readings": (),
        "force": "must",
        "confidence": "A",
        "source": {"document": "Example"},
    }
    return Verdict(**{**table, **changes})


def a_measurement(id_: str = "far", value: float | None = 2.0, **parameters: Any) -> Measurement:
    """A measurement with the parameters it was taken under."""
    return Measurement(id_, value, "m2", {"parameters": parameters})


def a_place(id_: str, x: float = 500_050.0, y: float = 4_400_050.0) -> Place:
    """A parcel that a verdict points at."""
    return Place("parcels", id_, x, y, 1.0)


def a_column(id_: str, *verdicts: Verdict, plan: Plan | None = None, **result: Any) -> ComparedColumn:
    """A column with these verdicts."""
    table: dict[str, Any] = {
        "plan": "small",
        "scenario": "base",
        "on": "2021-09-30",
        "packs": ("zone",),
        "residents": Residents(10.8, 12.0, 13.2),
        "capacity": Capacity(40, "far", {"far": 40}),
        "verdicts": verdicts,
        "reported": (),
        "statements": (),
        "faults": (),
    }
    return ComparedColumn(id_, plan or a_plan(), CheckResult(**{**table, **result}))


def a_comparison(*columns: ComparedColumn) -> Comparison:
    """Columns side by side, as `compare` puts them."""
    pairs = tuple(_pair(columns[0], column) for column in columns[1:])
    rows = tuple(row for pair in pairs for row in pair.land.rows(pair.column))
    return Comparison(columns, rows, (), pairs)
