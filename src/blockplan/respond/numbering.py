"""Numbers and bullets of lists (一、 （二） 1. 2） ③ (a) ア． ・ and their kin), with what they count."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HAN_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
KATAKANA = "アイウエオカキクケコサシスセソタチツテト"
#: A number is followed by one of these, and not by a digit: 3.5 is no third point.
POINT = r"(?:[、．，,：:]|[.](?![0-9０-９.]))(?![0-9０-９])"
#: Style -> pattern; the group is what counts. Tried in this order.
STYLES = {
    "han_ordinal": rf"第([一二三四五六七八九十]{{1,3}}|[0-9０-９]{{1,2}})(?:点|點)?{POINT}",
    "han_one_of": rf"其([一二三四五六七八九十]){POINT}",
    "han": r"([一二三四五六七八九十]{1,3})[、．.](?![一二三四五六七八九十])",
    "bracketed": r"[（(]([一二三四五六七八九十]{1,3}|[0-9０-９]{1,2}|[a-zａ-ｚ]|[ア-ト])[）)]",
    "digit_bracket": r"([0-9０-９]{1,2})[）)]",
    "digit": r"([0-9０-９]{1,2})(?:、|[.．](?![0-9０-９.．]))",
    "circled": r"([①-⑳⑴-⒇⒈-⒛❶-❿㈠-㈩㊀-㊉])",
    "katakana": r"([ア-ト])[）)．、]",
    "letter": r"([A-Za-z])(?:[)）、．]|[.](?=\s))",
}
BULLET = re.compile(r"(?:[・•●○◎◆◇■□▪▫▲△▶►※☆★✓✔]|[-–—*＊+](?=\s))\s*")
#: Styles that only count at the beginning of a line: within a line they are too often something else.
LINE_ONLY = frozenset({"katakana", "letter"})


@dataclass(frozen=True, slots=True)
class Marker:
    """
    A list number or bullet.

    Attributes
    ----------
    start, end
        Code-point offsets; the item's own words begin at `end`.
    style
        A key of `STYLES`, or ``bullet``.
    value
        What it counts, from 1; None for a bullet.
    """

    start: int
    end: int
    style: str
    value: int | None


def markers(text: str) -> list[Marker]:
    """
    The list numbers and bullets of a text, in order.

    One counts where a line begins, where a sentence or a lead-in (：) ended before it, or where it goes on
    with a list that has begun, as 2. does after 1. in one and the same line.

    Examples
    --------
    >>> [marker.value for marker in markers("意见如下：1、增加绿地；2、降低容积率3.5。")]
    [1, 2]
    """
    found: list[Marker] = []
    expected: dict[str, int] = {}
    for at, line_start, after_end in _places(text):
        marker = _marker(text, at, line_start=line_start)
        if marker is None or (found and at < found[-1].end):
            continue
        goes_on = marker.value is not None and expected.get(marker.style) == marker.value
        # "：1、2号楼" speaks of two buildings.
        begins = after_end and marker.value == 1 and not text[marker.end : marker.end + 1].isdigit()
        if line_start or goes_on or begins:
            found.append(marker)
            if marker.value is not None:
                expected[marker.style] = marker.value + 1
    return found


def outermost(found: list[Marker]) -> list[Marker]:
    """
    The markers without those of lists inside an item of another list, as (一) (二) of a law that 三、 quotes.

    A list of another style that begins while one is open is inside it, until the open one goes on.
    """
    kept: list[Marker] = []
    for marker in found:
        if not kept or marker.style == kept[0].style:
            kept.append(marker)
    return kept


def _places(text: str) -> Iterator[tuple[int, bool, bool]]:
    """Offsets where a marker may stand: (offset, a line begins there, a sentence or lead-in ended there)."""
    line_start, after_end = True, True
    for at, character in enumerate(text):
        if character in "\r\n\v\f\x85\u2028\u2029":
            line_start, after_end = True, True
        elif character.isspace():
            continue
        else:
            yield at, line_start, after_end
            line_start, after_end = False, character in "。！？!?；;：:．.」』）)”"


def _marker(text: str, at: int, *, line_start: bool) -> Marker | None:
    if line_start and (bullet := BULLET.match(text, at)):
        return Marker(at, bullet.end(), "bullet", None)
    for style, pattern in STYLES.items():
        if style in LINE_ONLY and not line_start:
            continue
        if match := _compiled(pattern).match(text, at):
            return Marker(at, match.end(), style, value_of(match[1]))
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def value_of(number: str) -> int:
    """
    What a list number counts.

    Examples
    --------
    >>> [value_of(number) for number in ("3", "１２", "十", "二十一", "④", "イ", "c")]
    [3, 12, 10, 21, 4, 2, 3]
    """
    plain = unicodedata.normalize("NFKC", number).strip("().（）")
    if plain.isdecimal():
        return int(plain)
    if plain in KATAKANA:
        return KATAKANA.index(plain) + 1
    if plain.isascii() and plain.isalpha():
        return ord(plain.lower()) - ord("a") + 1
    if number.isdigit():  # ❶ has no NFKC form
        return int(unicodedata.digit(number, 0)) or 10
    return _han(plain)


def _han(number: str) -> int:
    tens, ten, ones = number.rpartition("十")
    if not ten:
        return HAN_DIGITS.get(number[-1:], 0)
    return 10 * HAN_DIGITS.get(tens[-1:], 1) + HAN_DIGITS.get(ones, 0)
