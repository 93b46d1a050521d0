"""
Every parcel by itself: floor area ratio, coverage, green, height, size, frontage, parking, mix, people.

Each measure gives a value a parcel (`blockplan.measure.measurement`), with the bounds that the parcel table
sets to it. What is built is read as drawn, as stated, or as drawn and else as stated (``built_as``).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.reach import hosts_of
from blockplan.measure.inputs.columns import (
    absent,
    areas_m2,
    coded,
    ids,
    shapes,
    sound_shapes,
    values,
)
from blockplan.measure.inputs.parcel_intensity import (
    Values,
    as_read,
    bounds,
    built,
    hosts,
    joined_by,
    measurement,
    stated,
)
from blockplan.measure.missing import Missing, nothing, unknown
from blockplan.plan.model.recall import by_row
from blockplan.units import drawn_area_accuracy_m2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.measurement import Measurement
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

NONE_OF_CLASS = nothing("none_of_class")
#: Land this near to a road abuts on it (m), and a shorter piece of edge is a corner that only touches.
ABUTS_M = 0.05
SHORTEST_M = 0.5
#: Spare figures of one part of ``R2:B1=7:3``, ``7:3``, ``70%:30%``.
_PART = re.compile(r"\d+(?:\.\d+)?")


def parcel_far(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area over the parcel's land."""
    found, area = built(plan), areas_m2(plan, "parcels")
    asked = ("parcel_far", "1", "far")
    return _bounded(plan, asked, found.floor_m2 / _land(area), parameters, _of_built("floor_area_m2"))


def parcel_coverage(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the parcel's land that buildings cover."""
    share = built(plan).footprint_m2 / _land(areas_m2(plan, "parcels"))
    asked = ("parcel_coverage", "1", "coverage_ratio")
    return _bounded(plan, asked, share, parameters, _of_built("geometry"))


def parcel_height(plan: Plan, parameters: Parameters) -> Measurement:
    """Height of the parcel's tallest building, m."""
    asked = ("parcel_height", "m", "height_m")
    return _bounded(plan, asked, built(plan).tallest_m, parameters, _of_built("height_m"))


def parcel_green_ratio(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the parcel's land that is green.

    Drawn greens are cut at the parcel; where none is drawn on it, the green lies between nothing and all
    the land that no building covers.
    """
    area = _land(areas_m2(plan, "parcels"))
    green = _greens_m2(plan) / area
    free = 1 - built(plan).footprint_m2 / area
    ends = np.zeros(len(area)), np.where(np.isnan(free), 1.0, np.clip(free, 0.0, 1.0))
    asked = ("parcel_green_ratio", "1", "green_ratio")
    return _bounded(
        plan, asked, green, parameters, Missing("parcels", "greens", why="greens_of_parcel"), ends
    )


def parcel_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of the parcel's buildings, m2, against the most that its table allows."""
    spoken, lacking = _spoken_of(plan, parameters)
    said = values(plan, "parcels", "floor_area_m2")
    found = as_read(parameters.built_as, built(plan).floor_m2, said)
    high = values(plan, "parcels", "floor_area_m2_max")
    drawn = parameters.built_as == "drawn"
    read = _of_built("floor_area_m2") if drawn else Missing("parcels", "floor_area_m2")
    lacking += _unsaid(plan, parameters, found, read)
    bounded = Values(found, spoken, NONE_OF_CLASS, at_most=high, lacking=lacking, parts=_drawn(plan))
    return measurement(plan, "parcel_floor_area", "m2", bounded)


def parcel_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Size of the parcel as drawn, m2."""
    spoken, lacking = _spoken_of(plan, parameters)
    area = areas_m2(plan, "parcels")
    lacking += ((Missing("parcels", "geometry"), np.isnan(area)),)
    found = Values(
        area, spoken, NONE_OF_CLASS, at_least=_asked(parameters.least_plot_m2, area),
        off=drawn_area_accuracy_m2(np.nan_to_num(area)), lacking=lacking,
    )  # fmt: skip
    return measurement(plan, "parcel_area", "m2", found, absent=absent(plan, "parcels"))


def parcel_frontage(plan: Plan, parameters: Parameters) -> Measurement:
    """Length of the parcel's edge that abuts on road land, m; on red lines of streets where none is drawn."""
    spoken, lacking = _spoken_of(plan, parameters)
    roads = _roads(plan, tuple(parameters.street_codes))
    spoken &= ~coded(plan, tuple(parameters.street_codes)).chosen
    land = sound_shapes(plan, "parcels")
    undrawn = shapely.is_missing(land)
    found = np.full(len(land), np.nan)
    no_roads: tuple[Missing, ...] = ()
    if len(roads):
        rows = np.flatnonzero(spoken & ~undrawn)
        found[rows] = by_row("beside roads", partial(_beside, roads=roads), land[rows], fixed=(roads,))
    else:
        no_roads = (Missing("parcels", "land_use", why="roads"),)
    lacking += ((Missing("parcels", "geometry"), undrawn),)
    least = _asked(parameters.least_frontage_m, found)
    measured = Values(found, spoken, NONE_OF_CLASS, at_least=least, off=ABUTS_M, lacking=lacking)
    return measurement(plan, "parcel_frontage", "m", measured, absent=no_roads)


def parcel_parking(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Motor parking spaces of the parcel for every 100 m2 of its floor area.

    Where services are named only parcels that hold one of them are meant, shared or not.
    """
    spoken, lacking = _spoken_of(plan, parameters)
    nowhere: tuple[Missing, ...] = ()
    if parameters.services:
        held = np.isin(values(plan, "facilities", "service"), list(parameters.services))
        hosts = hosts_of(plan, "facilities")
        spoken &= np.isin(np.arange(len(spoken)), hosts[held])
        lost = held & (hosts < 0) & shapely.is_missing(shapes(plan, "facilities"))
        nowhere = unknown(Missing("facilities", "parcel_id"), ids(plan, "facilities")[lost])
    spaces = values(plan, "parcels", "parking_spaces")
    floor = as_read("drawn_or_stated", built(plan).floor_m2, values(plan, "parcels", "floor_area_m2"))
    lacking += (
        (Missing("parcels", "parking_spaces"), np.isnan(spaces)),
        (Missing("parcels", "floor_area_m2"), np.isnan(floor)),
    )
    per = spaces * 100.0 / np.where(floor > 0, floor, np.nan)
    found = Values(per, spoken & ~(floor == 0), NONE_OF_CLASS, lacking=lacking, parts=_drawn(plan))
    return measurement(plan, "parcel_parking", "space", found, absent=nowhere)


def parcel_mixed_share(plan: Plan, parameters: Parameters) -> Measurement:
    """Share of the main use where the parcel table gives a split of compatible uses (``7:3``), 0..1."""
    spoken, lacking = _spoken_of(plan, parameters)
    texts = values(plan, "parcels", "compatible_split")
    split, found = by_row("main shares", _splits, texts)
    lacking += ((Missing("parcels", "compatible_split"), split & np.isnan(found)),)
    least = _asked(parameters.least_main_share, found)
    measured = Values(found, spoken & split, nothing("no_split"), at_least=least, lacking=lacking)
    return measurement(plan, "parcel_mixed_share", "1", measured)


def parcel_residents_by_floor(plan: Plan, parameters: Parameters) -> Measurement:
    """Residents that the table states, against those whom the floor area houses at the plan's own m2 each."""
    each = plan.manifest.residents.floor_area_per_person_m2
    floor = as_read("drawn_or_stated", built(plan).floor_m2, values(plan, "parcels", "floor_area_m2"))
    return _people(
        plan, "parcel_residents_by_floor", floor / each if each else None, parameters, "floor_area_m2"
    )


def parcel_residents_by_dwellings(plan: Plan, parameters: Parameters) -> Measurement:
    """Residents that the table states, against those whom the dwellings house at the plan's size."""
    size, homes = plan.manifest.residents.household_size, values(plan, "parcels", "dwellings")
    return _people(
        plan, "parcel_residents_by_dwellings", homes * size if size else None, parameters, "dwellings"
    )


def _people(
    plan: Plan, id_: str, most: NDArray[np.float64] | None, parameters: Parameters, of: str
) -> Measurement:
    spoken, lacking = _spoken_of(plan, parameters)
    found = values(plan, "parcels", "residents")
    if most is None:
        most = np.full(len(found), np.nan)
    else:  # part of a person more than the reckoned number is no fault
        most, lacking = np.ceil(most), (*lacking, (Missing("parcels", of), np.isnan(most)))
    lived = spoken & ~np.isnan(found) & (found > 0)
    measured = Values(found, lived, nothing("no_residents"), at_most=most, lacking=lacking)
    return measurement(plan, id_, "person", measured)


def _bounded(
    plan: Plan,
    asked: tuple[str, str, str],
    drawn: NDArray[np.float64],
    parameters: Parameters,
    read: Missing,
    ends: tuple[NDArray[Any], NDArray[Any]] | None = None,
) -> Measurement:
    """
    A quantity that the parcel table bounds, as drawn or as stated.

    `asked` is the measure, its unit and its column of the parcel table; `read` what it reads as drawn.
    """
    id_, unit, base = asked
    spoken, lacking = _spoken_of(plan, parameters)
    found = as_read(parameters.built_as, drawn, stated(plan, base))
    low, high = bounds(plan, base, parameters.bound_kinds)
    lacking += _unsaid(
        plan, parameters, found, read if parameters.built_as == "drawn" else Missing("parcels", base)
    )
    off = found * _relative(plan) if unit == "1" and parameters.built_as != "stated" else 0.0
    measured = Values(
        found, spoken, NONE_OF_CLASS, ends=ends, at_least=low, at_most=high, off=np.nan_to_num(off),
        lacking=lacking, parts=_drawn(plan),
    )  # fmt: skip
    of_buildings = read.column == "buildings"
    gone = absent(plan, "buildings") if parameters.built_as == "drawn" and of_buildings else ()
    return measurement(plan, id_, unit, measured, absent=gone)


def _spoken_of(
    plan: Plan, parameters: Parameters
) -> tuple[NDArray[np.bool_], tuple[tuple[Missing, NDArray[np.bool_]], ...]]:
    """Parcels of the classes asked for and those that may be of one; all where no class is asked for."""
    codes = tuple(parameters.parcel_codes)
    if not codes:
        return np.ones(len(ids(plan, "parcels")), dtype=bool), ()
    found = coded(plan, codes)
    return found.chosen | found.maybe, tuple((what, where) for what, where, _ in found.gaps.said)


def _asked(least: float, of: NDArray[np.float64]) -> NDArray[np.float64]:
    """A least value that the plan sets for all its parcels; no bound where it sets none."""
    return np.full(len(of), least if least > 0 else np.nan)


def _of_built(column: str) -> Missing:
    """A column of the buildings on a parcel, said of the parcel."""
    return Missing("parcels", "buildings", why=f"{column}_of_built")


def _unsaid(
    plan: Plan, parameters: Parameters, value: NDArray[np.float64], read: Missing
) -> tuple[tuple[Missing, NDArray[np.bool_]], ...]:
    """Parcels without a value: those with no building, where buildings are asked for, and those of `read`."""
    lost = np.isnan(value)
    if parameters.built_as != "drawn":
        return ((read, lost),)
    bare = built(plan).number == 0
    if read.column == "buildings":
        return ((Missing("parcels", "buildings"), lost & bare), (read, lost & ~bare))
    return ((read, lost),)


def _drawn(plan: Plan) -> dict[str, tuple[NDArray[Any], NDArray[np.intp]]]:
    return {"buildings": plan.cached("buildings on parcels", lambda: _on_parcels(plan))}


def _on_parcels(plan: Plan) -> tuple[NDArray[Any], NDArray[np.intp]]:
    host = hosts(plan)
    there = host >= 0
    return ids(plan, "buildings")[there], host[there]


def _land(area: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(area > 0, area, np.nan)


def _relative(plan: Plan) -> NDArray[np.float64]:
    """How exactly the parcels' land is known, as a part of it."""
    area = _land(areas_m2(plan, "parcels"))
    return np.asarray(drawn_area_accuracy_m2(area) / area)


def _greens_m2(plan: Plan) -> NDArray[np.float64]:
    """Land of the drawn greens on each parcel, what several cover once; NaN where none is drawn on it."""
    found = np.full(len(ids(plan, "parcels")), np.nan)
    if not len(ids(plan, "greens")) or not len(found):
        return found
    land, greens = sound_shapes(plan, "parcels"), sound_shapes(plan, "greens")
    green, parcel = shapely.STRtree(land).query(greens, predicate="intersects")
    cut = shapely.intersection(land[parcel], greens[green])
    there = shapely.area(cut) > 0
    rows, land = joined_by(parcel[there], cut[there])
    found[rows] = shapely.area(land)
    return found


def _roads(plan: Plan, codes: tuple[str, ...]) -> NDArray[Any]:
    """Road land: parcels of road classes, else streets as wide as their red lines."""
    land = sound_shapes(plan, "parcels")[coded(plan, codes).chosen]
    if len(land):
        return np.asarray(land[~shapely.is_missing(land)], dtype=object)
    width, lines = values(plan, "streets", "red_line_width_m"), shapes(plan, "streets")
    wide = ~np.isnan(width) & (width > 0) & ~shapely.is_missing(lines)
    return np.asarray(shapely.buffer(lines[wide], width[wide] / 2, cap_style="flat"), dtype=object)


def _beside(parcels: NDArray[Any], roads: NDArray[Any]) -> NDArray[np.float64]:
    """Length of each parcel's edge that abuts on road land."""
    found, edges = np.zeros(len(parcels)), by_row("boundary", shapely.boundary, parcels)
    land: NDArray[Any] = by_row("abutting", partial(shapely.buffer, distance=ABUTS_M), roads)
    road, edge = shapely.STRtree(edges).query(land, predicate="intersects")
    there, land = joined_by(edge, land[road])
    found[there] = by_row("along", _along, edges[there], land)
    return found


def _along(edges: NDArray[Any], land: NDArray[Any]) -> NDArray[np.float64]:
    """
    Length of each edge beside some land, but for pieces so short that they only touch it.

    An edge that leads away from the land is near to it for as long as land abuts; that end is left out.
    """
    pieces, of = shapely.get_parts(shapely.line_merge(shapely.intersection(edges, land)), return_index=True)
    length = shapely.length(pieces)
    open_ = ~shapely.is_closed(pieces)
    for start, end in ((0, 1), (-2, -1)):
        last = shapely.distance(shapely.get_point(pieces, start), shapely.get_point(pieces, end))
        length -= np.where(open_ & (last <= 2 * ABUTS_M), last, 0.0)
    return np.asarray(np.bincount(of, np.where(length >= SHORTEST_M, length, 0.0), len(edges)), dtype=float)


def _splits(texts: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which parcels give a split, and the share of its main use; NaN where it cannot be read."""
    given = np.array([text is not None and bool(str(text).strip()) for text in texts], dtype=bool)
    return given, np.array([_main_share(text) for text in texts], dtype=float)


def _main_share(text: object) -> float:
    """
    Share of the first use of a split; NaN where the text gives none.

    Examples
    --------
    >>> _main_share("7:3"), _main_share("R2:B1=70%:30%"), _main_share("按规范")
    (0.7, 0.7, nan)
    """
    if text is None:
        return np.nan
    numbers = [float(one) for one in _PART.findall(str(text).replace("：", ":").rpartition("=")[2])]
    whole = sum(numbers)
    return numbers[0] / whole if len(numbers) > 1 and whole > 0 else np.nan
