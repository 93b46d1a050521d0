"""Streets on a sheet: centre lines, names and widths, junction coordinates, stops."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.affinity import rotate

from blockplan.measure.inputs.columns import values
from blockplan.report.maps import legends, svg
from blockplan.report.maps.drawing import dot_swatch, line_swatch
from blockplan.report.maps.labels import along, around, foot
from blockplan.report.maps.street_names import set_down
from blockplan.report.maps.svg import INK, text_width
from blockplan.report.sheets.facts import LANE, MEET
from blockplan.report.sheets.parcelmap import edge_band, edge_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.labels import Box
    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.scene import Scene

CENTRE_LINE, STREET_INK, STOP = "#c0392b", "#7a2a12", "#1d4f91"
#: Where along its part of the street a name is tried, from the middle of that part, in shares of it.
SHIFTS = (0.0, *(way * 0.06 * step for step in range(1, 8) for way in (-1, 1)))
#: A street's name stands again after so much of it, mm.
AGAIN_MM = 100.0
#: A street that goes up more steeply than this reads downwards.
STEEP = 1.4
#: Half of the width of the line around land, with a little air, mm.
HALF_EDGE_MM = 0.6
#: Half of the widest street, m.
HALF_WIDEST_M = 60.0
#: How light the ground of a name is that stands on its street's line.
GROUND = 0.8
#: Radius of the ring at a junction, mm.
RING_MM = 0.7
RAIL_MODES = ("subway", "tram", "rail")


def centre_lines(scene: Scene) -> None:
    """Centre lines of the streets."""
    rows, placed = scene.layer("streets")
    look: dict[str, Style] = {
        "stroke": CENTRE_LINE,
        "stroke_width": 0.13,
        "stroke_dasharray": (4, 0.7, 0.6, 0.7),
    }
    driven = placed[values(scene.facts.plan, "streets", "class")[rows] != "path"]
    scene.canvas.shape("roads", driven, **look)
    if len(driven):
        scene.show("centre_line", 21, line_swatch(**look))
    footways(scene)


def footways(scene: Scene) -> None:
    """Footways, which run over the land of parcels."""
    rows, placed = scene.layer("streets")
    paths = placed[values(scene.facts.plan, "streets", "class")[rows] == "path"]
    if len(paths):
        way: dict[str, Style] = {"stroke": "#2e8b57", "stroke_width": 0.22, "stroke_dasharray": (1.2, 0.8)}
        scene.canvas.shape("roads", paths, **way)
        scene.show("footway", 23, line_swatch(**way))


def street_names(scene: Scene, near: BaseGeometry | None = None, land: BaseGeometry | None = None) -> None:
    """
    The name and red-line width of each street, again every 100 mm.

    Parameters
    ----------
    near
        Where they matter, mm; everywhere where it is None.
    land
        The land whose edge they keep clear of where there is room, mm; the planned land where it is None.
    """
    if land is None and scene.facts.outline is not None:
        land = scene.canvas.on_paper([scene.facts.outline])[0]
    edge = None if land is None else shapely.buffer(edge_line(land), HALF_EDGE_MM)
    beside = None if edge is None else shapely.buffer(edge, _letters(scene))
    by_name: dict[tuple[str, float], list[BaseGeometry]] = {}
    for name, width, shape in _named(scene):
        if name or not np.isnan(width):
            by_name.setdefault(_key(name, width), []).append(shape)
    written = set()
    for key, shapes in sorted(by_name.items(), key=lambda item: -sum(one.length for one in item[1])):
        for line in _seen(scene, shapes, near):
            if _name(scene, line, _said(scene, *key), land, (edge, beside)):
                written.add(key)
    if near is not None:
        _name_sides(scene, near, written, edge)


def _key(name: str, width: float) -> tuple[str, float]:
    return name, -1.0 if np.isnan(width) else float(width)


def _said(scene: Scene, name: str, width: float) -> str:
    """A street's name and its width (below nought: not stated)."""
    return f"{name} {'' if width < 0 else scene.say('street.width', n=f'{width:g}')}".strip()


def _seen(
    scene: Scene, shapes: Iterable[BaseGeometry | None], near: BaseGeometry | None
) -> list[BaseGeometry]:
    """Lines on paper as far as the window shows them near some land, the longest first."""
    joined = shapely.union_all(np.array([one for one in shapes if one is not None], dtype=object))
    if near is not None:
        joined = shapely.intersection(joined, near)
    parts = shapely.get_parts(shapely.line_merge(shapely.intersection(joined, scene.canvas.box)))
    lines = [one for one in parts if not one.is_empty and shapely.get_dimensions(one) == 1]
    return sorted(lines, key=lambda one: -one.length)


def _name_sides(
    scene: Scene, near: BaseGeometry, written: set[tuple[str, float]], edge: BaseGeometry | None
) -> None:
    """Name the streets of which a window shows little more than one side of their centre line."""
    facts, canvas = scene.facts, scene.canvas
    rows, shapes = facts.view.ground.within("streets", canvas.cell.frame.grown(HALF_WIDEST_M))
    names = facts.view.ground.names("streets").to_numpy()[rows]
    widths = values(facts.plan, "streets", "red_line_width_m")[rows]
    by_name: dict[tuple[str, float], list[BaseGeometry]] = {}
    for name, width, shape in zip(names, widths, shapes, strict=True):
        if name and not np.isnan(width) and _key(name, width) not in written:
            by_name.setdefault(_key(name, width), []).append(shape)
    step = _letters(scene) / 2 * canvas.cell.unit
    for key, lines in by_name.items():
        joined = shapely.line_merge(shapely.union_all(np.array(lines, dtype=object)))
        sides = (way * far for far in np.arange(step, key[1] / 2 - step, step) for way in (1, -1))
        beside = (canvas.on_paper([shapely.offset_curve(joined, side)]) for side in sides)
        any(
            _name(scene, line, _said(scene, *key), None, (edge, None))
            for side in beside
            for line in _seen(scene, side, near)
        )


def _named(scene: Scene) -> list[tuple[str, float, BaseGeometry]]:
    """Name, red-line width (m; NaN where none is stated) and line on paper of each street of a window."""
    rows, placed = scene.layer("streets")
    names = scene.facts.view.ground.names("streets").to_numpy()[rows]
    widths = values(scene.facts.plan, "streets", "red_line_width_m")[rows]
    return list(zip(names, widths, placed, strict=True))


def _letters(scene: Scene) -> float:
    """Size of a street's name, mm."""
    return 2.2 * scene.canvas.k


def _name(
    scene: Scene,
    line: BaseGeometry,
    said: str,
    land: BaseGeometry | None,
    edges: tuple[BaseGeometry | None, BaseGeometry | None],
) -> bool:
    """
    A name along a line at every so many mm; beside a line that runs along the edge of the land.

    `edges` are the drawn edge of the land, and what lies within a letter of it. False without room.
    """
    size = _letters(scene)
    edge, beside = edges
    ways = [(line, edge)]
    if land is not None and edge is not None and beside is not None:
        if shapely.intersection(line, beside).length > line.length / 2:
            beside_it = [shapely.offset_curve(line, size * step) for step in (1.25, -1.25, 1.7, -1.7)]
            beside_it.sort(key=lambda one: bool(land.contains(one.interpolate(0.5, normalized=True))))
            ways += [(one, edge) for one in beside_it if one.geom_type == "LineString"]
        ways.append((line, None))
    count = max(1, round(line.length / AGAIN_MM))
    shares = [[(part + 0.5 + shift) / count for shift in SHIFTS] for part in range(count)]
    stands = [
        any(_write(scene, way, at * way.length, said, size, clear) for way, clear in ways for at in part)
        for part in shares
    ]
    return any(stands)


def _write(
    scene: Scene, line: BaseGeometry, at: float, said: str, size: float, edge: BaseGeometry | None
) -> bool:
    """Write a name on a line at a distance along it, where it has room and is clear of an edge."""
    canvas = scene.canvas
    length = text_width(said, size)
    if line.length < length * 0.8:
        return False
    low, high = line.interpolate(max(0.0, at - 2)), line.interpolate(min(line.length, at + 2))
    if abs(high.y - low.y) > STEEP * abs(high.x - low.x) and any(ord(one) > 0x2E7F for one in said):
        return _stacked(scene, line, at, said, size, edge)
    x, y, angle, boxes = along(line, [length], size, at)
    if not _room(scene, boxes, edge):
        return False
    ground = shapely.box(x - length / 2 - 0.3, y - size * 0.6, x + length / 2 + 0.3, y + size * 0.6)
    canvas.shape("labels", [rotate(ground, angle, origin=(x, y))], fill="#ffffff", fill_opacity=GROUND)
    canvas.text(x, y, said, size, fill=STREET_INK, rotate=angle)
    return True


def _room(scene: Scene, boxes: list[Box], edge: BaseGeometry | None) -> bool:
    """Take the boxes of a name where they are free and clear of an edge."""
    labels = scene.canvas.labels
    if not labels.free(*boxes) or (
        edge is not None and any(edge.intersects(shapely.box(*one)) for one in boxes)
    ):
        return False
    labels.take(*boxes)
    return True


def _stacked(
    scene: Scene, line: BaseGeometry, at: float, said: str, size: float, edge: BaseGeometry | None
) -> bool:
    """Characters one below the other down a steep street; figures and Latin words stay in a line."""
    canvas, pieces = scene.canvas, list(_upright(said))
    step = size * 1.18
    middle = line.interpolate(at)
    down = middle.y - step * (len(pieces) - 1) / 2 + step * np.arange(len(pieces))
    rows = shapely.linestrings([[(middle.x - 30, y), (middle.x + 30, y)] for y in down])
    crossed = shapely.centroid(shapely.intersection(line, rows))
    across = [middle.x if point.is_empty else point.x for point in crossed]
    boxes: list[Box] = []
    spots = []
    for x, y, piece in zip(across, down.tolist(), pieces, strict=True):
        wide = text_width(piece, size if len(piece) == 1 else size * 0.8)
        boxes.append((x - wide / 2, y - step / 2, x + wide / 2, y + step / 2))
        spots.append((x, y, piece))
    if not _room(scene, boxes, edge):
        return False
    canvas.shape("labels", [shapely.box(*box) for box in boxes], fill="#ffffff", fill_opacity=GROUND)
    for x, y, piece in spots:
        up, turned = set_down(piece, size)
        letters = size if len(piece) == 1 else size * 0.8
        canvas.text(x + up, y - up, piece, letters, fill=STREET_INK, rotate=turned)
    return True


def _upright(said: str) -> Iterator[str]:
    run = ""
    for one in said:
        if ord(one) > 0x2E7F:
            if run.strip():
                yield run.strip()
            run = ""
            yield one
        else:
            run += one
    if run.strip():
        yield run.strip()


def width_dimensions(scene: Scene, near: BaseGeometry) -> None:
    """The red-line width across each street, once per width and name, where its line is straight."""
    best: dict[tuple[str, float], BaseGeometry] = {}
    for name, width, shape in _named(scene):
        if np.isnan(width):
            continue
        inside = shapely.intersection(shape, near)
        for line in shapely.get_parts(inside):
            key = (name, float(width))
            if (
                not line.is_empty
                and shapely.get_dimensions(line) == 1
                and (key not in best or line.length > best[key].length)
            ):
                best[key] = line
    for (_, width), line in best.items():
        _dimension(scene, line, width)
    if best:
        scene.show(
            "width",
            24,
            svg.segment(0.6, 2, 7.4, 2, stroke=INK, stroke_width=0.15)
            + svg.circle(0.6, 2, 0.4, fill=INK)
            + svg.circle(7.4, 2, 0.4, fill=INK),
        )


def _dimension(scene: Scene, line: BaseGeometry, width: float) -> None:
    canvas, k = scene.canvas, scene.canvas.k
    half, size = width / canvas.cell.unit / 2, 1.8 * k
    said = f"{width:.1f}"
    for share in (0.3, 0.7, 0.2, 0.8, 0.4, 0.6, 0.12, 0.88):
        at = line.length * share
        here, ahead = line.interpolate(at), line.interpolate(min(line.length, at + 1))
        dx, dy = ahead.x - here.x, ahead.y - here.y
        norm = math.hypot(dx, dy)
        if norm < 1e-6:
            continue
        nx, ny = -dy / norm, dx / norm
        start, end = (here.x - nx * half, here.y - ny * half), (here.x + nx * half, here.y + ny * half)
        wide, tall = text_width(said, size) + 0.4, size * 1.1
        box: Box = (here.x - wide / 2, here.y - tall / 2, here.x + wide / 2, here.y + tall / 2)
        ends = [(x - 0.4, y - 0.4, x + 0.4, y + 0.4) for x, y in (start, end)]
        if not canvas.labels.free(box, *ends):
            continue
        canvas.labels.take(box)
        line_: dict[str, Style] = {"stroke": INK, "stroke_width": 0.12}
        canvas.add(
            "signs",
            svg.segment(*start, *end, **line_)
            + svg.circle(*start, 0.35, fill=INK)
            + svg.circle(*end, 0.35, fill=INK),
        )
        canvas.add(
            "labels",
            svg.box(box[0], box[1], wide, tall, fill="#ffffff", fill_opacity=0.85)
            + svg.text(here.x, here.y, said, size),
        )
        return


def junction_points(
    scene: Scene, near: BaseGeometry, *, main: bool = False
) -> list[tuple[float, float, tuple[float, float]]]:
    """
    Where centre lines meet: places on paper (x, y, mm), kept free of names, each with its coordinates (m).

    Inner lanes are no arms of a junction; where they alone make one, the scene counts it as `unwritten`.

    Parameters
    ----------
    near
        Where they matter, mm.
    main
        Whether main streets alone count.
    """
    every = [
        (x, y, kinds)
        for x, y, kinds in scene.facts.junctions_in(scene.canvas.cell.frame)
        if not main or sum(kind in {"expressway", "arterial"} for kind in kinds) >= 2
    ]
    placed = scene.canvas.on_paper([shapely.Point(x, y) for x, y, _ in every])
    seen = [
        (point.x, point.y, (x, y), sum(kind != LANE for kind in kinds) >= MEET)
        for (x, y, kinds), point in zip(every, placed, strict=True)
        if point is not None and near.contains(point)
    ]
    found = [(x, y, at) for x, y, at, planned in seen if planned]
    scene.unwritten += len(seen) - len(found)
    for x, y, _ in found:
        scene.canvas.labels.keep((x - RING_MM, y - RING_MM, x + RING_MM, y + RING_MM))
    return found


def junctions(
    scene: Scene, points: Iterable[tuple[float, float, tuple[float, float]]], land: BaseGeometry | None
) -> None:
    """
    Write the coordinates of `junction_points`, clear of the edge of some land (mm) where there is room.

    The scene counts those without room as `unwritten`.
    """
    edge = None if land is None else edge_band(land)
    scene.unwritten += sum(not _coordinates(scene, x, y, at, edge) for x, y, at in points)


def left_out(scenes: Sequence[Scene]) -> list[str]:
    """What a map says of junctions without coordinates."""
    n = sum(scene.unwritten for scene in scenes)
    return [scenes[0].say("legend.unwritten", n=n)] if n else []


def _coordinates(
    scene: Scene, x: float, y: float, at: tuple[float, float], edge: BaseGeometry | None
) -> bool:
    """Write the coordinates of one junction; False where there is no room."""
    canvas, k = scene.canvas, scene.canvas.k
    size = 1.8 * k
    lines = [scene.say("coordinate.north", n=f"{at[1]:.3f}"), scene.say("coordinate.east", n=f"{at[0]:.3f}")]
    width, height = max(text_width(line, size) for line in lines) + 0.6, 2.3 * size
    spots = list(around(x, y, width, height, (1.5, 3.0, 5.0, 8.0, 12.0)))
    if edge is not None:
        boxes = [
            shapely.box(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2) for cx, cy in spots
        ]
        spots = [spots[one] for one in np.argsort(shapely.intersects(edge, boxes), kind="stable")]
    for cx, cy in spots:
        box: Box = (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)
        end = foot(box, (x, y))
        share = 1.5 * RING_MM / max(math.dist(end, (x, y)), 1.5 * RING_MM)
        rim = (x + (end[0] - x) * share, y + (end[1] - y) * share)
        if not canvas.labels.free(box) or not canvas.labels.clear_of_line(end, rim):
            continue
        canvas.labels.take(box)
        canvas.add("signs", svg.segment(*end, x, y, stroke=CENTRE_LINE, stroke_width=0.1))
        canvas.add("signs", svg.circle(x, y, RING_MM, fill="#ffffff", stroke=CENTRE_LINE, stroke_width=0.2))
        canvas.add("labels", svg.box(box[0], box[1], width, height, fill="#ffffff", fill_opacity=0.62))
        for place, line in enumerate(lines):
            canvas.text(cx, cy + (place - 0.5) * 1.1 * size, line, size)
        scene.show("junction", 25, dot_swatch("#ffffff", CENTRE_LINE))
        return True
    return False


def stops(scene: Scene) -> None:
    """Stations with their names, and stops of buses."""
    found = legends.stops(scene.canvas, scene.facts.view.ground, every=True, stations=RAIL_MODES)
    for at, entry in enumerate(found, 31):
        scene.show(entry.said, at, entry.swatch, entry.said)
