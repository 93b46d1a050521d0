"""
The plane of our maps in a browser: a metre of it is a metre of the plan.

Longitude and latitude 0 stand for the middle of the plan; `frontend/map/projection.ts` is the same there.
"""

from __future__ import annotations

import math

#: The radius of Web Mercator, m.
RADIUS_M = 6_378_137.0


def corner(middle: tuple[float, float], at: tuple[int, int, int]) -> tuple[float, float, float]:
    """
    The north-western corner of a tile and its side, in metres.

    Parameters
    ----------
    middle
        The place of the plan that stands at longitude and latitude 0, m.
    at
        Zoom, column and row of the tile.

    Examples
    --------
    >>> corner((0.0, 0.0), (1, 1, 1))
    (0.0, 0.0, 20037508.342789244)
    """
    zoom, x, y = at
    side, half = 2 * math.pi * RADIUS_M / 2.0**zoom, math.pi * RADIUS_M
    return middle[0] - half + x * side, middle[1] + half - y * side, side
