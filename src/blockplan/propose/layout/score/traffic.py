"""
The traffic part of the community score: six terms of the road network, each 1 or less but density.

Lines meet where their ends have the same place, to the micrometre.

Distances along the streets of a community, for layouts judged by ways and not by straight lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.spatial import cKDTree

from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Corners are set along streets at most so far apart, in m, so that a parcel joins near its front.
STEP_M = 40.0
#: Decimals of a metre to which ends of streets are the same place.
CORNER_PLACES = 3


@dataclass(frozen=True, slots=True, eq=False)
class CornerSpacing:
    """
    Street corners and how far they are apart.

    Attributes
    ----------
    corners
        x and y in m.
    apart
        Metres along streets between any two; infinite where no street leads.
    """

    corners: NDArray[np.float64]
    apart: NDArray[np.float32]

    def join(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Nearest corner of each point, and the straight metres to it."""
        if not len(xy):
            return np.zeros((0, 2))
        way, corner = cKDTree(self.corners).query(xy)
        return np.column_stack([corner, way])


def streets_of(lines: NDArray[np.object_]) -> CornerSpacing:
    """
    Distances along the roads that are there; edges that a layout will add are not known before it.

    Raises
    ------
    PlanDataError
        If there are no roads.
    """
    if not lines.size:
        raise PlanDataError("No line is a road, so no way along streets is known. Add roads (type `road`).")
    dense = shapely.segmentize(lines, STEP_M)
    places, line = shapely.get_coordinates(dense, return_index=True)
    corners, at = np.unique(np.round(places, CORNER_PLACES), axis=0, return_inverse=True)
    at = at.ravel()
    same = line[1:] == line[:-1]
    # A street that is drawn twice is one: the sparse graph would add its lengths.
    pairs = np.unique(np.sort(np.column_stack([at[:-1][same], at[1:][same]]), axis=1), axis=0)
    start, stop = pairs.T
    length = np.hypot(*(corners[start] - corners[stop]).T)
    graph = coo_array((length, (start, stop)), shape=(len(corners), len(corners))).tocsr()
    return CornerSpacing(corners, shortest_path(graph, directed=False).astype(np.float32))


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
