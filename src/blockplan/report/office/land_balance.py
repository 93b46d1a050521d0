"""
The land-use balance (规划用地平衡表): existing and planned land by class, with subtotals that add up.

Classes stand under the class above them, and these in groups: construction land of towns, of villages,
regional infrastructure, other construction land, other land. Hectares and
percentages of a level add up to those of the level above: the upper number is rounded, and the lower ones
share it by largest remainder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blockplan.figures import shared_out
from blockplan.measure.indicators.land import boundary_m2
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.measure.inputs.homes import residents
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.columns import (
    NOT_APPLICABLE,
    Column,
    Line,
    OfficeTable,
    columns_in,
    hectares,
    said,
)
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

COLUMNS = (
    Column("code", "code", "parcels.land_use, parcels.existing_land_use"),
    Column("land_use", "text", "parcels.land_use_list"),
    Column("existing_ha", "ha", "parcels.geometry, parcels.existing_land_use"),
    Column("existing_share", "two", "existing_ha"),
    Column("planned_ha", "ha", "parcels.geometry, parcels.land_use"),
    Column("planned_share", "two", "planned_ha"),
    Column("construction_share", "two", "planned_ha"),
    Column("per_person_m2", "two", "planned_ha, residents"),
    Column("change_ha", "ha_change", "planned_ha, existing_ha"),
)
TOWN = "town"
#: Groups in their order, with their classes (of cn2023, then of gb50137); a finer class wins.
GROUPS = {
    TOWN: ("07", "08", "09", "10", "11", "12", "13", "14", "16", "R", "A", "B", "M", "W", "S", "U", "G"),
    "village": ("0703", "0704", "H14"),
    "regional": ("1201", "1202", "1203", "1204", "1205", "H2", "H3"),
    "other_construction": ("15", "1002", "1003", "H", "H4", "H5", "H9"),
    "other_land": ("01", "02", "03", "04", "05", "06", "17", "18", "19", "20", "21", "22", "23", "24", "E"),
    "not_known": (),
}
EXISTING, PLANNED = 0, 1


@dataclass
class _BalanceNode:
    """A class, a group or the whole: planned and existing land, m2, and what is printed of it.

    Land counts in the last decimal of hectares, shares in hundredths of a percent.
    """

    code: str
    name: str
    own: list[float] = field(default_factory=lambda: [0.0, 0.0])
    below: dict[str, _BalanceNode] = field(default_factory=dict)
    units_ha: list[int] = field(default_factory=lambda: [0, 0])
    hundredths_percent: list[int] = field(default_factory=lambda: [0, 0])
    of_construction: int | None = None

    def m2(self, when: int) -> float:
        return self.own[when] + sum(node.m2(when) for node in self.below.values())


def land_balance(view: View) -> OfficeTable:
    """The balance of a plan; existing land and land per person are unknown where the plan does not say."""
    plan = view.plan
    sizes = areas_m2(plan, "parcels")
    now, then = values(plan, "parcels", "existing_land_use"), values(plan, "parcels", "land_use")
    lists = values(plan, "parcels", "land_use_list")
    known = np.array([use is not None for use in now], dtype=bool)
    root = _tree(view, sizes, now if known.any() else None, then, lists)
    units = 10**view.ha_decimals
    _print(root, units)
    partly = bool(known.any() and round(np.nansum(sizes[~known]) / M2_PER_HA * units))
    people = residents(plan).total
    lines = _BalanceLines(bool(known.any()), partly, people, units).all(root, view) if len(sizes) else []
    notes = tuple(_notes(view, sizes, known, people))
    return OfficeTable("land_balance", columns_in(view, COLUMNS), tuple(lines), notes)


def _tree(
    view: View,
    sizes: NDArray[np.float64],
    now: NDArray[np.object_] | None,
    then: NDArray[np.object_],
    lists: NDArray[np.object_],
) -> _BalanceNode:
    root = _BalanceNode("", said(view, "land_balance.total"))
    for group in GROUPS:
        root.below[group] = _BalanceNode("", said(view, f"land_balance.{group}"))
    land: dict[tuple[int, str, str], float] = {}
    known = np.nan_to_num(sizes).tolist()
    for when, uses in ((EXISTING, now), (PLANNED, then)):
        for use, of, size in zip(() if uses is None else uses, lists, known, strict=uses is not None):
            key = (when, _list_of(use, of or DEFAULT_LIST), use or "")
            land[key] = land.get(key, 0.0) + size
    for (when, of, use), size in sorted(land.items(), key=lambda item: item[0][1:]):
        chain = _chain(use, of)
        node = root.below[_group(chain, of)]
        for code in chain:
            node = node.below.setdefault(code, _BalanceNode(code, _name(view, code, of)))
        node.own[when] += size
    root.below = {group: _sorted(node, view) for group, node in root.below.items() if node.below}
    return root


def _sorted(node: _BalanceNode, view: View) -> _BalanceNode:
    """The classes below in order; what a divided class holds undivided is one of them."""
    if node.below and any(node.own):
        node.below[f"{node.code}~"] = _BalanceNode("", said(view, "land_balance.undivided"), own=node.own)
        node.own = [0.0, 0.0]
    node.below = {code: _sorted(one, view) for code, one in sorted(node.below.items())}
    return node


def _list_of(use: str | None, of: str) -> str:
    """The list that a class is read in: the parcel's own, else the national one where only that knows it."""
    if of in LISTS and landuse(of).known(use):
        return of
    return DEFAULT_LIST if landuse(DEFAULT_LIST).known(use) else of


def _chain(use: str, of: str) -> list[str]:
    """A class and those above it, the highest first."""
    found = [use]
    while of in LISTS and (above := landuse(of).parent(found[0])):
        found.insert(0, above)
    return found


def _group(chain: list[str], of: str) -> str:
    by_code = {code: group for group, codes in GROUPS.items() for code in codes}
    known = of in LISTS and landuse(of).known(chain[-1])
    found = [by_code[code] for code in chain if known and code in by_code]
    return found[-1] if found else "not_known"


def _name(view: View, code: str, of: str) -> str:
    return view.ground.use_name(of, code).removeprefix(f"{code} ")


def _print(root: _BalanceNode, units: int) -> None:
    """What is printed of each class: the whole is rounded, and shared out downwards."""
    for when in (EXISTING, PLANNED):
        root.units_ha[when] = round(root.m2(when) / M2_PER_HA * units)
        root.hundredths_percent[when] = 10_000 if root.m2(when) > 0 else 0
        _share(root, when, "units_ha")
        _share(root, when, "hundredths_percent")
    town = root.below.get(TOWN)
    if town is not None:
        town.of_construction = 10_000 if town.m2(PLANNED) > 0 else 0
        _share_construction(town)


def _share(node: _BalanceNode, when: int, kind: str) -> None:
    below = list(node.below.values())
    parts = shared_out([one.m2(when) for one in below], getattr(node, kind)[when])
    for one, part in zip(below, parts, strict=True):
        getattr(one, kind)[when] = part
        _share(one, when, kind)


def _share_construction(node: _BalanceNode) -> None:
    below = list(node.below.values())
    parts = shared_out([one.m2(PLANNED) for one in below], node.of_construction or 0)
    for one, part in zip(below, parts, strict=True):
        one.of_construction = part
        _share_construction(one)


@dataclass(frozen=True, slots=True)
class _BalanceLines:
    """The tree as lines: a group after its classes, the whole at the end."""

    existing: bool
    partly: bool
    people: float | None
    units: int

    def all(self, root: _BalanceNode, view: View) -> list[Line]:
        lines = [line for node in root.below.values() for line in self._group(node, view)]
        return [*lines, Line(self._cells(root), "total")]

    def _group(self, node: _BalanceNode, view: View) -> Iterator[Line]:
        for one in node.below.values():
            yield from self._classes(one, 0)
        subtotal = self._cells(node)
        yield Line(("", said(view, "land_balance.subtotal", group=node.name), *subtotal[2:]), "subtotal")

    def _classes(self, node: _BalanceNode, depth: int) -> Iterator[Line]:
        yield Line(self._cells(node), "row", depth)
        for one in node.below.values():
            yield from self._classes(one, depth + 1)

    def _cells(self, node: _BalanceNode) -> tuple[Cell, ...]:
        units, ha, percent = self.units, node.units_ha, node.hundredths_percent
        existing = (ha[EXISTING] / units, percent[EXISTING] / 100) if self.existing else (None, None)
        built = NOT_APPLICABLE if node.of_construction is None else node.of_construction / 100
        person = node.m2(PLANNED) / self.people if self.people else None
        change = (ha[PLANNED] - ha[EXISTING]) / units if self.existing and not self.partly else None
        return (
            node.code, node.name, *existing, ha[PLANNED] / units, percent[PLANNED] / 100, built,
            None if person is None else round(person, 2), change,
        )  # fmt: skip


def _notes(
    view: View, sizes: NDArray[np.float64], known: NDArray[np.bool_], people: float | None
) -> Iterator[str]:
    if not len(sizes):
        return
    words, decimals, undrawn = view.words, view.ha_decimals, int(np.isnan(sizes).sum())
    drawn, planned = float(np.nansum(sizes)), boundary_m2(view.plan)
    if not known.any():
        yield said(view, "land_balance.note.no_existing")
    elif not known.all():
        n, ha = words.number(int((~known).sum())), hectares(view, float(np.nansum(sizes[~known])))
        yield said(view, "land_balance.note.partly_existing", n=n, ha=ha)
    if not people:
        yield said(view, "note.no_residents" if people is None else "note.nobody")
    if undrawn:
        first = ", ".join(map(str, ids(view.plan, "parcels")[np.isnan(sizes)][:5]))
        yield said(view, "land_balance.note.undrawn", n=words.number(undrawn), first=first)
    if planned is not None and round(abs(drawn - planned) / M2_PER_HA, decimals):
        both = (hectares(view, drawn), hectares(view, planned))
        yield said(view, "land_balance.note.boundary", drawn=both[0], planned=both[1])
    uses = (values(view.plan, "parcels", when) for when in ("land_use", "existing_land_use"))
    if any(str(use or "").startswith("16") for column in uses for use in column):
        yield said(view, "land_balance.note.reserve")
