"""What a part of the plan comes to: sums of what its parcels state, for a panel and for a block's table."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from blockplan.report.office import TABLES
from blockplan.report.office.columns import shown
from blockplan.report.sheets.printed_tables import ems, printed
from blockplan.report.sheets.scene import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.report.office.columns import Form
    from blockplan.report.sheets.extents import Extent
    from blockplan.report.sheets.facts import Facts

#: Land of parks, of both lists.
PARKS = ("1401", "G1")
#: Columns of the table of a block's subblocks; a number is of those that a panel shows as well.
COLUMNS: dict[str, Form] = {
    "land": "two", "floor_area": "whole", "far": "two", "height": "one", "dwellings": "whole",
    "residents": "whole", "parking": "whole", "parks": "two", "parcels": "whole",
}  # fmt: skip
#: A subblock is named by so many of its uses, the largest first.
MAIN_USES = 2


def sums(facts: Facts, rows: Iterable[int]) -> dict[str, float]:
    """
    Sums over parcels, by the names of `COLUMNS`; what no parcel states is left out.

    ``land`` and ``parks`` are in ha, ``floor_area`` in m2, ``height`` is the highest bound in m, and ``far``
    the floor area over the land of the parcels that state one.
    """
    rows = list(rows)
    cells = [facts.rows[str(facts.names[row])] for row in rows]
    found = {"land": math.fsum(float(one["site_area_m2"] or 0) for one in cells) / 1e4}
    columns = {"floor_area": "floor_area_m2", "dwellings": "dwellings", "parking": "parking_spaces"}
    for key, column in columns.items():
        stated = [float(cell) for one in cells if isinstance(cell := one[column], int | float)]
        if stated:
            found[key] = math.fsum(stated)
    people = facts.plan.layer("parcels")["residents"].iloc[rows].dropna()
    if len(people):
        found["residents"] = math.fsum(people)
    base = math.fsum(float(one["site_area_m2"] or 0) for one in cells if one["floor_area_m2"])
    if base:
        found["far"] = found["floor_area"] / base
    heights = [float(cell) for one in cells if isinstance(cell := one["height_max_m"], int | float)]
    if heights:
        found["height"] = max(heights)
    parks = [facts.shapes[row] for row in rows if facts.uses[row][1].startswith(PARKS)]
    found["parks"] = math.fsum(shape.area for shape in parks if shape is not None) / 1e4
    return found | {"parcels": float(len(rows))}


def written(facts: Facts, key: str, value: float) -> str:
    """A sum with its unit, as the panel prints it."""
    units = {"land": "ha", "parks": "ha", "floor_area": "m2", "height": "m"}
    return facts.view.words.amount(value, units[key]) if key in units else shown(value, COLUMNS[key])


def subblock_table(facts: Facts, block: Extent, subblocks: Sequence[Extent]) -> dict[str, Any] | None:
    """The subblocks of a block with their main uses and sums, and the block's own; None where it has none."""
    own = [one for one in subblocks if one.above == block.id]
    if not own:
        return None
    lang = facts.view.words.lang
    of = [sums(facts, one.rows) for one in own]
    whole = sums(facts, block.rows)
    keys = [key for key in COLUMNS if key in whole]
    heads = [
        said(lang, "facts.subblock"),
        said(lang, "subblocks.uses"),
        *(said(lang, f"subblocks.{key}") for key in keys),
    ]

    def cells(found: dict[str, float]) -> list[str]:
        return [shown(found.get(key), COLUMNS[key]) for key in keys]

    lines = [[one.id, _uses(facts, one), *cells(its)] for one, its in zip(own, of, strict=True)]
    total = [said(lang, "subblocks.total"), "", *cells(whole)]
    rows = [{"cells": line, "kind": "row", "depth": 0} for line in lines]
    return {
        "title": said(lang, "subblocks.title"),
        "heads": heads,
        "ems": ems(heads, [*lines, total]),
        "align": ["center", "left", *("right" for _ in keys)],
        "widths": [0, 2.0, *(0 for _ in keys)],
        "rows": [*rows, {"cells": total, "kind": "total", "depth": 0}],
        "notes": [said(lang, "subblocks.note")],
    }


def facility_table(facts: Facts, block: Extent) -> dict[str, Any] | None:
    """The facilities on a block's parcels, as the plan's table has them; None where it has none."""
    table = TABLES["facilities"](facts.view)
    names = {str(facts.names[row]) for row in block.rows}
    host = next(at for at, column in enumerate(table.columns) if column.key == "parcel_id")
    return printed(facts.view, table, keep=lambda line: str(line.cells[host] or "") in names)


def _uses(facts: Facts, extent: Extent) -> str:
    """The uses with most land, streets left aside."""
    land: Counter[str] = Counter()
    for row in extent.rows:
        shape = facts.shapes[row]
        if shape is not None and not facts.roads[row]:
            land[facts.text(str(facts.names[row]), "land_use")] += shape.area
    return facts.view.words.join([use for use, _ in land.most_common(MAIN_USES)])
