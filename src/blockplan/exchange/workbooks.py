"""
Workbooks as grids of values: what their cells hold, which are merged, which hold formulas.

XLSX and XLSM are read by openpyxl, row after row. XLS, XLSB and ODS are read by calamine, as is a workbook
that openpyxl does not understand. calamine holds a sheet as one rectangle and ends its process where that is
larger than the memory (two cells suffice), so it works in a process of its own (`workbook_child`).
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import subprocess
import sys
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Endings of the workbooks that are read.
ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
#: Rows and columns that a sheet may have (ECMA-376, limits of SpreadsheetML).
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS = 20_000_000
#: What calamine may take, bytes and s of processor time.
MOST_MEMORY, MOST_SECONDS = 2 * 1024**3, 120
#: Formats of dates in East Asia that a file need not tell (ECMA-376 18.8.30) and openpyxl does not know.
_EAST_ASIAN = dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy/m/d h:mm")
_MORE_THAN_VALUES = re.compile(rb"mergeCell|<(?:\w+:)?f[\s/>]")


class ShownInPercent(float):
    """A number that its cell shows in percent: 0.35 where 35 % is shown."""


@dataclass(frozen=True)
class Worksheet:
    """
    A sheet of a workbook.

    Attributes
    ----------
    name
    cells
        Values by row and column, rows as long as they are filled: text, int, float, `ShownInPercent`, bool,
        date and time, None. Of a formula it is the stored result; an error is its text (``#REF!``).
    merged
        Merged ranges: first row, first column, last row, last column, counted from 0.
    formulas
        (row, column) -> formula with its ``=``.
    """

    name: str
    cells: list[list[Any]]
    merged: list[tuple[int, int, int, int]]
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)


class Workbook:
    """
    A workbook that is open for reading; what it is counts, not its ending.

    Attributes
    ----------
    visible
        Name of a sheet -> whether it is shown, in the order of the book.
    tells_all
        Whether percent formats and formulas are known, of which calamine tells nothing.

    Raises
    ------
    ValueError
        Here and in `sheet`, if the file is no workbook, is damaged or has a password.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book: Any = None
        with _readable():
            understood = _opened(path, read_only=True, data_only=True) if _is_office_open(path) else None
            if understood is not None:
                self._book = understood
                self.visible = {one.title: one.sheet_state == "visible" for one in understood.worksheets}
            else:
                self._read = {one["name"]: one for one in _by_calamine(path)}
                self.visible = {name: one["visible"] for name, one in self._read.items()}
            self.tells_all = understood is not None or all("formulas" in one for one in self._read.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._book is not None:
            self._book.close()

    def sheet(self, name: str) -> Worksheet:
        """Read one of the sheets that `visible` names."""
        if self._book is None:
            told = self._read[name]
            cells = list(_filled(name, told["cells"]))
            for row, column in told.get("percent", ()):
                if row < len(cells) and column < len(cells[row]):
                    cells[row][column] = ShownInPercent(cells[row][column])
            formulas = {(row, column): formula for row, column, formula in told.get("formulas", ())}
            return Worksheet(name, cells, [tuple(span) for span in told["merged"]], formulas)
        with _readable():
            sheet = self._book[name]
            sheet.reset_dimensions()  # (what a sheet says of its own size may be too little or too much)
            cells = list(_filled(name, ([_value(cell) for cell in row] for row in sheet.iter_rows())))
            if self._whole is None:
                return Worksheet(name, cells, [])
            sheet = self._whole[name]
            spans = sorted(one.bounds for one in sheet.merged_cells.ranges)
            return Worksheet(
                name,
                cells,
                [(top - 1, left - 1, bottom - 1, right - 1) for left, top, right, bottom in spans],
                {
                    (row - 1, column - 1): str(getattr(cell.value, "text", cell.value))
                    for (row, column), cell in sorted(
                        sheet._cells.items()
                    )  # (all others are made if asked for)
                    if cell.data_type == "f"
                },
            )

    @cached_property
    def _whole(self) -> Any:
        """The book with formulas and merged ranges, which takes twice as long; None if it has neither."""
        with zipfile.ZipFile(self._path) as archive:
            parts = (archive.read(one) for one in archive.namelist() if "worksheets/" in one)
            if not any(_MORE_THAN_VALUES.search(part) for part in parts):
                return None
        return _opened(self._path)


def _is_office_open(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return "[Content_Types].xml" in names and not any(one.endswith("workbook.bin") for one in names)


def _opened(path: Path, **how: bool) -> Any:
    """The book as openpyxl has it; None if it does not understand it."""
    import openpyxl  # noqa: PLC0415 (only who has such a workbook needs it)
    from openpyxl.styles.numbers import BUILTIN_FORMATS  # noqa: PLC0415

    BUILTIN_FORMATS.update(_EAST_ASIAN)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # (of headers, validations and styles, which nobody asks for)
        try:
            book = openpyxl.load_workbook(path, **how)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError):
            raise
        except Exception:  # noqa: BLE001 (styles, names and properties of other programs fail it in any way)
            return None
    return book if book.worksheets else None


def _value(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ValueError(f"a cell holds the number {value}")
        if "%" in cell.number_format:
            return ShownInPercent(value)
        return int(value) if value == int(value) else value
    return None if value == "" else value


def _filled(name: str, rows: Any) -> Iterator[list[Any]]:
    """Rows as long as they are filled, and as many."""
    count = empty = 0
    for at, row in enumerate(rows):
        while row and row[-1] is None:
            row.pop()
        count += len(row)
        if at >= MOST_ROWS or len(row) > MOST_COLUMNS:
            raise ValueError(f"sheet {name!r} has more rows or columns than a sheet can")
        if count > MOST_CELLS:
            raise ValueError(f"sheet {name!r} has more than {MOST_CELLS:,} cells")
        if not row:
            empty += 1
            continue
        yield from ([] for _ in range(empty))
        empty = 0
        yield row


def _by_calamine(path: Path) -> list[dict[str, Any]]:
    script = Path(__file__).with_name("workbook_child.py")
    # -P: modules of this folder must not stand before those of Python.
    command = [sys.executable, "-P", script, path.resolve(), MOST_MEMORY, MOST_SECONDS, MOST_CELLS]
    done = subprocess.run(list(map(str, command)), capture_output=True, check=False)
    try:
        found = json.loads(done.stdout, object_hook=_moment)
    except ValueError:
        raise ValueError("its sheets take more memory or time than is given to them") from None
    if isinstance(found, str):
        raise ValueError(found)
    return list(found)


def _moment(told: dict[str, Any]) -> Any:
    """A date or time that the child wrote; all else as it is."""
    match told:
        case {"moment": str(text)}:
            return dt.datetime.fromisoformat(text)
        case {"time": str(text)}:
            return dt.time.fromisoformat(text)
        case {"seconds": float(seconds)}:
            return dt.timedelta(seconds=seconds)
    return told


@contextmanager
def _readable() -> Iterator[None]:
    """Give every way in which a file can fail to be a workbook as one."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, OSError, EOFError, RuntimeError, TypeError,
        AttributeError,
    ) as error:  # fmt: skip
        raise ValueError((str(error).splitlines() or [type(error).__name__])[0]) from None
