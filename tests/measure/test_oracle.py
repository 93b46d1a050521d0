"""Measures beside a second implementation of their definitions, on random plans with gaps."""

from __future__ import annotations

import math

import pytest
from tests.measure.furnished import MORE, furnished
from tests.measure.oracle_parcels import Parcels as Oracle
from tests.support.random_plans import ASKED, random_plan

from blockplan.measure import MEASURES, measure
from blockplan.measure.missing import lines

KNOWN = [name for name in MEASURES if hasattr(Oracle, name)]
#: Circles are drawn as polygons; walks are whole centimetres piece by piece, widths whole decimetres;
#: a street leaves the plan within a millimetre.
ABOUT = {
    "belt_buffer": 1e-4,
    "belt_walkable_share": 1e-4,
    "canopy_share": 2e-3,
    "circle_walk": 1e-3,
    "core_concentration": 1e-4,
    "park_width": 1e-2,
    "parcel_frontage": 5e-3,
    "street_density": 1e-5,
    "street_spacing": 1e-5,
}


def test_the_oracle_knows_every_measure() -> None:
    assert set(KNOWN) == set(MEASURES)


#: Plans of their own shape: on some of them the two differed once.
FARTHER = (901, 903, 904, 905, 909, 932, 933, 937, 939, 956)


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.long) for seed in (*range(2, 6), *FARTHER))]
)
def test_measures_equal_those_of_an_independent_implementation(seed: int) -> None:
    size = {"columns": 5 + seed % 3, "rows": 4 + seed % 2} if seed in FARTHER else {"columns": 5, "rows": 4}
    drawn = random_plan(100 + seed, **size, empty=(0.0, 0.01, 0.03)[seed % 3])
    plan = furnished(drawn, seed)
    oracle = Oracle(plan)
    for name in KNOWN:
        asked = ASKED.get(name, {}) | MORE.get(name, {})
        (found,) = measure(plan, name, parameters=asked)
        wanted = oracle.value(name, vars(MEASURES[name].choose({}, asked)))
        if wanted is None or found.value is None:
            assert (found.value, wanted) == (None, None), (name, lines(found.missing))
        else:
            assert math.isclose(found.value, wanted, rel_tol=ABOUT.get(name, 1e-6), abs_tol=1e-9), name
