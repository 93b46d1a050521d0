"""Venues: facilities and programmes that people go to, and those along the axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure.distance.goals import places_of
from blockplan.measure.indicators.structure import elements
from blockplan.measure.inputs.columns import absent, ids, shapes, values
from blockplan.measure.inputs.straight_line import straight
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

NONE = np.empty(0, dtype=object)


def axis_venues(plan: Plan, parameters: Parameters) -> Measurement:
    """Venues within a distance of the axis: facilities of some services, programmes of some kinds."""
    rows, missing = elements(plan, "axis")
    axes = shapes(plan, "structure")[rows]
    limit_m = parameters.axis_near_m
    venues = find_venues(plan, parameters.venue_services, parameters.venue_kinds)
    counted = {"structure": tuple(ids(plan, "structure")[rows]), **venues.counted}
    if missing:
        missing += venues.missing
        return Measurement("axis_venues", None, "venue", missing=missing, counted=counted)
    along = venues.along("axis_venues", axes, limit_m)
    definition = {"limit_m": limit_m, "along": "line", "venues": len(venues.id)}
    if along.value is None:
        return Measurement(
            "axis_venues", None, "venue", definition, missing=along.missing, counted=counted, ends=along.ends
        )
    away = np.round(straight(venues.shape, axes), 2)
    near = away <= limit_m
    definition["within"] = dict(zip(venues.id[near].tolist(), away[near].tolist(), strict=True))
    by = tuple(Part(kind, float((venues.kind[near] == kind).sum())) for kind in sorted(set(venues.kind)))
    return Measurement("axis_venues", along.value, "venue", definition, by=by, counted=counted)


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """What some of `of` places do not say, so that they may be venues, or venues may lie anywhere."""

    what: Missing
    id: NDArray[Any]
    shape: NDArray[Any]
    of: int


@dataclass(frozen=True, slots=True, eq=False)
class Venues:
    """
    Places that people go to: id, kind (service or kind of programme) and shape.

    `absent` are layers that the plan does not hold, `open` what single places do not say.
    """

    id: NDArray[Any]
    kind: NDArray[Any]
    shape: NDArray[Any]
    absent: tuple[Missing, ...]
    open: tuple[Open, ...]
    counted: Mapping[str, tuple[str, ...]]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """All that is not known of the venues, wherever it lies."""
        return self.absent + tuple(line for one in self.open for line in unknown(one.what, one.id, one.of))

    @property
    def maybe(self) -> NDArray[Any] | None:
        """The shapes of what may be a venue; None where that may be anywhere."""
        found = np.concatenate([NONE, *(one.shape for one in self.open)])
        return None if self.absent or shapely.is_missing(found).any() else found

    def along(self, scope: str, lines: NDArray[Any], limit_m: float) -> Part:
        """How many venues lie near some lines; unknown where what may be one lies, or may lie, there."""
        sure = float((np.round(straight(self.shape, lines), 2) <= limit_m).sum())
        missing, most = self.absent, np.inf if self.absent else sure
        for one in self.open if len(lines) else ():
            near = np.round(straight(one.shape, lines), 2) <= limit_m
            near |= shapely.is_missing(one.shape)
            missing += unknown(one.what, one.id[near], one.of)
            most += float(near.sum())
        return Part(scope, None if missing else sure, missing=missing, ends=(sure, most) if missing else None)


def find_venues(plan: Plan, services: tuple[str, ...], kinds: tuple[str, ...]) -> Venues:
    """Facilities of some services and programmes of some kinds; one of no stated kind could be meant."""
    found: dict[str, tuple[Any, Any, Any]] = {}
    open_: list[Open] = []
    gone: tuple[Missing, ...] = ()
    sources: tuple[tuple[Literal["facilities", "programmes"], str, tuple[str, ...]], ...] = (
        ("facilities", "service", services),
        ("programmes", "kind", kinds),
    )
    for layer, column, wanted in sources:
        if not wanted:
            continue
        gone += absent(plan, layer)
        names, kind, place = ids(plan, layer), values(plan, layer, column), places_of(plan, layer)
        unsaid = np.array([one is None for one in kind], dtype=bool)
        meant = np.isin(kind, wanted)
        nowhere = meant & shapely.is_missing(place)
        open_ += [
            Open(Missing(layer, column), names[unsaid], place[unsaid], len(names)),
            Open(Missing(layer, "geometry"), names[nowhere], place[nowhere], int(meant.sum())),
        ]
        found[layer] = names[meant], kind[meant], place[meant]
    columns = [np.concatenate(column) for column in zip(*found.values(), strict=True)] or [NONE] * 3
    counted = {layer: tuple(names) for layer, (names, _, _) in found.items()}
    return Venues(columns[0], columns[1], columns[2], gone, tuple(open_), counted)
