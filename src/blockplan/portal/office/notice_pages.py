"""
Pages of one notice: where it stands and what may be done, each act, and what waits for a second person.

The first page of the office: the notices that somebody has to do with, and what waits.

What goes wrong beside the pages, told to everybody of the office on its first page and at each notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.errors import BlockplanError, PlanDataError
from blockplan.notice.countries import country
from blockplan.notice.disclosure import Disclosure
from blockplan.notice.events import KINDS
from blockplan.notice.state import TAKES_OPINIONS, State
from blockplan.portal import clock, words
from blockplan.portal.config import FILE, config_of_environment
from blockplan.portal.lang import NAMES, current
from blockplan.portal.mail import sender
from blockplan.portal.office import desks, entries, permissions, two_person
from blockplan.portal.office.edit_conflicts import of_opinion, of_words, seen_of
from blockplan.portal.office.forms import FAULTS, decision, word_field
from blockplan.portal.office.models import Draft, Pending
from blockplan.portal.office.next_step import is_over, next_of
from blockplan.portal.office.paging import sliced
from blockplan.portal.office.permissions import OF_NOTICES, actor_of, sees
from blockplan.portal.office.services import ACTS, do
from blockplan.portal.pages.common import standing_of
from blockplan.portal.record import place
from blockplan.portal.record.clock import ahead_of_clock
from blockplan.portal.record.index import office_zone
from blockplan.portal.record.models import Entry, Notice, Opinion
from blockplan.portal.record.store import open_store
from blockplan.portal.submissions import promised
from blockplan.portal.words import say
from blockplan.respond.coverage import each_gap, numbers
from blockplan.respond.tables import shown as plainly
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from blockplan.portal.office.forms import Sure
    from blockplan.portal.office.permissions import Actor


def warnings(notice: str = "") -> list[str]:
    """Sentences in the reader's language, about the service and one notice; none where all is well."""
    about = _of_copy(notice) + _of_time(notice) + _of_promises(notice) if notice else []
    return _of_clock() + about + _of_mail()


def _of_copy(notice: str) -> list[str]:
    """The record is an older copy, or lies in a copy of the data folder."""
    if not Notice.objects.filter(id=notice).exclude(state="draft").exists():
        return []
    lang, lost = current(), open_store(notice).lost()
    if lost is not None:
        return [say("office_warning.older", lang, here=lost.here, signed=lost.signed, notice=notice)]
    if place.is_copy(config_of_environment(), notice):
        return [say("office_warning.copy", lang, notice=notice)]
    return []


def _of_clock() -> list[str]:
    leap = clock.leap()
    if leap is None:
        return []
    lang = current()
    read = words.said(clock.now(), office_zone(), lang)
    against = say(f"office_warning.clock_{leap.witness}", lang)
    return [say("office_warning.clock", lang, read=read, seconds=round(leap.seconds), against=against)]


def _of_time(notice: str) -> list[str]:
    """The record goes by a time that its newest entries brought along."""
    ahead = ahead_of_clock(notice)
    if ahead is None:
        return []
    lang, zone = current(), office_zone()
    at, read = (words.said(one, zone, lang) for one in (ahead, clock.now()))
    return [say("office_warning.ahead", lang, at=at, read=read)]


def _of_promises(notice: str) -> list[str]:
    """Opinions that were promised and could not be entered in time."""
    count = promised.overdue(notice)
    return [say("office_warning.promised", current(), count=count)] if count else []


def _of_mail() -> list[str]:
    found: dict[str, Any] | None = sender.warning()
    if found is None:
        return []
    lang = current()
    what = say(f"office_warning.mail_{found['step']}", lang)
    why = f"{what} ({found['code']})" if found["code"] else what
    since = words.said(found["since"], office_zone(), lang)
    return [say("office_warning.mail", lang, since=since, why=why, waiting=found["waiting"], file=FILE)]


#: More notices than this are found by their addresses.
MOST = 1000


def home(request: HttpRequest) -> HttpResponse:
    """Notices, drafts first, and the acts that wait for a second person."""
    actor = actor_of(request)
    mine = sees(actor)
    every = [one for one in Notice.objects.order_by("ends_before", "id")[:MOST] if mine(one.id)]
    rows, more = sliced(sorted(every, key=lambda one: one.state != "draft"), request)
    waiting = [one for one in Pending.objects.filter(outcome="").order_by("id")[:MOST] if mine(one.notice_id)]
    return render(request, "office/home.html", {
        "rows": [_told(one, actor) for one in rows] if actor.may(*OF_NOTICES) else [],
        "next": more, "waiting": waiting[:20], "sees_notices": actor.may(*OF_NOTICES),
        "notice_roles": OF_NOTICES, "file": FILE, "warnings": warnings(),
    })  # fmt: skip


def _told(row: Notice, actor: Actor) -> tuple[Notice, dict[str, Any], dict[str, Any] | None, int | None]:
    """A notice in the list: what comes next, and once it was opened its days and how many opinions it has."""
    standing = standing_of(row) if row.round else None
    size = Opinion.objects.filter(notice=row).count() if row.round else None
    return row, next_of(row, actor).for_(actor), standing, size


def not_signed_in(request: HttpRequest) -> HttpResponse:
    """Somebody who turned back at the identity service."""
    return render(request, "socialaccount/login_cancelled.html")


def no_account(request: HttpRequest) -> HttpResponse:
    """Somebody whom the identity service knows, and this office does not."""
    return render(request, "office/no_account.html")


#: Acts on all answers of a notice: their pages say how many of its points are answered.
OF_ANSWERS = frozenset({"complete", "approve"})
#: More that waits is reached page by page.
WAITING = 20
LOOKS = {".html": "text/html", ".json": "application/json", ".csv": "text/csv"}


def notice(request: HttpRequest, notice: str) -> HttpResponse:
    """Where a notice stands, and what may be done."""
    row = get_object_or_404(Notice, pk=notice)
    actor = actor_of(request)
    offered = [
        name
        for name, act in ACTS.items()
        if not act.of_opinion and act.offered(row) and actor.may(*act.roles)
    ]
    if row.state == "approved" and actor.may(*permissions.ENTERS["published"]):
        offered.append("publish")
    waiting = waiting_of(notice)
    useless = {one.act for one in waiting if not one.opinion} | (set() if is_over(row) else {"close"})
    offered = [name for name in offered if name not in useless]
    now = desks.look(notice) if row.round else None
    shown = {
        "notice": row, "offered": offered, "draft": Draft.objects.filter(pk=notice).first(),
        "period": row.opened.get("period"), "title": (row.opened.get("plan") or {}).get("title"),
        "waiting": waiting, "held": Opinion.objects.filter(notice=row, held__in=[True]).exists(),
        "step": next_of(row, actor, now).for_(actor),
        "erasures": entries.erasures_of_notice(row),
        "letters": row.state in TAKES_OPINIONS, "works": actor.may(*permissions.OFFICE),
        "standing": standing_of(row) if row.round else None,
        "told": {} if now is None else numbers(now),
        "warnings": warnings(notice),
    }  # fmt: skip
    return render(request, "office/notice.html", shown)


def waiting_of(notice: str) -> list[Pending]:
    """What waits for a second person, oldest first."""
    rows = Pending.objects.filter(notice_id=notice, outcome="").select_related("asked_by")
    return list(rows.order_by("id")[:WAITING])


def act_page(name: str) -> Callable[..., HttpResponse]:
    """The page of an act: what it means, what it asks for, and that somebody is sure."""
    act = ACTS[name]

    def view(request: HttpRequest, notice: str, opinion: str = "") -> HttpResponse:
        row = get_object_or_404(Notice, pk=notice)
        if act.of_opinion:
            opinion_of(row, opinion)
        newest = two_person.newest_of(Entry.objects.filter(notice_id=notice)) if KINDS[act.kind].two else None
        original = _words_of(notice, opinion) if name == "redact" else ""
        mark = of_words(open_store(notice), opinion)[0] if name == "transcribe" else ""
        form = act.form(request.POST or None, request.FILES or None, initial={"text": original, "seen": mark})
        _prepare(form, row)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data | ({"opinion": opinion} if act.of_opinion else {})
            asked_on, seen = _asked_on(request), seen_of(request)
            if fault := attempt(lambda: do(name, notice, said, actor_of(request), seen=asked_on, mark=seen)):
                form.add_error(None, fault)
                _mark_anew(form, notice, opinion)
            else:
                return HttpResponseRedirect(_after(name, notice, opinion))
        about = entries.about(row, opinion) if opinion else []
        shown = {"notice": row, "form": form, "name": name, "act": act, "opinion": opinion,
                 "entries": about, "asked_on": newest, "period": row.opened.get("period"),
                 "told": numbers(desks.look(notice)) if name in OF_ANSWERS else {},
                 "first": _to_look_at(notice) if name == "complete" else [],
                 "mark": of_opinion(open_store(notice), opinion)[0] if opinion else ""}  # fmt: skip
        return render(request, "office/act.html", shown, status=400 if form.errors else 200)

    view.__name__ = f"act_{name}"
    return view


def _to_look_at(notice: str) -> list[tuple[str, str]]:
    """
    What to look at before the answers are said to be complete, name and address: what lacks yet, and where
    nothing does, the points with their answers.
    """
    now = desks.look(notice)
    lacks = {gap.lack for gap in each_gap(now)}
    opinions, desk, points = (
        reverse(f"office_{one}", args=[notice]) for one in ("opinions", "desk", "segments")
    )
    found = [("office_next.held", f"{opinions}?standing=held")] if "not_looked_at" in lacks else []
    found += [("office.desk", f"{desk}#tools")] if "not_cut" in lacks else []
    if lacks & {"not_answered", "not_sorted"}:
        found.append(("office_desk.unanswered", f"{points}?show=unanswered"))
    return found or ([("office_desk.segments", f"{points}?show=all")] if now.open_segments() else [])


def _mark_anew(form: Sure, notice: str, opinion: str) -> None:
    """What is shown beside the form now has been seen; sent again, it is meant."""
    if "seen" in form.fields:
        form.data = dict(form.data.items()) | {"seen": of_words(open_store(notice), opinion)[0]}


def _asked_on(request: HttpRequest) -> int | None:
    """The newest entry when the page was shown, as it sends it back."""
    said = request.POST.get("asked_on", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None


def _words_of(notice: str, opinion: str) -> str:
    """What an opinion says now, for whoever takes words out of it."""
    row = Notice.objects.get(pk=notice)
    told = Disclosure(str(row.opened.get("publication", "none")), State(row.state))
    seen = told.after(open_store(notice).events(about=opinion)).seen(opinion, "office")
    return plainly(str(seen.words.get("text", "")))


def attempt(work: Callable[[], object]) -> str:
    """Do something; gives back what the library says against it, or nothing."""
    try:
        work()
    except BlockplanError as error:
        return told(error)
    return ""


def told(error: BlockplanError) -> str:
    """What the library says against something: that it was not entered, and its own words."""
    return say(f"{FAULTS}.refused", current(), why=reason(error, current()))


def reason(error: BlockplanError, lang: str) -> str:
    """The sentence of an error; of one that stands in no catalog that it is the program's own, in English."""
    if error.text is not None:
        return pick(error.text, lang)
    kind = "plan_says" if isinstance(error, PlanDataError) else "program_says"
    return say(f"office_refused.{kind}", lang, why=str(error))


def opinion_of(row: Notice, name: str) -> Opinion:
    """The opinion of a notice by its number; 404 where there is none."""
    number = name.removeprefix("O-")
    if not name.startswith("O-") or not number.isdecimal() or len(number) > 15:
        raise Http404
    return get_object_or_404(Opinion, notice=row, seq=int(number))


def waiting(request: HttpRequest, notice: str, pending: int) -> HttpResponse:
    """What somebody asked for: confirm it as the second person, or refuse it."""
    one = get_object_or_404(Pending.objects.select_related("asked_by"), pk=pending, notice_id=notice)
    actor, fault = actor_of(request), ""
    if request.method == "POST":
        yes = "confirm" in request.POST
        if yes:
            permissions.require_second(one.kind, actor)
        fault = attempt(lambda: two_person.confirm(one, actor) if yes else two_person.refuse(one, actor))
        if not fault:
            return HttpResponseRedirect(reverse("office_notice", args=[notice]))
    shown = {
        "notice": one.notice, "one": one, "fault": fault, "own": one.asked_by_id == actor.staff.pk,
        "entries": entries.about(one.notice, one.opinion) if one.opinion and not one.outcome else [],
        **_report(one), "told": numbers(desks.look(notice)) if one.act in OF_ANSWERS else {},
        "may": actor.may(*permissions.SECONDS) and not one.outcome,
    }  # fmt: skip
    return render(request, "office/waiting.html", shown, status=400 if fault else 200)


def _report(one: Pending) -> dict[str, list[tuple[str, str]]]:
    """Files of a report that waits, by language: the pages to read, and the tables beside them."""
    files = sorted(one.payload.get("report", {}))
    pages = [(NAMES.get(name.partition("/")[0], name), name) for name in files if name.endswith(".html")]
    return {"pages": pages, "tables": [(name, name) for name in files if not name.endswith(".html")]}


def report_file(request: HttpRequest, notice: str, pending: int, path: str) -> HttpResponse:
    """A file of a report that waits, as it would be published."""
    one = get_object_or_404(Pending, pk=pending, notice_id=notice, outcome="")
    if path not in one.payload.get("report", {}):
        raise Http404
    content = (two_person.report_folder(one) / path).read_bytes()
    kind = LOOKS["." + path.rpartition(".")[2]]
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    # The report brings its own sheet and fonts along; it can do nothing and load nothing.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; sandbox"
    )
    return response


def _prepare(form: Sure, row: Notice) -> None:
    step: Any = form.fields.get("step")
    if step is not None:
        steps = row.opened.get("steps", [])
        step.choices = decision(
            [(one["id"], pick(one["title"], current())) for one in steps if row.state in one["in"]]
        )
        word_field("step", step)


def _after(name: str, notice: str, opinion: str) -> str:
    if name == "restart":
        return reverse("office_draft", args=[notice])
    if opinion:
        return reverse("office_opinion", args=[notice, opinion])
    return reverse("office_notice", args=[notice])


def steps_before(code: str) -> list[tuple[str, str]]:
    """Steps that a country knows before a notice: id and title."""
    return [(step.id, pick(step.title, current())) for step in country(code).steps if "draft" in step.in_]
