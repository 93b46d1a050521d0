"""What of an opinion is seen by whom: one rule, and every page, answer and file that tells of it agrees."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.support.office_pages import HERE, as_shown, faults, told
from tests.support.submitting import send

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.disclosure import FIELDS
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.office import desks
from blockplan.portal.office.models import Pending
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

PATH = "/api/v1/notices/town/opinions"
ANSWER = {"do": "answer", "kind": "noted", "reason_zh": "", "reason_en": "Thank you.", "reason_ja": "",
          "links": "", "changes": ""}  # fmt: skip
#: A word in each field of an opinion that can become public.
MARKED = {
    "text": "TEXT-mark", "title": "TITLE-mark", "reason": "REASON-mark", "language": "LANG-mark",
    "clause": "CLAUSE-mark", "place": {"said": "PLACE-mark"},
    "targets": [{"layer": "parcels", "id": "TARGET-mark"}],
    "geometry": {"type": "Point", "coordinates": [500123.25, 4400123.75]},
}  # fmt: skip
WORDS = ("TEXT-mark", "TITLE-mark", "REASON-mark", "LANG-mark", "CLAUSE-mark", "PLACE-mark", "TARGET-mark",
         "500123.25", "FILE-mark.txt")  # fmt: skip


def posted(body: dict[str, Any], path: str = PATH) -> dict[str, Any]:
    """What the API says of an opinion without proof of work, which waits."""
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    answer = Client().post(path, json.dumps(body), content_type="application/json", headers=key)
    assert answer.status_code in {200, 201, 202}, answer.content
    return dict(json.loads(answer.content))


def marked(store: DatabaseStore, **more: Any) -> tuple[str, str]:
    """An opinion with a word in every field."""
    said = {key: value for key, value in (MARKED | more).items() if key != "text"}
    file = Attachment("FILE-mark.txt", "text/plain", b"CONTENT-mark")
    event, secret = intake.submit(store, intake.Submission(text=str(MARKED["text"]), more=said, files=[file]))
    return str(event.opinion), secret


def doors(tmp_path: Path, store: DatabaseStore, name: str) -> dict[str, str]:
    """Everything that everybody can read of an opinion, by the door; a door may show a part of its fields."""
    client = Client()

    def read(path: str) -> str:
        answer = client.get(path)
        content = b"".join(answer) if answer.streaming else answer.content
        return content.decode() if answer.status_code == 200 else ""

    folder = tmp_path / f"record-{secrets.token_hex(4)}"
    export(store, folder, store.notary)
    assert verify(folder).findings == []
    return {
        "page": read(f"/en/notices/town/opinions/{name}/"),
        "register": read("/en/notices/town/opinions/"),
        "api": read(f"{PATH}/{name}"),
        "list": read(PATH),
        "events": read("/api/v1/notices/town/events"),
        "csv": read("/api/v1/notices/town/export/opinions.csv"),
        "jsonl": read("/api/v1/notices/town/export/opinions.jsonl"),
        "geojson": read("/api/v1/notices/town/export/opinions.geojson"),
        "about": read(f"{PATH}?layer=parcels&object=TARGET-mark"),
        "record": (folder / "log.jsonl").read_text(),
    }


def test_a_clerk_sees_every_field_that_a_look_would_let_out(
    opened: DatabaseStore, clerk: Client, tmp_path: Path
) -> None:
    assert set(MARKED) | {"files"} == set(FIELDS), "a field more: give it a word here"
    with_file = {key: value for key, value in MARKED.items() if key != "geometry"}
    posted({"text": "TEXT-mark", "place": {"said": "PLACE-mark"}, "clause": "CLAUSE-mark"})
    name, _ = marked(opened)
    office = clerk.get(f"{HERE}opinions/{name}/").content.decode()
    assert not [word for word in WORDS if word not in office], with_file
    waiting = clerk.get(HERE + "opinions/O-1/").content.decode()
    assert not [word for word in ("TEXT-mark", "PLACE-mark", "CLAUSE-mark") if word not in waiting]
    assert "TEXT-mark" not in Client().get(f"{PATH}/O-1").content.decode()


def test_a_clerk_reads_the_language_of_an_opinion_by_its_name(opened: DatabaseStore, clerk: Client) -> None:
    send(opened, "More trees.", language="ja")
    assert '<dd class="said">日本語</dd>' in clerk.get(f"{HERE}opinions/O-1/").content.decode()


@pytest.mark.long
@pytest.mark.parametrize("way", ["redacted", "withheld", "withdrawn", "erased", "amended"])
def test_every_door_keeps_back_the_same(
    opened: DatabaseStore, planner: Client, approver: Client, tmp_path: Path, way: str
) -> None:
    name, secret = marked(opened)
    before = doors(tmp_path, opened, name)
    for door in ("api", "list", "events", "jsonl", "record", "about"):
        assert not [word for word in WORDS if word not in before[door]], door
    assert "TEXT-mark" in before["page"]
    if way == "withdrawn":
        intake.withdraw(opened, name, secret=secret)
    elif way == "erased":
        intake.erase(opened, name, ground="privacy", by="Li")
    elif way == "amended":
        nothing = dict.fromkeys(key for key in MARKED if key != "text")
        intake.amend(opened, name, intake.Amendment(text="NEW", more=nothing, files=[]), secret=secret)
    else:
        more = {"text": "NEW"} if way == "redacted" else {}
        opened.append(way, {"opinion": name, "ground": "privacy", "by": "Li", "second": "Wang", **more})
    after = doors(tmp_path, opened, name)
    shown = {door: [word for word in WORDS if word in said] for door, said in after.items()}
    assert shown == {door: [] for door in after}, way
    for door in ("page", "register", "api", "list", "events", "csv", "record"):
        assert ("NEW" in after[door]) == (way in {"redacted", "amended"}), door
    assert Client().get(f"/files/town/opinions/{name}/0").status_code == 404
    assert Client().get(f"{PATH}/{name}/files/0").status_code == 404


def test_a_place_that_was_taken_out_or_never_looked_at_is_shown_nowhere(
    opened: DatabaseStore, clerk: Client, tmp_path: Path
) -> None:
    found = posted({"text": "first", "place": {"said": "PLACE-mark"}})
    posted({"text": "second", "place": None, "secret": found["secret"]}, f"{PATH}/O-1/amend")
    newest = max(event.seq for event in opened.events({"amended"}))
    told(clerk, HERE + "opinions/O-1/", {"looked_at": str(newest)})
    after = doors(tmp_path, opened, "O-1")
    assert "second" in after["page"]
    assert not [door for door, said in after.items() if "PLACE-mark" in said]


def test_a_clerk_who_amends_what_nobody_looked_at_lets_out_nothing_of_it(
    opened: DatabaseStore, tmp_path: Path
) -> None:
    posted({"text": "first", "place": {"said": "PLACE-mark"}, "clause": "CLAUSE-mark"})
    intake.amend(opened, "O-1", "as told on the telephone", by="Chen")
    after = doors(tmp_path, opened, "O-1")
    assert "as told on the telephone" in after["page"]
    assert not [door for door, said in after.items() if "PLACE-mark" in said or "CLAUSE-mark" in said]


def test_a_transcription_holds_all_that_stands_beside_the_words(
    opened: DatabaseStore, tmp_path: Path
) -> None:
    scan = Attachment("scan.txt", "text/plain", b"SCAN")
    event, _ = intake.submit(
        opened, intake.Submission(text="", channel="post", more={"clause": "CLAUSE-mark"}, files=[scan])
    )
    opened.append("transcribed", {"opinion": event.opinion, "text": "typed", "by": "Chen"})
    found = json.loads(Client().get(f"{PATH}/{event.opinion}").content)
    assert (found["text"], found["clause"], found["files"]) == ("typed", "CLAUSE-mark", [])
    assert '"clause":"CLAUSE-mark"' in doors(tmp_path, opened, str(event.opinion))["record"]


@pytest.mark.long
@pytest.mark.parametrize("mode", ["none", "after_close_summary", "after_close_full", "live"])
def test_the_published_report_shows_what_the_register_shows(
    begun: DatabaseStore, clock: HandClock, planner: Client, approver: Client, mode: str
) -> None:
    from tests.support.notice_records import an_opening

    begun.append("opened", an_opening(publication=mode))
    marked(begun)
    for way in ("redacted", "withheld"):
        name, _ = marked(begun)
        more = {"text": "NEW"} if way == "redacted" else {}
        begun.append(way, {"opinion": name, "ground": "privacy", "by": "Li", "second": "Wang", **more})
    clock.set(2026, 4, 1, 9, 0, 0)
    told(planner, HERE + "close/", {"sure": "on"})
    told(planner, HERE + "desk/", {"do": "cut"})
    answer_all(planner)
    approve(planner, approver)
    told(planner, HERE + "publish/", {"sure": "on"})
    confirm(approver, "published")
    (event,) = begun.events({"published"})
    number = [file["name"] for file in event.payload["files"]].index("en/response.json")
    report = json.loads(begun.file(event.seq, number) or b"")["register"]
    api = {one["opinion"]: one for one in json.loads(Client().get(PATH).content)["opinions"]}
    for said in report:
        for key, other in (("title",) * 2, ("text",) * 2, ("targets",) * 2, ("late",) * 2,
                           ("from", "sender"), ("channel",) * 2, ("ground",) * 2):  # fmt: skip
            assert said[key] == api[said["opinion"]][other], (said["opinion"], key)
    shown = mode in {"after_close_full", "live"}
    assert [one["text"] for one in report] == (["TEXT-mark", "NEW", None] if shown else [None] * 3)


def answer_all(planner: Client, **more: str) -> None:
    for one in desks.look("town").open_segments():
        told(planner, f"{HERE}desk/segments/{one.id}/", ANSWER | more)


def approve(planner: Client, approver: Client) -> None:
    told(planner, HERE + "complete/", {"sure": "on"})
    told(planner, HERE + "approve/", {"sure": "on"})
    confirm(approver, "approved")


def confirm(approver: Client, kind: str) -> None:
    (one,) = Pending.objects.filter(outcome="", kind=kind)
    told(approver, f"{HERE}waiting/{one.pk}/", {"confirm": "1"})


# ---- acts of two persons end when the record moves ----


@pytest.mark.long
def test_a_redaction_ends_when_the_words_that_it_was_asked_on_are_amended(
    opened: DatabaseStore, planner: Client, approver: Client
) -> None:
    name, secret = send(opened, "OLD words naming Zhao.")
    asked = {"text": "OLD-REDACTED words.", "ground": "privacy", "sure": "on"}
    told(planner, f"{HERE}opinions/{name}/redact/", asked)
    (waits,) = Pending.objects.filter(outcome="")
    intake.amend(opened, name, "NEW harmless words.", secret=secret)
    ended = Pending.objects.get()
    assert (ended.outcome, ended.payload) == ("moved", {})
    here = f"{HERE}waiting/{waits.pk}/"
    assert "changed after it was asked" in faults(approver.post(here, {"confirm": "1"}))
    assert "changed after it was asked" in approver.get(here).content.decode()
    page = Client().get(f"/en/notices/town/opinions/{name}/").content.decode()
    assert "NEW harmless words." in page
    assert "OLD" not in page
    told(planner, f"{HERE}opinions/{name}/redact/", asked)  # what is over stands in nobody's way


def test_what_the_page_showed_is_what_is_asked_for(opened: DatabaseStore, planner: Client) -> None:
    name, secret = send(opened, "Words naming Zhao.")
    path = f"{HERE}opinions/{name}/redact/"
    page = planner.get(path).content.decode()
    seen = page.partition('name="asked_on" value="')[2].partition('"')[0]
    intake.amend(opened, name, "Other words.", secret=secret)
    said = {"text": "Words.", "ground": "privacy", "sure": "on", "asked_on": seen}
    assert "amended\u00a0· Other words." in faults(planner.post(path, said)), "what stands now"
    # What comes between the look at the opinion and the record's lock is found there, too.
    said |= as_shown(planner, path, said)
    assert "changed after it was asked" in faults(planner.post(path, said))
    assert not Pending.objects.exists()


def test_the_second_person_sees_all_fields_that_a_redaction_takes_away(
    opened: DatabaseStore, planner: Client, approver: Client
) -> None:
    name, _ = marked(opened)
    told(planner, f"{HERE}opinions/{name}/redact/", {"text": "Words.", "ground": "privacy", "sure": "on"})
    page = approver.get(f"{HERE}waiting/{Pending.objects.get().pk}/").content.decode()
    assert not [word for word in WORDS if word not in page]


def test_the_record_names_what_an_act_was_asked_on_and_a_verifier_looks_at_it(
    opened: DatabaseStore, planner: Client, approver: Client, tmp_path: Path
) -> None:
    name, secret = send(opened, "Words naming Zhao.")
    told(planner, f"{HERE}opinions/{name}/withhold/", {"ground": "privacy", "sure": "on"})
    confirm(approver, "withheld")
    (event,) = opened.events({"withheld"})
    assert (event.payload["of"], event.payload["asked_on"]) == (1, 1)
    export(opened, tmp_path / "holds", opened.notary)
    assert verify(tmp_path / "holds").findings == []
    intake.amend(opened, name, "Other words.", secret=secret)
    two = {"by": "Li", "second": "Wang", "ground": "privacy"}
    opened.append("withheld", {"opinion": name, "asked_on": 2, **two})
    export(opened, tmp_path / "moved", opened.notary)
    (found,) = verify(tmp_path / "moved").findings
    assert found.kind == "law_broken"
    assert "entry 3 bears on it" in found.said


@pytest.fixture
def answered(shown: DatabaseStore, clock: HandClock, planner: Client, approver: Client) -> DatabaseStore:
    """An opinion with its answer approved, and the report made and waiting."""
    send(shown, "My neighbour Zhao at 7 Canal Road beats dogs.")
    clock.set(2026, 4, 1, 9, 0, 0)
    told(planner, HERE + "close/", {"sure": "on"})
    told(planner, HERE + "desk/", {"do": "cut"})
    answer_all(planner, reason_en="ANSWERED-OLD")
    approve(planner, approver)
    told(planner, HERE + "publish/", {"sure": "on"})
    return shown


def report_of(store: DatabaseStore) -> bytes:
    (event,) = store.events({"published"})
    return b"".join(store.file(event.seq, number) or b"" for number in range(len(event.files)))


@pytest.mark.long
def test_a_report_is_over_when_an_answer_is_changed_and_the_new_one_is_published(
    answered: DatabaseStore, config: Config, planner: Client, approver: Client
) -> None:
    old = Pending.objects.get(outcome="", kind="published")
    told(planner, HERE + "reopen/", {"reason": "a wrong answer", "sure": "on"})
    assert Pending.objects.get(pk=old.pk).outcome == "moved"
    assert not list((config.data / "reports").glob("*/*")), "what is over is not kept"
    answer_all(planner, reason_en="ANSWERED-NEW")
    approve(planner, approver)
    refused = approver.post(f"{HERE}waiting/{old.pk}/", {"confirm": "1"})
    assert refused.status_code == 400
    told(planner, HERE + "publish/", {"sure": "on"})
    confirm(approver, "published")
    assert Notice.objects.get().state == "published"
    assert b"ANSWERED-NEW" in report_of(answered)
    assert b"ANSWERED-OLD" not in report_of(answered)


@pytest.mark.long
def test_a_report_is_over_when_an_opinion_in_it_is_redacted(
    answered: DatabaseStore, planner: Client, approver: Client
) -> None:
    said = {"text": "My neighbour beats dogs.", "ground": "privacy", "sure": "on"}
    told(planner, HERE + "opinions/O-1/redact/", said)
    confirm(approver, "redacted")
    assert not Pending.objects.filter(outcome="", kind="published").exists()
    told(planner, HERE + "publish/", {"sure": "on"})
    confirm(approver, "published")
    assert b"Zhao" not in report_of(answered)


@pytest.mark.long
def test_a_report_that_is_not_of_the_record_is_refused_though_no_entry_was_made(
    answered: DatabaseStore, approver: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blockplan.portal.office import report

    made = report.document_of
    monkeypatch.setattr(report, "document_of", lambda *given: made(*given) | {"publication": "another"})
    waits = Pending.objects.get(outcome="", kind="published")
    refused = approver.post(f"{HERE}waiting/{waits.pk}/", {"confirm": "1"})
    assert "not what the record would give now" in faults(refused)
    assert Notice.objects.get().state == "approved"


@pytest.mark.long
def test_an_approval_is_over_when_an_opinion_comes_in(
    shown: DatabaseStore, clock: HandClock, planner: Client, approver: Client
) -> None:
    send(shown, "More trees.")
    clock.set(2026, 4, 1, 9, 0, 0)
    told(planner, HERE + "close/", {"sure": "on"})
    told(planner, HERE + "desk/", {"do": "cut"})
    answer_all(planner)
    told(planner, HERE + "complete/", {"sure": "on"})
    told(planner, HERE + "approve/", {"sure": "on"})
    send(shown, "A late one.")
    assert Pending.objects.get().outcome == "moved"


def test_what_bears_on_nothing_lets_an_act_wait(
    opened: DatabaseStore, planner: Client, approver: Client
) -> None:
    name, _ = send(opened, "Words naming Zhao.")
    told(planner, f"{HERE}opinions/{name}/redact/", {"text": "Words.", "ground": "privacy", "sure": "on"})
    send(opened, "Another opinion.")
    opened.append("displayed", {"what": "board", "where": "hall", "by": "Li"})
    confirm(approver, "redacted")
