"""How wide a piece of land is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.columns import sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Halvings of the interval in which the width lies: a park of 1 km2 is measured to 3 cm.
_STEPS = 15
#: Widths are given to this many decimals (m): finer is how coordinates are rounded.
_DECIMALS = 1


def width_m(land: NDArray[Any]) -> NDArray[np.float64]:
    """
    Width of polygons: the diameter of the largest circle that fits into each, to 0.1 m.

    A rectangle is as wide as its short side. A long narrow tail beside a wide part does not make
    the land narrow; a strip that is narrow throughout is. NaN where there is no land.

    Examples
    --------
    >>> width_m(np.array([shapely.box(0, 0, 80, 700)])).tolist()
    [80.0]
    """
    shapes = sound(land)
    low = np.zeros(len(shapes))
    # No circle in the land is larger than the one of the same area, nor wider than its bounding box.
    bounds = shapely.bounds(shapes)
    side = np.minimum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    high = np.minimum(np.sqrt(shapely.area(shapes) / np.pi), side / 2)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        left = shapely.is_empty(shapely.buffer(shapes, -middle, quad_segs=16))
        low, high = np.where(left, low, middle), np.where(left, middle, high)
    return np.asarray(np.round(low + high, _DECIMALS))
