"""Tags of the templates: words in the reader's language, moments and numbers as that language writes them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django import template

from blockplan.notice.events import parse_time
from blockplan.portal.words import say
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.template.context import Context

register = template.Library()
#: Our code -> Babel's locale.
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB", "ja": "ja_JP"}


def _lang(context: Context) -> str:
    return str(context.get("lang") or "en")


@register.simple_tag(takes_context=True)
def t(context: Context, key: str, **values: Any) -> str:
    """``{% t "notice.opens" day=day %}``: words of a key; what is filled in is escaped like any variable."""
    return say(key, _lang(context), **values)


@register.simple_tag(takes_context=True)
def in_words(context: Context, text: Mapping[str, str] | str | None) -> str:
    """A text of the plan or the record in the reader's language, or another where it has none."""
    return pick(text, _lang(context))


@register.simple_tag(takes_context=True)
def day(context: Context, value: str | dt.date) -> str:
    """A day as the language writes it."""
    date = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return str(format_date(date, "long", locale=LOCALES[_lang(context)]))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: str, zone: str = "UTC") -> str:
    """A moment of the record, to the second, in the time of the place, with its offset."""
    local = parse_time(value).astimezone(ZoneInfo(zone))
    said = format_datetime(local, "long", tzinfo=local.tzinfo, locale=LOCALES[_lang(context)])
    return str(said)


@register.simple_tag(takes_context=True)
def number(context: Context, value: float | None, digits: int = 0) -> str:
    """A number as the language writes it; a dash where it is not known."""
    if value is None:
        return "–"
    form = "#,##0" + ("." + "#" * digits if digits else "")
    return str(format_decimal(value, form, locale=LOCALES[_lang(context)]))
