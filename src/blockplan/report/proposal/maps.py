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
from blockplan.report.maps import drawing, svg
from blockplan.report.maps.basemap import INK, use_colour
from blockplan.report.maps.drawing import Drawing, MapSheet
from blockplan.report.maps.legends import STATION, is_station
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import LAND_USE_BASE, closer_frames, codes

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
MARK = "#8c1d40"


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
        plan = self.plan if side == "before" else self.changed
        body = "" if side == "before" else self._anew(sheet)
        placer = drawing.placer(self.ground, sheet)
        body += self._outlines(plan, sheet) + self._marks(plan, sheet, placer)
        if side == "before":
            body += codes(self.ground, sheet, placer)
        title = self.words(f"map.{side}", name=name)
        return Drawing(id_, title, self.words("map.note"), sheet, LAND_USE_BASE, body, ())

    def _anew(self, sheet: MapSheet) -> str:
        """The changed parcels in the colour of their new use, with its code."""
        out, size = [], 2.2 * sheet.unit
        parcels = self.changed.layer("parcels")
        for layer, id_ in self.numbers:
            shape = _shape(parcels, id_) if layer == "parcels" else None
            if shape is None:
                continue
            row = parcels.loc[[id_]].iloc[0]
            list_name = row["land_use_list"] if isinstance(row["land_use_list"], str) else DEFAULT_LIST
            code = row["land_use"] if isinstance(row["land_use"], str) else ""
            d = svg.path(svg.drawable([shape], self._frame), self._frame)
            out.append(svg.shape(d, fill=use_colour(list_name, code), stroke="none", fill_rule="evenodd"))
            if shape.area >= (12 * sheet.unit) ** 2:  # room for the number and the code below it
                x, y = self._frame.place(*drawing.centre(shape))
                out.append(svg.label(x, y + 1.9 * size, code, size, fill=INK))
        return "".join(out)

    def _outlines(self, plan: Plan, sheet: MapSheet) -> str:
        shapes = [_shape(plan.layer(layer), id_) for layer, id_ in self.numbers]
        areas = [shape for shape in shapes if shape is not None and shapely.get_dimensions(shape) > 0]
        d = svg.path(svg.drawable(areas, self._frame), self._frame)
        look: dict[str, str | float] = {"fill": "none", "stroke_linejoin": "round"}
        return svg.shape(d, stroke="#ffffff", stroke_width=1.3 * sheet.unit, **look) + svg.shape(
            d, stroke=CHANGED, stroke_width=0.7 * sheet.unit, **look
        )

    def _marks(self, plan: Plan, sheet: MapSheet, placer: svg.Placer) -> str:
        """The number of each change; a point that changes has a sign of its own."""
        # Signs below all numbers, so that none of these is hidden.
        signs, out, size = [], [], 2.6 * sheet.unit
        for (layer, id_), number in self.numbers.items():
            shape = _shape(plan.layer(layer), id_)
            if shape is None or not _inside(sheet.frame, shape):
                continue
            x, y = self._frame.place(*drawing.centre(shape))
            if shapely.get_dimensions(shape) == 0:
                colour = (
                    STATION if layer == "stops" and is_station(plan.layer(layer)["modes"].get(id_)) else MARK
                )
                signs.append(
                    svg.circle(
                        x, y, 1.1 * sheet.unit, fill=colour, stroke="#ffffff", stroke_width=0.3 * sheet.unit
                    )
                )
            width = max(svg.text_width(number, size), size) + 0.6 * size
            spot = placer.place(x, y, width, 1.5 * size, _near(width, size)) or (x, y)
            out.append(
                svg.box(spot[0] - width / 2, spot[1] - 0.75 * size, width, 1.5 * size, fill="#ffffff",
                        stroke=CHANGED, stroke_width=0.35 * sheet.unit, rx=0.5 * size)
            )  # fmt: skip
            out.append(svg.label(*spot, number, size, fill=INK, halo="none", font_weight="700"))
        return "".join([*signs, *out])

    @property
    def _frame(self) -> Frame:
        return self.ground.frame or Frame(0, 0, 1, 1)


def _near(width: float, size: float) -> tuple[tuple[float, float], ...]:
    across, down = 0.7 * width, 1.7 * size
    return (
        (0, 0), (0, -down), (across, -down), (-across, -down), (across, 0), (-across, 0), (0, down),
        (2 * across, 0), (-2 * across, 0), (0, -2 * down), (0, 2 * down),
    )  # fmt: skip


def _inside(frame: Frame, shape: BaseGeometry) -> bool:
    point = drawing.centre(shape)
    return frame.west <= point[0] <= frame.east and frame.south <= point[1] <= frame.north


def _shape(frame: gpd.GeoDataFrame, id_: str) -> BaseGeometry | None:
    if id_ not in frame.index or "geometry" not in frame:
        return None
    shape = frame.geometry[frame.index.get_loc(id_)] if frame.index.has_duplicates else frame.geometry[id_]
    return None if shape is None or shape.is_empty else shape
