"""
The record of a notice in the service's database: `blockplan.notice.store.Store`.

Work of several threads is committed together (`blockplan.notice.turns`); several processes take turns by
the lock of the notice's row, or of SQLite's file. An answer is given only after the commit, and
a checkpoint signed only over what is committed.
"""

from __future__ import annotations

import fcntl
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import Error as DatabaseError
from django.db import OperationalError, connection, transaction

from blockplan.errors import BlockplanError, NoticeStateError, UsageError
from blockplan.notice.proof.notary import Notary, TipFile, new_key, read_key
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.store import Store
from blockplan.notice.turns import StalledError
from blockplan.portal import clock as server
from blockplan.portal.config import config_of_environment
from blockplan.portal.postgresql import end_idle_holders, passes
from blockplan.portal.record import erasure, place, single_rows
from blockplan.portal.record.files import Files
from blockplan.portal.record.index import number_of
from blockplan.portal.record.models import Notice
from blockplan.portal.record.rows import DatabaseRows
from blockplan.portal.record.sealing import Seals
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from blockplan.notice.events import Event
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


class DatabaseStore(Store):
    """The record of one notice; made by `open_store`."""

    faults = (DatabaseError, OSError)

    def __init__(
        self, notice: str, notary: Notary, files: Files, seals: Seals,
        clock: Callable[[], dt.datetime] = server.ask, *, patient: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(notary, clock, patient=patient)
        self.notary = notary
        #: Whether a copy is continued under a new key just now.
        self.recovering = False
        self._id = notice
        self._files = files
        self._seals = seals
        self._lock = files.folder.with_name("turn.lock")
        self._standing: dict[int, Event] = {}

    @property
    def notice(self) -> str:
        """Id of the notice."""
        return self._id

    @property
    def seals(self) -> Seals:
        """The keys under which words and names stand in the database."""
        return self._seals

    def finish_erasing(self, *, patience_s: float | None = None) -> bool:
        """Take away what is left of what was erased; whether nothing is left. What is left is tried again."""
        patience_s = erasure.PATIENCE_S if patience_s is None else patience_s
        return erasure.finish(self._id, self.transact, self._seals, self._files, patience_s)

    def some(self, numbers: Collection[int]) -> dict[int, Event]:
        """Several entries by their numbers."""
        return self._rows().some(numbers)

    def after(self, seq: int, count: int, *, kind: str | None = None) -> list[Event]:
        """The next entries after a number, of one kind or all."""
        return self._rows().after(seq, count, kind=kind)

    def about(self, opinions: Collection[str]) -> Iterator[Event]:
        """The entries about several opinions, in order."""
        return self._rows().about(opinions)

    def lost(self) -> Lost | None:
        """What was signed and is not here any more, where an older copy was restored; None where all is."""
        signed, size = self.notary.newest(), self.size()
        return Lost(size, signed.size) if signed is not None and signed.size > size else None

    @property
    def is_copy(self) -> bool:
        """Whether its key lies in a copy of the data folder, of which nobody has said yet what it is."""
        return not self.recovering and place.is_copy(config_of_environment(), self._id)

    def nodes(self, wanted: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """Several complete nodes by level and index, in one question."""
        return self._rows().nodes(wanted)

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

    def _rows(self, *, writing: bool = False) -> DatabaseRows:
        return DatabaseRows(self._id, self._files, self._seals, self._standing)

    def _turn(self) -> AbstractContextManager[None]:
        return in_turn(self._lock)

    @contextmanager
    def _transaction(self, *, durable: bool = True) -> Iterator[None]:
        with nullcontext() if durable else _unhurried(), transaction.atomic():
            # SQLite locks its file when the transaction begins.
            if single_rows.find(Notice, ["id"], id=self._id, locked=True) is None:
                raise refusal(UsageError, say, "store.no_notice", notice=self._id)
            if not durable and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit TO off")
            yield

    def _refuse_now(self) -> None:
        """Refuse what comes at a time that cannot be believed, or into a copy that nobody spoke for."""
        _check_clock()
        if self.is_copy:
            raise refusal(UnavailableError, say, "store.copy")

    def _number(self, entry: int) -> int | None:
        try:
            return number_of(self._id, f"O-{entry}")
        except DatabaseError:  # it may be what the error is about
            return None

    def _told(self, error: Exception, entered: bool | None) -> Exception:
        if isinstance(error, OperationalError) and connection.vendor == "postgresql":
            _unblock()
        return _told(error, entered)

    def _covers(self, note: str, seq: int) -> bool:
        return read_checkpoint(note, self.notary.verifier).size > seq


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


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """
    Meanwhile nobody else who asks for the same file's turn writes; PostgreSQL has its own locks that wake.

    SQLite decides alone who may write. It only asks again after pauses that grow to a tenth of a second, so
    that of two busy processes one would often find the other in, and wait for seconds.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go of with the file
        yield
