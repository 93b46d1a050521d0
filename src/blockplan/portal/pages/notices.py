"""
The list of notices, and a notice: what is planned, until when, where, by which law, what was entered.

Who is responsible, what becomes of what people write, and how accessible the pages are.

Verdicts as bars on one requirement line: each is scaled to its own limit, so that all limits align.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from blockplan.datums import DATUMS
from blockplan.errors import UsageError
from blockplan.notice.countries import country
from blockplan.notice.proof.notes import fingerprint
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal.config import config_of_environment
from blockplan.portal.pages import common, mapdata, opinions_by_place, pictures
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.my_place import offered
from blockplan.portal.pages.plan_sections import plain
from blockplan.portal.plans.places import places_of
from blockplan.portal.record import register
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.visible_notices import UNSEEN, open_to, version_of
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from blockplan.check.verdict import Verdict
    from blockplan.portal.pages.plan_sections import PagePart
    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.store import DatabaseStore


#: Where the limit stands, in percent of a bar; twice the limit is as far as a bar shows.
LIMIT = 50.0
#: The order in which a plan in plain words tells its verdicts.
ORDER = ("fail", "unknown", "pass")


@dataclass(frozen=True, slots=True)
class Bar:
    """A verdict's sign, words and page; `share` is how full the bar is (%), None for no bar."""

    outcome: str
    sign: str
    said: str
    more: str
    href: str | None
    share: float | None


def of_plan(version: PlanVersion, plain: Iterable[PagePart]) -> tuple[Bar, ...]:
    """The verdicts of a plan, those that are missed first, with the words of the plan in plain words."""
    part = next((one for one in plain if one.id == "verdicts"), None)
    if part is None or part.grid is None:
        return ()
    told = sorted(
        (one for one in places_of(version).result.verdicts if one.outcome in ORDER),
        key=lambda one: ORDER.index(one.outcome),
    )
    return tuple(
        Bar(verdict.outcome, cells[0].sign, cells[0].said, cells[0].more, cells[0].href, share(verdict))
        for verdict, cells in zip(told, part.grid.lines, strict=True)
    )


def share(verdict: Verdict) -> float | None:
    """
    How full the bar of a verdict is, in percent: `LIMIT` at the limit, less where the plan falls short.

    None where nothing was measured, or the limit is none that a value is a share of (zero, between two).
    """
    value, limit = verdict.measured, verdict.required.value
    if value is None or not isinstance(limit, int | float) or isinstance(limit, bool) or limit <= 0:
        return None
    if verdict.required.op == ">=":
        reached = value / limit
    elif verdict.required.op == "<=":
        reached = limit / value if value > 0 else 2.0
    else:
        return None
    return round(min(100.0, max(0.0, LIMIT * reached)), 1)


@public
def imprint(request: HttpRequest, lang: str) -> HttpResponse:
    """Who runs the service."""
    return render(request, "portal/imprint.html", {"imprint": config_of_environment().imprint})


@public
def privacy(request: HttpRequest, lang: str) -> HttpResponse:
    """What becomes of names, addresses and words."""
    return render(request, "portal/privacy.html")


@public
def accessibility(request: HttpRequest, lang: str) -> HttpResponse:
    """What was tried with which tools, what is known to be missing, and where to say so."""
    return render(request, "portal/accessibility.html", {"imprint": config_of_environment().imprint})


PAGE = 20
#: What a reader may pick -> the states of it.
STAGES = {
    "running": ("on_notice",),
    "considered": ("closed", "answered", "approved", "restarted"),
    "done": ("published", "in_force", "superseded", "withdrawn"),
}
#: States in which the consultation report is there to be read.
ANSWERED = frozenset({"published", "in_force", "superseded"})
#: Kinds of entry that make the history of a notice, in the words of ``history.toml``.
HISTORY = (
    "stepped", "opened", "extended", "corrected", "displayed", "closed", "restarted", "notice_withdrawn",
    "clock_repaired", "recovered",
    "answers_complete", "answers_reopened", "approved", "published", "in_force",
    "superseded",
)  # fmt: skip
#: Sizes of the card for the board on site.
PAPERS = ("a4", "a3")
#: Ways to give an opinion besides the web, in the order of the page.
WAYS = ("counter", "post", "email", "phone")
#: Endings of plan files that a reader is told what they are.
KNOWN_FILES = ("gpkg", "toml", "csv", "pdf")
#: Particulars in the order of the page, those apart that have a shape of their own.
TEXTS = (
    "authority", "preparer", "legal_basis", "extent", "purpose", "change", "reasons", "media", "contact",
    "privacy",
)  # fmt: skip


def home(request: HttpRequest) -> HttpResponse:
    """The list of notices in the reader's language."""
    response = HttpResponseRedirect(f"/{request.lang}/")  # type: ignore[attr-defined]
    response.headers["Vary"] = "Accept-Language"
    return response


@public
def notices(request: HttpRequest, lang: str) -> HttpResponse:
    """All notices, those that end last first."""
    stage = request.GET.get("stage", "")
    rows = _after(listed(stage), request.GET.get("after", ""))
    found = list(rows.order_by("-ends_before", "-id")[: PAGE + 1])
    more = f"{found[PAGE - 1].ends_before},{found[PAGE - 1].id}" if len(found) > PAGE else None
    context = {
        "notices": [standing_of(row) for row in found[:PAGE]],
        "stages": STAGES,
        "stage": stage if stage in STAGES else "",
        "more": more,
    }
    return render(request, "portal/notices.html", context)


def listed(stage: str = "") -> QuerySet[Notice]:
    """Notices that everybody may see, of a stage or all."""
    rows = Notice.objects.exclude(state__in=UNSEEN)
    return rows.filter(state__in=STAGES[stage]) if stage in STAGES else rows


def _after(rows: QuerySet[Notice], cursor: str) -> QuerySet[Notice]:
    ends, _, name = cursor.partition(",")
    if not name:
        return rows
    return rows.filter(ends_before__lte=ends).exclude(ends_before=ends, id__gte=name)


@public
def notice(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """A notice, with everything that law and practice ask of it."""
    row = open_to(request, notice)
    store, version = open_store(row.id), version_of(row)
    easy = lang == "ja" and request.GET.get("easy") == "1"
    context: dict[str, Any] = {
        "notice": standing_of(row),
        "version": version,
        "easy": easy,
        "maps": pictures.of_plan(version, row.id, lang) if version else (),
        "papers": PAPERS,
        "plain": plain(version, lang, easy=easy) if version else (),
        "facts": facts(row),
        "history": history(store),
        "documents": documents(store, row),
        "counts": register.counts(row),
        "words_open": register.is_open(row),
        "signed": signed(store),
        "answered": row.state in ANSWERED,
        "news": bool(config_of_environment().mail.host) and not row.preview,
        "write": common.write(lang, row.id) if row.state in TAKES_OPINIONS else None,
    }
    if version is None:
        return render(request, "portal/notice.html", context)
    context |= first_screen(version, row, lang, context["plain"])
    context |= {
        "island": mapdata.of_notice(request, row, version, lang),
        "datums": DATUMS,
        "offered": offered(version.pk, lang) if version else (),
        "by_place": opinions_by_place.listed(row, version, lang),
        "placeless": opinions_by_place.without_place(row, version),
    }
    return mapdata.shown(render(request, "portal/notice.html", context))


def first_screen(version: PlanVersion, row: Notice, lang: str, told: tuple[PagePart, ...]) -> dict[str, Any]:
    """What is it and where, in a line each, and what the plan keeps of what is asked, as bars."""
    said = {part.id: part.sentences for part in told}
    people = said.get("people", ())[:1]
    size = said.get("size", ())
    between = " " if lang == "en" else ""
    extent = pick((row.opened.get("particulars") or {}).get("extent"), lang)
    parts = size[1:2] or ((extent,) if extent else ())
    return {
        "first_words": {"what": between.join((*size[:1], *people)), "where": between.join(parts)},
        "bars": of_plan(version, told),
        "bars_lead": between.join(said.get("verdicts", ())[:1]),
    }


def facts(row: Notice) -> dict[str, Any]:
    """
    What the notice says of itself, field by field; None where the office gave nothing.

    ``asked`` holds the fields that the country asks for: where one of them is not given, the page says so.
    """
    opened = row.opened
    given = dict(opened.get("particulars") or {})
    given.setdefault("authority", opened.get("authority") or opened["plan"].get("authority"))
    manner = given.get("manner") or {}
    return {
        "texts": [(name, given.get(name)) for name in TEXTS],
        "places": given.get("places") or [{"name": said} for said in opened.get("places") or ()],
        "manner": manner,
        "elsewhere": [(way, manner[way]) for way in WAYS if manner.get(way)],
        "channels": opened.get("channels") or (),
        "map_review": given.get("map_review"),
        "asked": _asked(str(opened.get("rule", {}).get("country", ""))),
        "rule": opened.get("rule") or {},
        "publish_within": opened.get("publish_within"),
        "publication": opened.get("publication"),
        "wants": opened.get("wants") or (),
    }


def _asked(name: str) -> frozenset[str]:
    """Particulars that a country asks for; none where its law is not among ours (an ordinance's own file)."""
    try:
        found = country(name)
    except UsageError:
        return frozenset()
    return frozenset(field for one in getattr(found, "particulars", ()) for field in one.names)


def history(store: DatabaseStore) -> list[dict[str, Any]]:
    """What was entered about the notice itself, newest first."""
    found: list[dict[str, Any]] = []
    titles: dict[str, Any] = {}
    round_ = 0
    for event in store.events(HISTORY):
        said = event.payload
        round_ += event.kind == "opened"
        titles |= {step["id"]: step["title"] for step in said.get("steps", ())}
        found.append({
            "kind": event.kind, "at": event.at, "seq": event.seq, "round": round_,
            "period": said.get("period"), "said": said.get("reason") or said.get("text"),
            "what": said.get("what"), "where": said.get("where"), "on": said.get("on"),
            "step": said.get("step"),
        })  # fmt: skip
    for one in found:
        one["title"] = titles.get(one["step"] or "", one["step"])
    return found[::-1]


def documents(store: DatabaseStore, row: Notice) -> list[dict[str, Any]]:
    """The files of the plan on notice with their SHA-256; the same bytes that the record has frozen."""
    opened = Entry.objects.filter(notice_id=row.id, kind="opened").order_by("-seq").first()
    if opened is None and not row.preview:
        return []
    # The files of a draft are in no record yet.
    seq = None if opened is None or row.preview else opened.seq
    return [
        {
            "name": file["path"], "kind": _kind_of(file["path"]), "bytes": file["bytes"],
            "sha256": file["sha256"],
            "href": None if seq is None else common.plan_file(row.id, seq, number),
        }
        for number, file in enumerate(row.opened["plan"]["files"])
    ]  # fmt: skip


def _kind_of(path: str) -> str | None:
    ending = path.rpartition(".")[2].lower()
    return ending if ending in KNOWN_FILES else None


def signed(store: DatabaseStore) -> dict[str, Any]:
    """The newest signed checkpoint, and whose key signed it."""
    key = store.notary.verifier
    note = store.checkpoint() or ""
    lines = note.split("\n")
    return {
        "note": note,
        "size": lines[1] if len(lines) > 2 else "0",
        "root": lines[2] if len(lines) > 2 else "",
        "key": str(key),
        "fingerprint": fingerprint(str(key)),
        # What was signed is not all here: an older copy was restored; or it went on after such a loss.
        "lost": store.lost(),
        "copy": store.is_copy,
        "recovered": [event.payload | {"at": event.at} for event in store.events({"recovered"})],
    }
