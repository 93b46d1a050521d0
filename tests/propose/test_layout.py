"""The layout engine on an invented community: legal plans, the same seed twice, and what it reports."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from benchmarks.layout_indicators import indicators
from benchmarks.synthetic_community import community, objectives_text
from click.testing import CliRunner

from blockplan.cli import app
from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.community import read_community, write_community
from blockplan.propose.layout.problem.case import layout_case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.score.legal import fronts_m, illegal
from blockplan.propose.layout.score.score import score
from blockplan.propose.layout.score.traffic import traffic
from blockplan.propose.layout.search.demands import unmet_demands
from blockplan.propose.layout.search.draw import edges_of, parcels_of
from blockplan.propose.layout.search.drawing import LOOKS, layout, looks_due, roads_built
from blockplan.propose.layout.search.frame import frames_of, levels, stations, without_holes
from blockplan.propose.layout.search.land import again, empty_layout, field_of, land_of
from blockplan.propose.layout.search.state import (
    AXIS,
    COUNT,
    CUT,
    GREEN,
    JOGS,
    KIND,
    LEVEL,
    MANY_ROWS,
    ROW_CUTS,
    ROW_KINDS,
)
from blockplan.propose.stopping import Stop

pytestmark = pytest.mark.long

#: Little work, and far more time than it takes, so that the clock hurries nobody.
FEW = LayoutParams(chains=2, steps_a_second=25)
STOP = Stop(seconds=300)


@pytest.fixture(scope="module")
def case():
    return layout_case(*community())


@pytest.fixture(scope="module")
def small():
    """A smaller one, for laws that hold on few blocks as on many."""
    return layout_case(*community(4, 3))


@pytest.fixture(scope="module")
def found(case):
    return layout(case, stop=STOP, seed=1, params=FEW)


@pytest.fixture(scope="module")
def found_small(small):
    return layout(small, stop=STOP, seed=1, params=FEW)


def test_the_plan_is_legal_by_the_independent_checker(case, found):
    assert illegal(found.plan, case.initial, case.objectives) == []
    assert not found.missing


def test_the_same_seed_gives_the_same_plan_twice(small, found_small):
    again = layout(small, stop=STOP, seed=1, params=FEW)
    assert again.plan.ids.tolist() == found_small.plan.ids.tolist()
    assert again.plan.types.tolist() == found_small.plan.types.tolist()
    assert all(
        one.equals_exact(two, 0) for one, two in zip(again.plan.shapes, found_small.plan.shapes, strict=True)
    )


def test_the_score_told_is_that_of_the_drawn_plan_and_far_above_doing_nothing(case, found):
    assert found.score == score(found.plan, case.objectives)
    assert found.score.total > score(case.initial, case.objectives).total + 1


def test_the_bound_is_above_the_plan_and_the_gap_is_the_distance(found):
    assert found.bound >= found.score.total
    assert found.gap == pytest.approx((found.bound - found.score.total) / found.score.total)


def test_no_small_green_lies_beside_another_one_in_a_row(case, found):
    field = field_of(case)
    for block in found.layout.blocks[: len(field.polygons)]:
        for q in range(block[MANY_ROWS]):
            kinds = block[KIND + q * ROW_KINDS :][: block[COUNT + q]].tolist()
            assert (GREEN, GREEN) not in pairwise(kinds)


def test_ways_along_streets_reach_no_more_homes_than_straight_lines(case, found):
    told = indicators(found.plan, case.initial)
    assert 0 < told.coverage_streets <= found.score.coverage
    assert told.parcels > len(case.vacant)
    assert told.slimmest <= FEW.slim + 1e-6


def test_what_was_there_stays_with_its_id(case, found):
    stays = (case.initial.kinds == "block") & (case.initial.types != "feasible")
    assert set(case.initial.ids[stays]) <= set(found.plan.ids)
    assert np.unique(found.plan.ids).size == found.plan.ids.size


def test_every_line_ends_at_a_junction_and_no_line_stands_twice(found):
    lines = found.plan.lines("road", "boundary")
    junctions = shapely.get_coordinates(found.plan.shapes[found.plan.kinds == "junction"])
    there = {tuple(np.round(one, 3)) for one in junctions}
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    assert {tuple(np.round(one, 3)) for one in ends} <= there
    assert shapely.length(lines).sum() == pytest.approx(
        shapely.union_all(lines, grid_size=1e-3).length, abs=1
    )


def test_services_and_homes_are_near_rectangles_with_a_front_of_20_m(case, found):
    kept = case.initial.ids[case.initial.types != "feasible"]
    new = (found.plan.kinds == "block") & ~np.isin(found.plan.ids, kept)
    drawn = found.plan.shapes[new & (found.plan.types != "green_s")]
    boxes = np.array([one.minimum_rotated_rectangle for one in drawn], dtype=object)
    assert (shapely.area(drawn) / shapely.area(boxes)).min() >= FEW.fill
    assert fronts_m(found.plan, new).min() >= 20


def test_a_share_of_the_new_edges_stays_unbuilt_and_every_parcel_keeps_a_road(small):
    aims = replace(small.objectives, traffic=1.0, built_share=0.8)
    less = layout(layout_case(small.initial, aims), stop=STOP, seed=1, params=FEW)
    assert not [one for one in illegal(less.plan, small.initial, aims) if one.rule == "front"]
    boundary = less.plan.lines("boundary").size
    assert boundary > 0


def test_edges_are_left_unbuilt_where_traffic_loses_least(case, found):
    parcels = parcels_of(field_of(case), found.layout)
    edges = edges_of(case, parcels)
    some = roads_built(edges, [one.polygon for one in parcels], case.area_m2, 0.8)
    assert int((some.kinds == "boundary").sum()) == edges.inner.sum() - int(0.8 * edges.inner.sum())
    every_fifth = np.ones(edges.shapes.size, bool)
    every_fifth[np.flatnonzero(edges.inner)[::5]] = False
    roads = some.shapes[some.kinds == "road"]
    assert traffic(roads, case.area_m2) >= traffic(edges.shapes[every_fifth], case.area_m2)


def test_a_community_without_vacant_blocks_is_refused(case):
    full = case.initial.types.copy()
    full[full == "feasible"] = "residential"
    with pytest.raises(PlanDataError, match="No block is vacant"):
        layout_case(replace(case.initial, types=full), case.objectives)


def test_no_time_is_refused(case):
    with pytest.raises(UsageError, match="0 seconds are no time"):
        layout(case, stop=Stop(seconds=0))


def test_what_cannot_be_placed_is_told(small):
    aims = replace(small.objectives, min_area_m2={**small.objectives.min_area_m2, "business": 10**6})
    found = layout(layout_case(small.initial, aims), stop=STOP, params=FEW)
    assert found.missing["business"] == aims.counts["business"]


def test_what_the_land_cannot_hold_is_named_before_the_search(small):
    field = field_of(small)
    assert unmet_demands(small, field, land_of(small, field, FEW)) == []
    aims = replace(
        small.objectives,
        counts={**small.objectives.counts, "school": 200},
        min_edge_m={**small.objectives.min_edge_m, "office": 900.0},
    )
    tight = layout_case(small.initial, aims)
    told = {
        one.demand.split(":")[0]: one.amount
        for one in unmet_demands(tight, field, land_of(tight, field, FEW))
    }
    assert told["office"] == aims.counts["office"]
    assert 0 < told["school"] < 200


def test_a_block_that_is_cut_anew_never_has_a_line_beyond_its_last_level():
    from blockplan.propose.layout.search.anneal_kernels import recut

    wide = np.array([shapely.box(0, 0, 700, 600)], dtype=object)
    case = layout_case(*community(2, 2))
    case = replace(case, vacant=wide, vacant_ids=np.array([0]))
    field = field_of(case)
    land = land_of(case, field, FEW)
    state = again(empty_layout(case, land), 5)
    done = 0
    for _ in range(3_000):
        state.blocks[1] = state.blocks[0]
        done += recut(land, state, 1, 0, -1)
        last = land.levels[0, state.blocks[1, AXIS]] - 1
        lines = state.blocks[1, LEVEL : LEVEL + state.blocks[1, MANY_ROWS] + 1]
        assert lines.max() == last
        assert (np.diff(lines) >= 0).all()
    assert done > 500


def test_a_locked_block_stays_vacant(small):
    kept = int(small.vacant_ids[0])
    locked = layout_case(small.initial, small.objectives, [kept])
    found = layout(locked, stop=STOP, params=replace(FEW, steps_a_second=20))
    (at,) = np.flatnonzero((found.plan.ids == kept) & (found.plan.kinds == "block"))
    assert found.plan.types[at] == "feasible"
    with pytest.raises(UsageError, match="Block 99999 cannot be locked: it is not vacant"):
        layout_case(small.initial, small.objectives, [99999])


def test_a_search_along_streets_covers_at_least_as_much_along_streets(small, found_small):
    some = layout(small, stop=STOP, params=replace(FEW, along_streets=True))
    mine, other = (indicators(one.plan, small.initial).coverage_streets for one in (some, found_small))
    assert mine >= other - 0.02


@pytest.mark.parametrize(("depth", "least"), [(30.0, 80.0), (85.0, 80.0), (260.0, 80.0), (700.0, 80.0)])
def test_rows_are_never_less_deep_than_the_least(depth, least):
    at = levels(depth, least)
    assert (at[0], at[-1]) == (0.0, depth)
    assert (at[1:-1] >= least).all()
    assert (depth - at[1:-1] >= least).all()


def test_the_frame_lies_along_the_longest_side_and_turns_back_exactly():
    block = shapely.affinity.rotate(shapely.box(0, 0, 300, 100), 17)
    (frame,) = frames_of(block)
    corners = np.asarray(block.exterior.coords)
    local = frame.local(corners)
    assert np.ptp(local, axis=0) == pytest.approx([300, 100])
    assert frame.world(local) == pytest.approx(corners)


def test_a_block_that_is_no_rectangle_has_a_second_frame_along_its_slanted_side():
    slanted = shapely.Polygon([(0, 0), (300, 0), (240, 200), (0, 200)])
    assert [round(np.degrees(one.angle), 1) for one in frames_of(slanted)] == [0, 106.7]


def test_lines_begin_at_the_corners_of_a_block_so_that_its_arms_become_rectangles():
    arms = shapely.box(0, 0, 300, 200).difference(shapely.box(137, 91, 300, 200))
    assert 91 in levels(200, 80, [0, 91, 200], 50)
    assert 137 in stations(arms, 10, [0, 137, 300])
    assert 140 not in stations(arms, 10, [0, 137, 300])


def test_a_cut_along_a_side_leaves_no_spike_behind():
    from blockplan.propose.layout.search.cut_kernels import clip, outline

    arms = shapely.orient_polygons(shapely.box(0, 0, 300, 200).difference(shapely.box(137, 91, 300, 200)))
    out = np.empty((20, 2))
    n = clip(np.asarray(arms.exterior.coords)[:-1], 6, 0, 137.0, 1.0, out)
    assert sorted(out[:n].tolist()) == [[137, 0], [137, 91], [300, 0], [300, 91]]
    assert outline(out, n) == (2 * (163 + 91), 90)


def test_lines_that_miss_each_other_by_a_little_are_counted(case):
    from blockplan.propose.layout.search.anneal_kernels import settle

    wide = np.array([shapely.box(0, 0, 400, 240)], dtype=object)
    one = replace(case, vacant=wide, vacant_ids=np.array([0]))
    land = land_of(one, field_of(one), FEW)
    state = again(empty_layout(one, land), 1)
    row = state.blocks[0]
    middle = int(np.flatnonzero(field_of(one).levels[0, 0] == 120)[0])
    row[MANY_ROWS], row[LEVEL + 1 : LEVEL + 3] = 2, (middle, land.levels[0, 0] - 1)
    for second, counted in ((10, 0), (12, 1), (20, 0)):
        # Two parcels of green in each row, parted at 150 m and at 150, 180 or 300 m (a step is 15 m).
        row[COUNT : COUNT + 2] = 2
        end = land.rows[land.row_of[0, 0, 0, middle], 1]
        row[CUT : CUT + 3], row[CUT + ROW_CUTS : CUT + ROW_CUTS + 3] = (0, 10, end), (0, second, end)
        assert settle(land, state, 0, 0)
        assert row[JOGS] == counted


def test_a_row_is_cut_only_where_the_cut_is_one_line():
    bay = shapely.box(0, 0, 200, 100).difference(shapely.box(60, 30, 140, 70))
    assert len(without_holes(bay)) == 2
    notched = shapely.box(0, 0, 200, 100).difference(shapely.box(80, 40, 200, 60))
    assert stations(notched, 20).tolist() == [0, 20, 40, 60, 200]


def test_the_command_writes_the_plan_and_tells_the_proposal(case, tmp_path):
    write_community(case.initial, tmp_path / "initial.geojson")
    aims = case.objectives
    (tmp_path / "aims.yaml").write_text(objectives_text(aims), encoding="utf-8")
    out = tmp_path / "plan.geojson"
    call = ["propose", "layout", str(tmp_path / "initial.geojson"), str(tmp_path / "aims.yaml")]
    done = CliRunner().invoke(
        app, [*call, "--out", str(out), "--seconds", "15", "--json"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert {
        "kind",
        "objective",
        "parts",
        "bound",
        "gap",
        "proved",
        "seconds",
        "seed",
        "changes",
        "unmet",
    } <= set(told)
    assert told["legal"]
    plan = read_community(out)
    assert score(plan, aims).total == pytest.approx(told["objective"])
    assert sum(told["parts"].values()) == pytest.approx(told["objective"])


def test_a_search_is_hurried_only_when_it_falls_far_behind_and_is_done_with_its_time():
    assert looks_due(0.0, 10.0) == looks_due(5.0, 10.0) == 0
    assert looks_due(7.5, 10.0) == LOOKS // 2
    assert looks_due(10.0, 10.0) == looks_due(0.0, 0.0) == LOOKS
