"""Nothing of an erased opinion is left, also where a published report quoted it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.support.call import run
from tests.support.notice_records import PERIOD, a_clock, an_opening

from blockplan.errors import UsageError
from blockplan.notice import Attachment, SqliteStore
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.record import export
from blockplan.notice.submissions import Submission, erase, submit
from blockplan.notice.verify import verify
from blockplan.respond import Answer, Desk, reconcile

if TYPE_CHECKING:
    from pathlib import Path

WORDS = b"Made-up words of O-1."
TWO = {"by": "a", "second": "b"}


def published(folder: Path, mode: str) -> tuple[SqliteStore, Notary]:
    """One opinion, answered and published with a report that quotes it."""
    clock, notary = a_clock(), Notary(new_key(folder / "key", "blockplan/made-up"), TipFile(folder / "tip"))
    store = SqliteStore(folder / "n.sqlite", notice="made-up", clock=clock, notary=notary)
    store.append("opened", an_opening(publication=mode))
    submit(store, Submission(text=WORDS.decode(), person={"name": "Nobody"}))
    clock.set(2026, 4, 1, 9)
    store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "a"})
    desk = Desk(store)
    desk.cut(by="a")
    desk.answer_segment("O-1.1", Answer("noted", "It was read."), by="a")
    store.append("answers_complete", {"by": "a"})
    store.append("approved", TWO)
    counts = reconcile(desk.opinions.by_id.values(), received=1).to_dict()
    report = Attachment("report.html", "text/html", b"<p>" + WORDS + b"</p>")
    store.append("published", {"report": {}, "reconciliation": counts, **TWO}, attachments=[report])
    return store, notary


def holding(folder: Path) -> list[str]:
    """Files in which the words stand."""
    every = sorted(file for file in folder.rglob("*") if file.is_file())
    return [file.relative_to(folder).as_posix() for file in every if WORDS in file.read_bytes()]


@pytest.mark.parametrize("mode", ["live", "after_close_full"])
def test_an_erasure_takes_the_files_of_a_report_that_may_quote_it(tmp_path: Path, mode: str) -> None:
    store, notary = published(tmp_path, mode)
    with store:
        export(store, tmp_path / "before", notary)
        assert [name for name in holding(tmp_path / "before") if name.startswith("files/")]
        erase(store, "O-1", ground="asked for", by="a")
        for view in (False, True):
            export(store, tmp_path / f"later-{view}", notary, archive=view)
    for view in (False, True):
        assert verify(tmp_path / f"later-{view}").findings == []
    assert {name.partition("/")[0] for name in holding(tmp_path)} == {"before"}


def test_where_no_words_are_published_and_for_a_name_alone_the_report_stays(tmp_path: Path) -> None:
    for mode, only_person in (("after_close_summary", False), ("live", True)):
        folder = tmp_path / mode
        folder.mkdir()
        store, _ = published(folder, mode)
        with store:
            event = erase(store, "O-1", ground="asked for", by="a", person_only=only_person)
            assert [entry["seq"] for entry in event.payload["entries"]] == [1]


def test_nothing_else_of_a_publication_can_be_erased(tmp_path: Path) -> None:
    store, _ = published(tmp_path, "live")
    with store:
        seq = next(event.seq for event in store.events({"published"}))
        with pytest.raises(UsageError, match=rf"The body of entry {seq} \(published\) cannot be erased"):
            store.append("erased", {"entries": [{"seq": seq, "parts": ["body"]}], "ground": "x", "by": "a"})


def test_whoever_reads_a_record_entry_by_entry_keeps_no_erased_words(tmp_path: Path) -> None:
    store, _ = published(tmp_path, "live")
    with store, SqliteStore(tmp_path / "n.sqlite") as other:
        reading = other.events()
        assert next(reading).kind == "opened"
        erase(store, "O-1", ground="asked for", by="a")
        assert holding(tmp_path) == []
        assert next(reading).opinion == "O-1"


@pytest.mark.long
def test_a_program_that_keeps_an_older_state_open_is_told_of_and_holds_up_nobody(tmp_path: Path) -> None:
    store, _ = published(tmp_path, "live")
    store.close()
    (tmp_path / "tip").rename(tmp_path / "key.signed")
    command = ["notice", "erase", str(tmp_path / "n.sqlite"), "O-1", "--ground", "x", "--by", "a"]
    with closing(sqlite3.connect(tmp_path / "n.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchall()
        answer = run(*command, "--key", str(tmp_path / "key"))
        assert answer.returncode == 1
        assert "its log of writes" in answer.stderr
        assert {name[:8] for name in holding(tmp_path)} == {"n.sqlite"}
    with SqliteStore(tmp_path / "n.sqlite"):
        assert holding(tmp_path) == []
