"""What the office is told to do next, and whose it is."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from tests.portal.looks import look_at_all, send_without_work
from tests.support.office_pages import ANSWERS, HERE, drafted, released, told
from tests.support.staff import a_member, browser_of

from blockplan.portal.office.models import Pending

if TYPE_CHECKING:
    from django.test import Client
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

DRAFT = HERE + "draft/"


def next_for(client: Client, page: str) -> tuple[str, str]:
    """What the page says comes next, and where its link leads; empty where there is none."""
    said = client.get(page).content.decode().partition('class="next"')[2].partition("</section>")[0]
    link = re.search(r'href="([^"]+)"', said)
    words = unescape(re.sub("<[^>]+>", " ", said.partition("<p>")[2]))
    return " ".join(words.split()), link[1] if link else ""


def test_a_draft_names_the_first_step_that_is_not_done_and_leads_there(
    config: Config, clock: HandClock
) -> None:
    planner, approver = (browser_of(a_member(*who)) for who in (("Li", "planner"), ("Wang", "approver")))
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    assert next_for(planner, DRAFT) == ("Set the dates", DRAFT + "dates/")
    assert next_for(approver, DRAFT) == ("Set the dates · Planner", "")
    told(planner, DRAFT + "dates/", {"first": "2026-03-02", "publication": "after_close_full"})
    assert next_for(planner, DRAFT) == ("Upload the plan package", DRAFT + "plan/")


@pytest.mark.long
def test_the_release_check_is_asked_of_one_person_and_its_signature_of_another(
    config: Config, clock: HandClock
) -> None:
    planner, approver = (browser_of(a_member(*who)) for who in (("Li", "planner"), ("Wang", "approver")))
    drafted(planner)
    asked = "Answer the questions of the release check"
    assert next_for(planner, DRAFT) == (asked, DRAFT + "release/")
    told(planner, DRAFT + "release/", ANSWERS)
    assert next_for(planner, DRAFT) == ("You answered the release check; somebody else has to sign it.", "")
    assert next_for(approver, DRAFT) == ("Look at the release check and sign it", DRAFT + "release/")
    assert "Look at the release check" in approver.get("/en/office/").content.decode()
    released(planner, approver)
    assert next_for(planner, DRAFT) == ("Open the notice", DRAFT + "open/")
    # What is changed afterwards has to be looked at again.
    told(planner, DRAFT + "dates/", {"first": "2026-03-03", "publication": "after_close_full"})
    assert next_for(planner, DRAFT) == (asked, DRAFT + "release/")


@pytest.mark.long
def test_a_notice_says_what_waits_and_when_it_may_be_closed(
    config: Config, clock: HandClock, opened: DatabaseStore
) -> None:
    planner, auditor = (browser_of(a_member(*who)) for who in (("Li", "planner"), ("Chen", "auditor")))
    assert next_for(planner, HERE)[0].startswith("The notice is running")
    send_without_work("More trees.")
    assert next_for(planner, HERE)[1] == HERE + "opinions/?standing=held"
    assert next_for(auditor, HERE) == ("Review the opinions that wait · Clerk · Planner", "")
    look_at_all()
    assert f'href="{HERE}close/"' not in planner.get(HERE).content.decode(), "it would be refused"
    clock.on(days=30)
    assert next_for(planner, HERE) == ("The period is over: close the notice", HERE + "close/")
    told(planner, HERE + "close/", {"sure": "on"})
    assert next_for(planner, HERE) == ("Move the opinions to themes and answer them", HERE + "desk/")
    assert next_for(planner, HERE + "desk/")[1] == "#tools"
    told(planner, HERE + "desk/", {"do": "cut"})
    assert next_for(planner, HERE + "desk/")[1] == HERE + "desk/segments/?show=unanswered"
    told(planner, HERE + "desk/segments/O-1.1/", {"do": "answer", "kind": "noted", "reason_en": "Thank you."})
    for page in (HERE + "desk/", HERE):
        assert next_for(planner, page)[1] == HERE + "complete/", "every point is answered"


def test_an_inbox_that_nothing_has_come_to_does_not_ask_to_choose(
    config: Config, clock: HandClock, opened: DatabaseStore
) -> None:
    planner = browser_of(a_member("Li", "planner"))
    page = planner.get(HERE + "opinions/").content.decode()
    assert "No opinion has come yet." in page
    assert "Choose an opinion" not in page
    send_without_work("More trees.")
    page = planner.get(HERE + "opinions/").content.decode()
    assert "Choose an opinion from the list." in page
    page = planner.get(HERE + "opinions/?standing=late").content.decode()
    assert "No opinions." in page


def test_at_the_desk_an_opinion_that_nobody_looked_at_comes_first_and_is_not_called_published(
    config: Config, clock: HandClock, opened: DatabaseStore
) -> None:
    planner = browser_of(a_member("Li", "planner"))
    send_without_work("More trees.")
    assert next_for(planner, HERE + "desk/")[1] == HERE + "opinions/?standing=held"
    count = '<p class="sum">1 received = published in full {}</p>'
    assert count.format("0 + awaiting review 1") in planner.get(HERE + "desk/").content.decode()
    look_at_all()
    assert next_for(planner, HERE + "desk/")[1] == "#tools"
    assert count.format("1") in planner.get(HERE + "desk/").content.decode()


def test_the_page_of_completion_leads_to_what_lacks_and_then_to_the_points(
    config: Config, clock: HandClock, opened: DatabaseStore
) -> None:
    planner = browser_of(a_member("Li", "planner"))

    def first() -> list[str]:
        said = planner.get(HERE + "complete/").content.decode().partition("To be looked at first:")[2]
        return re.findall(r'href="([^"]*)"', said.partition("</p>")[0])

    assert first() == [], "nothing was written, and no empty list is offered"
    send_without_work("More trees.")
    waits, uncut = HERE + "opinions/?standing=held", HERE + "desk/#tools"
    assert first() == [waits, uncut]
    look_at_all()
    assert first() == [uncut]
    told(planner, HERE + "desk/", {"do": "cut"})
    assert first() == [HERE + "desk/segments/?show=unanswered"]
    told(planner, HERE + "desk/segments/O-1.1/", {"do": "answer", "kind": "noted", "reason_en": "Thank you."})
    assert first() == [HERE + "desk/segments/?show=all"]
    assert "More trees." in planner.get(first()[0]).content.decode()


def test_what_somebody_asked_for_is_another_persons_next_step(
    config: Config, clock: HandClock, opened: DatabaseStore
) -> None:
    planner, approver = (browser_of(a_member(*who)) for who in (("Li", "planner"), ("Wang", "approver")))
    clock.on(days=30)
    told(planner, HERE + "close/", {"sure": "on"})
    told(planner, HERE + "complete/", {"sure": "on"})
    assert next_for(planner, HERE) == ("Approve plan and answers", HERE + "approve/")
    told(planner, HERE + "approve/", {"sure": "on"})
    assert next_for(planner, HERE) == ("You asked for it; somebody else has to confirm it.", "")
    waits = f"{HERE}waiting/{Pending.objects.get().pk}/"
    assert next_for(approver, HERE) == ("Look at it and confirm it as the second person", waits)
    # It waits already, so nobody is asked for it twice.
    assert f'href="{HERE}approve/"' not in planner.get(HERE).content.decode()


def test_nothing_is_offered_that_would_do_nothing_to_an_opinion(
    config: Config, clock: HandClock, opened: DatabaseStore
) -> None:
    planner = browser_of(a_member("Li", "planner"))
    opened.append("submitted", {"text": "More trees.", "channel": "web", "from": "public"})
    page = planner.get(HERE + "opinions/O-1/").content.decode()
    assert f"{HERE}opinions/O-1/redact/" in page
    assert "/restore/" not in page
    assert "/transcribe/" not in page


def test_the_page_of_a_notice_says_where_it_stands_before_what_is_to_be_done(config: Config) -> None:
    planner = browser_of(a_member("Li", "planner"))
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    page = planner.get(HERE).content.decode()
    assert 0 < page.index('class="facts"') < page.index('class="next"')
