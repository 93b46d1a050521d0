"""The workbench in a tab of a browser, and what is asked of it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.support.browser import violations

if TYPE_CHECKING:
    from tests.support.workbench import Service

IDLE = "html[data-map=idle]"
WAIT_MS = 90_000


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


#: Lays what scrolls beside the map out at its full height; the map keeps its own.
UNROLLED = """@media (min-width: 1101px) {
#app { height: auto !important; grid-template-rows: auto auto auto auto !important; }
.middle { height: 840px; align-self: start; }
.stage { height: 600px !important; }
.right { grid-template-rows: auto auto auto !important; align-content: start; }
.open-files { position: static !important; }
.left, .panel, .inspector { overflow: visible !important; max-height: none !important; }
}"""


def faults_of(tab: Any) -> str:
    """What axe finds, with nothing scrolled out of sight: of that it cannot tell."""
    size = tab.viewport_size
    unrolled = tab.add_style_tag(content=UNROLLED)
    tall = tab.evaluate("Math.max(3600, document.documentElement.scrollHeight)")
    tab.set_viewport_size({**size, "height": tall})
    tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = violations(tab)
    unrolled.evaluate("style => style.remove()")
    tab.set_viewport_size(size)
    return "\n".join(found)


def settled(tab: Any) -> None:
    tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)


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


def typed_in(tab: Any, field: str, value: str) -> None:
    tab.locator(field).fill(value)
    tab.locator(field).press("Tab")
    tab.wait_for_timeout(300)
    tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
