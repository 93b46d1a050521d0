"""
Files that came with entries: each under its SHA-256, on the disk before any row speaks of it.

A crash between file and row leaves a file that nobody speaks of, never a row without its file;
`sweep` takes such files away.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

from blockplan.atomic import put, sync_folder
from blockplan.portal import clock
from blockplan.portal.record.models import EntryFile

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

#: A file that nobody speaks of is left alone for so long: its transaction may still run.
GRACE_S = 3600.0


class Files:
    """The folder of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep a content; when this returns, it is on the disk. Gives back its SHA-256 in hex."""
        name = hashlib.sha256(content).hexdigest()
        path = self.path(name)
        if path.is_file() and path.stat().st_size == len(content):
            os.utime(path)  # so that a sweep that runs now leaves it alone
            return name
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, content, to_disk=True)
        sync_folder(path.parent)
        sync_folder(self.folder)
        return name

    def get(self, name: str) -> bytes | None:
        """The content; None where there is none, or it is no longer what it was."""
        try:
            content = self.path(name).read_bytes()
        except FileNotFoundError:
            return None
        return content if hashlib.sha256(content).hexdigest() == name else None

    def path(self, name: str) -> Path:
        """Where a content lies."""
        return self.folder / name[:2] / name

    def drop(self, name: str) -> None:
        """Take a content away for ever."""
        self.path(name).unlink(missing_ok=True)

    def drop_unspoken(self, names: Collection[str]) -> None:
        """
        Take those away that no entry speaks of.

        To be done in the turn of those who enter: else somebody enters the same content between the look and
        the loss.
        """
        spoken_of = EntryFile.objects.filter(sha256__in=names).values_list("sha256", flat=True)
        for name in set(names) - set(spoken_of):
            self.drop(name)

    def sweep(self, *, grace_s: float = GRACE_S) -> int:
        """Take away files that no entry speaks of, and half-written ones; gives back how many."""
        if not clock.steady():
            return 0
        limit = time.time() - grace_s
        gone = 0
        for path in sorted(self.folder.glob("??/*")):
            known = EntryFile.objects.filter(sha256=path.name).exists()
            if not known and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                gone += 1
        return gone
