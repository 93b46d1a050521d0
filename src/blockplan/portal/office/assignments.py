"""
Who of the office has a point or a theme in hand, and the moves at the desk that can be taken back.

None of it stands in the record. A move into a theme is an entry there, and so is the move back; who has what
in hand is the office's own affair, and is kept beside it: who gave it, to whom and when.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from blockplan.errors import NoticeStateError, UsageError
from blockplan.portal import clock
from blockplan.portal.lang import current
from blockplan.portal.office import desks
from blockplan.portal.office.audit import note
from blockplan.portal.office.edit_conflicts import require_seen
from blockplan.portal.office.models import DeskMove, Staff
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say
from blockplan.texts import pick, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.portal.office.permissions import Actor
    from blockplan.respond import Desk, Sorting

#: Roles whose bearers can be given something.
ROLES = ("clerk", "planner", "approver")
#: So long a move can be taken back.
TAKEN_BACK_WITHIN = dt.timedelta(days=1)
#: So many moves of a person are looked at for one that still stands.
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has something in hand (`staff`, `name`), who gave it (`by`) and when."""

    staff: int
    name: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class LastMove:
    """A move that can be taken back, in words, and where each subject was before."""

    move: DeskMove
    said: str
    before: dict[str, Any]


def held(notice: str) -> dict[str, Holder]:
    """Point or theme -> who has it in hand."""
    names = dict(Staff.objects.values_list("pk", "name"))
    moves = DeskMove.objects.filter(notice_id=notice, kind="assigned").order_by("pk")
    found: dict[str, Holder | None] = {}
    for changes, by, at in moves.values_list("changes", "by__name", "at"):
        for subject, (_, to) in changes.items():
            found[subject] = Holder(to, names[to], by, at) if to in names else None
    return {subject: one for subject, one in found.items() if one is not None}


def people(notice: str) -> list[tuple[int, str]]:
    """Who can be given something: id and name."""
    here = Q(grant__notice=None) | Q(grant__notice_id=notice)
    found = Staff.objects.filter(here, grant__role__in=ROLES, user__is_active=True)
    return list(found.order_by("name").distinct().values_list("pk", "name"))


def give(notice: str, subjects: Iterable[str], said: Mapping[str, str], actor: Actor) -> None:
    """
    Give points or themes to somebody (``to``), or to nobody (``none``).

    Parameters
    ----------
    said
        What a page sent: ``to``, and ``held-…`` of each subject, who had it when the page was made.

    Raises
    ------
    UsageError
        If nobody was chosen, or nothing.
    NoticeStateError
        If somebody else gave it away meanwhile.
    """
    known = dict(people(notice))
    to = said.get("to", "")
    chosen = int(to) if to.isdecimal() and int(to) in known else None
    wanted, now = list(subjects), desks.look(notice)
    if not wanted or (chosen is None and to != "none"):
        raise refusal(UsageError, say, "office_refused.nothing_chosen")
    for subject in wanted:
        if subject not in now.themes:
            now.segment(subject)

    def work(_ledger: Any) -> None:
        have = held(notice)
        for subject in wanted:
            one = have.get(subject)
            require_seen(said.get(f"held-{subject}", ""), *((str(one.staff), one.name) if one else ("", "")))
        _keep(notice, actor, dict.fromkeys(wanted, chosen), have)

    open_store(notice).transact(work)


def pass_on(notice: str, one: str, parts: Iterable[str], actor: Actor) -> None:
    """What a point was cut or joined into is in the hand of whoever had the point."""
    have = held(notice)
    if one in have:
        after = {part: have[one].staff for part in parts if part not in have}
        open_store(notice).transact(lambda _ledger: _keep(notice, actor, after, have))


def _keep(
    notice: str,
    actor: Actor,
    after: Mapping[str, int | None],
    have: Mapping[str, Holder],
    takes_back: DeskMove | None = None,
) -> None:
    had = {subject: have[subject].staff if subject in have else None for subject in after}
    changes = {subject: [had[subject], to] for subject, to in after.items() if had[subject] != to}
    if changes:
        note("desk", who=actor.name, notice=notice, about="assigned")
        DeskMove.objects.create(
            notice_id=notice, kind="assigned", by=actor.staff, at=clock.now(), changes=changes,
            takes_back=takes_back,
        )  # fmt: skip


def last_move(notice: str, staff: Staff, now: Sorting, have: Mapping[str, Holder]) -> LastMove | None:
    """The newest move of somebody that nobody moved on since; None where there is none."""
    since = clock.now() - TAKEN_BACK_WITHIN
    mine = DeskMove.objects.filter(notice_id=notice, by=staff, takes_back=None, taken_back=None, at__gt=since)
    for move in mine.order_by("-pk")[:LOOKED_AT]:
        before = _standing(move, now, have)
        if before:
            return LastMove(move, _said(move, before, now), before)
    return None


def take_back(notice: str, number: str, actor: Actor) -> None:
    """
    Move what one moved last back to where it was; what others moved on meanwhile stays with them.

    Raises
    ------
    NoticeStateError
        If nothing of it stands any more, or it was taken back before.
    """
    mine = DeskMove.objects.filter(notice_id=notice, by=actor.staff, taken_back=None)
    move = mine.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 16 else None

    def before_of(now: Sorting) -> dict[str, Any]:
        again = move is None or DeskMove.objects.filter(takes_back=move).exists()
        before = {} if again or move is None else _standing(move, now, held(notice))
        if not before:
            raise refusal(NoticeStateError, say, "office_refused.moved_on")
        return before

    def sort(desk: Desk) -> None:
        desk.assign_all(before_of(desk), by=actor.name)

    if move is not None and move.kind == "themed":
        desks.work(notice, sort, actor, about="taken_back", takes_back=move)
    else:
        now = desks.look(notice)
        open_store(notice).transact(
            lambda _ledger: _keep(notice, actor, before_of(now), held(notice), takes_back=move)
        )


def _standing(move: DeskMove, now: Sorting, have: Mapping[str, Holder]) -> dict[str, Any]:
    """What of a move is where the move put it and can go back: subject -> where it was."""
    if move.kind == "assigned":
        stands: Mapping[str, Any] = {subject: one.staff for subject, one in have.items()}
        known = None
    else:
        stands, known = desks.places(now), now.themes
    return {
        subject: before
        for subject, (before, after) in move.changes.items()
        if stands.get(subject) == after
        and (known is None or (subject in stands and (before is None or before in known)))
    }


def _said(move: DeskMove, before: Mapping[str, Any], now: Sorting) -> str:
    """``14 points moved to “School places”``."""
    lang = current()
    to = {move.changes[subject][1] for subject in before}
    one = next(iter(to)) if len(to) == 1 else None
    if move.kind == "themed":
        name = pick(now.themes[one].title, lang) if one in now.themes else ""
        key = "moved_to" if name else "moved_out" if to == {None} else "moved_about"
    else:
        name = dict(Staff.objects.values_list("pk", "name")).get(one or 0, "")
        key = "given_to" if name else "given_to_nobody"
    if len(before) == 1 and (theme := now.themes.get(next(iter(before)))) is not None:
        return say(f"office_desk.theme_{key}", lang, theme=pick(theme.title, lang), to=name)
    return say(f"office_desk.{key}" + ("_one" if len(before) == 1 else ""), lang, n=len(before), to=name)
