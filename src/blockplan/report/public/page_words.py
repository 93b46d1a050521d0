"""What the pages of all places share: verdicts, sentences, links, uses, phases in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.plan.model.bindings import condition
from blockplan.report import tables
from blockplan.report.document import PageLink, Section, Table, Term, section
from blockplan.report.public.speech import use_said
from blockplan.report.public.verdict_words import verdict_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.report.public.place_records import Concern, PlannedUse, Sentence
    from blockplan.report.public.speech import Speech


def made(speech: Speech, id_: str, **parts: object) -> Section:
    """A section with its heading from the catalogue."""
    return section(id_, speech(f"place.section.{id_}"), **parts)  # type: ignore[arg-type]


def use_or_unknown(speech: Speech, use: PlannedUse) -> str:
    """A land use in words, or that the plan does not say."""
    return use_said(speech, use.code, use.list_name) if use.code else speech("place.unknown")


def linked(link: PageLink, speech: Speech) -> str:
    """Where something lies: its name and what kind of thing that is."""
    return speech("place.use.in", kind=speech(f"kind.{link.kind}"), name=speech.name(link.name) or link.id)


def phase_said(phase: str | None, speech: Speech) -> str:
    """When something is built: ``phase 1``, or that the plan does not say."""
    return speech("place.when.phase_said", n=phase) if phase else speech("place.unknown")


def link_row(link: PageLink, speech: Speech) -> Term:
    """A link as a row: kind, name, and its number where it has one; a name of the file alone says nothing."""
    number = link.id if any(map(str.isdigit, link.id)) else ""
    return Term(speech(f"kind.{link.kind}"), carrier_said(link, speech), number, link)


def carrier_said(link: PageLink, speech: Speech) -> str:
    """What a link leads to: its name, or what a layer, a measure or a kind of programme is called."""
    if link.kind == "measure":
        found = condition(link.id)
        return speech.read(tables.measure_words(found.name, speech.words)[0]) if found else link.id
    if link.kind in {"layer", "programme"} and not link.name:
        return speech.named(f"{link.kind}.{link.id}", link.id)
    if link.kind == "manifest":
        key = link.id.partition("=")[0]
        return speech.named(f"key.{key}", key)
    return speech.name(link.name) or link.id


def verdicts_section(concerns: Iterable[Concern], speech: Speech) -> Section:
    """The verdicts that concern a thing, each with the reason."""
    told = list(concerns)
    rules = [one.verdict.rule for one in told]
    if not told:
        return made(speech, "verdicts", sentences=(speech("place.verdicts.none"),))
    rows = tuple(
        (
            tables.SYMBOLS[one.verdict.outcome],
            verdict_sentence(one.verdict, speech, with_scope=rules.count(one.verdict.rule) > 1),
            _role(one, speech),
        )
        for one in told
    )
    heads = ("", speech("place.verdicts.said"), speech("place.verdicts.why"))
    links = tuple(_rule_link(one) for one in told)
    return made(speech, "verdicts", table=Table(heads, rows, links))


def _rule_link(one: Concern) -> PageLink:
    return PageLink("rule", one.verdict.rule, one.verdict.title)


def _role(one: Concern, speech: Speech) -> str:
    if one.role == "falls_short" and one.value is not None:
        shown = speech.words.figure(one.value, one.verdict.measurement, one.unit)
        return speech("place.role.falls_short_by", value=shown)
    return speech(f"place.role.{one.role}")


def statements_section(sentences: Iterable[Sentence], speech: Speech) -> Section:
    """The sentences of the plan's text that speak of a thing."""
    told = list(sentences)
    if not told:
        return made(speech, "statements", sentences=(speech("place.statements.none"),))
    rows = tuple(
        Term(
            one.state.statement_id,
            speech.name(one.state.text),
            state_said(one, speech),
            _sentence_link(one),
        )
        for one in told
    )
    return made(speech, "statements", terms=rows)


def state_said(one: Sentence, speech: Speech) -> str:
    """Whether a sentence holds: a sign and a word."""
    state = one.state.state
    return f"{tables.STATE_SYMBOLS[state]} {speech.named(f'state.{state}', state)}"


def _sentence_link(one: Sentence) -> PageLink:
    return PageLink("statement", one.state.statement_id, one.state.text)


def each_once(said: Iterable[str]) -> list[str]:
    """Words in their order, each once."""
    return list(dict.fromkeys(said))
