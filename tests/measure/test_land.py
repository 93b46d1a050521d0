"""Land, industries, jobs, streets, notice: what is reported beside the rules."""

from __future__ import annotations

import pytest
import shapely
from tests.support.squares import home, one, park, plan_of, square

from blockplan.errors import UsageError
from blockplan.measure.missing import lines

BOUNDARY = [{"geometry": square(0, 0, 1000)}]


def test_the_land_balance_adds_up_by_code() -> None:
    found = one(plan_of(parcels=[home(0, 1), home(100, 1), park(200)]), "land_balance")
    assert found.value == 3
    assert {part.scope: part.value for part in found.by} == {"0701": 2.0, "1401": 1.0}


def test_water_in_layer_and_parcels_is_counted_once() -> None:
    plan = plan_of(
        boundary=BOUNDARY,
        parcels=[{"land_use": "1701", "geometry": square(0, 0)}],
        water=[{"geometry": square(50, 0)}, {"geometry": square(950, 0)}],
    )
    found = one(plan, "water_ha")
    assert found.value == pytest.approx(2.5)
    by = {part.scope: part.value for part in found.by}
    assert by == {"layer:water": 2.0, "parcels": 1.0, "on_planned_land": pytest.approx(2.0)}


def test_water_is_known_from_either_layer_and_unknown_from_none() -> None:
    assert one(plan_of(parcels=[home(0, 1)]), "water_ha").value == 0
    assert one(plan_of(woodland=[{"geometry": square(0, 0)}]), "woodland_ha").value == 1
    assert lines(one(plan_of(), "water_ha").missing) == ("water: layer absent", "parcels: layer absent")


def works(floor: float | None, **shares: float) -> dict:
    named = {f"industry_{name}_share": share for name, share in shares.items()}
    return {"land_use": "1001", "floor_area_m2": floor, "geometry": square(0, 0), **named}


def test_industries_are_weighed_by_floor_area() -> None:
    parcels = [
        works(3000, health=1, manufacturing=0, digital=0, services=0),
        works(1000, health=0, manufacturing=0.5, digital=0.5, services=0),
        home(0, 5),
    ]
    found = one(plan_of(parcels=parcels), "industry_shares")
    assert found.value == 0.75
    assert [part.value for part in found.by] == [0.75, 0.125, 0.125, 0.0]
    assert found.definition["rank_of_health"] == 1


def test_a_share_left_empty_is_unknown_where_others_are_stated() -> None:
    found = one(plan_of(parcels=[works(1000, health=1)]), "industry_shares")
    assert found.value is None
    assert "parcels.industry_digital_share of P-1" in lines(found.missing)


def test_jobs_are_stated_or_reckoned_from_floor_area() -> None:
    parcels = [{**works(7500), "jobs": 10}, works(7500), home(0, 5)]
    found = one(plan_of(parcels=parcels), "jobs")
    assert found.value == 110
    assert {part.scope: part.value for part in found.by} == {"stated": 10, "reckoned": 100}
    assert lines(one(plan_of(parcels=[works(None)]), "jobs").missing) == (
        "parcels.floor_area_m2 or parcels.jobs of P-1",
    )
    assert one(plan_of(parcels=parcels), "jobs", floor_area_per_job_m2={"10": 30}).value == 260


def test_jobs_of_another_list_follow_the_national_meaning() -> None:
    parcel = {"land_use": "A35", "land_use_list": "gb50137", "floor_area_m2": 350, "geometry": square(0, 0)}
    assert one(plan_of(parcels=[parcel]), "jobs").value == 10


def test_streets_count_inside_the_boundary_and_paths_do_not() -> None:
    streets = [
        {"class": "local", "geometry": shapely.LineString([(500, 500), (500, 1500)])},
        {"class": "arterial", "geometry": shapely.LineString([(0, 500), (1000, 500)])},
        {"class": "path", "geometry": shapely.LineString([(0, 100), (1000, 100)])},
        {"class": "local", "geometry": shapely.LineString([(5000, 0), (6000, 0)])},
    ]
    found = one(plan_of(boundary=BOUNDARY, streets=streets), "street_density")
    assert found.value == pytest.approx(1.5)
    assert {part.scope: part.value for part in found.by if part.value} == {"local": 0.5, "arterial": 1.0}


def test_streets_without_a_class_or_a_boundary_are_unknown() -> None:
    street = {"geometry": shapely.LineString([(0, 0), (1, 0)])}
    found = one(plan_of(boundary=BOUNDARY, streets=[street]), "street_density")
    assert lines(found.missing) == ("streets.class of S-1",)
    assert lines(one(plan_of(streets=[]), "street_density").missing) == ("boundary: layer absent",)


@pytest.mark.parametrize(("end", "days"), [("2021-11-22", 30), ("2021-10-24", 1)])
def test_the_first_and_the_last_day_of_the_notice_count(end: str, days: int) -> None:
    plan = plan_of(manifest={"notice": {"start": "2021-10-24", "end": end}})
    assert one(plan, "notice_days").value == days


def test_without_dates_there_is_no_notice_to_measure() -> None:
    assert one(plan_of(), "notice_days").value is None


def a_balance() -> object:
    """10 ha planned: 4 of homes, 3 of industry, 2 of parks, 1 of water; 1,000 residents."""
    return plan_of(
        boundary=[{"geometry": square(0, 0, 1000, 100)}],
        parcels=[
            {"land_use": "0701", "residents": 1000, "geometry": square(0, 0, 400, 100)},
            {"land_use": "1001", "geometry": square(400, 0, 300, 100)},
            {"land_use": "1401", "geometry": square(700, 0, 200, 100)},
            {"land_use": "1701", "geometry": square(900, 0, 100, 100)},
        ],
        areas=[{"area_id": "w", "geometry": square(0, 0, 700, 100)}],
    )


@pytest.mark.parametrize(
    ("codes", "of", "share"),
    [(["07"], "planned", 0.4), (["0701", "14"], "planned", 0.6), (["07"], "construction", 4 / 9)],
)
def test_a_share_of_land_says_what_it_is_a_share_of(codes: list[str], of: str, share: float) -> None:
    found = one(a_balance(), "land_share", land_codes=codes, land_of=of)
    assert found.value == pytest.approx(share)
    assert found.definition["of"] == of


def test_a_share_of_an_area_is_one_of_its_own_parcels() -> None:
    by = {part.scope: part.value for part in one(a_balance(), "land_share", land_codes=["10"]).by}
    assert by == {"area:w": pytest.approx(3 / 7)}


def test_land_that_is_no_construction_land_is_no_part_of_it() -> None:
    assert one(a_balance(), "land_share", land_codes=["17"], land_of="construction").value == 0
    assert one(a_balance(), "construction_land").value == pytest.approx(0.09)
    assert one(a_balance(), "construction_land_per_resident").value == pytest.approx(90)
    assert one(a_balance(), "reserve_land").value == 0


def test_land_per_resident_and_per_thousand() -> None:
    assert one(a_balance(), "land_per_resident", land_codes=["14"]).value == pytest.approx(20)
    found = one(a_balance(), "land_per_1000", land_codes=["14"])
    assert (found.value, found.supply, found.per) == (pytest.approx(20_000), pytest.approx(20_000), 1000)


def test_land_is_unknown_without_codes_and_where_a_use_is_unknown() -> None:
    assert lines(one(a_balance(), "land_per_resident").missing) == (
        "parameter land_codes: the land uses to measure",
    )
    plan = plan_of(boundary=BOUNDARY, parcels=[home(0, 1), {"land_use": None, "geometry": square(100, 0)}])
    for name in ("land_share", "land_per_resident"):
        assert "parcels.land_use of P-2" in lines(one(plan, name, land_codes=["14"]).missing)


def test_land_can_be_a_share_of_two_things_alone() -> None:
    with pytest.raises(UsageError, match=r"land_of is 'built'.*has to be 'planned' or 'construction'"):
        one(a_balance(), "land_share", land_codes=["14"], land_of="built")
