"""Parking (停车): spaces by class of land, stated by the plan or counted by factor, and public car parks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.indicators.loads import loads as loads_of
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.report.maps.basemap import second_level
from blockplan.report.office.columns import Column, Line, OfficeTable, said

if TYPE_CHECKING:
    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

COLUMNS = (
    Column("code", "code", "parcels.land_use"),
    Column("land_use", "text", "parcels.land_use_list"),
    Column("parcel_count", "whole", "parcels"),
    Column("parking_floor_m2", "whole", "parcels.floor_area_m2, parcels.far"),
    Column("parking_stated", "whole", "parcels.parking_spaces"),
    Column("parking_factor", "whole", "loads.toml"),
    Column("parking", "whole", "parcels.parking_spaces, loads.toml"),
    Column("parking_land_m2", "whole", "parcels.geometry"),
)
#: Land of public car parks, of both lists.
PUBLIC = ("120803", "S42")


def parking(view: View) -> OfficeTable:
    """A line a class whose parcels need spaces; public car parks by their land."""
    plan = view.plan
    size = len(ids(plan, "parcels"))
    if not size:
        return OfficeTable("parking", COLUMNS, ())
    found = loads_of(plan)
    spaces, by_factor = found.by_parcel["parking"], found.estimated["parking"]
    uses, lists = values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list")
    drawn = areas_m2(plan, "parcels")
    public = np.array([bool(use) and use.startswith(PUBLIC) for use in uses], dtype=bool)
    classes: dict[tuple[bool, str, str], list[int]] = {}
    for at, use in enumerate(uses):
        of = lists[at] or DEFAULT_LIST
        if public[at] or np.isnan(spaces[at]) or spaces[at] > 0:
            classes.setdefault(
                (bool(public[at]), of, use if public[at] else second_level(of, use or "")), []
            ).append(at)
    lines = []
    for (is_public, of, code), rows in sorted(classes.items()):
        name = view.ground.use_name(of, code).removeprefix(f"{code} ")
        told = said(view, "parking.public", kind=name) if is_public else name
        land: Cell = round(math.fsum(drawn[rows])) if is_public else ""
        lines.append(Line((code, told, *_counted(rows, found.floor_m2, spaces, by_factor), land)))
    every = [row for rows in classes.values() for row in rows]
    if not every:
        return OfficeTable("parking", COLUMNS, ())
    total = (
        "",
        said(view, "parking.total"),
        *_counted(every, found.floor_m2, spaces, by_factor),
        round(math.fsum(drawn[public])),
    )
    return OfficeTable(
        "parking", COLUMNS, (*lines, Line(total, "total")), (said(view, "parking.note.factor"),)
    )


def _counted(
    rows: list[int], floor: np.ndarray, spaces: np.ndarray, by_factor: np.ndarray
) -> tuple[Cell, ...]:
    """Parcels, floor area, spaces stated, spaces by factor, all spaces."""
    own, made = spaces[rows], by_factor[rows]
    return (
        len(rows), _sum(floor[rows]), _sum(own[~made]) if (~made).any() else 0,
        _sum(own[made]) if made.any() else 0, _sum(own),
    )  # fmt: skip


def _sum(column: np.ndarray) -> Cell:
    whole = math.fsum(column)
    return None if math.isnan(whole) else round(whole)
