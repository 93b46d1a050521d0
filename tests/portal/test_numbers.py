"""People are told 1, 2, 3 in order of arrival, everywhere the same, and find their opinion by it again."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.test import Client
from tests.support.notice_records import an_opening
from tests.support.opinion_form import page
from tests.support.rebuilt import rebuild
from tests.support.staff import a_member, browser_of

from blockplan.notice import submissions as intake
from blockplan.portal.record.files import Files
from blockplan.portal.record.models import Opinion
from blockplan.portal.record.rows import DatabaseRows
from blockplan.portal.record.store import begin

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

HERE = "/en/notices/town/"
OFFICE = "/en/office/notices/town/"


def told(notice: str = "town") -> list[tuple[int, int]]:
    """Entry and number of each opinion of the index."""
    rows = Opinion.objects.filter(notice_id=notice).order_by("seq")
    return list(rows.values_list("seq", "number"))


def send(store: DatabaseStore, text: str) -> tuple[str, str]:
    event, secret = intake.submit(store, intake.Submission(text=text, more={"title": text}))
    return str(event.opinion), secret


@pytest.fixture
def three(opened: DatabaseStore) -> dict[str, str]:
    """Three opinions at the entries 1, 4 and 6, with their secrets; the first is the shortest way."""
    first, secret = send(opened, "Trees")
    intake.amend(opened, first, "More trees", secret=secret)
    intake.amend(opened, first, "Many trees", secret=secret)
    second, other = send(opened, "Benches")
    intake.amend(opened, second, "More benches", secret=other)
    third, last = send(opened, "Shade")
    assert (first, second, third) == ("O-1", "O-4", "O-6")
    return {first: secret, second: other, third: last}


def test_notices_count_apart_and_what_becomes_of_an_opinion_leaves_its_number(
    opened: DatabaseStore, three: dict[str, str], clock: HandClock, config: Config
) -> None:
    other = begin("other", config)
    other.append("opened", an_opening(publication="live"))
    send(other, "elsewhere")
    intake.withdraw(opened, "O-1", secret=three["O-1"])
    intake.erase(opened, "O-4", ground="asked for", by="Li")
    clock.set(2026, 4, 1, 0, 0, 0)
    late, _ = send(opened, "late")
    send(other, "late elsewhere")
    expected = [(1, 1), (4, 2), (6, 3), (int(late[2:]), 4)]
    assert told() == expected
    assert told("other") == [(1, 1), (2, 2)]
    rebuild(DatabaseRows("town", Files(opened._files.folder), opened._seals), "town")
    assert told() == expected


@pytest.mark.long
def test_opinions_that_came_before_there_were_numbers_get_theirs(
    opened: DatabaseStore, three: dict[str, str], config: Config
) -> None:
    begin("other", config).append("opened", an_opening(publication="live"))
    call_command("migrate", "record", "0003", verbosity=0)
    call_command("migrate", verbosity=0)  # also what other apps have that rests on it
    assert told() == [(1, 1), (4, 2), (6, 3)]


def test_pages_api_export_receipt_and_office_say_the_same(
    three: dict[str, str], config: Config, opened: DatabaseStore
) -> None:
    called = "No. 2 (entry 4)"
    clerk = browser_of(a_member("Chen", "clerk", "planner"))
    mine = {"opinion": "O-4", "secret": three["O-4"]}
    for html in (
        page(Client().get(f"{HERE}opinions/")),
        page(Client().get(f"{HERE}opinions/O-4/")),
        page(Client().post(f"{HERE}follow/", mine)),
        page(Client().post(f"{HERE}follow/", {**mine, "do": "amend"})),
        page(Client().get(f"{HERE}follow/?opinion=O-4&leaf=00")),
        *(page(clerk.get(f"{OFFICE}{path}")) for path in ("opinions/", "opinions/O-4/", "record/")),
        page(clerk.get(f"{OFFICE}opinions/O-4/withhold/")),
    ):
        assert called in html
    assert "第 2 号（登记 4）" in page(Client().get("/zh/notices/town/opinions/O-4/"))
    assert "第2号（4 番の登録）" in page(Client().get("/ja/notices/town/opinions/O-4/"))
    api = "/api/v1/notices/town/"
    listed = Client().get(f"{api}opinions").json()["opinions"]
    assert [(one["opinion"], one["number"], one["entry"]) for one in listed] == [
        ("O-6", 3, 6), ("O-4", 2, 4), ("O-1", 1, 1),
    ]  # fmt: skip
    assert Client().get(f"{api}opinions/O-4").json()["number"] == 2
    for form, read in (("csv", rows_of), ("jsonl", lines_of)):
        answer = Client().get(f"{api}export/opinions.{form}")
        content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert {one["opinion"]: int(one["number"]) for one in read(content)} == {"O-1": 1, "O-4": 2, "O-6": 3}


def rows_of(content: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content)))


def lines_of(content: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


@pytest.mark.parametrize("said", ["2", "No. 2", "第 ２ 号", "No. 2 (entry 4)", "O-4", "o4", "4"])
def test_number_or_entry_lead_to_the_opinion_whose_secret_is_given(three: dict[str, str], said: str) -> None:
    """A receipt that was printed earlier says O-4, and somebody may leave out the letter."""
    answer = Client().post(f"{HERE}follow/", {"opinion": said, "secret": three["O-4"]})
    assert answer.status_code == 200
    assert "More benches" in page(answer)


def test_where_a_number_is_the_entry_of_another_opinion_the_secret_tells(three: dict[str, str]) -> None:
    """1 is the first opinion; 4 is no number yet, and the entry of the second."""
    for opinion, words in (("O-1", "Many trees"), ("O-4", "More benches")):
        said = {"opinion": opinion[2:], "secret": three[opinion]}
        assert words in page(Client().post(f"{HERE}follow/", said))
        assert Client().post(f"{HERE}follow/", said | {"secret": three["O-6"]}).status_code == 403


def test_a_clerk_finds_an_opinion_by_what_somebody_says_on_the_telephone(
    three: dict[str, str], config: Config
) -> None:
    clerk = browser_of(a_member("Chen", "clerk"))
    for said, found in (("2", "O-4"), ("No. 3", "O-6"), ("O-4", "O-4"), ("第 1 号", "O-1")):
        answer = clerk.get(f"{OFFICE}opinions/", {"number": said})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{OFFICE}opinions/{found}/")
    for said in ("4", "O-2", "trees", "9" * 40):
        assert "No opinion has this number." in page(clerk.get(f"{OFFICE}opinions/", {"number": said}))


def test_refusals_and_the_list_of_acts_say_the_number(three: dict[str, str], opened: DatabaseStore) -> None:
    from blockplan.errors import BlockplanError
    from blockplan.portal.office.audit import note

    with pytest.raises(BlockplanError, match=r"opinion No\. 2 \(entry 4\)"):
        intake.withdraw(opened, "O-4", secret=three["O-6"])
    note("withdrawn", who="Li", about="O-4", notice="town")
    admin = browser_of(a_member("Wang", "admin"))
    assert "No. 2 (entry 4)" in admin.get("/en/office/acts/").content.decode()
