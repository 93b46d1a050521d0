"""
How far everybody is from each place that exists or could be, by the very ways that `check` reads.

What could be is put into the plan as if it were there, and the measures' own code walks to each alone. So a
proposal and the verdict on it agree to the centimetre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.measure.distance.goals import distances_to
from blockplan.measure.distance.methods import asked
from blockplan.measure.distance.reach import Reach, readings_of
from blockplan.measure.inputs.columns import ids, sound
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.missing import lines
from blockplan.propose.changes import apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.measure.distance.coverage import Distances
    from blockplan.measure.distance.methods import Way
    from blockplan.measure.inputs.homes import Homes
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan
    from blockplan.propose.changes import Change
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
        raise PlanDataError(
            f"The way {way.id} cannot be followed: {', '.join(lines(distances.missing))}.\n"
            "Draw the streets, or ask for a straight line (--reading line_...)."
        )
    # As verdicts are: to the centimetre.
    return np.where(np.isnan(distances.metres), np.inf, np.round(distances.metres, 2))


def _say(clock: Clock, at: int, of: int) -> None:
    if at % EVERY == 0:
        clock.tell(None, None, f"distances: {at} of {of} places")
