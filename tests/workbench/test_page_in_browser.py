"""The page of the workbench in a browser: languages, widths, dark, words before the map, files dropped."""

from __future__ import annotations

import base64
import io
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.support.browser import style_faults
from tests.support.browser_workbench import (
    IDLE,
    WAIT_MS,
    faults_of,
    opened,
    settled,
    taken_back,
    typed_in,
    values,
)
from tests.support.pictures import looks_as_kept
from tests.support.town import edited, town
from tests.support.workbench import Service, workbench

import blockplan as bp

pytestmark = pytest.mark.browser
EXAMPLES = Path(__file__).parents[2] / "examples"
#: Tools whose word is cut, that lie outside of their bar, or are too small for a finger.
CUT_TOOLS = """() => {
    const bar = document.querySelector(".tools").getBoundingClientRect();
    return [...document.querySelectorAll(".tools button")].filter(one => {
        const box = one.getBoundingClientRect();
        return one.scrollWidth > one.clientWidth + 1 || box.left < bar.left - 1 || box.right > bar.right + 1
            || box.width < 24 || box.height < 24;
    }).map(one => one.textContent);
}"""
#: The page asks what others do, and hears nothing for a while.
DEAF = """() => {
    const ask = window.fetch; window.deaf = true;
    window.fetch = (address, ...more) =>
        window.deaf && String(address).includes("/news") ? new Promise(() => {}) : ask(address, ...more);
}"""


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
    lines = tab.locator(".uses .stroke").first  # in the legend too they lie on that paper
    assert lines.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(244, 243, 238)"
    # The legend stays where the map stands still anew and shows the same.
    row = tab.locator(".uses > li").first.element_handle()
    tab.evaluate(
        "new Promise(still => { __map.once('idle', () => setTimeout(still)); __map.triggerRepaint(); })"
    )
    assert row.evaluate("one => one.isConnected")
    assert faults_of(tab) == ""
    assert wrong == []


def test_the_map_fills_its_room_at_once_and_says_that_it_moves(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    for what in ("a rule with readings", "the table", "the verdicts"):
        before, after, room, says = tab.evaluate(
            """what => {
                const high = () => __map.getCanvas().clientHeight;
                const rows = document.querySelectorAll(".verdict .row").length;
                const before = high();
                if (what === "the table") document.querySelector("#tab-table").click();
                else if (what === "the verdicts") document.querySelector("#tab-verdicts").click();
                else for (let at = 0; at < rows && document.querySelector(".readings").hidden; at++)
                    document.querySelectorAll(".verdict .row")[at].click();
                const room = __map.getContainer().clientHeight;
                return [before, high(), room, document.documentElement.dataset.map];
            }""",
            what,
        )
        assert abs(before - after) > 50, what
        assert abs(after - room) <= 1, what
        assert says == "busy", what
        settled(tab)
    assert wrong == []


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 1440), ("zh", 390), ("ja", 390)])
def test_the_planners_way_stands_without_a_fault_in_every_language(
    fresh: Service, chromium: Any, lang: str, width: int
) -> None:
    tab, wrong = opened(fresh, chromium, lang, width)
    assert "token" not in tab.url
    tops = "[...document.querySelectorAll('[role=tab]')].map(one => one.offsetTop)"
    assert len(set(tab.evaluate(tops))) == 1 or width < 1000
    # Nobody named what is edited of the plan as drawn: it is called so in the reader's language.
    draft = {"zh": "草案", "en": "Draft", "ja": "素案"}[lang]
    assert tab.locator("header option:checked").inner_text() == draft
    assert tab.locator(".scenarios .chosen").inner_text().startswith(draft) or width < 1000
    # Who reads the map finds there what its signs stand for.
    assert {"zh": "小学", "en": "Primary school", "ja": "小学校"}[lang] in [
        one.text_content()[1:] for one in tab.locator(".left .uses li:has(.mark)").all()
    ]
    state, result = (fresh.ask(f"/workspace/{one}")[1] for one in ("state", "result"))
    assert tab.locator(".verdict").count() == len(
        [one for one in result["verdicts"] if one["outcome"] != "not_applicable"]
    )
    assert faults_of(tab) == ""
    looks_as_kept(tab, f"workbench-{lang}-{width}")
    # A school gives way to offices: a rule turns, which is seen among the verdicts, and is taken back.
    if width < 1000:
        tab.locator("[data-act=left]").click()
    tab.locator("#search").fill("H")
    tab.locator("#search").press("Enter")
    typed_in(tab, "#i-H-land_use", "0902")
    settled(tab)
    assert tab.locator(".verdict .new").count() > 0
    assert faults_of(tab) == ""
    looks_as_kept(tab, f"workbench-edited-{lang}-{width}")
    assert style_faults(tab) == []
    taken_back(fresh, tab, state["hash"])
    assert wrong == []
    tab.close()


def test_tabs_stand_in_one_row_beside_the_map_with_what_they_count(service: Service, chromium: Any) -> None:
    tab, _ = opened(service, chromium, "en", 1440)
    counted = """() => {
        for (const [name, many] of [["proposals", 1], ["faults", 12]])
            document.getElementById(`tab-${name}`).textContent = `${name} ${many}`;
        return [...document.querySelectorAll("[role=tab]")].map(one => one.offsetTop);
    }"""
    tops = tab.evaluate(counted)
    assert len(tops) == 7
    assert len(set(tops)) == 1
    # They share the row: short names do not read as one sentence with room beside it.
    last, row = tab.locator("[role=tab]").last.bounding_box(), tab.locator(".tabs").bounding_box()
    assert last["x"] + last["width"] == pytest.approx(row["x"] + row["width"], abs=4)
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


def test_land_is_found_by_the_use_it_was_handed_in_with(tmp_path: Path, chromium: Any) -> None:
    drawn = edited(town(packs=["zone"]), "parcels", "E", land_use=None, land_use_given="Zone de jardins")
    bp.write(edited(drawn, "parcels", "F", floor_area_m2=18_000.123456), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.locator("#search").fill("jardins")
        assert [one.split() for one in tab.locator(".found li").all_inner_texts()] == [
            ["E", "parcel", "·", "Zone", "de", "jardins"]
        ]
        tab.locator("#search").fill("F")
        tab.keyboard.press("Enter")
        assert tab.locator("#i-F-floor_area_m2").input_value() == "18000.12"
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
    assert tab.locator(".sheet tbody tr").count() == 1  # the table shows what is searched for, and says so
    assert tab.locator(".sheet caption").inner_text().startswith("“E”: 1 / 9 parcels")
    assert faults_of(tab) == ""
    tab.get_by_role("button", name="show all").click()
    assert tab.locator(".sheet tbody tr").count() == 9
    for leave in ("Escape", "c"):  # what lies over the page goes where the page is meant
        tab.locator("[data-act=left]").click()
        tab.wait_for_selector("#search", state="visible")
        tab.keyboard.press(leave)
        tab.wait_for_selector("#search", state="hidden")
    (waiting,) = held
    waiting.continue_()
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    tab.close()


def _chosen(service: Service, chromium: Any, parcel: str, width: int) -> tuple[Any, list[str]]:
    """The workbench on a narrow screen with a parcel found by words."""
    tab, wrong = opened(service, chromium, "en", width)
    tab.locator("[data-act=left]").click()
    tab.locator("#search").fill(parcel)
    tab.locator("#search").press("Enter")
    tab.wait_for_selector(f"#i-{parcel}-land_use", timeout=WAIT_MS)
    settled(tab)
    return tab, wrong


def test_on_a_tablet_the_parcel_and_the_verdict_it_turns_are_both_seen(fresh: Service, chromium: Any) -> None:
    from playwright.sync_api import expect

    tab, wrong = _chosen(fresh, chromium, "F", 768)
    typed_in(tab, "#i-F-land_use", "1207")
    turned = tab.locator(".verdict", has=tab.locator(".new")).first
    expect(turned.locator(".figures")).to_be_in_viewport(ratio=1)
    expect(tab.locator("#i-F-land_use")).to_be_in_viewport(ratio=1)
    (field, verdict) = (one.bounding_box() for one in (tab.locator(".inspector"), turned))
    assert field["x"] + field["width"] <= verdict["x"]
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


def test_on_a_phone_what_an_edit_turned_and_moved_is_seen_wherever_the_page_stands(
    fresh: Service, chromium: Any
) -> None:
    from playwright.sync_api import expect

    tab, wrong = _chosen(fresh, chromium, "F", 390)
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    typed_in(tab, "#i-F-land_use", "1207")
    expect(tab.locator(".card li").first).to_be_in_viewport(ratio=1)
    moved = tab.locator(".card .moved p").first
    expect(moved).to_be_in_viewport(ratio=1)
    assert re.search(r"[✓×?] .+: ?.+ → .+", moved.inner_text())
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()


def test_who_opens_a_plan_with_nothing_in_it_is_told_what_to_do(chromium: Any, tmp_path: Path) -> None:
    whole = town(packs=["zone"])
    bp.write(whole.replace(**{name: one.iloc[:0] for name, one in whole.layers.items()}), tmp_path / "plan")
    with workbench(tmp_path / "plan") as bare:
        tab, wrong = opened(bare, chromium, "en", 390)
        assert tab.get_by_text("Nothing is drawn in this plan yet").is_visible()
        assert faults_of(tab) == ""
        assert wrong == []
        tab.close()


def test_files_that_are_opened_in_the_window_become_the_plan(chromium: Any, tmp_path: Path) -> None:
    place = tmp_path / "town"
    bp.write(town(packs=["zone"]), place)
    files = [one for one in (EXAMPLES / "office-town" / "shapefiles").iterdir() if one.is_file()]
    with workbench(place) as service:
        tab, wrong = opened(service, chromium, "ja", 768)
        tab.locator("[data-act=left]").click()
        assert tab.locator(".left label", has_text="GPKG").is_visible()
        tab.locator(".left #open-files").set_input_files([str(one) for one in files])
        tab.locator(".hint", has_text="件の指摘").wait_for(timeout=WAIT_MS)
        settled(tab)
        # Loose files have no folder to name the plan, and every finding can be read.
        named, said = tab.locator(".hint [role=status]").inner_text().split("\n")[0].split(" · ")
        assert not named.startswith("plan")
        tab.locator(".hint summary").click()
        shown = tab.locator(".hint [role=status]").inner_text().count("\n") + tab.locator(".hint li").count()
        assert said.startswith(f"{shown} ")
        assert len(service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]) >= 30
        # It lies a hundred kilometres away, and the map goes there.
        assert tab.evaluate("__map.queryRenderedFeatures({ layers: ['parcels-fill'] }).length") > 20
        assert wrong == []
        tab.close()


#: Files of bytes that lie on no disk (an attachment, a file of an archive), dropped on the page.
DROP = """(files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, text] of files) {
        const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name));
    }
    if (!files.length) Object.defineProperty(dataTransfer, "types", { value: ["Files"] });
    const how = { dataTransfer, bubbles: true, cancelable: true };
    for (const kind of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(kind, how));
}"""
#: Whether words that are dropped on the field of the search are left to it.
WORDS = """() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData("text/plain", "A");
    const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    return document.getElementById("search").dispatchEvent(drop);
}"""


@pytest.mark.long
def test_dropped_files_that_lie_on_no_disk_are_opened_and_nothing_is_not_passed_over(
    chromium: Any, tmp_path: Path
) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    file = EXAMPLES / "office-town" / "geopackage" / "示例镇.gpkg"
    with workbench(tmp_path / "town") as service:
        tab, wrong = opened(service, chromium, "zh", 1440)
        assert tab.evaluate(WORDS)
        tab.evaluate(DROP, [])
        tab.locator(".hint", has_text="没有收到文件").wait_for(timeout=WAIT_MS)
        assert all("422" in one for one in wrong)
        tab.evaluate(DROP, [[file.name, base64.b64encode(file.read_bytes()).decode()]])
        tab.locator(".hint", has_text="示例镇").wait_for(timeout=WAIT_MS)
        settled(tab)
        assert len(service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]) >= 30
        tab.close()


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


#: What is pressed and lower than a finger, by its words; boxes that are ticked are pressed by their labels.
LOW = """() => [...document.querySelectorAll("button, select, summary, label:has(input), input")]
    .filter((one) => one.offsetParent && !["checkbox", "radio"].includes(one.type))
    .filter((one) => one.getBoundingClientRect().height < 44)
    .map((one) => one.innerText || one.id || one.className)"""


@pytest.mark.long
@pytest.mark.parametrize("width", [390, 768])
def test_fingers_find_everything_high_enough_to_press(service: Service, chromium: Any, width: int) -> None:
    tab, wrong = opened(service, chromium, "ja", width, has_touch=True, is_mobile=True)
    tabs = tab.locator("[role=tab]")
    for at in range(tabs.count()):
        tabs.nth(at).click()
        settled(tab)
        assert tab.evaluate(LOW) == [], tabs.nth(at).inner_text()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.locator("[data-act=left]").click()
    assert tab.evaluate(LOW) == []
    assert wrong == []
    tab.close()


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


@pytest.mark.long
def test_a_clash_of_land_uses_names_them(fresh: Service, chromium: Any) -> None:
    (one, wrong), (two, _) = opened(fresh, chromium, "en", 1440), opened(fresh, chromium, "zh", 1440)
    for tab in (one, two):
        tab.locator("#search").fill("B")
        tab.locator("#search").press("Enter")
        tab.wait_for_selector("#i-B-land_use", timeout=WAIT_MS)
        settled(tab)
    two.evaluate(DEAF)
    two.wait_for_timeout(1500)  # what was asked already is answered by then
    typed_in(one, "#i-B-permitted", "0701,1401")
    typed_in(one, "#i-B-land_use", "0901")
    two.evaluate("() => { window.deaf = false }")
    typed_in(two, "#i-B-land_use", "1401")
    two.wait_for_selector("dialog.merge[open]", timeout=WAIT_MS)
    assert [cell.strip() for cell in two.locator("dialog.merge tbody td").all_inner_texts()] == [
        "0802 科研用地", "0901 商业用地", "1401 公园绿地",
    ]  # fmt: skip
    two.locator("[data-act=merge-theirs]").click()
    settled(two)
    two.locator("#tab-history").click()
    assert "B 允许用途 → 0701 城镇住宅用地、1401 公园绿地" in two.locator("#panel").inner_text()
    assert values(fresh, "land_use")["B"] == "0901"
    assert wrong == []
    one.close()
    two.close()


def test_an_address_leads_to_a_scenario_and_to_an_object_of_it(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    tab.goto(f"{zone.base}/workspace?token={zone.token}&lang=en&at=c&about=parcels:LS-01-04-005")
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    tab.wait_for_function("document.querySelector('.inspector')?.innerText.includes('LS-01-04-005')")
    assert tab.locator(".top select").input_value() == "c"
    assert wrong == []
    tab.close()


def test_the_legend_names_land_of_unknown_use_and_a_fault_names_a_column_once(
    fresh: Service, chromium: Any
) -> None:
    edits = [
        {"op": "set", "layer": "parcels", "id": "E", "column": "land_use", "value": None},
        {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": None},
        {"op": "set", "layer": "facilities", "id": "culture", "column": "service", "value": None},
    ]
    tab, wrong = opened(fresh, chromium, "zh", 1440)
    uses = tab.locator(".uses > li")
    assert not {"用地未知", "·设施类别未知"} & {*uses.all_text_contents()}
    assert fresh.ask("/workspace/edits", {"edits": edits})[0] == 200
    uses.get_by_text("用地未知").wait_for(timeout=WAIT_MS)
    settled(tab)
    assert uses.all_text_contents()[-1] == "·设施类别未知"
    tab.locator("nav button, [role=tab]").filter(has_text="数据问题").first.click()
    said = tab.locator(".faults").inner_text()
    assert ("A 的居住人口（" in said, "居住人口（居住人口）" in said, "的居住人口" in said) == (
        True,
        False,
        True,
    )
    assert wrong == []
    tab.close()


def test_how_many_are_planned_stands_at_its_mark_on_the_bar(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "ja", 1440)
    mark, said = tab.locator(".scale .planned").bounding_box(), tab.locator(".at-mark").bounding_box()
    assert said["x"] + said["width"] == pytest.approx(mark["x"], abs=1)
    assert 0 < mark["y"] - said["y"] < 24
    bar = tab.locator(".scale").bounding_box()
    ticks = tab.locator(".scale .tick").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().bottom)"
    )
    assert max(ticks) <= bar["y"] + bar["height"] + 4, "no tick stands in the words below the bar"
    assert wrong == []
    tab.close()


def test_the_legend_names_what_the_map_shows_now_and_goes_along_on_paper(
    zone: Service, chromium: Any
) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)

    def named() -> set[str]:
        return set(tab.locator(".uses > li").evaluate_all("all => all.map(one => one.lastChild.data)"))

    assert {"1701 River", "Boundary", "Block", "Expressway", "Stop", "Rail"} <= named()
    rows = tab.locator(".uses > li").all_text_contents()
    ranks = ["Expressway", "Arterial road", "Secondary road", "Local street"]
    assert [row for row in rows if row in ranks] == ranks
    tab.locator("#search").fill("RD-01-02-014")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".overview:not([hidden])", state="attached")
    settled(tab)
    assert {"0902 Business and finance", "Fire station", "Arterial road"} <= named()
    assert not {"1701 River", "0803 Culture", "1302 Drainage", "Water"} & named()
    # Within the box around the river, whose nearest water is 420 m and 65 m outside of the view.
    for parcel, there in (("RD-01-06-003", "Arterial road"), ("RD-01-09-001", "Block")):
        tab.locator("#search").fill(parcel)
        tab.keyboard.press("Enter")
        settled(tab)
        assert there in named()
        assert not {"1701 River", "Water"} & named()
    tab.locator("#search").fill("RD-01-02-014")
    tab.keyboard.press("Enter")
    settled(tab)
    tab.locator(".groups").get_by_label("Facilities").uncheck()
    tab.locator(".groups").get_by_label("Land use").uncheck()
    assert "Arterial road" in named()
    assert not {"0902 Business and finance", "Fire station"} & named()
    # A letter is no text in a box that is ticked.
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.emulate_media(media="print")
    assert tab.locator(".left > .uses").is_visible()
    assert not tab.locator(".groups").is_visible()
    bar, map_ = (tab.locator(one).bounding_box() for one in (".scalebar i", ".printed"))
    share = "getComputedStyle(document.querySelector('.scalebar')).getPropertyValue('--share')"
    assert bar["width"] / map_["width"] == pytest.approx(float(tab.evaluate(share)), rel=0.02)
    assert wrong == []
    tab.close()


@pytest.mark.parametrize(("lang", "width"), [("en", 1440), ("ja", 390)])
def test_a_plan_that_names_no_rules_says_so_and_offers_them(
    tmp_path: Path, chromium: Any, lang: str, width: int
) -> None:
    bp.write(town(packs=[]), tmp_path / "town")
    with workbench(tmp_path / "town") as bare:
        tab, wrong = opened(bare, chromium, lang, width)
        said = {"en": "names no rules", "ja": "規則を挙げていない"}[lang]
        assert said in tab.locator("#panel").inner_text()
        assert {"en": "rules: none", "ja": "規則：なし"}[lang] in tab.locator(".foot .packs").inner_text()
        tab.locator("#pack-zone").wait_for(timeout=WAIT_MS)
        assert faults_of(tab) == ""
        judge = tab.locator(".no-packs button")
        assert judge.is_disabled()
        tab.locator("#pack-zone").check()
        judge.click()
        tab.locator(".verdicts .verdict").first.wait_for(timeout=WAIT_MS)
        settled(tab)
        assert tab.locator(".no-packs").count() == 0
        assert wrong == []
        tab.close()
    assert bp.read(tmp_path / "town").manifest.packs == ("zone",)


def test_a_workbench_that_does_not_answer_is_said_at_once_and_when_it_is_back(
    fresh: Service, chromium: Any
) -> None:
    tab, _ = opened(fresh, chromium, "en", 1440)
    tab.context.set_offline(True)
    lost = tab.locator(".hint.error")
    lost.wait_for(timeout=WAIT_MS)
    assert "does not answer" in lost.inner_text()
    assert "no answer" in tab.locator(".foot .saved").inner_text()
    tab.keyboard.press("/")
    tab.keyboard.type("A")
    tab.keyboard.press("Enter")
    typed_in(tab, "#i-A-residents", "321")
    assert "does not answer" in lost.inner_text(), "an edit that did not arrive is not called made"
    assert "1 edit is held" in lost.inner_text()
    typed_in(tab, "#i-A-residents", "322")
    assert "2 edits are held" in lost.inner_text()
    tab.context.set_offline(False)
    tab.locator(".foot .saved").filter(has_text="Saved").wait_for(timeout=WAIT_MS)
    settled(tab)
    assert tab.locator("#i-A-residents").input_value() == "322"
    assert values(fresh, "residents")["A"] == 322
    assert fresh.ask("/workspace/state")[1]["seq"] == 2, "each is made once, in its turn"
    tab.close()


def test_edits_are_held_until_the_new_link_of_a_workbench_that_was_started_anew_is_open(
    tmp_path: Path, chromium: Any
) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    tab = context.new_page()
    with workbench(tmp_path / "town") as first:
        tab.goto(f"{first.base}/workspace?token={first.token}&lang=en")
        tab.wait_for_selector(IDLE, timeout=WAIT_MS)
        tab.keyboard.press("/")
        tab.keyboard.type("A")
        tab.keyboard.press("Enter")
        first.process.kill()
        first.process.wait()
        typed_in(tab, "#i-A-residents", "321")
        assert "1 edit is held" in tab.locator(".hint.error").inner_text()
    with workbench(tmp_path / "town") as anew:
        assert anew.base == first.base
        with tab.expect_response(lambda answer: answer.status == 403, timeout=WAIT_MS):
            pass
        typed_in(tab, "#i-A-residents", "322")
        assert "2 edits are held" in tab.locator(".hint.error").inner_text()
        assert "no answer" in tab.locator(".foot .saved").inner_text()
        context.new_page().goto(f"{anew.base}/workspace?token={anew.token}&lang=en")
        tab.locator(".foot .saved").filter(has_text="Saved").wait_for(timeout=WAIT_MS)
        settled(tab)
        assert values(anew, "residents")["A"] == 322
        assert anew.ask("/workspace/state")[1]["seq"] == 2
    context.close()


def test_edits_that_got_no_answer_are_asked_for_where_somebody_made_a_step_since(
    fresh: Service, chromium: Any
) -> None:
    tab, _ = opened(fresh, chromium, "en", 1440)
    tab.context.set_offline(True)
    tab.keyboard.press("/")
    tab.keyboard.type("A")
    tab.keyboard.press("Enter")
    typed_in(tab, "#i-A-residents", "321")
    tab.locator(".hint.error").filter(has_text="1 edit is held").wait_for(timeout=WAIT_MS)
    other = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": 300}
    fresh.ask("/workspace/edits", {"edits": [other], "since": 0})
    tab.context.set_offline(False)
    tab.locator("dialog[open]").filter(has_text="a step was made since").wait_for(timeout=WAIT_MS)
    assert values(fresh, "residents")["A"] == 300
    tab.locator("[data-act=merge]").click()
    tab.wait_for_selector("dialog[open]", state="detached", timeout=WAIT_MS)
    settled(tab)
    assert values(fresh, "residents")["A"] == 321
    tab.close()


def test_while_an_edit_waits_for_an_answer_the_workbench_is_not_called_back(
    fresh: Service, chromium: Any
) -> None:
    tab, _ = opened(fresh, chromium, "en", 1440)
    tab.route("**/workspace/news*", lambda route: route.abort())
    tab.locator(".foot .saved").filter(has_text="no answer").wait_for(timeout=WAIT_MS)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    tab.route("**/workspace/edits*", hold)
    tab.keyboard.press("/")
    tab.keyboard.type("A")
    tab.keyboard.press("Enter")
    tab.locator("#i-A-residents").fill("321")
    tab.locator("#i-A-residents").press("Tab")
    tab.wait_for_timeout(2500)  # the page hears of others every two seconds
    assert len(held) == 1
    assert "no answer" in tab.locator(".foot .saved").inner_text()
    assert tab.locator(".hint").filter(has_text="answers again").count() == 0
    tab.close()


def test_a_service_that_refuses_to_tell_of_others_is_not_called_silent(fresh: Service, chromium: Any) -> None:
    tab, _ = opened(fresh, chromium, "en", 1440)
    fault = {"error": "fault", "message": "The workbench came to a fault of its own.", "remedy": ""}
    tab.route("**/workspace/news*", lambda route: route.fulfill(status=500, json=fault))
    tab.locator(".hint.error").filter(has_text="a fault of its own").wait_for(timeout=WAIT_MS)
    assert "Saved" in tab.locator(".foot .saved").inner_text()
    tab.close()


def test_packs_that_cannot_be_listed_are_said_to_be_so_and_asked_for_again(
    tmp_path: Path, chromium: Any
) -> None:
    bp.write(town(packs=[]), tmp_path / "town")
    fault = {"error": "fault", "message": "The packs cannot be read.", "remedy": "Mend them."}
    with workbench(tmp_path / "town") as one:
        tab = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en")
        tab.route("**/workspace/packs*", lambda route: route.fulfill(status=500, json=fault))
        tab.goto(f"{one.base}/workspace?token={one.token}&lang=en")
        said = tab.locator(".no-packs [role=alert]")
        said.wait_for(timeout=WAIT_MS)
        assert said.inner_text() == "The packs cannot be read. Mend them."
        assert tab.locator(".no-packs fieldset").count() == 0
        tab.unroute("**/workspace/packs*")
        silent = fault | {"message": "", "remedy": ""}
        tab.route("**/workspace/packs*", lambda route: route.fulfill(status=500, json=silent))
        tab.get_by_role("button", name="Try again").click()
        said.filter(has_text="no answer").wait_for(timeout=WAIT_MS)
        tab.unroute("**/workspace/packs*")
        tab.get_by_role("button", name="Try again").click()
        tab.locator("#pack-gb50180").wait_for(timeout=WAIT_MS)
        assert tab.locator(".no-packs [role=alert]").count() == 0
        tab.close()


def test_an_edit_says_what_it_made_otherwise_and_when_it_is_in_the_file(
    tmp_path: Path, chromium: Any
) -> None:
    shutil.copytree(EXAMPLES / "demonstration-zone", tmp_path / "zone")
    with workbench(tmp_path / "zone", "--scenario", "b") as zone:
        tab, wrong = opened(zone, chromium, "en", 1440)
        for text in ("LS-01-02-001", "NH-3"):  # the second in the place of the first
            tab.keyboard.press("/")
            tab.keyboard.type(text)
            tab.keyboard.press("Enter")
            settled(tab)
            tab.locator(".maplibregl-canvas").focus()
        typed_in(tab, "#i-NH-3-floor_area_m2", "6600")
        settled(tab)
        assert tab.locator(".card li").all_inner_texts() == ["No verdict turns"]
        tab.locator(".foot .saved").filter(has_text="Saved").wait_for(timeout=WAIT_MS)
        typed_in(tab, "#i-NH-3-beds", "20")
        settled(tab)
        (carries, affected) = tab.locator(".card li").all_inner_texts()
        assert "→" in carries
        assert affected.startswith("7,792 → ")
        # The card names the step that it answers, also one that takes another back.
        assert tab.locator(".card .did").inner_text() == "NH-3 beds → 20"
        tab.locator(".card").get_by_role("button", name="Undo").click()
        tab.locator(".card .did", has_text="Undo").wait_for(timeout=WAIT_MS)
        assert wrong == []
        tab.close()


def test_in_forced_colours_what_is_chosen_differs_from_what_is_not(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440, forced_colors="active")

    def ground(of: str) -> str:
        style = "one => getComputedStyle(one).backgroundColor"
        return str(tab.locator(of).first.evaluate(style, timeout=WAIT_MS))

    for chosen, other in (
        (".tools [aria-pressed=true]", ".tools [aria-pressed=false]"),
        (".tabs [aria-selected=true]", ".tabs [aria-selected=false]"),
        (".langs [aria-pressed=true]", ".langs [aria-pressed=false]"),
        (".branch.chosen", ".branch:not(.chosen)"),
        (".strip li i", ".strip"),
    ):
        assert ground(chosen) != ground(other), chosen
    assert wrong == []
    tab.close()
