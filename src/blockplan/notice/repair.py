"""
Mending a record whose clock leapt: an entry ``clock_repaired``, by two persons, after which time is right
again.

No entry is older than the one before it. So an entry that was made while the clock stood ten years ahead
takes all that come later with it, and opinions become late that were in time. Such entries keep what the
clock read. The repair says from which entry on the times are wrong, and which opinions were in time all the
same; both follow from the log, so that a verifier works them out again. It is the one entry that may be older
than the one before it, and never older than the last whose time was right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError
from blockplan.notice.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.notice.events import Event

KIND = "clock_repaired"


def tail(events: Iterable[Event], now: str) -> list[Event]:
    """The entries at the end whose time lies after a moment."""
    found: list[Event] = []
    for event in events:
        found = [*found, event] if event.at > now else []
    return found


def repair(events: Iterable[Event], now: str) -> dict[str, Any]:
    """
    What a repair at a moment says: ``from`` (the first entry whose time is wrong) and ``in_time``.

    Raises
    ------
    NoticeStateError
        If no entry lies ahead of the clock: then nothing is to be mended.
    """
    wrong = tail(events, now)
    if not wrong:
        raise refused(NoticeStateError, "clock_right", now=now)
    return {"from": wrong[0].seq, "in_time": in_time(wrong, now)}


def in_time(wrong: Sequence[Event], now: str) -> list[str]:
    """
    The opinions among entries of wrong time that were in time all the same.

    Each came no later than what the clock read at it, at an entry after it, or at the repair. What a clerk
    entered with its day of arrival was decided by that day, and stays.
    """
    found = []
    latest = now
    for event in reversed(wrong):
        latest = min(latest, event.clock or latest)
        said = event.payload if event.kind == "submitted" and event.known else {}
        if said.get("late") and "received_at" not in said and latest < str(said["ends_before"]):
            found.append(str(event.opinion))
    return found[::-1]


def fault(before: Sequence[Event], event: Event) -> str | None:
    """What is wrong with a repair after these entries; None if it follows from them."""
    wrong = tail(before, event.at)
    if not wrong:
        return "no entry before it lies ahead of it"
    first = wrong[0].seq
    if event.payload.get("from") != first:
        return f"the times are wrong from entry {first} on"
    known = {f"O-{one.seq}" for one in wrong if one.kind == "submitted" and one.known}
    said = event.payload.get("in_time")
    claimed = {one for one in said if one in known} if isinstance(said, list) else None
    true = set(in_time(wrong, event.at))
    if claimed != true:
        return f"in time were {', '.join(sorted(true)) or 'none'}"
    foreign = set(said or ()) - {f"O-{one.seq}" for one in wrong if one.kind == "submitted"}
    return f"{', '.join(sorted(map(str, foreign)))} did not come then" if foreign else None
