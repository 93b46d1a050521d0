"""What pages of the office call the plan, its themes and its entries: by the names that people know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.support.office_pages import ANSWER, HERE, told
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.portal.office.models import Draft

if TYPE_CHECKING:
    from django.test import Client

    from blockplan.portal.record.store import DatabaseStore

DESK = HERE + "desk/"


@pytest.fixture
def planner(opened: DatabaseStore) -> Client:
    """Li, of whose two opinions one is in a theme."""
    made = browser_of(a_member("Li", "planner"))
    send(opened, "More trees along the canal.")
    send(opened, "A second entrance to the station.")
    told(made, DESK, {"do": "cut"})
    told(made, DESK, {"do": "theme", "title": "Trees", "gist": ""})
    told(made, DESK + "segments/", {"segment": ["O-1.1"], "theme": "T-1", "seen-O-1.1": ""})
    return made


def title_of(client: Client, path: str) -> str:
    page = client.get(path).content.decode()
    return " ".join(re.findall(r"<title>(.*?)</title>", page, re.DOTALL)[0].split())


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("", "A made-up quarter · Office"),
        ("desk/", "Answering desk · A made-up quarter · Office"),
        ("record/", "Record · A made-up quarter · Office"),
        ("opinions/O-1/", "No. 1 (entry 1) · A made-up quarter · Office"),
        ("letter/", "Enter a letter · A made-up quarter · Office"),
        ("draft/", "Draft of the notice · A made-up quarter · Office"),
        ("draft/dates/", "Dates · A made-up quarter · Office"),
    ],
)
def test_the_title_of_each_page_about_a_notice_names_its_plan(planner: Client, path: str, title: str) -> None:
    Draft.objects.create(notice_id="town", country="CN", rule="cn-art26", publication="live")
    assert title_of(planner, HERE + path) == title


def test_the_page_of_the_record_is_headed_by_the_title_of_the_plan_with_its_id_behind(
    planner: Client,
) -> None:
    page = planner.get("/zh/office/notices/town/record/").content.decode()
    assert "<h1>档案：试点片区 · town</h1>" in page.replace("\xa0", " ")


def test_the_page_of_the_record_says_which_theme_and_points_an_entry_is_about(planner: Client) -> None:
    told(planner, DESK + "themes/T-1/", ANSWER)
    told(planner, DESK + "segments/O-2.1/", ANSWER)
    for title in ("Streets", "Stations"):
        told(planner, DESK, {"do": "theme", "title": title, "gist": ""})
    told(planner, DESK + "themes/T-2/", {"do": "merge", "into": "T-3"})
    page = planner.get(HERE + "record/").content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    about = [
        " ".join(re.sub(r"<[^>]+>", "", row.rpartition("<td")[2].partition(">")[2]).split()) for row in rows
    ]
    assert about[1:3] == ["No. 1 (entry 1)", "No. 2 (entry 2)"]
    assert about[-7:] == [
        "theme “Trees”", "No. 1, point 1 (entry 1), theme “Trees”", "theme “Trees”",
        "No. 2, point 1 (entry 2)", "theme “Streets”", "theme “Stations”",
        "theme “Streets”, theme “Stations”",
    ]  # fmt: skip
    assert f'href="{DESK}themes/T-1/"' in page
    assert f'href="{DESK}themes/T-2/"' not in page  # it went into another
    zh = planner.get("/zh/office/notices/town/record/").content.decode()
    assert "主题“Trees”" in zh
