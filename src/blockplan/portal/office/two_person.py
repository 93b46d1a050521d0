"""
Acts that two persons do: one asks, another confirms in a session of their own; only then it is entered.

Which acts these are stands in `blockplan.notice.events.KINDS`. What was asked for names the newest entry of
the record at that time, and ends with the first later entry that bears on it
(`blockplan.notice.two_person`), in the transaction of that entry. It is forgotten when it is done, refused,
moved, or void because the opinion was erased.
"""

from __future__ import annotations

import hashlib
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.disclosure import stands_on
from blockplan.notice.events import KINDS, Attachment
from blockplan.notice.two_person import about_one, moves
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.office import permissions, report
from blockplan.portal.office.audit import note
from blockplan.portal.office.models import Pending
from blockplan.portal.record.models import Entry
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say
from blockplan.respond import Desk
from blockplan.texts import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from django.db.models import QuerySet

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.portal.office.permissions import Actor

TYPES = {".html": "text/html", ".json": "application/json", ".csv": "text/csv"}


def ask(
    notice: str,
    kind: str,
    payload: dict[str, Any],
    actor: Actor,
    *,
    files: Mapping[str, bytes] | None = None,
    asked_on: int | None = None,
) -> Pending:
    """
    Ask for an act; refused now if it could not be entered now.

    Parameters
    ----------
    files
        Those of a report: they are there before it waits.
    asked_on
        Number of the newest entry that who asks has seen; None takes the newest there is.

    Raises
    ------
    NoticeStateError, UsageError
        As the record would say it; or if something bears on it that who asks has not seen.
    """
    if not KINDS[kind].two:
        raise UsageError(f"'{kind}' needs no second person.")
    opinion = str(payload.get("opinion", ""))

    def work(ledger: Ledger) -> Pending:
        tried = {"report": {}, **payload, "by": actor.name, "second": f"not {actor.name}"}
        ledger.standing.admit(kind, tried, ledger.now)
        seen = ledger.size - 1 if asked_on is None else asked_on
        if _newest(notice, kind, opinion) > seen:
            raise refusal(NoticeStateError, say, "office_refused.asked_moved")
        if opinion:
            payload["of"] = stands_on(ledger.events(about=opinion), opinion, payload.get("of"))
        if Pending.objects.filter(notice_id=notice, kind=kind, opinion=opinion, outcome="").exists():
            raise refusal(NoticeStateError, say, "office_refused.waits_already")
        note("asked", who=actor.name, notice=notice, about=f"{kind} {opinion}".strip())
        made = Pending.objects.create(
            notice_id=notice, kind=kind, opinion=opinion, payload=payload, asked_by=actor.staff,
            asked_at=clock.now(), asked_on=seen,
        )  # fmt: skip
        _keep_report(made, files or {})
        return made

    permissions.require(kind, actor)
    return open_store(notice).transact(work)


def _newest(notice: str, kind: str, opinion: str) -> int:
    """Number of the newest entry that bears on an act; -1 where there is none."""
    bearing = [one for one in KINDS if moves(one, kind)]
    rows = Entry.objects.filter(notice_id=notice, kind__in=bearing)
    return newest_of(rows.filter(opinion=opinion) if opinion else rows)


def newest_of(rows: QuerySet[Entry]) -> int:
    """The largest number of some entries; -1 where there are none."""
    found = rows.aggregate(newest=Max("seq"))["newest"]
    return -1 if found is None else int(found)


def _end_moved(sender: str, event: Event) -> None:
    """An entry was made: what it bears on waits no more."""
    late = event.kind != "submitted" or event.at >= (event.payload["ends_before"] or "")
    if not late:
        return  # nobody has approved anything yet, and nobody asks about an opinion before it is there
    acts = [act for act, spec in KINDS.items() if spec.two and moves(event.kind, act)]
    about = Q(kind__in=[act for act in acts if about_one(act)], opinion=event.opinion or "-")
    whole = Q(kind__in=[act for act in acts if not about_one(act)])
    for one in Pending.objects.filter(about | whole, notice_id=sender, outcome=""):
        transaction.on_commit(partial(_drop_report, one))
        Pending.objects.filter(pk=one.pk).update(outcome="moved", payload={}, ended_at=clock.now())


def confirm(pending: Pending, actor: Actor) -> Event:
    """
    Enter an act as the second person: the entry and the end of what waited, or neither.

    Raises
    ------
    UsageError
        If it is the person who asked.
    NoticeStateError
        If it waits no more, or may not be entered now.
    """
    before = report.plan_on_notice(pending.notice_id) if pending.kind == "published" else None

    def work(ledger: Ledger) -> Event:
        now = _waiting(pending, actor)
        if _newest(now.notice_id, now.kind, now.opinion) > now.asked_on:
            raise refusal(NoticeStateError, say, "office_refused.asked_moved")
        payload = {
            **now.payload, "by": now.asked_by.name, "second": actor.name, "asked_on": now.asked_on
        }  # fmt: skip
        files: list[Attachment] = []
        if now.kind == "published":
            files = report_files(now)
            if not report.is_of(payload["report"], report.document_of(Desk(ledger), before)):
                raise refusal(NoticeStateError, say, "office_refused.report_old")
        _end(now, "done", actor)
        event = ledger.append(now.kind, payload, attachments=files)
        note(now.kind, who=actor.name, notice=now.notice_id, about=now.opinion)
        return event

    event = permissions.work(pending.notice_id, work, actor, permissions.require_second)
    _drop_report(pending)  # its files are in the record now
    return event


def refuse(pending: Pending, actor: Actor) -> None:
    """Say no, or take it back oneself."""

    def work(_ledger: Ledger) -> None:
        now = _waiting(pending, None)
        if now.asked_by_id != actor.staff.pk:
            permissions.require_second(now.kind, actor)
        _end(now, "refused", actor)
        note("refused", who=actor.name, notice=now.notice_id, about=f"{now.kind} {now.opinion}".strip())

    open_store(pending.notice_id).transact(work)
    _drop_report(pending)


def take(sender: str, event: Event, **_more: Any) -> None:
    """With an erasure goes what waits about the opinion, and every report, which may quote it."""
    if event.kind == "erased":
        waiting = Pending.objects.filter(notice_id=sender, outcome="")
        about = waiting.filter(Q(opinion=event.opinion or "-") | Q(kind="published"))
        about.update(outcome="void", payload={}, ended_at=clock.now())
    _end_moved(sender, event)


def forget(sender: str, **_more: Any) -> None:
    """Once an erasure is kept, take away the files of reports that do not wait any more."""
    for one in Pending.objects.filter(notice_id=sender, kind="published").exclude(outcome=""):
        if report_folder(one).exists():
            shutil.rmtree(report_folder(one))


def tell(sender: str, opinion: str, **_more: Any) -> None:
    """Nothing is left of what was erased: a line in the list of acts."""
    note("erasure_finished", notice=sender, about=opinion)


def _keep_report(pending: Pending, made: Mapping[str, bytes]) -> None:
    """Keep the files of a report until the second person has looked at them."""
    for name, content in made.items():
        path = report_folder(pending) / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(content)


def report_folder(pending: Pending) -> Path:
    """Where the files of a report wait."""
    return config_of_environment().data / "reports" / str(pending.pk)


def _drop_report(pending: Pending) -> None:
    shutil.rmtree(report_folder(pending), ignore_errors=True)


def report_files(pending: Pending) -> list[Attachment]:
    """The files, as they were when the report was made; NoticeStateError where one is not."""
    found = []
    for name, digest in sorted(pending.payload["report"].items()):
        path = report_folder(pending) / name
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != digest:
            raise refusal(NoticeStateError, say, "office_refused.report_bent", name=name)
        found.append(Attachment(name, TYPES[path.suffix], content))
    return found


def _waiting(pending: Pending, actor: Actor | None) -> Pending:
    now = Pending.objects.select_for_update().select_related("asked_by").get(pk=pending.pk)
    if now.outcome == "moved":
        raise refusal(NoticeStateError, say, "office_refused.asked_moved")
    if now.outcome:
        raise refusal(NoticeStateError, say, "office_refused.waits_no_more")
    if actor is not None and now.asked_by_id == actor.staff.pk:
        raise refusal(UsageError, say, "office_refused.asked_yourself")
    return now


def _end(pending: Pending, outcome: str, actor: Actor) -> None:
    pending.outcome, pending.payload, pending.second, pending.ended_at = outcome, {}, actor.staff, clock.now()
    pending.save()
