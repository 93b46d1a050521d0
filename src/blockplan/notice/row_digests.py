"""
Marks of rows of a list: equal for what is equal, so that a list sent twice is entered once.

Of an imported opinion that is erased a keyed mark stays, beside the record and never in it: the same row in a
changed list is recognised. From the mark no words can be read; whoever holds its key could only try out
whether a guess at all of it is right.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from blockplan.notice.proof import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.notice.events import Event

#: Keys of an entry that do not say what somebody sent.
_OF_THE_RECORD = frozenset(
    {"opinion", "round", "late", "ends_before", "defects", "files", "source", "arrived_at"}
)


def mark(said: Mapping[str, Any], person: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> bytes:
    """A mark of what somebody sent: words, channel, day, person, objects, files by name and size."""
    told = {
        "said": {key: value for key, value in said.items() if key not in _OF_THE_RECORD and value},
        "person": {key: value for key, value in person.items() if key != "secret_sha256" and value},
        "files": [[file["name"], file["bytes"]] for file in files],
    }  # fmt: skip
    return hashlib.sha256(canonical.dumps(told)).digest()


def mark_of(event: Event) -> bytes | None:
    """The mark of a submission; None once something of it is erased."""
    if not event.known or (event.person is not None and event.person.content is None):
        return None
    person = {} if event.person is None else canonical.loads(event.person.content or b"{}")
    return mark(event.payload, person, event.payload.get("files", ()))


def was_imported(event: Event) -> bool:
    """Whether a submission came in a list."""
    return event.kind == "submitted" and "source" in event.payload
