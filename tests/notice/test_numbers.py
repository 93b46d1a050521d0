"""Opinions are 1, 2, 3 in order of arrival, whatever else the log holds; what people type leads to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.notice.records import a_notice, an_opinion

from blockplan.notice.numbers import Typed, named, numbers, read_typed, with_id
from blockplan.notice.submissions import erase
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


def test_numbers_follow_arrival_and_not_entries_and_never_change(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        first = store.append("submitted", an_opinion())
        known = numbers(store.events())
        store.append("withdrawn", {"opinion": first.opinion})
        second = store.append("submitted", an_opinion())
        erase(store, str(first.opinion), ground="asked for", by="Li")
        third = store.append("submitted", an_opinion())
        told = numbers(store.events())
        assert told == {first.opinion: 1, second.opinion: 2, third.opinion: 3}
        assert told == numbers(store.events({"submitted"})) == known | told
        assert (second.seq, third.seq) == (3, 5)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_people_are_told_leads_back_when_it_is_typed(lang: str) -> None:
    for opinion in ("O-10484", "O-10484.3"):
        assert read_typed(named(opinion, 2, lang)) == Typed(2, 10484)
    assert read_typed(with_id("O-10484", 2, lang)) == Typed(None, 10484)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2", Typed(2)), (" No. 2", Typed(2)), ("no2", Typed(2)), ("第 ２ 号", Typed(2)), ("第2号", Typed(2)),
        ("O-17", Typed(None, 17)), ("o17", Typed(None, 17)), ("Ｏ－１７", Typed(None, 17)),
        ("trees", Typed()), ("", Typed()), ("9" * 30, Typed()), ("O-" + "9" * 30, Typed()),
    ],
)  # fmt: skip
def test_a_figure_is_a_number_and_one_after_the_letter_an_entry(said: str, meant: Typed) -> None:
    assert read_typed(said) == meant
