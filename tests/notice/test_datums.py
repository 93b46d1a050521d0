"""Datums of maps of China: the published functions, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from blockplan.datums import ACCURACY_M, DATUMS, gcj02_to_bd09, to_wgs84, wgs84_to_gcj02

EARTH = Geod(ellps="WGS84")

#: Pairs that circulate with the function, as (lon, lat) in WGS 84 and in GCJ-02.
PAIRS = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


@pytest.mark.parametrize(("plain", "shifted"), PAIRS)
def test_gcj02_is_what_the_published_function_gives(
    plain: tuple[float, float], shifted: tuple[float, float]
) -> None:
    assert wgs84_to_gcj02(*plain) == pytest.approx(shifted, abs=1e-9)


def test_bd09_is_what_the_published_function_gives() -> None:
    assert gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@given(st.floats(73.5, 135.0), st.floats(3.9, 53.5))
def test_there_and_back_is_the_same_place_to_a_millimetre(lon: float, lat: float) -> None:
    shifted = wgs84_to_gcj02(lon, lat)
    for datum, sent in (("gcj02", shifted), ("bd09", gcj02_to_bd09(*shifted))):
        back = to_wgs84(*sent, datum)  # type: ignore[arg-type]
        assert EARTH.inv(lon, lat, *back)[2] < 1e-3


@given(st.floats(73.5, 135.0), st.floats(3.9, 53.5))
def test_the_shift_of_gcj02_is_less_than_a_kilometre(lon: float, lat: float) -> None:
    assert EARTH.inv(lon, lat, *wgs84_to_gcj02(lon, lat))[2] < 1_000


@pytest.mark.parametrize("place", [(139.7, 35.7), (-0.1, 51.5), (116.4, -30.0)])
def test_outside_of_china_nothing_is_shifted(place: tuple[float, float]) -> None:
    assert wgs84_to_gcj02(*place) == place
    assert to_wgs84(*place, "gcj02") == place


def test_every_datum_says_how_far_it_may_be_off() -> None:
    assert set(ACCURACY_M) == set(DATUMS)
