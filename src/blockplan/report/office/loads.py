"""Loads (容量与市政负荷表): what the plan, each block, each subblock and each parcel ask of the city."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from blockplan.figures import shared_out
from blockplan.measure.indicators.loads import LOADS, job_ratios_of
from blockplan.measure.indicators.loads import loads as loads_of
from blockplan.measure.inputs.columns import ids, values
from blockplan.measure.inputs.jobs import no_job_ratio
from blockplan.report.office.columns import DECIMALS, Column, Line, OfficeTable, said
from blockplan.report.office.zeros import havers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.measure.indicators.loads import Loads
    from blockplan.report.office.columns import Cell, Form
    from blockplan.report.view import View

#: Loads that are printed with decimals: small amounts of one parcel must not read as 0.
FORMS: dict[str, Form] = {
    "water_m3_d": "tenths", "sewage_m3_d": "tenths", "power_kw": "tenths", "gas_m3_d": "tenths",
    "heat_kw": "tenths", "waste_t_d": "three", "trips_pcu_h": "tenths",
}  # fmt: skip
COLUMNS = (
    Column("place", "code", "blocks.block_id, subblocks.subblock_id, parcels.parcel_id"),
    Column("place_kind", "text", "blocks, subblocks, parcels"),
    Column("code", "code", "parcels.land_use"),
    Column("floor_area_m2", "whole", "parcels.floor_area_m2, parcels.far"),
    *(
        Column(
            load,
            FORMS.get(load, "whole"),
            "parcels.jobs, parcels.floor_area_m2 / floor_area_per_job_m2"
            if load == "jobs"
            else f"parcels.{column}, loads.toml"
            if column
            else "loads.toml",
        )
        for load, column in LOADS.items()
    ),
    Column("estimated", "text", "loads.toml"),
)
#: What a plan states itself, and a factor otherwise.
STATED = ("floor_area_m2", "dwellings", "residents", "jobs", "parking")


def loads(view: View) -> OfficeTable:
    """Parcels that load something, under their subblocks and blocks; then the whole plan."""
    plan = view.plan
    found = loads_of(plan)
    if not len(ids(plan, "parcels")):
        return OfficeTable("loads", COLUMNS, ())
    made = _LoadSums(view, found)
    lines = [*made.blocks(), *made.whole()]
    factors = "factors" if found.factored else "elsewhere"
    notes = [said(view, f"loads.note.{factors}"), said(view, "loads.note.sums")]
    silent = no_job_ratio(plan, job_ratios_of(plan))
    without = sorted(set(values(plan, "parcels", "land_use")[silent]))
    if not found.factored and found.estimated["jobs"].any():
        notes.insert(1, said(view, "loads.note.jobs_elsewhere"))
    for key, codes in (
        ("not_counted", found.not_counted if found.factored else ()),
        ("jobs_not_counted", without),
    ):
        if codes:
            notes.append(said(view, f"loads.note.{key}", codes=view.words.join(codes)))
    return OfficeTable("loads", COLUMNS, tuple(lines), tuple(notes))


class _LoadSums:
    """Sums over parcels, as lines."""

    def __init__(self, view: View, found: Loads) -> None:
        self.view, self.found = view, found
        plan = view.plan
        self.names = ids(plan, "parcels")
        self.uses = values(plan, "parcels", "land_use")
        columns = {"floor_area_m2": found.floor_m2, **found.by_parcel}
        # Land that states no floor area and that no factor counts on it has none: a road, a park.
        columns["floor_area_m2"] = np.where(found.floorless, 0.0, found.floor_m2)
        shown = np.array(list(columns.values()))
        self.loaded = (np.isnan(shown) | (shown > 0)).any(axis=0)
        self.estimated = {key: found.estimated[key].tolist() for key in STATED}
        self.columns = dict(zip(columns, shown.tolist(), strict=True))
        self.havers = {key: havers(plan, key) for key in columns}

    def blocks(self) -> Iterator[Line]:
        """
        Blocks with their subblocks with their parcels, and what lies in none of them.

        The sum of the plan is rounded and its parts share it by largest remainder, so that each level adds up
        as printed; the loads of a parcel are rounded one by one.
        """
        plan = self.view.plan
        block, sub = values(plan, "parcels", "block_id"), values(plan, "parcels", "subblock_id")
        if block is None or all(one is None for one in block):
            of_sub = dict(zip(ids(plan, "subblocks"), values(plan, "subblocks", "block_id"), strict=True))
            block = np.array([of_sub.get(one) for one in sub], dtype=object)
        tree: dict[str, dict[str, list[int]]] = {}
        for at in np.argsort(self.names.astype(str), kind="stable").tolist():
            tree.setdefault(block[at] or "", {}).setdefault(sub[at] or "", []).append(at)
        outside = tree.pop("", {})
        top = [(name, "block", list(chain.from_iterable(subs.values()))) for name, subs in tree.items()]
        top += [(name, "subblock" if name else "rest", rows) for name, rows in outside.items()]
        for (name, kind, rows), amounts in self._shared(top, self._units(range(len(self.names)))):
            if kind != "rest" or len(top) > 1:
                yield self._part(name, kind, rows, amounts, 0)
            if kind != "block":
                yield from self._parcels(rows, int(len(top) > 1))
                continue
            own = [(sub_name, "subblock" if sub_name else "rest", of) for sub_name, of in tree[name].items()]
            for (sub_name, its_kind, of), its in self._shared(own, amounts):
                if its_kind != "rest" or len(own) > 1:
                    yield self._part(sub_name, its_kind, of, its, 1)
                yield from self._parcels(of, 1 + int(len(own) > 1))

    def _units(self, rows: Sequence[int]) -> dict[str, int | None]:
        """The loads of some parcels in the last decimal that is printed; None where one is unknown."""
        sums = {column.key: self._sum(column.key, rows) for column in COLUMNS[3:-1]}
        return {
            key: None if math.isnan(one) else round(one * 10 ** DECIMALS[FORMS.get(key, "whole")])
            for key, one in sums.items()
        }

    def _sum(self, key: str, rows: Sequence[int]) -> float:
        return math.fsum(map(self.columns[key].__getitem__, rows))

    def _shared(
        self, parts: list[tuple[str, str, list[int]]], whole: dict[str, int | None]
    ) -> list[tuple[tuple[str, str, list[int]], dict[str, int | None]]]:
        """Parts by name, what has none last, each with its share of a whole (in the last decimal)."""
        parts = sorted(parts, key=lambda part: (part[1] == "rest", part[0]))
        made = [self._units(rows) for _, _, rows in parts]
        for key, amount in whole.items():
            if amount is None:
                continue
            exact = [self._sum(key, rows) for _, _, rows in parts]
            for units, share in zip(made, shared_out(exact, amount), strict=True):
                units[key] = share
        return list(zip(parts, made, strict=True))

    def _parcels(self, rows: list[int], depth: int) -> Iterator[Line]:
        for at in rows:
            if self.loaded[at]:
                name, use = str(self.names[at]), self.uses[at] or ""
                yield Line(self._cells(name, "parcel", use, self._units([at]), [at]), "row", depth)

    def _part(
        self, name: str, kind: str, rows: list[int], amounts: dict[str, int | None], depth: int
    ) -> Line:
        return Line(self._cells(name, kind, "", amounts, rows), "subtotal", depth)

    def whole(self) -> Iterator[Line]:
        """The whole plan; where some of it is unknown, what is known of it in a line of its own."""
        rows = range(len(self.names))
        amounts = self._units(rows)
        if self.found.residents is not None:
            amounts["residents"] = round(self.found.residents)
        yield Line(self._cells("", "plan", "", amounts, rows), "total")
        if None in amounts.values():
            of_none = {key for key, amount in amounts.items() if amount is None and not self._any(key)}
            self.columns = {key: np.nan_to_num(column).tolist() for key, column in self.columns.items()}
            known = {key: None if key in of_none else one for key, one in self._units(rows).items()}
            yield Line(self._cells("", "known", "", known, rows), "total")

    def _any(self, key: str) -> bool:
        """Whether any parcel has some of a load, or states that it has none."""
        column = LOADS.get(key) or key
        stated = values(self.view.plan, "parcels", column) if key in STATED else np.full(1, np.nan)
        return bool((~np.isnan(stated)).any() or (np.array(self.columns[key]) > 0).any())

    def _cells(
        self, name: str, kind: str, use: str, amounts: dict[str, int | None], rows: Sequence[int]
    ) -> tuple[Cell, ...]:
        numbers: list[Cell] = []
        for column in COLUMNS[3:-1]:
            amount, digits = amounts[column.key], DECIMALS[column.form]
            if amount == 0:
                numbers.append(self.havers[column.key].of_none(rows))
            else:
                numbers.append(amount if amount is None or not digits else round(amount / 10**digits, digits))
        factored = [key for key, rest in self.estimated.items() if any(map(rest.__getitem__, rows))]
        told = [said(self.view, f"loads.factored.{key}") for key in factored]
        return (name, said(self.view, f"loads.{kind}"), use, *numbers, self.view.words.join(told))
