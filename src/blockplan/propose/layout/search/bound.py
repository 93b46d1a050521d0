"""
What no legal plan of a community can better: a proven bound of service and ecology.

Every part is relaxed by itself, so the sum of the parts' bounds is a bound of their sum. ``docs/layout.md``
has the proof. Traffic is not bounded: its density of roads grows with every parcel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.access.solver import quiet_highs
from blockplan.propose.layout.problem.case import HOME, home_weights
from blockplan.propose.layout.score.score import ECOLOGY_SLACK_M
from blockplan.propose.layout.search.parcel_centroids import ServiceSpots, spots_of
from blockplan.propose.mip import Model, under
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.problem.params import LayoutParams

#: So many joint programs of all numbers of new homes at most; the others have a simpler bound.
PROGRAMS = 40
#: Numbers of new homes for which covering is solved by itself first.
NUMBERS = 5


@dataclass(frozen=True, slots=True)
class LayoutBound:
    """
    A bound of service and ecology together, weighted; without unit.

    Attributes
    ----------
    total
        No legal plan has more.
    service, ecology
        The two parts of it, weighted.
    homes
        Number of new residential parcels at which the bound is reached.
    """

    total: float
    service: float
    ecology: float
    homes: int


@dataclass(frozen=True, slots=True, eq=False)
class _Worth:
    """What a home that is covered and a metre of spread are worth in one service."""

    home: float
    spread: float


def bound_of(
    case: Case, params: LayoutParams, *, wide: bool = False, clock: Clock | None = None
) -> LayoutBound:
    """
    The bound of a community.

    Parameters
    ----------
    params
        Weights and limits; residential blocks count equally, or by the weights given here.
    wide
        Look only at plans whose parcels are everywhere at least as wide as their least edge. The strict
        reading measures the smallest rectangle around a parcel, which a slanted cut through a narrow strip
        can satisfy too.
    clock
        When time is over: what is left is bounded loosely, as if every home were near to everything.
    """
    clock = clock or Clock(Stop(seconds=np.inf))
    aims = case.objectives
    room = _room_m2(case)
    present = {*case.stays_types, *(name for name, n in case.missing.items() if n)}
    spots = [
        spots_of(case, types, near_m=aims.reach_m(name), wide=wide, clock=clock)
        for name, types in aims.services.items()
        if present & set(types)
    ]
    ecology = aims.ecology * _ecology(case, room)
    if not spots:
        return LayoutBound(ecology, 0.0, ecology, 0)
    if params.home_weight_m2 or not params.home_weight:
        service, homes = (
            _by_weight(case, params, spots, (room, clock)),
            _numbers_of_homes(case, params, room)[1],
        )
    else:
        service, homes = _by_number(case, params, spots, (room, clock))
    return LayoutBound(service + ecology, service, ecology, homes)


def _room_m2(case: Case) -> float:
    """Vacant land that is left for homes once every parcel that is missing has its least area."""
    taken = sum(n * case.objectives.min_area_m2.get(name, 0.0) for name, n in case.missing.items())
    return max(0.0, float(shapely.area(case.vacant).sum()) - taken)


def _numbers_of_homes(case: Case, params: LayoutParams, room: float) -> tuple[int, int]:
    """Fewest and most new residential parcels of a legal plan."""
    limits = case.objectives
    if HOME not in limits.min_area_m2:
        return 0, 0
    largest = limits.max_area_m2.get(HOME, np.inf)
    fewest = int(np.ceil(case.homes_m2 / largest - 1e-9)) if case.homes_m2 else 0
    most = min(room / max(limits.min_area_m2[HOME], 1.0), max(params.few_homes, room / params.mean_home_m2))
    return fewest, max(fewest, int(most + 1e-9))


def _by_number(
    case: Case, params: LayoutParams, spots: list[ServiceSpots], within: tuple[float, Clock]
) -> tuple[float, int]:
    """The most that service is worth over all numbers of new homes, and the number."""
    room, clock = within
    old = int((case.stays_types == HOME).sum())
    fewest, most = _numbers_of_homes(case, params, room)
    several = max(1, sum(one.points > 1 for one in spots))
    spread = case.objectives.service * params.dispersion / several / case.objectives.diagonal_m

    def worth(n: int) -> _Worth:
        return _Worth(case.objectives.service / (len(spots) * max(1, old + n)), spread)

    loose = sum(spread * farthest_mean(one) for one in spots)
    tried = sorted({int(n) for n in np.linspace(fewest, most, NUMBERS)})
    won = np.array([[covering(one, n, _Worth(1.0, 0.0), clock=clock) for n in tried] for one in spots])
    simple = {}
    for n in range(fewest, most + 1):
        high = int(np.searchsorted(tried, n))
        low = high if tried[high] == n else high - 1
        # No more homes are covered than for a larger number, nor than for a smaller one and all the others.
        covered = np.minimum(won[:, high], won[:, low] + n - tried[low]).sum()
        simple[n] = min(worth(n).home * float(covered), case.objectives.service) + loose
    best, at = 0.0, fewest
    order = sorted(simple, key=lambda n: -simple[n])
    for number, n in enumerate(order):
        if simple[n] <= best:
            break
        value = simple[n]
        if number < PROGRAMS and not clock.over():
            needed = max(case.homes_m2, n * params.mean_home_m2 if n > params.few_homes else 0.0)
            value = min(
                value, sum(covering(one, n, worth(n), needed_m2=needed, clock=clock) for one in spots)
            )
        if value > best:
            best, at = value, n
    return best, at


def _by_weight(
    case: Case, params: LayoutParams, spots: list[ServiceSpots], within: tuple[float, Clock]
) -> float:
    """As if all new homes that the land can carry were covered."""
    room, clock = within
    weight = home_weights(case, params)
    new = params.home_weight * _numbers_of_homes(case, params, room)[1] + params.home_weight_m2 * room
    won = sum(covering(one, 0, _Worth(1.0, 0.0), weight, clock=clock) for one in spots)
    whole = len(spots) * (float(weight.sum()) + new)
    covered = min(1.0, (won + len(spots) * new) / whole) if whole else 0.0
    several = max(1, sum(one.points > 1 for one in spots))
    mean = sum(farthest_mean(one) for one in spots) / several / case.objectives.diagonal_m
    return case.objectives.service * (covered + params.dispersion * mean)


def farthest_mean(spots: ServiceSpots) -> float:
    """
    No mean distance between the places of a service is larger, in m.

    The mean is at most the root mean square, and the sum of squares about any point at least that about the
    centroid: so the mean of k points is at most sqrt(2 W / (k - 1)), W their squared distances from a point.
    """
    k = spots.points
    if k < 2:
        return 0.0
    left, total = spots.place, spots.there_m2
    for b in np.argsort(-spots.far_m2):
        n = min(left, int(spots.fits[b]))
        total += n * float(spots.far_m2[b])
        left -= n
    return float(np.sqrt(2 * total / (k - 1)))


def covering(
    spots: ServiceSpots,
    new: int,
    worth: _Worth,
    weight: NDArray[np.float64] | None = None,
    *,
    needed_m2: float = 0.0,
    clock: Clock | None = None,
) -> float:
    """
    The most that one service is worth: homes near to it, old and `new`, and how far it is spread.

    New homes need so much land together (`needed_m2`), and a block whose land they use holds one at least,
    near or not. A maximal covering program over the bodies of centroids, stopped early without harm: its
    dual bound is what counts. The root of W is kept below a tangent, so that it is linear.
    """
    weight = np.ones(spots.homes.shape[1]) if weight is None else weight
    if clock is not None and clock.over():
        spread = worth.spread * farthest_mean(spots)
        return worth.home * float(weight.sum() + new) + spread
    fixed = worth.home * float(weight[spots.covered].sum())
    gain, constant = _tangent(spots, worth.spread)
    program = _Program()
    sites = [program.add(0.0, spots.place, gain * spots.far_m2[b], whole=True) for b in spots.block]
    for r in np.flatnonzero(~spots.covered):
        near = [sites[c] for c in np.flatnonzero(spots.homes[:, r])]
        if near:
            program.at_most(program.add(0.0, 1.0, worth.home * weight[r]), 1.0, near)
    _add_new_homes(program, spots, sites, new, worth, needed_m2)
    program.sum_at_most(sites, spots.place)
    for b in np.unique(spots.block):
        program.sum_at_most([sites[c] for c in np.flatnonzero(spots.block == b)], spots.fits[b])
    loose = worth.home * float(weight.sum() + new) + worth.spread * farthest_mean(spots)
    return min(loose, fixed + constant + program.bound(clock))


def _add_new_homes(
    program: _Program, spots: ServiceSpots, sites: list[int], new: int, worth: _Worth, needed_m2: float
) -> None:
    homes, used = [], []
    for b in np.flatnonzero(spots.room >= 1) if new else []:
        homes.append(program.add(0.0, spots.room[b], 0.0))
        used.append((program.add(0.0, 1.0, 0.0), float(spots.area_m2[b])))
        program.at_most(used[-1][0], 1.0, homes[-1:])
        near = [sites[c] for c in np.flatnonzero(spots.blocks[:, b])]
        if spots.block_covered[b] or near:
            covered = program.add(0.0, spots.room[b], worth.home)
            program.at_most(covered, 1.0, homes[-1:])
            if not spots.block_covered[b]:
                program.at_most(covered, spots.room[b], near)
    program.sum_at_most(homes, new)
    if used and needed_m2:
        program.row([at for at, _ in used], [-area for _, area in used], high=-needed_m2)


def _tangent(spots: ServiceSpots, spread: float) -> tuple[float, float]:
    """
    Slope by a squared metre, and constant, of what spread is worth at most.

    For any t > 0, sqrt(z) <= z / (2 t) + t / 2; t is three quarters of the largest mean.
    """
    k = spots.points
    if k < 2 or not spread:
        return 0.0, 0.0
    t = max(0.75 * farthest_mean(spots), 1e-9)
    slope = spread * 2 / (k - 1) / (2 * t)
    return slope, slope * spots.there_m2 + spread * t / 2


class _Program(Model):
    """A model put together row by row; every row is a sum of at most so much."""

    def __init__(self) -> None:
        super().__init__("max")

    def add(self, low: float, high: float, gain: float, *, whole: bool = False) -> int:
        return int(self.columns(gain, lower=low, upper=high, whole=whole)[0])

    def at_most(self, column: int, times: float, others: list[int]) -> None:
        """`column` <= `times` * sum of others."""
        self.row([column, *others], [1.0, *[-float(times)] * len(others)], high=0.0)

    def sum_at_most(self, columns: list[int], limit: float) -> None:
        if columns:
            self.row(columns, 1.0, high=float(limit))

    def bound(self, clock: Clock | None = None) -> float:
        """An upper bound of the largest gain; infinite where time was over before there was one."""
        import highspy  # noqa: PLC0415 (a large library)

        if not self.width:
            return 0.0
        solver = quiet_highs(mip_max_nodes=300, mip_rel_gap=1e-4)
        if clock is not None:
            under(solver, clock)
        solver.passModel(self.highs())
        solver.run()
        info = solver.getInfo()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return -np.inf
        if not self.is_mixed:
            done = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            return float(info.objective_function_value) if done else np.inf
        return float(info.mip_dual_bound)


def _ecology(case: Case, room: float) -> float:
    """As if all vacant land were green for the homes that stay, and all new homes had green near."""
    homes = case.stays[case.stays_types == HOME]
    aims = case.objectives
    greens = case.stays[np.isin(case.stays_types, aims.greens)]
    large = greens[shapely.area(greens) >= aims.green_min_m2]
    # Where no new land can be green, only the green that stays is near anything.
    new = "green_s" in aims.greens or any(case.missing.get(name) for name in aims.greens)
    land = shapely.union_all([*case.vacant, *large] if new else large)
    reach = shapely.buffer(land, aims.green_m + ECOLOGY_SLACK_M)
    if case.objectives.weighted and case.weights is not None:
        share = shapely.area(shapely.intersection(homes, reach)) / shapely.area(homes)
        near, whole = float((share * case.weights).sum()), float(case.weights.sum())
        room *= case.weight_m2 or 0.0
    else:
        near = shapely.intersection(reach, shapely.union_all(homes)).area
        whole = float(shapely.area(homes).sum())
    if HOME not in case.objectives.min_area_m2:
        room = 0.0
    return (near + room) / (whole + room) if whole + room else 0.0
