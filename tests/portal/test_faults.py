"""Faults of disk, clock, processes and database: what is said is true, and nothing acknowledged is lost."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from tests.portal.databases import on_postgresql, on_sqlite
from tests.support.cluster import PROGRAMS
from tests.support.stores import forget_stores

from blockplan.errors import NoticeStateError
from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.intake.uploads import take_file
from blockplan.notice.receipts import faults_of_receipt
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.record.files import Files
from blockplan.portal.record.models import Entry, EntryFile
from blockplan.portal.record.store import UnavailableError, open_store
from blockplan.portal.submissions.services import Said, new_form, take

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore


def said(text: str, form: str = "", *files: Attachment) -> Said:
    return Said(opinion=intake.Submission(text=text, files=files), form=form or new_form())


def is_whole(store: DatabaseStore, folder: Path, *held: Any) -> bool:
    """The record verifies, with the receipts that submitters hold."""
    export(store, folder / "record", store.notary, archive=True)
    found = verify(folder / "record", receipts=[dict(one.document) for one in held])
    shutil.rmtree(folder / "record")
    return found.findings == []


def in_record() -> int:
    return Entry.objects.filter(kind="submitted").count()


@on_sqlite
def test_a_full_disk_is_told_nothing_is_entered_and_the_next_try_is_taken(
    opened: DatabaseStore, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no page is left of other tests
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    form = new_form()
    with pytest.raises(UnavailableError, match="Nothing was entered") as told:
        take("town", said("words " * 20_000, form))
    assert told.value.entered is False
    assert in_record() == 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
    receipt = take("town", said("words " * 20_000, form))
    assert is_whole(opened, tmp_path, receipt)


def test_a_disk_that_is_full_for_files_is_told_and_leaves_no_half_a_file(
    opened: DatabaseStore, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("blockplan.portal.record.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        take("town", said("with a file", "", Attachment("a.txt", "text/plain", b"x" * 1000)))
    assert in_record() == 0
    assert [path for path in config.files.rglob("*") if path.is_file()] == []


def test_an_error_of_the_disk_while_signing_is_told_as_it_is_and_the_same_form_gets_its_receipt(
    opened: DatabaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = new_form()

    def broken(_self: object, _note: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr("blockplan.notice.proof.notary.TipFile.write", broken)
        with pytest.raises(UnavailableError, match="It is in the record, but could not be signed") as told:
            take("town", said("once", form))
        assert told.value.entered is True
        assert in_record() == 1
        with pytest.raises(UnavailableError):
            take("town", said("once", form))
    receipt = take("town", said("once", form))
    assert (receipt.opinion, in_record()) == ("O-1", 1)
    assert faults_of_receipt(receipt.document, opened.notary.verifier) == []
    assert is_whole(opened, tmp_path, receipt)


def test_a_restored_older_copy_refuses_to_sign_a_smaller_tree(opened: DatabaseStore) -> None:
    from blockplan.portal.record.models import Checkpoint, Node, Opinion

    first = take("town", said("in the backup"))
    second = take("town", said("after the backup"))
    for table in (Entry, Opinion):
        table.objects.filter(seq__gte=second.seq).delete()
    Checkpoint.objects.filter(size__gt=second.seq).delete()
    Node.objects.filter(level=0, index__gte=second.seq).delete()
    Node.objects.filter(level=1, index__gte=second.seq // 2).delete()
    forget_stores()
    before = Path(opened.notary._tip.path).read_bytes()  # type: ignore[attr-defined]
    with pytest.raises(UnavailableError, match="older copy"):
        take("town", said("another history"))
    assert Path(opened.notary._tip.path).read_bytes() == before  # type: ignore[attr-defined]
    assert in_record() == 1
    assert first.opinion == "O-1"


def test_a_clock_that_jumps_over_the_deadline_and_back_does_not_bring_the_period_back(
    opened: DatabaseStore, clock: HandClock, tmp_path: Path
) -> None:
    clock.set(2026, 3, 31, 23, 59, 59)
    in_time = take("town", said("in time"))
    clock.set(2026, 4, 1, 0, 30, 0)
    late = take("town", said("an hour later"))
    clock.set(2026, 3, 31, 23, 0, 0)
    after = take("town", said("the clock was set back"))
    assert [one.late for one in (in_time, late, after)] == [False, True, True]
    assert opened.some([after.seq])[after.seq].clock == "2026-03-31T15:00:00.000000Z"
    assert is_whole(opened, tmp_path, in_time, late, after)


@on_sqlite
def test_a_disk_that_became_read_only_is_told_and_readers_go_on(
    opened: DatabaseStore, tmp_path: Path
) -> None:
    kept = take("town", said("before"))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    with pytest.raises(UnavailableError, match="Nothing was entered"):
        take("town", said("meanwhile"))
    assert [event.seq for event in opened.events({"submitted"})] == [kept.seq]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = OFF")
    assert is_whole(opened, tmp_path, kept, take("town", said("after")))


@on_sqlite
def test_a_backup_taken_under_load_is_whole_and_leads_to_what_was_signed(
    opened: DatabaseStore, tmp_path: Path
) -> None:
    stop = threading.Event()

    def load() -> None:
        try:
            while not stop.is_set():
                take("town", said("under load"))
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        until = time.monotonic() + 20
        while in_record() < 5 and time.monotonic() < until:
            time.sleep(0.01)
        source = sqlite3.connect(str(connection.settings_dict["NAME"]))
        target = sqlite3.connect(tmp_path / "backup.sqlite3")
        source.backup(target)
        source.close()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert target.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    entries, last = target.execute("SELECT count(*), max(seq) FROM record_entry").fetchone()
    target.close()
    assert entries == last + 1 > 5
    assert is_whole(opened, tmp_path)


def test_what_the_power_took_of_an_upload_is_never_spoken_of_by_an_entry(
    opened: DatabaseStore, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A power cut keeps of a file what was brought to the disk: here each file that was not is cut to nothing.

    The simulation notes which files had an fsync, and the power goes at each of the steps of an upload.
    """
    safe: set[str] = set()
    real = os.fsync

    def brought(handle: int) -> None:
        safe.add(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    class PowerCut(BaseException):
        pass

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    monkeypatch.setattr("blockplan.portal.record.files.os.fsync", brought)
    monkeypatch.setattr(Path, "unlink", lambda *_args, **_more: None)  # nobody tidies up without power
    for step, target in enumerate(("replace", "sync_folder", "insert")):
        content = f"file of step {step}".encode()
        with monkeypatch.context() as power:
            if target == "replace":
                power.setattr(Path, "replace", cut)
            elif target == "sync_folder":
                power.setattr("blockplan.portal.record.files.sync_folder", cut)
            else:
                power.setattr("blockplan.portal.record.rows.single_rows.insert", cut)
            with pytest.raises(PowerCut):
                take("town", said(f"step {step}", "", Attachment("a.txt", "text/plain", content)))
    kept = take("town", said("kept", "", Attachment("b.txt", "text/plain", b"kept file")))
    for path in config.files.rglob("*"):
        if path.is_file() and not any(Path(one).name.startswith(path.name[:64]) for one in safe):
            path.write_bytes(b"")
    files = Files(config.files)
    assert in_record() == 1
    for row in EntryFile.objects.filter(seq=kept.seq):
        assert files.get(row.sha256) == b"kept file"
    assert is_whole(opened, tmp_path, kept)


def test_a_file_that_was_damaged_on_the_disk_is_named_by_the_verifier_and_not_given_out(
    opened: DatabaseStore, config: Config, tmp_path: Path
) -> None:
    kept = take("town", said("with a file", "", Attachment("a.txt", "text/plain", b"as it came")))
    (row,) = EntryFile.objects.filter(seq=kept.seq)
    Files(config.files).path(row.sha256).write_bytes(b"as it is now")
    assert opened.file(kept.seq, 0) is None


def test_an_upload_that_is_damaged_is_refused_before_anything_is_entered(opened: DatabaseStore) -> None:
    from blockplan.errors import IntakeError

    png = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 4
    with pytest.raises(IntakeError):
        take_file("a.png", png)
    assert in_record() == 0


@pytest.fixture
def erased_words(opened: DatabaseStore) -> bytes:
    words = "erased-words-" + new_form()
    receipt = take("town", said(words, "", Attachment("a.txt", "text/plain", f"file {words}".encode())))
    for number in range(30):
        take("town", said(f"others {number}"))
    intake.amend(opened, receipt.opinion, words + " amended", by="Li")
    intake.erase(opened, receipt.opinion, ground="wish of the submitter", by="Li")
    return words.encode()


def holding(folder: Path, words: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


@on_sqlite
def test_erased_words_are_in_no_byte_of_database_log_files_backup_or_export(
    opened: DatabaseStore, config: Config, erased_words: bytes, tmp_path: Path
) -> None:
    name = Path(str(connection.settings_dict["NAME"]))
    assert holding(config.data, erased_words) == []
    assert [path for path in name.parent.glob(name.name + "*") if erased_words in path.read_bytes()] == []
    with sqlite3.connect(tmp_path / "backup.sqlite3") as target:
        source = sqlite3.connect(name)
        source.backup(target)
        source.close()
    target.close()
    export(opened, tmp_path / "record", opened.notary, archive=True)
    assert holding(tmp_path, erased_words) == []


@on_postgresql
def test_erased_words_are_gone_from_the_tables_of_postgresql_once_they_are_vacuumed(
    opened: DatabaseStore, config: Config, erased_words: bytes, tmp_path: Path
) -> None:
    import subprocess

    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL record_entry")
        cursor.execute("VACUUM FULL record_opinion")
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_relation_filepath('record_entry'), current_setting('data_directory')")
        table, folder = cursor.fetchone()
        cursor.execute(
            "SELECT pg_relation_filepath(reltoastrelid) FROM pg_class WHERE relname = 'record_entry'"
        )
        (toast,) = cursor.fetchone()
    for path in (table, toast):
        assert erased_words not in (Path(folder) / path).read_bytes()
    database = connection.settings_dict
    dump = subprocess.run(
        [PROGRAMS / "pg_dump", "-h", database["HOST"], "-U", database["USER"], database["NAME"]],
        capture_output=True,
    )
    assert dump.returncode == 0, dump.stderr
    assert erased_words not in dump.stdout
    assert erased_words.hex().encode() not in dump.stdout
    assert holding(config.data, erased_words) == []
    export(opened, tmp_path / "record", opened.notary, archive=True)
    assert holding(tmp_path, erased_words) == []


def test_the_record_is_not_entered_into_where_its_newest_checkpoint_is_gone(opened: DatabaseStore) -> None:
    take("town", said("before"))
    Path(opened.notary._tip.path).unlink()  # type: ignore[attr-defined]
    with pytest.raises((UnavailableError, NoticeStateError), match="missing"):
        open_store("town").append("corrected", {"what": "x", "text": "y", "by": "Li"})
