"""What else of a parcel's row follows a value that somebody sets, so that the row does not say two things."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from blockplan.plan.model.codes import name_beside

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Columns of the parcels that have bounds beside them, ``far_min`` and ``far_max``.
BOUNDED = ("far", "height_m", "coverage_ratio", "green_ratio")
#: Columns that a ratio gives over the site, where they are that product.
OVER_SITE = ("floor_area_m2", "floor_area_m2_max")
#: A floor area is taken for the product of ratio and site where it is so near to it, as a share of itself.
NEAR = 0.005


def following(row: Mapping[str, Any], column: str, value: Any, site_m2: float) -> dict[str, Any]:
    """
    The columns of a parcel that follow when one is set.

    The class's name follows the code. A bound follows the number that it repeats, and a floor area the ratio
    that it is the product of; a bound or a floor area that says something of its own stays.

    Parameters
    ----------
    column, value
        What is set; None takes the value away.

    Returns
    -------
    dict
        Column -> value, without the one that is set.

    Examples
    --------
    >>> following({"far": 1.8, "far_max": 1.8, "floor_area_m2": 18000.0}, "far", 2.0, 10000.0)
    {'far_max': 2.0, 'floor_area_m2': 20000.0}
    >>> following({"far": 1.8, "far_max": 2.5, "floor_area_m2": 9000.0}, "far", 2.0, 10000.0)
    {}
    """
    if column == "land_use":
        name = row.get("land_use_name")
        if isinstance(name, str) and isinstance(value, str):
            named = name_beside(row.get("land_use_list"), value, name)
            return {} if named == name else {"land_use_name": named}
        return {}
    old = _number(row.get(column))
    if column not in BOUNDED or old is None or value == old:
        return {}
    new = _number(value)
    found = {bound: new for bound in (f"{column}_min", f"{column}_max") if _number(row.get(bound)) == old}
    if column == "far":
        for floor in _products(row, old * site_m2):
            found[floor] = None if new is None else float(round(new * site_m2))
    return found


def following_outline(row: Mapping[str, Any], was_m2: float, now_m2: float) -> dict[str, Any]:
    """
    The columns of a parcel that follow when its outline is drawn anew, from `was_m2` to `now_m2`.

    The declared area is of the outline that was, and grows and shrinks along; a floor area that is the
    product of ratio and site stays that.

    Examples
    --------
    >>> following_outline({"far": 1.8, "floor_area_m2": 18000.0, "declared_area_m2": 9990.0}, 10000.0, 9000.0)
    {'floor_area_m2': 16200.0, 'declared_area_m2': 8991.0}
    >>> following_outline({"far": 1.8, "floor_area_m2": 9000.0}, 10000.0, 9000.0)
    {}
    """
    if not was_m2 or math.isclose(was_m2, now_m2):  # such as where a neighbour's corner was put on its edge
        return {}
    far, declared = _number(row.get("far")), _number(row.get("declared_area_m2"))
    found = {floor: float(round(far * now_m2)) for floor in _products(row, far * was_m2)} if far else {}
    if declared is not None:
        found["declared_area_m2"] = declared * (now_m2 / was_m2)
    return found


def _products(row: Mapping[str, Any], product_m2: float) -> list[str]:
    """The floor areas that a ratio over the site gives."""
    given = {floor: _number(row.get(floor)) for floor in OVER_SITE}
    return [
        floor
        for floor, one in given.items()
        if one is not None and abs(one - product_m2) <= max(1.0, NEAR * one)
    ]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return None
    return float(value)
