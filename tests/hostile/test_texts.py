"""Every hostile text is kept as it came but for what no file can carry; shown, it turns nothing."""

from __future__ import annotations

import pytest
from tests.support.hostile.corpus import texts

from blockplan.notice.intake.texts_in import TURNING, UNFIT, made_fit, with_few_marks
from blockplan.notice.proof import canonical
from blockplan.respond.tables import shown
from blockplan.texts import shortened

TEXTS = {entry.name: entry for entry in texts()}


@pytest.mark.long
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_kept_as_it_came_and_turns_nothing_around_it(name: str) -> None:
    content = TEXTS[name].content
    assert isinstance(content, str)
    received, told = made_fit(content)
    assert received == UNFIT.sub("\ufffd", content)
    assert bool(told) or received == content
    canonical.dumps({"text": received, "shown": shown(received)})
    assert not TURNING.search(shown(received))
    assert not UNFIT.search(shown(received))


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_that_is_cut_short_is_one_line(name: str) -> None:
    content = TEXTS[name].content
    assert isinstance(content, str)
    line = shortened(content, 60)
    assert len(line) <= 60
    assert len(line.splitlines()) <= 1
    assert line == " ".join(content.split()) or line.endswith("…")


@pytest.mark.parametrize("name", [name for name in TEXTS if name.startswith("text/page")])
def test_markup_is_words_like_any_other_and_stays_as_written(name: str) -> None:
    content = TEXTS[name].content
    assert isinstance(content, str)
    assert shown(made_fit(content)[0]) == UNFIT.sub("\ufffd", content)


def test_of_a_text_of_nothing_but_accents_few_are_searched() -> None:
    # Composed as it came, it takes minutes: the time grows with the square of the run.
    text = "a" + "\u0301\u0323" * 99_000
    assert made_fit(text)[0] == text
    assert len(with_few_marks(text)) < 40


def test_turning_marks_are_told_and_shown_by_their_numbers() -> None:
    received, told = made_fit("look: \u202egnp.exe")
    assert shown(received) == "look: [U+202E]gnp.exe"
    assert told == ["1 marks turn the direction of writing; read the text with care"]
