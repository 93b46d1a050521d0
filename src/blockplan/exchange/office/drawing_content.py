"""
What a drawing holds: lines, filled areas, texts and blocks, each with its layer.

Coordinates are those of the drawing, in its own unit; arcs become chords that lie at most `ARC_M` off.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Chords lie at most so far off their arc, m.
ARC_M = 0.005


@dataclass(slots=True, eq=False)
class DrawnLine:
    """
    A line as drawn: (n, 2) points, whether it ends where it begins, its arcs (radius, middle), and whether it
    is part of a block.
    """

    layer: str
    kind: str
    points: NDArray[np.float64]
    closed: bool
    arcs: list[tuple[float, float, float]] = field(default_factory=list)
    of_block: bool = False


@dataclass(slots=True)
class DrawingText:
    """
    A text, the places at which it may be meant (of its leader, its middle, its corner), and the height of its
    signs, 0 where nothing says it.
    """

    layer: str
    text: str
    places: list[tuple[float, float]]
    height: float = 0.0


@dataclass(slots=True)
class Mark:
    """A block or a point with what its attributes say."""

    layer: str
    name: str
    place: tuple[float, float]
    tags: dict[str, str]


@dataclass(slots=True)
class DrawingContent:
    """All that is drawn, what was left out by kind, and layers that are off or frozen with their entities."""

    lines: list[DrawnLine] = field(default_factory=list)
    fills: list[tuple[str, Any]] = field(default_factory=list)
    labels: list[DrawingText] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)

    def scale(self, factor: float) -> None:
        """Bring everything into another unit."""
        for line in self.lines:
            line.points = line.points * factor
            line.arcs = [(r * factor, x * factor, y * factor) for r, x, y in line.arcs]
        self.fills = [(name, shapely.transform(shape, lambda xy: xy * factor)) for name, shape in self.fills]
        for label in self.labels:
            label.places = [(x * factor, y * factor) for x, y in label.places]
            label.height *= factor
        for mark in self.marks:
            mark.place = (mark.place[0] * factor, mark.place[1] * factor)
