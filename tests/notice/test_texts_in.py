"""Words from strangers: what a file can carry of them, and what is a mail address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.notice.intake.texts_in import made_fit, mail_of, with_few_marks


def test_what_no_file_can_carry_is_replaced_and_told() -> None:
    assert made_fit("a\x00b\ud800") == (
        "a\ufffdb\ufffd",
        ["2 characters that no file can carry became \ufffd"],
    )


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


@given(st.text(st.sampled_from("aé\u0301\u0323\u3099か"), max_size=30))
def test_texts_with_few_marks_stay_as_they_are(text: str) -> None:
    assert with_few_marks(text) == text
