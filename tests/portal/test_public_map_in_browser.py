"""The resident's way on the map of a notice: find a place, look around, draw, write, read what others say."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from tests.support.base_maps import ground
from tests.support.browser import (
    MODULES,
    OF_DRIVER,
    REPO,
    Service,
    served,
    standing,
    style_faults,
    violations,
    wider_than_the_screen,
)
from tests.support.builders import a_plan
from tests.support.pictures import looks_as_kept
from tests.support.slow_drawing import drag, slowed

import blockplan as bp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["served"]
pytestmark = pytest.mark.browser
IDLE = "html[data-map=idle]"
WAIT_MS = 60_000
#: The park's school, by name, in each language, and what is written about the area drawn.
SCHOOL = {"zh": "枫林小学", "en": "Fenglin Primary School", "ja": "楓林小学校"}
TEXT = {"zh": "请保留这里的树。", "en": "Please keep these trees.", "ja": "ここの木を残してください。"}
ONE, OTHERS = [("ja", 390)], [("zh", 390), ("en", 1440), ("zh", 768), ("ja", 1440)]


@contextmanager
def opened(served: Service, chromium: Any, path: str, width: int, **more: Any) -> Iterator[Any]:
    """A page with a still map, in a fresh profile: no error, and no request to another host."""
    context = chromium.new_context(viewport={"width": width, "height": 844}, **more)
    tab, wrong = context.new_page(), []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if told(said) else None)

    def asked(request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(served.url()).netloc:
            wrong.append(f"asked another host: {request.url}")

    tab.on("request", asked)
    tab.goto(served.url(path))
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    try:
        yield tab
    finally:
        context.close()
    assert wrong == []


def told(said: Any) -> bool:
    """Whether the browser or the map complains: drivers that draw without a graphics card may."""
    return (
        said.type in {"error", "warning"} and OF_DRIVER not in said.text and "maxCanvasSize" not in said.text
    )


def faultless(tab: Any) -> None:
    """Axe finds nothing, contrast of colours among it, and nobody scrolls sideways."""
    assert violations(tab) == []
    assert wider_than_the_screen(tab) == 0


def still(tab: Any) -> None:
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)


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


def test_no_half_of_a_name_stands_at_an_edge_of_before_and_after(served: Service, chromium: Any) -> None:
    seen = "(all) => all.map(one => getComputedStyle(one).opacity > 0)"
    for width in (390, 1440):
        with opened(served, chromium, "/en/notices/demo/", width) as tab:
            tab.get_by_role("button", name="Before and after").click()
            for at, shown in (("0", [False, True]), ("100", [True, False]), ("51", [True, True])):
                tab.locator(".divide").fill(at)
                assert tab.locator(".sides span").evaluate_all(seen) == shown


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


def test_who_is_given_the_address_of_a_view_sees_the_same_land(served: Service, chromium: Any) -> None:
    seen = "[__map.getCenter().lng, __map.getCenter().lat, __map.getZoom()]"
    with opened(served, chromium, "/en/notices/demo/", 1440) as tab:
        assert "#" not in tab.url
        tab.evaluate("void __map.jumpTo({center: [0.002, 0.001], zoom: 15.25})")
        still(tab)
        there, address = tab.evaluate(seen), urlsplit(tab.url)
    assert re.fullmatch(r"map=\d+\.\d,\d+\.\d,15\.25", address.fragment)
    with opened(served, chromium, f"{address.path}#{address.fragment}", 1280) as tab:
        assert tab.evaluate(seen) == pytest.approx(there, abs=1e-6)  # a degree stands for 111 km: 0.1 m
        tab.evaluate(f"location.hash = '{address.fragment.replace('15.25', '16')}'")
        tab.wait_for_function("__map.getZoom() === 16")
    with opened(served, chromium, f"{address.path}#map=here", 1280) as tab:
        assert tab.evaluate("__map.getZoom()") < 14  # the whole plan: an address that names no view is none


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


@pytest.mark.long
def test_a_map_that_draws_slowly_slides_with_the_hand_and_a_tap_says_what_is_under_it(
    served: Service, chromium: Any
) -> None:
    with opened(served, chromium, "/en/notices/demo/", 1440) as tab:
        tab.locator(".island .stage").scroll_into_view_if_needed()
        box = slowed(tab, WAIT_MS)
        drag(tab, box, (120, 60), WAIT_MS)
        assert [one for one in tab.evaluate("window.slid") if one.startswith("translate(")]
        assert tab.evaluate("window.slid.at(-1)") == ""
        assert tab.evaluate("window.idle_amid") == 0
        tab.evaluate("window.zoomed = __map.getZoom()")
        # What was in the middle is now as far from it as the hand went.
        asked: list[tuple[float, ...]] = []
        tab.on("request", lambda request: asked.extend(places(request.url)))
        for by in (120, 60), (0, 0):
            box = tab.locator(".island .stage").bounding_box()  # an answer scrolls the page
            tab.mouse.click(box["x"] + box["width"] / 2 + by[0], box["y"] + box["height"] / 2 + by[1])
            tab.wait_for_selector("#here:not([aria-busy]) .spot")
            still(tab)
            if by != (0, 0):
                tab.locator(".zoom button").nth(2).click()
                tab.wait_for_timeout(600)
                still(tab)
        pixel_m = tab.evaluate("40_075_016.686 / 512 / 2 ** zoomed")
        assert asked[0] == pytest.approx(asked[1], abs=1.05 * pixel_m)


def places(url: str) -> list[tuple[float, ...]]:
    """The coordinates that a request of the map asks about, m."""
    return [tuple(map(float, at.split(","))) for at in parse_qs(urlsplit(url).query).get("at", [])]


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


def test_on_a_desk_the_key_and_what_marks_a_place_stand_on_the_map(served: Service, chromium: Any) -> None:
    with opened(served, chromium, "/en/notices/demo/", 1280) as tab:
        stage, *on_it = (tab.locator(part).bounding_box() for part in (".stage", ".legend", ".marking"))
        for box in on_it:
            assert stage["x"] <= box["x"], box
            assert box["x"] + box["width"] <= stage["x"] + stage["width"], box
            assert stage["y"] <= box["y"], box
            assert box["y"] + box["height"] <= stage["y"] + stage["height"], box
        key, marking = on_it
        assert key["x"] + key["width"] <= marking["x"], on_it


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_no_row_of_the_key_is_cut_where_it_ends_and_it_is_no_higher_for_it(
    served: Service, chromium: Any, lang: str
) -> None:
    cut = """(key) => { const {top, bottom} = key.getBoundingClientRect();
        return [...key.querySelectorAll("li")].map(one => one.getBoundingClientRect())
            .filter(row => row.top < bottom - 2 && row.bottom > bottom).length; }"""
    with opened(served, chromium, f"/{lang}/notices/demo/", 1280) as tab:
        for width in (1280, 1440):
            tab.set_viewport_size({"width": width, "height": 900})
            still(tab)
            key = tab.locator(".island > .legend")
            if not key.evaluate("(key) => key.open"):  # folded where it would lie over a wide plan
                key.locator("summary").click()
                still(tab)
            assert key.evaluate(cut) == 0, width
            share = "(key) => key.offsetHeight / key.parentElement.clientHeight"
            assert 0.2 < key.evaluate(share) <= 0.36
            assert key.evaluate("(key) => key.scrollHeight > key.clientHeight")


def test_heights_are_colours_with_a_key_and_words(served: Service, chromium: Any) -> None:
    key = ".island > .legend"
    with opened(served, chromium, "/en/notices/demo/", 1440) as tab:
        tab.get_by_role("button", name="Heights").click()
        still(tab)
        rows = tab.locator(f"{key} .uses").inner_text()
        assert "up to 27 m" in rows
        assert "none stated" in rows
        assert "Urban housing" not in rows
        said = tab.locator(f"{key} .how-high").inner_text()
        assert "the highest is 72 m" in said
        tab.get_by_role("button", name="Planned").click()
        still(tab)
        assert "Urban housing" in tab.locator(f"{key} .uses").inner_text()
        assert not tab.locator(f"{key} .how-high").is_visible()


def test_of_a_plan_that_states_no_greatest_height_none_is_made_up(served: Service, chromium: Any) -> None:
    key = ".island > .legend"

    def changed(route: Any) -> None:
        answer = route.fetch()
        plan = answer.json()
        for number, one in enumerate(plan["layers"]["parcels"]["features"]):
            # Of some nobody says how high, of the others the least that is built.
            one["properties"].pop("existing_land_use", None)
            if number % 2:
                one["properties"].pop("height_m", None)
            else:
                one["properties"] |= {"height_m": 12, "height_kind": "lower"}
        route.fulfill(response=answer, json=plan)

    with opened(served, chromium, "/en/notices/demo/", 1440) as tab:
        tab.route("**/map/plan.json*", changed)
        tab.reload()
        still(tab)
        assert tab.get_by_role("button", name="Today").count() == 0
        tab.get_by_role("button", name="Heights").click()
        still(tab)
        assert "up to" not in tab.locator(f"{key} .uses").inner_text()
        assert "none stated" in tab.locator(f"{key} .uses").inner_text()
        said = tab.locator(f"{key} .how-high").inner_text()
        assert said.startswith("Parcels that state none: ")
        assert said.endswith("is not known.")


def test_the_key_names_land_of_which_no_use_is_stated(served: Service, chromium: Any) -> None:
    def bare(route: Any) -> None:
        answer = route.fetch()
        plan = answer.json()
        del plan["layers"]["parcels"]["features"][0]["properties"]["land_use"]
        route.fulfill(response=answer, json=plan)

    with opened(served, chromium, "/en/notices/demo/", 1280) as tab:
        assert "No use stated" not in tab.locator(".uses").text_content()
        tab.route("**/map/plan.json*", bare)
        tab.reload()
        still(tab)
        assert "No use stated" in tab.locator(".uses").text_content()


def test_the_key_names_lines_stops_and_water_too_while_they_are_on_the_screen(
    served: Service, chromium: Any
) -> None:
    named = "[...document.querySelectorAll('.uses > li')].map(one => one.textContent.trim())"
    with opened(served, chromium, "/en/notices/demo/", 1280) as tab:
        still(tab)
        assert {"Rail", "Stop", "Water", "Arterial road"} <= set(tab.evaluate(named))
        tab.fill("#find", "RD-01-02-014")
        tab.press("#find", "Enter")
        tab.wait_for_selector("#here .beside li")
        for _ in range(3):  # near enough that no water is on the screen, wherever a list of opinions stands
            still(tab)
            tab.get_by_role("button", name="Zoom in").click()
        still(tab)
        assert "Arterial road" in tab.evaluate(named)
        assert "Water" not in tab.evaluate(named)
        widths = tab.locator(".uses .stroke").evaluate_all(
            "all => all.map(one => one.offsetWidth * one.offsetHeight)"
        )
        assert min(widths) > 0


def test_the_whole_street_stands_out_and_on_a_phone_no_button_lies_on_what_is_planned(
    served: Service, chromium: Any
) -> None:
    street = "/en/notices/demo/place/?q=Fenglin+Street"
    with opened(served, chromium, street, 390, reduced_motion="reduce") as tab:
        still(tab)
        shown = "__map.queryRenderedFeatures({ layers: ['along-line'] }).map(one => one.properties.id)"
        assert len(set(tab.evaluate(shown))) > 1
        tab.get_by_role("button", name="Before and after").click()
        still(tab)
        stage, large, divide, planned = (
            tab.locator(part).bounding_box()
            for part in (".stage", ".island .big", ".island .divide", ".island .sides span:last-child")
        )
        assert large["y"] >= divide["y"] + divide["height"] - 1
        assert large["y"] + large["height"] <= stage["y"] + stage["height"]
        assert planned["y"] + planned["height"] <= divide["y"] + divide["height"] / 2


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_a_large_map_fills_the_window_and_the_plan_fills_the_map(
    served: Service, chromium: Any, width: int
) -> None:
    seen = "__map.queryRenderedFeatures({ layers: ['parcels-fill'] }).length"
    with opened(served, chromium, "/en/notices/demo/", width, reduced_motion="reduce") as tab:
        still(tab)
        before = tab.evaluate("__map.getZoom()")
        tab.locator(".island .big").click()
        still(tab)
        island = tab.locator(".island[data-island]").bounding_box()
        assert (island["x"], island["y"], island["width"]) == (0, 0, width)
        assert tab.evaluate("__map.getZoom()") > before
        assert tab.evaluate(seen) > 100
        tab.locator(".island .big").click()
        still(tab)
        assert tab.evaluate("__map.getZoom()") == pytest.approx(before, abs=0.1)


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


@pytest.mark.parametrize("width", [390, 1440])
def test_on_a_small_plan_a_place_is_seen_no_farther_off_than_the_plan(
    tmp_path: Path, chromium: Any, width: int
) -> None:
    bp.write(a_plan(manifest={"packs": ["zone"]}), tmp_path / "small")
    small = Service(tmp_path / "data", demo=False, plan=tmp_path / "small")
    try:
        reading = re.search(r"/en/office/reading/\S+", small.log())
        assert reading is not None
        with opened(small, chromium, reading[0], width) as tab:
            before = tab.evaluate("__map.getZoom()")
            tab.fill("#find", "A")
            tab.press("#find", "Enter")
            tab.wait_for_selector("#here .spot")
            tab.wait_for_timeout(500)
            still(tab)
            assert tab.evaluate("__map.getZoom()") > before - 0.5
    finally:
        small.stop()


def test_on_a_desk_no_key_lies_on_a_wide_plan(tmp_path: Path, chromium: Any) -> None:
    bp.write(a_plan(manifest={"packs": ["zone"]}), tmp_path / "wide")
    wide = Service(tmp_path / "data", demo=False, plan=tmp_path / "wide")
    try:
        reading = re.search(r"/en/office/reading/\S+", wide.log())
        assert reading is not None
        with opened(wide, chromium, reading[0], 1440) as tab:
            still(tab)
            corners = """() => {
                const { x, y } = __map.getContainer().getBoundingClientRect();
                const seen = __map.queryRenderedFeatures({ layers: ["parcels-fill"] })
                    .flatMap((one) => one.geometry.coordinates.flat()).map((at) => __map.project(at));
                const [left, low] = [seen.map((one) => one.x), seen.map((one) => one.y)];
                return [x + Math.min(...left), y + Math.max(...low)];
            }"""
            left, low = tab.evaluate(corners)
            for part in (".island > .legend[open]", ".island > .marking"):
                if tab.locator(part).count():
                    box = tab.locator(part).bounding_box()
                    assert low <= box["y"] or left >= box["x"] + box["width"] - 80, part
    finally:
        wide.stop()


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
            assert "500 m" in tab.inner_text(".by-place h2")
            assert tab.locator(".by-place a[data-about='parcels:LS-01-04-005']").count() == 1
            assert tab.locator(row).count() == 0


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


@pytest.mark.parametrize(("config", "room"), [("vite.public.mts", "pages"), ("vite.config.mts", "workspace")])
def test_the_built_files_are_those_that_their_sources_give(
    repo: Path, tmp_path: Path, config: str, room: str
) -> None:
    vite = MODULES / ".bin" / "vite"
    if not vite.exists() or shutil.which("node") is None:
        pytest.skip("needs the tools of the pages: make frontend-tools")
    command = [str(vite), "build", "--config", config, "--logLevel", "error", "--outDir", str(tmp_path)]
    subprocess.run(command, cwd=repo / "frontend", check=True)
    built = REPO / "src" / "blockplan" / "portal" / room / "built"
    made, kept = ({one.relative_to(top): one.read_bytes() for one in top.rglob("*") if one.is_file()}
                  for top in (tmp_path, built))  # fmt: skip
    assert {str(name) for name in made} == {str(name) for name in kept}
    assert [str(name) for name in made if made[name] != kept[name]] == []


def test_the_base_map_of_an_office_lies_under_the_plan_and_can_be_put_away(
    tmp_path: Path, chromium: Any
) -> None:
    with ground() as under:
        service = Service(
            tmp_path / "data",
            more={"BLOCKPLAN_BASE_MAP": under.address, "BLOCKPLAN_BASE_MAP_CREDIT": "Survey"},
        )
        try:
            with opened(service, chromium, "/en/notices/demo/", 1440) as tab:
                assert tab.locator(".scalebar .credit").inner_text() == "Base map: Survey"
                assert style_faults(tab) == []
                faultless(tab)
                with_it = _beside_the_plan(tab)
                assert with_it[2] == pytest.approx(99, abs=2)
                tab.get_by_label("Base map: Survey").uncheck()
                still(tab)
                assert _beside_the_plan(tab) == (244, 243, 238)
        finally:
            service.stop()


def _beside_the_plan(tab: Any) -> tuple[int, int, int]:
    """The colour of the map half way up its left edge."""
    with Image.open(io.BytesIO(tab.locator(".island canvas").first.screenshot())) as picture:
        red, green, blue = picture.convert("RGB").getpixel((4, picture.height // 2))
        return red, green, blue
