"""Greens of a size and facilities of a kind: who is within a distance, by which reading."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import home, one, park, plan_of, square

from blockplan.errors import UsageError
from blockplan.measure.missing import lines

GREEN, SERVICE = "green_access", "service_access"


def reading(found, name: str):
    return next(item for item in found.readings if item.id == name)


def facility(service: str | None, east: float, **more) -> dict:
    return {"service": service, "geometry": shapely.Point(east, 50), **more}


@pytest.mark.parametrize(("metres", "share"), [(299.99, 1.0), (300.0, 1.0), (300.01, 0.0)])
def test_a_home_at_exactly_the_limit_is_within(metres: float, share: float) -> None:
    plan = plan_of(parcels=[park(0), home(100 + metres - 50, 1)])
    assert one(plan, GREEN, access_limit_m=300).value == share


def test_green_access_is_green_within_500m_at_500_m() -> None:
    rows = [park(0), home(100, 40), home(500, 30), home(800, 20), home(700, 10)]
    street = [{"geometry": shapely.LineString([(0, 50), (900, 50)])}]
    plan = plan_of(parcels=rows, streets=street)
    found, known = one(plan, GREEN), one(plan, "green_within_500m")
    assert (found.value, found.places, found.affected_residents) == (0.7, known.places, 30)
    assert [(one_.id, one_.share, one_.changed) for one_ in found.readings] == [
        (one_.id, one_.share, one_.changed) for one_ in known.readings
    ]


def test_greens_count_from_one_size_and_below_another() -> None:
    # The park has 1 ha.
    plan = plan_of(parcels=[park(0), home(100, 10)])
    assert one(plan, GREEN, smallest_green_ha=1).value == 1
    assert one(plan, GREEN, smallest_green_ha=1.01).value == 0
    assert one(plan, GREEN, largest_green_ha=1.01).value == 1
    assert one(plan, GREEN, largest_green_ha=1).value == 0


def test_a_private_green_is_none() -> None:
    garden = {"kind": "park", "access": "private", "geometry": square(100, 0)}
    assert one(plan_of(parcels=[home(0, 10)], greens=[garden]), GREEN).value == 0
    assert one(plan_of(parcels=[home(0, 10)], greens=[garden | {"access": None}]), GREEN).value == 1


def test_on_foot_a_barrier_counts_and_the_straight_line_stands_beside() -> None:
    plan = plan_of(
        parcels=[home(0, 100), park(200)],
        streets=[
            {"geometry": shapely.LineString([(50, 50), (250, 50)])},
            {"walk": False, "barrier": "rail", "geometry": shapely.LineString([(150, -500), (150, 500)])},
        ],
    )
    found = one(plan, GREEN, judged_by="net_edge_entrance")
    assert (found.value, found.affected_residents) == (0, 100)
    assert found.readings[0].id == "net_edge_entrance"
    assert (reading(found, "line_edge").share, reading(found, "line_edge").changed) == (1, ("P-1",))
    assert found.definition["along"] == "network"
    assert len(found.readings) == 7


def test_the_walk_is_measured_to_the_tenth_of_a_metre() -> None:
    way = [(50, 50), (50, 350), (450, 350), (450, -50)]
    plan = plan_of(parcels=[home(0, 100), park(400)], streets=[{"geometry": shapely.LineString(way)}])
    # 300 m north, 400 m east, 250 m south to the edge of the park.
    for metres, share in ((949.9, 0), (950, 1)):
        assert one(plan, GREEN, judged_by="net_edge_entrance", access_limit_m=metres).value == share


def test_on_foot_a_green_that_nobody_knows_how_to_enter_leaves_those_near_it_unknown() -> None:
    street = [{"geometry": shapely.LineString([(-100, -6), (600, -6)])}]
    parcels = [home(0, 30), home(200, 10), park(500)]
    asked = {"judged_by": "net_edge_entrance", "access_limit_m": 320}
    found = one(plan_of(parcels=parcels, streets=street), GREEN, **asked)
    # The first home is farther than 320 m in a straight line too.
    assert (found.value, found.ends, found.affected_residents) == (None, (0, 0.25), 30)
    said = "(none is mapped, and no street crosses its edge)"
    assert lines(found.missing) == (f"green_entrances.geometry of P-3 {said}",)
    gate = {"entrance_id": "G", "parcel_id": "P-3", "geometry": shapely.Point(500, 0)}
    known = one(plan_of(parcels=parcels, streets=street, green_entrances=[gate]), GREEN, **asked)
    assert (known.value, known.missing) == (0.25, ())


def test_judged_on_foot_without_streets_is_unknown() -> None:
    found = one(plan_of(parcels=[home(0, 10), park(100)]), GREEN, judged_by="net_edge_entrance")
    assert (found.value, lines(found.missing)) == (None, ("streets: layer absent",))


def test_a_reading_that_is_not_there_is_refused() -> None:
    plan = plan_of(parcels=[home(0, 10), park(100)], facilities=[facility("clinic", 0)])
    with pytest.raises(UsageError, match="no reading 'on_foot'"):
        one(plan, GREEN, judged_by="on_foot")
    with pytest.raises(
        UsageError,
        match=r"no reading 'on_foot' of the reach of facilities.*line_facility, .*net_edge_facility",
    ):
        one(plan, SERVICE, services=["clinic"], facility_judged_by="on_foot")


def test_each_size_of_park_has_a_radius_of_its_own() -> None:
    # 0.49 ha reaches 300 m, 1 ha 500 m, 0.36 ha nobody.
    radii = {"0.4": 300, "1": 500}
    small = park(0, 70)
    for east, share in ((320, 1), (320.1, 0)):
        assert one(plan_of(parcels=[small, home(east, 1)]), GREEN, radius_by_size_ha=radii).value == share
    for east, share in ((550, 1), (550.1, 0)):
        assert one(plan_of(parcels=[park(0), home(east, 1)]), GREEN, radius_by_size_ha=radii).value == share
    tiny = plan_of(parcels=[park(0, 60), home(100, 1)])
    assert one(tiny, GREEN, radius_by_size_ha=radii).value == 0
    with pytest.raises(UsageError, match="sizes in ha"):
        one(tiny, GREEN, radius_by_size_ha={"small": 300})


def test_water_counts_beside_green_where_it_is_asked_for() -> None:
    brook = {"kind": "stream", "geometry": shapely.LineString([(200, -500), (200, 500)])}
    plan = plan_of(parcels=[home(0, 10)], water=[brook])
    assert one(plan, GREEN).value == 0
    found = one(plan, GREEN, also_layers=["water"], access_limit_m=150)
    assert found.value == 1
    assert found.counted["water"] == ("W-1",)
    pond = plan_of(parcels=[home(0, 10), {"land_use": "1704", "geometry": square(100, 0)}])
    assert one(pond, GREEN, also_layers=["water"]).value == 1
    with pytest.raises(UsageError, match="cannot hold 'rail'"):
        one(plan, GREEN, also_layers=["rail"])


def test_dwellings_are_weighed_at_their_buildings_and_else_at_their_parcel() -> None:
    near = home(100, 10, dwellings=30)
    far = home(900, 90, dwellings=10)
    plan = plan_of(parcels=[park(0), near, far])
    found = one(plan, GREEN, weigh_by="dwellings")
    assert (found.value, found.readings[0].weight, found.affected_residents) == (0.75, "dwellings", None)
    assert one(plan, GREEN).value == 0.1
    blocks = [
        {"parcel_id": "P-3", "dwellings": 15, "geometry": square(560, 40, 10)},
        {"parcel_id": "P-3", "dwellings": 5, "geometry": square(950, 40, 10)},
    ]
    # The parcel's 10 dwellings stand 3 to 1 at its buildings: 30 + 7.5 of 40.
    assert (
        one(plan_of(parcels=[park(0), near, far], buildings=blocks), GREEN, weigh_by="dwellings").value
        == 0.9375
    )


def test_a_housing_parcel_without_dwellings_leaves_the_share_of_dwellings_unknown() -> None:
    plan = plan_of(parcels=[park(0), home(100, 10, dwellings=3), home(200, 10)])
    found = one(plan, GREEN, weigh_by="dwellings")
    assert (found.value, lines(found.missing)) == (None, ("parcels.dwellings of P-3",))


def test_residential_land_is_weighed_by_its_area() -> None:
    large = {"land_use": "0701", "geometry": square(900, 0, 300, 100)}
    plan = plan_of(parcels=[park(0), {"land_use": "0701", "geometry": square(100, 0)}, large])
    found = one(plan, GREEN, weigh_by="residential_land")
    assert found.value == 0.25
    assert [(place.layer, place.id) for place in found.places] == [("parcels", "P-3")]
    assert one(plan_of(parcels=[park(0)]), GREEN, weigh_by="residential_land").value is None


def test_land_may_count_by_the_part_of_it_that_is_within() -> None:
    # The park's edge is at 100; 500 m reach to 600: the parcel from 500 to 700 is half within.
    half = {"land_use": "0701", "geometry": square(500, 0, 200, 100)}
    plan = plan_of(parcels=[park(0), {"land_use": "0701", "geometry": square(100, 0)}, half])
    found = one(plan, GREEN, weigh_by="residential_land", judged_by="line_overlay")
    assert found.value == pytest.approx(2 / 3, abs=1e-4)
    assert [item.id for item in found.readings][:2] == ["line_overlay", "line_edge"]
    assert reading(found, "line_edge").share == 1  # its point lies at 600
    assert [place.id for place in found.places] == ["P-3"]
    assert (
        one(plan, GREEN, weigh_by="residential_land", judged_by="line_overlay", access_limit_m=600).value == 1
    )
    with pytest.raises(UsageError, match="line_overlay measures land"):
        one(plan, GREEN, judged_by="line_overlay")


def test_parks_cover_land_together_each_by_its_own_radius() -> None:
    # A park of 0.49 ha covers 300 m to the east of 70, one of 1 ha 500 m to the west of 1,000.
    land = {"land_use": "0701", "geometry": square(270, 20, 330, 20)}
    rows = [park(0, 70), land, park(1000)]
    plan = plan_of(parcels=rows)
    radii = {"0.4": 300, "1": 500}
    asked = {"weigh_by": "residential_land", "judged_by": "line_overlay", "radius_by_size_ha": radii}
    # 270 to 370, and 500 to 600, of 330 m.
    assert one(plan, GREEN, **asked).value == pytest.approx(200 / 330, abs=1e-3)


def test_shares_of_what_there_is_not_are_refused_or_unknown() -> None:
    plan = plan_of(parcels=[park(0), home(100, 10)])
    with pytest.raises(UsageError, match="weigh_by may be: residents, dwellings"):
        one(plan, GREEN, weigh_by="voters")
    assert one(plan_of(parcels=[home(0, 10)], greens=[]), GREEN).value == 0
    assert lines(one(plan_of(), GREEN).missing)[:2] == ("parcels: layer absent", "greens: layer absent")


def test_beyond_what_is_drawn_a_far_limit_is_unknown_and_a_near_one_is_not() -> None:
    frame = [{"geometry": square(-1500, -1500, 3000)}]
    plan = plan_of(parcels=[home(0, 10)], extent=frame, greens=[])
    assert one(plan, GREEN, access_limit_m=1000).value == 0
    found = one(plan, GREEN, access_limit_m=2000)
    assert found.value is None
    assert lines(found.missing)[0].startswith("what lies outside the drawing: 1 of 1 homes")
    assert one(plan, GREEN, access_limit_m=2000, drawn_round_m=2000).value == 0
    # Drawn far enough round the home, there is none within 1,400 m.
    assert one(plan, GREEN, access_limit_m=1400).value == 0
    within = plan_of(parcels=[home(0, 10), park(1000)], extent=frame)
    assert one(within, GREEN, access_limit_m=2000).value == 1


def test_parts_say_who_lives_there_and_who_falls_short() -> None:
    plan = plan_of(
        parcels=[park(0), home(100, 10), home(900, 30)],
        areas=[{"area_id": "a", "geometry": square(0, 0, 1000, 100)}],
        blocks=[{"block_id": "east", "geometry": square(500, 0, 500, 100)}],
    )
    parts = {part.scope: part for part in one(plan, GREEN).by}
    assert (parts["area:a"].value, parts["area:a"].residents, parts["area:a"].affected_residents) == (
        0.25,
        40,
        30,
    )
    assert parts["block:east"].value == 0


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 50)), min_size=1, max_size=6), st.integers(1, 3000)
)
def test_a_longer_limit_never_lowers_the_share_and_more_greens_never_do(homes: list, limit: int) -> None:
    rows = [home(200 + 100 * east, people) for east, people in homes]
    plan = plan_of(parcels=[park(0), *rows])
    value = one(plan, GREEN, access_limit_m=limit).value
    assert one(plan, GREEN, access_limit_m=limit + 100).value >= value
    more = plan_of(parcels=[park(0), *rows, park(500, north=200)])
    assert one(more, GREEN, access_limit_m=limit).value >= value


def test_facilities_of_a_service_are_reached_in_a_straight_line() -> None:
    plan = plan_of(parcels=[home(0, 60), home(400, 40)], facilities=[facility("kindergarten", 350)])
    found = one(plan, SERVICE, services=["kindergarten"], access_limit_m=300)
    assert (found.value, found.readings[0].id) == (1, "line_facility")
    assert one(plan, SERVICE, services=["kindergarten"], access_limit_m=299.9).value == 0.4
    assert one(plan, SERVICE, services=["clinic"]).value == 0
    assert found.counted["facilities"] == ("F-1",)


def test_no_layer_of_facilities_is_unknown_and_so_is_no_service() -> None:
    plan = plan_of(parcels=[home(0, 60)])
    assert lines(one(plan, SERVICE, services=["clinic"]).missing) == ("facilities: layer absent",)
    plan = plan_of(parcels=[home(0, 60)], facilities=[facility("clinic", 50)])
    assert one(plan, SERVICE).value is None


def test_a_facility_of_no_stated_kind_could_be_the_one_that_is_missing() -> None:
    rows = [facility("clinic", 50), facility(None, 2000)]
    near = plan_of(parcels=[home(0, 60)], facilities=rows)
    assert one(near, SERVICE, services=["clinic"]).value == 1
    far = plan_of(parcels=[home(0, 60), home(1900, 10)], facilities=rows)
    assert lines(one(far, SERVICE, services=["clinic"]).missing) == ("facilities.service of F-2",)


def test_levels_and_sizes_of_site_narrow_the_facilities() -> None:
    rows = [
        facility("sport", 50, level="district", site_area_m2=4000),
        facility("sport", 2050, level="neighbourhood", site_area_m2=900),
    ]
    plan = plan_of(parcels=[home(0, 60), home(2000, 40)], facilities=rows)
    assert one(plan, SERVICE, services=["sport"]).value == 1
    assert one(plan, SERVICE, services=["sport"], service_levels=["district"]).value == 0.6
    assert one(plan, SERVICE, services=["sport"], smallest_site_m2=3150).value == 0.6
    rows[1] |= {"site_area_m2": None, "level": None}
    plan = plan_of(parcels=[home(0, 60), home(2000, 40)], facilities=rows)
    found = one(plan, SERVICE, services=["sport"], smallest_site_m2=3150)
    assert lines(found.missing) == ("facilities.site_area_m2 of F-2",)
    assert lines(one(plan, SERVICE, services=["sport"], service_levels=["district"]).missing) == (
        "facilities.level of F-2",
    )


def test_a_facility_that_is_not_drawn_stands_on_its_parcel() -> None:
    rows = [{"service": "clinic", "parcel_id": "P-2", "geometry": None}]
    plan = plan_of(parcels=[home(0, 60), {"land_use": "0806", "geometry": square(350, 0)}], facilities=rows)
    assert one(plan, SERVICE, services=["clinic"], access_limit_m=300).value == 1
    nowhere = plan_of(parcels=[home(0, 60)], facilities=rows)
    assert lines(one(nowhere, SERVICE, services=["clinic"]).missing) == ("facilities.geometry of F-1",)


def test_the_walk_to_a_facility_counts_both_ways_off_the_street() -> None:
    plan = plan_of(
        parcels=[home(0, 60, north=-90)],
        facilities=[{"service": "clinic", "geometry": shapely.Point(550, 30)}],
        streets=[{"geometry": shapely.LineString([(50, 0), (650, 0)])}],
    )
    # 40 m to the street, 500 m along it, 30 m from it.
    for metres, share in ((570, 1), (569.9, 0)):
        found = one(
            plan, SERVICE, services=["clinic"], access_limit_m=metres, facility_judged_by="net_edge_facility"
        )
        assert found.value == share
    off = one(plan, SERVICE, services=["clinic"], join_limit_m=20)
    assert reading(off, "net_edge_facility").definition["not_joined"] == ["F-1"]


def test_services_that_are_nowhere_fall_short_at_the_same_places() -> None:
    plan = plan_of(parcels=[home(0, 60), home(1000, 40)], facilities=[])
    first, second = (one(plan, "service_access", services=[service]) for service in ("market", "clinic"))
    assert [place.id for place in first.places] == ["P-1", "P-2"]
    assert [place.id for place in second.places] == ["P-1", "P-2"]
