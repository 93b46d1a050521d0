"""Ground that pieces of land have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockplan.measure.inputs.columns import UNIONS_KEPT, union
from blockplan.measure.inputs.neighbours import apart, common_ground, within
from blockplan.plan.model.recall import Recall, recalling

if TYPE_CHECKING:
    from numpy.typing import NDArray

corner = st.integers(0, 12)
triangles = st.lists(st.tuples(*[st.tuples(corner, corner)] * 3), max_size=8)


def land_of(corners: list[Any]) -> NDArray[Any]:
    return np.array([shapely.Polygon(three) for three in corners], dtype=object)


def outline_of(land: NDArray[Any]) -> shapely.Geometry:
    """All ground of the land; GEOS cannot cut with the points and lines that are left of a flat triangle."""
    parts = shapely.get_parts(shapely.make_valid(land))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def area(pieces: NDArray[Any]) -> float:
    return float(shapely.area(pieces).sum())


@given(triangles, triangles)
def test_areas_of_what_lies_apart_add_up_to_that_of_the_outline(one: list[Any], other: list[Any]) -> None:
    first, second = land_of(one), land_of(other)
    whole, beside = (outline_of(some) for some in (first, second))
    assert area(apart(first)) == pytest.approx(whole.area)
    shared = common_ground(apart(first), apart(second))
    assert area(shared) == pytest.approx(whole.intersection(beside).area, abs=1e-9)


def test_parcels_that_touch_stay_as_they_are_and_what_is_no_land_is_left_out() -> None:
    parcels = np.array([shapely.box(at, 0, at + 1, 1) for at in range(4)], dtype=object)
    others = np.array([shapely.Point(0, 0), None, shapely.LineString([(0, 0), (4, 0)])], dtype=object)
    found = apart(np.concatenate([others, parcels]))
    assert all(kept is given for kept, given in zip(found, parcels, strict=True))
    assert len(apart(others)) == 0
    assert len(common_ground(found, apart(others))) == 0


def test_where_edges_run_together_beside_common_ground_only_the_ground_counts_on() -> None:
    hook = shapely.Polygon([(0, 0), (4, 0), (4, 4), (6, 4), (6, 6), (0, 6)])
    beside = shapely.Polygon([(3, 0), (10, 0), (10, 4), (4.5, 4), (4.5, 3), (3, 3)])
    shared = common_ground(np.array([hook]), np.array([beside]))
    assert shapely.get_dimensions(shared).tolist() == [2]
    assert area(common_ground(shared, np.array([shapely.box(0, 0, 10, 2)]))) == 2.0
    assert area(within(shared, shapely.box(0, 0, 10, 1))) == 1.0
    assert shapely.get_type_id(within(np.array([hook]), beside)).tolist() == [3]


def test_land_in_a_session_is_the_same_object_however_much_other_land_was_asked_for() -> None:
    boxes = np.array([shapely.box(at, 0, at + 2, 1) for at in range(2 * UNIONS_KEPT)], dtype=object)
    recall = Recall()
    with recalling(recall):
        first = union(boxes[:2])
        for at in range(1, len(boxes) - 2):
            union(boxes[at : at + 2])
    with recalling(recall):
        assert union(boxes[:2]) is first
