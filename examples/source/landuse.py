"""From recipes to parcels: shares that meet the table, lots carved from the plots, and the tiling."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import shapely
from blocks import Plot, faces, plots, raw_cell, road_bands
from carve import Lot, carve
from frame import PIECES, noise
from grids import GRIDS, RANK, SUBBLOCKS, Grid, subblock_of
from recipes import RECIPES, TABLE_HA

HA = 10_000.0
#: Largest lot of a code, in ha; a larger share is divided.
LARGEST_HA = {
    "0701": 3.9,
    "0802": 3.6,
    "0901": 2.5,
    "0902": 2.3,
    "0904": 2.4,
    "1001": 7.9,
    "16": 7.0,
    "0301": 7.9,
}
LARGEST_OTHER_HA = 7.5
SMALLEST_ROAD_M2 = 150.0
#: Codes nearer to the main street of a block have the higher rank.
FRONT_RANK = {
    "1403": 9,
    "0901": 8,
    "0902": 7,
    "0904": 6,
    "0803": 6,
    "1206": 6,
    "0702": 5,
    "1401": 5,
    "0802": 4,
}
BANKS = {"west": "0301~1", "east": "0301~0.75 1402~0.25", "strip": "1402~1", "water": "1701~1"}


@dataclass(frozen=True)
class Parcel:
    """One parcel in the straight frame, before it has a number."""

    piece: str
    cell: tuple[int, int]
    code: str
    mark: str
    polygon: shapely.Geometry
    street: str = ""


@dataclass
class _Recipe:
    fixed: list[Lot]
    weights: dict[str, float]
    marks: dict[str, str]


def table(area_id: str) -> dict[str, float]:
    """Code of the plan's table -> m2 in one area."""
    pairs = (entry.split() for entry in TABLE_HA[area_id].split("|"))
    return {code: float(ha) * HA for code, ha in pairs}


def heading(code: str, codes: dict[str, float]) -> str:
    """The row of the table that a code belongs to: the longest that it begins with."""
    return max((row for row in codes if code.startswith(row)), key=len)


def _parse(text: str) -> _Recipe:
    recipe = _Recipe([], {}, {})
    for word in text.split():
        body, _, mark = word.partition("@")
        if ":" in body:
            code, _, ha = body.partition(":")
            recipe.fixed.append(Lot(code, float(ha) * HA, mark, FRONT_RANK.get(code, 0)))
        else:
            code, _, weight = body.partition("~")
            recipe.weights[code] = float(weight)
            recipe.marks[code] = mark
    return recipe


def _recipes() -> dict[tuple[str, tuple[int, int]], _Recipe]:
    found = {}
    for piece, text in RECIPES.items():
        for line in text.strip().splitlines():
            cell, rest = line.split(maxsplit=1)
            c, r = map(int, cell.split(","))
            found[piece, (c, r)] = _parse(rest)
    return found


def shares(area_id: str, found: list[tuple[Plot, _Recipe]], roads_m2: float) -> list[list[Lot]]:
    """
    Lots of each plot: the fixed ones, and the flexible ones with areas that meet the table.

    Proportional fitting: weights are scaled row by row and column by column
    until every plot is filled and every code has its total.
    """
    rows = table(area_id)
    codes = sorted({code for _, recipe in found for code in recipe.weights})
    weights = np.array([[recipe.weights.get(code, 0.0) for code in codes] for _, recipe in found])
    free = np.array([plot.polygon.area - sum(lot.area_m2 for lot in recipe.fixed) for plot, recipe in found])
    taken: dict[str, float] = defaultdict(float, {"1207": roads_m2})
    for _, recipe in found:
        for lot in recipe.fixed:
            taken[heading(lot.code, rows)] += lot.area_m2
    flexible = {heading(code, rows) for code in codes}
    lacking = {
        r: round((taken[r] - m2) / HA, 3)
        for r, m2 in rows.items()
        if r not in flexible and abs(taken[r] - m2) > 1
    }
    if lacking:
        raise SystemExit(f"{area_id}: fixed lots differ from the table, in ha: {lacking}")
    wanted = np.array([rows[heading(code, rows)] - taken[heading(code, rows)] for code in codes])
    filled = _fit(weights, free, wanted)
    return [
        recipe.fixed + [lot for code, m2 in zip(codes, row, strict=True) for lot in _lots(code, m2, recipe)]
        for (_, recipe), row in zip(found, filled, strict=True)
    ]


def _lots(code: str, area_m2: float, recipe: _Recipe) -> list[Lot]:
    """A code's share of a plot as lots no larger than the code allows, of slightly unequal size."""
    if area_m2 <= 0:
        return []
    count = int(np.ceil(area_m2 / HA / LARGEST_HA.get(code, LARGEST_OTHER_HA)))
    sizes = np.array([1.0 + 0.13 * noise(index, count, area_m2 / HA) for index in range(count)])
    rank = FRONT_RANK.get(code, 0)
    return [Lot(code, area_m2 * size / sizes.sum(), recipe.marks[code], rank) for size in sizes]


def _fit(weights: np.ndarray, free: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    # Fixed lots may exceed the table by a square metre, lest rounding take it; the others give it.
    spare = wanted.sum() - free.sum()
    filled = weights.copy()
    for _ in range(20_000):
        filled *= wanted / filled.sum(axis=0)
        off = np.abs(filled.sum(axis=1) - free).max()
        filled *= (free / filled.sum(axis=1))[:, None]
        if off < 1e-4 + abs(spare):
            return filled
    filled *= wanted / filled.sum(axis=0)
    off = np.round((filled.sum(axis=1) - free) / HA, 3)
    raise SystemExit(
        f"the table cannot be met: plots are off by, in ha, {dict(enumerate(off))}; wanted {wanted / HA}"
    )


def layout() -> tuple[dict[str, list[Parcel]], shapely.Polygon]:
    """The parcels of each piece as they are carved, without road land, and the river (straight frame)."""
    found, water = plots({area_id: table(area_id)["17"] for area_id in TABLE_HA})
    recipes = _recipes()
    carved: dict[str, list[Parcel]] = {name: [] for name in PIECES}
    for area_id in TABLE_HA:
        mine = [plot for plot in found if PIECES[plot.piece].area_id == area_id]
        paired = [
            (plot, recipes[plot.piece, plot.cell] if plot.part == "main" else _parse(BANKS[plot.part]))
            for plot in mine
        ]
        land = sum(piece.polygon.area for piece in PIECES.values() if piece.area_id == area_id)
        roads = land - sum(plot.polygon.area for plot in mine)
        for plot, lots in zip(mine, shares(area_id, paired, roads), strict=True):
            for lot, polygon in carve(plot.polygon, lots, plot.front):
                carved[plot.piece].append(Parcel(plot.piece, plot.cell, lot.code, lot.mark, polygon))
    return carved, water


def tiled(name: str, carved: list[Parcel]) -> list[Parcel]:
    """
    Parcels of one piece with shared vertices, and the road land between them.

    The faces between all outlines go to the parcel that holds them; the faces
    in no parcel are road land, and go to a street and a sub-block.
    """
    tree = shapely.STRtree([parcel.polygon for parcel in carved])
    of_parcel: dict[int, list[shapely.Polygon]] = defaultdict(list)
    of_street: dict[tuple[str, int], list[shapely.Polygon]] = defaultdict(list)
    for face in faces(name, [parcel.polygon for parcel in carved]):
        hits = tree.query(face.representative_point(), predicate="within")
        if len(hits):
            of_parcel[int(hits[0])].append(face)
        else:
            of_street[_street_of(GRIDS[name], face)].append(face)
    result = [replace(carved[index], polygon=_joined(parts)[0]) for index, parts in sorted(of_parcel.items())]
    roads = [
        Parcel(name, _first_cell(name, number), "1207", "", polygon, street)
        for (street, number), parts in sorted(of_street.items())
        for polygon in _joined(parts)
    ]
    return result + _without_scraps(roads)


def _without_scraps(roads: list[Parcel]) -> list[Parcel]:
    """Road land, with pieces too small for a parcel given to the neighbour they share most edge with."""
    roads = sorted(roads, key=lambda road: -road.polygon.area)
    while roads[-1].polygon.area < SMALLEST_ROAD_M2:
        scrap = roads.pop()
        shared = [shapely.intersection(road.polygon, scrap.polygon).length for road in roads]
        best = int(np.argmax(shared))
        joined = shapely.coverage_union_all([roads[best].polygon, scrap.polygon])
        roads[best] = replace(roads[best], polygon=joined)
    return sorted(roads, key=lambda road: road.street)


def _joined(parts: list[shapely.Polygon]) -> list[shapely.Polygon]:
    return list(shapely.get_parts(shapely.coverage_union_all(parts)))


def _street_of(grid: Grid, face: shapely.Polygon) -> tuple[str, int]:
    """Name of the street whose band holds (or is nearest to) a face, and the sub-block it is counted in."""
    name, point = grid.piece.name, face.representative_point()
    bands = road_bands(name)
    holding = [key for key, band in bands.items() if band.covers(point)]
    if not holding:
        holding = sorted(bands, key=lambda key: (bands[key].distance(point), RANK[key[0]]))
    street = holding[0][1]
    c, r = raw_cell(grid, point.x, point.y)
    vertical = next((a for a, line in enumerate(grid.verticals) if line.name == street), None)
    if vertical is not None:
        return street, subblock_of(name, max(vertical - 1, 0), r)
    horizontal = next(b for b, line in enumerate(grid.horizontals) if line.name == street)
    return street, subblock_of(name, c, max(horizontal - 1, 0))


def _first_cell(name: str, number: int) -> tuple[int, int]:
    columns, _, rows = SUBBLOCKS[name].split()[number - 1].partition("/")
    return int(columns.split("-")[0]), int(rows.split("-")[0])
