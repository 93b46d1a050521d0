"""
The data folder is for the account alone that serves: names, keys and the password of the mail lie in it.

An office makes the folder and writes ``blockplan.toml`` with whatever rights its system gives. What is open
to others is closed at the start, and told; what cannot be closed stops the start.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from blockplan.errors import UsageError
from blockplan.portal.config import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: Rights of new files and folders that are taken away while the service runs.
UMASK = 0o077


def close_to_others(folder: Path, *, begun: bool) -> list[Path]:
    """
    Take the rights of group and others from the data folder and all in it; gives back what was open.

    A file that another account owns (a system's manager may keep the settings so) may stay open to a group.

    Parameters
    ----------
    begun
        Whether a service was set up in the folder before. If not, and it holds other things, it may be
        somebody's home: nothing is changed in it.

    Raises
    ------
    UsageError
        If something is open to everybody and cannot be closed, or the folder is not the service's own.
    """
    if not folder.exists():
        return []
    foreign = sorted(path.name for path in folder.iterdir() if path.name != FILE)
    if not begun and foreign and _mode(folder) & OTHERS:
        raise UsageError(
            f"{folder} is open to other accounts and holds other things ({foreign[0]}). Names and keys would "
            f"lie open in it: name a --data folder of its own, or close this one (chmod 700 {folder})."
        )
    return [path for path in _all(folder) if _close(path)]


def told(folder: Path, closed: list[Path]) -> str:
    """What was closed, in a line for whoever starts the service."""
    others = f" and {len(closed) - 1} more" if len(closed) > 1 else ""
    return f"{closed[0]}{others} in {folder} could be read by other accounts; closed to them now."


def _close(path: Path) -> bool:
    mode = _mode(path)
    if not mode & OTHERS:
        return False
    if not path.is_symlink() and os.geteuid() in {0, path.stat().st_uid}:
        path.chmod(mode & ~OTHERS)
        return True
    if mode & stat.S_IRWXO:
        raise UsageError(
            f"{path.resolve()} can be read by every account of this machine, and is not this account's to "
            f"close. Let its owner take those rights away (chmod o-rwx), and start again."
        )
    return False


def _mode(path: Path) -> int:
    """Rights of a file, of a link those of what it leads to."""
    return stat.S_IMODE(path.stat().st_mode)


def _all(folder: Path) -> Iterator[Path]:
    """The folder, and what lies in it at any depth; links are not followed further."""
    yield folder
    for path in sorted(folder.iterdir()):
        if path.is_symlink() and not path.exists():
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _all(path)
        else:
            yield path
