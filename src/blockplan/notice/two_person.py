"""
Acts of two persons, and the state of the record that they were asked on.

Between the asking and the confirming others go on working. So whatever is asked for names the newest entry
of the record at that time, and is over as soon as an entry is made that bears on it: a redaction of words
that were amended, an approval of answers that were changed, a report of words that were redacted. The same
table ends what waits in the office, and is asked of every record that is verified.

Correcting a record whose clock leapt: an entry ``clock_repaired``, by two persons, after which time is right
again.

No entry is older than the one before it. So an entry that was made while the clock stood ten years ahead
takes all that come later with it, and opinions become late that were in time. Such entries keep what the
clock read. The repair says from which entry on the times are wrong, and which opinions were in time all the
same; both follow from the log, so that a verifier works them out again. It is the one entry that may be older
than the one before it, and never older than the last whose time was right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError
from blockplan.notice.disclosure import ORIGINAL
from blockplan.notice.events import KINDS
from blockplan.notice.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from blockplan.notice.events import Event

#: Kinds that decide what is seen of one opinion.
OF_ONE = ORIGINAL | {"shown", "withdrawn", "redacted", "withheld", "restored", "erased"}
#: Kinds that change nothing of answers and report.
_BESIDE = frozenset({"displayed", "corrected", "stepped", "grouped", "extended"})


def about_one(kind: str) -> bool:
    """Whether an act of two persons is about one opinion; else it is about the answers as a whole."""
    return "opinion" in KINDS[kind].needs


def moves(kind: str, act: str) -> bool:
    """
    Whether an entry of a kind ends what was asked for; of acts about one opinion, an entry about that one.

    Examples
    --------
    >>> moves("amended", "redacted"), moves("answered", "redacted"), moves("answered", "published")
    (True, False, True)
    """
    if act == "clock_repaired":
        return kind == act  # what it says follows from the log at the moment that it is entered
    return kind in OF_ONE if about_one(act) else kind not in _BESIDE


#: Acts of two persons about the record as a whole.
_WHOLE = tuple(act for act, spec in KINDS.items() if spec.two and not about_one(act))


@dataclass(slots=True)
class Newest:
    """Numbers of the newest entries that bear on acts of two persons, entry by entry of a record."""

    of_one: dict[str, int] = field(default_factory=dict)
    of_act: dict[str, int] = field(default_factory=dict)

    def check(self, kind: str, payload: Mapping[str, Any]) -> None:
        """NoticeStateError where something bore on it between the asking and the confirming."""
        asked_on = payload.get("asked_on")
        if asked_on is None:
            return
        newest = self.of_one.get(payload["opinion"], -1) if about_one(kind) else self.of_act.get(kind, -1)
        if type(asked_on) is not int or asked_on < newest:
            raise NoticeStateError(f"It was asked for on entry {asked_on}, and entry {newest} bears on it.")

    def take(self, seq: int, kind: str, opinion: str | None) -> None:
        """One more entry."""
        if opinion is not None and kind in OF_ONE:
            self.of_one[opinion] = seq
        self.of_act |= {act: seq for act in _WHOLE if moves(kind, act)}


KIND = "clock_repaired"


def tail(events: Iterable[Event], now: str) -> list[Event]:
    """The entries at the end whose time lies after a moment."""
    found: list[Event] = []
    for event in events:
        found = [*found, event] if event.at > now else []
    return found


def repair(events: Iterable[Event], now: str) -> dict[str, Any]:
    """
    What a repair at a moment says: ``from`` (the first entry whose time is wrong) and ``in_time``.

    Raises
    ------
    NoticeStateError
        If no entry lies ahead of the clock: then nothing is to be corrected.
    """
    wrong = tail(events, now)
    if not wrong:
        raise refused(NoticeStateError, "clock_right", now=now)
    return {"from": wrong[0].seq, "in_time": in_time(wrong, now)}


def in_time(wrong: Sequence[Event], now: str) -> list[str]:
    """
    The opinions among entries of wrong time that were in time all the same.

    Each came no later than what the clock read at it, at an entry after it, or at the repair. What a clerk
    entered with its day of arrival was decided by that day, and stays.
    """
    found = []
    latest = now
    for event in reversed(wrong):
        latest = min(latest, event.clock or latest)
        said = event.payload if event.kind == "submitted" and event.known else {}
        if said.get("late") and "received_at" not in said and latest < str(said["ends_before"]):
            found.append(str(event.opinion))
    return found[::-1]


def fault(before: Sequence[Event], event: Event) -> str | None:
    """What is wrong with a repair after these entries; None if it follows from them."""
    wrong = tail(before, event.at)
    if not wrong:
        return "no entry before it lies ahead of it"
    first = wrong[0].seq
    if event.payload.get("from") != first:
        return f"the times are wrong from entry {first} on"
    known = {f"O-{one.seq}" for one in wrong if one.kind == "submitted" and one.known}
    said = event.payload.get("in_time")
    claimed = {one for one in said if one in known} if isinstance(said, list) else None
    true = set(in_time(wrong, event.at))
    if claimed != true:
        return f"in time were {', '.join(sorted(true)) or 'none'}"
    foreign = set(said or ()) - {f"O-{one.seq}" for one in wrong if one.kind == "submitted"}
    return f"{', '.join(sorted(map(str, foreign)))} did not come then" if foreign else None
