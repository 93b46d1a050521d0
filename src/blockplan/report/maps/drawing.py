"""
A map as a finished drawing: ground, theme, scale bar, north arrow, legend.

It is drawn in metres on the ground, so that the maps of a page share shapes; lengths on paper are given in
millimetres, so that a label is as large on the map of a district as on that of one area.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.report.document import Figure, LegendEntry, TextRun
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import OUTLINE, PAGE_WIDTH_MM, PAPER
from blockplan.report.maps.canvas import Canvas, MapWindow, north, scale_bar
from blockplan.report.maps.svg import FONT, Frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.basemap import Ground

#: The largest a map gets on an A4 page, mm.
PAGE_MM = (PAGE_WIDTH_MM, 204.0)
#: The largest a closer view of the land use gets: room for its legend stays on the page, mm.
DETAIL_MM = (172.0, 190.0)
#: The largest a map gets that stands with the text of a verdict, mm.
PART_MM = (172.0, 142.0)
#: The size of a closer view: two rows of two stand beside a strip of `PART_MM`.
INSET_MM = (62.0, 65.5)
#: Strip below the map for scale bar, north arrow and notes, mm; a closer view has room for its scale bar.
FOOT_MM, INSET_FOOT_MM = 15.0, 8.5
#: The mark of an invented plan stands on so many lines at most; letters may be smaller by this share for one.
MOST_LINES, LEAST_SHARE = 2, 0.75


@dataclass(frozen=True, slots=True)
class MapSheet:
    """What a map covers on the ground and how large it is on paper."""

    frame: Frame
    unit: float
    foot_mm: float = FOOT_MM

    @classmethod
    def of(cls, frame: Frame, page: tuple[float, float] = PAGE_MM) -> MapSheet:
        """The largest scale at which a frame fits on the page."""
        return cls(frame, max(frame.width / page[0], frame.height / (page[1] - FOOT_MM)))

    @classmethod
    def inset(cls, frame: Frame) -> MapSheet:
        """A closer view: the frame, widened until it fills its place, so that all of them are of one size."""
        width, height = INSET_MM[0], INSET_MM[1] - INSET_FOOT_MM
        unit = max(frame.width / width, frame.height / height)
        aside, above = (width * unit - frame.width) / 2, (height * unit - frame.height) / 2
        filled = Frame(frame.west - aside, frame.south - above, frame.east + aside, frame.north + above)
        return cls(filled, unit, INSET_FOOT_MM)

    @property
    def foot(self) -> float:
        """Height of the strip below the map, m."""
        return self.foot_mm * self.unit


class MapCanvas(Canvas):
    """
    A window of a map in a report: in metres from the north-western corner of the plan's frame.

    One that stands `alone` begins at its own corner, and shares nothing with other maps.
    """

    def __init__(self, ground: Ground, sheet: MapSheet, *, alone: bool = False) -> None:
        self.ground, self.sheet = ground, sheet
        frame = sheet.frame
        self.whole = frame if alone or ground.frame is None else ground.frame
        cell = MapWindow(frame, *self.whole.place(frame.west, frame.north), frame.width, frame.height)
        super().__init__(cell, mm=sheet.unit, step=self.whole.grain)

    def on_paper(self, shapes: Iterable[BaseGeometry | None] | NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes of the plan as the maps of a page draw them; None for what cannot or need not be drawn."""
        corner = np.array([self.whole.west, self.whole.north])
        drawn = svg.drawable(shapes, self.whole.joined(self.sheet.frame))
        return shapely.transform(drawn, lambda points: (points - corner) * (1, -1))

    @property
    def closer(self) -> bool:
        """Whether this is a closer view beside the map of the whole."""
        return self.sheet.foot_mm < FOOT_MM

    def holds(self, x: float, y: float) -> bool:
        """Whether a point of the picture lies in the window."""
        left, top, right, bottom = self.window
        return left <= x <= right and top <= y <= bottom

    def dot(self, layer: str, x: float, y: float, radius: float, /, **style: svg.Style) -> None:
        """A round sign; its radius and its edge are mm."""
        edge = style.pop("stroke_width", 0.3)
        self.add(layer, svg.circle(x, y, radius * self.mm, stroke_width=float(str(edge)) * self.mm, **style))


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    A map, ready to be put on a page.

    Attributes
    ----------
    id
        Unique in the report.
    title, description
        What it shows: heading, and a sentence for who cannot see it.
    canvas
        Place, scale, and what is drawn.
    base
        Pieces of the ground below, each with its opacity.
    insets
        Closer views that stand beside the map and share its legend.
    """

    id: str
    title: str
    description: str
    canvas: MapCanvas
    base: tuple[tuple[str, float], ...]
    legend: tuple[LegendEntry, ...] = ()
    insets: tuple[Drawing, ...] = ()

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height on paper."""
        sheet = self.canvas.sheet
        return sheet.frame.width / sheet.unit, (sheet.frame.height + sheet.foot) / sheet.unit

    @property
    def narrow(self) -> bool:
        """Whether the map is a strip, so that the legend fits beside it."""
        width, height = self.size_mm
        return width < height * 0.75

    def figure(self, *sources: str, notes: Iterable[str] = ()) -> Figure:
        """The map as a figure: its caption says what it shows, notes, scale, where its data come from."""
        words, unit = self.canvas.ground.words, self.canvas.sheet.unit
        scale = words("map.scale", n=words.number(math.ceil(unit * 1000 / 500) * 500))
        given = (words("head.attribution", source=one) for one in dict.fromkeys(sources) if one)
        aside = TextRun(" | ".join([*notes, scale, *given]), "muted")
        return replace(self._drawn(), caption=(TextRun(self.description), aside))

    def _drawn(self) -> Figure:
        insets = tuple(one._drawn() for one in self.insets)
        alt = self.description
        return Figure(
            self.standalone(), *self.size_mm, alt, title=self.title, legend=self.legend, insets=insets
        )

    def standalone(self) -> str:
        """The map as an SVG file of its own."""
        width, height = self.size_mm
        left, top, wide, high = map(float, self._view_box.split())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{self._view_box}" '
            f'width="{width:.1f}mm" height="{height:.1f}mm" font-family="{FONT}">'
            f'<clipPath id="{self.id}-sheet">{svg.box(left, top, wide, high)}</clipPath>'
            f'<g clip-path="url(#{self.id}-sheet)">{self._inside}</g></svg>'
        )

    def nested(self, x: float, y: float) -> str:
        """The map as a part of a larger picture in millimetres, its upper left corner at a place of that."""
        width, height = self.size_mm
        return (
            f'<svg x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
            f'viewBox="{self._view_box}">{self._inside}</svg>'
        )

    @property
    def _view_box(self) -> str:
        left, top, right, bottom = self.canvas.window
        return f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top + self.canvas.sheet.foot:.0f}"

    @property
    def _inside(self) -> str:
        left, top, right, bottom = self.canvas.window
        ground, sheet = self.canvas.ground, self.canvas.sheet
        unit, width, height = sheet.unit, right - left, bottom - top
        drawn = [(ground.pieces[name], opacity) for name, opacity in self.base if name in ground.pieces]
        below = "".join(svg.group(svg.piece(held), opacity=opacity) for held, opacity in drawn)
        paper = svg.box(left, top, width, height, fill=PAPER)
        # A little wider than the strip: no sliver of the map shows at the edge of the picture.
        strip = svg.box(left - unit, bottom, width + 2 * unit, sheet.foot + 2 * unit, fill="#ffffff")
        rim = svg.box(left, top, width, height, fill="none", stroke="#7a7a74", stroke_width=0.25 * unit)
        return paper + below + self.canvas.inside + strip + rim + _foot(self.canvas)


def _foot(canvas: MapCanvas) -> str:
    """Scale bar, mark of an invented plan, north; a closer view has room for its scale bar."""
    left, _, right, top = canvas.window
    words, unit = canvas.ground.words, canvas.mm
    x = left + 3 * unit
    bar, _ = scale_bar(x, top + 1.5 * unit, 1.0, (right - left) * 0.45, 1.25 * unit, words)
    if canvas.closer:
        return bar
    said = words("map.synthetic") if canvas.ground.plan.manifest.synthetic else ""
    # On the narrowest map the mark runs below the north arrow, which is better than letters of no size.
    room, size = max(right - left - 14 * unit, (right - left) / 2), 2.5 * unit
    # A little smaller in one line, rather than a second one of a few letters.
    if room < svg.text_width(said, size) <= room / LEAST_SHARE:
        size *= room / svg.text_width(said, size)
    while len(lines := svg.wrapped(said, room * 1.001, size)) > MOST_LINES:
        size *= 0.95
    first = top + (11.6 if len(lines) == 1 else 9.8) * unit
    told = [
        svg.text(x, first + at * 3.0 * unit, line, size, anchor="start", fill="#8c1d18")
        for at, line in enumerate(lines)
    ]
    return bar + "".join(told) + north(right - 5.5 * unit, top + 4.6 * unit, words("map.north"), unit)


# Swatches


def outline_entry(ground: Ground) -> LegendEntry:
    """The line around the planned land."""
    look: dict[str, svg.Style] = {
        "stroke": OUTLINE,
        "stroke_width": 0.8,
        "stroke_dasharray": (2.9, 0.8, 0.8, 0.8),
    }
    return LegendEntry(line_swatch(**look), ground.words("map.boundary"))


def fill_swatch(fill: str, stroke: str = "#6b6b66", **style: svg.Style) -> str:
    """A filled box."""
    look: dict[str, svg.Style] = {"fill": fill, "stroke": stroke, "stroke_width": 0.15}
    return svg.box(0.3, 0.4, 7.4, 3.2, **look | style)


def line_swatch(**style: svg.Style) -> str:
    """A line."""
    return svg.segment(0.2, 2.0, 7.8, 2.0, **style)


def dot_swatch(fill: str, stroke: str = "#ffffff", radius: float = 1.2) -> str:
    """A dot."""
    return svg.circle(4, 2, radius, fill=fill, stroke=stroke, stroke_width=0.25)


def centre(shape: BaseGeometry) -> tuple[float, float]:
    """A point on a shape where its label stands."""
    point = shapely.point_on_surface(shape)
    return point.x, point.y
