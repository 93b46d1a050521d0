"""Judging by pack zone, with measurements set by hand."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from tests.check.fakes import Fake, all_supplies, reading, supply
from tests.support.builders import a_plan

from blockplan.check import check
from blockplan.check.instruments import House
from blockplan.check.notes import about_value
from blockplan.check.packs import load
from blockplan.check.verdict import CheckResult, Required, Residents
from blockplan.errors import UsageError
from blockplan.measure.measurement import Measurement, Place, Reading
from blockplan.measure.missing import Missing, lines
from blockplan.plan.model.faults import Fault, fault

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE_60 = Residents(54_000, 60_000, 66_000, "parcels")


def judged(
    readings: dict[str, Measurement] | None = None,
    people: Residents | None = None,
    manifest: dict[str, Any] | None = None,
    **rest: Any,
) -> CheckResult:
    """The reference plan's supplies, changed by `readings`, judged by pack zone."""
    fake = Fake({**all_supplies(people.central or 1 if people else 50_000), **(readings or {})}, **rest)
    if people is not None:
        fake.people = people
    return check(a_plan(manifest=manifest), ["zone"], instruments=fake)


def outcomes(result: CheckResult) -> dict[str, str]:
    return {verdict.rule: verdict.outcome for verdict in result.verdicts if verdict.outcome != "pass"}


def test_the_reference_supplies_pass_every_rule_at_50000_residents() -> None:
    result = judged()
    assert outcomes(result) == {}
    assert len(result.verdicts) == 13
    assert result.exit_code == 0


def test_60000_residents_fail_exactly_the_four_supplies_with_the_stated_values() -> None:
    result = judged(people=PEOPLE_60)
    assert outcomes(result) == dict.fromkeys(("zone-edu", "zone-beds", "zone-culture", "zone-green"), "fail")
    measured = {rule: result.verdict(rule).measured for rule in outcomes(result)}
    assert measured == pytest.approx(
        {"zone-edu": 3466.6667, "zone-beds": 8.3333, "zone-culture": 0.40333, "zone-green": 17.75}, rel=1e-4
    )
    assert result.exit_code == 1


def test_capacity_of_the_reference_supplies_is_52208_bound_by_education() -> None:
    result = judged()
    assert result.capacity.residents == 52_208
    assert result.capacity.binding_rule == "zone-edu"
    assert result.capacity.by_rule == {
        "zone-edu": 52_208,
        "zone-beds": 52_631,
        "zone-culture": 53_777,
        "zone-green": 53_250,
    }


def test_a_supply_that_falls_short_says_amount_unit_and_residents_beyond_it() -> None:
    result = judged(people=PEOPLE_60)
    beds, land = result.verdict("zone-beds"), result.verdict("zone-edu")
    assert beds.remedy is not None
    assert land.remedy is not None
    assert (beds.remedy.amount, beds.remedy.unit) == (70, "bed")
    assert beds.remedy.text["en"] == "70 more nursing beds for 60,000 residents."
    assert land.remedy.text == {
        "zh": "按 60,000 名居民计，还需基础教育用地 31,040 平方米。",
        "en": "31,040 m² more land for basic education for 60,000 residents.",
        "ja": "住民 60,000 人に対し、基礎教育用地があと 31,040 m²必要。",
    }
    assert beds.affected_residents == 60_000 - 52_631
    assert land.affected_residents == 60_000 - 52_208


def test_one_bed_is_said_in_the_singular() -> None:
    result = judged({"nursing_beds_per_1000": supply("nursing_beds_per_1000", 474)})
    remedy = result.verdict("zone-beds").remedy
    assert remedy is not None
    assert remedy.text["en"] == "1 more nursing bed for 50,000 residents."


def test_what_passes_needs_no_remedy_and_affects_nobody() -> None:
    verdict = judged().verdict("zone-beds")
    assert verdict.remedy is None
    assert verdict.affected_residents == 0
    assert verdict.margin == pytest.approx(0.5)


def test_margin_is_negative_outside_a_range_and_the_remedy_says_which_way() -> None:
    short = judged({"belt_length": reading("belt_length", 8.2)}).verdict("zone-belt")
    long = judged({"belt_length": reading("belt_length", 9.75)}).verdict("zone-belt")
    assert short.margin == pytest.approx(-0.3)
    assert short.remedy is not None
    assert long.remedy is not None
    assert short.remedy.text["en"] == "Lengthen the innovation belt by 0.3 km."
    assert long.remedy.text["en"] == "Shorten the innovation belt by 0.25 km."
    assert short.affected_residents is None


def test_a_target_that_is_exceeded_asks_for_nothing_to_be_taken_away_and_says_by_how_much() -> None:
    verdict = judged({"areas_sum": reading("areas_sum", 9.9)}).verdict("zone-area-sum")
    assert (verdict.force, verdict.outcome, verdict.remedy) == ("target", "fail", None)
    assert "Lies 0.25 km² above the upper end of the range (9.65 km²)." in [n["en"] for n in verdict.notes]
    short = judged({"areas_sum": reading("areas_sum", 9.3)}).verdict("zone-area-sum")
    assert short.remedy is not None


def test_residents_beyond_the_distance_are_counted_named_and_located() -> None:
    places = (Place("parcels", "R-3", 1.0, 2.0, 812.0), Place("parcels", "R-9", 3.0, 4.0, 640.0))
    within = reading(
        "green_within_500m", 0.9, definition={"limit_m": 500.0}, places=places, affected_residents=5_000.0
    )
    verdict = judged({"green_within_500m": within}).verdict("zone-green-access")
    assert verdict.outcome == "fail"
    assert [place.id for place in verdict.where] == ["R-3", "R-9"]
    assert verdict.affected_residents == 5_000
    assert verdict.remedy is not None
    assert (verdict.remedy.amount, verdict.remedy.unit) == (5_000, "resident")
    assert verdict.remedy.text["en"] == "Bring 5,000 residents of 2 parcels within 500 m."
    assert verdict.definition["limit_m"] == 500


def test_a_share_of_95_percent_set_by_the_plan_takes_the_place_of_every_resident() -> None:
    within = reading("green_within_500m", 0.96, affected_residents=2_000.0)
    keys = {"parameters": {"green_access_share": 0.95}}
    verdict = judged({"green_within_500m": within}, manifest=keys).verdict("zone-green-access")
    assert (verdict.outcome, verdict.required.value) == ("pass", 0.95)


def test_a_share_below_everybody_asks_only_for_the_residents_it_lacks() -> None:
    places = (Place("buildings", "B-1", 1.0, 2.0, 812.0),)
    within = reading(
        "green_within_500m", 0.9, definition={"limit_m": 500.0}, places=places, affected_residents=5_000.0
    )
    keys = {"parameters": {"green_access_share": 0.95}}
    remedy = judged({"green_within_500m": within}, manifest=keys).verdict("zone-green-access").remedy
    assert remedy is not None
    assert remedy.amount == 2_500
    assert remedy.text["en"] == "Bring at least 2,500 of the 5,000 residents of 1 building within 500 m."


def test_a_missing_park_is_asked_for_with_its_size() -> None:
    verdict = judged({"parks_large": reading("parks_large", 2)}).verdict("zone-parks-large")
    assert verdict.remedy is not None
    assert verdict.remedy.text["en"] == "1 more park of at least 10 ha."
    assert verdict.remedy.text["zh"] == "还需 1 处面积不小于 10 公顷的公园。"


def test_a_fourth_large_park_passes_and_is_noted() -> None:
    verdict = judged({"parks_large": reading("parks_large", 4)}).verdict("zone-parks-large")
    assert verdict.outcome == "pass"
    assert verdict.notes[0]["en"].startswith("4 large parks are drawn where the notice names 3")


def test_what_a_city_reached_stands_beside_a_share_in_percent_as_the_share_does() -> None:
    (rule,) = [
        one for pack in load(["bj"], House().measures()) for one in pack.rules if one.id == "bj-mp-parkaccess"
    ]
    found = Measurement("green_access", 0.969, "1")
    (note,) = about_value(rule, Required(">=", 0.95), found, {})
    assert note["en"] == "The city is reported to have reached 93% in 2025; the plan has 96.9%."


def test_the_second_published_area_stands_beside_the_sum() -> None:
    verdict = judged().verdict("zone-area-sum")
    assert "9.57 km² of planned land; 9.5 km² are drawn, a difference of 0.07" in verdict.notes[0]["en"]


def test_a_range_of_residents_that_turns_the_verdict_is_said() -> None:
    notes = judged().verdict("zone-edu").notes
    assert notes[0]["en"] == (
        "The residents are uncertain: with 55,000 of them the value is 3,781.8 m² per 1,000 residents "
        "and the rule fails."
    )


def test_an_unknown_value_names_what_is_missing_and_has_no_numbers() -> None:
    missing = (Missing("facilities", "beds", ("F-12",)),)
    result = judged(
        {"nursing_beds_per_1000": reading("nursing_beds_per_1000", None, missing=missing, per=1000)}
    )
    verdict = result.verdict("zone-beds")
    assert verdict.outcome == "unknown"
    assert verdict.missing == missing
    assert lines(verdict.missing) == ("facilities.beds of F-12",)
    assert (verdict.measured, verdict.margin, verdict.remedy, verdict.affected_residents) == (None,) * 4
    assert result.exit_code == 3


def test_capacity_is_not_known_while_one_supply_is_not() -> None:
    result = judged({"nursing_beds_per_1000": reading("nursing_beds_per_1000", None, per=1000)})
    assert (result.capacity.residents, result.capacity.binding_rule) == (None, None)
    assert result.capacity.by_rule["zone-edu"] == 52_208
    assert result.capacity.by_rule["zone-beds"] is None


def test_a_failing_target_does_not_decide_the_exit_code() -> None:
    result = judged({"areas_sum": reading("areas_sum", 9.8)})
    assert outcomes(result) == {"zone-area-sum": "fail"}
    assert result.exit_code == 0


def test_a_rule_that_does_not_exist_yet_on_the_day_does_not_apply_and_says_so() -> None:
    result = check(a_plan(), ["zone"], "2020-12-31", instruments=Fake(all_supplies()))
    assert {verdict.outcome for verdict in result.verdicts} == {"not_applicable"}
    assert "begins on 2021-01-01; on 2020-12-31 it does not exist yet" in result.verdicts[0].notes[0]["en"]
    assert result.on == "2020-12-31"


def test_the_day_drawn_on_judges_unless_another_is_asked_for() -> None:
    assert judged().on == "2021-09-30"
    later = check(a_plan(), ["zone"], dt.date(2026, 1, 1), instruments=Fake(all_supplies()))
    assert later.on == "2026-01-01"
    assert "last found to hold on 2022-05-05" in later.verdicts[0].notes[-1]["en"]


@pytest.mark.parametrize("day", ["2021-02-30", "tomorrow", ""])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    with pytest.raises(UsageError, match=r"is no day\. Write it as year-month-day"):
        check(a_plan(), ["zone"], day, instruments=Fake())


def test_a_plan_without_packs_is_not_judged_by_nothing() -> None:
    with pytest.raises(UsageError, match=r"names no rule pack.*there are: .*zone"):
        check(a_plan(), instruments=Fake())


def test_the_packs_of_the_plan_judge_where_none_is_asked_for() -> None:
    plan = a_plan(manifest={"packs": ["zone"]})
    assert check(plan, instruments=Fake(all_supplies())).packs == ("zone",)


def test_each_measure_is_taken_once_per_set_of_parameters() -> None:
    fake = Fake(all_supplies())
    check(a_plan(), ["zone"], instruments=fake)
    calls = [json.dumps(call, sort_keys=True, default=str) for call in fake.calls]
    assert len(calls) == len(set(calls))
    assert [parameters["area_id"] for name, parameters in fake.calls if name == "area_size"] == [
        "rd",
        "life",
        "mfg",
    ]


def test_parameters_of_the_plan_reach_the_measure_and_the_result() -> None:
    fake = Fake(all_supplies())
    plan = a_plan(manifest={"parameters": {"green_codes": ["1401", "1403"], "large_park_min_ha": 20}})
    result = check(plan, ["zone"], instruments=fake)
    asked = dict(fake.calls)
    assert asked["green_per_resident"] == {"green_codes": ["1401", "1403"]}
    assert asked["parks_large"]["large_park_min_ha"] == 20
    assert result.parameters["large_park_min_ha"] == 20
    assert result.parameters["horizon_year"] == 2035


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("large_park_min_ha", "ten", r"large_park_min_ha = 'ten', but zone-parks-large wants a number"),
        ("green_codes", "1401", r"green_codes = '1401', but zone-green wants a list of a text"),
        ("green_reading", "net_edge", r"zone-green-access fixes it at 'line_edge'"),
        ("green_access_share", True, r"green_access_share = True, but zone-green-access wants a number"),
        ("green_access_share", math.nan, r"green_access_share = nan, but zone-green-access wants a number"),
        ("green_access_share", math.inf, r"green_access_share = inf, but zone-green-access wants a number"),
        ("community_parks_min", -1, r"= -1, but zone-parks-community wants a number that is not negative"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_by_name(name: str, value: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        judged(manifest={"parameters": {name: value}})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("green_acess_share", "Write green_access_share if that is meant: it is judged by the default now."),
        ("colour", "Correct the name, or take it out: what it was to change is judged by the default."),
        ("residents_source", "Set residents.source, and take residents_source out."),
    ],
)
def test_a_parameter_that_nothing_reads_is_a_warning(name: str, said: str) -> None:
    result = judged(manifest={"parameters": {name: 0.9}})
    (found,) = result.faults
    assert (found.rule, found.grade, found.layer, found.id) == ("pq-parameter", "warning", "plan.toml", name)
    assert found.remedy() == said
    assert result.to_dict("zh")["faults"][0]["id"] == name
    assert outcomes(result) == {}


def test_parameters_of_rules_measures_and_tolerances_are_read() -> None:
    keys = {
        "green_access_share": 1.0,
        "large_park_min_ha": 10,
        "gap_tolerance_m2": 2,
        "both_ends_count": True,
    }
    assert judged(manifest={"parameters": keys}).faults == ()


def test_a_parameter_for_a_pack_of_the_plan_is_read_though_another_judges(tmp_path: Path) -> None:
    from tests.support.packs import a_pack

    plan = a_plan(manifest={"packs": ["zone"], "parameters": {"green_access_share": 0.95}})
    assert check(plan, [a_pack(tmp_path / "one", "one")], instruments=Fake(all_supplies())).faults == ()


def test_readings_beside_the_judging_one_say_how_they_would_have_turned_out() -> None:
    walk = Reading("net_edge_entrance", 0.93, "residents", ("R-3",), {"along": "streets"})
    within = reading("green_within_500m", 1.0, readings=(walk,))
    (beside,) = judged({"green_within_500m": within}).verdict("zone-green-access").readings
    assert (beside.id, beside.outcome, beside.changed) == ("net_edge_entrance", "fail", ("R-3",))


def test_a_fault_of_what_was_counted_makes_the_verdict_unknown_and_is_named() -> None:
    doubt = fault(
        "pq-missing", "facilities", "F-1", case="beds", aspect="beds", values={"service": "nursing_home"}
    )
    beds = supply("nursing_beds_per_1000", 500, counted={"facilities": ("F-1", "F-2")})
    result = judged({"nursing_beds_per_1000": beds}, found=(doubt,))
    verdict = result.verdict("zone-beds")
    assert outcomes(result) == {"zone-beds": "unknown"}
    assert lines(verdict.missing) == ("pq-missing: facilities F-1 (beds)",)
    assert verdict.measured is None
    assert "the value would be 10" in verdict.notes[1]["en"]
    assert result.capacity.by_rule["zone-beds"] is None


@pytest.mark.parametrize(
    ("grade", "id_", "aspect"),
    [("warning", "F-1", "beds"), ("error", "F-9", "beds"), ("error", "F-1", "floor_area_m2")],
)
def test_a_fault_of_lower_grade_other_feature_or_other_column_touches_nothing(
    grade: Any, id_: str, aspect: str
) -> None:
    other = Fault("pq-missing", grade, "facilities", id_, features=(("facilities", id_),), aspect=aspect)
    beds = supply("nursing_beds_per_1000", 500, counted={"facilities": ("F-1", "F-2")})
    reads = frozenset({("facilities", "beds"), ("facilities", "service")})
    result = judged({"nursing_beds_per_1000": beds}, found=(other,), what_is_read=reads)
    assert outcomes(result) == {}


@pytest.mark.parametrize(
    ("meant", "expected"), [(["1001", "1401"], "unknown"), (["1001", "1402"], "pass"), (["X9"], "unknown")]
)
def test_a_parcel_whose_code_and_name_disagree_puts_each_rule_in_doubt_that_counts_either(
    meant: list[str], expected: str
) -> None:
    words = {"code": "1001", "code_name": "a", "name": "b", "meant": "c", "codes": meant}
    doubt = fault("pq-code", "parcels", "P-1", case="differs", aspect="land_use", values=words)
    green = supply(
        "green_per_resident",
        1_065_000,
        counted={"parcels": ("P-2",)},
        definition={"parameters": {"green_codes": ["1401"]}},
    )
    result = judged({"green_per_resident": green}, found=(doubt,))
    assert result.verdict("zone-green").outcome == expected


def test_text_against_drawing_makes_the_bound_rule_unknown_and_the_statement_missed() -> None:
    statements = pd.DataFrame(
        {
            "statement_id": ["S05", "S06"],
            "kind": ["C", "C"],
            "bound_to": ["rule:zone-area-rd", "rule:zone-belt"],
        }
    )
    words = {"said": "3.62 km2", "language": "en", "object": "rd", "objects": "areas", "drawn": "3.50 km2"}
    doubt = fault("pq-text", "statements", "S05", aspect="text_en", values=words)
    plan = a_plan(statements=statements)
    result = check(plan, ["zone"], instruments=Fake(all_supplies(), found=(doubt,)))
    assert outcomes(result) == {"zone-area-rd": "unknown"}
    assert {state.statement_id: state.state for state in result.statements} == {
        "S05": "missed",
        "S06": "kept",
    }


def test_the_result_is_plain_json_in_every_language() -> None:
    result = judged(people=PEOPLE_60)
    for lang, title in (("zh", "千人基础教育用地"), ("ja", "千人当たり基礎教育用地")):
        written = json.loads(json.dumps(result.to_dict(lang), allow_nan=False))
        assert written["verdicts"][0]["title"] == title
    keys = "rule title scope outcome measured unit required margin remedy affected_residents where definition"
    assert set(keys.split()) <= set(written["verdicts"][0])


def test_report_only_measures_are_listed_and_not_judged() -> None:
    result = judged()
    assert "stops_within_500m" in [measurement.id for measurement in result.reported]


def test_a_pack_in_a_folder_can_ask_what_plans_it_speaks_of(tmp_path: Path) -> None:
    from tests.support.packs import a_pack

    keys = "applies_to: { level: [parcel] }\n"
    result = check(a_plan(), [a_pack(tmp_path / "one", "one", keys)], instruments=Fake(all_supplies()))
    assert "plans of the level parcel only" in result.verdicts[0].notes[0]["en"]
    for codes, outcome in (('["07"]', "pass"), ('["08"]', "not_applicable")):
        pack = a_pack(tmp_path / outcome, outcome, f"applies_to: {{ land_use: {codes} }}\n")
        (verdict,) = check(a_plan(), [pack], "2025-01-01", instruments=Fake(all_supplies())).verdicts
        assert verdict.outcome == outcome
    city = a_pack(tmp_path / "city", "city", "", {"scope: plan": "scope: city"})
    (verdict,) = check(a_plan(), [city], instruments=Fake(all_supplies())).verdicts
    assert verdict.outcome == "not_applicable"
