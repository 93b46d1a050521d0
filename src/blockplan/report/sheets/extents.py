"""What a control sheet covers: a block, a subblock, or a piece of a plan that has neither."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.columns import ids, values
from blockplan.texts import by_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.sheets.facts import Facts

#: A piece of a plan without subblocks is of so many parcels, and so long, at most: it reads at 1:2,000.
MOST_PARCELS, MOST_M = 45, 480.0
#: Street land so far beside a piece of a subblock is shown with it, m.
BESIDE_M = 20.0
#: Street land so far from a piece is apart from it, m.
APART_M = 1.0
#: A sheet of a piece shows so much of the next pieces beyond the line where they meet, m.
OVERLAP_M = 20.0
#: What a cut of a subblock costs beside its distance from the middle, as a share of the side that it parts:
#: the share of land that it cuts off of parcels, and how much shorter that side is than the other.
RAGGED, SHORTER = 4.0, 0.7


@dataclass(frozen=True, slots=True)
class Extent:
    """
    A part of the plan on a sheet: kind, number, name, outline, rows of its parcels, the part above.

    A piece of a subblock knows the rows of the `whole`, and what of the next pieces its sheet shows `beyond`
    its own land.
    """

    kind: str
    id: str
    name: str
    shape: BaseGeometry
    rows: tuple[int, ...]
    above: str = ""
    whole: tuple[int, ...] = ()
    beyond: BaseGeometry | None = None

    @property
    def shown(self) -> BaseGeometry:
        """What its sheet has to show: its land, and a little of the next pieces."""
        return self.shape if self.beyond is None else shapely.union(self.shape, self.beyond)

    @property
    def is_free(self) -> bool:
        """Whether its parcels are in no subblock: its number is that of the sheet alone."""
        return self.kind == "subblock" and self.id.startswith("F-")

    @property
    def part(self) -> str:
        """The block or subblock that it is, or is a piece of."""
        return self.id.rpartition("(")[0] if self.whole else self.id

    @property
    def number(self) -> str:
        """The number of its sheet."""
        return f"TZ-{self.id}"


def shares(facts: Facts, extent: Extent) -> dict[int, float]:
    """
    The parcels of a part by row, with the share of each that lies on its sheet.

    Of a piece these are its own parcels and the street land within its outline; what is not drawn is whole.
    """
    found = dict.fromkeys(extent.rows, 1.0)
    for row in {*extent.rows, *(row for row in extent.whole if facts.roads[row])} if extent.whole else ():
        if (shape := facts.shapes[row]) is not None and shape.area > 0:
            found[row] = round(shapely.area(shapely.intersection(shape, extent.shape)) / shape.area, 9)
    return {row: share for row, share in found.items() if share > 0}


def blocks(facts: Facts) -> list[Extent]:
    """The blocks (街区) with their parcels; empty where the plan draws none."""
    return _of_layer(facts, "blocks", "block_id", "block")


def subblocks(facts: Facts) -> list[Extent]:
    """
    The subblocks (街坊) with their parcels.

    Parcels outside every subblock, or of a plan without any, come in pieces that can be read; street land
    outside every subblock, or far from other parcels, is on the sheets of its neighbours and has no own.
    """
    found = drawn_subblocks(facts)
    held = {row for extent in found for row in extent.rows}
    drawn = ~shapely.is_missing(facts.shapes)
    wanted = drawn & ~facts.roads if found else drawn
    rest = [row for row in range(len(facts.names)) if wanted[row] and row not in held]
    return found + _pieces(facts, rest)


def drawn_subblocks(facts: Facts) -> list[Extent]:
    """The subblocks that the plan draws, each in the block that it states, else in that of its parcels."""
    found = _of_layer(facts, "subblocks", "subblock_id", "subblock")
    if all(one.above for one in found):
        return found
    of = {row: block.id for block in blocks(facts) for row in block.rows}
    return [
        replace(one, above=one.above or next((of[row] for row in one.rows if row in of), "")) for one in found
    ]


def _of_layer(facts: Facts, layer: str, column: str, kind: str) -> list[Extent]:
    plan = facts.plan
    if not plan.has_layer(layer) or not len(plan.layer(layer)):
        return []
    outlines = np.array([*plan.layer(layer).geometry, None], dtype=object)[:-1]
    given = [str(one) for one in ids(plan, layer)]
    rows: dict[str, list[int]] = {one: [] for one in given}
    for row, one in enumerate(members(facts, column, given, outlines)):
        if one:
            rows[one].append(row)
    called = (
        facts.view.ground.names(layer)
        if f"name_{facts.view.words.lang}" in plan.layer(layer).columns
        else None
    )
    above = _above(facts, layer)
    out = []
    for at, one in enumerate(given):
        shape = outlines[at]
        if shape is None or shape.is_empty:
            held = [facts.shapes[row] for row in rows[one] if facts.shapes[row] is not None]
            shape = shapely.union_all(held) if held else None
        if shape is not None and not shape.is_empty:
            name = "" if called is None else str(called.iloc[at] or "")
            out.append(Extent(kind, one, name, shape, tuple(rows[one]), above[at] if above else ""))
    return sorted(out, key=lambda extent: by_number(extent.id))


def _above(facts: Facts, layer: str) -> list[str]:
    column = {"subblocks": "block_id", "blocks": "area_id"}[layer]
    return [str(one or "") for one in values(facts.plan, layer, column)]


def members(facts: Facts, column: str, given: Sequence[str], outlines: NDArray[np.object_]) -> list[str]:
    """The outline that each parcel says it is in; where it says none, the one that holds a point of it."""
    stated = [str(one or "") for one in values(facts.plan, "parcels", column)]
    known = set(given)
    drawn = [row for row, one in enumerate(stated) if one not in known and facts.shapes[row] is not None]
    if drawn:
        tree = shapely.STRtree([shape if shape is not None else shapely.Point() for shape in outlines])
        points = shapely.point_on_surface(facts.shapes[drawn])
        inside, of = tree.query(points, predicate="intersects")
        for point, at in sorted(zip(inside, of, strict=True), reverse=True):
            stated[drawn[point]] = given[at]
    return [one if one in known else "" for one in stated]


def _pieces(facts: Facts, rows: list[int]) -> list[Extent]:
    """Parcels in pieces, halved across the longer side until each can be read."""
    if not rows:
        return []
    shapes = facts.shapes[rows]
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    pieces = _joined(facts, _halved(np.array(rows), middles, shapely.bounds(shapes)))
    # A piece of street land alone has no sheet, where there are others: it is drawn on theirs.
    pieces = [piece for piece in pieces if not facts.roads[piece].all()] or pieces
    pieces.sort(
        key=lambda piece: (
            -round(_top(facts, piece), 1),
            float(shapely.bounds(facts.shapes[piece])[:, 0].min()),
        )
    )
    width = len(str(len(pieces)))
    return [
        Extent("subblock", f"F-{number:0{width}d}", "", shapely.union_all(facts.shapes[piece]), tuple(piece))
        for number, piece in enumerate(pieces, 1)
    ]


def halves(facts: Facts, extent: Extent) -> list[Extent]:
    """
    A part in two, cut where few parcels lie on both sides; its street land follows in `numbered`.

    A part of one parcel is cut across that parcel, which then lies on both.
    """
    drawn = np.array([row for row in extent.rows if facts.shapes[row] is not None and not facts.roads[row]])
    if len(drawn) == 1:
        land = shapely.intersection(facts.shapes[drawn[0]], extent.shape)
        rows = (int(drawn[0]),)
        return [replace(extent, shape=half, rows=rows) for half in _across(land)]
    first = _before_cut(facts.shapes[drawn])
    return [
        replace(extent, shape=shapely.union_all(facts.shapes[part]), rows=tuple(map(int, part)))
        for part in (drawn[first], drawn[~first])
    ]


def _across(land: BaseGeometry) -> list[BaseGeometry]:
    """Land in two, cut through the middle of the longer side of its own box."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(land))[:4]
    if np.linalg.norm(corners[1] - corners[0]) < np.linalg.norm(corners[2] - corners[1]):
        corners = np.roll(corners, -1, axis=0)
    low, high, top, bottom = corners
    middle = (low + high) / 2, (top + bottom) / 2
    sides = ([low, middle[0], middle[1], bottom], [middle[0], high, top, middle[1]])
    return [shapely.intersection(land, shapely.Polygon(np.array(side))) for side in sides]


def _before_cut(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """
    Which shapes lie before a straight line that parts them, so that each side reads as a group of whole ones.

    The line runs along or across the land's own box, as streets mostly do. It costs what it cuts off of
    shapes, how far it lies from the middle, and how much shorter the side is that it parts.
    """
    areas = shapely.area(shapes)
    points, of = shapely.get_coordinates(shapes, return_index=True)
    corners = shapely.get_coordinates(shapely.oriented_envelope(shapely.union_all(shapes)))
    edges = np.diff(corners[:3], axis=0) if len(corners) > 3 else np.eye(2)
    ways = edges / np.linalg.norm(edges, axis=1, keepdims=True)
    along = points @ ways.T
    low, high = np.full((len(shapes), 2), np.inf), np.full((len(shapes), 2), -np.inf)
    np.minimum.at(low, of, along)
    np.maximum.at(high, of, along)
    sides = high.max(axis=0) - low.min(axis=0)
    best, found = np.inf, np.arange(len(shapes)) < len(shapes) // 2
    for way in range(2):
        cuts = np.unique(np.concatenate([low[:, way], high[:, way]]))[:, None]
        share = np.clip((cuts - low[:, way]) / np.maximum(high[:, way] - low[:, way], 1e-9), 0.0, 1.0)
        before = share > 0.5
        ragged = (np.minimum(share, 1 - share) * areas).sum(axis=1) / areas.sum()
        middle = np.abs((cuts[:, 0] - low[:, way].min()) / sides[way] - 0.5)
        cost = RAGGED * ragged + middle + SHORTER * (1 - sides[way] / sides.max())
        cost[before.all(axis=1) | ~before.any(axis=1)] = np.inf
        at = int(cost.argmin())
        if cost[at] < best:
            best, found = float(cost[at]), before[at]
    return found


def pairs(pieces: Sequence[Extent], room: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Which two pieces lie in a box (width, height in m) that some `room` holds: the smallest first."""
    sides = {}
    for pair in combinations(range(len(pieces)), 2):
        west, south, east, north = shapely.total_bounds([pieces[at].shape for at in pair])
        wide, high = east - west, north - south
        if any(wide <= most_wide and high <= most_high for most_wide, most_high in room):
            sides[pair] = wide * high
    return sorted(sides, key=sides.__getitem__)


def together(one: Extent, other: Extent) -> Extent:
    """Two pieces of a part as one."""
    rows = tuple(sorted({*one.rows, *other.rows}))
    return replace(one, shape=shapely.union(one.shape, other.shape), rows=rows)


def in_order(pieces: Iterable[Extent]) -> list[Extent]:
    """Pieces from north to south, then from west to east."""
    return sorted(pieces, key=lambda one: (-round(one.shape.bounds[3], 1), one.shape.bounds[0]))


def numbered(facts: Facts, extent: Extent, pieces: Sequence[Extent]) -> list[Extent]:
    """
    Pieces of a part (`in_order`) with their numbers, each row of the part in one of them.

    Street land is with the piece that it lies nearest to, and is shown as far as it runs beside it.
    """
    shapes = np.array([one.shape for one in pieces], dtype=object)
    rows = [list(one.rows) for one in pieces]
    held = {row for of in rows for row in of}
    for row in extent.rows:
        if row not in held:
            shape = facts.shapes[row]
            at = 0 if shape is None else int(np.argmin(shapely.distance(shapes, shapely.centroid(shape))))
            rows[at].append(row)
    streets = [facts.shapes[row] for row in extent.rows if facts.roads[row] and facts.shapes[row] is not None]
    land = shapely.union_all(np.array(streets, dtype=object)) if streets else shapely.Polygon()
    lands = _with_streets([one.shape for one in pieces], land)
    return [
        replace(
            one,
            id=f"{extent.id}({number})",
            rows=tuple(sorted(of)),
            whole=extent.rows,
            shape=lands[number - 1],
            beyond=_beyond(lands, number - 1),
        )
        for number, (one, of) in enumerate(zip(pieces, rows, strict=True), 1)
    ]


def _with_streets(shapes: Sequence[BaseGeometry], land: BaseGeometry) -> list[BaseGeometry]:
    """Pieces with the street land beside each; what lies apart from a piece, another has where it can."""
    held = [list(shapely.get_parts(shapely.intersection(land, _beside(one)))) for one in shapes]
    for at, parts in enumerate(held):
        for scrap in [one for one in parts if shapely.distance(one, shapes[at]) > APART_M]:
            others = [part for other, of in enumerate(held) if other != at for part in of]
            if shapely.covers(shapely.union_all(others), shapely.buffer(scrap, -0.01)):
                parts.remove(scrap)
    return [shapely.union_all([one, *parts]) for one, parts in zip(shapes, held, strict=True)]


def _beyond(lands: Sequence[BaseGeometry], at: int) -> BaseGeometry | None:
    """What lies of the other pieces so near to one that its sheet shows it too."""
    around = shapely.buffer(lands[at], OVERLAP_M, join_style="mitre", mitre_limit=1.5)
    near = [land for other, land in enumerate(lands) if other != at and land.intersects(around)]
    return shapely.intersection(shapely.union_all(near), around) if near else None


def _beside(shape: BaseGeometry) -> BaseGeometry:
    west, south, east, north = shape.bounds
    return shapely.box(west - BESIDE_M, south - BESIDE_M, east + BESIDE_M, north + BESIDE_M)


def _joined(facts: Facts, pieces: list[list[int]]) -> list[list[int]]:
    """Pieces next to each other joined as long as they can be read together, those that are nearest first."""
    boxes = np.array([shapely.total_bounds(facts.shapes[piece]) for piece in pieces])
    counts = np.array([len(piece) for piece in pieces])
    held: list[list[int]] = [[*piece] for piece in pieces]
    at = 0
    while at < len(held):
        low, high = np.minimum(boxes[:, :2], boxes[at, :2]), np.maximum(boxes[:, 2:], boxes[at, 2:])
        sides = high - low
        cost = np.where(
            (sides.max(axis=1) <= MOST_M) & (counts + counts[at] <= MOST_PARCELS), sides.prod(axis=1), np.inf
        )
        cost[at] = np.inf
        other = int(cost.argmin())
        if not np.isfinite(cost[other]):
            at += 1
            continue
        first, gone = sorted((at, other))
        boxes[first], counts[first] = (*low[other], *high[other]), counts[at] + counts[other]
        held[first] = sorted(held[first] + held[gone])
        boxes, counts = np.delete(boxes, gone, axis=0), np.delete(counts, gone)
        del held[gone]
        at = min(at, first)
    return held


def _top(facts: Facts, piece: list[int]) -> float:
    return float(shapely.bounds(facts.shapes[piece])[:, 3].max())


def _halved(
    rows: NDArray[np.intp], middles: NDArray[np.float64], bounds: NDArray[np.float64]
) -> list[list[int]]:
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    if len(rows) == 1 or (len(rows) <= MOST_PARCELS and max(east - west, north - south) <= MOST_M):
        return [sorted(int(row) for row in rows)]
    axis = 0 if east - west >= north - south else 1
    order = np.argsort(middles[:, axis], kind="stable")
    half = len(order) // 2
    return [
        piece
        for part in (order[:half], order[half:])
        for piece in _halved(rows[part], middles[part], bounds[part])
    ]
