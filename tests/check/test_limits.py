"""Laws of the comparison."""

from __future__ import annotations

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from blockplan.check.limits import compare, margin, margins, slack
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


@given(NUMBERS, st.floats(-100, 100), st.floats(0, 10))
def test_what_is_asked_exactly_fails_above_as_below(limit: float, off: float, tolerance: float) -> None:
    value = limit + off
    assume(abs(abs(value - limit) - slack(limit, tolerance)) > 1e-9 * abs(limit))
    at_it = abs(value - limit) < slack(limit, tolerance)
    assert compare(value, Required("=", limit), tolerance) == ("pass" if at_it else "fail")


@given(NUMBERS, NUMBERS, asked())
def test_margins_of_a_range_hold_those_of_every_value_in_it(
    one: float, other: float, required: Required
) -> None:
    low, high = sorted((one, other))
    least, most = margins((low, high), required)
    inside = [min(max(low + (high - low) * part, low), high) for part in (0, 0.25, 0.5, 0.75, 1)]
    figures = required.value if isinstance(required.value, tuple) else (required.value, required.value)
    inside += [value for value in (*figures, sum(figures) / 2) if low <= value <= high]
    found = [margin(value, required) for value in inside]
    assert least <= min(found)
    assert max(found) <= most
