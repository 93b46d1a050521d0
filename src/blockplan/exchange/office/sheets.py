"""
Tables of an office: workbooks (XLSX) and CSV, as people lay them out.

A sheet becomes a grid of texts and numbers; where in it the table begins, which rows are its heading and
which are sums, notes and repeated headings is found in `blockplan.exchange.office.grid`.

Tables whose rows draw themselves: a column of WKT (``POLYGON((...))``), as databases export layers.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import zipfile
import zlib
from io import StringIO
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from blockplan.errors import PlanDataError
from blockplan.exchange.office.grid import SheetGrid, tables
from blockplan.exchange.office.source import SourceFinding, SourceLayer, SourceReading
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import is_blank, text_of
from blockplan.exchange.office.vectors import unique_names
from blockplan.plan.files import encodings

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.exchange.office.grid import Known

MOST_CELLS = 20_000_000
#: A cell may draw an area of many points.
LONGEST_CELL = 20_000_000
_ERRORS = re.compile(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")
#: Numbers that can only have a decimal comma, or a decimal point; and either kind with a comma.
_COMMA = re.compile(r"[≤≥<>]?\s*[-+]?(?:\d{1,3}(?:[. ]\d{3})+|\d+),(?:\d{1,2}|\d{4,})\s*%?")
_POINT = re.compile(r"[≤≥<>]?\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)\.(?:\d{1,2}|\d{4,})\s*%?")
_EITHER = re.compile(r"[≤≥<>]?\s*[-+]?(?:\d{1,3}(?:[. ]\d{3})+|\d+)(?:,\d+)?\s*%?")
_SPAN = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


def read_workbook(path: Path, label: str, known: Known) -> SourceReading:
    """
    The tables of a workbook: one a sheet, or several where they stand side by side.

    Raises
    ------
    PlanDataError
        If the file is no workbook of the XLSX kind.
    """
    import openpyxl  # noqa: PLC0415 (only where there is one)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    reading = SourceReading()
    grids: list[SheetGrid] = []
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        formulas = None
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                reading.findings.append(_note(label, sheet.title, "The sheet is hidden and was not read."))
                continue
            cells, part = _cells(sheet), _part(path, sheet)
            if _asks_formulas(part):
                formulas = formulas or openpyxl.load_workbook(path, read_only=True, data_only=False)
                reading.findings += _uncomputed(label, sheet.title, cells, _cells(formulas[sheet.title]))
            grids.append(SheetGrid(label, sheet.title, cells, _spans(part)))
        book.close()
        if formulas is not None:
            formulas.close()
    except (
        InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, OSError,
        TypeError, EOFError, AttributeError, RuntimeError,
    ) as error:  # fmt: skip
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise PlanDataError(
            f"{label} cannot be read as an XLSX workbook: {reason}.\n"
            "Open it in a spreadsheet program and save it as .xlsx (not .xls, and without a password)."
        ) from None
    for grid in grids:
        reading.findings += _error_cells(grid)
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
        raise PlanDataError(f"{label} is neither UTF-8 nor GB18030 text.\nSave it again as CSV UTF-8.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;，", key=first.count)
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        cells: list[list[Any]] = [
            [cell.strip() or None for cell in row] for row in csv.reader(StringIO(text), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise PlanDataError(f"{label} cannot be read as CSV: {error}.\nExport it again.") from None
    finally:
        csv.field_size_limit(before)
    if delimiter != "," and _decimal_commas(cells):
        reading.findings.append(_note(label, path.stem, "Commas in its numbers are read as decimal points."))
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


def _note(file: str, layer: str, message: str) -> SourceFinding:
    return SourceFinding(rule="office-sheet", grade="note", message=message, file=file, layer=layer)


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


def _cells(sheet: Any) -> list[list[Any]]:
    """Cells as texts and numbers; a number shown in percent comes as ``35%``, a date as a date."""
    # What a sheet says of its own size may be too little, and too much where it once had a format to its end.
    sheet.reset_dimensions()
    rows: list[list[Any]] = []
    count = 0
    for row in sheet.iter_rows():
        found = [_cell(cell) for cell in row]
        while found and found[-1] is None:
            found.pop()
        rows.append(found)
        count += len(found)
        if count > MOST_CELLS:
            raise ValueError(f"sheet {sheet.title!r} has more than {MOST_CELLS:,} cells")
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cell(cell: Any) -> Any:
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return f"{round(value * 100, 10):g}%"
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value
    return str(value)


def _spans(part: bytes) -> list[tuple[int, int, int, int]]:
    """
    Merged ranges (first row, first column, last row, last column), counted from 0;
    read from the file itself.
    """
    from openpyxl.utils import column_index_from_string as number  # noqa: PLC0415

    return [
        (int(top) - 1, number(left.decode()) - 1, int(bottom) - 1, number(right.decode()) - 1)
        for left, top, right, bottom in _SPAN.findall(part)
    ]


def _part(path: Path, sheet: Any) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(str(sheet._worksheet_path).lstrip("/"))  # (the reader keeps nothing else of it)


def _asks_formulas(part: bytes) -> bool:
    """Whether a cell of the sheet holds a formula of which no result was stored."""
    return re.search(rb"</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>|<f[^>]*/>\s*</c>", part) is not None


def _uncomputed(
    file: str, layer: str, values: list[list[Any]], formulas: list[list[Any]]
) -> list[SourceFinding]:
    found = []
    for at, row in enumerate(formulas):
        for column, cell in enumerate(row):
            there = values[at][column] if at < len(values) and column < len(values[at]) else None
            if there is None and isinstance(cell, str) and cell.startswith("="):
                found.append(
                    SourceFinding(
                        rule="office-formula",
                        grade="warning",
                        message="The cell holds a formula whose result is not stored, so it is unknown. "
                        "Open the workbook in a spreadsheet program and save it.",
                        file=file,
                        layer=layer,
                        id=f"row {at + 1}",
                        value=cell[:60],
                    )
                )
    return found


def _error_cells(grid: SheetGrid) -> list[SourceFinding]:
    found = []
    for at, row in enumerate(grid.cells):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and _ERRORS.fullmatch(cell):
                row[column] = None
                found.append(
                    SourceFinding(
                        rule="office-formula",
                        grade="warning",
                        message=f"The cell shows {cell}, so its value is unknown.",
                        file=grid.file,
                        layer=grid.name,
                        id=f"row {at + 1}",
                        value=cell,
                    )
                )
    return found


_WKT = re.compile(
    r"\s*(?:SRID=(\d{4,6});)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON))\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)",
    re.IGNORECASE,
)
#: So many of the values must be WKT for the column to be what the rows draw.
LEAST_SHARE = 0.5
UNREADABLE = "what is no WKT that can be read"


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
    values = [row[at] for row in rows if len(row) > at and not is_blank(row[at])]
    found = sum(isinstance(value, str) and _WKT.match(value) is not None for value in values)
    return bool(values) and found >= LEAST_SHARE * len(values)


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
            reading.findings.append(
                SourceFinding(
                    rule="office-geometry",
                    grade="error" if fault == UNREADABLE else "warning",
                    message=f"Row {row} draws {fault}; it was left out.",
                    file=grid.file,
                    layer=grid.name,
                    id=f"row {row}",
                    column=column,
                    value=None if is_blank(value) else str(value)[:60],
                )
            )
        shapes.append(None if fault else shape)
    return shapes, systems


def _fault(value: Any, shape: Any) -> str:
    """What is wrong with what a row draws; "" where it is a point, a line or an area."""
    if is_blank(value):
        return "nothing"
    if shape is None:
        return UNREADABLE
    if shape.is_empty:
        return "nothing"
    # (halves of an outline that crosses itself may sum to nothing)
    if "Polygon" in shape.geom_type and not shapely.make_valid(shape).area:
        return "an area without any width"
    return ""
