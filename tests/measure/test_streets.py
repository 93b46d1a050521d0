"""Streets: density, spacing and crossings of grids that can be counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
from tests.support.squares import one, plan_of, square

from blockplan.errors import UsageError
from blockplan.measure.indicators import streets
from blockplan.measure.missing import lines
from blockplan.plan.model.recall import Recall, recalling

if TYPE_CHECKING:
    from blockplan.plan import Plan

BOUNDARY = [{"geometry": square(0, 0, 1000)}]
STREETS = [
    {"class": "local", "geometry": shapely.LineString(spots)}
    for spots in [
        [(0, 0), (1000, 0)], [(0, 0), (0, 1000)], [(300, 0), (300, 1000)], [(600, 0), (600, 1000)],
        [(0, 1000), (1000, 1000)], [(0, 500), (1000, 500)],
    ]
]  # fmt: skip


def street(*spots: tuple[float, float], **more: object) -> dict:
    return {"class": "local", "geometry": shapely.LineString(spots), **more}


def grid(spacing: int, side: int = 1000, **more: object) -> list[dict]:
    """Streets in both directions at half a spacing from the edge, and so on."""
    at = range(spacing // 2, side, spacing)
    return [
        *(street((east, 0), (east, side), **more) for east in at),
        *(street((0, north), (side, north), **more) for north in at),
    ]


@pytest.mark.parametrize(("spacing", "density"), [(250, 8), (200, 10), (500, 4)])
def test_a_square_grid_has_two_kilometres_of_street_for_every_spacing(spacing: int, density: float) -> None:
    plan = plan_of(boundary=BOUNDARY, streets=grid(spacing))
    assert one(plan, "street_density").value == pytest.approx(density)
    assert one(plan, "street_spacing").value == pytest.approx(spacing)


def test_a_street_between_two_areas_counts_half_for_each_and_one_outside_whole() -> None:
    areas = [
        {"area_id": "w", "geometry": square(0, 0, 500, 1000)},
        {"area_id": "e", "geometry": square(500, 0, 500, 1000)},
    ]
    streets = [street((500, 0), (500, 1000)), street((0, 0), (0, 1000)), street((2000, 0), (2000, 1000))]
    by = {
        p.scope: p.value
        for p in one(plan_of(boundary=BOUNDARY, areas=areas, streets=streets), "street_density").by
    }
    assert (by["area:w"], by["area:e"], by["local"]) == (pytest.approx(3), pytest.approx(1), pytest.approx(2))


def test_only_beside_a_corner_of_the_outer_edge_that_moved_are_streets_counted_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def in_three_areas(corner: tuple[float, float]) -> Plan:
        east = shapely.Polygon([(600, 0), (1000, 0), corner, (600, 1000)])
        areas = [
            {"area_id": "w", "geometry": west},
            {"area_id": "m", "geometry": middle},
            {"area_id": "e", "geometry": east},
        ]
        return plan_of(boundary=BOUNDARY, areas=areas, streets=STREETS)

    west, middle = square(0, 0, 300, 1000), square(300, 0, 300, 1000)
    count, counted = streets._counting_m, []
    monkeypatch.setattr(
        streets, "_counting_m", lambda lines, land, outer: counted.append(land) or count(lines, land, outer)
    )
    recall = Recall()
    with recalling(recall):
        one(in_three_areas((1000, 1000)), "street_density")
    counted.clear()
    moved = in_three_areas((1000, 1100))
    with recalling(recall):
        again = one(moved, "street_density")
    assert not any(land is west for land in counted)
    assert any(land is middle for land in counted)
    assert again.by == one(in_three_areas((1000, 1100)), "street_density").by


def test_a_living_circle_has_a_density_of_its_own() -> None:
    plan = plan_of(
        boundary=BOUNDARY, streets=grid(200), circles=[{"tier": "10", "geometry": square(400, 400, 200)}]
    )
    by = {part.scope: part.value for part in one(plan, "street_density").by}
    assert by["circle:C-1"] == pytest.approx(10)


def test_an_area_without_streets_has_no_spacing_and_says_why() -> None:
    areas = [
        {"area_id": "w", "geometry": square(0, 0, 100)},
        {"area_id": "e", "geometry": square(900, 0, 100)},
    ]
    plan = plan_of(boundary=BOUNDARY, areas=areas, streets=[street((50, 0), (50, 1000))])
    west, east = (part for part in one(plan, "street_spacing").by if part.scope.startswith("area:"))
    assert west.value == pytest.approx(200)
    assert (east.value, lines(east.missing)) == (None, ("area:e: no geometry, or no street there",))
    assert one(plan_of(boundary=BOUNDARY, streets=[]), "street_spacing").value is None
    assert one(plan_of(boundary=BOUNDARY, streets=[]), "street_density").value == 0


def test_crossings_are_nodes_of_three_legs_and_more() -> None:
    # Four crossings of a 2 x 2 grid; the ends at the edge are no crossings.
    assert one(plan_of(boundary=BOUNDARY, streets=grid(500)), "intersection_density").value == 4
    tee = [street((0, 500), (1000, 500)), street((500, 500), (500, 1000))]
    assert one(plan_of(boundary=BOUNDARY, streets=tee), "intersection_density").value == 1
    assert one(plan_of(boundary=BOUNDARY, streets=tee), "intersection_density", legs=4).value == 0


def test_a_staggered_crossing_is_one() -> None:
    staggered = [
        street((0, 500), (1000, 500)),
        street((500, 500), (500, 1000)),
        street((510, 0), (510, 500)),
        street((900, 500), (900, 1000)),
    ]
    assert one(plan_of(boundary=BOUNDARY, streets=staggered), "intersection_density").value == 2


def test_streets_to_walk_and_to_drive_make_different_crossings() -> None:
    streets = [
        street((0, 500), (1000, 500)),
        street((500, 0), (500, 1000), **{"class": "path", "drive": False}),
    ]
    plan = plan_of(boundary=BOUNDARY, streets=streets)
    assert one(plan, "intersection_density").value == 1
    assert one(plan, "intersection_density", intersection_of="drive").value == 0
    bridge = [streets[0], street((500, 0), (500, 1000), level=1.0)]
    assert one(plan_of(boundary=BOUNDARY, streets=bridge), "intersection_density").value == 0


def test_another_network_than_walk_or_drive_is_refused() -> None:
    with pytest.raises(UsageError, match=r"intersection_of is 'fly'.*has to be 'walk' or 'drive'"):
        one(plan_of(boundary=BOUNDARY, streets=[]), "intersection_density", intersection_of="fly")
