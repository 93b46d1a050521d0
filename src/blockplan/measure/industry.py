"""Industries and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.columns import absent, belongs, ids, total, unknown, values
from blockplan.measure.measurement import Measurement, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.plan.model import Plan

INDUSTRIES = ("health", "manufacturing", "digital", "services")


def industry_shares(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """
    Share of health in the productive floor area; beside it the share of each industry.

    Productive floor area is that of the parcels that state a share for any
    industry; a share left empty there is unknown, not zero.
    """
    name = "industry_shares"
    shares = np.stack([values(plan, "parcels", f"industry_{industry}_share") for industry in INDUSTRIES])
    stated = ~np.isnan(shares).all(axis=0)
    names, floor = ids(plan, "parcels")[stated], values(plan, "parcels", "floor_area_m2")[stated]
    shares = shares[:, stated]
    counted = {"parcels": tuple(names)}
    missing = absent(plan, "parcels")
    if not missing and not len(names):
        missing = ("parcels.industry_*_share: no parcel states one",)
    missing += unknown("parcels.floor_area_m2", names[np.isnan(floor)], len(names))
    for industry, found in zip(INDUSTRIES, shares, strict=True):
        missing += unknown(f"parcels.industry_{industry}_share", names[np.isnan(found)], len(names))
    if not missing and not total(floor):
        missing = ("nothing to measure: the parcels that state industries have no floor area",)
    if missing:
        return Measurement(name, None, "1", missing=missing, counted=counted)
    whole = total(floor)
    mix = {industry: total(floor * found) / whole for industry, found in zip(INDUSTRIES, shares, strict=True)}
    rank = 1 + sum(share > mix["health"] for share in mix.values())
    definition = {"floor_area_m2": whole, "rank_of_health": rank}
    by = tuple(Part(industry, found) for industry, found in mix.items())
    return Measurement(name, mix["health"], "1", definition, by=by, counted=counted)


def jobs(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """
    Jobs: those that parcels state, else floor area over the floor area of one job for their land use.

    A parcel without stated jobs whose land use has no ratio has none; one without a land use
    could have some, so it is missing.
    """
    ratios: Mapping[str, float] = parameters["floor_area_per_job_m2"]
    stated = values(plan, "parcels", "jobs")
    floor, names = values(plan, "parcels", "floor_area_m2"), ids(plan, "parcels")
    lists, uses = values(plan, "parcels", "land_use_list"), values(plan, "parcels", "land_use")
    ratio = np.array([_ratio(use, kind, ratios) for use, kind in zip(uses, lists, strict=True)], dtype=float)
    derived = np.isnan(stated) & ~np.isnan(ratio)
    unsaid = np.isnan(stated) & np.array([use is None for use in uses], dtype=bool)
    missing = absent(plan, "parcels") + unknown("parcels.jobs or parcels.land_use", names[unsaid], len(names))
    missing += unknown("parcels.floor_area_m2 or parcels.jobs", names[derived & np.isnan(floor)], len(names))
    given, reckoned = total(stated[~np.isnan(stated)]), total(floor[derived] / ratio[derived])
    definition = {
        "stated_parcels": int((~np.isnan(stated)).sum()),
        "reckoned_parcels": int(derived.sum()),
        "floor_area_per_job_m2": dict(ratios),
    }
    counted = {"parcels": tuple(names[derived | ~np.isnan(stated)])}
    if missing:
        return Measurement("jobs", None, "job", definition, missing=missing, counted=counted)
    by = (Part("stated", given), Part("reckoned", reckoned))
    return Measurement("jobs", given + reckoned, "job", definition, by=by, counted=counted)


def _ratio(use: str | None, list_name: str | None, ratios: Mapping[str, float]) -> float:
    """Floor area of one job for a land use; NaN where no code of the ratios holds it."""
    held = [code for code in ratios if belongs(use, list_name, (code,))]
    # The most detailed code goes first: it says more about the parcel.
    return ratios[max(held, key=len)] or np.nan if held else np.nan
