"""
What a person reads, in one language: words, and figures as `blockplan.figures` writes them.

`Words` is what templates and tables speak through.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any

from blockplan import figures
from blockplan.figures import is_known
from blockplan.measure.measurement import figure_unit
from blockplan.plan.model.codes import landuse
from blockplan.plan.model.faults import NAMES
from blockplan.texts import TAGS, Catalog, Phrases, pick
from blockplan.units import M2_PER_HA, M2_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.check.verdict import Required
    from blockplan.measure.measurement import Measurement

CATALOG = Catalog("blockplan.report", "texts.toml")
#: Between a Chinese character and a figure stands a space.
HAN_BEFORE_DIGIT = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d)")
#: A unit in brackets at the end of a name.
BRACKETED = re.compile(r"\s?[（(][^（()）]*[)）]$")
NO_BREAK = "\N{NO-BREAK SPACE}"
OPERATORS = {
    ">=": "at_least", "<=": "at_most", ">": "above", "<": "below", "=": "exactly", "between": "between",
}  # fmt: skip

#: Columns that say of which list a code is.
CODED_BY = frozenset({"land_use_list", "existing_land_use_list", "land_use_given_list"})
#: Tables of words for the values of a column, or of the kinds of a layer; else there is one of its own name.
TABLES = {
    "service": "service",
    "class": "street",
    "programmes": "programme",
    "control_lines": "control_line",
    "land_use_list": "land_use_list",
} | dict.fromkeys(("far_kind", "height_kind", "coverage_kind", "green_kind"), "choice.limit")


def table_of(layer: str, column: str) -> str:
    """The table of words for the values of a column of a layer."""
    named = "land_use_list" if column in CODED_BY else layer if column == "kind" else column
    return TABLES.get(named, f"choice.{named}")


class Words(Phrases):
    """
    Everything that is said in one language.

    Parameters
    ----------
    lang
        ``zh``, ``en`` or ``ja``; UsageError for any other.
    space
        What stands between a number and the sign of its unit; a page takes a space that does not break.
    pages
        Catalogs of a page, whose words come before those of all reports.
    """

    def __init__(self, lang: str, space: str = " ", *pages: Catalog) -> None:
        super().__init__(lang, *pages, CATALOG, NAMES)
        self.space = space
        self.tag = TAGS[lang]

    def on(self, *pages: Catalog) -> Words:
        """The same for a page with words of its own."""
        return Words(self.lang, self.space, *pages)

    @property
    def unknown(self) -> str:
        """What stands for what is not known."""
        return figures.unknown(self.lang)

    def count(self, key: str, n: float, **values: Any) -> str:
        """Words about `n` things; English has a form of its own for one (``en_one``)."""
        texts, shown = self.text(key), self.number(n)
        form = texts.get("en_one") if self.lang == "en" and shown == "1" else None
        return (form or pick(texts, self.lang)).format(n=shown, **values)

    def join(self, parts: Iterable[str]) -> str:
        """A list in one line: ``a, b`` or ``a、b``."""
        return self("list.separator").join(parts)

    def heads(self, *keys: str) -> tuple[str, ...]:
        """The headings of columns."""
        return tuple(self(f"column.{key}") for key in keys)

    def changed(self, change: Mapping[str, Any]) -> tuple[str, str]:
        """A feature and its column, as readers call them: ``parcel 02-01-01``, ``height (m)``."""
        return f"{self.layer(change['layer'])} {change['id']}", self.field(change["column"])

    def value(self, column: str, value: Any) -> str:
        """
        A value of a column as readers write it: a number with all its decimals, a code with its name.

        Examples
        --------
        >>> Words("en").value("residents", 900.0), Words("zh").value("land_use", "1401")
        ('900', '1401 公园绿地')
        """
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value, figures.MOST_DECIMALS)
        said = str(value)
        if column == "land_use" and (known := landuse()).known(said):
            return f"{said} {known.label(said, self.lang)}"
        return self.or_else(f"service.{said}", said) if column == "service" else said

    def layer(self, name: str) -> str:
        """What one feature of a layer is called; the layer's name where it has no other."""
        return self.or_else(f"layer.{name}", name)

    def field(self, column: str) -> str:
        """What a column of a layer is called, with its unit; the column's name where it has no other."""
        return self.or_else(f"field.{column}", column)

    def without_unit(self, named: str) -> str:
        """What something is called, without the unit that stands in brackets behind it."""
        return BRACKETED.sub("", named)

    def named_columns(self, of: str, columns: Iterable[str]) -> str:
        """A layer and columns of it, as readers call them: ``parcel: FAR, land use``."""
        said = self.join(map(self.without_unit, columns))
        return self("list.colon").join(filter(None, (of, said)))

    # Numbers

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """A number; "not known" for None and NaN."""
        return figures.number(value, decimals) if is_known(value) else figures.unknown(self.lang)

    def amount(self, value: float | None, unit: str, *, than: float | None = None) -> str:
        """A number with its unit; told apart from the limit `than` where it differs from it."""
        return figures.amount(value, unit, self.lang, than=than, space=self.space)

    def area(self, m2: float | None) -> str:
        """
        A piece of land by its size: in km² or ha from one of them on, else in m².

        Examples
        --------
        >>> Words("en").area(9.5e6), Words("zh").area(62_000.0), Words("en").area(6_240.0)
        ('9.5 km²', '6.2 公顷', '6,240 m²')
        """
        for per, unit in ((M2_PER_KM2, "km2"), (M2_PER_HA, "ha")):
            if is_known(m2) and m2 >= per:
                return self.amount(m2 / per, unit)
        return self.amount(m2, "m2")

    def column(self, values: Sequence[float | None], unit: str) -> list[str]:
        """Amounts that stand below each other, point below point."""
        return figures.column(values, unit, self.lang, space=self.space)

    def figure(self, value: float | None, measurement: Measurement | None, unit: str = "") -> str:
        """A value of a measure: a share in percent, a ratio as a plain number, all else with its unit."""
        return self.amount(value, figure_unit(measurement, unit))

    def with_unit(self, shown: str, unit: str) -> str:
        """A number that is already written, with its unit."""
        return figures.with_unit(shown, unit, self.lang, self.space)

    def share(self, value: float | None) -> str:
        """A share 0..1 as a percentage; 100% and 0% are written only for exactly that."""
        return self.amount(value, "1")

    def signed(self, value: float | None, unit: str) -> str:
        """A margin: ``+176 m²``, ``−517 m²``."""
        return figures.margin(value, unit, self.lang, self.space)

    def signed_between(self, low: float, high: float, unit: str) -> str:
        """A margin of which the ends are known: ``−517 to +176 m²``; with one end, ``at least +176 m²``."""
        if math.isinf(low) or math.isinf(high):
            key = "at_least" if math.isinf(high) else "at_most"
            return self(f"required.{key}", amount=self.signed(low if math.isinf(high) else high, unit))
        first, last = (f"{figures.sign(one)}{figures.gap_size(one, unit, self.lang)}" for one in (low, high))
        if first == last:
            return self.signed(low, unit)
        return figures.of_gap(self("required.between", low=first, high=last), unit, self.lang, self.space)

    def gap_between(self, low: float, high: float, unit: str) -> str:
        """How far a value lies off, of which two signed ends are known: ``26 to 100 points``."""
        near, far = sorted((abs(low), abs(high)))
        first = figures.gap_size(near, unit, self.lang)
        last = figures.gap_size(far, unit, self.lang) if math.isfinite(far) else ""
        said = first if first == last else self("required.between", low=first, high=last)
        if last:
            return figures.of_gap(said, unit, self.lang, self.space)
        return self("required.at_least", amount=figures.of_gap(first, unit, self.lang, self.space))

    def rate(self, value: float | None, unit: str, per: float = 0.0, *, than: float | None = None) -> str:
        """An amount, per resident or per so many residents where `per` says so."""
        return self.per(self.amount(value, unit, than=than), per)

    def per(self, shown: str, per: float) -> str:
        """`shown` per resident (`per` 1), per 1,000 residents (`per` 1000), or as it is (`per` 0)."""
        return figures.rate(shown, per, self.lang)

    def required(self, required: Required, unit: str, per: float = 0.0) -> str:
        """What a rule asks: ``at least 9.5 beds per 1,000 residents``."""
        key = f"required.{OPERATORS[required.op]}"
        if not isinstance(required.value, tuple) and math.isnan(required.value):
            return self("required.of_each")
        if isinstance(required.value, tuple):
            low, high = required.value
            first = self.share(low) if figures.in_percent(unit, self.lang) else self.number(low)
            return self(key, low=first, high=self.amount(high, unit))
        if unit == "1" and required.op == ">=" and required.value == 1:
            return self("required.everyone")
        return HAN_BEFORE_DIGIT.sub(" ", self(key, amount=self.rate(required.value, unit, per)))

    # Days

    def day(self, value: dt.date | str | None) -> str:
        """A day in words; text that is no day is given back as it is."""
        if value is None:
            return self.unknown
        try:
            day = dt.date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return str(value)
        return figures.day(day, self.lang)
