"""
Values as people write them: ``≤2.2``, ``1.5-2.0``, ``35%``, ``54米``, ``-``, ``不限``, ``2.35公顷``.

A value is read whole or not at all: a text that holds more than one number and says no range is unread,
and whoever asked reports it. Nothing unread becomes zero.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.titles import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["", "upper", "lower", "range"]

NUMBER = (int, float)
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
#: Digits of a column that writes no number.
SET_DIGITS = 9
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
#: Units that stand behind a number, plain and lower case; `1.2万` alone is a count.
_WRITTEN = UNITS | {"万": "1e4"}
_UNIT_WORDS = "|".join(sorted(map(re.escape, _WRITTEN), key=len, reverse=True))
_ONE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT_WORDS})?(?![\d.])", re.IGNORECASE)
#: A unit behind a number, which may be one of a range.
_UNIT = re.compile(rf"(?<=\d)\s*(?:{_UNIT_WORDS})(?![a-z])", re.IGNORECASE)
_MORE = re.compile(
    r"≥|>=|≧|>|不小于|不低于|不少于|(?<!不)(?:大于|高于|超过)|以上|下限|最低|最小|至少|이상|초과"
    r"|(?i:at least|not less than|min)"
)
_LESS = re.compile(
    r"≤|<=|≦|<|不大于|不高于|不超过|不多于|小于等于|小于|低于|以下|以内|上限|最高|最大|控制在|未満|이하|미만|이내"
    r"|(?i:at most|up to|not more than|max)"
)
#: `不得低于` and its like say `不低于`.
_MAY_NOT = re.compile(r"不(?:得|宜|应|應|能|可|允许)(?=[大小高低少多超])")
#: Words that may stand beside a number and change nothing of it; longer ones first.
_BESIDE = (
    r"小于或等于|大于或等于|不小于|不低于|不少于|不大于|不高于|不超过|不多于|大于|高于|超过|多于|小于|低于|少于"
    r"|等于|控制在|以上|以下|以内|之内|未満|上限|下限|最高|最低|最大|最小|至少|至多|大约|左右|原则上|一般|地上"
    r"|이상|초과|이하|미만|이내|최고|최대|최저"
    r"|规划|控制|建议|暂定|合计|[约約近为取应须宜或及且并和含总共至到]"
    r"|(?<![a-z])(?:not (?:more|less) than|at (?:most|least)|up to|about|approx)(?![a-z])"
    r"|(?<![a-z])(?:max|min)(?:imum)?(?![a-z])"
    # The sign of a quantity before a comparison (`H≤24`).
    r"|(?<![a-z])[a-z](?=\s*[≤≥<>=≦≧:])"
)
#: The quantity's own names, and what is counted.
_CALLED = {
    "far": r"[毛净]?容积率|(?<![a-z])far(?![a-z])",
    "share": r"建筑密度|建筑系数|绿地率|绿化率|绿化覆盖率|密度|建蔽率|比例|占比",
    "height": r"建筑控制高度|建筑限高|建筑高度|控制高度|檐口高度|限高|檐口|檐高|高度|高",
    "length": r"红线宽度|宽度|宽|后退|退让|退界|距离",
    "area": r"计容建筑面积|建筑面积|计容面积|用地面积|占地面积|净用地|用地|占地|面积|建筑规模|规模",
    "count": r"居住人口|人口|户数|机动车|停车|车位|泊位|学位|床位|座位|班级|[位套间幢栋台名户戸个人班床]"
    r"|(?<=\d)\s*f(?![a-z])",
}
_RANGE = re.compile(r"^\s*(?:-|~|～|—|–|至|到|－|\.\.)\s*$")
_BETWEEN = re.compile(
    r"(?:≥|>=|>|不小于|不低于)(?P<low>.+?)(?:且|,|并|;|和)?(?:≤|<=|<|不大于|不高于|不超过)(?P<high>.+)"
)
#: The same, the upper end first (`≤2.5且≥1.5`).
_BETWEEN_DOWN = re.compile(
    r"(?:≤|<=|<|不大于|不高于|不超过)(?P<high>.+?)(?:且|,|并|;|和)?(?:≥|>=|>|不小于|不低于)(?P<low>.+)"
)
_INSIDE = re.compile(r"(?P<low>[\d.]+)\s*(?:≤|<=|<)\s*[^\d]+?\s*(?:≤|<=|<)\s*(?P<high>[\d.]+)")
_IN_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
#: What stands in brackets and points to a note, a figure or a paragraph.
_POINTER = re.compile(r"注|见|详|图|表|第|note|see", re.IGNORECASE)
_DATUM = re.compile(r"黄海|高程|海拔|标高|1985|八五|国家高程|绝对高度|吴淞|珠基|珠江基面|大沽|假定")
#: Brackets that name a datum and give no height of their own.
_DATUM_ALONE = re.compile(
    r"(?<=[\dm米])\s*[(\[【](?=[^)\]】]*(?:"
    + _DATUM.pattern
    + r"))(?:(?:(?:19)?85)(?=国家|高程|黄海|基准)|(?<=国家)1985|[^()\[\]【】\d])*[)\]】]"
)
#: Storeys behind a height in metres (`24m/6F`) say the same once more.
_STOREYS_BEHIND = re.compile(
    r"(?<=[m米])\s*(?:[/、,，]\s*\d+\s*(?:F\b|层|層|階|층|storeys?\b)|[(（]\s*\d+\s*(?:F|层|層|階|층)\s*[)）])",
    re.IGNORECASE,
)
#: Or before it (`18F/54m`).
_STOREYS_BEFORE = re.compile(
    r"^\s*\d+\s*(?:F|层|層|階|층|storeys?)\s*[/、,，]\s*(?=[≤<]?\s*\d+(?:\.\d+)?\s*[m米])", re.IGNORECASE
)
#: A height above the datum with the datum's sign behind it (`100mPD`, `145,0 m ü. NHN`, `52 mAOD`).
_DATUM_BEHIND = re.compile(
    r"(?<![\d.,])(?P<number>\d+(?:[.,]\d+)?)\s*m?\s*"
    r"(?:P\.?D\b|[uü]\.?\s*NH?N\b|A[OH]D\b|T\.?P\b|a\.?\s?s\.?\s?l\b|above (?:mean )?sea)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """
    A number as written, in the unit of its quantity.

    `value` is the number that stands alone, or the stricter end; `low` and `high` the ends where they are
    said; `kind` what a sign in the text says it is; `unit` the unit that stands in the text itself;
    `beside` what stands in brackets beside the number and holds a figure that was not read (`旧区25`);
    `half` half a unit of the last digit written, for amounts that are measured and rounded: areas.
    """

    value: float
    low: float | None = None
    high: float | None = None
    kind: Kind = ""
    unit: str = ""
    beside: str = ""
    half: float = 0.0


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that could not be read as its quantity, with the reason."""

    why: str


#: Marks of footnotes in a value; folded to half width each would be one more digit of it. Raised digits are
#: marks where they stand behind a number (`m²` has none).
_NOTE_MARK = re.compile(r"\s*[①-⑳⑴-⒇❶-❿]+|(?<=[\d%％])[⁰¹²³⁴-⁹]+")


#: Marks of footnotes behind a parcel's number.
_MARK_BEHIND = re.compile(r"(?<=[\w)）])\s*[①-⑳⑴-⒇❶-❿⁰¹²³⁴-⁹*＊※★☆△▲†‡]+\s*$")


def without_footnote(number: Any) -> str:
    """
    A parcel's number without the mark of a footnote behind it; "" where there is none.

    Examples
    --------
    >>> without_footnote("A-01-03①"), without_footnote("A-01*"), without_footnote("A-01"), without_footnote(3)
    ('A-01-03', 'A-01', '', '')
    """
    bare = _MARK_BEHIND.sub("", number) if isinstance(number, str) else number
    return "" if bare == number else text_of(bare)


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
    if isinstance(value, str):
        return _says_nothing(value)
    if isinstance(value, NUMBER):
        return math.isnan(value)
    return value is None or _says_nothing(text_of(value))


@lru_cache(maxsize=65_536)
def _says_nothing(cell: str) -> bool:
    text = "".join(text_of(cell).lower().split())
    return text in BLANK or text in NO_LIMIT


def read_amount(value: Any, quantity: str, unit: str = "") -> Amount | Unread | None:
    """
    A number of a quantity (m2, m, share of 1, count), or None where the cell says nothing.

    Parameters
    ----------
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
    >>> read_amount("住宅54,商业24", "height"), read_amount("见说明3", "far").why
    (Unread(why='holds 2 numbers and says no range'), 'holds words beside the number')
    >>> read_amount("24①米", "height").value, read_amount("500m²", "area").value
    (24.0, 500.0)
    """
    if isinstance(value, bool):
        return Unread(worded("is_no_number"))
    if isinstance(value, int | float) and not math.isnan(value):
        return None if float(value) in SENTINELS else _scaled([(float(value), "")], "", quantity, unit)
    text = _MAY_NOT.sub("不", text_of(_without_marks(value)))
    compact = "".join(text.lower().split())
    if compact in BLANK or compact in NO_LIMIT:
        return None
    if quantity == "height":
        above = _without_elevation(text)
        if above is None:
            return Unread(worded("height_above_datum"))
        text = _STOREYS_BEFORE.sub("", _STOREYS_BEHIND.sub("", above))
    return _parsed(text, quantity, unit)


def in_units(half: float, amount: Amount, unit: str, quantity: str) -> Amount:
    """An amount that knows how far it was rounded."""
    return replace(amount, half=half * _FACTORS[quantity].get(amount.unit or unit, 1.0)) if half else amount


def read_elevation(value: Any) -> float | None:
    """
    The height above the datum that a text on heights says; None where it says none.

    Examples
    --------
    >>> read_elevation("24米（黄海高程≤52.5m）"), read_elevation("54"), read_elevation("绝对标高120米")
    (52.5, None, 120.0)
    >>> read_amount("18F/54m", "height").value
    54.0
    >>> read_elevation("54m（1985国家高程）"), read_elevation("54米(85高程基准)")
    (54.0, 54.0)
    >>> read_elevation("24m（高程≤85m）"), read_amount("24m（高程≤85m）", "height").value
    (85.0, 24.0)
    >>> read_amount("54m（黄海高程）", "height").why
    'is a height above the datum, not above the ground'
    >>> read_elevation("100mPD"), read_elevation("24m/6F")
    (100.0, None)
    """
    text = text_of(_without_marks(value))
    if ahead := _DATUM_BEHIND.search(text):
        return float(ahead["number"].replace(",", "."))
    found = _DATUM.search(text)
    if not found:
        return None
    if _of_datum(text):
        return _numbers(text)[0][0]
    behind = re.sub(r"1985(?=国家|高程|黄海)|(?<=国家)1985", "", text[found.start() :])
    numbers = [number for number, _ in _numbers(behind)]
    return numbers[0] if numbers else None


def _of_datum(text: str) -> bool:
    """Whether brackets behind the only number of a text say of which datum it is (`54m（1985国家高程）`)."""
    said = _DATUM_ALONE.search(text)
    return said is not None and len(_numbers(text[: said.start()] + text[said.end() :])) == 1


def rounding(values: Iterable[Any], quantity: str) -> float:
    """
    Half a unit of the last digit that a column writes: areas are measured and rounded, bounds are set.

    A number of a cell shows no zeros at its end, so the longest of the column counts.

    Examples
    --------
    >>> rounding([2.3, 1.25], "area"), rounding(["2.30", "1.5公顷"], "area"), rounding([2.3], "far")
    (0.005, 0.005, 0.0)
    """
    if quantity != "area":
        return 0.0
    written = [match["number"] for value in values for match in _ONE.finditer(text_of(value))]
    return 0.5 * 10.0 ** -max((len(one.partition(".")[2]) for one in written), default=SET_DIGITS)


def _without_marks(value: Any) -> Any:
    """A cell without the marks of footnotes; two numbers that only a mark parts stay two."""
    if not isinstance(value, str) or value.isascii():
        return value
    return _NOTE_MARK.sub(lambda mark: ";" if value[mark.end() :].lstrip()[:1].isdigit() else "", value)


def _without_elevation(text: str) -> str | None:
    """A text on heights without what it says of heights above the datum; None where nothing is left."""
    if _DATUM_BEHIND.search(text):
        text = re.sub(r"[(\[【]\s*[)\]】]", "", _DATUM_BEHIND.sub("", text))
        return text if _numbers(text) else None
    if not _DATUM.search(text):
        return text
    if _of_datum(text):
        return None
    rest = re.sub(rf"[(\[【][^)\]】]*(?:{_DATUM.pattern})[^)\]】]*[)\]】]", "", text)
    if not _DATUM.search(rest):
        return rest if rest.strip() else None
    before = rest[: _DATUM.search(rest).start()]  # type: ignore[union-attr]
    return before if _numbers(before) else None


def _numbers(text: str) -> list[tuple[float, str]]:
    return [
        (float(match["number"].replace(",", "")), _WRITTEN.get((match["unit"] or "").lower(), ""))
        for match in _ONE.finditer(text)
    ]


def _parsed(text: str, quantity: str, unit: str) -> Amount | Unread | None:
    # What stands in brackets explains, unless it is all there is.
    bare = _IN_BRACKETS.sub("", text).strip()
    if bare and re.search(r"\d", bare) and bare != text:
        beside = [one for one in _IN_BRACKETS.findall(text) if re.search(r"\d", one)]
        amount = _parsed(bare, quantity, unit)
        told = "; ".join(one for one in beside if not _POINTER.match(one))
        return replace(amount, beside=told) if told and isinstance(amount, Amount) else amount
    text = (
        re.sub(r"(?<=\d)\s*(?=\d{3}\b)", "", text)
        if re.fullmatch(r"\d{1,3}( \d{3})+(\.\d+)?", text)
        else text
    )
    both = _INSIDE.search(text) or _BETWEEN.search(text) or _BETWEEN_DOWN.search(text)
    found = _numbers(both["low"]) + _numbers(both["high"]) if both else _numbers(text)
    ends = found if both else _ends(text, found)
    if len(found) != (2 if ends else 1):
        return Unread(
            worded("holds_numbers_and_says_no_range", n=len(found)) if found else worded("holds_no_number")
        )
    if _has_words(text.replace(both[0], "") if both else text, quantity):
        return Unread(worded("words_beside_number"))
    if both and found[0][0] > found[1][0]:
        return Unread(worded("lower_end_above_upper"))
    if ends:
        return _scaled(ends, "range", quantity, unit)
    kind: Kind = "lower" if _MORE.search(text) else "upper" if _LESS.search(text) else ""
    return None if found[0][0] in SENTINELS else _scaled(found, kind, quantity, unit)


def _has_words(text: str, quantity: str) -> bool:
    """Whether anything but numbers, units and words that change nothing stands in a text (`见说明3`)."""
    if not any(map(str.isalpha, text)):
        return False
    rest = _beside(quantity.removeprefix("signed_")).sub(" ", _UNIT.sub(" ", text))
    return any(map(str.isalpha, rest))


@cache
def _beside(quantity: str) -> re.Pattern[str]:
    return re.compile("|".join(filter(None, (_BESIDE, _CALLED.get(quantity)))), re.IGNORECASE)


def _ends(text: str, found: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The ends of a range that two numbers of a text make, or nothing; ``1.5-2.0`` reads as 1.5 and -2.0."""
    if len(found) != 2:
        return []
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
            return Unread(worded("no_unit_of_quantity", unit=used, quantity=worded(quantity)))
        values.append(round(number * factors.get(used, 1.0), 10))
    if quantity not in {"elevation", "signed_area"} and min(values) < 0:
        return Unread(worded("is_below_zero"))
    if kind == "range":
        low, high = sorted(values)
        return Amount(high, low, high, "range", own)
    value = values[0]
    return Amount(value, value if kind == "lower" else None, value if kind == "upper" else None, kind, own)
