"""
The index of opinions and notices: what lists and pages ask, kept with the entries in one transaction.

What an entry means is asked of `blockplan.notice` and `blockplan.respond`; here it is only written down.

Numbers of opinions, 1, 2, 3 in order of arrival, kept in the index; see `blockplan.notice.numbers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from blockplan.notice import numbers
from blockplan.notice.events import STANDING
from blockplan.notice.standing import standing
from blockplan.portal.config import config_of_environment
from blockplan.portal.record import single_rows
from blockplan.portal.record.models import Notice, Opinion, Target
from blockplan.portal.words import OPEN, SHUT, pseudo
from blockplan.respond.opinions import OpinionIndex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from blockplan.notice.events import Event


def number_of(notice: str, opinion: str) -> int | None:
    """The number of an opinion ("O-17"), or of the one that a point ("O-17.2") is of; None without one."""
    found = single_rows.find(Opinion, ["number"], notice_id=notice, seq=_seq(opinion))
    return None if found is None else int(found[0])


def office_zone() -> str:
    """The time zone of the office's own lists: as it is set, else that of all notices if they share one."""
    if given := config_of_environment().zone:
        return given
    zones = Notice.objects.exclude(state="draft").order_by().values_list("zone", flat=True).distinct()[:2]
    return zones[0] if len(zones) == 1 else "UTC"


def numbers_of(notice: str, opinions: Iterable[str]) -> dict[str, int]:
    """The numbers of several opinions or points, by what they are called; asked for at once."""
    asked = {one: _seq(one) for one in opinions}
    rows = Opinion.objects.filter(notice_id=notice, seq__in=set(asked.values()))
    found = dict(rows.values_list("seq", "number"))
    return {one: found[seq] for one, seq in asked.items() if seq in found}


def entry_of(notice: str, number: int) -> int | None:
    """Number of the entry that the opinion of a number came with; None where there is none."""
    found = single_rows.find(Opinion, ["seq"], notice_id=notice, number=number)
    return None if found is None else int(found[0])


def named(notice: str, opinion: str, lang: str, number: int | None = None) -> str:
    """An opinion, or a point of one, as people are told it; `number` where it is known already."""
    if not opinion:
        return ""
    said = numbers.named(opinion, number or number_of(notice, opinion), lang)
    return f"{OPEN}{said}{SHUT}" if pseudo() else said


def _seq(opinion: str) -> int:
    return int(opinion.partition(".")[0].removeprefix("O-"))


class Entries(Protocol):
    """What is read of the record; `blockplan.portal.record.rows.DatabaseRows` is one."""

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """Entries in order."""
        ...


def take(entries: Entries, event: Event) -> None:
    """Bring the index up to an entry that was just made."""
    if event.kind in STANDING:
        _take_standing(entries, event.notice)
    if event.kind == "clock_repaired":
        _correct(event)
    elif event.kind == "submitted":
        _index(event.notice, [event], round_=event.payload["round"])
    elif event.opinion is not None:
        refresh(entries, event.notice, event.opinion)


def refresh(entries: Entries, notice: str, opinion: str) -> None:
    """Read an opinion's row anew from the entries about it."""
    _index(notice, list(entries.events(about=opinion)))


def _correct(event: Event) -> None:
    """Opinions that were late by a wrong clock alone are in time."""
    numbers = [int(name.removeprefix("O-")) for name in event.payload["in_time"]]
    Opinion.objects.filter(notice_id=event.notice, seq__in=numbers).update(late=False)


def _take_standing(entries: Entries, notice: str) -> None:
    found = standing(entries.events(STANDING))
    Notice.objects.filter(id=notice).update(
        state=str(found.state), round=found.round, zone=found.zone, begins=found.begins or "",
        ends_before=found.ends_before or "", opened=dict(found.opened),
    )  # fmt: skip


def _index(notice: str, events: list[Event], *, round_: int | None = None) -> None:
    """The row of an opinion from the entries about it; a new row where its round is given."""
    first = events[0]
    received = OpinionIndex(events).by_id[f"O-{first.seq}"]
    fate = received.fate
    newest = fate.newest if fate.redaction is None else fate.redaction
    said: dict[str, Any] = {
        "channel": received.channel,
        "sender": received.sender,
        "standing": received.standing,
        "held": received.waits,
        "shown": newest if received.standing in {"whole", "redacted"} else None,
    }
    if round_ is not None:
        # Whoever enters something has the notice alone, so nobody takes the same number meanwhile.
        single_rows.insert(
            Opinion, notice_id=notice, seq=first.seq,
            number=single_rows.highest(Opinion, "number", notice_id=notice) + 1, at=first.at, round=round_,
            late=received.late, **said,
        )  # fmt: skip
    else:
        single_rows.update(Opinion, said, notice_id=notice, seq=first.seq)
    # Only what may be seen: whoever asks for the opinions about a parcel learns what they are about.
    _aim(notice, first.seq, fate.words.get("targets", ()), new=round_ is not None)


def _aim(notice: str, seq: int, targets: Collection[Mapping[str, Any]], *, new: bool) -> None:
    if not new:
        Target.objects.filter(notice_id=notice, seq=seq).delete()
    for aim in targets:
        single_rows.insert(
            Target, notice_id=notice, seq=seq, layer=str(aim.get("layer", ""))[:40],
            object=str(aim.get("id", ""))[:200],
        )  # fmt: skip
