"""
Figures as people read them: numbers, shares, areas, lengths, money, margins and days, by unit and language.

The only place that turns a figure into text for a reader. In a sentence or beside a label a number bears
about four figures (`number`, `amount`); in a column it bears the same decimals in every cell (`fixed`). A
share (unit ``1``) is a percentage, a ``ratio`` a plain number; a floor area ratio (``far``) is 1.69, in
Japanese 169%. A value that rounding would put on
the limit it misses keeps as many decimals as it takes to tell the two apart. Units are in ``figures.toml``.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, TypeGuard

from blockplan.texts import LANGUAGES, Catalog, pick

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

CATALOG = Catalog("blockplan", "figures.toml")
#: Our code -> Babel's locale; numbers are written alike in all three.
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB", "ja": "ja_JP"}
#: Units that are written as a sign.
SIGNS = frozenset({"m2", "ha", "km2", "m", "km", "min", "km/km2", "million m2"})
#: A space between a number and its unit of length or land.
BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:k?m²?|ha)(?![A-Za-z0-9])|平方|公[里顷]|米)")
MINUS, PLUS = "\N{MINUS SIGN}", "+"
MOST_DECIMALS = 6
#: Remainders that agree to so many decimals count as equal: the earlier part takes the rest.
SAME_REMAINDER = 9
#: Up to so much land (m2) tables of a plan write hectares with four decimals, which are square metres.
SMALL_PLAN_M2 = 200_000.0


def is_known(value: float | None) -> TypeGuard[float]:
    """Whether a number says something: neither None nor NaN nor infinite."""
    return value is not None and math.isfinite(value)


def unbroken(said: str) -> str:
    r"""
    Words of a page, in which no number ends a line that its unit does not stand on.

    Examples
    --------
    >>> unbroken("9.5 km² in 3 areas")
    '9.5\xa0km² in 3 areas'
    """
    return BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", said)


def known(value: float | None) -> float | None:
    """A number as a plain one, as JSON has it; None where it is not known."""
    return float(value) if is_known(value) else None


def unknown(lang: str) -> str:
    """What stands for a value that is not known; never 0."""
    return CATALOG("unknown", lang)


def number(value: float, decimals: int | None = None) -> str:
    """
    A number with its thousands parted, and at most so many decimals: about four figures if nothing is said.

    Examples
    --------
    >>> number(31040.0), number(8.333333333), number(0.5), number(-12.0), number(1.23456, MOST_DECIMALS)
    ('31,040', '8.33', '0.5', '−12', '1.23456')
    """
    digits = decimals_for(value) if decimals is None else decimals
    text = fixed(value, digits)
    return text.rstrip("0").removesuffix(".") if "." in text else text


def fixed(value: float, decimals: int, *, signed: bool = False) -> str:
    """
    A number of a column, where each cell bears the same decimals.

    Examples
    --------
    >>> fixed(1234.5, 2), fixed(-0.5, 2, signed=True), fixed(0.25, 1), fixed(3.0, 0, signed=True)
    ('1,234.50', '−0.50', '0.3', '+3')
    """
    if not math.isfinite(value):
        return str(value)
    shown = rounded(value, decimals)  # what rounds to nothing has no sign
    text = f"{shown:,.{decimals}f}".replace("-", MINUS)
    return PLUS + text if signed and shown > 0 else text


def column(values: Sequence[float | None], unit: str, lang: str, *, space: str = " ") -> list[str]:
    """
    Amounts that stand below each other: all with as many decimals as the one that needs most.

    Examples
    --------
    >>> column([74.0, 31.25, 0.0], "ha", "en")
    ['74.00 ha', '31.25 ha', '0.00 ha']
    """
    digits = max((len(number(one).partition(".")[2]) for one in values if is_known(one)), default=0)
    return [
        with_unit(fixed(one, digits), unit, lang, space) if is_known(one) else unknown(lang) for one in values
    ]


def share(value: float, *, than: float | None = None) -> str:
    """A share 0..1 as a percentage; 100% and 0% are written only for exactly that."""
    digits = 1
    for limit in (0.0, 1.0, than):
        if is_known(limit):
            digits = enough_decimals(value * 100, limit * 100, digits)
    return f"{number(value * 100, digits)}%"


def points(value: float, lang: str) -> str:
    """A difference of shares, in percentage points."""
    return CATALOG("unit.points", lang, n=number(value * 100, enough_decimals(value * 100, 0.0, 1)))


def in_percent(unit: str, lang: str) -> bool:
    """Whether figures of a unit are written in percent: shares, and in Japanese floor area ratios."""
    return unit == "1" or (unit == "far" and lang == "ja")


def amount(value: float | None, unit: str, lang: str, *, than: float | None = None, space: str = " ") -> str:
    """
    A number with its unit; told apart from the limit `than` where it differs from it.

    Parameters
    ----------
    unit
        As measures, rules and columns name it; ``1`` is a share, ``ratio`` and an empty unit a plain number,
        ``far`` one that Japanese writes in percent.
    space
        What stands between a number and the sign of its unit; a page takes a space that does not break.

    Examples
    --------
    >>> amount(3466.666, "m2", "en"), amount(0.723, "1", "zh")
    ('3,466.7 m²', '72.3%')
    >>> amount(2.8, "far", "zh"), amount(2.8, "far", "ja")
    ('2.8', '280%')
    >>> amount(797_019.239, "m2", "en", than=0.0), amount(797_019.239, "m2", "en", than=797_019.0)
    ('797,019 m²', '797,019.2 m²')
    """
    if not is_known(value):
        return unknown(lang)
    if in_percent(unit, lang):
        return share(value, than=than)
    digits = decimals_for(value)
    if is_known(than):
        # Zero has no decimals of its own to be compared with.
        digits = enough_decimals(value, than, max(digits, decimals_for(than) if than else 0))
    return with_unit(number(value, digits), unit, lang, space)


def texts(value: float | None, unit: str, per: float = 0.0, *, than: float | None = None) -> dict[str, str]:
    """An amount in every language, per resident or per so many residents where `per` says so."""
    return {lang: rate(amount(value, unit, lang, than=than), per, lang) for lang in LANGUAGES}


def rate(shown: str, per: float, lang: str) -> str:
    """`shown` per resident (`per` 1), per 1,000 or 100,000 residents, or as it is (`per` 0)."""
    return shown if not per or shown == unknown(lang) else CATALOG(f"rate.{per:.0f}", lang, amount=shown)


def around(unit: str, per: float, lang: str) -> tuple[str, str]:
    """
    The words before and after a number of a unit, per so many residents where `per` says so.

    Examples
    --------
    >>> around("m2", 1000, "en"), around("m2", 1000, "zh"), around("1", 0, "en")
    (('', ' m² per 1,000 residents'), ('每千人 ', ' 平方米'), ('', '%'))
    """
    slot = "\0"
    whole = f"{slot}%" if in_percent(unit, lang) else with_unit(slot, unit, lang)
    before, _, after = rate(whole, per, lang).partition(slot)
    return before, after


def with_unit(shown: str, unit: str, lang: str, space: str = " ") -> str:
    """A number that is already written, with its unit."""
    if not unit:
        return shown
    if f"unit.{unit}" not in CATALOG:
        return f"{shown} {unit}"
    said = counted(CATALOG.text(f"unit.{unit}"), shown, lang)
    return said.replace(" ", space) if unit in SIGNS else said


def counted(words: dict[str, str], shown: str, lang: str) -> str:
    """Words about so many things; English has a form of its own for one (``en_one``)."""
    one = words.get("en_one") if lang == "en" and shown == "1" else None
    return (one or pick(words, lang)).format(n=shown)


def gap(value: float, unit: str, lang: str, space: str = " ") -> str:
    """A difference without its sign, ``517 m²``; one of shares is in points."""
    return of_gap(gap_size(value, unit, lang), unit, lang, space)


def gap_size(value: float, unit: str, lang: str) -> str:
    """The number of a difference, without sign and unit; one of shares is in points."""
    percent = in_percent(unit, lang)
    size = abs(value) * (100 if percent else 1)
    return number(size, enough_decimals(size, 0.0, 1 if percent else decimals_for(size)))


def of_gap(shown: str, unit: str, lang: str, space: str = " ") -> str:
    """The written number of a difference, with its unit."""
    return (
        CATALOG("unit.points", lang, n=shown)
        if in_percent(unit, lang)
        else with_unit(shown, unit, lang, space)
    )


def margin(value: float | None, unit: str, lang: str, space: str = " ") -> str:
    """A difference with its sign: ``+176 m²``, ``−517 m²``."""
    if not is_known(value):
        return unknown(lang)
    return f"{sign(value)}{gap(value, unit, lang, space)}"


def sign(value: float) -> str:
    """The sign that a difference is written with; none for 0."""
    return "" if value == 0 else PLUS if value > 0 else MINUS


def day(value: dt.date, lang: str) -> str:
    """A day in words, as the language writes it."""
    from babel.dates import format_date  # noqa: PLC0415 (most commands write no day)

    return str(format_date(value, format="long", locale=LOCALES[lang]))


def decimals_for(value: float) -> int:
    """Decimals that a number of this size is shown with: about four figures."""
    size = abs(value)
    return next((digits for limit, digits in ((1, 3), (100, 2), (10_000, 1)) if size < limit), 0)


def enough_decimals(value: float, limit: float, digits: int) -> int:
    """The least number of decimals, from `digits` up, that tells a value from a limit it differs from."""
    while digits < MOST_DECIMALS and value != limit and rounded(value, digits) == rounded(limit, digits):
        digits += 1
    return digits


def hectare_decimals(land_m2: float) -> int:
    """
    Decimals of the hectares in tables and legends of a plan with so much land: two, of a small one four.

    Examples
    --------
    >>> hectare_decimals(6_044.0), hectare_decimals(543_120.0)
    (4, 2)
    """
    return 4 if land_m2 <= SMALL_PLAN_M2 else 2


def rounded(value: float, digits: int) -> float:
    """A number rounded half up, without the minus of a negative zero."""
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value) + 0.0


def shared_out(parts: Sequence[float], whole: int) -> list[int]:
    """
    A whole number shared out in proportion to parts, each rounded down or up, by largest remainder.

    Examples
    --------
    >>> shared_out([1.0, 1.0, 1.0], 100)
    [34, 33, 33]
    >>> shared_out([0.0, 0.0], 100)
    [0, 0]
    """
    total = math.fsum(parts)
    if not total > 0:
        return [0] * len(parts)
    exact = [part / total * whole for part in parts]
    found = [math.floor(round(value, SAME_REMAINDER)) for value in exact]
    order = sorted(range(len(parts)), key=lambda at: (-round(exact[at] - found[at], SAME_REMAINDER), at))
    for at in order[: whole - sum(found)]:
        found[at] += 1
    return found
