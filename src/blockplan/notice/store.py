"""
The record of one notice: what is the same over every database.

`blockplan.notice.sqlite.SqliteStore` keeps a notice in a file of its own, the web service in its database.
What differs between them is small: how a transaction is begun, what a database's error means, and the few
calls of `blockplan.notice.ledger.Rows`. Numbers, times, commitments and the tree stand in
`blockplan.notice.ledger`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from blockplan.errors import BlockplanError
from blockplan.notice.ledger import Ledger
from blockplan.notice.numbers import name_opinions
from blockplan.notice.turns import Job, StalledError, Turns

if TYPE_CHECKING:
    import datetime as dt
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from blockplan.notice.events import Attachment, Event
    from blockplan.notice.ledger import Rows
    from blockplan.notice.proof.notary import Notary

T = TypeVar("T")


class Store(ABC):
    """
    The record of one notice.

    Work of several threads is committed together (`blockplan.notice.turns`). An answer is given only after
    the commit, and a checkpoint signed only over what is committed.

    Parameters
    ----------
    notary
        Who signs the tree after each group of entries; None leaves it unsigned.
    patient
        How many may go on waiting while the database is held up; None for as many as come.
    """

    #: Errors by which the database itself is the fault: the whole group is taken back.
    faults: ClassVar[tuple[type[Exception], ...]]

    def __init__(
        self, notary: Notary | None, clock: Callable[[], dt.datetime], *, patient: int | None = None
    ) -> None:
        self._notary = notary
        self._clock = clock
        self._turns = Turns(self._do, patient=patient)
        self._was_signed = False
        #: The newest checkpoint that was signed here: what it covers need not be asked of the database.
        self._newest: str | None = None

    @property
    @abstractmethod
    def notice(self) -> str:
        """Id of the notice."""

    @abstractmethod
    def _rows(self, *, writing: bool = False) -> Rows:
        """The calls of the database, for the calling thread."""

    @abstractmethod
    def _transaction(self, *, durable: bool = True) -> AbstractContextManager[None]:
        """A transaction in which nobody else enters anything; on the disk at its end where it is durable."""

    @abstractmethod
    def _told(self, error: Exception, entered: bool | None) -> Exception:
        """
        What whoever brought the work is told of an error.

        `entered` is False where nothing was, True where it is in the record and could not be signed over,
        and None where that is not known.
        """

    @abstractmethod
    def _number(self, entry: int) -> int | None:
        """The number of the opinion that an entry brought; None where it brought none."""

    @abstractmethod
    def finish_erasing(self) -> bool:
        """Take away what is left of what was erased; whether nothing is left."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    def _turn(self) -> AbstractContextManager[None]:
        """While other processes wait for their turn; where the database does not see to that."""
        return nullcontext()

    def _refuse_now(self) -> None:  # noqa: B027 (a file takes whatever the law allows)
        """Raise where nothing may be entered now, whatever it is."""

    def now(self) -> dt.datetime:
        """The time of the clock by which entries are made, without waiting for anything."""
        return self._clock()

    def transact(self, work: Callable[[Ledger], T]) -> T:
        """
        Do `work` alone: nobody else enters anything meanwhile, and all of it is kept or nothing.

        The time of the entries is read after the notice is locked. When this returns, what was
        entered is on the disk. `work` must do no more than read and enter: it may be called in a group
        with others. What it erased is taken away afterwards; `finish_erasing` says whether that is done.
        """
        erased: list[bool] = []

        def noting(ledger: Ledger) -> T:
            found = work(ledger)
            erased.append(ledger.forgot)
            return found

        try:
            found = self._turns.run(noting)
        except StalledError as error:
            raise self._told(error, entered=False) from None
        except BlockplanError as error:
            name_opinions(error, self._number)
            raise
        if any(erased):
            self.finish_erasing()
        return found

    def append(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        person: Mapping[str, Any] | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Event:
        """One entry, by itself: ``transact(lambda ledger: ledger.append(...))``."""
        return self.transact(
            lambda ledger: ledger.append(kind, payload, person=person, attachments=attachments)
        )

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order as they stand on the disk, of some kinds, or about one opinion ("O-17")."""
        return self._rows().events(kinds, about=about)

    def erased_marks(self, marks: Collection[bytes]) -> Counter[bytes]:
        """How often each of these marks of rows was erased; see `blockplan.notice.events`."""
        return self._rows().erased_marks(marks)

    def file(self, seq: int, number: int) -> bytes | None:
        """The content of a file (from 0) of an entry; None once erased."""
        return self._rows().file(seq, number)

    def size(self) -> int:
        """Number of entries."""
        return self._rows().size()

    def node(self, level: int, index: int) -> bytes:
        """A complete node of the tree."""
        return self._rows().node(level, index)

    def checkpoints(self) -> Iterator[str]:
        """Signed checkpoints, smallest tree first."""
        return self._rows().checkpoints()

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint; None before the first."""
        return self._rows().checkpoint()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(self, jobs: list[Job[Any]]) -> None:
        """Several pieces of work in one transaction; one that fails takes back only itself."""
        entered: bool | None = False
        try:
            rows = self._rows(writing=True)
            with self._turn():
                with self._transaction():
                    self._check(rows)
                    self._refuse_now()
                    for job in jobs:
                        self._one(job, rows)
                    rows.flush()
                    entered = None  # until the database says that it is kept
                entered = True
                self._sign(rows)
        except BaseException as error:
            told = self._told(error, entered) if isinstance(error, Exception) else error
            for job in jobs:
                job.error = job.error or told
            if not isinstance(error, Exception):
                raise
        finally:
            for job in jobs:
                job.finish()

    def _one(self, job: Job[Any], rows: Rows) -> None:
        try:
            with rows.piece():
                job.result = job.work(Ledger(self.notice, rows, self._clock))
        except self.faults:
            raise
        except Exception as error:  # noqa: BLE001 (it goes to the one who asked, not to the others of the group)
            job.error = error

    def _check(self, rows: Rows) -> None:
        """Refuse to write into a record that does not lead on from what was signed."""
        if self._notary is not None:
            newest = rows.last()
            size = 0 if newest is None else newest.seq + 1
            self._notary.check(rows, size, signed_before=self._signed(rows))

    def _sign(self, rows: Rows) -> None:
        """
        Sign what is on the disk, in a transaction of its own.

        Were it signed before the commit, a crash between the two would leave a signature over entries
        that are lost.
        """
        if self._notary is None:
            return
        # The checkpoint itself is on the disk in its own file; this copy may wait for the next commit.
        with self._transaction(durable=False):
            size = rows.size()
            if not size:
                return
            note = self._notary.sign(rows, size, signed_before=self._signed(rows))
            rows.put_checkpoint(size, note)
        self._newest = note

    def _signed(self, rows: Rows) -> bool:
        # What was signed once stays signed; it need not be asked for again.
        self._was_signed = self._was_signed or rows.checkpoint() is not None
        return self._was_signed
