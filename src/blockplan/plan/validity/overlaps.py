"""Whether areas, blocks or subblocks lie over one another: a parcel belongs to one of each kind alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.recall import by_row, once
from blockplan.plan.validity.checked_layers import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.validity.checked_layers import Drawn, Geometries, Tolerances

#: Layers whose features part the plan.
PARTING = ("areas", "blocks", "subblocks")


def check_overlaps(layers: Mapping[str, Drawn], tolerances: Tolerances) -> list[Fault]:
    """A fault for each two features of a layer that share more land than ``overlap_tolerance_m2``."""
    return [found for name in PARTING if name in layers for found in _overlaps(layers[name], tolerances)]


def _overlaps(drawn: Drawn, tolerances: Tolerances) -> list[Fault]:
    rows = drawn.rows
    shapes, names = drawn.geometry[rows], drawn.ids[rows]
    one, other = once("lie together", partial(_together, shapes), shapes)
    kept = (one < other) & (names[one] != names[other])
    one, other = one[kept], other[kept]
    shared = by_row("shared land", shapely.intersection, shapes[one], shapes[other])
    faults = []
    large = np.flatnonzero(by_row("area", shapely.area, shared) > tolerances.overlap_tolerance_m2)
    for a, b, land in zip(one[large], other[large], shared[large], strict=True):
        id_, next_ = sorted((str(names[a]), str(names[b])))
        words = {"other": next_, "first": id_}
        features = drawn.features([int(rows[a]), int(rows[b])])
        place = place_of(land)
        faults.append(
            fault(
                "pq-over",
                drawn.name,
                id_,
                measured=float(land.area),
                unit="m2",
                values=words,
                features=features,
                **place,
            )
        )
    return faults


def _together(shapes: Geometries) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of shapes that meet."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return one, other
