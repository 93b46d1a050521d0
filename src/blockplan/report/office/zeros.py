"""What a sum of nothing means: not known, does not apply, or a zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.indicators.loads import loads, read_factors
from blockplan.measure.inputs.columns import values
from blockplan.measure.inputs.homes import can_house
from blockplan.report.office.columns import NOT_APPLICABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.report.office.columns import Cell

#: Land in reserve: what will stand on it is not known before the plan states it.
RESERVE = "16"


@dataclass(frozen=True, slots=True)
class Havers:
    """Of each parcel: whether it could have any of a load, and whether it may get some that nobody stated."""

    could: list[bool]
    unsaid: list[bool]

    def of_none(self, rows: Iterable[int], zero: Cell = 0) -> Cell:
        """
        What stands for a load of which the parcels in some rows have none.

        None where land in reserve states nothing, ``／`` where no parcel could have any, else `zero`.
        """
        rows = list(rows)
        if any(map(self.unsaid.__getitem__, rows)):
            return None
        return zero if any(map(self.could.__getitem__, rows)) else NOT_APPLICABLE


def havers(plan: Plan, load: str) -> Havers:
    """Who could have a load, or ``floor_area_m2``: homes what they alone have, buildings all else."""
    factors = read_factors().by_load.get(load, ())
    homes = bool(factors) and all(one.of_homes for one in factors)
    return plan.cached(f"havers, homes {homes}", lambda: _havers(plan, homes=homes))


def in_reserve(plan: Plan) -> NDArray[np.bool_]:
    """Which parcels are kept in reserve."""
    uses = values(plan, "parcels", "land_use")
    return np.array([str(use or "").startswith(RESERVE) for use in uses], dtype=bool)


def _havers(plan: Plan, *, homes: bool) -> Havers:
    if homes:
        counts = [values(plan, "parcels", column) for column in ("dwellings", "residents")]
        stated = ~np.isnan(counts).all(axis=0)
        could = stated | can_house(plan)
    else:
        found = loads(plan)
        stated = ~np.isnan(found.floor_m2)
        could = ~found.floorless
    return Havers(could.tolist(), (in_reserve(plan) & ~stated).tolist())
