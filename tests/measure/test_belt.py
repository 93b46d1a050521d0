"""The belt, and venues along the axis: three areas of 1 ha from north to south, a belt of 1,000 m beside."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import one, plan_of, square

from blockplan.measure.missing import lines

AREAS = [
    {"area_id": "north", "geometry": square(0, 900)},
    {"area_id": "middle", "geometry": square(0, 500)},
    {"area_id": "south", "geometry": square(0, 0)},
]


def line(role: str, *points: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"role": role, "geometry": shapely.LineString(points), **more}


BELT = line("belt", (150, 1000), (150, 0))


def street(*points: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"class": "path", "geometry": shapely.LineString(points), **more}


def by(found: Any) -> dict[str, float | None]:
    return {part.scope: part.value for part in found.by}


@pytest.mark.parametrize(("limit", "linked"), [(50, 3), (49, 0)])
def test_the_belt_links_the_areas_that_it_passes_near(limit: float, linked: int) -> None:
    found = one(plan_of(structure=[BELT], areas=AREAS), "belt_links_areas", belt_link_m=limit)
    assert found.value == linked


@pytest.mark.parametrize(
    ("points", "share", "order"),
    [
        ([(150, 1000), (150, 0)], 1.0, ["north", "middle", "south"]),
        ([(150, 0), (150, 1000)], 0.0, ["south", "middle", "north"]),
        # From the middle up and round to the south: one step north, one south.
        ([(50, 550), (150, 950), (300, 950), (300, 50), (50, 50)], 0.5, ["middle", "north", "south"]),
    ],
)
def test_the_order_of_the_belt_is_that_in_which_it_comes_to_the_areas(
    points: list[tuple[float, float]], share: float, order: list[str]
) -> None:
    found = one(plan_of(structure=[line("belt", *points)], areas=AREAS), "belt_southward")
    assert (found.value, found.definition["order"]) == (share, order)


def test_no_belt_or_one_area_has_no_order() -> None:
    assert lines(one(plan_of(structure=[], areas=AREAS), "belt_southward").missing) == (
        "structure: no belt is drawn",
    )
    assert one(plan_of(structure=[BELT], areas=AREAS[:1]), "belt_southward").value is None
    assert one(plan_of(structure=[], areas=AREAS), "belt_links_areas").value == 0


def test_a_belt_is_walkable_beside_streets_and_paths_that_one_may_walk_on() -> None:
    streets = [
        street((160, 1000), (160, 600)),  # 10 m beside it: walked from 1,000 down to 600, and 17.32 m further
        street((150, 400), (150, 0), walk=False),
        street((150, 400), (150, 0), barrier="expressway"),
        street((150, 200), (150, 0)),  # and 20 m beyond its end
    ]
    plan = plan_of(structure=[BELT], streets=streets)
    bare = (600 - 300**0.5) - 220
    assert one(plan, "belt_walkable_share").value == pytest.approx(1 - bare / 1000, abs=1e-3)
    found = one(plan, "belt_longest_gap")
    assert found.value == pytest.approx(bare, abs=1)
    assert found.definition["gaps"] == 1
    assert one(plan_of(structure=[BELT], streets=[]), "belt_longest_gap").value == pytest.approx(1000)


def test_the_gap_between_two_pieces_of_the_belt_counts() -> None:
    pieces = [line("belt", (0, 1000), (0, 600)), line("belt", (0, 300), (0, 0))]
    found = one(plan_of(structure=pieces, streets=[street((0, 1000), (0, 0))]), "belt_longest_gap")
    assert (found.value, found.definition["pieces"]) == (300, 2)


def test_the_widest_break_is_found_among_many_pieces_in_any_order() -> None:
    # Breaks of 10, 300 and 10 m: each piece has a near neighbour, and still 300 m have to be bridged.
    ends = [(1000, 900), (890, 700), (400, 200), (190, 0)]
    pieces = [line("belt", (0, top), (0, low)) for top, low in ends]
    walked = [street((0, 1000), (0, 0))]
    for rows in (pieces, pieces[::-1]):
        plan = plan_of(structure=rows, streets=walked, areas=AREAS)
        assert one(plan, "belt_longest_gap").value == 300
        assert one(plan, "belt_southward").definition["order"] == ["north", "middle", "south"]


def offices(east: float, floor: float, **more: Any) -> dict[str, Any]:
    return {"land_use": "0902", "floor_area_m2": floor, "geometry": square(east, 0), **more}


def test_floor_area_jobs_and_destinations_beside_the_belt_are_told_near_and_far() -> None:
    # Middles of the parcels stand 250, 500 and 501 m from the belt.
    plan = plan_of(
        structure=[BELT],
        parcels=[offices(350, 3000, jobs=10), offices(600, 600), offices(601, 90)],
        facilities=[
            {"service": "library", "geometry": shapely.Point(400, 0)},
            {"service": "police", "geometry": shapely.Point(150, 0)},
            {"service": "market", "geometry": shapely.Point(650, 0)},
        ],
        programmes=[{"kind": "exchange_venue", "geometry": shapely.Point(150, 500)}],
    )
    assert by(one(plan, "belt_floor_area")) == {"within_250m": 3000, "within_500m": 3600}
    assert by(one(plan, "belt_jobs")) == {"within_250m": 10, "within_500m": 30}
    assert by(one(plan, "belt_destinations")) == {"within_250m": 2, "within_500m": 3}
    assert one(plan, "belt_floor_area").definition["share"] == pytest.approx(3000 / 3690)


def test_the_belt_with_a_width_is_the_planned_land_on_both_sides() -> None:
    plan = plan_of(
        structure=[line("belt", (0, 50), (1000, 50))], boundary=[{"geometry": square(200, 0, 400, 400)}]
    )
    # 400 m of belt, 50 m to the south edge, 100 m to the north.
    found = one(plan, "belt_buffer", belt_buffer_m=100)
    assert found.value == pytest.approx(400 * 150 / 10_000)
    assert found.definition["share_of_planned_land"] == pytest.approx(150 / 400)


def test_venues_along_the_axis_are_those_within_its_distance() -> None:
    plan = plan_of(
        structure=[line("axis", (0, 0), (0, 1000))],
        facilities=[
            {"service": "culture", "geometry": shapely.Point(300, 500)},
            {"service": "culture", "geometry": shapely.Point(300.02, 500)},
            {"service": "clinic", "geometry": shapely.Point(0, 500)},
        ],
        programmes=[{"kind": "exchange_venue", "geometry": shapely.Point(10, 500)}],
    )
    found = one(plan, "axis_venues")
    assert found.value == 2
    assert by(found) == {"culture": 1, "exchange_venue": 1}
    assert found.definition["within"] == {"F-1": 300.0, "P-1": 10.0}
    assert one(plan_of(structure=[], facilities=[], programmes=[]), "axis_venues").value == 0
    assert lines(one(plan_of(structure=[], facilities=[]), "axis_venues").missing) == (
        "programmes: layer absent",
    )


def test_a_place_of_no_stated_kind_leaves_venues_unknown_only_within_their_distance() -> None:
    layers: dict[str, Any] = {
        "structure": [
            line("axis", (0, 0), (0, 1000)),
            {**BELT, "geometry": line("", (0, 0), (0, 1000))["geometry"]},
        ],
        "facilities": [
            {"service": "culture", "geometry": shapely.Point(100, 500)},
            {"service": None, "geometry": shapely.Point(400, 500)},
        ],
        "programmes": [{"kind": None, "geometry": shapely.Point(900, 500)}],
    }
    assert one(plan_of(**layers), "axis_venues").value == 1
    destinations = one(plan_of(**layers), "belt_destinations")
    assert by(destinations) == {"within_250m": 1, "within_500m": None}
    assert destinations.value == 1
    assert [part.ends for part in destinations.by] == [None, (1, 2)]
    layers["programmes"] = [{"kind": None, "geometry": shapely.Point(300, 500)}]
    near = one(plan_of(**layers), "axis_venues")
    assert (near.value, near.ends, lines(near.missing)) == (None, (1, 2), ("programmes.kind of P-1",))


def test_a_venue_that_is_drawn_nowhere_may_lie_along_the_axis() -> None:
    found = one(
        plan_of(
            structure=[line("axis", (0, 0), (0, 1000))],
            facilities=[{"service": "culture", "geometry": None}],
            programmes=[],
        ),
        "axis_venues",
    )
    assert (found.value, found.ends) == (None, (0, 1))
    assert lines(found.missing) == ("facilities.geometry of F-1",)
