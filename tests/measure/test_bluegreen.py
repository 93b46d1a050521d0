"""Blue and green on a land of 1,000 m x 100 m."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.missing import lines

LAND = [{"geometry": square(0, 0, 1000, 100)}]


def water(east: float, width: float) -> dict[str, Any]:
    return {"geometry": square(east, 0, width, 100)}


def test_shares_are_of_the_planned_land_and_land_of_two_kinds_counts_once() -> None:
    plan = plan_of(
        boundary=LAND,
        parcels=[park(0), home(900, 10)],
        # Half of the river lies on the park, half of the wood beyond the boundary.
        water=[water(50, 100)],
        woodland=[water(950, 100)],
    )
    assert one(plan, "water_share").value == pytest.approx(0.1)
    assert one(plan, "woodland_share").value == pytest.approx(0.05)
    assert one(plan, "green_share").value == pytest.approx(0.1)
    found = one(plan, "blue_green_share")
    assert found.value == pytest.approx(0.2)
    assert {part.scope: part.value for part in found.by} == pytest.approx(
        {"water": 0.1, "woodland": 0.05, "green": 0.1}
    )


@pytest.mark.parametrize(
    ("gap", "largest", "components"),
    [(50, 3.0, 2), (49.9, 2.0, 3), (0, 2.0, 3), (300, 4.0, 1)],
)
def test_blue_and_green_hang_together_over_gaps_up_to_a_width(
    gap: float, largest: float, components: int
) -> None:
    # Park and river touch (2 ha); 50 m on stands a wood of 1 ha; 250 m on one more park.
    plan = plan_of(
        boundary=LAND, parcels=[park(0), park(600)], water=[water(100, 100)], woodland=[water(250, 100)]
    )
    found = one(plan, "blue_green_largest", blue_green_gap_m=gap)
    assert found.value == pytest.approx(largest)
    assert found.definition["components"] == components
    assert found.definition["share_of_blue_green"] == pytest.approx(largest / 4)


def test_what_overlaps_is_no_larger_for_being_drawn_twice() -> None:
    plan = plan_of(boundary=LAND, parcels=[park(0)], water=[water(0, 100)], woodland=[])
    assert one(plan, "blue_green_largest").value == pytest.approx(1.0)


def test_a_plan_without_blue_and_green_has_none_and_without_any_layer_nobody_knows() -> None:
    assert (
        one(plan_of(boundary=LAND, parcels=[home(0, 1)], water=[], woodland=[]), "blue_green_largest").value
        == 0
    )
    found = one(plan_of(boundary=LAND), "blue_green_share")
    assert found.value is None
    assert lines(found.missing)[:2] == ("water: layer absent", "parcels: layer absent")


def test_residents_near_water_are_those_within_the_line_lines_of_water_too() -> None:
    brook = {"geometry": shapely.LineString([(0, 0), (0, 100)])}
    # The middles of the homes stand 450, 500 and 550 m from the brook.
    homes = [home(400, 60), home(450, 30, north=200), home(500, 10)]
    homes[1]["geometry"] = square(450, 0)
    plan = plan_of(parcels=homes, water=[brook])
    found = one(plan, "water_within_500m")
    assert found.value == pytest.approx(0.9)
    assert (found.affected_residents, [place.id for place in found.places]) == (10, ["P-3"])
    assert one(plan, "water_within_500m", water_limit_m=499).value == pytest.approx(0.6)


def facility(service: str, east: float) -> dict[str, Any]:
    return {"service": service, "geometry": shapely.Point(east, 50)}


def test_culture_and_food_are_reached_where_a_facility_or_land_for_eating_is_near() -> None:
    eating = {"land_use": "090103", "geometry": square(2000, 0)}
    shop = {"land_use": "0901", "geometry": square(5000, 0)}
    plan = plan_of(
        parcels=[home(0, 50), home(2200, 30), home(5000, 20, north=100), eating, shop],
        facilities=[facility("library", 100), facility("market", 0)],
    )
    assert one(plan, "culture_within_500m").value == pytest.approx(0.5)
    # The market feeds the first home, the land for eating the second; a shop need not sell food.
    assert one(plan, "food_within_500m").value == pytest.approx(0.8)
    assert one(plan, "food_within_500m", food_codes=["0901"]).value == pytest.approx(1.0)


def test_a_facility_of_no_stated_service_leaves_reach_unknown() -> None:
    plan = plan_of(parcels=[home(0, 50)], facilities=[{"service": None, "geometry": shapely.Point(0, 0)}])
    assert lines(one(plan, "culture_within_500m").missing) == ("facilities.service of F-1",)
