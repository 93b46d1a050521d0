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
        ("地上24米", "height", "", 24.0, ""),
        ("约1.2万平方米", "area", "", 12_000.0, ""),
        ("总建筑面积不超过1.2万㎡", "area", "", 12_000.0, "upper"),
        ("≥35（旧区改造≥25）", "share", "%", 0.35, "lower"),
        ("限高H≤24m", "height", "", 24.0, "upper"),
        ("建筑高度高于24米", "height", "", 24.0, "lower"),
        ("绿地率不得低于30%", "share", "", 0.3, "lower"),
        ("不宜大于2.0", "far", "", 2.0, "upper"),
        ("小于或等于2.0", "far", "", 2.0, "upper"),
        ("max. 2.0", "far", "", 2.0, "upper"),
        ("3000平方", "area", "", 3000.0, ""),
        ("2.0~2.5万平方米", "area", "", 25_000.0, "range"),
        ("50个停车位", "count", "", 50.0, ""),
        ("300床位", "count", "", 300.0, ""),
        ("1.2万", "count", "", 12_000.0, ""),
        ("24メートル以下", "height", "", 24.0, "upper"),
        # The mark of a footnote is no digit; a squared metre is no mark.
        ("2.2①", "far", "", 2.2, ""),
        ("≤2.0¹", "far", "", 2.0, "upper"),
        ("35%②", "share", "", 0.35, ""),
        ("54米③ ", "height", "", 54.0, ""),
        ("H≤54m（18F）", "height", "", 54.0, "upper"),
        ("500m²", "area", "", 500.0, ""),
        ("24①米", "height", "", 24.0, ""),
        ("2.2①（住宅）", "far", "", 2.2, ""),
        ("2.2¹²", "far", "", 2.2, ""),
        ("24¹²米", "height", "", 24.0, ""),
        ("30%①以上", "share", "", 0.3, "lower"),
        ("①24米", "height", "", 24.0, ""),
        ("1.5①-2.0②", "far", "", 2.0, "range"),
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
        ("绝对标高120米", "height"), ("1.0＜R≤0.8", "far"), ("≤1.5且≥2.0", "far"),
        ("35公顷", "share"), ("-3", "area"), (True, "far"), ("24①36②", "height"), ("12①345", "area"),
    ],
)  # fmt: skip
def test_what_could_mean_several_things_is_unread(written, quantity):
    assert isinstance(read_amount(written, quantity), Unread)


@pytest.mark.parametrize(
    ("written", "quantity"),
    [
        ("见说明3", "far"), ("详见图则5", "far"), ("按GB50180执行", "height"), ("2016年批复", "far"),
        ("R2", "far"), ("2015至2020年批复", "far"), ("第3条", "far"), ("高层80米", "height"),
        ("人均10", "area"), ("10㎡/人", "area"), ("300人/日", "count"), ("2.2倍", "far"), ("60 ft", "height"),
        ("24mm", "height"), ("见说明（3）", "far"), ("容积率2.0", "height"),
    ],
)  # fmt: skip
def test_a_number_inside_words_is_no_value(written, quantity):
    assert read_amount(written, quantity) == Unread("holds words beside the number")


@pytest.mark.parametrize(
    ("written", "height"),
    [
        ("100米（1985国家高程138.5米）", 138.5),
        ("绝对标高≤120m", 120.0),
        ("黄海高程52.5①米", 52.5),
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
