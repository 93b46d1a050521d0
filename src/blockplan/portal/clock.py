"""The clock of the service: the server's, in one place, so that nothing else is asked what time it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.notice.ledger import system_clock

if TYPE_CHECKING:
    import datetime as dt


def now() -> dt.datetime:
    """The server's time, in UTC."""
    return system_clock()


def ask() -> dt.datetime:
    """`now` as it is when asked: for those who keep a clock for later."""
    return now()
