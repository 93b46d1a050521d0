"""Who changed what of an answer: its versions stand side by side on the page where it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.portal.office.answer_versions import compared
from blockplan.respond import Answer, Desk

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore

DESK = "/en/office/notices/town/desk/"


@pytest.fixture
def desk(shown: DatabaseStore, clock: HandClock) -> Desk:
    send(shown, "More trees along the canal.")
    found = Desk(shown)
    found.cut(by="Li")
    return found


def page(path: str) -> str:
    return browser_of(a_member("Li", "planner")).get(DESK + path).content.decode()


def segment(desk: Desk) -> str:
    return desk.open_segments()[0].id


def test_an_answer_that_was_given_once_has_no_earlier_versions(desk: Desk) -> None:
    desk.answer_segment(segment(desk), Answer("noted", {"en": "Thank you."}), by="Li")
    assert 'class="versions"' not in page(f"segments/{segment(desk)}/")


def test_versions_of_an_answer_stand_side_by_side_with_who_changed_what(desk: Desk) -> None:
    name = segment(desk)
    desk.answer_segment(name, Answer("noted", {"en": "We plant two <trees>."}), by="Li")
    desk.answer_segment(name, Answer("noted", {"en": "We plant ten <trees>."}), by="Wang")
    links = ({"layer": "parcels", "id": "RD-01-01-012"},)
    desk.answer_segment(
        name, Answer("adopted", {"en": "We plant ten <trees>.", "zh": "种十棵"}, links), by="Chen"
    )
    html = page(f"segments/{name}/").partition('class="versions"')[2].partition("</details>")[0]
    newest, older = html.split("<li>")[1:]
    assert "The answer was changed 2 times" in html
    assert "<b>Chen</b>" in newest
    assert "<del>noted</del>" in newest
    assert "<ins>adopted</ins>" in newest
    assert '<td lang="zh" dir="auto"><ins>种十棵</ins></td>' in newest
    assert "<ins>parcels:RD-01-01-012</ins>" in newest
    assert "Reason\u00a0· English" not in newest
    assert "<b>Wang</b>" in older
    assert "We plant <del>two</del> &lt;trees&gt;." in older
    assert "We plant <ins>ten</ins> &lt;trees&gt;." in older


def test_all_changes_are_counted_where_only_the_newest_are_shown(desk: Desk) -> None:
    name = segment(desk)
    for trees in range(13):
        desk.answer_segment(name, Answer("noted", {"en": f"We plant {trees} trees."}), by="Li")
    html = page(f"segments/{name}/").partition('class="versions"')[2].partition("</details>")[0]
    assert "The answer was changed 12 times" in html
    assert "The newest 10 changes are shown." in html
    assert html.count("<li>") == 10
    assert "<ins>12</ins>" in html
    assert "<ins>2</ins>" not in html


def test_the_answer_of_a_theme_has_its_versions_too(desk: Desk) -> None:
    theme = desk.name_theme("Trees", by="Li")
    for reason in ("Thank you.", "Thank you."):
        desk.answer_theme(theme, Answer("noted", {"en": reason}), by="Li")
    html = page(f"themes/{theme}/")
    assert "The answer was changed once" in html
    assert "Entered again, word for word." in html


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("种两棵树", "种十棵树", "种<del>两</del>棵树", "种<ins>十</ins>棵树"),
        ("27 m", "24 m", "<del>27</del> m", "<ins>24</ins> m"),
        ("", "New.", "", "<ins>New.</ins>"),
    ],
)
def test_words_are_compared_whole_and_signs_of_chinese_one_by_one(
    before: str, after: str, gone: str, come: str
) -> None:
    assert compared(before, after) == (gone, come)


def test_texts_of_any_length_are_compared(desk: Desk) -> None:
    long = "".join(f"{number} 棵树。\n" for number in range(20_000))
    gone, come = compared(long, long.replace("777 ", "778 "))
    assert (gone.count("<del>") > 0, come.count("<ins>") > 0) == (True, True)
