"""
Datums that coordinates from phones and maps of China carry, and how to get from them to WGS 84.

GCJ-02 is WGS 84 shifted by a smooth function of the place, up to some 700 m; BD-09 is GCJ-02 shifted once
more. Neither has an official publication. The functions here are the ones that circulate openly since
about 2010 and that map libraries use. Their inverse is found by iteration to 1e-10 degrees (0.01 mm). How
far the services themselves depart from the functions cannot be measured offline; `ACCURACY_M` assumes
10 m, and a place is therefore always shown on the parcel that it hits, for its submitter to confirm.

References
----------
GCJ-02 uses the ellipsoid of Krasovsky 1940 (a = 6,378,245 m, e2 = 0.006693421622965943). CGCS2000 and WGS 84
are taken as one: they differ by the drift of the continent since 2000, less than 1 m.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09", "plan"]
DATUMS: tuple[Datum, ...] = get_args(Datum)
#: How far a converted place may be off, in m; None where nothing is converted.
ACCURACY_M: dict[Datum, float | None] = {
    "wgs84": 1.0,
    "cgcs2000": 1.0,
    "gcj02": 10.0,
    "bd09": 10.0,
    "plan": None,
}
_A, _E2 = 6_378_245.0, 0.006_693_421_622_965_943
_BD_TURN = math.pi * 3000.0 / 180.0
_STEPS = 30
_EXACT_DEG = 1e-10


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """
    Longitude and latitude in WGS 84, in degrees.

    Examples
    --------
    >>> lon, lat = to_wgs84(116.38404722455657, 39.91334545536069, "gcj02")
    >>> round(lon, 6), round(lat, 6)
    (116.377817, 39.911954)
    """
    if datum == "gcj02":
        return _undone(wgs84_to_gcj02, lon, lat)
    if datum == "bd09":
        return _undone(wgs84_to_gcj02, *_undone(gcj02_to_bd09, lon, lat))
    return lon, lat


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 of a WGS 84 place; outside of China (a rectangle about it) they are the same."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    phi = math.radians(lat)
    magic = 1 - _E2 * math.sin(phi) ** 2
    north = _north(x, y) / (_A * (1 - _E2) / (magic * math.sqrt(magic)))
    east = _east(x, y) / (_A / math.sqrt(magic) * math.cos(phi))
    return lon + math.degrees(east), lat + math.degrees(north)


def gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """BD-09 of a GCJ-02 place."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _waves(value: float, *parts: tuple[float, float]) -> float:
    """Sum of amplitude times sine of value times frequency."""
    return sum(size * math.sin(value * turn * math.pi) for turn, size in parts) * 2 / 3


def _north(x: float, y: float) -> float:
    """Shift to the north, in m."""
    start = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    return start + _waves(x, (6, 20), (2, 20)) + _waves(y, (1, 20), (1 / 3, 40), (1 / 12, 160), (1 / 30, 320))


def _east(x: float, y: float) -> float:
    """Shift to the east, in m."""
    start = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    return start + _waves(x, (6, 20), (2, 20), (1, 20), (1 / 3, 40), (1 / 12, 150), (1 / 30, 300))


def _undone(
    shift: Callable[[float, float], tuple[float, float]], lon: float, lat: float
) -> tuple[float, float]:
    """The place that `shift` takes to (lon, lat): each step takes the shift of the last guess away."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_STEPS):
        there_lon, there_lat = shift(guess_lon, guess_lat)
        off_lon, off_lat = lon - there_lon, lat - there_lat
        guess_lon, guess_lat = guess_lon + off_lon, guess_lat + off_lat
        if max(abs(off_lon), abs(off_lat)) < _EXACT_DEG:
            break
    return guess_lon, guess_lat
