"""
Whether a published record answers everybody: coverage and count, found out again from its entries.

The office's own software refuses to publish before; a record that was written past it is found here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError
from blockplan.respond.coverage import gaps, received, reconcile
from blockplan.respond.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from blockplan.notice.events import Event


#: So many missing answers are named.
NAMED = 10


class _Past:
    """Entries up to the publication, to be read."""

    def __init__(self, entries: Iterable[Event]) -> None:
        self._entries = list(entries)

    def events(self, kinds: Collection[str] | None = None) -> Iterator[Event]:
        """The entries in order, of some kinds or all."""
        return (entry for entry in self._entries if kinds is None or entry.kind in kinds)

    def append(self, kind: str, _payload: Mapping[str, Any]) -> Event:
        """Nothing is entered into the past."""
        raise NoticeStateError(f"'{kind}' cannot be entered into a record that is only read.")


def audit(entries: Iterable[Event]) -> list[tuple[str, int, str]]:
    """
    What is wrong with each publication: (kind, number of the entry, what).

    Kinds are ``unanswered`` (a segment without answer), ``unseen`` (words that nobody looked at) and
    ``count_differs`` (the published count is not that of the entries before it). A record that was not
    published has none.
    """
    entries = list(entries)
    found = []
    for at, entry in enumerate(entries):
        if entry.kind == "published" and entry.payload:
            desk = Desk(_Past(entries[:at]))
            found += [
                ("unseen" if gap.lack == "not_looked_at" else "unanswered", entry.seq, gap.said)
                for gap in gaps(desk)[:NAMED]
            ]
            found += [("count_differs", entry.seq, said) for said in _differences(desk, entry.payload)]
    return found


def _differences(desk: Desk, payload: Mapping[str, Any]) -> Iterator[str]:
    said = payload.get("reconciliation")
    if not isinstance(said, dict):
        yield "no count was published"
        return
    counts = reconcile(desk.opinions.by_id.values(), received=received(desk)).to_dict()
    for name, count in counts.items():
        if not name.startswith("late") and said.get(name) != count:
            yield f"{name} {said.get(name)}, not {count}"
