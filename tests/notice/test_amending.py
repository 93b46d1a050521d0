"""An amendment stands for the whole opinion; what it leaves out stays, and both versions are proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.notice_records import a_notice

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import Attachment
from blockplan.notice.leaves import holds
from blockplan.notice.submissions import Amendment, Submission, amend, files_of, submit
from blockplan.respond import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blockplan.notice import SqliteStore

AIM = {"layer": "parcels", "id": "P-1"}
POINT = {"type": "Point", "coordinates": [1.0, 2.0]}


def a_file(name: str) -> Attachment:
    return Attachment(name, "text/plain", f"content of {name}".encode())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with a_notice(tmp_path, wants=["name", "title", "reason"]) as store:
        yield store


def sent(store: SqliteStore) -> str:
    """O-1, with all that an opinion can have."""
    more = {"title": "Trees", "reason": "shade", "targets": [AIM], "clause": "3", "geometry": POINT}
    _, secret = submit(
        store, Submission(text="More trees.", more=more, files=[a_file("a.txt"), a_file("b.txt")])
    )
    return secret


def newest(store: SqliteStore) -> dict[str, Any]:
    return list(store.events({"amended"}))[-1].payload


def names(store: SqliteStore) -> list[str]:
    return [one.name for one in files_of(store, list(store.events({"amended"}))[-1])]


def test_other_words_alone_leave_everything_else_and_the_entry_holds_it_all(store: SqliteStore) -> None:
    amend(store, "O-1", "Many more trees.", secret=sent(store))
    said = newest(store)
    assert {key: said[key] for key in ("text", "title", "reason", "targets", "clause", "geometry")} == {
        "text": "Many more trees.", "title": "Trees", "reason": "shade", "targets": [AIM], "clause": "3",
        "geometry": POINT,
    }  # fmt: skip
    assert names(store) == ["a.txt", "b.txt"]
    assert said["defects"] == ["name"]


def test_what_is_named_replaces_and_what_is_empty_is_taken_out(store: SqliteStore) -> None:
    more = {"title": "", "reason": "cool air", "targets": [], "geometry": None}
    new = Amendment(text="Many more trees.", more=more, files=[a_file("c.txt")])
    amend(store, "O-1", new, secret=sent(store))
    opinion = Desk(store).opinions.by_id["O-1"]
    assert (opinion.title, opinion.targets, opinion.text) == ("", (), "Many more trees.")
    assert (newest(store)["reason"], newest(store)["clause"]) == ("cool air", "3")
    assert names(store) == ["c.txt"]
    assert newest(store)["defects"] == ["name", "title"]


def test_both_versions_stay_in_the_record_and_each_file_has_a_commitment_of_its_own(
    store: SqliteStore,
) -> None:
    amend(store, "O-1", "Many more trees.", secret=sent(store))
    first, second = store.events({"submitted", "amended"})
    assert (first.payload["text"], second.payload["text"]) == ("More trees.", "Many more trees.")
    assert len({part.commitment for part in (*first.files, *second.files)}) == 4
    assert all(holds(part) for event in (first, second) for part in (event.body, *event.files))
    assert store.file(first.seq, 0) == store.file(second.seq, 0) == b"content of a.txt"


def test_two_amendments_of_the_same_words_are_not_both_taken(store: SqliteStore) -> None:
    secret = sent(store)
    amend(store, "O-1", Amendment(text="one", of=1), secret=secret)
    with pytest.raises(NoticeStateError, match="was changed meanwhile: its words are those of entry 2"):
        amend(store, "O-1", Amendment(text="two", of=1), secret=secret)
    assert newest(store)["text"] == "one"


def test_nothing_and_too_much_are_refused(store: SqliteStore) -> None:
    secret = sent(store)
    with pytest.raises(UsageError, match="no words and no file"):
        amend(store, "O-1", Amendment(text=" ", files=[]), secret=secret)
    with pytest.raises(UsageError, match="200,000 are the most"):
        amend(store, "O-1", "x" * 200_001, secret=secret)
    amend(store, "O-1", Amendment(text="", files=[a_file("c.txt")]), secret=secret)
    assert names(store) == ["c.txt"]


def test_entries_of_before_that_name_only_words_are_read_as_they_were_meant(store: SqliteStore) -> None:
    sent(store)
    store.append("amended", {"opinion": "O-1", "text": "Many more trees."})
    opinion = Desk(store).opinions.by_id["O-1"]
    assert (opinion.title, opinion.targets) == ("Trees", (AIM,))
