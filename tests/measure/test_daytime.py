"""The other readings of "per person", on a town of 100 residents and 60 jobs."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.missing import lines


def town(**layers: Any) -> Any:
    offices = {"land_use": "0902", "floor_area_m2": 1800.0, "geometry": square(200, 0)}
    schools = [
        {"land_use": use, "geometry": square(300 + 100 * at, 0)}
        for at, use in enumerate(("080403", "080404"))
    ]
    return plan_of(parcels=[home(0, 100), park(100), offices, *schools], **layers)


def by(found: Any) -> dict[str, float | None]:
    return {part.scope: part.value for part in found.by}


def test_daytime_users_are_residents_and_jobs() -> None:
    found = one(town(), "daytime_users")
    assert (found.value, by(found)) == (160, {"residents": 100, "jobs": 60})


def test_supplies_per_daytime_user_are_smaller_than_per_resident() -> None:
    plan = town(facilities=[{"service": "culture", "floor_area_m2": 80.0, "geometry": square(0, 0, 10)}])
    assert one(plan, "green_per_daytime_user").value == pytest.approx(10_000 / 160)
    assert one(plan, "green_per_resident").value == 100
    assert one(plan, "culture_floor_per_daytime_user").value == pytest.approx(0.5)


def test_a_plan_where_people_only_work_has_daytime_users() -> None:
    offices = {"land_use": "0902", "floor_area_m2": 3000.0, "geometry": square(200, 0)}
    plan = plan_of(parcels=[park(0), offices])
    assert one(plan, "green_per_daytime_user").value == pytest.approx(100)
    assert one(plan, "green_per_resident").value is None


def test_unknown_residents_leave_the_daytime_reading_unknown_and_keep_the_supply() -> None:
    plan = plan_of(parcels=[park(0), home(100, None)])
    found = one(plan, "green_per_daytime_user")
    assert (found.value, found.supply) == (None, 10_000)
    assert lines(found.missing) == ("parcels.residents of P-2",)


def test_education_land_is_schools_and_kindergartens_apart() -> None:
    plan = town()
    schools, gardens = one(plan, "school_land_per_1000"), one(plan, "kindergarten_land_per_1000")
    assert (schools.value, gardens.value) == (100_000, 100_000)
    assert schools.value + gardens.value == one(plan, "education_land_per_1000").value
    assert (schools.id, schools.supply) == ("school_land_per_1000", 10_000)


def facility(service: str, **more: Any) -> dict[str, Any]:
    return {"service": service, "geometry": square(0, 0, 10), **more}


def test_day_places_join_the_beds_of_institutions_and_hospitals_never_do() -> None:
    plan = town(
        facilities=[
            facility("nursing_home", beds=2),
            facility("day_care", places=3),
            facility("hospital", beds=90),
        ]
    )
    found = one(plan, "beds_and_day_places_per_1000")
    assert (found.value, by(found)) == (50, {"beds": 2, "day_places": 3})
    assert one(plan, "nursing_beds_per_1000").value == 20


def test_a_day_centre_without_a_number_of_places_is_unknown_and_not_empty() -> None:
    found = one(town(facilities=[facility("day_care")]), "beds_and_day_places_per_1000")
    assert (found.value, lines(found.missing)) == (None, ("facilities.places of F-1",))


def test_residents_and_jobs_near_stations_are_told_by_station() -> None:
    stops = [
        {
            "modes": "subway,bus",
            "geometry": shapely.Point(50, 850),
        },  # 800 m from the home, 815 from the offices
        {"modes": "subway", "geometry": shapely.Point(250, 50)},
        {"modes": "bus", "geometry": shapely.Point(5000, 0)},
    ]
    found = one(town(stops=stops), "users_near_stations")
    assert by(found) == {"station:S-1": 100, "station:S-2": 160}
    assert (found.value, found.definition["residents"], found.definition["jobs"]) == (160, 100, 60)
    assert one(town(stops=stops), "users_near_stations", station_limit_m=150).value == 60
