"""
People that buildings hold, for a plan whose people are counted there (``source = "buildings"``).

``[residents] by`` of ``plan.toml`` says what of a building is read: its ``residents``, its ``dwellings``
times ``household_size``, or its ``floor_area`` over ``floor_area_per_person_m2``. With ``total`` that many
people are spread over the buildings in proportion to it. No parcels are needed.

A building that leaves residents or dwellings empty houses nobody, unless the other column says that
somebody lives there; how many were left empty stands in the definition. Where no building has a number,
the number is unknown. Floor area counts where nothing says that nobody lives there (no dwellings, no
residents, a parcel of a use that houses nobody) and is unknown where it is empty. Buildings off the planned
land do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.columns import (
    absent,
    ids,
    points,
    refused,
    rows_of_parcels,
    shapes,
    total,
    values,
)
from blockplan.measure.missing import Missing, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

#: ``[residents] by`` -> the column of a building, and the one that also tells whether somebody lives there.
COLUMNS = {
    "residents": ("residents", "dwellings"),
    "dwellings": ("dwellings", "residents"),
    "floor_area": ("floor_area_m2", "dwellings"),
}
#: ``[residents] by`` -> the key of ``plan.toml`` that turns its unit into people.
KEYS = {"dwellings": "household_size", "floor_area": "floor_area_per_person_m2"}


@dataclass(frozen=True, slots=True, eq=False)
class Occupants:
    """
    People by building.

    Attributes
    ----------
    number
        Residents of each building of the layer; NaN where unknown.
    total
        All of them; None where unknown.
    missing, missing_places
        What is missing for the total, and to say where they live.
    column
        The column that was read.
    read
        Rows whose number counts, or would if it could be read.
    left_empty, off_land
        Buildings that say nothing and are taken to house nobody, and those off the planned land.
    """

    number: NDArray[np.float64]
    total: float | None
    missing: tuple[Missing, ...]
    missing_places: tuple[Missing, ...]
    column: str
    read: NDArray[np.intp]
    left_empty: int = 0
    off_land: int = 0

    def in_parcels(self, plan: Plan) -> NDArray[np.float64]:
        """Residents of each parcel: those of the buildings on it; NaN where one of them is unknown."""
        found = np.zeros(len(ids(plan, "parcels")))
        rows = np.flatnonzero((self.number != 0) & (hosts(plan) >= 0))
        np.add.at(found, hosts(plan)[rows], self.number[rows])
        return found


def occupants(plan: Plan, houses: NDArray[np.bool_]) -> Occupants:
    """People by building as ``plan.toml`` counts them; `houses` says which parcels may house people."""
    said, by = plan.manifest.residents, read_by(plan)
    column, other = COLUMNS[by]
    names = ids(plan, "buildings")
    lacking = absent(plan, "buildings")
    if lacking or not len(names):
        lacking = lacking or (Missing("buildings", column),)
        nobody = np.zeros(len(names))
        known = said.total is not None
        return Occupants(
            nobody, said.total, () if known else lacking, lacking, column, np.empty(0, dtype=np.intp)
        )
    found, elsewhere = values(plan, "buildings", column), values(plan, "buildings", other)
    bad, here = refused(plan, "buildings", column), on_planned_land(plan)
    if by == "floor_area":
        lived_in = ~_uninhabited(plan, houses)
    else:
        lived_in = (found > 0) | (elsewhere > 0) | bad
        if not (found[here] >= 0).any():
            lived_in = np.ones(len(names), dtype=bool)
    lived_in &= here
    empty = lived_in & np.isnan(found)
    lines = unknown(Missing("buildings", column), names[empty], int(lived_in.sum()))
    factor, lost = _factor(plan)
    number = np.where(lived_in, found, 0.0) * factor
    places = lines + lost
    if said.total is not None and not places:
        number, places = _spread(number, said.total, column)
    whole = said.total if said.total is not None else None if places else total(number[number > 0])
    return Occupants(
        number,
        whole,
        () if whole is not None else places,
        places,
        column,
        np.flatnonzero((number > 0) | (here & bad)),
        int((here & ~lived_in & np.isnan(found)).sum()),
        int((~here).sum()),
    )


def read_by(plan: Plan) -> str:
    """What of a building is read: its residents where ``plan.toml`` does not say."""
    return plan.manifest.residents.by or "residents"


def _factor(plan: Plan) -> tuple[float, tuple[Missing, ...]]:
    """People for each unit of the column, and what is missing to say so."""
    said, by = plan.manifest.residents, read_by(plan)
    key = KEYS.get(by)
    if key is None or said.total is not None:
        return 1.0, ()
    given = getattr(said, key)
    if given is None:
        return np.nan, (Missing("plan.toml", f"residents.{key}"),)
    return (given if by == "dwellings" else 1 / given), ()


def _spread(
    number: NDArray[np.float64], whole: float, column: str
) -> tuple[NDArray[np.float64], tuple[Missing, ...]]:
    """A total in proportion to some numbers; where they are all 0, nothing says where they live."""
    over = total(number[number > 0])
    if over > 0:
        return number * (whole / over), ()
    return number * (np.nan if whole else 0.0), (Missing("buildings", column),) if whole else ()


def _uninhabited(plan: Plan, houses: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Buildings of which something says that nobody lives there."""
    dwellings, people = values(plan, "buildings", "dwellings"), values(plan, "buildings", "residents")
    host = hosts(plan)
    elsewhere = np.zeros(len(host), dtype=bool)
    elsewhere[host >= 0] = ~houses[host[host >= 0]]
    lived_in = (dwellings > 0) | (people > 0)
    return np.asarray(((dwellings == 0) | (people == 0) | elsewhere) & ~lived_in)


def hosts(plan: Plan) -> NDArray[np.intp]:
    """The row of the parcel that each building names, else of one that it stands on; -1 for none."""
    return plan.cached("hosts", lambda: _hosts(plan))


def _hosts(plan: Plan) -> NDArray[np.intp]:
    row_of = rows_of_parcels(plan)
    named = values(plan, "buildings", "parcel_id")
    row = np.array([row_of.get(name, -1) for name in named], dtype=np.intp)
    loose = np.flatnonzero(row < 0)
    if len(loose) and row_of:
        places = points(plan, "buildings", loose)
        parcel, at = shapely.STRtree(places).query(shapes(plan, "parcels"), predicate="intersects")
        # A point on a common line belongs to the parcel that is listed first.
        row[loose[at[::-1]]] = parcel[::-1]
    return row


def on_planned_land(plan: Plan) -> NDArray[np.bool_]:
    """Which buildings stand on the planned land; all where no boundary is drawn."""
    places = points(plan, "buildings", np.arange(len(ids(plan, "buildings"))))
    outline = shapes(plan, "boundary")
    outline = outline[~shapely.is_missing(outline)]
    if not len(outline):
        return np.ones(len(places), dtype=bool)
    # One without a place counts: that its place is missing is said where places are asked for.
    inside = np.array(shapely.is_missing(places), dtype=bool)
    inside[shapely.STRtree(outline).query(places, predicate="intersects")[0]] = True
    return inside
