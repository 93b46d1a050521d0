"""
How much public green of some size there is for the residents: each size is a class of park of its own.

The supply stands in the measurement whether or not the residents are known.

How wide a piece of land is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.indicators.access import open_spaces
from blockplan.measure.indicators.supply import per_person
from blockplan.measure.inputs.columns import sound
from blockplan.measure.inputs.greens import green_area_m2
from blockplan.measure.inputs.kinds import partly_held
from blockplan.measure.missing import reason
from blockplan.plan.model.recall import by_row
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.measurement import Measurement
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


#: The circle is found to this much (m), and widths are given to 0.1 m: finer is how coordinates are rounded.
_TOLERANCE_M = 0.02
_DECIMALS = 1
#: So much (m) a width that was found may fall short of the real one: by the tolerance and in rounding.
_DOUBT_M = 0.1


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
    widths: NDArray[np.float64] = by_row("width", _width_m, sound(land), few=1)
    return widths


def _width_m(land: NDArray[Any]) -> NDArray[np.float64]:
    radius = shapely.maximum_inscribed_circle(land, tolerance=_TOLERANCE_M)
    return np.asarray(np.round(2 * shapely.length(radius), _DECIMALS))


def surely_as_wide(land: NDArray[Any], least_m: float) -> NDArray[np.bool_]:
    """
    Polygons without holes whose width (`width_m`) is as large as some least one, told without measuring it.

    A circle whose radius is the area over the length of the edge fits into each of them.

    Examples
    --------
    >>> surely_as_wide(np.array([shapely.box(0, 0, 80, 80), shapely.box(0, 0, 80, 700)]), 39.0).tolist()
    [True, True]
    >>> surely_as_wide(np.array([shapely.box(0, 0, 80, 80), shapely.box(0, 0, 8, 700)]), 41.0).tolist()
    [False, False]
    """
    simple, area, edge = by_row("simple land", _simple, land)
    return np.asarray(simple & (2 * area >= (least_m + _DOUBT_M) * edge), dtype=bool)


def _simple(land: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Which of some land are valid polygons without holes, their areas and the lengths of their edges."""
    simple = (shapely.get_type_id(land) == shapely.GeometryType.POLYGON) & shapely.is_valid(land)
    whole = shapely.get_num_interior_rings(land) == 0
    return simple & whole, shapely.area(land), shapely.length(land)


def sized_green_per_resident(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green of one size and below another for each resident, m2."""
    return _amount(plan, "sized_green_per_resident", "m2", 1, parameters)


def green_ha_per_1000(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green of one size and below another for every 1,000 residents, ha."""
    return _amount(plan, "green_ha_per_1000", "ha", 1_000, parameters)


def green_ha_per_100000(plan: Plan, parameters: Parameters) -> Measurement:
    """Public green of one size and below another for every 100,000 residents, ha."""
    return _amount(plan, "green_ha_per_100000", "ha", 100_000, parameters)


def _amount(plan: Plan, name: str, unit: str, per: float, parameters: Parameters) -> Measurement:
    greens = open_spaces(plan, parameters)
    chosen = greens.of_size(parameters.smallest_green_ha, parameters.largest_green_ha or None)
    area = green_area_m2(plan, chosen) / (M2_PER_HA if unit == "ha" else 1.0)
    lost = (reason("greens_not_held"),) if not len(greens) and partly_held(plan) else ()
    missing = greens.missing + lost
    supply = None if missing else area
    return per_person(plan, name, unit, supply, per, missing=missing, counted=greens.counted)
