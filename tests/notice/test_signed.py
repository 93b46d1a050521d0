"""What receipts prove by themselves, and what a notary refuses to sign."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.forging import (
    Finished,
    kinds,
)
from tests.support.notice_records import a_clock, a_notice, an_opinion

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import SqliteStore
from blockplan.notice.proof.notary import Notary, TipFile
from blockplan.notice.proof.notes import Signer, TreeHead
from blockplan.notice.receipts import faults_of_receipt, read_receipt
from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


# ---- receipts ----


def test_a_receipt_holds_by_itself_and_without_the_record(made: Finished) -> None:
    for document in made.receipts:
        assert faults_of_receipt(document) == []
        assert faults_of_receipt(json.loads(json.dumps(document)), made.signer.verifier) == []


def test_an_erased_opinion_leaves_its_receipt_whole(made: Finished) -> None:
    assert verify(made.folder, receipts=[made.receipts[4]]).findings == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r["body"].update(text="I praised the plan."), "not the one that was committed to"),
        (lambda r: r["body"].update(late=True), "not the one that was committed to"),
        (lambda r: r["leaf"].update(at="2026-03-01T00:00:00.000000Z"), "does not lead from entry"),
        (lambda r: r["leaf"].update(seq=3), "does not lead from entry"),
        (lambda r: r["proof"].pop(), "does not lead from entry"),
        (lambda r: r["proof"].append("00" * 32), "does not lead from entry"),
        (lambda r: r.update(checkpoint=r["checkpoint"].replace("\n2\n", "\n3\n")), "forged or damaged"),
        (lambda r: r.update(key=str(Signer.new("x").verifier)), "forged or damaged"),
        (lambda r: r.pop("leaf"), "forged or damaged"),
    ],
)
def test_a_forged_receipt_is_found(made: Finished, change: Callable[[Any], Any], said: str) -> None:
    document = copy.deepcopy(made.receipts[0])
    change(document)
    assert said in " ".join(faults_of_receipt(document))
    assert "receipt_forged" in kinds(made.folder, receipts=[document])


def test_a_receipt_that_another_key_signed_is_found(made: Finished) -> None:
    other = Signer.new("blockplan/made-up")
    document = copy.deepcopy(made.receipts[0])
    document["leaf"]["seq"] = 0
    _, digest, _ = read_receipt(document)
    document |= {"proof": [], "key": str(other.verifier)}
    document["checkpoint"] = other.sign(TreeHead(other.name, 1, digest).text())
    assert faults_of_receipt(document) == []  # whole by itself ...
    assert faults_of_receipt(document, made.signer.verifier)  # ... and not the office's


# ---- signing ----


def signed(folder: Path) -> tuple[SqliteStore, Notary]:
    notary = Notary(Signer.new("blockplan/made-up"), TipFile(folder / "tip"))
    clock = a_clock()
    a_notice(folder, clock).close()
    return SqliteStore(folder / "notice.sqlite", clock=clock, notary=notary), notary


def test_an_old_copy_of_the_record_is_neither_signed_nor_written_to(tmp_path: Path) -> None:
    store, notary = signed(tmp_path)
    with store:
        store.append("submitted", an_opinion())
    backup = (tmp_path / "notice.sqlite").read_bytes()
    with SqliteStore(tmp_path / "notice.sqlite", clock=a_clock(), notary=notary) as store:
        store.append("submitted", an_opinion())
    (tmp_path / "notice.sqlite").write_bytes(backup)
    with SqliteStore(tmp_path / "notice.sqlite", clock=a_clock(), notary=notary) as store:
        with pytest.raises(NoticeStateError, match="has 2 entries, and 3 were signed: it is an older copy"):
            store.append("submitted", an_opinion())
        assert len(list(store.events())) == 2


def test_a_record_that_was_changed_in_the_database_is_not_signed(tmp_path: Path) -> None:
    store, _ = signed(tmp_path)
    with store:
        store.append("submitted", an_opinion())
        store._writer.execute('UPDATE nodes SET digest = zeroblob(32) WHERE level = 0 AND "index" = 1')
        store._writer.execute('UPDATE nodes SET digest = zeroblob(32) WHERE level = 1 AND "index" = 0')
        with pytest.raises(NoticeStateError, match="are not those that were signed"):
            store.append("submitted", an_opinion())


def test_without_the_newest_checkpoint_nothing_is_signed(tmp_path: Path) -> None:
    store, _ = signed(tmp_path)
    with store:
        store.append("submitted", an_opinion())
        newest = (tmp_path / "tip").read_text(encoding="utf-8")
        (tmp_path / "tip").unlink()
        with pytest.raises(NoticeStateError, match="newest signed checkpoint of this record is missing"):
            store.append("submitted", an_opinion())
        (tmp_path / "tip").write_text(newest, encoding="utf-8")
        assert store.append("submitted", an_opinion()).seq == 2


def test_a_key_signs_no_text_that_could_be_a_checkpoint(tmp_path: Path) -> None:
    store, notary = signed(tmp_path)
    with store, pytest.raises(UsageError, match="begins like a checkpoint"):
        notary.vouch("blockplan/made-up\n1\nAAAA\n")
