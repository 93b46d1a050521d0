"""What a database must do inside one transaction, once it has locked the notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager

    from blockplan.notice.events import Event


class Rows(Protocol):
    """The entries and the tree of one notice, in one transaction."""

    def size(self) -> int:
        """Number of entries."""
        ...

    def last(self) -> Event | None:
        """The newest entry; None while there is none."""
        ...

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order, those of this transaction too."""
        ...

    def event(self, seq: int) -> Event | None:
        """One entry by its number."""
        ...

    def insert(self, event: Event, contents: Sequence[bytes]) -> None:
        """A new entry, and the contents of its files."""
        ...

    def forget(self, seq: int, part: str) -> None:
        """Erase key and content of a part (body, person, files); its commitment stays."""
        ...

    def put_mark(self, mark: bytes) -> None:
        """Keep a mark of a row of a list that is erased, under a key; see `blockplan.notice.row_digests`."""
        ...

    def erased_marks(self, marks: Collection[bytes]) -> Counter[bytes]:
        """How often each of these marks was kept."""
        ...

    def put_node(self, level: int, index: int, digest: bytes) -> None:
        """A complete node of the tree."""
        ...

    def node(self, level: int, index: int) -> bytes:
        """A complete node of the tree."""
        ...

    def put_checkpoint(self, size: int, note: str) -> None:
        """A signed checkpoint; one of the same size that is already there stays."""
        ...

    def checkpoints(self) -> Iterator[str]:
        """Signed checkpoints, smallest tree first."""
        ...

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint; None before the first."""
        ...

    def file(self, seq: int, number: int) -> bytes | None:
        """The content of a file (from 0) of an entry; None once erased."""
        ...

    def piece(self) -> AbstractContextManager[None]:
        """A part of the transaction that is taken back by itself where it raises."""
        ...

    def flush(self) -> None:
        """Bring what was kept back into the database, before its transaction ends."""
        ...
