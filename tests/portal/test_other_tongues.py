"""Pages of the reference plan in Chinese and Japanese hold no English, and no day as computers write it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from blockplan.portal.pages.plan_sections import Cell, Grid, PagePart, crowd, tongue

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore

OBJECTS = (
    "areas/rd", "zones/commercial", "structure/axis", "facilities/KG-1", "stops/ST-1", "stops/B-017",
    "water/river", "programmes/PR-01", "statements/R01", "statements/P01", "rules/zone-edu",
    "rules/zone-parks-large",
    "parcels/RD-01-01-012", "parcels/RD-01-01-012/my-parcel",
)  # fmt: skip
PAGES = (
    "", "privacy/", "verify/", "notices/town/", "notices/town/plan/", "notices/town/opinion/",
    *(f"notices/town/plan/{one}/" for one in OBJECTS),
)  # fmt: skip
ENGLISH = re.compile(r"[A-Za-z]{3,}[ ,:;]+[a-z]{2,}|\d{4}-\d\d-\d\d")
#: Names of programs, and the office of the fixture, which has one name.
OURS = re.compile(r"axe-core|GeoPackage|JavaScript|Town planning office")
EMPTY = {"meta", "link", "img", "input", "br", "hr", "source", "wbr", "rect", "path"}


class Words(HTMLParser):
    """The words of a page that are said to be in its own language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        other = given["lang"] in {"en", "und"} if "lang" in given else bool(self.open and self.open[-1][1])
        self.found += [given["alt"] or ""] if "alt" in given and not other else []
        if tag not in EMPTY:
            self.open.append((tag, other or tag in {"code", "pre", "style", "script"}))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and not self.open[-1][1]:
            self.found.append(data)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", pytest.param("ja", marks=pytest.mark.long)])
def test_no_page_of_the_reference_plan_holds_english_in_another_language(
    lang: str, shown: DatabaseStore
) -> None:
    for page in PAGES:
        answer = Client().get(f"/{lang}/{page}")
        assert answer.status_code == 200, page
        words = Words()
        words.feed(answer.content.decode())
        english = [said.strip() for said in words.found if ENGLISH.search(OURS.sub("", said))]
        assert not english, (page, english)


@pytest.mark.long
def test_the_map_of_a_plan_says_in_each_language_where_its_data_come_from(shown: DatabaseStore) -> None:
    for lang, words in (("zh", "合成几何"), ("en", "Synthetic geometry"), ("ja", "架空の図形")):
        page = Client().get(f"/{lang}/notices/town/").content.decode()
        (picture,) = re.findall(r'<a href="(/files/[^"]*landuse[^"]*)"', page)
        answer = Client().get(picture)
        drawn = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert words in re.sub(r"</text><text[^>]*>", "", drawn.decode())


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("said", "lang", "found"),
    [
        ("regional centre for offices", "ja", "en"),
        ("regional centre for offices", "en", ""),
        ("GB 50180-2018 Standard for planning", "zh", "en"),
        ("6,000.1 m²", "zh", ""),
        ("西红门镇 Xihongmen", "ja", ""),
        ("zone-edu", "zh", ""),
    ],
)
def test_what_a_plan_says_in_english_alone_is_told_from_ids_and_figures(
    said: str, lang: str, found: str
) -> None:
    assert tongue(said, lang) == found


@pytest.mark.no_database
@pytest.mark.parametrize(("rows", "size"), [(0, ""), (4, ""), (5, "dense"), (8, "dense"), (9, "denser")])
def test_a_parcel_with_many_neighbours_is_set_smaller_on_paper(rows: int, size: str) -> None:
    neighbours = Grid(("where", "parcel", "planned", "far"), ((Cell("beside", "where"),),) * rows)
    stops = Grid(("to", "planned"), ((Cell("stop", "to"),),) * 20)
    assert (
        crowd([PagePart("beside", "", (), (), neighbours, ()), PagePart("reached", "", (), (), stops, ())])
        == size
    )


def test_a_form_from_elsewhere_is_refused_without_a_word_of_cookies_that_no_page_sets(
    shown: DatabaseStore,
) -> None:
    sent = {"do": "check", "text": "x"}
    answer = Client().post("/en/notices/town/opinion/", sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    said = answer.content.decode()
    assert "did not come from a page of this site" in said
    assert "ookie" not in said
