"""
Which parcels lie beside a parcel, and which lie across the street from it.

Two parcels lie side by side where they share an edge. They lie across a street from each other where the
shortest line between them is no longer than the widest street, crosses a street (its line or its land)
and no third parcel, and they face each other along some metres: the parcel diagonally across a crossing
does not.

Ground that pieces of land have in common; where they have none, their areas add up. Parcels hardly ever lie
over one another, so what many of them cover is known without drawing their outline: to join 30,000 parcels
takes ten times as long as to see that they only touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import of_codes, shapes, sound, sound_shapes, total
from blockplan.measure.inputs.parcel_intensity import joined_by
from blockplan.plan.model.frames import only_areas
from blockplan.plan.model.recall import by_row, once
from blockplan.plan.model.recall_beside import pairs_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan


def apart(land: NDArray[Any]) -> NDArray[Any]:
    """
    The same land in pieces that have no ground in common: polygons that do are joined.

    What is no polygon covers no land.

    Examples
    --------
    >>> pieces = apart(np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(3, 0, 6, 2)]))
    >>> sorted(shapely.area(pieces).tolist())
    [4.0, 8.0]
    """
    land = land[shapely.get_dimensions(land) == 2]
    found: NDArray[Any] = once("apart", partial(_apart, land), land)
    return found


def _apart(land: NDArray[Any]) -> NDArray[Any]:
    land = sound(land)
    land = land[~shapely.is_missing(land)]
    one, other = pairs_within(land, None)
    each = one < other
    one, other = _sharing(land, land, one[each], other[each])
    if not len(one):
        return land
    from scipy.sparse import coo_array  # noqa: PLC0415 (few plans have parcels that lie over one another)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    beside = coo_array((np.ones(len(one)), (one, other)), shape=(len(land), len(land)))
    return joined_by(connected_components(beside, directed=False)[1], land)[1]


def common_ground(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """
    The ground that pieces of one kind of land have in common with those of another.

    Examples
    --------
    >>> found = common_ground(np.array([shapely.box(0, 0, 4, 2)]), np.array([shapely.box(3, 0, 6, 2)]))
    >>> shapely.area(found).tolist()
    [2.0]
    """
    a, b = _sharing(one, other, *shapely.STRtree(other).query(one))
    return np.asarray(by_row("common ground", _shared, one[a], other[b]), dtype=object)


def _shared(one: NDArray[Any], other: Any) -> NDArray[Any]:
    """The land that each piece has in common with another: where edges run together, not these beside it."""
    return np.asarray(only_areas(shapely.intersection(one, other)), dtype=object)


def within(pieces: NDArray[Any], land: Any) -> NDArray[Any]:
    """What of some pieces lies in an outline; only those on its edge are cut."""
    found: NDArray[Any] = by_row("within", partial(_within, land), pieces, fixed=(land,))
    return found


def _within(land: Any, pieces: NDArray[Any]) -> NDArray[Any]:
    shapely.prepare(land)
    whole = shapely.covers(land, pieces)
    cut = pieces.copy()
    cut[~whole] = _shared(pieces[~whole], land)
    return cut


def covered_m2(pieces: NDArray[Any]) -> float:
    """Land of pieces that have no ground in common, m2."""
    return total(by_row("area", shapely.area, pieces))


def _sharing(
    one: NDArray[Any], other: NDArray[Any], a: NDArray[np.intp], b: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of rows of polygons those that do not only touch, in the order of the first."""
    boxes, beside = by_row("bounds", shapely.bounds, one)[a], by_row("bounds", shapely.bounds, other)[b]
    share = (np.minimum(boxes, beside)[:, 2:] > np.maximum(boxes, beside)[:, :2]).all(axis=1)
    a, b = a[share], b[share]
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    meet = by_row("share ground", _share_ground, one[a], other[b])
    return a[meet], b[meet]


def _share_ground(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(shapely.intersects(one, other) & ~shapely.touches(one, other))


#: Parcels this near (m) lie side by side, and share an edge if they do so along at least `EDGE_M`.
BESIDE_M = 0.01
EDGE_M = 1.0
#: Land of streets (class of the national list; other lists by their mapping).
STREET_CODES = ("1207",)
#: Nobody builds across more than this (m): the red lines of an expressway are 60 to 80 m apart.
ACROSS_M = 80.0
#: Parcels face each other along at least this (m).
FACING_M = 10.0
#: A shared edge is a street where a street's line runs along most of it, no farther off than this (m).
ALONG_M = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """
    Pairs of parcels, each pair in both directions, in the order of `one`.

    Attributes
    ----------
    one, other
        Rows of the layer ``parcels``.
    edge_m
        Metres of the edge that they share; NaN where they share none.
    gap_m
        Straight distance between them; 0 where they share an edge.
    street
        Row of the street that lies between them; -1 where none is drawn.
    across
        Whether a street lies between them.
    first
        The pairs of parcel ``row`` stand at ``first[row]:first[row + 1]``.
    """

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    edge_m: NDArray[np.float64]
    gap_m: NDArray[np.float64]
    street: NDArray[np.intp]
    across: NDArray[np.bool_]
    first: NDArray[np.intp]

    def of(self, row: int) -> slice:
        """Where the pairs of a parcel stand."""
        return slice(int(self.first[row]), int(self.first[row + 1]))


def neighbours(plan: Plan) -> Neighbours:
    """The neighbours of all parcels, found once; a parcel without geometry has none."""
    return plan.cached("neighbours", lambda: _neighbours(plan))


def street_land(plan: Plan) -> NDArray[np.bool_]:
    """Which parcels are planned as land of streets."""
    return of_codes(plan, STREET_CODES)[0]


def sharing_an_edge(
    shape: NDArray[Any],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[Any]]:
    """Pairs of polygons side by side along an edge, not only at a corner: one, other, metres, the edge."""
    around = shapely.box(*(shapely.bounds(shape) + np.array([-1, -1, 1, 1]) * BESIDE_M).T)
    one, other = shapely.STRtree(shape).query(around)
    kept = one < other
    one, other = one[kept], other[kept]
    beside = shapely.dwithin(shape[one], shape[other], BESIDE_M)
    one, other = one[beside], other[beside]
    edge, metres = by_row("edge between", _edge_between, shape[one], shape[other])
    long = metres >= EDGE_M
    return one[long], other[long], metres[long], edge[long]


def _edge_between(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The edge of each polygon that runs along the other, and its length, m."""
    edge = shapely.intersection(shapely.boundary(one), shapely.buffer(other, BESIDE_M))
    return np.asarray(edge, dtype=object), np.asarray(shapely.length(edge))


def _neighbours(plan: Plan) -> Neighbours:
    shape = sound_shapes(plan, "parcels")
    one, other, edge_m, edge = sharing_an_edge(shape)
    along = _street_along(shapes(plan, "streets"), edge)
    far, facing, gap_m, crossed = _across(plan, shape)
    ones, others = np.concatenate([one, far]), np.concatenate([other, facing])
    metres = np.concatenate([edge_m, np.full(len(far), np.nan)])
    gap = np.concatenate([np.zeros(len(one)), gap_m])
    street = np.concatenate([along, crossed])
    across = np.concatenate([along >= 0, np.ones(len(far), dtype=bool)])
    both, back = np.concatenate([ones, others]), np.concatenate([others, ones])
    order = np.lexsort((back, both))
    turn = order % max(len(ones), 1)
    return Neighbours(
        one=both[order],
        other=back[order],
        edge_m=metres[turn],
        gap_m=gap[turn],
        street=street[turn],
        across=across[turn],
        first=np.searchsorted(both[order], np.arange(len(shape) + 1)),
    )


def _street_along(streets: NDArray[Any], edge: NDArray[Any]) -> NDArray[np.intp]:
    """Row of the street whose line runs along most of an edge; -1 where none does."""
    found = np.full(len(edge), -1, dtype=np.intp)
    drawn = np.flatnonzero(~shapely.is_missing(streets))
    if not len(drawn) or not len(edge):
        return found
    at, street = shapely.STRtree(streets[drawn]).query(edge, predicate="dwithin", distance=ALONG_M)
    beside = shapely.buffer(edge[at], ALONG_M, cap_style="flat", quad_segs=2)
    shared = shapely.length(shapely.intersection(streets[drawn[street]], beside))
    # A street that only crosses the edge lies beside it along its own two sides.
    most = np.flatnonzero(shared > np.maximum(shapely.length(edge[at]) / 2, 3 * ALONG_M))
    found[at[most]] = drawn[street[most]]
    return found


def _across(
    plan: Plan, shape: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
    """Pairs across a street from each other: one, other, metres between them, row of the street or -1."""
    land = street_land(plan)
    rows = np.flatnonzero(~land & ~shapely.is_missing(shape))
    plots = shape[rows]
    tree = shapely.STRtree(plots)
    one, other = tree.query(plots, predicate="dwithin", distance=ACROSS_M)
    one, other = one[one < other], other[one < other]
    line = shapely.shortest_line(plots[one], plots[other])
    gap = shapely.length(line)
    apart = gap > BESIDE_M
    one, other, line, gap = one[apart], other[apart], line[apart], gap[apart]
    street = _crossed(shapes(plan, "streets"), line)
    kept = (street >= 0) | _over(line, shape[land])
    one, other, line, gap, street = one[kept], other[kept], line[kept], gap[kept], street[kept]
    kept = ~_through_a_third(tree, plots, one, other, line)
    one, other, gap, street = one[kept], other[kept], gap[kept], street[kept]
    front = shapely.intersection(
        shapely.boundary(plots[other]), shapely.buffer(plots[one], gap + 1.0, quad_segs=4)
    )
    kept = shapely.length(front) >= FACING_M
    return rows[one[kept]], rows[other[kept]], gap[kept], street[kept]


def _crossed(streets: NDArray[Any], line: NDArray[Any]) -> NDArray[np.intp]:
    """Row of a street that each line crosses; -1 where it crosses none."""
    found = np.full(len(line), -1, dtype=np.intp)
    drawn = np.flatnonzero(~shapely.is_missing(streets))
    if len(drawn) and len(line):
        at, street = shapely.STRtree(streets[drawn]).query(line, predicate="intersects")
        found[at] = drawn[street]
    return found


def _over(line: NDArray[Any], land: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether most of a line lies on land of streets."""
    metres = np.zeros(len(line))
    land = land[~shapely.is_missing(land)]
    if len(land) and len(line):
        at, parcel = shapely.STRtree(land).query(line, predicate="intersects")
        np.add.at(metres, at, shapely.length(shapely.intersection(line[at], land[parcel])))
    return np.asarray(metres > shapely.length(line) / 2)


def _through_a_third(
    tree: shapely.STRtree,
    plots: NDArray[Any],
    one: NDArray[np.intp],
    other: NDArray[np.intp],
    line: NDArray[Any],
) -> NDArray[np.bool_]:
    """Whether a line between two plots passes through another."""
    at, plot = tree.query(line, predicate="intersects")
    third = (plot != one[at]) & (plot != other[at])
    at, plot = at[third], plot[third]
    inside = shapely.length(shapely.intersection(line[at], plots[plot])) > 10 * BESIDE_M
    found = np.zeros(len(line), dtype=bool)
    found[at[inside]] = True
    return found
