"""How tables stand on paper: height, columns, letters, which stand beside each other; mm on A3."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from blockplan.report.maps.canvas import width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from blockplan.report.sheets.paper import PaperLayout

    TableDict = dict[str, Any]

#: Height of a row of a table with something to spare, of its head, and of a row as it is set.
ROW_MM, HEAD_MM, LEAST_ROW_MM = 3.2, 13.0, 3.1
#: A second line of its head, and what a further page begins with.
HEAD_LINE_MM, AGAIN_MM = 1.5, 11.0
#: Letters of a table, what a cell leaves free beside them, a further line in a cell.
LETTERS_MM, CELL_PAD_MM, LINE_MM = 2.0, 1.6, 2.3
#: A note below a table but the first.
NOTE_MM = 3.0
#: Letters of a table may be so much smaller where it then stands whole below its map.
LEAST_LETTERS = 0.88
#: A last page filled less than this is spared where letters may be so small; how surely, of a height.
FEW_ROWS, SURE = 0.3, 0.98
#: How much larger the letters of tables on pages of their own may be: of one page, of several.
LARGER_LETTERS = (1.75, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1)
LARGER_ON_PAGES = (1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1, 1.05)
#: A long narrow table stands in columns beside each other: so many rows in each at least, so many columns at
#: most, so far apart; a table is no wider than so many times what its cells take.
LEAST_IN_COLUMN, MOST_COLUMNS, BESIDE_MM, STRETCH = 8, 4, 4.0, 1.5
#: Between tables above each other; how much higher rows are at most where a page has room.
BETWEEN_MM, MOST_AIR_MM = 4.0, 2.4


def natural_mm(table: TableDict) -> float:
    """How wide a table is with each cell on one line."""
    return LETTERS_MM * sum(table["ems"]) + CELL_PAD_MM * len(table["ems"])


def columns_of(table: TableDict, width_mm: float) -> list[int]:
    """How many rows stand in each of the columns of a table, of which several have room in a width."""
    rows = table["rows"]
    room = int((width_mm + BESIDE_MM) / (natural_mm(table) + BESIDE_MM))
    count = min(MOST_COLUMNS, len(rows) // LEAST_IN_COLUMN, room)
    found: list[int] = []
    for left in range(count, 0, -1):
        start = sum(found)
        end = start + math.ceil((len(rows) - start) / left)
        # What sums up the rows above it does not begin a column.
        while start < end < len(rows) and rows[end]["kind"] != "row":
            end += 1
        found.append(end - start)
    return [one for one in found if one] or [len(rows)]


def height_mm(table: TableDict, width_mm: float, *, whole: bool = False) -> float:
    """
    How high a table stands in a width, its long cells broken; no word of a heading is broken.

    Parameters
    ----------
    whole
        Whether its rows stand below each other, as those of a table do that goes on on a further page.
    """
    needed = [width * LETTERS_MM + CELL_PAD_MM for width in table["ems"]]
    rows = [row["cells"] for row in table["rows"]]
    count, more = len(rows) if whole else max(columns_of(table, width_mm)), 0.0
    if sum(needed) > width_mm:
        shared = sum(table["widths"])
        free = width_mm - sum(one for one, share in zip(needed, table["widths"], strict=True) if not share)
        room = {
            at: max(free * share / shared - CELL_PAD_MM, LETTERS_MM)
            for at, share in enumerate(table["widths"])
            if share
        }
        for at, wide in room.items():
            if any(width_of(word, 1.08 * LETTERS_MM) > wide for word in table["heads"][at].split()):
                return math.inf
        broken = ([width_of(row[at], LETTERS_MM) / wide for at, wide in room.items()] for row in rows)
        more = LINE_MM * (sum(max(1, math.ceil(max(of, default=1))) for of in broken) - len(rows))
    more += any("\n" in head for head in table["heads"]) * HEAD_LINE_MM
    return HEAD_MM + ROW_MM * count + more + NOTE_MM * max(0, len(table["notes"]) - 1)


def shelves(
    tables: Iterable[TableDict], width_mm: float, letters: Callable[[TableDict], float] = lambda one: 1.0
) -> tuple[list[list[TableDict]], float]:
    """
    Tables in their order, short ones beside each other, as the template reads them; how high they stand.

    Parameters
    ----------
    letters
        The factor of letters of each.
    """
    shelves_: list[list[tuple[TableDict, float, float]]] = []
    for table in tables:
        k = letters(table)
        count = len(columns_of(table, width_mm / k))
        needed = min(k * (count * natural_mm(table) + (count - 1) * BESIDE_MM), width_mm)
        last = shelves_[-1] if shelves_ else []
        if last and sum(one for _, _, one in last) + needed + len(last) * BESIDE_MM <= width_mm:
            last.append((table, k, needed))
        else:
            shelves_.append([(table, k, needed)])
    out, high = [], BETWEEN_MM * max(0, len(shelves_) - 1)
    for shelf in shelves_:
        wide = sum(needed for _, _, needed in shelf)
        stretch = min((width_mm - BESIDE_MM * (len(shelf) - 1)) / wide, STRETCH)
        set_ = [placed(table, stretch * needed, k, columns=needed) for table, k, needed in shelf]
        out.append(set_)
        high += max(k * height_mm(table, needed / k + 1e-6) for table, k, needed in shelf)
    return out, high


def placed(
    table: TableDict, width_mm: float, letters: float = 1.0, *, columns: float | None = None
) -> TableDict:
    """
    A table as the template reads it: how wide it stands, its letters, its columns.

    Parameters
    ----------
    columns
        The width that its columns are counted in; None for rows below each other, over pages.
    """
    counts = [len(table["rows"])] if columns is None else columns_of(table, columns / letters + 1e-6)
    return {**table, "width": width_mm, "size": LETTERS_MM * letters, "columns": counts}


def below(table: TableDict, layout: PaperLayout) -> TableDict:
    """A table below its map, with letters with which it stands whole there; over pages where it runs on."""
    k = layout.paper.letters
    width = layout.body[0] / k
    factor = layout.table_mm / k / height_mm(table, width)
    if factor < LEAST_LETTERS:
        return placed(table, width)
    ((made,),), _ = shelves([table], width, lambda one: min(factor, 1.0))
    return made


def on_pages(table: TableDict, layout: PaperLayout, letters: float) -> TableDict:
    """A table on pages of its own: in columns on one page with room, its rows as high as that leaves."""
    width, height = (side / layout.paper.letters for side in layout.body)
    high = letters * height_mm(table, width / letters)
    if high > height:
        return placed(table, width, letters)
    ((made,),), _ = shelves([table], width, lambda one: letters)
    air = (SURE * height - high) / letters / (max(made["columns"]) + 1)
    return {**made, "air": round(min(max(air, 0.0), MOST_AIR_MM), 2)}


def letters_alone(table: TableDict, layout: PaperLayout) -> float:
    """The largest factor of letters with which a table has room on a page of its own; else 1."""
    width, height = (side / layout.paper.letters for side in layout.body)
    room = ((one, one * height_mm(table, width / one)) for one in LARGER_LETTERS)
    return next((one for one, high in room if high <= SURE * height), 1.0)


def letters_on_pages(tables: Sequence[TableDict], layout: PaperLayout) -> float:
    """
    The factor of letters of tables with pages of their own.

    Smaller where that spares a last page with a few rows; else the largest that needs no further page.
    """
    width, height = (side / layout.paper.letters for side in layout.body)
    *before, last_one = tables

    def pages(factor: float) -> float:
        high = shelves(before, width, lambda one: factor)[1]
        high += factor * height_mm(last_one, width / factor, whole=True)
        rows = sum(len(one["rows"]) for one in tables)
        return (high - factor * (ROW_MM - LEAST_ROW_MM) * rows) / (height - factor * AGAIN_MM)

    if not before and height_mm(last_one, width) <= SURE * height:
        return letters_alone(last_one, layout)
    whole, last = divmod(pages(1.0), 1)
    if whole and last <= FEW_ROWS and (factor := SURE * whole / (whole + last)) >= LEAST_LETTERS:
        return factor
    return next((one for one in LARGER_ON_PAGES if pages(one) <= SURE * (whole + 1)), 1.0)
