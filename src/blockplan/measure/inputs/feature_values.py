"""How the values of a measure taken feature by feature are put together (`blockplan.measure.measurement`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import ids, points
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.measurement import Each, Measurement
from blockplan.measure.missing import Missing, unknown
from blockplan.plan.model.recall import once_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """
    What a measure found, before it is put together: see `Each`, whose words it shares.

    `nothing` says why there is nothing to measure, where no feature is spoken of.
    """

    value: NDArray[np.float64]
    spoken_of: NDArray[np.bool_]
    nothing: Missing
    ends: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    at_least: NDArray[np.float64] | None = None
    at_most: NDArray[np.float64] | None = None
    classes: tuple[NDArray[Any], ...] = ()
    off: NDArray[np.float64] | float = 0.0
    lacking: tuple[tuple[Missing, NDArray[np.bool_]], ...] = ()
    parts: Mapping[str, tuple[NDArray[Any], NDArray[np.intp]]] = field(default_factory=dict)
    definition: Mapping[str, Any] = field(default_factory=dict)


def measurement(
    plan: Plan, id_: str, unit: str, found: Values, layer: str = "parcels", absent: tuple[Missing, ...] = ()
) -> Measurement:
    """
    A measurement of the features of a layer; its value is the middle one (median) of all that it speaks of.

    Where some are not known the middle one is not either; that of the known stands in the definition, and the
    ends say where it lies if it is sure which features are spoken of and what each lies between.

    Parameters
    ----------
    absent
        What is missing whatever feature is meant, such as the layer itself.
    """
    none = np.full(len(found.value), np.nan)
    low, high = found.ends or (found.value, found.value)
    known = ~np.isnan(found.value)
    each = Each(
        layer,
        ids(plan, layer),
        _spots(plan, layer),
        found.value,
        found.spoken_of,
        (np.where(known, found.value, low), np.where(known, found.value, high)),
        none if found.at_least is None else found.at_least,
        none if found.at_most is None else found.at_most,
        found.classes,
        found.off,
        found.lacking,
        unsure_of(found.lacking, found.spoken_of),
        found.parts,
    )
    counted = {layer: tuple(each.ids[found.spoken_of])}
    counted |= {
        name: once_for("parts counted", partial(tuple, parts), parts)
        for name, (parts, _) in found.parts.items()
    }
    whole = Measurement(id_, None, unit, found.definition, missing=absent, counted=counted, each=each)
    return with_the_middle(whole, each, found.nothing)


def with_the_middle(found: Measurement, each: Each, nothing: Missing) -> Measurement:
    """A measurement with the middle value of its features, or what is missing for it and its ends."""
    spoken = each.spoken_of
    known = each.value[spoken & ~np.isnan(each.value)]
    middle = float(np.median(known)) if len(known) else None
    missing = found.missing + missing_in(each, spoken & (np.isnan(each.value) | each.unsure))
    if not missing and not spoken.any():
        missing = (nothing,)
    definition = {**found.definition, "features": int(spoken.sum()), "known": len(known)}
    if missing:
        definition["middle_of_known"] = middle
    ends = _ends(each) if missing and not found.missing else None
    value = None if missing else middle
    return replace(found, value=value, definition=definition, missing=missing, ends=ends, each=each)


def _ends(each: Each) -> tuple[float, float] | None:
    """Between what the middle one lies; None where it is open which are meant, or how low or high."""
    low, high = (ends[each.spoken_of] for ends in each.ends)
    if (each.unsure & each.spoken_of).any() or not len(low) or np.isnan(low).any() or np.isnan(high).any():
        return None
    return float(np.median(low)), float(np.median(high))


def _spots(plan: Plan, layer: str) -> NDArray[np.float64]:
    return plan.cached(f"spots:{layer}", lambda: _read_spots(plan, layer))


def _read_spots(plan: Plan, layer: str) -> NDArray[np.float64]:
    names = ids(plan, layer)
    found = parcel_points(plan) if layer == "parcels" else points(plan, layer, np.arange(len(names)))
    return np.column_stack((shapely.get_x(found), shapely.get_y(found)))


def unsure_of(
    lacking: tuple[tuple[Missing, NDArray[np.bool_]], ...], spoken_of: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Features that a measure speaks of only because their land use is not said, or not finely enough."""
    found = np.zeros(len(spoken_of), dtype=bool)
    for what, where in lacking:
        if (what.layer, what.column) == ("parcels", "land_use"):
            found |= where
    return found & spoken_of


def missing_in(each: Each, among: NDArray[np.bool_]) -> tuple[Missing, ...]:
    """What some features do not say; of each the first thing that it lacks."""
    lines: list[Missing] = []
    left = among.copy()
    for what, where in each.lacking:
        rows = where & left
        left &= ~rows
        lines += unknown(what, each.ids[rows], int(each.spoken_of.sum()))
    return tuple(dict.fromkeys(lines))
