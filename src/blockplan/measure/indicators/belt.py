"""
The belt with substance: its order, how far one walks along it, and what lies beside it.

What the notice says of the belt has one figure, its length; everything here is reported.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.indicators.programmes import find_venues
from blockplan.measure.indicators.structure import area_distances, area_shapes, elements
from blockplan.measure.inputs.columns import CIRCLE_SEGMENTS, absent, ids, shapes, union, values
from blockplan.measure.inputs.floors import floor_areas, parcels_within, unplaced
from blockplan.measure.inputs.jobs import jobs_of_parcels
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing, unknown
from blockplan.network.walking import is_barrier
from blockplan.units import DRAWN_TO_M, M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.inputs.floors import Amounts
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

NO_BELT = (nothing("no_belt"),)


def belt_links_areas(plan: Plan, parameters: Parameters) -> Measurement:
    """Number of areas within a distance of the belt; each area's distance beside it."""
    names, belts, missing = _belts(plan)
    missing += absent(plan, "areas")
    counted = {"structure": names, "areas": tuple(ids(plan, "areas"))}
    if missing:
        return Measurement("belt_links_areas", None, "area", missing=missing, counted=counted)
    limit_m, away = parameters.belt_link_m, area_distances(plan, belts)
    linked = {area: metres is not None and metres <= limit_m for area, metres in away.items()}
    by = tuple(Part(f"area:{area}", float(yes)) for area, yes in linked.items())
    definition = {"limit_m": limit_m, "area_distance_m": away}
    value = float(sum(linked.values()))
    return Measurement("belt_links_areas", value, "area", definition, by=by, counted=counted)


def belt_southward(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the steps from area to area along the belt, as it is drawn, that lead to its southern end.

    An area stands where the middle of the belt's stretch in it is (else at the nearest point of
    the belt). It lies farther to the south than another if its centroid is farther along the axis of the
    belt, from its northern to its southern end: no step changes with a plan that is turned so long as the
    same end is the southern one.
    """
    names, belts, missing = _belts(plan)
    missing += absent(plan, "areas")
    counted = {"structure": names, "areas": tuple(ids(plan, "areas"))}
    areas = area_shapes(plan)
    if not missing and not len(belts):
        missing = NO_BELT
    if not missing and len(areas) < 2:
        missing = (nothing("areas_order"),)
    if missing:
        return Measurement("belt_southward", None, "1", missing=missing, counted=counted)
    course = _course(belts)
    order = sorted(areas, key=lambda area: (_place_along(course, areas[area]), area))
    axis = _southward(course)
    along = [float(shapely.get_coordinates(shapely.centroid(areas[area]))[0] @ axis) for area in order]
    onward = [after > before for before, after in pairwise(along)]
    definition = {"order": order, "bearing_deg": round(float(np.degrees(np.arctan2(*axis))) % 360, 1)}
    value = sum(onward) / len(onward)
    return Measurement("belt_southward", value, "1", definition, counted=counted)


def belt_walkable_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the belt's length beside a street or park path that one may walk on."""
    lines, bare, missing, counted = _walked(plan, parameters.belt_street_m)
    if missing:
        return Measurement("belt_walkable_share", None, "1", missing=missing, counted=counted)
    whole = float(shapely.length(lines))
    definition = {"within_m": parameters.belt_street_m, "length_m": whole}
    value = 1.0 - float(shapely.length(bare)) / whole
    return Measurement("belt_walkable_share", value, "1", definition, counted=counted)


def belt_longest_gap(plan: Plan, parameters: Parameters) -> Measurement:
    """Longest stretch of the belt beside no walkable street or path; gaps between its pieces count too."""
    lines, bare, missing, counted = _walked(plan, parameters.belt_street_m)
    if missing:
        return Measurement("belt_longest_gap", None, "m", missing=missing, counted=counted)
    merged = shapely.line_merge(shapely.multilinestrings(list(shapely.get_parts(bare))))
    gaps = shapely.length(shapely.get_parts(merged))
    pieces = shapely.get_parts(shapely.line_merge(lines))
    value = float(max(gaps.max(initial=0.0), _widest_break(pieces)))
    definition = {
        "within_m": parameters.belt_street_m,
        "gaps": int((gaps > 0).sum()),
        "pieces": len(pieces),
    }
    return Measurement("belt_longest_gap", value, "m", definition, counted=counted)


def belt_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area within a distance of the belt; beside it within the farther one."""
    return _beside(plan, "belt_floor_area", "m2", floor_areas(plan, parameters.built_codes), parameters)


def belt_jobs(plan: Plan, parameters: Parameters) -> Measurement:
    """Jobs within a distance of the belt; beside it within the farther one."""
    found = jobs_of_parcels(plan, parameters.floor_area_per_job_m2)
    return _beside(plan, "belt_jobs", "job", found, parameters)


def belt_destinations(plan: Plan, parameters: Parameters) -> Measurement:
    """Public destinations within a distance of the belt; beside it within the farther one."""
    names, belts, missing = _belts(plan)
    found = find_venues(plan, parameters.destination_services, parameters.venue_kinds)
    counted = {"structure": names, **found.counted}
    if missing:
        missing += found.missing
        return Measurement("belt_destinations", None, "venue", missing=missing, counted=counted)
    limits = (parameters.belt_near_m, parameters.belt_far_m)
    by = tuple(found.along(f"within_{limit:g}m", belts, limit) for limit in limits)
    definition = {"limit_m": limits[0], "along": "line", "destinations": len(found.id)}
    near = by[0]
    return Measurement(
        "belt_destinations", near.value, "venue", definition, by=by, missing=near.missing, counted=counted,
        ends=near.ends,
    )  # fmt: skip


def belt_buffer(plan: Plan, parameters: Parameters) -> Measurement:
    """Planned land within a distance of the belt's centre line, ha: the belt read with a width."""
    names, belts, missing = _belts(plan)
    land = union(shapes(plan, "boundary"))
    missing += absent(plan, "boundary")
    counted = {"structure": names}
    if not missing and land.is_empty:
        missing = (Missing("boundary", "geometry"),)
    if missing:
        return Measurement("belt_buffer", None, "ha", missing=missing, counted=counted)
    width_m = parameters.belt_buffer_m
    around = shapely.buffer(belts, width_m, quad_segs=CIRCLE_SEGMENTS)
    strip = shapely.union_all(around) if len(belts) else shapely.Polygon()
    inside = float(shapely.area(shapely.intersection(strip, land)))
    definition = {"each_side_m": width_m, "share_of_planned_land": inside / float(shapely.area(land))}
    return Measurement("belt_buffer", inside / M2_PER_HA, "ha", definition, counted=counted)


def _belts(plan: Plan) -> tuple[tuple[str, ...], NDArray[Any], tuple[Missing, ...]]:
    """Ids and lines of the belt, and what is missing."""
    rows, missing = elements(plan, "belt")
    return tuple(ids(plan, "structure")[rows]), shapes(plan, "structure")[rows], missing


def _beside(plan: Plan, name: str, unit: str, amounts: Amounts, parameters: Parameters) -> Measurement:
    names, belts, missing = _belts(plan)
    missing += amounts.missing + unplaced(plan, amounts)
    counted = {"structure": names, "parcels": amounts.counted}
    if missing:
        return Measurement(name, None, unit, missing=missing, counted=counted)
    limits = (parameters.belt_near_m, parameters.belt_far_m)
    by = tuple(
        Part(f"within_{limit:g}m", amounts.within(parcels_within(plan, belts, limit))) for limit in limits
    )
    whole = amounts.whole
    definition = {
        "limit_m": limits[0],
        "along": "line",
        "whole": whole,
        "share": (by[0].value or 0.0) / whole if whole else None,
        **amounts.definition,
    }
    return Measurement(name, by[0].value, unit, definition, by=by, counted=counted)


_Walked = tuple[Any, Any, tuple[Missing, ...], dict[str, tuple[str, ...]]]


def _walked(plan: Plan, near_m: float) -> _Walked:
    """The belt as one shape, the part of it beside no walkable street, what is missing, what was counted."""
    return plan.cached(f"belt walked:{near_m}", lambda: _walk_along(plan, near_m))


def _walk_along(plan: Plan, near_m: float) -> _Walked:
    names, belts, missing = _belts(plan)
    missing += absent(plan, "streets")
    if not missing and not (len(belts) and shapely.length(belts).sum() > 0):
        missing = NO_BELT
    counted: dict[str, tuple[str, ...]] = {"structure": names}
    if missing:
        return None, None, missing, counted
    frame = plan.layer("streets")
    walks = np.array([walk is not False for walk in values(plan, "streets", "walk")], dtype=bool)
    lines = shapes(plan, "streets")
    belt = shapely.multilinestrings(list(shapely.get_parts(belts)))
    rows = np.flatnonzero(walks & ~is_barrier(frame) & shapely.dwithin(lines, belt, near_m))
    nothing = ids(plan, "streets")[shapely.is_missing(lines)]
    counted["streets"] = tuple(ids(plan, "streets")[rows])
    beside = shapely.union_all(shapely.buffer(lines[rows], near_m, quad_segs=CIRCLE_SEGMENTS))
    return belt, shapely.difference(belt, beside), unknown(Missing("streets", "geometry"), nothing), counted


def _course(belts: NDArray[Any]) -> Any:
    """
    The belt as one line, led as it is drawn.

    Pieces that do not meet follow one another along the direction in which all of them lead
    together, so that the order of rows says nothing.
    """
    merged = shapely.line_merge(shapely.multilinestrings(list(shapely.get_parts(belts))), directed=True)
    pieces = shapely.get_parts(merged)
    first, last = (shapely.get_coordinates(shapely.get_point(pieces, end)) for end in (0, -1))
    onward = ((first + last) / 2) @ (last - first).sum(axis=0)
    return shapely.linestrings(shapely.get_coordinates(pieces[np.argsort(onward, kind="stable")]))


def _southward(course: Any) -> NDArray[np.float64]:
    """The way from the northern to the southern end of the belt; due south where neither lies south."""
    first, last = shapely.get_coordinates(shapely.get_point(course, [0, -1]))
    way = last - first if last[1] < first[1] else first - last
    return np.array([0.0, -1.0]) if abs(way[1]) <= DRAWN_TO_M else way / np.hypot(*way)


def _place_along(course: Any, area: Any) -> float:
    """How far along the belt an area stands: the middle of its stretch, else the nearest point."""
    within = shapely.get_coordinates(shapely.intersection(course, area))
    if not len(within):
        nearest = shapely.get_point(shapely.shortest_line(course, area), 0)
        return float(shapely.line_locate_point(course, nearest))
    along = shapely.line_locate_point(course, shapely.points(within))
    return float((along.min() + along.max()) / 2)


def _widest_break(pieces: NDArray[Any]) -> float:
    """Widest break that has to be bridged to make one of the pieces of a belt, m; 0 for one piece."""
    if len(pieces) < 2:
        return 0.0
    from scipy.sparse.csgraph import minimum_spanning_tree  # noqa: PLC0415 (few belts are in pieces)

    apart = shapely.distance(pieces[:, None], pieces[None, :])
    return float(minimum_spanning_tree(apart).max())
