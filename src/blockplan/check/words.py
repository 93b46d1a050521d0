"""Words and numbers of this room as people read them, in Chinese, English and Japanese."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from blockplan.texts import LANGUAGES, Catalog, pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.check.verdict import Text

CATALOG = Catalog("blockplan.check", "texts.toml")
#: Names of what a plan is made of.
NAMES = Catalog("blockplan.check", "names.toml")
#: Measures whose unit is ``1`` and that are ratios or indices: 1.6, not 160%.
RATIOS = frozenset(
    {
        "belt_southward",
        "building_light",
        "core_concentration",
        "floor_area_ratio",
        "gross_floor_area_ratio",
        "industry_location_quotient",
        "land_consumption_ratio",
        "land_use_mix",
        "parcel_far",
        "street_block_far",
    }
)


def say(key: str, **values: Any) -> Text:
    """
    A text of ``texts.toml`` in every language, filled with `values`.

    A value that is itself a text is put in by language, a number as `number` writes it.
    """
    return {lang: CATALOG(key, lang, **_in(values, lang)) for lang in LANGUAGES}


def fill(template: Mapping[str, str], **values: Any) -> Text:
    """A text of a rule file with its ``{places}`` filled, in the languages that it has."""
    return {lang: text.format(**_in(values, lang)) for lang, text in template.items()}


def number(value: float) -> str:
    """
    A number as it is read: thousands parted, at most four figures after the point.

    Examples
    --------
    >>> number(31040.0), number(8.333333333), number(0.5)
    ('31,040', '8.3333', '0.5')
    """
    if not math.isfinite(value):
        return str(value)
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def unit_word(unit: str) -> Text:
    """A unit as it follows a number; the unit itself where the catalogue does not know it."""
    key = f"unit.{unit}"
    return CATALOG.text(key) if key in CATALOG else dict.fromkeys(LANGUAGES, f" {unit}")


def _in(values: Mapping[str, Any], lang: str) -> dict[str, Any]:
    return {name: _one(value, lang) for name, value in values.items()}


def _one(value: Any, lang: str) -> Any:
    if isinstance(value, dict):
        return value[lang] if lang in value else pick(value, lang)  # a unit may be empty in one language
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return value
