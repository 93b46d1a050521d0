"""Kinds of use near a home, and the services of a living circle."""

from __future__ import annotations

import shapely
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.indicators.walks import walk_m
from blockplan.measure.missing import lines

CIRCLE, USES = "circle_services", "uses_access"
STREET = [{"geometry": shapely.LineString([(0, 0), (3000, 0)])}]


def facility(service: str | None, east: float) -> dict:
    return {"service": service, "geometry": shapely.Point(east, 0)}


def test_minutes_become_metres_by_the_stated_speed() -> None:
    assert (walk_m(15, 4), walk_m(5, 4.8), walk_m(10, 3)) == (1000, 400, 500)


def a_circle(**more):
    # Homes are 50 m off the street at 50 and 2,050 m along it.
    return plan_of(
        parcels=[home(0, 60), home(2000, 40)],
        streets=STREET,
        facilities=[facility("clinic", 1000), facility("sport", 300), facility("nine_year_school", 2000)],
        **more,
    )


def test_every_service_of_the_list_has_to_be_within_the_walk() -> None:
    found = one(a_circle(), CIRCLE, circle_services=["clinic", "sport"])
    # 50 + 950 m is 15 minutes at 4 km/h; from the second home it is 50 + 1,050 m to the clinic.
    assert found.value == 0.6
    assert {part.scope: part.value for part in found.by} == {"service:clinic": 0.6, "service:sport": 0.6}
    assert (found.definition["limit_m"], found.definition["minutes"]) == (1000, 15)
    assert one(a_circle(), CIRCLE, circle_services=["clinic", "sport"], walk_speed_kmh=3.99).value == 0
    assert one(a_circle(), CIRCLE, circle_services=["clinic"], walk_min=16.5).value == 1
    assert [(item.id, item.share) for item in found.readings[:2]] == [
        ("net_edge_facility", 0.6),
        ("line_facility", 0.6),
    ]
    line = one(
        a_circle(), CIRCLE, circle_services=["clinic"], circle_judged_by="line_facility", walk_min=14.4
    )
    assert (line.value, line.readings[0].id) == (0.6, "line_facility")


def test_either_of_two_services_will_do() -> None:
    assert one(a_circle(), CIRCLE, circle_services=["primary_school|nine_year_school"]).value == 0.4
    assert one(a_circle(), CIRCLE, circle_services=["primary_school"]).value == 0


def test_a_circle_of_nothing_or_without_facilities_is_unknown() -> None:
    assert one(a_circle(), CIRCLE, circle_services=[]).value is None
    plan = plan_of(parcels=[home(0, 60)], streets=STREET)
    assert lines(one(plan, CIRCLE).missing) == ("facilities: layer absent",)
    plan = plan_of(parcels=[home(0, 60)], facilities=[facility("clinic", 0)])
    assert lines(one(plan, CIRCLE, circle_services=["clinic"]).missing) == ("streets: layer absent",)


def test_kinds_of_use_are_counted_once_each() -> None:
    shop = {"land_use": "0901", "geometry": square(2200, 0)}
    plan = plan_of(
        parcels=[home(0, 60, dwellings=30), home(2000, 40, dwellings=10), shop],
        streets=STREET,
        facilities=[facility("clinic", 200), facility("clinic", 250), facility("sport", 300)],
    )
    asked = {"use_services": ["clinic", "sport"], "use_codes": ["0901", "1401"], "access_limit_m": 400}
    found = one(plan, USES, weigh_by="dwellings", uses_wanted=2, **asked)
    assert found.value == 0.75
    assert [(place.id, place.value) for place in found.places] == [("P-2", 1)]
    parts = {part.scope: part.value for part in found.by}
    assert parts["use:clinic"] == 0.75
    assert parts["use:land:0901"] == 0.25
    assert parts["use:land:1401"] == 0
    assert [parts[f"at_least:{number}"] for number in (1, 2, 3, 4)] == [1, 0.75, 0, 0]
    assert one(plan, USES, uses_wanted=2, **asked).affected_residents == 40


def test_uses_need_facilities_and_streets() -> None:
    plan = plan_of(parcels=[home(0, 60), park(100)])
    assert lines(one(plan, USES).missing) == ("facilities: layer absent", "streets: layer absent")
    plan = plan_of(parcels=[home(0, 60)], streets=STREET, facilities=[facility(None, 0)])
    assert lines(one(plan, USES).missing) == ("facilities.service of F-1",)
