"""
Write data/period-vectors.csv: what a careful clerk counts with a paper calendar, day by day.

Nothing of Blockplan is used, and no library of holidays or time zones: the days are counted one by one, the
holidays are written out from the official lists of each year, and the offsets of the clock from the
dates on which it changes.

    python tests/notice/make_period_vectors.py
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).parent / "data" / "period-vectors.csv"
ONE = dt.timedelta(days=1)
COLUMNS = (
    "kind", "country", "rule", "subdivision", "first", "asked_last", "inspection_last", "submission_last",
    "days", "begins", "ends_before", "at", "expected",
)  # fmt: skip


def days_of(text: str) -> set[dt.date]:
    """Days written "2024: 01-01 02-10..02-17"."""
    found = set()
    for line in text.strip().splitlines():
        year, _, rest = line.strip().partition(":")
        for word in rest.split():
            begin, _, end = word.partition("..")
            day = dt.date.fromisoformat(f"{year}-{begin}")
            while day <= dt.date.fromisoformat(f"{year}-{end or begin}"):
                found.add(day)
                day += ONE
    return found


# Notices of the State Council on the holidays of 2024, 2025 and 2026: days off, and weekend days worked
# in exchange.
CN_OFF = days_of("""
    2024: 01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10 09-15..09-17 10-01..10-07
    2025: 01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08
    2026: 01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07
""")
CN_WORKED = days_of("""
    2024: 02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12
    2025: 01-26 02-08 04-27 09-28 10-11
    2026: 01-04 02-14 02-28 05-09 09-20 10-10
""")
# National holidays of Japan, substitute days included, and the closing of offices over the new year.
JP_OFF = days_of("""
    2024: 01-01..01-03 01-08 02-11 02-12 02-23 03-20 04-29 05-03..05-06 07-15 08-11 08-12
    2024: 09-16 09-22 09-23 10-14 11-03 11-04 11-23 12-29..12-31
    2025: 01-01..01-03 01-13 02-11 02-23 02-24 03-20 04-29 05-03..05-06 07-21 08-11
    2025: 09-15 09-23 10-13 11-03 11-23 11-24 12-29..12-31
    2026: 01-01..01-03 01-12 02-11 02-23 03-20 04-29 05-03..05-06 07-20 08-11
    2026: 09-21 09-22 09-23 10-12 11-03 11-23 12-29..12-31
    2027: 01-01..01-03 01-11
""")
# Easter fell on 31 March 2024, 20 April 2025 and 5 April 2026; the movable days are counted from it.
DE_OFF = days_of("""
    2024: 01-01 03-29 04-01 05-01 05-09 05-20 10-03 12-25 12-26
    2025: 01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26
    2026: 01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26
    2027: 01-01
""")
LAND_OFF = {
    "BE": days_of("""
        2024: 03-08
        2025: 03-08 05-08
        2026: 03-08
    """),
    "BY": days_of("""
        2024: 01-06 05-30 11-01
        2025: 01-06 06-19 11-01
        2026: 01-06 06-04 11-01
        2027: 01-06
    """),
    "NW": days_of("""
        2024: 05-30 11-01
        2025: 06-19 11-01
        2026: 06-04 11-01
    """),
}
# First day that is summer time from its beginning, and last day that still is at its beginning.
SUMMER = (("2024-04-01", "2024-10-27"), ("2025-03-31", "2025-10-26"), ("2026-03-30", "2026-10-25"))

RULES = {
    # rule: country, days or "month", does the first day count, does the end move, days of opinions beyond
    "cn-art26": ("CN", 30, True, False, 0),
    "cn-civil-code": ("CN", 30, False, True, 0),
    "jp-art17": ("JP", 14, False, True, 0),
    "jp-art17-from-notice": ("JP", 14, True, True, 0),
    "jp-art16": ("JP", 14, False, True, 7),
    "jp-art16-from-notice": ("JP", 14, True, True, 7),
    "de-baugb-3-2": ("DE", "month", True, True, 0),
}


def closed(country: str, land: str, day: dt.date) -> bool:
    weekend = day.weekday() >= 5
    if country == "CN":
        return day in CN_OFF or (weekend and day not in CN_WORKED)
    if country == "JP":
        return weekend or day in JP_OFF
    return weekend or day in DE_OFF or day in LAND_OFF[land]


def midnight(country: str, day: dt.date) -> str:
    """The first moment of a day, on the clock of Greenwich."""
    hours = {"CN": 8, "JP": 9, "DE": 1}[country]
    if country == "DE" and any(begin <= day.isoformat() <= end for begin, end in SUMMER):
        hours = 2
    return stamp(dt.datetime.combine(day, dt.time()) - dt.timedelta(hours=hours))


def stamp(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="microseconds") + "Z"


def counted(first: dt.date, days: int, with_first: bool) -> dt.date:
    """Put a finger on the first day, and move it until enough days are counted."""
    day, count = first, 1 if with_first else 0
    while count < days:
        day += ONE
        count += 1
    return day


def a_month(first: dt.date) -> dt.date:
    """
    Until the day before the one with the same number; until the end of the month that has no such
    number.
    """
    day = first + ONE
    while day.day != 1:
        day += ONE
    while day.day != first.day:
        day += ONE
        if day.day == 1:  # the month is over, and had no such number
            return day - ONE
    last = day - ONE
    while (last - first).days + 1 < 30:
        last += ONE
    return last


def earliest(rule: str, land: str, first: dt.date) -> tuple[dt.date, dt.date]:
    """Last day of inspection and of opinions."""
    country, days, with_first, moves, beyond = RULES[rule]
    end = a_month(first) if days == "month" else counted(first, int(days), with_first)
    if rule == "de-baugb-3-2":
        end = max(end, counted(first, 30, with_first=True))
    while moves and closed(country, land, end):
        end += ONE
    until = counted(end, beyond, with_first=False)
    while moves and closed(country, land, until):
        until += ONE
    return end, until


def row(kind: str, rule: str, land: str, first: dt.date, **more: object) -> dict[str, object]:
    country, _, with_first, _, _ = RULES[rule]
    seen, until = earliest(rule, land, first)
    days = 0 if not with_first else 1
    day = first
    while day < until:
        day += ONE
        days += 1
    return {
        "kind": kind, "country": country, "rule": rule, "subdivision": land, "first": first,
        "inspection_last": seen, "submission_last": until, "days": days,
        "begins": midnight(country, first), "ends_before": midnight(country, until + ONE), **more,
    }  # fmt: skip


def every(days: int, begin: str, end: str) -> Iterator[dt.date]:
    day = dt.date.fromisoformat(begin)
    while day <= dt.date.fromisoformat(end):
        yield day
        day += dt.timedelta(days=days)


#: Ends of months, leap day, days before the great holidays, changes of the clock.
AWKWARD = sorted(
    days_of("""
        2024: 01-29..02-01 02-28..03-01 03-30 03-31 08-31 10-27 12-02
        2025: 01-28..02-01 02-28 03-30 05-31 09-01 10-26 12-15 12-31
        2026: 02-01 02-28 03-03 03-29 04-15 08-31 09-01
    """)
)


def places(rule: str) -> tuple[str, ...]:
    return ("BE", "BY", "NW") if rule.startswith("de") else ("",)


def rows() -> Iterator[dict[str, object]]:
    for rule, (country, *_) in RULES.items():
        step = {"CN": 17, "JP": 19, "DE": 29}[country]
        end = "2026-11-28" if country != "CN" else "2026-11-10"
        firsts = sorted({*AWKWARD, *every(step, "2024-01-04", end)})
        for land in places(rule):
            for first in firsts:
                yield row("period", rule, land, first)
    for number, rule in enumerate(RULES):
        for land in places(rule):
            for first in AWKWARD[number % 3 :: 5]:
                yield from decisions(rule, land, first)
                yield from extensions(rule, land, first)


def decisions(rule: str, land: str, first: dt.date) -> Iterator[dict[str, object]]:
    """The last second, the first one after it, and a clock that is an hour off."""
    _, until = earliest(rule, land, first)
    end = dt.datetime.fromisoformat(midnight(RULES[rule][0], until + ONE).removesuffix("Z"))
    for off in ("-3600", "-1", "-0.000001", "0", "0.000001", "1", "3600"):
        at = end + dt.timedelta(seconds=float(off))
        yield row("decision", rule, land, first, at=stamp(at), expected="late" if at >= end else "in time")


def extensions(rule: str, land: str, first: dt.date) -> Iterator[dict[str, object]]:
    """Longer yes, shorter and equal no; a new end that may not be an end no."""
    country, _, _, moves, _ = RULES[rule]
    _, until = earliest(rule, land, first)
    for days in (-1, 0, 1, 7, 30):
        asked = until + dt.timedelta(days=days)
        good = days > 0 and not (moves and closed(country, land, asked))
        yield row("extension", rule, land, first, asked_last=asked, expected="longer" if good else "refused")


def written() -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows())
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
