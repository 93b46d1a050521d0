"""Stops, stations, and what is near them."""

from __future__ import annotations

import pytest
import shapely
from tests.measure.conftest import home, one, plan_of, square


def stop(east: float, modes: str | None, north: float = 50.0) -> dict:
    return {"modes": modes, "geometry": shapely.Point(east, north)}


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
    line, walked = one(plan, "stops_within_500m").readings
    assert (line.id, line.share) == ("line_stop", 1)
    assert (walked.id, walked.share, walked.changed) == ("net_edge_stop", 0, ("P-1",))
    assert one(plan, "stops_within_500m", stop_limit_m=1550).readings[1].share == 1


def test_no_station_reaches_nobody_and_no_layer_is_unknown() -> None:
    assert one(plan_of(parcels=HOMES, stops=[stop(0, "bus")]), "stations_within_800m").value == 0
    assert one(plan_of(parcels=HOMES), "stations_within_800m").missing == ("stops: layer absent",)


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
    assert one(plan, "commerce_near_stations").missing == ("parcels.floor_area_m2 of P-1",)
    plan = plan_of(parcels=HOMES, stops=[stop(50, "subway")])
    assert one(plan, "commerce_near_stations").missing[0].startswith("nothing to measure")


def test_a_stop_of_several_platforms_is_reached_at_any_of_them() -> None:
    street = {"geometry": shapely.LineString([(50, 50), (2000, 50)])}
    platforms = {"modes": "bus", "geometry": shapely.MultiPoint([(1900, 50), (300, 50)])}
    plan = plan_of(parcels=[home(0, 60)], stops=[platforms], streets=[street])
    line, walked = one(plan, "stops_within_500m").readings
    assert (line.share, walked.share) == (1, 1)
