"""Where a picture takes long to draw it slides along with the hand: nothing else at the map may notice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from tests.support.slow_drawing import drag, slowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.workbench import Service

pytestmark = pytest.mark.browser
IDLE = "html[data-map=idle]"
WAIT_MS = 90_000
WHERE = "() => { const { x, y } = __map.project([0, 0]); return [x, y]; }"
#: A parcel whose middle is on the map, where that is, and its id.
LAND = """() => {
    const { clientWidth: wide, clientHeight: high } = __map.getContainer();
    const seen = [[wide * 0.4, high * 0.6], [wide * 0.6, high * 0.4], [wide / 2, high / 2]];
    const land = at => __map.queryRenderedFeatures(at, { layers: ["parcels-fill"] })[0];
    return seen.map(at => [...at, land(at)?.properties.id_]);
}"""


@pytest.fixture
def tab(service: Service, chromium: Any) -> Iterator[Any]:
    one = chromium.sharp.new_page(viewport={"width": 1440, "height": 900}, locale="en")
    one.goto(f"{service.base}/workspace?token={service.token}&lang=en")
    one.wait_for_selector(IDLE, timeout=WAIT_MS)
    yield one
    one.close()


def test_a_drag_moves_the_map_by_itself_and_idle_waits_for_the_picture(tab: Any) -> None:
    box = slowed(tab, WAIT_MS)
    x, y = tab.evaluate(WHERE)
    drag(tab, box, (150, -90), WAIT_MS)
    assert tab.evaluate(WHERE) == [pytest.approx(x + 150, abs=0.1), pytest.approx(y - 90, abs=0.1)]
    slid = tab.evaluate("window.slid")
    assert [one for one in slid if one.startswith("translate(")]
    assert slid[-1] == ""
    assert tab.evaluate("window.idle_amid") == 0


def test_a_click_amid_and_after_a_drag_selects_what_is_under_it(tab: Any) -> None:
    box = slowed(tab, WAIT_MS)
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.keyboard.press("Escape")
    drag(tab, box, (60, 40), WAIT_MS)
    for x, y, parcel in tab.evaluate(LAND):
        tab.mouse.click(box["x"] + x, box["y"] + y)
        tab.wait_for_selector(f"#i-{parcel}-land_use", timeout=WAIT_MS)
    # Rolls on when it is let go: a click stops it, and says what is there then.
    tab.mouse.move(box["x"] + 300, box["y"] + 300)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 380, box["y"] + 330, steps=4)
    tab.mouse.up()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_timeout(100)
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    parcel = tab.evaluate(LAND)[2][2]
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_selector(f"#i-{parcel}-land_use", timeout=WAIT_MS)


def test_a_corner_is_dragged_to_where_it_is_let_go(service: Service, tab: Any) -> None:
    box = slowed(tab, WAIT_MS)
    drag(tab, box, (40, 20), WAIT_MS)
    before = service.ask("/workspace/state")[1]["hash"]
    x, y, parcel = tab.evaluate(LAND)[2]
    tab.mouse.click(box["x"] + x, box["y"] + y)
    tab.wait_for_selector(f"#i-{parcel}-land_use", timeout=WAIT_MS)
    tab.keyboard.press("e")
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    tab.wait_for_timeout(500)
    corner = tab.evaluate(
        """() => {
            const { geometry } = __map.queryRenderedFeatures({ layers: ["vertices-dot"] })[0];
            const { x, y } = __map.project(geometry.coordinates);
            return [x, y];
        }"""
    )
    tab.evaluate("() => { window.slid.length = 0; }")
    tab.mouse.move(box["x"] + corner[0], box["y"] + corner[1])
    tab.mouse.down()
    tab.mouse.move(box["x"] + corner[0] + 15, box["y"] + corner[1] + 12, steps=3)
    tab.mouse.up()
    tab.wait_for_function("() => !document.querySelector('[data-tool=undo]').disabled", timeout=WAIT_MS)
    assert service.ask("/workspace/state")[1]["hash"] != before
    assert not [one for one in tab.evaluate("window.slid") if one]


def test_a_picture_of_the_map_is_saved_whole_over_its_name_scale_north_and_legend(tab: Any) -> None:
    slowed(tab, WAIT_MS)
    swatches = (
        "[...document.querySelectorAll('.uses .swatch')].map(one => getComputedStyle(one).backgroundColor)"
    )
    colours = {tuple(map(int, re.findall(r"\d+", one))) for one in tab.evaluate(swatches)}
    tab.locator(".menu summary").click()
    with tab.expect_download() as saved:
        tab.locator(".menu button").first.click()
    with Image.open(saved.value.path()) as picture:
        whole = picture.convert("RGB")
    shown = tab.locator(".map canvas").bounding_box()
    strip = int(shown["height"])
    assert whole.width == shown["width"]
    assert len(whole.getcolors(10_000_000)) > 10
    below = whole.crop((0, strip + 32, whole.width, whole.height))
    assert len(colours) > 2
    assert colours <= {colour for _, colour in below.getcolors(10_000_000)}
    for left, right in ((0, 200), (whole.width - 200, whole.width)):
        under = whole.crop((left, strip, right, strip + 32)).convert("L")
        dark, light = under.getextrema()
        assert light == 255
        assert dark < 128
