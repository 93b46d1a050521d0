"""
Parcels for a plan that has none, such as a map that was imported: the blocks between its streets.

The lines are those of the map, so a parcel reaches to the middle of the street, and all of them tile the
boundary. A block on which anything is mapped exists, and its use is not known. A block on which nothing is
mapped is undecided; that nobody builds there is not known either, only that the map shows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.measure.inputs.columns import shapes, sound_shapes, values
from blockplan.propose.changes import GEOMETRY, Change, apply, new_feature
from blockplan.propose.layout.problem.uses import CATALOG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan

#: Streets of these classes part no blocks.
NO_BORDER = ("path",)
#: An empty block is undecided from this area, in m2, and this mean width, in m, on; smaller ones are islands.
LEAST_M2, LEAST_M = 2_000.0, 20.0
#: So much of an empty block may be water, woodland or green (1).
COVERED = 0.1
#: Layers whose features take up ground, and those that stand on it.
GROUND, STANDING = ("greens", "water", "woodland"), ("buildings", "facilities")
#: Ids of the blocks begin so.
PREFIX = "B"


def with_blocks(plan: Plan) -> tuple[Plan, tuple[Change, ...]]:
    """
    The plan with a parcel for every block between its streets, and the changes that add them.

    Raises
    ------
    UsageError
        If the plan has parcels.
    PlanDataError
        If it has no boundary or no streets, or these enclose nothing.
    """
    if len(shapes(plan, "parcels")):
        raise CATALOG.refused(UsageError, "refused.has_parcels")
    blocks = _between(plan)
    empty = _empty(plan, blocks)
    digits = len(str(len(blocks)))
    changes: list[Change] = []
    for number, (block, bare) in enumerate(zip(blocks, empty, strict=True), 1):
        told: dict[str, Any] = {GEOMETRY: block.wkt, "committed": False}
        changes += new_feature(
            "parcels", f"{PREFIX}{number:0{digits}d}", told | ({} if bare else {"status": "existing"})
        )
    return apply(plan, changes), tuple(changes)


def _between(plan: Plan) -> list[Any]:
    """Faces of the streets and the boundary, from north to south and from west to east."""
    outline = [one for one in shapes(plan, "boundary") if one is not None]
    lines = shapes(plan, "streets")
    kind = values(plan, "streets", "class")
    kept = [line for line, of in zip(lines, kind, strict=True) if line is not None and of not in NO_BORDER]
    if not outline or not kept:
        raise CATALOG.refused(PlanDataError, "refused.no_lines")
    land = shapely.union_all(outline)
    noded = shapely.union_all([shapely.boundary(land), *kept])
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    inside = [one for one in faces if shapely.contains(land, one.representative_point())]
    if not inside:
        raise CATALOG.refused(PlanDataError, "refused.no_blocks")
    return sorted(inside, key=lambda one: (-round(one.centroid.y, 1), round(one.centroid.x, 1)))


def _empty(plan: Plan, blocks: Sequence[Any]) -> NDArray[np.bool_]:
    """Blocks on which nothing is mapped and that are no islands of a crossing."""
    tree = shapely.STRtree(blocks)
    area = shapely.area(blocks)
    found = (area >= LEAST_M2) & (2 * area / shapely.length(blocks) >= LEAST_M)
    for layer in STANDING:
        there = [one for one in shapes(plan, layer) if one is not None]
        if there:
            found[np.unique(tree.query(shapely.point_on_surface(there), predicate="intersects")[1])] = False
    ground = [one for layer in GROUND for one in sound_shapes(plan, layer) if one is not None]
    if ground:
        cover = shapely.area(shapely.intersection(blocks, shapely.union_all(ground)))
        found &= cover <= COVERED * area
    return np.asarray(found)


def netted(blocks: Sequence[Change], changes: Sequence[Change]) -> tuple[Change, ...]:
    """
    The changes of a layout, then the blocks that stay; what is added and taken away again is left out.

    A block that a layout changes comes first, so that what is proposed is not lost among what is there.
    """
    gone = {one.id for one in changes if one.column == "parcel_id" and one.new is None}
    touched = {one.id for one in changes if one.layer == "parcels"} - gone
    first = [one for one in blocks if one.id in touched]
    rest = [one for one in blocks if one.id not in touched | gone]
    kept = [one for one in changes if one.layer != "parcels" or one.id not in gone]
    return (*first, *kept, *rest)
