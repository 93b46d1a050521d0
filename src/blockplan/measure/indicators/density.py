"""
How densely the plan is built and lived in: floor area, coverage, heights, people and jobs.

And floor area of each block against its cap, with what is moved between blocks; land of each facility.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import known
from blockplan.measure.distance.reach import hosts_of
from blockplan.measure.indicators.land import boundary_m2, no_land
from blockplan.measure.inputs.columns import (
    absent,
    areas_m2,
    belongs,
    coded,
    ids,
    land_uses,
    of_codes,
    rows_of_parcels,
    total,
    values,
)
from blockplan.measure.inputs.floors import Amounts, floor_areas, parcel_points, unplaced
from blockplan.measure.inputs.homes import HOUSING_CODES, residents
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.inputs.parcel_intensity import Values, as_read, built, covered_m2, measurement
from blockplan.measure.inputs.parts import USUAL, amounts_by, pieces, quotient, ratios_by
from blockplan.measure.measurement import Measurement, Part, Place
from blockplan.measure.missing import Missing, nothing, unknown
from blockplan.measure.parameters import DEFAULTS, Parameters
from blockplan.plan.model.codes import DEFAULT_LIST, landuse
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

M2_PER_MILLION = 1_000_000.0


def floor_area_total(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of all parcels, million m2; by area, block and first-level land use."""
    floor = floor_areas(plan, parameters.floor_area_codes)
    counted = {"parcels": floor.counted}
    by = amounts_by(plan, floor.times(1 / M2_PER_MILLION))
    if floor.missing:
        low, high = floor.ends
        ends = low / M2_PER_MILLION, high / M2_PER_MILLION
        return Measurement(
            "floor_area_total", None, "million m2", by=by, missing=floor.missing, counted=counted, ends=ends
        )
    millions = floor.by_parcel / M2_PER_MILLION
    by += _by_class(plan, lambda chosen: total(millions[chosen]))
    definition = {"parcels": len(floor.counted)}
    return Measurement("floor_area_total", total(millions), "million m2", definition, by=by, counted=counted)


def gross_floor_area_ratio(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of all parcels over the planned land, roads and parks included."""
    floor = floor_areas(plan, parameters.floor_area_codes)
    return _over_land(plan, "gross_floor_area_ratio", "1", floor, per_m2=1.0)


def floor_area_ratio(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area over the land of the parcels that have floor area; by block and first-level land use."""
    floor = floor_areas(plan, parameters.floor_area_codes)
    sizes, names = areas_m2(plan, "parcels"), ids(plan, "parcels")
    built = floor.by_parcel > 0
    counted = {"parcels": tuple(names[built])}
    missing = floor.missing + unknown(
        Missing("parcels", "geometry"), names[built & np.isnan(sizes)], len(names)
    )
    if not missing and not built.any():
        missing = (nothing("no_parcel_floor"),)
    # Land of unknown floor area may be built or not.
    under = Amounts(
        np.where(np.isnan(floor.by_parcel), np.nan, np.where(built, sizes, 0.0)), (), (), floor.gaps, sizes
    )
    by = amounts_by(plan, floor, under, (*USUAL, "subblocks"))
    if missing:
        return Measurement("floor_area_ratio", None, "1", by=by, missing=missing, counted=counted)
    land = np.where(built, sizes, 0.0)
    by += _by_class(plan, lambda chosen: _ratio(floor.by_parcel[chosen], land[chosen]))
    definition = {"floor_area_m2": floor.whole, "land_ha": total(land) / M2_PER_HA}
    value = _ratio(floor.by_parcel, land)
    return Measurement("floor_area_ratio", value, "1", definition, by=by, counted=counted)


def coverage(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the built parcels' land that buildings cover.

    The coverage that a parcel states, else the footprints of the buildings that name it.
    """
    built, missing = of_codes(plan, parameters.floor_area_codes)
    sizes, names = areas_m2(plan, "parcels"), ids(plan, "parcels")
    covered = _covered(plan, sizes)
    missing += absent(plan, "parcels")
    missing += unknown(Missing("parcels", "geometry"), names[built & np.isnan(sizes)], len(names))
    blank = built & ~np.isnan(sizes) & np.isnan(covered)
    missing += unknown(Missing("parcels", "coverage_ratio"), names[blank], int(built.sum()))
    if not missing and not built.any():
        missing = (nothing("no_built"),)
    counted = {"parcels": tuple(names[built])}
    if missing:
        return Measurement("coverage", None, "1", missing=missing, counted=counted)
    land, under = np.where(built, sizes, 0.0), np.where(built, covered, 0.0)
    by = ratios_by(plan, under, land) + _by_class(plan, lambda chosen: _ratio(under[chosen], land[chosen]))
    return Measurement("coverage", _ratio(under, land), "1", by=by, counted=counted)


def residential_height(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Height of the tallest housing, m; where it stands, those above ``height_above_m`` only.

    Buildings on housing parcels where each of the parcel's buildings has a height, else the
    height that the parcel states.
    """
    housing, missing = of_codes(plan, HOUSING_CODES)
    names = ids(plan, "parcels")
    height = _heights(plan)
    missing += absent(plan, "parcels")
    missing += unknown(Missing("parcels", "height_m"), names[housing & np.isnan(height)], int(housing.sum()))
    if not missing and not housing.any():
        missing = (nothing("no_housing"),)
    counted = {"parcels": tuple(names[housing])}
    if missing:
        return Measurement("residential_height", None, "m", missing=missing, counted=counted)
    rows = np.flatnonzero(housing & (height > parameters.height_above_m))
    rows = rows[np.lexsort((names[rows].astype(str), -height[rows]))]
    points = parcel_points(plan)[rows]
    places = tuple(
        Place("parcels", names[row], x, y, float(height[row]))
        for row, x, y in zip(
            rows, shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True
        )
    )
    tallest = float(height[housing].max())
    by = _tallest_by(plan, np.where(housing, height, np.nan))
    return Measurement("residential_height", tallest, "m", by=by, counted=counted, places=places)


def heights(plan: Plan, parameters: Parameters) -> Measurement:
    """Mean height of the parcels that have floor area, weighted by it, m; the tallest stands beside it."""
    floor = floor_areas(plan, parameters.floor_area_codes)
    height, names = _heights(plan), ids(plan, "parcels")
    built = floor.by_parcel > 0
    missing = floor.missing + unknown(
        Missing("parcels", "height_m"), names[built & np.isnan(height)], int(built.sum())
    )
    if not missing and not built.any():
        missing = (nothing("no_parcel_floor"),)
    counted = {"parcels": tuple(names[built])}
    if missing:
        return Measurement("heights", None, "m", missing=missing, counted=counted)
    weight = np.where(built, floor.by_parcel, 0.0)
    weighted = weight * np.where(built, height, 0.0)
    by = ratios_by(plan, weighted, weight)
    by += _by_class(plan, lambda chosen: _ratio(weighted[chosen], weight[chosen]))
    definition = {"tallest_m": float(height[built].max())}
    return Measurement("heights", _ratio(weighted, weight), "m", definition, by=by, counted=counted)


def population_density(plan: Plan, parameters: Parameters) -> Measurement:
    """Residents over the planned land, person/ha; by area, block and subblock over the parcels there."""
    found = residents(plan)
    names = ids(plan, "parcels")
    land = boundary_m2(plan)
    missing = found.missing + no_land(plan, land)
    lived_in = found.by_parcel > 0
    counted = {"parcels": tuple(names[lived_in])} if len(lived_in) else {}
    here = found.amounts(plan)
    by = amounts_by(plan, here, Amounts(areas_m2(plan, "parcels") / M2_PER_HA, (), ()), (*USUAL, "subblocks"))
    if missing or not land or found.total is None:
        ends = quotient(found.ends, (land / M2_PER_HA, land / M2_PER_HA)) if land else None
        return Measurement(
            "population_density", None, "person/ha", by=by, missing=missing, counted=counted, ends=ends
        )
    value = found.total / (land / M2_PER_HA)
    return Measurement("population_density", value, "person/ha", by=by, counted=counted, summed=found.summed)


def job_density(plan: Plan, parameters: Parameters) -> Measurement:
    """Jobs over the planned land, job/ha; by area and block over the parcels there."""
    found = jobs_of_parcels(plan, parameters.floor_area_per_job_m2)
    return _over_land(plan, "job_density", "job/ha", found, per_m2=M2_PER_HA)


def _over_land(plan: Plan, name: str, unit: str, amount: Amounts, per_m2: float) -> Measurement:
    """An amount of the parcels over the planned land."""
    land = boundary_m2(plan)
    counted = {"parcels": amount.counted}
    missing = amount.missing + unplaced(plan, amount) + no_land(plan, land)
    by = amounts_by(plan, amount.times(per_m2), Amounts(areas_m2(plan, "parcels"), (), ()))
    if missing or not land:
        low, high = amount.ends
        ends = (low * per_m2 / land, high * per_m2 / land) if land else None
        return Measurement(name, None, unit, by=by, missing=missing, counted=counted, ends=ends)
    definition = {"sum": amount.whole, "land_ha": land / M2_PER_HA, **amount.definition}
    return Measurement(name, amount.whole * per_m2 / land, unit, definition, by=by, counted=counted)


def _heights(plan: Plan) -> NDArray[np.float64]:
    """Height of each parcel's tallest building, else the height it states, m; NaN where unknown."""
    return plan.cached("heights", lambda: _read_heights(plan))


def _read_heights(plan: Plan) -> NDArray[np.float64]:
    stated = values(plan, "parcels", "height_m")
    drawn = values(plan, "buildings", "height_m")
    row, there = _hosts(plan)
    found = np.full(len(stated), -np.inf)
    # A building without a height could be the tallest, so the parcel's own number stands.
    np.maximum.at(found, row[there], np.nan_to_num(drawn[there], nan=np.inf))
    return np.asarray(np.where(np.isfinite(found), found, stated))


def _covered(plan: Plan, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covered land of each parcel, m2: the ratio it states, else footprints; NaN where neither is known."""
    stated = values(plan, "parcels", "coverage_ratio") * sizes
    row, there = _hosts(plan)
    footprint = covered_m2(plan, row)
    hosting = np.bincount(row[there], minlength=len(sizes)) > 0
    return np.asarray(np.where(np.isnan(stated) & hosting, footprint, stated))


def _hosts(plan: Plan) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Row of the parcel that each building names, and whether there is one."""
    return plan.cached("rows of hosts", lambda: _read_hosts(plan))


def _read_hosts(plan: Plan) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    row_of = rows_of_parcels(plan)
    row = np.array([row_of.get(host, -1) for host in values(plan, "buildings", "parcel_id")], dtype=np.intp)
    return row, row >= 0


def _tallest_by(plan: Plan, height: NDArray[np.float64]) -> tuple[Part, ...]:
    parts: tuple[Part, ...] = ()
    for layer in USUAL:
        found = pieces(plan, layer)
        tallest = np.full(len(found.scopes), -np.inf)
        np.fmax.at(tallest, found.part, height[found.parcel])
        parts += tuple(
            Part(scope, known(value if np.isfinite(value) else None))
            for scope, value in zip(found.scopes, tallest, strict=True)
        )
    return parts


def _by_class(plan: Plan, of: Callable[[NDArray[np.bool_]], float | None]) -> tuple[Part, ...]:
    """A figure of the parcels of each first-level class of the national list that the plan has."""
    kinds, kind = land_uses(plan)
    national = landuse(DEFAULT_LIST)
    top = [code for code, found in national.classes.items() if found.level == 1]
    parts = []
    for code in top:
        inside = np.array([belongs(use, of_list, (code,)) is True for use, of_list in kinds], dtype=bool)[
            kind
        ]
        if inside.any():
            parts.append(Part(f"class:{code}", of(inside)))
    return tuple(parts)


def _ratio(over: NDArray[np.float64], under: NDArray[np.float64]) -> float | None:
    whole = total(under)
    return total(over) / whole if whole else None


def block_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of each block's parcels, m2, against its cap and what other blocks gave it or took."""
    cap = values(plan, "blocks", "floor_area_m2_max")
    moved = np.nan_to_num(_moved(plan))
    floor = as_read(parameters.built_as, built(plan).floor_m2, values(plan, "parcels", "floor_area_m2"))
    empty = np.isnan(floor) & (parameters.built_as != "drawn")  # a road or a park states none and has none
    sums = pieces(plan, "blocks").sums(np.where(empty & ~_may_be_built(plan), 0.0, floor))
    # A block that is drawn in several rows is one, and its sum stands at each of them.
    names = ids(plan, "blocks")
    of = {name: at for at, name in enumerate(dict.fromkeys(names))}
    found = sums[[of[name] for name in names]] if len(names) else sums
    lacking = ((Missing("blocks", "floor_area_m2", why="floor_of_a_parcel"), np.isnan(found)),)
    measured = Values(found, ~np.isnan(cap), nothing("no_floor_cap"), at_most=cap + moved, lacking=lacking)
    return measurement(plan, "block_floor_area", "m2", measured, layer="blocks")


def _moved(plan: Plan) -> NDArray[np.float64]:
    """What each block takes from others, m2, negative where it gives; NaN where it says nothing."""
    return np.asarray(plan.layer("blocks")["floor_area_transfer_m2"].to_numpy(), dtype=float)


def _may_be_built(plan: Plan) -> Any:
    found = coded(plan, DEFAULTS.floor_area_codes)
    return found.chosen | found.maybe


def block_transfer_sum(plan: Plan, parameters: Parameters) -> Measurement:
    """What is moved between blocks, summed, m2: what one gives another takes."""
    moved = _moved(plan)
    known = ~np.isnan(moved)
    missing = absent(plan, "blocks") if not plan.has_layer("blocks") else ()
    counted = {"blocks": tuple(ids(plan, "blocks")[known])}
    if not known.any():
        missing = (nothing("no_transfer"),)
        return Measurement("block_transfer_sum", None, "m2", missing=missing, counted=counted)
    return Measurement("block_transfer_sum", total(moved[known]), "m2", missing=missing, counted=counted)


def facility_land(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Site area of each facility of some services for every class, bed or place of it, m2.

    The site that the facility states, else the parcel that it stands on where it is the only facility there.
    """
    per = str(parameters.facility_per)
    services = set(parameters.services)
    spoken = np.array([one in services for one in values(plan, "facilities", "service")], dtype=bool)
    site, number = _sites(plan), values(plan, "facilities", per)
    found = site / np.where(number > 0, number, np.nan)
    lacking = (
        (Missing("facilities", per), np.isnan(number)),
        (Missing("facilities", "site_area_m2"), np.isnan(site)),
    )
    measured = Values(found, spoken, nothing("none_of_services"), lacking=lacking)
    gone = absent(plan, "facilities")
    return measurement(plan, "facility_land", "m2", measured, layer="facilities", absent=gone)


def _sites(plan: Plan) -> Any:
    stated, host = values(plan, "facilities", "site_area_m2"), hosts_of(plan, "facilities")
    held = np.bincount(host[host >= 0], minlength=len(ids(plan, "parcels")) + 1)
    alone = (host >= 0) & (held[host] == 1)
    area = np.append(areas_m2(plan, "parcels"), np.nan)
    return np.where(np.isnan(stated) & alone, area[host], stated)
