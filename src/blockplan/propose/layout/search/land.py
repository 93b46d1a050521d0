"""The land of a layout problem in arrays: every piece that a block can be cut into, and what it may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from blockplan.propose.layout.problem.case import HOME, home_weights
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.score.score import centres
from blockplan.propose.layout.search.cut_kernels import pieces
from blockplan.propose.layout.search.frame import (
    STATIONS,
    BlockFrame,
    corners_of,
    entered,
    frames_of,
    levels,
    row_polygon,
    stations,
    step_of,
    thinned,
    without_holes,
)
from blockplan.propose.stopping import Clock, Stop

# isort: off
from blockplan.propose.layout.search.state import (
    ALLOWED, AREA, BEFORE, COLUMNS, COUNT, CROOKED, CUT, FIRST, LAST, GREEN, LEVEL, LINES, MANY, MANY_ROWS,
    NODE, PIECE, PLAIN, U0, U1, V0, V1, WAY, WIDTH, LayoutLand, Layout, X, Y,
)  # fmt: skip
# isort: on

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Polygon

    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.score.traffic import CornerSpacing

#: A parcel that fills at least so much of its smallest rotated rectangle is a rectangle (1).
RECTANGLE = 0.98
#: Points of the ecology part, over homes that stay and vacant blocks together.
POINTS = 3_000
#: How often the search looks at a block of mean size, in so many looks a block.
DEALT = 20
#: A corner this close to a row, in m, lies at it.
CLOSE_M = 1e-6
#: Columns of ``Land.pieces`` that hold short and long side in m until streets are joined.
SIDES = [NODE, WAY]
#: Most pieces of all blocks together (some 150 byte each), and how many stations a row has, the finest that
#: keeps to it.
MOST_PIECES = 4_000_000
#: Rows, and pieces, that are drawn up for each second of a search: that takes a part of its time.
ROWS_A_SECOND, PIECES_A_SECOND = 500, 100_000
#: Part of the time after which only whole blocks are drawn up: the search and its end need the rest.
DRAWING_UP = 0.5
FINENESS = (STATIONS, 24, 17, 12, 8, 5)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """
    Vacant land without holes, one entry a part.

    Attributes
    ----------
    polygons, local
        Each part on the map, and in its frames, along and across each.
    frames
        Frames of each part, one or two.
    stations
        (part, axis, lower level, upper level) -> stations of the row, in its frame.
    levels
        (part, axis) -> levels.
    rows
        (part, axis, lower level, upper level), in the order of rows in ``LayoutLand``.
    drawn
        Types by number.
    block
        Number of the vacant block that each part belongs to.
    """

    polygons: list[Polygon]
    local: list[list[Polygon]]
    frames: list[list[BlockFrame]]
    stations: dict[tuple[int, int, int, int], NDArray[np.float64]]
    levels: dict[tuple[int, int], NDArray[np.float64]]
    rows: list[tuple[int, int, int, int]]
    drawn: tuple[str, ...]
    block: list[int]


def field_of(case: Case, params: LayoutParams | None = None, clock: Clock | None = None) -> Field:
    """
    Rows and stations of all vacant blocks, so fine that there are not too many pieces for the time there is.

    When half of the time is over (`clock`), a block has one row: all of it.
    """
    params, clock = params or LayoutParams(), clock or Clock(Stop(seconds=np.inf))
    least = min((case.objectives.min_edge_m.get(name, 0.0) for name in case.missing), default=0.0)
    parts = [(part, number) for number, block in enumerate(case.vacant) for part in without_holes(block)]
    polygons, numbers = [part for part, _ in parts], [number for _, number in parts]
    frames = [frames_of(block) for block in polygons]
    local = [
        [one for frame in some for one in _both_axes(block, frame)]
        for block, some in zip(polygons, frames, strict=True)
    ]
    blank = Field(polygons, local, frames, {}, {}, [], case.objectives.drawn, numbers)
    axes = [(number, axis) for number, some in enumerate(local) for axis in range(len(some))]
    rows = ROWS_A_SECOND * clock.stop.seconds / max(1, len(axes))
    # n levels make n (n - 1) / 2 rows.
    levels_most = int(max(2.0, min(1e6, 0.5 + np.sqrt(2 * rows))))
    pieces_most = min(MOST_PIECES, PIECES_A_SECOND * clock.stop.seconds)
    for most in FINENESS:
        field = replace(blank, stations={}, levels={}, rows=[])
        pieces = 0
        for number, axis in axes:
            shape = (max(least, 1.0), params.green_edge_m, most, 2 if clock.over(DRAWING_UP) else levels_most)
            pieces += _add_rows(field, number, axis, shape)
            if pieces > pieces_most and most != FINENESS[-1] and not clock.over(DRAWING_UP):
                break
        else:
            break
    return field


def _add_rows(field: Field, number: int, axis: int, limits: tuple[float, float, int, int]) -> int:
    """Add the rows of a block along an axis; how many pieces they have."""
    block = field.local[number][axis]
    least, thin, most, levels_most = limits
    corners = corners_of(block)
    every = levels(block.bounds[3], least, corners[:, 1].tolist(), thin)
    at = field.levels[number, axis] = thinned(every, levels_most)
    step, pieces = step_of(block.bounds[2], most), 0
    for low in range(at.size - 1):
        for high in range(low + 1, at.size):
            row = row_polygon(block, at[low], at[high])
            if row is not None:
                key = (number, axis, low, high)
                beside = (corners[:, 1] >= at[low] - CLOSE_M) & (corners[:, 1] <= at[high] + CLOSE_M)
                field.stations[key] = stations(row, step, corners[beside, 0].tolist())
                field.rows.append(key)
                pieces += field.stations[key].size ** 2
    return pieces


def _both_axes(block: Polygon, frame: BlockFrame) -> list[Polygon]:
    corners = frame.local(np.asarray(block.exterior.coords)[:-1])
    # Rounding noise of the turn must not part a station from the corner it starts at.
    corners = np.round(corners, 9)
    both = [shapely.Polygon(corners), shapely.Polygon(corners[:, ::-1])]
    return list(shapely.orient_polygons(np.array(both, dtype=object)))


def allowed(
    table: NDArray[np.float64], whole: NDArray[np.bool_], case: Case, params: LayoutParams
) -> NDArray[Any]:
    """
    The types that each piece may be, as bits in the order of `Objectives.drawn`.

    Parameters
    ----------
    table
        Area, short and long side of each piece, in m2 and m.
    whole
        Whether a piece is all of its block: that may always be small green.
    """
    area, short, long = table.T
    aims = case.objectives
    box = np.maximum(short * long, 1e-9)
    straight = (long <= params.slim * np.maximum(short, 1e-9)) & (area >= params.fill * box)
    bits = np.zeros(area.size, np.int64)
    for number, name in enumerate(aims.drawn):
        if name == "green_s":
            fits = ((area >= aims.green_min_m2) & (short >= params.green_edge_m)) | whole
        elif name not in aims.min_area_m2:
            fits = np.zeros(area.size, bool)
        else:
            fits = (area >= aims.min_area_m2[name]) & (short >= aims.min_edge_m.get(name, 0.0) - 1e-7)
            fits &= (area <= aims.max_area_m2.get(name, np.inf)) & (
                long <= aims.max_edge_m.get(name, np.inf) + 1e-7
            )
            fits &= straight
        bits |= np.where((area > 0) & fits, 1 << number, 0)
    return bits


def land_of(
    case: Case,
    field: Field,
    params: LayoutParams,
    streets: CornerSpacing | None = None,
    clock: Clock | None = None,
) -> LayoutLand:
    """
    The arrays of a search.

    Parameters
    ----------
    streets
        Distances along streets between nodes near the land; straight lines count where None.
    clock
        When half of the time is over, of the rows that are left only whole blocks are drawn up.
    """
    blocks = len(field.polygons)
    axes = max(len(some) for some in field.local)
    most = max(at.size for at in field.levels.values())
    row_of = np.full((blocks, axes, most, most), -1, np.int64)
    cells = np.array([field.stations[key].size - 1 for key in field.rows])
    first = np.concatenate([[0], np.cumsum((cells + 1) ** 2)])
    table = np.zeros((first[-1], COLUMNS))
    shapes: list[NDArray[np.float64]] = []
    total = 0
    for number, (key, n) in enumerate(zip(field.rows, cells, strict=True)):
        whole_block = key[2] == 0 and key[3] == field.levels[key[:2]].size - 1
        if clock is not None and clock.over(DRAWING_UP) and not whole_block:
            continue
        row_of[key] = number
        rows = table[first[number] : first[number + 1]]
        shapes.append(_row_pieces(field, key, rows, total))
        _blame(rows, params)
        whole = np.zeros(len(rows), np.bool_)
        whole[n] = whole_block
        rows[:, ALLOWED] = allowed(rows[:, [AREA, *SIDES]], whole, case, params)
        _hold_back(case, field, key, rows, shapes[-1], total)
        total += len(shapes[-1])
    near_first, near, near_at, points = _points(case, field)
    table[:, [NODE, WAY]] = _to_streets(streets, table[:, [X, Y]])
    return LayoutLand(
        row_of,
        np.array([[_levels(field, part, axis) for axis in range(axes)] for part in range(blocks)]),
        np.column_stack([first[:-1], cells]),
        table,
        np.vstack(shapes),
        points,
        near_first,
        near,
        near_at,
        _homes(case, params, streets),
        _serving(case, streets),
        _kinds(case),
        np.zeros((0, 0), np.float32) if streets is None else streets.apart,
        _numbers(case, params),
        _dealt(field),
    )


def _hold_back(
    case: Case,
    field: Field,
    key: tuple[int, int, int, int],
    rows: NDArray[np.float64],
    corners: NDArray[np.float64],
    before: int,
) -> None:
    """Take from pieces the types that their block does not permit, or that need a street and have none."""
    block, bits = field.block[key[0]], rows[:, ALLOWED].astype(np.int64)
    if case.permitted is not None:
        bits &= sum(1 << at for at, name in enumerate(field.drawn) if name in case.permitted[block])
    if case.fronts is not None and not case.fronts[block].is_empty:
        line = shapely.transform(case.fronts[block], field.frames[key[0]][key[1] // 2].local)
        line = shapely.transform(line, lambda uv: uv[:, ::-1]) if key[1] % 2 else line
        some = np.flatnonzero(bits)
        first = rows[some][:, [FIRST, LAST]].astype(np.int64) - before
        bits[some[~entered(corners, first, line)]] &= 1 << GREEN
    rows[:, ALLOWED] = bits


def _dealt(field: Field) -> NDArray[np.int64]:
    """Blocks as often as the search looks at them: half by their number, and half by their area."""
    area = shapely.area(np.array(field.polygons, dtype=object))
    times = np.maximum(1, np.round(DEALT / 2 * (1 + area / area.mean())).astype(int))
    return np.repeat(np.arange(area.size), times)


def _levels(field: Field, part: int, axis: int) -> int:
    at = field.levels.get((part, axis))
    return 0 if at is None else int(at.size)


def _blame(rows: NDArray[np.float64], params: LayoutParams) -> None:
    """Make of the smallest angle, which stands in ``CROOKED`` so far, how crooked each piece is."""
    box = np.maximum(rows[:, SIDES].prod(axis=1), 1e-9)
    more = np.where(rows[:, CROOKED] < params.sharp_deg, params.sharp, 0.0)
    away = np.maximum(0.0, 1 - rows[:, AREA] / box)
    more += np.where(away > 1 - RECTANGLE, params.uneven, 0.0)
    short, long = rows[:, SIDES].T
    more += np.where(long > params.strip_slim * short, params.strip, 0.0)
    rows[:, CROOKED] = away + more


def _row_pieces(
    field: Field, key: tuple[int, int, int, int], rows: NDArray[np.float64], before: int
) -> NDArray[np.float64]:
    """Fill the rows of ``Land.pieces`` that are the pieces of one row; returns their vertices."""
    part, axis, low, high = key
    at, heights = field.stations[key], field.levels[part, axis]
    row = cast("Polygon", row_polygon(field.local[part][axis], heights[low], heights[high]))
    corners = np.asarray(shapely.orient_polygons(row).exterior.coords)[:-1]
    k = at.size
    table = np.zeros((k * k, 9))
    shapes = np.empty((k * (k - 1) // 2 * (len(corners) + 8), 2))
    count = pieces(corners, at, table, shapes)
    _, bottom, _, top = row.bounds
    i, j = np.divmod(np.arange(k * k), k)
    rows[:, U0], rows[:, V0], rows[:, U1], rows[:, V1] = at[i], bottom, at[j], top
    rows[:, AREA], rows[:, SIDES] = table[:, 0], table[:, 3:5]
    rows[:, [X, Y]] = field.frames[part][axis // 2].world(table[:, 1:3][:, :: -1 if axis % 2 else 1])
    size = (at[j] - at[i]) * (top - bottom)
    rows[:, PLAIN] = np.abs(size - table[:, 0]) < 1e-6 * np.maximum(size, 1.0)
    rows[:, FIRST] = before + table[:, 5]
    rows[:, LAST] = before + table[:, 5] + table[:, 6]
    # Every line has a piece on both sides; what the outline of the block adds is the same for all layouts.
    rows[:, LINES], rows[:, CROOKED] = table[:, 7] / 2, table[:, 8]
    rows[:, BEFORE] = np.where(i == 0, np.nan, at[i])
    return shapes[:count].copy()


def _to_streets(streets: CornerSpacing | None, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.zeros((len(xy), 2)) if streets is None else streets.join(xy)


def _kinds(case: Case) -> NDArray[np.int64]:
    number, aims = _service_numbers(case), case.objectives
    return np.array([[number.get(name, -1), int(name in aims.greens)] for name in aims.drawn])


def _service_numbers(case: Case) -> dict[str, int]:
    return {name: k for k, types in enumerate(case.objectives.services.values()) for name in types}


def _points(
    case: Case, field: Field
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Those near each vacant block, and sample points over homes that stay and vacant land."""
    homes = case.stays[case.stays_types == HOME]
    amount = _amounts(case, field)
    grounds = [*homes, *field.polygons]
    spacing = float(np.sqrt(sum(one.area for one in grounds) / POINTS))
    found = [_sample(one, spacing) for one in grounds]
    xy = np.vstack(found)
    weight = np.concatenate([np.full(len(p), one / len(p)) for p, one in zip(found, amount, strict=True)])
    inside = np.concatenate([np.full(len(p), max(-1, number - len(homes))) for number, p in enumerate(found)])
    greens = case.stays[np.isin(case.stays_types, case.objectives.greens)]
    greens = greens[shapely.area(greens) >= case.objectives.green_min_m2]
    reach = case.objectives.green_m
    dots = shapely.points(xy)
    base = np.zeros(len(xy), np.int64)
    if greens.size:
        base[shapely.dwithin(shapely.union_all(greens), dots, reach)] = 1
    near = [np.flatnonzero(shapely.dwithin(block, dots, reach)) for block in field.polygons]
    most = max(len(some) for some in field.frames)
    # A block without a second frame is never cut along it.
    uv = [
        np.vstack(
            [some[min(f, len(some) - 1)].local(xy[at]) for some, at in zip(field.frames, near, strict=True)]
        )
        for f in range(most)
    ]
    first = np.concatenate([[0], np.cumsum([at.size for at in near])])
    return first, np.concatenate(near), np.array(uv), np.column_stack([weight, base, inside]).astype(float)


def _amounts(case: Case, field: Field) -> NDArray[np.float64]:
    """What homes that stay, and vacant parts as if they were homes, count for in ecology."""
    homes = case.stays[case.stays_types == HOME]
    vacant = shapely.area(np.array(field.polygons, dtype=object))
    if case.weights is None or not case.objectives.weighted:
        return np.concatenate([shapely.area(homes), vacant])
    return np.concatenate([case.weights, vacant * (case.weight_m2 or 0.0)])


def _sample(polygon: Polygon, spacing: float) -> NDArray[np.float64]:
    left, bottom, right, top = polygon.bounds
    nx, ny = (max(1, round((b - a) / spacing)) for a, b in ((left, right), (bottom, top)))
    x = left + (np.arange(nx) + 0.5) * (right - left) / nx
    y = bottom + (np.arange(ny) + 0.5) * (top - bottom) / ny
    xy = np.column_stack([one.ravel() for one in np.meshgrid(x, y)])
    xy = xy[shapely.contains_xy(polygon, xy[:, 0], xy[:, 1])]
    return xy if len(xy) else np.array([polygon.representative_point().coords[0]])


def _homes(case: Case, params: LayoutParams, streets: CornerSpacing | None) -> NDArray[np.float64]:
    """Homes that stay, with their weights."""
    homes = case.stays[case.stays_types == HOME]
    at = centres(homes)
    return np.column_stack([at, home_weights(case, params), _to_streets(streets, at)])


def _serving(case: Case, streets: CornerSpacing | None) -> NDArray[np.float64]:
    """Services that stay."""
    number = _service_numbers(case)
    serves = np.array([name in number for name in case.stays_types], dtype=bool)
    at = centres(case.stays[serves])
    which = np.array([number[name] for name in case.stays_types[serves]], dtype=float)
    return np.column_stack([at, which, _to_streets(streets, at)])


def _numbers(case: Case, params: LayoutParams) -> NDArray[np.float64]:
    """``Land.numbers``, in its order."""
    aims = case.objectives
    weights = [aims.service, aims.ecology, params.dispersion]
    reach = [aims.reach_m(name) for name in aims.services]
    lengths = [aims.diagonal_m, max(reach, default=0.0), aims.green_m]
    # A hair more than is asked, so that rounding does not leave too little.
    wanted = [params.missing, params.parcel, params.line_km / 1_000, params.crooked, params.crooked_rest]
    wanted += [params.jog, params.jog_m, case.homes_m2 * (1 + 1e-9)]
    homes = [params.home_weight, params.home_weight_m2, params.few_homes, params.mean_home_m2]
    counts = [aims.green_min_m2, max(1, _services(case))]
    return np.array([*weights, *lengths, *wanted, *homes, *counts, *reach], dtype=float)


def _services(case: Case) -> int:
    """How many services the finished plan has."""
    there = {*case.stays_types, *(name for name, n in case.missing.items() if n)}
    return sum(bool(there & set(types)) for types in case.objectives.services.values())


def empty_layout(case: Case, land: LayoutLand) -> Layout:
    """Every vacant block one small green, and nothing placed."""
    many = land.row_of.shape[0]
    blocks = np.zeros((many + 2, WIDTH), np.int64)
    blocks[:, [MANY_ROWS, MANY, COUNT]] = 1
    for block in range(many):
        top = land.levels[block, 0] - 1
        first, cells = land.rows[land.row_of[block, 0, 0, top]]
        blocks[block, LEVEL + 1], blocks[block, CUT + 1], blocks[block, PIECE] = top, cells, first + cells
    return Layout(
        blocks,
        np.array([case.missing.get(name, 0) for name in case.objectives.drawn]),
        np.column_stack([land.points[:, 1], land.points[:, 2] < 0]).astype(np.int64),
        np.zeros(land.near.size, np.int64),
        np.ones(1, np.uint64),
    )


def again(layout: Layout, seed: int) -> Layout:
    """A copy of a layout to search on from, with its own random numbers."""
    dice = np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)
    blocks, missing, points, marks = (part.copy() for part in layout[:-1])
    return Layout(blocks, missing, points, marks, dice)
