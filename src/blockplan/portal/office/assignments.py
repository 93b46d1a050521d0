"""
Points and themes are given to somebody, and the last move at the desk is taken back.

A move into a theme is an entry of the record, and so is the move back; who has what in hand is kept beside it
(`hands`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError, UsageError
from blockplan.portal import clock
from blockplan.portal.lang import current
from blockplan.portal.office import desks, hands
from blockplan.portal.office.edit_conflicts import require_seen
from blockplan.portal.office.models import DeskMove, Staff
from blockplan.portal.words import say
from blockplan.texts import pick, refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from blockplan.portal.office.permissions import Actor
    from blockplan.respond import Desk, Sorting

#: So long a move can be taken back.
TAKEN_BACK_WITHIN = dt.timedelta(days=1)
#: So many moves of a person are looked at for one that still stands.
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class LastMove:
    """A move that can be taken back, in words, and where each subject was before."""

    move: DeskMove
    said: str
    before: dict[str, Any]


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
    to, wanted = said.get("to", ""), list(subjects)
    chosen = next((id_ for id_, _ in hands.people(notice) if str(id_) == to), None)
    if not wanted or (chosen is None and to != "none"):
        raise refusal(UsageError, say, "office_refused.nothing_chosen")

    def act(desk: Desk) -> None:
        have = hands.held(notice)
        for subject in wanted:
            if subject not in desk.themes:
                desk.segment(subject)
            one = have.get(subject)
            require_seen(said.get(f"held-{subject}", ""), *((str(one.staff), one.name) if one else ("", "")))
        _keep(notice, actor, dict.fromkeys(wanted, chosen))

    desks.work(notice, act, actor, about="assigned", of=lambda _: wanted)


def _keep(
    notice: str, actor: Actor, after: Mapping[str, int | None], takes_back: DeskMove | None = None
) -> None:
    have = hands.held(notice)
    had = {subject: have[subject].staff if subject in have else None for subject in after}
    changes = {subject: [had[subject], to] for subject, to in after.items() if had[subject] != to}
    if changes:
        DeskMove.objects.create(
            notice_id=notice, kind="assigned", by=actor.staff, at=clock.now(), changes=changes,
            takes_back=takes_back,
        )  # fmt: skip


def last_move(notice: str, staff: Staff, now: Sorting) -> LastMove | None:
    """The newest move of somebody that nobody moved on since; None where there is none."""
    since = clock.now() - TAKEN_BACK_WITHIN
    mine = DeskMove.objects.filter(notice_id=notice, by=staff, takes_back=None, taken_back=None, at__gt=since)
    where = _where(notice, now)
    for move in mine.exclude(kind="passed").order_by("-pk")[:LOOKED_AT]:
        before = _standing(move, now, where)
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
    mine = DeskMove.objects.filter(notice_id=notice, by=actor.staff).exclude(kind="passed")
    move = mine.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 16 else None

    def act(desk: Desk) -> Iterable[str]:
        again = move is None or DeskMove.objects.filter(takes_back=move).exists()
        before = {} if again or move is None else _standing(move, desk, _where(notice, desk))
        if move is None or not before:
            raise refusal(NoticeStateError, say, "office_refused.moved_on")
        if move.kind == "themed":
            desk.assign_all(before, by=actor.name)
        else:
            _keep(notice, actor, before, takes_back=move)
        return before

    desks.work(notice, act, actor, about="taken_back", of=lambda before: before, takes_back=move)


def _where(notice: str, now: Sorting) -> dict[str, tuple[dict[str, Any], Collection[Any]]]:
    """Kind of move -> where each point or theme that is there stands, and what it can go back to."""
    places, have = desks.places(now), hands.held(notice)
    held = {name: have[name].staff if name in have else None for name in (*places, *now.themes)}
    return {"themed": (places, now.themes), "assigned": (held, dict(hands.people(notice)))}


def _standing(
    move: DeskMove, now: Sorting, where: Mapping[str, tuple[Mapping[str, Any], Collection[Any]]]
) -> dict[str, Any]:
    """
    What of a move is where the move put it and can go back: subject -> where it was.

    What was answered with its theme since it came there stays with that answer.
    """
    stands, known = where[move.kind]
    return {
        subject: before
        for subject, (before, after) in move.changes.items()
        if subject in stands and stands[subject] == after and (before is None or before in known)
        and not (move.kind == "themed" and _answered_since(now, subject))
    }  # fmt: skip


def _answered_since(now: Sorting, point: str) -> bool:
    """Whether a point has the answer that its theme was given after it was sorted there."""
    theme, placed = now.theme_of(point), now.sorted_by(point)
    answer = None if theme is None or now.own_answer(point) else theme.answer
    return answer is not None and placed is not None and placed < (answer.entry or 0)


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
