"""
Everything that is measured of places against demand, as one result with its definition.

Floating catchments: places per head, where everybody within a limit shares (2SFCA, E2SFCA).

Direction: `Pairs` has rows that ask and columns that offer. Step 1 goes down a column
(a facility's places over all who can come), step 2 along a row (what the facilities within
reach offer a head). Turning the matrix round gives other numbers without any error, so the
direction is part of the definition.

References
----------
Luo and Wang 2003, Environment and Planning B 30 (2SFCA); Luo and Qi 2009, Health & Place 15 (E2SFCA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import UsageError
from blockplan.figures import known
from blockplan.measure.access.provision import ServiceAssignment, assign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.matrix import Pairs
    from blockplan.exchange.tables import PlaceTable

ASSIGNMENT = (
    "The most that can be served at once, each at one facility within the limit and no facility "
    "beyond its places (a maximum flow, solved exactly); among those, the fewest minutes in sum."
)
CATCHMENTS = (
    "2SFCA: places of a facility over all who ask within the limit of it, summed over the "
    "facilities within the limit of a place. E2SFCA: the same, both steps weighted by band."
)
DIRECTION = "rows ask, columns offer; minutes from row to column"


@dataclass(frozen=True, slots=True, eq=False)
class Provision:
    """
    Places against demand within a limit.

    Attributes
    ----------
    demand, supply, pairs, limit_min, steps
        What was measured: places, facilities, pairs within the limit, and the bands of E2SFCA.
    even, banded
        Places per head by 2SFCA and by E2SFCA.
    """

    demand: PlaceTable
    supply: PlaceTable
    pairs: Pairs
    limit_min: float
    steps: Sequence[tuple[float, float]]
    assignment: ServiceAssignment
    even: Catchments
    banded: Catchments

    def totals(self) -> dict[str, float]:
        """Sums over all places and facilities; ``served <= reachable <= demand``."""
        found = self.assignment
        return {
            "demand": _number(found.demand.sum()),
            "reachable": _number(found.demand[found.reachable].sum()),
            "served": _number(found.served.sum()),
            "not_served_for_places": _number(found.no_place.sum()),
            "not_served_for_nearness": _number(found.too_far.sum()),
            "capacity": _number(found.capacity.sum()),
            "used": _number(found.used.sum()),
            "free": _number((found.capacity - found.used).sum()),
        }

    def to_dict(self, more_definition: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The JSON document: totals first, then each place, facility and flow."""
        totals = self.totals()
        total = totals["demand"]
        minutes = float(self.assignment.flow @ self.pairs.minutes)
        return {
            **totals,
            "served_share": totals["served"] / total if total else None,
            "reachable_share": totals["reachable"] / total if total else None,
            "bound": _number(self.assignment.bound),
            "proved": True,
            "mean_minutes": minutes / totals["served"] if totals["served"] else None,
            "unit": "those who ask at a place; shares 1",
            "definition": {
                "within_min": self.limit_min,
                "limit": "included",
                "assignment": ASSIGNMENT,
                "catchments": CATCHMENTS,
                "bands": [{"within_min": limit, "weight": weight} for limit, weight in self.steps],
                "direction": DIRECTION,
                "demand": self.demand.path,
                "supply": self.supply.path,
                "pairs_within": len(self.pairs),
                **(more_definition or {}),
            },
            "places": self._places(),
            "facilities": self._facilities(),
            "flows": self._flows(),
        }

    def _places(self) -> list[dict[str, Any]]:
        found = self.assignment
        spent = np.bincount(self.pairs.demand, found.flow * self.pairs.minutes, len(self.demand.ids))
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(found.served > 0, spent / found.served, np.nan)
        return [
            {
                "id": name,
                "demand": _number(found.demand[at]),
                "reachable": bool(found.reachable[at]),
                "served": _number(found.served[at]),
                "not_served_for_places": _number(found.no_place[at]),
                "not_served_for_nearness": _number(found.too_far[at]),
                "mean_minutes": known(mean[at]),
                "places_per_head_2sfca": known(self.even.access[at]),
                "places_per_head_e2sfca": known(self.banded.access[at]),
            }
            for at, name in enumerate(self.demand.ids)
        ]

    def _facilities(self) -> list[dict[str, Any]]:
        found = self.assignment
        asked = np.bincount(self.pairs.supply, found.demand[self.pairs.demand], len(self.supply.ids))
        return [
            {
                "id": name,
                "capacity": _number(found.capacity[at]),
                "used": _number(found.used[at]),
                "free": _number(found.capacity[at] - found.used[at]),
                "demand_within": _number(asked[at]),
                "places_per_head": known(self.even.ratio[at]),
                "bottleneck": bool(found.bottleneck[at]),
            }
            for at, name in enumerate(self.supply.ids)
        ]

    def _flows(self) -> list[dict[str, Any]]:
        flow = self.assignment.flow
        return [
            {
                "from": self.demand.ids[self.pairs.demand[at]],
                "to": self.supply.ids[self.pairs.supply[at]],
                "served": _number(flow[at]),
                "minutes": float(self.pairs.minutes[at]),
            }
            for at in np.flatnonzero(flow > 0)
        ]


def provide(
    demand: PlaceTable,
    supply: PlaceTable,
    pairs: Pairs,
    limit_min: float,
    steps: Sequence[tuple[float, float]] | None = None,
) -> Provision:
    """
    Set places against demand: exact assignment and floating catchments on the same pairs.

    Parameters
    ----------
    pairs
        Those at most `limit_min` apart (`blockplan.exchange.matrix.pairs_within`).
    steps
        Bands of E2SFCA (`blockplan.measure.access.provisioning.bands`); None takes thirds of the limit.
    """
    chosen = thirds(limit_min) if steps is None else list(steps)
    weights: NDArray[np.float64] = bands(pairs.minutes, chosen) if limit_min > 0 else np.ones(len(pairs))
    return Provision(
        demand, supply, pairs, limit_min, chosen,
        assign(demand.amount, supply.amount, pairs, (demand.ids, supply.ids)),
        floating_catchments(demand.amount, supply.amount, pairs),
        floating_catchments(demand.amount, supply.amount, pairs, weights),
    )  # fmt: skip


def _number(value: float) -> float | int:
    """A whole number as one."""
    return int(value) if float(value).is_integer() else float(value)


#: Weights of Luo and Qi (2009) for the three thirds of the limit.
THIRDS = (1.0, 0.68, 0.22)


@dataclass(frozen=True, slots=True, eq=False)
class Catchments:
    """
    Places per head.

    Attributes
    ----------
    access
        For each place that asks: places per head within reach. 0 where no facility is within the limit;
        NaN where one is in whose catchment nobody asks (places over nobody is no number).
    ratio
        For each facility: places per head of all who can come; NaN where nobody asks there.
    """

    access: NDArray[np.float64]
    ratio: NDArray[np.float64]


def floating_catchments(
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    pairs: Pairs,
    weights: NDArray[np.float64] | None = None,
) -> Catchments:
    """
    Two-step floating catchment areas.

    Parameters
    ----------
    weights
        Weight of each pair (`bands`), for E2SFCA; None weighs all the same (2SFCA).

    Returns
    -------
    Catchments
        Whatever is offered is shared out whole: the sum of ``demand * access`` is the sum of the
        capacities that somebody who asks can reach.

    Examples
    --------
    One school of 100 places for two houses of 50 and 150 pupils: half a place a head.

    >>> import numpy as np
    >>> from blockplan.exchange.matrix import Pairs
    >>> near = Pairs(np.array([0, 1]), np.array([0, 0]), np.array([3.0, 8.0]), (2, 1))
    >>> floating_catchments(np.array([50.0, 150.0]), np.array([100.0]), near).access
    array([0.5, 0.5])
    """
    weight = np.ones(len(pairs)) if weights is None else np.asarray(weights, dtype=np.float64)
    asking, offering = pairs.size
    heads = np.bincount(pairs.supply, demand[pairs.demand] * weight, offering)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(heads > 0, capacity / heads, np.nan)
    counted = weight > 0
    shares = (ratio[pairs.supply] * weight)[counted]
    access = np.bincount(pairs.demand[counted], shares, asking).astype(np.float64)
    return Catchments(access, ratio)


def bands(minutes: NDArray[np.float64], steps: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """
    Weight of each time: that of the first band it lies in, 0 beyond the last.

    Parameters
    ----------
    steps
        Upper limit of each band in minutes (counted in), and its weight; limits rise.

    Raises
    ------
    UsageError
        If limits do not rise, or a weight is negative.

    Examples
    --------
    >>> bands(np.array([10.0, 10.5, 31.0]), [(10, 1.0), (20, 0.68), (30, 0.22)])
    array([1.  , 0.68, 0.  ])
    """
    limits = [limit for limit, _ in steps]
    weights = [weight for _, weight in steps]
    if not steps or any(b <= a for a, b in zip([-1.0, *limits], limits, strict=False)):
        raise UsageError(
            f"The limits of the bands do not rise: {limits}.\nWrite them as 10:1,20:0.68,30:0.22."
        )
    if not all(0 <= weight < np.inf for weight in weights):
        raise UsageError(f"A weight of the bands is negative or no number: {weights}.")
    at = np.searchsorted(np.array(limits, dtype=np.float64), minutes, side="left")
    return np.append(np.array(weights, dtype=np.float64), 0.0)[at]


def thirds(limit: float) -> list[tuple[float, float]]:
    """Bands of a third of the limit each, with the weights of Luo and Qi."""
    return [(limit * (step + 1) / 3, weight) for step, weight in enumerate(THIRDS)]
