"""What is done at the desk of a notice: each act in one transaction, in the name of whoever asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.portal.lang import current
from blockplan.portal.office import desks, edit_conflicts, entry_permissions, proposals
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

    from blockplan.portal.office.act_forms import AnswerForm, ThemeForm
    from blockplan.portal.office.permissions import Actor
    from blockplan.respond import Desk
    from blockplan.respond.segments import Segment
    from blockplan.respond.sorting import Sorting


def do_at_desk(request: HttpRequest, notice: str, form: ThemeForm) -> None:
    """A new theme, the cut of what is not cut, what was taken of a proposal, or a filled-in table."""
    said, actor = request.POST.get("do", ""), actor_of(request)
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
        proposals.take(request, notice, actor)
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
    desks.work(notice, lambda desk: apply(desk, decisions, by=actor.name, lang=lang), actor, about="sheet")


def do_at_segments(request: HttpRequest, notice: str) -> None:
    """Sort those that were picked into a theme, or out of any."""
    picked, theme, actor = request.POST.getlist("segment"), theme_of(request), actor_of(request)

    def act(desk: Desk) -> None:
        for name in picked:
            edit_conflicts.require_seen(
                request.POST.get(f"seen-{name}", ""), *edit_conflicts.of_place(desk, name)
            )
        desk.assign(picked, theme, by=actor.name)

    desks.work(notice, act, actor, about="themed")


def do_at_segment(request: HttpRequest, notice: str, one: Segment, form: AnswerForm) -> None:
    """Sort a segment, cut it, join it to the next, or answer it for itself."""
    said, actor = _asked(request)
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
        answer = form.answer()

        def give(desk: Desk) -> None:
            edit_conflicts.require_seen(
                edit_conflicts.seen_of(request), *edit_conflicts.of_answer(desk.own_answer(one.id))
            )
            desk.answer_segment(one.id, answer, by=actor.name)

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
        entry_permissions.require("answered", actor)
    return said, actor


def _merge(desk: Desk, segment: str, by: str) -> None:
    other = following(desk, desk.segment(segment))
    if other is None:
        raise refusal(UsageError, say, "office_refused.last_segment", segment=segment)
    desk.merge([segment, other.id], by=by)


def do_at_theme(request: HttpRequest, notice: str, theme: str, naming: ThemeForm, form: AnswerForm) -> None:
    """Name a theme anew, let it go into another, or answer it."""
    said, actor = _asked(request)
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
        answer = form.answer()

        def give(desk: Desk) -> None:
            one = desk.themes.get(theme)
            edit_conflicts.require_seen(
                edit_conflicts.seen_of(request), *edit_conflicts.of_answer(one.answer if one else None)
            )
            desk.answer_theme(theme, answer, by=actor.name)

        desks.work(notice, give, actor, about="answered")


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
