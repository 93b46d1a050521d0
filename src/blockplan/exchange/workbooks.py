"""
Workbooks (XLSX, XLSM) as grids of values: what their cells hold, which are merged, which hold formulas.

Sheets are read as they stream by, row after row, from the XML of Office Open XML (ECMA-376 part 1, chapter
18), so that one of a hundred thousand cells takes a moment and little memory.
"""

from __future__ import annotations

import datetime as dt
import math
import posixpath
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, Self
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

#: Rows and columns that a sheet may have (ECMA-376, limits of SpreadsheetML).
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS = 20_000_000
#: Formats that a file need not tell (18.8.30): percent, dates and times; 27 to 36 and 50 to 58 of East Asia.
PERCENT = frozenset({9, 10})
DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
LONG_TIMES = frozenset({46})
#: What of a format's text says nothing of dates: words in quotes, colours, languages.
_SAID = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.IGNORECASE)
_DATE = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)
_LONG_TIME = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SPAN = re.compile(r"([A-Z]{1,3}[0-9]{1,7})(?::([A-Z]{1,3}[0-9]{1,7}))?")
_DAY_MS = 86_400_000


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
        (row, column) -> formula with its ``=``; one that shares that of another cell says the other's.
    """

    name: str
    cells: list[list[Any]]
    merged: list[tuple[int, int, int, int]]
    formulas: dict[tuple[int, int], str]


class Workbook:
    """
    A workbook that is open for reading.

    Raises
    ------
    ValueError
        Here and in `sheet`, if the file is no workbook of the XLSX kind, is damaged or has a password.
    """

    def __init__(self, path: Path) -> None:
        with _readable():
            self._archive = zipfile.ZipFile(path)
            main = next(one for kind, one in self._related("").values() if kind == "officeDocument")
            self._parts = self._related(main)
            book = self._xml(main)
            self._epoch = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (cells know no zone)
            if any(_flag(one.get("date1904")) for one in book.iterfind(".//{*}workbookPr")):
                self._epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001
            #: Name of a sheet -> whether it is shown, in the order of the book.
            self.visible: dict[str, bool] = {}
            self._part_of: dict[str, str] = {}
            for one in book.iterfind(".//{*}sheet"):
                link = next(value for key, value in one.items() if key.endswith("}id"))
                kind, part = self._parts.get(link, ("", ""))
                if kind == "worksheet":
                    name = one.get("name", "")
                    self.visible[name] = one.get("state", "visible") == "visible"
                    self._part_of[name] = part

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def sheet(self, name: str) -> Worksheet:
        """Read one of the sheets that `visible` names."""
        with _readable(), self._archive.open(self._part_of[name]) as part:
            return _SheetReader(self, name).read(part)

    @cached_property
    def texts(self) -> list[str]:
        """Texts that cells share."""
        part = next((one for kind, one in self._parts.values() if kind == "sharedStrings"), None)
        if part is None:
            return []
        with self._archive.open(part) as stream:
            return [_text(one) for one in _streamed(stream, "si")]

    @cached_property
    def formats(self) -> dict[str, str]:
        """Number of a style of cells -> what it shows: "percent", "date" or "long time"; no others."""
        part = next((one for kind, one in self._parts.values() if kind == "styles"), None)
        if part is None:
            return {}
        styles = self._xml(part)
        own = {
            int(one.get("numFmtId", -1)): one.get("formatCode", "") for one in styles.iterfind(".//{*}numFmt")
        }
        of_cells = [one for cells in styles.iterfind("{*}cellXfs") for one in cells.iterfind("{*}xf")]
        shown = {str(at): _shows(int(one.get("numFmtId", 0)), own) for at, one in enumerate(of_cells)}
        return {style: shows for style, shows in shown.items() if shows}

    def date(self, days: float, kind: str) -> Any:
        """Give the date, time or length of time of so many days; ``#VALUE!`` where there is none."""
        try:
            if kind == "long time":
                return dt.timedelta(milliseconds=round(days * _DAY_MS))
            day, part = divmod(days, 1)
            within = dt.timedelta(milliseconds=round(part * _DAY_MS))
            if 0 <= days < 1 and within.days == 0:
                return (self._epoch + within).time()
            # 1900 had no 29 February, which the days of workbooks count.
            early = 0 < days < 60 and self._epoch.year == 1899
            return self._epoch + dt.timedelta(days=day + early) + within
        except (OverflowError, ValueError):
            return "#VALUE!"

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Name of a relation of a part -> its kind, and the part that it leads to."""
        folder, name = posixpath.split(part)
        links = posixpath.join(folder, "_rels", f"{name}.rels")
        return {
            one.get("Id", ""): (
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
            )
            for one in self._xml(links).iterfind(".//{*}Relationship")
        }

    def _xml(self, part: str) -> Element:
        return ET.fromstring(self._archive.read(part))  # noqa: S314 (no entity is fetched, and expat bounds what they grow to)


class _Columns(dict[str, int]):
    """Letters of a column -> its number, counted from 0."""

    def __missing__(self, letters: str) -> int:
        self[letters] = _at(f"{letters}1")[1]
        return self[letters]


class _SheetReader:
    """Reads a sheet, row by row."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.book = book
        self.found = Worksheet(name, [], [], {})
        self.shared: dict[str, str] = {}
        self.columns = _Columns()

    def read(self, part: IO[bytes]) -> Worksheet:
        rows, count = self.found.cells, 0
        for element in _streamed(part, "row", "mergeCell"):
            if element.tag.endswith("mergeCell"):
                self._merge(element.get("ref", ""))
                continue
            at = int(element.get("r", len(rows) + 1)) - 1
            if not 0 <= at < MOST_ROWS:
                raise ValueError(f"sheet {self.found.name!r} has a row {at + 1:,}")
            rows += ([] for _ in range(at - len(rows)))
            rows.append(self._row(element, len(rows)))
            count += len(rows[-1])
            if count > MOST_CELLS:
                raise ValueError(f"sheet {self.found.name!r} has more than {MOST_CELLS:,} cells")
        while rows and not rows[-1]:
            rows.pop()
        return self.found

    def _row(self, element: Element, at: int) -> list[Any]:
        found: list[Any] = []
        column = -1
        value_tag = element.tag[:-3] + "v"
        for cell in element:
            place = cell.get("r")
            column = column + 1 if place is None else self.columns[place.rstrip("0123456789")]
            if len(cell) == 1 and cell[0].tag == value_tag:
                value = self._value(cell[0].text, cell)
            else:
                value = self._of_parts(cell, (at, column))
            if value is not None:
                if column >= len(found):
                    found += [None] * (column + 1 - len(found))
                found[column] = value
        return found

    def _of_parts(self, cell: Element, at: tuple[int, int]) -> Any:
        """What a cell holds that is more than a value: a formula, a text of its own."""
        value = None
        for part in cell:
            if part.tag.endswith("}v"):
                value = self._value(part.text, cell)
            elif part.tag.endswith("}f"):
                self._formula(part, at)
            elif part.tag.endswith("}is"):
                value = _text(part)
        return value

    def _value(self, text: str | None, cell: Element) -> Any:
        if not text:
            return None
        kind = cell.get("t")
        if kind == "s":
            return self.book.texts[int(text)]
        if kind in {None, "n"}:
            return self._number(text, cell.get("s"))
        if kind == "b":
            return _flag(text)
        return dt.datetime.fromisoformat(text) if kind == "d" else text

    def _number(self, text: str, style: str | None) -> Any:
        shows = self.book.formats.get(style) if style else None
        if shows is None and text.isdigit():
            return int(text)
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"sheet {self.found.name!r} has a number {text[:20]!r}")
        if shows == "percent":
            return ShownInPercent(value)
        if shows:
            return self.book.date(value, shows)
        return int(value) if value.is_integer() else value

    def _formula(self, element: Element, at: tuple[int, int]) -> None:
        text, group = element.text or "", element.get("si")
        if element.get("t") == "shared" and group is not None:
            text = self.shared.setdefault(group, text)
        self.found.formulas[at] = f"={text}"

    def _merge(self, span: str) -> None:
        if place := _SPAN.fullmatch(span):
            first, last = place.groups()
            self.found.merged.append((*_at(first), *_at(last or first)))


@contextmanager
def _readable() -> Iterator[None]:
    """Give every way in which a file can fail to be a workbook as one."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, OSError, EOFError, RuntimeError,
        StopIteration,
    ) as error:  # fmt: skip
        raise ValueError((str(error).splitlines() or [type(error).__name__])[0]) from None


def _streamed(part: IO[bytes], *names: str) -> Iterator[Element]:
    """Elements of some names, each when it is complete; it is emptied then."""
    ends = tuple(f"}}{name}" for name in names)
    for _, element in ET.iterparse(part):  # noqa: S314
        if element.tag.endswith(ends):
            yield element
            element.clear()


def _at(place: str) -> tuple[int, int]:
    """Row and column, counted from 0, of a place like ``B7``."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{place[:20]!r} is no place in a sheet")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    if column > MOST_COLUMNS:
        raise ValueError(f"a sheet has no column {found[1]}")
    return int(found[2]) - 1, column - 1


def _text(element: Element) -> str:
    """Give the text of an item, put together of its runs; how it is pronounced is left out."""
    runs = (
        part
        for one in element
        for part in (
            [one] if one.tag.endswith("}t") else one.iterfind("{*}t") if one.tag.endswith("}r") else []
        )
    )
    # (An underscore that could be taken for the beginning of a code is written as a code.)
    return "".join(part.text or "" for part in runs).replace("x005F_", "")


def _shows(number: int, own: dict[int, str]) -> str:
    """What a format of numbers shows; `own` are the texts of those that the file tells."""
    if number in own:
        positive = own[number].split(";")[0]
        if _DATE.search(_SAID.sub("", positive)):
            return "long time" if _LONG_TIME.search(positive) else "date"
        return "percent" if "%" in own[number] else ""
    if number in PERCENT:
        return "percent"
    return "long time" if number in LONG_TIMES else "date" if number in DATES else ""


def _flag(text: str | None) -> bool:
    return text in {"1", "true"}
