"""Tags of the office's templates: moments of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from babel.dates import format_datetime
from django import template

if TYPE_CHECKING:
    import datetime as dt

register = template.Library()
#: Our code -> Babel's locale.
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB", "ja": "ja_JP"}


@register.simple_tag(takes_context=True)
def at(context: Any, value: dt.datetime) -> str:
    """A moment in UTC, as the language writes it."""
    lang = str(context.get("lang") or "en")
    return str(format_datetime(value, "medium", locale=LOCALES[lang])) + " UTC"
