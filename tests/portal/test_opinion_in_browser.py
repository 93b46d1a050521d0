"""The whole way from the notice to the receipt in Chromium: with scripts, without, and by keyboard alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.browser import Service, faults_of, in_turn, invalid, served
from tests.support.looked_at import FORM

from blockplan.notice.receipts import faults_of_receipt

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["served"]
pytestmark = pytest.mark.browser


def press(tab: Any, step: str) -> None:
    with tab.expect_navigation():
        tab.click(f"button[value={step}]:not(.first)")


def test_with_scripts_work_is_shown_and_the_receipt_proves_itself(
    served: Service, chromium: Any, tmp_path: Path
) -> None:
    with served.tab(chromium) as tab:
        tab.goto(served.url("/en" + FORM))
        tab.fill("#text", "More trees.")
        press(tab, "check")
        tab.click("button[value=send]")
        tab.wait_for_selector("output.key", timeout=60_000)
        assert "after a staff check" not in tab.inner_text("main")  # work was shown
        with tab.expect_download() as waiting:
            tab.click("button[value=receipt_json]")
        waiting.value.save_as(tmp_path / "receipt.json")
        assert faults_of_receipt(json.loads((tmp_path / "receipt.json").read_text(encoding="utf-8"))) == []
        press(tab, "see")
        press(tab, "withdraw")
        press(tab, "withdraw_now")
        assert "The opinion is withdrawn" in tab.inner_text("main")


def test_without_scripts_the_way_is_the_same_and_a_clerk_looks_first(served: Service, chromium: Any) -> None:
    with served.tab(chromium, java_script_enabled=False) as tab:
        tab.goto(served.url("/en" + FORM))
        tab.fill("#text", "More trees.")
        press(tab, "check")
        press(tab, "send")
        assert "Receipt No. " in tab.inner_text("h1")
        assert "after a staff check" in tab.inner_text("main")


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1440, 900)])
def test_the_field_of_words_is_on_the_first_screen_once_a_place_is_drawn(
    served: Service, chromium: Any, lang: str, width: int, height: int
) -> None:
    x, y = 445693.5, 4401997.3
    ring = [[x, y], [x + 120, y], [x + 120, y + 90], [x, y + 90], [x, y]]
    drawing = json.dumps({"type": "Polygon", "coordinates": [ring]})
    with served.tab(chromium, width=width, locale=lang) as tab:
        tab.set_viewport_size({"width": width, "height": height})
        tab.goto(served.url(f"/{lang}/notices/demo/opinion/"))
        # As the map sends it, where its sender saw it lie.
        tab.locator(".drawn > summary").click()
        tab.fill("#drawn", drawing)
        tab.select_option("#datum", "plan")
        tab.locator("form.opinion").evaluate("""form => {
            const seen = Object.assign(document.createElement("input"), {name: "drawn_ok", value: "yes"});
            form.append(seen);
        }""")
        press(tab, "find")
        tab.evaluate("scrollTo(0, 0)")
        words, bar, drawn = (
            tab.locator(one).bounding_box() for one in ("#text", ".opinion > .buttons", ".place-map")
        )
        assert bar["y"] - words["y"] >= 48, "two lines of it can be read above what goes on"
        assert drawn["width"] >= 140


#: How high what is ticked or chosen is, with the label around it.
FOR_A_FINGER = """() => [...document.querySelectorAll("[type=checkbox], [type=radio], select")]
    .filter(one => one.checkVisibility() && !one.closest(".trap"))
    .map(one => [one.name, (one.closest("label") ?? one).getBoundingClientRect().height])"""


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_is_ticked_on_the_form_is_large_enough_for_a_finger(
    served: Service, chromium: Any, tmp_path: Path, lang: str
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("More trees.", encoding="utf-8")
    with served.tab(chromium, width=390, java_script_enabled=False) as tab:
        tab.goto(served.url(f"/{lang}{FORM}"))
        tab.locator("details.more > summary").click()
        tab.fill("#find", "445693.5, 4401997.3")
        tab.set_input_files("#files", file)
        press(tab, "find")
        tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        seen = tab.evaluate(FOR_A_FINGER)
        names = {name for name, _ in seen}
        assert names >= {"without[]", "without_file[]", "target[]", "datum"}, names
        assert [one for one in seen if one[1] < 44] == []


def test_the_name_of_a_file_is_shown_as_it_is_written(served: Service, chromium: Any, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("More trees.", encoding="utf-8")
    with served.tab(chromium, java_script_enabled=False) as tab:
        tab.goto(served.url("/en" + FORM))
        tab.set_input_files("#files", file)
        press(tab, "check")
        press(tab, "edit")
        shown = tab.locator(".chosen .what").all_inner_texts()
        assert [one.split()[0] for one in shown] == ["Parcel", "letter.txt"]


def test_a_double_click_is_one_opinion(served: Service, chromium: Any) -> None:
    with served.tab(chromium, java_script_enabled=False) as tab:
        tab.goto(served.url("/en" + FORM))
        tab.fill("#text", "Once.")
        press(tab, "check")
        tab.dblclick("button[value=send]")
        tab.wait_for_selector("output.key")
        first = tab.inner_text("h1")
        tab.reload()
        assert tab.inner_text("h1") == first


def test_by_keyboard_alone(served: Service, chromium: Any) -> None:
    with served.tab(chromium) as tab:
        tab.goto(served.url("/en" + FORM))
        _tab_to(tab, "#text")
        tab.keyboard.type("By keyboard.")
        _tab_to(tab, "button.main")
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        _tab_to(tab, "button[value=send]")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("output.key", timeout=60_000)
        _tab_to(tab, "button[value=see]")
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        assert "By keyboard." in tab.inner_text("main")


def _tab_to(tab: Any, selector: str) -> None:
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_every_page_is_accessible_valid_and_no_wider_than_the_screen(
    served: Service, chromium: Any, tmp_path: Path, lang: str
) -> None:
    with served.tab(chromium) as tab:
        sources: dict[str, str] = {}
        found: list[str] = []
        answers: list[Any] = []
        tab.on("response", lambda one: one.request.is_navigation_request() and answers.append(one))

        def look(name: str) -> None:
            sources[f"{name} {lang}"] = answers[-1].text()
            found.extend(faults_of(tab, in_turn(len(sources), lang)))

        tab.goto(served.url(f"/{lang}{FORM}"))
        look("form")
        press(tab, "check")
        look("problems")
        tab.locator("details.more > summary").click()
        tab.fill("#find", "445693.5, 4401997.3")
        press(tab, "find")
        look("found")
        tab.check("input[name=place_ok]")
        tab.fill("#text", "x")
        tab.set_input_files("#files", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"one"})
        press(tab, "save")
        look("kept")
        with tab.expect_navigation():
            tab.click(".secret a")
        press(tab, "check")
        look("check")
        tab.click("button[value=send]")
        tab.wait_for_selector("output.key", timeout=60_000)
        look("receipt")
        for step in ("see", "amend", "see", "withdraw"):
            press(tab, step)
            look(step)
        tab.goto(served.url(f"/{lang}/notices/demo/follow/"))
        look("ask")
        assert found == []
        assert invalid(sources, tmp_path) == []
