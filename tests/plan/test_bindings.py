"""What a statement is bound to, and conditions on measures."""

from __future__ import annotations

import pytest

from blockplan.plan.validity.statements import Condition, bindings, condition


def test_bindings_are_parted_by_commas_of_either_width() -> None:
    assert bindings(" rule:zone-edu， object:rd ,") == ["rule:zone-edu", "object:rd"]
    assert bindings(None) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jobs", Condition("jobs")),
        ("jobs >= 2.5", Condition("jobs", "", ">=", 2.5)),
        ("area_townships[area:life]=2", Condition("area_townships", "area:life", "=", 2.0)),
        ("areas_overlap<=0.01", Condition("areas_overlap", "", "<=", 0.01)),
        ("jobs>", None),
        ("jobs>-1", None),
        ("jobs[]=1", None),
        ("more than one", None),
        ("", None),
    ],
)
def test_a_condition_is_a_measure_perhaps_a_part_and_perhaps_a_number(
    text: str, found: Condition | None
) -> None:
    assert condition(text) == found


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        (">=", False, True, True),
        ("<=", True, True, False),
        ("=", False, True, False),
        (">", False, False, True),
        ("<", True, False, False),
    ],
)
def test_a_condition_holds_below_at_and_above_its_number(op: str, below: bool, at: bool, above: bool) -> None:
    asked = Condition("jobs", "", op, 3.0)
    assert (asked.holds(2.999), asked.holds(3.0), asked.holds(3.001)) == (below, at, above)
    # 0.1 + 0.2 is 0.30000000000000004, and still 0.3.
    assert Condition("jobs", "", "=", 0.3).holds(0.1 + 0.2)
    assert not Condition("jobs", "", ">", 0.3).holds(0.1 + 0.2)
