"""Opinions are 1, 2, 3 in order of arrival, whatever else the log holds; what people type leads to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.support.notice_records import a_notice, an_opinion
from tests.support.offices import Office

from blockplan.cli.notice.lifecycle import command
from blockplan.errors import BlockplanError
from blockplan.notice.numbers import Typed, id_of, named, numbers, read_typed, with_id
from blockplan.notice.submissions import erase, withdraw
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


@pytest.mark.parametrize("lang", LANGUAGES)
def test_commands_take_whatever_people_are_told(tmp_path: Path, lang: str) -> None:
    with a_notice(tmp_path) as store:
        first = store.append("submitted", an_opinion())
        store.append("withdrawn", {"opinion": first.opinion})
        store.append("submitted", an_opinion())
        log = list(store.events())
    for name in ("O-3", "O-3.2"):
        assert [id_of(say(name, 2, lang), log) for say in (named, with_id)] == [name, name]
    assert [id_of(said, log) for said in ("2", "２", "第 2 号", "2.2", "7", "T2", "a theme 2")] == [
        "O-3", "O-3", "O-3", "O-3.2", "7", "T2", "a theme 2"
    ]  # fmt: skip


def test_what_is_refused_names_the_opinion_by_its_number(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.says("one", "two")
    with office.open() as store:
        withdraw(store, "O-1", by="clerk")
        event = store.append("submitted", an_opinion())
        withdraw(store, str(event.opinion), by="clerk")
        with pytest.raises(BlockplanError, match=r"^Opinion No\. 3 \(entry 4\) was withdrawn") as told:
            withdraw(store, str(event.opinion), by="clerk")
    assert told.value.text is not None
    assert "第 3 号" in told.value.text["zh"]
    words = ["withdraw-opinion", str(tmp_path / "town.notice"), "2", "--by", "clerk", "--json"]
    done = CliRunner().invoke(command, words)
    assert (done.exit_code, '"O-2"' in done.output) == (0, True)
