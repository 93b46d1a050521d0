"""Unit suffixes of column names, and the few conversion factors that the house uses."""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T", float, "NDArray[np.float64]")

M2_PER_HA = 10_000.0
M2_PER_KM2 = 1_000_000.0
M_PER_KM = 1_000.0
CM_PER_M = 100
#: Coordinates of a plan are written to the millimetre: what lies nearer together cannot be told apart.
DRAWN_TO_M = 0.001

#: Ending of a column name -> the unit its numbers are in (UCUM-like plain text).
UNIT_OF_SUFFIX = {
    "_m2": "m2",
    "_ha": "ha",
    "_km2": "km2",
    "_m": "m",
    "_km": "km",
    "_ratio": "1",
    "_share": "1",
    "_min": "min",
}


def unit_of(column: str) -> str:
    """
    Unit of a column, read from the ending of its name.

    Examples
    --------
    >>> unit_of("floor_area_m2"), unit_of("coverage_ratio"), unit_of("residents")
    ('m2', '1', '1')
    """
    for suffix, unit in UNIT_OF_SUFFIX.items():
        if column.endswith(suffix):
            return unit
    return "1"


def drawn_area_accuracy_m2(area_m2: T) -> T:
    """
    How exactly an area is known whose corners are written to `DRAWN_TO_M`, m2.

    Examples
    --------
    >>> round(drawn_area_accuracy_m2(10_000.0), 6)
    0.1
    """
    found: T = DRAWN_TO_M * area_m2**0.5
    return found
