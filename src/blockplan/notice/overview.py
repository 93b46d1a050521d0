"""Where a notice stands, in figures: dates, what was received, what is due."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from blockplan.notice import two_person
from blockplan.notice.countries import Holidays
from blockplan.notice.disclosure import Disclosure
from blockplan.notice.events import STANDING, write_time
from blockplan.notice.standing import standing
from blockplan.notice.state import NEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.notice.events import Event
    from blockplan.notice.standing import Standing


def overview(notice: str, events: Iterable[Event], now: dt.datetime) -> dict[str, Any]:
    """
    The standing of a notice and its counts, as JSON.

    ``opinions`` counts submissions: ``received`` is all of them, ``late`` those marked late,
    ``entered_after_end`` those in time whose day of arrival was given when the period was already over,
    ``waiting`` those whose words nobody has looked at yet.
    """
    events = list(events)
    found = standing(event for event in events if event.kind in STANDING)
    at = write_time(now)
    return {
        "notice": notice,
        "state": str(found.state),
        "may_follow": sorted(NEXT[found.state]),
        "round": found.round,
        "period": found.opened.get("period"),
        "running": found.state == "on_notice" and (found.begins or "") <= at and found.running(at),
        "plan": found.opened.get("plan"),
        "rule": found.opened.get("rule"),
        "publication": found.opened.get("publication"),
        "steps": list(found.steps),
        "publish_by": _publish_by(found, events),
        "entries": len(events),
        "opinions": _counts(events, found),
        "kinds": dict(sorted(Counter(event.kind for event in events).items())),
    }


def _counts(events: list[Event], found: Standing) -> dict[str, Any]:
    submitted = [event for event in events if event.kind == "submitted"]
    fates = Disclosure.of(events, found).fates
    gone = {event.opinion for event in submitted if not event.known}
    erased = {
        entry["seq"]: entry.get("late")
        for event in events if event.kind == "erased"
        for entry in event.payload["entries"] if "late" in entry
    }  # fmt: skip
    corrected = {
        name for event in events if event.kind == two_person.KIND for name in event.payload["in_time"]
    }
    late = Counter(
        False if event.opinion in corrected else event.payload.get("late", erased.get(event.seq))
        for event in submitted
    )
    return {
        "received": len(submitted),
        "by_channel": dict(Counter(event.payload.get("channel", "unknown") for event in submitted)),
        "by_sender": dict(Counter(event.payload.get("from", "unknown") for event in submitted)),
        "late": late[True],
        "late_unknown": late[None],
        "entered_after_end": sum(_entered_after_end(event) for event in submitted),
        "withdrawn": sum(fate.withdrawn for name, fate in fates.items() if name not in gone),
        "withdrawn_by_clerk": sum(event.kind == "withdrawn" and "by" in event.payload for event in events),
        "withheld": sum(
            fate.withheld and not fate.withdrawn for name, fate in fates.items() if name not in gone
        ),
        "erased": len(gone),
        "waiting": sum(
            fate.waits and not fate.withdrawn and not fate.withheld
            for name, fate in fates.items()
            if name not in gone
        ),
    }


def _entered_after_end(event: Event) -> bool:
    said = event.payload
    return said.get("late") is False and event.at >= said["ends_before"]


def _publish_by(found: Standing, events: list[Event]) -> str | None:
    """The last day for publication, where a law sets one and the plan is approved."""
    within = found.opened.get("publish_within")
    approved = [event for event in events if event.kind == within["after"]] if within else []
    if not within or not approved:
        return None
    day = approved[-1].time.astimezone(ZoneInfo(found.zone)).date()
    rule = found.opened["rule"]
    closed = Holidays.model_validate(rule["holidays"]).closed_days(rule["subdivision"])
    left = within["days"]
    while left:
        day += dt.timedelta(days=1)
        left -= within["unit"] == "day" or not closed(day)
    return day.isoformat()
