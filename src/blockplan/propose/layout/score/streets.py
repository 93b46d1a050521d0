"""Distances along the streets of a community, for layouts judged by ways and not by straight lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import cKDTree

from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Corners are set along streets at most so far apart, in m, so that a parcel joins near its front.
STEP_M = 40.0
#: Decimals of a metre to which ends of streets are the same place.
PLACES = 3


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
    corners, at = np.unique(np.round(places, PLACES), axis=0, return_inverse=True)
    at = at.ravel()
    same = line[1:] == line[:-1]
    # A street that is drawn twice is one: the sparse graph would add its lengths.
    pairs = np.unique(np.sort(np.column_stack([at[:-1][same], at[1:][same]]), axis=1), axis=0)
    start, stop = pairs.T
    length = np.hypot(*(corners[start] - corners[stop]).T)
    graph = coo_array((length, (start, stop)), shape=(len(corners), len(corners))).tocsr()
    return CornerSpacing(corners, shortest_path(graph, directed=False).astype(np.float32))
