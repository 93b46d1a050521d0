"""Laws of the comparison."""

from __future__ import annotations

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from blockplan.check.limits import compare, margin, slack
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


@given(NUMBERS, st.floats(0, 10))
def test_a_value_at_the_limit_passes_and_one_farther_below_than_can_be_told_fails(
    limit: float, tolerance: float
) -> None:
    least = Required(">=", limit)
    near = slack(limit, tolerance)
    assert compare(limit, least, tolerance) == "pass"
    assert compare(limit - 0.9 * near, least, tolerance) == "pass"
    assert compare(limit - 1.1 * near - 1e-6, least, tolerance) == "fail"
    assert compare(limit + 0.9 * near, Required(">", limit), tolerance) == "fail"


@given(asked())
def test_binary_digits_of_a_sum_turn_no_verdict(required: Required) -> None:
    limits = required.value if isinstance(required.value, tuple) else (required.value,)
    for limit in limits:
        assume(abs(limit) > 1e-300)
        off = [math.nextafter(limit, end) for end in (-math.inf, math.inf)]
        assert {compare(one, required) for one in off} == {compare(limit, required)}


@given(asked())
def test_no_value_is_unknown_whatever_is_asked(required: Required) -> None:
    assert compare(None, required) == "unknown"
