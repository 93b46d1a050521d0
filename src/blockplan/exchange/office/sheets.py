"""
Tables of an office: workbooks and CSV, as people lay them out.

A sheet becomes a grid of texts and numbers; where in it the table begins, which rows are its heading and
which are sums, notes and repeated headings is found in `blockplan.exchange.office.grid`.

Tables whose rows draw themselves: a column of WKT (``POLYGON((...))``), as databases export layers.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from blockplan.errors import PlanDataError
from blockplan.exchange.office.forms import forms_of, table_of_forms
from blockplan.exchange.office.grid import SheetGrid, tables
from blockplan.exchange.office.messages import Message, refused, worded
from blockplan.exchange.office.source import Findings, SourceFinding, SourceLayer, SourceReading
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import is_blank, text_of
from blockplan.exchange.office.vectors import unique_names
from blockplan.exchange.workbooks import ShownInPercent, Workbook
from blockplan.plan.files import encodings

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.exchange.office.grid import Known
    from blockplan.exchange.workbooks import Worksheet

#: What is said of a workbook of which not all is known.
UNTOLD = worded("workbook_values_alone")
#: Sheets of a plan's own tables (`blockplan report`) that hold what was computed of it, estimates among them.
COMPUTED = frozenset({
    "land_balance", "per_thousand", "loads", "utilities", "parking", "phases", "transition", "changes",
    "sources",
})  # fmt: skip
SAVE_AGAIN = worded("save_as_xlsx_without_password")
#: A cell may draw an area of many points.
LONGEST_CELL = 20_000_000
_ERRORS = re.compile(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")
#: Numbers that can only have a decimal comma, or a decimal point; and either kind with a comma.
_COMMA = re.compile(r"[≤≥<>]?\s*[-+]?(?:\d{1,3}(?:[. ]\d{3})+|\d+),(?:\d{1,2}|\d{4,})\s*%?")
_POINT = re.compile(r"[≤≥<>]?\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)\.(?:\d{1,2}|\d{4,})\s*%?")
_EITHER = re.compile(r"[≤≥<>]?\s*[-+]?(?:\d{1,3}(?:[. ]\d{3})+|\d+)(?:,\d+)?\s*%?")


def read_workbook(path: Path, label: str, known: Known) -> SourceReading:
    """
    The tables of a workbook: one a sheet, or several where they stand side by side.

    Raises
    ------
    PlanDataError
        If the file is no workbook that can be read.
    """
    reading = SourceReading()
    grids: list[SheetGrid] = []
    with path.open("rb") as file:
        head = file.read(512).lstrip(b"\xef\xbb\xbf\r\n\t ")
    if path.suffix.lower() == ".xls" and head and not head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        # Many programs of the web call what they export a workbook.
        if head.startswith(b"<"):
            raise refused(PlanDataError, "workbook_is_web_page", file=label, again=SAVE_AGAIN)
        return read_csv(path, label, known)
    try:
        with Workbook(path) as book:
            if not book.tells_all:
                reading.findings.append(_note(label, "", UNTOLD))
            for name, visible in book.visible.items():
                if not visible or (name in COMPUTED and set(book.visible) >= COMPUTED):
                    why = worded("sheet_hidden" if not visible else "sheet_computed_of_plan")
                    reading.findings.append(_note(label, name, why))
                    continue
                sheet = book.sheet(name)
                reading.findings += _uncomputed(label, sheet)
                grids.append(SheetGrid(label, name, [_tidied(row) for row in sheet.cells], sheet.merged))
    except ValueError as error:
        raise refused(
            PlanDataError,
            "workbook_cannot_be_read",
            file=label,
            error=str(error)[:200],
            again=SAVE_AGAIN,
        ) from None
    forms = [(grid, found) for grid in grids if (found := forms_of(grid, known))]
    if forms:
        reading.layers.append(table_of_forms(forms))
    filled = {id(grid) for grid, _ in forms}
    for grid in grids:
        reading.findings += _error_cells(grid)
        if id(grid) not in filled:
            _take(reading, drawn(grid) or tables(grid, known))
    return reading


def read_csv(path: Path, label: str, known: Known) -> SourceReading:
    """
    The table of a CSV file in UTF-8, GB18030 or UTF-16, with commas, semicolons or tabs.

    Raises
    ------
    PlanDataError
        If it is no text in one of these.
    """
    reading = SourceReading()
    data = path.read_bytes()
    text = _csv_text(data)
    if text is None:
        raise refused(
            PlanDataError,
            "encoding_unknown",
            file=label,
            again=worded("save_it_again_as_csv_utf"),
        )
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;，", key=first.count)
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        cells: list[list[Any]] = [
            [cell.strip() or None for cell in row] for row in csv.reader(StringIO(text), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise refused(PlanDataError, "csv_cannot_be_read", file=label, error=error) from None
    finally:
        csv.field_size_limit(before)
    if delimiter != "," and _decimal_commas(cells):
        reading.findings.append(_note(label, path.stem, worded("commas_are_decimal_points")))
    grid = SheetGrid(label, path.stem, cells, [])
    reading.findings += _error_cells(grid)
    _take(reading, drawn(grid) or tables(grid, known))
    return reading


def _decimal_commas(cells: list[list[Any]]) -> bool:
    """
    Put points for the decimal commas of a file that has such; gives whether it has.

    Three digits behind a comma may be thousands, so another number of them must stand behind one somewhere,
    and behind no point.
    """
    said = [cell for row in cells for cell in row if isinstance(cell, str)]
    if not any(_COMMA.fullmatch(one) for one in said) or any(_POINT.fullmatch(one) for one in said):
        return False
    for row in cells:
        for at, cell in enumerate(row):
            if isinstance(cell, str) and _EITHER.fullmatch(cell):
                row[at] = cell.replace(".", "").replace(" ", "").replace(",", ".")
    return True


def _take(reading: SourceReading, found: SourceReading) -> None:
    reading.layers += found.layers
    reading.findings += found.findings
    reading.remarks += found.remarks


def _note(file: str, layer: str, message: Message) -> SourceFinding:
    return SourceFinding("office-sheet", "note", message, file=file, layer=layer)


def _csv_text(data: bytes) -> str | None:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    if data and (codec := _without_mark(data)):
        return data.decode(codec, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return encodings.decoded(data, encodings.detect([line for line in data.split(b"\n") if line][:5000]))


def _without_mark(data: bytes) -> str:
    """UTF-16 that does not say so: its commas, digits and line ends leave noughts in every second byte."""
    head = data[: 20_000 - 20_000 % 2]
    noughts = {"utf-16-le": head[1::2].count(0), "utf-16-be": head[::2].count(0)}
    best = max(noughts, key=lambda one: noughts[one])
    return best if noughts[best] > len(head) / 20 and noughts[best] > 4 * min(noughts.values()) else ""


def _tidied(row: list[Any]) -> list[Any]:
    """Texts without spaces around them; a number shown in percent as ``35%``."""
    found = [_cell(value) for value in row]
    while found and found[-1] is None:
        found.pop()
    return found


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, ShownInPercent):
        return f"{round(value * 100, 10):g}%"
    return str(value) if isinstance(value, dt.timedelta) else value


def _uncomputed(file: str, sheet: Worksheet) -> list[SourceFinding]:
    return [
        SourceFinding(
            "office-formula",
            "warning",
            worded("formula_without_result"),
            file=file,
            layer=sheet.name,
            id=worded("row", n=row + 1),
            value=formula[:60],
        )
        for (row, column), formula in sheet.formulas.items()
        if row >= len(sheet.cells) or column >= len(sheet.cells[row]) or sheet.cells[row][column] is None
    ]


def _error_cells(grid: SheetGrid) -> Findings:
    found = Findings()
    for at, row in enumerate(grid.cells):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and _ERRORS.fullmatch(cell):
                row[column] = None
                message = worded("cell_shows_error", cell=cell)
                found.add(
                    "office-formula",
                    "warning",
                    message,
                    file=grid.file,
                    layer=grid.name,
                    id=worded("row", n=at + 1),
                    value=cell,
                )
    return found


_WKT = re.compile(
    r"\s*(?:SRID=(\d{4,6});)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON))\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)",
    re.IGNORECASE,
)
#: So many of the values must be WKT for the column to be what the rows draw.
LEAST_SHARE = 0.5
UNREADABLE = worded("no_wkt")


def drawn(grid: SheetGrid) -> SourceReading | None:
    """The layer of a table with a column of WKT below its heading; None where it has none."""
    filled = [at for at, row in enumerate(grid.cells) if any(not is_blank(value) for value in row)]
    if len(filled) < 2:
        return None
    rows = [grid.cells[at] for at in filled]
    names = unique_names([text_of(value) or f"column {at}" for at, value in enumerate(rows[0], start=1)])
    column = next((name for at, name in enumerate(names) if _draws(rows[1:], at)), None)
    if column is None:
        return None
    width = len(names)
    frame = pd.DataFrame([[*row[:width], *[None] * (width - len(row))] for row in rows[1:]], columns=names)
    reading = SourceReading()
    placed = {grid.first + at: value for at, value in zip(filled[1:], frame[column], strict=True)}
    shapes, numbers = _shapes(placed, grid, column, reading)
    crs = pyproj.CRS.from_epsg(int(numbers.pop())) if len(numbers) == 1 and None not in numbers else None
    layer = gpd.GeoDataFrame(frame.drop(columns=column), geometry=shapely.force_2d(shapes), crs=crs)
    layer = layer[layer.geometry.notna()].reset_index(drop=True)
    units = {name: unit for name in names if (unit := name_and_unit(name)[1])}
    reading.layers.append(SourceLayer(grid.file, grid.name, layer, units=units))
    return reading


def _draws(rows: list[list[Any]], at: int) -> bool:
    values = [row[at] for row in rows if len(row) > at]
    found = sum(isinstance(value, str) and _WKT.match(value) is not None for value in values)
    return found > 0 and found >= LEAST_SHARE * sum(not is_blank(value) for value in values)


def _shapes(
    values: dict[int, Any], grid: SheetGrid, column: str, reading: SourceReading
) -> tuple[list[Any], set[Any]]:
    """Shape of each row (None where it draws none, which is a finding), and the EPSG codes before them."""
    shapes: list[Any] = []
    systems: set[Any] = set()
    for row, value in values.items():
        found = _WKT.match(value) if isinstance(value, str) else None
        shape = None
        if found is not None:
            systems.add(found[1])
            shape = shapely.from_wkt(value[value.find(";") + 1 :] if found[1] else value, on_invalid="ignore")
        fault = _fault(value, shape)
        if fault:
            message = worded("row_draws_fault", n=row, fault=fault)
            reading.findings.add(
                "office-geometry",
                "error" if fault == UNREADABLE else "warning",
                message,
                file=grid.file,
                layer=grid.name,
                id=worded("row", n=row),
                column=column,
                value=None if is_blank(value) else str(value)[:60],
            )
        shapes.append(None if fault else shape)
    return shapes, systems


def _fault(value: Any, shape: Any) -> str:
    """What is wrong with what a row draws; "" where it is a point, a line or an area."""
    if is_blank(value):
        return worded("nothing")
    if shape is None:
        return UNREADABLE
    if shape.is_empty:
        return worded("nothing")
    # (halves of an outline that crosses itself may sum to nothing)
    if "Polygon" in shape.geom_type and not shapely.make_valid(shape).area:
        return worded("an_area_without_any_width")
    return ""
