"""Layouts of a plan: what the rules state, what is drawn anew, and what becomes of the plan."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from tests.conftest import REPO
from tests.support.builders import a_plan

from blockplan.check import check
from blockplan.errors import PlanDataError, UsageError
from blockplan.measure import measure
from blockplan.plan import read, validate
from blockplan.propose.changes import apply, picked
from blockplan.propose.layout.output.answer import answer_of
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.problem.plan import plan_case
from blockplan.propose.layout.problem.programme import Options, programme_of
from blockplan.propose.layout.problem.standards import standards_of
from blockplan.propose.layout.problem.uses import cannot, short_of
from blockplan.propose.layout.search import drawing
from blockplan.propose.layout.search.drawing import layout
from blockplan.propose.locks import read_locks
from blockplan.propose.proposal import conclude
from blockplan.propose.stopping import Incumbent, Stop
from blockplan.report.proposal.page import ProposalWords
from blockplan.report.proposal.words import CATALOG, figure_said
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.plan import Plan
    from blockplan.propose.layout.problem.programme import Programme
    from blockplan.propose.layout.problem.standards import Standards
    from blockplan.propose.proposal import SearchAnswer

pytestmark = pytest.mark.long

PACKS = ("zone", "gb50180")
#: Little work, and far more time than it takes, so that the clock hurries nobody.
FEW = LayoutParams(chains=2, steps_a_second=8, few_homes=10_000)
STOP = Stop(seconds=300)


@dataclass(frozen=True)
class Way:
    """The plan, what its rules state, and a layout of it."""

    plan: Plan
    standards: Standards
    programme: Programme
    answer: SearchAnswer
    after: Plan


def asked_for(**need: int | None) -> Options:
    return Options(need=need, size={"primary_school": (10_000, 22_000), "clinic": (1_420, 2_860)})


def laid_out(plan: Plan, programme: Programme, **case: Any) -> SearchAnswer:
    problem = plan_case(plan, programme, **case)
    return answer_of(problem, programme, layout(problem.case, stop=STOP, seed=1, params=FEW), {})


@pytest.fixture(scope="module")
def way() -> Way:
    plan = read(REPO / "examples" / "demonstration-zone", "b")
    standards = standards_of(plan, check(plan, PACKS), PACKS)
    programme = programme_of(standards, asked_for(kindergarten=2, primary_school=1, clinic=2))
    answer = laid_out(plan, programme, locks=read_locks(plan))
    return Way(plan, standards, programme, answer, apply(plan, answer.changes))


def test_distance_and_size_of_a_kindergarten_come_from_the_rules_that_state_them(way: Way) -> None:
    near, least = way.standards.of("kindergarten", "near_m"), way.standards.of("kindergarten", "least_m2")
    assert (near.value, near.source) == (300, "rule gb50180-f-kindergarten")
    assert (least.value, least.source) == (5_240, "rule gb50180-f-kindergarten-land")


def test_a_must_goes_before_a_target_on_the_distance_to_green(way: Way) -> None:
    found = way.standards.of("green", "near_m")
    assert (found.value, found.source) == (500, "rule zone-green-access")


def test_a_size_goes_with_the_distance_of_the_same_rule(way: Way) -> None:
    # 3,150 m2 within 1,000 m, 1,310 within 500, 770 within 300: the nearest one brings its own size.
    assert way.standards.of("sport", "near_m").value == 300
    assert way.standards.of("sport", "least_m2").value == 770


def test_land_that_a_rule_lacks_is_what_its_residents_need_less_what_there_is(way: Way) -> None:
    # 60,000 residents at 3,984 m2 per 1,000 need 239,040 m2.
    there = measure(way.plan, "education_land_per_1000")[0].supply
    assert way.standards.of("primary_school", "land_m2").value == pytest.approx(239_040 - there, rel=1e-6)


def test_what_neither_rules_nor_options_state_is_named_all_at_once(way: Way) -> None:
    zone = standards_of(way.plan, check(way.plan, ["zone"]), ["zone"])
    with pytest.raises(UsageError) as error:
        programme_of(zone, Options(need={"clinic": None}))
    assert "how large a site of clinic is, in m² (`size=clinic=LEAST-MOST`)" in str(error.value)
    assert "how many sites of clinic to place (`need=clinic=NUMBER`)" in str(error.value)
    assert "how near clinic has to be, in m (`near=clinic=METRES`)" in str(error.value)
    assert "社区卫生服务中心的服务距离（米）" in error.value.text["zh"]


def test_without_a_wish_the_uses_are_placed_that_the_rules_lack(way: Way) -> None:
    found = {one.use.id: one for one in programme_of(way.standards, Options()).wanted}
    assert set(found) == {"kindergarten", "park"}
    # 31,040 m2 of school land in sites of 5,240 m2; 135,000 m2 of green in parks of 1 ha.
    assert (found["kindergarten"].many, found["park"].many) == (6, 14)
    assert found["kindergarten"].count.source == "rule zone-edu: 31,040 m² lacking"


def test_nothing_lacking_and_nothing_wished_is_an_error_that_says_what_to_do(way: Way) -> None:
    plan = read(way.plan.path, "a")
    with pytest.raises(UsageError, match=r"Say what to place \(`need=kindergarten=2`\)"):
        programme_of(standards_of(plan, check(plan, PACKS), PACKS), Options())


def test_sites_are_made_so_large_that_the_lacking_land_is_made_up(way: Way) -> None:
    schools = [one for one in way.programme.wanted if one.use.id != "clinic"]
    assert sum(one.many * one.least_m2.value for one in schools) == pytest.approx(31_040, rel=1e-4)
    assert schools[0].least_m2.source == "rule zone-edu: 31,040 m² lacking"
    assert measure(way.after, "education_land_per_1000")[0].value >= 3_984


def test_land_that_the_wished_sites_cannot_make_up_is_named_before_the_search(way: Way) -> None:
    short = programme_of(way.standards, asked_for(kindergarten=1)).short
    assert [one.demand for one in short] == ["rule zone-edu: more land than the sites asked for can hold"]
    assert short[0].amount == pytest.approx(31_040 - 7_580, rel=1e-3)


def test_new_parcels_tile_the_old_ones_and_the_plan_has_no_new_fault(way: Way) -> None:
    old, new = way.plan.layer("parcels"), way.after.layer("parcels")
    gone, come = old[~old.index.isin(new.index)], new[~new.index.isin(old.index)]
    assert len(gone)
    apart = shapely.symmetric_difference(gone.geometry.union_all(), come.geometry.union_all())
    assert apart.area < 1e-3
    known = {(fault.rule, fault.id) for fault in validate(way.plan)}
    more = [one for one in validate(way.after) if (one.rule, one.id) not in known]
    # That beds and floors of new facilities are not known is noted, and no fault.
    assert {one.grade for one in more} <= {"note"}


def test_new_parcels_know_their_use_and_not_how_they_are_built(way: Way) -> None:
    old, new = way.plan.layer("parcels"), way.after.layer("parcels")
    changed = new[~new.index.isin(old.index) & (new["land_use"] != "16")]
    for column in ("far", "height_m", "floor_area_m2", "residents", "jobs", "permitted"):
        assert changed[column].isna().all()
    assert set(changed["status"]) == {"planned"}
    assert changed["existing_land_use"].notna().all()


def test_what_no_use_takes_stays_undecided(way: Way) -> None:
    def blank(plan: Plan) -> float:
        parcels = plan.layer("parcels")
        return float(parcels[parcels["land_use"] == "16"].area.sum())

    placed = sum(one.many * low for one in way.programme.wanted for low in [one.least_m2.value])
    assert blank(way.after) <= blank(way.plan) - placed + 1
    assert set(way.after.layer("parcels")["land_use"]) >= {"16", "080404"}


def test_land_of_which_no_use_takes_anything_is_not_cut(way: Way) -> None:
    problem = plan_case(way.plan, way.programme)
    found = layout(problem.case, stop=STOP, seed=1, params=FEW)
    came = (found.plan.kinds == "block") & ~np.isin(found.plan.ids, problem.case.initial.ids)
    assert came.sum() > 1
    drawn = came | np.isin(found.plan.ids, problem.case.vacant_ids)
    none = replace(found.plan, types=np.where(drawn, "green_s", found.plan.types))
    answer = answer_of(problem, way.programme, replace(found, plan=none), {})
    assert answer.changes == ()
    assert answer.figures["made_left_over_after"] == len(problem.vacant)


def test_every_new_site_lies_at_a_street_and_has_its_facility(way: Way) -> None:
    parcels = way.after.layer("parcels")
    streets = parcels[parcels["land_use"] == "1207"].geometry.union_all().buffer(0.5)
    there = way.plan.layer("facilities").index
    new = way.after.layer("facilities")[lambda one: ~one.index.isin(there)]
    assert sorted(new["service"]) == ["clinic", "clinic", "kindergarten", "kindergarten", "primary_school"]
    assert new["beds"].isna().all()
    for parcel in new["parcel_id"]:
        assert parcels.geometry[parcel].exterior.intersection(streets).length >= 6


def test_sites_keep_their_sizes_and_the_uses_that_their_land_permits(way: Way) -> None:
    parcels, facilities = way.after.layer("parcels"), way.after.layer("facilities")
    clinics = facilities[facilities.index.str.startswith("HC-") & (facilities["service"] == "clinic")]
    clinics = clinics[~clinics.index.isin(way.plan.layer("facilities").index)]
    for parcel in clinics["parcel_id"]:
        # 080602 is not permitted on that land, 0702 is, and it can hold a clinic.
        assert parcels["land_use"][parcel] == "0702"
        assert 1_420 <= parcels.geometry[parcel].area <= 2_860


def test_more_residents_are_served_after_than_before_and_none_beyond_the_bound(way: Way) -> None:
    figures = way.answer.figures
    assert figures["near_kindergarten_300m_after"] > figures["near_kindergarten_300m_before"]
    assert way.answer.objective <= way.answer.bound
    assert way.answer.objective == pytest.approx(sum(way.answer.parts.values()))


def test_the_same_seed_changes_the_same(way: Way) -> None:
    some = ["LS-01-02-003", "LS-01-04-013"]
    once, again = (laid_out(way.plan, way.programme, vacant=some, locks=read_locks(way.plan)) for _ in "12")
    assert once.changes
    assert again.changes == once.changes


def test_a_parcel_that_is_laid_out_is_taken_with_its_parts_and_what_is_placed_on_them(way: Way) -> None:
    gone = next(one for one in way.answer.changes if one.column == "parcel_id" and one.new is None)
    parts = {one.id for one in way.answer.changes if one.id.startswith(f"{gone.id}-")}
    hosted = [one for one in way.answer.changes if (one.layer, one.column) == ("facilities", "parcel_id")]
    placed = {one.id for one in hosted if one.new in parts}
    assert len(parts) > 1
    assert placed
    for name in (gone.id, *parts, *placed):
        chosen = picked(way.answer.changes, [name])
        assert {one.id for one in chosen} == {gone.id, *parts, *placed}
        assert not [one for one in validate(apply(way.plan, chosen)) if one.rule in {"pq-cover", "pq-double"}]


def test_locked_parcels_are_left_alone_and_named_ones_are_refused(way: Way) -> None:
    first = "LS-01-02-003"
    locks = read_locks(way.plan, [f"parcels:{first}"])
    problem = plan_case(way.plan, way.programme, locks=locks)
    assert first not in problem.vacant
    assert (first, "locked") in problem.passed_over
    with pytest.raises(UsageError, match=rf"Parcel {first} cannot be drawn anew: it is locked or committed"):
        plan_case(way.plan, way.programme, vacant=[first], locks=locks)


def test_a_parcel_of_one_part_is_laid_out_as_one_whatever_its_file_holds_it_as(way: Way) -> None:
    parcels = way.plan.layer("parcels").copy()
    parcels["geometry"] = [shapely.multipolygons(shapely.get_parts(one)) for one in parcels.geometry]
    as_parts = way.plan.replace(parcels=parcels)
    name = "LS-01-02-003"
    (mine,), (theirs,) = (
        plan_case(plan, way.programme, vacant=[name]).case.vacant for plan in (as_parts, way.plan)
    )
    assert mine.equals(theirs)
    assert mine.geom_type == "Polygon"


def test_vacant_land_can_be_named_by_parcel_or_by_code(way: Way) -> None:
    assert plan_case(way.plan, way.programme, vacant=["LS-01-02-003"]).vacant == ("LS-01-02-003",)
    offices = plan_case(way.plan, way.programme, vacant=["0902"]).vacant
    assert set(way.plan.layer("parcels").loc[list(offices), "land_use"]) == {"0902"}
    with pytest.raises(UsageError, match=r"'nothing' is neither a parcel of the plan nor a code"):
        plan_case(way.plan, way.programme, vacant=["nothing"])


def test_homes_count_by_residents_and_unknown_ones_are_an_error(way: Way) -> None:
    case = plan_case(way.plan, way.programme).case
    assert case.weights.sum() == 60_000
    parcels = way.plan.layer("parcels").copy()
    home = parcels.index[parcels["residents"] > 0][0]
    parcels.loc[home, "residents"] = None
    unknown = way.plan.replace(parcels=parcels)
    with pytest.raises(PlanDataError, match=rf"residents \(parcels.residents\) of parcel {home}"):
        plan_case(unknown, way.programme)
    assert len(plan_case(unknown, way.programme, weigh_by="parcels").case.weights) == 39


def test_a_plan_without_undecided_land_says_so(way: Way) -> None:
    with pytest.raises(UsageError, match=r"no parcel that can be drawn anew .*\s.* \(`vacant=CODE`\)"):
        plan_case(a_plan(), way.programme)


@pytest.mark.parametrize(
    ("lang", "made", "near"),
    [
        ("zh", "新地块：幼儿园", "300 米以内有公共绿地的居民"),
        ("en", "New parcels: kindergarten", "Homes with public green within 300 m"),
        ("ja", "新しい区画：幼稚園", "300 m 以内に公共緑地がある住民"),
    ],
)
def test_figures_of_a_layout_are_told_in_three_languages(lang: str, made: str, near: str) -> None:
    words = Words(lang, " ", CATALOG)
    assert figure_said(words, "made_kindergarten", 2.0) == (made, "2")
    assert figure_said(words, "near_green_300m", 0.5)[0] == near


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "无法满足：学校：没有空地容得下，差 2 块"),
        ("en", "cannot be met: school: no vacant block has room, short by 2 parcels"),
        ("ja", "満たせない：学校：収まる空き街区がない、不足 2 区画"),
    ],
)
def test_a_demand_that_cannot_be_met_is_told_with_its_amount_in_three_languages(lang: str, said: str) -> None:
    assert cannot(short_of("no_room", 2, "parcels", "school"), lang) == said


def test_every_word_of_layouts_is_there_in_three_languages() -> None:
    for table in tomllib.loads(
        (REPO / "src/blockplan/propose/layout/problem/texts.toml").read_text("utf-8")
    ).values():
        for words in table.values():
            assert set(words) == {"zh", "en", "ja"}


def test_maps_of_a_layout_show_the_surroundings_of_what_changes(way: Way) -> None:
    view = ProposalWords.of(conclude(way.plan, way.answer, ["zone"]), Words("en"))
    pairs = view.plates.pairs()
    assert pairs[0][0].title.startswith("Before: place 1 of ")
    # A new site is no speck on them: no map is wider than a kilometre.
    assert all(before.canvas.sheet.frame.width < 1_000 for before, _ in pairs)


def test_the_best_layout_is_told_while_it_is_searched_for_and_telling_changes_nothing(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "EVERY_S", 0.01)
    case = plan_case(way.plan, way.programme, vacant=["LS-01-04-013"]).case
    some = LayoutParams(chains=2, steps_a_second=300, few_homes=10_000)
    heard: list[Incumbent] = []
    told = layout(case, stop=Stop(seconds=60, tell=heard.append), params=some)
    assert told.score == layout(case, stop=Stop(seconds=60), params=some).score
    known = [one for one in heard if one.objective is not None]
    assert known
    assert all(0 < one.objective <= (one.bound or np.inf) for one in known if one.objective)
    most = told.bound - (told.score.total - told.score.land_use)
    assert {round(one.bound, 9) for one in known if one.bound is not None} <= {round(most, 9)}
