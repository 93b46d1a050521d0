"""Covering problems against trying every choice, and what they refuse."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from blockplan.errors import InfeasibleError, UsageError
from blockplan.propose.limits import Limits
from blockplan.propose.siting.choice import fewest_within
from blockplan.propose.siting.cover_bounds import fewest_prices, raised_bound, regions
from blockplan.propose.siting.covering import lscp, mclp
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

Instance = tuple["NDArray[np.bool_]", "NDArray[np.float64]", int, tuple[int, ...]]


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    sites, points = draw(st.integers(1, 8)), draw(st.integers(1, 14))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    covers = random.random((sites, points)) < draw(st.sampled_from([0.2, 0.4, 0.7]))
    weights = random.integers(0, 6, points).astype(float)
    p = draw(st.integers(1, sites))
    kept = tuple(draw(st.sets(st.integers(0, sites - 1), max_size=p)))
    return covers, weights, p, kept


@pytest.mark.long
@given(instances())
@settings(deadline=None)
def test_no_choice_of_p_sites_covers_more_and_the_bound_is_true(instance: Instance) -> None:
    covers, weights, p, kept = instance
    choices = [c for c in itertools.combinations(range(len(covers)), p) if set(kept) <= set(c)]
    most = max(weights[covers[list(c)].any(axis=0)].sum() for c in choices)
    found = mclp(covers, weights, p, kept=kept)
    assert found.objective <= most + 1e-9
    assert found.bound >= most - 1e-6
    assert found.objective >= 0.9 * most
    assert set(kept) <= set(found.chosen.tolist())
    assert weights[found.assigned >= 0].sum() == pytest.approx(found.objective)
    assert not found.proved or found.objective == pytest.approx(most)


@pytest.mark.long
@given(instances())
@settings(deadline=None)
def test_everybody_is_covered_by_the_fewest_sites_and_the_bound_is_true(instance: Instance) -> None:
    covers, _, _, kept = instance
    covers = covers[:, covers.any(axis=0)]
    if not covers.size:
        return
    sizes = range(1, len(covers) + 1)
    choices = (
        c for size in sizes for c in itertools.combinations(range(len(covers)), size) if set(kept) <= set(c)
    )
    fewest = len(next(c for c in choices if covers[list(c)].any(axis=0).all()))
    found = lscp(covers, kept=kept)
    assert covers[found.chosen].any(axis=0).all()
    assert found.objective == fewest
    assert found.bound <= fewest
    assert set(kept) <= set(found.chosen.tolist())
    assert covers[found.assigned, np.arange(covers.shape[1])].all()


@pytest.mark.long
def test_the_same_seed_gives_the_same_sites_twice() -> None:
    covers = np.random.default_rng(1).random((60, 300)) < 0.05
    covers = covers[:, covers.any(axis=0)]
    for solve in (lambda: mclp(covers, p=8, seed=2), lambda: lscp(covers, seed=2)):
        assert solve().chosen.tolist() == solve().chosen.tolist()


def test_points_that_nobody_covers_are_named_or_left_out() -> None:
    covers = np.array([[True, False], [True, False]])
    with pytest.raises(InfeasibleError, match=r"1 of 2 demand points are covered by no site .*number 1\)"):
        lscp(covers)
    found = mclp(covers, p=1)
    assert (found.objective, found.assigned.tolist(), found.proved) == (1, [found.chosen[0], -1], True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"p": 3}, "3 sites cannot be opened: 2 are there"),
        ({"p": 1, "kept": [0, 1]}, "2 of them have to stay open"),
        ({"kept": [7]}, "A kept site has the number 7"),
        ({"weights": [1.0]}, "There are 1 weights for 2 demand points"),
        ({"weights": [1.0, np.nan]}, "A weight is negative or no number"),
    ],
)
def test_what_makes_no_sense_is_refused(more: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        mclp(np.ones((2, 2), bool), **more)


def test_the_bound_by_regions_lies_between_the_relaxation_and_the_optimum() -> None:
    random = np.random.default_rng(2)
    points, places = random.random((400, 2)), random.random((90, 2))
    covers = np.hypot(*(places[:, None] - points).T).T < 0.16
    covers = csr_array(covers[:, covers.any(axis=0)].T.astype(float))
    price, _ = fewest_prices(covers, np.empty(0, np.int64), Clock(Stop(seconds=20)))
    label = regions(covers, 100)
    raised = raised_bound(covers, price, Clock(Stop(seconds=60)), lambda _: False)
    fewest = fewest_within(covers.T.tocsr(), np.ones(covers.shape[0]), Limits())
    assert fewest.proved
    assert price.sum() - 1e-3 <= raised <= fewest.objective + 1e-6
    assert np.bincount(label).min() >= 50
    assert lscp(covers.T.tocsr()).objective == fewest.objective


@pytest.mark.long
def test_a_cover_cut_short_covers_everybody_and_its_bound_is_true() -> None:
    random = np.random.default_rng(5)
    covers = random.random((80, 400)) < 0.05
    covers = covers[:, covers.any(axis=0)]
    cut, full = lscp(covers, stop=Stop(seconds=0.0, rounds=0)), lscp(covers)
    assert covers[cut.chosen].any(axis=0).all()
    assert cut.bound <= full.objective <= cut.objective
