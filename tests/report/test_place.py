"""What a plan says of a place: every part of a record, its words in each language, and what is not known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.town import edited, town

import blockplan as bp
from blockplan.errors import UsageError
from blockplan.report.public.part_words import phase_said
from blockplan.report.public.place import PlanPlaces
from blockplan.report.public.place_words import sections
from blockplan.report.public.speech import Speech
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan

DEMO = "examples/demonstration-zone"


@pytest.fixture(scope="module")
def demo() -> PlanPlaces:
    plan = bp.read(DEMO, "c")
    return PlanPlaces(plan, bp.check(plan))


@pytest.mark.long
def test_a_parcel_tells_its_use_today_and_planned_in_words_of_the_list(demo: PlanPlaces) -> None:
    parcel = demo.parcel("RD-01-01-012").to_dict("ja")
    assert parcel["today"] == {"code": "0301", "list": "cn2023", "name": "高木林地"}
    assert parcel["planned"]["name"] == "都市住宅用地"
    assert (parcel["far"], parcel["height_m"], parcel["phase"], parcel["horizon"]) == (2.0, 39.0, "3", 2035)
    assert [link["id"] for link in parcel["lies_in"]] == ["rd", "RD-01", "RD-01-01"]


@pytest.mark.long
def test_a_parcel_tells_what_may_be_built_beside_it_and_across_the_street(demo: PlanPlaces) -> None:
    beside = {one.parcel.id: one for one in demo.parcel("RD-01-01-012").neighbours}
    reserve = beside["RD-01-01-013"]
    assert (reserve.across, reserve.planned.code) == (False, "16")
    assert "0902" in [use.code for use in reserve.permitted]
    school = beside["RD-01-01-016"]
    assert (school.across, school.far, school.height_m) == (True, 0.8, 18.0)
    assert school.street is not None
    assert school.street.name["en"] == "Wenqu Street"


def test_what_is_reached_follows_the_definition_that_the_rule_names(demo: PlanPlaces) -> None:
    reached = {one.to: one for one in demo.parcel("RD-01-01-012").reached}
    green = reached["green"]
    assert (green.judged_by, green.ways[0].along) == ("line", "line")
    assert [(one.rule.id, one.limit_m) for one in green.asked] == [("zone-green-access", 500.0)]
    assert reached["kindergarten"].judged_by == "network"
    assert green.today == "none"
    assert green.ways[0].today_m is None


def test_a_parcel_that_falls_short_names_the_rule_and_its_own_distance(demo: PlanPlaces) -> None:
    verdict = demo.result.verdict("zone-green-access")
    place = next(one for one in verdict.where if one.layer == "parcels")
    concern = next(one for one in demo.parcel(place.id).concerns if one.verdict is verdict)
    assert (concern.role, concern.value, concern.unit) == ("falls_short", place.value, "m")


def test_a_parcel_is_judged_with_its_area_and_counted_where_it_is_a_supply(demo: PlanPlaces) -> None:
    school = {one.verdict.rule: one.role for one in demo.parcel("RD-01-01-016").concerns}
    assert school == {"zone-area-rd": "lies_in", "zone-edu": "counted"}


def test_an_area_tells_its_land_today_and_planned_and_what_stands_on_it(demo: PlanPlaces) -> None:
    area = demo.part("area", "rd")
    planned = {share.use.code: share.planned_ha for share in area.uses}
    assert planned["0701"] == pytest.approx(21.5, abs=0.01)
    assert area.figures["residents"] == 10_750.0
    assert "KG-1" in [link.id for link in area.holds]
    assert [one.verdict.rule for one in area.concerns] == ["zone-area-rd"]
    assert [one.state.statement_id for one in area.statements] == ["S05"]
    assert sum(share.today_ha for share in area.uses) == pytest.approx(350.0, abs=0.01)


def test_a_sentence_leads_to_what_carries_it_and_to_the_verdict(demo: PlanPlaces) -> None:
    record = demo.statement("S05")
    assert [(link.kind, link.id) for link in record.sentence.carried_by][:2] == [
        ("area", "rd"),
        ("rule", "zone-area-rd"),
    ]
    assert [one.verdict.rule for one in record.concerns] == ["zone-area-rd"]
    assert "R01" in demo.statement("R01").to_dict("zh")["source"]


def test_what_a_sentence_asks_of_a_measure_is_said_in_words(demo: PlanPlaces) -> None:
    carried = next(one for one in sections(demo.record("statement", "S04"), "en") if one.id == "carried")
    notes = {one.said: one.note for one in carried.terms}
    assert notes["Areas"] == "exactly 3 areas"
    assert notes["Overlap of the areas"] == "at most 0.01 ha"


def test_rows_of_links_begin_with_a_capital_as_other_rows_do(demo: PlanPlaces) -> None:
    carried = next(one for one in sections(demo.record("statement", "S04"), "en") if one.id == "carried")
    assert {one.term for one in carried.terms} == {"Layer", "Measure"}


def test_areas_of_a_column_stand_point_below_point(demo: PlanPlaces) -> None:
    land = next(one for one in sections(demo.record("area", "rd"), "en") if one.id == "land")
    assert {len(said.split()[0].partition(".")[2]) for row in land.table.rows for said in row[1:]} == {2}


def test_a_rule_tells_where_it_falls_short_and_for_whom(demo: PlanPlaces) -> None:
    rule = demo.rule("zone-green-access")
    assert rule.residents == demo.result.verdict("zone-green-access").affected_residents
    assert {link.kind for link in rule.where} == {"parcel"}
    assert [one.state.statement_id for one in rule.statements] == ["R09"]


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_record_is_strict_json_in_every_language(demo: PlanPlaces, lang: str) -> None:
    for record in demo.parcels():
        json.dumps(record.to_dict(lang), allow_nan=False)
    for kind, id_ in (
        ("zone", "commercial"), ("block", "LS-01"), ("subblock", "RD-01-01"), ("rule", "zone-edu"),
        ("statement", "P01"), ("facility", "KG-1"), ("street", "S0001"), ("stop", "ST-1"), ("water", "river"),
        ("structure", "belt"), ("programme", "PR-01"), ("entrance", "E-RD-01-03-005-1"),
    ):  # fmt: skip
        assert json.dumps(demo.record(kind, id_).to_dict(lang), allow_nan=False)


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("2", ["第 2 期", "phase 2", "第2期"]),
        ("近期", ["近期", "near term", "短期"]),
        ("long-term", ["远期", "long term", "長期"]),
        ("Bauabschnitt A", ["Bauabschnitt A"] * 3),
    ],
)
def test_a_phase_is_numbered_where_it_is_a_number_and_else_named(phase: str, said: list[str]) -> None:
    assert [phase_said(phase, Speech(lang)) for lang in LANGUAGES] == said


def test_what_the_plan_does_not_say_is_null_and_never_zero(found: CheckResult) -> None:
    plan: Plan = edited(town(), "parcels", "E", land_use=None)
    parcel = PlanPlaces(plan, found).parcel("E").to_dict("en")
    assert parcel["today"] == {"code": None, "list": "cn2023", "name": None}
    assert parcel["planned"]["code"] is None
    assert (parcel["residents"], parcel["height_m"], parcel["phase"]) == (None, None, None)
    assert (parcel["land_take"]["state"], parcel["land_take"]["area_m2"]) == ("unknown", None)
    assert {one["today"] for one in parcel["reached"]} == {"unknown"}


LEAST = {
    "far": 1.2, "far_kind": "lower", "height_m": 24.0, "height_kind": "lower",
    "coverage_ratio": 0.3, "coverage_kind": "lower", "green_ratio": 0.2, "green_kind": "upper",
}  # fmt: skip


def test_the_least_that_is_to_be_built_is_told_as_no_limit(found: CheckResult) -> None:
    places = PlanPlaces(edited(town(), "parcels", "E", **LEAST), found)
    parcel = places.parcel("E")
    kinds = {key: said for key, said in parcel.to_dict("en").items() if key.endswith("_kind")}
    assert kinds == {
        "far_kind": "lower", "height_kind": "lower", "coverage_kind": "lower", "green_kind": "upper"
    }  # fmt: skip
    build = next(part for part in sections(parcel, "en") if part.id == "build")
    assert [(term.term, term.said, term.note) for term in build.terms[:3]] == [
        ("Floor area ratio", "1.2", "at least 120 m² of floor for each 100 m² of land"),
        ("Least height", "24 m", "from the ground to the top of the building"),
        ("Coverage", "30%", "buildings cover at least 30% of the land"),
    ]
    beside = next(part for part in sections(places.parcel("D"), "en") if part.id == "beside")
    assert any(row[3:5] == ("at least 1.2", "at least 24 m") for row in beside.table.rows)


def test_a_floor_area_ratio_is_in_percent_where_its_readers_write_it_so(demo: PlanPlaces) -> None:
    parcel = demo.parcel("RD-01-01-012")
    for lang, wanted in {"zh": "2", "en": "2", "ja": "200%", "ja-easy": "200%"}.items():
        build = next(part for part in sections(parcel, lang) if part.id == "build")
        assert build.terms[0].said == wanted
    beside = next(part for part in sections(parcel, "ja") if part.id == "beside")
    assert {row[3][-1] for row in beside.table.rows} <= {"%", "–"}


def test_unknown_land_today_stands_in_the_balance_as_such(found: CheckResult) -> None:
    west = PlanPlaces(town(), found).part("area", "west")
    unknown = next(share for share in west.uses if share.use.code is None)
    assert (unknown.today_ha, unknown.planned_ha) == (3.0, 0.0)


def test_a_thing_that_is_not_there_is_refused_with_ids_like_it(demo: PlanPlaces) -> None:
    with pytest.raises(UsageError, match=r"no parcel 'RD-01-01-0'\. Did you mean RD-01-01-0"):
        demo.parcel("RD-01-01-0")
    with pytest.raises(UsageError, match=r"no rule 'zone-ed'\. Did you mean zone-edu"):
        demo.record("rule", "zone-ed")
    with pytest.raises(UsageError, match=r"no kind of thing called 'castle'"):
        demo.record("castle", "1")


def test_things_are_found_by_id_and_by_name_in_any_language(demo: PlanPlaces) -> None:
    assert [link.id for link in demo.find("rd-01-01-01", 3)] == [f"RD-01-01-01{n}" for n in "012"]
    assert {link.kind for link in demo.find("幼儿园")} == {"facility"}
    assert demo.find("zhixing")[0].id == "KG-1"
    assert demo.find("  ") == ()


def test_a_point_leads_to_its_parcel_or_to_none(demo: PlanPlaces) -> None:
    parcel = demo.parcel("RD-01-01-012")
    assert demo.at(parcel.x, parcel.y) == "RD-01-01-012"
    assert demo.at(0.0, 0.0) is None


def test_the_kind_of_a_river_a_wood_and_a_railway_is_said_in_the_words_of_the_reader(
    demo: PlanPlaces,
) -> None:
    said = {
        (kind, lang): sections(demo.record(kind, id_), lang)[0].terms[-1].said
        for kind, id_ in (("water", "river"), ("wood", "woods-rd"), ("rail", "rail"))
        for lang in ("zh", "ja")
    }
    assert said[("water", "zh")] == "河流"
    assert said[("wood", "ja")] == "計画"
    assert said[("rail", "ja")] == "貨物線"
