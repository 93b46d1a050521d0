"""A record inside a transaction that is under way, so that the acts of the library join others in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger

T = TypeVar("T")


class Within:
    """As far as a `Store` is asked by `blockplan.notice.office` and `blockplan.notice.submissions`."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.notice = ledger.notice

    def transact(self, work: Callable[[Ledger], T]) -> T:
        """Do the work in the transaction that is under way."""
        return work(self.ledger)

    def append(self, kind: str, payload: Any, **more: Any) -> Event:
        """One entry."""
        return self.ledger.append(kind, payload, **more)

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order."""
        return self.ledger.events(kinds, about=about)
