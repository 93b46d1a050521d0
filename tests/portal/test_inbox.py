"""The inbox of the office: filters with counts, the list, and what comes after the point that is open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from tests.support.office_pages import ANSWER, HERE, as_shown, faults, told
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.portal.office import desks, inbox

if TYPE_CHECKING:
    from django.test import Client

    from blockplan.portal.record.store import DatabaseStore

POINTS = HERE + "desk/segments/"


@pytest.fixture
def planner(opened: DatabaseStore) -> Client:
    """Signed in, with four points at the desk: two about trees in a theme, one of them by agency."""
    made = browser_of(a_member("Li", "planner"))
    send(opened, "More trees along the canal.", targets=[{"layer": "parcels", "id": "A1-01"}])
    send(opened, "1. Fewer cars.\n2. A tree for each child.")
    send(opened, "A second entrance to the station.")
    told(made, HERE + "desk/", {"do": "cut"})
    told(made, HERE + "desk/", {"do": "theme", "title": "Trees", "gist": ""})
    trees = {"segment": ["O-1.1", "O-2.2"], "theme": "T-1", "seen-O-1.1": "", "seen-O-2.2": ""}
    told(made, POINTS, trees)
    return made


def listed(client: Client, path: str) -> list[str]:
    """The points of the list on a page, in order."""
    page = client.get(path).content.decode()
    return re.findall(r'name="segment" value="(O-[\d.]+)"', page)


def counts(client: Client) -> dict[str, int]:
    page = client.get(POINTS).content.decode()
    found = re.findall(r'\?show=(\w+)"[^>]*>[^<]*<span class="n">(\d+)<', page)
    return {name: int(size) for name, size in found}


def test_the_list_begins_with_what_has_no_answer_and_each_filter_says_how_many_it_holds(
    planner: Client,
) -> None:
    assert listed(planner, POINTS) == ["O-1.1", "O-2.1", "O-2.2", "O-3.1"]
    told(planner, POINTS + "O-2.1/", ANSWER)
    assert listed(planner, POINTS) == ["O-1.1", "O-2.2", "O-3.1"]
    assert counts(planner) == {"unanswered": 3, "all": 4, "unsorted": 1, "placeless": 3}
    for name, size in counts(planner).items():
        assert len(listed(planner, f"{POINTS}?show={name}")) == size, name
    assert listed(planner, f"{HERE}desk/themes/T-1/") == ["O-1.1", "O-2.2"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("TREE", ["O-1.1", "O-2.2"]),
        ("a1-01", ["O-1.1"]),
        ("No. 3", ["O-3.1"]),
        ("2", ["O-2.1", "O-2.2"]),
        ("2 trees", []),
        ("nobody says it", []),
    ],
)
def test_a_search_finds_words_objects_and_numbers(planner: Client, said: str, found: list[str]) -> None:
    assert listed(planner, f"{POINTS}?show=all&q={said}") == found


def test_a_page_beyond_the_end_of_the_list_leads_to_its_beginning(planner: Client) -> None:
    page = planner.get(f"{POINTS}?show=all&q=tree&after=999").content.decode()
    assert "There is nothing here" not in page
    assert f'href="{POINTS}?show=all&amp;q=tree">To the beginning of the list</a>' in page


def test_moving_to_a_theme_with_no_point_chosen_is_told(planner: Client) -> None:
    refused = planner.post(POINTS, {"theme": "T-1"})
    assert (refused.status_code, "Nothing was chosen" in faults(refused)) == (400, True)


def test_an_answer_may_go_on_to_the_next_point_of_the_same_list(planner: Client) -> None:
    at = f"{POINTS}O-1.1/?show=unanswered&q=tree"
    sent = ANSWER | as_shown(planner, POINTS + "O-1.1/", ANSWER)
    there = planner.post(at, sent | {"next": "1"})
    assert there.status_code == 302
    assert there.headers["Location"] == f"{POINTS}O-2.2/?show=unanswered&q=tree"
    last = planner.post(there.headers["Location"], sent | {"next": "1"})
    assert last.headers["Location"] == f"{POINTS}?show=unanswered&q=tree"


def test_an_answer_to_a_point_may_be_given_to_its_theme_unless_somebody_answered_that_meanwhile(
    planner: Client,
) -> None:
    sent = ANSWER | {"for_theme": "T-1", "seen": "", "seen_theme": ""}
    assert "it reaches 1 more" in planner.get(POINTS + "O-1.1/").content.decode()
    told(planner, POINTS + "O-1.1/", sent)
    now = desks.look("town")
    assert now.own_answer("O-1.1") is None
    assert {one.id for one in now.open_segments() if now.answer_of(one.id)} == {"O-1.1", "O-2.2"}
    refused = planner.post(POINTS + "O-2.2/", sent | {"reason_en": "Another."})
    assert "Thank you." in faults(refused)


def test_an_answer_to_a_theme_is_refused_at_a_point_that_is_in_another_by_now(planner: Client) -> None:
    sent = ANSWER | {"for_theme": "T-1", "seen": "", "seen_theme": ""}
    told(planner, POINTS, {"segment": ["O-1.1"], "theme": "none", "seen-O-1.1": place(planner, "O-1.1")})
    refused = planner.post(POINTS + "O-1.1/", sent)
    assert (refused.status_code, "changed this after you opened" in faults(refused)) == (400, True)
    told(planner, HERE + "desk/", {"do": "theme", "title": "Cars", "gist": ""})
    told(planner, POINTS + "O-1.1/", {"do": "theme", "theme": "T-2"})
    assert "Cars" in faults(planner.post(POINTS + "O-1.1/", sent))
    assert [theme.answer for theme in desks.look("town").themes.values()] == [None, None]


def place(client: Client, point: str) -> str:
    """The mark of where a point is sorted, as the list shows it."""
    page = client.get(POINTS + "?show=all").content.decode()
    return page.partition(f'name="seen-{point}" value="')[2].partition('"')[0]


def test_the_first_button_of_an_answer_which_the_enter_key_presses_gives_it_to_the_point(
    planner: Client,
) -> None:
    page = planner.get(POINTS + "O-1.1/").content.decode()
    form = page.partition('class="answering"')[2].partition("</form>")[0]
    first, *others = re.findall(r"<button[^>]*>", form)
    assert "name=" not in first
    assert any("for_theme" in one for one in others)


def test_a_point_of_an_opinion_that_was_taken_back_still_has_its_page(
    planner: Client, opened: DatabaseStore
) -> None:
    from blockplan.notice import submissions

    submissions.enter_withdrawal(opened, "O-3", by="Li", reason="wish")
    assert planner.get(POINTS + "O-3.1/").status_code == 200
    assert "O-3.1" not in listed(planner, POINTS + "?show=all")


def test_a_point_that_was_sorted_after_its_theme_was_answered_is_to_be_looked_at(planner: Client) -> None:
    told(planner, HERE + "desk/themes/T-1/", ANSWER)
    told(planner, POINTS, {"segment": ["O-3.1"], "theme": "T-1", "seen-O-3.1": ""})
    assert listed(planner, POINTS + "?show=later") == ["O-3.1"]
    told(planner, POINTS + "O-3.1/", ANSWER)
    assert listed(planner, POINTS + "?show=later") == []


def test_opinions_are_counted_by_what_became_of_them_and_one_says_what_waits_about_it(
    planner: Client,
) -> None:
    redaction = {"text": "More trees.", "ground": "a name", "sure": "on"}
    told(planner, HERE + "opinions/O-1/redact/", redaction)
    page = planner.get(HERE + "opinions/O-1/").content.decode()
    assert f'href="{HERE}waiting/' in page
    assert page.count('aria-current="true"') == 4, "language, tab, filter and row"
    assert f'href="{HERE}waiting/' not in planner.get(HERE + "opinions/O-2/").content.decode()
    assert '<span class="n">3</span>' in page.partition("?standing=whole")[2].partition("</a>")[0]


def test_what_is_sought_is_marked_in_the_list_and_in_the_text_and_nothing_else_is_read_as_markup(
    planner: Client, opened: DatabaseStore
) -> None:
    send(opened, "<b>TREES</b> & trees")
    told(planner, HERE + "desk/", {"do": "cut"})
    sought = f"?{urlencode({'q': 'trees', 'show': 'all'})}"
    page = planner.get(POINTS + sought).content.decode()
    marked = "&lt;b&gt;<mark>TREES</mark>&lt;/b&gt; &amp; <mark>trees</mark>"
    assert f'<span class="said">{marked}</span>' in page
    assert '<span class="said">More <mark>trees</mark> along the canal.</span>' in page
    (point,) = {name for name in listed(planner, POINTS + sought) if not name.startswith(("O-1.", "O-2."))}
    assert f'<span class="words">{marked}</span>' in planner.get(f"{POINTS}{point}/{sought}").content.decode()
    assert "<mark>" not in planner.get(POINTS).content.decode()


def test_the_words_that_are_sought_are_marked_and_figures_of_a_number_are_not(
    planner: Client, opened: DatabaseStore
) -> None:
    send(opened, "No cars in Canalstraße 2, 2 trees.")
    send(opened, "5 benches.")
    told(planner, HERE + "desk/", {"do": "cut"})

    def said(sought: str) -> list[str]:
        page = planner.get(f"{POINTS}?{urlencode({'q': sought, 'show': 'all'})}").content.decode()
        return re.findall('<span class="said">(.*?)</span>', page)

    assert said("STRASSE") == ["No cars in Canal<mark>straße</mark> 2, 2 trees."]
    (point,) = (one for one in inbox.points(desks.look("town")) if "benches" in one.text)
    (text,) = (text for text in said(str(point.number)) if "benches" in text)
    assert text == f"{point.number} benches.", "it was found by its number"
    assert f"<mark>{point.number} b</mark>enches." in said(f"{point.number} b")


def test_a_point_says_in_its_row_what_was_drawn_and_how_large(shown: DatabaseStore) -> None:
    client, (x, y) = browser_of(a_member("Li", "planner")), (445693.5, 4401997.3)
    ring = [[x, y], [x + 200, y], [x + 200, y + 100], [x, y]]
    send(shown, "More trees.", geometry={"type": "Polygon", "coordinates": [ring]})
    send(shown, "A crossing.", geometry={"type": "LineString", "coordinates": ring[:2]})
    send(shown, "A bench.", geometry={"type": "Point", "coordinates": [x, y]})
    told(client, HERE + "desk/", {"do": "cut"})
    for lang, said in (
        ("zh", ["范围 1 公顷", "线 200 米", "图上一点"]),
        ("en", ["Area, 1 ha", "Line, 200 m", "Point on the map"]),
        ("ja", ["範囲 1 ha", "線 200 m", "地図上の点"]),
    ):
        page = client.get(POINTS.replace("/en/", f"/{lang}/")).content.decode()
        assert re.findall(r'<span class="chip">([^<]*)</span>', page) == said


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "name"),
    [
        ("zh", "创新研发片区"),
        ("en", "Innovation and R&amp;D area"),
        ("ja", "イノベーション・研究開発地区"),
    ],
)
def test_a_point_says_by_name_what_it_is_about_and_by_number_what_has_no_name(
    shown: DatabaseStore, lang: str, name: str
) -> None:
    client = browser_of(a_member("Li", "planner"))
    aims = [{"layer": "areas", "id": "rd"}, {"layer": "parcels", "id": "RD-01-01-012"}]
    send(shown, "More trees.", targets=aims)
    told(client, HERE + "desk/", {"do": "cut"})
    page = client.get(POINTS.replace("/en/", f"/{lang}/")).content.decode()
    assert re.findall(r'<span class="chip">([^<]*)</span>', page) == [name, "RD-01-01-012"]
    for path in ("desk/segments/O-1.1/", "opinions/O-1/"):
        page = client.get(f"/{lang}/office/notices/town/{path}").content.decode()
        assert f"{name}&nbsp;· rd</a>" in page
