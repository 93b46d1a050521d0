"""
Making entries: numbers, times, commitments and the tree, the same over every database.

A `Ledger` lives for one transaction. Its time is read once the notice is locked, so that
"in time" is decided by the order in which the record takes things in, and by no other clock.

What a database must do inside one transaction, once it has locked the notice.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import two_person
from blockplan.notice.disclosure import CARRIED, ORIGINAL, Fate, check_look, check_words, waits_again
from blockplan.notice.events import (
    KINDS,
    REOPENS,
    STANDING,
    Event,
    check_payload,
    check_two,
    mark_of,
    parse_time,
    was_imported,
    write_time,
)
from blockplan.notice.leaves import commit, leaf
from blockplan.notice.proof import canonical, merkle
from blockplan.notice.refusals import refused
from blockplan.notice.standing import Standing, check_about, standing

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from blockplan.notice.events import Attachment


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
        """Keep a mark of a row of a list that is erased, under a key; see `blockplan.notice.events`."""
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


#: A clock set back by more than this leaves a trace in the entries (NTP moves clocks by less all day).
TOLERATED_STEP = dt.timedelta(seconds=1)
PARTS = ("body", "person", "files")
#: Kinds that stand on the words that are there.
_OF_WORDS = frozenset({"amended", "transcribed", "redacted", "withheld"})


def system_clock() -> dt.datetime:
    """The server's time."""
    return dt.datetime.now(dt.UTC)


class Ledger:
    """The record, locked, for one piece of work."""

    def __init__(self, notice: str, rows: Rows, clock: Callable[[], dt.datetime] = system_clock) -> None:
        self.notice = notice
        self._rows = rows
        newest = rows.last()
        #: Number of entries.
        self.size = 0 if newest is None else newest.seq + 1
        self._read = clock()
        self.now, self._clock = _time(self._read, newest)
        #: Whether the clock stands before the newest entry.
        self.set_back = self.now != write_time(self._read)
        self._standing: Standing | None = None
        #: Asked with the kind of each entry before it is made; raises where whoever works here may not.
        self.allow: Callable[[str], None] | None = None
        #: Whether something was erased in this work.
        self.forgot = False

    @property
    def standing(self) -> Standing:
        """State and dates, entries of this work included."""
        if self._standing is None:
            self._standing = standing(self._rows.events(STANDING))
        return self._standing

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order, of some kinds, or about one opinion."""
        return self._rows.events(kinds, about=about)

    def erased_marks(self, marks: Collection[bytes]) -> Counter[bytes]:
        """How often each of these marks of rows of a list was erased."""
        return self._rows.erased_marks(marks)

    def append(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        person: Mapping[str, Any] | None = None,
        attachments: Sequence[Attachment] = (),
        held: bool = False,
        promise: str | None = None,
    ) -> Event:
        """
        One more entry.

        Parameters
        ----------
        person
            Name, address, contact of a submitter; kept apart, never published.
        attachments
            Files; their names and kinds go into the payload, their bytes under keys of their own.
        held
            Whether the words of a submission wait until somebody has looked. What its submitter puts in
            their place waits by itself.
        promise
            Of a submission, the hash of what was promised before it; its leaf bears it.

        Raises
        ------
        UsageError
            If the payload lacks something, or speaks of an opinion that is not there.
        NoticeStateError
            If the entry may not be made now.
        """
        if self.allow is not None:
            self.allow(kind)
        check_payload(kind, payload)
        check_two(kind, payload)
        if kind in REOPENS and self.standing.state == "approved":
            self.append(
                "answers_reopened",
                {"reason": f"{kind} after the approval", "by": payload.get("by", "record")},
            )
        if kind == two_person.KIND:
            self.now, self._clock = write_time(self._read), None
        document = self._completed(kind, payload, attachments)
        event = Event(
            notice=self.notice,
            seq=self.size,
            kind=kind,
            at=self.now,
            body=commit(canonical.dumps(document)),
            person=commit(canonical.dumps(person)) if person else None,
            files=tuple(commit(file.content) for file in attachments),
            clock=self._clock,
            held=self._held(kind, document, held),
            promise=promise,
        )
        self._standing = self.standing.after(event)
        self._insert(event)
        if kind == "erased":
            self._forget(document)
        return event

    def _completed(
        self, kind: str, payload: Mapping[str, Any], attachments: Sequence[Attachment]
    ) -> dict[str, Any]:
        """The payload with what only the record can say."""
        document = {key: value for key, value in payload.items() if key != "files"}
        if attachments:
            document["files"] = [
                {"name": file.name, "media_type": file.media_type, "bytes": len(file.content)}
                for file in attachments
            ]
        if kind == "submitted":
            now = self.standing
            document |= {
                "opinion": f"O-{self.size}",
                "round": now.round,
                "late": now.is_late(document, self.now),
                "ends_before": now.ends_before,
            }
        elif kind == two_person.KIND:
            document |= two_person.repair(self._rows.events(), self.now)
        elif document.get("opinion") is not None:
            self._check_opinion(kind, document["opinion"])
            if kind == "shown":
                check_look(document, self._rows.events(about=document["opinion"]))
            elif kind in _OF_WORDS:
                document = self._of_words(kind, document)
        return document

    def _of_words(self, kind: str, document: dict[str, Any]) -> dict[str, Any]:
        """What stands on words that are there: all of them in the new ones, or the number of their entry."""
        fate = Fate()
        for event in self._rows.events(about=document["opinion"]):
            fate.take(event)
        if kind in ORIGINAL:
            # Words that nobody has looked at are not taken over by a clerk, whose words are open at once.
            kept = {} if fate.unseen and "by" in document else fate.original.payload if fate.original else {}
            return {key: kept[key] for key in CARRIED if key in kept} | document
        check_words(document, fate)
        return document | {"of": fate.newest}

    def _held(self, kind: str, document: Mapping[str, Any], held: bool) -> bool:
        if held and kind != "submitted":
            raise UsageError(f"An entry '{kind}' cannot be made to wait for a look. Leave `held` out.")
        return held or (kind == "amended" and waits_again(self._first(document["opinion"]), document))

    def _first(self, opinion: Any) -> Event | None:
        """The entry of a number like O-17."""
        number = str(opinion).removeprefix("O-")
        return self._rows.event(int(number)) if number.isdecimal() and len(number) < 16 else None

    def _check_opinion(self, kind: str, opinion: Any) -> None:
        event = self._first(opinion)
        if event is None or event.kind != "submitted" or event.opinion != opinion:
            raise refused(UsageError, "no_opinion", opinion=opinion)
        if kind != "erased" and not event.known:
            raise refused(NoticeStateError, "opinion_erased", opinion=opinion)
        check_about(kind, event, withdrawn=any(self._rows.events({"withdrawn"}, about=str(opinion))))

    def _insert(self, event: Event) -> None:
        self._rows.insert(event, [part.content or b"" for part in event.files])
        for level, digest in enumerate(
            merkle.completed(self._rows, event.seq, merkle.leaf_hash(leaf(event)))
        ):
            self._rows.put_node(level, event.seq >> level, digest)
        self.size += 1

    def _forget(self, document: Mapping[str, Any]) -> None:
        self.forgot = True
        for entry in document["entries"]:
            event = self._rows.event(entry["seq"])
            if event is None or event.kind not in KINDS:
                raise UsageError(f"There is no entry {entry['seq']} to erase.")
            mark = mark_of(event) if was_imported(event) else None
            if mark is not None:
                self._rows.put_mark(mark)
            for part in entry["parts"]:
                if not _may_go(event.kind, part):
                    raise UsageError(
                        f"The {part} of entry {event.seq} ({event.kind}) cannot be erased: it holds no "
                        f"words of a submitter."
                    )
                self._rows.forget(event.seq, part)


def _may_go(kind: str, part: str) -> bool:
    """Whether a part may be erased: what is personal, words of submitters, and files that quote them."""
    spec = KINDS[kind]
    return part == "person" or (part in PARTS and spec.words) or (part == "files" and spec.quotes)


def _time(read: dt.datetime, newest: Event | None) -> tuple[str, str | None]:
    """
    The time of the entries to come, and the clock's where it differs.

    No entry is older than the one before it: a clock that was set back cannot
    bring a period back that was over.
    """
    if read.tzinfo is None:
        raise UsageError("The clock gave a time without zone; give one in UTC.")
    now = write_time(read)
    if newest is None or now >= newest.at:
        return now, None
    behind = parse_time(newest.at) - parse_time(now)
    return newest.at, now if behind > TOLERATED_STEP else None
