"""What all public pages share: addresses, where a notice stands, and how long an answer keeps."""

from __future__ import annotations

import datetime as dt
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponseNotAllowed
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import conditional_page

from blockplan.notice.events import write_time
from blockplan.portal import clock
from blockplan.portal.mail.outbox import sends
from blockplan.portal.record.clock import time_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from blockplan.portal.record.models import Notice

#: Name of the form's address, where the app of the form is installed.
FORM = "opinion"


def write(lang: str, notice: str, layer: str = "", id_: str = "") -> str | None:
    """Where an opinion is written, about an object or the plan; None without a form."""
    try:
        address = reverse(FORM, kwargs={"lang": lang, "notice": notice})
    except NoReverseMatch:
        return None
    return f"{address}?{urlencode({'layer': layer, 'object': id_})}" if layer else address


def mail(lang: str, notice: str, **part: str) -> str | None:
    """Where news of an object (`layer`, `object`) is asked for; None where the office sends no mail."""
    if not sends():
        return None
    return f"{reverse('mail', kwargs={'lang': lang, 'notice': notice})}?{urlencode(part)}"


def plan_file(notice: str, seq: int, number: int) -> str:
    """A file of a plan on notice."""
    return reverse("plan_file", kwargs={"notice": notice, "seq": seq, "number": number})


def object_(lang: str, notice: str, layer: str, id_: str) -> str:
    """The page of an object of a plan."""
    return reverse("object", kwargs={"lang": lang, "notice": notice, "layer": layer, "object_id": id_})


def place(lang: str, notice: str, **where: str) -> str:
    """What the plan says of a place: ``about="parcels:7"``, or ``at="446385.27,4399958.22"``."""
    return f"{reverse('place', kwargs={'lang': lang, 'notice': notice})}?{urlencode(where)}"


def opinions(lang: str, notice: str, about: str = "") -> str:
    """The published opinions, or those about an object."""
    address = reverse("opinions", kwargs={"lang": lang, "notice": notice})
    return f"{address}?{urlencode({'about': about})}" if about else address


#: States in which the plan is no law yet.
DRAFTS = frozenset({"on_notice", "closed", "answered", "approved", "restarted"})
#: An answer may be kept so long before it is asked for anew: days left and numbers move slowly.
FRESH_S = 30


def public(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    A page for everybody: only to be read, without a cookie, kept by caches for a short while.

    It carries an ETag of what it says, so that a reader who has it gets no second copy.
    """
    checked = conditional_page(view)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response: HttpResponseBase = checked(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", f"public, max-age={FRESH_S}")
        return response

    return wrapped


def standing_of(row: Notice) -> dict[str, Any]:
    """What a page says of a notice: state, dates, days left by the server's clock."""
    now = time_of(row.id)
    running = row.state == "on_notice" and row.begins <= write_time(now) < row.ends_before
    return {
        "id": row.id,
        "title": row.opened["plan"].get("title") or row.id,
        "state": row.state,
        "draft": row.state in DRAFTS,
        "round": row.round,
        "zone": row.zone,
        "period": row.opened["period"],
        "ends_before": row.ends_before,
        "opened": row.opened,
        "running": running,
        "not_begun": row.state == "on_notice" and write_time(now) < row.begins,
        "over": row.state == "on_notice" and write_time(now) >= row.ends_before,
        # The last day counts as a day left.
        "days_left": days_left(row, now) if running else None,
        "synthetic": bool(row.opened.get("synthetic")),
        "now": write_time(now),
        # Entries were made by a clock that was wrong, and nobody corrected it yet.
        "ahead": (now - clock.now()).total_seconds() > clock.LEAP_S,
    }


def days_left(row: Notice, now: dt.datetime) -> int:
    """Days of the calendar at the place from today to the last day, both counted."""
    last = dt.date.fromisoformat(row.opened["period"]["submission"]["last"])
    return (last - now.astimezone(ZoneInfo(row.zone)).date()).days + 1
