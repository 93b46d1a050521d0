"""The workbench's process is killed while a vertex is dragged; what the page was answered is all there."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import SOAK_TIMES
from tests.support.town import town
from tests.support.workbench import Service, workbench

import blockplan as bp
from blockplan.check import check
from blockplan.live.journal import Journal
from blockplan.live.logs import log_of

if TYPE_CHECKING:
    from pathlib import Path

WAIT_MS = 60_000
#: Whatever the page is answered about its edits, as soon as it has read it.
HEARD = """(() => {
    const ask = window.fetch; window.heard = [];
    window.fetch = async (address, ...more) => {
        const answer = await ask(address, ...more);
        if (String(address).includes("/edits") && answer.ok) window.heard.push(await answer.clone().json());
        return answer;
    };
})()"""
#: Where the vertices of the parcel that is selected lie on the screen, px.
VERTICES = """() => {
    const box = document.querySelector(".map canvas").getBoundingClientRect();
    return __map.queryRenderedFeatures({ layers: ["vertices-dot"] })
        .map(one => __map.project(one.geometry.coordinates))
        .map(one => [box.x + one.x, box.y + one.y]);
}"""
#: The longest that a kill waits after its drag began: as long as drag and judging last.
LATEST_S = 0.6


@pytest.mark.browser
@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(3, marks=pytest.mark.long(30)),
        pytest.param(50 * SOAK_TIMES, marks=pytest.mark.soak),
    ],
)
def test_nothing_that_was_answered_is_lost_when_the_process_is_killed_amid_a_drag(
    chromium: Any, tmp_path: Path, kills: int
) -> None:
    place, chance = tmp_path / "town", random.Random(18)
    bp.write(town(packs=["zone"]), place)
    context = chromium.new_context(viewport={"width": 1200, "height": 680}, locale="en")
    context.add_init_script(HEARD)
    tab = context.new_page()
    heard: dict[int, str] = {}
    for _ in range(kills):
        with workbench(place) as service:
            opened(tab, service)
            dragged(tab, chance)
            # The page is not busy before the drag is sent either.
            tab.wait_for_function("() => heard.length > 0", timeout=WAIT_MS)
            killer = threading.Timer(
                chance.uniform(0, LATEST_S), os.kill, (service.process.pid, signal.SIGKILL)
            )
            killer.start()
            dragged(tab, chance)
            killer.join()
            service.process.wait(30)
            heard |= {int(one["seq"]): str(one["hash"]) for one in tab.evaluate("() => heard")}
        assert_all_there(place, heard)
    context.close()
    with workbench(place) as service:
        now = service.ask("/workspace/state")[1]["hash"]
        assert service.ask("/workspace/verify")[1]["same"]
    anew = bp.read(place, "draft")
    assert anew.content_hash == now == check(anew).content_hash


def opened(tab: Any, service: Service) -> None:
    """The page with the parcel in the middle taken up, and its vertices shown."""
    tab.goto(f"{service.base}/workspace?token={service.token}&lang=en")
    tab.wait_for_selector("html[data-map=idle]", timeout=WAIT_MS)
    box = tab.locator(".map canvas").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_selector("#i-E-land_use", timeout=WAIT_MS)
    tab.keyboard.press("e")
    tab.wait_for_selector("html[data-map=idle]", timeout=WAIT_MS)


def dragged(tab: Any, chance: random.Random) -> None:
    """A vertex of the parcel is dragged some pixels away."""
    end = time.monotonic() + WAIT_MS / 1000
    while not (found := tab.evaluate(VERTICES)):
        assert time.monotonic() < end, "no vertex is drawn"
        tab.wait_for_timeout(50)
    x, y = chance.choice(found)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(
        x + chance.choice((-1, 1)) * chance.uniform(12, 25),
        y + chance.choice((-1, 1)) * chance.uniform(12, 25),
        steps=8,
    )
    tab.mouse.up()


def assert_all_there(place: Path, heard: dict[int, str]) -> None:
    """Every step that was answered is in the log; at most the one amid which the process died beyond them."""
    kept = {int(one["seq"]): str(one["hash"]) for one in Journal(log_of(place, "draft")).entries}
    assert heard.items() <= kept.items()
    assert set(kept) == set(range(1, len(kept) + 1))
