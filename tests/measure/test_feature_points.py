"""Distances to the nearest shape, and how far the drawing reaches, beside every pair's distance."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import plan_of, square

from blockplan.measure.distance import data_end as data_end_module
from blockplan.measure.distance.data_end import data_end, depth, end_of
from blockplan.measure.inputs import feature_points
from blockplan.measure.inputs.feature_points import straight
from blockplan.measure.inputs.homes import homes
from blockplan.plan.model.recall import Recall, recalling


def nearest(points: np.ndarray, shapes: np.ndarray) -> list[float]:
    return [min(shapely.distance(point, shapes)) for point in points]


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 30.0, 3000.0]),
    st.sampled_from([2.0, 100.0, 5000.0]),
    st.sampled_from([0, feature_points.PAIRS_OF_POINTS]),
)
def test_no_shape_is_nearer_than_the_one_that_is_found(
    seed: int, apart_m: float, size_m: float, pairs: int
) -> None:
    """Shapes evenly laid or crowded at one place, small or overlapping, and points near and far from them."""
    random = np.random.default_rng(seed)
    x, y = random.normal(0, apart_m, (2, 40))
    wide, high = random.uniform(0, size_m, (2, 40))
    shapes = shapely.box(x, y, x + wide, y + high)
    shapes[::4] = shapely.linestrings(np.stack([x, y, x + wide, y - high], axis=1).reshape(-1, 2, 2))[::4]
    points = shapely.points(random.normal(0, 1000, (60, 2)))
    with mock.patch.object(feature_points, "PAIRS_OF_POINTS", pairs):
        assert straight(points, shapes).tolist() == nearest(points, shapes)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([0, feature_points.PAIRS_OF_POINTS]))
def test_one_long_shape_among_small_ones_is_found_though_its_middle_is_far(
    seed: int, count: int, pairs: int
) -> None:
    random = np.random.default_rng(seed)
    x, y = random.uniform(-5000, 5000, (2, 12 * count))
    wide, high = random.choice([1.0, 20.0, 9000.0], (2, 12 * count), p=[0.5, 0.4, 0.1])
    shapes = shapely.box(x, y, x + wide, y + high)
    points = shapely.points(random.uniform(-6000, 9000, (80, 2)))
    with mock.patch.object(feature_points, "PAIRS_OF_POINTS", pairs):
        assert straight(points, shapes).tolist() == nearest(points, shapes)
        assert straight(points, shapes[:1]).tolist() == nearest(points, shapes[:1])
        middles = shapely.centroid(shapes)
        assert straight(points, middles).tolist() == nearest(points, middles)


def test_what_has_no_place_is_at_no_distance() -> None:
    point, nowhere = shapely.Point(0, 0), shapely.Point()
    shapes = np.array([None, shapely.Polygon(), square(30, 40)], dtype=object)
    found = straight(np.array([point, None, nowhere], dtype=object), shapes)
    assert np.array_equal(found, [50, np.nan, np.nan], equal_nan=True)
    assert np.isnan(straight(np.array([point]), shapes[:2])).all()


@pytest.mark.parametrize("hole", [False, True])
def test_the_least_depth_is_the_least_of_all_homes(hole: bool) -> None:
    random = np.random.default_rng(3)
    edge = shapely.Point(0, 0).buffer(5000, quad_segs=60)
    land = edge - shapely.Point(900, 0).buffer(70) if hole else edge
    spots = random.uniform(-3000, 3000, (400, 2))
    lots = [{"geometry": square(x, y, 10), "residents": 1.0, "land_use": "0701"} for x, y in spots]
    plan = plan_of(boundary=[{"geometry": land}], parcels=lots)
    people = homes(plan)
    deep = np.where(shapely.intersects(land, people.point), shapely.distance(land.boundary, people.point), 0)
    short = np.arange(400) % 3 == 0
    said = data_end(plan, people, ~short, 2500)
    assert said["data_end_m"] == round(deep.min(), 2)
    assert said["homes_short_near_end"] == (short & (deep < 2500)).sum()
    assert end_of(plan, people).depth(np.ones(400, dtype=bool)).tolist() == deep.tolist()


@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(st.integers(0, 47), st.floats(-30, 30)), max_size=4))
def test_the_end_of_a_plan_whose_corners_move_is_as_far_as_when_it_is_asked_afresh(
    seed: int, moves: list[tuple[int, float]]
) -> None:
    random, recall = np.random.default_rng(seed), Recall()
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    corners = 1000 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    hole = shapely.box(-100, -100, 100, 100)
    points = np.asarray(shapely.points(random.uniform(-1100, 1100, (200, 2))), dtype=object)
    for row, by in [(0, 0.0), *moves]:
        corners[row] += by
        land = shapely.difference(shapely.Polygon(corners), hole)
        with recalling(recall):
            found = depth(land, points)
        afresh = np.where(shapely.intersects(land, points), shapely.distance(land.boundary, points), 0.0)
        assert found.tolist() == depth(land, points).tolist() == afresh.tolist()


def test_only_homes_near_a_corner_of_the_plan_that_moved_are_measured_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    metres = data_end_module._metres_from
    monkeypatch.setattr(
        data_end_module,
        "_metres_from",
        lambda points, stretches: asked.append(len(points)) or metres(points, stretches),
    )
    recall, x = Recall(), np.arange(0.0, 1000, 10)
    edge = np.concatenate([np.stack([x, 0 * x], axis=1), [[1000.0, 0.0], [1000.0, 100.0], [0.0, 100.0]]])
    points = np.asarray(shapely.points(x + 5, 40), dtype=object)
    with recalling(recall):
        depth(shapely.Polygon(edge), points)
    edge[50] += [0.0, 1.0]
    with recalling(recall):
        depth(shapely.Polygon(edge), points)
    assert asked[0] == 100
    assert 0 < asked[1] < 20
