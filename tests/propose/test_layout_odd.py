"""The layout engine on invented communities that are odd in one way each, and on random small ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely
from benchmarks.layout_shape import shapes_of
from benchmarks.synthetic_community import community
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.layouts import breaches_not_told, drawn
from tests.support.odd_communities import ODD, many

from blockplan.propose.layout.output.answer import document
from blockplan.propose.layout.score.score import score

pytestmark = pytest.mark.long


@cache
def odd(name):
    """One of the odd communities with its layout, which no test changes."""
    return drawn(*ODD[name]())


@pytest.mark.parametrize("name", [name for name in ODD if name != "many"])
def test_an_odd_community_is_drawn_soundly_and_what_is_short_is_told(name):
    case, found = odd(name)
    assert breaches_not_told(case, found) == []
    assert found.score == score(found.plan, case.objectives)
    told = document(case, found)
    assert told["legal"] or told["unmet"]


@pytest.mark.soak
def test_hundreds_of_blocks_are_drawn_soundly():
    case, found = drawn(*many())
    assert breaches_not_told(case, found) == []


def test_a_vacant_block_that_is_smaller_than_any_parcel_is_named_before_the_search():
    case, found = odd("uneven")
    small = case.vacant_ids[shapely.area(case.vacant) < 500]
    assert [one.demand for one in found.unmet] == [
        f"vacant block {one}: smaller than any parcel may be" for one in small
    ]
    assert document(case, found)["bound"] is None


def test_no_parcel_is_narrower_than_its_least_edge_by_any_reading_of_width():
    case, found = odd("bent")
    for kind, shape in zip(found.plan.types, found.plan.shapes, strict=True):
        if kind in ("school", "office"):
            corners = shapely.get_coordinates(shape.convex_hull)
            sides = np.diff(corners, axis=0)
            normals = np.column_stack([-sides[:, 1], sides[:, 0]])
            wide = np.ptp(corners @ (normals / np.hypot(*sides.T)[:, None]).T, axis=0).min()
            assert wide >= case.objectives.min_edge_m[kind] - 1e-3


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(2, 3), st.integers(2, 3), st.integers(0, 10_000))
def test_small_random_communities_are_drawn_soundly_without_slivers(columns, rows, seed):
    case, found = drawn(*community(columns, rows, seed), seed=seed)
    assert breaches_not_told(case, found) == []
    assert shapes_of(found.plan, case.initial).slivers == 0
