"""Streets of the plan: nodes and segments of each grid, the links between the pieces, and their names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from frame import PIECES, noise
from grids import GRIDS, RANK, STRAY_M, Grid, X

PATH_WIDTH_M = 6.0
#: How far from the expressway's centre line a street becomes a footbridge, in metres.
BRIDGEHEAD_M = 36.0


@dataclass(frozen=True)
class Segment:
    """A centre line between two nodes (straight frame)."""

    line: shapely.LineString
    cls: str
    width: float
    name: str
    piece: str = ""
    level: int = 0

    @property
    def walk(self) -> bool:
        """Whether people may walk on it: everywhere but on the expressway."""
        return self.cls != X

    @property
    def drive(self) -> bool:
        """Whether cars may drive on it: everywhere but on paths."""
        return self.cls != "path"


def node(grid: Grid, a: int, b: int) -> tuple[float, float]:
    """Where vertical line `a` meets horizontal line `b`, off the straight lines by a few metres."""
    vertical, horizontal = grid.verticals[a], grid.horizontals[b]
    salt = sum(map(ord, grid.piece.name))
    east = STRAY_M[vertical.cls] * noise(a, b, salt, 1.0)
    north = STRAY_M[horizontal.cls] * noise(a, b, salt, 2.0)
    if a in (0, len(grid.verticals) - 1) or (b in (0, len(grid.horizontals) - 1) and vertical.cls != "local"):
        east = 0.0
    if b in (0, len(grid.horizontals) - 1):
        north = 0.0
    return vertical.at + east, horizontal.at + north


def _kind(grid: Grid, first: tuple[int, int], second: tuple[int, int], cls: str) -> str | None:
    """Class of the segment between two neighbouring cells: as the line says, a path, or nothing."""
    merge = grid.merge_of(*first)
    if not merge.holds(*second):
        return cls
    return "path" if merge.paths else None


def segments(grid: Grid) -> list[Segment]:
    """All segments of one piece; streets that cross the expressway pass over it on level 1."""
    found = []
    for a, line in enumerate(grid.verticals):
        if line.cls == X:
            path = [node(grid, a, b) for b in range(len(grid.horizontals))]
            found.append(Segment(shapely.LineString(path), X, line.width, line.name, grid.piece.name))
            continue
        for b in range(len(grid.horizontals) - 1):
            kind = _kind(grid, (a - 1, b), (a, b), line.cls)
            found += _segment(grid, (node(grid, a, b), node(grid, a, b + 1)), kind, line)
    for b, line in enumerate(grid.horizontals):
        for c in range(len(grid.verticals) - 1):
            if grid.expressway in (c, c + 1):
                continue
            kind = _kind(grid, (c, b - 1), (c, b), line.cls)
            found += _segment(grid, (node(grid, c, b), node(grid, c + 1, b)), kind, line)
        found += _crossing(grid, b)
    return found


def _segment(grid: Grid, ends: tuple, kind: str | None, line, level: int = 0) -> list[Segment]:
    if kind is None:
        return []
    width = PATH_WIDTH_M if kind == "path" else line.width
    return [Segment(shapely.LineString(ends), kind, width, line.name, grid.piece.name, level)]


def _crossing(grid: Grid, b: int) -> list[Segment]:
    """Horizontal line `b` over the expressway: a bridge, a footbridge, or nothing."""
    a, line = grid.expressway, grid.horizontals[b]
    west, east = node(grid, a - 1, b), node(grid, a + 1, b)
    kinds = [_kind(grid, (c, b - 1), (c, b), line.cls) for c in (a - 1, a)]
    if None in kinds:
        return []
    if kinds[0] == kinds[1]:
        return _segment(grid, (west, east), kinds[0], line, 1)
    share = (grid.verticals[a].at - BRIDGEHEAD_M - west[0]) / (east[0] - west[0])
    if kinds[0] == "path":
        share = (grid.verticals[a].at + BRIDGEHEAD_M - west[0]) / (east[0] - west[0])
    head = (west[0] + share * (east[0] - west[0]), west[1] + share * (east[1] - west[1]))
    return _segment(grid, (west, head), kinds[0], line, int(kinds[0] == "path")) + _segment(
        grid, (head, east), kinds[1], line, int(kinds[1] == "path")
    )


#: Streets through the gaps: name, class, width, and the vertical line it joins in rd, life_n, life_s and mfg.
LINKS = (
    ("expressway", X, 60.0, (2, 1, 2, 2)),
    ("avenue", "arterial", 40.0, (4, 3, 4, 4)),
    ("riverside", "secondary", 30.0, (6, 5, 5, 5)),
    ("xihe", "local", 20.0, (0, 0, 0, 0)),
    ("donghe", "local", 20.0, (7, 6, 6, 6)),
)
RUN_OUT_M = 420.0


def links() -> list[Segment]:
    """Streets between the pieces, and the runs of expressway and avenue out of the frame."""
    order = list(PIECES)
    found = []
    for name, cls, width, columns in LINKS:
        for upper in range(len(order) - 1):
            north, south = GRIDS[order[upper]], GRIDS[order[upper + 1]]
            start = node(north, columns[upper], 0)
            end = node(south, columns[upper + 1], len(south.horizontals) - 1)
            found.append(Segment(_curve(start, end), cls, width, name))
        if cls in (X, "arterial"):
            top = node(GRIDS["rd"], columns[0], len(GRIDS["rd"].horizontals) - 1)
            low = node(GRIDS["mfg"], columns[-1], 0)
            found.append(
                Segment(shapely.LineString([top, (top[0] + 12, top[1] + RUN_OUT_M)]), cls, width, name)
            )
            found.append(
                Segment(shapely.LineString([low, (low[0] - 12, low[1] - RUN_OUT_M)]), cls, width, name)
            )
    return found


def _curve(start: tuple[float, float], end: tuple[float, float]) -> shapely.LineString:
    share = np.linspace(0.0, 1.0, 11)
    swing = (1 - np.cos(np.pi * share)) / 2
    east = start[0] + (end[0] - start[0]) * swing
    north = start[1] + (end[1] - start[1]) * share
    return shapely.LineString(np.column_stack([east, north]))


def bands(found: list[Segment]) -> dict[tuple[str, str], shapely.Geometry]:
    """(class, name) -> land between the red lines of a street, paths left out."""
    lines: dict[tuple[str, str, float], list[shapely.LineString]] = {}
    for segment in found:
        if segment.cls != "path":
            lines.setdefault((segment.cls, segment.name, segment.width), []).append(segment.line)
    result = {}
    for (cls, name, width), parts in lines.items():
        run = shapely.line_merge(shapely.MultiLineString(parts))
        result[cls, name] = run.buffer(width / 2, cap_style="square", join_style="mitre")
    return dict(sorted(result.items(), key=lambda item: RANK[item[0][0]]))
