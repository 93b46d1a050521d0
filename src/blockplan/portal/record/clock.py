"""
What time it is in a record: the clock's, and never before its newest entry.

Pages and the API ask it, so that they say of "in time" what the record will enter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.notice.events import parse_time
from blockplan.portal import clock
from blockplan.portal.record.models import Entry

if TYPE_CHECKING:
    import datetime as dt


def time_of(notice: str) -> dt.datetime:
    """The time that an entry made now would bear."""
    newest = _newest(notice)
    return clock.now() if newest is None else max(clock.now(), newest)


def ahead_of_clock(notice: str) -> dt.datetime | None:
    """The time of the newest entry, where it was made by a clock that was wrong; else None."""
    newest = _newest(notice)
    if newest is None or (newest - clock.now()).total_seconds() <= clock.LEAP_S:
        return None
    return newest


def _newest(notice: str) -> dt.datetime | None:
    at = Entry.objects.filter(notice_id=notice).order_by("-seq").values_list("at", flat=True).first()
    return None if at is None else parse_time(at)
