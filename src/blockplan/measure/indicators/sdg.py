"""
Two indicators of the United Nations' goal 11 on land: open public space, and land against people.

Built-up area is the construction land of the plan.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.indicators.land import construction
from blockplan.measure.inputs.columns import (
    CIRCLE_SEGMENTS,
    absent,
    areas_m2,
    belongs,
    ids,
    of_codes,
    overlaid,
    shapes,
    total,
    union,
    values,
)
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.homes import residents
from blockplan.measure.inputs.neighbours import apart, common_ground, covered_m2
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing, reason, unknown
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


def open_space_share(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Open public space and streets over the built-up area.

    Streets are the parcels of ``street_codes``; a plan that has none takes the land between the red
    lines of its streets, where their widths are known. ``streets_from`` in the definition says which.
    """
    name = "open_space_share"
    built, missing = construction(plan, parameters.non_construction_codes)
    greens = public_greens(plan, parameters)
    roads, undetailed = of_codes(plan, parameters.street_codes)
    areas, names = areas_m2(plan, "parcels"), ids(plan, "parcels")
    missing = absent(plan, "parcels") + missing + greens.missing + undetailed
    missing += unknown(Missing("parcels", "geometry"), names[np.isnan(areas)], len(names))
    counted = {**greens.counted, "parcels": tuple(names)}
    if missing:
        missing = tuple(dict.fromkeys(missing))
        return Measurement(name, None, "1", missing=missing, counted=counted)
    parcels = shapes(plan, "parcels")
    definition: dict[str, Any] = {"streets_from": "parcels" if roads.any() else "red_line_width_m"}
    if roads.any():
        whole, green, streets = _of_parcels(parcels, built, roads, greens.shape)
    else:
        land, missing = _between_red_lines(plan)
        counted["streets"] = tuple(ids(plan, "streets"))
        if missing:
            return Measurement(name, None, "1", definition, missing=missing, counted=counted)
        whole, green, streets = _of_outlines(union(parcels[built]), union(greens.shape), land)
    definition |= {"built_up_ha": whole / M2_PER_HA, "open_space_ha": green / M2_PER_HA}
    if not whole:
        missing = (nothing("no_built_up"),)
        return Measurement(name, None, "1", definition, missing=missing, counted=counted)
    definition["streets_ha"] = streets / M2_PER_HA
    by = (Part("open_space", green / whole), Part("streets", streets / whole))
    return Measurement(name, (green + streets) / whole, "1", definition, by=by, counted=counted)


def _of_parcels(
    parcels: NDArray[Any], built: NDArray[np.bool_], roads: NDArray[np.bool_], greens: NDArray[Any]
) -> tuple[float, float, float]:
    """Built-up land with the streets, the greens on it, and the streets beside these, m2."""
    green = common_ground(apart(greens), apart(parcels[built]))
    streets = apart(parcels[roads])
    under = common_ground(streets, green)
    whole, on_land, of_streets, lost = map(covered_m2, (apart(parcels[built | roads]), green, streets, under))
    return whole, on_land, of_streets - lost


def _of_outlines(land: Any, greens: Any, streets: Any) -> tuple[float, float, float]:
    """The same where the streets are one outline of their own."""
    green = overlaid(shapely.intersection, greens, land)
    beside = overlaid(shapely.difference, streets, green)
    return overlaid(shapely.union, land, beside).area, green.area, beside.area


def _between_red_lines(plan: Plan) -> tuple[Any, tuple[Missing, ...]]:
    """Land between the red lines of all streets on planned land, and what is missing to draw it."""
    width, names, line = (
        values(plan, "streets", "red_line_width_m"),
        ids(plan, "streets"),
        shapes(plan, "streets"),
    )
    missing = absent(plan, "streets") + unknown(
        Missing("streets", "red_line_width_m"), names[np.isnan(width)], len(names)
    )
    drawn = ~np.isnan(width) & ~shapely.is_missing(line)
    land = union(shapely.buffer(line[drawn], width[drawn] / 2, quad_segs=CIRCLE_SEGMENTS, cap_style="flat"))
    outline = union(shapes(plan, "boundary"))
    return land if outline.is_empty else land.intersection(outline), missing


def land_consumption_ratio(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Rate at which land is built up over the rate at which the population grows, from today to the plan.

    Built-up today is what ``parcels.existing_land_use`` says, then what the plan says; residents
    today are the parameter ``earlier_residents``, which has no default. Years cancel out of the
    ratio; the two rates are by year where the plan has a horizon.
    """
    name, not_built = "land_consumption_ratio", parameters.non_construction_codes
    built, missing = construction(plan, not_built)
    areas, names, today = (
        areas_m2(plan, "parcels"),
        ids(plan, "parcels"),
        values(plan, "parcels", "existing_land_use"),
    )
    was = _was_built(plan, today, not_built)
    before, now = float(parameters.earlier_residents), residents(plan)
    missing = absent(plan, "parcels") + missing + now.missing
    missing += unknown(Missing("parcels", "geometry"), names[np.isnan(areas)], len(names))
    missing += unknown(Missing("parcels", "existing_land_use"), names[np.isnan(was)], len(names))
    if not before:
        missing += (reason("choose_earlier"),)
    counted = {"parcels": tuple(names)}
    if not missing and not total(areas[was > 0]):
        missing = (nothing("nothing_built_today"),)
    if not missing and (now.total == before or not now.total):
        missing = (nothing("no_change"),)
    if missing or not now.total:
        return Measurement(name, None, "1", missing=tuple(dict.fromkeys(missing)), counted=counted)
    first, second = total(areas[was > 0]), total(areas[built])
    land, people = (second - first) / first, math.log(now.total / before)
    years = (plan.manifest.horizon or 0) - plan.manifest.drawn_on.year
    definition = {
        "built_up_before_ha": first / M2_PER_HA,
        "built_up_planned_ha": second / M2_PER_HA,
        "residents_before": before,
        "residents_planned": now.total,
        "years": years if years > 0 else None,
        "land_rate_per_year": land / years if years > 0 else None,
        "population_rate_per_year": people / years if years > 0 else None,
    }
    return Measurement(name, land / people, "1", definition, counted=counted, summed=now.summed)


def _was_built(plan: Plan, today: NDArray[Any], not_built: tuple[str, ...]) -> NDArray[np.float64]:
    """1 where land is built up today, 0 where it is not, NaN where it is not said."""
    lists = values(plan, "parcels", "land_use_list")
    answers = [
        None if use is None else belongs(use, of, not_built) for use, of in zip(today, lists, strict=True)
    ]
    return np.array([np.nan if answer is None else float(not answer) for answer in answers], dtype=float)
