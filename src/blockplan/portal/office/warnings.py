"""What goes wrong beside the pages, told to everybody of the office on its first page and at each notice."""

from __future__ import annotations

from typing import Any

from blockplan.portal import clock, local_time
from blockplan.portal.config import FILE, config_of_environment
from blockplan.portal.lang import current
from blockplan.portal.mail import halts
from blockplan.portal.record import place
from blockplan.portal.record.clock import ahead_of_clock
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.submissions import promised
from blockplan.portal.words import say


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
    read = local_time.said(clock.now(), config_of_environment().zone, lang)
    against = say(f"office_warning.clock_{leap.witness}", lang)
    return [say("office_warning.clock", lang, read=read, seconds=round(leap.seconds), against=against)]


def _of_time(notice: str) -> list[str]:
    """The record goes by a time that its newest entries brought along."""
    ahead = ahead_of_clock(notice)
    if ahead is None:
        return []
    lang, zone = current(), config_of_environment().zone
    at, read = (local_time.said(one, zone, lang) for one in (ahead, clock.now()))
    return [say("office_warning.ahead", lang, at=at, read=read)]


def _of_promises(notice: str) -> list[str]:
    """Opinions that were promised and could not be entered in time."""
    count = promised.overdue(notice)
    return [say("office_warning.promised", current(), count=count)] if count else []


def _of_mail() -> list[str]:
    found: dict[str, Any] | None = halts.warning()
    if found is None:
        return []
    lang = current()
    what = say(f"office_warning.mail_{found['step']}", lang)
    why = f"{what} ({found['code']})" if found["code"] else what
    since = local_time.said(found["since"], config_of_environment().zone, lang)
    return [say("office_warning.mail", lang, since=since, why=why, waiting=found["waiting"], file=FILE)]
