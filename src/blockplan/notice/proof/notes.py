"""
Signed notes and checkpoints, in the formats of C2SP (``signed-note``, ``tlog-checkpoint``).

A note is a text, an empty line, and a line for each signature::

    blockplan/made-up
    42
    qL1+...the root of the tree, base64...=

    — blockplan/made-up 3FhX...key hash and Ed25519 signature, base64...=

Below the signature of the log witnesses may set theirs (`blockplan.notice.proof.witnesses`).
Everything is read strictly: a note that was written in any other way, if only by a bit in the padding of
the base64, is no note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from blockplan.errors import UsageError

ED25519 = b"\x01"
ROOT_BYTES = 32
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
SIGNATURE_BYTES = 64
#: The key of the log, and witnesses.
MOST_SIGNATURES = 32
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and a public key."""

    name: str
    public: bytes

    @property
    def digest(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """The key in one line: ``name+hash+key``."""
        return f"{self.name}+{self.digest.hex()}+{b64(ED25519 + self.public)}"

    def text(self, note: str) -> str:
        """
        The text of a note that this key signed.

        Raises
        ------
        ValueError
            If it is no note, or the key did not sign it.
        """
        text, separator, lines = note.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise ValueError("no signed note: a text, an empty line and a signature are wanted")
        text += "\n"
        signatures = signatures_of(lines)
        mine = [
            signature for name, digest, signature in signatures if (name, digest) == (self.name, self.digest)
        ]
        if len(mine) != 1 or len(mine[0]) != SIGNATURE_BYTES:
            raise ValueError(f"it is not signed, once, by the key {self.name}+{self.digest.hex()}")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(mine[0], text.encode())
        except InvalidSignature:
            raise ValueError("the signature does not fit the text") from None
        return text


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and a private key; the seed is never shown."""

    name: str
    _key: Ed25519PrivateKey

    @classmethod
    def new(cls, name: str) -> Signer:
        """
        A new random key.

        Raises
        ------
        UsageError
            If the name has blanks or plus signs, or is too long.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name of a key: 1 to 200 signs without blanks and plus signs.")
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_text(cls, text: str) -> Signer:
        """The key that `to_text` wrote; ValueError if it is none."""
        parts = text.strip().split("+", 4)
        if parts[:2] != ["PRIVATE", "KEY"] or len(parts) != 5:
            raise ValueError("no private key in the form PRIVATE+KEY+name+hash+key")
        seed = unb64(parts[4])
        if seed[:1] != ED25519 or len(seed) != 33:
            raise ValueError("no Ed25519 key")
        signer = cls(parts[2], Ed25519PrivateKey.from_private_bytes(seed[1:]))
        if signer.verifier.digest.hex() != parts[3]:
            raise ValueError("the hash of the key does not fit it")
        return signer

    @property
    def key(self) -> Ed25519PrivateKey:
        """The private key, for signatures of another form."""
        return self._key

    @property
    def verifier(self) -> Verifier:
        """What others need to check a signature."""
        return Verifier(self.name, self._key.public_key().public_bytes_raw())

    def to_text(self) -> str:
        """The private key in one line."""
        seed = b64(ED25519 + self._key.private_bytes_raw())
        return f"PRIVATE+KEY+{self.name}+{self.verifier.digest.hex()}+{seed}\n"

    def sign(self, text: str) -> str:
        """The signed note of a text that ends with a line break."""
        signature = self.verifier.digest + self._key.sign(text.encode())
        return f"{text}\n— {self.name} {b64(signature)}\n"


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a log commits itself to: its name, its size, its root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The body of the signed note."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> TreeHead:
        """The checkpoint of a body; ValueError if it is none."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise ValueError("no checkpoint: origin, size and root, a line each, are wanted")
        root = unb64(lines[2])
        if len(root) != ROOT_BYTES:
            raise ValueError("the root of a checkpoint has 32 bytes")
        return cls(lines[0], int(lines[1]), root)


def verifier(text: str) -> Verifier:
    """
    A public key from its line ``name+hash+key``.

    Raises
    ------
    ValueError
        If it is no such line, or the hash does not fit.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise ValueError("no public key in the form name+hash+key")
    key = unb64(parts[2])
    if key[:1] != ED25519 or len(key) != 33:
        raise ValueError("no Ed25519 key")
    found = Verifier(parts[0], key[1:])
    if str(found) != text:
        raise ValueError("the hash of the key does not fit it")
    return found


@lru_cache(maxsize=256)  # a signature that held holds for ever, and every receipt asks for it
def read_checkpoint(note: str, key: Verifier) -> TreeHead:
    """The checkpoint in a note that a key signed; its origin is the key's name. ValueError if it is none."""
    found = TreeHead.from_text(key.text(note))
    if found.origin != key.name:
        raise ValueError(f"the checkpoint is of the log {found.origin!r}, the key of {key.name!r}")
    return found


def signatures_of(lines: str) -> list[tuple[str, bytes, bytes]]:
    """Name, hash of the key and signature of each line below a note; ValueError if a line is none."""
    found = [_signature(line) for line in lines.removesuffix("\n").split("\n")]
    if len(found) > MOST_SIGNATURES:
        raise ValueError(f"a note has {MOST_SIGNATURES} signatures at most")
    return found


def _signature(line: str) -> tuple[str, bytes, bytes]:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = unb64(encoded)
    if mark != "—" or not _NAME.fullmatch(name) or len(data) <= 4:
        raise ValueError("a line of signature is not as it should be")
    return name, data[:4], data[4:]


def fingerprint(key: str) -> str:
    """SHA-256 of a public key in groups of four, to be compared by eye."""
    digest = hashlib.sha256(verifier(key).public).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def b64(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Bytes of base64 in its one true form; ValueError if it is none."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("no base64") from None
    if b64(data) != text:
        raise ValueError("no base64 in its one true form")
    return data
