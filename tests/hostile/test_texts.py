"""Every hostile text is refused for its length, or kept as it came and shown so that it harms nothing."""

from __future__ import annotations

import unicodedata

import pytest
from tests.hostile.corpus import texts

from blockplan.errors import IntakeError
from blockplan.notice.intake.texts_in import FIELDS, TURNING, UNFIT, OpinionField, take_text
from blockplan.notice.proof import canonical

TEXTS = {entry.name: entry for entry in texts()}
OPENING = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c",
           "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}  # fmt: skip


def taken(text: str, field: str) -> OpinionField | IntakeError:
    try:
        return take_text(text, field)
    except IntakeError as error:
        return error


def depth_at_the_end(line: str) -> int:
    """Turning marks that are open where a line ends (Unicode Annex 9); -1 if one closes what is not open."""
    waiting: list[str] = []
    for sign in line:
        if sign in OPENING:
            waiting.append(OPENING[sign])
        elif sign in "\u202c\u2069":
            if sign not in waiting:
                return -1
            while waiting.pop() != sign:
                pass
    return len(waiting)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_kept_as_it_came_and_turns_nothing_around_it(name: str, field: str) -> None:
    entry = TEXTS[name]
    content = entry.content
    assert isinstance(content, str)
    found = taken(content, field)
    if isinstance(found, IntakeError):
        assert found.code in {entry.code, "text.line", "text.long"}
        return
    assert not UNFIT.search(found.received + found.shown)
    canonical.dumps({"text": found.received, "shown": found.shown})
    assert all(depth_at_the_end(line) == 0 for line in found.shown.split("\n"))
    assert not set(found.shown) & set("\r\x85\u2028\u2029")
    assert unicodedata.is_normalized("NFC", found.shown)
    if field == "text" and not UNFIT.search(content):
        assert found.received == content
    if field not in {"text", "reason"}:
        assert "\n" not in found.received + found.shown


@pytest.mark.parametrize("name", [name for name in TEXTS if name.startswith("text/page")])
def test_markup_is_words_like_any_other_and_stays_as_written(name: str) -> None:
    content = TEXTS[name].content
    assert isinstance(content, str)
    assert take_text(content).shown == UNFIT.sub("\ufffd", content).replace("\r\n", "\n")


def test_a_text_of_nothing_but_accents_is_kept_whole_and_shown_with_few() -> None:
    # Composed as it came, it takes minutes: the time grows with the square of the run.
    found = take_text("a" + "\u0301\u0323" * 99_000)
    assert len(found.shown) < 40
    assert len(found.received) == 198_001


def test_turning_marks_are_noted() -> None:
    found = take_text("look: \u202egnp.exe")
    assert TURNING.search(found.received)
    assert [one.code for one in found.notes] == ["text.turning"]
