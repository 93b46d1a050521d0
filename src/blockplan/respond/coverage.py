"""
Whether every opinion is answered, and whether the count comes out even.

No consultation report is written while one segment of one opinion lacks an answer, and none whose numbers
do not add up: received = published whole + published redacted + withheld + withdrawn + erased. Nor while
words wait that nobody has looked at: they are shown, or left out on a ground, as those of everybody else.
A published record that was written past this is found by its entries (`audit`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from blockplan.errors import NoticeStateError
from blockplan.jsontext import JsonRecord, some
from blockplan.notice.numbers import with_id
from blockplan.respond.desk import Desk
from blockplan.respond.opinions import STANDINGS
from blockplan.respond.refusals import TEXTS as REFUSALS
from blockplan.respond.refusals import refused
from blockplan.texts import Catalog, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from blockplan.notice.events import Event
    from blockplan.respond.opinions import Received
    from blockplan.respond.sorting import Sorting

#: How many places an error names; the rest is counted.
NAMED = 10
TEXTS = Catalog("blockplan.respond", "response.toml")

Lack = Literal["not_looked_at", "not_cut", "not_sorted", "not_answered"]
#: What is lacking, in words, and what to do.
SAYS: dict[Lack, str] = {
    "not_looked_at": "awaits review: to be shown, or withheld with a ground",
    "not_cut": "not cut into segments",
    "not_sorted": "in no theme, and without an answer of its own",
    "not_answered": "its theme has no answer",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """
    A place without an answer.

    Attributes
    ----------
    segment
        Id of the segment; None where the opinion is not cut, or nobody has looked at it.
    theme
        The theme that has no answer, where that is what is lacking.
    number
        What people are told of the opinion, 1, 2, 3 in order of arrival.
    """

    opinion: str
    segment: str | None
    lack: Lack
    theme: str | None = None
    number: int | None = None

    @property
    def said(self) -> str:
        """The gap in words."""
        return self.text["en"]

    @property
    def text(self) -> dict[str, str]:
        """The same in every language."""
        theme = f" ({self.theme})" if self.theme else ""
        words = TEXTS.text(f"lack.{self.lack}") | {"en": SAYS[self.lack]}
        name = self.segment or self.opinion
        return {lang: f"{with_id(name, self.number, lang)}: {word}{theme}" for lang, word in words.items()}


@dataclass(frozen=True, slots=True)
class Reconciliation(JsonRecord):
    """
    Where every opinion received has gone; the five parts add up to `received`.

    `late` is a second count, independent of the others: a late opinion is also one of the five.
    `late_unknown` counts those of which the record does not say whether they were in time.
    """

    received: int
    whole: int = field(metadata={"json": "published_whole"})
    redacted: int = field(metadata={"json": "published_redacted"})
    withheld: int
    withdrawn: int
    erased: int
    late: int
    late_unknown: int = 0

    @property
    def even(self) -> bool:
        """Whether nothing is lost and nothing counted twice."""
        return self.received == self.whole + self.redacted + self.withheld + self.withdrawn + self.erased


def gaps(desk: Sorting) -> list[Gap]:
    """Every place that lacks an answer, in the order of the record."""
    return list(each_gap(desk))


def each_gap(desk: Sorting) -> Iterator[Gap]:
    """The same one by one, for who names the first and counts the rest."""
    for number, opinion in enumerate(desk.opinions.by_id.values(), 1):
        if not opinion.needs_answer:
            continue
        if opinion.waits:
            yield Gap(opinion.id, None, "not_looked_at", number=number)
        segments = desk.segments.get(opinion.id)
        if not segments:
            yield Gap(opinion.id, None, "not_cut", number=number)
            continue
        for segment in segments:
            if desk.answer_of(segment.id) is None:
                theme = desk.theme_of(segment.id)
                lack: Lack = "not_answered" if theme else "not_sorted"
                yield Gap(opinion.id, segment.id, lack, theme.id if theme else None, number)


def require_complete(desk: Sorting) -> None:
    """
    Refuse while one segment has no answer, nobody has looked at one opinion, or the count is not even.

    Raises
    ------
    NoticeStateError
        The message names the first places, and what each lacks.
    """
    found = gaps(desk)
    waiting = [gap for gap in found if gap.lack == "not_looked_at"]
    if unanswered := [gap for gap in found if gap.lack != "not_looked_at"]:
        raise _lacking("unanswered", unanswered)
    if waiting:
        raise _lacking("waiting", waiting)
    counted = reconcile(desk.opinions.by_id.values(), received=received(desk))
    if not counted.even:
        raise refused(NoticeStateError, "uneven", counts=counted.to_dict())


def _lacking(code: str, found: list[Gap]) -> NoticeStateError:
    lines = [{lang: f"  {said}" for lang, said in gap.text.items()} for gap in found[:NAMED]]
    if len(found) > NAMED:
        lines.append(REFUSALS.text("more", count=len(found) - NAMED))
    number = "one" if len(found) == 1 else "many"
    return refused(NoticeStateError, f"{code}_{number}", count=len(found), named=listed(lines, "\n"))


def received(desk: Sorting) -> int:
    """How many opinions were submitted: entries of the record, counted apart from what became of them."""
    return sum(1 for _ in desk.record.events({"submitted"}))


def reconcile(opinions: Iterable[Received], received: int) -> Reconciliation:
    """Count what became of the opinions; `received` comes from the record, not from them."""
    opinions = list(opinions)
    by = Counter(opinion.standing for opinion in opinions)
    late = Counter(opinion.late for opinion in opinions)
    parts = {standing: by[standing] for standing in STANDINGS}
    return Reconciliation(received, **parts, late=late[True], late_unknown=late[None])


def numbers(desk: Sorting) -> dict[str, Any]:
    """How far the answers are, in numbers, without the places that lack one."""
    open_ = desk.open_segments()
    answered = [segment for segment in open_ if desk.answer_of(segment.id)]
    return {
        "opinions": len(desk.opinions.by_id),
        "segments": len(open_),
        "answered": len(answered),
        "by_own_answer": sum(desk.own_answer(segment.id) is not None for segment in answered),
        "came_later": [segment.id for theme in desk.themes for segment in desk.came_later(theme)],
    }


def progress(desk: Sorting) -> dict[str, Any]:
    """How far the answers are: opinions, segments, answered, and what lacks."""
    found = gaps(desk)
    return {
        **numbers(desk),
        "gaps": [some(gap, None, "opinion", "number", "segment", "lack", "theme") for gap in found],
        "complete": not found,
    }


#: So many missing answers are named.
NAMED_IN_AUDIT = 10


class _Past:
    """Entries up to the publication, to be read."""

    def __init__(self, entries: Iterable[Event]) -> None:
        self._entries = list(entries)

    def events(self, kinds: Collection[str] | None = None) -> Iterator[Event]:
        """The entries in order, of some kinds or all."""
        return (entry for entry in self._entries if kinds is None or entry.kind in kinds)

    def append(self, kind: str, _payload: Mapping[str, Any]) -> Event:
        """Nothing is entered into the past."""
        raise NoticeStateError(f"'{kind}' cannot be entered into a record that is only read.")


def audit(entries: Iterable[Event]) -> list[tuple[str, int, str]]:
    """
    What is wrong with each publication: (kind, number of the entry, what).

    Kinds are ``unanswered`` (a segment without answer), ``unseen`` (words that nobody looked at) and
    ``count_differs`` (the published count is not that of the entries before it). A record that was not
    published has none.
    """
    entries = list(entries)
    found = []
    for at, entry in enumerate(entries):
        if entry.kind == "published" and entry.payload:
            desk = Desk(_Past(entries[:at]))
            found += [
                ("unseen" if gap.lack == "not_looked_at" else "unanswered", entry.seq, gap.said)
                for gap in gaps(desk)[:NAMED_IN_AUDIT]
            ]
            found += [("count_differs", entry.seq, said) for said in _differences(desk, entry.payload)]
    return found


def _differences(desk: Desk, payload: Mapping[str, Any]) -> Iterator[str]:
    said = payload.get("reconciliation")
    if not isinstance(said, dict):
        yield "no count was published"
        return
    counts = reconcile(desk.opinions.by_id.values(), received=received(desk)).to_dict()
    for name, count in counts.items():
        if not name.startswith("late") and said.get(name) != count:
            yield f"{name} {said.get(name)}, not {count}"
