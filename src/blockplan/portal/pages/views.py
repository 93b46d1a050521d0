"""The list of notices, and a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render

from blockplan.notice.events import parse_time, write_time
from blockplan.portal import clock
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: States of a notice that nobody outside the office sees.
UNSEEN = ("draft",)


def home(request: HttpRequest) -> HttpResponse:
    """The list of notices in the reader's language."""
    return HttpResponseRedirect(f"/{request.lang}/")  # type: ignore[attr-defined]


def notices(request: HttpRequest, lang: str) -> HttpResponse:
    """All notices, those that run first."""
    rows = Notice.objects.exclude(state__in=UNSEEN).order_by("-ends_before")
    shown = [standing_of(row) for row in rows]
    return render(request, "portal/notices.html", {"notices": shown})


def notice(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """A notice."""
    row = seen(notice)
    version = PlanVersion.objects.filter(notice=row, round=row.round).first()
    return render(request, "portal/notice.html", {"notice": standing_of(row), "version": version})


def seen(notice: str) -> Notice:
    """The notice, if it is open to everybody; 404 otherwise."""
    row = Notice.objects.exclude(state__in=UNSEEN).filter(id=notice).first()
    if row is None:
        raise Http404
    return row


def standing_of(row: Notice) -> dict[str, Any]:
    """What a list says of a notice: state, dates, days left by the server's clock."""
    now = clock.now()
    running = row.state == "on_notice" and row.begins <= write_time(now) < row.ends_before
    left = parse_time(row.ends_before) - now if running else None
    return {
        "id": row.id,
        "title": row.opened["plan"]["title"],
        "state": row.state,
        "zone": row.zone,
        "period": row.opened["period"],
        "ends_before": row.ends_before,
        "opened": row.opened,
        "running": running,
        # The last day counts as a day left.
        "days_left": None if left is None else left.days + 1,
    }
