"""How large facilities are against the range that a standard gives for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.measure.indicators.access import facilities_of
from blockplan.measure.indicators.supply import NO_SERVICES
from blockplan.measure.inputs.columns import absent, ids, points, values
from blockplan.measure.measurement import Measurement, Part, Place
from blockplan.measure.missing import Missing, nothing, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: Columns of facilities that hold a size.
SIZES = ("floor_area_m2", "site_area_m2", "beds", "places")


def facilities_in_range(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Share of the facilities of some services whose size lies in a range, both ends included.

    A facility without the number is unknown; a plan without such a facility has nothing to measure.

    Raises
    ------
    UsageError
        If ``facility_size`` is none of `SIZES`.
    """
    name, column = "facilities_in_range", parameters.facility_size
    if column not in SIZES:
        raise UsageError(f"Facilities have no size {column!r}. facility_size may be: {', '.join(SIZES)}.")
    low, high = float(parameters.facility_at_least), float(parameters.facility_at_most) or np.inf
    definition = {"size": column, "at_least": low, "at_most": high if np.isfinite(high) else None}
    missing = absent(plan, "facilities") + (() if parameters.services else NO_SERVICES)
    if missing:
        return Measurement(name, None, "1", definition, missing=missing)
    rows, missing = facilities_of(plan, parameters)
    names, size = ids(plan, "facilities")[rows], values(plan, "facilities", column)[rows]
    missing += unknown(Missing("facilities", column), names[np.isnan(size)], len(names))
    counted = {"facilities": tuple(names)}
    if not missing and not len(names):
        missing = (nothing("no_facility_of", services=", ".join(parameters.services)),)
    if missing:
        return Measurement(name, None, "1", definition, missing=missing, counted=counted)
    small, large = size < low, size > high
    shares = {"below": small, "within": ~small & ~large, "above": large}
    return Measurement(
        name,
        float(shares["within"].mean()),
        "1",
        {**definition, "facilities": len(names)},
        by=tuple(Part(which, float(found.mean())) for which, found in shares.items()),
        counted=counted,
        places=_outside(plan, rows, size, small | large),
    )


def _outside(
    plan: Plan, rows: NDArray[np.intp], size: NDArray[np.float64], outside: NDArray[np.bool_]
) -> tuple[Place, ...]:
    """The facilities outside the range, the smallest first."""
    order = np.flatnonzero(outside)
    order = order[np.lexsort((ids(plan, "facilities")[rows[order]].astype(str), size[order]))]
    at = points(plan, "facilities", rows[order])
    spots = zip(rows[order], shapely.get_x(at).tolist(), shapely.get_y(at).tolist(), size[order], strict=True)
    return tuple(
        Place("facilities", ids(plan, "facilities")[row], x, y, float(found)) for row, x, y, found in spots
    )
