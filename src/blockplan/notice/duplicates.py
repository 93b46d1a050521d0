"""What of a list of opinions is in the record already, so that a list sent twice is entered once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from blockplan.notice.events import mark, mark_of
from blockplan.notice.submissions import enter_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.notice.store import Store
    from blockplan.notice.submissions import Submission


def new_of(record: Store | Ledger, opinions: Sequence[Submission]) -> list[bool]:
    """
    For each opinion of a list whether it is still to be entered.

    Two are the same where words, channel, day of arrival, person, objects, and names and sizes of files are.
    Of rows that are equal to each other as many count as known as the record holds: ten equal letters
    are ten opinions, and sent again they are the same ten.

    Notes
    -----
    Of rows that were erased a keyed mark stayed (`blockplan.notice.events`); they are not entered again.
    """
    there = Counter(known for event in record.events({"submitted"}) if (known := mark_of(event)) is not None)
    marks = [
        mark(
            {"text": one.text, "channel": one.channel, "from": one.sender} | dict(one.more), one.person,
            [{"name": file.name, "bytes": len(file.content)} for file in one.files],
        )
        for one in opinions
    ]  # fmt: skip
    there += record.erased_marks(set(marks))
    found = []
    for one in marks:
        found.append(there[one] == 0)
        there[one] -= there[one] > 0
    return found


def submit_new(store: Store, opinions: Sequence[Submission]) -> list[tuple[Event, str] | None]:
    """Take in what of a list is not there yet, all of it or none; None for what the record has already."""

    def work(ledger: Ledger) -> list[tuple[Event, str] | None]:
        fresh = new_of(ledger, opinions)
        made = iter(enter_many(ledger, [one for one, new in zip(opinions, fresh, strict=True) if new]))
        return [next(made) if new else None for new in fresh]

    return store.transact(work)


def source_of(event: Event) -> str | None:
    """SHA-256 of the list that an opinion was entered from."""
    source = event.payload.get("source")
    return source.get("sha256") if isinstance(source, dict) else None
