"""What pages of the office call the plan, its themes and its entries: by the names that people know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.support.office_pages import HERE, told
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
