"""A layout keeps to its time, ends at Ctrl-C wherever it is, and says where demands contradict themselves."""

from __future__ import annotations

import signal
from dataclasses import replace

import numpy as np
import pytest
import shapely
from benchmarks.synthetic_community import community
from tests.support.layouts import breaches_not_told, drawn
from tests.support.odd_communities import many, notched

from blockplan.propose.layout.problem.case import layout_case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.search.bound import bound_of
from blockplan.propose.layout.search.drawing import layout
from blockplan.propose.layout.search.frame import clip
from blockplan.propose.layout.search.land import ROWS_A_SECOND, field_of
from blockplan.propose.stopping import Clock, Stop, interruptible

pytestmark = pytest.mark.long

#: A clock on which all time has gone.
OVER = Clock(Stop(seconds=1e-9))


@pytest.mark.parametrize("seed", range(4))
def test_communities_with_notched_blocks_are_drawn_soundly(seed):
    case, found = drawn(*notched(3, 3, seed), seed=seed + 1)
    assert breaches_not_told(case, found) == []


def test_parcels_whose_corners_lie_picometres_apart_are_not_taken_for_overlapping():
    case, found = drawn(*notched(3, 4, 113), seed=113)
    assert breaches_not_told(case, found) == []


def test_a_clip_has_the_area_of_the_intersection_for_any_notched_block():
    random = np.random.default_rng(5)
    for _ in range(200):
        block = shapely.box(0, 0, 100, 100)
        for x, y, wide, deep in random.integers(0, 10, (3, 4)) * 10.0:
            rest = block.difference(shapely.box(x, y, x + wide + 10, y + deep + 10))
            block = rest if rest.geom_type == "Polygon" and not rest.interiors else block
        low, high = sorted(random.integers(0, 11, 2) * 10.0)
        part = clip(block, -1, low, 101, high + 1)
        assert part.is_valid
        assert part.area == pytest.approx(block.intersection(shapely.box(-1, low, 101, high + 1)).area)


def test_when_time_is_over_the_loose_bound_serves():
    case = layout_case(*community(4, 4, seed=2))
    tight, loose = bound_of(case, LayoutParams()), bound_of(case, LayoutParams(), clock=OVER)
    assert np.isfinite(loose.total)
    assert tight.total <= loose.total + 1e-9


def test_when_time_is_over_a_block_has_one_row():
    case = layout_case(*community(4, 4, seed=2))
    field = field_of(case, clock=OVER)
    assert len(field.rows) == len(field.levels)


def test_hundreds_of_blocks_are_drawn_up_only_as_finely_as_there_is_time_for():
    case = layout_case(*many())
    field = field_of(case, clock=Clock(Stop(seconds=4)))
    assert len(field.rows) <= ROWS_A_SECOND * 4


@pytest.mark.parametrize("proving", [True, False])
def test_ctrl_c_before_the_first_step_leaves_a_sound_plan(proving):
    case = layout_case(*community(3, 3, seed=4))
    with interruptible():
        signal.raise_signal(signal.SIGINT)
        found = layout(case, stop=Stop(seconds=600), params=LayoutParams(chains=1), proving=proving)
    assert found.ended == "interrupted"
    assert breaches_not_told(case, found) == []


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (
            {
                "min_edge_m": {"school": 80.0},
                "max_area_m2": {"school": 3000.0},
                "min_area_m2": {"school": 900.0},
            },
            "school: contradicts itself: with edges of at least 80 m a parcel has 4,480 m² or more, "
            "and 3,000 m² are the most",
        ),
        (
            {"min_area_m2": {"school": 9000.0}, "max_area_m2": {"school": 3000.0}},
            "school: contradicts itself: at least 9,000 m² and at most 3,000 m²",
        ),
        (
            {
                "min_area_m2": {"school": 9000.0},
                "max_edge_m": {"school": 50.0},
                "min_edge_m": {"school": 10.0},
            },
            "school: contradicts itself: with edges of at most 50 m a parcel has 2,500 m² or less, "
            "and 9,000 m² are the least",
        ),
    ],
)
def test_limits_that_contradict_themselves_are_named_as_such(limits, said):
    initial, aims = community(3, 3, seed=4)
    changed = {key: {**getattr(aims, key), **value} for key, value in limits.items()}
    aims = replace(aims, counts={**aims.counts, "school": 20}, **changed)
    _, found = drawn(initial, aims)
    named = [one.demand for one in found.unmet if one.demand.startswith("school")]
    assert named == [said]
