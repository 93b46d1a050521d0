"""Cores: how many, which area each belongs to, and whether the area's function gathers around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.indicators.structure import area_shapes, elements, lies_inside
from blockplan.measure.inputs.columns import CIRCLE_SEGMENTS, absent, ids, of_codes, shapes, total, values
from blockplan.measure.inputs.floors import area_of_parcels, parcels_within
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing, unknown
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


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
    split = {
        area: tuple(one.strip() for one in (text or "").split(",") if one.strip()) for area, text in said
    }
    return {area: codes for area, codes in split.items() if codes}
