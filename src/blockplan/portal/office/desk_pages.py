"""
The answering desk: opinions are cut, sorted and answered until none is without an answer.

What is done at the desk of a notice: each act in one transaction, in the name of whoever asked for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.errors import UsageError
from blockplan.notice.state import TAKES_OPINIONS, State
from blockplan.portal.lang import current
from blockplan.portal.office import (
    answer_scenarios,
    answer_templates,
    answer_versions,
    assignments,
    desks,
    edit_conflicts,
    entries,
    permissions,
    report,
    two_person,
)
from blockplan.portal.office.forms import AnswerForm, Sure, ThemeForm, initial_of
from blockplan.portal.office.inbox import Inbox
from blockplan.portal.office.next_step import at_desk
from blockplan.portal.office.notice_pages import attempt
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.security_headers import as_download
from blockplan.portal.words import say
from blockplan.respond import Desk, split
from blockplan.respond.coverage import each_gap
from blockplan.respond.tables import shown as plainly
from blockplan.texts import pick, refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

    from blockplan.portal.office.inbox import ListedPoint
    from blockplan.portal.office.permissions import Actor
    from blockplan.respond import Answer
    from blockplan.respond.segments import Segment
    from blockplan.respond.sorting import Sorting, Theme

SHOWN_GAPS = 20


def desk(request: HttpRequest, notice: str) -> HttpResponse:
    """How far the answers are, what lacks, and what a machine can propose."""
    form = ThemeForm(request.POST if request.POST.get("do") == "theme" else None)
    fault = ""
    if request.method == "POST" and request.POST.get("do") in {"group", "fold"}:
        made: list[dict[str, Any]] = []
        fault = attempt(lambda: made.append(desks.propose(request.POST["do"], notice)))
        if made:
            row = get_object_or_404(Notice, pk=notice)
            return render(request, "office/proposal.html", {"notice": row, **made[0]})
    elif request.method == "POST":
        fault = attempt(lambda: do_at_desk(request, notice, form))
        if not fault and not form.errors:
            return HttpResponseRedirect(request.path)
    return _desk(request, notice, form, fault)


def segments(request: HttpRequest, notice: str) -> HttpResponse:
    """The list alone, whose points are sorted many at once."""
    fault = ""
    if request.method == "POST":
        fault = attempt(lambda: do_at_segments(request, notice))
        if not fault:
            return HttpResponseRedirect(request.get_full_path())
    return _desk(request, notice, ThemeForm(), fault)


def _desk(request: HttpRequest, notice: str, form: ThemeForm, fault: str) -> HttpResponse:
    row, actor = get_object_or_404(Notice, pk=notice), actor_of(request)
    now = desks.look(notice)
    lacking = list(each_gap(now))
    whole = [gap for gap in lacking if not gap.segment]
    lacks = {gap.lack for gap in whole}
    step = at_desk(row, gaps=len(lacking), uncut="not_cut" in lacks, held="not_looked_at" in lacks)
    shown = Inbox(request, row, now).shown() | _may(actor, row) | {
        "gaps": whole[:SHOWN_GAPS], "more_gaps": len(whole[SHOWN_GAPS:]), "form": form, "fault": fault,
        "campaigns": now.campaigns, "step": None if step is None else step.for_(actor),
    }  # fmt: skip
    return render(request, "office/desk.html", shown, status=400 if fault or form.errors else 200)


def _may(actor: Actor, row: Notice) -> dict[str, Any]:
    """Who may sort, and who may answer, and with which templates: nobody once the response is published."""
    ended = State(row.state) not in TAKES_OPINIONS
    planner = actor.may("planner") and not ended
    return {
        "may": actor.may("clerk", "planner") and not ended, "planner": planner, "ended": ended,
        "templates": answer_templates.offered() if planner else [],
    }  # fmt: skip


def segment(request: HttpRequest, notice: str, segment: str) -> HttpResponse:
    """One segment in its opinion: cut it, join it to the next, sort it, answer it for itself or its theme."""
    row = get_object_or_404(Notice, pk=notice)
    now = desks.look(notice)
    one = _segment(now, segment)
    opened = Inbox(request, row, now, at=segment)
    point = opened.point(one)
    form = _answering(request, now.own_answer(segment), row, point, point.theme)
    fault, tried, told = "", None, ""
    if "try" in request.POST or "take" in request.POST:
        permissions.require("answered", actor_of(request))
        fault, tried = _tried(request, notice, one)
        form = AnswerForm(initial=answer_scenarios.filled(request.POST, tried))
    elif "use" in request.POST:
        form = AnswerForm(initial=answer_templates.used(request.POST, row, point, point.theme))
    elif request.method == "POST":
        onwards = opened  # as the list stood when somebody acted
        fault = told = attempt(lambda: do_at_segment(request, notice, one, form))
        if not fault and not form.errors:
            stays = request.POST.get("do") not in {"split", "merge"}
            there = onwards.beside(1) if "next" in request.POST else segment if stays else ""
            return HttpResponseRedirect(onwards.address(there))
    now = desks.look(notice)  # what stands after an edit that was refused
    listed = Inbox(request, row, now, at=segment) if request.method == "POST" else opened
    theme, text = now.theme_of(segment), now.text_of(one)
    for_theme = request.POST.get("for_theme", "")
    events = list(open_store(notice).events(about=one.opinion))
    listed_one = listed.point(one)
    shown = listed.shown() | _may(actor_of(request), row) | {
        "stands": json.dumps(initial_of(listed_one.answer)),
        "seen_answer": edit_conflicts.mark_for_form(
            request, now.own_answer(segment), told=bool(told) and not for_theme),
        "seen_theme": edit_conflicts.mark_for_form(
            request, theme.answer if theme else None, "seen_theme",
            told=bool(told) and theme is not None and for_theme == theme.id),
        "seen_place": edit_conflicts.of_place(now, segment)[0],
        "one": listed_one, "form": form, "fault": fault, "subject": one.id, "holder": listed_one.holder,
        "holds": listed.holds(one.id),
        "parts": [point for point in listed.every if point.opinion.id == one.opinion],
        "entry": entries.told(events[0], row), "place_map": entries.place_map(row, events),
        "reach": [point for point in listed.every
                  if point.theme == theme and point.own is None and point.id != segment] if theme else [],
        "forwards": listed.address(listed.beside(1)), "back": listed.address(listed.beside(-1)),
        "pieces": _pieces(one, text), "has_next": following(now, one) is not None,
        "versions": answer_versions.versions(notice, now, one.id),
        "choose": answer_scenarios.choices(notice, now.opinions.by_id[one.opinion], one.id), "tried": tried,
    }  # fmt: skip
    return render(request, "office/segment.html", shown, status=400 if fault or form.errors else 200)


def _tried(request: HttpRequest, notice: str, one: Segment) -> tuple[str, dict[str, Any] | None]:
    """What is against it, and what a scenario says: a named one, or that of the value that was typed."""
    found: list[dict[str, Any]] = []

    def ask() -> None:
        if "try" in request.POST:
            found.append(answer_scenarios.tried(notice, one.id, request.POST, actor_of(request)))
        else:
            found.append(answer_scenarios.of_scenario(notice, request.POST.get("scenario", "")))

    return attempt(ask), found[0] if found else None


def _answering(
    request: HttpRequest, answer: Answer | None, row: Notice, point: ListedPoint | None, theme: Theme | None
) -> AnswerForm:
    """The form of an answer, with what was typed or what stands."""
    return AnswerForm(
        request.POST if request.POST.get("do") == "answer" else None,
        initial=initial_of(answer),
        unedited=lambda reasons: answer_templates.unedited(reasons, row, point, theme),
    )


def theme(request: HttpRequest, notice: str, theme: str) -> HttpResponse:
    """One theme: its title and gist, its answer for all its segments, into which other it goes."""
    row = get_object_or_404(Notice, pk=notice)
    now = desks.look(notice)
    one = now.themes.get(theme)
    if one is None:
        raise Http404
    said = request.POST.get("do", "")
    naming = ThemeForm(
        request.POST if said == "name" else None,
        initial={"title": pick(one.title, current()), "gist": pick(one.gist or "", current())},
    )
    form = _answering(request, one.answer, row, None, one)
    fault = ""
    if "use" in request.POST:
        form = AnswerForm(initial=answer_templates.used(request.POST, row, None, one))
    elif request.method == "POST":
        fault = attempt(lambda: do_at_theme(request, notice, theme, naming, form))
        if not fault and not form.errors and not naming.errors:
            back = reverse("office_desk", args=[notice]) if said == "merge" else request.path
            return HttpResponseRedirect(back)
    now = desks.look(notice)  # what stands after an edit that was refused
    one = now.themes.get(theme, one)
    listed = Inbox(request, row, now, theme=theme)
    shown = listed.shown() | _may(actor_of(request), row) | {
        "seen_answer": edit_conflicts.mark_for_form(request, one.answer, told=bool(fault)),
        "seen_name": edit_conflicts.of_name(one)[0],
        "subject": theme, "holder": listed.held.get(theme), "holds": listed.holds(theme),
        "versions": answer_versions.versions(notice, now, theme),
        "theme": one, "stands": json.dumps(initial_of(one.answer)),
        "form": form, "naming": naming, "fault": fault,
        "count": len(now.members(theme)) if theme in now.themes else 0,
        "later": len(now.came_later(theme)) if theme in now.themes else 0,
        "others": [other for other in listed.themes if other[0] != theme],
    }  # fmt: skip
    return render(
        request, "office/theme.html", shown, status=400 if fault or form.errors or naming.errors else 200
    )


def sheet(request: HttpRequest, notice: str) -> HttpResponse:
    """The desk as a table, to be filled in with a spreadsheet."""
    from blockplan.respond.worksheet import worksheet  # noqa: PLC0415

    get_object_or_404(Notice, pk=notice)
    made = worksheet(desks.look(notice), current())
    return as_download(HttpResponse(made, content_type="text/csv; charset=utf-8"), f"{notice}-desk.csv")


def publish(request: HttpRequest, notice: str) -> HttpResponse:
    """Make the consultation report in three languages, and ask a second person to publish it."""
    row = get_object_or_404(Notice, pk=notice)
    form = Sure(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if fault := attempt(lambda: _make_report(notice, request)):
            form.add_error(None, fault)
        else:
            return HttpResponseRedirect(reverse("office_notice", args=[notice]))
    shown = {"notice": row, "form": form, "name": "publish", "opinion": ""}
    return render(request, "office/act.html", shown, status=400 if form.errors else 200)


def _make_report(notice: str, request: HttpRequest) -> None:
    asked_on = two_person.newest_of(Entry.objects.filter(notice_id=notice))
    document = report.document_of(Desk(open_store(notice)), report.plan_on_notice(notice))
    made = report.files_of(document)
    payload = {"report": report.digests(made), "reconciliation": document["reconciliation"]}
    # The files are there before anybody can be shown them.
    two_person.ask(notice, "published", payload, actor_of(request), files=made, asked_on=asked_on)


def _segment(now: Sorting, name: str) -> Segment:
    try:
        return now.segment(name)
    except UsageError:
        raise Http404 from None


def _pieces(one: Segment, text: str) -> list[tuple[int, str]]:
    """Sentences of a segment with the places at which they begin in the opinion."""
    return [(one.start + start, plainly(text[start:end]).strip()) for start, end in split(text, "sentence")]


def _at_hand(request: HttpRequest, notice: str, *subjects: str) -> bool:
    """Give something to somebody, or take one's last move back; False where something else is asked for."""
    said, actor = request.POST.get("do", ""), actor_of(request)
    if said == "give":
        assignments.give(notice, subjects, request.POST, actor)
    elif said == "undo":
        assignments.take_back(notice, request.POST.get("move", ""), actor)
    return said in {"give", "undo"}


def do_at_desk(request: HttpRequest, notice: str, form: ThemeForm) -> None:
    """A new theme, the cut of what is not cut, what was taken of a proposal, or a filled-in table."""
    said, actor = request.POST.get("do", ""), actor_of(request)
    if _at_hand(request, notice):
        return
    if said == "theme" and form.is_valid():
        title, gist = form.cleaned_data["title"], form.cleaned_data["gist"]
        named = {current(): title}
        about = {current(): gist} if gist else ""
        desks.work(
            notice, lambda desk: desk.name_theme(named, by=actor.name, gist=about), actor, about="theme"
        )
    elif said == "cut":
        desks.work(notice, lambda desk: desk.cut("point", by=actor.name), actor, about="segmented")
    elif said == "take":
        desks.take(request, notice, actor)
    elif said == "sheet":
        _take_sheet(request, notice, actor)


def _take_sheet(request: HttpRequest, notice: str, actor: Actor) -> None:
    import tempfile  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    from blockplan.respond.worksheet import apply, read_decisions  # noqa: PLC0415

    file = request.FILES.get("sheet")
    if file is None or (file.size or 0) > 20_000_000:
        raise refusal(UsageError, say, "office_refused.no_table")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sheet" + Path(str(file.name)).suffix.lower()[:8])
        path.write_bytes(file.read())
        decisions = read_decisions(path)
    lang = current()
    check = answer_templates.require_filled

    def enter(desk: Desk) -> None:
        apply(desk, decisions, by=actor.name, lang=lang, check=check)

    desks.work(notice, enter, actor, about="sheet")


def do_at_segments(request: HttpRequest, notice: str) -> None:
    """Sort those that were picked into a theme, or out of any, or give them to somebody."""
    picked, actor = request.POST.getlist("segment"), actor_of(request)
    if _at_hand(request, notice, *picked):
        return
    theme = theme_of(request)
    if not picked:
        raise refusal(UsageError, say, "office_refused.nothing_chosen")

    def act(desk: Desk) -> None:
        for name in picked:
            edit_conflicts.require_seen(
                request.POST.get(f"seen-{name}", ""), *edit_conflicts.of_place(desk, name)
            )
        desk.assign(picked, theme, by=actor.name)

    desks.work(notice, act, actor, about="themed")


def do_at_segment(request: HttpRequest, notice: str, one: Segment, form: AnswerForm) -> None:
    """Sort a segment, give it to somebody, cut it, join it to the next, or answer it for itself."""
    said, actor = _asked(request)
    if _at_hand(request, notice, one.id):
        return
    if said == "theme":
        theme = theme_of(request)

        def sort(desk: Desk) -> None:
            edit_conflicts.require_seen(
                edit_conflicts.seen_of(request), *edit_conflicts.of_place(desk, one.id)
            )
            desk.assign([one.id], theme, by=actor.name)

        desks.work(notice, sort, actor, about="themed")
    elif said == "split":
        places = [int(at) for at in request.POST.getlist("at") if at.isdecimal() and len(at) < 10]
        if not places:
            raise refusal(UsageError, say, "office_refused.no_place")
        desks.work(notice, lambda desk: desk.split(one.id, *places, by=actor.name), actor, about="segmented")
    elif said == "merge":
        desks.work(notice, lambda desk: _merge(desk, one.id, actor.name), actor, about="segmented")
    elif said == "answer" and form.is_valid():
        theme = request.POST.get("for_theme", "")

        def give(desk: Desk) -> None:
            if theme:
                now = desk.theme_of(one.id)
                edit_conflicts.require_seen(
                    theme, now.id if now else "", edit_conflicts.of_place(desk, one.id)[1]
                )
                _answer_theme(desk, theme, form, actor, request.POST.get("seen_theme", ""))
                return
            edit_conflicts.require_seen(
                edit_conflicts.seen_of(request), *edit_conflicts.of_answer(desk.own_answer(one.id))
            )
            desk.answer_segment(one.id, form.answer(), by=actor.name)

        desks.work(notice, give, actor, about="answered")


def theme_of(request: HttpRequest) -> str | None:
    """The theme that was chosen, None for none of them; UsageError where nothing was chosen."""
    said = request.POST.get("theme", "")
    if not said:
        raise refusal(UsageError, say, "office_refused.nothing_chosen")
    return None if said == "none" else said


def _asked(request: HttpRequest) -> tuple[str, Actor]:
    """What is to be done, and who asks; whoever may not answer is told before what was typed is looked at."""
    said, actor = request.POST.get("do", ""), actor_of(request)
    if said == "answer":
        permissions.require("answered", actor)
    return said, actor


def _merge(desk: Desk, segment: str, by: str) -> Segment:
    other = following(desk, desk.segment(segment))
    if other is None:
        raise refusal(UsageError, say, "office_refused.last_segment", segment=segment)
    return desk.merge([segment, other.id], by=by)


def do_at_theme(request: HttpRequest, notice: str, theme: str, naming: ThemeForm, form: AnswerForm) -> None:
    """Name a theme anew, give it to somebody, let it go into another, or answer it."""
    said, actor = _asked(request)
    if _at_hand(request, notice, theme):
        return
    if said == "name" and naming.is_valid():
        given = naming.cleaned_data

        def rename(desk: Desk) -> None:
            edit_conflicts.require_seen(edit_conflicts.seen_of(request), *_name_of(desk, theme))
            _rename(desk, theme, given, actor.name)

        desks.work(notice, rename, actor, about="theme")
    elif said == "merge":
        into = request.POST.get("into", "")

        def merge(desk: Desk) -> None:
            edit_conflicts.require_seen(edit_conflicts.seen_of(request), *_name_of(desk, theme))
            desk.merge_themes(theme, into, by=actor.name)

        desks.work(notice, merge, actor, about="theme")
    elif said == "answer" and form.is_valid():
        seen = edit_conflicts.seen_of(request)
        desks.work(
            notice, lambda desk: _answer_theme(desk, theme, form, actor, seen), actor, about="answered"
        )


def _answer_theme(desk: Desk, theme: str, form: AnswerForm, actor: Actor, seen: str) -> None:
    one = desk.themes.get(theme)
    edit_conflicts.require_seen(seen, *edit_conflicts.of_answer(one.answer if one else None))
    desk.answer_theme(theme, form.answer(), by=actor.name)


def _name_of(desk: Desk, theme: str) -> tuple[str, str]:
    """The mark and the words of a theme's name; of one that went into another meanwhile none."""
    one = desk.themes.get(theme)
    return ("", "") if one is None else edit_conflicts.of_name(one)


def _rename(desk: Desk, theme: str, given: dict[str, Any], by: str) -> None:
    """Another title in the language of the page; the other languages stay."""
    old = desk.themes[theme]

    def text(before: Any, now: str) -> dict[str, str]:
        kept = dict(before) if isinstance(before, dict) else {}
        return kept | ({current(): now} if now else {})

    desk.name_theme(text(old.title, given["title"]), by=by, theme=theme, gist=text(old.gist, given["gist"]))


def following(now: Sorting, one: Segment) -> Segment | None:
    """The segment that begins where one ends; None for the last."""
    return next((other for other in now.segments[one.opinion] if other.start == one.end), None)
