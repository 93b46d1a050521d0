"""The bound of a layout: true on cases that are solved by hand, and never below a plan."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from benchmarks.synthetic_community import community
from hypothesis import given
from hypothesis import strategies as st

from blockplan.exchange.community import Community, Objectives
from blockplan.propose.layout.problem.case import layout_case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.search.bound import bound_of
from blockplan.propose.layout.search.parcel_centroids import body, width

pytestmark = pytest.mark.long

LIMITS = {"school": 10_000.0}


def case_of(*blocks, schools=1):
    """A community of squares (type, x) of 200 m that needs schools."""
    shapes = np.array([shapely.box(x, 0, x + 200, 200) for _, x in blocks], dtype=object)
    words = [np.array([one] * len(blocks), dtype=object) for one in ("block", "initial")]
    types = np.array([name for name, _ in blocks], dtype=object)
    aims = Objectives(
        diagonal_m=2_000.0,
        shares={},
        counts={"school": schools},
        min_area_m2=LIMITS,
        max_area_m2={"school": 20_000.0},
        min_edge_m={"school": 80.0},
        max_edge_m={"school": 200.0},
    )
    return layout_case(Community(np.arange(len(blocks)), words[0], types, words[1], shapes), aims)


def test_a_home_that_no_school_can_be_near_to_is_not_in_the_bound():
    far = case_of(("residential", 0), ("residential", 2_000), ("feasible", 300))
    assert bound_of(far, LayoutParams()).service == pytest.approx(4 * 0.5)


def test_one_school_between_two_homes_reaches_both_and_beyond_a_kilometre_one():
    near = case_of(("residential", 0), ("residential", 800), ("feasible", 400))
    assert bound_of(near, LayoutParams()).service == pytest.approx(4 * 1.0)
    apart = case_of(("residential", 0), ("residential", 1_100), ("feasible", 300), ("feasible", 800))
    assert bound_of(apart, LayoutParams()).service == pytest.approx(4 * 0.5)


def test_green_beyond_300_m_of_vacant_land_is_not_in_the_bound():
    far = case_of(("residential", 0), ("feasible", 400))
    # Of 200 m of the home, 100 lie within 300 m of the vacant block.
    assert bound_of(far, LayoutParams()).ecology == pytest.approx(0.5, abs=0.01)


@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_the_centroid_of_any_part_lies_in_the_body_of_its_area(seed, share):
    random = np.random.default_rng(seed)
    block = shapely.MultiPoint(random.uniform(0, 100, (6, 2))).convex_hull
    cut = shapely.affinity.rotate(
        shapely.box(-200, -200, random.uniform(0, 100), 200), random.uniform(0, 360)
    )
    part = block.intersection(cut)
    if part.area < share * block.area or part.is_empty:
        return
    here = body(block, share * block.area)
    assert here is not None
    assert here.buffer(1e-3).contains(part.centroid)


def test_a_block_smaller_than_the_area_has_no_body():
    assert body(shapely.box(0, 0, 10, 10), 101.0) is None


def test_the_width_of_a_turned_strip_is_its_short_side():
    assert width(shapely.affinity.rotate(shapely.box(0, 0, 400, 85), 33)) == pytest.approx(85)


def test_leaving_out_slanted_cuts_never_raises_the_bound():
    case = layout_case(*community(4, 4, seed=3))
    strict, wide = (bound_of(case, LayoutParams(), wide=one) for one in (False, True))
    assert wide.total <= strict.total + 1e-9


def test_weights_by_area_have_a_bound_too():
    case = layout_case(*community(4, 4, seed=3))
    by_area = bound_of(case, LayoutParams(home_weight=0.0, home_weight_m2=1.0))
    assert 0 < by_area.service <= 4 * 1.05
