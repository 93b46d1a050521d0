"""
The pages of parts, sentences, rules and single features in words.

What the pages of all places share: verdicts, sentences, links, uses, phases in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from blockplan.check.verdict import Required
from blockplan.measure import MEASURES
from blockplan.plan.validity.statements import Condition, condition
from blockplan.report import tables, trace
from blockplan.report.document import PageLink, Section, Table, Term, section
from blockplan.report.phases import term_key
from blockplan.report.public.speech import use_said
from blockplan.report.public.verdict_words import verdict_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from blockplan.report.public.place_records import (
        Concern,
        PartRecord,
        PlannedUse,
        RuleRecord,
        Sentence,
        StatementRecord,
        ThingRecord,
    )
    from blockplan.report.public.speech import Speech
    from blockplan.report.words import Words


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
    """When something is built: ``phase 1``, as the plan names it, or that the plan does not say."""
    if not phase:
        return speech("place.unknown")
    key = "place.when.phase_said" if phase.isdecimal() else term_key(phase)
    return speech(key, n=phase) if key else phase


def link_row(link: PageLink, speech: Speech) -> Term:
    """A link as a row: kind, name, and its number where it has one; a name of the file alone says nothing."""
    number = link.id if any(map(str.isdigit, link.id)) else ""
    if link.kind == "measure":
        number = speech.read(_asked(condition(link.id), speech.words))
    said = carrier_said(link, speech)
    kind = speech(f"kind.{link.kind}")
    return Term(kind[:1].upper() + kind[1:], said, "" if number == said else number, link)


def _asked(asked: Condition | None, words: Words) -> str:
    """What a sentence asks of a measure: ``exactly 3 areas``; "" where it is enough to know the value."""
    if asked is None or asked.value is None or asked.name not in MEASURES:
        return ""
    said = words.required(Required(cast("Any", asked.op), asked.value), MEASURES[asked.name].unit)
    return f"{asked.scope.rpartition(':')[2]} {said}".strip()


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


#: So many places of a rule stand on its page; the rest are counted.
MOST_PLACES = 200


def part_sections(part: PartRecord, speech: Speech) -> tuple[Section, ...]:
    """A part of the plan: what it is, its land, what stands in it, verdicts, sentences."""
    words = speech.words
    rows = [
        Term(speech("place.about.id"), part.id),
        Term(speech("place.use.area"), words.area(part.area_m2), speech("place.use.area_note")),
        *(Term(speech("place.use.lies_in"), linked(link, speech), link=link) for link in part.lies_in),
    ]
    for name, value in part.facts.items():
        said = speech.name(value)
        if name.endswith("_codes"):
            codes = [code.strip() for code in str(value).split(",")]
            said = speech.join(use_said(speech, code, None) for code in codes if code)
        rows.append(Term(speech(f"place.about.{name}"), said))
    for name, unit in (("residents", "person"), ("floor_area_m2", "m2")):
        shown = speech.read(words.amount(part.figures[name], unit))
        rows.append(Term(speech(f"place.figure.{name}"), shown))
    heads = (
        speech("plain.landuse.head"),
        speech("place.about.today_ha"),
        speech("place.about.planned_ha"),
    )
    balance = tuple(
        zip(
            [use_said(speech, one.use.code, one.use.list_name) for one in part.uses],
            words.column([one.today_ha for one in part.uses], "ha"),
            words.column([one.planned_ha for one in part.uses], "ha"),
            strict=True,
        )
    )
    land = made(speech, "land", table=Table(heads, balance) if balance else None)
    return (
        made(speech, "about", terms=tuple(rows)),
        land,
        _holds(part.holds, speech),
        verdicts_section(part.concerns, speech),
        statements_section(part.statements, speech),
    )


def _holds(links: tuple[PageLink, ...], speech: Speech) -> Section:
    if not links:
        return made(speech, "holds", sentences=(speech("place.about.none_held"),))
    return made(speech, "holds", terms=tuple(link_row(link, speech) for link in links))


def statement_sections(record: StatementRecord, speech: Speech) -> tuple[Section, ...]:
    """A sentence of the plan's text: whether it holds, what carries it, the verdicts."""
    state = record.sentence.state
    rows = [
        Term(speech("place.about.state"), state_said(record.sentence, speech)),
        Term(speech("place.about.why"), speech.read(speech.words.pick(state.why))),
    ]
    rows += [Term(speech("place.about.source"), speech.name(record.source))] if record.source else []
    carried = tuple(link_row(link, speech) for link in record.sentence.carried_by)
    return (
        made(speech, "about", sentences=(speech.name(state.text),), terms=tuple(rows)),
        made(speech, "carried", terms=carried),
        verdicts_section(record.concerns, speech),
    )


def rule_sections(record: RuleRecord, speech: Speech) -> tuple[Section, ...]:
    """A rule: what it asks and what came of it, where it falls short, sentences that rest on it."""
    several = len(record.verdicts) > 1
    said = tuple(verdict_sentence(one, speech, with_scope=several) for one in record.verdicts)
    source = record.verdicts[0].source
    cited = speech.name(source.get("said")) or trace.source_short(record.verdicts[0], speech.words)
    rows = (Term(speech("place.about.source"), cited),) if cited else ()
    where = tuple(link_row(link, speech) for link in record.where[:MOST_PLACES])
    count = len(record.where)
    lead = speech.count("place.about.where_lead", count) if count else speech("place.about.where_none")
    more = count - len(where)
    notes = (speech.read(speech.words("list.more", n=speech.words.number(more))),) if more else ()
    return (
        made(speech, "asks", sentences=said, terms=rows),
        made(speech, "where", sentences=(lead,), terms=where, notes=notes),
        statements_section(record.statements, speech),
    )


def thing_sections(record: ThingRecord, speech: Speech) -> tuple[Section, ...]:
    """Any other feature: what the plan says of it, verdicts, sentences."""
    rows = [Term(speech("place.about.id"), record.id)]
    rows += [Term(speech("place.use.lies_in"), linked(link, speech), link=link) for link in record.lies_in]
    for name, value in record.facts.items():
        said = _fact(name, value, speech)
        if said:
            rows.append(Term(*said))
    return (
        made(speech, "about", terms=tuple(rows)),
        verdicts_section(record.concerns, speech),
        statements_section(record.statements, speech),
    )


def _fact(name: str, value: object, speech: Speech) -> tuple[str, str] | None:
    if name not in _FACTS:
        return None
    term, say = _FACTS[name]
    return speech(term), say(value, speech)


def _counted(key: str, value: object, speech: Speech) -> str:
    return speech(f"plain.facilities.{key}", n=speech.words.number(float(str(value))), amount="")


def _amount(value: object, unit: str, speech: Speech) -> str:
    return speech.read(speech.words.amount(float(str(value)), unit))


def _status(value: object, speech: Speech) -> str:
    key = f"place.status.{value}"
    return speech(key) if speech.known(key) else str(value)


def _kind(value: object, speech: Speech) -> str:
    """Kind of a programme, a water, a wood or a railway; what has no word stands as the plan has it."""
    for key in (f"place.sort.{value}", f"place.status.{value}"):
        if speech.known(key):
            return speech(key)
    return speech.named(f"programme.{value}", str(value))


def _line(value: object, speech: Speech) -> str:
    """A line as the plan names it, in the reader's language where the plan has it."""
    return speech.name(value if isinstance(value, Mapping) else str(value))


def _modes(value: object, speech: Speech) -> str:
    modes = [mode.strip() for mode in str(value).split(",")]
    return speech.join(
        speech(f"place.mode.{mode}") if speech.known(f"place.mode.{mode}") else mode for mode in modes
    )


#: Columns of other features that a page says, and how: the key of the term, and what says the value.
_FACTS: dict[str, tuple[str, Callable[[object, Speech], str]]] = {
    "service": ("plain.facilities.head", lambda value, speech: speech.named(f"service.{value}", str(value))),
    "class": ("place.about.kind", lambda value, speech: speech.named(f"street.{value}", str(value))),
    "modes": ("place.about.kind", _modes),
    "kind": ("place.about.kind", _kind),
    "role": ("place.about.kind", lambda value, speech: speech.named(f"map.{value}", str(value))),
    "beds": ("plain.facilities.size", lambda value, speech: _counted("beds", value, speech)),
    "places": ("plain.facilities.size", lambda value, speech: _counted("guests", value, speech)),
    "floor_area_m2": ("place.figure.floor_area_m2", lambda value, speech: _amount(value, "m2", speech)),
    "site_area_m2": ("place.use.area", lambda value, speech: _amount(value, "m2", speech)),
    "red_line_width_m": ("place.about.width", lambda value, speech: _amount(value, "m", speech)),
    "status": ("place.when.status", _status),
    "phase": ("place.when.phase", lambda value, speech: phase_said(str(value), speech)),
    "line": ("place.about.line", _line),
}
