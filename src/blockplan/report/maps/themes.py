"""
The two maps that every report has: land use, and spatial structure.

Colours of land use follow the habit of Chinese planning drawings (yellow
homes, red commerce, pink public services, brown industry, green parks).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, cast

import shapely

from blockplan.plan import landuse
from blockplan.report.document import LegendEntry
from blockplan.report.maps import drawing, svg
from blockplan.report.maps.basemap import (
    ink_on,
    use_colour,
)
from blockplan.report.maps.drawing import (
    DETAIL_MM,
    Drawing,
    MapSheet,
)
from blockplan.report.maps.legends import STATION, facility_legend, is_station, land_use_legend, line_legend
from blockplan.report.maps.svg import Frame

if TYPE_CHECKING:
    from shapely import LineString
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.basemap import Ground

LAND_USE_BASE = (
    ("woodland", 1.0), ("landuse", 1.0), ("greens", 1.0), ("water", 1.0), ("buildings", 1.0),
    ("streets", 1.0), ("rail", 1.0), ("outline", 1.0),
)  # fmt: skip
STRUCTURE_BASE = (
    ("woodland", 0.55),
    ("landuse", 0.1),
    ("water", 0.8),
    ("streets", 0.55),
    ("rail", 0.6),
    ("outline", 1.0),
)
AXIS, BELT, CORE = "#b3261e", "#1f8a70", "#c2410c"
AREA_TINTS = ("#d98c3f", "#4f8fc0", "#8a6bb1", "#5c9e62", "#b9667f", "#8a8a3c")
#: What stays on one line of a name without spaces: brackets, and a dot or comma with what is before it.
PIECES = re.compile(r"（[^）]*）|.[・、，]*")
#: A frame longer than this in proportion to its width gets a closer map of each part.
LONG = 1.9
MOST_DETAILS = 6
MOST_INSETS = 4


def land_use_map(ground: Ground, sheet: MapSheet | None = None) -> Drawing | None:
    """The land-use map of the whole plan, at the scale of `sheet`; None where there is nothing to draw."""
    if ground.frame is None:
        return None
    sheet = sheet or MapSheet.of(ground.frame)
    placer = drawing.placer(ground, sheet)
    body = stations(ground, sheet, placer) + area_names(ground, sheet, placer)
    return Drawing(
        "map-landuse",
        ground.words("map.landuse.title"),
        ground.words("map.landuse.description"),
        sheet,
        LAND_USE_BASE,
        body,
        (*land_use_legend(ground), *line_legend(ground)),
    )


def land_use_details(ground: Ground, page: tuple[float, float] = DETAIL_MM) -> list[Drawing]:
    """Closer maps of the parts of a plan that is a long strip, with codes and facilities."""
    frame = ground.frame
    if frame is None or max(frame.height / frame.width, frame.width / frame.height) < LONG:
        return []
    return [
        _detail(ground, number, part, said, page)
        for number, (part, said) in enumerate(area_parts(ground)[:MOST_DETAILS], 1)
    ]


def area_parts(ground: Ground) -> list[tuple[BaseGeometry, str]]:
    """The pieces of the areas with their names, from north to south; the pieces of one area are numbered."""
    if ground.frame is None:
        return []
    shapes = svg.drawable(ground.plan.layer("areas").geometry, ground.frame)
    found = []
    for shape, name in zip(shapes, ground.names("areas"), strict=True):
        parts = [part for part in drawing.parts_of([shape]) if part.area > 0]
        parts.sort(key=lambda part: -part.bounds[3])
        for number, part in enumerate(parts, 1):
            count = f"{number}/{len(parts)}"
            found.append((part, ground.words("list.note", said=name, note=count) if parts[1:] else name))
    return sorted(found, key=lambda pair: -pair[0].bounds[3])


def closer_frames(ground: Ground) -> list[tuple[Frame, str]]:
    """Frames for closer views of a long strip, with their names; none where they would be too many."""
    frame, parts = ground.frame, area_parts(ground)
    if frame is None or max(frame.height / frame.width, frame.width / frame.height) < LONG:
        return []
    return (
        [(Frame(*part.bounds).grown(130), said) for part, said in parts] if len(parts) <= MOST_INSETS else []
    )


def _detail(ground: Ground, number: int, part: BaseGeometry, said: str, page: tuple[float, float]) -> Drawing:
    sheet = MapSheet.of(Frame(*part.bounds).grown(130), page)
    placer = drawing.placer(ground, sheet)
    body = (
        facilities(ground, sheet, placer)
        + stations(ground, sheet, placer, stops=True)
        + codes(ground, sheet, placer)
    )
    return Drawing(
        f"map-landuse-{number}",
        ground.words("map.landuse.detail", name=said),
        ground.words("map.landuse.detail_description", name=said),
        sheet,
        LAND_USE_BASE,
        body,
        facility_legend(ground, sheet.frame),
    )


def structure_map(ground: Ground) -> Drawing | None:
    """Axis, belt, cores, areas and functional zones; None where there is nothing to draw."""
    if ground.frame is None:
        return None
    elements = ground.plan.layer("structure")
    frame = ground.frame
    if len(elements) and (elements.geometry.notna() & ~elements.geometry.is_empty).any():
        west, south, east, north = elements.total_bounds
        frame = Frame(
            min(frame.west, west - 80), min(frame.south, south - 80),
            max(frame.east, east + 80), max(frame.north, north + 80),
        )  # fmt: skip
    sheet = MapSheet.of(frame)
    placer = drawing.placer(ground, sheet)
    lines, line_signs = _axis_and_belt(ground, sheet)
    body = _areas(ground) + _zones(ground, sheet) + lines + stations(ground, sheet, placer, named=False)
    body += _cores(ground, sheet, placer) + area_names(ground, sheet, placer)
    return Drawing(
        "map-structure",
        ground.words("map.structure.title"),
        ground.words("map.structure.description"),
        sheet,
        STRUCTURE_BASE,
        body,
        (*line_signs, *_structure_legend(ground), *line_legend(ground)),
    )


# Signs on top


def area_names(ground: Ground, sheet: MapSheet, placer: svg.Placer, size_mm: float = 2.7) -> str:
    """The name of each area: above it where no other area is in the way, else in its middle."""
    frame, parts = ground.frame or sheet.frame, area_parts(ground)
    size, out = size_mm * sheet.unit, []
    drawn = shapely.union_all([part for part, _ in parts])
    for part, name in parts:
        lines = broken(name, max(sheet.frame.width * 0.96 / size, 6))
        width = max((svg.text_width(line, size) for line in lines), default=0)
        height = 1.25 * size * len(lines)
        west_of, _, east_of, north = part.bounds
        west, east = sheet.frame.west + width / 2 + size / 2, sheet.frame.east - width / 2 - size / 2
        x, y = min(max((west_of + east_of) / 2, west), east), north + height / 2 + 0.4 * size
        spot = None
        if not shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2).intersects(drawn):
            spot = placer.place(*frame.place(x, y), width, height, ((0, 0),))
        spot = spot or placer.place(*_placed(ground, part), width, height, _around(2 * size))
        if spot:
            out.append(_lines(lines, spot, size, font_weight="700"))
    return "".join(out)


def _lines(lines: list[str], spot: tuple[float, float], size: float, **look: str | float) -> str:
    """Lines of a label, one below the other around a spot."""
    top = spot[1] - (len(lines) - 1) / 2 * 1.25 * size
    return "".join(
        svg.label(spot[0], top + at * 1.25 * size, line, size, **look) for at, line in enumerate(lines)
    )


def stations(
    ground: Ground, sheet: MapSheet, placer: svg.Placer, *, stops: bool = False, named: bool = True
) -> str:
    """Rail stations with their names, and the other stops where asked for."""
    frame, unit = ground.frame or sheet.frame, sheet.unit
    table, names = ground.plan.layer("stops"), ground.names("stops")
    called: list[tuple[float, float, str]] = []
    out, side, radius, size = [], 1.5 * unit, 2.0 * unit, 2.6 * unit
    square: dict[str, str | float] = {"fill": "#ffffff", "stroke": STATION, "stroke_width": 0.35 * unit}
    for shape, modes, name in zip(table.geometry, table["modes"], names, strict=True):
        if shape is None or shape.is_empty or shape.geom_type != "Point":
            continue
        x, y = frame.place(shape.x, shape.y)
        if is_station(modes):
            called.append((x, y, name))
        elif stops:
            out.append(svg.box(x - side / 2, y - side / 2, side, side, **square))
    for x, y, _ in called:
        placer.block(x, y, 2 * radius, 2 * radius)
        out.append(svg.circle(x, y, radius, fill=STATION, stroke="#ffffff", stroke_width=0.5 * unit))
        out.append(svg.label(x, y, "M", 2.5 * unit, fill="#ffffff", halo="none", font_weight="700"))
    written: list[tuple[float, float, str]] = []
    for x, y, name in called if named else ():
        # A station drawn as several entrances is named once.
        again = any(name == other and abs(x - left) + abs(y - top) < 400 for left, top, other in written)
        width = svg.text_width(name, size)
        spots = _beside(radius + 0.8 * unit, width, size)
        spot = None if again or not name else placer.place(x, y, width, size * 1.2, spots)
        if spot:
            written.append((x, y, name))
            out.append(svg.label(*spot, name, size, fill=STATION, font_weight="700"))
    return svg.signs("".join(out))


def facilities(ground: Ground, sheet: MapSheet, placer: svg.Placer, radius_mm: float = 1.9) -> str:
    """A sign on each facility: one character that the legend explains."""
    table, frame, words = ground.plan.layer("facilities"), ground.frame or sheet.frame, ground.words
    out, radius = [], radius_mm * sheet.unit
    for shape, service in zip(table.geometry, table["service"].astype("object"), strict=True):
        if shape is None or shape.is_empty:
            continue
        x, y = _placed(ground, shape)
        if not _within(sheet, frame, x, y):
            continue
        spot = placer.place(x, y, 2 * radius, 2 * radius, _around(2.1 * radius)) or (x, y)
        out.append(svg.circle(*spot, radius, fill="#ffffff", stroke="#8c1d40", stroke_width=0.21 * radius))
        mark = words.or_else(f"mark.{service}", "·")
        out.append(svg.label(*spot, mark, 1.26 * radius, fill="#8c1d40", halo="none", font_weight="700"))
    return "".join(out)


def codes(ground: Ground, sheet: MapSheet, placer: svg.Placer) -> str:
    """The land-use code on each parcel that is large enough to bear it."""
    table, frame = ground.land_uses, ground.frame or sheet.frame
    out, size = [], 2.0 * sheet.unit
    shapes = ground.plan.layer("parcels").geometry
    for shape, name, code in zip(shapes, table["list_name"], table["full"], strict=True):
        if shape is None or shape.is_empty or code.startswith("1207") or shape.area < (9 * sheet.unit) ** 2:
            continue
        x, y = _placed(ground, shape)
        width = svg.text_width(code, size)
        if _within(sheet, frame, x, y) and placer.place(x, y, width, size, ((0, 0),)):
            out.append(svg.label(x, y, code, size, fill=ink_on(use_colour(name, code)), halo="none"))
    return "".join(out)


def _areas(ground: Ground) -> str:
    frame = ground.frame
    if frame is None:
        return ""
    shapes = svg.drawable(ground.plan.layer("areas").geometry, frame)
    return "".join(
        svg.shape(
            svg.path([shape], frame),
            fill=AREA_TINTS[at % len(AREA_TINTS)],
            fill_opacity="0.34",
            stroke=AREA_TINTS[at % len(AREA_TINTS)],
            stroke_width=14,
        )
        for at, shape in enumerate(shapes)
    )


def _zones(ground: Ground, sheet: MapSheet) -> str:
    frame, zones = ground.frame, ground.plan.layer("zones")
    if frame is None:
        return ""
    parts = []
    for shape, given in zip(
        svg.drawable(zones.geometry, frame), zones["dominant_codes"].astype("object"), strict=True
    ):
        colour = zone_colour(given)
        d = svg.path([shape], frame)
        parts.append(
            svg.shape(d, fill=colour, fill_opacity="0.16", stroke=colour, stroke_width=0.7 * sheet.unit,
                      stroke_dasharray=f"{1.8 * sheet.unit:.0f} {1.2 * sheet.unit:.0f}")
        )  # fmt: skip
    return "".join(parts)


def _axis_and_belt(ground: Ground, sheet: MapSheet) -> tuple[str, list[LegendEntry]]:
    elements, names, frame = ground.plan.layer("structure"), ground.names("structure"), ground.frame
    if frame is None:
        return "", []
    unit, out, legend = sheet.unit, [], []
    looks = {
        "belt": ((BELT, 3.4, "", "0.55"), ("#ffffff", 0.5, f"{2.2 * unit:.0f} {1.4 * unit:.0f}", "1")),
        "axis": ((AXIS, 1.3, f"{6 * unit:.0f} {1.6 * unit:.0f} {1.3 * unit:.0f} {1.6 * unit:.0f}", "1"),),
    }
    swatches = {
        "belt": drawing.line_swatch((BELT, 8.0, ""), ("#ffffff", 1.4, "5 3")),
        "axis": drawing.line_swatch((AXIS, 3.2, "11 3 3 3")),
    }
    roles = elements["role"].astype("object").to_numpy()
    shapes = [None if shape is None or shape.is_empty else shape for shape in elements.geometry]
    for role, strokes in looks.items():
        for shape, kind, name in zip(shapes, roles, names, strict=True):
            if kind != role or shape is None:
                continue
            d = svg.path([shapely.simplify(shape, svg.TOLERANCE_M)], frame)
            for colour, width, dashes, opacity in strokes:
                look: dict[str, str | float] = {"stroke": colour, "stroke_opacity": opacity, "fill": "none"}
                look |= {"stroke_dasharray": dashes} if dashes else {"stroke_linecap": "round"}
                out.append(svg.shape(d, stroke_width=width * unit, **look))
            if shapely.get_dimensions(shape) == 1:
                out.append(_arrow(shape, frame, unit, strokes[0][0], 1.1 * strokes[0][1] + 1.6))
            length = ground.words.amount(shape.length / 1000, "km")
            legend.append(LegendEntry(swatches[role], name or ground.words(f"map.{role}"), length))
    return "".join(out), legend


def _arrow(shape: BaseGeometry, frame: Frame, unit: float, colour: str, size: float) -> str:
    """An arrow head at the far end of a line."""
    points = shapely.get_coordinates(shape)
    end, length = points[-1], max(shape.length, 1.0)
    last = cast("LineString", drawing.parts_of([shape])[-1])
    before = shapely.get_coordinates(shapely.line_interpolate_point(last, -min(60.0, length / 2)))[0]
    direction = (end - before) / max(float(((end - before) ** 2).sum()) ** 0.5, 1e-9)
    along, across = direction * size * unit, direction[::-1] * (1, -1) * size * unit * 0.5
    tip = [end + along * 0.6, end - along * 0.4 + across, end - along * 0.4 - across]
    placed = [frame.place(*point) for point in tip]
    d = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in placed) + "z"
    return svg.shape(d, fill=colour, stroke="#ffffff", stroke_width=0.25 * unit)


def _cores(ground: Ground, sheet: MapSheet, placer: svg.Placer) -> str:
    elements, names, unit, out = ground.plan.layer("structure"), ground.names("structure"), sheet.unit, []
    cores = elements["role"].astype("object") == "core"
    for shape, name in zip(elements.geometry[cores], names[cores], strict=True):
        if shape is None or shape.is_empty:
            continue
        x, y = _placed(ground, shape)
        radius = 4.6 * unit
        placer.block(x, y, 2 * radius, 2 * radius)
        out.append(
            svg.circle(x, y, radius, fill=CORE, fill_opacity="0.22", stroke=CORE, stroke_width=0.5 * unit)
        )
        out.append(svg.circle(x, y, 2.3 * unit, fill=CORE, stroke="#ffffff", stroke_width=0.5 * unit))
        size = 3.0 * unit
        lines = broken(name, max(sheet.frame.width * 0.5 / size, 6))
        width = max(svg.text_width(line, size) for line in lines)
        height = 1.25 * size * len(lines)
        spots = [spot for away in (1, 4, 8) for spot in _beside(radius + away * unit, width, height)]
        spot = placer.place(x, y, width, height, spots) or (x, y + radius + height)
        out.append(_lines(lines, spot, size, fill="#7c2a06", font_weight="700"))
    return "".join(out)


# Legend of the structure


def _structure_legend(ground: Ground) -> list[LegendEntry]:
    words, out = ground.words, []
    if (ground.plan.layer("structure")["role"].astype("object") == "core").any():
        out.append(LegendEntry(drawing.dot_swatch(CORE, CORE), words("map.core")))
    areas, names = ground.plan.layer("areas"), ground.names("areas")
    for at, (shape, name) in enumerate(zip(areas.geometry, names, strict=True)):
        tint = AREA_TINTS[at % len(AREA_TINTS)]
        size = words.amount(shape.area / 1e6, "km2") if shape is not None else ""
        out.append(
            LegendEntry(
                drawing.fill_swatch(tint, tint, fill_opacity="0.4"), name or str(areas.index[at]), size
            )
        )
    zones, names = ground.plan.layer("zones"), ground.names("zones")
    for given, name, id_ in zip(zones["dominant_codes"].astype("object"), names, zones.index, strict=True):
        colour = zone_colour(given)
        swatch = drawing.fill_swatch(
            colour, colour, fill_opacity="0.2", stroke_dasharray="4 2.5", stroke_width="1.6"
        )
        out.append(LegendEntry(swatch, name or str(id_)))
    return out


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


def _placed(ground: Ground, shape: BaseGeometry) -> tuple[float, float]:
    x, y = drawing.centre(shape)
    return ground.frame.place(x, y) if ground.frame else (x, y)


def _within(sheet: MapSheet, frame: Frame, x: float, y: float) -> bool:
    left, top = frame.place(sheet.frame.west, sheet.frame.north)
    return 0 <= x - left <= sheet.frame.width and 0 <= y - top <= sheet.frame.height


def _around(step: float) -> tuple[tuple[float, float], ...]:
    return (
        (0, 0),
        (0, -step),
        (0, step),
        (-step, 0),
        (step, 0),
        (-step, -step),
        (step, step),
        (0, -2 * step),
        (0, 2 * step),
    )


def _beside(radius: float, width: float, height: float) -> tuple[tuple[float, float], ...]:
    right, below = radius + width / 2, radius + height / 2
    return (
        (right, 0),
        (-right, 0),
        (0, below),
        (0, -below),
        (right, below),
        (-right, below),
        (right, -below),
        (-right, -below),
    )
