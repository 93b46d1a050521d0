"""
What a community leaves to decide: vacant blocks, what stays, and how many parcels to place.

Homes of a community that count by their residents: from the file, or from floor area.
"""

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


def by_residents(case: Case, floor_per_person_m2: float | None = None) -> Case:
    """
    The case with homes that count by their residents; a m2 of new homes has as many as of those that stay.

    Parameters
    ----------
    floor_per_person_m2
        Floor area for each resident, where the file has floor areas and no residents; none is assumed.

    Raises
    ------
    PlanDataError
        If the residents of a home are not known; the message names the first.
    """
    initial = case.initial
    unknown = np.full(initial.ids.size, np.nan)
    people = unknown if initial.residents is None else initial.residents
    if floor_per_person_m2:
        floor = unknown if initial.floor_m2 is None else initial.floor_m2
        people = np.where(np.isnan(people), floor / floor_per_person_m2, people)
    home = (initial.kinds == "block") & (initial.types == HOME)
    lacking = initial.ids[home & np.isnan(people)]
    if lacking.size:
        raise PlanDataError(
            f"Residents of {lacking.size} of {int(home.sum())} residential blocks are not known "
            f"(first: block {lacking[0]}). Give them the field `residents`, or `floor_area_m2` "
            "with `floor_per_person=`, or let homes count by area: `by=area`."
        )
    if not home.any() or not people[home].sum():
        raise PlanDataError(
            "No residential block stays, so how many people a m² of new homes has is not known. "
            "Let homes count by area: `by=area`."
        )
    stays = np.isin(initial.ids, initial.ids[home])
    weights = np.where(stays, np.nan_to_num(people), 0.0)
    per_m2 = float(people[home].sum() / shapely.area(initial.shapes[home]).sum())
    return replace(case, initial=replace(initial, weights=weights), weights=people[home], weight_m2=per_m2)
