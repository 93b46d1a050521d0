"""How wide land is."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from blockplan.measure.indicators.parkland import width_m


def width(shape: shapely.Geometry) -> float:
    return float(width_m(np.array([shape], dtype=object))[0])


@given(st.integers(5, 300), st.integers(5, 300), st.integers(0, 179))
def test_a_rectangle_is_as_wide_as_its_short_side_however_it_lies(a: int, b: int, turn: int) -> None:
    lying = affinity.rotate(shapely.box(0, 0, a, b), turn)
    assert width(lying) == pytest.approx(min(a, b), abs=0.11)


def test_a_round_park_is_as_wide_as_its_diameter() -> None:
    assert width(shapely.Point(0, 0).buffer(40, quad_segs=64)) == pytest.approx(80, abs=0.11)


def test_a_tail_does_not_make_a_wide_park_narrow_and_a_long_strip_is_narrow() -> None:
    tailed = shapely.union(shapely.box(0, 0, 100, 100), shapely.box(100, 45, 600, 55))
    assert width(tailed) == pytest.approx(100, abs=1)
    assert width(shapely.box(0, 0, 1000, 8)) == 8.0


def test_a_pond_in_the_middle_narrows_the_park() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(30, 30, 70, 70))
    assert width(ring) < 45


def test_what_is_not_there_has_no_width() -> None:
    assert np.isnan(width(None))
    assert width_m(np.array([], dtype=object)).tolist() == []
