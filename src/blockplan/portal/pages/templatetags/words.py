"""Tags of the templates: words in the reader's language, moments and numbers as that language writes them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from blockplan import figures
from blockplan.portal import words
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.index import named, office_zone
from blockplan.portal.words import BETWEEN, OPEN, SHUT, occurrences, pseudo, say
from blockplan.respond import tables as response
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.template.context import Context

    from blockplan.portal.record.models import Notice

register = template.Library()
#: A word with its reading, as `blockplan.report` writes easy Japanese: ``[公園|こうえん]``.
READING = re.compile(r"\[([^\[\]|]+)\|([^\[\]|]+)\]")


def _given(text: str) -> str:
    """What comes from a plan, the record or a calendar: in brackets too where words are."""
    return f"{OPEN}{text}{SHUT}" if text and pseudo() else text


def _lang(context: Context) -> str:
    return str(context.get("lang") or "en")


@register.simple_tag(takes_context=True)
def t(context: Context, key: str, **values: Any) -> str:
    """``{% t "notice.opens" day=day %}``: words of a key; what is filled in is escaped like any variable."""
    safe = {name: value for name, value in values.items() if isinstance(value, SafeString)}
    if not safe:
        return say(key, _lang(context), **values)
    # What is HTML already (a moment) takes its place after the rest was escaped; no words hold these signs.
    marks = {name: f"\0{name}\0" for name in safe}
    words: str = escape(say(key, _lang(context), **values | marks))
    for name, value in safe.items():
        words = words.replace(marks[name], value)
    return mark_safe(words)  # noqa: S308 (escaped above)


@register.simple_tag(takes_context=True)
def notice_named(context: Context, notice: Notice, *, whole: bool = False) -> str:
    """A notice by the title of its plan, `whole` with its id behind; by its id while it has none."""
    of_plan = notice.opened.get("plan") or {}
    title = pick(of_plan.get("title") if notice.opened else _title_of_draft(context, notice), _lang(context))
    return _given(f"{title}{BETWEEN}{notice.id}" if title and whole else title or notice.id)


def _title_of_draft(context: Context, notice: Notice) -> Any:
    """The title of a draft's plan: asked for once a page, and nothing else of the plan's document with it."""
    known = cast("dict[str, dict[str, Any]]", context.render_context).setdefault("titles of drafts", {})
    if notice.pk not in known:
        rows = PlanVersion.objects.filter(draft=notice.pk).values_list("document__title", flat=True)
        known[notice.pk] = rows.first()
    return known[notice.pk]


@register.simple_tag(takes_context=True)
def in_words(context: Context, text: Mapping[str, str] | str | None) -> str:
    """A text of the plan or the record in the reader's language, or another where it has none."""
    return _given(pick(text, _lang(context)))


@register.simple_tag(takes_context=True)
def opinion_named(context: Context, notice: str, opinion: str, number: int | None = None) -> str:
    """``{% opinion_named notice.id one.opinion %}``: an opinion or a point by its number and entry."""
    return named(notice, opinion, _lang(context), number)


@register.simple_tag(takes_context=True)
def gap(context: Context) -> str:
    """What stands between two sentences: a space in English, nothing in Chinese and Japanese."""
    return " " if _lang(context) == "en" else ""


@register.simple_tag(takes_context=True)
def colon(context: Context) -> str:
    """What stands between a name and what is said of it."""
    return ": " if _lang(context) == "en" else "："


@register.simple_tag(takes_context=True)
def comma(context: Context) -> str:
    """What stands between two of a list."""
    return ", " if _lang(context) == "en" else "、"


@register.simple_tag(takes_context=True)
def cite(context: Context, source: Mapping[str, Any]) -> str:
    """A source as people of the reader's language cite it; document and clause in older records."""
    said = pick(source.get("said"), _lang(context)) or f"{source['document']}, {source['clause']}"
    return _given(said)


@register.simple_tag(takes_context=True)
def size(context: Context, value: int) -> str:
    """Bytes as people say them: ``1.2 MB``, and bytes only below a kilobyte."""
    for unit, least in (("mb", 1_000_000), ("kb", 1_000)):
        if value >= least:
            return say(f"notice.{unit}", _lang(context), n=number(context, value / least, 1))
    return say("notice.bytes", _lang(context), n=number(context, value))


@register.simple_tag(takes_context=True)
def day(context: Context, value: str | dt.date) -> str:
    """A day as the language writes it."""
    date = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return _given(figures.day(date, _lang(context)))


def _kept_zone(kept: Any) -> str:
    """The office's zone, asked for once a page."""
    zone: str = kept.get(office_zone) or kept.setdefault(office_zone, office_zone())
    return zone


@register.simple_tag(takes_context=True)
def moment(context: Context, value: str | dt.datetime, zone: str = "") -> SafeString:
    """A moment of the record or a table in the time of the place, or of the office, as ``<time>``."""
    zone = zone or _kept_zone(context.render_context)
    exact = words.local(value, zone).isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', exact, words.said(value, zone, _lang(context)))


@register.simple_tag(takes_context=True)
def arrived(context: Context, value: str, zone: str) -> str:
    """The day on which something came in, or the moment, where that was entered."""
    at = dt.datetime.fromisoformat(value)
    if "T" not in value:
        return day(context, at.date())
    return moment(context, at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone)), zone)


@register.simple_tag(takes_context=True)
def number(context: Context, value: float | None, digits: int = 0) -> str:
    """A number of at most so many decimals; a dash where it is not known."""
    if value is None:
        return _given("–")
    return _given(figures.number(value, digits))


@register.simple_tag(takes_context=True)
def count(context: Context, key: str, n: int, **values: Any) -> str:
    """Words about `n` things; ``KEY_one`` where there is one, as on the last day of a period."""
    return say(f"{key}_one" if n == 1 else key, _lang(context), n=number(context, n), **values)


@register.simple_tag(takes_context=True)
def last_moment(context: Context, day_: str | dt.date, zone: str) -> str:
    """The end of a last day with the time zone: ``until 31 March 2026, 24:00 (UTC+8)``."""
    last = dt.date.fromisoformat(day_) if isinstance(day_, str) else day_
    end = dt.datetime.combine(last, dt.time(23, 59, 59), ZoneInfo(zone))
    lang = _lang(context)
    return say("notices.end_moment", lang, day=day(context, last), zone=words.zone_said(end, zone, lang))


@register.simple_tag(takes_context=True)
def last_day_before(context: Context, moment_: str, zone: str) -> str:
    """The day that ends at a moment: the last day of a period, of which the record keeps the end."""
    end = words.local(moment_, zone) - dt.timedelta(microseconds=1)
    return day(context, end.date())


@register.simple_tag(takes_context=True)
def response_word(context: Context, key: str, **values: Any) -> str:
    """Words of the consultation report's own list."""
    return _given(response.TEXTS(key, _lang(context), **values))


@register.simple_tag(takes_context=True)
def changed(context: Context, change: Mapping[str, Any]) -> tuple[str, ...]:
    """What an answer changes: feature, column, old and new value as readers write them ("" for none)."""
    from blockplan.report.words import Words  # noqa: PLC0415

    words = Words(_lang(context))
    values = (change["old"], change["new"])
    said = ("" if one is None else words.value(change["column"], one) for one in values)
    return tuple(map(_given, (*words.changed(change), *said)))


@register.filter
def spelled_out(text: str | None) -> str:
    """Words of a stranger: marks that turn the direction of writing are spelled out."""
    return response.shown(text)


@register.filter
def has_hidden_marks(text: str | None) -> bool:
    """Whether words of a stranger have marks that are spelled out."""
    return response.shown(text) != (text or "")


@register.filter
def with_readings(text: str | None) -> SafeString:
    """Words as HTML: in easy Japanese readings stand over them; no unit is apart from its number."""
    ruby = r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>"
    return mark_safe(READING.sub(ruby, escape(figures.unbroken(_given(text or "")))))  # noqa: S308 (escaped before)


@register.filter
def without_readings(text: str | None) -> str:
    """Words in easy Japanese for a place where nothing can stand over them."""
    return READING.sub(r"\1", text or "")


@register.filter
def marked(text: str, sought: str) -> SafeString:
    """
    A text with what is sought marked in it, whatever its case.

    Examples
    --------
    >>> marked("Trees & trees", "tree")
    '<mark>Tree</mark>s &amp; <mark>tree</mark>s'
    """
    pieces, end = SafeString(), 0
    for begin, after in occurrences(text, sought):
        pieces += format_html("{}<mark>{}</mark>", text[end:begin], text[max(begin, end) : after])
        end = after
    return pieces + escape(text[end:])


@register.filter
def get(table: Mapping[str, Any], key: str) -> Any:
    """What stands under a key; None where nothing does."""
    return table.get(key)


@register.simple_tag
def swatch(colour: str) -> SafeString:
    """A patch in the colour of a land use, as SVG: styles in attributes are not let through."""
    return format_html(
        '<svg class="swatch" aria-hidden="true" viewBox="0 0 14 10">'
        '<rect width="14" height="10" fill="{}"/></svg>',
        colour,
    )


@register.simple_tag
def share_bar(share: float) -> SafeString:
    """A bar of so many percent of what is around, as SVG."""
    return format_html(
        '<svg class="bar" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">'
        '<rect class="all" width="100" height="4"/><rect class="part" width="{}" height="4"/></svg>',
        share,
    )


@register.simple_tag
def meter(share: float, outcome: str) -> SafeString:
    """A bar that is so full, with the line of what is asked in its middle: left of it is short."""
    return format_html(
        '<svg class="meter" aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none">'
        '<rect class="all" y="3" width="100" height="4"/><rect class="{}" y="3" width="{}" height="4"/>'
        '<rect class="need" x="49.8" width=".5" height="10"/></svg>',
        "short" if outcome == "fail" else "part",
        share,
    )
