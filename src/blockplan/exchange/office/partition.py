"""
One partition of the planned land on whole millimetres, in which neighbours share their corners.

Where the corner of one parcel lies within the side of another, it lies off that side by rounding; rounded
again in a city's package, the two overlap or part. Here a side is cut where a corner of another lies on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

#: Corners stand on a grid of so many m.
GRID_M = 0.001
#: A corner so near to a side lies on it, in cells of the grid.
HALF_CELL = 0.7072
#: A face that is no wider than this comes from rounding, and belongs to one neighbour, m.
THIN_M = 0.002


def partition(parcels: Any, land: Any) -> tuple[Any, Any]:
    """
    Parcels and the planned land on the grid, with a corner wherever one of another lies on a side.

    Land that two parcels share stays with both, land of none with none; only faces as narrow as rounding go
    to one neighbour. A parcel that the grid would leave nothing of stays as it is.

    Examples
    --------
    >>> road, house = shapely.box(0, 0, 30, 10), shapely.box(10.0004, 10, 20, 20)
    >>> (road, house), land = partition([road, house], shapely.box(0, 0, 30, 20))
    >>> house.bounds, int(shapely.get_num_coordinates(road))
    ((10.0, 10.0, 20.0, 20.0), 7)
    """
    shapes: Any = np.array([*parcels, land], dtype=object)
    try:
        found = _cornered(shapes)
        sound = shapely.is_valid(found).all() and shapely.coverage_is_valid(found[:-1])
    except shapely.errors.GEOSException:
        # A ring that is nothing but rounding.
        sound = False
    if not sound:
        found = _snapped(shapes)
    return found[:-1], found[-1]


def _cornered(shapes: Any) -> Any:
    """Shapes on the grid, with the corners of all that lie on their sides; no sides that cross are cut."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    kind, corners, (rings, polygons, *_) = shapely.to_ragged_array(parts)
    corners = np.rint(corners[:, :2] / GRID_M)
    closing = np.zeros(len(corners), dtype=bool)
    closing[rings[1:] - 1] = True
    sides = np.flatnonzero(~closing)
    places = np.unique(corners, axis=0)
    lines: Any = shapely.linestrings(np.stack([corners[sides], corners[sides + 1]], axis=1))
    place, on = shapely.STRtree(lines).query(shapely.points(places), predicate="dwithin", distance=HALF_CELL)
    point, side = places[place], sides[on]
    new = (point != corners[side]).any(axis=1) & (point != corners[side + 1]).any(axis=1)
    point, side = point[new], side[new]
    order = np.lexsort((np.hypot(*(point - corners[side]).T), side))
    at = side[order] + 1
    whole = np.insert(corners, at, point[order], axis=0) * GRID_M
    offsets = (rings + np.searchsorted(at, rings), polygons)
    drawn = shapely.remove_repeated_points(shapely.from_ragged_array(kind, whole, offsets))
    found = drawn[np.searchsorted(of, np.arange(len(shapes)))]
    for one in np.flatnonzero(np.bincount(of, minlength=len(shapes)) > 1).tolist():
        found[one] = shapely.multipolygons(drawn[of == one])
    return found


def _snapped(shapes: Any) -> Any:
    """Shapes of the faces that all sides together enclose on the grid, however they cross."""
    lines = shapely.union_all(shapely.boundary(shapes), grid_size=GRID_M)
    faces: Any = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    face, owner = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), predicate="intersects")
    face, owner = _one_each(faces, face, owner, len(shapes) - 1)
    order = np.argsort(owner, kind="stable")
    owners, first = np.unique(owner[order], return_index=True)
    found = shapes.copy()
    for one, there in zip(owners.tolist(), np.split(face[order], first[1:]), strict=True):
        found[one] = faces[there[0]] if len(there) == 1 else shapely.coverage_union_all(faces[there])
    return found


def _one_each(faces: Any, face: Any, owner: Any, land: int) -> tuple[Any, Any]:
    """Faces with their owners; a thin face has one parcel: of several the first, of none a neighbour."""
    thin = 2 * shapely.area(faces) <= THIN_M * shapely.length(faces)
    if not thin.any():
        return face, owner
    of_parcel = owner != land
    one_of = dict(zip(face[of_parcel][::-1].tolist(), owner[of_parcel][::-1].tolist(), strict=True))
    kept = ~(thin[face] & of_parcel)
    rows = np.flatnonzero(thin)
    one, beside = shapely.STRtree(faces).query(faces[rows], predicate="touches")
    shared = shapely.length(shapely.intersection(faces[rows[one]], faces[beside]))
    best: dict[int, tuple[float, int]] = {}
    for at, other, length in zip(rows[one].tolist(), beside.tolist(), shared.tolist(), strict=True):
        if other in one_of and not thin[other]:
            best[at] = max(best.get(at, (0.0, -1)), (length, one_of[other]))
    inside = set(face[owner == land].tolist())
    given = {at: one_of.get(at, best[at][1] if at in best and at in inside else -1) for at in rows.tolist()}
    more = [(at, to) for at, to in given.items() if to >= 0]
    return (
        np.concatenate([face[kept], np.array([at for at, _ in more], dtype=np.intp)]),
        np.concatenate([owner[kept], np.array([to for _, to in more], dtype=np.intp)]),
    )
