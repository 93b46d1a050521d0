"""
Acts of two persons, and the state of the record that they were asked on.

Between the asking and the confirming others go on working. So whatever is asked for names the newest entry
of the record at that time, and is over as soon as an entry is made that bears on it: a redaction of words
that were amended, an approval of answers that were changed, a report of words that were redacted. The same
table ends what waits in the office, and is asked of every record that is verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.errors import NoticeStateError
from blockplan.notice.disclosure import ORIGINAL
from blockplan.notice.events import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

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
