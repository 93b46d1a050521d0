"""Rules that judge each parcel: one verdict that counts them, the worst first, bounds and tables."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.check.limits import compare
from blockplan.check.parcelwise import judge
from blockplan.check.rules import Limit
from blockplan.check.verdict import FAIL, NAMES, Required
from blockplan.measure.measurement import Each
from blockplan.measure.missing import lines
from blockplan.report.tables import missing_words
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.plan import Plan

SOURCE = {"document": "a table", "clause": "1"}


def plot(name: str, east: float, **more: Any) -> dict[str, Any]:
    """A housing parcel of 1 ha."""
    return {"parcel_id": name, "land_use": "0701", "geometry": square(east, 0), **more}


def house(parcel: str, east: float, side: float = 50.0, **more: Any) -> dict[str, Any]:
    """A building of 2,500 m2 of land in the middle of a parcel."""
    shape = square(east + 50 - side / 2, 50 - side / 2, side)
    return {"parcel_id": parcel, "geometry": shape, **more}


def own(plan: Plan, rule: str) -> Verdict:
    return check(plan, ["plan"], "2021-10-25").verdict(rule)


def three() -> Plan:
    """Three parcels bounded at FAR 2: built to 1.5, to 2.5, and not at all."""
    parcels = [
        plot(name, 200 * at, far=2.0, far_kind="upper", far_max=2.0)
        for at, name in enumerate(("B-01-01", "B-01-02", "B-02-01"))
    ]
    buildings = [house("B-01-01", 0, floor_area_m2=15_000.0), house("B-01-02", 200, floor_area_m2=25_000.0)]
    return plan_of(parcels=parcels, buildings=buildings)


def test_one_verdict_counts_the_parcels_and_shows_the_worst() -> None:
    found = own(three(), "plan-far")
    assert (found.outcome, found.scope_kind, found.measured) == ("fail", "plan", 2.5)
    assert found.required == Required("<=", 2.0)
    assert found.margin == pytest.approx(-0.5)
    written = found.to_dict()
    assert written["judged"] == {"pass": 1, "fail": 1, "unknown": 1}
    assert [(one["id"], one["value"], one["margin"]) for one in written["where"]] == [
        ("B-01-02", 2.5, pytest.approx(-0.5))
    ]
    assert lines(found.missing) == ("parcels.buildings of B-02-01",)
    assert "1 parcel " in found.remedy.text["en"]


def test_without_a_building_a_bound_is_unknown_and_says_so() -> None:
    plan = plan_of(parcels=[plot("A-1", 0, far_max=2.0)])
    found = own(plan, "plan-far")
    assert (found.outcome, lines(found.missing)) == ("unknown", ("buildings: layer absent",))


def test_a_plan_without_bounds_is_not_judged_by_them() -> None:
    plan = plan_of(parcels=[plot("A-1", 0, far=2.0)], buildings=[house("A-1", 0, floor_area_m2=1.0)])
    assert own(plan, "plan-far").outcome == "not_applicable"


@pytest.mark.parametrize(
    ("bound", "floor", "expected"),
    [
        ({"far_kind": "range", "far_min": 1.0, "far_max": 2.0}, 15_000, "pass"),
        ({"far_kind": "range", "far_min": 1.0, "far_max": 2.0}, 9_000, "fail"),
        ({"far": 1.2, "far_kind": "lower"}, 12_000, "pass"),
        ({"far": 1.2, "far_kind": "lower"}, 11_000, "fail"),
        ({"far": 1.2, "far_kind": "upper"}, 12_100, "fail"),
    ],
)
def test_upper_lower_and_range_bind(bound: dict[str, Any], floor: float, expected: str) -> None:
    plan = plan_of(parcels=[plot("A-1", 0, **bound)], buildings=[house("A-1", 0, floor_area_m2=float(floor))])
    assert own(plan, "plan-far").outcome == expected


def test_a_guide_is_advice_and_no_must() -> None:
    bound = {"far": 1.0, "far_kind": "guide", "far_max": 1.0}
    plan = plan_of(parcels=[plot("A-1", 0, **bound)], buildings=[house("A-1", 0, floor_area_m2=15_000.0)])
    assert own(plan, "plan-far").outcome == "not_applicable"
    advice = own(plan, "plan-far-guide")
    assert (advice.outcome, advice.force) == ("fail", "should")


def test_green_that_buildings_leave_no_room_for_fails_though_none_is_drawn() -> None:
    def town(side: float) -> Plan:
        parcel = plot("A-1", 0, green_ratio=0.35, green_kind="lower", green_ratio_min=0.35)
        return plan_of(parcels=[parcel], buildings=[house("A-1", 0, side)])

    assert own(town(90), "plan-green-ratio").outcome == "fail"  # 81 % is built on
    assert own(town(50), "plan-green-ratio").outcome == "unknown"


def test_greens_that_cover_the_same_land_count_once() -> None:
    greens = [
        {"kind": "garden", "geometry": square(0, 0, 20, 100)},
        {"kind": "park", "geometry": square(10, 0, 15, 100)},
        {"kind": "park", "geometry": square(100, 0, 30, 100)},
    ]
    parcels = [plot("A-1", 0, green_ratio_min=0.3), plot("A-2", 100, green_ratio_min=0.3)]
    found = own(plan_of(parcels=parcels, greens=greens), "plan-green-ratio")
    assert (found.outcome, found.measured) == ("fail", pytest.approx(0.25))


def test_drawn_green_is_cut_at_the_parcel() -> None:
    parcel = plot("A-1", 0, green_ratio_min=0.3)
    town = plan_of(
        parcels=[parcel],
        buildings=[house("A-1", 0)],
        greens=[{"kind": "garden", "geometry": square(-50, 0, 80, 100)}],
    )
    found = own(town, "plan-green-ratio")
    assert (found.outcome, found.measured) == ("pass", pytest.approx(0.3))


def test_a_setback_is_asked_of_the_side_that_faces_it() -> None:
    parcel = plot("A-1", 0, setback_north_m=10.0, setback_south_m=5.0)

    def town(south: float, north: float) -> Plan:
        shape = shapely.box(20, south, 80, 100 - north)
        return plan_of(parcels=[parcel], buildings=[{"parcel_id": "A-1", "geometry": shape}])

    assert own(town(5, 10), "plan-setback").outcome == "pass"
    near = own(town(4, 10), "plan-setback")
    assert (near.outcome, near.measured, near.required.value) == ("fail", 4, 5)
    assert own(town(5, 9), "plan-setback").outcome == "fail"


def test_light_is_asked_for_southwards_by_height() -> None:
    def town(gap: float) -> Plan:
        south = {"parcel_id": "A-1", "geometry": shapely.box(10, 10, 40, 20), "height_m": 20.0}
        north = {"parcel_id": "A-1", "geometry": shapely.box(10, 20 + gap, 40, 30 + gap), "height_m": 20.0}
        return plan_of(
            parcels=[plot("A-1", 0)],
            buildings=[south, north],
            manifest={"parameters": {"light_distance_per_height": 1.5}},
        )

    assert own(town(30), "plan-light").outcome == "pass"
    short = own(town(29), "plan-light")
    assert (short.outcome, short.measured, [one.id for one in short.where]) == ("fail", 1.45, ["B-2"])


def test_a_block_keeps_to_its_cap_with_what_was_moved_to_it() -> None:
    def town(cap: float, moved: float) -> CheckResult:
        block = {"geometry": square(0, 0, 400), "floor_area_m2_max": cap, "floor_area_transfer_m2": moved}
        other = {"geometry": square(1000, 0, 400), "floor_area_transfer_m2": -moved}
        plan = plan_of(blocks=[block, other], parcels=[plot("A-1", 0, floor_area_m2=20_000.0)])
        return check(plan, ["plan"], "2021-10-25")

    assert town(20_000, 0).verdict("plan-block-floor-area").outcome == "pass"
    assert town(19_000, 0).verdict("plan-block-floor-area").outcome == "fail"
    moved = town(19_000, 1_000)
    assert moved.verdict("plan-block-floor-area").outcome == "pass"
    assert moved.verdict("plan-block-transfer").outcome == "pass"


def test_residents_are_held_against_floor_area_and_dwellings() -> None:
    said = {"residents": {"floor_area_per_person_m2": 40, "household_size": 3}}
    parcel = plot("A-1", 0, residents=501.0, floor_area_m2=20_000.0, dwellings=167.0)
    plan = plan_of(parcels=[parcel], manifest=said)
    assert own(plan, "plan-residents-floor").outcome == "fail"
    assert own(plan, "plan-residents-dwellings").outcome == "pass"


def tower(far: float, height: float = 54.0, **more: Any) -> dict[str, Any]:
    return {"far": far, "far_max": far, "height_m": height, "height_m_max": height, **more}


def gb(*parcels: dict[str, Any], **parameters: Any) -> CheckResult:
    plan = plan_of(parcels=[*parcels], manifest={"parameters": parameters, "level": "parcel"})
    return check(plan, ["gb50180"], "2021-10-25")


def test_the_table_of_street_blocks_is_read_by_zone_and_storeys() -> None:
    parcels = (
        plot("A-1", 0, **tower(2.6)),
        plot("A-2", 200, **tower(2.7)),
        plot("A-3", 400, **tower(1.2, 18)),
    )
    found = gb(*parcels, climate_zone="II").verdict("gb50180-402-far")
    assert [(one.id, one.margin) for one in found.where] == [
        ("A-2", pytest.approx(-0.1)),
        ("A-3", pytest.approx(-0.1)),
    ]
    assert gb(*parcels[:2], climate_zone="III").verdict("gb50180-402-far").outcome == "pass"


def test_without_a_climate_zone_what_all_zones_agree_on_stands() -> None:
    agreed = gb(plot("A-1", 0, **tower(2.0)), plot("A-2", 200, **tower(3.0))).verdict("gb50180-402-far")
    assert agreed.judged.counts == {"pass": 1, "fail": 1, "unknown": 0}
    open_ = gb(plot("A-1", 0, **tower(2.7))).verdict("gb50180-402-far")
    assert open_.outcome == "unknown"


def test_low_and_dense_parcels_have_a_table_of_their_own() -> None:
    parcel = plot("A-1", 0, coverage_ratio=0.45, coverage_ratio_max=0.45, **tower(1.2, 10))
    plain = gb(parcel, climate_zone="II")
    dense = gb(parcel, climate_zone="II", dense_parcels=["A-1"])
    assert plain.verdict("gb50180-402-coverage").outcome == "fail"
    assert plain.verdict("gb50180-403-coverage").outcome == "not_applicable"
    assert dense.verdict("gb50180-403-coverage").outcome == "pass"
    assert dense.verdict("gb50180-402-coverage").outcome == "not_applicable"


def test_storeys_of_drawn_homes_go_before_the_height_limit() -> None:
    parcel = plot("A-1", 0, **tower(3.0, 80))
    plan = plan_of(
        parcels=[parcel],
        buildings=[house("A-1", 0, floor_area_m2=10_000.0, height_m=15.0)],  # 4 storeys, FAR 1.0
        manifest={"parameters": {"climate_zone": "II"}},
    )
    found = check(plan, ["gb50180"], "2021-10-25").verdict("gb50180-402-height")
    assert (found.outcome, found.required.value, found.measured) == ("pass", 27, 15)


def test_a_parcel_that_may_be_of_no_such_class_can_pass_and_not_fail() -> None:
    def town(far: float) -> Verdict:
        parcel = {**plot("A-1", 0, **tower(far)), "land_use": "07"}  # homes, or what serves them
        return gb(parcel, climate_zone="II").verdict("gb50180-402-far")

    assert town(2.6).outcome == "pass"
    assert town(2.7).outcome == "unknown"


def test_a_fault_of_the_data_leaves_its_own_parcel_in_doubt_and_no_other() -> None:
    parcels = [plot("A-1", 0, far_max=2.0), plot("A-2", 200, far_max=2.0)]
    crossed = shapely.Polygon([(10, 10), (60, 60), (60, 10), (10, 60)])  # its rings cross
    buildings = [
        {"parcel_id": "A-1", "geometry": crossed, "floor_area_m2": 5_000.0},
        house("A-2", 200, floor_area_m2=5_000.0),
    ]
    found = own(plan_of(parcels=parcels, buildings=buildings), "plan-far")
    assert found.judged.counts == {"pass": 1, "fail": 0, "unknown": 1}


def each_of(values: list[float], least: list[float], most: list[float]) -> Each:
    names = np.array([*(f"P{at}" for at in range(len(values))), None], dtype=object)[:-1]
    found = np.array(values)
    spots = np.zeros((len(values), 2))
    told = np.ones(len(values), dtype=bool)
    return Each("parcels", names, spots, found, told, (found, found), np.array(least), np.array(most))


numbers = st.floats(-1e6, 1e6) | st.just(float("nan"))


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=20))
def test_all_at_once_is_judged_as_one_by_one(rows: list[tuple[float, float, float]]) -> None:
    each = each_of(*(list(column) for column in zip(*rows, strict=True)))
    limit = Limit.model_validate({"from": "2000-01-01", "own": True, "source": SOURCE}, strict=False)
    found = judge(each, limit, Required("<=", float("nan")))
    bounded = [row for row in rows if not (math.isnan(row[1]) and math.isnan(row[2]))]
    for (value, low, high), outcome in zip(bounded, found.outcome.tolist(), strict=True):
        asked = [Required(op, end) for op, end in ((">=", low), ("<=", high)) if not math.isnan(end)]
        one = {compare(None if math.isnan(value) else value, required) for required in asked}
        expected = "unknown" if "unknown" in one else "fail" if "fail" in one else "pass"
        assert NAMES[outcome] == expected


def test_twenty_thousand_parcels_are_judged_in_a_second() -> None:
    number = 20_000
    rng = np.random.default_rng(4)
    each = each_of(
        rng.uniform(0, 4, number).tolist(),
        rng.uniform(0, 1, number).tolist(),
        rng.uniform(2, 3, number).tolist(),
    )
    limit = Limit.model_validate({"from": "2000-01-01", "own": True, "source": SOURCE}, strict=False)
    began = time.process_time()
    found = judge(each, limit, Required("<=", float("nan")))
    places = found.places(FAIL, "a-rule")
    assert time.process_time() - began < 1
    assert len(places) == found.counts["fail"] > 5_000
    assert list(pd.Series([place.margin for place in places]).sort_values()) == [one.margin for one in places]


def test_a_plan_asks_for_least_plots_frontage_and_main_shares_of_its_own() -> None:
    def town(**asked: float) -> Plan:
        road = plot("R-1", 0, land_use="1207", geometry=square(0, -20, 100, 20))
        return plan_of(
            parcels=[plot("A-1", 0, compatible_split="7:3"), plot("A-2", 200, compatible_split="6:4"), road],
            manifest={"parameters": asked},
        )

    # The second parcel, of the same 1 ha, lies away from the road.
    assert own(town(least_plot_m2=10_000), "plan-least-plot").outcome == "fail"
    small = own(town(least_plot_m2=2_001), "plan-least-plot")
    assert [one.id for one in small.where] == ["R-1"]
    assert own(town(least_plot_m2=2_000), "plan-least-plot").outcome == "pass"
    away = own(town(least_frontage_m=30), "plan-frontage")
    assert (away.outcome, away.measured, [one.id for one in away.where]) == ("fail", 0, ["A-2"])
    mixed = own(town(least_main_share=0.65), "plan-main-share")
    assert (mixed.outcome, mixed.measured, [one.id for one in mixed.where]) == ("fail", 0.6, ["A-2"])
    assert own(town(least_main_share=0.6), "plan-main-share").outcome == "pass"
    unasked = [own(town(), rule).outcome for rule in ("plan-least-plot", "plan-frontage", "plan-main-share")]
    assert unasked == ["not_applicable"] * 3


def test_a_parcel_whose_building_says_no_floor_area_is_called_a_parcel() -> None:
    parcels = [plot(name, 200 * at, far_max=2.0) for at, name in enumerate(("A-1", "A-2", "A-3"))]
    buildings = [house("A-1", 0, floor_area_m2=15_000.0), house("A-2", 200)]
    found = own(plan_of(parcels=parcels, buildings=buildings), "plan-far")
    assert missing_words(found.missing, Words("zh")) == ["地块 A-3 的建筑", "地块 A-2 上建筑的建筑面积"]
    assert missing_words(found.missing, Words("ja")) == ["区画 A-3 の建物", "区画 A-2 の建物の延床面積"]
