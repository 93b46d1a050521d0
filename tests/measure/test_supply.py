"""Supplies per person, and what makes them unknown."""

from __future__ import annotations

import pytest
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.missing import lines


def school(**more: object) -> dict:
    return {"land_use": "080403", "geometry": square(200, 0), **more}


def test_education_land_is_drawn_area_per_thousand() -> None:
    found = one(
        plan_of(parcels=[home(0, 2000), school(), school(land_use="0805")]), "education_land_per_1000"
    )
    assert (found.value, found.supply, found.per) == (5000, 10_000, 1000)
    assert found.counted == {"parcels": ("P-2",)}


def test_a_declared_area_does_not_count() -> None:
    found = one(plan_of(parcels=[home(0, 1000), school(declared_area_m2=99)]), "education_land_per_1000")
    assert found.value == 10_000


def test_no_school_at_all_is_a_measured_zero() -> None:
    assert one(plan_of(parcels=[home(0, 1000)]), "education_land_per_1000").value == 0


def test_a_school_without_geometry_is_unknown() -> None:
    found = one(plan_of(parcels=[home(0, 1000), school(geometry=None)]), "education_land_per_1000")
    assert (found.value, lines(found.missing)) == (None, ("parcels.geometry of P-2",))


def beds(*numbers: float | None, service: str | None = "nursing_home") -> list[dict]:
    return [
        {"facility_id": f"F-{at}", "service": service, "beds": number, "geometry": square(0, 0, 10).centroid}
        for at, number in enumerate(numbers, 1)
    ]


def test_nursing_beds_are_counted_and_hospital_beds_are_not() -> None:
    facilities = [*beds(20, 30), *beds(300, service="hospital")]
    facilities[-1]["facility_id"] = "F-9"
    found = one(plan_of(parcels=[home(0, 5000)], facilities=facilities), "nursing_beds_per_1000")
    assert (found.value, found.supply) == (10, 50)
    assert found.counted == {"facilities": ("F-1", "F-2")}


def test_a_nursing_home_without_beds_is_unknown_and_named() -> None:
    found = one(plan_of(parcels=[home(0, 5000)], facilities=beds(20, None)), "nursing_beds_per_1000")
    assert (found.value, found.supply, lines(found.missing)) == (None, None, ("facilities.beds of F-2",))


def test_a_facility_of_no_stated_service_could_be_a_nursing_home() -> None:
    found = one(plan_of(parcels=[home(0, 1)], facilities=beds(20, service=None)), "nursing_beds_per_1000")
    assert (found.value, lines(found.missing)) == (None, ("facilities.service of F-1",))


def test_a_layer_without_nursing_homes_is_zero_and_an_absent_layer_is_unknown() -> None:
    parcels = [home(0, 1000)]
    assert one(plan_of(parcels=parcels, facilities=[]), "nursing_beds_per_1000").value == 0
    found = one(plan_of(parcels=parcels), "nursing_beds_per_1000")
    assert (found.value, lines(found.missing)) == (None, ("facilities: layer absent",))


def test_cultural_floor_is_of_culture_and_libraries() -> None:
    facilities = [
        {"service": service, "floor_area_m2": floor, "geometry": square(0, 0)}
        for service, floor in (("culture", 300), ("library", 150), ("sport", 1000))
    ]
    found = one(plan_of(parcels=[home(0, 1000)], facilities=facilities), "culture_floor_per_resident")
    assert (found.value, found.supply, found.per) == (0.45, 450, 1)


def test_unknown_residents_leave_the_supply_known() -> None:
    found = one(plan_of(parcels=[home(0, None), school()]), "education_land_per_1000")
    assert (found.value, found.supply, lines(found.missing)) == (None, 10_000, ("parcels.residents of P-1",))


def test_nobody_to_divide_by_is_unknown_not_infinite() -> None:
    found = one(plan_of(parcels=[home(0, 0), school()]), "education_land_per_1000")
    assert found.value is None
    assert "nothing to divide by" in lines(found.missing)[0]


def test_green_counts_parcels_and_open_greens_once_and_on_planned_land() -> None:
    plan = plan_of(
        boundary=[{"geometry": square(0, 0, 300)}],
        parcels=[home(0, 1000), park(100)],
        greens=[
            {"kind": "park", "geometry": square(150, 0, 100)},
            {"kind": "park", "access": "private", "geometry": square(0, 200)},
            {"kind": "leisure=pitch", "geometry": square(0, 200)},
            {"kind": "landuse=forest", "geometry": square(250, 200)},
        ],
    )
    # 1 ha parcel, half of the first green beside it, half of the forest inside the boundary.
    assert one(plan, "green_per_resident").value == pytest.approx(10 + 5 + 5)


def test_which_land_uses_are_green_is_a_parameter() -> None:
    plan = plan_of(parcels=[home(0, 1000), park(100), {"land_use": "1403", "geometry": square(200, 0)}])
    assert one(plan, "green_per_resident").value == 10
    assert one(plan, "green_per_resident", green_codes=["1401", "1403"]).value == 20


def facility(service: str | None, level: str | None = None, **more: object) -> dict:
    return {"service": service, "level": level, "geometry": square(0, 0, 10).centroid, **more}


def served(*facilities: dict) -> object:
    return plan_of(parcels=[home(0, 2000)], facilities=list(facilities))


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("service_floor_per_1000", "floor_area_m2"),
        ("service_site_per_1000", "site_area_m2"),
        ("service_places_per_1000", "places"),
        ("service_beds_per_1000", "beds"),
    ],
)
def test_a_service_is_counted_per_thousand_residents_and_unknown_without_its_number(
    name: str, column: str
) -> None:
    plan = served(facility("kindergarten", **{column: 600}), facility("hospital", **{column: 9000}))
    found = one(plan, name, services=["kindergarten"])
    assert (found.value, found.supply, found.per) == (300, 600, 1000)
    lacking = one(
        served(facility("kindergarten", **{column: 600}), facility("kindergarten")),
        name,
        services=["kindergarten"],
    )
    assert (lacking.value, lines(lacking.missing)) == (None, (f"facilities.{column} of F-2",))
    assert lines(one(plan, name).missing) == ("parameter services: the services to count",)
    assert one(plan, name, services=["police"]).value == 0


def test_levels_pick_among_the_facilities_of_a_service() -> None:
    plan = served(facility("clinic", "district", beds=10), facility("clinic", "neighbourhood", beds=4))
    asked = {"services": ["clinic"], "service_levels": ["district"]}
    assert one(plan, "service_beds_per_1000", **asked).value == 5
    unsaid = served(facility("clinic", "district", beds=10), facility("clinic", None, beds=4))
    assert lines(one(unsaid, "service_beds_per_1000", **asked).missing) == ("facilities.level of F-2",)
