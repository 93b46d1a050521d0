"""The map of the workbench in a browser: drawn, dragged and typed."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from PIL import Image
from pypdf import PdfReader
from shapely import Polygon
from tests.support.base_maps import ground
from tests.support.browser import style_faults
from tests.support.browser_workbench import (
    IDLE,
    WAIT_MS,
    faults_of,
    opened,
    ring_of,
    settled,
    sought,
    typed_in,
)
from tests.support.builders import a_plan, parcels_of
from tests.support.town import edited, town, without
from tests.support.workbench import workbench

import blockplan as bp

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workbench import Service

pytestmark = [pytest.mark.browser, pytest.mark.long(20)]
#: Pieces of the map that are cut anew, by source; then what a parcel is filled with, and what it was before.
COUNT_PIECES = """() => {
    window.pieces = {};
    __map.on("sourcedata", ({ sourceId, tile }) => { if (tile) pieces[sourceId] = true; });
}"""
FILLS = """() => ["edited-fill", "parcels-fill"].map(layer =>
    __map.queryRenderedFeatures({ layers: [layer] })
        .filter(({ properties, state }) => properties.id_ === "A" && !state.past)
        .map(({ properties }) => properties.fill)[0] ?? null)"""
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


#: Corners of the planned land that lie off the map.
OFF = """() => {
    const { clientWidth: wide, clientHeight: high } = __map.getContainer();
    window.corners ??= __map.querySourceFeatures("boundary").flatMap(({ geometry }) => {
        const numbers = geometry.coordinates.flat(9);
        return numbers.flatMap((one, at) => at % 2 ? [] : [[one, numbers[at + 1]]]);
    });
    const at = corners.map(one => __map.project(one));
    return at.filter(({ x, y }) => x < 0 || y < 0 || x > wide || y > high).length;
}"""


def test_who_sees_the_whole_plan_sees_it_whole_in_3d_and_back(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 390)
    assert tab.evaluate(OFF) == 0
    near = tab.evaluate("__map.getZoom()")
    for pitch in (50, 0):
        tab.locator("[data-act='3d']").click()
        tab.wait_for_function("pitch => __map.getPitch() === pitch && !__map.isMoving()", arg=pitch)
        assert tab.evaluate(OFF) == 0
        assert tab.evaluate("__map.getZoom()") > near - 1
    assert tab.evaluate("__map.getZoom()") == pytest.approx(near)
    assert tab.evaluate("corners.length") > 3
    assert wrong == []
    tab.close()


#: How far above its spot on the ground a name or a sign stands, px; null where it is not drawn.
ABOVE = """() => ["parcels-text A", "parcels-text B", "facilities-sign F"].map((one) => {
    const [layer, id] = one.split(" ");
    const source = layer.split("-")[0];
    const spot = __map.querySourceFeatures(source).find(({ geometry, properties }) =>
        geometry.type === "Point" && properties.id_ === id);
    const { x, y } = __map.project(spot.geometry.coordinates);
    const at = (up) => __map.queryRenderedFeatures([x, y + up], { layers: [layer] });
    const ups = Array.from({ length: 200 }, (_, step) => 20 - step);
    const there = ups.filter((up) => at(up).some(({ properties }) => properties.id_ === id));
    return there.length ? -(there[0] + there.at(-1)) / 2 : null;
})"""


def test_in_3d_names_and_signs_stand_on_the_roofs_and_face_the_reader(tmp_path: Path, chromium: Any) -> None:
    parcels = parcels_of("1401", "0701", "0701", height_m=[None, 60.0, 30.0])
    hall = gpd.GeoDataFrame(
        {"facility_id": ["F"], "service": ["culture"]},
        geometry=[parcels.geometry.iloc[2].centroid],
        crs=parcels.crs,
    )
    bp.write(a_plan(parcels, facilities=hall), tmp_path / "small")
    with workbench(tmp_path / "small") as service:
        tab, wrong = opened(service, chromium, "en", 1440)
        order = [one["id"] for one in tab.evaluate("__map.getStyle().layers")]
        # Names and signs are read across the frame of what is selected.
        assert order.index("selected-line") < order.index("parcels-text") < order.index("facilities-sign")
        flat = tab.evaluate(ABOVE)
        assert flat == pytest.approx([0, 0, 0], abs=2)
        tab.locator("[data-act='3d']").click()
        tab.wait_for_function("() => __map.getPitch() === 50 && !__map.isMoving()")
        settled(tab)
        ground, high, lower = tab.evaluate(ABOVE)
        assert ground == pytest.approx(0, abs=2)
        # A metre up is as many pixels as one aside, seen under 50 degrees, and a little more as it is nearer.
        metre = tab.evaluate("512 * 2 ** __map.getZoom() / 40075016.686") * math.sin(math.radians(50))
        assert high == pytest.approx(60 * metre, rel=0.2)
        assert lower == pytest.approx(30 * metre, rel=0.2)
        # What lies in the streets is behind what stands there, and its letters do not lie down.
        order = [one["id"] for one in tab.evaluate("__map.getStyle().layers")]
        assert order.index("streets-text") < order.index("heights-3d") < order.index("parcels-text")
        assert tab.evaluate("__map.getLayoutProperty('streets-text', 'text-pitch-alignment')") == "viewport"
        assert style_faults(tab) == []
        tab.locator("[data-act='3d']").click()
        tab.wait_for_function("() => __map.getPitch() === 0 && !__map.isMoving()")
        settled(tab)
        assert tab.evaluate(ABOVE) == pytest.approx(flat, abs=2)
        assert wrong == []
        tab.close()


def test_on_a_small_plan_whoever_selects_a_parcel_goes_no_farther_off(tmp_path: Path, chromium: Any) -> None:
    bp.write(a_plan(), tmp_path / "small")
    with workbench(tmp_path / "small") as service:
        tab, wrong = opened(service, chromium, "en", 1440)
        before = tab.evaluate("__map.getZoom()")
        tab.keyboard.press("/")
        tab.keyboard.type("A")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#i-A-land_use", timeout=WAIT_MS)
        tab.wait_for_timeout(700)
        settled(tab)
        assert tab.evaluate("__map.getZoom()") >= before - 0.01
        assert tab.evaluate(OFF) == 0
        assert wrong == []
        tab.close()


def test_a_parcel_is_found_edited_and_set_back_by_the_keyboard_alone(tmp_path: Path, chromium: Any) -> None:
    bp.write(a_plan(), tmp_path / "small")
    with workbench(tmp_path / "small") as service:
        tab, wrong = opened(service, chromium, "ja", 1440)
        before = service.ask("/workspace/state")[1]["hash"]
        for key in ("/", "A", "Enter"):
            tab.keyboard.press(key)
        tab.wait_for_selector("#i-A-land_use", timeout=WAIT_MS)
        assert tab.evaluate("document.activeElement.id") == "i-A-land_use"
        tab.keyboard.press("Control+a")
        tab.keyboard.type("0701")
        tab.keyboard.press("Tab")
        tab.wait_for_timeout(300)
        tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
        assert service.ask("/workspace/state")[1]["hash"] != before
        tab.keyboard.press("Escape")  # out of the field: keys act on the plan again
        tab.keyboard.press("Control+z")
        tab.wait_for_timeout(300)
        tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
        assert service.ask("/workspace/state")[1]["hash"] == before
        assert wrong == []
        tab.close()


def test_an_edited_parcel_is_drawn_alone_and_covers_what_it_was(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium, "en", 1440)
    tab.get_by_role("tab", name="Parcels").click()  # the table makes the map narrower, which cuts it anew
    tab.wait_for_timeout(500)
    settled(tab)
    _, as_drawn = tab.evaluate(FILLS)
    tab.evaluate(COUNT_PIECES)
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


def test_a_parcel_across_pieces_of_the_map_is_named_once(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    for at in (0.007, -0.014):  # a park, and housing, that lie in more than one piece
        tab.evaluate(f"void __map.jumpTo({{ center: [0, {at}], zoom: 16 }})")
        tab.wait_for_timeout(400)
        tab.wait_for_selector(IDLE, timeout=WAIT_MS)
        named = [id_ for id_, *_ in tab.evaluate(NAMES)]
        assert {0.007: "LS-01-02-002", -0.014: "LS-02-04-004"}[at] in named
        assert sorted(named) == sorted(set(named))
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
    assert re.search(r"outline [\d,.]+\sm² → [\d,.]+\sm²", differing.inner_text())
    assert not re.search(r"\d\.\d{4}", differing.inner_text())
    tab.locator("#compare-with").select_option("")
    tab.keyboard.press("Control+z")
    settled(tab)
    assert wrong == []
    tab.close()


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
    tab.evaluate("void __map.jumpTo({ zoom: __map.getZoom() - 5 })")
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


def test_a_fault_of_an_outline_is_marked_where_it_is_and_one_whose_place_moves_is_no_news(
    tmp_path: Path, chromium: Any
) -> None:
    drawn = edited(without(town(packs=["zone"]), "parcels", "I"), "parcels", "E", land_use=None)
    bp.write(drawn, tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        west, south, *_ = Polygon(ring_of(service, "E")).bounds
        tab, wrong = sought(service, chromium, "E")
        marked = "__map.getSource('place') && __map.querySourceFeatures('place').length"
        tab.locator("#tab-faults").click()
        for fault, ring in (("E has no land use", False), ("No parcel covers", True)):
            tab.locator(".faults button", has_text=fault).click()
            settled(tab)
            assert bool(tab.evaluate(marked)) == ring
        middle = tab.evaluate("(({ lng, lat }) => __map.project([lng, lat]))(__map.getCenter())")
        here = tab.evaluate("__map.project(__map.querySourceFeatures('place')[0].geometry.coordinates)")
        assert math.dist((middle["x"], middle["y"]), (here["x"], here["y"])) < 5
        tab.keyboard.press("e")
        for place in (f"{west}, {south}", f"{west + 3}, {south + 2}"):
            tab.locator("#typed-place").fill(place)
            tab.locator("#typed-place").press("Enter")
        settled(tab)
        assert tab.locator(".card li").all_inner_texts() == ["No verdict turns"]
        assert tab.locator(".inspector .area").inner_text() == "Area 0.98\xa0ha was 1.00\xa0ha"
        tab.locator("#tab-land").click()
        settled(tab)
        assert not tab.evaluate(marked)
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
    assert f"{north - south:,.1f}\xa0m" in tab.locator(".hint").inner_text()
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
    assert tab.locator(".card label", has=tab.locator("#new-kind")).inner_text().startswith("Class")
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


@pytest.mark.long
def test_what_is_to_be_added_is_marked_put_away_by_escape_and_answered_beside_the_map(
    tmp_path: Path, chromium: Any
) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    marked = "__map.querySourceFeatures('sketch').length"
    with workbench(tmp_path / "town") as service:
        tab, wrong = opened(service, chromium, "en", 1440)
        box = tab.locator(".map canvas").first.bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        card = tab.locator(".card")
        for end in ("Escape", "d"):
            tab.keyboard.press("f")
            tab.mouse.click(*middle)
            tab.wait_for_selector("#new-layer")
            settled(tab)
            assert tab.evaluate(marked) > 0
            if end == "d":  # letters are tools outside of fields
                tab.locator("[data-tool=street]").click()
            else:
                tab.keyboard.press(end)
            settled(tab)
            assert not card.is_visible(), end
            assert tab.evaluate(marked) == 0
        tab.keyboard.press("Escape")
        tab.keyboard.press("f")
        tab.mouse.click(*middle)
        tab.locator("#new-layer").wait_for()
        tab.locator(".card .do").click()
        settled(tab)
        assert card.is_visible()  # it says what came of it
        assert tab.locator("#new-layer").count() == 0
        assert wrong == []
        tab.close()


def test_names_of_land_stand_only_where_they_have_room(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 390)
    # A rim in the colour of the land: a name is read across the hatch of who is beyond reach.
    for layer in ("parcels-text", "parcels-code", "edited-text"):
        rim = tab.evaluate(f"__map.getPaintProperty('{layer}', 'text-halo-color')")
        assert rim == ["coalesce", ["get", "fill"], "#ffffff"]
    seen = 0
    for step in (2.5, 0.7, 0.7):
        tab.evaluate(f"void __map.jumpTo({{ zoom: __map.getZoom() + {step} }})")
        settled(tab)
        named = tab.evaluate(NAMES)
        seen += len(named)
        assert [one for one in named if one[1] > 1.1 * one[2]] == []
    assert seen > 10
    assert wrong == []
    tab.close()


def test_coordinates_where_no_parcel_lies_are_told_and_kept(service: Service, chromium: Any) -> None:
    ring = ring_of(service, "E")
    tab, wrong = opened(service, chromium, "en", 1440)
    tab.keyboard.press("b")
    nowhere = f"{ring[0][0] - 400}, {ring[0][1]}"
    tab.locator("#typed-place").fill(nowhere)
    tab.keyboard.press("Enter")
    assert tab.locator("#typed-place").input_value() == nowhere
    assert "no parcel" in tab.evaluate("document.getElementById('typed-place').validationMessage")
    x, y = (sum(axis[:-1]) / (len(ring) - 1) for axis in zip(*ring, strict=True))
    tab.locator("#typed-place").fill(f"{x}, {y}")
    tab.keyboard.press("Enter")
    settled(tab)
    assert tab.locator("#typed-place").input_value() == ""
    picked = tab.evaluate("__map.querySourceFeatures('selected').map(one => one.properties.id_)")
    assert set(picked) == {"E"}
    assert wrong == []
    tab.close()


def test_a_place_that_arrows_led_to_is_taken_to_the_metre(service: Service, chromium: Any) -> None:
    tab, wrong = sought(service, chromium, "E")
    tab.evaluate("void __map.jumpTo({ zoom: 13 })")  # nine pixels are more than a hundred metres here
    tab.keyboard.press("q")
    tab.keyboard.press("Space")
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Space")
    assert "3.0\N{NO-BREAK SPACE}m" in tab.locator(".hint").inner_text()
    assert wrong == []
    tab.close()


def test_the_overview_leads_to_where_it_is_clicked(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    assert tab.locator(".overview").is_hidden()
    tab.evaluate("void __map.jumpTo({ zoom: __map.getZoom() + 2 })")
    settled(tab)
    box = tab.locator(".overview canvas").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.1)
    tab.wait_for_timeout(600)
    settled(tab)
    at = tab.locator(".overview i").bounding_box()
    assert at["y"] < box["y"] + box["height"] * 0.1 < at["y"] + at["height"]
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


def test_a_base_map_lies_under_the_land_comes_from_the_service_and_is_credited(
    tmp_path: Path, chromium: Any
) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    with (
        ground() as under,
        workbench(tmp_path / "town", "--base-map", under.address, "--base-map-credit", "Survey") as service,
    ):
        tab, wrong = opened(service, chromium, "en", 1440)  # a request to another host is among what is wrong
        assert "Base map: Survey" in tab.locator(".foot").inner_text()
        assert style_faults(tab) == []
        paper = (244, 243, 238)
        with_it = _corner(tab)
        assert with_it[2] == pytest.approx(99, abs=2)
        assert with_it != paper
        tab.get_by_label("Base map").uncheck()
        settled(tab)
        assert _corner(tab) == paper
        under.fails = True
        tab.get_by_label("Base map").check()
        tab.evaluate("void __map.jumpTo({zoom: 19})")  # other pictures, which it did not keep
        tab.get_by_text("The server of the base map does not answer").first.wait_for(timeout=WAIT_MS)
        refused = "the server responded with a status of 502"
        assert [one for one in wrong if refused not in one] == []
        tab.close()


def test_a_base_map_comes_and_goes_with_the_plan_that_is_opened_in_the_place_of_another(
    tmp_path: Path, chromium: Any
) -> None:
    from playwright.sync_api import expect

    bp.write(town(packs=["zone"], crs="local"), tmp_path / "town")
    for name, crs in (("there", "EPSG:4548"), ("nowhere", "local")):
        bp.write(town(packs=["zone"], crs=crs, id=name), tmp_path / f"{name}.zip")
    paper = (244, 243, 238)
    with (
        ground() as under,
        workbench(tmp_path / "town", "--base-map", under.address, "--base-map-credit", "Survey") as service,
    ):
        tab, wrong = opened(service, chromium, "en", 1440)
        for name, is_there in (("", False), ("there", True), ("nowhere", False), ("there", True)):
            if name:
                tab.locator("#open-files").set_input_files(str(tmp_path / f"{name}.zip"))
                credit = expect(tab.locator(".foot"))
                (credit.to_contain_text if is_there else credit.not_to_contain_text)(
                    "Survey", timeout=WAIT_MS
                )
                settled(tab)
            assert ("Survey" in tab.locator(".foot").inner_text()) == is_there
            assert (_corner(tab) != paper) == is_there
        assert style_faults(tab) == []
        assert wrong == []
        tab.close()


def _corner(tab: Any) -> tuple[int, int, int]:
    """The colour of the map in its corner, beside the plan."""
    with Image.open(io.BytesIO(tab.locator(".map canvas").first.screenshot())) as picture:
        red, green, blue = picture.convert("RGB").getpixel((6, picture.height - 6))
        return red, green, blue


def test_the_map_is_on_the_paper_that_is_printed(zone: Service, chromium: Any, tmp_path: Path) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    tab.pdf(path=str(tmp_path / "printed.pdf"), prefer_css_page_size=True)
    pictures = [one.image for one in PdfReader(tmp_path / "printed.pdf").pages[0].images]
    sizes = [len(one.convert("RGB").resize((200, 200)).getcolors(40_000) or ()) for one in pictures if one]
    assert max(sizes) > 50  # land in its colours, not one sheet of paper
    assert tab.locator(".printed").count() == 0
    assert wrong == []
    tab.close()
