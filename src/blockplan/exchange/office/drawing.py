"""
What stands in a drawing: lines, filled areas, texts and blocks of the model space, each with its layer.

Nothing is read into it here. Coordinates are those of the drawing, in its own unit; arcs become chords that
lie at most `ARC_M` off.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import ezdxf.path
import numpy as np
import shapely
from ezdxf import recover
from ezdxf.filemanagement import readfile
from ezdxf.lldxf.const import DXFError
from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode
from ezdxf.math import Vec2, Vec3, bulge_to_arc

from blockplan.errors import PlanDataError
from blockplan.exchange.office.drawing_content import ARC_M, DrawingContent, DrawingText, DrawnLine, Mark
from blockplan.exchange.office.messages import refused, worded
from blockplan.plan.files import encodings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ezdxf.document import Drawing
    from numpy.typing import NDArray

    from blockplan.exchange.office.source import Findings

#: Drawings with more lines and texts than this (blocks in blocks) are refused.
MOST = 3_000_000
#: Blocks within blocks to this depth.
DEEPEST = 16
#: Since this version texts are UTF-8.
UTF8_SINCE = "AC1021"
#: What a damaged file makes ezdxf raise.
BROKEN = (
    OSError, EOFError, DXFError, ValueError, LookupError, TypeError, AttributeError, AssertionError,
    ArithmeticError, RecursionError, StopIteration,
)  # fmt: skip


def open_drawing(path: Path, label: str, findings: Findings) -> Drawing:
    """
    The document of a DXF file, fixed where its structure is off, its texts in the encoding that fits them.

    Raises
    ------
    PlanDataError
        If it is no DXF file that can be read.
    """
    data = path.read_bytes()
    codec, said = _codec(data)
    if said and codec and codec != said:
        message = worded("drawing_declares_wrong_encoding", codec2=said.upper(), codec=codec.upper())
        findings.add("office-encoding", "note", message, file=label)
    try:
        return readfile(path, encoding=codec)
    except BROKEN:
        pass
    try:
        document, auditor = recover.readfile(path)
    except BROKEN as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise refused(PlanDataError, "dxf_cannot_be_read", file=label, reason=reason) from None
    message = worded("drawing_structure_damaged", n=len(auditor.fixes), m=len(auditor.errors))
    findings.add("office-file", "warning", message, file=label)
    return document


def _codec(data: bytes) -> tuple[str | None, str | None]:
    """The encoding that fits the texts of a DXF file, and the one that it says; None leaves it to ezdxf."""
    if data.startswith(b"AutoCAD Binary DXF"):
        return None, None
    head = data[:20_000].decode("latin-1")
    version = re.search(r"\$ACADVER\s+1\s+(AC\d+)", head)
    page = re.search(r"\$DWGCODEPAGE\s+3\s+(\S+)", head)
    said = encodings.codec_name(page[1].replace("_", " ")) if page else None
    if version and version[1] >= UTF8_SINCE:
        said = "utf-8"
    foreign = [line.strip() for line in data.splitlines() if not line.isascii()]
    if not foreign:
        return None, said
    # Any bytes are Latin text; Chinese that only says it is Latin is told by its own encoding fitting.
    trusted = said if said not in {"cp1252", "cp1250", "iso8859-1"} else None
    return encodings.detect(sorted(set(foreign))[:20_000], trusted), said


def read_drawn(document: Drawing) -> DrawingContent:
    """
    Everything of the model space, blocks taken apart.

    Raises
    ------
    PlanDataError
        If blocks in blocks make more of it than anybody draws.
    """
    found = DrawingContent()
    hidden = {layer.dxf.name.lower() for layer in document.layers if layer.is_off() or layer.is_frozen()}
    leaders: dict[str, tuple[float, float]] = {}
    texts: list[tuple[Any, str]] = []
    count = 0
    for entity, layer in _taken_apart(document.modelspace(), None, 0):
        count += 1
        if count > MOST:
            raise refused(PlanDataError, "drawing_too_large", n=MOST)
        if layer.lower() in hidden:
            found.hidden[layer_name(layer)] += 1
            continue
        kind = entity.dxftype()
        if kind == "LEADER":
            points = entity.vertices
            if points and entity.dxf.get("annotation_handle"):
                leaders[entity.dxf.annotation_handle] = (points[0][0], points[0][1])
        elif kind in {"TEXT", "MTEXT", "ATTRIB"}:
            texts.append((entity, layer_name(layer)))
        else:
            _add(found, entity, layer_name(layer))
    for entity, layer in texts:
        _label(found, entity, layer, leaders)
    return found


def layer_name(name: str) -> str:
    r"""
    A layer's name with its escapes read.

    Examples
    --------
    >>> layer_name(r"\U+89C4\U+5212"), layer_name(r"\M+5B5D8\M+5BFE9")
    ('规划', '地块')
    """
    return decode_mif_to_unicode(decode_dxf_unicode(name)).strip()


text_of_drawing = layer_name


def _taken_apart(entities: Any, parent: str | None, depth: int) -> Iterator[tuple[Any, str]]:
    """Entities with the layers they show on; those of layer 0 in a block show on that of the block."""
    for entity in entities:
        layer = str(entity.dxf.get("layer", "0"))
        layer = parent if parent is not None and layer == "0" else layer
        yield entity, layer
        if entity.dxftype() == "INSERT" and depth < DEEPEST:
            block = entity.block()
            if block is None or block.block.is_xref:
                continue
            for one in entity.multi_insert() if entity.mcount > 1 else [entity]:
                yield from _taken_apart(one.virtual_entities(), layer, depth + 1)


def _add(found: DrawingContent, entity: Any, layer: str) -> None:
    kind = entity.dxftype()
    try:
        if kind == "INSERT":
            _mark(found, entity, layer)
        elif kind == "POINT":
            place = entity.dxf.location
            found.marks.append(Mark(layer, "", (place.x, place.y), {}))
        elif kind in {"HATCH", "MPOLYGON"}:
            found.fills += [(layer, shape) for shape in _fill(entity)]
        elif kind == "MULTILEADER":
            _noted(found, entity, layer)
        elif kind in LINES:
            line = LINES[kind](entity, layer)
            if line is not None:
                line.of_block = entity.is_virtual
                found.lines.append(line)
        elif kind not in {"ATTDEF", "VIEWPORT"}:
            found.unread[kind] += 1
    except BROKEN:
        found.unread[f"damaged {kind}"] += 1


# Lines


def _sound(points: Any) -> NDArray[np.float64]:
    """Points without those that repeat the one before."""
    table = np.array([(one[0], one[1]) for one in points], dtype="float64").reshape(-1, 2)
    if not np.isfinite(table).all():
        raise ValueError(worded("a_coordinate_is_no_number"))
    keep = np.ones(len(table), dtype=bool)
    keep[1:] = (np.abs(np.diff(table, axis=0)) > 1e-9).any(axis=1)
    return table[keep]


def arc_points(centre: tuple[float, float], radius: float, start: float, end: float) -> NDArray[np.float64]:
    """
    Points on an arc from `start` to `end` (radians, counterclockwise), chords at most `ARC_M` off.

    Examples
    --------
    >>> points = arc_points((0, 0), 10, 0, math.pi)
    >>> bool(10 - np.hypot(*((points[:-1] + points[1:]) / 2).T).min() <= ARC_M), points[0].tolist()
    (True, [10.0, 0.0])
    """
    sweep = (end - start) % math.tau or math.tau
    step = 2 * math.acos(max(0.0, 1 - ARC_M / radius)) if radius > ARC_M else math.pi / 2
    angles = start + np.linspace(0, sweep, max(2, math.ceil(sweep / step) + 1))
    return np.column_stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)])


def _bulged(vertices: list[tuple[float, float, float]], closed: bool) -> tuple[list[Any], list[Any]]:
    """Points of a polyline of (x, y, bulge), and its arcs."""
    points: list[Any] = []
    arcs = []
    pairs = zip(vertices, vertices[1:] + (vertices[:1] if closed else []), strict=False)
    for (x, y, bulge), (to_x, to_y, _) in pairs:
        points.append((x, y))
        if abs(bulge) < 1e-9 or math.hypot(to_x - x, to_y - y) < 1e-9:
            continue
        centre, start, end, radius = bulge_to_arc(Vec2(x, y), Vec2(to_x, to_y), bulge)
        along = arc_points((centre.x, centre.y), radius, start, end)
        along = along if bulge > 0 else along[::-1]
        points += along[1:-1].tolist()
        middle = along[len(along) // 2]
        arcs.append((radius, float(middle[0]), float(middle[1])))
    if not closed and vertices:
        points.append(vertices[-1][:2])
    return points, arcs


def _polyline(entity: Any, layer: str) -> DrawnLine | None:
    if Vec3(entity.dxf.extrusion).z < 1 - 1e-9:
        return _curve(entity, layer)
    vertices = [(x, y, bulge) for x, y, bulge in entity.get_points("xyb")]
    points, arcs = _bulged(vertices, entity.closed)
    return _line(layer, "POLYLINE", points, entity.closed, arcs)


def _old_polyline(entity: Any, layer: str) -> DrawnLine | None:
    if entity.is_2d_polyline and Vec3(entity.dxf.extrusion).z >= 1 - 1e-9:
        vertices = [
            (one.dxf.location.x, one.dxf.location.y, one.dxf.get("bulge", 0.0)) for one in entity.vertices
        ]
        points, arcs = _bulged(vertices, entity.is_closed)
        return _line(layer, "POLYLINE", points, entity.is_closed, arcs)
    if entity.is_2d_polyline:
        return _curve(entity, layer)
    if entity.is_3d_polyline:
        points = [one.dxf.location for one in entity.vertices]
        return _line(layer, "POLYLINE", points, entity.is_closed, [])
    return None


def _straight(entity: Any, layer: str) -> DrawnLine | None:
    return _line(layer, "LINE", [entity.dxf.start, entity.dxf.end], False, [])


def _arc(entity: Any, layer: str) -> DrawnLine | None:
    if Vec3(entity.dxf.extrusion).z < 1 - 1e-9:
        return _curve(entity, layer)
    whole = entity.dxftype() == "CIRCLE"
    start, end = (0.0, 360.0) if whole else (entity.dxf.start_angle, entity.dxf.end_angle)
    centre = entity.dxf.center
    points = arc_points((centre.x, centre.y), entity.dxf.radius, math.radians(start), math.radians(end))
    middle = points[len(points) // 2]
    arcs = [(float(entity.dxf.radius), float(middle[0]), float(middle[1]))]
    return _line(layer, "CIRCLE" if whole else "LINE", points, whole, arcs)


def _curve(entity: Any, layer: str) -> DrawnLine | None:
    """Ellipses, splines and whatever is drawn on a tilted plane."""
    path = ezdxf.path.make_path(entity)
    points = list(path.flattening(ARC_M))
    if not points:
        return None
    curved = path.has_curves
    middle = points[len(points) // 2]
    kind = "POLYLINE" if "POLYLINE" in entity.dxftype() else "CURVE"
    return _line(layer, kind, points, path.is_closed, [(math.nan, middle.x, middle.y)] if curved else [])


def _line(layer: str, kind: str, points: Any, closed: bool, arcs: list[Any]) -> DrawnLine | None:
    table = _sound(points)
    if len(table) > 1 and closed and (table[0] != table[-1]).any():
        table = np.vstack([table, table[:1]])
    return DrawnLine(layer, kind, table, closed, arcs) if len(table) > 1 else None


#: Kind of entity -> what makes a line of it.
LINES: dict[str, Any] = {
    "LWPOLYLINE": _polyline, "POLYLINE": _old_polyline, "LINE": _straight, "ARC": _arc, "CIRCLE": _arc,
    "ELLIPSE": _curve, "SPLINE": _curve,
}  # fmt: skip


def _fill(entity: Any) -> list[Any]:
    """Areas that a hatch fills; a ring in a ring is a hole."""
    area: Any = shapely.Polygon()
    for path in ezdxf.path.from_hatch(entity):
        points = _sound(list(path.flattening(ARC_M)))
        if len(points) > 2:
            area = shapely.symmetric_difference(area, shapely.make_valid(shapely.Polygon(points)))
    return [one for one in shapely.get_parts(area) if one.geom_type == "Polygon" and one.area > 0]


# Texts


def _mark(found: DrawingContent, entity: Any, layer: str) -> None:
    tags = {}
    for one in entity.attribs:
        text = text_of_drawing(
            one.plain_mtext() if one.has_embedded_mtext_entity else one.dxf.get("text", "")
        )
        tags[text_of_drawing(one.dxf.tag)] = text
    place = (
        entity.dxf.insert if not entity.dxf.hasattr("extrusion") else entity.ocs().to_wcs(entity.dxf.insert)
    )
    found.marks.append(
        Mark(
            layer,
            text_of_drawing(entity.dxf.name),
            (place[0], place[1]),
            {k: v for k, v in tags.items() if k},
        )
    )


def _label(found: DrawingContent, entity: Any, layer: str, leaders: dict[str, tuple[float, float]]) -> None:
    try:
        raw = entity.plain_text() if entity.dxftype() != "MTEXT" else entity.plain_text(split=False)
        text = text_of_drawing(raw)
        if text:
            arrow = leaders.get(entity.dxf.handle)
            places = ([arrow] if arrow else []) + _places(entity, text)
            found.labels.append(DrawingText(layer, text, places, _height(entity)))
    except BROKEN:
        found.unread[f"damaged {entity.dxftype()}"] += 1


def _height(entity: Any) -> float:
    return float(entity.dxf.get("char_height" if entity.dxftype() == "MTEXT" else "height", 2.5))


def _places(entity: Any, text: str) -> list[tuple[float, float]]:
    """The middle of a text as it is likely to be drawn, and the point at which it is set."""
    lines = text.split("\n")
    height = _height(entity)
    width = height * max(sum(1.0 if sign > "\u2e80" else 0.6 for sign in line) for line in lines)
    if entity.dxftype() == "MTEXT":
        at = entity.dxf.insert
        column, row = (
            (entity.dxf.get("attachment_point", 1) - 1) % 3,
            (entity.dxf.get("attachment_point", 1) - 1) // 3,
        )
        right, up = width * (0.5 - column / 2), -height * 1.4 * len(lines) * (0.5 - row / 2)
        turn = math.radians(entity.get_rotation())
    else:
        align, at, other = entity.get_placement()
        if other is not None:
            at = (at + other) / 2
        name = align.name
        right = 0.0 if other is not None or "CENTER" in name or "MIDDLE" in name else width / 2
        right = -right if "RIGHT" in name else right
        up = 0.0 if "MIDDLE" in name else -height / 2 if "TOP" in name else height / 2
        turn = math.radians(entity.dxf.get("rotation", 0.0))
    middle = (
        at.x + right * math.cos(turn) - up * math.sin(turn),
        at.y + right * math.sin(turn) + up * math.cos(turn),
    )
    return [middle, (at.x, at.y)]


def _noted(found: DrawingContent, entity: Any, layer: str) -> None:
    """A text with its own leader stands for the place that the leader points to."""
    text = text_of_drawing(re.sub(r"\\P", "\n", entity.get_mtext_content())) if entity.context.mtext else ""
    places = [
        (line.vertices[0].x, line.vertices[0].y)
        for leader in entity.context.leaders
        for line in leader.lines
        if line.vertices
    ]
    if entity.context.mtext:
        places.append((entity.context.mtext.insert.x, entity.context.mtext.insert.y))
    if text and places:
        found.labels.append(DrawingText(layer, text, places))
