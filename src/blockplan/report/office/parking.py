"""Parking (停车): spaces by class of land, stated by the plan or counted by factor, and public car parks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from blockplan.figures import shared_out
from blockplan.measure.indicators.loads import loads as loads_of
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.report.maps.basemap import second_level
from blockplan.report.office.columns import NOT_APPLICABLE, Column, Line, OfficeTable, said

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    spaces, unsaid = found.by_parcel["parking"], np.isnan(values(plan, "parcels", "parking_spaces"))
    uses, lists = values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list")
    drawn = areas_m2(plan, "parcels")
    public = np.array([bool(use) and use.startswith(PUBLIC) for use in uses], dtype=bool)
    if not found.factored and not public.any() and unsaid.all():
        return OfficeTable("parking", COLUMNS, (), (said(view, "loads.note.elsewhere"),))
    classes: dict[tuple[bool, str, str], list[int]] = {}
    for at, use in enumerate(uses):
        of = lists[at] or DEFAULT_LIST
        if public[at] or np.isnan(spaces[at]) or spaces[at] > 0:
            classes.setdefault(
                (bool(public[at]), of, use if public[at] else second_level(of, use or "")), []
            ).append(at)
    if not classes:
        return OfficeTable("parking", COLUMNS, ())
    parts = sorted(classes.items())
    every = [row for _, rows in parts for row in rows]
    # A car park that states no floor area has none, and one that states no spaces asks for none.
    floor = np.where(public & np.isnan(found.floor_m2), 0.0, found.floor_m2)
    counted = np.array([floor, np.where(unsaid, 0.0, spaces), np.where(unsaid, spaces, 0.0)])
    made = list(zip(*(_shared(column, [rows for _, rows in parts]) for column in counted), strict=True))
    lines = []
    for ((is_public, of, code), rows), cells in zip(parts, made, strict=True):
        name = view.ground.use_name(of, code).removeprefix(f"{code} ")
        told = said(view, "parking.public", kind=name) if is_public else name
        land: Cell = round(math.fsum(drawn[rows])) if is_public else NOT_APPLICABLE
        says = _said_of(cells, unsaid[rows], np.isnan(found.floor_m2[rows]), public[rows])
        lines.append(Line((code, told, len(rows), *says, land)))
    park_m2 = round(math.fsum(drawn[public]))
    sums = [("total", counted)] + (
        [("known", np.nan_to_num(counted))] if np.isnan(counted[:, every]).any() else []
    )
    asked = unsaid & ~public
    for key, columns in sums:
        cells = tuple(_whole(math.fsum(column[every])) for column in columns)
        says = _said_of(cells, unsaid[every], np.isnan(found.floor_m2[every]), public[every])
        if key == "known":
            says = _known_of(says, spaces[every], asked[every], found.floor_m2[every])
        lines.append(Line(("", said(view, f"parking.{key}"), len(every), *says, park_m2), "total"))
    notes = [said(view, "parking.note.factor")]
    if not found.factored:
        notes.insert(0, said(view, "loads.note.elsewhere"))
    return OfficeTable("parking", COLUMNS, tuple(lines), tuple(notes))


def _said_of(
    cells: Sequence[int | None], unsaid: np.ndarray, floorless: np.ndarray, public: np.ndarray
) -> tuple[Cell, ...]:
    """
    Floor area, spaces stated, spaces by factor, of a class or of all; and all spaces, the sum of these two.

    None stated, or none counted by factor, is no zero of either.
    """
    floor, stated, made = cells
    every = None if stated is None or made is None else stated + made
    return (
        NOT_APPLICABLE if (public & floorless).all() else floor,
        NOT_APPLICABLE if unsaid.all() else stated,
        made if (unsaid & ~public).any() else NOT_APPLICABLE,
        NOT_APPLICABLE if (public & unsaid).all() else every,
    )


def _known_of(
    says: tuple[Cell, ...], spaces: np.ndarray, asked: np.ndarray, floor: np.ndarray
) -> tuple[Cell, ...]:
    """The same of what is known, where none is known a dash and no zero: floor area, or spaces by factor."""
    area, stated, made, every = says
    if np.isnan(floor).all() and area != NOT_APPLICABLE:
        area = None
    if asked.any() and np.isnan(spaces[asked]).all():
        made, every = None, None if stated == NOT_APPLICABLE else stated
    return area, stated, made, every


def _shared(column: np.ndarray, parts: Sequence[list[int]]) -> list[int | None]:
    """The sums of parts in whole numbers that add up to their rounded sum; None where one is unknown."""
    sums = [math.fsum(column[rows]) for rows in parts]
    whole = math.fsum(sums)
    return [_whole(one) for one in sums] if math.isnan(whole) else list(shared_out(sums, round(whole)))


def _whole(amount: float) -> int | None:
    return None if math.isnan(amount) else round(amount)
