"""
A receipt: the submitter's own proof that an opinion stands in the record, unchanged, since when, and
whether in time.

It is one JSON document that needs nothing else: the leaf, the opinion with the key of its commitment, the way
from the leaf to a signed root. It holds no name and no address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError
from blockplan.notice.disclosure import ORIGINAL
from blockplan.notice.events import EntryPart
from blockplan.notice.leaves import event_of, holds, leaf, leaf_document, unhex
from blockplan.notice.promises import kept, read_promise
from blockplan.notice.proof import canonical, merkle
from blockplan.notice.proof.notes import read_checkpoint, verifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.notice.events import Event
    from blockplan.notice.proof.merkle import Nodes
    from blockplan.notice.proof.notes import Verifier

FORMAT = "blockplan-receipt-1"
_KEYS = {"format", "leaf", "body", "body_key", "file_keys", "proof", "checkpoint", "key"}
#: Entries that a receipt brings along besides the submission: other words in its place, and its end.
LATER = ORIGINAL - {"submitted"} | {"withdrawn"}


def receipt(event: Event, nodes: Nodes, checkpoint: str, key: Verifier) -> dict[str, Any]:
    """
    The receipt of an entry, against a checkpoint of a tree that holds it.

    Raises
    ------
    ValueError
        If the checkpoint is of a tree without the entry, or not signed by the key.
    """
    size = read_checkpoint(checkpoint, key).size
    return {
        "format": FORMAT,
        "leaf": leaf_document(event),
        "body": dict(event.payload) if event.known else None,
        "body_key": None if event.key is None else event.key.hex(),
        "file_keys": [None if part.key is None else part.key.hex() for part in event.files],
        "proof": [step.hex() for step in merkle.inclusion_proof(nodes, event.seq, size)],
        "checkpoint": checkpoint,
        "key": str(key),
    }


def receipt_with_later(
    events: Iterable[Event], nodes: Nodes, checkpoint: str, key: Verifier
) -> dict[str, Any]:
    """
    The receipt of an opinion, with receipts of what was put in its place since: ``later``, left out where
    nothing was.

    Raises
    ------
    ValueError
        As `receipt` does.
    """
    first, *others = events
    later = [receipt(event, nodes, checkpoint, key) for event in others if event.kind in LATER]
    return receipt(first, nodes, checkpoint, key) | ({"later": later} if later else {})


def read_receipt(document: Mapping[str, Any]) -> tuple[Event, bytes, list[bytes]]:
    """The entry, the hash of its leaf and the path of a receipt; ValueError if it is none."""
    if (
        not isinstance(document, dict)
        or document.get("format") != FORMAT
        or set(document) - {"later", "promise"} != _KEYS
    ):
        raise ValueError("no receipt of this form")
    event = event_of(document["leaf"])
    try:
        path = [unhex(step) for step in document["proof"]]
    except (TypeError, ValueError):
        raise ValueError("the path of the receipt is not in hex") from None
    if any(len(step) != merkle.ROOT_BYTES for step in path):
        raise ValueError("a step of the path has not 32 bytes")
    return event, merkle.leaf_hash(leaf(event)), path


def faults_of_receipt(document: Mapping[str, Any], key: Verifier | None = None) -> list[str]:
    """
    What is wrong with a receipt by itself; nothing if it holds.

    Parameters
    ----------
    key
        The office's public key, from a source other than the receipt. Without it a receipt proves only
        that it fits itself.
    """
    try:
        event, digest, path = read_receipt(document)
        own = verifier(document["key"])
        checkpoint = read_checkpoint(document["checkpoint"], key or own)
    except (ValueError, KeyError, TypeError, AttributeError, BlockplanError) as error:
        return [f"forged or damaged: {error}"]
    found = []
    if key is not None and own != key:
        found.append(f"it names the key {own}, not the office's key {key}")
    if not merkle.included(digest, event.seq, checkpoint.size, path, checkpoint.root):
        found.append(f"its path does not lead from entry {event.seq} to the signed root")
    found += _body_faults(document, event) + _promise_faults(document, event, key or own)
    return found + _later_faults(document, event, key or own)


def later_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The receipts of later entries that a receipt brings along."""
    return list(document.get("later", ()))


def opinion_of(document: Mapping[str, Any]) -> str | None:
    """The number of the opinion, as the body of a receipt says it; None where it says none."""
    body = document["body"]
    said = body.get("opinion") if isinstance(body, dict) else None
    return said if isinstance(said, str) else None


def _later_faults(document: Mapping[str, Any], first: Event, key: Verifier) -> list[str]:
    """What is wrong with the later entries: each by itself, their order, and whose they are."""
    found, before = [], first.seq
    number = opinion_of(document)
    if not isinstance(document.get("later", []), list):
        return ["its later entries are no list"]
    for one in later_of(document):
        faults = ["it has later entries of its own"] if "later" in one else faults_of_receipt(one, key)
        if not faults:
            event, _, _ = read_receipt(one)
            said = opinion_of(one)
            if event.notice != first.notice or event.kind not in LATER or event.seq <= before:
                faults = [f"entry {event.seq} ({event.kind}) is none that follows entry {before}"]
            elif number is not None and said is not None and said != number:
                faults = [f"entry {event.seq} is about {said}, not about {number}"]
            before = event.seq
        found += [f"of a later entry: {fault}" for fault in faults]
    return found


def _promise_faults(document: Mapping[str, Any], event: Event, key: Verifier) -> list[str]:
    """What is wrong with the promise that a receipt brings along, and whether this entry keeps it."""
    if "promise" not in document:
        return []
    try:
        said = read_promise(document["promise"], key)
    except (ValueError, KeyError, TypeError, AttributeError, BlockplanError) as error:
        return [f"of its promise: {error}"]
    if isinstance(document["body"], dict):
        event = replace(event, body=EntryPart(event.commitment, b"", canonical.dumps(document["body"])))
    became = kept(said, [event])
    if became.seq != event.seq:
        return ["its promise is of another entry"]
    return [] if became.outcome == "kept" else [f"of its promise: {became.said}"]


def _body_faults(document: Mapping[str, Any], event: Event) -> list[str]:
    body, key = document["body"], document["body_key"]
    if body is None and key is None:
        return []
    try:
        part = EntryPart(event.commitment, unhex(key), canonical.dumps(body))
    except (ValueError, TypeError, BlockplanError) as error:
        return [f"its text cannot be checked: {error}"]
    return [] if holds(part) else ["its text is not the one that was committed to"]
