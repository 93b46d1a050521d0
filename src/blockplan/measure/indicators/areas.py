"""Areas: the size of each, their sum, what they say of themselves, and how zones lie over them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import (
    absent,
    ids,
    shapes,
    sound_shapes,
    total,
    union,
    values,
)
from blockplan.measure.inputs.parts import features, known
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, reason, unknown
from blockplan.units import M2_PER_HA, M2_PER_KM2

if TYPE_CHECKING:
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


def area_size(plan: Plan, parameters: Parameters) -> Measurement:
    """Size of the area whose id is ``area_id``; every area's size stands beside it."""
    wanted = parameters.area_id
    names, _, sizes = features(plan, "areas")
    sizes = sizes / M2_PER_KM2
    chosen = names == wanted
    missing = absent(plan, "areas")
    if not missing and not wanted:
        missing = (reason("choose_area"),)
    elif not missing and not chosen.any():
        missing = (reason("no_area_id", id=wanted),)
    missing += unknown(Missing("areas", "geometry"), names[chosen & np.isnan(sizes)])
    by = _each(names, sizes)
    counted = {"areas": tuple(names[chosen])}
    value = None if missing else total(sizes[chosen])
    return Measurement(
        "area_size", value, "km2", {"area_id": wanted}, by=by, missing=missing, counted=counted
    )


def areas_sum(plan: Plan, parameters: Parameters) -> Measurement:
    """Sum of the sizes of all areas; the planned land inside the boundary stands beside it."""
    names, _, sizes = features(plan, "areas")
    sizes = sizes / M2_PER_KM2
    missing = absent(plan, "areas") + unknown(Missing("areas", "geometry"), names[np.isnan(sizes)])
    value = None if missing else total(sizes)
    land = boundary_m2(plan)
    definition = {"areas": len(names), "boundary_km2": None if land is None else land / M2_PER_KM2}
    counted = {"areas": tuple(names)}
    by = _each(names, sizes)
    return Measurement("areas_sum", value, "km2", definition, by=by, missing=missing, counted=counted)


def areas_drawn(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of areas; an area in several rows is one."""
    names = tuple(dict.fromkeys(ids(plan, "areas")))
    missing = absent(plan, "areas")
    value = None if missing else float(len(names))
    return Measurement("areas_drawn", value, "area", missing=missing, counted={"areas": names})


def areas_overlap(plan: Plan, parameters: Parameters) -> Measurement:
    """Land that lies in more than one area, ha."""
    missing = absent(plan, "areas")
    names, found = ids(plan, "areas"), sound_shapes(plan, "areas")
    missing += unknown(Missing("areas", "geometry"), names[shapely.is_missing(found)], len(names))
    counted = {"areas": tuple(names)}
    if missing:
        return Measurement("areas_overlap", None, "ha", missing=missing, counted=counted)
    one, other = shapely.STRtree(found).query(found, predicate="intersects")
    kept = (one < other) & (names[one] != names[other])
    one, other = one[kept], other[kept]
    shared = shapely.intersection(found[one], found[other])
    by = tuple(
        Part("/".join(sorted((names[a], names[b]))), float(shapely.area(shape)) / M2_PER_HA)
        for a, b, shape in zip(one, other, shared, strict=True)
    )
    value = float(shapely.area(union(np.asarray(shared, dtype=object)))) / M2_PER_HA
    return Measurement("areas_overlap", value, "ha", by=by, counted=counted)


def area_townships(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of townships that the areas name; those of each area beside it."""
    return _words_of_areas(plan, "area_townships", "township", "townships", split=True)


def area_functions(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of areas that state a function; the words of each beside it."""
    return _words_of_areas(plan, "area_functions", "area", "function", split=False)


def _words_of_areas(plan: Plan, name: str, unit: str, column: str, *, split: bool) -> Measurement:
    """How much a text column of the areas says; where `split`, parts are divided by semicolons or commas."""
    missing = absent(plan, "areas")
    names, said = ids(plan, "areas"), values(plan, "areas", column)
    empty = np.array([not (text or "").strip() for text in said], dtype=bool)
    missing += unknown(Missing("areas", column), names[empty], len(names))
    found: dict[str, list[str]] = {}
    for area, text in zip(names, said, strict=True):
        words = re.split("[;；]" if split else "\n", text or "")
        found.setdefault(area, []).extend(word.strip() for word in words if word.strip())
    found = {area: list(dict.fromkeys(words)) for area, words in found.items()}
    by = tuple(Part(f"area:{area}", float(len(words)) if words else None) for area, words in found.items())
    everything = {word for words in found.values() for word in words}
    value = float(len(everything) if split else sum(bool(words) for words in found.values()))
    definition = {column: found}
    counted = {"areas": tuple(names)}
    return Measurement(
        name, None if missing else value, unit, definition, by=by, missing=missing, counted=counted
    )


def zone_area_overlay(plan: Plan, parameters: Parameters) -> Measurement:
    """Land that lies in a functional zone and in an area, ha, by pair: the two divisions need not match."""
    missing = absent(plan, "zones", "areas")
    zones, areas = sound_shapes(plan, "zones"), sound_shapes(plan, "areas")
    zone_names, area_names = ids(plan, "zones"), ids(plan, "areas")
    counted = {"zones": tuple(zone_names), "areas": tuple(area_names)}
    missing += unknown(Missing("zones", "geometry"), zone_names[shapely.is_missing(zones)])
    missing += unknown(Missing("areas", "geometry"), area_names[shapely.is_missing(areas)])
    if missing:
        return Measurement("zone_area_overlay", None, "ha", missing=missing, counted=counted)
    zone, area = shapely.STRtree(areas).query(zones, predicate="intersects")
    shared = shapely.area(shapely.intersection(zones[zone], areas[area])) / M2_PER_HA
    cells = {(z, a): 0.0 for z in dict.fromkeys(zone_names) for a in dict.fromkeys(area_names)}
    for z, a, ha in zip(zone_names[zone], area_names[area], shared, strict=True):
        cells[z, a] += float(ha)
    by = tuple(Part(f"{z}/{a}", ha) for (z, a), ha in cells.items())
    return Measurement("zone_area_overlay", total(cells.values()), "ha", by=by, counted=counted)


def boundary_m2(plan: Plan) -> float | None:
    """Planned land: the area inside the boundary; None where there is no boundary."""
    drawn = shapes(plan, "boundary")
    return None if not len(drawn) or shapely.is_missing(drawn).any() else float(union(drawn).area)


def _each(names: Any, sizes: Any) -> tuple[Part, ...]:
    """The size of each area."""
    return tuple(Part(f"area:{name}", known(size)) for name, size in zip(names, sizes, strict=True))
