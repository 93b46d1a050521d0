"""The planner's way through the workbench in a browser: see, edit, undo; three languages, two widths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.portal.browser import violations
from tests.support.workbench import Service, workbench
from tests.town import town

import blockplan as bp

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser
IDLE = "html[data-map=idle]"
WAIT_MS = 90_000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = tmp_path_factory.mktemp("workbench") / "town"
    bp.write(town(packs=["zone"]), place)
    with workbench(place) as one:
        yield one


def opened(service: Service, chromium: Any, lang: str, width: int) -> tuple[Any, list[str]]:
    """The workbench in a tab, and what went wrong there."""
    tab = chromium.new_page(viewport={"width": width, "height": 900}, locale=lang)
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


def settled(tab: Any) -> None:
    tab.wait_for_selector("html[data-busy=false]", timeout=WAIT_MS)
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 1440), ("ja", 390)])
def test_the_page_stands_without_a_fault_in_every_language(
    service: Service, chromium: Any, lang: str, width: int
) -> None:
    tab, wrong = opened(service, chromium, lang, width)
    assert "token" not in tab.url
    assert tab.locator(".verdict").count() == len(
        [one for one in service.ask("/workspace/result")[1]["verdicts"] if one["outcome"] != "not_applicable"]
    )
    # What lies over the map stands on a ground of its own; axe cannot tell, since the map is a canvas.
    found = [one for one in violations(tab) if " color-contrast (" not in one]
    assert "\n".join(found) == ""
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
    tab.mouse.dblclick(x, y + side)
    settled(tab)
    ids = [
        one["id"] for one in service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    ]
    assert "E-2" in ids, (tab.locator(".hint").inner_text(), ids)
    assert service.ask("/workspace/verify")[1]["same"] is True
    tab.keyboard.press("Control+z")
    settled(tab)
    assert wrong == []
    tab.close()
