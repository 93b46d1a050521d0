"""What one park is, and how large."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import one, park, plan_of, square

from blockplan.measure.missing import lines


def counts(*parcels: dict, **layers: list) -> tuple[float | None, float | None]:
    plan = plan_of(parcels=list(parcels), **layers)
    return one(plan, "parks_large").value, one(plan, "parks_community").value


def test_parks_are_large_from_ten_hectares_and_community_parks_from_one() -> None:
    rows = [park(0, 320), park(1000, 316), park(2000, 100), park(3000, 99)]
    assert counts(*rows) == (1, 2)


def test_a_park_of_exactly_the_limit_reaches_it() -> None:
    ten = park(0)
    ten["geometry"] = square(0.1, 0.3, 1000.0, 100.0)
    assert counts(ten) == (1, 0)


@pytest.mark.parametrize(("short_mm", "counted"), [(1, 1), (5, 0)])
def test_only_the_rounding_of_coordinates_is_forgiven_a_park(short_mm: int, counted: int) -> None:
    ten = park(0)
    # 400 x 250 m: half a millimetre along 1,300 m of outline is 0.65 m2; 1 mm of 400 m is 0.4, 5 mm are 2.
    ten["geometry"] = square(0, 0, 400.0, 250.0 - short_mm / 1000)
    assert counts(ten)[0] == counted


def test_parcels_that_share_an_edge_are_one_park() -> None:
    assert counts(park(0, 230), park(230, 230)) == (1, 0)


def test_parcels_that_touch_at_a_corner_are_two_parks() -> None:
    assert counts(park(0, 230), park(230, 230, north=230)) == (0, 2)


def test_parcels_in_a_chain_are_one_park_and_named_by_all() -> None:
    rows = [park(0, 200), park(200, 200), park(400, 200)]
    found = one(plan_of(parcels=rows), "parks_large")
    assert found.definition["sizes_ha"] == {"P-1+P-2+P-3": 12.0}


def test_a_road_between_keeps_parks_apart() -> None:
    assert counts(park(0, 230), park(240, 230)) == (0, 2)


def test_a_green_drawn_over_a_park_parcel_is_the_same_park() -> None:
    assert counts(park(0, 200), greens=[{"geometry": square(10, 10, 180)}]) == (0, 1)


def test_a_green_beside_a_park_parcel_is_a_park_of_its_own() -> None:
    assert counts(park(0, 200), greens=[{"geometry": square(500, 0, 200)}]) == (0, 2)


def test_a_green_counts_as_a_park_by_what_lies_on_planned_land() -> None:
    town = [{"geometry": square(0, 0, 400)}]
    outside = [{"geometry": square(500, 0, 400)}]
    half = [{"geometry": square(200, 0, 400)}]
    home = {"land_use": "0701", "geometry": square(0, 0)}
    assert counts(home, greens=outside, boundary=town) == (0, 0)
    assert counts(home, greens=half, boundary=town) == (0, 1)
    assert counts(home, greens=half) == (1, 0)


def test_an_invalid_ring_does_not_stop_the_count() -> None:
    bow = shapely.Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
    large, _ = counts(park(0, 10, geometry=bow), greens=[{"geometry": square(0, 0, 200)}])
    assert large == 0


def test_no_green_is_a_measured_zero() -> None:
    assert counts({"land_use": "0701", "geometry": square(0, 0)}) == (0, 0)


@given(st.permutations(range(5)), st.lists(st.integers(0, 3), min_size=5, max_size=5))
def test_the_order_of_parcels_does_not_change_the_count(order: list[int], columns: list[int]) -> None:
    rows = [park(150 * column, 150, north=150 * row) for row, column in enumerate(columns)]
    named = [{**row, "parcel_id": f"P-{at}"} for at, row in enumerate(rows)]
    assert counts(*named) == counts(*(named[at] for at in order))


SPORT = {"service": "sport", "site_area_m2": 1000, "geometry": square(40, 40, 10).centroid}


@pytest.mark.parametrize(("site", "share"), [(999, 0.0999), (1000, 0.1), (1500, 0.15), (1501, 0.1501)])
def test_sports_grounds_take_a_share_of_the_parks_they_stand_in(site: float, share: float) -> None:
    plan = plan_of(parcels=[park(0)], facilities=[{**SPORT, "site_area_m2": site}])
    assert one(plan, "park_sport_share", services=["sport"]).value == pytest.approx(share)


def test_a_sports_ground_outside_parks_does_not_count_and_one_without_size_is_unknown() -> None:
    outside = {**SPORT, "geometry": square(500, 0, 10).centroid}
    assert (
        one(plan_of(parcels=[park(0)], facilities=[outside]), "park_sport_share", services=["sport"]).value
        == 0
    )
    bare = plan_of(parcels=[park(0)], facilities=[{**SPORT, "site_area_m2": None}])
    found = one(bare, "park_sport_share", services=["sport"])
    assert (found.value, lines(found.missing)) == (None, ("facilities.site_area_m2 of F-1",))
    drawn = plan_of(
        parcels=[park(0)], facilities=[{**SPORT, "site_area_m2": None, "geometry": square(0, 0, 20)}]
    )
    assert one(drawn, "park_sport_share", services=["sport"]).value == pytest.approx(0.04)


def test_a_sports_ground_that_is_not_drawn_stands_on_the_parcel_that_it_names() -> None:
    parcels = [park(0), {"land_use": "0701", "geometry": square(500, 0)}]
    for named, share in (("P-1", 0.1), ("P-2", 0.0)):
        plan = plan_of(parcels=parcels, facilities=[{**SPORT, "geometry": None, "parcel_id": named}])
        assert one(plan, "park_sport_share", services=["sport"]).value == pytest.approx(share)


def test_small_parks_do_not_count_where_a_size_is_asked_for() -> None:
    plan = plan_of(parcels=[park(0, 50)], facilities=[SPORT])
    found = one(plan, "park_sport_share", services=["sport"], park_smallest_ha=0.4)
    assert (found.value, lines(found.missing)) == (None, ("parks: none of that size",))


def test_the_largest_and_the_widest_park_of_a_circle_judge_it() -> None:
    parcels = [park(0, 300), park(1000, 60, 100), park(2000, 100)]
    circles = [
        {"tier": "15", "geometry": square(-10, -10, 1500)},
        {"tier": "15", "geometry": square(1900, -10, 500)},
    ]
    plan = plan_of(parcels=parcels, circles=circles)
    size, width = (
        one(plan, "circle_park_size", tier="15"),
        one(plan, "park_width", tier="15", park_smallest_ha=0.3),
    )
    assert [part.value for part in size.by] == [9, 1]
    assert [part.value for part in width.by] == [300, 100]
    assert (size.value, width.value) == (1, 100)
    assert [place.id for place in width.by[0].places] == ["P-1", "P-2"]


def block(*greens: dict, **parcel: object) -> object:
    house = {"land_use": "0701", "residents": 1000, "geometry": square(0, 0, 200, 100), **parcel}
    return plan_of(parcels=[house], subblocks=[{"geometry": square(0, 0, 200)}], greens=list(greens))


@pytest.mark.parametrize(("depth", "value"), [(50, 0.5), (49.9, 0.499), (51, 0.51)])
def test_green_inside_a_street_block_is_counted_for_its_residents(depth: float, value: float) -> None:
    plan = block({"access": "private", "geometry": square(10, 10, 10, depth)})
    assert one(plan, "block_green_per_resident", block_green_narrowest_m=8).value == pytest.approx(value)


def test_a_strip_too_narrow_is_no_concentrated_green() -> None:
    plan = block({"geometry": square(10, 10, 7.9, 80)}, {"geometry": square(30, 10, 8, 80)})
    found = one(plan, "block_green_per_resident", block_green_narrowest_m=8)
    assert [(part.scope, part.value) for part in found.by] == [("subblock:S-1", pytest.approx(0.64))]


def test_old_and_new_blocks_are_told_apart_by_the_status_of_their_parcels() -> None:
    plan = block({"geometry": square(10, 10, 10, 50)}, status="kept")
    assert one(plan, "block_green_per_resident", parcel_statuses=["kept"]).value == pytest.approx(0.5)
    assert one(plan, "block_green_per_resident", parcel_statuses=["planned"]).value is None
    unsaid = one(
        block({"geometry": square(10, 10, 10)}), "block_green_per_resident", parcel_statuses=["kept"]
    )
    assert lines(unsaid.missing) == ("parcels.status of P-1",)


def test_a_block_of_another_size_is_not_judged() -> None:
    found = one(block({"geometry": square(0, 0, 9)}), "block_green_per_resident", subblock_smallest_ha=20)
    assert lines(found.missing) == ("subblocks: none of that size",)
