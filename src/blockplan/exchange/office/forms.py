"""
Sheets that say more than a row of each parcel: forms, and tables of corners (界址点成果表).

A form has a name and its value beside it, once for each parcel. A workbook may hold a sheet a parcel, or
several forms one below the other; together they are one table. Of corners, rows of one number after another
draw the outline of its parcel.
"""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.recognise import recognise
from blockplan.exchange.office.source import ROW, SECTION, Findings, SourceLayer
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.exchange.office.grid import Known, SheetGrid
    from blockplan.exchange.office.mapping import LayerChoice
    from blockplan.exchange.office.profile import Profile

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


#: So many corners enclose land; most of the numbers of a table must have them.
FEWEST_CORNERS, MOST = 3, 0.5


def draw_corners(layers: list[SourceLayer], profile: Profile, findings: Findings) -> None:
    """Put layers of the parcels that they draw for tables of corners; each is told."""
    east = set(profile.of_role("parcels")["x"].names)
    for at, layer in enumerate(layers):
        if not layer.drawn and east & {name_and_unit(name)[0] for name in layer.fields}:
            layers[at] = _drawn(layer, recognise(layer, profile), findings) or layer


def _drawn(layer: SourceLayer, choice: LayerChoice, findings: Findings) -> SourceLayer | None:
    number, east, north = (choice.column(column) for column in ("parcel_id", "x", "y"))
    if choice.role != "parcel_table" or number is None or east is None or north is None:
        return None
    # A number stands in the first row of its corners, or in each.
    numbers = layer.frame[number.field].map(lambda one: None if is_blank(one) else text_of(one)).ffill()
    own = [number.field, east.field, north.field]
    places = layer.frame[own[1:]].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    finite = np.isfinite(places).all(axis=1)
    others = [field for field in layer.fields if field not in own]
    marks = [field for field in others if not layer.frame.loc[finite, field].map(is_blank).any()]
    rings, faults = [], []
    for name, rows in groupby(range(len(numbers)), lambda at: numbers.iloc[at]):
        there = list(rows)
        ring = [at for at in there if finite[at]]
        if not name or not ring:
            continue
        lacking = [at for at in there if not finite[at] and _is_corner(layer.frame.iloc[at], own[1:], marks)]
        rings.append((name, there, places[ring]))
        if lacking:
            at = lacking[0]
            line = layer.frame[ROW].iloc[at] if ROW in layer.frame else at + 1
            faults.append((name, worded("corner_without_coordinates", name=name, row=line)))
        elif len(ring) < FEWEST_CORNERS:
            faults.append((name, worded("corners_enclose_no_land", name=name, n=len(ring))))
    left = {name for name, _ in faults}
    sound = [one for one in rings if one[0] not in left]
    if not sound or len(sound) < MOST * len(rings):
        return None
    shapes: list[Any] = [shapely.Polygon(ring) for *_, ring in sound]
    table: dict[str, Any] = {number.field: [name for name, *_ in sound]}
    for field in others:
        said = [[one for one in layer.frame[field].iloc[there] if not is_blank(one)] for _, there, _ in sound]
        # (what differs from corner to corner is of the corner)
        if any(len(set(map(text_of, one))) == 1 for one in said):
            table[field] = [next(iter(one), None) for one in said]
    frame = gpd.GeoDataFrame(table, geometry=shapes)
    made = SourceLayer(
        layer.file, layer.name, frame, layer.units, layer.titles, remarks=layer.remarks, role="parcels"
    )
    message = worded("outlines_from_listed_corners", n=len(sound))
    findings.add("office-outline", "note", message, **layer.place)
    for _, why in faults:
        message = worded("left_out_because", why=why)
        findings.add("office-outline", "warning", message, **layer.place)
    return made


def _is_corner(row: pd.Series[Any], places: list[str], marks: list[str]) -> bool:
    """Whether a row without both coordinates is a corner: it says one of them, or a corner's mark (`J3`)."""
    one_said = not all(is_blank(row[name]) for name in places)
    return one_said or any(re.fullmatch(r"[A-Za-z]*\d{1,3}", text_of(row[name])) for name in marks)
