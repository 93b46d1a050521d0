"""
What a land-use proposal has to meet: rules of the packs, quotas, structure, industries, coverage.

A rule becomes a demand where it speaks of land by use, of people, or of both: land a person, a share of
land, residents of the plan, supplies of facilities that stay. Rules of another kind are judged
afterwards and named.
Reach is in a straight line to the edge of a parcel, or on foot to a gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
import shapely

from blockplan.measure.distance.reach import street_network
from blockplan.measure.indicators.industry import INDUSTRIES
from blockplan.measure.inputs.columns import ids, shapes, total, values
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.homes import homes
from blockplan.network import Joins, join
from blockplan.network.onfoot import ways_within, with_places
from blockplan.propose.landuse.problem import Cover, LandUseDemand
from blockplan.propose.landuse.scoring import areas_with_functions, plan_has_streets, zones_of
from blockplan.propose.proposal import Unmet
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.propose.landuse.parcels import Parcels
    from blockplan.propose.landuse.terms import Coverage, Quota, Terms

#: Measure -> the parameter that holds the codes of the land it counts.
LAND = {
    "education_land_per_1000": "basic_education_codes",
    "green_per_resident": "green_codes",
    "land_per_resident": "land_codes",
    "land_per_1000": "land_codes",
}
#: Measures of reach in a straight line that a proposal can hold.
IN_LINE = "green_within_500m"


@dataclass(frozen=True, slots=True, eq=False)
class LandUseDemands:
    """Demands and covers, what an unknown number keeps from being asked, and rules judged only afterwards."""

    demands: tuple[LandUseDemand, ...]
    covers: tuple[Cover, ...]
    unknown: tuple[Unmet, ...]
    judged_afterwards: tuple[str, ...]


def asked_of(parcels: Parcels, terms: Terms, before: CheckResult) -> LandUseDemands:
    """Everything that a proposal for these parcels has to meet."""
    demands: list[LandUseDemand] = [
        *_quotas(parcels, terms),
        *_structure(parcels, terms),
        *_industry(parcels, terms),
    ]
    covers = [made for one in terms.coverage if (made := _coverage(parcels, terms, one)) is not None]
    unknown: list[Unmet] = []
    afterwards: list[str] = []
    for verdict in before.verdicts:
        if verdict.force not in terms.rules.forces or verdict.outcome == "not_applicable":
            continue
        found = _of_rule(parcels, verdict)
        if isinstance(found, LandUseDemand):
            demands.append(found)
        elif isinstance(found, Cover):
            covers.append(found)
        elif isinstance(found, Unmet):
            unknown.append(found)
        else:
            afterwards.append(verdict.rule)
    return LandUseDemands(tuple(demands), tuple(covers), tuple(unknown), tuple(dict.fromkeys(afterwards)))


def land_of(parcels: Parcels, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Land of some uses, ha, shape (parcels, uses)."""
    return np.asarray(parcels.area_ha[:, None] * chosen[None, :])


def _quotas(parcels: Parcels, terms: Terms) -> Iterator[LandUseDemand]:
    whole = float(parcels.area_ha.sum())
    for name, quota in terms.quotas.items():
        amount = land_of(parcels, parcels.within(terms.codes((name,))))
        today = float(amount[np.arange(len(amount)), parcels.today].sum())
        low, high = _limits(quota, today, whole)
        if low > 0 or high < whole:
            yield LandUseDemand(f"quota:{name}", "ha", amount, low, high, max(today, low, whole / 100))


def _limits(quota: Quota, today: float, whole: float) -> tuple[float, float]:
    """The narrowest of a quota's limits, ha."""
    low = [
        quota.min_ha,
        None if quota.min_share is None else quota.min_share * whole,
        None if quota.min_of_today is None else quota.min_of_today * today,
    ]
    high = [
        quota.max_ha,
        None if quota.max_share is None else quota.max_share * whole,
        None if quota.max_of_today is None else quota.max_of_today * today,
    ]
    return (
        max((one for one in low if one is not None), default=-np.inf),
        min((one for one in high if one is not None), default=np.inf),
    )


def _structure(parcels: Parcels, terms: Terms) -> Iterator[LandUseDemand]:
    """Land of dominant codes: in each zone not far below today's, in each area that states a function too."""
    part = terms.structure.dominant_of_today
    kept = [
        (f"zone:{name}", dominant | permitted, inside)
        for name, (dominant, permitted, inside) in zip(_zone_ids(parcels), zones_of(parcels), strict=True)
    ]
    kept += [(f"area:{name}", codes, inside) for name, codes, inside in areas_with_functions(parcels)]
    for name, uses, inside in kept:
        amount = land_of(parcels, uses) * inside[:, None]
        today = float(amount[np.arange(len(amount)), parcels.today].sum())
        if today > 0 and part > 0:
            yield LandUseDemand(name, "ha", amount, low=part * today, scale=today)


def _zone_ids(parcels: Parcels) -> list[str]:
    plan = parcels.plan
    told = zip(
        ids(plan, "zones"), shapes(plan, "zones"), values(plan, "zones", "dominant_codes"), strict=True
    )
    return [str(name) for name, shape, codes in told if shape is not None and codes is not None]


def _industry(parcels: Parcels, terms: Terms) -> Iterator[LandUseDemand]:
    """The first industry keeps at least the floor area of every other."""
    first, plan = terms.industry.first, parcels.plan
    stated = {name: values(plan, "parcels", f"industry_{name}_share") for name in INDUSTRIES}
    if not first or np.isnan(stated[first]).all():
        return
    rows = np.arange(len(parcels.ids))
    floor = {}
    for name, today in stated.items():
        share = np.array(
            [parcels.figures[use].shares.get(f"industry_{name}_share") or 0.0 for use in parcels.uses]
        )
        amount = np.nan_to_num(parcels.floor_m2) * share[None, :]
        amount[rows, parcels.today] = np.nan_to_num(today * parcels.floor_m2[rows, parcels.today])
        floor[name] = amount
    for name in INDUSTRIES:
        if name != first:
            more = floor[first] - floor[name]
            scale = float(floor[first][rows, parcels.today].sum())
            yield LandUseDemand(f"industry:{first} before {name}", "m2", more, low=0.0, scale=max(scale, 1.0))


def _of_rule(parcels: Parcels, verdict: Verdict) -> LandUseDemand | Cover | Unmet | None:
    """A rule as a demand; None where a choice of uses does not decide it."""
    measurement = verdict.measurement
    if measurement is None or verdict.scope_kind != "plan":
        return None
    if measurement.id == IN_LINE:
        return _reach_in_line(parcels, verdict)
    if measurement.id == "land_share":
        return _share_of_land(parcels, verdict)
    if measurement.per <= 0:
        return None
    if measurement.value is None or np.isnan(parcels.people[parcels.allowed]).any():
        return Unmet(verdict.rule, None, verdict.unit)
    return _per_person(parcels, verdict, measurement.supply or 0.0, measurement.per)


def _per_person(parcels: Parcels, verdict: Verdict, supply: float, per: float) -> LandUseDemand | None:
    """Supply less what the residents need, in units of the supply; a supply that stays is a number."""
    low, high = _range(verdict)
    asked = low if np.isfinite(low) else high
    rows = np.arange(len(parcels.ids))
    people = np.where(parcels.allowed, parcels.people, 0.0)
    amount = np.zeros(people.shape)
    codes = LAND.get(verdict.measurement.id if verdict.measurement else "")
    if codes is not None:
        amount = land_of(parcels, parcels.within(getattr(verdict.parameters, codes))) * M2_PER_HA
    # What is counted beside these parcels (greens that are no parcels, facilities) stays.
    constant = supply - float(amount[rows, parcels.today].sum())
    need = asked / per
    both = amount - need * people
    scale = max(need * float(people[rows, parcels.today].sum()), 1.0)
    if np.isfinite(low):
        return LandUseDemand(verdict.rule, verdict.unit, both, low=-constant, scale=scale)
    return LandUseDemand(verdict.rule, verdict.unit, both, high=-constant, scale=scale)


def _share_of_land(parcels: Parcels, verdict: Verdict) -> LandUseDemand | None:
    """Land of some codes less its share of the planned (or construction) land, ha."""
    low, high = _range(verdict)
    parameters = verdict.parameters
    chosen = parcels.within(parameters.land_codes)
    base = np.ones(len(parcels.uses), dtype=bool)
    if parameters.land_of == "construction":
        base = ~parcels.within(parameters.non_construction_codes)
    if np.isfinite(low) and np.isfinite(high):
        return None
    asked = low if np.isfinite(low) else high
    amount = land_of(parcels, chosen & base) - asked * land_of(parcels, base)
    scale = max(asked * float(parcels.area_ha.sum()), 1.0)
    limits = {"low": 0.0} if np.isfinite(low) else {"high": 0.0}
    return LandUseDemand(verdict.rule, "ha", amount, scale=scale, **limits)


def _range(verdict: Verdict) -> tuple[float, float]:
    value, op = verdict.required.value, verdict.required.op
    if isinstance(value, tuple):
        return value
    return (value, np.inf) if op in {">=", ">", "="} else (-np.inf, value)


def _reach_in_line(parcels: Parcels, verdict: Verdict) -> Cover | None:
    """A rule on the straight line to the edge of a public green; greens that are no parcels stay."""
    parameters, reach = verdict.parameters, verdict.reach
    if reach is None or reach.judged_by != "line_edge" or np.isnan(parcels.people[parcels.allowed]).any():
        return None
    share = verdict.required.value
    if isinstance(share, tuple):
        return None
    limit_m, least = float(parameters.green_limit_m), float(parameters.smallest_green_ha)
    gives = parcels.within(parameters.green_codes)
    ends = np.flatnonzero(_may(parcels, gives) & (parcels.area_ha >= least))
    point, owner = homes_by_parcel(parcels)
    near = near_in_line(parcels, ends, limit_m, (point, owner))
    greens = public_greens(parcels.plan, parameters)
    others = greens.shape[(greens.layer == "greens") & (greens.area_m2 >= least * M2_PER_HA)]
    served = np.ones(len(parcels.ids), dtype=bool)
    at = shapely.STRtree(others).query(point, predicate="dwithin", distance=limit_m)[0]
    # A parcel is served by what all of its homes are near to.
    served[np.delete(owner, np.unique(at))] = False
    people = np.where(served[:, None], 0.0, parcels.people)
    return _cover(parcels, verdict.rule, _homes(parcels), gives, near, people, share)


def left_out_of(parcels: Parcels, asked: LandUseDemands, before: CheckResult) -> tuple[str, ...]:
    """Why the rows of a rule may forbid what its check lets pass: then nothing is proved."""
    covers = {one.name for one in asked.covers}
    found = []
    for verdict in before.verdicts:
        if verdict.rule not in covers or verdict.measurement is None or verdict.measurement.id != IN_LINE:
            continue
        parameters = verdict.parameters
        point, owner = homes_by_parcel(parcels)
        if len(np.unique(owner)) < len(point):
            found.append(f"homes_of_a_parcel_apart: {verdict.rule}")
        may = _may(parcels, parcels.within(parameters.green_codes))
        if (may & (parcels.area_ha < float(parameters.smallest_green_ha))).any():
            found.append(f"greens_may_join: {verdict.rule}")
    return tuple(found)


def _may(parcels: Parcels, uses: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Parcels that have or may get one of some uses."""
    return np.asarray((parcels.allowed & uses).any(axis=1))


def _homes(parcels: Parcels) -> NDArray[np.bool_]:
    """Uses under which somebody lives somewhere."""
    return np.asarray((np.nan_to_num(np.where(parcels.allowed, parcels.people, 0.0)) > 0).any(axis=0))


def _cover(  # noqa: PLR0913, PLR0917 (the parts of one demand)
    parcels: Parcels,
    name: str,
    needs: NDArray[np.bool_],
    gives: NDArray[np.bool_],
    near: sp.csr_array,
    people: NDArray[np.float64],
    share: float | str,
) -> Cover:
    rows = np.arange(len(parcels.ids))
    counted = np.nan_to_num(np.where(needs, people, 0.0))
    # Who cannot be counted does not need: an empty parcel asks for no park.
    cover = Cover(name, needs, gives, near, counted)
    if share == "today":
        beyond = float(counted[rows, parcels.today][cover.without(parcels.today)].sum())
    else:
        beyond = (1.0 - float(share)) * total(counted[rows, parcels.today].tolist())
    return Cover(name, needs, gives, near, counted, beyond)


def _coverage(parcels: Parcels, terms: Terms, asked: Coverage) -> Cover | None:
    """Coverage that the terms ask for; None where the plan has no streets to walk along."""
    needs, gives = (parcels.within(terms.codes(names)) for names in (asked.needs, asked.gives))
    starts, ends = np.flatnonzero(_may(parcels, needs)), np.flatnonzero(_may(parcels, gives))
    if asked.along == "line":
        near = near_in_line(parcels, ends, asked.within_m, (parcels.point, np.arange(len(parcels.ids))))
    elif plan_has_streets(parcels.plan):
        near = near_on_foot(parcels, (starts, ends), asked.within_m, terms.distances.gate_m)
    else:
        return None
    return _cover(parcels, asked.name, needs, gives, near, _weighed(parcels, needs), asked.share)


def _weighed(parcels: Parcels, needs: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Residents of parcels whose uses need something."""
    return np.where(needs[None, :], np.nan_to_num(parcels.people), 0.0)


#: Gates are looked for at the corners of a parcel, and this far apart between them, m.
STEP_M = 50.0
#: A mapped entrance joins a street within this, m.
ENTRANCE_JOIN_M = 60.0


def homes_by_parcel(parcels: Parcels) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Where people of each parcel live, as rules measure it: at its buildings, else at its point; its row."""
    found, row_of = homes(parcels.plan), {name: row for row, name in enumerate(parcels.ids)}
    built = np.flatnonzero(found.layer == "buildings")
    host = dict(
        zip(ids(parcels.plan, "buildings"), values(parcels.plan, "buildings", "parcel_id"), strict=True)
    )
    owner = np.array([row_of.get(host[id_], -1) for id_ in found.id[built]], dtype=np.intp)
    built, owner = built[owner >= 0], owner[owner >= 0]
    rest = np.setdiff1d(np.arange(len(parcels.ids)), owner)
    point = np.concatenate([found.point[built], parcels.point[rest]])
    return np.asarray(point, dtype=object), np.concatenate([owner, rest]).astype(np.intp)


def near_in_line(
    parcels: Parcels, ends: NDArray[np.intp], limit_m: float, starts: tuple[NDArray[Any], NDArray[np.intp]]
) -> sp.csr_array:
    """Parcels x parcels: from all points of the first to the edge of the second, straight."""
    many, (point, owner) = len(parcels.ids), starts
    start, end = shapely.STRtree(parcels.shape[ends]).query(point, predicate="dwithin", distance=limit_m)
    found = sp.csr_array((np.ones(len(start)), (owner[start], ends[end])), shape=(many, many))
    found.sum_duplicates()
    points = np.bincount(owner, minlength=many)
    kept = found.data >= points[np.repeat(np.arange(many), np.diff(found.indptr))]
    whole = found.tocoo()
    row, col = whole.coords[0][kept], whole.coords[1][kept]
    return sp.csr_array((np.ones(len(row)), (row, col)), shape=(many, many))


def near_on_foot(
    parcels: Parcels, between: tuple[NDArray[np.intp], NDArray[np.intp]], limit_m: float, gate_m: float
) -> sp.csr_array:
    """
    Parcels x parcels: on foot along the streets from a point on the first to a gate of the second.

    The way from the point to its street counts. Gates are the mapped entrances of a parcel; where none is
    mapped, every place where its outline comes within `gate_m` of a street.
    """
    starts, ends = between
    many = len(parcels.ids)
    network = street_network(parcels.plan)
    point, owner, reach = _gates(parcels, ends, gate_m)
    at_home = join(network, parcels.point[starts], None)
    at_gate = join(network, point, ENTRANCE_JOIN_M)
    # A gate in the outline joins a street that runs beside it; that step is no way to walk.
    far = at_gate.way_cm > np.round(reach * 100)
    edge = np.where(far, -1, at_gate.edge).astype(np.int32)
    joins = Joins(
        np.concatenate([at_home.edge, edge]),
        np.concatenate([at_home.at_cm, at_gate.at_cm]),
        np.concatenate([at_home.way_cm, np.zeros(len(edge), dtype=np.int32)]),
    )
    places = with_places(network, joins)
    first = len(starts)
    ways = ways_within(places, np.arange(first), np.arange(first, first + len(edge)), limit_m)
    row, col = starts[ways.start], owner[ways.to]
    found = sp.csr_array((np.ones(len(row)), (row, col)), shape=(many, many))
    found.data[:] = 1.0
    return found


def _gates(
    parcels: Parcels, ends: NDArray[np.intp], gate_m: float
) -> tuple[NDArray[Any], NDArray[np.intp], NDArray[np.float64]]:
    """Points to enter parcels at, the parcel of each, and how near to a street it has to be."""
    plan = parcels.plan
    mapped = shapes(plan, "green_entrances")
    host = {name: row for row, name in enumerate(parcels.ids)}
    row = np.array(
        [host.get(name, -1) for name in values(plan, "green_entrances", "parcel_id")], dtype=np.intp
    )
    kept = np.isin(row, ends) & ~shapely.is_missing(mapped)
    mapped, row = mapped[kept], row[kept]
    rest = ends[~np.isin(ends, row) & ~shapely.is_missing(parcels.shape[ends])]
    outline = shapely.segmentize(shapely.boundary(parcels.shape[rest]), STEP_M)
    spots, owner = shapely.get_coordinates(outline, return_index=True)
    point = np.concatenate([mapped, np.asarray(shapely.points(spots), dtype=object)])
    reach = np.concatenate([np.full(len(row), ENTRANCE_JOIN_M), np.full(len(owner), gate_m)])
    return point, np.concatenate([row, rest[owner]]).astype(np.intp), reach
