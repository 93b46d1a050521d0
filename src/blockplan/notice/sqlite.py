"""
One notice in one SQLite file, for an office without a server.

Many threads and processes may write; `blockplan.notice.store` says how.
``synchronous=FULL`` makes a returned call durable; the write-ahead log lets others read meanwhile.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError, UsageError
from blockplan.notice.events import EntryPart, Event
from blockplan.notice.leaves import commitment
from blockplan.notice.ledger import system_clock
from blockplan.notice.store import Store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Sequence

    from blockplan.notice.proof.notary import Notary

#: "BPno" as SQLite's application id: a file of another program is refused.
APPLICATION = 0x42506E6F
#: 2 has a mark for words that wait for a look; 3 the hash of what was promised before a submission, and
#: marks of rows of lists that were erased.
VERSION = 3
#: What each version added to the one before.
_ADDED = (
    ("ALTER TABLE events ADD COLUMN held INTEGER NOT NULL DEFAULT 0",),
    (
        "ALTER TABLE events ADD COLUMN promise TEXT",
        "CREATE TABLE marks (key BLOB NOT NULL, digest BLOB NOT NULL)",
    ),
)
BUSY_S = 30.0
#: An erasure waits so long for programs that read an older state, and others wait for each of its tries.
ERASING_S, TRY_S = 1.0, 0.1
#: Entries that are read at a time.
PORTION = 500

_SCHEMA = f"""
BEGIN;
PRAGMA application_id={APPLICATION};
PRAGMA user_version={VERSION};
CREATE TABLE notice (id TEXT NOT NULL);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL, clock TEXT, opinion TEXT,
    body TEXT NOT NULL, body_key BLOB, body_content BLOB, person TEXT, person_key BLOB, person_content BLOB,
    files INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0, promise TEXT
);
CREATE INDEX events_by_kind ON events (kind, seq);
CREATE INDEX events_by_opinion ON events (opinion, seq) WHERE opinion IS NOT NULL;
CREATE TABLE files (
    seq INTEGER, number INTEGER, digest TEXT NOT NULL, key BLOB, content BLOB, PRIMARY KEY (seq, number)
);
CREATE TABLE nodes (level INTEGER, "index" INTEGER, digest BLOB NOT NULL, PRIMARY KEY (level, "index"))
WITHOUT ROWID;
CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE marks (key BLOB NOT NULL, digest BLOB NOT NULL);
COMMIT;
"""
_COLUMNS = (
    "seq, kind, at, clock, opinion, body, body_key, body_content, person, person_key, person_content, files, "
    "held, promise"
)


class SqliteStore(Store):
    """The record of one notice in a file."""

    faults = (sqlite3.Error,)

    def __init__(
        self,
        path: str | Path,
        *,
        notice: str | None = None,
        notary: Notary | None = None,
        clock: Callable[[], dt.datetime] = system_clock,
    ) -> None:
        """
        Open a record, or begin one where `notice` is given and there is no file.

        Raises
        ------
        UsageError
            If there is no file and no id, or the file is not a record of this version or of this notice.
        """
        super().__init__(notary, clock)
        self.path = Path(path)
        self._closing = threading.Lock()
        self._mine = threading.local()
        self._connections: list[sqlite3.Connection] = []
        new = not self.path.exists()
        if new and notice is None:
            raise UsageError(f"There is no record {self.path}. Begin one with `blockplan notice open`.")
        self._writer = self._connect()
        try:
            if new:
                self._writer.executescript(_SCHEMA)
                self._writer.execute("INSERT INTO notice VALUES (?)", (notice,))
            self._id = self._identify(notice)
            self._settle(self._writer)
            if not new:
                self.finish_erasing(0.0)  # what another program kept open then
        except BaseException:
            self.close()
            raise

    @property
    def notice(self) -> str:
        """Id of the notice."""
        return self._id

    def _number(self, entry: int) -> int | None:
        """The number of the opinion that an entry brought; None where it brought none."""
        asked = "SELECT count(*), max(seq) FROM events WHERE kind = 'submitted' AND seq <= ?"
        number, newest = self._reader().execute(asked, (entry,)).fetchone()
        return int(number) if newest == entry else None

    def finish_erasing(self, patience_s: float = ERASING_S) -> bool:
        """
        Bring the log of writes into the file and cut it; whether nothing of what was erased is left in it.

        It cannot be cut while another program reads an older state. Each try is short, so that others write
        between two; the last program that lets go of the file cuts the log too.
        """
        connection = self._connect()
        until = time.monotonic() + patience_s
        try:
            connection.execute(f"PRAGMA busy_timeout={int(TRY_S * 1000)}")
            while True:
                with contextlib.suppress(sqlite3.OperationalError):  # somebody writes just now
                    if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                        return True
                if time.monotonic() >= until:
                    return False
                time.sleep(TRY_S)
        finally:
            with self._closing:
                self._connections.remove(connection)
            connection.close()

    def close(self) -> None:
        """Bring the write-ahead log into the file and let go of it."""
        with self._closing:
            while self._connections:
                self._connections.pop().close()

    def _rows(self, *, writing: bool = False) -> _SqliteRows:
        return _SqliteRows(self._id, self._writer if writing else self._reader())

    @contextlib.contextmanager
    def _transaction(self, *, durable: bool = True) -> Iterator[None]:
        self._writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._writer.execute("COMMIT")
        finally:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def _told(self, error: Exception, entered: bool | None) -> Exception:
        if not isinstance(error, sqlite3.Error | OSError):
            return error
        if entered:
            return BlockplanError(
                f"It is in the record {self.path}, but could not be signed over: {error}. Put right what is "
                "said and do not enter it anew: the next entry is signed together with it."
            )
        return BlockplanError(
            f"{self.path} cannot be written: {error}. Nothing was entered. Put right what is said, and "
            f"try again."
        )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        self._connections.append(connection)
        return connection

    def _settle(self, connection: sqlite3.Connection) -> None:
        """How the file is written: through the log, to the disk at each commit, erased text overwritten."""
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    def _reader(self) -> sqlite3.Connection:
        """The connection of the thread."""
        if not hasattr(self._mine, "connection"):
            self._mine.connection = self._connect()
            self._settle(self._mine.connection)
        connection: sqlite3.Connection = self._mine.connection
        return connection

    def _identify(self, notice: str | None) -> str:
        """The notice of the file; nothing is changed in a file of another program."""
        try:
            application = self._writer.execute("PRAGMA application_id").fetchone()[0]
            version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError:
            application, version = 0, 0
        if (application, version) in {(APPLICATION, 1), (APPLICATION, 2)}:
            version = self._renew()
        if (application, version) != (APPLICATION, VERSION):
            raise UsageError(
                f"{self.path} is no record of a notice of version {VERSION}. Name the file that "
                "`blockplan notice open` made."
            )
        found = str(self._writer.execute("SELECT id FROM notice").fetchone()[0])
        if notice not in {None, found}:
            raise UsageError(f"{self.path} is the record of notice {found!r}, not of {notice!r}.")
        return found

    def _renew(self) -> int:
        """Bring a file of an earlier version up to this one; gives back its version."""
        self._writer.execute(f"PRAGMA busy_timeout={int(BUSY_S * 1000)}")
        self._writer.execute("BEGIN IMMEDIATE")  # perhaps somebody else did it meanwhile
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        for statement in (one for added in _ADDED[version - 1 :] for one in added):
            self._writer.execute(statement)
        self._writer.execute(f"PRAGMA user_version={VERSION}")
        self._writer.execute("COMMIT")
        return VERSION


class _SqliteRows:
    """The calls of `blockplan.notice.ledger.Rows` over a connection."""

    def __init__(self, notice: str, connection: sqlite3.Connection) -> None:
        self._notice = notice
        self._connection = connection

    def size(self) -> int:
        return int(self._connection.execute("SELECT coalesce(max(seq) + 1, 0) FROM events").fetchone()[0])

    def last(self) -> Event | None:
        return next(self._select("ORDER BY seq DESC LIMIT 1"), None)

    def event(self, seq: int) -> Event | None:
        return next(self._select("WHERE seq = ?", seq), None)

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        clauses, values = ["TRUE"], []
        if kinds is not None:
            clauses.append(f"kind IN ({', '.join('?' * len(kinds))})")
            values += sorted(kinds)
        if about is not None:
            clauses.append("opinion = ?")
            values.append(about)
        return self._in_portions(" AND ".join(clauses), values)

    def _in_portions(self, clause: str, values: list[Any]) -> Iterator[Event]:
        """
        Entries up to the newest of now.

        Nothing is held in the file between two portions, so that whoever reads a long record keeps no log of
        writes from being cut.
        """
        until, after = self.size(), -1
        while True:
            asked = f"WHERE {clause} AND seq > ? AND seq < ? ORDER BY seq LIMIT {PORTION}"
            found = list(self._select(asked, *values, after, until))
            yield from found
            if len(found) < PORTION:
                return
            after = found[-1].seq

    def insert(self, event: Event, contents: Sequence[bytes]) -> None:
        person = event.person or EntryPart("")
        self._connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.seq, event.kind, event.at, event.clock, event.opinion,
                event.body.commitment, event.body.key, event.body.content,
                person.commitment or None, person.key, person.content, len(event.files),
                event.held, event.promise,
            ),
        )  # fmt: skip
        for number, (part, content) in enumerate(zip(event.files, contents, strict=True)):
            row = (event.seq, number, part.commitment, part.key, content)
            self._connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", row)

    def forget(self, seq: int, part: str) -> None:
        if part == "files":
            self._connection.execute("UPDATE files SET key = NULL, content = NULL WHERE seq = ?", (seq,))
        else:
            columns = {
                "body": "body_key = NULL, body_content = NULL",
                "person": "person_key = NULL, person_content = NULL",
            }
            self._connection.execute(f"UPDATE events SET {columns[part]} WHERE seq = ?", (seq,))  # noqa: S608

    def put_mark(self, mark: bytes) -> None:
        key = self._key_of_marks() or secrets.token_bytes(32)
        self._connection.execute("INSERT INTO marks VALUES (?, ?)", (key, commitment(key, mark)))

    def erased_marks(self, marks: Collection[bytes]) -> Counter[bytes]:
        key = self._key_of_marks()
        if key is None:
            return Counter()
        kept = Counter(digest for (digest,) in self._connection.execute("SELECT digest FROM marks"))
        return Counter({mark: kept[commitment(key, mark)] for mark in marks})

    def _key_of_marks(self) -> bytes | None:
        """The key that all marks of this file have; None before the first."""
        found = self._connection.execute("SELECT key FROM marks LIMIT 1").fetchone()
        return None if found is None else bytes(found[0])

    def put_node(self, level: int, index: int, digest: bytes) -> None:
        self._connection.execute("INSERT INTO nodes VALUES (?, ?, ?)", (level, index, digest))

    def node(self, level: int, index: int) -> bytes:
        row = self._connection.execute(
            'SELECT digest FROM nodes WHERE level = ? AND "index" = ?', (level, index)
        ).fetchone()
        return bytes(row[0])

    @contextlib.contextmanager
    def piece(self) -> Iterator[None]:
        self._connection.execute("SAVEPOINT work")
        try:
            yield
        except sqlite3.Error:
            raise
        except Exception:
            self._connection.execute("ROLLBACK TO work")
            self._connection.execute("RELEASE work")
            raise
        self._connection.execute("RELEASE work")

    def flush(self) -> None:
        """Nothing is kept back."""

    def put_checkpoint(self, size: int, note: str) -> None:
        self._connection.execute("INSERT OR IGNORE INTO checkpoints VALUES (?, ?)", (size, note))

    def checkpoints(self) -> Iterator[str]:
        for (note,) in self._connection.execute("SELECT note FROM checkpoints ORDER BY size"):
            yield note

    def checkpoint(self) -> str | None:
        row = self._connection.execute("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
        return None if row is None else str(row[0])

    def file(self, seq: int, number: int) -> bytes | None:
        row = self._connection.execute(
            "SELECT content FROM files WHERE seq = ? AND number = ?", (seq, number)
        ).fetchone()
        return None if row is None else row[0]

    def _select(self, clause: str, *values: Any) -> Iterator[Event]:
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM events {clause}", values)  # noqa: S608
        for (
            seq,
            kind,
            at,
            clock,
            opinion,
            body,
            body_key,
            content,
            person,
            person_key,
            about,
            files,
            held,
            promise,
        ) in rows:
            yield Event(
                notice=self._notice, seq=seq, kind=kind, at=at, clock=clock, held=bool(held),
                promise=promise,
                body=EntryPart(body, body_key, content),
                person=None if person is None else EntryPart(person, person_key, about),
                files=self._files(seq) if files else (),
                # Which opinion an erased entry was about is still known.
                _payload={"opinion": opinion} if content is None and opinion else None,
            )  # fmt: skip

    def _files(self, seq: int) -> tuple[EntryPart, ...]:
        rows = self._connection.execute("SELECT digest, key FROM files WHERE seq = ? ORDER BY number", (seq,))
        return tuple(EntryPart(digest, key) for digest, key in rows.fetchall())
