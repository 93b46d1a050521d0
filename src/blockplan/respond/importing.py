"""
Opinions from a file: a list (CSV, workbook) or mails (mbox, eml).

Every row and every mail comes out as a `ListedOpinion`, with what is wrong about it in words; a row without
words is given back too, so that the caller can name it. Nothing is left out unseen.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.notice.intake.texts_in import made_fit
from blockplan.respond import listed_opinions
from blockplan.respond.listed_opinions import PERSONAL, ListedOpinion
from blockplan.respond.mails import read_mails
from blockplan.respond.refusals import refused
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from blockplan.exchange.workbooks import Worksheet

#: As `blockplan.exchange.workbooks` has them, whose room brings in pandas.
BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
LISTS = (".csv", ".tsv", ".txt", *BOOKS)
MAILS = (".mbox", ".mbx", ".eml")
#: A cell of a CSV file may hold so much; Python's own limit (128 kB) is less than some letters.
LARGEST_CELL = 1 << 26
#: What a workbook may unfold to: small files can be made that unfold without end.
LARGEST_WORKBOOK = 1 << 29
#: The header stands in one of the first rows; titles may stand above it.
HEADER_WITHIN = 10
#: Fields that go into the entry as they are.
PLAIN = ("clause", "reason", "standing", "language", "number")


def read_opinions(path: str | Path) -> list[ListedOpinion]:
    """
    The opinions of a file.

    Parameters
    ----------
    path
        ``.csv`` or ``.tsv`` (UTF-8, UTF-16, GB18030 or Shift_JIS; comma, semicolon or tab), a workbook (its
        first sheet with a column of opinions), ``.mbox`` or ``.eml``.

    Returns
    -------
    list of Opinion
        One a row or mail, in the order of the file. Look at `Opinion.faults`, and at
        `Opinion.says_something` before entering it.

    Raises
    ------
    UsageError
        If the file is of no such kind, cannot be read, or no column is known to hold the opinions.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in LISTS + MAILS:
        raise refused(UsageError, "list_ending", path=path, known=listed(LISTS + MAILS))
    if not path.is_file():
        raise refused(UsageError, "list_gone", path=path)
    if ending in MAILS:
        return read_mails(path)
    return _from_rows(path, rows_of(path))


def rows_of(path: Path) -> list[Sequence[Any]]:
    """
    The rows of a list, as they stand: of a workbook those of the first sheet, or of the first with opinions.

    Raises
    ------
    UsageError
        If the file cannot be read.
    """
    return list(_workbook_rows(path) if path.suffix.lower() in BOOKS else _csv_rows(path))


def _from_rows(path: Path, rows: Iterable[Sequence[Any]]) -> list[ListedOpinion]:
    rows = list(rows)
    at = next((at for at, row in enumerate(rows[:HEADER_WITHIN]) if "text" in _header(row).values()), None)
    if at is None:
        seen = ", ".join(str(cell) for cell in rows[0] if cell not in (None, "")) if rows else "nothing"
        raise refused(UsageError, "list_no_column", path=path, seen=seen[:200])
    header = _header(rows[at])
    names = [str(cell or "").strip() or f"column {number}" for number, cell in enumerate(rows[at], 1)]
    return [
        _from_row(row, number, header, names)
        for number, row in enumerate(rows[at + 1 :], at + 2)
        if any(cell not in (None, "") for cell in row)
    ]


def _header(row: Sequence[Any]) -> dict[int, str]:
    """Column number -> field; of two columns for one field the first."""
    found: dict[int, str] = {}
    for number, cell in enumerate(row):
        name = listed_opinions.field_of(str(cell)) if cell not in (None, "") else None
        if name is not None and name not in found.values():
            found[number] = name
    return found


def _from_row(row: Sequence[Any], number: int, header: dict[int, str], names: list[str]) -> ListedOpinion:
    faults: list[str] = []
    held: dict[str, Any] = {}
    other: dict[str, str] = {}
    for at, cell in enumerate(row):
        if cell in (None, ""):
            continue
        field = header.get(at)
        name = names[at] if at < len(names) else f"column {at + 1}"
        value = _fit(cell, field or name, faults)
        if field:
            held[field] = value
        else:
            other[name] = value
    return _opinion(held, other, number, faults, longer=len(row) > len(names))


def _fit(cell: Any, name: str, faults: list[str]) -> Any:
    """The cell as text that any file can carry; a day stays a day."""
    if hasattr(cell, "isoformat"):
        return cell if name == "received_at" else cell.isoformat()
    text, told = listed_opinions.with_line_ends(str(cell))
    if told:
        faults.append(f"{name}: line ends that were written as _x000D_ became line ends")
    text, said = made_fit(text)
    faults += [f"{name}: {one}" for one in said]
    return text


def _opinion(
    held: dict[str, Any], other: dict[str, str], number: int, faults: list[str], *, longer: bool
) -> ListedOpinion:
    """The opinion of a row; what cannot be understood goes to `other` and is told."""
    if longer:
        faults.append("more cells than the header has columns; the rest is kept under column numbers")
    received = None
    if "received_at" in held:
        received = listed_opinions.day_or_time(held["received_at"])
        if received is None:
            other["received_at"] = str(held["received_at"])
            faults.append(f"received_at: {held['received_at']!r} is no day or time; the day is not known")
    words = {}
    for field, table, default in (("channel", "channels", "import"), ("sender", "senders", "public")):
        words[field] = listed_opinions.word_of(table, held[field]) if field in held else default
        if words[field] is None:
            other[field] = held[field]
            faults.append(f"{field}: {held[field]!r} is not known; taken as {default}")
            words[field] = default
    if held.get("title") and not held.get("text", "").strip():
        held["text"] = held.pop("title")
        faults.append("only a title; it is taken as the text")
    made = ListedOpinion(
        text=held.get("text", ""),
        row=number,
        title=held.get("title", ""),
        received_at=received,
        channel=words["channel"] or "import",
        sender=words["sender"] or "public",
        fields={name: held[name] for name in PLAIN if name in held},
        targets=tuple({"layer": "parcels", "id": name} for name in _ids(held.get("target", ""))),
        person={name: held[name] for name in PERSONAL if name in held},
        other=other,
        faults=tuple(faults),
    )
    if made.says_something:
        return made
    return replace(made, faults=(*faults, "no words and no file; it is not entered as an opinion"))


def _ids(said: str) -> list[str]:
    for mark in "、，；;\n":
        said = said.replace(mark, ",")
    return [name.strip() for name in said.split(",") if name.strip()]


# ---- CSV ----


def _csv_rows(path: Path) -> Iterator[list[str]]:
    text = _text_of(path)
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        yield from list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(path, text)))
    except csv.Error as error:
        raise refused(UsageError, "list_broken", path=path, error=error) from None
    finally:
        csv.field_size_limit(before)


def _text_of(path: Path) -> str:
    """The text of the file, in the encoding that fits; UsageError where none does."""
    from blockplan.plan.files.encodings import decoded, detect  # noqa: PLC0415

    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16"
    elif data.startswith(b"\xef\xbb\xbf"):
        name = "utf-8-sig"
    else:
        name = detect(data.splitlines())
    text = decoded(data, name)
    if text is None:
        raise refused(UsageError, "list_encoding", path=path, name=name)
    return text


def _delimiter(path: Path, text: str) -> str:
    """Tab, semicolon or comma: the one that divides the first line into the most known columns."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=lambda mark: len(_header(head.replace('"', "").split(mark))))


# ---- workbooks ----


def _workbook_rows(path: Path) -> Iterator[Sequence[Any]]:
    _check_size(path)
    from blockplan.exchange.workbooks import Workbook  # noqa: PLC0415 (its room brings in pandas)

    try:
        with Workbook(path) as book:
            sheets = [_as_written(book.sheet(name)) for name in book.visible]
    except ValueError as error:
        raise refused(UsageError, "book_broken", path=path, error=error) from None
    with_opinions = [
        rows for rows in sheets if any("text" in _header(row).values() for row in rows[:HEADER_WITHIN])
    ]
    yield from (with_opinions or sheets or [[]])[0]


def _as_written(sheet: Worksheet) -> list[list[Any]]:
    """Rows of a sheet, equally long; of a formula its text, for who writes "=1+1" means that."""
    places = sheet.formulas or {(0, 0)}
    rows = max(len(sheet.cells), 1 + max(row for row, _ in places))
    columns = max(1 + max(column for _, column in places), *map(len, sheet.cells), 1)
    cells = [row + [None] * (columns - len(row)) for row in sheet.cells]
    cells += ([None] * columns for _ in range(rows - len(cells)))
    for (row, column), formula in sheet.formulas.items():
        cells[row][column] = formula
    return cells


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise refused(UsageError, "book_broken", path=path, error=error) from None
    if size > LARGEST_WORKBOOK:
        most = LARGEST_WORKBOOK >> 20
        raise refused(UsageError, "book_large", path=path, size=f"{size >> 20:,}", most=most)
