"""
Maps of a plan before and after a proposal, a pair for each part of the plan in which something changes.

Both stand on the ground of the plan before. What changes has a thick outline and the number that it
bears in the list of changes, so that no difference has to be searched for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import shapely

from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.report.maps import legends, svg
from blockplan.report.maps.basemap import use_colour
from blockplan.report.maps.drawing import Drawing, MapCanvas, MapSheet, centre
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import LAND_USE_BASE, closer_frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from blockplan.plan import Plan
    from blockplan.report.maps.basemap import Ground
    from blockplan.report.words import Words

#: A map of a pair on an A4 page, mm.
TWIN_MM = (84.0, 112.0)
#: Surroundings of a change on a close map, m, and how many such maps there are at most.
AROUND_M, MOST_CLOSE = 160.0, 8
CHANGED = "#c2185b"


@dataclass
class Plates:
    """
    Maps before and after; `numbers` are those of the list of changes, by layer and id.

    `close` asks for maps of the surroundings of what changes, since new parcels are small on one of an area.
    """

    ground: Ground
    plan: Plan
    changed: Plan
    numbers: Mapping[tuple[str, str], str]
    words: Words
    close: bool = False

    def pairs(self) -> list[tuple[Drawing, Drawing]]:
        """A pair for each part of the plan in which something is drawn that changes."""
        out = []
        for at, (frame, name) in enumerate(self._frames(), 1):
            sheet = MapSheet.of(frame, TWIN_MM)
            before = self._drawing(f"plate-{at}-before", "before", name, sheet)
            out.append((before, self._drawing(f"plate-{at}-after", "after", name, sheet)))
        return out

    def _frames(self) -> list[tuple[Frame, str]]:
        whole = self.ground.frame
        if whole is None or not self.spots:
            return []
        if self.close:
            return self._close()
        near = closer_frames(self.ground)
        if not near:
            return [(whole, self.words("map.whole"))]
        return [
            (frame, name)
            for frame, name in near
            if any(
                shapely.box(frame.west, frame.south, frame.east, frame.north).intersects(shape)
                for shape in self.spots.values()
            )
        ]

    def _close(self) -> list[tuple[Frame, str]]:
        """The surroundings of changes that lie near each other, from north to south; at most `MOST_CLOSE`."""
        near = shapely.union_all(
            [shapely.buffer(shapely.box(*one.bounds), AROUND_M) for one in self.spots.values()]
        )
        parts = sorted(shapely.get_parts(near), key=lambda one: -one.centroid.y)
        found = []
        for number, part in enumerate(parts[:MOST_CLOSE], 1):
            west, south, east, north = part.bounds
            # As tall for its width as the sheet, so that nothing is cut off.
            more = max(0.0, (east - west) * TWIN_MM[1] / TWIN_MM[0] - (north - south)) / 2
            wide = max(0.0, (north - south) * TWIN_MM[0] / TWIN_MM[1] - (east - west)) / 2
            frame = Frame(west - wide, south - more, east + wide, north + more)
            found.append((frame, self.words("map.close", number=number, of=len(parts))))
        return found

    @cached_property
    def spots(self) -> dict[tuple[str, str], BaseGeometry]:
        """Where each change is: the feature as the plan after draws it, else as the plan before does."""
        found = {}
        for layer, id_ in self.numbers:
            shape = _shape(self.changed.layer(layer), id_) or _shape(self.plan.layer(layer), id_)
            if shape is not None:
                found[layer, id_] = shape
        return found

    def _drawing(self, id_: str, side: str, name: str, sheet: MapSheet) -> Drawing:
        plan, canvas = (self.plan if side == "before" else self.changed), MapCanvas(self.ground, sheet)
        if side == "after":
            self._anew(canvas)
        shapes = [_shape(plan.layer(layer), id_) for layer, id_ in self.numbers]
        outlines = canvas.on_paper([one for one in shapes if one is not None and shapely.get_dimensions(one)])
        for colour, width in (("#ffffff", 1.3), (CHANGED, 0.7)):
            canvas.shape("lines", outlines, stroke=colour, stroke_width=width, stroke_linejoin="round")
        self._marks(plan, canvas)
        if side == "before":
            legends.codes(canvas)
        return Drawing(
            id_, self.words(f"map.{side}", name=name), self.words("map.note"), canvas, LAND_USE_BASE
        )

    def _anew(self, canvas: MapCanvas) -> None:
        """The changed parcels in the colour of their new use, with its code."""
        parcels, size = self.changed.layer("parcels"), 2.2 * canvas.mm
        for layer, id_ in self.numbers:
            shape = _shape(parcels, id_) if layer == "parcels" else None
            if shape is None:
                continue
            row = parcels.loc[[id_]].iloc[0]
            list_name = row["land_use_list"] if isinstance(row["land_use_list"], str) else DEFAULT_LIST
            code = row["land_use"] if isinstance(row["land_use"], str) else ""
            placed = canvas.on_paper([shape])
            canvas.shape("fills", placed, fill=use_colour(list_name, code), fill_rule="evenodd")
            # Room for the number and the code below it.
            if placed[0] is not None and shape.area >= (12 * canvas.mm) ** 2:
                x, y = centre(placed[0])
                canvas.add("labels", svg.label(x, y + 1.9 * size, code, size))

    def _marks(self, plan: Plan, canvas: MapCanvas) -> None:
        """The number of each change; a point that changes has a sign of its own."""
        size, mm = 2.6 * canvas.mm, canvas.mm
        for (layer, id_), number in self.numbers.items():
            shape = _shape(plan.layer(layer), id_)
            if shape is None or not canvas.sheet.frame.holds(*centre(shape)):
                continue
            x, y = canvas.whole.place(*centre(shape))
            if shapely.get_dimensions(shape) == 0:
                called = layer == "stops" and legends.is_station(plan.layer(layer)["modes"].get(id_))
                colour = legends.STATION if called else legends.FACILITY
                canvas.dot("signs", x, y, 1.1, fill=colour, stroke="#ffffff")
            width, height = max(svg.text_width(number, size), size) + 0.6 * size, 1.5 * size
            near = [(x + dx, y + dy) for dx, dy in _near(width, size)]
            spot = canvas.labels.place(near, width, height) or (x, y)
            plate = (spot[0] - width / 2, spot[1] - height / 2, width, height)
            edge: dict[str, svg.Style] = {"stroke": CHANGED, "stroke_width": 0.35 * mm, "rx": 0.5 * size}
            # Above all signs, so that no number is hidden.
            canvas.add("labels", svg.box(*plate, fill="#ffffff", **edge))
            canvas.text(*spot, number, size, weight="700")


def _near(width: float, size: float) -> tuple[tuple[float, float], ...]:
    across, down = 0.7 * width, 1.7 * size
    return (
        (0, 0), (0, -down), (across, -down), (-across, -down), (across, 0), (-across, 0), (0, down),
        (2 * across, 0), (-2 * across, 0), (0, -2 * down), (0, 2 * down),
    )  # fmt: skip


def _shape(frame: gpd.GeoDataFrame, id_: str) -> BaseGeometry | None:
    if id_ not in frame.index or "geometry" not in frame:
        return None
    shape = frame.geometry[frame.index.get_loc(id_)] if frame.index.has_duplicates else frame.geometry[id_]
    return None if shape is None or shape.is_empty else shape
