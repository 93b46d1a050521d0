"""What the map of a notice shows and where its parts stand: modes, heights, key, base map, addresses."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from tests.support.base_maps import ground
from tests.support.browser import MODULES, REPO, Service, served, standing, style_faults
from tests.support.builders import a_plan, parcels_of, square
from tests.support.public_map import WAIT_MS, faultless, opened, still
from tests.support.slow_drawing import drag, slowed

import blockplan as bp

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["served"]
pytestmark = pytest.mark.browser


def test_no_half_of_a_name_stands_at_an_edge_of_before_and_after(served: Service, chromium: Any) -> None:
    seen = "(all) => all.map(one => getComputedStyle(one).opacity > 0)"
    for width in (390, 1440):
        with opened(served, chromium, "/en/notices/demo/", width) as tab:
            tab.get_by_role("button", name="Compare").click()
            for at, shown in (("0", [False, True]), ("100", [True, False]), ("51", [True, True])):
                tab.locator(".divide").fill(at)
                assert tab.locator(".sides span").evaluate_all(seen) == shown


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


def test_the_map_is_there_again_when_the_page_is_loaded_anew(served: Service, chromium: Any) -> None:
    with opened(served, chromium, "/en/notices/demo/", 390) as tab:
        tab.reload()  # the service says that nothing changed, and the browser takes what it keeps
        still(tab)
        assert tab.locator(".zoom button").count() > 0


def test_all_opinions_at_one_point_are_counted_and_listed_however_near_one_comes(
    served: Service, chromium: Any
) -> None:
    many = 130
    spoken = {
        "type": "FeatureCollection", "places": {}, "open": True,
        "features": [
            {
                "type": "Feature", "geometry": {"type": "Point", "coordinates": [500_000, 4_400_000]},
                "properties": {"id": f"O-{number}", "number": number, "title": "Trees.", "about": []},
            }
            for number in range(1, many + 1)
        ],
    }  # fmt: skip
    counted = (
        "__map.queryRenderedFeatures({ layers: ['opinions-dot'] }).map(one => one.properties.point_count)"
    )
    with opened(served, chromium, "/en/notices/demo/", 1440, reduced_motion="reduce") as tab:
        at = tab.evaluate("fetch('/files/demo/map/plan.json?lang=en').then(one => one.json())")["bounds"]
        middle = [(at[0] + at[2]) / 2, (at[1] + at[3]) / 2]
        for one in spoken["features"]:
            one["geometry"]["coordinates"] = middle
        tab.route("**/map/opinions.json*", lambda route: route.fulfill(json=spoken))
        tab.goto(served.url("/en/notices/demo/?opinions=1"))
        still(tab)
        where = "__map.getSource('opinions').serialize().data.features[0].geometry.coordinates"
        for zoom in (15, 19, 21):
            tab.evaluate(f"void __map.jumpTo({{ center: {where}, zoom: {zoom} }})")
            tab.wait_for_timeout(300)
            still(tab)
            assert tab.evaluate(counted) == [many], zoom
        spot = tab.evaluate(f"__map.project({where})")
        box = tab.locator(".stage canvas").first.bounding_box()
        tab.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])
        tab.wait_for_selector("#here .hits a")
        assert f"({many})" in tab.inner_text("#here .spot")
        assert tab.locator("#here .hits a b").all_inner_texts() == [str(n) for n in range(many, 0, -1)]


def test_colours_that_were_chosen_are_kept_and_the_code_stands_above_the_use(
    served: Service, chromium: Any
) -> None:
    fills = "JSON.stringify(__map.getPaintProperty('parcels-fill', 'fill-color'))"
    with opened(served, chromium, "/en/notices/demo/", 1440) as tab:
        offices = tab.evaluate(fills)
        choice = tab.get_by_label("Colours for all eyes")
        choice.check()
        still(tab)
        safe = tab.evaluate(fills)
        assert safe != offices
        assert "1401\\n" in tab.evaluate(
            "JSON.stringify(__map.getLayoutProperty('parcels-text', 'text-field'))"
        )
        tab.reload()
        still(tab)
        assert (choice.is_checked(), tab.evaluate(fills)) == (True, safe)
        choice.uncheck()
        tab.reload()
        still(tab)
        assert (choice.is_checked(), tab.evaluate(fills)) == (False, offices)


def test_names_make_room_for_the_place_that_is_marked(served: Service, chromium: Any) -> None:
    with opened(served, chromium, "/zh/notices/demo/place/?about=parcels:LS-01-04-005", 1440) as tab:
        tab.wait_for_function("__map.queryRenderedFeatures({ layers: ['pin'] }).length === 1")
        still(tab)
        pin = "__map.queryRenderedFeatures({ layers: ['pin'] })[0].geometry.coordinates"
        tab.evaluate(f"void __map.jumpTo({{ center: {pin}, zoom: 16.5 }})")
        tab.wait_for_timeout(200)
        still(tab)
        # Names at the pin: asked within its middle, where a name in its own place would lie.
        under = """() => {
            const [pin] = __map.queryRenderedFeatures({ layers: ["pin"] });
            const { x, y } = __map.project(pin.geometry.coordinates);
            const layers = ["parcels-text", "parcels-code"];
            const ids = (box) => __map.queryRenderedFeatures(box, { layers });
            const beside = ids([[x - 40, y - 50], [x + 40, y + 50]]).map((one) => one.properties.id);
            return [ids([[x - 8, y - 8], [x + 8, y + 8]]).length, beside.includes("LS-01-04-005")];
        }"""
        assert tab.evaluate(under) == [0, True]
        layers = tab.evaluate("__map.getStyle().layers.map((one) => one.id)")
        assert layers.index("along-line") < layers.index("streets-text"), "no street crosses out its own name"


def test_what_the_map_can_show_is_asked_in_one_row_on_a_phone(served: Service, chromium: Any) -> None:
    for lang in ("zh", "en", "ja"):
        with opened(served, chromium, f"/{lang}/notices/demo/", 390) as tab:
            boxes = [one.bounding_box() for one in tab.locator(".modes button").all()]
            assert len(boxes) == 4
            assert len({box["y"] for box in boxes}) == 1, lang
            zoom = tab.locator(".zoom button").first.bounding_box()
            assert boxes[-1]["x"] + boxes[-1]["width"] <= zoom["x"], lang


def test_a_map_beside_long_words_stays_as_it_is_while_the_page_is_scrolled(
    served: Service, chromium: Any
) -> None:
    with opened(served, chromium, "/ja/notices/demo/place/?about=parcels:RD-01-01-012", 1440) as tab:
        tab.set_viewport_size({"width": 1440, "height": 700})
        for fold in tab.locator("#here summary").all():
            fold.click()
        standing(tab)
        seen = "[__map.unproject([0, 0]).lng, __map.unproject([0, 0]).lat]"
        corner, high = tab.evaluate(seen), tab.locator(".stage").bounding_box()["height"]
        for scrolled in (400, 0, 500):
            tab.evaluate(f"scrollTo(0, {scrolled})")
            tab.wait_for_timeout(200)
            standing(tab)
            box = tab.locator(".stage").bounding_box()
            assert box["height"] == high
            assert scrolled == 0 or 0 <= box["y"] < 20  # it goes along, in sight as a whole
            assert box["y"] + high <= 700 or scrolled == 0
            assert tab.evaluate(seen) == pytest.approx(corner, abs=1e-6)


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
                tab.evaluate("scrollTo(0, 0)")  # the whole plan again in a map of the same size
                tab.wait_for_timeout(200)
                standing(tab)
                tab.locator(".zoom button").nth(2).click()
                tab.wait_for_timeout(600)
                still(tab)
        pixel_m = tab.evaluate("40_075_016.686 / 512 / 2 ** zoomed")
        assert asked[0] == pytest.approx(asked[1], abs=1.05 * pixel_m)


def places(url: str) -> list[tuple[float, ...]]:
    """The coordinates that a request of the map asks about, m."""
    return [tuple(map(float, at.split(","))) for at in parse_qs(urlsplit(url).query).get("at", [])]


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
            # It is trimmed once the page has told that it is open, or wider.
            tab.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            assert key.evaluate(cut) == 0, width
            share = "(key) => key.offsetHeight / key.parentElement.clientHeight"
            assert 0.2 < key.evaluate(share) <= 0.36
            assert key.evaluate("(key) => key.scrollHeight > key.clientHeight")


def test_heights_are_colours_with_a_key_and_words(served: Service, chromium: Any) -> None:
    key = ".island > .legend"
    with opened(served, chromium, "/en/notices/demo/", 1440) as tab:
        tab.get_by_role("button", name="Height").click()
        still(tab)
        rows = tab.locator(f"{key} .uses").inner_text()
        assert "up to 27\N{NO-BREAK SPACE}m" in rows
        assert "none stated" in rows
        assert "Urban housing" not in rows
        said = tab.locator(f"{key} .how-high").inner_text()
        assert "the highest is 72 m" in said
        # From the press on the map does not stand still until the other look is drawn.
        pressed = "(button) => { button.click(); return document.documentElement.dataset.map; }"
        assert tab.get_by_role("button", name="Plan", exact=True).evaluate(pressed) == "busy"
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
        tab.get_by_role("button", name="Height").click()
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
        tab.get_by_role("button", name="Compare").click()
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
            # It says neither what is there today nor how high: there is nothing to choose from.
            assert tab.locator(".modes button").count() == 0
            before = tab.evaluate("__map.getZoom()")
            tab.fill("#find", "A")
            tab.press("#find", "Enter")
            tab.wait_for_selector("#here .spot")
            tab.wait_for_timeout(500)
            still(tab)
            assert tab.evaluate("__map.getZoom()") > before - 0.5
    finally:
        small.stop()


@pytest.mark.long
def test_a_place_at_the_edge_of_a_small_plan_lies_under_no_button(tmp_path: Path, chromium: Any) -> None:
    # Six squares by four: A to F in the southern row, X in the corner where the buttons are.
    parcels = parcels_of(*["0701"] * 24, residents=[100] * 24)
    parcels.geometry = [square(number % 6, number // 6) for number in range(24)]
    bp.write(a_plan(parcels, manifest={"packs": ["zone"]}), tmp_path / "small")
    small = Service(tmp_path / "data", demo=False, plan=tmp_path / "small")
    seen = """() => {
        const [pin] = __map.queryRenderedFeatures({ layers: ["pin"] });
        const { x, y } = __map.project(pin.geometry.coordinates);
        const map = __map.getContainer().getBoundingClientRect();
        return document.elementFromPoint(map.x + x, map.y + y).className;
    }"""
    try:
        reading = re.search(r"/en/office/reading/\S+", small.log())
        assert reading is not None
        with opened(small, chromium, reading[0], 390, reduced_motion="reduce") as tab:
            notice = tab.url.split("#")[0]
            for parcel in ("X", "A"):
                tab.goto(f"{notice}place/?about=parcels:{parcel}")
                still(tab)
                tab.wait_for_timeout(500)
                still(tab)
                tab.locator(".island .stage").scroll_into_view_if_needed()
                assert "canvas" in tab.evaluate(seen), parcel
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
