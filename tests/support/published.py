"""A notice whose answers are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from blockplan.notice import Attachment, office
from blockplan.notice import submissions as intake
from blockplan.respond import Answer, Desk

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore


def send(store: DatabaseStore, text: str, *files: Attachment, **more: object) -> tuple[str, str]:
    event, secret = intake.submit(store, intake.Submission(text=text, more=more, files=files))
    return str(event.opinion), secret


@pytest.fixture
def published(opened: DatabaseStore, clock: HandClock) -> DatabaseStore:
    """A notice with two answered opinions and one that was taken back, its report published."""
    send(opened, "More trees.")
    send(opened, "Fewer cars.")
    _, secret = send(opened, "Never mind.")
    intake.withdraw(opened, "O-3", secret=secret)
    clock.set(2026, 4, 1, 0, 0, 0)
    office.close(opened, by="Li")
    desk = Desk(opened)
    desk.cut(by="Li")
    theme = desk.name_theme({"en": "Green"}, by="Li")
    desk.assign(["O-1.1"], theme, by="Li")
    desk.answer_theme(theme, Answer(kind="adopted", reason={"en": "Trees are planted."}), by="Li")
    desk.answer_segment("O-2.1", Answer(kind="noted", reason={"en": "Passed on."}), by="Li")
    opened.append("answers_complete", {"by": "Li"})
    opened.append("approved", {"by": "Li", "second": "Wang"})
    opened.append("published", {"report": {"response.json": "0" * 64}, "by": "Li", "second": "Wang"})
    return opened
