"""Against the plan in force (与现行规划比较): each parcel that is new, gone, or bounds something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.report.office.columns import Column, Line, OfficeTable, said
from blockplan.report.office.parcels import parcels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

#: What is compared: column of the parcels' table, its form.
COMPARED = (
    ("code", "code"),
    ("site_area_m2", "whole"),
    ("far_max", "two"),
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
        return OfficeTable("changes", COLUMNS, (), (said(view, "changes.note.none"),))
    old, new = _rows(before), _rows(view)
    lines = list(_lines(view, old, new))
    if not lines:
        return OfficeTable("changes", COLUMNS, (), (said(view, "changes.note.same"),))
    known = [line.cells[-1] for line in lines]
    whole = (
        None
        if any(one is None for one in known)
        else sum(float(one) for one in known if isinstance(one, int | float))
    )
    cells = (said(view, "changes.total", n=len(lines)), *[""] * (len(COLUMNS) - 2), whole)
    note = said(
        view, "changes.note.against", title=before.title, day=view.words.day(before.plan.manifest.drawn_on)
    )
    return OfficeTable("changes", COLUMNS, (*lines, Line(cells, "total")), (note,))


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
