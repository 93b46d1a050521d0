"""
The opinions of a record as they stand now: the text that is read, and what of it may be published.

The record itself only ever grows. `stand` reads its entries in order and gives each opinion one place in the
reconciliation: received = published whole + redacted + withheld + withdrawn + erased. Whether an
opinion came late is a second, independent mark.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, get_args

from blockplan.notice.disclosure import ORIGINAL, Fate, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from blockplan.notice.events import Event

STANDINGS: tuple[Outcome, ...] = get_args(Outcome)
#: Opinions of these need no answer: nobody holds them any more.
GONE = frozenset({"withdrawn", "erased"})


class Record(Protocol):
    """Something that entries are read from and added to: a store, or a ledger inside a transaction."""

    def append(self, kind: str, payload: Mapping[str, Any]) -> Event:
        """One more entry."""
        ...

    def events(self, kinds: Collection[str] | None = None) -> Iterator[Event]:
        """The entries in order, of some kinds or all."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """
    An opinion of the record.

    Attributes
    ----------
    id
        ``O-17``.
    entry
        Number of the entry whose text stands: that of the submission, or of the newest amendment.
    title, text
        As received; empty once erased.
    at
        When it was entered, UTC; `received_at` is the day it arrived, where a clerk entered it later.
    sender
        ``public`` or ``agency``.
    late
        Decided by the record when it came; None where the record does not say.
    fate
        What became of it; from it `blockplan.notice.disclosure.seen_by` says what may be seen by whom.
    """

    id: str
    entry: int
    title: str
    text: str
    at: str
    received_at: str | None
    channel: str
    sender: str
    late: bool | None
    targets: tuple[Mapping[str, Any], ...] = ()
    fate: Fate = field(default_factory=Fate, compare=False)

    @property
    def standing(self) -> Outcome:
        """What becomes of it in publication."""
        return self.fate.standing

    @property
    def ground(self) -> str | None:
        """Why something is left out."""
        return self.fate.ground

    @property
    def published(self) -> str | None:
        """What may be shown of the text once words are open: all, the redacted text, or None."""
        return self.fate.words.get("text")

    @property
    def waits(self) -> bool:
        """Whether it cannot be published yet: its words are neither shown nor left out on a ground."""
        return self.fate.waits and self.standing == "whole"

    @property
    def needs_answer(self) -> bool:
        """Withdrawn and erased opinions need none."""
        return self.standing not in GONE


class OpinionIndex:
    """The opinions of a record, kept up to date entry by entry."""

    def __init__(self, entries: Iterable[Event] = ()) -> None:
        self.by_id: dict[str, Received] = {}
        for entry in entries:
            self.read(entry)

    @property
    def numbers(self) -> dict[str, int]:
        """What people are told: 1, 2, 3 in order of arrival, where all entries of a record were read."""
        return {name: number for number, name in enumerate(self.by_id, 1)}

    def read(self, entry: Event) -> None:
        """Take in one more entry; those that are not about an opinion's text change nothing."""
        if entry.kind == "submitted":
            self.by_id[f"O-{entry.seq}"] = _submitted(entry)
        elif entry.kind == "erased":
            self._erase(entry)
        elif entry.kind == "clock_repaired":
            for name in set(entry.payload.get("in_time", ())) & set(self.by_id):
                self.by_id[name] = replace(self.by_id[name], late=False)
        elif opinion := self.by_id.get(entry.payload.get("opinion", "")):
            opinion.fate.take(entry)
            if entry.kind in ORIGINAL:
                self.by_id[opinion.id] = _amended(opinion, entry)

    def _erase(self, entry: Event) -> None:
        # The words that said whether it was late are gone; the entry that erased them says it.
        late = {part["seq"]: part.get("late") for part in entry.payload.get("entries", [])}
        for opinion in list(self.by_id.values()):
            if opinion.entry not in late or opinion.standing == "erased":
                continue
            opinion.fate.take(entry)
            if opinion.fate.erased:
                known = opinion.late if opinion.late is not None else late.get(opinion.fate.first)
                self.by_id[opinion.id] = replace(opinion, title="", text="", late=known)


def _submitted(entry: Event) -> Received:
    said = entry.payload
    fate = Fate()
    fate.take(entry)
    return Received(
        id=f"O-{entry.seq}",
        entry=entry.seq,
        title=said.get("title") or "",
        text=said.get("text") or "",
        at=entry.at,
        received_at=said.get("received_at"),
        channel=said.get("channel", ""),
        sender=said.get("from", ""),
        late=said.get("late"),
        targets=tuple(said.get("targets") or ()),
        fate=fate,
    )


def _amended(opinion: Received, entry: Event) -> Received:
    said = entry.payload
    return replace(
        opinion,
        entry=entry.seq,
        text=said.get("text") or "",
        title=(said.get("title") or "") if "title" in said else opinion.title,
        targets=tuple(said.get("targets") or ()) if "targets" in said else opinion.targets,
    )
