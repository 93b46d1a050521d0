"""
Geometry and labels as SVG, in whole metres.

A map is drawn in the plan's own unit: one SVG unit is one metre, x to the
east, y from the north edge of the frame downwards. Whole metres are finer
than a print shows and keep a report small; on the page of a large plan steps
are as long as its grain. The same input gives the same characters.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

FONT = "Blockplan Sans"
#: Deviation that drawing allows itself, m.
TOLERANCE_M = 0.6
#: `shapely.GeometryType` of lines and of rings that stand alone.
LINES = (1, 2)
#: What is worth to be drawn once for all who show it: a `piece`, a long path with its looks, `signs`.
DRAWN = (
    re.compile(r"<!--piece(?P<looks>)-->(?P<drawn>.*?)<!--/piece-->", re.DOTALL),
    re.compile(r'<path d="(?P<drawn>[^"]{200,})"(?P<looks>[^>]*)/>'),
    re.compile(r'<g class="signs"(?P<looks>)>(?P<drawn>.*?)</g>'),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """
    The rectangle that a map shows, in plan metres.

    `grain` is the finest step that is drawn in it, whole metres.
    """

    west: float
    south: float
    east: float
    north: float
    grain: int = 1

    @property
    def width(self) -> float:
        """From west to east, m."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """From south to north, m."""
        return self.north - self.south

    def grown(self, margin: float) -> Frame:
        """The frame with a margin around it."""
        return replace(
            self,
            west=self.west - margin,
            south=self.south - margin,
            east=self.east + margin,
            north=self.north + margin,
        )

    def drawn_on(self, width_mm: float, finest_mm: float) -> Frame:
        """The frame for a page: nothing finer than so much of it is drawn; a strip may be drawn in parts."""
        short = min(self.width, self.height)
        return replace(self, grain=max(1, int(short / width_mm * finest_mm)))

    def shows(self, geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Which shapes (or None) are large enough to be seen: three grains wide or high."""
        if self.grain == 1:
            return np.ones(len(geometries), dtype=bool)
        west, south, east, north = shapely.bounds(geometries).T
        return np.asarray(np.maximum(east - west, north - south) >= 3 * self.grain)

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
    array = shapely.simplify(array, TOLERANCE_M * frame.grain)
    return [None if geometry is None or geometry.is_empty else geometry for geometry in array]


def bounds_of(frame: Frame) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    return frame.west, frame.south, frame.east, frame.north


def path(geometries: Iterable[BaseGeometry | None], frame: Frame) -> str:
    """The ``d`` of a path that draws polygons and lines; "" where there is nothing to draw."""
    lines, closed, _ = _outlines(geometries)
    return "".join(said for _, said in _runs(lines, closed, frame))


def paths(geometries: Iterable[BaseGeometry | None], frame: Frame) -> list[str]:
    """The ``d`` of a path for each of some shapes, all found at once."""
    given = list(geometries)
    lines, closed, owner = _outlines(given)
    found: list[list[str]] = [[] for _ in given]
    for line, said in _runs(lines, closed, frame):
        found[owner[line]].append(said)
    return list(map("".join, found))


def _outlines(
    geometries: Iterable[BaseGeometry | None],
) -> tuple[NDArray[np.object_], NDArray[np.bool_], NDArray[np.intp]]:
    """Rings of polygons (closed) and lines that draw some shapes, and the shape that each is of."""
    # Twice: a collection may hold shapes of several parts.
    parts, shape = shapely.get_parts(np.array([*geometries, None], dtype=object), return_index=True)
    parts, part = shapely.get_parts(parts, return_index=True)
    lines = np.flatnonzero(np.isin(shapely.get_type_id(parts), LINES))
    rings, of = shapely.get_rings(parts, return_index=True)
    owner = np.concatenate((of, lines))
    order = np.argsort(owner, kind="stable")
    return np.concatenate((rings, parts[lines]))[order], order < len(rings), shape[part[owner[order]]]


def _runs(lines: NDArray[np.object_], closed: NDArray[np.bool_], frame: Frame) -> Iterator[tuple[int, str]]:
    """The steps of each line, by its number; a closed one goes back by itself."""
    points, of = shapely.get_coordinates(lines, return_index=True)
    from_corner = np.column_stack((points[:, 0] - frame.west, frame.north - points[:, 1]))
    placed = (np.rint(from_corner / frame.grain) * frame.grain).astype(np.int64)
    first = np.searchsorted(of, np.arange(len(lines) + 1))
    steps = np.diff(placed, axis=0)
    moves = (steps != 0).any(axis=1) & (of[1:] == of[:-1])
    moves[first[1:][closed] - 2] = False
    said = [f"{dx} {dy} " if dy >= 0 else f"{dx}{dy} " for dx, dy in steps[moves].tolist()]
    upto = np.concatenate(([0], np.cumsum(moves)))
    begins, ends = upto[first[:-1]].tolist(), upto[first[1:] - 1].tolist()
    starts = placed[first[:-1]].tolist()
    drawn = zip(starts, begins, ends, closed.tolist(), strict=True)
    for line, ((x, y), begin, end, back) in enumerate(drawn):
        if end > begin:
            yield line, f"M{x} {y}l{''.join(said[begin:end]).rstrip()}{'z' if back else ''}"


def dots(points: NDArray[np.float64], frame: Frame, apart: float) -> str:
    """The ``d`` of round dots at points (plan metres), one for those that lie within a cell `apart` wide."""
    placed = np.column_stack((points[:, 0] - frame.west, frame.north - points[:, 1]))
    cells = np.unique(np.floor(placed / apart).astype(np.int64), axis=0, return_index=True)[1]
    at = np.rint(placed[np.sort(cells)]).astype(np.int64)
    # A round cap needs a line under it, however short.
    return "".join(f"M{x} {y}h.1" for x, y in at.tolist())


def shared(page: str) -> str:
    """
    A page in which each `piece`, long path and group of `signs` is drawn once and referred to.

    Streets have a casing and a surface, many maps the same greens: only the looks differ. What is
    shared is defined at the end of the body, where it changes no other part of the page.
    """
    ids: dict[str, str] = {}

    def refer(found: re.Match[str]) -> str:
        return f'<use href="#{ids[found["drawn"]]}"{found["looks"]}/>' if found["drawn"] in ids else found[0]

    for pattern in DRAWN:
        times = Counter(found["drawn"] for found in pattern.finditer(page))
        ids |= {
            drawn: f"drawn-{len(ids) + at}" for at, drawn in enumerate(one for one in times if times[one] > 1)
        }
        page = pattern.sub(refer, page)
    defined = "".join(
        f'<g id="{id_}">{drawn}</g>' if drawn.startswith("<") else f'<path id="{id_}" d="{drawn}"/>'
        for drawn, id_ in ids.items()
    )
    held = f'<svg class="ground" width="0" height="0" aria-hidden="true"><defs>{defined}</defs></svg>'
    return page.replace("</body>", f"{held}\n</body>", 1) if ids else page


def piece(content: str) -> str:
    """Any content that several maps of a page may show alike."""
    return f"<!--piece-->{content}<!--/piece-->" if content else ""


def signs(content: str) -> str:
    """A group of signs that several maps of a page may show alike; it holds no group itself."""
    return group(content, **{"class": "signs"})


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
