"""From existing to planned use (现状—规划转换矩阵): hectares, a line a class, a column a planned one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.inputs.columns import areas_m2, values
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.columns import Column, Line, OfficeTable, said
from blockplan.report.office.rounding import shared_out
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

FIXED = (
    Column("from_code", "code", "parcels.existing_land_use"),
    Column("from_name", "text", "parcels.land_use_list"),
)
TOTAL = Column("from_total_ha", "two", "parcels.geometry, parcels.existing_land_use")
UNKNOWN = "?"


def transition(view: View) -> OfficeTable:
    """Classes of the first level; hectares of a line add up to its total, and totals to the drawn land."""
    plan = view.plan
    now, then = values(plan, "parcels", "existing_land_use"), values(plan, "parcels", "land_use")
    if all(one is None for one in now):
        return OfficeTable("transition", (*FIXED, TOTAL), (), (said(view, "land_balance.note.no_existing"),))
    lists, sizes = values(plan, "parcels", "land_use_list"), areas_m2(plan, "parcels")
    land: dict[tuple[str, str], float] = {}
    names: dict[str, str] = {}
    for before, after, of, size in zip(now, then, lists, sizes, strict=True):
        pair = tuple(_top(view, use, of or DEFAULT_LIST, names) for use in (before, after))
        land[pair[0], pair[1]] = land.get((pair[0], pair[1]), 0.0) + float(np.nan_to_num(size))
    rows, columns = (
        sorted({pair[at] for pair in land}, key=lambda one: (one == UNKNOWN, one)) for at in (0, 1)
    )
    whole = round(sum(land.values()) / M2_PER_HA * 100)
    totals = shared_out([sum(land.get((row, column), 0.0) for column in columns) for row in rows], whole)
    lines, sums = [], [0] * len(columns)
    for row, total in zip(rows, totals, strict=True):
        parts = shared_out([land.get((row, column), 0.0) for column in columns], total)
        sums = [one + part for one, part in zip(sums, parts, strict=True)]
        cells: list[Cell] = [
            part / 100 if (row, column) in land else "" for column, part in zip(columns, parts, strict=True)
        ]
        lines.append(Line(("" if row == UNKNOWN else row, names[row], *cells, total / 100)))
    lines.append(
        Line(("", said(view, "transition.total"), *(one / 100 for one in sums), whole / 100), "total")
    )
    made = [
        Column(
            f"to_{column}",
            "two",
            "parcels.geometry, parcels.land_use",
            f"{column} {names[column]}".removeprefix(f"{UNKNOWN} "),
        )
        for column in columns
    ]
    return OfficeTable("transition", (*FIXED, *made, TOTAL), tuple(lines))


def _top(view: View, use: str | None, of: str, names: dict[str, str]) -> str:
    """The class of the first level, with its name kept."""
    of = of if of in LISTS and landuse(of).known(use or "") else DEFAULT_LIST
    if not use or not landuse(of).known(use):
        names.setdefault(UNKNOWN, said(view, "transition.unknown"))
        return UNKNOWN
    code = landuse(of).top(use)
    names.setdefault(code, view.ground.use_name(of, code).removeprefix(f"{code} "))
    return code
