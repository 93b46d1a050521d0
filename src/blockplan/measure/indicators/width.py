"""How wide a piece of land is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The circle is found to this much (m), and widths are given to 0.1 m: finer is how coordinates are rounded.
_TOLERANCE_M = 0.02
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
    if not len(land):
        return np.empty(0)
    radius = shapely.maximum_inscribed_circle(sound(land), tolerance=_TOLERANCE_M)
    return np.asarray(np.round(2 * shapely.length(radius), _DECIMALS))
