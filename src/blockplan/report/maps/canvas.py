"""
A window on the ground as a picture: shapes, signs and text in layers, labels that keep off each other.

Lengths of a style, of letters and of signs are millimetres on paper. The picture itself has units of its own:
millimetres on a sheet; metres on the ground in a report, whose maps share what they draw.
Signs of facilities: solid where the position is fixed, dashed where it may move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.figures import number
from blockplan.report.maps import svg
from blockplan.report.maps.labels import Labels
from blockplan.report.maps.svg import FONT, INK, Frame, attributes, box, segment, text, text_width
from blockplan.texts import toml_table
from blockplan.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.basemap import Ground
    from blockplan.report.maps.labels import Box, Spots
    from blockplan.report.maps.svg import Style
    from blockplan.report.words import Words

MUTED = "#56616c"
#: Layers of a picture from the ground upwards.
LAYERS = ("ground", "fills", "roads", "control", "lines", "access", "signs", "labels", "marks")
#: Coordinates of a sheet are written in hundredths of a millimetre: finer than a print shows.
FINE = 0.01


@dataclass(frozen=True, slots=True)
class MapWindow:
    """A window of a map: the ground that it shows, its place in the picture (from the upper left)."""

    frame: Frame
    left: float
    top: float
    width: float
    height: float

    @property
    def unit(self) -> float:
        """Metres on the ground for a unit of the picture."""
        return self.frame.width / self.width


class Canvas:
    """
    One window of a map.

    Parameters
    ----------
    cell
        Its ground and its place in the picture.
    letters
        Factor of all letters and signs (1 on A3).
    mm
        Units of the picture for a millimetre on paper.
    step
        The step of coordinates, in units of the picture.
    """

    def __init__(self, cell: MapWindow, letters: float = 1.0, mm: float = 1.0, step: float = FINE) -> None:
        self.cell = cell
        self.mm, self.step = mm, step
        self.k = letters * mm
        self.window: Box = (cell.left, cell.top, cell.left + cell.width, cell.top + cell.height)
        self.labels = Labels(self.window, mm)
        self.layers: dict[str, list[str]] = {name: [] for name in LAYERS}
        self.box = shapely.box(*self.window)
        self._placed: dict[str, tuple[NDArray[np.intp], NDArray[np.object_]]] = {}

    # Between ground and paper

    def on_paper(self, shapes: Iterable[BaseGeometry | None] | NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes of the plan in units of the picture; None where nothing lies in the window."""
        held = getattr(shapes, "array", shapes)  # a column of a layer holds its shapes as an array
        array = np.array(held if hasattr(held, "__len__") else list(held), dtype=object)
        if not len(array):
            return array
        frame, unit = self.cell.frame, self.cell.unit
        west, south, east, north = shapely.bounds(array).T
        seen = (west <= frame.east) & (east >= frame.west) & (south <= frame.north) & (north >= frame.south)
        array[~seen] = None
        return shapely.transform(
            array,
            lambda points: np.column_stack(
                (
                    self.cell.left + (points[:, 0] - frame.west) / unit,
                    self.cell.top + (frame.north - points[:, 1]) / unit,
                )
            ),
        )

    def layer(self, ground: Ground, name: str) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        """The features of a layer that meet the window: rows, and shapes on paper (None: not drawn)."""
        if name not in self._placed:
            rows, shapes = ground.within(name, self.cell.frame)
            self._placed[name] = rows, self.on_paper(shapes)
        return self._placed[name]

    def seen(self, shape: BaseGeometry) -> BaseGeometry:
        """The part of a paper shape that lies in the window."""
        return (
            shape if self.box.contains(shape) else shapely.intersection(shapely.make_valid(shape), self.box)
        )

    # Drawing

    def add(self, layer: str, markup: str) -> None:
        """Put a piece of SVG into a layer."""
        if markup:
            self.layers[layer].append(markup)

    def shape(self, layer: str, shapes: Iterable[BaseGeometry | None], **style: Style) -> None:
        """Draw paper shapes as one path; lengths of the style are mm."""
        self.add(layer, path(shapes, self.step, self.mm, **style))

    def text(self, x: float, y: float, said: str, size: float, /, **style: Style) -> None:
        """A line of text around its middle (see `svg.text`); the caller takes its box."""
        self.add("labels", text(x, y, said, size, **style))

    def write(self, centres: Iterable[tuple[float, float]], said: str, size: float, **style: Style) -> bool:
        """Write a text at the first free place of some, on a light ground; False where there is none."""
        width, height = text_width(said, size) + 0.6 * self.mm, size * 1.15
        spot = self.labels.place(centres, width, height)
        if spot is None:
            return False
        x, y = spot[0] - width / 2, spot[1] - height / 2
        self.add("labels", box(x, y, width, height, fill="#ffffff", fill_opacity=0.62))
        self.text(*spot, said, size, **style)
        return True

    def say(
        self, centres: Iterable[tuple[float, float]], said: str | Sequence[str], size: float, **style: Style
    ) -> bool:
        """Write lines with a light rim at the first free place of some; False where there is none."""
        lines, letters = [said] if isinstance(said, str) else said, size * self.k
        line = 1.2 * letters
        width = max((text_width(one, letters) for one in lines), default=0.0)
        spot = self.labels.place(centres, width, line * len(lines))
        if spot is None:
            return False
        for at, one in enumerate(lines):
            y = spot[1] + (at - (len(lines) - 1) / 2) * line
            self.add("labels", svg.label(spot[0], y, one, letters, **style))
        return True

    def fit(self, spots: Spots, said: str, size: float, air: float = 0.2, **style: Style) -> bool:
        """Write a line inside a polygon, upright or down a narrow one; False where there is no room."""
        width, height = text_width(said, size) + air, 1.05 * size
        for turned in (0.0, -90.0):
            w, h = (height, width) if turned else (width, height)
            spot = self.labels.place(spots.fitting(w, h), w, h)
            if spot:
                self.text(*spot, said, size, rotate=turned, **style)
                return True
        return False

    @property
    def inside(self) -> str:
        """What is drawn, from the ground upwards."""
        return "".join("".join(self.layers[name]) for name in LAYERS)

    def markup(self, number: int) -> str:
        """The window as SVG, clipped, in its place."""
        left, top, right, bottom = self.window
        clip = f"window-{number}"
        return (
            f'<clipPath id="{clip}">{box(left, top, right - left, bottom - top)}</clipPath>'
            f'<g clip-path="url(#{clip})">{self.inside}</g>'
            + box(left, top, right - left, bottom - top, fill="none", stroke=INK, stroke_width=0.25)
        )


def picture(
    canvases: list[Canvas], width: float, height: float, extra: str = "", shift: tuple[float, float] = (0, 0)
) -> str:
    """Windows as one SVG file, with something around them."""
    inside = "".join(canvas.markup(number) for number, canvas in enumerate(canvases))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}" '
        f'width="{width:.2f}mm" height="{height:.2f}mm" font-family="{FONT}">'
        f'<g transform="translate({shift[0]:g} {shift[1]:g})">{inside}{extra}</g></svg>'
    )


def path(
    shapes: Iterable[BaseGeometry | None], step: float = FINE, mm: float = 1.0, /, **style: Style
) -> str:
    """
    A path of paper shapes; "" where there is nothing to draw.

    Whole numbers are written: of units where a step is one or longer, else of steps, which are scaled.
    """
    fine = min(step, 1.0)
    d = svg.steps(shapes, step)
    known: dict[str, Style] = {"fill": "none", **style}
    for key in {"stroke_width", "stroke_dasharray"} & known.keys():
        value = known[key]
        many = value if isinstance(value, tuple) else (value,)
        known[key] = tuple(float(one) * mm / fine for one in many)
    return svg.shape(d, **({} if fine == 1 else {"transform": f"scale({fine:g})"}), **known)


# Around a window

#: Denominator of a scale up to which coordinates stand so far apart, m.
TICKS_M = (
    (1_000, 50),
    (2_500, 100),
    (6_000, 250),
    (12_000, 500),
    (30_000, 1_000),
    (75_000, 2_000),
    (200_000, 5_000),
)
BARS_M = (10, 20, 40, 50, 100, 200, 400, 500, 1_000, 2_000, 4_000, 5_000, 10_000, 20_000, 50_000, 100_000)


def ticks(canvas: Canvas, scale: int) -> str:
    """Coordinates around a window with their ticks; a cross gives way to a label."""
    step = next((metres for most, metres in TICKS_M if scale <= most), 10_000)
    frame, (left, top, right, bottom) = canvas.cell.frame, canvas.window
    unit, k, out = canvas.cell.unit, canvas.k, []
    line: dict[str, Style] = {"stroke": INK, "stroke_width": 0.2}
    columns = np.arange(math.ceil(frame.west / step), math.floor(frame.east / step) + 1) * step
    rows = np.arange(math.ceil(frame.south / step), math.floor(frame.north / step) + 1) * step
    size = 1.9 * k
    for value in columns:
        x = left + (value - frame.west) / unit
        out += [segment(x, top - 1.2, x, top, **line), segment(x, bottom, x, bottom + 1.2, **line)]
        if left + 7 * k < x < right - 7 * k:
            out.append(text(x, top - 2.4 * k, _spaced(float(value)), size, fill=MUTED))
    for value in rows:
        y = top + (frame.north - value) / unit
        out += [segment(left - 1.2, y, left, y, **line), segment(right, y, right + 1.2, y, **line)]
        if top + 8 * k < y < bottom - 8 * k:
            out.append(text(left - 2.4 * k, y, _spaced(float(value)), size, fill=MUTED, rotate=-90.0))
    cross: dict[str, Style] = {"stroke": "#3a3a36", "stroke_width": 0.12}
    for x in left + (columns - frame.west) / unit:
        for y in top + (frame.north - rows) / unit:
            if canvas.labels.free((x - 0.9, y - 0.9, x + 0.9, y + 0.9)):
                canvas.add(
                    "lines",
                    segment(x - 0.9, y, x + 0.9, y, **cross) + segment(x, y - 0.9, x, y + 0.9, **cross),
                )
    return "".join(out)


def _spaced(value: float) -> str:
    return number(value, 0).replace(",", " ")


def scale_bar(left: float, top: float, unit: float, most: float, k: float, words: Words) -> tuple[str, float]:
    """A scale bar in four parts with its figures, and its width; `unit` is metres for one of the picture."""
    bar = max([one for one in BARS_M if one / unit <= most] or [BARS_M[0]])
    long = bar / unit
    edge: dict[str, Style] = {"stroke": INK, "stroke_width": 0.15 * k}
    out = [
        box(left + at * long / 4, top + 3.2 * k, long / 4, 1.1 * k, fill=(INK, "#ffffff")[at % 2], **edge)
        for at in range(4)
    ]
    by, of = (M_PER_KM, "km") if bar >= M_PER_KM else (1, "m")
    told = (words.number(0), words.number(bar / by / 2), words.amount(bar / by, of))
    # A bar that is too short for three figures has none at its middle.
    room = long / 2 > text_width(told[1], 2.0 * k) / 2 + text_width(told[2], 2.0 * k) / 2 + 1.0 * k
    out += [
        text(left + at * long / 2, top + 1.8 * k, said, 2.0 * k)
        for at, said in enumerate(told)
        if room or at != 1
    ]
    return "".join(out), long


def north(x: float, y: float, said: str, k: float) -> str:
    """A north arrow with its letter above; `x`, `y` is the tip."""
    edge: dict[str, Style] = {"stroke": INK, "stroke_width": 0.2 * k}
    halves = [
        svg.shape(
            f"M{x:.2f} {y:.2f}l{side * 1.9 * k:.2f} {7 * k:.2f}l{-side * 1.9 * k:.2f} {-1.4 * k:.2f}z",
            fill=fill,
            **edge,
        )
        for side, fill in ((1, INK), (-1, "#ffffff"))
    ]
    return "".join(halves) + text(x, y - 1.7 * k, said, 2.4 * k, weight="700")


#: Service -> sign, where the two are not called the same.
SIGNS = {
    "welfare": "nursing_home", "childcare": "kindergarten", "community_service": "community",
    "retail": "market", "transport": "bus_terminal", "utility": "substation",
}  # fmt: skip
#: What stands for a service that has no sign of its own.
OTHER = {"form": "circle", "colour": "#56616c", "figure": '<circle r="4" fill="{ink}"/>'}
#: Half of the side of a sign's own box.
HALF = 13.0


def _signs() -> dict[str, dict[str, str]]:
    return toml_table("blockplan.report.maps", "symbols.toml")


def symbol(service: str, x: float, y: float, size: float, *, fixed: bool) -> str:
    """
    The sign of a service around a point.

    Parameters
    ----------
    service
        A service of the plan; one that is not known gets a dot.
    x, y, size
        Its middle and its side, mm.
    fixed
        Whether site and size bind; otherwise the sign is hollow and dashed.
    """
    sign = _signs().get(SIGNS.get(service, service), OTHER)
    colour = sign["colour"]
    ink, ground = ("#ffffff", colour) if fixed else (colour, "#ffffff")
    look: dict[str, str | float | tuple[float, ...]] = {
        "fill": ground,
        "stroke": "#ffffff" if fixed else colour,
    }
    look |= {"stroke_width": 1.4} | ({} if fixed else {"stroke_dasharray": (3.4, 2.2)})
    form = {
        "circle": f'<circle r="10.6"{attributes(look)}/>',
        "square": f'<rect x="-10" y="-10" width="20" height="20" rx="2.4"{attributes(look)}/>',
        "diamond": f'<path d="M0 -12.4L12.4 0L0 12.4L-12.4 0Z"{attributes(look)}/>',
    }[sign["form"]]
    figure = sign["figure"].replace("{ink}", ink).replace("{ground}", ground)
    return f'<g transform="translate({x:.2f} {y:.2f}) scale({size / 2 / HALF:.4f})">{form}{figure}</g>'
