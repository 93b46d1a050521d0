"""Canonical JSON as RFC 8785 has it."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.canonical_numbers import NUMBERS

from blockplan.errors import UsageError
from blockplan.notice.proof import canonical


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_the_appendix_of_the_rfc_has_them(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical.dumps(number).decode() == text


def test_the_example_of_the_rfc_comes_out() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical.dumps(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = list(canonical.loads(canonical.dumps(dict.fromkeys(keys, 0))))
    assert written == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (math.nan, "no number that JSON knows"),
        (2**53 + 1, "no exact double"),
        (10**400, "no exact double"),
        ("\ud800", "half a sign"),
        ({1: 2}, "is no text"),
        ({"a": object()}, "cannot be written as JSON"),
    ],
)
def test_what_json_cannot_carry_is_refused(value: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        canonical.dumps(value)


def test_a_nest_that_would_break_a_reader_is_refused() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(UsageError, match="nested more than 64 deep"):
        canonical.dumps(deep)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b"[1.0]",
        b'"\\u0041"',
        b"[NaN]",
        b"\xff",
        b"[1]\n",
        b"[",
    ],
)
def test_what_is_not_canonical_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any of the reasons)
        canonical.loads(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)  # fmt: skip


@given(json_values)
def test_what_is_written_reads_back(value: Any) -> None:
    assert canonical.loads(canonical.dumps(value)) == value
