"""
The public pages of a notice before it opens, for its office alone: as they will be, and marked.

Addresses, views and templates are those of everybody; what differs is who gets an answer. Staff who have to
do with the notice do, and whoever came by a link for reading (`blockplan serve PLAN` prints one). For
everybody else the notice is not there. A draft by which a notice begins anew stands beside one that runs: who
asked for it sees it, until that is ended, and everybody else what runs.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from blockplan.errors import UsageError
from blockplan.notice import office as acts
from blockplan.notice.countries import country
from blockplan.notice.package import FrozenPlan
from blockplan.portal import clock
from blockplan.portal.lang import current
from blockplan.portal.office.drafts import law_of, more_of
from blockplan.portal.office.models import Draft
from blockplan.portal.office.permissions import READING, may_look
from blockplan.portal.record.models import Notice
from blockplan.portal.visible_notices import UNSEEN
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from blockplan.notice.office import Law

#: What the session of a reader by link holds: notice -> last moment, in seconds.
KEY = "reading"
LASTS = dt.timedelta(hours=24)
#: What the session of somebody of the office holds: notices seen as they will begin anew.
ANEW = "anew"
_SALT = "blockplan.reading"


def look(request: HttpRequest, row: Notice) -> Notice | None:
    """The draft of a notice as it will be; None for those who may not look, or where it has no plan yet."""
    if row.state not in UNSEEN and not (has_session(request) and row.id in request.session.get(ANEW, ())):
        return None
    if not (_came_by_link(request, row.id) or may_look(request, row.id)):
        return None
    draft = Draft.objects.select_related("version", "notice").filter(pk=row.id).first()
    return None if draft is None or draft.version is None else as_if_open(draft)


def as_if_open(draft: Draft) -> Notice:
    """
    The row of a notice as it will be; not saved.

    Where the draft has no lawful dates yet, it is as if it opened today, and ``opened`` says so.
    """
    law, assumed = _law(draft)
    version = draft.version
    if version is None:
        raise refusal(UsageError, say, "office_refused.no_plan")
    frozen = FrozenPlan(version.document["frozen"], [])
    opened = acts.opening(frozen, law, "", more_of(draft)) | {"dates_assumed": assumed}
    period = opened["period"]
    row = Notice(
        id=draft.notice_id, state="on_notice", round=draft.notice.round + 1, zone=period["zone"],
        begins=period["begins"], ends_before=period["ends_before"], opened=opened,
    )  # fmt: skip
    row.draft_plan = version
    return row


def _law(draft: Draft) -> tuple[Law, bool]:
    """
    The law with the dates of the draft, or those of an opening today; whether today was assumed.

    Where holidays differ from part to part of the country and none is named, its first is assumed as well.
    """
    try:
        law = law_of(draft)
        law.period()
    except UsageError:
        where = country(draft.country)
        today = clock.now().astimezone(ZoneInfo(where.zone)).date()
        part = draft.subdivision or next(iter(where.holidays.parts()), None)
        return acts.Law(country=draft.country, first=today, rule=draft.rule, subdivision=part), True
    return law, False


def begin(request: HttpRequest, notice: str) -> HttpResponseBase:
    """See the public pages of a draft as they will be, also where the notice runs and begins anew."""
    request.session[ANEW] = sorted({*request.session.get(ANEW, ()), notice})
    return _to_notice(notice)


def end(request: HttpRequest, notice: str) -> HttpResponseBase:
    """See the public pages again as everybody does."""
    request.session[ANEW] = [one for one in request.session.get(ANEW, ()) if one != notice]
    return _to_notice(notice)


def _to_notice(notice: str) -> HttpResponseBase:
    return HttpResponseRedirect(reverse("notice", kwargs={"lang": current(), "notice": notice}))


def has_session(request: HttpRequest) -> bool:
    """Whether somebody may be signed in; asked first, so that a page for everybody looks at no session."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def link_for(notice: str) -> str:
    """The secret of a link for reading a draft; good for a day, and no longer than it is a draft."""
    return signing.dumps([notice, (clock.now() + LASTS).timestamp()], salt=_SALT)


def follow(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Follow a link for reading: the draft can be read in this session, and nothing else can be done."""
    if request.method not in READING:
        return HttpResponseNotAllowed(sorted(READING))
    try:
        notice, until = signing.loads(secret, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):  # a link of another version says another thing
        raise Http404 from None
    if clock.now().timestamp() >= until:
        raise Http404
    request.session[KEY] = {**request.session.get(KEY, {}), notice: until}
    return _to_notice(notice)


def _came_by_link(request: HttpRequest, notice: str) -> bool:
    until = request.session.get(KEY, {}).get(notice)
    return until is not None and clock.now().timestamp() < until
