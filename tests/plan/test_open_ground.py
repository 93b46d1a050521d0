"""Ground that nothing covers: sums over squares find what one union finds."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from blockplan.plan.validity import open_ground as module
from blockplan.plan.validity.open_ground import open_ground

GROUND = shapely.Polygon(
    [(0, 0), (1000, 20), (980, 1010), (-15, 990)], [[(300, 300), (310, 420), (420, 400)]]
)


def _shapes(random: np.random.Generator, n: int = 24) -> np.ndarray:
    """Cells of a crooked grid, some of them left out, some too large, some turned into two."""
    points = random.uniform(-9, 9, (n + 1, n + 1, 2)) + np.stack(
        np.meshgrid(np.linspace(-20, 1010, n + 1), np.linspace(-20, 1015, n + 1)), axis=-1
    )
    cells = [
        shapely.Polygon([points[i, j], points[i, j + 1], points[i + 1, j + 1], points[i + 1, j]])
        for i in range(n)
        for j in range(n)
    ]
    kept = [one for one in cells if random.random() > 0.01]
    return np.array(kept, dtype=object)


@pytest.mark.parametrize("seed", range(6))
def test_open_ground_is_what_one_union_leaves(seed: int, monkeypatch) -> None:
    monkeypatch.setattr(module, "FEW", 10)
    random = np.random.default_rng(seed)
    shapes = shapely.intersection(_shapes(random), GROUND)
    shapes = shapes[~shapely.is_empty(shapes)]
    wanted = shapely.difference(GROUND, shapely.union_all(shapes))
    assert shapely.area(wanted) > 0
    assert shapely.area(shapely.symmetric_difference(open_ground(GROUND, shapes), wanted)) < 1e-3


def test_a_gap_as_large_as_an_overlap_in_the_same_square_is_found_where_the_overlap_is_told(
    monkeypatch,
) -> None:
    monkeypatch.setattr(module, "FEW", 2)
    ground = shapely.box(0, 0, 40, 10)
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10), shapely.box(20, 0, 40, 10)])
    assert shapely.area(open_ground(ground, shapes)) == 0, "sums alone do not see it"
    told = open_ground(ground, shapes, shapely.intersection(shapes[:1], shapes[1:2]))
    assert shapely.equals(told, shapely.box(15, 0, 20, 10))


def test_nothing_is_open_where_shapes_fit_but_for_their_corners(monkeypatch) -> None:
    monkeypatch.setattr(module, "FEW", 2)
    ground = shapely.box(0, 0, 30, 20)
    shapes = np.array([shapely.box(0, 0, 10, 20), shapely.box(10, 0, 30, 7), shapely.box(10, 7, 30, 20)])
    assert open_ground(ground, shapes).is_empty
    assert shapely.equals(open_ground(ground, shapes[:0]), ground)
