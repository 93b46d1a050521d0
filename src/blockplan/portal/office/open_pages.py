"""
What others at the desk have open: who opened which point or theme last, and when.

A hint and no lock: a page that was left may still be told, and nobody is kept from anything by it. Who sends
an answer over one that came meanwhile is shown that one first (`edit_conflicts`).
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, transaction
from django.urls import reverse

from blockplan.portal import clock
from blockplan.portal.office.models import OpenPage
from blockplan.portal.office.permissions import OFFICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.portal.office.permissions import Actor
    from blockplan.respond import Sorting
    from blockplan.respond.sorting import Theme

#: So long after it was opened a page may still be read.
HELD = dt.timedelta(minutes=30)
#: So long the same page is not written down anew.
FRESH = dt.timedelta(minutes=1)
#: So long a page waits at most for others who write.
WAIT_MS = 20


@dataclass(frozen=True, slots=True)
class Opener:
    """Who opened a point or a theme (`subject`; `theme` where it is one), when, and the address of it."""

    name: str
    subject: str
    theme: Theme | None
    at: dt.datetime
    href: str


def others(notice: str, actor: Actor, subject: str, now: Sorting) -> list[Opener]:
    """What others opened lately and is still there; what the actor looks at is kept if she may act on it."""
    moment = clock.now()
    found = OpenPage.objects.filter(notice_id=notice, at__gt=moment - HELD).select_related("staff")
    rows = {one.staff_id: one for one in found.order_by("-at")}
    mine = rows.pop(actor.staff.pk, None)
    again = bool(subject) and (mine is None or moment - mine.at > FRESH)
    if actor.may(*OFFICE) and (again or subject != (mine.subject if mine else "")):
        with suppress(OperationalError), _at_once():
            OpenPage.objects.bulk_create(
                [OpenPage(notice_id=notice, staff=actor.staff, subject=subject, at=moment)],
                update_conflicts=True, unique_fields=["notice", "staff"], update_fields=["subject", "at"],
            )  # fmt: skip
    points = {one.id for parts in now.segments.values() for one in parts}
    return [
        Opener(
            one.staff.name, one.subject, theme, one.at,
            reverse("office_theme" if theme else "office_segment", args=[notice, one.subject]),
        )
        for one in rows.values()
        for theme in [now.themes.get(one.subject)]
        if theme or one.subject in points
    ]  # fmt: skip


@contextmanager
def _at_once() -> Iterator[None]:
    """A transaction that fails where it would have to wait for somebody else's."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_MS}ms'")
                yield
            return
        (before_ms,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={WAIT_MS}")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before_ms}")
