"""
Witnesses (C2SP ``tlog-witness`` and ``tlog-cosignature``): others who sign that a log only grows.

A witness keeps the newest tree of a log that it saw, and sets its signature below a checkpoint only where the
log proves that the new tree leads on from that one. Who trusts a witness need not fear two logs: a log that
was forked, or rolled back, gets no second signature for another tree.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blockplan.atomic import put
from blockplan.errors import UsageError
from blockplan.notice.proof import merkle
from blockplan.notice.proof.notes import (
    Signer,
    TreeHead,
    Verifier,
    b64,
    read_checkpoint,
    signatures_of,
    unb64,
)

if TYPE_CHECKING:
    from pathlib import Path

COSIGNATURE = b"\x04"
_TIME_BYTES = 8
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")
LARGEST_REQUEST_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness by its name and public key; ``str`` is its line ``name+hash+key``."""

    name: str
    public: bytes

    @classmethod
    def read(cls, line: str) -> Witness:
        """
        A witness from its line.

        Raises
        ------
        ValueError
            If it is none, or its hash does not fit.
        """
        parts = line.strip().split("+", 2)
        key = unb64(parts[2]) if len(parts) == 3 else b""
        if key[:1] != COSIGNATURE or len(key) != 1 + merkle.ROOT_BYTES:
            raise ValueError("no key of a witness in the form name+hash+key (kind 4)")
        found = cls(parts[0], key[1:])
        if str(found) != line.strip():
            raise ValueError("the hash of the key does not fit it")
        return found

    @property
    def digest(self) -> bytes:
        """The four bytes by which a cosignature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.digest.hex()}+{b64(COSIGNATURE + self.public)}"

    def signed_at(self, note: str) -> int:
        """
        When it set its signature below a checkpoint: POSIX seconds.

        Raises
        ------
        ValueError
            If it did not, or the signature does not fit.
        """
        text, _, lines = note.rpartition("\n\n")
        for name, digest, data in signatures_of(lines):
            if (name, digest) == (self.name, self.digest):
                at = int.from_bytes(data[:_TIME_BYTES], "big")
                try:
                    key = Ed25519PublicKey.from_public_bytes(self.public)
                    key.verify(data[_TIME_BYTES:], _cosigned(at, text + "\n"))
                except InvalidSignature:
                    raise ValueError(f"the signature of the witness {self.name} does not fit") from None
                return at
        raise ValueError(f"the witness {self.name} did not sign it")


def _cosigned(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness with its private key."""

    signer: Signer

    @property
    def witness(self) -> Witness:
        """What others need to check its signatures."""
        return Witness(self.signer.name, self.signer.verifier.public)

    def line(self, text: str, at: int) -> str:
        """The line that is set below the checkpoint of a text."""
        signature = self.signer.key.sign(_cosigned(at, text))
        data = self.witness.digest + at.to_bytes(_TIME_BYTES, "big") + signature
        return f"— {self.witness.name} {b64(data)}\n"


class Watcher:
    """A witness at work: ``add-checkpoint`` of C2SP, over a folder with what it saw of each log."""

    def __init__(self, cosigner: Cosigner, logs: list[Verifier], folder: Path) -> None:
        self.cosigner = cosigner
        self._logs = {log.name: log for log in logs}
        self._folder = folder

    def add(self, request: str) -> tuple[int, str]:
        """The answer to a request: HTTP status and body (a line of signature; for 409 the size it knows)."""
        head, _, note = request.partition("\n\n")
        old, *proof = head.split("\n")
        match = _OLD.fullmatch(old)
        origin = note.partition("\n")[0]
        if match is None:
            return 400, "the request begins with: old SIZE\n"
        if origin not in self._logs:
            return 404, "this log is not watched here\n"
        try:
            new = read_checkpoint(note, self._logs[origin])
        except ValueError as error:
            return 403, f"{error}\n"
        try:
            path = [unb64(line) for line in proof if line]
        except ValueError as error:
            return 400, f"{error}\n"
        return self._answer(int(match[1]), new, path)

    def _answer(self, old: int, new: TreeHead, path: list[bytes]) -> tuple[int, str]:
        seen = self._seen(new.origin)
        if old > new.size:
            return 400, "the old size is larger than the new one\n"
        if old != (0 if seen is None else seen.size):
            return 409, f"{0 if seen is None else seen.size}\n"
        if seen is not None and seen.size == new.size and seen.root != new.root:
            return 409, f"{seen.size}\n"
        if seen is not None and not merkle.consistent(old, new.size, seen.root, new.root, path):
            return 422, "the proof does not lead from the old tree to the new one\n"
        self._keep(new)
        return 200, self.cosigner.line(new.text(), int(time.time()))

    def _file(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.seen"

    def _seen(self, origin: str) -> TreeHead | None:
        path = self._file(origin)
        return TreeHead.from_text(path.read_text(encoding="utf-8")) if path.exists() else None

    def _keep(self, seen: TreeHead) -> None:
        put(self._file(seen.origin), seen.text().encode(), to_disk=True)


def request_of(note: str, checkpoint: TreeHead, old: int, nodes: merkle.Nodes) -> str:
    """What a witness is sent: the proof that a note leads on from the size that it saw, and the note."""
    proof = merkle.consistency_proof(nodes, old, checkpoint.size) if 0 < old < checkpoint.size else []
    return "".join([f"old {old}\n", *(f"{b64(step)}\n" for step in proof), "\n", note])


def with_line(note: str, line: str, witness: Witness) -> str:
    """
    A note with a witness's signature below.

    Raises
    ------
    UsageError
        If the line is not of this witness, or does not fit the note.
    """
    found = note + "".join(one + "\n" for one in line.split("\n") if one.startswith(f"— {witness.name} "))
    try:
        witness.signed_at(found)
    except ValueError as error:
        raise UsageError(f"The witness answered with what does not hold: {error}.") from None
    return found
