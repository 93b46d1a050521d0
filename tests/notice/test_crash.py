"""Killed at any moment under load, a record opens, verifies, and has lost nothing that was acknowledged."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.conftest import SOAK_TIMES
from tests.notice.load import notary
from tests.support.notice_records import a_clock, a_notice, an_opinion

from blockplan.errors import BlockplanError, NoticeStateError
from blockplan.notice import SqliteStore
from blockplan.notice.leaves import holds, leaf
from blockplan.notice.proof import merkle
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.record import export
from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

#: So many are acknowledged before the blow at most; the number is drawn, so that a slow machine does as much.
MOST = 30
#: Longest time from then to the blow, in seconds, so that it falls anywhere.
LONGEST_S = 0.05


def begin(folder: Path) -> None:
    new_key(folder / "key", "blockplan/made-up")
    a_notice(folder).close()


def killed_under_load(folder: Path, draw: random.Random) -> list[tuple[int, str, int]]:
    """What was acknowledged before the process was killed: number, commitment, size of the checkpoint."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.notice.load", folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = "".join(process.stdout.readline() for _ in range(draw.randint(1, MOST)))
    time.sleep(draw.uniform(0, LONGEST_S))
    process.kill()
    said += process.stdout.read()
    process.wait()
    process.stdout.close()
    lines = [line for line in said.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(seq), said, int(size)) for seq, said, size in (line.split() for line in lines)]


def check_whole(folder: Path, acknowledged: dict[int, str], signed: int) -> int:
    """Everything acknowledged is there; tree, texts and signatures hold. Gives the number of entries."""
    with SqliteStore(folder / "notice.sqlite", notary=notary(folder), clock=a_clock()) as store:
        assert store._writer.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tree = merkle.Tree()
        found = {}
        for event in store.events():
            assert event.seq == tree.size
            assert holds(event.body)
            found[event.seq] = event.commitment
            tree.add(merkle.leaf_hash(leaf(event)))
        lost = {seq for seq, said in acknowledged.items() if found.get(seq) != said}
        assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged entries are lost"
        assert merkle.root(store, tree.size) == merkle.root(tree, tree.size)
        newest = read_checkpoint(TipFile(folder / "tip").read() or "", notary(folder).verifier)
        assert signed <= newest.size <= tree.size
        assert merkle.root(tree, newest.size) == newest.root
        return tree.size


def rounds(folder: Path, count: int) -> int:
    draw = random.Random(7)
    begin(folder)
    acknowledged: dict[int, str] = {}
    signed = 0
    for _ in range(count):
        done = killed_under_load(folder, draw)
        acknowledged |= {seq: said for seq, said, _ in done}
        signed = max([signed, *(size for *_, size in done)])
        check_whole(folder, acknowledged, signed)
    with SqliteStore(folder / "notice.sqlite", notary=notary(folder), clock=a_clock()) as store:
        store.append("submitted", an_opinion())
        export(store, folder / "record", notary(folder), archive=True)
    assert verify(folder / "record").findings == []
    return len(acknowledged)


@pytest.mark.long(15)
def test_killed_thirty_times_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    assert rounds(tmp_path, 30) > 300


@pytest.mark.soak
def test_killed_again_and_again_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    assert rounds(tmp_path, 60 * SOAK_TIMES) > 600 * SOAK_TIMES


def commits(log: Path) -> list[int]:
    """
    Where in SQLite's log of writes each commit ends; frames of before it was begun anew are left out.

    References
    ----------
    https://www.sqlite.org/fileformat2.html, section 4.1.
    """
    data = log.read_bytes()
    page, salts, at = int.from_bytes(data[8:12]), data[16:24], 32
    found = []
    while data[at + 8 : at + 16] == salts:
        size = int.from_bytes(data[at + 4 : at + 8])
        at += 24 + page
        found += [at] if size else []
    return found


@pytest.mark.long
def test_a_record_whose_newest_pages_were_torn_away_is_refused(tmp_path: Path) -> None:
    begin(tmp_path)
    log = tmp_path / "notice.sqlite-wal"
    draw = random.Random(1)
    killed_under_load(tmp_path, draw)
    while len(ends := commits(log)) < 8:  # the log was begun anew just before the blow
        killed_under_load(tmp_path, draw)
    with log.open("r+b") as file:
        file.truncate(ends[len(ends) // 2] - 1)
    with SqliteStore(tmp_path / "notice.sqlite", notary=notary(tmp_path), clock=a_clock()) as store:
        with pytest.raises(NoticeStateError, match="it is an older copy"):
            store.append("submitted", an_opinion())
        assert all(holds(event.body) for event in store.events())


def test_a_full_disk_is_told_and_nothing_is_entered_until_there_is_room(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        pages = store._writer.execute("PRAGMA page_count").fetchone()[0]
        store._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(
            BlockplanError, match=r"cannot be written: database or disk is full\. Nothing was entered"
        ):
            store.append("submitted", an_opinion("A long one. " * 5000))
        assert len(list(store.events())) == 1
        store._writer.execute("PRAGMA max_page_count = 1000000")
        assert store.append("submitted", an_opinion()).seq == 1


def test_a_record_that_somebody_else_holds_locked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blockplan.notice.sqlite.BUSY_S", 0.1)
    with a_notice(tmp_path) as store:
        other = sqlite3.connect(tmp_path / "notice.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BlockplanError, match="cannot be written: database is locked"):
            store.append("submitted", an_opinion())
        other.execute("ROLLBACK")
        other.close()
        assert store.append("submitted", an_opinion()).seq == 1


def test_a_signature_that_cannot_be_kept_is_not_given_and_the_truth_is_told(tmp_path: Path) -> None:
    class FullDisk(TipFile):
        def write(self, note: str) -> None:
            raise OSError(28, "No space left on device")

    signer = new_key(tmp_path / "key", "blockplan/made-up")
    a_notice(tmp_path).close()
    with SqliteStore(
        tmp_path / "notice.sqlite", notary=Notary(signer, FullDisk(tmp_path / "tip")), clock=a_clock()
    ) as store:
        with pytest.raises(BlockplanError, match=r"is in the record .* could not be signed.*No space left"):
            store.append("submitted", an_opinion())
        assert store.checkpoint() is None
        assert [event.kind for event in store.events()] == ["opened", "submitted"]


@pytest.mark.long
def test_a_backup_taken_under_load_is_whole(tmp_path: Path) -> None:
    begin(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.notice.load", tmp_path], stdout=subprocess.DEVNULL
    )
    try:
        while not (tmp_path / "tip").exists():
            time.sleep(0.01)
        source, target = (
            sqlite3.connect(tmp_path / "notice.sqlite"),
            sqlite3.connect(tmp_path / "backup.sqlite"),
        )
        source.backup(target)
        source.close()
        target.close()
    finally:
        process.kill()
        process.wait()
    with SqliteStore(tmp_path / "backup.sqlite", clock=a_clock()) as store:
        size = sum(1 for _ in store.events())
        tree = merkle.Tree()
        for event in store.events():
            tree.add(merkle.leaf_hash(leaf(event)))
        assert size > 1
        assert merkle.root(store, size) == merkle.root(tree, size)
