"""What a table of the plan is made of: columns with their form and source, lines, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from blockplan.texts import Catalog

if TYPE_CHECKING:
    from blockplan.report.view import View

    Cell = str | float | int | None

#: How a cell is written: text, a code, a whole number, so many decimals, with a sign.
Form = Literal["text", "code", "whole", "one", "two", "three", "signed"]
#: What stands where a column does not apply; None is what is not known. Zero is a measured zero.
NOT_APPLICABLE, UNKNOWN_SIGN = "／", "—"
TEXTS = Catalog("blockplan.report.office", "texts.toml")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key (heading and definition stand in ``texts.toml``), its form, where it comes from."""

    key: str
    form: Form
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its cells, what it is, and how deep it lies below another one."""

    cells: tuple[Cell, ...]
    kind: Literal["row", "subtotal", "total"] = "row"
    depth: int = 0


@dataclass(frozen=True, slots=True)
class OfficeTable:
    """A table as an office hands it in; notes say what its numbers leave open."""

    name: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def said(view: View, key: str, **values: object) -> str:
    """Words of the tables in the reader's language."""
    return TEXTS(key, view.words.lang, **values)
