"""What one park is, and how large."""

from __future__ import annotations

import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.measure.conftest import one, park, plan_of, square


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
