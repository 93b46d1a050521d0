"""Whether an opinion is late is told by when it reached the door, and both verifiers hold it to that."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from tests.support.forging import copied, finished, rewrite
from tests.support.notice_records import a_clock, an_opening

import blockplan
from blockplan.errors import NoticeStateError
from blockplan.notice import SqliteStore
from blockplan.notice import submissions as intake
from blockplan.notice.events import parse_time, write_time
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal import arrival
from blockplan.portal.submissions.services import new_form

if TYPE_CHECKING:
    from django.http import HttpRequest
    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore

PATH = "/api/v1/notices/town/opinions"
LAST = (2026, 3, 31, 23, 59, 59)


def second_verifier(folder: Path) -> str:
    tool = Path(blockplan.__file__).parent / "notice" / "verifier" / "cli.mjs"
    done = subprocess.run(["node", tool, folder], capture_output=True, text=True)
    return done.stdout + done.stderr


def test_an_opinion_that_waits_for_others_over_the_end_is_in_time(
    opened: DatabaseStore, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = json.loads(posted(PATH, {"text": "to be amended"}))["secret"]
    held, go, past, real = threading.Event(), threading.Event(), threading.Semaphore(0), arrival.note

    def note(request: HttpRequest) -> None:
        real(request)
        past.release()

    def hold(_ledger: object) -> None:
        held.set()
        go.wait(60)

    def slow() -> None:
        opened.transact(hold)
        connection.close()

    answers: list[bytes] = []

    def send(path: str, body: dict[str, str]) -> None:
        answers.append(posted(path, body))
        connection.close()

    clock.set(*LAST)
    monkeypatch.setattr(arrival, "note", note)
    threads = [threading.Thread(target=slow)]
    threads[0].start()
    assert held.wait(60)
    new = {"text": "x", "secret": secret}
    for path, body in ((PATH, {"text": "at the last moment"}), (f"{PATH}/O-1/amend", new)):
        threads.append(threading.Thread(target=send, args=(path, body)))
        threads[-1].start()
    assert past.acquire(timeout=60)
    assert past.acquire(timeout=60)
    clock.set(2026, 4, 1, 0, 0, 5)
    go.set()
    for thread in threads:
        thread.join()
    found = {json.loads(answer).get("late"): json.loads(answer) for answer in answers}
    assert found[False]["arrived_at"] == "2026-03-31T15:59:59.000000Z"
    assert found[False]["entered_at"] == "2026-03-31T16:00:05.000000Z"
    assert [event.payload["text"] for event in opened.events({"amended"})] == ["x"]
    assert json.loads(posted(PATH, {"text": "later"}))["late"] is True
    export(opened, tmp_path / "record", opened.notary)
    assert verify(tmp_path / "record").findings == []
    assert "law_broken" not in second_verifier(tmp_path / "record")


def posted(path: str, body: dict[str, str]) -> bytes:
    answer = Client().post(
        path, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": new_form()}
    )
    assert answer.status_code in {200, 201}, answer.content
    return answer.content


@pytest.mark.no_database
@pytest.mark.long
@pytest.mark.parametrize("minutes", [-1, 16])
def test_both_verifiers_find_an_arrival_that_no_queue_explains(tmp_path: Path, minutes: int) -> None:
    made = finished(tmp_path)
    folder = copied(made, tmp_path)

    def bend(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        (line,) = (one for one in lines if one.get("body", {}).get("text") == "Made-up opinion, late.")
        moment = parse_time(line["leaf"]["at"]) - dt.timedelta(minutes=minutes)
        line["body"] |= {"arrived_at": write_time(moment), "late": minutes < 0}
        return lines

    rewrite(folder, made.signer, bend)
    assert "law_broken" in " ".join(map(str, verify(folder).findings))
    assert "law_broken" in second_verifier(folder)


@pytest.mark.no_database
def test_the_record_takes_no_arrival_after_the_entry_or_long_before_it(tmp_path: Path) -> None:
    clock = a_clock()
    with SqliteStore(tmp_path / "n.sqlite", notice="made-up", clock=clock) as store:
        store.append("opened", an_opening())
        clock.set(2026, 4, 1, 0, 10, 0)
        said = {"text": "x", "channel": "web", "from": "public"}
        for minutes in (-1, 16):
            arrived = clock() - dt.timedelta(minutes=minutes)
            payload = said | {"arrived_at": arrived.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
            with pytest.raises(NoticeStateError, match="at most 15 minutes before it is entered"):
                store.append("submitted", payload)
        # What waited for longer counts from its entry.
        event, _ = intake.submit(
            store, intake.Submission(text="x", arrived=clock() - dt.timedelta(minutes=16))
        )
        assert (event.payload["late"], "arrived_at" in event.payload) == (True, False)
        event, _ = intake.submit(
            store, intake.Submission(text="x", arrived=clock() - dt.timedelta(minutes=15))
        )
        assert event.payload["late"] is False


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("said", "believed", "seconds_before"),
    [("t={}.250", True, 29.75), ("t={}.250", False, 0), ("{}.250", True, 0), ("t=99999999999.000", True, 0),
     ("t=1.000", True, 0), ("", True, 0)],
)  # fmt: skip
def test_a_proxy_of_ours_says_when_a_request_reached_it_and_nobody_else_does(
    clock: HandClock, said: str, believed: bool, seconds_before: float
) -> None:
    from blockplan.portal.arrival import at_the_door

    environ: dict[str, Any] = {"HTTP_X_REQUEST_START": said.format(int(clock.now.timestamp()) - 30)}
    noted: list[dt.datetime] = []

    def application(seen: dict[str, Any], _start: Any) -> list[bytes]:
        noted.append(seen["blockplan.arrived"])
        return []

    server = at_the_door(application, by_proxy=believed)
    list(server(environ, lambda *_: None))
    assert (clock.now - noted[0]).total_seconds() == seconds_before


def test_what_the_server_noted_at_its_door_counts(opened: DatabaseStore, clock: HandClock) -> None:
    came = clock.now
    clock.on(seconds=40)
    more: dict[str, Any] = {"blockplan.arrived": came}
    answer = Client().post(
        PATH, json.dumps({"text": "waited"}), content_type="application/json",
        headers={"Idempotency-Key": new_form()}, **more,
    )  # fmt: skip
    assert answer.json()["arrived_at"] == write_time(came)
