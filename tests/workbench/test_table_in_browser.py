"""The tables of the workbench in a browser: parcels as a spreadsheet, the land balance, several at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from shapely import Polygon
from tests.support.browser_workbench import (
    WAIT_MS,
    faults_of,
    opened,
    settled,
    sought,
    taken_back,
    typed_in,
    values,
)
from tests.support.builders import X, Y

if TYPE_CHECKING:
    from tests.support.workbench import Service

pytestmark = pytest.mark.browser
#: A block of cells, as a spreadsheet puts it on the clipboard, pasted where the keyboard is.
PASTE = """(text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
}"""


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


#: How far the panel is wider than it shows, and the fields that show less than they hold.
CUT = """() => [document.querySelector("#panel"), ...document.querySelectorAll(".sheet td input")]
    .filter(one => one.scrollWidth > one.clientWidth).map(one => one.id)"""


#: Columns whose heading and values do not begin or end at the same edge, to 5 px.
APART = """() => [...document.querySelectorAll(".sheet tbody tr:first-child td")].map((cell) => {
    const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].firstChild;
    const box = cell.firstChild;
    const edge = (one) => {
        const words = document.createRange();
        words.selectNodeContents(one);
        return (one.matches?.("input") ? one : words).getBoundingClientRect();
    };
    const isNumber = !box.matches?.("[list]");
    return Math.abs(edge(head)[isNumber ? "right" : "left"] - edge(box)[isNumber ? "right" : "left"]);
}).filter((apart) => apart > 5)"""


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_all_columns_of_the_table_are_in_sight_on_a_wide_screen(
    zone: Service, chromium: Any, lang: str
) -> None:
    tab, wrong = opened(zone, chromium, lang, 1440)
    tab.locator("#tab-table").click()
    tab.wait_for_selector(".sheet td input")
    assert tab.evaluate(CUT) == []
    assert tab.evaluate(APART) == []
    # The name of the plan has the room that nothing else needs.
    assert tab.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('h1'))") == 0
    assert wrong == []
    tab.close()


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


def test_a_floor_area_ratio_is_read_and_written_in_percent_in_japanese(
    service: Service, chromium: Any
) -> None:
    tab, wrong = opened(service, chromium, "ja", 1440)
    before = service.ask("/workspace/state")[1]["hash"]
    tab.locator("#tab-table").click()
    # One kind of brackets in a row of headings.
    headings = tab.locator(".panel thead th").all_inner_texts()
    assert any("（ha）" in one for one in headings)
    assert not any("(" in one for one in headings)
    field = tab.locator("#t-A-far")
    assert field.input_value() == "180%"
    for typed, kept in (("169%", 1.69), ("２００", 2.0), ("1.5", 1.5)):
        field.fill(typed)
        field.press("Tab")
        settled(tab)
        assert values(service, "far")["A"] == kept
        assert field.input_value() == f"{kept * 100:.0f}%"
    beside = tab.locator(".inspector label[for=i-A-far]")
    assert beside.locator("input").input_value() == "150%"
    assert "20 以下は倍数" in beside.inner_text()
    assert "元 180%" in beside.inner_text()
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


@pytest.mark.parametrize(
    ("lang", "name", "named"),
    [
        ("zh", "允许用途", "商务金融用地、公园绿地"),
        ("en", "permitted uses", "Business and finance, Park green space"),
        ("ja", "許容用途", "業務・金融用地、公園緑地"),
    ],
)
def test_permitted_uses_of_several_parcels_are_set_in_one_step(
    fresh: Service, chromium: Any, lang: str, name: str, named: str
) -> None:
    set_there = {"op": "set", "layer": "parcels", "id": "A", "column": "permitted", "value": "0803"}
    fresh.ask("/workspace/edits", {"edits": [set_there]})
    before = fresh.ask("/workspace/state")[1]
    tab, wrong = opened(fresh, chromium, lang, 1440)
    tab.locator("#tab-table").click()
    tab.locator("#t-A").click()
    tab.locator("#t-B").click(modifiers=["Shift"])
    field = tab.locator("#all-permitted")
    assert field.get_attribute("aria-label") == name
    assert field.input_value() == ""  # they differ
    typed_in(tab, "#all-permitted", "0902、1401")
    assert named in tab.locator("label[for=all-permitted]").inner_text()
    assert {one for one, codes in values(fresh, "permitted").items() if codes == "0902、1401"} == {"A", "B"}
    assert fresh.ask("/workspace/state")[1]["seq"] == before["seq"] + 1
    assert faults_of(tab) == ""
    tab.locator("[data-tool=undo]").click()
    settled(tab)
    assert fresh.ask("/workspace/state")[1]["hash"] == before["hash"]
    assert values(fresh, "permitted")["A"] == "0803"
    assert wrong == []
    tab.close()


@pytest.mark.long
def test_land_of_unknown_use_is_called_so_and_little_land_does_not_read_as_none(
    fresh: Service, chromium: Any
) -> None:
    # A strip 20 cm wide: 20 m2 of the nine hectares.
    cut = {"op": "split", "id": "C", "line": [[X + 299.8, Y - 5], [X + 299.8, Y + 105]]}
    assert fresh.ask("/workspace/edits", {"edits": [cut]})[0] == 200
    rows = fresh.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    strip = min(rows, key=lambda one: Polygon(one["geometry"]["coordinates"][0]).area)["id"]
    uses = [(strip, "1207"), ("E", None)]
    edits = [
        {"op": "set", "layer": "parcels", "id": one, "column": "land_use", "value": use} for one, use in uses
    ]
    assert fresh.ask("/workspace/edits", {"edits": edits})[0] == 200
    for lang, unknown in (("en", "Land use not known"), ("zh", "用地未知"), ("ja", "用途不明")):
        tab, wrong = opened(fresh, chromium, lang, 1440)
        tab.locator("#tab-land").click()
        rows = [one.inner_text().split("\t") for one in tab.locator(".balance tbody tr").all()]
        said = {name.strip(): [one.strip() for one in figures] for name, *figures in rows}
        assert said[unknown][:2] == ["1.00", "11.1%"]
        assert next(one for name, one in said.items() if name.startswith("1207"))[:2] == ["0.002", "0.02%"]
        tab.locator("#tab-table").click()
        assert tab.locator(f"tr[data-id='{strip}'] td").first.inner_text() == "0.002"
        assert wrong == []
        tab.close()


@pytest.mark.long
def test_a_use_of_nearly_all_land_does_not_read_as_all_of_it(fresh: Service, chromium: Any) -> None:
    # A strip 4 cm wide: 4 m2 of the nine hectares.
    cut = {"op": "split", "id": "C", "line": [[X + 299.96, Y - 5], [X + 299.96, Y + 105]]}
    assert fresh.ask("/workspace/edits", {"edits": [cut]})[0] == 200
    parcels = fresh.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    strip = min(parcels, key=lambda one: Polygon(one["geometry"]["coordinates"][0]).area)["id"]
    edits = [
        {
            "op": "set", "layer": "parcels", "id": one["id"], "column": "land_use",
            "value": "1207" if one["id"] == strip else "0902",
        }
        for one in parcels
    ]  # fmt: skip
    assert fresh.ask("/workspace/edits", {"edits": edits})[0] == 200
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.locator("#tab-land").click()
    shares = {
        one: tab.locator(f"tr:has(#b-{one}) td").nth(1).inner_text() for one in ("0902", "1207", "total")
    }
    assert shares == {"0902": "99.996%", "1207": "0.004%", "total": "100.0%"}
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

    assert residents("b-0701") == "12; 2 of 3 not known"
    assert residents("b-0902") == "0"
    assert residents("b-1401") == "–"
    assert residents("b-total") == "12; 7 of 9 not known"
    assert tab.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('#panel'))") <= 0
    assert tab.locator("#b-group0").count() == 0
    assert faults_of(tab) == ""
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


def test_every_edit_says_what_comes_of_it_also_where_no_verdict_turns(fresh: Service, chromium: Any) -> None:
    tab, wrong = sought(fresh, chromium, "A")
    typed_in(tab, "#i-A-height_m", "21")
    assert tab.locator(".card li").all_inner_texts()[0] == "No verdict turns"
    typed_in(tab, "#i-A-land_use", "zzz")
    (fault,) = fresh.ask("/workspace/result")[1]["faults"]
    assert fault["message"] in tab.locator(".card li").all_inner_texts()
    tab.locator(".card button").first.click()
    settled(tab)
    assert "1 fault gone" in tab.locator(".card li").all_inner_texts()
    assert wrong == []
    tab.close()


def test_a_figure_is_read_as_it_is_written_and_what_cannot_be_read_is_said(
    fresh: Service, chromium: Any
) -> None:
    tab, wrong = sought(fresh, chromium, "A")
    for given, held in (("２．５", 2.5), ("1,200", 1200.0), ("0.8", 0.8)):
        typed_in(tab, "#i-A-far", given)
        assert values(fresh, "far")["A"] == held
    # Of a comma that parts no thousands nobody knows whether it was meant for a point; 5² is not 52.
    for given in ("1,5", "0,125", "5²", "①", "many"):
        typed_in(tab, "#i-A-far", given)
        assert tab.locator("#i-A-far").get_attribute("aria-invalid") == "true"
        assert f"no value for FAR: “{given}”" in tab.locator(".hint [role=status]").inner_text()
        assert values(fresh, "far")["A"] == 0.8
    typed_in(tab, "#i-A-far", "0.8")
    assert tab.locator("#i-A-far").get_attribute("aria-invalid") is None
    assert not tab.locator(".hint").is_visible()
    assert wrong == []
    tab.close()


def test_words_that_some_parcels_do_not_take_do_not_stand_in_the_field_of_others(
    fresh: Service, chromium: Any
) -> None:
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.locator("#tab-table").click()
    for first, second in (("A", "B"), ("C", "D")):
        tab.locator(f"#t-{first}").click()
        tab.locator(f"#t-{second}").click(modifiers=["Shift"])
        far = tab.locator("#all-far")
        assert (far.input_value() != "many", far.get_attribute("aria-invalid")) == (True, None)
        typed_in(tab, "#all-far", "many")
        assert (far.input_value(), far.get_attribute("aria-invalid")) == ("many", "true")
    assert wrong == []
    tab.close()


def test_a_figure_that_cannot_be_read_stands_there_until_the_next_step(fresh: Service, chromium: Any) -> None:
    tab, wrong = sought(fresh, chromium, "A")
    far = tab.locator("#i-A-far")
    held = far.input_value()
    typed_in(tab, "#i-A-far", "many")
    # Somebody else keeps a version: the page hears of it and is drawn again.
    assert fresh.ask("/workspace/scenario", {"version": "of somebody else"})[0] == 200
    tab.locator("#tab-history").click()
    tab.locator(".versions li", has_text="of somebody else").wait_for(timeout=WAIT_MS)
    assert (far.input_value(), far.get_attribute("aria-invalid")) == ("many", "true")
    typed_in(tab, "#i-A-height_m", "21")
    assert (far.input_value(), far.get_attribute("aria-invalid")) == (held, None)
    assert wrong == []
    tab.close()
