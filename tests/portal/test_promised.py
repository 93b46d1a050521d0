"""An opinion is promised before it is entered, and entered where the database stood still meanwhile."""

from __future__ import annotations

import json
import os
import re
from base64 import b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError
from django.test import Client

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.events import write_time
from blockplan.notice.promises import digest_of, kept, read_promise
from blockplan.notice.receipts import faults_of_receipt
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.office.notice_pages import warnings
from blockplan.portal.record import place
from blockplan.portal.record.models import Opinion
from blockplan.portal.record.store import DatabaseStore, UnavailableError
from blockplan.portal.submissions import promised
from blockplan.portal.submissions.idempotency import KeyUsedError
from blockplan.portal.submissions.services import Said, enter_waiting, new_form, take, whole_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config

FILES = (Attachment("a.txt", "text/plain", b"trees"),)


def said(text: str = "More trees.", form: str | None = None, **more: Any) -> Said:
    return Said(opinion=intake.Submission(text=text, **more), form=form or new_form())


@pytest.fixture
def stands_still(monkeypatch: pytest.MonkeyPatch) -> Any:
    """While it lasts, the database answers no writer."""

    @contextmanager
    def still(error: Exception | None = None) -> Iterator[None]:
        def locked(_: DatabaseStore, **_more: Any) -> Any:
            raise error or OperationalError("canceling statement due to lock timeout")

        with monkeypatch.context() as patch:
            patch.setattr(DatabaseStore, "_transaction", locked)
            yield

    return still


def test_a_receipt_brings_along_what_was_promised_before(opened: DatabaseStore, tmp_path: Path) -> None:
    made = take("town", said(files=FILES, more={"title": "Trees"}))
    document = dict(made.document)
    assert read_promise(document["promise"]).said["files"][0]["name"] == "a.txt"
    assert faults_of_receipt(document, opened.notary.verifier) == []
    assert whole_receipt(opened, "O-1", made.secret)["promise"] == document["promise"]
    assert "promise" not in whole_receipt(opened, "O-1", "another-secret-of-nobody")
    export(opened, tmp_path / "record", opened.notary, archive=True)
    found = verify(tmp_path / "record", receipts=[document])
    assert (found.findings, [one["outcome"] for one in found.promises]) == ([], ["kept"])


def test_what_arrived_while_the_database_stood_still_is_promised_and_entered_with_its_time(
    opened: DatabaseStore, clock: HandClock, stands_still: Any
) -> None:
    one = said(files=FILES)
    came = clock.now
    with stands_still(), pytest.raises(promised.PromisedError) as told:
        take("town", one)
    assert Opinion.objects.count() == 0
    clock.on(minutes=5)
    assert enter_waiting() == 1
    assert (enter_waiting(), promised.waiting()) == (0, [])
    event = next(opened.events({"submitted"}))
    assert event.payload["arrived_at"] == told.value.arrived == write_time(came)
    found = kept(read_promise(told.value.promise, opened.notary.verifier), opened.events())
    assert (found.outcome, found.seq) == ("kept", 1)
    made = take("town", said(form=one.form, files=FILES))
    assert (made.secret, made.document["promise"]) == (told.value.secret, told.value.promise)
    assert Opinion.objects.count() == 1


def test_the_office_is_warned_of_a_promise_that_was_not_kept_in_time(
    opened: DatabaseStore, clock: HandClock, stands_still: Any
) -> None:
    with stands_still():
        with pytest.raises(promised.PromisedError) as told:
            take("town", said())
        assert enter_waiting() == 0
    assert promised.overdue("town") == 0
    clock.on(minutes=16)
    assert (promised.overdue("town"), len(warnings("town"))) == (1, 1)
    assert enter_waiting() == 1
    found = kept(read_promise(told.value.promise, opened.notary.verifier), opened.events())
    assert (found.outcome, found.seq, warnings("town")) == ("broken", 1, [])


def test_whoever_sends_it_again_is_entered_as_it_was_promised(
    opened: DatabaseStore, clock: HandClock, stands_still: Any
) -> None:
    one = said()
    promises = []
    for _ in range(2):
        with stands_still(), pytest.raises(promised.PromisedError) as told:
            take("town", one)
        promises.append(told.value.promise)
        clock.on(minutes=1)
    assert promises[0] == promises[1]
    with pytest.raises(KeyUsedError):
        take("town", said("Other words.", form=one.form))
    made = take("town", one)
    assert made.document["promise"] == promises[0]
    assert (enter_waiting(), Opinion.objects.count()) == (0, 1)


def test_nothing_is_promised_that_may_not_be_kept(
    opened: DatabaseStore, stands_still: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stands_still(OSError("the disk is full")), pytest.raises(UnavailableError):
        take("town", said())
    monkeypatch.setattr(promised, "MOST", 1)
    with stands_still(), pytest.raises(promised.PromisedError):
        take("town", said())
    with stands_still(), pytest.raises(UnavailableError) as told:
        take("town", said())
    assert told.value.entered is False


def test_what_waits_lies_closed_to_others_and_goes_with_an_erasure(
    opened: DatabaseStore, stands_still: Any, config: Config
) -> None:
    one = said("Words that will be erased.")
    with stands_still(), pytest.raises(promised.PromisedError):
        take("town", one)
    (path,) = promised.waiting("town")
    assert path.stat().st_mode & 0o077 == 0
    kept_there = path.read_bytes()
    enter_waiting()
    path.write_bytes(kept_there)  # as after a crash between entry and taking away
    intake.erase(opened, "O-1", ground="asked for", by="clerk")
    assert promised.waiting() == []


def test_what_was_being_written_when_the_process_was_stopped_goes_too(
    opened: DatabaseStore, stands_still: Any, config: Config
) -> None:
    with stands_still(), pytest.raises(promised.PromisedError):
        take("town", said())
    (path,) = promised.waiting("town")
    assert [one.stat().st_mode & 0o777 for one in (path.parent.parent, path.parent, path)] == [
        0o700, 0o700, 0o600,
    ]  # fmt: skip
    half, fresh = path.with_suffix(".1.new"), path.with_suffix(".2.new")
    half.write_bytes(path.read_bytes())
    fresh.write_bytes(b"{")
    os.utime(half, (0, 0))
    enter_waiting()
    assert sorted(path.parent.iterdir()) == [fresh], "somebody else may be writing this one"
    os.utime(fresh, (0, 0))
    intake.erase(opened, "O-1", ground="asked for", by="clerk")
    assert list(path.parent.iterdir()) == []


def test_what_was_withdrawn_is_not_entered_again_from_what_waited(
    opened: DatabaseStore, stands_still: Any
) -> None:
    with stands_still(), pytest.raises(promised.PromisedError) as told:
        take("town", said())
    (path,) = promised.waiting("town")
    kept_there = path.read_bytes()
    enter_waiting()
    path.write_bytes(kept_there)  # as after a crash between entry and taking away
    intake.withdraw(opened, "O-1", secret=told.value.secret)
    enter_waiting()
    assert (promised.waiting(), Opinion.objects.count()) == ([], 1)
    assert Opinion.objects.get().standing == "withdrawn"


def test_a_file_that_cannot_be_read_holds_up_no_other(opened: DatabaseStore, stands_still: Any) -> None:
    with stands_still():
        for text in ("one", "two"):
            with pytest.raises(promised.PromisedError):
                take("town", said(text))
    first, _ = promised.waiting("town")
    for content in (b"", b"[]", b'{"opinion": {}}', b"\xff"):
        first.write_bytes(content)
        assert (promised.overdue("town"), len(warnings("town"))) == (1, 1), "somebody has to look at it"
    os.utime(first, (0, 0))
    assert (enter_waiting(), promised.waiting()) == (1, [first])


def test_what_else_was_promised_under_a_key_of_before_is_kept_as_one_more_opinion(
    opened: DatabaseStore, stands_still: Any
) -> None:
    one = said("More trees.")
    take("town", one)
    with stands_still(), pytest.raises(promised.PromisedError) as told:
        take("town", said("More benches.", form=one.form))
    assert (enter_waiting(), enter_waiting(), promised.waiting()) == (1, 0, [])
    found = kept(read_promise(told.value.promise, opened.notary.verifier), opened.events())
    assert (found.outcome, found.seq, Opinion.objects.count()) == ("kept", 2, 2)


def test_an_opinion_that_was_recovered_by_its_receipt_is_not_entered_again_from_an_older_folder(
    opened: DatabaseStore, stands_still: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stands_still():
        for text in ("held a receipt", "held a promise alone"):
            with pytest.raises(promised.PromisedError):
                take("town", said(text))
    first, _ = waited = promised.waiting("town")
    backup = {path: path.read_bytes() for path in waited}
    one = promised.read(first)
    event = opened.transact(
        lambda ledger: intake.enter(ledger, one.opinion, "x" * 22, promise=digest_of(one.promise))
    )
    assert event.promise is not None
    with monkeypatch.context() as patch:
        patch.setattr(place, "is_copy", lambda *_: True)
        assert enter_waiting() == 0, "a copy enters nothing before somebody has said what it is"
    assert {path: path.read_bytes() for path in promised.waiting("town")} == backup
    assert (enter_waiting(), promised.waiting()) == (2, [])
    texts = [entry.payload["text"] for entry in opened.events({"submitted"})]
    assert texts == ["held a receipt", "held a promise alone"]


def test_the_api_answers_202_with_the_promise_and_then_201_with_the_receipt(
    opened: DatabaseStore, stands_still: Any
) -> None:
    def send(key: str) -> tuple[int, Any]:
        answer = Client().post(
            "/api/v1/notices/town/opinions", json.dumps({"text": "More trees."}),
            content_type="application/json", headers={"Idempotency-Key": key},
        )  # fmt: skip
        return answer.status_code, answer.json()

    key = new_form()
    with stands_still():
        status, first = send(key)
    assert (status, set(first)) == (202, {"notice", "arrived_at", "until", "secret", "promise"})
    status, second = send(key)
    assert (status, second["arrived_at"], second["secret"]) == (201, first["arrived_at"], first["secret"])
    assert second["receipt"]["promise"] == first["promise"]
    with stands_still(OSError("the disk is full")):
        status, third = send(new_form())
    assert (status, third["error"], "nothing was entered" in third["message"]) == (503, "unavailable", True)


def test_the_form_shows_the_promise_and_hands_it_over(opened: DatabaseStore, stands_still: Any) -> None:
    page = "/en/notices/town/opinion/"
    browser = Client()
    checked = browser.post(page, {"text": "More trees.", "do": "check"}).content.decode()
    fields = dict(re.findall(r'name="(draft|seal)" value="([^"]+)"', checked))
    with stands_still():
        answer = browser.post(page, fields | {"do": "send"})
    shown = answer.content.decode()
    assert (answer.status_code, "will be entered" in shown) == (202, True)
    (file,) = re.findall(r'data:application/json;base64,([^"]+)"', shown)
    assert read_promise(json.loads(b64decode(file))).said["text"] == "More trees."
    again = browser.post(
        page, dict(re.findall(r'name="(draft|seal)" value="([^"]+)"', shown)) | {"do": "send"}
    )
    assert (again.status_code, Opinion.objects.count()) == (200, 1)


def test_the_page_that_checks_receipts_tells_of_a_promise(
    opened: DatabaseStore, clock: HandClock, stands_still: Any
) -> None:
    one = said()
    with stands_still(), pytest.raises(promised.PromisedError) as told:
        take("town", one)

    def page(document: Any) -> str:
        return Client().post("/en/verify/", {"text": json.dumps(document)}).content.decode()

    made = dict(told.value.promise)
    assert "is not due yet" in page(made)
    clock.on(minutes=20)
    assert "not in the record at" in page(made)
    assert "are not those that it commits to" not in page(made | {"said": {}})
    assert "neither a receipt nor a promise" in page(made | {"said": {}})
    clock.on(minutes=-19)
    enter_waiting()
    assert "The promise was kept: entry 1" in page(made)
