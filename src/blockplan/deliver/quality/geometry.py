"""Rules of geometry: valid, without arcs, one part, tiling the unit, no slivers and no needles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.deliver.quality.finding import PackageFault, point_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.geodatabase import ReadLayer
    from blockplan.deliver.profile import DeliveredLayer
    from blockplan.deliver.quality.finding import PackageFacts

#: Land smaller than a strip of the tolerance along so many metres is no overlap and no gap.
ALONG_M = 1.0


def valid(facts: PackageFacts) -> Iterator[PackageFault]:
    """Features without a shape, or whose rings cross themselves."""
    for spec, layer in facts.layers:
        for at, shape in enumerate(layer.shapes):
            if shape is None:
                yield facts.fault(spec, layer, at, {"why": "no shape"})
            elif not shape.is_valid:
                yield facts.fault(spec, layer, at, {"why": shapely.is_valid_reason(shape)})


def curves(facts: PackageFacts) -> Iterator[PackageFault]:
    """Features that hold true arcs."""
    for spec, layer in facts.layers:
        for at in layer.curved:
            yield facts.fault(spec, layer, at, {})


def multipart(facts: PackageFacts) -> Iterator[PackageFault]:
    """Parcels of several parts."""
    for spec, layer, at, shape in _tiles(facts):
        parts = shapely.get_num_geometries(shape)
        if parts > 1:
            yield facts.fault(spec, layer, at, {"parts": int(parts)}, float(parts))


def overlaps(facts: PackageFacts) -> Iterator[PackageFault]:
    """Parcels that lie over one another."""
    layer, spec, shapes = facts.parcels, facts.package.profile.parcels, facts.parcel_shapes
    if layer is None:
        return
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    pairs = np.column_stack([one[one < other], other[one < other]])
    common = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    for (at, with_), land in zip(pairs.tolist(), common, strict=True):
        if land.area > _least(facts):
            said = {"other": facts.name(spec, layer, with_), "area": round(land.area, 3)}
            yield facts.fault(spec, layer, at, said, round(land.area, 4), land)


def gaps(facts: PackageFacts) -> Iterator[PackageFault]:
    """Land between parcels that none of them covers."""
    yield from _uncovered(facts, at_edge=False)


def cover(facts: PackageFacts) -> Iterator[PackageFault]:
    """Land at the edge of the planned land that no parcel covers."""
    yield from _uncovered(facts, at_edge=True)


def _uncovered(facts: PackageFacts, *, at_edge: bool) -> Iterator[PackageFault]:
    if facts.parcels is None:
        return
    covered = shapely.union_all(facts.parcel_shapes)
    whole = facts.scope
    if whole is None:
        rings = [
            shapely.Polygon(part.exterior)
            for part in shapely.get_parts(covered)
            if part.geom_type == "Polygon"
        ]
        whole = shapely.union_all(rings)
    for land in shapely.get_parts(shapely.difference(whole, covered)):
        if land.geom_type != "Polygon" or land.area <= _least(facts) or _at_edge(facts, land) != at_edge:
            continue
        layer, said = facts.package.profile.numbering.parcel_layer, {"area": round(land.area, 3)}
        yield PackageFault(layer, "", point_of(land), round(land.area, 4), said)


def _at_edge(facts: PackageFacts, land: Any) -> bool:
    if facts.scope is None:
        return False
    shared = shapely.intersection(land.buffer(facts.tolerance / 10), facts.scope.boundary)
    return bool(shared.length > facts.tolerance)


def _least(facts: PackageFacts) -> float:
    return facts.tolerance * ALONG_M


def outside(facts: PackageFacts) -> Iterator[PackageFault]:
    """Parcels that reach beyond the planned land."""
    layer, spec = facts.parcels, facts.package.profile.parcels
    if layer is None:
        return
    beyond = shapely.difference(facts.parcel_shapes, facts.scope)
    for at, land in enumerate(beyond):
        if land.area > _least(facts):
            yield facts.fault(spec, layer, at, {"area": round(land.area, 3)}, round(land.area, 4), land)


def slivers(facts: PackageFacts) -> Iterator[PackageFault]:
    """Parcels that are too small or too narrow to be one."""
    limits = facts.package.profile.geometry
    for spec, layer, at, shape in _tiles(facts):
        width = 2 * shape.area / shape.length if shape.length else 0.0
        if shape.area < limits.sliver_m2 or width < limits.sliver_width_m:
            said = {"area": round(shape.area, 2), "width": round(width, 2)}
            yield facts.fault(spec, layer, at, said, round(shape.area, 3))


def acute(facts: PackageFacts) -> Iterator[PackageFault]:
    """Corners of parcels that are sharper than the profile allows."""
    limit = facts.package.profile.geometry.acute_degrees
    for spec, layer, at, shape in _tiles(facts):
        for ring in _rings(shape):
            angles, corners = _angles(ring)
            sharp = np.flatnonzero(angles < limit)
            if len(sharp):
                angle = float(angles[sharp[0]])
                corner = shapely.Point(corners[sharp[0]])
                said = {"angle": round(angle, 1), "limit": limit}
                yield facts.fault(spec, layer, at, said, round(angle, 2), corner)
                break


def _angles(ring: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Angle at each vertex of a ring, degrees, repeated vertices left out."""
    moved = np.any(np.diff(ring, axis=0) != 0, axis=1)
    points = ring[:-1][moved]
    if len(points) < 3:
        return np.array([]), points
    before, after = np.roll(points, 1, axis=0) - points, np.roll(points, -1, axis=0) - points
    dot = (before * after).sum(axis=1)
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return np.degrees(np.abs(np.arctan2(cross, dot))), points


def vertices(facts: PackageFacts) -> Iterator[PackageFault]:
    """Vertices that follow one another at the same place."""
    for spec, layer in facts.layers:
        for at, shape in enumerate(layer.shapes):
            if shape is None or at in layer.curved or not shape.is_valid:
                continue
            for part in _rings(shape):
                steps = np.hypot(*np.diff(part, axis=0).T) if len(part) > 1 else np.array([1.0])
                near = np.flatnonzero(steps < facts.package.profile.reference.precision_m / 2)
                if len(near):
                    place = shapely.Point(part[near[0]])
                    yield facts.fault(spec, layer, at, {"count": len(near)}, float(len(near)), place)
                    break


def holes(facts: PackageFacts) -> Iterator[PackageFault]:
    """Parcels with holes: each is listed, so that nobody overlooks one."""
    for spec, layer, at, shape in _tiles(facts):
        count = sum(len(part.interiors) for part in shapely.get_parts(shape))
        if count:
            yield facts.fault(spec, layer, at, {"count": count}, float(count))


def _tiles(facts: PackageFacts) -> Iterator[tuple[DeliveredLayer, ReadLayer, int, Any]]:
    """Valid shapes of the layers that tile the planned land."""
    for spec, layer in facts.layers:
        if spec.tiles:
            for at, shape in enumerate(layer.shapes):
                if shape is not None and shape.is_valid:
                    yield spec, layer, at, shape


def _rings(shape: Any) -> Iterator[np.ndarray[Any, Any]]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield shapely.get_coordinates(ring)
        elif part.geom_type == "LineString":
            yield shapely.get_coordinates(part)
