"""
Signing the tree: what is signed once is never taken back.

The newest signed checkpoint is kept in a file apart from the record. A record that was
restored from an old backup, or that somebody tampered with, no longer leads to it, and is refused before
anything more is entered.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from blockplan.atomic import sync_folder
from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.proof import merkle
from blockplan.notice.proof.notes import Signer, TreeHead, Verifier, read_checkpoint
from blockplan.notice.refusals import TEXTS, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.notice.proof.merkle import Nodes


class Tip(Protocol):
    """Where the newest signed checkpoint is kept, apart from the record."""

    def read(self) -> str | None:
        """The note; None before the first."""
        ...

    def write(self, note: str) -> None:
        """Keep a note; when this returns, it is on the disk."""
        ...


class TipFile:
    """A file that is exchanged as a whole."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def read(self) -> str | None:
        """The note; None where there is no file."""
        try:
            return self.path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise refused(NoticeStateError, "tip_none", path=self.path, give=_GIVE_BACK) from None

    def write(self, note: str) -> None:
        """Write beside, bring to the disk, exchange."""
        beside = self.path.with_name(self.path.name + ".new")
        with beside.open("wb") as file:
            file.write(note.encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        sync_folder(self.path.parent)


_GIVE_BACK = TEXTS.text("give_back")


class Notary:
    """Signs the tree of one notice, and refuses a smaller or another one."""

    def __init__(self, signer: Signer, tip: Tip) -> None:
        self._signer = signer
        self._tip = tip
        #: The note that was verified last, and what it says: its signature holds for ever.
        self._read: tuple[str, TreeHead] | None = None

    @property
    def verifier(self) -> Verifier:
        """The public key."""
        return self._signer.verifier

    def check(self, nodes: Nodes, size: int, *, signed_before: bool) -> TreeHead | None:
        """
        The newest checkpoint that was signed, if the tree leads on from it.

        Parameters
        ----------
        signed_before
            Whether the record itself holds a checkpoint.

        Raises
        ------
        NoticeStateError
            If the tree is smaller than what was signed, or another one, or the file of the checkpoint is
            gone.
        """
        return self._check(self._tip.read(), nodes, size, signed_before=signed_before)

    def _check(self, note: str | None, nodes: Nodes, size: int, *, signed_before: bool) -> TreeHead | None:
        if note is None:
            if signed_before:
                raise refused(NoticeStateError, "tip_missing", give=_GIVE_BACK)
            return None
        try:
            last = self._verified(note)
        except ValueError as error:
            raise refused(NoticeStateError, "tip_unreadable", error=error, give=_GIVE_BACK) from None
        if last.size > size:
            raise refused(NoticeStateError, "older_copy", size=size, signed=last.size)
        if merkle.root(nodes, last.size) != last.root:
            raise refused(NoticeStateError, "record_changed", size=last.size)
        return last

    def _verified(self, note: str) -> TreeHead:
        read = self._read  # other threads put others in its place
        if read is None or read[0] != note:
            read = self._read = (note, read_checkpoint(note, self.verifier))
        return read[1]

    def sign(self, nodes: Nodes, size: int, *, signed_before: bool) -> str:
        """
        The signed checkpoint of the tree; the one of before, where nothing came.

        Raises
        ------
        NoticeStateError
            As `check`.
        """
        last = self.check(nodes, size, signed_before=signed_before)
        if last is not None and last.size == size:
            return self._tip.read() or ""
        note = self._signer.sign(TreeHead(self._signer.name, size, merkle.root(nodes, size)).text())
        self._tip.write(note)
        return note

    def newest_note(self) -> str | None:
        """The note that was signed last; None where none was."""
        return self._tip.read()

    def newest(self) -> TreeHead | None:
        """What was signed last; None where nothing was, or it cannot be read."""
        note = self._tip.read()
        try:
            return None if note is None else self._verified(note)
        except ValueError:
            return None

    def require_newest(self, nodes: Nodes, size: Callable[[], int]) -> None:
        """
        Refuse a record that does not lead on from what was signed last.

        Parameters
        ----------
        size
            Gives the number of entries, asked after what was signed is read: meanwhile others may enter.

        Raises
        ------
        NoticeStateError
            As `check`.
        """
        note = self._tip.read()
        self._check(note, nodes, size(), signed_before=True)

    def sign_text(self, text: str, nodes: Nodes, size: Callable[[], int]) -> str:
        """
        A signed note of another text (the manifest of a record); never one that could be a checkpoint.

        Raises
        ------
        NoticeStateError
            As `require_newest`: of an older copy nothing is signed.
        """
        self.require_newest(nodes, size)
        return self.vouch(text)

    def vouch(self, text: str) -> str:
        """A signed note of a text that says nothing of a tree; never one that could be a checkpoint."""
        if text.partition("\n")[0] == self._signer.name:
            raise UsageError("A text that begins like a checkpoint is not signed. Begin it otherwise.")
        return self._signer.sign(text)


def new_key(path: str | Path, origin: str) -> Signer:
    """
    A new private key in a file that only its owner may read.

    Raises
    ------
    UsageError
        If the file is already there: a key is never overwritten.
    """
    signer = Signer.new(origin)
    path = Path(path)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} is already there; a key is not overwritten. Name another file.") from None
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(signer.to_text())
        opened.flush()
        os.fsync(opened.fileno())
    return signer


def read_key(path: str | Path) -> Signer:
    """
    The private key of a file.

    Raises
    ------
    UsageError
        If there is none, or it is no key.
    """
    try:
        return Signer.from_text(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"There is no key {path}. Name the file with `key=`; it was made when the notice was opened."
        ) from None
    except ValueError as error:
        raise UsageError(
            f"{path} holds {error}. Name the file that was made when the notice was opened."
        ) from None
