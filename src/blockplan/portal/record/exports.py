"""
The record of a notice as a file to take along: made once for a checkpoint, and again only after a while.

An erasure takes it away; see `blockplan.portal.record.made`.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.notice.record import export
from blockplan.portal.record.made import drop_all, folder_of
from blockplan.portal.record.models import Entry

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore

#: A file that is younger than this is given out although newer entries were signed.
FRESH_S = 600.0
#: The day on all files in the archive: the same record gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def record_file(store: DatabaseStore) -> tuple[Path, int]:
    """
    The public record as a zip, and how many entries it holds.

    Raises
    ------
    UsageError
        If nothing was entered and signed yet.
    """
    folder = folder_of(store.notice)
    newest = _newest(folder)
    if newest is not None and time.time() - newest.stat().st_mtime < FRESH_S:
        return newest, _entries(newest)
    while True:
        before = _erasures(store.notice)
        packed, entries = _make(store, folder)
        if _erasures(store.notice) == before:
            return packed, entries
        drop_all(store.notice)  # something was erased meanwhile, and this copy may still hold it


def _make(store: DatabaseStore, folder: Path) -> tuple[Path, int]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-", ignore_cleanup_errors=True) as beside:
        unpacked = Path(beside) / "record"
        manifest = export(store, unpacked, store.notary)
        packed = folder / f"record-{manifest['entries']}.zip"
        made = Path(beside) / f"{secrets.token_hex(4)}.zip"
        _pack(unpacked, made, f"{store.notice}-record")
        os.replace(made, packed)  # noqa: PTH105 (atomic)
    for old in folder.glob("record-*.zip"):
        if old != packed:
            old.unlink(missing_ok=True)
    return packed, int(manifest["entries"])


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
