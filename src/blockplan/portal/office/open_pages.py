"""
What others at the desk have open: who opened which point or theme last, and when.

A hint and no lock: a page that was left may still be told, and nobody is kept from anything by it. Who sends
an answer over one that came meanwhile is shown that one first (`edit_conflicts`).
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import OperationalError
from django.urls import reverse

from blockplan.portal import clock
from blockplan.portal.office.models import OpenPage

if TYPE_CHECKING:
    from blockplan.portal.office.models import Staff

#: So long after it was opened a page may still be read.
HELD = dt.timedelta(minutes=30)


def others(notice: str, staff: Staff, subject: str) -> list[OpenPage]:
    """What others opened lately, each with its ``href``; that `staff` looks at a subject is kept."""
    now = clock.now()
    with suppress(OperationalError):  # a hint: no page waits for it
        OpenPage.objects.update_or_create(
            notice_id=notice, staff=staff, defaults={"subject": subject, "at": now}
        )
    found = OpenPage.objects.filter(notice_id=notice, at__gt=now - HELD).exclude(subject="")
    rows = list(found.exclude(staff=staff).select_related("staff").order_by("-at"))
    for one in rows:
        name = "office_theme" if one.theme else "office_segment"
        one.href = reverse(name, args=[notice, one.subject])  # type: ignore[attr-defined]
    return rows
