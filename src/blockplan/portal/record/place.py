"""
Whether the key of a notice lies where the service put it, or in a copy of the data folder.

A copy may be a backup, and what was entered after it is lost: were it continued in silence, numbers would be
given twice, and two logs be signed by one key. A file beside the key knows its own place (number of the inode
and the moment of its making), which no copy keeps. In a copy nothing is entered until somebody has said what
it is: `blockplan notice recover`, or ``serve --complete-copy``. A snapshot of a whole machine it cannot tell.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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
