"""Words and numbers of this room as people read them, in Chinese, English and Japanese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.figures import number
from blockplan.texts import LANGUAGES, Catalog, pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.check.verdict import Text

CATALOG = Catalog("blockplan.check", "texts.toml")
#: Names of what a plan is made of.
NAMES = Catalog("blockplan.check", "names.toml")


def say(key: str, **values: Any) -> Text:
    """
    A text of ``texts.toml`` in every language, filled with `values`.

    A value that is itself a text is put in by language, a number as `blockplan.figures` writes it.
    """
    each = _in_each(values)
    return {lang: CATALOG(key, lang, **each[lang]) for lang in LANGUAGES}


def fill(template: Mapping[str, str], **values: Any) -> Text:
    """A text of a rule file with its ``{places}`` filled, in the languages that it has."""
    each = _in_each(values, *template)
    return {lang: text.format(**each[lang]) for lang, text in template.items()}


def unit_word(unit: str) -> Text:
    """The word between a number and the noun that it counts; the unit itself where none is known."""
    key = f"unit.{unit}"
    return CATALOG.text(key) if key in CATALOG else dict.fromkeys(LANGUAGES, f" {unit}")


def _in_each(values: Mapping[str, Any], *languages: str) -> dict[str, dict[str, Any]]:
    """Values as each language writes them."""
    found: dict[str, dict[str, Any]] = {lang: {} for lang in languages or LANGUAGES}
    for name, value in values.items():
        if isinstance(value, dict):
            for lang, said in found.items():  # a unit may be empty in one language
                said[name] = value[lang] if lang in value else pick(value, lang)
            continue
        plain = number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for said in found.values():
            said[name] = plain
    return found
