"""
Words and names in the database stand under keys of their own, which an erasure destroys.

A database cannot forget at once: logs of writes, old rows and snapshots of readers keep what was there. So it
gets nothing to forget. What may have to be erased of an entry is encrypted (AES-256-GCM) under two random
keys of that entry, for its words and for its person. The keys lie in a file of their own with a place for
each entry; an erasure overwrites them there, and every copy of what they sealed is noise from that moment on.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from blockplan.errors import BlockplanError
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: What is sealed of an entry, in the order of its keys in the file.
PARTS = ("body", "person")
KEY_BYTES, NONCE_BYTES = 32, 12
#: Before each key: whether there never was one, there is one, or it was destroyed.
NEVER, THERE, DESTROYED = b"\x00", b"\x01", b"\x02"
_SLOT = len(PARTS) * (1 + KEY_BYTES)
#: Where in the place of an entry it is said whether there are keys.
_FLAGS = range(0, _SLOT, 1 + KEY_BYTES)
#: How what is sealed begins; no JSON does, and a key of a commitment once in a million million times.
MARK = b"\x01seal"


class KeysLostError(BlockplanError):
    """What is sealed cannot be opened although no erasure destroyed its key: the file of keys is lost."""


class Seals:
    """
    The keys of the entries of one notice.

    Parameters
    ----------
    path
        The file of keys; made when the first is.
    """

    def __init__(self, notice: str, path: Path) -> None:
        self._notice = notice
        self._path = path
        self._opened: int | None = None
        self._dirty = False

    def make(self, seq: int) -> None:
        """
        Keys for an entry that is not in the record yet; on the disk after `sync`.

        Those that stand there already stay. Whoever made them may have been killed when the entry was kept
        and before any other process could see it, as SQLite shows what is committed a moment later than it
        writes it; then that entry comes to light when all are gone, and opens with no others.
        """
        self._dirty = True
        at, held = seq * _SLOT, os.pread(self._file(), _SLOT, seq * _SLOT)
        if len(held) == _SLOT and all(held[one : one + 1] == THERE for one in _FLAGS):
            return
        fresh = b"".join(NEVER + secrets.token_bytes(KEY_BYTES) for _ in PARTS)
        os.pwrite(self._file(), fresh, at)
        for one in _FLAGS:  # last, so that none stands before a key that was cut off
            os.pwrite(self._file(), THERE, at + one)

    def sync(self) -> None:
        """Bring new keys to the disk: before the entries that they seal."""
        if self._dirty:
            os.fdatasync(self._file())
            self._dirty = False

    def seal(self, seq: int, part: str, content: bytes | None, what: str = "") -> bytes | None:
        """A content under the key of a part of an entry; `what` keeps two contents of one part apart."""
        if content is None:
            return None
        key = self._key(seq, part)
        if key is None:
            raise self._lost(seq)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return MARK + nonce + AESGCM(key).encrypt(nonce, content, self._about(seq, part, what))

    def open(self, seq: int, part: str, sealed: bytes | None, what: str = "") -> bytes | None:
        """
        The content; None once its key was destroyed.

        What does not begin like a sealed content is as it was kept before there were keys.

        Raises
        ------
        KeysLostError
            If the key is not the one, or not there, and was not destroyed.
        """
        if sealed is None or not sealed.startswith(MARK):
            return sealed
        key = self._key(seq, part)
        if key is None:
            return None
        nonce, rest = sealed[len(MARK) :][:NONCE_BYTES], sealed[len(MARK) + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, rest, self._about(seq, part, what))
        except InvalidTag:
            if self._key(seq, part) is None:  # destroyed while it was read
                return None
            raise self._lost(seq) from None

    def destroy(self, keys: Iterable[tuple[int, str]]) -> None:
        """Overwrite keys, by entry and part; when this returns, that is on the disk."""
        for seq, part in keys:
            os.pwrite(self._file(), DESTROYED + bytes(KEY_BYTES), self._place(seq, part))
        os.fdatasync(self._file())

    def _key(self, seq: int, part: str) -> bytes | None:
        """A key; None once it was destroyed."""
        found = os.pread(self._file(), 1 + KEY_BYTES, self._place(seq, part))
        if found[:1] == DESTROYED:
            return None
        if found[:1] != THERE:
            raise self._lost(seq)
        return found[1:]

    def _place(self, seq: int, part: str) -> int:
        return seq * _SLOT + PARTS.index(part) * (1 + KEY_BYTES)

    def _about(self, seq: int, part: str, what: str) -> bytes:
        return f"{self._notice}/{seq}/{part}/{what}".encode()

    def _lost(self, seq: int) -> KeysLostError:
        return refusal(KeysLostError, say, "store.keys_lost", seq=seq, path=str(self._path))

    def _file(self) -> int:
        if self._opened is None:
            # Kept open as long as the process lives: it is read for every entry that is shown.
            self._opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._opened

    def __del__(self) -> None:
        if self._opened is not None:
            os.close(self._opened)
