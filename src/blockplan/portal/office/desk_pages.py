"""The answering desk: opinions are cut, sorted and answered until none is without an answer."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.errors import UsageError
from blockplan.portal.lang import NAMES, current
from blockplan.portal.office import desks, second
from blockplan.portal.office.act_forms import Lines, Sure
from blockplan.portal.office.fields import Form, choices, word_field
from blockplan.portal.office.may import actor_of
from blockplan.portal.office.next_step import at_desk
from blockplan.portal.office.notice_pages import attempt
from blockplan.portal.office.paging import sliced
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.shield import as_download
from blockplan.portal.words import say
from blockplan.respond import KINDS, Desk, answer_from, split
from blockplan.respond.coverage import each_gap, numbers
from blockplan.respond.page import shown as plainly
from blockplan.texts import LANGUAGES, pick, refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

    from blockplan.respond import Answer, Segment, Sorting

FILTERS = ("all", "unsorted", "unanswered")
SHOWN_GAPS = 20


class ThemeForm(Form):
    """A theme's title and gist, in the language of the page."""

    title = forms.CharField(max_length=200)
    gist = Lines(required=False, max_length=4000)


class AnswerForm(Form):
    """An answer: its kind, the reason in one language or more, what it speaks of and changed."""

    kind = forms.ChoiceField()
    links = forms.CharField(max_length=1000, required=False)
    changes = Lines(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = choices("office_answer", KINDS)
        for code in LANGUAGES:
            field = Lines(required=False)
            field.widget.attrs |= {"lang": code, "rows": 3}
            self.fields[f"reason_{code}"] = field
            word_field("answer_reason", field)
            field.label = f"{field.label} · {NAMES[code]}"
        self.order_fields(["kind", *(f"reason_{code}" for code in LANGUAGES), "links", "changes"])

    def answer(self) -> Answer:
        """The answer; UsageError where it has no reason."""
        said = self.cleaned_data
        reason = {code: said[f"reason_{code}"] for code in LANGUAGES if said[f"reason_{code}"].strip()}
        return answer_from(
            {
                "kind": said["kind"], "reason": reason, "links": desks.links_of(said["links"]),
                "changes": desks.lines_of(said["changes"]),
            }
        )  # fmt: skip


def desk(request: HttpRequest, notice: str) -> HttpResponse:
    """How far the answers are, the themes, and what a machine can propose."""
    row = get_object_or_404(Notice, pk=notice)
    fault = ""
    form = ThemeForm(request.POST if request.POST.get("do") == "theme" else None)
    if request.method == "POST":
        fault = attempt(lambda: _at_desk(request, notice, form))
        if not fault and not form.errors:
            return HttpResponseRedirect(request.path)
    now = desks.look(notice)
    lacking = each_gap(now)
    named = list(islice(lacking, SHOWN_GAPS))
    count = len(named) + sum(1 for _ in lacking)
    step = at_desk(row, gaps=count, uncut=any(not gap.segment for gap in named))
    sizes = _sizes(now)
    themes = [(theme, sizes.get(theme.id, 0)) for theme in now.themes.values()]
    rows, more = sliced(themes, request)
    shown = {
        "notice": row, "told": numbers(now), "gap_count": count, "gaps": named,
        "rows": rows, "next": more, "form": form, "fault": fault, "campaigns": len(now.campaigns),
        "may": actor_of(request).may("clerk", "planner"), "planner": actor_of(request).may("planner"),
        "step": None if step is None else step.for_(actor_of(request)),
    }  # fmt: skip
    return render(request, "office/desk.html", shown, status=400 if fault or form.errors else 200)


def segments(request: HttpRequest, notice: str) -> HttpResponse:
    """Segments to sort: all, those in no theme, those without an answer, or those of one theme."""
    row = get_object_or_404(Notice, pk=notice)
    fault = ""
    if request.method == "POST":
        picked, theme = request.POST.getlist("segment"), request.POST.get("theme") or None
        by = actor_of(request).name
        fault = attempt(
            lambda: desks.work(notice, lambda desk: desk.assign(picked, theme, by=by), by=by, about="themed")
        )
        if not fault:
            return HttpResponseRedirect(request.get_full_path())
    now = desks.look(notice)
    wanted = request.GET.get("show", "unsorted")
    found, more = sliced(_wanted(now, wanted), request)
    shown = {
        "notice": row, "rows": [_said(now, one) for one in found], "next": more, "keep": f"show={wanted}",
        "wanted": wanted, "filters": FILTERS, "fault": fault, "themes": _themes(now),
        "may": actor_of(request).may("clerk", "planner"),
    }  # fmt: skip
    return render(request, "office/segments.html", shown, status=400 if fault else 200)


def segment(request: HttpRequest, notice: str, segment: str) -> HttpResponse:
    """One segment: where it stands, cut it, join it to the next, sort it, answer it for itself."""
    row = get_object_or_404(Notice, pk=notice)
    now = desks.look(notice)
    one = _segment(now, segment)
    own = now.own_answer(segment)
    form = AnswerForm(request.POST if request.POST.get("do") == "answer" else None, initial=_initial(own))
    fault = ""
    if request.method == "POST":
        fault = attempt(lambda: _at_segment(request, notice, one, form))
        if not fault and not form.errors:
            stays = request.POST.get("do") in {"answer", "theme"}
            there = ("office_segment", [notice, segment]) if stays else ("office_segments", [notice])
            return HttpResponseRedirect(reverse(there[0], args=there[1]))
    text = now.text_of(one)
    shown = {
        "notice": row, "one": _said(now, one), "text": plainly(text), "themes": _themes(now), "form": form,
        "answer": now.answer_of(segment), "own": own, "fault": fault,
        "pieces": _pieces(one, text), "has_next": _next(now, one) is not None,
        "may": actor_of(request).may("clerk", "planner"), "planner": actor_of(request).may("planner"),
    }  # fmt: skip
    return render(request, "office/segment.html", shown, status=400 if fault or form.errors else 200)


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
    form = AnswerForm(request.POST if said == "answer" else None, initial=_initial(one.answer))
    fault = ""
    if request.method == "POST":
        fault = attempt(lambda: _at_theme(request, notice, theme, naming, form))
        if not fault and not form.errors and not naming.errors:
            back = reverse("office_desk", args=[notice]) if said == "merge" else request.path
            return HttpResponseRedirect(back)
    members = now.members(theme)
    rows, more = sliced(members, request)
    shown = {
        "notice": row, "theme": one, "form": form, "naming": naming, "fault": fault, "count": len(members),
        "later": len(now.came_later(theme)), "rows": [_said(now, part) for part in rows], "next": more,
        "others": [other for other in _themes(now) if other[0] != theme],
        "may": actor_of(request).may("clerk", "planner"), "planner": actor_of(request).may("planner"),
    }  # fmt: skip
    return render(request, "office/theme.html", shown, status=400 if fault else 200)


def sheet(request: HttpRequest, notice: str) -> HttpResponse:
    """The desk as a table, to be filled in with a spreadsheet."""
    from blockplan.respond.worksheet import worksheet  # noqa: PLC0415

    get_object_or_404(Notice, pk=notice)
    made = worksheet(desks.look(notice), current())
    return as_download(HttpResponse(made, content_type="text/csv; charset=utf-8"), f"{notice}-desk.csv")


def publish(request: HttpRequest, notice: str) -> HttpResponse:
    """Make the response report in three languages, and ask a second person to publish it."""
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
    from blockplan.plan import read  # noqa: PLC0415
    from blockplan.report.html import font_faces  # noqa: PLC0415
    from blockplan.respond.document import response  # noqa: PLC0415
    from blockplan.respond.page import files  # noqa: PLC0415

    row = Notice.objects.get(pk=notice)
    version = PlanVersion.objects.filter(notice_id=notice, round=row.round).first()
    before = None if version is None else read(version.package, version.scenario or None)
    document = response(Desk(open_store(notice)), before)
    made = {
        f"{lang}/{name}": content
        for lang in LANGUAGES
        for name, content in files(document, lang, font_faces).items()
    }
    payload = {
        "report": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(made.items())},
        "reconciliation": document["reconciliation"],
    }
    # The files are there before anybody can be shown them.
    second.ask(notice, "published", payload, actor_of(request), files=made)


def _at_desk(request: HttpRequest, notice: str, form: ThemeForm) -> None:
    said, by = request.POST.get("do", ""), actor_of(request).name
    if said == "theme" and form.is_valid():
        title, gist = form.cleaned_data["title"], form.cleaned_data["gist"]
        named = {current(): title}
        about = {current(): gist} if gist else ""
        desks.work(notice, lambda desk: desk.name_theme(named, by=by, gist=about), by=by, about="theme")
    elif said == "cut":
        desks.work(notice, lambda desk: desk.cut("point", by=by), by=by, about="segmented")
    elif said == "group":
        _propose_groups(notice, by)
    elif said == "fold":
        _fold(notice, by)
    elif said == "sheet":
        _take_sheet(request, notice, by)


def _propose_groups(notice: str, by: str) -> None:
    from blockplan.respond.proposals import group_segments, keep_groups, take_groups  # noqa: PLC0415

    # Outside of the transaction: it takes seconds, and opinions come in meanwhile.
    found, proposal = group_segments(desks.look(notice))

    def take(desk: Desk) -> None:
        keep_groups(desk, found, proposal)
        take_groups(desk, found, proposal, by=by)

    desks.work(notice, take, by=by, about="grouped")


def _fold(notice: str, by: str) -> None:
    from blockplan.respond.proposals import opinions_to_fold  # noqa: PLC0415

    names, found = opinions_to_fold(desks.look(notice))

    def fold(desk: Desk) -> None:
        for one in found:
            desk.fold([names[at] for at in one.members], by=by)

    desks.work(notice, fold, by=by, about="folded")


def _take_sheet(request: HttpRequest, notice: str, by: str) -> None:
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
    desks.work(notice, lambda desk: apply(desk, decisions, by=by, lang=lang), by=by, about="sheet")


def _at_segment(request: HttpRequest, notice: str, one: Segment, form: AnswerForm) -> None:
    said, by = request.POST.get("do", ""), actor_of(request).name
    if said == "theme":
        theme = request.POST.get("theme") or None
        desks.work(notice, lambda desk: desk.assign([one.id], theme, by=by), by=by, about="themed")
    elif said == "split":
        places = [int(at) for at in request.POST.getlist("at") if at.isdecimal() and len(at) < 10]
        if not places:
            raise refusal(UsageError, say, "office_refused.no_place")
        desks.work(notice, lambda desk: desk.split(one.id, *places, by=by), by=by, about="segmented")
    elif said == "merge":
        desks.work(notice, lambda desk: _merge(desk, one.id, by), by=by, about="segmented")
    elif said == "answer" and form.is_valid():
        _planner(request)
        answer = form.answer()
        desks.work(notice, lambda desk: desk.answer_segment(one.id, answer, by=by), by=by, about="answered")


def _merge(desk: Desk, segment: str, by: str) -> None:
    following = _next(desk, desk.segment(segment))
    if following is None:
        raise refusal(UsageError, say, "office_refused.last_segment", segment=segment)
    desk.merge([segment, following.id], by=by)


def _at_theme(request: HttpRequest, notice: str, theme: str, naming: ThemeForm, form: AnswerForm) -> None:
    said, by = request.POST.get("do", ""), actor_of(request).name
    if said == "name" and naming.is_valid():
        given = naming.cleaned_data
        desks.work(notice, lambda desk: _rename(desk, theme, given, by), by=by, about="theme")
    elif said == "merge":
        into = request.POST.get("into", "")
        desks.work(notice, lambda desk: desk.merge_themes(theme, into, by=by), by=by, about="theme")
    elif said == "answer" and form.is_valid():
        _planner(request)
        answer = form.answer()
        desks.work(notice, lambda desk: desk.answer_theme(theme, answer, by=by), by=by, about="answered")


def _rename(desk: Desk, theme: str, given: dict[str, Any], by: str) -> None:
    """Another title in the language of the page; the other languages stay."""
    old = desk.themes[theme]

    def text(before: Any, now: str) -> dict[str, str]:
        kept = dict(before) if isinstance(before, dict) else {}
        return kept | ({current(): now} if now else {})

    desk.name_theme(text(old.title, given["title"]), by=by, theme=theme, gist=text(old.gist, given["gist"]))


def _planner(request: HttpRequest) -> None:
    """Whoever sorts does not answer for the office."""
    from django.core.exceptions import PermissionDenied  # noqa: PLC0415

    if not actor_of(request).may("planner"):
        raise PermissionDenied


def _wanted(now: Sorting, wanted: str) -> list[Segment]:
    every = now.open_segments()
    if wanted == "unsorted":
        return [one for one in every if now.theme_of(one.id) is None and now.own_answer(one.id) is None]
    if wanted == "unanswered":
        return [one for one in every if now.answer_of(one.id) is None]
    return every


def _said(now: Sorting, one: Segment) -> dict[str, Any]:
    """A segment as a row shows it."""
    text = " ".join(plainly(now.text_of(one)).split())
    theme, answer = now.theme_of(one.id), now.answer_of(one.id)
    campaign = next((name for name, of in now.campaigns.items() if one.opinion in of), None)
    return {
        "id": one.id, "opinion": one.opinion, "text": text if len(text) <= 300 else text[:299] + "…",
        "theme": theme, "answer": answer, "campaign": campaign,
    }  # fmt: skip


def _sizes(now: Sorting) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in now.open_segments():
        theme = now.theme_of(one.id)
        if theme is not None:
            found[theme.id] = found.get(theme.id, 0) + 1
    return found


def _themes(now: Sorting) -> list[tuple[str, str]]:
    return [(theme.id, pick(theme.title, current())) for theme in now.themes.values()]


def _segment(now: Sorting, name: str) -> Segment:
    try:
        return now.segment(name)
    except UsageError:
        raise Http404 from None


def _next(now: Sorting, one: Segment) -> Segment | None:
    return next((other for other in now.segments[one.opinion] if other.start == one.end), None)


def _pieces(one: Segment, text: str) -> list[tuple[int, str]]:
    """Sentences of a segment with the places at which they begin in the opinion."""
    return [(one.start + start, plainly(text[start:end]).strip()) for start, end in split(text, "sentence")]


def _initial(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    reason = answer.reason if isinstance(answer.reason, dict) else {current(): answer.reason}
    changes = [change.to_dict() for change in answer.changes]
    return {
        "kind": answer.kind, **{f"reason_{code}": text for code, text in reason.items()},
        "links": ", ".join(f"{link['layer']}:{link['id']}" for link in answer.links),
        "changes": "\n".join(":".join(str(value) for value in one.values()) for one in changes),
    }  # fmt: skip
