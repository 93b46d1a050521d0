"""
The opinions of a record as they stand now: the text that is read, and what of it may be published.

The record itself only ever grows. `stand` reads its entries in order and gives each opinion one place in the
reconciliation: received = published whole + redacted + withheld + withdrawn + erased. Whether an
opinion came late is a second, independent mark.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

#: What becomes of an opinion in publication; each has exactly one of these.
Standing = Literal["whole", "redacted", "withheld", "withdrawn", "erased"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
#: Opinions of these need no answer: nobody holds them any more.
GONE = frozenset({"withdrawn", "erased"})


class Entry(Protocol):
    """What the desk reads of an entry of the record; `blockplan.notice.events.Event` is one."""

    @property
    def seq(self) -> int:
        """Number of the entry, from 0."""
        ...

    @property
    def kind(self) -> str:
        """Kind of the entry."""
        ...

    @property
    def at(self) -> str:
        """Time of the entry, UTC."""
        ...

    @property
    def payload(self) -> Mapping[str, Any]:
        """Body of the entry; empty once it is erased."""
        ...

    @property
    def held(self) -> bool:
        """Whether its words wait until somebody has looked."""
        ...


class Record(Protocol):
    """Something that entries are read from and added to: a store, or a ledger inside a transaction."""

    def append(self, kind: str, payload: Mapping[str, Any]) -> Entry:
        """One more entry."""
        ...

    def events(self, kinds: Collection[str] | None = None) -> Iterator[Entry]:
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
    published
        What is shown of the text: all, the redacted text, or None.
    ground
        Why something is left out.
    held
        Whether nobody has looked yet at its newest words, which came without shown work.
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
    standing: Standing = "whole"
    published: str | None = None
    ground: str | None = None
    held: bool = False

    @property
    def waits(self) -> bool:
        """Whether it cannot be published yet: its words are neither shown nor left out on a ground."""
        return self.held and self.standing == "whole"

    @property
    def needs_answer(self) -> bool:
        """Withdrawn and erased opinions need none."""
        return self.standing not in GONE

    @property
    def public_title(self) -> str:
        """The title, where the whole opinion is published: who redacts a text redacts what it says."""
        return self.title if self.standing == "whole" else ""


class Opinions:
    """The opinions of a record, kept up to date entry by entry."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.by_id: dict[str, Received] = {}
        self._erased: set[int] = set()
        for entry in entries:
            self.read(entry)

    def read(self, entry: Entry) -> None:
        """Take in one more entry; those that are not about an opinion's text change nothing."""
        if entry.kind == "submitted":
            self.by_id[f"O-{entry.seq}"] = _submitted(entry)
        elif entry.kind == "erased":
            self._erase(entry)
        elif entry.kind == "clock_repaired":
            for name in set(entry.payload.get("in_time", ())) & set(self.by_id):
                self.by_id[name] = replace(self.by_id[name], late=False)
        elif entry.kind in _CHANGES and (opinion := self.by_id.get(entry.payload.get("opinion", ""))):
            self.by_id[opinion.id] = _CHANGES[entry.kind](opinion, entry)

    def _erase(self, entry: Entry) -> None:
        self._erased |= {
            part["seq"] for part in entry.payload.get("entries", []) if "body" in part.get("parts", [])
        }
        ground = entry.payload.get("ground")
        # The words that said whether it was late are gone; the entry that erased them says it.
        late = {f"O-{part['seq']}": part.get("late") for part in entry.payload.get("entries", [])}
        for opinion in list(self.by_id.values()):
            if opinion.entry in self._erased and opinion.standing != "erased":
                known = opinion.late if opinion.late is not None else late.get(opinion.id)
                self.by_id[opinion.id] = replace(
                    opinion, standing="erased", published=None, title="", text="", ground=ground, late=known
                )


def _submitted(entry: Entry) -> Received:
    said = entry.payload
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
        published=None if entry.held else said.get("text") or "",
        held=entry.held,
    )


def _amended(opinion: Received, entry: Entry) -> Received:
    said = entry.payload
    text = said.get("text") or ""
    # A redaction was of the old words; the new ones have not been looked at.
    standing: Standing = opinion.standing if opinion.standing in {"withheld", *GONE} else "whole"
    return replace(
        opinion,
        entry=entry.seq,
        text=text,
        title=(said.get("title") or "") if "title" in said else opinion.title,
        targets=tuple(said.get("targets") or ()) if "targets" in said else opinion.targets,
        standing=standing,
        published=text if standing == "whole" and not entry.held else None,
        held=entry.held,
    )


def _shown(opinion: Received, entry: Entry) -> Received:
    if entry.payload.get("of") != opinion.entry:
        return opinion
    return replace(opinion, held=False, published=opinion.text if opinion.waits else opinion.published)


def _redacted(opinion: Received, entry: Entry) -> Received:
    said = entry.payload
    return _unless_gone(opinion, "redacted", said.get("text") or "", said.get("ground"))


def _withheld(opinion: Received, entry: Entry) -> Received:
    return _unless_gone(opinion, "withheld", None, entry.payload.get("ground"))


def _restored(opinion: Received, entry: Entry) -> Received:
    return _unless_gone(opinion, "whole", None if opinion.held else opinion.text, None)


def _withdrawn(opinion: Received, _entry: Entry) -> Received:
    return _unless_gone(opinion, "withdrawn", None, None)


def _unless_gone(
    opinion: Received, standing: Standing, published: str | None, ground: str | None
) -> Received:
    if opinion.standing in GONE:
        return opinion
    return replace(opinion, standing=standing, published=published, ground=ground)


_CHANGES = {
    "amended": _amended,
    "transcribed": _amended,
    "shown": _shown,
    "redacted": _redacted,
    "withheld": _withheld,
    "restored": _restored,
    "withdrawn": _withdrawn,
}
