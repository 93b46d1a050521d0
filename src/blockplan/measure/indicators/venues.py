"""Venues: facilities and programmes that people go to, and those along the axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure.distance.goals import places_of
from blockplan.measure.indicators.structure import elements
from blockplan.measure.inputs.columns import absent, ids, shapes, values
from blockplan.measure.inputs.straight import straight
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

NONE = np.empty(0, dtype=object)


def axis_venues(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Venues within a distance of the axis: facilities of some services, programmes of some kinds."""
    rows, missing = elements(plan, "axis")
    axes = shapes(plan, "structure")[rows]
    limit_m = parameters["axis_near_m"]
    venues = find_venues(plan, parameters["venue_services"], parameters["venue_kinds"])
    missing += venues.missing
    counted = {"structure": tuple(ids(plan, "structure")[rows]), **venues.counted}
    if missing:
        return Measurement("axis_venues", None, "venue", missing=missing, counted=counted)
    away = np.round(straight(venues.shape, axes), 2)
    near = away <= limit_m
    definition = {"limit_m": limit_m, "along": "line", "venues": len(venues.id)}
    definition["within"] = dict(zip(venues.id[near].tolist(), away[near].tolist(), strict=True))
    by = tuple(Part(kind, float((venues.kind[near] == kind).sum())) for kind in sorted(set(venues.kind)))
    return Measurement("axis_venues", float(near.sum()), "venue", definition, by=by, counted=counted)


@dataclass(frozen=True, slots=True, eq=False)
class Venues:
    """
    Places that people go to: id, kind (service or kind of programme), shape, and what is missing.

    `maybe` are the shapes of what may be one; None where that may be anywhere.
    """

    id: NDArray[Any]
    kind: NDArray[Any]
    shape: NDArray[Any]
    missing: tuple[Missing, ...]
    counted: Mapping[str, tuple[str, ...]]
    maybe: NDArray[Any] | None = None


def find_venues(plan: Plan, services: tuple[str, ...], kinds: tuple[str, ...]) -> Venues:
    """Facilities of some services and programmes of some kinds; one of no stated kind could be meant."""
    found: dict[str, tuple[Any, Any, Any]] = {}
    maybe: list[NDArray[Any]] = []
    missing: tuple[Missing, ...] = ()
    sources: tuple[tuple[Literal["facilities", "programmes"], str, tuple[str, ...]], ...] = (
        ("facilities", "service", services),
        ("programmes", "kind", kinds),
    )
    for layer, column, wanted in sources:
        if not wanted:
            continue
        missing += absent(plan, layer)
        names, kind = ids(plan, layer), values(plan, layer, column)
        unsaid = np.array([one is None for one in kind], dtype=bool)
        missing += unknown(Missing(layer, column), names[unsaid], len(names))
        maybe.append(places_of(plan, layer)[unsaid])
        rows = np.flatnonzero(np.isin(kind, wanted))
        place = places_of(plan, layer)[rows]
        missing += unknown(Missing(layer, "geometry"), names[rows][shapely.is_missing(place)], len(rows))
        found[layer] = names[rows], kind[rows], place
    columns = [np.concatenate(column) for column in zip(*found.values(), strict=True)] or [NONE] * 3
    counted = {layer: tuple(names) for layer, (names, _, _) in found.items()}
    anywhere = shapely.is_missing(np.concatenate([columns[2], *maybe])).any() or not plan.has_layer(
        "facilities"
    )
    perhaps = None if anywhere else np.concatenate([NONE, *maybe])
    return Venues(columns[0], columns[1], columns[2], missing, counted, perhaps)
