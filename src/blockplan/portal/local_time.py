"""
Moments as an office writes them in a letter: the day, hour and minute at the place, and whose time it is.

A zone is called as people there call it (``zone.toml``), for the countries whose rules we have; any other by
its distance from UTC. Whoever needs the second finds it in the record.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from blockplan import figures
from blockplan.notice.events import parse_time
from blockplan.portal.words import catalogs, say


def local(value: str | dt.datetime, zone: str) -> dt.datetime:
    """A moment of the record or of a table, at a place."""
    moment = parse_time(value) if isinstance(value, str) else value
    return moment.astimezone(ZoneInfo(zone))


def said(value: str | dt.datetime, zone: str, lang: str) -> str:
    """``2026年11月25日 18:05，北京时间``, ``25 November 2026, 18:05 (UTC+8)``."""
    moment = local(value, zone)
    time = say("zone.time", lang, hour=f"{moment:%H}", minute=f"{moment:%M}")
    return say(
        "zone.moment", lang, day=figures.day(moment, lang), time=time, zone=zone_said(moment, zone, lang)
    )


def zone_said(moment: dt.datetime, zone: str, lang: str) -> str:
    """Whose time it is; `moment` decides about summer time."""
    return say(f"zone.{zone if zone in catalogs()['zone'] else 'other'}", lang, offset=_offset(moment))


def _offset(moment: dt.datetime) -> str:
    """
    The distance from UTC.

    Examples
    --------
    >>> places = ("Asia/Kolkata", "UTC", "America/Lima")
    >>> [_offset(dt.datetime(2026, 7, 1, tzinfo=ZoneInfo(one))) for one in places]
    ['UTC+5:30', 'UTC', 'UTC−5']
    """
    minutes = int((moment.utcoffset() or dt.timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
