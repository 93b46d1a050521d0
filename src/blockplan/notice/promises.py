"""
A promise: what the service signs of an opinion before it is entered, so that a loss can be proved.

It names when the opinion arrived, until when it will be in the log, and a keyed commitment to its words. The
leaf of the entry bears the hash of the promise (`Event.promise`): whoever holds one finds in any copy of the
log, by the leaves alone, whether it was kept. A promise holds no name and no address.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError
from blockplan.notice.events import LONGEST_WAY, EntryPart, parse_time, write_time
from blockplan.notice.leaves import commitment, holds, unhex
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notes import verifier

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from blockplan.notice.events import Event
    from blockplan.notice.proof.notary import Notary
    from blockplan.notice.proof.notes import Verifier
    from blockplan.notice.submissions import Submission

FORMAT = "blockplan-promise-1"
#: So long after its arrival an opinion is in the log at the latest: as long as its arrival counts.
WITHIN = LONGEST_WAY
_MEMBERS = {"format", "note", "said", "said_key", "key"}
_HASH = re.compile(r"[0-9a-f]{64}")
#: What of a submission is not the sender's: the record adds it.
OF_RECORD = frozenset({"opinion", "round", "late", "ends_before", "defects", "arrived_at", "files"})


@dataclass(frozen=True, slots=True)
class Promise:
    """
    A promise that was read and holds by itself.

    Attributes
    ----------
    digest
        Hash of the signed text in hex, which the leaf of the entry bears.
    arrived, until
        When it reached the service, and when it is in the log at the latest; UTC.
    said
        What was sent: keys of the payload, files with name, kind, bytes and SHA-256.
    """

    digest: str
    arrived: str
    until: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """
    What became of a promise in a record.

    Attributes
    ----------
    outcome
        ``kept``; ``forged`` where it is by none of the record's keys; ``open`` where the record ends before
        it is due; ``broken`` where it was not kept, or late; ``other_words`` where other words were entered.
    seq, until
        The entry, and when it was due; None where there is none.
    """

    outcome: str
    seq: int | None = None
    said: str = ""
    until: str | None = None


def said_of(opinion: Submission) -> dict[str, Any]:
    """What is promised of an opinion: all that its entry will say, but for what the record adds."""
    said: dict[str, Any] = {
        **{key: value for key, value in opinion.more.items() if value not in (None, "", [])},
        "text": opinion.text,
        "channel": opinion.channel,
        "from": opinion.sender,
    }
    if opinion.files:
        said["files"] = [
            {
                "name": file.name, "media_type": file.media_type, "bytes": len(file.content),
                "sha256": hashlib.sha256(file.content).hexdigest(),
            }
            for file in opinion.files
        ]  # fmt: skip
    return said


def promise(notary: Notary, said: Mapping[str, Any], arrived: dt.datetime, key: bytes) -> dict[str, Any]:
    """
    The promise of what was said, signed; the same of the same, whenever it is made again.

    Parameters
    ----------
    key
        32 random bytes that the sender alone is given: of the commitment to what was said.
    """
    text = "\n".join(
        [
            f"{notary.verifier.name}/promise",
            write_time(arrived),
            write_time(arrived + WITHIN),
            commitment(key, canonical.dumps(dict(said))),
            "",
        ]
    )
    return {
        "format": FORMAT,
        "note": notary.vouch(text),
        "said": dict(said),
        "said_key": key.hex(),
        "key": str(notary.verifier),
    }


def digest_of(document: Mapping[str, Any]) -> str:
    """The hash that a leaf bears, of a promise made here."""
    text, _, _ = str(document["note"]).rpartition("\n\n")
    return hashlib.sha256(f"{text}\n".encode()).hexdigest()


def read_promise(document: Any, key: Verifier | None = None) -> Promise:
    """
    What a promise says.

    Parameters
    ----------
    key
        The office's public key, from a source other than the promise.

    Raises
    ------
    ValueError
        If it is none, was not signed by the key, or its words are not those that it commits to.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT or set(document) != _MEMBERS:
        raise ValueError("no promise of this form")
    own = verifier(str(document["key"]))
    if key is not None and own != key:
        raise ValueError(f"it names the key {own}, not the office's key {key}")
    text = own.text(str(document["note"]))
    head, arrived, until, committed, *end = text.split("\n")
    if head != f"{own.name}/promise" or end != [""] or not _HASH.fullmatch(committed):
        raise ValueError("no promise: name, arrival, latest time and commitment, a line each, are wanted")
    if parse_time(until) < parse_time(arrived):
        raise ValueError("it was due before it arrived")
    try:
        part = EntryPart(committed, unhex(document["said_key"]), canonical.dumps(document["said"]))
    except BlockplanError as error:
        raise ValueError(f"its words cannot be checked: {error}") from None
    if not isinstance(document["said"], dict) or not holds(part):
        raise ValueError("its words are not those that it commits to")
    return Promise(hashlib.sha256(text.encode()).hexdigest(), arrived, until, document["said"])


def kept(found: Promise, events: Iterable[Event], known: Iterable[tuple[int, str]] = ()) -> KeptPromise:
    """
    What became of a promise.

    Parameters
    ----------
    known
        Sizes of the log, and moments at which it was seen to have that size and no more (a witness's, one's
        own): without any, the newest entry says how far the record goes.
    """
    entries = list(events)
    entry = next((event for event in entries if event.promise == found.digest), None)
    if entry is not None:
        return replace(_kept_as(found, entry), until=found.until)
    newest = [(len(entries), entries[-1].at)] if entries else []
    over = [at for size, at in [*newest, *known] if at > found.until and size <= len(entries)]
    if over:
        said = f"promised until {found.until}, and not in the record at {min(over)}"
        return KeptPromise("broken", None, said, found.until)
    said = f"promised until {found.until}, and the record goes no further"
    return KeptPromise("open", None, said, found.until)


def is_promise(document: Any) -> bool:
    """Whether a document says that it is a promise, and no receipt."""
    return isinstance(document, dict) and document.get("format") == FORMAT


def promises_in(documents: Iterable[Any]) -> list[Any]:
    """The promises among documents that somebody holds, and those that receipts bring along."""
    found = [one if is_promise(one) else one.get("promise") for one in documents if isinstance(one, dict)]
    return [one for one in found if one is not None]


def became_of(
    documents: Iterable[Any], keys: Sequence[Verifier], events: Sequence[Event],
    known: Iterable[tuple[int, str]] = (),
) -> list[KeptPromise]:  # fmt: skip
    """
    What became of several promises.

    Parameters
    ----------
    keys
        Of the record, the newest last: each promise must be signed by one of them.
    events, known
        As `kept` takes them.
    """
    found = []
    for document in documents:
        named = document.get("key") if isinstance(document, dict) else None
        try:
            said = read_promise(document, next((key for key in keys if str(key) == named), keys[-1]))
        except ValueError as error:
            found.append(KeptPromise("forged", said=str(error)))
        else:
            found.append(kept(said, events, known))
    return found


def _kept_as(found: Promise, entry: Event) -> KeptPromise:
    again = entry.payload.get("recovered") if entry.known else None
    at = str(again["at"]) if isinstance(again, dict) and "at" in again else entry.at
    if at > found.until:
        return KeptPromise("broken", entry.seq, f"promised until {found.until}, and entered at {at}")
    if entry.known and not _same(found.said, entry.payload):
        return KeptPromise("other_words", entry.seq, f"entry {entry.seq}")
    return KeptPromise("kept", entry.seq)


def _same(said: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Whether an entry says what was promised; files by name, kind and size (their bytes by the receipt)."""
    if "recovered" in payload:  # files were lost, and only words entered anew
        return bool(said["text"] == payload.get("text"))
    words = {key: value for key, value in payload.items() if key not in OF_RECORD}
    files = [{**file, "sha256": None} for file in payload.get("files", [])]
    promised = [{**file, "sha256": None} for file in said.get("files", [])]
    return words == {key: value for key, value in said.items() if key != "files"} and files == promised
