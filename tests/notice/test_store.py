"""What every store of a record does alike, tried on one whose database fails at will."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from tests.support.notice_records import a_clock, a_notice

from blockplan.errors import BlockplanError
from blockplan.notice import SqliteStore, Store
from blockplan.notice.proof.notary import Notary, TipFile, new_key

if TYPE_CHECKING:
    from pathlib import Path

SAID = {"what": "x", "text": "y", "by": "clerk"}


def test_every_driver_says_all_that_the_store_asks_of_it() -> None:
    assert not SqliteStore.__abstractmethods__
    assert Store.__abstractmethods__ >= {"_rows", "_transaction", "_told", "_number"}


def test_after_a_signature_that_failed_the_next_entry_is_on_the_disk_at_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint may wait for the disk; where signing failed, the entries that follow may not."""
    signs = Notary(new_key(tmp_path / "key", "blockplan/made-up"), TipFile(tmp_path / "tip"))
    clock = a_clock()
    a_notice(tmp_path, clock).close()
    with SqliteStore(tmp_path / "notice.sqlite", notary=signs, clock=clock) as store:
        begun = store.size()
        with monkeypatch.context() as patch:
            patch.setattr(Notary, "sign", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
            with pytest.raises(BlockplanError, match="could not be signed over"):
                store.append("corrected", SAID)
        modes: list[int] = []
        real = store._transaction

        def watched(*, durable: bool = True):  # type: ignore[no-untyped-def]
            cm = real(durable=durable)
            cm.__enter__()
            modes.append(store._writer.execute("PRAGMA synchronous").fetchone()[0])
            cm.__exit__(None, None, None)
            return real(durable=durable)

        monkeypatch.setattr(store, "_transaction", watched)
        store.append("corrected", SAID)
        assert modes == [2, 1]  # FULL for the entry, NORMAL for the copy of its checkpoint
        assert store.size() == begun + 2
        assert store.checkpoint() is not None


def test_a_fault_of_the_database_takes_back_the_group_and_says_that_nothing_was_entered(
    tmp_path: Path,
) -> None:
    def fails(_ledger: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with SqliteStore(tmp_path / "n.sqlite", notice="made-up", clock=a_clock()) as store:
        with pytest.raises(BlockplanError, match="Nothing was entered"):
            store.transact(fails)
        assert store.size() == 0
