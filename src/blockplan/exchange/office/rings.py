"""
Areas from the lines of a drawing, in whole millimetres, and what is wrong with the lines.

Nothing is moved that is not told: a gap, a double line, an overlap, a sliver or a dangle is reported with its
size in metres and its place, and healed only where it is no larger than the tolerance that the user gives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.exchange.office.drawing_content import ARC_M
from blockplan.exchange.office.messages import Message, worded
from blockplan.exchange.office.network_lines import GRID_M, doubled, noded
from blockplan.plan.model.frames import sound_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.drawing_content import DrawnLine
    from blockplan.exchange.office.network_lines import LineNetwork
    from blockplan.plan.model.faults import Grade

#: An open polyline whose ends are nearer than this, or this share of its length, was meant to be closed.
NEAR_M, NEAR_SHARE = 1.0, 0.05
#: Two outlines that share this much are one, drawn twice.
TWICE = 0.95
#: An overlap or gap narrower than this comes from rounding; a gap or area up to the second is a sliver.
LEAST_M, SLIVER_M = 0.002, 0.3


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong with the lines: rule, size in metres, place, and what was done about it."""

    rule: str
    grade: Grade
    message: Message
    measured: float
    x: float
    y: float
    layer: str = ""
    healed: bool = False


@dataclass(slots=True)
class Ring:
    """An area, and the drawing layer of its outline."""

    shape: Any
    layer: str


@dataclass(slots=True)
class Rings:
    """Areas, those that would be there were their outlines closed, and all defects."""

    rings: list[Ring] = field(default_factory=list)
    open: list[Any] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    def say(self, defect: Defect) -> None:
        """Note a defect."""
        self.defects.append(defect)


def rings_of(lines: Sequence[DrawnLine], heal_m: float, tiling: bool = True) -> Rings:
    """
    The areas that lines enclose.

    Parameters
    ----------
    lines
        Lines of the layers that draw one kind of area, in metres.
    heal_m
        Gaps, double lines, overlaps, slivers and dangles up to this size are healed, m.
    tiling
        Whether the areas lie side by side: then overlaps and slivers are defects, and a ring in a ring is
        cut out of it.
    """
    found = Rings()
    loose: list[DrawnLine] = []
    for line in lines:
        points = np.round(line.points / GRID_M) * GRID_M
        _closed(found, line, points, heal_m, loose)
        _arcs(found, line)
    _twice(found, heal_m)
    if loose:
        _network(found, loose, heal_m)
    if tiling:
        _overlaps(found, heal_m)
        _gaps(found, heal_m)
    _thin(found)
    return found


def _closed(found: Rings, line: DrawnLine, points: Any, heal_m: float, loose: list[DrawnLine]) -> None:
    """Take a closed line as an area, report one that nearly is, leave others to the network."""
    gap = float(np.hypot(*(points[-1] - points[0])))
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    distinct = len(set(map(tuple, points.tolist())))
    if distinct < 3 or (line.kind == "LINE" and gap >= GRID_M / 2):
        if length > 0:
            loose.append(line)
        return
    # An outline keeps the points that it has: those of a great one, rounded, would change its area.
    shape = shapely.Polygon(line.points)
    if gap < GRID_M / 2:
        found.rings.append(Ring(shape, line.layer))
        return
    if distinct < 4 or gap > max(NEAR_M, NEAR_SHARE * length):
        loose.append(line)
        return
    _unclosed(found, line.layer, points[-1], points[0], heal_m)
    if gap <= heal_m:
        found.rings.append(Ring(shape, line.layer))
    else:
        found.open.append(shape)


def _unclosed(found: Rings, layer: str, one: Any, other: Any, heal_m: float) -> bool:
    gap = math.hypot(other[0] - one[0], other[1] - one[1])
    healed = gap <= heal_m
    done = worded("outline_was_closed") if healed else worded("no_area_was_made_of_it")
    found.say(
        Defect(
            "cad-unclosed",
            "warning" if healed else "error",
            worded("outline_open", m=gap, done=done),
            round(gap, 4),
            round((one[0] + other[0]) / 2, 3),
            round((one[1] + other[1]) / 2, 3),
            layer,
            healed,
        )
    )
    return healed


def _arcs(found: Rings, line: DrawnLine) -> None:
    if not line.arcs:
        return
    radius, x, y = line.arcs[0]
    known = "" if math.isnan(radius) else worded("first_radius", m=radius)
    off = ARC_M if math.isnan(radius) else _off(line)
    message = worded("outline_has_curves", n=len(line.arcs), known=known, mm=off * 1000)
    found.say(Defect("cad-arc", "note", message, round(off, 4), round(x, 3), round(y, 3), line.layer))


def _off(line: DrawnLine) -> float:
    """How far the chords of the widest arc lie off it at most, m."""
    radius = max(one[0] for one in line.arcs if not math.isnan(one[0]))
    return min(ARC_M, radius)


def _at(shape: Any) -> tuple[float, float]:
    point = shape.representative_point()
    return round(point.x, 3), round(point.y, 3)


def _pairs(shapes: Any) -> Any:
    """Pairs of shapes whose land overlaps (first before second), and what they share."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    keep = one < other
    one, other = one[keep], other[keep]
    shared = shapely.intersection(shapes[one], shapes[other])
    area = shapely.area(shared)
    keep = area > LEAST_M**2
    return one[keep], other[keep], shared[keep], area[keep]


def _twice(found: Rings, heal_m: float) -> None:
    """Outlines drawn twice: the later one goes where it lies within the tolerance of the first."""
    shapes = sound_areas([one.shape for one in found.rings])
    if len(shapes) < 2:
        return
    areas = shapely.area(shapes)
    gone: set[int] = set()
    for one, other, _, area in zip(*_pairs(shapes), strict=True):
        if area < TWICE * max(areas[one], areas[other]) or one in gone or other in gone:
            continue
        apart = float(shapely.hausdorff_distance(shapes[one].boundary, shapes[other].boundary))
        healed = apart <= max(heal_m, GRID_M)
        if healed:
            gone.add(int(other))
        x, y = _at(shapes[other])
        length = float(shapes[other].length)
        message = worded(
            "outline_drawn_twice",
            m=length,
            mm=apart * 1000,
            done=worded("second_outline_left_out") if healed else worded("both_outlines_stay"),
        )
        layer = found.rings[other].layer
        found.say(Defect("cad-duplicate", "warning", message, round(length, 3), x, y, layer, healed))
    found.rings = [one for at, one in enumerate(found.rings) if at not in gone]


def _network(found: Rings, loose: list[DrawnLine], heal_m: float) -> None:
    """Areas that separate lines enclose, alone or together with closed outlines."""
    shapes = [shapely.LineString(np.round(line.points / GRID_M) * GRID_M) for line in loose]
    layers = [line.layer for line in loose]
    outlines = shapely.boundary(sound_areas([one.shape for one in found.rings]))
    for twin in doubled(shapes, outlines, heal_m):
        x, y = twin.place
        message = worded(
            "line_drawn_twice",
            m=twin.length_m,
            mm=twin.apart_m * 1000,
            done=worded("second_outline_left_out") if twin.healed else worded("both_outlines_stay"),
        )
        layer = layers[twin.line]
        found.say(Defect("cad-duplicate", "warning", message, twin.length_m, x, y, layer, twin.healed))
        if twin.healed:
            shapes[twin.line] = shapely.LineString()
    kept = [(shape, layer) for shape, layer in zip(shapes, layers, strict=True) if not shape.is_empty]
    if not kept:
        return
    shapes, layers = [shape for shape, _ in kept], [layer for _, layer in kept]
    network = noded(shapes, outlines, heal_m)
    layer_of = _nearest_layer(shapes, layers)
    for one, other, area in network.gaps:
        _unclosed(found, layer_of(one), one, other, heal_m)
        if area is not None:
            found.open.append(area)
    for place, length, healed in network.dangles:
        message = worded(
            "line_ends_free",
            m=length,
            done=worded("left_out_after_mending") if healed else worded("line_bounds_nothing"),
        )
        x, y = round(place[0], 3), round(place[1], 3)
        found.say(Defect("cad-dangle", "warning", message, round(length, 4), x, y, layer_of(place), healed))
    _faces(found, network, layer_of)


def _nearest_layer(shapes: list[Any], layers: list[str]) -> Any:
    tree = shapely.STRtree(shapes)
    return lambda place: layers[int(tree.nearest(shapely.Point(place)))]


def _faces(found: Rings, network: LineNetwork, layer_of: Any) -> None:
    """Faces of the network: those in an outline that lines divide replace it, others are new areas."""
    rings = sound_areas([one.shape for one in found.rings])
    tree = shapely.STRtree(rings)
    points = shapely.point_on_surface(np.array(network.faces, dtype=object))
    inside: dict[int, list[int]] = {}
    free = set(range(len(network.faces)))
    for face, ring in zip(*tree.query(points, predicate="intersects"), strict=True):
        inside.setdefault(int(ring), []).append(int(face))
        free.discard(int(face))
    divided = {ring: faces for ring, faces in inside.items() if len(faces) > 1}
    kept = [one for at, one in enumerate(found.rings) if at not in divided]
    made = [face for faces in divided.values() for face in faces] + sorted(free)
    for face in dict.fromkeys(made):
        shape = network.faces[face]
        drawn = network.drawn_m(shape)
        if drawn < GRID_M:
            continue
        x, y = _at(shape)
        message = worded("outline_from_separate_lines", m=drawn, total=shape.length)
        layer = layer_of((x, y))
        found.say(Defect("cad-lines", "note", message, round(drawn, 3), x, y, layer))
        kept.append(Ring(shape, layer))
    found.rings = kept


def width(shape: Any) -> float:
    """Diameter of the largest circle in an area, m."""
    return 2 * float(shapely.length(shapely.maximum_inscribed_circle(shape, tolerance=GRID_M / 4)))


def _widest(shape: Any) -> tuple[float, Any]:
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon" and one.area > 0]
    thick = [one for one in parts if 2 * one.area / one.length > LEAST_M / 2]
    widths = [width(one) for one in thick]
    at = int(np.argmax(widths)) if widths else -1
    return (widths[at], thick[at]) if widths else (0.0, shape)


def _overlaps(found: Rings, heal_m: float) -> None:
    """Areas that lie on each other; one wholly in another is cut out of it."""
    shapes = sound_areas([one.shape for one in found.rings])
    if len(shapes) < 2:
        return
    areas = shapely.area(shapes)
    for one, other, shared, area in zip(*_pairs(shapes), strict=True):
        low, high = sorted((int(one), int(other)), key=lambda at: areas[at])
        if area > (1 - 1e-6) * areas[low] and area < TWICE * areas[high]:
            around, inside = sound_areas([found.rings[at].shape for at in (high, low)])
            found.rings[high].shape = shapely.difference(around, inside)
            continue
        depth, part = _widest(shared)
        if depth < LEAST_M:
            continue
        healed = depth <= heal_m
        x, y = _at(part)
        message = worded(
            "outlines_overlap",
            area=area,
            m=depth,
            done=worded("later_outline_gave_way") if healed else worded("both_outlines_stay"),
        )
        if healed:
            first, later = sound_areas([found.rings[at].shape for at in (one, other)])
            found.rings[other].shape = shapely.difference(later, first, grid_size=GRID_M)
        layer = found.rings[int(other)].layer
        found.say(Defect("cad-overlap", "warning", message, round(depth, 4), x, y, layer, healed))


def _gaps(found: Rings, heal_m: float) -> None:
    """Strips between areas, too narrow to be meant; the neighbour along which one lies may take it."""
    shapes = sound_areas([one.shape for one in found.rings])
    if len(shapes) < 2:
        return
    (land,) = sound_areas([shapely.union_all(shapes, grid_size=GRID_M)])
    wide = shapely.buffer(land, SLIVER_M, join_style="mitre")
    (filled,) = sound_areas([shapely.buffer(wide, -SLIVER_M, join_style="mitre")])
    tree = shapely.STRtree(shapes)
    for part in shapely.get_parts(shapely.difference(filled, land, grid_size=GRID_M)):
        if part.geom_type != "Polygon" or 2 * part.area / max(part.length, GRID_M) < LEAST_M / 2:
            continue
        gap = width(part)
        beside = [int(at) for at in tree.query(part, predicate="dwithin", distance=2 * GRID_M)]
        if not LEAST_M < gap <= SLIVER_M or len(beside) < 2 or part.length < 8 * gap:
            continue
        near = [shapes[at].buffer(2 * GRID_M) for at in beside]
        # Where two outlines part at an angle, the tip between them has a mouth wider than itself.
        mouths = shapely.get_parts(shapely.line_merge(part.boundary.difference(shapely.union_all(near))))
        if max(shapely.length(mouths), default=0.0) > 1.5 * gap:
            continue
        shared = [shapely.length(shapely.intersection(part.boundary, one)) for one in near]
        next_to = beside[int(np.argmax(shared))]
        healed = gap <= heal_m
        if healed:
            ring = found.rings[next_to]
            ring.shape = shapely.union(sound_areas([ring.shape])[0], part, grid_size=GRID_M)
        x, y = _at(part)
        message = worded(
            "sliver_between_outlines",
            area=part.area,
            m=gap,
            done=worded("sliver_taken_by_outline") if healed else worded("sliver_of_nobody"),
        )
        layer = found.rings[next_to].layer
        found.say(Defect("cad-sliver", "warning", message, round(gap, 4), x, y, layer, healed))


def _thin(found: Rings) -> None:
    """Areas so narrow that nobody meant them are left out."""
    kept = []
    for one in found.rings:
        if one.shape.is_empty:
            continue
        (shape,) = sound_areas([one.shape])
        if shape.area == 0 or 2 * shape.area / shape.length < SLIVER_M:
            wide, _ = _widest(shape)
            if wide <= SLIVER_M:
                x, y = _at(one.shape.boundary if shape.is_empty else shape)
                message = worded("outline_is_sliver", area=shape.area, m=wide)
                found.say(Defect("cad-sliver", "warning", message, round(wide, 4), x, y, one.layer))
                continue
        kept.append(one)
    found.rings = kept
