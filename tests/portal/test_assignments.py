"""Points and themes in somebody's hand, and moves at the desk that are taken back."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.support.office_pages import ANSWER, HERE, as_shown, faults, told
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.portal.office import desks
from blockplan.portal.office.models import DeskMove, Grant, OpenPage, Staff
from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from django.test import Client
    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore

DESK = HERE + "desk/"
POINTS = DESK + "segments/"


@pytest.fixture
def planner(opened: DatabaseStore) -> Client:
    """Li, with four points at the desk of which two are in a theme that somebody else named."""
    made = browser_of(a_member("Li", "planner"))
    other = browser_of(a_member("Wang", "clerk"))
    a_member("Zhou", "admin")
    a_member("Chen", "clerk", notice=None).user.delete()
    send(opened, "More trees along the canal.")
    send(opened, "1. Fewer cars.\n2. A tree for each child.")
    send(opened, "A second entrance to the station.")
    told(other, DESK, {"do": "cut"})
    told(other, DESK, {"do": "theme", "title": "Trees", "gist": ""})
    told(other, POINTS, {"segment": ["O-1.1", "O-2.2"], "theme": "T-1", "seen-O-1.1": "", "seen-O-2.2": ""})
    return made


def person(client: Client, name: str) -> str:
    """The id of somebody in the list of people."""
    page = client.get(POINTS + "?show=all").content.decode()
    return re.findall(rf'<option value="(\d+)">{name}', page)[0]


def listed(client: Client, query: str) -> list[str]:
    page = client.get(POINTS + query).content.decode()
    return re.findall(r'name="segment" value="(O-[\d.]+)"', page)


def undo(client: Client, path: str = POINTS) -> tuple[str, dict[str, str]]:
    """What a page says can be undone, and the form that does it; both empty where nothing can be."""
    form = client.get(path).content.decode().partition('class="moved"')[2].partition("</form>")[0]
    if not form:
        return "", {}
    said = re.findall(r"<p id=\"last-move\">(.*?) <span", form)[0]
    return said, {"do": "undo", "move": re.findall(r'name="move" value="(\d+)"', form)[0]}


def test_points_given_to_somebody_are_hers_by_filter_with_counts_and_nothing_of_it_is_in_the_record(
    planner: Client, opened: DatabaseStore
) -> None:
    li, wang, size = person(planner, "Li"), person(planner, "Wang"), len(list(opened.events()))
    told(planner, POINTS, {"do": "give", "segment": ["O-1.1", "O-2.1"], "to": li})
    told(planner, POINTS, {"do": "give", "segment": ["O-3.1"], "to": wang})
    assert listed(planner, "?show=mine") == ["O-1.1", "O-2.1"]
    assert listed(planner, f"?hand={wang}") == ["O-3.1"]
    assert listed(planner, "?hand=none") == ["O-2.2"]
    page = planner.get(POINTS).content.decode()
    assert '?show=mine">Mine <span class="n">2<' in page
    assert f'?hand={wang}">Wang <span class="n">0/1<' in page
    assert f"{POINTS}O-1.1/?show=mine" in planner.get(POINTS + "?show=mine").content.decode()
    side = planner.get(POINTS + "O-3.1/").content.decode().partition("In hand</h3>")[2]
    assert "<b>Wang</b>" in side
    assert "given by Li" in side
    assert len(list(opened.events())) == size


def test_only_who_works_at_the_desk_of_the_notice_can_be_given_something(planner: Client) -> None:
    page = planner.get(POINTS + "O-1.1/").content.decode()
    people = re.findall(
        r'<option value="\w+">([^<]+)', page.partition('id="to"')[2].partition("</select>")[0]
    )
    assert people == ["Li (me)", "Wang", "Nobody"]
    for to in ("", "999999", "x"):
        refused = planner.post(POINTS, {"do": "give", "segment": ["O-1.1"], "to": to})
        assert (refused.status_code, "Nothing was chosen" in faults(refused)) == (400, True), to
    refused = planner.post(POINTS, {"do": "give", "segment": ["O-9.9"], "to": person(planner, "Li")})
    assert refused.status_code == 400


def test_a_theme_brings_its_points_along_and_a_point_may_be_in_another_hand(planner: Client) -> None:
    li, wang = person(planner, "Li"), person(planner, "Wang")
    told(planner, DESK + "themes/T-1/", {"do": "give", "to": li, "seen": ""})
    assert listed(planner, "?show=mine") == ["O-1.1", "O-2.2"]
    assert "with its theme" in planner.get(POINTS + "O-1.1/").content.decode()
    told(planner, POINTS + "O-2.2/", {"do": "give", "to": wang, "seen": ""})
    assert (listed(planner, "?show=mine"), listed(planner, f"?hand={wang}")) == (["O-1.1"], ["O-2.2"])


def test_who_gives_what_somebody_else_gave_away_meanwhile_is_told(planner: Client) -> None:
    li, wang = person(planner, "Li"), person(planner, "Wang")
    told(planner, POINTS, {"do": "give", "segment": ["O-1.1"], "to": wang, "held-O-1.1": ""})
    late = {"do": "give", "segment": ["O-1.1"], "to": li, "held-O-1.1": ""}
    refused = planner.post(POINTS, late)
    assert (refused.status_code, "Wang" in faults(refused)) == (400, True)
    told(planner, POINTS, late | {"held-O-1.1": wang})


def test_the_parts_of_a_point_stay_in_the_hand_that_had_it(planner: Client, opened: DatabaseStore) -> None:
    send(opened, "Trees here. Benches there.")
    told(planner, DESK, {"do": "cut"})
    (whole,) = listed(planner, "?show=all&q=benches")
    told(planner, POINTS + f"{whole}/", {"do": "give", "to": person(planner, "Wang"), "seen": ""})
    told(planner, POINTS + f"{whole}/", {"do": "split", "at": "12"})
    parts = listed(planner, f"?hand={person(planner, 'Wang')}")
    assert len(parts) == 2
    there = planner.get(POINTS + f"{parts[0]}/").content.decode().partition("In hand</h3>")[2]
    assert "given by Li" in there
    told(planner, POINTS + f"{parts[0]}/", {"do": "merge"})
    assert len(listed(planner, f"?hand={person(planner, 'Wang')}")) == 1


def cut_in_two(planner: Client, opened: DatabaseStore) -> list[str]:
    """The two points of an opinion, in order."""
    send(opened, "Trees here. Benches there.")
    told(planner, DESK, {"do": "cut"})
    (whole,) = listed(planner, "?show=all&q=benches")
    told(planner, POINTS + f"{whole}/", {"do": "split", "at": "12"})
    return [one for one in listed(planner, "?show=all") if one.startswith(whole.partition(".")[0])]


def test_a_joined_point_is_in_the_hand_of_whoever_had_a_part_and_not_joined_where_two_had(
    planner: Client, opened: DatabaseStore
) -> None:
    li, wang = person(planner, "Li"), person(planner, "Wang")
    first, second = cut_in_two(planner, opened)
    told(planner, POINTS, {"do": "give", "segment": [second], "to": wang})
    told(planner, POINTS, {"do": "give", "segment": [first], "to": li})
    refused = planner.post(POINTS + f"{first}/", {"do": "merge"})
    assert (refused.status_code, "in the hands of Li, Wang" in faults(refused)) == (400, True)
    told(planner, POINTS, {"do": "give", "segment": [first], "to": "none", f"held-{first}": li})
    told(planner, POINTS + f"{first}/", {"do": "merge"})
    assert len(listed(planner, f"?hand={wang}")) == 1


def test_amended_words_cut_anew_stay_in_the_hand_that_had_the_words_before(
    planner: Client, opened: DatabaseStore
) -> None:
    wang = person(planner, "Wang")
    first, _ = cut_in_two(planner, opened)
    told(planner, POINTS, {"do": "give", "segment": [first], "to": wang})
    opinion = first.partition(".")[0]
    opened.transact(lambda ledger: ledger.append("amended", {"opinion": opinion, "text": "Benches alone."}))
    assert listed(planner, f"?hand={wang}") == []
    told(planner, DESK, {"do": "cut"})
    (again,) = listed(planner, f"?hand={wang}")
    assert again.startswith(opinion)
    assert undo(planner) == ("", {})


def test_points_of_a_theme_stay_in_its_hand_where_it_goes_into_another_and_those_of_that_do_not_change(
    planner: Client,
) -> None:
    li, wang = person(planner, "Li"), person(planner, "Wang")
    told(planner, DESK, {"do": "theme", "title": "Greenery", "gist": ""})
    told(planner, POINTS, {"segment": ["O-3.1"], "theme": "T-2", "seen-O-3.1": ""})
    told(planner, DESK + "themes/T-1/", {"do": "give", "to": wang, "seen": ""})
    told(planner, POINTS, {"do": "give", "segment": ["O-2.2"], "to": li})
    told(planner, DESK + "themes/T-1/", {"do": "merge", "into": "T-2"})
    assert (listed(planner, f"?hand={wang}"), listed(planner, f"?hand={li}")) == (["O-1.1"], ["O-2.2"])
    assert undo(planner)[0] == "1 point given to Li.", "the theme that was given is gone"


def test_no_cut_and_no_join_is_said_to_be_a_gift_that_could_be_taken_back(
    planner: Client, opened: DatabaseStore
) -> None:
    wang = person(planner, "Wang")
    send(opened, "Trees here. Benches there.")
    told(planner, DESK, {"do": "cut"})
    (whole,) = listed(planner, "?show=all&q=benches")
    told(planner, POINTS, {"do": "give", "segment": [whole], "to": wang})
    _, form = undo(planner)
    told(planner, POINTS + f"{whole}/", {"do": "split", "at": "12"})
    assert undo(planner) == ("", {})
    assert planner.post(POINTS, form).status_code == 400
    passed = DeskMove.objects.get(kind="passed")
    assert planner.post(POINTS, {"do": "undo", "move": passed.pk}).status_code == 400
    assert len(listed(planner, f"?hand={wang}")) == 2


def test_nothing_goes_back_to_somebody_who_has_no_role_at_the_desk_any_more(planner: Client) -> None:
    li, wang = person(planner, "Li"), person(planner, "Wang")
    told(planner, POINTS, {"do": "give", "segment": ["O-3.1"], "to": wang})
    told(planner, POINTS, {"do": "give", "segment": ["O-3.1"], "to": li, "held-O-3.1": wang})
    _, form = undo(planner)
    assert form
    Grant.objects.filter(staff__pk=wang).delete()
    assert undo(planner) == ("", {})
    assert planner.post(POINTS, form).status_code == 400
    assert listed(planner, "?show=mine") == ["O-3.1"]


def test_a_move_into_a_theme_that_was_answered_since_is_not_undone_by_a_key(planner: Client) -> None:
    other = browser_of(a_member("Sun", "planner"))
    told(planner, DESK, {"do": "theme", "title": "Station", "gist": ""})
    told(planner, POINTS, {"segment": ["O-2.1", "O-3.1"], "theme": "T-2", "seen-O-2.1": "", "seen-O-3.1": ""})
    told(other, POINTS + "O-2.1/", ANSWER)
    said, form = undo(planner)
    assert said == "2 points moved to “Station”."
    told(other, DESK + "themes/T-2/", ANSWER)
    assert undo(planner)[0] == "1 point moved to “Station”.", "it has an answer of its own"
    told(planner, POINTS, form)
    assert desks.places(desks.look("town"))["O-3.1"] == "T-2"
    assert desks.look("town").answer_of("O-3.1") is not None
    assert "answered with its theme" in faults(planner.post(POINTS, form))


def others(client: Client) -> list[tuple[str, str]]:
    """Who has what open, as the list tells it."""
    page = client.get(POINTS).content.decode().partition("Open now</summary>")[2].partition("</details>")[0]
    return re.findall(r'">([^<]+) <span class="n">([^<]+)<', page)


def test_what_others_have_open_is_told_by_title_and_number_as_long_as_it_is_there(
    planner: Client, opened: DatabaseStore
) -> None:
    sun, zhao = (browser_of(a_member(name, "clerk")) for name in ("Sun", "Zhao"))
    told(planner, DESK, {"do": "theme", "title": "Greenery", "gist": ""})
    sun.get(DESK + "themes/T-1/")
    first, _ = cut_in_two(planner, opened)
    zhao.get(POINTS + f"{first}/")
    assert [subject for name, subject in others(planner) if name == "Sun"] == ["Trees"]
    assert {name for name, _ in others(planner)} == {"Sun", "Zhao"}
    told(planner, DESK + "themes/T-1/", {"do": "merge", "into": "T-2"})
    told(planner, POINTS + f"{first}/", {"do": "merge"})
    assert others(planner) == []


def test_who_may_not_act_at_the_desk_is_not_told_to_have_anything_open(planner: Client) -> None:
    for name, role in (("Wu", "auditor"), ("Zheng", "approver")):
        browser_of(a_member(name, role)).get(POINTS + "O-1.1/")
    assert others(planner) == []
    assert "opened this too" not in planner.get(POINTS + "O-1.1/").content.decode()


def test_a_page_of_the_desk_that_is_looked_at_again_writes_nothing_until_a_minute_is_over(
    planner: Client, clock: HandClock
) -> None:
    def writes(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert planner.get(path).status_code == 200
        return sum('"office_openpage"' in one["sql"] and "INSERT" in one["sql"] for one in asked)

    there = POINTS + "O-1.1/"
    assert [writes(POINTS), writes(there), writes(there)] == [0, 1, 0]
    assert [writes(POINTS), writes(POINTS)] == [1, 0], "she has left the point"
    writes(there)
    clock.on(minutes=2)
    assert writes(there) == 1


@pytest.mark.django_db(transaction=True)
def test_a_page_of_the_desk_waits_for_nobody_who_writes(planner: Client, opened: DatabaseStore) -> None:
    browser_of(a_member("Sun", "planner")).get(POINTS + "O-1.1/")
    planner.get(POINTS + "O-2.1/")
    locked, done = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            list(OpenPage.objects.select_for_update())
            locked.set()
            done.wait(20)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert locked.wait(20)
        begun = time.monotonic()
        page = planner.get(POINTS + "O-1.1/")
        took = time.monotonic() - begun
    finally:
        done.set()
        writer.join()
    assert (page.status_code, "opened this too" in page.content.decode()) == (200, True)
    assert took < 1.5, "SQLite waits 30 s for a lock, PostgreSQL 2 s"
    planner.get(POINTS + "O-1.1/")
    assert OpenPage.objects.get(staff__name="Li").subject == "O-1.1"


def test_the_last_move_is_said_in_words_and_taken_back_by_an_entry_of_its_own(
    planner: Client, opened: DatabaseStore
) -> None:
    assert undo(planner) == ("", {}), "another's move is another's to take back"
    told(planner, DESK, {"do": "theme", "title": "Station", "gist": ""})
    move = {"segment": ["O-1.1", "O-3.1"], "theme": "T-2", "seen-O-3.1": ""}
    page = planner.get(POINTS).content.decode()
    seen = re.findall(r'name="seen-O-1.1" value="(\d+)"', page)[0]
    told(planner, POINTS, move | {"seen-O-1.1": seen})
    said, form = undo(planner)
    assert said == "2 points moved to “Station”."
    kinds = [one.kind for one in opened.events()]
    told(planner, POINTS, form)
    assert [one.kind for one in opened.events()] == [*kinds, "themed"]
    assert desks.places(desks.look("town")) == {"O-1.1": "T-1", "O-2.1": None, "O-2.2": "T-1", "O-3.1": None}
    assert undo(planner) == ("", {})
    refused = planner.post(POINTS, form)
    assert (refused.status_code, "Nothing of this move is left" in faults(refused)) == (400, True)
    assert DeskMove.objects.filter(takes_back=int(form["move"])).count() == 1


def test_what_others_moved_on_stays_with_them_and_moves_before_can_be_undone_too(planner: Client) -> None:
    other = browser_of(a_member("Sun", "planner"))
    li = person(planner, "Li")
    told(planner, POINTS, {"do": "give", "segment": ["O-1.1", "O-2.1"], "to": li})
    told(planner, POINTS, {"segment": ["O-2.1", "O-3.1"], "theme": "T-1", "seen-O-2.1": "", "seen-O-3.1": ""})
    there = POINTS + "O-2.1/"
    out = {"do": "theme", "theme": "none"}
    told(other, there, out | as_shown(other, there, out))
    said, form = undo(planner, POINTS + "O-1.1/")
    assert said == "1 point moved to “Trees”."
    told(planner, POINTS + "O-1.1/", form | {"seen": ""})
    assert desks.places(desks.look("town"))["O-3.1"] is None
    said, form = undo(planner)
    assert said == "2 points given to Li."
    told(planner, POINTS, form)
    assert listed(planner, "?show=mine") == []
    assert undo(planner) == ("", {})


def test_a_move_into_a_theme_that_is_gone_or_of_days_ago_is_not_offered(
    planner: Client, clock: HandClock
) -> None:
    told(planner, DESK, {"do": "theme", "title": "Greenery", "gist": ""})
    told(planner, DESK + "themes/T-1/", {"do": "merge", "into": "T-2"})
    assert undo(planner) == ("", {}), "their theme is gone"
    told(planner, POINTS, {"segment": ["O-3.1"], "theme": "T-2", "seen-O-3.1": ""})
    assert undo(planner)[0] == "1 point moved to “Greenery”."
    clock.on(days=2)
    assert undo(planner) == ("", {})


def test_who_may_only_read_is_offered_neither(planner: Client) -> None:
    auditor = browser_of(a_member("Wu", "auditor"))
    page = auditor.get(POINTS + "O-1.1/").content.decode()
    assert 'name="to"' not in page
    li = person(planner, "Li")
    assert auditor.post(POINTS, {"do": "give", "segment": ["O-1.1"], "to": li}).status_code == 403
    assert DeskMove.objects.filter(kind="assigned").count() == 0


def test_a_number_that_nobody_can_have_is_refused(planner: Client, opened: DatabaseStore) -> None:
    refused = planner.post(POINTS + "O-1.1/", {"do": "give", "to": "9" * 5000})
    assert (refused.status_code, "Nothing was" in faults(refused)) == (400, True)


def test_the_list_of_acts_tells_giving_from_undoing(planner: Client, opened: DatabaseStore) -> None:
    told(
        planner, POINTS, {"do": "give", "segment": ["O-1.1"], "to": person(planner, "Wang"), "held-O-1.1": ""}
    )
    told(planner, POINTS, undo(planner)[1])
    assert acts_in("zh")[:2] == [
        "试点片区 · town · 撤销上一步：第 1 号第 1 点（登记 1）",
        "试点片区 · town · 指定经办人：第 1 号第 1 点（登记 1）",
    ]


def test_the_list_of_acts_names_the_points_and_themes_of_what_was_done_at_the_desk(
    planner: Client, opened: DatabaseStore
) -> None:
    told(planner, POINTS + "O-2.1/", ANSWER)
    told(planner, DESK + "themes/T-1/", ANSWER)
    told(planner, POINTS + "O-2.1/", {"do": "merge"})
    for number in range(10):
        send(opened, f"Wish {number}.")
    told(planner, DESK, {"do": "cut"})
    cut, merged, theme, point, placed, named = acts_in("en")[:6]
    assert point == "A made-up quarter · town · answered: No. 2, point 1 (entry 2)"
    assert theme == "A made-up quarter · town · answered: theme “Trees”"
    assert merged.startswith("A made-up quarter · town · split into points: No. 2 (entry 2)")
    assert cut.startswith("A made-up quarter · town · split into points: No. 4 (entry ")
    assert cut.endswith(", 2 more")
    assert placed == (
        "A made-up quarter · town · assigned to a theme: "
        "No. 1, point 1 (entry 1), No. 2, point 2 (entry 2), theme “Trees”"
    )
    assert named == "A made-up quarter · town · theme: Trees"
    assert "试点片区 · town · 答复：主题“Trees”" in acts_in("zh")


def acts_in(lang: str) -> list[str]:
    """What the acts of the notice were about, newest first, as an auditor reads it."""
    client = browser_of(Staff.objects.filter(name="Wu").first() or a_member("Wu", "auditor"))
    page = client.get(f"/{lang}/office/acts/").content.decode()
    return [" ".join(said.split()) for said in re.findall(r"<td>([^<]*\btown\b[^<]*)</td></tr>", page)]


def test_the_list_of_acts_goes_by_the_time_of_the_notices_if_no_zone_is_set(
    planner: Client, opened: DatabaseStore
) -> None:
    told(
        planner, POINTS, {"do": "give", "segment": ["O-1.1"], "to": person(planner, "Wang"), "held-O-1.1": ""}
    )
    auditor = browser_of(a_member("Wu", "auditor"))
    acts = auditor.get("/zh/office/acts/").content.decode()
    assert "北京时间" in acts
    assert "UTC" not in acts
    Notice.objects.create(id="elsewhere", state="on_notice", zone="Europe/Berlin")
    assert "北京时间" not in auditor.get("/zh/office/acts/").content.decode()
