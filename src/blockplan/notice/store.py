"""
Where a record is kept: what a database must be able to do, and nothing of how.

`blockplan.notice.sqlite.SqliteStore` keeps one notice in one SQLite file; the web service implements the
same over its own database. What is the same for all (numbers, times, commitments, the tree, which entry
may be made when) stands in `blockplan.notice.ledger`, over the few calls of `blockplan.notice.rows.Rows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from blockplan.notice.events import Attachment, Event
    from blockplan.notice.ledger import Ledger

T = TypeVar("T")


class Store(Protocol):
    """The record of one notice."""

    @property
    def notice(self) -> str:
        """Id of the notice."""
        ...

    def now(self) -> dt.datetime:
        """The time of the clock by which entries are made, without waiting for anything."""
        ...

    def erased_marks(self, marks: Collection[bytes]) -> Counter[bytes]:
        """How often each of these marks of rows was erased; see `blockplan.notice.marks`."""
        ...

    def transact(self, work: Callable[[Ledger], T]) -> T:
        """
        Do `work` alone: nobody else enters anything meanwhile, and all of it is kept or nothing.

        The time of the entries is read after the notice is locked. When this returns, what was
        entered is on the disk. `work` must do no more than read and enter: it may be called in a group
        with others.
        """
        ...

    def append(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        person: Mapping[str, Any] | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Event:
        """One entry, by itself: ``transact(lambda ledger: ledger.append(...))``."""
        ...

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order, of some kinds, or about one opinion ("O-17")."""
        ...

    def file(self, seq: int, number: int) -> bytes | None:
        """The content of a file (from 0) of an entry; None once erased."""
        ...

    def size(self) -> int:
        """Number of entries."""
        ...

    def node(self, level: int, index: int) -> bytes:
        """A complete node of the tree."""
        ...

    def checkpoints(self) -> Iterator[str]:
        """Signed checkpoints, smallest tree first."""
        ...

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint; None before the first."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
