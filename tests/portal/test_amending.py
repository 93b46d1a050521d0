"""With number and secret the whole opinion can be changed, on the form that it was written on."""

from __future__ import annotations

import io
import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from tests.support.amending import form_of, post
from tests.support.opinion_form import page, unlisted

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.receipts import faults_of_receipt
from blockplan.notice.verify import verify
from blockplan.portal.record.models import Opinion, Target
from blockplan.portal.submissions import drafts
from blockplan.portal.submissions.models import OpinionDraft

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore

API = "/api/v1/notices/town/opinions/O-1"
AIM = {"layer": "parcels", "id": "P-1"}


@pytest.fixture
def mine(opened: DatabaseStore) -> dict[str, str]:
    """Number and secret of an opinion with everything."""
    files = [Attachment(f"{name}.txt", "text/plain", f"paper {name}".encode()) for name in "ab"]
    more = {"title": "Trees", "reason": "shade", "targets": [AIM], "language": "en"}
    event, secret = intake.submit(opened, intake.Submission(text="More trees.", more=more, files=files))
    return {"opinion": str(event.opinion), "secret": secret}


def begun(mine: dict[str, str]) -> dict[str, Any]:
    return form_of(page(post(mine, "amend")))


def newest(store: DatabaseStore) -> Any:
    return list(store.events({"submitted", "amended"}))[-1]


def files(store: DatabaseStore) -> dict[str, bytes]:
    return {one.name: one.content for one in intake.files_of(store, newest(store))}


def test_the_form_stands_as_the_opinion_stands(mine: dict[str, str], opened: DatabaseStore) -> None:
    said = begun(mine)
    assert (said["text"], said["title"], said["reason"]) == (["More trees."], ["Trees"], ["shade"])
    assert (said["target[]"], said["of"]) == (["parcels:P-1"], ["1"])
    assert "Your change is recorded" in page(post({}, "amend_now", **said))
    assert [event.kind for event in opened.events(about="O-1")] == ["submitted"]  # nothing was changed


def test_title_reason_objects_and_files_change_with_the_words(
    mine: dict[str, str], opened: DatabaseStore, tmp_path: Path
) -> None:
    form = page(post(mine, "amend"))
    said, gone = form_of(form), re.search(r'name="without_file\[\]" value="([0-9a-f]+)"', form)
    assert gone is not None
    added = SimpleUploadedFile("c.txt", b"paper c", "text/plain")
    more = {"text": "Benches.", "title": "", "reason": "rest", "target[]": ["areas:rd"], "files": added,
            "without_file[]": gone[1]}  # fmt: skip
    assert "Your change is recorded" in page(post({}, "amend_now", **said | more))
    event = newest(opened)
    assert (event.kind, event.payload["text"], event.payload["title"]) == ("amended", "Benches.", "")
    assert (event.payload["reason"], event.payload["targets"]) == ("rest", [{"layer": "areas", "id": "rd"}])
    assert files(opened) == {"b.txt": b"paper b", "c.txt": b"paper c"}
    assert list(Target.objects.values_list("layer", "object")) == [("areas", "rd")]
    assert not OpinionDraft.objects.exists()
    assert not any(drafts.folder().glob("*"))
    shown = json.loads(Client().get(API).content)
    assert (shown["title"], shown["reason"], [one["name"] for one in shown["files"]]) == (
        None, "rest", ["b.txt", "c.txt"],
    )  # fmt: skip
    assert b"".join(Client().get(f"/files/town/opinions/O-1/{1}")) == b"paper c"
    seen = page(post(mine, "see"))
    assert "Benches." in seen
    assert "c.txt" in seen
    with zipfile.ZipFile(io.BytesIO(b"".join(Client().get("/files/town/record.zip")))) as packed:
        packed.extractall(tmp_path / "out")
    assert verify(tmp_path / "out" / "town-record").findings == []
    assert b"paper a" not in b"".join(
        one.read_bytes() for one in (tmp_path / "out").rglob("*") if one.is_file()
    )


@pytest.mark.parametrize(
    ("lang", "claim"),
    [
        ("zh", "此后未被改动；修改或撤回另作登记"),
        ("en", "this entry was not altered since"),
        ("ja", "修正や取下げは別の登録になります"),
    ],
)
def test_the_proof_does_not_say_of_a_changed_opinion_that_it_was_not_changed(
    mine: dict[str, str], lang: str, claim: str
) -> None:
    post({}, "amend_now", **(begun(mine) | {"text": ["Fewer trees."]}))
    seen = page(Client().post(f"/{lang}/notices/town/follow/", {"do": "see", **mine}))
    assert "Fewer trees." in seen
    assert claim in seen
    assert "was not changed since" not in seen


def test_the_first_receipt_still_holds(mine: dict[str, str], opened: DatabaseStore) -> None:
    post({}, "amend_now", **begun(mine) | {"text": "Benches."})
    document = json.loads(post(mine, "receipt_json").content)
    assert faults_of_receipt(document, opened.notary.verifier) == []
    assert document["body"]["text"] == "More trees."


def test_what_is_wrong_is_said_on_the_form_and_nothing_is_lost(
    mine: dict[str, str], opened: DatabaseStore
) -> None:
    said = begun(mine) | {"title": "x" * 400, "text": "Benches."}
    shown = page(post({}, "amend_now", **said))
    assert 'href="#title"' in shown
    again = form_of(shown)
    assert again["text"] == ["Benches."]
    assert "Your change is recorded" in page(post({}, "amend_now", **again | {"title": "Benches"}))
    assert set(files(opened)) == {"a.txt", "b.txt"}


@pytest.mark.long
def test_objects_are_sought_on_the_way(shown: DatabaseStore) -> None:
    event, secret = intake.submit(shown, intake.Submission(text="More trees."))
    mine = {"opinion": str(event.opinion), "secret": secret}
    found = page(post({}, "find", **begun(mine) | {"find": "park"}))
    assert 'name="target[]"' in found
    here = {"find": "445693.5, 4401997.3", "datum": "plan"}
    typed = form_of(page(post({}, "find", **begun(mine) | here)))
    assert typed["place_said"] == [here["find"]]
    assert 'href="#place"' in page(post({}, "amend_now", **typed))
    page(post({}, "amend_now", **typed | {"place_ok": "yes"}))
    assert newest(shown).payload["geometry"]["type"] == "Point"
    kept = begun(mine)
    assert kept["place_ok"] == ["yes"]
    page(post({}, "amend_now", **kept | {"place_out": "yes"}))
    assert newest(shown).payload["geometry"] is None


def test_a_drawing_stays_where_nobody_changes_it(shown: DatabaseStore) -> None:
    (parcel,) = Client().get("/api/v1/notices/town/objects?layer=parcels&limit=1").json()["features"]
    corners = parcel["geometry"]["coordinates"][0]
    line = {"type": "LineString", "coordinates": corners[:2]}
    body = {"text": "More trees.", "geometry": line}
    headers = {"Idempotency-Key": "k" * 30}
    answer = Client().post("/api/v1/notices/town/opinions", body, "application/json", headers=headers).json()
    mine = {"opinion": answer["opinion"], "secret": answer["secret"]}
    drawn = newest(shown).payload["geometry"]
    said = begun(mine)
    assert said["place_ok"] == ["yes"]
    page(post({}, "amend_now", **said | {"text": "Benches."}))
    event = newest(shown)
    assert (event.kind, event.payload["geometry"]) == ("amended", drawn)
    point = {"type": "Point", "coordinates": corners[0]}
    body = {"secret": mine["secret"], "geometry": point}
    path = f"/api/v1/notices/town/opinions/{mine['opinion']}/amend"
    assert Client().post(path, body, "application/json").status_code == 200
    assert newest(shown).payload["geometry"]["type"] == "Point"
    assert Client().post(path, {**body, "geometry": None}, "application/json").status_code == 200
    assert (newest(shown).payload["geometry"], newest(shown).payload["text"]) == (None, "Benches.")


def test_two_windows_do_not_undo_each_other(mine: dict[str, str], opened: DatabaseStore) -> None:
    one, other = begun(mine), begun(mine)
    page(post({}, "amend_now", **one | {"text": "Benches."}))
    assert "changed meanwhile" in page(post({}, "amend_now", **other | {"text": "Lamps."}))
    assert newest(opened).payload["text"] == "Benches."


def test_the_form_of_another_opinion_or_none_brings_no_files(
    mine: dict[str, str], opened: DatabaseStore
) -> None:
    _, secret = intake.submit(opened, intake.Submission(text="Lamps."))
    theirs = {"opinion": "O-2", "secret": secret}
    said = begun(theirs) | {"draft": begun(mine)["draft"], "text": "Other lamps."}
    page(post({}, "amend_now", **said))
    assert files(opened) == {}
    bare = {**begun(mine), "draft": "", "text": "Benches."}
    assert "changed meanwhile" in page(post({}, "amend_now", **bare))  # its files would be lost
    assert list(opened.events({"amended"}, about="O-1")) == []


def test_after_the_end_there_is_no_form(
    mine: dict[str, str], opened: DatabaseStore, clock: HandClock
) -> None:
    said = begun(mine)
    clock.set(2026, 4, 1, 0, 0, 0)
    for step in ("amend", "find", "amend_now"):
        assert post({}, step, **said | {"text": "Benches."}).status_code == 409
    assert newest(opened).kind == "submitted"


def test_every_word_of_the_form_stands_in_a_list(
    mine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    words = unlisted(page(post(mine, "amend")))
    assert [word for word in words if word not in {"More trees.", "shade"}] == []


def api(secret: str, status: int = 200, file: Any = None, **said: Any) -> Any:
    body = {"secret": secret, **said}
    if file is None:
        answer = Client().post(f"{API}/amend", body, "application/json")
    else:
        answer = Client().post(f"{API}/amend", {"opinion": json.dumps(body), "file": file})
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def test_programs_change_it_all_too(mine: dict[str, str], opened: DatabaseStore) -> None:
    secret = mine["secret"]
    api(secret, title="Benches")
    event = newest(opened)
    assert (event.payload["text"], event.payload["title"], event.payload["reason"]) == (
        "More trees.",
        "Benches",
        "shade",
    )
    assert set(files(opened)) == {"a.txt", "b.txt"}
    api(secret, reason="", targets=[], keep_files=[1], file=SimpleUploadedFile("c.txt", b"paper c"))
    assert (newest(opened).payload["reason"], newest(opened).payload["targets"]) == ("", [])
    assert set(files(opened)) == {"b.txt", "c.txt"}
    assert json.loads(Client().get(API).content)["reason"] is None
    assert Opinion.objects.get().shown == newest(opened).seq
    assert api(secret, 409, text="x", of=1)["error"] == "state"
    assert api(secret, 422, keep_files=[7])["error"] == "not_valid"
    assert api(secret, 422, unknown=1)["error"] == "not_valid"
    assert api(secret, 422, text=" ", keep_files=[])["error"] == "not_valid"


@pytest.mark.long
def test_one_secret_cannot_fill_the_record_from_whatever_address(
    mine: dict[str, str], opened: DatabaseStore, clock: HandClock
) -> None:
    for number in range(12):
        body = {"secret": mine["secret"], "text": f"Benches {number}.", "keep_files": []}
        answer = Client(REMOTE_ADDR=f"192.0.2.{number}").post(f"{API}/amend", body, "application/json")
        assert answer.status_code == 200, answer.content
    answer = Client(REMOTE_ADDR="192.0.2.99").post(f"{API}/amend", body, "application/json")
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many")
    assert 0 < int(answer.headers["Retry-After"]) <= 1800
    said = begun(mine) | {"text": "One more."}
    answer = post({}, "amend_now", **said)
    assert answer.status_code == 429
    assert "still in the form" in page(answer)
    assert form_of(page(answer))["text"] == ["One more."]
    assert sum(1 for _ in opened.events({"amended"})) == 12
    clock.on(minutes=30)
    assert "Your change is recorded" in page(post({}, "amend_now", **said))


@pytest.mark.long
def test_amendments_count_with_the_opinions_of_an_address_and_what_is_refused_costs_nothing(
    mine: dict[str, str], opened: DatabaseStore
) -> None:
    for _ in range(40):  # nothing in it: refused, and free
        body = {"secret": mine["secret"], "text": "", "keep_files": []}
        assert Client().post(f"{API}/amend", body, "application/json").status_code == 422
    for number in range(29):
        headers = {"Idempotency-Key": f"{number:030}"}
        body = {"text": f"Opinion {number}."}
        answer = Client().post("/api/v1/notices/town/opinions", body, "application/json", headers=headers)
        assert answer.status_code == 201
    body = {"secret": mine["secret"], "text": "Benches."}
    assert Client().post(f"{API}/amend", body, "application/json").status_code == 200
    assert Client().post(f"{API}/amend", body, "application/json").status_code == 429


def test_the_form_of_an_opinion_with_files_is_not_begun_without_end(
    mine: dict[str, str], opened: DatabaseStore
) -> None:
    assert [post(mine, "amend").status_code for _ in range(13)] == [200] * 12 + [429]
    assert OpinionDraft.objects.count() == 12


def test_the_last_moment_is_in_time_and_the_next_is_not(
    mine: dict[str, str], opened: DatabaseStore, clock: HandClock
) -> None:
    said = begun(mine)
    clock.set(2026, 3, 31, 23, 59, 59, 999_999)
    body = {"secret": mine["secret"], "text": "In the last moment."}
    assert Client().post(f"{API}/amend", body, "application/json").status_code == 200
    clock.set(2026, 4, 1, 0, 0, 0)
    answer = Client().post(f"{API}/amend", {**body, "text": "Too late."}, "application/json")
    assert (answer.status_code, answer.json()["error"]) == (409, "state")
    assert post({}, "amend_now", **said | {"text": "Too late."}).status_code == 409
    assert Client().post(f"{API}/withdraw", {"secret": mine["secret"]}, "application/json").status_code == 200
    assert [event.kind for event in opened.events(about="O-1")] == ["submitted", "amended", "withdrawn"]


def test_nothing_is_amended_after_it_was_withdrawn_however_many_ask_at_once(
    mine: dict[str, str], opened: DatabaseStore
) -> None:
    def ask(number: int) -> int:
        what = "withdraw" if number % 4 == 3 else "amend"
        body = {"secret": mine["secret"]} | ({"text": f"Benches {number}."} if what == "amend" else {})
        try:
            # On a busy machine the service refuses before it has looked, and asks to be tried again.
            answers = (Client().post(f"{API}/{what}", body, "application/json") for _ in range(20))
            return next((one.status_code for one in answers if one.status_code != 503), 503)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(ask, range(8)))
    assert set(answers) <= {200, 409}
    kinds = [event.kind for event in opened.events(about="O-1")]
    assert (kinds.count("withdrawn"), kinds[-1]) == (1, "withdrawn")
