"""
What a table of the plan is made of: columns with their form and source, lines, notes.

Parts add up as printed: the rest of rounding goes to those with the largest remainder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from blockplan.figures import fixed, in_percent, is_known, share, shared_out
from blockplan.plan.model.faults import NAMES
from blockplan.report.document import Printed, Table
from blockplan.texts import Catalog
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from blockplan.report.view import View

    Cell = str | float | int | None
    from collections.abc import Iterable, Sequence

#: How a cell is written: text, a code, a whole number, so many decimals, with a sign, a ratio in percent.
Form = Literal[
    "text", "code", "whole", "one", "tenths", "two", "three", "four", "signed", "signed_four", "percent",
    "ha", "ha_change", "far",
]  # fmt: skip
#: What stands where a column does not apply; None is what is not known. Zero is a measured zero.
NOT_APPLICABLE, UNKNOWN_SIGN = "／", "—"
TEXTS = Catalog("blockplan.report.office", "texts.toml")
#: Decimals of a form; a form that is not here is text.
DECIMALS = {
    "whole": 0, "one": 1, "tenths": 1, "two": 2, "three": 3, "four": 4, "signed": 2, "signed_four": 4,
    "percent": 0,
}  # fmt: skip
#: What a form that hangs on the plan is written as, by the decimals of its hectares.
HECTARES: dict[int, dict[str, Form]] = {
    2: {"ha": "two", "ha_change": "signed"},
    4: {"ha": "four", "ha_change": "signed_four"},
}
#: Where a table has more columns than these, what is said at length is left to the workbook.
MANY, LONG = 12, ("estimated", "basis")
#: What a table is about stands beside other numbers where it is unknown in every line, too.
KEPT = ("supply",)


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column: its key (heading and definition stand in ``texts.toml``), its form, where it comes from.

    A column that stands for a class of land brings its own `named` heading.
    """

    key: str
    form: Form
    source: str
    named: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its cells, what it is, and how deep it lies below another one."""

    cells: tuple[Cell, ...]
    kind: Literal["row", "subtotal", "total"] = "row"
    depth: int = 0


@dataclass(frozen=True, slots=True)
class OfficeTable:
    """A table as an office hands it in; notes below it say what its numbers leave open."""

    name: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    #: What has to be read before the numbers: why most of them are missing, and what to do.
    lead: str = ""
    #: Lines that it does not print, as the plan says nothing of them; an office's own text may.
    left_out: tuple[Line, ...] = ()


def heading(view: View, column: Column) -> str:
    """The heading of a column in the reader's language."""
    return column.named or said(view, f"heading.{column.key}")


def meaning(view: View, column: Column) -> str:
    """What a column means."""
    return (
        said(view, "meaning.class_ha", name=column.named)
        if column.named
        else said(view, f"meaning.{column.key}")
    )


def source_said(view: View, column: Column) -> str:
    """Where a column comes from in the reader's words: 地块：图形、用地代码."""
    found: dict[str, list[str]] = {}
    for part in re.split(", | / ", column.source.replace("loads.toml", "load_factors")):
        layer, _, field = part.partition(".")
        if f"source.{part}" in TEXTS:
            found.setdefault(said(view, f"source.{part}"), [])
        elif f"layer.{layer}" in NAMES:
            own = found.setdefault(NAMES(f"layer.{layer}", view.words.lang), [])
            own += [_field_said(view, field)] if field else []
        else:
            found.setdefault(view.words.without_unit(_field_said(view, part)), [])
    return said(view, "source.and").join(view.words.named_columns(*one) for one in found.items())


def source_found(view: View, column: Column) -> str:
    """Where a column comes from in the reader's words, and the names to find it by in the plan's layers."""
    names = [part for part in re.split(", | / ", column.source) if f"layer.{part.partition('.')[0]}" in NAMES]
    told = source_said(view, column)
    return view.words("list.note", said=told, note=", ".join(names)) if names else told


def _field_said(view: View, key: str) -> str:
    """A column of a layer, or another one of a table."""
    named = f"field.{key.removesuffix('_*')}"
    return NAMES(named, view.words.lang) if named in NAMES else said(view, f"heading.{key}")


def said(view: View, key: str, **values: object) -> str:
    """Words of the tables in the reader's language."""
    return TEXTS(key, view.words.lang, **values)


def form_in(view: View, form: Form) -> Form:
    """A form as a plan and its reader's language ask for it: of hectares, and of a floor area ratio."""
    if form == "far":
        return "percent" if in_percent("far", view.words.lang) else "two"
    return HECTARES[view.ha_decimals].get(form, form)


def columns_in(view: View, columns: Iterable[Column]) -> tuple[Column, ...]:
    """Columns whose forms are those that a plan and its reader's language ask for."""
    return tuple(replace(one, form=form_in(view, one.form)) for one in columns)


def hectares(view: View, m2: float | None) -> str:
    """Some land in hectares, as the tables of its plan write them."""
    return shown(m2 / M2_PER_HA if is_known(m2) else None, form_in(view, "ha"))


def shared_hectares(view: View, parts_m2: Sequence[float], whole_m2: float) -> list[float]:
    """Parts of some land in hectares that add up to the whole as it is printed."""
    units = 10**view.ha_decimals
    return [one / units for one in shared_out(parts_m2, round(whole_m2 / M2_PER_HA * units))]


def shown(cell: Cell, form: Form) -> str:
    """
    A cell as paper prints it: the same number is the same string on sheet, table and text.

    Unknown is a dash; a whole number of the form ``one`` keeps no decimal, of ``tenths`` it does.

    Examples
    --------
    >>> shown(1234.5, "two"), shown(27.0, "one"), shown(-0.5, "signed"), shown(None, "whole")
    ('1,234.50', '27', '−0.50', '—')
    >>> shown(10226.0, "tenths")
    '10,226.0'
    >>> shown(0.001, "signed"), shown(-0.001, "signed"), shown(1.0, "signed")
    ('0.00', '0.00', '+1.00')
    >>> shown(0.2356, "four"), shown(2.0, "percent"), shown(1.625, "percent")
    ('0.2356', '200%', '162.5%')
    """
    if cell is None:
        return UNKNOWN_SIGN
    if not isinstance(cell, int | float) or form not in DECIMALS:
        return str(cell)
    if form == "percent":
        return share(float(cell))
    digits = 0 if form == "one" and float(cell).is_integer() else DECIMALS[form]
    return fixed(float(cell), digits, signed=form.startswith("signed"))


def indented(table: OfficeTable) -> int:
    """The column in which lines that lie below another one are indented."""
    return 1 if table.name == "land_balance" else 0


def says(lines: Sequence[Line], at: int) -> bool:
    """Whether a column says anything at all: what is unknown, or applies to no line, does not."""
    return any(line.cells[at] not in {None, "", NOT_APPLICABLE} for line in lines)


def on_paper(columns: Sequence[Column], lines: Sequence[Line]) -> list[int]:
    """Columns that paper prints: those that say something; of many, what is said at length is left out."""
    told = [at for at in range(len(columns)) if says(lines, at)]
    kept = KEPT if any(columns[at].form in DECIMALS for at in told) else ()
    places = [at for at, one in enumerate(columns) if at in told or one.key in kept]
    return [at for at in places if len(places) <= MANY or columns[at].key not in LONG]


def paper_table(view: View, table: OfficeTable, lines: Sequence[Line], columns: Sequence[str] = ()) -> Table:
    """Lines of a table for a document, of the columns that paper prints, or of those that are named."""
    places = [at for at, one in enumerate(table.columns) if one.key in columns] or on_paper(
        table.columns, lines
    )

    def written(line: Line, at: int) -> str:
        cell, form = line.cells[at], table.columns[at].form
        # What is not known or does not apply stands below the numbers of its column.
        return Printed(shown(cell, form)) if form in DECIMALS and cell != "" else shown(cell, form)

    return Table(
        tuple(heading(view, table.columns[at]) for at in places),
        tuple(tuple(written(line, at) for at in places) for line in lines),
        title=said(view, f"title.{table.name}"),
        kinds=tuple(line.kind for line in lines),
        depths=tuple(line.depth for line in lines),
    )
