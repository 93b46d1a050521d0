"""Laws of the comparison."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from blockplan.check.limits import compare, margin
from blockplan.check.verdict import Required

NUMBERS = st.floats(-1e9, 1e9)


@st.composite
def asked(draw: st.DrawFn) -> Required:
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    op = draw(st.sampled_from([">=", "<=", "=", "between"]))
    return Required(op, (low, high) if op == "between" else low)


@given(NUMBERS, asked())
def test_a_value_passes_exactly_when_its_margin_is_not_negative(value: float, required: Required) -> None:
    assert (compare(value, required) == "pass") == (margin(value, required) >= 0)


@given(NUMBERS)
def test_a_value_at_the_limit_passes_and_the_next_smaller_number_fails(limit: float) -> None:
    required = Required(">=", limit)
    assert compare(limit, required) == "pass"
    assert compare(math.nextafter(limit, -math.inf), required) == "fail"


@given(asked())
def test_no_value_is_unknown_whatever_is_asked(required: Required) -> None:
    assert compare(None, required) == "unknown"
