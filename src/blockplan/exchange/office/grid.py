"""
Where in a sheet the table is: its heading of several rows, units, sums, notes, tables side by side.

Nothing that is left out goes unsaid: sums, notes and repeated headings are counted with their rows.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import pandas as pd

from blockplan.exchange.office.messages import Message, worded
from blockplan.exchange.office.source import ROW, SECTION, SourceFinding, SourceLayer, SourceReading
from blockplan.exchange.office.titles import is_unit_text, name_and_unit, narrower, says_before

#: A heading is looked for in so many rows, and has so many rows at most.
LOOKED_AT = 40
HEADING_ROWS = 4
#: A sheet of more cells, rows times columns, was filled in by mistake far from its table.
MOST_CELLS = 20_000_000
#: So many known fields make a heading.
FEWEST_KNOWN = 2
_SUM = re.compile(
    r"계|.*(?:小计|合计|总计|共计|合計|小計|総計|합계|소계|총계)[:：]?|(?:.*[^\w])?(?:小计|合计|总计|共计|汇总|累计|平均|其中|总用地|总和|(?:sub)?totals?(?![a-z])|sum(?![a-z])|(?:zwischen|gesamt)?summe(?![a-z])|insgesamt)[:：]?.*",
    re.IGNORECASE,
)
#: A figure with a remark behind it (`2.0（其中住宅1.8）`), which sums nothing up.
_REMARKED = re.compile(r"[≤≥<>约不大小于超过]*\d+(?:\.\d+)?(?:%|米|m)?[(,;]")
_NOTE = re.compile(
    r"\d{1,2}[.、．)）]\s*\S*[\u4e00-\u9fff]{3}.*|(?:备?注|说明|附注|制表|填表|审核|校核|审定|资料来源|数据来源|单位|坐标系|(?:notes?|sources?)(?![a-z]))\d*[:：.、)）]?.*",
    re.IGNORECASE,
)
#: What stands alone below a table and is no number of anything.
_SENTENCE = re.compile(r".{12,}[。.]|.{31,}")


#: Halves of a heading that tell the plan's own figure from one of before.
_STATE = re.compile(
    r"现状|现有|既有|原(?:规划|控规|方案)?|本次规划|规划|拟定|(?:控规)?(?:调整|修改|变更|修编|优化)[前后]"
)
_STATE_BEFORE = re.compile(rf"^(?:{_STATE.pattern})")
_SPACES = re.compile(r"(?<![a-z\d])\s+|\s+(?![a-z\d])", re.IGNORECASE)
_FIGURES = re.compile(r"[\d.\-≤≥<>%~]+")
_SECTION = re.compile(r"街区|街坊|单元|片区|组团|区块|分区|block|^\D*$", re.IGNORECASE)
_CORNER = re.compile(r"[A-Za-z]{0,2}\d{1,4}")


class Known(Protocol):
    """Who knows names of fields."""

    def knows(self, name: str) -> bool:
        """Whether a plain name is one of a field of some layer or table."""

    def names_parcels(self, name: str) -> bool:
        """Whether a plain name is one of the parcel's number."""


@dataclass(slots=True)
class SheetGrid:
    """
    Cells of a sheet as they stand, and its merged ranges.

    A range is (first row, first column, last row, last column), counted from 0; `first` is the number
    of the first row in the sheet.
    """

    file: str
    name: str
    cells: list[list[Any]]
    spans: list[tuple[int, int, int, int]]
    first: int = 1


def tables(grid: SheetGrid, known: Known) -> SourceReading:
    """The tables of a sheet; a sheet without a heading that is known gives its texts as remarks."""
    reading = SourceReading()
    if len(grid.cells) * max(map(len, grid.cells), default=0) > MOST_CELLS:
        reading.findings.append(_said(grid, "warning", worded("sheet_too_large", n=MOST_CELLS)))
        return reading
    cells, shared = _filled(grid)
    heading = _heading(cells, known, {row for top, _, bottom, _ in grid.spans for row in range(top, bottom)})
    if heading is None:
        turned = [list(column) for column in zip(*_square(cells), strict=True)]
        other = _heading(turned, known, {at for _, left, _, right in grid.spans for at in range(left, right)})
        if other is None:
            reading.remarks += _texts(cells)
            reading.findings.append(
                _said(
                    grid,
                    "note",
                    worded("sheet_without_heading"),
                )
            )
            return reading
        cells, shared, heading = turned, {(column, row): n for (row, column), n in shared.items()}, other
    top, bottom, names = heading
    reading.remarks += _texts(cells[:top])
    further = _next_heading(cells, bottom, names, known)
    below = SheetGrid(grid.file, grid.name, cells[further:], [], grid.first + further)
    cells = cells[:further]
    for part in _side_by_side(names, known):
        _one_table(grid, known, (cells, shared), (bottom, part), reading)
    if below.cells:
        more = tables(below, known)
        for layer in more.layers:
            # Two tables of one sheet have names of their own.
            layer.name = f"{grid.name} ({len(reading.layers) + 1})"
            reading.layers.append(layer)
        reading.findings += more.findings
        reading.remarks += more.remarks
    return reading


def _next_heading(cells: list[list[Any]], bottom: int, names: list[str], known: Known) -> int:
    """The row in which another table begins below the first; the number of rows where none does."""
    for at in range(bottom + 2, len(cells)):
        titles = [cell for cell in cells[at] if cell is not None]
        if not all(map(_is_title, titles)):
            continue
        fresh = [cell for cell in titles if isinstance(cell, str) and cell not in names]
        knows = [cell for cell in fresh if known.knows(name_and_unit(cell)[0])]
        if len(knows) >= FEWEST_KNOWN and len(knows) > len(titles) / 2:
            return at
    return len(cells)


def _texts(rows: list[list[Any]]) -> list[str]:
    found = dict.fromkeys(str(cell) for row in rows for cell in row if isinstance(cell, str))
    return [text for text in found if len(text) < 500][:200]


def _said(grid: SheetGrid, grade: Any, message: Message, **more: Any) -> SourceFinding:
    return SourceFinding("office-sheet", grade, message, file=grid.file, layer=grid.name, **more)


def _square(cells: list[list[Any]]) -> list[list[Any]]:
    width = max((len(row) for row in cells), default=0)
    return [row + [None] * (width - len(row)) for row in cells]


def _filled(grid: SheetGrid) -> tuple[list[list[Any]], dict[tuple[int, int], int]]:
    """
    The cells with merged ones filled, and where a value stands for several rows:
    (row, column) -> how many.
    """
    cells = _square(grid.cells)
    shared: dict[tuple[int, int], int] = {}
    height, width = len(cells), len(cells[0]) if cells else 0
    for top, left, bottom, right in grid.spans:
        if top >= height or left >= width or cells[top][left] is None:
            continue
        for row in range(top, min(bottom + 1, height)):
            for column in range(left, min(right + 1, width)):
                cells[row][column] = cells[top][left]
                if bottom > top:
                    shared[row, column] = bottom - top + 1
    return cells, shared


def _heading(cells: list[list[Any]], known: Known, joint: set[int]) -> tuple[int, int, list[str]] | None:
    """
    First and last row of the heading, and the name of each column; the block of rows that says the most.

    A heading neither begins nor ends within a merged cell: `joint` are the rows from which one goes on
    to the next.
    """
    whole = _best_heading(cells, known, joint) or _best_heading(cells, known, set())
    if whole is None:
        return None
    top, bottom, names = whole
    # A row below that names parts of figures (`住宅`, `商业` below `建筑面积`), and no parcel, belongs to it.
    while (
        bottom + 1 < len(cells)
        and bottom + 1 - top < HEADING_ROWS
        and _names_parts(cells, bottom, names, known)
    ):
        bottom += 1
        names = _names(cells[top : bottom + 1], known)
    # Units, and the numbers of the columns, may stand in rows of their own below.
    while bottom + 1 < len(cells) and _below_heading(cells[bottom + 1]):
        names = [
            f"{name}({cell})" if isinstance(cell, str) and is_unit_text(cell) and name else name
            for name, cell in zip(names, cells[bottom + 1], strict=True)
        ]
        bottom += 1
    return top, bottom, names


def _names(rows: list[list[Any]], known: Known) -> list[str]:
    return _from_left([_combined(column, known) for column in zip(*rows, strict=True)], rows, known)


def _names_parts(cells: list[list[Any]], bottom: int, names: list[str], known: Known) -> bool:
    below = cells[bottom + 1]
    there = [cell for cell in below if cell is not None]
    if len(there) < FEWEST_KNOWN or not all(isinstance(cell, str) and _is_title(cell) for cell in there):
        return False
    if all(map(is_unit_text, there)):
        return False
    numbers = [at for at, name in enumerate(names) if known.names_parcels(name_and_unit(name)[0])]
    return bool(numbers) and all(below[at] is None and cells[bottom][at] is not None for at in numbers)


def _best_heading(cells: list[list[Any]], known: Known, joint: set[int]) -> tuple[int, int, list[str]] | None:
    best: tuple[float, int, int, list[str]] | None = None
    for top in range(min(LOOKED_AT, len(cells))):
        if top - 1 in joint or sum(cell is not None for cell in cells[top]) < FEWEST_KNOWN:
            continue
        for bottom in range(top, min(top + HEADING_ROWS, len(cells))):
            if any(not _is_title(cell) for row in cells[top : bottom + 1] for cell in row):
                break
            if bottom in joint:
                continue
            columns = list(zip(*cells[top : bottom + 1], strict=True))
            names = _names(cells[top : bottom + 1], known)
            sure = {name for name in names if known.knows(_STATE_BEFORE.sub("", name_and_unit(name)[0]))}
            # A name over two rows says more than its lower half, which may be a name of its own.
            longer = {
                name
                for name, column in zip(names, columns, strict=True)
                if name not in column and (name in sure or any(map(sure.__contains__, column)))
            }
            score = len(sure) - 0.01 * (bottom - top) + 0.02 * len(longer)
            if score >= FEWEST_KNOWN - 0.1 and (best is None or score > best[0]):
                best = (score, top, bottom, names)
    return best and best[1:]


def _is_title(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and len(cell) <= 60 and not _FIGURES.fullmatch(cell))


def _below_heading(row: list[Any]) -> bool:
    there = [cell for cell in row if cell is not None]
    if not there:
        return False
    if all(isinstance(cell, str) and is_unit_text(cell) for cell in there):
        return True
    counted = [str(cell).strip("()（）") for cell in there]
    return len(there) > 3 and counted == [
        str(int(counted[0]) + n) if counted[0].isdigit() else "" for n in range(len(there))
    ]


def _combined(levels: tuple[Any, ...], known: Known) -> str:
    """The name of a column from its heading's rows: the longest ending of them that is a known name."""
    parts = [
        level for n, level in enumerate(levels) if level is not None and (n == 0 or level != levels[n - 1])
    ]
    before = next((at for at, part in enumerate(parts) if says_before(str(part))), None)
    if before is not None and len(parts) > 1:
        # What it is of may stand above it (`容积率` over `现状`, `规划`) or below.
        return "".join(parts[before:] if before + 1 < len(parts) else [parts[-1], *parts[:-1]])
    for start in range(len(parts)):
        joined = "".join(parts[start:])
        if known.knows(name_and_unit(joined)[0]):
            return joined
    for at, part in reversed(list(enumerate(parts))):
        if known.knows(name_and_unit(part)[0]):
            # `住宅` below `建筑面积` makes another figure of it, `合计` does not; `地上` has a name with it.
            below = "".join(map(str, parts[at + 1 :]))
            own = narrower(below) or (below and known.knows(name_and_unit(f"{below}{part}")[0]))
            return f"{below}{part}" if own else str(part)
    return "".join(parts)


def _from_left(names: list[str], rows: list[list[Any]], known: Known) -> list[str]:
    """
    Names of columns whose heading stands further left, over several columns that nobody merged: the second of
    `容积率` over `下限`, `上限`.
    """
    found = list(names)
    if len(rows) < 2:
        return found
    over = None
    for at, (above, below) in enumerate(zip(rows[0], rows[-1], strict=True)):
        over = above if above is not None else over
        if above is None and below is not None and over is not None:
            state = _STATE.fullmatch(str(below))
            options = [_combined((over, below), known)] if state else [f"{over}{below}", f"{below}{over}"]
            known_as = (one for one in options if known.knows(name_and_unit(one)[0]) or says_before(one))
            found[at] = next(known_as, found[at])
    return found


def _side_by_side(names: list[str], known: Known) -> list[list[tuple[int, str]]]:
    """Columns of each table where the same heading stands several times from left to right."""
    columns = [(at, name) for at, name in enumerate(names) if name]
    starts = [at for at, name in columns if known.names_parcels(name_and_unit(name)[0])]
    titles = [names[at] for at in starts]
    if len(starts) < 2 or len(set(titles)) > 1:
        return [columns]
    # What stands before the first number (a serial number) stands before each.
    before = starts[0] - columns[0][0]
    edges = [start - before for start in starts] + [len(names)]
    parts = [[(at, name) for at, name in columns if low <= at < high] for low, high in pairwise(edges)]
    whole = {name for _, name in parts[0]}
    return parts if all({name for _, name in part} <= whole for part in parts) else [columns]


def _one_table(
    grid: SheetGrid,
    known: Known,
    sheet: tuple[list[list[Any]], dict[tuple[int, int], int]],
    heading: tuple[int, list[tuple[int, str]]],
    reading: SourceReading,
) -> None:
    cells, shared = sheet
    bottom, columns = heading
    titles, units = _titles(columns)
    names = [name for _, name in columns]
    number = next(
        (n for n, (_, name) in enumerate(columns) if known.names_parcels(name_and_unit(name)[0])), None
    )
    rows: list[list[Any]] = []
    joint: dict[tuple[int, str], int] = {}
    dropped: dict[str, list[int]] = {}
    section: str | None = None
    for at in range(bottom + 1, len(cells)):
        values = [cells[at][column] for column, _ in columns]
        kind = _kind(values, names, number)
        if kind == "section":
            section = next(str(value) for value in values if value is not None)
            # A heading over some rows is not lost: it goes with them.
            continue
        if kind == "note":
            reading.remarks += [str(value) for value in values if value is not None]
        if kind != "row":
            if kind != "empty":
                dropped.setdefault(kind, []).append(grid.first + at)
            continue
        for (column, _), title in zip(columns, titles, strict=True) if shared else ():
            if (at, column) in shared:
                joint[len(rows), title] = shared[at, column]
        rows.append([*values, grid.first + at, section])
    for kind, numbers in dropped.items():
        reading.findings.append(
            _said(
                grid,
                "note",
                worded(
                    "rows_left_out",
                    n=len(numbers),
                    kind=worded(kind),
                    rows=", ".join(map(str, numbers[:10])),
                ),
                measured=float(len(numbers)),
            )
        )
    frame = pd.DataFrame(rows, columns=[*titles, ROW, SECTION], dtype="object")
    before = len(reading.layers)
    name = grid.name if not before else f"{grid.name} ({before + 1})"
    reading.layers.append(SourceLayer(grid.file, name, frame, units=units, shared=joint))


def _titles(columns: list[tuple[int, str]]) -> tuple[list[str], dict[str, str]]:
    titles: list[str] = []
    units: dict[str, str] = {}
    for _, name in columns:
        title = " ".join(name.split())
        while title in titles:
            title += "'"
        titles.append(title)
        unit = name_and_unit(name)[1]
        if unit:
            units[title] = unit
    return titles, units


def _closed_up(text: str) -> str:
    """A text without spaces (`小 计`) but those between Latin words, in half width."""
    return _SPACES.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text))


def _kind(values: list[Any], names: list[str], number: int | None) -> str:
    """What a row below the heading is: row, empty, subtotal, note, section or repeated heading."""
    there = [
        value for value in values if value is not None and not (isinstance(value, str) and not value.strip())
    ]
    if not there:
        return "empty"
    texts = [one for one in there if isinstance(one, str)]
    first = [_closed_up(one) for one in texts[:2]]
    if sum(map(operator.eq, map(str, values), names)) > len(there) / 2:
        return "repeated_heading"
    if any(_SUM.fullmatch(one) and not _REMARKED.match(one) for one in first):
        return "subtotal"
    alone = number is not None and len(there) == 1 and values[number] is not None
    noted = first and _NOTE.fullmatch(first[0]) and len(set(map(str, there))) <= 2
    # (no number is as long as a sentence, or ends so)
    if noted or (alone and first and _SENTENCE.fullmatch(first[0])):
        return "note"
    # A heading of rows stands at the left, or goes over all columns; the mark of a corner does neither.
    marked = len(there) == 1 and values[0] is None and _CORNER.fullmatch(str(there[0]).strip())
    if marked or (alone and not _SECTION.search(str(there[0]))):
        return "row"
    heading = len(texts) == len(there) and len(set(texts)) == 1 and (len(there) > 1 or len(names) > 2)
    return ("note" if len(first[0]) > 30 else "section") if heading else "row"
