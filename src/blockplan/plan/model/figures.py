"""
Figures in Chinese, English and Japanese sentences: ``3.62 km2``, ``九公里``, ``nine kilometres``, ``5万人``.

A figure is read to the precision in which it is written: 3.5 stands for 3.45
to 3.55. Areas come in m2, lengths in m, everything else as the bare number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Dimension = Literal["area", "length", ""]

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ENGLISH = {word: number for number, word in enumerate(_WORDS)}
_ENGLISH |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_ENGLISH |= {word: number for number, word in enumerate(_ORDINALS, start=1)}
_ENGLISH |= {"both": 2, "twice": 2, "pair": 2}
_CJK = {char: number for number, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_CJK_STEPS = {"十": 10, "百": 100, "千": 1000}
_CJK_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}

_TOKEN = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+(?:\.\d+)?)"
    r"(?:\s?(?P<scale>万|萬|亿|億|thousand\b|million\b|billion\b))?"
    rf"|(?P<cjk>[{''.join(_CJK)}十百千万萬亿億]+(?:[点點][{''.join(_CJK)}]+)?)"
    rf"|\b(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<ones>{'|'.join(_WORDS[1:10])}))?\b"
    rf"|\b(?P<word>{'|'.join(word for word in _ENGLISH if word not in _TENS)})\b"
    rf"|\b(?P<month>{'|'.join(_MONTHS)})\b",
    re.IGNORECASE,
)
#: What may stand behind a number -> dimension, and m2 or m of one. The first that fits counts.
_UNITS: tuple[tuple[re.Pattern[str], Dimension, float, str], ...] = tuple(
    (re.compile(rf"[\s-]?(?:{pattern})", re.IGNORECASE), dimension, factor, symbol)  # type: ignore[misc]
    for pattern, dimension, factor, symbol in (
        (
            r"(?:square|sq\.?)[\s-]?kilomet(?:re|er)s?|(?:square|sq\.?)\s?km|km\^?2|平方公里|平方千米|平方キロメートル|平方キロ",
            "area",
            1e6,
            "km2",
        ),
        (
            r"(?:square|sq\.?)[\s-]?met(?:re|er)s?|(?:sq\.?)\s?m\b|m\^?2|平方米|平方メートル",
            "area",
            1.0,
            "m2",
        ),
        (r"hectares?\b|ha\b|ha(?![a-z])|公顷|公頃|ヘクタール", "area", 1e4, "ha"),
        (
            r"kilomet(?:re|er)s?\b|km(?![a-z0-9/])|公里|千米|キロメートル|キロ(?!グラム|ワット)",
            "length",
            1e3,
            "km",
        ),
        (r"met(?:re|er)s?\b|m(?![a-z0-9/])|米|メートル", "length", 1.0, "m"),
    )
)
_BETWEEN = re.compile(r"[\s,、;]*(?:and|to|or|和|及|与|と|至|から|~|-|–)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextFigure:
    """
    One number of a sentence.

    `value` is in m2, m or as it stands, `half` is half of the last digit
    written (in the same unit), `said` the words themselves, `unit` and
    `factor` the unit they use; `digits` is False for numerals in words.
    """

    value: float
    half: float
    dimension: Dimension
    said: str
    unit: str
    factor: float
    digits: bool

    def fits(self, measured: float) -> bool:
        """Whether a measured value rounds to the figure as it is written."""
        slack = 1e-9 * max(abs(self.value), 1.0)
        return abs(measured - self.value) <= self.half + slack

    def same(self, other: TextFigure) -> bool:
        """Whether two figures say the same, whatever their units and numerals."""
        return self.dimension in ("", other.dimension) and abs(self.value - other.value) <= 1e-6 * max(
            abs(self.value), 1e-9
        )


def figures(text: str | None) -> list[TextFigure]:
    """
    The figures of a sentence, from left to right.

    Examples
    --------
    >>> [(f.value, f.half, f.dimension) for f in figures("An area of 3.5 km2 and a belt of nine kilometres.")]
    [(3500000.0, 50000.0, 'area'), (9000.0, 500.0, 'length')]
    >>> [(f.value, f.dimension) for f in figures("面积约３.６平方公里，长九公里，5万人")]
    [(3600000.0, 'area'), (9000.0, 'length'), (50000.0, '')]
    """
    return list(_figures(text or ""))


@lru_cache(maxsize=4096)
def _figures(text: str) -> tuple[TextFigure, ...]:
    plain = unicodedata.normalize("NFKC", text)
    spans: list[tuple[int, int, list[tuple[float, float]], bool]] = []
    behind = 0
    for match in _TOKEN.finditer(plain):
        if match.start() < behind:
            continue  # The 2 of km2.
        behind = _unit_behind(plain, match.end())[3]
        spans.append((match.start(), match.end(), _read(match), match["digits"] is not None))
    found: list[TextFigure] = []
    after: tuple[int, Dimension, float, str] | None = None
    # From the right: in "3.5, 3.6 and 2.4 km2" the unit at the end holds for all three.
    for start, end, numbers, digits in reversed(spans):
        dimension, factor, symbol, tail = _unit_behind(plain, end)
        if (
            not dimension
            and after is not None
            and _BETWEEN.fullmatch(plain[end : after[0]])
            and end < after[0]
        ):
            dimension, factor, symbol = after[1], after[2], after[3]
        after = (start, dimension, factor, symbol) if dimension else None
        said = plain[start:tail].strip()
        for index, (value, half) in enumerate(reversed(numbers)):
            own: Dimension = dimension if index == 0 else ""
            by = factor if index == 0 else 1.0
            found.append(
                TextFigure(value * by, half * by, own, said, symbol if index == 0 else "", by, digits)
            )
    return tuple(found[::-1])


def _unit_behind(text: str, end: int) -> tuple[Dimension, float, str, int]:
    for pattern, dimension, factor, symbol in _UNITS:
        found = pattern.match(text, end)
        if found:
            return dimension, factor, symbol, found.end()
    return "", 1.0, "", end


def _read(match: re.Match[str]) -> list[tuple[float, float]]:
    """Value and half of the last digit of each number in a token (``十四五`` holds two)."""
    if match["digits"]:
        digits = match["digits"].replace(",", "")
        scale = _SCALES.get((match["scale"] or "").lower(), 1.0)
        decimals = len(digits.partition(".")[2])
        return [(float(digits) * scale, 0.5 * scale * 10.0**-decimals)]
    if match["cjk"]:
        return _read_cjk(match["cjk"])
    if match["tens"]:
        ones = _ENGLISH[match["ones"].lower()] if match["ones"] else 0
        return [(float(_ENGLISH[match["tens"].lower()] + ones), 0.5)]
    if match["month"]:
        return [(float(_MONTHS.index(match["month"].lower()) + 1), 0.5)]
    return [(float(_ENGLISH[match["word"].lower()]), 0.5)]


def _read_cjk(text: str) -> list[tuple[float, float]]:
    whole, _, decimals = text.replace("點", "点").partition("点")
    if decimals:
        behind = "".join(str(_CJK[char]) for char in decimals)
        value = (_read_cjk(whole)[-1][0] if whole else 0.0) + float(f"0.{behind}")
        return [(value, 0.5 * 10.0 ** -len(behind))]
    if len(whole) > 1 and all(char in _CJK for char in whole):
        return [(float("".join(str(_CJK[char]) for char in whole)), 0.5)]
    found: list[float] = []
    total = section = digit = 0.0
    pending = False
    for char in whole:
        if char in _CJK:
            if pending and _CJK[char] != 0 and digit != 0:
                found.append(total + section + digit)
                total = section = 0.0
            digit, pending = float(_CJK[char]), True
        elif char in _CJK_STEPS:
            section += (digit if pending and digit else 1.0) * _CJK_STEPS[char]
            digit, pending = 0.0, False
        else:
            total += ((section + digit) or 1.0) * _CJK_MYRIADS[char]
            section, digit, pending = 0.0, 0.0, False
    found.append(total + section + digit)
    return [(value, 0.5) for value in found]
