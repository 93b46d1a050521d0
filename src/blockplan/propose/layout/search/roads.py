"""Which edges between parcels become roads, where only a share may: those that traffic would miss most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.propose.layout.score.legal import FRONT_M, LINE_M
from blockplan.propose.layout.score.traffic import traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Polygon

    from blockplan.propose.layout.search.draw import LayoutLines


def built(edges: LayoutLines, parcels: Sequence[Polygon], area_m2: float, share: float) -> LayoutLines:
    """
    Leave so many inner edges unbuilt that at most a share of them, by number, are roads.

    Edges are left out one at a time, each the one whose loss hurts the traffic part least, and never one
    that is the only front of a parcel.

    Parameters
    ----------
    edges
        All lines, every inner one a road.
    parcels
        The new parcels; each keeps a road at its side.
    share
        Share (1) of the inner edges that may become roads.
    """
    inner = np.flatnonzero(edges.inner)
    many = inner.size - int(share * inner.size + 1e-9)
    road = edges.kinds == "road"
    fronts = _fronts(edges, parcels)
    for _ in range(many):
        left = [at for at in inner[road[inner]] if _all_front(fronts, road, at)]
        if not left:
            break
        worth = [_without(edges, road, at, area_m2) for at in left]
        road[left[int(np.argmax(np.round(worth, 9)))]] = False
    return replace_kinds(edges, road)


def replace_kinds(edges: LayoutLines, road: NDArray[np.bool_]) -> LayoutLines:
    """The edges, with roads where they are roads and boundaries elsewhere."""
    return edges._replace(kinds=np.where(road, "road", "boundary").astype(object))


def _fronts(edges: LayoutLines, parcels: Sequence[Polygon]) -> NDArray[np.float64]:
    """Length in m of each edge (columns) along each parcel (rows)."""
    strips = shapely.buffer(edges.shapes, LINE_M, cap_style="flat")
    tree = shapely.STRtree(strips)
    outlines = shapely.boundary(np.array(parcels, dtype=object))
    at, which = tree.query(outlines, predicate="intersects")
    length = np.zeros((len(parcels), edges.shapes.size))
    length[at, which] = shapely.length(shapely.intersection(outlines[at], strips[which]))
    length[length < FRONT_M] = 0.0
    return length


def _all_front(fronts: NDArray[np.float64], road: NDArray[np.bool_], at: int) -> bool:
    """Whether every parcel still has a road at its side without one of them."""
    touched = fronts[:, at] > 0
    others = road.copy()
    others[at] = False
    return bool((fronts[touched][:, others] > 0).any(axis=1).all())


def _without(edges: LayoutLines, road: NDArray[np.bool_], at: int, area_m2: float) -> float:
    others = road.copy()
    others[at] = False
    return traffic(edges.shapes[others], area_m2)
