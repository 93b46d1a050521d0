"""Opinions that go to the service's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore


def send(store: DatabaseStore, text: str, *files: Attachment, **more: object) -> tuple[str, str]:
    event, secret = intake.submit(store, intake.Submission(text=text, more=more, files=files))
    return str(event.opinion), secret
