"""The reference plan, measured: figures of its own description, and readings that a walk must keep to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.squares import one

import blockplan
from blockplan.measure.distance.reach import street_network

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
        # Land for schools 208,000 m2, of which kindergartens 40,000 m2, for 50,000 residents.
        ("school_land_per_1000", 3360),
        ("kindergarten_land_per_1000", 800),
        # 500 beds and four day centres of 25 places.
        ("beds_and_day_places_per_1000", 12.0),
        # Of 950 ha: public green 106.5 ha, woodland 66 ha.
        ("green_share", 106.5 / 950),
        ("woodland_share", 66 / 950),
        ("area_townships", 4),
        ("cores_named", 3),
        ("areas_with_one_core", 3),
        ("belt_links_areas", 3),
        ("belt_southward", 1.0),
        ("industry_focus_rank", 1),
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


def test_productive_floor_area_is_3_19_million_m2_and_its_parts_add_up(plan: Plan) -> None:
    floor = one(plan, "industry_floor_area")
    assert floor.value == pytest.approx(3.19e6, abs=5e3)
    # The table states shares to four digits, so that those of a parcel add up to 1 but for rounding.
    assert sum(part.value for part in floor.by) == pytest.approx(floor.value, rel=1e-3)
    jobs = one(plan, "industry_jobs")
    assert sum(part.value for part in jobs.by) == pytest.approx(jobs.value, rel=1e-3)


def test_there_are_about_90_000_jobs_and_140_000_daytime_users(plan: Plan) -> None:
    assert one(plan, "jobs").value == pytest.approx(90_000, rel=0.01)
    assert one(plan, "daytime_users").value == one(plan, "jobs").value + 50_000
    assert one(plan, "green_per_daytime_user").value == pytest.approx(1_065_000 / 140_500, rel=1e-3)


def test_each_industry_is_strongest_where_its_area_says(plan: Plan) -> None:
    quotients = {part.scope: part.value for part in one(plan, "industry_location_quotient").by}
    for industry, area in (("manufacturing", "mfg"), ("health", "mfg"), ("services", "life")):
        best = max(("rd", "life", "mfg"), key=lambda one_area: quotients[f"area:{one_area}/{industry}"])
        assert (best, quotients[f"area:{best}/{industry}"] > 1) == (area, True)


def test_every_core_gathers_the_function_of_its_area(plan: Plan) -> None:
    found = one(plan, "core_concentration")
    assert all(part.value > 1 for part in found.by)
    assert {part.scope for part in found.by} == {"area:rd", "area:life", "area:mfg"}


def test_floor_area_is_kept_for_each_of_the_three_kinds_of_firm(plan: Plan) -> None:
    found = one(plan, "firm_floor_area")
    assert [part.scope for part in found.by] == ["specialised_new", "little_giant", "hidden_champion"]
    assert all(part.value > 0 for part in found.by)
    assert one(plan, "joint_floor_area").value > 0


def test_one_walks_farther_to_a_programme_than_the_line_is_long(plan: Plan) -> None:
    ways = {part.scope: part.value for part in one(plan, "programmes_within_800m").by}
    assert 0.75 <= ways["on_foot"] <= ways["line"] <= 1


def test_the_belt_is_walked_from_end_to_end_and_blue_and_green_hang_together(plan: Plan) -> None:
    assert one(plan, "belt_walkable_share").value == pytest.approx(1.0)
    assert one(plan, "belt_longest_gap").value == 0
    assert one(plan, "blue_green_largest").definition["share_of_blue_green"] > 0.5


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


@pytest.mark.long
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
