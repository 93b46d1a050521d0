"""Numbers as planners write them: read whole, or told as unread, and never zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.exchange.office.values import Amount, Unread, read_amount, read_elevation


@pytest.mark.parametrize(
    ("written", "quantity", "unit", "value", "kind"),
    [
        ("≤2.2", "far", "", 2.2, "upper"),
        ("＜＝2.2", "far", "", 2.2, "upper"),
        ("不大于2.2", "far", "", 2.2, "upper"),
        ("2.2以下", "far", "", 2.2, "upper"),
        ("≥1.0", "far", "", 1.0, "lower"),
        ("不低于30%", "share", "", 0.3, "lower"),
        ("1.5-2.0", "far", "", 2.0, "range"),
        ("1.5～2.0", "far", "", 2.0, "range"),
        ("1.5—2.0", "far", "", 2.0, "range"),
        ("1.5至2.0", "far", "", 2.0, "range"),
        ("1.5＜FAR≤2.0", "far", "", 2.0, "range"),
        ("≥1.0且≤2.0", "far", "", 2.0, "range"),
        ("30-35%", "share", "", 0.35, "range"),
        ("35", "share", "%", 0.35, ""),
        ("35％", "share", "%", 0.35, ""),
        (35, "share", "%", 0.35, ""),
        ("0.35", "share", "1", 0.35, ""),
        ("54米", "height", "", 54.0, ""),
        ("５４ｍ", "height", "", 54.0, ""),
        ("24米（黄海高程≤52.5m）", "height", "m", 24.0, ""),
        ("2.35公顷", "area", "m2", 23_500.0, ""),
        ("3亩", "area", "", 2000.0, ""),
        ("1.2万㎡", "area", "", 12_000.0, ""),
        ("12,345.6", "area", "m2", 12_345.6, ""),
        ("12 345", "area", "m2", 12_345.0, ""),
        ("1.5", "area", "ha", 15_000.0, ""),
        ("1.2万人", "count", "1", 12_000.0, ""),
        ("2.0（地上）", "far", "", 2.0, ""),
        ("约1.5", "far", "", 1.5, ""),
    ],
)
def test_a_number_is_read_with_its_sign_and_unit(written, quantity, unit, value, kind):
    found = read_amount(written, quantity, unit)
    assert isinstance(found, Amount)
    assert (found.value, found.kind) == (value, kind)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "-",
        "—",
        "/",
        "／",
        "无",
        "待定",
        "N/A",
        "<Null>",
        None,
        float("nan"),
        "9999",
        9999,
        9999.0,
        -1,
        "不限",
        "不作控制",
        "无要求",
    ],
)
def test_what_says_nothing_and_what_has_no_limit_is_no_number(written):
    assert read_amount(written, "far") is None


@pytest.mark.parametrize(
    ("written", "quantity"),
    [
        ("住宅54，商业24", "height"), ("6层", "height"), ("详见图则", "far"), ("2.0/3.0", "far"),
        ("绝对标高120米", "height"),
        ("35公顷", "share"), ("-3", "area"), (True, "far"),
    ],
)  # fmt: skip
def test_what_could_mean_several_things_is_unread(written, quantity):
    assert isinstance(read_amount(written, quantity), Unread)


@pytest.mark.parametrize(
    ("written", "height"),
    [
        ("100米（1985国家高程138.5米）", 138.5),
        ("绝对标高≤120m", 120.0),
        ("54", None),
        ("1985国家高程基准", None),
    ],
)
def test_a_height_above_the_datum_is_told_from_one_above_the_ground(written, height):
    assert read_elevation(written) == height


@given(st.floats(0.01, 50).map(lambda number: round(number, 2)), st.sampled_from(["≤", "≥", "", "不大于"]))
def test_what_is_written_is_what_is_read(number, sign):
    found = read_amount(f"{sign}{number}", "far")
    assert isinstance(found, Amount)
    assert found.value == pytest.approx(number)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_and_none_becomes_zero(text):
    found = read_amount(text, "far")
    if isinstance(found, Amount) and found.value == 0:
        assert any(sign.isnumeric() for sign in text)
