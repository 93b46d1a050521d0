"""
The two maps that every report has: land use, and spatial structure.

Colours of land use follow the habit of Chinese planning drawings (yellow
homes, red commerce, pink public services, brown industry, green parks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.report.maps import legends, svg
from blockplan.report.maps.drawing import DETAIL_MM, PART_MM, Drawing, MapCanvas, MapSheet, centre
from blockplan.report.maps.structure import broken, structure
from blockplan.report.maps.svg import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.document import LegendEntry
    from blockplan.report.maps.basemap import Ground

LAND_USE_BASE = (
    ("woodland", 1.0), ("landuse", 1.0), ("greens", 1.0), ("water", 1.0), ("buildings", 1.0),
    ("streets", 1.0), ("rail", 1.0), ("outline", 1.0),
)  # fmt: skip
STRUCTURE_BASE = (
    ("woodland", 0.55), ("landuse", 0.1), ("water", 0.8), ("streets", 0.55), ("rail", 0.6), ("outline", 1.0),
)  # fmt: skip
#: A frame longer than this in proportion to its width gets a closer map of each part.
LONG = 1.9
MOST_DETAILS = 6
MOST_INSETS = 4
#: Land around a part on its closer map, and around the elements of a structure, m.
AROUND_M, AROUND_STRUCTURE_M = 130.0, 80.0


def land_use_map(ground: Ground, sheet: MapSheet | None = None) -> Drawing | None:
    """The land-use map of the whole plan, at the scale of `sheet`; None where there is nothing to draw."""
    if ground.frame is None:
        return None
    canvas, words = MapCanvas(ground, sheet or MapSheet.of(ground.frame)), ground.words
    stations = legends.stops(canvas, ground)
    area_names(canvas)
    legend = (*legends.land_use_legend(ground), *legends.line_legend(ground), *stations)
    told = (words("map.landuse.title"), words("map.landuse.description"))
    return Drawing("map-landuse", *told, canvas, LAND_USE_BASE, legend)


def land_use_details(ground: Ground) -> list[Drawing]:
    """Closer maps of the parts of a plan that is a long strip, with codes and facilities."""
    made = []
    for number, (part, name) in enumerate(area_parts(ground)[:MOST_DETAILS] if strip(ground) else (), 1):
        canvas = MapCanvas(ground, MapSheet.of(Frame(*part.bounds).grown(AROUND_M), DETAIL_MM))
        legend = (*legends.facilities(canvas), *legends.stops(canvas, ground, every=True))
        legends.codes(canvas)
        title = ground.words("map.landuse.detail", name=name)
        said = ground.words("map.landuse.detail_description", name=name)
        made.append(Drawing(f"map-landuse-{number}", title, said, canvas, LAND_USE_BASE, legend))
    return made


def strip(ground: Ground) -> bool:
    """Whether a plan is a long strip, whose parts get closer views."""
    frame = ground.frame
    return frame is not None and max(frame.height / frame.width, frame.width / frame.height) >= LONG


def area_parts(ground: Ground) -> list[tuple[BaseGeometry, str]]:
    """The pieces of the areas with their names, from north to south; the pieces of one area are numbered."""
    if ground.frame is None:
        return []
    shapes = svg.drawable(ground.plan.layer("areas").geometry, ground.frame)
    found = []
    for shape, name in zip(shapes, ground.names("areas"), strict=True):
        parts = [part for part in shapely.get_parts(shape) if part.area > 0]
        parts.sort(key=lambda part: -part.bounds[3])
        for number, part in enumerate(parts, 1):
            count = f"{number}/{len(parts)}"
            found.append((part, ground.words("list.note", said=name, note=count) if parts[1:] else name))
    return sorted(found, key=lambda pair: -pair[0].bounds[3])


def closer_frames(ground: Ground) -> list[tuple[Frame, str]]:
    """Frames for closer views of a long strip, with their names; none where they would be too many."""
    parts = area_parts(ground) if strip(ground) else []
    if len(parts) > MOST_INSETS:
        return []
    return [(Frame(*part.bounds).grown(AROUND_M), said) for part, said in parts]


def with_views(
    ground: Ground,
    said: tuple[str, str, str],
    base: tuple[tuple[str, float], ...],
    show: Callable[[MapCanvas, str], object],
    near: Sequence[tuple[Frame, str]] = (),
) -> Drawing:
    """A map (id, title, description) of the whole plan with closer views; `show` draws on each."""
    views = []
    for number, (frame, name) in enumerate(near, 1):
        canvas, id_ = MapCanvas(ground, MapSheet.inset(frame)), f"{said[0]}-{number}"
        show(canvas, id_)
        views.append(Drawing(id_, name, said[2], canvas, base))
    canvas = MapCanvas(ground, MapSheet.of(ground.frame or Frame(0, 0, 1, 1), PART_MM))
    show(canvas, said[0])
    return Drawing(*said, canvas, base, insets=tuple(views))


def structure_map(ground: Ground) -> Drawing | None:
    """Axis, belt, cores, areas and functional zones; None where there is nothing to draw."""
    frame, words = ground.frame, ground.words
    if frame is None:
        return None
    bounds = ground.plan.layer("structure").total_bounds
    if np.isfinite(bounds).all():
        frame = frame.joined(Frame(*bounds).grown(AROUND_STRUCTURE_M))
    canvas = MapCanvas(ground, MapSheet.of(frame))
    stations: list[LegendEntry] = []
    found = structure(canvas, ground, lambda: stations.extend(legends.stops(canvas, ground, named=False)))
    parts = [entry for _, entry in found]
    if not parts:
        return None
    area_names(canvas)
    told = (words("map.structure.title"), words("map.structure.description"))
    legend = (*parts, *legends.line_legend(ground), *stations)
    return Drawing("map-structure", *told, canvas, STRUCTURE_BASE, legend)


def area_names(canvas: MapCanvas, size: float = 2.7) -> None:
    """The name of each area: above it where no other area is in the way, else in its middle."""
    parts, letters = area_parts(canvas.ground), size * canvas.mm
    placed = canvas.on_paper([part for part, _ in parts])
    drawn = shapely.union_all(placed)
    left, _, right, _ = canvas.window
    for part, (_, name) in zip(placed, parts, strict=True):
        lines = broken(name, max((right - left) * 0.96 / letters, 6)) if part is not None else []
        if not lines:
            continue
        width = max(svg.text_width(line, letters) for line in lines)
        height = 1.2 * letters * len(lines)
        west, north, east, _ = part.bounds
        aside = (width + letters) / 2
        x = min(max((west + east) / 2, left + aside), right - aside)
        y = north - height / 2 - 0.4 * letters
        above = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        here, step = centre(part), 2 * letters
        spots = [] if above.intersects(drawn) else [(x, y)]
        spots += [(here[0] + dx * step, here[1] + dy * step) for dx, dy in legends.AROUND]
        canvas.say(spots, lines, size, weight="700")
