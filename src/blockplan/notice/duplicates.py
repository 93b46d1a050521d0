"""What of a list of opinions is in the record already, so that a list sent twice is entered once."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from blockplan.notice.proof import canonical
from blockplan.notice.submissions import enter_many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.notice.store import Store
    from blockplan.notice.submissions import Opinion

#: Keys of an entry that do not say what somebody sent.
_OF_THE_RECORD = frozenset({"opinion", "round", "late", "ends_before", "defects", "files", "source"})


def new_of(record: Store | Ledger, opinions: Sequence[Opinion]) -> list[bool]:
    """
    For each opinion of a list whether it is still to be entered.

    Two are the same where words, channel, day of arrival, person, objects, and names and sizes of files are.
    Of rows that are equal to each other as many count as known as the record holds: ten equal letters
    are ten opinions, and sent again they are the same ten.

    Notes
    -----
    What was erased cannot be recognised; the caller also compares the list as a whole.
    """
    there = Counter(
        _mark(event.payload, {} if event.person is None or event.person.content is None
              else canonical.loads(event.person.content), event.payload.get("files", ()))
        for event in record.events({"submitted"})
        if event.known
    )  # fmt: skip
    found = []
    for one in opinions:
        said = {"text": one.text, "channel": one.channel, "from": one.sender} | dict(one.more)
        files = [{"name": file.name, "bytes": len(file.content)} for file in one.files]
        mark = _mark(said, one.person, files)
        found.append(there[mark] == 0)
        there[mark] -= there[mark] > 0
    return found


def submit_new(store: Store, opinions: Sequence[Opinion]) -> list[tuple[Event, str] | None]:
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


def _mark(said: Mapping[str, Any], person: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> bytes:
    """A mark of what somebody sent, equal for equal."""
    told = {
        "said": {key: value for key, value in said.items() if key not in _OF_THE_RECORD and value},
        "person": {key: value for key, value in person.items() if key != "secret_sha256" and value},
        "files": [[file["name"], file["bytes"]] for file in files],
    }  # fmt: skip
    return hashlib.sha256(canonical.dumps(told)).digest()
