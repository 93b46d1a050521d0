"""Each kind of demand is repaired: number of parks, reach of facilities and stops, heights, shares."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of, square
from tests.support.repair_pack import a_pack

from blockplan.check import check
from blockplan.propose import Stop, apply
from blockplan.propose.locks import read_locks
from blockplan.propose.repair.smallest_change import repair

CALM = Stop(seconds=600)


def repaired(plan, pack, **said):
    answer, before = repair(plan, read_locks(plan, said.pop("lock", ())), [pack], stop=CALM, **said)
    assert before.exit_code == 1
    return answer, check(apply(plan, answer.changes), [pack]).exit_code


def test_a_park_is_put_together_from_parcels_that_hang_together(tmp_path):
    # Large is two hectares. B and C share an edge, E stands alone: only B with C is a large park.
    uses = ["0701", "16", "16", "0902", "16"]
    parcels = parcels_of(*uses, permitted=[None, "1401", "1401", None, "1401"], residents=[10.0, *[None] * 4])
    plan = a_plan(parcels)
    pack = a_pack(tmp_path / "p", "parks_large", "park", ("min", 1), large_park_min_ha=2)
    answer, code = repaired(plan, pack)
    assert sorted({one.id for one in answer.changes}) == ["B", "C"]
    assert (answer.objective, answer.proved, code) == (2.0, True, 0)


def test_a_green_that_stands_beside_is_part_of_the_park(tmp_path):
    uses = ["0701", "1401", "16", "0902", "16"]
    parcels = parcels_of(*uses, permitted=[None, None, "1401", None, "1401"], residents=[10.0, *[None] * 4])
    plan = a_plan(parcels)
    pack = a_pack(tmp_path / "p", "parks_large", "park", ("min", 1), large_park_min_ha=2)
    answer, code = repaired(plan, pack)
    assert sorted({one.id for one in answer.changes}) == ["C"]
    assert (answer.objective, answer.proved, code) == (1.0, True, 0)


def test_parks_that_cannot_be_are_named(tmp_path):
    parcels = parcels_of("0701", "16", permitted=[None, "1401"], residents=[10.0, None])
    plan = a_plan(parcels)
    pack = a_pack(tmp_path / "p", "parks_large", "park", ("min", 1), large_park_min_ha=5)
    answer, code = repaired(plan, pack)
    assert [(one.demand, one.amount, one.unit) for one in answer.unmet] == [("made", 1.0, "park")]
    assert (answer.changes, code) == ((), 1)


@pytest.mark.long
def test_a_facility_is_built_where_it_reaches_those_who_have_none(tmp_path):
    # Homes at 50, 750 and 1,450 m; a clinic within 500 m is wanted; D stands at 750 m from A.
    uses = ["0701", "16", "16", "16", "16", "16", "16", "0701", "16", "16", "16", "16", "16", "16", "0701"]
    permitted = ["0702" if use == "16" else None for use in uses]
    parcels = parcels_of(*uses, permitted=permitted, far=1.0, floor_area_m2=5000.0,
                         residents=[100.0 if use == "0701" else None for use in uses])  # fmt: skip
    facilities = gpd.GeoDataFrame(
        {"facility_id": ["X"], "service": ["market"], "parcel_id": ["A"], "floor_area_m2": [300.0]},
        geometry=[square(0).centroid], crs="EPSG:4548",
    )  # fmt: skip
    plan = a_plan(parcels, facilities=facilities)
    pack = a_pack(
        tmp_path / "p",
        "service_access",
        "1",
        ("min", 1.0),
        services="[clinic]",
        access_limit_m=500,
    )
    answer, code = repaired(plan, pack)
    made = [one.new for one in answer.changes if one.column == "service"]
    assert made == ["clinic", "clinic"]
    assert (answer.objective, answer.proved, code) == (2.0, True, 0)


def test_stops_are_put_along_the_streets(tmp_path):
    parcels = parcels_of("0701", "16", "16", "16", "16", "16", "16", "16", "16", "16", "16", "0701",
                         residents=[100.0, *[None] * 10, 100.0])  # fmt: skip
    street = gpd.GeoDataFrame(
        {"street_id": ["S"], "class": ["local"], "walk": [True]},
        geometry=[shapely.LineString([(X, Y), (X + 1200, Y)])], crs="EPSG:4548",
    )  # fmt: skip
    stops = gpd.GeoDataFrame(
        {"stop_id": ["far"], "modes": ["bus"]}, geometry=[shapely.Point(X + 5000, Y)], crs="EPSG:4548"
    )
    plan = a_plan(parcels, streets=street, stops=stops)
    pack = a_pack(tmp_path / "p", "stops_within_500m", "1", ("min", 1.0))
    answer, code = repaired(plan, pack)
    # The homes are 1,100 m apart, so one stop cannot serve both.
    assert (answer.objective, answer.proved, code) == (2.0, True, 0)
    assert {one.layer for one in answer.changes} == {"stops"}
    locked, _ = repair(plan, read_locks(plan, ["stops"]), [pack], stop=CALM)
    assert [(one.amount, one.unit) for one in locked.unmet] == [(200.0, "resident")]


def test_what_is_too_high_is_brought_down(tmp_path):
    parcels = parcels_of("0701", "0701", "0902", height_m=[90.0, 60.0, 120.0], residents=[10.0, 10.0, None])
    pack = a_pack(tmp_path / "p", "residential_height", "m", ("max", 80))
    answer, code = repaired(a_plan(parcels), pack)
    assert [(one.id, one.column, one.old, one.new) for one in answer.changes] == [
        ("A", "height_m", 90.0, 80.0)
    ]
    assert (answer.objective, answer.proved, code) == (1.0, True, 0)


@pytest.mark.long
def test_a_bound_that_repeats_a_height_comes_down_with_it(tmp_path):
    parcels = parcels_of(
        "0701", "0902", height_m=[90.0, 120.0], height_m_max=[90.0, None], residents=[10.0, None]
    )
    answer, code = repaired(a_plan(parcels), a_pack(tmp_path / "p", "residential_height", "m", ("max", 80)))
    assert {(one.column, one.new) for one in answer.changes} == {("height_m", 80.0), ("height_m_max", 80.0)}
    assert (answer.objective, code) == (1.0, 0)


def test_a_share_of_land_is_reached(tmp_path):
    parcels = parcels_of("0701", "16", "16", "0902", permitted=[None, "1401", "1401,0902", "1401"],
                         residents=[10.0, None, None, None])  # fmt: skip
    pack = a_pack(tmp_path / "p", "land_share", "1", ("min", 0.5), land_codes='["14"]')
    answer, code = repaired(a_plan(parcels), pack)
    assert (answer.objective, answer.proved, code) == (2.0, True, 0)


def test_too_much_of_a_use_is_reduced(tmp_path):
    parcels = parcels_of("0902", "0902", "0902", "0701", permitted=["1401", "1401", None, None],
                         residents=[None, None, None, 10.0])  # fmt: skip
    pack = a_pack(tmp_path / "p", "land_share", "1", ("max", 0.5), land_codes='["09"]')
    answer, code = repaired(a_plan(parcels), pack)
    assert (answer.objective, answer.proved, code) == (1.0, True, 0)


def test_a_rule_that_no_change_of_use_repairs_is_named_with_its_remedy():
    plan = a_plan(parcels_of("0701", "16", residents=[10.0, None]), {"packs": ["zone"]})
    answer, _ = repair(plan, read_locks(plan), stop=CALM)
    unmet = {one.demand.partition(":")[0]: one for one in answer.unmet}
    assert {"zone-belt", "zone-notice"} <= set(unmet)
    assert unmet["zone-parks-large"].amount == 3
    assert unmet["zone-belt"].amount is None


def test_homes_that_lose_their_green_are_seen_by_the_check(tmp_path):
    # The park itself may become a school, but then nobody reaches a green: the other parcel has to do it.
    parcels = parcels_of(
        "0701", "1401", "16", permitted=[None, "080403", "080403"], residents=[500.0, None, None]
    )
    plan = a_plan(parcels, {"packs": ["zone"]})
    answer, _ = repair(plan, read_locks(plan), stop=CALM)
    assert {one.id for one in answer.changes} == {"C"}
    assert check(apply(plan, answer.changes)).verdict("zone-green-access").outcome == "pass"


@pytest.mark.parametrize(("judged_by", "open_"), [("line_edge", {"B", "D"}), ("net_edge_crossing", {"D"})])
def test_reach_is_told_by_the_reading_that_judges(tmp_path, judged_by, open_):
    # The street leads past A and into D alone: B is near as the crow flies and met by no street.
    parcels = parcels_of(*["0701", "16", "0902", "16"], permitted=[None, "1401", None, "1401"],
                         residents=[100.0, None, None, None])  # fmt: skip
    line = shapely.LineString([(X, Y - 5), (X + 350, Y - 5), (X + 350, Y + 50)])
    street = gpd.GeoDataFrame({"street_id": ["S"], "walk": [True]}, geometry=[line], crs="EPSG:4548")
    choices = {"access_limit_m": 500, "judged_by": judged_by}
    pack = a_pack(tmp_path / "p", "green_access", "1", ("min", 1.0), **choices)
    answer, code = repaired(a_plan(parcels, streets=street), pack)
    assert (answer.objective, answer.proved, code) == (1.0, True, 0)
    assert {one.id for one in answer.changes} <= open_
