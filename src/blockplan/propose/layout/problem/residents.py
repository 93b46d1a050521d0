"""Homes of a community that count by their residents: from the file, or from floor area."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.propose.layout.problem.case import HOME

if TYPE_CHECKING:
    from blockplan.propose.layout.problem.case import Case


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
            "with --floor-per-person, or let homes count by area: --by area."
        )
    if not home.any() or not people[home].sum():
        raise PlanDataError(
            "No residential block stays, so how many people a m2 of new homes has is not known. "
            "Let homes count by area: --by area."
        )
    stays = np.isin(initial.ids, initial.ids[home])
    weights = np.where(stays, np.nan_to_num(people), 0.0)
    per_m2 = float(people[home].sum() / shapely.area(initial.shapes[home]).sum())
    return replace(case, initial=replace(initial, weights=weights), weights=people[home], weight_m2=per_m2)
