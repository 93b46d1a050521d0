"""The calls of `blockplan.notice.ledger.Rows` over Django's database, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from blockplan.notice.events import KINDS, STANDING, EntryPart, Event
from blockplan.notice.leaves import commitment
from blockplan.portal.record import index, single_rows
from blockplan.portal.record.models import Checkpoint, Entry, EntryFile, ErasedMark, Erasure
from blockplan.portal.record.signals import entered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from django.db.models import QuerySet

    from blockplan.portal.record.files import Files
    from blockplan.portal.record.sealing import Seals

_COLUMNS = (
    "seq", "kind", "at", "clock", "opinion", "body", "body_key", "body_content", "person", "person_key",
    "person_content", "files", "held", "promise",
)  # fmt: skip


#: Entries that are read at a time.
PORTION = 500


class DatabaseRows:
    """
    Entries and tree of one notice, in the transaction of the calling thread.

    What was read or made in the transaction is kept, so that no piece of work of a group need ask for it
    again.

    Parameters
    ----------
    standing
        Entries that say where the notice stands, by number, as they were read before; kept up to date here.
    """

    def __init__(
        self, notice: str, files: Files, seals: Seals, standing: dict[int, Event] | None = None
    ) -> None:
        self._notice = notice
        self._files = files
        self._seals = seals
        self._standing = {} if standing is None else standing
        self._stands: list[Event] | None = None
        self._newest: tuple[Event | None] | None = None
        self._nodes: dict[tuple[int, int], bytes] = {}
        #: Nodes that are not in the database yet.
        self._made: list[tuple[int, int]] = []
        #: What is to be taken away once the entry ``erased`` of this work is kept.
        self._erasure: Erasure | None = None

    def size(self) -> int:
        """Number of entries."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(seq) FROM record_entry WHERE notice_id = %s", [self._notice])
            (newest,) = cursor.fetchone()
        return 0 if newest is None else int(newest) + 1

    def last(self) -> Event | None:
        """The newest entry; None while there is none."""
        if self._newest is None:
            self._newest = (next(self._select("ORDER BY seq DESC LIMIT 1"), None),)
        return self._newest[0]

    @contextmanager
    def piece(self) -> Iterator[None]:
        """A part of the transaction; where it raises, nothing that was known of it counts."""
        mark = len(self._made)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del self._made[mark:]
            self._newest = self._stands = None
            raise

    def flush(self) -> None:
        """Bring the nodes that were made into the database, all in one, and keys to the disk before them."""
        self._seals.sync()
        if self._made:
            rows = [(self._notice, level, index, self._nodes[level, index]) for level, index in self._made]
            with connection.cursor() as cursor:
                cursor.executemany(
                    'INSERT INTO record_node (notice_id, level, "index", digest) VALUES (%s, %s, %s, %s)',
                    rows,
                )
            self._made.clear()

    def event(self, seq: int) -> Event | None:
        """One entry by its number."""
        return next(self._select("AND seq = %s", seq), None)

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order, those of this transaction too."""
        if kinds is STANDING and about is None:
            return iter(self._of_standing())
        wanted = "" if kinds is None else f"AND kind IN ({_places(kinds)})"
        if about is not None:
            return self._select(f"AND opinion = %s {wanted} ORDER BY seq", about, *sorted(kinds or ()))
        return self._in_portions(kinds)

    def _in_portions(self, kinds: Collection[str] | None) -> Iterator[Event]:
        """
        Entries up to the newest of now.

        Nothing is held in the database between two portions, so that whoever reads a long record keeps no log
        of writes from being cut.
        """
        until, after = self.size(), -1
        each = [("", ())] if kinds is None else [("AND kind = %s", (kind,)) for kind in sorted(kinds)]
        # Each kind by its index, then merged: SQLite would walk the whole record for a few in order.
        one = (
            f"SELECT * FROM (SELECT {', '.join(_COLUMNS)} FROM record_entry WHERE notice_id = %s "  # noqa: S608
            f"AND seq > %s AND seq < %s {{}} ORDER BY seq LIMIT {PORTION}) AS part"
        )
        asked = " UNION ALL ".join(one.format(clause) for clause, _ in each)
        asked += f" ORDER BY seq LIMIT {PORTION}"
        while True:
            values = [value for _, kind in each for value in (self._notice, after, until, *kind)]
            with connection.cursor() as cursor:
                cursor.execute(asked, values)
                found = cursor.fetchall()
            yield from (self._event(*row) for row in found)
            if len(found) < PORTION:
                return
            after = found[-1][0]

    def some(self, numbers: Collection[int]) -> dict[int, Event]:
        """Several entries by their numbers."""
        if not numbers:
            return {}
        found = self._select(f"AND seq IN ({_places(numbers)})", *numbers)
        return {event.seq: event for event in found}

    def after(self, seq: int, count: int, *, kind: str | None = None) -> list[Event]:
        """The next entries after a number, of one kind or all."""
        clause, values = ("", ()) if kind is None else ("AND kind = %s", (kind,))
        return list(self._select(f"AND seq > %s {clause} ORDER BY seq LIMIT %s", seq, *values, count))

    def about(self, opinions: Collection[str]) -> Iterator[Event]:
        """The entries about several opinions, in order."""
        # Put in order here: asked for an order, SQLite would walk the whole record for it.
        if not opinions:
            return iter(())
        found = self._select(f"AND opinion IN ({_places(opinions)})", *opinions)
        return iter(sorted(found, key=lambda event: event.seq))

    def insert(self, event: Event, contents: Sequence[bytes]) -> None:
        """A new entry; its files are on the disk before the row."""
        names = [self._files.put(content) for content in contents]
        person = event.person or EntryPart("")
        seq, words = event.seq, KINDS[event.kind].words
        if words or event.person is not None:
            self._seals.make(seq)
        body = self._sealed(seq, "body", event.body) if words else event.body
        about = self._sealed(seq, "person", person)
        single_rows.insert(
            Entry, notice_id=event.notice, seq=seq, kind=event.kind, at=event.at, clock=event.clock,
            opinion=event.opinion, body=body.commitment, body_key=body.key, body_content=body.content,
            person=person.commitment or None, person_key=about.key, person_content=about.content,
            files=len(event.files), held=event.held, promise=event.promise,
        )  # fmt: skip
        for number, (part, name) in enumerate(zip(event.files, names, strict=True)):
            key = self._seals.seal(seq, "body", part.key, f"file {number}") if words else part.key
            single_rows.insert(
                EntryFile, notice_id=event.notice, seq=seq, number=number, digest=part.commitment, key=key,
                sha256=name,
            )  # fmt: skip
        if event.kind == "erased":
            self._erasure = Erasure(notice_id=event.notice, seq=seq, opinion=event.opinion or "")
        self._newest = (event,)
        if event.kind in STANDING:
            self._stands = None
        index.take(self, event)
        entered.send(event.notice, event=event)

    def forget(self, seq: int, part: str) -> None:
        """Erase key and content of a part; its commitment stays. The rest is for `erasure.finish`."""
        if self._erasure is None:
            raise AssertionError("only an entry that says so erases")
        if part == "files":
            files = EntryFile.objects.filter(notice_id=self._notice, seq=seq).exclude(sha256="")
            self._erasure.files = [*self._erasure.files, *files.values_list("sha256", flat=True)]
            files.update(key=None, sha256="")
        else:
            rows = self._entries().filter(seq=seq)
            kind, person, opinion = rows.values_list("kind", "person", "opinion").get()
            rows.update(**{f"{part}_key": None, f"{part}_content": None})
            self._erasure.words |= part == "body"
            if person is not None or KINDS[kind].words:
                self._erasure.keys = [*self._erasure.keys, [seq, part]]
            if opinion is not None:
                index.refresh(self, self._notice, opinion)
        self._erasure.save()

    def put_mark(self, mark: bytes) -> None:
        """Keep a mark of a row of a list that is erased, under a key of the service."""
        ErasedMark.objects.create(notice_id=self._notice, digest=self._keyed(mark))

    def erased_marks(self, marks: Collection[bytes]) -> Counter[bytes]:
        """How often each of these marks was kept."""
        by_digest = {self._keyed(mark): mark for mark in marks}
        rows = ErasedMark.objects.filter(notice_id=self._notice).values_list("digest", flat=True)
        return Counter(by_digest[digest] for digest in rows if digest in by_digest)

    def _keyed(self, mark: bytes) -> str:
        key = commitment(settings.SECRET_KEY.encode(), f"marks of {self._notice}".encode())
        return commitment(key.encode(), mark)

    def put_node(self, level: int, index: int, digest: bytes) -> None:
        """A complete node of the tree; `flush` writes it."""
        self._nodes[level, index] = digest
        self._made.append((level, index))

    def node(self, level: int, index: int) -> bytes:
        """A complete node of the tree."""
        return self.nodes([(level, index)])[level, index]

    def nodes(self, wanted: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """Several complete nodes by level and index, in one question."""
        missing = [place for place in wanted if place not in self._nodes]
        if missing:
            # A list of pairs: of pairs joined by OR, SQLite would look for each among all of the notice.
            places = ", ".join(["(%s, %s)"] * len(missing))
            with connection.cursor() as cursor:
                cursor.execute(
                    'SELECT level, "index", digest FROM record_node '  # noqa: S608
                    f'WHERE notice_id = %s AND (level, "index") IN (VALUES {places})',
                    [self._notice, *(number for place in missing for number in place)],
                )
                self._nodes |= {(level, at): bytes(digest) for level, at, digest in cursor.fetchall()}
        return self._nodes

    def put_checkpoint(self, size: int, note: str) -> None:
        """A signed checkpoint; one of the same size that is already there stays."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO record_checkpoint (notice_id, size, note) VALUES (%s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [self._notice, size, note],
            )

    def checkpoints(self) -> Iterator[str]:
        """Signed checkpoints, smallest tree first."""
        rows = Checkpoint.objects.filter(notice_id=self._notice).order_by("size")
        return rows.values_list("note", flat=True).iterator()

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint; None before the first."""
        rows = Checkpoint.objects.filter(notice_id=self._notice).order_by("-size")
        return rows.values_list("note", flat=True).first()

    def file(self, seq: int, number: int) -> bytes | None:
        """The content of a file of an entry; None once erased."""
        row = EntryFile.objects.filter(notice_id=self._notice, seq=seq, number=number).first()
        return None if row is None or not row.sha256 else self._files.get(row.sha256)

    def _of_standing(self) -> list[Event]:
        """The entries that say where the notice stands; those that were read before are not read again."""
        if self._stands is None:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT seq, body FROM record_entry WHERE notice_id = %s AND kind IN "  # noqa: S608
                    f"({_places(STANDING)})",
                    [self._notice, *STANDING],
                )
                # Put in order here: asked for an order, SQLite would walk the whole record for it.
                now = dict(sorted(cursor.fetchall()))
            known = self._standing
            wanted = [seq for seq, said in now.items() if seq not in known or known[seq].commitment != said]
            known |= self.some(wanted) if wanted else {}
            self._stands = [known[seq] for seq in now]
        return self._stands

    def _entries(self) -> QuerySet[Entry]:
        return Entry.objects.filter(notice_id=self._notice)

    def _select(self, clause: str, *values: Any) -> Iterator[Event]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM record_entry WHERE notice_id = %s {clause}",  # noqa: S608
                [self._notice, *values],
            )
            found = cursor.fetchall()
        return (self._event(*row) for row in found)

    def _event(
        self, seq: int, kind: str, at: str, clock: str | None, opinion: str | None, *more: Any
    ) -> Event:
        body, body_key, content, person, person_key, about, files, held, promise = more
        said = self._opened(seq, "body", EntryPart(body, _bytes(body_key), _bytes(content)))
        return Event(
            notice=self._notice, seq=seq, kind=kind, at=at, clock=clock, held=bool(held), body=said,
            promise=promise,
            person=None if person is None
            else self._opened(seq, "person", EntryPart(person, _bytes(person_key), _bytes(about))),
            files=self._parts(seq) if files else (),
            # Which opinion an erased entry was about is still known.
            _payload={"opinion": opinion} if said.content is None and opinion else None,
        )  # fmt: skip

    def _sealed(self, seq: int, name: str, part: EntryPart) -> EntryPart:
        """A part as the database keeps it."""
        seal = self._seals.seal
        return EntryPart(
            part.commitment, seal(seq, name, part.key, "key"), seal(seq, name, part.content, "content")
        )

    def _opened(self, seq: int, name: str, part: EntryPart) -> EntryPart:
        """A part as it was given; nothing is known of one whose key was destroyed."""
        opened = self._seals.open
        return EntryPart(
            part.commitment, opened(seq, name, part.key, "key"), opened(seq, name, part.content, "content")
        )

    def _parts(self, seq: int) -> tuple[EntryPart, ...]:
        rows = EntryFile.objects.filter(notice_id=self._notice, seq=seq).order_by("number")
        opened = self._seals.open
        return tuple(
            EntryPart(row.digest, opened(seq, "body", _bytes(row.key), f"file {row.number}")) for row in rows
        )


def _places(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
