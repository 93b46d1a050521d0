"""Nothing is left of what was erased, whoever reads meanwhile; nobody waits, and what is left is told."""

from __future__ import annotations

import io
import os
import sqlite3
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from tests.portal.databases import POSTGRESQL
from tests.support.amending import form_of, post
from tests.support.office_pages import HERE, told
from tests.support.opinion_form import page
from tests.support.staff import a_member, browser_of
from tests.support.stores import forget_stores

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal import background
from blockplan.portal.office.models import Audit, Pending
from blockplan.portal.record import erasure, exports, sealing
from blockplan.portal.record.files import Files
from blockplan.portal.record.models import Entry, EntryFile, Erasure
from blockplan.portal.record.place import folder_of
from blockplan.portal.record.store import UnavailableError, open_store
from blockplan.portal.submissions.models import OpinionDraft
from blockplan.portal.submissions.services import Said, new_form, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

WORDS, NAME, INSIDE = "words-that-must-go", "name-that-must-go", "file-that-must-go"


@pytest.fixture
def reader() -> Iterator[Callable[[], None]]:
    """Somebody who reads the database as it is now, until the test ends or lets go."""
    named = connection.settings_dict
    if POSTGRESQL:
        import psycopg

        other: Any = psycopg.connect(host=named["HOST"], user=named["USER"], dbname=named["NAME"])
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    else:
        other = sqlite3.connect(str(named["NAME"]), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN")

    def begin() -> None:
        other.execute("SELECT count(*) FROM record_entry").fetchall()

    with closing(other):
        begin.close = other.close  # type: ignore[attr-defined]
        yield begin


def every_file(config: Config) -> Iterator[Path]:
    """All files of the data folder and of the database, its logs included."""
    name = Path(str(connection.settings_dict["NAME"]))
    if POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            cursor.execute("SELECT current_setting('data_directory')")
            folder = Path(cursor.fetchone()[0])
        yield folder.parent / "log"
        yield from (path for path in folder.rglob("*") if path.is_file())
    else:
        yield from name.parent.glob(name.name + "*")
    yield from (path for path in config.data.rglob("*") if path.is_file())


def holding(config: Config, *words: str) -> list[str]:
    """Files in which one of the words stands, as it is or in hex."""
    wanted = [form for word in words for form in (word.encode(), word.encode().hex().encode())]
    return [
        str(path) for path in every_file(config) for content in [path.read_bytes()]
        if any(form in content for form in wanted)
    ]  # fmt: skip


def sent(store: DatabaseStore) -> tuple[str, str]:
    """An opinion with all that can be erased of one."""
    event, secret = intake.submit(
        store,
        intake.Submission(
            text=WORDS, more={"title": WORDS}, person={"name": NAME},
            files=[Attachment("a.txt", "text/plain", INSIDE.encode())],
        ),
    )  # fmt: skip
    return str(event.opinion), secret


def test_no_byte_of_erased_words_is_in_any_file_while_somebody_reads(
    opened: DatabaseStore, config: Config, reader: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "PATIENCE_S", 0.2)
    opinion, secret = sent(opened)
    planner = browser_of(a_member("Li", "planner"))
    form_of(page(post({"opinion": opinion, "secret": secret}, "amend")))
    intake.amend(opened, opinion, WORDS + " amended", secret=secret)
    form_of(page(post({"opinion": opinion, "secret": secret}, "amend")))
    assert OpinionDraft.objects.filter(opinion=opinion).count() == 2
    said = {"text": WORDS + " but for a name", "ground": "privacy", "sure": "on"}
    told(planner, HERE + f"opinions/{opinion}/redact/", said)
    assert WORDS in Pending.objects.get().payload["text"]
    exports.record_file(opened)
    assert list(folder_of("town").glob("record-*.zip"))
    assert [Path(path).parent.parent.name for path in holding(config, INSIDE)] == ["files"]
    reader()
    told(planner, HERE + f"opinions/{opinion}/erase/", {"ground": "privacy", "sure": "on"})
    assert holding(config, WORDS, NAME, INSIDE) == []
    assert not OpinionDraft.objects.exists()
    assert list((config.data / "drafts").glob("*")) == []
    assert not folder_of("town").exists()  # what is packed is not found by its bytes
    assert Pending.objects.get().payload == {}
    assert [event.known for event in opened.events(about=opinion)][:2] == [False, False]


@pytest.mark.long
def test_an_erasure_holds_up_nobody_and_says_what_is_left_until_nothing_is(
    opened: DatabaseStore, config: Config, reader: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "PATIENCE_S", 4.0)
    opinion, _ = sent(opened)
    planner = browser_of(a_member("Li", "planner"))
    reader()
    waited: list[float] = []

    def others() -> None:
        for number in range(8):
            begun = time.monotonic()
            take("town", Said(opinion=intake.Submission(text=f"another {number}"), form=new_form()))
            waited.append(time.monotonic() - begun)
            time.sleep(0.1)
        connection.close()

    thread = threading.Thread(target=others)
    thread.start()
    told(planner, HERE + f"opinions/{opinion}/erase/", {"ground": "privacy", "sure": "on"})
    thread.join()
    assert max(waited) < erasure.PATIENCE_S / 2
    row = Erasure.objects.get()
    shown = planner.get(HERE + f"opinions/{opinion}/").content.decode()
    if not POSTGRESQL:  # an older state of SQLite is read from its log
        assert (row.left, row.done_at) == ("log", None)
        assert "The erasure is not finished" in shown
        assert "The erasure is not finished" in planner.get(HERE).content.decode()
    reader.close()  # type: ignore[attr-defined]
    background.finish_erasing()
    row.refresh_from_db()
    assert (row.left, row.keys, row.files) == ("", [], [])
    assert row.done_at is not None
    assert "The erasure was finished" in planner.get(HERE + f"opinions/{opinion}/").content.decode()
    assert Audit.objects.filter(what="erasure_finished", about=opinion).count() == 1
    assert planner.get(HERE + "opinions/").status_code == 200


def test_what_a_crash_left_of_an_erasure_is_taken_away_afterwards(
    opened: DatabaseStore, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opinion, _ = sent(opened)
    with monkeypatch.context() as crash:
        crash.setattr(erasure, "finish", lambda *_args, **_more: False)
        intake.erase(opened, opinion, ground="wish", by="Li")
    assert holding(config, INSIDE)
    assert Erasure.objects.get().keys
    forget_stores()
    background.finish_erasing()
    assert holding(config, WORDS, NAME, INSIDE) == []
    assert Erasure.objects.get().done_at is not None
    export(open_store("town"), tmp_path / "record", opened.notary, archive=True)
    assert verify(tmp_path / "record").findings == []


def test_a_step_that_cannot_be_done_now_is_left_and_does_not_make_the_erasure_fail(
    opened: DatabaseStore, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion, _ = sent(opened)

    def refused(*_: object) -> None:
        raise UnavailableError("held up")

    with monkeypatch.context() as busy:
        busy.setattr(Files, "drop_unspoken", refused)
        assert intake.erase(opened, opinion, ground="wish", by="Li").kind == "erased"
    row = Erasure.objects.get()
    assert (row.left, row.keys) == ("files", [])
    assert holding(config, WORDS, NAME) == []
    background.finish_erasing()
    row.refresh_from_db()
    assert (row.left, row.tries) == ("", 2)
    assert holding(config, INSIDE) == []


def test_whoever_reads_an_older_state_finds_nothing_once_the_key_is_destroyed(
    opened: DatabaseStore, config: Config
) -> None:
    opinion, _ = sent(opened)
    columns = ("body_key", "body_content", "person_key", "person_content")
    before = Entry.objects.values(*columns).get(opinion=opinion)
    key = EntryFile.objects.get(seq=1).key
    intake.erase(opened, opinion, ground="wish", by="Li")
    Entry.objects.filter(opinion=opinion, seq=1).update(**before)  # as an old row, a log or a dump has it
    EntryFile.objects.filter(seq=1).update(key=key)
    (event,) = opened.some([1]).values()
    assert (event.known, event.person.content, event.files[0].key) == (False, None, None)  # type: ignore[union-attr]


def test_only_the_person_is_erased_where_that_is_asked(opened: DatabaseStore, config: Config) -> None:
    opinion, _ = sent(opened)
    intake.erase(opened, opinion, ground="wish", by="Li", person_only=True)
    (event,) = opened.some([1]).values()
    assert event.payload["text"] == WORDS
    assert event.person is not None
    assert event.person.content is None
    assert holding(config, NAME) == []


def test_lost_keys_are_told_and_not_taken_for_an_erasure(opened: DatabaseStore, config: Config) -> None:
    sent(opened)
    forget_stores()
    os.truncate(config.keys / "town.words", 0)
    with pytest.raises(sealing.KeysLostError, match=r"entry 1 cannot be opened.*Give that file back"):
        open_store("town").some([1])


def test_an_entry_of_a_killed_process_opens_where_another_made_its_keys_before_it_came_to_light(
    tmp_path: Path,
) -> None:
    path = tmp_path / "town.words"
    killed, other = sealing.Seals("town", path), sealing.Seals("town", path)
    killed.make(3)
    kept = killed.seal(3, "body", b"words")
    other.make(3)
    assert other.seal(3, "body", b"other words") != kept
    assert sealing.Seals("town", path).open(3, "body", kept) == b"words"


@pytest.mark.parametrize(
    "cut", [b"", sealing.NEVER + b"k" * 32, sealing.THERE + b"k" * 32, sealing.THERE + b"k" * 9]
)
def test_keys_that_were_cut_off_are_made_anew(tmp_path: Path, cut: bytes) -> None:
    path = tmp_path / "town.words"
    path.write_bytes(bytes(66) + cut)
    sealing.Seals("town", path).make(1)
    made = path.read_bytes()[66:]
    assert (len(made), made[0:1], made[33:34]) == (66, sealing.THERE, sealing.THERE)
    assert b"kkk" not in made
    assert bytes(8) not in made


def test_keys_that_were_destroyed_are_made_anew_for_another_entry(tmp_path: Path) -> None:
    seals = sealing.Seals("town", tmp_path / "town.words")
    seals.make(1)
    before = seals.seal(1, "body", b"words")
    seals.destroy([(1, "body"), (1, "person")])
    seals.make(1)
    assert seals.open(1, "body", seals.seal(1, "body", b"new")) == b"new"
    with pytest.raises(sealing.KeysLostError):
        seals.open(1, "body", before)


def test_words_of_before_there_were_keys_are_read_sealed_and_erased(
    opened: DatabaseStore, config: Config
) -> None:
    from importlib import import_module

    # Other words than elsewhere: PostgreSQL's log of writes keeps what was once written in the open.
    files = [Attachment("a.txt", "text/plain", b"old file")]
    sent_before = intake.Submission(text="old words", person={"name": "old name"}, files=files)
    event, secret = intake.submit(opened, sent_before)
    assert event.person is not None
    Entry.objects.filter(seq=1).update(
        body_key=event.body.key, body_content=event.body.content, person_key=event.person.key,
        person_content=event.person.content,
    )  # fmt: skip
    EntryFile.objects.filter(seq=1).update(key=event.files[0].key)
    assert opened.some([1])[1].payload == event.payload
    import_module("blockplan.portal.record.migrations.0003_words_under_keys").seal(apps, None)
    assert bytes(Entry.objects.get(seq=1).body_content).startswith(sealing.MARK)
    assert opened.some([1])[1].payload == event.payload
    assert intake.withdraw(opened, "O-1", secret=secret).kind == "withdrawn"


def test_an_export_under_way_ends_and_leaves_nothing_of_what_is_erased_meanwhile(
    opened: DatabaseStore, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion, _ = sent(opened)
    unpacked, go = threading.Event(), threading.Event()
    real, found = exports.export, []

    def slowly(*arguments: Any, **more: Any) -> Any:
        made = real(*arguments, **more)
        if not go.is_set():
            unpacked.set()
            go.wait(60)
        return made

    def taken() -> None:
        found.append(exports.record_file(opened))
        connection.close()

    monkeypatch.setattr(exports, "export", slowly)
    monkeypatch.setattr(erasure, "PATIENCE_S", 0.2)
    thread = threading.Thread(target=taken)
    thread.start()
    assert unpacked.wait(60)
    intake.erase(opened, opinion, ground="wish", by="Li")
    assert Erasure.objects.get().left.split()[0] == "made"
    go.set()
    thread.join()
    assert found[0][1] == 3
    assert found[0][0].is_file()
    background.finish_erasing()
    assert Erasure.objects.get().left == ""
    assert holding(config, WORDS, NAME, INSIDE) == []


def test_requests_at_once_for_the_record_make_it_once(
    opened: DatabaseStore, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(opened)
    made, real, found = [], exports.export, []

    def slowly(*arguments: Any, **more: Any) -> Any:
        made.append(1)
        until = time.monotonic() + 30  # it lasts until those that may not wait for it have been told
        while len(found) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        return real(*arguments, **more)

    def ask() -> None:
        answer = Client().get("/files/town/record.zip")
        found.append(answer.status_code)
        answer.close()
        connection.close()

    monkeypatch.setattr(exports, "export", slowly)
    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Half of the threads make it or wait for it; the others are told to come back, and readers go on.
    assert (len(made), sorted(found)) == (1, [200] * 4 + [503] * 2)
    with closing(Client().get("/api/v1/notices/town/export/record.zip")) as answer:
        assert (answer.status_code, len(made)) == (200, 1)


def test_the_record_to_take_along_does_not_show_words_that_were_withheld_since(
    opened: DatabaseStore, clock: HandClock
) -> None:
    opinion, _ = sent(opened)

    def shown() -> bool:
        answer = Client().get("/files/town/record.zip")
        with closing(answer), zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
            return any(WORDS.encode() in archive.read(name) for name in archive.namelist())

    assert shown()
    opened.append("withheld", {"opinion": opinion, "ground": "privacy", "by": "Li", "second": "Wang"})
    assert not shown()


def test_an_erasure_that_is_refused_leaves_everything_as_it_was(
    opened: DatabaseStore, config: Config
) -> None:
    opinion, _ = sent(opened)
    folder = folder_of("town")
    exports.record_file(opened)
    planner = browser_of(a_member("Li", "planner"))
    assert planner.post(HERE + f"opinions/{opinion}/erase/", {"sure": "on"}).status_code == 400
    assert list(folder.glob("record-*.zip"))
    assert not Erasure.objects.exists()
    assert opened.some([1])[1].payload["text"] == WORDS
