"""
A verdict in plain sentences: kept, missed by how much and for whom, or unknown and why.

The places that a verdict points at, as rows: the feature, its own value and unit, who lives there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan import figures
from blockplan.figures import is_known
from blockplan.measure.measurement import figure_unit
from blockplan.report import tables
from blockplan.report.document import Told
from blockplan.report.features import residents_at, unit_of

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.plan import Plan
    from blockplan.report.public.speech import Speech
    from blockplan.report.words import Words


def head(verdict: Verdict) -> str:
    """What the column of the values is called."""
    return "distance" if unit_of(verdict) == "m" and verdict.unit == "1" else "value"


def rows(verdict: Verdict, plan: Plan, words: Words, most: int) -> list[dict[str, str]]:
    """The first places, worst first."""
    return [
        {
            "id": place.id,
            "layer": words.or_else(f"layer.{place.layer}", place.layer),
            "value": value,
            "residents": words.number(residents_at(plan, place)),
        }
        for place, value in zip(verdict.where[:most], values_at(verdict, words, most), strict=True)
    ]


def values_at(verdict: Verdict, words: Words, most: int) -> list[str]:
    """What is measured at the first places, worst first."""
    unit = unit_of(verdict)
    far = words("detail.unreachable") if unit == "m" else words.unknown
    return [
        words.figure(place.value, verdict.measurement, unit) if is_known(place.value) else far
        for place in verdict.where[:most]
    ]


#: So much of what is missing is named in a sentence.
MOST_MISSING = 3


def rule_said(speech: Speech, rule: str, title: str) -> str:
    """What a rule is called."""
    easy = f"easy.rule.{rule}"
    return speech(easy) if speech.easy and speech.known(easy) else speech.read(title or rule)


def verdict_sentence(verdict: Verdict, speech: Speech, *, with_scope: bool = False) -> Told:
    """
    One verdict in plain sentences: what came of it, then whom it concerns, its remedy and how it binds.

    Parameters
    ----------
    with_scope
        Whether to say which object of the plan is judged, where a rule judges several.
    """
    words = speech.words
    title = rule_said(speech, verdict.rule, words.pick(verdict.title))
    if with_scope:
        title = speech("verdict.of_scope", title=title, scope=tables.scope_said(verdict, words))
    said = [_outcome(verdict, speech, title)]
    if verdict.outcome == "fail":
        said += _beyond(verdict, speech)
    if verdict.force in {"target", "comparator"} and verdict.outcome in {"pass", "fail"}:
        said.append(speech(f"verdict.{verdict.force}"))
    if verdict.confidence == "C" and verdict.outcome in {"pass", "fail"}:
        said.append(speech("verdict.unchecked"))
    return Told(said, words("list.sentences"))


def _outcome(verdict: Verdict, speech: Speech, title: str) -> str:
    words = speech.words
    if verdict.outcome == "unknown":
        if not verdict.missing:
            return speech("verdict.unknown_doubt", title=title)
        every = tables.missing_words(verdict.missing, words, codes=False)
        lines = [speech.read(line) for line in every[:MOST_MISSING]]
        more = len(every) - len(lines)
        lines += [speech.read(words("list.more", n=more))] if more > 0 else []
        return speech("verdict.unknown", title=title, missing=speech.join(lines))
    if verdict.outcome == "not_applicable":
        return speech("verdict.not_applicable", title=title)
    values = {"measured": tables.measured(verdict, words), "required": tables.required(verdict, words)}
    if verdict.outcome == "pass":
        return speech("verdict.pass", title=title, **values)
    if not is_known(verdict.margin):
        return speech("verdict.fail_by_unknown", title=title, **values)
    return speech("verdict.fail", title=title, gap=_gap(verdict, speech), **values)


def _gap(verdict: Verdict, speech: Speech) -> str:
    """By how much a value misses its limit, without a sign."""
    unit = figure_unit(verdict.measurement, verdict.unit)
    shown = figures.gap(verdict.margin or 0.0, unit, speech.words.lang)
    return speech.words.per(shown, tables.per_of(verdict))


def _beyond(verdict: Verdict, speech: Speech) -> list[str]:
    """Whom a missed rule concerns, and what would put it right."""
    said = []
    who = tables.who(verdict, speech.words)
    if who != tables.DASH:
        said.append(speech("verdict.who", who=who))
    if verdict.remedy is not None:
        remedy = speech.words.pick(verdict.remedy.text)
        said.append(speech("verdict.remedy", remedy=remedy))
    return said
