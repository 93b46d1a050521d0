"""Scenarios of the workbench in a browser: their tree, and one beside another."""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from tests.support.browser_workbench import (
    IDLE,
    WAIT_MS,
    faults_of,
    opened,
    ring_of,
    settled,
    typed_in,
    values,
)
from tests.support.town import town
from tests.support.workbench import workbench

import blockplan as bp
from blockplan.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workbench import Service

pytestmark = [pytest.mark.browser, pytest.mark.long(25)]


#: Whether the map shows the plan from its west end to its east end.
SEES_ALL = """() => {
    const at = __map.querySourceFeatures("boundary").flatMap(one => one.geometry.coordinates.flat(3));
    const xs = at.filter((_, n) => n % 2 === 0);
    const shown = __map.getBounds();
    return shown.getWest() < Math.min(...xs) && Math.max(...xs) < shown.getEast();
}"""


def test_each_scenario_bears_how_its_verdicts_came_out(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    rows = tab.locator(".scenarios .branch")
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


def test_an_address_that_names_a_scenario_opens_it_once(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    address = f"{tab.url.partition('?')[0]}?lang=en"
    picked = tab.locator("header.top select")
    tab.goto(f"{address}&at=c&about=parcels:P-1", wait_until="load")
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    assert picked.input_value() == "c"
    assert tab.url == address, "loaded anew it does not turn back"
    picked.select_option("b")
    tab.locator(".branch.chosen").filter(has_text=re.compile("^b ")).wait_for(timeout=WAIT_MS)
    tab.get_by_role("button", name="日").click()
    tab.wait_for_selector("html[lang=ja][data-map=idle]", timeout=WAIT_MS)
    assert picked.input_value() == "b"

    tab.goto(f"{address}&at=gone", wait_until="load")
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    assert picked.input_value() == "b"
    assert "no scenario 'gone'" in tab.locator(".hint.error").inner_text(timeout=WAIT_MS)
    tab.goto(f"{address.replace('lang=en', 'lang=ja')}&at=gone", wait_until="load")
    assert "シナリオ「gone」はありません" in tab.locator(".hint.error").inner_text(timeout=WAIT_MS)
    assert wrong == [] or all("422" in one for one in wrong)
    tab.close()


def test_what_is_on_notice_is_not_offered_to_be_unlocked(fresh: Service, chromium: Any) -> None:
    assert fresh.ask("/workspace/scenario", {"lock": "handed in"})[0] == 200
    tab, wrong = opened(fresh, chromium, "en", 1440)
    assert tab.locator("#unlock").count() == 1

    def on_notice(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"on_notice": True})

    tab.route("**/workspace/state?*", on_notice)
    tab.reload()
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    assert tab.locator("#version").count() == 1
    assert tab.locator("#unlock, #lock").count() == 0
    assert wrong == []
    tab.close()


@pytest.mark.long
def test_the_other_scenario_is_drawn_with_every_layer(service: Service, chromium: Any) -> None:
    tab, wrong = opened(service, chromium.sharp, "en", 1440)
    tab.keyboard.press("c")
    tab.select_option("#compare-with", "base")
    tab.get_by_role("button", name="Side by side").click()
    settled(tab)

    def stops(part: str) -> int:
        """How many pixels of a map are those of rings round stops."""
        area = tab.locator(part).bounding_box()
        with Image.open(io.BytesIO(tab.screenshot(clip=area))) as picture:
            return int((np.asarray(picture.convert("RGB")) == (10, 88, 166)).all(axis=2).sum())

    def fills(part: str) -> dict[int, float]:
        """How much of a map its colours take, as shares of it."""
        area = tab.locator(part).bounding_box()
        with Image.open(io.BytesIO(tab.screenshot(clip=area))) as picture:
            pixels = np.asarray(picture.convert("RGB"), dtype=int) @ [65536, 256, 1]
        colours, many = np.unique(pixels, return_counts=True)
        return dict(zip(colours.tolist(), (many / pixels.size).tolist(), strict=True))

    def filled_alike() -> bool:
        """Whether no colour of which one map shows much is rare on the other; both bear boxes besides."""
        one, other = fills(".swipe-map"), fills(".stage > .map")
        much = {*(c for c in one if one[c] > 0.005), *(c for c in other if other[c] > 0.005)}
        return all(min(one.get(c, 0), other.get(c, 0)) > 0.0025 for c in much)

    end = time.monotonic() + 30
    while not stops(".swipe-map") and time.monotonic() < end:
        tab.wait_for_timeout(500)
    assert stops(".swipe-map") == pytest.approx(stops(".stage > .map"), rel=0.2)
    # What is hidden, and what it is coloured by, holds for both.
    tab.get_by_label("Streets, stops").uncheck()
    tab.get_by_role("button", name="colour-safe").click()
    settled(tab)
    end = time.monotonic() + 30
    while (stops(".swipe-map") or not filled_alike()) and time.monotonic() < end:
        tab.wait_for_timeout(500)
    assert stops(".swipe-map") == 0
    assert filled_alike()
    assert wrong == []
    tab.close()


def test_the_colours_that_were_chosen_are_there_again_when_the_page_is_loaded_anew(
    zone: Service, chromium: Any
) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    filled = "__map.queryRenderedFeatures({ layers: ['parcels-fill'] }).map(one => one.properties.fill)"
    offices = set(tab.evaluate(filled))
    tab.get_by_role("button", name="colour-safe").click()
    settled(tab)
    safe = set(tab.evaluate(filled))
    assert safe != offices
    tab.reload()
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    settled(tab)
    assert set(tab.evaluate(filled)) == safe
    tab.get_by_role("button", name="office colours").click()
    settled(tab)
    assert set(tab.evaluate(filled)) == offices
    assert wrong == []
    tab.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_each_side_of_a_swipe_is_named_in_full_on_its_side(zone: Service, chromium: Any, width: int) -> None:
    tab, wrong = opened(zone, chromium, "en", width)
    tab.locator("#tab-compare").click()
    tab.locator("#compare-with").select_option("a")
    tab.wait_for_selector(".swipe-handle", timeout=WAIT_MS)
    for at in ("50", "60") if width == 390 else ("30", "50", "70"):
        tab.locator(".swipe-handle").fill(at)
        cut = tab.locator(".swipe .cut").bounding_box()["x"]
        there, here = (tab.locator(".side").nth(one).bounding_box() for one in (0, 1))
        assert there["x"] + there["width"] < cut < here["x"]
        assert tab.evaluate(
            "() => [...document.querySelectorAll('.side')].every(one => one.scrollWidth <= one.clientWidth)"
        )
    # It is ended where it is seen, also while another tab is open.
    tab.locator("#tab-verdicts").click()
    tab.locator(".side").get_by_role("button", name="End the comparison").click()
    tab.locator(".swipe").wait_for(state="detached", timeout=WAIT_MS)
    tab.locator("#tab-compare").click()
    assert tab.locator("#compare-with").input_value() == ""
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


@pytest.mark.parametrize("width", [768, 1440])
def test_what_a_tool_asks_for_lies_over_no_name_of_a_side(zone: Service, chromium: Any, width: int) -> None:
    tab, wrong = opened(zone, chromium, "ja", width)
    tab.locator("#tab-compare").click()
    tab.locator("#compare-with").select_option("a")
    tab.locator(".ways button").last.click()
    settled(tab)
    tab.locator("[data-tool=split]").click()
    asked = tab.locator(".hint").bounding_box()
    for side in tab.locator(".side").all():
        named = side.bounding_box()
        assert named["y"] + named["height"] <= asked["y"]
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
    # Nothing is told apart more finely than it is said; what all cells share stands beside the name.
    row = tab.locator(".figures-beside tr", has_text="千人基础教育用地").first.locator("td")
    assert [one.split()[-1] for one in row.all_inner_texts()] == ["4,160", "3,466.7", "−693.3"]
    assert "平方米 · 每千人" in tab.locator(".figures-beside tr", has_text="千人基础教育用地").inner_text()
    differences = tab.locator(".figures-beside").first.locator(".by").all_inner_texts()
    assert not {"+0", "−0"} & {one.split()[0] for one in differences if one}
    tab.locator(".swipe-handle").fill("20")
    cut = tab.evaluate("document.querySelector('.cut').getBoundingClientRect().x")
    stage = tab.locator(".stage").bounding_box()
    assert cut - stage["x"] == pytest.approx(18 + 0.2 * (stage["width"] - 36), abs=2)
    assert tab.locator(".side").all_inner_texts() == ["a · 草案原样", "b · 居住人口增至 6 万"]
    tab.get_by_role("button", name="并排").click()
    settled(tab)
    assert tab.evaluate(SEES_ALL), "who saw the whole plan still does, on a map of half the width"
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
    tab.locator("#compare-with").select_option("*")
    tab.wait_for_selector(".many", timeout=WAIT_MS)
    # The picture of all comes before the long table, in sight without scrolling.
    assert tab.locator(".many + .broad").count() == 1
    drawn, panel = (tab.locator(one).bounding_box() for one in (".parallel", "#panel"))
    assert drawn["y"] + drawn["height"] < panel["y"] + panel["height"]
    assert (faults_of(tab), wrong) == ("", [])
    tab.close()


def test_a_value_amid_its_axis_is_told_in_full(tmp_path: Path, chromium: Any) -> None:
    bp.write(town(packs=["gb50180"]), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        # Where the code of a use is unknown a rule is judged in one scenario alone, exactly as required.
        service.ask("/workspace/edits", {"edits": [use("A", "none such")]})
        service.ask("/workspace/scenario", {"branch": "other"})
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.keyboard.press("c")
        tab.locator("#compare-with").select_option("*")
        tab.wait_for_selector(".many", timeout=WAIT_MS)
        amid = tab.locator(".parallel-box span").evaluate_all(
            "all => all.filter(one => one.style.left === '50%').map(one => one.scrollWidth - one.clientWidth)"
        )
        assert amid
        assert set(amid) == {0}
        assert wrong == []
        tab.close()


@pytest.mark.long
def test_outcomes_that_differ_without_a_known_value_are_not_called_the_same(
    tmp_path: Path, chromium: Any
) -> None:
    bp.write(town(packs=["gb50180"]), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        service.ask("/workspace/edits", {"edits": [use("A", "0901")]})
        service.ask("/workspace/scenario", {"branch": "other"})
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.keyboard.press("c")
        tab.locator("#compare-with").select_option("*")
        tab.wait_for_selector(".broad", timeout=WAIT_MS)
        assert tab.locator(".parallel").count() == 0
        said = tab.locator("#panel").inner_text()
        assert "no value that is known differs" in said
        assert "no difference" not in said
        assert wrong == []
        tab.close()


@pytest.mark.long
def test_each_figure_stands_in_its_cell_though_it_is_the_same_in_both(tmp_path: Path, chromium: Any) -> None:
    bp.write(town(packs=["gb50180"]), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        service.ask("/workspace/scenario", {"branch": "other"})
        more = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": 300}
        service.ask("/workspace/edits", {"edits": [more]})
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.keyboard.press("c")
        tab.locator("#compare-with").select_option("base")
        tab.wait_for_selector(".figures-beside", timeout=WAIT_MS)
        tab.locator(".broad summary").first.click()
        rows = tab.locator(".figures-beside tbody tr")
        cells = rows.evaluate_all("""all => all.map(row => [row.querySelector("th").innerText,
            [...row.querySelectorAll("td:not(.by) > span")].map(one => one.lastChild.textContent.trim())])""")
        assert [name for name, said in cells if not all(said)] == []
        # The panel is scrolled, and the page around it stays where it is.
        assert tab.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert wrong == []
        tab.close()


def test_small_maps_show_each_column_that_differs_and_lead_to_a_place(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "zh", 1440)
    tab.keyboard.press("c")
    tab.locator("#compare-with").select_option("a")
    maps = tab.locator(".small-map")
    maps.first.wait_for(timeout=WAIT_MS)
    assert maps.all_inner_texts() == ["居住人口 39", "住宅套数 39"]
    maps.first.click()
    at = tab.locator(".inspector h2").inner_text().split()[0]
    assert at in "".join(tab.locator(".panel .flips").all_text_contents())
    assert wrong == []
    tab.close()


def use(parcel: str, code: str) -> dict[str, Any]:
    return {"op": "set", "layer": "parcels", "id": parcel, "column": "land_use", "value": code}


def test_an_outline_that_changes_and_keeps_its_size_is_said_to_change(fresh: Service, chromium: Any) -> None:
    fresh.ask("/workspace/scenario", {"branch": "skew"})
    ring = ring_of(fresh, "E")[:4]
    moved = [{"op": "move_vertex", "at": at, "to": [at[0] + 5, at[1]]} for at in ring]
    assert fresh.ask("/workspace/edits", {"edits": moved})[0] == 200
    fresh.ask("/workspace/scenario", {"open": "draft"})
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.keyboard.press("c")
    tab.locator("#compare-with").select_option("skew")
    tab.wait_for_selector(".taken li", timeout=WAIT_MS)
    said = dict(one.split("\n")[:2] for one in tab.locator(".taken li div").all_inner_texts())
    assert (said["E"], wrong) == ("outline changed", [])
    tab.close()


def test_a_part_of_another_scenario_is_taken_and_half_of_a_cut_parcel_is_refused(
    fresh: Service, chromium: Any
) -> None:
    fresh.ask("/workspace/scenario", {"branch": "wide"})
    ring = ring_of(fresh, "E")
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*ring, strict=True))
    middle = (west + east) / 2
    cut = {"op": "split", "id": "E", "line": [[middle, south - 5], [middle, north + 5]]}
    assert fresh.ask("/workspace/edits", {"edits": [use("A", "1401"), cut]})[0] == 200
    fresh.ask("/workspace/scenario", {"open": "draft"})
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.keyboard.press("c")
    tab.locator("#compare-with").select_option("wide")
    tab.wait_for_selector(".tiles", timeout=WAIT_MS)
    settled(tab)
    # A row of figures has a cell for each scenario, and one for the difference.
    heads = tab.locator(".figures-beside").first.locator("thead th").all_inner_texts()
    assert heads[1:] == ["wide", "Draft", "Difference"]
    # A hectare of park there is housing here.
    assert tab.locator(".flows ul").all_inner_texts() == [
        "1401 Park green space 1.00",
        "0701 Urban housing 1.00",
    ]

    tab.locator("[id='take-parcels:E-2']").check()
    tab.wait_for_selector(".refused", timeout=WAIT_MS)
    assert "over E, by" in tab.locator(".refused").inner_text()
    assert tab.locator("[data-act=take-part]").count() == 0
    tab.locator("[data-act=tick-together]").click()
    tab.wait_for_selector("[data-act=take-part]", timeout=WAIT_MS)
    assert tab.locator("[id='take-parcels:E']").is_checked()
    tab.locator("[data-act=take-part]").click()
    settled(tab)
    parcels = fresh.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    uses = {one["id"]: one["properties"]["land_use"] for one in parcels}
    assert "E-2" in uses
    assert uses["A"] != "1401"
    assert fresh.ask("/workspace/verify")[1]["same"]
    # What is left differs still, and is compared anew.
    tab.wait_for_selector("[id='take-parcels:A']", timeout=WAIT_MS)
    assert tab.locator(".taken input").count() == 1
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


def test_an_edit_of_a_locked_scenario_goes_into_a_branch_of_it(fresh: Service, chromium: Any) -> None:
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.locator("#lock").click()
    tab.locator("#lock-name").fill("handed in to the commission")
    tab.keyboard.press("Enter")
    tab.get_by_text("Locked: handed in to the commission").first.wait_for(timeout=WAIT_MS)
    before = values(fresh, "residents")
    tab.locator("body").press("l")
    typed_in(tab, "#t-A-residents", "4321")
    settled(tab)
    tab.get_by_text("is locked; the edit went into the new branch draft-2").first.wait_for(timeout=WAIT_MS)
    assert tab.locator("#t-A-residents").input_value() == "4321"
    state = fresh.ask("/workspace/state")[1]
    assert (state["scenario"], state["seq"], state["lock"]) == ("draft-2", 1, None)
    # In the tree it stands below the one that it came from.
    inside = tab.locator(".scenarios li li li .branch.chosen")
    assert "draft-2" in inside.inner_text()
    assert "1 edit ·" in inside.inner_text()
    tab.get_by_role("tab", name="Verdicts").click()
    assert faults_of(tab) == ""
    assert [said for said in wrong if "423" not in said] == []
    fresh.ask("/workspace/scenario", {"open": "draft"})
    assert values(fresh, "residents") == before
    tab.close()


def test_of_a_plan_whose_residents_are_not_known_none_is_said_to_lose_nothing(
    chromium: Any, tmp_path: Path
) -> None:
    plan = town(packs=["zone"])
    layers = {name: layer for name, layer in plan.layers.items() if name not in {"parcels", "blocks"}}
    layers["buildings"] = layers["buildings"].assign(residents=None)
    bp.write(Plan(plan.manifest, layers), tmp_path / "bare")
    with workbench(tmp_path / "bare") as bare:
        bare.ask("/workspace/scenario", {"branch": "fewer"})
        gone = {"op": "remove", "layer": "facilities", "id": str(layers["facilities"].index[0])}
        assert bare.ask("/workspace/edits", {"edits": [gone]})[0] == 200
        tab, wrong = opened(bare, chromium, "en", 1440)
        tab.keyboard.press("c")
        tab.locator("#compare-with").select_option("base")
        tab.locator(".tiles").wait_for(timeout=WAIT_MS)
        settled(tab)
        said = tab.locator(".panel").inner_text()
        assert [one.split("\n")[-1] for one in tab.locator(".tiles li").all_inner_texts()[1:]] == [
            "not known"
        ] * 2
        assert "It is not known how many people live here." in said
        assert "This plan has no parcels." in said
        assert wrong == []
        tab.close()


def test_a_version_is_named_and_gone_back_to_and_a_phone_reads_the_history(
    fresh: Service, chromium: Any
) -> None:
    fresh.ask("/workspace/edits", {"edits": [use("A", "1401")]})
    named = fresh.ask("/workspace/state")[1]["hash"]
    tab, wrong = opened(fresh, chromium, "en", 390)
    tab.locator("[data-act=left]").click()
    tab.locator("#version").click()
    tab.locator("#version-name").fill("v2 after opinions")
    tab.keyboard.press("Enter")
    tab.locator(".versions li", has_text="v2 after opinions").wait_for(timeout=WAIT_MS)
    # The flag before it is a word for whoever hears the page.
    assert "Version: v2 after opinions" in tab.locator(".versions li").text_content()
    fresh.ask("/workspace/edits", {"edits": [use("B", "1401")]})
    tab.reload()
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    tab.get_by_role("tab", name="History").click()
    steps = tab.locator(".history li").all_inner_texts()
    assert len(steps) == 2
    assert "B land-use code" in steps[0]
    assert re.search(r"\b\d{1,2} [A-Z][a-z]{2,3} \d{4}, \d\d:\d\d", steps[0]), "the day first, as elsewhere"
    assert "v2 after opinions" in steps[1]
    # What was edited before the page was opened is told with what it was.
    tab.locator(".history button").first.click()
    tab.get_by_text(re.compile("was 0902|was 0701|was ")).first.wait_for(timeout=WAIT_MS)
    assert faults_of(tab) == ""
    tab.locator("[data-act=left]").click()
    tab.locator(".versions button").click()
    settled(tab)
    assert fresh.ask("/workspace/state")[1]["hash"] == named
    assert wrong == []
    tab.close()


def test_a_step_after_which_a_must_rule_is_unknown_is_not_said_to_pass(tmp_path: Path, chromium: Any) -> None:
    bp.write(town(packs=["gb50180"]), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        service.ask("/workspace/edits", {"edits": [use("A", "0701")]})
        step = service.ask("/workspace/edits", {"edits": [use("A", "0901")]})[1]["state"]["history"][-1]
        assert (step["must"]["fail"], step["must"]["unknown"]) == (0, 1)
        tab, wrong = opened(service, chromium, "en", 1440)
        # A box that is seen; asked in the page itself, which draws the strip anew when it is told more.
        box = "() => document.querySelector('.strip i.unknown')?.getBoundingClientRect().height >= 10"
        tab.wait_for_function(box, timeout=WAIT_MS)
        tab.get_by_role("tab", name="History").click()
        told = tab.locator(".history li b").first
        assert (told.get_attribute("class"), told.inner_text()) == ("unknown", "1")
        assert wrong == []
        tab.close()


def test_a_version_is_not_named_over_steps_that_the_page_has_not_shown(fresh: Service, chromium: Any) -> None:
    tab, _ = opened(fresh, chromium, "en", 1440)
    asked: list[str] = []
    tab.on("request", lambda one: asked.append(one.url) if one.method == "POST" else None)
    # The page hears of nobody until it asks for something itself.
    tab.route(
        "**/workspace/news*",
        lambda route: route.continue_() if asked else route.fulfill(json={"seq": 0, "scenario": "draft"}),
    )
    fresh.ask("/workspace/edits", {"edits": [use("A", "1401")]})
    tab.locator("#version").click()
    tab.locator("#version-name").fill("mine")
    tab.keyboard.press("Enter")
    tab.get_by_text("The plan was changed meanwhile").first.wait_for(timeout=WAIT_MS)
    settled(tab)
    assert fresh.ask("/workspace/state")[1]["versions"] == []
    # What the others did is shown now, and the name that was typed is there still.
    assert tab.locator("#version-name").input_value() == "mine"
    tab.get_by_role("tab", name="History").click()
    assert len(tab.locator(".history li").all_inner_texts()) == 1
    tab.locator("#version-name").press("Enter")
    tab.locator(".versions li", has_text="mine").wait_for(timeout=WAIT_MS)
    assert fresh.ask("/workspace/state")[1]["versions"][0]["seq"] == 1
    tab.close()


def test_a_clash_is_shown_and_edits_go_on_where_the_answer_about_others_was_lost(
    fresh: Service, chromium: Any
) -> None:
    tab, _ = opened(fresh, chromium, "en", 1440)
    tab.keyboard.press("/")
    tab.keyboard.type("A")
    tab.keyboard.press("Enter")
    with tab.expect_event(
        "requestfailed", lambda one: "/news" in one.url
    ):  # what was asked before is answered
        tab.route("**/workspace/news*", lambda route: route.abort())
    edit = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": 111}
    assert fresh.ask("/workspace/edits", {"edits": [edit]})[0] == 200
    tab.locator("#i-A-residents").fill("222")
    tab.locator("#i-A-residents").press("Tab")
    tab.locator("dialog.merge[open]").wait_for(timeout=WAIT_MS)
    assert "111" in tab.locator("dialog.merge tbody tr").inner_text()
    tab.unroute("**/workspace/news*")
    tab.locator("#i-A-residents[value='111']").wait_for(timeout=WAIT_MS)  # the other is heard of
    tab.locator("dialog.merge input[value=yours]").check()
    tab.locator("[data-act=merge]").click()
    settled(tab)
    assert values(fresh, "residents")["A"] == 222
    typed_in(tab, "#i-A-residents", "333")
    assert values(fresh, "residents")["A"] == 333
    tab.close()


def test_a_lock_and_a_version_of_somebody_else_are_seen_without_a_step(fresh: Service, chromium: Any) -> None:
    tab, wrong = opened(fresh, chromium, "en", 1440)
    assert fresh.ask("/workspace/scenario", {"version": "before the council"})[0] == 200
    tab.locator(".versions li", has_text="before the council").wait_for(timeout=WAIT_MS)
    assert fresh.ask("/workspace/scenario", {"lock": "handed in"})[0] == 200
    tab.locator("header.top", has_text="Locked: handed in").wait_for(timeout=WAIT_MS)
    assert wrong == []
    tab.close()


def test_a_branch_of_somebody_else_is_seen_without_a_step(
    fresh: Service, tmp_path: Path, chromium: Any
) -> None:
    tab, wrong = opened(fresh, chromium, "en", 1440)
    with workbench(tmp_path / "town", "--who", "Wang") as other:
        assert other.ask("/workspace/scenario", {"branch": "for-the-council"})[0] == 200
        tab.locator(".scenarios", has_text="for-the-council").wait_for(timeout=WAIT_MS)
    assert wrong == []
    tab.close()
