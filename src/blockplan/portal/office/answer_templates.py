"""
Texts that the office keeps for its answers, by language, with fields that a plan and its record fill in.

A field is a name in braces: ``{number}``, ``{theme}``, ``{object}``, ``{plan}`` (what the plan says of the
first parcel), ``{rule ID}`` (what was judged of a rule). What cannot be filled stays in braces, and no answer
is given while it has any, by the form or by a table; nor, by the form, is one whose words are those of a
template as it was filled, unless somebody says that they fit. Other braces pass.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.portal.lang import current
from blockplan.portal.office.models import AnswerTemplate
from blockplan.portal.pages import place_summary
from blockplan.portal.plans.places import places_of
from blockplan.portal.visible_notices import version_of
from blockplan.portal.words import say
from blockplan.texts import LANGUAGES, pick, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.portal.office.inbox import ListedPoint
    from blockplan.portal.record.models import Notice
    from blockplan.respond.sorting import Theme
    from blockplan.respond.worksheet import Decision

#: Names that the pages tell.
FIELDS = ("number", "theme", "object", "plan", "rule")
FIELD = re.compile(r"[{｛]\s*([^{}｛｝\n]{1,80}?)\s*[}｝]")


def filled(text: str, lang: str, row: Notice, point: ListedPoint | None, theme: Theme | None) -> str:
    """
    A template for a point, or for a theme (no `point`), in a language.

    Examples
    --------
    >>> filled("No. {number}: {why}", "en", None, None, None)
    'No. {number}: {why}'
    """

    def value(found: re.Match[str]) -> str:
        return _value(found[1], lang, row, point, theme) or found[0]

    return FIELD.sub(value, text).strip()


def left_over(text: str) -> list[str]:
    """Fields that stand in a text yet: those that the pages tell, and what a template has in braces."""
    found = {one[0]: one[1] for one in FIELD.finditer(text)}
    own = {name for one in AnswerTemplate.objects.all() for said in one.text.values()
           for name in FIELD.findall(said)} if found else set()  # fmt: skip
    return [shown for shown, name in found.items() if name in own or name.partition(" ")[0] in FIELDS]


def require_filled(one: Decision) -> None:
    """UsageError where the reason in a row of a table has a field yet."""
    if left := left_over(one.reason):
        raise refusal(UsageError, say, "office_refused.row_field_left", row=one.row, left=" ".join(left))


def _value(name: str, lang: str, row: Notice, point: ListedPoint | None, theme: Theme | None) -> str:
    if name == "number":
        return str(point.number) if point else ""
    if name == "theme":
        return pick(theme.title, lang) if theme else ""
    if name in {"object", "plan"}:
        return _of_object(name, lang, row, point) if point else ""
    kind, _, rule = name.partition(" ")
    return _judged(row, rule.strip(), lang) if kind == "rule" else ""


def _of_object(name: str, lang: str, row: Notice, point: ListedPoint) -> str:
    """What an opinion is about: ids, or the sentence of the plan about the first parcel."""
    aims = point.opinion.targets
    if name == "object":
        return ("、" if lang != "en" else ", ").join(str(aim["id"]) for aim in aims)
    parcel = next((str(aim["id"]) for aim in aims if aim["layer"] == "parcels"), None)
    version = version_of(row) if parcel else None
    found = place_summary.of(row, version, "parcels", parcel, lang) if version and parcel else None
    return str(found["sentence"]) if found else ""


def _judged(row: Notice, rule: str, lang: str) -> str:
    """What was judged of a rule, in the first sentence of the public pages; of several objects one each."""
    from blockplan.report.public.speech import Speech  # noqa: PLC0415 (with it come pandas and shapely)
    from blockplan.report.public.verdict_words import verdict_sentence  # noqa: PLC0415

    version = version_of(row)
    if version is None:
        return ""
    told = [one for one in places_of(version).result.verdicts if one.rule == rule]
    speech = Speech(lang)
    said = [verdict_sentence(one, speech, with_scope=len(told) > 1).first for one in told]
    return (" " if lang == "en" else "").join(said)


def offered() -> list[tuple[int, str]]:
    """Templates by title, those first that have words in the language of the page."""
    rows = sorted(AnswerTemplate.objects.all(), key=lambda one: (current() not in one.text, one.title))
    return [(one.pk, one.title) for one in rows]


def used(
    said: Mapping[str, Any], row: Notice, point: ListedPoint | None, theme: Theme | None
) -> dict[str, Any]:
    """What was typed into the form of an answer, with the words of the chosen template after it."""
    number = str(said.get("template", ""))
    known = number.isdecimal() and len(number) < 16
    one = AnswerTemplate.objects.filter(pk=int(number)).first() if known else None
    typed = dict(said.items())
    for lang in LANGUAGES if one else ():
        words = filled(one.text.get(lang, ""), lang, row, point, theme) if one else ""
        typed[f"reason_{lang}"] = f"{said.get(f'reason_{lang}', '').strip()}\n\n{words}".strip()
    return typed


def unedited(
    reasons: Mapping[str, str], row: Notice, point: ListedPoint | None, theme: Theme | None
) -> list[str]:
    """Languages whose words are those of a template and nobody's own."""

    def plain(words: str) -> str:
        return " ".join(words.split())

    return [
        lang
        for lang, words in reasons.items()
        if any(
            plain(words) in {plain(one.text[lang]), plain(filled(one.text[lang], lang, row, point, theme))}
            for one in AnswerTemplate.objects.all()
            if one.text.get(lang)
        )
    ]
