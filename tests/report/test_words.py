from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.catalogues import catalogue

from blockplan.check.verdict import Required
from blockplan.errors import UsageError
from blockplan.figures import enough_decimals, rounded
from blockplan.measure.measurement import Measurement
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

UNKNOWN = {"zh": "未知", "en": "not known", "ja": "不明"}


def test_every_text_stands_in_three_languages() -> None:
    lacking = {key: text for key, text in catalogue().items() if not {*LANGUAGES} <= {*text}}
    assert lacking == {}


def test_columns_of_an_area_name_their_unit_in_one_way_in_chinese() -> None:
    fields = ("declared_area_m2", "site_area_m2", "floor_area_m2", "floor_area_m2_max")
    assert all(Words("zh").field(one).endswith("（平方米）") for one in fields)


def test_the_languages_of_a_text_take_the_same_values() -> None:
    import string

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    # One language needs no number, a bare one, or one without its sign.
    free = {"summary.affected", "summary.asked", "residents.capacity", "summary.lead"}
    for key, text in catalogue().items():
        if key not in free and not key.startswith("missing."):
            assert len({frozenset(fields(text[lang])) for lang in LANGUAGES}) == 1, key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_known_is_said_so_and_never_zero(lang: str) -> None:
    words = Words(lang)
    for value in (None, math.nan, math.inf):
        said = {
            words.number(value),
            words.amount(value, "m2"),
            words.amount(value, "1"),
            words.share(value),
            words.signed(value, "bed"),
            words.rate(value, "bed", 1000),
        }
        assert said == {UNKNOWN[lang]}


@pytest.mark.parametrize("measure", ["parcel_parking", "parking_per_floor"])
def test_parking_over_floor_area_says_so(measure: str) -> None:
    found = Measurement(measure, 0.627, "space")
    said = {lang: Words(lang).figure(0.627, found) for lang in LANGUAGES}
    assert said == {
        "zh": "每 100 平方米建筑面积 0.627 个车位",
        "en": "0.627 spaces per 100 m² of floor area",
        "ja": "床面積 100 m² 当たり 0.627 台分",
    }


def test_amounts_read_as_an_office_writes_them() -> None:
    assert Words("en").rate(3466.666, "m2", 1000) == "3,466.7 m² per 1,000 residents"
    assert Words("zh").rate(20.0, "m2", 1) == "人均 20 平方米"
    assert Words("ja").rate(9.5, "bed", 1000) == "千人当たり 9.5 床"
    assert Words("zh").rate(9.5, "bed", 1000) == "每千人 9.5 张床位"
    assert Words("ja").rate(9.5, "ha", 100_000) == "十万人当たり 9.5 ha"
    assert Words("en").amount(1, "park") == "1 park"
    assert Words("en").amount(2, "park") == "2 parks"
    assert Words("en").amount(3, "furlong") == "3 furlong"


def test_what_is_required_reads_as_a_sentence() -> None:
    assert Words("en").required(Required(">=", 9.5), "bed", 1000) == "at least 9.5 beds per 1,000 residents"
    assert Words("zh").required(Required("between", (8.5, 9.5)), "km") == "8.5 至 9.5 公里"
    assert Words("en").required(Required("between", (0.1, 0.15)), "1") == "10% to 15%"
    assert Words("ja").required(Required("<=", 30.0), "day") == "30 日間以下"
    assert Words("en").required(Required(">=", 1.0), "1") == "everyone (100%)"


def test_a_value_just_below_its_limit_is_not_rounded_onto_it() -> None:
    words = Words("en")
    assert words.amount(0.4497, "m2", than=0.45) == "0.4497 m²"
    assert words.amount(9.499, "bed", than=9.5) == "9.499 beds"
    assert words.share(0.99996) == "99.996%"
    assert words.share(0.00004) == "0.004%"
    assert words.share(1.0) == "100%"


@given(st.floats(0, 1e7), st.floats(0, 1e7), st.integers(0, 3))
def test_two_different_numbers_are_told_apart_or_six_decimals_are_spent(
    value: float, limit: float, digits: int
) -> None:
    enough = enough_decimals(value, limit, digits)
    assert enough >= digits
    assert value == limit or rounded(value, enough) != rounded(limit, enough) or enough == 6


def test_margins_carry_their_sign() -> None:
    words = Words("en")
    assert words.signed(0.5, "bed") == "+0.5 beds"
    assert words.signed(-517.33, "m2") == "−517.3 m²"
    assert words.signed(0.0, "park") == "0 parks"
    assert words.signed(-0.07, "1") == "−7 points"


def test_days_are_written_in_the_language() -> None:
    assert Words("zh").day("2021-09-30") == "2021年9月30日"
    assert Words("en").day("2021-09-30") == "30 September 2021"
    assert Words("en").day("some day") == "some day"


def test_a_language_that_the_house_does_not_speak_is_refused() -> None:
    with pytest.raises(UsageError, match="no language 'fr'"):
        Words("fr")


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ("parcel A-1", "height (m)")), ("ja", ("区画 A-1", "高さ（m）"))],
)
def test_a_change_names_feature_and_column_as_readers_call_them(lang: str, said: tuple[str, str]) -> None:
    assert Words(lang).changed({"layer": "parcels", "id": "A-1", "column": "height_m"}) == said
