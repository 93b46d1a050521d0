"""
Where things lie that were made of a record: they can be made anew at any time.

An erasure takes all of them away, so that no copy on our disk holds what was erased. What is being made
meanwhile may hold it too: whoever makes something holds a lock in common, and an erasure waits for it alone.
"""

from __future__ import annotations

import fcntl
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blockplan.portal.config import config_of_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

_LOOK_S = 0.02


def folder_of(notice: str) -> Path:
    """The folder of what was made of the record of a notice."""
    return config_of_environment().data / "made" / notice


@contextmanager
def making(notice: str) -> Iterator[None]:
    """Meanwhile something is made of a record; whoever erases waits."""
    with _lock_file(notice, "making") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(notice: str, what: str, patience_s: float) -> Iterator[None]:
    """
    Meanwhile nobody else, in whatever process, does the same.

    Raises
    ------
    TimeoutError
        If somebody does for longer than `patience_s`.
    """
    until = time.monotonic() + patience_s
    with _lock_file(notice, what) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise TimeoutError(f"{what} of {notice} goes on for too long") from None
                time.sleep(_LOOK_S)
        yield


def drop_all(notice: str, patience_s: float = 0.0) -> None:
    """
    Take away everything that was made of a record.

    Raises
    ------
    TimeoutError
        If something is being made for longer than `patience_s`.
    """
    with alone(notice, "making", patience_s):
        if folder_of(notice).exists():
            shutil.rmtree(folder_of(notice))


def _lock_file(notice: str, what: str) -> IO[str]:
    folder = folder_of(notice).parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return (folder / f"{notice}.{what}.lock").open("w")  # let go of with the file
