"""
Shared boundaries: the faces of one planar partition, so that no edit opens a gap or an overlap.

Parcels tile the planned land, and the outlines above them (subblocks, blocks, zones, areas, the boundary
itself) run along the same lines. Two corners are one vertex where they are the same to the millimetre;
a corner that lies on the edge of a neighbour is made a vertex of it first. New places are whole millimetres.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.live.outlines import (
    BORDERED,
    ONE_VERTEX_M,
    Key,
    Outlines,
    Place,
    by_ring,
    drawn_now,
    names_of,
    near,
    nearest_vertex,
    vertex_at,
    whole_mm,
    with_vertices,
)
from blockplan.live.refusals import refused
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan

#: Land that rounding to millimetres may move for each metre of a line; more is a gap or an overlap.
ROUNDING_M2_PER_M = 0.002
#: An end of a splitting line this near to the edge of its parcel reaches it, m.
REACHES_M = 1.0


def moved_vertex(plan: Plan, at: Place, to: Place) -> dict[Key, Any]:
    """
    Every outline that has a vertex, or on which it lies, with the vertex moved.

    Raises
    ------
    EditError
        If no outline has the vertex, or the move would fold a parcel, or open a gap or an overlap.
    """
    place, target = whole_mm(at), whole_mm(to)
    outlines = Outlines.of(plan)
    keys = _having(outlines, at)
    exact = _exact(outlines, keys, place)
    _pin(outlines, keys, exact)

    def ring(coords: NDArray[np.float64]) -> NDArray[np.float64]:
        hit = vertex_at(coords, exact)
        if not hit.any():
            return coords
        coords = coords.copy()
        coords[hit] = target
        return coords

    for key in keys:
        outlines.now[key] = by_ring(outlines.get(key), ring)
    refuse_gaps(plan, outlines.now)
    return outlines.now


def removed_vertex(plan: Plan, at: Place) -> dict[Key, Any]:
    """
    Every outline that has a vertex, without it.

    Raises
    ------
    EditError
        If none has it, more than two parcels meet there, or a parcel would be left without three corners.
    """
    place = whole_mm(at)
    outlines = Outlines.of(plan)
    keys = _having(outlines, at)
    exact = _exact(outlines, keys, place)
    meeting = [id_ for layer, id_ in keys if layer == "parcels"]
    if len(meeting) > 2:
        raise refused("meeting", n=len(meeting), at=_said(place), names=listed(meeting[:4]))
    _pin(outlines, keys, exact)

    def ring(coords: NDArray[np.float64]) -> NDArray[np.float64]:
        hit = vertex_at(coords, exact)
        kept = coords[:-1][~hit[:-1]]
        if not hit.any():
            return coords
        if len(kept) < 3:
            raise refused("corners", at=_said(place))
        return np.vstack([kept, kept[:1]])

    for key in keys:
        outlines.now[key] = by_ring(outlines.get(key), ring)
    refuse_gaps(plan, outlines.now)
    return outlines.now


def split(plan: Plan, id_: str, line: Iterable[Place]) -> tuple[list[Any], dict[Key, Any]]:
    """
    The pieces of a parcel, largest first, and what else gets new vertices where the line meets its edge.

    One that lies in several parts comes apart into them, and those that the line crosses are cut.

    Raises
    ------
    EditError
        If the line does not cut a parcel that is in one part from edge to edge.
    """
    outlines = Outlines.of(plan)
    shape = _drawn(outlines, ("parcels", id_))
    pieces = _cut(outlines, id_, shape, line)
    if len(pieces) < 2:
        raise refused("not_across", id=id_)
    outlines.now.pop(("parcels", id_), None)
    return pieces, outlines.now


def merged(plan: Plan, ids: Iterable[str]) -> Any:
    """
    The land of several parcels as one.

    Raises
    ------
    EditError
        If they do not share edges all along.
    """
    names = list(dict.fromkeys(ids))
    outlines = Outlines.of(plan)
    shapes = [_whole(outlines, ("parcels", one)) for one in names]
    corners = [whole for shape in shapes for whole in map(tuple, shapely.get_coordinates(shape).tolist())]
    whole = shapely.union_all([with_vertices(shape, _on(shape, corners)) for shape in shapes])
    if whole.geom_type != "Polygon":
        raise refused("no_common_edge", names=listed(names))
    return whole


def redrawn(plan: Plan, ids: tuple[str, str], line: Iterable[Place]) -> dict[Key, Any]:
    """
    Two neighbouring parcels with the boundary between them drawn anew along a line.

    Raises
    ------
    EditError
        If they share no edge, or the line does not cut the two together in exactly two pieces.
    """
    outlines = Outlines.of(plan)
    whole = merged(plan, ids)
    old = [outlines.get(("parcels", one)) for one in ids]
    pieces = _cut(outlines, ids[0], whole, line)
    if len(pieces) != 2:
        raise refused("pieces", first=ids[0], second=ids[1], n=len(pieces))
    first, second = pieces
    straight = shapely.area(shapely.intersection(first, old[0])) + shapely.area(
        shapely.intersection(second, old[1])
    )
    crossed = shapely.area(shapely.intersection(first, old[1])) + shapely.area(
        shapely.intersection(second, old[0])
    )
    if crossed > straight:
        first, second = second, first
    outlines.now |= {("parcels", ids[0]): first, ("parcels", ids[1]): second}
    refuse_gaps(plan, outlines.now)
    return outlines.now


def refuse_gaps(plan: Plan, now: dict[Key, Any]) -> None:
    """
    Refuse outlines that fold, lie over a neighbour, or leave planned land uncovered that was covered.

    Raises
    ------
    EditError
        Naming the parcels and how much land it is.
    """
    for (layer, id_), shape in now.items():
        if shape.is_empty or not shapely.is_valid(shape) or not shapely.area(shape) > 0:
            raise refused("crosses", layer=layer, id=id_)
    for layer in BORDERED[:-1]:
        _refuse_overlaps(plan, layer, {id_: shape for (one, id_), shape in now.items() if one == layer})
    _refuse_uncovered(plan, now)


def _refuse_overlaps(plan: Plan, layer: str, now: dict[str, Any]) -> None:
    if not now:
        return
    for id_, shape in now.items():
        for other, drawn in near(plan, layer, shape):
            if other == id_ or (other in now and other < id_):
                continue
            over = shapely.area(shapely.intersection(shape, now.get(other, drawn)))
            before = shapely.area(shapely.intersection(drawn_now(plan, (layer, id_)), drawn))
            if over > before + _allowed([shape]):
                raise refused("over", layer=layer, id=id_, other=other, m2=over - before)


def _refuse_uncovered(plan: Plan, now: dict[Key, Any]) -> None:
    changed = {id_: shape for (layer, id_), shape in now.items() if layer == "parcels"}
    if not changed:
        return
    before = [drawn_now(plan, ("parcels", id_)) for id_ in changed]
    window = shapely.union_all([*before, *changed.values()])
    land = shapely.union_all(
        [
            now.get(("boundary", name), drawn_now(plan, ("boundary", name)))
            for name in names_of(plan, "boundary")
        ]
    )
    was = _planned(plan)
    stay = [drawn for name, drawn in near(plan, "parcels", window) if name not in changed]
    open_now = shapely.area(
        shapely.difference(shapely.intersection(window, land), shapely.union_all([*stay, *changed.values()]))
    )
    open_before = shapely.area(
        shapely.difference(shapely.intersection(window, was), shapely.union_all([*stay, *before]))
    )
    beyond = shapely.area(shapely.difference(shapely.union_all(list(changed.values())), land))
    out_before = shapely.area(shapely.difference(shapely.union_all(before), was))
    allowed = _allowed([window])
    if open_now > open_before + allowed:
        raise refused("uncovered", m2=open_now - open_before)
    if beyond > out_before + allowed:
        raise refused("beyond", m2=beyond - out_before)


def refuse_torn(before: Plan, after: Plan, touched: Mapping[str, Sequence[str]]) -> None:
    """
    Refuse a state of a plan in which land has two holders or none, or a parcel lies beyond it, anew.

    Parameters
    ----------
    touched
        Layer -> ids of the features that came, went or have another outline.

    Raises
    ------
    EditError
        Naming the features and how much land it is.
    """
    for layer in BORDERED[:-1]:
        for id_ in touched.get(layer, ()):
            shape = _shape_in(after, layer, id_)
            if shape is None:
                continue
            for other, beside in near(after, layer, shape):
                over = 0.0 if other == id_ else shapely.area(shapely.intersection(shape, beside))
                if over > _overlap(before, layer, id_, other) + _allowed([shape]):
                    raise refused("over", layer=layer, id=id_, other=other, m2=over)
    ids = touched.get("parcels", ())
    shapes = [one for id_ in ids for plan in (before, after) if (one := _shape_in(plan, "parcels", id_))]
    if touched.get("boundary") and all(plan.has_layer("parcels") for plan in (before, after)):
        shapes.append(shapely.symmetric_difference(_planned(before), _planned(after)))
    if not shapes:
        return
    window = shapely.union_all(shapes)
    lacking, beyond = zip(*(_unlike_land(plan, window) for plan in (before, after)), strict=True)
    allowed = _allowed(shapes)
    if lacking[1] > lacking[0] + allowed:
        raise refused("uncovered", m2=lacking[1] - lacking[0])
    if beyond[1] > beyond[0] + allowed:
        raise refused("beyond", m2=beyond[1] - beyond[0])


def _shape_in(plan: Plan, layer: str, id_: str) -> Any:
    """The outline of a feature; None where the plan does not draw it."""
    return drawn_now(plan, (layer, id_)) if plan.has_layer(layer) and id_ in plan.layer(layer).index else None


def _overlap(plan: Plan, layer: str, one: str, other: str) -> float:
    """How much land two features share, m2."""
    shapes = [_shape_in(plan, layer, id_) for id_ in (one, other)]
    return 0.0 if None in shapes else float(shapely.area(shapely.intersection(*shapes)))


def _unlike_land(plan: Plan, window: Any) -> tuple[float, float]:
    """Planned land in a window that no parcel covers, and land of parcels there beyond the plan, m2."""
    land = _planned(plan)
    covered = shapely.intersection(
        shapely.union_all([shape for _, shape in near(plan, "parcels", window)]), window
    )
    lacking = shapely.difference(shapely.intersection(window, land), covered)
    return float(shapely.area(lacking)), float(shapely.area(shapely.difference(covered, land)))


def _planned(plan: Plan) -> Any:
    """The planned land: all that the boundary encloses."""
    return shapely.union_all([drawn_now(plan, ("boundary", name)) for name in names_of(plan, "boundary")])


def _allowed(shapes: list[Any]) -> float:
    """Land that rounding to millimetres may have moved along outlines, m2."""
    return float(sum(shapely.length(shape) for shape in shapes)) * ROUNDING_M2_PER_M


def _having(outlines: Outlines, at: Place) -> list[Key]:
    """Outlines that run through a place; refuses a place that is a vertex of none."""
    point = shapely.Point(at)
    edges = [
        key
        for key in outlines.near(point)
        if shapely.distance(shapely.boundary(outlines.get(key)), point) <= 2 * ONE_VERTEX_M
    ]
    if any(nearest_vertex(outlines.get(key), at)[1] <= ONE_VERTEX_M for key in edges):
        return edges
    near = outlines.near(point, 200.0)
    found = min((nearest_vertex(outlines.get(key), at) for key in near), key=lambda one: one[1], default=None)
    if found is None:
        raise refused("no_vertex", at=_said(at))
    raise refused("no_vertex_near", at=_said(at), near=_said(found[0]), m=found[1])


def _exact(outlines: Outlines, keys: list[Key], place: Place) -> Place:
    """The vertex of the drawing that a place means, made a vertex of every outline that runs through it."""
    exact = min((nearest_vertex(outlines.get(key), place) for key in keys), key=lambda one: one[1])[0]
    outlines.put([exact], keys)
    return exact


def _pin(outlines: Outlines, keys: list[Key], place: Place) -> None:
    """Make corners that lie on an edge which is about to swing vertices of it: only the rest swings."""
    swinging = [edge for key in keys for edge in _edges_at(outlines.get(key), place)]
    if not swinging:
        return
    lines = shapely.multilinestrings(swinging)
    beside = outlines.near(lines)
    corners = shapely.get_coordinates([outlines.get(key) for key in beside])
    near = shapely.dwithin(shapely.points(corners), lines, ONE_VERTEX_M)
    outlines.put(dict.fromkeys(map(tuple, corners[near].tolist())), keys)


def _edges_at(shape: Any, place: Place) -> list[Any]:
    found = []
    for part in shapely.get_parts(shape):
        for ring in (part.exterior, *part.interiors):
            coords = shapely.get_coordinates(ring)
            for at in np.flatnonzero(vertex_at(coords, place)).tolist():
                if at < len(coords) - 1:
                    found.append(shapely.linestrings(coords[[at, at + 1]]))
                    found.append(shapely.linestrings(coords[[(at or len(coords) - 1) - 1, at]]))
    return found


def _cut(outlines: Outlines, id_: str, shape: Any, line: Iterable[Place]) -> list[Any]:
    """The pieces of a polygon along a line, largest first; neighbours get the vertices where it ends."""
    path = [whole_mm(one) for one in line]
    edge = shapely.boundary(shape)
    for end in (0, -1):
        point = shapely.Point(path[end])
        if shapely.distance(point, edge) <= REACHES_M:
            path[end] = whole_mm(shapely.get_coordinates(shapely.shortest_line(edge, point))[0])
    meets = _crossings(path, edge)
    outlines.put(meets, [key for key in outlines.near(edge) if key != ("parcels", id_)])
    whole = with_vertices(shape, meets)
    inner = [
        piece
        for piece in _pieces(path, meets)
        if shapely.contains_properly(shape, shapely.line_interpolate_point(piece, 0.5, normalized=True))
    ]
    if not inner:
        return _by_size(shapely.get_parts(whole).tolist())
    lines = shapely.union_all([shapely.boundary(whole), *inner])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = [face for face in faces.tolist() if shapely.contains(shape, shapely.point_on_surface(face))]
    return _by_size(inside)


def _by_size(pieces: list[Any]) -> list[Any]:
    """Pieces of land, largest first."""
    return sorted(pieces, key=lambda one: (-one.area, one.bounds))


def _crossings(path: list[Place], edge: Any) -> list[Place]:
    """Where a path meets an edge, in whole millimetres."""
    found = shapely.get_coordinates(shapely.intersection(shapely.linestrings(path), edge))
    ends = [
        one for one in (path[0], path[-1]) if shapely.distance(shapely.Point(one), edge) <= 2 * ONE_VERTEX_M
    ]
    corners = shapely.get_coordinates(edge)
    places = []
    for x, y in [*map(tuple, found.tolist()), *ends]:
        away = np.hypot(*(corners - (x, y)).T)
        nearest = int(np.argmin(away))
        # A corner that is met keeps its own coordinates, which need not be whole millimetres.
        near = tuple(corners[nearest].tolist())
        places.append(near if away[nearest] <= ONE_VERTEX_M else whole_mm((x, y)))
    return list(dict.fromkeys(places))


def _pieces(path: list[Place], meets: list[Place]) -> list[Any]:
    """The path cut where it meets the edge, its bends kept."""
    whole = shapely.linestrings(path)
    bends = [(float(shapely.line_locate_point(whole, shapely.Point(one))), one) for one in meets]
    at = 0.0
    for one, following in zip(path, [*path[1:], None], strict=True):
        if not any(abs(at - found) <= ONE_VERTEX_M for found, _ in bends):
            bends.append((at, one))
        at += float(np.hypot(following[0] - one[0], following[1] - one[1])) if following else 0.0
    bends.sort()
    ordered = [place for _, place in bends]
    return [shapely.linestrings([one, other]) for one, other in pairwise(ordered) if one != other]


def _on(shape: Any, places: list[Place]) -> list[Place]:
    """Those places that lie on the edge of a shape."""
    points = shapely.points(np.array(places, dtype=float))
    near = shapely.dwithin(points, shapely.boundary(shape), ONE_VERTEX_M)
    return [place for place, hit in zip(places, near.tolist(), strict=True) if hit]


def _drawn(outlines: Outlines, key: Key) -> Any:
    """The outline of a parcel, which may be in several parts."""
    shape = outlines.get(key)
    if shape is None or shape.is_empty or shape.geom_type not in {"Polygon", "MultiPolygon"}:
        raise refused("no_outline", id=key[1])
    if not shapely.is_valid(shape):
        raise refused("crosses_already", id=key[1])
    return shape


def _whole(outlines: Outlines, key: Key) -> Any:
    """The outline of a parcel in one part."""
    parts = shapely.get_parts(_drawn(outlines, key)).tolist()
    if len(parts) > 1:
        raise refused("in_parts", id=key[1], n=len(parts))
    return parts[0]


def _said(place: Place) -> str:
    return f"{place[0]:.3f} {place[1]:.3f}"
