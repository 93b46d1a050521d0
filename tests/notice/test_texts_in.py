"""Words of an opinion: two forms, one for the record and one for reading."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.errors import IntakeError
from blockplan.notice.intake.limits import UploadLimits
from blockplan.notice.intake.texts_in import closed, mail_of, shown, take_text, take_words, with_few_marks


def test_what_was_sent_is_kept_and_what_is_shown_is_composed() -> None:
    words = take_words({"text": "cafe\u0301\r\nか\u3099", "title": "  two\nlines  "})
    assert words["text"].received == "cafe\u0301\r\nか\u3099"
    assert words["text"].shown == "café\nが"
    assert words["title"].received == words["title"].shown == "two lines"


def test_a_field_in_which_nothing_can_be_seen_is_left_out() -> None:
    assert set(take_words({"text": "trees", "title": "\u200b \u3000", "reason": ""})) == {"text"}


def test_a_text_that_is_too_long_is_refused_with_its_length_and_a_way_out() -> None:
    with pytest.raises(IntakeError, match=r"has 11 characters; 10 are the most\. Put the details"):
        take_text("a" * 11, limits=UploadLimits(text_characters=10))
    with pytest.raises(IntakeError, match="This field has 301 characters"):
        take_text("a" * 301, "title")


def test_what_no_file_can_carry_is_replaced_and_told() -> None:
    found = take_text("a\x00b\ud800")
    assert found.received == "a\ufffdb\ufffd"
    assert [one.text["en"] for one in found.notes] == [
        "2 characters that cannot be stored were replaced by “�”."
    ]


@pytest.mark.parametrize(
    ("contact", "mail"),
    [
        ("wang@example.org", "wang@example.org"),
        (" wang@example.co.jp ", "wang@example.co.jp"),
        ("a@b", None),
        ("a@example.org\nBcc: b@example.org", None),
        ("a@example.org, b@example.org", None),
        ("<a@example.org>", None),
        ('"a b"@example.org', None),
        ("a@-example.org", None),
        ("a@example..org", None),
        ("090-1234-5678", None),
        ("a" * 250 + "@example.org", None),
    ],
)
def test_mail_goes_only_to_what_is_one_address_and_nothing_else(contact: str, mail: str | None) -> None:
    assert mail_of(contact) == mail


@given(st.text(st.sampled_from("ab \n\u202a\u202e\u202c\u2066\u2067\u2069\u200f"), max_size=40))
def test_closing_a_line_twice_changes_nothing_more(text: str) -> None:
    for line in text.split("\n"):
        assert closed(closed(line)) == closed(line)


@given(st.text(max_size=80))
def test_what_is_shown_is_shown_the_same_again(text: str) -> None:
    fit = take_text(text).shown
    assert shown(fit) == fit


@given(st.text(st.sampled_from("aé\u0301\u0323\u3099か"), max_size=30))
def test_texts_with_few_marks_are_only_composed(text: str) -> None:
    assert with_few_marks(text) == text
    assert shown(text) in {unicodedata.normalize("NFC", text), ""}
