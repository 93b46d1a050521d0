"""How many people live where, and when that is not known."""

from __future__ import annotations

import pytest
from tests.support.squares import home, one, plan_of, square

from blockplan.measure.inputs.homes import homes, housed, residents
from blockplan.measure.missing import lines


def road(residents: float | None = None) -> dict:
    return {"land_use": "1207", "residents": residents, "geometry": square(500, 0)}


def test_residents_are_the_sum_over_the_parcels() -> None:
    found = one(plan_of(parcels=[home(0, 100), home(100, 50), road()]), "residents")
    assert found.value == 150
    assert found.counted == {"parcels": ("P-1", "P-2")}


def test_the_range_of_the_residents_has_no_noise_of_binary_numbers() -> None:
    plan = plan_of(parcels=[home(0, 50_000)], manifest={"residents": {"low": 0.9, "high": 1.1}})
    found = one(plan, "residents")
    assert {part.scope: part.value for part in found.by} == {"low": 45_000, "central": 50_000, "high": 55_000}


def test_a_road_without_residents_is_no_gap_and_a_housing_parcel_is() -> None:
    found = one(plan_of(parcels=[home(0, 100), home(100, None), road()]), "residents")
    assert found.value is None
    assert lines(found.missing) == ("parcels.residents of P-2",)


@pytest.mark.parametrize("use", [None, "07", "0701", "070102", "no-such-code?"])
def test_a_parcel_that_may_house_people_must_say_how_many(use: str | None) -> None:
    may = use != "no-such-code?"
    parcels = [home(0, 100), {"land_use": use, "geometry": square(100, 0)}]
    assert (one(plan_of(parcels=parcels), "residents").value is None) is may


def test_a_shop_with_dwellings_must_say_how_many_live_there() -> None:
    shop = {"land_use": "0901", "dwellings": 8, "geometry": square(100, 0)}
    assert lines(one(plan_of(parcels=[home(0, 1), shop]), "residents").missing) == (
        "parcels.residents of P-2",
    )


def test_residents_of_parcels_that_are_not_for_housing_count_too() -> None:
    assert one(plan_of(parcels=[home(0, 1), road(9)]), "residents").value == 10


def test_nobody_filled_in_residents_is_one_line() -> None:
    found = one(plan_of(parcels=[home(0, None), home(100, None), road()]), "residents")
    assert lines(found.missing) == ("parcels.residents",)


def test_the_range_is_the_factors_of_the_manifest() -> None:
    plan = plan_of(parcels=[home(0, 1000)], manifest={"residents": {"low": 0.9, "high": 1.1}})
    by = {part.scope: part.value for part in one(plan, "residents").by}
    assert by == {"low": 900, "central": 1000, "high": pytest.approx(1100)}


def test_residents_from_dwellings_need_the_size_of_a_household() -> None:
    parcels = [home(0, None, dwellings=100), road()]
    plan = plan_of(parcels=parcels, manifest={"residents": {"source": "dwellings", "household_size": 2.5}})
    assert one(plan, "residents").value == 250
    plan = plan_of(parcels=parcels, manifest={"residents": {"source": "dwellings"}})
    assert lines(one(plan, "residents").missing) == ("plan.toml: residents.household_size",)


def test_residents_from_floor_area_count_housing_only() -> None:
    parcels = [home(0, None, floor_area_m2=3600), {**road(), "floor_area_m2": 36000}]
    manifest = {"residents": {"source": "floor_area", "floor_area_per_person_m2": 36}}
    assert one(plan_of(parcels=parcels, manifest=manifest), "residents").value == 100


def test_a_given_total_is_spread_as_the_plan_tells() -> None:
    plan = plan_of(
        parcels=[home(0, 10), home(100, 30)], manifest={"residents": {"source": "given", "total": 1000}}
    )
    assert one(plan, "residents").value == 1000
    assert homes(plan).weight.tolist() == [250, 750]


def test_a_given_total_without_places_divides_supplies_but_does_not_say_who_lives_where() -> None:
    plan = plan_of(
        parcels=[home(0, None)],
        facilities=[{"service": "nursing_home", "beds": 10, "geometry": square(0, 0)}],
        manifest={"residents": {"source": "given", "total": 1000}},
    )
    assert one(plan, "nursing_beds_per_1000").value == 10
    assert lines(residents(plan).missing_places) == (
        "parcels.residents of P-1",
        "parcels.dwellings of P-1",
        "parcels.floor_area_m2 of P-1",
    )
    assert homes(plan).weighs == "parcels"


def test_a_given_total_that_is_not_given_is_missing() -> None:
    plan = plan_of(parcels=[home(0, 1)], manifest={"residents": {"source": "given"}})
    assert lines(one(plan, "residents").missing) == ("plan.toml: residents.total",)


def test_people_stand_at_their_buildings_where_these_are_mapped() -> None:
    buildings = [
        {"parcel_id": "P-1", "dwellings": 10, "geometry": square(0, 0, 10)},
        {"parcel_id": "P-1", "dwellings": 30, "geometry": square(50, 50, 10)},
        {"parcel_id": "P-1", "geometry": square(90, 90, 10)},
    ]
    found = homes(plan_of(parcels=[home(0, 400), home(100, 20)], buildings=buildings))
    assert list(zip(found.layer, found.id, found.weight, strict=True)) == [
        ("buildings", "B-1", 100),
        ("buildings", "B-2", 300),
        ("parcels", "P-2", 20),
    ]


def test_residents_of_buildings_go_before_their_dwellings_if_all_are_known() -> None:
    first = {"parcel_id": "P-1", "dwellings": 10, "residents": 10, "geometry": square(0, 0, 10)}
    second = {"parcel_id": "P-1", "dwellings": 10, "residents": 30, "geometry": square(50, 50, 10)}
    assert homes(plan_of(parcels=[home(0, 80)], buildings=[first, second])).weight.tolist() == [20, 60]
    second["residents"] = None
    assert homes(plan_of(parcels=[home(0, 80)], buildings=[first, second])).weight.tolist() == [40, 40]


def test_without_residents_buildings_on_the_planned_land_weigh_one_each() -> None:
    found = homes(
        plan_of(
            boundary=[{"geometry": square(0, 0)}],
            buildings=[{"geometry": square(0, 0, 10)}, {"geometry": square(500, 0, 10)}],
        )
    )
    assert (found.weighs, found.id.tolist(), found.weight.tolist()) == ("buildings", ["B-1"], [1])
    assert lines(found.missing) == ("parcels: layer absent",)


def test_without_residents_and_buildings_housing_parcels_weigh_one_each() -> None:
    found = homes(plan_of(parcels=[home(0, None), road()]))
    assert (found.weighs, found.id.tolist()) == ("parcels", ["P-1"])


def test_people_of_whom_all_is_known_are_placed_once_and_kept_by_where_they_stand() -> None:
    plan = plan_of(parcels=[home(0, 100), home(100, 50)])
    assert housed(plan) is homes(plan)
    more = homes(plan_of(parcels=[home(0, 7), home(100, 9)]))
    assert more.key == homes(plan).key  # how many live there names no other place
    assert homes(plan_of(parcels=[home(0, 100), home(200, 50)])).key != homes(plan).key


def test_where_some_are_not_known_only_the_known_are_housed() -> None:
    plan = plan_of(parcels=[home(0, 100), home(100, None)])
    assert homes(plan).weighs == "parcels"
    assert (housed(plan).weighs, housed(plan).id.tolist()) == ("residents", ["P-1"])
