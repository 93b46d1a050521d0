"""Homes, work and what lies between: mix of uses, jobs and dwellings, parking, blocks of homes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.figures import known
from blockplan.measure.distance.reach import hosts_of
from blockplan.measure.inputs.columns import (
    Gaps,
    absent,
    areas_m2,
    coded,
    ids,
    of_codes,
    shapes,
    total,
    values,
)
from blockplan.measure.inputs.floors import Amounts, floor_areas
from blockplan.measure.inputs.homes import HOUSING_CODES, can_house, residents
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.inputs.parts import USUAL, amounts_by, each, pieces, quotient, ratios_by
from blockplan.measure.measurement import Measurement, Part, both
from blockplan.measure.missing import Missing, nothing, reason, unknown
from blockplan.units import M2_PER_KM2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

NO_DWELLINGS = (nothing("no_dwellings"),)
#: Parking standards count spaces for every 100 m2 of floor area.
FLOOR_M2 = 100.0


def dwellings_of_parcels(plan: Plan) -> Amounts:
    """Dwellings of every parcel; unknown where land that can house people states none."""
    return plan.cached("dwellings", lambda: _dwellings(plan))


def _dwellings(plan: Plan) -> Amounts:
    stated, names = values(plan, "parcels", "dwellings"), ids(plan, "parcels")
    lacking = np.isnan(stated) & can_house(plan)
    said = (Missing("parcels", "dwellings"), lacking, int(can_house(plan).sum()))
    gaps = Gaps(names, (said,), absent(plan, "parcels"))
    by_parcel = np.where(np.isnan(stated) & ~lacking, 0.0, stated)
    return Amounts(by_parcel, gaps.lines(), tuple(names[by_parcel != 0]), gaps)


def land_use_mix(plan: Plan, parameters: Parameters) -> Measurement:
    """
    How evenly floor area is spread over the main classes of land use: entropy over its largest value.

    ``-sum(p ln p) / ln n``, where p is the share of each of the n classes in their floor area: 0
    where one class has all of it, 1 where all have the same.
    """
    codes = parameters.mix_codes
    floor = floor_areas(plan, parameters.floor_area_codes)
    chosen = [of_codes(plan, (code,)) for code in codes]
    missing = floor.missing + tuple(dict.fromkeys(line for _, lines in chosen for line in lines))
    if not missing and len(codes) < 2:
        missing = (reason("choose_mix"),)
    counted = {"parcels": floor.counted}
    amounts = [np.where(inside, floor.by_parcel, 0.0) for inside, _ in chosen]
    if not missing and not any(amount.any() for amount in amounts):
        missing = (nothing("no_class_floor"),)
    if missing:
        return Measurement("land_use_mix", None, "1", missing=missing, counted=counted)
    wholes = np.array([total(amount) for amount in amounts])
    definition = {"shares": dict(zip(codes, (wholes / wholes.sum()).tolist(), strict=True))}
    by: tuple[Part, ...] = ()
    for layer in (*USUAL, "subblocks"):
        found = pieces(plan, layer)
        sums = np.stack([found.sums(amount) for amount in amounts], axis=1)
        by += tuple(
            Part(scope, _evenness(row) if row.sum() > 0 else None)
            for scope, row in zip(found.scopes, sums, strict=True)
        )
    return Measurement("land_use_mix", _evenness(wholes), "1", definition, by=by, counted=counted)


def _evenness(amounts: NDArray[np.float64]) -> float:
    shares = amounts[amounts > 0] / amounts.sum()
    # Minus nothing is 0, not -0.
    return float(abs((shares * np.log(shares)).sum())) / math.log(len(amounts))


def jobs_housing(plan: Plan, parameters: Parameters) -> Measurement:
    """Jobs for each dwelling; by area and block."""
    jobs = jobs_of_parcels(plan, parameters.floor_area_per_job_m2)
    return _over_dwellings(plan, "jobs_housing", "job", jobs)


def dwelling_size(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of housing parcels for each dwelling, m2."""
    housing = coded(plan, HOUSING_CODES)
    stated, names = values(plan, "parcels", "floor_area_m2"), ids(plan, "parcels")
    blank = (
        Missing("parcels", "floor_area_m2"),
        housing.chosen & np.isnan(stated),
        int(housing.chosen.sum()),
    )
    gaps = housing.gaps + Gaps(names, (blank,), absent(plan, "parcels"))
    amount = np.where(housing.maybe, np.nan, np.where(housing.chosen, stated, 0.0))
    most = np.where(housing.chosen | housing.maybe, np.nan_to_num(stated, nan=np.inf), 0.0)
    floor = Amounts(amount, gaps.lines(), housing.names, gaps, most)
    return _over_dwellings(plan, "dwelling_size", "m2", floor)


def persons_per_dwelling(plan: Plan, parameters: Parameters) -> Measurement:
    """Residents for each dwelling."""
    found = residents(plan)
    if found.total is None or not len(found.by_parcel):
        missing = found.missing or absent(plan, "parcels") or NO_DWELLINGS
        return Measurement("persons_per_dwelling", None, "person", missing=missing)
    people = np.nan_to_num(found.by_parcel)
    names = tuple(ids(plan, "parcels")[people > 0])
    placed = Amounts(people, found.missing, names)
    return _over_dwellings(plan, "persons_per_dwelling", "person", placed, found.total)


def _over_dwellings(
    plan: Plan, name: str, unit: str, amount: Amounts, whole: float | None = None
) -> Measurement:
    homes = dwellings_of_parcels(plan)
    missing = tuple(dict.fromkeys(amount.missing + homes.missing))
    counted = both({"parcels": amount.counted}, {"parcels": homes.counted})
    if not missing and not homes.whole:
        missing = NO_DWELLINGS
    by = amounts_by(plan, amount, homes)
    if missing:
        ends = None if missing == NO_DWELLINGS else quotient(amount.ends, homes.ends)
        return Measurement(name, None, unit, by=by, missing=missing, counted=counted, ends=ends)
    over = amount.whole if whole is None else whole
    definition = {"sum": over, "dwellings": homes.whole, **amount.definition}
    return Measurement(name, over / homes.whole, unit, definition, by=by, counted=counted)


def parking_per_floor(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Parking spaces for every 100 m2 of floor area, on parcels of some classes or with some facilities.

    Spaces and floor area are the parcel's own: where a market shares its parcel, the whole parcel is read.
    """
    chosen, missing = _with_parking(plan, parameters.parking_codes, parameters.services)
    names = ids(plan, "parcels")
    spaces, floor = values(plan, "parcels", "parking_spaces"), values(plan, "parcels", "floor_area_m2")
    missing += absent(plan, "parcels")
    missing += unknown(
        Missing("parcels", "parking_spaces"), names[chosen & np.isnan(spaces)], int(chosen.sum())
    )
    missing += unknown(
        Missing("parcels", "floor_area_m2"), names[chosen & np.isnan(floor)], int(chosen.sum())
    )
    if not missing and not (chosen & (floor > 0)).any():
        missing = (nothing("no_floor"),)
    counted = {"parcels": tuple(names[chosen])}
    if missing:
        return Measurement("parking_per_floor", None, "space", missing=missing, counted=counted)
    spaces, floor = np.where(chosen, spaces, 0.0), np.where(chosen, floor, 0.0)
    by = ratios_by(plan, spaces * FLOOR_M2, floor)
    value = total(spaces) * FLOOR_M2 / total(floor)
    definition = {"spaces": total(spaces), "floor_area_m2": total(floor)}
    whole = total(spaces)
    return Measurement("parking_per_floor", value, "space", definition, by=by, counted=counted, supply=whole)


def _with_parking(
    plan: Plan, codes: tuple[str, ...], services: tuple[str, ...]
) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    """Parcels of some classes, and those that hold a facility of some services."""
    if not codes and not services:
        return np.zeros(len(ids(plan, "parcels")), dtype=bool), (reason("choose_parking"),)
    none = np.zeros(len(ids(plan, "parcels")), dtype=bool)
    chosen, missing = of_codes(plan, codes) if codes else (none, ())
    if services:
        missing += absent(plan, "facilities")
        held = np.isin(values(plan, "facilities", "service"), services)
        hosts = hosts_of(plan, "facilities")
        nowhere = held & (hosts < 0) & shapely.is_missing(shapes(plan, "facilities"))
        missing += unknown(Missing("facilities", "parcel_id"), ids(plan, "facilities")[nowhere])
        chosen = chosen | np.isin(np.arange(len(chosen)), hosts[held])
    return chosen, missing


def block_size(plan: Plan, parameters: Parameters) -> Measurement:
    """Mean size of the planning blocks, km2; the size of each by block."""
    names, sizes = ids(plan, "blocks"), areas_m2(plan, "blocks") / M2_PER_KM2
    missing = absent(plan, "blocks") + unknown(Missing("blocks", "geometry"), names[np.isnan(sizes)])
    if not missing and not len(names):
        missing = (nothing("no_blocks"),)
    by = tuple(
        Part(f"block:{name}", known(size), counted={"blocks": (name,)})
        for name, size in zip(names, sizes, strict=True)
    )
    value = None if missing else total(sizes) / len(sizes)
    definition = {"blocks": len(names)}
    counted = {"blocks": tuple(names)}
    return Measurement("block_size", value, "km2", definition, by=by, missing=missing, counted=counted)


def subblock_residents(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Mean number of residents of the subblocks of a size that have any; the number of each by subblock.

    Only subblocks from ``subblock_smallest_ha`` to ``subblock_largest_ha`` count (0: no upper end).
    """
    found = residents(plan)
    parts, missing = pieces(plan, "subblocks"), absent(plan, "subblocks") + found.missing_places
    counted = {"parcels": tuple(ids(plan, "parcels")[found.by_parcel > 0])} if len(found.by_parcel) else {}
    low, high = parameters.subblock_smallest_ha, parameters.subblock_largest_ha
    kept = parts.of_size(low, high)
    if not missing and not kept.any():
        missing = (
            nothing("no_subblocks", low=f"{low:g}", high=f"{high:g}")
            if high
            else nothing("no_subblocks_size"),
        )
    if missing:
        return Measurement("subblock_residents", None, "person", missing=missing, counted=counted)
    people = parts.sums(found.by_parcel)
    kept &= people > 0
    scopes = np.array(parts.scopes, dtype=object)[kept]
    by = each(scopes, people[kept], people=people[kept])
    if not len(by):
        missing = (nothing("nobody_subblocks"),)
        return Measurement("subblock_residents", None, "person", missing=missing, counted=counted)
    value = total(people[kept]) / len(by)
    definition = {"subblocks": len(by)}
    return Measurement(
        "subblock_residents", value, "person", definition, by=by, counted=counted, summed=found.summed
    )
