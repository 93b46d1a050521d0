"""
What of a record is open to everybody, and on what ground the rest is kept back.

Leaves are always open, so that nothing can be dropped. Of the parts behind them, names and addresses
never are; the words of an opinion are, unless the notice's way of publishing, a withdrawal, a ground for
withholding or an erasure says otherwise, or nobody has looked yet at what came without shown work. Each
part that is kept back carries its ground, and a verifier checks that the log bears it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.notice.events import KINDS
from blockplan.notice.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.notice.events import Event
    from blockplan.notice.standing import Standing

#: Kinds of the office's own work on the opinions: open with the response report.
WORK = frozenset({"segmented", "grouped", "theme", "themed", "folded", "answered"})
#: The submitter's own words; the newest of them stand for the opinion (a scan stays closed behind its
#: typed text).
ORIGINAL = frozenset({"submitted", "amended", "transcribed"})
#: Why a body is not shown.
GROUNDS = (
    "erased", "withdrawn", "withheld", "redacted", "replaced", "held", "publication", "not_yet_published",
)  # fmt: skip
#: Ways of publishing by which the words of opinions are shown at some time.
SHOWS_WORDS = frozenset({"live", "after_close_full"})
_PUBLISHED = frozenset({State.PUBLISHED, State.IN_FORCE, State.SUPERSEDED})


@dataclass(slots=True)
class Fate:
    """What became of one opinion: the entries that decide what is shown of it."""

    withdrawn: bool = False
    withheld: bool = False
    #: Number of the entry with the text that may be published; None where the original may.
    redaction: int | None = None
    #: Number of the newest entry with the submitter's own words.
    newest: int | None = None
    #: Whether a clerk put the newest words in the place of others; then both are shown.
    by_clerk: bool = False
    #: Whether the newest words are marked as to be looked at.
    marked: bool = False
    #: Numbers of the entries at which somebody looked.
    looked: set[int] = field(default_factory=set)

    @property
    def waits(self) -> bool:
        """Whether nobody has looked at the newest words yet, and nothing stands in their place."""
        return self.marked and self.newest not in self.looked and self.redaction is None

    def take(self, event: Event) -> None:
        """One more entry about the opinion."""
        if event.kind == "withdrawn":
            self.withdrawn = True
        elif event.kind == "withheld":
            self.withheld = True
        elif event.kind == "redacted":
            self.redaction, self.withheld = event.seq, False
        elif event.kind == "restored":
            self.redaction, self.withheld = None, False
        elif event.kind == "shown":
            self.looked.add(event.payload["of"])
        elif event.kind in ORIGINAL:
            # A redaction was of the words before.
            self.newest, self.redaction, self.marked = event.seq, None, event.held
            self.by_clerk = self.by_clerk or (event.kind == "amended" and "by" in event.payload)


@dataclass(slots=True)
class Disclosure:
    """The ground, if any, on which an entry's body is kept back from a public record."""

    publication: str
    standing: Standing
    fates: dict[str, Fate] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event], standing: Standing) -> Disclosure:
        """After all entries of a record."""
        found = cls(str(standing.opened.get("publication", "none")), standing)
        for event in events:
            if event.opinion is not None:
                found.fates.setdefault(event.opinion, Fate()).take(event)
        return found

    def ground(self, event: Event) -> str | None:
        """Why the body is kept back; None where it is open."""
        return self.rule(event) if event.known else "erased"

    def rule(self, event: Event) -> str | None:
        """The same, whether or not the body is known."""
        if event.kind in WORK:
            return None if self.standing.state in _PUBLISHED else "not_yet_published"
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
        open_ = words_open(self.publication, self.standing.state)
        # Who put the newest words there is not known to others before they are open.
        if event.kind in ORIGINAL and event.seq != fate.newest and not (fate.by_clerk and open_):
            return "replaced"
        if event.held and event.seq not in fate.looked:
            return "held"
        return None if open_ else "publication"


def words_open(publication: str, state: State) -> bool:
    """Whether the words of opinions are open to everybody now, by the notice's way of publishing."""
    if publication == "live":
        return True
    return publication == "after_close_full" and state is not State.ON_NOTICE
