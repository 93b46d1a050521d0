"""Industries and jobs: how much of which, where each is strong, how near to its core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.indicators.structure import cores_by_area
from blockplan.measure.inputs.columns import absent, ids, total, values
from blockplan.measure.inputs.feature_points import straight
from blockplan.measure.inputs.floors import area_of_parcels, parcel_points
from blockplan.measure.inputs.jobs import job_ratios, jobs_of_parcels, no_job_ratio
from blockplan.measure.inputs.parts import amounts_by
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing, reason, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

INDUSTRIES = ("health", "manufacturing", "digital", "services")


@dataclass(frozen=True, slots=True, eq=False)
class _Industries:
    """Parcels that state industries: rows, ids, floor area (m2), shares (one row an industry)."""

    rows: NDArray[np.intp]
    names: NDArray[Any]
    floor: NDArray[np.float64]
    shares: NDArray[np.float64]
    missing: tuple[Missing, ...]

    @property
    def counted(self) -> dict[str, tuple[str, ...]]:
        return {"parcels": tuple(self.names)}

    @property
    def everywhere(self) -> NDArray[np.bool_]:
        return np.ones(len(self.rows), dtype=bool)

    def floor_of(self, inside: NDArray[np.bool_]) -> list[float]:
        """Floor area of each industry on some of the parcels, m2."""
        return [total((self.floor * share)[inside]) for share in self.shares]


def _industries(plan: Plan) -> _Industries:
    """Productive floor area; a share left empty on a parcel that states another is unknown, not zero."""
    return plan.cached("industries", lambda: _read_industries(plan))


def _read_industries(plan: Plan) -> _Industries:
    shares = np.stack([values(plan, "parcels", f"industry_{industry}_share") for industry in INDUSTRIES])
    rows = np.flatnonzero(~np.isnan(shares).all(axis=0))
    names, floor = ids(plan, "parcels")[rows], values(plan, "parcels", "floor_area_m2")[rows]
    missing = absent(plan, "parcels")
    if not missing and not len(names):
        missing = (nothing("no_industry_share"),)
    missing += unknown(Missing("parcels", "floor_area_m2"), names[np.isnan(floor)], len(names))
    for industry, found in zip(INDUSTRIES, shares[:, rows], strict=True):
        missing += unknown(
            Missing("parcels", f"industry_{industry}_share"), names[np.isnan(found)], len(names)
        )
    if not missing and not total(floor):
        missing = (nothing("industries_no_floor"),)
    return _Industries(rows, names, floor, shares[:, rows], missing)


def industry_shares(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of health in the productive floor area; beside it the share of each industry.

    Productive floor area is that of the parcels that state a share for any
    industry; a share left empty there is unknown, not zero.
    """
    found = _industries(plan)
    if found.missing:
        return Measurement("industry_shares", None, "1", missing=found.missing, counted=found.counted)
    whole = total(found.floor)
    floor = found.floor_of(found.everywhere)
    mix = {industry: one / whole for industry, one in zip(INDUSTRIES, floor, strict=True)}
    rank = 1 + sum(share > mix["health"] for share in mix.values())
    definition = {"floor_area_m2": whole, "rank_of_health": rank}
    by = tuple(Part(industry, share) for industry, share in mix.items())
    return Measurement("industry_shares", mix["health"], "1", definition, by=by, counted=found.counted)


def industry_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of the parcels that state industries (the productive floor area), and of each industry."""
    found = _industries(plan)
    if found.missing:
        return Measurement("industry_floor_area", None, "m2", missing=found.missing, counted=found.counted)
    floor = found.floor_of(found.everywhere)
    by = tuple(Part(industry, amount) for industry, amount in zip(INDUSTRIES, floor, strict=True))
    definition = {"parcels": len(found.names), "floor_area_m2": total(found.floor)}
    return Measurement(
        "industry_floor_area", total(found.floor), "m2", definition, by=by, counted=found.counted
    )


def industry_jobs(plan: Plan, parameters: Parameters) -> Measurement:
    """Jobs on the parcels that state industries, and in each industry in proportion to its floor area."""
    found = _industries(plan)
    everywhere = jobs_of_parcels(plan, parameters.floor_area_per_job_m2)
    mine = everywhere.by_parcel[found.rows]
    missing = found.missing + unknown(
        Missing("parcels", "jobs"), found.names[np.isnan(mine)], len(found.names)
    )
    if missing:
        return Measurement("industry_jobs", None, "job", missing=missing, counted=found.counted)
    by = tuple(
        Part(industry, total(mine * share)) for industry, share in zip(INDUSTRIES, found.shares, strict=True)
    )
    definition = {"all_jobs": None if everywhere.missing else everywhere.whole}
    if silent := int(everywhere.is_left_out[found.rows].sum()):
        definition["not_counted_parcels"] = silent
    return Measurement("industry_jobs", total(mine), "job", definition, by=by, counted=found.counted)


def industry_focus_rank(plan: Plan, parameters: Parameters) -> Measurement:
    """Rank of the focus industry by floor area: 1 where none is larger."""
    found = _industries(plan)
    focus = parameters.focus_industry
    missing = found.missing
    if focus not in INDUSTRIES:
        missing += (reason("choose_focus", known=", ".join(INDUSTRIES), focus=repr(focus)),)
    if missing:
        return Measurement("industry_focus_rank", None, "rank", missing=missing, counted=found.counted)
    floor = dict(zip(INDUSTRIES, found.floor_of(found.everywhere), strict=True))
    by = tuple(
        Part(one, float(1 + sum(other > floor[one] for other in floor.values()))) for one in INDUSTRIES
    )
    value = next(part.value for part in by if part.scope == focus)
    definition = {"focus": focus, "floor_area_m2": floor}
    return Measurement("industry_focus_rank", value, "rank", definition, by=by, counted=found.counted)


def industry_location_quotient(plan: Plan, parameters: Parameters) -> Measurement:
    """Largest location quotient of the focus industry over the areas; every quotient stands beside it."""
    name, focus = "industry_location_quotient", parameters.focus_industry
    found = _industries(plan)
    missing = found.missing + absent(plan, "areas")
    if focus not in INDUSTRIES:
        missing += (reason("choose_focus", known=", ".join(INDUSTRIES), focus=repr(focus)),)
    counted = {**found.counted, "areas": tuple(ids(plan, "areas"))}
    if not missing and not len(ids(plan, "areas")):
        missing = (nothing("areas_none"),)
    if missing:
        return Measurement(name, None, "1", missing=missing, counted=counted)
    whole = found.floor_of(found.everywhere)
    areas = area_of_parcels(plan)[found.rows]
    by, focused = [], {}
    for area in dict.fromkeys(ids(plan, "areas")):
        there = areas == area
        mine, size = found.floor_of(there), total(found.floor[there])
        for industry, floor, everywhere in zip(INDUSTRIES, mine, whole, strict=True):
            # No productive floor in the area, or none of the industry in the plan: no quotient.
            quotient = (floor / size) / (everywhere / total(found.floor)) if size and everywhere else None
            by.append(Part(f"area:{area}/{industry}", quotient))
            if industry == focus and quotient is not None:
                focused[area] = quotient
    if not focused:
        missing = (nothing("no_productive", focus=focus),)
        return Measurement(name, None, "1", missing=missing, counted=counted, by=tuple(by))
    strongest = max(focused, key=lambda area: focused[area])
    definition = {
        "focus": focus,
        "strongest_area": strongest,
        "formula": "(floor of the industry in the area / productive floor in the area) / "
        "(floor of the industry in the plan / productive floor in the plan)",
    }
    return Measurement(name, focused[strongest], "1", definition, by=tuple(by), counted=counted)


def industry_near_cores(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the sectors' floor area within a distance of its sector's core; each sector beside it.

    A sector's core is the core of the area that holds most of the sector's floor area.
    """
    name, limit_m = "industry_near_cores", parameters.core_sector_m
    found = _industries(plan)
    cores = cores_by_area(plan)
    missing = found.missing + absent(plan, "areas", "structure")
    counted = {**found.counted, "structure": tuple(one for one, _ in cores.values())}
    if not missing and not cores:
        missing = (reason("no_core_names"),)
    if missing:
        return Measurement(name, None, "1", missing=missing, counted=counted)
    areas, place = area_of_parcels(plan)[found.rows], parcel_points(plan)[found.rows]
    near: list[float] = []
    of: list[float] = []
    by, core_of = [], {}
    for industry, share in zip(INDUSTRIES, found.shares, strict=True):
        floor = found.floor * share
        if not total(floor):  # a sector that the plan does not have is at no core
            by.append(Part(industry, None))
            continue
        held = {area: total(floor[areas == area]) for area in cores}
        home = max(held, key=lambda area: held[area])
        core, shape = cores[home]
        inside = np.round(straight(place, np.array([shape], dtype=object)), 2) <= limit_m
        near.append(total(floor[inside]))
        of.append(total(floor))
        core_of[industry] = core
        by.append(Part(industry, near[-1] / total(floor)))
    definition = {"limit_m": limit_m, "along": "line", "core_of_sector": core_of}
    # Shares of a parcel that do not add up to one leave floor area to no sector.
    value = total(near) / total(of) if of else None
    missing = () if of else (nothing("sectors_no_floor"),)
    return Measurement(name, value, "1", definition, by=tuple(by), missing=missing, counted=counted)


def jobs(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Jobs: those that parcels state, else floor area over the floor area of one job for their land use.

    A parcel without a land use could have some, so it is missing. Built land whose use has no ratio (a
    school, a hospital) and that states none is not counted: beside the jobs stands how many such parcels
    there are and of which classes, and the jobs are then the least that there are (`no_job_ratio`);
    they are unknown where no other parcel has any.
    """
    ratios: Mapping[str, float] = parameters.floor_area_per_job_m2
    found = jobs_of_parcels(plan, ratios)
    stated = ~np.isnan(values(plan, "parcels", "jobs"))
    derived = ~stated & ~np.isnan(job_ratios(plan, ratios))
    uncounted = no_job_ratio(plan, ratios)
    definition = {
        "stated_parcels": int(stated.sum()),
        "reckoned_parcels": int(derived.sum()),
        "floor_area_per_job_m2": dict(ratios),
        "not_counted_parcels": int(uncounted.sum()),
        "not_counted_codes": sorted(set(values(plan, "parcels", "land_use")[uncounted])),
    }
    counted = {"parcels": found.counted}
    if found.missing:
        return Measurement("jobs", None, "job", definition, missing=found.missing, counted=counted)
    by = (
        Part("stated", found.within(stated)),
        Part("reckoned", found.within(derived)),
        *amounts_by(plan, found, layers=("areas",)),
    )
    return Measurement("jobs", found.whole, "job", definition, by=by, counted=counted)
