"""What came without proof of work is nowhere until a clerk has looked; pages, feeds, API and record agree."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.support.staff import a_member, browser_of

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.verify import verify
from blockplan.portal.office.models import Audit
from blockplan.portal.record.models import Opinion
from blockplan.portal.record.place import drop_all
from blockplan.portal.submissions.services import Said, new_form, take
from blockplan.respond import Answer, Desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore
    from blockplan.portal.submissions.services import Receipt

OFFICE = "/en/office/notices/town/"
API = "/api/v1/notices/town/"
PAGES = (
    "/en/notices/town/", "/en/notices/town/opinions/", "/en/notices/town/feed.atom", "/en/feed.atom",
    f"{API}opinions", f"{API}events?limit=200", f"{API}export/opinions.csv", f"{API}export/opinions.jsonl",
    f"{API}export/opinions.geojson",
)  # fmt: skip


@pytest.fixture
def spam(opened: DatabaseStore) -> Receipt:
    """O-1, from somebody without a script."""
    file = Attachment("spam-name.txt", "text/plain", b"spam-file")
    more = {"title": "spam-title", "reason": "spam-reason"}
    return take(
        "town", Said(opinion=intake.Submission(text="spam-words", more=more, files=[file]), form=new_form())
    )


@pytest.fixture
def clerk(opened: DatabaseStore) -> Client:
    return browser_of(a_member("Chen", "clerk"))


def read(path: str) -> bytes:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]


def record(folder: Path) -> Path:
    """The public record as it is given out now; it verifies."""
    drop_all("town")  # it is kept for ten minutes
    with zipfile.ZipFile(io.BytesIO(read(f"{API}export/record.zip"))) as packed:
        packed.extractall(folder)
    found = folder / "town-record"
    assert verify(found).findings == []
    return found


def everything(folder: Path) -> bytes:
    """All that somebody from outside can read."""
    files = (file.read_bytes() for file in record(folder).rglob("*") if file.is_file())
    return b"".join([*files, *(read(path) for path in PAGES)])


def look(clerk: Client, seq: int, status: int = 302) -> str:
    answer = clerk.post(f"{OFFICE}opinions/O-1/", {"looked_at": str(seq)})
    assert answer.status_code == status
    return answer.content.decode()


def test_words_that_nobody_looked_at_are_nowhere_and_then_everywhere(
    spam: Receipt, clerk: Client, tmp_path: Path
) -> None:
    assert (spam.held, spam.document["leaf"]["held"]) == (True, True)
    assert b"spam" not in everything(tmp_path / "before")
    assert Client().get("/en/notices/town/opinions/O-1/").status_code == 404
    assert Client().get("/files/town/opinions/O-1/0").status_code == 404
    (event,) = [one for one in json.loads(read(f"{API}events"))["events"] if one["kind"] == "submitted"]
    assert (event["kept_back"], event["leaf"]["held"], event["body"]) == ("held", True, None)
    assert "spam-words" in clerk.get(f"{OFFICE}opinions/O-1/").content.decode()
    assert "spam-words" in clerk.get(f"{OFFICE}opinions/?standing=held").content.decode()
    look(clerk, 1)
    shown = everything(tmp_path / "after")
    for said in (b"spam-words", b"spam-title", b"spam-file"):
        assert said in shown
    assert b"spam-words" in read("/en/notices/town/opinions/O-1/")
    assert Audit.objects.filter(what="shown", who="Chen", about="O-1").exists()
    assert "opinions/O-1/" not in clerk.get(f"{OFFICE}opinions/?standing=held").content.decode()


def test_new_words_of_an_opinion_that_waited_wait_again(
    opened: DatabaseStore, spam: Receipt, clerk: Client, tmp_path: Path
) -> None:
    look(clerk, 1)
    intake.amend(opened, "O-1", "later-words", secret=spam.secret)
    assert Opinion.objects.get().held
    assert b"later-words" not in everything(tmp_path / "before")
    said = look(clerk, 1, status=400)  # the page still showed the words before
    assert "Not entered" in said or "not entered" in said
    look(clerk, 3)
    assert b"later-words" in everything(tmp_path / "after")


def test_who_withholds_it_with_a_ground_ends_the_waiting(
    opened: DatabaseStore, spam: Receipt, clerk: Client, tmp_path: Path
) -> None:
    said = {"ground": "advertising", "sure": "on"}
    assert clerk.post(f"{OFFICE}opinions/O-1/withhold/", said).status_code == 302
    assert Opinion.objects.get().held  # nobody else has looked yet
    (pending,) = opened.transact(lambda _: list(waiting()))
    approver = browser_of(a_member("Wang", "approver"))
    assert approver.post(f"{OFFICE}waiting/{pending}/", {"confirm": "1"}).status_code == 302
    assert not Opinion.objects.get().held
    seen = everything(tmp_path / "after")
    assert b"spam" not in seen
    assert b"advertising" in seen
    assert b"Ground: advertising" in read("/en/notices/town/opinions/O-1/")


def test_what_waits_for_a_look_is_not_counted_as_published(opened: DatabaseStore, spam: Receipt) -> None:
    clerk = browser_of(a_member("Li", "clerk"))
    listed = clerk.get(f"{OFFICE}opinions/").content.decode()
    assert "?standing=held" in listed
    assert "?standing=whole" not in listed
    look(clerk, 1)
    listed = clerk.get(f"{OFFICE}opinions/").content.decode()
    assert "?standing=held" not in listed
    assert "?standing=whole" in listed


def waiting() -> list[int]:
    from blockplan.portal.office.models import Pending

    return list(Pending.objects.filter(outcome="").values_list("pk", flat=True))


def test_the_answers_are_not_complete_while_one_waits(
    opened: DatabaseStore, spam: Receipt, clock: HandClock
) -> None:
    planner = browser_of(a_member("Li", "planner"))
    clock.set(2026, 4, 1, 9)
    assert planner.post(f"{OFFICE}close/", {"sure": "on"}).status_code == 302
    desk = Desk(opened)
    desk.cut(by="Li")
    desk.answer_segment("O-1.1", Answer("noted", {"en": "It was read."}), by="Li")
    assert "awaiting review: show it" in planner.get(f"{OFFICE}desk/").content.decode()
    assert planner.post(f"{OFFICE}complete/", {"sure": "on"}).status_code == 400
    look(planner, 1)
    assert planner.post(f"{OFFICE}complete/", {"sure": "on"}).status_code == 302


def test_who_may_not_sort_opinions_may_not_let_them_be_shown(spam: Receipt) -> None:
    auditor = browser_of(a_member("Sun", "auditor"))
    assert auditor.post(f"{OFFICE}opinions/O-1/", {"looked_at": "1"}).status_code == 403
    assert Opinion.objects.get().held


@pytest.mark.parametrize("said", ["", "x", "-1", "9" * 40, "2", "1.0", "１"])
def test_a_look_at_nothing_is_refused(spam: Receipt, clerk: Client, said: str) -> None:
    assert clerk.post(f"{OFFICE}opinions/O-1/", {"looked_at": said}).status_code == 400
    assert Opinion.objects.get().held
