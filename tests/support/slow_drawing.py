"""A browser in which each picture of the map takes long, and what is seen of it while the hand drags."""

from __future__ import annotations

from typing import Any

#: Each picture begins with a clearing of the canvas: that takes long by now. What slides is written down.
SLOW = """() => {
    const clear = WebGL2RenderingContext.prototype.clear;
    WebGL2RenderingContext.prototype.clear = function (...given) {
        const end = performance.now() + 60;
        while (performance.now() < end) continue;
        return clear.apply(this, given);
    };
    const canvas = document.querySelector(".maplibregl-canvas");
    window.slid = [];
    window.idle_amid = 0;
    const look = () => {
        window.slid.push(canvas.style.transform);
        if (canvas.style.transform && document.documentElement.dataset.map === "idle") window.idle_amid += 1;
    };
    new MutationObserver(look).observe(canvas, { attributeFilter: ["style"] });
    new MutationObserver(look).observe(document.documentElement, { attributeFilter: ["data-map"] });
}"""
IDLE = "html[data-map=idle]"


def slowed(tab: Any, wait_ms: int) -> dict[str, float]:
    """Draw slowly from here on, twice already; where the map lies on the screen."""
    tab.evaluate(SLOW)
    box: dict[str, float] = tab.locator(".maplibregl-map").first.bounding_box()
    for _ in range(3):
        drag(tab, box, (24, 0), wait_ms)
        drag(tab, box, (-24, 0), wait_ms)
    tab.evaluate("() => { window.slid.length = 0; }")
    return box


def drag(tab: Any, box: dict[str, float], by: tuple[int, int], wait_ms: int) -> None:
    """Drag the map by so many pixels and hold still before letting go, so that it does not roll on."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + by[0], y + by[1], steps=8)
    tab.wait_for_timeout(400)
    tab.mouse.up()
    tab.wait_for_timeout(100)
    tab.wait_for_selector(IDLE, timeout=wait_ms)
