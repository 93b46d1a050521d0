"""
For whom something is sited: points with a weight, as the plan's own measures place and weigh them.

Residents, dwellings, residential land, residents with jobs are those of `blockplan.measure.distance.methods`;
jobs alone and floor area of some uses stand at their parcels. Unknown numbers are named, never guessed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.measure import MEASURES
from blockplan.measure.distance.methods import WEIGHTS, weighed
from blockplan.measure.inputs.columns import ids, of_codes, shapes, values
from blockplan.measure.inputs.floors import floor_areas, parcel_points
from blockplan.measure.inputs.homes import Homes
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.missing import Missing, unknown
from blockplan.measure.parameters import Parameters
from blockplan.plan.model.faults import named
from blockplan.propose.siting.wording import TEXTS, lacking
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

#: What demand can be, and its unit.
DEMANDS = {
    "residents": "person",
    "dwellings": "dwelling",
    "residential_land": "m2",
    "residents_and_jobs": "person",
    "jobs": "job",
    "floor_area": "m2",
}
#: Measures whose choices (distances, readings, ratios) a proposal takes over.
READ = ("green_access", "service_access", "stop_access", "modes_per_station", "station_floor_share",
        "commerce_near_stations", "stations_within_800m", "stops_within_500m")  # fmt: skip


def choices_of(plan: Plan) -> Parameters:
    """The plan's own choices for the measures of reach: what ``plan.toml`` sets, else the defaults."""
    found = Parameters()
    for name in READ:
        measured = MEASURES[name]
        chosen = measured.choose(plan.manifest.parameters, {})
        found = replace(found, **{one: getattr(chosen, one) for one in measured.parameters})
    return found


def demand_of(plan: Plan, weigh_by: str, choices: Parameters, codes: tuple[str, ...] = ()) -> Homes:
    """
    Points with what they weigh.

    Parameters
    ----------
    weigh_by
        One of `DEMANDS`.
    codes
        Land uses whose floor area counts, for ``floor_area``; all built ones where empty.

    Raises
    ------
    UsageError
        If `weigh_by` is none of `DEMANDS`.
    PlanDataError
        If the plan does not say how many there are, or has none; the message says what is missing.
    """
    if weigh_by not in DEMANDS:
        raise UsageError(f"Nothing can be sited for {weigh_by!r}. What it can be: {', '.join(DEMANDS)}.")
    if weigh_by in WEIGHTS:
        homes, missing = weighed(plan, replace(choices, weigh_by=weigh_by))
    elif weigh_by == "jobs":
        jobs = jobs_of_parcels(plan, choices.floor_area_per_job_m2)
        homes, missing = _at_parcels(plan, jobs.by_parcel, "jobs"), jobs.missing
    else:
        homes, missing = _floor_area(plan, choices, codes)
    if missing or homes.weighs != weigh_by:
        raise TEXTS.refused(
            PlanDataError, "nobody_known", weigh_by=_called(weigh_by), known="|".join(DEMANDS),
            missing=lacking(missing, "\n  ", 10),
        )  # fmt: skip
    if not len(homes) or not homes.weight.sum():
        raise TEXTS.refused(PlanDataError, "nobody", weigh_by=_called(weigh_by), known="|".join(DEMANDS))
    return homes


def _called(weigh_by: str) -> dict[str, str]:
    if f"demand.{weigh_by}" in TEXTS:
        return TEXTS.text(f"demand.{weigh_by}")
    words = {lang: named("field", weigh_by, lang) for lang in LANGUAGES}
    return {**words, DEFAULT_LANGUAGE: weigh_by.replace("_", " ")}


def _layer(layer: str) -> dict[str, str]:
    words = {lang: named("layer", layer, lang) for lang in LANGUAGES}
    return {**words, DEFAULT_LANGUAGE: layer}


def _floor_area(plan: Plan, choices: Parameters, codes: tuple[str, ...]) -> tuple[Homes, tuple[Missing, ...]]:
    if not codes:
        found = floor_areas(plan, choices.built_codes)
        return _at_parcels(plan, found.by_parcel, "floor_area"), found.missing
    chosen, undetailed = of_codes(plan, codes)
    floor = np.where(chosen, values(plan, "parcels", "floor_area_m2"), 0.0)
    names = ids(plan, "parcels")
    missing = undetailed + unknown(
        Missing("parcels", "floor_area_m2"), names[np.isnan(floor)], int(chosen.sum())
    )
    return _at_parcels(plan, floor, "floor_area"), missing


def _at_parcels(plan: Plan, amount: NDArray[np.float64], weighs: str) -> Homes:
    rows = np.flatnonzero((amount > 0) & ~shapely.is_missing(parcel_points(plan)))
    names = ids(plan, "parcels")[rows]
    return Homes(
        np.array(["parcels"] * len(rows), dtype=object),
        names,
        parcel_points(plan)[rows],
        amount[rows],
        weighs,
        counted={"parcels": tuple(names)},
    )


def groups_of(plan: Plan, homes: Homes, layer: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """
    Which area (block, subblock) each point lies in, -1 for none, and the ids of those that have some.

    Raises
    ------
    UsageError
        If the plan does not draw that layer.
    """
    names, outlines = ids(plan, layer), shapes(plan, layer)
    if not len(names):
        raise TEXTS.refused(UsageError, "no_groups", layer=_layer(layer))
    group = np.full(len(homes), -1, dtype=np.intp)
    outline, point = shapely.STRtree(homes.point).query(outlines, predicate="intersects")
    # A point on a common line belongs to the one that is drawn first.
    order = np.argsort(-outline, kind="stable")
    group[point[order]] = outline[order]
    lived = np.unique(group[group >= 0])
    number = np.full(len(names) + 1, -1, dtype=np.intp)
    number[lived] = np.arange(len(lived))
    return number[group], tuple(str(names[one]) for one in lived)
