"""
A receipt: the submitter's own proof that an opinion stands in the record, unchanged, since when, and
whether in time.

It is one JSON document that needs nothing else: the leaf, the opinion with the key of its commitment, the way
from the leaf to a signed root. It holds no name and no address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError
from blockplan.notice.events import Part
from blockplan.notice.leaves import event_of, holds, leaf, leaf_document, unhex
from blockplan.notice.proof import canonical, merkle
from blockplan.notice.proof.notes import read_checkpoint, verifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.notice.events import Event
    from blockplan.notice.proof.merkle import Nodes
    from blockplan.notice.proof.notes import Verifier

FORMAT = "blockplan-receipt-1"
_KEYS = {"format", "leaf", "body", "body_key", "file_keys", "proof", "checkpoint", "key"}


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


def read_receipt(document: Mapping[str, Any]) -> tuple[Event, bytes, list[bytes]]:
    """The entry, the hash of its leaf and the path of a receipt; ValueError if it is none."""
    if not isinstance(document, dict) or document.get("format") != FORMAT or set(document) != _KEYS:
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
    return found + _body_faults(document, event)


def _body_faults(document: Mapping[str, Any], event: Event) -> list[str]:
    body, key = document["body"], document["body_key"]
    if body is None and key is None:
        return []
    try:
        part = Part(event.commitment, unhex(key), canonical.dumps(body))
    except (ValueError, TypeError, BlockplanError) as error:
        return [f"its text cannot be checked: {error}"]
    return [] if holds(part) else ["its text is not the one that was committed to"]
