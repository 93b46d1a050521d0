"""Land that lines enclose, each area with the line whose attributes are its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Ends of lines that lie this close are one, m.
SAME_M = 0.001


@dataclass(slots=True)
class Enclosed:
    """
    What lines enclose.

    Attributes
    ----------
    areas
        Number of a line, and the area that is its own.
    joined
        How many of the areas several open lines enclose together.
    unused
        Numbers of the lines (and points) that enclose nothing.
    """

    areas: list[tuple[int, Any]] = field(default_factory=list)
    joined: int = 0
    unused: list[int] = field(default_factory=list)


def enclosed(lines: Sequence[Any]) -> Enclosed:
    """
    The land that lines enclose, coordinates in m.

    A line that closes by itself has what it encloses. Open lines are joined with all others; a ring that
    they close has the number of the open line that bounds the most of it. Of an area, the smaller ones
    inside it are left out.

    Examples
    --------
    >>> west, east = shapely.box(0, 0, 9, 9).exterior, shapely.box(9, 0, 12, 9).exterior
    >>> [(at, area.area) for at, area in enclosed([west, east]).areas]
    [(0, 81.0), (1, 27.0)]
    >>> north = shapely.LineString([(0, 9), (0, 12), (9, 12), (9, 9)])
    >>> [(at, area.area) for at, area in enclosed([north, west]).areas]
    [(1, 81.0), (0, 27.0)]
    >>> enclosed([north]).unused
    [0]
    """
    found = Enclosed()
    for at, line in enumerate(lines):
        own = shapely.build_area(shapely.node(line))
        if own.is_empty:
            found.unused.append(at)
        else:
            found.areas.append((at, own))
    if any(shapely.length(lines[at]) for at in found.unused):
        _join(found, lines)
    return Enclosed(_without_inner(found.areas), found.joined, found.unused)


def _join(found: Enclosed, lines: Sequence[Any]) -> None:
    """Enter the rings that open lines close, with each other and with the lines that are closed."""
    near = shapely.set_precision(np.array(lines, dtype=object), SAME_M, mode="pointwise")
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts([shapely.union_all(near)])))
    taken = shapely.union_all([area for _, area in found.areas])
    shapely.prepare(taken)
    faces = faces[~shapely.contains(taken, shapely.point_on_surface(faces))]
    open_lines = np.array(found.unused)
    edges = shapely.buffer(shapely.boundary(faces), SAME_M)
    face, line = shapely.STRtree(near[open_lines]).query(edges, predicate="intersects")
    shared = shapely.length(shapely.intersection(edges[face], near[open_lines[line]]))
    used: set[int] = set()
    for at in range(len(faces)):
        mine = (face == at) & (shared > 2 * SAME_M)
        if mine.any():
            used |= set(open_lines[line[mine]].tolist())
            found.areas.append((int(open_lines[line[mine][np.argmax(shared[mine])]]), faces[at]))
            found.joined += int(mine.sum() > 1)
    found.unused = [at for at in found.unused if at not in used]


def _without_inner(areas: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """The areas without the smaller ones that lie inside them."""
    shapes = np.array([area for _, area in areas], dtype=object)
    if len(shapes) < 2:
        return areas
    outer, inner = shapely.STRtree(shapes).query(shapes, predicate="contains")
    smaller = shapely.area(shapes[inner]) < shapely.area(shapes[outer])
    made = []
    for at, (line, area) in enumerate(areas):
        within = inner[(outer == at) & smaller]
        made.append((line, shapely.difference(area, shapely.union_all(shapes[within]))))
    return made
