"""What else of a parcel's row follows a value that somebody sets, so that the row does not say two things."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from blockplan.plan.model.codes import name_beside
from blockplan.units import drawn_area_accuracy_m2

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Columns of the parcels that have bounds beside them, ``far_min`` and ``far_max``.
BOUNDED = ("far", "height_m", "coverage_ratio", "green_ratio")
#: Columns that a ratio gives over the site, where they are that product.
OVER_SITE = ("floor_area_m2", "floor_area_m2_max")
#: Columns that go along with an outline that is drawn anew.
WITH_OUTLINE = frozenset({"declared_area_m2", *OVER_SITE})
#: So near, as a share, a floor area is taken for ratio times site, and a declared area for the drawn one.
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

    A declared area that agreed with the outline gains or loses what that does; one that did not is what the
    outline may be drawn to meet. A floor area that is the product of ratio and site grows as the site does.

    Examples
    --------
    >>> following_outline({"far": 1.8, "floor_area_m2": 18000.0, "declared_area_m2": 9990.0}, 10000.0, 9000.0)
    {'declared_area_m2': 8990.0, 'floor_area_m2': 16200.0}
    >>> following_outline({"far": 1.8, "floor_area_m2": 9000.0, "declared_area_m2": 9000.0}, 10000.0, 9000.0)
    {}
    """
    gained = now_m2 - was_m2
    # Such as where a neighbour's corner was put on its edge.
    if abs(gained) <= drawn_area_accuracy_m2(was_m2):
        return {}
    found: dict[str, Any] = {}
    far, declared = _number(row.get("far")), _number(row.get("declared_area_m2"))
    sites = [was_m2]
    if declared is not None and abs(declared - was_m2) <= NEAR * was_m2:
        sites.append(declared)
        found["declared_area_m2"] = round(declared + gained, 2)
    for floor in dict.fromkeys(name for site in sites for name in _products(row, (far or 0.0) * site)):
        found[floor] = float(round(row[floor] * now_m2 / was_m2))
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
