"""Figures of shape, checked by hand on a block of 200 m x 100 m."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from benchmarks.layout_shape import shapes_of

from blockplan.exchange.community import Community

BLOCK = shapely.box(0, 0, 200, 100)


def community_of(parcels, types, lines=()):
    shapes = np.array([*parcels, *lines], dtype=object)
    kinds = ["block"] * len(parcels) + ["line"] * len(lines)
    names = [*types, *["road"] * len(lines)]
    words = [np.array(one, dtype=object) for one in (kinds, names, ["initial"] * len(names))]
    return Community(np.arange(shapes.size) + 10 * (types[0] != "feasible"), *words, shapes)


BEFORE = community_of([BLOCK], ["feasible"], [BLOCK.exterior])


def figures(*parcels, lines=()):
    return shapes_of(community_of(parcels, ["green_s"] * len(parcels), [BLOCK.exterior, *lines]), BEFORE)


def test_two_squares_are_rectangles_without_dog_legs_or_slivers():
    found = figures(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    assert (found.rectangles, found.straight, found.fronted, found.slivers) == (1, 1, 1, 0)
    assert found.least_angle_deg == pytest.approx(90)
    assert found.lines_m == pytest.approx(100, abs=0.1)


def test_a_dog_leg_and_the_parcel_in_its_bend_are_told_apart():
    bend = shapely.box(100, 50, 200, 100)
    found = figures(BLOCK.difference(bend), bend)
    assert (found.rectangles, found.straight) == (0.5, 0.5)
    assert found.least_cut_angle_deg == pytest.approx(90)


def test_a_needle_that_a_cut_makes_is_told_with_its_angle():
    needle = shapely.Polygon([(0, 0), (200, 0), (200, 100)])
    found = figures(needle, BLOCK.difference(needle))
    # The tips lie at corners that the block had: what was cut there is no new corner.
    assert found.least_angle_deg == pytest.approx(np.degrees(np.arctan2(100, 200)))
    assert found.least_cut_angle_deg is None
    cut = shapely.Polygon([(0, 0), (100, 0), (150, 100), (0, 100)])
    assert figures(cut, BLOCK.difference(cut)).least_cut_angle_deg == pytest.approx(63.435, abs=1e-3)


def test_a_strip_of_15_m_is_a_sliver_and_a_parcel_behind_it_has_no_front():
    ring = [
        shapely.box(0, 0, 200, 15),
        shapely.box(0, 15, 30, 100),
        shapely.box(170, 15, 200, 100),
        shapely.box(30, 70, 170, 100),
        shapely.box(30, 15, 170, 70),
    ]
    found = figures(*ring)
    assert found.slivers == 1
    assert found.fronted == pytest.approx(4 / 5)
    road = shapely.LineString([(30, 15), (30, 70)])
    assert figures(*ring, lines=[road]).fronted == 1


def test_a_plan_that_draws_nothing_has_no_shape():
    assert shapes_of(BEFORE, BEFORE).rectangles is None
