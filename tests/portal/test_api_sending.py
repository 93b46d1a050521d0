"""Submitting by program: once for each key, with a receipt; amended and withdrawn by its secret."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from tests.support.api import PATH, key, send

from blockplan.notice.receipts import faults_of_receipt
from blockplan.portal.record.models import Entry, Opinion

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore


def test_an_opinion_is_on_the_disk_with_a_receipt_that_holds(opened: DatabaseStore) -> None:
    found = send({
        "text": "More trees, please.", "title": "Trees", "targets": [{"layer": "parcels", "id": "P-1"}],
        "name": "Somebody", "language": "en",
    })  # fmt: skip
    assert (found["opinion"], found["late"], found["held"]) == ("O-1", False, True)
    assert faults_of_receipt(found["receipt"], opened.notary.verifier) == []
    assert found["receipt"]["body"]["text"] == "More trees, please."
    assert "Somebody" not in json.dumps(found)
    event = opened.some([1])[1]
    assert b"Somebody" in event.person.content  # type: ignore[union-attr, operator]


def test_the_same_key_is_one_opinion_with_one_secret_however_often_it_is_sent(opened: DatabaseStore) -> None:
    mine = key()

    def again(_: int) -> Any:
        try:
            return send({"text": "once"}, **{"Idempotency-Key": mine})
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(again, range(8)))
    assert len({(one["opinion"], one["secret"], one["leaf_hash"]) for one in found}) == 1
    assert Entry.objects.filter(kind="submitted").count() == 1


def test_the_same_key_with_anything_else_is_refused_in_the_readers_language(opened: DatabaseStore) -> None:
    mine = {"Idempotency-Key": key()}
    whole = {"text": "once", "title": "a", "contact": "li@example.org", "clause": "3"}
    first = send(whole, **mine)
    for other in (
        {"text": "another"}, {"title": ""}, {"contact": ""}, {"clause": "4"}, {"language": "en"},
        {"reason": "shade"}, {"targets": [{"layer": "parcels", "id": "P-1"}]},
        {"place": {"said": "north of the school"}},
    ):  # fmt: skip
        told = send(whole | other, 409, **mine, **{"Accept-Language": "ja"})
        assert (told["error"], "冪等キー" in told["message"]) == ("key_used", True)
    assert send(whole | {"challenge": "a later one"}, **mine)["secret"] == first["secret"]
    file = {"file": SimpleUploadedFile("trees.txt", b"ten trees"), "opinion": json.dumps(whole)}
    assert Client().post(PATH, file, headers=mine).status_code == 409
    assert Entry.objects.filter(kind="submitted").count() == 1


def test_what_waits_for_a_look_is_counted_and_its_words_are_not_shown(opened: DatabaseStore) -> None:
    send({"text": "unseen-words"})
    assert Opinion.objects.get().held
    assert b"unseen-words" not in Client().get(PATH).content
    assert b"unseen-words" not in Client().get("/api/v1/notices/town/events").content


def test_an_opinion_is_amended_and_withdrawn_by_its_secret_alone(opened: DatabaseStore) -> None:
    found = send({"text": "first words"})
    path = f"{PATH}/{found['opinion']}"
    right, wrong = {"secret": found["secret"]}, {"secret": "x" * 32}
    for what, body in (("amend", {"text": "other words"}), ("withdraw", {})):
        assert send(body | wrong, 403, f"{path}/{what}")["error"] == "secret_wrong"
        assert send(body | right, 200, f"{path}/{what}")["opinion"] == found["opinion"]
    assert [event.kind for event in opened.events(about="O-1")] == ["submitted", "amended", "withdrawn"]
    assert send({"text": "again", **right}, 409, f"{path}/amend")["error"] == "state"
    send({"text": "again", **right}, 404, f"{PATH}/O-99/amend")


def test_the_clock_of_the_server_decides_what_is_late(opened: DatabaseStore, clock: HandClock) -> None:
    clock.set(2026, 4, 1, 0, 0, 0)
    found = send({"text": "after the end"})
    assert (found["late"], found["ends_before"]) == (True, "2026-03-31T16:00:00.000000Z")
    clock.set(2026, 3, 31, 23, 59, 59)
    assert send({"text": "the clock was set back"})["late"] is True


def test_files_come_in_parts_and_are_made_harmless(opened: DatabaseStore) -> None:
    words = {"opinion": json.dumps({"text": "with a file"})}
    file = SimpleUploadedFile("trees.txt", b"ten trees", content_type="text/html")
    headers = {"Idempotency-Key": key()}
    answer = Client().post(PATH, words | {"file": file}, headers=headers)
    assert answer.status_code == 201, answer.content
    (said,) = json.loads(answer.content)["receipt"]["body"]["files"]
    assert said["media_type"].startswith("text/plain")
    assert opened.file(1, 0) == b"ten trees"
    bad = SimpleUploadedFile("a.exe", b"MZ\x90\x00" + b"\x00" * 100)
    answer = Client().post(PATH, words | {"file": bad}, headers={"Idempotency-Key": key()})
    assert (answer.status_code, json.loads(answer.content)["error"]) == (422, "not_valid")
    assert Entry.objects.filter(kind="submitted").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": ""}, {"text": "  "}, {"text": 7}, {"text": "x", "channel": "post"}, [], "x", None, 1,
        {"text": "x" * 300_000}, {"text": "x", "title": "y" * 10_000}, {"text": "x", "received_at": "2026"},
        {"text": "x", "targets": [{"layer": "plots"}]}, {"text": "x", "targets": [{"layer": "A", "id": ""}]},
        {"text": "x", "targets": [{"layer": "parcels", "id": str(n)} for n in range(51)]},
    ],
)  # fmt: skip
def test_what_is_no_opinion_is_refused_and_nothing_is_entered(opened: DatabaseStore, body: Any) -> None:
    assert set(send(body, 422)) == {"error", "message", "remedy"}
    assert Entry.objects.count() == 1


def test_a_key_that_can_be_guessed_is_refused(opened: DatabaseStore) -> None:
    for given in ("1", "x" * 21, "x" * 201, "x" * 20 + " y" * 5):
        send({"text": "x"}, 422, **{"Idempotency-Key": given})
    answer = Client().post(PATH, {"text": "x"}, content_type="application/json")
    assert answer.status_code == 422
    assert Entry.objects.count() == 1


def test_a_body_in_broken_parts_is_refused_in_one_shape(opened: DatabaseStore) -> None:
    for body in (
        b"",
        b"--x\r\n",
        b"--x\r\nContent-Disposition: form-data; name=opinion\r\n\r\n{}\r\n--x--\r\n",
    ):
        for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
            answer = Client().post(PATH, body, content_type=kind, headers={"Idempotency-Key": key()})
            assert answer.status_code in {400, 415, 422}, answer.content
            assert set(json.loads(answer.content)) == {"error", "message", "remedy"}


def test_shown_work_lets_an_opinion_stand_in_the_register_at_once_and_only_once(
    opened: DatabaseStore,
) -> None:
    from blockplan.notice.intake.challenge import Price, create, solve
    from blockplan.portal.submissions import rate_limits

    asked = send({}, 201, "/api/v1/notices/town/challenges")
    assert {"parameters", "signature"} <= set(asked)
    solution = solve(create(rate_limits._key("challenge"), "opinion:town", Price(cost=1)))
    assert send({"text": "shown", "challenge": solution})["held"] is False
    assert send({"text": "spent", "challenge": solution})["held"] is True
    shown = json.loads(Client().get(PATH).content)["opinions"]
    assert [one["text"] for one in shown if one["text"]] == ["shown"]


@pytest.mark.long
def test_who_sends_more_than_a_crowd_would_is_told_when_to_come_back(opened: DatabaseStore) -> None:
    for number in range(30):
        send({"text": f"opinion {number}"})
    headers = {"Idempotency-Key": key()}
    answer = Client().post(
        PATH, json.dumps({"text": "one more"}), content_type="application/json", headers=headers
    )
    assert (answer.status_code, json.loads(answer.content)["error"]) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0
    assert Entry.objects.filter(kind="submitted").count() == 30


def test_who_guesses_secrets_is_slowed_down(opened: DatabaseStore) -> None:
    found = send({"text": "mine"})
    path, wrong = f"{PATH}/{found['opinion']}/receipt", {"secret": "x" * 32}
    answers = [Client().post(path, wrong, content_type="application/json").status_code for _ in range(12)]
    assert answers[:10] == [403] * 10
    assert answers[10:] == [429, 429]
