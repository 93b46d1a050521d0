"""Utilities (市政设施): each site with its kind, and what the plan's land asks of each kind of supply."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.indicators.loads import loads as loads_of
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.columns import Column, Line, OfficeTable, said
from blockplan.report.phases import phase_name

if TYPE_CHECKING:
    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

COLUMNS = (
    Column("number", "whole", "parcels"),
    Column("code", "code", "parcels.land_use"),
    Column("land_use", "text", "parcels.land_use_list"),
    Column("parcel_id", "code", "parcels.parcel_id"),
    Column("site_area_m2", "whole", "parcels.declared_area_m2, parcels.geometry"),
    Column("floor_area_m2", "whole", "parcels.floor_area_m2"),
    Column("demand", "tenths", "parcels, loads.toml"),
    Column("unit", "text", "loads.toml"),
    Column("phase", "code", "parcels.phase"),
)
#: Class of land -> the load that its sites serve; a finer class counts with the class above it.
SERVES = {
    "1301": "water_m3_d", "1302": "sewage_m3_d", "1303": "power_kw", "1304": "gas_m3_d", "1305": "heat_kw",
    "1309": "waste_t_d", "U11": "water_m3_d", "U12": "power_kw", "U13": "gas_m3_d", "U14": "heat_kw",
    "U21": "sewage_m3_d", "U22": "waste_t_d",
}  # fmt: skip
CLASSES = ("13", "U")
UNITS = ("m3_d", "kw", "t_d")


def utilities(view: View) -> OfficeTable:
    """Sites by class and number; after each class its land, and what the whole plan asks of it."""
    plan = view.plan
    names = ids(plan, "parcels")
    uses, lists = values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list")
    declared, drawn = values(plan, "parcels", "declared_area_m2"), areas_m2(plan, "parcels")
    site, floor = np.where(np.isnan(declared), drawn, declared), values(plan, "parcels", "floor_area_m2")
    phase = values(plan, "parcels", "phase")
    found: dict[tuple[str, str], list[int]] = {}
    for at, use in enumerate(uses):
        if use and use.startswith(CLASSES):
            of = lists[at] or DEFAULT_LIST
            found.setdefault((of, _second(of, use)), []).append(at)
    if not found:
        return OfficeTable("utilities", COLUMNS, (), (said(view, "utilities.note.none"),))
    loads = loads_of(plan)
    demand = loads.by_parcel
    lines: list[Line] = []
    number = 0
    for (of, code), rows in sorted(found.items()):
        for at in sorted(rows, key=lambda row: str(names[row])):
            number += 1
            name = view.ground.use_name(of, uses[at]).removeprefix(f"{uses[at]} ")
            lines.append(Line((
                number, uses[at], name, str(names[at]), _whole(site[at]), _whole(floor[at]), "", "",
                phase_name(str(phase[at] or ""), view.words),
            )))  # fmt: skip
        load = next((load for of_code, load in SERVES.items() if code.startswith(of_code)), "")
        asked: Cell = _sum(demand[load]) if load else ""
        unit = next((said(view, f"unit.{end}") for end in UNITS if load.endswith(end)), "")
        kind = view.ground.use_name(of, code).removeprefix(f"{code} ")
        title = said(view, "utilities.subtotal", kind=kind)
        cells: tuple[Cell, ...] = ("", code, title, "", _whole(math.fsum(site[rows])), "", asked, unit, "")
        lines.append(Line(cells, "subtotal"))
    every = [row for rows in found.values() for row in rows]
    total = ("", "", said(view, "utilities.total"), "", _whole(math.fsum(site[every])), "", "", "", "")
    note = said(view, "utilities.note.demand" if loads.factored else "loads.note.elsewhere")
    return OfficeTable("utilities", COLUMNS, (*lines, Line(total, "total")), (note,))


def _second(of: str, code: str) -> str:
    """The class under which a site is counted: of the second level, of the third in the older list."""
    if of not in LISTS or not landuse(of).known(code):
        return code
    codes = landuse(of)
    while codes.classes[code].level > (2 if of == DEFAULT_LIST else 3):
        code = codes.parent(code)
    return code


def _whole(value: float) -> Cell:
    return None if math.isnan(value) else round(value)


def _sum(column: np.ndarray) -> Cell:
    whole = math.fsum(column)
    return None if math.isnan(whole) else round(whole, 1)
