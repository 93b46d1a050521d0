"""The structure of a plan: axes and belts with their lengths, cores, areas, functional zones."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.plan import landuse
from blockplan.report.document import LegendEntry
from blockplan.report.maps import svg
from blockplan.report.maps.drawing import centre, dot_swatch, fill_swatch, line_swatch
from blockplan.report.maps.labels import beside
from blockplan.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.basemap import Ground
    from blockplan.report.maps.canvas import Canvas
    from blockplan.report.maps.svg import Style

AXIS, BELT, CORE = "#b3261e", "#1f8a70", "#c2410c"
AREA_TINTS = ("#d98c3f", "#4f8fc0", "#8a6bb1", "#5c9e62", "#b9667f", "#8a8a3c")
#: Role of a line -> its strokes, one over the other.
LOOKS: dict[str, tuple[dict[str, Style], ...]] = {
    "belt": (
        {"stroke": BELT, "stroke_width": 3.4, "stroke_opacity": 0.55},
        {"stroke": "#ffffff", "stroke_width": 0.5, "stroke_dasharray": (2.2, 1.4)},
    ),
    "axis": ({"stroke": AXIS, "stroke_width": 1.3, "stroke_dasharray": (6, 1.6, 1.3, 1.6)},),
}
SWATCHES: dict[str, tuple[dict[str, Style], ...]] = {
    "belt": (
        {"stroke": BELT, "stroke_width": 2.1},
        {"stroke": "#ffffff", "stroke_width": 0.4, "stroke_dasharray": (1.3, 0.8)},
    ),
    "axis": ({"stroke": AXIS, "stroke_width": 0.8, "stroke_dasharray": (2.9, 0.8, 0.8, 0.8)},),
}
#: Radius of the ring around a core, mm.
RING_MM = 4.6
#: What stays on one line of a name without spaces: brackets, and a dot or comma with what is before it.
PIECES = re.compile(r"（[^）]*）|.[・、，]*")


def structure(
    canvas: Canvas, ground: Ground, signs: Callable[[], object]
) -> Iterator[tuple[int, LegendEntry]]:
    """
    Draw it, with other signs (`signs`) between the cores and their names.

    Gives a legend entry for each part that the window shows, with its place: lines, cores, areas, zones.
    """
    plan = ground.plan
    elements, names = plan.layer("structure"), ground.names("structure")
    placed = canvas.on_paper(elements.geometry)
    areas, zones = list(_areas(canvas, ground)), list(_zones(canvas, ground))
    roles = elements["role"].astype("object").to_numpy()
    for role, strokes in LOOKS.items():
        for at in np.flatnonzero((roles == role) & ~shapely.is_missing(placed)):
            for look in strokes:
                ends: dict[str, Style] = {} if "stroke_dasharray" in look else {"stroke_linecap": "round"}
                canvas.shape("control", [placed[at]], **look, **ends)
            _arrow(canvas, placed[at], strokes[0])
            mark = "".join(line_swatch(**look) for look in SWATCHES[role])
            length = ground.words.amount(elements.geometry.iloc[at].length / M_PER_KM, "km")
            yield 0, LegendEntry(mark, names.iloc[at] or ground.words(f"map.{role}"), length)
    drawn = np.flatnonzero((roles == "core") & ~shapely.is_missing(placed))
    cores = [(*centre(placed[at]), names.iloc[at]) for at in drawn]
    cores = [one for one in cores if canvas.box.contains(shapely.Point(one[:2]))]
    reach = RING_MM * canvas.k
    for x, y, _ in cores:
        canvas.labels.keep((x - reach, y - reach, x + reach, y + reach))
        ring: dict[str, Style] = {"fill": CORE, "fill_opacity": 0.22, "stroke": CORE}
        canvas.add("signs", svg.circle(x, y, reach, stroke_width=0.5 * canvas.k, **ring))
        dot: dict[str, Style] = {"fill": CORE, "stroke": "#ffffff", "stroke_width": 0.5 * canvas.k}
        canvas.add("signs", svg.circle(x, y, reach / 2, **dot))
    signs()
    left, _, right, _ = canvas.window
    size = 3.0 * canvas.k
    for x, y, name in cores:
        lines = broken(name, max((right - left) * 0.5 / size, 6))
        width, height = max(svg.text_width(line, size) for line in lines), 1.2 * size * len(lines)
        away = (reach + step * canvas.k for step in (1, 4, 8))
        spots = [spot for one in away for spot in beside(x, y, one, width, height)]
        canvas.say(spots, lines, 3.0, fill="#7c2a06", weight="700")
    if cores:
        yield 1, LegendEntry(dot_swatch(CORE, CORE, 1.7), ground.words("map.core"))
    yield from ((2, one) for one in areas)
    yield from ((3, one) for one in zones)


def _areas(canvas: Canvas, ground: Ground) -> Iterator[LegendEntry]:
    areas, names = ground.plan.layer("areas"), ground.names("areas")
    for at, (shape, placed) in enumerate(zip(areas.geometry, canvas.on_paper(areas.geometry), strict=True)):
        if placed is not None:
            tint = AREA_TINTS[at % len(AREA_TINTS)]
            canvas.shape("fills", [placed], fill=tint, fill_opacity=0.34, stroke=tint, stroke_width=0.4)
            size = ground.words.area(shape.area)
            said = names.iloc[at] or str(areas.index[at])
            yield LegendEntry(fill_swatch(tint, tint, fill_opacity=0.4), said, size)


def _zones(canvas: Canvas, ground: Ground) -> Iterator[LegendEntry]:
    zones, names = ground.plan.layer("zones"), ground.names("zones")
    given = zones["dominant_codes"].astype("object")
    for at, shape in enumerate(canvas.on_paper(zones.geometry)):
        if shape is not None:
            colour = zone_colour(given.iloc[at])
            edge: dict[str, Style] = {"stroke_width": 0.7, "stroke_dasharray": (1.8, 1.2)}
            canvas.shape("roads", [shape], fill=colour, fill_opacity=0.16, stroke=colour, **edge)
            mark = fill_swatch(
                colour, colour, fill_opacity=0.2, stroke_dasharray=(1.1, 0.7), stroke_width=0.4
            )
            yield LegendEntry(mark, names.iloc[at] or str(zones.index[at]))


def _arrow(canvas: Canvas, shape: BaseGeometry, look: dict[str, Style]) -> None:
    """An arrow head at the far end of a line."""
    if shapely.get_dimensions(shape) != 1:
        return
    last = shapely.get_parts(shape)[-1]
    back = shapely.line_interpolate_point(last, -min(2 * canvas.mm, last.length / 2))
    end, before = shapely.get_coordinates(last)[-1], shapely.get_coordinates(back)[0]
    size = (1.1 * float(str(look["stroke_width"])) + 1.6) * canvas.mm
    direction = (end - before) / max(math.dist(end, before), 1e-9)
    along, across = direction * size, direction[::-1] * (1, -1) * size * 0.5
    head = shapely.Polygon([end + along * 0.6, end - along * 0.4 + across, end - along * 0.4 - across])
    canvas.shape("control", [head], fill=look["stroke"], stroke="#ffffff", stroke_width=0.25)


def zone_colour(dominant: object) -> str:
    """Colour of a functional zone: that of its first dominant code."""
    first = str(dominant or "").split(",")[0].strip()
    return landuse().colour(first)


def broken(said: str, most: float) -> list[str]:
    """A name on lines of about equal length and at most so many ems, broken at spaces where it has any."""
    count = max(1, min(3, math.ceil(svg.text_width(said, 1.0) / most)))
    most = svg.text_width(said, 1.0) / count
    pieces, gap = (said.split(" "), " ") if " " in said else (PIECES.findall(said), "")
    lines = [""]
    for piece in pieces:
        longer = f"{lines[-1]}{gap if lines[-1] else ''}{piece}"
        # A piece goes to the line on which more than half of it fits.
        if (
            lines[-1]
            and len(lines) < count
            and svg.text_width(longer, 1.0) > most + svg.text_width(piece, 0.5)
        ):
            lines.append(piece)
        else:
            lines[-1] = longer
    return lines
