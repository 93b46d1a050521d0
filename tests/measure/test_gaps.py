"""
What is not known makes unknown only what it could change, and never more than it says.

Random plans with gaps are completed in many ways: a value that was known stays, one that was not lies between
the numbers that were given for it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from tests.support.random_plans import ASKED, SERVICES, USES, layers_of, random_plan
from tests.support.squares import home, one, plan_of, square

from blockplan.check import check
from blockplan.check.accuracy import settle
from blockplan.check.verdict import Required
from blockplan.measure import MEASURES, measure
from blockplan.measure.missing import lines
from blockplan.plan import Plan

if TYPE_CHECKING:
    from blockplan.measure.measurement import Measurement

#: What may stand where a number or word is empty: words, or the ends of a range.
COULD_BE: dict[tuple[str, str], tuple[Any, ...]] = {
    ("parcels", "land_use"): USES,
    ("parcels", "residents"): (0.0, 400.0),
    ("parcels", "dwellings"): (0.0, 200.0),
    ("parcels", "floor_area_m2"): (0.0, 30_000.0),
    ("parcels", "height_m"): (0.0, 80.0),
    ("parcels", "parking_spaces"): (0.0, 100.0),
    ("parcels", "existing_land_use"): USES,
    ("facilities", "service"): SERVICES,
    ("facilities", "level"): ("district", "street"),
    ("facilities", "beds"): (0.0, 300.0),
    ("facilities", "places"): (0.0, 300.0),
    ("facilities", "floor_area_m2"): (0.0, 6_000.0),
    ("facilities", "site_area_m2"): (0.0, 6_000.0),
    ("programmes", "floor_area_m2"): (0.0, 5_000.0),
    ("trees", "crown_m"): (0.0, 9.0),
    ("streets", "red_line_width_m"): (5.0, 50.0),
}
#: It reads beds where no places are written: to write some changes what is read.
EITHER = "beds_and_day_places_per_1000"
HOMES, BUILT = {"0701", "R2", "R21"}, {"07", "08", "09", "10", "A3", "B3", "M1", "R2"}


def completed(plan: Plan, seed: int) -> Plan:
    """The plan with something in every gap; what land without homes or buildings leaves empty stays so."""
    random, made = np.random.default_rng(seed), layers_of(plan)
    uses = made["parcels"]["land_use"].to_numpy(dtype=object).copy()
    for (name, column), could_be in COULD_BE.items():
        frame = made[name].copy()
        new = frame[column].to_numpy(dtype=object).copy()
        for row in np.flatnonzero(pd.isna(new)):
            use = str(uses[row]) if name == "parcels" else ""
            if column in {"residents", "dwellings"} and use not in HOMES:
                continue
            if (name, column) == ("parcels", "floor_area_m2") and use[:2] not in BUILT:
                continue
            if isinstance(could_be[0], str):
                new[row] = could_be[random.integers(len(could_be))]
            else:
                new[row] = float(random.choice([*could_be, random.uniform(*could_be)]))
            if column == "land_use":
                frame.loc[frame.index[row], "land_use_list"] = None
                uses[row] = new[row]
        made[name] = frame.assign(**{column: new})
    return Plan(plan.manifest, made)


def by_scope(found: Measurement) -> dict[str, Any]:
    """The whole and its areas, blocks, subblocks and circles."""
    return {"value": found} | {part.scope: part for part in found.by if ":" in part.scope}


@pytest.mark.long
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_no_way_to_complete_a_plan_leads_out_of_what_was_said_of_it(seed: int) -> None:
    plan = random_plan(seed, columns=5, rows=4, empty=0.02)
    before = {name: measure(plan, name, parameters=ASKED.get(name))[0] for name in MEASURES}
    del before[EITHER]
    for way in range(2):
        whole = completed(plan, 10 * seed + way)
        for name, old in before.items():
            (new,) = measure(whole, name, parameters=ASKED.get(name))
            after = by_scope(new)
            for scope, said in by_scope(old).items():
                value = after[scope].value if scope in after else None
                if value is None:
                    continue
                low, high = said.ends or (-math.inf, math.inf)
                if said.value is not None:
                    low = high = said.value
                off = 1e-9 * max(1.0, abs(value))
                assert low - off <= value <= high + off, (name, scope)


def circle(east: float, **more: Any) -> dict[str, Any]:
    return {"tier": "15", "geometry": square(east - 10, -10, 230), **more}


def in_circles(*parcels: dict[str, Any]) -> Plan:
    """Two circles of 230 m, 500 m apart, with parcels in them."""
    return plan_of(
        boundary=[{"geometry": square(-50, -50, 900)}],
        parcels=list(parcels),
        circles=[circle(0), circle(500)],
        areas=[
            {"area_id": "west", "geometry": square(-50, -50, 450, 900)},
            {"area_id": "east", "geometry": square(400, -50, 450, 900)},
        ],
    )


NULL = {"land_use": None, "geometry": square(500, 0)}


def test_a_park_that_may_grow_leaves_a_circle_known_where_one_as_good_stays_to_within_rounding() -> None:
    # The northern park is the larger one by what is lost in adding up, and may become part of a larger one,
    # which belongs to the next tier.
    north = {"land_use": "1401", "geometry": square(0, 100, 40.000000001, 50)}
    south = {"land_use": "1401", "geometry": square(100, 20, 40, 50)}
    beside = {"land_use": None, "geometry": square(0, 150, 40.000000001, 60)}
    plan = in_circles(home(160, 160), north, south, beside)
    near, _ = one(plan, "circle_park_size", tier="15", higher_smallest_ha=0.4).by
    assert near.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("circle_land_share", {"land_codes": ["07"]}),
        ("circle_residents", {}),
        ("circle_dwellings", {}),
        ("circle_green_per_resident", {}),
        ("circle_facility_land_per_1000", {"land_codes": ["08"]}),
        ("circle_facility_floor_per_1000", {"land_codes": ["08"]}),
        ("circle_park_size", {}),
    ],
)
def test_a_parcel_without_land_use_leaves_circles_known_that_it_does_not_lie_in(
    name: str, asked: dict[str, Any]
) -> None:
    plan = in_circles(home(0, 100, dwellings=40), home(600, 50, dwellings=20), NULL)
    near, far = one(plan, name, tier="15", **asked).by
    assert near.value is not None
    assert (far.value, bool(lines(far.missing))) == (None, True)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("land_share", {"land_codes": ["07"]}),
        ("construction_land", {}),
        ("reserve_land", {}),
        ("population_density", {}),
        ("job_density", {}),
        ("floor_area_total", {}),
        ("floor_area_ratio", {}),
        ("land_per_resident", {"land_codes": ["07"]}),
    ],
)
def test_a_parcel_without_land_use_leaves_areas_known_that_it_does_not_lie_in(
    name: str, asked: dict[str, Any]
) -> None:
    plan = in_circles(home(0, 100, floor_area_m2=900), home(600, 50, floor_area_m2=500), NULL)
    found = one(plan, name, **asked)
    parts = {part.scope: part.value for part in found.by}
    assert found.value is None
    assert parts["area:west"] is not None
    assert parts["area:east"] is None


def test_the_share_of_land_lies_between_what_the_unknown_parcel_could_be() -> None:
    found = one(in_circles(home(0, 100), NULL), "land_share", land_codes=["07"])
    assert (found.value, found.ends) == (None, pytest.approx((1e4 / 81e4, 2e4 / 81e4)))


def test_beds_that_are_enough_without_the_unknown_ones_pass_whatever_they_are() -> None:
    plan = plan_of(
        parcels=[home(0, 1000)],
        facilities=[
            {"service": "nursing_home", "beds": 20, "geometry": shapely.Point(5, 5)},
            {"service": "nursing_home", "beds": None, "geometry": shapely.Point(6, 5)},
        ],
    )
    found = one(plan, "nursing_beds_per_1000")
    assert (found.value, lines(found.missing), found.ends) == (
        None,
        ("facilities.beds of F-2",),
        (20, math.inf),
    )
    assert settle(found, Required(">=", 9.5)) == "pass"
    assert settle(found, Required(">=", 20.5)) == "unknown"
    assert settle(found, Required("<=", 19)) == "fail"


def test_a_market_that_may_be_one_matters_only_for_homes_that_reach_no_other() -> None:
    def access(*east: float) -> Measurement:
        spots = [{"service": "market", "geometry": shapely.Point(50, 50)}]
        spots += [{"service": None, "geometry": shapely.Point(one_, 50)} for one_ in east]
        plan = plan_of(parcels=[home(0, 30), home(2000, 70)], facilities=spots)
        return one(plan, "service_access", services=["market"], access_limit_m=500)

    assert access().value == pytest.approx(0.3)
    assert access(300).value == pytest.approx(0.3)
    assert (access(2100).value, access(2100).ends) == (None, pytest.approx((0.3, 1.0)))


def test_a_parcel_that_may_be_a_park_matters_only_for_homes_that_reach_no_other() -> None:
    def access(east: float) -> Measurement:
        parcels = [home(0, 30), home(3000, 70), {"land_use": "1401", "geometry": square(100, 0)}]
        parcels += [{"land_use": None, "geometry": square(east, 0)}]
        return one(plan_of(parcels=[{**row, "dwellings": 1} for row in parcels]), "green_within_500m")

    # The parcel of no stated use leaves its residents unsaid too: only with them given can the share be told.
    assert access(300).value is None


def test_one_home_that_is_certainly_short_fails_a_share_of_everybody() -> None:
    plan = plan_of(
        extent=[{"geometry": square(-5000, -5000, 10_000)}],
        parcels=[home(0, 30), home(4800, 70)],
        greens=[],
    )
    found = one(plan, "green_access", access_limit_m=2000, drawn_round_m=500)
    assert (found.value, found.ends) == (None, pytest.approx((0.0, 0.7)))
    assert found.affected_residents == 30
    assert settle(found, Required(">=", 1)) == "fail"
    assert settle(found, Required(">=", 0.5)) == "unknown"


def test_a_home_of_unknown_residents_hides_nobody_who_is_certainly_short_of_a_share_of_everybody() -> None:
    market = {"service": "market", "geometry": shapely.Point(50, 50)}
    parcels = [home(0, 30), home(900, 70), {"land_use": None, "geometry": square(100, 0)}]
    plan = plan_of(parcels=parcels, facilities=[market])
    found = one(plan, "service_access", services=["market"], access_limit_m=300)
    assert (found.value, found.ends, found.affected_residents) == (None, (0.0, 1.0), 70)
    assert settle(found, Required(">=", 1)) == "fail"
    assert settle(found, Required(">=", 0.5)) == "unknown"
    verdict = check(plan, ["gb50180"], "2026-11-01").verdict("gb50180-f-market")
    assert (verdict.outcome, verdict.affected_residents) == ("fail", 70)
    assert "70 residents certainly fall short" in verdict.notes[0]["en"]
    all_near = plan.replace(parcels=plan.layer("parcels").drop(index="P-2"))
    found = one(all_near, "service_access", services=["market"], access_limit_m=300)
    assert (found.value, found.ends) == (None, None)


def test_a_parcel_without_a_use_makes_no_rule_apply_whose_circles_nobody_drew() -> None:
    parcels = [home(0, 30), {"land_use": None, "geometry": square(100, 0)}]
    verdicts = check(plan_of(parcels=parcels, facilities=[], greens=[]), ["gb50180"]).verdicts
    circles = {one_.rule: one_.outcome for one_ in verdicts if one_.scope_kind == "circle"}
    assert len(circles) > 20
    assert {*circles.values()} == {"not_applicable"}


def test_a_home_that_no_way_leads_from_lies_beyond_any_walk() -> None:
    plan = plan_of(
        parcels=[home(0, 30), home(100, 70, north=60)],
        circles=[{"tier": "10", "geometry": square(-10, -10, 400)}],
        streets=[
            {"class": "local", "geometry": shapely.LineString([(0, 50), (90, 50)])},
            {"class": "local", "geometry": shapely.LineString([(100, 110), (300, 190)])},
        ],
    )
    found = one(plan, "circle_walk", tier="10")
    assert found.value is None
    assert lines(found.missing) == ("streets: no way on foot to the middle of P-1",)
    assert settle(found, Required("<=", 800)) == "fail"
    assert [place.id for place in found.by[0].places] == ["P-1"]
    assert found.by[0].affected_residents == 30


def test_a_plan_where_nobody_lives_has_nothing_that_a_rule_on_residents_could_judge() -> None:
    bare = plan_of(
        manifest={"packs": ["zone"]},
        parcels=[{"land_use": "1401", "geometry": square(0, 0)}],
        facilities=[],
        boundary=[{"geometry": square(0, 0)}],
    )
    found = one(bare, "nursing_beds_per_1000")
    assert (found.value, found.nothing) == (None, True)
    outcomes = {verdict.rule: verdict.outcome for verdict in check(bare, ["zone"]).verdicts}
    assert {outcomes[rule] for rule in ("zone-edu", "zone-beds", "zone-green", "zone-green-access")} == {
        "not_applicable"
    }


def test_jobs_at_a_station_count_where_nobody_lives() -> None:
    plan = plan_of(
        parcels=[{"land_use": "0902", "jobs": 1000, "geometry": square(0, 0)}],
        stops=[{"modes": "subway", "geometry": shapely.Point(50, 50)}],
    )
    assert one(plan, "users_near_stations").value == 1000
    assert one(plan, "stop_access", weigh_by="residents_and_jobs", stop_modes=["subway"]).value == 1
