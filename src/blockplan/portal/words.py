"""
The words of the pages, from ``texts/*.toml`` of each app: a file per subject, no name twice.

``BLOCKPLAN_PSEUDO=1`` puts brackets around every one of them, so that a test sees words that are in no list.

Moments as an office writes them in a letter: the day, hour and minute at the place, and whose time it is.

A zone is called as people there call it (``zone.toml``), for the countries whose rules we have; any other by
its distance from UTC. Whoever needs the second finds it in the record.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from blockplan import figures
from blockplan.notice.events import parse_time
from blockplan.texts import Catalog

#: Apps whose folder ``texts`` holds words.
APPS = ("record", "pages", "submissions", "mail", "office", "api")
OPEN, SHUT = "⟦", "⟧"
#: What stands between two things on a line; it never begins the next line.
BETWEEN = "\N{NO-BREAK SPACE}· "


@cache
def catalogs() -> dict[str, Catalog]:
    """Name of a file (its stem) -> its words."""
    found: dict[str, Catalog] = {}
    for app in APPS:
        folder = resources.files("blockplan.portal").joinpath(app).joinpath("texts")
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        for name in names:
            stem = name.removesuffix(".toml")
            if stem in found:
                raise ValueError(f"Two apps have words called {stem}; call one of the files otherwise.")
            found[stem] = Catalog(f"blockplan.portal.{app}", f"texts/{name}")
    return found


def say(key: str, lang: str, /, **values: Any) -> str:
    """
    The words of a key, ``file.key``, in a language.

    Raises
    ------
    KeyError
        If there are none.
    """
    name, _, rest = key.partition(".")
    said = catalogs()[name](rest, lang, **values)
    return f"{OPEN}{said}{SHUT}" if pseudo() else said


def occurrences(text: str, sought: str) -> list[tuple[int, int]]:
    """
    Where a text says what is sought, whatever its case: begin and end of each place, in order.

    Examples
    --------
    >>> occurrences("Straße, STRASSE", "strasse"), occurrences("trees", "")
    ([(0, 6), (8, 15)], [])
    """
    wanted = sought.casefold()
    # One letter may be two in the other case.
    of = [at for at, letter in enumerate(text) for _ in letter.casefold()]
    found = re.finditer(re.escape(wanted), text.casefold()) if wanted else ()
    return list(dict.fromkeys((of[one.start()], of[one.end() - 1] + 1) for one in found))


def pseudo() -> bool:
    """Whether words are put in brackets."""
    return os.environ.get("BLOCKPLAN_PSEUDO") == "1"


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
