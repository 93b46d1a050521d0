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
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

FONT = "Blockplan Sans"
INK = "#1c2430"
#: What the next character stays with on a line: nothing, and what opens a bracket.
OPENING = frozenset({"", "（", "「", "『", "“"})
Style = str | float | tuple[float, ...]
#: Deviation that drawing allows itself, m.
TOLERANCE_M = 0.6
#: Shapes of so few points, such as a ring of four corners, are drawn with all of them.
FEW = 5
#: `shapely.GeometryType` of lines and of rings that stand alone.
LINES = (1, 2)
#: What is worth to be drawn once for all who show it: a `piece`, a long path with its looks.
DRAWN = (
    re.compile(r"<!--piece(?P<looks>)-->(?P<drawn>.*?)<!--/piece-->", re.DOTALL),
    re.compile(r'<path d="(?P<drawn>[^"]{200,})"(?P<looks>[^>]*)/>'),
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

    def joined(self, other: Frame) -> Frame:
        """The frame that holds this one and another."""
        return replace(
            self,
            west=min(self.west, other.west),
            south=min(self.south, other.south),
            east=max(self.east, other.east),
            north=max(self.north, other.north),
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


def drawable(geometries: Iterable[BaseGeometry | None], frame: Frame) -> NDArray[np.object_]:
    """
    Geometries cut to the frame (with a margin) and thinned out; None for what cannot or need not be drawn.

    Invalid rings are drawn as they can be: a report must show a faulty plan too.
    """
    array = np.array([*geometries, None], dtype=object)[:-1]
    if not len(array):
        return array
    points, owner = shapely.get_coordinates(array, return_index=True)
    array[owner[~np.isfinite(points).all(axis=1)]] = None
    box = np.array(bounds_of(frame.grown(max(frame.width, frame.height) * 0.05)))
    bounds = shapely.bounds(array)
    array[~((bounds[:, :2] <= box[2:]) & (bounds[:, 2:] >= box[:2])).all(axis=1)] = None
    outside = ((bounds[:, :2] < box[:2]) | (bounds[:, 2:] > box[2:])).any(axis=1)
    crooked = outside & ~shapely.is_valid(array)
    array[crooked] = shapely.make_valid(array[crooked])
    array[outside] = shapely.clip_by_rect(array[outside], *box)
    many = np.bincount(owner, minlength=len(array)) > FEW
    array[many] = shapely.simplify(array[many], TOLERANCE_M * frame.grain)
    array[shapely.is_empty(array)] = None
    return array


def bounds_of(frame: Frame) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    return frame.west, frame.south, frame.east, frame.north


def path(geometries: Iterable[BaseGeometry | None], frame: Frame) -> str:
    """The ``d`` of a path that draws polygons and lines; "" where there is nothing to draw."""
    lines, closed, _ = _outlines(geometries)
    return "".join(said for _, said in _runs(lines, closed, _in_metres(frame)))


def paths(geometries: Iterable[BaseGeometry | None], frame: Frame) -> list[str]:
    """The ``d`` of a path for each of some shapes, all found at once."""
    given = list(geometries)
    lines, closed, owner = _outlines(given)
    found: list[list[str]] = [[] for _ in given]
    for line, said in _runs(lines, closed, _in_metres(frame)):
        found[owner[line]].append(said)
    return list(map("".join, found))


def steps(shapes: Iterable[BaseGeometry | None], step: float) -> str:
    """The ``d`` of a path of shapes in drawing units: in these, or in steps where a step is less than one."""
    lines, closed, _ = _outlines(shapes)
    unit = max(step, 1.0)
    return "".join(said for _, said in _runs(lines, closed, lambda points: np.rint(points / step) * unit))


def _in_metres(frame: Frame) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """From plan points to whole metres from the corner of a frame."""
    return lambda points: (
        np.rint(np.column_stack((points[:, 0] - frame.west, frame.north - points[:, 1])) / frame.grain)
        * frame.grain
    )


def _outlines(
    geometries: Iterable[BaseGeometry | None],
) -> tuple[NDArray[np.object_], NDArray[np.bool_], NDArray[np.intp]]:
    """Rings of polygons (closed) and lines that draw some shapes, and the shape that each is of."""
    # Twice: a collection may hold shapes of several parts.
    parts, shape = shapely.get_parts(np.array([*geometries, None], dtype=object), return_index=True)
    parts, part = shapely.get_parts(parts, return_index=True)
    kinds = shapely.get_type_id(parts)
    lines = np.flatnonzero((kinds == LINES[0]) | (kinds == LINES[1]))
    rings, of = shapely.get_rings(parts, return_index=True)
    owner = np.concatenate((of, lines))
    order = np.argsort(owner, kind="stable")
    return np.concatenate((rings, parts[lines]))[order], order < len(rings), shape[part[owner[order]]]


def _runs(
    lines: NDArray[np.object_],
    closed: NDArray[np.bool_],
    place: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> Iterator[tuple[int, str]]:
    """The steps of each line, by its number; a closed one goes back by itself, one without place is none."""
    points, of = shapely.get_coordinates(lines, return_index=True)
    places = place(points)
    places[np.isin(of, of[~np.isfinite(places).all(axis=1)])] = 0
    placed = places.astype(np.int64)
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
    A page in which each `piece` and long path is drawn once and referred to.

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


def shape(d: str, **style: Style) -> str:
    """A ``path`` element; "" without a `d`."""
    return f'<path d="{d}"{attributes(style)}/>' if d else ""


def group(content: str, **style: Style) -> str:
    """A ``g`` element; "" without content."""
    return f"<g{attributes(style)}>{content}</g>" if content else ""


def box(left: float, top: float, width: float, height: float, /, **style: Style) -> str:
    """A ``rect`` element."""
    place = f'x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}"'
    return f"<rect {place}{attributes(style)}/>"


def circle(x: float, y: float, radius: float, **style: Style) -> str:
    """A ``circle`` element."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"{attributes(style)}/>'


def segment(x1: float, y1: float, x2: float, y2: float, /, **style: Style) -> str:
    """A straight line."""
    d = f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
    return shape(d, fill="none", **style)


def text(x: float, y: float, said: str, size: float, /, **style: Style) -> str:
    """A line of text around its middle; beside attributes ``anchor``, ``weight``, ``rotate`` (degrees)."""
    turned = style.pop("rotate", 0)
    known: dict[str, Style] = {"fill": INK, "text_anchor": style.pop("anchor", "middle")}
    if weight := style.pop("weight", ""):
        known["font_weight"] = weight
    turn = f' transform="rotate({turned:.1f} {number(x)} {number(y)})"' if turned else ""
    place = f'x="{number(x)}" y="{number(y + size * 0.36)}" font-size="{number(size)}"'
    return f"<text {place}{attributes(known | style)}{turn}>{escape(said)}</text>"


def label(x: float, y: float, said: str, size: float, /, **style: Style) -> str:
    """
    Text with a light rim, so that it reads on any ground; `y` is the middle of the line.

    The rim is drawn by a copy below the text: not every reader of SVG knows ``paint-order``.
    """
    rim: dict[str, Style] = {
        "fill": "none", "stroke": "#ffffff", "stroke_width": size * 0.26, "stroke_opacity": 0.88,
        "stroke_linejoin": "round", "aria_hidden": "true",
    }  # fmt: skip
    return text(x, y, said, size, **style | rim) + text(x, y, said, size, **style)


#: Width of the signs from space to tilde in the sheets' bold letters, thousandths of their size.
ADVANCES = (
    227, 370, 574, 590, 590, 963, 740, 325, 378, 378, 507, 590, 325, 370, 325, 387, 590, 590, 590, 590, 590,
    590, 590, 590, 590, 590, 325, 325, 590, 590, 590, 514, 1007, 641, 681, 656, 714, 615, 585, 717, 757,
    330, 568, 686, 578, 853, 749, 770, 667, 770, 682, 624, 625, 748, 619, 915, 627, 580, 613, 378, 387, 378,
    590, 567, 626, 591, 644, 527, 644, 581, 372, 597, 640, 304, 306, 604, 315, 964, 641, 626, 644, 644, 436,
    495, 421, 637, 576, 863, 562, 574, 511, 378, 296, 378, 590,
)  # fmt: skip
EMS = {chr(at): one / 1000 for at, one in enumerate(ADVANCES, 32)} | dict.fromkeys("±·×÷", 1.0)


def text_width(said: str, size: float) -> float:
    """Width of a line of text if it is bold; signs beyond the Latin letters take one em."""
    return _ems(said) * size


@lru_cache(maxsize=1 << 15)
def _ems(said: str) -> float:
    return sum(EMS.get(sign) or (1.0 if sign >= "\u2010" else 0.6) for sign in said)


def number(value: float) -> str:
    """A coordinate or a width: two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def attributes(style: Mapping[str, Style]) -> str:
    """Attributes of an element; underscores become hyphens, values are escaped."""
    return "".join(f' {name.replace("_", "-")}="{_value(value)}"' for name, value in style.items())


@lru_cache(maxsize=4096)
def _value(value: Style) -> str:
    if isinstance(value, tuple):
        return " ".join(map(number, value))
    return number(value) if isinstance(value, int | float) else str(escape(value))


def wrapped(said: str, most: float, size: float) -> list[str]:
    """Text on lines of at most some length: broken at spaces, and between Chinese characters."""
    lines, current = [], ""
    for piece in _pieces(said):
        if current and text_width(current + piece.rstrip(), size) > most:
            lines.append(current.rstrip())
            current = ""
        current += piece
    return [*lines, current.rstrip()] if current.strip() else lines


def _pieces(said: str) -> Iterator[str]:
    """Words with the space behind them; Chinese characters one by one, with the stop behind them."""
    word = ""
    for character in said:
        if ord(character) > 0x2E7F and character not in "。，、；：）」』！？・ーっゃゅょッャュョ":
            # An opening bracket stays with what it opens.
            if word not in OPENING:
                yield word
                word = ""
            word += character
        elif word not in OPENING and ord(word[-1]) > 0x2E7F and ord(character) <= 0x2E7F and character != " ":
            yield word
            word = character
        else:
            word += character
            if character == " ":
                yield word
                word = ""
    if word:
        yield word
