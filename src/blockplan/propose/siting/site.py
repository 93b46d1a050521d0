"""
Siting on a plan: facilities, parks and stations where they serve best, as changes that can be applied.

For whom, where, how far, within which limits: the plan says it or the call does. Then one of the problems of
location science is solved, and the chosen places become changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
import shapely

from blockplan.errors import InfeasibleError
from blockplan.propose.limits import Budget, Limits
from blockplan.propose.proposal import Ended, SearchAnswer, Unmet
from blockplan.propose.services import STATION, service_of
from blockplan.propose.siting.capacitated import capacitated_pmedian
from blockplan.propose.siting.choice import evenly_within, fewest_within, most_within, nearest_within
from blockplan.propose.siting.covering import lscp, mclp
from blockplan.propose.siting.demand import DEMANDS, choices_of, groups_of
from blockplan.propose.siting.pcenter import pcenter
from blockplan.propose.siting.pmedian import pmedian
from blockplan.propose.siting.problem_data import SitingGround, survey
from blockplan.propose.siting.stations import too_near, windows
from blockplan.propose.siting.wording import TEXTS
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan
    from blockplan.propose.changes import Change
    from blockplan.propose.sites import Sites
    from blockplan.propose.siting.site_params import SiteParams

#: Up to so many pairs of places and points one model proves more than the searches do.
ONE_MODEL = 300_000


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """A siting problem: plan and ground, the limits, and who counts: whom anything can reach at all."""

    plan: Plan
    ground: SitingGround
    params: SiteParams
    limits: Limits
    weight: NDArray[np.float64]
    metres: NDArray[np.float64]
    counted: NDArray[np.bool_]


def propose_site(plan: Plan, params: SiteParams, *, stop: Stop | None = None, seed: int = 0) -> SearchAnswer:
    """
    Propose where facilities, parks or stations should stand.

    Raises
    ------
    UsageError
        If what is asked for makes no sense.
    PlanDataError
        If the plan does not say for whom, or has no streets to go along.
    InfeasibleError
        If no place may be taken, or the limits clash; the message says by how much.
    """
    clock = Clock(stop or Stop())
    choices = choices_of(plan)
    asked = params.filled(choices)
    ground = survey(plan, asked, choices, clock)
    case = _case(plan, ground, asked)
    rest = replace(stop or Stop(), seconds=max(clock.left, 1.0))
    sites = _solved(case, rest, seed)
    ended: Ended = "interrupted" if clock.interrupted else "finished"
    if ended == "finished" and not sites.proved and sites.gap > rest.gap:
        ended = "limit"
    return _answer(case, sites, ended, (clock.spent, seed))


def _case(plan: Plan, ground: SitingGround, params: SiteParams) -> _Case:
    homes = ground.homes
    reach = np.isfinite(ground.metres)
    within = ground.metres <= (params.within_m or np.inf)
    if params.problem in {"mclp", "lscp", "even"}:
        reach = within
    served = np.asarray(reach.any(axis=0))
    if not served.any():
        raise TEXTS.refused(
            InfeasibleError, "out_of_reach", n=len(ground.candidates), existing=len(ground.existing),
            within=f"{params.within_m:g}", reading=params.reading,
        )  # fmt: skip
    part = params.problem == "lscp" and params.share < 1
    if part or params.problem == "even" or params.each_at_least:
        # Who is out of reach belongs to the whole, or to a group, all the same.
        served = np.ones(len(homes), dtype=bool)
    weight = homes.weight * (params.per_1000 / 1000 if params.capacity is not None else 1.0)
    return _Case(plan, ground, params, _limits(plan, ground, params), weight, ground.metres, served)


def _limits(plan: Plan, ground: SitingGround, params: SiteParams) -> Limits:
    """The limits on sites; places that stand too near to an existing one are ruled out by pairs with it."""
    first, many = len(ground.existing), len(ground.metres)
    if params.new is not None and params.new > len(ground.candidates):
        n = len(ground.candidates)
        raise TEXTS.refused(InfeasibleError, "too_many", new=params.new, n=n, over=params.new - n)
    land = np.array([0.0] * first + [one.land_m2 for one in ground.candidates])
    floors = [one.floor_m2 for one in ground.candidates]
    if params.floor_area_m2 is not None and None in floors:
        raise TEXTS.refused(InfeasibleError, "no_floor_area", service=service_of(params.service).name)
    floor = np.array([0.0] * first + [one or 0.0 for one in floors])
    new = np.arange(many) >= first
    cost = np.where(new, params.cost_per_site, 0.0) + params.cost_per_m2 * land
    asked = (
        ("land", land, params.land_m2),
        ("floor_area", floor, params.floor_area_m2),
        ("money", cost, params.money),
    )
    budgets = tuple(Budget(name, of, most) for name, of, most in asked if most is not None)
    group = None
    if params.problem == "even" or params.each_at_least:
        group = groups_of(plan, ground.homes, params.groups)[0]
    return Limits(
        p=None if params.new is None else first + params.new,
        kept=ground.kept,
        budgets=budgets,
        apart=_apart(ground, params),
        windows=_windows(ground, params),
        capacity=ground.capacity,
        group=group,
        at_least=params.each_at_least,
    )


def _apart(ground: SitingGround, params: SiteParams) -> NDArray[np.intp]:
    """Pairs of places that may not both be open."""
    first = len(ground.existing)
    pairs = np.empty((0, 2), dtype=np.intp)
    spacing = max(params.spacing_m, params.track.spacing_m if params.service == STATION else 0.0)
    if spacing <= 0:
        return pairs
    points = np.array([one.point for one in ground.candidates], dtype=object)
    if ground.places is not None:
        pairs = too_near(ground.places, spacing) + first
    else:
        one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=spacing - 0.005)
        pairs = np.stack([one[one < other], other[one < other]], axis=1) + first
    if len(ground.point):
        there, near = shapely.STRtree(points).query(
            ground.point, predicate="dwithin", distance=spacing - 0.005
        )
        pairs = np.concatenate([pairs, np.stack([there, near + first], axis=1)])
    return pairs.astype(np.intp)


def _windows(ground: SitingGround, params: SiteParams) -> tuple[NDArray[np.intp], ...]:
    if ground.places is None or not params.track.widest_m:
        return ()
    first = len(ground.existing)
    standing = [
        (number, float(line.project(point)))
        for number, line in enumerate(params.track.lines.values())
        for point in ground.point
        if line.distance(point) <= params.track.every_m
    ]
    found = windows(ground.places, params.track.widest_m, standing)
    return tuple(window + first for window in found)


def _solved(case: _Case, stop: Stop, seed: int) -> Sites:
    """The problem that was asked for, by the method that proves most."""
    params, limits = case.params, case.limits
    metres, weight = case.metres[:, case.counted], case.weight[case.counted]
    if params.problem in {"pmedian", "pcenter"}:
        return _nearest(metres, weight, (params.problem, limits), stop, seed)
    covers, weight = _covers(case, weight)
    if limits.group is not None:
        # Whoever stands twice belongs to a group once.
        group = limits.group[case.counted]
        limits = replace(
            limits, group=np.append(group, np.full(len(weight) - len(group), -1)).astype(np.intp)
        )
    large = limits.bare and covers.nnz > ONE_MODEL
    if params.problem == "even":
        return evenly_within(covers, weight, limits, stop=stop, seed=seed)
    if params.problem == "lscp":
        if large and limits.p is None and params.share == 1:
            return lscp(covers, kept=limits.kept, stop=stop, seed=seed)
        return fewest_within(covers, weight, limits, share=params.share, stop=stop, seed=seed)
    if large and limits.p is not None:
        return mclp(covers, weight, limits.p, kept=limits.kept, stop=stop, seed=seed)
    return most_within(covers, weight, limits, stop=stop, seed=seed)


def _nearest(
    metres: NDArray[np.float64],
    weight: NDArray[np.float64],
    asked: tuple[str, Limits],
    stop: Stop,
    seed: int,
) -> Sites:
    problem, limits = asked
    if problem == "pcenter":
        return pcenter(metres, weight, limits=limits, stop=stop, seed=seed)
    if limits.bare and limits.p is not None:
        return pmedian(metres, weight, limits.p, kept=limits.kept, stop=stop, seed=seed)
    alone = replace(limits, capacity=None).bare
    if alone and limits.capacity is not None and limits.p is not None and metres.size > ONE_MODEL:
        # One model of so many assignments would find nothing in time.
        far = np.isfinite(metres)
        if far.all():
            return capacitated_pmedian(metres, weight, limits.p, limits.capacity, kept=limits.kept, stop=stop)
    return nearest_within(metres, weight, limits, stop=stop, seed=seed)


def _covers(case: _Case, weight: NDArray[np.float64]) -> tuple[sp.csr_array, NDArray[np.float64]]:
    """
    Who is covered by which place.

    Of stations a person stands twice, once for the near and once for the far distance, each with its part of
    the weight; and each candidate's modes are a point that only it covers.
    """
    params = case.params
    metres = case.metres[:, case.counted]
    within = sp.csr_array(metres <= (params.within_m or np.inf))
    if params.service != STATION or params.problem != "mclp":
        return within, weight
    near = sp.csr_array(metres <= (params.near_m or np.inf))
    blocks = [within, near]
    weights = [weight * params.far_weight, weight * (1 - params.far_weight)]
    if params.mode_worth and case.ground.places is not None:
        first, count = len(case.ground.existing), len(case.ground.candidates)
        blocks.append(sp.csr_array(sp.vstack([sp.csr_array((first, count)), sp.eye_array(count)])))
        weights.append(params.mode_worth * np.maximum(case.ground.places.modes - 1.0, 0.0))
    return sp.csr_array(sp.hstack(blocks)), np.concatenate(weights)


def unit_of(params: SiteParams) -> str:
    """The unit of what a search for sites makes small or large, as `figures.amount` names it."""
    unit = DEMANDS[params.weigh_by or "residents"] if params.capacity is None else "place"
    units = {"lscp": "site", "pcenter": "m", "pmedian": f"{unit} m", "even": "1", "mclp": unit}
    return units[params.problem]


def _answer(case: _Case, sites: Sites, ended: Ended, run: tuple[float, int]) -> SearchAnswer:
    params, ground = case.params, case.ground
    first = len(ground.existing)
    new = [ground.candidates[row - first] for row in sites.chosen.tolist() if row >= first]
    objective, bound = sites.objective, sites.bound
    if params.problem == "lscp":
        # Only new ones are a matter of choice.
        objective, bound = objective - first, max(bound - first, 0.0)
    changes: list[Change] = [*ground.gone]
    for one in new:
        changes += one.changes(case.plan)
    return SearchAnswer(
        kind="site",
        changes=tuple(changes),
        objective=objective,
        unit=unit_of(params),
        sense=sites.sense,
        bound=bound,
        parts=_parts(case, sites, objective),
        parameters=params.to_dict(),
        figures=_figures(case, sites),
        unmet=_unmet(case),
        method=f"{sites.method}; distances by {params.reading}",
        seconds=run[0],
        seed=run[1],
        ended=ended,
    )


def _parts(case: _Case, sites: Sites, objective: float) -> dict[str, float]:
    """What the objective is made of, weights applied."""
    params = case.params
    if params.service != STATION or params.problem != "mclp":
        return {params.problem: objective}
    inside, near = (_reached(case, sites.chosen, limit) for limit in (params.within_m, params.near_m))
    parts = {
        f"within_{params.near_m:g}m": float(case.weight[near].sum()),
        f"within_{params.within_m:g}m_beyond": params.far_weight * float(case.weight[inside & ~near].sum()),
    }
    if params.mode_worth and case.ground.places is not None:
        first = len(case.ground.existing)
        rows = sites.chosen[sites.chosen >= first] - first
        parts["modes"] = params.mode_worth * float(
            np.maximum(case.ground.places.modes[rows] - 1.0, 0.0).sum()
        )
    return parts


def _figures(case: _Case, sites: Sites) -> dict[str, float | None]:
    """What the proposal means, before and after, in plain numbers."""
    params, ground = case.params, case.ground
    first, whole = len(ground.existing), float(ground.homes.weight.sum())
    new = sites.chosen[sites.chosen >= first]
    stays = np.full(len(ground.standing), np.inf) if params.existing == "replace" else ground.standing
    after = np.minimum(stays, case.metres[sites.chosen].min(axis=0, initial=np.inf))
    found: dict[str, float | None] = {"existing": float(first), "new": float(len(new))}
    limits = {params.within_m} | ({params.near_m} if params.service == STATION else set())
    for limit in sorted(one for one in limits if one is not None):
        for said, away in (("before", ground.standing), ("after", after)):
            found[f"share_within_{limit:g}m_{said}"] = float(ground.homes.weight[away <= limit].sum()) / whole
    if params.problem in {"pmedian", "pcenter"}:
        for said, away in (("before", ground.standing), ("after", after)):
            found |= _ways(case, away, said)
    chosen = [ground.candidates[row - first] for row in new.tolist()]
    land = float(sum(one.land_m2 for one in chosen))
    if ground.places is None:
        found["land_m2"] = land
        floors = [one.floor_m2 for one in chosen]
        found["floor_area_m2"] = None if None in floors else float(sum(one or 0.0 for one in floors))
    if params.cost_per_site or params.cost_per_m2:
        found["cost"] = params.cost_per_site * len(chosen) + params.cost_per_m2 * land
    if ground.places is not None:
        found["modes_least"] = float(ground.places.modes[new - first].min()) if len(new) else None
    if case.limits.group is not None:
        found["worst_group_share_before"] = _worst(case, ground.standing)
        found["worst_group_share_after"] = _worst(case, after)
    return found


def _reached(case: _Case, rows: NDArray[np.intp], limit: float | None) -> NDArray[np.bool_]:
    """Which demand points are within a distance of one of some places."""
    nearest = case.metres[rows].min(axis=0, initial=np.inf)
    inside: NDArray[np.bool_] = (nearest <= (np.inf if limit is None else limit)) & np.isfinite(nearest)
    return inside


def _ways(case: _Case, away: NDArray[np.float64], said: str) -> dict[str, float | None]:
    """Mean and longest way, of those who can reach anything."""
    there = np.isfinite(away) & (case.weight > 0)
    if not there.any():
        return {f"mean_m_{said}": None, f"longest_m_{said}": None}
    mean = float(np.average(away[there], weights=case.weight[there]))
    return {f"mean_m_{said}": mean, f"longest_m_{said}": float(away[there].max())}


def _worst(case: _Case, away: NDArray[np.float64]) -> float | None:
    """The share within the distance in the group that is served worst."""
    group, inside = case.limits.group, away <= (case.params.within_m or np.inf)
    if group is None or not (group >= 0).any():
        return None
    there = group >= 0
    whole = np.bincount(group[there], case.weight[there])
    part = np.bincount(group[there], case.weight[there] * inside[there], len(whole))
    return float((part[whole > 0] / whole[whole > 0]).min())


def _unmet(case: _Case) -> tuple[Unmet, ...]:
    covering = case.params.problem in {"mclp", "lscp", "even"}
    nobody = ~_reached(case, np.arange(len(case.metres)), case.params.within_m if covering else None)
    lost = float(case.ground.homes.weight[nobody].sum())
    if not lost:
        return ()
    unit = DEMANDS[case.params.weigh_by or "residents"]
    key, within = f"unmet.{'within' if covering else 'reach'}", f"{case.params.within_m:g}"
    words = TEXTS.text(key, service=service_of(case.params.service).name, within=within)
    # Programs read the demand in English by the service's own word.
    return (Unmet(TEXTS(key, "en", service=case.params.service, within=within), lost, unit, words),)
