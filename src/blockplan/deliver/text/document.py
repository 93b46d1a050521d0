"""A Word document as text with places: paragraphs, and cells with the words of their row and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.deliver.refusals import refused
from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_UNIT = re.compile(r"[（(\[]\s?([^（()）\]]{1,12})\s?[)）\]]")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """
    A paragraph: its text, where it stands, and for a cell what its row and column are called.

    ``paragraph`` is the paragraph of python-docx; ``lead`` are the words that a cell's number speaks of,
    ``unit`` that of its column.
    """

    text: str
    place: str
    paragraph: Any
    lead: str = ""
    unit: str = ""


def open_document(path: Path) -> Any:
    """
    A Word document.

    Raises
    ------
    PlanDataError
        If the file cannot be read as one.
    """
    import docx  # noqa: PLC0415

    try:
        return docx.Document(str(path))
    except Exception as error:  # noqa: BLE001 (whatever the reader of a damaged file stumbles over)
        raise refused(
            "no_document", PlanDataError, path=path, why=str(error)[:200] or type(error).__name__
        ) from None


def blocks(document: Any) -> Iterator[TextBlock]:
    """Paragraphs and cells in the order of the document."""
    from docx.table import Table  # noqa: PLC0415

    paragraphs = tables = 0
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            tables += 1
            yield from _cells(item, tables)
        else:
            paragraphs += 1
            if item.text.strip():
                yield TextBlock(item.text, f"paragraph {paragraphs}", item)


def _cells(table: Any, number: int) -> Iterator[TextBlock]:
    rows = [row.cells for row in table.rows]
    heads = [cell.text.strip() for cell in rows[0]] if rows else []
    for at, cells in enumerate(rows):
        label = next(
            (cell.text.strip() for cell in cells if cell.text.strip() and not _is_number(cell.text)), ""
        )
        if at and _is_id(cells[0].text):
            label = cells[0].text.strip()
        for column, cell in enumerate(cells):
            head = heads[column] if at and column < len(heads) else ""
            unit = _UNIT.search(head)
            for paragraph in cell.paragraphs:
                if paragraph.text.strip():
                    own = paragraph.text.strip() in {label, ""} or at == 0
                    lead = "" if own else f"{label} {_UNIT.sub('', head)} "
                    place = f"table {number}, row {at + 1}, column {column + 1}"
                    yield TextBlock(paragraph.text, place, paragraph, lead, unit[1].strip() if unit else "")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\s0-9.,%％+-]*", text) is not None


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)+", text.strip()) is not None
