"""
Indicator boxes of a drawing whose figures stand without their names, told by the drawing's own legend.

A legend stands beside the plan and is laid out as the box of each parcel is: where the box has a figure, the
legend has its name. Rows and columns are held against each other by their order, and by their distance from
the parcel's number where a box has fewer or more of them.

A table that is drawn beside the plan, with texts for its cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from blockplan.exchange.office.drawing_content import DrawingText

One = TypeVar("One")
#: So many figures must be named; texts farther from the number's than so many heights are of something else.
FEWEST, FARTHEST = 3, 25.0
#: Texts stand in one row, and at one place, that are off by no more than this share of their height.
OFF = 0.75
#: In a row that lacks none, by this many heights; and legends are drawn wider or narrower by less than this.
WIDE, STRETCH = 3.0, 2.0
#: Lines of one text are so many heights apart, rows of a table at most so many.
LINE_HEIGHTS, ROW_HEIGHTS = 1.4, 12.0


@dataclass(slots=True, eq=False)
class TextLine:
    """A line of a text and its middle, m."""

    text: str
    label: DrawingText
    x: float
    y: float

    @property
    def height(self) -> float:
        """Height of its signs, m."""
        return self.label.height


def lines_of(labels: Iterable[DrawingText]) -> list[TextLine]:
    """The lines of texts, from top to bottom; texts whose height nobody says are left out."""
    found = []
    for label in labels:
        texts = [line.strip() for line in label.text.splitlines()] if label.height > 0 else []
        x, y = label.places[-2] if len(label.places) > 1 else label.places[0]
        for at, text in enumerate(texts):
            up = LINE_HEIGHTS * label.height * ((len(texts) - 1) / 2 - at)
            if text:
                found.append(TextLine(text, label, x, y + up))
    return found


def rows_of(lines: Iterable[TextLine]) -> list[list[TextLine]]:
    """Lines by rows from top to bottom, each from left to right."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda one: -one.y):
        if rows and rows[-1][0].y - line.y <= OFF * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda one: one.x) for row in rows]


@dataclass(slots=True)
class Legend:
    """Rows of names, and among them that of the number."""

    rows: list[list[TextLine]]
    number: TextLine

    def names(self, lines: Sequence[TextLine], number: TextLine) -> dict[TextLine, str]:
        """The names of the lines of a box, as far as they stand where the legend has one."""
        scale = number.height / self.number.height
        reach = FARTHEST * number.height
        box = rows_of(line for line in lines if abs(line.y - number.y) + abs(line.x - number.x) <= reach)

        most, wide = OFF * number.height, WIDE * number.height
        down = [(scale * (names[0].y - self.number.y), names) for names in self.rows]
        return {
            line: name.text
            for names, there in _matched(down, [(row[0].y - number.y, row) for row in box], most, most)
            for name, line in _matched(
                [(scale * (name.x - self.number.x), name) for name in names],
                [(line.x - number.x, line) for line in there],
                most,
                wide,
            )
        }


def _matched(
    ours: Sequence[tuple[float, One]], theirs: Sequence[tuple[float, One]], most: float, in_order: float
) -> list[tuple[One, One]]:
    """
    As many of each are matched in their order if, as they are or stretched, they are off by no more than
    `in_order`; others with the nearest that is off by no more than `most`.
    """
    pairs = list(zip(ours, theirs, strict=len(ours) == len(theirs)))
    size = sum(one**2 for (one, _), _ in pairs)
    stretch = sum(one * other for (one, _), (other, _) in pairs) / size if size else 1.0
    fits = any(
        1 / STRETCH < by < STRETCH
        and all(abs(other - by * one) <= in_order for (one, _), (other, _) in pairs)
        for by in (1.0, stretch)
    )
    if len(ours) != len(theirs) or not fits:
        pairs = [(one, min(theirs, key=lambda other, at=one[0]: abs(other[0] - at))) for one in ours]  # type: ignore[misc]
        pairs = [(one, other) for one, other in pairs if abs(other[0] - one[0]) <= most]
    return [(one, other) for (_, one), (_, other) in pairs]


def legend_of(labels: Iterable[DrawingText], column_of: Callable[[str], str]) -> Legend | None:
    """
    The legend among texts that stand in no parcel; None where there is none.

    Parameters
    ----------
    column_of
        The column that a text names, or "".
    """
    named = [(line, column) for line in lines_of(labels) if (column := column_of(line.text))]
    best: list[TextLine] = []
    found = None
    for number in (line for line, column in named if column == "parcel_id"):
        reach = FARTHEST * number.height
        near = [line for line, _ in named if abs(line.x - number.x) + abs(line.y - number.y) <= reach]
        if len(near) > max(FEWEST, len(best)):
            best, found = near, number
    return Legend(rows_of(best), found) if found else None


def table_of(
    labels: Sequence[DrawingText], column_of: Callable[[str], str], is_number: Callable[[str], bool]
) -> tuple[list[str], list[list[str]], set[int]] | None:
    """
    The first table drawn with texts: its headings, its rows, and the ids of the texts in it.

    Parameters
    ----------
    column_of
        The column that a text names, or "".
    is_number
        Whether a text is a parcel's number: each stands for a row.
    """
    lines = lines_of(labels)
    for title in (line for line in lines if column_of(line.text) == "parcel_id"):
        found = _table_below(title, lines, column_of, is_number)
        if found is not None:
            return found
    return None


def _table_below(
    title: TextLine, lines: list[TextLine], column_of: Callable[[str], str], is_number: Callable[[str], bool]
) -> tuple[list[str], list[list[str]], set[int]] | None:
    height = title.height
    head = [line for line in lines if abs(line.y - title.y) <= 3 * height]
    known = {column_of(line.text) for line in head if abs(line.y - title.y) <= height} - {""}
    numbers = [
        line
        for line in lines
        if line.y < title.y - OFF * height and abs(line.x - title.x) <= 4 * height and is_number(line.text)
    ]
    numbers.sort(key=lambda one: -one.y)
    rows: list[TextLine] = []
    for line in numbers:
        if (rows[-1] if rows else title).y - line.y > ROW_HEIGHTS * height:
            break
        rows.append(line)
    if len(known) <= FEWEST or len(rows) < FEWEST:
        return None
    pitch = float(np.median([one.y - other.y for one, other in pairwise(rows)]))
    head = [line for line in head if line.y > rows[0].y + pitch / 2 or abs(line.y - title.y) <= OFF * height]
    columns = _columns(title, head)
    if len(columns) < 2:
        return None
    middles = np.array([x for x, _ in columns])
    edge = float(np.max(np.diff(middles))) / 2
    cells = [["" for _ in columns] for _ in rows]
    used = {id(line.label) for line in head if middles[0] - edge <= line.x <= middles[-1] + edge}
    heights = np.array([line.y for line in rows])
    for line in sorted(lines, key=lambda one: -one.y):
        row = int(np.argmin(np.abs(heights - line.y)))
        inside = line not in head and middles[0] - edge <= line.x <= middles[-1] + edge
        if inside and abs(heights[row] - line.y) < pitch / 2:
            cells[row][int(np.argmin(np.abs(middles - line.x)))] += line.text
            used.add(id(line.label))
    return [name for _, name in columns], cells, used


def _columns(title: TextLine, head: list[TextLine]) -> list[tuple[float, str]]:
    """Middle and heading of each column: names of the lowest row, with what stands above them."""
    lowest = [
        line
        for line in head
        if not any(line.y - one.y > 0 and abs(one.x - line.x) <= 2 * one.height for one in head)
    ]
    lowest.sort(key=lambda one: one.x)
    gaps = [other.x - one.x for one, other in pairwise(lowest)]
    widest = 4 * float(np.median(gaps)) if gaps else 0.0
    # (what stands beside the table is none of its columns)
    start = stop = lowest.index(min(lowest, key=lambda one: abs(one.x - title.x)))
    while start > 0 and gaps[start - 1] <= widest:
        start -= 1
    while stop < len(gaps) and gaps[stop] <= widest:
        stop += 1
    edge = max(gaps[start:stop], default=0.0) / 2
    head = [one for one in head if lowest[start].x - edge <= one.x <= lowest[stop].x + edge]
    found = []
    for line in lowest[start : stop + 1]:
        above = [one for one in head if one.y > line.y + OFF * one.height]
        over = min(above, key=lambda one: abs(one.x - line.x)).text if above and line.y < title.y else ""
        found.append((line.x, f"{over}{line.text}"))
    return found
