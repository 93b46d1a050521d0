"""Which parcel a thing stands on, and where on it: what it names, else what it lies on."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import home, one, plan_of, square

from blockplan.measure.missing import lines


def shop(east: float, spaces: float, floor: float, **more: Any) -> dict[str, Any]:
    said = {"land_use": "0901", "parking_spaces": spaces, "floor_area_m2": floor}
    return {**said, "geometry": square(east, 0), **more}


def test_a_market_that_names_no_parcel_is_that_of_the_parcel_that_it_lies_on() -> None:
    parcels = [shop(0, 10, 2_000), shop(100, 0, 2_000)]
    markets = [
        {"service": "market", "parcel_id": "P-1", "geometry": shapely.Point(50, 50)},
        {"service": "market", "parcel_id": None, "geometry": shapely.Point(150, 50)},
    ]
    found = one(plan_of(parcels=parcels, facilities=markets), "parking_per_floor", services=["market"])
    assert found.value == pytest.approx(0.25)
    nowhere = [{"service": "market", "parcel_id": None, "geometry": None}]
    unknown = one(plan_of(parcels=parcels, facilities=nowhere), "parking_per_floor", services=["market"])
    assert lines(unknown.missing) == ("facilities.parcel_id of F-1",)


def test_a_facility_that_names_no_parcel_is_that_of_the_parcel_that_it_lies_on_parcel_by_parcel_too() -> None:
    parcels = [shop(0, 10, 2_000), shop(100, 4, 2_000)]
    named = {"service": "market", "places": 50, "parcel_id": "P-2", "geometry": shapely.Point(150, 50)}
    for market in (named, named | {"parcel_id": None}):
        plan = plan_of(parcels=parcels, facilities=[market])
        assert one(plan, "parcel_parking", services=["market"]).value == pytest.approx(0.2)
        assert one(plan, "facility_land", services=["market"], facility_per="places").value == pytest.approx(
            200
        )
    nowhere = plan_of(parcels=parcels, facilities=[named | {"parcel_id": None, "geometry": None}])
    lost = one(nowhere, "parcel_parking", services=["market"])
    assert (lost.value, lines(lost.missing)) == (None, ("facilities.parcel_id of F-1",))


def test_floor_area_of_no_stated_use_is_no_housing() -> None:
    people = {"residents": {"source": "floor_area", "floor_area_per_person_m2": 40}}
    parcels = [
        home(0, None, floor_area_m2=4_000),
        {"land_use": None, "floor_area_m2": 8_000, "geometry": square(100, 0)},
    ]
    assert one(plan_of(manifest=people, parcels=parcels), "residents").value == 100
    parcels[1]["dwellings"] = 30
    assert one(plan_of(manifest=people, parcels=parcels), "residents").value == 300


def test_a_green_of_no_stated_kind_is_a_park_and_no_nature_reserve() -> None:
    plan = plan_of(parcels=[home(0, 10)], greens=[{"kind": None, "geometry": square(100, 0)}])
    assert one(plan, "green_per_resident").value == 1_000
    reserves = one(plan, "green_ha_per_1000", green_codes=[], green_kinds=["nature_reserve"])
    assert (reserves.value, reserves.supply) == (0, 0)


@pytest.mark.parametrize("name", ["culture_within_500m", "service_access"])
def test_culture_is_reached_at_its_edge_by_every_measure(name: str) -> None:
    hall = {"service": "culture", "geometry": square(540, 0, 400)}
    plan = plan_of(parcels=[home(0, 10)], facilities=[hall])
    asked = {"services": ["culture"], "access_limit_m": 500} if name == "service_access" else {}
    assert one(plan, name, **asked).value == 1


def test_an_industry_near_its_core_lies_between_its_parts_though_shares_do_not_add_up() -> None:
    shares = {"manufacturing": 0.2, "digital": 0.1, "services": 0.0}
    parcels = [
        {
            "land_use": "1001",
            "floor_area_m2": 1_000,
            "industry_health_share": 0.3,
            **{f"industry_{name}_share": share for name, share in shares.items()},
            "geometry": square(0, 0),
        }
    ]
    plan = plan_of(
        parcels=parcels,
        areas=[{"area_id": "a", "geometry": square(-100, -100, 400)}],
        structure=[{"role": "core", "area_id": "a", "geometry": shapely.Point(50, 50)}],
    )
    found = one(plan, "industry_near_cores")
    assert (found.value, {part.value for part in found.by}) == (1.0, {1.0, None})


def test_a_tree_without_a_crown_counts_in_a_drawn_canopy_and_is_unknown_beside_it() -> None:
    def share(east: float) -> Any:
        return one(
            plan_of(
                boundary=[{"geometry": square(0, 0)}],
                canopy=[{"geometry": square(0, 0, 50)}],
                trees=[{"geometry": shapely.Point(east, 20)}],
            ),
            "canopy_share",
        )

    assert share(20).value == 0.25
    assert lines(share(80).missing) == ("trees.crown_m",) or lines(share(80).missing) == (
        "trees.crown_m of T-1",
    )


@pytest.mark.parametrize("said", ["1,2", "1;2", "1、2", "1/2", "1；2", "1，2", "1 / 2"])
def test_lines_of_a_stop_are_told_apart_by_any_usual_sign(said: str) -> None:
    parcels = [{"land_use": "0901", "floor_area_m2": 100, "geometry": square(650, 0)}]
    stop = {"modes": "subway", "line": said, "geometry": shapely.Point(0, 50)}
    found = one(
        plan_of(parcels=parcels, stops=[stop]),
        "station_floor_share",
        interchange_lines=2,
        station_radius_m=500,
        interchange_radius_m=800,
    )
    assert (found.value, found.definition["interchanges"]) == (1, 1)


def test_a_slit_between_two_parcels_does_not_make_their_park_narrow() -> None:
    halves = [
        {"land_use": "1401", "geometry": square(0, 0, 50, 100)},
        {"land_use": "1401", "geometry": square(50.004, 0, 50, 100)},
    ]
    plan = plan_of(parcels=halves, circles=[{"tier": "5", "geometry": square(-10, -10, 200)}])
    assert one(plan, "park_width", tier="5").value == 100
