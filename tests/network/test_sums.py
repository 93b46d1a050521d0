"""Sums within a limit against sums over all pairs."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.network.graphs import ANY_CASES, LIMITS, Case

from blockplan.errors import UsageError
from blockplan.network.core import compile_edges
from blockplan.network.floods import keep_balls
from blockplan.network.sums import GraphSources, exponential, gaussian, linear, sum_nodes, sum_sources

DECAYS = {"step": None, "linear": linear(15.0), "exponential": exponential(8.0), "gaussian": gaussian(6.0)}


def weight(decay: str, cm: float, limit: int) -> float:
    """Weight of one thing at a distance, by the formula."""
    metres = cm / 100
    if cm > limit:
        return 0.0
    return {
        "step": 1.0,
        "linear": max(1 - metres / 15, 0.0),
        "exponential": math.exp(-metres / 8),
        "gaussian": math.exp(-(metres**2) / (2 * 6**2)),
    }[decay]


def values_of(case: Case) -> np.ndarray:
    return np.arange(case.size) % 4.0


@given(ANY_CASES, LIMITS, st.sampled_from(sorted(DECAYS)))
def test_sources_are_summed_as_over_all_pairs(case, limit: int, decay: str) -> None:
    weights = np.arange(1.0, len(case.sources) + 1)
    expected = np.zeros(case.size)
    for one, source in zip(weights, case.sources, strict=True):
        expected += [one * weight(decay, cm, limit) for cm in case.away([source], back=True)]
    sources = GraphSources(case.nodes, weights, costs_cm=case.costs)
    np.testing.assert_allclose(sum_sources(case.graph(), sources, limit, DECAYS[decay]), expected, rtol=1e-12)


@given(ANY_CASES, LIMITS, st.sampled_from(sorted(DECAYS)))
def test_nodes_are_summed_as_over_all_pairs(case, limit: int, decay: str) -> None:
    values = values_of(case)
    expected = [
        sum(value * weight(decay, cm, limit) for value, cm in zip(values, case.away([(i, 0)]), strict=True))
        for i in range(case.size)
    ]
    found = sum_nodes(case.graph(), values, limit, decay=DECAYS[decay])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.long
@given(ANY_CASES, LIMITS)
def test_kept_balls_give_what_the_search_gives_whatever_the_values(case, limit: int) -> None:
    graph = case.graph()
    balls = keep_balls(graph, limit)
    for values in (values_of(case), values_of(case)[::-1]):
        np.testing.assert_array_equal(balls.sums(values), sum_nodes(graph, values, limit))
    counted = [sum(cm <= limit for cm in case.away([(i, 0)])) for i in range(case.size)]
    assert balls.counts().tolist() == counted


@given(ANY_CASES, LIMITS)
def test_kinds_in_one_pass_are_as_one_after_the_other(case, limit: int) -> None:
    graph, kinds = case.graph(), np.arange(len(case.sources)) % 3
    found = sum_sources(graph, GraphSources(case.nodes, kinds=kinds, costs_cm=case.costs), limit)
    for kind in range(found.shape[1]):
        own = kinds == kind
        alone = sum_sources(graph, GraphSources(case.nodes[own], costs_cm=case.costs[own]), limit)
        np.testing.assert_array_equal(found[:, kind], alone)


@given(ANY_CASES, LIMITS, st.data())
def test_a_choice_of_places_has_the_sums_that_they_have_among_all(case, limit: int, data) -> None:
    places = data.draw(st.lists(st.integers(0, case.size - 1), max_size=6))
    graph, values = case.graph(), values_of(case)
    expected = sum_nodes(graph, values, limit)[places]
    np.testing.assert_array_equal(sum_nodes(graph, values, limit, places=places), expected)


@pytest.mark.long
@given(ANY_CASES, LIMITS)
def test_two_cores_find_what_one_finds(case, limit: int) -> None:
    graph, values = case.graph(), values_of(case)
    np.testing.assert_array_equal(sum_nodes(graph, values, limit, threads=2), sum_nodes(graph, values, limit))
    np.testing.assert_array_equal(
        keep_balls(graph, limit, threads=2).sums(values, threads=2), keep_balls(graph, limit).sums(values)
    )


@given(ANY_CASES, LIMITS)
def test_who_stands_within_my_limit_has_me_in_his_when_streets_go_both_ways(case, limit: int) -> None:
    both_ways = dataclasses.replace(case, edges=[(*edge[:3], False) for edge in case.edges])
    graph = both_ways.graph()
    for node in range(min(case.size, 4)):
        value = np.zeros(case.size)
        value[node] = 1
        by_node = sum_nodes(graph, value, limit)
        np.testing.assert_array_equal(by_node, sum_sources(graph, GraphSources([node]), limit))


def test_where_nothing_is_within_the_limit_the_sum_is_a_measured_zero() -> None:
    graph = compile_edges([0], [1], [100.0], nodes=3)
    assert sum_sources(graph, GraphSources([0], [5.0]), 50).tolist() == [5, 0, 0]
    assert sum_sources(graph, GraphSources([]), 50).tolist() == [0, 0, 0]


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_weight_that_is_negative_or_not_known_is_refused(bad: float) -> None:
    graph = compile_edges([0], [1], [100.0])
    for call, what in (
        (lambda: sum_sources(graph, GraphSources([0, 1], [1.0, bad]), 50), "weights of sources"),
        (lambda: sum_nodes(graph, [1.0, bad], 50), "values of nodes"),
        (lambda: keep_balls(graph, 50).sums([1.0, bad]), "values of nodes"),
    ):
        with pytest.raises(UsageError, match=rf"^1 of 2 {what} are negative or not known \(first: number 1"):
            call()


def test_a_decay_that_gives_no_weight_is_refused() -> None:
    graph = compile_edges([0], [1], [100.0])
    with pytest.raises(UsageError, match="weights by distance are negative or not known"):
        sum_sources(graph, GraphSources([0]), 50, lambda metres: -metres)
    with pytest.raises(UsageError, match="A decay needs a limit of at most 100 km"):
        sum_nodes(graph, [1.0, 1.0], 1e9, decay=linear(500))
