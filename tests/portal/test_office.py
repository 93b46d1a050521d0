"""The office: letters and lists entered, words withheld by two, and people who work side by side."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape
from django.utils.timezone import now
from tests.support.notice_records import an_opinion
from tests.support.office_pages import (
    HERE,
    a_letter,
    faults,
    told,
)
from tests.support.staff import a_member, browser_of

from blockplan.notice import submissions as intake
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.verify import verify
from blockplan.portal.office.forms import Form, Redact, Transcribe
from blockplan.portal.office.links import join_address, make_link
from blockplan.portal.office.models import Audit, Grant, Pending
from blockplan.portal.office.opinion_pages import Letter
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.record.models import Entry, Notice, Opinion
from blockplan.portal.submissions.forms import OpinionForm
from blockplan.report.public.locator import Locator

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from blockplan.portal.record.store import DatabaseStore


@pytest.mark.no_database
@pytest.mark.parametrize("form", [Letter, Redact, Transcribe])
def test_the_office_may_write_as_long_a_text_as_the_public(form: type[Form]) -> None:
    longest = "字" * LIMITS.text_characters
    for text, refused in ((longest, False), (longest + "字", True)):
        assert ("text" in form({"text": text}).errors) is refused
        assert ("text" in OpinionForm({"text": text}).errors) is refused


def test_a_letter_is_entered_with_the_day_it_came_and_its_secret_is_shown_once(
    opened: DatabaseStore, clerk: Client
) -> None:
    page = clerk.post(HERE + "letter/", a_letter()).content.decode()
    assert "No. 1 (entry 1)" in page
    assert "in time" in page
    row = Opinion.objects.get()
    assert (row.channel, row.late, row.held) == ("post", False, False)
    inside = clerk.get(HERE + "opinions/O-1/").content.decode()
    assert "somebody" in inside
    assert "/plan/statements/S-1/" in inside
    later = a_letter(received_at="2026-03-09")
    assert "after now" in faults(clerk.post(HERE + "letter/", later))


@pytest.mark.parametrize(
    ("time", "kept", "shown"),
    [("", "2026-03-02", "2026年3月2日"), ("08:20", "2026-03-02T08:20", "2026年3月2日 08:20"),
     ("+", "2026-03-02T01:20:00+01:00", "2026年3月2日 08:20")],
)  # fmt: skip
def test_the_day_a_letter_came_is_written_as_the_language_writes_days(
    opened: DatabaseStore, clerk: Client, time: str, kept: str, shown: str
) -> None:
    if time == "+":
        opened.append("submitted", an_opinion(channel="post", received_at=kept))
    else:
        clerk.post(HERE + "letter/", a_letter(received_time=time))
    assert next(opened.events({"submitted"})).payload["received_at"] == kept
    told(browser_of(a_member("Li", "planner")), HERE + "desk/", {"do": "cut"})
    for page in ("opinions/O-1/", "desk/segments/O-1.1/"):
        said = clerk.get((HERE + page).replace("/en/", "/zh/")).content.decode()
        assert re.sub("<[^>]*>", "", said.partition("收到：")[2]).startswith(shown), page


def test_the_day_of_a_letter_is_picked_and_not_typed(opened: DatabaseStore, clerk: Client) -> None:
    page = clerk.get(HERE + "letter/").content.decode()
    kinds = dict(re.findall(r'<input type="(\w+)" name="(received_\w+)"', page))
    assert kinds == {"date": "received_at", "time": "received_time"}
    refused = clerk.post(HERE + "letter/", a_letter(received_at="2 March", received_time="noon"))
    assert refused.status_code == 400
    assert not Opinion.objects.exists()


def test_the_same_form_sent_twice_is_one_letter(opened: DatabaseStore, clerk: Client) -> None:
    said = a_letter()
    for _ in range(2):
        assert clerk.post(HERE + "letter/", said).status_code == 200
    assert Opinion.objects.count() == 1


def test_a_list_is_looked_through_and_then_entered_whole(opened: DatabaseStore, clerk: Client) -> None:
    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("list.csv", b"text,channel\nOne,post\nTwo,email\n,\n")

    look = clerk.post(HERE + "import/", {"file": file(), "look": "1"}).content.decode()
    assert "2 opinions" in look
    assert not Opinion.objects.exists()
    assert "2 were entered" in clerk.post(HERE + "import/", {"file": file(), "enter": "1"}).content.decode()
    assert Opinion.objects.count() == 2
    bad = clerk.post(HERE + "import/", {"file": SimpleUploadedFile("x.exe", b"MZ"), "look": "1"})
    assert bad.status_code == 400


def a_list(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", "\n".join(["text,channel,name,colour", *rows, ""]).encode())


def test_a_list_that_is_sent_twice_is_entered_once(opened: DatabaseStore, clerk: Client) -> None:
    rows = ("One,post,Wu,red", "Same,post,,", "Same,post,,")

    def enter(*rows: str) -> str:
        return str(clerk.post(HERE + "import/", {"file": a_list(*rows), "enter": "1"}).content.decode())

    assert "3 were entered" in enter(*rows)
    again = enter(*rows)
    assert "3 of them are in the record already" in again
    assert Opinion.objects.count() == 3
    # Another file with the same rows and two more: two equal letters were known, a third is none of them.
    more = enter("Two,email,,", *rows, "Same,post,,")
    assert "3 of them are in the record already" in more
    assert "2 were entered" in more
    assert Opinion.objects.count() == 5
    # What nobody knows the meaning of is no part of what everybody reads.
    assert "red" not in str([event.payload for event in opened.events({"submitted"})])


def test_a_list_with_an_erased_opinion_does_not_bring_it_back(opened: DatabaseStore, clerk: Client) -> None:
    from blockplan.notice import submissions

    for _ in range(2):
        clerk.post(HERE + "import/", {"file": a_list("One,post,Wu,", "Two,post,,"), "enter": "1"})
        submissions.erase(opened, "O-1", ground="asked for", by="Li")
    assert Opinion.objects.count() == 2
    # Nor does a changed list, whether the words were erased or the name alone; a row that is new comes in.
    submissions.erase(opened, "O-2", ground="asked for", by="Li", person_only=True)
    changed = a_list("Three,post,,", "Two,post,,", "One,post,Wu,")
    page = clerk.post(HERE + "import/", {"file": changed, "enter": "1"}).content.decode()
    assert "2 of them are in the record already" in page
    assert "1 were entered" in page
    assert Opinion.objects.count() == 3


def test_two_persons_redact_each_in_a_session_of_her_own(
    opened: DatabaseStore, clerk: Client, approver: Client
) -> None:
    clerk.post(HERE + "letter/", a_letter())
    said = {"text": "More [...].", "ground": "a name", "sure": "on"}
    told(clerk, HERE + "opinions/O-1/redact/", said)
    assert Opinion.objects.get().standing == "whole"
    wait = f"{HERE}waiting/{Pending.objects.get().pk}/"
    assert clerk.post(wait, {"confirm": "1"}).status_code == 403
    page = approver.get(wait).content.decode()
    assert "More trees." in page
    assert "More [...]." in page
    told(approver, wait, {"confirm": "1"})
    assert Opinion.objects.get().standing == "redacted"
    event = next(iter(opened.events({"redacted"})))
    assert (event.payload["by"], event.payload["second"]) == ("Chen", "Wang")
    assert Pending.objects.get().payload == {}
    assert "waits no more" in faults(approver.post(wait, {"confirm": "1"}))


def test_nobody_is_his_own_second_person_whatever_roles_he_has(opened: DatabaseStore) -> None:
    both = browser_of(a_member("Chen", "clerk", "planner", "approver"))
    both.post(HERE + "letter/", a_letter())
    told(both, HERE + "opinions/O-1/withhold/", {"ground": "a name", "sure": "on"})
    wait = f"{HERE}waiting/{Pending.objects.get().pk}/"
    assert "A second person confirms" in faults(both.post(wait, {"confirm": "1"}))
    assert Opinion.objects.get().standing == "whole"


def test_erased_words_are_gone_from_what_waits_too(
    opened: DatabaseStore, clerk: Client, planner: Client, approver: Client
) -> None:
    clerk.post(HERE + "letter/", a_letter(text="words-that-must-go"))
    said = {"text": "words-that-must-go, shortened", "ground": "a name", "sure": "on"}
    told(clerk, HERE + "opinions/O-1/redact/", said)
    told(planner, HERE + "opinions/O-1/erase/", {"ground": "wish of the submitter", "sure": "on"})
    assert Pending.objects.get().outcome == "void"
    assert "words-that-must-go" not in str(list(Pending.objects.values()))
    assert "words-that-must-go" not in approver.get(HERE + "opinions/O-1/").content.decode()
    assert Opinion.objects.get().standing == "erased"


def test_an_act_without_being_sure_or_before_its_time_is_refused_and_nothing_is_entered(
    shown: DatabaseStore, planner: Client
) -> None:
    assert planner.post(HERE + "extend/", {"last": "2026-04-10", "reason": "holidays"}).status_code == 400
    assert "cannot be closed before its end" in faults(planner.post(HERE + "close/", {"sure": "on"}))
    shorter = {"last": "2026-03-20", "reason": "hurry", "sure": "on"}
    assert "never shortened" in faults(planner.post(HERE + "extend/", shorter))
    assert Entry.objects.count() == 1
    told(planner, HERE + "extend/", {"last": "2026-04-10", "reason": "holidays", "sure": "on"})
    assert Notice.objects.get().ends_before == "2026-04-10T16:00:00.000000Z"
    assert Audit.objects.filter(what="extended", who="Li", notice="town").count() == 1


def test_a_photo_of_the_display_loses_its_place(opened: DatabaseStore, clerk: Client) -> None:
    from PIL import Image

    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a-camera-that-tells"
    Image.new("RGB", (40, 30), "grey").save(made, "JPEG", exif=exif)
    photo = SimpleUploadedFile("board.jpg", made.getvalue(), "image/jpeg")
    told(clerk, HERE + "display/", {"what": "board", "where": "hall", "photo": photo, "sure": "on"})
    kept = opened.file(1, 0)
    assert kept is not None
    assert b"a-camera-that-tells" not in kept


@pytest.mark.long
def test_the_auditor_takes_the_whole_record_and_it_verifies(
    shown: DatabaseStore, clerk: Client, tmp_path: Path
) -> None:
    clerk.post(HERE + "letter/", a_letter())
    auditor = browser_of(a_member("Sun", "auditor"))
    assert "The record holds: all 2 entries" in auditor.get(HERE + "record/?verify=1").content.decode()
    content = b"".join(auditor.get(HERE + "record/archive/").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(tmp_path)
    found = verify(tmp_path / "town")
    assert found.findings == []
    assert found.manifest["view"] == "archive"
    assert b"somebody" in (tmp_path / "town" / "log.jsonl").read_bytes()
    assert Audit.objects.filter(what="archive_taken", who="Sun").exists()


def test_two_clerks_do_not_overwrite_each_others_typing_of_a_scan(
    opened: DatabaseStore, clerk: Client
) -> None:
    scan = {"scan": SimpleUploadedFile("scan.txt", b"Trees")}
    clerk.post(HERE + "letter/", a_letter(objects="", text="") | scan)
    path, other = HERE + "opinions/O-1/transcribe/", browser_of(a_member("Zhao", "clerk"))
    told(other, path, {"text": "What Zhao read.", "sure": "on"})
    refused = clerk.post(path, {"text": "What Chen read.", "sure": "on", "seen": ""})
    assert "What Zhao read." in faults(refused)
    page = refused.content.decode()
    assert "What Chen read." in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    told(clerk, path, {"text": "What Chen read.", "sure": "on", "seen": seen})


def test_the_office_sees_on_a_map_what_an_opinion_is_about_and_notices_by_their_titles(
    shown: DatabaseStore, clerk: Client
) -> None:
    x, y = 445693.5, 4401997.3
    ring = [[x, y], [x + 200, y], [x + 200, y + 100], [x, y]]
    drawn = {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    aimed = {"targets": [{"layer": "parcels", "id": "RD-01-01-012"}]}
    for more in (drawn, aimed, {}):
        intake.submit(shown, intake.Submission(text="More trees.", more=more))
    pages = [clerk.get(f"{HERE}opinions/O-{entry}/").content.decode() for entry in (1, 2, 3)]
    assert ["data:image/svg+xml;base64," in page for page in pages] == [True, True, False]
    title = escape(Notice.objects.get(id="town").opened["plan"]["title"]["en"])
    assert f'<a href="{HERE}">{title}</a>' in pages[0]


def test_a_drawn_place_is_told_in_words_and_its_numbers_are_folded_away(
    shown: DatabaseStore, clerk: Client
) -> None:
    x, y = 445693.5, 4401997.3
    ring = [[x, y], [x + 200, y], [x + 200, y + 100], [x, y]]
    drawn = {"type": "Polygon", "coordinates": [ring]}
    place = {"system": "plan", "sent": drawn, "datum": "plan", "plan": [x + 120.0, y + 30.0]}
    intake.submit(shown, intake.Submission(text="Trees.", more={"place": place, "geometry": drawn}))
    typed = {
        "said": "somebody lives at 40, 116", "numbers": [40.5, 116.5], "datum": "wgs84", "order": "lat_lon",
        "plan": [x, y], "wgs84": [116.5, 40.5], "accuracy_m": 1.0, "odd": ["words"],
    }  # fmt: skip
    point = {"type": "Point", "coordinates": [x, y]}
    intake.submit(shown, intake.Submission(text="Trees.", more={"place": typed, "geometry": point}))
    for lang, words in (
        ("en", "An area on the map, 1 ha, near "), ("zh", "地图上的一片，1 公顷，靠近"),
        ("ja", "地図に描いた範囲、1 ha、"),
    ):  # fmt: skip
        page = clerk.get(f"/{lang}/office/notices/town/opinions/O-1/").content.decode()
        seen = page.partition("<details><summary>")[0]
        assert words in seen
        assert str(x) not in seen
        assert page.count(f"[[[{x}, {y}]") == 1, "each number once"
        assert "datum" not in page.partition("<main")[2]
    page = clerk.get(HERE + "opinions/O-2/").content.decode()
    seen, _, folded = page.partition("<details><summary>Coordinates")
    # What somebody may have written into it is seen by whoever lets it be shown.
    assert "somebody lives at 40, 116" in seen
    assert "Place\u00a0· odd" in seen
    assert "[116.5, 40.5]" in folded
    assert "latitude first" in folded


def test_parcels_of_crooked_shape_are_marked_on_the_map_of_an_opinion_too(
    shown: DatabaseStore, clerk: Client
) -> None:
    parcels = PlanObject.objects.filter(layer="parcels")
    names = ["RD-01-01-012", "RD-01-01-011"]
    for name in names:
        row = parcels.get(object=name)
        west, south, east, north = row.min_x, row.min_y, row.max_x, row.max_y
        tie = shapely.Polygon([(west, south), (east + 50, north), (east + 50, south), (west, north)])
        parcels.filter(object=name).update(wkb=shapely.to_wkb(tie))
    intake.submit(
        shown,
        intake.Submission(
            text="More trees.", more={"targets": [{"layer": "parcels", "id": name} for name in names]}
        ),
    )
    page = clerk.get(f"{HERE}opinions/O-1/")
    assert page.status_code == 200
    assert "data:image/svg+xml;base64," in page.content.decode()


def test_a_map_that_cannot_be_drawn_takes_no_page_down(
    shown: DatabaseStore, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise shapely.GEOSException("side location conflict")

    monkeypatch.setattr(Locator, "picture_of", broken)
    aimed = {"targets": [{"layer": "parcels", "id": "RD-01-01-012"}]}
    intake.submit(shown, intake.Submission(text="More trees.", more=aimed))
    page = clerk.get(f"{HERE}opinions/O-1/")
    assert page.status_code == 200
    assert "data:image/svg+xml;base64," not in page.content.decode()


def test_two_notices_of_one_title_are_told_apart_where_roles_are_given_for_them(
    opened: DatabaseStore,
) -> None:
    other = Notice.objects.create(id="town-again", opened=Notice.objects.get(id="town").opened)
    title = Notice.objects.get(id="town").opened["plan"]["title"]["en"]
    staff = a_member("Li", "clerk", "approver", notice="town")
    Grant.objects.bulk_create(Grant(staff=staff, role=role, notice=other) for role in ("clerk", "approver"))
    wang = a_member("Wang", "clerk")
    Pending.objects.create(notice=other, kind="approved", asked_by=wang, asked_at=now(), asked_on=0)
    link = join_address(make_link("invitation", ["clerk"], by="Zhou", notice=other.id), "en")
    admin, own = browser_of(a_member("Zhou", "admin")), browser_of(staff)
    for client, path in ((admin, "staff/"), (admin, f"staff/{staff.pk}/"), (own, "account/")):
        said = client.get(f"/en/office/{path}").content.decode()
        assert f"({title}\u00a0· town)" in said
        assert f"({title}\u00a0· town-again)" in said
    assert f"{title}\u00a0· town-again" in browser_of().get(urlsplit(link).path).content.decode()
    assert f"{title}\u00a0· town-again" in own.get("/en/office/").content.decode()
