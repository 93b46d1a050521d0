"""
Against the plan in force (与现行规划比较): each parcel that is new, gone, or bounds something else.

From existing to planned use (现状—规划转换矩阵): hectares, a line a class, a column a planned one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.figures import shared_out
from blockplan.measure.inputs.columns import areas_m2, values
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.columns import Column, Line, OfficeTable, columns_in, said
from blockplan.report.office.land_balance import land_balance
from blockplan.report.office.parcels import parcels
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View


FIXED = (
    Column("from_code", "code", "parcels.existing_land_use"),
    Column("from_name", "text", "parcels.land_use_list"),
)
TOTAL = Column("from_total_ha", "ha", "parcels.geometry, parcels.existing_land_use")
UNKNOWN = "?"


def transition(view: View) -> OfficeTable:
    """Classes of the first level; totals are those of the land balance, and the hectares add up to them."""
    plan = view.plan
    now, then = values(plan, "parcels", "existing_land_use"), values(plan, "parcels", "land_use")
    if all(one is None for one in now):
        none = said(view, "land_balance.note.no_existing")
        return OfficeTable("transition", columns_in(view, (*FIXED, TOTAL)), (), (none,))
    lists, sizes = values(plan, "parcels", "land_use_list"), areas_m2(plan, "parcels")
    land: dict[tuple[str, str], float] = {}
    names: dict[str, str] = {}
    for before, after, of, size in zip(now, then, lists, np.nan_to_num(sizes).tolist(), strict=True):
        pair = tuple(_top(view, use, of or DEFAULT_LIST, names) for use in (before, after))
        land[pair[0], pair[1]] = land.get((pair[0], pair[1]), 0.0) + size
    rows, columns = (
        sorted({pair[at] for pair in land}, key=lambda one: (one == UNKNOWN, one)) for at in (0, 1)
    )
    printed = _printed(view, rows, columns)
    units = 10**view.ha_decimals
    exact = [[land.get((row, column), 0.0) for column in columns] for row in rows]
    parts = in_units(exact, *printed, M2_PER_HA / units)
    notes = () if parts or not any(printed[0]) else (said(view, "transition.note.apart"),)
    if parts is None:
        parts = [shared_out(row, total) for row, total in zip(exact, printed[0], strict=True)]
    lines = []
    for row, shares in zip(rows, parts, strict=True):
        cells: list[Cell] = [
            part / units if (row, column) in land else ""
            for column, part in zip(columns, shares, strict=True)
        ]
        lines.append(Line(("" if row == UNKNOWN else row, names[row], *cells, sum(shares) / units)))
    sums = [sum(shares) for shares in zip(*parts, strict=True)]
    lines.append(
        Line(("", said(view, "transition.total"), *(one / units for one in sums), sum(sums) / units), "total")
    )
    made = [
        Column(
            f"to_{column}",
            "ha",
            "parcels.geometry, parcels.land_use",
            f"{column} {names[column]}".removeprefix(f"{UNKNOWN} "),
        )
        for column in columns
    ]
    return OfficeTable("transition", columns_in(view, (*FIXED, *made, TOTAL)), tuple(lines), notes)


def _printed(view: View, rows: Sequence[str], columns: Sequence[str]) -> tuple[list[int], list[int]]:
    """What the land balance prints of each class, in its last decimal: of existing and of planned land."""
    table, units = land_balance(view), 10**view.ha_decimals
    keys = [column.key for column in table.columns]
    found = []
    for classes, key in ((rows, "existing_ha"), (columns, "planned_ha")):
        sums = dict.fromkeys(classes, 0)
        for line in table.lines:
            if line.kind == "row" and not line.depth:
                code = str(line.cells[0]) if line.cells[0] in sums else UNKNOWN
                sums[code] = sums.get(code, 0) + round(float(line.cells[keys.index(key)] or 0) * units)
        found.append([sums[one] for one in classes])
    return found[0], found[1]


def in_units(
    land: Sequence[Sequence[float]], rows: Sequence[int], columns: Sequence[int], unit_m2: float
) -> list[list[int]] | None:
    """
    Land (m2) in units of `unit_m2` that add up to given rows and columns, or None where none do.

    Each number is off by less than one, as near to the land as they can be together; no land stays none.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 (slow to load)

    exact = np.array(land) / unit_m2
    at_row, at_column = np.nonzero(exact)
    wanted = exact[at_row, at_column]
    n = len(wanted)
    if not n or sum(rows) != sum(columns):
        return None
    low, high = np.maximum(np.ceil(wanted - 1), 0), np.floor(wanted + 1)
    adds = np.zeros((len(rows) + len(columns), n))
    adds[at_row, np.arange(n)] = adds[len(rows) + at_column, np.arange(n)] = 1
    # Beside each number stands how far it is off, which is what costs.
    nothing, each = np.zeros((len(adds), n)), np.eye(n)
    found = milp(
        np.repeat((0.0, 1.0), n),
        integrality=np.repeat((1, 0), n),
        bounds=Bounds(np.append(low, np.zeros(n)), np.append(high, np.full(n, np.inf))),
        constraints=(
            LinearConstraint(np.hstack([adds, nothing]), [*rows, *columns], [*rows, *columns]),
            LinearConstraint(np.block([[-each, each], [each, each]]), np.append(-wanted, wanted), np.inf),
        ),
        options={"presolve": False},  # which ends some of these in an error
    )
    if found.x is None:
        return None
    parts = np.zeros(exact.shape, dtype=int)
    parts[at_row, at_column] = np.round(found.x[:n])
    return [[int(one) for one in row] for row in parts]


def _top(view: View, use: str | None, of: str, names: dict[str, str]) -> str:
    """The class of the first level, with its name kept."""
    of = of if of in LISTS and landuse(of).known(use or "") else DEFAULT_LIST
    if not use or not landuse(of).known(use):
        names.setdefault(UNKNOWN, said(view, "transition.unknown"))
        return UNKNOWN
    code = landuse(of).top(use)
    names.setdefault(code, view.ground.use_name(of, code).removeprefix(f"{code} "))
    return code


#: What is compared: column of the parcels' table, its form.
COMPARED = (
    ("code", "code"),
    ("site_area_m2", "whole"),
    ("far_max", "far"),
    ("floor_area_m2", "whole"),
    ("height_max_m", "one"),
)
COLUMNS = (
    Column("parcel_id", "code", "parcels.parcel_id"),
    Column("change_kind", "text", "parcels"),
    *(
        Column(f"{key}_{when}", form, f"parcels.{key}")  # type: ignore[arg-type]
        for key, form in COMPARED
        for when in ("before", "after")
    ),
    Column("floor_area_change_m2", "whole", "floor_area_m2_before, floor_area_m2_after"),
)
#: A difference of less than this prints as none.
SAME = 0.005


def changes(view: View) -> OfficeTable:
    """Changed parcels by their number, then the sum; a scenario is compared with the plan as drawn."""
    before = view.in_force_view
    if before is None:
        return OfficeTable("changes", columns_in(view, COLUMNS), (), (said(view, "changes.note.none"),))
    old, new = _rows(before), _rows(view)
    lines = list(_lines(view, old, new))
    if not lines:
        return OfficeTable("changes", columns_in(view, COLUMNS), (), (said(view, "changes.note.same"),))
    known = [line.cells[-1] for line in lines]
    whole = (
        None
        if any(one is None for one in known)
        else sum(float(one) for one in known if isinstance(one, int | float))
    )
    cells = (said(view, "changes.total", n=len(lines)), *[""] * (len(COLUMNS) - 2), whole)
    note = said(view, "changes.note.against", title=before.title, day=before.drawn_on)
    return OfficeTable("changes", columns_in(view, COLUMNS), (*lines, Line(cells, "total")), (note,))


def _rows(view: View) -> dict[str, dict[str, Cell]]:
    table = parcels(view)
    keys = [column.key for column in table.columns]
    return {str(line.cells[0]): dict(zip(keys, line.cells, strict=True)) for line in table.lines}


def _lines(view: View, old: dict[str, dict[str, Cell]], new: dict[str, dict[str, Cell]]) -> Iterator[Line]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if (
            before is not None
            and after is not None
            and not any(_differs(before[key], after[key]) for key, _ in COMPARED)
        ):
            continue
        kind = "new" if before is None else "gone" if after is None else "changed"
        cells: list[Any] = ["" if row is None else row[key] for key, _ in COMPARED for row in (before, after)]
        yield Line((name, said(view, f"changes.{kind}"), *cells, _gain(before, after)))


def _gain(before: dict[str, Cell] | None, after: dict[str, Cell] | None) -> Cell:
    """Floor area gained; unknown where a parcel that bounds its building states none."""
    ends = []
    for row in (before, after):
        floor = 0.0 if row is None else row["floor_area_m2"]
        if floor is None and row is not None and row["far_max"] is None:
            floor = 0.0
        if not isinstance(floor, int | float):
            return None
        ends.append(float(floor))
    return round(ends[1] - ends[0])


def _differs(one: Cell, other: Cell) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(float(one) - float(other)) >= SAME
    return one != other
