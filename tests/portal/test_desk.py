"""The answering desk by its pages: cut, sorted, answered, approved, published, and the record verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.office_pages import ANSWER, HERE, a_letter, as_shown, faults, told
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.office import desks
from blockplan.portal.office.models import Pending
from blockplan.portal.record.models import Notice
from blockplan.respond import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore


def _approve(planner: Client, approver: Client, *, points: int) -> None:
    """Complete and approve all answers, by pages that say how many points are answered."""
    answered = f"<strong>{points}</strong> / {points} points answered"
    for act in ("complete", "approve"):
        assert answered in planner.get(f"{HERE}{act}/").content.decode()
        told(planner, f"{HERE}{act}/", {"sure": "on"})
    waiting = f"{HERE}waiting/{Pending.objects.get(outcome='').pk}/"
    assert answered in approver.get(waiting).content.decode()
    told(approver, waiting, {"confirm": "1"})


@pytest.mark.long
def test_a_notice_goes_the_whole_way_to_a_published_report_that_verifies(
    shown: DatabaseStore, clock: HandClock, planner: Client, approver: Client, tmp_path: Path
) -> None:
    send(shown, "1. More trees along the canal. 2. Fewer cars.")
    planner.post(HERE + "letter/", a_letter(objects="", text="No opinion on this."))
    clock.set(2026, 4, 1, 9, 0, 0)
    told(planner, HERE + "close/", {"sure": "on"})
    assert "not split" in planner.get(HERE + "desk/").content.decode()
    assert planner.post(HERE + "complete/", {"sure": "on"}).status_code == 400
    told(planner, HERE + "desk/", {"do": "cut"})
    told(planner, HERE + "desk/", {"do": "theme", "title": "Trees", "gist": "More of them"})
    first, *others = [one.id for one in desks.look("town").open_segments()]
    told(planner, HERE + "desk/segments/", {"segment": [first], "theme": "T-1"})
    adopted = ANSWER | {"kind": "adopted", "links": "parcels:A1-01"}
    told(planner, HERE + "desk/themes/T-1/", adopted | {"kind": "noted", "links": ""})
    for name in others:
        told(planner, f"{HERE}desk/segments/{name}/", ANSWER)
    _approve(planner, approver, points=1 + len(others))
    assert Notice.objects.get().state == "approved"
    told(planner, HERE + "publish/", {"sure": "on"})
    waits = Pending.objects.get(outcome="")
    page = approver.get(f"{HERE}waiting/{waits.pk}/zh/response.html")
    assert page.status_code == 200
    assert "sandbox" in page.headers["Content-Security-Policy"]
    told(approver, f"{HERE}waiting/{waits.pk}/", {"confirm": "1"})
    assert Notice.objects.get().state == "published"
    for where in ("", "segments/", f"segments/{first}/", "themes/T-1/"):
        page = planner.get(f"{HERE}desk/{where}").content.decode()
        assert 'method="post"' not in page.partition("<main")[2], f"there is something to do at desk/{where}"
        assert ("nothing is sorted or answered any more" in page) == where.endswith("1/")
    told(planner, HERE + "in-force/", {"on": "2026-05-01", "sure": "on"})
    page = browser_of().get("/en/notices/town/response/").content.decode()
    assert "made anew since" not in page
    assert '<blockquote class="words full" dir="auto">No opinion on this.</blockquote>' in page
    assert page.count("the same as today") == 15
    taken = browser_of().get("/files/town/response/response-zh.html")
    event = next(iter(shown.events({"published"})))
    at = next(n for n, one in enumerate(event.payload["files"]) if one["name"] == "zh/response.html")
    assert b"".join(taken) == shown.file(event.seq, at)  # type: ignore[arg-type]
    export(shown, tmp_path / "record", shown.notary)
    found = verify(tmp_path / "record")
    assert found.findings == []
    published = next(iter(shown.events({"published"})))
    assert (published.payload["by"], published.payload["second"]) == ("Li", "Wang")
    assert len(published.files) == len(published.payload["report"]) == 15


@pytest.mark.long
def test_a_report_is_not_published_that_was_made_before_the_last_opinion(
    shown: DatabaseStore, clock: HandClock, planner: Client, approver: Client
) -> None:
    clock.set(2026, 4, 1, 9, 0, 0)
    told(planner, HERE + "close/", {"sure": "on"})
    told(planner, HERE + "complete/", {"sure": "on"})
    told(planner, HERE + "approve/", {"sure": "on"})
    told(approver, f"{HERE}waiting/{Pending.objects.get(outcome='').pk}/", {"confirm": "1"})
    told(planner, HERE + "publish/", {"sure": "on"})
    waits = Pending.objects.get(outcome="")
    send(shown, "late, and counted all the same")
    assert Pending.objects.get(pk=waits.pk).outcome == "moved"
    refused = approver.post(f"{HERE}waiting/{waits.pk}/", {"confirm": "1"})
    assert "changed after it was asked for" in faults(refused)
    assert Notice.objects.get().state == "approved"


def test_a_segment_is_cut_where_a_sentence_begins_joined_again_and_answered_for_itself(
    opened: DatabaseStore, planner: Client
) -> None:
    send(opened, "Please plant more trees there. The street is far too noisy now.")
    told(planner, HERE + "desk/", {"do": "cut"})
    page = planner.get(HERE + "desk/segments/O-1.1/").content.decode()
    at = page.partition('name="at" value="')[2].partition('"')[0]
    told(planner, HERE + "desk/segments/O-1.1/", {"do": "split", "at": at})
    parts = [one.id for one in desks.look("town").segments["O-1"]]
    assert len(parts) == 2
    told(planner, f"{HERE}desk/segments/{parts[0]}/", {"do": "merge"})
    [whole] = desks.look("town").segments["O-1"]
    told(planner, f"{HERE}desk/segments/{whole.id}/", ANSWER)
    assert "Thank you." in planner.get(f"{HERE}desk/segments/{whole.id}/").content.decode()
    path, unreasoned = f"{HERE}desk/segments/{whole.id}/", ANSWER | {"reason_en": ""}
    empty = planner.post(path, unreasoned | as_shown(planner, path, unreasoned))
    assert "has no reason" in faults(empty)


def test_a_clerk_sorts_and_does_not_answer(opened: DatabaseStore) -> None:
    clerk = browser_of(a_member("Chen", "clerk"))
    send(opened, "More trees.")
    told(clerk, HERE + "desk/", {"do": "cut"})
    told(clerk, HERE + "desk/", {"do": "theme", "title": "Trees", "gist": ""})
    assert clerk.post(HERE + "desk/themes/T-1/", ANSWER).status_code == 403
    assert clerk.post(HERE + "desk/segments/O-1.1/", ANSWER).status_code == 403


def test_themes_are_renamed_in_one_language_and_merged(opened: DatabaseStore, planner: Client) -> None:
    for title in ("Trees", "Green"):
        told(planner, HERE + "desk/", {"do": "theme", "title": title, "gist": ""})
    zh = HERE.replace("/en/", "/zh/")
    told(planner, zh + "desk/themes/T-1/", {"do": "name", "title": "树木", "gist": ""})
    assert desks.look("town").themes["T-1"].title == {"en": "Trees", "zh": "树木"}
    told(planner, HERE + "desk/themes/T-2/", {"do": "merge", "into": "T-1"})
    assert list(desks.look("town").themes) == ["T-1"]
    assert planner.get(HERE + "desk/themes/T-2/").status_code == 404


def test_a_table_that_was_filled_in_is_entered_whole_or_not_at_all(
    opened: DatabaseStore, planner: Client
) -> None:
    send(opened, "More trees.")
    told(planner, HERE + "desk/", {"do": "cut"})
    table = planner.get(HERE + "desk/sheet/").content.decode("utf-8-sig")
    assert "O-1.1" in table
    filled = table.replace("O-1.1,O-1,,,,", "O-1.1,O-1,Trees,noted,Thank you,")
    bad = SimpleUploadedFile("desk.csv", filled.replace("noted", "maybe").encode())
    assert planner.post(HERE + "desk/", {"do": "sheet", "sheet": bad}).status_code == 400
    assert desks.look("town").themes == {}
    told(planner, HERE + "desk/", {"do": "sheet", "sheet": SimpleUploadedFile("desk.csv", filled.encode())})
    answer = desks.look("town").answer_of("O-1.1")
    assert answer is not None
    assert answer.kind == "noted"


def test_what_is_kept_of_the_desk_is_what_the_record_says_after_every_act(
    opened: DatabaseStore, planner: Client
) -> None:
    from blockplan.notice import submissions as intake

    for number in range(3):
        send(opened, f"Opinion {number}. More of it here.")
        told(planner, HERE + "desk/", {"do": "cut"})
        now, fresh = desks.look("town"), Desk(opened)
        assert now.segments == fresh.segments
        assert now.texts() == fresh.texts()
    intake.erase(opened, "O-1", ground="wish", by="Li")
    assert desks.look("town").texts() == Desk(opened).texts()
    assert "Opinion 0" not in str(vars(desks.look("town").opinions))


@pytest.mark.long
def test_a_machine_proposes_and_people_find_what_it_did_in_the_record(
    opened: DatabaseStore, planner: Client
) -> None:
    for number in range(6):
        send(opened, f"Plant more trees along the canal, please, {number} of them.")
        send(opened, f"The bus should stop nearer to the school, {number} minutes at most.")
    told(planner, HERE + "desk/", {"do": "cut"})
    before = len(list(opened.events()))
    page = planner.post(HERE + "desk/", {"do": "group"}).content.decode()
    fold = planner.post(HERE + "desk/", {"do": "fold"}).content.decode()
    assert 'name="title-0"' in page
    assert 'value=""' not in page.partition('name="title-0"')[2].partition(">")[0], "no title is given before"
    assert len(list(opened.events())) == before, "a machine enters nothing"
    taken = {"do": "take", "proposal": signed(page)}
    assert "No group was given a title" in faults(planner.post(HERE + "desk/", taken | {"title-0": " "}))
    told(planner, HERE + "desk/", taken | {"title-1": "The bus"})
    assert "Nothing was chosen" in faults(
        planner.post(HERE + "desk/", {"do": "take", "proposal": signed(fold)})
    )
    told(planner, HERE + "desk/", {"do": "take", "proposal": signed(fold), "fold": "0"})
    now = desks.look("town")
    assert [theme.title for theme in now.themes.values()] == [{"en": "The bus"}]
    assert len(now.campaigns) == 1
    assert [event.payload["by"] for event in opened.events({"grouped", "theme", "folded"})] == ["Li"] * 3
    forged = taken | {"proposal": signed(page)[:-3] + "xyz", "title-0": "Trees"}
    assert "too old, or of another notice" in faults(planner.post(HERE + "desk/", forged))


def signed(page: str) -> str:
    return page.partition('name="proposal" value="')[2].partition('"')[0]


def test_no_decision_is_made_before_a_person_makes_it(opened: DatabaseStore, planner: Client) -> None:
    send(opened, "More trees.")
    told(planner, HERE + "desk/", {"do": "cut"})
    told(planner, HERE + "desk/", {"do": "theme", "title": "Trees"})
    told(planner, HERE + "desk/", {"do": "theme", "title": "Green"})
    for path in ("desk/segments/O-1.1/", "desk/themes/T-1/"):
        kinds = planner.get(HERE + path).content.decode().partition('class="field kinds"')[2]
        assert 'name="kind"' in kinds, path
        assert "checked" not in kinds.partition("</fieldset>")[0], path
    for path, name in (
        ("desk/segments/O-1.1/", "theme"), ("desk/segments/", "theme"), ("desk/themes/T-1/", "into"),
        ("letter/", "channel"), ("letter/", "sender"),
    ):  # fmt: skip
        field = planner.get(HERE + path).content.decode().partition(f'<select name="{name}"')[2]
        field = field.partition("</select>")[0]
        assert '<option value=""' in field, (path, name)
        assert field.count("selected") <= 1, (path, name)
        assert "selected" not in field.partition("</option>")[2], (path, name)
    segment = HERE + "desk/segments/O-1.1/"
    assert planner.post(segment, ANSWER | {"kind": ""}).status_code == 400
    assert planner.post(segment, {"do": "theme"}).status_code == 400
    before = len(list(opened.events()))
    assert planner.post(HERE + "desk/segments/", {"segment": ["O-1.1"]}).status_code == 400
    assert len(list(opened.events())) == before


@pytest.mark.long
@pytest.mark.parametrize("when", ["waits", "published"])
def test_an_erasure_takes_reports_that_quote_the_words_from_record_and_disk(
    shown: DatabaseStore, clock: HandClock, config: Config, planner: Client, approver: Client, when: str
) -> None:
    words = "Words that somebody regrets."
    send(shown, words)
    send(shown, "Other words.")
    clock.set(2026, 4, 1, 9, 0, 0)
    told(planner, HERE + "close/", {"sure": "on"})
    told(planner, HERE + "desk/", {"do": "cut"})
    for one in desks.look("town").open_segments():
        told(planner, f"{HERE}desk/segments/{one.id}/", ANSWER)
    told(planner, HERE + "complete/", {"sure": "on"})
    told(planner, HERE + "approve/", {"sure": "on"})
    told(approver, f"{HERE}waiting/{Pending.objects.get(outcome='').pk}/", {"confirm": "1"})
    told(planner, HERE + "publish/", {"sure": "on"})
    assert quoting(config, words)
    if when == "published":
        told(approver, f"{HERE}waiting/{Pending.objects.get(outcome='').pk}/", {"confirm": "1"})
        assert not list((config.data / "reports").glob("*/*"))
        assert quoting(config, words)
    told(planner, HERE + "opinions/O-1/erase/", {"ground": "asked for", "sure": "on"})
    assert quoting(config, words) == []
    assert not Pending.objects.filter(outcome="").exists()
    export(shown, config.data / "record", shown.notary)
    assert verify(config.data / "record").findings == []
    if when == "published":
        page = browser_of().get("/en/notices/town/response/").content.decode()
        assert "1 erased" in page
        assert "made anew since" in page
        assert words not in page


def quoting(config: Config, words: str) -> list[str]:
    """Files of the data folder, those of a database apart, in which the words stand."""
    files = [path for path in config.data.rglob("*") if path.is_file() and "sqlite" not in path.name]
    return [path.name for path in files if words.encode() in path.read_bytes()]


@pytest.mark.long
def test_two_tabs_do_not_overwrite_each_other(opened: DatabaseStore, planner: Client) -> None:
    other = browser_of(a_member("Zhao", "planner"))
    send(opened, "More trees.")
    for said in ({"do": "cut"}, {"do": "theme", "title": "Trees"}, {"do": "theme", "title": "Cars"}):
        told(planner, HERE + "desk/", said)
    mine, theirs = ANSWER | {"reason_en": "Mine."}, ANSWER | {"reason_en": "Theirs."}
    edits = (
        ("desk/segments/O-1.1/", mine, theirs, "Theirs."),
        ("desk/themes/T-1/", mine, theirs, "Theirs."),
        ("desk/themes/T-1/", {"do": "name", "title": "My title"}, {"do": "name", "title": "Their title"},
         "Their title"),
        ("desk/segments/O-1.1/", {"do": "theme", "theme": "T-1"}, {"do": "theme", "theme": "T-2"}, "Cars"),
    )  # fmt: skip
    for path, first, second, stands in edits:
        saw = as_shown(planner, HERE + path, first)
        told(other, HERE + path, second)
        before = len(list(opened.events()))
        refused = planner.post(HERE + path, first | saw)
        page = refused.content.decode()
        assert refused.status_code == 400, path
        assert stands in faults(refused), path
        assert len(list(opened.events())) == before, path
        if "reason_en" in first or "title" in first:
            assert (first.get("reason_en") or first["title"]) in page, "what was written is still there"
        again = page.partition(f'value="{first["do"]}"')[2]
        now = {"seen": again.partition('name="seen" value="')[2].partition('"')[0]}
        told(planner, HERE + path, first | now)
    moved = {"segment": ["O-1.1"], "theme": "T-2"}
    assert planner.post(HERE + "desk/segments/", moved).status_code == 400


@pytest.mark.long
@pytest.mark.parametrize("path", ["desk/segments/O-1.1/", "desk/themes/T-1/"])
@pytest.mark.parametrize("fault", [{"kind": ""}, {"reason_en": ""}])
def test_an_answer_that_lacks_something_is_not_sent_over_one_that_was_given_meanwhile(
    opened: DatabaseStore, planner: Client, path: str, fault: dict[str, str]
) -> None:
    other = browser_of(a_member("Zhao", "planner"))
    send(opened, "More trees.")
    for said in ({"do": "cut"}, {"do": "theme", "title": "Trees"}):
        told(planner, HERE + "desk/", said)
    mine = ANSWER | {"reason_en": "Mine."}
    saw = as_shown(planner, HERE + path, mine)
    told(other, HERE + path, ANSWER | {"reason_en": "Theirs."})
    lacking = planner.post(HERE + path, mine | fault | saw)
    form = lacking.content.decode().partition('value="answer"')[2]
    again = mine | {"seen": form.partition('name="seen" value="')[2].partition('"')[0]}
    assert "Theirs." in faults(lacking) or "Theirs." in faults(planner.post(HERE + path, again))


def test_a_table_does_not_overwrite_an_answer_that_was_given_since_it_was_made(
    opened: DatabaseStore, planner: Client
) -> None:
    send(opened, "More trees.")
    told(planner, HERE + "desk/", {"do": "cut"})
    table = planner.get(HERE + "desk/sheet/").content.decode("utf-8-sig")
    told(planner, HERE + "desk/segments/O-1.1/", ANSWER | {"reason_en": "Given meanwhile."})
    filled = table.replace("O-1.1,O-1,,,,", "O-1.1,O-1,,noted,Of the table,")
    sent = {"do": "sheet", "sheet": SimpleUploadedFile("desk.csv", filled.encode())}
    refused = planner.post(HERE + "desk/", sent)
    assert "Given meanwhile." in faults(refused)
    assert "Of the table" in faults(refused)
    fresh = planner.get(HERE + "desk/sheet/").content.decode("utf-8-sig").replace("Given meanwhile.", "Anew")
    told(planner, HERE + "desk/", {"do": "sheet", "sheet": SimpleUploadedFile("d.csv", fresh.encode())})
    answer = desks.look("town").answer_of("O-1.1")
    assert answer is not None
    assert answer.reason == {"en": "Anew"}
