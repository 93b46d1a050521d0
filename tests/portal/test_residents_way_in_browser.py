"""The resident's way on the map of a notice: find a place, look around, draw, write, read what others say."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.browser import Service, served, standing, style_faults
from tests.support.pictures import looks_as_kept
from tests.support.public_map import WAIT_MS, faultless, opened, still

__all__ = ["served"]
pytestmark = pytest.mark.browser
#: The park's school, by name, in each language, and what is written about the area drawn.
SCHOOL = {"zh": "枫林小学", "en": "Fenglin Primary School", "ja": "楓林小学校"}
TEXT = {"zh": "请保留这里的树。", "en": "Please keep these trees.", "ja": "ここの木を残してください。"}
ONE, OTHERS = [("ja", 390)], [("en", 1440), ("zh", 768)]


def walk(served: Service, chromium: Any, lang: str, width: int) -> None:
    with opened(served, chromium, f"/{lang}/notices/demo/", width) as tab:
        faultless(tab)
        looks_as_kept(tab, f"notice-{lang}-{width}")
        tab.fill("#find", SCHOOL[lang])
        tab.press("#find", "Enter")
        tab.wait_for_selector("#here .beside li")
        still(tab)
        assert tab.evaluate("document.activeElement.className") == "spot"
        assert 0 <= tab.locator(".spot").bounding_box()["y"] < 700  # seen without scrolling
        tab.locator("#here .beside a").first.click()
        tab.wait_for_selector("#here .goals li")
        still(tab)
        assert "500" in tab.inner_text("#here")
        faultless(tab)
        looks_as_kept(tab, f"place-{lang}-{width}")
        assert style_faults(tab) == []
        modes = tab.locator(".modes button")
        modes.nth(2).click()
        tab.wait_for_selector(".divide")
        sides = tab.locator(".sides span")
        today, planned = (one.bounding_box() for one in sides.all())  # each on its side of the border
        assert today["x"] + today["width"] < planned["x"]
        tab.focus(".divide")
        tab.keyboard.press("ArrowRight")
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('.over')).getPropertyValue('--cut')")
            == "51%"
        )
        faultless(tab)
        looks_as_kept(tab, f"before-and-after-{lang}-{width}")
        modes.nth(3).click()
        still(tab)
        faultless(tab)
        looks_as_kept(tab, f"heights-{lang}-{width}")
        modes.nth(0).click()
        draw_and_write(tab, lang)
    with opened(served, chromium, f"/{lang}/notices/demo/?opinions=1", width) as tab:
        still(tab)
        said = tab.evaluate("fetch('/files/demo/map/opinions.json').then(one => one.json())")
        assert TEXT[lang] in [one["properties"]["title"] for one in said["features"]]
        faultless(tab)


def draw_and_write(tab: Any, lang: str) -> None:
    """An area by keys alone, handed to the form, sent, and told by a receipt."""
    tab.locator(".marking button").first.click()
    for keys in (["Enter"], ["ArrowRight"], ["Enter"], ["ArrowDown"], ["Enter"]):
        for key in keys:
            tab.keyboard.press(key)
            tab.wait_for_timeout(400)
            still(tab)
    tab.wait_for_selector(".marking form")
    faultless(tab)
    tab.locator(".marking form button").click()
    tab.wait_for_selector("#place")
    assert tab.input_value("input[name=place_ok]") == "yes"
    tab.fill("#text", TEXT[lang])
    tab.locator("button[value=check]").click()
    tab.wait_for_selector("#send")
    tab.locator("#send button[value=send]").click()
    tab.wait_for_selector(".receipt, .secret", timeout=WAIT_MS)


@pytest.mark.parametrize(("lang", "width"), ONE)
def test_a_resident_finds_a_place_draws_an_area_and_writes_about_it(
    served: Service, chromium: Any, lang: str, width: int
) -> None:
    walk(served, chromium, lang, width)


@pytest.mark.long
@pytest.mark.parametrize(("lang", "width"), OTHERS)
def test_the_same_way_in_other_languages_and_widths(
    served: Service, chromium: Any, lang: str, width: int
) -> None:
    walk(served, chromium, lang, width)


def test_drawing_by_keys_keeps_the_focus_and_says_what_was_done(served: Service, chromium: Any) -> None:
    with opened(served, chromium, "/en/notices/demo/", 390) as tab:
        group = tab.get_by_role("group", name="Mark a place and write about it")
        told = group.get_by_role("status")
        assert told.count() == 1
        kept = told.element_handle()
        group.get_by_role("button", name="Line").focus()
        tab.keyboard.press("Enter")
        for key in ("Enter", "ArrowRight", "Enter"):
            tab.keyboard.press(key)
            tab.wait_for_timeout(400)
        assert "drawn" in told.inner_text().lower()
        assert kept.evaluate("one => one.isConnected")  # a live region that is replaced is not read out
        group.get_by_role("button", name="Undo a point").focus()
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.textContent") == "Undo a point"
        group.get_by_role("button", name="Cancel").focus()
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.closest('.marking') !== null")


def test_reduced_motion_jumps_and_a_tap_says_what_is_there(served: Service, chromium: Any) -> None:
    with opened(served, chromium, "/en/notices/demo/", 390, reduced_motion="reduce") as tab:
        tab.locator(".island canvas").first.click()
        tab.wait_for_selector("#here .spot")
        still(tab)
        assert tab.locator("#here .here").count() == 1


def test_the_panel_is_busy_until_what_was_asked_last_is_answered(served: Service, chromium: Any) -> None:
    with opened(served, chromium, "/en/notices/demo/", 390, reduced_motion="reduce") as tab:
        held: list[Any] = []

        def hold(route: Any) -> None:
            held.append(route)

        tab.route("**/place/?*", hold)
        for name in ("Xinghe Park", SCHOOL["en"]):
            tab.fill("#find", name)
            tab.press("#find", "Enter")
        tab.wait_for_function("document.querySelector('#here[aria-busy]')")
        while len(held) < 2:
            tab.wait_for_timeout(20)
        with tab.expect_response("**/place/?*"):
            held[0].continue_()
        tab.wait_for_timeout(200)
        assert tab.locator("#here[aria-busy]").count() == 1
        held[1].continue_()
        tab.wait_for_selector("#here:not([aria-busy]) .hits, #here:not([aria-busy]) .spot")


def test_the_first_screen_of_a_phone_answers_what_where_until_when_and_what_can_i_do(
    served: Service, chromium: Any
) -> None:
    for lang in ("zh", "en", "ja"):
        with opened(served, chromium, f"/{lang}/notices/demo/", 390) as tab:
            for part in (".until strong", ".answers dd", ".actions .button", "#find"):
                box = tab.locator(part).last.bounding_box()
                assert box["y"] + box["height"] <= 844, (lang, part, box)
            assert tab.evaluate("document.documentElement.scrollHeight") < 6 * 844
            tops = [one.bounding_box()["y"] for one in tab.locator(".actions .button").all()]
            assert len(set(tops)) == 1, (lang, tops)
            assert tab.locator(".home").bounding_box()["height"] < 40, lang


#: Pages of a phone -> what stands on their first screen without scrolling: what is said, and what to press.
FIRST = {
    "place/?about=parcels:RD-01-01-012": (".spot", ".lead", ".here > .actions"),
    "opinion/?layer=parcels&object=RD-01-01-012": ("#text", ".opinion > .buttons .main"),
}


@pytest.mark.parametrize("path", FIRST)
def test_on_a_phone_a_place_and_the_form_say_and_offer_what_matters_on_the_first_screen(
    served: Service, chromium: Any, path: str
) -> None:
    with served.tab(chromium, width=390) as tab:
        tab.set_viewport_size({"width": 390, "height": 844})
        for lang in ("zh", "en", "ja"):
            tab.goto(served.url(f"/{lang}/notices/demo/{path}"))
            standing(tab)
            *said, offered = (tab.locator(part).bounding_box() for part in FIRST[path])
            assert offered["y"] + offered["height"] <= 844, lang
            for box in said:
                assert box["y"] < offered["y"], (lang, box)
            assert (
                tab.evaluate("document.documentElement.scrollHeight")
                < (3.4 if "place" in path else 2.2) * 844
            )


@pytest.fixture(scope="module")
def spoken(served: Service, chromium: Any) -> Service:
    """Three opinions about two parcels, each sent by the form of the service."""
    with served.tab(chromium) as tab:
        for parcel in ("RD-01-01-012", "RD-01-01-012", "LS-01-04-005"):
            tab.goto(served.url(f"/en/notices/demo/opinion/?layer=parcels&object={parcel}"))
            tab.fill("#text", "Please keep these trees.")
            tab.locator("button[value=check]").click()
            tab.locator("#send button[value=send]").click()
            tab.wait_for_selector(".receipt, .secret", timeout=WAIT_MS)
    return served


def test_the_circle_round_a_place_lies_beside_the_list_and_above_the_key(
    spoken: Service, chromium: Any
) -> None:
    with opened(spoken, chromium, "/en/notices/demo/", 1280, reduced_motion="reduce") as tab:
        tab.fill("#find", "RD-01-02-014")
        tab.press("#find", "Enter")
        tab.wait_for_selector("#here .beside li")
        still(tab)
        ring = tab.evaluate("""() => {
            const drawn = __map.getSource("beyond").serialize().data.features[0].geometry.coordinates[1];
            const at = drawn.map(place => __map.project(place));
            const { x, y } = __map.getContainer().getBoundingClientRect();
            return [x + Math.max(...at.map(one => one.x)), y + Math.max(...at.map(one => one.y))];
        }""")
        listed, key = (tab.locator(part).bounding_box() for part in (".by-place", ".island > .legend"))
        assert ring[0] <= listed["x"]
        assert ring[1] <= key["y"]


def test_on_a_desk_opinions_by_place_stand_on_the_map_and_in_step_with_it(
    spoken: Service, chromium: Any
) -> None:
    row = ".island .by-place a[data-about='parcels:RD-01-01-012']"
    for width in (1100, 1440):
        with opened(spoken, chromium, "/en/notices/demo/", width, reduced_motion="reduce") as tab:
            tab.wait_for_function(f"document.querySelector(`{row} .count`)?.textContent >= '2'")
            faultless(tab)
            stage, box = (tab.locator(part).bounding_box() for part in (".stage", ".by-place"))
            for button in tab.locator(".island button").all():
                at = button.bounding_box()
                assert (
                    at["x"] >= box["x"] + box["width"] or at["x"] + at["width"] <= box["x"]
                    or at["y"] >= box["y"] + box["height"] or at["y"] + at["height"] <= box["y"]
                ), button.inner_text()  # fmt: skip
            assert box["x"] + box["width"] <= stage["x"] + stage["width"]
            tab.locator(row).hover()
            pointed = tab.locator(f"{row} .count").evaluate("one => getComputedStyle(one).backgroundColor")
            assert pointed == "rgb(20, 32, 43)"
            tab.locator(row).click()
            tab.wait_for_selector("#here .hits a")
            assert tab.locator("#here .hits a").count() >= 2
            still(tab)
            tab.fill("#find", "LS-01-04-005")
            tab.press("#find", "Enter")
            tab.wait_for_selector("#here .goals li")
            still(tab)
            # Within 500 m of a place there is what was said of it, and nothing from far away.
            assert "500\N{NO-BREAK SPACE}m" in tab.inner_text(".by-place h2")
            assert tab.locator(".by-place a[data-about='parcels:LS-01-04-005']").count() == 1
            assert tab.locator(row).count() == 0


def test_on_a_desk_the_list_by_place_makes_room_for_what_marks_a_place(
    spoken: Service, chromium: Any
) -> None:
    for lang, width in (("en", 1440), ("ja", 1100)):
        with opened(spoken, chromium, f"/{lang}/notices/demo/", width) as tab:
            tab.set_viewport_size({"width": width, "height": 720})
            tab.wait_for_selector(".island .by-place .count")
            # As high as it ever is: as if there were many places.
            tab.locator(".by-place > :last-child").evaluate("one => { one.style.marginBottom = '100vh' }")
            tab.locator(".marking button").first.click()
            for key in ("Enter", "ArrowRight", "Enter", "ArrowDown", "Enter"):
                tab.keyboard.press(key)
                tab.wait_for_timeout(400)
                still(tab)
            tab.wait_for_selector(".marking form")
            listed, marking = (
                tab.locator(f".island > {part}").bounding_box() for part in (".by-place", ".marking")
            )
            assert listed["y"] + listed["height"] < marking["y"], lang
            assert listed["height"] > 60, lang


def test_the_list_by_place_says_how_many_opinions_have_no_place(spoken: Service, chromium: Any) -> None:
    of = []

    def with_two_more(route: Any) -> None:
        said = route.fetch().json()
        of.append(len(said["features"]) + 2)  # tests before this one leave some
        route.fulfill(json=said | {"of": of[-1]})

    note, said = (
        ".by-place > p.note",
        {
            "en": "Without a place: 2 of {n} opinions. They stand in the list.",
            "zh": "{n} 条意见中有 2 条没有位置，见意见列表。",
            "ja": "意見 {n} 件のうち 2 件には場所がなく、意見の一覧にあります。",
        },
    )
    for lang, words in said.items():
        with opened(spoken, chromium, f"/{lang}/notices/demo/", 1280) as tab:
            tab.wait_for_selector(".by-place .count")
            assert not tab.is_visible(note)  # all have one
            tab.route("**/map/opinions.json*", with_two_more)
            tab.reload()
            tab.wait_for_selector(note, timeout=WAIT_MS)
            assert tab.inner_text(note) == words.format(n=of[-1])
            faultless(tab)


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("sought", ["zzz", "40.5, 117.2", "kindergarten"])
def test_what_a_search_finds_stands_below_its_field_which_stays_in_sight(
    spoken: Service, chromium: Any, sought: str, width: int
) -> None:
    with opened(spoken, chromium, "/en/notices/demo/", width) as tab:
        field = tab.locator("form.find #find")
        field.fill(sought)
        field.press("Enter")
        tab.wait_for_selector("#here :is(p, li)", timeout=WAIT_MS)
        still(tab)
        above, below = field.bounding_box(), tab.locator("#here").bounding_box()
        assert 0 <= above["y"] < below["y"] < tab.viewport_size["height"], (above, below)
        faultless(tab)


def test_until_the_opinions_have_come_the_list_by_place_has_no_empty_row(
    spoken: Service, chromium: Any
) -> None:
    with opened(spoken, chromium, "/en/notices/demo/", 1280) as tab:
        tab.route("**/map/opinions.json*", lambda _: None)  # they never come
        tab.reload()
        tab.wait_for_selector(".island > .by-place .count", timeout=WAIT_MS)
        assert tab.locator(".placeless").count() == 1
        assert not tab.is_visible(".placeless")


def test_on_a_phone_and_without_a_script_opinions_by_place_are_a_list_of_links(
    spoken: Service, chromium: Any
) -> None:
    for more in ({"width": 390}, {"width": 1440, "java_script_enabled": False}):
        with spoken.tab(chromium, **more) as tab:
            tab.goto(spoken.url("/en/notices/demo/"))
            if more["width"] == 390:
                standing(tab)
            assert tab.locator(".island .by-place").count() == 0
            tab.locator(".by-place > summary").click()
            tab.locator(".by-place a[data-about='parcels:RD-01-01-012']").click()
            tab.wait_for_selector("ol.opinions article")
            assert tab.locator("ol.opinions article").count() >= 2


def test_what_the_keyboard_reaches_is_not_under_the_bar_of_what_can_be_done(
    served: Service, chromium: Any
) -> None:
    with opened(served, chromium, "/en/notices/demo/place/?about=parcels:RD-01-01-012", 390) as tab:
        bar = tab.locator(".here > .actions")
        for link in tab.locator(".here :is(a, summary):visible").all()[:-2]:
            link.focus()
            box = link.bounding_box()
            assert box["y"] + box["height"] <= bar.bounding_box()["y"] + 1, link.inner_text()
