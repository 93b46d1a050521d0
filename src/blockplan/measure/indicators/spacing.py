"""
Distances round buildings: to the sides of the parcel (setbacks), and southwards for light.

Both are read from drawn buildings. A setback is asked for by the side of the parcel that faces north,
east, south or west; light by the distance to whatever stands to the south, over its height.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import coded, ids, sound_shapes, values
from blockplan.measure.inputs.homes import HOUSING_CODES
from blockplan.measure.inputs.parcel_intensity import Values, hosts, measurement
from blockplan.measure.missing import Missing, nothing
from blockplan.plan.model.recall import by_row, tree_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.measurement import Measurement
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: Side of a parcel -> the direction (east, north) that it faces.
SIDES = {"north": (0.0, 1.0), "east": (1.0, 0.0), "south": (0.0, -1.0), "west": (-1.0, 0.0)}
#: An edge belongs to a side whose direction its outward normal has within this cosine (45 degrees).
FACES = 0.7071


def parcel_setback(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Distance of the parcel's buildings to the side that they keep least from, m, against its setback.

    Where several sides have a setback the one with the least to spare is given.
    """
    parcels, host = ids(plan, "parcels"), hosts(plan)
    asked = {side: values(plan, "parcels", f"setback_{side}_m") for side in SIDES}
    some = np.any([~np.isnan(one) for one in asked.values()], axis=0)
    drawn = np.isin(np.arange(len(parcels)), host)
    worst, value, least = (np.full(len(parcels), fill) for fill in (np.inf, np.nan, np.nan))
    sides = _sides(plan, np.flatnonzero(some))
    there = np.flatnonzero(host >= 0)
    footprints = sound_shapes(plan, "buildings")
    for side, wanted in asked.items():
        rows = there[~np.isnan(wanted[host[there]])]
        away = np.full(len(parcels), np.inf)
        np.fmin.at(away, host[rows], shapely.distance(footprints[rows], sides[side][host[rows]]))
        spare = np.where(np.isfinite(away), away - wanted, np.inf)
        nearer = spare < worst
        worst = np.where(nearer, spare, worst)
        value, least = np.where(nearer, away, value), np.where(nearer, wanted, least)
    least = np.where(
        np.isnan(least) & some, np.nanmax([*asked.values(), np.full(len(parcels), -np.inf)], axis=0), least
    )
    lacking = (
        (Missing("parcels", "buildings"), some & ~drawn),
        (Missing("parcels", "geometry"), some & drawn & np.isnan(value)),
    )
    parts = {"buildings": (ids(plan, "buildings")[there], host[there])}
    found = Values(
        value, some, nothing("no_setback"), at_least=least, off=0.001, lacking=lacking, parts=parts
    )
    return measurement(plan, "parcel_setback", "m", found)


def _sides(plan: Plan, rows: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """The edges of some parcels that face each side, as one line a parcel; None where none does."""
    found = {side: np.full(len(ids(plan, "parcels")), None, dtype=object) for side in SIDES}
    outer = shapely.get_exterior_ring(shapely.orient_polygons(sound_shapes(plan, "parcels")[rows]))
    for row, ring in zip(rows, outer, strict=True):
        if ring is None:
            continue
        spots = shapely.get_coordinates(ring)
        steps = np.diff(spots, axis=0)
        length = np.hypot(*steps.T)
        normal = np.column_stack((steps[:, 1], -steps[:, 0])) / np.where(length > 0, length, np.nan)[:, None]
        for side, faced in SIDES.items():
            chosen = np.flatnonzero(normal @ np.array(faced) >= FACES)
            if len(chosen):
                found[side][row] = shapely.multilinestrings([spots[one : one + 2] for one in chosen])
    return found


def building_light(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Distance from each building of homes southwards to what stands before it, over its height (m/m).

    Counted is what overlaps with the building from east to west by more than a touch. The distance is the one
    from north to south between the two; where nothing stands to the south there is nothing to judge.
    """
    names, host = ids(plan, "buildings"), hosts(plan)
    homes = coded(plan, HOUSING_CODES).chosen
    lived = (host >= 0) & homes[host] if len(homes) else np.zeros(len(names), dtype=bool)
    footprints, height = sound_shapes(plan, "buildings"), values(plan, "buildings", "height_m")
    of, rows = (footprints, height, float(parameters.light_farthest_m)), np.flatnonzero(lived)
    found, before = np.full(len(names), np.nan), np.zeros(len(names), dtype=bool)
    found[rows], before[rows] = by_row("southwards", partial(_southwards, *of), rows, fixed=of)
    asked = float(parameters.light_distance_per_height)
    spoken = lived & before
    lacking = ((Missing("buildings", "height_m"), np.isnan(found)),)
    least = np.full(len(names), asked if asked > 0 else np.nan)
    measured = Values(found, spoken, nothing("no_home_to_south"), at_least=least, lacking=lacking)
    return measurement(plan, "building_light", "1", measured, layer="buildings")


def _southwards(
    footprints: NDArray[Any], height: NDArray[np.float64], farthest_m: float, rows: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Least distance over height to what stands south of some buildings, and whether anything does."""
    ratio, before = np.full(len(rows), np.inf), np.zeros(len(rows), dtype=bool)
    if not len(rows):
        return ratio, before
    west, south, east, north = shapely.bounds(footprints).T
    strips = shapely.box(west[rows], south[rows] - farthest_m, east[rows], south[rows])
    at, other = tree_of(footprints).query(strips, predicate="intersects")
    home = rows[at]
    wide = np.minimum(east[home], east[other]) - np.maximum(west[home], west[other])
    kept = (home != other) & (wide > 0.5) & (north[other] <= south[home] + 0.01)
    at, home, other = at[kept], home[kept], other[kept]
    gap = np.maximum(south[home] - north[other], 0.0)
    tall = np.where(height[other] > 0, height[other], np.inf)  # what says no height may be of any
    np.minimum.at(ratio, at, gap / tall)
    ratio[at[~np.isfinite(tall)]] = np.inf
    before[at] = True
    return np.where(np.isfinite(ratio), ratio, np.nan), before
