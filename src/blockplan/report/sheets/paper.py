"""Paper, window and scale: the largest standard scale at which the land of a sheet fits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.report.maps.canvas import MapWindow
from blockplan.report.maps.svg import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

#: A sheet takes a scale of the first ladder, and of the second where its land fills little of the window.
FIRST = (500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)
SECOND = (1_500, 2_500, 3_000, 4_000, 6_000, 8_000, 15_000, 20_000, 30_000, 40_000, 75_000, 150_000)
#: 計画図 are drawn at 1/2,500 or larger: there the second ladder's number is of the first.
FIRST_JA = (500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)
#: Below this share of the window the second ladder is asked.
FULL_ENOUGH = 0.55
#: Longer than this, land is cut into strips that lie beside each other at one scale.
LONG = 1.6
#: Parts that cover less than this of their common box get windows of their own.
APART = 0.6
MOST_CELLS, MOST_PARTS = 4, 6
#: A strip ends in a gap of the land that lies so near to its equal share of the length.
NEAR_CUT = 0.4
#: Land is cut up where its scale grows at least by this factor.
CUT_GAIN = 1.2
#: Free paper around the land inside a window, and between two windows, whose coordinates stand there; mm.
MARGIN_MM, GAP_MM = 2.5, 5.0
#: What stands around a window, mm: coordinates left and above, ticks right and below, scale bar under it.
TICKS_MM, EDGE_MM, FOOT_MM = 4.0, 1.3, 10.5
HEADING_MM, PAD_MM = 12.5, 3.0
#: Of so much land it is kept how it can be arranged: a sheet asks for many layouts of the same.
KEPT = 16
#: The panel of an upright sheet is no wider than the first, and as narrow as the second where that helps, mm.
UPRIGHT_MM = (62.0, 54.0)
#: A panel below a map has its pieces in so many columns, with this between them, mm.
COLUMNS, COLUMN_GAP_MM = 3, 4.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper size after GB/T 14689, mm: sides, binding margin, other margins, factor of letters."""

    name: str
    long_mm: float
    short_mm: float
    binding_mm: float
    margin_mm: float
    letters: float


PAPERS = {"A3": Paper("A3", 420, 297, 25, 5, 1.0), "A1": Paper("A1", 841, 594, 25, 10, 1.4)}


@dataclass(frozen=True, slots=True)
class PaperLayout:
    """
    How a sheet is divided: paper, orientation, panel, room for a table below; mm.

    ``panel_mm`` is the width of a panel beside the map, the height of one that stands ``beneath`` it.
    """

    paper: Paper
    portrait: bool
    panel_mm: float
    table_mm: float = 0.0
    beneath: bool = False

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height inside the frame."""
        paper = self.paper
        sides = (paper.short_mm, paper.long_mm) if self.portrait else (paper.long_mm, paper.short_mm)
        return sides[0] - paper.binding_mm - paper.margin_mm, sides[1] - 2 * paper.margin_mm

    @property
    def body(self) -> tuple[float, float]:
        """Width and height below the heading."""
        width, height = self.inner
        k = self.paper.letters
        return width - 2 * PAD_MM, height - HEADING_MM * k - 2 * PAD_MM

    @property
    def picture(self) -> tuple[float, float]:
        """Width and height of the map with what stands around its window."""
        width, height = self.body
        height -= self.table_mm + PAD_MM if self.table_mm else 0.0
        if self.beneath:
            return width, height - self.panel_mm - PAD_MM
        return width - self.panel_mm - PAD_MM, height

    @property
    def panel(self) -> tuple[float, float]:
        """Width and height of a column of the panel."""
        if self.beneath:
            return (self.body[0] - COLUMN_GAP_MM * (COLUMNS - 1)) / COLUMNS, self.panel_mm
        return self.panel_mm, self.picture[1]

    @property
    def panel_mm2(self) -> float:
        """The area of the panel."""
        width, height = self.panel
        return width * height * (COLUMNS if self.beneath else 1)

    @property
    def window(self) -> tuple[float, float]:
        """Width and height of the map's window."""
        width, height = self.picture
        k = self.paper.letters
        return width - (TICKS_MM + EDGE_MM) * k, height - (TICKS_MM + EDGE_MM + FOOT_MM) * k


@dataclass(frozen=True, slots=True)
class Fit:
    """A layout, the denominator of the scale, the windows, how full of land these are, its size (mm)."""

    layout: PaperLayout
    scale: int
    cells: tuple[MapWindow, ...]
    filled: float
    land_mm: tuple[float, float] = (0.0, 0.0)


def layouts(
    paper: Paper, panels: Iterable[float], *, portrait: bool = True, upright: Iterable[float] = UPRIGHT_MM
) -> list[PaperLayout]:
    """The layouts that a sheet may take, by the widths of its panel across and upright."""
    widths = [(panel, False) for panel in panels] + [(panel, True) for panel in upright if portrait]
    return [PaperLayout(paper, turned, width * paper.letters) for width, turned in widths]


def beneath(paper: Paper, heights: Iterable[float]) -> list[PaperLayout]:
    """Upright layouts with a panel of some height below the map."""
    return [PaperLayout(paper, True, height * paper.letters, beneath=True) for height in heights]


def fit(
    land: Sequence[BaseGeometry],
    choices: Sequence[PaperLayout],
    first: Sequence[int] = FIRST,
    *,
    cut: bool = True,
) -> Fit:
    """
    The layout and the windows that show land at the largest standard scale.

    Parameters
    ----------
    land
        The parts that are to be seen, in plan metres.
    choices
        Layouts to choose from; of those with the same scale the fuller one is taken.
    first
        The ladder of scales that is asked first.
    cut
        Whether land may be shown in several windows.
    """
    arrangements = _arrangements(tuple(land))[: None if cut else 1]
    second = tuple(sorted({*first, *SECOND}))
    best: _Arranged | None = None
    for ladder in (tuple(first), second):
        for layout in choices:
            for arrangement in arrangements:
                found = _arranged(arrangement, layout, ladder)
                if best is None or _better(found, best):
                    best = found
        if best is not None and best.filled >= FULL_ENOUGH:
            break
    assert best is not None  # noqa: S101 (a caller gives a layout at least)
    return best.fit()


def _better(found: _Arranged, best: _Arranged) -> bool:
    """Whether a fit has the larger scale; land is cut up only where that makes it half as large again."""
    gain, more = best.scale / found.scale, len(found.of.boxes) - len(best.of.boxes)
    if more:
        return gain >= CUT_GAIN if more > 0 else gain > 1 / CUT_GAIN
    return gain > 1 or (gain == 1 and found.filled > best.filled)


@dataclass(frozen=True, slots=True)
class _Arrangement:
    """Boxes of land in lines, from north to south and in each from west to east; the most of them in one."""

    boxes: tuple[Frame, ...]
    lines: tuple[Sequence[Frame], ...]
    columns: int
    #: The longest line, and the highest of each line above each other, m.
    wide: float
    high: float
    #: What the boxes cover, m2.
    area: float


def _in_lines(boxes: Sequence[Frame], rows: int) -> _Arrangement:
    lines = tuple(_lines(boxes, rows))
    return _Arrangement(
        tuple(boxes), lines, max(map(len, lines)),
        max(sum(box.width for box in line) for line in lines),
        sum(max(box.height for box in line) for line in lines),
        sum(box.width * box.height for box in boxes),
    )  # fmt: skip


@lru_cache(maxsize=KEPT)
def _arrangements(land: tuple[BaseGeometry, ...]) -> list[_Arrangement]:
    """Land as one box, cut into strips, or part by part."""
    whole = box_of(shapely.total_bounds(np.array(land, dtype=object)))
    found = [_in_lines([whole], 1)]
    tall, ratio = whole.height > whole.width, max(whole.height, whole.width) / min(whole.height, whole.width)
    if ratio > LONG:
        for count in range(2, MOST_CELLS + 1):
            strips = _strips(land, whole, count, tall=tall)
            found.append(_in_lines(strips, 1 if tall else len(strips)))
    parts = [box_of(part.bounds) for part in land]
    covered = sum(part.width * part.height for part in parts)
    if 1 < len(parts) <= MOST_PARTS and covered < APART * whole.width * whole.height:
        for rows in range(1, len(parts) + 1):
            lines = _lines(parts, rows)  # from north to south, and in each line from west to east
            found.append(
                _in_lines([box for line in lines for box in sorted(line, key=lambda box: box.west)], rows)
            )
    return found


def _lines(boxes: Sequence[Frame], rows: int) -> list[Sequence[Frame]]:
    """Boxes in their order, in so many rows."""
    columns = math.ceil(len(boxes) / rows)
    return [boxes[at : at + columns] for at in range(0, len(boxes), columns)]


def _strips(land: Sequence[BaseGeometry], whole: Frame, count: int, *, tall: bool) -> list[Frame]:
    """Land cut across its length, each piece as wide as it is there, with a little of its neighbours."""
    out, shape = [], shapely.union_all(np.array(land, dtype=object))
    length = whole.height if tall else whole.width
    step, lap = length / count, 0.015 * length
    spans = [
        (whole.north - north, whole.north - south) if tall else (west - whole.west, east - whole.west)
        for west, south, east, north in (one.bounds for one in land)
    ]
    gaps = _gaps(spans)
    cuts = [(0.0, 0.0), *(_cut(at * step, step, lap, gaps) for at in range(1, count)), (length, length)]
    for at in range(count):
        low, high = cuts[at][0], cuts[at + 1][1]
        cut = (
            shapely.box(whole.west, whole.north - high, whole.east, whole.north - low)
            if tall
            else shapely.box(whole.west + low, whole.south, whole.west + high, whole.north)
        )
        piece = shapely.intersection(shape, cut)
        out.append(box_of(piece.bounds if not piece.is_empty else cut.bounds))
    return out


def _gaps(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """What lies between spans of a line."""
    found, reached = [], -math.inf
    for low, high in sorted(spans):
        if -math.inf < reached < low:
            found.append((reached, low))
        reached = max(reached, high)
    return found


def _cut(at: float, step: float, lap: float, gaps: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Where a strip begins and the one before it ends: in a gap that is near, else with a little of both."""
    near = [(low + high) / 2 for low, high in gaps if abs((low + high) / 2 - at) <= NEAR_CUT * step]
    if near:
        here = min(near, key=lambda one: abs(one - at))
        return here, here
    return at - lap, at + lap


def box_of(bounds: Iterable[float]) -> Frame:
    """A frame from bounds; a point has a metre."""
    west, south, east, north = map(float, bounds)
    return Frame(west, south, max(east, west + 1.0), max(north, south + 1.0))


@dataclass(frozen=True, slots=True)
class _Arranged:
    """An arrangement in a layout, at a scale; its windows are made for the one that is taken."""

    of: _Arrangement
    layout: PaperLayout
    scale: int
    filled: float

    def fit(self) -> Fit:
        """The windows, as wide as their land asks."""
        boxes, lines, unit = self.of.boxes, self.of.lines, self.scale / 1000
        width, height = self.layout.window
        gap = GAP_MM * self.layout.paper.letters
        cells: list[MapWindow] = []
        heights = _shared([max(box.height for box in line) for line in lines], height, unit, gap)
        top = 0.0
        for line, tall in zip(lines, heights, strict=True):
            left = 0.0
            for box, wide in zip(line, _shared([box.width for box in line], width, unit, gap), strict=True):
                whole = MapWindow(around(box, wide * unit, tall * unit), left, top, wide, tall)
                cells.append(_off_others(whole, box, [one for one in boxes if one is not box]))
                left += wide + gap
            top += tall + gap
        size = (max(box.width for box in boxes) / unit, max(box.height for box in boxes) / unit)
        return Fit(self.layout, self.scale, tuple(cells), self.filled, size)


def _arranged(of: _Arrangement, layout: PaperLayout, ladder: Sequence[int]) -> _Arranged:
    """An arrangement at the largest scale of a ladder at which a layout has room for it."""
    width, height = layout.window
    gap = GAP_MM * layout.paper.letters
    free_w = width - gap * (of.columns - 1) - 2 * MARGIN_MM * of.columns
    free_h = height - gap * (len(of.lines) - 1) - 2 * MARGIN_MM * len(of.lines)
    need = 1000 * max(of.wide / free_w, of.high / free_h)
    scale = next((one for one in ladder if one >= need * (1 - 1e-9)), math.ceil(need / 100_000) * 100_000)
    return _Arranged(of, layout, scale, of.area / (scale / 1000) ** 2 / (width * height))


def _off_others(cell: MapWindow, box: Frame, others: Iterable[Frame]) -> MapWindow:
    """
    A window of a box moved off the other boxes, and cut where these lie too near: no land is shown twice.

    What one box has in common with another is on both.
    """
    unit, here = cell.unit, ((box.west, box.east), (box.south, box.north))
    spans = [[cell.frame.west, cell.frame.east], [cell.frame.south, cell.frame.north]]
    low, high = [-math.inf, -math.inf], [math.inf, math.inf]
    for other in others:
        there = ((other.west, other.east), (other.south, other.north))
        gaps = [max(its[0] - own[1], own[0] - its[1]) for its, own in zip(there, here, strict=True)]
        axis = int(np.argmax(gaps))
        free = max(gaps[axis] - MARGIN_MM * unit, gaps[axis] / 2, 0.0)
        if sum(there[axis]) > sum(here[axis]):
            high[axis] = min(high[axis], here[axis][1] + free)
        else:
            low[axis] = max(low[axis], here[axis][0] - free)
    if all(low[axis] <= start and end <= high[axis] for axis, (start, end) in enumerate(spans)):
        return cell
    for axis, (start, end) in enumerate(spans):
        first = max(min(start, high[axis] - (end - start)), low[axis])
        spans[axis] = [first, min(first + end - start, high[axis])]
    (west, east), (south, north) = spans
    width, height = (east - west) / unit, (north - south) / unit
    left, top = cell.left + (cell.width - width) / 2, cell.top + (cell.height - height) / 2
    return MapWindow(Frame(west, south, east, north), left, top, width, height)


def _shared(lengths: Sequence[float], room: float, unit: float, gap: float) -> list[float]:
    """A room in mm divided among lengths in metres: what each needs, and an equal share of what is left."""
    room -= gap * (len(lengths) - 1)
    spare = (room - sum(length / unit for length in lengths)) / len(lengths)
    return [length / unit + spare for length in lengths]


def around(box: Frame, width: float, height: float) -> Frame:
    """A frame of a size around the middle of a box."""
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    return Frame(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
