"""Unit suffixes of column names, and the few conversion factors that the house uses."""

M2_PER_HA = 10_000.0
M2_PER_KM2 = 1_000_000.0
M_PER_KM = 1_000.0
CM_PER_M = 100

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
