"""Trees in view of homes, and the land under their crowns."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.coverage import by_area, worst_first
from blockplan.measure.distance.methods import weighed
from blockplan.measure.inputs.columns import (
    absent,
    ids,
    shapes,
    sound,
    sound_shapes,
    union,
    values,
)
from blockplan.measure.inputs.neighbours import covered_m2, within
from blockplan.measure.inputs.parts import KINDS, features
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, reason, unknown
from blockplan.plan.model.recall import by_row, once_for, tree_of
from blockplan.plan.model.recall_beside import pairs_between
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.inputs.homes import Homes
    from blockplan.measure.parameters import Parameters
    from blockplan.measure.places import WorstFirst
    from blockplan.plan.model.plan import Plan

#: Ends of a line of sight this near (m) to a building only touch it.
TOUCH_M = 0.01
#: Segments of a quarter of a crown, and how much wider that polygon is drawn to be as large as the circle.
SEGMENTS = 16
AS_LARGE = math.sqrt(math.pi / (2 * SEGMENTS * math.sin(math.pi / (2 * SEGMENTS))))


def trees_in_view(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of residents whose home has at least some trees in view: near, and no other building between.

    The line of sight goes from the nearest point of the dwelling building (of the parcel's
    representative point where no building is mapped) to the tree.
    """
    found, homes, seen = _views(plan, "trees_in_view", "1", parameters)
    if seen is None:
        return found
    enough = seen >= parameters.trees_wanted
    return replace(
        found,
        value=homes.share(enough),
        by=by_area(plan, homes, enough),
        places=_fewest(homes, seen, ~enough),
        affected_residents=homes.people(~enough),
    )


def fewest_trees_in_view(plan: Plan, parameters: Parameters) -> Measurement:
    """Trees in view of the home that has the fewest in view, as in `trees_in_view`."""
    found, homes, seen = _views(plan, "fewest_trees_in_view", "tree", parameters)
    if seen is None:
        return found
    short = seen < parameters.trees_wanted
    return replace(
        found,
        value=float(seen.min()),
        places=_fewest(homes, seen, short),
        affected_residents=homes.people(short),
    )


def _views(
    plan: Plan, name: str, unit: str, parameters: Parameters
) -> tuple[Measurement, Homes, NDArray[np.intp] | None]:
    """A measurement without its value, the homes, and how many trees each sees (None: unknown)."""
    homes, lacking = weighed(plan, parameters)
    missing = absent(plan, "trees") + lacking
    trees = shapes(plan, "trees")
    counted = {**homes.counted, "trees": tuple(ids(plan, "trees"))}
    definition = {
        "limit_m": parameters.tree_view_m,
        "along": "line of sight",
        "from": homes.layers,
        "to": "tree",
        "trees": int((~shapely.is_missing(trees)).sum()),
        "buildings_between": len(ids(plan, "buildings")),
        "weight": homes.weighs,
    }
    missing += unknown(Missing("trees", "geometry"), ids(plan, "trees")[shapely.is_missing(trees)])
    found = Measurement(name, None, unit, definition, missing=missing, counted=counted)
    if missing or homes.weighs != "residents":
        return found, homes, None
    key = f"views:{parameters.tree_view_m}"
    return found, homes, plan.cached(key, lambda: _seen(plan, homes, trees, parameters.tree_view_m))


def _fewest(homes: Homes, seen: NDArray[np.intp], short: NDArray[np.bool_]) -> WorstFirst:
    """Homes that see too few trees, the fewest first."""
    return worst_first(homes, short, seen[short].astype(float))


def _seen(plan: Plan, homes: Homes, trees: NDArray[Any], limit_m: float) -> NDArray[np.intp]:
    """How many trees each home sees."""
    buildings = sound_shapes(plan, "buildings")
    names = ids(plan, "buildings")
    row_of = once_for("rows of buildings", lambda: {name: row for row, name in enumerate(names)}, names)
    look_up = partial(_own_buildings, row_of)
    own = by_row("own buildings", look_up, homes.layer, homes.id, fixed=(row_of,))
    place = homes.point.copy()
    place[own >= 0] = buildings[own[own >= 0]]
    look = partial(_look, trees, buildings, limit_m)
    return np.asarray(by_row("trees in view", look, place, own, fixed=(trees, buildings, limit_m)))


def _own_buildings(row_of: dict[str, int], layer: NDArray[Any], name: NDArray[Any]) -> NDArray[np.intp]:
    """Row of the building that each home is; -1 where it is none."""
    is_one = layer == "buildings"
    found = [row_of[id_] if one else -1 for one, id_ in zip(is_one, name, strict=True)]
    return np.array(found, dtype=np.intp)


def _look(
    trees: NDArray[Any], buildings: NDArray[Any], limit_m: float, place: NDArray[Any], own: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The same for homes at some places, each in a building of its own by row (-1: in none)."""
    home, at = tree_of(trees).query(place, predicate="dwithin", distance=limit_m)
    sight = shapely.shortest_line(place[home], trees[at])
    blocked = np.zeros(len(home), dtype=bool)
    # A wall that the line only touches at its ends is the home's own, or one that the tree stands at.
    line, building = tree_of(buildings).query(sight, predicate="intersects")
    crossed = shapely.length(shapely.intersection(sight[line], buildings[building])) > TOUCH_M
    inside = shapely.intersects(place[home[line]], buildings[building]) & (own[home[line]] < 0)
    blocked[line[crossed & (building != own[home[line]]) & ~inside]] = True
    return np.bincount(home[~blocked], minlength=len(place))


def canopy_share(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the planned land under the crowns of trees.

    Crowns are the polygons of the layer ``canopy``, together with circles of ``trees.crown_m``
    across. A tree without a crown that stands in a drawn canopy is part of it; one that stands in none makes
    the share unknown.
    """
    name = "canopy_share"
    layers = absent(plan, "canopy", "trees")
    missing: tuple[Missing, ...] = layers if len(layers) == 2 else ()
    land = union(shapes(plan, "boundary"))
    if land.is_empty:
        missing += absent(plan, "boundary") or (reason("no_land_inside"),)
    canopy, trees = shapes(plan, "canopy"), shapes(plan, "trees")
    crown, names = values(plan, "trees", "crown_m"), ids(plan, "trees")
    unsaid = np.isnan(crown) & ~_under(canopy, trees)
    missing += unknown(Missing("trees", "crown_m"), names[unsaid], len(names))
    counted = {
        "canopy": tuple(ids(plan, "canopy")),
        "trees": tuple(names),
        "boundary": tuple(ids(plan, "boundary")),
    }
    if missing:
        return Measurement(name, None, "1", missing=missing, counted=counted)
    # Pieces that do not touch one another: their areas add up, in the land and in every part of it.
    pieces = within(plan.cached("under crowns", lambda: _under_crowns(plan)), land)
    covered = covered_m2(pieces)
    definition = {
        "canopy_ha": covered / M2_PER_HA,
        "land_ha": land.area / M2_PER_HA,
        "trees_with_crown": int(_with_crown(plan).sum()),
        "trees_without_crown": int(np.isnan(crown).sum()),
    }
    by = (*_canopy_by(plan, "areas", pieces, land), *_canopy_by(plan, "blocks", pieces, land))
    return Measurement(name, covered / land.area, "1", definition, by=by, counted=counted)


def _with_crown(plan: Plan) -> NDArray[np.bool_]:
    """Which trees stand somewhere and have a crown."""
    return np.asarray((values(plan, "trees", "crown_m") > 0) & ~shapely.is_missing(shapes(plan, "trees")))


def _under_crowns(plan: Plan) -> NDArray[Any]:
    """The land under drawn canopies and the crowns of trees, piece by piece."""
    known = _with_crown(plan)
    across = values(plan, "trees", "crown_m")[known]
    crowns = shapely.buffer(shapes(plan, "trees")[known], across / 2 * AS_LARGE, quad_segs=SEGMENTS)
    return _apart(np.concatenate([shapes(plan, "canopy"), crowns]))


def _under(canopy: NDArray[Any], trees: NDArray[Any]) -> NDArray[np.bool_]:
    """Which trees stand in a drawn canopy."""
    found = np.zeros(len(trees), dtype=bool)
    found[shapely.STRtree(sound(canopy)).query(trees, predicate="intersects")[0]] = True
    return found


def _apart(shapes: NDArray[Any]) -> NDArray[Any]:
    """The land under some polygons as polygons that do not overlap; those that meet no other stay."""
    shapes = sound(shapes[shapely.get_dimensions(shapes) == 2])
    shapes = shapes[~shapely.is_missing(shapes)]
    shapely.prepare(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one != other], other[one != other]
    # A tree stands in a drawn canopy more often than beside one: what another covers adds nothing.
    inside = shapely.covers(shapes[one], shapes[other])
    inside &= (one < other) | ~shapely.covers(shapes[other], shapes[one])
    kept, meets = np.ones(len(shapes), dtype=bool), np.zeros(len(shapes), dtype=bool)
    kept[other[inside]] = False
    meets[one[kept[one] & kept[other]]] = True
    return np.concatenate([shapes[kept & ~meets], shapely.get_parts(union(shapes[meets]))])


def _canopy_by(plan: Plan, layer: str, pieces: NDArray[Any], land: Any) -> tuple[Part, ...]:
    """Canopy over land in each feature of a layer that has land."""
    names, outlines, _ = features(plan, layer)
    outlines = sound(outlines)
    there = np.nan_to_num(shapely.area(within(outlines, land)))
    piece, outline = pairs_between(f"crowns in {layer}", pieces, outlines, 0.0)
    shared = by_row("crowns shared", _shared_m2, outlines[outline], pieces[piece])
    canopy = np.bincount(outline, shared, len(outlines))
    return tuple(
        Part(f"{KINDS[layer]}:{id_}", float(found / size) if size else None)
        for id_, found, size in zip(names, canopy, there, strict=True)
    )


def _shared_m2(outlines: NDArray[Any], pieces: NDArray[Any]) -> NDArray[np.float64]:
    """Area that each piece shares with the outline beside it, m2."""
    shapely.prepare(outlines)
    crossing = ~shapely.covers(outlines, pieces)
    shared = np.asarray(shapely.area(pieces))
    shared[crossing] = shapely.area(shapely.intersection(outlines[crossing], pieces[crossing]))
    return shared
