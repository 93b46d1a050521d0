"""
A map as a finished drawing: ground, theme, scale bar, north arrow, legend.

Lengths on paper are given in millimetres and turned into metres by the
drawing's scale, so that a label is as large on the map of a district as on
that of one area.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from blockplan.report.document import Figure, LegendEntry, TextRun
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import INK, PAGE_WIDTH_MM, PAPER
from blockplan.report.maps.svg import FONT, Frame
from blockplan.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterable

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
BAR_LENGTHS_M = (50, 100, 200, 400, 500, 1000, 2000, 4000, 5000, 10_000, 20_000, 50_000, 100_000)


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
    sheet
        Place and scale.
    base
        Pieces of the ground below, each with its opacity.
    body
        The theme as SVG, in the units of the ground's frame.
    insets
        Closer views that stand beside the map and share its legend.
    """

    id: str
    title: str
    description: str
    sheet: MapSheet
    base: tuple[tuple[str, float], ...]
    body: str
    legend: tuple[LegendEntry, ...]
    insets: tuple[Drawing, ...] = ()

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height on paper."""
        frame, unit = self.sheet.frame, self.sheet.unit
        return frame.width / unit, (frame.height + self.sheet.foot) / unit

    @property
    def narrow(self) -> bool:
        """Whether the map is a strip, so that the legend fits beside it."""
        width, height = self.size_mm
        return width < height * 0.75

    def figure(self, ground: Ground, *sources: str, notes: Iterable[str] = ()) -> Figure:
        """The map as a figure: its caption says what it shows, notes, scale, where its data come from."""
        words = ground.words
        scale = words("map.scale", n=words.number(math.ceil(self.sheet.unit * 1000 / 500) * 500))
        given = (words("head.attribution", source=one) for one in dict.fromkeys(sources) if one)
        aside = TextRun(" | ".join([*notes, scale, *given]), "muted")
        return replace(self._drawn(ground), caption=(TextRun(self.description), aside))

    def _drawn(self, ground: Ground) -> Figure:
        insets = tuple(one._drawn(ground) for one in self.insets)
        drawn, alt = self.standalone(ground), self.description
        return Figure(drawn, *self.size_mm, alt, title=self.title, legend=self.legend, insets=insets)

    def standalone(self, ground: Ground) -> str:
        """The map as an SVG file of its own."""
        width, height = self.size_mm
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{self._view_box(ground)}" '
            f'width="{width:.1f}mm" height="{height:.1f}mm" font-family="{FONT}">'
            f'<clipPath id="{self.id}-sheet">{self._rectangle(ground)}</clipPath>'
            f'<g clip-path="url(#{self.id}-sheet)">{self._inside(ground, self._below(ground))}</g></svg>'
        )

    def nested(self, ground: Ground, x: float, y: float) -> str:
        """The map as a part of a larger picture in millimetres, its upper left corner at a place of that."""
        width, height = self.size_mm
        return (
            f'<svg x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
            f'viewBox="{self._view_box(ground)}">{self._inside(ground, self._below(ground))}</svg>'
        )

    def _below(self, ground: Ground) -> str:
        drawn = [(ground.pieces[name], opacity) for name, opacity in self.base if name in ground.pieces]
        return "".join(svg.group(svg.piece(held), opacity=f"{opacity:g}") for held, opacity in drawn)

    def _rectangle(self, ground: Ground) -> str:
        left, top, width, height = map(float, self._view_box(ground).split())
        return svg.box(left, top, width, height)

    def _view_box(self, ground: Ground) -> str:
        whole = self.sheet.frame
        return Frame(whole.west, whole.south - self.sheet.foot, whole.east, whole.north).view_box(
            ground.frame
        )

    def _inside(self, ground: Ground, below: str) -> str:
        frame, foot = self.sheet.frame, self.sheet.foot
        left, top = (ground.frame or frame).place(frame.west, frame.north)
        unit, width, height = self.sheet.unit, frame.width, frame.height
        paper = svg.box(left, top, width, height, fill=PAPER)
        # A little wider than the strip: no sliver of the map shows at the edge of the picture.
        strip = svg.box(left - unit, top + height, width + 2 * unit, foot + 2 * unit, fill="#ffffff")
        rim = svg.box(left, top, width, height, fill="none", stroke="#7a7a74", stroke_width=0.25 * unit)
        return paper + below + self.body + strip + rim + _foot(self.sheet, ground, left, top + height)


def placer(ground: Ground, sheet: MapSheet) -> svg.Placer:
    """Where labels of a map may stand: inside its frame."""
    frame = sheet.frame
    left, top = (ground.frame or frame).place(frame.west, frame.north)
    return svg.Placer(left, top, left + frame.width, top + frame.height)


def _foot(sheet: MapSheet, ground: Ground, left: float, top: float) -> str:
    unit, width = sheet.unit, sheet.frame.width
    bar = max([length for length in BAR_LENGTHS_M if length <= width * 0.45] or [BAR_LENGTHS_M[0]])
    x, y = left + 3 * unit, top + 6.2 * unit
    parts = []
    for step in range(4):
        fill = INK if step % 2 == 0 else "#ffffff"
        parts.append(
            svg.box(
                x + step * bar / 4, y, bar / 4, 1.3 * unit, fill=fill, stroke=INK, stroke_width=0.2 * unit
            )
        )
    in_km = bar >= M_PER_KM
    words, size = ground.words, 2.5 * unit
    marks = [
        (0.0, words.number(0)),
        (0.5, words.number(bar / 2 / (M_PER_KM if in_km else 1))),
        (1.0, words.amount(bar / (M_PER_KM if in_km else 1), "km" if in_km else "m")),
    ]
    for at, said in marks:
        anchor = "start" if at == 0 else "middle"
        parts.append(
            svg.label(x + at * bar, top + 3.6 * unit, said, size, text_anchor=anchor, halo="none", fill=INK)
        )
    if sheet.foot_mm < FOOT_MM:
        return "".join(parts)
    if ground.plan.manifest.synthetic:
        parts += _synthetic(x, top, width, unit, words("map.synthetic"))
    return "".join(parts) + _north(left + width - 5.5 * unit, top + 1.4 * unit, unit, words("map.north"))


def _synthetic(x: float, top: float, width: float, unit: float, said: str) -> list[str]:
    """The mark of an invented plan beside the north arrow; on a narrow map in two lines, to stay legible."""
    room = width - 14 * unit
    lines = [said]
    if svg.text_width(said, 2.5 * unit) > room and " " in said:
        words = said.split(" ")
        cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
        lines = list(min(cuts, key=lambda cut: max(map(len, cut))))
    size = min(2.5 * unit, *(room / svg.text_width(line, 1.0) for line in lines))
    first = top + (11.6 if len(lines) == 1 else 9.8) * unit
    return [
        svg.label(x, first + at * 3.0 * unit, line, size, text_anchor="start", halo="none", fill="#8c1d18")
        for at, line in enumerate(lines)
    ]


def _north(x: float, y: float, unit: float, said: str) -> str:
    dark = f"M{x:.0f} {y:.0f}l{2.1 * unit:.0f} {7.6 * unit:.0f}l{-2.1 * unit:.0f} {-1.5 * unit:.0f}z"
    light = f"M{x:.0f} {y:.0f}l{-2.1 * unit:.0f} {7.6 * unit:.0f}l{2.1 * unit:.0f} {-1.5 * unit:.0f}z"
    line: dict[str, str | float] = {"stroke": INK, "stroke_width": 0.25 * unit, "stroke_linejoin": "round"}
    return (
        svg.shape(dark, fill=INK, **line)
        + svg.shape(light, fill="#ffffff", **line)
        + svg.label(x, y + 10 * unit, said, 3.0 * unit, font_weight="700", halo="none", fill=INK)
    )


# Swatches


def fill_swatch(fill: str, stroke: str = "#6b6b66", **more: str | float) -> str:
    """A filled box."""
    return svg.box(1, 1, 28, 14, fill=fill, stroke=stroke, **more)


def line_swatch(*lines: tuple[str, float, str]) -> str:
    """Lines over one another: colour, width, dashes."""
    return "".join(
        f'<path d="M1 8h28" fill="none" stroke="{colour}" stroke-width="{svg.number(width)}"'
        + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>")
        for colour, width, dashes in lines
    )


def dot_swatch(fill: str, stroke: str, said: str = "", ink: str = "#ffffff") -> str:
    """A round sign with a letter."""
    sign = svg.circle(15, 8, 7, fill=fill, stroke=stroke, stroke_width=1.6)
    return sign + (svg.label(15, 8, said, 9.0, fill=ink, halo="none", font_weight="700") if said else "")


def centre(shape: BaseGeometry) -> tuple[float, float]:
    """A point on a shape where its label stands."""
    point = shapely.point_on_surface(shape)
    return point.x, point.y


def parts_of(shapes: Iterable[BaseGeometry | None]) -> list[BaseGeometry]:
    """The single polygons or lines of shapes, empty ones left out."""
    return [
        part
        for shape in shapes
        if shape is not None
        for part in shapely.get_parts(shape)
        if not part.is_empty
    ]
