"""Verdicts, proposals, faults and history of the workbench in a browser."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser_workbench import IDLE, WAIT_MS, faults_of, opened, settled, typed_in, values
from tests.support.builders import SIDE, X, Y
from tests.support.jittered import jittered_plan
from tests.support.town import town, without
from tests.support.workbench import Service, workbench

import blockplan as bp

pytestmark = [pytest.mark.browser, pytest.mark.long(25)]
EXAMPLES = Path(__file__).parents[2] / "examples"


def test_steps_that_the_strip_has_no_room_for_are_counted(fresh: Service, chromium: Any) -> None:
    for residents in range(62):
        edit = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": residents}
        assert fresh.ask("/workspace/edits", {"edits": [edit]})[0] == 200
    tab, wrong = opened(fresh, chromium, "en", 1440)
    assert tab.locator(".strip li").count() == 60
    assert "+ 2 more, not listed" in tab.locator(".strip > b").inner_text()
    assert wrong == []
    tab.close()


def test_no_tab_is_out_of_sight_where_counts_make_their_names_longer(fresh: Service, chromium: Any) -> None:
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tabs = tab.locator(".tabs")
    for one in tabs.locator("button").all():
        one.evaluate("(one) => { one.textContent += ' 12'; }")
    assert tabs.evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
    assert wrong == []
    tab.close()


def test_a_part_of_the_plan_is_called_by_its_name_and_once(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "zh", 1440)
    titles = tab.locator(".verdict .title").all_inner_texts()
    assert any(one.startswith("生活服务片区面积") for one in titles)
    assert [one for one in titles if re.search(r"\b(rd|life|mfg)\b", one)] == []
    assert wrong == []
    tab.close()


def test_a_repair_is_found_in_the_panel_and_taken_in_part(zone: Service, chromium: Any) -> None:
    tab, wrong = opened(zone, chromium, "en", 1440)
    before = zone.ask("/workspace/state")[1]
    tab.keyboard.press("r")
    tab.locator("[data-act=propose]").click()
    tab.wait_for_selector("[data-act=take]", timeout=WAIT_MS)
    assert "6 changes" in tab.locator(".panel h2").first.inner_text()
    assert "zone-" not in tab.locator(".flips").inner_text()  # rules by their titles
    boxes = tab.locator(".proposed input")
    for at in range(1, boxes.count()):
        boxes.nth(at).uncheck()
    tab.get_by_role("button", name="Take over what is ticked").click()
    settled(tab)
    now = zone.ask("/workspace/state")[1]
    assert now["seq"] == before["seq"] + 1
    assert now["history"][-1]["edits"][0]["op"] == "proposal"
    assert faults_of(tab) == ""
    tab.keyboard.press("Control+z")
    settled(tab)
    assert zone.ask("/workspace/state")[1]["hash"] == before["hash"]
    assert wrong == []
    tab.close()


def ended_at_the_second_try(tab: Any) -> None:
    """A search is told to end, first in vain: the button says what is asked, and can be pressed again."""
    held: list[Any] = []
    tab.route(re.compile("/proposal/cancel"), lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks it)
    button = tab.locator("[data-act=cancel]")
    for answer in ("abort", "continue_"):
        button.click()
        tab.locator("[data-act=cancel]:disabled").wait_for(timeout=WAIT_MS)
        assert button.inner_text() == "終了しています…"
        while not held:
            tab.wait_for_timeout(50)
        getattr(held.pop(), answer)()
        if answer == "abort":
            tab.locator("[data-act=cancel]:enabled").wait_for(timeout=WAIT_MS)
            assert button.inner_text() == "現時点の最良で終える"


def test_vacant_land_is_laid_out_from_the_panel_and_ended_with_the_best_so_far(
    zone: Service, chromium: Any
) -> None:
    assert zone.ask("/workspace/scenario", {"open": "b"})[0] == 200
    tab, wrong = opened(zone, chromium, "ja", 1440)
    before = zone.ask("/workspace/state")[1]
    tab.keyboard.press("r")
    tab.select_option("#propose-kind", "layout")
    tab.keyboard.press("/")
    tab.keyboard.type("LS-01-04-013")
    tab.keyboard.press("Enter")
    tab.locator("#propose-selected").check()
    tab.keyboard.press("Escape")  # nothing is selected: not all of the land instead
    tab.locator("[data-act=propose]").click()
    tab.get_by_text("先に、区画割りする区画を選択してください。").first.wait_for(timeout=WAIT_MS)
    tab.locator("#propose-selected").uncheck()
    tab.locator(".to-place summary").click()
    for use, of, value in (
        ("primary_school", "count", "1"), ("primary_school", "least_m2", "10000"),
        ("primary_school", "within_m", "500"), ("green", "within_m", "500"),
    ):  # fmt: skip
        tab.get_by_label(re.compile("小学校|公共緑地")).and_(
            tab.locator(f"[data-use={use}][data-of={of}]")
        ).fill(value)
    cell = tab.locator("[data-use=primary_school][data-of=least_m2]")
    assert cell.evaluate("(one) => one.scrollWidth <= one.clientWidth")  # all five digits are to be read
    assert faults_of(tab) == ""
    tab.locator("[data-act=propose]").click()
    tab.wait_for_selector("[data-act=cancel]", timeout=WAIT_MS)
    tab.locator(".search", has_text="最良").wait_for(timeout=WAIT_MS)
    ended_at_the_second_try(tab)
    wrong[:] = [one for one in wrong if "ERR_FAILED" not in one]
    tab.wait_for_selector("[data-act=take]", timeout=WAIT_MS)
    assert "080403" in tab.locator(".proposed").inner_text()
    tab.locator("[data-act=take]").click()
    settled(tab)
    assert zone.ask("/workspace/state")[1]["seq"] == before["seq"] + 1
    tab.keyboard.press("Control+z")
    settled(tab)
    assert zone.ask("/workspace/state")[1]["hash"] == before["hash"]
    assert wrong == []
    tab.close()


def test_a_layout_refused_for_want_of_what_to_place_opens_where_it_is_said(
    fresh: Service, chromium: Any
) -> None:
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.keyboard.press("r")
    tab.select_option("#propose-kind", "layout")
    assert tab.locator(".to-place[open]").count() == 0
    tab.locator("[data-act=propose]").click()
    tab.get_by_text("Say what to place").wait_for(timeout=WAIT_MS)
    assert tab.locator(".to-place[open]").count() == 1
    focused = "(document.activeElement.dataset.use || '') + ' ' + document.activeElement.dataset.of"
    assert tab.evaluate(focused) == "residential count"
    assert wrong == []
    tab.close()


def test_a_verdict_tells_who_and_where_and_each_reading_by_its_name(zone: Service, chromium: Any) -> None:
    assert zone.ask("/workspace/scenario", {"open": "c"})[0] == 200
    tab, wrong = opened(zone, chromium, "en", 1440)
    tab.locator(".verdict.fail .row").click()
    settled(tab)
    verdict = next(one for one in zone.ask("/workspace/result")[1]["verdicts"] if one["outcome"] == "fail")
    places = tab.locator(".places li")
    assert places.count() == len(verdict["where"]) > 8
    first = places.first.inner_text()
    assert verdict["where"][0]["id"] in first
    assert "m · " in first
    assert first.endswith("people")
    places.first.get_by_role("button").click()
    settled(tab)
    assert tab.locator(".inspector h2").inner_text().startswith(verdict["where"][0]["id"])
    # Whoever goes on by the keyboard goes in the order of the list.
    tab.keyboard.press("n")
    assert tab.locator(".inspector h2").inner_text().startswith(verdict["where"][1]["id"])
    named = tab.locator(".slide li small").all_inner_texts()
    assert named[0] == "Line to edge"
    assert len(set(named)) == len(named) > 5
    tab.locator(".menu summary").click()
    tab.keyboard.press("Escape")
    assert not tab.locator(".menu ul").is_visible()
    assert faults_of(tab) == ""
    assert wrong == []
    tab.close()
    assert zone.ask("/workspace/scenario", {"open": "b"})[0] == 200


def test_where_a_verdict_has_no_bar_its_button_is_as_wide_as_the_others(
    fresh: Service, chromium: Any
) -> None:
    # The school's land may be anything: what is measured is a range, and fails at either end.
    edits = [
        {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": 100_000},
        {"op": "set", "layer": "parcels", "id": "H", "column": "land_use", "value": None},
    ]
    assert fresh.ask("/workspace/edits", {"edits": edits})[0] == 200
    tab, wrong = opened(fresh, chromium, "en", 768)
    assert tab.locator(".measure:not(:has(.bar)) [data-act=mend]").count() > 0
    widths = tab.locator("[data-act=mend]").evaluate_all("all => all.map(one => one.offsetWidth)")
    assert len(widths) > 1
    assert set(widths) == {widths[0]}
    assert wrong == []
    tab.close()


def test_of_very_many_places_the_last_are_counted_and_not_listed_blank(zone: Service, chromium: Any) -> None:
    assert zone.ask("/workspace/scenario", {"open": "c"})[0] == 200
    tab, wrong = opened(zone, chromium, "en", 1440)

    def fewer_in_words(route: Any) -> None:
        answer = route.fetch()
        document = answer.json()
        for verdict in document["verdicts"]:
            verdict["said"]["places"] = verdict["said"]["places"][:10]
        route.fulfill(response=answer, json=document)

    tab.route("**/workspace/result*", fewer_in_words)
    tab.reload()
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    tab.locator(".verdict.fail .row").click()
    settled(tab)
    verdict = next(one for one in zone.ask("/workspace/result")[1]["verdicts"] if one["outcome"] == "fail")
    assert tab.locator(".places li").count() == 10 < len(verdict["where"])
    tab.locator(".about-verdict summary").click()
    said = tab.locator(".about-verdict").inner_text()
    assert f"+ {len(verdict['where']) - 10} more, not listed" in said
    assert wrong == []
    tab.close()
    assert zone.ask("/workspace/scenario", {"open": "b"})[0] == 200


def test_faults_speak_of_columns_by_the_names_of_the_inspector(chromium: Any, tmp_path: Path) -> None:
    place = tmp_path / "plan"
    shutil.copytree(EXAMPLES / "demonstration-zone" / "faulty" / "missing_beds", place)
    with workbench(place) as service:
        tab, wrong = opened(service, chromium, "zh", 1440)
        tab.get_by_role("tab", name="数据问题").click()
        said = tab.locator(".faults").inner_text()
        assert "床位数" in said
        assert not re.search("[a-z]{3}", said)
        assert wrong == []
        tab.close()


def test_a_fault_says_a_column_whose_name_ends_in_a_unit_once(chromium: Any, tmp_path: Path) -> None:
    plan = town(packs=["zone"])
    facilities = plan.layer("facilities").assign(service="culture", floor_area_m2=None)
    bp.write(plan.replace(facilities=facilities), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        tab, wrong = opened(service, chromium, "zh", 1440)
        tab.locator("#tab-faults").click()
        said = tab.locator(".faults").inner_text()
        assert "的建筑面积（平方米）" in said
        assert "平方米，" not in said
        assert wrong == []
        tab.close()


def test_many_faults_of_a_kind_stand_in_one_fold_the_largest_first(chromium: Any, tmp_path: Path) -> None:
    plan = jittered_plan(7, 7, buildings=0)
    gaps = [one for at, one in enumerate(plan.layer("parcels").index) if at // 7 % 2 and at % 7 % 2]
    bp.write(without(plan, "parcels", *gaps), tmp_path / "plan")
    with workbench(tmp_path / "plan") as service:
        faults = [one for one in service.ask("/workspace/result")[1]["faults"] if one["rule"] == "pq-cover"]
        sizes = sorted((one["measured"] for one in faults), reverse=True)
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.locator("#tab-faults").click()
        fold = tab.locator(".faults details", has_text="Gaps 9")
        assert f"Total {sum(sizes):,.0f}\xa0m²" in fold.locator("summary").inner_text()
        fold.locator("summary").click()
        said = fold.locator("li span").all_inner_texts()
        assert [f"{size:,.1f}" in one for size, one in zip(sizes, said, strict=True)] == [True] * 9
        edit = {"op": "set", "layer": "parcels", "id": plan.layer("parcels").index[0], "column": "residents"}
        assert service.ask("/workspace/edits", {"edits": [edit | {"value": 7}]})[0] == 200
        tab.locator(".strip", has_text="residents → 7").wait_for(timeout=WAIT_MS)
        fold.locator("li button").first.click()
        settled(tab)
        tab.wait_for_function("__map.getZoom() > 15", timeout=WAIT_MS)
        assert faults_of(tab) == ""
        assert wrong == []
        tab.close()


def test_a_remedy_gives_what_is_to_be_written_as_it_is_written(chromium: Any, tmp_path: Path) -> None:
    plan = jittered_plan(7, 7, buildings=0)
    bp.write(plan.replace(parcels=plan.layer("parcels").assign(residents=None)), tmp_path / "plan")
    with workbench(tmp_path / "plan") as service:
        tab, wrong = opened(service, chromium, "ja", 1440)
        tab.locator("#tab-faults").click()
        assert '"given"、"dwellings"、"floor_area"' in tab.locator(".faults").inner_text()
        assert wrong == []
        tab.close()


def test_what_has_no_id_is_found_under_its_row_in_the_readers_language(chromium: Any, tmp_path: Path) -> None:
    plan = town(packs=["zone"])
    bp.write(plan.replace(facilities=plan.layer("facilities").assign(facility_id=None)), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        tab, wrong = opened(service, chromium, "ja", 1440)
        tab.fill("#search", "介護施設")
        assert "1 行目" in tab.locator(".found").inner_text(timeout=WAIT_MS)
        assert "(row" not in tab.locator("body").inner_text()
        assert wrong == []
        tab.close()


def test_a_fault_of_no_feature_leads_to_its_place(chromium: Any, tmp_path: Path) -> None:
    place = tmp_path / "plan"
    shutil.copytree(EXAMPLES / "demonstration-zone" / "faulty" / "gap", place)
    with workbench(place) as service:
        (fault,) = service.ask("/workspace/result")[1]["faults"]
        assert fault["id"] is None
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.locator("#tab-faults").click()
        tab.locator(".faults button:not([data-act])").click()
        settled(tab)
        tab.wait_for_function("__map.getZoom() > 15", timeout=WAIT_MS)
        settled(tab)
        where = tab.locator(".foot .place").inner_text().replace(",", "").split()
        assert float(where[0]) == pytest.approx(fault["x"], abs=20)
        assert float(where[2]) == pytest.approx(fault["y"], abs=20)
        assert wrong == []
        tab.close()


def test_the_parcel_of_a_facility_is_set_where_its_fault_says_so(fresh: Service, chromium: Any) -> None:
    move = {"op": "move", "layer": "facilities", "id": "nursing", "to": [500_250, 4_400_050]}
    assert fresh.ask("/workspace/edits", {"edits": [move]})[0] == 200
    tab, wrong = opened(fresh, chromium, "en", 1440)
    tab.locator("#tab-faults").click()
    fault = tab.locator(".faults button:not([data-act])")
    assert "names the parcel B, but stands on C" in fault.inner_text()
    fault.click()
    settled(tab)
    typed_in(tab, "#i-nursing-parcel_id", "C")
    settled(tab)
    assert tab.locator(".faults button:not([data-act])").count() == 0
    assert fresh.ask("/workspace/result")[1]["faults"] == []
    assert wrong == []
    tab.close()


@pytest.mark.parametrize(("lang", "width"), [("en", 1440), ("ja", 390)])
def test_what_a_plan_does_not_say_is_counted_once_over_the_verdicts_and_stays_folded(
    tmp_path: Path, chromium: Any, lang: str, width: int
) -> None:
    whole = town(packs=["green-access"])
    bp.write(whole.replace(parcels=whole.layer("parcels").assign(residents=None)), tmp_path / "town")
    with workbench(tmp_path / "town") as silent:
        verdicts = silent.ask("/workspace/result")[1]["verdicts"]
        waiting = [one for one in verdicts if any("residents" in lack for lack in one["missing"])]
        tab, wrong = opened(silent, chromium, lang, width)
        first = tab.locator(".needs li").first
        assert {"zh": "居住人口", "en": "residents", "ja": "居住人口"}[lang] in first.inner_text()
        assert "parcels." not in first.inner_text()
        assert str(len(waiting)) in first.locator("b").inner_text()
        assert faults_of(tab) == ""
        tab.locator(".needs summary").click()
        tab.locator(".verdict .row").first.click()
        settled(tab)
        assert not first.is_visible()  # drawn anew, it stays as the planner left it
        assert wrong == []
        tab.close()


def test_land_that_no_parcel_covers_is_drawn_as_one_from_its_fault(tmp_path: Path, chromium: Any) -> None:
    plan = without(town(packs=["zone"]), "parcels", "E")
    bp.write(plan, tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.get_by_role("tab", name="Faults").click()
        tab.locator("[data-act=draw-parcel]").click()
        for east, north in ((1, 1), (2, 1), (2, 2), (1, 2)):
            tab.fill("#typed-place", f"{X + east * SIDE}, {Y + north * SIDE}")
            tab.press("#typed-place", "Enter")
        tab.press("#typed-place", "Enter")
        tab.fill("#new-id", "E-2")
        tab.fill("#new-kind", "0902")
        tab.locator(".card .do").click()
        settled(tab)
        assert values(service, "land_use")["E-2"] == "0902"
        assert [
            one for one in service.ask("/workspace/result")[1]["faults"] if one["rule"] == "pq-cover"
        ] == []
        assert tab.locator("[data-act=draw-parcel]").count() == 0
        assert wrong == []
        tab.close()


def test_who_is_at_one_of_many_like_faults_stays_there_where_the_list_is_drawn_anew(
    tmp_path: Path, chromium: Any
) -> None:
    bp.write(without(without(town(packs=["zone"]), "parcels", "A"), "parcels", "I"), tmp_path / "town")
    with workbench(tmp_path / "town") as service:
        tab, wrong = opened(service, chromium, "en", 1440)
        tab.locator("#tab-faults").click()
        ids = tab.locator(".faults button").evaluate_all("all => all.map(one => one.id)")
        assert len(ids) == len(set(ids))
        second = tab.locator(".faults li:has([data-act=draw-parcel])").nth(1)
        said = second.inner_text()
        second.locator("button").first.focus()
        edit = {"op": "set", "layer": "parcels", "id": "E", "column": "residents", "value": 7}
        assert service.ask("/workspace/edits", {"edits": [edit]})[0] == 200
        tab.locator(".strip", has_text="E residents → 7").wait_for(timeout=WAIT_MS)
        assert tab.evaluate("document.activeElement.closest('li')?.innerText") == said
        assert wrong == []
        tab.close()


@pytest.mark.parametrize(
    ("lang", "label", "land"),
    [
        ("zh", "为谁选址", "居住用地面积"),
        ("en", "For whom", "residential land"),
        ("ja", "立地の対象", "住宅用地の面積"),
    ],
)
def test_whom_sites_are_for_is_said_in_the_panel(
    fresh: Service, chromium: Any, lang: str, label: str, land: str
) -> None:
    permitted = {"op": "set", "layer": "parcels", "id": "E", "column": "permitted", "value": "080404"}
    fresh.ask("/workspace/edits", {"edits": [permitted]})
    tab, wrong = opened(fresh, chromium, lang, 390)
    tab.locator("#tab-proposals").click()
    tab.select_option("#propose-kind", "site")
    tab.get_by_label(label).select_option(land)
    tab.select_option("#propose-service", "station")  # what was chosen stays
    tab.select_option("#propose-service", "kindergarten")
    assert faults_of(tab) == ""
    tab.locator("[data-act=propose]").click()
    tab.wait_for_selector("[data-act=take]", timeout=60_000)
    assert tab.locator(".search").inner_text().count("30,000") == 2  # m² of residential land
    assert wrong == []
    tab.close()
