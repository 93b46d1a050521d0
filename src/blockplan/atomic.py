"""Files that are there whole or not at all, for whoever reads them meanwhile and after a loss of power."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def put(path: Path, content: bytes, *, mode: int = 0o666, to_disk: bool = False) -> None:
    """
    Write a file beside its place and move it there; on an error nothing is left of it.

    Parameters
    ----------
    mode
        Who may read and write it, less what the umask takes away.
    to_disk
        Whether to wait until its content is on the disk (`sync_folder` does so for its name).
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            if to_disk:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
