"""
Sheets that are filled in like a form: a name and its value beside it, once for each parcel.

A workbook may hold a sheet a parcel, or several forms one below the other; together they are one table.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from blockplan.exchange.office.source import ROW, SECTION, SourceLayer
from blockplan.exchange.office.titles import name_and_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.grid import Known, SheetGrid

#: So many names must be known for a sheet to be a form.
FEWEST = 3


def forms_of(grid: SheetGrid, known: Known) -> list[dict[str, Any]]:
    """
    What the forms of a sheet say, by its names; none where it is a table, whose names stand side by side.

    Returns
    -------
    list of dict
        Name -> value of each form, with the row of the sheet in which it begins.
    """
    found: list[dict[str, Any]] = []
    names: set[str] = set()
    for at, row in enumerate(grid.cells):
        cells = [cell for cell in row if cell is not None]
        named = [isinstance(cell, str) and known.knows(name_and_unit(cell)[0]) for cell in cells]
        if not any(named):
            if len(cells) > FEWEST:
                return []  # a row of a table
            continue
        # Names stand at every second place, or a name whose value is left empty before another.
        pairs = [*zip(cells[::2], cells[1::2], strict=False)] if not any(named[1::2]) else None
        if pairs is None or len(cells) % 2:
            pairs = [(one, other) for (one, other), mine in zip(pairwise(cells), named, strict=False) if mine]
            pairs = [(one, other) for one, other in pairs if other not in _names(cells, named)]
            if len(cells) - len(pairs) != sum(named):
                return []
        for name, value in pairs:
            number = known.names_parcels(name_and_unit(str(name))[0])
            if not found or (number and name in found[-1]):
                found.append({ROW: grid.first + at, SECTION: None})
            found[-1][" ".join(str(name).split())] = value
        names |= _names(cells, named)
    whole = any(known.names_parcels(name_and_unit(name)[0]) for name in names)
    filled = len(found[0].keys() - {ROW, SECTION}) if found else 0
    return found if whole and filled >= FEWEST else []


def _names(cells: Sequence[Any], named: Sequence[bool]) -> set[str]:
    return {str(cell) for cell, mine in zip(cells, named, strict=True) if mine}


def table_of_forms(grids: Sequence[tuple[SheetGrid, list[dict[str, Any]]]]) -> SourceLayer:
    """The forms of a workbook as one table, called after the first of their sheets."""
    first = grids[0][0]
    rows = [row for _, found in grids for row in found]
    frame = pd.DataFrame(rows, dtype="object")
    units = {str(name): unit for name in frame.columns if (unit := name_and_unit(str(name))[1])}
    name = first.name if len(grids) == 1 else f"{first.name} ... ({len(grids)})"
    return SourceLayer(first.file, name, frame.where(frame.notna(), None), units=units)
