"""
Jobs of parcels as an array, with what is missing to say them.

Built land whose use has no ratio (a school, a hospital) and that states no jobs has an unknown number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.inputs.columns import Gaps, absent, belongs, ids, land_uses, values
from blockplan.measure.inputs.floors import Amounts, floor_areas
from blockplan.measure.inputs.homes import can_house
from blockplan.measure.missing import Missing
from blockplan.measure.parameters import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan


def jobs_of_parcels(plan: Plan, floor_area_per_job_m2: Mapping[str, float]) -> Amounts:
    """
    Jobs of every parcel: as stated, else floor area over the floor area of one job for its land use.

    Parcels of `no_job_ratio` are left out of the sum; they are unknown where nobody else has jobs.
    """
    key = f"jobs:{sorted(floor_area_per_job_m2.items())}"
    return plan.cached(key, lambda: _jobs(plan, floor_area_per_job_m2))


def _jobs(plan: Plan, ratios: Mapping[str, float]) -> Amounts:
    stated, floor = values(plan, "parcels", "jobs"), values(plan, "parcels", "floor_area_m2")
    names, ratio = ids(plan, "parcels"), job_ratios(plan, ratios)
    derived = np.isnan(stated) & ~np.isnan(ratio)
    kinds, kind = land_uses(plan)
    unsaid = np.isnan(stated) & np.array([use is None for use, _ in kinds], dtype=bool)[kind]
    gaps = Gaps(
        names,
        (
            (Missing("parcels", "jobs", why="jobs_or_use"), unsaid, len(names)),
            (Missing("parcels", "floor_area_m2", why="floor_or_jobs"), derived & np.isnan(floor), len(names)),
        ),
        absent(plan, "parcels"),
    )
    found = np.where(derived, floor / np.where(derived, ratio, 1.0), np.where(unsaid, np.nan, stated))
    by_parcel = np.where(np.isnan(found) & ~derived & ~unsaid, 0.0, found)
    counted = tuple(names[derived | ~np.isnan(stated)])
    silent = no_job_ratio(plan, ratios) & ~unsaid
    if not silent.any():
        return Amounts(by_parcel, gaps.lines(), counted, gaps)
    left_out = Gaps(names, ((Missing("parcels", "jobs"), silent, len(names)),))
    most = np.where(silent, np.inf, np.nan_to_num(by_parcel, nan=np.inf))
    if not (by_parcel > 0).any():
        by_parcel, gaps = np.where(silent, np.nan, by_parcel), gaps + left_out
    return Amounts(by_parcel, gaps.lines(), counted, gaps, most, left_out)


def job_ratios(plan: Plan, ratios: Mapping[str, float]) -> NDArray[np.float64]:
    """Floor area of one job on each parcel, m2; NaN where no code of the ratios holds its land use."""
    kinds, kind = land_uses(plan)
    return np.array([_ratio(use, of, ratios) for use, of in kinds], dtype=float)[kind]


def _ratio(use: str | None, list_name: str | None, ratios: Mapping[str, float]) -> float:
    held = [code for code in ratios if belongs(use, list_name, (code,))]
    # The most detailed code goes first: it says more about the parcel.
    return ratios[max(held, key=len)] or np.nan if held else np.nan


def no_job_ratio(plan: Plan, ratios: Mapping[str, float]) -> NDArray[np.bool_]:
    """Parcels that are built, or may be, but for homes, state no jobs, and have a use without a ratio."""
    silent = np.isnan(values(plan, "parcels", "jobs")) & np.isnan(job_ratios(plan, ratios))
    built = floor_areas(plan, DEFAULTS.built_codes).by_parcel != 0
    return np.asarray(silent & built & ~can_house(plan))
