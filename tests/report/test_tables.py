from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.handmade import cell, frame, manifest, reach, result, verdict
from tests.support.town import town

import blockplan as bp
from blockplan.check.verdict import Capacity, Required
from blockplan.measure import measure
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing, reason
from blockplan.measure.parameters import DEFAULTS
from blockplan.plan import Plan
from blockplan.report.document import walk
from blockplan.report.key_figures import key_figures
from blockplan.report.office.columns import TEXTS as OFFICE
from blockplan.report.readings import some
from blockplan.report.tables import (
    capacity_sentence,
    gap_said,
    margin_said,
    measured,
    missing_words,
    outcome_said,
    reported_row,
    required,
    scope_said,
    value_said,
    verdict_headers,
    verdict_rows,
)
from blockplan.report.verdicts import verdict_document
from blockplan.report.view import View
from blockplan.report.words import CATALOG, Words
from blockplan.texts import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_row_has_a_cell_for_each_heading(lang: str) -> None:
    rows = verdict_rows(result(), lang)
    assert len(rows) == len(result().verdicts)
    assert {len(row) for row in rows} == {len(verdict_headers(lang))}
    assert all(cell for row in rows for cell in row)


def test_rows_say_what_is_asked_what_is_given_and_who_falls_short() -> None:
    edu = verdict_rows(result(), "en")[1]
    assert edu == (
        "× fail",
        "zone-edu",
        "Title of zone-edu",
        "3,466.7 m² per 1,000 residents",
        "at least 3,984 m² per 1,000 residents",
        "−517.3 m²",
        "390 residents",
    )


def test_an_unknown_verdict_says_not_known() -> None:
    assert verdict_rows(result(), "ja")[2][3:6] == ("不明", "千人当たり 9.5 床以上", "不明")


def test_a_reach_rule_names_its_distance() -> None:
    row = verdict_rows(result(verdicts=(reach(),)), "en")[0]
    assert row[3:6] == ("93%", "everyone (100%) within 500 m", "−7 points")


def test_of_places_that_have_a_size_all_are_asked_for_and_not_everyone() -> None:
    sized = replace(reach(), definition={})
    assert verdict_rows(result(verdicts=(sized,)), "en")[0][4] == "all (100%)"


def test_a_rule_that_does_not_apply_has_no_figures() -> None:
    assert verdict_rows(result(), "en")[5][3] == "–"
    assert outcome_said("not_applicable", Words("en")) == "– not applicable"


def test_a_value_near_either_end_of_a_range_is_told_apart_from_it() -> None:
    near = verdict(
        "x", "fail", unit="km", measured=8.49999, required=Required("between", (8.5, 9.5)), margin=-1e-5
    )
    assert verdict_rows(result(verdicts=(near,)), "en")[0][3] == "8.49999 km"


def test_capacity_names_the_rule_that_binds() -> None:
    assert capacity_sentence(result(), "en") == (
        'The supplies carry at most 2,610 residents; the first to run out is "Title of zone-edu".'
    )
    assert "未知" in capacity_sentence(result(capacity=Capacity(None, None, {"zone-edu": None})), "zh")
    # Where no rule hangs on residents nothing is unknown: nothing limits them.
    assert "不限定" in capacity_sentence(result(capacity=Capacity(None, None, {})), "zh")


def test_quantities_stand_in_their_unit() -> None:
    assert Words("zh").amount(9.0, "km") == "9 公里"
    assert Words("en").amount(None, "km") == "not known"
    assert Words("en").amount(0.5, "1") == "50%"


def test_what_is_missing_is_said_in_words() -> None:
    said = {
        Missing("parcels"): ["the plan has no layer parcels"],
        Missing("facilities", "beds", ("F-12",), 7): ["beds of facility F-12, 7 more"],
        Missing("parcels", "land_use", ("A", "B", "C", "D"), 272): [
            "land-use code of parcel A, B, C, 273 more"
        ],
        Missing("parcels", "land_use", ("A",), why="detail", values=(("codes", "090101"),)): [
            "a finer land-use code (090101) of parcel A"
        ],
        Missing("parcels", "land_use", why="detail", values=(("codes", "090101"),)): [
            "a finer land-use code (090101) of each parcel"
        ],
        Missing("facilities", "beds"): ["beds of each facility (facilities.beds)"],
        Missing("plan.toml", "notice.start"): ["the first day of the notice (notice.start in plan.toml)"],
        Missing("parcels", "jobs", ("P-1",), 2, why="jobs_or_use"): [
            "parcels.jobs or parcels.land_use of P-1, 2 more",
        ],
        Missing("parcels", "jobs", why="jobs_or_use"): ["parcels.jobs or parcels.land_use"],
    }
    assert {one: missing_words([one], Words("en")) for one in said} == said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "the first day of the notice"),
        ("zh", "公示首日"),
        ("ja", "縦覧の初日"),
    ],
)
def test_a_resident_reads_what_the_plan_does_not_say_and_no_name_of_a_file(lang: str, said: str) -> None:
    assert missing_words([Missing("plan.toml", "notice.start")], Words(lang), codes=False) == [said]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "building of parcel A, 7 more"),
        ("zh", "地块 A、另有 7 项的建筑"),
        ("ja", "区画 A、ほか 7 件の建物"),
    ],
)
def test_features_of_another_layer_that_a_parcel_lacks_are_called_by_the_layers_word(
    lang: str, said: str
) -> None:
    assert missing_words([Missing("parcels", "buildings", ("A",), 7)], Words(lang)) == [said]


def test_the_same_thing_missing_in_many_features_is_one_line() -> None:
    """However many facts say so: each fault of the data is one."""
    faults = [
        Missing("parcels", "land_use", (f"P-{at}",), why="fault",
                values=(("rule", "pq-code"), ("layer", "parcels"), ("aspect", "land_use")))
        for at in range(5)
    ]  # fmt: skip
    assert missing_words(faults, Words("en")) == [
        "faulty land-use code of parcel P-0, P-1, P-2, 2 more (pq-code)"
    ]
    assert faults[0].lines() == ("pq-code: parcels P-0 (land_use)",)
    # A reader of another language is told the place in his own.
    assert missing_words(faults[:1], Words("zh")) == ["地块 P-0 的用地代码数据有误（pq-code）"]
    assert missing_words(faults[:1], Words("ja")) == ["区画 P-0 の用途コードのデータに不備（pq-code）"]


def test_a_reported_measure_says_its_parts_and_what_is_missing() -> None:
    density = Measurement("street_density", 8.42, "km/km2", by=(Part("local", 5.0), Part("arterial", None)))
    row = reported_row(density, Words("en"))
    assert row.value == "8.42 km/km²"
    assert row.parts == (("local", "5 km/km²"), ("arterial", "not known"))
    assert reported_row(Measurement("of_nobody", None, "1"), Words("en")).title == "of_nobody"


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_lines_of_measures_about_what_is_missing_are_said_in_the_language(lang: str) -> None:
    circles = reason("circles_tier", tier="15")
    for one in (circles, nothing("no_subblocks", low="2", high="4"), nothing("areas_none")):
        (said,) = missing_words([one], Words(lang))
        assert said not in one.lines()
        assert "{" not in said
    assert "15" in missing_words([circles], Words(lang))[0]


def test_a_ratio_is_a_plain_number_and_no_percentage() -> None:
    ratio = Measurement("floor_area_ratio", 1.592, "1", by=(Part("area:n", 1.7),))
    row = reported_row(ratio, Words("en"))
    assert (row.value, row.parts) == ("1.59", (("area:n", "1.7"),))
    one = verdict(
        "far", "pass", unit="1", measured=1.592, required=Required("<=", 2.0), margin=0.408, measurement=ratio
    )
    assert verdict_rows(result(verdicts=(one,)), "en")[0][3:6] == ("1.59", "at most 2", "+0.408")


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "0% 至 74.1%"), ("en", "0% to 74.1%"), ("ja", "0%〜74.1%")]
)
def test_a_value_that_fails_wherever_it_lies_is_told_by_its_ends_and_not_as_unknown(lang, said):
    judged = bp.check(town(packs=["gb50180"])).verdicts
    share = next(one for one in judged if one.reach is not None and one.measurement)
    open_ = replace(share.measurement, value=None, ends=(0.0, 0.7407))
    failing = replace(share, measurement=open_, measured=None, outcome="fail")
    assert measured(failing, Words(lang)) == said
    assert measured(replace(failing, outcome="unknown"), Words(lang)) == said
    anything = replace(failing, measurement=replace(open_, ends=(0.0, 1.0)))
    assert measured(anything, Words(lang)) == Words(lang).unknown
    no_end = replace(failing, measurement=replace(open_, ends=(0.0, float("inf"))))
    assert measured(no_end, Words(lang)) == Words(lang).unknown


@pytest.mark.parametrize(
    ("lang", "said", "least"),
    [
        ("zh", "每千人 16,798 至 44,031 平方米", "不低于每千人 16,798 平方米"),
        ("en", "16,798 to 44,031 m² per 1,000 residents", "at least 16,798 m² per 1,000 residents"),
        ("ja", "千人当たり 16,798〜44,031 m²", "千人当たり 16,798 m²以上"),
    ],
)
def test_a_rate_that_passes_wherever_it_lies_is_told_by_its_ends(lang, said, least):
    judged = bp.check(town(packs=["zone"])).verdicts
    rate = next(one for one in judged if one.rule == "zone-edu")
    open_ = replace(rate.measurement, value=None, ends=(16_798.0, 44_031.0))
    passing = replace(rate, measurement=open_, measured=None, outcome="pass")
    assert measured(passing, Words(lang)) == said
    assert reported_row(open_, Words(lang)).value == said
    endless = replace(open_, ends=(16_798.0, float("inf")))
    assert measured(replace(passing, measurement=endless), Words(lang)) == least


@pytest.mark.parametrize(
    ("lang", "said", "least"),
    [
        ("zh", "−1,000 至 +23,233 平方米", "不低于−1,000 平方米"),
        ("en", "−1,000 to +23,233 m²", "at least −1,000 m²"),
        ("ja", "−1,000〜+23,233 m²", "−1,000 m²以上"),
    ],
)
def test_the_margin_of_a_value_known_by_its_ends_is_told_by_its_own(lang, said, least):
    judged = bp.check(town(packs=["zone"])).verdicts
    rate = next(one for one in judged if one.rule == "zone-edu")
    limit = rate.required.value
    open_ = replace(rate.measurement, value=None, ends=(limit - 1_000.0, limit + 23_233.0))
    between = replace(rate, measurement=open_, measured=None, margin=None, outcome="unknown")
    assert margin_said(between, Words(lang)) == said
    endless = replace(between, measurement=replace(open_, ends=(limit - 1_000.0, float("inf"))))
    assert margin_said(endless, Words(lang)) == least
    anything = replace(between, measurement=replace(open_, ends=(0.0, float("inf"))))
    assert margin_said(anything, Words(lang)) == Words(lang).unknown


@pytest.mark.parametrize(
    ("lang", "said", "gap"),
    [
        ("zh", "−80 至 −5.9 个百分点", "5.9 至 80 个百分点"),
        ("en", "−80 to −5.9 points", "5.9 to 80 points"),
        ("ja", "−80〜−5.9 ポイント", "5.9〜80 ポイント"),
    ],
)
def test_the_margin_of_a_share_known_by_its_ends_is_told_in_points(lang, said, gap):
    share = next(one for one in bp.check(town(packs=["zone"])).verdicts if one.unit == "1")
    open_ = replace(share.measurement, value=None, ends=(0.0, 0.741))
    failing = replace(
        share, measurement=open_, measured=None, margin=None, outcome="fail", required=Required(">=", 0.8)
    )
    assert margin_said(failing, Words(lang)) == said
    assert gap_said(failing, Words(lang)) == gap
    assert gap_said(replace(failing, margin=-0.1), Words(lang)) == Words(lang).signed(-0.1, "1").lstrip("−")


def test_places_of_any_service_are_not_called_school_places_in_chinese() -> None:
    assert Words("zh").amount(13, "place") == "13 个名额"


@pytest.mark.parametrize(
    ("services", "said"),
    [
        (("primary_school", "nine_year_school"), "每千人 13 个学位"),
        (("kindergarten",), "每千人 13 个学位"),
        (("childcare",), "每千人 13 个托位"),
        (("library",), "每千人 13 个座位"),
        (("clinic",), "每千人 13 个名额"),
        (("library", "primary_school"), "每千人 13 个名额"),
    ],
)
def test_places_are_called_as_their_service_calls_them(services: tuple[str, ...], said: str) -> None:
    measured = Measurement(
        "service_places_per_1000", 13.0, "place", per=1000, parameters=replace(DEFAULTS, services=services)
    )
    assert value_said(measured, Words("zh"), "place") == said


def test_what_a_rule_of_places_asks_that_does_not_apply_is_told_in_the_words_of_its_services() -> None:
    schools = {"parameters": {"services": ["primary_school", "secondary_school", "nine_year_school"]}}
    aside = replace(
        verdict("blocksnet-school", "not_applicable"), unit="place", definition=schools,
        required=Required(">=", 120.0), measurement=None,
    )  # fmt: skip
    assert required(aside, Words("zh")) == "不低于 120 个学位"


def test_cards_of_a_summary_and_units_of_a_table_count_nothing_twice() -> None:
    """A card has its number below its words; a heading that says 个 has no other counter below it."""
    for lang in ("zh", "ja"):
        cards = [Words(lang)(f"summary.{key}") for key in ("kept", "missed", "unknown", "not_applicable")]
        assert not any(one.startswith(("项", "項目")) for one in cards)
    assert OFFICE("unit.place", "zh") in OFFICE("heading.places", "zh")


@pytest.mark.parametrize(("lang", "row"), [("zh", "第 2 行"), ("en", "(row 2)"), ("ja", "2 行目")])
def test_an_object_without_an_id_is_named_by_its_row_in_the_readers_language(lang: str, row: str) -> None:
    words = Words(lang)
    judged = replace(result().verdicts[0], scope_kind="subblock", scope_id="(row 2)")
    assert scope_said(judged, words).endswith(row)
    view = View(town(), result(verdicts=(judged,)), words)
    assert view.scope(judged) == scope_said(judged, words)
    assert view.part_name("(row 2)") == row
    assert some(["(row 2)"], words) == row
    lines = [str(block) for block in walk(verdict_document(result(verdicts=(judged,)), lang).sections)]
    assert lang == "en" or not any("(row" in line for line in lines)


@pytest.mark.parametrize(("lang", "said"), [("zh", "暂设"), ("en", "assumed"), ("ja", "仮定")])
def test_jobs_of_assumed_floor_areas_say_so_beside_their_number(lang: str, said: str) -> None:
    offices = {"parcel_id": "A", "land_use": "0902", "floor_area_m2": 3000.0, "geometry": cell(0, 0)}
    plan = Plan(manifest(), {"parcels": frame([offices])})
    (counted,) = measure(plan, "jobs")
    assert said in reported_row(counted, Words(lang)).value
    names = [name for name, _ in key_figures(View(plan, result(reported=(counted,)), Words(lang)))]
    assert CATALOG("sheet.jobs_estimated", lang) in names
    (stated,) = measure(Plan(manifest(), {"parcels": frame([offices | {"jobs": 100.0}])}), "jobs")
    assert said not in reported_row(stated, Words(lang)).value
