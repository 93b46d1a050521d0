"""Siting with limits against trying every choice, and the clashes it names."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from blockplan.errors import InfeasibleError, UsageError
from blockplan.propose.limits import Budget, Limits
from blockplan.propose.siting.choice import evenly_within, fewest_within, most_within, nearest_within
from blockplan.propose.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LINE = np.array([0.0, 100, 200, 300, 400])
#: Five places in a row, 100 m apart, each a site and a demand point; a site reaches 100 m.
DISTANCES = np.abs(LINE[:, None] - LINE)
COVERS = sp.csr_array(DISTANCES <= 100)
WEIGHTS = np.array([5.0, 1, 1, 1, 4])


@st.composite
def instances(draw: st.DrawFn) -> tuple[NDArray[np.bool_], NDArray[np.float64], Limits]:
    sites, points = draw(st.integers(2, 7)), draw(st.integers(1, 10))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    covers = random.random((sites, points)) < draw(st.sampled_from([0.3, 0.6]))
    weights = random.integers(0, 6, points).astype(float)
    kept = tuple(sorted(draw(st.sets(st.integers(0, sites - 1), max_size=1))))
    pairs = np.argwhere(np.triu(random.random((sites, sites)) < 0.3, 1))
    pairs = pairs[~np.isin(pairs, kept).any(axis=1)]
    land = Budget("land", random.integers(1, 9, sites).astype(float), float(draw(st.integers(4, 20))))
    limits = Limits(
        p=draw(st.integers(1, sites)), kept=kept, budgets=(land,), apart=pairs,
        group=random.integers(0, 2, points).astype(np.intp),
    )  # fmt: skip
    return covers, weights, limits


def choices(limits: Limits, sites: int) -> Iterator[tuple[int, ...]]:
    """Every choice that keeps to the limits on sites."""
    for size in range(limits.p + 1):
        for choice in itertools.combinations(range(sites), size):
            new = [one for one in choice if one not in limits.kept]
            land = limits.budgets[0]
            apart = all(not {one, other} <= set(choice) for one, other in limits.apart.tolist())
            if set(limits.kept) <= set(choice) and apart and land.of_site[new].sum() <= land.at_most:
                yield choice


@given(instances())
def test_nothing_within_the_limits_covers_more(
    instance: tuple[NDArray[np.bool_], NDArray[np.float64], Limits],
) -> None:
    covers, weights, limits = instance
    most = max(weights[covers[list(one)].any(axis=0)].sum() for one in choices(limits, len(covers)))
    found = most_within(sp.csr_array(covers), weights, limits)
    assert found.proved
    assert found.objective == pytest.approx(most)
    assert tuple(found.chosen.tolist()) in set(choices(limits, len(covers)))


@given(instances())
def test_nothing_within_the_limits_serves_the_worst_group_better(
    instance: tuple[NDArray[np.bool_], NDArray[np.float64], Limits],
) -> None:
    covers, weights, limits = instance

    def worst(choice: tuple[int, ...]) -> float:
        inside = covers[list(choice)].any(axis=0)
        shares = [
            weights[inside & (limits.group == one)].sum() / weights[limits.group == one].sum()
            for one in np.unique(limits.group)
            if weights[limits.group == one].sum()
        ]
        return min(shares, default=1.0)

    found = evenly_within(sp.csr_array(covers), weights, limits)
    assert found.proved
    assert found.objective == pytest.approx(max(map(worst, choices(limits, len(covers)))))
    assert worst(tuple(found.chosen.tolist())) == pytest.approx(found.objective)


def an_instance_with_a_bound_above() -> tuple[NDArray[np.bool_], NDArray[np.float64], Limits]:
    rows = ("10010000", "11111000", "00000001", "10000110", "10010111", "10000001", "00101011")
    covers = np.array([[one == "1" for one in row] for row in rows])
    weights = np.array([0.0, 5, 4, 1, 2, 4, 3, 0])
    apart = np.array([[0, 5], [1, 2], [1, 4], [2, 4], [3, 5], [4, 5], [5, 6]])
    land = Budget("land", np.array([7.0, 1, 3, 1, 1, 2, 4]), 16.0)
    return (
        covers,
        weights,
        Limits(p=1, budgets=(land,), apart=apart, group=np.array([1, 0, 1, 1, 1, 0, 0, 1])),
    )


def test_a_bound_on_the_worst_share_is_one_that_whole_residents_can_have() -> None:
    """HiGHS keeps rows to within 1e-7 and states this problem's bound as 0.4166667666666665."""
    covers, weights, limits = an_instance_with_a_bound_above()
    found = evenly_within(sp.csr_array(covers), weights, limits)
    assert (found.objective, found.bound, found.proved) == (5 / 12, 5 / 12, True)


def test_a_bound_on_the_worst_share_is_not_rounded_where_people_are_served_in_parts() -> None:
    """With capacities a share need be none of whole residents: 0.7615 is reached, and 0.7509 is no bound."""
    random = np.random.default_rng(0)
    for _ in range(31):
        covers, weights = random.random((8, 14)) < 0.35, random.integers(1, 6, 14).astype(float)
        limits = Limits(p=4, capacity=random.uniform(3, 9, 8), group=random.integers(0, 3, 14))
    early = evenly_within(sp.csr_array(covers), weights, limits, stop=Stop(seconds=5, gap=0.02))
    best = evenly_within(sp.csr_array(covers), weights, limits)
    assert early.bound >= best.objective > early.objective
    assert not early.proved


def test_spacing_keeps_neighbours_apart() -> None:
    apart = np.argwhere(np.triu((DISTANCES > 0) & (DISTANCES <= 200)))
    found = most_within(COVERS, WEIGHTS, Limits(p=5, apart=apart))
    assert np.diff(found.chosen).min() >= 3
    assert (found.objective, found.proved) == (12.0, True)


def test_no_gap_along_a_line_is_longer_than_allowed() -> None:
    windows = tuple(np.arange(at, at + 2) for at in range(4))
    found = most_within(COVERS, WEIGHTS, Limits(p=2, windows=windows))
    assert found.chosen.tolist() == [1, 3]


def test_the_fewest_sites_reach_a_share() -> None:
    assert fewest_within(COVERS, WEIGHTS, Limits()).objective == 2
    part = fewest_within(COVERS, WEIGHTS, Limits(), share=0.5)
    assert (part.objective, part.proved) == (1, True)


def test_capacity_shares_out_demand_and_leaves_the_rest() -> None:
    limits = Limits(p=2, capacity=np.full(5, 5.0))
    found = most_within(COVERS, WEIGHTS, limits)
    assert (found.objective, found.proved) == (10.0, True)
    near = nearest_within(DISTANCES, WEIGHTS, Limits(p=3, capacity=np.full(5, 5.0)))
    assert near.proved
    assert near.objective == 200.0


def test_what_clashes_is_named_with_the_least_that_would_have_to_give_way() -> None:
    land = Budget("land", np.full(5, 1000.0), 1500.0)
    with pytest.raises(InfeasibleError, match=r"land: 500 m² more than the budget of 1,500"):
        fewest_within(COVERS, WEIGHTS, Limits(budgets=(land,)))
    group = np.array([0, 0, 1, 2, 2])
    with pytest.raises(InfeasibleError, match=r"(sites: 1 more than allowed|group \d: .* short)"):
        most_within(COVERS, WEIGHTS, Limits(p=1, group=group, at_least=1.0))
    with pytest.raises(InfeasibleError, match=r"demand point \d: \d+% of it that nobody can serve"):
        nearest_within(DISTANCES, WEIGHTS, Limits(p=2, capacity=np.full(5, 5.0)))


def test_what_clashes_is_named_in_every_language() -> None:
    land = Budget("land", np.full(5, 1000.0), 1500.0)
    with pytest.raises(InfeasibleError) as refused:
        fewest_within(COVERS, WEIGHTS, Limits(budgets=(land,)))
    assert refused.value.text is not None
    assert "用地：比限额 1,500 平方米多 500 平方米" in refused.value.text["zh"]
    assert "用地：上限 1,500 m² を 500 m² 超える" in refused.value.text["ja"]


def test_more_sites_than_there_are_are_refused() -> None:
    with pytest.raises(UsageError, match="6 sites cannot be opened: 5 are there"):
        most_within(COVERS, WEIGHTS, Limits(p=6))
    with pytest.raises(UsageError, match="There is no site to choose from"):
        most_within(sp.csr_array((0, 3)), np.ones(3), Limits(p=1))


@pytest.mark.long
def test_the_same_seed_gives_the_same_sites_twice() -> None:
    random = np.random.default_rng(3)
    covers = sp.csr_array(random.random((40, 120)) < 0.08)
    limits = Limits(p=6, apart=np.argwhere(np.triu(random.random((40, 40)) < 0.1, 1)))
    first, second = (most_within(covers, np.ones(120), limits, seed=5) for _ in range(2))
    assert first.chosen.tolist() == second.chosen.tolist()
