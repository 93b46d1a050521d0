"""
Values of a workbook, read in one pass of its XML: texts, numbers, dates, and ``35%`` for what is shown so.

Names of sheets, formats and dates are openpyxl's; cells and shared texts, of which there are many, come
straight from the parser.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import IO, TYPE_CHECKING, Any
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

MOST_CELLS = 20_000_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_DIGITS = "0123456789"
column_of = cache(column_index_from_string)


def open_values(path: Path) -> Workbook:
    """A workbook whose sheets are read with `values`; it is to be closed."""
    reader = _SheetReader(path, read_only=True, data_only=True)
    reader.read()
    return reader.wb


class _SheetReader(ExcelReader):  # type: ignore[misc]
    """openpyxl's reader of a package, with texts read as here."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _Strings().read(source)


class _Parser:
    """What a part of a workbook says, by the elements `c`, `v`, `t` ... of its own prefix."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._first
        self.parser.CharacterDataHandler = self._heard
        self.said: list[str] = []
        self.listens = False

    def parse(self, source: IO[bytes]) -> None:
        """Read a part to its end."""
        try:
            self.parser.ParseFile(source)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from None

    def _first(self, name: str, told: dict[str, str]) -> None:
        """The root, whose prefix all elements bear."""
        prefix = name.rpartition(":")[0]
        self.names = {f"{prefix}:{one}" if prefix else one: one for one in ("c", "v", "t", "is", "row", "si")}
        self.phonetic = f"{prefix}:rPh" if prefix else "rPh"
        self.parser.StartElementHandler = self.started
        self.parser.EndElementHandler = self.ended
        self.started(name, told)

    def _heard(self, text: str) -> None:
        if self.listens:
            self.said.append(text)

    def started(self, name: str, told: dict[str, str]) -> None:
        """An element begins."""

    def ended(self, name: str) -> None:
        """An element ends."""


class _Strings(_Parser):
    """The texts that cells share; how a text is pronounced is none of it."""

    def read(self, source: IO[bytes]) -> list[str]:
        self.found: list[str] = []
        self.aside = False
        self.parse(source)
        return self.found

    def started(self, name: str, told: dict[str, str]) -> None:
        if name == self.phonetic:
            self.aside = True
        kind = self.names.get(name)
        if kind == "si":
            self.said = []
        elif kind == "t":
            self.listens = not self.aside

    def ended(self, name: str) -> None:
        if name == self.phonetic:
            self.aside = False
        kind = self.names.get(name)
        if kind == "t":
            self.listens = False
        elif kind == "si":
            self.found.append("".join(self.said).replace("x005F_", ""))


def values(book: Workbook, sheet: Any) -> list[list[Any]]:
    """
    The rows of a sheet without empty ends; of formulas the results.

    Raises
    ------
    ValueError
        If it has more cells than `MOST_CELLS`, or is no sheet.
    """
    with sheet._get_source() as source:  # (nothing public opens the part)
        return _Cells(book, sheet).read(source)


class _Cells(_Parser):
    def __init__(self, book: Workbook, sheet: Any) -> None:
        super().__init__()
        self.title = sheet.title
        self.strings = [text.strip() or None for text in sheet._shared_strings]
        self.dates, self.spans, self.epoch = book._date_formats, book._timedelta_formats, book.epoch
        own = book._number_formats
        self.percent = {
            at
            for at, style in enumerate(book._cell_styles)
            if "%"
            in (
                BUILTIN_FORMATS.get(style.numFmtId, "")
                if style.numFmtId < BUILTIN_FORMATS_MAX_SIZE
                else own[style.numFmtId - BUILTIN_FORMATS_MAX_SIZE]
            )
        }
        self.rows: list[list[Any]] = []
        self.row: list[Any] = []
        self.line = self.column = self.count = 0
        self.kind, self.style = "n", 0
        self.aside = False

    def read(self, source: IO[bytes]) -> list[list[Any]]:
        self.parse(source)
        while self.rows and not self.rows[-1]:
            self.rows.pop()
        return self.rows

    def started(self, name: str, told: dict[str, str]) -> None:
        kind = self.names.get(name)
        if kind == "c":
            place = told.get("r")
            self.column = column_of(place.rstrip(_DIGITS)) if place else self.column + 1
            self.kind, self.style = told.get("t", "n"), int(told.get("s") or 0)
            self.said = []
        elif kind in {"v", "t"}:
            self.listens = not self.aside and (kind == "v") is (self.kind != "inlineStr")
        elif kind == "row":
            self.line = int(float(told["r"])) if "r" in told else self.line + 1
            self.column, self.row = 0, []
        elif name == self.phonetic:
            self.aside = True

    def ended(self, name: str) -> None:
        kind = self.names.get(name)
        if kind in {"v", "t"}:
            self.listens = False
        elif kind == "c":
            if self.said and (value := self._value("".join(self.said))) is not None:
                self._put(value)
        elif kind == "row":
            self._end()
        elif name == self.phonetic:
            self.aside = False

    def _put(self, value: Any) -> None:
        if self.column > MOST_COLUMNS:
            raise ValueError(f"sheet {self.title!r} has a cell beyond column {MOST_COLUMNS:,}")
        self.row += [None] * (self.column - len(self.row))
        self.row[self.column - 1] = value

    def _end(self) -> None:
        self.count += len(self.row)
        if self.count > MOST_CELLS or self.line > MOST_ROWS:
            raise ValueError(f"sheet {self.title!r} has more than {MOST_CELLS:,} cells")
        # (a row that stands before those already read is none)
        if self.line > len(self.rows):
            self.rows += [[] for _ in range(self.line - len(self.rows) - 1)]
            self.rows.append(self.row)

    def _value(self, said: str) -> Any:
        """What a cell says; a text without spaces about it, a whole number as such."""
        kind = self.kind
        if kind == "s":
            return self.strings[int(said)]
        if kind == "n":
            return self._number(float(said) if "." in said or "E" in said or "e" in said else int(said))
        if kind == "b":
            return bool(int(said))
        if kind == "d":
            return _day(from_ISO8601(said))
        return said.strip() or None

    def _number(self, number: float) -> Any:
        if self.style in self.dates:
            try:
                return _day(from_excel(number, self.epoch, timedelta=self.style in self.spans))
            except (OverflowError, ValueError):
                return "#VALUE!"
        if self.style in self.percent:
            return f"{round(number * 100, 10):g}%"
        return int(number) if isinstance(number, float) and number.is_integer() else number


def _day(found: Any) -> Any:
    return found if isinstance(found, dt.datetime | dt.date | dt.time) else str(found)
