"""
What becomes of a parcel that is given another use.

A code alone would leave the floor area, the jobs and the name of the old use behind. The new figures are
those that the plan itself gives such land: the middle of its floor area ratios and heights, its jobs or
residents for each m2 of site. What the plan never states for a use stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.plan.model.codes import DEFAULT_LIST, landuse, name_beside
from blockplan.propose.changes import Change

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan import Plan

#: Columns that say how land is built: the middle of what parcels of the use have.
KINDS = ("far", "height_m", "coverage_ratio", "green_ratio")
#: Columns that grow with the site: so much for each m2 of site, over all parcels of the use.
AMOUNTS = ("floor_area_m2", "residents", "dwellings", "jobs", "parking_spaces")
SHARES = (
    "industry_health_share",
    "industry_manufacturing_share",
    "industry_digital_share",
    "industry_services_share",
)
#: Decimals of the columns that are no whole numbers.
DECIMALS = {"far": 2, "height_m": 0, "coverage_ratio": 2, "green_ratio": 2}


@dataclass(frozen=True, slots=True)
class Building:
    """How the plan builds land of one use: middles of `KINDS`, rates a m2 of site of `AMOUNTS`, far_kind."""

    far_kind: str | None = None
    kinds: dict[str, float] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)


def converted(plan: Plan, parcel: str, code: str) -> tuple[Change, ...]:
    """
    The changes that give a parcel another use, with all that hangs on it.

    Parameters
    ----------
    parcel, code
        Id of the parcel, and the use it is given, of the list that the parcel is written in.

    Returns
    -------
    tuple of Change
        ``land_use`` first. Only what differs from what the plan has.
    """
    new, row = after(plan, parcel, code), row_of(plan, parcel)
    old = {column: _plain(_raw(plan, column)[row]) for column in new}
    return tuple(
        Change("parcels", parcel, column, old[column], value)
        for column, value in new.items()
        if old[column] != value
    )


def after(plan: Plan, parcel: str, code: str) -> dict[str, Any]:
    """The columns of a parcel under another use, ``land_use`` first; None is unknown."""
    as_built = built_as(plan, code)
    row = row_of(plan, parcel)
    size = float(areas_m2(plan, "parcels")[row])
    found: dict[str, Any] = {"land_use": code}
    # A column that the contract does not know, and that some plans have beside the code.
    if "land_use_name" in plan.layer("parcels"):
        name, given = _plain(_raw(plan, "land_use_name")[row]), values(plan, "parcels", "land_use_list")[row]
        if name is not None:
            found["land_use_name"] = name_beside(given, code, name)
    found["far_kind"] = as_built.far_kind
    found |= {column: as_built.kinds.get(column) for column in KINDS}
    for column in AMOUNTS:
        rate = as_built.rates.get(column)
        found[column] = None if rate is None else float(round(rate * size))
    found |= dict.fromkeys(SHARES)
    if as_built.kinds.get("far") and found["floor_area_m2"] is not None:
        # Floor area never above what the ratio allows.
        found["floor_area_m2"] = float(min(found["floor_area_m2"], int(found["far"] * size)))
    return found


def row_of(plan: Plan, parcel: str) -> int:
    """Row of a parcel among the parcels."""
    names = plan.cached(
        "parcel_rows", lambda: {name: row for row, name in enumerate(ids(plan, "parcels").tolist())}
    )
    return names[parcel]


def _raw(plan: Plan, column: str) -> NDArray[Any]:
    """A column of the parcels as the plan has it."""
    return plan.cached(
        f"raw:parcels.{column}", lambda: plan.layer("parcels")[column].to_numpy(dtype=object, na_value=None)
    )


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def built_as(plan: Plan, code: str) -> Building:
    """How the plan builds land of a code; of the class above it where it has no parcel of the code itself."""
    return plan.cached(f"built_as:{code}", lambda: _built_as(plan, code))


def _built_as(plan: Plan, code: str) -> Building:
    uses, codes = values(plan, "parcels", "land_use"), landuse(DEFAULT_LIST)
    wider, chosen = code, np.zeros(len(uses), dtype=bool)
    while wider and not chosen.any():
        chosen = np.array([use is not None and codes.within(use, wider) for use in uses], dtype=bool)
        wider = codes.parent(wider)
    if not chosen.any():
        return Building()
    area = areas_m2(plan, "parcels")
    kinds, rates = {}, {}
    for column in KINDS:
        known = _known(values(plan, "parcels", column)[chosen])
        if len(known):
            kinds[column] = round(float(np.median(known)), DECIMALS[column])
    for column in AMOUNTS:
        amount = values(plan, "parcels", column)
        stated = chosen & ~np.isnan(amount) & (area > 0)
        # Where fewer than half of such parcels state a number, the plan does not state it for the use.
        if 2 * stated.sum() > chosen.sum():
            rates[column] = float(amount[stated].sum() / area[stated].sum())
    said = [kind for kind in values(plan, "parcels", "far_kind")[chosen] if kind is not None]
    return Building(max(sorted(set(said)), key=said.count) if said else None, kinds, rates)


def _known(found: NDArray[np.float64]) -> NDArray[np.float64]:
    return found[~np.isnan(found)]
