"""The p-median against trying every choice and published optima, and what it refuses."""

from __future__ import annotations

import csv
import itertools
import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import shortest_path

from blockplan.errors import InfeasibleError, UsageError
from blockplan.propose.siting.median_tree import solve_open
from blockplan.propose.siting.pmedian import pmedian
from blockplan.propose.stopping import Clock, Stop, interruptible

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def least(
    distances: NDArray[np.float64], weights: NDArray[np.float64], p: int, kept: tuple[int, ...]
) -> float:
    """The optimum, by trying every choice."""
    choices = itertools.combinations(range(len(distances)), p)
    return min((distances[list(c)].min(axis=0) * weights).sum() for c in choices if set(kept) <= set(c))


@st.composite
def instances(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.float64], int, tuple[int, ...]]:
    sites, demand = draw(st.integers(1, 8)), draw(st.integers(1, 12))
    whole = draw(st.booleans())
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    distances = (
        random.integers(0, 20, (sites, demand)).astype(float) if whole else random.random((sites, demand))
    )
    weights = random.integers(0, 5, demand).astype(float)
    p = draw(st.integers(1, sites))
    kept = tuple(draw(st.sets(st.integers(0, sites - 1), max_size=p)))
    return distances, weights, p, kept


@given(instances())
def test_small_instances_are_solved_and_proved(
    instance: tuple[NDArray[np.float64], NDArray[np.float64], int, tuple[int, ...]],
) -> None:
    distances, weights, p, kept = instance
    found = pmedian(distances, weights, p, kept=kept)
    assert found.objective == pytest.approx(least(distances, weights, p, kept))
    assert found.proved
    assert set(kept) <= set(found.chosen.tolist())
    assert len(found.chosen) == p
    served = (distances[found.assigned, np.arange(distances.shape[1])] * weights).sum()
    assert served == pytest.approx(found.objective)


@given(st.integers(0, 2**32 - 1))
def test_a_search_cut_short_still_gives_a_true_bound(seed: int) -> None:
    random = np.random.default_rng(seed)
    distances = np.hypot(*(random.random((2, 12, 1)) - random.random((2, 1, 40))))
    cut = pmedian(distances, p=3, stop=Stop(seconds=0.0, rounds=0))
    full = pmedian(distances, p=3)
    assert full.proved
    assert cut.bound <= full.objective + 1e-12 <= cut.objective + 1e-9


@pytest.mark.long
def test_the_same_seed_gives_the_same_sites_twice() -> None:
    distances = np.random.default_rng(1).random((60, 200))
    first, second = (pmedian(distances, p=7, seed=3) for _ in range(2))
    assert first.chosen.tolist() == second.chosen.tolist()
    assert first.objective == second.objective


def test_everybody_is_served_by_the_nearest_of_two_sites_on_a_line() -> None:
    places = np.array([0.0, 1, 2, 10, 11, 12])
    found = pmedian(np.abs(places[:, None] - places), p=2)
    assert (found.chosen.tolist(), found.objective, found.gap) == ([1, 4], 4.0, 0.0)
    assert found.assigned.tolist() == [1, 1, 1, 4, 4, 4]


def test_demand_that_no_site_reaches_is_named() -> None:
    distances = np.array([[1.0, np.inf], [2.0, np.inf]])
    with pytest.raises(
        InfeasibleError, match=r"1 of 2 demand points are out of reach .* \(first: number 1\)"
    ):
        pmedian(distances, p=1)
    assert pmedian(distances, [1, 0], p=1).objective == 1


@pytest.mark.parametrize(
    ("distances", "more", "said"),
    [
        ([[1.0, np.nan]], {}, "A distance is negative or no number"),
        ([[1.0, -1.0]], {}, "A distance is negative or no number"),
        ([[1.0, 2.0]], {"weights": [1.0]}, "There are 1 weights for 2 demand points"),
        ([[1.0, 2.0]], {"weights": [1.0, -2.0]}, "A weight is negative or no number"),
        ([[1.0, 2.0]], {"p": 2}, "2 sites cannot be opened: 1 are there and 0 of them"),
        ([[1.0], [2.0]], {"p": 1, "kept": [0, 1]}, "1 sites cannot be opened: 2 are there and 2 of them"),
        ([[1.0], [2.0]], {"p": 1, "kept": [5]}, "A kept site has the number 5; there are 2 sites"),
        ([], {}, "a row a site and a column a demand point are wanted"),
    ],
)
def test_what_makes_no_sense_is_refused(distances: list[list[float]], more: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        pmedian(distances, **{"p": 1, **more})


@pytest.mark.long
@pytest.mark.shared
@pytest.mark.parametrize("name", ["pmed1", "pmed3", "pmed5", "pmed7", "pmed13", "pmed19", "pmed31"])
def test_published_optima_are_found_and_proved(shared: Path, name: str) -> None:
    with (shared / "pmed" / "optima.csv").open(encoding="utf-8", newline="") as file:
        optima = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(file)}
    numbers = [int(word) for word in (shared / "pmed" / f"{name}.txt").read_text(encoding="utf-8").split()]
    size, edges, p = numbers[:3]
    # The last of several lengths of one edge counts.
    length = {tuple(sorted(numbers[at : at + 2])): numbers[at + 2] for at in range(3, 3 + 3 * edges, 3)}
    u, v = np.array(list(length)).T - 1
    graph = coo_matrix((np.array(list(length.values()), float), (u, v)), (size, size)).tocsr()
    found = pmedian(shortest_path(graph, directed=False), p=p)
    assert found.objective == optima[name]
    assert found.proved


def test_ctrl_c_reaches_the_solver_of_what_the_bound_leaves_open() -> None:
    cost = np.random.default_rng(1).random((50, 150))
    whole, none = np.ones_like(cost, dtype=bool), np.empty(0, np.intp)
    with interruptible():
        signal.raise_signal(signal.SIGINT)
        chosen, _ = solve_open(cost, whole, 8, none, 0.0, Clock(Stop(seconds=600)))
    assert chosen is None
