"""
The one owner of all copies of what was erased: after the entry each of them is taken away, or it is said
which is not yet.

What is to go stands in a row that was kept with the entry ``erased``, so that no crash forgets it. Nothing
here holds up those who write: whatever somebody else still reads is left for the next try, by the service
itself within seconds (`blockplan.portal.background`). Copies that other parts of the service keep, drafts and
acts that wait for a second person among them, go by the signal ``forgotten``.
"""

from __future__ import annotations

import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any

from django.db import Error as DatabaseError
from django.db import connection

from blockplan.errors import BlockplanError
from blockplan.portal import clock
from blockplan.portal.record.models import Erasure
from blockplan.portal.record.place import drop_all
from blockplan.portal.record.signals import erased, forgotten

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from blockplan.portal.record.files import Files
    from blockplan.portal.record.sealing import Seals

    Transact = Callable[[Callable[[Any], None]], None]

LOG = logging.getLogger("blockplan.portal.record")
#: So long whoever erases waits for exports that are being made, and for readers of SQLite's log of writes.
PATIENCE_S = 3.0
#: Writers of SQLite wait no longer than this for one try.
TRY_S = 0.1


def finish(notice: str, transact: Transact, seals: Seals, files: Files, patience_s: float) -> bool:
    """
    Take away what is left of everything that was erased of a notice; whether nothing is left.

    Parameters
    ----------
    transact
        Does a piece of work in the turn of those who enter.
    patience_s
        So long to wait for what is being made of the record, and for readers of SQLite's log of writes.
    """
    rows = list(Erasure.objects.filter(notice_id=notice, done_at=None).order_by("seq"))
    return sum(_finish(row, transact, seals, files, patience_s) for row in rows) == len(rows)


def unfinished() -> list[str]:
    """Notices of which something erased is left."""
    rows = Erasure.objects.filter(done_at=None).values_list("notice_id", flat=True)
    return sorted(set(rows))


def _finish(row: Erasure, transact: Transact, seals: Seals, files: Files, patience_s: float) -> bool:
    """The keys first: with them the words are gone, whatever else is left."""
    steps: dict[str, Callable[[], object]] = {
        "keys": lambda: seals.destroy(row.keys),
        "files": lambda: _drop_files(row.files, transact, files),
        "copies": lambda: _ask_others(row),
        "made": lambda: drop_all(row.notice_id, patience_s),
        "log": lambda: _cut_log(patience_s),
    }
    left = [name for name, step in steps.items() if not _done(step, row, name)]
    row.left = " ".join(left)
    row.tries += 1
    row.done_at = None if left else clock.now()
    row.keys = row.keys if "keys" in left else []
    row.files = row.files if "files" in left else []
    row.save()
    if not left:
        erased.send(row.notice_id, opinion=row.opinion)
    return not left


def _done(step: Callable[[], object], row: Erasure, name: str) -> bool:
    try:
        step()
    except (OSError, DatabaseError, BlockplanError) as error:
        if row.tries == 0:
            LOG.warning("erasing %s of %s: %s left for later: %s", row.opinion, row.notice_id, name, error)
        return False
    return True


def _drop_files(names: Collection[str], transact: Transact, files: Files) -> None:
    if names:
        transact(lambda _ledger: files.drop_unspoken(names))


def _ask_others(row: Erasure) -> None:
    for _, said in forgotten.send_robust(row.notice_id, opinion=row.opinion, words=row.words):
        if isinstance(said, Exception):
            raise OSError(f"{type(said).__name__}: {said}") from said


def _cut_log(patience_s: float) -> None:
    """
    Bring SQLite's log of writes into its file and cut it; what it holds of the words is noise already.

    A try waits for readers with the lock of writers held, so each is short, and others write between two.
    """
    if connection.vendor != "sqlite":
        return
    until = time.monotonic() + patience_s
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (before_ms,) = cursor.fetchone()
        try:
            cursor.execute(f"PRAGMA busy_timeout={int(TRY_S * 1000)}")
            while True:
                with contextlib.suppress(DatabaseError):  # somebody writes just now
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    if cursor.fetchone()[0] == 0:
                        return
                if time.monotonic() >= until:
                    raise TimeoutError("somebody reads an older state of the database")
                time.sleep(2 * TRY_S)
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before_ms}")
