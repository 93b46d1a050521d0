"""
Geometry and labels as SVG, in whole metres.

A map is drawn in the plan's own unit: one SVG unit is one metre, x to the
east, y from the north edge of the frame downwards. Whole metres are finer
than a print shows and keep a report small; the same input gives the same
characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

FONT = "Blockplan Sans"
#: Deviation that drawing allows itself, m.
TOLERANCE_M = 0.6


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle that a map shows, in plan metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """From west to east, m."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """From south to north, m."""
        return self.north - self.south

    def grown(self, margin: float, below: float = 0.0) -> Frame:
        """The frame with a margin around it, and some more below it."""
        return Frame(self.west - margin, self.south - margin - below, self.east + margin, self.north + margin)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A plan point in drawing units."""
        return x - self.west, self.north - y

    def holds(self, x: float, y: float) -> bool:
        """Whether a plan point lies in the frame."""
        return self.west <= x <= self.east and self.south <= y <= self.north

    def view_box(self, of: Frame | None = None) -> str:
        """The ``viewBox`` that shows this frame in a drawing made for the frame `of`."""
        left, top = (of or self).place(self.west, self.north)
        return f"{left:.0f} {top:.0f} {self.width:.0f} {self.height:.0f}"


def drawable(geometries: Iterable[BaseGeometry | None], frame: Frame) -> list[BaseGeometry | None]:
    """
    Geometries cut to the frame (with a margin) and thinned out; None for what cannot or need not be drawn.

    Invalid rings are drawn as they can be: a report must show a faulty plan too.
    """
    array = np.array(list(geometries), dtype=object)
    if not len(array):
        return []
    points, owner = shapely.get_coordinates(array, return_index=True)
    array[owner[~np.isfinite(points).all(axis=1)]] = None
    box = shapely.box(*bounds_of(frame.grown(max(frame.width, frame.height) * 0.05)))
    array[~shapely.intersects(shapely.envelope(array), box)] = None
    outside = np.array([geometry is not None for geometry in array]) & ~shapely.covers(
        box, shapely.envelope(array)
    )
    if outside.any():
        array[outside] = shapely.intersection(shapely.make_valid(array[outside]), box)
    array = shapely.simplify(array, TOLERANCE_M)
    return [None if geometry is None or geometry.is_empty else geometry for geometry in array]


def bounds_of(frame: Frame) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    return frame.west, frame.south, frame.east, frame.north


def path(geometries: Iterable[BaseGeometry | None], frame: Frame) -> str:
    """The ``d`` of a path that draws polygons and lines; "" where there is nothing to draw."""
    return "".join(_run(points, closed, frame) for points, closed in _runs(geometries))


def _runs(geometries: Iterable[BaseGeometry | None]) -> Iterator[tuple[np.ndarray, bool]]:
    for geometry in geometries:
        if geometry is None:
            continue
        for part in shapely.get_parts(geometry):
            kind = part.geom_type
            if kind == "Polygon":
                yield shapely.get_coordinates(part.exterior), True
                for ring in part.interiors:
                    yield shapely.get_coordinates(ring), True
            elif kind in {"LineString", "LinearRing"}:
                yield shapely.get_coordinates(part), False
            elif kind == "GeometryCollection":
                yield from _runs([part])


def _run(points: np.ndarray, closed: bool, frame: Frame) -> str:
    placed = np.rint(np.column_stack((points[:, 0] - frame.west, frame.north - points[:, 1]))).astype(
        np.int64
    )
    steps = np.diff(placed, axis=0)
    if closed:
        steps = steps[:-1]
    steps = steps[(steps != 0).any(axis=1)]
    if not len(steps):
        return ""
    moves = "".join(f"{dx} {dy} " if dy >= 0 else f"{dx}{dy} " for dx, dy in steps.tolist())
    return f"M{placed[0, 0]} {placed[0, 1]}l{moves.rstrip()}{'z' if closed else ''}"


def shape(d: str, **attributes: str | float) -> str:
    """A ``path`` element; "" without a `d`."""
    return f'<path d="{d}"{attribute_text(attributes)}/>' if d else ""


def group(content: str, **attributes: str | float) -> str:
    """A ``g`` element; "" without content."""
    return f"<g{attribute_text(attributes)}>{content}</g>" if content else ""


def box(left: float, top: float, width: float, height: float, **attributes: str | float) -> str:
    """A ``rect`` element."""
    place = f'x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}"'
    return f"<rect {place}{attribute_text(attributes)}/>"


def circle(x: float, y: float, radius: float, **attributes: str | float) -> str:
    """A ``circle`` element."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"{attribute_text(attributes)}/>'


def label(x: float, y: float, said: str, size: float, **attributes: str | float) -> str:
    """
    Text with a light rim, so that it reads on any ground; `y` is the middle of the line.

    The rim is drawn by a copy below the text: not every reader of SVG knows ``paint-order``.
    """
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    given = {"fill": "#1c2430", "text-anchor": "middle", "halo": "#ffffff", **named}
    halo = str(given.pop("halo"))
    base = f'x="{number(x)}" y="{number(y + size * 0.36)}" font-size="{number(size)}"'
    words = escape(said)
    rim = {
        key: value for key, value in given.items() if key in {"text-anchor", "font-weight", "letter-spacing"}
    }
    below = ""
    if halo != "none":
        rim |= {"fill": "none", "stroke": halo, "stroke-width": number(size * 0.26), "stroke-opacity": "0.88"}
        below = f'<text {base}{attribute_text(rim)} stroke-linejoin="round" aria-hidden="true">{words}</text>'
    return f"{below}<text {base}{attribute_text(given)}>{words}</text>"


def text_width(said: str, size: float) -> float:
    """Width of a line of text, roughly: full-width characters take one em, others a little over half."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.58 for character in said) * size


def number(value: float) -> str:
    """A coordinate or a width: one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def attribute_text(attributes: dict[str, str | float]) -> str:
    """Attributes of an element; underscores become hyphens, values are escaped."""
    return "".join(
        f' {name.replace("_", "-")}="{escape(number(value) if isinstance(value, float) else value)}"'
        for name, value in attributes.items()
    )


class Placer:
    """Puts labels inside a window (drawing units) where they do not cover those that came before."""

    def __init__(self, left: float, top: float, right: float, bottom: float) -> None:
        self.window = (left, top, right, bottom)
        self.taken: list[tuple[float, float, float, float]] = []

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the window."""
        left, top, right, bottom = self.window
        return left <= x <= right and top <= y <= bottom

    def block(self, x: float, y: float, width: float, height: float) -> None:
        """Keep a rectangle (centre, size; drawing units) free of labels."""
        self.taken.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))

    def place(
        self, x: float, y: float, width: float, height: float, offsets: Sequence[tuple[float, float]]
    ) -> tuple[float, float] | None:
        """Centre of the first free rectangle of that size near a point, or None."""
        for dx, dy in offsets:
            left, top = x + dx - width / 2, y + dy - height / 2
            box = (left, top, left + width, top + height)
            west, north, east, south = self.window
            inside = left >= west and top >= north and box[2] <= east and box[3] <= south
            if inside and not any(_overlap(box, other) for other in self.taken):
                self.taken.append(box)
                return x + dx, y + dy
        return None


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
