"""Reading by program: the API says what record and plan hold, in one shape, and nothing more."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.test import Client

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.proof import merkle
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.receipts import faults_of_receipt
from blockplan.portal.submissions.services import Said, new_form, take

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore

ROOT = "/api/v1/notices"


def get(path: str, status: int = 200, **headers: str) -> Any:
    answer = Client().get(path, headers=headers)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def send(store: DatabaseStore, text: str, *files: Attachment, **more: Any) -> tuple[str, str]:
    event, secret = intake.submit(store, intake.Submission(text=text, more=more, files=files))
    return str(event.opinion), secret


def test_a_notice_says_where_it_stands_by_the_clock_of_the_server(opened: DatabaseStore) -> None:
    (found,) = get(ROOT)["notices"]
    assert (found["id"], found["state"], found["running"], found["days_left"]) == (
        "town",
        "on_notice",
        True,
        30,
    )
    assert get(f"{ROOT}/town") == found


def test_a_draft_is_not_there(begun: DatabaseStore) -> None:
    assert get(ROOT)["notices"] == []
    for path in ("", "/opinions", "/events", "/checkpoints", "/objects", "/verdicts"):
        assert get(f"{ROOT}/town{path}", 404)["error"] == "not_found"


def test_objects_of_the_plan_are_features_that_can_be_searched_and_paged(shown: DatabaseStore) -> None:
    found = get(f"{ROOT}/town/objects?layer=parcels&limit=2")
    assert (found["type"], found["crs"], len(found["features"])) == ("FeatureCollection", "EPSG:4548", 2)
    first = found["features"][0]
    assert get(f"{ROOT}/town/objects/parcels/{first['id']}") == first
    after = get(f"{ROOT}/town/objects?layer=parcels&limit=2&cursor={found['next']}")
    assert not {one["id"] for one in after["features"]} & {one["id"] for one in found["features"]}
    searched = get(f"{ROOT}/town/objects?layer=areas&search=innovation")
    assert [one["id"] for one in searched["features"]] == ["rd"]
    for said in ("創新研發", "创新研发", "ＩＮＮＯＶＡＴＩＯＮ"):
        searched = get(f"{ROOT}/town/objects?layer=areas&search={quote(said)}")
        assert [one["id"] for one in searched["features"]] == ["rd"]
    box = ",".join(str(side) for side in first["bbox"])
    assert first["id"] in {
        one["id"] for one in get(f"{ROOT}/town/objects?layer=parcels&bbox={box}")["features"]
    }


def test_verdicts_are_those_of_the_check(shown: DatabaseStore) -> None:
    (beds,) = get(f"{ROOT}/town/verdicts?rule=zone-beds")["verdicts"]
    assert (beds["rule"], beds["outcome"]) == ("zone-beds", "pass")
    assert all(one["outcome"] == "fail" for one in get(f"{ROOT}/town/verdicts?outcome=fail")["verdicts"])


def test_the_register_is_paged_newest_first_and_filtered(opened: DatabaseStore) -> None:
    for number in range(5):
        send(opened, f"words {number}", targets=[{"layer": "parcels", "id": f"P-{number % 2}"}])
    found = get(f"{ROOT}/town/opinions?limit=3")
    assert [one["text"] for one in found["opinions"]] == ["words 4", "words 3", "words 2"]
    after = get(f"{ROOT}/town/opinions?limit=3&cursor={found['next']}")
    assert [one["opinion"] for one in after["opinions"]] == ["O-2", "O-1"]
    assert after["next"] is None
    about = get(f"{ROOT}/town/opinions?layer=parcels&object=P-1")
    assert [one["opinion"] for one in about["opinions"]] == ["O-4", "O-2"]
    assert get(f"{ROOT}/town/opinions?late=true")["opinions"] == []


def test_words_that_are_kept_back_are_nowhere_in_the_answers(opened: DatabaseStore) -> None:
    withheld, _ = send(opened, "secret-words", Attachment("secret-name.txt", "text/plain", b"secret-file"))
    redacted, _ = send(opened, "secret-words two", title="secret-title", reason="secret-reason")
    withdrawn, secret = send(opened, "secret-words three")
    held = take("town", Said(opinion=intake.Submission(text="secret-words four"), form=new_form())).opinion
    two = {"by": "Li", "second": "Wang"}
    opened.append("withheld", {"opinion": withheld, "ground": "third party", **two})
    opened.append("redacted", {"opinion": redacted, "text": "open words", "ground": "names", **two})
    intake.withdraw(opened, withdrawn, secret=secret)
    register = get(f"{ROOT}/town/opinions")
    everything = [register, get(f"{ROOT}/town/events?limit=200")]
    everything += [get(f"{ROOT}/town/opinions/{name}") for name in (withheld, redacted, withdrawn)]
    assert "secret-" not in json.dumps(everything)
    # What waits for a clerk's look is counted in the log, and not listed.
    assert [one["kept_back"] for one in register["opinions"]] == ["withdrawn", None, "withheld"]
    assert register["opinions"][1]["text"] == "open words"
    get(f"{ROOT}/town/opinions/{held}", 404)
    get(f"{ROOT}/town/opinions/{withheld}/files/0", 404)


def test_a_notice_that_publishes_nothing_yet_shows_no_words(begun: DatabaseStore) -> None:
    from tests.support.notice_records import an_opening

    opening = an_opening(publication="after_close_summary")
    begun.append("opened", opening | {"plan": opening["plan"] | {"title": {"en": "A quarter"}}})
    send(begun, "secret-words", targets=[{"layer": "parcels", "id": "secret-place"}])
    found = [get(f"{ROOT}/town/opinions"), get(f"{ROOT}/town/opinions/O-1"), get(f"{ROOT}/town/events")]
    assert "secret-" not in json.dumps(found)
    assert found[0]["opinions"][0]["kept_back"] == "publication"


def test_a_file_comes_as_a_download_in_a_sandbox(opened: DatabaseStore) -> None:
    name, _ = send(opened, "with a file", Attachment("图 <x>.svg", "image/svg+xml", b"<svg onload=alert(1)>"))
    answer = Client().get(f"{ROOT}/town/opinions/{name}/files/0")
    assert answer.content == b"<svg onload=alert(1)>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_proofs_hold_against_the_checkpoints(opened: DatabaseStore) -> None:
    for number in range(6):
        send(opened, f"words {number}")
    found = get(f"{ROOT}/town/checkpoints?limit=3")
    key = opened.notary.verifier
    assert found["key"] == str(key)
    newest, *_, older = [read_checkpoint(one["note"], key) for one in found["checkpoints"]]
    proof = get(f"{ROOT}/town/proofs/inclusion?entry=3")
    path = [bytes.fromhex(step) for step in proof["proof"]]
    assert merkle.included(bytes.fromhex(proof["leaf_hash"]), 3, newest.size, path, newest.root)
    steps = get(f"{ROOT}/town/proofs/consistency?old={older.size}")["proof"]
    path = [bytes.fromhex(step) for step in steps]
    assert merkle.consistent(older.size, newest.size, older.root, newest.root, path)
    get(f"{ROOT}/town/proofs/inclusion?entry=99", 404)
    get(f"{ROOT}/town/proofs/inclusion?entry=1&size=99", 404)
    get(f"{ROOT}/town/proofs/consistency?old=9&new=3", 422)


def test_the_receipt_is_given_again_to_whoever_has_the_secret(opened: DatabaseStore) -> None:
    name, secret = send(opened, "mine")
    send(opened, "another")
    path = f"{ROOT}/town/opinions/{name}/receipt"
    made = Client().post(path, {"secret": secret}, content_type="application/json")
    assert faults_of_receipt(json.loads(made.content), opened.notary.verifier) == []
    wrong = Client().post(path, {"secret": "x" * 32}, content_type="application/json")
    assert (wrong.status_code, json.loads(wrong.content)["error"]) == (403, "secret_wrong")


def test_a_name_of_the_query_that_nobody_knows_is_refused(opened: DatabaseStore) -> None:
    for path in ("?x=1", "/town?x=1", "/town/opinions?chanel=web", "/town/opinions?limit=3&limit=4"):
        found = get(ROOT + path, 422)
        assert set(found) == {"error", "message", "remedy"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"null", 422), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 100_000, 400),
        (b'{"secret": "\\ud800aaaaaaa"}', 400), (b'{"secret": "aaaaaaaa\\u0000"}', 400),
        (b'{"secret": NaN}', 400), (b'{"secret": 1e999}', 400), (b'{"secret": ' + b"9" * 5000 + b"}", 400),
        (b'{"secret": "aaaaaaaa", "secret": "bbbbbbbb"}', 400), (b'{"secret": "aaaaaaaa", "x": 1}', 422),
        (b'{"secret": "' + b"a" * 3_000_000 + b'"}', 413),
    ],
)  # fmt: skip
def test_a_body_that_is_no_plain_document_is_refused_in_one_shape(
    opened: DatabaseStore, body: bytes, status: int
) -> None:
    send(opened, "mine")
    answer = Client().post(f"{ROOT}/town/opinions/O-1/receipt", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert set(json.loads(answer.content)) == {"error", "message", "remedy"}


@pytest.mark.long
def test_methods_and_media_types_that_no_route_takes_are_refused_in_one_shape(opened: DatabaseStore) -> None:
    client = Client()
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = client.generic(method, ROOT)
        assert (answer.status_code, json.loads(answer.content)["error"]) == (405, "method")
        assert "GET" in answer.headers["Allow"]
    assert client.post(ROOT, {}, content_type="application/json").status_code == 405
    answer = client.post(f"{ROOT}/town/opinions/O-1/receipt", {"secret": "aaaaaaaa"})
    assert (answer.status_code, json.loads(answer.content)["error"]) == (415, "media_type")
    assert json.loads(client.get("/api/v1/nowhere").content)["error"] == "not_found"
    head = client.head(ROOT)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(client.get(ROOT).content)


def test_public_reading_is_open_to_pages_of_other_sites_and_nothing_else_is(opened: DatabaseStore) -> None:
    client = Client()
    assert client.get(ROOT).headers["Access-Control-Allow-Origin"] == "*"
    preflight = client.options(ROOT)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD")
    posted = client.post(
        f"{ROOT}/town/opinions/O-1/receipt", {"secret": "aaaaaaaa"}, content_type="application/json"
    )
    assert "Access-Control-Allow-Origin" not in posted.headers
    assert posted.headers["Cache-Control"] == "no-store"


def test_what_the_reader_holds_already_is_not_sent_again(opened: DatabaseStore) -> None:
    client = Client()
    etag = client.get(ROOT).headers["ETag"]
    assert client.get(ROOT, headers={"If-None-Match": etag}).status_code == 304
    assert not client.cookies


def test_an_error_speaks_the_language_that_is_asked_for(opened: DatabaseStore) -> None:
    said = {lang: get(f"{ROOT}/nowhere", 404, accept_language=lang)["message"] for lang in ("zh", "en", "ja")}
    assert len(set(said.values())) == 3


@pytest.mark.no_database
def test_every_error_has_its_words_in_every_language() -> None:
    from blockplan.portal.api.answers import STATUS, TEXTS
    from blockplan.texts import LANGUAGES

    for word in STATUS:
        for key in ("message", "remedy"):
            assert set(TEXTS.text(f"{word}.{key}")) == set(LANGUAGES)


@pytest.mark.no_database
def test_the_openapi_document_names_every_route_and_its_errors() -> None:
    document = get("/api/v1/openapi.json")
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert "404" in operation["responses"] or path == "/api/v1/notices"
            assert operation.get("description"), path


def test_every_schema_that_the_document_of_the_api_names_is_in_it(opened: DatabaseStore) -> None:
    document = get("/api/v1/openapi.json")
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert {"OpinionIn", "AmendIn"} <= named <= set(document["components"]["schemas"])
