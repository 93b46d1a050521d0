"""
What a siting problem on a plan rests on: the demand, the places, and how far each is from each.

Existing places come first and stay, candidates after them.

How far everybody is from each place that exists or could be, by the very ways that `check` reads.

What could be is put into the plan as if it were there, and the measures' own code walks to each alone. So a
proposal and the verdict on it agree to the centimetre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.measure.distance.methods import asked
from blockplan.measure.distance.reach import Reach, distances_to, places_of, readings_of
from blockplan.measure.indicators.access import facilities_of
from blockplan.measure.inputs.columns import ids, shapes, sound, values
from blockplan.measure.inputs.greens import public_greens
from blockplan.propose.changes import Change, apply, value_of
from blockplan.propose.services import PARK, STATION, service_of
from blockplan.propose.siting.candidates import Candidate, parcels_for
from blockplan.propose.siting.demand import demand_of
from blockplan.propose.siting.stations import StationCandidates, places_for
from blockplan.propose.siting.wording import TEXTS, lacking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.distance.coverage import Distances
    from blockplan.measure.distance.methods import Way
    from blockplan.measure.inputs.homes import Homes
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan
    from blockplan.propose.siting.site_params import SiteParams
    from blockplan.propose.stopping import Clock


#: How often progress is told, in places.
EVERY = 50


@dataclass(frozen=True, slots=True)
class Walked:
    """
    By which reading, and how far.

    Attributes
    ----------
    reading
        An id of `blockplan.measure.distance.methods`.
    limit_m
        How far ways along streets are followed; None follows all.
    join_limit_m
        What is gone to may be so far from its street.
    """

    reading: str
    limit_m: float | None
    join_limit_m: float


def features_away(
    plan: Plan,
    homes: Homes,
    layer: str,
    features: tuple[Sequence[str], Sequence[Change]],
    walked: Walked,
    clock: Clock,
) -> NDArray[np.float64]:
    """
    Metres from each facility or stop to each home, shape (features, homes); infinite where not reached.

    Parameters
    ----------
    features
        Ids of those asked for, existing and new, and the changes that add the new ones.

    Raises
    ------
    PlanDataError
        If ways along streets are asked for and the plan has no streets.
    """
    names, changes = features
    drawn = apply(plan, changes)
    row_of = {name: row for row, name in enumerate(ids(drawn, layer))}
    ways = asked("facility" if layer == "facilities" else "stop", walked.reading, ())
    limits = (walked.limit_m, walked.join_limit_m)
    found = np.full((len(names), len(homes)), np.inf)
    for at, name in enumerate(names):
        rows = np.array([row_of[name]], dtype=np.intp)
        distances = distances_to(drawn, homes, rows, ways, limits)[0]  # type: ignore[arg-type]
        found[at] = _known(distances, ways[0])
        _say(clock, at, len(names))
    return found


def greens_away(
    plan: Plan,
    homes: Homes,
    parcels: tuple[Sequence[str], Sequence[Change]],
    choices: Parameters,
    walked: Walked,
    clock: Clock,
) -> tuple[NDArray[np.float64], int]:
    """
    Metres from each public green of the plan, and from each parcel that could be one, to each home.

    Parameters
    ----------
    parcels
        Ids of the parcels that could be greens, and the changes that add their entrances.
    choices
        ``green_codes``, ``smallest_green_ha`` and so on, as the measures of green take them.

    Returns
    -------
    tuple
        The metres (existing greens first), and how many greens exist.

    Raises
    ------
    PlanDataError
        As `features_away`.
    """
    names, changes = parcels
    drawn = apply(plan, changes)
    greens = public_greens(drawn, choices)
    there = greens.rows_of_size(choices.smallest_green_ha)
    row_of = {name: row for row, name in enumerate(ids(drawn, "parcels"))}
    rows = [row_of[name] for name in names]
    shape = sound(np.array(drawn.layer("parcels").geometry.to_numpy()[rows], dtype=object))
    every = replace(
        greens,
        layer=np.concatenate([greens.layer, np.array(["parcels"] * len(names), dtype=object)]),
        members=(*greens.members, *((name,) for name in names)),
        shape=np.concatenate([greens.shape, shape]),
        area_m2=np.concatenate([greens.area_m2, shapely.area(shape)]),
    )
    ways = asked("green", walked.reading, ())
    sites = [*there.tolist(), *range(len(greens), len(every))]
    found = np.full((len(sites), len(homes)), np.inf)
    limit_m = np.inf if walked.limit_m is None else walked.limit_m
    for at, row in enumerate(sites):
        one = Reach(homes, every, np.array([row], dtype=np.intp), limit_m, walked.join_limit_m)
        if walked.limit_m is None:
            one = replace(one, limit_m=None)  # type: ignore[arg-type]
        found[at] = _known(readings_of(drawn, one, ways)[0], ways[0])
        _say(clock, at, len(sites))
    return found, len(there)


def _known(distances: Distances, way: Way) -> NDArray[np.float64]:
    if distances.missing:
        missing = lacking(distances.missing, ", ", 10)
        raise TEXTS.refused(PlanDataError, "no_way", way=way.id, missing=missing)
    # As verdicts are: to the centimetre.
    return np.where(np.isnan(distances.metres), np.inf, np.round(distances.metres, 2))


def _say(clock: Clock, at: int, of: int) -> None:
    if at % EVERY == 0:
        clock.tell(None, None, f"distances: {at} of {of} places")


@dataclass(frozen=True, slots=True, eq=False)
class SitingGround:
    """
    Demand, places and distances.

    Attributes
    ----------
    existing
        Ids of the features of the kind that stay and count.
    point
        A point on each of them, for spacing.
    gone
        Changes that take away what is replaced.
    metres
        From each place (existing first) to each demand point; infinite where out of reach.
    standing
        From whatever of the kind the plan has to each demand point, whether it stays and counts or not.
    capacity
        What each place can serve, in its size; NaN where unknown; None where nobody asked.
    places
        More on candidates of stations; None for others.
    """

    homes: Homes
    existing: tuple[str, ...]
    point: NDArray[Any]
    gone: tuple[Change, ...]
    candidates: list[Candidate]
    metres: NDArray[np.float64]
    standing: NDArray[np.float64]
    capacity: NDArray[np.float64] | None
    places: StationCandidates | None

    @property
    def kept(self) -> tuple[int, ...]:
        """Rows of the places that exist."""
        return tuple(range(len(self.existing)))


def survey(plan: Plan, params: SiteParams, choices: Parameters, clock: Clock) -> SitingGround:
    """
    Look at a plan with the eyes of a siting problem.

    `params` are filled (`SiteParams.filled`). Raises what `demand_of`, `parcels_for`, `places_for` and
    `features_away` raise.
    """
    homes = demand_of(plan, params.weigh_by or "residents", choices, params.codes)
    far = None if params.problem in {"pmedian", "pcenter"} else params.within_m
    walked = Walked(params.reading or "", far, choices.join_limit_m)
    if params.service == STATION:
        return _stations(plan, params, choices, (homes, walked), clock)
    if params.service == PARK:
        return _parks(plan, params, choices, (homes, walked), clock)
    return _facilities(plan, params, choices, (homes, walked), clock)


def _facilities(
    plan: Plan,
    params: SiteParams,
    choices: Parameters,
    far: tuple[Homes, Walked],
    clock: Clock,
) -> SitingGround:
    service = service_of(params.service)
    rows, missing = facilities_of(
        plan, replace(choices, services=(service.id,), service_levels=(), smallest_site_m2=0)
    )
    if missing and params.existing != "ignore":
        said = lacking(missing, "; ", 5)
        raise TEXTS.refused(PlanDataError, "existing_unknown", service=service.name, missing=said)
    candidates = parcels_for(plan, service, params.land, rows)
    names = ids(plan, "facilities")[rows]
    kept = tuple(map(str, names)) if params.existing == "keep" else ()
    added = tuple(change for one in candidates for change in one.added)
    metres = features_away(
        plan, far[0], "facilities", ([*names, *(one.id for one in candidates)], added), far[1], clock
    )
    capacity = None
    if params.capacity is not None:
        stated = values(plan, "facilities", service.size)[rows] if kept else np.empty(0)
        if np.isnan(stated).any():
            raise PlanDataError(
                f"How much the {service.name['en']}s of the plan can serve is not known: facilities."
                f"{service.size} of {', '.join(map(str, names[np.isnan(stated)][:5]))}.\n"
                "Fill it in, or leave what exists out of account (`existing=ignore`)."
            )
        capacity = np.concatenate([stated, np.full(len(candidates), params.capacity)])
    point = np.asarray(shapely.centroid(places_of(plan, "facilities")[rows]), dtype=object)
    return SitingGround(
        far[0], kept, point if kept else point[:0], _removed(plan, "facilities", names, params),
        candidates, *_counting(metres, len(names), len(kept)), capacity, None,
    )  # fmt: skip


def _parks(
    plan: Plan,
    params: SiteParams,
    choices: Parameters,
    far: tuple[Homes, Walked],
    clock: Clock,
) -> SitingGround:
    candidates = parcels_for(plan, service_of(PARK), params.land, np.empty(0, dtype=np.intp))
    added = tuple(change for one in candidates for change in one.added)
    metres, there = greens_away(plan, far[0], ([one.id for one in candidates], added), choices, far[1], clock)
    kept = tuple(f"green {number}" for number in range(1, there + 1)) if params.existing == "keep" else ()
    counting = _counting(metres, there, len(kept))
    return SitingGround(far[0], kept, np.empty(0, dtype=object), (), candidates, *counting, None, None)


def _stations(
    plan: Plan,
    params: SiteParams,
    choices: Parameters,
    far: tuple[Homes, Walked],
    clock: Clock,
) -> SitingGround:
    modes = [set((said or "").replace(" ", "").split(",")) for said in values(plan, "stops", "modes")]
    stations = np.array([bool(one & set(choices.station_modes)) for one in modes], dtype=bool)
    names, rows = ids(plan, "stops")[stations], np.flatnonzero(stations)
    gone = _removed(plan, "stops", names, params)
    used = {change.id for change in gone}
    places = places_for(plan, service_of(STATION), params.track, choices.interchange_m, used)
    kept = tuple(map(str, names)) if params.existing == "keep" else ()
    added = tuple(change for one in places.candidates for change in one.added)
    metres = features_away(
        plan, far[0], "stops", ([*names, *(one.id for one in places.candidates)], added), far[1], clock
    )
    point = shapes(plan, "stops")[rows] if kept else np.empty(0, dtype=object)
    counting = _counting(metres, len(names), len(kept))
    return SitingGround(far[0], kept, point, gone, places.candidates, *counting, None, places)


def _counting(
    metres: NDArray[np.float64], there: int, kept: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances of the places that count, and of the nearest of the kind that stands."""
    return metres[there - kept :], metres[:there].min(axis=0, initial=np.inf)


def _removed(plan: Plan, layer: str, names: NDArray[Any], params: SiteParams) -> tuple[Change, ...]:
    """The changes by which what is replaced goes."""
    if params.existing != "replace":
        return ()
    column = "stop_id" if layer == "stops" else "facility_id"
    return tuple(
        Change(layer, str(name), column, value_of(plan, layer, str(name), column), None) for name in names
    )
