"""
The record of a notice as a file to take along: made once for a checkpoint, by one request at a time.

It is given out for a while although newer entries were signed, but not once an entry took words back. An
erasure takes it away, and what is being made of the record meanwhile; see
`blockplan.portal.record.place`.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import threading
import time
import zipfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from blockplan.errors import BlockplanError, NoticeStateError
from blockplan.notice.record import export
from blockplan.portal.config import config_of_environment
from blockplan.portal.record.countersigning import outside_of
from blockplan.portal.record.models import Entry
from blockplan.portal.record.place import alone, folder_of, making
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import IO

    from blockplan.notice.events import Event
    from blockplan.portal.record.store import DatabaseStore

#: A file that is younger than this is given out although newer entries were signed.
FRESH_S = 600.0
#: Entries that take words back which a file before them may show.
TAKES_BACK = ("amended", "erased", "redacted", "transcribed", "withdrawn", "withheld")
#: So long a request waits for the file that another one makes.
WAITS_S = 20.0
#: The day on all files in the archive: the same record gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
_LOOK_EACH = 200


class MakingError(BlockplanError):
    """The file is being made, and as many as may wait for it already; come back."""


class _ErasedMeanwhileError(Exception):
    """Something was erased while a file was made that may hold it."""


def record_file(store: DatabaseStore) -> tuple[Path, int]:
    """
    The public record as a zip, and how many entries it holds.

    Raises
    ------
    UsageError
        If nothing was entered and signed yet.
    MakingError
        If it is being made and half of the threads wait for it, or it takes too long.
    """
    found = _at_hand(store.notice)
    if found is not None:
        return found
    with _one_at_a_time(store.notice):
        while True:
            found = _at_hand(store.notice)  # somebody else may have made it meanwhile
            if found is not None:
                return found
            try:
                _make(store)
            except _ErasedMeanwhileError:
                continue


def opened_file(store: DatabaseStore) -> tuple[IO[bytes], int]:
    """The same, opened: an erasure may take the file away at any moment."""
    while True:
        path, entries = record_file(store)
        try:
            return path.open("rb"), entries
        except FileNotFoundError:
            continue


def _at_hand(notice: str) -> tuple[Path, int] | None:
    """The newest file, where it may still be given out."""
    newest = _newest(folder_of(notice))
    if newest is None:
        return None
    try:
        young = time.time() - newest.stat().st_mtime < FRESH_S
    except FileNotFoundError:  # an erasure took it just now
        return None
    after = Entry.objects.filter(notice_id=notice, seq__gte=_entries(newest), kind__in=TAKES_BACK)
    return (newest, _entries(newest)) if young and not after.exists() else None


@contextmanager
def _one_at_a_time(notice: str) -> Iterator[None]:
    """Meanwhile no other request makes the file of this notice; some wait for it, and the rest are told."""
    waiting = _places()
    if not waiting.acquire(blocking=False):
        raise MakingError("The record is being made ready for others. Ask again in some seconds.")
    try:
        with alone(notice, "record", WAITS_S):
            yield
    except TimeoutError:
        raise MakingError("The record is still being made ready. Ask again in some seconds.") from None
    finally:
        waiting.release()


@cache
def _places() -> threading.BoundedSemaphore:
    """Half of the threads of a process may make the file or wait for it: the others answer readers."""
    return threading.BoundedSemaphore(max(1, config_of_environment().threads // 2))


class _Watched:
    """A record that is exported, and no longer so once something in it is erased."""

    def __init__(self, store: DatabaseStore) -> None:
        self._store = store
        self._before = _erasures(store.notice)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def look(self) -> None:
        """See that nothing was erased."""
        if _erasures(self._store.notice) != self._before:
            raise _ErasedMeanwhileError

    def events(self, kinds: Collection[str] | None = None, *, about: str | None = None) -> Iterator[Event]:
        """As of the store."""
        for number, event in enumerate(self._store.events(kinds, about=about)):
            if number % _LOOK_EACH == 0:
                self.look()
            yield event

    def file(self, seq: int, number: int) -> bytes | None:
        """As of the store."""
        self.look()
        return self._store.file(seq, number)


def _make(store: DatabaseStore) -> None:
    if store.is_copy:
        raise refusal(NoticeStateError, say, "store.copy")
    folder = folder_of(store.notice)
    with making(store.notice):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        watched = _Watched(store)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".making-", ignore_cleanup_errors=True) as beside:
            unpacked = Path(beside) / "record"
            manifest = export(cast("Any", watched), unpacked, store.notary, outside=outside_of(store.notice))
            watched.look()
            packed = folder / f"record-{manifest['entries']}.zip"
            made = Path(beside) / f"{secrets.token_hex(4)}.zip"
            _pack(unpacked, made, f"{store.notice}-record")
            watched.look()
            os.replace(made, packed)  # noqa: PTH105 (atomic)
        for old in folder.glob("record-*.zip"):
            if old != packed:
                old.unlink(missing_ok=True)


def _erasures(notice: str) -> int:
    return Entry.objects.filter(notice_id=notice, kind="erased").count()


def _newest(folder: Path) -> Path | None:
    return max(folder.glob("record-*.zip"), key=_entries, default=None)


def _entries(path: Path) -> int:
    return int(path.stem.removeprefix("record-"))


def _pack(folder: Path, out: Path, name: str) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}", EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes())
