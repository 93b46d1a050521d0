"""
Invented communities that are odd in one way each: what a layout has to cope with beside neat blocks.

Nothing of them is a real place. Each is made from the skewed grid of ``synthetic_community``, so a fault
that one of them shows is a fault of its oddity.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from benchmarks.synthetic_community import community, features_of
from shapely import affinity

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.exchange.community import Community, Objectives

    Made = tuple[Community, Objectives]


def slanted() -> Made:
    """The whole community turned by 17 degrees and sheared."""
    initial, aims = community(5, 5, seed=3)

    def turned(one: shapely.Geometry) -> shapely.Geometry:
        return affinity.skew(affinity.rotate(one, 17, origin=(0, 0)), xs=12, origin=(0, 0))

    return _with(initial, [turned(one) for one in initial.shapes]), aims


def bent() -> Made:
    """Vacant blocks are L-shaped, each two or three blocks of a grid without the streets between them."""
    return _merged(6, 6, [((1, 1), (2, 1), (1, 2)), ((3, 3), (4, 3), (4, 4)), ((1, 4), (2, 4), (2, 5))])


def u_shaped() -> Made:
    """A vacant block lies around three sides of a block of homes."""
    around = [(i, j) for i in (1, 2, 3) for j in (1, 2, 3) if (i, j) not in {(2, 2), (2, 3)}]
    return _merged(6, 6, [tuple(around)])


def thin() -> Made:
    """Vacant blocks are strips of 30 to 95 m width beside homes."""
    initial, aims = community(4, 4, seed=5)
    shapes, types = list(initial.shapes), list(initial.types)
    kinds = list(initial.kinds)
    widths = iter([30, 45, 60, 85, 95])
    for at in np.flatnonzero(initial.types == "feasible"):
        left, bottom, right, top = shapes[at].bounds
        wide = next(widths, 70)
        rest = shapely.clip_by_rect(shapes[at], left, bottom + wide, right, top)
        shapes[at] = shapely.clip_by_rect(shapes[at], left, bottom, right, bottom + wide)
        shapes += [rest, shapely.LineString([(left, bottom + wide), (right, bottom + wide)])]
        types += ["residential", "road"]
        kinds += ["block", "line"]
    return _features(shapes, kinds, types, initial), _fewer(aims, 1)


def curved() -> Made:
    """Vacant blocks between two arcs, drawn with a point every few metres."""
    angle = np.linspace(0.1, 1.4, 160)
    rings = [np.column_stack([r * np.cos(angle), r * np.sin(angle)]) for r in (400, 520, 700, 950, 1_250)]
    blocks, types = [], []
    for k, (inner, outer) in enumerate(pairwise(rings)):
        for half in (slice(0, 81), slice(80, 160)):
            blocks.append(shapely.Polygon([*inner[half], *outer[half][::-1]]))
            types.append("feasible" if k % 2 else "residential")
    lines = [shapely.LineString(one) for one in rings]
    lines += [shapely.LineString([rings[0][at], rings[-1][at]]) for at in (0, 80, 159)]
    _, aims = community(3, 3)
    made = features_of(blocks, np.array(types, dtype=object), lines, np.array([rings[0][0]]))
    return made, _fewer(aims, 2)


def pierced() -> Made:
    """Vacant blocks with a block that stays inside, or two."""
    initial, aims = community(3, 3, seed=11)
    shapes, types, kinds = list(initial.shapes), list(initial.types), list(initial.kinds)
    first, second, *_ = np.flatnonzero(initial.types == "feasible")
    for at, spots in ((first, [(0.5, 0.5)]), (second, [(0.3, 0.4), (0.7, 0.6)])):
        left, bottom, right, top = shapes[at].bounds
        for u, v in spots:
            centre = shapely.Point(left + u * (right - left), bottom + v * (top - bottom))
            hole = centre.buffer(35, cap_style="square") if u == 0.5 else centre.buffer(30, quad_segs=6)
            shapes[at] = shapes[at].difference(hole)
            shapes += [hole, shapely.LineString(hole.exterior)]
            types += ["school", "road"]
            kinds += ["block", "line"]
    return _features(shapes, kinds, types, initial), _fewer(aims, 1)


def uneven() -> Made:
    """One vacant block of a square kilometre, and some of less than 2,000 m2."""
    initial, aims = _merged(7, 7, [tuple((i, j) for i in range(1, 5) for j in range(1, 5))])
    shapes, types, kinds = list(initial.shapes), list(initial.types), list(initial.kinds)
    homes = np.flatnonzero(initial.types == "residential")[:4]
    for at, side in zip(homes, (12, 25, 40, 44), strict=True):
        x, y = shapely.get_coordinates(shapes[at].exterior)[0]
        small = shapes[at].intersection(shapely.box(x - side, y - side, x + side, y + side))
        shapes[at] = shapes[at].difference(small)
        shapes.append(small)
        types.append("feasible")
        kinds.append("block")
    return _features(shapes, kinds, types, initial), aims


def few_types() -> Made:
    """Only shops and homes are asked for; other types have neither a number nor limits."""
    initial, aims = community(4, 4, seed=2)
    names = ("business", "residential")
    kept = {
        key: {name: value for name, value in getattr(aims, key).items() if name in names}
        for key in ("counts", "min_area_m2", "max_area_m2", "min_edge_m")
    }
    return initial, replace(aims, **kept, max_edge_m={})


def all_vacant() -> Made:
    """Nobody lives there yet, all land is vacant, and only 70 % of the new edges become roads."""
    initial, aims = community(4, 4, seed=9)
    types = np.where(initial.kinds == "block", "feasible", initial.types).astype(object)
    return replace(initial, types=types), replace(aims, built_share=0.7, traffic=1.0)


def no_homes_asked() -> Made:
    """No share of homes is asked for and none may be drawn."""
    initial, aims = community(4, 4, seed=4)
    limits = {
        key: {name: value for name, value in getattr(aims, key).items() if name != "residential"}
        for key in ("min_area_m2", "max_area_m2", "min_edge_m", "max_edge_m")
    }
    return initial, replace(aims, shares={}, **limits)


def too_much() -> Made:
    """More schools than the vacant land holds, and offices that no block is wide enough for."""
    initial, aims = community(3, 3, seed=6)
    counts = {**aims.counts, "school": 60}
    return initial, replace(aims, counts=counts, min_edge_m={**aims.min_edge_m, "office": 700.0})


def without_roads() -> Made:
    """Blocks without any line."""
    initial, aims = community(3, 4, seed=8)
    kept = initial.kinds == "block"
    return _features(initial.shapes[kept], initial.kinds[kept], initial.types[kept], initial), aims


def many(columns: int = 20, rows: int = 15) -> Made:
    """Hundreds of blocks."""
    return community(columns, rows, seed=1)


def notched(columns: int = 4, rows: int = 4, seed: int = 11) -> Made:
    """Vacant blocks have one to three notches of several sizes in their sides, some of them slanted."""
    initial, aims = community(columns, rows, seed)
    random, shapes = np.random.default_rng(seed), list(initial.shapes)
    for at in np.flatnonzero(initial.types == "feasible"):
        block = shapes[at]
        for _ in range(int(random.integers(1, 4))):
            side = float(random.uniform(0.05, 0.95))
            spot = shapely.line_interpolate_point(shapes[at].exterior, side, normalized=True)
            wide, deep = random.uniform(5, 60, 2)
            notch = shapely.box(spot.x - wide, spot.y - deep, spot.x + wide, spot.y + deep)
            if random.random() < 0.3:
                notch = affinity.rotate(notch, float(random.uniform(5, 85)))
            rest = block.difference(notch)
            if rest.geom_type == "Polygon" and not rest.interiors and rest.area > 0.5 * shapes[at].area:
                block = shapely.set_precision(rest, 0.001)
        shapes[at] = block
    return _with(initial, shapes), aims


def single() -> Made:
    """One vacant block amid homes."""
    return _merged(3, 3, [((1, 1),)])


def tiny() -> Made:
    """A community a fiftieth of the size: no block can hold any parcel that is asked for."""
    initial, aims = community(3, 3, seed=2)
    shrunk = [affinity.scale(one, 0.02, 0.02, origin=(0, 0)) for one in initial.shapes]
    return _with(initial, shrunk), aims


#: Name -> how it is made.
ODD: dict[str, Callable[[], Made]] = {
    one.__name__: one
    for one in (
        slanted, bent, u_shaped, thin, curved, pierced, uneven, few_types, all_vacant, no_homes_asked,
        too_much, without_roads, notched, single, tiny, many,
    )
}  # fmt: skip


def _with(initial: Community, shapes: list[shapely.Geometry]) -> Community:
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return replace(initial, shapes=made)


def _features(shapes: object, kinds: object, types: object, initial: Community) -> Community:
    """A community of these features, numbered anew."""
    made = _with(initial, list(shapes))  # type: ignore[call-overload]  # any sequence of shapes
    words = [np.array(list(one), dtype=object) for one in (kinds, types, ["initial"] * made.shapes.size)]  # type: ignore[call-overload]
    return replace(made, ids=np.arange(made.shapes.size), kinds=words[0], types=words[1], origins=words[2])


def _fewer(aims: Objectives, each: int) -> Objectives:
    return replace(aims, counts=dict.fromkeys(aims.counts, each), shares={"residential": 0.3})


def _merged(columns: int, rows: int, groups: list[tuple[tuple[int, int], ...]]) -> Made:
    """A grid in which each group of blocks is one vacant block, and all others are homes."""
    initial, aims = community(columns, rows, seed=7)
    at = np.flatnonzero(initial.kinds == "block")
    number = {(i, j): at[i * rows + j] for i in range(columns) for j in range(rows)}
    types = initial.types.copy()
    types[at] = "residential"
    shapes, kept = initial.shapes.copy(), np.ones(initial.ids.size, bool)
    for group in groups:
        own = [number[one] for one in group]
        shapes[own[0]] = shapely.union_all(shapes[own])
        types[own[0]] = "feasible"
        kept[own[1:]] = False
    vacant = shapely.union_all(shapes[kept & (types == "feasible")])
    inside = (initial.kinds != "block") & shapely.within(shapely.centroid(shapes), vacant)
    kept &= ~inside
    aims = replace(aims, shares={"residential": 0.5})
    return _features(shapes[kept], initial.kinds[kept], types[kept], initial), aims
