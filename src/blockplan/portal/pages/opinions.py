"""The register of published opinions: a page at a time, and one opinion with what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render

from blockplan.notice.disclosure import PUBLISHED
from blockplan.notice.events import CHANNELS, SENDERS
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal.pages import answers, common, place_summary
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.objects import KINDS
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.plans.places import whereabouts
from blockplan.portal.record import register
from blockplan.portal.record.drawn_places import drawn_places
from blockplan.portal.record.store import open_store
from blockplan.portal.security_headers import as_download
from blockplan.portal.submissions import subjects
from blockplan.portal.visible_notices import open_to, seen, version_of
from blockplan.portal.words import BETWEEN
from blockplan.respond.opinions import GONE, STANDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest

    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.models import Notice

#: Kinds of entry about an opinion that its page lists.
STEPS = (
    "submitted", "amended", "transcribed", "shown", "withdrawn", "redacted", "withheld", "restored", "erased",
)  # fmt: skip
LONGEST_NUMBER = 15
LONGEST_ENDING = 7


@public
def opinions(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """The newest opinions, or those that a reader picks."""
    row = open_to(request, notice)
    asked = {
        name: request.GET.get(name, "")
        for name in ("about", *FILTERS, "round", "drawn")
        if request.GET.get(name)
    }
    if asked.get("drawn") != "yes" or not register.is_open(row):
        asked.pop("drawn", None)  # nothing is chosen by what is not known, or not open
    picked = filters(asked)
    if "drawn" in asked:
        picked = replace(picked, among=tuple(drawn_places(row, sorted(place_summary.LEADS))))
    page = register.page(row, picked, number(request.GET.get("before", "")))
    context = {
        "notice": standing_of(row),
        "rows": [{**shown(row, one, lang), "answers": _answered(row, one)} for one in page.rows],
        "names": names(row, [*(aim for one in page.rows for aim in one.targets), *_aimed(picked)], lang),
        "aim": next(iter(_aimed(picked)), None),
        "counts": register.counts(row),
        "words_open": register.is_open(row),
        "publication": row.opened.get("publication"),
        "asked": asked,
        "choices": FILTERS,
        "rounds": range(1, row.round + 1) if row.round > 1 else (),
        "more": urlencode(asked | {"before": page.before}) if page.before is not None else None,
        "paged": "before" in request.GET,
        "first": f"?{urlencode(asked)}",
        "write": common.write(lang, row.id) if row.state in TAKES_OPINIONS else None,
    }
    return render(request, "portal/opinions.html", context)


def _answered(row: Notice, one: register.Row) -> list[str]:
    """How the points of an opinion were answered, each kind once; nothing before the publication."""
    if one.standing in GONE:
        return []
    return list(dict.fromkeys(answer["kind"] for answer in register.answers_to(row, one.id)))


def _aimed(picked: register.Filters) -> tuple[tuple[str, str], ...]:
    """The object that a reader picked, if it may be one of a plan."""
    return (picked.object,) if picked.object is not None and picked.object[0] in KINDS else ()


#: What a reader may pick -> the values of it.
FILTERS = {
    "late": ("no", "yes"),
    "sender": SENDERS,
    "channel": tuple(CHANNELS),
    "standing": STANDINGS,
}


def filters(asked: dict[str, str]) -> register.Filters:
    """What a reader picked; what is not known picks nothing."""
    layer, _, id_ = asked.get("about", "").partition(":")
    said: dict[str, Any] = {
        name: asked[name] for name in ("sender", "channel", "standing") if asked.get(name) in FILTERS[name]
    }
    if asked.get("late") in FILTERS["late"]:
        said["late"] = asked["late"] == "yes"
    if (round_ := number(asked.get("round", ""))) is not None:
        said["round"] = round_
    return register.Filters(object=(layer, id_) if id_ else None, **said)


@public
def opinion(request: HttpRequest, lang: str, notice: str, opinion_id: str) -> HttpResponse:
    """One opinion: its words where they are open, what became of it, and its answer once published."""
    row = seen(notice)
    found = _one(row, opinion_id)
    steps = open_store(row.id).events(STEPS, about=found.id)
    context = {
        "notice": standing_of(row),
        "one": shown(row, found, lang),
        "names": names(row, found.targets, lang),
        "steps": [{"kind": step.kind, "at": step.at, "seq": step.seq} for step in steps],
        "answers": answers.of_opinion(row, found.seq),
        "published": row.state in PUBLISHED,
        "gone": found.standing in GONE,
    }
    return render(request, "portal/register_opinion.html", context)


@public
def attachment(request: HttpRequest, notice: str, opinion_id: str, number: int) -> HttpResponse:
    """A file that came with an opinion, as a download in a sandbox."""
    row = seen(notice)
    found = _one(row, opinion_id)
    if number >= len(found.files) or found.entry is None:
        raise Http404
    content = open_store(row.id).file(found.entry, number)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/octet-stream")
    return as_download(response, str(found.files[number].get("name") or "file"))


def shown(row: Notice, one: register.Row, lang: str) -> dict[str, Any]:
    """An opinion for a template, with the kinds of its files."""
    return {
        "id": one.id, "number": one.number, "seq": one.seq, "at": one.at, "round": one.round,
        "standing": one.standing, "open": one.open, "late": one.late, "channel": one.channel,
        "sender": one.sender, "title": one.title, "text": one.text, "ground": one.ground, "entry": one.entry,
        "files": [_with_ending(file) for file in one.files],
        "targets": [{"layer": layer, "id": id_} for layer, id_ in one.targets],
        "place": where(row, one, lang),
    }  # fmt: skip


def where(row: Notice, one: register.Row, lang: str) -> dict[str, Any] | None:
    """The place of an opinion for a template: as it was said, near which streets or where, and a link."""
    if one.place is None and one.geometry is None:
        return None
    found: dict[str, Any] = {"said": (one.place or {}).get("said", ""), "kind": ""}
    if one.geometry is not None:
        from shapely.geometry import shape  # noqa: PLC0415 (only opinions with a place need it)

        drawn, version = shape(dict(one.geometry)), version_of(row)
        left, low, right, high = drawn.bounds
        found |= {"kind": one.geometry["type"].lower(), "x": left, "y": low, "to_x": right, "to_y": high}
        if version is not None:
            middle = f"{(left + right) / 2:.1f},{(low + high) / 2:.1f}"
            found["href"] = common.place(lang, row.id, at=middle)
            # Streets are those of the plan that the opinion is about; of another round its coordinates tell.
            if one.round == version.round and (near := subjects.streets_near(version, drawn)):
                told = {"geometry": one.geometry, "kind": found["kind"], "near": near}
                found["words"] = subjects.drawn_in_words(told, lang)
    return found


def _with_ending(file: Mapping[str, Any]) -> dict[str, Any]:
    """A file with what a reader knows its kind by: ``PDF``; nothing where its name has no short ending."""
    _, dot, ending = str(file.get("name") or "").rpartition(".")
    known = dot and len(ending) <= LONGEST_ENDING and ending.isalnum()
    return {**file, "ending": ending.upper() if known else ""}


def names(row: Notice, targets: Iterable[tuple[str, str]], lang: str) -> dict[str, Any]:
    """
    ``layer:id`` -> title of the objects that opinions are about, where the plan on notice has them.

    A parcel without a name is told by its use and the streets it lies at, beside its number.
    """
    wanted = set(targets)
    version = version_of(row)
    if version is None or not wanted:
        return {}
    layers, ids = {layer for layer, _ in wanted}, {id_ for _, id_ in wanted}
    rows = PlanObject.objects.filter(version=version, layer__in=layers, object__in=ids)
    return {
        f"{layer}:{id_}": title or (_parcel(version, id_, lang) if layer == "parcels" else title)
        for layer, id_, title in rows.values_list("layer", "object", "title")
        if (layer, id_) in wanted
    }


def _parcel(version: PlanVersion, id_: str, lang: str) -> str:
    where = whereabouts(version, "parcels", id_, lang, use=True)
    return BETWEEN.join(filter(None, (where, place_summary.parcel_said(id_, lang))))


def number(said: str) -> int | None:
    """A number that stands in an address; None for anything else."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER else None


def _one(row: Notice, opinion_id: str) -> register.Row:
    seq = number(opinion_id.removeprefix("O-"))
    found = None if seq is None or not opinion_id.startswith("O-") else register.one(row, seq)
    if found is None:
        raise Http404
    return found
