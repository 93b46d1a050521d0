"""A real city: the kernels against scipy, and edits against full runs."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.edge_table import read_edges
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from blockplan.network.core import compile_edges
from blockplan.network.edits import LiveNearest
from blockplan.network.floods import keep_balls
from blockplan.network.graph import nearest as by_scipy
from blockplan.network.nearest import nearest
from blockplan.network.sums import sum_nodes

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def city(shared):
    return read_edges(shared / "moscow-roads").largest_part()


@pytest.fixture(scope="module")
def entrances(city):
    return np.random.default_rng(1).choice(city.nodes, 4000, replace=False).astype(np.int32)


def test_the_city_is_the_one_that_is_described(city) -> None:
    assert (city.nodes, len(city.start)) == (404_060, 442_910)
    # Of three nodes two are bends.
    assert city.compiled.anchors == 98_674


@pytest.mark.parametrize("limit", [50_000, None])
def test_scipy_finds_the_same_distances(city, entrances, limit) -> None:
    found = nearest(city.compiled, entrances, limit)
    np.testing.assert_array_equal(found, by_scipy(city.csr, entrances, np.zeros(4000, dtype=np.int32), limit))


def test_scipy_finds_the_same_sums_around_some_nodes(city) -> None:
    places = np.random.default_rng(2).choice(city.nodes, 40, replace=False)
    values = np.random.default_rng(3).integers(0, 10, city.nodes).astype(float)
    size, lengths = city.nodes, np.rint(city.length_m * 100)
    graph = coo_array((lengths, (city.start, city.end)), shape=(size, size)).tocsr()
    away = [dijkstra(graph, directed=False, indices=place, limit=80_000) for place in places]
    expected = [values[np.isfinite(cm)].sum() for cm in away]
    assert sum_nodes(city.compiled, values, 80_000, places=places).tolist() == expected


@pytest.mark.long
def test_kept_balls_are_small_and_give_the_same_sums(city) -> None:
    values = np.random.default_rng(3).integers(0, 10, city.nodes).astype(float)
    balls = keep_balls(city.compiled, 30_000, threads=2)
    np.testing.assert_array_equal(balls.sums(values), sum_nodes(city.compiled, values, 30_000, threads=2))
    # Written out, the nodes alone would take four bytes each.
    assert balls.megabytes < 0.6 * balls.counts().sum() * 4 / 1e6


def test_a_hundred_edits_end_where_a_full_run_does(city, entrances) -> None:
    random = np.random.default_rng(4)
    live = LiveNearest(city.compiled, entrances, 50_000)
    closed = random.choice(len(city.start), 50, replace=False)
    new = random.choice(city.nodes, 50, replace=False)
    for edge, node, gone in zip(closed, new, entrances[:50], strict=True):
        live.set_edge(int(city.start[edge]), int(city.end[edge]), None)
        live.add_source(int(node))
        live.remove_source(int(gone))
    kept = np.ones(len(city.start), dtype=bool)
    kept[closed] = False
    graph = compile_edges(city.start[kept], city.end[kept], city.length_m[kept], xy=city.xy)
    np.testing.assert_array_equal(live.cm, nearest(graph, np.concatenate([entrances[50:], new]), 50_000))
