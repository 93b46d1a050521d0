"""
The log of edits beside a plan: who did what when, and the rows before and after.

One line a step: the SHA-256 of what follows, a space, JSON, and a line feed, written and synced before
the step counts as done. A line that is cut off at the end is a step that was never acknowledged: it is
set aside and writing goes on. A line that is damaged in the middle is an error, since what came after
it rests on it.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from pathlib import Path

_DIGEST = 64


class Journal:
    """
    A log of edits in one file.

    Parameters
    ----------
    path
        The file; it is made with its folder where it is not there.

    Raises
    ------
    PlanDataError
        If a line before the last is damaged, or the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise PlanDataError(
                f"The log of edits {path} cannot be read: {error.strerror or error}."
            ) from error
        self._entries, whole = _read(data, path)
        try:
            if whole < len(data):
                path.with_suffix(".torn").write_bytes(data[whole:])
                os.truncate(path, whole)
        except OSError as error:
            raise PlanDataError(
                f"The log of edits {path} cannot be written: {error.strerror or error}."
            ) from error

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Every step that was acknowledged, in order."""
        return list(self._entries)

    def append(self, entry: dict[str, Any]) -> None:
        """
        Write a step, and return once it is on the disk.

        Raises
        ------
        PlanDataError
            If it cannot be written (the disk is full); the step does not count then.
        """
        text = json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        line = hashlib.sha256(text).hexdigest().encode() + b" " + text + b"\n"
        end = self.path.stat().st_size if self.path.exists() else 0
        try:
            with self.path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if self.path.exists():
                os.truncate(self.path, end)
            raise PlanDataError(
                f"The edit could not be written to {self.path}: {error.strerror or error}. Nothing changed."
            ) from error
        self._entries.append(entry)


def _read(data: bytes, path: Path) -> tuple[list[dict[str, Any]], int]:
    """The steps of a log, and how many of its bytes are whole lines."""
    entries: list[dict[str, Any]] = []
    whole = 0
    lines = data.split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        entry = _entry(line)
        if entry is None:
            if number == len(lines) - 1 and not lines[-1]:
                break
            raise PlanDataError(
                f"{path}, line {number}: the step is damaged, and later ones rest on it. Move the file aside "
                "to begin a new log; the scenario as last saved is in the plan's folder."
            )
        entries.append(entry)
        whole += len(line) + 1
    return entries, whole


def _entry(line: bytes) -> dict[str, Any] | None:
    digest, text = line[:_DIGEST], line[_DIGEST + 1 :]
    if hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
