"""
The traffic part of the community score: six terms of the road network, each 1 or less but density.

Lines meet where their ends have the same place, to the micrometre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Density of roads in km/km2 that counts as 1.
DENSITY_KM_KM2 = 10.0
SHORT_M, LONG_M = 100.0, 600.0
#: A cell of the network whose box is wider or higher than this is too large.
CELL_M = 800.0
#: Decimals of a metre to which ends are the same place.
PLACES = 6


def traffic(roads: NDArray[np.object_], area_m2: float) -> float:
    """
    The mean of six terms; 0 without roads.

    Parameters
    ----------
    roads
        LineStrings; they meet at their ends only.

    Returns
    -------
    float
        Mean of 1/components, (km / km2) / 10, 1/(dead ends + 1), 1/(roads below 100 m + 1), 1/(roads
        above 600 m + 1) and 1/(cells above 800 m + 1); lengths after chains are joined into one road.
    """
    if not roads.size:
        return 0.0
    ends, start, stop = _ends(roads)
    length = shapely.length(roads)
    graph = coo_array((np.ones(start.size), (start, stop)), shape=(ends, ends))
    parts = int(connected_components(graph, directed=False)[0])
    joined = joined_lengths(start, stop, length)
    terms = [
        1 / parts,
        float(length.sum()) / 1_000 / (area_m2 / 1e6) / DENSITY_KM_KM2,
        1 / (_dead_ends(start, stop) + 1),
        1 / (int((joined < SHORT_M).sum()) + 1),
        1 / (int((joined > LONG_M).sum()) + 1),
        1 / (_large_cells(roads) + 1),
    ]
    return float(np.mean(terms))


def _ends(roads: NDArray[np.object_]) -> tuple[int, NDArray[np.intp], NDArray[np.intp]]:
    """Number of places where roads end, and the two of each road."""
    first = shapely.get_coordinates(shapely.get_point(roads, 0))
    last = shapely.get_coordinates(shapely.get_point(roads, -1))
    places, at = np.unique(np.round(np.vstack([first, last]), PLACES), axis=0, return_inverse=True)
    at = at.ravel()
    return len(places), at[: roads.size], at[roads.size :]


def _dead_ends(start: NDArray[np.intp], stop: NDArray[np.intp]) -> int:
    pairs = np.unique(np.sort(np.column_stack([start, stop]), axis=1), axis=0)
    return int((np.bincount(pairs.ravel()) == 1).sum())


def joined_lengths(
    start: NDArray[np.intp], stop: NDArray[np.intp], length: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Lengths of the roads once those that meet two by two are one road.

    Examples
    --------
    Two roads in a row and a third that branches off nowhere:

    >>> joined_lengths(np.array([0, 1]), np.array([1, 2]), np.array([40.0, 70.0]))
    array([110.])
    """
    degree = np.bincount(np.concatenate([start, stop]))
    leader = np.arange(start.size)

    def root(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = int(leader[i])
        return i

    touching: dict[int, int] = {}
    for road, (a, b) in enumerate(zip(start, stop, strict=True)):
        for place in (int(a), int(b)):
            if degree[place] == 2 and touching.setdefault(place, road) != road:
                leader[root(road)] = root(touching[place])
    roots = np.array([root(i) for i in range(start.size)])
    sums = np.bincount(roots, weights=length, minlength=start.size)
    return np.asarray(sums[np.unique(roots)], dtype=float)


def _large_cells(roads: NDArray[np.object_]) -> int:
    cells = shapely.get_parts(shapely.polygonize(roads))
    if not cells.size:
        return 0
    box = shapely.bounds(cells)
    return int(np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]).__gt__(CELL_M).sum())
