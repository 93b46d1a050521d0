"""The planner's way through the workbench in a browser: see, edit, undo; three languages, two widths."""

from __future__ import annotations

import io
import math
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from shapely import Polygon
from tests.portal.browser import violations
from tests.support.workbench import Service, workbench
from tests.town import town

import blockplan as bp

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser
IDLE = "html[data-map=idle]"
WAIT_MS = 90_000
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = tmp_path_factory.mktemp("workbench") / "town"
    bp.write(town(packs=["zone"]), place)
    with workbench(place) as one:
        yield one


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """The town, to be left as an edit made it."""
    bp.write(town(packs=["zone"]), tmp_path / "town")
    with workbench(tmp_path / "town") as one:
        yield one


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = tmp_path_factory.mktemp("workbench") / "zone"
    shutil.copytree(EXAMPLES / "demonstration-zone", place)
    with workbench(place, "--scenario", "b") as one:
        yield one


def opened(service: Service, chromium: Any, lang: str, width: int, **reader: Any) -> tuple[Any, list[str]]:
    """The workbench in a tab, and what went wrong there; `reader` is what the reader's browser is set to."""
    tab = chromium.new_page(viewport={"width": width, "height": 900}, locale=lang, **reader)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)

    def asked(request: Any) -> None:
        where = urlsplit(request.url)
        if where.scheme not in {"blob", "data"} and where.netloc != urlsplit(service.base).netloc:
            wrong.append(f"asked another host: {request.url}")

    tab.on("request", asked)
    tab.goto(f"{service.base}/workspace?token={service.token}&lang={lang}")
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    return tab, wrong


def faults_of(tab: Any) -> str:
    """What axe finds, on a screen so high that nothing is scrolled out of sight: of that it cannot tell."""
    size = tab.viewport_size
    tab.set_viewport_size({"width": size["width"], "height": 3600})
    found = violations(tab)
    tab.set_viewport_size(size)
    return "\n".join(found)


def settled(tab: Any) -> None:
    tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)


def test_the_chrome_is_dark_where_the_reader_is_and_the_map_keeps_its_paper(
    zone: Service, chromium: Any
) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440, color_scheme="dark")
    tab.locator(".verdict.fail .row").first.click()
    settled(tab)
    light = tab.evaluate("getComputedStyle(document.querySelector('.right')).backgroundColor")
    assert light == "rgb(27, 31, 35)"
    picture = Image.open(io.BytesIO(tab.locator(".map canvas").screenshot())).convert("RGB")
    assert picture.getpixel((5, picture.height - 5)) == (244, 243, 238)
    assert faults_of(tab) == ""
    assert wrong == []


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 1440), ("ja", 390)])
def test_the_page_stands_without_a_fault_in_every_language(
    service: Service, chromium: Any, lang: str, width: int
) -> None:
    tab, wrong = opened(service, chromium, lang, width)
    assert "token" not in tab.url
    # Nobody named what is edited of the plan as drawn: it is called so in the reader's language.
    draft = {"zh": "草案", "en": "Draft", "ja": "素案"}[lang]
    assert tab.locator("header option:checked").inner_text() == draft
    assert tab.locator(".scenarios .chosen").inner_text().startswith(draft) or width < 1000
    # Who reads the map finds there what its signs stand for.
    assert {"zh": "小学", "en": "Primary school", "ja": "小学校"}[lang] in [
        one.text_content()[1:] for one in tab.locator(".left .uses li:has(.mark)").all()
    ]
    assert tab.locator(".verdict").count() == len(
        [one for one in service.ask("/workspace/result")[1]["verdicts"] if one["outcome"] != "not_applicable"]
    )
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


def test_an_edit_in_the_table_moves_verdicts_and_undo_brings_them_back(
    service: Service, chromium: Any
) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    before = service.ask("/workspace/state")[1]
    tab.get_by_role("tab", name="Parcels").click()
    field = tab.locator("#t-A-residents")
    field.fill("4321")
    field.press("Tab")
    settled(tab)
    parcels = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    assert {one["id"]: one["properties"]["residents"] for one in parcels}["A"] == 4321
    assert tab.locator(".card li").count() > 0
    tab.locator("[data-tool=undo]").click()
    settled(tab)
    assert service.ask("/workspace/state")[1]["hash"] == before["hash"]
    assert wrong == []
    tab.close()


#: A block of cells, as a spreadsheet puts it on the clipboard, pasted where the keyboard is.
PASTE = """(text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
}"""


#: Pieces of the map that are cut anew, by source; then what a parcel is filled with, and what it was before.
COUNT_PIECES = """() => {
    window.pieces = {};
    __map.on("sourcedata", ({ sourceId, tile }) => { if (tile) pieces[sourceId] = true; });
}"""
FILLS = """() => ["edited-fill", "parcels-fill"].map(layer =>
    __map.queryRenderedFeatures({ layers: [layer] })
        .filter(({ properties, state }) => properties.id_ === "A" && !state.past)
        .map(({ properties }) => properties.fill)[0] ?? null)"""


def test_an_edited_parcel_is_drawn_alone_and_covers_what_it_was(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    _, as_drawn = tab.evaluate(FILLS)
    tab.evaluate(COUNT_PIECES)
    tab.get_by_role("tab", name="Parcels").click()
    settled(tab)
    typed_in(tab, "#t-A-land_use", "1401")
    settled(tab)
    assert "parcels" not in tab.evaluate("pieces")
    edited, before = tab.evaluate(FILLS)
    assert edited not in {None, as_drawn}
    assert before is None
    tab.locator("[data-tool=undo]").click()
    settled(tab)
    assert tab.evaluate(FILLS) == [as_drawn, None]
    assert wrong == []
    tab.close()


def values(service: Service, column: str) -> dict[str, Any]:
    """What the parcels hold in a column, as the service says it."""
    rows = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    return {one["id"]: one["properties"].get(column) for one in rows}


def taken_back(service: Service, tab: Any, to: str, most: int = 5) -> None:
    """Undoes steps until the plan is what it was."""
    for _ in range(most):
        if service.ask("/workspace/state")[1]["hash"] == to:
            return
        tab.locator("[data-tool=undo]").click()
        settled(tab)
    assert service.ask("/workspace/state")[1]["hash"] == to


def test_the_table_is_sorted_and_walked_by_keys(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    before = service.ask("/workspace/state")[1]["hash"]
    tab.get_by_role("tab", name="Parcels").click()
    tab.locator("#sort-id").click()
    tab.locator("#sort-id").click()
    ids = tab.locator(".sheet tbody th").all_inner_texts()
    first, second = ids[:2]
    drawn = values(service, "far")
    assert ids == sorted(drawn, reverse=True)
    assert tab.locator(".sheet [aria-sort=descending]").count() == 1
    # Figures stand below each other, point below point.
    assert {len(one.partition(".")[2]) for one in tab.locator(".sheet td.num").all_inner_texts()} == {2}
    assert tab.evaluate(f"getComputedStyle(document.getElementById('t-{first}-far')).textAlign") == "right"

    # Enter hands over and goes down; what is typed while the answer comes stays, as does the keyboard.
    tab.locator(f"#t-{first}-far").fill("2.5")
    tab.keyboard.press("Enter")
    tab.keyboard.type("3.1")
    settled(tab)
    focused = tab.evaluate("() => [document.activeElement.id, document.activeElement.value]")
    assert focused == [f"t-{second}-far", "3.1"]
    far = values(service, "far")
    assert (far[first], far[second]) == (2.5, drawn[second])
    assert tab.locator(".inspector h2").inner_text().startswith(second)  # the map's selection keeps step
    tab.keyboard.press("Enter")
    settled(tab)
    assert values(service, "far")[second] == 3.1

    # Escape takes back what was typed and leaves the field.
    tab.locator(f"#t-{second}-far").fill("9")
    tab.keyboard.press("Escape")
    settled(tab)
    assert values(service, "far")[second] == 3.1
    assert tab.locator(f"#t-{second}-far").input_value() == "3.1"
    taken_back(service, tab, before)
    assert wrong == []
    tab.close()


def test_a_block_of_cells_is_pasted_as_one_step_or_not_at_all(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    before = service.ask("/workspace/state")[1]["hash"]
    tab.get_by_role("tab", name="Parcels").click()
    one, other = tab.locator(".sheet tbody th").all_inner_texts()[:2]
    tab.locator(f"#t-{one}-coverage_ratio").focus()
    tab.evaluate(PASTE, "35%\t0.4\n0.25\t40 %\n")
    settled(tab)
    assert [values(service, "coverage_ratio")[each] for each in (one, other)] == [0.35, 0.25]
    assert [values(service, "green_ratio")[each] for each in (one, other)] == [0.4, 0.4]
    pasted = service.ask("/workspace/state")[1]["hash"]
    for block in ("0.3\tmuch\n0.3\t0.3", "0.3\n" * 60):
        tab.locator(f"#t-{one}-coverage_ratio").focus()
        tab.evaluate(PASTE, block)
        tab.get_by_text("Nothing was pasted").first.wait_for()
        settled(tab)
        assert service.ask("/workspace/state")[1]["hash"] == pasted
    taken_back(service, tab, before, most=1)
    assert wrong == []
    tab.close()


@pytest.mark.long
def test_a_parcel_is_split_on_the_map_by_mouse(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    box = tab.locator(".map canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.click(x, y)  # parcel E stands in the middle of the town
    tab.wait_for_selector("#i-E-land_use", timeout=WAIT_MS)
    tab.keyboard.press("s")
    side = tab.evaluate("() => 0") or box["height"] / 5
    tab.mouse.click(x, y - side)
    tab.mouse.move(x, y)  # the line follows the mouse before it is put
    tab.wait_for_function(
        "() => __map.querySourceFeatures('sketch').some(one => one.geometry.type === 'LineString')"
    )
    tab.mouse.dblclick(x, y + side)
    settled(tab)
    ids = [
        one["id"] for one in service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    ]
    assert "E-2" in ids, (tab.locator(".hint").inner_text(), ids)
    assert service.ask("/workspace/verify")[1]["same"] is True
    tab.keyboard.press("Escape")
    tab.keyboard.press("c")
    tab.locator("#compare-with").select_option("base")
    differing = tab.locator(".panel .flips").first
    differing.wait_for(timeout=WAIT_MS)
    assert re.search(r"outline [\d,.]+ m² → [\d,.]+ m²", differing.inner_text())
    assert not re.search(r"\d\.\d{4}", differing.inner_text())
    tab.locator("#compare-with").select_option("")
    tab.keyboard.press("Control+z")
    settled(tab)
    assert wrong == []
    tab.close()


def test_several_parcels_are_selected_and_edited_as_one_step(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    before = service.ask("/workspace/state")[1]
    parcels = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    greens = [one["id"] for one in parcels if one["properties"]["land_use"] == "1401"]
    assert len(greens) > 1
    tab.get_by_role("tab", name="Land").click()
    tab.locator(".panel").get_by_role("button", name="1401").click()
    assert tab.locator(".inspector h2").inner_text() == f"{len(greens)} × parcel"
    hectares = sum(Polygon(one["geometry"]["coordinates"][0]).area for one in parcels) / 10_000
    assert f"{hectares:,.2f}" in tab.locator(".balance tfoot").inner_text()
    tab.locator("#all-green_ratio").fill("55%")
    tab.keyboard.press("Enter")
    settled(tab)
    edited = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    ratios = {one["id"]: one["properties"].get("green_ratio") for one in edited}
    assert {ratios[one] for one in greens} == {0.55}
    assert tab.locator("#all-green_ratio").input_value() == "55%"
    state = service.ask("/workspace/state")[1]
    assert state["seq"] == before["seq"] + 1  # one step, undone as one
    assert faults_of(tab) == ""
    tab.get_by_role("tab", name="Parcels").click()
    tab.locator(f"#t-{greens[0]}").click()
    assert re.search(r"was (–|\d+%)", tab.locator(".inspector").inner_text())
    tab.locator("#t-A").click(modifiers=["Shift"])
    assert tab.locator("tr.chosen").count() == 2
    assert tab.locator(".inspector h2").inner_text() == "2 × parcel"
    tab.locator("body").press("Control+z")
    settled(tab)
    assert service.ask("/workspace/state")[1]["hash"] == before["hash"]
    assert wrong == []
    tab.close()


def ring_of(service: Service, parcel: str) -> list[list[float]]:
    parcels = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    return {one["id"]: one["geometry"]["coordinates"][0] for one in parcels}[parcel]


def sought(service: Service, chromium: Any, parcel: str, lang: str = "en") -> tuple[Any, list[str]]:
    """The workbench with a parcel selected by keys alone."""
    tab, wrong = opened(service, chromium, lang, 1440)
    tab.keyboard.press("/")
    tab.keyboard.type(parcel)
    tab.keyboard.press("Enter")
    tab.wait_for_selector(f"#i-{parcel}-land_use", timeout=WAIT_MS)
    settled(tab)
    tab.locator(".maplibregl-canvas").focus()
    return tab, wrong


def test_a_corner_is_moved_by_metres_with_keys_alone(service: Service, chromium: Any) -> None:
    before = service.ask("/workspace/state")[1]["hash"]
    ring = ring_of(service, "E")
    tab, wrong = sought(service, chromium, "E")
    tab.keyboard.press("e")
    tab.locator("#typed-place").fill(f"{ring[0][0]}, {ring[0][1]}")
    tab.keyboard.press("Enter")
    tab.locator(".maplibregl-canvas").focus()
    right = ring[0][0] == Polygon(ring).bounds[0]
    for _ in range(2):
        tab.keyboard.press("Shift+ArrowRight" if right else "Shift+ArrowLeft")
    tab.keyboard.press("Space")
    settled(tab)
    asked = (ring[0][0] + (20 if right else -20), ring[0][1])
    assert min(math.dist(one, asked) for one in ring_of(service, "E")) < 0.01
    tab.keyboard.press("Control+z")
    settled(tab)
    assert service.ask("/workspace/state")[1]["hash"] == before
    assert wrong == []
    tab.close()


def test_typed_and_keyed_places_of_a_corner_stand_however_far_out_the_map_is(
    fresh: Service, chromium: Any
) -> None:
    ring = ring_of(fresh, "E")
    west, south, east, north = Polygon(ring).bounds
    tab, wrong = sought(fresh, chromium, "E")
    tab.keyboard.press("e")
    tab.evaluate("__map.jumpTo({ zoom: __map.getZoom() - 5 })")
    settled(tab)
    typed = tab.locator("#typed-place")
    # Where no corner lies nothing is taken up, and what was typed stands.
    typed.fill(f"{(west + east) / 2}, {(south + north) / 2}")
    typed.press("Enter")
    assert typed.get_attribute("aria-invalid") == "true"
    assert typed.input_value()
    assert "corner" in typed.evaluate("field => field.validationMessage")
    typed.fill(f"{west}, {south}")
    typed.press("Enter")
    assert typed.input_value() == ""
    typed.fill(f"{west + 3.25}, {south + 2}")
    typed.press("Enter")
    settled(tab)
    assert min(math.dist(one, (west + 3.25, south + 2)) for one in ring_of(fresh, "E")) < 0.002
    typed.fill(f"{west + 3.25}, {south + 2}")
    typed.press("Enter")
    tab.locator(".maplibregl-canvas").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Space")
    settled(tab)
    assert min(math.dist(one, (west + 4.25, south + 2)) for one in ring_of(fresh, "E")) < 0.01
    assert wrong == []
    tab.close()


def test_the_land_balance_tells_unknown_from_none_and_groups_two_figure_codes(
    fresh: Service, chromium: Any
) -> None:
    edits = [
        {"op": "set", "layer": "parcels", "id": parcel, "column": column, "value": value}
        for parcel, column, value in (
            ("A", "residents", 12), ("D", "residents", None), ("I", "residents", None),
            ("E", "residents", 0), ("B", "land_use", "05"), ("C", "land_use", "07"),
        )
    ]  # fmt: skip
    assert fresh.ask("/workspace/edits", {"edits": edits})[0] == 200
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.get_by_role("tab", name="Land").click()

    def residents(button: str) -> str:
        return tab.locator(f"tr:has(#{button}) td").last.inner_text()

    assert residents("b-0701") == "12 + 2 × not known"
    assert residents("b-0902") == "0"
    assert residents("b-1401") == "–"
    assert residents("b-total") == "12 + 7 × not known"
    assert tab.locator("#b-group0").count() == 0
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


def test_steps_that_the_strip_has_no_room_for_are_counted(fresh: Service, chromium: Any) -> None:
    for residents in range(62):
        edit = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": residents}
        assert fresh.ask("/workspace/edits", {"edits": [edit]})[0] == 200
    tab, wrong = opened(fresh, chromium, "en", 1440)
    assert tab.locator(".strip li").count() == 60
    assert "+ 2 more, not listed" in tab.locator(".strip > b").inner_text()
    assert wrong == []
    tab.close()


def test_the_earlier_value_has_the_name_of_the_list_that_it_is_from(fresh: Service, chromium: Any) -> None:
    tab, wrong = sought(fresh, chromium, "E", "zh")
    tab.locator("#i-E-status").select_option("existing")
    settled(tab)
    said = tab.locator("label[for='i-E-status'] .was-value")
    assert re.fullmatch(r"原 [\u4e00-\u9fff]+", said.inner_text())
    assert wrong == []
    tab.close()


def test_a_parcel_is_split_along_typed_coordinates(service: Service, chromium: Any) -> None:
    before = service.ask("/workspace/state")[1]["hash"]
    west, south, east, north = Polygon(ring_of(service, "E")).bounds
    tab, wrong = sought(service, chromium, "E")
    tab.keyboard.press("s")
    typed = tab.locator("#typed-place")
    typed.fill("1, 2")
    typed.press("Enter")
    assert typed.get_attribute("aria-invalid") == "true"
    middle = (west + east) / 2
    for place in (f"{middle}, {south}", f"{north} {middle}"):  # surveyors write north first
        typed.fill(place)
        typed.press("Enter")
    assert f"{north - south:,.1f} m" in tab.locator(".hint").inner_text()
    assert faults_of(tab) == ""
    typed.press("Enter")
    settled(tab)
    assert ring_of(service, "E-2"), tab.locator(".hint").inner_text()
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("Control+z")
    settled(tab)
    assert service.ask("/workspace/state")[1]["hash"] == before
    # A step in the history leads to what it changed.
    tab.locator(".strip li:not(.undo) button").last.click()
    assert "Split E" in tab.locator(".last-step").inner_text()
    assert wrong == []
    tab.close()


def test_search_finds_rules_and_land_uses_and_a_slip_is_told(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "zh", 1440)
    search, found = tab.locator("#search"), tab.locator(".found li")
    search.fill("公园绿地")
    assert {"F", "G"} <= {one.split()[0] for one in found.all_inner_texts()}
    search.fill("千人基础教育")
    tab.keyboard.press("Enter")
    assert "千人基础教育用地" in tab.locator(".verdict.chosen").inner_text()
    search.fill("nowhere at all")
    assert found.all_inner_texts() == ["没有找到"]
    tab.locator(".plan-title").click()
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("?")
    assert "收起、展开左栏" in tab.locator("dialog.keys").inner_text()
    assert faults_of(tab) == ""
    tab.keyboard.press("Escape")
    wide = tab.locator(".map canvas").bounding_box()["width"]
    tab.keyboard.press("[")
    settled(tab)
    assert tab.locator(".map canvas").bounding_box()["width"] == wide + 250
    assert wrong == []
    tab.close()


def test_each_scenario_bears_how_its_verdicts_came_out(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    rows = tab.locator(".scenarios li")
    said = {}
    for name in ("a", "b", "c"):
        row = rows.filter(has=tab.get_by_role("button", name=re.compile(f"^{name} ")))
        row.locator(".outcomes").wait_for(timeout=WAIT_MS)
        said[name] = row.locator(".outcomes").inner_text().split()
    assert said == {
        "a": ["13", "pass"],
        "b": ["9", "pass", "4", "fail"],
        "c": ["12", "pass", "1", "fail"],
    }
    assert wrong == []
    tab.close()


@pytest.mark.long
def test_the_other_scenario_is_drawn_with_every_layer(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    tab.keyboard.press("c")
    tab.select_option("#compare-with", "base")
    tab.get_by_role("button", name="Side by side").click()
    settled(tab)

    def stops(part: str) -> int:
        """How many pixels of a map are those of rings round stops."""
        area = tab.locator(part).bounding_box()
        with Image.open(io.BytesIO(tab.screenshot(clip=area))) as picture:
            return int((np.asarray(picture.convert("RGB")) == (10, 88, 166)).all(axis=2).sum())

    def fills(part: str) -> set[int]:
        """The colours of which a map shows much."""
        area = tab.locator(part).bounding_box()
        with Image.open(io.BytesIO(tab.screenshot(clip=area))) as picture:
            pixels = np.asarray(picture.convert("RGB"), dtype=int) @ [65536, 256, 1]
        colours, many = np.unique(pixels, return_counts=True)
        return set(colours[many > pixels.size // 200].tolist())

    end = time.monotonic() + 30
    while not stops(".swipe-map") and time.monotonic() < end:
        tab.wait_for_timeout(500)
    assert stops(".swipe-map") == pytest.approx(stops(".stage > .map"), rel=0.2)
    # What is hidden, and what it is coloured by, holds for both.
    tab.get_by_label("Streets, stops").uncheck()
    tab.get_by_role("button", name="colour-safe").click()
    settled(tab)
    end = time.monotonic() + 30
    while (stops(".swipe-map") or fills(".swipe-map") != fills(".stage > .map")) and time.monotonic() < end:
        tab.wait_for_timeout(500)
    assert stops(".swipe-map") == 0
    assert fills(".swipe-map") == fills(".stage > .map")
    assert wrong == []
    tab.close()


@pytest.mark.long
def test_a_point_is_dragged_and_a_street_drawn_that_joins_on(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    box = tab.locator(".map canvas").bounding_box()

    def on_screen(x: float, y: float) -> tuple[float, float]:
        at = tab.evaluate(
            "([x, y]) => { const { x: a, y: b } = __map.project([x, y]); return [a, b]; }",
            [math.degrees(x / 6378137), math.degrees(y / 6378137)],
        )
        return box["x"] + at[0], box["y"] + at[1]

    layers = service.ask("/workspace/layers")[1]
    middle = [(layers["bounds"][at] + layers["bounds"][at + 2]) / 2 for at in (0, 1)]
    stop = layers["layers"]["stops"]["features"][0]
    x, y = (stop["geometry"]["coordinates"][at] - middle[at] for at in (0, 1))
    tab.mouse.click(*on_screen(x, y))
    tab.mouse.move(*on_screen(x, y))
    tab.mouse.down()
    tab.mouse.move(*on_screen(x + 20, y + 10), steps=4)
    tab.mouse.up()
    settled(tab)
    moved = {
        one["id"]: one
        for one in service.ask("/workspace/layers?only=stops")[1]["layers"]["stops"]["features"]
    }
    to = moved[stop["id"]]["geometry"]["coordinates"]
    assert [to[at] - stop["geometry"]["coordinates"][at] for at in (0, 1)] == pytest.approx([20, 10], abs=1)

    streets = [one["geometry"]["coordinates"] for one in layers["layers"]["streets"]["features"]]
    corner = min((place for line in streets for place in line), key=lambda place: math.dist(place, middle))
    near = on_screen(corner[0] - middle[0], corner[1] - middle[1])
    tab.keyboard.press("d")
    tab.mouse.click(near[0] + 4, near[1] + 3)
    tab.mouse.dblclick(near[0] + 60, near[1] + 80)
    tab.locator("#new-id").fill("new-street")
    tab.locator("#new-kind").select_option("local")
    tab.get_by_role("button", name="Add").click()
    settled(tab)
    drawn = {
        one["id"]: one
        for one in service.ask("/workspace/layers?only=streets")[1]["layers"]["streets"]["features"]
    }
    assert drawn["new-street"]["properties"]["class"] == "local"
    assert drawn["new-street"]["geometry"]["coordinates"][0] == pytest.approx(corner, abs=1e-9)
    assert service.ask("/workspace/verify")[1]["same"] is True
    for _ in range(2):
        tab.keyboard.press("Control+z")
        settled(tab)
    assert wrong == []
    tab.close()


def test_a_repair_is_found_in_the_panel_and_taken_in_part(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    before = zone.ask("/workspace/state")[1]
    tab.keyboard.press("r")
    tab.locator("[data-act=propose]").click()
    tab.wait_for_selector("[data-act=take]", timeout=WAIT_MS)
    assert "6 changes" in tab.locator(".panel h2").first.inner_text()
    assert "zone-" not in tab.locator(".flips").inner_text()  # rules by their titles
    boxes = tab.locator(".proposed input")
    for at in range(1, boxes.count()):
        boxes.nth(at).uncheck()
    tab.get_by_role("button", name="Take over what is ticked").click()
    settled(tab)
    now = zone.ask("/workspace/state")[1]
    assert now["seq"] == before["seq"] + 1
    assert now["history"][-1]["edits"][0]["op"] == "proposal"
    assert faults_of(tab) == ""
    tab.keyboard.press("Control+z")
    settled(tab)
    assert zone.ask("/workspace/state")[1]["hash"] == before["hash"]
    assert wrong == []
    tab.close()


def test_another_scenario_lies_under_a_swipe_with_what_differs_in_words(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "zh", 1440)
    tab.keyboard.press("c")
    tab.locator("#compare-with").select_option("a")
    tab.wait_for_selector(".swipe-handle", timeout=WAIT_MS)
    settled(tab)
    words = tab.locator(".panel").inner_text()
    assert "千人基础教育用地" in words
    assert "52,208" in words
    tab.locator(".swipe-handle").fill("20")
    cut = tab.evaluate("document.querySelector('.cut').getBoundingClientRect().x")
    stage = tab.locator(".stage").bounding_box()
    assert cut - stage["x"] == pytest.approx(18 + 0.2 * (stage["width"] - 36), abs=2)
    assert tab.locator(".side").all_inner_texts() == ["a · 草案原样", "b · 居住人口增至 6 万"]
    tab.get_by_role("button", name="并排").click()
    settled(tab)
    left, right = (tab.locator(one).bounding_box() for one in (".swipe-map", ".stage > .map"))
    assert (left["x"] + left["width"], left["width"]) == (right["x"], right["width"])
    assert tab.locator(".swipe-handle").count() == 0
    framed = tab.evaluate("__map.queryRenderedFeatures({ layers: ['differing-line'] }).length")
    assert framed > 10
    tab.keyboard.press("n")
    settled(tab)
    assert (
        tab.locator(".inspector h2").inner_text().split()[0]
        in tab.locator(".panel .flips").all_inner_texts()[0]
    )
    tab.keyboard.press("Escape")
    tab.locator("[data-act='3d']").click()
    assert tab.evaluate("() => new Promise(r => setTimeout(() => r(__map.getPitch() > 0), 1500))")
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


def test_a_verdict_tells_who_and_where_and_each_reading_by_its_name(zone: Service, chromium: Any) -> None:
    assert zone.ask("/workspace/scenario", {"open": "c"})[0] == 200
    tab, wrong = opened(zone, chromium, "en", 1440)
    tab.locator(".verdict.fail .row").click()
    settled(tab)
    verdict = next(one for one in zone.ask("/workspace/result")[1]["verdicts"] if one["outcome"] == "fail")
    places = tab.locator(".places li")
    assert places.count() == len(verdict["where"]) > 8
    first = places.first.inner_text()
    assert verdict["where"][0]["id"] in first
    assert " m · " in first
    assert first.endswith("people")
    places.first.get_by_role("button").click()
    settled(tab)
    assert tab.locator(".inspector h2").inner_text().startswith(verdict["where"][0]["id"])
    # Whoever goes on by the keyboard goes in the order of the list.
    tab.keyboard.press("n")
    assert tab.locator(".inspector h2").inner_text().startswith(verdict["where"][1]["id"])
    named = tab.locator(".slide li small").all_inner_texts()
    assert named[0] == "Line to edge"
    assert len(set(named)) == len(named) > 5
    tab.locator(".menu summary").click()
    tab.keyboard.press("Escape")
    assert not tab.locator(".menu ul").is_visible()
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()
    assert zone.ask("/workspace/scenario", {"open": "b"})[0] == 200


def test_of_very_many_places_the_last_are_counted_and_not_listed_blank(zone: Service, chromium: Any) -> None:
    assert zone.ask("/workspace/scenario", {"open": "c"})[0] == 200
    tab, wrong = opened(zone, chromium, "en", 1440)

    def fewer_in_words(route: Any) -> None:
        answer = route.fetch()
        document = answer.json()
        for verdict in document["verdicts"]:
            verdict["said"]["places"] = verdict["said"]["places"][:10]
        route.fulfill(response=answer, json=document)

    tab.route("**/workspace/result*", fewer_in_words)
    tab.reload()
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    tab.locator(".verdict.fail .row").click()
    settled(tab)
    verdict = next(one for one in zone.ask("/workspace/result")[1]["verdicts"] if one["outcome"] == "fail")
    assert tab.locator(".places li").count() == 10 < len(verdict["where"])
    tab.locator(".about-verdict summary").click()
    said = tab.locator(".about-verdict").inner_text()
    assert f"+ {len(verdict['where']) - 10} more, not listed" in said
    assert wrong == []
    tab.close()
    assert zone.ask("/workspace/scenario", {"open": "b"})[0] == 200


def test_faults_speak_of_columns_by_the_names_of_the_inspector(chromium: Any, tmp_path: Path) -> None:
    place = tmp_path / "plan"
    shutil.copytree(EXAMPLES / "demonstration-zone" / "faulty" / "missing_beds", place)
    with workbench(place) as service:
        tab, wrong = opened(service, chromium, "zh", 1440)
        tab.get_by_role("tab", name="数据问题").click()
        said = tab.locator(".faults").inner_text()
        assert "床位数" in said
        assert not re.search("[a-z]{3}", said)
        assert wrong == []
        tab.close()


def test_words_lists_and_selection_come_before_the_map(service: Service, chromium: Any) -> None:
    tab = chromium.new_page(viewport={"width": 390, "height": 844}, locale="en")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    tab.route("**/stage-*.js", hold)
    tab.goto(f"{service.base}/workspace?token={service.token}&lang=en")
    tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
    assert tab.locator("html").get_attribute("data-map") == "loading"
    assert tab.locator(".verdict").count() > 3
    tab.locator("[data-act=left]").click()  # at a phone the search lies over the page
    tab.locator("#search").fill("E")
    tab.locator("#search").press("Enter")
    assert not tab.locator("#search").is_visible()
    tab.wait_for_selector("#i-E-land_use")
    # What was chosen stands next to the map, and not under all verdicts.
    upper, lower = (tab.locator(one).bounding_box()["y"] for one in (".inspector", ".tabs"))
    assert upper < lower
    tab.get_by_role("tab", name="Parcels").click()
    assert tab.locator(".sheet tbody tr").count() == 1  # the table shows what is searched for
    assert faults_of(tab) == ""
    (waiting,) = held
    waiting.continue_()
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    tab.close()


#: Names that stand on land now: the parcel, how wide its longest line is drawn and how wide its land, px.
NAMES = """() => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${8 + 5 * Math.min(1, Math.max(0, (__map.getZoom() - 13.5) / 3.5))}px sans-serif`;
    const named = __map.queryRenderedFeatures({ layers: ["parcels-text", "parcels-code"] });
    return named.map(({ layer, properties: { id_, label, short } }) => {
        const lines = (layer.id === "parcels-text" ? label : short).split("\\n");
        const filter = ["==", ["get", "id_"], id_];
        const land = __map.queryRenderedFeatures({ layers: ["parcels-fill"], filter });
        const numbers = land.flatMap(({ geometry }) => geometry.coordinates.flat(9));
        const across = numbers.filter((_, at) => at % 2 === 0).map((lng) => __map.project([lng, 0]).x);
        const widest = Math.max(...lines.map((one) => pen.measureText(one).width));
        return [id_, widest, Math.max(...across) - Math.min(...across)];
    });
}"""


def test_names_of_land_stand_only_where_they_have_room(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 390)
    seen = 0
    for step in (2.5, 0.7, 0.7):
        tab.evaluate(f"__map.jumpTo({{ zoom: __map.getZoom() + {step} }})")
        settled(tab)
        named = tab.evaluate(NAMES)
        seen += len(named)
        assert [one for one in named if one[1] > 1.1 * one[2]] == []
    assert seen > 10
    assert wrong == []
    tab.close()


def test_files_that_are_opened_in_the_window_become_the_plan(chromium: Any, tmp_path: Path) -> None:
    place = tmp_path / "town"
    bp.write(town(packs=["zone"]), place)
    files = [one for one in (EXAMPLES / "office-town" / "shapefiles").iterdir() if one.is_file()]
    with workbench(place) as service:
        tab, wrong = opened(service, chromium, "ja", 768)
        tab.locator(".menu summary").click()
        tab.locator("#open-files").set_input_files([str(one) for one in files])
        tab.locator(".hint", has_text="件の指摘").wait_for(timeout=WAIT_MS)
        settled(tab)
        assert len(service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]) >= 30
        assert wrong == []
        tab.close()


#: Tools whose word is cut, or that lie outside of their bar.
CUT_TOOLS = """() => {
    const bar = document.querySelector(".tools").getBoundingClientRect();
    return [...document.querySelectorAll(".tools button")].filter(one => {
        const box = one.getBoundingClientRect();
        return one.scrollWidth > one.clientWidth + 1 || box.left < bar.left - 1 || box.right > bar.right + 1;
    }).map(one => one.textContent);
}"""


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_no_tool_is_cut_on_a_phone_nor_beside_an_open_table(
    service: Service, chromium: Any, lang: str
) -> None:
    tab, _ = opened(service, chromium, lang, 390)
    assert tab.evaluate(CUT_TOOLS) == []
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.locator("body").press("l")
    tab.wait_for_selector("#t-A-residents", timeout=WAIT_MS)
    assert tab.evaluate(CUT_TOOLS) == []
    tab.close()


#: The page asks what others do, and hears nothing for a while.
DEAF = """() => {
    const ask = window.fetch; window.deaf = true;
    window.fetch = (address, ...more) =>
        window.deaf && String(address).includes("/news") ? new Promise(() => {}) : ask(address, ...more);
}"""


def test_two_browsers_see_each_others_edits_and_a_clash_gets_a_merge_view(
    service: Service, chromium: Any
) -> None:
    from playwright.sync_api import expect

    (one, wrong), (two, others) = opened(service, chromium, "en", 1440), opened(service, chromium, "ja", 1440)
    for tab in (one, two):
        tab.locator("body").press("l")
    typed_in(one, "#t-A-residents", "1234")
    expect(two.locator("#t-A-residents")).to_have_value("1234", timeout=WAIT_MS)
    two.evaluate(DEAF)
    two.wait_for_timeout(1500)  # what was asked already is answered by then
    typed_in(one, "#t-A-residents", "1300")
    two.evaluate("() => { window.deaf = false }")
    typed_in(two, "#t-A-residents", "1400")
    two.wait_for_selector("dialog.merge[open]", timeout=WAIT_MS)
    assert [cell.strip() for cell in two.locator("dialog.merge tbody td").all_inner_texts()] == [
        "1,234", "1,300", "1,400",
    ]  # fmt: skip
    assert faults_of(two) == ""
    # The view says it in the reader's language; nothing in another one lies beside it.
    assert two.locator(".hint.error").count() == 0 or not two.locator(".hint.error").is_visible()
    two.locator("dialog.merge input[value=yours]").check()
    two.locator("[data-act=merge]").click()
    settled(two)
    expect(one.locator("#t-A-residents")).to_have_value("1400", timeout=WAIT_MS)
    assert service.ask("/workspace/verify")[1]["same"]
    assert wrong + [said for said in others if "409" not in said] == []
    one.close()
    two.close()


def typed_in(tab: Any, field: str, value: str) -> None:
    tab.locator(field).fill(value)
    tab.locator(field).press("Tab")
    tab.wait_for_timeout(300)
    tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
