"""
Ground that pieces of land have in common; where they have none, their areas add up.

Parcels hardly ever lie over one another, so what many of them cover is known without drawing their outline:
to join 30,000 parcels takes ten times as long as to see that they only touch.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import sound, total
from blockplan.measure.inputs.parcel_intensity import joined_by
from blockplan.plan.model.areas import only_areas
from blockplan.plan.model.recall import by_row, once, pairs_within

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
