"""Searches against brute force, and the laws that any walking distance keeps."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.grids import LINES, POINTS, grid_lines
from tests.support.streets import streets_of

from blockplan.network import at_joins, join, walk, walking
from blockplan.network import nearest as compiled
from blockplan.network.graph import at_nodes, nearest, sparse

GRAPHS = st.integers(2, 9).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(
            st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.integers(0, 900)),
            min_size=1, max_size=18,
        ),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, 300)), min_size=1, max_size=4),
    )
)  # fmt: skip


def brute_force(size: int, edges: list, sources: list) -> list[float]:
    """Every pair of nodes by Floyd and Warshall, then the best source."""
    away = [[0.0 if i == j else math.inf for j in range(size)] for i in range(size)]
    for i, j, length in edges:
        away[i][j] = away[j][i] = min(away[i][j], float(length))
    for k, i, j in itertools.product(range(size), repeat=3):
        away[i][j] = min(away[i][j], away[i][k] + away[k][j])
    return [min(cost + away[source][node] for source, cost in sources) for node in range(size)]


def search(size: int, edges: list, sources: list, limit: int | None = None) -> np.ndarray:
    start, end, length = (np.array(column, dtype=np.int32) for column in zip(*edges, strict=True))
    nodes, costs = (np.array(column, dtype=np.int32) for column in zip(*sources, strict=True))
    return nearest(sparse(size, start, end, length), nodes, costs, limit)


@given(GRAPHS)
@settings(deadline=None)
def test_the_nearest_source_is_the_one_that_brute_force_finds(case) -> None:
    size, edges, sources = case
    expected = [value if math.isfinite(value) else math.nan for value in brute_force(size, edges, sources)]
    np.testing.assert_array_equal(search(size, edges, sources), expected)


@given(GRAPHS, st.integers(0, 1500))
@settings(deadline=None)
def test_a_limit_leaves_out_what_is_farther_and_changes_nothing_else(case, limit: int) -> None:
    size, edges, sources = case
    whole = search(size, edges, sources)
    np.testing.assert_array_equal(
        search(size, edges, sources, limit), np.where(whole <= limit, whole, np.nan)
    )


@given(GRAPHS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_and_direction_of_edges_do_not_matter(case, random) -> None:
    size, edges, sources = case
    turned = [(j, i, length) if random.random() < 0.5 else (i, j, length) for i, j, length in edges]
    random.shuffle(turned)
    np.testing.assert_array_equal(search(size, turned, sources), search(size, edges, sources))


@given(GRAPHS, st.data())
@settings(deadline=None)
def test_one_more_source_never_lengthens_a_way(case, data) -> None:
    size, edges, sources = case
    added = (data.draw(st.integers(0, size - 1)), 0)
    before, after = search(size, edges, sources), search(size, edges, [*sources, added])
    assert not (np.nan_to_num(after, nan=np.inf) > np.nan_to_num(before, nan=np.inf)).any()


def test_without_sources_nothing_is_reached() -> None:
    empty = np.empty(0, dtype=np.int32)
    one = np.array([0], dtype=np.int32)
    assert np.isnan(nearest(sparse(2, one, one + 1, one + 5), empty, empty)).all()


def distances(lines: list, points: list) -> np.ndarray:
    network = walking(streets_of(*lines))
    joins = join(network, np.array([shapely.Point(at) for at in points], dtype=object))
    first = at_joins(join(network, np.array([shapely.Point(points[0])], dtype=object)))
    return walk(network, joins, first)


@given(LINES, POINTS, st.integers(1, 99))
@example([(100, 0, True, 4), (0, 0, False, 6)], [(0, 0), (411, 411)], 1)  # as near to both streets
@settings(deadline=None)
def test_cutting_a_street_in_two_changes_no_distance(rows, points, percent: int) -> None:
    lines = grid_lines(rows)
    (x1, y1), (x2, y2) = lines[0]
    middle = (x1 + (x2 - x1) * percent / 100, y1 + (y2 - y1) * percent / 100)
    halves = [[(x1, y1), middle], [middle, (x2, y2)], *lines[1:]]
    np.testing.assert_allclose(distances(halves, points), distances(lines, points), atol=0.05)


@pytest.mark.long
@given(LINES, POINTS)
@settings(deadline=None)
def test_reversing_and_reordering_streets_changes_no_distance(rows, points) -> None:
    lines = grid_lines(rows)
    turned = [line[::-1] for line in reversed(lines)]
    np.testing.assert_allclose(distances(turned, points), distances(lines, points), atol=0.02)


@given(LINES, POINTS)
@settings(deadline=None)
def test_a_walk_is_never_shorter_than_the_straight_line(rows, points) -> None:
    found = distances(grid_lines(rows), points)
    straight = np.array([math.dist(points[0], at) for at in points])
    # The first point is its own target and walks to the street and back.
    reached = np.isfinite(found)
    assert (found[reached] + 0.05 >= straight[reached]).all()


@given(LINES, POINTS, st.one_of(st.none(), st.integers(0, 90_000)))
@settings(deadline=None)
def test_both_engines_find_the_same_on_a_plan(rows, points, limit: int | None) -> None:
    network = walking(streets_of(*grid_lines(rows)))
    joins = join(network, np.array([shapely.Point(at) for at in points], dtype=object))
    nodes, costs = network.start[joins.edge], joins.at_cm
    np.testing.assert_array_equal(
        compiled.nearest(network.compiled, nodes, limit, costs_cm=costs),
        nearest(network.csr, nodes, costs, limit),
    )


@pytest.mark.parametrize("worth", [4, 6, 10**9])
def test_scipy_searches_until_loading_the_compiled_search_is_worth_it(monkeypatch, cross, worth: int) -> None:
    network = walking(cross)
    monkeypatch.setattr("blockplan.network.graph.WORTH_LOADING", worth)
    monkeypatch.setattr("blockplan.network.graph._Searched.nodes", 0)
    source, cost = np.array([0], dtype=np.int32), np.array([5], dtype=np.int32)
    engines = []
    for _ in range(3):
        monkeypatch.delitem(sys.modules, "blockplan.network.nearest", raising=False)
        np.testing.assert_array_equal(at_nodes(network, source, cost), nearest(network.csr, source, cost))
        engines.append("compiled" if "compiled" in vars(network) else "scipy")
    # The network has five nodes.
    assert engines == {4: ["scipy", "compiled", "compiled"], 6: ["scipy", "scipy", "compiled"]}.get(
        worth, ["scipy"] * 3
    )


@pytest.mark.long
def test_a_search_on_a_small_plan_does_not_load_numba() -> None:
    script = (
        "import sys, numpy as np, geopandas as gpd, shapely\n"
        "from blockplan.network import at_joins, join, walk, walking\n"
        "from blockplan.plan.model.frames import tidy\n"
        "line = shapely.LineString([(0, 0), (100, 0)])\n"
        "frame, _ = tidy('streets', gpd.GeoDataFrame({'street_id': ['S']}, geometry=[line]))\n"
        "network = walking(frame)\n"
        "place = join(network, np.array([shapely.Point(30, 0)], dtype=object))\n"
        "assert walk(network, place, at_joins(place)).tolist() == [0]\n"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
