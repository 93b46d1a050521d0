"""What strangers send that no browser would: refused in one of our words, never a fault of ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.support.submitting import send

from blockplan.portal import middleware

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore

NOTICE = "/en/notices/town/"
FORMS = (f"{NOTICE}opinion/", f"{NOTICE}follow/", f"{NOTICE}drafts/none/", "/en/mail/1-x/")
API = "/api/v1/notices/town/opinions"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PATCH", "PROPFIND", "OPTIONS"])
def test_a_form_is_read_and_sent_and_nothing_else(opened: DatabaseStore, method: str) -> None:
    for path in FORMS:
        answer = Client().generic(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST"), path


def test_a_body_of_unknown_length_is_not_read(opened: DatabaseStore) -> None:
    sent: dict[str, Any] = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    for path in (*FORMS, "/en/", "/en/verify/", "/en/office/sign-in/"):
        answer = Client().post(path, "a=b", "application/x-www-form-urlencoded", **sent)
        assert answer.status_code == 411, path
        assert b"Content-Length" in answer.content
    answer = Client().post(API, "{}", "application/json", headers={"Idempotency-Key": "k" * 30}, **sent)
    assert (answer.status_code, answer.json()["error"]) == (411, "no_length")


def test_a_body_that_is_too_long_is_not_read_wherever_it_is_sent(opened: DatabaseStore) -> None:
    long: dict[str, Any] = {"CONTENT_LENGTH": str(middleware.LARGEST_BYTES + 1)}
    for path in (*FORMS, "/en/", "/en/verify/", "/en/office/sign-in/", "/ja/nowhere/"):
        answer = Client().post(path, "a=b", "application/x-www-form-urlencoded", **long)
        assert answer.status_code == 413, path
    answer = Client().post(API, "{}", "application/json", headers={"Idempotency-Key": "k" * 30}, **long)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


@pytest.mark.long
def test_what_no_database_holds_is_never_a_fault_of_ours(shown: DatabaseStore) -> None:
    nul = "a\x00b"
    for path, asked in (
        (f"{NOTICE}plan/", {"q": nul, "kind": nul, "after": nul}),
        (f"{NOTICE}opinions/", {"about": f"parcels:{nul}", "late": nul, "sender": nul, "channel": nul}),
        (f"{NOTICE}opinions/", {"standing": nul, "round": "9" * 30, "before": "9" * 30, "after": "9" * 30}),
        (f"{NOTICE}opinion/", {"layer": "parcels", "object": nul}),
        (f"{NOTICE}follow/", {"opinion": nul}), ("/en/", {"stage": nul, "after": nul}),
        ("/api/v1/notices/town/objects", {"search": nul}),
        ("/api/v1/notices/town/places", {"search": nul}),
        ("/api/v1/notices/town/opinions", {"layer": "parcels", "object": nul}),
    ):  # fmt: skip
        assert Client().get(path, asked).status_code < 500, (path, asked)
    for path, said in (
        (f"{NOTICE}opinion/", {"do": "check", "text": nul, "draft": nul, "target[]": f"parcels:{nul}"}),
        (f"{NOTICE}opinion/", {"do": "find", "find": nul, "datum": nul, "text": "x", "name": nul}),
        (f"{NOTICE}opinion/", {"do": nul, "text": "x", "standing": nul, "contact": nul, "place_said": nul}),
        (f"{NOTICE}opinion/", {"do": "send", "draft": nul, "seal": nul, "solution": nul}),
        (f"{NOTICE}follow/", {"opinion": nul, "secret": nul}),
        (f"{NOTICE}follow/", {"opinion": "9" * 24, "secret": "x"}),
        ("/en/mail/1-x/", {"do": nul}), ("/en/verify/", {"text": nul}),
    ):  # fmt: skip
        assert Client().post(path, said).status_code < 500, (path, said)


@pytest.mark.long
def test_a_receipt_that_is_bent_is_told_of_and_never_a_fault_of_ours(opened: DatabaseStore) -> None:
    from blockplan.notice import submissions as intake
    from blockplan.portal.submissions.services import receipt_of

    intake.submit(opened, intake.Submission(text="More trees."))
    whole = json.loads(json.dumps(receipt_of(opened, opened.some([1])[1]).document))
    values: tuple[Any, ...] = (None, "", "a\x00b", -1, 10**30, 1e300, [], {}, True, ["x"] * 3, "\ud800")
    for name in whole:
        for value in values:
            said = {"text": json.dumps(whole | {name: value})}
            assert Client().post("/en/verify/", said).status_code == 200, (name, value)
    for name in whole["leaf"]:
        for value in values:
            said = {"text": json.dumps(whole | {"leaf": whole["leaf"] | {name: value}})}
            assert Client().post("/en/verify/", said).status_code == 200, (name, value)
    assert b"holds" in Client().post("/en/verify/", {"text": json.dumps(whole)}).content


def test_a_page_of_errors_is_kept_by_no_cache_for_readers_of_another_language(opened: DatabaseStore) -> None:
    for path in ("/nowhere", "/files/town/none.pdf", "/en/nowhere/"):
        answer = Client().get(path, headers={"Accept-Language": "ja"})
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Accept-Language" in answer.headers["Vary"]


def test_what_people_wrote_is_no_markup_of_feeds_and_exports(shown: DatabaseStore) -> None:
    words = "]]></summary><script>alert(1)</script>&#0;<!--\u202e=cmd|' /C calc'!A0\r\nSet-Cookie: a=b"
    send(shown, words, title="=HYPERLINK(1)<b>", targets=[{"layer": "parcels", "id": "RD-01-01-012"}])
    feed = Client().get(f"{NOTICE}plan/parcels/RD-01-01-012/feed.atom").content
    assert b"<script" not in feed
    assert b"<b>" not in feed
    import csv
    import io

    table = b"".join(Client().get("/api/v1/notices/town/export/opinions.csv")).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["title"].startswith("'=")
    assert row["text"] == words.replace("\r\n", "\r\n")
    document = json.loads(b"".join(Client().get("/api/v1/notices/town/export/opinions.geojson")))
    assert document["features"][0]["properties"]["text"] == words
    assert b"Set-Cookie" not in str(Client().get(f"{NOTICE}opinions/O-1/").headers).encode()
