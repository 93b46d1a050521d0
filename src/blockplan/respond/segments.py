"""
An opinion cut into the points that it makes, each with its place in the original text.

Offsets count code points of the text as received, so that a segment can be shown in the original and the
segments together are the original. What is cut here is a proposal: people split and merge
(`blockplan.respond.desk`).

Which parts of a text stand inside quotation marks or brackets, and may not be cut.

Numbers and bullets of lists (一、 （二） 1. 2） ③ (a) ア． ・ and their kin), with what they count.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

#: Opening -> closing. A straight apostrophe is none: it stands in words.
PAIRS = {
    "（": "）", "(": ")", "「": "」", "『": "』", "“": "”", "‘": "’", "《": "》", "〈": "〉", "【": "】",
    "〔": "〕", "［": "］", "[": "]", "｛": "｝", "{": "}", "«": "»", "｢": "｣", "〖": "〗",
}  # fmt: skip
CLOSING = frozenset(PAIRS.values())
STRAIGHT = '"'


def inside(text: str, apart: Container[int] = ()) -> list[bool]:
    """
    For each place between two characters of `text`: is it inside a pair of brackets or quotation marks?

    Only pairs count: an opening mark that nobody closes holds nothing together. A straight quotation mark
    pairs with the next one on its line, where their number is even.

    Parameters
    ----------
    text
        Any text of n code points.
    apart
        Offsets of marks that belong to list numbers, as in ``1)`` and ``（1）``, and open or close nothing.

    Returns
    -------
    list of bool
        n + 1 entries; entry i tells of the place before code point i.

    Examples
    --------
    >>> inside("a(b)")
    [False, False, True, True, False]
    """
    steps = [0] * (len(text) + 2)
    for start, end in [*_pairs(text, apart), *_straight_pairs(text)]:
        steps[start + 1] += 1
        steps[end + 1] -= 1
    depth, held = 0, []
    for step in steps[: len(text) + 1]:
        depth += step
        held.append(depth > 0)
    return held


def _pairs(text: str, apart: Container[int]) -> Iterator[tuple[int, int]]:
    """Offsets of opening and closing marks that belong together."""
    open_: list[tuple[int, str]] = []
    for at, character in enumerate(text):
        if at in apart:
            continue
        if character in PAIRS:
            open_.append((at, PAIRS[character]))
        elif character in CLOSING and any(closing == character for _, closing in open_):
            # What was opened in between and never closed holds nothing.
            while open_[-1][1] != character:
                open_.pop()
            yield open_.pop()[0], at


def _straight_pairs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        marks = [start + at for at, character in enumerate(line) if character == STRAIGHT]
        if len(marks) % 2 == 0:
            yield from zip(marks[::2], marks[1::2], strict=True)
        start += len(line)


#: How fine a text is cut: one segment, list items and paragraphs, or sentences.
Fineness = Literal["whole", "point", "sentence"]
FINENESS: tuple[Fineness, ...] = get_args(Fineness)

ENDS = "。！？!?；;｡．."
LINE_ENDS = "\r\n\v\f\x85\u2028\u2029"
#: These do not begin a sentence, so that 「…。」と does not end one.
GOES_ON = frozenset("，、,；;：:。．.！？!?と」』）)”’》】〕的")
#: A Latin word with a point behind it that ends no sentence.
ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "no", "nos", "art", "fig", "vs", "cf", "ca", "approx", "sec", "p", "pp",
     "vol", "e.g", "i.e", "ltd", "co"}
)  # fmt: skip
#: A piece with fewer letters than this (a greeting, a heading, a name below) goes with the next one.
SHORTEST = 8
#: How a letter ends: thanks, name, telephone, day. Such a piece goes with the one before it.
CLOSING_WORDS = re.compile(
    r"\s*(?:此致|敬礼|敬上|谢谢|感谢|多谢|特此|仅此|盼.{0,4}[！!。]|以上.{0,24}$"
    r"|恳请.{0,6}(?:回复|答复|解决)|望.{0,12}(?:支持|回复|答复|解决)"
    r"|(?:报告|反映|上访|投诉|举报|申请|信访|联系|落款)人|(?:联系)?(?:电话|方式)|日\s*期"
    r"|敬具|よろしくお願い|宜しくお願い"
    r"|(?:yours|sincerely|best regards|kind regards|regards|thank you|thanks)\b"
    r"|[\d０-９年月日./:：\-\s]+$"
    r"|.{0,30}[0-9０-９]{4}年[0-9０-９]{1,2}月[0-9０-９]{1,2}日\s*$)",
    re.IGNORECASE,
)
LONGEST_CLOSING = 40
ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Segment:
    """
    A part of an opinion's text: ``text[start:end]``.

    Attributes
    ----------
    id
        ``O-17.2``: the second part that was ever cut from opinion O-17. A part that is cut anew has a new id.
    start, end
        Code-point offsets into the text as it stands (that of the newest correction by its author).
    """

    id: str
    opinion: str
    start: int
    end: int


def split(text: str, fineness: Fineness = "point") -> list[tuple[int, int]]:
    """
    Cut a text into segments that together are the text.

    Parameters
    ----------
    text
        An opinion as received: any language, any line ends.
    fineness
        ``point`` cuts at list numbers, bullets and line ends, and leaves a greeting, a heading or a
        lead-in (…：) with what follows, and thanks and a name with what went before; a list inside an item
        of another list stays with it; ``sentence`` cuts at sentence ends too; ``whole`` cuts nowhere.

    Returns
    -------
    list of (start, end)
        Code-point offsets, ascending and without a hole: joining gives the text back. At least one
        segment, also of an empty text, because an opinion without words needs an answer too. Never cut:
        inside quotation marks, brackets and decimal numbers, between CR and LF, before a combining mark.

    Examples
    --------
    >>> text = "意见：1、增加绿地（不少于3.5公顷）。2、降低高度。"
    >>> [text[start:end] for start, end in split(text)]
    ['意见：1、增加绿地（不少于3.5公顷）。', '2、降低高度。']
    """
    if fineness not in FINENESS:
        msg = f"unknown fineness {fineness!r}; choose from {', '.join(FINENESS)}"
        raise UsageError(msg)
    if fineness == "whole":
        return [(0, len(text))]
    every = markers(text)
    listed = outermost(every)
    numbers = {at for marker in every for at in range(marker.start, marker.end)}
    held = inside(text, numbers)
    cuts = {_line_begin(text, marker) for marker in listed} | _after_lines(text)
    cuts -= {_line_begin(text, marker) for marker in every if marker not in listed}
    if fineness == "sentence":
        cuts |= _after_sentences(text, held, numbers)
    places = sorted(cut for cut in cuts if 0 < cut < len(text) and not held[cut] and may_cut(text, cut))
    starts = [0, *places]
    return _joined(text, list(zip(starts, [*places, len(text)], strict=True)), {m.start: m for m in listed})


def may_cut(text: str, at: int) -> bool:
    """Whether the place before code point `at` is between two characters as people see them."""
    before, after = text[at - 1 : at], text[at : at + 1]
    if not before or not after or (before == "\r" and after == "\n"):
        return False
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or ZERO_WIDTH_JOINER in (before, after):
        return False
    return not (before in ".．" and after.isdigit() and text[at - 2 : at - 1].isdigit())


def _line_begin(text: str, marker: Marker) -> int:
    """Where the item of a marker begins: before the spaces that indent it, where it begins a line."""
    at = marker.start
    while at and text[at - 1].isspace() and text[at - 1] not in LINE_ENDS:
        at -= 1
    return at if not at or text[at - 1] in LINE_ENDS else marker.start


def _after_lines(text: str) -> set[int]:
    return {at + 1 for at, character in enumerate(text) if character in LINE_ENDS}


def _after_sentences(text: str, held: list[bool], numbers: set[int]) -> set[int]:
    """Places behind the end of a sentence, with its closing marks and the space after it."""
    cuts = set()
    for at, character in enumerate(text):
        if character not in ENDS or at in numbers or not _ends(text, at):
            continue
        end = at + 1
        while end < len(text) and (text[end] in ENDS or text[end] in CLOSING or text[end] == '"'):
            end += 1
        while end < len(text) and text[end].isspace() and text[end] not in LINE_ENDS:
            end += 1
        if end < len(text) and text[end] not in GOES_ON and text[end] not in LINE_ENDS and not held[end]:
            cuts.add(end)
    return cuts


def _ends(text: str, at: int) -> bool:
    """Whether the mark at `at` ends a sentence; a point may also stand in a number or a name."""
    if text[at] not in ".．":
        return True
    after = text[at + 1 : at + 2]
    if after and not (after.isspace() or after in CLOSING or ord(after) > 0x2E80):
        return False
    word = text[max(0, at - 12) : at].split()[-1:] or [""]
    lower = word[0].lower().strip("(（")
    if lower in ABBREVIATIONS or (len(lower) == 1 and lower.isascii() and lower.isalpha()):
        return False
    following = text[at + 1 :].lstrip()[:1]
    return not (following.isascii() and following.islower())


def _joined(text: str, pieces: list[tuple[int, int]], listed: dict[int, Marker]) -> list[tuple[int, int]]:
    """The pieces, those that cannot stand alone with the next one; the last with the one before it."""
    kept: list[tuple[int, int]] = []
    start = 0
    for begin, end in pieces:
        if kept and begin == start and _closes(text, begin, end, listed):
            start = end
            kept[-1] = (kept[-1][0], end)
        elif _stands(text, start, end, itemised=_is_item(text, begin, listed)):
            kept.append((start, end))
            start = end
    if start < len(text) or not kept:
        before = kept.pop()[0] if kept else 0
        kept.append((before, len(text)))
    return kept


def _closes(text: str, begin: int, end: int, listed: dict[int, Marker]) -> bool:
    """Whether a piece is the end of a letter and no point of its own."""
    said = text[begin:end].strip()
    short = len(said) <= LONGEST_CLOSING
    return short and not _is_item(text, begin, listed) and CLOSING_WORDS.match(said) is not None


def _is_item(text: str, begin: int, listed: dict[int, Marker]) -> bool:
    first = begin
    while first < len(text) and text[first].isspace():
        first += 1
    return first in listed


def _stands(text: str, start: int, end: int, *, itemised: bool) -> bool:
    """Whether ``text[start:end]`` says something by itself: an item of a list does, a lead-in does not."""
    said = text[start:end].strip()
    letters = sum(character.isalnum() for character in said)
    if said.endswith(("：", ":")):
        return False
    return letters > 1 if itemised else letters >= SHORTEST


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
