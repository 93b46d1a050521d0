"""The first page of the office: the notices that somebody has to do with, and what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from blockplan.portal.config import FILE
from blockplan.portal.office.models import Pending
from blockplan.portal.office.next_step import next_of
from blockplan.portal.office.paging import sliced
from blockplan.portal.office.permissions import OF_NOTICES, actor_of, sees
from blockplan.portal.office.warnings import warnings
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

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
        "rows": [(one, next_of(one, actor).for_(actor)) for one in rows] if actor.may(*OF_NOTICES) else [],
        "next": more, "waiting": waiting[:20], "sees_notices": actor.may(*OF_NOTICES),
        "notice_roles": OF_NOTICES, "file": FILE, "warnings": warnings(),
    })  # fmt: skip


def not_signed_in(request: HttpRequest) -> HttpResponse:
    """Somebody who turned back at the identity service."""
    return render(request, "socialaccount/login_cancelled.html")


def no_account(request: HttpRequest) -> HttpResponse:
    """Somebody whom the identity service knows, and this office does not."""
    return render(request, "office/no_account.html")
