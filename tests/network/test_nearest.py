"""The bucket search against two others, and the laws of any walking distance."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from tests.network.graphs import ANY_CASES, CASES, LIMITS, Case, within

import blockplan.network.nearest as by_nearest
from blockplan.errors import UsageError
from blockplan.network.core import compile_edges
from blockplan.network.nearest import nearest, nearest_kinds, nearest_sources


def found(case: Case, limit: float | None = None) -> np.ndarray:
    return nearest(case.graph(), case.nodes, limit, costs_cm=case.costs)


@given(ANY_CASES, st.one_of(st.none(), LIMITS))
def test_the_nearest_is_the_one_that_a_plain_search_finds(case, limit) -> None:
    expected = within(case.away(case.sources, back=True), 1e9 if limit is None else limit)
    np.testing.assert_array_equal(found(case, limit), expected)


@given(ANY_CASES, LIMITS, st.integers(1, 5))
def test_sources_that_are_searched_block_by_block_give_the_same(case, limit, block) -> None:
    expected = found(case, limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_nearest, "BLOCK", block)
        patch.setattr(by_nearest, "FAR_BEYOND", 0)
        np.testing.assert_array_equal(found(case, limit), expected)


@pytest.mark.parametrize("limit_m", [50.0, 400.0, None])
@pytest.mark.parametrize("seed", [1, 2])
def test_scipy_finds_the_same_on_a_town(limit_m: float | None, seed: int) -> None:
    random = np.random.default_rng(seed)
    side = 45
    number = np.arange(side * side).reshape(side, side)
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = random.random(len(start)) > 0.4
    start, end = start[kept], end[kept]
    metres = random.uniform(5, 120, len(start))
    xy = np.stack(np.divmod(np.arange(side * side), side), axis=1) * 60.0
    sources = random.choice(side * side, 12, replace=False)
    graph = compile_edges(start, end, metres, xy=xy)
    ours = nearest(graph, sources, None if limit_m is None else 100 * limit_m) / 100
    matrix = coo_array((metres, (start, end)), shape=(side * side, side * side))
    theirs = dijkstra(matrix, directed=False, indices=sources, min_only=True)
    if limit_m is not None:
        # Rounded to the centimetre a way of 40 edges may be 20 cm longer or shorter.
        tied = np.abs(theirs - limit_m) < 0.2
        theirs[(theirs > limit_m) | tied] = np.inf
        ours[tied] = np.nan
    assert (np.isfinite(ours) == np.isfinite(theirs)).all()
    reached = np.isfinite(ours)
    np.testing.assert_allclose(ours[reached], theirs[reached], atol=0.2)


@given(ANY_CASES, st.randoms(use_true_random=False))
def test_other_numbers_for_the_nodes_change_nothing(case, random) -> None:
    new = list(range(case.size))
    random.shuffle(new)
    edges = [(new[i], new[j], *rest) for i, j, *rest in case.edges]
    random.shuffle(edges)
    sources = [(new[node], cost) for node, cost in case.sources]
    xy = [case.xy[new.index(i)] for i in range(case.size)]
    np.testing.assert_array_equal(found(Case(case.size, edges, sources, xy))[new], found(case))


@given(CASES, st.data())
def test_an_edge_cut_in_two_changes_nothing(case, data) -> None:
    if not case.edges:
        return
    at = data.draw(st.integers(0, len(case.edges) - 1))
    start, end, length, _ = case.edges[at]
    part = data.draw(st.integers(0, length))
    edges = [*case.edges[:at], *case.edges[at + 1 :]]
    edges += [(start, case.size, part, False), (case.size, end, length - part, False)]
    cut = Case(case.size + 1, edges, case.sources, [*case.xy, (0, 0)])
    np.testing.assert_array_equal(found(cut)[: case.size], found(case))


@given(ANY_CASES, st.integers(2, 50))
def test_longer_edges_lengthen_all_ways_alike(case, times: int) -> None:
    edges = [(i, j, length * times, one_way) for i, j, length, one_way in case.edges]
    sources = [(node, cost * times) for node, cost in case.sources]
    longer = dataclasses.replace(case, edges=edges, sources=sources)
    np.testing.assert_array_equal(found(longer), found(case) * times)


@given(ANY_CASES, st.data())
def test_one_more_source_lengthens_no_way(case, data) -> None:
    added = (data.draw(st.integers(0, case.size - 1)), 0)
    more = dataclasses.replace(case, sources=[*case.sources, added])
    before, after = found(case), found(more)
    assert not (np.nan_to_num(after, nan=np.inf) > np.nan_to_num(before, nan=np.inf)).any()


@pytest.mark.long
@given(ANY_CASES, st.integers(1, 4), LIMITS)
def test_the_k_nearest_are_the_first_of_all_sources_in_order(case, k: int, limit: int) -> None:
    ways = [case.away([source], back=True) for source in case.sources]
    got = nearest_sources(case.graph(), case.nodes, k, limit, costs_cm=case.costs)
    for node in range(case.size):
        known = sorted((way[node], number) for number, way in enumerate(ways) if way[node] <= limit)[:k]
        known += [(math.nan, -1)] * (k - len(known))
        np.testing.assert_array_equal(got.cm[node], [cm for cm, _ in known])
        assert got.source[node].tolist() == [number for _, number in known]


@given(ANY_CASES, LIMITS)
def test_several_kinds_in_one_pass_are_as_one_after_the_other(case, limit: int) -> None:
    kinds = np.arange(len(case.sources)) % 2
    both = nearest_kinds(case.graph(), case.nodes, kinds, limit, costs_cm=case.costs)
    for kind in range(both.shape[1]):
        own = [source for source, of in zip(case.sources, kinds, strict=True) if of == kind]
        np.testing.assert_array_equal(both[:, kind], found(dataclasses.replace(case, sources=own), limit))


def test_a_way_of_exactly_the_limit_counts_and_one_centimetre_more_does_not() -> None:
    graph = compile_edges([0, 1], [1, 2], [499.99, 0.01])
    assert nearest(graph, [0], 50_000).tolist() == [0, 49_999, 50_000]
    assert np.isnan(nearest(graph, [0], 49_999)[2])


def test_a_source_in_the_middle_of_a_very_long_dead_end_reaches_its_mouth() -> None:
    # 0 - 1 - 2 - 3 is a dead end of 300 km at the crossing 3, whose other streets are short.
    graph = compile_edges([0, 1, 2, 3, 3], [1, 2, 3, 4, 5], [100_000.0, 100_000.0, 100_000.0, 1.0, 1.0])
    assert nearest(graph, [0]).tolist() == [0, 1e7, 2e7, 3e7, 3e7 + 100, 3e7 + 100]


def test_ways_one_cannot_walk_are_nan_and_never_a_number() -> None:
    graph = compile_edges([0, 2], [1, 3], [1.0, 1.0], one_way=[True, False])
    assert nearest(graph, [1]).tolist()[:2] == [100, 0]
    assert np.isnan(nearest(graph, [0])[1:]).all()
    assert np.isnan(nearest(graph, [])).all()
    assert nearest(compile_edges([], [], []), []).tolist() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"nodes": [7]}, "1 of 1 sources are not on the network"),
        ({"nodes": [0], "limit_cm": -1}, "A limit is a length of 0 or more"),
        ({"nodes": [0], "limit_cm": math.nan}, "A limit is a length of 0 or more"),
        ({"nodes": [0, 1], "costs_cm": [0, math.nan]}, r"1 of 2 costs of sources .*number 1, nan"),
        ({"nodes": [0, 1], "costs_cm": [-3, 0]}, r"1 of 2 costs of sources .*number 0, -3"),
        ({"nodes": [0, 1], "costs_cm": [1]}, "There are 1 costs of sources for 2"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        nearest(compile_edges([0], [1], [1.0]), **arguments)


def test_kinds_must_be_whole_numbers_one_for_each_source() -> None:
    with pytest.raises(UsageError, match="Kinds are whole numbers from 0, one for each of the 2 sources"):
        nearest_kinds(compile_edges([0], [1], [1.0]), [0, 1], [0])
