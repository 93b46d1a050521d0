"""Where parcels lie at streets: the part of an outline along which one may enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import belongs, shapes, values
from blockplan.plan.model.frames import one_part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan import Plan

#: Land that one enters other land from.
STREET_LAND = ("1207", "120701", "1208", "0601")
#: A border this near to a street, in m, lies at it.
BESIDE_M = 0.5


def fronts(plan: Plan, rows: NDArray[np.intp]) -> NDArray[np.object_]:
    """
    The part of the outer outline of each parcel along which streets run.

    Parameters
    ----------
    plan
        Streets are its street land and its streets, as wide as their red lines say.
    rows
        Rows of parcels that are drawn as one polygon each.
    """
    told = zip(values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list"), strict=True)
    is_street = np.array([belongs(use, of, STREET_LAND) is True for use, of in told], dtype=bool)
    shape = outlines(plan)
    width = values(plan, "streets", "red_line_width_m")
    half = np.where(np.isnan(width), 0.0, width / 2) + 1.0
    lines = shapes(plan, "streets")
    there = np.array([line is not None for line in lines], dtype=bool)
    land = [*shape[is_street], *shapely.buffer(lines[there], half[there])]
    tree = shapely.STRtree(as_objects(land))
    found = []
    for row in rows:
        outline = shape[row].exterior
        near = tree.query(outline, predicate="dwithin", distance=BESIDE_M)
        beside = shapely.union_all(shapely.buffer(tree.geometries[near], BESIDE_M))
        found.append(shapely.intersection(outline, beside))
    return as_objects(found)


def outlines(plan: Plan) -> NDArray[np.object_]:
    """Outlines of the parcels, those of one part as that part."""
    return as_objects([one_part(one) for one in shapes(plan, "parcels")])


def as_objects(listed: list[Any]) -> NDArray[np.object_]:
    """A list as an array of its things, whatever they are."""
    made = np.empty(len(listed), dtype=object)
    made[:] = listed
    return made
