"""The notice card and "my parcel" as PDF, each on one page; `blockplan.report.public.prints` sets them."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from blockplan import __version__
from blockplan.atomic import put
from blockplan.errors import UsageError
from blockplan.portal.config import config_of_environment
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.notices import PAPERS, facts, signed
from blockplan.portal.pages.plan_sections import EASY
from blockplan.portal.pages.templatetags.words import day, last_moment
from blockplan.portal.plans.places import folder_of, locator, places_of
from blockplan.portal.record.store import open_store
from blockplan.portal.visible_notices import open_to, version_of
from blockplan.portal.words import say
from blockplan.report.public.furigana import bare
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.models import Notice
    from blockplan.report.public.prints import NoticeFacts

SPOKEN = (*LANGUAGES, EASY)
#: A print is made anew after so long.
FRESH_S = 600.0


@public
def card(request: HttpRequest, notice: str, lang: str, paper: str) -> HttpResponse:
    """The card for the board on site."""
    from blockplan.report.public.noticemaps import notice_pictures  # noqa: PLC0415 (typesetting is slow to load)
    from blockplan.report.public.prints import notice_card  # noqa: PLC0415

    row, version = _found(request, notice, lang)
    if paper not in PAPERS:
        raise Http404
    told = facts_of(row, version, lang)

    def made() -> bytes:
        places = places_of(version)
        drawn = notice_pictures(places.plan, places.result, lang)
        return notice_card(told, lang, paper, next(iter(drawn), None))  # type: ignore[arg-type]

    # The checkpoint on it may be a little older than the newest: each entry makes another one.
    name = _named("card", lang, paper, replace(told, checkpoint=""))
    return _pdf(_kept(version, name, made), f"{row.id}-{lang}-{paper}.pdf")


@public
def parcel(request: HttpRequest, notice: str, lang: str, object_id: str) -> HttpResponse:
    """A parcel on one page of A4."""
    from blockplan.report.public.prints import parcel_page  # noqa: PLC0415 (typesetting is slow to load)

    row, version = _found(request, notice, lang)
    try:
        record = places_of(version).parcel(object_id)
    except UsageError:
        raise Http404 from None
    base = "ja" if lang == EASY else lang
    page = reverse("object", kwargs={
        "lang": base, "notice": row.id, "layer": "parcels", "object_id": object_id})  # fmt: skip
    told = replace(facts_of(row, version, lang, page), checkpoint="", key_fingerprint="")

    def made() -> bytes:
        try:
            drawn = locator(version, lang).picture("parcel", object_id, plain=True)
        except UsageError:
            drawn = None
        return parcel_page(record, lang, told, drawn)

    return _pdf(_kept(version, _named("parcel", lang, object_id, told), made), f"{row.id}-parcel.pdf")


def facts_of(row: Notice, version: PlanVersion, lang: str, page: str = "") -> NoticeFacts:
    """What the notice says of itself, in the language of the print."""
    from blockplan.report.public.prints import NoticeFacts  # noqa: PLC0415

    base = "ja" if lang == EASY else lang
    now, said, proof = standing_of(row), facts(row), signed(open_store(row.id))
    texts = {name: pick(text, base) for name, text in said["texts"]}
    site = config_of_environment().address.rstrip("/")
    span = row.opened["period"]["submission"]
    places = places_of(version)
    return NoticeFacts(
        title=_marked(row, pick(now["title"], base), base),
        authority=texts["authority"], preparer=texts["preparer"],
        extent=texts["extent"], legal_basis=tuple(filter(None, (texts["legal_basis"],))),
        start=dt.date.fromisoformat(span["first"]), end=dt.date.fromisoformat(span["last"]),
        days=span["days"],
        deadline=last_moment({"lang": base}, span["last"], row.zone), contact=texts["contact"],  # type: ignore[arg-type]
        privacy=texts["privacy"], place=_places(said["places"], base), hours=_hours(said["places"], base),
        manner=_manner(said, base),
        address=site + (page or f"/{base}/notices/{row.id}/"), checkpoint=proof["note"],
        key_fingerprint=proof["fingerprint"], attribution=pick(places.plan.manifest.attribution, base),
        draft=now["draft"], synthetic=places.plan.manifest.synthetic,
    )  # fmt: skip


def _marked(row: Notice, title: str, lang: str) -> str:
    """A print of a draft says that it is one, so that no sheet of it hangs on a board too early."""
    return say("frame.preview.mark", lang) + title if row.preview else title


def _manner(said: dict[str, Any], lang: str) -> tuple[str, ...]:
    given = said["manner"]
    ways = [say(f"notice.way.{way}", lang, how=pick(given[way], lang)) for way in given if given[way]]
    return (say("notice.way.web", lang), *ways, *(pick(way, lang) for way in said["channels"]))


def _places(places: list[dict[str, Any]], lang: str) -> tuple[str, ...]:
    """Where the plan is on display; of several places each with its own hours and days."""
    told = []
    for place in places:
        names = [pick(place[name], lang) for name in ("name", "address") if place.get(name)]
        when = [] if len(places) == 1 else _when(place, lang)
        told.append(bare(" ".join(names)) + (f" ({'; '.join(when)})" if when else ""))
    return tuple(told)


def _hours(places: list[dict[str, Any]], lang: str) -> tuple[str, ...]:
    """When the one place is open; of several this stands beside each."""
    if len(places) > 1:
        return (say("notice.place_each", lang),)
    return tuple(one for place in places for one in _when(place, lang))


def _when(place: dict[str, Any], lang: str) -> list[str]:
    hours = [bare(pick(place["hours"], lang))] if place.get("hours") else []
    if place.get("first") and place.get("last"):
        words: Any = {"lang": lang}
        first, last = (day(words, place[name]) for name in ("first", "last"))
        hours.append(say("notice.place_days", lang, first=first, last=last))
    return hours


def _found(request: HttpRequest, notice: str, lang: str) -> tuple[Notice, PlanVersion]:
    row = open_to(request, notice)
    version = version_of(row)
    if version is None or lang not in SPOKEN:
        raise Http404
    return row, version


def _named(kind: str, lang: str, what: str, told: NoticeFacts) -> str:
    """A name by which a print can be found again: another one where anything on it is different."""
    return f"{kind}-{hashlib.sha256(repr((lang, what, told)).encode()).hexdigest()[:32]}.pdf"


def _kept(version: PlanVersion, name: str, make: Callable[[], bytes]) -> bytes:
    """A print from the disk, or made and kept there for a while: setting a page takes a second."""
    path = folder_of(version.content_hash) / f"prints-{__version__}" / name
    if path.is_file() and time.time() - path.stat().st_mtime < FRESH_S:
        return path.read_bytes()
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(path, made)
    return made


def _pdf(made: bytes, name: str) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
