"""The reference plan, measured: figures of its own description, and readings that a walk must keep to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.measure.conftest import one

import blockplan
from blockplan.measure.reach import street_network

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.plan import Plan


@pytest.fixture(scope="module")
def plan(reference: Path) -> Plan:
    return blockplan.read(reference)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("residents", 50_000),
        ("education_land_per_1000", 4160),
        ("nursing_beds_per_1000", 10.0),
        ("culture_floor_per_resident", 0.484),
        ("green_per_resident", 21.3),
        ("green_within_500m", 1.0),
        ("parks_large", 3),
        ("parks_community", 8),
        ("belt_length", 9.0),
        ("areas_sum", 9.5),
        ("notice_days", 30),
        ("land_balance", 950.0),
        ("cores_in_areas", 3),
    ],
)
def test_the_plan_measures_what_its_description_says(plan: Plan, name: str, value: float) -> None:
    assert one(plan, name).value == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(("area", "km2"), [("rd", 3.5), ("life", 3.6), ("mfg", 2.4)])
def test_each_area_has_its_stated_size(plan: Plan, area: str, km2: float) -> None:
    assert one(plan, "area_size", area_id=area).value == pytest.approx(km2, rel=1e-5)


@pytest.mark.parametrize("large_ha", [5, 10, 20])
def test_there_are_three_large_parks_wherever_the_limit_is_put(plan: Plan, large_ha: float) -> None:
    assert one(plan, "parks_large", large_park_min_ha=large_ha).value == 3


def test_the_belt_leads_from_north_to_south_through_every_area(plan: Plan) -> None:
    belt = one(plan, "belt_length").definition
    assert (belt["from"], belt["to"], belt["pieces"]) == ("north", "south", 1)
    assert belt["area_distance_m"] == {"rd": 0.0, "life": 0.0, "mfg": 0.0}


def test_medicine_and_health_is_the_largest_industry(plan: Plan) -> None:
    mix = one(plan, "industry_shares")
    assert mix.definition["rank_of_health"] == 1
    assert [part.value for part in mix.by] == pytest.approx([0.36, 0.25, 0.22, 0.17], abs=1e-3)


def test_most_commerce_lies_near_a_station_and_each_station_offers_two_modes(plan: Plan) -> None:
    assert one(plan, "commerce_near_stations").value >= 0.6
    assert one(plan, "modes_per_station").value >= 2


def test_streets_are_one_network_and_as_dense_as_described(plan: Plan) -> None:
    assert set(street_network(plan).components().tolist()) == {0}
    assert one(plan, "street_density").value >= 8.4


def test_by_straight_line_all_reach_green_and_on_foot_nearly_all(plan: Plan) -> None:
    shares = {reading.id: reading.share for reading in one(plan, "green_within_500m").readings}
    assert shares["line_edge"] == 1.0
    assert 0.90 <= shares["net_edge_entrance"] <= 0.98
    assert all(share <= shares["line_edge"] for share in shares.values())


def test_every_home_beyond_the_limit_is_named_when_green_stands_in_one_corner(reference: Path) -> None:
    found = one(blockplan.read(reference, "c"), "green_within_500m")
    assert found.affected_residents >= 39_250
    assert found.value == pytest.approx(1 - found.affected_residents / 50_000)
    distances = [place.value for place in found.places]
    assert distances == sorted(distances, reverse=True)
    assert min(distances) > 500


def test_the_order_of_rows_changes_no_figure(plan: Plan) -> None:
    turned = plan.replace(**{name: frame.iloc[::-1] for name, frame in plan.layers.items()})
    before = {found.id: found for found in blockplan.measure(plan)}
    for after in blockplan.measure(turned):
        same = before[after.id]
        assert after.value == (same.value if same.value is None else pytest.approx(same.value, rel=1e-12))
        assert [reading.share for reading in after.readings] == pytest.approx(
            [reading.share for reading in same.readings]
        )
        assert {place.id for place in after.places} == {place.id for place in same.places}
