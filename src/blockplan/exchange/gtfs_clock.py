"""
The clock of GTFS: seconds from noon minus twelve hours of a service day.

That is midnight, but for the days on which clocks change: a day of 23 or 25 hours, whose times after the
change are written as the clock on the wall shows them.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from blockplan.errors import UsageError

HALF_DAY_S = 43_200
NOON = dt.time(12)


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of a name; None where there is none of it, and so no change of clocks is known."""
    try:
        return ZoneInfo(name) if name else None
    except (
        OSError,
        ValueError,
        LookupError,
    ):  # Names of folders, names that leave the database, no such name.
        return None


def seconds_on(day: dt.date, moment: dt.datetime, zone: str) -> int:
    """
    Seconds of a moment on the clock of a service day.

    Parameters
    ----------
    moment
        As the clock on the wall shows it. Of a time that comes twice, the first is meant.
    zone
        Name of the time zone; "" or an unknown one changes no clocks.

    Raises
    ------
    UsageError
        If the clock on the wall passes over that time.

    Examples
    --------
    >>> day = dt.date(2024, 3, 31)  # 02:00 is followed by 03:00
    >>> seconds_on(day, dt.datetime(2024, 3, 31, 3, 30), "Europe/Berlin")
    12600
    >>> seconds_on(day, dt.datetime(2024, 3, 31, 0, 30), "Europe/Berlin")
    5400
    """
    return HALF_DAY_S + _between(dt.datetime.combine(day, NOON), moment, zone)


def days_apart(day: dt.date, other: dt.date, zone: str) -> int:
    """Seconds from the start of a service day to that of another: 86,400 a day but for changes of clocks."""
    return _between(dt.datetime.combine(day, NOON), dt.datetime.combine(other, NOON), zone)


def comes_twice(moment: dt.datetime, zone: str) -> bool:
    """Whether the clock on the wall shows a time twice, because it is put back."""
    there = zone_of(zone)
    if there is None:
        return False
    first, second = (moment.replace(tzinfo=there, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def _between(start: dt.datetime, end: dt.datetime, zone: str) -> int:
    there = zone_of(zone)
    return round((_instant(end, there) - _instant(start, there)).total_seconds())


def _instant(moment: dt.datetime, there: ZoneInfo | None) -> dt.datetime:
    """A moment of the clock on the wall, in UTC."""
    found = moment.replace(tzinfo=there or dt.UTC).astimezone(dt.UTC)
    if there is not None and found.astimezone(there).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise UsageError(
            f"There is no {moment:%H:%M} on {moment:%Y-%m-%d} in {there.key}: clocks are put forward then.\n"
            "Choose an earlier or a later time."
        )
    return found
