"""
Outlines that share lines: what is drawn now while an edit changes it, and the vertices that it puts.

Two corners are one vertex where they are the same to the millimetre; new places are whole millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.live.refusals import no_row, twice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from blockplan.plan import Plan

#: Layers whose outlines share lines, the tiling itself first.
BORDERED = ("parcels", "subblocks", "blocks", "zones", "areas", "boundary")
#: Two corners nearer than this are one vertex, and a corner nearer to an edge lies on it, m.
ONE_VERTEX_M = 0.001

Place = tuple[float, float]
Key = tuple[str, str]


def whole_mm(point: Iterable[float]) -> Place:
    """A place in whole millimetres."""
    x, y = (round(float(one), 3) for one in point)
    return x, y


@dataclass(slots=True)
class Outlines:
    """Outlines of a plan that an edit changes: what is drawn now, by layer and id."""

    plan: Plan
    now: dict[Key, Any]

    @classmethod
    def of(cls, plan: Plan) -> Outlines:
        """The outlines of a plan, none changed yet."""
        return cls(plan, {})

    def get(self, key: Key) -> Any:
        """The outline as it is now."""
        return self.now[key] if key in self.now else drawn_now(self.plan, key)

    def near(self, shape: Any, within_m: float = 2 * ONE_VERTEX_M) -> list[Key]:
        """Features of all layers whose outline comes within a distance of a shape."""
        found: list[Key] = []
        for layer in BORDERED:
            found += [(layer, name) for name, _ in near(self.plan, layer, shape, within_m)]
        return found

    def put(self, places: Iterable[Place], keys: Iterable[Key]) -> None:
        """Make places that lie on an outline vertices of it."""
        points = list(places)
        for key in keys:
            shape = self.get(key)
            anew = with_vertices(shape, points)
            if anew is not shape:
                self.now[key] = anew


def with_vertices(shape: Any, places: list[Place]) -> Any:
    """A polygon in which places on its edges are vertices; the same object where none had to be put."""
    put = 0

    def ring(coords: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal put
        for place in places:
            at = edge_at(coords, place)
            if at is not None:
                coords = np.insert(coords, at + 1, place, axis=0)
                put += 1
        return coords

    anew = by_ring(shape, ring)
    return anew if put else shape


def by_ring(shape: Any, make: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Any:
    """A polygon, or several, made anew ring by ring (closed rings of x, y)."""
    parts: list[Any] = [
        # Holes of several numbers of corners are no array.
        shapely.Polygon(
            make(shapely.get_coordinates(part.exterior)),
            [make(shapely.get_coordinates(hole)) for hole in part.interiors],
        )
        for part in shapely.get_parts(shape)
    ]
    return shapely.multipolygons(parts) if shape.geom_type == "MultiPolygon" else parts[0]


def vertex_at(coords: NDArray[np.float64], place: Place) -> NDArray[np.bool_]:
    """Which corners of a ring are at a place."""
    return np.asarray((np.abs(coords - place) <= ONE_VERTEX_M / 2 + 1e-9).all(axis=1))


def edge_at(coords: NDArray[np.float64], place: Place) -> int | None:
    """The edge of a ring on which a place lies that is no corner of it; None where there is none."""
    if vertex_at(coords, place).any():
        return None
    start, along = coords[:-1], np.diff(coords, axis=0)
    length2 = (along**2).sum(axis=1)
    with np.errstate(all="ignore"):
        share = np.clip(((np.asarray(place) - start) * along).sum(axis=1) / length2, 0.0, 1.0)
    foot = start + along * share[:, None]
    away = np.hypot(*(foot - place).T)
    away[length2 == 0] = np.inf
    nearest = int(np.argmin(away))
    return nearest if away[nearest] <= ONE_VERTEX_M else None


def nearest_vertex(shape: Any, place: Place) -> tuple[Place, float]:
    """The vertex of a shape that is nearest to a place, and how far it is, m."""
    coords = shapely.get_coordinates(shape)
    away = np.hypot(*(coords - np.asarray(place, dtype=float)).T)
    at = int(np.argmin(away))
    return (float(coords[at][0]), float(coords[at][1])), float(away[at])


def names_of(plan: Plan, layer: str) -> list[str]:
    """Ids of the polygons of a layer that have a place."""
    if not plan.has_layer(layer):
        return []
    names: list[str] = plan.layer(layer).index[np.isfinite(_boxes(plan, layer)[0])].tolist()
    return names


def near(plan: Plan, layer: str, shape: Any, within_m: float = 0.0) -> list[tuple[str, Any]]:
    """Polygons of a layer that come within a distance of a shape, by id, and their outlines as drawn."""
    if not plan.has_layer(layer):
        return []
    west, south, east, north = _boxes(plan, layer)
    low_x, low_y, high_x, high_y = shapely.bounds(shape) + np.array([-1, -1, 1, 1]) * within_m
    about = np.flatnonzero((west <= high_x) & (east >= low_x) & (south <= high_y) & (north >= low_y))
    shapes = _as_drawn(plan, layer)[about]
    there = shapely.dwithin(shapes, shape, within_m) if within_m else shapely.intersects(shapes, shape)
    return list(zip(plan.layer(layer).index[about[there]].tolist(), shapes[there].tolist(), strict=True))


def drawn_now(plan: Plan, key: Key) -> Any:
    """The shape of a feature; EditError where there is none, or several of that id."""
    layer, id_ = key
    index = plan.layer(layer).index
    if id_ not in index:
        raise no_row(layer, id_)
    at = index.get_loc(id_)
    if not isinstance(at, int):
        raise twice(layer, id_)
    return _as_drawn(plan, layer)[at]


def _as_drawn(plan: Plan, layer: str) -> NDArray[Any]:
    return plan.cached(
        f"as drawn:{layer}",
        lambda: np.asarray(plan.layer(layer).geometry.to_numpy()),
        ((layer, "geometry"),),
    )


def _boxes(plan: Plan, layer: str) -> NDArray[np.float64]:
    """West, south, east and north of a layer's polygons, NaN of what is none: a tree would be made anew."""
    return plan.cached(
        f"boxes as drawn:{layer}", lambda: _boxed(_as_drawn(plan, layer)), ((layer, "geometry"),)
    )


def _boxed(shapes: NDArray[Any]) -> NDArray[np.float64]:
    sides = np.ascontiguousarray(shapely.bounds(shapes).T)
    sides[:, shapely.get_dimensions(shapes) != 2] = np.nan
    return sides
