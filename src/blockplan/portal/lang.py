"""
The language of a page: it stands in the address (``/zh/...``), so that a page can be linked and kept.

The word lists are those of `blockplan.texts`; Django's own sentences come in the same language.
"""

from __future__ import annotations

from django.urls import LocalePrefixPattern
from django.utils import translation

from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES

#: Our code -> Django's name of its own translation, and what its speakers call the language.
DJANGO = {"zh": "zh-hans", "en": "en", "ja": "ja"}
NAMES = {"zh": "简体中文", "en": "English", "ja": "日本語"}


class Language:
    """Converter of an address: one of our languages."""

    regex = "|".join(LANGUAGES)

    def to_python(self, value: str) -> str:
        """The code as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The code as it is."""
        return value


class LanguagePrefix(LocalePrefixPattern):
    """The language before an address, for pages of others whose addresses know of none."""

    @property
    def language_prefix(self) -> str:
        """``zh/``, as the page that is being made."""
        return f"{current()}/"


def current() -> str:
    """Our code of the language that is being spoken."""
    spoken = translation.get_language()
    return next((code for code, name in DJANGO.items() if name == spoken), DEFAULT_LANGUAGE)


def of_path(path: str) -> str | None:
    """The language that an address names; None where it names none."""
    first = path.split("/", 2)[1] if path.count("/") else ""
    return first if first in LANGUAGES else None


def wanted(accept: str) -> str:
    """
    The language of ours that a browser asks for first; English where it asks for none of them.

    Examples
    --------
    >>> wanted("fr;q=0.9, zh-TW;q=0.8, en;q=0.5"), wanted("")
    ('zh', 'en')
    """
    asked: list[tuple[float, str]] = []
    for part in accept.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            asked.append((-float(quality or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((code for _, code in sorted(asked, key=lambda one: one[0]) if code in LANGUAGES), "en")
