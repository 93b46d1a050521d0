"""
What stands on the desk of a notice, kept in memory and brought up to the record at each look.

Acts do not go through it: they make a desk of their own inside the transaction.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from blockplan.portal.office import entry_permissions
from blockplan.portal.office.audit import note
from blockplan.portal.record.models import Entry
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say
from blockplan.respond import Desk, Sorting
from blockplan.texts import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.notice.ledger import Ledger
    from blockplan.portal.office.permissions import Actor
    from blockplan.portal.record.store import DatabaseStore

T = TypeVar("T")
_LOCK = threading.Lock()
#: Notice -> its store, how many entries were read, and what they say; few notices are worked on at once.
_DESKS: dict[str, tuple[DatabaseStore, int, Sorting]] = {}
MOST = 8


def look(notice: str) -> Sorting:
    """What stands now; only entries that are new are read."""
    store = open_store(notice)
    with _LOCK:
        newest = Entry.objects.filter(notice_id=notice).order_by("-seq").values_list("seq", flat=True).first()
        size = 0 if newest is None else newest + 1
        known = _DESKS.get(notice)
        if known is not None and known[0] is store and known[1] <= size:
            fresh = store.some(range(known[1], size))
            # What was erased must not stay in memory in a form that nobody looked through.
            if not any(event.kind == "erased" for event in fresh.values()):
                known[2].catch_up(fresh[seq] for seq in sorted(fresh))
                _DESKS[notice] = (store, size, known[2])
                return known[2]
        found = Sorting(store)
        while len(_DESKS) >= MOST:
            _DESKS.pop(next(iter(_DESKS)))
        # Entries that came while it was read are read again by nobody: count what it has read.
        _DESKS[notice] = (store, found.entries_read, found)
        return found


def work(notice: str, act: Callable[[Desk], T], actor: Actor, *, about: str) -> T:
    """Do something at the desk in one transaction: all of its entries, or none."""

    def inside(ledger: Ledger) -> T:
        found = act(Desk(ledger))
        note("desk", who=actor.name, notice=notice, about=about)
        return found

    return entry_permissions.work(notice, inside, actor)


def lines_of(said: str) -> list[dict[str, Any]]:
    """Changes as a clerk writes them: ``layer:id:column:old:new:version``, one a line."""
    import json  # noqa: PLC0415

    from blockplan.errors import UsageError  # noqa: PLC0415

    def value(word: str) -> Any:
        try:
            return json.loads(word)
        except ValueError:
            return word

    found = []
    for line in filter(str.strip, said.splitlines()):
        parts = [part.strip() for part in line.split(":", 5)]
        if len(parts) != 6:
            raise refusal(UsageError, say, "office_refused.no_change", line=line)
        names = ("layer", "id", "column", "old", "new", "plan_version")
        values = [*parts[:3], value(parts[3]), value(parts[4]), parts[5]]
        found.append(dict(zip(names, values, strict=True)))
    return found


def links_of(said: str) -> list[dict[str, str]]:
    """Objects as a clerk writes them: ``parcels:P-1, statements:S-3``."""
    pairs = [part.strip().partition(":") for part in said.replace("，", ",").split(",") if part.strip()]
    return [{"layer": layer.strip(), "id": name.strip()} for layer, _, name in pairs]
