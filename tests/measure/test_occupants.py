"""People that buildings hold, in plans with and without parcels."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from tests.support.squares import home, one, plan_of, square

from blockplan.measure.inputs.homes import homes, housed, residents
from blockplan.measure.missing import lines
from blockplan.plan import Plan
from blockplan.plan.model.manifest import manifest_from

ISLAND = Path(__file__).parents[3] / "shared/data/spb-vasileostrovsky/spb_vasileostrovsky.gpkg"


def building(east: float, **more) -> dict:
    return {"geometry": square(east, 0, 10), **more}


def town(*buildings: dict, by: str = "residents", layers: dict | None = None, **said) -> Plan:
    source = {"source": "buildings", "by": by, **said}
    return plan_of(
        boundary=[{"geometry": square(0, 0, 1000, 100)}],
        buildings=list(buildings),
        manifest={"residents": source},
        **(layers or {}),
    )


def test_residents_of_buildings_are_counted_without_parcels() -> None:
    plan = town(building(0, residents=30), building(100, residents=12), building(200))
    found = one(plan, "residents")
    assert (found.value, found.missing) == (42, ())
    assert found.counted == {"buildings": ("B-1", "B-2")}
    assert found.definition["source"] == "buildings"
    assert found.definition["by"] == "residents"
    assert found.definition["buildings_left_empty"] == 1
    where = homes(plan)
    assert (where.weighs, where.id.tolist(), where.weight.tolist()) == ("residents", ["B-1", "B-2"], [30, 12])


def test_buildings_off_the_planned_land_house_no_residents_of_the_plan() -> None:
    found = one(town(building(0, residents=30), building(2000, residents=9)), "residents")
    assert (found.value, found.definition["buildings_off_planned_land"]) == (30, 1)


def test_dwellings_and_floor_area_need_their_ratio() -> None:
    flats = building(0, dwellings=10), building(100, dwellings=30)
    assert one(town(*flats, by="dwellings", household_size=2.5), "residents").value == 100
    assert lines(one(town(*flats, by="dwellings"), "residents").missing) == (
        "plan.toml: residents.household_size",
    )
    floors = building(0, floor_area_m2=360), building(100, floor_area_m2=720), building(200, dwellings=0)
    found = one(town(*floors, by="floor_area", floor_area_per_person_m2=36), "residents")
    assert (found.value, found.definition["floor_area_per_person_m2"]) == (30, 36)


def test_a_total_is_spread_over_the_buildings_in_proportion() -> None:
    plan = town(building(0, floor_area_m2=100), building(100, floor_area_m2=300), by="floor_area", total=1000)
    assert one(plan, "residents").value == 1000
    assert homes(plan).weight.tolist() == [250, 750]


def test_a_building_with_dwellings_that_leaves_its_residents_empty_makes_the_number_unknown() -> None:
    found = one(town(building(0, residents=30), building(100, dwellings=4)), "residents")
    assert (found.value, lines(found.missing)) == (None, ("buildings.residents of B-2",))


@pytest.mark.parametrize("by", ["residents", "dwellings"])
def test_nobody_is_counted_where_no_building_has_a_number(by: str) -> None:
    plan = town(building(0), building(100), by=by, household_size=2.0)
    found = one(plan, "residents")
    assert (found.value, lines(found.missing)) == (None, (f"buildings.{by}",))
    assert homes(plan).weighs == "buildings"


def test_a_total_of_which_no_building_takes_a_share_is_known_but_not_where_it_lives() -> None:
    plan = town(building(0), by="dwellings", total=1000)
    assert one(plan, "residents").value == 1000
    assert homes(plan).weighs == "buildings"


def test_without_buildings_the_layer_is_missing() -> None:
    plan = plan_of(parcels=[home(0, 5)], manifest={"residents": {"source": "buildings"}})
    assert lines(one(plan, "residents").missing) == ("buildings: layer absent",)


def test_a_number_below_zero_is_unknown() -> None:
    found = one(town(building(0, residents=30), building(100, residents=-4)), "residents")
    assert (found.value, found.counted) == (None, {"buildings": ("B-1", "B-2")})


def test_a_building_belongs_to_the_parcel_it_names_else_to_the_one_it_stands_on() -> None:
    parcels = [home(0, None), home(100, None)]
    plan = town(
        building(10, residents=30, parcel_id="P-2"), building(120, residents=12), building(500, residents=1),
        layers={"parcels": parcels},
    )  # fmt: skip
    found = residents(plan)
    assert (found.total, found.by_parcel.tolist()) == (43, [0, 42])


def test_floor_area_on_a_parcel_where_nobody_can_live_houses_nobody() -> None:
    parcels = [home(0, None), {"land_use": "1001", "geometry": square(100, 0)}]
    works = building(120, floor_area_m2=9000)
    plan = town(
        building(10, floor_area_m2=360), works, by="floor_area", floor_area_per_person_m2=36,
        layers={"parcels": parcels},
    )  # fmt: skip
    assert one(plan, "residents").value == 10


def test_access_and_supplies_work_on_people_of_buildings_without_parcels() -> None:
    green = {"kind": "park", "access": "public", "geometry": square(0, 10, 50)}
    beds = {"service": "nursing_home", "beds": 2, "geometry": square(0, 0)}
    plan = town(
        building(0, residents=30), building(900, residents=10),
        layers={"greens": [green], "facilities": [beds]},
    )  # fmt: skip
    assert one(plan, "nursing_beds_per_1000").value == 50
    reach = one(plan, "service_access", services=("nursing_home",), access_limit_m=500)
    assert (reach.value, reach.affected_residents) == (0.75, 10)
    assert housed(plan).weight.tolist() == [30, 10]


def test_what_is_told_by_parcel_stays_unknown_without_parcels() -> None:
    plan = town(building(0, residents=30))
    assert lines(residents(plan).missing_places) == ("parcels: layer absent",)
    assert one(plan, "population_density").value == pytest.approx(3)


def test_a_plan_that_does_not_say_what_of_a_building_is_read_is_written_as_before() -> None:
    plan = plan_of(buildings=[building(0, residents=7)], manifest={"residents": {"source": "buildings"}})
    assert "by" not in plan.manifest.residents.model_dump(exclude_none=True)
    assert one(plan, "residents").definition["by"] == "residents"


@pytest.mark.skipif(not ISLAND.exists(), reason="../shared/data is not here")
def test_a_real_district_has_the_residents_of_its_buildings() -> None:
    drawn = gpd.read_file(ISLAND, layer="buildings")
    drawn.insert(0, "building_id", [f"B-{number}" for number in range(len(drawn))])
    drawn = drawn.rename(columns={"population_balanced": "residents"})
    said = {"id": "island", "drawn_on": "2024-01-01", "crs": str(drawn.crs)}
    manifest = manifest_from({**said, "residents": {"source": "buildings"}}, "plan.toml")
    plan = Plan(manifest, {"buildings": drawn[["building_id", "residents", "geometry"]]})
    found = one(plan, "residents")
    assert (found.value, found.missing) == (271_977, ())
    assert homes(plan).weight.sum() == 271_977
