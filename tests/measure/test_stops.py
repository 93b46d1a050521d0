"""Stops, stations, and what is near them."""

from __future__ import annotations

import pytest
import shapely
from tests.support.squares import home, one, plan_of, square

from blockplan.measure.missing import lines
from blockplan.plan import validate


def stop(east: float, modes: str | None, north: float = 50.0) -> dict:
    return {"modes": modes, "geometry": shapely.Point(east, north)}


def reading(found, name: str):
    return next(item for item in found.readings if item.id == name)


HOMES = [home(0, 60), home(700, 30), home(2000, 10)]


def test_any_stop_counts_for_stops_and_rail_only_for_stations() -> None:
    plan = plan_of(parcels=HOMES, stops=[stop(50, "bus"), stop(1500, "subway, bus")])
    found = one(plan, "stops_within_500m")
    assert found.value == 0.6
    assert [(place.id, place.value) for place in found.places] == [("P-2", 700), ("P-3", 550)]
    assert one(plan, "stations_within_800m").value == pytest.approx(0.4)
    assert one(plan, "stations_within_800m", station_modes=["bus"]).value == 1


def test_the_walk_to_a_stop_stands_beside_the_straight_line() -> None:
    street = {"geometry": shapely.LineString([(50, 50), (50, 600), (500, 600), (500, 50)])}
    plan = plan_of(parcels=[home(0, 60)], stops=[stop(500, "bus")], streets=[street])
    found = one(plan, "stops_within_500m")
    line, walked = reading(found, "line_stop"), reading(found, "net_edge_stop")
    assert (line.id, line.share) == ("line_stop", 1)
    assert (walked.id, walked.share, walked.changed) == ("net_edge_stop", 0, ("P-1",))
    assert reading(one(plan, "stops_within_500m", stop_limit_m=1550), "net_edge_stop").share == 1


def test_no_station_reaches_nobody_and_no_layer_is_unknown() -> None:
    assert one(plan_of(parcels=HOMES, stops=[stop(0, "bus")]), "stations_within_800m").value == 0
    assert lines(one(plan_of(parcels=HOMES), "stations_within_800m").missing) == ("stops: layer absent",)


def test_modes_of_stops_close_by_belong_to_the_station() -> None:
    stops = [stop(0, "subway"), stop(150, "bus,tram"), stop(5000, "rail"), stop(5151, "bus")]
    found = one(plan_of(stops=stops), "modes_per_station")
    assert found.value == 1
    assert {part.scope: part.value for part in found.by} == {"S-1": 3, "S-3": 1}
    assert found.definition["modes"]["S-1"] == ["bus", "subway", "tram"]


def test_without_a_station_there_are_no_modes_to_count() -> None:
    assert one(plan_of(stops=[stop(0, "bus"), stop(9, None)]), "modes_per_station").value is None


def test_commerce_is_weighed_by_floor_area() -> None:
    shops = [
        {"land_use": "0901", "floor_area_m2": 3000, "geometry": square(0, 0)},
        {"land_use": "0902", "floor_area_m2": 1000, "geometry": square(600, 0)},
        {"land_use": "0901", "floor_area_m2": 4000, "geometry": square(2000, 0)},
        {"land_use": "0802", "floor_area_m2": 9999, "geometry": square(0, 0)},
    ]
    plan = plan_of(parcels=shops, stops=[stop(50, "subway")])
    found = one(plan, "commerce_near_stations")
    assert found.value == 0.5
    assert {part.scope: part.value for part in found.by} == {"within_500m": 0.375, "within_800m": 0.5}
    assert found.counted["parcels"] == ("P-1", "P-2", "P-3")


def test_commerce_without_floor_area_is_unknown() -> None:
    shop = {"land_use": "0901", "geometry": square(0, 0)}
    plan = plan_of(parcels=[shop], stops=[stop(50, "subway")])
    assert lines(one(plan, "commerce_near_stations").missing) == ("parcels.floor_area_m2 of P-1",)
    plan = plan_of(parcels=HOMES, stops=[stop(50, "subway")])
    assert lines(one(plan, "commerce_near_stations").missing)[0].startswith("nothing to measure")


def test_a_stop_of_several_platforms_is_reached_at_any_of_them() -> None:
    street = {"geometry": shapely.LineString([(50, 50), (2000, 50)])}
    platforms = {"modes": "bus", "geometry": shapely.MultiPoint([(1900, 50), (300, 50)])}
    plan = plan_of(parcels=[home(0, 60)], stops=[platforms], streets=[street])
    found = one(plan, "stops_within_500m")
    line, walked = reading(found, "line_stop"), reading(found, "net_edge_stop")
    assert (line.share, walked.share) == (1, 1)


def test_stops_of_some_modes_are_reached_by_residents_and_by_jobs() -> None:
    office = {"land_use": "0902", "jobs": 100, "geometry": square(2000, 0)}
    plan = plan_of(parcels=[*HOMES[:2], office], stops=[stop(350, "bus"), stop(2050, "subway")])
    assert one(plan, "stop_access", stop_modes=["bus"], access_limit_m=300).value == pytest.approx(60 / 90)
    assert one(plan, "stop_access", stop_modes=["bus"], access_limit_m=299.9).value == 0
    both = one(plan, "stop_access", access_limit_m=300, weigh_by="residents_and_jobs")
    assert (both.value, both.readings[0].weight) == (pytest.approx(160 / 190), "residents_and_jobs")
    bus = one(plan, "stop_access", stop_modes=["bus"], access_limit_m=300, weigh_by="residents_and_jobs")
    assert bus.value == pytest.approx(60 / 190)
    assert [place.id for place in bus.places] == ["P-3", "P-2"]


def test_either_kind_of_transport_within_its_own_limit_is_enough() -> None:
    street = [{"geometry": shapely.LineString([(0, 50), (5000, 50)])}]
    for mode, metres, share in (
        ("bus", 500, 1),
        ("bus", 500.1, 0),
        ("subway", 1000, 1),
        ("subway", 1000.1, 0),
    ):
        plan = plan_of(parcels=[home(0, 60)], stops=[stop(50 + metres, mode)], streets=street)
        found = one(plan, "transit_access_sdg")
        assert (found.value, found.readings[0].id) == (share, "net_edge_stop")
    two = plan_of(
        parcels=[home(0, 60), home(2000, 40)], stops=[stop(450, "bus"), stop(1100, "rail")], streets=street
    )
    assert one(two, "transit_access_sdg").value == 1
    assert one(two, "transit_access_sdg", high_capacity_limit_m=900).value == 0.6
    assert one(two, "transit_access_sdg", high_capacity_limit_m=900).affected_residents == 40


def test_access_to_transport_goes_on_foot_round_a_barrier() -> None:
    streets = [
        {"geometry": shapely.LineString([(0, 50), (400, 50)])},
        {"walk": False, "barrier": "wall", "geometry": shapely.LineString([(200, 0), (200, 100)])},
    ]
    plan = plan_of(parcels=[home(0, 60)], stops=[stop(350, "bus")], streets=streets)
    found = one(plan, "transit_access_sdg")
    assert [(item.id, item.share) for item in found.readings[:2]] == [("net_edge_stop", 0), ("line_stop", 1)]
    assert one(plan_of(parcels=[home(0, 60)], stops=[stop(350, "bus")]), "transit_access_sdg").value is None


def test_floor_and_jobs_lie_within_the_radius_of_their_station() -> None:
    rows = [
        {"land_use": "0902", "floor_area_m2": 3000, "jobs": 90, "geometry": square(0, 0)},
        {"land_use": "0902", "floor_area_m2": 1000, "jobs": 10, "geometry": square(700, 0)},
    ]
    plain = plan_of(parcels=rows, stops=[{**stop(50, "subway"), "line": "1"}])
    assert one(plain, "station_floor_share").value == 0.75
    assert one(plain, "station_jobs_share").value == 0.9
    assert one(plain, "station_floor_share", station_radius_m=700).value == 1
    change = plan_of(parcels=rows, stops=[{**stop(50, "subway"), "line": "1, 2"}])
    found = one(change, "station_floor_share")
    assert (found.value, found.definition["interchanges"]) == (1, 1)
    assert one(change, "station_floor_share", interchange_radius_m=699).value == 0.75
    assert lines(one(plan_of(parcels=rows), "station_jobs_share").missing) == ("stops: layer absent",)


@pytest.mark.parametrize("said", [None, "metro", "bus; subway"])
def test_a_stop_of_no_known_mode_leaves_unknown_whom_it_could_bring_near(said: str | None) -> None:
    plan = plan_of(parcels=[home(0, 100)], stops=[stop(50, said)])
    found = one(plan, "stop_access", stop_modes=["bus"])
    assert (found.value, lines(found.missing)) == (None, ("stops.modes of S-1",))
    assert one(plan, "stops_within_500m").value == 1.0  # any stop will do
    assert [fault.grade for fault in validate(plan) if fault.aspect == "modes"] == ["warning"]


def test_a_stop_of_no_known_mode_matters_only_where_no_other_serves_them() -> None:
    plan = plan_of(
        parcels=[home(0, 100)], stops=[stop(50, "bus，tram"), stop(5_000, None), stop(50, "ferry")]
    )
    assert one(plan, "stop_access", stop_modes=["tram"]).value == 1.0
    assert one(plan, "stop_access", stop_modes=["subway"]).value == 0.0
    assert lines(one(plan, "users_near_stations").missing) == ("stops.modes of S-2",)
