"""How tables stand on paper: height, columns, letters, which stand beside each other; mm on A3."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from blockplan.report.maps.svg import text_width
from blockplan.report.sheets.printed_tables import unbroken, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from blockplan.report.sheets.paper import PaperLayout

    TableDict = dict[str, Any]

#: Height of a row of a table with something to spare, of its title and head, and of a row as it is set.
ROW_MM, HEAD_MM, LEAST_ROW_MM = 3.2, 8.2, 3.1
#: A second line of its head, and what a further page begins with.
HEAD_LINE_MM, AGAIN_MM = 2.5, 11.0
#: Letters of a table, what a cell leaves free beside them, a further line in a cell.
LETTERS_MM, CELL_PAD_MM, LINE_MM = 2.0, 1.6, 2.3
#: A column of texts that gives way to others keeps so many letters in a line.
TEXT_EMS = 7.0
#: A line of notes below a table, and what stands above the first.
NOTE_MM, ABOVE_NOTES_MM = 3.0, 1.0
#: Letters of a table may be so much smaller where it then stands whole below its map.
LEAST_LETTERS = 0.88
#: A last page filled less than this is spared where letters may be so small; how surely, of a height.
FEW_ROWS, SURE = 0.3, 0.98
#: How much larger the letters of tables on pages of their own may be: of one page, of several.
LARGER_LETTERS = (1.75, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1)
LARGER_ON_PAGES = (1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1, 1.05)
#: A long narrow table stands in columns beside each other: so many rows in each at least, so many columns at
#: most, so far apart; a table is no wider than so many times what its cells take.
LEAST_IN_COLUMN, MOST_COLUMNS, BESIDE_MM, STRETCH = 8, 5, 4.0, 1.5
#: Between tables above each other; how much higher rows are at most where a page has room.
BETWEEN_MM, MOST_AIR_MM = 4.0, 2.4
#: What a width is rounded by, of itself.
ROUNDED = 0.005
#: Rows that may stay empty at the end of a page before a row that has more lines.
BREAK_ROWS = 3


def natural_mm(table: TableDict) -> float:
    """How wide a table is with each cell on one line."""
    return LETTERS_MM * sum(table["ems"]) + CELL_PAD_MM * len(table["ems"])


def columns_of(table: TableDict, width_mm: float) -> list[int]:
    """How many rows stand in each of the columns of a table, of which several have room in a width."""
    rows = table["rows"]
    room = int((width_mm + BESIDE_MM) / (natural_mm(table) + BESIDE_MM))
    count = min(MOST_COLUMNS, len(rows) // table.get("least_rows", LEAST_IN_COLUMN), room)
    found: list[int] = []
    for left in range(count, 0, -1):
        start = sum(found)
        end = start + math.ceil((len(rows) - start) / left)
        # What sums up the rows above it does not begin a column.
        while start < end < len(rows) and rows[end]["kind"] != "row":
            end += 1
        found.append(end - start)
    return [one for one in found if one] or [len(rows)]


def widths_mm(table: TableDict, width_mm: float) -> list[float]:
    """
    How wide the columns of a table stand in a width.

    Where its long texts break, headings between words and numbers give way to them, as far as that helps.
    """
    natural = [width * LETTERS_MM + CELL_PAD_MM for width in table["ems"]]
    shares = table["widths"]
    if sum(natural) <= width_mm or not any(shares):
        return [one * width_mm / sum(natural) for one in natural]
    runs = unbroken(table["heads"], (row["cells"] for row in table["rows"]))
    firm = [
        # A column of texts gives way too, down to its longest word and some letters more.
        0.0
        if share
        else one - max(0.0, one - (least or max(run, TEXT_EMS)) * LETTERS_MM - CELL_PAD_MM) * (" " in head)
        for one, share, least, run, head in zip(
            natural, shares, table.get("least") or table["ems"], runs, table["heads"], strict=True
        )
    ]
    fixed = sum(one for one, share in zip(natural, shares, strict=True) if not share)
    lacking, spare = sum(natural) - width_mm, fixed - sum(firm)
    gives = min(1.0, lacking / spare) if spare else 0.0
    free = (width_mm - fixed + gives * spare) / sum(shares)
    return [
        free * share if share else one - gives * (one - least)
        for one, share, least in zip(natural, shares, firm, strict=True)
    ]


def height_mm(table: TableDict, width_mm: float, *, whole: bool = False) -> float:
    """
    How high a table stands in a width, its long cells broken; no word of a heading is broken.

    Parameters
    ----------
    whole
        Whether its rows stand below each other, as those of a table do that goes on on a further page.
    """
    rows = [row["cells"] for row in table["rows"]]
    count, more = len(rows) if whole else max(columns_of(table, width_mm)), 0.0
    if natural_mm(table) > width_mm:
        room = {
            at: max(wide - CELL_PAD_MM, LETTERS_MM)
            for at, wide in enumerate(widths_mm(table, width_mm))
            if table["widths"][at]
        }
        for at, wide in room.items():
            if any(text_width(word, LETTERS_MM) > wide for word in words(table["heads"][at])):
                return math.inf
        broken = ([text_width(row[at], LETTERS_MM) / wide for at, wide in room.items()] for row in rows)
        more = LINE_MM * (sum(max(1, math.ceil(max(of, default=1) - ROUNDED)) for of in broken) - len(rows))
    more += any("\n" in head for head in table["heads"]) * HEAD_LINE_MM
    notes = sum(max(1, math.ceil(text_width(note, LETTERS_MM) / width_mm)) for note in table["notes"])
    return HEAD_MM + ROW_MM * count + more + NOTE_MM * notes + ABOVE_NOTES_MM * (notes > 0)


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
    wide = widths_mm(table, (width_mm / letters + BESIDE_MM) / len(counts) - BESIDE_MM + 1e-6)
    return {**table, "width": width_mm, "size": LETTERS_MM * letters, "columns": counts, "widths_mm": wide}


def below(tables: Sequence[TableDict], layout: PaperLayout) -> list[list[TableDict]]:
    """Tables below their map, with the letters with which they stand whole there."""
    k = layout.paper.letters
    width = layout.body[0] / k
    factor = min(layout.table_mm / k / shelves(tables, width)[1], 1.0)
    return shelves(tables, width, lambda one: factor)[0]


def on_pages(tables: Sequence[TableDict], layout: PaperLayout, again: str) -> list[list[TableDict]]:
    """
    Tables on pages of their own, with rows as high as the pages leave room for.

    The last has a page to itself where it stands in columns that would be torn by the end of a page, or where
    those before it then need no further page for their last rows.
    """
    width, height = (side / layout.paper.letters for side in layout.body)
    letters = letters_on_pages(tables, layout)
    set_, high = shelves(tables, width, lambda one: letters)
    *before, last = tables
    if high > height and len(columns_of(last, width / letters)) > 1:
        highest = shelves(before, width, lambda one: letters)[1]
        needed = BETWEEN_MM + letters * height_mm(last, width / letters)
        lowest = highest - letters * (ROW_MM - LEAST_ROW_MM) * sum(len(one["rows"]) for one in before)
        alone = letters_on_pages(before, layout) if before else letters
        fewer = alone < letters and _pages(before, layout, alone) < _pages(before, layout, letters)
        if fewer or lowest <= height / SURE or needed > -highest % height:
            parts = [before] if before else []
            parts += [[one] for one in parted(last, (width, height), 1.0, again)]
            out = [on_pages(one, layout, again) for one in parts]
            return [
                [{**one, "page": at > 0 and row == 0} for one in shelf]
                for at, part in enumerate(out)
                for row, shelf in enumerate(part)
            ]
    pages = max(1, math.ceil(high / height))
    rows = max(1, sum(max(max(one["columns"]) for one in shelf) + 1 for shelf in set_))
    room = (SURE * pages * height - high) / letters - (pages - 1) * (AGAIN_MM + BREAK_ROWS * ROW_MM)
    air = round(min(max(room / rows + ROW_MM - LEAST_ROW_MM, 0.0), MOST_AIR_MM), 2)
    return [[{**one, "air": air} for one in shelf] for shelf in set_]


def _pages(tables: Sequence[TableDict], layout: PaperLayout, letters: float) -> int:
    """How many pages tables above each other take."""
    width, height = (side / layout.paper.letters for side in layout.body)
    return math.ceil(shelves(tables, width, lambda one: letters)[1] / height)


def parted(table: TableDict, room_mm: tuple[float, float], letters: float, again: str) -> list[TableDict]:
    """A table, or one a page of a table in columns that has no room on one; `again` names the others."""
    width, height = (side / letters for side in room_mm)
    count, rows = len(columns_of(table, width)), table["rows"]
    if count == 1 or height_mm(table, width) <= height:
        return [table]
    head = height_mm({**table, "rows": []}, width)
    pages = math.ceil(len(rows) / (count * int((height - head) / ROW_MM)))
    most = count * math.ceil(len(rows) / pages / count)
    starts = range(0, len(rows), most)
    return [
        {
            **table,
            "rows": rows[start : start + most],
            "title": (again if start else "") + table["title"],
            "notes": table["notes"] if start == starts[-1] else [],
        }
        for start in starts
    ]


def letters_alone(tables: Sequence[TableDict], layout: PaperLayout) -> float:
    """The largest factor of letters with which tables have room on a page of their own; else 1."""
    width, height = (side / layout.paper.letters for side in layout.body)

    def fits(factor: float) -> bool:
        return shelves(tables, width, lambda one: factor)[1] <= SURE * height

    return next(filter(fits, LARGER_LETTERS), 1.0)


def letters_on_pages(tables: Sequence[TableDict], layout: PaperLayout) -> float:
    """
    The factor of letters of tables with pages of their own, of which the longest goes on over pages.

    Smaller where that spares a last page with a few rows; else the largest that needs no further page.
    """
    width, height = (side / layout.paper.letters for side in layout.body)
    *before, longest = sorted(tables, key=lambda one: height_mm(one, width))

    def pages(factor: float) -> float:
        high = shelves(before, width, lambda one: factor)[1]
        high += factor * height_mm(
            longest, width / factor, whole=len(columns_of(longest, width / factor)) == 1
        )
        rows = sum(len(one["rows"]) for one in tables)
        return (high - factor * (ROW_MM - LEAST_ROW_MM) * rows) / (height - factor * AGAIN_MM)

    if shelves(tables, width)[1] <= SURE * height:
        return letters_alone(tables, layout)
    whole, last = divmod(pages(1.0), 1)
    if whole and last <= FEW_ROWS and (factor := SURE * whole / (whole + last)) >= LEAST_LETTERS:
        return factor
    return next((one for one in LARGER_ON_PAGES if pages(one) <= SURE * (whole + 1)), 1.0)
