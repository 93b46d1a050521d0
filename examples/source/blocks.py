"""Street-blocks between the road lands, the river corridor, and the shared tiling of each piece."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import shapely
from frame import GRID_M, PIECES
from grids import GRIDS, RANK, Grid
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq
from streets import bands, segments

#: Cut of the corners where two streets meet, in metres.
CORNER_M = 7.0
#: Width of the protective green along the expressway, in metres.
STRIP_M = 27.0
SMALLEST_BLOCK_M2 = 800.0


@dataclass(frozen=True)
class Plot:
    """Land of one cell (or merged cells) of a grid, before it is carved into parcels."""

    piece: str
    cell: tuple[int, int]
    part: str  # main | strip | west | east | water
    polygon: shapely.Polygon
    front: tuple[float, float] = (0.0, 0.0)


def cell_of(grid: Grid, u: float, v: float) -> tuple[int, int]:
    """South-western cell of the (merged) cells that hold a point, by the straight lines."""
    merge = grid.merge_of(*raw_cell(grid, u, v))
    return merge.c0, merge.r0


def raw_cell(grid: Grid, u: float, v: float) -> tuple[int, int]:
    c = int(np.searchsorted([line.at for line in grid.verticals[1:-1]], u))
    r = int(np.searchsorted([line.at for line in grid.horizontals[1:-1]], v))
    return c, r


@cache
def road_bands(name: str) -> dict[tuple[str, str], shapely.Geometry]:
    return bands(segments(GRIDS[name]))


def street_blocks(name: str) -> list[Plot]:
    """Everything between the red lines of one piece, corners cut, each with its cell and its front."""
    grid = GRIDS[name]
    land = PIECES[name].polygon.difference(shapely.union_all(list(road_bands(name).values())))
    plots = []
    for part in shapely.get_parts(land):
        block = part.buffer(-CORNER_M, join_style="mitre").buffer(CORNER_M, join_style="bevel")
        block = block.intersection(part)
        if block.area < SMALLEST_BLOCK_M2:
            continue
        point = block.representative_point()
        plots.append(Plot(name, cell_of(grid, point.x, point.y), "main", block, _front(grid, point)))
    return plots


def _front(grid: Grid, point: shapely.Point) -> tuple[float, float]:
    """Direction to the street of the highest class beside a cell (the expressway is no front)."""
    c, r = raw_cell(grid, point.x, point.y)
    merge = grid.merge_of(c, r)
    west, east = grid.verticals[merge.c0], grid.verticals[merge.c1 + 1]
    south, north = grid.horizontals[merge.r0], grid.horizontals[merge.r1 + 1]
    rank = {**RANK, "expressway": 5}
    return float(rank[west.cls] - rank[east.cls]) + 0.1, float(rank[south.cls] - rank[north.cls]) - 0.2


# --- the river ---------------------------------------------------------------------------------------

#: v -> u of the middle of the river corridor (straight frame).
COURSE = PchipInterpolator(
    [-900, 0, 1900, 2500, 4000, 4600, 6100, 6700, 8500, 9000, 9900],
    [430, 456, 456, 425, 416, 540, 559, 640, 653, 648, 600],
)


def river(widths: dict[str, float]) -> shapely.Polygon:
    """The river from beyond the southern to beyond the northern edge; `widths` by piece, in metres."""
    v = np.arange(-700.0, 9701.0, 25.0)
    known = [(edge, widths[name]) for name, piece in PIECES.items() for edge in (piece.south, piece.north)]
    half = np.interp(v, *np.array(sorted(known)).T) / 2
    middle = COURSE(v) + 19.0 * np.sin(2 * np.pi * v / 830.0) + 6.0 * np.sin(2 * np.pi * v / 310.0)
    east, west = np.column_stack([middle + half, v]), np.column_stack([middle - half, v])
    return shapely.Polygon(np.vstack([east, west[::-1]]))


def river_widths(
    corridors: dict[str, list[shapely.Polygon]], targets_m2: dict[str, float]
) -> dict[str, float]:
    """Width of the river in each piece, so that the water between the roads has the area of the table."""
    widths = dict.fromkeys(PIECES, 30.0)
    for area_id, target in targets_m2.items():
        names = [name for name, piece in PIECES.items() if piece.area_id == area_id]
        land = shapely.union_all([block for name in names for block in corridors[name]])

        excess = partial(_excess_of_water, widths, names, land, target)
        widths = widths | dict.fromkeys(names, float(brentq(excess, 4.0, 90.0, xtol=1e-7)))
    return widths


def _excess_of_water(
    widths: dict[str, float], names: list[str], land: shapely.Geometry, target_m2: float, width: float
) -> float:
    """How much more water than asked a river of some width in the named pieces has on the given land."""
    return river({**widths, **dict.fromkeys(names, width)}).intersection(land).area - target_m2


def plots(targets_m2: dict[str, float]) -> tuple[list[Plot], shapely.Polygon]:
    """Every plot of the plan, strips and water parted off, and the river (straight frame)."""
    blocks = {name: street_blocks(name) for name in PIECES}
    corridors = {
        name: [plot.polygon for plot in found if plot.cell[0] == GRIDS[name].corridor]
        for name, found in blocks.items()
    }
    water = river(river_widths(corridors, targets_m2))
    result = []
    for name, found in blocks.items():
        for plot in found:
            result += _parted(plot, GRIDS[name], water)
    return result, water


def _parted(plot: Plot, grid: Grid, water: shapely.Polygon) -> list[Plot]:
    merge = grid.merge_of(*plot.cell)
    if merge.c0 == grid.corridor:
        pieces = [replace(plot, part="water", polygon=plot.polygon.intersection(water))]
        banks = sorted(shapely.get_parts(plot.polygon.difference(water)), key=lambda part: part.centroid.x)
        for bank, part in zip(banks, ("west", "east"), strict=True):
            pieces.append(replace(plot, part=part, polygon=bank, front=(0.0, 0.0)))
        return pieces
    if grid.expressway in (merge.c0, merge.c1 + 1):
        line = grid.verticals[grid.expressway]
        reach = line.width / 2 + STRIP_M
        near = shapely.box(line.at - reach, grid.piece.south, line.at + reach, grid.piece.north)
        strip, rest = plot.polygon.intersection(near), plot.polygon.difference(near)
        return [replace(plot, part="strip", polygon=strip), replace(plot, polygon=rest)]
    return [plot]


# --- the tiling --------------------------------------------------------------------------------------


def faces(name: str, parcels: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """All faces between the given parcels, the road bands and the edge of a piece, on the millimetre grid."""
    edge = PIECES[name].polygon
    lines = [edge.boundary, *(parcel.boundary for parcel in parcels)]
    lines += [band.boundary.intersection(edge) for band in road_bands(name).values()]
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    return list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
