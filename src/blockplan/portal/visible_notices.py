"""
Which notice an address shows: one that is open to everybody, or to its office a draft as it will be.

Who may look before a notice opens, or at how it will begin anew, is decided by whoever puts
``request.preview`` there (`blockplan.portal.office.preview`); for everybody else a draft is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from django.http import HttpRequest

#: States of a notice that nobody outside the office sees.
UNSEEN = ("draft",)


def seen(notice: str) -> Notice:
    """The notice, if it is open to everybody; 404 otherwise."""
    row = Notice.objects.exclude(state__in=UNSEEN).filter(id=notice).first()
    if row is None:
        raise Http404
    return row


def open_to(request: HttpRequest, notice: str) -> Notice:
    """
    The notice as this reader sees it: a draft, to those who may look at it, as it would be were it open.

    Such a row is not in the database; `Notice.preview` tells it.
    """
    row = Notice.objects.filter(id=notice).first()
    if row is None:
        raise Http404
    look: Any = getattr(request, "preview", None)
    found: Notice | None = None if look is None else look(row)
    if found is not None:
        request.previewed = found  # type: ignore[attr-defined]
        return found
    if row.state in UNSEEN:
        raise Http404
    return row


def version_of(row: Notice) -> PlanVersion | None:
    """The plan of the round that runs, or of the draft that is looked at; None where none is made ready."""
    if isinstance(row.draft_plan, PlanVersion):
        return row.draft_plan
    found = PlanVersion.objects.filter(notice=row, round=row.round).order_by("-id")
    return found.defer("document").first()  # the whole result stands in it
