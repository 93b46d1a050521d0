"""
The land-use problem as plain arrays: which parcel may become what, what that is worth, what is demanded.

Nothing here knows of plans or solvers, so that a score can be reckoned anew from a choice of uses
alone: by a test, by another solver, by hand. Worth is in hectares: one hectare of land whose use
suits it fully. All areas are in ha, frontages in km.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import scipy.sparse as sp
    from numpy.typing import NDArray

#: Amounts that differ by less than this part of themselves are the same amount, summed in another order.
ROUNDING = 1e-9
#: Unit in which a cover is missed.
PEOPLE = "resident"


@dataclass(frozen=True, slots=True, eq=False)
class LandUseDemand:
    """
    A sum over the parcels that has to stay within limits.

    Attributes
    ----------
    amount
        What a parcel adds under each use, shape (parcels, uses).
    low, high
        Limits of the sum; infinite where there is none.
    scale
        Amount by which a shortfall is made comparable with that of other demands.
    """

    name: str
    unit: str
    amount: NDArray[np.float64]
    low: float = -np.inf
    high: float = np.inf
    scale: float = 1.0

    def total(self, chosen: NDArray[np.intp]) -> float:
        """The sum under a choice of uses."""
        return float(self.amount[np.arange(len(chosen)), chosen].sum())

    def short(self, chosen: NDArray[np.intp]) -> float:
        """By how much the sum lies outside its limits; 0 inside, to within rounding."""
        reached = self.total(chosen)
        outside = max(self.low - reached, reached - self.high, 0.0)
        return outside if outside > ROUNDING * max(abs(self.scale), abs(reached), 1.0) else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """
    A use that needs another near it: a home a park, a home a school.

    Attributes
    ----------
    needs, gives
        Which uses need, and which give, shape (uses,).
    near
        Parcels x parcels, set where the first is within reach of the second.
    people
        Who counts as beyond reach if a parcel with a use that needs has none near, shape (parcels, uses).
    beyond
        So many of them may be beyond reach.
    """

    name: str
    needs: NDArray[np.bool_]
    gives: NDArray[np.bool_]
    near: sp.csr_array
    people: NDArray[np.float64]
    beyond: float = 0.0

    def without(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Parcels that need and have none near."""
        given = np.asarray(self.near @ self.gives[chosen].astype(float)) > 0
        return np.asarray(self.needs[chosen] & ~given)

    def short(self, chosen: NDArray[np.intp]) -> float:
        """People beyond reach, above those that may be."""
        lost = self.without(chosen)
        left = float(self.people[np.arange(len(chosen)), chosen][lost].sum()) - self.beyond
        return left if left > ROUNDING * max(self.beyond, 1.0) else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class UseClash:
    """Groups that do not want to face one another, and what a km of common frontage costs, ha."""

    name: str
    one: NDArray[np.bool_]
    other: NDArray[np.bool_]
    ha_per_km: float


@dataclass(frozen=True, slots=True, eq=False)
class Facing:
    """
    What parcels that face one another are worth.

    Attributes
    ----------
    one, other, km
        Pairs of parcels (each once) and the frontage they share.
    bonus
        What a km of frontage between two parcels of a group is worth, ha, shape (groups,).
    clashes
        Groups that should not face one another.
    alone
        What an ha of a group costs that faces no other parcel of its group, ha, shape (groups,).
    """

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    km: NDArray[np.float64]
    bonus: NDArray[np.float64]
    clashes: tuple[UseClash, ...] = ()
    alone: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """
    A problem of land use.

    Attributes
    ----------
    uses
        Codes of the uses, in the order of every array over uses.
    allowed
        Which use a parcel may have, shape (parcels, uses); at least one each.
    today
        Number of each parcel's use in the plan as it is.
    worth
        Part of the objective -> what a parcel adds under each use, ha, shape (parcels, uses).
    group
        Groups x uses, set where a use belongs to a group of uses that count as alike.
    groups
        Names of the groups.
    demands, covers
        What has to hold.
    """

    ids: NDArray[Any]
    area_ha: NDArray[np.float64]
    uses: tuple[str, ...]
    allowed: NDArray[np.bool_]
    today: NDArray[np.intp]
    worth: Mapping[str, NDArray[np.float64]]
    group: NDArray[np.bool_]
    groups: tuple[str, ...]
    facing: Facing
    demands: tuple[LandUseDemand, ...] = ()
    covers: tuple[Cover, ...] = ()

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """Name and unit of every demand, in order."""
        demands = tuple((demand.name, demand.unit) for demand in self.demands)
        return (*demands, *((cover.name, PEOPLE) for cover in self.covers))

    @property
    def free(self) -> NDArray[np.bool_]:
        """Parcels that have a choice."""
        return np.asarray(self.allowed.sum(axis=1) > 1)

    def linear(self) -> NDArray[np.float64]:
        """All that a parcel adds under each use by itself, ha."""
        return np.asarray(np.sum([np.zeros(self.allowed.shape), *self.worth.values()], axis=0))

    def pinned(self, chosen: NDArray[np.intp], free: NDArray[np.bool_]) -> Problem:
        """The same problem in which only some parcels keep their choice; the others have that of `chosen`."""
        allowed = self.allowed.copy()
        allowed[~free] = False
        allowed[~free, chosen[~free]] = True
        return replace(self, allowed=allowed)


def parts(problem: Problem, chosen: NDArray[np.intp]) -> dict[str, float]:
    """The parts of the objective under a choice of uses, ha: what is worth something above 0, costs below."""
    rows = np.arange(len(chosen))
    found = {name: float(amount[rows, chosen].sum()) for name, amount in problem.worth.items()}
    facing = problem.facing
    in_group = problem.group[:, chosen]
    both = in_group[:, facing.one] & in_group[:, facing.other]
    found["neighbours"] = float((facing.bonus @ both) @ facing.km)
    for clash in facing.clashes:
        one, other = clash.one @ in_group, clash.other @ in_group
        meet = (one[facing.one] & other[facing.other]) | (other[facing.one] & one[facing.other])
        found[clash.name] = 0.0 - clash.ha_per_km * float(facing.km @ meet)
    found["standing_alone"] = 0.0 - _alone(problem, in_group)
    return found


def _alone(problem: Problem, in_group: NDArray[np.bool_]) -> float:
    facing = problem.facing
    cost = 0.0
    for number in np.flatnonzero(facing.alone):
        mine = in_group[number]
        company = np.zeros(len(mine), dtype=bool)
        np.logical_or.at(company, facing.one, mine[facing.other])
        np.logical_or.at(company, facing.other, mine[facing.one])
        cost += float(facing.alone[number] * problem.area_ha[mine & ~company].sum())
    return cost


def score(problem: Problem, chosen: NDArray[np.intp]) -> float:
    """The objective under a choice of uses, ha."""
    return float(sum(parts(problem, chosen).values()))


def shortfalls(problem: Problem, chosen: NDArray[np.intp]) -> dict[str, tuple[float, str]]:
    """Demand -> by how much it is missed, and the unit; only those that are."""
    found = {demand.name: (demand.short(chosen), demand.unit) for demand in problem.demands}
    found |= {cover.name: (cover.short(chosen), PEOPLE) for cover in problem.covers}
    return {name: pair for name, pair in found.items() if pair[0] > 0}


def fits(problem: Problem, chosen: NDArray[np.intp]) -> bool:
    """Whether every parcel has a use that it may have and every demand holds."""
    allowed = problem.allowed[np.arange(len(chosen)), chosen]
    return bool(allowed.all()) and not shortfalls(problem, chosen)
