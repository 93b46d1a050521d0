"""
Spatial structure: the belt's length and course, cores in their areas, areas that the axis touches.

Cores: how many, which area each belongs to, and whether the area's function gathers around it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import (
    CIRCLE_SEGMENTS,
    absent,
    ids,
    of_codes,
    shapes,
    sound,
    sound_shapes,
    total,
    values,
)
from blockplan.measure.inputs.feature_points import middles
from blockplan.measure.inputs.floors import area_of_parcels, parcels_within
from blockplan.measure.measurement import Measurement, Part, Place
from blockplan.measure.missing import Missing, nothing, unknown
from blockplan.plan.model.codes import listed_codes
from blockplan.texts import LANGUAGES
from blockplan.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: Eight winds, clockwise from north.
WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
#: An element may stick out of its area by this much (m) through rounding of coordinates.
ROUNDING_M = 0.01


def belt_length(plan: Plan, parameters: Parameters) -> Measurement:
    """Length of the belt; beside it the direction it is drawn in, and how far each area lies from it."""
    rows, missing = elements(plan, "belt")
    names, belts = ids(plan, "structure")[rows], shapes(plan, "structure")[rows]
    counted = {"structure": tuple(names)}
    if missing:
        return Measurement("belt_length", None, "km", missing=missing, counted=counted)
    lengths = shapely.length(belts) / M_PER_KM
    definition: dict[str, Any] = {"elements": list(names), "area_distance_m": area_distances(plan, belts)}
    if len(belts):
        definition |= _course(belts)
    by = tuple(Part(str(name), float(length)) for name, length in zip(names, lengths, strict=True))
    return Measurement("belt_length", total(lengths), "km", definition, by=by, counted=counted)


def cores_in_areas(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of cores that lie inside the area they name; a core that names none, inside any area."""
    rows, missing = elements(plan, "core")
    missing += absent(plan, "areas")
    names, cores = ids(plan, "structure")[rows], shapes(plan, "structure")[rows]
    counted = {"structure": tuple(names), "areas": tuple(ids(plan, "areas"))}
    if missing:
        return Measurement("cores_in_areas", None, "core", missing=missing, counted=counted)
    areas = area_shapes(plan)
    wanted = values(plan, "structure", "area_id")[rows]
    inside = np.array(
        [lies_inside(core, areas, area) for core, area in zip(cores, wanted, strict=True)], dtype=bool
    )
    marks = middles(sound(cores))
    outside = tuple(
        Place("structure", names[row], marks[row].x, marks[row].y, 0.0) for row in np.flatnonzero(~inside)
    )
    served = {area for area, there in zip(wanted, inside, strict=True) if there and area is not None}
    definition = {
        "cores": len(names),
        "areas": len(areas),
        "areas_with_core": sorted(served),
        "one_to_one": bool(inside.all()) and len(names) == len(areas) == len(served),
    }
    by = tuple(Part(str(name), float(there)) for name, there in zip(names, inside, strict=True))
    return Measurement(
        "cores_in_areas", float(inside.sum()), "core", definition, by=by, counted=counted, places=outside
    )


def axis_touches_areas(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of areas that the axis touches; beside it each area's distance from the axis."""
    rows, missing = elements(plan, "axis")
    missing += absent(plan, "areas")
    names, axes = ids(plan, "structure")[rows], shapes(plan, "structure")[rows]
    counted = {"structure": tuple(names), "areas": tuple(ids(plan, "areas"))}
    if missing:
        return Measurement("axis_touches_areas", None, "area", missing=missing, counted=counted)
    away = area_distances(plan, axes)
    limit_m = parameters.axis_touch_m
    touched = {name: metres is not None and metres <= limit_m for name, metres in away.items()}
    by = tuple(Part(f"area:{name}", float(yes)) for name, yes in touched.items())
    definition = {"elements": list(names), "area_distance_m": away, "limit_m": limit_m}
    value = float(sum(touched.values()))
    return Measurement("axis_touches_areas", value, "area", definition, by=by, counted=counted)


def elements(plan: Plan, role: str) -> tuple[NDArray[np.intp], tuple[Missing, ...]]:
    """
    Rows of a role, and what is missing; a layer without such a row is a measured zero.

    Belt and axis are lines, cores are points or polygons.
    """
    missing = absent(plan, "structure")
    rows = np.flatnonzero(values(plan, "structure", "role") == role)
    wanted = (0, 2) if role == "core" else (1,)
    nothing = ~np.isin(shapely.get_dimensions(shapes(plan, "structure")[rows]), wanted)
    return rows, missing + unknown(Missing("structure", "geometry"), ids(plan, "structure")[rows][nothing])


def area_shapes(plan: Plan) -> dict[str, Any]:
    """Area id -> its shape; an area in several rows is one."""
    drawn: dict[str, list[Any]] = {}
    for name, shape in zip(ids(plan, "areas"), sound_shapes(plan, "areas"), strict=True):
        if shape is not None:
            drawn.setdefault(name, []).append(shape)
    return {name: parts[0] if len(parts) == 1 else shapely.union_all(parts) for name, parts in drawn.items()}


def area_distances(plan: Plan, lines: NDArray[Any]) -> dict[str, float | None]:
    """Distance of each area from the nearest of some lines, m; None where there is no line."""
    if not len(lines):
        return dict.fromkeys(area_shapes(plan))
    whole = shapely.union_all(lines) if len(lines) > 1 else lines[0]
    return {name: round(float(shape.distance(whole)), 2) for name, shape in area_shapes(plan).items()}


def lies_inside(core: Any, areas: Mapping[str, Any], area: str | None) -> bool:
    """Whether a core lies in the area of an id; where the id is None, in any area."""
    candidates = areas.values() if area is None else [areas[area]] if area in areas else []
    return any(shapely.buffer(shape, ROUNDING_M).covers(core) for shape in candidates)


def _course(belts: NDArray[Any]) -> dict[str, Any]:
    """Where the belt leads, from its first drawn point to its last."""
    whole = shapely.line_merge(shapely.multilinestrings(list(shapely.get_parts(belts))))
    parts = shapely.get_parts(whole)
    if not len(parts):
        return {}
    east, north = shapely.get_coordinates(parts[-1])[-1] - shapely.get_coordinates(parts[0])[0]
    bearing = math.degrees(math.atan2(east, north)) % 360
    to = round(bearing / 45) % 8
    return {
        "from": WINDS[(to + 4) % 8],
        "to": WINDS[to],
        "bearing_deg": round(bearing, 1),
        "pieces": len(parts),
    }


def cores_drawn(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of cores; beside it the area that each names."""
    rows, missing = elements(plan, "core")
    names = ids(plan, "structure")[rows]
    wanted = values(plan, "structure", "area_id")[rows]
    definition = {"area_of_core": {str(name): area for name, area in zip(names, wanted, strict=True)}}
    value = None if missing else float(len(names))
    counted = {"structure": tuple(names)}
    return Measurement("cores_drawn", value, "core", definition, missing=missing, counted=counted)


def cores_named(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of cores that bear a name in some language."""
    rows, missing = elements(plan, "core")
    names = ids(plan, "structure")[rows]
    columns = [values(plan, "structure", f"name_{lang}")[rows] for lang in LANGUAGES]
    said = np.array([any(words) for words in zip(*columns, strict=True)], dtype=bool)
    by = tuple(Part(str(name), float(has)) for name, has in zip(names, said, strict=True))
    value = None if missing else float(said.sum())
    counted = {"structure": tuple(names)}
    return Measurement("cores_named", value, "core", by=by, missing=missing, counted=counted)


def areas_with_one_core(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of areas that exactly one core names, which lies inside the area."""
    rows, missing = elements(plan, "core")
    missing += absent(plan, "areas")
    names, cores = ids(plan, "structure")[rows], shapes(plan, "structure")[rows]
    counted = {"structure": tuple(names), "areas": tuple(ids(plan, "areas"))}
    if missing:
        return Measurement("areas_with_one_core", None, "area", missing=missing, counted=counted)
    areas = area_shapes(plan)
    held: dict[str, list[str]] = {area: [] for area in areas}
    inside: dict[str, int] = dict.fromkeys(areas, 0)
    for name, core, area in zip(names, cores, values(plan, "structure", "area_id")[rows], strict=True):
        if area in areas:
            held[area].append(str(name))
            inside[area] += lies_inside(core, areas, area)
    one = {area: len(held[area]) == inside[area] == 1 for area in areas}
    by = tuple(Part(f"area:{area}", float(yes)) for area, yes in one.items())
    value = float(sum(one.values()))
    return Measurement("areas_with_one_core", value, "area", {"cores_of_area": held}, by=by, counted=counted)


def core_concentration(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Smallest concentration of an area's stated function around its core.

    That is the share of the area's floor area of ``areas.function_codes`` within a distance of the core,
    over the share of the area's land within it; above 1 the core is one.
    """
    name, limit_m = "core_concentration", parameters.core_near_m
    missing = absent(plan, "structure", "areas", "parcels")
    cores, areas = cores_by_area(plan), area_shapes(plan)
    counted = {"structure": tuple(core for core, _ in cores.values()), "areas": tuple(areas)}
    if not missing and not areas:
        missing = (nothing("areas_none"),)
    missing += unknown(
        Missing("structure", "area_id", why="no_core_of"), [area for area in areas if area not in cores]
    )
    codes = function_codes(plan)
    missing += unknown(
        Missing("areas", "function_codes"), [area for area in areas if not codes.get(area)], len(areas)
    )
    if missing:
        return Measurement(name, None, "1", missing=missing, counted=counted)
    parts, shown, parcels = [], {}, set()
    for area, shape in areas.items():
        part, shares, used = _concentration(plan, area, shape, cores[area][1], codes[area], limit_m)
        parts.append(part)
        shown[area] = {"core": cores[area][0], "function_codes": list(codes[area]), **shares}
        parcels.update(used)
    definition = {"limit_m": limit_m, "along": "line", "areas": shown}
    counted |= {"parcels": tuple(sorted(parcels))}
    missing = tuple(dict.fromkeys(line for part in parts for line in part.missing))
    value = None if missing else min(part.value for part in parts if part.value is not None)
    return Measurement(name, value, "1", definition, by=tuple(parts), missing=missing, counted=counted)


def _concentration(
    plan: Plan, area: str, shape: Any, core: Any, codes: tuple[str, ...], limit_m: float
) -> tuple[Part, dict[str, float], list[str]]:
    chosen, missing = of_codes(plan, codes)
    rows = np.flatnonzero(chosen & (area_of_parcels(plan) == area))
    names, floor = ids(plan, "parcels")[rows], values(plan, "parcels", "floor_area_m2")[rows]
    missing += unknown(Missing("parcels", "floor_area_m2"), names[np.isnan(floor)], len(names))
    # Floor area is told by true distance: the land must lie in a circle too, not in a polygon of few sides.
    around = shapely.buffer(core, limit_m, quad_segs=CIRCLE_SEGMENTS)
    land = shapely.area(shapely.intersection(shape, around)) / shapely.area(shape)
    if not missing and not (total(floor) and land):
        missing = (nothing("no_floor_of", area=area, codes=", ".join(codes)),)
    if missing:
        return Part(f"area:{area}", None, missing=missing), {}, list(names)
    inside = parcels_within(plan, np.array([core], dtype=object), limit_m)[rows]
    share = total(floor[inside]) / total(floor)
    shares = {"floor_share": share, "land_share": float(land), "floor_area_m2": total(floor)}
    return Part(f"area:{area}", share / float(land)), shares, list(names)


def cores_by_area(plan: Plan) -> dict[str, tuple[str, Any]]:
    """Area -> id and shape of the core that names it (the first by id where several do)."""
    rows, _ = elements(plan, "core")
    names, cores = ids(plan, "structure")[rows], shapes(plan, "structure")[rows]
    areas = values(plan, "structure", "area_id")[rows]
    known = set(ids(plan, "areas"))
    found: dict[str, tuple[str, Any]] = {}
    for name, area, core in sorted(zip(names, areas, cores, strict=True), key=lambda row: str(row[0])):
        if area in known and core is not None:
            found.setdefault(area, (str(name), core))
    return found


def function_codes(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Area -> land uses that its stated function stands for (``areas.function_codes``, a comma list)."""
    said = zip(ids(plan, "areas"), values(plan, "areas", "function_codes"), strict=True)
    split = {area: tuple(listed_codes(text)) for area, text in said}
    return {area: codes for area, codes in split.items() if codes}
