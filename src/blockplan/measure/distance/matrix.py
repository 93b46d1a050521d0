"""
The ways on foot from every home to every facility, along the streets of a plan.

As the reading ``net_edge_facility``: from the home to the nearest point of a walkable street, along the
streets, and from the street to the facility; both ways to the street count. A facility that is not drawn
stands at the parcel that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.measure.distance.reach import home_joins, places_of, street_network
from blockplan.measure.inputs.columns import absent, ids, sound, values
from blockplan.measure.inputs.feature_points import middles
from blockplan.measure.inputs.homes import homes as homes_of
from blockplan.measure.missing import lines
from blockplan.network import Joins, join
from blockplan.network.onfoot import ways_within, with_places
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.inputs.homes import Homes
    from blockplan.plan.model.plan import Plan

#: More pairs than this are not made into a table of every pair.
MOST_PAIRS = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class WalkMatrix:
    """
    Metres on foot from homes to facilities.

    Attributes
    ----------
    services
        What each of them is; None where the plan does not say.
    metres
        Homes x facilities; NaN where none is reached within the limit.
    homes_not_joined, not_joined
        Ids of homes that no street leads to, and of facilities too far from any street or without a place.
    """

    homes: Homes
    facilities: NDArray[np.object_]
    services: NDArray[np.object_]
    metres: NDArray[np.float32]
    homes_not_joined: tuple[str, ...]
    not_joined: tuple[str, ...]


def walk_matrix(plan: Plan, services: Sequence[str], limit_m: float, join_limit_m: float) -> WalkMatrix:
    """
    The ways from homes to facilities.

    Parameters
    ----------
    services
        Facilities of these; all where empty.
    limit_m
        How far ways are followed, itself included.
    join_limit_m
        A facility joins a street within this distance; homes join without a limit.

    Raises
    ------
    PlanDataError
        If the plan has no streets, facilities or homes.
    UsageError
        If it has no facility of a service, a limit is no number above 0, or there are too many pairs.
    """
    if not (np.isfinite(limit_m) and limit_m > 0 and join_limit_m >= 0):
        raise UsageError(f"Ways within {limit_m:g} m were asked for, but the limit is a number above 0.")
    lacking = absent(plan, "streets", "facilities")
    homes = homes_of(plan)
    if lacking or not len(homes):
        said = lines(lacking) or (*lines(homes.missing), "buildings or housing parcels: none is drawn")
        raise PlanDataError("There are no ways to measure. What is missing:\n  " + "\n  ".join(said))
    rows = _facilities(plan, services)
    if len(homes) * len(rows) > MOST_PAIRS:
        raise UsageError(
            f"{len(homes):,} homes to {len(rows):,} facilities are more than {MOST_PAIRS:,} pairs.\n"
            "Name one `service=` at a time."
        )
    network = street_network(plan)
    places = places_of(plan, "facilities")[rows]
    drawn = np.flatnonzero(~shapely.is_missing(places))
    doors = np.full(len(rows), None, dtype=object)
    doors[drawn] = middles(sound(places[drawn]))
    start, end = home_joins(plan, homes), join(network, doors, join_limit_m)
    both = Joins(*(np.concatenate(pair) for pair in zip(_columns(start), _columns(end), strict=True)))
    first = len(homes)
    ways = ways_within(
        with_places(network, both), np.arange(first), np.arange(first, first + len(rows)), limit_m
    )
    metres = np.full((first, len(rows)), np.nan, dtype=np.float32)
    metres[ways.start, ways.to] = ways.cost / CM_PER_M
    names = ids(plan, "facilities")[rows]
    return WalkMatrix(
        homes,
        names,
        values(plan, "facilities", "service")[rows],
        metres,
        tuple(homes.id[start.refused].astype(str)),
        tuple(names[end.refused].astype(str)),
    )


def _columns(joins: Joins) -> tuple[NDArray[np.int32], ...]:
    return joins.edge, joins.at_cm, joins.way_cm


def _facilities(plan: Plan, services: Sequence[str]) -> NDArray[np.intp]:
    """Rows of the facilities of some services, or of all."""
    of = values(plan, "facilities", "service")
    held = sorted({str(one) for one in of if one is not None})
    unheld = [one for one in services if one not in held]
    if unheld or not len(of):
        raise UsageError(
            f"The plan holds no facility{' of the service ' + ', '.join(unheld) if unheld else ''}.\n"
            f"It holds: {', '.join(held) or 'none'}."
        )
    return np.flatnonzero(np.isin(of, list(services))) if services else np.arange(len(of))
