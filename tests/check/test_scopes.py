"""Rules on each block, area or circle; strict limits; repealed rules; figures that are only reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.check.fakes import Fake, reading, supply
from tests.support.builders import a_plan, parcels_of, square

from blockplan.check import check
from blockplan.check.limits import compare, margin
from blockplan.check.scopes import NO_CIRCLE, people_of
from blockplan.check.verdict import CheckResult, Required, Residents, Verdict
from blockplan.measure.measurement import Measurement, Part, Place
from blockplan.measure.missing import Missing, lines
from blockplan.report.tables import missing_words
from blockplan.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

RULE = """\
id: town-beds
title: Nursing beds
subject: nursing beds
measure: nursing_beds_per_1000
unit: bed
force: must
confidence: A
SCOPE
limits:
  - from: 2019-01-01
    LIMIT: 8
    source: { document: Town Plan Rules 2018, clause: "4.2" }
REST
still_in_force_on: 2026-11-01
cases:
  - { name: at, day: 2020-01-01, nursing_beds_per_1000: 8, expect: AT }
  - { name: below, day: 2020-01-01, nursing_beds_per_1000: 7.9, expect: fail }
  - { name: above, day: 2020-01-01, nursing_beds_per_1000: 8.1, expect: pass }
  - { name: not measured, day: 2020-01-01, nursing_beds_per_1000: null, expect: unknown }
  - { name: before the first limit, day: 2018-12-31, nursing_beds_per_1000: 9, expect: not_applicable }
"""
PLACE = Place("facilities", "F-1", 10.0, 20.0, 4.0)


def town(
    folder: Path,
    scope: str = "scope: block",
    limit: str = "min",
    rest: str = "",
    cases: str = "",
    head: str = "",
) -> Path:
    at = "fail" if limit == "above" else "pass"
    rule = RULE.replace("SCOPE", scope).replace("LIMIT", limit).replace("REST\n", rest).replace("AT", at)
    (folder / "beds.yaml").write_text(rule + cases, encoding="utf-8")
    (folder / "pack.yaml").write_text("id: town\ntitle: Town\npublisher: Town\n" + head, encoding="utf-8")
    return folder


def judged(folder: Path, found: Measurement, on: str = "2021-09-30", **readings: Measurement) -> CheckResult:
    fake = Fake({found.id: found, **readings})
    return check(a_plan(), [folder], on=on, instruments=fake)


def beds(*parts: Part, **rest: Any) -> Measurement:
    return supply("nursing_beds_per_1000", 500, by=parts, **rest)


def test_a_rule_on_each_block_gives_one_verdict_a_block_with_its_own_people_and_places(
    tmp_path: Path,
) -> None:
    parts = (
        Part("block:N", 10.0, supply=100, residents=10_000),
        Part("block:S", 4.0, supply=40, residents=10_000, places=(PLACE,)),
        Part("area:rd", 1.0),
    )
    result = judged(town(tmp_path), beds(*parts))
    assert [(v.scope_kind, v.scope_id, v.outcome) for v in result.verdicts] == [
        ("block", "N", "pass"),
        ("block", "S", "fail"),
    ]
    south = result.verdict("town-beds", "S")
    assert south.remedy is not None
    assert south.remedy.amount == 40  # 8 beds for each 1,000 of 10,000 residents, and 40 are there
    assert south.affected_residents == 5_000
    assert south.where == (PLACE,)
    assert result.exit_code == 1


def test_the_definition_of_a_blocks_verdict_says_its_own_residents_and_not_the_plans(tmp_path: Path) -> None:
    north = Part("block:N", 10.0, supply=100, residents=10_000)
    south = Part("block:S", None, supply=40)
    result = judged(town(tmp_path), beds(north, south, definition={"residents": 50_000, "along": "line"}))
    said = [one.definition for one in result.verdicts]
    assert [(one["residents"], one["along"]) for one in said] == [(10_000, "line"), (None, "line")]


def test_the_range_of_residents_is_a_blocks_own_share_of_the_plans(tmp_path: Path) -> None:
    result = judged(town(tmp_path), beds(Part("block:N", 8.5, supply=85, residents=10_000)))
    (note,) = result.verdicts[0].notes
    assert "11,000 of them" in note["en"]  # the plan's range is 0.9 to 1.1
    assert "7.73 beds per 1,000 residents" in note["en"]


def test_a_block_that_cannot_be_told_says_what_is_missing_there(tmp_path: Path) -> None:
    result = judged(
        town(tmp_path), beds(Part("block:N", None, missing=(Missing("facilities", "beds", ("F-1",)),)))
    )
    assert result.verdicts[0].outcome == "unknown"
    assert lines(result.verdicts[0].missing) == ("facilities.beds of F-1",)
    assert result.exit_code == 3


def test_without_any_circle_the_rule_does_not_apply_and_says_so(tmp_path: Path) -> None:
    found = beds(missing=(Missing("circles"),))
    (verdict,) = judged(town(tmp_path, "scope: circle"), found).verdicts
    assert (verdict.scope_kind, verdict.scope_id, verdict.outcome) == ("circle", "*", "not_applicable")
    assert verdict.measured is None
    assert verdict.missing == (NO_CIRCLE,)
    assert "draws no living circle" in verdict.notes[-1]["en"]


def test_parts_of_the_plan_do_not_set_the_population_that_the_plan_carries(tmp_path: Path) -> None:
    result = judged(town(tmp_path), beds(Part("block:N", 10.0, supply=100, residents=10_000)))
    assert result.capacity.by_rule == {}


def test_a_strict_limit_fails_at_its_own_figure(tmp_path: Path) -> None:
    folder = town(tmp_path, "scope: plan", "above")
    at = judged(folder, supply("nursing_beds_per_1000", 400)).verdicts[0]
    assert (at.measured, at.outcome, at.required) == (8, "fail", Required(">", 8))
    assert judged(folder, supply("nursing_beds_per_1000", 401)).verdicts[0].outcome == "pass"


def test_a_strict_limit_carries_one_person_less_where_it_divides_evenly(tmp_path: Path) -> None:
    result = judged(town(tmp_path, "scope: plan", "above"), supply("nursing_beds_per_1000", 400))
    assert result.capacity.residents == 49_999


@pytest.mark.parametrize(("value", "outcome"), [(79.9, "pass"), (80, "fail"), (None, "unknown")])
def test_below_leaves_its_own_figure_out(value: float | None, outcome: str) -> None:
    assert compare(value, Required("<", 80)) == outcome


def test_margins_of_strict_limits_are_counted_from_the_figure() -> None:
    assert (margin(78, Required("<", 80)), margin(8, Required(">", 8))) == (2, 0)


REPEALED = "repealed: { on: 2025-12-01, by: Town Plan Rules 2025 }\n"
AROUND = """\
  - { name: last day, day: 2025-11-30, nursing_beds_per_1000: 7, expect: fail }
  - { name: repealed, day: 2025-12-01, nursing_beds_per_1000: 7, expect: not_applicable }
"""


def test_a_repealed_rule_judges_until_the_day_before_and_then_says_what_replaced_it(tmp_path: Path) -> None:
    folder = town(tmp_path, "scope: plan", rest=REPEALED, cases=AROUND)
    found = supply("nursing_beds_per_1000", 300)
    assert judged(folder, found, "2025-11-30").verdicts[0].outcome == "fail"
    after = judged(folder, found, "2025-12-01").verdicts[0]
    assert after.outcome == "not_applicable"
    assert "Town Plan Rules 2025" in after.notes[0]["en"]
    assert after.required == Required(">=", 8)


def test_what_a_rule_fixes_reaches_the_measure_and_no_plan_can_set_it(tmp_path: Path) -> None:
    folder = town(tmp_path, "scope: plan\nwith: { nursing_services: [day_care] }")
    fake = Fake({"nursing_beds_per_1000": supply("nursing_beds_per_1000", 500)})
    plan = a_plan(manifest={"parameters": {"nursing_services": ["hospital"]}})
    result = check(plan, [folder], instruments=fake)
    assert fake.calls == [("nursing_beds_per_1000", {"nursing_services": ["day_care"]})]
    assert result.verdicts[0].definition["parameters"]["nursing_services"] == ["day_care"]


def test_a_figure_without_a_limit_is_reported_under_its_own_id_with_its_source(tmp_path: Path) -> None:
    head = """\
reported:
  - jobs
  - id: town-parks
    measure: parks_large
    with: { large_park_min_ha: 5 }
    title: Parks of 5 ha
    confidence: B
    source: { document: Town Plan Rules 2018, clause: "7" }
"""
    result = judged(town(tmp_path, head=head), beds(), parks_large=reading("parks_large", 4))
    assert [found.id for found in result.reported] == ["jobs", "town-parks"]
    parks = result.reported[1]
    assert (parks.value, parks.definition["measure"], parks.definition["confidence"]) == (
        4,
        "parks_large",
        "B",
    )
    assert parks.definition["source"]["clause"] == "7"


def test_a_pack_may_report_and_judge_nothing(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("id: t\ntitle: T\npublisher: T\nreported: [jobs]\n", encoding="utf-8")
    result = check(a_plan(), [tmp_path], instruments=Fake({"jobs": reading("jobs", 9)}))
    assert result.verdicts == ()
    assert result.reported[0].value == 9


def test_all_stands_for_every_pack_there_is() -> None:
    from blockplan.check.instruments import House
    from blockplan.check.packs import available, load

    assert [pack.id for pack in load(["all"], House().measures())] == sorted(available())


def test_the_must_rules_decide_how_many_people_the_plan_carries(tmp_path: Path) -> None:
    for name in ("must", "target"):
        (tmp_path / name).mkdir()
    town(tmp_path / "must", "scope: plan")
    aim = town(tmp_path / "target", "scope: plan")
    rule = (aim / "beds.yaml").read_text(encoding="utf-8").replace("force: must", "force: target")
    rule = rule.replace("id: town-beds", "id: aim").replace("nursing_beds_per_1000", "green_per_resident")
    (aim / "beds.yaml").write_text(rule.replace("unit: bed", "unit: m2"), encoding="utf-8")
    (aim / "pack.yaml").write_text("id: aim\ntitle: Aim\npublisher: Town\n", encoding="utf-8")
    beds = supply("nursing_beds_per_1000", 500)

    def capacity(green: Measurement, *packs: str) -> tuple[int | None, dict[str, int | None]]:
        fake = Fake({beds.id: beds, green.id: green})
        found = check(a_plan(), [tmp_path / pack for pack in packs], instruments=fake).capacity
        return found.residents, dict(found.by_rule)

    unknown, little = reading("green_per_resident", None), supply("green_per_resident", 8_000)
    assert capacity(unknown, "must", "target")[0] == 62_500
    assert capacity(little, "must", "target") == (62_500, {"town-beds": 62_500, "aim": 1_000})
    assert capacity(little, "target")[0] == 1_000


def test_a_rule_for_towns_of_some_size_does_not_speak_of_others(tmp_path: Path) -> None:
    folder = town(tmp_path, "scope: plan\napplies_to: { residents: [30000, 49999] }")
    (verdict,) = judged(folder, supply("nursing_beds_per_1000", 300)).verdicts
    assert verdict.outcome == "not_applicable"
    assert (
        verdict.notes[0]["en"]
        == "The rule speaks of plans of 30,000 to 49,999 residents; this one has 50,000."
    )
    folder = town(tmp_path, "scope: plan\napplies_to: { residents: [30000, 50000] }")
    assert judged(folder, supply("nursing_beds_per_1000", 300)).verdicts[0].outcome == "fail"


def test_another_plans_figure_asks_nothing_of_this_one(tmp_path: Path) -> None:
    folder = town(tmp_path, "scope: plan")
    rule = (folder / "beds.yaml").read_text(encoding="utf-8")
    (folder / "beds.yaml").write_text(rule.replace("force: must", "force: comparator"), encoding="utf-8")
    result = judged(folder, supply("nursing_beds_per_1000", 300))
    assert (result.verdicts[0].outcome, result.verdicts[0].remedy, result.exit_code) == ("fail", None, 0)


GREEN_OF_NORTH = """\
id: town-green
title: Green of the north area
measure: green_per_resident
unit: m2
force: must
confidence: A
scope: { kind: area, id: north }
limits:
  - from: 2019-01-01
    min: 20
    source: { document: Town Plan Rules 2018, clause: "4.2" }
still_in_force_on: 2026-11-01
cases:
  - { name: at, day: 2020-01-01, green_per_resident: 20, expect: pass }
  - { name: below, day: 2020-01-01, green_per_resident: 7.9, expect: fail }
  - { name: above, day: 2020-01-01, green_per_resident: 28.1, expect: pass }
  - { name: not measured, day: 2020-01-01, green_per_resident: null, expect: unknown }
  - { name: before the first limit, day: 2018-12-31, green_per_resident: 9, expect: not_applicable }
"""


def north_of(folder: Path, *names: str) -> Verdict:
    """The verdict on the green of the area north, where the areas of the plan bear some names."""
    (folder / "green.yaml").write_text(GREEN_OF_NORTH, encoding="utf-8")
    (folder / "pack.yaml").write_text("id: town\ntitle: Town\npublisher: Town\n", encoding="utf-8")
    parcels = parcels_of("1401", "0701", "0701", residents=[None, 100.0, 100.0])
    shapes = [square(0).union(square(1)), square(2)]
    areas = gpd.GeoDataFrame({"area_id": list(names)}, geometry=shapes, crs="EPSG:4548")
    (verdict,) = check(a_plan(parcels, areas=areas), [folder]).verdicts
    return verdict


def test_the_plans_figure_does_not_judge_an_area_that_the_measure_does_not_part(tmp_path: Path) -> None:
    verdict = north_of(tmp_path, "south", "north")  # over the plan 50 m2, in the north none
    assert (verdict.scope_kind, verdict.scope_id, verdict.outcome) == ("area", "north", "unknown")
    assert (verdict.measured, verdict.margin, verdict.where) == (None, None, ())
    assert lines(verdict.missing) == ("green_per_resident: it is not measured by area",)


def test_an_area_that_the_plan_does_not_have_is_unknown_with_the_ids_that_it_has(tmp_path: Path) -> None:
    verdict = north_of(tmp_path, "south", "North")
    assert (verdict.outcome, lines(verdict.missing)) == ("unknown", ("areas: none with the id north",))
    assert verdict.notes[0]["en"] == "The plan has no area with the id “north”; it has south, North."
    assert missing_words(verdict.missing, Words("zh")) == ["没有编号为 north 的片区"]


@given(st.floats(1, 1e6), st.floats(0.1, 1e5))
def test_a_part_of_a_plan_with_so_many_residents_and_no_range_has_no_range(
    central: float, lived: float
) -> None:
    part = Part("circle:C1", 1.0, residents=lived)
    found = people_of(Residents(central, central, central, "parcels"), part)
    assert (found.low, found.central, found.high) == (lived, lived, lived)
    assert people_of(Residents(None, central, central * 2, "parcels"), part).low is None
