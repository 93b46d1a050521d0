"""The index of a notice, made anew from its entries: what the kept one is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.portal.record import index
from blockplan.portal.record.models import Opinion, Target

if TYPE_CHECKING:
    from blockplan.notice.events import Event


def rebuild(entries: index.Entries, notice: str) -> None:
    """Make the whole index of a notice anew."""
    Opinion.objects.filter(notice_id=notice).delete()
    Target.objects.filter(notice_id=notice).delete()
    about: dict[str, list[Event]] = {}
    rounds: dict[str, int] = {}
    opened = 0
    for event in entries.events():
        opened += event.kind == "opened"
        if event.opinion is not None:
            about.setdefault(event.opinion, []).append(event)
            rounds.setdefault(event.opinion, opened)
    for name, events in about.items():
        index._index(notice, events, round_=rounds[name])
    for event in entries.events({"clock_repaired"}):
        index._correct(event)
    index._take_standing(entries, notice)
