"""
Parcel layout: draw parcels into vacant blocks, so that homes have services and green near.

Every vacant block is cut into rows and parcels at whole steps from its sides; a search by simulated
annealing changes cuts and types, several times over from different seeds; the best layout by the true
score is drawn. What can be proved of any plan is in `bound`.
Where only a share of the edges between parcels may become roads, it is those that traffic would miss most.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.propose.layout.problem.case import weighing
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.problem.uses import cannot
from blockplan.propose.layout.score.legal import FRONT_M, LINE_M
from blockplan.propose.layout.score.score import Score, score
from blockplan.propose.layout.score.traffic import streets_of, traffic
from blockplan.propose.layout.search.bound import bound_of
from blockplan.propose.layout.search.demands import unmet_demands
from blockplan.propose.layout.search.draw import edges_of, finished, lines_of, parcels_of, tidied
from blockplan.propose.layout.search.land import again, empty_layout, field_of, land_of
from blockplan.propose.sites import gap
from blockplan.propose.stopping import Clock, Stop
from blockplan.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray
    from shapely import Polygon

    from blockplan.exchange.community import Community
    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.search.draw import LayoutLines
    from blockplan.propose.layout.search.land import Field
    from blockplan.propose.layout.search.state import Layout, LayoutLand
    from blockplan.propose.proposal import Ended, Unmet

#: Searches side by side; a machine with two cores is enough.
THREADS = 2
#: The clock is looked at so many times in a search.
LOOKS = 40
#: How often the best so far is told, s.
EVERY_S = 1.0
#: A search may fall behind by this share of its time before it is hurried: a busy machine stalls for seconds.
PATIENCE = 0.5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DrawnLayout:
    """
    A finished layout.

    Attributes
    ----------
    plan
        All features of the finished plan, in the fields of the initial one.
    bound
        What no legal plan can better of service and ecology; traffic counts as it is. See `bound`.
    missing
        Type -> parcels that could not be placed; empty where all could.
    unmet
        Demands that the land cannot meet, known before the search.
    layout
        Cuts and types; None where an earlier plan holds as it was.
    seconds, seed, ended
        Wall-clock seconds, the seed, and whether a limit cut the search short.
    """

    plan: Community
    score: Score
    bound: float
    missing: Mapping[str, int]
    unmet: tuple[Unmet, ...]
    layout: Layout | None
    seconds: float
    seed: int
    ended: Ended

    @property
    def gap(self) -> float:
        """Distance of the score and its bound, relative to the score."""
        return gap(self.score.total, self.bound)


def layout(
    case: Case,
    *,
    stop: Stop | None = None,
    seed: int = 1,
    params: LayoutParams | None = None,
    proving: bool = True,
    lang: str = DEFAULT_LANGUAGE,
) -> DrawnLayout:
    """
    Draw parcels into the vacant blocks of a community.

    Parameters
    ----------
    stop
        The work is `LayoutParams.steps_a_second` for each of its seconds, so that a seed gives one plan;
        its clock only hurries a search that is late.
    proving
        Whether to work out the bound; it is infinite otherwise.
    lang
        Language in which demands are told that cannot be met.

    Raises
    ------
    UsageError
        If no time is given.
    """
    stop, params = stop or Stop(seconds=120), weighing(case, params or LayoutParams())
    if not 0 < stop.seconds < np.inf:
        raise UsageError(f"{stop.seconds:g} seconds are no time to search in; give a number above 0.")
    clock = Clock(stop)
    field = field_of(case, params, clock)
    streets = streets_of(case.initial.lines("road")) if params.along_streets else None
    land = land_of(case, field, params, streets, clock)
    unmet = unmet_demands(case, field, land, clock)
    for one in unmet:
        clock.tell(None, None, cannot(one, lang))
    before = clock.spent
    _compile(case, land)
    # The first call on a machine compiles the search, and that must not hurry it.
    search = LayoutSearch(case, field, land, Clock(stop, clock.began + clock.spent - before), params)
    with ThreadPoolExecutor(1) as beside:
        bound = beside.submit(_told_bound if proving else _no_bound, case, params, clock)
        search.bound = bound
        chosen = tidied(land, search.run(seed))
        plan = _with_roads(case, field, chosen)
        told = score(plan, case.objectives)
    return DrawnLayout(
        plan=plan,
        score=told,
        bound=bound.result() + told.total - told.land_use,
        missing=_missing(case, chosen),
        unmet=tuple(unmet),
        layout=chosen,
        seconds=clock.spent,
        seed=seed,
        ended="interrupted" if clock.interrupted else "limit" if search.late else "finished",
    )


def looks_due(spent_s: float, given_s: float) -> int:
    """How many looks of `LOOKS` a search needs behind it after so much of its time, or it is hurried."""
    share = spent_s / given_s if given_s > 0 else 1.0
    return max(0, int(LOOKS * (share - PATIENCE) / (1 - PATIENCE)))


def _no_bound(_case: Case, _params: LayoutParams, _clock: Clock) -> float:
    return np.inf


def _told_bound(case: Case, params: LayoutParams, clock: Clock) -> float:
    """The bound of the score that is told, whatever the search looked for."""
    if case.objectives.weighted:
        return bound_of(case, params, clock=clock).total
    plain = replace(params, home_weight=1.0, home_weight_m2=0.0)
    return bound_of(replace(case, weights=None), plain, clock=clock).total


def _missing(case: Case, chosen: Layout) -> dict[str, int]:
    return {name: int(n) for name, n in zip(case.objectives.drawn, chosen.missing, strict=True) if n}


def _compile(case: Case, land: LayoutLand) -> None:
    from blockplan.propose.layout.search.anneal_kernels import anneal  # noqa: PLC0415 (numba is heavy)

    empty = empty_layout(case, land)
    anneal(land, empty, again(empty, 0), np.array([-np.inf, -np.inf]), 0, 1.0, 1.0)


@dataclass(slots=True)
class LayoutSearch:
    """
    Searches from several seeds, then again from the best of them; `late` once the clock hurried one.

    What is best meanwhile is told to whoever listens, with the bound once it is known.
    """

    case: Case
    field: Field
    land: LayoutLand
    clock: Clock
    params: LayoutParams
    late: bool = False
    bound: Future[float] | None = None
    _bests: dict[int, tuple[float, Layout]] = dataclasses.field(default_factory=dict)

    def run(self, seed: int) -> Layout:
        """The best layout of two rounds."""
        seeds = np.random.SeedSequence(seed).generate_state(2 * self.params.chains)
        steps = max(LOOKS, int(self.params.steps_a_second * self.clock.stop.seconds))
        best = empty_layout(self.case, self.land)
        for first, heat in ((True, self.params.hot), (False, self.params.warm)):
            some, seeds = seeds[: self.params.chains], seeds[self.params.chains :]
            share = self.params.share * (0.6 if first else 1.0)
            called = [
                (best, int(one), heat, steps, until)
                for one, until in zip(some, self._ends(share), strict=True)
            ]
            with ThreadPoolExecutor(THREADS) as pool:
                made = [pool.submit(self._chain, *one) for one in called]
                self._tell_until(made)
                found = [one.result() for one in made]
            best = max([best, *found], key=self._worth)
        return best

    def _tell_until(self, made: list[Future[Layout]]) -> None:
        """Say how good the best layout is, as often as it or its bound is better, until the searches end."""
        if self.clock.stop.tell is None:
            return
        told, bounded = -np.inf, False
        objective = land_use = np.nan
        while wait(made, EVERY_S).not_done:
            worth, best = max(list(self._bests.values()), key=lambda one: one[0], default=(told, None))
            bound = self.bound.result() if self.bound is not None and self.bound.done() else np.inf
            if best is None:
                continue
            better = worth > told
            if better:
                told = worth
                found = score(_with_roads(self.case, self.field, best), self.case.objectives)
                # Of a plan what is asked of its land use counts: its streets are there already.
                objective = found.total if self.case.fronts is None else found.land_use
                land_use = found.land_use
            # A bound that comes to be known is told at once, not with the next better layout.
            if better or (not bounded and np.isfinite(bound)):
                bounded = bool(np.isfinite(bound))
                self.clock.tell(objective, bound + (objective - land_use))

    def _ends(self, share: float) -> list[float]:
        """When each search of a round has to end, in s: each thread does its own one after the other."""
        began = self.clock.spent
        turns = -(-self.params.chains // THREADS)
        left = max(0.0, share * self.clock.stop.seconds - began)
        return [began + left * (k // THREADS + 1) / turns for k in range(self.params.chains)]

    def _worth(self, one: Layout) -> float:
        """What is searched for: the score, less what is missing and what makes parcels odd."""
        from blockplan.propose.layout.search.anneal_kernels import anneal  # noqa: PLC0415 (numba is heavy)

        worth = np.array([-np.inf, -np.inf])
        anneal(self.land, again(one, 0), again(one, 0), worth, 0, 1.0, 1.0)
        # Rounded, so that of two as good the earlier one is taken.
        return round(float(worth[0]), 9)

    def _chain(self, start: Layout, seed: int, hot: float, steps: int, until: float) -> Layout:
        from blockplan.propose.layout.search.anneal_kernels import anneal  # noqa: PLC0415 (numba is heavy)

        now, best = again(start, seed), again(start, seed)
        worth = np.array([-np.inf, -np.inf])
        heat = np.geomspace(hot, self.params.cold, LOOKS + 1)
        began, look = self.clock.spent, 0
        left = until - began
        while look < LOOKS and not self.clock.interrupted:
            anneal(self.land, now, best, worth, steps // LOOKS, heat[look], heat[look + 1])
            look += 1
            if self.clock.stop.tell is not None:
                self._bests[seed] = (float(worth[1]), again(best, 0))
            if (due := looks_due(self.clock.spent - began, left)) > look:
                self.late, look = True, due
        return best


def _with_roads(case: Case, field: Field, chosen: Layout) -> Community:
    """The finished plan, with the share of new edges as roads that is asked for."""
    parcels = parcels_of(field, chosen)
    if case.fronts is not None:
        # New lines are borders of parcels there, and no streets.
        return finished(case, field, parcels, lines_of(case))
    edges = edges_of(case, parcels)
    share = case.objectives.built_share
    if share < 1:
        edges = roads_built(edges, [one.polygon for one in parcels], case.area_m2, share)
    return finished(case, field, parcels, edges)


def roads_built(edges: LayoutLines, parcels: Sequence[Polygon], area_m2: float, share: float) -> LayoutLines:
    """
    Leave so many inner edges unbuilt that at most a share of them, by number, are roads.

    Edges are left out one at a time, each the one whose loss hurts the traffic part least, and never one
    that is the only front of a parcel.

    Parameters
    ----------
    edges
        All lines, every inner one a road.
    parcels
        The new parcels; each keeps a road at its side.
    share
        Share (1) of the inner edges that may become roads.
    """
    inner = np.flatnonzero(edges.inner)
    many = inner.size - int(share * inner.size + 1e-9)
    road = edges.kinds == "road"
    fronts = _fronts(edges, parcels)
    for _ in range(many):
        left = [at for at in inner[road[inner]] if _all_front(fronts, road, at)]
        if not left:
            break
        worth = [_without(edges, road, at, area_m2) for at in left]
        road[left[int(np.argmax(np.round(worth, 9)))]] = False
    return replace_kinds(edges, road)


def replace_kinds(edges: LayoutLines, road: NDArray[np.bool_]) -> LayoutLines:
    """The edges, with roads where they are roads and boundaries elsewhere."""
    return edges._replace(kinds=np.where(road, "road", "boundary").astype(object))


def _fronts(edges: LayoutLines, parcels: Sequence[Polygon]) -> NDArray[np.float64]:
    """Length in m of each edge (columns) along each parcel (rows)."""
    strips = shapely.buffer(edges.shapes, LINE_M, cap_style="flat")
    tree = shapely.STRtree(strips)
    outlines = shapely.boundary(np.array(parcels, dtype=object))
    at, which = tree.query(outlines, predicate="intersects")
    length = np.zeros((len(parcels), edges.shapes.size))
    length[at, which] = shapely.length(shapely.intersection(outlines[at], strips[which]))
    length[length < FRONT_M] = 0.0
    return length


def _all_front(fronts: NDArray[np.float64], road: NDArray[np.bool_], at: int) -> bool:
    """Whether every parcel still has a road at its side without one of them."""
    touched = fronts[:, at] > 0
    others = road.copy()
    others[at] = False
    return bool((fronts[touched][:, others] > 0).any(axis=1).all())


def _without(edges: LayoutLines, road: NDArray[np.bool_], at: int, area_m2: float) -> float:
    others = road.copy()
    others[at] = False
    return traffic(edges.shapes[others], area_m2)
