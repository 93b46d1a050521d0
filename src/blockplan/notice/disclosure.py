"""
What of a record is open to everybody, and on what ground the rest is kept back.

Leaves are always open, so that nothing can be dropped. Of the parts behind them, names and addresses
never are; the words of an opinion are, unless the notice's way of publishing, a withdrawal, a ground for
withholding or an erasure says otherwise, or nobody has looked yet at what came without proof of work. Each
part that is kept back carries its ground, and a verifier checks that the log bears it out.

Words that wait until somebody of the office has looked, and the entry that lets them be seen.

What comes without proof of work is in the record at once, and counts and is answered like everything else;
but a record that is open to everybody must not show words which nobody has read. So the leaf bears a mark: it
is signed, stands in the submitter's receipt, and everybody can see that words were kept back because they
wait, and for no other reason. An entry ``shown`` opens the words of one entry, and those alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from blockplan.errors import NoticeStateError
from blockplan.notice.events import KINDS
from blockplan.notice.refusals import refused
from blockplan.notice.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.notice.events import Event
    from blockplan.notice.standing import Standing


def waits_again(first: Event | None, payload: Mapping[str, Any]) -> bool:
    """Whether an amendment waits: that of an opinion which came with the mark, unless a clerk entered it."""
    return first is not None and first.held and "by" not in payload


def waits_still(about: Iterable[Event]) -> bool:
    """Whether nobody has looked yet at the newest words of an opinion, which are marked."""
    fate = Fate()
    for event in about:
        fate.take(event)
    return fate.unseen


def check_look(payload: Mapping[str, Any], about: Iterable[Event]) -> None:
    """
    Whether an entry ``shown`` may be made.

    Raises
    ------
    NoticeStateError
        If its words do not wait, or others stand in their place since somebody looked.
    """
    fate = Fate()
    for event in about:
        fate.take(event)
    check_waits(payload, fate)


def check_waits(payload: Mapping[str, Any], fate: Fate) -> None:
    """The same, where what became of the opinion is known."""
    opinion, of = payload["opinion"], payload["of"]
    if not fate.unseen:
        raise refused(NoticeStateError, "waits_not", opinion=opinion)
    if type(of) is not int or of != fate.newest:
        raise refused(NoticeStateError, "other_words", opinion=opinion, newest=fate.newest, of=of)


def stands_on(about: Iterable[Event], opinion: str, of: Any = None) -> int | None:
    """Number of the entry whose words stand; NoticeStateError where `of` names another."""
    fate = Fate()
    for event in about:
        fate.take(event)
    check_words({"opinion": opinion} | ({} if of in (None, "") else {"of": of}), fate)
    return fate.newest


def check_words(payload: Mapping[str, Any], fate: Fate) -> None:
    """
    Whether what redacts or withholds is about the words that stand; ``of`` names their entry.

    Raises
    ------
    NoticeStateError
        If others stand there now.
    """
    of = payload.get("of", fate.newest)
    if type(of) is not int or of != fate.newest:
        raise refused(NoticeStateError, "other_words", opinion=payload["opinion"], newest=fate.newest, of=of)


def check_mark(event: Event, first: Event | None) -> None:
    """
    Whether a leaf may bear, or lack, the mark of words that wait.

    Parameters
    ----------
    first
        The entry by which the opinion was submitted; None where there is none.

    Raises
    ------
    NoticeStateError
        If it may not.
    """
    if event.kind == "submitted":
        return
    if event.kind != "amended" or not event.known:
        wrong = event.held and not (event.kind == "amended" and waits_again(first, {}))
    else:
        wrong = event.held != waits_again(first, event.payload)
    if wrong:
        said = "bears" if event.held else "lacks"
        raise NoticeStateError(
            f"The leaf of entry {event.seq} {said} the mark of words that wait for a look."
        )


#: Kinds of the office's own work on the opinions: open with the consultation report.
WORK = frozenset({"segmented", "grouped", "theme", "themed", "folded", "answered"})
#: The submitter's own words; the newest of them stand for the opinion (a scan stays closed behind its
#: typed text).
ORIGINAL = frozenset({"submitted", "amended", "transcribed"})
#: What of an opinion stands beside its text, and is taken over where its submitter does not change it.
CARRIED = ("title", "reason", "language", "targets", "clause", "place", "geometry")
#: What an opinion says: everything of it that can ever be public besides when, how and from whom it came.
FIELDS = ("title", "text", *CARRIED[1:], "files")
#: Why a body is not shown.
GROUNDS = (
    "erased", "withdrawn", "withheld", "redacted", "replaced", "held", "publication", "not_yet_published",
)  # fmt: skip
#: Ways of publishing by which the words of opinions are shown at some time.
SHOWS_WORDS = frozenset({"live", "after_close_full"})
#: States in which the response is published.
PUBLISHED = frozenset({State.PUBLISHED, State.IN_FORCE, State.SUPERSEDED})
#: Who looks: somebody of the office, or everybody.
Reader = Literal["office", "everybody"]
#: What becomes of an opinion in publication; each has exactly one of these.
Outcome = Literal["whole", "redacted", "withheld", "withdrawn", "erased"]


@dataclass(slots=True)
class Fate:
    """What became of one opinion: the entries that decide what is shown of it."""

    #: Number of the entry by which it was submitted.
    first: int | None = None
    withdrawn: bool = False
    withheld: bool = False
    erased: bool = False
    #: The entry with the text that may be published; None where the original may.
    redacted: Event | None = None
    #: The newest entry with the submitter's own words.
    original: Event | None = None
    #: Whether a clerk put the newest words in the place of others; then both are shown.
    by_clerk: bool = False
    #: Numbers of the entries at which somebody looked.
    looked: set[int] = field(default_factory=set)
    #: Why something of it is left out, as it was entered last.
    said: str | None = None
    #: The day of arrival, where a clerk entered it later.
    received_at: str | None = None

    @property
    def redaction(self) -> int | None:
        """Number of the entry with the text that may be published; None where the original may."""
        return None if self.redacted is None else self.redacted.seq

    @property
    def newest(self) -> int | None:
        """Number of the newest entry with the submitter's own words."""
        return None if self.original is None else self.original.seq

    @property
    def marked(self) -> bool:
        """Whether the newest words are marked as to be looked at."""
        return self.original is not None and self.original.held

    @property
    def unseen(self) -> bool:
        """Whether nobody has looked yet at the newest words, which are marked."""
        return self.marked and self.newest not in self.looked

    @property
    def waits(self) -> bool:
        """Whether nobody has looked at the newest words yet, and nothing stands in their place."""
        return self.unseen and self.redacted is None

    @property
    def standing(self) -> Outcome:
        """The one place that it has in the reconciliation."""
        if self.erased:
            return "erased"
        if self.withdrawn:
            return "withdrawn"
        if self.withheld:
            return "withheld"
        return "whole" if self.redacted is None else "redacted"

    @property
    def ground(self) -> str | None:
        """Why something of it is left out; None where nothing is, or its submitter took it back."""
        return self.said if self.standing in {"erased", "withheld", "redacted"} else None

    @property
    def words(self) -> Mapping[str, Any]:
        """
        What everybody may see of what the opinion says, once words are open: fields of `FIELDS`.

        It is in the body of one entry, the only one of the opinion whose body a public record shows (or the
        newest of those, where a clerk put words there): who redacts a text redacts what is said beside it,
        and what was amended, withdrawn or never looked at is in no view at all.
        """
        if self.standing == "redacted" and self.redacted is not None:
            return {"text": self.redacted.payload.get("text") or ""}
        if self.standing != "whole" or self.original is None or self.waits:
            return {}
        return {"text": ""} | _fields(self.original)

    def take(self, event: Event) -> None:
        """One more entry about the opinion."""
        if event.kind == "withdrawn":
            self.withdrawn = True
        elif event.kind == "withheld":
            self.withheld, self.said = True, event.payload.get("ground")
        elif event.kind == "redacted":
            self.redacted, self.withheld, self.said = event, False, event.payload.get("ground")
        elif event.kind == "restored":
            self.redacted, self.withheld = None, False
        elif event.kind == "shown":
            self.looked.add(event.payload["of"])
        elif event.kind == "erased":
            self._erase(event.payload)
        elif event.kind in ORIGINAL:
            # A redaction was of the words before.
            self.original, self.redacted = event, None
            if self.first is None:
                self.first, self.received_at = event.seq, event.payload.get("received_at")
            self.by_clerk = self.by_clerk or (event.kind == "amended" and "by" in event.payload)

    def _erase(self, payload: Mapping[str, Any]) -> None:
        gone = {part["seq"] for part in payload.get("entries", ()) if "body" in part.get("parts", ())}
        if self.newest in gone:
            self.erased, self.said = True, payload.get("ground")


def _fields(event: Event) -> dict[str, Any]:
    return {name: said for name in FIELDS if (said := event.payload.get(name)) not in (None, "", [])}


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What a reader may see of an opinion.

    Attributes
    ----------
    words
        Fields of `FIELDS`.
    entry
        Number of the entry that they are of; None where none are seen.
    kept_back
        Why there are no words, one of `GROUNDS`; None where there are.
    details
        Whether may be seen when and how it came, from whom, and whether it was late.
    """

    words: Mapping[str, Any]
    entry: int | None
    kept_back: str | None
    details: bool


def seen_by(reader: Reader, fate: Fate, publication: str, state: State) -> Seen:
    """
    What of an opinion may be seen by whom: the one place where it is said.

    Pages of the office and of everybody, the register, the API, exports and reports ask it of an opinion;
    `Disclosure.rule` says the same of each entry of a record, from the same `Fate`.

    Parameters
    ----------
    reader
        ``office`` sees the newest words of the submitter, whatever became of them, until they are erased;
        ``everybody`` sees `Fate.words` once words are open.
    """
    if reader == "office":
        words = {} if fate.original is None or fate.erased else {"text": ""} | _fields(fate.original)
        return Seen(words, fate.newest if words else None, None if words else "erased", True)
    open_ = words_open(publication, state)
    details = open_ or state in PUBLISHED
    if fate.standing in {"erased", "withdrawn", "withheld"}:
        return Seen({}, None, fate.standing, details)
    if fate.waits or not open_:
        return Seen({}, None, "held" if fate.waits else "publication", details)
    return Seen(fate.words, fate.newest if fate.redacted is None else fate.redaction, None, details)


@dataclass(slots=True)
class Disclosure:
    """The ground, if any, on which an entry's body is kept back from a public record."""

    publication: str
    state: State
    fates: dict[str, Fate] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event], standing: Standing) -> Disclosure:
        """After all entries of a record."""
        return cls(str(standing.opened.get("publication", "none")), standing.state).after(events)

    def after(self, events: Iterable[Event]) -> Disclosure:
        """The same after some entries more: those about an opinion are enough for that one."""
        for event in events:
            if event.opinion is not None:
                self.fates.setdefault(event.opinion, Fate()).take(event)
        return self

    def seen(self, opinion: str, reader: Reader = "everybody") -> Seen:
        """What a reader may see of an opinion."""
        return seen_by(reader, self.fates.get(opinion, Fate()), self.publication, self.state)

    def ground(self, event: Event) -> str | None:
        """Why the body is kept back; None where it is open."""
        return self.rule(event) if event.known else "erased"

    def rule(self, event: Event) -> str | None:
        """The same, whether or not the body is known."""
        if event.kind in WORK:
            return None if self.state in PUBLISHED else "not_yet_published"
        if not KINDS[event.kind].words:
            return None
        return self._of_words(event, self.fates.get(event.opinion or "", Fate()))

    def _of_words(self, event: Event, fate: Fate) -> str | None:
        if fate.withdrawn or fate.withheld:
            return "withdrawn" if fate.withdrawn else "withheld"
        if fate.redaction is not None and event.seq != fate.redaction:
            return "redacted"
        if fate.redaction is None and event.kind == "redacted":
            return "replaced"
        return self._of_what_stands(event, fate)

    def _of_what_stands(self, event: Event, fate: Fate) -> str | None:
        open_ = words_open(self.publication, self.state)
        # Who put the newest words there is not known to others before they are open, and somebody has looked.
        beside = fate.by_clerk and open_ and not fate.waits
        if event.kind in ORIGINAL and event.seq != fate.newest and not beside:
            return "replaced"
        if event.held and event.seq not in fate.looked:
            return "held"
        return None if open_ else "publication"


def words_open(publication: str, state: State) -> bool:
    """Whether the words of opinions are open to everybody now, by the notice's way of publishing."""
    if publication == "live":
        return True
    return publication == "after_close_full" and state is not State.ON_NOTICE
