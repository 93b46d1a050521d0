"""Streets (道路一览表): a line a named street of a class, with subtotals of length and density."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from blockplan.figures import shared_out
from blockplan.measure.indicators.land import boundary_m2
from blockplan.measure.indicators.streets import lengths_on_planned_land
from blockplan.measure.inputs.columns import ids, shapes, values
from blockplan.report.office.columns import NOT_APPLICABLE, Column, Line, OfficeTable, said
from blockplan.texts import by_number
from blockplan.units import M2_PER_KM2, M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

COLUMNS = (
    Column("number", "whole", "streets"),
    Column("street_name", "text", "streets.name_*"),
    Column("street_class", "text", "streets.class"),
    Column("width_min_m", "one", "streets.red_line_width_m"),
    Column("width_max_m", "one", "streets.red_line_width_m"),
    Column("length_m", "whole", "streets.geometry, boundary"),
    Column("sections", "whole", "streets"),
    Column("density", "two", "length_m, boundary"),
    Column("direction", "text", "streets.geometry"),
)
CLASSES = ("expressway", "arterial", "secondary", "local", "path", "")
#: Classes that carriages do not use: the total of streets leaves them out.
ON_FOOT = "path"
#: What is shorter does not print as a metre: a street that ends on the boundary.
SHORTEST_M = 0.5
#: So much of a street is all but whole.
WHOLE = 0.9


def streets(view: View) -> OfficeTable:
    """
    Streets on planned land by class and length; a street off it has no line.

    Sections of one name and class are one street. Lengths are those of `street_density`; as printed, streets
    add up to their class, and classes to the total, by largest remainder.
    """
    plan = view.plan
    size = len(ids(plan, "streets"))
    if not size:
        return OfficeTable("streets", COLUMNS, ())
    length = lengths_on_planned_land(plan)
    widths, lines = values(plan, "streets", "red_line_width_m"), shapes(plan, "streets")
    found = _by_class_and_name(view, length >= SHORTEST_M)
    land = boundary_m2(plan)
    of_class = {class_: [rows for (one, _), rows in found.items() if one == class_] for class_, _ in found}
    kinds = _in_order(of_class)
    metres = {class_: math.fsum(length[list(chain(*of_class[class_]))]) for class_ in kinds}
    driven = [class_ for class_ in kinds if class_ != ON_FOOT]
    whole = math.fsum(metres[class_] for class_ in driven)
    told = {ON_FOOT: round(metres.get(ON_FOOT, 0.0))}
    told |= dict(zip(driven, shared_out([metres[class_] for class_ in driven], round(whole)), strict=True))
    dense = {class_: _density(metres[class_], land) for class_ in kinds}
    if (all_of_it := _density(whole, land)) is not None:
        shares = shared_out([metres[class_] for class_ in driven], round(100 * all_of_it))
        dense |= {class_: share / 100 for class_, share in zip(driven, shares, strict=True)}
    out: list[Line] = []
    number = sections = 0
    for class_ in kinds:
        of = [(name, rows) for (one, name), rows in found.items() if one == class_]
        of.sort(key=lambda item: (not item[0], -round(float(length[item[1]].sum())), by_number(item[0])))
        shares = shared_out([float(length[rows].sum()) for _, rows in of], told[class_])
        for (name, rows), share in zip(of, shares, strict=True):
            number += 1
            out.append(Line((
                number, name or said(view, "streets.unnamed"), _class(view, class_), *_width(widths[rows]),
                share, len(rows), NOT_APPLICABLE, _direction(view, lines[rows]),
            )))  # fmt: skip
        count = sum(len(rows) for _, rows in of)
        sections += count if class_ != ON_FOOT else 0
        key = said(view, "streets.subtotal", kind=_class(view, class_))
        out.append(_sum(key, told[class_], count, dense[class_], "subtotal"))
    if driven:
        out.append(_sum(said(view, "streets.total"), round(whole), sections, all_of_it, "total"))
    off = int((length < SHORTEST_M).sum())
    notes = (said(view, "streets.note.off", n=view.words.number(off)),) if off else ()
    return OfficeTable("streets", COLUMNS, tuple(out), notes)


def streets_along(view: View, land: BaseGeometry, near_m: float) -> OfficeTable:
    """
    Named streets along some land, by class and length, with class and widths of their sections there.

    A section lies along it that runs within `near_m` of it for as far, or all but whole; one that goes on
    beyond its corner does not.
    """
    plan = view.plan
    widths, lines = values(plan, "streets", "red_line_width_m"), shapes(plan, "streets")
    near = shapely.length(shapely.intersection(lines, shapely.buffer(land, near_m)))
    along = near >= np.minimum(near_m, WHOLE * shapely.length(lines))
    found = _by_class_and_name(view, along & (lengths_on_planned_land(plan) >= SHORTEST_M))
    order = _in_order({class_ for class_, _ in found})
    of = [(class_, name, rows) for (class_, name), rows in found.items() if name]
    of.sort(key=lambda one: (order.index(one[0]), -round(float(near[one[2]].sum())), by_number(one[1])))
    return OfficeTable(
        "streets",
        COLUMNS[1:5],
        tuple(Line((name, _class(view, class_), *_width(widths[rows]))) for class_, name, rows in of),
    )


def _by_class_and_name(view: View, chosen: NDArray[np.bool_]) -> dict[tuple[str, str], list[int]]:
    """The chosen rows of each street: sections of one class and name."""
    classes, names = values(view.plan, "streets", "class"), view.ground.names("streets").to_numpy()
    found: dict[tuple[str, str], list[int]] = {}
    for at in np.flatnonzero(chosen):
        found.setdefault((classes[at] or "", names[at]), []).append(int(at))
    return found


def _in_order(classes: Collection[str]) -> list[str]:
    """Classes from the widest streets to paths, those of the plan's own behind."""
    kinds = [*CLASSES, *sorted({*classes} - {*CLASSES})]
    return [class_ for class_ in kinds if class_ in classes]


def _sum(key: str, length: float, sections: int, density: Cell, kind: Literal["subtotal", "total"]) -> Line:
    """A line of what several streets come to: no class, width or direction is of all of them."""
    no = NOT_APPLICABLE
    return Line(("", key, no, no, no, length, sections, density, no), kind)


def _density(length_m: float, land: float | None) -> float | None:
    return round(length_m / M_PER_KM / (land / M2_PER_KM2), 2) if land else None


def _class(view: View, class_: str) -> str:
    return (
        view.words.or_else(f"street.{class_}", class_) if class_ else said(view, "streets.class_not_stated")
    )


def _width(widths: NDArray[np.float64]) -> tuple[Cell, Cell]:
    known = widths[~np.isnan(widths)]
    return (float(known.min()), float(known.max())) if len(known) else (None, None)


def _direction(view: View, lines: NDArray[np.object_]) -> str:
    """Whether a street runs rather north to south, or west to east, from one end of its box to the other."""
    west, south, east, north = shapely.total_bounds(lines)
    return said(view, "streets.north_south" if north - south > east - west else "streets.east_west")
