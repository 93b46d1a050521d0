"""
An entry as a leaf of the tree, and the keyed commitments in it.

The leaf is canonical JSON of what anybody may see: notice, number, kind, time, and a commitment for each
part. A commitment is HMAC-SHA-256 of the part under a random key of 32 bytes: without the key nothing
can be guessed, not even a text of three signs; with it everybody can check.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING, Any

from blockplan.notice.events import EntryPart, Event
from blockplan.notice.proof import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
_HASH = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
KEY_BYTES = 32


def commit(content: bytes) -> EntryPart:
    """A part under a new random key."""
    key = secrets.token_bytes(KEY_BYTES)
    return EntryPart(commitment(key, content), key, content)


def commitment(key: bytes, content: bytes) -> str:
    """HMAC-SHA-256 in hex."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def holds(part: EntryPart) -> bool:
    """Whether a known part is what was committed to; True where nothing is known of it."""
    if part.key is None or part.content is None:
        return True
    return len(part.key) == KEY_BYTES and hmac.compare_digest(
        part.commitment.encode("utf-8", "replace"), commitment(part.key, part.content).encode()
    )


def leaf(event: Event) -> bytes:
    """The bytes of an entry's leaf."""
    return canonical.dumps(leaf_document(event))


def leaf_document(event: Event) -> dict[str, Any]:
    """The leaf as a document; what the entry has not is left out."""
    document: dict[str, Any] = {
        "v": VERSION,
        "notice": event.notice,
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at,
        "body": event.body.commitment,
    }
    if event.person is not None:
        document["person"] = event.person.commitment
    if event.files:
        document["files"] = [part.commitment for part in event.files]
    if event.clock is not None:
        document["clock"] = event.clock
    if event.held:
        document["held"] = True
    if event.promise is not None:
        document["promise"] = event.promise
    return document


def event_of(document: Mapping[str, Any]) -> Event:
    """
    The entry that a leaf speaks of, with nothing known of its parts.

    Raises
    ------
    ValueError
        If the document is no leaf.
    """
    if not isinstance(document, dict):
        raise ValueError("a leaf is a table of keys and values")
    known = {"v", "notice", "seq", "kind", "at", "body", "person", "files", "clock", "held", "promise"}
    if set(document) - known or document.get("v") != VERSION or document.get("held", True) is not True:
        raise ValueError("no leaf of this version")
    try:
        person = document.get("person")
        return Event(
            notice=_text(document["notice"]),
            seq=_count(document["seq"]),
            kind=_text(document["kind"]),
            at=_text(document["at"]),
            body=EntryPart(_text(document["body"])),
            person=None if person is None else EntryPart(_text(person)),
            files=tuple(EntryPart(_text(one)) for one in document.get("files", ())),
            clock=None if document.get("clock") is None else _text(document["clock"]),
            held="held" in document,
            promise=_promise(document),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the leaf is incomplete: {error}") from None


def unhex(text: Any) -> bytes:
    """Bytes of hex in lower case, and in no other form; ValueError if it is none."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise ValueError("no hex in lower case")
    return bytes.fromhex(text)


def _promise(document: Mapping[str, Any]) -> str | None:
    said = document.get("promise")
    if said is not None and (document.get("kind") != "submitted" or not _HASH.fullmatch(str(said))):
        raise TypeError("a promise is of a submission, and the leaf bears its hash")
    return None if said is None else _text(said)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= canonical.LARGEST_WHOLE:
        raise TypeError(f"{value!r} is no number of an entry")
    return value
