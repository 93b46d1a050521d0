"""Places per head by hand, and what floating catchments keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.provision import TOWNS, pairs_of

from blockplan.errors import UsageError
from blockplan.measure.access.provisioning import bands, floating_catchments, thirds


def access(demand, capacity, minutes, steps=None) -> list[float]:
    pairs = pairs_of(minutes)
    weights = None if steps is None else bands(pairs.minutes, steps)
    found = floating_catchments(np.array(demand, float), np.array(capacity, float), pairs, weights)
    return found.access.tolist()


def test_two_schools_share_out_their_places_over_all_who_come() -> None:
    # First school: 100 places over 50 + 150. Second: 60 over 150 + 50.
    minutes = [[3, None], [8, 4], [None, 9], [None, None]]
    found = access([50, 150, 50, 9], [100, 60], minutes)
    assert found == pytest.approx([0.5, 0.8, 0.3, 0.0])


def test_turned_round_the_matrix_would_give_other_numbers() -> None:
    assert access([10, 30], [20, 10], [[1, None], [1, 1]]) == pytest.approx([0.5, 0.5 + 1 / 3])
    assert access([10, 30], [20, 10], [[1, 1], [None, 1]]) == pytest.approx([2 + 0.25, 0.25])


def test_bands_weigh_both_steps() -> None:
    # Heads that count: 10 x 1 + 20 x 0.5 = 20, so half a place a head; the far home gets half of that.
    assert access([10, 20], [10], [[2], [7]], [(5, 1), (10, 0.5)]) == pytest.approx([0.5, 0.25])


def test_a_band_counts_its_limit_in_and_beyond_the_last_nothing_counts() -> None:
    steps = [(10, 1.0), (20, 0.68), (30, 0.22)]
    assert bands(np.array([0.0, 10, 10.01, 20, 30, 30.01]), steps).tolist() == [1, 1, 0.68, 0.68, 0.22, 0]
    assert [limit for limit, _ in thirds(30)] == [10, 20, 30]


def test_a_facility_that_nobody_asks_of_has_no_places_per_head() -> None:
    pairs = pairs_of([[1, None], [None, 1]])
    found = floating_catchments(np.array([0.0, 4.0]), np.array([5.0, 2.0]), pairs)
    assert np.isnan(found.ratio[0])
    assert np.isnan(found.access[0])
    assert found.access[1] == 0.5


@pytest.mark.parametrize("steps", [[], [(10, 1), (10, 0.5)], [(10, -1)], [(20, 1), (10, 1)]])
def test_bands_that_are_none_are_refused(steps) -> None:
    with pytest.raises(UsageError):
        bands(np.array([1.0]), steps)


@given(TOWNS, st.booleans())
def test_what_is_offered_is_shared_out_whole(town, banded: bool) -> None:
    demand, capacity, minutes = town
    pairs = pairs_of(minutes)
    weights = bands(pairs.minutes, thirds(9)) if banded else None
    demand, capacity = np.array(demand, float), np.array(capacity, float)
    found = floating_catchments(demand, capacity, pairs, weights)
    shared = capacity[~np.isnan(found.ratio)].sum()
    assert np.nansum(np.where(demand > 0, found.access * demand, 0)) == pytest.approx(shared)
