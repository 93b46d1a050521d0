"""Readings above Chinese characters: marks, the table of words, counters, days, HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.report.public.furigana import _table, annotated, bare, html, pieces, unread

KANA = re.compile(r"[\u3041-\u309f\u30a0-\u30ff]+")


def test_readings_become_ruby_and_everything_else_is_escaped() -> None:
    assert html("[公園|こうえん]<b>") == ("<ruby>公園<rp>(</rp><rt>こうえん</rt><rp>)</rp></ruby>&lt;b&gt;")
    assert "<script>" not in html("[<script>|x]")


@given(st.text(alphabet="公園道路あいう[|]<>&人日月0123456789 ", max_size=30))
def test_pieces_hold_all_that_is_written(text: str) -> None:
    assert "".join(written for written, _ in pieces(text)) == bare(text)


@given(st.text(alphabet="公園道路人口あいう人日月年0123456789 ", max_size=30))
def test_readings_written_in_change_nothing_that_is_written_and_are_written_in_once(text: str) -> None:
    assert bare(annotated(text)) == text
    assert annotated(annotated(text)) == annotated(text)


def test_longer_words_go_before_shorter_ones() -> None:
    assert annotated("小学校") == "[小学校|しょうがっこう]"


def test_a_counter_is_read_so_only_after_a_figure() -> None:
    assert annotated("60,000 人") == "60,000 [人|にん]"
    assert annotated("人") == "[人|ひと]"


@pytest.mark.parametrize(
    ("day", "read"), [("24日", "[24日|にじゅうよっか]"), ("2日", "[2日|ふつか]"), ("22日", "22[日|にち]")]
)
def test_days_that_are_read_in_their_own_way_are(day: str, read: str) -> None:
    assert annotated(f"2021年11月{day}").endswith(read)


def test_a_name_that_the_table_does_not_know_keeps_no_reading() -> None:
    assert annotated("澄河") == "澄河"
    assert unread(annotated("澄河の公園")) == "澄河"


def test_readings_are_kana() -> None:
    for words in _table().values():
        assert all(KANA.fullmatch(read) for read in words.values())
