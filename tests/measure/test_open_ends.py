"""What is not said leaves a measure unknown where it could change it, and only there."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.missing import lines

SPORT = {"service": "sport", "site_area_m2": 1_000}
UNSAID_USE = {"land_use": None}


def circle(shape: shapely.Polygon, tier: str = "15") -> dict[str, Any]:
    return {"tier": tier, "geometry": shape}


def test_a_place_of_no_stated_service_in_a_park_may_be_a_sports_ground() -> None:
    facilities = [
        {**SPORT, "geometry": shapely.Point(20, 20)},
        {"service": None, "site_area_m2": 500, "geometry": shapely.Point(40, 40)},
    ]
    found = one(plan_of(parcels=[park(0)], facilities=facilities), "park_sport_share", services=["sport"])
    assert (found.value, lines(found.missing)) == (None, ("facilities.service of F-2",))
    assert found.ends is not None
    assert found.ends[0] == pytest.approx(0.1)
    facilities[1]["geometry"] = shapely.Point(400, 40)
    found = one(plan_of(parcels=[park(0)], facilities=facilities), "park_sport_share", services=["sport"])
    assert found.value == pytest.approx(0.1)


def test_a_sports_ground_in_two_parks_that_overlap_counts_once() -> None:
    plan = plan_of(
        parcels=[park(0)],
        greens=[{"kind": "park", "geometry": square(60, 0)}],  # shares less than half: a park of its own
        facilities=[{**SPORT, "geometry": shapely.Point(80, 50)}],
    )
    found = one(plan, "park_sport_share", services=["sport"])
    assert found.value == pytest.approx(1_000 / 20_000)
    assert [part.value for part in found.by] == [pytest.approx(0.1)] * 2


def a_station(line: str | None) -> Any:
    works = [
        {"land_use": "0902", "floor_area_m2": floor, "geometry": square(east, 0)}
        for east, floor in ((0, 1_000), (600, 3_000), (2_000, 4_000))
    ]
    stops = [{"modes": "subway", "line": line, "geometry": shapely.Point(50, 50)}]
    return one(plan_of(parcels=works, stops=stops), "station_floor_share")


def test_a_station_that_names_no_line_may_be_an_interchange() -> None:
    assert (a_station("1").value, a_station("1;2").value) == (0.125, 0.5)
    found = a_station(None)
    assert (found.value, found.ends) == (None, (0.125, 0.5))
    assert lines(found.missing) == ("stops.line of S-1",)


def test_the_mean_over_circles_is_a_number_or_unknown_where_nobody_lives_in_one() -> None:
    plan = plan_of(
        parcels=[home(0, 100), {**UNSAID_USE, "residents": 0, "geometry": square(1_000, 0)}],
        circles=[circle(square(-10, -10, 200)), circle(square(990, -10, 200))],
        greens=[],
    )
    found = one(plan, "circle_green_per_resident", tier="15")
    assert (found.value, lines(found.missing)) == (None, ("parcels.land_use of P-2",))


def test_people_who_may_live_at_a_building_outside_of_a_circle_leave_it_known() -> None:
    plan = plan_of(
        parcels=[home(0, 100), home(100, None)],
        buildings=[{"parcel_id": "P-2", "dwellings": 9, "geometry": square(180, 10, 10)}],
        circles=[circle(square(-10, -10, 150, 120)), circle(square(150, -10, 90))],
    )
    found = one(plan, "circle_residents", tier="15")
    assert [part.value for part in found.by] == [100, None]


@pytest.mark.parametrize(
    ("side", "east", "value"),
    [
        (80, 200, 1.0),  # as a park it would be the smaller one
        (120, 200, None),  # it would be the larger one
        (120, 900, 1.0),  # it lies elsewhere
        (80, 100, None),  # with the park beside it it would make a larger one
    ],
)
def test_a_parcel_that_may_be_a_park_matters_where_it_could_be_the_largest(
    side: float, east: float, value: float | None
) -> None:
    perhaps = {**UNSAID_USE, "geometry": square(east, 0, side)}
    plan = plan_of(parcels=[park(0), perhaps], circles=[circle(square(-10, -10, 500))], greens=[])
    for name, unit in (("circle_park_size", 1.0), ("park_width", 100.0)):
        found = one(plan, name, tier="15")
        wanted = (
            value if name == "circle_park_size" or east != 100 else 1.0
        )  # the strip beside widens nothing
        assert found.value == (None if wanted is None else pytest.approx(wanted * unit)), name


def test_a_park_that_may_join_another_of_the_same_size_leaves_the_largest_known() -> None:
    parcels = [park(0), park(200), {**UNSAID_USE, "geometry": square(300, 0, 20)}]
    plan = plan_of(parcels=parcels, circles=[circle(square(-10, -10, 500))], greens=[])
    assert one(plan, "park_width", tier="15").value == pytest.approx(100)
    assert one(plan, "circle_park_size", tier="15").value is None


def test_a_tower_on_its_podium_covers_the_land_once() -> None:
    buildings = [
        {"parcel_id": "P-1", "floor_area_m2": 900, "geometry": square(0, 0, 50)},
        {"parcel_id": "P-1", "floor_area_m2": 900, "geometry": square(10, 10, 20)},
        {"parcel_id": "P-1", "floor_area_m2": 900, "geometry": square(50, 0, 10)},
    ]
    plan = plan_of(parcels=[home(0, 100, floor_area_m2=2_700)], buildings=buildings)
    assert one(plan, "parcel_coverage").value == pytest.approx(0.26)
    assert one(plan, "coverage").value == pytest.approx(0.26)


def test_a_block_is_unknown_where_a_parcel_without_a_use_states_no_floor_area() -> None:
    parcels = [home(0, 100, floor_area_m2=2_000), {**UNSAID_USE, "geometry": square(100, 0)}]
    blocks = [{"geometry": square(0, 0, 200, 100), "floor_area_m2_max": 5_000}]
    assert one(plan_of(parcels=parcels, blocks=blocks), "block_floor_area").value is None
    parcels[1]["land_use"] = "1401"
    assert one(plan_of(parcels=parcels, blocks=blocks), "block_floor_area").value == 2_000


def test_a_facility_of_no_stated_kind_leaves_uses_unknown_only_where_a_home_reaches_it() -> None:
    street = [{"geometry": shapely.LineString([(0, 50), (3_000, 50)])}]

    def found(east: float) -> Any:
        facilities = [
            {"service": "clinic", "geometry": shapely.Point(200, 50)},
            {"service": None, "geometry": shapely.Point(east, 50)},
        ]
        plan = plan_of(parcels=[home(0, 60), home(2_000, 40)], streets=street, facilities=facilities)
        asked = {"use_services": ["clinic", "sport"], "use_codes": [], "access_limit_m": 400}
        return one(plan, "uses_access", uses_wanted=1, **asked)

    assert found(800).value == 0.6
    near = found(2_200)
    assert (near.value, near.ends, lines(near.missing)) == (None, (0.6, 1.0), ("facilities.service of F-2",))
    beside = found(300)
    assert beside.value == 0.6
    parts = {part.scope: part.value for part in beside.by}
    assert (parts["use:clinic"], parts["use:sport"], parts["at_least:2"]) == (0.6, None, None)


def test_people_of_a_building_of_no_stated_floor_leave_every_circle_of_their_parcel_unknown() -> None:
    plan = plan_of(
        parcels=[{**home(0, None), "geometry": shapely.box(0, 0, 300, 100)}],
        buildings=[
            {"parcel_id": "P-1", "floor_area_m2": 3_500, "geometry": square(20, 20, 20)},
            {"parcel_id": "P-1", "floor_area_m2": None, "geometry": square(250, 20, 20)},
        ],
        circles=[circle(square(-10, -10, 200)), circle(square(200, -10, 150))],
        manifest={"residents": {"source": "buildings", "by": "floor_area", "floor_area_per_person_m2": 35}},
    )
    found = one(plan, "circle_residents", tier="15")
    assert [part.value for part in found.by] == [None, None]


def test_a_shop_parcel_that_is_drawn_nowhere_may_be_within_the_walk_of_any_home() -> None:
    street = [{"geometry": shapely.LineString([(0, 50), (3_000, 50)])}]
    parcels = [home(0, 60), {**UNSAID_USE, "residents": 0, "geometry": None}]
    facilities = [{"service": "clinic", "geometry": shapely.Point(200, 50)}]
    plan = plan_of(parcels=parcels, streets=street, facilities=facilities)
    asked = {"use_services": ["clinic"], "use_codes": ["0901"], "access_limit_m": 400}
    found = one(plan, "uses_access", uses_wanted=2, **asked)
    assert (found.value, found.ends) == (None, (0.0, 1.0))
    assert "parcels.geometry of P-2" in lines(found.missing)
