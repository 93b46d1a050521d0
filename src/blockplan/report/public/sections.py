"""What a page for residents is made of: sections of sentences, rows and a table, each with its links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.report.public.furigana import bare

if TYPE_CHECKING:
    from blockplan.report.public.place_records import Link


@dataclass(frozen=True, slots=True)
class Row:
    """A term and what is said of it; `note` says what it means, `link` leads to the thing."""

    term: str
    said: str
    note: str = ""
    link: Link | None = None

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON, without readings."""
        return {"term": bare(self.term), "said": bare(self.said), "note": bare(self.note)}


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of cells; `links` has one link (or None) for each row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[Link | None, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The table as JSON, without readings."""
        return {
            "heads": [bare(head) for head in self.heads],
            "rows": [[bare(cell) for cell in row] for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Section:
    """
    One section of a page.

    Attributes
    ----------
    id
        Unique on the page; an anchor.
    title
        Its heading.
    sentences
        What is said first, a paragraph each.
    rows, table
        Terms with what is said of them, and a table; either may be empty.
    notes
        How it was measured, and what is not known.
    """

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The section as JSON, without readings."""
        return {
            "id": self.id,
            "title": bare(self.title),
            "sentences": [bare(one) for one in self.sentences],
            "rows": [row.to_dict() for row in self.rows],
            "table": self.table.to_dict() if self.table else None,
            "notes": [bare(one) for one in self.notes],
        }
