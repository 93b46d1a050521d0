"""
Values as people write them: ``≤2.2``, ``1.5-2.0``, ``35%``, ``54米``, ``-``, ``不限``, ``2.35公顷``.

A value is read whole or not at all: a text that holds more than one number and says no range is unread,
and whoever asked reports it. Nothing unread becomes zero.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from blockplan.exchange.office.titles import UNITS

Kind = Literal["", "upper", "lower", "range"]

#: Texts that say that nothing is known or that the field does not apply.
BLANK = frozenset(
    {
        "", "-", "--", "---", "/", "\\", "—", "——", "–", "－", "─", "一", "*", ".", "…", "无", "空", "暂无",
        "待定", "未定", "未知", "不详", "n/a", "na", "nan", "null", "<null>", "none", "nil", "#", "?", "？",
        "／", "~", "//", "\\\\", "x", "×", "、",
    }
)  # fmt: skip
#: Texts that say that there is no bound.
NO_LIMIT = frozenset(
    {
        "不限", "无限制", "不作限制", "不做限制", "不控制", "不作控制", "无要求", "不作要求", "不做要求",
        "不设上限", "不设限", "无上限",
        "无控制", "不作规定", "不限制", "按需", "unlimited", "no limit",
    }
)  # fmt: skip
#: Numbers that offices write where a bound is missing (9999), or that a program puts for nothing.
SENTINELS = frozenset({9999.0, 99999.0, 999999.0, -9999.0, -999.0, -1.0, -99.0, 9999.99, 999.99})
_FACTORS = {
    "area": {"m2": 1.0, "ha": 1e4, "mu": 2000.0 / 3.0, "km2": 1e6, "1e4 m2": 1e4, "1e2 mu": 2e5 / 3.0},
    "height": {"m": 1.0, "km": 1000.0},
    "length": {"m": 1.0, "km": 1000.0},
    "elevation": {"m": 1.0},
    "share": {"%": 0.01, "permille": 0.001, "1": 1.0},
    "far": {"1": 1.0, "%": 0.01},
    "count": {"1": 1.0, "1e4": 1e4, "1e3": 1e3, "1e2": 1e2},
    "signed_area": {"m2": 1.0, "ha": 1e4, "1e4 m2": 1e4},
}
_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[-+]?\.\d+"
_UNIT_WORDS = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_ONE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT_WORDS})?(?![\d.])", re.IGNORECASE)
_MORE = re.compile(
    r"≥|>=|≧|>|不小于|不低于|不少于|(?<!不)(?<!不得)(?:大于|高于|超过)|以上|下限|最低|最小|至少"
)
_LESS = re.compile(
    r"≤|<=|≦|<|不大于|不高于|不超过|不得超过|不多于|小于等于|小于|低于|以下|以内|上限|最高|最大|控制在"
)
_RANGE = re.compile(r"^\s*(?:-|~|～|—|–|至|到|－|\.\.)\s*$")
_BETWEEN = re.compile(
    r"(?:≥|>=|>|不小于|不低于)(?P<low>.+?)(?:且|,|并|;|和)?(?:≤|<=|<|不大于|不高于|不超过)(?P<high>.+)"
)
_INSIDE = re.compile(r"(?P<low>[\d.]+)\s*(?:≤|<=|<)\s*[^\d]+?\s*(?:≤|<=|<)\s*(?P<high>[\d.]+)")
_DATUM = re.compile(r"黄海|高程|海拔|标高|1985|八五|国家高程|绝对高度|吴淞|珠基|珠江基面|大沽|假定")


@dataclass(frozen=True, slots=True)
class Amount:
    """
    A number as written, in the unit of its quantity.

    `value` is the number that stands alone, or the stricter end; `low` and `high` the ends where they are
    said; `kind` what a sign in the text says it is; `unit` the unit that stands in the text itself.
    """

    value: float
    low: float | None = None
    high: float | None = None
    kind: Kind = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that could not be read as its quantity, with the reason."""

    why: str


def text_of(value: Any) -> str:
    """
    A cell as plain text: full width made half, whole numbers without ``.0``; "" where there is nothing.

    Examples
    --------
    >>> text_of("Ａ－０１ "), text_of(12.0), text_of(None), text_of(float("nan"))
    ('A-01', '12', '', '')
    """
    if isinstance(value, str):
        # Plain text needs no folding, and there is much of it.
        return value.strip() if value.isascii() else unicodedata.normalize("NFKC", value).strip()
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in {"<NA>", "NaT"}:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def is_blank(value: Any) -> bool:
    """Whether a cell says nothing, or that there is no bound."""
    text = "".join(text_of(value).lower().split())
    return text in BLANK or text in NO_LIMIT


def read_amount(value: Any, quantity: str, unit: str = "") -> Amount | Unread | None:
    """
    A number of a quantity (m2, m, share of 1, count), or None where the cell says nothing.

    Parameters
    ----------
    value
        The cell.
    quantity
        ``area``, ``far``, ``share``, ``height``, ``elevation``, ``length`` or ``count``.
    unit
        Unit of numbers that have none of their own.

    Examples
    --------
    >>> read_amount("≤2.2", "far").kind, read_amount("1.5－2.0", "far").low
    ('upper', 1.5)
    >>> read_amount("３５％", "share").value
    0.35
    >>> read_amount("54米", "height").value, read_amount("2.5公顷", "area").value, read_amount("9999", "far")
    (54.0, 25000.0, None)
    >>> read_amount("住宅54,商业24", "height")
    Unread(why='holds 2 numbers and says no range')
    """
    if isinstance(value, bool):
        return Unread("is no number")
    if isinstance(value, int | float) and not math.isnan(value):
        return None if float(value) in SENTINELS else _scaled([(float(value), "")], "", quantity, unit)
    text = text_of(value)
    compact = "".join(text.lower().split())
    if compact in BLANK or compact in NO_LIMIT:
        return None
    if quantity == "height":
        above = _without_elevation(text)
        if above is None:
            return Unread("is a height above the datum, not above the ground")
        text = above
    return _parsed(text, quantity, unit)


def read_elevation(value: Any) -> float | None:
    """
    The height above the datum that a text on heights says; None where it says none.

    Examples
    --------
    >>> read_elevation("24米（黄海高程≤52.5m）"), read_elevation("54"), read_elevation("绝对标高120米")
    (52.5, None, 120.0)
    """
    text = text_of(value)
    found = _DATUM.search(text)
    if not found:
        return None
    behind = re.sub(r"1985(?=国家|高程|黄海)|(?<=国家)1985", "", text[found.start() :])
    numbers = [number for number, _ in _numbers(behind)]
    return numbers[0] if numbers else None


def _without_elevation(text: str) -> str | None:
    """A text on heights without what it says of heights above the datum; None where nothing is left."""
    if not _DATUM.search(text):
        return text
    rest = re.sub(rf"[(\[【][^)\]】]*(?:{_DATUM.pattern})[^)\]】]*[)\]】]", "", text)
    if not _DATUM.search(rest):
        return rest if rest.strip() else None
    before = rest[: _DATUM.search(rest).start()]  # type: ignore[union-attr]
    return before if _numbers(before) else None


def _numbers(text: str) -> list[tuple[float, str]]:
    return [
        (float(match["number"].replace(",", "")), UNITS.get((match["unit"] or "").lower(), ""))
        for match in _ONE.finditer(text)
    ]


def _parsed(text: str, quantity: str, unit: str) -> Amount | Unread | None:
    # What stands in brackets explains, unless it is all there is.
    bare = re.sub(r"[(\[【][^()\[\]【】]*[)\]】]", "", text).strip()
    if bare and re.search(r"\d", bare):
        text = bare
    text = (
        re.sub(r"(?<=\d)\s*(?=\d{3}\b)", "", text)
        if re.fullmatch(r"\d{1,3}( \d{3})+(\.\d+)?", text)
        else text
    )
    both = _INSIDE.search(text) or _BETWEEN.search(text)
    if both:
        ends = _numbers(both["low"]) + _numbers(both["high"])
        return (
            _scaled(ends, "range", quantity, unit) if len(ends) == 2 else Unread("is no range of two numbers")
        )
    found = _numbers(text)
    if len(found) == 2:
        ends = _ends(text, found)
        if ends:
            return _scaled(ends, "range", quantity, unit)
    if len(found) != 1 or re.search(r"[A-Za-z]{3,}", _ONE.sub("", text)):
        several = f"holds {len(found)} numbers and says no range" if found else "holds no number"
        return Unread("holds words beside the number" if len(found) == 1 else several)
    kind: Kind = "lower" if _MORE.search(text) else "upper" if _LESS.search(text) else ""
    return None if found[0][0] in SENTINELS else _scaled(found, kind, quantity, unit)


def _ends(text: str, found: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The ends of a range that two numbers of a text make, or nothing; ``1.5-2.0`` reads as 1.5 and -2.0."""
    one, other = _ONE.finditer(text)
    between = text[one.end() : other.start()]
    if not between.strip() and other["number"].startswith("-"):
        return [found[0], (-found[1][0], found[1][1])]
    return found if _RANGE.match(between) else []


def _scaled(found: list[tuple[float, str]], kind: Kind, quantity: str, unit: str) -> Amount | Unread:
    factors = _FACTORS.get(quantity, {"1": 1.0})
    # In `30-35%` and `1.5~2公顷` the unit at the end holds for both.
    own = found[-1][1]
    values = []
    for number, said in found:
        used = said or own or unit
        if used and used not in factors:
            return Unread(f"is given in {used}, which is no unit of {quantity.replace('_', ' ')}")
        values.append(round(number * factors.get(used, 1.0), 10))
    if quantity not in {"elevation", "signed_area"} and min(values) < 0:
        return Unread("is below zero")
    if kind == "range":
        low, high = sorted(values)
        return Amount(high, low, high, "range", own)
    value = values[0]
    return Amount(value, value if kind == "lower" else None, value if kind == "upper" else None, kind, own)
