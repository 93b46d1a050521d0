"""
Readings above Chinese characters, for pages in easy Japanese.

Text carries its readings in itself: ``[公園|こうえん]まで``. `annotated` writes them in from a table of words
(``readings.toml``), `html` and `pieces` show them, `bare` leaves them out.
"""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape

from blockplan.texts import toml_table

MARK = re.compile(r"\[([^\[\]|]+)\|([^\[\]|]+)\]")
#: Days of a month that are not read number and day.
DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
    9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか",
}  # fmt: skip
#: Chinese characters, the mark that repeats one included.
HAN = re.compile(r"[\u3400-\u9fff\u3005]")


def pieces(text: str) -> list[tuple[str, str]]:
    """
    Text as pairs of what is written and how it is read ("" where it needs no reading).

    Examples
    --------
    >>> pieces("[公園|こうえん]まで")
    [('公園', 'こうえん'), ('まで', '')]
    """
    found, last = [], 0
    for mark in MARK.finditer(text):
        if mark.start() > last:
            found.append((text[last : mark.start()], ""))
        found.append((mark[1], mark[2]))
        last = mark.end()
    return [*found, (text[last:], "")] if last < len(text) else found


def bare(text: str) -> str:
    """
    Text without its readings.

    Examples
    --------
    >>> bare("[公園|こうえん]まで")
    '公園まで'
    """
    return MARK.sub(r"\1", text)


def html(text: str) -> Markup:
    """Text with its readings as ``ruby`` elements; everything else is escaped."""
    return Markup("").join(
        Markup("<ruby>{}<rp>(</rp><rt>{}</rt><rp>)</rp></ruby>").format(written, read)
        if read
        else escape(written)
        for written, read in pieces(text)
    )


def annotated(text: str) -> str:
    """
    Text with the readings of the words that the table knows; what carries readings already stays as it is.

    A name that the table does not know keeps none: a reading is never guessed.
    """
    return "".join(
        f"[{written}|{read}]" if read else _words().sub(_marked, written) for written, read in pieces(text)
    )


def unread(text: str) -> str:
    """The Chinese characters of a text that have no reading."""
    return "".join("".join(HAN.findall(written)) for written, read in pieces(text) if not read)


def _marked(found: re.Match[str]) -> str:
    table = _table()
    word = found[0]
    if found["day"]:
        number = int(found["day"])
        return f"[{word}|{DAYS[number]}]" if number in DAYS else f"{number}[日|にち]"
    return f"[{word}|{table['counters'][word] if found['counter'] else table['words'][word]}]"


def _table() -> dict[str, dict[str, str]]:
    return toml_table("blockplan.report.public", "readings.toml")


@cache
def _words() -> re.Pattern[str]:
    """Words of the table, longer ones first; a counter is one only after a figure."""
    table = _table()
    counters = "|".join(map(re.escape, sorted(table["counters"], key=len, reverse=True)))
    words = "|".join(map(re.escape, sorted(table["words"], key=len, reverse=True)))
    day = r"(?<=月)(?P<day>[0-9]{1,2})日(?!間)"
    counter = rf"(?P<counter>(?<=[0-9] )(?:{counters})|(?<=[0-9])(?:{counters}))"
    return re.compile(f"{day}|{counter}|{words}")
