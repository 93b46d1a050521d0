"""
The record of a notice in the service's database: `blockplan.notice.store.Store`.

Work of several threads is committed together (`blockplan.notice.turns`); several processes take turns by
the lock of the notice's row, or of SQLite's file. An answer is given only after the commit, and
a checkpoint signed only over what is committed.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import Error as DatabaseError
from django.db import OperationalError, connection, transaction

from blockplan.errors import BlockplanError, NoticeStateError, UsageError
from blockplan.notice.ledger import Ledger
from blockplan.notice.numbers import name_opinions
from blockplan.notice.proof.notary import Notary, TipFile, new_key, read_key
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.turns import Job, StalledError, Turns
from blockplan.portal import clock as server
from blockplan.portal.config import config_of_environment
from blockplan.portal.postgresql import end_idle_holders, passes
from blockplan.portal.record import erasure, place, single_rows
from blockplan.portal.record.files import Files
from blockplan.portal.record.locks import in_turn
from blockplan.portal.record.models import Checkpoint, Notice
from blockplan.portal.record.numbers import number_of
from blockplan.portal.record.rows import DatabaseRows
from blockplan.portal.record.sealing import Seals
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    import datetime as dt
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from blockplan.notice.events import Attachment, Event
    from blockplan.portal.config import Config

T = TypeVar("T")


class UnavailableError(BlockplanError):
    """
    The database or the disk cannot be used now.

    Attributes
    ----------
    entered
        False: nothing was entered. True: it is in the record, and could not be signed over, so there is no
        receipt yet. None: the connection was lost while it was kept, so nobody knows.
    passing
        Whether the database alone stood still, so that the same may be done in a while.
    """

    def __init__(self, message: str, *, entered: bool | None = False) -> None:
        super().__init__(message)
        self.entered = entered
        self.passing = False


@dataclass(frozen=True, slots=True)
class Lost:
    """How many entries are here, and how many were signed."""

    here: int
    signed: int


class DatabaseStore:
    """The record of one notice; made by `open_store`."""

    def __init__(
        self, notice: str, notary: Notary, files: Files, seals: Seals,
        clock: Callable[[], dt.datetime] = server.ask, *, patient: int | None = None,
    ) -> None:  # fmt: skip
        self.notary = notary
        #: Whether a copy is continued under a new key just now.
        self.recovering = False
        self._id = notice
        self._files = files
        self._seals = seals
        self._turn = files.folder.with_name("turn.lock")
        self._clock = clock
        self._turns = Turns(self._do, patient=patient)
        self._standing: dict[int, Event] = {}
        self._was_signed = False
        #: The newest checkpoint that was signed here: what it covers need not be asked of the database.
        self._newest: str | None = None

    @property
    def notice(self) -> str:
        """Id of the notice."""
        return self._id

    @property
    def seals(self) -> Seals:
        """The keys under which words and names stand in the database."""
        return self._seals

    def now(self) -> dt.datetime:
        """The time of the clock by which entries are made."""
        return self._clock()

    def transact(self, work: Callable[[Ledger], T]) -> T:
        """
        Do `work` alone, in a group with what else waits; when it returns, it is on the disk.

        Rows of other tables that `work` writes through Django's models are kept, or not, with its entries.
        What it erased is taken away afterwards, and nobody waits for that but the caller; `erasing` says
        whether something is left.
        """
        erased: list[bool] = []

        def noting(ledger: Ledger) -> T:
            found = work(ledger)
            erased.append(ledger.forgot)
            return found

        try:
            found = self._turns.run(noting)
        except StalledError as error:
            raise _told(error, entered=False) from None
        except BlockplanError as error:
            if not isinstance(error, UnavailableError):
                name_opinions(error, lambda entry: number_of(self._id, f"O-{entry}"))
            raise
        if any(erased):
            self.finish_erasing()
        return found

    def finish_erasing(self, *, patience_s: float | None = None) -> bool:
        """Take away what is left of what was erased; whether nothing is left. What is left is tried again."""
        patience_s = erasure.PATIENCE_S if patience_s is None else patience_s
        return erasure.finish(self._id, self.transact, self._seals, self._files, patience_s)

    def append(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        person: Mapping[str, Any] | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Event:
        """One entry, by itself."""
        return self.transact(
            lambda ledger: ledger.append(kind, payload, person=person, attachments=attachments)
        )

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order, of some kinds, or about one opinion."""
        return self._rows().events(kinds, about=about)

    def some(self, numbers: Collection[int]) -> dict[int, Event]:
        """Several entries by their numbers."""
        return self._rows().some(numbers)

    def erased_marks(self, marks: Collection[bytes]) -> Counter[bytes]:
        """How often each of these marks of rows of a list was erased."""
        return self._rows().erased_marks(marks)

    def after(self, seq: int, count: int, *, kind: str | None = None) -> list[Event]:
        """The next entries after a number, of one kind or all."""
        return self._rows().after(seq, count, kind=kind)

    def about(self, opinions: Collection[str]) -> Iterator[Event]:
        """The entries about several opinions, in order."""
        return self._rows().about(opinions)

    def file(self, seq: int, number: int) -> bytes | None:
        """The content of a file of an entry; None once erased."""
        return self._rows().file(seq, number)

    def size(self) -> int:
        """Number of entries."""
        return self._rows().size()

    def lost(self) -> Lost | None:
        """What was signed and is not here any more, where an older copy was restored; None where all is."""
        signed, size = self.notary.newest(), self.size()
        return Lost(size, signed.size) if signed is not None and signed.size > size else None

    @property
    def is_copy(self) -> bool:
        """Whether its key lies in a copy of the data folder, of which nobody has said yet what it is."""
        return not self.recovering and place.is_copy(config_of_environment(), self._id)

    def node(self, level: int, index: int) -> bytes:
        """A complete node of the tree."""
        return self._rows().node(level, index)

    def nodes(self, wanted: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """Several complete nodes by level and index, in one question."""
        return self._rows().nodes(wanted)

    def checkpoints(self) -> Iterator[str]:
        """Signed checkpoints, smallest tree first."""
        return self._rows().checkpoints()

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint; None before the first."""
        rows = Checkpoint.objects.filter(notice_id=self._id).order_by("-size")
        return rows.values_list("note", flat=True).first()

    def covering(self, seq: int) -> str:
        """
        A signed checkpoint that holds an entry that was made: the newest that this process knows; it is
        signed now where the disk did not take the signature then.

        Raises
        ------
        UnavailableError
            If it cannot be signed now either.
        """
        if self._newest is not None and self._covers(self._newest, seq):
            return self._newest
        note = self.checkpoint()
        if note is None or not self._covers(note, seq):
            self.transact(lambda _ledger: None)
            note = self.checkpoint()
        return note or ""

    def close(self) -> None:
        """Let go of the calling thread's connection."""
        connection.close()

    def _rows(self) -> DatabaseRows:
        return DatabaseRows(self._id, self._files, self._seals, self._standing)

    def _do(self, jobs: list[Job[Any]]) -> None:
        """Several pieces of work in one transaction; one that fails takes back only itself."""
        rows = self._rows()
        entered: bool | None = False
        try:
            with in_turn(self._turn):
                with self._locked():
                    self._check(rows)
                    _check_clock()
                    self._check_place()
                    for job in jobs:
                        self._one(job, rows)
                    rows.flush()
                    entered = None  # until the database says that it is kept
                entered = True
                self._sign(rows)
        except BaseException as error:
            told = _told(error, entered) if isinstance(error, Exception) else error
            if isinstance(error, OperationalError) and connection.vendor == "postgresql":
                _unblock()
            for job in jobs:
                job.error = job.error or told
            if not isinstance(error, Exception):
                raise
        finally:
            for job in jobs:
                job.finish()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """A transaction in which nobody else enters anything (SQLite locks its file when it begins)."""
        with transaction.atomic():
            if single_rows.find(Notice, ["id"], id=self._id, locked=True) is None:
                raise refusal(UsageError, say, "store.no_notice", notice=self._id)
            yield

    def _one(self, job: Job[Any], rows: DatabaseRows) -> None:
        mark = rows.mark()
        try:
            with transaction.atomic():
                job.result = job.work(Ledger(self._id, rows, self._clock))
        except (DatabaseError, OSError):
            raise  # the database is the fault, and the whole group is taken back
        except Exception as error:  # noqa: BLE001 (it goes to the one who asked, not to the others of the group)
            rows.back(mark)
            job.error = error

    def _check(self, rows: DatabaseRows) -> None:
        """Refuse to write into a record that does not lead on from what was signed."""
        newest = rows.last()
        self.notary.check(rows, 0 if newest is None else newest.seq + 1, signed_before=self._signed())

    def _check_place(self) -> None:
        """Refuse to go on with a copy of the data folder before somebody has said what it is."""
        if self.is_copy:
            raise refusal(UnavailableError, say, "store.copy")

    def _sign(self, rows: DatabaseRows) -> None:
        """Sign what is committed, in a transaction of its own; see `blockplan.notice.sqlite`."""
        # The checkpoint itself is on the disk in its own file; this copy may wait for the next commit.
        with _unhurried(), self._locked():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit TO off")
            size = rows.size()
            if size:
                note = self.notary.sign(rows, size, signed_before=self._signed())
                rows.put_checkpoint(size, note)
        if size:
            self._newest = note

    def _covers(self, note: str, seq: int) -> bool:
        return read_checkpoint(note, self.notary.verifier).size > seq

    def _signed(self) -> bool:
        # What was signed once stays signed; it need not be asked for again.
        self._was_signed = self._was_signed or Checkpoint.objects.filter(notice_id=self._id).exists()
        return self._was_signed


def _check_clock() -> None:
    """
    Refuse to enter anything at a time that cannot be believed.

    Raises
    ------
    UnavailableError
        If the clock leapt; nothing was entered.
    """
    leap = server.leap()
    if leap is not None:
        read, seconds = f"{server.now():%Y-%m-%d %H:%M:%S}", round(leap.seconds)
        raise refusal(UnavailableError, say, "store.clock", read=read, seconds=seconds)


_STORES: dict[str, DatabaseStore] = {}
_OPENING = threading.Lock()


def open_store(notice: str, config: Config | None = None) -> DatabaseStore:
    """
    The record of a notice; one object for all threads of a process.

    Raises
    ------
    UsageError
        If there is no such notice here, or its key is gone.
    """
    config = config or config_of_environment()
    with _OPENING:
        if notice not in _STORES:
            if not Notice.objects.filter(id=notice).exists():
                raise refusal(UsageError, say, "store.no_notice", notice=notice)
            # While the database is held up, half of the threads go on answering readers.
            _STORES[notice] = DatabaseStore(
                notice,
                notary_of(notice, config),
                Files(config.files),
                seals_of(notice, config),
                patient=max(1, config.threads // 2 - 1),
            )
        return _STORES[notice]


def store_with(notice: str, notary: Notary, config: Config) -> DatabaseStore:
    """The record of a notice with another key, for `blockplan.notice.recovery` alone."""
    if not Notice.objects.filter(id=notice).exists():
        raise refusal(UsageError, say, "store.no_notice", notice=notice)
    store = DatabaseStore(notice, notary, Files(config.files), seals_of(notice, config))
    store.recovering = True
    return store


def begin(notice: str, config: Config | None = None) -> DatabaseStore:
    """
    Begin the record of a new notice, with a key of its own.

    Raises
    ------
    UsageError
        If the id is taken, or no name for an address (letters, digits, hyphens).
    """
    config = config or config_of_environment()
    if not notice.isascii() or not notice.replace("-", "").isalnum() or len(notice) > 60:
        raise refusal(UsageError, say, "store.no_id", notice=notice)
    if Notice.objects.filter(id=notice).exists():
        raise refusal(UsageError, say, "store.id_taken", notice=notice)
    path = config.keys / f"{notice}.key"
    config.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():  # left from a beginning that was cut off
        new_key(path, f"blockplan/{notice}")
    place.settle(config, notice)
    Notice.objects.create(id=notice)
    return open_store(notice, config)


def notary_of(notice: str, config: Config) -> Notary:
    """Who signs the record; its key and the newest checkpoint lie in the folder of keys."""
    path = config.keys / f"{notice}.key"
    return Notary(read_key(path), TipFile(path.with_name(path.name + ".signed")))


def seals_of(notice: str, config: Config) -> Seals:
    """The keys under which words and names of a notice stand in the database; in the folder of keys."""
    return Seals(notice, config.keys / f"{notice}.words")


def forget_stores() -> None:
    """Let go of the open records (tests change the data folder)."""
    with _OPENING:
        _STORES.clear()


@contextmanager
def _unhurried() -> Iterator[None]:
    """SQLite need not wait for the disk at the end of this transaction; at all others it does."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=FULL")


def _unblock() -> None:
    """Whoever holds up the record and does nothing is ended; a database that is gone has nobody to end."""
    try:
        end_idle_holders()
    except DatabaseError:
        connection.close()


def _told(error: Exception, entered: bool | None) -> Exception:
    """What whoever brought the work is told: the truth about what became of it."""
    if isinstance(error, UnavailableError):
        return error
    if entered is False and not isinstance(error, DatabaseError | OSError | NoticeStateError | StalledError):
        return error
    why = error.text if isinstance(error, BlockplanError) else None
    if why is None:  # the words of databases and disks are English
        why = {"en": str(error), **{lang: say("store.machine", lang) for lang in ("zh", "ja")}}
    code = {False: "not_entered", True: "not_signed", None: "not_known"}[entered]
    told = refusal(UnavailableError, say, f"store.{code}", why=why)
    told.entered = entered
    told.passing = isinstance(error, StalledError) or passes(error)
    return told
