"""The record in the service's database: laws, proofs and erasure hold as in a record of its own file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from tests.support.rebuilt import rebuild
from tests.support.submitting import send

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import Attachment, office
from blockplan.notice import submissions as intake
from blockplan.notice.receipts import faults_of_receipt, receipt
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.record.files import Files
from blockplan.portal.record.models import Entry, EntryFile, Notice, Opinion, Target
from blockplan.portal.record.store import begin, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore


def test_what_the_service_keeps_is_a_record_that_verifies(shown: DatabaseStore, tmp_path: Path) -> None:
    first, secret = send(shown, "More trees along the canal.", Attachment("a.txt", "text/plain", b"trees"))
    intake.amend(shown, first, "More trees, and benches.", secret=secret)
    send(shown, "No more cars.", targets=[{"layer": "parcels", "id": "P-1"}])
    export(shown, tmp_path / "record", shown.notary)
    found = verify(tmp_path / "record")
    assert found.findings == []
    assert found.manifest["entries"] == 4


def test_every_answer_comes_with_a_proof_against_what_is_signed(opened: DatabaseStore) -> None:
    for number in range(20):
        event, _ = intake.submit(opened, intake.Submission(text=f"opinion {number}"))
        checkpoint = opened.checkpoint()
        assert checkpoint is not None
        made = receipt(event, opened, checkpoint, opened.notary.verifier)
        assert faults_of_receipt(made, opened.notary.verifier) == []


def test_many_threads_enter_at_once_and_each_opinion_has_a_number_of_its_own(opened: DatabaseStore) -> None:
    def one(number: int) -> str:
        try:
            return send(opened, f"opinion {number}")[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(one, range(40)))
    assert len(set(numbers)) == 40
    assert Entry.objects.count() == 41
    assert Opinion.objects.count() == 40


def test_work_that_fails_takes_back_its_own_entries_and_no_others(opened: DatabaseStore) -> None:
    def half(ledger: object) -> None:
        ledger.append("submitted", {"text": "half", "channel": "web", "from": "public"})  # type: ignore[attr-defined]
        raise UsageError("no")

    with pytest.raises(UsageError):
        opened.transact(half)
    assert send(opened, "whole")[0] == "O-1"
    assert Opinion.objects.count() == 1


def test_the_index_follows_what_becomes_of_an_opinion(opened: DatabaseStore) -> None:
    name, secret = send(opened, "first words", targets=[{"layer": "parcels", "id": "P-7"}])
    row = Opinion.objects.get()
    assert (row.standing, row.shown, row.late, row.channel) == ("whole", 1, False, "web")
    assert Target.objects.filter(layer="parcels", object="P-7").count() == 1
    intake.amend(opened, name, "other words", secret=secret)
    assert Opinion.objects.get().shown == 2
    opened.append(
        "redacted", {"opinion": name, "text": "other ...", "ground": "names", "by": "Li", "second": "Wang"}
    )
    row = Opinion.objects.get()
    assert (row.standing, row.shown) == ("redacted", 3)
    intake.withdraw(opened, name, secret=secret)
    row = Opinion.objects.get()
    assert (row.standing, row.shown) == ("withdrawn", None)


def test_an_index_made_anew_is_the_one_that_was_kept(opened: DatabaseStore) -> None:
    from blockplan.portal.record.rows import DatabaseRows

    name, _ = send(opened, "stays", targets=[{"layer": "rules", "id": "zone-green"}])
    gone, secret = send(opened, "goes")
    intake.withdraw(opened, gone, secret=secret)
    intake.erase(opened, name, ground="wish of the submitter", by="Li")
    fields = ("seq", "at", "round", "late", "channel", "sender", "standing", "shown", "held")
    kept = list(Opinion.objects.order_by("seq").values_list(*fields))
    aims = list(Target.objects.values_list("seq", "layer", "object"))
    rebuild(DatabaseRows("town", Files(opened._files.folder), opened._seals), "town")
    assert list(Opinion.objects.order_by("seq").values_list(*fields)) == kept
    assert list(Target.objects.values_list("seq", "layer", "object")) == aims


def test_erased_words_and_files_are_nowhere_and_every_other_proof_holds(
    shown: DatabaseStore, config: Config, tmp_path: Path
) -> None:
    words, inside = "my-words-that-must-go", b"my-file-that-must-go"
    name, _ = send(shown, words, Attachment("a.txt", "text/plain", inside))
    other, _ = send(shown, "stays")
    intake.erase(shown, name, ground="wish of the submitter", by="Li")
    connection.close()
    for path in config.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert words.encode() not in content, path
            assert inside not in content, path
    assert shown.file(1, 0) is None
    export(shown, tmp_path / "record", shown.notary)
    assert verify(tmp_path / "record").findings == []
    assert other == "O-2"


def test_a_file_that_two_opinions_brought_stays_until_both_are_erased(opened: DatabaseStore) -> None:
    same = Attachment("a.txt", "text/plain", b"the same")
    one, _ = send(opened, "one", same)
    send(opened, "two", same)
    assert EntryFile.objects.filter(seq__in=[1, 2]).values("sha256").distinct().count() == 1
    intake.erase(opened, one, ground="wish", by="Li")
    assert opened.file(1, 0) is None
    assert opened.file(2, 0) == b"the same"


def test_a_file_that_no_entry_speaks_of_is_swept_and_no_other(opened: DatabaseStore, config: Config) -> None:
    send(opened, "one", Attachment("a.txt", "text/plain", b"spoken of"))
    files = Files(config.files)
    files.put(b"left by a crash")
    before = EntryFile.objects.count()
    assert files.sweep() == 0  # it may belong to a transaction that runs
    assert files.sweep(grace_s=-1.0) == 1
    assert sum(1 for path in config.files.rglob("*") if path.is_file()) == (
        EntryFile.objects.values("sha256").distinct().count()
    )
    assert EntryFile.objects.count() == before


def test_a_notice_follows_its_record(opened: DatabaseStore, clock: HandClock) -> None:
    row = Notice.objects.get()
    assert (row.state, row.round, row.ends_before) == ("on_notice", 1, "2026-03-31T16:00:00.000000Z")
    clock.set(2026, 4, 1, 0, 0, 0)
    office.close(opened, by="Li")
    assert Notice.objects.get().state == "closed"
    name, _ = send(opened, "late")
    assert Opinion.objects.get().late is True
    with pytest.raises(NoticeStateError):
        intake.amend(opened, name, "later", by="Li")


def test_an_id_that_is_taken_or_no_address_is_refused(begun: DatabaseStore) -> None:
    for name in ("town", "two words", "../etc", "x" * 61, ""):
        with pytest.raises(UsageError):
            begin(name)
    with pytest.raises(UsageError):
        open_store("nowhere")
