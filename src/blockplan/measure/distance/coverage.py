"""
Shares of residents within a distance of something, and who is beyond it.

One reading judges; the others stand beside it with the places whose answer changes. Up to
``drawn_round_m`` what the plan draws counts as all there is. A longer limit looks farther than plans
draw: where somebody who falls short lives nearer to the end of the drawing than the limit, what lies
outside could be in reach, and the share is unknown. How far the drawing reaches round the homes, and how
many of those that fall short live near its end, stands in every definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.figures import known
from blockplan.measure.definition import Defined
from blockplan.measure.distance.data_end import data_end, end_of
from blockplan.measure.inputs.columns import ids, shapes, total
from blockplan.measure.inputs.feature_points import EDGE_M
from blockplan.measure.inputs.homes import housed, residents, spots_of, whole_ones
from blockplan.measure.inputs.parts import added, knowns, ratios, sums_at
from blockplan.measure.measurement import Measurement, Part, Reading
from blockplan.measure.missing import Missing, lines, nothing, unknown
from blockplan.measure.places import WorstFirst
from blockplan.plan.model.recall import once
from blockplan.plan.model.recall_beside import pairs_between

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.measure.inputs.homes import Homes, HomeSpots
    from blockplan.plan.model.plan import Plan

NOTHING = (nothing("neither"),)


@dataclass(frozen=True, eq=False)
class Distances(Defined):
    """
    Metres from each home under one definition; NaN where nothing is reached.

    `missing` says why the definition cannot be applied at all. `limits_m` are limits of each
    home's own, where one limit does not hold for all. `part` is the share of each home that is within,
    where a home is land and not a point.
    """

    id: str
    metres: NDArray[np.float64]
    definition: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    limits_m: NDArray[np.float64] | None = None
    part: NDArray[np.float64] | None = None

    def within(self, limit_m: float) -> NDArray[np.bool_]:
        """Which homes (or most of their land) are within the limit; to the centimetre, the limit included."""
        if self.part is not None:
            return np.asarray(self.part >= 0.5)
        limit = limit_m if self.limits_m is None else self.limits_m
        return np.asarray(self._to_centimetres <= limit)

    @cached_property
    def _to_centimetres(self) -> NDArray[np.float64]:
        return np.round(self.metres, 2)

    def reached(self, limit_m: float) -> NDArray[Any]:
        """The part of each home that is within the limit, 0..1; or which homes are, where none is in part."""
        return self.within(limit_m) if self.part is None else self.part


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """
    What a share of reach rests on besides distances: definition, what is missing, what was counted.

    `unsaid` is what is missing to tell what there is to reach, and `perhaps` the homes that could be within
    for it; where they are within in any case it does not matter.
    """

    definition: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsaid: tuple[Missing, ...] = ()
    perhaps: NDArray[np.bool_] | None = None


def either(kinds: Sequence[tuple[Distances, float]]) -> Distances:
    """
    One of several kinds, each within its own limit: for each home the kind that is nearest to being reached.

    Metres and limits of a home are those of that kind. The first names and defines the whole.
    """
    if len(kinds) == 1:
        only, limit_m = kinds[0]
        limits = np.full(len(only.metres), limit_m, dtype=float)
        return Distances(only.id, only.metres, together([only]), only.missing, limits)
    beyond = np.stack([distances.metres - limit for distances, limit in kinds])
    best = np.argmin(np.where(np.isnan(beyond), np.inf, beyond), axis=0)
    metres = np.stack([distances.metres for distances, _ in kinds])
    first = kinds[0][0]
    return Distances(
        first.id,
        np.take_along_axis(metres, best[None], axis=0)[0],
        together([distances for distances, _ in kinds]),
        first.missing,
        np.array([limit for _, limit in kinds], dtype=float)[best],
    )


def together(kinds: Sequence[Distances]) -> dict[str, Any]:
    """The definition that several kinds have in common, with all that none of them could join."""
    definition = dict(kinds[0].definition)
    lost = dict.fromkeys(name for one in kinds for name in one.not_joined)
    return {**definition, "not_joined": list(lost)} if "not_joined" in definition else definition


def covered(  # noqa: PLR0913 (the parts of one measurement)
    plan: Plan,
    name: str,
    homes: Homes,
    limit_m: float,
    distances: Sequence[Distances],
    found: Found,
    *,
    weigh_by: str = "residents",
    drawn_round_m: float = np.inf,
) -> Measurement:
    """
    The share of homes within a limit, as a measurement.

    Parameters
    ----------
    distances
        The judging reading first, those beside it after it.
    found
        What the caller read; what is missing there leaves the value unknown.
    weigh_by
        What the share is of; homes that weigh something else leave it unknown.
    drawn_round_m
        Limits up to this long are judged by what the plan draws.
    """
    judging = distances[0]
    inside = judging.reached(limit_m)
    missing = found.missing + judging.missing
    weighed = homes.weighs == weigh_by and not missing
    possible = inside if found.perhaps is None else np.where(found.perhaps, 1.0, inside)
    if not (inside == 1).all():
        missing += found.unsaid if found.perhaps is None or (possible != inside).any() else ()
    if weighed and limit_m > drawn_round_m:
        end, beyond = end_of(plan, homes), possible != 1
        near = end.nearer(beyond, limit_m)
        missing += end.outside(beyond, near, limit_m) if near.any() else ()
        possible = np.where(near, 1.0, possible)
    known = weighed and not missing
    ends = None
    if weighed and missing and (found.perhaps is not None or not found.unsaid):
        ends = homes.share(inside) or 0.0, homes.share(possible) or 0.0
    people = weigh_by == "residents"
    short = homes.people(1 - possible) if weighed and people else None
    told = () if found.perhaps is None else found.unsaid
    if people and not weighed and missing and {*missing} <= {*homes.missing, *told}:
        # Nobody can say how many people there are; somebody of whom it is said falls short all the same.
        short = _known_short(plan, homes, possible) or None
        ends = (0.0, 1.0) if short else None
    starts = {"from": ["parcels"]} if judging.layers_of_homes == ("parcel",) else {}
    return Measurement(
        name,
        homes.share(inside) if known else None,
        "1",
        {
            **judging.definition,
            **found.definition,
            **starts,
            **data_end(plan, homes, None if judging.missing else inside == 1, limit_m),
            "limit_m": limit_m,
            "judged_by": judging.id,
            "weight": homes.weighs,
            **({"share_not_counted_parcels": homes.not_counted} if homes.not_counted else {}),
        },
        by=by_area(plan, homes, inside)
        if known
        else by_area(plan, homes, inside, possible, missing)
        if weighed and ends
        else (),
        ends=ends,
        readings=readings(homes, limit_m, judging, list(distances[1:])),
        missing=missing,
        counted=found.counted,
        places=places(homes, judging, limit_m),
        affected_residents=short,
        summed=residents(plan).summed if people else {},
    )


def _known_short(plan: Plan, homes: Homes, possible: NDArray[Any]) -> float:
    """Residents, of those whose number and place are known, who fall short at any rate."""
    beyond = {(layer, id_) for layer, id_ in zip(homes.layer, homes.id, strict=True)}
    beyond -= {(homes.layer[row], homes.id[row]) for row in np.flatnonzero(np.asarray(possible) > 0)}
    known = housed(plan)
    return total(
        weight
        for layer, id_, weight in zip(known.layer, known.id, known.weight.tolist(), strict=True)
        if (layer, id_) in beyond
    )


def share(weight: NDArray[np.float64], inside: NDArray[Any]) -> float | None:
    """Share of the weight that is inside (wholly, or in part: 0..1); None where there is no weight."""
    whole = total(weight)
    if not whole:
        return None
    if inside.dtype == bool:
        return 1.0 if inside.all() else total(weight[inside]) / whole
    return 1.0 if (inside == 1).all() else total(weight * inside) / whole


def readings(
    homes: Homes, limit_m: float, judging: Distances, beside: list[Distances]
) -> tuple[Reading, ...]:
    """The judging reading and those beside it, each with the homes whose answer changes."""
    judged = judging.within(limit_m)
    made = []
    for distances in (judging, *beside):
        inside = distances.within(limit_m)
        definition = {**distances.definition, "limit_m": limit_m}
        if distances.missing:
            lacking = {**definition, "missing": list(lines(distances.missing))}
            made.append(Reading(distances.id, None, homes.weighs, (), lacking))
            continue
        changed = tuple(homes.id[inside != judged].tolist())
        reached = inside if distances.part is None else distances.part
        made.append(
            Reading(
                distances.id,
                homes.share(reached),
                homes.weighs,
                changed,
                definition,
            )
        )
    return tuple(made)


def places(homes: Homes, distances: Distances, limit_m: float) -> WorstFirst:
    """Homes beyond the limit, the farthest first; those that reach nothing at all come before them."""
    beyond = np.asarray(distances.reached(limit_m) < 1)
    return worst_first(homes, beyond, distances.metres[beyond], most=True)


def worst_first(
    homes: Homes, short: NDArray[np.bool_], value: NDArray[np.float64], *, most: bool = False
) -> WorstFirst:
    """
    Some homes as places, each with how far it is from what is meant, or how much it has.

    Those of the least value come first, or of the `most`, before which those without one come; of equals
    by id.
    """
    return WorstFirst((homes.layer, homes.id, homes.point), np.flatnonzero(short), value, most)


def by_area(
    plan: Plan,
    homes: Homes,
    inside: NDArray[Any],
    possible: NDArray[Any] | None = None,
    missing: tuple[Missing, ...] = (),
) -> tuple[Part, ...]:
    """
    The share in each area of the plan that has homes, and in each block.

    It is unknown, for what is `missing`, where homes that are not within could be (`possible`).
    """
    spots = spots_of(plan, homes)
    parts = plan.cached("parts of homes", lambda: _parts(plan, spots), given=(spots,))
    make = partial(_by_parts, homes, parts, inside, possible, missing)
    return once("by area", make, homes, parts, inside, possible, missing)


def _by_parts(
    homes: Homes,
    parts: _Parts,
    inside: NDArray[Any],
    possible: NDArray[Any] | None,
    missing: tuple[Missing, ...],
) -> tuple[Part, ...]:
    people = homes.weighs == "residents"
    lived, reached, short = parts.reached(homes, inside)
    shares = knowns(ratios(reached, lived))
    columns = zip(parts.scopes, shares, lived.tolist(), short.tolist(), strict=True)
    found = [
        Part(scope, value, None, here if people else None, lost if people else None)
        for scope, value, here, lost in columns
    ]
    if possible is not None:
        most = ratios(parts.people(homes, possible), lived)
        for number in np.unique(parts.part[(possible != inside)[parts.home]]).tolist():
            part = found[number]
            ends = part.value or 0.0, known(most[number]) or 0.0
            found[number] = Part(part.scope, None, None, part.residents, missing=missing, ends=ends)
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Homes (by row) of each area and each block that has some; a home on a common line is in both."""

    scopes: tuple[str, ...]
    part: NDArray[np.intp]
    home: NDArray[np.intp]

    def people(self, homes: Homes, part: NDArray[Any]) -> NDArray[np.float64]:
        """The weights of the homes, or of a part of each (0..1), summed over each part of the plan."""
        return sums_at(self.part, (homes.weight * part)[self.home], len(self.scopes))

    def reached(self, homes: Homes, inside: NDArray[Any]) -> tuple[NDArray[np.float64], ...]:
        """The same of all homes, of those inside (or a part of each), and of the others."""
        size, some = len(self.scopes), whole_ones(inside)
        every = np.ones(len(homes), dtype=bool)
        all_ = once("people of parts", partial(self._sums, homes, every), homes, self)
        lived = added(all_, size)
        if some is None:
            return lived, self.people(homes, inside), self.people(homes, 1 - inside)
        found = self._sums(homes, some)
        # Each adds up exactly, so that what is left is as exact.
        return (
            lived,
            added(found, size),
            added([whole - one for whole, one in zip(all_, found, strict=True)], size),
        )

    def _sums(self, homes: Homes, some: NDArray[np.bool_]) -> list[NDArray[Any]]:
        """The weights of some homes as arrays that add up exactly, summed over each part."""
        here = some[self.home]
        at, home = self.part[here], self.home[here]
        return [np.bincount(at, one[home], len(self.scopes)) for one in homes.cut]


def _parts(plan: Plan, spots: HomeSpots) -> _Parts:
    layers = (("areas", "area"), ("blocks", "block"))
    scopes = [f"{kind}:{name}" for layer, kind in layers for name in ids(plan, layer)]
    outlines = np.concatenate([shapes(plan, layer) for layer, _ in layers])
    home, outline = pairs_between("homes in parts", spots.point, outlines, EDGE_M)
    names = list(dict.fromkeys(scopes))
    number = {scope: number for number, scope in enumerate(names)}
    of = np.array([number[scope] for scope in scopes], dtype=np.intp)[outline]
    if len(names) < len(scopes):  # of an area in several rows
        of, home = np.unique(np.stack([of, home]), axis=1)
    there = np.bincount(of, minlength=len(names)) > 0
    held = tuple(name for name, has in zip(names, there.tolist(), strict=True) if has)
    return _Parts(held, (np.cumsum(there) - 1)[of], home)


def lacking(homes: Homes) -> tuple[Missing, ...]:
    """What is missing to weigh homes by residents."""
    if not len(homes):
        return (*homes.missing, *NOTHING) if homes.missing else NOTHING
    unplaced = homes.unplaced
    if not unplaced.any():
        return homes.missing
    return homes.missing + tuple(
        line
        for layer in ("buildings", "parcels")
        for line in unknown(Missing(layer, "geometry"), homes.id[unplaced & (homes.layer == layer)])
    )
