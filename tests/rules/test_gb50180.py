"""GB 50180, GB 50137 and Beijing's comparators on plans: verdicts that geometry brings about."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely
from tests.support.squares import home, park, plan_of, square

import blockplan
from blockplan.check import check
from blockplan.check.instruments import House
from blockplan.check.limits import decide
from blockplan.check.packs import load

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.plan import Plan


def verdicts(plan: Plan, pack: str, on: str | None = None) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for verdict in check(plan, [pack], on).verdicts:
        found.setdefault(verdict.rule, []).append(verdict)
    return found


def outcomes(plan: Plan, pack: str, *rules: str, on: str | None = None) -> list[str]:
    found = verdicts(plan, pack, on)
    return [verdict.outcome for rule in rules for verdict in found[rule]]


def circles(*tiers: str) -> list[dict]:
    """One living circle of each tier that holds the whole town."""
    return [{"tier": tier, "geometry": square(-9000, -9000, 20_000)} for tier in tiers]


def a_park(side: float, depth: float) -> dict:
    return {"land_use": "1401", "geometry": square(0, 1000, side, depth)}


@pytest.mark.parametrize(("residents", "outcome"), [(25_000, "pass"), (25_001, "fail"), (20_000, "pass")])
def test_green_of_the_highest_tier_carries_so_many_residents(residents: int, outcome: str) -> None:
    plan = plan_of(parcels=[home(0, residents), a_park(500, 100)], circles=circles("15", "10", "5"))
    assert outcomes(plan, "gb50180", "gb50180-green15") == [outcome]
    # The park is counted there, and so not for the tiers below.
    assert outcomes(plan, "gb50180", "gb50180-green10", "gb50180-green5") == ["fail", "fail"]


@pytest.mark.parametrize(
    ("depth", "side", "area", "width"),
    [
        (80, 625, "pass", "pass"),
        (80, 624, "fail", "fail"),
        (79.9, 640, "pass", "fail"),
        (100, 501, "pass", "pass"),
    ],
)
def test_a_park_of_the_fifteen_minute_circle_has_five_hectares_and_eighty_metres(
    depth: float, side: float, area: str, width: str
) -> None:
    plan = plan_of(parcels=[home(0, 10), a_park(side, depth)], circles=circles("15"))
    assert outcomes(plan, "gb50180", "gb50180-park15-area", "gb50180-park15-width") == [area, width]


@pytest.mark.parametrize(
    ("height", "outcome"), [(80, "pass"), (80.1, "fail"), (79.9, "pass"), (None, "unknown")]
)
def test_housing_is_no_taller_than_eighty_metres(height: float | None, outcome: str) -> None:
    plan = plan_of(parcels=[home(0, 10, height_m=height)])
    assert outcomes(plan, "gb50180", "gb50180-height") == [outcome]
    (verdict,) = verdicts(plan, "gb50180")["gb50180-height"]
    assert [place.id for place in verdict.where] == (["P-1"] if outcome == "fail" else [])
    assert verdict.force == "must"


def test_each_circle_has_a_verdict_and_of_circles_not_drawn_no_rule_speaks() -> None:
    circles = [
        {"tier": "10", "geometry": square(-1, -1, 600)},
        {"tier": "10", "geometry": square(1000, -1, 600)},
    ]
    plan = plan_of(
        parcels=[home(0, 15_000, dwellings=5000), home(1000, 14_999, dwellings=8001)], circles=circles
    )
    found = verdicts(plan, "gb50180")
    people = found["gb50180-tier10-pop"]
    assert [(v.scope_kind, v.scope_id, v.outcome) for v in people] == [
        ("circle", "C-1", "pass"),
        ("circle", "C-2", "fail"),
    ]
    assert [v.outcome for v in found["gb50180-tier10-dw"]] == ["pass", "fail"]
    assert [v.outcome for v in found["gb50180-10-size"]] == ["pass", "pass"]
    (none,) = found["gb50180-tier15-pop"]
    assert (none.scope_id, none.outcome) == ("*", "not_applicable")


def test_a_street_block_of_two_to_four_hectares_is_judged_and_no_other() -> None:
    subblocks = [{"geometry": square(0, 0, 200)}, {"geometry": square(1000, 0, 500)}]
    plan = plan_of(parcels=[home(0, 1000), home(1000, 10)], subblocks=subblocks)
    (verdict,) = verdicts(plan, "gb50180")["gb50180-blk-pop"]
    assert (verdict.scope_id, verdict.outcome) == ("S-1", "pass")


def test_a_plan_before_the_standard_is_not_judged_by_it() -> None:
    plan = plan_of(parcels=[home(0, 10, height_m=90)])
    assert outcomes(plan, "gb50180", "gb50180-height", on="2018-11-30") == ["not_applicable"]
    assert outcomes(plan, "gb50180", "gb50180-height", on="2018-12-01") == ["fail"]


def test_figures_of_a_city_never_apply_to_a_plan_of_blocks() -> None:
    plan = plan_of(parcels=[home(0, 10), park(100)])
    found = verdicts(plan, "gb50137")
    assert len(found) == 15
    assert {verdict.outcome for (verdict,) in found.values()} == {"not_applicable"}


def test_the_indicators_of_2006_end_when_those_of_2015_took_their_place() -> None:
    plan = plan_of(parcels=[home(0, 280, dwellings=100)])
    assert outcomes(plan, "bj", "bj-2006-hh", on="2015-12-30") == ["pass"]
    (verdict,) = verdicts(plan, "bj", "2015-12-31")["bj-2006-hh"]
    assert verdict.outcome == "not_applicable"
    assert "Jingzhengfa [2015] 7" in str(verdict.notes)


@pytest.mark.parametrize(
    ("residents", "outcome"), [(29_999, "not_applicable"), (30_000, "fail"), (50_000, "fail")]
)
def test_the_indicators_of_2006_speak_of_towns_of_thirty_to_fifty_thousand(
    residents: int, outcome: str
) -> None:
    plan = plan_of(parcels=[home(0, residents)], facilities=[])
    assert outcomes(plan, "bj", "bj-2006-kinder", on="2015-12-30") == [outcome]


def test_totals_of_the_core_area_never_apply_to_a_plan_of_blocks() -> None:
    plan = plan_of(parcels=[home(0, 280, dwellings=100)])
    totals = ["bj-core-pop", "bj-core-gfa", "bj-sub-pop", "bj-sub-land", "bj-sub-gfa", "bj-sub-reserve"]
    assert set(outcomes(plan, "bj", *totals)) == {"not_applicable"}


@pytest.mark.parametrize(
    ("depth", "outcome"), [(2000, "pass"), (1999, "fail"), (3000, "pass"), (3001, "fail")]
)
def test_a_planning_block_has_two_to_three_square_kilometres(depth: float, outcome: str) -> None:
    plan = plan_of(blocks=[{"geometry": square(0, 0, 1000, depth)}])
    assert outcomes(plan, "bj", "bj-blk-size") == [outcome]


def test_all_figures_of_beijing_are_comparators() -> None:
    plan = plan_of(parcels=[home(0, 10)])
    assert {v.force for found in verdicts(plan, "bj").values() for v in found} == {"comparator"}


@pytest.mark.long
def test_the_reference_plan_by_hand(reference: Path) -> None:
    """Figures from the table of the plan: 50,000 residents, 68.5 ha in three large parks, and so on."""
    plan = blockplan.read(reference)
    gb, bj = verdicts(plan, "gb50180"), verdicts(plan, "bj")
    bj_2006 = verdicts(plan, "bj", "2015-12-30")
    wanted = {
        "bj-core-edu": 4160,
        "bj-sub-green": (106.5 + 70) * 10_000 / 50_000,
        "bj-core-pubservice": (62 + 3.4 + 4 + 2 + 20.8 + 5.5) / 950,
    }
    for rule, value in wanted.items():
        assert bj[rule][0].measured == pytest.approx(value, rel=1e-3), rule
    assert bj_2006["bj-2006-kinder-land"][0].measured == pytest.approx(800, rel=1e-3)
    # No living circle is drawn: figures of the whole plan stand beside, and are no verdicts.
    beside = {
        "gb50180-green15": 685_000 / 50_000,
        "gb50180-503-5-total": (34_000 + 40_000) / 50,  # community service and kindergartens
    }
    for rule, value in beside.items():
        (verdict,) = gb[rule]
        assert (verdict.outcome, verdict.measured) == ("not_applicable", None)
        assert verdict.definition["whole_plan"] == pytest.approx(value, rel=1e-3), rule
        assert "none to judge. Over the whole plan the figure is" in verdict.notes[0]["en"]
    assert [v.outcome for v in gb["gb50180-roads"]] == [
        "not_applicable"
    ]  # of living circles, and none is drawn
    assert all(v.outcome != "fail" for found in gb.values() for v in found if v.force == "must")


@pytest.mark.parametrize(
    ("tier", "walk", "outcome"), [("15", 650, "pass"), ("15", 1000.5, "fail"), ("5", 40, "pass")]
)
def test_a_compact_circle_is_not_asked_for_a_longer_walk(tier: str, walk: float, outcome: str) -> None:
    (rule,) = (
        rule
        for pack in load(["gb50180"], House().measures())
        for rule in pack.rules
        if rule.id == f"gb50180-tier{tier}-walk"
    )
    found, required = decide(rule, dt.date(2021, 10, 25), walk)
    assert (found, required.op) == (outcome, "<=")


def test_the_density_of_streets_is_judged_in_living_circles_and_not_in_areas() -> None:
    (verdict,) = verdicts(
        plan_of(parcels=[home(0, 100)], areas=[{"area_id": "rd", "geometry": square(0, 0)}]), "gb50180"
    )["gb50180-roads"]
    assert (verdict.scope_kind, verdict.scope_id, verdict.outcome) == ("circle", "*", "not_applicable")
    circles = [
        {"circle_id": name, "tier": tier, "geometry": square(0, 0)}
        for name, tier in (("a", "15"), ("b", "5"))
    ]
    plan = plan_of(
        parcels=[home(0, 100)],
        boundary=[{"name": "all", "geometry": square(0, 0)}],
        circles=circles,
        streets=[{"class": "local", "geometry": shapely.LineString([(50, 0), (50, 100)])}],
    )
    found = verdicts(plan, "gb50180")["gb50180-roads"]
    assert [(one.scope_id, one.outcome) for one in found] == [("a", "pass"), ("b", "pass")]


def test_figures_of_a_whole_city_stand_for_comparison_beside_what_the_plan_has() -> None:
    (verdict,) = verdicts(plan_of(parcels=[home(0, 100)]), "gb50137")["gb50137-res-cold"]
    assert (verdict.outcome, verdict.measured) == ("not_applicable", None)
    assert verdict.notes[0]["en"] == (
        "The figure is for a whole city: for comparison, never judged. This plan has 100 m² per resident."
    )


def test_beijings_comparators_do_not_speak_of_a_plan_elsewhere() -> None:
    here, far = (
        plan_of(parcels=[home(0, 100)]),
        plan_of(parcels=[home(0, 100)], manifest={"crs": "EPSG:32651"}),
    )
    assert verdicts(here, "bj")["bj-core-edu"][0].outcome != "not_applicable"
    (verdict,) = verdicts(far, "bj")["bj-core-edu"]
    assert (verdict.outcome, verdict.notes[0]["en"]) == (
        "not_applicable",
        "The pack speaks of Beijing; the plan lies elsewhere.",
    )


@pytest.mark.parametrize(
    ("people", "outcome"), [(2.8, "pass"), (2.84, "pass"), (2.86, "fail"), (2.7, "fail")]
)
def test_a_figure_stated_to_a_tenth_is_met_by_all_that_round_to_it(people: float, outcome: str) -> None:
    plan = plan_of(parcels=[{**home(0, people * 50), "dwellings": 50}])
    assert outcomes(plan, "bj", "bj-2006-hh", on="2010-01-01") == [outcome]


def test_a_district_of_a_map_is_not_judged_by_the_promises_of_a_zone_in_beijing() -> None:
    path = Path(__file__).parents[2] / "examples" / "districts" / "osm-layers.toml"
    packs = tomllib.loads(path.read_text(encoding="utf-8"))["plan"]["packs"]
    assert packs == ["green-access", "sdg11"]
    assert not {rule.force for pack in load(packs, House().measures()) for rule in pack.rules} & {
        "must",
        "comparator",
    }
