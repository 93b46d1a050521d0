"""
Whether a finished plan is legal, by the strict reading: told apart from the search, from the features alone.

The checker knows nothing of rows, stations or how a plan was made, so it judges anybody's plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.jsontext import JsonRecord
from blockplan.propose.layout.score.score import community_area_m2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.exchange.community import Community, Objectives

#: Parts are united on a grid of a tenth of a millimetre.
GRID_M = 1e-4
#: A gap or an overlap of this many m2 a block is rounding.
GAP_M2 = 1.0
#: Small green below this, in m2, has to be joined with what lies beside it.
GREEN_MIN_M2 = 500.0
#: So many new residential parcels may have any size; more must have this mean, in m2.
FEW_HOMES = 8
MEAN_HOME_M2 = 40_000.0
#: Lengths and areas are compared with this relative tolerance.
ROUNDING = 1e-6
#: An edge shared with a road over less than this, in m, is no front.
FRONT_M = 1.0
#: Width in m to which an edge and a road are the same line.
LINE_M = 0.05


@dataclass(frozen=True, slots=True)
class Illegal(JsonRecord):
    """
    One breach of the strict plan.

    Attributes
    ----------
    rule
        ``changed``, ``vacant``, ``tiling``, ``count``, ``share``, ``area``, ``edge``, ``hole``, ``front`` or
        ``homes``.
    id
        Id of the feature; None where it is the plan as a whole.
    measured, limit, unit
        What was found, what is asked, and in what.
    """

    rule: str
    id: int | None
    measured: float
    limit: float
    unit: str
    said: str


def illegal(plan: Community, initial: Community, objectives: Objectives) -> list[Illegal]:
    """Every breach of the strict plan; an empty list for a legal one."""
    new = new_blocks(plan, initial)
    return [
        *_changed(plan, initial),
        *_tiling(plan, initial, new),
        *_counts(plan, initial, objectives),
        *_sizes(plan, objectives, new),
        *_fronts(plan, new),
        *_homes(plan, new),
    ]


def new_blocks(plan: Community, initial: Community) -> NDArray[np.bool_]:
    """Which blocks of the plan lie on land that was vacant."""
    kept = initial.ids[(initial.kinds == "block") & (initial.types != "feasible")]
    return np.asarray((plan.kinds == "block") & ~np.isin(plan.ids, kept))


def _changed(plan: Community, initial: Community) -> Iterator[Illegal]:
    now = {int(one): at for at, one in enumerate(plan.ids) if plan.kinds[at] == "block"}
    for at in np.flatnonzero((initial.kinds == "block") & (initial.types != "feasible")):
        one = int(initial.ids[at])
        row = now.get(one)
        if row is None:
            yield Illegal("changed", one, 0, 1, "block", "A block that was not vacant is gone.")
            continue
        apart = shapely.symmetric_difference(plan.shapes[row], initial.shapes[at]).area
        if plan.types[row] != initial.types[at] or apart > GAP_M2 * ROUNDING:
            yield Illegal("changed", one, apart, 0, "m2", "A block that was not vacant has changed.")
    for at in np.flatnonzero((plan.kinds == "block") & (plan.types == "feasible")):
        yield Illegal("vacant", int(plan.ids[at]), plan.shapes[at].area, 0, "m2", "Land is still vacant.")


def _tiling(plan: Community, initial: Community, new: NDArray[np.bool_]) -> Iterator[Illegal]:
    shapes, ids = plan.shapes[new], plan.ids[new]
    tree = shapely.STRtree(shapes)
    within = np.zeros(ids.size)
    for at in np.flatnonzero((initial.kinds == "block") & (initial.types == "feasible")):
        block = initial.shapes[at]
        near = tree.query(block, predicate="intersects")
        parts = shapely.intersection(shapes[near], block)
        areas = shapely.area(parts)
        within[near] += areas
        # Without a grid a union may lose a part whose corner lies picometres beside its neighbour's.
        covered = shapely.area(shapely.union_all(parts, grid_size=GRID_M))
        gap, over = block.area - covered, float(areas.sum()) - covered
        if gap > GAP_M2:
            yield Illegal(
                "tiling", int(initial.ids[at]), gap, GAP_M2, "m2", "Land of a vacant block is in no parcel."
            )
        if over > GAP_M2:
            yield Illegal("tiling", int(initial.ids[at]), over, GAP_M2, "m2", "Parcels overlap.")
    for outside, one in zip(shapely.area(shapes) - within, ids, strict=True):
        if outside > GAP_M2:
            yield Illegal(
                "tiling", int(one), outside, GAP_M2, "m2", "A parcel lies on land that was not vacant."
            )


def _counts(plan: Community, initial: Community, objectives: Objectives) -> Iterator[Illegal]:
    for name, required in objectives.counts.items():
        asked = max(required, initial.blocks(name).size)
        found = plan.blocks(name).size
        if found != asked:
            yield Illegal("count", None, found, asked, "blocks", f"The plan has another number of {name}.")
    whole = community_area_m2(initial)
    for name, share in objectives.shares.items():
        reached = float(shapely.area(plan.blocks(name)).sum()) / whole
        if reached < share * (1 - ROUNDING):
            yield Illegal("share", None, reached, share, "1", f"The plan has too little {name}.")


def _sizes(plan: Community, objectives: Objectives, new: NDArray[np.bool_]) -> Iterator[Illegal]:
    for at in np.flatnonzero(new):
        one, name, shape = int(plan.ids[at]), plan.types[at], plan.shapes[at]
        least = GREEN_MIN_M2 if name == "green_s" else objectives.min_area_m2.get(name, 0.0)
        most = np.inf if name == "green_s" else objectives.max_area_m2.get(name, np.inf)
        if shape.area < least * (1 - ROUNDING):
            yield Illegal("area", one, shape.area, least, "m2", f"A parcel ({name}) is too small.")
        if shape.area > most * (1 + ROUNDING):
            yield Illegal("area", one, shape.area, float(most), "m2", f"A parcel ({name}) is too large.")
        if len(shape.interiors):
            yield Illegal("hole", one, len(shape.interiors), 0, "holes", f"A parcel ({name}) has a hole.")
        short = short_side_m(shape)
        if short < objectives.min_edge_m.get(name, 0.0) * (1 - ROUNDING):
            yield Illegal(
                "edge", one, short, objectives.min_edge_m[name], "m", f"A parcel ({name}) is too narrow."
            )


def short_side_m(shape: shapely.Polygon) -> float:
    """Short side of the smallest rotated rectangle around a polygon, in m."""
    box = shapely.get_coordinates(shape.minimum_rotated_rectangle)
    sides = np.hypot(*np.diff(box[:3], axis=0).T)
    return float(sides.min())


def fronts_m(plan: Community, new: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Length in m over which each of these parcels lies at a road."""
    roads = plan.lines("road")
    if not roads.size:
        return np.zeros(int(new.sum()))
    strips = shapely.union_all(shapely.buffer(roads, LINE_M, cap_style="flat"))
    return np.asarray(shapely.length(shapely.intersection(shapely.boundary(plan.shapes[new]), strips)))


def _fronts(plan: Community, new: NDArray[np.bool_]) -> Iterator[Illegal]:
    for front, one in zip(fronts_m(plan, new), plan.ids[new], strict=True):
        if front < FRONT_M:
            yield Illegal("front", int(one), float(front), FRONT_M, "m", "A parcel touches no road.")


def _homes(plan: Community, new: NDArray[np.bool_]) -> Iterator[Illegal]:
    homes = shapely.area(plan.shapes[new & (plan.types == "residential")])
    if homes.size > FEW_HOMES and homes.mean() < MEAN_HOME_M2 * (1 - ROUNDING):
        yield Illegal(
            "homes",
            None,
            float(homes.mean()),
            MEAN_HOME_M2,
            "m2",
            f"{homes.size} new homes are too small on the mean.",
        )
