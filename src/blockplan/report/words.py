"""
Words, numbers, units and days as a person reads them, in one language.

`Words` is what templates and tables speak through. A value that is not known
reads "not known" (未知, 不明), never 0; a value that rounding would put on
the limit it misses keeps as many decimals as it takes to tell the two apart.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeGuard

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from blockplan.check.words import NAMES, RATIOS
from blockplan.errors import UsageError
from blockplan.texts import LANGUAGES, Catalog, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.check.verdict import Required
    from blockplan.measure.measurement import Measurement

CATALOG = Catalog("blockplan.report", "texts.toml")
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB", "ja": "ja_JP"}
#: What stands in the ``lang`` attribute of a page.
TAGS = {"zh": "zh-Hans", "en": "en", "ja": "ja"}
#: Units that are written as a sign.
SIGNS = frozenset({"m2", "ha", "km2", "m", "km", "min", "km/km2", "million m2"})
#: Between a Chinese character and a figure stands a space.
HAN_BEFORE_DIGIT = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d)")
NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS, PLUS = "\N{MINUS SIGN}", "+"
MOST_DECIMALS = 6
OPERATORS = {
    ">=": "at_least", "<=": "at_most", ">": "above", "<": "below", "=": "exactly", "between": "between",
}  # fmt: skip


class Words:
    """
    Everything that is said in one language.

    Parameters
    ----------
    lang
        ``zh``, ``en`` or ``ja``; UsageError for any other.
    space
        What stands between a number and the sign of its unit; a page takes a space that does not break.
    """

    def __init__(self, lang: str, space: str = " ") -> None:
        if lang not in LANGUAGES:
            raise UsageError(f"There is no language {lang!r}. Known languages: {', '.join(LANGUAGES)}.")
        self.lang = lang
        self.space = space
        self.tag = TAGS[lang]

    @cached_property
    def locale(self) -> Locale:
        """The locale that numbers and days are written in."""
        return Locale.parse(LOCALES[self.lang])

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words that stand under a dotted key of ``texts.toml``, filled with `values`."""
        return (CATALOG if key in CATALOG else NAMES)(key, self.lang, **values)

    def known(self, key: str) -> bool:
        """Whether there are words under the key."""
        return any(key in catalog and self.lang in catalog.text(key) for catalog in (CATALOG, NAMES))

    def or_else(self, key: str, fallback: str) -> str:
        """The words under a key, or `fallback` where there are none (a code from somebody else's plan)."""
        return self(key) if self.known(key) else fallback

    def pick(self, text: Mapping[str, str] | str | None) -> str:
        """The string of a text in this language."""
        return pick(text, self.lang)

    def count(self, key: str, n: float, **values: Any) -> str:
        """Words about `n` things; English has a form of its own for one (``en_one``)."""
        return self.counted(CATALOG.text(key), n, **values)

    def counted(self, texts: Mapping[str, str], n: float, **values: Any) -> str:
        """As `count`, of a text of any catalog."""
        shown = self.number(n)
        form = texts.get("en_one") if self.lang == "en" and shown == "1" else None
        return (form or pick(texts, self.lang)).format(n=shown, **values)

    def join(self, parts: Iterable[str]) -> str:
        """A list in one line: ``a, b`` or ``a、b``."""
        return self("list.separator").join(parts)

    # Numbers

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """A number; "not known" for None and NaN."""
        if not is_known(value):
            return self("value.unknown")
        digits = decimals_for(value) if decimals is None else decimals
        text = str(format_decimal(clean(value, digits), format=pattern(digits), locale=self.locale))
        return text.replace("-", MINUS)

    def amount(self, value: float | None, unit: str, *, than: float | None = None) -> str:
        """A number with its unit; told apart from the limit `than` where it differs from it."""
        if not is_known(value):
            return self("value.unknown")
        if unit == "1":
            return self.share(value, than=than)
        digits = decimals_for(value)
        if is_known(than):
            digits = enough_decimals(value, than, max(digits, decimals_for(than)))
        return self.with_unit(self.number(value, digits), unit)

    def figure(self, value: float | None, measurement: Measurement | None, unit: str = "") -> str:
        """A value of a measure: a share in percent, a ratio as a plain number, all else with its unit."""
        return self.amount(value, unit_of_figure(measurement, unit))

    def with_unit(self, shown: str, unit: str) -> str:
        """A number that is already written, with its unit."""
        key = f"unit.{unit}"
        if key not in CATALOG:
            return f"{shown} {unit}"
        texts = CATALOG.text(key)
        one = texts.get("en_one") if self.lang == "en" and shown == "1" else None
        said = (one or pick(texts, self.lang)).format(n=shown)
        return said.replace(" ", self.space) if unit in SIGNS else said

    def share(self, value: float | None, *, than: float | None = None) -> str:
        """A share 0..1 as a percentage; 100% and 0% are written only for exactly that."""
        if not is_known(value):
            return self("value.unknown")
        digits = 1
        for limit in (0.0, 1.0, than):
            if is_known(limit):
                digits = enough_decimals(value * 100, limit * 100, digits)
        return f"{self.number(value * 100, digits)}%"

    def signed(self, value: float | None, unit: str) -> str:
        """A margin: ``+176 m²``, ``−517 m²``."""
        if not is_known(value):
            return self("value.unknown")
        shown = self.points(abs(value)) if unit == "1" else self.amount(abs(value), unit)
        return shown if value == 0 else f"{PLUS if value > 0 else MINUS}{shown}"

    def points(self, value: float) -> str:
        """A difference of shares, in percentage points."""
        digits = enough_decimals(value * 100, 0.0, 1)
        return self("unit.points", n=self.number(value * 100, digits))

    def rate(self, value: float | None, unit: str, per: float = 0.0, *, than: float | None = None) -> str:
        """An amount, per resident or per so many residents where `per` says so."""
        shown = self.amount(value, unit, than=than)
        return self.per(shown, per) if is_known(value) else shown

    def per(self, shown: str, per: float) -> str:
        """`shown` per resident (`per` 1), per 1,000 residents (`per` 1000), or as it is (`per` 0)."""
        if not per:
            return shown
        key = "rate.resident" if per == 1 else "rate.residents"
        return self(key, amount=shown, n=self.number(per))

    def required(self, required: Required, unit: str, per: float = 0.0) -> str:
        """What a rule asks: ``at least 9.5 beds per 1,000 residents``."""
        key = f"required.{OPERATORS[required.op]}"
        if not isinstance(required.value, tuple) and math.isnan(required.value):
            return self("required.of_each")
        if isinstance(required.value, tuple):
            low, high = required.value
            first = self.share(low) if unit == "1" else self.number(low)
            return self(key, low=first, high=self.amount(high, unit))
        if unit == "1" and required.op == ">=" and required.value == 1:
            return self("required.everyone")
        return HAN_BEFORE_DIGIT.sub(" ", self(key, amount=self.rate(required.value, unit, per)))

    # Days

    def day(self, value: dt.date | str | None) -> str:
        """A day in words; text that is no day is given back as it is."""
        if value is None:
            return self("value.unknown")
        try:
            day = dt.date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return str(value)
        return str(format_date(day, format="long", locale=self.locale))


def unit_of_figure(measurement: Measurement | None, unit: str = "") -> str:
    """The unit that a figure is written in: a share in percent, a ratio as a plain number."""
    if measurement is None:
        return unit
    id_ = str(measurement.definition.get("measure", measurement.id))
    unit = unit or measurement.unit
    return "ratio" if unit == "1" and id_ in RATIOS else unit


class PageWords:
    """Words of a page's own catalog, in the language of `words`."""

    def __init__(self, catalog: Catalog, words: Words) -> None:
        self.catalog = catalog
        self.words = words

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words under a dotted key, filled with `values`."""
        return self.catalog(key, self.words.lang, **values)

    def or_else(self, key: str, fallback: str) -> str:
        """The words under a key, or `fallback` where there are none."""
        return self(key) if key in self.catalog else fallback

    def count(self, key: str, n: float, **values: Any) -> str:
        """Words about `n` things; English has a form of its own for one (``en_one``)."""
        return self.words.counted(self.catalog.text(key), n, **values)


def is_known(value: float | None) -> TypeGuard[float]:
    """Whether a number says something: neither None nor NaN nor infinite."""
    return value is not None and math.isfinite(value)


def decimals_for(value: float) -> int:
    """Decimals that a number of this size is shown with: about four figures."""
    size = abs(value)
    for limit, digits in ((1, 3), (100, 2), (10_000, 1)):
        if size < limit:
            return digits
    return 0


def enough_decimals(value: float, limit: float, digits: int) -> int:
    """The least number of decimals, from `digits` up, that tells a value from a limit it differs from."""
    while digits < MOST_DECIMALS and value != limit and round(value, digits) == round(limit, digits):
        digits += 1
    return digits


def clean(value: float, digits: int) -> float:
    """A number rounded half up, without the minus of a negative zero."""
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value) + 0.0


def pattern(digits: int) -> str:
    """Babel pattern with thousands separators and at most so many decimals."""
    return "#,##0" + ("." + "#" * digits if digits else "")
