"""Belt, cores and axis."""

from __future__ import annotations

import pytest
import shapely
from tests.support.squares import one, plan_of, square

from blockplan.measure.missing import lines

AREAS = [
    {"area_id": "rd", "geometry": square(0, 1000, 1000)},
    {"area_id": "life", "geometry": shapely.MultiPolygon([square(0, 0, 400), square(0, 450, 400)])},
]


def structure(role: str, *points: tuple[float, float], **more: object) -> dict:
    shape = shapely.Point(points[0]) if len(points) == 1 else shapely.LineString(points)
    return {"role": role, "geometry": shape, **more}


def test_the_belt_is_as_long_as_its_line_and_says_where_it_leads() -> None:
    belt = structure("belt", (500, 1500), (500, 500), (500, -3500))
    found = one(plan_of(structure=[belt, structure("axis", (0, 0), (1, 0))], areas=AREAS), "belt_length")
    assert found.value == 5.0
    assert (found.definition["from"], found.definition["to"]) == ("north", "south")
    assert found.definition["bearing_deg"] == 180.0
    assert found.definition["area_distance_m"] == {"rd": 0.0, "life": 100.0}
    assert found.counted == {"structure": ("S-1",)}


def test_a_belt_in_pieces_is_their_sum() -> None:
    rows = [structure("belt", (0, 0), (1000, 0)), structure("belt", (1000, 0), (3000, 0))]
    found = one(plan_of(structure=rows), "belt_length")
    assert (found.value, found.definition["pieces"], found.definition["to"]) == (3.0, 1, "east")
    assert [part.value for part in found.by] == [1.0, 2.0]


def test_no_belt_is_a_measured_zero_and_no_layer_is_unknown() -> None:
    assert one(plan_of(structure=[structure("axis", (0, 0), (1, 0))]), "belt_length").value == 0
    assert lines(one(plan_of(), "belt_length").missing) == ("structure: layer absent",)


def test_cores_count_inside_the_area_that_they_name() -> None:
    rows = [
        structure("core", (500, 1500), area_id="rd"),
        structure("core", (500, 1600), area_id="life"),
        structure("core", (100, 500)),
    ]
    found = one(plan_of(structure=rows, areas=AREAS), "cores_in_areas")
    assert found.value == 2
    assert [place.id for place in found.places] == ["S-2"]
    assert found.definition["one_to_one"] is False


def test_one_core_in_each_area_is_one_to_one() -> None:
    rows = [structure("core", (500, 1500), area_id="rd"), structure("core", (100, 100), area_id="life")]
    assert one(plan_of(structure=rows, areas=AREAS), "cores_in_areas").definition["one_to_one"] is True


def test_a_core_of_an_area_that_does_not_exist_is_outside() -> None:
    rows = [structure("core", (500, 1500), area_id="gone")]
    assert one(plan_of(structure=rows, areas=AREAS), "cores_in_areas").value == 0


@pytest.mark.parametrize(("limit_m", "areas"), [(0, 1), (99.9, 1), (100, 2)])
def test_the_axis_touches_areas_within_the_limit(limit_m: float, areas: int) -> None:
    plan = plan_of(structure=[structure("axis", (500, 0), (500, 2000))], areas=AREAS)
    found = one(plan, "axis_touches_areas", axis_touch_m=limit_m)
    assert found.value == areas
    assert found.definition["area_distance_m"] == {"rd": 0.0, "life": 100.0}
