"""Trees in view of homes, and canopy."""

from __future__ import annotations

import math

import pytest
import shapely
from tests.support.squares import home, one, plan_of, square

from blockplan.measure.indicators import trees
from blockplan.measure.missing import lines

VIEW, CANOPY = "trees_in_view", "canopy_share"


def tree(east: float, north: float, **more) -> dict:
    return {"geometry": shapely.Point(east, north), **more}


def building(east: float, north: float, **more) -> dict:
    return {"geometry": square(east, north, 10), **more}


def test_three_trees_near_the_home_are_enough_and_two_are_not() -> None:
    row = [tree(50 + at, 80) for at in (0, 5, 10)]
    found = one(plan_of(parcels=[home(0, 60), home(1000, 40)], trees=row), VIEW)
    assert (found.value, found.affected_residents) == (0.6, 40)
    assert [(place.id, place.value) for place in found.places] == [("P-2", 0)]
    assert one(plan_of(parcels=[home(0, 60)], trees=row[:2]), VIEW).value == 0
    assert one(plan_of(parcels=[home(0, 60)], trees=row[:2]), VIEW, trees_wanted=2).value == 1


@pytest.mark.parametrize(("metres", "share"), [(50.0, 1.0), (50.01, 0.0)])
def test_a_tree_is_seen_up_to_the_distance_of_view(metres: float, share: float) -> None:
    plan = plan_of(parcels=[home(0, 60)], trees=[tree(50, 50 + metres)])
    assert one(plan, VIEW, trees_wanted=1).value == share


def test_a_building_between_hides_the_tree_and_the_own_building_does_not() -> None:
    own = building(45, 45, parcel_id="P-1", dwellings=5)
    seen = plan_of(parcels=[home(0, 60)], buildings=[own], trees=[tree(50, 90)])
    assert one(seen, VIEW, trees_wanted=1).value == 1
    wall = building(45, 70)
    hidden = plan_of(parcels=[home(0, 60)], buildings=[own, wall], trees=[tree(50, 90)])
    assert one(hidden, VIEW, trees_wanted=1).value == 0
    # From a parcel's point, what stands on that point is the home itself.
    unsaid = plan_of(parcels=[home(0, 60)], buildings=[building(45, 45)], trees=[tree(50, 90)])
    assert one(unsaid, VIEW, trees_wanted=1).value == 1


def test_the_home_that_sees_the_fewest_counts_for_every_home() -> None:
    trees = [tree(50 + at, 80) for at in (0, 5, 10)] + [tree(1050, 60)]
    found = one(plan_of(parcels=[home(0, 60), home(1000, 40)], trees=trees), "fewest_trees_in_view")
    assert (found.value, found.affected_residents, [place.id for place in found.places]) == (1, 40, ["P-2"])
    assert one(plan_of(parcels=[home(0, 60)], trees=trees), "fewest_trees_in_view").value == 3


def test_no_layer_of_trees_is_unknown_and_no_tree_is_none() -> None:
    assert lines(one(plan_of(parcels=[home(0, 60)]), VIEW).missing) == ("trees: layer absent",)
    assert one(plan_of(parcels=[home(0, 60)], trees=[]), VIEW).value == 0


def test_canopy_is_counted_once_and_on_planned_land_only() -> None:
    plan = plan_of(
        boundary=[{"geometry": square(0, 0, 200, 100)}],
        areas=[
            {"area_id": "west", "geometry": square(0, 0)},
            {"area_id": "east", "geometry": square(100, 0)},
        ],
        canopy=[
            {"geometry": square(0, 0, 50)},
            {"geometry": square(0, 0, 50, 20)},
            {"geometry": square(190, 0)},
        ],
    )
    found = one(plan, CANOPY)
    assert found.value == pytest.approx((2500 + 1000) / 20_000)
    parts = {part.scope: part.value for part in found.by}
    assert parts == {"area:west": pytest.approx(0.25), "area:east": pytest.approx(0.1)}


def test_crowns_are_circles_of_their_width() -> None:
    boundary = [{"geometry": square(0, 0)}]
    plan = plan_of(boundary=boundary, trees=[tree(50, 50, crown_m=10), tree(20, 20, crown_m=0)])
    assert one(plan, CANOPY).value == pytest.approx(math.pi * 25 / 10_000, rel=0.01)
    unsaid = plan_of(boundary=boundary, trees=[tree(50, 50, crown_m=10), tree(20, 20)])
    assert lines(one(unsaid, CANOPY).missing) == ("trees.crown_m of T-2",)
    drawn = plan_of(boundary=boundary, trees=[tree(20, 20)], canopy=[{"geometry": square(0, 0, 50)}])
    assert one(drawn, CANOPY).value == 0.25


def test_neither_layer_is_unknown() -> None:
    found = one(plan_of(boundary=[{"geometry": square(0, 0)}]), CANOPY)
    assert lines(found.missing) == ("canopy: layer absent", "trees: layer absent")


def test_canopy_that_others_cover_or_that_is_drawn_twice_counts_once() -> None:
    drawn = [square(0, 0, 20), square(0, 0, 20), square(5, 5, 5), square(15, 0, 20), square(60, 60, 10)]
    inside = tree(10, 10, crown_m=4.0)
    plan = plan_of(
        boundary=[{"geometry": square(0, 0)}],
        blocks=[{"block_id": "B", "geometry": square(0, 0, 65)}],
        canopy=[{"geometry": shape} for shape in drawn],
        trees=[inside],
    )
    found = one(plan, CANOPY)
    assert found.value == pytest.approx((35 * 20 + 100) / 10_000, rel=1e-12)
    assert found.by[0].value == pytest.approx((35 * 20 + 25) / 65**2, rel=1e-12)


def test_the_crowns_are_joined_once_while_only_the_planned_land_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join, joined = trees._apart, []
    monkeypatch.setattr(trees, "_apart", lambda shapes: joined.append(len(shapes)) or join(shapes))
    plan = plan_of(boundary=[{"geometry": square(0, 0, 100)}], trees=[tree(50, 50, crown_m=10.0)])
    before = one(plan, CANOPY)
    wider = plan.layer("boundary").set_geometry([square(0, 0, 200, 100)])
    anew = plan.edited({"boundary": wider}, {("boundary", "geometry")})
    assert one(anew, CANOPY).value == pytest.approx(before.value / 2)
    assert joined == [1]
