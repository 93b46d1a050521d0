"""
Records of places as words, in Chinese, English, Japanese, easy Japanese: sections of sentences and tables.

`sections` takes any record of `blockplan.report.public.place`; page, print and screen reader show the same.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from blockplan.measure.inputs.parcel_intensity import KINDS
from blockplan.report import tables
from blockplan.report.document import Section, Table, Term
from blockplan.report.public.part_words import (
    each_once,
    linked,
    made,
    part_sections,
    phase_said,
    rule_sections,
    statement_sections,
    statements_section,
    thing_sections,
    use_or_unknown,
    verdicts_section,
)
from blockplan.report.public.place_records import ParcelRecord, PartRecord, RuleRecord, StatementRecord
from blockplan.report.public.speech import Speech
from blockplan.report.public.verdict_words import rule_said

if TYPE_CHECKING:
    from blockplan.report.public.place import Record
    from blockplan.report.public.place_records import NearestWay, Neighbour, PlannedUse, Reached

#: Figures that a page shows even where the plan does not say them, and their units.
ALWAYS = {"far": "far", "height_m": "m", "coverage_ratio": "1", "green_ratio": "1"}
#: Figures that a page shows where the plan says them.
IF_SAID = {
    "floor_area_m2": "m2",
    "residents": "person",
    "dwellings": "dwelling",
    "jobs": "job",
    "parking_spaces": "space",
}
#: Uses that are streets: a row of them beside a parcel says little.
STREETS = "1207"
ALONG = {"line": "straight", "network": "on_foot"}


def sections(record: Record, lang: str) -> tuple[Section, ...]:
    """
    A record in words.

    Parameters
    ----------
    lang
        ``zh``, ``en``, ``ja`` or ``ja-easy``; UsageError for any other.

    Returns
    -------
    tuple of Section
        Of a parcel: ``use``, ``build``, ``beside``, ``take``, ``reached``, ``when``, ``verdicts``,
        ``statements``. Of a part: ``about``, ``land``, ``holds``, ``verdicts``, ``statements``. Of a
        sentence: ``about``, ``carried``, ``verdicts``. Of a rule: ``asks``, ``where``, ``statements``. Of any
        other feature: ``about``, ``verdicts``, ``statements``.
    """
    speech = Speech(lang)
    if isinstance(record, ParcelRecord):
        return _parcel(record, speech)
    if isinstance(record, PartRecord):
        return part_sections(record, speech)
    if isinstance(record, StatementRecord):
        return statement_sections(record, speech)
    return rule_sections(record, speech) if isinstance(record, RuleRecord) else thing_sections(record, speech)


def title(record: Record, lang: str) -> str:
    """What the page of a record is called."""
    said = _title(record, Speech(lang))
    return said[:1].upper() + said[1:]


def _title(record: Record, speech: Speech) -> str:
    if isinstance(record, ParcelRecord):
        return speech("place.title", id=record.id)
    if isinstance(record, StatementRecord):
        return speech(
            "place.part_title", kind=speech("kind.statement"), name=record.sentence.state.statement_id
        )
    kind = "rule" if isinstance(record, RuleRecord) else record.kind
    name = (
        rule_said(speech, record.id, speech.words.pick(record.title))
        if isinstance(record, RuleRecord)
        else speech.name(record.name) or record.id
    )
    return speech("place.part_title", kind=speech(f"kind.{kind}"), name=name)


# A parcel


def _parcel(parcel: ParcelRecord, speech: Speech) -> tuple[Section, ...]:
    return (
        _use(parcel, speech),
        _build(parcel, speech),
        _beside(parcel, speech),
        _take(parcel, speech),
        _reached(parcel, speech),
        _when(parcel, speech),
        verdicts_section(parcel.concerns, speech),
        statements_section(parcel.statements, speech),
    )


def _use(parcel: ParcelRecord, speech: Speech) -> Section:
    words = speech.words
    rows = [
        Term(speech("place.use.today"), use_or_unknown(speech, parcel.today), _code(parcel.today)),
        Term(speech("place.use.planned"), use_or_unknown(speech, parcel.planned), _code(parcel.planned)),
    ]
    if parcel.permitted:
        said = each_once(use_or_unknown(speech, use) for use in parcel.permitted)
        rows.append(Term(speech("place.use.permitted"), speech.join(said)))
    area = speech.read(words.amount(parcel.area_m2, "m2"))
    rows.append(Term(speech("place.use.area"), area, speech("place.use.area_note")))
    if parcel.declared_area_m2 is not None:
        declared = speech.read(words.amount(parcel.declared_area_m2, "m2"))
        rows.append(Term(speech("place.use.declared"), declared))
    rows += [Term(speech("place.use.lies_in"), linked(link, speech), link=link) for link in parcel.lies_in]
    rows += [Term(speech("place.section.holds"), linked(link, speech), link=link) for link in parcel.holds]
    return made(speech, "use", terms=tuple(rows))


def _code(use: PlannedUse) -> str:
    return use.code or ""


def _build(parcel: ParcelRecord, speech: Speech) -> Section:
    rows = []
    for name, unit in {**ALWAYS, **IF_SAID}.items():
        value = parcel.figures[name]
        if value is None:
            if name in ALWAYS:
                rows.append(Term(speech(f"place.figure.{name}"), speech("place.unknown")))
            continue
        shown = speech.read(speech.words.amount(value, unit))
        head = _by_kind(f"place.figure.{name}", _kind(parcel, name), speech)
        rows.append(Term(speech(head), shown, _meaning(parcel, name, value, speech)))
    return made(speech, "build", terms=tuple(rows))


def _meaning(parcel: ParcelRecord, name: str, value: float, speech: Speech) -> str:
    """What a figure of a parcel means for who owns or rents it."""
    kind = _kind(parcel, name)
    key = _by_kind(f"place.meaning.{name}", kind, speech)
    if not speech.known(key):
        return ""
    if name == "far":
        kind = kind if speech.known(f"place.bound.{kind}") else "unsaid"
        floor = speech.words.number(round(value * 100, 1))
        return speech(key, floor=floor, bound=speech(f"place.bound.{kind}"))
    return speech(key, share=speech.words.share(value))


def _kind(parcel: ParcelRecord, name: str) -> str | None:
    """What a figure of a parcel bounds: ``upper``, ``lower``, ``range`` or ``guide``."""
    return parcel.kinds.get(KINDS.get(name, ""))


def _by_kind(key: str, kind: str | None, speech: Speech) -> str:
    """The key of words of their own for a kind of bound, where there are such words."""
    return own if speech.known(own := f"{key}_{kind}") else key


def _beside(parcel: ParcelRecord, speech: Speech) -> Section:
    plots = [one for one in parcel.neighbours if one.planned.code != STREETS]
    streets = len(parcel.neighbours) - len(plots)
    if not parcel.neighbours:
        return made(speech, "beside", sentences=(speech("place.beside.none"),))
    plots.sort(key=lambda one: (one.across, -(one.edge_m or 0.0), one.gap_m))
    across = sum(one.across for one in plots)
    said = [speech("place.beside.lead", n=len(plots) - across, m=across)]
    said += [speech.count("place.beside.streets", streets)] if streets else []
    heads = ("where", "parcel", "planned", "far", "height", "phase")
    table = Table(
        tuple(speech(f"place.beside.{head}") for head in heads),
        tuple(_neighbour(one, speech) for one in plots),
        tuple(one.parcel for one in plots),
    )
    return made(
        speech,
        "beside",
        sentences=tuple(said),
        table=table if plots else None,
        notes=(speech("place.beside.how"),),
    )


def _neighbour(one: Neighbour, speech: Speech) -> tuple[str, ...]:
    words, where = speech.words, speech("place.beside.across" if one.across else "place.beside.next")
    street = speech.name(one.street.name) if one.street else ""
    if street:
        where = speech("place.beside.across_of", street=street)
    planned = use_or_unknown(speech, one.planned)
    if one.permitted:
        permitted = speech.join(each_once(use_or_unknown(speech, use) for use in one.permitted))
        planned = speech("place.beside.or", planned=planned, permitted=permitted)
    amount = partial(_amount_or_dash, speech)
    phase = phase_said(one.phase, speech) if one.phase else tables.DASH
    height, far = (
        speech("place.beside.at_least", amount=said) if kind == "lower" and said != tables.DASH else said
        for said, kind in (
            (amount(one.height_m, "m"), one.height_kind),
            (amount(one.far, "far"), one.far_kind),
        )
    )
    return where, one.parcel.id, planned, far, height, phase or words("value.none")


def _amount_or_dash(speech: Speech, value: float | None, unit: str) -> str:
    return tables.DASH if value is None else speech.words.amount(value, unit)


def _take(parcel: ParcelRecord, speech: Speech) -> Section:
    take, words = parcel.take, speech.words
    area = speech.read(words.amount(take.area_m2, "m2"))
    values = {
        "area": area,
        "today": use_or_unknown(speech, parcel.today),
        "planned": use_or_unknown(speech, parcel.planned),
    }
    said = []
    if take.state == "whole":
        said.append(speech("place.take.whole", **values))
    elif take.state == "part":
        said.append(speech("place.take.part", **values))
    elif take.why == "private_use":
        said.append(speech("place.take.none"))
    elif take.why != "width_unknown":
        said.append(speech(f"place.take.{take.why}", **values))
    for piece, link in zip(take.pieces, parcel.takers, strict=True):
        key = "place.take.piece" if piece.area_m2 is not None else "place.take.piece_width"
        size = words.amount(piece.area_m2, "m2")
        said.append(
            speech(
                key,
                kind=speech(f"place.kind.{piece.kind}"),
                name=speech.name(link.name) or link.id,
                area=size,
            )
        )
    notes = []
    if any(piece.status is None for piece in take.pieces):
        notes.append(speech("place.take.status_unknown"))
    if take.state in {"whole", "part"}:
        notes.append(speech("place.take.owner"))
    return made(speech, "take", sentences=tuple(said), notes=tuple(notes))


def _reached(parcel: ParcelRecord, speech: Speech) -> Section:
    if not parcel.reached:
        return made(speech, "reached", sentences=(speech("place.reached.none"),))
    # Where nothing is there today, one sentence says so for every row.
    bare = all(one.today == "none" for one in parcel.reached)
    heads = tuple(
        speech(f"place.reached.{key}") for key in ("to", "today", "planned") if key != "today" or not bare
    )
    rows = tuple(
        (
            goal_said(one.to, speech),
            *(() if bare else (_today(one, speech),)),
            _ways(one.ways, speech, today=False),
        )
        for one in parcel.reached
    )
    asked = [
        speech(
            "place.reached.asked",
            rule=rule_said(speech, rule.rule.id, speech.words.pick(rule.rule.name)),
            along=speech(f"place.reached.{ALONG[rule.along]}"),
            limit=speech.words.amount(rule.limit_m, "m"),
        )
        for one in parcel.reached
        for rule in one.asked
    ]
    links = tuple(one.ways[0].planned for one in parcel.reached)
    return made(
        speech,
        "reached",
        sentences=(speech("place.reached.nothing_today"),) if bare else (),
        table=Table(heads, rows, links),
        notes=(*each_once(asked), speech("place.reached.how"), speech("place.reached.today_how")),
    )


def goal_said(to: str, speech: Speech) -> str:
    """What is reached: a green, a stop, a station, a service."""
    own = f"place.reached.{to}"
    return speech(own) if to in {"green", "stop", "station"} else speech.named(f"service.{to}", to)


def _today(one: Reached, speech: Speech) -> str:
    if one.today == "measured":
        return _ways(one.ways, speech, today=True)
    return speech(f"place.reached.today_{one.today}")


def _ways(ways: tuple[NearestWay, ...], speech: Speech, *, today: bool) -> str:
    """Distances by each definition, and what is nearest by the first."""
    said = []
    for way in ways:
        metres, along = way.today_m if today else way.planned_m, speech(f"place.reached.{ALONG[way.along]}")
        if metres is None:
            said.append(speech("place.reached.not_reached", along=along))
        else:
            shown = speech.words.with_unit(speech.words.number(metres, 0), "m")
            said.append(speech("place.reached.way", along=along, metres=shown))
    nearest = ways[0].today if today else ways[0].planned
    joined = speech.join(said)
    if nearest is None:
        return joined
    return speech("place.reached.named", ways=joined, name=speech.name(nearest.name) or nearest.id)


def _when(parcel: ParcelRecord, speech: Speech) -> Section:
    status = parcel.status or ""
    known = speech.known(f"place.status.{status}")
    rows = [
        Term(speech("place.when.phase"), phase_said(parcel.phase, speech)),
        Term(
            speech("place.when.status"),
            speech(f"place.status.{status}") if known else status or speech("place.unknown"),
        ),
    ]
    if parcel.committed is not None:
        yes = speech("place.when.yes" if parcel.committed else "place.when.no")
        rows.append(Term(speech("place.when.committed"), yes))
    if parcel.horizon:
        rows.append(Term(speech("place.when.horizon"), speech("place.when.year", year=parcel.horizon)))
    return made(speech, "when", terms=tuple(rows), notes=(speech("place.when.no_date"),))
