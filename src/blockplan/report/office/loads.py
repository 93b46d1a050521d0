"""Loads (容量与市政负荷表): what the plan, each block, each subblock and each parcel ask of the city."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.indicators.loads import LOADS
from blockplan.measure.indicators.loads import loads as loads_of
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.report.office.columns import Column, Line, OfficeTable, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.measure.indicators.loads import Loads
    from blockplan.report.office.columns import Cell, Form
    from blockplan.report.view import View

#: Loads that are printed with decimals: small amounts of one parcel must not read as 0.
FORMS: dict[str, Form] = {
    "water_m3_d": "one", "sewage_m3_d": "one", "power_kw": "one", "gas_m3_d": "one", "heat_kw": "one",
    "waste_t_d": "three", "trips_pcu_h": "one",
}  # fmt: skip
COLUMNS = (
    Column("place", "code", "blocks.block_id, subblocks.subblock_id, parcels.parcel_id"),
    Column("place_kind", "text", "blocks, subblocks, parcels"),
    Column("code", "code", "parcels.land_use"),
    Column("floor_area_m2", "whole", "parcels.floor_area_m2, parcels.far"),
    *(
        Column(load, FORMS.get(load, "whole"), f"parcels.{column}, loads.toml" if column else "loads.toml")
        for load, column in LOADS.items()
    ),
    Column("estimated", "text", "loads.toml"),
)
#: What a plan states itself, and a factor otherwise.
STATED = ("floor_area_m2", "dwellings", "residents", "jobs", "parking")
DECIMALS = {"whole": 0, "one": 1, "two": 2, "three": 3}


def loads(view: View) -> OfficeTable:
    """Parcels that load something, under their subblocks and blocks; then the whole plan."""
    plan = view.plan
    found = loads_of(plan)
    if not len(ids(plan, "parcels")):
        return OfficeTable("loads", COLUMNS, ())
    made = _LoadSums(view, found)
    lines = [*made.blocks(), *made.whole()]
    notes = [said(view, "loads.note.factors")]
    if found.not_counted:
        notes.append(said(view, "loads.note.not_counted", codes=view.words.join(found.not_counted)))
    return OfficeTable("loads", COLUMNS, tuple(lines), tuple(notes))


class _LoadSums:
    """Sums over parcels, as lines."""

    def __init__(self, view: View, found: Loads) -> None:
        self.view, self.found = view, found
        plan = view.plan
        self.names = ids(plan, "parcels")
        self.uses = values(plan, "parcels", "land_use")
        self.columns: dict[str, NDArray[np.float64]] = {"floor_area_m2": found.floor_m2, **found.by_parcel}
        # Land that states no floor area and that no factor counts on it has none: a road, a park.
        bare = np.isnan(found.floor_m2) & ~np.isnan(found.by_parcel["power_kw"])
        self.columns["floor_area_m2"] = np.where(bare, 0.0, found.floor_m2)
        self.drawn = areas_m2(plan, "parcels")
        shown = np.array(list(self.columns.values()))
        self.loaded = (np.isnan(shown) | (shown > 0)).any(axis=0)

    def blocks(self) -> Iterator[Line]:
        plan = self.view.plan
        block, sub = values(plan, "parcels", "block_id"), values(plan, "parcels", "subblock_id")
        if block is None or all(one is None for one in block):
            of_sub = dict(zip(ids(plan, "subblocks"), values(plan, "subblocks", "block_id"), strict=True))
            block = np.array([of_sub.get(one) for one in sub], dtype=object)
        tree: dict[str, dict[str, list[int]]] = {}
        for at in range(len(self.names)):
            tree.setdefault(block[at] or "", {}).setdefault(sub[at] or "", []).append(at)
        for name, subs in sorted(tree.items()):
            rows = [row for of in subs.values() for row in of]
            if name:
                yield self._sum(name, "block", rows, 0)
            for sub_name, of in sorted(subs.items()):
                if sub_name:
                    yield self._sum(sub_name, "subblock", of, 1 if name else 0)
                for at in sorted(of, key=lambda row: str(self.names[row])):
                    if self.loaded[at]:
                        yield self._parcel(at, bool(name) + bool(sub_name))

    def whole(self) -> Iterator[Line]:
        """The whole plan; where some of it is unknown, what is known of it in a line of its own."""
        rows = list(range(len(self.names)))
        total = self._sum("", "plan", rows, 0, "total")
        people = self.found.residents
        cells = list(total.cells)
        if people is not None:
            cells[4 + list(LOADS).index("residents")] = round(people)
        yield Line(tuple(cells), "total")
        if any(cell is None for cell in cells):
            known = {key: np.nan_to_num(column) for key, column in self.columns.items()}
            yield Line(self._cells("", "known", "", known, rows), "total")

    def _sum(self, name: str, kind: str, rows: list[int], depth: int, line: str = "subtotal") -> Line:
        cells = self._cells(name, kind, "", self.columns, rows)
        return Line(cells, "total" if line == "total" else "subtotal", depth)

    def _parcel(self, at: int, depth: int) -> Line:
        cells = self._cells(str(self.names[at]), "parcel", self.uses[at] or "", self.columns, [at])
        return Line(cells, "row", depth)

    def _cells(
        self, name: str, kind: str, use: str, columns: dict[str, NDArray[np.float64]], rows: list[int]
    ) -> tuple[Cell, ...]:
        numbers: list[Cell] = []
        for column in COLUMNS[3:-1]:
            amount = math.fsum(columns[column.key][rows])
            numbers.append(None if math.isnan(amount) else round(amount, DECIMALS[column.form]))
        factored = [key for key in STATED if self.found.estimated[key][rows].any()]
        told = [re.split(r" \(|（", said(self.view, f"heading.{key}"))[0] for key in factored]
        return (name, said(self.view, f"loads.{kind}"), use, *numbers, self.view.words.join(told))
