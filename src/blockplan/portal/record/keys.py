"""A public key as a person compares it."""

from __future__ import annotations

import hashlib

from blockplan.notice.proof.notes import verifier


def fingerprint(key: str) -> str:
    """SHA-256 of a public key in groups of four, to be compared by eye."""
    digest = hashlib.sha256(verifier(key).public).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
