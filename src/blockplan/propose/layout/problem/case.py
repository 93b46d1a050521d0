"""What a community leaves to decide: vacant blocks, what stays, and how many parcels to place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.community import VACANT
from blockplan.propose.layout.score.score import community_area_m2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.community import Community, Objectives
    from blockplan.propose.layout.problem.params import LayoutParams

HOME = "residential"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """
    A layout problem.

    Attributes
    ----------
    vacant
        Polygons of the vacant blocks that may be planned, in metres.
    stays
        Polygons of the blocks of the community that stay as they are.
    missing
        Type -> parcels that have to be placed, beside those that stay.
    homes_m2
        Residential area that has to be placed, beside what stays.
    weights, weight_m2
        What each home that stays counts, in the order of `stays`, and a m2 of new homes; None where
        `LayoutParams` says it.
    permitted
        Types that each vacant block may hold; None where any may stand anywhere.
    fronts
        Line of each vacant block along which it can be entered; None where every new line becomes a street.
    """

    initial: Community
    objectives: Objectives
    vacant: NDArray[np.object_]
    vacant_ids: NDArray[np.int64]
    stays: NDArray[np.object_]
    stays_types: NDArray[np.object_]
    missing: Mapping[str, int]
    homes_m2: float
    area_m2: float
    weights: NDArray[np.float64] | None = None
    weight_m2: float | None = None
    permitted: tuple[frozenset[str], ...] | None = None
    fronts: NDArray[np.object_] | None = None


def layout_case(initial: Community, objectives: Objectives, locked: Sequence[int] = ()) -> Case:
    """
    The layout problem of a community.

    Parameters
    ----------
    locked
        Ids of vacant blocks that stay vacant.

    Raises
    ------
    PlanDataError
        If nothing is vacant.
    UsageError
        If an id that is locked is of no vacant block.
    """
    block = initial.kinds == "block"
    free = block & (initial.types == VACANT)
    strange = sorted(set(locked) - set(initial.ids[free].tolist()))
    if strange:
        raise UsageError(
            f"Block {strange[0]} cannot be locked: it is not vacant. "
            f"Vacant blocks: {', '.join(map(str, initial.ids[free]))}."
        )
    free &= ~np.isin(initial.ids, np.array(locked, dtype=np.int64))
    stays = block & ~free & (initial.types != "outside")
    if not free.any():
        raise PlanDataError(
            f"No block is vacant (type `{VACANT}`), so nothing can be laid out. Give an initial community."
        )
    area = community_area_m2(initial)
    types = initial.types[stays]
    there = float(shapely.area(initial.shapes[stays][types == HOME]).sum())
    return Case(
        initial,
        objectives,
        initial.shapes[free],
        initial.ids[free],
        initial.shapes[stays],
        types,
        {name: max(0, n - int((types == name).sum())) for name, n in objectives.counts.items()},
        max(0.0, objectives.shares.get(HOME, 0.0) * area - there),
        area,
    )


def home_weights(case: Case, params: LayoutParams) -> NDArray[np.float64]:
    """What each home that stays counts."""
    if case.weights is not None:
        return case.weights
    areas = np.asarray(shapely.area(case.stays[case.stays_types == HOME]))
    return params.home_weight + params.home_weight_m2 * areas


def weighing(case: Case, params: LayoutParams) -> LayoutParams:
    """The parameters, with the weight of new homes that the case states."""
    if case.weight_m2 is None:
        return params
    return replace(params, home_weight=0.0, home_weight_m2=case.weight_m2)
