"""
The log of edits beside a plan: who did what when, and the rows before and after.

One line a step: the SHA-256 of what follows, a space, JSON, and a line feed, written and synced before
the step counts as done. A line that is cut off at the end is a step that was never acknowledged: it is
set aside and writing goes on. A whole line that is damaged is an error: that step was acknowledged, and
what came after rests on it.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from blockplan.errors import PlanDataError, ScenarioGoneError
from blockplan.live.refusals import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIGEST = 64
#: The kind of a log's first step stands within so many bytes.
_HEAD = 120


class DamagedLogError(PlanDataError):
    """A log of edits with a damaged step that was acknowledged."""


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
        If a whole line is damaged, or the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: list[dict[str, Any]] = []
        self._end, self._file = 0, 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PlanDataError(
                f"The log of edits {path} cannot be read: {error.strerror or error}."
            ) from error
        with self.held():
            self.fresh()

    @contextmanager
    def held(self) -> Iterator[None]:
        """
        While this lasts no other process writes the log, so that what is read of it is all there is.

        Raises
        ------
        PlanDataError
            If the file that is locked cannot be made.
        """
        with alone(self.path.with_suffix(".lock")):
            yield

    def fresh(self) -> list[dict[str, Any]]:
        """
        Steps that others wrote since this log was last read or written; `held` has to last meanwhile.

        Raises
        ------
        ScenarioGoneError
            If the log was set aside, cut or replaced.
        PlanDataError
            If it is damaged or cannot be read.
        """
        try:
            data = b""
            if self.path.exists():
                with self.path.open("rb") as file:
                    now = os.fstat(file.fileno())
                    if self._end and (now.st_ino != self._file or now.st_size < self._end):
                        raise TEXTS.refused(ScenarioGoneError, "log_aside", scenario=self.path.stem)
                    self._file = now.st_ino
                    file.seek(self._end)
                    data = file.read()
            elif self._end:
                raise TEXTS.refused(ScenarioGoneError, "log_aside", scenario=self.path.stem)
            found, whole = _read(data, self.path, len(self._entries))
            if whole < len(data):
                self.path.with_suffix(".torn").write_bytes(data[whole:])
                os.truncate(self.path, self._end + whole)
        except OSError as error:
            raise PlanDataError(
                f"The log of edits {self.path} cannot be read or written: {error.strerror or error}."
            ) from error
        self._end += whole
        self._entries += found
        return found

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
                if not end:
                    _keep(self.path.parent)
                self._file = os.fstat(file.fileno()).st_ino
        except OSError as error:
            if self.path.exists():
                os.truncate(self.path, end)
            raise PlanDataError(
                f"The edit could not be written to {self.path}: {error.strerror or error}. Nothing changed."
            ) from error
        self._entries.append(entry)
        self._end = end + len(line)


def _keep(folder: Path) -> None:
    """Return once a folder's list of files is on the disk; some systems open no folders, and keep it so."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """
    While this lasts no other process holds the file at `place`, which is made where it is not there.

    Raises
    ------
    PlanDataError
        If the file cannot be made.
    """
    try:
        file = place.open("ab")
    except OSError as error:
        raise PlanDataError(f"{place} cannot be locked: {error.strerror or error}.") from error
    with file:
        try:
            _lock(file)  # let go of where the file is closed, also by a kill
        except OSError as error:
            raise PlanDataError(f"{place} cannot be locked: {error.strerror or error}.") from error
        yield


def steps_of(log: Path) -> int | None:
    """How many steps a log holds beside its beginning; None where there is none. It is not read whole."""
    try:
        with log.open("rb") as file:
            begun = b'"kind":"begin"' in file.read(_HEAD)
            file.seek(0)
            lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return None
    return lines - begun


def set_aside(log: Path) -> Path:
    """Move a log away, to a free name beside it, while no other process writes it; gives its new place."""
    with alone(log.with_suffix(".lock")):
        return log.rename(free_name(log))


def free_name(log: Path) -> Path:
    """A free name beside a log for what is set aside."""
    names = (log.with_suffix(f".{number}.aside") for number in range(1, 10_000))
    return next(name for name in names if not name.exists())


def _lock(file: IO[bytes]) -> None:
    """Wait until no other process holds the file; where there are no such locks, one process is served."""
    try:
        import fcntl  # noqa: PLC0415 (not on every system)
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX)


def _read(data: bytes, path: Path, before: int) -> tuple[list[dict[str, Any]], int]:
    """The steps of a log, and how many of its bytes are whole lines."""
    entries: list[dict[str, Any]] = []
    whole = 0
    lines = data.split(b"\n")
    for number, line in enumerate(lines[:-1], before + 1):
        entry = _entry(line)
        if entry is None:
            raise DamagedLogError(
                f"{path}, line {number}: the step is damaged, and what came after rests on it. Move the file "
                "aside to begin a new log; the scenario as last saved is in the plan's folder."
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
