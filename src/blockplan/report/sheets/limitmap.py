"""Where one may build up to, drive in, and not drive in: setbacks, accesses, closed stretches."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.columns import values
from blockplan.report.maps import svg
from blockplan.report.maps.drawing import line_swatch
from blockplan.report.maps.labels import largest
from blockplan.report.maps.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.parcelmap import ParcelGround
    from blockplan.report.sheets.scene import Scene

SETBACK, ACCESS = "#1f3fbf", "#111111"
SIDES = ("north", "east", "south", "west")
#: The first letter of a side in a column of an office: words, and letters of the compass.
SIDE_OF = {"n": 0, "北": 0, "e": 1, "东": 1, "東": 1, "s": 2, "南": 2, "w": 3, "西": 3}
#: Words of their own, or two of them as one; letters that stand alone or in pairs; characters.
TOKENS = re.compile(
    r"(?i:(?<![a-z])(?:north|south)(?=(?:east|west)?(?![a-z]))"
    r"|(?:(?<![a-z])|(?<=(?<![a-z])north)|(?<=(?<![a-z])south))(?:east|west)(?![a-z])"
    r"|(?<![a-z'’])[ns](?=[ew]?(?![a-z]))|(?:(?<![a-z'’])|(?<=(?<![a-z'’])[ns]))[ew](?![a-z]))"
    r"|[北东東南西]"
)
#: Columns of a parcel that name its sides.
BY_SIDE = ("entrances", "closed_stretches")
TRIANGLE_MM, TICK_MM, TICK_EVERY_MM = (3.5, 3.4), 1.3, 1.8


def setbacks(scene: Scene, ground: ParcelGround) -> bool:
    """Lines behind which one builds, with their distance; whether the plan states any here."""
    canvas, unit = scene.canvas, scene.canvas.cell.unit
    lines: list[tuple[BaseGeometry, float]] = list(_drawn(scene, ground))
    if not lines:
        sides = [values(scene.facts.plan, "parcels", f"setback_{side}_m") for side in SIDES]
        for row, shape in ground.mine:
            distances = [float(column[row]) for column in sides]
            if not all(map(math.isnan, distances)):
                lines += _by_side(largest(shape), [one / unit for one in distances], unit)
    look: dict[str, Style] = {"stroke": SETBACK, "stroke_width": 0.24, "stroke_dasharray": (2, 0.8)}
    canvas.shape("access", [line for line, _ in lines], **look)
    size = 1.8 * canvas.k
    for line, distance in lines:
        said = f"{distance:g}"
        middle = max(shapely.get_parts(shapely.line_merge(line)), key=lambda one: one.length).interpolate(
            0.5, normalized=True
        )
        if distance > 0 and not math.isnan(distance):
            wide = text_width(said, size)
            canvas.write(
                [
                    (middle.x + dx, middle.y + dy)
                    for dx, dy in ((0, 0), (wide, 0), (-wide, 0), (0, size), (0, -size))
                ],
                said,
                size,
                fill=SETBACK,
            )
    if lines:
        scene.show("setback", 26, line_swatch(**look))
    return bool(lines)


def _drawn(scene: Scene, ground: ParcelGround) -> Iterator[tuple[BaseGeometry, float]]:
    """Lines of the layer ``setbacks``; a row without a line runs around its parcel."""
    plan = scene.facts.plan
    if not plan.has_layer("setbacks") or not len(plan.layer("setbacks")):
        return
    frame = plan.layer("setbacks")
    own = ground.named(scene.facts)
    drawn = scene.canvas.on_paper(frame.geometry) if hasattr(frame, "geometry") else np.full(len(frame), None)
    for host, distance, line in zip(
        frame["parcel_id"].astype("object"), frame["distance_m"].to_numpy(dtype=float), drawn, strict=True
    ):
        if str(host) not in own:
            continue
        if line is not None and not line.is_empty:
            yield (line if shapely.get_dimensions(line) == 1 else shapely.boundary(line)), distance
        elif distance > 0:
            inner = shapely.buffer(own[str(host)], -distance / scene.canvas.cell.unit, join_style="mitre")
            if not inner.is_empty:
                yield shapely.boundary(inner), distance


def _by_side(
    parcel: BaseGeometry, distances: list[float], unit: float
) -> Iterator[tuple[BaseGeometry, float]]:
    """The setback line of each side of a parcel (paper mm), with its distance in metres."""
    edges = edges_by_side(parcel)
    bands = [
        shapely.buffer(shapely.MultiLineString(edges[side]), distance, cap_style="square", join_style="mitre")
        for side, distance in enumerate(distances)
        if edges[side] and distance > 0
    ]
    if not bands:
        return
    inner = shapely.difference(parcel, shapely.union_all(bands))
    if inner.is_empty:
        return
    rim = shapely.difference(shapely.boundary(inner), shapely.buffer(shapely.boundary(parcel), 0.05))
    left = rim
    for side, distance in enumerate(distances):
        if not edges[side] or not distance > 0:
            continue
        near = shapely.buffer(
            shapely.MultiLineString(edges[side]),
            distance * 1.02 + 0.02,
            cap_style="square",
            join_style="mitre",
        )
        line = shapely.intersection(left, near)
        left = shapely.difference(left, near)
        if not line.is_empty and shapely.get_dimensions(line) == 1 and line.length > 0.2:
            yield line, round(distance * unit, 2)


def edges_by_side(parcel: BaseGeometry) -> list[list[NDArray[np.float64]]]:
    """Edges of a parcel on paper (y downwards) that face north, east, south, west."""
    ring = shapely.get_coordinates(shapely.get_exterior_ring(shapely.orient_polygons(largest(parcel))))
    found: list[list[NDArray[np.float64]]] = [[], [], [], []]
    # Counter-clockwise with y upwards is clockwise for the eye when y points down: inside lies on the right.
    for start, end in pairwise(ring):
        dx, dy = end - start
        if math.hypot(dx, dy) < 1e-6:
            continue
        out_x, out_y = dy, -dx
        side = (1 if out_x > 0 else 3) if abs(out_x) > abs(out_y) else (2 if out_y > 0 else 0)
        found[side].append(np.array([start, end]))
    return found


def accesses(scene: Scene, ground: ParcelGround) -> tuple[bool, bool]:
    """
    Vehicle accesses as triangles that point inwards, closed stretches with ticks.

    Returns
    -------
    bool, bool
        Whether the sheet shows accesses, and closed stretches: of each parcel from the layer ``accesses``,
        where that has none of it from the sides that the parcel's columns name (then the place on the side is
        only an example).
    """
    drawn = _placed(scene, ground.named(scene.facts))
    access, closed = (_named(scene, ground, column, drawn[column]) for column in BY_SIDE)
    if access or drawn["entrances"]:
        scene.show(
            "access",
            27,
            f'<path d="M2.2 0.4L5.8 2L2.2 3.6Z" fill="{ACCESS}"/>',
            scene.say("legend.access_side") if access else None,
        )
    if closed or drawn["closed_stretches"]:
        scene.show(
            "closed",
            28,
            line_swatch(stroke=ACCESS, stroke_width=0.3)
            + "".join(svg.segment(x, 2, x, 3.2, stroke=ACCESS, stroke_width=0.2) for x in (1, 2.8, 4.6, 6.4)),
        )
    return access or bool(drawn["entrances"]), closed or bool(drawn["closed_stretches"])


def _placed(scene: Scene, own: dict[str, BaseGeometry]) -> dict[str, set[str]]:
    """Draw the layer ``accesses`` of the sheet's parcels; those of which it has what each column names."""
    plan, drawn = scene.facts.plan, {column: set[str]() for column in BY_SIDE}
    if not plan.has_layer("accesses"):
        return drawn
    frame = plan.layer("accesses")
    placed = scene.canvas.on_paper(frame.geometry)
    columns = (frame["parcel_id"].astype("object"), frame["kind"].astype("object"), placed)
    for host, kind, shape in zip(*columns, strict=True):
        parcel = own.get(str(host))
        if shape is None or parcel is None:
            continue
        if kind == "vehicle":
            if _triangle(scene, parcel, shapely.centroid(shape)):
                drawn["entrances"].add(str(host))
        elif shapely.get_dimensions(shape) == 1 and _ticked(scene, shape):
            drawn["closed_stretches"].add(str(host))
    return drawn


def _named(scene: Scene, ground: ParcelGround, column: str, drawn: set[str]) -> bool:
    """Draw what a column says of the sides of parcels that are not `drawn`; whether any names such a side."""
    named, shown = values(scene.facts.plan, "parcels", column), False
    for row, shape in ground.mine:
        if named[row] and str(scene.facts.names[row]) not in drawn:
            shown |= _sides(scene, shape, str(named[row]), closed=column == "closed_stretches")
    return shown


def sides_named(said: str) -> list[int]:
    """
    Numbers of the sides that words name, each once: words of their own, letters that stand alone or in pairs.

    Examples
    --------
    >>> [SIDES[side] for side in sides_named("NE, 南侧; at least 60 m")]
    ['north', 'east', 'south']
    """
    return list(dict.fromkeys(SIDE_OF[token[0].lower()] for token in TOKENS.findall(said)))


def _sides(scene: Scene, shape: BaseGeometry, named: str, *, closed: bool) -> bool:
    edges, done = edges_by_side(shape), False
    for side in sides_named(named):
        of = edges[side]
        if not of:
            continue
        chains = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(of)))
        longest = max(chains, key=lambda one: one.length)
        done |= (
            _ticked(scene, longest)
            if closed
            else _triangle(scene, shape, longest.interpolate(0.5, normalized=True))
        )
    return done


def _triangle(scene: Scene, parcel: BaseGeometry, point: BaseGeometry) -> bool:
    """A triangle on the edge of a parcel, next to a point, that points inwards."""
    whole = largest(parcel)
    ring = shapely.LineString(shapely.get_coordinates(shapely.get_exterior_ring(whole)))
    at = ring.project(shapely.Point(shapely.get_coordinates(point)[0]))
    spots = shapely.line_interpolate_point(ring, np.array([at, min(ring.length, at + 0.3)]))
    foot, ahead = shapely.get_coordinates(spots)
    along = (ahead - foot) / (float(np.hypot(*(ahead - foot))) or 1.0)
    into = np.array([-along[1], along[0]])
    if not whole.contains(shapely.Point(foot + into * 0.3)):
        into = -into
    wide, deep = (one * scene.canvas.k * 0.8 for one in TRIANGLE_MM)
    corners = np.array(
        [
            foot + into * deep * 0.75,
            *(foot - into * deep * 0.25 + side * along * wide / 2 for side in (-1, 1)),
        ]
    )
    d = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in corners) + "Z"
    scene.canvas.add("access", f'<path d="{d}" fill="{ACCESS}" stroke="#ffffff" stroke-width="0.15"/>')
    left, top = corners.min(axis=0).tolist()
    right, bottom = corners.max(axis=0).tolist()
    scene.canvas.labels.keep((left, top, right, bottom))
    return True


def _ticked(scene: Scene, line: BaseGeometry) -> bool:
    look: dict[str, Style] = {"stroke": ACCESS, "stroke_width": 0.3}
    scene.canvas.shape("access", [line], **look)
    for part in shapely.get_parts(line):
        for at in np.arange(TICK_EVERY_MM / 2, part.length, TICK_EVERY_MM):
            here, ahead = part.interpolate(float(at)), part.interpolate(min(part.length, float(at) + 0.2))
            dx, dy = ahead.x - here.x, ahead.y - here.y
            norm = math.hypot(dx, dy) or 1.0
            half = TICK_MM / 2
            scene.canvas.add(
                "access",
                svg.segment(
                    here.x + dy / norm * half,
                    here.y - dx / norm * half,
                    here.x - dy / norm * half,
                    here.y + dx / norm * half,
                    stroke=ACCESS,
                    stroke_width=0.2,
                ),
            )
    return True
