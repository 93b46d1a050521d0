"""The p-center against trying every choice, and under limits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.errors import InfeasibleError, UsageError
from blockplan.propose.limits import Limits
from blockplan.propose.siting.pcenter import pcenter
from blockplan.propose.stopping import Stop

LINE = np.array([0.0, 1, 2, 10, 11, 12])
DISTANCES = np.abs(LINE[:, None] - LINE)


@given(st.integers(2, 8), st.integers(1, 12), st.integers(0, 2**32 - 1), st.data())
def test_nobody_can_be_nearer_at_worst(sites: int, points: int, seed: int, data: st.DataObject) -> None:
    random = np.random.default_rng(seed)
    distances = random.integers(0, 30, (sites, points)).astype(float)
    p = data.draw(st.integers(1, sites))
    kept = tuple(data.draw(st.sets(st.integers(0, sites - 1), max_size=p)))
    choices = [c for c in itertools.combinations(range(sites), p) if set(kept) <= set(c)]
    least = min(distances[list(c)].min(axis=0).max() for c in choices)
    found = pcenter(distances, p=p, kept=kept)
    assert (found.objective, found.bound, found.proved) == (least, least, True)
    assert set(kept) <= set(found.chosen.tolist())
    assert len(found.chosen) <= p
    assert distances[found.assigned, np.arange(points)].max() == least


def test_two_sites_stand_in_the_middle_of_two_groups() -> None:
    found = pcenter(DISTANCES, p=2)
    assert (found.chosen.tolist(), found.objective, found.proved) == ([1, 4], 1.0, True)


def test_spacing_can_push_sites_apart() -> None:
    apart = np.argwhere(np.triu((DISTANCES > 0) & (DISTANCES <= 10)))
    found = pcenter(DISTANCES, limits=Limits(p=2, apart=apart))
    assert (found.objective, found.proved) == (2.0, True)
    assert DISTANCES[found.chosen[0], found.chosen[1]] > 10


def test_a_search_without_time_gives_a_true_bound() -> None:
    distances = np.random.default_rng(4).integers(1, 90, (30, 60)).astype(float)
    cut, full = pcenter(distances, p=3, stop=Stop(seconds=0.0)), pcenter(distances, p=3)
    assert full.proved
    assert cut.bound <= full.objective <= cut.objective


def test_points_without_weight_do_not_count() -> None:
    assert pcenter(DISTANCES, [1, 1, 1, 0, 0, 0], p=1).objective == 1.0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InfeasibleError, match=r"1 of 2 demand points are out of reach .*number 1\)"):
        pcenter([[1.0, np.inf]])
    with pytest.raises(UsageError, match="7 sites cannot be opened: 6 are there"):
        pcenter(DISTANCES, p=7)
    with pytest.raises(UsageError, match="A distance is negative or no number"):
        pcenter([[np.nan]])
    apart = np.argwhere(np.triu(DISTANCES > 0))
    far = np.where(DISTANCES > 5, np.inf, DISTANCES)
    with pytest.raises(InfeasibleError, match="Of 2 sites, no choice within the limits reaches everybody"):
        pcenter(far, limits=Limits(p=2, apart=apart))


@pytest.mark.parametrize(
    ("distances", "p"),
    [
        ([[1.0, np.inf], [np.inf, 1.0]], 1),
        ([[1.0, np.inf], [np.inf, 2.0], [3.0, np.inf]], 1),
        ([[0.0, np.inf, np.inf], [np.inf, 0.0, np.inf], [np.inf, np.inf, 0.0]], 2),
    ],
)
def test_too_few_sites_for_parts_out_of_reach_of_each_other_are_told(
    distances: list[list[float]], p: int
) -> None:
    with pytest.raises(InfeasibleError, match=f"Of {p} sites, no choice within the limits reaches everybody"):
        pcenter(distances, p=p)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1), st.data())
def test_an_answer_is_there_exactly_where_some_choice_reaches_everybody(
    sites: int, points: int, seed: int, data: st.DataObject
) -> None:
    random = np.random.default_rng(seed)
    distances = random.integers(0, 9, (sites, points)).astype(float)
    distances[random.random(distances.shape) < 0.5] = np.inf
    p = data.draw(st.integers(1, sites))
    worst = [distances[list(c)].min(axis=0).max() for c in itertools.combinations(range(sites), p)]
    if np.isfinite(min(worst)):
        assert pcenter(distances, p=p).objective == min(worst)
    else:
        with pytest.raises(InfeasibleError):
            pcenter(distances, p=p)
