"""
People of cells put where they live: into the buildings of each cell, or onto its land for homes.

In a cell people are shared by floor area over the buildings that may be lived in (by ground covered where the
floor area of any of them is not known); without buildings by land of homes. Of a cell that reaches beyond the
planned land the part inside counts, people taken as evenly spread. Nobody is lost: who finds no home in his
cell is counted, and told with his cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.measure.inputs.columns import ids, points, shapes, values
from blockplan.measure.inputs.homes import can_house

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.exchange.cells import Cells
    from blockplan.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """
    People of cells in their homes.

    Attributes
    ----------
    layer
        ``buildings`` or ``parcels``.
    residents
        Of each row of that layer.
    by
        What people were shared by: ``floor_area``, ``ground`` or ``land``.
    outside
        Homes in no cell: the grid says nothing of them, and their residents are NaN.
    people, beyond, homeless
        All people of the cells; those beyond the planned land; those of cells without a home.
    empty_cells
        x, y and people of cells in which nobody found a home, most people first.
    """

    layer: Literal["buildings", "parcels"]
    residents: NDArray[np.float64]
    by: str
    outside: int
    people: float
    beyond: float
    homeless: float
    empty_cells: tuple[tuple[float, float, float], ...]


def settle(plan: Plan, cells: Cells) -> Settled:
    """
    Put the people of cells where they live.

    Raises
    ------
    PlanDataError
        If the plan has neither buildings nor land for homes.
    """
    layer, lived, (share, rows, cell, by) = _homes(plan, cells)
    land = shapely.union_all(shapes(plan, "boundary"))
    shapely.prepare(land)
    area = shapely.area(cells.shape)
    inside = np.where(
        shapely.contains_properly(land, cells.shape), 1.0,
        shapely.area(shapely.intersection(cells.shape, land)) / np.where(area > 0, area, 1.0),
    )  # fmt: skip
    here = cells.people * inside
    whole = np.bincount(cell, share, len(here))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(whole[cell] > 0, share / whole[cell], 0.0)
    found = np.bincount(rows, here[cell] * part, len(ids(plan, layer))).astype(np.float64)
    outside = np.setdiff1d(lived, rows)
    found[outside] = np.nan
    lost = np.flatnonzero((whole <= 0) & (here > 0))
    middle = shapely.get_coordinates(shapely.centroid(cells.shape[lost]))
    told = sorted(zip(*middle.T.tolist(), here[lost].tolist(), strict=True), key=lambda one: -one[2])
    return Settled(
        layer, found, by, len(outside), float(cells.people.sum()), float((cells.people - here).sum()),
        float(here[lost].sum()), tuple(told),
    )  # fmt: skip


_Pairs = tuple["NDArray[np.float64]", "NDArray[np.intp]", "NDArray[np.intp]", str]
_Homes = tuple[Literal["buildings", "parcels"], "NDArray[np.intp]", _Pairs]


def _homes(plan: Plan, cells: Cells) -> _Homes:
    """
    The layer, the rows of its homes, and of each pair of home and cell: its share, the row of the home, and
    that of the cell; with what people are shared by.
    """
    tree = shapely.STRtree(cells.shape)
    lived = can_house(plan) if plan.has_layer("parcels") else np.zeros(0, dtype=bool)
    if len(ids(plan, "buildings")):
        drawn = shapes(plan, "buildings")
        rows = np.flatnonzero((shapely.get_dimensions(drawn) == 2) & _lived_in(plan, lived))
        spot = points(plan, "buildings", rows)
        at, cell = tree.query(spot, predicate="intersects")
        # A building on the line between two cells belongs to the first.
        at, first = np.unique(at, return_index=True)
        floor = values(plan, "buildings", "floor_area_m2")[rows[at]]
        ground = shapely.area(drawn[rows[at]])
        known = bool(len(at)) and not np.isnan(floor).any()
        share, by = (floor, "floor_area") if known else (ground, "ground")
        return "buildings", rows, (share, rows[at], cell[first], by)
    rows = np.flatnonzero(lived)
    if not len(rows):
        raise PlanDataError(
            "The plan has neither buildings nor land for homes, so nobody can say where the people of a "
            "grid live. Add buildings, or the land uses of parcels."
        )
    drawn = shapes(plan, "parcels")[rows]
    at, cell = tree.query(drawn, predicate="intersects")
    share = shapely.area(shapely.intersection(drawn[at], cells.shape[cell]))
    return "parcels", rows, (share, rows[at], cell, "land")


def _lived_in(plan: Plan, housing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Buildings in which people may live: none without dwellings, none on land of another use."""
    free = values(plan, "buildings", "dwellings") != 0
    if not len(housing):
        return np.asarray(free)
    stands = dict(zip(ids(plan, "parcels").tolist(), housing.tolist(), strict=True))
    named = values(plan, "buildings", "parcel_id").tolist()
    home = np.array([stands.get(name, True) for name in named], dtype=bool)
    unnamed = np.flatnonzero([name not in stands for name in named])
    where, parcel = shapely.STRtree(shapes(plan, "parcels")).query(
        points(plan, "buildings", unnamed), predicate="intersects"
    )
    home[unnamed[where]] = housing[parcel]
    return np.asarray(home & free)
