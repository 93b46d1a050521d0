"""Every public page as a browser shows it: three languages, phone and desk, without a fault."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.browser import (
    Service,
    faults_of,
    in_turn,
    invalid,
    served,
    standing,
    violations,
    wider_than_the_screen,
)
from tests.support.looked_at import PAGES

from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["served"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_and_nobody_scrolls_sideways(served: Service, chromium: Any, lang: str) -> None:
    found: list[str] = []
    with served.tab(chromium) as tab:
        for number, page in enumerate(PAGES):
            tab.goto(served.url(f"/{lang}/{page}"))
            found += faults_of(tab, in_turn(number, lang))
    assert found == []


#: How far from the left the values of each list of terms begin, and the terms.
BEGINNINGS = """() => {
    const begin = (of, name) => [...of.querySelectorAll(name)].map(one => one.getBoundingClientRect().left);
    return [...document.querySelectorAll(".facts > div")]
        .filter(one => one.checkVisibility())
        .map(one => ["dt", "dd"].map(name => [...new Set(begin(one, name))]));
}"""


def test_values_stand_beside_their_term_on_a_phone_all_of_them(served: Service, chromium: Any) -> None:
    with served.tab(chromium, width=390) as tab:
        tab.goto(served.url("/en/notices/demo/plan/parcels/RD-01-01-012/"))
        found = tab.evaluate(BEGINNINGS)
        assert len(found) > 10
        assert [one for one in found if len(one[1]) != 1 or one[1][0] <= one[0][0]] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_printed_notice_says_before_its_maps_fits_on_one_sheet(
    served: Service, chromium: Any, lang: str
) -> None:
    with served.tab(chromium, width=718) as tab:  # A4 without its margins, at 96 dots an inch
        tab.goto(served.url(f"/{lang}/notices/demo/"))
        tab.emulate_media(media="print")
        assert tab.locator("#drawings").bounding_box()["y"] < 1047


def test_a_printed_notice_has_its_headings_and_large_maps_and_no_buttons(
    served: Service, chromium: Any
) -> None:
    with served.tab(chromium, width=720) as tab:
        tab.goto(served.url("/zh/notices/demo/"))
        tab.emulate_media(media="print")
        for heading in ("drawings", "plan-size", "plan-landuse", "facts"):
            assert tab.locator(f"#{heading}").is_visible(), heading
        for on_screen_alone in (".actions", "figcaption", ".find"):
            assert not tab.locator(on_screen_alone).first.is_visible(), on_screen_alone
        picture = tab.locator(".maps img").first
        picture.scroll_into_view_if_needed()  # it is loaded when it comes near
        picture.evaluate("one => one.decode()")
        assert picture.bounding_box()["height"] > 600


PLACE, FORM = "notices/demo/place/?about=parcels:RD-01-01-012", "notices/demo/opinion/"


def test_without_a_script_no_empty_map_stands_between_a_place_and_what_is_said_of_it(
    served: Service, chromium: Any
) -> None:
    with served.tab(chromium, width=390, java_script_enabled=False) as tab:
        for page in ("notices/demo/", PLACE):
            tab.goto(served.url(f"/ja/{page}"))
            assert tab.locator(".island").count() == 1
            assert not tab.locator(".island").is_visible()
        assert tab.locator(".here .lead").bounding_box()["y"] < 500


def test_letters_twice_as_large_make_nobody_scroll_sideways(served: Service, chromium: Any) -> None:
    with served.tab(chromium, width=390) as tab:
        for page in ("notices/demo/", PLACE, FORM):
            tab.goto(served.url(f"/en/{page}"))
            tab.evaluate("document.documentElement.style.fontSize = '212.5%'")
            standing(tab)
            assert wider_than_the_screen(tab) == 0, page


def test_on_paper_what_folds_keeps_its_heading_and_the_form_has_nothing_that_only_a_screen_can_do(
    served: Service, chromium: Any
) -> None:
    with served.tab(chromium, width=720) as tab:
        tab.emulate_media(media="print")
        tab.goto(served.url(f"/zh/{PLACE}"))
        assert tab.locator(".here details table").is_visible()
        assert all(one.is_visible() for one in tab.locator(".here details summary").all())
        tab.goto(served.url(f"/zh/{FORM}"))
        assert all(one.is_visible() for one in tab.locator(".optional > summary").all())
        for on_screen_alone in ("#files", "#drawn", "#datum", ".buttons"):
            assert not tab.locator(on_screen_alone).is_visible(), on_screen_alone


def test_the_pages_are_valid_html(served: Service, tmp_path: Path) -> None:
    sources = {}
    for lang in LANGUAGES:
        for page in PAGES:
            with urllib.request.urlopen(served.url(f"/{lang}/{page}")) as answer:
                sources[f"{lang}/{page}"] = answer.read().decode()
    assert invalid(sources, tmp_path) == []


def test_a_receipt_is_checked_on_the_readers_own_device(
    served: Service, chromium: Any, repo: Path, tmp_path: Path
) -> None:
    good = repo / "examples" / "demonstration-record-held" / "receipt-O-3.json"
    tampered = tmp_path / "tampered.json"
    tampered.write_text(
        good.read_text(encoding="utf-8").replace('"seq": 3', '"seq": 4').replace('"seq":3', '"seq":4')
    )
    sent: list[str] = []
    for file, said in ((good, "The receipt holds: opinion O-3"), (tampered, "does not hold")):
        with served.tab(chromium, width=360) as tab:
            tab.on("request", lambda request: sent.append(request.method))
            tab.goto(served.url("/en/verify/"))
            tab.set_input_files("#receipt", str(file))
            tab.get_by_role("button", name="Check it").click()
            tab.wait_for_selector("#said p")
            assert said in tab.inner_text("#said")
            assert violations(tab) == []
    assert "POST" not in sent


#: What has the focus, where the bar lies over some of it; empty where not, null where it is not in the page.
COVERED = """bar => {
  const one = document.activeElement, over = document.querySelector(bar);
  if (!one.closest("main") || over.contains(one)) return null;
  const at = one.getBoundingClientRect(), lid = over.getBoundingClientRect();
  // Of a field of many lines the browser brings up the line that is written in.
  const bottom = one.matches("textarea") ? Math.min(at.bottom, at.top + 44) : at.bottom;
  const clear = bottom <= lid.top + 1 || at.top >= lid.bottom - 1 || at.right <= lid.left;
  return clear || at.height > lid.top ? "" : `${one.tagName} ${one.name} ${at.top} ${at.bottom} ${lid.top}`;
}"""


@pytest.mark.parametrize(
    ("path", "bar"),
    [("place/?about=parcels:RD-01-01-012", ".here > .actions"), ("opinion/", ".opinion > .buttons")],
)
@pytest.mark.parametrize("width", [320, 1280])
def test_what_has_the_focus_is_not_below_the_buttons_that_stay_in_sight(
    served: Service, chromium: Any, path: str, bar: str, width: int
) -> None:
    with served.tab(chromium, width=width) as tab:
        tab.set_viewport_size({"width": width, "height": 600})
        tab.goto(served.url(f"/ja/notices/demo/{path}"))
        standing(tab)
        for fold in tab.locator("main details").all():
            fold.evaluate("one => { one.open = true }")
        hidden, seen = [], 0
        for _ in range(45):
            tab.keyboard.press("Tab")
            said = tab.evaluate(COVERED, bar)
            seen += said is not None
            hidden += [said] if said else []
        assert seen > 5
        assert hidden == []


def test_a_receipt_is_checked_here_where_there_is_no_script(
    served: Service, chromium: Any, repo: Path
) -> None:
    with served.tab(chromium, java_script_enabled=False) as tab:
        tab.goto(served.url("/en/verify/"))
        file = repo / "examples" / "demonstration-record-held" / "receipt-O-3.json"
        tab.set_input_files("#receipt", str(file))
        tab.get_by_role("button", name="Check it").click()
        assert "which is not on this site" in tab.inner_text("#said")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_that_is_no_receipt_is_called_so_and_nobody_is_alarmed(
    served: Service, chromium: Any, scripts: bool, tmp_path: Path
) -> None:
    file = tmp_path / "letter.json"
    file.write_text('{"dear": "office"}')
    with served.tab(chromium, java_script_enabled=scripts) as tab:
        tab.goto(served.url("/ja/verify/"))
        tab.set_input_files("#receipt", str(file))
        tab.locator("#verify button").click()
        tab.wait_for_selector("#said .alert")
        assert (
            tab.inner_text("#said")
            == "受付証または受付の約束のファイルではありません。.json で終わるファイルを選んでください。"
        )


#: Links and fields that stand by themselves, and how high a finger finds them; those within a sentence are as
#: high as its line.
TARGETS = """() => [...document.querySelectorAll("a, button, summary, input, select, textarea")]
    .filter(one => one.checkVisibility() && !one.matches("[type=hidden], .first, .aloud, .skip, .trap *"))
    .filter(one => getComputedStyle(one).display !== "inline"
        || [...one.parentElement.childNodes].every(beside => beside === one || !beside.textContent.trim()))
    .map(one => [one.outerHTML.slice(0, 90), (one.closest("label") ?? one).getBoundingClientRect().height])"""


def test_what_stands_by_itself_is_large_enough_for_a_finger(served: Service, chromium: Any) -> None:
    with served.tab(chromium, width=390) as tab:
        for page in (*PAGES, "notices/demo/plan/parcels/RD-01-01-012/"):
            tab.goto(served.url(f"/zh/{page}"))
            assert [one for one in tab.evaluate(TARGETS) if 1 < one[1] < 24] == [], page
            heights = [one.bounding_box()["height"] for one in tab.locator(".path a").all()]
            assert min(heights, default=44) >= 44, page
            # A title that has no room is cut, and something of it stays.
            assert min((one.bounding_box()["width"] for one in tab.locator(".path a").all()), default=44) > 30


def test_no_direction_is_torn_on_a_phone(served: Service, chromium: Any) -> None:
    with served.tab(chromium, width=390) as tab:
        tab.goto(served.url("/en/notices/demo/place/?about=parcels:RD-01-01-012"))
        sides = tab.locator(".beside b")
        assert "south-east" in sides.all_inner_texts()
        assert max(one.bounding_box()["height"] for one in sides.all()) < 40


def test_the_built_script_is_the_one_that_its_source_gives(repo: Path, tmp_path: Path) -> None:
    compiler = repo / "frontend" / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        pytest.skip("needs the TypeScript compiler (make frontend-tools)")
    subprocess.run(
        ["node", compiler, "--project", repo / "frontend" / "pages", "--outDir", tmp_path], check=True
    )
    static = repo / "src" / "blockplan" / "portal" / "pages" / "static" / "portal"
    for made in tmp_path.iterdir():
        assert made.read_text(encoding="utf-8") == (static / made.name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("lang", "ask"), [("zh", ""), ("en", ""), ("ja", ""), ("ja", "?easy=1")])
def test_my_parcel_is_printed_on_one_page_with_its_numbers_whole(
    served: Service, chromium: Any, lang: str, ask: str
) -> None:
    with served.tab(chromium, width=718) as tab:  # A4 within its margins
        tab.goto(served.url(f"/{lang}/notices/demo/plan/parcels/RD-01-01-012/my-parcel/{ask}"))
        printed = tab.pdf(format="A4")
        tab.emulate_media(media="print")
        lines = tab.locator("table.broad td.short a").evaluate_all(
            "all => all.map(one => one.getClientRects().length)"
        )
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert set(lines) == {1}


def test_a_place_with_a_long_name_breaks_on_a_phone(chromium: Any, repo: Path) -> None:
    style = (repo / "src/blockplan/portal/pages/static/portal/page.css").read_text(encoding="utf-8")
    name = "Class 2 urban housing · Xuefu Street · West Ring Road · southern neighbourhood · parcel 01-01-01"
    tab = chromium.new_page(viewport={"width": 390, "height": 800})
    tab.set_content(f'<style>{style}</style><main><p class="about">About: <a href="/">{name}</a></p></main>')
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.close()


def test_what_is_said_of_a_parcel_comes_before_its_picture(served: Service, chromium: Any) -> None:
    for width in (390, 1440):
        with served.tab(chromium, width=width) as tab:
            tab.goto(served.url("/en/notices/demo/plan/parcels/RD-01-01-012/"))
            standing(tab)
            words, picture = (tab.locator(part).first.bounding_box() for part in (".facts", "figure.map"))
            assert words["y"] < 900
            if width == 390:
                assert words["y"] < picture["y"]
                tab.locator(".to-map").click()  # and leads to it
                assert 0 <= tab.locator("figure.map").bounding_box()["y"] < 600
            else:
                assert words["x"] + words["width"] <= picture["x"]
                assert picture["y"] < 450


def test_on_a_desk_the_head_of_a_notice_leaves_the_first_screen_to_the_plan(
    served: Service, chromium: Any
) -> None:
    with served.tab(chromium, width=1440) as tab:
        for lang in ("zh", "en", "ja"):
            tab.goto(served.url(f"/{lang}/notices/demo/"))
            standing(tab)
            stage = tab.locator(".stage").bounding_box()
            assert stage["y"] < 230, lang
            assert stage["y"] + stage["height"] <= 900, lang
