"""
A map picture in millimetres: windows on the ground, shapes clipped to them, text, ticks, scale bar.

Signs of facilities: solid where the position is fixed, dashed where it may move.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import shapely
from markupsafe import escape

from blockplan.figures import number
from blockplan.report.maps.svg import FONT, text_width
from blockplan.report.sheets.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.sheets.labels import Box
    from blockplan.report.sheets.paper import MapWindow

INK, MUTED = "#1b2530", "#56616c"
#: Layers of a picture from the ground upwards.
LAYERS = ("ground", "fills", "roads", "control", "lines", "access", "signs", "labels", "marks")
#: Coordinates are written in hundredths of a millimetre: finer than a print shows.
FINE = 100
Style = str | float | tuple[float, ...]


class Canvas:
    """
    One window of a map.

    Parameters
    ----------
    cell
        Its ground and its place in the picture.
    letters
        Factor of all letters and signs (1 on A3).
    """

    def __init__(self, cell: MapWindow, letters: float = 1.0) -> None:
        self.cell = cell
        self.k = letters
        self.window: Box = (cell.left, cell.top, cell.left + cell.width, cell.top + cell.height)
        self.labels = Labels(self.window)
        self.layers: dict[str, list[str]] = {name: [] for name in LAYERS}
        self.box = shapely.box(*self.window)

    # Between ground and paper

    def on_paper(self, shapes: Iterable[BaseGeometry | None] | NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes of the plan in millimetres of the picture; None where nothing lies in the window."""
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
        self.add(layer, path(shapes, **style))

    def text(self, x: float, y: float, said: str, size: float, /, **style: Style) -> None:
        """A line of text around its middle (see `text`); the caller takes its box."""
        self.add("labels", text(x, y, said, size, **style))

    def write(self, centres: Iterable[tuple[float, float]], said: str, size: float, **style: Style) -> bool:
        """Write a text at the first free place of some, on a light ground; False where there is none."""
        width, height = width_of(said, size) + 0.6, size * 1.15
        spot = self.labels.place(centres, width, height)
        if spot is None:
            return False
        if style.pop("plain", 0) == 0:
            self.add(
                "labels",
                rect(
                    spot[0] - width / 2,
                    spot[1] - height / 2,
                    width,
                    height,
                    fill="#ffffff",
                    fill_opacity=0.62,
                ),
            )
        self.text(spot[0], spot[1], said, size, **style)
        return True

    def markup(self, number: int) -> str:
        """The window as SVG, clipped, in its place."""
        left, top, right, bottom = self.window
        inside = "".join("".join(self.layers[name]) for name in LAYERS)
        clip = f"window-{number}"
        return (
            f'<clipPath id="{clip}">{rect(left, top, right - left, bottom - top)}</clipPath>'
            f'<g clip-path="url(#{clip})">{inside}</g>'
            + rect(left, top, right - left, bottom - top, fill="none", stroke=INK, stroke_width=0.25)
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


# Pieces of SVG


def path(shapes: Iterable[BaseGeometry | None], **style: Style) -> str:
    """A path of paper shapes; "" where there is nothing to draw."""
    d = "".join(run(points, closed) for points, closed in _runs(shapes))
    if not d:
        return ""
    known = {"fill": "none", **style}
    for key in ("stroke_width", "stroke_dasharray"):
        if key in known:
            value = known[key]
            many = value if isinstance(value, tuple) else (value,)
            known[key] = " ".join(f"{float(one) * FINE:g}" for one in many)
    return f'<path transform="scale({1 / FINE:g})" d="{d}"{attributes(known)}/>'


def _runs(shapes: Iterable[BaseGeometry | None]) -> Iterator[tuple[NDArray[np.float64], bool]]:
    for shape in shapes:
        if shape is None or shape.is_empty:
            continue
        kind = shape.geom_type
        if kind == "Polygon":
            for ring in shapely.get_rings(shape):
                yield shapely.get_coordinates(ring), True
        elif kind in {"LineString", "LinearRing"}:
            yield shapely.get_coordinates(shape), False
        elif kind.startswith(("Multi", "Geometry")):
            yield from _runs(shapely.get_parts(shape))


def run(points: NDArray[np.float64], closed: bool) -> str:
    """The ``d`` of one ring or line, in hundredths of a millimetre."""
    if not np.isfinite(points).all():
        return ""
    placed = np.rint(points * FINE).astype(np.int64)
    steps = np.diff(placed, axis=0)
    steps = steps[:-1] if closed else steps
    steps = steps[(steps != 0).any(axis=1)]
    if not len(steps):
        return ""
    moves = "".join(f"{dx} {dy} " if dy >= 0 else f"{dx}{dy} " for dx, dy in steps.tolist())
    return f"M{placed[0, 0]} {placed[0, 1]}l{moves.rstrip()}{'z' if closed else ''}"


def rect(left: float, top: float, width: float, height: float, **style: Style) -> str:
    """A rectangle."""
    return (
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}"{attributes(style)}/>'
    )


def circle(x: float, y: float, radius: float, **style: Style) -> str:
    """A circle."""
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}"{attributes(style)}/>'


def segment(x1: float, y1: float, x2: float, y2: float, /, **style: Style) -> str:
    """A straight line."""
    return f'<path d="M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}" fill="none"{attributes(style)}/>'


def text(x: float, y: float, said: str, size: float, **style: Style) -> str:
    """A line of text around its middle; ``anchor``, ``weight``, ``fill``, ``rotate`` (degrees)."""
    turned = style.pop("rotate", 0)
    known: dict[str, Style] = {"fill": INK, "text_anchor": style.pop("anchor", "middle")}
    if (weight := style.pop("weight", "")) != "":
        known["font_weight"] = weight
    known |= style
    turn = f' transform="rotate({turned:.1f} {x:.2f} {y:.2f})"' if turned else ""
    return (
        f'<text x="{x:.2f}" y="{y + size * 0.36:.2f}" font-size="{size:.2f}"{attributes(known)}{turn}>'
        f"{escape(said)}</text>"
    )


def width_of(said: str, size: float) -> float:
    """Width of a line of text, mm."""
    return text_width(said, size)


def attributes(style: dict[str, Style]) -> str:
    """Attributes of an element; underscores become hyphens."""
    return "".join(f' {name.replace("_", "-")}="{escape(_value(value))}"' for name, value in style.items())


def _value(value: Style) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{one:g}" for one in value)
    return f"{value:g}" if isinstance(value, int | float) else value


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
M_PER_KM = 1000


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


def scale_bar(left: float, top: float, unit: float, most_mm: float, k: float) -> tuple[str, float]:
    """A scale bar in four parts with its figures, and its width."""
    bar = max([one for one in BARS_M if one / unit <= most_mm] or [BARS_M[0]])
    long, out = bar / unit, []
    for part in range(4):
        fill = INK if part % 2 == 0 else "#ffffff"
        out.append(
            rect(
                left + part * long / 4,
                top + 3.2 * k,
                long / 4,
                1.1 * k,
                fill=fill,
                stroke=INK,
                stroke_width=0.15,
            )
        )
    km = bar > 2 * M_PER_KM
    for at in (0, 0.5, 1):
        shown = bar * at / (M_PER_KM if km else 1)
        said = f"{shown:g}" + (f" {'km' if km else 'm'}" if at == 1 else "")
        out.append(text(left + at * long, top + 1.8 * k, said, 2.0 * k))
    return "".join(out), long


def north(x: float, y: float, said: str, k: float) -> str:
    """A north arrow with its letter above; `x`, `y` is the tip."""
    dark = f"M{x:.2f} {y:.2f}l{1.9 * k:.2f} {7 * k:.2f}l{-1.9 * k:.2f} {-1.4 * k:.2f}z"
    light = f"M{x:.2f} {y:.2f}l{-1.9 * k:.2f} {7 * k:.2f}l{1.9 * k:.2f} {-1.4 * k:.2f}z"
    return (
        f'<path d="{dark}" fill="{INK}" stroke="{INK}" stroke-width="0.2"/>'
        f'<path d="{light}" fill="#ffffff" stroke="{INK}" stroke-width="0.2"/>'
        + text(x, y - 1.7 * k, said, 2.4 * k, weight="700")
    )


#: Service -> sign, where the two are not called the same.
SIGNS = {
    "welfare": "nursing_home", "childcare": "kindergarten", "community_service": "community",
    "retail": "market", "transport": "bus_terminal", "utility": "substation",
}  # fmt: skip
#: What stands for a service that has no sign of its own.
OTHER = {"form": "circle", "colour": "#56616c", "figure": '<circle r="4" fill="{ink}"/>'}
#: Half of the side of a sign's own box.
HALF = 13.0


@cache
def _signs() -> dict[str, dict[str, str]]:
    return tomllib.loads(
        resources.files("blockplan.report.sheets").joinpath("symbols.toml").read_text("utf-8")
    )


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
