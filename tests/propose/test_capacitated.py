"""The capacitated p-median against one model for all of it, and sharing out against a linear program."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from blockplan.errors import InfeasibleError, UsageError
from blockplan.propose.limits import Limits
from blockplan.propose.siting.capacitated import capacitated_pmedian
from blockplan.propose.siting.capacity_kernels import share_out
from blockplan.propose.siting.choice import nearest_within
from blockplan.propose.stopping import Stop


@pytest.mark.long
@given(st.integers(1, 5), st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_demand_is_shared_out_as_well_as_can_be(sites: int, points: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    distance = random.integers(0, 50, (sites, points)).astype(float)
    weight = random.integers(1, 9, points).astype(float)
    capacity = random.integers(1, 30, sites).astype(float)
    flow = np.empty((sites, points))
    total = share_out(distance, weight, capacity, flow)
    rows = np.kron(np.eye(sites), np.ones(points))
    columns = np.kron(np.ones(sites), np.eye(points))
    best = linprog(distance.ravel(), A_ub=rows, b_ub=capacity, A_eq=columns, b_eq=weight)
    if best.status == 2:
        assert total == np.inf
        return
    assert total == pytest.approx(best.fun)
    assert flow.sum(axis=0) == pytest.approx(weight)
    assert (flow.sum(axis=1) <= capacity + 1e-6).all()


@pytest.mark.long
@given(st.integers(2, 7), st.integers(2, 14), st.integers(0, 2**32 - 1), st.data())
@settings(deadline=None, max_examples=20)
def test_bound_and_objective_enclose_the_optimum(
    sites: int, points: int, seed: int, data: st.DataObject
) -> None:
    random = np.random.default_rng(seed)
    distance = random.integers(0, 40, (sites, points)).astype(float)
    weight = random.integers(0, 6, points).astype(float) + (np.arange(points) == 0)
    p = data.draw(st.integers(1, sites))
    kept = tuple(data.draw(st.sets(st.integers(0, sites - 1), max_size=p)))
    capacity = np.full(sites, 1.2 * weight.sum() / p)
    found = capacitated_pmedian(distance, weight, p, capacity, kept=kept)
    best = nearest_within(distance, weight, Limits(p=p, kept=kept, capacity=capacity))
    assert best.proved
    assert found.bound <= best.objective + 1e-6
    assert best.objective <= found.objective + 1e-6
    assert set(kept) <= set(found.chosen.tolist())
    assert found.objective <= 1.25 * best.objective + 1e-6


def test_six_hundred_points_are_close_to_their_bound_and_the_same_twice() -> None:
    random = np.random.default_rng(0)
    points, places = random.uniform(0, 10_000, (600, 2)), random.uniform(0, 10_000, (60, 2))
    weight = random.integers(1, 101, 600).astype(float)
    distance = np.hypot(*(places[:, None] - points).T).T
    capacity = np.full(60, 1.2 * weight.sum() / 8)
    found, again = (capacitated_pmedian(distance, weight, 8, capacity, stop=Stop(gap=0.02)) for _ in range(2))
    assert found.gap <= 0.03
    assert (found.chosen.tolist(), found.objective) == (again.chosen.tolist(), again.objective)


def test_too_little_capacity_is_named_with_the_amount() -> None:
    distance, weight = np.ones((3, 4)), np.full(4, 5.0)
    with pytest.raises(
        InfeasibleError, match=r"2 sites serve 12 at most, and 20 are wanted: 8 more than fit"
    ):
        capacitated_pmedian(distance, weight, 2, np.full(3, 6.0))
    with pytest.raises(UsageError, match="4 sites cannot be opened: 3 are there"):
        capacitated_pmedian(distance, weight, 4, np.full(3, 6.0))
    with pytest.raises(UsageError, match="A distance is negative or no number"):
        capacitated_pmedian(-distance, weight, 1, np.full(3, 60.0))
    with pytest.raises(UsageError, match=r"with 2 weights and 3 capacities"):
        capacitated_pmedian(distance, weight[:2], 1, np.full(3, 60.0))
