"""Land use proposed for plans: what may become what, what follows from a change, what is demanded."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from tests.support.builders import a_plan, parcels_of
from tests.support.handmade import text, verdict
from tests.support.landuse_problems import best_by_trying

import blockplan as bp
from blockplan.check import check
from blockplan.check.verdict import Remedy, Required
from blockplan.errors import InfeasibleError, UsageError
from blockplan.plan import validate
from blockplan.propose import Stop, apply, conclude
from blockplan.propose.landuse.allocation import landuse_problem, propose_landuse
from blockplan.propose.landuse.parcels import changes_for
from blockplan.propose.landuse.parcels import parcels_of as read_parcels
from blockplan.propose.landuse.problem import fits, score, shortfalls
from blockplan.propose.landuse.scoring import frontages
from blockplan.propose.landuse.search import solve
from blockplan.propose.landuse.terms import default_text, read_terms, terms_of
from blockplan.propose.locks import read_locks
from blockplan.propose.proposal import unmet_rules
from blockplan.propose.repair.moves import Yard
from blockplan.propose.repair.state import RepairParams
from blockplan.report.proposal.page import ProposalWords
from blockplan.report.words import Words

REFERENCE = "examples/demonstration-zone"
NO_QUOTAS = {name: {} for name in terms_of().quotas}


def small(*uses, manifest=None, **columns):
    """Squares of 1 ha in a row, judged by pack zone, with what a test says of them."""
    said = {"residents": {"floor_area_per_person_m2": 30.0, "household_size": 2.5}, "packs": ["zone"]}
    return a_plan(parcels_of(*uses, **columns), said | (manifest or {}))


def problem_of(plan, changed=None, locks=()):
    terms = terms_of({"quotas": NO_QUOTAS, "rules": {"forces": []}, "coverage": [], **(changed or {})})
    return landuse_problem(plan, check(plan), terms, read_locks(plan, locks))


def test_a_parcel_becomes_only_what_the_plan_permits() -> None:
    plan = small("16", "16", "1401", permitted=["1401,0902", None, "0902"], committed=[False, False, True])
    parcels = read_parcels(plan, terms_of())
    choice = [[use for use, may in zip(parcels.uses, row, strict=True) if may] for row in parcels.allowed]
    assert choice == [["0902", "1401", "16"], ["16"], ["1401"]]
    assert parcels.why_kept == {"nothing_else_permitted": 1, "committed": 1}


def test_a_class_that_is_permitted_permits_the_uses_below_it_that_the_plan_draws_or_the_terms_name() -> None:
    plan = small("16", "0902", "0701", permitted=["09,14", None, None])
    parcels = read_parcels(plan, terms_of())
    choice = [use for use, may in zip(parcels.uses, parcels.allowed[0], strict=True) if may]
    assert choice == ["09", "0901", "0902", "14", "1401", "16"]


@pytest.mark.parametrize("codes", ["1401,0902", "1401，0902", "1401、 0902"])
def test_codes_between_commas_of_any_language_are_permitted(codes) -> None:
    plan = small("16", "0701", permitted=[codes, None])
    assert "permitted" not in {fault.aspect for fault in validate(plan)}
    land = problem_of(plan)
    choice = [use for use, may in zip(land.problem.uses, land.problem.allowed[0], strict=True) if may]
    assert choice == ["0902", "1401", "16"]
    assert Yard(plan, read_locks(plan, ()), RepairParams().assumed).free["A"] == ("1401", "0902")


def test_what_is_locked_built_or_carries_a_facility_keeps_its_use() -> None:
    import geopandas as gpd
    from tests.support.builders import square

    school = gpd.GeoDataFrame(
        {"facility_id": ["F"], "parcel_id": ["C"], "service": ["clinic"]},
        geometry=[square(2).centroid],
        crs="EPSG:4548",
    )
    land = parcels_of("16", "16", "16", permitted=["1401"] * 3, status=["planned", "existing", "planned"])
    plan = a_plan(land, {"packs": ["zone"]}, facilities=school)
    found = read_parcels(plan, terms_of(), read_locks(plan, ["parcels:A"]))
    assert found.why_kept == {"locked": 1, "existing_or_kept": 1, "facility_or_programme": 1}


def test_a_school_is_not_offered_a_parcel_too_small_for_one() -> None:
    plan = small("16", "16", permitted=["080403", "080404"])
    parcels = read_parcels(plan, terms_of())
    # One ha: a kindergarten fits (0.3 to 1.2 ha), a school does not (1.5 to 6 ha).
    assert parcels.allowed.sum(axis=1).tolist() == [1, 2]


def test_new_homes_take_the_floor_area_ratio_of_the_plan_and_its_floor_area_a_person() -> None:
    plan = small(
        "16",
        "0701",
        permitted=["0701", None],
        floor_area_m2=[None, 18_000.0],
        residents=[None, 700.0],
        far_kind=[None, "upper"],
        height_m=[None, 45.0],
    )
    land = problem_of(plan, {"quotas": NO_QUOTAS | {"0701": {"min_ha": 2.0}}})
    answer = propose_landuse(land, Stop(seconds=60))
    new = {change.column: change.new for change in answer.changes}
    # 10,000 m2 x 1.8 = 18,000 m2; / 30 m2 = 600 residents; / 2.5 = 240 dwellings.
    assert new == {
        "land_use": "0701", "far": 1.8, "far_kind": "upper", "height_m": 45.0, "floor_area_m2": 18_000.0,
        "residents": 600.0, "dwellings": 240.0,
    }  # fmt: skip
    proposal = conclude(plan, answer)
    assert proposal.after.residents.central == 1_300.0


def test_new_homes_are_lived_in_as_the_plans_own_where_plan_toml_says_nothing() -> None:
    stated = {"floor_area_m2": [None, 18_000.0, 9_000.0], "residents": [None, 450.0, 225.0]}
    # Of 0702 nobody knows how many would live there, but homes of 0701 are offered.
    permitted = ["0701,0702", "0701", "0701"]
    land = parcels_of("16", "0701", "0701", permitted=permitted, dwellings=[None, 180.0, None], **stated)
    plan = a_plan(land, {"packs": ["zone"]})
    problem = problem_of(plan, {"quotas": NO_QUOTAS | {"0701": {"min_ha": 3.0}}})
    answer = propose_landuse(problem, Stop(seconds=60))
    new = {change.column: change.new for change in answer.changes}
    # 10,000 m2 x 1.35 = 13,500 m2; / 40 m2 a person = 337.5 residents; / 2.5 a dwelling = 135.
    assert (new["residents"], new["dwellings"]) == (338.0, 135.0)
    assert answer.reasons == {}


def test_homes_whose_residents_cannot_be_known_are_not_offered_and_counted() -> None:
    plan = small("16", "0701", "16", permitted=["0701", None, "0701,1401"], residents=[None, 700.0, None])
    assert read_parcels(plan, terms_of()).allowed.sum() == 4
    answer = propose_landuse(problem_of(plan), Stop(seconds=60))
    assert answer.reasons == {"homes_not_offered": 2}
    proposal = conclude(plan, answer)
    said = [" ".join(ProposalWords.of(proposal, Words(lang)).standing) for lang in ("zh", "en", "ja")]
    assert "2 块未考虑改为住宅" in said[0]
    assert "2 are not offered homes" in said[1]
    assert "2 区画は住宅への変更の対象外" in said[2]


def test_a_plan_in_which_only_homes_could_come_that_nobody_can_count_says_so() -> None:
    plan = small("16", "0701", permitted=["0701", None], residents=[None, 700.0])
    with pytest.raises(UsageError, match=r"1 permitted to become homes whose residents"):
        propose_landuse(problem_of(plan))


def test_what_the_plan_does_not_say_of_a_use_is_unknown_afterwards() -> None:
    plan = small("0902", "16", permitted=["1401", None], floor_area_m2=[20_000.0, None], jobs=[500.0, None])
    land = problem_of(plan, {"quotas": NO_QUOTAS | {"1401": {"min_ha": 1.0}}})
    changes = {c.column: (c.old, c.new) for c in propose_landuse(land, Stop(seconds=60)).changes}
    assert changes == {
        "land_use": ("0902", "1401"), "floor_area_m2": (20_000.0, None), "jobs": (500.0, None),
    }  # fmt: skip


def test_a_standard_a_person_counts_the_homes_that_come_with_it() -> None:
    plan = small(
        "16",
        "16",
        "0701",
        permitted=["1401,0701", "1401,0701", None],
        residents=[None, None, 400.0],
        floor_area_m2=[None, None, 12_000.0],
        manifest={"parameters": {"green_codes": ["1401"]}},
    )
    land = problem_of(plan, {"rules": {"forces": ["must"]}})
    uses = land.parcels.uses
    chosen = np.array([uses.index(use) for use in ("0701", "1401", "0701")])
    # 800 residents need 16,000 m2 of green, and 10,000 are there.
    short, unit = shortfalls(land.problem, chosen)["zone-green"]
    assert (short, unit) == (pytest.approx(6_000, abs=1), "m2")
    verdict = check(apply(plan, changes_for(land.parcels, chosen))).verdict("zone-green")
    assert verdict.remedy.amount == pytest.approx(6_000, abs=1)


def test_strict_terms_end_with_the_names_of_what_clashes() -> None:
    plan = small("16", "16", permitted=["1401", "1401"])
    land = problem_of(plan, {"quotas": NO_QUOTAS | {"1401": {"min_ha": 2.0}, "16": {"min_ha": 1.0}}})
    with pytest.raises(InfeasibleError, match=r"1 of 2 demands cannot be met") as refused:
        propose_landuse(land, Stop(seconds=60), strict=True)
    assert "clashes with quota:" in str(refused.value)


def test_what_stays_unmet_is_said_in_words_of_each_language() -> None:
    plan = small("16", "16", "0701", permitted=["1401", "1401", None], residents=[None, None, 500.0])
    park = {"name": "parks", "needs": ["homes"], "gives": ["03"], "within_m": 300, "along": "line"}
    quotas = NO_QUOTAS | {"homes": {"min_ha": 5.0}, "0902": {"min_ha": 6.0}}
    land = problem_of(plan, {"quotas": quotas, "coverage": [park]})
    unmet = propose_landuse(land, Stop(seconds=60)).unmet
    assert [(one.demand, one.said("en"), one.said("zh"), one.said("ja")) for one in unmet] == [
        ("quota:homes", "quota of land: homes", "用地指标：住宅", "用途別面積の枠：住宅"),
        (
            "quota:0902",
            "quota of land: Business and finance",
            "用地指标：商务金融用地",
            "用途別面積の枠：業務・金融用地",
        ),
        (
            "parks",
            "homes within 300 m in a straight line of “Woodland”",
            "住宅直线 300 米内有林地",
            "住宅から直線 300 m 以内に林地",
        ),
    ]


def test_land_above_a_quota_is_said_to_exceed_it_and_not_to_lack() -> None:
    plan = small("16", "0701", "0701", permitted=["1401", None, None])
    land = problem_of(plan, {"quotas": NO_QUOTAS | {"homes": {"max_ha": 1.5}, "1401": {"min_ha": 3.0}}})
    found = conclude(plan, propose_landuse(land, Stop(seconds=60)))
    assert [(one.demand, one.amount, one.over) for one in found.answer.unmet[:2]] == [
        ("quota:homes", pytest.approx(0.5), True), ("quota:1401", pytest.approx(2.0), False),
    ]  # fmt: skip
    said = [ProposalWords.of(found, Words(lang)).unmet for lang in ("en", "zh", "ja")]
    assert [one[0] for one in said] == [
        "Unmet: quota of land: homes, exceeded by 0.5 ha",
        "未满足：用地指标：住宅，超出 0.5 公顷",
        "未達：用途別面積の枠：住宅、0.5 ha 超過",
    ]
    assert said[0][1].endswith("short by 2 ha")


@pytest.mark.parametrize(
    ("required", "unit", "over"),
    [
        (Required("<=", 0.1), "m2", True),  # a share of land, told by the land that is too much
        (Required("=", 0.1), "m2", True),
        (Required("=", 0.5), "m2", False),
        (Required("between", (0.1, 0.2)), "1", True),
        (Required("between", (0.5, 0.6)), "1", False),
        (Required(">=", 0.5), "m2", False),
        (Required("<=", 0.1), "facility", False),
    ],
)
def test_a_rule_that_allows_no_more_is_exceeded(required: Required, unit: str, over: bool) -> None:
    mend = Remedy(30_000, unit, text("-", "-", "-"))
    failed = verdict("land", "fail", unit="1", measured=0.4, required=required, remedy=mend)
    (unmet,) = unmet_rules(SimpleNamespace(verdicts=(failed,)))
    assert (unmet.amount, unmet.unit, unmet.over) == (30_000, unit, over)


def test_a_plan_in_which_nothing_may_change_says_why() -> None:
    plan = small("16", "1401", committed=[True, False])
    with pytest.raises(UsageError, match=r"1 committed, 1 nothing else permitted"):
        propose_landuse(problem_of(plan))


def test_frontage_counts_in_full_side_by_side_and_half_across_half_the_distance() -> None:
    import shapely
    from tests.support.builders import X, Y, square

    side = np.array([square(0), square(1), shapely.box(X + 220, Y, X + 320, Y + 100)], dtype=object)
    one, other, km = frontages(side, 40.0)
    assert list(zip(one.tolist(), other.tolist(), strict=True)) == [(0, 1), (1, 2)]
    assert km == pytest.approx([0.1, 0.05], rel=0.02)


def test_a_misspelt_key_of_the_terms_is_refused_with_its_name(tmp_path) -> None:
    file = tmp_path / "terms.toml"
    file.write_text('[weights]\nchange_per_hectare = 1\n[suitability]\n"0902" = { statoin = 1.0 }\n')
    with pytest.raises(UsageError, match=r"terms\.toml cannot be taken") as refused:
        read_terms(file)
    assert "change_per_hectare" in str(refused.value)


def test_the_house_terms_can_be_copied_and_read_again(tmp_path) -> None:
    file = tmp_path / "terms.toml"
    file.write_text(default_text(), encoding="utf-8")
    assert read_terms(file) == terms_of()


@pytest.fixture(scope="module")
def reference():
    plan = bp.read(REFERENCE, "b")
    before = check(plan)
    land = landuse_problem(plan, before)
    return plan, before, land, propose_landuse(land, Stop(seconds=600))


@pytest.mark.long
def test_more_residents_get_their_schools_and_parks_and_what_land_cannot_give_is_named(reference) -> None:
    plan, before, _, answer = reference
    assert answer.proved
    assert {(one.demand, one.amount, one.unit) for one in answer.unmet} == {
        ("zone-beds", 70.0, "bed"),
        ("zone-culture", 2_800.0, "m2"),
    }
    after = conclude(plan, answer, before=before).after
    outcome = {verdict.rule: verdict.outcome for verdict in after.verdicts}
    assert outcome["zone-edu"] == outcome["zone-green"] == "pass"
    assert {rule for rule, found in outcome.items() if found == "fail"} == {"zone-beds", "zone-culture"}


@pytest.mark.long
def test_a_proposal_leaves_no_fault_in_the_data_and_nothing_committed_is_touched(reference) -> None:
    plan, before, _, answer = reference
    changed = conclude(plan, answer, before=before).changed
    assert validate(changed) == validate(plan)
    committed = plan.layer("parcels").index[plan.layer("parcels")["committed"].fillna(value=False)]
    assert not {change.id for change in answer.changes} & set(committed)
    assert not read_locks(plan).touched(answer.changes)


def test_the_answer_says_what_the_plan_as_it_is_would_score(reference) -> None:
    _, _, land, answer = reference
    today = answer.parameters["today"]
    assert today["objective"] == pytest.approx(score(land.problem, land.problem.today))
    assert sum(answer.parts.values()) == pytest.approx(answer.objective)
    assert sum(today["parts"].values()) == pytest.approx(today["objective"])
    assert {one["demand"] for one in today["unmet"]} >= {"zone-edu", "zone-green"}


def test_the_same_seed_gives_the_same_proposal_twice(reference) -> None:
    _, _, land, answer = reference
    again = propose_landuse(land, Stop(seconds=600))
    assert dataclasses.replace(again, seconds=0.0) == dataclasses.replace(answer, seconds=0.0)


def test_every_use_is_one_that_the_parcel_was_permitted(reference) -> None:
    plan, _, _, answer = reference
    found = {change.id: change.new for change in answer.changes if change.column == "land_use"}
    permitted = plan.layer("parcels")["permitted"]
    assert found
    assert all(new in permitted[parcel].split(",") for parcel, new in found.items())


@pytest.mark.long
def test_a_part_of_the_reference_plan_is_as_good_as_every_choice_tried() -> None:
    plan = bp.read(REFERENCE)
    names = plan.layer("parcels").index
    locks = read_locks(plan, [f"parcels:{name}" for name in names if not str(name).startswith("IM-01-05")])
    land = landuse_problem(plan, check(plan), locks=locks)
    assert 2 <= land.problem.free.sum() <= 6
    best, found = best_by_trying(land.problem), solve(land.problem, Stop(seconds=600))
    assert fits(land.problem, found.chosen)
    assert found.objective == pytest.approx(best[1])
    assert found.chosen.tolist() == list(best[0])
