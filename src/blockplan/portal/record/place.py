"""
Whether the key of a notice lies where the service put it, or in a copy of the data folder.

A copy may be a backup, and what was entered after it is lost: were it continued in silence, numbers would be
given twice, and two logs be signed by one key. A file beside the key knows its own place (number of the inode
and the moment of its making), which no copy keeps. In a copy nothing is entered until somebody has said what
it is: `blockplan notice recover`, or ``serve --complete-copy``. A snapshot of a whole machine it cannot tell.

Where things lie that were made of a record: they can be made anew at any time.

An erasure takes all of them away, so that no copy on our disk holds what was erased. What is being made
meanwhile may hold it too: whoever makes something holds a lock in common, and an erasure waits for it alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blockplan.portal.config import config_of_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from blockplan.portal.config import Config


def is_copy(config: Config, notice: str) -> bool:
    """Whether the key was copied since it was settled; False where it never was."""
    here, said = _files(config, notice)
    try:
        known = json.loads(said.read_text())
    except (FileNotFoundError, ValueError):
        return False
    try:
        return bool(known != _place(here))
    except FileNotFoundError:
        return True


def settle(config: Config, notice: str) -> None:
    """By what lies here the notice goes on."""
    here, said = _files(config, notice)
    here.unlink(missing_ok=True)
    os.close(os.open(here, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    beside = said.with_name(f"{said.name}.new")
    beside.write_text(json.dumps(_place(here)))
    beside.replace(said)


def settle_all(config: Config, *, anew: bool) -> list[str]:
    """
    The same for every notice that was never settled, or (`anew`) for all; gives back which.

    Parameters
    ----------
    anew
        True where somebody says that a copy is complete: nothing was entered after it was made.
    """
    names = sorted(path.stem for path in config.keys.glob("*.key"))
    found = [name for name in names if anew or not _files(config, name)[1].exists()]
    for name in found:
        settle(config, name)
    return found


def _files(config: Config, notice: str) -> tuple[Path, Path]:
    return config.keys / f"{notice}.here", config.keys / f"{notice}.here.json"


def _place(here: Path) -> list[int]:
    found = here.stat()
    return [found.st_ino, found.st_ctime_ns]


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
