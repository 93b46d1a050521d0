"""Measures beside a second implementation of their definitions, on random plans with gaps."""

from __future__ import annotations

import math

import pytest
from tests.measure.oracle import Oracle
from tests.random_plans import ASKED, random_plan

from blockplan.measure import MEASURES, measure
from blockplan.measure.missing import lines

KNOWN = [name for name in MEASURES if hasattr(Oracle, name)]
#: A crown is drawn as a polygon as large as its circle: where crowns overlap or are cut they differ a little.
ABOUT = {"canopy_share": 2e-3}


def test_the_oracle_knows_most_measures() -> None:
    assert len(KNOWN) >= 60


@pytest.mark.parametrize("seed", range(6))
def test_measures_equal_those_of_an_independent_implementation(seed: int) -> None:
    plan = random_plan(100 + seed, columns=5, rows=4, empty=(0.0, 0.01, 0.03)[seed % 3])
    for name in KNOWN:
        asked = ASKED.get(name, {})
        (found,) = measure(plan, name, parameters=asked)
        wanted = Oracle(plan, MEASURES[name].choose({}, asked)).value(name)
        if wanted is None or found.value is None:
            assert (found.value, wanted) == (None, None), (name, lines(found.missing))
        else:
            assert math.isclose(found.value, wanted, rel_tol=ABOUT.get(name, 1e-6), abs_tol=1e-9), name
