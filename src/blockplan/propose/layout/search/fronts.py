"""Which pieces of a vacant block lie at a street, where new lines between parcels are no streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.propose.fronts import BESIDE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A parcel is entered from a street along which it lies for at least so many m.
ENTRANCE_M = 6.0


def entered(
    corners: NDArray[np.float64], ends: NDArray[np.int64], line: Any, least_m: float = ENTRANCE_M
) -> NDArray[np.bool_]:
    """
    Whether pieces lie along a line for long enough.

    Parameters
    ----------
    corners
        u and v of the corners of all pieces, one after the other, in m.
    ends
        First corner of each piece, and the one after its last.
    line
        Where streets run, in the same frame.

    Examples
    --------
    Of two squares side by side, the left one touches the line x = 0:

    >>> square = [[0, 0], [10, 0], [10, 10], [0, 10]]
    >>> both = np.array(square + [[x + 10, y] for x, y in square], dtype=float)
    >>> entered(both, np.array([[0, 4], [4, 8]]), shapely.LineString([(0, 0), (0, 10)])).tolist()
    [True, False]
    """
    if not len(ends):
        return np.zeros(0, bool)
    size = ends[:, 1] - ends[:, 0]
    which = np.repeat(np.arange(len(ends)), size)
    at = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(ends[:, 0], size)
    good = size >= 3
    kept = good[which]
    found = np.zeros(len(ends), bool)
    number = np.cumsum(good) - 1
    rings = shapely.linearrings(corners[at[kept]], indices=number[which[kept]])
    strip = shapely.buffer(line, BESIDE_M, cap_style="flat")
    shapely.prepare(strip)
    near = shapely.intersects(strip, rings)
    length = np.zeros(len(rings))
    length[near] = shapely.length(shapely.intersection(rings[near], strip))
    found[good] = length >= least_m
    return found
