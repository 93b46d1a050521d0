"""
How long a notice must run: days counted by the rule of a country, and the moments that they mean.

Nothing is counted in hours. A rule gives a last day for a first day; the period lasts from the
first moment of the one to the last moment of the other, in the time zone of the place, daylight saving
included.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.notice.events import write_time
from blockplan.notice.refusals import TEXTS, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.notice.countries import LengthLimit, PeriodRule

DAY = dt.timedelta(days=1)
#: No law asks for a longer one; a slip of the pen in the year does.
LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Span(JsonRecord):
    """First and last day, and how many of them the rule counts."""

    first: dt.date
    last: dt.date
    days: int


@dataclass(frozen=True, slots=True)
class NoticeSchedule(JsonRecord):
    """When a plan can be inspected, and until when opinions are in time."""

    zone: str
    inspection: Span
    submission: Span

    @property
    def begins(self) -> dt.datetime:
        """First moment of the first day, in UTC."""
        return first_moment(self.submission.first, self.zone)

    @property
    def ends_before(self) -> dt.datetime:
        """First moment that is no longer in time, in UTC."""
        return first_moment(self.submission.last + DAY, self.zone)

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """As it stands in the record."""
        return {
            "zone": self.zone,
            "inspection": self.inspection.to_dict(),
            "submission": self.submission.to_dict(),
            "begins": write_time(self.begins),
            "ends_before": write_time(self.ends_before),
        }


def first_moment(day: dt.date, zone: str) -> dt.datetime:
    """The first moment of a day at a place, in UTC."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def shortest(rule: PeriodRule, first: dt.date, closed: Callable[[dt.date], bool]) -> NoticeSchedule:
    """
    The shortest lawful period from a first day.

    Parameters
    ----------
    closed
        Whether a day is a weekend, a holiday, or a day on which offices are closed.
    """
    end = _moved(rule, _last(rule, rule.limit(first), first), closed)
    later = rule.submission_after_inspection
    until = end
    if later is not None:
        until = _moved(rule, _plus(end, later.minimum, later.unit), closed)
    return _period(rule, first, end, until)


def planned(
    rule: PeriodRule,
    first: dt.date,
    closed: Callable[[dt.date], bool],
    *,
    last: dt.date | None = None,
    inspection_last: dt.date | None = None,
) -> NoticeSchedule:
    """
    The period that an office wants, if the rule allows it.

    Parameters
    ----------
    last, inspection_last
        Last day of opinions, and of inspection where it is another; None takes the earliest lawful one.

    Raises
    ------
    UsageError
        If it is too short, too long, or ends on a day on which it may not end; the message names the
        earliest one.
    """
    least = shortest(rule, first, closed)
    if last is None and inspection_last is None:
        return least
    two = rule.submission_after_inspection is not None
    seen = inspection_last or (least.inspection.last if two else last or least.submission.last)
    until = last or (max(seen, least.submission.last) if two else seen)
    for name, day, earliest in (
        ("inspection", seen, least.inspection.last),
        ("submission", until, least.submission.last),
    ):
        _check_end(rule, name, day, earliest, closed)
    if until < seen or (not two and until != seen):
        code = "ends_two" if two else "ends_one"
        raise refused(UsageError, code, until=until, seen=seen, rule=rule.id)
    if (until - first).days > LONGEST_DAYS:
        raise refused(UsageError, "period_long", first=first, until=until)
    return _period(rule, first, seen, until)


def _check_end(
    rule: PeriodRule, name: str, day: dt.date, earliest: dt.date, closed: Callable[[dt.date], bool]
) -> None:
    if day < earliest:
        source = f"{rule.source.document}, {rule.source.clause}"
        raise refused(
            UsageError, "ends_early", what=TEXTS.text(f"part.{name}"), day=day, rule=rule.id, source=source,
            earliest=earliest,
        )  # fmt: skip
    if not ends_open(rule, day, closed):
        moved = _moved(rule, day, closed)
        raise refused(
            UsageError, "ends_closed", what=TEXTS.text(f"part.{name}"), day=day, rule=rule.id, moved=moved
        )


def ends_open(rule: PeriodRule, day: dt.date, closed: Callable[[dt.date], bool]) -> bool:
    """Whether a period may end on a day."""
    return _moved(rule, day, closed) == day


def _period(rule: PeriodRule, first: dt.date, seen: dt.date, until: dt.date) -> NoticeSchedule:
    extra = 1 if rule.first_day == "counted" else 0
    inspection, submission = (Span(first, day, (day - first).days + extra) for day in (seen, until))
    return NoticeSchedule(rule.zone, inspection, submission)


def _last(rule: PeriodRule, limit: LengthLimit, first: dt.date) -> dt.date:
    counted = first if rule.first_day == "counted" else first + DAY
    last = _plus(counted, limit.minimum, limit.unit) - DAY
    if limit.unit == "month":
        last = _month_later(counted, limit.minimum)
    if limit.at_least_days is not None:
        last = max(last, counted + (limit.at_least_days - 1) * DAY)
    return last


def _plus(day: dt.date, count: int, unit: str) -> dt.date:
    return day + count * DAY * (7 if unit == "week" else 1)


def _month_later(counted: dt.date, months: int) -> dt.date:
    """The day before the same number in a later month; the end of that month where it has no such number."""
    years, month = divmod(counted.month - 1 + months, 12)
    year, month = counted.year + years, month + 1
    days = monthrange(year, month)[1]
    if counted.day > days:
        return dt.date(year, month, days)
    return dt.date(year, month, counted.day) - DAY


def _moved(rule: PeriodRule, day: dt.date, closed: Callable[[dt.date], bool]) -> dt.date:
    if rule.closed_last_day == "moves":
        while closed(day):
            day += DAY
    return day
