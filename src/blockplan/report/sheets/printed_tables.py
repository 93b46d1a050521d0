"""The office's tables as sheets print them, each cell as `columns.shown` writes it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from blockplan.report.maps.svg import text_width
from blockplan.report.office.columns import MANY, heading, indented, on_paper, shown
from blockplan.report.office.columns import said as office_said
from blockplan.report.office.workbook import TEXT_FORMS, factors_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from blockplan.report.office.columns import Line, OfficeTable
    from blockplan.report.view import View

#: Of so many texts it is kept how long they are.
KEPT = 50_000
#: Share of the width that is left for a text column; other columns are as wide as what they say.
WIDE = {
    "land_use": 1.4,
    "facilities": 1.6,
    "permitted": 1.6,
    "compatible_uses": 1.6,
    "remarks": 1.2,
    "item": 2.2,
    "basis": 1.4,
    "estimated": 1.2,
    "facility_name": 1.2,
    "street_name": 1.2,
}
#: Share of the width of a panel, where every column has one so that headings break: by form; 1 for numbers.
FORMS = {"text": 1.6, "code": 1.3}
#: A text no longer than so many letters does not break; a heading breaks after so many characters.
SHORT, CHARACTERS = 6.0, 3.0
#: Letters from here on need no space between words to break.
IDEOGRAPHS = "\u2e80"
#: The space at which no line ends.
NO_BREAK = "\u00a0"
#: What no line breaks: Latin letters and figures up to a space, or one ideograph with the signs after it.
_RUNS = re.compile(rf"[^ \n{IDEOGRAPHS}-\uffff]+[\uff0c\u3001\u3002\uff1b\uff1a\uff09]*|\S")
#: Long texts of a panel share its width by what they say, up to so many letters.
LONGEST = 40.0
#: Tables that say nothing where none of their numbers is known; the floor area alone is no load.
OF_NUMBERS = {"per_thousand", "loads"}
#: Columns that a panel has room for.
NARROW = {
    "land_balance": ("code", "land_use", "planned_ha", "planned_share", "per_person_m2"),
    "facilities": ("facility_name", "service", "parcel_id", "facility_site_m2", "facility_floor_m2"),
    "streets": ("street_name", "street_class", "width_min_m", "width_max_m", "length_m"),
    "per_thousand": ("item", "supply", "unit", "per_1000", "required_per_1000"),
}


def printed(
    view: View,
    table: OfficeTable,
    *,
    keep: Callable[[Line], bool] | None = None,
    narrow: bool | Sequence[str] = False,
) -> dict[str, Any] | None:
    """
    A table as the template reads it; None where it has no line, or no number and is of numbers alone.

    Parameters
    ----------
    keep
        Lines to print, numbered anew; all where it is None.
    narrow
        Whether only the columns stay that a panel has room for; those columns.
    """
    lines = [line for line in table.lines if keep is None or keep(line)]
    if not lines:
        return None
    wanted = (NARROW.get(table.name) if narrow is True else narrow) or None
    chosen = [at for at in on_paper(table.columns, lines) if not wanted or table.columns[at].key in wanted]
    columns = [table.columns[at] for at in chosen]
    numbers = {column.key for column in columns if column.form not in TEXT_FORMS}
    if table.name in OF_NUMBERS and numbers <= {"floor_area_m2"}:
        return None
    heads = [in_lines(heading(view, column)) for column in columns]
    if keep is not None and table.columns[0].key == "number":
        places = count(1)
        lines = [
            replace(line, cells=(next(places), *line.cells[1:])) if line.kind == "row" else line
            for line in lines
        ]
    cells = [[shown(line.cells[at], table.columns[at].form) for at in chosen] for line in lines]
    shared = bool(narrow) or len(columns) > MANY
    # Where subtotals stand alone, those of the lowest level are the rows of the table.
    alone = all(line.kind != "row" for line in lines)
    lowest = max((line.depth for line in lines if alone and line.kind == "subtotal"), default=-1)
    aligns = [{"text": "left", "code": "center"}.get(column.form, "right") for column in columns]
    stepped = chosen.index(indented(table)) if indented(table) in chosen else 0
    if any(line.depth for line in lines) and aligns[stepped] == "center":
        aligns[stepped] = "left"
    needed, firm = ems(heads, cells), least(heads, cells, aligns)
    widths = [WIDE.get(column.key, FORMS.get(column.form, 1.0) if shared else 0) for column in columns]
    if narrow:
        widths = [
            width if keeps else min(one, LONGEST)
            for width, keeps, one in zip(widths, firm, needed, strict=True)
        ]
    return {
        "title": office_said(view, f"title.{table.name}"),
        "heads": heads,
        "align": aligns,
        "indented": stepped,
        "least": firm,
        "widths": widths,
        "ems": needed,
        "rows": [
            {
                "cells": row,
                "kind": "row" if line.kind == "subtotal" and line.depth == lowest else line.kind,
                "depth": line.depth,
            }
            for line, row in zip(lines, cells, strict=True)
        ],
        "notes": [*filter(None, [table.lead]), *table.notes],
    }


def factors(view: View) -> dict[str, Any]:
    """The factors that the loads rest on, a line for each load and source."""
    told: dict[tuple[str, str], list[str]] = {}
    for _, load, said, source in factors_told(view):
        told.setdefault((load, source), []).append(said)
    cells = [[load, view.words.join(said), source] for (load, source), said in told.items()]
    heads = [office_said(view, f"sources.{key}") for key in ("column", "definition", "source")]
    return {
        "title": office_said(view, "title.sources"),
        "heads": heads,
        "align": ["left"] * len(heads),
        "widths": [0, 1.6, 1],
        "ems": ems(heads, cells),
        "rows": [{"cells": row, "kind": "row", "depth": 0} for row in cells],
        "notes": [],
    }


def least(heads: Sequence[str], cells: Sequence[Sequence[str]], aligns: Sequence[str]) -> list[float]:
    """What a column must have so that no cell breaks, its heading broken between words; 0 for long texts."""
    found = []
    for at, (said, align) in enumerate(zip(heads, aligns, strict=True)):
        word = (
            max(map(em, words(said)), default=0.0) if all(sign < IDEOGRAPHS for sign in said) else CHARACTERS
        )
        widest = max([word, *(em(row[at]) for row in cells)])
        found.append(0.0 if align == "left" and widest > SHORT else round(widest, 2))
    return found


def unbroken(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[float]:
    """What each column takes at least, in the size of its letters: what has no place to break."""
    return [
        round(max((em(run) for said in column for run in _RUNS.findall(said)), default=0.0), 2)
        for column in zip(heads, *rows, strict=True)
    ]


def ems(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[float]:
    """What each column takes on one line at most, in the size of its letters."""
    widths = [em(said) for said in heads]
    for row in rows:
        widths = [max(width, em(said)) for width, said in zip(widths, row, strict=True)]
    return [round(width, 2) for width in widths]


@lru_cache(maxsize=KEPT)
def em(said: str) -> float:
    """About how long the longest line of a text is, in the size of its letters."""
    return max(text_width(line, 1.0) for line in said.split("\n"))


def in_lines(head: str) -> str:
    """A heading with its unit on a line of its own, as numbers are narrower; no line ends before a bound."""
    return re.sub(r" ?([(（][^(（]*[)）])$", r"\n\1", re.sub(" (?=[≤≥])", NO_BREAK, head))


def words(head: str) -> list[str]:
    """The parts of a heading between which a line may end."""
    return re.split("[ \n]", head)
